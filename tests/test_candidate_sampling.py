"""Candidate samplers: what is drawn, how often it is expected, what is refused; losses by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.framework import errors
from minitf.ops import candidate_sampling_ops as sampling
from minitf.ops import nce_ops, sparse_to_dense_ops
from minitf.ops.philox import PhiloxRandom
from minitf.ops.range_samplers import (
    FixedUnigramSampler,
    LearnedUnigramSampler,
    LogUniformSampler,
    Sampling,
    UniformSampler,
    Words,
    _floats_and_integers,
)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def evaluate(fetches, feeds=None):
    with tf.Session() as session:
        return session.run(fetches, feeds)


SAMPLERS = [UniformSampler(7), LogUniformSampler(7), LearnedUnigramSampler(7),
            FixedUnigramSampler(np.float32([3, 0, 1, 4, 1, 5, 9]))]
samplers = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)


# ---- words ----


@given(st.lists(st.integers(0, 9), max_size=8))
def test_words_come_in_order(counts):
    words = Words(PhiloxRandom(1, 2))
    got = np.concatenate([words.take(count) for count in counts] + [words.take(0)])
    np.testing.assert_array_equal(got, Words(PhiloxRandom(1, 2)).take(sum(counts)))


@given(st.integers(1, 2**32 - 1), st.integers(0, 20))
def test_integers_reject_the_lowest_words(limit, count):
    expected, words = [], Words(PhiloxRandom(3, 4))
    while len(expected) < count:
        word = int(words.take(1)[0])
        if word >= 2**32 % limit:
            expected.append(word % limit)
    assert Words(PhiloxRandom(3, 4)).integers(limit, count).tolist() == expected


@settings(max_examples=20)
@given(st.integers(2**31, 2**32 - 1))
def test_floats_and_integers_go_on_after_a_rejection(limit):
    words, expected = Words(PhiloxRandom(5, 6)), []
    for _ in range(20):
        unit = np.float32((int(words.take(1)[0]) & 0x7FFFFF) / 2**23)
        expected.append((unit, int(words.integers(limit, 1)[0])))
    floats, integers = _floats_and_integers(Words(PhiloxRandom(5, 6)), limit, 20)
    assert list(zip(floats.tolist(), integers.tolist())) == expected


# ---- samplers ----


@samplers
def test_probabilities_are_those_of_the_draws(sampler):
    probability = sampler.probability(np.arange(7))
    assert probability.dtype == np.float32
    np.testing.assert_allclose(probability.sum(), 1, rtol=1e-6)
    drawn = sampler.sample(Words(PhiloxRandom(1, 1)), 40000)
    assert drawn.dtype == np.int64
    np.testing.assert_allclose(np.bincount(drawn, minlength=7) / 40000, probability, atol=0.01)


@samplers
def test_unique_draws_are_the_first_different_ones(sampler):
    probability = float(sampler.probability(np.array([[0]]))[0, 0])
    one_by_one = sampler.sample(Words(PhiloxRandom(8, 9)), 2000).tolist()
    different = list(dict.fromkeys(one_by_one))[:6]
    tries = one_by_one.index(different[-1]) + 1
    classes, expected, _ = Sampling(sampler, PhiloxRandom(8, 9), 6, True).draw(np.array([[0]]))
    assert classes.tolist() == different
    np.testing.assert_allclose(expected, [[1 - (1 - probability) ** tries]], rtol=1e-5)


def test_runs_read_different_words():
    sampling_ = Sampling(UniformSampler(10**9), PhiloxRandom(1, 2), 500, False)
    runs = [sampling_.draw(np.array([[0]]))[0] for _ in range(9)]
    assert len(set(np.concatenate(runs).tolist())) == 4500
    # Each run has a part of the stream that does not depend on how many blocks are made at a time.
    for i, run in enumerate(runs):
        words = Words(PhiloxRandom.at(1, (2 << 64) + i * 512 * 500))
        np.testing.assert_array_equal(run, UniformSampler(10**9).sample(words, 500))


def test_many_tries_go_on_in_the_stream():
    sampler = LogUniformSampler(300)
    classes, _, _ = Sampling(sampler, PhiloxRandom(1, 2), 300, True).draw(np.array([[0]]))
    one_by_one = sampler.sample(Words(PhiloxRandom(1, 2)), 20000)
    assert classes.tolist() == list(dict.fromkeys(one_by_one.tolist()))


def test_learned_sampler_counts_true_classes():
    sampler = LearnedUnigramSampler(4)
    Sampling(sampler, PhiloxRandom(1, 2), 2, False).draw(np.array([[3, 3], [1, 3]]))
    np.testing.assert_allclose(sampler.probability(np.arange(4)), np.array([1, 2, 1, 4]) / 8)


def test_class_out_of_range_has_probability_zero():
    sampler = FixedUnigramSampler(np.float32([1, 3]))
    assert sampler.probability(np.array([-1, 0, 1, 2])).tolist() == [0, 0.25, 0.75, 0]


# ---- ops ----


def test_frequencies_from_a_file(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("rare,1\nnever,x,0\n\noften,7\n")
    outputs = sampling.fixed_unigram_candidate_sampler(
        np.array([[0, 2]]), 2, 8, False, 3, vocab_file=str(path), seed=1)
    drawn, expected, _ = evaluate(list(outputs))
    assert 1 not in drawn and expected.tolist() == [[1, 7]]


TRUE = np.zeros([2, 1], np.int64)
FIXED = sampling.fixed_unigram_candidate_sampler


@pytest.mark.parametrize("make, kind, message", [
    (lambda path: FIXED(TRUE, 1, 2, False, 3, unigrams=[1.0]), errors.InvalidArgumentError,
     "range_max is 3, but there are frequencies of 1 classes"),
    (lambda path: FIXED(TRUE, 1, 2, False, 2, unigrams=[0.0, 0.0]), errors.InvalidArgumentError,
     "all frequencies are zero"),
    (lambda path: FIXED(TRUE, 1, 2, True, 2, unigrams=[1.0, 0.0]), errors.InvalidArgumentError,
     "Sampler's range is too small."),
    (lambda path: FIXED(TRUE, 1, 2, True, 2, vocab_file=path + "none"), errors.NotFoundError,
     "No such file"),
    (lambda path: FIXED(TRUE, 1, 2, True, 2, vocab_file=path), errors.InvalidArgumentError,
     "Wrong vocabulary format at line: a,b"),
    (lambda path: sampling.learned_unigram_candidate_sampler(TRUE + 5, 1, 2, False, 5),
     errors.InvalidArgumentError, r"true_classes must be in \[0, 5\)"),
])
def test_refused(make, kind, message, tmp_path):
    path = tmp_path / "words"
    path.write_text("a,b\n")
    with pytest.raises(kind, match=message):
        evaluate(list(make(str(path))))


@given(st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=2), max_size=5),
       st.lists(st.integers(0, 5), max_size=6))
def test_accidental_hits_against_loops(true, sampled):
    true, sampled = np.array(true, np.int64).reshape(-1, 2), np.array(sampled, np.int64)
    last = {value: place for place, value in enumerate(sampled.tolist())}
    expected = [(row, last[value]) for row, values in enumerate(true.tolist())
                for value in values if value in last]
    rows, places, weights = sampling.ComputeAccidentalHits.kernel_rule(true, sampled, 2)
    assert list(zip(rows.tolist(), places.tolist())) == expected
    assert (rows.dtype, places.dtype, weights.dtype) == (np.int32, np.int64, np.float32)
    assert (weights == np.finfo(np.float32).min).all()


# ---- losses ----


def test_losses_over_all_classes_are_the_full_losses():
    random = np.random.RandomState(0)
    weights, biases = random.uniform(-1, 1, (6, 3)), random.uniform(-1, 1, 6)
    inputs, labels = random.uniform(-1, 1, (4, 3)), np.array([[0], [5], [2], [2]])
    logits = inputs @ weights.T + biases
    everything = sampling.all_candidate_sampler(labels, 1, 6, True)
    arguments = (tf.constant(weights), tf.constant(biases), tf.constant(labels),
                 tf.constant(inputs), 6, 6)
    # In double precision the expected counts, 1 each, are cast.
    samples = (everything[0], tf.ones([4, 1], tf.float64), tf.ones([6], tf.float64))
    softmax = nce_ops.sampled_softmax_loss(*arguments, sampled_values=samples)
    nce = nce_ops.nce_loss(*arguments, sampled_values=samples, remove_accidental_hits=True)
    targets = np.eye(6)[labels[:, 0]]
    full = np.log(np.exp(logits).sum(axis=1)) - (logits * targets).sum(axis=1)
    logistic = (np.logaddexp(0, logits) - logits * targets).sum(axis=1)
    got = evaluate([softmax, nce])
    np.testing.assert_allclose(got, [full, logistic], rtol=1e-12)


# ---- dense from places ----


@pytest.mark.parametrize("places, shape, values, expected", [
    ([[0, 1], [1, 2]], [2, 3], [5, 6], [[0, 5, 0], [0, 0, 6]]),
    ([2, 4], [6], [5, 6], [0, 0, 5, 0, 6, 0]), (3, [4], 5, [0, 0, 0, 5]),
    ([[0, 0], [1, 1]], [2, 2], 7, [[7, 0], [0, 7]])])
def test_sparse_to_dense(places, shape, values, expected):
    dense = sparse_to_dense_ops.sparse_to_dense(places, shape, values)
    assert dense.shape.as_list() == shape
    assert evaluate(dense).tolist() == expected


@pytest.mark.parametrize("places, shape, values, validate, message", [
    ([[1, 2], [0, 1]], [2, 3], [5, 6], True, r"indices\[1\] = \[0,1\] is out of order"),
    ([[0, 1], [0, 1]], [2, 3], [5, 6], True, r"indices\[1\] = \[0,1\] is repeated"),
    ([[0, 1], [0, 4]], [2, 3], [5, 6], True, r"\[0,4\] is out of bounds: need 0 <= index < \[2,3"),
    ([[0, 1], [0, 4]], [2, 3], [5, 6], False, r"not valid \(out of bounds\).  Shape: \[2,3\]"),
    ([[[1]]], [6], [5, 6], True, r"should be a scalar, vector, or matrix, got shape \[1,1,1\]"),
    ([[0, 1]], [6], [5], True, "incorrect number of elements: 1 should be: 2"),
    ([[0, 1]], [6, 6], [5, 4], True, r"incorrect shape \[2\], should be \[\] or \[1\]")])
def test_sparse_to_dense_refuses(places, shape, values, validate, message):
    dense = sparse_to_dense_ops.sparse_to_dense(places, shape, values, validate_indices=validate)
    with pytest.raises(errors.InvalidArgumentError, match=message):
        evaluate(dense)


def test_sparse_to_dense_gradient():
    values, default = tf.constant([5.0, 6.0]), tf.constant(1.0)
    dense = sparse_to_dense_ops.sparse_to_dense([[0, 1], [1, 2]], [2, 3], values, default)
    weights = tf.constant([[1.0, 2, 3], [4, 5, 6]])
    got = evaluate(tf.gradients(dense * weights, [values, default]))
    assert got[0].tolist() == [2, 6] and got[1] == 13
