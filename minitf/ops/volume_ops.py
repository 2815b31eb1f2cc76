"""Convolutions and pooling of volumes: [batch, depth, height, width, channels]."""

import numpy as np

from minitf.framework import errors
from minitf.framework.constant_folding import static_shape
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import merge_shapes, with_rank
from minitf.ops.conv_ops import check_backprop, check_depths, check_outputs
from minitf.ops.windows import Windows, output_dim, spatial_axes, spatial_list

_FLOATS = "half bfloat16 float double"
_REAL = "float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"
_PADDING = "padding: string in {'SAME', 'VALID'}"
_FORMAT = "data_format: string in {'NDHWC', 'NCDHW'} = 'NDHWC'"
_CONV = (f"T, strides: list(int) >= 5, {_PADDING}, {_FORMAT},"
         " dilations: list(int) = [1, 1, 1, 1, 1]")
_POOL = f"ksize: list(int) >= 5, strides: list(int) >= 5, {_PADDING}, {_FORMAT}"

# ---- conv3d ----


def conv3d(input, filter=None, strides=None, padding=None, data_format="NDHWC",
           dilations=[1, 1, 1, 1, 1], name=None, filters=None):  # noqa: B006
    """The convolution of volumes with a filter (TF op: Conv3D), as ``conv2d`` is of images.

    Args:
      input: [batch, depth, height, width, channels], floats.
      filter: [depth, height, width, channels, output channels].
      strides, dilations: lists of 5.
      padding: "SAME" or "VALID".
      data_format: "NDHWC"; "NCDHW" fails when it runs, as it does on TensorFlow's CPU.
      filters: another name of ``filter``.
    """
    filter = renamed_argument("filters", filters, "filter", filter)
    return Conv3D(input, filter, strides=strides, padding=padding, data_format=data_format,
                  dilations=dilations, name=name)


def conv3d_backprop_filter(input, filter_sizes, out_backprop, strides, padding,
                           data_format="NDHWC", dilations=[1, 1, 1, 1, 1], name=None):  # noqa: B006
    """The gradient of ``conv3d`` with respect to its filter (TF op: Conv3DBackpropFilterV2).

    Args:
      input: the input of the convolution.
      filter_sizes: the shape of the filter, an int32 vector.
      out_backprop: the gradient with respect to the convolution's output.
      strides, padding, data_format, dilations: those of the convolution.
    """
    return Conv3DBackpropFilterV2(input, filter_sizes, out_backprop, strides=strides,
                                  padding=padding, data_format=data_format, dilations=dilations,
                                  name=name)


def conv3d_transpose(value, filter=None, output_shape=None, strides=None, padding="SAME",
                     data_format="NDHWC", name=None, input=None, filters=None, dilations=None):
    """The transpose of ``conv3d``, as ``conv2d_transpose`` is that of ``conv2d``.

    Args:
      value: [batch, depth, height, width, channels], floats.
      filter: [depth, height, width, output channels, channels].
      output_shape: an int32 vector of 5: the result's shape.
      strides, dilations: a number, or a list of 1, 3 or 5.
      padding, data_format: those of ``conv3d``.
      input, filters: other names of ``value`` and ``filter``.
    """
    value = renamed_argument("input", input, "value", value)
    filter = renamed_argument("filters", filters, "filter", filter)
    with name_scope(name, "conv3d_transpose", [value, output_shape]) as scope:
        data_format = data_format or "NDHWC"
        last = not data_format.startswith("NC")
        return Conv3DBackpropInputV2(
            output_shape, filter, value, strides=spatial_list(strides, 3, last, "strides"),
            padding=padding, data_format=data_format,
            dilations=spatial_list(dilations, 3, last, "dilations"), name=scope)


Conv3D = op(f"Conv3D(input: T, filter: T; {_CONV}) -> (output: T)", T=_FLOATS)
Conv3DBackpropInputV2 = op(
    f"Conv3DBackpropInputV2(input_sizes: Tshape, filter: T, out_backprop: T; {_CONV},"
    " Tshape: type = int32) -> (output: T)", T=_FLOATS, Tshape="int32 int64")
