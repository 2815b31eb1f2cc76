"""Models of an encoder and a decoder over lists of inputs.

Sources: Sutskever et al. 2014, "Sequence to sequence learning with neural networks"; Bahdanau et
al. 2014, "Neural machine translation by jointly learning to align and translate".
"""

import copy

from minitf import nest
from minitf.contrib.legacy_seq2seq.decoders import (
    check_projection,
    embedding_attention_decoder,
    embedding_rnn_decoder,
    feeding_previous,
    rnn_decoder,
)
from minitf.contrib.rnn.wrappers import EmbeddingWrapper, OutputProjectionWrapper
from minitf.framework import dtypes
from minitf.ops import array_ops
from minitf.ops.cond_ops import cond
from minitf.ops.embedding_ops import embedding_lookup
from minitf.rnn.cell import RNNCell
from minitf.rnn.static import static_rnn
from minitf.variable_scope import get_variable, get_variable_scope, variable_scope


def _by_choice(feed_previous, decode, count):
    """``decode(True)`` or ``decode(False)`` in a conditional, with the same weights.

    Args:
      feed_previous: a bool scalar.
      decode: a function of a bool that returns ``(outputs, state)``.
      count: how many outputs there are.

    Returns:
      ``(outputs, flat_state)``: lists.
    """
    def branch(feeds):
        with variable_scope(get_variable_scope(), reuse=None if feeds else True):
            outputs, state = decode(feeds)
            return outputs + nest.flatten(state)

    results = cond(feed_previous, lambda: branch(True), lambda: branch(False))
    return results[:count], results[count:]


def _packed_like(structure, flat_state):
    """A state in the structure of another; its first tensor if that is one tensor."""
    if nest.is_nested(structure):
        return nest.pack_sequence_as(structure, flat_state)
    return flat_state[0]


# ---- without embeddings ----


def basic_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, dtype=dtypes.float32, scope=None):
    """An encoder, and a decoder that begins with its last state.

    Args:
      encoder_inputs, decoder_inputs: lists of tensors [batch_size, input_size].
      cell: an RNNCell; both use one like it, with weights of their own.
      dtype: the dtype of the initial state.
      scope: the variable scope; None is "basic_rnn_seq2seq".

    Returns:
      ``(outputs, state)`` of the decoder: a list, and the last state.
    """
    with variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(copy.deepcopy(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, loop_function=None,
                     dtype=dtypes.float32, scope=None):
    """``basic_rnn_seq2seq`` with the same weights in encoder and decoder.

    Args:
      encoder_inputs, decoder_inputs: lists of tensors [batch_size, input_size].
      cell: an RNNCell.
      loop_function: see ``rnn_decoder``.
      dtype: the dtype of the initial state.
      scope: the variable scope below "combined_tied_rnn_seq2seq"; None is "tied_rnn_seq2seq".

    Returns:
      ``(outputs, state)`` of the decoder: a list, and the last state.
    """
    with variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function=loop_function, scope=scope)


# ---- with embeddings ----


def embedding_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, num_encoder_symbols,
                          num_decoder_symbols, embedding_size, output_projection=None,
                          feed_previous=False, dtype=None, scope=None):
    """An encoder and a decoder of ids.

    Args:
      encoder_inputs, decoder_inputs: lists of int tensors [batch_size].
      cell: an RNNCell; both use one like it, with weights of their own.
      num_encoder_symbols, num_decoder_symbols: how many ids there are.
      embedding_size: the size of their vectors.
      output_projection: ``(weights, biases)`` from outputs to symbols, which are then not applied
        to what is returned; None: the outputs are logits of the symbols.
      feed_previous: whether only the first of ``decoder_inputs`` counts, the others are the last
        outputs' largest elements; a bool, or a bool scalar tensor.
      dtype: the dtype; None is the scope's.
      scope: the variable scope; None is "embedding_rnn_seq2seq".

    Returns:
      ``(outputs, state)`` of the decoder: a list, and the last state.
    """
    with variable_scope(scope or "embedding_rnn_seq2seq") as scope:
        if dtype is None:
            dtype = scope.dtype
        else:
            scope.set_dtype(dtype)
        encoder_cell = EmbeddingWrapper(copy.deepcopy(cell), num_encoder_symbols, embedding_size)
        _, encoder_state = static_rnn(encoder_cell, encoder_inputs, dtype=dtype)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
        options = {"output_projection": output_projection}

        def decode(feeds):
            return embedding_rnn_decoder(decoder_inputs, encoder_state, cell, num_decoder_symbols,
                                         embedding_size, feed_previous=feeds, **options)

        if isinstance(feed_previous, bool):
            return decode(feed_previous)
        options["update_embedding_for_previous"] = False
        outputs, state = _by_choice(feed_previous, decode, len(decoder_inputs))
        return outputs, _packed_like(encoder_state, state)


