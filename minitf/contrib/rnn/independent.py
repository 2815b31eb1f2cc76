"""Cells whose units see of the state only their own: SRU, IndRNN, IndyGRU and IndyLSTM."""

from minitf.framework import dtypes
from minitf.initializers import (
    constant_initializer,
    random_uniform_initializer,
    zeros_initializer,
)
from minitf.layers.input_spec import InputSpec
from minitf.ops import array_ops, math_ops
from minitf.ops.bias_ops import bias_add
from minitf.ops.constant_op import constant
from minitf.rnn.cell import LayerRNNCell
from minitf.rnn.cells import LSTMStateTuple


class _UnitsCell(LayerRNNCell):
    """The base of these cells."""

    def __init__(self, num_units, activation, **kwargs):
        super().__init__(**kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = activation or math_ops.tanh

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def _input_depth(self, inputs_shape):
        if inputs_shape[1].value is None:
            raise ValueError("Expected inputs.shape[-1] to be known, saw shape: "
                             f"{inputs_shape}")
        return inputs_shape[1].value

    def _recurrent_weights(self, name, columns):
        return self.add_variable(name, shape=[1, columns], initializer=random_uniform_initializer(
            minval=-1, maxval=1, dtype=self.dtype))


class SRUCell(_UnitsCell):
    """A simple recurrent unit.

    Args:
      num_units: the number of units.
      activation: a function of a tensor; None for tanh.
      reuse: whether the weights are those that exist in the cell's variable scope.
      name, further arguments: those of ``tf.layers.Layer``.

    Weights: ``kernel`` [input size, 4 units] and ``bias`` [2 units].

    Source: Lei et al. 2017, "Simple recurrent units for highly parallelizable recurrence".
    """

    def __init__(self, num_units, activation=None, reuse=None, name=None, **kwargs):
        super().__init__(num_units, activation, _reuse=reuse, name=name, **kwargs)

    def build(self, inputs_shape):
        depth = self._input_depth(inputs_shape)
        self._kernel = self.add_variable("kernel", shape=[depth, 4 * self._num_units])
        self._bias = self.add_variable("bias", shape=[2 * self._num_units],
                                       initializer=zeros_initializer)
        self.built = True

    def call(self, inputs, state):
        candidate, f, r, skipped = array_ops.split(math_ops.matmul(inputs, self._kernel), 4, axis=1)
        gates = math_ops.sigmoid(bias_add(array_ops.concat([f, r], 1), self._bias))
        f, r = array_ops.split(gates, 2, axis=1)
        c = f * state + (1.0 - f) * candidate
        return r * self._activation(c) + (1.0 - r) * skipped, c


class IndRNNCell(_UnitsCell):
    """``output = new_state = activation(inputs @ W + state * u + bias)``.

    Args:
      num_units: the number of units.
      activation: a function of a tensor; None for tanh.
      reuse: whether the weights are those that exist in the cell's variable scope.
      name, dtype: those of ``tf.layers.Layer``.

    Weights: ``kernel_w`` [input size, units], ``kernel_u`` [1, units] and ``bias`` [units].

    Source: Li et al. 2018, "Independently recurrent neural network".
    """

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None):
        super().__init__(num_units, activation, _reuse=reuse, name=name, dtype=dtype)

    def build(self, inputs_shape):
        depth = self._input_depth(inputs_shape)
        self._kernel_w = self.add_variable("kernel_w", shape=[depth, self._num_units])
        self._kernel_u = self._recurrent_weights("kernel_u", self._num_units)
        self._bias = self.add_variable("bias", shape=[self._num_units],
                                       initializer=zeros_initializer(dtype=self.dtype))
        self.built = True

    def call(self, inputs, state):
        sums = math_ops.matmul(inputs, self._kernel_w) + state * self._kernel_u
        output = self._activation(bias_add(sums, self._bias))
        return output, output


