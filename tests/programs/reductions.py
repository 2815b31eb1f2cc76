"""Reductions over all kinds of axes, and their gradients."""

import numpy as np

from programs import run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    free = tf.placeholder(tf.float32, [None, 3], name="free")
    unknown = tf.placeholder(tf.float32, name="unknown")
    rng = np.random.RandomState(3)
    feeds = {x: rng.uniform(0.5, 2, (2, 3, 4)), free: rng.uniform(-1, 1, (4, 3)),
             unknown: rng.uniform(-1, 1, (3, 2))}
    steps = []
    for name in ("reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod"):
        reduce = getattr(tf, name)
        results = [reduce(x), reduce(x, 1), reduce(x, [0, -1]),
                   reduce(x, axis=[1, 2], keepdims=True), reduce(x, []), reduce(free, 0),
                   reduce(free, 1, keepdims=True), reduce(unknown), reduce(unknown, 1)]
        total = sum(tf.reduce_sum(tf.square(y)) for y in results[1:7])
        steps.append(seen(name + " shapes", [str(y.shape) for y in results]))
        steps.append(run(name, results, feeds))
        steps.append(run(name + " gradients", tf.gradients(total, [x, free]) +
                         tf.gradients(results[7:], [unknown]), feeds))
    flags = tf.constant([[True, False], [True, True]])
    return steps + [
        run("bool", [tf.reduce_all(flags), tf.reduce_any(flags, 1),
                     tf.reduce_all(flags, axis=0, keepdims=True)]),
        run("integers", [tf.reduce_sum(tf.constant([[1, 2], [3, 4]]), 1),
                         tf.reduce_mean(tf.constant([1, 2, 4])), tf.reduce_prod([[2, 3], [4, 5]])]),
    ]


TOLERANCE = {"float32": 5e-6}