Conv3DBackpropFilterV2 = op(
    f"Conv3DBackpropFilterV2(input: T, filter_sizes: int32, out_backprop: T; {_CONV})"
    " -> (output: T)", T=_FLOATS)


@Conv3D.shape
def _(input, filter, strides, padding, data_format, dilations):
    input, filter = with_rank(input.shape, 5)._dims, with_rank(filter.shape, 5)._dims
    for name, values in (("dilation", dilations), ("stride", strides)):
        if len(values) != 5:
            raise ValueError(f"Conv3D requires the {name} attribute to contain 5 values, but got: "
                             f"{len(values)}")
    spatial, channel_axis = spatial_axes(3, data_format)
    check_depths(input[channel_axis], filter[3], filter[4])
    output = list(input)
    output[channel_axis] = filter[4]
    for i, axis in enumerate(spatial):
        output[axis] = output_dim(input[axis], filter[i], strides[axis], padding, dilations[axis])
    return TensorShape(output)


@Conv3DBackpropInputV2.shape
def _(input_sizes):
    return with_rank(static_shape(input_sizes), 5)


@Conv3DBackpropFilterV2.shape
def _(filter_sizes):
    return with_rank(static_shape(filter_sizes), 5)


def _check_format(data_format):
    if data_format != b"NDHWC":
        raise errors.InvalidArgumentError(
            None, None, "CPU implementation of Conv3D currently only supports the NHWC tensor "
            "format.")


def _windows(input_shape, filter_shape, strides, padding, dilations):
    message = None
    for name, values in (("strides", strides), ("dilations", dilations)):
        if message is None and (values[0] != 1 or values[4] != 1):
            message = (f"Current implementation does not yet support {name} in the batch and depth "
                       "dimensions.")
    if message:
        raise errors.InvalidArgumentError(None, None, message)
    return Windows(input_shape[1:4], filter_shape[:3], strides[1:4], padding, dilations[1:4])


def _check_no_groups(input_depth, filter_depth):
    if input_depth != filter_depth:
        raise errors.UnimplementedError(
            None, None, "Conv3D does not support grouped convolutions: the input depth of "
            f"{input_depth} does not match the filter input depth of {filter_depth}")


@Conv3D.kernel
def _(input, filter, strides, padding, data_format, dilations):
    _check_format(data_format)
    message = None
    for name, array in (("input", input), ("filter", filter)):
        if message is None and np.ndim(array) != 5:
            message = f"{name} must be 5-dimensional"
    if message is None and filter.shape[3] and input.shape[4] % filter.shape[3]:
        message = ("Input depth must be evenly divisible by filter depth: "
                   f"{input.shape[4]} vs {filter.shape[3]}")
    if message:
        raise errors.InvalidArgumentError(None, None, message)
    windows = _windows(input.shape, filter.shape, strides, padding, dilations)
    _check_no_groups(input.shape[4], filter.shape[3])
    return windows.convolve(input, filter)


@Conv3DBackpropInputV2.kernel
def _(input_sizes, filter, out_backprop, strides, padding, data_format, dilations):
    name, shape = "Conv3DBackpropInputOp", tuple(input_sizes.tolist())
    windows = _checked_windows(name, shape, filter.shape, out_backprop.shape, strides, padding,
                               data_format, dilations)
    return windows.input_gradient(filter, out_backprop)


@Conv3DBackpropFilterV2.kernel
def _(input, filter_sizes, out_backprop, strides, padding, data_format, dilations):
    name, shape = "Conv3DBackpropFilterOp", tuple(filter_sizes.tolist())
    windows = _checked_windows(name, input.shape, shape, out_backprop.shape, strides, padding,
                               data_format, dilations)
    return windows.filter_gradient(input, out_backprop).reshape(shape)


