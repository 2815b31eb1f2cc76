"""Depthwise convolutions, where each channel has filters of its own, and separable ones."""

import numpy as np

from minitf.framework import errors
from minitf.framework.constant_folding import static_shape
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.parallel import in_blocks
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, conv_ops, convolution_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import merge_dims, with_rank
from minitf.ops.elementwise import list_text
from minitf.ops.windows import Windows, output_dim, spatial_axes

_FLOATS = "half bfloat16 float double"
_ATTRS = ("T, strides: list(int), padding: string in {'SAME', 'VALID'},"
          " data_format: string in {'NHWC', 'NCHW'} = 'NHWC', dilations: list(int) = [1, 1, 1, 1]")
_ATTR_NAMES = ("strides", "padding", "data_format", "dilations")

# ---- the public functions ----


def depthwise_conv2d(input, filter, strides, padding, rate=None, name=None, data_format=None,
                     dilations=None):
    """Convolves each channel by itself, with ``multiplier`` filters (TF op: DepthwiseConv2dNative).

    ``out[b, i, j, k * multiplier + m] = sum_{di, dj}
    input[b, s1 * i + r1 * di, s2 * j + r2 * dj, k] * filter[di, dj, k, m]``, with strides s and
    rates r.

    Args:
      input: [batch, height, width, channels], floats.
      filter: [height, width, channels, multiplier].
      strides: a list of 4; the two spatial ones are equal, and 1 where a rate is above 1.
      padding: "SAME" or "VALID".
      rate, dilations: two numbers: how far elements of the filter are apart.
      data_format: "NHWC"; "NCHW" fails when it runs, as it does on TensorFlow's CPU.

    Returns:
      [batch, out height, out width, channels * multiplier].
    """
    rate = renamed_argument("dilations", dilations, "rate", rate)
    with name_scope(name, "depthwise", [input, filter]) as scope:
        input = convert_to_tensor(input, name="tensor_in")
        filter = convert_to_tensor(filter, name="filter_in")
        return _depthwise(input, filter, strides, padding, rate, data_format, scope)


def _depthwise(input, filter, strides, padding, rate, data_format, name):
    def convolve(converted, _, padding):
        return depthwise_conv2d_native(converted, filter, strides, padding, data_format or "NHWC",
                                       name=name)

    return convolution_ops.with_space_to_batch(
        input, [1, 1] if rate is None else rate, padding, convolve,
        filter_shape=array_ops.shape(filter), data_format=data_format)


def separable_conv2d(input, depthwise_filter, pointwise_filter, strides, padding, rate=None,
                     name=None, data_format=None, dilations=None):
    """A depthwise convolution, and then one of 1x1 that mixes the channels.

    Args:
      input: [batch, height, width, channels], floats.
      depthwise_filter: [height, width, channels, multiplier].
      pointwise_filter: [1, 1, channels * multiplier, output channels].
      strides, padding, rate, data_format, dilations: those of ``depthwise_conv2d``.

    Raises:
      ValueError: ``pointwise_filter`` is not 1x1.

    Source: Chollet 2017, "Xception: deep learning with depthwise separable convolutions".
    """
    rate = renamed_argument("dilations", dilations, "rate", rate)
    with name_scope(name, "separable_conv2d",
                    [input, depthwise_filter, pointwise_filter]) as scope:
        input = convert_to_tensor(input, name="tensor_in")
        depthwise_filter = convert_to_tensor(depthwise_filter, name="depthwise_filter")
        pointwise_filter = convert_to_tensor(pointwise_filter, name="pointwise_filter")
        size = pointwise_filter.shape.with_rank(4).dims[:2]
        for dim in size:
            dim.assert_is_compatible_with(1)
        depthwise = _depthwise(input, depthwise_filter, strides, padding, rate, data_format,
                               "depthwise")
        return conv_ops.conv2d(depthwise, pointwise_filter, [1, 1, 1, 1], padding="VALID",
                               data_format=data_format, name=scope)


