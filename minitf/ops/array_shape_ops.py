"""Shapes: what shape a tensor has, the same elements in another shape, and broadcasting."""

import warnings

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import static_shape, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.indexed_slices import SparseTensorBase
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import (
    SCALAR, UNKNOWN, broadcast_shape, divide_dims, known_product, merge_dims, shape_of, shape_text,
    with_rank, with_rank_at_most)
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text

# ---- Shape, ShapeN ----


def shape(input, name=None, out_type=dtypes.int32):
    """The shape of a tensor, as a vector of ``out_type`` (TF op: Shape).

    It is a constant when the static shape is fully known.
    """
    return shape_internal(input, name, optimize=True, out_type=out_type)


def shape_internal(input, name=None, optimize=True, out_type=dtypes.int32):
    """``shape``; with ``optimize`` False an operation is made even for a known shape."""
    with name_scope(name, "Shape", [input]) as scope:
        if _is_sparse(input):
            return math_ops.Cast(input.dense_shape, DstT=out_type)
        tensor = convert_to_tensor(input)
        if optimize and tensor.shape.is_fully_defined():
            return constant(tensor.shape.as_list(), out_type, name=scope)
        return Shape(input, out_type=out_type, name=scope)


def _is_sparse(value):
    from minitf.framework.sparse_tensor import SparseTensorValue

    return isinstance(value, (SparseTensorBase, SparseTensorValue))


Shape = op("Shape(input: T; T, out_type: type = int32) -> (output: out_type)",
           out_type="int32 int64").not_differentiable()


def _shape_of_shape(tensor):
    dims = tensor.shape._dims
    return shape_of((None if dims is None else len(dims),))


@Shape.shape
def _(input):
    return _shape_of_shape(input)


@Shape.kernel
def _(input, out_type):
    return np.array(np.shape(input), out_type.as_numpy_dtype)


def shape_n(input, out_type=dtypes.int32, name=None):
    """The shapes of several tensors of one dtype, a list of vectors (TF op: ShapeN)."""
    return ShapeN(input, out_type=out_type, name=name)


ShapeN = op("ShapeN(input: N * T; N: int >= 1, T, out_type: type = int32)"
            " -> (output: N * out_type)", out_type="int32 int64").not_differentiable()


@ShapeN.shape
def _(input):
    return [_shape_of_shape(tensor) for tensor in input]


@ShapeN.kernel
def _(input, out_type):
    return [np.array(np.shape(item), out_type.as_numpy_dtype) for item in input]


# ---- Size, Rank ----


def size(input, name=None, out_type=dtypes.int32):
    """The number of elements of a tensor (TF op: Size); a constant when it is known."""
    return size_internal(input, name, optimize=True, out_type=out_type)


def size_internal(input, name=None, optimize=True, out_type=dtypes.int32):
    """``size``; with ``optimize`` False an operation is made even for a known size."""
    with name_scope(name, "Size", [input]) as scope:
        if _is_sparse(input):
            return math_ops.Prod(math_ops.Cast(input.dense_shape, DstT=out_type), 0, name=scope)
        tensor = convert_to_tensor(input)
        dims = tensor.shape._dims
        elements = None if dims is None or not optimize else known_product(dims)
        if elements is not None:
            return constant(elements, out_type, name=scope)
        return Size(input, out_type=out_type, name=scope)


Size = op("Size(input: T; T, out_type: type = int32) -> (output: out_type)",
          out_type="int32 int64").not_differentiable()


@Size.shape
def _(input):
    return SCALAR


@Size.kernel
def _(input, out_type):
    return np.array(np.size(input), out_type.as_numpy_dtype)


def rank(input, name=None):
    """The number of dimensions of a tensor, an int32 (TF op: Rank); a constant when it is known."""
    return rank_internal(input, name, optimize=True)


def rank_internal(input, name=None, optimize=True):
    """``rank``; with ``optimize`` False an operation is made even for a known rank."""
    with name_scope(name, "Rank", [input]) as scope:
        if _is_sparse(input):
            return Size(input.dense_shape, name=scope)
        tensor = convert_to_tensor(input)
        if optimize and tensor.shape.ndims is not None:
            return constant(tensor.shape.ndims, dtypes.int32, name=scope)
        return Rank(input, name=scope)


Rank = op("Rank(input: T; T) -> (output: int32)").not_differentiable()


