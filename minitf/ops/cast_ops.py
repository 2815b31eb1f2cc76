"""Casts between dtypes, and complex numbers."""

import warnings

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, is_dense_tensor_like, name_scope
from minitf.framework.indexed_slices import IndexedSlices, SparseTensorBase
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import elementwise
from minitf.ops.unbroadcast import unbroadcast

# ---- Cast ----


def cast(x, dtype, name=None):
    """``x`` in another dtype (TF op: Cast); a tensor of that dtype passes.

    Floats lose their fraction when cast to integers, complex numbers their imaginary part when cast
    to reals; bool is ``x != 0``.

    Args:
      x: a tensor, SparseTensor or IndexedSlices, of any numeric dtype or bool.
      dtype: the dtype of the result.

    Raises:
      TypeError: ``dtype`` is none.
    """
    dtype = dtypes.as_dtype(dtype).base_dtype
    if is_dense_tensor_like(x) and x.dtype == dtype:
        return x  # a resource variable is read by the op that takes it
    with name_scope(name, "Cast", [x]) as scope:
        if isinstance(x, SparseTensorBase):
            return type(x)(x.indices, cast(x.values, dtype, name=scope), x.dense_shape)
        if isinstance(x, IndexedSlices):
            return IndexedSlices(cast(x.values, dtype, name=scope), x.indices, x.dense_shape)
        x = convert_to_tensor(x, name="x")
        if x.dtype.base_dtype != dtype:
            if x.dtype.is_complex and dtype.is_floating:
                warnings.warn("Casting complex to real discards imaginary part.", stacklevel=2)
            x = Cast(x, DstT=dtype, name=scope)
        return x


Cast = op("Cast(x: SrcT; SrcT, DstT, Truncate: bool = False) -> (y: DstT)")


@Cast.shape
def _(x):
    return x.shape


@Cast.kernel
def _(x, SrcT, DstT, Truncate):
    if dtypes.string in (SrcT, DstT) and SrcT != DstT:
        raise errors.UnimplementedError(
            None, None, f"Cast {SrcT.opdef_name} to {DstT.opdef_name} is not supported")
    if SrcT.is_complex and not DstT.is_complex:
        x = np.real(x)
    if Truncate and DstT == dtypes.float16:
        x = _towards_zero(x)
    return x.astype(DstT.as_numpy_dtype)


def _towards_zero(x):
    """Numbers that float16 holds exactly, none larger in size than in ``x``."""
    rounded = x.astype(np.float16)
    smaller = np.nextafter(rounded, np.float16(0))
    return np.where(np.abs(rounded.astype(x.dtype)) > np.abs(x), smaller, rounded)


_DIFFERENTIABLE = frozenset([dtypes.float16, dtypes.float32, dtypes.float64, dtypes.bfloat16,
                             dtypes.complex64, dtypes.complex128])


@Cast.gradient
def _(op, grad):
    source = op.inputs[0].dtype.base_dtype
    if source in _DIFFERENTIABLE and grad.dtype.base_dtype in _DIFFERENTIABLE:
        return cast(grad, source)
    return None


def saturate_cast(value, dtype, name=None):
    """``value`` in another dtype; numbers out of its range become its smallest or largest."""
    with name_scope(name, "saturate_cast", [value]) as scope:
        value = convert_to_tensor(value, name="value")
        dtype = dtypes.as_dtype(dtype).base_dtype
        if value.dtype.min < dtype.min:
            low = convert_to_tensor(dtype.min, dtype=value.dtype, name="min")
            value = math_ops.maximum(value, low)
        if value.dtype.max > dtype.max:
            high = convert_to_tensor(dtype.max, dtype=value.dtype, name="max")
            value = math_ops.minimum(value, high)
        return cast(value, dtype, name=scope)


def to_float(x, name="ToFloat"):
    """``cast(x, float32)``."""
    return cast(x, dtypes.float32, name=name)


def to_double(x, name="ToDouble"):
    """``cast(x, float64)``."""
    return cast(x, dtypes.float64, name=name)


def to_int32(x, name="ToInt32"):
    """``cast(x, int32)``."""
    return cast(x, dtypes.int32, name=name)


def to_int64(x, name="ToInt64"):
    """``cast(x, int64)``."""
    return cast(x, dtypes.int64, name=name)


def to_bfloat16(x, name="ToBFloat16"):
    """``cast(x, bfloat16)``."""
    return cast(x, dtypes.bfloat16, name=name)


def to_complex64(x, name="ToComplex64"):
    """``cast(x, complex64)``."""
    return cast(x, dtypes.complex64, name=name)


