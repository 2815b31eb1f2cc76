"""Decoders, and dynamic_decode, the loop that runs one until all sequences have ended."""

import abc
import collections

from minitf import nest
from minitf.contrib.seq2seq.helper import Helper
from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor_shape import TensorShape
from minitf.layers.base import Layer
from minitf.ops import array_ops, math_ops
from minitf.ops.constant_op import constant
from minitf.ops.tensor_array_ops import TensorArray
from minitf.ops.while_ops import while_loop
from minitf.rnn.sizes import check_is_cell, zero_states
from minitf.rnn.steps import cache_variables, transpose_batch_time
from minitf.variable_scope import variable_scope


class Decoder(abc.ABC):
    """The base of decoders: what ``dynamic_decode`` asks for at the start and at each step."""

    @property
    def batch_size(self):
        """The batch's size, an integer or a scalar tensor."""
        raise NotImplementedError

    @property
    def output_size(self):
        """The shapes of the outputs, without the batch's size: a nest."""
        raise NotImplementedError

    @property
    def output_dtype(self):
        """The dtypes of the outputs, in the same structure."""
        raise NotImplementedError

    @abc.abstractmethod
    def initialize(self, name=None):
        """What to begin with: ``(finished, first_inputs, initial_state)``."""
        raise NotImplementedError

    @abc.abstractmethod
    def step(self, time, inputs, state, name=None):
        """One step: ``(outputs, next_state, next_inputs, finished)``."""
        raise NotImplementedError

    def finalize(self, outputs, final_state, sequence_lengths):
        """What to return: ``(final_outputs, final_state)``, from the outputs of all steps."""
        raise NotImplementedError

    @property
    def tracks_own_finished(self):
        """Whether ``finished`` of a step counts alone, not together with that of steps before."""
        return False


def dynamic_decode(decoder, output_time_major=False, impute_finished=False,
                   maximum_iterations=None, parallel_iterations=32, swap_memory=False, scope=None,
                   **kwargs):
    """Runs a decoder until all of its sequences have ended.

    Args:
      decoder: a Decoder.
      output_time_major: outputs are [time, batch_size, ...], not [batch_size, time, ...].
      impute_finished: after the end of a sequence its outputs are zero and its state stays.
      maximum_iterations: a scalar, the number of steps at most.
      parallel_iterations, swap_memory: see ``tf.while_loop``.
      scope: the variable scope; None is "decoder".

    Returns:
      ``(outputs, state, sequence_lengths)``; the lengths are int32 [batch_size].

    Raises:
      TypeError: ``decoder`` is no Decoder.
      ValueError: ``maximum_iterations`` is no scalar.
    """
    if not isinstance(decoder, Decoder):
        raise TypeError(f"Expected decoder to be type Decoder, but saw: {type(decoder)}")
    with variable_scope(scope, "decoder") as varscope:
        cache_variables(varscope)
        if maximum_iterations is not None:
            maximum_iterations = convert_to_tensor(maximum_iterations, dtype=dtypes.int32,
                                                   name="maximum_iterations")
            if maximum_iterations.shape.ndims != 0:
                raise ValueError("maximum_iterations must be a scalar")
        finished, inputs, state = decoder.initialize()
        zero_outputs = nest.map_structure(
            lambda size, dtype: zero_states(size, decoder.batch_size, dtype),
            decoder.output_size, decoder.output_dtype)
        if maximum_iterations is not None:
            finished = math_ops.logical_or(finished, 0 >= maximum_iterations)
        lengths = array_ops.zeros_like(finished, dtype=dtypes.int32)
        start = constant(0, dtype=dtypes.int32)
        arrays = nest.map_structure(
            lambda size, dtype: TensorArray(
                dtype, size=0, dynamic_size=True,
                element_shape=_element_shape(decoder.batch_size, size)),
            decoder.output_size, decoder.output_dtype)

        def is_running(time, arrays, state, inputs, finished, lengths):
            return math_ops.logical_not(math_ops.reduce_all(finished))

        def step(time, arrays, state, inputs, finished, lengths):
            outputs, next_state, next_inputs, next_finished = decoder.step(time, inputs, state)
            if not decoder.tracks_own_finished:
                next_finished = math_ops.logical_or(next_finished, finished)
            next_lengths = array_ops.where(
                math_ops.logical_not(finished),
                array_ops.fill(array_ops.shape(lengths), time + 1), lengths)
            nest.assert_same_structure(state, next_state)
            nest.assert_same_structure(arrays, outputs)
            nest.assert_same_structure(inputs, next_inputs)
            if impute_finished:
                outputs = nest.map_structure(
                    lambda output, zero: array_ops.where(finished, zero, output), outputs,
                    zero_outputs)
                next_state = nest.map_structure(
                    lambda new, old: _kept_where(finished, new, old), next_state, state)
            arrays = nest.map_structure(lambda array, output: array.write(time, output), arrays,
                                        outputs)
            return time + 1, arrays, next_state, next_inputs, next_finished, next_lengths

        _, arrays, state, _, _, lengths = while_loop(
            is_running, step, (start, arrays, state, inputs, finished, lengths),
            parallel_iterations=parallel_iterations, maximum_iterations=maximum_iterations,
            swap_memory=swap_memory)
        outputs = nest.map_structure(lambda array: array.stack(), arrays)
        try:
            outputs, state = decoder.finalize(outputs, state, lengths)
        except NotImplementedError:
            pass  # the decoder has nothing to add
        if not output_time_major:
            outputs = nest.map_structure(transpose_batch_time, outputs)
    return outputs, state, lengths


