"""Metrics of tensors whose ranks are known at run time only."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, None, name="x")
    y = tf.placeholder(tf.float32, None, name="y")
    w = tf.placeholder(tf.float32, None, name="w")
    fixed = tf.placeholder(tf.float32, [2], name="fixed")
    mean = tf.metrics.mean(x, weights=w)
    right = tf.metrics.accuracy(y, x, weights=fixed)
    return [
        run("start", tf.local_variables_initializer()),
        run("column", mean[1], {x: [1.0, 3.0], w: [[1.0], [3.0]]}),
        run("scalar", mean[1], {x: [1.0, 3.0], w: 2.0}),
        run("short", mean[1], {x: [[1.0], [3.0]], w: [1.0, 2.0]}),
        run("wrong", mean[1], {x: [1.0, 3.0], w: [1.0, 2.0, 3.0]}, fails=True),
        run("accuracy", right[1], {x: [[1.0], [2.0]], y: [1.0, 3.0], fixed: [1.0, 4.0]})]
