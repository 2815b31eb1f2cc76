"""What a session remembers from run to run: variables, generators, by container and name."""

import itertools
import sys
import threading

import numpy as np

from minitf.framework import errors
from minitf.framework.cancellation import CancellationManager


class VariableState:
    """The cell that holds one variable's value in one session.

    Attributes:
      name: the variable's name, for messages.
      value: the array, or None while it is not initialised. Reading takes the array as it is, and
        what was read stays as it was: updates change the array itself when nobody else has it
        (``writable``), and put another array in its place otherwise.
      lock: held by updates that depend on the value, so that those of several threads all count.
    """

    __slots__ = ("name", "value", "lock")

    def __init__(self, name):
        self.name = name
        self.value = None
        self.lock = threading.Lock()

    def read(self):
        """The value.

        Raises:
          FailedPreconditionError: the variable has not been initialised.
        """
        if self.value is None:
            raise errors.FailedPreconditionError(
                None, None, f"Attempting to use uninitialized value {self.name}")
        return self.value

    def assign(self, value):
        """Makes ``value`` (an array that nobody changes later) the variable's value."""
        self.value = value

    def store(self, value):
        """Makes a copy of ``value`` the variable's value."""
        mine = self.value
        if mine is None or mine.nbytes < _PAGE or value.shape != mine.shape or (
                value.dtype != mine.dtype):
            self.value = np.array(value)
            return
        del mine
        if self._is_alone():
            np.copyto(self.value, value)  # no new memory, which is dear to touch for the first time
        else:
            self.value = np.array(value)

    def writable(self):
        """The variable's array, for a kernel to change in place.

        It is the array that the variable has, if nothing else refers to it: no value read before in
        this run, no view, no constant or feed that it came from. Otherwise a copy takes its place.
        The caller must not hold the array, either.

        Raises:
          FailedPreconditionError, NotFoundError: the variable has not been initialised.
        """
        self.read()
        if not self._is_alone():
            self.value = np.array(self.value)
        return self.value

    def _is_alone(self):
        """Whether the value is an array that only this cell refers to."""
        return (type(self.value) is np.ndarray and _references(self) <= _ALONE
                and self.value.base is None and self.value.flags.writeable)


_PAGE = 4096  # bytes


def _references(cell):
    """How many references there are to the cell's array, with those that counting takes."""
    return sys.getrefcount(cell.value)


def _count_alone():
    cell = VariableState("")
    cell.value = np.empty(1)
    return _references(cell)


_ALONE = _count_alone()


class ResourceManager:
    """The objects that operations share by container and name, as TF's ResourceMgr."""

    def __init__(self):
        self._containers = {}
        self._lock = threading.RLock()

    def lookup_or_create(self, container, name, factory):
        """The object of that name; made by ``factory()`` at first."""
        with self._lock:
            objects = self._containers.setdefault(container or "localhost", {})
            if name not in objects:
                objects[name] = factory()
            return objects[name]

    def lookup(self, container, name):
        """The object of that name, or None."""
        return self._containers.get(container or "localhost", {}).get(name)

    def delete(self, container, name):
        """Forgets an object; False when there was none."""
        with self._lock:
            return self._containers.get(container or "localhost", {}).pop(name, None) is not None

    def clear(self, containers=None):
        """Forgets all objects, or those of the containers named."""
        with self._lock:
            for name in list(self._containers) if containers is None else containers:
                self._containers.pop(name, None)


class KernelContext:
    """What a stateful kernel sees of the session: one for each operation that runs there.

    Attributes:
      op: the operation.
      session: the session's SessionState.
    """

    __slots__ = ("op", "session")

    def __init__(self, op, session):
        self.op = op
        self.session = session

    def state(self, factory):
        """An object of this operation alone, such as its random generator; made at first use."""
        states = self.session.op_states
        name = self.op.name
        if name not in states:
            states.setdefault(name, factory())  # another thread may have been first
        return states[name]

    def resource(self, factory):
        """The object that ``container`` and ``shared_name`` name, made at first use."""
        attrs = self.op._attrs
        name = attrs.get("shared_name", b"").decode() or self.op.name
        return self.session.resources.lookup_or_create(
            attrs.get("container", b"").decode(), name, factory)


class TensorStore:
    """The tensors that a session keeps between runs, by the handles that stand for them."""

    def __init__(self):
        self._values = {}
        self._count = itertools.count()

    def add(self, node_name, value):
        """Keeps a value, and returns its handle: ``node;number;device``."""
        handle = f"{node_name};{next(self._count)};/job:localhost/replica:0/task:0/device:CPU:0"
        self._values[handle] = value
        return handle

    def get(self, handle):
        """The value of a handle.

        Raises:
          InvalidArgumentError: there is none.
        """
        if handle not in self._values:
            raise errors.InvalidArgumentError(
                None, None, f"The tensor with handle '{handle}' is not in the session store.")
        return self._values[handle]

    def delete(self, handle):
        """Forgets a value.

        Raises:
          InvalidArgumentError: there is none.
        """
        if self._values.pop(handle, None) is None:
            raise errors.InvalidArgumentError(
                None, None,
                f"Failed to delete a tensor with handle '{handle}' in the session store.")


class SessionState:
    """All state of one session."""

    def __init__(self):
        self.resources = ResourceManager()
        self.op_states = {}
        self.contexts = {}
        self.cancellation = CancellationManager()
        self.tensors = TensorStore()

    def for_functions(self):
        """The state for a caller of functions: operations in them have states of their own."""
        state = SessionState()
        state.resources = self.resources
        state.cancellation = self.cancellation
        state.tensors = self.tensors
        return state

    def context(self, op):
        """The KernelContext of an operation."""
        if op not in self.contexts:
            self.contexts[op] = KernelContext(op, self)
        return self.contexts[op]
