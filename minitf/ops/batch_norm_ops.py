"""Batch normalisation of images in one op, with the moments that training needs.

There are three versions of the op: the second lets ``x`` be float16, the third has a further output
for the backward pass on a GPU, which is empty here.

Source: Ioffe and Szegedy 2015, "Batch normalization: accelerating deep network training by reducing
internal covariate shift".
"""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.parallel import in_blocks
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import UNKNOWN, merge_dims, with_rank
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text

_ATTRS = ("epsilon: float = 9.999999747378752e-05,"
          " data_format: string in {'NHWC', 'NCHW'} = 'NHWC', is_training: bool = True")
_SHORT = "half bfloat16 float"

# cuDNN takes no smaller epsilon, and TensorFlow none anywhere.
_LEAST_EPSILON = 1.001e-5


def fused_batch_norm(x, scale, offset, mean=None, variance=None, epsilon=0.001,
                     data_format="NHWC", is_training=True, name=None):
    """``scale * (x - mean) / sqrt(variance + epsilon) + offset`` (TF op: FusedBatchNormV3).

    Args:
      x: [batch, height, width, channels], float16 or float32.
      scale, offset: [channels], float32.
      mean, variance: [channels], float32: the moments to normalise by. In training they are those
        of ``x``, over all axes but the channels, and must not be given.
      epsilon: at least 1.001e-5.
      data_format: "NHWC"; "NCHW" fails when it runs, as it does on TensorFlow's CPU.
      is_training: see ``mean``.

    Returns:
      The normalised ``x``, the mean, and the variance: in training that of a sample, with
      ``n / (n - 1)``, for a moving average.

    Raises:
      ValueError: moments given in training; shapes that do not fit.
    """
    x = convert_to_tensor(x, name="input")
    scale = convert_to_tensor(scale, name="scale")
    offset = convert_to_tensor(offset, name="offset")
    if is_training and (mean is not None or variance is not None):
        raise ValueError("Both 'mean' and 'variance' must be None if is_training is True.")
    mean = constant([]) if mean is None else mean
    variance = constant([]) if variance is None else variance
    result = FusedBatchNormV3(x, scale, offset, mean, variance, data_format=data_format,
                              epsilon=max(epsilon, _LEAST_EPSILON), is_training=is_training,
                              name=name)
    return result.y, result.batch_mean, result.batch_variance


# ---- FusedBatchNorm, FusedBatchNormV2, FusedBatchNormV3 ----

FusedBatchNorm = op(
    f"FusedBatchNorm(x: T, scale: T, offset: T, mean: T, variance: T; T, {_ATTRS})"
    " -> (y: T, batch_mean: T, batch_variance: T, reserve_space_1: T, reserve_space_2: T)",
    T="float").view()
FusedBatchNormV2 = op(
    f"FusedBatchNormV2(x: T, scale: U, offset: U, mean: U, variance: U; T, U, {_ATTRS})"
    " -> (y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U)",
    T=_SHORT, U="float").view()
FusedBatchNormV3 = op(
    f"FusedBatchNormV3(x: T, scale: U, offset: U, mean: U, variance: U; T, U, {_ATTRS})"
    " -> (y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U,"
    " reserve_space_3: U)", T=_SHORT, U="float").view()


def _normalized_shapes(x, scale, offset, mean, variance, data_format, is_training):
    axis = 1 if data_format == b"NCHW" else 3
    dims = list(with_rank(x.shape, 4)._dims)
    for vector in (scale, offset) if is_training else (scale, offset, mean, variance):
        dims[axis] = merge_dims(dims[axis], with_rank(vector.shape, 1)._dims[0])
    return [TensorShape(dims)] + [TensorShape([dims[axis]])] * 4


def _normalized(x, scale, offset, mean, variance, epsilon, data_format, is_training):
    """y, the mean and the variance to report, and those to keep for the gradient."""
    _check(x, data_format, "FusedBatchNorm",
           (("scale", scale), ("offset", offset), ("estimated_mean", mean),
            ("estimated_variance", variance)))
    dtype, x = x.dtype, x.astype(np.float32, copy=False)
    y, sums = np.empty_like(x), _ChannelSums(x)
    of_sample = variance
    if is_training:
        count = x.size // max(x.shape[3], 1)
        sums.add_blocks(lambda images: x[images])
        with np.errstate(invalid="ignore"):  # without elements there is no mean
            mean = sums.total() / np.float32(count)
    wide_mean = _along_width(mean, x)

    def centre(images):
        return np.subtract(x[images], wide_mean, out=y[images])

    if is_training:
        sums = _ChannelSums(x)
        sums.add_blocks(lambda images: np.square(centre(images)))
        with np.errstate(invalid="ignore"):
            variance = sums.total() / np.float32(count)
        of_sample = variance * np.float32(count / max(count - 1, 1))
    factor = _along_width(scale / np.sqrt(variance + np.float32(epsilon)), x)
    wide_offset = _along_width(offset, x)

    def scale_and_shift(images):
        block = y[images] if is_training else centre(images)
        block *= factor
        block += wide_offset

    _in_blocks(scale_and_shift, x)
    return y.astype(dtype, copy=False), mean, of_sample, mean, variance


