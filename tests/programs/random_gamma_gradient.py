"""Gradients through gamma distributed numbers, by their parameters."""

import numpy as np

from programs import run, seen


def build(tf):
    random = np.random.RandomState(0)
    alpha = tf.constant([0.05, 0.5, 1.0, 2.5, 40.0, 300.0])
    beta = tf.constant([1.0, 2.0, 4.0, 1.0, 1.0, 3.0])
    shape = tf.placeholder(tf.int32, [None])
    first = tf.random_gamma([3, 2], alpha, beta, seed=1)
    second = tf.random_gamma(shape, tf.cast(alpha[:2], tf.float64), dtype=tf.float64, seed=2)
    gradients = tf.gradients([tf.square(first), second], [alpha, beta])
    raw = tf.raw_ops.RandomGammaGrad
    at = random.uniform(0.1, 20, (5, 40))
    derivatives = [raw(alpha=at, sample=np.maximum(random.gamma(at), 1e-3)),
                   raw(alpha=np.float64([1, 2, -1, np.nan, 3, 2]),
                       sample=np.float64([0, -1, 1, 1, np.nan, 1e-8])),
                   raw(alpha=np.float32([[1], [2]]), sample=np.float32([0.5, 2, 8]))]
    return [seen("shapes", [str(tensor.shape) for tensor in [first, second, *derivatives]]),
            run("derivatives", derivatives), run("gradients", gradients, {shape: [2]})]


TOLERANCE = {"float32": 2e-5, "float64": 1e-6}
