"""Softmax and log_softmax along all kinds of axes, with second derivatives."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(3)
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    rows = tf.placeholder(tf.float32, [None, 3], name="rows")
    free = tf.placeholder(tf.float32, name="free")
    feeds = {x: rng.uniform(-3, 3, (2, 3, 4)), rows: rng.uniform(-3, 3, (5, 3)),
             free: rng.uniform(-3, 3, (3, 2, 2))}
    weights = tf.constant(rng.uniform(-1, 1, (2, 3, 4)), tf.float32)
    steps = []
    for name in ("softmax", "log_softmax"):
        function = getattr(tf.nn, name)
        ys = [function(x), function(x, axis=1), function(x, -3, name="first"), function(x, dim=2),
              function(rows, axis=0), function(rows, name="rows_out"), function(free),
              function(x, axis=tf.constant(1))]
        weighted = [y * weights for y in ys[:4]] + [tf.square(y) for y in ys[4:7]]
        first = tf.gradients(weighted, [x, rows, free])
        steps += [seen(name + " shapes", [str(y.shape) for y in ys]), run(name, ys, feeds),
                  run(name + " gradients", first, feeds),
                  run(name + " second", tf.gradients(tf.square(first[0]), [x]), feeds)]
    return steps + [
        run("extremes", [tf.nn.softmax([[1000., 0.], [-1000., -1001.]]),
                         tf.nn.log_softmax([[1000., 0.], [-1000., -1001.]])]),
        run("empty", tf.nn.softmax(tf.zeros([2, 0]))),
        run("float64", tf.nn.log_softmax(tf.constant([1., 2.], tf.float64))),
        fails("scalar", lambda: tf.nn.softmax(1.)),
        fails("axis", lambda: tf.nn.softmax(x, axis=3)),
        fails("axis and dim", lambda: tf.nn.softmax(x, axis=1, dim=1)),
        fails("integers", lambda: tf.nn.softmax([1])),
        run("scalar at run time", tf.nn.softmax(free), {free: 1.}, fails=True),
    ]


TOLERANCE = {"float32": 1e-5}
