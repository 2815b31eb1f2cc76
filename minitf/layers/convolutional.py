"""Convolution layers of sequences, images and volumes."""

from minitf.framework.tensor_shape import TensorShape
from minitf.initializers import zeros_initializer
from minitf.layers import identifiers
from minitf.layers.core import WeightedLayer
from minitf.layers.geometry import (
    channel_axis,
    checked_data_format,
    checked_padding,
    one_for_each,
    op_data_format,
    output_length,
    spatial_slice,
)
from minitf.layers.input_spec import InputSpec
from minitf.layers.options import apply_once, arguments, config_of
from minitf.ops import array_ops, bias_ops, convolution_ops


class Convolution(WeightedLayer):
    """The base of layers that slide a window over ``rank`` spatial dimensions."""

    _allows_causal = False

    def __init__(self, rank, filters, kernel_size, strides, padding, data_format, dilation_rate,
                 activation, use_bias, bias_initializer, bias_regularizer, activity_regularizer,
                 bias_constraint, kernel_initializer="glorot_uniform", kernel_regularizer=None,
                 kernel_constraint=None, **kwargs):
        super().__init__(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint,
                         activity_regularizer=identifiers.regularizer(activity_regularizer),
                         **kwargs)
        self._set_weight_options("kernel", kernel_initializer, kernel_regularizer,
                                 kernel_constraint)
        self.rank = rank
        self.filters = filters
        self.kernel_size = one_for_each(kernel_size, rank, "kernel_size")
        self.strides = one_for_each(strides, rank, "strides")
        self.padding = checked_padding(padding)
        if self.padding == "causal" and not self._allows_causal:
            raise ValueError("Causal padding is only supported for `Conv1D`and "
                             "``SeparableConv1D`.")
        self.data_format = checked_data_format(data_format)
        self.dilation_rate = one_for_each(dilation_rate, rank, "dilation_rate")
        self.input_spec = InputSpec(ndim=rank + 2)

    def _input_depth(self, input_shape, ending=". Found `None`."):
        """The inputs' number of channels, which becomes part of what is expected of them."""
        axis = channel_axis(self.data_format)
        depth = TensorShape(input_shape).as_list()[axis]
        if depth is None:
            raise ValueError("The channel dimension of the inputs should be defined" + ending)
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: depth})
        return depth

    def _add_bias(self):
        return self._add_weight("bias", (self.filters,)) if self.use_bias else None

    def _op_padding(self):
        """The padding as ops have it; what is causal is padded before."""
        if isinstance(self.padding, (list, tuple)):
            return self.padding
        return "VALID" if self.padding == "causal" else self.padding.upper()

    def _padded_causally(self, inputs):
        """For causal padding: zeros before a sequence, so that outputs see the past only."""
        if self.padding != "causal":
            return inputs
        paddings = [[0, 0], [0, 0], [0, 0]]
        paddings[1 if self.data_format == "channels_last" else 2][0] = (
            self.dilation_rate[0] * (self.kernel_size[0] - 1))
        return array_ops.pad(inputs, paddings)

    def _biased(self, outputs):
        if not self.use_bias:
            return outputs
        return bias_ops.bias_add(outputs, self.bias,
                                 data_format=op_data_format(self.data_format, 4))

    def compute_output_shape(self, input_shape):
        sizes = TensorShape(input_shape).as_list()
        spatial = spatial_slice(self.data_format)
        sizes[spatial] = map(output_length, sizes[spatial], self.kernel_size,
                             [self.padding] * self.rank, self.strides, self.dilation_rate)
        sizes[channel_axis(self.data_format)] = self.filters
        return TensorShape(sizes)

    _config_names = ["filters", "kernel_size", "strides", "padding", "data_format",
                     "dilation_rate", "activation", "use_bias", "kernel_initializer",
                     "bias_initializer", "kernel_regularizer", "bias_regularizer",
                     "activity_regularizer", "kernel_constraint", "bias_constraint"]

    def get_config(self):
        return {**super().get_config(), **config_of(self, self._config_names)}


class KernelConvolution(Convolution):
    """The base of convolution layers with one kernel."""

    def build(self, input_shape):
        depth = self._input_depth(input_shape)
        self.kernel = self._add_weight("kernel", self.kernel_size + (depth, self.filters))
        self.bias = self._add_bias()
        self._convolve = convolution_ops.convolution_plan(
            TensorShape(input_shape), self.kernel.shape, self.strides, self.dilation_rate,
            self._op_padding(), op_data_format(self.data_format, self.rank + 2))
        self.built = True

    def call(self, inputs):
        outputs = self._convolve(self._padded_causally(inputs), self.kernel)
        if self.use_bias and self.rank == 1 and self.data_format == "channels_first":
            outputs += array_ops.reshape(self.bias, (1, self.filters, 1))
        else:
            outputs = self._biased(outputs)
        return self._activated(outputs)


