"""Choosing elements by their values: where, masks, partitions and stitches, unique, searching."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.registry import op
from minitf.framework.tensor_shape import as_shape
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import (
    UNKNOWN, concatenate, known_product, merge_prefix, merge_shapes, shape_of, with_rank)
from minitf.ops.elementwise import list_text

# ---- Where ----


def where(condition, x=None, y=None, name=None):
    """The indices where ``condition`` is true; or ``x`` where it is and ``y`` elsewhere.

    TF ops: Where, Select.

    Args:
      condition: a bool tensor; without ``x`` and ``y``, a number counts as true unless it is 0.
      x, y: tensors of one shape and dtype: that of ``condition``, or with it as their first
        dimension.
      name: the operation's name.

    Returns:
      Without ``x`` and ``y``, int64 indices of shape [number found, rank], in order; else a tensor
      like ``x``.

    Raises:
      ValueError: only one of ``x`` and ``y`` is given.
    """
    return _where(condition, x, y, name, lambda: math_ops.Select(condition, x, y, name=name))


def where_v2(condition, x=None, y=None, name=None):
    """``where`` whose three arguments broadcast against each other (TF ops: Where, SelectV2)."""
    return _where(condition, x, y, name, lambda: math_ops.SelectV2(condition, x, y, name=name))


def _where(condition, x, y, name, select):
    if (x is None) != (y is None):
        raise ValueError("x and y must both be non-None or both be None.")
    if x is not None:
        return select()
    with name_scope(name, "Where", [condition]) as scope:
        condition = convert_to_tensor(condition, preferred_dtype=dtypes.bool, name="condition")
        return Where(condition, name=scope)


Where = op("Where(input: T; T: type = bool) -> (index: int64)",
           T="float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 bfloat16 "
             "uint16 complex128 half uint32 uint64 bool")


@Where.shape
def _(input):
    dims = input.shape._dims
    return shape_of((None, None if dims is None else len(dims)))


@Where.kernel
def _(input):
    if np.ndim(input) == 0:
        raise ValueError("WhereOp : Unhandled input dimensions: 0")
    return np.argwhere(input).astype(np.int64, copy=False)


# ---- masks ----


def boolean_mask(tensor, mask, name="boolean_mask", axis=None):
    """The parts of ``tensor`` at which ``mask`` is true, in order, along one dimension.

    Args:
      tensor: a tensor.
      mask: a bool tensor of known rank K >= 1; its shape is that of ``tensor`` from ``axis`` on.
      name: the scope's name.
      axis: an int, by default 0.

    Returns:
      A tensor in which one dimension stands for the K that the mask covers.

    Raises:
      ValueError: the rank of ``mask`` is 0 or not known, or the shapes do not fit.
    """
    with name_scope(name, values=[tensor, mask]):
        tensor = convert_to_tensor(tensor, name="tensor")
        mask = convert_to_tensor(mask, name="mask")
        rank, shape = mask.shape.ndims, tensor.shape
        if rank == 0:
            raise ValueError("mask cannot be scalar.")
        if rank is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions are None.  "
                "E.g. shape=[None] is ok, but shape=None is not.")
        axis = 0 if axis is None else axis
        covered = shape[axis:axis + rank]
        covered.assert_is_compatible_with(mask.shape)
        size = math_ops.Prod(array_ops.shape(tensor)[axis:axis + rank], [0])
        tensor = array_ops.reshape(tensor, array_ops.concat(
            [array_ops.shape(tensor)[:axis], [size], array_ops.shape(tensor)[axis + rank:]], 0))
        tensor.set_shape(as_shape(shape[:axis]).concatenate([covered.num_elements()]).concatenate(
            shape[axis + rank:]))
        indices = array_ops.squeeze(where(array_ops.reshape(mask, [-1])), axis=[1])
        return array_ops.gather(tensor, indices, axis=axis)


def sparse_mask(a, mask_indices, name=None):
    """IndexedSlices ``a`` without the rows whose indices are in ``mask_indices``."""
    with name_scope(name, "sparse_mask", [a, mask_indices]) as scope:
        left, places = ListDiff(a.indices, mask_indices)
        values = array_ops.gather(a.values, places, name=scope)
        return IndexedSlices(values, left, a.dense_shape)


# ---- DynamicPartition ----


def dynamic_partition(data, partitions, num_partitions, name=None):
    """Slices of ``data`` sorted into ``num_partitions`` tensors (TF op: DynamicPartition).

    ``result[k] = data[partitions == k]``.

    Args:
      data: a tensor whose shape begins with that of ``partitions``.
      partitions: int32 of any shape, in [0, num_partitions).
      num_partitions: an int.
      name: the operation's name.
    """
    return DynamicPartition(data, partitions, num_partitions=num_partitions, name=name)


DynamicPartition = op("DynamicPartition(data: T, partitions: int32; num_partitions: int >= 1, T)"
                      " -> (outputs: num_partitions * T)")


@DynamicPartition.shape
def _(data, partitions, num_partitions):
    merge_prefix(data.shape, partitions.shape)
    if data.shape._dims is None or partitions.shape._dims is None:
        return [UNKNOWN] * num_partitions
    return [shape_of((None,) + data.shape._dims[len(partitions.shape._dims):])] * num_partitions


@DynamicPartition.kernel
def _(data, partitions, num_partitions):
    if np.shape(data)[:np.ndim(partitions)] != np.shape(partitions):
        raise ValueError("data.shape must start with partitions.shape, got data.shape = "
                         f"{list_text(np.shape(data))}, partitions.shape = "
                         f"{list_text(np.shape(partitions))}")
    wrong = np.argwhere((partitions < 0) | (partitions >= num_partitions))
    if len(wrong):
        place = tuple(wrong[0])
        raise ValueError(f"partitions{list_text(place) if place else ''} = "
                         f"{np.asarray(partitions)[place]} is not in [0, {num_partitions})")
    return [data[partitions == k] for k in range(num_partitions)]


@DynamicPartition.gradient
def _(op, *grads):
    partitions, count = op.inputs[1], op._attrs["num_partitions"]
    shape = array_ops.shape(partitions)
    # Where each element went: the positions, partitioned as the data were.
    positions = array_ops.reshape(math_ops.range(math_ops.reduce_prod(shape)), shape)
    places = dynamic_partition(positions, partitions, count)
    merged = dynamic_stitch(places, grads)
    return array_ops.reshape(merged, array_ops.shape(op.inputs[0])), None


# ---- DynamicStitch ----


def dynamic_stitch(indices, data, name=None):
    """One tensor of the slices in ``data``: ``merged[indices[m][i]] = data[m][i]``.

    TF op: DynamicStitch. Of repeated indices the last one counts; places that no index names are
    not defined (zero here).

    Args:
      indices: a list of int32 tensors.
      data: a list of tensors of one dtype; the shape of each begins with that of its indices.
      name: the operation's name.
    """
    return DynamicStitch(indices, data, name=name)


def parallel_dynamic_stitch(indices, data, name=None):
    """``dynamic_stitch`` of indices without repetitions (TF op: ParallelDynamicStitch)."""
    return ParallelDynamicStitch(indices, data, name=name)


def _stitched_shape(indices, data):
    rest, size = UNKNOWN, 1  # TF takes the largest index to be 0 or more
    for places, values in zip(indices, data):
        known = static_value(places)
        if known is None:
            size = None
        elif size is not None and known.size:
            size = max(size, int(known.max()) + 1)
        if places.shape._dims is None:
            continue
        merge_prefix(values.shape, places.shape)
        if values.shape._dims is not None:
            rest = merge_shapes(rest, shape_of(values.shape._dims[len(places.shape._dims):]))
    return shape_of(concatenate((size,), rest._dims))


def _stitch(indices, data):
    for i, (places, values) in enumerate(zip(indices, data)):
        rank = np.ndim(places)
        if np.shape(values)[:rank] != np.shape(places):
            raise ValueError(f"data[{i}].shape = {list_text(np.shape(values))} does not start with "
                             f"indices[{i}].shape = {list_text(np.shape(places))}")
        if np.shape(values)[rank:] != np.shape(data[0])[np.ndim(indices[0]):]:
            raise ValueError(
                f"Need data[0].shape[{np.ndim(indices[0])}:] = data[{i}].shape[{rank}:], got "
                f"data[0].shape = {list_text(np.shape(data[0]))}, data[{i}].shape = "
                f"{list_text(np.shape(values))}, indices[0].shape = "
                f"{list_text(np.shape(indices[0]))}, indices[{i}].shape = "
                f"{list_text(np.shape(places))}")
        if np.size(places) and np.min(places) < 0:
            place = np.unravel_index(np.argmax(np.ravel(places) < 0), np.shape(places))
            raise ValueError(f"indices{list_text(place) if place else ''} is out of range")
    size = max((int(np.max(places)) + 1 for places in indices if np.size(places)), default=0)
    rest = np.shape(data[0])[np.ndim(indices[0]):]
    merged = array_ops.zero_array((size,) + rest, np.asarray(data[0]).dtype)
    for places, values in zip(indices, data):
        merged[places] = values
    return merged


def _stitch_gradient(op, grad):
    count = op._attrs["N"]
    indices = list(op.inputs[:count])
    if isinstance(grad, IndexedSlices):
        rows = array_ops.shape(op.outputs[0])[0]
        grad = math_ops.unsorted_segment_sum(grad.values, grad.indices, rows)
    return [None] * count + [array_ops.gather(grad, places) for places in indices]


_STITCH = "(indices: N * int32, data: N * T; N: int >= 1, T) -> (merged: T)"
DynamicStitch = op("DynamicStitch" + _STITCH)
ParallelDynamicStitch = op("ParallelDynamicStitch" + _STITCH)
for _stitch_op in (DynamicStitch, ParallelDynamicStitch):
    _stitch_op.shape(_stitched_shape)
    _stitch_op.kernel(_stitch)
    _stitch_op.gradient(_stitch_gradient)


# ---- InvertPermutation ----


def invert_permutation(x, name=None):
    """The inverse of a permutation of 0 ... n - 1: ``y[x[i]] = i`` (TF op: InvertPermutation)."""
    return InvertPermutation(x, name=name)


InvertPermutation = op("InvertPermutation(x: T; T: type = int32) -> (y: T)", T="int32 int64"
                       ).not_differentiable()


@InvertPermutation.shape
def _(x):
    return with_rank(x.shape, 1)


@InvertPermutation.kernel
def _(x):
    if np.ndim(x) != 1:
        raise ValueError("invert_permutation expects a 1D vector.")
    size, seen = len(x), set()
    for value in x.tolist():
        if not 0 <= value < size:
            raise ValueError(f"{value} is not between 0 and {size}")
        if value in seen:
            raise ValueError(f"{value} is duplicated in the input.")
        seen.add(value)
    return np.argsort(x).astype(x.dtype, copy=False)


# ---- Unique ----


def unique(x, out_idx=dtypes.int32, name=None):
    """The different values of a vector, in order of appearance, and which one each element is.

    TF op: Unique. ``x[i] = y[idx[i]]``.

    Returns:
      A namedtuple (y, idx) of tensors.
    """
    return Unique(x, out_idx=out_idx, name=name)


def unique_with_counts(x, out_idx=dtypes.int32, name=None):
    """``unique`` with how often each value appears: (y, idx, count) (TF op: UniqueWithCounts)."""
    return UniqueWithCounts(x, out_idx=out_idx, name=name)


def _unique(x):
    """Values in order of appearance, the index of each element's value, and counts."""
    if np.ndim(x) != 1:
        raise ValueError("unique expects a 1D vector.")
    values, first, inverse, counts = np.unique(x, return_index=True, return_inverse=True,
                                               return_counts=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return values[order], rank[inverse], counts[order]


Unique = op("Unique(x: T; T, out_idx: type = int32) -> (y: T, idx: out_idx)", out_idx="int32 int64")
UniqueWithCounts = op("UniqueWithCounts(x: T; T, out_idx: type = int32)"
                      " -> (y: T, idx: out_idx, count: out_idx)", out_idx="int32 int64")


@Unique.shape
def _(x):
    with_rank(x.shape, 1)
    return [shape_of((None,)), x.shape]


@Unique.kernel
def _(x, out_idx):
    values, index, _ = _unique(x)
    return values, index.astype(out_idx.as_numpy_dtype)


@UniqueWithCounts.shape
def _(x):
    return [shape_of((None,)), x.shape, shape_of((None,))]


@UniqueWithCounts.kernel
def _(x, out_idx):
    values, index, counts = _unique(x)
    return (values, index.astype(out_idx.as_numpy_dtype), counts.astype(out_idx.as_numpy_dtype))


# ---- ListDiff ----


def setdiff1d(x, y, index_dtype=dtypes.int32, name=None):
    """The values of vector ``x`` that are not in vector ``y``, and their places (TF op: ListDiff).

    Returns:
      A namedtuple (out, idx) of tensors, in the order of ``x``.
    """
    return ListDiff(x, y, out_idx=index_dtype, name=name)


ListDiff = op("ListDiff(x: T, y: T; T, out_idx: type = int32) -> (out: T, idx: out_idx)",
              out_idx="int32 int64")


@ListDiff.shape
def _(x, y):
    with_rank(x.shape, 1)
    with_rank(y.shape, 1)
    return [shape_of((None,)), shape_of((None,))]


@ListDiff.kernel
def _(x, y, out_idx):
    for which, value in (("x", x), ("y", y)):
        if np.ndim(value) != 1:
            raise ValueError(f"{which} should be a 1D vector.")
    places = np.flatnonzero(~np.isin(x, y))
    return x[places], places.astype(out_idx.as_numpy_dtype)


# ---- LowerBound, UpperBound ----


def searchsorted(sorted_sequence, values, side="left", out_type=dtypes.int32, name=None):
    """Where ``values`` would go in sorted rows: for each row, as NumPy's ``searchsorted``.

    TF ops: LowerBound, UpperBound.

    Args:
      sorted_sequence: a tensor of rank 1 or more, sorted along its last dimension.
      values: a tensor of the same shape but for the last dimension.
      side: "left": before equal elements, "right": after them.
      out_type: int32 or int64.
      name: the operation's name.

    Raises:
      ValueError: another ``side``.
    """
    sequence_size = array_ops.shape_internal(sorted_sequence)[-1]
    values_size = array_ops.shape_internal(values)[-1]
    rows = array_ops.reshape(sorted_sequence, [-1, sequence_size])
    values_2d = array_ops.reshape(values, [-1, values_size])
    if side not in ("left", "right"):
        raise ValueError(f"side must be either 'right' or 'left'.  Saw: {side}.")
    bound = UpperBound if side == "right" else LowerBound
    result = bound(rows, values_2d, out_type=out_type, name=name)
    return array_ops.reshape(result, array_ops.shape_internal(values))


def _bound(name, side):
    op_type = op(f"{name}(sorted_inputs: T, values: T; T, out_type: type = int32)"
                 " -> (output: out_type)", out_type="int32 int64")

    @op_type.shape
    def _(sorted_inputs, values):
        with_rank(sorted_inputs.shape, 2)
        with_rank(values.shape, 2)
        return values.shape

    @op_type.kernel
    def _(sorted_inputs, values, out_type):
        if len(sorted_inputs) != len(values):
            raise ValueError("Leading dim_size of both tensors must match.")
        found = [np.searchsorted(row, wanted, side) for row, wanted in zip(sorted_inputs, values)]
        return np.array(found, out_type.as_numpy_dtype).reshape(values.shape)

    return op_type


LowerBound = _bound("LowerBound", "left")
UpperBound = _bound("UpperBound", "right")


# ---- UnravelIndex ----


def unravel_index(indices, dims, name=None):
    """Flat indices as indices into shape ``dims``, one column each (TF op: UnravelIndex).

    Raises:
      InvalidArgumentError: at run time, an index is out of range.
    """
    return UnravelIndex(indices, dims, name=name)


UnravelIndex = op("UnravelIndex(indices: Tidx, dims: Tidx; Tidx: type = int32) -> (output: Tidx)",
                  Tidx="int32 int64")


@UnravelIndex.shape
def _(indices, dims):
    rows = with_rank(dims.shape, 1)._dims[0]
    at = indices.shape
    if at._dims is None:
        return UNKNOWN
    if len(at._dims) == 0:
        return shape_of((rows,))
    return shape_of((rows, known_product(at._dims)))


@UnravelIndex.kernel
def _(indices, dims, Tidx):
    if np.ndim(indices) > 1:
        raise ValueError('The indices can only be scalar or vector, got '
                         f'"{list_text(np.shape(indices))}"')
    if np.ndim(dims) != 1:
        raise ValueError(f'The indices can only be 1-D, got "{list_text(np.shape(dims))}"')
    if np.size(indices) and (np.max(indices) >= np.prod(dims) or np.min(indices) < 0):
        raise ValueError("index is out of bound as with dims")
    return np.array(np.unravel_index(indices, tuple(dims)), Tidx.as_numpy_dtype)
