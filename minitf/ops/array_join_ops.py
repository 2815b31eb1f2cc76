"""Joining and parting: stack and unstack, concat and split."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.compat import integral_types
from minitf.framework.constant_folding import constant_value, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.registry import op
from minitf.framework.tensor_shape import Dimension, TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import (
    UNKNOWN, add_dims, concatenate, divide_dims, merge_shapes, scalar_axis, shape_of, with_rank,
    with_rank_at_least, with_value)
from minitf.ops.constant_op import constant, is_constant
from minitf.ops.elementwise import list_text

# ---- Pack ----


def stack(values, axis=0, name="stack"):
    """Joins tensors of one shape along a new axis (TF op: Pack); constants give one constant.

    Raises:
      ValueError: ``axis`` is out of range, or the shapes differ.
    """
    if axis == 0:
        try:
            return convert_to_tensor(values, name=name)
        except (TypeError, ValueError):
            pass  # the values differ in shape or kind: Pack says in what
    rank = convert_to_tensor(values[0], name=name).shape.ndims
    if rank is not None and not -(rank + 1) <= axis < rank + 1:
        raise ValueError(f"axis = {axis} not in [{-(rank + 1)}, {rank + 1})")
    return Pack(values, axis=axis, name=name)


Pack = op("Pack(values: N * T; N: int >= 1, T, axis: int = 0) -> (output: T)")


@Pack.shape
def _(values, axis):
    merged = values[-1].shape
    for i in reversed(range(len(values) - 1)):
        try:
            merged = merge_shapes(values[i].shape, merged)
        except ValueError as error:
            raise ValueError(f"{error}\n\tFrom merging shape {i} with other shapes.") from None
    dims = merged._dims
    if dims is None:
        return UNKNOWN
    place = _pack_axis(axis, len(dims) + 1)
    return shape_of(dims[:place] + (len(values),) + dims[place:])


def _pack_axis(axis, rank):
    if not -rank <= axis < rank:
        raise ValueError(f"Invalid axis: {axis}; must be in [{-rank},{rank})")
    return axis % rank


@Pack.kernel
def _(values, axis):
    return np.stack(values, axis)


@Pack.explain
def _(values, axis):
    first = np.shape(values[0])
    for i, value in enumerate(values):
        if np.shape(value) != first:
            return (f"Shapes of all inputs must match: values[0].shape = {list_text(first)} != "
                    f"values[{i}].shape = {list_text(np.shape(value))}")
    return f"axis = {axis} not in [{-len(first) - 1}, {len(first) + 1})"


@Pack.gradient
def _(op, grad):
    return unstack(grad, num=op._attrs["N"], axis=op._attrs["axis"])


# ---- Unpack ----


def unstack(value, num=None, axis=0, name="unstack"):
    """The slices of ``value`` along ``axis``, a list of tensors (TF op: Unpack).

    Args:
      value: a tensor of rank 1 or more.
      num: the size of that axis; by default the static one.
      axis: an int.
      name: the operation's name.

    Raises:
      ValueError: ``axis`` is out of range, or the size is neither given nor known.
    """
    if num is None:
        value = convert_to_tensor(value)
        dims = value.shape._dims
        if dims is not None:
            if not -len(dims) <= axis < len(dims):
                raise ValueError(f"axis = {axis} not in [{-len(dims)}, {len(dims)})")
            num = dims[axis]
    if num is None:
        raise ValueError(f"Cannot infer num from shape {value.shape}")
    return Unpack(value, num=num, axis=axis, name=name)


Unpack = op("Unpack(value: T; num: int >= 0, T, axis: int = 0) -> (output: num * T)").view()


@Unpack.shape
def _(value, num, axis):
    dims = value.shape._dims
    if dims is None:
        return [UNKNOWN] * num
    axis = _pack_axis(axis, len(dims))
    with_value(dims[axis], num)
    return [shape_of(dims[:axis] + dims[axis + 1:])] * num


@Unpack.kernel
def _(value, num, axis):
    if not -np.ndim(value) <= axis < np.ndim(value):
        raise ValueError(f"axis = {axis} not in [{-np.ndim(value)}, {np.ndim(value)})")
    if np.shape(value)[axis] != num:
        raise ValueError(f"Input shape axis {axis % value.ndim} must equal {num}, got shape "
                         f"{list_text(value.shape)}")
    return list(np.moveaxis(value, axis, 0))


@Unpack.gradient
def _(op, *grads):
    return stack(grads, axis=op._attrs["axis"])


# ---- ParallelConcat ----


def parallel_stack(values, name="parallel_stack"):
    """Joins tensors of one known shape along a new first axis (TF op: ParallelConcat).

    Raises:
      ValueError: the shapes are not fully known, or differ.
    """
    with name_scope(name):
        first = convert_to_tensor(values[0])
        shape = TensorShape([len(values)]).concatenate(first.shape)
        return ParallelConcat([array_ops.expand_dims(value, 0) for value in values], shape=shape)


ParallelConcat = op("ParallelConcat(values: N * T; N: int >= 1, T, shape: shape) -> (output: T)")


@ParallelConcat.shape
def _(values, shape):
    if not shape.is_fully_defined():
        raise ValueError("shape attr must be fully defined.")
    for value in values:
        if not value.shape.is_fully_defined():
            raise ValueError("All input shapes must be fully defined.")
        if not value.shape._dims or not shape._dims:
            raise ValueError("Out of range dim_index 0 for shape with 0 dimensions")
        with_value(value.shape._dims[0], 1)
    merged = values[0].shape
    for value in values[1:]:
        merged = merge_shapes(merged, value.shape)
    return shape


@ParallelConcat.kernel
def _(values):
    return np.concatenate(values)


# ---- ConcatV2, Concat ----


def concat(values, axis, name="concat"):
    """Joins tensors along an axis that they have (TF op: ConcatV2); one tensor is passed on.

    Args:
      values: a list of tensors of one dtype, and of one shape but for ``axis``.
      axis: an int, or a scalar tensor.
      name: the operation's name.

    Raises:
      ValueError: the shapes do not fit.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) == 1:
        # TF checks `axis` by a tensor of its own; the graph has it, though nothing reads it.
        with name_scope(name):
            axis = convert_to_tensor(axis, name="concat_dim", dtype=dtypes.int32)
            axis.shape.assert_has_rank(0)
            return array_ops.identity(values[0], name=name)
    return ConcatV2(values, axis, name=name)


