"""Random ops in sessions: shapes, streams, seeds, distributions, errors."""

import numpy as np
import pytest

import minitf as tf
from minitf.framework import errors
from minitf.ops import random_ops


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


MAKERS = {
    "uniform": lambda seed=None: tf.random_uniform([4], seed=seed),
    "integers": lambda seed=None: tf.random_uniform([4], 0, 10**6, tf.int32, seed=seed),
    "normal": lambda seed=None: tf.random_normal([4], seed=seed),
    "truncated": lambda seed=None: tf.truncated_normal([4], seed=seed),
    "gamma": lambda seed=None: tf.random_gamma([4], 2.0, seed=seed),
    "poisson": lambda seed=None: tf.random_poisson(1e6, [4], seed=seed),
    "categories": lambda seed=None: tf.multinomial(tf.zeros([4, 1000]), 4, seed=seed),
    "shuffle": lambda seed=None: tf.random_shuffle(tf.range(50), seed=seed),
    "bounded": lambda seed=None: random_ops.parameterized_truncated_normal([4], seed=seed),
}
every_op = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def first_runs(fetches, count=1):
    with tf.Session() as sess:
        return [sess.run(fetches) for _ in range(count)]


@every_op
def test_streams_go_on_and_start_anew(make):
    x = make(3)
    first, second = first_runs(x, 2)
    assert (first != second).any()
    np.testing.assert_array_equal(first_runs(x)[0], first)


@every_op
def test_the_same_seed_gives_the_same_stream(make):
    first, second, other = first_runs([make(3), make(3), make(4)])[0]
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


@every_op
def test_without_a_seed_every_session_differs(make):
    x = make()
    assert (first_runs(x)[0] != first_runs(x)[0]).any()


@every_op
def test_the_graph_seed_decides(make):
    results = []
    for _ in range(2):
        with tf.Graph().as_default():
            tf.set_random_seed(9)
            results.append(first_runs([make(), make()])[0])
    np.testing.assert_array_equal(results[0], results[1])
    assert (results[0][0] != results[0][1]).any()


@every_op
def test_one_run_reads_an_op_once(make):
    x = make(1)
    a, b = first_runs([tf.identity(x), tf.identity(x)])[0]
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("dtype", [tf.float16, tf.float32, tf.float64])
@pytest.mark.parametrize("make", [tf.random_uniform, tf.random_normal, tf.truncated_normal])
@pytest.mark.parametrize("shape", [[], [0, 2], [3, 2]])
def test_shapes_and_dtypes(make, dtype, shape):
    x = make(shape, dtype=dtype)
    fed = tf.placeholder(tf.int64, [len(shape)])
    y = make(fed, dtype=dtype)
    assert x.shape.as_list() == shape and y.shape.ndims == len(shape)
    with tf.Session() as sess:
        for value in sess.run([x, y], {fed: shape}):
            assert value.shape == tuple(shape) and value.dtype == dtype.as_numpy_dtype


@pytest.mark.parametrize("make, mean, variance", [
    (lambda: tf.random_uniform([20000], 2.0, 4.0, seed=1), 3.0, 4 / 12),
    (lambda: tf.random_normal([20000], 5.0, 2.0, seed=1), 5.0, 4.0),
    (lambda: tf.truncated_normal([20000], 1.0, 2.0, seed=1), 1.0, 4 * 0.7737),
    (lambda: tf.random_gamma([20000], 3.0, 2.0, seed=1), 1.5, 0.75),
    (lambda: tf.random_poisson(4.0, [20000], seed=1), 4.0, 4.0),
    (lambda: tf.random_uniform([20000], 0, 6, tf.int32, seed=1), 2.5, 35 / 12)])
def test_distributions(make, mean, variance):
    value = first_runs(make())[0].astype(np.float64)
    assert value.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / value.size))
    assert value.var() == pytest.approx(variance, rel=0.05)


