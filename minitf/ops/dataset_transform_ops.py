"""Datasets made of other datasets: the ops of tf.data's transformations."""

import itertools

import numpy as np

from minitf.framework import errors
from minitf.ops import dataset_values
from minitf.ops.dataset_ops import _TYPES, dataset_op
from minitf.ops.dataset_values import Cached, DatasetValue, Shuffled, Steps, slices

_FUNCTION = f"Targuments: list(type) >= 0, {_TYPES}"


def _positive(value, message):
    """An input as an int.

    Raises:
      InvalidArgumentError: it is not greater than 0.
    """
    if value <= 0:
        raise errors.InvalidArgumentError(None, None, message)
    return int(value)


# ---- several datasets ----

ZipDataset = dataset_op(
    f"ZipDataset(input_datasets: N * variant; {_TYPES}, N: int >= 1) -> (handle: variant)")


@ZipDataset.kernel
def _(input_datasets):
    def iterate(iteration):
        rows = zip(*[dataset.iterate(iteration) for dataset in input_datasets])
        return map(_joined, rows)

    return DatasetValue(iterate)


def _joined(elements):
    return tuple(itertools.chain.from_iterable(elements))


ConcatenateDataset = dataset_op(
    f"ConcatenateDataset(input_dataset: variant, another_dataset: variant; {_TYPES})"
    " -> (handle: variant)")


@ConcatenateDataset.kernel
def _(input_dataset, another_dataset):
    return DatasetValue(lambda iteration: itertools.chain.from_iterable(
        dataset.iterate(iteration) for dataset in (input_dataset, another_dataset)))


# ---- some of the elements, in their order or in another ----

RepeatDataset = dataset_op(
    f"RepeatDataset(input_dataset: variant, count: int64; {_TYPES}) -> (handle: variant)")


@RepeatDataset.kernel
def _(input_dataset, count):
    count = int(count)

    def iterate(iteration):
        if (iteration.optimized and isinstance(input_dataset, Shuffled)
                and input_dataset.reshuffle and count):
            return input_dataset.repeated(iteration, count)
        return _repeated(input_dataset, iteration, count)

    return DatasetValue(iterate)


def _repeated(dataset, iteration, count):
    for _ in range(count) if count >= 0 else itertools.count():
        empty = True
        for element in dataset.iterate(iteration):
            empty = False
            yield element
        if empty and count < 0:
            return


TakeDataset = dataset_op(
    f"TakeDataset(input_dataset: variant, count: int64; {_TYPES}) -> (handle: variant)")
SkipDataset = dataset_op(
    f"SkipDataset(input_dataset: variant, count: int64; {_TYPES}) -> (handle: variant)")


@TakeDataset.kernel
def _(input_dataset, count):
    if count < 0:
        return input_dataset
    return DatasetValue(
        lambda iteration: itertools.islice(input_dataset.iterate(iteration), int(count)))


@SkipDataset.kernel
def _(input_dataset, count):
    if count < 0:
        return DatasetValue(lambda iteration: iter(()))
    return DatasetValue(
        lambda iteration: itertools.islice(input_dataset.iterate(iteration), int(count), None))


ShardDataset = dataset_op(
    "ShardDataset(input_dataset: variant, num_shards: int64, index: int64;"
    f" require_non_empty: bool = False, {_TYPES}) -> (handle: variant)")


@ShardDataset.kernel
def _(input_dataset, num_shards, index):
    number = _positive(num_shards, "Number of shards must be greater than zero "
                                   f"(currently num_shards = {num_shards}).")
    if not 0 <= index < number:
        raise errors.InvalidArgumentError(
            None, None, f"Index must be between 0 and {number - 1} (currently index = {index}).")
    return DatasetValue(lambda iteration: itertools.islice(
        input_dataset.iterate(iteration), int(index), None, number))


ShuffleDataset = dataset_op(
    "ShuffleDataset(input_dataset: variant, buffer_size: int64, seed: int64, seed2: int64;"
    f" reshuffle_each_iteration: bool = True, {_TYPES}) -> (handle: variant)")
ShuffleAndRepeatDataset = dataset_op(
    "ShuffleAndRepeatDataset(input_dataset: variant, buffer_size: int64, seed: int64,"
    f" seed2: int64, count: int64; {_TYPES}) -> (handle: variant)")

_BUFFER = "buffer_size must be greater than zero."


@ShuffleDataset.kernel
def _(input_dataset, buffer_size, seed, seed2, reshuffle_each_iteration):
    return Shuffled(input_dataset, _positive(buffer_size, _BUFFER), seed, seed2,
                    reshuffle_each_iteration)


@ShuffleAndRepeatDataset.kernel
def _(input_dataset, buffer_size, seed, seed2, count):
    shuffled = Shuffled(input_dataset, _positive(buffer_size, _BUFFER), seed, seed2, True)
    return DatasetValue(lambda iteration: shuffled.repeated(iteration, int(count)))


CacheDataset = dataset_op(
    f"CacheDataset(input_dataset: variant, filename: string; {_TYPES}) -> (handle: variant)")


