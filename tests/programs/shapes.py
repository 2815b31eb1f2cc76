"""Shapes as values: shape, size, rank, and shapes that constants inside the graph decide."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, None, 4], name="x")
    known = tf.zeros([2, 3], name="known")
    unknown = tf.placeholder(tf.float32, name="unknown")
    n = tf.placeholder(tf.int32, [], name="n")
    results = [
        tf.shape(x), tf.shape(known), tf.shape(known, out_type=tf.int64), tf.size(known),
        tf.size(x), tf.rank(known), tf.rank(unknown), tf.shape(unknown),
        tf.reshape(x, tf.stack([2, -1])),
        tf.reshape(unknown, tf.shape(known)), tf.reshape(x, tf.concat([[8], [-1]], 0)),
        tf.fill(tf.shape(x), 1.0), tf.fill([n, 2], 0.5), tf.zeros(tf.shape(x)[:2]),
        tf.zeros([n, 3]), tf.ones(tf.stack([2, n])), tf.zeros_like(x), tf.zeros_like(known),
        tf.reshape(x, [tf.shape(x)[0], -1]), tf.fill(tf.shape(known) * 2, 1),
        tf.reshape(x, tf.cast(tf.constant([2.0, -1.0]), tf.int32)), tf.tile(known, [n, 1]),
        tf.reshape(x, [2, tf.size(known) // 6 * 4, -1]), tf.expand_dims(unknown, 0),
    ]
    narrowed = tf.identity(unknown)
    narrowed.set_shape([None, 3])
    narrowed.set_shape([2, None])
    feeds = {x: np.ones([2, 3, 4]), unknown: np.ones([2, 3]), n: 2}
    return [
        seen("shapes", [[t.name, str(t.shape)] for t in results]),
        seen("narrowed", str(narrowed.shape)),
        fails("set_shape", lambda: narrowed.set_shape([5, 3])),
        run("values", results, feeds),
        seen("parts", [x.shape.as_list(), x.shape.ndims, x.get_shape()[1].value,
                       x.shape.is_fully_defined(), known.shape.num_elements(),
                       str(unknown.shape.ndims)]),
        fails("as_list", lambda: unknown.shape.as_list()),
    ]
