"""dynamic_rnn and bidirectional_dynamic_rnn: a cell in a while_loop over time."""

from minitf import nest
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.cond_ops import Assert
from minitf.ops.constant_op import constant
from minitf.ops.tensor_array_ops import TensorArray
from minitf.ops.while_ops import while_loop
from minitf.rnn.sizes import (
    check_is_cell,
    joined_shape,
    joined_static_shape,
    shape_of_size,
    state_dtype,
)
from minitf.rnn.steps import (
    Lengths,
    best_effort_input_batch_size,
    cache_variables,
    initial_states,
    takes_list_of_states,
    transpose_batch_time,
)
from minitf.variable_scope import variable_scope


def dynamic_rnn(cell, inputs, sequence_length=None, initial_state=None, dtype=None,
                parallel_iterations=None, swap_memory=False, time_major=False, scope=None):
    """Applies a cell to each step of a batch of sequences, in a loop.

    Args:
      cell: an RNNCell.
      inputs: a tensor [batch_size, max_time, ...], or a nest of such.
      sequence_length: int32 or int64 [batch_size]; after the end of a sequence its outputs are
        zero and its state stays as it was.
      initial_state: the state to begin with, in the structure of ``cell.state_size``; by default
        ``cell.zero_state``, for which ``dtype`` is needed.
      dtype: the dtype of the initial state and of the outputs.
      parallel_iterations: see ``tf.while_loop``; None is 32.
      swap_memory: see ``tf.while_loop``.
      time_major: inputs and outputs are [max_time, batch_size, ...].
      scope: the variable scope, a name or a scope; None is "rnn".

    Returns:
      ``(outputs, state)``: the outputs of all steps, [batch_size, max_time, output_size] in the
      structure of ``cell.output_size``; and the last state.

    Raises:
      TypeError: ``cell`` is no cell.
      ValueError: neither ``initial_state`` nor ``dtype``; inputs of which more than time and batch
        is unknown, or that differ in these.
    """
    check_is_cell("cell", cell)
    with variable_scope(scope or "rnn") as varscope:
        cache_variables(varscope)
        flat_input = nest.flatten(inputs)
        if not time_major:
            flat_input = [convert_to_tensor(tensor) for tensor in flat_input]
            flat_input = [transpose_batch_time(tensor) for tensor in flat_input]
        if sequence_length is not None:
            sequence_length = math_ops.cast(sequence_length, dtypes.int32)
            if sequence_length.shape.ndims not in (None, 1):
                raise ValueError("sequence_length must be a vector of length batch_size, but saw "
                                 f"shape: {sequence_length.shape}")
            sequence_length = array_ops.identity(sequence_length, name="sequence_length")
        batch_size = best_effort_input_batch_size(flat_input)
        state = initial_state
        if state is None:
            if not dtype:
                raise ValueError("If there is no initial_state, you must give a dtype.")
            state = initial_states(cell, batch_size, dtype)
        if sequence_length is not None:
            with control_dependencies([_assert_shape(sequence_length, [batch_size])]):
                sequence_length = array_ops.identity(sequence_length, name="CheckSeqLen")
        outputs, final_state = _loop(
            cell, nest.pack_sequence_as(inputs, flat_input), state, sequence_length, dtype,
            {"parallel_iterations": parallel_iterations or 32, "swap_memory": swap_memory})
        if not time_major:
            outputs = nest.map_structure(transpose_batch_time, outputs)
        return outputs, final_state


def _assert_shape(x, shape):
    """An operation that fails in a run in which ``x`` has another shape."""
    found = array_ops.shape(x)
    expected = array_ops.stack(shape)
    return Assert(math_ops.reduce_all(math_ops.equal(found, expected)),
                  [f"Expected shape for Tensor {x.name} is ", expected, " but saw shape: ", found])


