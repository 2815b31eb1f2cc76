"""Cells with layer normalization, groups, phases and other gates."""

from minitf import tf_logging
from minitf.contrib.layers.normalization import layer_norm
from minitf.contrib.rnn.linear import Linear, known_input_size
from minitf.framework import dtypes
from minitf.framework.graph import GraphKeys, add_to_collection, get_collection
from minitf.initializers import (
    constant_initializer,
    random_uniform_initializer,
    zeros_initializer,
)
from minitf.ops import array_ops, clip_ops, math_ops, random_ops
from minitf.ops.activation_ops import relu
from minitf.ops.bias_ops import bias_add
from minitf.ops.dropout_ops import dropout
from minitf.rnn.cell import LayerRNNCell, RNNCell
from minitf.rnn.cells import LSTMStateTuple, warn_of_concatenated_state
from minitf.variable_scope import get_variable, get_variable_scope, variable_scope


class _MemoryCell(RNNCell):
    """The base of cells with an LSTM's state, whose output may be projected."""

    _num_proj = None

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self):
        return self._num_proj or self._num_units


class _GatedCell(RNNCell):
    """The base of cells whose output and state are of the same size."""

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units


# ---- layer normalization ----


def _normalized(x, scope, gain, shift, dtype=dtypes.float32):
    """``x`` normalized over its columns, with weights ``gamma`` and ``beta`` in a scope."""
    shape = x.shape[-1:]
    gain, shift = constant_initializer(gain), constant_initializer(shift)
    with variable_scope(scope):
        get_variable("gamma", shape=shape, initializer=gain, dtype=dtype)
        get_variable("beta", shape=shape, initializer=shift, dtype=dtype)
    return layer_norm(x, reuse=True, scope=scope)


class LayerNormBasicLSTMCell(_MemoryCell):
    """Long short-term memory with layer normalization and recurrent dropout.

    Args:
      num_units: the number of units.
      forget_bias: added to the forget gate.
      input_size: without effect.
      activation: a function of a tensor.
      layer_norm: whether gates and memory are normalized; then there is no bias.
      norm_gain, norm_shift: initial values of the normalization's weights.
      dropout_keep_prob: the probability with which elements of what enters the memory are kept, a
        number or a scalar tensor.
      dropout_prob_seed: an integer, see ``tf.set_random_seed``.
      reuse: whether the weights are those that exist in the cell's variable scope.

    Sources: Ba et al. 2016, "Layer normalization"; Semeniuta et al. 2016, "Recurrent dropout
    without memory loss".
    """

    def __init__(self, num_units, forget_bias=1.0, input_size=None, activation=math_ops.tanh,
                 layer_norm=True, norm_gain=1.0, norm_shift=0.0, dropout_keep_prob=1.0,
                 dropout_prob_seed=None, reuse=None):
        super().__init__(_reuse=reuse)
        if input_size is not None:
            tf_logging.warn("%s: The input_size parameter is deprecated.", self)
        self._num_units = num_units
        self._activation = activation
        self._forget_bias = forget_bias
        self._keep_prob = dropout_keep_prob
        self._seed = dropout_prob_seed
        self._layer_norm = layer_norm
        self._norm_weights = norm_gain, norm_shift

    def call(self, inputs, state):
        c, h = state
        joined = array_ops.concat([inputs, h], 1)
        i, j, f, o = array_ops.split(self._gates(joined), 4, axis=1)
        if self._layer_norm:
            i, j, f, o = [_normalized(gate, scope, *self._norm_weights, dtype=joined.dtype)
                          for gate, scope in zip((i, j, f, o),
                                                 ("input", "transform", "forget", "output"))]
        candidate = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            candidate = dropout(candidate, self._keep_prob, seed=self._seed)
        new_c = (c * math_ops.sigmoid(f + self._forget_bias)
                 + math_ops.sigmoid(i) * candidate)
        if self._layer_norm:
            new_c = _normalized(new_c, "state", *self._norm_weights, dtype=joined.dtype)
        new_h = self._activation(new_c) * math_ops.sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)

    def _gates(self, joined):
        columns = 4 * self._num_units
        kernel = get_variable("kernel", [joined.shape[-1], columns], dtype=joined.dtype)
        gates = math_ops.matmul(joined, kernel)
        if self._layer_norm:
            return gates
        return bias_add(gates, get_variable("bias", [columns], dtype=joined.dtype))


# ---- one gate for input and forgetting ----


