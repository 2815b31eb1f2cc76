"""Conditionals and loops in any mix: gradients against differences, values against Python, errors.

Graphs are compared with TensorFlow's by the programs ``flow_*`` and ``loops_*``.
"""

import numpy as np
import pytest

import minitf as tf
from minitf.testing.gradient_check import check_gradients


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def evaluate(fetches, feeds=None):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(fetches, feeds)


# ---- gradients of mixes ----


def repeated(times, function, *values):
    """The values after ``function`` was applied so often."""
    return tf.while_loop(lambda i, *_: i < times, lambda i, *now: (i + 1, *function(*now)),
                         (0, *values))[1:]


def cond_in_while(x, w):
    return repeated(3, lambda y: [tf.cond(tf.reduce_sum(y) > 1.0, lambda: y * w, lambda: y + w)],
                    x)[0]


def while_in_cond(x, w):
    return tf.cond(tf.reduce_sum(x) > -100.0, lambda: repeated(2, lambda y: [tf.sin(y) * w], x)[0],
                   lambda: x * w)


def loop_that_never_runs(x, w):
    return tf.cond(tf.reduce_sum(x) > 100.0, lambda: repeated(2, lambda y: [tf.sin(y) * w], x)[0],
                   lambda: x * w)


def dead_loop_in_a_loop(x, w):
    return repeated(2, lambda y: [tf.cond(y[0] > 100.0, lambda: repeated(
        2, lambda z: [z * w], y)[0], lambda: tf.tanh(y) * w)], x)[0]


def nested_loops(x, w):
    return repeated(2, lambda y: [repeated(2, lambda z: [z * w + y], y)[0]], x)[0]


def three_deep(x, w):
    return repeated(2, lambda a: [repeated(2, lambda b: [repeated(
        2, lambda c: [c * w + tf.sin(b) * a], b)[0]], a)[0]], x)[0]


def map_of_folds(x, w):
    return tf.map_fn(lambda row: tf.foldl(lambda a, r: a * r, row * w), tf.stack([x, w * x]))


def scan_of_conds(x, w):
    return tf.scan(lambda a, r: tf.cond(r[0] > 0.5, lambda: a * r, lambda: a + r * w),
                   tf.stack([x, w, x * w]), reverse=True)


def array_in_a_loop(x, w):
    array = tf.TensorArray(tf.float64, 3, element_shape=[2])
    _, y, array = tf.while_loop(lambda i, *_: i < 3,
                                lambda i, y, a: (i + 1, y * w, a.write(i, tf.square(y))),
                                (0, x, array))
    return [y, tf.ensure_shape(array.stack(), [3, 2])]


def gather_and_concat(x, w):
    array = tf.TensorArray(tf.float64, 2, clear_after_read=False).unstack(tf.stack([x, w]))
    return [tf.ensure_shape(array.gather([1, 0, 1]), [3, 2]),
            tf.ensure_shape(array.concat(), [4])]


def swapped(x, w):
    return repeated(3, lambda a, b: [b * w, a + b], x, w)


def fresh_each_time(x, w):
    return repeated(2, lambda y: [x * w], x)[0]


def captured_in_a_branch(x, w):
    return repeated(2, lambda y: [y + tf.cond(y[0] > 0.0, lambda: tf.gather(w, [1, 0]),
                                              lambda: w * x)], x)[0]


def loop_in_an_impossible_branch(x, w):
    p = x[0] > 0.0
    return tf.cond(p, lambda: tf.cond(p, lambda: x * w, lambda: repeated(
        2, lambda y: [y * w], x)[0]), lambda: tf.sin(x) * w)


MIXES = [cond_in_while, while_in_cond, loop_that_never_runs, dead_loop_in_a_loop, nested_loops,
         three_deep, map_of_folds, scan_of_conds, array_in_a_loop, gather_and_concat, swapped,
         fresh_each_time, captured_in_a_branch, loop_in_an_impossible_branch]


@pytest.mark.parametrize("mix", MIXES, ids=lambda mix: mix.__name__)
@pytest.mark.parametrize("x", [[0.4, 0.7], [-0.3, 0.2]], ids=["positive", "negative"])
def test_gradients_agree_with_differences(mix, x):
    check_gradients(lambda *args: mix(*args), [np.array(x), np.array([1.3, -0.6])], order=1)


# ---- switch_case ----


