"""Decoders over lists of inputs, which may feed on their own outputs."""

from minitf import nest
from minitf.contrib.rnn.linear import Linear
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.ops import array_ops, math_ops
from minitf.ops.bias_ops import xw_plus_b
from minitf.ops.embedding_ops import embedding_lookup
from minitf.ops.nn_ops import conv2d
from minitf.ops.softmax_ops import softmax
from minitf.variable_scope import get_variable, get_variable_scope, variable_scope


def feeding_previous(embedding, output_projection=None, update_embedding=True):
    """A loop function: the embedding of the largest element of the (projected) last output."""
    def loop_function(previous, _):
        if output_projection is not None:
            previous = xw_plus_b(previous, output_projection[0], output_projection[1])
        embedded = embedding_lookup(embedding, math_ops.argmax(previous, 1))
        return embedded if update_embedding else array_ops.stop_gradient(embedded)

    return loop_function


def check_projection(output_projection, num_symbols, dtype):
    """Checks the shapes of an output projection ``(weights, biases)``, or None."""
    if output_projection is not None:
        weights = convert_to_tensor(output_projection[0], dtype=dtype)
        weights.shape.assert_is_compatible_with([None, num_symbols])
        check_projection_biases(output_projection, num_symbols, dtype)


def check_projection_biases(output_projection, num_symbols, dtype):
    """Checks the shape of an output projection's biases."""
    biases = convert_to_tensor(output_projection[1], dtype=dtype)
    biases.shape.assert_is_compatible_with([num_symbols])


# ---- without attention ----


def rnn_decoder(decoder_inputs, initial_state, cell, loop_function=None, scope=None):
    """Applies a cell to a list of inputs.

    Args:
      decoder_inputs: tensors [batch_size, input_size].
      initial_state: the cell's state to begin with.
      cell: an RNNCell.
      loop_function: a function of the last output and the step's number, which makes the inputs
        from the second on; None: the given ones.
      scope: the variable scope; None is "rnn_decoder".

    Returns:
      ``(outputs, state)``: a list, and the last state.
    """
    with variable_scope(scope or "rnn_decoder"):
        state, outputs = initial_state, []
        for i, inputs in enumerate(decoder_inputs):
            if loop_function is not None and outputs:
                with variable_scope("loop_function", reuse=True):
                    inputs = loop_function(outputs[-1], i)
            if i > 0:
                get_variable_scope().reuse_variables()
            output, state = cell(inputs, state)
            outputs.append(output)
    return outputs, state