def depthwise_conv2d_native(input, filter, strides, padding, data_format="NHWC",
                            dilations=[1, 1, 1, 1], name=None):  # noqa: B006
    """``depthwise_conv2d`` without rates (TF op: DepthwiseConv2dNative).

    Args:
      dilations: not used, as on TensorFlow's CPU; the others are those of ``depthwise_conv2d``.
    """
    return DepthwiseConv2dNative(input, filter, strides=strides, padding=padding,
                                 data_format=data_format, dilations=dilations, name=name)


def depthwise_conv2d_native_backprop_input(input_sizes, filter, out_backprop, strides, padding,
                                           data_format="NHWC", dilations=[1, 1, 1, 1],  # noqa: B006
                                           name=None):
    """The gradient of ``depthwise_conv2d_native`` with respect to its input.

    Args:
      input_sizes: the shape of the input, an int32 vector.
      filter: the filter of the convolution.
      out_backprop: the gradient with respect to its output.
      strides, padding, data_format, dilations: those of the convolution.
    """
    return DepthwiseConv2dNativeBackpropInput(
        input_sizes, filter, out_backprop, strides=strides, padding=padding,
        data_format=data_format, dilations=dilations, name=name)


def depthwise_conv2d_native_backprop_filter(input, filter_sizes, out_backprop, strides, padding,
                                            data_format="NHWC",
                                            dilations=[1, 1, 1, 1], name=None):  # noqa: B006
    """The gradient of ``depthwise_conv2d_native`` with respect to its filter.

    Args:
      input: the input of the convolution.
      filter_sizes: the shape of the filter, an int32 vector.
      out_backprop: the gradient with respect to the convolution's output.
      strides, padding, data_format, dilations: those of the convolution.
    """
    return DepthwiseConv2dNativeBackpropFilter(
        input, filter_sizes, out_backprop, strides=strides, padding=padding,
        data_format=data_format, dilations=dilations, name=name)


# ---- what kernels share ----


def _windows(input_shape, filter_shape, strides, padding, data_format):
    """The windows over images; dilations count for nothing, as on TensorFlow's CPU."""
    message, kind = None, errors.InvalidArgumentError
    if data_format != b"NHWC":
        kind = errors.UnimplementedError
        message = "Depthwise convolution on CPU is only supported for NHWC format"
    elif strides[1] != strides[2]:
        message = ("Current implementation only supports equal length strides in the row and "
                   "column dimensions.")
    elif strides[0] != 1 or strides[3] != 1:
        message = ("Current implementation does not yet support strides in the batch and depth "
                   "dimensions.")
    if message:
        raise kind(None, None, message)
    return Windows(input_shape[1:3], filter_shape[:2], strides[1:3], padding)


def _backprop_windows(name, input_shape, filter_shape, out_shape, strides, padding, data_format):
    """The windows, once all shapes are found to fit."""
    message = None
    for label, shape in (("input", input_shape), ("filter", filter_shape),
                         ("out_backprop", out_shape)):
        if message is None and len(shape) != 4:
            message = f"{name}: {label} must be 4-dimensional"
    if message is None:
        windows = _windows(input_shape, filter_shape, strides, padding, data_format)
        if input_shape[0] != out_shape[0]:
            message = f"{name}: input and out_backprop must have the same batch size"
        elif input_shape[3] != filter_shape[2]:
            message = f"{name}: input and filter must have the same in_depth"
        elif filter_shape[3] * filter_shape[2] != out_shape[3]:
            message = f"{name}: depth_multiplier * in_depth not equal to out_depth"
        for label, actual, computed in zip(("rows", "cols"), out_shape[1:3], windows.outputs):
            if message is None and actual != computed:
                message = (f"{name}: Number of {label} of out_backprop doesn't match computed: "
                           f"actual = {actual}, computed = {computed}")
    if message:
        raise errors.InvalidArgumentError(None, None, message)
    return windows


def _by_place(filter):
    """The filter, or a view of it, by places of the window: [places, channels, multiplier]."""
    return filter.reshape(filter.shape[0] * filter.shape[1], *filter.shape[2:])


