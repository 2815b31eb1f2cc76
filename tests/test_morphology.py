"""Dilation, erosion and fractional pooling, judged by loops."""

import numpy as np
import pytest

import minitf as tf
from minitf import errors

ONE = [1, 1, 1, 1]


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def _run(fetches):
    with tf.Session() as sess:
        return sess.run(fetches)


def _dilated(x, w, stride, rate, pads):
    """Dilation by loops; -inf around the image."""
    x = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=-np.inf)
    extent = [(n - 1) * rate + 1 for n in w.shape[:2]]
    sizes = [(n - e) // stride + 1 for n, e in zip(x.shape[1:3], extent)]
    out = np.empty((len(x), *sizes, x.shape[3]))
    for i, j in np.ndindex(*sizes):
        y, z = i * stride, j * stride
        window = x[:, y:y + extent[0]:rate, z:z + extent[1]:rate]
        out[:, i, j] = (window + w).max(axis=(1, 2))
    return out


@pytest.mark.parametrize("stride, rate, padding, pads", [
    (1, 1, "VALID", [(0, 0), (0, 0)]), (2, 1, "VALID", [(0, 0), (0, 0)]),
    (1, 2, "VALID", [(0, 0), (0, 0)]), (1, 1, "SAME", [(0, 1), (1, 1)]),
    (1, 2, "SAME", [(1, 1), (2, 2)])])
def test_dilation_and_its_dual(stride, rate, padding, pads):
    rng = np.random.RandomState(0)
    x, w = rng.randn(2, 6, 7, 3), rng.randn(2, 3, 3)
    arguments = [1, stride, stride, 1], [1, rate, rate, 1], padding
    expected = _dilated(x, w, stride, rate, pads)
    dilated, eroded = _run([tf.nn.dilation2d(x, w, *arguments),
                            tf.nn.erosion2d(-x, w[::-1, ::-1], *arguments)])
    np.testing.assert_allclose(dilated, expected)
    np.testing.assert_allclose(eroded, -expected)


def test_gradient_goes_to_the_first_of_equals():
    x, w = tf.zeros([1, 2, 2, 1]), tf.zeros([2, 2, 1])
    y = tf.nn.dilation2d(x, w, ONE, ONE, "VALID")
    to_x, to_w = _run(tf.gradients(y, [x, w]))
    assert to_x.ravel().tolist() == to_w.ravel().tolist() == [1, 0, 0, 0]


def test_empty_batch():
    y = tf.nn.dilation2d(tf.zeros([0, 4, 4, 2]), tf.zeros([2, 2, 2]), ONE, ONE, "VALID")
    assert _run(y).shape == (0, 3, 3, 2)


@pytest.mark.parametrize("overlapping", [False, True])
@pytest.mark.parametrize("pseudo_random", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fractional_pooling_of_its_regions(seed, pseudo_random, overlapping):
    x = np.random.RandomState(0).randn(2, 9, 11, 3)
    options = [[1.0, 1.4, 2.3, 1.0], pseudo_random, overlapping, True, seed]
    largest, mean = _run([tf.nn.fractional_max_pool(x, *options),
                          tf.nn.fractional_avg_pool(x, *options)])
    rows, columns = largest.row_pooling_sequence, largest.col_pooling_sequence
    for sequence, size, least in ((rows, 9, 1), (columns, 11, 2)):
        assert sequence[0] == 0 and sequence[-1] == size
        assert set(np.diff(sequence)) <= {least, least + 1}
    for i, j in np.ndindex(len(rows) - 1, len(columns) - 1):
        window = x[:, rows[i]:rows[i + 1] + overlapping, columns[j]:columns[j + 1] + overlapping]
        np.testing.assert_allclose(largest.output[:, i, j], window.max(axis=(1, 2)))
        np.testing.assert_allclose(mean.output[:, i, j], window.mean(axis=(1, 2)))


def test_regions_change_unless_deterministic():
    x = tf.zeros([1, 40, 40, 1])
    free = tf.nn.fractional_max_pool(x, [1.0, 1.5, 1.5, 1.0]).row_pooling_sequence
    fixed = tf.nn.fractional_max_pool(x, [1.0, 1.5, 1.5, 1.0],
                                      deterministic=True).row_pooling_sequence
    with tf.Session() as sess:
        assert (sess.run(fixed) == sess.run(fixed)).all()
        assert len({tuple(sess.run(free)) for _ in range(4)}) > 1


@pytest.mark.parametrize("ratio", [[2.0, 1.5, 1.5, 1.0], [1.0, 1.5, 1.5, 2.0]])
def test_batch_and_channels_are_not_pooled(ratio):
    with pytest.raises(errors.UnimplementedError, match="not yet supported on the batch nor"):
        _run(tf.nn.fractional_avg_pool(tf.zeros([2, 6, 6, 2]), ratio).output)
