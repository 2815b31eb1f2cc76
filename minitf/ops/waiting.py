"""Objects that threads wait for: each says what it wants, and is woken when that is done."""

import collections
import functools
import threading

from minitf.framework import errors

STUCK, MOVED, DONE = range(3)  # how far a step of an attempt came


class _Attempt:
    """What one thread wants.

    Attributes:
      step: a function that does what can be done now, and returns how far it came; it may raise.
      cancelled_message: what the error says when the thread is told to give up.
      finished, error: the outcome.
      woken: set when it is finished; made if the thread has to wait.
    """

    __slots__ = ("cancelled_message", "error", "finished", "step", "woken")

    def __init__(self, step, cancelled_message):
        self.step = step
        self.cancelled_message = cancelled_message
        self.finished = False
        self.error = None
        self.woken = None

    def finish(self, error=None):
        self.finished = True
        self.error = error
        if self.woken is not None:
            self.woken.set()

    def cancel(self):
        self.finish(errors.CancelledError(None, None, self.cancelled_message))


class Served:
    """An object that serves threads strictly in the order in which they came, line by line.

    Whoever changes the object also carries out the attempts, of other threads too, that the change
    made possible, and wakes these threads. So a thread wakes once, when what it waited for is done.

    Args:
      lines: how many lines threads stand in.

    Attributes:
      lock: held while the object is looked at or changed, never while waiting.
      lines: deques of attempts.
    """

    def __init__(self, lines):
        self.lock = threading.Lock()
        self.lines = [collections.deque() for _ in range(lines)]

    def attempt(self, line, step, cancelled_message, cancellation):
        """Stands in a line with ``step``, and returns when it is done.

        Args:
          line: the number of the line.
          step: called with the lock, once or several times: returns STUCK, MOVED or DONE. What it
            raises, an OpError, ends the attempt and is raised here.
          cancelled_message: of the CancelledError when the wait is cancelled.
          cancellation: the CancellationManager of the wait.
        """
        line = self.lines[line]
        attempt = _Attempt(step, cancelled_message)
        with self.lock:
            line.append(attempt)
            self.serve()
            if not attempt.finished:
                attempt.woken = threading.Event()
        if attempt.woken is not None:
            self._wait(line, attempt, cancellation)
        if attempt.error is not None:
            raise attempt.error

    def _wait(self, line, attempt, cancellation):
        give_up = functools.partial(self._give_up, line, attempt)
        if not cancellation.register(give_up):
            give_up()
        try:
            attempt.woken.wait()
        finally:  # KeyboardInterrupt ends the wait, too
            cancellation.deregister(give_up)
            give_up()

    def _give_up(self, line, attempt):
        """Takes an attempt out of its line, if it is not finished."""
        with self.lock:
            if not attempt.finished:
                line.remove(attempt)
                attempt.cancel()
                self.serve()

    def cancel_line(self, line):
        """Cancels all attempts of a line; the caller has the lock."""
        for attempt in self.lines[line]:
            attempt.cancel()
        self.lines[line].clear()

    def serve(self):
        """Carries out attempts for as long as that changes something; the caller has the lock."""
        while any([self._serve_line(line) for line in self.lines]):
            pass

    @staticmethod
    def _serve_line(line):
        """Carries out the attempts at the front of a line; True if anything changed."""
        changed = False
        while line:
            attempt, error = line[0], None
            try:
                outcome = attempt.step()
            except errors.OpError as failure:
                outcome, error = DONE, failure
            if outcome != DONE:
                return changed or outcome == MOVED
            changed = True
            line.popleft()
            attempt.finish(error)
        return changed
