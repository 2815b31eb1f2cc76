"""Special functions: the error function, gamma, beta and zeta functions, Bessel functions.

The kernels are SciPy's, which is imported when one runs first.
"""

import importlib

import numpy as np

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import UNKNOWN, merge_shapes
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import elementwise, list_text
from minitf.ops.sparse_map import maps_sparse
from minitf.ops.unary_ops import of_input
from minitf.ops.unbroadcast import unbroadcast

_FLOATS = "bfloat16 half float double"


def _scipy(function, *arrays):
    """``scipy.special.function(*arrays)`` in the dtype of the arrays; half is computed in float32.

    Raises:
      ImportError: SciPy is not installed.
    """
    try:
        special = importlib.import_module("scipy.special")
    except ImportError:
        raise ImportError(f"the special function {function!r} is computed by SciPy, which is not "
                          "installed: pip install scipy") from None
    dtype = arrays[0].dtype
    if dtype == np.float16:
        arrays = [array.astype(np.float32) for array in arrays]
    return np.asarray(getattr(special, function)(*arrays)).astype(dtype)


# ---- Erf, Erfc ----


@maps_sparse
def erf(x, name=None):
    """The error function, ``2 / sqrt(pi) * integral of exp(-t**2) from 0 to x`` (TF op: Erf)."""
    return Erf(x, name=name)


def erfc(x, name=None):
    """``1 - erf(x)``, exact for large ``x`` (TF op: Erfc)."""
    return Erfc(x, name=name)


def _erf_gradient_times(factor):
    def rule(op, grad):
        scale = constant(factor, dtype=grad.dtype)
        with control_dependencies([grad]):
            x = math_ops.conj(op.inputs[0])
            return grad * scale * math_ops.exp(-math_ops.square(x))

    return rule


Erf = elementwise("Erf(x: T) -> (y: T)", lambda x: _scipy("erf", x),
                  _erf_gradient_times(2 / np.sqrt(np.pi)), T=_FLOATS)
Erfc = elementwise("Erfc(x: T) -> (y: T)", lambda x: _scipy("erfc", x),
                   _erf_gradient_times(-2 / np.sqrt(np.pi)), T=_FLOATS)


# ---- Lgamma, Digamma, Polygamma, Zeta ----


def lgamma(x, name=None):
    """The logarithm of the absolute value of the gamma function (TF op: Lgamma)."""
    return Lgamma(x, name=name)


def digamma(x, name=None):
    """The derivative of ``lgamma`` (TF op: Digamma)."""
    return Digamma(x, name=name)


def polygamma(a, x, name=None):
    """The derivative of order ``a`` of ``digamma`` at ``x`` (TF op: Polygamma)."""
    return Polygamma(a, x, name=name)


def zeta(x, q, name=None):
    """Hurwitz' zeta function, ``sum((n + q)**-x for n = 0, 1, ...)`` (TF op: Zeta)."""
    return Zeta(x, q, name=name)


def _digamma(x):
    pole = np.logical_and(x <= 0, x == np.floor(x))
    return np.where(pole, x.dtype.type(np.inf), _scipy("psi", x))


def _polygamma(a, x):
    sign = np.where(np.remainder(a, 2) == 0, x.dtype.type(-1), x.dtype.type(1))
    one = a.dtype.type(1)
    higher = sign * _scipy("gamma", a + one) * _scipy("zeta", a + one, x)
    higher = np.where(a == np.floor(a), higher, x.dtype.type(np.nan))
    return np.where(a == 0, _digamma(x), higher).astype(x.dtype)


@of_input
def _digamma_gradient(grad, x):
    slope = polygamma(constant(1, dtype=x.dtype), x)
    return grad * slope


def _polygamma_gradient(op, grad):
    n, x = op.inputs
    _, to_x = unbroadcast(n, x)
    with control_dependencies([grad]):
        partial_x = polygamma(n + 1, x)
        return None, to_x(partial_x * grad)


