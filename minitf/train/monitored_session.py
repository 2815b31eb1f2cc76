"""Monitored sessions: sessions that initialize themselves, call hooks, and end in good order."""

import abc
import inspect

from minitf import tf_logging
from minitf.framework import errors
from minitf.framework.graph import GraphKeys, get_collection, get_default_graph
from minitf.train import queue_runner
from minitf.train.basic_session_run_hooks import StepCounterHook, SummarySaverHook
from minitf.train.checkpoint_saver_hook import CheckpointSaverHook
from minitf.train.coordinator import Coordinator
from minitf.train.scaffold import Scaffold
from minitf.train.session_manager import SessionManager
from minitf.train.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunValues

# After these a session may be made anew, and training goes on from the last checkpoint.
_PREEMPTION_ERRORS = (errors.AbortedError, errors.UnavailableError)

USE_DEFAULT = object()


def MonitoredTrainingSession(
        master="", is_chief=True, checkpoint_dir=None, scaffold=None, hooks=None,
        chief_only_hooks=None, save_checkpoint_secs=USE_DEFAULT, save_summaries_steps=USE_DEFAULT,
        save_summaries_secs=USE_DEFAULT, config=None, stop_grace_period_secs=120,
        log_step_count_steps=100, max_wait_secs=7200, save_checkpoint_steps=USE_DEFAULT,
        summary_dir=None):
    """A MonitoredSession for training, with hooks that save checkpoints and summaries.

    Args:
      master: "".
      is_chief: this one initializes; the others wait.
      checkpoint_dir: the directory of checkpoints; the latest is restored.
      scaffold: a Scaffold.
      hooks: a list of SessionRunHooks.
      chief_only_hooks: more of them, if ``is_chief``.
      save_checkpoint_secs: how often checkpoints are saved; every 600 seconds by default.
      save_summaries_steps, save_summaries_secs: how often summaries are saved; every 100 steps by
        default.
      config: a ConfigProto.
      stop_grace_period_secs: how long threads may take to end.
      log_step_count_steps: how often the number of steps per second is logged; None: never.
      max_wait_secs: how long to wait for the chief.
      save_checkpoint_steps: how often checkpoints are saved, in steps.
      summary_dir: the directory of summaries; by default that of checkpoints.
    """
    if save_summaries_steps is USE_DEFAULT and save_summaries_secs is USE_DEFAULT:
        save_summaries_steps = 100
    save_summaries_steps, save_summaries_secs = _or_none(save_summaries_steps, save_summaries_secs)
    if save_checkpoint_steps is USE_DEFAULT and save_checkpoint_secs is USE_DEFAULT:
        save_checkpoint_secs = 600
    save_checkpoint_steps, save_checkpoint_secs = _or_none(save_checkpoint_steps,
                                                           save_checkpoint_secs)
    scaffold = scaffold or Scaffold()
    if not is_chief:
        creator = WorkerSessionCreator(scaffold=scaffold, master=master, config=config,
                                       max_wait_secs=max_wait_secs)
        return MonitoredSession(session_creator=creator, hooks=hooks or [],
                                stop_grace_period_secs=stop_grace_period_secs)
    all_hooks = list(chief_only_hooks or [])
    creator = ChiefSessionCreator(scaffold=scaffold, checkpoint_dir=checkpoint_dir, master=master,
                                  config=config)
    summary_dir = summary_dir or checkpoint_dir
    if summary_dir:
        if log_step_count_steps and log_step_count_steps > 0:
            all_hooks.append(StepCounterHook(output_dir=summary_dir,
                                             every_n_steps=log_step_count_steps))
        if _is_positive(save_summaries_steps) or _is_positive(save_summaries_secs):
            all_hooks.append(SummarySaverHook(
                scaffold=scaffold, save_steps=save_summaries_steps, save_secs=save_summaries_secs,
                output_dir=summary_dir))
    if checkpoint_dir and (_is_positive(save_checkpoint_secs)
                           or _is_positive(save_checkpoint_steps)):
        all_hooks.append(CheckpointSaverHook(
            checkpoint_dir, save_steps=save_checkpoint_steps, save_secs=save_checkpoint_secs,
            scaffold=scaffold))
    all_hooks.extend(hooks or [])
    return MonitoredSession(session_creator=creator, hooks=all_hooks,
                            stop_grace_period_secs=stop_grace_period_secs)


