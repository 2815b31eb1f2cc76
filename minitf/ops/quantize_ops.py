"""Quantization to signed or unsigned integers and back, with 0 kept as it is."""

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.ops.common_shapes import with_rank

_FLOATS = "bfloat16 half float double"


def quantize_and_dequantize(input, input_min, input_max, signed_input=True, num_bits=8,
                            range_given=False, round_mode="HALF_TO_EVEN", name=None,
                            narrow_range=False):
    """Floats rounded to what integers of ``num_bits`` hold, times a scale that fits their range.

    Args:
      input: a float tensor.
      input_min, input_max: the range, scalars of its dtype; values outside are clamped.
      signed_input: integers are signed.
      num_bits: bits of an integer, the sign among them.
      range_given: False takes the smallest and largest element for the range.
      round_mode: "HALF_TO_EVEN" or "HALF_UP".
      name: the operation's name (TF op: QuantizeAndDequantizeV2).
      narrow_range: leave the lowest signed integer out.
    """
    return QuantizeAndDequantizeV2(
        input, input_min, input_max, signed_input=signed_input, num_bits=num_bits,
        range_given=range_given, round_mode=round_mode, narrow_range=narrow_range, name=name)


QuantizeAndDequantizeV2 = op(
    "QuantizeAndDequantizeV2(input: T, input_min: T, input_max: T; signed_input: bool = True,"
    " num_bits: int = 8, range_given: bool = False, T,"
    " round_mode: string in {'HALF_TO_EVEN', 'HALF_UP'} = 'HALF_TO_EVEN',"
    " narrow_range: bool = False) -> (output: T)", T=_FLOATS)
QuantizeAndDequantizeV3 = op(
    "QuantizeAndDequantizeV3(input: T, input_min: T, input_max: T, num_bits: int32;"
    " signed_input: bool = True, range_given: bool = True, T, narrow_range: bool = False)"
    " -> (output: T)", T=_FLOATS)


def _shape(input, input_min, input_max):
    with_rank(input_min.shape, 0)
    with_rank(input_max.shape, 0)
    return input.shape


QuantizeAndDequantizeV2.shape(_shape)
QuantizeAndDequantizeV3.shape(_shape)


def _quantized(x, low, high, signed, bits, range_given, narrow, round_):
    if not 0 < bits < (62 if signed else 63):
        raise errors.InvalidArgumentError(
            None, None, f"num_bits is out of range: {bits} with signed_input_ {int(signed)}")
    if range_given and low > high:
        raise errors.InvalidArgumentError(
            None, None, f"Invalid range: input_min {low:g} > input_max {high:g}")
    if x.size == 0:
        return x
    if not range_given:
        low, high = x.min(), x.max()
    number = x.dtype.type
    lowest = number(-(1 << (bits - 1)) + narrow if signed else 0)
    highest = number((1 << (bits - signed)) - 1)
    # The side that needs the smaller scale decides; the other end of the range follows it.
    largest = np.finfo(x.dtype).max
    of_low = lowest / low if lowest * low > 0 else largest
    of_high = highest / high if highest * high > 0 else largest
    if of_low < of_high:
        scale, inverse = of_low, low / lowest
        high = highest * inverse
    else:
        scale, inverse = of_high, high / highest
        low = lowest * inverse
    if range_given:
        x = np.maximum(np.minimum(x, number(high)), number(low))
    return (round_(x * number(scale)) * number(inverse)).astype(x.dtype, copy=False)


def _half_up(x):
    return np.floor(x + x.dtype.type(0.5))


@QuantizeAndDequantizeV2.kernel
def _(input, input_min, input_max, signed_input, num_bits, range_given, round_mode, narrow_range):
    round_ = np.rint if round_mode == b"HALF_TO_EVEN" else _half_up
    return _quantized(np.asarray(input), input_min, input_max, signed_input, num_bits, range_given,
                      narrow_range, round_)


@QuantizeAndDequantizeV3.kernel
def _(input, input_min, input_max, num_bits, signed_input, range_given, narrow_range):
    return _quantized(np.asarray(input), input_min, input_max, signed_input, int(num_bits),
                      range_given, narrow_range, np.rint)


@QuantizeAndDequantizeV2.gradient
def _(op, grad):
    return grad, None, None


@QuantizeAndDequantizeV3.gradient
def _(op, grad):
    return grad, None, None, None
