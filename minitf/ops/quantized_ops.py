"""Floats as quantized integers, and back: tf.quantize, tf.dequantize, tf.quantized_concat.

Modes say how integers from ``lowest`` to ``highest`` cover the range from ``low`` to ``high``:

    MIN_COMBINED   low is lowest, high is highest
    MIN_FIRST      the same, with low moved to the nearest multiple of a step, so that 0 is exact
    SCALED         0 is 0, and the range is as large as both ends need
"""

import numpy as np

from minitf.framework.registry import op
from minitf.ops.array_join_ops import concat_shape
from minitf.ops.common_shapes import SCALAR, with_rank
from minitf.ops.sparse_index import invalid

_QUANTIZED = "qint8 quint8 qint32 qint16 quint16"


def _integers(dtype):
    """The NumPy integer type that holds a quantized type."""
    return dtype.as_numpy_dtype[0]


def _limits(dtype):
    info = np.iinfo(_integers(dtype))
    return info.min, info.max


# ---- QuantizeV2 ----


def quantize(input, min_range, max_range, T, mode="MIN_COMBINED", round_mode="HALF_AWAY_FROM_ZERO",
             name=None):
    """Floats as quantized integers (TF op: QuantizeV2).

    Args:
      input: a float32 tensor; what is outside of the range is clamped.
      min_range, max_range: the range, float32 scalars.
      T: the quantized dtype, tf.qint8 or its like.
      mode: "MIN_COMBINED", "MIN_FIRST" or "SCALED".
      round_mode: "HALF_AWAY_FROM_ZERO" or, for "SCALED", "HALF_TO_EVEN".
      name: the operation's name.

    Returns:
      (output, output_min, output_max): the integers, and the range that they cover, which may be a
      little larger than what was asked for.
    """
    return QuantizeV2(input, min_range, max_range, T=T, mode=mode, round_mode=round_mode, name=name)


def quantize_v2(input, min_range, max_range, T, mode="MIN_COMBINED", name=None,
                round_mode="HALF_AWAY_FROM_ZERO"):
    """``quantize`` with its arguments in another order."""
    return quantize(input, min_range, max_range, T, mode, round_mode, name)


_MODE = "mode: string in {'MIN_COMBINED', 'MIN_FIRST', 'SCALED'} = 'MIN_COMBINED'"
QuantizeV2 = op(
    f"QuantizeV2(input: float, min_range: float, max_range: float; T, {_MODE},"
    " round_mode: string in {'HALF_AWAY_FROM_ZERO', 'HALF_TO_EVEN'} = 'HALF_AWAY_FROM_ZERO')"
    " -> (output: T, output_min: float, output_max: float)", T=_QUANTIZED)


@QuantizeV2.shape
def _(input, min_range, max_range):
    with_rank(min_range.shape, 0)
    with_rank(max_range.shape, 0)
    return [input.shape, SCALAR, SCALAR]


@QuantizeV2.kernel
def _(input, min_range, max_range, T, mode, round_mode):
    if round_mode == b"HALF_TO_EVEN" and mode != b"SCALED":
        raise invalid("Round mode 'HALF_TO_EVEN' only supported for mode 'SCALED', but mode is "
                      f"'{mode.decode()}'.")
    if min_range > max_range:
        raise invalid("input_max_range must be larger than input_min_range.")
    low, high = _widened(np.float32(min_range), np.float32(max_range))
    x = np.asarray(input)
    if mode == b"MIN_COMBINED":
        integers = _combined(x, low, high, T)
    elif mode == b"MIN_FIRST":
        integers = to_integers(x, low, high, T)
    else:
        integers, low, high = _scaled(x, low, high, T, round_mode)
    return integers.view(T.as_numpy_dtype), low, high


def _widened(low, high):
    """The range made to have 0 in it, and some width."""
    epsilon = np.maximum(np.float32(1), np.maximum(abs(low), abs(high))) / np.float32(100)
    new_low = np.minimum(np.float32(0), low)
    return new_low, np.maximum(np.float32(0), np.maximum(high, new_low + epsilon))


def _half_away(x):
    """Rounded; halves away from zero."""
    return np.trunc(x + np.copysign(np.float32(0.5), x))


def _combined(x, low, high, dtype):
    lowest, highest = _limits(dtype)
    scale = np.float32(highest - lowest) / (high - low)
    steps = (np.clip(x, low, high) - low) * scale
    if lowest < 0:
        steps = _half_away(steps - np.float32((highest - lowest + 1) / 2))
    else:
        steps = steps + np.float32(0.5)
    return _saturated(steps, dtype)


def _saturated(x, dtype):
    """Floats cut to integers; what no int32 can be becomes the least one, as processors do it."""
    numbers = np.trunc(x.astype(np.float64))
    fits = (numbers >= -2**31) & (numbers < 2**31)
    return np.where(fits, numbers, -2**31).astype(np.int32).astype(_integers(dtype))