def _sharded_matrix(name, shape, dtype, num_shards):
    """A matrix that is cut by rows into variables ``name_0``, ... and put together once."""
    if num_shards > shape[0]:
        raise ValueError(f"Too many shards: shape={shape}, num_shards={num_shards}")
    rows, more = divmod(shape[0], num_shards)
    shards = [get_variable(f"{name}_{i}", [rows + (i < more), *shape[1:]], dtype=dtype)
              for i in range(num_shards)]
    if len(shards) == 1:
        return shards[0]
    full_name = f"{get_variable_scope().name}/{name}/concat:0"
    for matrix in get_collection(GraphKeys.CONCATENATED_VARIABLES):
        if matrix.name == full_name:
            return matrix
    matrix = array_ops.concat(shards, 0, name=name + "/concat")
    add_to_collection(GraphKeys.CONCATENATED_VARIABLES, matrix)
    return matrix


class CoupledInputForgetGateLSTMCell(_MemoryCell):
    """Long short-term memory whose input gate is one minus the forget gate.

    Args:
      num_units: the number of units.
      use_peepholes: whether the gates see the memory.
      initializer: without effect.
      num_proj: the size of the output, which is projected then.
      proj_clip: a limit for the projection's absolute values.
      num_unit_shards, num_proj_shards: into how many variables the matrices are cut.
      forget_bias: added to the forget gate.
      state_is_tuple: whether states are LSTMStateTuples; if not, ``[c, h]`` is one tensor.
      activation: a function of a tensor.
      reuse: whether the weights are those that exist in the cell's variable scope.
      layer_norm: whether gates and memory are normalized; then the bias has no effect.
      norm_gain, norm_shift: initial values of the normalization's weights.

    Source: Greff et al. 2015, "LSTM: a search space odyssey".
    """

    def __init__(self, num_units, use_peepholes=False, initializer=None, num_proj=None,
                 proj_clip=None, num_unit_shards=1, num_proj_shards=1, forget_bias=1.0,
                 state_is_tuple=True, activation=math_ops.tanh, reuse=None, layer_norm=False,
                 norm_gain=1.0, norm_shift=0.0):
        super().__init__(_reuse=reuse)
        if not state_is_tuple:
            warn_of_concatenated_state(self)
        self._num_units = num_units
        self._use_peepholes = use_peepholes
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._num_unit_shards = num_unit_shards
        self._num_proj_shards = num_proj_shards
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._activation = activation
        self._layer_norm = layer_norm
        self._norm_weights = norm_gain, norm_shift

    @property
    def state_size(self):
        size = super().state_size
        return size if self._state_is_tuple else sum(size)

    def call(self, inputs, state):
        units, dtype = self._num_units, inputs.dtype
        h_size = units if self._num_proj is None else self._num_proj
        if self._state_is_tuple:
            c, h = state
        else:
            c = array_ops.slice(state, [0, 0], [-1, units])
            h = array_ops.slice(state, [0, units], [-1, h_size])
        j, f, o = self._gates(inputs, h, known_input_size(inputs) + h_size)
        if self._use_peepholes:
            w_f = get_variable("W_F_diag", shape=[units], dtype=dtype)
            w_o = get_variable("W_O_diag", shape=[units], dtype=dtype)
            f = math_ops.sigmoid(f + self._forget_bias + w_f * c)
        else:
            f = math_ops.sigmoid(f + self._forget_bias)
        new_c = f * c + (1 - f) * self._activation(j)
        if self._layer_norm:
            new_c = _normalized(new_c, "state", *self._norm_weights)
        if self._use_peepholes:
            o = o + w_o * new_c
        new_h = math_ops.sigmoid(o) * self._activation(new_c)
        if self._num_proj is not None:
            new_h = math_ops.matmul(new_h, _sharded_matrix("W_P", [units, self._num_proj], dtype,
                                                           self._num_proj_shards))
            if self._proj_clip is not None:
                new_h = clip_ops.clip_by_value(new_h, -self._proj_clip, self._proj_clip)
        if self._state_is_tuple:
            return new_h, LSTMStateTuple(new_c, new_h)
        return new_h, array_ops.concat([new_c, new_h], 1)

    def _gates(self, inputs, h, rows):
        columns = 3 * self._num_units
        matrix = _sharded_matrix("W", [rows, columns], inputs.dtype, self._num_unit_shards)
        bias = get_variable("B", shape=[columns], initializer=zeros_initializer(),
                            dtype=inputs.dtype)
        gates = math_ops.matmul(array_ops.concat([inputs, h], 1), matrix)
        if not self._layer_norm:
            return array_ops.split(bias_add(gates, bias), 3, axis=1)
        return [_normalized(gate, scope, *self._norm_weights) for gate, scope in zip(
            array_ops.split(gates, 3, axis=1), ("transform", "forget", "output"))]


