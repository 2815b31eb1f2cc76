"""Scheduled sampling: training helpers that now and then feed what the decoder has said itself.

Source: Bengio et al. 2015, "Scheduled sampling for sequence prediction with recurrent neural
networks".
"""

from minitf.contrib.seq2seq.helper import (
    TrainingHelper,
    array_of_steps,
    as_embedding_function,
    bernoulli_sample,
    categorical_sample,
)
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops import array_ops, math_ops
from minitf.ops.cond_ops import cond
from minitf.rnn.steps import transpose_batch_time


def _checked_probability(sampling_probability):
    tensor = convert_to_tensor(sampling_probability, name="sampling_probability")
    if tensor.shape.ndims not in (0, 1):
        raise ValueError("sampling_probability must be either a scalar or a vector. saw shape: "
                         f"{tensor.shape}")
    return tensor


def _rows(condition):
    """The indices of the rows where a condition holds, int32 [count, 1]."""
    return math_ops.cast(array_ops.where(condition), dtypes.int32)


def _scattered(sampled_rows, sampled, given_rows, given, shape):
    """A tensor of two sets of rows."""
    return (array_ops.scatter_nd(indices=sampled_rows, updates=sampled, shape=shape)
            + array_ops.scatter_nd(indices=given_rows, updates=given, shape=shape))


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """Feeds given inputs, or with some probability the embeddings of ids drawn from the outputs.

    Args:
      inputs, sequence_length, time_major: those of TrainingHelper.
      embedding: the embeddings, or a function of ids.
      sampling_probability: a scalar, or one for each sequence.
      seed: an integer, for drawing ids.
      scheduling_seed: an integer, for deciding what is fed.
      name: the name scope.

    Raises:
      ValueError: ``sampling_probability`` of rank above 1.
    """

    def __init__(self, inputs, sequence_length, embedding, sampling_probability, time_major=False,
                 seed=None, scheduling_seed=None, name=None):
        with name_scope(name, "ScheduledEmbeddingSamplingWrapper",
                        [embedding, sampling_probability]):
            self._embedding_fn = as_embedding_function(embedding)
            self._sampling_probability = _checked_probability(sampling_probability)
            self._seed = seed
            self._scheduling_seed = scheduling_seed
            super().__init__(inputs, sequence_length, time_major=time_major, name=name)

    def sample(self, time, outputs, state, name=None):
        with name_scope(name, "ScheduledEmbeddingTrainingHelperSample", [time, outputs, state]):
            is_sampled = bernoulli_sample(self._sampling_probability, self.batch_size, dtypes.bool,
                                          seed=self._scheduling_seed)
            return array_ops.where(is_sampled, categorical_sample(outputs, seed=self._seed),
                                   array_ops.fill([self.batch_size], -1))

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with name_scope(name, "ScheduledEmbeddingTrainingHelperNextInputs",
                        [time, outputs, state, sample_ids]):
            finished, given, state = super().next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids, name=name)

            def mixed():
                sampled_rows = _rows(sample_ids > -1)
                given_rows = _rows(sample_ids <= -1)
                sampled = array_ops.gather_nd(sample_ids, sampled_rows)
                kept = array_ops.gather_nd(given, given_rows)
                sampled = self._embedding_fn(sampled)
                return _scattered(sampled_rows, sampled, given_rows, kept, array_ops.shape(given))

            return finished, cond(math_ops.reduce_all(finished), lambda: given, mixed), state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """Feeds given inputs, or with some probability what is made of the outputs.

    Args:
      inputs, sequence_length, time_major: those of TrainingHelper.
      sampling_probability: a scalar, or one for each sequence.
      seed: an integer, for deciding what is fed.
      next_inputs_fn: a function of outputs that returns inputs; None: the outputs.
      auxiliary_inputs: a tensor [batch_size, time, ...] to concatenate to all inputs.
      name: the name scope.

    Raises:
      ValueError: ``sampling_probability`` of rank above 1.
    """

    def __init__(self, inputs, sequence_length, sampling_probability, time_major=False, seed=None,
                 next_inputs_fn=None, auxiliary_inputs=None, name=None):
        with name_scope(name, "ScheduledOutputTrainingHelper",
                        [inputs, auxiliary_inputs, sampling_probability]):
            self._sampling_probability = _checked_probability(sampling_probability)
            self._auxiliary_array = None
            if auxiliary_inputs is not None:
                inputs = convert_to_tensor(inputs, name="inputs")
                auxiliary_inputs = convert_to_tensor(auxiliary_inputs, name="auxiliary_inputs")
                inputs = array_ops.concat((inputs, auxiliary_inputs), -1)
                if not time_major:
                    auxiliary_inputs = transpose_batch_time(auxiliary_inputs)
                self._auxiliary_array = array_of_steps(auxiliary_inputs)
            self._seed = seed
            self._next_inputs_fn = next_inputs_fn
            super().__init__(inputs, sequence_length, time_major=time_major, name=name)

    def sample(self, time, outputs, state, name=None):
        with name_scope(name, "ScheduledOutputTrainingHelperSample", [time, outputs, state]):
            return bernoulli_sample(self._sampling_probability, self.batch_size, seed=self._seed)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with name_scope(name, "ScheduledOutputTrainingHelperNextInputs",
                        [time, outputs, state, sample_ids]):
            finished, given, state = super().next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids, name=name)
            is_sampled = math_ops.cast(sample_ids, dtypes.bool)

            def mixed():
                if self._next_inputs_fn is None:
                    return array_ops.where(is_sampled, self._with_auxiliary(time, outputs), given)
                sampled_rows = _rows(is_sampled)
                given_rows = _rows(math_ops.logical_not(is_sampled))
                sampled = array_ops.gather_nd(outputs, sampled_rows)
                kept = array_ops.gather_nd(given, given_rows)
                sampled = self._with_auxiliary(time, self._next_inputs_fn(sampled), sampled_rows)
                return _scattered(sampled_rows, sampled, given_rows, kept, array_ops.shape(given))

            all_finished = math_ops.reduce_all(finished)
            no_samples = math_ops.logical_not(math_ops.reduce_any(is_sampled))
            next_inputs = cond(math_ops.logical_or(all_finished, no_samples), lambda: given, mixed)
            return finished, next_inputs, state

    def _with_auxiliary(self, time, inputs, rows=None):
        if self._auxiliary_array is None:
            return inputs
        auxiliary = self._auxiliary_array.read(time + 1)
        if rows is not None:
            auxiliary = array_ops.gather_nd(auxiliary, rows)
        return array_ops.concat((inputs, auxiliary), -1)
