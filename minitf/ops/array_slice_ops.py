"""Slices of tensors: slice, strided_slice, and indexing with ``[]``."""

import builtins
import sys

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import static_shape, static_value
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.tensor_shape import Dimension
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import UNKNOWN, merge_shapes, shape_of, subtract_dims, with_rank
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text

newaxis = None

# ---- Slice ----


def slice(input_, begin, size, name=None):
    """The block of ``input_`` that starts at ``begin`` and has shape ``size`` (TF op: Slice).

    A size of -1 means all that is left in that dimension.

    Raises:
      ValueError: ``begin`` and ``size`` do not fit the rank.
    """
    return Slice(input_, begin, size, name=name)


Slice = op("Slice(input: T, begin: Index, size: Index; T, Index) -> (output: T)",
           Index="int32 int64").view()


@Slice.shape
def _(input, begin, size):
    merged = merge_shapes(with_rank(begin.shape, 1), with_rank(size.shape, 1))
    rank = merged._dims[0]
    if rank is not None:
        with_rank(input.shape, rank)
    starts, sizes = static_shape(begin), static_value(size)
    if sizes is None:
        partial = static_shape(size)._dims
        if partial is not None:
            return shape_of(partial)
        return shape_of(None if input.shape._dims is None else (None,) * len(input.shape._dims))
    starts = with_rank(starts, len(sizes))._dims
    dims = input.shape._dims or (None,) * len(sizes)
    result = []
    for i, (dim, start, wanted) in enumerate(zip(dims, starts, sizes.tolist())):
        if wanted < -1:
            raise ValueError(f"Out of bounds slicing on dimension {i} of length "
                             f"{-1 if dim is None else dim}: sizes vector cannot be < -1, but was "
                             f"{wanted}")
        result.append(subtract_dims(dim, start) if wanted == -1 else wanted)
    return shape_of(result)


@Slice.kernel
def _(input, begin, size):
    dims = np.shape(input)
    if np.shape(begin) != (len(dims),) or np.shape(size) != (len(dims),):
        raise ValueError("Expected begin and size arguments to be 1-D tensors of size "
                         f"{len(dims)}, but got shapes {list_text(np.shape(begin))} and "
                         f"{list_text(np.shape(size))} instead.")
    index = []
    for i, (dim, start, length) in enumerate(zip(dims, begin.tolist(), size.tolist())):
        if length == -1:
            length = dim - start
        if dim == 0 and (start or length):
            raise ValueError(f"Expected begin[{i}] == 0 (got {start}) and size[{i}] == 0 (got "
                             f"{length}) when input.dim_size({i}) == 0")
        if not 0 <= start <= dim:
            raise ValueError(f"Expected begin[{i}] in [0, {dim}], but got {start}")
        if not 0 <= length <= dim - start:
            raise ValueError(f"Expected size[{i}] in [0, {dim - start}], but got {length}")
        index.append(builtins.slice(start, start + length))
    return input[tuple(index)]


@Slice.gradient
def _(op, grad):
    tensor, begin = op.inputs[0], op.inputs[1]
    rank = array_ops.rank(tensor)
    size = array_ops.shape(op.outputs[0])
    column = array_ops.stack([rank, 1])
    before = array_ops.reshape(begin, column)
    after = array_ops.reshape(array_ops.shape(tensor) - size - begin, column)
    return array_ops.pad(grad, array_ops.concat([before, after], 1)), None, None


# ---- StridedSlice: indexing ----

_INDEX_ERROR = ("Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
                "tf.int32/tf.int64 tensors are valid indices")


def _check_index(index):
    """Refuses what is no index with TypeError."""
    if isinstance(index, (int, Dimension)):
        return
    try:
        valid = dtypes.as_dtype(index.dtype).base_dtype in (dtypes.int32, dtypes.int64)
    except (AttributeError, TypeError):
        valid = False
    if not valid or index.shape and len(index.shape) == 1:
        raise TypeError(f"{_INDEX_ERROR}, got {index!r}")


class _Bounds:
    """One side of all slices of an index: the values, and a mask of those left out."""

    def __init__(self, default):
        self.default = default
        self.values = []
        self.mask = 0

    def add(self, value=None):
        """Adds a side; None (and sys.maxsize, Python's way to say the same) leaves it open."""
        if value is None or not isinstance(value, Tensor) and value == sys.maxsize:
            self.mask |= 1 << len(self.values)
            value = self.default
        else:
            _check_index(value)
        self.values.append(value)


