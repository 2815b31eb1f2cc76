"""AttentionWrapper: a cell that sees memories through attention."""

import collections

from minitf import nest
from minitf.contrib.framework.tensor_util import with_same_shape
from minitf.contrib.seq2seq.attention import AttentionMechanism
from minitf.framework import dtypes
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.operation import Tensor
from minitf.framework.tensor_shape import TensorShape
from minitf.layers.core import Dense
from minitf.ops import array_ops, math_ops
from minitf.ops.check_ops import assert_equal
from minitf.ops.tensor_array_ops import TensorArray
from minitf.rnn.cell import RNNCell
from minitf.rnn.sizes import check_is_cell, zero_states

_TILE_HINT = ("Are you using the BeamSearchDecoder?  You may need to tile your {} via the "
              "tf.contrib.seq2seq.tile_batch function with argument multiple=beam_width.")


class AttentionWrapperState(collections.namedtuple("AttentionWrapperState", (
        "cell_state", "attention", "time", "alignments", "alignment_history",
        "attention_state"))):
    """The state of an AttentionWrapper.

    Fields: the cell's state; the attention of the last step; the time, a scalar; the last
    alignments, and a TensorArray of all of them (or ``()``); the mechanisms' state. The last three
    are tuples if there are several mechanisms.
    """

    def clone(self, **kwargs):
        """A copy with some fields replaced by tensors of the same shapes.

        Raises:
          ValueError: of other shapes.
        """
        def checked(old, new):
            if isinstance(old, Tensor) and isinstance(new, Tensor):
                return with_same_shape(old, new)
            return new

        return nest.map_structure(checked, self, self._replace(**kwargs))


def _attention(mechanism, cell_output, state, attention_layer):
    """The attention to memories, their alignments, and the mechanism's next state."""
    alignments, next_state = mechanism(cell_output, state=state)
    context = math_ops.matmul(array_ops.expand_dims(alignments, 1), mechanism.values)
    context = array_ops.squeeze(context, [1])
    if attention_layer is None:
        return context, alignments, next_state
    attention = attention_layer(array_ops.concat([cell_output, context], 1))
    return attention, alignments, next_state


def _as_tuple(value):
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