ConcatV2 = op("ConcatV2(values: N * T, axis: Tidx; N: int >= 2, T, Tidx: type = int32)"
              " -> (output: T)", Tidx="int32 int64")
Concat = op("Concat(concat_dim: int32, values: N * T; N: int >= 2, T) -> (output: T)")


@ConcatV2.shape
def _(values, axis):
    return concat_shape(values, axis)


@Concat.shape
def _(concat_dim, values):
    return concat_shape(values, concat_dim)


def concat_shape(values, axis):
    """The shape of tensors joined along an axis, a scalar tensor."""
    with_rank(axis.shape, 0)
    shape_of_rank = _concat_shape_of_rank(values)
    axis = static_value(axis)
    if axis is None:
        return shape_of_rank
    axis = int(axis)
    least = -axis if axis < 0 else axis + 1
    before, middle, after = _parted(values[-1].shape, axis, least)
    for value in reversed(values[:-1]):
        front, size, back = _parted(value.shape, axis, least)
        before = merge_shapes(front, before)
        middle = add_dims(middle, size)
        after = merge_shapes(back, after)
    return shape_of(concatenate(before._dims, (middle,), after._dims))


def _parted(shape, axis, least):
    """The dimensions before, at and after an axis."""
    dims = with_rank_at_least(shape, least)._dims
    if dims is None:
        return UNKNOWN, None, UNKNOWN if axis != -1 else shape_of(())
    axis %= len(dims)
    return shape_of(dims[:axis]), dims[axis], shape_of(dims[axis + 1:])


def _concat_shape_of_rank(values):
    """The shape as far as it is known without the axis: of the first known rank, without sizes."""
    rank = next((len(v.shape._dims) for v in values if v.shape._dims is not None), None)
    if rank is None:
        return UNKNOWN
    if rank == 0:
        raise ValueError("Can't concatenate scalars (use tf.stack instead)")
    for value in values:
        with_rank(value.shape, rank)
    return shape_of((None,) * rank)


@ConcatV2.kernel
def _(values, axis):
    return np.concatenate(values, int(axis))