def index_tensor(tensor, key, variable=None):
    """``tensor[key]``, as in NumPy with slices, integers, ``...``, None and scalar tensors.

    A boolean tensor as key is ``boolean_mask``.

    Args:
      tensor: what to index.
      key: what stands between the brackets.
      variable: the variable that ``tensor`` is the value of, so that the result can be assigned to.

    Raises:
      TypeError: something in ``key`` is no index.
      ValueError: too many indices, or a known one is out of bounds.
    """
    if (isinstance(key, bool) or isinstance(key, np.ndarray) and key.dtype == bool
            or isinstance(key, Tensor) and key.dtype.base_dtype == dtypes.bool):
        return array_ops.boolean_mask(tensor, key)
    begin, end, strides = _Bounds(0), _Bounds(0), _Bounds(1)
    ellipsis_mask = new_axis_mask = shrink_axis_mask = begin_mask = end_mask = 0
    for i, item in enumerate(key if isinstance(key, (list, tuple)) else [key]):
        if isinstance(item, builtins.slice):
            begin.add(item.start)
            end.add(item.stop)
            strides.add(item.step)
            begin_mask |= begin.mask & 1 << i
            end_mask |= end.mask & 1 << i
        elif item is Ellipsis or item is newaxis:
            for side in (begin, end, strides):
                side.add()
            ellipsis_mask |= (item is Ellipsis) << i
            new_axis_mask |= (item is newaxis) << i
        else:
            _check_index(item)
            begin.values.append(item)
            end.values.append(item + 1)
            strides.add()
            shrink_axis_mask |= 1 << i
    with name_scope(None, "strided_slice",
                    [tensor] + begin.values + end.values + strides.values) as scope:
        if begin.values:
            sides = [array_ops.stack(side.values) for side in (begin, end, strides)]
            if any(side.dtype == dtypes.int64 for side in sides):
                sides = [side if side.dtype == dtypes.int64
                         else math_ops.Cast(side, DstT=dtypes.int64) for side in sides]
        else:
            sides = [constant([], dtype=dtypes.int32)] * 3
        return strided_slice(tensor, *sides, begin_mask=begin_mask, end_mask=end_mask,
                             shrink_axis_mask=shrink_axis_mask, new_axis_mask=new_axis_mask,
                             ellipsis_mask=ellipsis_mask, var=variable, name=scope)


Tensor._override_operator("__getitem__", index_tensor)


def _assign_to_no_variable(value, name=None):
    raise ValueError("Sliced assignment is only supported for variables")


def strided_slice(input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0,
                  new_axis_mask=0, shrink_axis_mask=0, var=None, name=None):
    """``input_[begin[0]:end[0]:strides[0], ...]`` (TF op: StridedSlice).

    Args:
      input_: a tensor.
      begin, end, strides: integer vectors of one length; strides are 1 by default.
      begin_mask, end_mask: bit i set: that side of slice i is open.
      ellipsis_mask: bit i set: place i stands for ``...``.
      new_axis_mask: bit i set: place i stands for ``tf.newaxis``.
      shrink_axis_mask: bit i set: ``begin[i]`` is an index, and its dimension is dropped.
      var: the variable that ``input_`` is the value of. The result's method
        ``assign(val, name=None)`` changes that part of it.
      name: the operation's name.

    Raises:
      ValueError: the slices do not fit the rank, a known index is out of bounds, a stride is 0.
    """
    if strides is None:
        strides = array_ops.ones_like(begin)
    masks = {"begin_mask": begin_mask, "end_mask": end_mask, "ellipsis_mask": ellipsis_mask,
             "new_axis_mask": new_axis_mask, "shrink_axis_mask": shrink_axis_mask}
    result = StridedSlice(input_, begin, end, strides, name=name, **masks)
    parent_name = name

    def assign(val, name=None):
        if var is None:
            raise ValueError("Sliced assignment is only supported for variables")
        return var._strided_slice_assign(
            begin=begin, end=end, strides=strides, value=val,
            name=f"{parent_name}_assign" if name is None else name, **masks)

    result.assign = assign
    return result


_MASKS = ("begin_mask: int = 0, end_mask: int = 0, ellipsis_mask: int = 0, new_axis_mask: int = 0,"
          " shrink_axis_mask: int = 0")

StridedSlice = op("StridedSlice(input: T, begin: Index, end: Index, strides: Index; T, Index, "
                  + _MASKS + ") -> (output: T)", Index="int32 int64").view()


@StridedSlice.shape
def _(input, begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
      shrink_axis_mask):
    return sliced_shape(input.shape, begin, end, strides,
                        (begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask))


def sliced_shape(shape, begin, end, strides, masks):
    """The static shape of a strided slice.

    Raises:
      ValueError: the slices do not fit.
    """
    places = with_rank(begin.shape, 1)
    for side in (end, strides):
        places = merge_shapes(places, with_rank(side.shape, 1))
    steps = static_value(strides)
    if shape._dims is None or places._dims[0] is None or steps is None:
        return UNKNOWN
    starts, stops = static_value(begin), static_value(end)
    return shape_of(_sliced_dims(shape._dims, starts, stops, steps, masks))


