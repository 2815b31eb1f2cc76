"""Discrete cosine transforms, composed of rfft and irfft."""

import math

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor_shape import dimension_value
from minitf.ops import array_ops, fft_ops, math_ops


def dct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The discrete cosine transform over the last axis, of type I, II or III.

    Args:
      input: float32.
      type: 1, 2 or 3.
      n: cut the axis, or fill it with zeros, to this length first.
      axis: -1.
      norm: None, or "ortho" for types 2 and 3: the orthonormal transform.
      name: the name scope.

    Raises:
      ValueError: another type or norm, or too short an axis.  NotImplementedError: another axis.
    """
    _check_arguments(input, type, n, axis, norm)
    with name_scope(name, "dct", [input]):
        x = convert_to_tensor(input, dtype=dtypes.float32)
        length = _last_dimension(x)
        if n is not None:
            x = _with_length(x, n, length)
        length = _last_dimension(x)
        length_float = math_ops.cast(length, dtypes.float32)
        if type == 1:
            mirrored = array_ops.concat([x, x[..., -2:0:-1]], axis=-1)
            return math_ops.real(fft_ops.rfft(mirrored))
        transform = _dct2 if type == 2 else _dct3
        return transform(x, length, length_float, norm)


def idct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The inverse of dct, but for a factor: dct of type 1 for 1, 3 for 2 and 2 for 3."""
    _check_arguments(input, type, n, axis, norm)
    return dct(input, type={1: 1, 2: 3, 3: 2}[type], n=n, axis=axis, norm=norm, name=name)


def _check_arguments(x, type, n, axis, norm):
    if axis != -1:
        raise NotImplementedError(f"axis must be -1. Got: {axis}")
    if n is not None and n < 1:
        raise ValueError("n should be a positive integer or None")
    if type not in (1, 2, 3):
        raise ValueError("Only Types I, II and III (I)DCT are supported.")
    if type == 1:
        if norm == "ortho":
            raise ValueError("Normalization is not supported for the Type-I DCT.")
        if x.shape[-1] is not None and x.shape[-1] < 2:
            raise ValueError("Type-I DCT requires the dimension to be greater than one.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")


def _last_dimension(x):
    return dimension_value(x.shape[-1]) or array_ops.shape(x)[-1]


def _with_length(x, n, length):
    if n <= length:
        return x[..., 0:n]
    paddings = [[0, 0] for _ in range(len(x.shape))]
    paddings[-1][1] = n - length
    return array_ops.pad(x, paddings=convert_to_tensor(paddings, dtype=dtypes.int32))


def _dct2(x, length, length_float, norm):
    scale = 2.0 * math_ops.exp(math_ops.complex(
        0.0, -math_ops.range(length_float) * math.pi * 0.5 / length_float))
    result = math_ops.real(fft_ops.rfft(x, fft_length=[2 * length])[..., :length] * scale)
    if norm == "ortho":
        first = 0.5 * math_ops.rsqrt(length_float)
        others = first * math_ops.sqrt(2.0)
        result *= _weights(first, others, length)
    return result


def _dct3(x, length, length_float, norm):
    if norm == "ortho":
        first = math_ops.sqrt(length_float)
        others = first * math_ops.sqrt(0.5)
        x *= _weights(first, others, length)
    else:
        x *= length_float
    scale = 2.0 * math_ops.exp(math_ops.complex(
        0.0, math_ops.range(length_float) * math.pi * 0.5 / length_float))
    spectrum = scale * math_ops.complex(x, 0.0)
    return math_ops.real(fft_ops.irfft(spectrum, fft_length=[2 * length]))[..., :length]


def _weights(first, others, length):
    return array_ops.pad(array_ops.expand_dims(first, 0), [[0, length - 1]], constant_values=others)
