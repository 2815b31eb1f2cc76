"""Fake quantization: floats rounded to what few bits can hold, and still floats.

A range [min, max] is cut in ``2 ** num_bits - 1`` steps, and shifted a little so that 0 is on a
step; values are clamped to the range and rounded to the nearest step. The gradient passes within
the range. Used to train networks that will run on integers (Jacob et al., arXiv:1712.05877).
"""

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.ops.common_shapes import (
    SCALAR,
    merge_dims,
    merge_shapes,
    shape_of,
    with_rank,
    with_rank_at_least,
)

_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)


# ---- the arithmetic, in float32 ----


def _nudged(low, high, num_bits, narrow_range):
    """(low, high, step) of the range, shifted so that 0 is on a step; scalars or vectors."""
    if not 2 <= num_bits <= 16:
        raise errors.InvalidArgumentError(None, None,
                                          "num_bits must be between 2 and 16, inclusive")
    first, last = np.float32(1 if narrow_range else 0), np.float32(2 ** num_bits - 1)
    low, high = np.asarray(low, np.float32), np.asarray(high, np.float32)
    step = (high - low) / (last - first)
    zero = first - low / step
    zero = np.where(zero < first, first, np.where(zero > last, last, np.floor(zero + _HALF)))
    zero = zero.astype(np.float32)
    return (first - zero) * step, (last - zero) * step, step


def _rounded(x, low, high, step, divide):
    """``x`` clamped, and rounded to steps counted from ``low``."""
    shifted = np.maximum(np.minimum(x, high), low) - low
    counted = shifted / step if divide else shifted * (_ONE / step)
    return np.floor(counted + _HALF) * step + low


def _is_empty(low, high):
    """A range that has not been set yet, both ends 0."""
    return (np.asarray(low) == 0) & (np.asarray(high) == 0)


# ---- FakeQuantWithMinMaxArgs ----


def fake_quant_with_min_max_args(inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None):
    """Fake quantization with a fixed range (TF op: FakeQuantWithMinMaxArgs).

    Args:
      inputs: float32.
      min, max: the range, numbers.
      num_bits: 2 to 16.
      narrow_range: leave the lowest step out, so that there are as many below 0 as above.
      name: the operation's name.
    """
    return FakeQuantWithMinMaxArgs(inputs, min=min, max=max, num_bits=num_bits,
                                   narrow_range=narrow_range, name=name)


def fake_quant_with_min_max_args_gradient(gradients, inputs, min=-6, max=6, num_bits=8,
                                          narrow_range=False, name=None):
    """The gradient: ``gradients`` where inputs are in the range.

    TF op: FakeQuantWithMinMaxArgsGradient.
    """
    return FakeQuantWithMinMaxArgsGradient(gradients, inputs, min=min, max=max, num_bits=num_bits,
                                           narrow_range=narrow_range, name=name)


FakeQuantWithMinMaxArgs = op(
    "FakeQuantWithMinMaxArgs(inputs: float; min: float = -6.0, max: float = 6.0,"
    " num_bits: int = 8, narrow_range: bool = False) -> (outputs: float)")
FakeQuantWithMinMaxArgsGradient = op(
    "FakeQuantWithMinMaxArgsGradient(gradients: float, inputs: float; min: float = -6.0,"
    " max: float = 6.0, num_bits: int = 8, narrow_range: bool = False) -> (backprops: float)")


def _same_shape(inputs):
    return inputs.shape


FakeQuantWithMinMaxArgs.shape(_same_shape)


@FakeQuantWithMinMaxArgsGradient.shape
def _(gradients):
    return gradients.shape


def _checked_range(min, max, num_bits, narrow_range):
    if min >= max:
        raise errors.InvalidArgumentError(
            None, None, f"min has to be smaller than max, was: {min:g} >= {max:g}")
    return _nudged(min, max, num_bits, narrow_range)


@FakeQuantWithMinMaxArgs.kernel
def _(inputs, min, max, num_bits, narrow_range):
    return _rounded(inputs, *_checked_range(min, max, num_bits, narrow_range), divide=False)


