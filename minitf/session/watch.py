"""Watched plans: the same function, which tells a watcher after each line what has just run.

The text of a line becomes ``y = a @ b; watch(3, y); del a, b``. A Tracer notes the times and the
shapes, from which ``session/step_stats.py`` makes StepStats; a Deadline gives up when time is over.
A plan that nobody watches has no trace of this.
"""

import threading
import time

import numpy as np

from minitf.framework import errors
from minitf.framework.cancellation import CancellationManager, waiting_under
from minitf.session.frames import NEXTS
from minitf.session.state import VariableState
from minitf.session.writer import Writer


class WatchedWriter(Writer):
    """Writes plans that call a watcher.

    The finished plan has ``watched``: for each number in a call of the watcher, the operation, the
    outputs passed, the tensors that the line deletes, and whether it writes into an input's memory.
    """

    more_parameters = ("watch",)

    def write(self):
        self.plan.watched = []
        super().write()
        self.plan.unlined = [op for op in self.plan.order if self._has_value_without_line(op)]

    def _has_value_without_line(self, op):
        """Whether an operation's value is a global of the text: a constant or a resource."""
        return (any(tensor in self.expressions for tensor in op.outputs)
                and (op in self.plan.folded or (op in self.alive and op.op_type.hoisted)))

    def _write_op(self, op, dying):
        before = len(self.lines)
        super()._write_op(op, dying)
        if len(self.lines) == before:
            self._write_line(op, "pass")

    def _write_branching(self, op, dead):
        before = len(self.lines)
        super()._write_branching(op, dead)
        if len(self.lines) == before:
            self._write_line(op, "pass")

    def _add_line(self, op, text, dead=()):
        super()._add_line(op, f"{text}; {self._watch_text(op, text, dead)}", dead)

    def _write_while(self, frame):
        for enter in frame.enters:
            self.expressions[enter.outputs[0]] = self._arguments(enter)[0]
            self._add_line(enter, "pass")
        super()._write_while(frame)

    def _write_next(self, frame):
        super()._write_next(frame)
        for merge in frame.merges:
            step = next(tensor.op for tensor in merge.inputs if tensor.op.type in NEXTS)
            self.expressions[step.outputs[0]] = self.expressions[merge.outputs[0]]
            self._add_line(step, "pass")
            if merge is not frame.merges[0]:
                self._add_line(merge, "pass")

    def _watch_text(self, op, text, dead):
        """The call that tells the watcher what an operation's line has done."""
        names, tensors = [], []
        for tensor in op.outputs:
            name = self.expressions.get(tensor)
            if name is not None and name != "None" and tensor not in self.fed:
                tensors.append(tensor)
                names.append(name)
        dead = set(dead)
        freed = [tensor for tensor in dict.fromkeys([*op.inputs, *op.outputs])
                 if self.expressions.get(tensor) in dead]
        number = len(self.plan.watched)
        self.plan.watched.append((op, tensors, freed, "out=" in text))
        return f"watch({', '.join([str(number), *names])})"


class TimedOut(BaseException):
    """Raised between two lines of a plan when the time is over; no kernel catches it."""


class Deadline:
    """A watcher that lets a run take limited time.

    Args:
      seconds: how long.
      parent: the CancellationManager of the session.
    """

    def __init__(self, seconds, parent):
        self._end = time.monotonic() + seconds
        self._manager = CancellationManager(parent)
        self._timer = threading.Timer(seconds, self._manager.start_cancel)
        self._timer.daemon = True
        self._waiting = waiting_under(self._manager)

    @property
    def is_over(self):
        return time.monotonic() >= self._end

    def __call__(self, number, *outputs):
        if self.is_over:
            raise TimedOut

    def __enter__(self):
        self._timer.start()
        self._waiting.__enter__()
        return self

    def __exit__(self, kind, error, traceback):
        self._timer.cancel()
        self._waiting.__exit__(kind, error, traceback)
        self._manager.detach()
        if kind is TimedOut or (kind is errors.CancelledError and self.is_over):
            raise errors.DeadlineExceededError(
                None, None, "Timed out waiting for notification") from None


class Tracer:
    """A watcher that notes when each line ran, and what it computed.

    Args:
      deadline: a Deadline to keep, too, or None.

    Attributes:
      records: a list of (number of the line, start, end, descriptions of the outputs), with times
        in nanoseconds of ``time.perf_counter_ns``.
      started: when the run began; ``wall_offset`` added gives the time of day.
      thread: the identity of the thread that runs.
    """

    def __init__(self, deadline=None):
        self._deadline = deadline
        self.records = []
        self.thread = threading.get_ident()
        self.wall_offset = time.time_ns() - time.perf_counter_ns()
        self.started = self._last = time.perf_counter_ns()

    def __call__(self, number, *outputs):
        end = time.perf_counter_ns()
        self.records.append((number, self._last, end, [describe(value) for value in outputs]))
        if self._deadline is not None:
            self._deadline(number)
        self._last = time.perf_counter_ns()


def describe(value):
    """(shape, bytes, address, whether it owns its memory) of a value; None for other objects."""
    if isinstance(value, VariableState):
        value = value.value
        if value is None:
            return None
        shape, size, address, _ = describe(value)
        return shape, size, address, False
    if isinstance(value, (bool, int, float, bytes, np.generic)):
        return (), getattr(value, "nbytes", 8), 0, True
    if isinstance(value, np.ndarray):
        return value.shape, value.nbytes, value.ctypes.data, value.base is None
    return None
