"""Giving up a wait: how kernels that block are told that nobody wants their result any more.

Who waits registers a callback with a CancellationManager for as long as it waits. Closing a session
cancels its manager, and so every wait in it. A run that may take limited time waits under a manager
of its own, which the session's cancels too.
"""

import contextlib
import threading


class CancellationManager:
    """Callbacks to call once, when what they belong to is cancelled.

    Args:
      parent: a manager whose cancellation cancels this one too, or None.
    """

    def __init__(self, parent=None):
        self._lock = threading.Lock()
        self._callbacks = set()
        self._cancelled = False
        self._parent = parent
        if parent is not None and not parent.register(self.start_cancel):
            self._cancelled = True

    @property
    def is_cancelled(self):
        return self._cancelled

    def register(self, callback):
        """Has ``callback()`` called on cancellation; False, and nothing, if that has been."""
        with self._lock:
            if not self._cancelled:
                self._callbacks.add(callback)
            return not self._cancelled

    def deregister(self, callback):
        """Takes a callback back; one that is being called may still be under way."""
        with self._lock:
            self._callbacks.discard(callback)

    def start_cancel(self):
        """Cancels: calls all callbacks, on this thread; the second time does nothing."""
        with self._lock:
            self._cancelled = True
            callbacks, self._callbacks = self._callbacks, set()
        for callback in callbacks:  # without the lock: a callback may take others
            callback()

    def detach(self):
        """Ends the connection with the parent, for a manager that is no longer used."""
        if self._parent is not None:
            self._parent.deregister(self.start_cancel)


_current = threading.local()


@contextlib.contextmanager
def waiting_under(manager):
    """Inside it, what this thread waits for is cancelled by ``manager``."""
    before = getattr(_current, "manager", None)
    _current.manager = manager
    try:
        yield manager
    finally:
        _current.manager = before


def manager_of(session_state):
    """What cancels the waits of the run on this thread: its own manager, or the session's."""
    return getattr(_current, "manager", None) or session_state.cancellation
