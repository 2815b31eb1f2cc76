"""Sessions: running parts of a graph, with values fed and fetched."""

import contextlib
import threading
import warnings
import weakref

from minitf.framework import compat, errors
from minitf.framework.graph import DefaultStack, Graph, get_default_graph
from minitf.framework.operation import Tensor
from minitf.ops.session_ops import deleter_for
from minitf.session import feeds as feeding
from minitf.session.fetches import FetchMapper, fetch_key
from minitf.session.partial_run import PartialRun, split_fetches
from minitf.session.placement import Placer, list_devices
from minitf.session.plan import compile_plan
from minitf.session.state import SessionState
from minitf.session.writer import Writer

_default_session_stack = DefaultStack()
_open_sessions = weakref.WeakSet()
_sessions_lock = threading.Lock()

_DEAD_HANDLES = 10  # so many are deleted at once


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
        self._target = _checked_target(target)
        if config is not None:
            from minitf.framework import protos

            if not isinstance(config, protos.ConfigProto):
                raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        if target:
            raise errors.UnimplementedError(
                None, None, f"minitf has no distributed runtime: session target {target!r}")
        self._graph = graph
        self._config = config
        self._timeout_in_ms = config.operation_timeout_in_ms if config is not None else 0
        self._placer = Placer(graph, config)
        self._state = SessionState()
        self._plans = {}
        self._watched_plans = {}
        self._partial_runs = {}
        self._dead_handles = []
        self._closed = False
        self._was_reset = False
        self._default_session = None
        with _sessions_lock:
            _open_sessions.add(self)

    @property
    def graph(self):
        """The graph that the session runs."""
        return self._graph

    @property
    def graph_def(self):
        """The graph as a GraphDef message."""
        return self._graph.as_graph_def(
            add_shapes=self._config is not None and self._config.graph_options.infer_shapes)

    @property
    def sess_str(self):
        """The target, as bytes."""
        return self._target

    def list_devices(self):
        """The devices of the session: objects with ``name``, ``device_type``,
        ``memory_limit_bytes`` and ``incarnation``.

        Raises:
          CancelledError: the session is closed.
        """
        if self._closed or self._was_reset:
            raise _closed_error()
        return list_devices(self._config)

    def close(self):
        """Ends the session and forgets its variables; what waits in it, is cancelled."""
        if self._closed:
            return
        self._closed = True
        self._forget()

    def _forget(self):
        self._plans = {}
        self._watched_plans = {}
        self._partial_runs = {}
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
          options: a RunOptions message: ``trace_level`` above NO_TRACE has each operation timed,
            ``timeout_in_ms`` limits the time.
          run_metadata: a RunMetadata message, to which is written what a traced run noted.

        Returns:
          NumPy arrays (scalars for rank 0), bytes for strings, None for operations.

        Raises:
          RuntimeError: the session is closed, or its graph is empty.
          TypeError, ValueError: fetches or feeds that cannot be.
          tf.errors.OpError: an operation failed; DeadlineExceededError: the time was over.
        """
        if options is not None or run_metadata is not None or self._timeout_in_ms:
            return self._run_with_options(fetches, feed_dict, options, run_metadata)
        self._check_can_run()
        feeds, arrays = self._feeds(feed_dict) if feed_dict else ((), ())
        plan, build = self._plan_for(fetches, feeds)
        return build(plan.run(arrays))

    def _run_with_options(self, fetches, feed_dict, options, run_metadata):
        """A run that is traced, or whose time is limited, if the options or the session say so."""
        from minitf.framework import protos
        from minitf.session.options import run_watched
        from minitf.session.watch import WatchedWriter

        options = protos.RunOptions.FromString(
            b"" if options is None else options.SerializeToString())
        if run_metadata is not None:
            run_metadata.ParseFromString(b"")
        timeout = options.timeout_in_ms or self._timeout_in_ms
        self._check_can_run()
        feeds, arrays = self._feeds(feed_dict) if feed_dict else ((), ())
        if not timeout and not options.trace_level and not options.output_partition_graphs:
            plan, build = self._plan_for(fetches, feeds)
            return build(plan.run(arrays))
        plan, build = self._plan_for(fetches, feeds, self._watched_plans, WatchedWriter)
        return build(run_watched(plan, arrays, options, timeout, run_metadata,
                                 self._state.cancellation))

    def _check_can_run(self):
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if self._was_reset:
            raise _closed_error()
        if not self._graph._version:
            raise RuntimeError("The Session graph is empty.  Add operations to the graph before "
                               "calling run().")

    def _feeds(self, feed_dict):
        """The tensors fed and their arrays, checked."""
        if not isinstance(feed_dict, dict) and not hasattr(feed_dict, "items"):
            raise TypeError("input must be a dictionary")
        tensors, arrays = [], []
        for key, value in feed_dict.items():
            pairs = ((key, value),) if type(key) is Tensor else feeding.feed_pairs(key, value)
            for tensor, item in pairs:
                tensor = feeding.feed_tensor(self._graph, tensor)
                tensors.append(tensor)
                arrays.append(feeding.feed_array(tensor, item, self._state))
        return tuple(tensors), arrays

    def _plan_for(self, fetches, feeds, plans=None, writer=Writer):
        """The compiled plan for a run, and the function that rebuilds the fetched structure."""
        graph = self._graph
        plans = self._plans if plans is None else plans
        key = fetch_key(fetches)
        version = (graph._version, graph._change)
        if key is not None:
            entry = plans.get((key, feeds))
            if entry is not None and entry[0] == version:
                return entry[1], entry[2]
        mapper = FetchMapper(graph, fetches, self)
        plan_key = (tuple(mapper.elements), feeds)
        entry = plans.get(plan_key)
        if entry is None or entry[0] != version:
            self._placer.place()
            plan = compile_plan(graph, mapper.elements, feeds, self._state, writer)
            plans[plan_key] = (version, plan, None)
        else:
            plan = entry[1]
        if key is not None:
            plans[key, feeds] = (version, plan, mapper.build)
        return plan, mapper.build

    def make_callable(self, fetches, feed_list=None, accept_options=False):
        """A function that runs ``fetches``; its arguments are the values of ``feed_list`` in order.

        Args:
          fetches: as for ``run``.
          feed_list: a list of keys as those of ``feed_dict``.
          accept_options: whether a function without ``feed_list`` takes ``options`` and
            ``run_metadata`` too; one with it always does.

        Raises:
          TypeError: ``feed_list`` is no list, or ``fetches`` cannot be fetched.
          CancelledError (from the function): the session has been closed.
        """
        if feed_list is not None:
            if not isinstance(feed_list, (list, tuple)):
                raise TypeError("`feed_list` must be a list or tuple.")
            return lambda *values, **options: self.run(
                fetches, feed_dict=dict(zip(feed_list, values)), **options)
        FetchMapper(self._graph, fetches, self)  # so that what cannot be fetched fails here

        def call(options=None, run_metadata=None):
            if self._closed:
                raise _closed_error()
            return self.run(fetches, options=options, run_metadata=run_metadata)

        return call if accept_options else lambda: call()

    def _make_callable_from_options(self, callable_options):
        """A function that runs what a CallableOptions message names, and returns a list.

        Its arguments are the values of the feeds; it takes ``run_metadata``, too.
        """
        feed_list, fetches = list(callable_options.feed), list(callable_options.fetch)
        targets = list(callable_options.target)

        def call(*values, run_metadata=None):
            results = self.run([fetches, targets], dict(zip(feed_list, values)),
                               callable_options.run_options, run_metadata)
            return results[0]

        return call

    # ---- partial runs ----

    def partial_run_setup(self, fetches, feeds=None):
        """Announces a run whose feeds and fetches come in several calls of ``partial_run``.

        Args:
          fetches: what will be fetched, or run.
          feeds: what will be fed: a tensor or a list of tensors.

        Returns:
          A handle for ``partial_run``.

        Raises:
          RuntimeError: the session is closed, or its graph is empty.
          TypeError, ValueError: fetches or feeds that cannot be.
          InvalidArgumentError: there is nothing to run, or something is both fed and fetched.
        """
        self._check_can_run()
        feeds = feeds if isinstance(feeds, (list, tuple)) else [] if feeds is None else [feeds]
        tensors = [feeding.feed_tensor(self._graph, key)
                   for feed in feeds for key in feeding.feed_keys(feed)]
        self._placer.place()
        elements = FetchMapper(self._graph, fetches, self).elements
        run = PartialRun(self._graph, tensors, *split_fetches(elements), self._state)
        self._partial_runs[run.handle] = run
        return run.handle

    def partial_run(self, handle, fetches, feed_dict=None):
        """Goes on with a run: feeds more, and fetches what can be computed by now.

        Args:
          handle: what ``partial_run_setup`` returned.
          fetches: some of the fetches announced, in any structure.
          feed_dict: values of some of the feeds announced.

        Returns:
          The values, in the structure of ``fetches``.

        Raises:
          InvalidArgumentError: something was not announced, was fed or fetched before, or needs
            what has not been fed yet.
          tf.errors.OpError: an operation failed, which ends the run.
        """
        if handle is None:
            return self.run(fetches, feed_dict)
        self._check_can_run()
        feeds, arrays = self._feeds(feed_dict) if feed_dict else ((), ())
        mapper = FetchMapper(self._graph, fetches, self)
        tensors, targets = split_fetches(mapper.elements)
        if targets:
            raise RuntimeError("partial_run() requires empty target_list.")
        if handle not in self._partial_runs:
            raise errors.InvalidArgumentError(
                None, None, "Must run 'setup' before performing partial runs!")
        run = self._partial_runs[handle]
        try:
            values = run.advance(dict(zip(feeds, arrays)), tensors)
        except errors.OpError as error:
            if error.op is not None:
                del self._partial_runs[handle]
            raise
        if run.is_over:
            del self._partial_runs[handle]
        return mapper.build(values)

    # ---- handles ----

    def _register_dead_handle(self, handle):
        """Notes that nobody uses a handle any more, and deletes such tensors, some at a time."""
        self._dead_handles.append(handle)
        if len(self._dead_handles) >= _DEAD_HANDLES and not self._closed:
            dead, self._dead_handles = self._dead_handles, []
            pairs = [deleter_for(self._graph, i, each) for i, each in enumerate(dead)]
            self.run([deleter for _, deleter in pairs],
                     {holder: each for (holder, _), each in zip(pairs, dead)})

    def explain(self, fetches, feed_dict=None):
        """How ``fetches`` would be run: the operations found, their order, and the NumPy program.

        Without ``feed_dict`` every placeholder that is needed counts as fed.

        Returns:
          An Explanation, which prints well in a terminal and in a notebook.
        """
        from minitf.session.explain import explain

        feeds = None
        if feed_dict is not None:
            feeds = [feeding.feed_tensor(self._graph, key) for key in feed_dict]
        elements = FetchMapper(self._graph, fetches, self).elements
        return explain(self._graph, elements, feeds, self._state)


class Session(BaseSession):
    """Runs operations of a graph and keeps the values of its variables.

    Args:
      target: "" (there is no distributed runtime).
      graph: the graph to run; by default the default graph.
      config: a ConfigProto message. ``allow_soft_placement``, ``log_device_placement``,
        ``device_count`` and ``operation_timeout_in_ms`` have effect.

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
        if exc_type is errors.OpError:
            from minitf import tf_logging

            tf_logging.error("Session closing due to OpError: %s", exc)
        contexts, self._contexts = self._contexts, None
        if contexts is not None:  # it is when a program leaves the context twice
            contexts.close()
        self.close()
        return False

    @staticmethod
    def reset(target, containers=None, config=None):
        """Closes all sessions, whose variables are lost.

        Args:
          target: "" or None.
          containers: names of containers to clear; each session has containers of its own, so
            that they are gone in any case.
          config: has no effect.
        """
        if target is not None:
            target = compat.as_bytes(target)
        for name in containers or ():
            compat.as_bytes(name)
        if target:
            raise errors.UnimplementedError(
                None, None, f"minitf has no distributed runtime: session target {target!r}")
        with _sessions_lock:
            sessions = list(_open_sessions)
        for session in sessions:
            if not session._closed:
                session._was_reset = True
                session._forget()


