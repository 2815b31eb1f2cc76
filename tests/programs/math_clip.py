"""Clipping by value and by norms, of tensors and of sparse gradients, and their gradients."""

import numpy as np

from programs import fails, run


def build(tf):
    rng = np.random.RandomState(7)
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    y = tf.placeholder(tf.float32, [4], name="y")
    feeds = {x: rng.uniform(-1, 1, (2, 3)), y: rng.uniform(-1, 1, 4)}
    results = [tf.clip_by_value(x, -0.5, 0.5), tf.clip_by_norm(x, 1.0),
               tf.clip_by_norm(x, 0.5, axes=[0], name="n"), tf.clip_by_average_norm(x, 0.1)]
    slices = tf.IndexedSlices(x, tf.constant([0, 1]))
    sparse = tf.clip_by_value(slices, -0.1, 0.1)
    clipped, norm = tf.clip_by_global_norm([x, None, y, slices], 0.5)
    gradients = [tf.gradients(z, x)[0] for z in results]
    return [
        run("values", results + [sparse.values], feeds),
        run("gradients", gradients, feeds),
        run("global", [clipped[0], clipped[2], clipped[3].values, norm], feeds),
        run("infinite", [clipped[2], norm], {x: np.full((2, 3), np.inf), y: feeds[y]}),
        fails("larger", lambda: tf.clip_by_value(y, tf.zeros([3, 4]), 1.0)),
        fails("no list", lambda: tf.global_norm(x)),
    ]


TOLERANCE = {"float32": 2e-6}