# ---- a cell found by search ----


class NASCell(_MemoryCell, LayerRNNCell):
    """The cell that a search over architectures found for language models.

    Args:
      num_units: the number of units.
      num_proj: the size of the output, which is projected then.
      use_bias: whether there is a bias.
      reuse: whether the weights are those that exist in the cell's variable scope.
      further arguments: those of ``tf.layers.Layer``.

    Source: Zoph and Le 2016, "Neural architecture search with reinforcement learning".
    """

    def __init__(self, num_units, num_proj=None, use_bias=False, reuse=None, **kwargs):
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units = num_units
        self._num_proj = num_proj
        self._use_bias = use_bias

    def build(self, inputs_shape):
        depth = inputs_shape.with_rank(2)[1].value
        if depth is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        columns = 8 * self._num_units
        rows = self._num_units if self._num_proj is None else self._num_proj
        self.recurrent_kernel = self.add_variable("recurrent_kernel", [rows, columns])
        self.kernel = self.add_variable("kernel", [depth, columns])
        if self._use_bias:
            self.bias = self.add_variable("bias", shape=[columns], initializer=zeros_initializer)
        if self._num_proj is not None:
            self.projection_weights = self.add_variable("projection_weights",
                                                        [self._num_units, self._num_proj])
        self.built = True

    def call(self, inputs, state):
        sigmoid, tanh = math_ops.sigmoid, math_ops.tanh
        c, h = state
        from_h = math_ops.matmul(h, self.recurrent_kernel)
        from_inputs = math_ops.matmul(inputs, self.kernel)
        if self._use_bias:
            from_h = bias_add(from_h, self.bias)
        m = array_ops.split(from_h, 8, axis=1)
        x = array_ops.split(from_inputs, 8, axis=1)
        # The first layer of the tree: eight pairs, the fourth multiplied, the others added.
        first = [function(x[i] * m[i] if i == 3 else x[i] + m[i]) for i, function in enumerate(
            (sigmoid, relu, sigmoid, relu, tanh, sigmoid, tanh, sigmoid))]
        second = [tanh(first[0] * first[1]), tanh(first[2] + first[3]),
                  tanh(first[4] * first[5]), sigmoid(first[6] + first[7])]
        new_c = tanh(second[0] + c) * second[1]
        new_h = tanh(new_c * tanh(second[2] + second[3]))
        if self._num_proj is not None:
            new_h = math_ops.matmul(new_h, self.projection_weights)
        return new_h, LSTMStateTuple(new_c, new_h)


# ---- cells with update gates ----


class UGRNNCell(_GatedCell):
    """A cell with one gate: ``g * state + (1 - g) * activation(...)``.

    Args:
      num_units: the number of units.
      initializer: of the kernel; None for that of the variable scope.
      forget_bias: added to the gate.
      activation: a function of a tensor.
      reuse: whether the weights are those that exist in the cell's variable scope.

    Source: Collins et al. 2016, "Capacity and trainability in recurrent neural networks".
    """

    def __init__(self, num_units, initializer=None, forget_bias=1.0, activation=math_ops.tanh,
                 reuse=None):
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._kernel_initializer = initializer
        self._forget_bias = forget_bias
        self._activation = activation
        self._linear = None

    def call(self, inputs, state):
        known_input_size(inputs)
        with variable_scope(get_variable_scope(), initializer=self._kernel_initializer):
            joined = array_ops.concat([inputs, state], 1)
            if self._linear is None:
                self._linear = Linear(joined, 2 * self._num_units, True)
            gate, candidate = array_ops.split(self._linear(joined), 2, axis=1)
            candidate = self._activation(candidate)
            gate = math_ops.sigmoid(gate + self._forget_bias)
            new_state = gate * state + (1.0 - gate) * candidate
        return new_state, new_state


