"""Cells whose step, or all of whose steps, are one operation."""

import abc

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.initializers import constant_initializer
from minitf.layers.base import Layer
from minitf.layers.input_spec import InputSpec
from minitf.ops import array_ops, math_ops
from minitf.ops.rnn_block_ops import BlockLSTM as block_lstm
from minitf.ops.rnn_block_ops import GRUBlockCell as gru_block_cell
from minitf.ops.rnn_block_ops import LSTMBlockCell as lstm_block_cell
from minitf.rnn.cell import LayerRNNCell
from minitf.rnn.cells import LSTMStateTuple

# ---- gated recurrent units ----


class GRUBlockCell(LayerRNNCell):
    """A gated recurrent unit in one operation; otherwise like ``tf.nn.rnn_cell.GRUCell``.

    Args:
      num_units: the number of units.
      cell_size: ``num_units`` under its older name.
      reuse: whether the weights are those that exist in the cell's variable scope.
      name: the cell's name.

    Weights: ``w_ru`` and ``b_ru`` of the gates, ``w_c`` and ``b_c`` of the candidate.

    Raises:
      ValueError: both or none of ``num_units`` and ``cell_size``.
    """

    _WEIGHTS = ("w_ru", "b_ru", "w_c", "b_c")

    def __init__(self, num_units=None, cell_size=None, reuse=None, name="gru_cell"):
        super().__init__(_reuse=reuse, name=name)
        if (cell_size is None) == (num_units is None):
            raise ValueError("Exactly one of num_units or cell_size must be provided.")
        self._cell_size = cell_size if num_units is None else num_units
        self.input_spec = InputSpec(ndim=2)

    @property
    def state_size(self):
        return self._cell_size

    @property
    def output_size(self):
        return self._cell_size

    def build(self, input_shape):
        depth = input_shape[1].value
        if depth is None:
            raise ValueError("Expecting input_size to be set.")
        units = self._cell_size
        kernel, bias, candidate_kernel, candidate_bias = self._WEIGHTS
        self._gate_kernel = self.add_variable(kernel, [depth + units, units * 2])
        self._gate_bias = self.add_variable(bias, [units * 2],
                                            initializer=constant_initializer(1.0))
        self._candidate_kernel = self.add_variable(candidate_kernel, [depth + units, units])
        self._candidate_bias = self.add_variable(candidate_bias, [units],
                                                 initializer=constant_initializer(0.0))
        self.built = True

    def call(self, inputs, h_prev):
        size = h_prev.shape.with_rank(2)[1]
        if size != self._cell_size:
            raise ValueError(f"Shape of h_prev[1] incorrect: cell_size {self._cell_size} vs {size}")
        new_state = gru_block_cell(inputs, h_prev, self._gate_kernel, self._candidate_kernel,
                                   self._gate_bias, self._candidate_bias).h
        return new_state, new_state


class GRUBlockCellV2(GRUBlockCell):
    """GRUBlockCell whose weights have the names of GRUCell's, so that they share checkpoints."""

    _WEIGHTS = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")


# ---- long short-term memory ----


class _LSTMWeights:
    """What LSTM cells of blocks share: their options and weights."""

    def _set_options(self, num_units, forget_bias, cell_clip, use_peephole):
        self._num_units = num_units
        # The operations clip to 3 unless told otherwise: -1 is for no clipping.
        self._options = {"forget_bias": forget_bias, "use_peephole": use_peephole,
                         "cell_clip": -1 if cell_clip is None else cell_clip}

    def _make_weights(self, depth):
        units = self._num_units
        self._kernel = self.add_variable("kernel", [depth + units, units * 4])
        self._bias = self.add_variable("bias", [units * 4], initializer=constant_initializer(0.0))
        self._peepholes = None
        if self._options["use_peephole"]:
            self._peepholes = [self.add_variable(name, [units])
                               for name in ("w_i_diag", "w_f_diag", "w_o_diag")]
        self.built = True

    def _weights_for(self, dtype):
        """Kernel, peepholes (zeros if there are none) and bias, in the operations' order."""
        peepholes = self._peepholes
        if peepholes is None:
            peepholes = [array_ops.zeros([self._num_units], dtype=dtype)] * 3
        return self._kernel, *peepholes, self._bias


class LSTMBlockCell(_LSTMWeights, LayerRNNCell):
    """Long short-term memory in one operation.

    Args:
      num_units: the number of units.
      forget_bias: added to the forget gate.
      cell_clip: a limit for the memory's absolute values, or None.
      use_peephole: whether the gates see the memory.
      dtype: the weights' dtype.
      reuse: whether the weights are those that exist in the cell's variable scope.
      name: the cell's name.

    Weights: ``kernel`` [input size + units, 4 units] and ``bias``, with the parts for input gate,
    new input, forget gate and output gate; ``w_i_diag``, ``w_f_diag``, ``w_o_diag`` [units] with
    peepholes.
    """

    def __init__(self, num_units, forget_bias=1.0, cell_clip=None, use_peephole=False, dtype=None,
                 reuse=None, name="lstm_cell"):
        super().__init__(_reuse=reuse, dtype=dtype, name=name)
        self._set_options(num_units, forget_bias, cell_clip, use_peephole)
        self.input_spec = InputSpec(ndim=2)

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        if not inputs_shape[1].value:
            raise ValueError(f"Expecting inputs_shape[1] to be set: {inputs_shape}")
        self._make_weights(inputs_shape[1].value)

    def call(self, inputs, state):
        if len(state) != 2:
            raise ValueError("Expecting state to be a tuple with length 2.")
        weights = self._weights_for(self.dtype)
        step = lstm_block_cell(inputs, *state, *weights, **self._options)
        return step.h, LSTMStateTuple(step.cs, step.h)


