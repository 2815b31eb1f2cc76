"""Queue runners: threads that keep a queue filled by running its enqueue operations."""

import threading
import weakref

from minitf import tf_logging
from minitf.framework import errors
from minitf.framework.graph import (
    GraphKeys, add_to_collection, get_collection, get_default_graph)
from minitf.framework.meta_graph import register_proto_function
from minitf.framework.scope_names import prepend_scope, strip_scope
from minitf.session.session import BaseSession, get_default_session


class QueueRunner:
    """The enqueue operations of a queue, each to be run by a thread of its own.

    Args:
      queue: a queue.
      enqueue_ops: operations that put elements into it.
      close_op: closes it at the end; by default ``queue.close()``.
      cancel_op: closes it on a stop that was requested; by default it cancels pending enqueues.
      queue_closed_exception_types: tf.errors that mean the end of the input; by default
        OutOfRangeError alone.
      queue_runner_def: a QueueRunnerDef message, instead of all others.
      import_scope: the scope under which the message's names are.

    Raises:
      ValueError: neither queue and operations nor a message, or both.
    """

    def __init__(self, queue=None, enqueue_ops=None, close_op=None, cancel_op=None,
                 queue_closed_exception_types=None, queue_runner_def=None, import_scope=None):
        if queue_runner_def is not None:
            if queue or enqueue_ops:
                raise ValueError("queue_runner_def and queue are mutually exclusive.")
            self._take_proto(queue_runner_def, import_scope)
        else:
            if not queue or not enqueue_ops:
                raise ValueError("Must provide queue and enqueue_ops.")
            types = queue_closed_exception_types
            if types is not None and not (isinstance(types, tuple) and types and all(
                    issubclass(t, errors.OpError) for t in types)):
                raise TypeError("queue_closed_exception_types, when provided, must be a tuple of "
                                f"tf.error types, but saw: {types}")
            self._queue = queue
            self._enqueue_ops = enqueue_ops
            self._close_op = queue.close() if close_op is None else close_op
            self._cancel_op = (queue.close(cancel_pending_enqueues=True) if cancel_op is None
                               else cancel_op)
            self._queue_closed_exception_types = types or (errors.OutOfRangeError,)
        self._lock = threading.Lock()
        self._running = weakref.WeakKeyDictionary()  # session -> number of threads
        self._exceptions_raised = []

    @property
    def queue(self):
        return self._queue

    @property
    def enqueue_ops(self):
        return self._enqueue_ops

    @property
    def close_op(self):
        return self._close_op

    @property
    def cancel_op(self):
        return self._cancel_op

    @property
    def queue_closed_exception_types(self):
        return self._queue_closed_exception_types

    @property
    def exceptions_raised(self):
        """What threads without a coordinator have raised, since they were made."""
        return self._exceptions_raised

    @property
    def name(self):
        """The queue's name."""
        return self._queue.name

    # ---- threads ----

    def create_threads(self, sess, coord=None, daemon=False, start=False):
        """Threads that run the enqueue operations until the input ends or a stop is requested.

        Args:
          sess: the session.
          coord: a Coordinator, to which errors are reported and which is asked when to stop; one
            more thread cancels the queue then.
          daemon: whether the threads are daemons.
          start: whether to start them.

        Returns:
          A list of threads; empty if there are threads for this session already.
        """
        with self._lock:
            if self._running.get(sess, 0) > 0:
                return []
            self._running[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        threads = [threading.Thread(target=self._run, args=(sess, op, coord),
                                    name=f"QueueRunnerThread-{self.name}-{op.name}")
                   for op in self._enqueue_ops]
        if coord:
            threads.append(threading.Thread(
                target=self._close_on_stop, args=(sess, coord),
                name=f"QueueRunnerThread-{self.name}-close_on_stop"))
        for thread in threads:
            if coord:
                coord.register_thread(thread)
            if daemon:
                thread.daemon = True
            if start:
                thread.start()
        return threads

    def _run(self, sess, enqueue_op, coord):
        """What a thread does: enqueues until the input ends, the last one closes the queue."""
        ended = False
        try:
            enqueue = sess.make_callable(enqueue_op)
            while not (coord and coord.should_stop()):
                try:
                    enqueue()
                except self._queue_closed_exception_types:
                    ended = True
                    if self._one_ended(sess):
                        self._run_quietly(sess, self._close_op)
                    return
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are to know
            if coord:
                coord.request_stop(error)
            else:
                tf_logging.error("Exception in QueueRunner: %s", error)
                with self._lock:
                    self._exceptions_raised.append(error)
                raise
        finally:
            if not ended:
                self._one_ended(sess)

    def _one_ended(self, sess):
        """Counts a thread that has ended; True if it was the last."""
        with self._lock:
            self._running[sess] -= 1
            return self._running[sess] == 0

    def _close_on_stop(self, sess, coord):
        """What the last thread does: waits for the stop, then makes the others' waits end."""
        coord.wait_for_stop()
        self._run_quietly(sess, self._cancel_op)

    @staticmethod
    def _run_quietly(sess, op):
        """Runs an operation on a queue that may have been closed already."""
        try:
            sess.run(op)
        except Exception as error:  # noqa: BLE001
            tf_logging.vlog(1, "Ignored exception: %s", error)

    # ---- protocol buffers ----

    def to_proto(self, export_scope=None):
        """The QueueRunnerDef message; None if the queue is not in ``export_scope``."""
        from minitf.framework import protos

        if export_scope is not None and not self.queue.name.startswith(export_scope):
            return None

        def name(item):
            return strip_scope(item.name, export_scope)

        return protos.QueueRunnerDef(
            queue_name=name(self.queue), enqueue_op_name=[name(op) for op in self.enqueue_ops],
            close_op_name=name(self.close_op), cancel_op_name=name(self.cancel_op),
            queue_closed_exception_types=[
                errors.error_code_from_exception_type(t)
                for t in self._queue_closed_exception_types])

    def _take_proto(self, message, import_scope):
        graph = get_default_graph()

        def element(name):
            return graph.as_graph_element(prepend_scope(name, import_scope))

        self._queue = element(message.queue_name)
        self._enqueue_ops = [element(name) for name in message.enqueue_op_name]
        self._close_op = element(message.close_op_name)
        self._cancel_op = element(message.cancel_op_name)
        self._queue_closed_exception_types = tuple(
            errors.exception_type_from_error_code(code)
            for code in message.queue_closed_exception_types) or (errors.OutOfRangeError,)

    @staticmethod
    def from_proto(queue_runner_def, import_scope=None):
        """The QueueRunner of a QueueRunnerDef message, for operations of the default graph."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)


def add_queue_runner(qr, collection=GraphKeys.QUEUE_RUNNERS):
    """Adds a QueueRunner to a collection of the default graph."""
    add_to_collection(collection, qr)


def start_queue_runners(sess=None, coord=None, daemon=True, start=True,
                        collection=GraphKeys.QUEUE_RUNNERS):
    """Starts the threads of all queue runners that a collection has.

    Args:
      sess: the session; by default the default session.
      coord: a Coordinator for the threads.
      daemon: whether the threads are daemons.
      start: whether to start them.
      collection: the collection.

    Returns:
      A list of threads.

    Raises:
      ValueError: there is no session.  TypeError: ``sess`` is none.
    """
    if sess is None:
        sess = get_default_session()
        if not sess:
            raise ValueError("Cannot start queue runners: No default session is registered. Use "
                             "`with sess.as_default()` or pass an explicit session to "
                             "tf.start_queue_runners(sess=sess)")
    if not isinstance(sess, BaseSession):
        if type(sess).__name__ in ("MonitoredSession", "SingularMonitoredSession"):
            return []  # they start queue runners themselves
        raise TypeError(f"sess must be a `tf.Session` object. Given class: {type(sess)}")
    if not get_collection(collection):
        tf_logging.warning(
            "`tf.train.start_queue_runners()` was called when no queue runners were defined. You "
            "can safely remove the call to this deprecated function.")
    with sess.graph.as_default():
        return [thread for runner in get_collection(collection)
                for thread in runner.create_threads(sess, coord=coord, daemon=daemon, start=start)]


register_proto_function(GraphKeys.QUEUE_RUNNERS, proto_type="QueueRunnerDef",
                        to_proto=QueueRunner.to_proto, from_proto=QueueRunner.from_proto)
