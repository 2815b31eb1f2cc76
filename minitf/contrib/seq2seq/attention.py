"""Attention mechanisms: from a query and memories to weights of the memories."""

import math

import numpy as np

from minitf import nest
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.initializers import constant_initializer, ones_initializer, zeros_initializer
from minitf.layers.base import Layer
from minitf.layers.core import Dense
from minitf.ops import array_ops, clip_ops, math_ops, random_ops
from minitf.ops.check_ops import assert_positive
from minitf.ops.functional_ops import scan
from minitf.ops.softmax_ops import softmax
from minitf.rnn.sizes import zero_states
from minitf.variable_scope import get_variable, variable_scope

# ---- the base ----


class AttentionMechanism:
    """The base of attention mechanisms."""

    @property
    def alignments_size(self):
        """How many memories there are."""
        raise NotImplementedError

    @property
    def state_size(self):
        """The size of the state, which is handed from step to step."""
        raise NotImplementedError


def _prepared_memory(memory, lengths, check_inner_dims_defined):
    """The memories as tensors, zero after the ends of their sequences."""
    memory = nest.map_structure(lambda item: convert_to_tensor(item, name="memory"), memory)
    if lengths is not None:
        lengths = convert_to_tensor(lengths, name="memory_sequence_length")
    if check_inner_dims_defined:
        for item in nest.flatten(memory):
            if not item.shape[2:].is_fully_defined():
                raise ValueError(f"Expected memory {item.name} to have fully defined inner dims, "
                                 f"but saw shape: {item.shape}")
    if lengths is None:
        return memory
    first = nest.flatten(memory)[0]
    mask = array_ops.sequence_mask(lengths, maxlen=array_ops.shape(first)[1], dtype=first.dtype)

    def masked(item):
        rank = item.shape.ndims
        rank = array_ops.rank(item) if rank is None else rank
        ones = array_ops.ones(rank - 2, dtype=dtypes.int32)
        shape = array_ops.concat((array_ops.shape(mask), ones), 0)
        return item * array_ops.reshape(mask, shape)

    return nest.map_structure(masked, memory)


def _masked_score(score, lengths, mask_value):
    """Scores, and ``mask_value`` after the ends of sequences."""
    if lengths is None:
        return score
    check = assert_positive(
        lengths, message="All values in memory_sequence_length must be greater than zero.")
    with control_dependencies([check]):
        mask = array_ops.sequence_mask(lengths, maxlen=array_ops.shape(score)[1])
    return array_ops.where(mask, score, mask_value * array_ops.ones_like(score))


class _Mechanism(AttentionMechanism):
    """The base of mechanisms that compare a query with keys made of the memories.

    Args:
      query_layer: a Layer for queries, or None.
      memory: [batch_size, max_time, ...], the outputs of an encoder.
      probability_fn: a function of scores and the state that returns alignments.
      memory_sequence_length: ints [batch_size]; memories after the end count for nothing.
      memory_layer: a Layer from memories to keys.
      check_inner_dims_defined: whether the memories' last dimensions must be known.
      score_mask_value: the score after the end; None is minus infinity.
      custom_key_value_fn: a function of keys and values that returns new ones.
      name: the name scope.
    """

    def __init__(self, query_layer, memory, probability_fn, memory_sequence_length=None,
                 memory_layer=None, check_inner_dims_defined=True, score_mask_value=None,
                 custom_key_value_fn=None, name=None):
        for role, layer in (("query_layer", query_layer), ("memory_layer", memory_layer)):
            if layer is not None and not isinstance(layer, Layer):
                raise TypeError(f"{role} is not a Layer: {type(layer).__name__}")
        self._query_layer = query_layer
        self._memory_layer = memory_layer
        self.dtype = memory_layer.dtype
        if not callable(probability_fn):
            raise TypeError("probability_fn must be callable, saw type: "
                            f"{type(probability_fn).__name__}")
        if score_mask_value is None:
            score_mask_value = dtypes.as_dtype(self.dtype).as_numpy_dtype(-np.inf)

        def masked_probabilities(score, state):
            score = _masked_score(score, memory_sequence_length, score_mask_value)
            return probability_fn(score, state)

        self._probability_fn = masked_probabilities
        with name_scope(name, "BaseAttentionMechanismInit", nest.flatten(memory)):
            self._values = _prepared_memory(memory, memory_sequence_length,
                                            check_inner_dims_defined)
            self._keys = self._memory_layer(self._values) if memory_layer else self._values
            if custom_key_value_fn is not None:
                self._keys, self._values = custom_key_value_fn(self._keys, self._values)
            self._batch_size, self._alignments_size = [
                self._keys.shape[axis].value or array_ops.shape(self._keys)[axis]
                for axis in (0, 1)]

    @property
    def memory_layer(self):
        return self._memory_layer

    @property
    def query_layer(self):
        return self._query_layer

    @property
    def values(self):
        """The memories, of which the weighted mean is taken."""
        return self._values

    @property
    def keys(self):
        """What queries are compared with."""
        return self._keys

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def alignments_size(self):
        return self._alignments_size

    @property
    def state_size(self):
        return self._alignments_size

    def initial_alignments(self, batch_size, dtype):
        """The alignments before the first step: zeros."""
        return zero_states(self._alignments_size, batch_size, dtype)

    def initial_state(self, batch_size, dtype):
        """The state before the first step: the initial alignments."""
        return self.initial_alignments(batch_size, dtype)

    def _aligned(self, score, state):
        """Alignments, and the next state, which is the same."""
        alignments = self._probability_fn(score, state)
        return alignments, alignments


