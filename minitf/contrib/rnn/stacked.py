"""Bidirectional networks in layers: each layer sees both directions of the one below."""

from minitf.ops import array_ops
from minitf.rnn.dynamic import bidirectional_dynamic_rnn
from minitf.rnn.static import static_bidirectional_rnn
from minitf.variable_scope import variable_scope


def _checked_layers(cells_fw, cells_bw, states_fw, states_bw):
    """For each layer the cells and initial states of both directions."""
    if not cells_fw:
        raise ValueError("Must specify at least one fw cell for BidirectionalRNN.")
    if not cells_bw:
        raise ValueError("Must specify at least one bw cell for BidirectionalRNN.")
    if not isinstance(cells_fw, list):
        raise ValueError("cells_fw must be a list of RNNCells (one per layer).")
    if not isinstance(cells_bw, list):
        raise ValueError("cells_bw must be a list of RNNCells (one per layer).")
    if len(cells_fw) != len(cells_bw):
        raise ValueError("Forward and Backward cells must have the same depth.")
    for name, states, cells in (("fw", states_fw, cells_fw), ("bw", states_bw, cells_bw)):
        if states is not None and not (isinstance(states, list) and len(states) == len(cells)):
            raise ValueError(f"initial_states_{name} must be a list of state tensors (one per "
                             "layer).")
    nothing = [None] * len(cells_fw)
    return zip(cells_fw, cells_bw, states_fw or nothing, states_bw or nothing)


def stack_bidirectional_rnn(cells_fw, cells_bw, inputs, initial_states_fw=None,
                            initial_states_bw=None, dtype=None, sequence_length=None, scope=None):
    """``static_bidirectional_rnn`` in layers.

    Args:
      cells_fw, cells_bw: lists of the cells of the two directions, one for each layer.
      inputs: a list of tensors [batch_size, input_size].
      initial_states_fw, initial_states_bw: lists of states, one for each layer.
      dtype, sequence_length: see ``tf.nn.static_bidirectional_rnn``.
      scope: the variable scope; None is "stack_bidirectional_rnn".

    Returns:
      ``(outputs, states_fw, states_bw)``: the last layer's outputs, a list of tensors
      [batch_size, sizes of both outputs]; tuples of the layers' last states.

    Raises:
      ValueError: lists of different lengths, or empty ones.
    """
    layers = _checked_layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states_fw, states_bw = [], []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (cell_fw, cell_bw, initial_fw, initial_bw) in enumerate(layers):
            with variable_scope(f"cell_{i}") as cell_scope:
                inputs, state_fw, state_bw = static_bidirectional_rnn(
                    cell_fw, cell_bw, inputs, initial_state_fw=initial_fw,
                    initial_state_bw=initial_bw, sequence_length=sequence_length, dtype=dtype,
                    scope=cell_scope)
            states_fw.append(state_fw)
            states_bw.append(state_bw)
    return inputs, tuple(states_fw), tuple(states_bw)


def stack_bidirectional_dynamic_rnn(cells_fw, cells_bw, inputs, initial_states_fw=None,
                                    initial_states_bw=None, dtype=None, sequence_length=None,
                                    parallel_iterations=None, time_major=False, scope=None,
                                    swap_memory=False):
    """``bidirectional_dynamic_rnn`` in layers.

    Args:
      cells_fw, cells_bw: lists of the cells of the two directions, one for each layer.
      inputs: a tensor [batch_size, max_time, input_size].
      initial_states_fw, initial_states_bw: lists of states, one for each layer.
      dtype, sequence_length, parallel_iterations, time_major, swap_memory: see
        ``tf.nn.bidirectional_dynamic_rnn``.
      scope: the variable scope; None is "stack_bidirectional_rnn".

    Returns:
      ``(outputs, states_fw, states_bw)``: the last layer's outputs [batch_size, max_time, sizes of
      both outputs]; tuples of the layers' last states.

    Raises:
      ValueError: lists of different lengths, or empty ones.
    """
    layers = _checked_layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states_fw, states_bw = [], []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (cell_fw, cell_bw, initial_fw, initial_bw) in enumerate(layers):
            with variable_scope(f"cell_{i}"):
                outputs, (state_fw, state_bw) = bidirectional_dynamic_rnn(
                    cell_fw, cell_bw, inputs, initial_state_fw=initial_fw,
                    initial_state_bw=initial_bw, sequence_length=sequence_length,
                    parallel_iterations=parallel_iterations, dtype=dtype, swap_memory=swap_memory,
                    time_major=time_major)
                inputs = array_ops.concat(outputs, 2)
            states_fw.append(state_fw)
            states_bw.append(state_bw)
    return inputs, tuple(states_fw), tuple(states_bw)
