"""Sessions: running parts of a graph, with values fed and fetched."""

import contextlib

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.graph import DefaultStack, Graph, get_default_graph
from minitf.framework.operation import Tensor
from minitf.session.fetches import FetchMapper, expansion_for, fetch_key
from minitf.session.plan import compile_plan
from minitf.session.state import SessionState

_default_session_stack = DefaultStack()


def get_default_session():
    """The innermost session of this thread that is the default, or None."""
    return _default_session_stack.get_default()


class BaseSession:
    """What Session and InteractiveSession share."""

    def __init__(self, target="", graph=None, config=None):
        if graph is None:
            graph = get_default_graph()
        elif not isinstance(graph, Graph):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        if target is not None and not isinstance(target, (str, bytes)):
            raise TypeError(f"target must be a string, but got {type(target)}")
        if config is not None:
            from minitf.framework import protos

            if not isinstance(config, protos.ConfigProto):
                raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        if target:
            raise errors.UnimplementedError(
                None, None, f"minitf has no distributed runtime: session target {target!r}")
        self._graph = graph
        self._target = target
        self._config = config
        self._state = SessionState()
        self._plans = {}
        self._closed = False
        self._default_session = None

    @property
    def graph(self):
        """The graph that the session runs."""
        return self._graph

    @property
    def graph_def(self):
        """The graph as a GraphDef message."""
        return self._graph.as_graph_def()

    @property
    def sess_str(self):
        return (self._target or "").encode()

    def list_devices(self):
        """The one device there is."""
        return [_DeviceAttributes("/job:localhost/replica:0/task:0/device:CPU:0", "CPU", 268435456)]

    def close(self):
        """Ends the session and forgets its variables."""
        self._closed = True
        self._plans = {}
        self._state.cancellation.start_cancel()
        self._state = SessionState()

    def as_default(self):
        """A context manager that makes this the default session; leaving it does not close it."""
        return _default_session_stack.get_controller(self)

    # ---- running ----

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Computes ``fetches`` and returns their values in the same structure.

        Args:
          fetches: a tensor, operation, variable, name, or a nesting of lists, tuples, dicts of
            them. Operations give None.
          feed_dict: values to use instead of computing tensors: {tensor or its name: value}.
          options: a RunOptions message.
          run_metadata: a RunMetadata message.

        Returns:
          NumPy arrays (scalars for rank 0), bytes for strings, None for operations.

        Raises:
          RuntimeError: the session is closed, or its graph is empty.
          TypeError, ValueError: fetches or feeds that cannot be.
          tf.errors.OpError: an operation failed.
        """
        if options is not None or run_metadata is not None:
            _check_run_options(options, run_metadata)
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if not self._graph._version:
            raise RuntimeError("The Session graph is empty.  Add operations to the graph before "
                               "calling run().")
        feeds, arrays = self._feeds(feed_dict) if feed_dict else ((), ())
        plan, build = self._plan_for(fetches, feeds)
        return build(plan.run(arrays))

    def _feeds(self, feed_dict):
        """The tensors fed and their arrays, checked."""
        if not isinstance(feed_dict, dict) and not hasattr(feed_dict, "items"):
            raise TypeError("input must be a dictionary")
        tensors, arrays = [], []
        for key, value in feed_dict.items():
            if type(key) is Tensor:
                pairs = ((key, value),)
            else:
                pairs = self._expanded_feed(key, value)
            for tensor, item in pairs:
                tensor = self._feed_tensor(tensor)
                tensors.append(tensor)
                arrays.append(self._feed_array(tensor, item))
        return tuple(tensors), arrays

    def _expanded_feed(self, key, value):
        if isinstance(key, (tuple, list)):
            keys, values = _flatten(key), _flatten(value)
            if len(keys) != len(values):
                raise ValueError(
                    f"Could not flatten dictionary. Key had {len(keys)} elements, but value had "
                    f"{len(values)} elements. Key: {keys}, value: {values}.")
            return list(zip(keys, values))
        expansion = expansion_for(key)
        if expansion is None:
            return ((key, value),)
        if expansion[2] is None:
            raise TypeError(f"Feeding {type(key)} is not supported.")
        return expansion[2](key, value)

    def _feed_tensor(self, key):
        try:
            tensor = self._graph.as_graph_element(key, allow_tensor=True, allow_operation=False)
        except Exception as error:  # noqa: BLE001 - TF reports every failure in these words
            message = error.args[0] if error.args else error
            raise TypeError(f"Cannot interpret feed_dict key as Tensor: {message}") from None
        if not self._graph.is_feedable(tensor):
            raise ValueError(f"Tensor {tensor} may not be fed.")
        return tensor

    def _feed_array(self, tensor, value):
        """A fed value as an array of the tensor's dtype and a shape that it may have."""
        if isinstance(value, Tensor) or getattr(value, "_is_dense_tensor_like", False):
            raise TypeError(
                "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include "
                "Python scalars, strings, lists, numpy ndarrays, or TensorHandles. For reference, "
                f"the tensor object was {value} which was passed to the feed with key {tensor}.")
        dtype = tensor.dtype.base_dtype
        if dtype in (dtypes.resource, dtypes.variant):
            return value
        numpy_dtype = dtype.as_numpy_dtype
        if type(value) is int and _as_numpy_scalar(numpy_dtype, value) != value:
            raise TypeError(
                f"Type of feed value {value} with type {type(value)} is not compatible with Tensor "
                f"type {numpy_dtype}. Try explicitly setting the type of the feed tensor to a "
                "larger type (e.g. int64).")
        array = (_string_array(value) if dtype == dtypes.string
                 else np.asarray(value, dtype=numpy_dtype))
        dims = tensor._shape._dims
        if dims is not None and dims != array.shape and not _fits(array.shape, dims):
            raise ValueError(f"Cannot feed value of shape {array.shape!r} for Tensor "
                             f"{tensor.name!r}, which has shape {str(tensor.shape)!r}")
        return array

    def _plan_for(self, fetches, feeds):
        """The compiled plan for a run, and the function that rebuilds the fetched structure."""
        graph = self._graph
        key = fetch_key(fetches)
        version = (graph._version, graph._change)
        if key is not None:
            entry = self._plans.get((key, feeds))
            if entry is not None and entry[0] == version:
                return entry[1], entry[2]
        mapper = FetchMapper(graph, fetches)
        plan_key = (tuple(mapper.elements), feeds)
        entry = self._plans.get(plan_key)
        if entry is None or entry[0] != version:
            plan = compile_plan(graph, mapper.elements, feeds, self._state)
            self._plans[plan_key] = (version, plan, None)
        else:
            plan = entry[1]
        if key is not None:
            self._plans[key, feeds] = (version, plan, mapper.build)
        return plan, mapper.build

    def make_callable(self, fetches, feed_list=None, accept_options=False):
        """A function that runs ``fetches``; its arguments are the values of ``feed_list`` in order.

        It skips what ``run`` does to find out what is meant, so repeated steps cost less.

        Raises:
          ValueError (on the call): a value whose shape the tensor cannot have.
        """
        if feed_list is not None and not isinstance(feed_list, (list, tuple)):
            raise TypeError("`feed_list` must be a list or tuple.")
        tensors = tuple(self._feed_tensor(item) for item in feed_list or ())
        mapper = FetchMapper(self._graph, fetches)

        def run_callable(*values, **kwargs):
            if kwargs and not (accept_options and set(kwargs) <= {"options", "run_metadata"}):
                raise TypeError(f"unexpected keyword arguments {sorted(kwargs)}")
            _check_run_options(kwargs.get("options"), kwargs.get("run_metadata"))
            if self._closed:
                raise RuntimeError("Attempted to use a closed Session.")
            if len(values) != len(tensors):
                raise TypeError(f"the callable takes {len(tensors)} values, got {len(values)}")
            plan, _ = self._plan_for(mapper.elements, tensors)
            arrays = [self._feed_array(tensor, value) for tensor, value in zip(tensors, values)]
            return mapper.build(plan.run(arrays))

        return run_callable

    def explain(self, fetches, feed_dict=None):
        """How ``fetches`` would be run: the operations found, their order, and the NumPy program.

        Without ``feed_dict`` every placeholder that is needed counts as fed.

        Returns:
          An Explanation, which prints well in a terminal and in a notebook.
        """
        from minitf.session.explain import explain

        feeds = None
        if feed_dict is not None:
            feeds = [self._feed_tensor(key) for key in feed_dict]
        return explain(self._graph, FetchMapper(self._graph, fetches).elements, feeds, self._state)


