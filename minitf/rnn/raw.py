"""raw_rnn: a loop in which a function decides inputs, states and what is emitted."""

from minitf import nest
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.tensor_shape import TensorShape, dimension_at_index
from minitf.ops import array_ops, math_ops
from minitf.ops.constant_op import constant
from minitf.ops.tensor_array_ops import TensorArray
from minitf.ops.while_ops import while_loop
from minitf.rnn.sizes import check_is_cell, joined_shape, shape_of_size
from minitf.rnn.steps import cache_variables, kept_where
from minitf.variable_scope import variable_scope


def raw_rnn(cell, loop_fn, parallel_iterations=None, swap_memory=False, scope=None):
    """Applies a cell in a loop in which a function decides what goes in and what comes out::

        finished, next_input, state, emit_like, loop_state = loop_fn(0, None, None, None)
        while not all(finished):
            output, cell_state = cell(next_input, state)
            next_finished, next_input, next_state, emit, loop_state = loop_fn(
                time + 1, output, cell_state, loop_state)
            # Where sequences have finished emits are zero, and states stay as they were.

    Args:
      cell: an RNNCell.
      loop_fn: a function ``(time, cell_output, cell_state, loop_state)`` that returns
        ``(finished, next_input, next_cell_state, emit_output, next_loop_state)``: a bool tensor
        [batch_size]; the next input [batch_size, ...] or a nest of such; the next state; what to
        emit; anything to hand to the next call, or None for no change. It is called first with
        None for all but the time, and then returns the first state, the structure of what it is
        going to emit (None: that of ``cell.output_size``) and the first loop state.
      parallel_iterations: see ``tf.while_loop``; None is 32.
      swap_memory: see ``tf.while_loop``.
      scope: the variable scope; None is "rnn".

    Returns:
      ``(emits, state, loop_state)``: a TensorArray, or a nest of them, of what was emitted; and
      the last states.

    Raises:
      TypeError: ``cell`` is no cell, or ``loop_fn`` is not callable.
      ValueError: the structures of states, inputs or emits change.
    """
    check_is_cell("cell", cell)
    if not callable(loop_fn):
        raise TypeError("loop_fn must be a callable")
    with variable_scope(scope or "rnn") as varscope:
        cache_variables(varscope)
        time = constant(0, dtype=dtypes.int32)
        finished, next_input, state, emit_like, first_loop_state = loop_fn(time, None, None, None)
        loop_state = first_loop_state
        if loop_state is None:
            loop_state = constant(0, dtype=dtypes.int32)
        static_batch, batch_size = _batch_sizes(nest.flatten(next_input))
        nest.assert_same_structure(state, cell.state_size)
        flat_state = [convert_to_tensor(tensor) for tensor in nest.flatten(state)]
        state = nest.pack_sequence_as(state, flat_state)
        emits, zero_emits = _emits(cell, emit_like, flat_state[0].dtype, static_batch, batch_size)

        def is_running(time, finished, *_):
            return math_ops.logical_not(math_ops.reduce_all(finished))

        def step(time, finished, current_input, emits, state, loop_state):
            output, cell_state = cell(current_input, state)
            nest.assert_same_structure(state, cell_state)
            nest.assert_same_structure(cell.output_size, output)
            next_time = time + 1
            next_finished, next_input, next_state, emit, next_loop_state = loop_fn(
                next_time, output, cell_state, loop_state)
            nest.assert_same_structure(state, next_state)
            nest.assert_same_structure(current_input, next_input)
            nest.assert_same_structure(emits, emit)
            if next_loop_state is not None:
                loop_state = next_loop_state

            def where_running(old, new):
                return nest.map_structure(lambda x, y: kept_where(finished, x, y), old, new)

            emit = where_running(zero_emits, emit)
            next_state = where_running(state, next_state)
            emits = nest.map_structure(lambda array, value: array.write(time, value), emits, emit)
            return (next_time, math_ops.logical_or(finished, next_finished), next_input, emits,
                    next_state, loop_state)

        results = while_loop(is_running, step,
                             [time, finished, next_input, emits, state, loop_state],
                             parallel_iterations=parallel_iterations or 32,
                             swap_memory=swap_memory)
        emits, state, loop_state = results[-3:]
        return emits, state, None if first_loop_state is None else loop_state


def _batch_sizes(flat_input):
    """The batch's size of inputs [batch, ...]: what is known of it, or None; and for run time."""
    known = dimension_at_index(flat_input[0].shape, 0)
    for tensor in flat_input:
        known.assert_is_compatible_with(dimension_at_index(tensor.shape, 0))
    if known.value is not None:
        return known.value, known.value
    return None, array_ops.shape(flat_input[0])[0]


def _emits(cell, like, dtype, static_batch, batch_size):
    """TensorArrays for what is emitted, and zeros for sequences that have finished."""
    if like is None:
        like = cell.output_size
        sizes = nest.flatten(like)
        kinds = [dtype] * len(sizes)
    else:
        tensors = nest.flatten(like)
        sizes = [tensor.shape if tensor.shape.is_fully_defined() else array_ops.shape(tensor)
                 for tensor in tensors]
        kinds = [tensor.dtype for tensor in tensors]
    arrays = [
        TensorArray(kind, 0, dynamic_size=True, name=f"rnn_output_{i}",
                    element_shape=TensorShape([static_batch]).concatenate(shape_of_size(size)))
        for i, (kind, size) in enumerate(zip(kinds, sizes))]
    emits = nest.pack_sequence_as(like, arrays)
    zeros = [array_ops.zeros(joined_shape(batch_size, size), kind)
             for kind, size in zip(kinds, sizes)]
    return emits, nest.pack_sequence_as(like, zeros)
