"""Python functions in the graph: py_func, custom gradients, printing."""

import gc
import sys

import numpy as np
import pytest

import minitf as tf
from minitf.custom_gradient import custom_gradient, grad_pass_through, recompute_grad
from minitf.ops import logging_ops, script_ops
from minitf.testing import check_gradients


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetches, feeds=None):
    with tf.Session() as session:
        return session.run(fetches, feeds)


# ---- py_func ----


def test_py_func_calls_the_function_each_time():
    calls = []
    x = tf.placeholder(tf.float32, [2])
    y = script_ops.py_func(lambda a: calls.append(a.tolist()) or a * 2, [x], tf.float32)
    with tf.Session() as session:
        for value in ([1, 2], [3, 4]):
            assert session.run(y, {x: value}).tolist() == [2 * v for v in value]
    assert calls == [[1, 2], [3, 4]]
    assert y.shape.ndims is None


def test_py_func_may_change_its_arguments():
    x = tf.placeholder(tf.float32, [2])
    fed = np.ones(2, np.float32)

    def clear(a):
        a[:] = 0
        return a

    got = run([script_ops.py_func(clear, [x], tf.float32), x + 1], {x: fed})
    assert [value.tolist() for value in got] == [[0, 0], [2, 2]]
    assert fed.tolist() == [1, 1]


@pytest.mark.parametrize("error, expected", [
    (ValueError, tf.errors.InvalidArgumentError), (TypeError, tf.errors.InvalidArgumentError),
    (StopIteration, tf.errors.OutOfRangeError), (MemoryError, tf.errors.ResourceExhaustedError),
    (NotImplementedError, tf.errors.UnimplementedError), (KeyError, tf.errors.UnknownError)])
def test_exceptions_of_the_function_become_tf_errors(error, expected):
    def fail(a):
        raise error("told")

    with pytest.raises(expected, match=f"{error.__name__}.*told") as caught:
        run(script_ops.py_func(fail, [1.0], tf.float32, name="mine"))
    assert caught.value.op.name == "mine"
    assert "in fail" in caught.value.message  # the user's traceback


@pytest.mark.parametrize("result, types, words", [
    (1.5, tf.float32, "0-th value returned by pyfunc_.* is double, but expects float"),
    ((1, 2), [tf.int64], "returns 2 values, but expects to see 1 values"),
    (None, tf.int64, "returns 0 values, but expects to see 1 values")])
def test_results_are_checked(result, types, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        run(script_ops.py_func(lambda: result, [], types))


def test_functions_are_kept_by_their_graph_only():
    gc.collect()
    before = len(script_ops._functions)
    with tf.Graph().as_default():
        script_ops.py_func(lambda: 1, [], tf.int64)
        assert len(script_ops._functions) == before + 1
    gc.collect()
    assert len(script_ops._functions) == before


def test_py_function_says_what_it_needs():
    with pytest.raises(tf.errors.UnimplementedError, match="eager"):
        script_ops.py_function(lambda x: x, [1.0], tf.float32)


# ---- custom gradients ----


def test_custom_gradient_replaces_the_gradient():
    @custom_gradient
    def square(x):
        return x * x, lambda dy: dy * 100.0

    x = tf.constant([2.0, 3.0])
    y = square(x)
    got = run([y, tf.gradients(y, x)[0]])
    assert [value.tolist() for value in got] == [[4, 9], [100, 100]]


def test_true_custom_gradient_passes_the_check():
    @custom_gradient
    def log1pexp(x):
        e = tf.exp(x)
        return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    check_gradients(log1pexp, [np.linspace(-2, 2, 5)], order=2)


def test_pass_through_and_recompute():
    with tf.variable_scope("", use_resource=True):
        x = tf.constant([1.4, 2.6])
        rounded = grad_pass_through(tf.round)(x * 2.0)
        cubes = recompute_grad(lambda t: t * t * t)(x)
        got = run([rounded, tf.gradients(rounded, x)[0], cubes, tf.gradients(cubes, x)[0]])
    np.testing.assert_allclose(got, [[3, 5], [2, 2], [1.4 ** 3, 2.6 ** 3],
                                     [3 * 1.4 ** 2, 3 * 2.6 ** 2]], rtol=1e-6)


# ---- printing ----


@pytest.mark.parametrize("stream, where", [("stdout", "out"), ("stderr", "err")])
def test_print_writes_to_the_stream(stream, where, capfd):
    op = logging_ops.print_v2("a:", tf.range(10), {"k": [tf.constant(0.5), "s"]}, sep="|",
                              output_stream=getattr(sys, stream))
    run(op)
    assert getattr(capfd.readouterr(), where) == "a:|[0 1 2 ... 7 8 9]|{'k': [0.5, 's']}\n"


def test_print_appends_to_a_file(tmp_path):
    path = tmp_path / "lines"
    op = logging_ops.print_v2(tf.constant("text"), output_stream=f"file://{path}", end=";")
    with tf.Session() as session:
        session.run(op)
        session.run(op)
    assert path.read_text() == "text;text;"


def test_old_print_stops_after_first_n(capfd):
    y = logging_ops.Print(tf.constant(1.0), [tf.range(5), "b"], "m ", first_n=2, summarize=3)
    with tf.Session() as session:
        for _ in range(3):
            assert session.run(y) == 1.0
    assert capfd.readouterr().err == "m [0 1 2...][b]\n" * 2


def test_placeholder_in_the_text_is_not_taken_for_one(capfd):
    run(logging_ops.print_v2("{}", tf.constant(3), "{}9", output_stream=sys.stdout))
    assert capfd.readouterr().out == "{} 3 {}9\n"