def _check_alike(gradients, inputs):
    if np.shape(gradients) != np.shape(inputs):
        raise ValueError("gradient and input must be the same size")


@FakeQuantWithMinMaxArgsGradient.kernel
def _(gradients, inputs, min, max, num_bits, narrow_range):
    _check_alike(gradients, inputs)
    low, high, _ = _checked_range(min, max, num_bits, narrow_range)
    return gradients * ((inputs >= low) & (inputs <= high))


@FakeQuantWithMinMaxArgs.gradient
def _(op, grad):
    attrs = op._attrs
    return fake_quant_with_min_max_args_gradient(
        grad, op.inputs[0], min=attrs["min"], max=attrs["max"], num_bits=attrs["num_bits"],
        narrow_range=attrs["narrow_range"])


# ---- FakeQuantWithMinMaxVars ----


def fake_quant_with_min_max_vars(inputs, min, max, num_bits=8, narrow_range=False, name=None):
    """Fake quantization with a range that is learned (TF op: FakeQuantWithMinMaxVars).

    Args:
      inputs: float32.
      min, max: the range, scalar tensors. Where both are 0, so is the result.
      num_bits, narrow_range, name: as for fake_quant_with_min_max_args.
    """
    return FakeQuantWithMinMaxVars(inputs, min, max, num_bits=num_bits, narrow_range=narrow_range,
                                   name=name)


def fake_quant_with_min_max_vars_gradient(gradients, inputs, min, max, num_bits=8,
                                          narrow_range=False, name=None):
    """The gradients (of inputs, of min, of max) (TF op: FakeQuantWithMinMaxVarsGradient).

    That of min is the sum of the gradients of the inputs below the range, that of max of those
    above.
    """
    return FakeQuantWithMinMaxVarsGradient(gradients, inputs, min, max, num_bits=num_bits,
                                           narrow_range=narrow_range, name=name)


FakeQuantWithMinMaxVars = op(
    "FakeQuantWithMinMaxVars(inputs: float, min: float, max: float; num_bits: int = 8,"
    " narrow_range: bool = False) -> (outputs: float)")
FakeQuantWithMinMaxVarsGradient = op(
    "FakeQuantWithMinMaxVarsGradient(gradients: float, inputs: float, min: float, max: float;"
    " num_bits: int = 8, narrow_range: bool = False) -> (backprops_wrt_input: float,"
    " backprop_wrt_min: float, backprop_wrt_max: float)").view()


@FakeQuantWithMinMaxVars.shape
def _(inputs, min, max):
    with_rank(min.shape, 0)
    with_rank(max.shape, 0)
    return inputs.shape


@FakeQuantWithMinMaxVarsGradient.shape
def _(gradients, inputs, min, max):
    shape = merge_shapes(gradients.shape, inputs.shape)
    with_rank(min.shape, 0)
    with_rank(max.shape, 0)
    return [shape, SCALAR, SCALAR]


@FakeQuantWithMinMaxVars.kernel
def _(inputs, min, max, num_bits, narrow_range):
    if _is_empty(min, max):
        return np.zeros_like(inputs)
    return _rounded(inputs, *_nudged(min, max, num_bits, narrow_range), divide=True)


@FakeQuantWithMinMaxVarsGradient.kernel
def _(gradients, inputs, min, max, num_bits, narrow_range):
    _check_alike(gradients, inputs)
    if _is_empty(min, max):
        return gradients, _ZERO, _ZERO
    low, high, _ = _nudged(min, max, num_bits, narrow_range)
    below, above = inputs < low, inputs > high
    return (np.where(below | above, _ZERO, gradients), np.sum(gradients * below, dtype=np.float32),
            np.sum(gradients * above, dtype=np.float32))


@FakeQuantWithMinMaxVars.gradient
def _(op, grad):
    return fake_quant_with_min_max_vars_gradient(
        grad, *op.inputs, num_bits=op._attrs["num_bits"], narrow_range=op._attrs["narrow_range"])


# ---- FakeQuantWithMinMaxVarsPerChannel ----


