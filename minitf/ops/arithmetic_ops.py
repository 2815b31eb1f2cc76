"""Arithmetic of two tensors, with broadcasting: sums, products, quotients, remainders, powers."""

import numpy as np

from minitf.framework import dtypes, errors, tensor_shape
from minitf.framework.convert import convert_n_to_tensor_or_indexed_slices, convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import merge_shapes
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import elementwise, list_text
from minitf.ops.type_lists import NUMBERS
from minitf.ops.unbroadcast import same_static_shape, unbroadcast

_SUM = "bfloat16 half float double uint8 int8 int16 int32 int64 complex64 complex128"
_ALL = "bfloat16 half float double uint8 int8 uint16 int16 int32 int64 complex64 complex128"
_SIGNED = "bfloat16 half float double int32 int64 complex64 complex128"
_FLOATING = "half float double complex64 complex128"

# ---- Add, AddV2 ----


def add(x, y, name=None):
    """``x + y`` element by element (TF op: Add); strings are joined."""
    return Add(x, y, name=name)


def add_v2(x, y, name=None):
    """``x + y`` element by element (TF op: AddV2)."""
    return AddV2(x, y, name=name)


def _add_gradient(op, grad):
    x, y = op.inputs
    if same_static_shape(x, y, grad):
        return grad, grad
    to_x, to_y = unbroadcast(x, y, grad)
    return to_x(grad), to_y(grad)


def _add(x, y):
    total = np.add(x, y)
    if isinstance(total, bytes):  # a sum of scalar strings
        return np.array(total, object)
    return total


Add = elementwise("Add(x: T, y: T) -> (z: T)", _add, _add_gradient, expression="{x} + {y}",
                  T=_SUM + " string")
AddV2 = elementwise("AddV2(x: T, y: T) -> (z: T)", np.add, _add_gradient, expression="{x} + {y}",
                    commutative=True, aggregate=True, T=_SUM)


# ---- Sub ----


def subtract(x, y, name=None):
    """``x - y`` element by element (TF op: Sub)."""
    return Sub(x, y, name=name)


def _sub_gradient(op, grad):
    x, y = op.inputs
    if same_static_shape(x, y, grad):
        return grad, -grad
    to_x, to_y = unbroadcast(x, y, grad)
    return to_x(grad), to_y(-grad)


Sub = elementwise("Sub(x: T, y: T) -> (z: T)", np.subtract, _sub_gradient, expression="{x} - {y}",
                  T=_ALL)


# ---- Mul ----


def multiply(x, y, name=None):
    """``x * y`` element by element (TF op: Mul)."""
    return Mul(x, y, name=name)


def _mul_gradient(op, grad):
    x, y = op.inputs
    if same_static_shape(x, y, grad) and grad.dtype in (dtypes.int32, dtypes.float32):
        return Mul(grad, y), Mul(grad, x)
    to_x, to_y = unbroadcast(x, y, grad)
    x, y = math_ops.conj(x), math_ops.conj(y)
    return to_x(Mul(grad, y)), to_y(Mul(x, grad))


Mul = elementwise("Mul(x: T, y: T) -> (z: T)", np.multiply, _mul_gradient, expression="{x} * {y}",
                  commutative=True, T=_ALL)


def scalar_mul(scalar, x, name=None):
    """``scalar * x`` for a tensor or IndexedSlices ``x``.

    Raises:
      ValueError: ``scalar`` is not of rank 0.
    """
    scalar = convert_to_tensor(scalar, dtype=x.dtype.base_dtype, name="scalar")
    if scalar.shape.ndims != 0:
        raise ValueError(f"Only scalar multiply works, got shape {scalar.shape}")
    if isinstance(x, IndexedSlices):
        return IndexedSlices(Mul(scalar, x.values, name=name), x.indices, x.dense_shape)
    return Mul(scalar, x, name=name)


# ---- MulNoNan ----


def multiply_no_nan(x, y, name=None):
    """``x * y``, and 0 where ``y`` is 0 even if ``x`` is infinite or NaN (TF op: MulNoNan)."""
    with name_scope(name, "multiply_no_nan", [x, y]) as scope:
        x, y = _both(x, y)
        return MulNoNan(x, y, name=scope)


def mul_no_nan(x, y, name=None):
    """``multiply_no_nan`` under the op's own name."""
    return MulNoNan(x, y, name=name)


