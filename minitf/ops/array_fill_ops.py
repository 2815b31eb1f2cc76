"""Tensors filled by rule: one value everywhere, one-hot rows, masks of lengths."""

import functools

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import static_shape, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import check_scalar
from minitf.ops.common_shapes import UNKNOWN, scalar_dim, shape_of, with_rank
from minitf.ops.constant_op import constant, zeros_value
from minitf.ops.elementwise import list_text

# ---- Fill ----


def fill(dims, value, name=None):
    """A tensor of shape ``dims`` in which every element is ``value`` (TF op: Fill)."""
    return Fill(dims, value, name=name)


Fill = op("Fill(dims: index_type, value: T; T, index_type: type = int32) -> (output: T)",
          index_type="int32 int64")


@Fill.shape
def _(dims, value):
    with_rank(dims.shape, 1)
    with_rank(value.shape, 0)
    known = static_value(dims)
    if known is not None and (known < 0).any():
        raise ValueError("Fill dimensions must be >= 0")
    return static_shape(dims)


@Fill.kernel
def _(dims, value, T):
    return np.full(dims, value, T.as_numpy_dtype)


@Fill.expression
def _(dims, value, T):
    return f"np.full({dims}, {value}, {np.dtype(T.as_numpy_dtype).name!r})"


@Fill.explain
def _(dims, value):
    if np.ndim(dims) != 1:
        return f"dims must be a vector, got shape {list_text(np.shape(dims))}"
    if np.ndim(value):
        return f"value must be a scalar, got shape {list_text(np.shape(value))}"
    negative = [dim for dim in dims if dim < 0]
    return f"Dimension {negative[0]} must be >= 0" if negative else None


@Fill.gradient
def _(op, grad):
    return None, math_ops.reduce_sum(grad)


def zero_array(shape, dtype):
    """An array of zeros, or of empty strings when the dtype is object: for kernels."""
    is_text = np.dtype(dtype).kind == "O"
    return np.full(shape, b"", object) if is_text else np.zeros(shape, dtype)


def zeros(shape, dtype=dtypes.float32, name=None):
    """A tensor of zeros (empty strings, False) of that shape and dtype.

    A known shape of fewer than 1,000 elements gives one constant, as in TensorFlow.
    """
    dtype = dtypes.as_dtype(dtype).base_dtype
    return _filled(shape, zeros_value(dtype), dtype, name, "zeros")


def ones(shape, dtype=dtypes.float32, name=None):
    """A tensor of ones (True for bool) of that shape and dtype."""
    dtype = dtypes.as_dtype(dtype).base_dtype
    return _filled(shape, True if dtype == dtypes.bool else 1, dtype, name, "ones")


def _filled(shape, value, dtype, name, default_name):
    with name_scope(name, default_name, [shape]) as scope:
        if not isinstance(shape, Tensor):
            try:
                small = _small_constant(value, shape, dtype, scope)
                if small is not None:
                    return small
                shape = convert_to_tensor(TensorShape(shape))
            except (TypeError, ValueError):
                shape = convert_to_tensor(shape, dtype=dtypes.int32)
        if not shape.shape._dims:  # a scalar, or of unknown rank
            shape = array_ops.reshape(shape, [-1])
        return fill(shape, constant(value, dtype=dtype), name=scope)


def _small_constant(value, shape, dtype, name):
    """One Const when the shape is known and small, else None."""
    try:
        if any(isinstance(dim, Tensor) for dim in shape):
            # TF multiplies and compares to see whether it is small; its graphs hold these nodes.
            product = functools.reduce(lambda x, y: x * y, shape)
            bool(product < 1000)
        if np.prod(shape) < 1000:
            return constant(value, shape=shape, dtype=dtype, name=name)
    except TypeError:
        pass  # no list, or tensors in it
    return None


# ---- ZerosLike, OnesLike ----


