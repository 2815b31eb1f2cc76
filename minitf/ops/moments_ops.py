"""Means and variances, what is normalised by them, and the loss that is half a squared norm."""

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import SCALAR
from minitf.ops.constant_op import constant

# ---- moments ----


def moments(x, axes, shift=None, name=None, keep_dims=None, keepdims=None):
    """The mean and the variance of ``x`` over ``axes``.

    Args:
      x: a tensor of floats; float16 is computed in float32.
      axes: a list of axes.
      shift: not used.
      keep_dims, keepdims: keep the axes, with length 1.

    Returns:
      Two tensors of the dtype of ``x``.
    """
    keepdims = bool(renamed_argument("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "moments", [x, axes]):
        is_half = x.dtype == dtypes.float16
        y = math_ops.cast(x, dtypes.float32) if is_half else x
        mean = math_ops.reduce_mean(y, axes, keepdims=True, name="mean")
        # The gradient through the mean is zero: deviations from the mean sum to zero.
        squared = math_ops.squared_difference(y, array_ops.stop_gradient(mean))
        variance = math_ops.reduce_mean(squared, axes, keepdims=True, name="variance")
        result = mean, variance
        if not keepdims:
            result = tuple(array_ops.squeeze(item, axes) for item in result)
        if is_half:
            result = tuple(math_ops.cast(item, dtypes.float16) for item in result)
        return result


def sufficient_statistics(x, axes, shift=None, keep_dims=None, name=None, keepdims=None):
    """What moments are computed from, so that parts of the data may be added up first.

    Args:
      x: a tensor of floats.
      axes: a list of axes, counted from the front.
      shift: a value near the mean, subtracted first for precision; None: nothing.
      keep_dims, keepdims: keep the axes, with length 1.

    Returns:
      The number of elements, the sum of ``x - shift``, the sum of its squares, and ``shift``: the
      arguments of ``normalize_moments``.
    """
    axes = list(set(axes))
    keepdims = bool(renamed_argument("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "sufficient_statistics", [x, shift]):
        x = convert_to_tensor(x, name="x")
        counts = _count(x, axes)
        if shift is None:
            deviation, squared = x, math_ops.square(x)
        else:
            shift = convert_to_tensor(shift, name="shift")
            deviation = math_ops.subtract(x, shift)
            squared = math_ops.squared_difference(x, shift)
        mean_ss = math_ops.reduce_sum(deviation, axes, keepdims=keepdims, name="mean_ss")
        variance_ss = math_ops.reduce_sum(squared, axes, keepdims=keepdims, name="var_ss")
    return counts, mean_ss, variance_ss, shift


def _count(x, axes):
    """How many elements the axes have together, as a tensor of the dtype of ``x``."""
    dims = x.shape._dims
    if dims is not None and all(dims[axis] is not None for axis in axes):
        return constant(math.prod(dims[axis] for axis in axes), dtype=x.dtype)
    lengths = array_ops.gather(math_ops.cast(array_ops.shape(x), x.dtype), axes)
    return math_ops.reduce_prod(lengths, name="count")


def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """The mean and the variance from what ``sufficient_statistics`` returns, summed over the data.

    Args:
      counts: a scalar.
      mean_ss, variance_ss: the sums.
      shift: what was subtracted, or None.

    Returns:
      Two tensors of the shape of ``mean_ss``.
    """
    with name_scope(name, "normalize", [counts, mean_ss, variance_ss, shift]):
        divisor = math_ops.reciprocal(counts, name="divisor")
        if shift is None:
            mean = shifted_mean = math_ops.multiply(mean_ss, divisor, name="mean")
        else:
            shifted_mean = math_ops.multiply(mean_ss, divisor, name="shifted_mean")
            mean = math_ops.add(shifted_mean, shift, name="mean")
        variance = math_ops.subtract(math_ops.multiply(variance_ss, divisor),
                                     math_ops.square(shifted_mean), name="variance")
    return mean, variance


def weighted_moments(x, axes, frequency_weights, name=None, keep_dims=None, keepdims=None):
    """The mean and the variance of ``x`` over ``axes``, elements counted by their weights.

    Args:
      x: a tensor of floats; float16 is computed in float32.
      axes: a list of axes.
      frequency_weights: non-negative, broadcasts with ``x``.
      keep_dims, keepdims: keep the axes, with length 1.

    Returns:
      Two tensors of the dtype of ``x``.
    """
    keepdims = bool(renamed_argument("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "weighted_moments", [x, frequency_weights, axes]):
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(frequency_weights, name="frequency_weights")
        is_half = x.dtype == dtypes.float16
        if is_half:
            x = math_ops.cast(x, dtypes.float32)
        if weights.dtype != x.dtype:
            weights = math_ops.cast(weights, x.dtype)
        total = math_ops.reduce_sum(weights * x, axes, name="weighted_input_sum", keepdims=True)
        sum_of_weights = math_ops.reduce_sum(weights + array_ops.zeros_like(x), axes,
                                             name="sum_of_weights", keepdims=True)
        divisor = math_ops.reciprocal(sum_of_weights, name="inv_weight_sum")
        mean = math_ops.multiply(total, divisor)
        squared = math_ops.reduce_sum(weights * math_ops.squared_difference(x, mean), axes,
                                      name="weighted_distsq", keepdims=True)
        result = mean, math_ops.multiply(squared, divisor)
        if not keepdims:
            result = tuple(array_ops.squeeze(item, axis=axes) for item in result)
        if is_half:
            result = tuple(math_ops.cast(item, dtypes.float16) for item in result)
        return result


# ---- normalisation ----


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """``scale * (x - mean) / sqrt(variance + variance_epsilon) + offset``.

    Args:
      x: a tensor of floats.
      mean, variance: tensors that broadcast with ``x``, as ``moments`` makes them.
      offset, scale: tensors that broadcast with ``x``, or None.
      variance_epsilon: a small number that keeps from dividing by zero.

    Source: Ioffe and Szegedy 2015, "Batch normalization".
    """
    with name_scope(name, "batchnorm", [x, mean, variance, scale, offset]):
        inverse = math_ops.rsqrt(variance + variance_epsilon)
        if scale is not None:
            inverse *= scale
        scaled = x * math_ops.cast(inverse, x.dtype)
        shift = -mean * inverse if offset is None else offset - mean * inverse
        return scaled + math_ops.cast(shift, x.dtype)


def batch_norm_with_global_normalization(t=None, m=None, v=None, beta=None, gamma=None,
                                         variance_epsilon=None, scale_after_normalization=None,
                                         name=None, input=None, mean=None, variance=None):
    """``batch_normalization`` under its older name and arguments.

    Args:
      t, input: the tensor to normalise, under either name.
      m, mean: its mean.  v, variance: its variance.
      beta: the offset.
      gamma: the scale, used if ``scale_after_normalization``.
      variance_epsilon: a small number that keeps from dividing by zero.
    """
    t = renamed_argument("input", input, "t", t)
    m = renamed_argument("mean", mean, "m", m)
    v = renamed_argument("variance", variance, "v", v)
    return batch_normalization(t, m, v, beta, gamma if scale_after_normalization else None,
                               variance_epsilon, name)


def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    """``x / sqrt(max(sum(x**2), epsilon))``, the sum taken over ``axis``.

    Args:
      x: a tensor of floats.
      axis: the axis or axes; None: all.
      epsilon: the least squared norm to divide by.
      dim: the old name of ``axis``.
    """
    axis = renamed_argument("axis", axis, "dim", dim)
    with name_scope(name, "l2_normalize", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        square_sum = math_ops.reduce_sum(math_ops.square(x), axis, keepdims=True)
        inverse_norm = math_ops.rsqrt(math_ops.maximum(square_sum, epsilon))
        return math_ops.multiply(x, inverse_norm, name=scope)


# ---- L2Loss ----


def l2_loss(t, name=None):
    """``reduce_sum(t**2) / 2``, a scalar (TF op: L2Loss): the penalty of weight decay."""
    return L2Loss(t, name=name)


L2Loss = op("L2Loss(t: T; T) -> (output: T)", T="half bfloat16 float double")


@L2Loss.shape
def _():
    return SCALAR


@L2Loss.kernel
def _(t):
    return np.multiply(np.sum(np.square(t), dtype=t.dtype), t.dtype.type(0.5))


@L2Loss.gradient
def _(op, grad):
    return op.inputs[0] * grad