def fake_quant_with_min_max_vars_per_channel(inputs, min, max, num_bits=8, narrow_range=False,
                                             name=None):
    """Fake quantization with a range for each channel (TF: FakeQuantWithMinMaxVarsPerChannel).

    Args:
      inputs: float32, [..., channels].
      min, max: the ranges, vectors of [channels].
      num_bits, narrow_range, name: as for fake_quant_with_min_max_args.
    """
    return FakeQuantWithMinMaxVarsPerChannel(inputs, min, max, num_bits=num_bits,
                                             narrow_range=narrow_range, name=name)


def fake_quant_with_min_max_vars_per_channel_gradient(gradients, inputs, min, max, num_bits=8,
                                                      narrow_range=False, name=None):
    """The gradients (of inputs, of min, of max), the latter two for each channel.

    TF op: FakeQuantWithMinMaxVarsPerChannelGradient.
    """
    return FakeQuantWithMinMaxVarsPerChannelGradient(gradients, inputs, min, max, num_bits=num_bits,
                                                     narrow_range=narrow_range, name=name)


FakeQuantWithMinMaxVarsPerChannel = op(
    "FakeQuantWithMinMaxVarsPerChannel(inputs: float, min: float, max: float; num_bits: int = 8,"
    " narrow_range: bool = False) -> (outputs: float)")
FakeQuantWithMinMaxVarsPerChannelGradient = op(
    "FakeQuantWithMinMaxVarsPerChannelGradient(gradients: float, inputs: float, min: float,"
    " max: float; num_bits: int = 8, narrow_range: bool = False) -> (backprops_wrt_input: float,"
    " backprop_wrt_min: float, backprop_wrt_max: float)")


@FakeQuantWithMinMaxVarsPerChannel.shape
def _(inputs, min, max):
    shape = with_rank_at_least(inputs.shape, 1)
    channels = with_rank(min.shape, 1)._dims[0]
    channels = merge_dims(channels, with_rank(max.shape, 1)._dims[0])
    if shape._dims is not None:
        merge_dims(shape._dims[-1], channels)
    return shape


@FakeQuantWithMinMaxVarsPerChannelGradient.shape
def _(gradients, inputs, min, max):
    shape = with_rank_at_least(merge_shapes(gradients.shape, inputs.shape), 1)
    channels = merge_dims(with_rank(min.shape, 1)._dims[0], with_rank(max.shape, 1)._dims[0])
    if shape._dims is not None:
        channels = merge_dims(channels, shape._dims[-1])
    return [shape, shape_of([channels]), shape_of([channels])]


def _check_channels(inputs, min, max):
    depth = np.shape(inputs)[-1] if np.ndim(inputs) else 0
    for name, ends in (("min", min), ("max", max)):
        if np.size(ends) != depth:
            raise ValueError(f"{name} has incorrect size, expected {depth} was {np.size(ends)}")


@FakeQuantWithMinMaxVarsPerChannel.kernel
def _(inputs, min, max, num_bits, narrow_range):
    _check_channels(inputs, min, max)
    result = _rounded(inputs, *_nudged(min, max, num_bits, narrow_range), divide=True)
    return np.where(_is_empty(min, max), _ZERO, result)


@FakeQuantWithMinMaxVarsPerChannelGradient.kernel
def _(gradients, inputs, min, max, num_bits, narrow_range):
    _check_alike(gradients, inputs)
    _check_channels(inputs, min, max)
    low, high, _ = _nudged(min, max, num_bits, narrow_range)
    is_set = ~_is_empty(min, max)
    below, above = (inputs < low) & is_set, (inputs > high) & is_set
    outer = tuple(range(np.ndim(inputs) - 1))
    return (np.where(below | above, _ZERO, gradients),
            np.sum(gradients * below, axis=outer, dtype=np.float32),
            np.sum(gradients * above, axis=outer, dtype=np.float32))


@FakeQuantWithMinMaxVarsPerChannel.gradient
def _(op, grad):
    return fake_quant_with_min_max_vars_per_channel_gradient(
        grad, *op.inputs, num_bits=op._attrs["num_bits"], narrow_range=op._attrs["narrow_range"])
