"""Sparse tensors: values judged by dense NumPy, arguments, operators, feeding and fetching."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.ops.sparse_index import occurrences, row_numbers
from minitf.testing import check_gradients


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as own:
        yield own


def run(fetches, feeds=None):
    with tf.Session() as session:
        return session.run(fetches, feeds)


def sparse_of(array):
    """A SparseTensor of what is not zero in an array."""
    indices = np.argwhere(array)
    return tf.SparseTensor(indices, array[tuple(indices.T)], array.shape)


def dense_of(value):
    """The array that a SparseTensorValue stands for."""
    array = np.zeros(value.dense_shape, value.values.dtype)
    for index, element in zip(value.indices.tolist(), value.values):
        array[tuple(index)] += element
    return array


@st.composite
def matrices(draw, shape=(3, 4)):
    size = int(np.prod(shape))
    values = draw(st.lists(st.sampled_from([0.0, 0.0, 1.0, -2.0, 3.5]), min_size=size,
                           max_size=size))
    return np.array(values, np.float32).reshape(shape)


# ---- against dense arrays ----


@settings(max_examples=25, deadline=None)
@given(matrices(), matrices())
def test_two_operands(a, b):
    with tf.Graph().as_default():
        x, y = sparse_of(a), sparse_of(b)
        results = run([tf.sparse.add(x, y), tf.sparse.maximum(x, y), tf.sparse.minimum(x, y),
                       tf.sparse.concat(0, [x, y]), tf.sparse.concat(1, [x, y])])
    expected = [a + b, np.maximum(a, b), np.minimum(a, b), np.concatenate([a, b]),
                np.concatenate([a, b], 1)]
    for result, array in zip(results, expected):
        np.testing.assert_array_equal(dense_of(result), array)
        order = [tuple(index) for index in result.indices]
        assert order == sorted(set(order))


@settings(max_examples=25, deadline=None)
@given(matrices((2, 3, 2)), st.sets(st.integers(-3, 2)), st.booleans())
def test_reductions(a, axes, keepdims):
    axes = sorted(axes)
    if len({axis % 3 for axis in axes}) < len(axes):
        return
    with tf.Graph().as_default():
        x = sparse_of(a)
        total, sparse_total = run([tf.sparse.reduce_sum(x, axes, keepdims),
                                   tf.sparse.reduce_sum_sparse(x, axes, keepdims)])
    expected = a.sum(axis=tuple(axes), keepdims=keepdims)
    np.testing.assert_allclose(total, expected)
    np.testing.assert_allclose(dense_of(sparse_total), expected)


@settings(max_examples=20, deadline=None)
@given(matrices((2, 3, 2)), st.permutations(range(3)))
def test_moves(a, perm):
    with tf.Graph().as_default():
        x = sparse_of(a)
        moved = [tf.sparse.transpose(x, perm), tf.sparse.reshape(x, [4, -1]),
                 tf.sparse.expand_dims(x, 1), tf.sparse.slice(x, [0, 1, 0], [2, 2, 1]),
                 *tf.sparse.split(sp_input=x, num_split=2, axis=1)]
        results = [dense_of(value) for value in run(moved)]
    expected = [a.transpose(perm), a.reshape(4, 3), a[:, None], a[:, 1:3, :1], a[:, :2], a[:, 2:]]
    for result, array in zip(results, expected):
        np.testing.assert_array_equal(result, array)


def test_maximum_of_a_group_is_of_what_is_there():
    x = tf.SparseTensor([[0, 0], [0, 1]], [-3.0, -2.0], [2, 3])
    largest, summary = run([tf.sparse.reduce_max(x, 1), tf.sparse.reduce_max_sparse(x, 1)])
    assert largest.tolist() == [-2.0, 0.0]
    assert summary.indices.tolist() == [[0]]


@pytest.mark.parametrize("dense", [np.full((3, 4), 2.0), np.arange(1.0, 5.0),
                                   np.arange(1.0, 4.0)[:, None], np.array([2.0])])
def test_operators(dense):
    a = np.array([[0, 1, 0, 2], [0, 0, 0, 0], [3, 0, 4, 5]], np.float64)
    x = sparse_of(a)
    product, other_product, quotient = run([x * dense, tf.constant(dense) * x, x / dense])
    np.testing.assert_allclose(dense_of(product), a * dense)
    np.testing.assert_allclose(dense_of(other_product), a * dense)
    np.testing.assert_allclose(dense_of(quotient), a / dense)


def test_integers_divide_to_floats_or_towards_zero():
    x = tf.SparseTensor([[0], [1]], [7, -7], [2])
    assert run((x / [2]).values).tolist() == [3.5, -3.5]
    assert run(x.__div__([2]).values).tolist() == [3, -3]


def test_softmax_is_over_the_elements_of_a_row():
    a = np.array([[0, 1, 0, 2], [0, 0, 0, 0], [3, 0, 4, 5]], np.float64)
    values = dense_of(run(tf.sparse.softmax(sparse_of(a))))
    powers = np.exp(a) * (a != 0)
    sums = powers.sum(1, keepdims=True)
    np.testing.assert_allclose(values, powers / np.where(sums, sums, 1))


def test_fill_empty_rows_and_its_mask():
    x = tf.SparseTensor([[2, 1], [0, 3], [2, 0]], [1.0, 2.0, 3.0], [4, 4])
    filled, empty = run(tf.sparse.fill_empty_rows(x, 9.0))
    assert filled.indices.tolist() == [[0, 3], [1, 0], [2, 1], [2, 0], [3, 0]]
    assert filled.values.tolist() == [2.0, 9.0, 1.0, 3.0, 9.0]
    assert empty.tolist() == [False, True, False, True]


def test_indicator_of_ids():
    ids = tf.SparseTensor([[0, 0], [0, 1], [2, 0]], tf.constant([1, 3, 0], tf.int64), [3, 2])
    assert run(tf.sparse.to_indicator(ids, 4)).tolist() == [
        [False, True, False, True], [False] * 4, [True, False, False, False]]


def test_cross_of_rows():
    words = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], ["a", "b", "c"], [2, 2])
    crossed = run(tf.sparse.cross([words, tf.constant([["x", "y"], ["z", "w"]])]))
    assert crossed.values.tolist() == [b"a_X_x", b"a_X_y", b"b_X_z", b"b_X_w", b"c_X_z", b"c_X_w"]
    assert crossed.dense_shape.tolist() == [2, 4]


# ---- gradients ----


@pytest.mark.parametrize("function", [
    lambda x: tf.sparse.reduce_sum(x, 1), lambda x: tf.sparse.to_dense(x),
    lambda x: tf.sparse.softmax(x).values, lambda x: tf.sparse.reorder(x).values,
    lambda x: tf.sparse.add(x, tf.ones([3, 4], tf.float64)),
    lambda x: (x * tf.fill([4], tf.constant(2.0, tf.float64))).values,
    lambda x: tf.ensure_shape(tf.sparse.fill_empty_rows(x, 0.5)[0].values, [5]),
    lambda x: tf.sparse.matmul(x, tf.ones([4, 2], tf.float64))])
def test_gradient(function):
    indices = [[0, 1], [0, 3], [2, 0], [2, 2]]
    values = np.array([0.5, -1.0, 2.0, 0.25])
    check_gradients(lambda x: function(tf.SparseTensor(indices, x * 1.0, [3, 4])), [values],
                    order=1)


# ---- feeding, fetching, errors ----


def test_placeholder_takes_values_and_tuples():
    x = tf.sparse.placeholder(tf.float32, [2, 3])
    total = tf.sparse.reduce_sum(x)
    value = tf.SparseTensorValue([[0, 1], [1, 2]], [1.0, 2.0], [2, 3])
    assert run(total, {x: value}) == 3.0
    fetched = run(x, {x: ([[1, 0]], [4.0], [2, 3])})
    assert isinstance(fetched, tf.SparseTensorValue)
    assert fetched.indices.tolist() == [[1, 0]]


@pytest.mark.parametrize("build, error, message", [
    (lambda x: tf.sparse.add(x.values, x.values), TypeError, "SparseTensor"),
    (lambda x: tf.sparse.concat(0, x), TypeError, "list or tuple"),
    (lambda x: tf.sparse.reshape(x, [5]), ValueError, "12 elements"),
    (lambda x: tf.sparse.split(x, 2, 0), ValueError, "Keyword"),
    (lambda x: tf.sparse.reorder(x.values), TypeError, "SparseTensor"),
    (lambda x: tf.sparse.expand_dims(x, 0.5), TypeError, "integer"),
    (lambda x: tf.sparse.cross((x, x)), TypeError, "list"),
    (lambda x: x + x, TypeError, "unsupported operand")])
def test_building_fails(build, error, message):
    x = tf.SparseTensor([[0, 1], [2, 3]], [1.0, 2.0], [3, 4])
    with pytest.raises(error, match=message):
        build(x)


@pytest.mark.parametrize("build, message", [
    (lambda x, s: tf.sparse.reshape(x, s), "requested shape has 10"),
    (lambda x, s: tf.sparse.reduce_sum(x, 5), "Invalid reduction dimension 5"),
    (lambda x, s: tf.sparse.add(x, tf.SparseTensor([[0, 0]], [1.0], s)), "shapes do not match"),
    (lambda x, s: tf.sparse.split(sp_input=x, num_split=9, axis=0), "num_split"),
    (lambda x, s: tf.sparse.to_dense(tf.SparseTensor([[7, 7]], [1.0], s)), "out of bounds")])
def test_running_fails(build, message):
    x = tf.SparseTensor([[0, 1], [2, 3]], [1.0, 2.0], [3, 4])
    shape = tf.placeholder(tf.int64, [2])
    result = build(x, shape)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(result, {shape: [5, 2]})


def test_no_elements():
    x = tf.SparseTensor(np.zeros((0, 2), np.int64), np.zeros(0, np.float32), [2, 3])
    results = run([tf.sparse.add(x, x), tf.sparse.reduce_sum(x, 0), tf.sparse.softmax(x),
                   tf.sparse.reorder(x), tf.sparse.transpose(x), tf.sparse.to_dense(x),
                   tf.sparse.reshape(x, [3, 2])])
    assert results[0].values.shape == (0,)
    assert results[1].tolist() == [0, 0, 0]
    assert results[4].dense_shape.tolist() == [3, 2]
    assert results[5].shape == (2, 3)


# ---- rows of indices ----


def test_row_numbers_compare_as_rows_do():
    a, b = row_numbers([[2, 0], [0, 5], [2, 0]], [[0, 5], [1, 2**40]])
    assert a.tolist() == [2, 0, 2]
    assert b.tolist() == [0, 1]
    assert occurrences(a).tolist() == [0, 0, 1]
