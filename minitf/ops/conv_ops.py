"""Two-dimensional convolutions and their transposes: each one matrix product.

The windows of the input become the rows of a matrix; times the filter as a matrix they are the
output. The gradients are the same two products turned around.
"""

import numpy as np

from minitf.framework import errors
from minitf.framework.constant_folding import static_shape
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import with_rank
from minitf.ops.elementwise import list_text
from minitf.ops.windows import (
    Windows, output_dim, padding_attrs, spatial_axes, spatial_list)

_FLOATS = "half bfloat16 float double"
_ATTRS = ("T, strides: list(int), use_cudnn_on_gpu: bool = True,"
          " padding: string in {'SAME', 'VALID', 'EXPLICIT'}, explicit_paddings: list(int) = [],"
          " data_format: string in {'NHWC', 'NCHW'} = 'NHWC', dilations: list(int) = [1, 1, 1, 1]")
_ATTR_NAMES = ("strides", "use_cudnn_on_gpu", "padding", "explicit_paddings", "data_format",
               "dilations")

# ---- conv2d ----


def conv2d(input, filter=None, strides=None, padding=None, use_cudnn_on_gpu=True,
           data_format="NHWC", dilations=[1, 1, 1, 1], name=None, filters=None):  # noqa: B006
    """The convolution of images with a filter (TF op: Conv2D).

    ``out[b, i, j, k] = sum_{di, dj, q} input[b, s1 * i + d1 * di, s2 * j + d2 * dj, q]
    * filter[di, dj, q, k]``, with strides s and dilations d.

    Args:
      input: [batch, height, width, channels], floats.
      filter: [height, width, channels, output channels], of the same dtype.
      strides: a number, or a list of 1, 2 or 4 of them: how far the filter moves on.
      padding: "SAME" (outputs as many as inputs, divided by the stride), "VALID" (the filter stays
        inside) or a list of four pairs, what to pad each axis with before and after.
      use_cudnn_on_gpu: does nothing here.
      data_format: "NHWC"; "NCHW" fails when it runs, as it does on TensorFlow's CPU.
      dilations: a number, or a list of 1, 2 or 4: how far elements of the filter are apart.
      filters: another name of ``filter``.

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    filter = renamed_argument("filters", filters, "filter", filter)
    padding = padding_attrs(padding)
    data_format = data_format or "NHWC"
    last = not data_format.startswith("NC")
    return Conv2D(input, filter, strides=spatial_list(strides, 2, last, "strides"),
                  dilations=spatial_list(dilations, 2, last, "dilations"),
                  use_cudnn_on_gpu=use_cudnn_on_gpu, data_format=data_format, name=name, **padding)


Conv2D = op(f"Conv2D(input: T, filter: T; {_ATTRS}) -> (output: T)", T=_FLOATS)


@Conv2D.shape
def _(input, filter, strides, padding, explicit_paddings, data_format, dilations):
    input = with_rank(input.shape, 4)._dims
    filter = with_rank(filter.shape, 4)._dims
    for name, values in (("dilation", dilations), ("stride", strides)):
        if len(values) != 4:
            where = "" if name == "dilation" else f" on data format {data_format.decode()}"
            raise ValueError(f"Conv2D{where} requires the {name} attribute to contain 4 values, "
                             f"but got: {len(values)}")
    spatial, channel_axis = spatial_axes(2, data_format)
    check_depths(input[channel_axis], filter[2], filter[3])
    _check_explicit(explicit_paddings, channel_axis)
    output = list(input)
    output[channel_axis] = filter[3]
    for i, axis in enumerate(spatial):
        explicit = explicit_paddings[2 * axis:2 * axis + 2]
        output[axis] = output_dim(input[axis], filter[i], strides[axis], padding, dilations[axis],
                                  explicit)
    return TensorShape(output)


def check_depths(input_depth, filter_depth, output_depth):
    """Checks static numbers of channels, where the filter may be for groups of them."""
    if not input_depth or not filter_depth:
        return
    if input_depth % filter_depth:
        raise ValueError(f"Depth of input ({input_depth}) is not a multiple of input depth of "
                         f"filter ({filter_depth})")
    groups = input_depth // filter_depth
    if output_depth is not None and output_depth % groups:
        raise ValueError(f"Depth of output ({output_depth}) is not a multiple of the number of "
                         f"groups ({groups})")


def _check_explicit(paddings, channel_axis):
    if any(padding < 0 for padding in paddings):
        raise ValueError("All elements of explicit_paddings must be nonnegative")
    if any(paddings[:2]) or any(paddings[2 * channel_axis:2 * channel_axis + 2]):
        raise ValueError("Nonzero explicit padding in the batch or depth dimensions is not "
                         "supported")


# ---- kernels ----


def _windows(input_shape, filter_shape, strides, padding, explicit_paddings, dilations):
    """The windows of a filter of ``filter_shape`` over images of ``input_shape``.

    Raises:
      InvalidArgumentError, UnimplementedError: what a convolution cannot do.
    """
    for name, values in (("strides", strides), ("dilations", dilations)):
        if values[0] != 1 or values[3] != 1:
            raise errors.InvalidArgumentError(
                None, None, f"Current implementation does not yet support {name} in the batch and "
                "depth dimensions.")
    explicit = explicit_paddings and [tuple(explicit_paddings[i:i + 2]) for i in (2, 4)]
    return Windows(input_shape[1:3], filter_shape[:2], strides[1:3], padding, dilations[1:3],
                   explicit)


def _check_no_groups(input_depth, filter_depth):
    if input_depth != filter_depth:
        raise errors.UnimplementedError(
            None, None, "The Conv2D op currently does not support grouped convolutions on the CPU. "
            "A grouped convolution was attempted to be run because the input depth of "
            f"{input_depth} does not match the filter input depth of {filter_depth}")


@Conv2D.kernel
def _(input, filter, strides, padding, explicit_paddings, data_format, dilations):
    if data_format != b"NHWC":
        raise errors.UnimplementedError(
            None, None, "The Conv2D op currently only supports the NHWC tensor format on the CPU. "
            f"The op was given the format: {data_format.decode()}")
    if np.ndim(input) != 4:
        raise errors.InvalidArgumentError(
            None, None, f"input must be 4-dimensional{list_text(np.shape(input))}")
    if np.ndim(filter) != 4:
        raise errors.InvalidArgumentError(
            None, None, f"filter must be 4-dimensional: {list_text(np.shape(filter))}")
    input_depth, filter_depth = input.shape[3], filter.shape[2]
    if filter_depth and input_depth % filter_depth:
        raise errors.InvalidArgumentError(
            None, None, "input depth must be evenly divisible by filter depth: "
            f"{input_depth} vs {filter_depth}")
    _check_no_groups(input_depth, filter_depth)
    windows = _windows(input.shape, filter.shape, strides, padding, explicit_paddings, dilations)
    return windows.convolve(input, filter)


@Conv2D.gradient
def _(op, grad):
    attrs = _attrs(op)
    input_shape, filter_shape = array_ops.shape_n(list(op.inputs))
    return (Conv2DBackpropInput(input_shape, op.inputs[1], grad, **attrs),
            Conv2DBackpropFilter(op.inputs[0], filter_shape, grad, **attrs))


def _attrs(op):
    return {name: op._attrs[name] for name in _ATTR_NAMES}


# ---- Conv2DBackpropInput, conv2d_transpose ----


def conv2d_backprop_input(input_sizes, filter=None, out_backprop=None, strides=None, padding=None,
                          use_cudnn_on_gpu=True, data_format="NHWC",
                          dilations=[1, 1, 1, 1], name=None, filters=None):  # noqa: B006
    """The gradient of ``conv2d`` with respect to its input (TF op: Conv2DBackpropInput).

    Args:
      input_sizes: the shape of the input, an int32 vector.
      filter: the filter of the convolution.
      out_backprop: the gradient with respect to its output.
      strides, padding, use_cudnn_on_gpu, data_format, dilations: the convolution's; lists of 4.
      filters: another name of ``filter``.
    """
    filter = renamed_argument("filters", filters, "filter", filter)
    return Conv2DBackpropInput(input_sizes, filter, out_backprop, strides=strides,
                               use_cudnn_on_gpu=use_cudnn_on_gpu, data_format=data_format,
                               dilations=dilations, name=name, **padding_attrs(padding))


def conv2d_transpose(value=None, filter=None, output_shape=None, strides=None, padding="SAME",
                     data_format="NHWC", name=None, input=None, filters=None, dilations=None):
    """The transpose of ``conv2d``: each element of ``value`` spreads the filter over the output.

    It is the gradient of a convolution that makes ``value`` from the output (TF op:
    Conv2DBackpropInput), and is also called deconvolution.

    Args:
      value: [batch, height, width, channels], floats.
      filter: [height, width, output channels, channels].
      output_shape: an int32 vector of 4: the result's shape.
      strides: a number, or a list of 1, 2 or 4.
      padding: "SAME" or "VALID": of the convolution that it is the transpose of.
      data_format: "NHWC".
      input, filters: other names of ``value`` and ``filter``.
      dilations: a number, or a list of 1, 2 or 4.
    """
    value = renamed_argument("input", input, "value", value)
    filter = renamed_argument("filters", filters, "filter", filter)
    with name_scope(name, "conv2d_transpose", [value, filter, output_shape]) as scope:
        data_format = data_format or "NHWC"
        last = not data_format.startswith("NC")
        return Conv2DBackpropInput(
            output_shape, filter, value, strides=spatial_list(strides, 2, last, "strides"),
            padding=padding, data_format=data_format,
            dilations=spatial_list(dilations, 2, last, "dilations"), name=scope)


Conv2DBackpropInput = op(
    f"Conv2DBackpropInput(input_sizes: int32, filter: T, out_backprop: T; {_ATTRS}) -> (output: T)",
    T=_FLOATS)


@Conv2DBackpropInput.shape
def _(input_sizes):
    return with_rank(static_shape(input_sizes), 4)


def check_backprop(name, input_shape, filter_shape, out_shape):
    """Checks the shapes of a gradient: of two tensors, and of the one that it is to make."""
    rank, message = max(len(filter_shape), len(out_shape)), None
    for label, shape in (("input", input_shape), ("filter", filter_shape),
                         ("out_backprop", out_shape)):
        if message is None and len(shape) != rank:
            message = f"{name}: {label} must be {rank}-dimensional"
    if message is None and input_shape[0] != out_shape[0]:
        message = (f"{name}: input and out_backprop must have the same batch sizeinput batch: "
                   f"{input_shape[0]}outbackprop batch: {out_shape[0]} batch_dim: 0")
    if message is None and filter_shape[-2] and input_shape[-1] % filter_shape[-2]:
        message = f"{name}: input depth must be evenly divisible by filter depth"
    if message is None and filter_shape[-1] != out_shape[-1]:
        message = f"{name}: filter and out_backprop must have the same out_depth"
    if message:
        raise errors.InvalidArgumentError(None, None, message)


def check_outputs(name, windows, out_shape):
    """Checks that a gradient has as many elements along each spatial axis as there are windows."""
    for i, (output, actual) in enumerate(zip(windows.outputs, out_shape[1:-1])):
        if output != actual:
            raise errors.InvalidArgumentError(
                None, None, f"{name}: Size of out_backprop doesn't match computed: actual = "
                f"{actual}, computed = {output} spatial_dim: {i + 1} input: {windows.sizes[i]} "
                f"filter: {windows.window[i]} output: {actual} stride: {windows.strides[i]} "
                f"dilation: {windows.dilations[i]}")


def _check_backprop(name, input_shape, filter_shape, out_shape, data_format):
    if data_format != b"NHWC":
        raise errors.InvalidArgumentError(None, None, f"{name}Op only supports NHWC.")
    check_backprop(name, input_shape, filter_shape, out_shape)
    _check_no_groups(input_shape[3], filter_shape[2])


@Conv2DBackpropInput.kernel
def _(input_sizes, filter, out_backprop, strides, padding, explicit_paddings, data_format,
      dilations):
    if np.ndim(input_sizes) != 1:
        raise errors.InvalidArgumentError(
            None, None, "Conv2DBackpropInput: input_sizes input must be 1-dim, not "
            f"{np.ndim(input_sizes)}")
    name, input_shape = "Conv2DCustomBackpropInput", tuple(input_sizes.tolist())
    _check_backprop(name, input_shape, filter.shape, out_backprop.shape, data_format)
    windows = _windows(input_shape, filter.shape, strides, padding, explicit_paddings, dilations)
    check_outputs(name, windows, out_backprop.shape)
    return windows.input_gradient(filter, out_backprop)


@Conv2DBackpropInput.gradient
def _(op, grad):
    attrs = _attrs(op)
    return (None, Conv2DBackpropFilter(grad, array_ops.shape(op.inputs[1]), op.inputs[2], **attrs),
            Conv2D(grad, op.inputs[1], **attrs))


# ---- Conv2DBackpropFilter ----


def conv2d_backprop_filter(input, filter_sizes, out_backprop, strides, padding,
                           use_cudnn_on_gpu=True, data_format="NHWC",
                           dilations=[1, 1, 1, 1], name=None):  # noqa: B006
    """The gradient of ``conv2d`` with respect to its filter (TF op: Conv2DBackpropFilter).

    Args:
      input: the input of the convolution.
      filter_sizes: the shape of the filter, an int32 vector.
      out_backprop: the gradient with respect to the convolution's output.
      strides, padding, use_cudnn_on_gpu, data_format, dilations: the convolution's; lists of 4.
    """
    return Conv2DBackpropFilter(input, filter_sizes, out_backprop, strides=strides,
                                use_cudnn_on_gpu=use_cudnn_on_gpu, data_format=data_format,
                                dilations=dilations, name=name, **padding_attrs(padding))


Conv2DBackpropFilter = op(
    f"Conv2DBackpropFilter(input: T, filter_sizes: int32, out_backprop: T; {_ATTRS})"
    " -> (output: T)", T=_FLOATS)


@Conv2DBackpropFilter.shape
def _(filter_sizes):
    return with_rank(static_shape(filter_sizes), 4)


@Conv2DBackpropFilter.kernel
def _(input, filter_sizes, out_backprop, strides, padding, explicit_paddings, data_format,
      dilations):
    name = "Conv2DCustomBackpropFilter"
    if np.ndim(filter_sizes) != 1:
        raise errors.InvalidArgumentError(
            None, None, f"{name}: filter_sizes input must be 1-dim, not {np.ndim(filter_sizes)}")
    filter_shape = tuple(filter_sizes.tolist())
    _check_backprop(name, input.shape, filter_shape, out_backprop.shape, data_format)
    windows = _windows(input.shape, filter_shape, strides, padding, explicit_paddings, dilations)
    check_outputs(name, windows, out_backprop.shape)
    return windows.filter_gradient(input, out_backprop).reshape(filter_shape)


@Conv2DBackpropFilter.gradient
def _(op, grad):
    attrs = _attrs(op)
    return (Conv2DBackpropInput(array_ops.shape(op.inputs[0]), grad, op.inputs[2], **attrs), None,
            Conv2D(op.inputs[0], grad, **attrs))
