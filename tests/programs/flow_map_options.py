"""map_fn: structures, options and errors."""

import numpy as np
from programs import fails, run


def build(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    unknown = tf.placeholder_with_default([[1.0, 2.0]], None)
    n = tf.constant([1, 2, 3])
    rows = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    values = [
        tf.map_fn(lambda r: tf.reduce_sum(r) * 2.0, x, parallel_iterations=1, back_prop=False,
                  swap_memory=True, name="sums"),
        tf.map_fn(lambda i: tf.cast(i, tf.float32) * 0.5, n, dtype=tf.float32),
        tf.map_fn(lambda pair: {"s": pair[0] * tf.cast(pair[1], tf.float32), "n": pair[1]},
                  (rows, n), dtype={"s": tf.float32, "n": tf.int32}),
        tf.map_fn(lambda pair: [pair[1], pair[0]], [n, rows], dtype=[tf.float32, tf.int32]),
        tf.map_fn(lambda i: i * 2, np.array([1, 2, 3])),
        tf.map_fn(lambda i: tf.reduce_sum(tf.ones([i])), n, dtype=tf.float32, infer_shape=False),
        tf.map_fn(lambda r: r * 2.0, unknown),
    ]
    ragged = tf.map_fn(lambda i: tf.ones([i]), n, dtype=tf.float32, infer_shape=False)
    return [
        run("values", values, {x: [[1.0, 2.0], [3.0, 5.0]]}),
        run("ragged", ragged, fails=True, message=False),
        fails("scalar", lambda: tf.map_fn(lambda r: r, tf.constant(1.0))),
        fails("scalars", lambda: tf.map_fn(lambda r: r, (tf.constant(1.0), tf.constant(2.0)))),
        fails("no function", lambda: tf.map_fn(3, n)),
        fails("sparse", lambda: tf.map_fn(lambda r: r, tf.SparseTensor([[0, 0]], [1.0], [1, 1]))),
        fails("lengths", lambda: tf.map_fn(lambda pair: pair[0], (rows, tf.constant([1, 2])),
                                           dtype=tf.float32)),
        run("dtype", tf.map_fn(lambda i: tf.cast(i, tf.float32), n), fails=True),
        fails("structure", lambda: tf.map_fn(lambda pair: pair[0], (rows, n))),
        fails("nothing", lambda: tf.map_fn(lambda i: None, n)),
    ]