@Rank.shape
def _(input):
    return SCALAR


@Rank.kernel
def _(input):
    return np.array(np.ndim(input), np.int32)


# ---- Reshape ----


def reshape(tensor, shape, name=None):
    """``tensor`` with another shape and the same elements in order (TF op: Reshape).

    One dimension of ``shape`` may be -1: it is whatever is left.

    Raises:
      ValueError: the static shapes have different numbers of elements.
    """
    return Reshape(tensor, shape, name=name)


Reshape = op("Reshape(tensor: T, shape: Tshape; T, Tshape: type = int32) -> (output: T)",
             Tshape="int32 int64").view()


@Reshape.shape
def _(tensor, shape):
    target = static_shape(shape)
    new, old = target._dims, tensor.shape._dims
    if new is None or old is None:
        return target
    (new_elements, new_place), (old_elements, old_place) = _elements(new), _elements(old)
    if new_elements is None or old_elements is None:
        return target
    if new_place is None and old_place is None:
        if new_elements != old_elements:
            raise ValueError(f"Cannot reshape a tensor with {old_elements} elements to shape "
                             f"{shape_text(target)} ({new_elements} elements)")
        return target
    inferred = None
    if old_place is None and new_elements:
        inferred = divide_dims(old_elements, new_elements)
    elif new_place is None:
        if old_elements:
            divide_dims(new_elements, old_elements)
        return target
    elif new_elements == old_elements and old_place is not None:
        inferred = old[old_place]
    return shape_of(inferred if i == new_place else dim for i, dim in enumerate(new))


def _elements(dims):
    """The product of the known dimensions and the place of the one unknown; None when more are."""
    product = known_product(dims)
    if product is not None:
        return product, None
    if dims.count(None) > 1:
        return None, None
    return known_product([dim for dim in dims if dim is not None]), dims.index(None)


@Reshape.kernel
def _(tensor, shape):
    if np.ndim(shape) != 1:
        raise ValueError("the shape is no vector")
    dims = shape.tolist()
    if tuple(dims) == tensor.shape:
        return tensor
    if dims and min(dims) < -1:
        raise ValueError("a dimension is negative")
    if -1 in dims and 0 in dims:
        # NumPy cannot tell -1 from 0 elements; TF divides what is left without the zeros.
        left = known_product([dim for dim in np.shape(tensor) if dim])
        dims[dims.index(-1)] = left // abs(known_product([dim for dim in dims if dim]))
    return np.reshape(tensor, dims)


@Reshape.explain
def _(tensor, shape):
    if np.ndim(shape) != 1:
        return f"sizes input must be 1-D, not {list_text(np.shape(shape))}"
    unknown = np.flatnonzero(np.asarray(shape) == -1)
    if len(unknown) > 1:
        return f"Only one input size may be -1, not both {unknown[0]} and {unknown[1]}"
    for i, dim in enumerate(shape):
        if dim < -1:
            return f"Size {i} must be non-negative, not {dim}"
    asked = abs(np.prod(shape, dtype=np.int64))
    values = f"Input to reshape is a tensor with {np.size(tensor)} values, but the requested shape"
    return (f"{values} requires a multiple of {asked}" if len(unknown) and asked
            else f"{values} has {asked}")


@Reshape.gradient
def _(op, grad):
    return reshape_to_input(op, grad), None


def reshape_to_input(op, grad):
    """``grad`` in the shape of the operation's first input."""
    return reshape_gradient(grad, shape(op.inputs[0]))


