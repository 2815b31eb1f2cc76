"""Strings taken apart into a SparseTensor of pieces, and joined along axes or by segments."""

import math

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import check_scalar, renamed_argument
from minitf.ops.common_shapes import (
    merge_prefix,
    reduction_shape,
    scalar_dim,
    shape_of,
    with_rank,
)
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text
from minitf.ops.string_values import byte_strings, scalar_string, string_array

# ---- StringSplit, StringSplitV2 ----


def string_split(source, sep=None, skip_empty=True, delimiter=None, result_type="SparseTensor",
                 name=None):
    """Strings split at any of the characters of ``sep`` (TF op: StringSplit).

    Args:
      source: a vector of strings.
      sep: the characters; None: spaces; "": between all characters.
      skip_empty: leave empty pieces out.
      delimiter: ``sep`` under its older name.
      result_type: "SparseTensor", the one that there is.
      name: the name scope.

    Returns:
      A SparseTensor of shape [len(source), most pieces of a string].
    """
    with name_scope(name, "StringSplit", [source]):
        sep = renamed_argument("sep", sep, "delimiter", delimiter)
        sep = convert_to_tensor(" " if sep is None else sep, dtype=dtypes.string)
        source = convert_to_tensor(source, dtype=dtypes.string)
        result = _sparse(StringSplit(source, sep, skip_empty=skip_empty))
        _check_result_type(result_type)
        return result


def strings_split(input=None, sep=None, maxsplit=-1, result_type="SparseTensor", source=None,
                  name=None):
    """Strings split at a separator, as ``str.split`` does it (TF op: StringSplitV2).

    Args:
      input: a vector of strings.
      sep: the separator; None or "": white space, and empty pieces are left out.
      maxsplit: split at most that many times; 0 or less: always.
      result_type: "SparseTensor", the one that there is.
      source: ``input`` under its older name.
      name: the name scope.

    Returns:
      A SparseTensor of shape [len(input), most pieces of a string].

    Raises:
      UnimplementedError: what needs ragged tensors: ``input`` that is no vector, another result
      type.
    """
    input = renamed_argument("input", input, "source", source)
    with name_scope(name, "StringSplit", [input]):
        input = convert_to_tensor(input, dtype=dtypes.string, name="input")
        _check_result_type(result_type)
        if input.shape.ndims != 1:
            raise errors.UnimplementedError(
                None, None, "minitf has no RaggedTensor: tf.strings.split takes vectors only, got "
                            f"shape {input.shape}")
        sep = convert_to_tensor("" if sep is None else sep, dtype=dtypes.string)
        return _sparse(StringSplitV2(input, sep, maxsplit=maxsplit))


def _check_result_type(result_type):
    if result_type == "RaggedTensor":
        raise errors.UnimplementedError(None, None, "minitf has no RaggedTensor")
    if result_type != "SparseTensor":
        raise ValueError("result_type must be 'RaggedTensor' or 'SparseTensor'.")


def _sparse(parts):
    indices, values, shape = parts
    indices.set_shape([None, 2])
    values.set_shape([None])
    shape.set_shape([2])
    return SparseTensor(indices, values, shape)


StringSplit = op(
    "StringSplit(input: string, delimiter: string; skip_empty: bool = True)"
    " -> (indices: int64, values: string, shape: int64)").not_differentiable()
StringSplitV2 = op(
    "StringSplitV2(input: string, sep: string; maxsplit: int = -1)"
    " -> (indices: int64, values: string, shape: int64)").not_differentiable()


def _split_shapes(input, separator):
    with_rank(input.shape, 1)
    with_rank(separator.shape, 0)
    return [shape_of([None, 2]), shape_of([None]), shape_of([2])]


@StringSplit.shape
def _(input, delimiter):
    return _split_shapes(input, delimiter)


@StringSplitV2.shape
def _(input, sep):
    return _split_shapes(input, sep)


@StringSplit.kernel
def _(input, delimiter, skip_empty):
    if np.ndim(input) != 1:
        raise ValueError(f"input must be a vector, got shape: {list_text(np.shape(input))}")
    check_scalar(delimiter, "delimiter must be a scalar, got shape:")
    delimiters = scalar_string(delimiter)
    return _indexed([_split_at_any(item, delimiters, skip_empty) for item in byte_strings(input)])


@StringSplitV2.kernel
def _(input, sep, maxsplit):
    if np.ndim(input) != 1:
        raise ValueError(f"input must be a vector, got shape: {list_text(np.shape(input))}")
    check_scalar(sep, "sep must be a scalar, got shape:")
    separator = scalar_string(sep) or None
    maxsplit = maxsplit if maxsplit > 0 else -1
    rows = [item.split(separator, maxsplit) for item in byte_strings(input)]
    if separator is None:
        # Python leaves an empty rest out, TensorFlow does not.
        rows = [row + [b""] if len(row) == maxsplit else row for row in rows]
    return _indexed(rows)


def _split_at_any(item, delimiters, skip_empty):
    if not delimiters:
        return [item[i:i + 1] for i in range(len(item))]
    if not item:
        return []
    for other in delimiters[1:]:
        item = item.replace(bytes([other]), delimiters[:1])
    return [piece for piece in item.split(delimiters[:1]) if piece or not skip_empty]