def _both(x, y):
    """Two arguments as tensors of the first one's dtype."""
    x = convert_to_tensor(x, name="x")
    return x, convert_to_tensor(y, dtype=x.dtype.base_dtype, name="y")


def _mul_no_nan(x, y):
    return np.where(np.equal(y, 0), x.dtype.type(0), np.multiply(x, y))


def _mul_no_nan_gradient(op, grad):
    x, y = op.inputs
    if same_static_shape(x, y, grad):
        return MulNoNan(grad, y), MulNoNan(x, grad)
    to_x, to_y = unbroadcast(x, y)
    return to_x(MulNoNan(grad, y)), to_y(MulNoNan(x, grad))


MulNoNan = elementwise("MulNoNan(x: T, y: T) -> (z: T)", _mul_no_nan, _mul_no_nan_gradient,
                       T=_FLOATING)


# ---- RealDiv, Div ----


def divide(x, y, name=None):
    """``x / y`` as Python divides: floats for integers."""
    return x / y if name is None else truediv(x, y, name)


# The dtype in which integers are divided; None: their own.
_QUOTIENT_DTYPE = {
    dtypes.uint8: dtypes.float32, dtypes.int8: dtypes.float32, dtypes.uint16: dtypes.float32,
    dtypes.int16: dtypes.float32, dtypes.int32: dtypes.float64, dtypes.int64: dtypes.float64,
    dtypes.bfloat16: None, dtypes.float16: None, dtypes.float32: None, dtypes.float64: None,
    dtypes.complex64: None, dtypes.complex128: None,
}


def truediv(x, y, name=None):
    """``x / y`` as Python 3 divides: integers give floats (TF ops: Cast, RealDiv).

    8 and 16 bit integers are divided as float32, larger ones as float64.

    Raises:
      TypeError: the dtypes differ, or cannot be divided.
    """
    with name_scope(name, "truediv", [x, y]) as scope:
        x, y = convert_to_tensor(x, name="x"), convert_to_tensor(y, name="y")
        dtype = quotient_dtype(x.dtype.base_dtype, y.dtype.base_dtype)
        if dtype is not None:
            x, y = math_ops.cast(x, dtype), math_ops.cast(y, dtype)
        return RealDiv(x, y, name=scope)


def quotient_dtype(x_dtype, y_dtype):
    """The dtype to which both operands of a true division are cast; None: they stay as they are.

    Raises:
      TypeError: the dtypes differ, or cannot be divided.
    """
    if x_dtype != y_dtype:
        raise TypeError(f"x and y must have the same dtype, got {x_dtype!r} != {y_dtype!r}")
    if x_dtype not in _QUOTIENT_DTYPE:
        raise TypeError(f"Invalid dtype {x_dtype!r} in __truediv__")
    return _QUOTIENT_DTYPE[x_dtype]


def div(x, y, name=None):
    """``x / y`` as Python 2 divides: integers give their floor (TF ops: RealDiv, FloorDiv)."""
    with name_scope(name, "div", [x, y]) as scope:
        x, y = _both(x, y)
        if x.dtype.is_floating or x.dtype.is_complex:
            return RealDiv(x, y, name=scope)
        return FloorDiv(x, y, name=scope)


def realdiv(x, y, name=None):
    """``x / y`` for real and complex numbers (TF op: RealDiv)."""
    return RealDiv(x, y, name=name)


def _divides_by_zero(x, y):
    """Whether an element of the result would be divided by zero: an empty result has none."""
    return np.size(x) > 0 and np.any(np.equal(y, 0))


def _quotient(x, y):
    if x.dtype.kind in "iu":
        return _truncated_quotient(x, y)
    return np.divide(x, y)


def _truncated_quotient(x, y):
    """Integers divided as C divides them, towards zero."""
    if _divides_by_zero(x, y):
        raise errors.InvalidArgumentError(None, None, "Integer division by zero")
    quotient, remainder = np.divmod(x, y)
    return np.add(quotient, np.logical_and(remainder != 0, (x < 0) != (y < 0)), dtype=x.dtype)


def _real_div_gradient(op, grad):
    x, y = op.inputs
    to_x, to_y = unbroadcast(x, y)
    x, y = math_ops.conj(x), math_ops.conj(y)
    return to_x(RealDiv(grad, y)), to_y(grad * RealDiv(RealDiv(-x, y), y))


