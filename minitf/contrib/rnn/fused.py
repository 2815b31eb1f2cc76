"""Fused cells: objects that compute all steps in one call, over inputs [time, batch, size]."""

import abc

from minitf.ops import array_ops
from minitf.rnn.dynamic import dynamic_rnn
from minitf.rnn.static import static_rnn


class FusedRNNCell(abc.ABC):
    """The base of cells that compute all steps in one call."""

    @abc.abstractmethod
    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """Outputs of all steps, and the last state.

        Args:
          inputs: a tensor [time, batch_size, input_size], or a list of tensors.
          initial_state: the state to begin with; None: zeros, for which ``dtype`` is needed.
          sequence_length: integers [batch_size].
          scope: the variable scope.

        Returns:
          ``(outputs, state)``; outputs are a list if inputs are.
        """


class FusedRNNCellAdaptor(FusedRNNCell):
    """A cell used as a fused one, by ``static_rnn`` or ``dynamic_rnn``.

    Args:
      cell: an RNNCell.
      use_dynamic_rnn: loop; if not, the steps are unrolled.
    """

    def __init__(self, cell, use_dynamic_rnn=False):
        self._cell = cell
        self._use_dynamic_rnn = use_dynamic_rnn

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        is_list = isinstance(inputs, list)
        if self._use_dynamic_rnn:
            outputs, state = dynamic_rnn(
                self._cell, array_ops.stack(inputs) if is_list else inputs,
                sequence_length=sequence_length, initial_state=initial_state, dtype=dtype,
                time_major=True, scope=scope)
            return array_ops.unstack(outputs) if is_list else outputs, state
        outputs, state = static_rnn(
            self._cell, inputs if is_list else array_ops.unstack(inputs),
            initial_state=initial_state, dtype=dtype, sequence_length=sequence_length, scope=scope)
        return outputs if is_list else array_ops.stack(outputs), state


class TimeReversedFusedRNN(FusedRNNCell):
    """A fused cell applied to reversed inputs; its outputs are reversed again.

    Args:
      cell: a FusedRNNCell.
    """

    def __init__(self, cell):
        self._cell = cell

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        outputs, state = self._cell(
            _reversed(inputs, sequence_length), initial_state=initial_state, dtype=dtype,
            sequence_length=sequence_length, scope=scope)
        return _reversed(outputs, sequence_length), state


def _reversed(inputs, lengths):
    if isinstance(inputs, list):
        return inputs[::-1]
    if lengths is None:
        return array_ops.reverse_v2(inputs, [0])
    return array_ops.reverse_sequence(inputs, lengths, 0, 1)