class InteractiveSession(BaseSession):
    """A session that makes itself the default one, for shells and notebooks.

    Args: as Session's.
    """

    _active_sessions = 0  # guarded by _sessions_lock

    def __init__(self, target="", graph=None, config=None):
        if config is not None and hasattr(config, "graph_options"):
            config.graph_options.place_pruned_graph = True
        super().__init__(target, graph, config)
        with _sessions_lock:
            others = InteractiveSession._active_sessions
            InteractiveSession._active_sessions += 1
        if others:
            warnings.warn("An interactive session is already active. This can cause out-of-memory "
                          "errors in some cases. You must explicitly call "
                          "`InteractiveSession.close()` to release resources held by the other "
                          "session(s).", stacklevel=2)
        self._explicit_graph = graph
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
        with _sessions_lock:
            InteractiveSession._active_sessions -= 1
        if self._graph_controller is not None:
            self._graph_controller.__exit__(None, None, None)
        self._session_controller.__exit__(None, None, None)


def _checked_target(target):
    """The target as bytes, or None."""
    if target is None or isinstance(target, (str, bytes)):
        return None if target is None else compat.as_bytes(target)
    words = f"target must be a string, but got {type(target)}"
    if type(target).__name__ == "ConfigProto":
        words += '. Did you do "Session(config)" instead of "Session(config=config)"?'
    raise TypeError(words)


def _closed_error():
    return errors.CancelledError(None, None, "Session has been closed.")
