"""Separable convolution layers: channel by channel, and then across the channels."""

from minitf.initializers import zeros_initializer
from minitf.layers.convolutional import Convolution
from minitf.layers.geometry import on_all_axes, op_data_format
from minitf.layers.options import apply_once, arguments
from minitf.ops import array_ops, depthwise_ops


class SeparableConvolution(Convolution):
    """The base of separable convolution layers."""

    _config_names = [*Convolution._config_names, "depth_multiplier", *(
        f"{part}_{option}" for part in ("depthwise", "pointwise")
        for option in ("initializer", "regularizer", "constraint"))]

    def __init__(self, rank, depth_multiplier, depthwise_initializer, pointwise_initializer,
                 depthwise_regularizer, pointwise_regularizer, depthwise_constraint,
                 pointwise_constraint, **kwargs):
        super().__init__(rank, **kwargs)
        self.depth_multiplier = depth_multiplier
        self._set_weight_options("depthwise", depthwise_initializer, depthwise_regularizer,
                                 depthwise_constraint)
        self._set_weight_options("pointwise", pointwise_initializer, pointwise_regularizer,
                                 pointwise_constraint)

    def build(self, input_shape):
        depth = self._input_depth(input_shape)
        self.depthwise_kernel = self._add_weight(
            "depthwise_kernel", self.kernel_size + (depth, self.depth_multiplier), "depthwise")
        self.pointwise_kernel = self._add_weight(
            "pointwise_kernel",
            (1,) * self.rank + (self.depth_multiplier * depth, self.filters), "pointwise")
        self.bias = self._add_bias()
        self.built = True

    def _separable(self, images, depthwise_kernel, pointwise_kernel, strides, rate):
        outputs = depthwise_ops.separable_conv2d(
            images, depthwise_kernel, pointwise_kernel, strides=on_all_axes(strides,
                                                                            self.data_format),
            padding=self._op_padding(), rate=rate, data_format=op_data_format(self.data_format, 4))
        return self._biased(outputs)


class SeparableConv1D(SeparableConvolution):
    """Convolution of sequences, first of each channel by itself, then across the channels.

    Args:
      filters: the number of output channels.
      kernel_size, strides, padding, data_format, dilation_rate: those of ``Conv1D``.
      depth_multiplier: the number of channels that each channel becomes first.
      activation, use_bias: those of ``Conv1D``.
      depthwise_initializer, pointwise_initializer, bias_initializer and the others: those of
        ``Conv1D``, for each of the weights.

    Weights: ``depthwise_kernel`` [*kernel_size, channels, depth_multiplier], ``pointwise_kernel``
    [1, channels * depth_multiplier, filters] and ``bias`` [filters].
    """

    _allows_causal = True

    def __init__(self, filters, kernel_size, strides=1, padding="valid",
                 data_format="channels_last", dilation_rate=1, depth_multiplier=1, activation=None,
                 use_bias=True, depthwise_initializer=None, pointwise_initializer=None,
                 bias_initializer=zeros_initializer(), depthwise_regularizer=None,
                 pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None,
                 depthwise_constraint=None, pointwise_constraint=None, bias_constraint=None,
                 trainable=True, name=None, **kwargs):
        super().__init__(1, **arguments(locals()))

    def call(self, inputs):
        axis = 1 if self.data_format == "channels_last" else 2
        images = array_ops.expand_dims(self._padded_causally(inputs), axis)
        depthwise_kernel = array_ops.expand_dims(self.depthwise_kernel, 0)
        pointwise_kernel = array_ops.expand_dims(self.pointwise_kernel, 0)
        outputs = self._separable(images, depthwise_kernel, pointwise_kernel, self.strides * 2,
                                  (1,) + self.dilation_rate)
        return self._activated(array_ops.squeeze(outputs, [axis]))


def separable_conv1d(inputs, filters, kernel_size, strides=1, padding="valid",
                     data_format="channels_last", dilation_rate=1, depth_multiplier=1,
                     activation=None, use_bias=True, depthwise_initializer=None,
                     pointwise_initializer=None, bias_initializer=zeros_initializer(),
                     depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None,
                     activity_regularizer=None, depthwise_constraint=None,
                     pointwise_constraint=None, bias_constraint=None, trainable=True, name=None,
                     reuse=None):
    """The outputs of a new ``SeparableConv1D`` layer.

    Args:
      inputs: [batch, length, channels], floats.
      name: the layer's name and variable scope.
      reuse: whether the weights are those that exist in that scope.
      filters and the others: those of ``SeparableConv1D``.
    """
    return apply_once(SeparableConv1D, **locals())


class SeparableConv2D(SeparableConvolution):
    """Convolution of images, first of each channel by itself; see ``SeparableConv1D``."""

    def __init__(self, filters, kernel_size, strides=(1, 1), padding="valid",
                 data_format="channels_last", dilation_rate=(1, 1), depth_multiplier=1,
                 activation=None, use_bias=True, depthwise_initializer=None,
                 pointwise_initializer=None, bias_initializer=zeros_initializer(),
                 depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None,
                 activity_regularizer=None, depthwise_constraint=None, pointwise_constraint=None,
                 bias_constraint=None, trainable=True, name=None, **kwargs):
        super().__init__(2, **arguments(locals()))

    def call(self, inputs):
        return self._activated(self._separable(inputs, self.depthwise_kernel,
                                               self.pointwise_kernel, self.strides,
                                               self.dilation_rate))


def separable_conv2d(inputs, filters, kernel_size, strides=(1, 1), padding="valid",
                     data_format="channels_last", dilation_rate=(1, 1), depth_multiplier=1,
                     activation=None, use_bias=True, depthwise_initializer=None,
                     pointwise_initializer=None, bias_initializer=zeros_initializer(),
                     depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None,
                     activity_regularizer=None, depthwise_constraint=None,
                     pointwise_constraint=None, bias_constraint=None, trainable=True, name=None,
                     reuse=None):
    """The outputs of a new ``SeparableConv2D`` layer.

    Args:
      inputs: [batch, height, width, channels], floats.
      name: the layer's name and variable scope.
      reuse: whether the weights are those that exist in that scope.
      filters and the others: those of ``SeparableConv2D``.
    """
    return apply_once(SeparableConv2D, **locals())