def _div_gradient(op, grad):
    x, y = op.inputs
    to_x, to_y = unbroadcast(x, y)
    x, y = math_ops.conj(x), math_ops.conj(y)
    return to_x(divide(grad, y)), to_y(grad * divide(divide(-x, y), y))


RealDiv = elementwise("RealDiv(x: T, y: T) -> (z: T)", _quotient, _real_div_gradient, T=_ALL)
Div = elementwise("Div(x: T, y: T) -> (z: T)", _quotient, _div_gradient, T=_ALL)


@RealDiv.expression
def _(x, y, T):
    return None if T.is_integer else f"{x} / {y}"


# ---- FloorDiv, TruncateDiv ----


def floordiv(x, y, name=None):
    """``floor(x / y)`` element by element, as Python's ``//`` (TF op: FloorDiv).

    Raises:
      InvalidArgumentError, when run: an integer is divided by zero.
    """
    with name_scope(name, "floordiv", [x, y]) as scope:
        return FloorDiv(x, y, name=scope)


def floor_div(x, y, name=None):
    """``floordiv`` under the op's own name."""
    return FloorDiv(x, y, name=name)


def truncatediv(x, y, name=None):
    """Integers divided towards zero, as C does it (TF op: TruncateDiv)."""
    return TruncateDiv(x, y, name=name)


def _floor_quotient(x, y):
    if x.dtype.kind in "iu":
        if _divides_by_zero(x, y):
            raise errors.InvalidArgumentError(None, None, "Integer division by zero")
        return np.floor_divide(x, y)
    return np.floor(np.divide(x, y))


def _truncate_div(x, y):
    if x.dtype.kind in "iu" and _divides_by_zero(x, y):
        raise _truncation_error()
    return _quotient(x, y)


def _truncation_error():
    return errors.InternalError(None, None, "Unexpected error in binary operator (only integer div "
                                            "and mod should have errors)")


def _no_gradients(op, grad):
    return None, None


FloorDiv = elementwise("FloorDiv(x: T, y: T) -> (z: T)", _floor_quotient, _no_gradients, T=_ALL)
TruncateDiv = elementwise("TruncateDiv(x: T, y: T) -> (z: T)", _truncate_div, _no_gradients, T=_ALL)


# ---- DivNoNan ----


def div_no_nan(x, y, name=None):
    """``x / y``, and 0 where ``y`` is 0 (TF op: DivNoNan)."""
    with name_scope(name, "div_no_nan", [x, y]) as scope:
        x, y = _both(x, y)
        return DivNoNan(x, y, name=scope)


