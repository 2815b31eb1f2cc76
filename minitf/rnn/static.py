"""static_rnn and its kin: a cell's steps unrolled, one after the other in the graph."""

from minitf import nest
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies
from minitf.framework.tensor_shape import TensorShape, dimension_at_index
from minitf.ops import array_ops, math_ops
from minitf.rnn.sizes import check_is_cell, joined_shape, joined_static_shape, state_dtype
from minitf.rnn.steps import Lengths, cache_variables, initial_states, takes_list_of_states
from minitf.variable_scope import variable_scope


def static_rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """Applies a cell to a list of inputs; every step has operations of its own.

    Args:
      cell: an RNNCell.
      inputs: a list of tensors [batch_size, input_size], or of nests of such.
      initial_state: the state to begin with; by default ``cell.zero_state``, for which ``dtype``
        is needed.
      dtype: the dtype of the initial state.
      sequence_length: integers [batch_size]; after the end of a sequence its outputs are zero and
        its state stays as it was, and nothing is computed when all have ended.
      scope: the variable scope, a name or a scope; None is "rnn".

    Returns:
      ``(outputs, state)``: a list of as many outputs as there are inputs, and the last state.

    Raises:
      TypeError: ``cell`` is no cell, or ``inputs`` no list.
      ValueError: no inputs, inputs of unknown size, or neither ``initial_state`` nor ``dtype``.
    """
    check_is_cell("cell", cell)
    _check_is_list(inputs)
    with variable_scope(scope or "rnn") as varscope:
        cache_variables(varscope)
        first_input = inputs
        while nest.is_nested(first_input):
            first_input = first_input[0]
        static_batch = _static_batch_size(first_input, nest.flatten(inputs))
        batch_size = static_batch or array_ops.shape(first_input)[0]
        state = initial_state
        if state is None:
            if not dtype:
                raise ValueError("If no initial_state is provided, dtype must be specified")
            state = initial_states(cell, batch_size, dtype)
        lengths = None
        if sequence_length is not None:
            sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
            if sequence_length.shape.ndims not in (None, 1):
                raise ValueError("sequence_length must be a vector of length batch_size")
            zeros = [_zero_output(size, batch_size, static_batch, state_dtype(dtype, state))
                     for size in nest.flatten(cell.output_size)]
            lengths = Lengths(math_ops.cast(sequence_length, dtypes.int32),
                              nest.pack_sequence_as(cell.output_size, zeros))
        as_list = takes_list_of_states(cell)
        if as_list and not nest.is_nested(state):
            state = [state]
        outputs = []
        for time, input_ in enumerate(inputs):
            if time > 0:
                varscope.reuse_variables()
            output, state = _step(cell, input_, state, lengths, time)
            outputs.append(output)
        return outputs, state[0] if as_list and len(state) == 1 else state


def _step(cell, input_, state, lengths, time):
    if lengths is None:
        return cell(input_, state)
    return lengths.conditional_step(time, state, lambda: cell(input_, state))


def _check_is_list(inputs):
    if not nest.is_nested(inputs):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")


def _static_batch_size(first_input, flat_inputs):
    """The batch's size, or None.

    Raises:
      ValueError: inputs differ in it, or another dimension is not known.
    """
    if first_input.shape.ndims == 1:
        return first_input.shape[0].value
    batch = dimension_at_index(first_input.shape.with_rank_at_least(2), 0)
    for tensor in flat_inputs:
        shape = tensor.shape.with_rank_at_least(2)
        batch.assert_is_compatible_with(dimension_at_index(shape, 0))
        for i, size in enumerate(shape[1:].as_list()):
            if size is None:
                raise ValueError(f"Input size (dimension {i} of inputs) must be accessible via "
                                 "shape inference, but saw value None.")
    return batch.value


def _zero_output(size, batch_size, static_batch, dtype):
    zeros = array_ops.zeros(array_ops.stack(joined_shape(batch_size, size)), dtype)
    zeros.set_shape(TensorShape(joined_static_shape(static_batch, size)))
    return zeros


