"""Ops that move elements and leave them as they are, with static shapes and gradients."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    rows = tf.placeholder(tf.float32, [None, 6], name="rows")
    steps = []
    results = [
        tf.reshape(x, [6, 4]), tf.reshape(x, [-1]), tf.reshape(x, (2, -1, 2)),
        tf.reshape(rows, [-1, 2, 3]), tf.reshape(rows, tf.shape(rows)),
        tf.reshape(rows, [tf.shape(rows)[0], 3, 2]),
        tf.transpose(x), tf.transpose(x, [1, 0, 2]), tf.transpose(rows), tf.expand_dims(x, 0),
        tf.expand_dims(x, -1, name="last"), tf.squeeze(tf.expand_dims(x, 1)),
        tf.squeeze(tf.reshape(x, [1, 24, 1]), [0]), tf.identity(x),
    ]
    steps.append(seen("shapes", [[y.name, str(y.shape)] for y in results]))
    rng = np.random.RandomState(4)
    feeds = {x: rng.uniform(-1, 1, (2, 3, 4)), rows: rng.uniform(-1, 1, (2, 6))}
    total = sum(tf.reduce_sum(y * y) for y in results)
    steps += [
        run("values", results, feeds),
        run("gradients", tf.gradients(total, [x, rows]), feeds),
        fails("reshape", lambda: tf.reshape(x, [5, 5])),
        fails("transpose", lambda: tf.transpose(x, [0, 1])),
        fails("squeeze", lambda: tf.squeeze(x, [1])),
        run("reshape at run time", tf.reshape(rows, [7, -1]), feeds, fails=True),
    ]
    return steps
