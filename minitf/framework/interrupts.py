"""Ctrl-C while a variable is half updated."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def uninterrupted():
    """A block that SIGINT does not break off: a KeyboardInterrupt is raised after it.

    As under TensorFlow, where a signal is handled when the kernel returns, an update that is made
    in several steps is made wholly. Python handles signals in the main thread only.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):  # ignored, or not Python's to handle
        yield
        return
    arrived = []
    signal.signal(signal.SIGINT, lambda *arguments: arrived.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if arrived:
            handler(*arrived[0])
