"""Gradients of gradients: of broadcasting ops, reductions and matrix products."""

import numpy as np

from programs import run


def build(tf):
    rng = np.random.RandomState(1)
    feeds = {}
    x = tf.placeholder(tf.float64, [2, 3], name="x")
    y = tf.placeholder(tf.float64, [3], name="y")
    feeds[x], feeds[y] = rng.uniform(0.5, 2, (2, 3)), rng.uniform(0.5, 2, 3)
    values = [x * y, x / y, x ** y, tf.squared_difference(x, y), tf.maximum(x, y),
              tf.reduce_mean(x * x, 1), tf.reduce_prod(x, 0), tf.reduce_max(x, 1),
              tf.reduce_logsumexp(x), tf.matmul(x, x, transpose_b=True), tf.cumsum(x * x, 1),
              tf.sigmoid(x), tf.rsqrt(x), tf.reciprocal(x), tf.atan2(x, x * x)]
    steps = []
    for i, z in enumerate(values):
        first = tf.gradients(z, x)[0]
        second = [g for g in tf.gradients(first * first, [x, y]) if g is not None]
        steps.append(run(f"{i} {z.op.type}", [first, second], feeds))
    return steps


TOLERANCE = {"float64": 1e-11}
