"""Supervisor: what MonitoredTrainingSession is the successor of."""

import contextlib
import os
import time

from minitf import tf_logging
from minitf.framework.graph import (
    GraphKeys, add_to_collection, get_collection, get_default_graph)
from minitf.framework.graph_io import write_graph
from minitf.framework.meta_graph import create_meta_graph_def
from minitf.global_step import global_step as value_of_global_step
from minitf.ops import control_flow_ops, lookup_ops
from minitf.session.session import BaseSession
from minitf.train.coordinator import Coordinator, LooperThread
from minitf.train.saver import Saver
from minitf.train.session_manager import SessionManager
from minitf.variables import (
    global_variables, global_variables_initializer, local_variables_initializer,
    report_uninitialized_variables)

_DEFAULT = 0


class Supervisor:
    """Initializes or restores a model, and saves checkpoints and summaries in threads.

    Deprecated: tf.train.MonitoredTrainingSession does the same with hooks. It finalizes the graph.

    Args:
      graph: the graph; by default the default graph.
      ready_op, ready_for_local_init_op, init_op, local_init_op, summary_op, saver, global_step:
        as of Scaffold; by default from the collections, or made. None: not used.
      is_chief: this one initializes and saves; the others wait.
      init_feed_dict: feeds of ``init_op``.
      logdir: the directory of checkpoints and summaries.
      save_summaries_secs, save_model_secs: how often; 0: never.
      recovery_wait_secs: how long to wait before it is looked again whether a model is ready.
      stop_grace_secs: how long threads may take to end.
      checkpoint_basename: the checkpoints' name.
      session_manager: a SessionManager.
      summary_writer: a FileWriter; by default one for ``logdir``.
      init_fn: a function of the session, called after ``init_op``.
      local_init_run_options: RunOptions for ``local_init_op``.
    """

    USE_DEFAULT = _DEFAULT

    def __init__(self, graph=None, ready_op=USE_DEFAULT, ready_for_local_init_op=USE_DEFAULT,
                 is_chief=True, init_op=USE_DEFAULT, init_feed_dict=None,
                 local_init_op=USE_DEFAULT, logdir=None, summary_op=USE_DEFAULT,
                 saver=USE_DEFAULT, global_step=USE_DEFAULT, save_summaries_secs=120,
                 save_model_secs=600, recovery_wait_secs=30, stop_grace_secs=120,
                 checkpoint_basename="model.ckpt", session_manager=None,
                 summary_writer=USE_DEFAULT, init_fn=None, local_init_run_options=None):
        self._graph = graph or get_default_graph()
        with self._graph.as_default():
            self._ready_op = _given_or(ready_op, GraphKeys.READY_OP,
                                       report_uninitialized_variables)
            self._ready_for_local_init_op = _given_or(
                ready_for_local_init_op, GraphKeys.READY_FOR_LOCAL_INIT_OP, _nothing)
            self._init_op = _given_or(init_op, GraphKeys.INIT_OP, global_variables_initializer)
            self._local_init_op = _given_or(local_init_op, GraphKeys.LOCAL_INIT_OP,
                                            _local_init_op)
            self._saver = _given_or(saver, GraphKeys.SAVERS, _saver)
            self._summary_op = _given_or(summary_op, GraphKeys.SUMMARY_OP, _summary_op)
            self._global_step = _given_or(global_step, GraphKeys.GLOBAL_STEP, self._find_step)
        self._init_feed_dict = init_feed_dict
        self._init_fn = init_fn
        self._meta_graph_def = create_meta_graph_def(
            graph_def=self._graph.as_graph_def(add_shapes=True),
            saver_def=self._saver.saver_def if self._saver else None)
        self._is_chief = is_chief
        self._coord = Coordinator()
        self._stop_grace_secs = stop_grace_secs
        self._graph_added_to_summary = False
        self._logdir = self._save_path = self._summary_writer = None
        self._save_summaries_secs = self._save_model_secs = None
        if is_chief:
            self._logdir = logdir
            self._save_summaries_secs = save_summaries_secs
            self._save_model_secs = save_model_secs
            if logdir:
                self._save_path = os.path.join(logdir, checkpoint_basename)
            self._summary_writer = summary_writer
            if summary_writer is _DEFAULT:
                self._summary_writer = _writer(logdir)
        self._session_manager = session_manager or SessionManager(
            local_init_op=self._local_init_op, ready_op=self._ready_op,
            ready_for_local_init_op=self._ready_for_local_init_op, graph=self._graph,
            recovery_wait_secs=recovery_wait_secs, local_init_run_options=local_init_run_options)
        self._check_devices()
        self._graph.finalize()

    def _find_step(self):
        try:
            return self._graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None

    def _check_devices(self):
        if self._is_chief:
            return
        for op in self._graph.get_operations():
            if op.type in ("Variable", "VariableV2") and not op.device:
                raise ValueError("When using replicas, all Variables must have their device set: "
                                 f"{op}")

    # ---- what it has ----

    @property
    def is_chief(self):
        return self._is_chief

    @property
    def session_manager(self):
        return self._session_manager

    @property
    def coord(self):
        """The Coordinator of the threads."""
        return self._coord

    @property
    def init_op(self):
        return self._init_op

    @property
    def init_feed_dict(self):
        return self._init_feed_dict

    @property
    def ready_op(self):
        return self._ready_op

    @property
    def ready_for_local_init_op(self):
        return self._ready_for_local_init_op

    @property
    def summary_writer(self):
        return self._summary_writer

    @property
    def summary_op(self):
        return self._summary_op

    @property
    def save_summaries_secs(self):
        return self._save_summaries_secs

    @property
    def global_step(self):
        return self._global_step

    @property
    def saver(self):
        return self._saver

    @property
    def save_model_secs(self):
        return self._save_model_secs

    @property
    def save_path(self):
        """The checkpoints' path, before the step."""
        return self._save_path

    # ---- sessions ----

    def prepare_or_wait_for_session(self, master="", config=None, wait_for_checkpoint=False,
                                    max_wait_secs=7200, start_standard_services=True):
        """A session whose model is ready, with its threads running.

        Args:
          master: "".
          config: a ConfigProto.
          wait_for_checkpoint: wait until there is a checkpoint.
          max_wait_secs: how long.
          start_standard_services: start the threads that save, and the queue runners.
        """
        self._coord.clear_stop()
        if self._summary_writer:
            self._summary_writer.reopen()
        if self._is_chief:
            sess = self._session_manager.prepare_session(
                master, init_op=self._init_op, saver=self._saver, checkpoint_dir=self._logdir,
                wait_for_checkpoint=wait_for_checkpoint, max_wait_secs=max_wait_secs,
                config=config, init_feed_dict=self._init_feed_dict, init_fn=self._init_fn)
            self._write_graph()
            if start_standard_services:
                tf_logging.info("Starting standard services.")
                self.start_standard_services(sess)
        else:
            sess = self._session_manager.wait_for_session(master, config=config,
                                                          max_wait_secs=max_wait_secs)
        if start_standard_services:
            tf_logging.info("Starting queue runners.")
            self.start_queue_runners(sess)
        return sess

    @contextlib.contextmanager
    def managed_session(self, master="", config=None, start_standard_services=True,
                        close_summary_writer=True):
        """A context manager of ``prepare_or_wait_for_session``, which stops the threads at the end.

        An exception inside it stops the threads, and is raised when they have ended;
        OutOfRangeError is a normal end.
        """
        sess = None
        try:
            sess = self.prepare_or_wait_for_session(
                master=master, config=config, start_standard_services=start_standard_services)
            yield sess
        except Exception as error:  # noqa: BLE001 - the coordinator raises it again
            self.request_stop(error)
        finally:
            try:
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                if sess is not None:
                    sess.close()

    def _write_graph(self):
        if self._logdir:
            write_graph(self._graph.as_graph_def(add_shapes=True), self._logdir, "graph.pbtxt")
        if self._summary_writer and not self._graph_added_to_summary:
            self._summary_writer.add_graph(self._graph)
            self._summary_writer.add_meta_graph(self._meta_graph_def)
            self._graph_added_to_summary = True

    # ---- threads ----

    def start_standard_services(self, sess):
        """Starts the threads that save summaries and checkpoints and count steps.

        Returns:
          A list of threads; None without ``logdir``.

        Raises:
          RuntimeError: this is not the chief.
        """
        if not self._is_chief:
            raise RuntimeError("Only chief supervisor can start standard services. Because only "
                               "chief supervisors can write events.")
        if not self._logdir:
            tf_logging.warning("Standard services need a 'logdir' passed to the SessionManager")
            return None
        if self._global_step is not None and self._summary_writer:
            self._log_session("START", value_of_global_step(sess, self._global_step))
        threads = []
        if self._save_summaries_secs and self._summary_writer:
            if self._summary_op is not None:
                threads.append(SVSummaryThread(self, sess))
            if self._global_step is not None:
                threads.append(SVStepCounterThread(self, sess))
        if self._saver and self._save_model_secs:
            threads.append(SVTimerCheckpointThread(self, sess))
        for thread in threads:
            thread.start()
        return threads

    def start_queue_runners(self, sess, queue_runners=None):
        """Starts the threads of queue runners, by default those of the collection QUEUE_RUNNERS."""
        if queue_runners is None:
            queue_runners = self._graph.get_collection(GraphKeys.QUEUE_RUNNERS)
        return [thread for runner in queue_runners
                for thread in runner.create_threads(sess, coord=self._coord, daemon=True,
                                                    start=True)]

    def loop(self, timer_interval_secs, target, args=None, kwargs=None):
        """Starts and returns a LooperThread that calls ``target`` again and again."""
        looper = LooperThread(self._coord, timer_interval_secs, target=target, args=args,
                              kwargs=kwargs)
        looper.start()
        return looper

    def stop(self, threads=None, close_summary_writer=True, ignore_live_threads=False):
        """Stops the threads and waits for them; raises what one of them has raised."""
        self._coord.request_stop()
        try:
            self._coord.join(threads, stop_grace_period_secs=self._stop_grace_secs,
                             ignore_live_threads=ignore_live_threads)
        finally:
            if close_summary_writer and self._summary_writer:
                self._log_session("STOP", None)
                self._summary_writer.close()
                self._graph_added_to_summary = False

    def request_stop(self, ex=None):
        """Asks the threads to stop; see Coordinator.request_stop."""
        self._coord.request_stop(ex=ex)

    def should_stop(self):
        """Whether a stop was requested."""
        return self._coord.should_stop()

    def stop_on_exception(self):
        """Inside it, an exception becomes a request to stop."""
        return self._coord.stop_on_exception()

    def wait_for_stop(self):
        """Waits until a stop is requested."""
        self._coord.wait_for_stop()

    # ---- summaries ----

    def summary_computed(self, sess, summary, global_step=None):
        """Writes a summary.

        Raises:
          RuntimeError: there is no writer.
        """
        if not self._summary_writer:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self._global_step is not None:
            global_step = value_of_global_step(sess, self._global_step)
        self._summary_writer.add_summary(summary, global_step)

    def _log_session(self, status, step, path=""):
        from minitf.framework import protos

        log = protos.SessionLog(status=getattr(protos.SessionLog, status), checkpoint_path=path)
        self._summary_writer.add_session_log(log, step)

    # TensorFlow's older names.
    PrepareSession = prepare_or_wait_for_session
    StartQueueRunners = start_queue_runners
    StartStandardServices = start_standard_services
    Stop = stop
    RequestStop = request_stop
    Loop = loop
    ShouldStop = should_stop
    StopOnException = stop_on_exception
    WaitForStop = wait_for_stop
    SummaryComputed = summary_computed