def _indexed(rows):
    """Lists of pieces as indices, values and shape of a sparse matrix."""
    lengths = [len(row) for row in rows]
    indices = [(i, j) for i, length in enumerate(lengths) for j in range(length)]
    pieces = [piece for row in rows for piece in row]
    return (np.array(indices, dtype=np.int64).reshape(-1, 2), string_array(pieces, [len(pieces)]),
            np.array([len(rows), max(lengths, default=0)], dtype=np.int64))


# ---- ReduceJoin ----


def reduce_join(inputs, axis=None, keep_dims=None, separator="", name=None,
                reduction_indices=None, keepdims=None):
    """Strings joined along axes, in the order in which the axes are given (TF op: ReduceJoin).

    Args:
      inputs: a string tensor.
      axis: an axis or a list; None: all, the last first.
      keep_dims: ``keepdims`` under its older name.
      separator: what to put between.
      name: the operation's name.
      reduction_indices: ``axis`` under its older name.
      keepdims: keep the joined dimensions, with length 1.
    """
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(None, "ReduceJoin", [inputs, axis]):
        inputs = convert_to_tensor(inputs)
        if axis is None:
            axis = _all_axes(inputs)
        return ReduceJoin(inputs, axis, keep_dims=bool(keepdims), separator=separator, name=name)


def _all_axes(x):
    rank = x.shape.ndims
    if rank is not None:
        return constant(np.arange(rank - 1, -1, -1), dtype=dtypes.int32)
    return math_ops.range(array_ops.rank(x) - 1, -1, -1)


ReduceJoin = op("ReduceJoin(inputs: string, reduction_indices: int32; keep_dims: bool = False,"
                " separator: string = '') -> (output: string)").not_differentiable()


@ReduceJoin.shape
def _(inputs, reduction_indices, keep_dims):
    return reduction_shape(inputs, reduction_indices, keep_dims)


@ReduceJoin.kernel
def _(inputs, reduction_indices, keep_dims, separator):
    inputs = np.asarray(inputs, dtype=object)
    axes = []
    for given in np.ravel(reduction_indices).tolist():
        axis = _checked_axis(given, inputs.ndim)
        if axis in axes:
            raise errors.InvalidArgumentError(None, None, f"Duplicate reduction dimension {given}")
        axes.append(axis)
    kept = [i for i in range(inputs.ndim) if i not in axes]
    shape = [inputs.shape[i] for i in kept]
    count, length = math.prod(shape), math.prod(inputs.shape[i] for i in axes)
    joined = inputs.transpose(kept + axes[::-1]).reshape(count, length)
    items = [separator.join(byte_strings(row)) for row in joined]
    if keep_dims:
        shape = [1 if i in axes else n for i, n in enumerate(inputs.shape)]
    return string_array(items, shape)


def _checked_axis(axis, rank):
    if not -rank <= axis < rank:
        raise errors.OutOfRangeError(
            None, None, f"Invalid reduction dimension {axis} for input with {rank} dimension(s)")
    return axis + rank if axis < 0 else axis


# ---- UnsortedSegmentJoin ----


def unsorted_segment_join(inputs, segment_ids, num_segments, separator="", name=None):
    """The strings of each segment joined (TF op: UnsortedSegmentJoin).

    Args:
      inputs: a string tensor.
      segment_ids: which segment each element belongs to; its shape is a prefix of that of inputs.
      num_segments: how many segments there are.
      separator: what to put between.
      name: the operation's name.
    """
    return UnsortedSegmentJoin(inputs, segment_ids, num_segments, separator=separator, name=name)


UnsortedSegmentJoin = op(
    "UnsortedSegmentJoin(inputs: string, segment_ids: Tindices, num_segments: Tnumsegments;"
    " separator: string = '', Tindices, Tnumsegments: type = int32) -> (output: string)",
    Tindices="int32 int64", Tnumsegments="int32 int64").not_differentiable()


@UnsortedSegmentJoin.shape
def _(inputs, segment_ids, num_segments):
    with_rank(num_segments.shape, 0)
    dims, prefix = inputs.shape._dims, segment_ids.shape._dims
    if prefix is None or dims is None:
        return shape_of(None)
    merge_prefix(inputs.shape, segment_ids.shape)
    return shape_of([scalar_dim(num_segments, 2), *dims[len(prefix):]])


@UnsortedSegmentJoin.kernel
def _(inputs, segment_ids, num_segments, separator):
    inputs, ids = np.asarray(inputs, dtype=object), np.asarray(segment_ids)
    count = int(num_segments)
    tail = inputs.shape[ids.ndim:]
    rows = inputs.reshape(ids.size, int(np.prod(tail, dtype=np.int64)))
    parts = [[[] for _ in range(rows.shape[1])] for _ in range(count)]
    for number, row in zip(ids.ravel().tolist(), rows):
        if not -1 < number < count:
            raise errors.InvalidArgumentError(
                None, None, "segment_ids are not allowed to exceed num_segments or to have "
                            "negative values.")
        for column, item in zip(parts[number], byte_strings(row)):
            column.append(item)
    items = [separator.join(column) for segment in parts for column in segment]
    return string_array(items, (count, *tail))