def _loop(cell, inputs, state, sequence_length, dtype, options):
    """The loop over time of inputs [time, batch, ...]; outputs of that kind, and the last state."""
    flat_input = nest.flatten(inputs)
    output_sizes = nest.flatten(cell.output_size)
    time_steps = array_ops.shape(flat_input[0])[0]
    batch_size = best_effort_input_batch_size(flat_input)
    input_shapes, static_steps, static_batch = _checked_shapes(flat_input)

    output_dtype = state_dtype(dtype, state)
    zero_output = nest.pack_sequence_as(cell.output_size, [
        array_ops.zeros(array_ops.stack(joined_shape(batch_size, size)), output_dtype)
        for size in output_sizes])
    last = time_steps
    lengths = None
    if sequence_length is not None:
        lengths = Lengths(sequence_length, zero_output)
        last = lengths.longest

    start = constant(0, dtype=dtypes.int32, name="time")
    with name_scope("dynamic_rnn") as base_name:
        pass
    output_arrays = tuple(
        TensorArray(output_dtype, time_steps, tensor_array_name=f"{base_name}output_{i}",
                    element_shape=TensorShape([static_batch]).concatenate(shape_of_size(size)))
        for i, size in enumerate(output_sizes))
    input_arrays = [
        TensorArray(tensor.dtype, time_steps, tensor_array_name=f"{base_name}input_{i}",
                    element_shape=tensor.shape[1:])
        for i, tensor in enumerate(flat_input)]
    input_arrays = [array.unstack(tensor) for array, tensor in zip(input_arrays, flat_input)]

    def step(time, arrays, state):
        slices = [array.read(time) for array in input_arrays]
        for tensor, shape in zip(slices, input_shapes):
            tensor.set_shape(shape[1:])
        input_t = nest.pack_sequence_as(inputs, slices)
        as_list = takes_list_of_states(cell)
        if as_list and not nest.is_nested(state):
            state = [state]
        if lengths is None:
            output, new_state = cell(input_t, state)
        else:
            output, new_state = lengths.step(time, state, lambda: cell(input_t, state))
        if as_list and len(new_state) == 1:
            new_state = new_state[0]
        arrays = tuple(array.write(time, value)
                       for array, value in zip(arrays, nest.flatten(output)))
        return time + 1, arrays, new_state

    # At least one step: the shapes of outputs and state are those that a step gives them.
    bound = math_ops.minimum(time_steps, math_ops.maximum(1, last))
    _, arrays, final_state = while_loop(
        lambda time, *_: time < bound, step, (start, output_arrays, state),
        maximum_iterations=time_steps, **options)
    outputs = [array.stack() for array in arrays]
    for output, size in zip(outputs, output_sizes):
        output.set_shape(joined_static_shape([static_steps, static_batch], size))
    return nest.pack_sequence_as(cell.output_size, outputs), final_state


def _checked_shapes(flat_input):
    """The inputs' static shapes, and the sizes of time and batch (or None) that all of them have.

    Raises:
      ValueError: these differ, or a dimension after them is not known.
    """
    shapes = [tensor.shape.with_rank_at_least(3) for tensor in flat_input]
    steps, batch = shapes[0].as_list()[:2]
    for shape in shapes:
        if not shape[2:].is_fully_defined():
            raise ValueError("Input size (depth of inputs) must be accessible via shape inference, "
                             "but saw value None.")
        if shape[0].value != steps:
            raise ValueError("Time steps is not the same for all the elements in the input in a "
                             "batch.")
        if shape[1].value != batch:
            raise ValueError("Batch_size is not the same for all the elements in the input.")
    return shapes, steps, batch


def bidirectional_dynamic_rnn(cell_fw, cell_bw, inputs, sequence_length=None,
                              initial_state_fw=None, initial_state_bw=None, dtype=None,
                              parallel_iterations=None, swap_memory=False, time_major=False,
                              scope=None):
    """Two ``dynamic_rnn``: one over the sequences, one over the sequences reversed.

    Args:
      cell_fw, cell_bw: the cells of the two directions.
      inputs: a tensor [batch_size, max_time, ...], or a nest of such.
      sequence_length: int32 or int64 [batch_size]; each sequence is reversed within its length.
      initial_state_fw, initial_state_bw: see ``dynamic_rnn``, as for the other arguments.
      scope: the variable scope; None is "bidirectional_rnn".

    Returns:
      ``((output_fw, output_bw), (state_fw, state_bw))``, the outputs both in the order of inputs.

    Raises:
      TypeError, ValueError: as in ``dynamic_rnn``.

    Source: Schuster and Paliwal 1997, "Bidirectional recurrent neural networks".
    """
    check_is_cell("cell_fw", cell_fw)
    check_is_cell("cell_bw", cell_bw)
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)
    options = {"sequence_length": sequence_length, "dtype": dtype,
               "parallel_iterations": parallel_iterations, "swap_memory": swap_memory,
               "time_major": time_major}

    def reverse(x):
        if sequence_length is None:
            return array_ops.reverse(x, axis=[time_axis])
        return array_ops.reverse_sequence(x, sequence_length, seq_axis=time_axis,
                                          batch_axis=batch_axis)

    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as scope_fw:
            output_fw, state_fw = dynamic_rnn(cell_fw, inputs, initial_state=initial_state_fw,
                                              scope=scope_fw, **options)
        with variable_scope("bw") as scope_bw:
            reversed_inputs = nest.map_structure(reverse, inputs)
            reversed_output, state_bw = dynamic_rnn(
                cell_bw, reversed_inputs, initial_state=initial_state_bw, scope=scope_bw, **options)
    return (output_fw, reverse(reversed_output)), (state_fw, state_bw)
