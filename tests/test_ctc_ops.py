"""Connectionist temporal classification, judged by going through all paths."""

import itertools

import numpy as np
import pytest

import minitf as tf
from minitf.testing.gradient_check import check_gradients

STEPS, CLASSES = 5, 3  # two labels and the blank


def _softmax(scores):
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _spelt(path, merge=True):
    kept = [c for i, c in enumerate(path) if not merge or not i or c != path[i - 1]]
    return tuple(c for c in kept if c != CLASSES - 1)


def _probabilities(scores, merge=True):
    """The probability of each sequence: the sum over all paths that spell it."""
    found = {}
    softmax = _softmax(scores.astype(np.float64))
    for path in itertools.product(range(CLASSES), repeat=len(scores)):
        key = _spelt(path, merge)
        found[key] = found.get(key, 0) + np.prod(softmax[np.arange(len(scores)), path])
    return found


def _scores(seed=0, batch=1):
    return np.random.RandomState(seed).uniform(-2, 2, (STEPS, batch, CLASSES))


def _sparse(sequences):
    places = [(i, j) for i, row in enumerate(sequences) for j in range(len(row))]
    return tf.SparseTensor(np.array(places, np.int64),
                           np.array([c for row in sequences for c in row], np.int32),
                           [len(sequences), max(map(len, sequences))])


def _run(fetches, feeds=None):
    with tf.Session() as sess:
        return sess.run(fetches, feeds)


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("labels", [(0,), (1, 0), (0, 0), (1, 1, 0), (0, 1, 0)])
def test_loss_is_that_of_all_paths(labels, merge):
    scores = _scores()
    loss = tf.nn.ctc_loss(_sparse([labels]), scores, [STEPS], ctc_merge_repeated=merge)
    expected = _probabilities(scores[:, 0], merge)[labels]
    np.testing.assert_allclose(_run(loss), [-np.log(expected)], rtol=1e-6)


def test_sequences_of_a_batch_do_not_meet():
    scores, sequences, lengths = _scores(3, 3), [(0, 0), (1,), (0, 1, 0)], [5, 2, 4]
    loss = _run(tf.nn.ctc_loss(_sparse(sequences), scores, lengths))
    for i, (labels, length) in enumerate(zip(sequences, lengths)):
        expected = _probabilities(scores[:length, i])[labels]
        np.testing.assert_allclose(loss[i], -np.log(expected), rtol=1e-6)


@pytest.mark.parametrize("merge", [True, False])
def test_gradient(merge):
    def loss(scores):
        return tf.nn.ctc_loss(_sparse([(0, 1), (1,)]), scores, [5, 3], ctc_merge_repeated=merge)

    check_gradients(loss, [_scores(1, 2)], order=1)


def test_no_path_is_infinite_loss():
    loss = tf.nn.ctc_loss(_sparse([(0, 0, 0)]), _scores()[:4], [4])
    assert np.isposinf(_run(loss)).all()


@pytest.mark.parametrize("blank", [0, 1, -1])
def test_dense_labels_and_another_blank(blank):
    scores = _scores(5, 2)
    others = [c for c in range(CLASSES) if c != blank % CLASSES]
    sequences = [[others[0], others[1]], [others[1], blank % CLASSES]]
    loss = tf.nn.ctc_loss_v2(sequences, scores, [2, 1], [5, 4], blank_index=blank)
    moved = np.concatenate([scores[:, :, others], scores[:, :, [blank]]], axis=2)
    expected = [_probabilities(moved[:, 0])[0, 1], _probabilities(moved[:4, 1])[(1,)]]
    np.testing.assert_allclose(_run(loss), -np.log(expected), rtol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_beam_search_finds_the_most_probable(seed):
    scores = _scores(seed)
    decoded, found = _run(tf.nn.ctc_beam_search_decoder_v2(scores, [STEPS], 200, 4))
    expected = sorted(_probabilities(scores[:, 0]).items(), key=lambda item: -item[1])[:4]
    assert [tuple(item.values.tolist()) for item in decoded] == [labels for labels, _ in expected]
    np.testing.assert_allclose(found[0], np.log([p for _, p in expected]), rtol=1e-6)


def test_narrow_search_keeps_what_it_has():
    scores = np.log([[[0.6, 0.0001, 0.4]], [[0.6, 0.0001, 0.4]]])
    decoded, found = _run(tf.nn.ctc_beam_search_decoder_v2(scores, [2], 1))
    assert decoded[0].values.tolist() == [0] and found[0, 0] < 0


@pytest.mark.parametrize("merge", [True, False])
def test_greedy_is_the_best_path(merge):
    scores = _scores(7, 3)
    decoded, found = _run(tf.nn.ctc_greedy_decoder(scores, [5, 0, 4], merge))
    for i, length in enumerate([5, 0, 4]):
        path = scores[:length, i].argmax(-1).tolist()
        row = decoded[0].values[decoded[0].indices[:, 0] == i]
        assert tuple(row.tolist()) == _spelt(path, merge)
        np.testing.assert_allclose(found[i], -scores[:length, i].max(-1).sum(), rtol=1e-6)


@pytest.mark.parametrize("function", ["collapse_repeated", "ctc_unique_labels"])
def test_empty_batch(function):
    labels = tf.placeholder(tf.int32, [None, None])
    arguments = {"collapse_repeated": [labels, tf.fill([tf.shape(labels)[0]], 2)],
                 "ctc_unique_labels": [labels]}[function]
    result = getattr(tf.nn, function)(*arguments)
    assert _run(result[0], {labels: [[2, 2, 1]]}).shape[0] == 1
