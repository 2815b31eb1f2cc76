"""Wrappers: embeddings and projections before or after a cell, attention, highways."""

import math

from minitf import nest, tf_logging
from minitf.contrib.rnn.linear import Linear
from minitf.framework.graph import device, name_scope
from minitf.initializers import constant_initializer, random_uniform_initializer
from minitf.ops import array_ops, math_ops
from minitf.ops.bias_ops import xw_plus_b
from minitf.ops.embedding_ops import embedding_lookup
from minitf.ops.nn_ops import conv2d
from minitf.ops.softmax_ops import softmax
from minitf.rnn.cell import RNNCell
from minitf.rnn.cells import warn_of_concatenated_state
from minitf.rnn.sizes import check_is_cell
from minitf.variable_scope import get_variable, get_variable_scope, variable_scope


class _Wrapper(RNNCell):
    """The base of wrappers that have weights of their own in a scope around the cell's."""

    def __init__(self, cell, **kwargs):
        super().__init__(**kwargs)
        check_is_cell("cell", cell)
        self._cell = cell

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self._cell.zero_state(batch_size, dtype)


class EmbeddingWrapper(_Wrapper):
    """Looks the inputs, ids, up in an embedding before a cell.

    Args:
      cell: the cell.
      embedding_classes: how many ids there are.
      embedding_size: the size of their vectors.
      initializer: of the embedding; None for that of the variable scope, or uniform numbers of
        variance 1.
      reuse: whether the weights are those that exist in the variable scope.

    Raises:
      TypeError: ``cell`` is no cell.
      ValueError: sizes that are not positive.
    """

    def __init__(self, cell, embedding_classes, embedding_size, initializer=None, reuse=None):
        super().__init__(cell, _reuse=reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError("Both embedding_classes and embedding_size must be > 0: "
                             f"{embedding_classes}, {embedding_size}.")
        self._embedding_shape = [embedding_classes, embedding_size]
        self._embedding_initializer = initializer

    def call(self, inputs, state):
        with device("/cpu:0"):
            bound = math.sqrt(3)
            initializer = (self._embedding_initializer or get_variable_scope().initializer
                           or random_uniform_initializer(-bound, bound))
            dtype = (state[0] if isinstance(state, tuple) else state).dtype
            embedding = get_variable("embedding", self._embedding_shape, initializer=initializer,
                                     dtype=dtype)
            embedded = embedding_lookup(embedding, array_ops.reshape(inputs, [-1]))
            return self._cell(embedded, state)


class InputProjectionWrapper(_Wrapper):
    """Projects the inputs before a cell.

    Args:
      cell: the cell.
      num_proj: the size to project to.
      activation: a function of the projection, or None.
      input_size: without effect.
      reuse: whether the weights are those that exist in the variable scope.

    Raises:
      TypeError: ``cell`` is no cell.
    """

    def __init__(self, cell, num_proj, activation=None, input_size=None, reuse=None):
        super().__init__(cell, _reuse=reuse)
        if input_size is not None:
            tf_logging.warn("%s: The input_size parameter is deprecated.", self)
        self._num_proj = num_proj
        self._activation = activation
        self._linear = None

    def call(self, inputs, state):
        if self._linear is None:
            self._linear = Linear(inputs, self._num_proj, True)
        projected = self._linear(inputs)
        if self._activation:
            projected = self._activation(projected)
        return self._cell(projected, state)


class OutputProjectionWrapper(_Wrapper):
    """Projects the outputs of a cell.

    Args:
      cell: the cell.
      output_size: the size to project to.
      activation: a function of the projection, or None.
      reuse: whether the weights are those that exist in the variable scope.

    Raises:
      TypeError: ``cell`` is no cell.
      ValueError: ``output_size`` is not positive.
    """

    def __init__(self, cell, output_size, activation=None, reuse=None):
        super().__init__(cell, _reuse=reuse)
        if output_size < 1:
            raise ValueError(f"Parameter output_size must be > 0: {output_size}.")
        self._output_size = output_size
        self._activation = activation
        self._linear = None

    @property
    def output_size(self):
        return self._output_size

    def call(self, inputs, state):
        output, new_state = self._cell(inputs, state)
        if self._linear is None:
            self._linear = Linear(output, self._output_size, True)
        projected = self._linear(output)
        if self._activation:
            projected = self._activation(projected)
        return projected, new_state


class HighwayWrapper(_Wrapper):
    """Mixes a cell's outputs with its inputs by gates: ``inputs * carry + outputs * transform``.

    Args:
      cell: the cell, whose outputs have the shapes of its inputs.
      couple_carry_transform_gates: ``transform = 1 - carry``; if not, it has weights of its own.
      carry_bias_init: the bias with which the gate begins.

    Source: Srivastava et al. 2015, "Highway networks".
    """

    def __init__(self, cell, couple_carry_transform_gates=True, carry_bias_init=1.0):
        super().__init__(cell)
        self._is_coupled = couple_carry_transform_gates
        self._carry_bias_init = carry_bias_init

    def __call__(self, inputs, state, scope=None):
        outputs, new_state = self._cell(inputs, state, scope=scope)
        nest.assert_same_structure(inputs, outputs)
        nest.map_structure(lambda x, y: x.shape.assert_is_compatible_with(y.shape), inputs, outputs)
        return nest.map_structure(self._mixed, inputs, outputs), new_state

    def _mixed(self, x, y):
        size = x.shape.with_rank(2)[1].value
        carry = self._gate("carry", x, size, self._carry_bias_init)
        if self._is_coupled:
            transform = 1 - carry
        else:
            transform = self._gate("transform", x, size, -self._carry_bias_init)
        return x * carry + y * transform

    def _gate(self, name, x, size, bias):
        weights = get_variable(name + "_w", [size, size])
        biases = get_variable(name + "_b", [size], initializer=constant_initializer(bias))
        return math_ops.sigmoid(xw_plus_b(x, weights, biases))


class AttentionCellWrapper(_Wrapper):
    """Attention of a cell to its own last states.

    Args:
      cell: the cell.
      attn_length: how many states it sees.
      attn_size: the size of the attention's result and of the output; None for the cell's output.
      attn_vec_size: the number of hidden units of the attention; None for ``attn_size``.
      input_size: the size of the cell's inputs, which are made of the inputs and the attention;
        None for that of the inputs.
      state_is_tuple: whether the state is ``(cell's state, attention, states)``; if not, these are
        concatenated along the columns.
      reuse: whether the weights are those that exist in the variable scope.

    Raises:
      TypeError: ``cell`` is no cell.
      ValueError: the cell's state is a tuple where ``state_is_tuple`` is False; or
        ``attn_length`` is not positive.

    Source: Bahdanau et al. 2014, "Neural machine translation by jointly learning to align and
    translate".
    """

    def __init__(self, cell, attn_length, attn_size=None, attn_vec_size=None, input_size=None,
                 state_is_tuple=True, reuse=None):
        super().__init__(cell, _reuse=reuse)
        if nest.is_nested(cell.state_size) and not state_is_tuple:
            raise ValueError("Cell returns tuple of states, but the flag state_is_tuple is not "
                             f"set. State size is: {cell.state_size}")
        if attn_length <= 0:
            raise ValueError(f"attn_length should be greater than zero, got {attn_length}")
        if not state_is_tuple:
            warn_of_concatenated_state(self)
        self._state_is_tuple = state_is_tuple
        self._attn_size = cell.output_size if attn_size is None else attn_size
        self._attn_vec_size = self._attn_size if attn_vec_size is None else attn_vec_size
        self._attn_length = attn_length
        self._input_size = input_size
        self._input_linear = self._output_linear = self._query_linear = None

    @property
    def state_size(self):
        sizes = (self._cell.state_size, self._attn_size, self._attn_size * self._attn_length)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return self._attn_size

    def zero_state(self, batch_size, dtype):
        return RNNCell.zero_state(self, batch_size, dtype)

    def call(self, inputs, state):
        state, attention, last_states = self._parts(state)
        last_states = array_ops.reshape(last_states, [-1, self._attn_length, self._attn_size])
        if self._input_linear is None:
            size = self._input_size
            self._input_linear = Linear(
                [inputs, attention], inputs.shape.as_list()[1] if size is None else size, True)
        cell_output, new_state = self._cell(self._input_linear([inputs, attention]), state)
        query = new_state
        if self._state_is_tuple:
            query = array_ops.concat(nest.flatten(new_state), 1)
        attention, last_states = self._attend(query, last_states)
        with variable_scope("attn_output_projection"):
            if self._output_linear is None:
                self._output_linear = Linear([cell_output, attention], self._attn_size, True)
            output = self._output_linear([cell_output, attention])
        last_states = array_ops.concat([last_states, array_ops.expand_dims(output, 1)], 1)
        last_states = array_ops.reshape(last_states, [-1, self._attn_length * self._attn_size])
        if self._state_is_tuple:
            return output, (new_state, attention, last_states)
        return output, array_ops.concat([new_state, attention, last_states], 1)

    def _parts(self, state):
        if self._state_is_tuple:
            return state
        size = self._cell.state_size
        starts = (0, size, size + self._attn_size)
        sizes = (size, self._attn_size, self._attn_size * self._attn_length)
        return [array_ops.slice(state, [0, start], [-1, columns])
                for start, columns in zip(starts, sizes)]

    def _attend(self, query, states):
        """A mean of states weighted by how they fit the query; and the states but the first."""
        size, units = self._attn_size, self._attn_vec_size
        with variable_scope("attention"):
            kernel = get_variable("attn_w", [1, 1, size, units])
            v = get_variable("attn_v", [units])
            hidden = array_ops.reshape(states, [-1, self._attn_length, 1, size])
            features = conv2d(hidden, kernel, [1, 1, 1, 1], "SAME")
            if self._query_linear is None:
                self._query_linear = Linear(query, units, True)
            y = array_ops.reshape(self._query_linear(query), [-1, 1, 1, units])
            weights = softmax(math_ops.reduce_sum(v * math_ops.tanh(features + y), [2, 3]))
            weights = array_ops.reshape(weights, [-1, self._attn_length, 1, 1])
            mean = math_ops.reduce_sum(weights * hidden, [1, 2])
            return (array_ops.reshape(mean, [-1, size]),
                    array_ops.slice(states, [0, 1, 0], [-1, -1, -1]))