def _given_or(value, collection, make):
    """``value``; by default the first of a collection, or ``make()``, which is added to it."""
    if value is not _DEFAULT:
        return value
    found = get_collection(collection)
    if found:
        if len(found) > 1:
            tf_logging.info("Found %d %s operations. Returning the first one.", len(found),
                            collection)
        return found[0]
    made = make()
    if made is not None:
        add_to_collection(collection, made)
    return made


def _nothing():
    return None


def _local_init_op():
    return control_flow_ops.group(local_variables_initializer(), lookup_ops.tables_initializer())


def _saver():
    return Saver() if global_variables() else None


def _summary_op():
    from minitf.summary import merge_all

    return merge_all()


def _writer(logdir):
    if not logdir:
        return None
    from minitf.summary.writer import FileWriter

    return FileWriter(logdir)


class SVSummaryThread(LooperThread):
    """Writes the summary op's value now and then."""

    def __init__(self, sv, sess):
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv = sv
        self._sess = sess

    def run_loop(self):
        step = None
        if self._sv.global_step is not None:
            summary, step = self._sess.run([self._sv.summary_op, self._sv.global_step])
        else:
            summary = self._sess.run(self._sv.summary_op)
        if self._sv.summary_writer:
            tf_logging.info("Recording summary at step %s.", step)
            self._sv.summary_writer.add_summary(summary, step)