@pytest.mark.parametrize("index, expected", [(0, 2.0), (1, 9.0), (2, -3.0), (7, -3.0), (-1, -3.0)])
@pytest.mark.parametrize("as_dict", [False, True])
def test_switch_case(index, expected, as_dict):
    x = tf.constant(3.0)
    functions = [lambda: tf.constant(2.0), lambda: x * x]
    branches = {1: functions[1], 0: functions[0]} if as_dict else functions
    value = tf.switch_case(tf.constant(index), branches, default=lambda: -x)
    assert evaluate(value) == expected


def test_switch_case_without_default_takes_the_last():
    x = tf.placeholder(tf.float32, [])
    value = tf.switch_case(tf.placeholder_with_default(5, []), [lambda: x, lambda: x * x])
    assert evaluate([value, tf.gradients(value, x)], {x: 3.0}) == [9.0, [6.0]]


@pytest.mark.parametrize("arguments, error, message", [
    ((1, [tf.no_op]), TypeError, "branch_index must a Tensor, got"),
    (("float", [tf.no_op]), TypeError, "branch_index must an integer Tensor, got"),
    (("int", []), ValueError, "Must provide at least one item in branch_fns"),
    (("int", 3), TypeError, "branch_fns must be a list, tuple, or dict"),
    (("int", [3]), TypeError, "Each entry in branch_fns must be a 2-tuple"),
    (("int", {"a": tf.no_op}), TypeError, "key must be a Python `int`, got"),
    (("int", {0: 3}), TypeError, "fn for key 0 must be callable."),
    (("int", {0: tf.no_op, 2: tf.no_op}), ValueError,
     r"contiguous range of \[0 to 2\) but found {0,2}"),
])
def test_switch_case_errors(arguments, error, message):
    index, branches = arguments
    index = {"int": tf.constant(0), "float": tf.constant(0.0)}.get(index, index)
    with pytest.raises(error, match=message):
        tf.switch_case(index, branches)


# ---- what cannot run ----


def test_a_loop_variable_keeps_its_dtype():
    loop = tf.while_loop(lambda i: i < 3, lambda i: 1.0, [0], name="loop")
    with pytest.raises(tf.errors.InvalidArgumentError,
                       match="Input 1 of node loop/Merge was passed float from"):
        evaluate(loop)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_sparse_gradients_of_a_loop_that_forgets_its_variable(count):
    """Only the values of the slices go around the gradient loop: TensorFlow has no result."""
    x, n = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.int32, [])
    w = tf.constant([2.0, 3.0])
    loop = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, w * 2.0), (0, x))[1]
    grad = tf.convert_to_tensor(tf.gradients(tf.gather(loop, [1, 0]), x)[0])
    feeds = {x: [1.0, 1.0], n: count}
    if not count:
        assert evaluate(grad, feeds).tolist() == [1.0, 1.0]
        return
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not have a value in the second"):
        evaluate(grad, feeds)


def test_a_failed_use_of_a_loop_tensor_names_both(graph):
    kept = []
    tf.while_loop(lambda i: i < 3, lambda i: (kept.append(i * 2), i + 1)[1], [0])
    with pytest.raises(ValueError, match="Cannot use 'while/mul' as input to 'add' because "
                                         "'while/mul' is in a while loop."):
        tf.add(kept[0], 1, name="add")


def test_a_dead_fetch_says_so():
    p = tf.placeholder(tf.bool, [])
    kept = []
    tf.cond(p, lambda: kept.append(tf.constant(3) * 2) or kept[0], lambda: tf.constant(1))
    outside = kept[0] + 1
    assert evaluate(outside, {p: True}) == 7
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Retval\[0\] does not have value$"):
        evaluate(outside, {p: False})


def test_pieces_have_no_negative_length():
    array = tf.TensorArray(tf.float32, 2, infer_shape=False).split([1.0, 2.0, 3.0], [4, -1])
    with pytest.raises(tf.errors.InvalidArgumentError, match="must not be negative"):
        evaluate(array.concat())


def test_structures_are_compared_with_their_outer_structure():
    with pytest.raises(ValueError) as caught:
        tf.nest.assert_same_structure([1, {"x": [1]}], [1, {"x": [1, 2]}])
    assert str(caught.value).splitlines() == [
        "The two structures don't have the same nested structure.", "",
        "First structure: type=list str=[1, {'x': [1]}]", "",
        "Second structure: type=list str=[1, {'x': [1, 2]}]", "",
        "More specifically: The two structures don't have the same number of elements. First "
        "structure: type=list str=[1]. Second structure: type=list str=[1, 2]",
        "Entire first structure:", "[., {'x': [.]}]",
        "Entire second structure:", "[., {'x': [., .]}]"]