def zeros_like(tensor, dtype=None, name=None, optimize=True):
    """Zeros of the shape (and, by default, the dtype) of ``tensor`` (TF op: ZerosLike).

    With ``optimize``, a tensor of known shape gives a constant.
    """
    with name_scope(name, "zeros_like", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        dtype = None if dtype is None else dtypes.as_dtype(dtype)
        if optimize and tensor.shape.is_fully_defined() and tensor.dtype != dtypes.variant:
            return zeros(tensor.shape, dtype=dtype or tensor.dtype, name=scope)
        if dtype is not None and dtype not in (tensor.dtype, dtypes.variant):
            return zeros(array_ops.shape_internal(tensor, optimize=optimize), dtype=dtype,
                         name=scope)
        return ZerosLike(tensor, name=scope)


ZerosLike = op("ZerosLike(x: T; T) -> (y: T)").not_differentiable()


@ZerosLike.shape
def _(x):
    return x.shape


@ZerosLike.kernel
def _(x, T):
    return zero_array(np.shape(x), T.as_numpy_dtype)


def ones_like(tensor, dtype=None, name=None, optimize=True):
    """Ones of the shape (and, by default, the dtype) of ``tensor``."""
    with name_scope(name, "ones_like", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        ones_shape = array_ops.shape_internal(tensor, optimize=optimize)
        result = ones(ones_shape, dtype=tensor.dtype if dtype is None else dtype, name=scope)
        result.set_shape(tensor.shape)
        return result


OnesLike = op("OnesLike(x: T; T) -> (y: T)",
              T="bfloat16 half float double int8 uint8 int16 uint16 int32 int64 complex64"
                " complex128 bool").not_differentiable()


@OnesLike.shape
def _(x):
    return x.shape


@OnesLike.kernel
def _(x):
    return np.ones_like(x)


# ---- OneHot ----


def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """A row of ``depth`` for each index, ``on_value`` at the index and ``off_value`` elsewhere.

    TF op: OneHot. An index outside [0, depth) gives a row of ``off_value``.

    Args:
      indices: integers of any shape.
      depth: a scalar, the size of the new axis.
      on_value, off_value: scalars of one dtype, by default 1 and 0.
      axis: where the new axis goes; by default it is the last.
      dtype: the result's dtype; by default that of the values, or float32.
      name: the operation's name.

    Raises:
      TypeError: the dtypes of ``on_value``, ``off_value`` and ``dtype`` differ.
    """
    with name_scope(name, "one_hot", [indices, depth, on_value, off_value, axis, dtype]) as scope:
        on_dtype = off_dtype = None
        if on_value is not None:
            on_dtype = convert_to_tensor(on_value).dtype.base_dtype
        if off_value is not None:
            off_dtype = convert_to_tensor(off_value).dtype.base_dtype
        if dtype is None:
            dtype = on_dtype or off_dtype or dtypes.float32
        else:
            for which, given in (("on_value", on_dtype), ("off_value", off_dtype)):
                if given is not None and given != dtype:
                    raise TypeError(f"dtype {given} of {which} does not match dtype parameter "
                                    f"{dtype}")
        if on_dtype is None:
            on_value, on_dtype = convert_to_tensor(1, dtype, name="on_value"), dtype
        if off_dtype is None:
            off_value, off_dtype = convert_to_tensor(0, dtype, name="off_value"), dtype
        if on_dtype != off_dtype:
            raise TypeError(f"dtype {on_dtype} of on_value does not match dtype {off_dtype} of "
                            "off_value")
        return OneHot(indices, depth, on_value, off_value, axis=-1 if axis is None else axis,
                      name=scope)


OneHot = op("OneHot(indices: TI, depth: int32, on_value: T, off_value: T; axis: int = -1, T,"
            " TI: type = int64) -> (output: T)", TI="uint8 int32 int64").not_differentiable()


@OneHot.shape
def _(indices, depth, axis):
    if axis < -1:
        raise ValueError("axis must be >= -1")
    size, dims = scalar_dim(depth, 1), indices.shape._dims
    if dims is None:
        return UNKNOWN
    place = axis % (len(dims) + 1)
    return shape_of(dims[:place] + (size,) + dims[place:])


@OneHot.kernel
def _(indices, depth, on_value, off_value, axis, T):
    check_scalar(depth, "depth must be a scalar, but got:")
    check_scalar(on_value, "on_value must be a scalar, but got:")
    check_scalar(off_value, "off_value must be a scalar, but got:")
    if depth < 0:
        raise ValueError(f"depth must be non-negative, got: {depth}")
    dtype, rank = T.as_numpy_dtype, np.ndim(indices)
    if axis > rank:
        raise ValueError(f"Expected axis to be -1 or between [0, {rank + 1}).  But received: "
                         f"{axis}")
    place = rank if axis == -1 else axis
    hot = np.expand_dims(indices, place) == np.arange(depth).reshape((-1,) + (1,) * (rank - place))
    return np.where(hot, np.asarray(on_value, dtype), np.asarray(off_value, dtype))


# ---- masks of lengths ----


def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool, name=None):
    """True for the first ``lengths[i]`` of ``maxlen`` places: ``mask[..., j] = j < lengths[...]``.

    Args:
      lengths: integers of any shape.
      maxlen: a scalar, the size of the new last axis; by default the largest length.
      dtype: the result's dtype.
      name: the scope's name.

    Raises:
      ValueError: ``maxlen`` is no scalar.
    """
    with name_scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            maxlen = math_ops.Max(lengths, all_dimensions(lengths))
            maxlen = math_ops.Maximum(constant(0, maxlen.dtype), maxlen)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen.shape.ndims not in (None, 0):
            raise ValueError("maxlen must be scalar for sequence_mask")
        row = math_ops.Range(constant(0, maxlen.dtype), maxlen, constant(1, maxlen.dtype))
        column = math_ops.Cast(array_ops.expand_dims(lengths, -1), DstT=maxlen.dtype)
        result = row < column
        if dtype is None or dtypes.as_dtype(dtype).base_dtype == dtypes.bool:
            return result
        return math_ops.Cast(result, DstT=dtype)


def all_dimensions(x):
    """All axes of a tensor, as a constant when its rank is known."""
    if isinstance(x, Tensor) and x.shape.ndims is not None:
        return constant(np.arange(x.shape.ndims), dtype=dtypes.int32)
    return math_ops.Range(0, array_ops.rank(x), 1)
