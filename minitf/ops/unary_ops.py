"""Functions of one tensor, element by element, and their gradients.

Most gradients wait for the incoming gradient (``control_dependencies([grad])``), as TensorFlow's
do, so that what they hold of the forward pass is not read earlier than needed.
"""

import numpy as np

from minitf.framework import registry
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.ops import array_ops, math_ops
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import elementwise, literal, number
from minitf.ops.sparse_map import maps_sparse

_FLOATS = "bfloat16 half float double"
_FLOATING = "bfloat16 half float double complex64 complex128"
_NUMBERS = "bfloat16 half float double int32 int64 complex64 complex128"


def of_input(derivative):
    """The gradient rule of ``y = f(x)`` from ``derivative(grad, x) = grad * f'(x)``."""
    def rule(op, grad):
        with control_dependencies([grad]):
            return derivative(grad, math_ops.conj(op.inputs[0]))

    return rule


def of_output(derivative):
    """The same for an f' that is written in terms of y: ``derivative(grad, y)``."""
    def rule(op, grad):
        with control_dependencies([grad]):
            return derivative(grad, math_ops.conj(op.outputs[0]))

    return rule


# ---- Neg, Abs, Sign ----


@maps_sparse
def negative(x, name=None):
    """``-x`` (TF op: Neg)."""
    return Neg(x, name=name)


Neg = elementwise("Neg(x: T) -> (y: T)", np.negative, lambda op, grad: -grad, expression="-{x}",
                  T=_NUMBERS)