@CacheDataset.kernel
def _(input_dataset, filename):
    path = np.asarray(filename, dtype=object).item()
    if path:
        raise errors.UnimplementedError(
            None, None, f"minitf caches datasets in memory only: cache({path.decode()!r})")
    return Cached(input_dataset)


# ---- batches ----

BatchDataset = dataset_op(
    "BatchDatasetV2(input_dataset: variant, batch_size: int64, drop_remainder: bool;"
    f" parallel_copy: bool = False, {_TYPES}) -> (handle: variant)")
_BATCH = "Batch size must be greater than zero."


@BatchDataset.kernel
def _(input_dataset, batch_size, drop_remainder):
    size = _positive(batch_size, _BATCH)
    return DatasetValue(lambda iteration: dataset_values.batches(
        input_dataset.iterate(iteration), size, drop_remainder, dataset_values.stacked))


PaddedBatchDataset = dataset_op(
    "PaddedBatchDatasetV2(input_dataset: variant, batch_size: int64, padded_shapes: N * int64,"
    " padding_values: Toutput_types, drop_remainder: bool; parallel_copy: bool = False,"
    " Toutput_types: list(type) >= 1, output_shapes: list(shape) >= 1, N: int >= 1)"
    " -> (handle: variant)")


@PaddedBatchDataset.kernel
def _(input_dataset, batch_size, padded_shapes, padding_values, drop_remainder):
    size = _positive(batch_size, _BATCH)

    def combine(rows):
        return dataset_values.padded(rows, padded_shapes, padding_values)

    return DatasetValue(lambda iteration: dataset_values.batches(
        input_dataset.iterate(iteration), size, drop_remainder, combine))


UnbatchDataset = dataset_op(
    f"UnbatchDataset(input_dataset: variant; {_TYPES}) -> (handle: variant)")


@UnbatchDataset.kernel
def _(input_dataset):
    return DatasetValue(lambda iteration: itertools.chain.from_iterable(
        zip(*map(slices, element)) for element in input_dataset.iterate(iteration)))


WindowDataset = dataset_op(
    "WindowDataset(input_dataset: variant, size: int64, shift: int64, stride: int64,"
    f" drop_remainder: bool; {_TYPES}) -> (handle: variant)")


@WindowDataset.kernel
def _(input_dataset, size, shift, stride, drop_remainder):
    size = _positive(size, "Window size must be greater than zero.")
    shift = _positive(shift, "Window shift must be greater than zero.")
    stride = _positive(stride, "Window stride must be greater than zero.")
    return DatasetValue(lambda iteration: map(_columns, dataset_values.windows(
        input_dataset.iterate(iteration), size, shift, stride, drop_remainder)))


def _columns(rows):
    """For each component of some elements a dataset of that component."""
    return tuple([_of_column(column) for column in zip(*rows)])


def _of_column(column):
    return DatasetValue(lambda iteration: ((array,) for array in column))


# ---- functions of elements ----

MapDataset = dataset_op(
    f"MapDataset(input_dataset: variant, other_arguments: Targuments; f: func, {_FUNCTION},"
    " use_inter_op_parallelism: bool = True, preserve_cardinality: bool = False)"
    " -> (handle: variant)")
ParallelMapDataset = dataset_op(
    "ParallelMapDataset(input_dataset: variant, other_arguments: Targuments,"
    f" num_parallel_calls: int32; f: func, {_FUNCTION}, use_inter_op_parallelism: bool = True,"
    " sloppy: bool = False, preserve_cardinality: bool = False) -> (handle: variant)")


def _mapped(dataset, iteration, function, captured):
    return map(iteration.function(function, captured), dataset.iterate(iteration))


@MapDataset.kernel
def _(input_dataset, other_arguments, f):
    return DatasetValue(
        lambda iteration: _mapped(input_dataset, iteration, f, other_arguments))


@ParallelMapDataset.kernel
def _(input_dataset, other_arguments, num_parallel_calls, f):
    return DatasetValue(
        lambda iteration: _mapped(input_dataset, iteration, f, other_arguments))


MapAndBatchDataset = dataset_op(
    "MapAndBatchDataset(input_dataset: variant, other_arguments: Targuments,"
    " batch_size: int64, num_parallel_calls: int64, drop_remainder: bool; f: func,"
    f" {_FUNCTION}, preserve_cardinality: bool = False) -> (handle: variant)")


@MapAndBatchDataset.kernel
def _(input_dataset, other_arguments, batch_size, num_parallel_calls, drop_remainder, f):
    size = _positive(batch_size, "batch_size must be greater than zero.")
    return DatasetValue(lambda iteration: dataset_values.batches(
        _mapped(input_dataset, iteration, f, other_arguments), size, drop_remainder,
        dataset_values.stacked))


FilterDataset = dataset_op(
    f"FilterDataset(input_dataset: variant, other_arguments: Targuments; predicate: func,"
    f" {_FUNCTION}) -> (handle: variant)")
TakeWhileDataset = dataset_op(
    "TakeWhileDataset(input_dataset: variant, other_arguments: Targuments;"
    f" predicate: func, {_FUNCTION}) -> (handle: variant)")