def _element_shape(batch_size, size):
    """What is known of an output's shape; nothing of one without dimensions."""
    if not isinstance(size, TensorShape) or size.ndims == 0:
        return None
    batch_size = constant_value(convert_to_tensor(batch_size, name="batch_size"))
    return TensorShape([batch_size]).concatenate(size)


def _kept_where(finished, new, old):
    if isinstance(old, TensorArray):
        return new
    new.set_shape(old.shape)
    return new if new.shape.ndims == 0 else array_ops.where(finished, old, new)


# ---- BasicDecoder ----


class BasicDecoderOutput(collections.namedtuple("BasicDecoderOutput",
                                                ("rnn_output", "sample_id"))):
    """What a BasicDecoder gives at each step: the output, and what was sampled from it."""


class BasicDecoder(Decoder):
    """A cell, an output layer, and a helper that chooses the next inputs.

    Args:
      cell: an RNNCell.
      helper: a Helper.
      initial_state: the cell's state to begin with.
      output_layer: a ``tf.layers.Layer`` applied to the outputs, such as Dense; or None.

    Raises:
      TypeError: one of them is of another type.
    """

    def __init__(self, cell, helper, initial_state, output_layer=None):
        check_is_cell("cell", cell)
        if not isinstance(helper, Helper):
            raise TypeError(f"helper must be a Helper, received: {type(helper)}")
        if output_layer is not None and not isinstance(output_layer, Layer):
            raise TypeError(f"output_layer must be a Layer, received: {type(output_layer)}")
        self._cell = cell
        self._helper = helper
        self._initial_state = initial_state
        self._output_layer = output_layer

    @property
    def batch_size(self):
        return self._helper.batch_size

    def _rnn_output_size(self):
        size = self._cell.output_size
        if self._output_layer is None:
            return size
        shapes = self._output_layer.compute_output_shape(nest.map_structure(
            lambda item: TensorShape([None]).concatenate(item), size))
        return nest.map_structure(lambda shape: shape[1:], shapes)

    @property
    def output_size(self):
        return BasicDecoderOutput(self._rnn_output_size(), self._helper.sample_ids_shape)

    @property
    def output_dtype(self):
        dtype = nest.flatten(self._initial_state)[0].dtype
        return BasicDecoderOutput(nest.map_structure(lambda _: dtype, self._rnn_output_size()),
                                  self._helper.sample_ids_dtype)

    def initialize(self, name=None):
        return self._helper.initialize() + (self._initial_state,)

    def step(self, time, inputs, state, name=None):
        with name_scope(name, "BasicDecoderStep", [time, inputs, state]):
            outputs, state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            samples = self._helper.sample(time=time, outputs=outputs, state=state)
            finished, next_inputs, next_state = self._helper.next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=samples)
        return BasicDecoderOutput(outputs, samples), next_state, next_inputs, finished
