"""The gradient check finds wrong gradients, of the first and of the second order."""

import numpy as np
import pytest

import minitf as tf
from minitf.testing import GradientError, check_gradients

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("function, shapes", [
    (lambda x: x * x * x, [(3,)]),
    (lambda a, b: tf.matmul(a, b), [(2, 3), (3, 2)]),
    (lambda a, b: [a * b, tf.reduce_sum(a, 1)], [(2, 3), (3,)]),
    (lambda x: tf.reshape(x, [4]), [(2, 2)]),
    (lambda a, b: a * 2.0, [(2,), (2,)]),
    (lambda x: tf.exp(x), [()]),
    (lambda x: tf.reduce_sum(tf.exp(x)), [(6, 7)]),
])
def test_right_gradients_pass(function, shapes):
    check_gradients(function, [RNG.uniform(0.5, 1.5, shape) for shape in shapes], order=3)


def overridden(op_type, gradient):
    """A gradient function registered under a fresh name, as a context of the default graph."""
    overridden.count += 1
    name = f"GradientCheckTest{overridden.count}"
    tf.RegisterGradient(name)(gradient)
    return tf.get_default_graph().gradient_override_map({op_type: name})


overridden.count = 0


def wrong_square(x):
    with overridden("Square", lambda op, grad: grad * 3.0 * op.inputs[0]):
        return tf.square(x)


def wrong_second_square(x):
    with overridden("Square", lambda op, grad: grad * 2.0 * tf.stop_gradient(op.inputs[0])):
        return tf.square(x)


def wrong_in_one_place(x):
    weights = np.ones((2, 3))
    weights[1, 2] = 1.01
    with overridden("Identity", lambda op, grad: grad * weights):
        return tf.identity(x)


def nan_gradient(x):
    with overridden("Identity", lambda op, grad: grad * float("nan")):
        return tf.identity(x)


@pytest.mark.parametrize("function, order", [
    (wrong_square, 1), (wrong_second_square, 2), (wrong_in_one_place, 1), (nan_gradient, 1)])
def test_wrong_gradients_are_found(function, order):
    x = RNG.uniform(0.5, 1.5, (2, 3))
    if order > 1:
        check_gradients(function, [x], order=order - 1)
    with pytest.raises(GradientError, match=f"{function.__name__} \\(order {order}\\) is wrong"):
        check_gradients(function, [x], order=order)


def test_failure_shows_the_place():
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with pytest.raises(GradientError) as failure:
        check_gradients(wrong_in_one_place, [x])
    text = str(failure.value)
    for part in ("wrong_in_one_place", "[4. 5. 6.]", "argument: 0", "index:    [1, 2]", "got:",
                 "expected:"):
        assert part in text


@pytest.mark.parametrize("function, x, what", [
    (lambda x: x, np.float32([1.0]), "input 0 is float32"),
    (lambda x: tf.cast(x, tf.float32), np.float64([1.0]), "output 0 is float32")])
def test_other_dtypes_are_refused(function, x, what):
    with pytest.raises(TypeError, match=what):
        check_gradients(function, [x])
