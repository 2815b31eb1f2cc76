"""Datasets of what Python generators yield."""

import itertools
import threading

import numpy as np

from minitf.data import nest, structure
from minitf.data.dataset import Dataset
from minitf.data.functions import StructuredFunction
from minitf.framework import dtypes
from minitf.framework.convert import convert_n_to_tensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import dataset_ops, script_ops
from minitf.type_specs import TensorSpec


class _Iterators:
    """The iterators that are open, by the numbers that stand for them in the graph."""

    def __init__(self, generator):
        self._generator = generator
        self._open = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def start(self, *args):
        """A new iterator's number."""
        with self._lock:
            number = next(self._numbers)
            self._open[number] = iter(self._generator(*args))
        return np.int64(number)

    def next(self, number):
        """The next element of an iterator."""
        return next(self._open[int(number)])

    def finish(self, number):
        """Forgets an iterator."""
        with self._lock:
            del self._open[int(number)]
        return np.int64(0)


def generator_dataset(generator, output_types, output_shapes, args):
    """See ``Dataset.from_generator``."""
    if not callable(generator):
        raise TypeError("`generator` must be callable.")
    types = nest.map_structure(dtypes.as_dtype, output_types)
    if output_shapes is None:
        shapes = [TensorShape(None)] * len(nest.flatten(types))
    else:
        shapes = [TensorShape(shape) for shape in nest.flatten_up_to(types, output_shapes)]
    spec = structure.spec_from_legacy(types, nest.pack(types, shapes))
    args = () if args is None else convert_n_to_tensor(args, name="args")
    iterators = _Iterators(generator)
    number = TensorSpec([], dtypes.int64)

    def start(_):
        result = script_ops.numpy_function(iterators.start, args, dtypes.int64)
        result.set_shape([])
        return result

    def read(iterator_id):
        results = script_ops.numpy_function(
            lambda key: _checked(iterators.next(key), types, shapes), [iterator_id],
            nest.flatten(types))
        for tensor, shape in zip(results, shapes):
            tensor.set_shape(shape)
        return nest.pack(types, results)

    def finish(iterator_id):
        return script_ops.numpy_function(iterators.finish, [iterator_id], dtypes.int64)

    def flat_map_fn(dummy):
        functions = {
            "init_func": StructuredFunction(start, "init_func", structure.spec_of(dummy)),
            "next_func": StructuredFunction(read, "next_func", number),
            "finalize_func": StructuredFunction(finish, "finalize_func", number)}
        variant = dataset_ops.GeneratorDataset(
            [dummy, *functions["init_func"].captured], functions["next_func"].captured,
            functions["finalize_func"].captured, **structure.flat_attributes(spec),
            **{name: function.graph for name, function in functions.items()})
        return Dataset(variant, spec)

    return Dataset.from_tensors(0).flat_map(flat_map_fn)


def _checked(values, types, shapes):
    """What a generator yielded, as arrays.

    Raises:
      TypeError, ValueError: it is not of the structure, the types or the shapes announced.
    """
    try:
        flat = nest.flatten_up_to(types, tuple(values) if isinstance(values, list) and nest
                                  .is_nested(types) else values)
    except (TypeError, ValueError):
        raise TypeError("`generator` yielded an element that did not match the expected "
                        f"structure. The expected structure was {types}, but the yielded element "
                        f"was {values}.") from None
    arrays = []
    for value, dtype, shape in zip(flat, nest.flatten(types), shapes):
        try:
            array = _as_array(value, dtype)
        except (TypeError, ValueError):
            raise TypeError("`generator` yielded an element that could not be converted to the "
                            f"expected type. The expected type was {dtype.name}, but the yielded "
                            f"element was {value}.") from None
        if not shape.is_compatible_with(array.shape):
            raise ValueError(f"`generator` yielded an element of shape {array.shape} where an "
                             f"element of shape {shape} was expected.")
        arrays.append(array)
    return arrays


def _as_array(value, dtype):
    if dtype == dtypes.string:
        return np.asarray(value, dtype=object)
    return np.asarray(value, dtype=dtype.as_numpy_dtype)