def _dense(num_units, name, dtype):
    return Dense(num_units, name=name, use_bias=False, dtype=dtype or dtypes.float32)


def _of_score(probability_fn):
    """A function of scores as one of scores and a state; softmax for None."""
    function = probability_fn or softmax
    return lambda score, _: function(score)


# ---- Luong ----


def _luong_score(query, keys, scale):
    depth, units = query.shape[-1], keys.shape[-1]
    if depth != units:
        raise ValueError(
            "Incompatible or unknown inner dimensions between query and keys.  Query "
            f"({query}) has units: {depth}.  Keys ({keys}) have units: {units}.  Perhaps you need "
            f"to set num_units to the keys' dimension ({units})?")
    score = math_ops.matmul(array_ops.expand_dims(query, 1), keys, transpose_b=True)
    score = array_ops.squeeze(score, [1])
    return score if scale is None else scale * score


def _scale(query, is_scaled):
    if not is_scaled:
        return None
    return get_variable("attention_g", dtype=query.dtype, initializer=ones_initializer, shape=())


class LuongAttention(_Mechanism):
    """Multiplicative attention: the score is the product of query and key.

    Args:
      num_units: the depth of keys and queries.
      memory: [batch_size, max_time, ...], the outputs of an encoder.
      memory_sequence_length: ints [batch_size]; memories after the end count for nothing.
      scale: whether scores are multiplied by a weight.
      probability_fn: a function of scores; None is softmax.
      score_mask_value: the score after the end; None is minus infinity.
      dtype: the memory layer's; None is float32.
      custom_key_value_fn: a function of keys and values that returns new ones.
      name: the name scope.

    Source: Luong et al. 2015, "Effective approaches to attention-based neural machine translation".
    """

    def __init__(self, num_units, memory, memory_sequence_length=None, scale=False,
                 probability_fn=None, score_mask_value=None, dtype=None, custom_key_value_fn=None,
                 name="LuongAttention"):
        super().__init__(
            query_layer=None, memory_layer=_dense(num_units, "memory_layer", dtype), memory=memory,
            probability_fn=_of_score(probability_fn),
            memory_sequence_length=memory_sequence_length, score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn, name=name)
        self._scale = scale

    def __call__(self, query, state):
        """Alignments [batch_size, max_time] of a query [batch_size, units], and the next state."""
        with variable_scope(None, "luong_attention", [query]):
            score = _luong_score(query, self._keys, _scale(query, self._scale))
        return self._aligned(score, state)


# ---- Bahdanau ----


class _AdditiveMechanism(_Mechanism):
    """The base of mechanisms that add query and key before a hidden layer."""

    def __init__(self, num_units, normalize, dtype, **options):
        super().__init__(query_layer=_dense(num_units, "query_layer", dtype),
                         memory_layer=_dense(num_units, "memory_layer", dtype), **options)
        self._num_units = num_units
        self._normalize = normalize

    def _processed_query(self, query):
        return self.query_layer(query) if self.query_layer else query

    def _score(self, query, processed_query):
        v = get_variable("attention_v", [self._num_units], dtype=query.dtype)
        if not self._normalize:
            hidden = math_ops.tanh(self._keys + array_ops.expand_dims(processed_query, 1))
            return math_ops.reduce_sum(v * hidden, [2])
        g = get_variable("attention_g", dtype=query.dtype, shape=(),
                         initializer=constant_initializer(math.sqrt(1.0 / self._num_units)))
        b = get_variable("attention_b", [self._num_units], dtype=query.dtype,
                         initializer=zeros_initializer())
        processed_query = array_ops.expand_dims(processed_query, 1)
        normed = g * v * math_ops.rsqrt(math_ops.reduce_sum(math_ops.square(v)))
        return math_ops.reduce_sum(
            normed * math_ops.tanh(self._keys + processed_query + b), [2])


