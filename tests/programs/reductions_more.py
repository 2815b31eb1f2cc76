"""Reductions that are made of others, and those that give indices."""

import numpy as np

from programs import run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    free = tf.placeholder(tf.float32, [None, 3], name="free")
    rng = np.random.RandomState(3)
    feeds = {x: rng.uniform(-1, 1, (2, 3, 4)), free: rng.uniform(-1, 1, (4, 3))}
    smooth = [tf.reduce_logsumexp(x, 1), tf.reduce_logsumexp(free), tf.norm(free),
              tf.norm(x, axis=2), tf.math.reduce_std(free, 0), tf.math.reduce_variance(x),
              tf.nn.l2_loss(x)]
    indices = [tf.argmax(x, 2), tf.argmin(x, 0, output_type=tf.int32), tf.argmax(free),
               tf.count_nonzero(tf.floor(x), 1), tf.count_nonzero([True, False])]
    return [
        seen("shapes", [[t.name, t.dtype.name, str(t.shape)] for t in smooth + indices]),
        run("values", [smooth, indices], feeds),
        run("gradients", [g for y in smooth for g in tf.gradients(y, [x, free]) if g is not None],
            feeds),
    ]


TOLERANCE = {"float32": 5e-6}
