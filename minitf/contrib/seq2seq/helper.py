"""Helpers: what a decoder gets as its next input, and when a sequence ends."""

import abc

from minitf import nest
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops, random_ops
from minitf.ops.cond_ops import cond
from minitf.ops.embedding_ops import embedding_lookup
from minitf.ops.tensor_array_ops import TensorArray
from minitf.rnn.steps import transpose_batch_time

# ---- sampling ----


def _draws(draw, shape):
    """``draw(n)`` reshaped from [n, ...] to ``[*shape, ...]``; a scalar shape is one number."""
    with name_scope(None, "call_sampler", values=[shape]):
        shape = convert_to_tensor(shape, dtype=dtypes.int32, name="sample_shape")
        padding = math_ops.cast(math_ops.equal(array_ops.rank(shape), 0), dtypes.int32)
        shape = array_ops.reshape(shape, array_ops.pad(
            array_ops.shape(shape), paddings=[[padding, 0]], constant_values=1))
        samples = draw(math_ops.reduce_prod(shape))
        rest = array_ops.shape(samples)[1:]
        return array_ops.reshape(samples, array_ops.concat([shape, rest], 0))


def bernoulli_sample(probs, sample_shape, dtype=dtypes.int32, seed=None):
    """Ones with probabilities ``probs``, of shape ``sample_shape + probs.shape``."""
    probs = convert_to_tensor(probs, name="probs")
    batch_shape = array_ops.shape(probs)

    def draw(n):
        shape = array_ops.concat([[n], batch_shape], 0)
        uniform = random_ops.random_uniform(shape, seed=seed, dtype=probs.dtype)
        return math_ops.cast(math_ops.less(uniform, probs), dtype)

    return _draws(draw, sample_shape)


def categorical_sample(logits, seed=None):
    """Classes drawn from the softmax of ``logits`` [..., classes], int32."""
    logits = convert_to_tensor(logits, name="logits")
    classes = array_ops.shape(logits)[-1]
    batch_shape = array_ops.shape(logits)[:-1]

    def draw(n):
        matrix = logits if logits.shape.ndims == 2 else array_ops.reshape(logits, [-1, classes])
        dtype = dtypes.int64 if logits.dtype.size > 4 else dtypes.int32
        draws = random_ops.multinomial(matrix, n, seed=seed, output_dtype=dtype)
        draws = array_ops.reshape(array_ops.transpose(draws),
                                  array_ops.concat([[n], batch_shape], 0))
        return math_ops.cast(draws, dtypes.int32)

    return _draws(draw, ())


# ---- Helper ----


class Helper(abc.ABC):
    """The base of helpers.

    ``initialize()`` returns ``(finished, first_inputs)``; after each step ``sample`` draws from the
    outputs, and ``next_inputs`` returns ``(finished, next_inputs, next_state)``.
    """

    @property
    @abc.abstractmethod
    def batch_size(self):
        """The batch's size, a scalar tensor."""

    @property
    @abc.abstractmethod
    def sample_ids_shape(self):
        """The shape of a sample, without the batch's size."""

    @property
    @abc.abstractmethod
    def sample_ids_dtype(self):
        """The dtype of a sample."""

    @abc.abstractmethod
    def initialize(self, name=None):
        """Returns ``(finished, first_inputs)``."""

    @abc.abstractmethod
    def sample(self, time, outputs, state, name=None):
        """Returns samples of the outputs."""

    @abc.abstractmethod
    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """Returns ``(finished, next_inputs, next_state)``."""


