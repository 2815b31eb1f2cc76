"""Local response normalisation: each channel is divided by what its neighbours amount to."""

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.ops.common_shapes import merge_shapes, with_rank

_FLOATS = "half bfloat16 float"


def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    """``input / (bias + alpha * s)**beta``, ``s`` the sum of nearby channels' squares (TF op: LRN).

    Args:
      input: [batch, height, width, channels], float16 or float32.
      depth_radius: how many channels on each side count as near.
      bias, alpha, beta: numbers.

    Source: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional
    neural networks".
    """
    return LRN(input, depth_radius=depth_radius, bias=bias, alpha=alpha, beta=beta, name=name)


def _near_sum(x, radius):
    """For each channel the sum over the channels at most ``radius`` away: a product with a band."""
    channels = np.arange(x.shape[-1])
    near = np.abs(channels - channels[:, np.newaxis]) <= radius
    wide = x.astype(np.float32, copy=False)
    return np.matmul(wide, near.astype(wide.dtype)).astype(x.dtype, copy=False)


def _power(x, exponent):
    """``x ** exponent`` of positive numbers."""
    return np.exp(np.log(x) * x.dtype.type(exponent))


def _norm(x, radius, bias, alpha):
    number = x.dtype.type
    return number(bias) + number(alpha) * _near_sum(np.square(x), radius)


# ---- LRN ----

LRN = op("LRN(input: T; depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0,"
         " beta: float = 0.5, T: type = float) -> (output: T)", T=_FLOATS)


@LRN.shape
def _(input):
    return with_rank(input.shape, 4)


@LRN.kernel
def _(input, depth_radius, bias, alpha, beta):
    if np.ndim(input) != 4:
        raise errors.InvalidArgumentError(None, None, "in must be 4-dimensional")
    return input * _power(_norm(input, depth_radius, bias, alpha), -beta)


@LRN.gradient
def _(op, grad):
    attrs = {name: op._attrs[name] for name in ("depth_radius", "bias", "alpha", "beta")}
    return LRNGrad(grad, op.inputs[0], op.outputs[0], **attrs)


# ---- LRNGrad ----

# As in TensorFlow, it has no gradient of its own.
LRNGrad = op("LRNGrad(input_grads: T, input_image: T, output_image: T; depth_radius: int = 5,"
             " bias: float = 1.0, alpha: float = 1.0, beta: float = 0.5, T: type = float)"
             " -> (output: T)", T=_FLOATS)


@LRNGrad.shape
def _(input_grads, input_image, output_image):
    shape = merge_shapes(with_rank(input_grads.shape, 4), with_rank(input_image.shape, 4))
    return merge_shapes(shape, with_rank(output_image.shape, 4))


@LRNGrad.kernel
def _(input_grads, input_image, output_image, depth_radius, bias, alpha, beta):
    if not np.shape(input_grads) == np.shape(input_image) == np.shape(output_image):
        raise errors.InvalidArgumentError(
            None, None, "input_grads, input_image, and out_image should have the same shape")
    number = input_grads.dtype.type
    norm = _norm(input_image, depth_radius, bias, alpha)
    through_others = _near_sum(input_grads * output_image / norm, depth_radius)
    return (input_grads * _power(norm, -beta)
            - number(2 * alpha * beta) * input_image * through_others)
