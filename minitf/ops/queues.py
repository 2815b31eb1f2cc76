"""What a queue is at run time: its elements, and the threads that wait to put in and take out.

Those that enqueue stand in one line, those that dequeue in another. An enqueue or a dequeue of many
elements goes on step by step, as there is room or as elements come.
"""

import collections
import itertools

import numpy as np

from minitf.framework import errors
from minitf.ops.waiting import DONE, MOVED, STUCK, Served

_ENQUEUERS, _DEQUEUERS = range(2)  # the lines

_numbers = itertools.count()


def private_or_shared(ctx, factory):
    """The object of an operation: its own, or that of all operations of its ``shared_name``.

    Args:
      ctx: the kernel's context.
      factory: makes the object; gets its name for messages. TensorFlow numbers private ones.
    """
    attrs = ctx.op._attrs
    shared = attrs["shared_name"].decode()
    if not shared:
        return ctx.state(lambda: factory(f"_{next(_numbers)}_{ctx.op.name}"))
    return ctx.session.resources.lookup_or_create(
        attrs["container"].decode(), shared, lambda: factory(shared))


def invalid(message):
    return errors.InvalidArgumentError(None, None, message)


class FIFOQueue(Served):
    """Elements that leave in the order in which they came; each is a tuple of arrays.

    Args:
      name: for messages.
      dtypes: the dtype of each component, DTypes.
      shapes: the TensorShape of each component; empty where any element may come.
      capacity: the number of elements that it holds; negative for any.
    """

    op_type = "FIFOQueue"
    kind = "FIFOQueue"  # who speaks in errors,
    kind_of_many = "FIFOQueue"  # and in those of dequeues of many

    def __init__(self, name, dtypes, shapes, capacity):
        super().__init__(lines=2)
        self.name = name
        self.dtypes = dtypes
        self.shapes = shapes
        self.capacity = float("inf") if capacity < 0 else capacity
        self.closed = False
        self._elements = self._new_elements()

    def check_same(self, op):
        """Checks that an operation which shares this queue by name means the same queue.

        Raises:
          InvalidArgumentError: kind, dtypes, shapes or capacity differ.
        """
        attrs = op._attrs
        if op.type not in (self.op_type, self.op_type + "V2"):
            raise invalid(f"Expected {self.op_type}, found {op.type}")
        capacity = float("inf") if attrs["capacity"] < 0 else attrs["capacity"]
        if self.capacity != capacity:
            known, wanted = (2**31 - 1 if x == float("inf") else x
                             for x in (self.capacity, capacity))
            raise invalid(f"Shared queue '{self.name}' has capacity {known} but requested "
                          f"capacity was {wanted}")
        dtypes, shapes = self._declared(attrs)
        if self.dtypes != dtypes:
            known, wanted = (", ".join(d.opdef_name for d in x) for x in (self.dtypes, dtypes))
            raise invalid(f"Shared queue '{self.name}' has component types {known} but requested "
                          f"component types were {wanted}")
        known, wanted = (f"[{', '.join(_dims_text(s._dims) for s in x)}]"
                         for x in (self.shapes, shapes))
        if known != wanted:
            raise invalid(f"Shared queue '{self.name}' has component shapes {known} but requested "
                          f"component shapes were {wanted}")

    @staticmethod
    def _declared(attrs):
        """The components' dtypes and shapes that an operation's attributes ask for."""
        return attrs["component_types"], attrs["shapes"]

    # ---- elements ----

    def _new_elements(self):
        return collections.deque()

    def _push(self, element):
        self._elements.append(element)

    def _pop(self):
        return self._elements.popleft()

    def _available(self):
        """How many elements may be taken now."""
        return len(self._elements)

    def _give_back(self, elements):
        """Puts back what a dequeue of many took and cannot complete."""
        self._elements.extendleft(reversed(elements))

    # ---- operations of threads ----

    def size(self):
        with self.lock:
            return len(self._elements)

    def enqueue(self, components, cancellation):
        """Puts one element in; waits for room.

        Raises:
          InvalidArgumentError: a component has another shape.
          CancelledError: the queue is closed, or the wait was cancelled.
        """
        for i, (value, shape) in enumerate(zip(components, self.shapes)):
            _check_component(i, np.shape(value), shape._dims)
        self._put([tuple(_own(value) for value in components)], cancellation)

    def enqueue_many(self, components, cancellation):
        """Puts in the slices of ``components`` along their first axis, one after another."""
        length = len(components[0]) if np.ndim(components[0]) else 0
        for i, value in enumerate(components):
            dims = self.shapes[i]._dims if self.shapes else None
            if dims is not None:
                _check_component(i, np.shape(value), (length, *dims))
            elif not np.ndim(value) or len(value) != length:
                raise invalid("All input tensors must have the same size in the 0th dimension. "
                              f"Component {i} has {len(value) if np.ndim(value) else 0}, and "
                              f"should have {length}")
        if length:
            columns = [_own(value) for value in components]
            self._put([tuple(column[i] for column in columns) for i in range(length)], cancellation)

    def _put(self, elements, cancellation):
        remaining = iter(elements)
        left = len(elements)

        def step():
            nonlocal left
            if self.closed:
                raise errors.CancelledError(None, None, f"{self.kind} '{self.name}' is closed.")
            room = min(left, self.capacity - len(self._elements))
            for element in itertools.islice(remaining, max(room, 0)):
                self._push(element)
                left -= 1
            return DONE if not left else MOVED if room > 0 else STUCK

        self.attempt(_ENQUEUERS, step, "Enqueue operation was cancelled", cancellation)

    def dequeue(self, cancellation):
        """Takes one element, a tuple; waits until there is one.

        Raises:
          OutOfRangeError: the queue is closed and empty.
          CancelledError: the wait was cancelled.
        """
        return self._take(1, False, self.kind, cancellation)[0]

    def dequeue_many(self, count, allow_small, cancellation):
        """Takes ``count`` elements, stacked component by component.

        Args:
          count: how many.
          allow_small: of a closed queue, take as many as there are, if any.
          cancellation: the CancellationManager.
        """
        if count < 0:
            raise invalid(f"DequeueManyOp requested {count} < 0 elements")
        if not self.shapes:
            raise invalid(f"{self.kind_of_many}'s DequeueMany and DequeueUpTo require the "
                          "components to have specified shapes.")
        elements = (self._take(count, allow_small, self.kind_of_many, cancellation)
                    if count else [])
        return [self._batch(list(column), dtype, shape._dims) for column, dtype, shape in zip(
            zip(*elements) if elements else [()] * len(self.dtypes), self.dtypes, self.shapes)]

    def _batch(self, values, dtype, dims):
        """Values of one component as an array."""
        if dims and values:
            return np.concatenate(values).reshape(len(values), *dims)
        result = np.empty((len(values), *dims), dtype.as_numpy_dtype)
        if values:
            result[:] = values
        return result

    def _take(self, count, allow_small, kind, cancellation):
        taken = []

        def step():
            nonlocal count
            missing, there = count - len(taken), len(self._elements)
            if self.closed and there < missing:
                self._give_back(taken)
                taken.clear()
                if not (allow_small and self._elements):
                    raise errors.OutOfRangeError(
                        None, None, f"{kind} '{self.name}' is closed and has insufficient elements "
                        f"(requested {missing}, current size {there})")
                count = missing = len(self._elements)
            available = min(missing, self._available())
            for _ in range(available):
                taken.append(self._pop())
            return DONE if len(taken) == count else MOVED if available > 0 else STUCK

        self.attempt(_DEQUEUERS, step, "Dequeue operation was cancelled", cancellation)
        return taken

    def close(self, cancel_pending, cancellation):
        """Closes the queue: nothing is enqueued any more, what is in it can be dequeued.

        It waits for the enqueues that came before, unless ``cancel_pending`` makes them fail.

        Raises:
          CancelledError: the queue is closed already, or the wait was cancelled.
        """
        def step():
            if self.closed and not cancel_pending:
                raise errors.CancelledError(None, None, f"Queue '{self.name}' is already closed.")
            self.closed = True
            return DONE

        if cancel_pending:
            with self.lock:
                self.closed = True
                self.cancel_line(_ENQUEUERS)
        self.attempt(_ENQUEUERS, step, "Close operation was cancelled", cancellation)