def _or_none(*values):
    return [None if value is USE_DEFAULT else value for value in values]


def _is_positive(value):
    return bool(value) and value > 0


# ---- making sessions ----


class SessionCreator(abc.ABC):
    """Makes the sessions of a monitored session."""

    @abc.abstractmethod
    def create_session(self):
        """A new Session."""


class ChiefSessionCreator(SessionCreator):
    """Makes sessions that are initialized, or restored from the latest checkpoint.

    Args:
      scaffold: a Scaffold; it is finalized with the first session.
      master: "".
      config: a ConfigProto.
      checkpoint_dir: the directory of checkpoints.
      checkpoint_filename_with_path: or a checkpoint's path.
    """

    def __init__(self, scaffold=None, master="", config=None, checkpoint_dir=None,
                 checkpoint_filename_with_path=None):
        self._checkpoint_dir = checkpoint_dir
        self._checkpoint_filename_with_path = checkpoint_filename_with_path
        self._scaffold = scaffold or Scaffold()
        self._session_manager = None
        self._master = master
        self._config = config

    def create_session(self):
        self._scaffold.finalize()
        if not self._session_manager:
            self._session_manager = _manager(self._scaffold)
        return self._session_manager.prepare_session(
            self._master, saver=self._scaffold.saver, checkpoint_dir=self._checkpoint_dir,
            checkpoint_filename_with_path=self._checkpoint_filename_with_path,
            config=self._config, init_op=self._scaffold.init_op,
            init_feed_dict=self._scaffold.init_feed_dict, init_fn=self._scaffold.init_fn)


class WorkerSessionCreator(SessionCreator):
    """Makes sessions that wait until the chief has initialized everything.

    Args:
      scaffold: a Scaffold; it is finalized with the first session.
      master: "".
      config: a ConfigProto.
      max_wait_secs: how long to wait.
    """

    def __init__(self, scaffold=None, master="", config=None, max_wait_secs=30 * 60):
        self._scaffold = scaffold or Scaffold()
        self._session_manager = None
        self._master = master
        self._config = config
        self._max_wait_secs = max_wait_secs

    def create_session(self):
        self._scaffold.finalize()
        if not self._session_manager:
            self._session_manager = _manager(self._scaffold)
        return self._session_manager.wait_for_session(
            self._master, config=self._config, max_wait_secs=self._max_wait_secs)


def _manager(scaffold):
    return SessionManager(
        local_init_op=scaffold.local_init_op, ready_op=scaffold.ready_op,
        ready_for_local_init_op=scaffold.ready_for_local_init_op, graph=get_default_graph())


# ---- monitored sessions ----


class StepContext:
    """What the function of ``run_step_fn`` gets: a session without hooks, and with them.

    Args:
      session: the Session.
      run_with_hooks_fn: a function that runs with hooks.
    """

    def __init__(self, session, run_with_hooks_fn):
        self._session = session
        self._run_with_hooks_fn = run_with_hooks_fn

    @property
    def session(self):
        """The Session, which calls no hooks."""
        return self._session

    def run_with_hooks(self, *args, **kwargs):
        """The same as ``MonitoredSession.run``."""
        return self._run_with_hooks_fn(*args, **kwargs)

    def request_stop(self):
        """Ends the step and makes ``should_stop()`` True."""
        raise StopIteration("step_fn has requested the iterations to stop.")