class Conv1D(KernelConvolution):
    """Convolution of sequences, [batch, length, channels], with a bias and an activation.

    Args:
      filters: the number of output channels.
      kernel_size: the window's size: a number, or a tuple of one.
      strides: how far the window moves on; likewise.
      padding: "valid", "same" or, so that outputs see no later inputs, "causal".
      data_format: "channels_last", or "channels_first" for [batch, channels, length].
      dilation_rate: how far elements of the window are apart; 1 where strides are above 1.
      activation: a function of a tensor, or a name such as "relu"; None for none.
      use_bias: whether there is a bias.
      kernel_initializer, bias_initializer: see ``tf.get_variable``; None for its default.
      kernel_regularizer, bias_regularizer: functions of a variable that return a penalty.
      activity_regularizer: a function of the outputs; its result is divided by the batch's size.
      kernel_constraint, bias_constraint: functions of a variable, applied after each update by
        optimizers.
      trainable, name, further arguments: those of ``Layer``.

    Weights: ``kernel`` [*kernel_size, channels, filters] and ``bias`` [filters].

    Raises:
      ValueError: an argument of another form; when called: inputs of another rank, or whose
        channels are not known.
    """

    _allows_causal = True

    def __init__(self, filters, kernel_size, strides=1, padding="valid",
                 data_format="channels_last", dilation_rate=1, activation=None, use_bias=True,
                 kernel_initializer=None, bias_initializer=zeros_initializer(),
                 kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
                 kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                 **kwargs):
        super().__init__(1, **arguments(locals()))


def conv1d(inputs, filters, kernel_size, strides=1, padding="valid", data_format="channels_last",
           dilation_rate=1, activation=None, use_bias=True, kernel_initializer=None,
           bias_initializer=zeros_initializer(), kernel_regularizer=None, bias_regularizer=None,
           activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True,
           name=None, reuse=None):
    """The outputs of a new ``Conv1D`` layer.

    Args:
      inputs: [batch, length, channels], floats.
      name: the layer's name and variable scope.
      reuse: whether the weights are those that exist in that scope.
      filters and the others: those of ``Conv1D``.
    """
    return apply_once(Conv1D, **locals())


class Conv2D(KernelConvolution):
    """Convolution of images, [batch, height, width, channels], with a bias and an activation.

    Args:
      filters: the number of output channels.
      kernel_size: the window's height and width: a number, or a tuple of two.
      strides: how far the window moves on; likewise.
      padding: "valid" or "same".
      data_format: "channels_last", or "channels_first" for [batch, channels, height, width].
      dilation_rate: how far elements of the window are apart; 1 where strides are above 1.
      activation and the others: those of ``Conv1D``.

    Weights: ``kernel`` [*kernel_size, channels, filters] and ``bias`` [filters].

    Raises:
      ValueError: as ``Conv1D``.
    """

    def __init__(self, filters, kernel_size, strides=(1, 1), padding="valid",
                 data_format="channels_last", dilation_rate=(1, 1), activation=None, use_bias=True,
                 kernel_initializer=None, bias_initializer=zeros_initializer(),
                 kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
                 kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                 **kwargs):
        super().__init__(2, **arguments(locals()))


def conv2d(inputs, filters, kernel_size, strides=(1, 1), padding="valid",
           data_format="channels_last", dilation_rate=(1, 1), activation=None, use_bias=True,
           kernel_initializer=None, bias_initializer=zeros_initializer(), kernel_regularizer=None,
           bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
           bias_constraint=None, trainable=True, name=None, reuse=None):
    """The outputs of a new ``Conv2D`` layer.

    Args:
      inputs: [batch, height, width, channels], floats.
      name: the layer's name and variable scope.
      reuse: whether the weights are those that exist in that scope.
      filters and the others: those of ``Conv2D``.
    """
    return apply_once(Conv2D, **locals())


class Conv3D(KernelConvolution):
    """Convolution of volumes, [batch, depth, height, width, channels]; see ``Conv2D``."""

    def __init__(self, filters, kernel_size, strides=(1, 1, 1), padding="valid",
                 data_format="channels_last", dilation_rate=(1, 1, 1), activation=None,
                 use_bias=True, kernel_initializer=None, bias_initializer=zeros_initializer(),
                 kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
                 kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                 **kwargs):
        super().__init__(3, **arguments(locals()))


def conv3d(inputs, filters, kernel_size, strides=(1, 1, 1), padding="valid",
           data_format="channels_last", dilation_rate=(1, 1, 1), activation=None, use_bias=True,
           kernel_initializer=None, bias_initializer=zeros_initializer(), kernel_regularizer=None,
           bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
           bias_constraint=None, trainable=True, name=None, reuse=None):
    """The outputs of a new ``Conv3D`` layer.

    Args:
      inputs: [batch, depth, height, width, channels], floats.
      name: the layer's name and variable scope.
      reuse: whether the weights are those that exist in that scope.
      filters and the others: those of ``Conv3D``.
    """
    return apply_once(Conv3D, **locals())