@maps_sparse
def abs(x, name=None):
    """The absolute value (TF ops: Abs, ComplexAbs); that of a complex number is real."""
    with name_scope(name, "Abs", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return math_ops.ComplexAbs(x, Tout=x.dtype.real_dtype, name=scope)
        return Abs(x, name=scope)


Abs = elementwise("Abs(x: T) -> (y: T)", np.abs, lambda op, grad: grad * sign(op.inputs[0]),
                  T="bfloat16 half float double int8 int16 int32 int64")


@maps_sparse
def sign(x, name=None):
    """-1, 0 or 1 as ``x`` is negative, zero (or NaN) or positive (TF op: Sign).

    Of complex numbers ``x / |x|``.
    """
    return Sign(x, name=name)


def _sign(x):
    if x.dtype.kind == "c":
        size = np.abs(x)
        return np.where(size == 0, x.dtype.type(0), np.divide(x, size))
    # Not np.sign, which gives NaN for NaN.
    return np.subtract(np.greater(x, 0), np.less(x, 0), dtype=x.dtype)


def _sign_gradient(op, grad):
    x = op.inputs[0]
    return array_ops.zeros(array_ops.shape(x), dtype=x.dtype)


Sign = elementwise("Sign(x: T) -> (y: T)", _sign, _sign_gradient, T=_NUMBERS)


def _gradient_op(signature, function, gradient, **options):
    """Declares the op of a gradient: of an output ``y`` and the gradient that arrived for it.

    The shape is that of ``y``, whatever is known of the other's.
    """
    op_type = elementwise(signature, function, gradient, **options)
    op_type.shape_rule = _shape_of_y
    return op_type


def _shape_of_y(y):
    return y.shape


_shape_of_y.wanted = ("y",)


# ---- Square, Sqrt, Rsqrt, Reciprocal ----


@maps_sparse
def square(x, name=None):
    """``x * x`` (TF op: Square)."""
    return Square(x, name=name)


@of_input
def _square_gradient(grad, x):
    two = constant(2.0, dtype=x.dtype)
    return math_ops.multiply(grad, math_ops.multiply(x, two))


Square = elementwise("Square(x: T) -> (y: T)", np.square, _square_gradient, T=_NUMBERS)


@maps_sparse
def sqrt(x, name=None):
    """The square root (TF op: Sqrt); NaN for negative reals."""
    return Sqrt(x, name=name)


def _where_gradient(dy, values):
    """``values``, but 0 where the gradient ``dy`` that came in is 0, even at infinite ``y``."""
    return np.where(np.equal(dy, 0), dy.dtype.type(0), values)


def _sqrt_grad(y, dy):
    return _where_gradient(dy, np.divide(np.multiply(dy, y.dtype.type(0.5)), np.conj(y)))


def _sqrt_grad_gradient(op, grad):
    a, y = op.inputs[0], op.outputs[0]  # y = 0.5 * b / conj(a)
    with control_dependencies([grad]):
        ga = grad / a
        return -math_ops.conj(ga) * y, 0.5 * ga


Sqrt = elementwise("Sqrt(x: T) -> (y: T)", np.sqrt,
                   lambda op, grad: SqrtGrad(op.outputs[0], grad), T=_FLOATING)
SqrtGrad = _gradient_op("SqrtGrad(y: T, dy: T) -> (z: T)", _sqrt_grad, _sqrt_grad_gradient,
                        T=_FLOATING)


def rsqrt(x, name=None):
    """``1 / sqrt(x)`` (TF op: Rsqrt)."""
    return Rsqrt(x, name=name)


def _rsqrt(x):
    return np.divide(number("one", x), np.sqrt(x))


def _rsqrt_grad(y, dy):
    y = np.conj(y)
    cubes = np.multiply(y, np.square(y))
    return _where_gradient(dy, np.multiply(cubes, np.multiply(dy, y.dtype.type(-0.5))))


def _rsqrt_grad_gradient(op, grad):
    a, b = op.inputs  # a = x**-0.5, b the gradient that came in for it
    with control_dependencies([grad]):
        ca, cg = math_ops.conj(a), math_ops.conj(grad)
        return -1.5 * cg * b * square(ca), RsqrtGrad(ca, grad)


Rsqrt = elementwise("Rsqrt(x: T) -> (y: T)", _rsqrt,
                    lambda op, grad: RsqrtGrad(op.outputs[0], grad), T=_FLOATING)
RsqrtGrad = _gradient_op("RsqrtGrad(y: T, dy: T) -> (z: T)", _rsqrt_grad, _rsqrt_grad_gradient,
                         T=_FLOATING)


def reciprocal(x, name=None):
    """``1 / x`` (TF op: Reciprocal)."""
    return Reciprocal(x, name=name)


def _reciprocal(x):
    return np.divide(number("one", x), x) if x.dtype.kind in "fc" else np.reciprocal(x)


def _reciprocal_grad(y, dy):
    y = np.conj(y)
    return _where_gradient(dy, np.multiply(np.multiply(-dy, y), y))


def _reciprocal_gradient(op, grad):
    return ReciprocalGrad(op.outputs[0], grad)


def _reciprocal_grad_gradient(op, grad):
    b = op.inputs[1]
    with control_dependencies([grad]):
        ca, cg = math_ops.conj(op.inputs[0]), math_ops.conj(grad)
        return cg * -2.0 * b * ca, ReciprocalGrad(ca, grad)


Reciprocal = elementwise("Reciprocal(x: T) -> (y: T)", _reciprocal, _reciprocal_gradient,
                         T=_NUMBERS)
Inv = elementwise("Inv(x: T) -> (y: T)", _reciprocal, _reciprocal_gradient, T=_NUMBERS)
ReciprocalGrad = _gradient_op("ReciprocalGrad(y: T, dy: T) -> (z: T)", _reciprocal_grad,
                              _reciprocal_grad_gradient, T=_FLOATING)
InvGrad = _gradient_op("InvGrad(y: T, dy: T) -> (z: T)", _reciprocal_grad,
                       _reciprocal_grad_gradient, T=_FLOATING)


# ---- Exp, Log ----


def exp(x, name=None):
    """e to the power ``x`` (TF op: Exp)."""
    return Exp(x, name=name)


Exp = elementwise("Exp(x: T) -> (y: T)", np.exp, of_output(lambda grad, y: grad * y), T=_FLOATING)


def expm1(x, name=None):
    """``exp(x) - 1``, exact for small ``x`` (TF op: Expm1)."""
    return Expm1(x, name=name)


@of_input
def _expm1_gradient(grad, x):
    y = exp(x)
    return grad * y


Expm1 = elementwise("Expm1(x: T) -> (y: T)", np.expm1, _expm1_gradient, T=_FLOATING)


def log(x, name=None):
    """The natural logarithm (TF op: Log); NaN for negative reals, -inf for 0."""
    return Log(x, name=name)


Log = elementwise("Log(x: T) -> (y: T)", np.log, of_input(lambda grad, x: grad * reciprocal(x)),
                  T=_FLOATING)


def log1p(x, name=None):
    """``log(1 + x)``, exact for small ``x`` (TF op: Log1p)."""
    return Log1p(x, name=name)


Log1p = elementwise("Log1p(x: T) -> (y: T)", np.log1p,
                    of_input(lambda grad, x: grad * reciprocal(1 + x)), T=_FLOATING)


# ---- trigonometric functions ----


def sin(x, name=None):
    """The sine of radians (TF op: Sin)."""
    return Sin(x, name=name)


def cos(x, name=None):
    """The cosine of radians (TF op: Cos)."""
    return Cos(x, name=name)


def tan(x, name=None):
    """The tangent of radians (TF op: Tan)."""
    return Tan(x, name=name)


Sin = elementwise("Sin(x: T) -> (y: T)", np.sin, of_input(lambda grad, x: grad * cos(x)),
                  T=_FLOATING)
Cos = elementwise("Cos(x: T) -> (y: T)", np.cos, of_input(lambda grad, x: -grad * sin(x)),
                  T=_FLOATING)
Tan = elementwise("Tan(x: T) -> (y: T)", np.tan,
                  of_input(lambda grad, x: square(reciprocal(cos(x))) * grad), T=_NUMBERS)


def asin(x, name=None):
    """The angle whose sine is ``x`` (TF op: Asin)."""
    return Asin(x, name=name)


def acos(x, name=None):
    """The angle whose cosine is ``x`` (TF op: Acos)."""
    return Acos(x, name=name)


def atan(x, name=None):
    """The angle whose tangent is ``x`` (TF op: Atan)."""
    return Atan(x, name=name)


def _asin_slope(grad, x):
    x2 = square(x)
    return reciprocal(sqrt(math_ops.subtract(constant(1, dtype=grad.dtype), x2)))


@of_input
def _asin_gradient(grad, x):
    slope = _asin_slope(grad, x)
    return grad * slope


@of_input
def _acos_gradient(grad, x):
    slope = _asin_slope(grad, x)
    return -grad * slope


@of_input
def _atan_gradient(grad, x):
    x2 = square(x)
    slope = reciprocal(math_ops.add(constant(1, dtype=grad.dtype), x2))
    return grad * slope


Asin = elementwise("Asin(x: T) -> (y: T)", np.arcsin, _asin_gradient, T=_NUMBERS)
Acos = elementwise("Acos(x: T) -> (y: T)", np.arccos, _acos_gradient, T=_NUMBERS)
Atan = elementwise("Atan(x: T) -> (y: T)", np.arctan, _atan_gradient, T=_NUMBERS)


# ---- hyperbolic functions ----


def sinh(x, name=None):
    """``(exp(x) - exp(-x)) / 2`` (TF op: Sinh)."""
    return Sinh(x, name=name)


def cosh(x, name=None):
    """``(exp(x) + exp(-x)) / 2`` (TF op: Cosh)."""
    return Cosh(x, name=name)


@maps_sparse
def tanh(x, name=None):
    """``sinh(x) / cosh(x)`` (TF op: Tanh)."""
    return Tanh(x, name=name)


def asinh(x, name=None):
    """The inverse of ``sinh`` (TF op: Asinh)."""
    return Asinh(x, name=name)


def acosh(x, name=None):
    """The inverse of ``cosh`` for ``x >= 1`` (TF op: Acosh)."""
    return Acosh(x, name=name)


def atanh(x, name=None):
    """The inverse of ``tanh`` for ``|x| < 1`` (TF op: Atanh)."""
    return Atanh(x, name=name)


def _tanh_grad(y, dy):
    return np.multiply(dy, np.subtract(number("one", y), np.square(y)))


def _tanh_grad_gradient(op, grad):
    with control_dependencies([grad]):
        a, b = math_ops.conj(op.inputs[0]), math_ops.conj(op.inputs[1])
        return grad * -2.0 * b * a, TanhGrad(a, grad)


@of_input
def _atanh_gradient(grad, x):
    x2 = square(x)
    slope = reciprocal(math_ops.subtract(constant(1, dtype=grad.dtype), x2))
    return grad * slope


Sinh = elementwise("Sinh(x: T) -> (y: T)", np.sinh, of_input(lambda grad, x: grad * cosh(x)),
                   T=_FLOATING)
Cosh = elementwise("Cosh(x: T) -> (y: T)", np.cosh, of_input(lambda grad, x: grad * sinh(x)),
                   T=_FLOATING)
Tanh = elementwise("Tanh(x: T) -> (y: T)", np.tanh, of_output(lambda grad, y: TanhGrad(y, grad)),
                   T=_FLOATING)
TanhGrad = _gradient_op("TanhGrad(y: T, dy: T) -> (z: T)", _tanh_grad, _tanh_grad_gradient,
                        T=_FLOATING)


@TanhGrad.expression
def _(y, dy, T):
    one = literal("one", T)
    return one and f"{dy} * ({one} - np.square({y}))"


Asinh = elementwise("Asinh(x: T) -> (y: T)", np.arcsinh,
                    of_output(lambda grad, y: grad / cosh(y)), T=_FLOATING)
Acosh = elementwise("Acosh(x: T) -> (y: T)", np.arccosh,
                    of_output(lambda grad, y: grad / sinh(y)), T=_FLOATING)
Atanh = elementwise("Atanh(x: T) -> (y: T)", np.arctanh, _atanh_gradient, T=_FLOATING)


# ---- Sigmoid ----


def sigmoid(x, name=None):
    """``1 / (1 + exp(-x))`` (TF op: Sigmoid)."""
    with name_scope(name, "Sigmoid", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return Sigmoid(x, name=scope)


def log_sigmoid(x, name=None):
    """``log(sigmoid(x))``, computed as ``-softplus(-x)`` (TF op: Softplus)."""
    with name_scope(name, "LogSigmoid", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return Neg(registry.get("Softplus")(-x), name=scope)


def _sigmoid(x):
    one = number("one", x)
    result = np.exp(np.negative(x))
    if not isinstance(result, np.ndarray):  # of a scalar
        return np.divide(one, np.add(one, result))
    np.add(one, result, out=result)
    return np.divide(one, result, out=result)


def _sigmoid_grad(y, dy):
    return np.multiply(dy, np.multiply(y, np.subtract(number("one", y), y)))


def _sigmoid_grad_gradient(op, grad):
    with control_dependencies([grad]):
        a, b = math_ops.conj(op.inputs[0]), math_ops.conj(op.inputs[1])
        gb = grad * b
        return gb - 2.0 * gb * a, SigmoidGrad(a, grad)


Sigmoid = elementwise("Sigmoid(x: T) -> (y: T)", _sigmoid,
                      of_output(lambda grad, y: SigmoidGrad(y, grad)), T=_FLOATING)
SigmoidGrad = _gradient_op("SigmoidGrad(y: T, dy: T) -> (z: T)", _sigmoid_grad,
                           _sigmoid_grad_gradient, T=_FLOATING)


@SigmoidGrad.expression
def _(y, dy, T):
    one = literal("one", T)
    return one and f"{dy} * ({y} * ({one} - {y}))"


# ---- rounding ----


def floor(x, name=None):
    """The largest whole number not above ``x`` (TF op: Floor)."""
    return Floor(x, name=name)


def ceil(x, name=None):
    """The smallest whole number not below ``x`` (TF op: Ceil)."""
    return Ceil(x, name=name)


def rint(x, name=None):
    """The nearest whole number; halves go to the even one (TF op: Rint)."""
    return Rint(x, name=name)


def round(x, name=None):
    """The nearest whole number; halves go to the even one (TF op: Round). Integers pass."""
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.is_integer else Round(x, name=name)


def _round(x):
    return np.rint(x) if x.dtype.kind in "fc" else np.array(x)


def _flat(op, grad):
    return [None]


Floor = elementwise("Floor(x: T) -> (y: T)", np.floor, _flat, T=_FLOATS)
Ceil = elementwise("Ceil(x: T) -> (y: T)", np.ceil, _flat, T=_FLOATS)
Rint = elementwise("Rint(x: T) -> (y: T)", np.rint, _flat, T=_FLOATS)
Round = elementwise("Round(x: T) -> (y: T)", _round, _flat, T=_NUMBERS)


# ---- IsNan, IsInf, IsFinite ----


def is_nan(x, name=None):
    """True where ``x`` is NaN (TF op: IsNan)."""
    return IsNan(x, name=name)


def is_inf(x, name=None):
    """True where ``x`` is infinite (TF op: IsInf)."""
    return IsInf(x, name=name)


def is_finite(x, name=None):
    """True where ``x`` is neither infinite nor NaN (TF op: IsFinite)."""
    return IsFinite(x, name=name)


IsNan = elementwise("IsNan(x: T) -> (y: bool)", np.isnan, differentiable=False, T=_FLOATS)
IsInf = elementwise("IsInf(x: T) -> (y: bool)", np.isinf, differentiable=False, T=_FLOATS)
IsFinite = elementwise("IsFinite(x: T) -> (y: bool)", np.isfinite, differentiable=False, T=_FLOATS)
