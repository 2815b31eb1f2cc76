"""Datasets that hold or read data, and how they are run: the ops of tf.data's sources."""

import itertools

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.ops.common_shapes import SCALAR
from minitf.ops.dataset_values import (
    DatasetValue, Iteration, RandomWords, slices, string_scalar)
from minitf.ops.record_io import open_file, read_records

_TYPES = "output_types: list(type) >= 1, output_shapes: list(shape) >= 1"


def dataset_op(signature, **options):
    """Declares an op whose output is one dataset."""
    op_type = op(signature, **options).not_differentiable()
    op_type.shape(_scalar)
    return op_type


def _scalar():
    return SCALAR


# ---- data at hand ----

TensorDataset = dataset_op(
    "TensorDataset(components: Toutput_types; Toutput_types: list(type) >= 1,"
    " output_shapes: list(shape) >= 1) -> (handle: variant)", stateful=True)


@TensorDataset.kernel
def _(components):
    element = tuple(components)
    return DatasetValue(lambda iteration: iter([element]))


TensorSliceDataset = op(
    "TensorSliceDataset(components: Toutput_types; Toutput_types: list(type) >= 1,"
    " output_shapes: list(shape) >= 1) -> (handle: variant)", stateful=True).not_differentiable()


@TensorSliceDataset.shape
def _(components):
    sizes = set()
    for tensor in components:
        if tensor.shape._dims is not None:
            if not tensor.shape._dims:
                raise ValueError("Shape must be at least rank 1 but is rank 0")
            sizes.add(tensor.shape._dims[0])
    if len(sizes - {None}) > 1:
        first, second = sorted(sizes - {None})[:2]
        raise ValueError(f"Dimensions {first} and {second} are not compatible")
    return SCALAR


@TensorSliceDataset.kernel
def _(components):
    if len({len(array) for array in components}) > 1:
        raise errors.InvalidArgumentError(
            None, None, "All components must have the same size in the 0th dimension")
    return DatasetValue(lambda iteration: zip(*map(slices, components)))


RangeDataset = dataset_op(
    f"RangeDataset(start: int64, stop: int64, step: int64; {_TYPES}) -> (handle: variant)",
    stateful=True)


@RangeDataset.kernel
def _(start, stop, step):
    if step == 0:
        raise errors.InvalidArgumentError(None, None, "step must be a non-zero integer.")
    numbers = range(int(start), int(stop), int(step))
    return DatasetValue(lambda iteration: ((np.int64(number),) for number in numbers))


RandomDataset = dataset_op(
    f"RandomDataset(seed: int64, seed2: int64; {_TYPES}) -> (handle: variant)",
    stateful=True)


@RandomDataset.kernel
def _(seed, seed2):
    def iterate(iteration):
        words = RandomWords(seed, seed2)
        return ((np.int64(words()),) for _ in itertools.count())

    return DatasetValue(iterate)


# ---- a Python generator ----

GeneratorDataset = dataset_op(
    "GeneratorDataset(init_func_other_args: Tinit_func_args, next_func_other_args: Tnext_func_args,"
    " finalize_func_other_args: Tfinalize_func_args; init_func: func, next_func: func,"
    " finalize_func: func, Tinit_func_args: list(type) >= 0, Tnext_func_args: list(type) >= 0,"
    f" Tfinalize_func_args: list(type) >= 0, {_TYPES}) -> (handle: variant)", stateful=True)


@GeneratorDataset.kernel
def _(init_func_other_args, next_func_other_args, finalize_func_other_args, init_func, next_func,
      finalize_func):
    def iterate(iteration):
        state = iteration.function(init_func, init_func_other_args)(())
        next_element = iteration.function(next_func, next_func_other_args)
        try:
            while True:
                try:
                    element = next_element(state)
                except errors.OutOfRangeError:
                    return
                yield element
        finally:
            iteration.function(finalize_func, finalize_func_other_args)(state)

    return DatasetValue(iterate)


# ---- files ----


def _paths(filenames):
    return [name.decode() for name in np.atleast_1d(np.asarray(filenames, dtype=object))]


def _compression(compression_type):
    """The compression that a scalar input names.

    Raises:
      InvalidArgumentError: there is no such compression.
    """
    compression = np.asarray(compression_type, dtype=object).item().decode()
    if compression not in ("", "ZLIB", "GZIP"):
        raise errors.InvalidArgumentError(None, None, "Unsupported compression_type.")
    return compression


def _from_files(records, filenames):
    """A dataset of the strings that ``records(path)`` gives of each file."""
    paths = _paths(filenames)

    def iterate(iteration):
        for path in paths:
            for record in records(path):
                yield (string_scalar(record),)

    return DatasetValue(iterate)


TextLineDataset = dataset_op(
    "TextLineDataset(filenames: string, compression_type: string, buffer_size: int64)"
    " -> (handle: variant)", stateful=True)