class IntersectionRNNCell(_GatedCell):
    """A cell with gated connections both to the next step and to the next layer.

    Args:
      num_units: the number of units.
      num_in_proj: project the inputs to ``num_units``, if they have another size.
      initializer: of the kernels; None for that of the variable scope.
      forget_bias: added to the gates.
      y_activation: a function of a tensor, for the output.
      reuse: whether the weights are those that exist in the cell's variable scope.

    Raises, when called:
      ValueError: inputs of another size than ``num_units`` without ``num_in_proj``.

    Source: Collins et al. 2016, "Capacity and trainability in recurrent neural networks".
    """

    def __init__(self, num_units, num_in_proj=None, initializer=None, forget_bias=1.0,
                 y_activation=relu, reuse=None):
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._kernel_initializer = initializer
        self._forget_bias = forget_bias
        self._num_input_proj = num_in_proj
        self._y_activation = y_activation
        self._input_linear = self._linear = None

    def call(self, inputs, state):
        units, sigmoid = self._num_units, math_ops.sigmoid
        size = known_input_size(inputs)
        with variable_scope(get_variable_scope(), initializer=self._kernel_initializer):
            if size != units:
                inputs = self._projected(inputs)
            joined = array_ops.concat([inputs, state], 1)
            if self._linear is None:
                self._linear = Linear(joined, 4 * units, True)
            matrix = self._linear(joined)
            state_gate = matrix[:, :units]
            new_state = matrix[:, units:2 * units]
            output_gate = matrix[:, 2 * units:3 * units]
            output = matrix[:, 3 * units:4 * units]
            new_state = math_ops.tanh(new_state)
            output = self._y_activation(output)
            state_gate = sigmoid(state_gate + self._forget_bias)
            output_gate = sigmoid(output_gate + self._forget_bias)
            new_state = state_gate * state + (1.0 - state_gate) * new_state
            output = output_gate * inputs + (1.0 - output_gate) * output
        return output, new_state

    def _projected(self, inputs):
        if not self._num_input_proj:
            raise ValueError("Must have input size == output size for Intersection RNN. To fix, "
                             "num_in_proj should be set to num_units at cell init.")
        with variable_scope("in_projection"):
            if self._input_linear is None:
                self._input_linear = Linear(inputs, self._num_units, True)
            return self._input_linear(inputs)


# ---- phases ----


class PhasedLSTMCell(_MemoryCell):
    """Long short-term memory whose units are open in a part of a period only.

    Args:
      num_units: the number of units.
      use_peepholes: whether the gates see the memory.
      leak: how much is let through in the closed part, while training.
      ratio_on: the part of the period in which a unit is open.
      trainable_ratio_on: whether that is trained.
      period_init_min, period_init_max: the periods' range to begin with, at an even spread of
        their logarithms.
      reuse: whether the weights are those that exist in the cell's variable scope.

    Inputs are pairs of times [batch_size, 1] and features [batch_size, input_size].

    Source: Neil et al. 2016, "Phased LSTM".
    """

    def __init__(self, num_units, use_peepholes=False, leak=0.001, ratio_on=0.1,
                 trainable_ratio_on=True, period_init_min=1.0, period_init_max=1000.0, reuse=None):
        super().__init__(_reuse=reuse, autocast=False)
        self._num_units = num_units
        self._use_peepholes = use_peepholes
        self._leak = leak
        self._ratio_on = ratio_on
        self._trainable_ratio_on = trainable_ratio_on
        self._period_range = period_init_min, period_init_max
        self._linears = {}

    def call(self, inputs, state):
        c, h = state
        time, x = inputs
        with variable_scope("mask_gates"):
            both = math_ops.sigmoid(self._product("mask_gates", [x, h], c, 2))
            input_gate, forget_gate = array_ops.split(both, 2, axis=1)
        with variable_scope("new_input"):
            new_input = math_ops.tanh(self._product("new_input", [x, h], None, 1))
        new_c = c * forget_gate + input_gate * new_input
        with variable_scope("output_gate"):
            output_gate = math_ops.sigmoid(self._product("output_gate", [x, h], new_c, 1))
        new_h = math_ops.tanh(new_c) * output_gate
        openness = self._openness(time)
        new_c = openness * new_c + (1 - openness) * c
        new_h = openness * new_h + (1 - openness) * h
        return new_h, LSTMStateTuple(new_c, new_h)

    def _product(self, name, args, peephole, parts):
        if self._use_peepholes and peephole is not None:
            args = [*args, peephole]
        if name not in self._linears:
            self._linears[name] = Linear(args, parts * self._num_units, True)
        return self._linears[name](args)

    def _openness(self, time):
        """How far units are open at a time: a rise, a fall, a leak for the rest of the period."""
        period = get_variable("period", [self._num_units],
                              initializer=_random_exponential(*self._period_range))
        phase = get_variable("phase", [self._num_units],
                             initializer=random_uniform_initializer(0.0, period.initial_value))
        ratio_on = get_variable("ratio_on", [self._num_units],
                                initializer=constant_initializer(self._ratio_on),
                                trainable=self._trainable_ratio_on)
        ratio = _cycle_ratio(time, phase, period)
        rising = 2 * ratio / ratio_on
        falling = 2 - rising
        closed = self._leak * ratio
        openness = array_ops.where(ratio < ratio_on, falling, closed)
        return array_ops.where(ratio < 0.5 * ratio_on, rising, openness)


