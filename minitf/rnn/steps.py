"""What the functions that apply cells over time share."""

from minitf import nest
from minitf.framework.graph import colocate_with, get_default_graph
from minitf.framework.tensor_shape import TensorShape
from minitf.layers.base import Layer
from minitf.ops import array_ops, math_ops
from minitf.ops.cond_ops import cond
from minitf.ops.tensor_array_ops import TensorArray
from minitf.rnn.cell import RNNCell

# ---- time and batch ----


def transpose_batch_time(x):
    """``x`` with its first two dimensions exchanged; tensors of rank 0 and 1 as they are."""
    shape = x.shape
    if shape.ndims is not None and shape.ndims < 2:
        return x
    order = array_ops.concat(([1, 0], math_ops.range(2, array_ops.rank(x))), axis=0)
    result = array_ops.transpose(x, order)
    result.set_shape(TensorShape([shape[1].value, shape[0].value]).concatenate(shape[2:]))
    return result


def best_effort_input_batch_size(flat_input):
    """The batch's size of inputs [time, batch, ...]: an integer if one tells it, else a tensor.

    Raises:
      ValueError: an input of rank below 2.
    """
    for tensor in flat_input:
        shape = tensor.shape
        if shape.ndims is None:
            continue
        if shape.ndims < 2:
            raise ValueError(f"Expected input tensor {tensor} to have rank at least 2")
        if shape[1].value is not None:
            return shape[1].value
    return array_ops.shape(flat_input[0])[1]


# ---- variables and states ----


def cache_variables(scope):
    """Lets the variables that cells make in a scope be read on the device where they are used.

    Not in loops: a read there belongs to the loop.
    """
    context = get_default_graph()._control_flow_context
    in_loop = context is not None and context.GetWhileContext() is not None
    if not in_loop and scope.caching_device is None:
        scope.set_caching_device(lambda op: op.device)


def initial_states(cell, batch_size, dtype):
    """The states with which a cell begins if none are given."""
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


def takes_list_of_states(cell):
    """Whether a cell is a layer that is no RNNCell, whose state is a list even if it is one."""
    return (isinstance(cell, Layer) and not isinstance(cell, RNNCell)
            and getattr(cell, "zero_state", None) is None)


# ---- sequences that have ended ----


def kept_where(condition, old, new):
    """``old`` in rows where ``condition`` holds, else ``new``; scalars and TensorArrays are new."""
    if isinstance(old, TensorArray) or old.shape.ndims == 0:
        return new
    with colocate_with(new):
        return array_ops.where(condition, old, new)


class Lengths:
    """The lengths of a batch's sequences, which decide what a step leaves as it was.

    Args:
      lengths: an int32 vector tensor.
      zero_output: what a cell's output is after the end of a sequence.
    """

    def __init__(self, lengths, zero_output):
        self.lengths = lengths
        self.shortest = math_ops.reduce_min(lengths)
        self.longest = math_ops.reduce_max(lengths)
        self.zero_output = zero_output

    def step(self, time, state, call_cell):
        """A step of a loop: outputs are zero and states stay where a sequence has ended."""
        ended = time >= self.lengths
        output, new_state = self._checked(state, call_cell)
        return self._packed(state, self._through(ended, state, output, new_state))

    def conditional_step(self, time, state, call_cell):
        """The same for a step that is unrolled, which does nothing when all have ended."""
        ended = time >= self.lengths

        def running():
            output, new_state = self._checked(state, call_cell)
            return cond(time < self.shortest, lambda: output + new_state,
                        lambda: self._through(ended, state, output, new_state))

        results = cond(time >= self.longest,
                       lambda: nest.flatten(self.zero_output) + nest.flatten(state), running)
        return self._packed(state, results)

    def _checked(self, state, call_cell):
        output, new_state = call_cell()
        nest.assert_same_structure(self.zero_output, output)
        nest.assert_same_structure(state, new_state)
        return nest.flatten(output), nest.flatten(new_state)

    def _through(self, ended, state, output, new_state):
        old = nest.flatten(self.zero_output) + nest.flatten(state)
        return [kept_where(ended, before, after)
                for before, after in zip(old, output + new_state)]

    def _packed(self, state, results):
        """Output and state from the flat results, with the static shapes that they must have."""
        old = nest.flatten(self.zero_output) + nest.flatten(state)
        for result, before in zip(results, old):
            if not isinstance(result, TensorArray):
                result.set_shape(before.shape)
        count = len(nest.flatten(self.zero_output))
        return (nest.pack_sequence_as(self.zero_output, results[:count]),
                nest.pack_sequence_as(state, results[count:]))