def _sliced_dims(dims, starts, stops, steps, masks):
    """The dimensions of a slice; ``starts`` and ``stops`` are None when they are not known."""
    begin_mask, end_mask, _, _, shrink_axis_mask = masks
    result = []
    for i, axis in _layout(len(dims), len(steps), masks):
        if axis is None:
            result.append(1)
        elif i is None:
            result.append(dims[axis])
        else:
            bit = 1 << i
            start = None if starts is None else int(starts[i])
            stop = None if stops is None else int(stops[i])
            size = _slice_size(axis, dims[axis], start, stop, int(steps[i]), bit & begin_mask,
                               bit & end_mask, bit & shrink_axis_mask)
            if not bit & shrink_axis_mask:
                result.append(size)
    return result


def _layout(rank, count, masks):
    """Pairs (slice, axis) in order: the slice is None for a whole axis, the axis for a new one."""
    _, _, ellipsis_mask, new_axis_mask, _ = masks
    if ellipsis_mask & (ellipsis_mask - 1):
        raise ValueError("Multiple ellipses in slice spec not allowed")
    layout, axis = [], 0
    for i in range(count):
        bit = 1 << i
        if bit & ellipsis_mask:
            new_axes = (new_axis_mask >> (i + 1)).bit_count()
            until = min(rank - (count - i) + 1 + new_axes, rank)
            layout.extend((None, whole) for whole in range(axis, until))
            axis = max(axis, until)
        elif bit & new_axis_mask:
            layout.append((i, None))
        elif axis == rank:
            raise ValueError(f"Index out of range using input dim {axis}; input has only {rank} "
                             "dims")
        else:
            layout.append((i, axis))
            axis += 1
    return layout + [(None, whole) for whole in range(axis, rank)]


