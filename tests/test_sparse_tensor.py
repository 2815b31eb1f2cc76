"""SparseTensor: what it holds, what it refuses, and conversion to it."""

import numpy as np
import pytest

import minitf as tf
from minitf.framework.sparse_tensor import is_sparse


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def example():
    return tf.SparseTensor([[0, 1], [1, 0]], [1.0, 2.0], [2, 3])


def test_parts(graph):
    sparse = example()
    assert [op.name for op in graph.get_operations()] == [
        "SparseTensor/indices", "SparseTensor/values", "SparseTensor/dense_shape"]
    assert sparse.indices.dtype == tf.int64 and sparse.dense_shape.dtype == tf.int64
    assert sparse.dtype == tf.float32 and sparse.graph is graph
    assert sparse.shape.as_list() == sparse.get_shape().as_list() == [2, 3]
    assert sparse.op is sparse.values.op
    assert str(sparse).startswith('SparseTensor(indices=Tensor("SparseTensor/indices:0", shape=')


@pytest.mark.parametrize("indices, values, dense_shape, message", [
    ([[0, 1]], [1.0, 2.0], [2, 3], "Dimensions 1 and 2 are not compatible"),
    ([[0, 1]], [1.0], [2], "Dimensions 2 and 1 are not compatible"),
    ([0, 1], [1.0], [2], r"Shape \(2,\) must have rank 2"),
    ([[0, 1]], 1.0, [2, 3], r"Shape \(\) must have rank 1"),
])
def test_parts_that_do_not_fit(indices, values, dense_shape, message):
    with pytest.raises(ValueError, match=message):
        tf.SparseTensor(indices, values, dense_shape)


def test_shape_size_and_rank():
    sparse = example()
    with tf.Session() as sess:
        shape, size, rank = sess.run([tf.shape(sparse), tf.size(sparse), tf.rank(sparse)])
    assert shape.tolist() == [2, 3] and size == 6 and rank == 2
    assert shape.dtype == np.int32


def test_eval():
    with tf.Session():
        value = example().eval()
    assert isinstance(value, tf.SparseTensorValue)
    assert value.values.tolist() == [1.0, 2.0]
    assert value.dense_shape.tolist() == [2, 3]


def test_from_value():
    value = tf.SparseTensorValue([[0, 1]], [5], [1, 2])
    assert is_sparse(value) and is_sparse(tf.SparseTensor.from_value(value))
    with pytest.raises(TypeError, match="Neither a SparseTensor nor SparseTensorValue"):
        tf.SparseTensor.from_value([1])


def test_conversion():
    sparse = example()
    convert = tf.convert_to_tensor_or_sparse_tensor
    assert convert(sparse) is sparse
    assert is_sparse(convert(tf.SparseTensorValue([[0, 1]], [5], [1, 2])))
    assert not is_sparse(convert([1, 2]))
    with pytest.raises(RuntimeError, match="Sparse dtype: requested = int32, actual = float32"):
        convert(sparse, dtype=tf.int32)


def test_placeholders():
    free = tf.sparse_placeholder(tf.float32)
    assert free.shape.ndims is None and free.indices.shape.as_list() == [None, None]
    fixed = tf.sparse_placeholder(tf.float32, [2, 3], name="fixed")
    assert fixed.shape.as_list() == [2, 3] and fixed.values.op.name == "fixed/values"
    partly = tf.sparse_placeholder(tf.float32, [None, 3], name="partly")
    assert partly.dense_shape.op.type == "Placeholder"
    assert partly.indices.shape.as_list() == [None, 2]


def test_feeding_and_fetching():
    free = tf.sparse_placeholder(tf.float32)
    value = tf.SparseTensorValue(np.array([[0, 1]], np.int64), np.array([5.0], np.float32),
                                 np.array([1, 2], np.int64))
    with tf.Session() as sess:
        got, double = sess.run([free, free.values * 2], {free: value})
    assert got.values.tolist() == [5.0] and double.tolist() == [10.0]
