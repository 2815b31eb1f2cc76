"""Assertions: what passes, what fails, when, and with which words."""

import numpy as np
import pytest

import minitf as tf
from minitf.ops import check_ops, confusion_matrix_ops, numerics_ops

BINARY = [(check_ops.assert_equal, np.equal), (check_ops.assert_none_equal, np.not_equal),
          (check_ops.assert_less, np.less), (check_ops.assert_less_equal, np.less_equal),
          (check_ops.assert_greater, np.greater),
          (check_ops.assert_greater_equal, np.greater_equal)]
UNARY = [(check_ops.assert_negative, np.less), (check_ops.assert_positive, np.greater),
         (check_ops.assert_non_negative, np.greater_equal),
         (check_ops.assert_non_positive, np.less_equal)]


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def passes(op, feeds):
    with tf.Session() as session:
        try:
            session.run(op, feeds)
        except tf.errors.InvalidArgumentError as error:
            assert "assertion failed" in error.message
            return False
    return True


@pytest.mark.parametrize("check, compare", BINARY)
@pytest.mark.parametrize("a, b", [([1, 2], [1, 2]), ([1, 2], [2, 3]), ([1, 2], [0, 1]), ([1, 2], 2),
                                  ([], [])])
def test_binary_checks_hold_when_numpy_says_so(check, compare, a, b):
    x = tf.placeholder(tf.float32, np.shape(a))
    assert passes(check(x, np.float32(b)), {x: a}) == bool(np.all(compare(a, b)))


@pytest.mark.parametrize("check, compare", UNARY)
@pytest.mark.parametrize("a", [[1, 2], [-1, -2], [0, 1], [0, -1], [0, 0], []])
def test_unary_checks_hold_when_numpy_says_so(check, compare, a):
    x = tf.placeholder(tf.int32, [None])
    assert passes(check(x), {x: a}) == bool(np.all(compare(a, 0)))


def test_near_takes_tolerances():
    x = tf.placeholder(tf.float64, [2])
    checks = [check_ops.assert_near(x, [1.0, 2.0]),
              check_ops.assert_near(x, [1.0, 2.0], rtol=0.1, atol=0.1)]
    assert [passes(check, {x: [1.0, 2.0]}) for check in checks] == [True, True]
    assert [passes(check, {x: [1.05, 2.0]}) for check in checks] == [False, True]


def test_constants_are_checked_at_once():
    with pytest.raises(tf.errors.InvalidArgumentError,
                       match=r"(?s)told.*x < y did not hold.*\[3\]"):
        check_ops.assert_less([3], [2], message="told")


def test_message_and_data_are_printed():
    x = tf.placeholder(tf.float32, [None])
    check = check_ops.assert_positive(x, message="told", summarize=2)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError) as caught:
        session.run(check, {x: [0.5, -1.5, 3.0]})
    assert ("assertion failed: [told] [Condition x > 0 did not hold element-wise:] "
            "[x (Placeholder:0) = ] [0.5 -1.5...]") in caught.value.message


@pytest.mark.parametrize("check, rank, good, bad", [
    (check_ops.assert_rank, 1, [1], [[1]]), (check_ops.assert_rank_at_least, 1, [[1]], 1),
    (check_ops.assert_rank_in, (0, 2), 1, [1])])
def test_ranks_at_run_time_and_before(check, rank, good, bad):
    x = tf.placeholder(tf.float32)
    op = check(x, rank)
    assert passes(op, {x: good})
    assert not passes(op, {x: bad})
    assert check(tf.constant(good), rank).type == "NoOp"
    with pytest.raises(ValueError, match="told.*must have rank"):
        check(tf.constant(bad), rank, message="told")


@pytest.mark.parametrize("shapes, good, bad", [
    ([("N", 3), ("N",)], [(2, 3), (2,)], [(2, 3), (3,)]),
    ([("N", "N"), ("M", ".")], [(2, 2), (1, 5)], [(2, 3), (1, 5)]),
    ([("*", "N"), (..., "N", None)], [(5, 2), (1, 2, 7)], [(5, 2), (1, 3, 7)]),
    ([(), (1,)], [(), (1,)], [(2,), (1,)])])
def test_shapes_that_symbols_describe(shapes, good, bad):
    tensors = [tf.placeholder(tf.float32) for _ in shapes]
    check = tf.group(check_ops.assert_shapes(list(zip(tensors, shapes))))

    def feeds(sizes):
        return {tensor: np.zeros(size) for tensor, size in zip(tensors, sizes)}

    assert passes(check, feeds(good))
    assert not passes(check, feeds(bad))
    with pytest.raises(ValueError, match="must have"):
        check_ops.assert_shapes([(tf.zeros(size), shape) for size, shape in zip(bad, shapes)])


@pytest.mark.parametrize("values", [[1, 2, 3], [1, 1, 2], [2, 1], [5], []])
def test_order(values):
    x = tf.placeholder(tf.int32, [None])
    steps = np.diff(values)
    with tf.Session() as session:
        got = session.run([check_ops.is_non_decreasing(x), check_ops.is_strictly_increasing(x)],
                          {x: values})
    assert got == [bool(np.all(steps >= 0)), bool(np.all(steps > 0))]


def test_numerics_of_the_whole_graph():
    x = tf.placeholder(tf.float32, [])
    tf.log(x, name="logarithm")
    check = numerics_ops.add_check_numerics_ops()
    with tf.Session() as session:
        session.run(check, {x: 1.0})
        with pytest.raises(tf.errors.InvalidArgumentError, match="logarithm:0 : Tensor had Inf"):
            session.run(check, {x: 0.0})


@pytest.mark.parametrize("weights", [None, [0.5, 1.0, 2.0, 4.0]])
def test_confusion_matrix_counts(weights):
    labels, predictions = [0, 1, 2, 1], [0, 2, 2, 2]
    expected = np.zeros((3, 3), np.float32)
    np.add.at(expected, (labels, predictions), 1.0 if weights is None else weights)
    matrix = confusion_matrix_ops.confusion_matrix(labels, predictions, dtype=tf.float32,
                                                   weights=weights)
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(matrix), expected)
