"""Choosing elements: where, masks, one_hot, partitions, unique, searching; diagonals and bands."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    y = tf.placeholder(tf.float32, [None, 3], name="y")
    z = tf.placeholder(tf.float32, name="z")
    m = tf.placeholder(tf.bool, [None], name="m")
    i = tf.placeholder(tf.int32, [None], name="i")
    square = tf.placeholder(tf.float32, [3, 3], name="square")
    results = [
        tf.boolean_mask(x, [True, False]), tf.boolean_mask(y, m), x[x > 1.5],
        x[np.array([False, True])],
        tf.boolean_mask(x, [True, False, True], axis=1), tf.diag(y[0]), tf.diag(x),
        tf.diag_part(square), tf.matrix_diag(x), tf.matrix_diag_part(y),
        tf.matrix_diag_part(square),
        tf.matrix_set_diag(square, x[0]), tf.matrix_set_diag(y, y[:, 0]),
        tf.matrix_band_part(square, 1, 0), tf.matrix_band_part(x, 0, -1),
        tf.dynamic_stitch([[0, 2], [1]], [x, y[:1]]), tf.dynamic_stitch([i, [0, 1]], [x, x]),
    ] + tf.dynamic_partition(x, i, 2) + tf.dynamic_partition(y, [1, 0], 3)
    others = [
        tf.where(m), tf.where([True, False]), tf.where(z), tf.where(x > 1.0, x, -x),
        tf.one_hot(i, 3), tf.one_hot(i, 3, axis=0), tf.one_hot(i, 3, 5.0, -1.0),
        tf.one_hot([0, -1, 2, 5], 3, dtype=tf.int32), tf.one_hot(1, tf.size(i)),
        tf.one_hot(i, 2, on_value="yes", off_value="no"), tf.sequence_mask(i),
        tf.sequence_mask([1, 3], 5), tf.sequence_mask(i, 4, dtype=tf.float32),
        tf.invert_permutation([2, 0, 1]), tf.unique([3, 1, 3, 2, 1]), tf.unique(["b", "a", "b"]),
        tf.unique_with_counts([3, 1, 3, 2, 1], out_idx=tf.int64),
        tf.setdiff1d([3, 1, 3, 2, 1], [1]),
        tf.searchsorted([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]], [[0.0, 3.0], [4.0, 9.0]]),
        tf.searchsorted([1, 3, 5], [3, 4], side="right", out_type=tf.int64), tf.eye(2),
        tf.eye(2, 3),
        tf.eye(2, batch_shape=[2], dtype=tf.int32), tf.eye(tf.size(i), 3),
        tf.unravel_index([2, 5], [2, 3]), tf.check_numerics(x, "x"),
    ]
    feeds = {x: np.arange(6.0).reshape(2, 3), y: np.arange(6.0, 12.0).reshape(2, 3), z: [0.0, 2.0],
             m: [True, False], i: [1, 0], square: np.arange(9.0).reshape(3, 3)}
    total = sum(tf.reduce_sum(tf.square(value)) for value in results)
    flat = [t for item in results + others
            for t in (item if isinstance(item, tuple) else [item])]
    return [
        seen("shapes", [[t.name, str(t.shape)] for t in flat]),
        run("values", results + others, feeds),
        run("gradients", tf.gradients(total, [x, y, square]), feeds),
        fails("mask of unknown rank", lambda: tf.boolean_mask(x, tf.placeholder(tf.bool))),
        fails("mask is a scalar", lambda: tf.boolean_mask(x, tf.placeholder(tf.bool, []))),
        fails("mask of another shape", lambda: tf.boolean_mask(x, tf.placeholder(tf.bool, [3]))),
        fails("odd rank", lambda: tf.diag_part(y[0])),
        fails("halves differ", lambda: tf.diag_part(x)),
        fails("partitions", lambda: tf.dynamic_partition(x, tf.constant([1, 0, 1]), 2)),
        fails("stitched shapes", lambda: tf.dynamic_stitch([[0, 2], [1]], [x, y[:, 0]])),
        fails("unique", lambda: tf.unique(x)),
        fails("side", lambda: tf.searchsorted([1], [1], side="both")),
        run("partition", results[-5], {x: np.zeros([2, 3]), i: [0, 2]}, fails=True),
        run("stitch", results[16], {x: np.zeros([2, 3]), i: [0, -1]}, fails=True),
        run("not finite", others[-1], {x: [[np.nan, 1.0, 2.0], [np.inf, 1.0, 2.0]]}, fails=True),
    ]