def _zeta_gradient(op, grad):
    x, q = op.inputs
    _, to_q = unbroadcast(x, q)
    with control_dependencies([grad]):
        partial_q = -x * zeta(x + 1, q)
        return None, to_q(partial_q * grad)


Lgamma = elementwise("Lgamma(x: T) -> (y: T)", lambda x: _scipy("gammaln", x),
                     of_input(lambda grad, x: grad * digamma(x)), T=_FLOATS)
Digamma = elementwise("Digamma(x: T) -> (y: T)", _digamma, _digamma_gradient, T=_FLOATS)
Polygamma = elementwise("Polygamma(a: T, x: T) -> (z: T)", _polygamma, _polygamma_gradient,
                        T="float double")
Zeta = elementwise("Zeta(x: T, q: T) -> (z: T)", lambda x, q: _scipy("zeta", x, q), _zeta_gradient,
                   T="float double")


# ---- Igamma, Igammac, IgammaGradA ----


def igamma(a, x, name=None):
    """The lower regularized incomplete gamma function P(a, x) (TF op: Igamma)."""
    return Igamma(a, x, name=name)


def igammac(a, x, name=None):
    """The upper regularized incomplete gamma function, ``1 - igamma(a, x)`` (TF op: Igammac)."""
    return Igammac(a, x, name=name)


def _igamma_grad_a(a, x):
    """dP/da by the series P = sum(x**(a + n) * exp(-x) / gamma(a + n + 1)), term by term."""
    dtype = a.dtype
    a, x = np.broadcast_arrays(a.astype(np.float64), x.astype(np.float64))
    steps = int(np.max(np.where(np.isfinite(x), x, 0), initial=0))
    steps += int(12 * np.sqrt(steps)) + 60
    term = np.exp(a * np.log(x) - x - _scipy("gammaln", a + 1))
    log_x, psi, total = np.log(x), _scipy("psi", a + 1), np.zeros(x.shape)
    for n in range(1, steps + 1):
        total = total + term * (log_x - psi)
        term, psi = term * x / (a + n), psi + 1 / (a + n)
    return np.where(x == 0, 0, np.where(a > 0, total, np.nan)).astype(dtype)


def _igamma_gradient(op, grad):
    a, x = op.inputs
    to_a, to_x = unbroadcast(a, x)
    with control_dependencies([grad]):
        partial_a = IgammaGradA(a, x)
        partial_x = math_ops.exp(-x + (a - 1) * math_ops.log(x) - lgamma(a))
        return to_a(partial_a * grad), to_x(partial_x * grad)


def _igammac_gradient(op, grad):
    grad_a, grad_x = _igamma_gradient(op, grad)
    return -grad_a, -grad_x


def _igamma(a, x):
    inside = np.where(a > 0, _scipy("gammainc", a, x), x.dtype.type(np.nan))
    return np.where(x == 0, x.dtype.type(0), inside)


def _igammac(a, x):
    return np.where(a > 0, _scipy("gammaincc", a, x), x.dtype.type(np.nan))


Igamma = elementwise("Igamma(a: T, x: T) -> (z: T)", _igamma, _igamma_gradient, T="float double")
Igammac = elementwise("Igammac(a: T, x: T) -> (z: T)", _igammac, _igammac_gradient,
                      T="float double")
IgammaGradA = elementwise("IgammaGradA(a: T, x: T) -> (z: T)", _igamma_grad_a, T="float double")


# ---- Betainc ----


def betainc(a, b, x, name=None):
    """The regularized incomplete beta function I_x(a, b) (TF op: Betainc).

    ``a``, ``b`` and ``x`` have one shape, or are scalars.
    """
    return Betainc(a, b, x, name=name)


Betainc = op("Betainc(a: T, b: T, x: T) -> (z: T)", T="float double")