class PaddingFIFOQueue(FIFOQueue):
    """A FIFOQueue whose batches are padded: a dimension that is not declared is the largest."""

    op_type = kind_of_many = "PaddingFIFOQueue"

    def _batch(self, values, dtype, dims):
        if None not in dims:
            return super()._batch(values, dtype, dims)
        largest = [size if size is not None else max((np.shape(v)[i] for v in values), default=0)
                   for i, size in enumerate(dims)]
        result = np.zeros((len(values), *largest), dtype.as_numpy_dtype)
        if dtype.name == "string":
            result[...] = b""
        for i, value in enumerate(values):
            result[(i, *map(slice, np.shape(value)))] = value
        return result


class RandomShuffleQueue(FIFOQueue):
    """Elements leave in random order, as long as more than ``min_after_dequeue`` are there.

    Args:
      min_after_dequeue: how many elements stay, until the queue is closed.
      generator: a PhiloxRandom, which draws the places of the elements taken.
      seeds: the attributes seed and seed2, to compare with those of others.
    """

    op_type = kind = kind_of_many = "RandomShuffleQueue"

    def __init__(self, name, dtypes, shapes, capacity, min_after_dequeue, generator, seeds):
        super().__init__(name, dtypes, shapes, capacity)
        self.min_after_dequeue = min_after_dequeue
        self._generator = generator
        self._words = []  # random words that are still to be used, the next one last
        self._seeds = seeds

    def check_same(self, op):
        super().check_same(op)
        known, wanted = self.min_after_dequeue, op._attrs["min_after_dequeue"]
        if known != wanted:
            raise invalid(f"Shared queue '{self.name}' has min_after_dequeue {known} but "
                          f"requested min_after_dequeue was {wanted}.")
        wanted = op._attrs["seed"], op._attrs["seed2"]
        if wanted != (0, 0) and wanted != self._seeds:
            raise invalid(f"Shared queue '{self.name}' has random seeds ({self._seeds[0]}, "
                          f"{self._seeds[1]}) but requested seeds are ({wanted[0]}, {wanted[1]}).")

    def _new_elements(self):
        return []

    def _pop(self):
        """Takes the element at a random place; the last one comes to its place."""
        if not self._words:
            self._words = self._generator.draw(64)[::-1, ::-1].ravel().tolist()
        elements = self._elements
        place = self._words.pop() % len(elements)
        last = elements.pop()
        if place == len(elements):
            return last
        element, elements[place] = elements[place], last
        return element

    def _available(self):
        return len(self._elements) - (0 if self.closed else self.min_after_dequeue)

    def _give_back(self, elements):
        self._elements.extend(elements)