def embedding_tied_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, num_symbols, embedding_size,
                               num_decoder_symbols=None, output_projection=None,
                               feed_previous=False, dtype=None, scope=None):
    """``embedding_rnn_seq2seq`` with the same weights and embeddings in encoder and decoder.

    Args:
      num_symbols: how many ids there are.
      num_decoder_symbols: how many of them the decoder uses; None for all.
      scope: the variable scope; None is "embedding_tied_rnn_seq2seq".
      encoder_inputs and the others: those of ``embedding_rnn_seq2seq``.

    Returns:
      ``(outputs, state)`` of the decoder: a list, and the last state.

    Raises:
      ValueError: the projection has other shapes.
    """
    with variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as scope:
        dtype = scope.dtype
        check_projection(output_projection, num_symbols, dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size], dtype=dtype)
        encoder_vectors = [embedding_lookup(embedding, ids) for ids in encoder_inputs]
        decoder_vectors = [embedding_lookup(embedding, ids) for ids in decoder_inputs]
        if output_projection is None:
            cell = OutputProjectionWrapper(
                cell, num_symbols if num_decoder_symbols is None else num_decoder_symbols)
        is_fixed = isinstance(feed_previous, bool)

        def decode(feeds):
            loop_function = None
            if feeds:
                loop_function = feeding_previous(embedding, output_projection, is_fixed)
            return tied_rnn_seq2seq(encoder_vectors, decoder_vectors, cell,
                                    loop_function=loop_function, dtype=dtype)

        if is_fixed:
            return decode(feed_previous)
        outputs, state = _by_choice(feed_previous, decode, len(decoder_inputs))
        batch_size = _batch_size(encoder_inputs)
        return outputs, _packed_like(cell.zero_state(batch_size, dtype), state)


def _batch_size(inputs):
    known = inputs[0].shape[0]
    for tensor in inputs[1:]:
        known.assert_is_compatible_with(tensor.shape[0])
    return array_ops.shape(inputs[0])[0] if known.value is None else known.value


def embedding_attention_seq2seq(encoder_inputs, decoder_inputs, cell, num_encoder_symbols,
                                num_decoder_symbols, embedding_size, num_heads=1,
                                output_projection=None, feed_previous=False, dtype=None,
                                scope=None, initial_state_attention=False):
    """``embedding_rnn_seq2seq`` with attention of the decoder to the encoder's outputs.

    Args:
      num_heads, initial_state_attention: those of ``attention_decoder``.
      scope: the variable scope; None is "embedding_attention_seq2seq".
      encoder_inputs and the others: those of ``embedding_rnn_seq2seq``.

    Returns:
      ``(outputs, state)`` of the decoder: a list, and the last state.
    """
    with variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as scope:
        dtype = scope.dtype
        encoder_cell = EmbeddingWrapper(copy.deepcopy(cell), num_encoder_symbols, embedding_size)
        encoder_outputs, encoder_state = static_rnn(encoder_cell, encoder_inputs, dtype=dtype)
        top_states = [array_ops.reshape(output, [-1, 1, cell.output_size])
                      for output in encoder_outputs]
        attention_states = array_ops.concat(top_states, 1)
        options = {"num_heads": num_heads, "output_projection": output_projection,
                   "initial_state_attention": initial_state_attention}
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
            options["output_size"] = num_decoder_symbols

        def decode(feeds):
            return embedding_attention_decoder(
                decoder_inputs, encoder_state, attention_states, cell, num_decoder_symbols,
                embedding_size, feed_previous=feeds, **options)

        if isinstance(feed_previous, bool):
            return decode(feed_previous)
        options["update_embedding_for_previous"] = False
        outputs, state = _by_choice(feed_previous, decode, len(decoder_inputs))
        return outputs, _packed_like(encoder_state, state)


def one2many_rnn_seq2seq(encoder_inputs, decoder_inputs_dict, enc_cell, dec_cells_dict,
                         num_encoder_symbols, num_decoder_symbols_dict, embedding_size,
                         feed_previous=False, dtype=None, scope=None):
    """One encoder and several decoders of ids.

    Args:
      encoder_inputs: a list of int tensors [batch_size].
      decoder_inputs_dict: such a list for each decoder's name.
      enc_cell: the encoder's RNNCell.
      dec_cells_dict: the decoders' cells, by name.
      num_encoder_symbols: how many ids the encoder knows.
      num_decoder_symbols_dict: how many ids each decoder knows, by name.
      embedding_size, feed_previous, dtype: those of ``embedding_rnn_seq2seq``.
      scope: the variable scope; None is "one2many_rnn_seq2seq".

    Returns:
      ``(outputs, states)``: dictionaries by decoder's name.

    Raises:
      TypeError: a cell that is no RNNCell.
      ValueError: the dictionaries' names differ.
    """
    if not isinstance(enc_cell, RNNCell):
        raise TypeError(f"enc_cell is not an RNNCell: {type(enc_cell)}")
    if set(dec_cells_dict) != set(decoder_inputs_dict):
        raise ValueError("keys of dec_cells_dict != keys of decodre_inputs_dict")
    for cell in dec_cells_dict.values():
        if not isinstance(cell, RNNCell):
            raise TypeError(f"dec_cell is not an RNNCell: {type(cell)}")
    outputs, states = {}, {}
    with variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as scope:
        enc_cell = EmbeddingWrapper(enc_cell, num_encoder_symbols, embedding_size)
        _, encoder_state = static_rnn(enc_cell, encoder_inputs, dtype=scope.dtype)
        for name, decoder_inputs in decoder_inputs_dict.items():
            with variable_scope(f"one2many_decoder_{name}"):
                outputs[name], states[name] = _decoded(
                    decoder_inputs, encoder_state, dec_cells_dict[name],
                    num_decoder_symbols_dict[name], embedding_size, feed_previous)
    return outputs, states


def _decoded(decoder_inputs, encoder_state, cell, num_symbols, embedding_size, feed_previous):
    """Outputs and state of one of several decoders."""
    cell = OutputProjectionWrapper(cell, num_symbols)

    def decode(feeds):
        return embedding_rnn_decoder(decoder_inputs, encoder_state, cell, num_symbols,
                                     embedding_size, feed_previous=feeds)

    if isinstance(feed_previous, bool):
        return decode(feed_previous)
    outputs, state = _by_choice(feed_previous, decode, len(decoder_inputs))
    return outputs, _packed_like(encoder_state, state)