@Betainc.shape
def _(a, b, x):
    shapes = [tensor.shape for tensor in (a, b, x)]
    result = next((shape for shape in shapes if shape.ndims not in (0, None)), None)
    if result is None:
        return shapes[0] if all(shape.ndims == 0 for shape in shapes) else UNKNOWN
    for shape in shapes:
        if shape.ndims not in (0, None):
            result = merge_shapes(result, shape)
    return result


@Betainc.kernel
def _(a, b, x):
    return _scipy("betainc", a, b, x)


@Betainc.explain
def _(a, b, x):
    shapes = [(name, np.shape(value)) for name, value in (("a", a), ("b", b), ("x", x))
              if np.ndim(value)]
    for name, shape in shapes[1:]:
        if shape != shapes[0][1]:
            return (f"Shapes of {shapes[0][0]} and {name} are inconsistent: "
                    f"{list_text(shapes[0][1])} vs. {list_text(shape)}")
    return None


@Betainc.gradient
def _(op, grad):
    a, b, x = op.inputs
    _, to_x = unbroadcast(a, x)
    log_beta = lgamma(a) + lgamma(b) - lgamma(a + b)
    partial_x = math_ops.exp((b - 1) * math_ops.log(1 - x) + (a - 1) * math_ops.log(x) - log_beta)
    return None, None, to_x(partial_x * grad)


def lbeta(x, name=None):
    """The logarithm of the beta function: ``sum(lgamma(x)) - lgamma(sum(x))`` over axis -1."""
    with name_scope(name, "lbeta", [x]):
        x = convert_to_tensor(x, name="x")
        log_prod_gamma_x = math_ops.reduce_sum(lgamma(x), axis=[-1])
        sum_x = math_ops.reduce_sum(x, axis=[-1])
        return log_prod_gamma_x - lgamma(sum_x)


# ---- BesselI0e, BesselI1e ----


@maps_sparse
def bessel_i0e(x, name=None):
    """The modified Bessel function of order 0, times ``exp(-|x|)`` (TF op: BesselI0e)."""
    return BesselI0e(x, name=name)


@maps_sparse
def bessel_i1e(x, name=None):
    """The modified Bessel function of order 1, times ``exp(-|x|)`` (TF op: BesselI1e)."""
    return BesselI1e(x, name=name)


def bessel_i0(x, name=None):
    """The modified Bessel function of order 0."""
    with name_scope(name, "bessel_i0", [x]):
        return math_ops.exp(math_ops.abs(x)) * bessel_i0e(x)


def bessel_i1(x, name=None):
    """The modified Bessel function of order 1."""
    with name_scope(name, "bessel_i1", [x]):
        return math_ops.exp(math_ops.abs(x)) * bessel_i1e(x)


def _bessel_i0e_gradient(op, grad):
    x, y = op.inputs[0], op.outputs[0]
    with control_dependencies([grad]):
        partial_x = bessel_i1e(x) - math_ops.sign(x) * y
        return grad * partial_x


def _bessel_i1e_gradient(op, grad):
    """``i0e(x) - y * (sign(x) + 1 / x)``, and its limit 0.5 at 0."""
    x, y = op.inputs[0], op.outputs[0]
    with control_dependencies([grad]):
        eps = np.finfo(x.dtype.as_numpy_dtype).eps
        zeros = array_ops.zeros_like(x)
        x_is_not_tiny = math_ops.abs(x) > eps
        safe_x = array_ops.where(x_is_not_tiny, x, eps + zeros)
        dy_dx = bessel_i0e(safe_x) - y * (math_ops.sign(safe_x) + math_ops.reciprocal(safe_x))
        dy_dx = array_ops.where(x_is_not_tiny, dy_dx, 0.5 + zeros)
        return grad * dy_dx


BesselI0e = elementwise("BesselI0e(x: T) -> (y: T)", lambda x: _scipy("i0e", x),
                        _bessel_i0e_gradient, T=_FLOATS)
BesselI1e = elementwise("BesselI1e(x: T) -> (y: T)", lambda x: _scipy("i1e", x),
                        _bessel_i1e_gradient, T=_FLOATS)
