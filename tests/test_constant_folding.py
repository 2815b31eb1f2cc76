"""What is known of values while building: constant_value for Python, static values for shape rules.

The expectations are what TensorFlow 1.15.5 gives for the same programs.
"""

import numpy as np
import pytest

import minitf as tf
from minitf.framework.constant_folding import constant_value, constant_value_as_shape
from minitf.ops import array_ops, math_ops


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def unknown(dtype=tf.int32, shape=None):
    return tf.placeholder(dtype, shape)


def partly():
    """A tensor of shape (?, 3)."""
    return tf.placeholder(tf.float32, [None, 3])


def whole():
    """A tensor of shape (2, 3)."""
    return tf.placeholder(tf.float32, [2, 3])


# ---- constant_value ----


@pytest.mark.parametrize("build, expected", [
    (lambda: tf.constant([1, 2]), [1, 2]),
    (lambda: array_ops.Shape(whole()), [2, 3]),
    (lambda: array_ops.Shape(partly()), None),
    (lambda: array_ops.Size(whole()), 6),
    (lambda: array_ops.Size(partly()), None),
    (lambda: array_ops.Rank(partly()), 2),
    (lambda: array_ops.Rank(unknown()), None),
    (lambda: tf.range(4), [0, 1, 2, 3]),
    (lambda: tf.range(unknown(shape=[])), None),
    (lambda: tf.cast(tf.constant(1.5), tf.int32), 1),
    (lambda: tf.concat([[1], tf.constant([2, 3])], 0), [1, 2, 3]),
    (lambda: tf.concat([[1], unknown()], 0), None),
    (lambda: tf.stack([tf.constant(1), tf.constant(2)]), [1, 2]),
    (lambda: tf.stack([tf.constant([1]), tf.constant([2])], axis=1), None),
    (lambda: tf.stack([tf.constant(1), unknown(shape=[])]), None),
    (lambda: tf.fill([2], 7), [7, 7]),
    (lambda: tf.fill(unknown(shape=[1]), 7), None),
    (lambda: tf.equal(tf.constant([1, 2]), 2), [False, True]),
    (lambda: tf.not_equal(tf.constant([1, 2]), 2), [True, False]),
    (lambda: tf.constant(1) + 1, None),
    (lambda: tf.identity(tf.constant(1)), None),
    (lambda: tf.reshape(tf.constant([1]), []), None),
])
def test_constant_value(build, expected):
    value = constant_value(build())
    if expected is None:
        assert value is None
    else:
        np.testing.assert_array_equal(value, expected)


def test_constant_value_of_what_is_no_tensor():
    assert constant_value(0) == 0
    assert constant_value([1, 2]) == [1, 2]


def test_a_part_of_a_packed_value():
    packed = tf.stack([tf.constant(1), unknown(shape=[])])
    assert constant_value(packed, partial=True).tolist() == [1, None]
    rows = tf.stack([tf.constant([1, 2]), packed])
    value = constant_value(rows, partial=True)
    assert [list(row) for row in value] == [[1, 2], [1, None]]
    value = constant_value(tf.stack([tf.constant([1, 2]), unknown(shape=[2])]), partial=True)
    assert value[1] is None and value[0].tolist() == [1, 2]


def test_a_value_that_was_told_may_not_be_fed(graph):
    known, free = tf.constant(1), tf.constant(2)
    constant_value(known)
    assert not graph.is_feedable(known)
    assert graph.is_feedable(free)


@pytest.mark.parametrize("build, expected", [
    (lambda: array_ops.Shape(partly()), [None, 3]),
    (lambda: tf.stack([unknown(shape=[]), 4]), [None, 4]),
    (lambda: tf.concat([array_ops.Shape(partly()), [5]], 0), [None, 3, 5]),
    (lambda: array_ops.Shape(partly())[1:], [3]),
    (lambda: array_ops.Shape(partly())[::2], [None]),
    (lambda: tf.constant([-1, 2]), [None, 2]),
    (lambda: tf.zeros([0], tf.int32), []),
    (lambda: unknown(shape=[3]), [None, None, None]),
    (lambda: unknown(shape=[None]), None),
])
def test_constant_value_as_shape(build, expected):
    shape = constant_value_as_shape(build())
    assert (None if shape.ndims is None else shape.as_list()) == expected


# ---- values that shape rules are told ----


def size_of_range(limit):
    return math_ops.Range(0, limit, 1).shape.as_list()[0]


@pytest.mark.parametrize("build, expected", [
    (lambda: tf.constant(1) + 2, 3),
    (lambda: tf.reduce_sum(tf.zeros([2000], tf.int32)) + 3, 3),
    (lambda: tf.reduce_prod(array_ops.Shape(whole())), 6),
    (lambda: array_ops.Rank(whole()) + 0, 2),
    (lambda: tf.identity(array_ops.Size(whole())), 6),
    (lambda: array_ops.Rank(whole()), None),  # TF looks at static shapes only one op further back
    (lambda: array_ops.Size(whole()), None),
    (lambda: array_ops.Size(tf.zeros([5])), 5),
    (lambda: array_ops.Shape(whole())[0], 2),
    (lambda: array_ops.Shape(partly())[1], None),
    (lambda: tf.size(tf.where(tf.constant([True, False, True]))), 2),
    (lambda: tf.placeholder_with_default(3, []), None),
    (lambda: tf.placeholder_with_default(3, []) + 0, None),
    (lambda: tf.guarantee_const(3), None),
    (lambda: tf.Variable(3) + 0, None),
    (lambda: tf.cast(tf.random_uniform([], 2.0, 2.5), tf.int32), None),
])
def test_values_that_rules_see(build, expected):
    assert size_of_range(build()) == expected


