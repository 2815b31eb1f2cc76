"""Scaffold: the operations that a training program needs around its model."""

from minitf import tf_logging
from minitf.framework import dtypes
from minitf.framework.graph import (
    GraphKeys, add_to_collection, device, get_collection, get_default_graph, name_scope)
from minitf.ops import array_ops, control_flow_ops, lookup_ops
from minitf.ops.constant_op import constant
from minitf.train.saver import Saver
from minitf.variables import (
    global_variables, global_variables_initializer, local_variables_initializer,
    report_uninitialized_variables)


class Scaffold:
    """Operations to initialize, check and save a model: given, found in collections, or made.

    ``finalize`` makes what is missing. All arguments are optional.

    Args:
      init_op: initializes the model.
      init_feed_dict: feeds of ``init_op``.
      init_fn: a function of the Scaffold and the session, called after ``init_op``.
      ready_op: a string tensor that is empty when everything is initialized.
      ready_for_local_init_op: the same for what ``local_init_op`` needs.
      local_init_op: initializes local variables and tables.
      summary_op: a tensor with all summaries.
      saver: a Saver.
      copy_from_scaffold: a Scaffold from which to take what is not given.
    """

    def __init__(self, init_op=None, init_feed_dict=None, init_fn=None, ready_op=None,
                 ready_for_local_init_op=None, local_init_op=None, summary_op=None, saver=None,
                 copy_from_scaffold=None):
        if copy_from_scaffold is not None:
            if not isinstance(copy_from_scaffold, Scaffold):
                raise TypeError("copy_from_scaffold is not a Scaffold instance.")
            base = copy_from_scaffold
            init_op = base.init_op if init_op is None else init_op
            init_feed_dict = base.init_feed_dict if init_feed_dict is None else init_feed_dict
            ready_op = base.ready_op if ready_op is None else ready_op
            ready_for_local_init_op = (base.ready_for_local_init_op
                                       if ready_for_local_init_op is None
                                       else ready_for_local_init_op)
            local_init_op = base.local_init_op if local_init_op is None else local_init_op
            summary_op = base.summary_op if summary_op is None else summary_op
            saver = base.saver if saver is None else saver
        self._user_init_fn = init_fn
        self._init_fn = None
        if init_fn:
            self._init_fn = lambda sess: init_fn(self, sess)
        elif copy_from_scaffold is not None and copy_from_scaffold._user_init_fn:
            theirs = self._user_init_fn = copy_from_scaffold._user_init_fn
            self._init_fn = lambda sess: theirs(self, sess)
        self._init_op = init_op
        self._init_feed_dict = init_feed_dict
        self._ready_op = ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._local_init_op = local_init_op
        self._summary_op = summary_op
        self._saver = saver

    def finalize(self):
        """Makes what is missing, and finalizes the graph."""
        get = self.get_or_default
        if self._init_op is None:
            self._init_op = get("init_op", GraphKeys.INIT_OP, _default_init_op)
        if self._ready_op is None:
            self._ready_op = get("ready_op", GraphKeys.READY_OP, _default_ready_op)
        if self._ready_for_local_init_op is None:
            self._ready_for_local_init_op = get(
                "ready_for_local_init_op", GraphKeys.READY_FOR_LOCAL_INIT_OP,
                _default_ready_for_local_init_op)
        if self._local_init_op is None:
            self._local_init_op = get("local_init_op", GraphKeys.LOCAL_INIT_OP,
                                      Scaffold.default_local_init_op)
        if self._summary_op is None:
            from minitf.summary import merge_all

            self._summary_op = get("summary_op", GraphKeys.SUMMARY_OP, merge_all)
        if self._saver is None:
            self._saver = _saver_or_default()
        self._saver.build()
        get_default_graph().finalize()
        tf_logging.info("Graph was finalized.")
        return self

    @property
    def init_fn(self):
        return self._init_fn

    @property
    def init_op(self):
        return self._init_op

    @property
    def ready_op(self):
        return self._ready_op

    @property
    def ready_for_local_init_op(self):
        return self._ready_for_local_init_op

    @property
    def local_init_op(self):
        return self._local_init_op

    @property
    def summary_op(self):
        return self._summary_op

    @property
    def saver(self):
        return self._saver

    @property
    def init_feed_dict(self):
        return self._init_feed_dict

    @staticmethod
    def get_or_default(arg_name, collection_key, default_constructor):
        """The one element of a collection; if it is empty, ``default_constructor()``.

        Raises:
          RuntimeError: the collection has several.
        """
        elements = get_collection(collection_key)
        if elements:
            if len(elements) > 1:
                raise RuntimeError(
                    f"More than one item in the collection \"{collection_key}\". Please indicate "
                    f"which one to use by passing it to the tf.Scaffold constructor as:  "
                    f"tf.Scaffold({arg_name}=item to use)")
            return elements[0]
        op = default_constructor()
        if op is not None:
            add_to_collection(collection_key, op)
        return op

    @staticmethod
    def default_local_init_op():
        """Initializes local variables, tables and local resources."""
        return control_flow_ops.group(local_variables_initializer(),
                                      lookup_ops.tables_initializer(), _no_resources())


def _saver_or_default():
    """The Saver of the collection SAVERS, or a new one.

    Raises:
      RuntimeError: the collection has several.
    """
    savers = get_collection(GraphKeys.SAVERS)
    if savers:
        if len(savers) > 1:
            raise RuntimeError(
                f"More than one item in collection {GraphKeys.SAVERS}. Please indicate which one "
                "to use by passing it to the constructor.")
        return savers[0]
    saver = Saver(sharded=True, allow_empty=True)
    add_to_collection(GraphKeys.SAVERS, saver)
    return saver


def _default_init_op():
    return control_flow_ops.group(global_variables_initializer(), _no_resources(),
                                  get_collection("saved_model_initializers"))


def _default_ready_op():
    return array_ops.concat(
        [report_uninitialized_variables(), _report_no_resources()], 0)


def _default_ready_for_local_init_op():
    return array_ops.concat(
        [report_uninitialized_variables(global_variables()), _report_no_resources()], 0)


# The collections of resources that initialize themselves stay empty: no op here makes any.


def _no_resources():
    return control_flow_ops.no_op(name="init")


def _report_no_resources():
    with name_scope("report_uninitialized_resources"), device("/cpu:0"):
        return constant([], dtype=dtypes.string)
