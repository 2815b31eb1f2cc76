"""Gradients of all two-argument ops, for shapes that are known, unknown, equal and broadcast."""

import numpy as np

from programs import run


def build(tf):
    rng = np.random.RandomState(0)
    wide = rng.uniform(0.5, 2, (2, 3))
    row = rng.uniform(0.5, 2, 3)
    functions = [
        lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, lambda x, y: x / y,
        lambda x, y: x // y, lambda x, y: x % y, lambda x, y: x ** y, tf.add, tf.maximum,
        tf.minimum, tf.squared_difference, tf.div_no_nan, tf.math.multiply_no_nan, tf.math.xdivy,
        tf.math.xlogy]
    steps = []
    for x_shape, y_shape, y_value in (((2, 3), (3,), row), ((None, 3), (3,), row),
                                      ((2, 3), (2, 3), wide)):
        x = tf.placeholder(tf.float64, x_shape)
        y = tf.placeholder(tf.float64, y_shape)
        for i, function in enumerate(functions):
            z = function(x, y)
            gradients = [g for g in tf.gradients(z, [x, y]) if g is not None]
            steps.append(run(f"{i} {z.op.type} {x_shape}", [z, gradients],
                             {x: wide, y: y_value}))
    return steps


TOLERANCE = {"float64": 1e-12}