class CustomHelper(Helper):
    """A helper made of functions.

    Args:
      initialize_fn: a function without arguments, for ``initialize``.
      sample_fn: a function of time, outputs and state, for ``sample``.
      next_inputs_fn: a function of time, outputs, state and sample_ids, for ``next_inputs``.
      sample_ids_shape: the shape of a sample; None is a scalar.
      sample_ids_dtype: the dtype of samples; None is int32.
    """

    def __init__(self, initialize_fn, sample_fn, next_inputs_fn, sample_ids_shape=None,
                 sample_ids_dtype=None):
        self._initialize_fn = initialize_fn
        self._sample_fn = sample_fn
        self._next_inputs_fn = next_inputs_fn
        self._batch_size = None
        self._sample_ids_shape = TensorShape(sample_ids_shape or [])
        self._sample_ids_dtype = sample_ids_dtype or dtypes.int32

    @property
    def batch_size(self):
        if self._batch_size is None:
            raise ValueError("batch_size accessed before initialize was called")
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self):
        return self._sample_ids_dtype

    def initialize(self, name=None):
        with name_scope(name, f"{type(self).__name__}Initialize"):
            finished, next_inputs = self._initialize_fn()
            if self._batch_size is None:
                self._batch_size = array_ops.size(finished)
        return finished, next_inputs

    def sample(self, time, outputs, state, name=None):
        with name_scope(name, f"{type(self).__name__}Sample", [time, outputs, state]):
            return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with name_scope(name, f"{type(self).__name__}NextInputs", [time, outputs, state]):
            return self._next_inputs_fn(time=time, outputs=outputs, state=state,
                                        sample_ids=sample_ids)


class _IdHelper(Helper):
    """The base of helpers whose samples are ids."""

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return TensorShape([])

    @property
    def sample_ids_dtype(self):
        return dtypes.int32


# ---- training ----


def array_of_steps(tensor):
    """A TensorArray of the slices of a tensor along its first dimension."""
    array = TensorArray(dtype=tensor.dtype, size=array_ops.shape(tensor)[0],
                        element_shape=tensor.shape[1:])
    return array.unstack(tensor)


class TrainingHelper(_IdHelper):
    """Feeds given inputs, as in training, and samples the outputs' largest elements.

    Args:
      inputs: a tensor [batch_size, time, ...].
      sequence_length: int32 [batch_size].
      time_major: inputs are [time, batch_size, ...].
      name: the name scope.

    Raises:
      ValueError: ``sequence_length`` is no vector.
    """

    def __init__(self, inputs, sequence_length, time_major=False, name=None):
        with name_scope(name, "TrainingHelper", [inputs, sequence_length]):
            self._inputs = inputs = convert_to_tensor(inputs, name="inputs")
            if not time_major:
                inputs = transpose_batch_time(inputs)
            self._input_array = array_of_steps(inputs)
            self._sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
            if self._sequence_length.shape.ndims != 1:
                raise ValueError("Expected sequence_length to be a vector, but received shape: "
                                 f"{self._sequence_length.shape}")
            self._zero_inputs = array_ops.zeros_like(inputs[0, :])
            self._batch_size = array_ops.size(sequence_length)

    @property
    def inputs(self):
        return self._inputs

    @property
    def sequence_length(self):
        return self._sequence_length

    def initialize(self, name=None):
        with name_scope(name, "TrainingHelperInitialize"):
            finished = math_ops.equal(0, self._sequence_length)
            return finished, self._unless_all(finished, 0)

    def _unless_all(self, finished, time):
        return cond(math_ops.reduce_all(finished), lambda: self._zero_inputs,
                    lambda: self._input_array.read(time))

    def sample(self, time, outputs, name=None, **unused_kwargs):
        with name_scope(name, "TrainingHelperSample", [time, outputs]):
            return math_ops.cast(math_ops.argmax(outputs, axis=-1), dtypes.int32)

    def next_inputs(self, time, outputs, state, name=None, **unused_kwargs):
        with name_scope(name, "TrainingHelperNextInputs", [time, outputs, state]):
            next_time = time + 1
            finished = next_time >= self._sequence_length
            return finished, self._unless_all(finished, next_time), state


# ---- inference ----


def as_embedding_function(embedding):
    """A function of ids: ``embedding`` itself, or a lookup in it."""
    if callable(embedding):
        return embedding
    return lambda ids: embedding_lookup(embedding, ids)