class _MonitoredSession:
    """What MonitoredSession and SingularMonitoredSession share."""

    StepContext = StepContext

    def __init__(self, session_creator, hooks, should_recover, stop_grace_period_secs=120):
        self._graph_was_finalized = get_default_graph().finalized
        self._hooks = hooks or []
        self._creator = session_creator
        self._should_recover = should_recover
        self._stop_grace_period_secs = stop_grace_period_secs
        for hook in self._hooks:
            hook.begin()
        self._run = None
        self._coord = None
        self._open_again()

    # ---- sessions, one after another ----

    def _open(self):
        """Makes a session, starts its threads and tells the hooks."""
        session = self._creator.create_session()
        self._coord = Coordinator(clean_stop_exception_types=[])
        if get_collection(GraphKeys.QUEUE_RUNNERS):
            queue_runner.start_queue_runners(sess=session, coord=self._coord)
        for hook in self._hooks:
            hook.after_create_session(session, self._coord)
        self._run = _HookedRun(session, self._hooks)

    def _open_again(self):
        while True:
            try:
                self._open()
                return
            except _PREEMPTION_ERRORS as error:
                if not self._should_recover:
                    raise
                _tell_of(error, "created")

    def _shut(self):
        """Stops the threads and closes the session; this one may be opened again."""
        run, coord = self._run, self._coord
        self._run = self._coord = None
        coord.request_stop()
        try:
            coord.join(stop_grace_period_secs=self._stop_grace_period_secs,
                       ignore_live_threads=True)
        finally:
            run.session.close()

    # ---- use ----

    @property
    def graph(self):
        """The graph; None after the end."""
        return None if self._run is None else self._run.session.graph

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs, with hooks; otherwise as ``Session.run``.

        Raises:
          RuntimeError: the session was closed, or a hook has asked to stop.
        """
        return self._attempt(lambda run: run(fetches, feed_dict, options, run_metadata))

    def run_step_fn(self, step_fn):
        """Runs a function of a StepContext, which may run several things.

        Raises:
          ValueError: it does not take a ``step_context``.
        """
        names = inspect.getfullargspec(step_fn).args
        if "step_context" not in names or len(names) > 2 or (
                len(names) == 2 and not inspect.ismethod(step_fn)):
            raise ValueError(
                "`step_fn` may either have one `step_context` argument, or `self` and "
                "`step_context` arguments if it's an instance method. Got "
                f"{tuple(names)} instead.")

        def step(run):
            context = StepContext(
                run.session, lambda *args, **kwargs: run(*args, **kwargs))
            try:
                return step_fn(context)
            except StopIteration:
                run.should_stop = True
                return None

        return self._attempt(step)

    def _attempt(self, function):
        """Calls ``function(run)``; after a preemption with a new session."""
        while True:
            if self._run is None:
                raise RuntimeError("Run called even after should_stop requested.")
            try:
                return self._reporting(function)
            except _PREEMPTION_ERRORS as error:
                if not self._should_recover:
                    raise
                _tell_of(error, "run")
                self._shut()
                self._open_again()

    def _reporting(self, function):
        """Calls ``function(run)``; where a thread was preempted, that is the error to raise."""
        try:
            return function(self._run)
        except _PREEMPTION_ERRORS:
            raise
        except Exception:
            requested = _exception_of(self._coord)
            if isinstance(requested, _PREEMPTION_ERRORS):
                raise requested from None
            raise

    def should_stop(self):
        """Whether a hook or a thread has asked to stop, or the session was closed."""
        return self._run is None or self._coord.should_stop() or self._run.should_stop

    def close(self):
        """Ends: the hooks' ``end``, the threads, the session."""
        self._close_internal()

    def _close_internal(self, exception_type=None):
        try:
            if not exception_type:
                if self._run is None:
                    raise RuntimeError("Session is already closed.")
                for hook in self._hooks:
                    hook.end(self._run.session)
        finally:
            try:
                if self._run is not None:
                    self._shut()
            finally:
                if not self._graph_was_finalized:
                    get_default_graph()._unsafe_unfinalize()

    def __enter__(self):
        return self

    def __exit__(self, exception_type, exception_value, traceback):
        if exception_type in (errors.OutOfRangeError, StopIteration):
            exception_type = None  # the end of the input
        self._close_internal(exception_type)
        return exception_type is None

    def _tf_sess(self):
        """The Session, without hooks."""
        return None if self._run is None else self._run.session


class MonitoredSession(_MonitoredSession):
    """A session that initializes itself, calls hooks, and ends in good order::

        with tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(100)]) as sess:
            while not sess.should_stop():
                sess.run(train_op)

    It finalizes the graph. At the end of the ``with``, hooks are told, unless an exception ends it;
    OutOfRangeError and StopIteration are a normal end. After AbortedError and UnavailableError it
    makes a new session.

    Args:
      session_creator: a SessionCreator, by default a ChiefSessionCreator.
      hooks: a list of SessionRunHooks.
      stop_grace_period_secs: how long threads may take to end.
    """

    def __init__(self, session_creator=None, hooks=None, stop_grace_period_secs=120):
        super().__init__(session_creator or ChiefSessionCreator(), hooks, should_recover=True,
                         stop_grace_period_secs=stop_grace_period_secs)


