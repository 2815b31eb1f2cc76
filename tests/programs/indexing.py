"""Indexing with slices: every form, static shapes, gradients."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [3, 4, 5], name="x")
    free = tf.placeholder(tf.float32, [None, 4], name="free")
    k = tf.placeholder(tf.int32, [], name="k")
    results = [
        x[0], x[-1], x[1, 2], x[0, 1, 2], x[:], x[1:], x[:-1], x[::2], x[::-1], x[..., 0],
        x[:, 1:3], x[0, ..., 2:], x[:, tf.newaxis], x[None, 0], x[1:2, :, ::3], x[...], x[:, :, 4],
        free[0], free[:, 1], free[1:], free[k], free[:k], free[k:, 0], x[k, k], x[tf.constant(1)],
        tf.slice(x, [0, 1, 0], [2, 2, -1]), tf.strided_slice(x, [0, 0], [3, 4], [2, 1]),
        x[3:1], x[-2:], x[5:], x[np.int32(1)], tf.shape(x)[1], tf.shape(free)[0],
    ]
    total = sum(tf.reduce_sum(tf.square(y)) for y in results[:31])
    feeds = {x: np.arange(60.0).reshape(3, 4, 5), free: np.arange(8.0).reshape(2, 4), k: 1}
    return [
        seen("shapes", [[y.name, str(y.shape)] for y in results]),
        run("values", results, feeds),
        run("gradients", tf.gradients(total, [x, free]), feeds),
        fails("iterated", lambda: [y.name for y in tf.constant([1, 2, 3])]),
        fails("too many", lambda: x[0, 0, 0, 0]),
        fails("out of bounds", lambda: x[3]),
        fails("float", lambda: x[1.5]),
        fails("text", lambda: x["a"]),
        fails("two ellipses", lambda: x[..., 0, ...]),
        run("out of bounds at run time", free[k], {free: np.zeros([2, 4]), k: 2}, fails=True),
    ]