def _checked_windows(name, input_shape, filter_shape, out_shape, strides, padding, data_format,
                     dilations):
    _check_format(data_format)
    check_backprop(name, input_shape, filter_shape, out_shape)
    _check_no_groups(input_shape[4], filter_shape[3])
    windows = _windows(input_shape, filter_shape, strides, padding, dilations)
    check_outputs(name, windows, out_shape)
    return windows


def _conv_attrs(op):
    return {name: op._attrs[name] for name in ("strides", "padding", "data_format", "dilations")}


@Conv3D.gradient
def _(op, grad):
    input, filter = op.inputs
    return (Conv3DBackpropInputV2(array_ops.shape(input), filter, grad, **_conv_attrs(op)),
            Conv3DBackpropFilterV2(input, array_ops.shape(filter), grad, **_conv_attrs(op)))


@Conv3DBackpropInputV2.gradient
def _(op, grad):
    _, filter, out = op.inputs
    return (None, Conv3DBackpropFilterV2(grad, array_ops.shape(filter), out, **_conv_attrs(op)),
            Conv3D(grad, filter, **_conv_attrs(op)))


@Conv3DBackpropFilterV2.gradient
def _(op, grad):
    input, _, out = op.inputs
    return (Conv3DBackpropInputV2(array_ops.shape(input), grad, out, **_conv_attrs(op)), None,
            Conv3D(input, grad, **_conv_attrs(op)))


# ---- pooling ----


def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The largest element of each window of volumes (TF op: MaxPool3D).

    Args:
      input: [batch, depth, height, width, channels], float16 or float32.
      ksize, strides: a number, or a list of 1, 3 or 5.
      padding: "SAME" or "VALID".
      data_format: "NDHWC"; "NCDHW" fails when it runs, as it does on TensorFlow's CPU.
    """
    return _pool3d(MaxPool3D, input, ksize, strides, padding, data_format, name)


def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The mean of each window of volumes (TF op: AvgPool3D); arguments as in ``max_pool3d``."""
    return _pool3d(AvgPool3D, input, ksize, strides, padding, data_format, name)


def _pool3d(op_type, input, ksize, strides, padding, data_format, name):
    with name_scope(name, op_type.name, [input]) as scope:
        data_format = data_format or "NDHWC"
        last = not data_format.startswith("NC")
        return op_type(input, ksize=spatial_list(ksize, 3, last, "ksize"),
                       strides=spatial_list(strides, 3, last, "strides"), padding=padding,
                       data_format=data_format, name=scope)


MaxPool3D = op(f"MaxPool3D(input: T; {_POOL}, T) -> (output: T)", T="half bfloat16 float")
MaxPool3DGrad = op(
    f"MaxPool3DGrad(orig_input: TInput, orig_output: TInput, grad: T; {_POOL}, T: type = float,"
    " TInput: type = float) -> (output: T)", T="half bfloat16 float", TInput="half bfloat16 float")
MaxPool3DGradGrad = op(
    f"MaxPool3DGradGrad(orig_input: T, orig_output: T, grad: T; {_POOL}, T) -> (output: T)",
    T=_REAL)
AvgPool3D = op(f"AvgPool3D(input: T; {_POOL}, T) -> (output: T)", T=_FLOATS)
AvgPool3DGrad = op(f"AvgPool3DGrad(orig_input_shape: int32, grad: T; {_POOL}, T) -> (output: T)",
                   T=_FLOATS)


def _pooled(input, ksize, strides, padding, data_format):
    output = list(with_rank(input.shape, 5)._dims)
    for axis in spatial_axes(3, data_format)[0]:
        output[axis] = output_dim(output[axis], ksize[axis], strides[axis], padding)
    return TensorShape(output)