class SingularMonitoredSession(_MonitoredSession):
    """A MonitoredSession that never makes a new session, and gives its own away.

    Args:
      hooks: a list of SessionRunHooks.
      scaffold: a Scaffold.
      master: "".
      config: a ConfigProto.
      checkpoint_dir: the directory of checkpoints; the latest is restored.
      stop_grace_period_secs: how long threads may take to end.
      checkpoint_filename_with_path: or a checkpoint's path.
    """

    def __init__(self, hooks=None, scaffold=None, master="", config=None, checkpoint_dir=None,
                 stop_grace_period_secs=120, checkpoint_filename_with_path=None):
        creator = ChiefSessionCreator(
            scaffold=scaffold, master=master, config=config, checkpoint_dir=checkpoint_dir,
            checkpoint_filename_with_path=checkpoint_filename_with_path)
        super().__init__(creator, hooks, should_recover=False,
                         stop_grace_period_secs=stop_grace_period_secs)

    def raw_session(self):
        """The Session, without hooks; None after the end."""
        return self._tf_sess()


class _HookedRun:
    """Runs of a session between hooks.

    Attributes:
      session: the Session.
      should_stop: whether a hook has asked to stop.
    """

    def __init__(self, session, hooks):
        self.session = session
        self.should_stop = False
        self._hooks = hooks

    def __call__(self, fetches, feed_dict=None, options=None, run_metadata=None):
        from minitf.framework import protos

        if self.should_stop:
            raise RuntimeError("Run called even after should_stop requested.")
        context = SessionRunContext(SessionRunArgs(fetches, feed_dict), self.session)
        options = options or protos.RunOptions()
        all_fetches = {"caller": fetches}
        feeds = self._ask(context, all_fetches, feed_dict, options)
        run_metadata = run_metadata or protos.RunMetadata()
        outputs = self.session.run(all_fetches, feed_dict=feeds, options=options,
                                   run_metadata=run_metadata)
        for hook in self._hooks:
            hook.after_run(context, SessionRunValues(results=outputs.get(hook), options=options,
                                                     run_metadata=run_metadata))
        self.should_stop = self.should_stop or context.stop_requested
        return outputs["caller"]

    def _ask(self, context, all_fetches, feed_dict, options):
        """Notes what hooks want to fetch, and returns what is to be fed.

        Raises:
          RuntimeError: two of them feed a tensor.
        """
        hook_feeds = {}
        for hook in self._hooks:
            request = hook.before_run(context)
            if request is None:
                continue
            if request.fetches is not None:
                all_fetches[hook] = request.fetches
            if request.feed_dict:
                _check_feeds(hook_feeds, request.feed_dict, "Same tensor is fed by two hooks.")
                hook_feeds.update(request.feed_dict)
            if request.options:
                _merge_options(options, request.options)
        if not hook_feeds:
            return feed_dict
        if not feed_dict:
            return hook_feeds
        _check_feeds(hook_feeds, feed_dict, "Same tensor is fed by a SessionRunHook and user.")
        return {**feed_dict, **hook_feeds}


def _check_feeds(feeds, more, message):
    """Raises RuntimeError when a tensor is fed twice."""
    twice = [tensor for tensor in feeds if tensor in more]
    if twice:
        raise RuntimeError(f"{message} Conflict(s): {twice}")


def _merge_options(options, more):
    """Adds what a hook asks for: the higher level of tracing, the longer timeout."""
    options.trace_level = max(options.trace_level, more.trace_level)
    options.timeout_in_ms = max(options.timeout_in_ms, more.timeout_in_ms)
    options.inter_op_thread_pool = max(options.inter_op_thread_pool, more.inter_op_thread_pool)
    options.output_partition_graphs |= more.output_partition_graphs


def _exception_of(coord):
    """The exception with which a thread has asked to stop, or None."""
    try:
        coord.raise_requested_exception()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    return None


def _tell_of(error, what):
    tf_logging.info("An error was raised while a session was being %s. This may be due to a "
                    "preemption of a connected worker or parameter server. A new session will be "
                    "created. Error: %s", what, error)