def _check_is_tensor(outputs):
    if not isinstance(outputs, Tensor):
        raise TypeError(f"Expected outputs to be a single Tensor, got: {type(outputs)}")


class GreedyEmbeddingHelper(_IdHelper):
    """Feeds the embeddings of the outputs' largest elements, until these are ``end_token``.

    Args:
      embedding: the embeddings, or a function of ids.
      start_tokens: int32 [batch_size], the ids to begin with.
      end_token: an int32 scalar.

    Raises:
      ValueError: tokens of other ranks.
    """

    def __init__(self, embedding, start_tokens, end_token):
        self._embedding_fn = as_embedding_function(embedding)
        self._start_tokens = convert_to_tensor(start_tokens, dtype=dtypes.int32,
                                               name="start_tokens")
        self._end_token = convert_to_tensor(end_token, dtype=dtypes.int32, name="end_token")
        if self._start_tokens.shape.ndims != 1:
            raise ValueError("start_tokens must be a vector")
        self._batch_size = array_ops.size(start_tokens)
        if self._end_token.shape.ndims != 0:
            raise ValueError("end_token must be a scalar")
        self._start_inputs = self._embedding_fn(self._start_tokens)

    def initialize(self, name=None):
        return array_ops.tile([False], [self._batch_size]), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        _check_is_tensor(outputs)
        return math_ops.argmax(outputs, axis=-1, output_type=dtypes.int32)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        finished = math_ops.equal(sample_ids, self._end_token)
        next_inputs = cond(math_ops.reduce_all(finished), lambda: self._start_inputs,
                           lambda: self._embedding_fn(sample_ids))
        return finished, next_inputs, state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """Feeds the embeddings of ids drawn from the softmax of the outputs.

    Args:
      embedding, start_tokens, end_token: those of GreedyEmbeddingHelper.
      softmax_temperature: the outputs are divided by it: above 1 for more surprises.
      seed: an integer, see ``tf.set_random_seed``.
    """

    def __init__(self, embedding, start_tokens, end_token, softmax_temperature=None, seed=None):
        super().__init__(embedding, start_tokens, end_token)
        self._softmax_temperature = softmax_temperature
        self._seed = seed

    def sample(self, time, outputs, state, name=None):
        _check_is_tensor(outputs)
        if self._softmax_temperature is not None:
            outputs = outputs / self._softmax_temperature
        return categorical_sample(outputs, seed=self._seed)


class InferenceHelper(Helper):
    """Feeds what functions make of the outputs.

    Args:
      sample_fn: a function of the outputs that returns samples.
      sample_shape: the shape of a sample, without the batch's size.
      sample_dtype: the dtype of samples.
      start_inputs: the inputs to begin with, [batch_size, ...].
      end_fn: a function of samples that returns which sequences end, bools [batch_size].
      next_inputs_fn: a function of samples that returns the next inputs; None: the samples.
    """

    def __init__(self, sample_fn, sample_shape, sample_dtype, start_inputs, end_fn,
                 next_inputs_fn=None):
        self._sample_fn = sample_fn
        self._end_fn = end_fn
        self._sample_shape = TensorShape(sample_shape)
        self._sample_dtype = sample_dtype
        self._next_inputs_fn = next_inputs_fn
        self._batch_size = array_ops.shape(start_inputs)[0]
        self._start_inputs = convert_to_tensor(start_inputs, name="start_inputs")

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return self._sample_shape

    @property
    def sample_ids_dtype(self):
        return self._sample_dtype

    def initialize(self, name=None):
        return array_ops.tile([False], [self._batch_size]), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        return self._sample_fn(outputs)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        next_inputs = sample_ids
        if self._next_inputs_fn is not None:
            next_inputs = self._next_inputs_fn(sample_ids)
        return self._end_fn(sample_ids), next_inputs, state