class PriorityQueue(FIFOQueue):
    """Elements leave by their first component, an int64: the smallest first."""

    op_type = kind = kind_of_many = "PriorityQueue"

    @staticmethod
    def _declared(attrs):
        return priority_components(attrs["component_types"], attrs["shapes"])

    def _new_elements(self):
        return []

    def enqueue(self, components, cancellation):
        if np.ndim(components[0]):
            raise invalid("Expected the priority element to be a scalar, but received shape: "
                          + _dims_text(np.shape(components[0])))
        super().enqueue(components, cancellation)

    def _push(self, element):
        """Appends the element to the heap and lets it rise to its place."""
        self._elements.append(element)
        self._rise(len(self._elements) - 1, element)

    def _rise(self, place, element):
        heap = self._elements
        while place:
            parent = (place - 1) // 2
            if not element[0] < heap[parent][0]:
                break
            heap[place] = heap[parent]
            place = parent
        heap[place] = element

    def _pop(self):
        """Takes the first of the heap: the hole sinks to the bottom, and the last fills it.

        Elements of one priority leave in the order that this makes, which is TensorFlow's.
        """
        heap = self._elements
        first, last = heap[0], heap.pop()
        if not heap:
            return first
        place, size = 0, len(heap)
        while (child := 2 * place + 2) < size:
            if heap[child - 1][0] < heap[child][0]:
                child -= 1
            heap[place] = heap[child]
            place = child
        if child == size:  # there is a left child only
            heap[place] = heap[child - 1]
            place = child - 1
        self._rise(place, last)
        return first

    def _give_back(self, elements):
        for element in elements:
            self._push(element)


def priority_components(dtypes, shapes):
    """Dtypes and shapes of a PriorityQueue's components: the priority, then what was declared."""
    from minitf.framework.dtypes import int64
    from minitf.framework.tensor_shape import TensorShape

    return [int64, *dtypes], [TensorShape([]), *shapes] if shapes else []


def _dims_text(dims):
    """Dimensions as run-time messages write them; unknown ones are ``?``."""
    if dims is None:
        return "<unknown>"
    return "[" + ",".join("?" if size is None else str(size) for size in dims) + "]"


def _check_component(index, shape, dims):
    """Checks the shape of a component; ``dims`` may have None, and may be None."""
    if dims is None:
        return
    if len(dims) != len(shape) or any(x is not None and x != y for x, y in zip(dims, shape)):
        raise invalid(f"Shape mismatch in tuple component {index}. Expected "
                      f"{_dims_text(dims)}, got {_dims_text(shape)}")


def _own(value):
    """A copy: what was fed stays the caller's."""
    return np.array(value)[()] if isinstance(value, (np.ndarray, np.generic)) else value