def to_integers(x, low, high, dtype):
    """Floats as integers by the rule MIN_FIRST, in float32."""
    lowest, highest = map(np.float32, _limits(dtype))
    if low == high:
        return np.zeros(x.shape, _integers(dtype))
    scale = np.float32(_steps(dtype) / (np.float64(high) - np.float64(low)))
    numbers = _half_away(x * scale) - (_half_away(low * scale) - lowest)
    if highest >= 2**31:
        highest = np.nextafter(highest, np.float32(0))  # the largest that an int32 can be
    return np.clip(numbers, lowest, highest).astype(_integers(dtype))


def _steps(dtype):
    lowest, highest = _limits(dtype)
    return float(highest) - float(lowest)


def _scaled(x, low, high, dtype, round_mode):
    lowest, highest = map(np.float32, _limits(dtype))
    largest = np.finfo(np.float32).max
    from_low = lowest / low if lowest * low > 0 else largest
    from_high = highest / high if highest * high > 0 else largest
    scale = min(from_low, from_high)
    low, high = lowest / scale, highest / scale
    scaled = np.clip(x, low, high) * scale
    rounded = np.rint(scaled) if round_mode == b"HALF_TO_EVEN" else _half_away(scaled)
    return _saturated(rounded, dtype), np.float32(low), np.float32(high)


# ---- Dequantize ----


def dequantize(input, min_range, max_range, mode="MIN_COMBINED", name=None):
    """Quantized integers as float32 (TF op: Dequantize).

    Args:
      input: a quantized tensor.
      min_range, max_range: the range that it covers, float32 scalars.
      mode: "MIN_COMBINED", "MIN_FIRST" or "SCALED", as it was quantized.
      name: the operation's name.
    """
    return Dequantize(input, min_range, max_range, mode=mode, name=name)


Dequantize = op(f"Dequantize(input: T, min_range: float, max_range: float; T, {_MODE})"
                " -> (output: float)", T=_QUANTIZED)


@Dequantize.shape
def _(input, min_range, max_range):
    with_rank(min_range.shape, 0)
    with_rank(max_range.shape, 0)
    return input.shape


@Dequantize.kernel
def _(input, min_range, max_range, T, mode):
    low, high = np.float32(min_range), np.float32(max_range)
    lowest, highest = _limits(T)
    numbers = np.asarray(input).view(_integers(T))
    if mode == b"MIN_FIRST":
        return to_floats(numbers, low, high, T)
    if mode == b"SCALED":
        scale = high / np.float32(highest)
        if lowest:
            scale = max(low / np.float32(lowest), scale)
        return numbers.astype(np.float32) * scale
    half = np.float32((highest - lowest + 1) / 2 if lowest else 0)
    scale = (high - low) / np.float32(highest - lowest)
    return (numbers.astype(np.float32) + half) * scale + low


def to_floats(numbers, low, high, dtype):
    """Integers as floats by the rule MIN_FIRST."""
    lowest, _ = _limits(dtype)
    if low == high:
        return np.full(numbers.shape, low, np.float32)
    step = (np.float64(high) - np.float64(low)) / _steps(dtype)
    first = np.round(low / step) * step
    return ((numbers.astype(np.float64) - lowest) * step + first).astype(np.float32)


# ---- QuantizedConcat ----


def quantized_concat(concat_dim, values, input_mins, input_maxes, name=None):
    """Quantized tensors of several ranges joined, as one of a range that has them all.

    Args:
      concat_dim: the axis, an int32 scalar.
      values: a list of tensors of one quantized dtype.
      input_mins, input_maxes: lists of their ranges, float32 scalars.
      name: the operation's name (TF op: QuantizedConcat).

    Returns:
      (output, output_min, output_max).
    """
    return QuantizedConcat(concat_dim, values, input_mins, input_maxes, name=name)


QuantizedConcat = op(
    "QuantizedConcat(concat_dim: int32, values: N * T, input_mins: N * float,"
    " input_maxes: N * float; N: int >= 2, T) -> (output: T, output_min: float, output_max: float)"
)


@QuantizedConcat.shape
def _(concat_dim, values, input_mins, input_maxes):
    for bound in (*input_mins, *input_maxes):
        with_rank(bound.shape, 0)
    return [concat_shape(values, concat_dim), SCALAR, SCALAR]


@QuantizedConcat.kernel
def _(concat_dim, values, input_mins, input_maxes, T):
    low = np.minimum(np.float32(0), np.min(input_mins).astype(np.float32))
    high = np.max(input_maxes).astype(np.float32)
    parts = []
    for value, value_low, value_high in zip(values, input_mins, input_maxes):
        numbers = np.asarray(value).view(_integers(T))
        if value_low != low or value_high != high:
            numbers = to_integers(to_floats(numbers, value_low, value_high, T), low, high, T)
        parts.append(numbers)
    return np.concatenate(parts, axis=int(concat_dim)).view(T.as_numpy_dtype), low, high