@Concat.kernel
def _(concat_dim, values):
    return np.concatenate(values, int(concat_dim))


@ConcatV2.expression
def _(values, axis):
    return f"np.concatenate([{', '.join(values)}], {axis})"


@ConcatV2.explain
def _(values, axis):
    return _explain_concat(values, axis, "axis")


@Concat.explain
def _(concat_dim, values):
    return _explain_concat(values, concat_dim, "concat_dim")


def _explain_concat(values, axis, name):
    if np.ndim(axis):
        return (f"{name} tensor should be a scalar integer, but got shape "
                f"{list_text(np.shape(axis))}")
    first = np.shape(values[0])
    if not -len(first) <= axis < len(first):
        return (f"ConcatOp : Expected concatenating dimensions in the range [{-len(first)}, "
                f"{len(first)}), but got {axis}")
    for i, value in enumerate(values):
        what = "Ranks of all input tensors" if np.ndim(value) != len(first) else None
        if what is None and np.delete(np.shape(value), axis).tolist() != np.delete(
                first, axis).tolist():
            what = "Dimensions of inputs"
        if what is not None:
            return (f"ConcatOp : {what} should match: shape[0] = {list_text(first)} vs. "
                    f"shape[{i}] = {list_text(np.shape(value))}")
    return None


@ConcatV2.gradient
def _(op, grad):
    return _concat_gradient(op.inputs[:-1], op.inputs[-1], grad) + [None]


@Concat.gradient
def _(op, grad):
    return [None] + _concat_gradient(op.inputs[1:], op.inputs[0], grad)


def _concat_gradient(values, axis, grad):
    """The part of ``grad`` that belongs to each of the values."""
    if len(values) == 1:
        return [grad]
    if isinstance(grad, IndexedSlices):
        return _sparse_concat_gradient(values, axis, grad)
    if is_constant(axis) and _output_context(axis.op) is not _output_context(grad.op):
        # A constant of the forward pass may be in a loop that the gradient is not in.
        axis = constant(constant_value(axis), dtype=axis.dtype)
    axis = axis % array_ops.rank(values[0])
    sizes = _input_shapes(values)
    if len(sizes) > 16:
        # One op for many inputs, on the sizes along the axis only.
        sizes = array_ops.squeeze(array_ops.slice(stack(sizes, axis=1), [axis, 0], [1, -1]))
        return split(grad, sizes, axis)
    return [array_ops.slice(grad, begin, size)
            for begin, size in zip(ConcatOffset(axis, sizes), sizes)]


def _output_context(op):
    """The control flow context that an operation's outputs are in: the outer one for loop exits."""
    context = op._get_control_flow_context()
    if op.type in ("Exit", "RefExit") and context is not None:
        context = context.outer_context
    return context


def _input_shapes(values):
    """The shapes of all values: constants as far as they are known, else one op for all."""
    sizes = []
    for value in values:
        size = array_ops.shape(value)
        if size.op.type != "Const":
            return array_ops.shape_n(values)
        sizes.append(size)
    return sizes


def _sparse_concat_gradient(values, axis, grad):
    static_axis = constant_value(axis)
    axis = axis % array_ops.rank(values[0])
    if static_axis is None:
        raise ValueError(
            "Can only compute IndexedSlices gradient with statically-known concat_dim")
    if static_axis < 0:
        rank = constant_value(array_ops.rank(values[0]))
        if rank is None:
            raise ValueError("Can only compute IndexedSlices gradient with negative concat_dim "
                             "when first value rank is statically-known.")
        static_axis %= rank
    sizes = [array_ops.shape(value) for value in values]
    if static_axis > 0:
        return _sparse_columns(grad, sizes, axis)
    return _sparse_rows(grad, sizes, axis)


def _sparse_columns(grad, sizes, axis):
    """Parts of IndexedSlices along another axis than the first: all rows, some of the columns."""
    rank = array_ops.shape(sizes[0])
    mask = concat([array_ops.fill(array_ops.expand_dims(axis, 0), 0), [1],
                   array_ops.fill(rank - axis - 1, 0)], 0)
    begin = array_ops.fill(rank, 0)
    parts = []
    for size in sizes:
        part_size = concat([[-1], array_ops.slice(size, [1], [-1])], 0)
        columns = array_ops.slice(grad.values, begin, part_size)
        parts.append(IndexedSlices(columns, grad.indices, size))
        begin = math_ops.add(begin, size * mask)
    return parts