def embedding_rnn_decoder(decoder_inputs, initial_state, cell, num_symbols, embedding_size,
                          output_projection=None, feed_previous=False,
                          update_embedding_for_previous=True, scope=None):
    """``rnn_decoder`` for inputs that are ids.

    Args:
      decoder_inputs: int tensors [batch_size].
      initial_state: the cell's state to begin with.
      cell: an RNNCell.
      num_symbols: how many ids there are.
      embedding_size: the size of their vectors.
      output_projection: ``(weights, biases)`` from outputs to symbols, for ``feed_previous``.
      feed_previous: only the first input counts; the others are the last outputs' largest elements.
      update_embedding_for_previous: whether gradients flow to the embedding from these.
      scope: the variable scope; None is "embedding_rnn_decoder".

    Returns:
      ``(outputs, state)``: a list, and the last state.

    Raises:
      ValueError: the projection has other shapes.
    """
    with variable_scope(scope or "embedding_rnn_decoder") as scope:
        check_projection(output_projection, num_symbols, scope.dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = None
        if feed_previous:
            loop_function = feeding_previous(embedding, output_projection,
                                             update_embedding_for_previous)
        # Looked up one by one: the operations of a step stand together.
        embedded = (embedding_lookup(embedding, ids) for ids in decoder_inputs)
        return rnn_decoder(embedded, initial_state, cell, loop_function=loop_function)


# ---- with attention ----


class _Heads:
    """Attention to states with several heads: each has a view of its own."""

    def __init__(self, states, num_heads, dtype):
        self.size = size = states.shape[2].value
        self._length = states.shape[1].value
        if self._length is None:
            self._length = array_ops.shape(states)[1]
        self._dtype = dtype
        self._hidden = array_ops.reshape(states, [-1, self._length, 1, size])
        self._features, self._vectors = [], []
        for head in range(num_heads):
            kernel = get_variable(f"AttnW_{head}", [1, 1, size, size], dtype=dtype)
            self._features.append(conv2d(self._hidden, kernel, [1, 1, 1, 1], "SAME"))
            self._vectors.append(get_variable(f"AttnV_{head}", [size], dtype=dtype))

    def __call__(self, query):
        """For each head the mean of the states, weighted by how they fit a query."""
        if nest.is_nested(query):
            query = array_ops.concat(nest.flatten(query), 1)
        return [self._mean(head, query) for head in range(len(self._vectors))]

    def _mean(self, head, query):
        with variable_scope(f"Attention_{head}"):
            y = Linear(query, self.size, True)(query)
            y = math_ops.cast(array_ops.reshape(y, [-1, 1, 1, self.size]), self._dtype)
            score = math_ops.reduce_sum(
                self._vectors[head] * math_ops.tanh(self._features[head] + y), [2, 3])
            weights = softmax(math_ops.cast(score, dtype=dtypes.float32))
            weights = math_ops.cast(weights, self._dtype)
            weights = array_ops.reshape(weights, [-1, self._length, 1, 1])
            mean = math_ops.reduce_sum(weights * self._hidden, [1, 2])
            return array_ops.reshape(mean, [-1, self.size])


def attention_decoder(decoder_inputs, initial_state, attention_states, cell, output_size=None,
                      num_heads=1, loop_function=None, dtype=None, scope=None,
                      initial_state_attention=False):
    """Applies a cell to a list of inputs, with attention to an encoder's states.

    Args:
      decoder_inputs: tensors [batch_size, input_size].
      initial_state: the cell's state to begin with.
      attention_states: [batch_size, length, size].
      cell: an RNNCell.
      output_size: the size of outputs; None for the cell's.
      num_heads: how many attentions there are.
      loop_function: see ``rnn_decoder``.
      dtype: the dtype; None is the scope's.
      scope: the variable scope; None is "attention_decoder".
      initial_state_attention: attention begins with what fits the initial state; if not, with
        zeros.

    Returns:
      ``(outputs, state)``: a list, and the last state.

    Raises:
      ValueError: no inputs, no heads, or states of unknown size.

    Source: Vinyals et al. 2014, "Grammar as a foreign language".
    """
    if not decoder_inputs:
        raise ValueError("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise ValueError("With less than 1 heads, use a non-attention decoder.")
    if attention_states.shape[2].value is None:
        raise ValueError("Shape[2] of attention_states must be known: "
                         f"{attention_states.shape}")
    if output_size is None:
        output_size = cell.output_size
    with variable_scope(scope or "attention_decoder", dtype=dtype) as scope:
        dtype = scope.dtype
        batch_size = array_ops.shape(decoder_inputs[0])[0]
        heads = _Heads(attention_states, num_heads, dtype)
        state, outputs = initial_state, []
        zeros_shape = array_ops.stack([batch_size, heads.size])
        attentions = [array_ops.zeros(zeros_shape, dtype=dtype) for _ in range(num_heads)]
        for attention in attentions:
            attention.set_shape([None, heads.size])
        if initial_state_attention:
            attentions = heads(initial_state)
        for i, inputs in enumerate(decoder_inputs):
            if i > 0:
                get_variable_scope().reuse_variables()
            if loop_function is not None and outputs:
                with variable_scope("loop_function", reuse=True):
                    inputs = loop_function(outputs[-1], i)
            size = inputs.shape.with_rank(2)[1].value
            if size is None:
                raise ValueError(f"Could not infer input size from input: {inputs.name}")
            joined = [math_ops.cast(tensor, dtype) for tensor in [inputs, *attentions]]
            output, state = cell(Linear(joined, size, True)(joined), state)
            if i == 0 and initial_state_attention:
                # The weights are there: the initial state has been attended with them.
                with variable_scope(get_variable_scope(), reuse=True):
                    attentions = heads(state)
            else:
                attentions = heads(state)
            with variable_scope("AttnOutputProjection"):
                joined = [math_ops.cast(output, dtype), *attentions]
                outputs.append(Linear(joined, output_size, True)(joined))
    return outputs, state


def embedding_attention_decoder(decoder_inputs, initial_state, attention_states, cell, num_symbols,
                                embedding_size, num_heads=1, output_size=None,
                                output_projection=None, feed_previous=False,
                                update_embedding_for_previous=True, dtype=None, scope=None,
                                initial_state_attention=False):
    """``attention_decoder`` for inputs that are ids.

    Args:
      decoder_inputs: int tensors [batch_size].
      num_symbols, embedding_size, output_projection, feed_previous,
        update_embedding_for_previous: those of ``embedding_rnn_decoder``.
      scope: the variable scope; None is "embedding_attention_decoder".
      initial_state and the others: those of ``attention_decoder``.

    Returns:
      ``(outputs, state)``: a list, and the last state.

    Raises:
      ValueError: the projection has other shapes; and as in ``attention_decoder``.
    """
    if output_size is None:
        output_size = cell.output_size
    if output_projection is not None:
        check_projection_biases(output_projection, num_symbols, dtype)
    with variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = None
        if feed_previous:
            loop_function = feeding_previous(embedding, output_projection,
                                             update_embedding_for_previous)
        embedded = [embedding_lookup(embedding, ids) for ids in decoder_inputs]
        return attention_decoder(
            embedded, initial_state, attention_states, cell, output_size=output_size,
            num_heads=num_heads, loop_function=loop_function,
            initial_state_attention=initial_state_attention)
