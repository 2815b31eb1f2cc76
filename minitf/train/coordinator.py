"""Coordinator: several threads end together, and what one of them raised reaches who waits."""

import contextlib
import sys
import threading
import time

from minitf import tf_logging
from minitf.framework import errors


class Coordinator:
    """Tells threads when to stop, and waits for them.

    A thread asks ``should_stop()`` now and then, any thread may ``request_stop()``, the main thread
    calls ``join(threads)``, which raises the exception with which a stop was requested.

    Args:
      clean_stop_exception_types: exceptions that are a normal end and are not raised by ``join``;
        by default tf.errors.OutOfRangeError.
    """

    def __init__(self, clean_stop_exception_types=None):
        if clean_stop_exception_types is None:
            clean_stop_exception_types = (errors.OutOfRangeError,)
        self._clean_stop_exception_types = tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop_event = threading.Event()
        self._exception = None  # what join raises
        self._joined = False
        self._registered_threads = set()

    def request_stop(self, ex=None):
        """Asks all threads to stop; later requests change nothing.

        Args:
          ex: an exception, or a triple as of ``sys.exc_info()``, for ``join`` to raise. After
            ``join`` it is raised here.
        """
        exception = ex[1] if isinstance(ex, tuple) else ex
        if isinstance(exception, self._clean_stop_exception_types):
            exception = None
        with self._lock:
            if self._joined and exception is not None:
                raise exception
            if self._stop_event.is_set():
                return
            if exception is not None:
                tf_logging.info("Error reported to Coordinator: %s, %s", type(exception),
                                exception)
                self._exception = exception
            self._stop_event.set()

    def clear_stop(self):
        """Forgets a stop that was requested, and its exception."""
        with self._lock:
            self._joined = False
            self._exception = None
            self._stop_event.clear()

    def should_stop(self):
        """Whether a stop was requested."""
        return self._stop_event.is_set()

    @contextlib.contextmanager
    def stop_on_exception(self):
        """Inside it, an exception becomes a request to stop."""
        try:
            yield
        except BaseException:  # whatever ends the thread ends the others
            self.request_stop(ex=sys.exc_info())

    def wait_for_stop(self, timeout=None):
        """Waits until a stop is requested, at most ``timeout`` seconds; True if it was."""
        return self._stop_event.wait(timeout)

    def register_thread(self, thread):
        """Has ``join`` wait for a thread."""
        with self._lock:
            self._registered_threads.add(thread)

    def join(self, threads=None, stop_grace_period_secs=120, ignore_live_threads=False):
        """Waits until the threads have ended; once a stop is requested, only for a while.

        Args:
          threads: threads, besides those that are registered.
          stop_grace_period_secs: how long threads may take to end after the request.
          ignore_live_threads: those that have not ended by then are no error.

        Raises:
          RuntimeError: threads have not ended.
          The exception with which a stop was requested.
        """
        with self._lock:
            threads = list(self._registered_threads.union(threads or ()))
        while any(t.is_alive() for t in threads) and not self.wait_for_stop(1.0):
            pass
        self._wait(threads, stop_grace_period_secs)
        stragglers = " ".join(t.name for t in threads if t.is_alive())
        with self._lock:
            self._joined = True
            self._registered_threads = set()
            if self._exception is not None:
                raise self._exception
            if stragglers and not ignore_live_threads:
                raise RuntimeError(f"Coordinator stopped with threads still running: {stragglers}")
            if stragglers:
                tf_logging.info("Coordinator stopped with threads still running: %s", stragglers)

    @staticmethod
    def _wait(threads, seconds):
        """Waits for threads, at most so long. Each is asked again and again: some may be daemons of
        the user's that are alive for ever, and should cost the others no time."""
        end = time.monotonic() + seconds
        pause = 0.001
        while any(t.is_alive() for t in threads) and time.monotonic() <= end:
            time.sleep(pause)
            pause = min(2 * pause, max(end - time.monotonic(), 0.001))

    @property
    def joined(self):
        """Whether ``join`` has returned or raised."""
        return self._joined

    def raise_requested_exception(self):
        """Raises the exception with which a stop was requested, if there is one."""
        with self._lock:
            if self._exception is not None:
                raise self._exception


class LooperThread(threading.Thread):
    """A thread that does something again and again until its coordinator says stop.

    Args:
      coord: the Coordinator.
      timer_interval_secs: from one time to the next; None for no pause.
      target, args, kwargs: what to call; or a subclass overrides ``run_loop``.
    """

    def __init__(self, coord, timer_interval_secs, target=None, args=None, kwargs=None):
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        if not target and (args or kwargs):
            raise ValueError("'args' and 'kwargs' argument require that you also pass 'target'")
        super().__init__()
        self.daemon = True
        self._coord = coord
        self._timer_interval_secs = timer_interval_secs
        self._loop_target = target
        self._loop_args = args or ()
        self._loop_kwargs = kwargs or {}
        coord.register_thread(self)

    @staticmethod
    def loop(coord, timer_interval_secs, target, args=None, kwargs=None):
        """Starts and returns a LooperThread."""
        looper = LooperThread(coord, timer_interval_secs, target=target, args=args, kwargs=kwargs)
        looper.start()
        return looper

    def run(self):
        with self._coord.stop_on_exception():
            self.start_loop()
            if self._timer_interval_secs is None:
                while not self._coord.should_stop():
                    self.run_loop()
            else:
                next_time = time.time()
                while not self._coord.wait_for_stop(next_time - time.time()):
                    next_time += self._timer_interval_secs
                    self.run_loop()
            self.stop_loop()

    def start_loop(self):
        """Called once before the first time; for subclasses."""

    def stop_loop(self):
        """Called once after the last time; for subclasses."""

    def run_loop(self):
        """Called again and again: calls the target."""
        if self._loop_target:
            self._loop_target(*self._loop_args, **self._loop_kwargs)
