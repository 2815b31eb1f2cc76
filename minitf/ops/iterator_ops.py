"""Iterators over datasets: what they are in a session, and the ops that make and read them."""

import itertools
import threading

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.ops.common_shapes import SCALAR
from minitf.ops.dataset_ops import _TYPES
from minitf.ops.dataset_values import Iteration

_numbers = itertools.count()

_HANDLES = "iterators by handle"  # the container of a session in which handles are looked up


class IteratorState:
    """An iterator in a session.

    Attributes:
      handle: the string that stands for it.
    """

    def __init__(self, name):
        self.handle = f"{name}/{next(_numbers)}"
        self._elements = None
        self._lock = threading.Lock()

    def start(self, dataset, session):
        """Starts at the beginning of a dataset."""
        with self._lock:
            self._elements = iter(dataset.iterate(Iteration(session)))

    def start_once(self, make_dataset, session):
        """Starts at the beginning of ``make_dataset()``, unless it has been started."""
        with self._lock:
            if self._elements is None:
                self._elements = iter(make_dataset().iterate(Iteration(session)))

    def next(self):
        """The next element.

        Raises:
          FailedPreconditionError: it has not been started.
          OutOfRangeError: there are no more.
        """
        with self._lock:
            if self._elements is None:
                raise errors.FailedPreconditionError(
                    None, None, "GetNext() failed because the iterator has not been initialized. "
                    "Ensure that you have run the initializer operation for this iterator before "
                    "getting the next element.")
            for element in self._elements:
                return list(element)
        raise errors.OutOfRangeError(None, None, "End of sequence")


def _scalar():
    return SCALAR


def _find_or_make(ctx):
    """The iterator of an operation, which can be found by its handle from now on."""
    state = ctx.resource(lambda: IteratorState(ctx.op.name))
    return ctx.session.resources.lookup_or_create(_HANDLES, state.handle, lambda: state)


# ---- making iterators ----

IteratorV2 = op(
    f"IteratorV2(; shared_name: string, container: string, {_TYPES}) -> (handle: resource)",
    stateful=True).not_differentiable()
IteratorV2.shape(_scalar)


@IteratorV2.kernel
def _(ctx):
    return _find_or_make(ctx)


OneShotIterator = op(
    f"OneShotIterator(; dataset_factory: func, {_TYPES}, container: string = '',"
    " shared_name: string = '') -> (handle: resource)", stateful=True).not_differentiable()
OneShotIterator.shape(_scalar)


@OneShotIterator.kernel
def _(dataset_factory, ctx):
    state = _find_or_make(ctx)
    state.start_once(lambda: Iteration(ctx.session).function(dataset_factory, ())(())[0],
                     ctx.session)
    return state


MakeIterator = op("MakeIterator(dataset: variant, iterator: resource) -> ()",
                  stateful=True).not_differentiable()


@MakeIterator.kernel
def _(dataset, iterator, ctx):
    iterator.start(dataset, ctx.session)


# ---- reading ----

IteratorGetNext = op(
    f"IteratorGetNext(iterator: resource; {_TYPES}) -> (components: output_types)",
    stateful=True).not_differentiable()


@IteratorGetNext.shape
def _(output_shapes):
    return list(output_shapes)


@IteratorGetNext.kernel
def _(iterator):
    return iterator.next()


# ---- iterators as strings ----

IteratorToStringHandle = op(
    "IteratorToStringHandle(resource_handle: resource) -> (string_handle: string)",
    stateful=True).not_differentiable()
IteratorToStringHandle.shape(_scalar)


@IteratorToStringHandle.kernel
def _(resource_handle):
    return resource_handle.handle.encode()


IteratorFromStringHandle = op(
    "IteratorFromStringHandleV2(string_handle: string; output_types: list(type) >= 0 = [],"
    " output_shapes: list(shape) >= 0 = []) -> (resource_handle: resource)",
    stateful=True).not_differentiable()
IteratorFromStringHandle.shape(_scalar)


@IteratorFromStringHandle.kernel
def _(string_handle, ctx):
    handle = bytes(string_handle.item() if hasattr(string_handle, "item") else string_handle)
    state = ctx.session.resources.lookup(_HANDLES, handle.decode())
    if state is None:
        raise errors.InvalidArgumentError(
            None, None, "Could not parse string_handle as a valid ResourceHandle: "
                        f"{handle.decode()!r} stands for no iterator of this session")
    return state
