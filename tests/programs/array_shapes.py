"""Shapes: reshape, expand_dims, squeeze, broadcasting, fill, zeros and ones, static and fed."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, 6], name="x")
    y = tf.placeholder(tf.float32, [None, 6], name="y")
    z = tf.placeholder(tf.float32, name="z")
    k = tf.placeholder(tf.int32, [2], name="k")
    one = tf.placeholder(tf.float32, [1, 3, 1], name="one")
    results = [
        tf.reshape(x, [-1, 4]), tf.reshape(y, [-1]), tf.reshape(y, [-1, 3, 2]),
        tf.reshape(z, [2, -1]),
        tf.reshape(y, [-1, 6]), tf.reshape(y, tf.shape(x)), tf.reshape(x, tf.shape(y)),
        tf.reshape(x, tf.shape(z)), tf.reshape(y, [tf.shape(y)[0], 2, 3]),
        tf.reshape(y, tf.concat([tf.shape(y)[:1], [2, 3]], 0)),
        tf.expand_dims(x, 0), tf.expand_dims(x, -1), tf.expand_dims(z, 0), tf.expand_dims(x, dim=2),
        tf.expand_dims(x, k[0] - 1), tf.squeeze(one), tf.squeeze(one, 0), tf.squeeze(one, [-1]),
        tf.squeeze(one, squeeze_dims=[0, 2]), tf.broadcast_to(one, [4, 3, 2]),
        tf.broadcast_to(y[:1], k + [0, 4]), tf.placeholder_with_default(x, [None, 6]),
        tf.identity_n([x, z])[1], tf.ensure_shape(y, [2, 6]), tf.fill(k, x[0, 0]),
    ]
    others = [
        tf.shape(y), tf.shape(z, out_type=tf.int64), tf.size(x), tf.size(y), tf.rank(z), tf.rank(x),
        tf.shape_n([y, z])[1], tf.broadcast_dynamic_shape(k, [1]), tf.zeros([2, 3]), tf.zeros(3),
        tf.zeros([], tf.int32), tf.zeros([2], tf.bool), tf.zeros([1], tf.string),
        tf.zeros(tf.shape(y)),
        tf.zeros([tf.shape(y)[0], 2]), tf.ones([40, 30]), tf.ones([2], tf.bool), tf.zeros_like(y),
        tf.ones_like(y), tf.zeros_like(x, dtype=tf.int32), tf.zeros_like(y, optimize=False),
        tf.ones_like(y, dtype=tf.int64), tf.fill([2, 3], 7),
    ]
    feeds = {x: np.arange(12.0).reshape(2, 6), y: np.arange(12.0).reshape(2, 6),
             z: np.arange(12.0).reshape(4, 3), k: [3, 2], one: [[[1.0], [2.0], [3.0]]]}
    total = sum(tf.reduce_sum(tf.square(value)) for value in results)
    return [
        seen("shapes", [[t.name, str(t.shape)] for t in results + others]),
        run("values", results + others, feeds),
        run("gradients", tf.gradients(total, [x, y, z, one]), feeds),
        fails("elements", lambda: tf.reshape(x, [5])),
        fails("not divisible", lambda: tf.reshape(x, [5, -1])),
        fails("rows not divisible", lambda: tf.reshape(y, [5])),
        fails("not a vector", lambda: tf.reshape(x, [[12]])),
        fails("below -1", lambda: tf.reshape(x, [-5, 2])),
        fails("expand_dims", lambda: tf.expand_dims(x, 4)),
        fails("expand_dims twice", lambda: tf.expand_dims(x, axis=1, dim=1)),
        fails("expand_dims nowhere", lambda: tf.expand_dims(x)),
        fails("squeeze", lambda: tf.squeeze(x, [1])),
        fails("squeeze axis", lambda: tf.squeeze(x, [4])),
        fails("broadcast", lambda: tf.broadcast_to(x, [3, 6])),
        fails("broadcast rank", lambda: tf.broadcast_to(x, [6])),
        fails("fill", lambda: tf.fill([-1], 1.0)),
        fails("fill scalar", lambda: tf.fill(3, 1.0)),
        fails("ensure", lambda: tf.ensure_shape(y, [2, 4])),
        run("reshape at run time", results[3], {z: np.zeros(3)}, fails=True),
        run("no multiple", tf.reshape(z, [-1, 4]), {z: np.zeros(6)}, fails=True),
        run("negative fill", results[-1], {k: [-1, 2], x: np.zeros([2, 6])}, fails=True),
        run("wide default", results[21], {results[21]: np.zeros([5, 6])}),
    ]