@pytest.mark.parametrize("build, expected", [
    (lambda: array_ops.Shape(partly()), [None, 3]),
    (lambda: array_ops.ShapeN([partly(), whole()])[0], [None, 3]),
    (lambda: tf.concat([array_ops.Shape(partly()), [7]], -1), [None, 3, 7]),
    (lambda: tf.stack([2, tf.shape(partly())[1]], axis=-1), [2, None]),
    (lambda: array_ops.Shape(partly())[-1:], [3]),
    (lambda: array_ops.Shape(partly())[0:5], [None, 3]),
    (lambda: tf.identity(array_ops.Shape(partly())), [None, None]),
    (lambda: tf.cast(array_ops.Shape(partly()), tf.int64), [None, None]),
    (lambda: tf.gather(array_ops.Shape(whole()), [1, 0]), [3, 2]),
    (lambda: tf.stack([array_ops.Size(whole()), 2]), [None, 2]),
    (lambda: tf.concat([tf.shape(partly()), unknown()], 0), None),
])
def test_shapes_that_rules_see(build, expected):
    shape = tf.reshape(unknown(tf.float32), build()).shape
    assert (None if shape.ndims is None else shape.as_list()) == expected


def test_values_are_found_in_long_chains():
    value = tf.constant(0)
    for _ in range(2000):
        value = value + 1
    assert size_of_range(value) == 2000
    value = unknown(shape=[])
    for _ in range(2000):
        value = value + 1
    assert size_of_range(value) is None


# ---- what an error says that the rule was told ----


@pytest.mark.parametrize("build, message", [
    (lambda: tf.transpose(whole(), [0]),  # seen before any value is asked for
     ("Dimension must be 2 but is 1 for 'transpose' (op: 'Transpose') with input shapes: [2,3], "
      "[1].")),
    (lambda: tf.transpose(whole(), [0, 2]),
     ("perm dim 2 is out of range of input rank 2 for 'transpose' (op: 'Transpose') with input "
      "shapes: [2,3], [2] and with computed input tensors: input[1] = <0 2>.")),
    (lambda: tf.pad(whole(), [[1, 1], [1, -1]]),
     ("Paddings must be non-negative for 'Pad' (op: 'Pad') with input shapes: [2,3], [2,2] and "
      "with computed input tensors: input[1] = <[1 1][1 -1]>.")),
    (lambda: tf.reshape(whole(), [4]),
     ("Cannot reshape a tensor with 6 elements to shape [4] (4 elements) for 'Reshape' (op: "
      "'Reshape') with input shapes: [2,3], [1] and with input tensors computed as partial "
      "shapes: input[1] = [4].")),
    (lambda: tf.slice(whole(), [3, 0], [-1, -1]),
     ("Negative dimension size caused by subtracting 3 from 2 for 'Slice' (op: 'Slice') with "
      "input shapes: [2,3], [2], [2] and with input tensors computed as partial shapes: "
      "input[1] = [3,0],input[2] = [?,?].")),
    (lambda: whole()[0, 0, 0],  # strides are known in the run that fails, the bounds not yet
     ("Index out of range using input dim 2; input has only 2 dims for 'strided_slice' (op: "
      "'StridedSlice') with input shapes: [2,3], [3], [3], [3] and with computed input "
      "tensors: input[3] = <1 1 1>.")),
    (lambda: whole()[2],
     ("slice index 2 of dimension 0 out of bounds. for 'strided_slice' (op: 'StridedSlice') "
      "with input shapes: [2,3], [1], [1], [1] and with computed input tensors: input[1] = "
      "<2>, input[2] = <3>, input[3] = <1>.")),
    (lambda: tf.fill([-1], 1.0),
     ("Fill dimensions must be >= 0 for 'Fill' (op: 'Fill') with input shapes: [1], [] and "
      "with input tensors computed as partial shapes: input[0] = [?].")),
    (lambda: tf.reshape(whole(), [-5, 2]), "Invalid value in tensor used for shape: -5"),
])
def test_errors_list_what_the_rule_was_told(build, message):
    with pytest.raises(ValueError) as caught:
        build()
    assert str(caught.value) == message


# ---- loops ----


def test_constants_from_outside_of_a_loop():
    size, shape = tf.constant(2), tf.constant([2, 3])
    found = {}

    def body(i):
        found["part"] = tf.fill([size, i], 0).shape
        found["whole"] = tf.zeros(shape).shape
        found["hidden"] = tf.zeros(shape * 1).shape
        return i + 1

    tf.while_loop(lambda i: i < 2, body, [0])
    assert [found[key].as_list() for key in ("part", "whole", "hidden")] == [
        [2, None], [2, 3], [None, None]]
