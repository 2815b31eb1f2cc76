"""Convolution layers with weights, biases, a normalizer and an activation."""

from minitf.contrib.framework.arg_scope import add_arg_scope
from minitf.contrib.layers.initializers import xavier_initializer
from minitf.contrib.layers.utils import (
    check_format,
    finished,
    known_dimension,
    layer_format,
    parameter,
    relu_op,
    two_element_tuple,
    weighted,
)
from minitf.initializers import zeros_initializer
from minitf.layers.convolutional import Conv1D, Conv2D, Conv3D
from minitf.layers.separable import SeparableConv2D
from minitf.layers.transposed import Conv2DTranspose, Conv3DTranspose
from minitf.ops import array_ops, bias_ops, depthwise_ops
from minitf.variable_scope import variable_scope

_DATA_FORMATS = (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW")
_OF_RANK = {3: Conv1D, 4: Conv2D, 5: Conv3D}
_SEPARABLE_NAMES = {"depthwise_kernel": "depthwise_weights",
                    "pointwise_kernel": "pointwise_weights", "bias": "biases"}


@add_arg_scope
def convolution(inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None,
                rate=1, activation_fn=relu_op, normalizer_fn=None, normalizer_params=None,
                weights_initializer=xavier_initializer(), weights_regularizer=None,
                biases_initializer=zeros_initializer(), biases_regularizer=None, reuse=None,
                variables_collections=None, outputs_collections=None, trainable=True, scope=None,
                conv_dims=None):
    """A convolution of sequences, images or volumes, by the inputs' rank.

    Args:
      inputs: [batch, *spatial, channels], floats.
      num_outputs: the number of output channels.
      kernel_size: the window's size: a number, or one for each spatial axis.
      stride: how far the window moves on; likewise.
      padding: "SAME" or "VALID".
      data_format: None, or as ``tf.nn.convolution`` has it.
      rate: how far elements of the window are apart; 1 where strides are above 1.
      activation_fn: a function of a tensor, or None.
      normalizer_fn: a function of a tensor such as ``batch_norm``, in place of biases; or None.
      normalizer_params: a dictionary of its further arguments.
      weights_initializer, biases_initializer: see ``tf.get_variable``; no biases for None.
      weights_regularizer, biases_regularizer: functions of a variable that return a penalty.
      reuse: whether the variables are those that exist in the scope.
      variables_collections: collections for the variables; or a dictionary, by "weights" and
        "biases".
      outputs_collections: collections for the outputs.
      trainable: whether the variables are trained.
      scope: the name of the variable scope, by default "Conv".
      conv_dims: the number of spatial axes, to be checked.

    Raises:
      ValueError: another data format, or a rank that does not fit.
    """
    if data_format not in _DATA_FORMATS:
        raise ValueError(f"Invalid data_format: {data_format!r}")

    def make_layer(inputs, **options):
        rank = inputs.shape.ndims
        if conv_dims is not None and conv_dims + 2 != rank:
            raise ValueError(f"Convolution expects input with rank {conv_dims + 2}, got {rank}")
        if rank not in _OF_RANK:
            raise ValueError("Convolution not supported for input with rank", rank)
        return _OF_RANK[rank](
            num_outputs, kernel_size, stride, padding, layer_format(data_format), rate,
            kernel_initializer=weights_initializer, kernel_regularizer=weights_regularizer,
            **options)

    return weighted(locals(), "Conv", make_layer)


@add_arg_scope
def convolution1d(inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None,
                  rate=1, activation_fn=relu_op, normalizer_fn=None, normalizer_params=None,
                  weights_initializer=xavier_initializer(), weights_regularizer=None,
                  biases_initializer=zeros_initializer(), biases_regularizer=None, reuse=None,
                  variables_collections=None, outputs_collections=None, trainable=True, scope=None):
    """A convolution of sequences, [batch, length, channels]; see ``convolution``."""
    return convolution(**locals(), conv_dims=1)


@add_arg_scope
def convolution2d(inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None,
                  rate=1, activation_fn=relu_op, normalizer_fn=None, normalizer_params=None,
                  weights_initializer=xavier_initializer(), weights_regularizer=None,
                  biases_initializer=zeros_initializer(), biases_regularizer=None, reuse=None,
                  variables_collections=None, outputs_collections=None, trainable=True, scope=None):
    """A convolution of images, [batch, height, width, channels]; see ``convolution``."""
    return convolution(**locals(), conv_dims=2)


@add_arg_scope
def convolution3d(inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None,
                  rate=1, activation_fn=relu_op, normalizer_fn=None, normalizer_params=None,
                  weights_initializer=xavier_initializer(), weights_regularizer=None,
                  biases_initializer=zeros_initializer(), biases_regularizer=None, reuse=None,
                  variables_collections=None, outputs_collections=None, trainable=True, scope=None):
    """A convolution of volumes, [batch, depth, height, width, channels]; see ``convolution``."""
    return convolution(**locals(), conv_dims=3)


@add_arg_scope
def convolution2d_transpose(inputs, num_outputs, kernel_size, stride=1, padding="SAME",
                            data_format="NHWC", activation_fn=relu_op, normalizer_fn=None,
                            normalizer_params=None, weights_initializer=xavier_initializer(),
                            weights_regularizer=None, biases_initializer=zeros_initializer(),
                            biases_regularizer=None, reuse=None, variables_collections=None,
                            outputs_collections=None, trainable=True, scope=None):
    """The transpose of ``convolution2d``: it makes images larger by the strides.

    Args:
      inputs: [batch, height, width, channels], floats.
      num_outputs: the number of output channels.
      kernel_size, stride, padding: as those of the convolution that it turns around.
      data_format: "NHWC", or "NCHW".
      activation_fn and the others: those of ``convolution``.
    """

    def make_layer(inputs, **options):
        check_format(data_format, "NCHW", "NHWC")
        return Conv2DTranspose(num_outputs, kernel_size, stride, padding, layer_format(data_format),
                               kernel_initializer=weights_initializer,
                               kernel_regularizer=weights_regularizer, **options)

    return weighted(locals(), "Conv2d_transpose", make_layer)


@add_arg_scope
def convolution3d_transpose(inputs, num_outputs, kernel_size, stride=1, padding="SAME",
                            data_format="NDHWC", activation_fn=relu_op, normalizer_fn=None,
                            normalizer_params=None, weights_initializer=xavier_initializer(),
                            weights_regularizer=None, biases_initializer=zeros_initializer(),
                            biases_regularizer=None, reuse=None, variables_collections=None,
                            outputs_collections=None, trainable=True, scope=None):
    """The transpose of ``convolution3d``; see ``convolution2d_transpose``."""

    def make_layer(inputs, **options):
        check_format(data_format, "NCDHW", "NDHWC")
        return Conv3DTranspose(num_outputs, kernel_size, stride, padding, layer_format(data_format),
                               kernel_initializer=weights_initializer,
                               kernel_regularizer=weights_regularizer, **options)

    return weighted(locals(), "Conv3d_transpose", make_layer)


@add_arg_scope
def separable_convolution2d(inputs, num_outputs, kernel_size, depth_multiplier=1, stride=1,
                            padding="SAME", data_format="NHWC", rate=1, activation_fn=relu_op,
                            normalizer_fn=None, normalizer_params=None,
                            weights_initializer=xavier_initializer(), pointwise_initializer=None,
                            weights_regularizer=None, biases_initializer=zeros_initializer(),
                            biases_regularizer=None, reuse=None, variables_collections=None,
                            outputs_collections=None, trainable=True, scope=None):
    """A convolution of images, first of each channel by itself, then across the channels.

    Args:
      inputs: [batch, height, width, channels], floats.
      num_outputs: the number of output channels; None leaves out the second part.
      kernel_size, stride, padding, rate: those of ``convolution``.
      depth_multiplier: the number of channels that each channel becomes first.
      data_format: "NHWC", or "NCHW".
      pointwise_initializer: that of the second part's weights, by default the first's.
      activation_fn and the others: those of ``convolution``.
    """
    check_format(data_format, "NCHW", "NHWC")
    if num_outputs is None:
        return _depthwise(locals())

    def make_layer(inputs, **options):
        return SeparableConv2D(
            num_outputs, kernel_size, stride, padding, layer_format(data_format),
            two_element_tuple(rate), depth_multiplier, depthwise_initializer=weights_initializer,
            pointwise_initializer=pointwise_initializer or weights_initializer,
            depthwise_regularizer=weights_regularizer, pointwise_regularizer=weights_regularizer,
            **options)

    return weighted(locals(), "SeparableConv2d", make_layer, _SEPARABLE_NAMES)


def _depthwise(given):
    """``separable_convolution2d`` without its second part."""
    inputs, data_format = given["inputs"], given["data_format"]
    with variable_scope(given["scope"], "SeparableConv2d", [inputs], reuse=given["reuse"]):
        channels_first = data_format.startswith("NC")
        depth = known_dimension(inputs.shape, 1 if channels_first else -1, min_rank=4)
        stride = two_element_tuple(given["stride"])
        weights = _weights(given, "depthwise_weights", [
            *two_element_tuple(given["kernel_size"]), depth, given["depth_multiplier"]])
        strides = [1, 1, *stride] if channels_first else [1, *stride, 1]
        outputs = depthwise_ops.depthwise_conv2d(
            inputs, weights, strides, given["padding"], rate=two_element_tuple(given["rate"]),
            data_format=data_format)
        return _normalized(given, outputs, depth * given["depth_multiplier"], data_format)


@add_arg_scope
def convolution2d_in_plane(inputs, kernel_size, stride=1, padding="SAME", activation_fn=relu_op,
                           normalizer_fn=None, normalizer_params=None,
                           weights_initializer=xavier_initializer(), weights_regularizer=None,
                           biases_initializer=zeros_initializer(), biases_regularizer=None,
                           reuse=None, variables_collections=None, outputs_collections=None,
                           trainable=True, scope=None):
    """A convolution of images with one window for all channels.

    Args:
      inputs: [batch, height, width, channels], floats.
      kernel_size and the others: those of ``convolution``.
    """
    given = locals()
    with variable_scope(scope, "ConvInPlane", [inputs], reuse=reuse):
        depth = known_dimension(inputs.shape, min_rank=4)
        weights = _weights(given, "weights", [*two_element_tuple(kernel_size), 1, 1])
        outputs = depthwise_ops.depthwise_conv2d(
            inputs, array_ops.tile(weights, [1, 1, depth, 1]), [1, *two_element_tuple(stride), 1],
            padding)
        return _normalized(given, outputs, depth)


def _weights(given, name, shape):
    collections = given["variables_collections"]
    if isinstance(collections, dict):
        collections = collections.get("weights")
    return parameter(name, collections, shape, dtype=given["inputs"].dtype.base_dtype,
                     initializer=given["weights_initializer"],
                     regularizer=given["weights_regularizer"], trainable=given["trainable"])


def _normalized(given, outputs, depth, data_format=None):
    """The outputs with the normalizer or the biases, and the activation."""
    if given["normalizer_fn"] is not None:
        outputs = given["normalizer_fn"](outputs, **(given["normalizer_params"] or {}))
    elif given["biases_initializer"] is not None:
        biases = parameter("biases", given["variables_collections"], [depth],
                           dtype=given["inputs"].dtype.base_dtype,
                           initializer=given["biases_initializer"],
                           regularizer=given["biases_regularizer"], trainable=given["trainable"])
        outputs = bias_ops.bias_add(outputs, biases, data_format=data_format)
    return finished(outputs, given["activation_fn"], given["outputs_collections"])


conv1d = convolution1d
conv2d = convolution2d
conv3d = convolution3d
conv2d_transpose = convolution2d_transpose
conv3d_transpose = convolution3d_transpose
conv2d_in_plane = convolution2d_in_plane
separable_conv2d = separable_convolution2d