class Session(BaseSession):
    """Runs operations of a graph and keeps the values of its variables.

    Args:
      target: "" (there is no distributed runtime).
      graph: the graph to run; by default the default graph.
      config: a ConfigProto message.

    As a context manager it is the default session, its graph is the default graph, and it is closed
    at the end.
    """

    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        self._contexts = None

    def __enter__(self):
        if self._contexts is not None:
            raise RuntimeError("Session context managers are not re-entrant. Use "
                               "`Session.as_default()` if you want to enter a session multiple "
                               "times.")
        self._contexts = contextlib.ExitStack()
        self._contexts.enter_context(self._graph.as_default())
        self._contexts.enter_context(self.as_default())
        return self

    def __exit__(self, exc_type, exc, traceback):
        if exc_type is not None and issubclass(exc_type, errors.OpError):
            from minitf import tf_logging

            tf_logging.error("Session closing due to error %s", exc)
        contexts, self._contexts = self._contexts, None
        contexts.close()
        self.close()
        return False

    @staticmethod
    def reset(target, containers=None, config=None):
        """Clears the containers of a server's sessions.

        Raises:
          UnimplementedError: always: each session here has containers of its own.
        """
        raise errors.UnimplementedError(
            None, None, "minitf has no servers whose containers could be reset: a session's state "
                        "ends with the session")


