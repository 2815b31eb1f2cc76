"""Elementwise functions with their first and second derivatives."""

import numpy as np

from programs import run


def build(tf):
    x = tf.placeholder(tf.float64, [5], name="x")
    feeds = {x: np.array([0.3, 0.9, 0.5, 0.1, 0.7])}
    functions = [tf.exp, tf.log, tf.sqrt, tf.square, tf.tanh, tf.sigmoid, tf.sin, tf.cos, tf.rsqrt,
                 tf.reciprocal, tf.negative, tf.abs, tf.nn.relu, lambda t: tf.pow(t, 3.0),
                 lambda t: tf.maximum(t, 0.5)]
    steps = []
    for i, function in enumerate(functions):
        y = function(x)
        first = tf.gradients(y, x)[0]
        second = tf.gradients(first, x)[0]
        steps.append(run(f"{i} {y.op.type}",
                         [y, first] if second is None else [y, first, second], feeds))
    return steps


TOLERANCE = {"float64": 1e-12}