class BahdanauAttention(_AdditiveMechanism):
    """Additive attention: the score is ``sum(v * tanh(key + query))``.

    Args:
      num_units: the depth of the query and memory layers.
      memory: [batch_size, max_time, ...], the outputs of an encoder.
      memory_sequence_length: ints [batch_size]; memories after the end count for nothing.
      normalize: whether ``v`` is normalized and multiplied by a weight.
      probability_fn: a function of scores; None is softmax.
      score_mask_value: the score after the end; None is minus infinity.
      dtype: the layers'; None is float32.
      custom_key_value_fn: a function of keys and values that returns new ones.
      name: the name scope.

    Source: Bahdanau et al. 2014, "Neural machine translation by jointly learning to align and
    translate".
    """

    def __init__(self, num_units, memory, memory_sequence_length=None, normalize=False,
                 probability_fn=None, score_mask_value=None, dtype=None, custom_key_value_fn=None,
                 name="BahdanauAttention"):
        super().__init__(num_units, normalize, dtype, memory=memory,
                         probability_fn=_of_score(probability_fn),
                         custom_key_value_fn=custom_key_value_fn,
                         memory_sequence_length=memory_sequence_length,
                         score_mask_value=score_mask_value, name=name)

    def __call__(self, query, state):
        """Alignments [batch_size, max_time] of a query [batch_size, ...], and the next state."""
        with variable_scope(None, "bahdanau_attention", [query]):
            score = self._score(query, self._processed_query(query))
        return self._aligned(score, state)


# ---- monotonic attention ----


def safe_cumprod(x, *args, **kwargs):
    """``cumprod`` of numbers in [0, 1] through logarithms, whose gradient knows no division by 0.

    Args:
      x: a tensor.
      *args, **kwargs: those of ``tf.cumsum``.
    """
    with name_scope(None, "SafeCumprod", [x]):
        x = convert_to_tensor(x, name="x")
        tiny = np.finfo(x.dtype.as_numpy_dtype).tiny
        logarithms = math_ops.log(clip_ops.clip_by_value(x, tiny, 1))
        return math_ops.exp(math_ops.cumsum(logarithms, *args, **kwargs))


def monotonic_attention(p_choose_i, previous_attention, mode):
    """Attention that never goes back: the probabilities that a walk to the right stops at each
    memory.

    Args:
      p_choose_i: [batch_size, max_time], the probabilities to stop.
      previous_attention: [batch_size, max_time], where the last walk stopped.
      mode: "recursive", exactly; "parallel", by cumulative products, fast; "hard", for
        probabilities of 0 and 1.

    Raises:
      ValueError: another mode.

    Source: Raffel et al. 2017, "Online and linear-time attention by enforcing monotonic
    alignments".
    """
    p_choose_i = convert_to_tensor(p_choose_i, name="p_choose_i")
    previous_attention = convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        batch_size = p_choose_i.shape[0].value or array_ops.shape(p_choose_i)[0]
        going_on = array_ops.concat([array_ops.ones((batch_size, 1)), 1 - p_choose_i[:, :-1]], 1)
        arriving = scan(
            lambda x, yz: array_ops.reshape(yz[0] * x + yz[1], (batch_size,)),
            [array_ops.transpose(going_on), array_ops.transpose(previous_attention)],
            array_ops.zeros((batch_size,)))
        return p_choose_i * array_ops.transpose(arriving)
    if mode == "parallel":
        going_on = safe_cumprod(1 - p_choose_i, axis=1, exclusive=True)
        return p_choose_i * going_on * math_ops.cumsum(
            previous_attention / clip_ops.clip_by_value(going_on, 1e-10, 1.0), axis=1)
    if mode == "hard":
        p_choose_i *= math_ops.cumsum(previous_attention, axis=1)
        return p_choose_i * math_ops.cumprod(1 - p_choose_i, axis=1, exclusive=True)
    raise ValueError("mode must be 'recursive', 'parallel', or 'hard'.")