@TextLineDataset.kernel
def _(filenames, compression_type, buffer_size):
    compression = _compression(compression_type)
    return _from_files(lambda path: _lines(path, compression), filenames)


def _lines(path, compression):
    """Yields a file's lines without their ends."""
    with open_file(path, compression) as file:
        rest = b""
        while chunk := file.read(1 << 16):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line.replace(b"\r", b"")
        if rest:
            yield rest.replace(b"\r", b"")


TFRecordDataset = dataset_op(
    "TFRecordDataset(filenames: string, compression_type: string, buffer_size: int64)"
    " -> (handle: variant)", stateful=True)


@TFRecordDataset.kernel
def _(filenames, compression_type, buffer_size):
    compression = np.asarray(compression_type, dtype=object).item().decode()
    if compression not in ("ZLIB", "GZIP"):
        compression = ""  # TensorFlow logs that it does not know another one, and goes on
    return _from_files(lambda path: read_records(path, compression), filenames)


FixedLengthRecordDataset = dataset_op(
    "FixedLengthRecordDatasetV2(filenames: string, header_bytes: int64, record_bytes: int64,"
    " footer_bytes: int64, buffer_size: int64, compression_type: string) -> (handle: variant)",
    stateful=True)


@FixedLengthRecordDataset.kernel
def _(filenames, header_bytes, record_bytes, footer_bytes, buffer_size, compression_type):
    compression = _compression(compression_type)
    if record_bytes <= 0:
        raise errors.InvalidArgumentError(None, None, "`record_bytes` must be > 0")
    sizes = int(header_bytes), int(record_bytes), int(footer_bytes)
    return _from_files(lambda path: _pieces(path, compression, *sizes), filenames)


def _pieces(path, compression, header, length, footer):
    """A file's pieces of one length, between its header and its footer.

    Raises:
      InvalidArgumentError: they do not fill the file.
    """
    with open_file(path, compression) as file:
        data = file.read()
    body = data[header:len(data) - footer]
    if len(body) % length:
        raise errors.InvalidArgumentError(
            None, None, f"Excess bytes found at the end of the body of {path}: it has {len(body)} "
                        f"bytes, which is not a multiple of the record length {length}")
    return [body[i:i + length] for i in range(0, len(body), length)]


# ---- how a dataset is run ----

OptimizeDataset = dataset_op(
    f"OptimizeDataset(input_dataset: variant, optimizations: string; {_TYPES},"
    " optimization_configs: list(string) = []) -> (handle: variant)")


@OptimizeDataset.kernel
def _(input_dataset, optimizations):
    fuse = b"shuffle_and_repeat_fusion" in list(optimizations)
    return DatasetValue(
        lambda iteration: input_dataset.iterate(iteration.with_optimized(fuse)))


ModelDataset = dataset_op(
    f"ModelDataset(input_dataset: variant; algorithm: int = 0, cpu_budget: int = 0, {_TYPES})"
    " -> (handle: variant)")
PrefetchDataset = dataset_op(
    f"PrefetchDataset(input_dataset: variant, buffer_size: int64; {_TYPES},"
    " slack_period: int = 0, legacy_autotune: bool = True) -> (handle: variant)")


@ModelDataset.kernel
def _(input_dataset):
    return input_dataset


@PrefetchDataset.kernel
def _(input_dataset, buffer_size):
    # Elements are made when they are asked for: there is no device that would wait for them.
    if buffer_size < -1:
        raise errors.InvalidArgumentError(None, None, "buffer_size must be >= 0 or set "
                                                      "buffer_size to be -1 for auto-tuning")
    return input_dataset


# ---- datasets as tensors ----


def _output_shapes(output_shapes):
    return list(output_shapes)


DatasetToSingleElement = op(
    f"DatasetToSingleElement(dataset: variant; {_TYPES}) -> (components: output_types)",
    stateful=True).not_differentiable()
DatasetToSingleElement.shape(_output_shapes)


@DatasetToSingleElement.kernel
def _(dataset, ctx):
    elements = list(itertools.islice(dataset.iterate(Iteration(ctx.session)), 2))
    if not elements:
        raise errors.InvalidArgumentError(None, None, "Dataset was empty.")
    if len(elements) > 1:
        raise errors.InvalidArgumentError(None, None, "Dataset had more than one element.")
    return list(elements[0])


ReduceDataset = op(
    "ReduceDataset(input_dataset: variant, initial_state: Tstate, other_arguments: Targuments;"
    " f: func, Tstate: list(type) >= 1, Targuments: list(type) >= 0,"
    f" {_TYPES}, use_inter_op_parallelism: bool = True) -> (components: output_types)",
    stateful=True).not_differentiable()
ReduceDataset.shape(_output_shapes)


@ReduceDataset.kernel
def _(input_dataset, initial_state, other_arguments, f, ctx):
    iteration = Iteration(ctx.session)
    function = iteration.function(f, other_arguments)
    state = tuple(initial_state)
    for element in input_dataset.iterate(iteration):
        state = function((*state, *element))
    return list(state)
