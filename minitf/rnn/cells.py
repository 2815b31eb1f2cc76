"""BasicRNNCell, GRUCell, BasicLSTMCell and LSTMCell."""

import collections

from minitf import tf_logging
from minitf.framework import dtypes
from minitf.framework.tensor_shape import TensorShape
from minitf.initializers import constant_initializer, zeros_initializer
from minitf.layers import identifiers
from minitf.layers.input_spec import InputSpec
from minitf.layers.options import config_of
from minitf.ops import array_ops, clip_ops, math_ops
from minitf.ops.bias_ops import bias_add
from minitf.ops.constant_op import constant
from minitf.partitioned_variables import fixed_size_partitioner
from minitf.rnn.cell import LayerRNNCell, check_dtype, check_dtypes_of


class _MatrixCell(LayerRNNCell):
    """The base of cells whose gates are products of a weight matrix with [inputs, state].

    Args:
      num_units: the number of units.
      activation: a function of a tensor, or its name; None for tanh.
    """

    def __init__(self, num_units, activation, **kwargs):
        super().__init__(**kwargs)
        check_dtype(self.dtype)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = identifiers.activation(activation) if activation else math_ops.tanh

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def _input_depth(self, inputs_shape):
        """The inputs' last dimension, when the weights are to be made."""
        sizes = TensorShape(inputs_shape).as_list()
        if sizes[-1] is None:
            raise ValueError("Expected inputs.shape[-1] to be known, saw shape: "
                             f"{tuple(sizes)}")
        check_dtype(self.dtype)
        return sizes[-1]

    def _zeros_initializer(self):
        return zeros_initializer(dtype=self.dtype)

    def _described(self, *names):
        """The part of ``get_config`` that tells of attributes, which have an underscore."""
        values = config_of(self, ["_" + name for name in (*names, "activation", "reuse")])
        return {name[1:]: value for name, value in values.items()}


def _gates(inputs, state, kernel, bias):
    """``[inputs, state] @ kernel + bias``."""
    return bias_add(math_ops.matmul(array_ops.concat([inputs, state], 1), kernel), bias)


# ---- the basic cell ----


class BasicRNNCell(_MatrixCell):
    """``output = new_state = activation([inputs, state] @ kernel + bias)``.

    Args:
      num_units: the number of units.
      activation: a function of a tensor, or its name; None for tanh.
      reuse: whether the weights are those that exist in the cell's variable scope.
      name, dtype, further arguments: those of ``tf.layers.Layer``.

    Weights: ``kernel`` [input size + units, units] and ``bias`` [units].
    """

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(num_units, activation, _reuse=reuse, name=name, dtype=dtype, **kwargs)

    def build(self, inputs_shape):
        depth = self._input_depth(inputs_shape)
        self._kernel = self.add_variable(
            "kernel", shape=[depth + self._num_units, self._num_units])
        self._bias = self.add_variable("bias", shape=[self._num_units],
                                       initializer=self._zeros_initializer())
        self.built = True

    def call(self, inputs, state):
        check_dtypes_of([inputs, state])
        output = self._activation(_gates(inputs, state, self._kernel, self._bias))
        return output, output

    def get_config(self):
        return {**super().get_config(), **self._described("num_units")}


# ---- gated recurrent units ----