# Elements of a block of images, that stays in the cache from one operation to the next.
_BLOCK = 1 << 16


def _in_blocks(function, x):
    """Calls ``function(slice)`` for some images of ``x`` at a time."""
    size = x.size // max(len(x), 1)
    in_blocks(function, len(x), max(1, _BLOCK // max(size, 1)))


def _along_width(vector, x):
    """A number for each channel, repeated for each column: [width, channels].

    With it NumPy's inner loops run over rows of the images, not over a few channels each.
    """
    return np.repeat(vector[np.newaxis], x.shape[2], axis=0)


class _ChannelSums:
    """Sums for each channel, of arrays like ``x``, that are given block by block."""

    def __init__(self, x):
        self._x = x
        self._parts = np.zeros((len(x), *x.shape[2:]), np.float32)

    def add_blocks(self, function):
        """Adds ``function(slice)`` for all blocks of images."""
        def add(images):
            np.add.reduce(function(images), axis=1, out=self._parts[images])

        _in_blocks(add, self._x)

    def total(self):
        return self._parts.sum(axis=(0, 1))


def _check(x, data_format, name, vectors=()):
    if np.ndim(x) != 4:
        raise errors.InvalidArgumentError(
            None, None, f"input must be 4-dimensional{list_text(np.shape(x))}")
    for what, vector in vectors:
        if np.ndim(vector) != 1:
            raise errors.InvalidArgumentError(
                None, None, f"{what} must be 1-dimensional{list_text(np.shape(vector))}")
    if data_format != b"NHWC":
        raise errors.InternalError(
            None, None, f"The CPU implementation of {name} only supports NHWC tensor format for "
            "now.")


for _op in (FusedBatchNorm, FusedBatchNormV2):
    _op.shape(_normalized_shapes)
    _op.kernel(_normalized)


@FusedBatchNormV3.shape
def _(x, scale, offset, mean, variance, data_format, is_training):
    shapes = _normalized_shapes(x, scale, offset, mean, variance, data_format, is_training)
    return [*shapes, UNKNOWN]


@FusedBatchNormV3.kernel
def _(x, scale, offset, mean, variance, epsilon, data_format, is_training):
    return (*_normalized(x, scale, offset, mean, variance, epsilon, data_format, is_training),
            np.float32(0))


def _gradient(grad_op):
    def rule(op, grad, *_):
        x, scale = op.inputs[:2]
        attrs = {name: op._attrs[name] for name in ("epsilon", "data_format", "is_training")}
        more = op.outputs[5:]
        if attrs["is_training"]:
            return grad_op()(grad, x, scale, op.outputs[3], op.outputs[4], *more, **attrs)
        channels_first = attrs["data_format"] == b"NCHW"
        if channels_first:
            x, grad = (array_ops.transpose(tensor, [0, 2, 3, 1]) for tensor in (x, grad))
        attrs["data_format"] = b"NHWC"
        dx, dscale, doffset, _, _ = grad_op()(grad, x, scale, op.inputs[3], op.inputs[4], *more,
                                              **attrs)
        if channels_first:
            dx = array_ops.transpose(dx, [0, 3, 1, 2])
        return dx, dscale, doffset, None, None

    return rule


FusedBatchNorm.gradient(_gradient(lambda: FusedBatchNormGrad))
FusedBatchNormV2.gradient(_gradient(lambda: FusedBatchNormGradV2))
FusedBatchNormV3.gradient(_gradient(lambda: FusedBatchNormGradV3))

# ---- FusedBatchNormGrad, FusedBatchNormGradV2, FusedBatchNormGradV3 ----

FusedBatchNormGrad = op(
    "FusedBatchNormGrad(y_backprop: T, x: T, scale: T, reserve_space_1: T, reserve_space_2: T;"
    f" T, {_ATTRS}) -> (x_backprop: T, scale_backprop: T, offset_backprop: T, reserve_space_3: T,"
    " reserve_space_4: T)", T="float")
FusedBatchNormGradV2 = op(
    "FusedBatchNormGradV2(y_backprop: T, x: T, scale: float, reserve_space_1: U,"
    f" reserve_space_2: U; T, U, {_ATTRS}) -> (x_backprop: T, scale_backprop: U,"
    " offset_backprop: U, reserve_space_3: U, reserve_space_4: U)", T=_SHORT, U="float")
FusedBatchNormGradV3 = op(
    "FusedBatchNormGradV3(y_backprop: T, x: T, scale: float, reserve_space_1: U,"
    f" reserve_space_2: U, reserve_space_3: U; T, U, {_ATTRS}) -> (x_backprop: T,"
    " scale_backprop: U, offset_backprop: U, reserve_space_4: U, reserve_space_5: U)",
    T=_SHORT, U="float")


def _gradient_shapes(y_backprop, x, scale, reserve_space_1, reserve_space_2, data_format,
                     is_training):
    axis = 1 if data_format == b"NCHW" else 3
    dims = list(with_rank(y_backprop.shape, 4)._dims)
    dims[axis] = merge_dims(dims[axis], with_rank(x.shape, 4)._dims[axis])
    for vector in (scale, reserve_space_1, reserve_space_2):
        dims[axis] = merge_dims(dims[axis], with_rank(vector.shape, 1)._dims[0])
    channels = TensorShape([dims[axis]])
    unused = TensorShape([0]) if is_training else channels
    return [TensorShape(dims), channels, channels, unused, unused]


def _gradients(y_backprop, x, scale, mean, variance, epsilon, data_format, is_training):
    """The gradients of x, scale and offset; and, for the moments that were given, none."""
    _check(x, data_format, "FusedBatchNormGrad")
    dtype = x.dtype
    dy, x = (array.astype(np.float32, copy=False) for array in (y_backprop, x))
    dx, wide_mean = np.empty_like(x), _along_width(mean, x)
    inverse = np.float32(1) / np.sqrt(variance + np.float32(epsilon))

    def times_centred(images):
        return np.multiply(np.subtract(x[images], wide_mean, out=dx[images]), dy[images])

    offset_sums, along_sums = _ChannelSums(x), _ChannelSums(x)
    offset_sums.add_blocks(lambda images: dy[images])
    along_sums.add_blocks(times_centred)
    doffset, along = offset_sums.total(), along_sums.total()
    count = np.float32(max(x.size // max(x.shape[3], 1), 1))
    slope = _along_width(np.square(inverse) * along / -count, x)
    shift = _along_width(doffset / count, x)
    factor = _along_width(scale * inverse, x)

    def finish(images):
        block = dx[images]
        if is_training:  # x also moves its mean and its variance
            block *= slope
            block += dy[images] - shift
            block *= factor
        else:
            np.multiply(dy[images], factor, out=block)

    _in_blocks(finish, x)
    unused = np.zeros(0 if is_training else mean.shape, np.float32)
    return dx.astype(dtype, copy=False), along * inverse, doffset, unused, unused


@FusedBatchNormGrad.shape
def _(y_backprop, x, scale, reserve_space_1, reserve_space_2, data_format, is_training):
    return _gradient_shapes(y_backprop, x, scale, reserve_space_1, reserve_space_2, data_format,
                            is_training)


FusedBatchNormGradV2.shape(FusedBatchNormGrad.shape_rule)
FusedBatchNormGradV3.shape(FusedBatchNormGrad.shape_rule)


@FusedBatchNormGrad.kernel
def _(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon, data_format, is_training):
    return _gradients(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon, data_format,
                      is_training)


FusedBatchNormGradV2.kernel(FusedBatchNormGrad.kernel_rule)


@FusedBatchNormGradV3.kernel
def _(y_backprop, x, scale, reserve_space_1, reserve_space_2, reserve_space_3, epsilon,
      data_format, is_training):
    return _gradients(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon, data_format,
                      is_training)


def _second_order(op, grad_x, grad_scale, grad_offset, *_):
    """The gradients of the formula that the op computes, written out in smaller ops.

    TensorFlow does the same, though its operations here have other names.
    """
    from minitf.gradients import gradients

    attrs = op._attrs
    if attrs["data_format"] == b"NCHW":
        raise errors.UnimplementedError(
            None, None, f"the gradient of {op.type} is not supported for data format NCHW")
    inputs = dy, x, scale = op.inputs[:3]
    outputs = _written_out(dy, x, scale, op.inputs[3], op.inputs[4], attrs["epsilon"],
                           attrs["is_training"])
    result = gradients(outputs, inputs, [grad_x, grad_scale, grad_offset])
    return (*result, *[None] * (len(op.inputs) - 3))


def _written_out(dy, x, scale, mean, variance, epsilon, is_training):
    """The gradients of x, scale and offset, as ``_gradients`` computes them."""
    dtype = x.dtype
    if dtype != dtypes.float32:
        dy, x = (math_ops.cast(tensor, dtypes.float32) for tensor in (dy, x))
    axes = [0, 1, 2]
    if is_training:
        mean = math_ops.reduce_mean(x, axes)
        deviation = math_ops.squared_difference(x, array_ops.stop_gradient(mean))
        variance = math_ops.reduce_mean(deviation, axes)
    centred = x - mean
    inverse = math_ops.rsqrt(variance + epsilon)
    dscale = math_ops.reduce_sum(dy * centred, axes) * inverse
    dx = dy
    if is_training:
        along = math_ops.reduce_mean(dy * centred, axes)
        dx = dy - math_ops.reduce_mean(dy, axes) - centred * (math_ops.square(inverse) * along)
    dx = dx * (scale * inverse)
    return math_ops.cast(dx, dtype), dscale, math_ops.reduce_sum(dy, axes)


for _op in (FusedBatchNormGrad, FusedBatchNormGradV2, FusedBatchNormGradV3):
    _op.gradient(_second_order)
