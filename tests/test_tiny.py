"""A tour of the whole in a hundred lines: what a learner does in the first hour."""

import numpy as np
import pytest

import minitf as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_a_graph_is_built_and_nothing_runs(graph):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.add(x * 2.0, 1.0, name="y")
    assert [op.name for op in graph.get_operations()] == ["x", "mul/y", "mul", "y/y", "y"]
    assert y.shape == [2] and y.dtype == tf.float32 and y.op.type == "Add"
    assert repr(y) == "<tf.Tensor 'y:0' shape=(2,) dtype=float32>"


def test_a_session_runs_what_is_fetched():
    x = tf.placeholder(tf.float32, [2])
    y = x * 2.0
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(y, {x: [1, 2]}), [2, 4])
        assert sess.run({"sum": tf.reduce_sum(y)}, {x: [1, 2]}) == {"sum": 6.0}


def test_variables_live_in_the_session():
    count = tf.Variable(0, name="count")
    step = count.assign_add(1)
    with tf.Session() as sess:
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value count"):
            sess.run(count)
        sess.run(tf.global_variables_initializer())
        assert [sess.run(step) for _ in range(3)] == [1, 2, 3]


def test_gradients_are_more_graph():
    x = tf.constant(3.0)
    y = tf.square(x) * x
    (dy,) = tf.gradients(y, x)
    (d2y,) = tf.gradients(dy, x)
    with tf.Session() as sess:
        assert sess.run([y, dy, d2y]) == [27.0, 27.0, 18.0]


@pytest.mark.parametrize("optimizer", [
    lambda: tf.train.GradientDescentOptimizer(0.1),
    lambda: tf.train.AdamOptimizer(0.1),
])
@pytest.mark.parametrize("use_resource", [False, True])
def test_minimize_finds_the_minimum(optimizer, use_resource):
    w = tf.get_variable("w", [2], initializer=tf.zeros_initializer(), use_resource=use_resource)
    loss = tf.reduce_sum(tf.square(w - [1.0, -2.0]))
    train_op = optimizer().minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(300):
            sess.run(train_op)
        np.testing.assert_allclose(sess.run(w), [1, -2], atol=1e-3)


def test_scopes_share_variables():
    def layer():
        with tf.variable_scope("layer", reuse=tf.AUTO_REUSE):
            return tf.get_variable("w", [3])

    assert layer() is layer() and layer().name == "layer/w:0"
    assert [v.name for v in tf.trainable_variables()] == ["layer/w:0"]


def test_only_the_branch_taken_runs():
    p = tf.placeholder(tf.bool, [])
    hits = tf.Variable(0)
    y = tf.cond(p, lambda: tf.assign_add(hits, 1), lambda: tf.constant(-1))
    with tf.Session() as sess:
        sess.run(hits.initializer)
        assert sess.run(y, {p: False}) == -1 and sess.run(hits) == 0
        assert sess.run(y, {p: True}) == 1 and sess.run(hits) == 1


def test_a_seed_gives_the_numbers_of_tensorflow():
    tf.set_random_seed(42)
    with tf.Session() as sess:
        np.testing.assert_allclose(sess.run(tf.random_uniform([2])), [0.63789964, 0.16047871],
                                   rtol=1e-6)


def test_the_step_can_be_read():
    x = tf.placeholder(tf.float32, [1, 2], name="x")
    w = tf.Variable([[1.0], [2.0]], name="w")
    y = tf.matmul(x, w, name="y")
    with tf.Session() as sess:
        program = sess.explain(y).program
    assert program.startswith("def step(x):") and "y = x @ w__read" in program