def _along_width(filter, width):
    """``_by_place`` by multiplier, repeated for each column: [places, multiplier, width, channels].

    With it NumPy's inner loops run over rows of the images, not over a few channels each.
    """
    return np.repeat(_by_place(filter).swapaxes(1, 2)[:, :, np.newaxis], width, axis=2)


# Elements of a block of images, that stays in the cache from one place of the window to the next.
_BLOCK = 1 << 17


def _in_blocks(function, windows, batch, channels):
    """Calls ``function(images, shape)`` for some images at a time: [images, *outputs, channels]."""
    per_image = (*windows.outputs, channels)
    length = max(1, _BLOCK // max(int(np.prod(per_image)), 1))

    def block(images):
        function(images, (images.stop - images.start, *per_image))

    in_blocks(block, batch, length)


def _by_multiplier(out, filter_shape):
    """The output's channels split: ``multiplier`` arrays of [batch, height, width, channels]."""
    split = out.reshape(*out.shape[:3], *filter_shape[2:])
    return [np.ascontiguousarray(split[..., m]) for m in range(filter_shape[3])]


# ---- DepthwiseConv2dNative ----

DepthwiseConv2dNative = op(f"DepthwiseConv2dNative(input: T, filter: T; {_ATTRS}) -> (output: T)",
                           T=_FLOATS)


@DepthwiseConv2dNative.shape
def _(input, filter, strides, padding, data_format):
    input = with_rank(input.shape, 4)._dims
    rows, columns, channels, multiplier = with_rank(filter.shape, 4)._dims
    if len(strides) != 4:
        raise ValueError("DepthwiseConv2D requires the stride attribute to contain 4 values, but "
                         f"got: {len(strides)}")
    spatial, channel_axis = spatial_axes(2, data_format)
    channels = merge_dims(input[channel_axis], channels)
    output = list(input)
    output[channel_axis] = (None if channels is None or multiplier is None
                            else channels * multiplier)
    for axis, window in zip(spatial, (rows, columns)):
        output[axis] = output_dim(input[axis], window, strides[axis], padding)
    return TensorShape(output)


@DepthwiseConv2dNative.kernel
def _(input, filter, strides, padding, data_format):
    message = None
    if np.ndim(input) != 4:
        message = f"input must be 4-dimensional{list_text(np.shape(input))}"
    elif np.ndim(filter) != 4:
        message = f"filter must be 4-dimensional: {list_text(np.shape(filter))}"
    elif data_format == b"NHWC" and input.shape[3] != filter.shape[2]:
        message = ("input and filter must have the same depth: "
                   f"{input.shape[3]} vs {filter.shape[2]}")
    if message:
        raise errors.InvalidArgumentError(None, None, message)
    windows = _windows(input.shape, filter.shape, strides, padding, data_format)
    channels, multiplier = filter.shape[2:]
    outputs = np.zeros((multiplier, input.shape[0], *windows.outputs, channels), input.dtype)
    padded, wide = windows.padded(input), _along_width(filter, windows.outputs[1])

    def convolve(images, shape):
        buffer = np.empty(shape, input.dtype)
        for here, weights in zip(windows.places(padded[images]), wide):
            for output, weight in zip(outputs, weights):
                output[images] += np.multiply(here, weight, out=buffer)

    _in_blocks(convolve, windows, input.shape[0], channels)
    output = np.stack(outputs, axis=-1) if multiplier else outputs
    return output.reshape(input.shape[0], *windows.outputs, channels * multiplier)


def _attrs(op):
    return {name: op._attrs[name] for name in _ATTR_NAMES}


@DepthwiseConv2dNative.gradient
def _(op, grad):
    input, filter = op.inputs
    return (DepthwiseConv2dNativeBackpropInput(array_ops.shape(input), filter, grad, **_attrs(op)),
            DepthwiseConv2dNativeBackpropFilter(input, array_ops.shape(filter), grad, **_attrs(op)))


# ---- DepthwiseConv2dNativeBackpropInput ----

DepthwiseConv2dNativeBackpropInput = op(
    f"DepthwiseConv2dNativeBackpropInput(input_sizes: int32, filter: T, out_backprop: T; {_ATTRS})"
    " -> (output: T)", T=_FLOATS)


@DepthwiseConv2dNativeBackpropInput.shape
def _(input_sizes):
    return with_rank(static_shape(input_sizes), 4)


@DepthwiseConv2dNativeBackpropInput.kernel
def _(input_sizes, filter, out_backprop, strides, padding, data_format):
    name = "DepthwiseConv2DBackpropInput"
    if np.ndim(input_sizes) != 1:
        raise errors.InvalidArgumentError(
            None, None, f"{name}: input_sizes input must be 1-dim, not {np.ndim(input_sizes)}")
    shape = tuple(input_sizes.tolist())
    windows = _backprop_windows(name, shape, filter.shape, out_backprop.shape, strides, padding,
                                data_format)
    padded = windows.zeros(shape[0], shape[3], out_backprop.dtype)
    wide = _along_width(filter, windows.outputs[1])
    grads = _by_multiplier(out_backprop, filter.shape)

    def spread(images, shape):
        buffer = np.empty(shape, out_backprop.dtype)
        for target, weights in zip(windows.places(padded[images]), wide):
            for grad, weight in zip(grads, weights):
                target += np.multiply(grad[images], weight, out=buffer)

    _in_blocks(spread, windows, shape[0], shape[3])
    return windows.unpadded(padded)


@DepthwiseConv2dNativeBackpropInput.gradient
def _(op, grad):
    filter, out = op.inputs[1:]
    return (None,
            DepthwiseConv2dNativeBackpropFilter(grad, array_ops.shape(filter), out, **_attrs(op)),
            DepthwiseConv2dNative(grad, filter, **_attrs(op)))


# ---- DepthwiseConv2dNativeBackpropFilter ----

DepthwiseConv2dNativeBackpropFilter = op(
    f"DepthwiseConv2dNativeBackpropFilter(input: T, filter_sizes: int32, out_backprop: T; {_ATTRS})"
    " -> (output: T)", T=_FLOATS)


@DepthwiseConv2dNativeBackpropFilter.shape
def _(filter_sizes):
    return with_rank(static_shape(filter_sizes), 4)


@DepthwiseConv2dNativeBackpropFilter.kernel
def _(input, filter_sizes, out_backprop, strides, padding, data_format):
    name = "DepthwiseConv2DBackpropFilter"
    if np.ndim(filter_sizes) != 1:
        raise errors.InvalidArgumentError(
            None, None, f"{name}: filter_sizes input must be 1-dim, not {np.ndim(filter_sizes)}")
    shape = tuple(filter_sizes.tolist())
    windows = _backprop_windows(name, input.shape, shape, out_backprop.shape, strides, padding,
                                data_format)
    rows, columns, channels, multiplier = shape
    # For each image on its own, so that threads do not meet; float16 sums would be inexact.
    sums = np.zeros((len(input), rows * columns, multiplier, channels),
                    np.promote_types(input.dtype, np.float32))
    padded, grads = windows.padded(input), _by_multiplier(out_backprop, shape)

    def gather(images, block_shape):
        buffer = np.empty(block_shape, input.dtype)
        for place, here in enumerate(windows.places(padded[images])):
            for m, grad in enumerate(grads):
                np.multiply(here, grad[images], out=buffer)
                sums[images, place, m] = buffer.sum(axis=1, dtype=sums.dtype).sum(axis=1)

    _in_blocks(gather, windows, len(input), channels)
    return sums.sum(axis=0).swapaxes(1, 2).reshape(shape).astype(input.dtype, copy=False)


@DepthwiseConv2dNativeBackpropFilter.gradient
def _(op, grad):
    input, _, out = op.inputs
    return (DepthwiseConv2dNativeBackpropInput(array_ops.shape(input), grad, out, **_attrs(op)),
            None, DepthwiseConv2dNative(input, grad, **_attrs(op)))