class IndyGRUCell(_UnitsCell):
    """A gated recurrent unit whose recurrent matrices are diagonal.

    Args:
      num_units: the number of units.
      activation: a function of a tensor; None for tanh.
      reuse: whether the weights are those that exist in the cell's variable scope.
      kernel_initializer: of the inputs' matrices; None for that of the variable scope.
      bias_initializer: of both biases; None for ones for the gates and zeros for the candidate.
      name, dtype: those of ``tf.layers.Layer``.

    Source: Gonnet and Deselaers 2019, "IndyLSTMs: independently recurrent LSTMs".
    """

    def __init__(self, num_units, activation=None, reuse=None, kernel_initializer=None,
                 bias_initializer=None, name=None, dtype=None):
        super().__init__(num_units, activation, _reuse=reuse, name=name, dtype=dtype)
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer

    def build(self, inputs_shape):
        depth = self._input_depth(inputs_shape)
        self._gates = self._weights("gates", "kernel_w", depth, 2 * self._num_units,
                                    lambda: constant_initializer(1.0, dtype=self.dtype))
        # TensorFlow's name for this matrix, though it is of the kind of the gates' kernel_w.
        self._candidate = self._weights("candidate", "kernel", depth, self._num_units,
                                        lambda: zeros_initializer(dtype=self.dtype))
        self.built = True

    def _weights(self, name, kernel, depth, columns, default_bias):
        bias = self._bias_initializer
        return (self.add_variable(f"{name}/{kernel}", shape=[depth, columns],
                                  initializer=self._kernel_initializer),
                self._recurrent_weights(name + "/kernel_u", columns),
                self.add_variable(name + "/bias", shape=[columns],
                                  initializer=default_bias() if bias is None else bias))

    def call(self, inputs, state):
        w, u, bias = self._gates
        gates = math_ops.matmul(inputs, w) + array_ops.tile(state, [1, 2]) * u
        reset, update = array_ops.split(math_ops.sigmoid(bias_add(gates, bias)), 2, axis=1)
        w, u, bias = self._candidate
        reset_state = reset * state
        candidate = math_ops.matmul(inputs, w) + reset_state * u
        candidate = self._activation(bias_add(candidate, bias))
        new_state = update * state + (1 - update) * candidate
        return new_state, new_state


class IndyLSTMCell(_UnitsCell):
    """Long short-term memory whose recurrent matrices are diagonal.

    Args:
      num_units: the number of units.
      forget_bias: added to the forget gate.
      activation: a function of a tensor; None for tanh.
      reuse: whether the weights are those that exist in the cell's variable scope.
      kernel_initializer: of the inputs' matrix; None for that of the variable scope.
      bias_initializer: of the bias; None for zeros.
      name, dtype: those of ``tf.layers.Layer``.

    Source: Gonnet and Deselaers 2019, "IndyLSTMs: independently recurrent LSTMs".
    """

    def __init__(self, num_units, forget_bias=1.0, activation=None, reuse=None,
                 kernel_initializer=None, bias_initializer=None, name=None, dtype=None):
        super().__init__(num_units, activation, _reuse=reuse, name=name, dtype=dtype)
        self._forget_bias = forget_bias
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, inputs_shape):
        depth = self._input_depth(inputs_shape)
        columns = 4 * self._num_units
        self._kernel_w = self.add_variable("kernel_w", shape=[depth, columns],
                                           initializer=self._kernel_initializer)
        self._kernel_u = self._recurrent_weights("kernel_u", columns)
        bias = self._bias_initializer
        self._bias = self.add_variable(
            "bias", shape=[columns],
            initializer=zeros_initializer(dtype=self.dtype) if bias is None else bias)
        self.built = True

    def call(self, inputs, state):
        one = constant(1, dtype=dtypes.int32)
        c, h = state
        gates = math_ops.matmul(inputs, self._kernel_w)
        gates += array_ops.tile(h, [1, 4]) * self._kernel_u
        i, j, f, o = array_ops.split(bias_add(gates, self._bias), 4, axis=one)
        forget_bias = constant(self._forget_bias, dtype=f.dtype)
        kept = math_ops.multiply(c, math_ops.sigmoid(math_ops.add(f, forget_bias)))
        new_c = math_ops.add(kept, math_ops.multiply(math_ops.sigmoid(i), self._activation(j)))
        new_h = math_ops.multiply(self._activation(new_c), math_ops.sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h)