def _sparse_rows(grad, sizes, axis):
    """Parts of IndexedSlices along the first axis: those rows that the indices place there."""
    start = constant(0, dtype=grad.indices.dtype)
    parts = []
    for size in sizes:
        rows = array_ops.gather(size, axis)
        if rows.dtype != grad.indices.dtype:
            rows = math_ops.cast(rows, dtype=grad.indices.dtype)
        end = start + rows
        chosen = array_ops.squeeze(array_ops.where(
            math_ops.logical_and(grad.indices >= start, grad.indices < end)), axis=[1])
        indices = array_ops.gather(grad.indices, chosen) - start
        parts.append(IndexedSlices(array_ops.gather(grad.values, chosen), indices, size))
        start = end
    return parts


# ---- ConcatOffset ----

ConcatOffset = op("ConcatOffset(concat_dim: int32, shape: N * int32; N: int >= 2)"
                  " -> (offset: N * int32)").not_differentiable()


@ConcatOffset.shape
def _(shape):
    return [item.shape for item in shape]


@ConcatOffset.kernel
def _(concat_dim, shape):
    if np.ndim(concat_dim):
        raise ValueError("Concat dim tensor should be a scalar integer, but got shape "
                         f"{list_text(np.shape(concat_dim))}")
    for i, size in enumerate(shape):
        if np.ndim(size) != 1:
            raise ValueError(f"input {i} should be a vector, but got shape "
                             f"{list_text(np.shape(size))}")
    first, start, offsets = shape[0].tolist(), 0, []
    axis = int(concat_dim) % len(first)
    for i, size in enumerate(shape):
        size = size.tolist()
        wrong = next((j for j in range(len(first)) if j != axis and size[j] != first[j]), None)
        if wrong is not None:
            raise ValueError(f"All dimensions except {axis} must match. Input {i} has shape "
                             f"[{' '.join(map(str, size))}] and doesn't match input 0 with shape "
                             f"[{' '.join(map(str, first))}]. (dimension {wrong})")
        offset = np.zeros_like(shape[0])
        offset[axis] = start
        start += size[axis]
        offsets.append(offset)
    return offsets


# ---- Split, SplitV ----


def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """``value`` cut along ``axis`` into equal parts or given sizes (TF ops: Split, SplitV).

    Args:
      value: a tensor.
      num_or_size_splits: an int, the number of equal parts; or a vector of sizes, one of which may
        be -1: what is left.
      axis: an int, or a scalar tensor.
      num: the number of sizes, when it cannot be told from their static shape.
      name: the operation's name.

    Raises:
      ValueError: the axis cannot be cut so, or the number of parts is not known.
    """
    # TF makes this constant even for a number of parts, where nothing reads it.
    size_splits = convert_to_tensor(num_or_size_splits)
    if isinstance(num_or_size_splits, integral_types + (Dimension,)):
        return Split(axis, value, num_split=num_or_size_splits, name=name)
    dims = size_splits.shape._dims
    if dims == ():
        raise ValueError("Rank-0 tensors are not supported as the num_or_size_splits argument to "
                         f"split. Argument provided: {num_or_size_splits}")
    if num is None:
        num = dims[0] if dims else None
        if num is None:
            raise ValueError(f"Cannot infer num from shape {num_or_size_splits}")
    return SplitV(value, size_splits, axis, num_split=num, name=name)


Split = op("Split(split_dim: int32, value: T; num_split: int >= 1, T) -> (output: num_split * T)"
           ).view()


@Split.shape
def _(split_dim, value, num_split):
    dims = value.shape._dims
    axis = scalar_axis(split_dim, None if dims is None else len(dims))
    if axis is None or dims is None:
        return [UNKNOWN if dims is None else shape_of((None,) * len(dims))] * num_split
    try:
        size = divide_dims(dims[axis], num_split)
    except ValueError as error:
        raise ValueError(f"{error}\n\tNumber of ways to split should evenly divide the split "
                         "dimension") from None
    return [shape_of(dims[:axis] + (size,) + dims[axis + 1:])] * num_split