def reshape_gradient(grad, shape):
    """``grad`` in another shape; IndexedSlices become dense, without the warning against it."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Converting sparse IndexedSlices to a dense Tensor.*")
        return reshape(grad, shape)


# ---- ExpandDims, Squeeze ----


def expand_dims(input, axis=None, name=None, dim=None):
    """``input`` with a dimension of size 1 more, at ``axis`` (TF op: ExpandDims).

    Args:
      input: a tensor.
      axis: where the dimension goes, in [-rank - 1, rank].
      name: the operation's name.
      dim: the old name of ``axis``.

    Raises:
      ValueError: both or neither of ``axis`` and ``dim`` are given, or it is out of range.
    """
    axis = renamed_argument("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return ExpandDims(input, axis, name=name)


ExpandDims = op("ExpandDims(input: T, dim: Tdim; T, Tdim: type = int32) -> (output: T)",
                Tdim="int32 int64").view()


@ExpandDims.shape
def _(input, dim):
    axis, dims = static_value(dim), input.shape._dims
    if axis is not None and axis.size != 1:
        raise ValueError("'dim' input must be a tensor with a single value")
    if axis is None or dims is None:
        return UNKNOWN
    axis = axis.item()
    if not -len(dims) - 1 <= axis <= len(dims):
        raise ValueError(f"dim {axis} not in the interval [{-len(dims) - 1}, {len(dims)}].")
    axis += len(dims) + 1 if axis < 0 else 0
    return shape_of(dims[:axis] + (1,) + dims[axis:])


@ExpandDims.kernel
def _(input, dim):
    return np.expand_dims(input, np.asarray(dim).item())


@ExpandDims.explain
def _(input, dim):
    if np.size(dim) != 1:
        return "'dim' must be a tensor with a single value"
    return (f"Tried to expand dim index {np.asarray(dim).item()} for tensor with {np.ndim(input)} "
            "dimensions.")


@ExpandDims.gradient
def _(op, grad):
    return reshape_to_input(op, grad), None


def squeeze(input, axis=None, name=None, squeeze_dims=None):
    """``input`` without its dimensions of size 1: those in ``axis``, or all (TF op: Squeeze).

    Args:
      input: a tensor.
      axis: an int or a list of ints.
      name: the operation's name.
      squeeze_dims: the old name of ``axis``.

    Raises:
      ValueError: a dimension to be dropped is known to be another than 1, or does not exist.
    """
    axis = renamed_argument("axis", axis, "squeeze_dims", squeeze_dims)
    if np.isscalar(axis):
        axis = [axis]
    return Squeeze(input, squeeze_dims=[] if axis is None else axis, name=name)


Squeeze = op("Squeeze(input: T; T, squeeze_dims: list(int) >= 0 = []) -> (output: T)").view()


@Squeeze.shape
def _(input, squeeze_dims):
    dims = input.shape._dims
    if dims is None:
        return UNKNOWN
    for i, axis in enumerate(squeeze_dims):
        if not -len(dims) <= axis < len(dims):
            raise ValueError(f"squeeze_dims[{i}] not in [{-len(dims)},{len(dims)}).")
    drop = {axis % len(dims) for axis in squeeze_dims}
    if not drop:
        return UNKNOWN if None in dims else shape_of(dim for dim in dims if dim != 1)
    for axis in sorted(drop):
        if dims[axis] not in (1, None):
            raise ValueError(
                f"Can not squeeze dim[{axis}], expected a dimension of 1, got {dims[axis]}")
    return shape_of(dim for i, dim in enumerate(dims) if i not in drop)


@Squeeze.kernel
def _(input, squeeze_dims):
    return np.squeeze(input, tuple(squeeze_dims) or None)


@Squeeze.explain
def _(input, squeeze_dims):
    dims = np.shape(input)
    for axis in squeeze_dims:
        if not -len(dims) <= axis < len(dims):
            return f"Tried to squeeze dim index {axis} for tensor with {len(dims)} dimensions."
    for axis in sorted(axis % len(dims) for axis in squeeze_dims):
        if dims[axis] != 1:
            return f"Can not squeeze dim[{axis}], expected a dimension of 1, got {dims[axis]}"
    return None


@Squeeze.gradient
def _(op, grad):
    return reshape_to_input(op, grad)


# ---- broadcasting ----


def broadcast_static_shape(shape_x, shape_y):
    """The TensorShape of an elementwise result of two TensorShapes.

    Raises:
      ValueError: they do not fit.
    """
    try:
        return broadcast_shape(shape_x, shape_y)
    except ValueError:
        raise ValueError(
            f"Incompatible shapes for broadcasting: {shape_x} and {shape_y}") from None


def broadcast_dynamic_shape(shape_x, shape_y):
    """The shape of an elementwise result of shapes that are tensors (TF op: BroadcastArgs)."""
    return BroadcastArgs(shape_x, shape_y)


BroadcastArgs = op("BroadcastArgs(s0: T, s1: T; T: type = int32) -> (r0: T)", T="int32 int64")


@BroadcastArgs.shape
def _(s0, s1):
    x, y = with_rank(s0.shape, 1)._dims[0], with_rank(s1.shape, 1)._dims[0]
    return shape_of((None if x is None or y is None else max(x, y),))


@BroadcastArgs.kernel
def _(s0, s1, T):
    return np.array(np.broadcast_shapes(tuple(s0), tuple(s1)), T.as_numpy_dtype)


@BroadcastArgs.explain
def _(s0, s1):
    return _not_a_vector(s0, s1) or f"Incompatible shapes: {list_text(s0)} vs. {list_text(s1)}"


def broadcast_gradient_args(s0, s1, name=None):
    """The axes to sum over to undo a broadcast of shapes ``s0`` and ``s1``, for each of the two.

    TF op: BroadcastGradientArgs.
    """
    return BroadcastGradientArgs(s0, s1, name=name)


BroadcastGradientArgs = op("BroadcastGradientArgs(s0: T, s1: T; T: type = int32) -> (r0: T, r1: T)",
                           T="int32 int64").not_differentiable()


@BroadcastGradientArgs.shape
def _(s0, s1):
    with_rank(s0.shape, 1)
    with_rank(s1.shape, 1)
    return [TensorShape([None]), TensorShape([None])]


@BroadcastGradientArgs.kernel
def _(s0, s1):
    return broadcast_axes(s0, s1)


@BroadcastGradientArgs.explain
def _(s0, s1):
    return _not_a_vector(s0, s1)


def _not_a_vector(s0, s1):
    for i, dims in enumerate((s0, s1)):
        if np.ndim(dims) != 1:
            return f"In[{i}] must be a vector.{list_text(np.shape(dims))}"
    return None


def broadcast_axes(s0, s1):
    """The axes that a broadcast repeated, for each shape: where its dimension is 1 or missing.

    Equal shapes have none.

    Raises:
      ValueError: the shapes do not fit.
    """
    dtype = np.asarray(s0).dtype
    s0, s1 = np.asarray(s0).tolist(), np.asarray(s1).tolist()
    if s0 == s1:
        return np.zeros(0, dtype), np.zeros(0, dtype)
    rank = max(len(s0), len(s1))
    a = [1] * (rank - len(s0)) + s0
    b = [1] * (rank - len(s1)) + s1
    for x, y in zip(a, b):
        if x != y and x != 1 and y != 1:
            raise ValueError(f"Incompatible shapes: {list_text(s0)} vs. {list_text(s1)}")
    return (np.array([i for i in range(rank) if a[i] == 1], dtype),
            np.array([i for i in range(rank) if b[i] == 1], dtype))


# ---- BroadcastTo ----


def broadcast_to(input, shape, name=None):
    """``input`` repeated along its dimensions of size 1 to fill ``shape`` (TF op: BroadcastTo).

    Raises:
      ValueError: the static shape of ``input`` does not broadcast to ``shape``.
    """
    return BroadcastTo(input, shape, name=name)


BroadcastTo = op("BroadcastTo(input: T, shape: Tidx; T, Tidx: type = int32) -> (output: T)",
                 Tidx="int32 int64").view()


@BroadcastTo.shape
def _(input, shape):
    with_rank(shape.shape, 1)
    target = static_shape(shape)
    old, new = input.shape._dims, target._dims
    if old is None or new is None:
        return target
    with_rank_at_most(input.shape, len(new))
    result = list(new)
    for i in range(1, len(old) + 1):
        if old[-i] is not None and old[-i] > 1:
            result[-i] = merge_dims(old[-i], new[-i])
    return shape_of(result)


@BroadcastTo.kernel
def _(input, shape):
    return np.broadcast_to(input, tuple(shape))


@BroadcastTo.explain
def _(input, shape):
    if np.ndim(shape) != 1:
        return ("shape must be a vector of {int32,int64}, got shape "
                + list_text(np.shape(shape)))
    if np.ndim(input) > np.size(shape):
        return (f"Rank of input ({np.ndim(input)}) must be no greater than rank of output shape "
                f"({np.size(shape)}).")
    return f"Incompatible shapes: {list_text(np.shape(input))} vs. {list_text(shape)}"


@BroadcastTo.gradient
def _(op, grad):
    input_shape = shape(op.inputs[0])
    _, axes = broadcast_gradient_args(op.inputs[1], input_shape)
    summed = math_ops.reduce_sum(grad, axis=axes, keepdims=True)
    return array_ops.reshape(summed, input_shape), None
