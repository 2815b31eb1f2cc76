"""Transposed convolution layers: they turn around what convolution layers do to sizes."""

from minitf.framework.errors import UnimplementedError
from minitf.framework.tensor_shape import TensorShape
from minitf.initializers import zeros_initializer
from minitf.layers.convolutional import Convolution
from minitf.layers.geometry import (
    channel_axis,
    on_all_axes,
    one_for_each,
    op_data_format,
    spatial_slice,
    transposed_length,
)
from minitf.layers.options import apply_once, arguments
from minitf.ops import array_ops, conv_ops, volume_ops


class TransposedConvolution(Convolution):
    """The base of transposed convolution layers.

    Besides a convolution's, it has the option ``output_padding``: of the sizes from which a
    convolution comes to the inputs' size, which one; by default the greatest.
    """

    _config_names = [*Convolution._config_names, "output_padding"]

    def __init__(self, rank, output_padding=None, dilation_rate=1, **kwargs):
        super().__init__(rank, dilation_rate=dilation_rate, **kwargs)
        if any(rate != 1 for rate in self.dilation_rate):
            raise UnimplementedError(None, None, "A transposed convolution layer with dilations is "
                                                 "not supported.")
        self.output_padding = output_padding
        if output_padding is not None:
            self.output_padding = one_for_each(output_padding, rank, "output_padding")
            if any(out >= stride for out, stride in zip(self.output_padding, self.strides)):
                raise ValueError(f"Stride {self.strides} must be greater than output padding "
                                 f"{self.output_padding}")

    def build(self, input_shape):
        depth = self._input_depth(input_shape)
        self.kernel = self._add_weight("kernel", self.kernel_size + (self.filters, depth))
        self.bias = self._add_bias()
        self.built = True

    def call(self, inputs):
        sizes = array_ops.shape(inputs)
        first_axis = 2 if self.data_format == "channels_first" else 1
        output_shape = [sizes[0]]
        spatial = self._output_lengths([sizes[first_axis + i] for i in range(self.rank)])
        output_shape += ([self.filters, *spatial] if self.data_format == "channels_first"
                         else [*spatial, self.filters])
        outputs = self._transposed(inputs, array_ops.stack(output_shape))
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        return self._activated(self._biased(outputs))

    def _output_lengths(self, lengths):
        paddings = self.output_padding or [None] * self.rank
        return list(map(transposed_length, lengths, self.kernel_size, [self.padding] * self.rank,
                        self.strides, paddings))

    def compute_output_shape(self, input_shape):
        sizes = TensorShape(input_shape).as_list()
        spatial = spatial_slice(self.data_format)
        sizes[spatial] = self._output_lengths(sizes[spatial])
        sizes[channel_axis(self.data_format)] = self.filters
        return TensorShape(sizes)


class Conv2DTranspose(TransposedConvolution):
    """The transpose of ``Conv2D``, which makes images larger by the strides.

    Args:
      filters: the number of output channels.
      kernel_size, strides: as those of the convolution that it turns around.
      padding: "valid": the output is the largest that a window covers; "same": the input's size
        times the strides.
      data_format, activation and the others: those of ``Conv2D``.

    Weights: ``kernel`` [*kernel_size, filters, channels] and ``bias`` [filters].
    """

    def __init__(self, filters, kernel_size, strides=(1, 1), padding="valid",
                 data_format="channels_last", activation=None, use_bias=True,
                 kernel_initializer=None, bias_initializer=zeros_initializer(),
                 kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
                 kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                 **kwargs):
        super().__init__(2, **arguments(locals()))

    def _transposed(self, inputs, output_shape):
        first = self.data_format == "channels_first"
        if first:  # there is no such kernel on CPUs: it goes the way around
            inputs = array_ops.transpose(inputs, (0, 2, 3, 1))
            output_shape = array_ops.stack([output_shape[i] for i in (0, 2, 3, 1)])
        else:
            output_shape[0]  # not used: TensorFlow has this node, looking whether the size is given
        outputs = conv_ops.conv2d_transpose(inputs, self.kernel, output_shape,
                                            (1, *self.strides, 1), padding=self.padding.upper())
        return array_ops.transpose(outputs, (0, 3, 1, 2)) if first else outputs


def conv2d_transpose(inputs, filters, kernel_size, strides=(1, 1), padding="valid",
                     data_format="channels_last", activation=None, use_bias=True,
                     kernel_initializer=None, bias_initializer=zeros_initializer(),
                     kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
                     kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                     reuse=None):
    """The outputs of a new ``Conv2DTranspose`` layer.

    Args:
      inputs: [batch, height, width, channels], floats.
      name: the layer's name and variable scope.
      reuse: whether the weights are those that exist in that scope.
      filters and the others: those of ``Conv2DTranspose``.
    """
    return apply_once(Conv2DTranspose, **locals())


class Conv3DTranspose(TransposedConvolution):
    """The transpose of ``Conv3D``; see ``Conv2DTranspose``."""

    def __init__(self, filters, kernel_size, strides=(1, 1, 1), padding="valid",
                 data_format="channels_last", activation=None, use_bias=True,
                 kernel_initializer=None, bias_initializer=zeros_initializer(),
                 kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
                 kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                 **kwargs):
        super().__init__(3, **arguments(locals()))

    def _transposed(self, inputs, output_shape):
        return volume_ops.conv3d_transpose(
            inputs, self.kernel, output_shape, on_all_axes(self.strides, self.data_format),
            data_format=op_data_format(self.data_format, 5), padding=self.padding.upper())


def conv3d_transpose(inputs, filters, kernel_size, strides=(1, 1, 1), padding="valid",
                     data_format="channels_last", activation=None, use_bias=True,
                     kernel_initializer=None, bias_initializer=zeros_initializer(),
                     kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
                     kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                     reuse=None):
    """The outputs of a new ``Conv3DTranspose`` layer.

    Args:
      inputs: [batch, depth, height, width, channels], floats.
      name: the layer's name and variable scope.
      reuse: whether the weights are those that exist in that scope.
      filters and the others: those of ``Conv3DTranspose``.
    """
    return apply_once(Conv3DTranspose, **locals())
