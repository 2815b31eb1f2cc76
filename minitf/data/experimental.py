"""tf.data.experimental: further transformations, for ``dataset.apply``."""

from minitf.data import nest, structure
from minitf.data.dataset import AUTOTUNE, Dataset, _bool, _int64, _seeds, _static_batch
from minitf.data.functions import StructuredFunction
from minitf.data.options import (
    DistributeOptions, MapVectorizationOptions, OptimizationOptions, StatsOptions,
    ThreadingOptions)
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops import dataset_ops
from minitf.ops import dataset_transform_ops as transforms
from minitf.type_specs import TensorSpec

INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


def Counter(start=0, step=1, dtype=dtypes.int64):
    """A dataset without end of ``start``, ``start + step``, ``start + 2 * step``, ..."""
    with name_scope("counter"):
        start = convert_to_tensor(start, dtype=dtype, name="start")
        step = convert_to_tensor(step, dtype=dtype, name="step")
        return Dataset.from_tensors(0).repeat(None).apply(
            scan(start, lambda state, _: (state + step, state)))


def RandomDataset(seed=None):
    """A dataset without end of random numbers of 32 bits, int64."""
    spec = TensorSpec([], dtypes.int64)
    return Dataset(dataset_ops.RandomDataset(*_seeds(seed), **structure.flat_attributes(spec)),
                   spec)


def map_and_batch(map_func, batch_size, num_parallel_batches=None, drop_remainder=False,
                  num_parallel_calls=None):
    """``map`` and ``batch`` in one.

    Raises:
      ValueError: both ``num_parallel_batches`` and ``num_parallel_calls`` are given.
    """
    if num_parallel_batches is None and num_parallel_calls is None:
        calls = batch_size
    elif num_parallel_batches is not None and num_parallel_calls is None:
        calls = batch_size * num_parallel_batches
    elif num_parallel_batches is not None:
        raise ValueError("The `num_parallel_batches` and `num_parallel_calls` arguments are "
                         "mutually exclusive.")
    else:
        calls = num_parallel_calls

    def apply(dataset):
        function = StructuredFunction(map_func, "tf.data.experimental.map_and_batch()",
                                      dataset.element_spec)
        size = _int64(batch_size, "batch_size")
        parallel = _int64(calls, "num_parallel_calls")
        drop = _bool(drop_remainder, "drop_remainder")
        spec = structure.batched_spec(function.spec, _static_batch(size, drop))
        return dataset._derived(transforms.MapAndBatchDataset, function.captured, size, parallel,
                                drop, f=function.graph, spec=spec, preserve_cardinality=True)

    return apply


def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """``shuffle`` and ``repeat`` in one: repetitions are not mixed, their orders differ."""
    def apply(dataset):
        size = _int64(buffer_size, "buffer_size")
        times = _int64(-1 if count is None else count, "count")
        return dataset._derived(transforms.ShuffleAndRepeatDataset, size, *_seeds(seed), times)

    return apply


def parallel_interleave(map_func, cycle_length, block_length=1, sloppy=False,
                        buffer_output_elements=None, prefetch_input_elements=None):
    """``interleave``; what is read ahead of time, and ``sloppy``, have no effect here."""
    return lambda dataset: dataset._interleave_by_threads(
        map_func, cycle_length, block_length, sloppy, buffer_output_elements,
        prefetch_input_elements)


def ignore_errors():
    """Leaves out the elements that raised an error."""
    return lambda dataset: dataset._derived(transforms.IgnoreErrorsDataset)


def unbatch():
    """``dataset.unbatch()``."""
    return lambda dataset: dataset.unbatch()


def enumerate_dataset(start=0):
    """``dataset.enumerate(start)``."""
    return lambda dataset: dataset.enumerate(start)


def unique():
    """Leaves out the elements that were there before.

    Raises:
      TypeError: elements are not single tensors of int32, int64 or string.
    """
    def apply(dataset):
        if dataset.output_types not in (dtypes.int32, dtypes.int64, dtypes.string):
            raise TypeError("`tf.data.experimental.unique()` only supports inputs with a single "
                            "`tf.int32`, `tf.int64`, or `tf.string` component.")
        return dataset._derived(transforms.UniqueDataset)

    return apply


def take_while(predicate):
    """The elements before the first of which ``predicate`` gives False.

    Raises:
      ValueError: it does not return a scalar bool.
    """
    def apply(dataset):
        function = StructuredFunction(predicate, "tf.data.experimental.take_while()",
                                      dataset.element_spec)
        if not TensorSpec([], dtypes.bool).is_compatible_with(function.spec):
            raise ValueError("`predicate` return type must be convertible to a scalar boolean "
                             f"tensor. Was {function.spec}.")
        return dataset._derived(transforms.TakeWhileDataset, function.captured,
                                predicate=function.graph)

    return apply


def scan(initial_state, scan_func):
    """A map that has a state: ``state, output = scan_func(state, element)``.

    Raises:
      TypeError: ``scan_func`` returns no pair, or a state of another type than the initial one.
    """
    def apply(dataset):
        state = structure.normalize(initial_state)
        spec = structure.spec_of(state)
        function = StructuredFunction(scan_func, "tf.data.experimental.scan()",
                                      (spec, dataset.element_spec))
        if not (isinstance(function.spec, tuple) and len(function.spec) == 2):
            raise TypeError("The scan function must return a pair comprising the new state and "
                            "the output value.")
        after, output = function.spec
        if structure.output_types(after) != structure.output_types(spec):
            raise TypeError("The element types for the new state must match the initial state. "
                            f"Expected {structure.output_types(spec)}; got "
                            f"{structure.output_types(after)}.")
        return dataset._derived(transforms.ScanDataset, structure.tensors_of(state),
                                function.captured, f=function.graph, spec=output,
                                preserve_cardinality=True)

    return apply


def get_single_element(dataset):
    """The only element of a dataset, as tensors.

    Raises:
      TypeError: ``dataset`` is none.
      InvalidArgumentError: at run time, it has another number of elements.
    """
    if not isinstance(dataset, Dataset):
        raise TypeError("`dataset` must be a `tf.data.Dataset` object.")
    tensors = dataset_ops.DatasetToSingleElement(
        dataset._variant_tensor, **structure.flat_attributes(dataset.element_spec))
    return structure.from_tensors(dataset.element_spec, tensors)


def get_structure(dataset_or_iterator):
    """What the elements are: a structure of TypeSpecs."""
    return nest.pack(dataset_or_iterator.element_spec,
                     nest.flatten(dataset_or_iterator.element_spec))