class AttentionWrapper(RNNCell):
    """A cell whose inputs and outputs are joined with attention to memories.

    Args:
      cell: the cell.
      attention_mechanism: an AttentionMechanism, or a list of them.
      attention_layer_size: the size of a Dense layer over the output and the mean of memories; None
        for the mean itself; a list for several mechanisms.
      alignment_history: whether the alignments of all steps are kept.
      cell_input_fn: a function of inputs and attention that returns the cell's inputs; None:
        concatenates them.
      output_attention: the output is the attention, not the cell's output.
      initial_cell_state: the cell's state that ``zero_state`` begins with.
      name: the name.
      attention_layer: a layer instead of ``attention_layer_size``, or a list.
      attention_fn: a function of mechanism, cell's output, state and layer that returns attention,
        alignments and state.
      dtype: the dtype.

    Raises:
      TypeError: arguments of other types.
      ValueError: both kinds of layers; not as many as there are mechanisms.
    """

    def __init__(self, cell, attention_mechanism, attention_layer_size=None,
                 alignment_history=False, cell_input_fn=None, output_attention=True,
                 initial_cell_state=None, name=None, attention_layer=None, attention_fn=None,
                 dtype=None):
        super().__init__(name=name, dtype=dtype)
        check_is_cell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        self._attention_mechanisms = self._checked_mechanisms(attention_mechanism)
        if cell_input_fn is None:
            cell_input_fn = _joined
        elif not callable(cell_input_fn):
            raise TypeError(f"cell_input_fn must be callable, saw type: "
                            f"{type(cell_input_fn).__name__}")
        self._cell = cell
        self._set_layers(attention_layer_size, attention_layer)
        self._attention_fn = attention_fn or _attention
        self._cell_input_fn = cell_input_fn
        self._output_attention = output_attention
        self._alignment_history = alignment_history
        with name_scope(name, "AttentionWrapperInit"):
            self._initial_cell_state = None
            if initial_cell_state is not None:
                self._initial_cell_state = self._checked_state(initial_cell_state)

    def _checked_mechanisms(self, given):
        mechanisms = _as_tuple(given)
        for mechanism in mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                what = ("must contain only instances of AttentionMechanism" if self._is_multi else
                        "must be an AttentionMechanism or list of multiple AttentionMechanism "
                        "instances")
                raise TypeError(f"attention_mechanism {what}, saw type: "
                                f"{type(mechanism).__name__}")
        return mechanisms

    def _set_layers(self, sizes, layers):
        """Settles the attention layers (a tuple, or None) and the size of what they return."""
        mechanisms = self._attention_mechanisms
        if sizes is not None and layers is not None:
            raise ValueError("Only one of attention_layer_size and attention_layer should be set")
        depths = [mechanism.values.shape[-1].value for mechanism in mechanisms]
        if sizes is not None:
            sizes = _as_tuple(sizes)
            if len(sizes) != len(mechanisms):
                raise ValueError("If provided, attention_layer_size must contain exactly one "
                                 f"integer per attention_mechanism, saw: {len(sizes)} vs "
                                 f"{len(mechanisms)}")
            self._attention_layers = tuple(
                Dense(size, name="attention_layer", use_bias=False, dtype=mechanism.dtype)
                for size, mechanism in zip(sizes, mechanisms))
            self._attention_layer_size = sum(sizes)
        elif layers is not None:
            self._attention_layers = layers = _as_tuple(layers)
            if len(layers) != len(mechanisms):
                raise ValueError("If provided, attention_layer must contain exactly one layer per "
                                 f"attention_mechanism, saw: {len(layers)} vs {len(mechanisms)}")
            self._attention_layer_size = sum(
                layer.compute_output_shape([None, self._cell.output_size + depth])[-1].value
                for layer, depth in zip(layers, depths))
        else:
            self._attention_layers = None
            self._attention_layer_size = sum(depths)

    def _checked_state(self, state):
        last = nest.flatten(state)[-1]
        batch_size = last.shape[0].value or array_ops.shape(last)[0]
        checks = self._batch_size_checks(
            batch_size, f"When constructing AttentionWrapper {self._base_name}: Non-matching batch "
            "sizes between the memory (encoder output) and initial_cell_state.  "
            + _TILE_HINT.format("initial state"))
        with control_dependencies(checks):
            return nest.map_structure(
                lambda item: array_ops.identity(item, name="check_initial_cell_state"), state)

    def _batch_size_checks(self, batch_size, message):
        return [assert_equal(batch_size, mechanism.batch_size, message=message)
                for mechanism in self._attention_mechanisms]

    def _item_or_tuple(self, items):
        items = tuple(items)
        return items if self._is_multi else items[0]

    @property
    def output_size(self):
        return self._attention_layer_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self):
        mechanisms = self._attention_mechanisms
        return AttentionWrapperState(
            cell_state=self._cell.state_size, time=TensorShape([]),
            attention=self._attention_layer_size,
            alignments=self._item_or_tuple(item.alignments_size for item in mechanisms),
            attention_state=self._item_or_tuple(item.state_size for item in mechanisms),
            alignment_history=self._item_or_tuple(
                item.alignments_size if self._alignment_history else () for item in mechanisms))

    def zero_state(self, batch_size, dtype):
        """The state before the first step: of the cell zeros or its initial state, no attention.

        Args:
          batch_size: an integer or a scalar tensor; it must be that of the memories.
          dtype: the dtype.
        """
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            cell_state = self._initial_cell_state
            if cell_state is None:
                cell_state = self._cell.get_initial_state(batch_size=batch_size, dtype=dtype)
            checks = self._batch_size_checks(
                batch_size, f"When calling zero_state of AttentionWrapper {self._base_name}: "
                "Non-matching batch sizes between the memory (encoder output) and the requested "
                "batch size.  Are you using the BeamSearchDecoder?  If so, make sure your encoder "
                "output has been tiled to beam_width via tf.contrib.seq2seq.tile_batch, and the "
                "batch_size= argument passed to zero_state is batch_size * beam_width.")
            with control_dependencies(checks):
                cell_state = nest.map_structure(
                    lambda item: array_ops.identity(item, name="checked_cell_state"), cell_state)
            alignments = [mechanism.initial_alignments(batch_size, dtype)
                          for mechanism in self._attention_mechanisms]
            return AttentionWrapperState(
                cell_state=cell_state, time=array_ops.zeros([], dtype=dtypes.int32),
                attention=zero_states(self._attention_layer_size, batch_size, dtype),
                alignments=self._item_or_tuple(alignments),
                attention_state=self._item_or_tuple(
                    mechanism.initial_state(batch_size, dtype)
                    for mechanism in self._attention_mechanisms),
                alignment_history=self._item_or_tuple(
                    TensorArray(dtype, size=0, dynamic_size=True, element_shape=item.shape)
                    if self._alignment_history else () for item in alignments))

    def call(self, inputs, state):
        if not isinstance(state, AttentionWrapperState):
            raise TypeError("Expected state to be instance of AttentionWrapperState. Received type "
                            f"{type(state)} instead.")
        cell_inputs = self._cell_input_fn(inputs, state.attention)
        cell_output, cell_state = self._cell(cell_inputs, state.cell_state)
        batch_size = cell_output.shape[0].value or array_ops.shape(cell_output)[0]
        checks = self._batch_size_checks(
            batch_size, f"When applying AttentionWrapper {self.name}: Non-matching batch sizes "
            "between the memory (encoder output) and the query (decoder output).  "
            + _TILE_HINT.format("memory input"))
        with control_dependencies(checks):
            cell_output = array_ops.identity(cell_output, name="checked_cell_output")
        states, histories = state.attention_state, state.alignment_history
        if not self._is_multi:
            states, histories = [states], [histories]
        attentions, alignments, next_states, next_histories = [], [], [], []
        layers = self._attention_layers or [None] * len(self._attention_mechanisms)
        for mechanism, layer, mechanism_state, history in zip(
                self._attention_mechanisms, layers, states, histories):
            attention, aligned, next_state = self._attention_fn(mechanism, cell_output,
                                                                mechanism_state, layer)
            if self._alignment_history:
                next_histories.append(history.write(state.time, aligned))
            else:
                next_histories.append(())
            attentions.append(attention)
            alignments.append(aligned)
            next_states.append(next_state)
        attention = array_ops.concat(attentions, 1)
        next_state = AttentionWrapperState(
            time=state.time + 1, cell_state=cell_state, attention=attention,
            attention_state=self._item_or_tuple(next_states),
            alignments=self._item_or_tuple(alignments),
            alignment_history=self._item_or_tuple(next_histories))
        return (attention if self._output_attention else cell_output), next_state


def _joined(inputs, attention):
    return array_ops.concat([inputs, attention], -1)