def _cycle_ratio(time, phase, period):
    """Where in its period a time is, in [0, 1)."""
    phase = math_ops.cast(phase, dtype=time.dtype)
    period = math_ops.cast(period, dtype=time.dtype)
    shifted = time - phase
    # The remainder's gradient is that of its first argument.
    remainder = array_ops.stop_gradient(math_ops.mod(shifted, period) - shifted) + shifted
    return math_ops.cast(remainder / period, dtype=dtypes.float32)


def _random_exponential(minval, maxval):
    """An initializer: numbers whose logarithms are uniform."""
    def initializer(shape, dtype=dtypes.float32, partition_info=None):
        return math_ops.exp(random_ops.random_uniform(shape, math_ops.log(minval),
                                                      math_ops.log(maxval), dtype))

    return initializer


# ---- groups ----


class GLSTMCell(_MemoryCell):
    """Long short-term memory with matrices in blocks: groups of units that see only themselves.

    Args:
      num_units: the number of units.
      initializer: of the kernels; None for that of the variable scope.
      num_proj: the size of the output, which is projected then.
      number_of_groups: the number of groups, which divides the sizes.
      forget_bias: added to the forget gate.
      activation: a function of a tensor, for the output.
      reuse: whether the weights are those that exist in the cell's variable scope.

    Raises:
      ValueError: a size that ``number_of_groups`` does not divide.

    Source: Kuchaiev and Ginsburg 2017, "Factorization tricks for LSTM networks".
    """

    def __init__(self, num_units, initializer=None, num_proj=None, number_of_groups=1,
                 forget_bias=1.0, activation=math_ops.tanh, reuse=None):
        super().__init__(_reuse=reuse)
        if num_units % number_of_groups != 0:
            raise ValueError("num_units must be divisible by number_of_groups")
        if num_proj and num_proj % number_of_groups != 0:
            raise ValueError("num_proj must be divisible by number_of_groups")
        self._num_units = num_units
        self._kernel_initializer = initializer
        self._num_proj = num_proj
        self._number_of_groups = number_of_groups
        self._forget_bias = forget_bias
        self._activation = activation
        self._linears = {}

    def call(self, inputs, state):
        c, h = state
        batch_size = inputs.shape[0].value or array_ops.shape(inputs)[0]
        size, groups = inputs.shape[1].value, self._number_of_groups
        if size is None:
            raise ValueError("input size must be statically known")
        if size % groups != 0:
            raise ValueError(f"input size ({size}) must be divisible by number_of_groups "
                             f"({groups})")
        with variable_scope(get_variable_scope(), initializer=self._kernel_initializer):
            parts = [self._group(group, inputs, h, batch_size) for group in range(groups)]
            biases = [get_variable(f"bias_{name}", shape=[self._num_units], dtype=inputs.dtype,
                                   initializer=constant_initializer(0.0, dtype=inputs.dtype))
                      for name in "ijfo"]
            i, j, f, o = [bias_add(array_ops.concat(part, axis=1), bias)
                          for part, bias in zip(zip(*parts), biases)]
        new_c = math_ops.sigmoid(f + self._forget_bias) * c + math_ops.sigmoid(i) * math_ops.tanh(j)
        new_h = math_ops.sigmoid(o) * self._activation(new_c)
        if self._num_proj is not None:
            with variable_scope("projection"):
                new_h = self._product("projection", new_h, self._num_proj)
        return new_h, LSTMStateTuple(new_c, new_h)

    def _group(self, group, inputs, h, batch_size):
        """The gates ``i, j, f, o`` of one group."""
        with variable_scope(f"group{group}"):
            columns = [tensor.shape[1].value // self._number_of_groups for tensor in (inputs, h)]
            slices = [array_ops.slice(tensor, [0, group * size], [batch_size, size],
                                      name=f"GLSTM_group{group}_input_generation")
                      for tensor, size in zip((inputs, h), columns)]
            joined = array_ops.concat(slices, axis=1)
            size = 4 * (self._num_units // self._number_of_groups)
            return array_ops.split(self._product(group, joined, size), 4, 1)

    def _product(self, name, x, columns):
        if name not in self._linears:
            self._linears[name] = Linear(x, columns, False)
        return self._linears[name](x)