def static_state_saving_rnn(cell, inputs, state_saver, state_name, sequence_length=None,
                            scope=None):
    """``static_rnn`` whose state is kept by an object from one run to the next.

    Args:
      cell: an RNNCell.
      inputs: a list of tensors [batch_size, input_size].
      state_saver: an object with ``state(name)``, the state to begin with, and
        ``save_state(name, state)``, an operation that keeps the last one.
      state_name: the state's name; a tuple of names if the state is one.
      sequence_length, scope: see ``static_rnn``.

    Returns:
      ``(outputs, state)``; the last output and the state wait until the state is kept.

    Raises:
      ValueError: the names are not as many as the states.
    """
    is_tuple = nest.is_nested(cell.state_size)
    if is_tuple != nest.is_nested(state_name):
        raise ValueError("state_name should be the same type as cell.state_size.  state_name: "
                         f"{state_name}, cell.state_size: {cell.state_size}")
    names, sizes = nest.flatten(state_name), nest.flatten(cell.state_size)
    if len(names) != len(sizes):
        raise ValueError("#elems(state_name) != #elems(state_size): "
                         f"{len(names)} vs. {len(sizes)}")
    initial_state = nest.pack_sequence_as(cell.state_size,
                                          [state_saver.state(name) for name in names])
    outputs, state = static_rnn(cell, inputs, initial_state=initial_state,
                                sequence_length=sequence_length, scope=scope)
    saves = [state_saver.save_state(name, tensor)
             for name, tensor in zip(names, nest.flatten(state))]
    with control_dependencies(saves):
        outputs[-1] = nest.map_structure(array_ops.identity, outputs[-1])
        return outputs, nest.map_structure(array_ops.identity, state)


def static_bidirectional_rnn(cell_fw, cell_bw, inputs, initial_state_fw=None,
                             initial_state_bw=None, dtype=None, sequence_length=None, scope=None):
    """Two ``static_rnn``: one over the inputs, one over the inputs reversed.

    Args:
      cell_fw, cell_bw: the cells of the two directions.
      inputs: a list of tensors [batch_size, input_size], or of nests of such.
      initial_state_fw, initial_state_bw, dtype: see ``static_rnn``.
      sequence_length: integers [batch_size]; each sequence is reversed within its length.
      scope: the variable scope; None is "bidirectional_rnn".

    Returns:
      ``(outputs, state_fw, state_bw)``: a list of the outputs of both, concatenated along the
      columns, and the last states.

    Raises:
      TypeError, ValueError: as in ``static_rnn``.
    """
    check_is_cell("cell_fw", cell_fw)
    check_is_cell("cell_bw", cell_bw)
    _check_is_list(inputs)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as scope_fw:
            outputs_fw, state_fw = static_rnn(cell_fw, inputs, initial_state_fw, dtype,
                                              sequence_length, scope=scope_fw)
        with variable_scope("bw") as scope_bw:
            reversed_inputs = _reversed(inputs, sequence_length)
            reversed_outputs, state_bw = static_rnn(cell_bw, reversed_inputs, initial_state_bw,
                                                    dtype, sequence_length, scope=scope_bw)
    outputs_bw = _reversed(reversed_outputs, sequence_length)
    pairs = zip(nest.flatten(outputs_fw), nest.flatten(outputs_bw))
    outputs = [array_ops.concat(pair, 1) for pair in pairs]
    return nest.pack_sequence_as(outputs_fw, outputs), state_fw, state_bw


def _reversed(sequence, lengths):
    """A list of tensors, or of nests of such, in reverse order, each row within its length."""
    if lengths is None:
        return list(reversed(sequence))
    by_leaf = []
    for tensors in zip(*[nest.flatten(item) for item in sequence]):
        shape = TensorShape([None] * tensors[0].shape.ndims)
        for tensor in tensors:
            shape.merge_with(tensor.shape)
            tensor.set_shape(shape)
        reversed_ = array_ops.reverse_sequence(array_ops.stack(tensors), lengths, 0, 1)
        by_leaf.append(array_ops.unstack(reversed_))
        for tensor in by_leaf[-1]:
            tensor.set_shape(shape)
    return [nest.pack_sequence_as(item, leaves)
            for item, leaves in zip(sequence, zip(*by_leaf))]
