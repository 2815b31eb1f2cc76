"""Initializers whose spread the shape decides, as functions."""

import math

from minitf.framework import dtypes
from minitf.ops import random_ops


def xavier_initializer(uniform=True, seed=None, dtype=dtypes.float32):
    """Random numbers of variance ``2 / (inputs + outputs)``: layers' default for weights.

    Args:
      uniform: uniform numbers, else truncated normal ones.
      seed: the op's seed, an int or None.
      dtype: a float dtype.

    Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010.
    """
    return variance_scaling_initializer(factor=1.0, mode="FAN_AVG", uniform=uniform, seed=seed,
                                        dtype=dtype)


xavier_initializer_conv2d = xavier_initializer


def variance_scaling_initializer(factor=2.0, mode="FAN_IN", uniform=False, seed=None,
                                 dtype=dtypes.float32):
    """Random numbers of variance ``factor / n``.

    Args:
      factor: a positive number.
      mode: what n is: "FAN_IN", a unit's inputs; "FAN_OUT", its outputs; "FAN_AVG", the mean.
      uniform: uniform numbers, else truncated normal ones (of standard deviation
        ``sqrt(1.3 * factor / n)`` before they are truncated).
      seed: the op's seed, an int or None.
      dtype: a float dtype.

    Raises:
      TypeError: no float dtype, or another mode.
    """
    _check_floating(dtype)
    if mode not in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        raise TypeError("Unknown mode %s [FAN_IN, FAN_OUT, FAN_AVG]", mode)

    def initializer(shape, dtype=dtype, partition_info=None):
        _check_floating(dtype)
        window = math.prod(float(size) for size in shape[:-2])
        fan_in = window * float(shape[-2] if len(shape) > 1 else shape[-1]) if shape else 1.0
        fan_out = window * float(shape[-1]) if shape else 1.0
        n = {"FAN_IN": fan_in, "FAN_OUT": fan_out, "FAN_AVG": (fan_in + fan_out) / 2.0}[mode]
        if uniform:
            limit = math.sqrt(3.0 * factor / n)
            return random_ops.random_uniform(shape, -limit, limit, dtype, seed=seed)
        return random_ops.truncated_normal(shape, 0.0, math.sqrt(1.3 * factor / n), dtype,
                                           seed=seed)

    return initializer


def _check_floating(dtype):
    if not dtype.is_floating:
        raise TypeError("Cannot create initializer for non-floating point type.")
