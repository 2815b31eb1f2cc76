"""What datasets are at run time: recipes for iterators over elements, which are tuples of arrays.

The kernel of a dataset op returns a DatasetValue, and nothing is read before an iterator is made
of it. Iterators are Python's own: a transformation takes one and gives one.
"""

import collections
import itertools
import re
import threading

import numpy as np

from minitf.framework import errors
from minitf.ops import philox


class DatasetValue:
    """A dataset as kernels have it.

    Args:
      iterate: a function that takes an Iteration and returns a Python iterator of the elements.
    """

    __slots__ = ("iterate",)

    def __init__(self, iterate):
        self.iterate = iterate


class Iteration:
    """What lives as long as an iterator: the functions that it calls, with their states.

    Attributes:
      optimized: whether the dataset was asked to be optimized, which fuses shuffle and repeat.
    """

    __slots__ = ("_functions", "_session", "optimized")

    def __init__(self, session, functions=None, optimized=False):
        self._session = session
        self._functions = {} if functions is None else functions
        self.optimized = optimized

    def with_optimized(self, optimized):
        """The same iteration, for a dataset that is optimized or not."""
        return Iteration(self._session, self._functions, optimized)

    def function(self, graph, captured):
        """A FuncGraph as a Python function of a tuple of arrays, which returns such a tuple.

        Args:
          graph: the FuncGraph.
          captured: the values of what it captures.
        """
        from minitf.session.plan import compile_plan

        if graph not in self._functions:
            self._functions[graph] = compile_plan(
                graph, graph.results, graph.placeholders, self._session.for_functions())
        plan = self._functions[graph]
        captured = list(captured)

        def call(element):
            try:
                return tuple(plan.run([*element, *captured]))
            except errors.OpError as error:
                raise _from_inside(error) from error

        return call


def _from_inside(error):
    """The error of an operation of a function, for the operation that called it to raise."""
    message = re.sub(r"\[\[node (\S+) .*?\]\]", r"[[{{node \1}}]]", error.message)
    return type(error)(None, None, message)


class Steps:
    """An iterator whose every element a function makes.

    Unlike a generator it goes on after an error, as TensorFlow's iterators do.
    """

    __slots__ = ("_step",)

    def __init__(self, step):
        self._step = step

    def __iter__(self):
        return self

    def __next__(self):
        return self._step()


# ---- slices ----


def string_scalar(value):
    """A string as kernels have it: an array without axes."""
    array = np.empty((), dtype=object)
    array[()] = value
    return array


def slices(array):
    """The slices of an array along its first axis."""
    if array.ndim == 1 and array.dtype == object:
        return map(string_scalar, array)
    return iter(array)


# ---- batches ----


def batches(elements, size, drop_remainder, combine):
    """An iterator of ``combine(list of elements)``, of ``size`` elements each."""
    def step():
        rows = list(itertools.islice(elements, size))
        if not rows or (drop_remainder and len(rows) < size):
            raise StopIteration
        return combine(rows)

    return Steps(step)


def stacked(rows):
    """Elements as one, with a new first axis.

    Raises:
      InvalidArgumentError: elements of different shapes.
    """
    result = []
    for i, arrays in enumerate(zip(*rows)):
        shapes = [np.shape(array) for array in arrays]
        for k, shape in enumerate(shapes):
            if shape != shapes[0]:
                raise errors.InvalidArgumentError(
                    None, None, "Cannot batch tensors with different shapes in component "
                    f"{i}. First element had shape {philox.brackets(shapes[0])} and element {k} "
                    f"had shape {philox.brackets(shape)}.")
        result.append(_stack(arrays, shapes[0]))
    return tuple(result)


def _stack(arrays, shape):
    if isinstance(arrays[0], DatasetValue) or arrays[0].dtype == object:
        result = np.empty((len(arrays), *shape), dtype=object)
        for i, array in enumerate(arrays):
            result[i] = array[()] if shape == () and isinstance(array, np.ndarray) else array
        return result
    return np.stack(arrays)


def padded(rows, padded_shapes, padding_values):
    """Elements as one, with a new first axis, after each was filled up to the same shape.

    Args:
      rows: the elements.
      padded_shapes: for each component a vector; -1 is the largest size of all the elements.
      padding_values: for each component the scalar that fills.

    Raises:
      InvalidArgumentError: an element of another rank.
      DataLossError: an element that is larger.
    """
    result = []
    for i, (arrays, wanted, value) in enumerate(zip(zip(*rows), padded_shapes, padding_values)):
        shapes = [np.shape(array) for array in arrays]
        for shape in shapes:
            if len(shape) != len(wanted):
                raise errors.InvalidArgumentError(
                    None, None, "All elements in a batch must have the same rank as the padded "
                    f"shape for component{i}: expected rank {len(wanted)} but got element with "
                    f"rank {len(shape)}")
        dims = [int(max(sizes)) if dim == -1 else int(dim)
                for dim, sizes in zip(wanted, zip(*shapes))]
        first = np.asarray(arrays[0])
        batch = np.empty((len(arrays), *dims), first.dtype)
        batch[...] = value
        for row, array, shape in zip(range(len(arrays)), arrays, shapes):
            if any(size > dim for size, dim in zip(shape, dims)):
                raise errors.DataLossError(
                    None, None, "Attempted to pad to a smaller size than the input element.")
            batch[(row, *map(slice, shape))] = array
        result.append(batch)
    return tuple(result)