class LSTMBlockWrapper(Layer, abc.ABC):
    """The base of LSTM cells that compute all steps in one operation.

    A subclass gives ``num_units``, and ``_call_cell``, which returns memories and outputs of all
    steps.
    """

    @property
    @abc.abstractmethod
    def num_units(self):
        """The number of units."""

    @abc.abstractmethod
    def _call_cell(self, inputs, initial_cell_state, initial_output, dtype, sequence_length):
        """Memories and outputs of all steps, [time, batch_size, units]."""

    def call(self, inputs, initial_state=None, dtype=None, sequence_length=None):
        """Outputs of all steps, and the last state.

        Args:
          inputs: a tensor [time, batch_size, input_size], or a list of tensors.
          initial_state: a pair ``(c, h)``; None: zeros, for which ``dtype`` is needed.
          dtype: the dtype of the initial state.
          sequence_length: integers [batch_size]; outputs after the end are zero.

        Returns:
          ``(outputs, state)``; outputs are a list if inputs are.

        Raises:
          ValueError: inputs of unknown size; neither state nor dtype.
        """
        is_list = isinstance(inputs, list)
        if is_list:
            inputs = array_ops.stack(inputs)
        shape = inputs.shape.with_rank(3)
        if not shape[2]:
            raise ValueError(f"Expecting inputs_shape[2] to be set: {shape}")
        batch_size = shape[1].value
        if batch_size is None:
            batch_size = array_ops.shape(inputs)[1]
        steps = shape[0].value
        if steps is None:
            steps = array_ops.shape(inputs)[0]
        if initial_state is None:
            if dtype is None:
                raise ValueError("Either initial_state or dtype needs to be specified")
            zeros = array_ops.zeros(array_ops.stack([batch_size, self.num_units]), dtype=dtype)
            initial_state = zeros, zeros
        elif len(initial_state) != 2:
            raise ValueError("Expecting initial_state to be a tuple with length 2 or None")
        elif dtype is None:
            dtype = initial_state[0].dtype
        if sequence_length is not None:
            sequence_length = convert_to_tensor(sequence_length)
        memories, outputs = self._call_cell(inputs, *initial_state, dtype, sequence_length)
        if sequence_length is None:
            last = memories[-1], outputs[-1]
        else:
            mask = array_ops.transpose(
                array_ops.sequence_mask(sequence_length, steps, dtype=dtype), [1, 0])
            mask = array_ops.tile(array_ops.expand_dims(mask, [-1]), [1, 1, self.num_units])
            outputs *= mask
            with_initial = [
                array_ops.concat([array_ops.expand_dims(initial, [0]), items], 0)
                for initial, items in zip(initial_state, (memories, outputs))]
            last = [array_ops.gather_nd(items, array_ops.stack(
                [sequence_length, math_ops.range(batch_size)], axis=1)) for items in with_initial]
        if is_list:
            outputs = array_ops.unstack(outputs)
        return outputs, LSTMStateTuple(*last)


class LSTMBlockFusedCell(_LSTMWeights, LSTMBlockWrapper):
    """Long short-term memory over all steps in one operation.

    Args:
      num_units, forget_bias, cell_clip, use_peephole, reuse, dtype, name: those of LSTMBlockCell.

    It is called with inputs [time, batch_size, input_size], see ``call``. Weights: those of
    LSTMBlockCell.
    """

    def __init__(self, num_units, forget_bias=1.0, cell_clip=None, use_peephole=False, reuse=None,
                 dtype=None, name="lstm_fused_cell"):
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._set_options(num_units, forget_bias, cell_clip, use_peephole)
        self.input_spec = InputSpec(ndim=3)

    @property
    def num_units(self):
        return self._num_units

    def build(self, input_shape):
        self._make_weights(input_shape[2].value)

    def _call_cell(self, inputs, initial_cell_state=None, initial_output=None, dtype=None,
                   sequence_length=None):
        steps = inputs.shape.with_rank(3)[0].value
        if steps is None:
            steps = array_ops.shape(inputs)[0]
        weights = self._weights_for(dtype)
        last = steps if sequence_length is None else math_ops.reduce_max(sequence_length)
        results = block_lstm(math_ops.cast(last, dtypes.int64), inputs, initial_cell_state,
                             initial_output, *weights, **self._options)
        return results.cs, results.h
