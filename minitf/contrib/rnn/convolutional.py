"""Convolutional LSTM cells, whose states are images."""

from minitf.framework.tensor_shape import TensorShape
from minitf.initializers import constant_initializer
from minitf.ops import array_ops, math_ops
from minitf.ops.nn_ops import conv1d, conv2d, conv3d
from minitf.rnn.cell import RNNCell
from minitf.rnn.cells import LSTMStateTuple
from minitf.variable_scope import get_variable


class ConvLSTMCell(RNNCell):
    """Long short-term memory in which convolutions take the place of matrix products.

    Args:
      conv_ndims: the number of dimensions of the convolutions, 1, 2 or 3.
      input_shape: the inputs' shape without the batch's size, a list that ends with channels.
      output_channels: the number of channels of the output and the memory.
      kernel_shape: the convolutions' sizes, a list of ``conv_ndims`` integers.
      use_bias: whether there is a bias.
      skip_connection: concatenate the inputs to the outputs.
      forget_bias: added to the forget gate.
      initializers: without effect.
      name: the cell's name.

    Raises:
      ValueError: ``input_shape`` has another number of dimensions.

    Source: Shi et al. 2015, "Convolutional LSTM network: a machine learning approach for
    precipitation nowcasting".
    """

    def __init__(self, conv_ndims, input_shape, output_channels, kernel_shape, use_bias=True,
                 skip_connection=False, forget_bias=1.0, initializers=None,
                 name="conv_lstm_cell"):
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise ValueError(f"Invalid input_shape {input_shape} for conv_ndims={conv_ndims}.")
        self._conv_ndims = conv_ndims
        self._output_channels = output_channels
        self._kernel_shape = list(kernel_shape)
        self._use_bias = use_bias
        self._forget_bias = forget_bias
        self._skip_connection = skip_connection
        places = list(input_shape[:-1])
        channels = output_channels + (input_shape[-1] if skip_connection else 0)
        memory = TensorShape(places + [output_channels])
        self._state_size = LSTMStateTuple(memory, memory)
        self._output_size = TensorShape(places + [channels])

    @property
    def state_size(self):
        return self._state_size

    @property
    def output_size(self):
        return self._output_size

    def call(self, inputs, state, scope=None):
        c, h = state
        gates = _convolved([inputs, h], self._kernel_shape, 4 * self._output_channels,
                           self._use_bias)
        i, j, f, o = array_ops.split(gates, 4, axis=self._conv_ndims + 1)
        new_c = math_ops.sigmoid(f + self._forget_bias) * c
        new_c += math_ops.sigmoid(i) * math_ops.tanh(j)
        output = math_ops.tanh(new_c) * math_ops.sigmoid(o)
        if self._skip_connection:
            output = array_ops.concat([output, inputs], axis=-1)
        return output, LSTMStateTuple(new_c, output)


class Conv1DLSTMCell(ConvLSTMCell):
    """ConvLSTMCell for inputs [batch_size, width, channels]; see there for the arguments."""

    def __init__(self, name="conv_1d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """ConvLSTMCell for inputs [batch_size, height, width, channels]; see there."""

    def __init__(self, name="conv_2d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """ConvLSTMCell for inputs [batch_size, depth, height, width, channels]; see there."""

    def __init__(self, name="conv_3d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=3, name=name, **kwargs)


def _convolved(tensors, kernel_shape, channels, use_bias):
    """The convolution of tensors that are joined along their channels."""
    shapes = [tensor.shape.as_list() for tensor in tensors]
    rank = len(shapes[0])
    if any(len(shape) not in (3, 4, 5) for shape in shapes):
        raise ValueError(f"Conv Linear expects 3D, 4D or 5D arguments: {shapes}")
    if any(len(shape) != rank for shape in shapes):
        raise ValueError(f"Conv Linear expects all args to be of same Dimension: {shapes}")
    dtype = tensors[0].dtype
    depth = sum(shape[-1] for shape in shapes)
    kernel = get_variable("kernel", kernel_shape + [depth, channels], dtype=dtype)
    joined = array_ops.concat(tensors, axis=rank - 1)
    if rank == 3:
        result = conv1d(joined, kernel, 1, padding="SAME")
    else:
        result = (conv2d if rank == 4 else conv3d)(joined, kernel, rank * [1], padding="SAME")
    if not use_bias:
        return result
    return result + get_variable("biases", [channels], dtype=dtype,
                                 initializer=constant_initializer(0.0, dtype=dtype))