class SVStepCounterThread(LooperThread):
    """Writes the number of steps per second now and then."""

    def __init__(self, sv, sess, step_counter=None):
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv = sv
        self._sess = sess
        self._step_counter = sv.global_step if step_counter is None else step_counter
        self._summary_tag = f"{self._step_counter.op.name}/sec"

    def start_loop(self):
        self._last_time = time.time()
        self._last_step = value_of_global_step(self._sess, self._step_counter)

    def run_loop(self):
        from minitf.framework import protos

        step, now = value_of_global_step(self._sess, self._step_counter), time.time()
        elapsed = now - self._last_time
        per_second = (step - self._last_step) / elapsed if elapsed > 0 else float("inf")
        self._last_step, self._last_time = step, now
        summary = protos.Summary()
        summary.value.add(tag=self._summary_tag, simple_value=per_second)
        if self._sv.summary_writer:
            self._sv.summary_writer.add_summary(summary, step)
        tf_logging.info("%s: %g", self._summary_tag, per_second)


class SVTimerCheckpointThread(LooperThread):
    """Saves a checkpoint now and then."""

    def __init__(self, sv, sess):
        super().__init__(sv.coord, sv.save_model_secs)
        self._sv = sv
        self._sess = sess

    def run_loop(self):
        sv = self._sv
        tf_logging.info("Saving checkpoint to path %s", sv.save_path)
        sv.saver.save(self._sess, sv.save_path, global_step=sv.global_step)
        if sv.summary_writer and sv.global_step is not None:
            sv._log_session("CHECKPOINT", value_of_global_step(self._sess, sv.global_step),
                            sv.save_path)


def basic_train_loop(supervisor, train_step_fn, args=None, kwargs=None, master=""):
    """Calls ``train_step_fn(session, *args, **kwargs)`` until the supervisor says stop."""
    with supervisor.managed_session(master) as sess:
        while not supervisor.should_stop():
            train_step_fn(sess, *(args or ()), **(kwargs or {}))