def _slice_size(axis, dim, start, stop, step, open_start, open_stop, shrink):
    """The size of one slice; None when it cannot be told."""
    if step == 0:
        raise ValueError(f"strides[{axis}] must be non-zero")
    if dim is None:
        return None
    if shrink:
        if step < 0:
            raise ValueError("only stride 1 allowed on non-range indexing.")
        if start is not None and stop is not None and not -dim <= start < dim:
            place = start + dim if start < 0 else start
            raise ValueError(f"slice index {place} of dimension {axis} out of bounds.")
        return 1
    if start is None or stop is None:
        return -(-dim // abs(step)) if open_start and open_stop else None
    return len(range(dim)[builtins.slice(None if open_start else start,
                                         None if open_stop else stop, step)])


@StridedSlice.kernel
def _(input, begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
      shrink_axis_mask):
    return input[numpy_index(begin, end, strides, begin_mask, end_mask, ellipsis_mask,
                             new_axis_mask, shrink_axis_mask)]


@StridedSlice.explain
def _(input, begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
      shrink_axis_mask):
    return _explain_slice(np.shape(input), begin, end, strides,
                          (begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask))


def _explain_slice(dims, begin, end, strides, masks):
    shapes = [np.shape(array) for array in (begin, end, strides)]
    if len(shapes[0]) != 1 or len(set(shapes)) > 1:
        return ("Expected begin, end, and strides to be 1D equal size tensors, but got shapes "
                "{}, {}, and {} instead.".format(*map(list_text, shapes)))
    try:
        _sliced_dims(dims, begin, end, strides, masks)
    except ValueError as error:
        return str(error)
    return None


def numpy_index(begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
                shrink_axis_mask):
    """The index tuple by which NumPy takes the same slice.

    Raises:
      ValueError: the three are no vectors of one length.
    """
    if np.ndim(begin) != 1 or not np.shape(begin) == np.shape(end) == np.shape(strides):
        raise ValueError("slices need vectors")  # the op's .explain says it in TensorFlow's words
    index = []
    for i, (start, stop, step) in enumerate(zip(begin.tolist(), end.tolist(), strides.tolist())):
        bit = 1 << i
        if bit & ellipsis_mask:
            index.append(Ellipsis)
        elif bit & new_axis_mask:
            index.append(None)
        elif bit & shrink_axis_mask:
            if step <= 0:
                raise ValueError("only stride 1 allowed on non-range indexing.")
            index.append(start)
        else:
            index.append(builtins.slice(None if bit & begin_mask else start,
                                        None if bit & end_mask else stop, step))
    return tuple(index)


@StridedSlice.gradient
def _(op, grad):
    begin, end, strides = op.inputs[1:]
    shape = array_ops.shape(op.inputs[0], out_type=begin.dtype)
    return (StridedSliceGrad(shape, begin, end, strides, grad, **_masks_of(op)), None, None, None)


def _masks_of(op):
    return {name: op._attrs[name] for name in ("begin_mask", "end_mask", "ellipsis_mask",
                                               "new_axis_mask", "shrink_axis_mask")}


def strided_slice_grad(shape, begin, end, strides, dy, begin_mask=0, end_mask=0, ellipsis_mask=0,
                       new_axis_mask=0, shrink_axis_mask=0, name=None):
    """Zeros of ``shape`` with ``dy`` where a slice takes from (TF op: StridedSliceGrad)."""
    return StridedSliceGrad(
        shape, begin, end, strides, dy, begin_mask=begin_mask, end_mask=end_mask,
        ellipsis_mask=ellipsis_mask, new_axis_mask=new_axis_mask, shrink_axis_mask=shrink_axis_mask,
        name=name)


StridedSliceGrad = op("StridedSliceGrad(shape: Index, begin: Index, end: Index, strides: Index,"
                      " dy: T; T, Index, " + _MASKS + ") -> (output: T)", Index="int32 int64")


@StridedSliceGrad.shape
def _(shape):
    return static_shape(shape)


@StridedSliceGrad.kernel
def _(shape, begin, end, strides, dy, T, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
      shrink_axis_mask):
    result = array_ops.zero_array(shape, T.as_numpy_dtype)
    result[numpy_index(begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
                       shrink_axis_mask)] = dy
    return result


@StridedSliceGrad.explain
def _(shape, begin, end, strides, dy, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
      shrink_axis_mask):
    return _explain_slice(tuple(shape), begin, end, strides,
                          (begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask))


@StridedSliceGrad.gradient
def _(op, grad):
    begin, end, strides = op.inputs[1:4]
    return None, None, None, None, strided_slice(grad, begin, end, strides, **_masks_of(op))


# ---- updating slices ----


def tensor_strided_slice_update(input, begin, end, strides, value, begin_mask=0, end_mask=0,
                                ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0, name=None):
    """A copy of ``input`` with ``value`` in a slice of it (TF op: TensorStridedSliceUpdate)."""
    return TensorStridedSliceUpdate(
        input, begin, end, strides, value, begin_mask=begin_mask, end_mask=end_mask,
        ellipsis_mask=ellipsis_mask, new_axis_mask=new_axis_mask, shrink_axis_mask=shrink_axis_mask,
        name=name)


TensorStridedSliceUpdate = op(
    "TensorStridedSliceUpdate(input: T, begin: Index, end: Index, strides: Index, value: T; T,"
    " Index, " + _MASKS + ") -> (output: T)", Index="int32 int64")


@TensorStridedSliceUpdate.shape
def _(input):
    return input.shape


@TensorStridedSliceUpdate.kernel
def _(input, begin, end, strides, value, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
      shrink_axis_mask):
    index = numpy_index(begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
                        shrink_axis_mask)
    return updated_slice(input, index, value)


@TensorStridedSliceUpdate.explain
def _(input, begin, end, strides, value, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
      shrink_axis_mask):
    return _explain_slice(np.shape(input), begin, end, strides,
                          (begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask))


def updated_slice(array, index, value):
    """A copy of ``array`` with ``value`` at ``index``; only values of one element broadcast.

    Raises:
      UnimplementedError: the value's shape is not the slice's.
    """
    result = np.array(array)
    target = np.shape(result[index])
    if 0 in target:  # nothing to assign, and TensorFlow does not look at the value
        return result
    if np.shape(value) != target and np.size(value) != 1:
        raise errors.UnimplementedError(
            None, None, f"sliced l-value shape {list_text(target)} does not match r-value shape "
            f"{list_text(np.shape(value))}. Automatic broadcasting not yet implemented.")
    result[index] = value
    return result


StridedSliceAssign = op(
    "StridedSliceAssign(ref: Ref(T), begin: Index, end: Index, strides: Index, value: T; T, Index, "
    + _MASKS + ") -> (output_ref: Ref(T))", Index="int32 int64")


@StridedSliceAssign.shape
def _(ref):
    return ref.shape


@StridedSliceAssign.kernel
def _(ref, begin, end, strides, value, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
      shrink_axis_mask):
    index = numpy_index(begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
                        shrink_axis_mask)
    ref.assign(updated_slice(ref.read(), index, value))
    return ref


ResourceStridedSliceAssign = op(
    "ResourceStridedSliceAssign(ref: resource, begin: Index, end: Index, strides: Index, value: T;"
    " T, Index, " + _MASKS + ") -> ()", Index="int32 int64", stateful=True)


@ResourceStridedSliceAssign.kernel
def _(ref, begin, end, strides, value, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
      shrink_axis_mask):
    index = numpy_index(begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
                        shrink_axis_mask)
    ref.assign(updated_slice(ref.read(), index, value))
