"""Losses whose shapes are known at run time only: checks and squeezes are in the graph."""

import numpy as np

from programs import run


def build(tf):
    logits = tf.placeholder(tf.float32, [None, None], name="logits")
    ids = tf.placeholder(tf.int32, None, name="ids")
    weights = tf.placeholder(tf.float32, None, name="weights")
    sparse = tf.losses.sparse_softmax_cross_entropy(ids, logits, weights)
    squares = tf.losses.mean_squared_error(logits, tf.square(logits), weights,
                                           reduction=tf.losses.Reduction.MEAN)
    values = np.linspace(-1, 1, 6).reshape(2, 3).astype(np.float32)
    labels = np.array([2, 0], np.int32)
    return [
        run("columns", sparse, {logits: values, ids: labels[:, None], weights: [[1.0], [0.5]]}),
        run("scalar", [sparse, squares], {logits: values, ids: labels, weights: 2.0}),
        run("spread", squares, {logits: values, weights: [[1.0, 0.0, 2.0]]}),
        run("rank", squares, {logits: values, weights: [1.0, 0.0, 2.0]}, fails=True),
        run("size", squares, {logits: values, weights: [[1.0, 2.0]]}, fails=True)]
