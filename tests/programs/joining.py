"""Ops that join, cut and repeat tensors, with static shapes and gradients."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    rows = tf.placeholder(tf.float32, [None, 6], name="rows")
    results = [
        tf.concat([x, x], 1), tf.concat([rows, rows], 0), tf.concat([x], 2), tf.stack([x, 2 * x]),
        tf.stack([x, x], axis=-1), tf.unstack(x, axis=1)[2], tf.split(x, 2, axis=2)[1],
        tf.split(rows, [1, 2, 3], 1)[1], tf.tile(rows, [1, 2]), tf.pad(x, [[0, 0], [1, 0], [2, 1]]),
        tf.pad(rows, [[1, 1], [2, 2]], "REFLECT"), tf.reverse(x, [0, 2]), tf.zeros_like(x),
        tf.ones_like(rows), tf.broadcast_to(rows[:1], [3, 6]), tf.gather(rows, [0, 2, 0], axis=1),
        tf.where(tf.constant([True, False]), x, -x), tf.concat([[1], [2, 3]], 0),
    ]
    rng = np.random.RandomState(4)
    feeds = {x: rng.uniform(-1, 1, (2, 3, 4)), rows: rng.uniform(-1, 1, (4, 6))}
    total = sum(tf.reduce_sum(y * y) for y in results[:-1])
    return [
        seen("shapes", [[y.name, str(y.shape)] for y in results]),
        run("values", results, feeds),
        run("gradients", tf.gradients(total, [x, rows]), feeds),
        fails("concat", lambda: tf.concat([x, tf.zeros([2, 3])], 0)),
        fails("stack", lambda: tf.stack([x, x], axis=5)),
        fails("pad", lambda: tf.pad(x, [[1, 1]])),
    ]


TOLERANCE = {"float32": 3e-6}