def _holds(iteration, predicate, captured):
    function = iteration.function(predicate, captured)
    return lambda element: bool(function(element)[0])


@FilterDataset.kernel
def _(input_dataset, other_arguments, predicate):
    return DatasetValue(lambda iteration: filter(
        _holds(iteration, predicate, other_arguments), input_dataset.iterate(iteration)))


@TakeWhileDataset.kernel
def _(input_dataset, other_arguments, predicate):
    return DatasetValue(lambda iteration: itertools.takewhile(
        _holds(iteration, predicate, other_arguments), input_dataset.iterate(iteration)))


FlatMapDataset = dataset_op(
    f"FlatMapDataset(input_dataset: variant, other_arguments: Targuments; f: func, {_FUNCTION})"
    " -> (handle: variant)")
InterleaveDataset = dataset_op(
    "InterleaveDataset(input_dataset: variant, other_arguments: Targuments, cycle_length: int64,"
    f" block_length: int64; f: func, {_FUNCTION}) -> (handle: variant)")
ParallelInterleaveDataset = dataset_op(
    "ParallelInterleaveDatasetV2(input_dataset: variant, other_arguments: Targuments,"
    " cycle_length: int64, block_length: int64, num_parallel_calls: int64; f: func,"
    f" {_FUNCTION}, sloppy: bool = False) -> (handle: variant)")


def _opened(iteration, f, captured):
    """A function that makes of an element an iterator of the dataset that ``f`` gives for it."""
    function = iteration.function(f, captured)
    inner = iteration.with_optimized(False)
    return lambda element: function(element)[0].iterate(inner)


def _interleaved(dataset, iteration, f, captured, cycle_length, block_length):
    return dataset_values.interleaved(
        dataset.iterate(iteration), _opened(iteration, f, captured), cycle_length, block_length)


@FlatMapDataset.kernel
def _(input_dataset, other_arguments, f):
    return DatasetValue(lambda iteration: itertools.chain.from_iterable(
        map(_opened(iteration, f, other_arguments), input_dataset.iterate(iteration))))


@InterleaveDataset.kernel
def _(input_dataset, other_arguments, cycle_length, block_length, f):
    cycle = _positive(cycle_length, "cycle_length must be greater than zero.")
    block = _positive(block_length, "block_length must be greater than zero.")
    return DatasetValue(lambda iteration: _interleaved(
        input_dataset, iteration, f, other_arguments, cycle, block))


@ParallelInterleaveDataset.kernel
def _(input_dataset, other_arguments, cycle_length, block_length, num_parallel_calls, f):
    cycle = _positive(cycle_length, "`cycle_length` must be > 0")
    block = _positive(block_length, "`block_length` must be > 0")
    return DatasetValue(lambda iteration: _interleaved(
        input_dataset, iteration, f, other_arguments, cycle, block))


LegacyParallelInterleaveDataset = dataset_op(
    "ParallelInterleaveDataset(input_dataset: variant, other_arguments: Targuments,"
    " cycle_length: int64, block_length: int64, sloppy: bool, buffer_output_elements: int64,"
    f" prefetch_input_elements: int64; f: func, {_FUNCTION}) -> (handle: variant)")


@LegacyParallelInterleaveDataset.kernel
def _(input_dataset, other_arguments, cycle_length, block_length, sloppy, buffer_output_elements,
      prefetch_input_elements, f):
    cycle = _positive(cycle_length, "`cycle_length` must be > 0")
    block = _positive(block_length, "`block_length` must be > 0")
    return DatasetValue(lambda iteration: _interleaved(
        input_dataset, iteration, f, other_arguments, cycle, block))


ScanDataset = dataset_op(
    "ScanDataset(input_dataset: variant, initial_state: Tstate,"
    " other_arguments: Targuments; f: func, Tstate: list(type) >= 1,"
    f" {_FUNCTION}, preserve_cardinality: bool = False) -> (handle: variant)")


@ScanDataset.kernel
def _(input_dataset, initial_state, other_arguments, f):
    def iterate(iteration):
        function = iteration.function(f, other_arguments)
        state = tuple(initial_state)
        for element in input_dataset.iterate(iteration):
            results = function((*state, *element))
            state = results[:len(state)]
            yield results[len(state):]

    return DatasetValue(iterate)


# ---- errors and repetitions ----

IgnoreErrorsDataset = dataset_op(
    f"IgnoreErrorsDataset(input_dataset: variant; {_TYPES}) -> (handle: variant)")


@IgnoreErrorsDataset.kernel
def _(input_dataset):
    def iterate(iteration):
        elements = input_dataset.iterate(iteration)

        def step():
            while True:
                try:
                    return next(elements)
                except errors.OpError:
                    continue

        return Steps(step)

    return DatasetValue(iterate)


UniqueDataset = dataset_op(
    f"UniqueDataset(input_dataset: variant; {_TYPES}) -> (handle: variant)")


@UniqueDataset.kernel
def _(input_dataset):
    def iterate(iteration):
        seen = set()
        for element in input_dataset.iterate(iteration):
            value = np.asarray(element[0]).item()
            if value not in seen:
                seen.add(value)
                yield element

    return DatasetValue(iterate)