def reciprocal_no_nan(x, name=None):
    """``1 / x``, and 0 where ``x`` is 0."""
    with name_scope(name, "reciprocal_no_nan", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        one = constant(1, dtype=x.dtype.base_dtype, name="one")
        return DivNoNan(one, x, name=scope)


def _div_no_nan(x, y):
    return np.where(np.equal(y, 0), x.dtype.type(0), np.divide(x, y))


def _div_no_nan_gradient(op, grad):
    x, y = op.inputs
    to_x, to_y = unbroadcast(x, y)
    x, y = math_ops.conj(x), math_ops.conj(y)
    return (to_x(div_no_nan(grad, y)),
            to_y(grad * div_no_nan(div_no_nan(-x, y), y)))


DivNoNan = elementwise("DivNoNan(x: T, y: T) -> (z: T)", _div_no_nan, _div_no_nan_gradient,
                       T=_FLOATING)


# ---- FloorMod, TruncateMod, Mod ----


def floormod(x, y, name=None):
    """The remainder with the sign of ``y``, as Python's ``%`` (TF op: FloorMod)."""
    return FloorMod(x, y, name=name)


mod = floormod


def truncatemod(x, y, name=None):
    """The remainder with the sign of ``x``, as C's ``%`` and ``fmod`` (TF op: TruncateMod)."""
    return TruncateMod(x, y, name=name)


def _floor_remainder(x, y):
    if x.dtype.kind in "iu":
        if _divides_by_zero(x, y):
            raise errors.InvalidArgumentError(None, None, "Integer division by zero")
        return np.remainder(x, y)
    remainder = np.fmod(x, y)
    other_sign = np.logical_and(remainder != 0, (remainder < 0) != (y < 0))
    return np.where(other_sign, remainder + y, remainder)


def _truncated_remainder(x, y):
    if x.dtype.kind in "iu" and _divides_by_zero(x, y):
        raise _truncation_error()
    return np.fmod(x, y)


def _floor_mod_gradient(op, grad):
    x, y = math_ops.conj(op.inputs[0]), math_ops.conj(op.inputs[1])
    to_x, to_y = unbroadcast(x, y)
    floor_xy = floor_div(x, y)
    return to_x(grad), to_y(grad * math_ops.negative(floor_xy))


FloorMod = elementwise("FloorMod(x: T, y: T) -> (z: T)", _floor_remainder, _floor_mod_gradient,
                       T="int32 int64 bfloat16 half float double")
TruncateMod = elementwise("TruncateMod(x: T, y: T) -> (z: T)", _truncated_remainder,
                          T="int32 int64 bfloat16 half float double")
Mod = elementwise("Mod(x: T, y: T) -> (z: T)", _truncated_remainder,
                  T="int32 int64 half half bfloat16 float double")


# ---- Pow ----


def pow(x, y, name=None):
    """``x`` to the power ``y`` element by element (TF op: Pow).

    Raises:
      InvalidArgumentError, when run: integers with a negative exponent.
    """
    with name_scope(name, "Pow", [x]) as scope:
        return Pow(x, y, name=scope)


def _pow_gradient(op, grad):
    x, y = op.inputs
    to_x, to_y = unbroadcast(x, y, grad)
    x, y = math_ops.conj(x), math_ops.conj(y)
    gx = to_x(grad * y * pow(x, y - 1))
    z = math_ops.conj(op.outputs[0])
    # Where x <= 0 the logarithm is taken of 1 instead, so that no NaN gets into the sum.
    mask = math_ops.not_equal(x, 0) if x.dtype.is_complex else x > 0
    safe_x = array_ops.where(mask, x, array_ops.ones_like(x))
    log_x = array_ops.where(mask, math_ops.log(safe_x), array_ops.zeros_like(x))
    return gx, to_y(grad * z * log_x)


def _power(x, y):
    if x.dtype.kind == "i" and np.any(np.less(y, 0)):
        raise errors.InvalidArgumentError(
            None, None, "Integers to negative integer powers are not allowed")
    return np.power(x, y)


Pow = elementwise("Pow(x: T, y: T) -> (z: T)", _power, _pow_gradient,
                  T="bfloat16 float half double int32 int64 complex64 complex128")


@Pow.expression
def _(x, y, T):
    return None if T.is_integer else f"{x} ** {y}"


# ---- Maximum, Minimum ----


def maximum(x, y, name=None):
    """The larger of ``x`` and ``y`` element by element (TF op: Maximum)."""
    return Maximum(x, y, name=name)


def minimum(x, y, name=None):
    """The smaller of ``x`` and ``y`` element by element (TF op: Minimum)."""
    return Minimum(x, y, name=name)


def _selected(comparison):
    """The gradient goes to the element that was taken: x's where ``comparison(x, y)`` holds."""
    def rule(op, grad):
        x, y = op.inputs
        sx, sy = array_ops.shape(x), array_ops.shape(y)
        zeros = array_ops.zeros(array_ops.shape(grad), grad.dtype)
        is_x = comparison(x, y)
        rx, ry = array_ops.broadcast_gradient_args(sx, sy)
        gx = math_ops.reduce_sum(array_ops.where(is_x, grad, zeros), rx)
        gx = array_ops.reshape(gx, sx)
        gy = math_ops.reduce_sum(array_ops.where(is_x, zeros, grad), ry)
        return gx, array_ops.reshape(gy, sy)

    return rule


def _larger(x, y):
    """The larger; as with C's ``x < y ? y : x``, the first where either is NaN."""
    result = np.maximum(x, y)
    return np.where(np.less(x, y), y, x) if _has_nan(result) else result


def _smaller(x, y):
    """The smaller; the first where either is NaN."""
    result = np.minimum(x, y)
    return np.where(np.less(y, x), y, x) if _has_nan(result) else result


def _has_nan(array):
    return array.dtype.kind == "f" and array.size > 0 and np.isnan(np.min(array))


Maximum = elementwise("Maximum(x: T, y: T) -> (z: T)", _larger,
                      _selected(lambda x, y: math_ops.greater_equal(x, y)),
                      T="bfloat16 half float double int32 int64")
Minimum = elementwise("Minimum(x: T, y: T) -> (z: T)", _smaller,
                      _selected(lambda x, y: math_ops.less_equal(x, y)),
                      T="bfloat16 half float double int32 int64")


# ---- SquaredDifference ----


def squared_difference(x, y, name=None):
    """``|x - y|**2`` element by element (TF op: SquaredDifference)."""
    return SquaredDifference(x, y, name=name)


def _squared_difference(x, y):
    difference = np.subtract(x, y)
    if difference.dtype.kind == "c":
        return np.multiply(difference, np.conj(difference))
    return np.square(difference)


def _squared_difference_gradient(op, grad):
    x, y = op.inputs
    with control_dependencies([grad]):
        gx = scalar_mul(2.0, grad) * (x - y)
    if same_static_shape(x, y, grad):
        return gx, -gx
    to_x, to_y = unbroadcast(x, y, grad)
    return to_x(gx), -to_y(gx)


SquaredDifference = elementwise("SquaredDifference(x: T, y: T) -> (z: T)", _squared_difference,
                                _squared_difference_gradient, commutative=True, T=_SIGNED)


# ---- Xdivy, Xlogy ----


def xdivy(x, y, name=None):
    """``x / y``, and 0 where ``x`` is 0 (TF op: Xdivy)."""
    return Xdivy(x, y, name=name)


def xlogy(x, y, name=None):
    """``x * log(y)``, and 0 where ``x`` is 0 (TF op: Xlogy)."""
    return Xlogy(x, y, name=name)


def _xdivy(x, y):
    return np.where(np.equal(x, 0), x.dtype.type(0), np.divide(x, y))


def _xlogy(x, y):
    return np.where(np.equal(x, 0), x.dtype.type(0), np.multiply(x, np.log(y)))


def _not_zero(x):
    """1 where ``x`` is not 0, in its dtype."""
    return math_ops.cast(math_ops.not_equal(x, math_ops.cast(0., dtype=x.dtype)), dtype=x.dtype)


def _xdivy_gradient(op, grad):
    x, y = op.inputs
    to_x, to_y = unbroadcast(x, y)
    with control_dependencies([grad]):
        partial_x = Xdivy(_not_zero(x), y)
        partial_y = Xdivy(math_ops.negative(x), y**2)
        return to_x(partial_x * grad), to_y(partial_y * grad)


def _xlogy_gradient(op, grad):
    x, y = op.inputs
    to_x, to_y = unbroadcast(x, y)
    with control_dependencies([grad]):
        partial_x = Xlogy(_not_zero(x), y)
        partial_y = Xdivy(x, y)
        return to_x(partial_x * grad), to_y(partial_y * grad)


Xdivy = elementwise("Xdivy(x: T, y: T) -> (z: T)", _xdivy, _xdivy_gradient, T=_FLOATING)
Xlogy = elementwise("Xlogy(x: T, y: T) -> (z: T)", _xlogy, _xlogy_gradient, T=_FLOATING)


# ---- Atan2 ----


def atan2(y, x, name=None):
    """The angle of the point (x, y), in [-pi, pi] (TF op: Atan2)."""
    return Atan2(y, x, name=name)


def _atan2_gradient(op, grad):
    y, x = op.inputs
    with control_dependencies([grad]):
        scaled = grad / (math_ops.square(x) + math_ops.square(y))
        return x * scaled, -y * scaled


Atan2 = elementwise("Atan2(y: T, x: T) -> (z: T)", np.arctan2, _atan2_gradient,
                    T="bfloat16 half float double")


# ---- NextAfter ----


def nextafter(x1, x2, name=None):
    """The next number after ``x1`` in the direction of ``x2`` (TF op: NextAfter)."""
    return NextAfter(x1, x2, name=name)


def _nextafter_gradient(op, grad):
    x1, x2 = op.inputs
    s1, s2 = array_ops.shape(x1), array_ops.shape(x2)
    r1, r2 = array_ops.broadcast_gradient_args(s1, s2)
    with control_dependencies([grad]):
        partial_x1 = array_ops.ones(s1, dtype=x1.dtype)
        partial_x2 = array_ops.zeros(s2, dtype=x2.dtype)
        return (array_ops.reshape(math_ops.reduce_sum(partial_x1 * grad, r1), s1),
                array_ops.reshape(math_ops.reduce_sum(partial_x2 * grad, r2), s2))


NextAfter = elementwise("NextAfter(x1: T, x2: T; T: type = float) -> (output: T)", np.nextafter,
                        _nextafter_gradient, T="double float")


# ---- AddN ----


def add_n(inputs, name=None):
    """The sum of a list of tensors of one shape and dtype (TF op: AddN).

    IndexedSlices are made dense first. One tensor is returned as it is, or through an Identity when
    a name is given.

    Raises:
      ValueError: ``inputs`` is not a list of tensors, or is empty.
    """
    if not isinstance(inputs, (list, tuple)):
        inputs = list(inputs)
    if not inputs:
        raise _not_addends("Tensor/IndexedSlices")
    inputs = convert_n_to_tensor_or_indexed_slices(inputs)
    if not all(isinstance(x, (Tensor, IndexedSlices)) for x in inputs):
        raise _not_addends("Tensor/IndexedSlices")
    if len(inputs) == 1:
        values = convert_to_tensor(inputs[0])
        return array_ops.identity(values, name=name) if name else values
    return AddN(inputs, name=name)


def _not_addends(kind):
    return ValueError(f"inputs must be a list of at least one {kind} with the same dtype and shape")


AddN = op("AddN(inputs: N * T; N: int >= 1, T) -> (sum: T)", commutative=True, aggregate=True,
          T=NUMBERS + " variant")


@AddN.shape
def _(inputs):
    merged = inputs[-1].shape
    for i in range(len(inputs) - 2, -1, -1):
        try:
            merged = merge_shapes(inputs[i].shape, merged)
        except ValueError as error:
            raise ValueError(f"{error}\n\tFrom merging shape {i} with other shapes.") from None
    return merged


def _sum_of(inputs):
    shape = np.shape(inputs[0])
    for value in inputs[1:]:
        if np.shape(value) != shape:
            raise errors.InvalidArgumentError(
                None, None, "Inputs to operation AddN of type AddN must have the same size and "
                f"shape.  Input 0: {list_text(shape)} != input "
                f"{[np.shape(v) == shape for v in inputs].index(False)}: "
                f"{list_text(np.shape(value))}")
    if len(inputs) == 1:
        return np.array(inputs[0])
    total = np.add(inputs[0], inputs[1])
    for value in inputs[2:]:
        total += value
    return total


@AddN.kernel
def _(inputs):
    return _sum_of(inputs)


@AddN.gradient
def _(op, grad):
    return [grad] * len(op.inputs)


# ---- AccumulateNV2 ----


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The sum of a list of tensors (TF op: AccumulateNV2), as ``add_n``.

    Args:
      shape: the shape of each, if their static shapes do not tell it.
      tensor_dtype: their dtype, checked when given.

    Raises:
      ValueError: not a list of tensors of one dtype, or shapes that do not agree.
      TypeError: ``tensor_dtype`` is not their dtype.
    """
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise _not_addends("Tensor")
    inputs = convert_n_to_tensor_or_indexed_slices(inputs)
    if not all(isinstance(x, Tensor) and x.dtype == inputs[0].dtype for x in inputs):
        raise _not_addends("Tensor")
    shape = tensor_shape.unknown_shape() if shape is None else tensor_shape.as_shape(shape)
    for x in inputs:
        shape = shape.merge_with(x.shape)
    if tensor_dtype is not None and tensor_dtype != inputs[0].dtype:
        raise TypeError(f"tensor_dtype is {tensor_dtype}, but input is of type {inputs[0].dtype}")
    if len(inputs) == 1:
        return inputs[0] if name is None else array_ops.identity(inputs[0], name=name)
    return AccumulateNV2(inputs, shape=shape, name=name)


AccumulateNV2 = op("AccumulateNV2(inputs: N * T; N: int >= 1, T, shape: shape) -> (sum: T)",
                   commutative=True, aggregate=True,
                   T=NUMBERS)


@AccumulateNV2.shape
def _(shape):
    return shape


@AccumulateNV2.kernel
def _(inputs):
    return _sum_of(inputs)


@AccumulateNV2.gradient
def _(op, grad):
    return [grad] * len(op.inputs)


def polyval(coeffs, x, name=None):
    """The polynomial with these coefficients, highest power first, at ``x`` (Horner's rule)."""
    with name_scope(name, "polyval", [*coeffs, x]) as scope:
        x = convert_to_tensor(x, name="x")
        if len(coeffs) < 1:
            return array_ops.zeros_like(x, name=scope)
        coeffs = [convert_to_tensor(coeff, name=f"coeff_{i}") for i, coeff in enumerate(coeffs)]
        value = coeffs[0]
        for coeff in coeffs[1:]:
            value = coeff + value * x
        return value