@Split.kernel
def _(split_dim, value, num_split):
    axis = int(split_dim)
    size, rest = divmod(value.shape[axis], num_split)
    if rest:
        raise ValueError("the parts are not equal")
    before = (slice(None),) * (axis % value.ndim)
    return [value[(*before, slice(i * size, (i + 1) * size))] for i in range(num_split)]


@Split.explain
def _(split_dim, value, num_split):
    dims = np.shape(value)
    if np.ndim(split_dim):
        return f"split_dim must be a scalar but has rank {np.ndim(split_dim)}"
    if not -len(dims) <= split_dim < len(dims):
        return _axis_text(len(dims), split_dim)
    axis = split_dim % len(dims)
    return ("Number of ways to split should evenly divide the split dimension, but got split_dim "
            f"{axis} (size = {dims[axis]}) and num_split {num_split}")


def _axis_text(rank, axis):
    return f"-input rank(-{rank}) <= split_dim < input rank ({rank}), but got {axis}"


@Split.gradient
def _(op, *grads):
    return None, concat(list(grads), op.inputs[0])


SplitV = op("SplitV(value: T, size_splits: Tlen, split_dim: int32; num_split: int >= 1, T,"
            " Tlen: type = int64) -> (output: num_split * T)", Tlen="int32 int64").view()


@SplitV.shape
def _(value, size_splits, split_dim, num_split):
    dims = value.shape._dims
    if dims == ():
        raise ValueError("Can't split scalars")
    axis = scalar_axis(split_dim, None if dims is None else len(dims))
    sizes = static_value(size_splits)
    if dims is None:
        return [UNKNOWN] * num_split
    if sizes is None and axis is None:
        return [shape_of((None,) * len(dims))] * num_split
    if sizes is None:
        return [shape_of(dims[:axis] + (None,) + dims[axis + 1:])] * num_split
    # With known sizes TF takes an axis that it does not know for the last one.
    axis = len(dims) - 1 if axis is None else axis
    return [shape_of(dims[:axis] + (size,) + dims[axis + 1:])
            for size in _split_sizes(sizes.tolist(), dims[axis], num_split)]


def _split_sizes(sizes, whole, num_split):
    """The sizes with -1 worked out (None where that needs an unknown dimension)."""
    if len(sizes) != num_split:
        raise ValueError("Length of size_splits should be equal to num_outputs")
    total = sum(size for size in sizes if size != -1)
    if sizes.count(-1) > 1:
        raise ValueError("size_splits can only have one -1")
    if whole is not None and (total > whole if -1 in sizes else total != whole):
        raise ValueError(f"can't split axis of size {whole} into pieces of size "
                         f"[{','.join(map(str, sizes))}]")
    known = []
    for i, size in enumerate(sizes):
        if size == -1 and whole is not None:
            size = whole - total
        if size < -1 or size == -1 and whole is not None:
            raise ValueError(f"Split size at index {i} must be >= 0. Got: {size}")
        known.append(None if size == -1 else size)
    return known


@SplitV.kernel
def _(value, size_splits, split_dim, num_split):
    rank, sizes = np.ndim(value), np.array(size_splits)
    if sizes.ndim != 1 or len(sizes) != num_split:
        raise ValueError("size of the split_tensor must be 1-D and have the same elements as "
                         f"outputs got {sizes.ndim} -D and {sizes.size} elements")
    if not -rank <= split_dim < rank:
        raise ValueError(_axis_text(rank, split_dim))
    rest = np.flatnonzero(sizes == -1)
    if len(rest) > 1:
        raise ValueError("There can only be one -1 in the input.")
    whole, total = np.shape(value)[split_dim], int(sizes[sizes != -1].sum())
    if (total > whole) if len(rest) else (total != whole):
        raise ValueError(
            "Determined shape must either match input shape along split_dim exactly if fully "
            "specified, or be less than the size of the input along split_dim if not fully "
            f"specified.  Got: {total}")
    sizes[rest] = whole - total
    if (sizes < 0).any():
        raise ValueError(f"Split size at index {int(np.argmin(sizes))} must be >= 0. Got: "
                         f"{sizes.min()}")
    return np.split(value, np.cumsum(sizes)[:-1], int(split_dim))


@SplitV.gradient
def _(op, *grads):
    return concat(list(grads), op.inputs[2]), None, None