class GRUCell(_MatrixCell):
    """A gated recurrent unit.

    With ``r, u = sigmoid([inputs, state] @ W + 1)`` the new state, which is also the output, is
    ``u * state + (1 - u) * activation([inputs, r * state] @ W' + b')``.

    Args:
      num_units: the number of units.
      activation: a function of a tensor, or its name; None for tanh.
      reuse: whether the weights are those that exist in the cell's variable scope.
      kernel_initializer: of both kernels; None for that of the variable scope.
      bias_initializer: of both biases; None for ones for the gates and zeros for the candidate.
      name, dtype, further arguments: those of ``tf.layers.Layer``.

    Weights: ``gates/kernel`` [input size + units, 2 units], ``gates/bias``, ``candidate/kernel``
    [input size + units, units], ``candidate/bias``.

    Source: Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder for
    statistical machine translation".
    """

    def __init__(self, num_units, activation=None, reuse=None, kernel_initializer=None,
                 bias_initializer=None, name=None, dtype=None, **kwargs):
        super().__init__(num_units, activation, _reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._kernel_initializer = identifiers.initializer(kernel_initializer)
        self._bias_initializer = identifiers.initializer(bias_initializer)

    def build(self, inputs_shape):
        rows = self._input_depth(inputs_shape) + self._num_units
        self._gate_kernel, self._gate_bias = self._weights(
            "gates", rows, 2 * self._num_units, lambda: constant_initializer(1.0, self.dtype))
        self._candidate_kernel, self._candidate_bias = self._weights(
            "candidate", rows, self._num_units, self._zeros_initializer)
        self.built = True

    def _weights(self, name, rows, columns, default_bias):
        bias = self._bias_initializer
        return (self.add_variable(name + "/kernel", shape=[rows, columns],
                                  initializer=self._kernel_initializer),
                self.add_variable(name + "/bias", shape=[columns],
                                  initializer=default_bias() if bias is None else bias))

    def call(self, inputs, state):
        check_dtypes_of([inputs, state])
        gates = math_ops.sigmoid(_gates(inputs, state, self._gate_kernel, self._gate_bias))
        reset, update = array_ops.split(gates, 2, axis=1)
        candidate = self._activation(_gates(inputs, reset * state, self._candidate_kernel,
                                            self._candidate_bias))
        new_state = update * state + (1 - update) * candidate
        return new_state, new_state

    def get_config(self):
        return {**super().get_config(),
                **self._described("num_units", "kernel_initializer", "bias_initializer")}


# ---- long short-term memory ----


class LSTMStateTuple(collections.namedtuple("LSTMStateTuple", ("c", "h"))):
    """The state of an LSTM cell: the memory ``c`` and the output ``h``, in this order."""

    __slots__ = ()

    @property
    def dtype(self):
        """The dtype of both.

        Raises:
          TypeError: they differ.
        """
        if self.c.dtype != self.h.dtype:
            raise TypeError(f"Inconsistent internal state: {self.c.dtype} vs {self.h.dtype}")
        return self.c.dtype


def warn_of_concatenated_state(cell):
    """Warns once of a cell made with ``state_is_tuple=False``."""
    tf_logging.warn("%s: Using a concatenated state is slower and will soon be deprecated.  Use "
                    "state_is_tuple=True.", cell)


class BasicLSTMCell(_MatrixCell):
    """Long short-term memory.

    With ``i, j, f, o = [inputs, h] @ kernel + bias`` the new state is
    ``c' = c * sigmoid(f + forget_bias) + sigmoid(i) * activation(j)`` and the output
    ``h' = activation(c') * sigmoid(o)``.

    Args:
      num_units: the number of units.
      forget_bias: added to the forget gate, so that at first the memory is kept.
      state_is_tuple: whether states are LSTMStateTuples; if not, ``[c, h]`` is one tensor.
      activation: a function of a tensor, or its name; None for tanh.
      reuse: whether the weights are those that exist in the cell's variable scope.
      name, dtype, further arguments: those of ``tf.layers.Layer``.

    Weights: ``kernel`` [input size + units, 4 units] and ``bias`` [4 units].

    Source: Zaremba et al. 2014, "Recurrent neural network regularization".
    """

    def __init__(self, num_units, forget_bias=1.0, state_is_tuple=True, activation=None,
                 reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(num_units, activation, _reuse=reuse, name=name, dtype=dtype, **kwargs)
        if not state_is_tuple:
            warn_of_concatenated_state(self)
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple

    @property
    def state_size(self):
        if self._state_is_tuple:
            return LSTMStateTuple(self._num_units, self._num_units)
        return 2 * self._num_units

    def build(self, inputs_shape):
        depth = self._input_depth(inputs_shape)
        self._kernel = self.add_variable(
            "kernel", shape=[depth + self._num_units, 4 * self._num_units])
        self._bias = self.add_variable("bias", shape=[4 * self._num_units],
                                       initializer=self._zeros_initializer())
        self.built = True

    def call(self, inputs, state):
        check_dtypes_of([inputs, state])
        one = constant(1, dtype=dtypes.int32)
        c, h = state if self._state_is_tuple else array_ops.split(state, 2, axis=one)
        gates = _gates(inputs, h, self._kernel, self._bias)
        i, j, f, o = array_ops.split(gates, 4, axis=one)
        forget_bias = constant(self._forget_bias, dtype=f.dtype)
        # These functions, not operators, give the operations TensorFlow's names (Add, Mul).
        kept = math_ops.multiply(c, math_ops.sigmoid(math_ops.add(f, forget_bias)))
        new_c = math_ops.add(kept, math_ops.multiply(math_ops.sigmoid(i), self._activation(j)))
        new_h = math_ops.multiply(self._activation(new_c), math_ops.sigmoid(o))
        if self._state_is_tuple:
            return new_h, LSTMStateTuple(new_c, new_h)
        return new_h, array_ops.concat([new_c, new_h], 1)

    def get_config(self):
        return {**super().get_config(),
                **self._described("num_units", "forget_bias", "state_is_tuple")}


class LSTMCell(_MatrixCell):
    """Long short-term memory, with peepholes, clipping and a projection if wanted.

    Args:
      num_units: the number of units.
      use_peepholes: whether the gates see the memory, through diagonal matrices.
      cell_clip: a limit for the memory's absolute values.
      initializer: of kernels and peepholes; None for that of the variable scope.
      num_proj: the size of the output and of ``h``, which are projected then.
      proj_clip: a limit for the projection's absolute values.
      num_unit_shards, num_proj_shards: into how many variables the matrices are cut.
      forget_bias: added to the forget gate.
      state_is_tuple: whether states are LSTMStateTuples; if not, ``[c, h]`` is one tensor.
      activation: a function of a tensor, or its name; None for tanh.
      reuse: whether the weights are those that exist in the cell's variable scope.
      name, dtype, further arguments: those of ``tf.layers.Layer``.

    Weights: ``kernel`` [input size + output size, 4 units], ``bias`` [4 units]; ``w_f_diag``,
    ``w_i_diag``, ``w_o_diag`` [units] with peepholes; ``projection/kernel`` [units, num_proj].

    Source: Sak et al. 2014, "Long short-term memory recurrent neural network architectures for
    large scale acoustic modeling".
    """

    def __init__(self, num_units, use_peepholes=False, cell_clip=None, initializer=None,
                 num_proj=None, proj_clip=None, num_unit_shards=None, num_proj_shards=None,
                 forget_bias=1.0, state_is_tuple=True, activation=None, reuse=None, name=None,
                 dtype=None, **kwargs):
        super().__init__(num_units, activation, _reuse=reuse, name=name, dtype=dtype, **kwargs)
        if not state_is_tuple:
            warn_of_concatenated_state(self)
        if num_unit_shards is not None or num_proj_shards is not None:
            tf_logging.warn(
                "%s: The num_unit_shards and proj_unit_shards parameters are deprecated and will "
                "be removed in Jan 2017.  Use a variable scope with a partitioner instead.", self)
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer_of_kernels = identifiers.initializer(initializer)
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._num_unit_shards = num_unit_shards
        self._num_proj_shards = num_proj_shards
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple

    @property
    def state_size(self):
        if self._state_is_tuple:
            return LSTMStateTuple(self._num_units, self.output_size)
        return self._num_units + self.output_size

    @property
    def output_size(self):
        return self._num_proj or self._num_units

    def build(self, inputs_shape):
        depth = self._input_depth(inputs_shape)
        h_depth = self._num_units if self._num_proj is None else self._num_proj
        self._kernel = self._matrix("kernel", [depth + h_depth, 4 * self._num_units],
                                    self._num_unit_shards)
        self._bias = self.add_variable(
            "bias", shape=[4 * self._num_units],
            initializer=zeros_initializer if self.dtype is None else self._zeros_initializer())
        if self._use_peepholes:
            self._w_f_diag, self._w_i_diag, self._w_o_diag = [
                self.add_variable(name, shape=[self._num_units],
                                  initializer=self._initializer_of_kernels)
                for name in ("w_f_diag", "w_i_diag", "w_o_diag")]
        if self._num_proj is not None:
            self._proj_kernel = self._matrix(
                "projection/kernel", [self._num_units, self._num_proj], self._num_proj_shards)
        self.built = True

    def _matrix(self, name, shape, shards):
        return self.add_variable(
            name, shape=shape, initializer=self._initializer_of_kernels,
            partitioner=None if shards is None else fixed_size_partitioner(shards))

    def call(self, inputs, state):
        check_dtypes_of([inputs, state])
        c, h = state if self._state_is_tuple else self._taken_apart(state)
        if inputs.shape.with_rank(2)[1].value is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        gates = _gates(inputs, h, self._kernel, self._bias)
        i, j, f, o = array_ops.split(gates, 4, axis=1)
        new_c = self._new_memory(c, i, j, f)
        new_h = self._new_output(new_c, o)
        if self._state_is_tuple:
            return new_h, LSTMStateTuple(new_c, new_h)
        return new_h, array_ops.concat([new_c, new_h], 1)

    def _taken_apart(self, state):
        h_depth = self._num_units if self._num_proj is None else self._num_proj
        return (array_ops.slice(state, [0, 0], [-1, self._num_units]),
                array_ops.slice(state, [0, self._num_units], [-1, h_depth]))

    def _new_memory(self, c, i, j, f):
        sigmoid = math_ops.sigmoid
        if self._use_peepholes:
            new_c = (sigmoid(f + self._forget_bias + self._w_f_diag * c) * c
                     + sigmoid(i + self._w_i_diag * c) * self._activation(j))
        else:
            new_c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            new_c = clip_ops.clip_by_value(new_c, -self._cell_clip, self._cell_clip)
        return new_c

    def _new_output(self, new_c, o):
        if self._use_peepholes:
            o = o + self._w_o_diag * new_c
        new_h = math_ops.sigmoid(o) * self._activation(new_c)
        if self._num_proj is not None:
            new_h = math_ops.matmul(new_h, self._proj_kernel)
            if self._proj_clip is not None:
                new_h = clip_ops.clip_by_value(new_h, -self._proj_clip, self._proj_clip)
        return new_h

    def get_config(self):
        return {**super().get_config(), **self._described(
            "num_units", "use_peepholes", "cell_clip", "num_proj", "proj_clip", "num_unit_shards",
            "num_proj_shards", "forget_bias", "state_is_tuple"),
            "initializer": identifiers.described(self._initializer_of_kernels)}