def windows(elements, size, shift, stride, drop_remainder):
    """An iterator of lists of elements: ``size`` of them, ``stride`` apart, every ``shift``."""
    span = (size - 1) * stride + 1
    waiting = collections.deque()
    while True:
        waiting.extend(itertools.islice(elements, span - len(waiting)))
        if not waiting or (drop_remainder and len(waiting) < span):
            return
        yield list(itertools.islice(waiting, 0, span, stride))
        for _ in range(min(shift, len(waiting))):
            waiting.popleft()
        if shift > span:
            collections.deque(itertools.islice(elements, shift - span), maxlen=0)


# ---- order ----


def interleaved(elements, open_, cycle_length, block_length):
    """An iterator over several datasets by turns, ``block_length`` elements of each at a time.

    Args:
      elements: an iterator.
      open_: makes of an element an iterator of its elements.
      cycle_length: how many of these are open at a time.
    """
    slots = [None] * cycle_length
    taken = place = 0
    ended = False
    while True:
        if slots[place] is not None:
            for item in slots[place]:
                taken += 1
                full = taken == block_length
                if full:
                    place, taken = (place + 1) % cycle_length, 0
                yield item
                break
            else:
                slots[place] = None
                place, taken = (place + 1) % cycle_length, 0
        elif not ended:
            for element in elements:
                slots[place] = open_(element)
                break
            else:
                ended = True
        else:
            place, taken = (place + 1) % cycle_length, 0
        if ended and all(slot is None for slot in slots):
            return


class RandomWords:
    """The words of a Philox stream, one at a time. Thread-safe."""

    __slots__ = ("_lock", "_stream", "_words")

    def __init__(self, seed, seed2):
        self._stream = philox.PhiloxRandom(int(seed), int(seed2))
        self._words = iter(())
        self._lock = threading.Lock()

    def __call__(self):
        with self._lock:
            for word in self._words:
                return word
            self._words = iter(self._stream.draw(64).ravel().tolist())
            return next(self._words)


class Shuffled(DatasetValue):
    """A dataset in random order: a buffer is kept full, and elements are drawn from it.

    Args:
      source: the DatasetValue to shuffle.
      buffer_size: how many elements the buffer has.
      seed, seed2: of the random stream.
      reshuffle: take another order each time.
    """

    __slots__ = ("_buffer_size", "_seeds", "_source", "_streams", "reshuffle")

    def __init__(self, source, buffer_size, seed, seed2, reshuffle):
        super().__init__(self._iterate)
        self._source = source
        self._buffer_size = int(buffer_size)
        self._seeds = int(seed), int(seed2)
        self._streams = None
        self.reshuffle = reshuffle

    def _iterate(self, iteration):
        seeds = self._seeds
        if self.reshuffle:  # the seeds of each iteration are words of a stream themselves
            if self._streams is None:
                self._streams = RandomWords(*seeds)
            seeds = self._streams(), self._streams()
        return self._drawn(iteration, RandomWords(*seeds), 1)

    def repeated(self, iteration, count):
        """The dataset ``count`` times (-1: without end): all orders come from one stream.

        The buffer takes elements of the next repetition while those of the last one are drawn.
        """
        return self._drawn(iteration, RandomWords(*self._seeds), count)

    def _drawn(self, iteration, random, count):
        """Draws elements; those of a repetition before any of the next one."""
        size = self._buffer_size
        buffer = [None] * size
        slices = collections.deque([[0, 0]])  # of the buffer: first and last of each repetition
        held = epoch = 0
        source = self._source.iterate(iteration)
        fresh = True
        while True:
            while source is not None and held < size:
                for element in source:
                    buffer[slices[-1][1] % size] = element
                    slices[-1][1] += 1
                    held += 1
                    fresh = False
                    break
                else:
                    epoch += 1
                    if epoch == count or (fresh and count == -1):
                        source = None
                    else:
                        slices.append([slices[-1][1]] * 2)
                        source = self._source.iterate(iteration)
            while slices and slices[0][0] == slices[0][1] and len(slices) > 1:
                slices.popleft()
            if not held:
                return
            start, end = slices[0]
            chosen = (start + random() % (end - start)) % size
            first = start % size
            element = buffer[chosen]
            buffer[chosen], buffer[first] = buffer[first], None
            slices[0][0] += 1
            held -= 1
            yield element


class Cached(DatasetValue):
    """A dataset whose elements are kept when it has been read once.

    Args:
      source: the DatasetValue to read.
    """

    __slots__ = ("_elements", "_source")

    def __init__(self, source):
        super().__init__(self._iterate)
        self._source = source
        self._elements = None

    def _iterate(self, iteration):
        if self._elements is not None:
            return iter(self._elements)
        return self._read(iteration)

    def _read(self, iteration):
        elements = []
        for element in self._source.iterate(iteration):
            elements.append(element)
            yield element
        self._elements = elements