def _monotonic_probabilities(sigmoid_noise, mode, seed):
    """A function of scores and the last alignments that returns the next ones."""
    def probabilities(score, previous):
        if sigmoid_noise > 0:
            noise = random_ops.random_normal(array_ops.shape(score), dtype=score.dtype, seed=seed)
            score += sigmoid_noise * noise
        if mode == "hard":
            chosen = math_ops.cast(score > 0, score.dtype)
        else:
            chosen = math_ops.sigmoid(score)
        return monotonic_attention(chosen, previous, mode)

    return probabilities


class _Monotonic:
    """What monotonic mechanisms have besides: a start at the first memory, and a bias."""

    def initial_alignments(self, batch_size, dtype):
        """The alignments before the first step: all on the first memory."""
        return array_ops.one_hot(array_ops.zeros((batch_size,), dtype=dtypes.int32),
                                 self._alignments_size, dtype=dtype)

    def _biased(self, score, dtype):
        return score + get_variable("attention_score_bias", dtype=dtype,
                                    initializer=self._score_bias_init)


class BahdanauMonotonicAttention(_Monotonic, _AdditiveMechanism):
    """Additive attention that never goes back.

    Args:
      num_units, memory, memory_sequence_length, normalize, score_mask_value, dtype, name: those of
        BahdanauAttention.
      sigmoid_noise: the deviation of noise added to scores.
      sigmoid_noise_seed: an integer, for the noise.
      score_bias_init: the value with which a bias of scores begins.
      mode: see ``monotonic_attention``.

    Source: Raffel et al. 2017, "Online and linear-time attention by enforcing monotonic
    alignments".
    """

    def __init__(self, num_units, memory, memory_sequence_length=None, normalize=False,
                 score_mask_value=None, sigmoid_noise=0., sigmoid_noise_seed=None,
                 score_bias_init=0., mode="parallel", dtype=None,
                 name="BahdanauMonotonicAttention"):
        super().__init__(
            num_units, normalize, dtype, memory=memory,
            probability_fn=_monotonic_probabilities(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length, score_mask_value=score_mask_value,
            name=name)
        self._score_bias_init = score_bias_init

    def __call__(self, query, state):
        """Alignments [batch_size, max_time] of a query [batch_size, ...], and the next state."""
        with variable_scope(None, "bahdanau_monotonic_attention", [query]):
            processed_query = self._processed_query(query)
            score = self._score(query, processed_query)
            score = self._biased(score, processed_query.dtype)
        return self._aligned(score, state)


class LuongMonotonicAttention(_Monotonic, _Mechanism):
    """Multiplicative attention that never goes back.

    Args:
      num_units, memory, memory_sequence_length, scale, score_mask_value, dtype, name: those of
        LuongAttention.
      sigmoid_noise: the deviation of noise added to scores.
      sigmoid_noise_seed: an integer, for the noise.
      score_bias_init: the value with which a bias of scores begins.
      mode: see ``monotonic_attention``.

    Source: Raffel et al. 2017, "Online and linear-time attention by enforcing monotonic
    alignments".
    """

    def __init__(self, num_units, memory, memory_sequence_length=None, scale=False,
                 score_mask_value=None, sigmoid_noise=0., sigmoid_noise_seed=None,
                 score_bias_init=0., mode="parallel", dtype=None, name="LuongMonotonicAttention"):
        super().__init__(
            query_layer=None, memory_layer=_dense(num_units, "memory_layer", dtype), memory=memory,
            probability_fn=_monotonic_probabilities(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length, score_mask_value=score_mask_value,
            name=name)
        self._scale = scale
        self._score_bias_init = score_bias_init

    def __call__(self, query, state):
        """Alignments [batch_size, max_time] of a query [batch_size, units], and the next state."""
        with variable_scope(None, "luong_monotonic_attention", [query]):
            score = _luong_score(query, self._keys, _scale(query, self._scale))
            score = self._biased(score, query.dtype)
        return self._aligned(score, state)


def hardmax(logits, name=None):
    """One-hot vectors of the largest elements along the last dimension.

    Args:
      logits: a tensor.
      name: the name scope.
    """
    with name_scope(name, "Hardmax", [logits]):
        logits = convert_to_tensor(logits, name="logits")
        depth = logits.shape[-1].value
        if depth is None:
            depth = array_ops.shape(logits)[-1]
        return array_ops.one_hot(math_ops.argmax(logits, -1), depth, dtype=logits.dtype)