def to_complex128(x, name="ToComplex128"):
    """``cast(x, complex128)``."""
    return cast(x, dtypes.complex128, name=name)


# ---- Complex, Real, Imag, Angle, ComplexAbs, Conj ----


def complex(real, imag, name=None):
    """``real + i * imag`` of two tensors of float32, or of float64 (TF op: Complex).

    Raises:
      TypeError: other dtypes, or two that differ.
    """
    real = convert_to_tensor(real, name="real")
    imag = convert_to_tensor(imag, name="imag")
    with name_scope(name, "Complex", [real, imag]) as scope:
        if real.dtype == imag.dtype == dtypes.float64:
            result_dtype = dtypes.complex128
        elif real.dtype == imag.dtype == dtypes.float32:
            result_dtype = dtypes.complex64
        else:
            raise TypeError("real and imag have incorrect types: "
                            f"{real.dtype.name} {imag.dtype.name}")
        return Complex(real, imag, Tout=result_dtype, name=scope)


def _complex(real, imag, Tout):
    result = np.empty(np.broadcast_shapes(np.shape(real), np.shape(imag)), Tout.as_numpy_dtype)
    result.real = real
    result.imag = imag
    return result


def _complex_gradient(op, grad):
    to_real, to_imag = unbroadcast(*op.inputs)
    return to_real(real(grad)), to_imag(imag(grad))


Complex = elementwise("Complex(real: T, imag: T; T: type = float, Tout: type = complex64)"
                      " -> (out: Tout)", _complex, _complex_gradient, T="float double",
                      Tout="complex64 complex128")


def _zero_part(grad):
    return constant(0, dtype=grad.dtype)


def _real_gradient(op, grad):
    zero = _zero_part(grad)
    return complex(grad, zero)


def _imag_gradient(op, grad):
    zero = _zero_part(grad)
    return complex(zero, grad)


def _angle_gradient(op, grad):
    x = op.inputs[0]
    with control_dependencies([grad]):
        re, im = real(x), imag(x)
        z = math_ops.reciprocal(complex(im, re))
        return -complex(grad, _zero_part(grad)) * z


def _complex_abs_gradient(op, grad):
    towards = complex(grad, array_ops.zeros_like(grad)) * op.inputs[0]
    size = op.outputs[0]
    return math_ops.div_no_nan(towards, complex(size, array_ops.zeros_like(size)))


def _of_complex(name, input, output, function, gradient):
    return elementwise(f"{name}({input}: T; T: type = complex64, Tout: type = float)"
                       f" -> ({output}: Tout)", function, gradient, T="complex64 complex128",
                       Tout="float double")


Real = _of_complex("Real", "input", "output", lambda input: np.array(input.real), _real_gradient)
Imag = _of_complex("Imag", "input", "output", lambda input: np.array(input.imag), _imag_gradient)
Angle = _of_complex("Angle", "input", "output", lambda input: np.angle(input), _angle_gradient)
ComplexAbs = _of_complex("ComplexAbs", "x", "y", np.abs, _complex_abs_gradient)


def real(input, name=None):
    """The real part (TF op: Real); real tensors pass."""
    with name_scope(name, "Real", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        if input.dtype.is_complex:
            return Real(input, Tout=input.dtype.real_dtype, name=scope)
        return input


def imag(input, name=None):
    """The imaginary part (TF op: Imag); zeros for real tensors."""
    with name_scope(name, "Imag", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        if input.dtype.is_complex:
            return Imag(input, Tout=input.dtype.real_dtype, name=scope)
        return array_ops.zeros_like(input)


def angle(input, name=None):
    """The angle of complex numbers, in [-pi, pi] (TF op: Angle); zeros for real tensors."""
    with name_scope(name, "Angle", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        if input.dtype.is_complex:
            return Angle(input, Tout=input.dtype.real_dtype, name=scope)
        return array_ops.zeros_like(input)


def conj(x, name=None):
    """The complex conjugate (TF op: Conj); real tensors pass.

    Raises:
      TypeError: a tensor that is not numeric.
    """
    if isinstance(x, Tensor) and (x.dtype.is_floating or x.dtype.is_integer):
        return x
    with name_scope(name, "Conj", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex or x.dtype == dtypes.variant:
            return Conj(x, name=scope)
        if x.dtype.is_floating or x.dtype.is_integer:
            return x
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")


Conj = elementwise("Conj(input: T; T: type = complex64) -> (output: T)", np.conj,
                   lambda op, grad: conj(grad), T="complex64 complex128 variant")