class InteractiveSession(BaseSession):
    """A session that makes itself the default one, for shells and notebooks."""

    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        self._explicit_graph = graph
        self._default_contexts = contextlib.ExitStack()
        session_controller = self.as_default()
        session_controller.__enter__()
        self._session_controller = session_controller
        self._graph_controller = None
        _default_session_stack.enforce_nesting = False
        if graph is not None:
            self._graph_controller = graph.as_default()
            self._graph_controller.__enter__()

    def close(self):
        """Ends the session and takes it off the default."""
        if self._closed:
            return
        super().close()
        if self._graph_controller is not None:
            self._graph_controller.__exit__(None, None, None)
        self._session_controller.__exit__(None, None, None)


class _DeviceAttributes:
    """A device that sessions may use: name, type and memory in bytes."""

    def __init__(self, name, device_type, memory_limit_bytes):
        self.name = name
        self.device_type = device_type
        self.memory_limit_bytes = memory_limit_bytes

    def __repr__(self):
        return (f"_DeviceAttributes({self.name}, {self.device_type}, {self.memory_limit_bytes})")


def _check_run_options(options, run_metadata):
    """Refuses what is not RunOptions and RunMetadata, and tracing, which is not there."""
    from minitf.framework import protos

    if options is not None:
        options.SerializeToString()
        if options.trace_level != protos.RunOptions.NO_TRACE:
            raise errors.UnimplementedError(
                None, None, "minitf does not record step stats yet: RunOptions.trace_level")
    if run_metadata is not None:
        run_metadata.ParseFromString(b"")


def _as_numpy_scalar(numpy_dtype, value):
    """``value`` in a dtype, wrapping as TF's check does, so that the two can be compared."""
    if np.issubdtype(numpy_dtype, np.integer):
        bits = np.dtype(numpy_dtype).itemsize * 8
        wrapped = value & ((1 << bits) - 1)
        if np.issubdtype(numpy_dtype, np.signedinteger) and wrapped >= 1 << (bits - 1):
            wrapped -= 1 << bits
        return wrapped
    try:
        return np.asarray(value, dtype=numpy_dtype)
    except (ValueError, TypeError, OverflowError):
        return value


def _string_array(value):
    """Strings as an object array of bytes."""
    array = np.asarray(value, dtype=object)
    flat = [item.encode() if isinstance(item, str) else item for item in array.ravel().tolist()]
    for item in flat:
        if not isinstance(item, bytes):
            raise TypeError(f"Unsupported object type {type(item).__name__}")
    result = np.empty(array.size, dtype=object)
    result[:] = flat
    return result.reshape(array.shape)


def _fits(shape, dims):
    return len(shape) == len(dims) and all(d is None or d == n for n, d in zip(shape, dims))


def _flatten(structure):
    """The leaves of nested lists and tuples."""
    if isinstance(structure, np.ndarray) or not isinstance(structure, (list, tuple)):
        return [structure]
    return [leaf for item in structure for leaf in _flatten(item)]