def test_categories_follow_the_logits():
    shares = np.array([[0.5, 0.25, 0.25], [0.1, 0.0, 0.9]])
    with np.errstate(divide="ignore"):
        draws = first_runs(tf.random.categorical(np.log(shares), 5000, seed=1))[0]
    assert draws.dtype == np.int64 and draws.shape == (2, 5000)
    for row, share in zip(draws, shares):
        np.testing.assert_allclose(np.bincount(row, minlength=3) / 5000, share, atol=0.03)


def test_shuffles_are_permutations():
    value = first_runs(tf.random_shuffle(np.arange(12).reshape(6, 2), seed=1))[0]
    np.testing.assert_array_equal(np.sort(value[:, 0]), np.arange(0, 12, 2))
    np.testing.assert_array_equal(value[:, 1], value[:, 0] + 1)


def test_a_shuffle_leaves_its_input():
    x = tf.Variable(np.arange(20), use_resource=True)
    with tf.Session() as sess:
        sess.run(x.initializer)
        sess.run(tf.random_shuffle(x))
        np.testing.assert_array_equal(sess.run(x), np.arange(20))


@pytest.mark.parametrize("make, shape", [
    (lambda: tf.random_gamma([2], [1.0, 2.0, 3.0]), [2, 3]),
    (lambda: tf.random_gamma([], [[1.0]], beta=[1.0, 2.0]), [1, 2]),
    (lambda: tf.random_poisson([[1.0, 2.0]], [3]), [3, 1, 2]),
    (lambda: tf.multinomial(tf.zeros([2, 3]), 5), [2, 5]),
    (lambda: tf.multinomial(tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.int32, [])),
     [None, None]),
    (lambda: tf.random_normal(tf.placeholder(tf.int32, [2])), [None, None]),
    (lambda: tf.random_normal(tf.stack([3, tf.placeholder(tf.int32, [])])), [3, None])])
def test_static_shapes(make, shape):
    assert make().shape.as_list() == shape


@pytest.mark.parametrize("make, error, text", [
    (lambda: tf.random_uniform([2], dtype=tf.int32), ValueError, "Must specify maxval"),
    (lambda: tf.random_uniform([2], dtype=tf.string), ValueError, "Invalid dtype"),
    (lambda: tf.random_normal([[2]]), ValueError, "Shape must be rank 1 but is rank 2"),
    (lambda: tf.random_uniform([2], [1, 2], 5, tf.int32), ValueError,
     "Shape must be rank 0 but is rank 1"),
    (lambda: tf.multinomial([1.0], 2), ValueError, "Shape must be rank 2 but is rank 1"),
    (lambda: random_ops.parameterized_truncated_normal([2], [[0.0]]), ValueError,
     "Shape must be at most rank 1 but is rank 2")])
def test_refused_when_built(make, error, text):
    with pytest.raises(error, match=text):
        make()


@pytest.mark.parametrize("make, text", [
    (lambda x: tf.random_normal([x]), "-1"),
    (lambda x: tf.random_uniform([2], 5, x, tf.int32), "Need minval < maxval, got 5 >= -1"),
    (lambda x: tf.multinomial(tf.zeros([1, 2]), x), "num_samples should be nonnegative, got -1")])
def test_refused_when_run(make, text):
    fetch = make(tf.placeholder_with_default(-1, []))
    with tf.Session() as sess, pytest.raises(errors.InvalidArgumentError, match=text):
        sess.run(fetch)


@pytest.mark.parametrize("graph_seed, op_seed, expected", [
    (None, None, (None, None)), (None, 5, (87654321, 5)), (7, 5, (7, 5)), (7, None, (7, 0)),
    (0, 0, (0, 2**31 - 1)), (0, 2**31 - 1, (0, 2**31 - 1)), (2**31, -1, (1, 2**31 - 2))])
def test_seeds(graph_seed, op_seed, expected):
    tf.set_random_seed(graph_seed)
    assert tf.get_seed(op_seed) == expected
