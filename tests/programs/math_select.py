"""Comparisons, logic and selection, with broadcasting and without."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(8)
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    y = tf.placeholder(tf.float32, [3], name="y")
    free = tf.placeholder(tf.bool, name="free")
    feeds = {x: rng.uniform(-1, 1, (2, 3)), y: rng.uniform(-1, 1, 3)}
    other = x * x
    rows = tf.constant([True, False])
    compared = [tf.less(x, y), x <= y, x > y, y >= x, tf.equal(x, x), tf.not_equal(x, y),
                tf.logical_xor(x > 0, y > 0), ~(x > 0), tf.equal(tf.constant(["a", "b"]), "a"),
                tf.is_nan(tf.log(x)), tf.is_inf(1 / (x - x)), tf.is_finite(x)]
    chosen = [tf.where(x > y, x, other), tf.where(rows, x, other), tf.where(free, x, other),
              tf.where_v2(x > 0, y, 0.0)]
    feeds[free] = True
    return [
        seen("shapes", [str(z.shape) for z in compared + chosen]),
        run("compared", compared, feeds),
        run("chosen", chosen, feeds),
        run("gradients", [g for z in chosen for g in tf.gradients(z, [x, y]) if g is not None],
            feeds),
        run("rows", tf.where(free, x, other), {**feeds, free: [True, False, True]}, fails=True),
        fails("row count", lambda: tf.where(tf.equal(y, y), x, other)),
        fails("two shapes", lambda: tf.where(x > y, x, tf.zeros([2, 4]))),
        fails("one of two", lambda: tf.where(x > y, x)),
    ]