def _pool_windows(shape, ksize, strides, padding, data_format, name="tensor_in"):
    if len(shape) != 5:
        raise errors.InvalidArgumentError(None, None, f"{name} must be 5-dimensional")
    if data_format != b"NDHWC":
        raise errors.InvalidArgumentError(
            None, None, "Default Pooling3DOp only supports NDHWC on device type CPU")
    for axis, label in ((0, "batch"), (4, "depth")):
        if ksize[axis] != 1 or strides[axis] != 1:
            raise errors.UnimplementedError(
                None, None, f"Pooling is not yet supported on the {label} dimension.")
    return Windows(shape[1:4], ksize[1:4], strides[1:4], padding)


def _pool_attrs(op):
    return {name: op._attrs[name] for name in ("ksize", "strides", "padding", "data_format")}


MaxPool3D.shape(_pooled)
AvgPool3D.shape(_pooled)


@MaxPool3D.kernel
def _(input, ksize, strides, padding, data_format):
    return _pool_windows(np.shape(input), ksize, strides, padding, data_format).largest(input)


@MaxPool3D.gradient
def _(op, grad):
    return MaxPool3DGrad(op.inputs[0], op.outputs[0], grad, **_pool_attrs(op))


@MaxPool3DGrad.shape
def _(orig_input):
    return with_rank(orig_input.shape, 5)


@MaxPool3DGrad.kernel
def _(orig_input, orig_output, grad, ksize, strides, padding, data_format):
    """A window's gradient goes to all elements that equal the largest, unlike in two dimensions."""
    windows = _pool_windows(orig_input.shape, ksize, strides, padding, data_format)
    padded = windows.zeros(orig_input.shape[0], orig_input.shape[4], grad.dtype)
    places = windows.places(windows.padded(orig_input, np.nan))
    for target, here in zip(windows.places(padded), places):
        target += grad * (here == orig_output)
    return windows.unpadded(padded)


def _gradient_of_gradient(back):
    def rule(op, grad):
        x, y = op.inputs[:2]
        return (array_ops.zeros(shape=array_ops.shape(x), dtype=x.dtype),
                array_ops.zeros(shape=array_ops.shape(y), dtype=y.dtype),
                back()(x, y, grad, **_pool_attrs(op)))

    return rule


MaxPool3DGrad.gradient(_gradient_of_gradient(lambda: MaxPool3DGradGrad))
MaxPool3DGradGrad.gradient(_gradient_of_gradient(lambda: MaxPool3DGrad))


@MaxPool3DGradGrad.shape
def _(orig_input, orig_output, grad, ksize, strides, padding, data_format):
    output = _pooled(orig_input, ksize, strides, padding, data_format)
    merge_shapes(orig_input.shape, grad.shape)
    merge_shapes(orig_output.shape, output)
    return output


@MaxPool3DGradGrad.kernel
def _(orig_input, orig_output, grad, ksize, strides, padding, data_format):
    windows = _pool_windows(orig_input.shape, ksize, strides, padding, data_format)
    return windows.at_places(grad, windows.first_largest(orig_input))


@AvgPool3D.kernel
def _(input, ksize, strides, padding, data_format):
    return _pool_windows(np.shape(input), ksize, strides, padding, data_format).mean(input)


@AvgPool3D.gradient
def _(op, grad):
    return AvgPool3DGrad(array_ops.shape(op.inputs[0]), grad, **_pool_attrs(op))


@AvgPool3DGrad.shape
def _(orig_input_shape):
    return with_rank(static_shape(orig_input_shape), 5)


@AvgPool3DGrad.kernel
def _(orig_input_shape, grad, ksize, strides, padding, data_format):
    if np.shape(orig_input_shape) != (5,):
        raise errors.InvalidArgumentError(
            None, None, "tensor_in must be 1-dimensional and 5 elements")
    shape = tuple(orig_input_shape.tolist())
    windows = _pool_windows(shape, ksize, strides, padding, data_format)
    return windows.spread(grad, shape[4])


@AvgPool3DGrad.gradient
def _(op, grad):
    return array_ops.stop_gradient(op.inputs[0]), AvgPool3D(grad, **_pool_attrs(op))
