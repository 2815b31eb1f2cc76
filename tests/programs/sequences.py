"""Tensors made by rule: ranges, linspace, eye, one_hot."""

from programs import run, seen


def build(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    results = [tf.range(5), tf.range(1, 7, 2), tf.range(3.0), tf.range(0.0, 1.0, 0.25), tf.range(n),
               tf.range(2, 6, dtype=tf.float32), tf.range(5, 0, -2), tf.linspace(0.0, 1.0, 5),
               tf.eye(3), tf.eye(2, 3), tf.one_hot([0, 2], 3), tf.one_hot([[1], [5]], n, 2, -1)]
    return [
        seen("shapes", [[t.name, t.dtype.name, str(t.shape)] for t in results]),
        run("values", results, {n: 4}),
    ]
