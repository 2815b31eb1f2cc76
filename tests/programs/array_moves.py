"""Elements elsewhere: transpose, tile, pad, reverse, roll, meshgrid, repeat, blocks."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    y = tf.placeholder(tf.float32, [None, 3], name="y")
    z = tf.placeholder(tf.float32, name="z")
    k = tf.placeholder(tf.int32, [2], name="k")
    image = tf.placeholder(tf.float32, [1, 4, 4, 4], name="image")
    results = [
        tf.transpose(x), tf.transpose(x, [2, 0, 1]), tf.transpose(y), tf.transpose(z),
        tf.transpose(y, k), tf.transpose(z, [1, 0]), tf.matrix_transpose(x), tf.matrix_transpose(z),
        tf.tile(x, [1, 2, 1]), tf.tile(y, [1, 2]), tf.tile(z, [2, 1]), tf.tile(y, k + 1),
        tf.tile(y, tf.stack([k[0], 2])), tf.pad(y, [[1, 1], [0, 2]]), tf.pad(z, [[1, 2], [0, 0]]),
        tf.pad(y, [[1, 1], [0, 2]], constant_values=7.0), tf.pad(y, [[1, 1], [0, 2]], "REFLECT"),
        tf.pad(y, [[1, 1], [0, 2]], mode="symmetric", name="mirrored"),
        tf.pad(y, [[0, k[0]], [1, 1]]), tf.reverse(x, [0]), tf.reverse(x, [-1, 0]),
        tf.reverse(z, [0]), tf.reverse(y, k[1:]),
        tf.reverse_sequence(x, [2, 3], seq_axis=1, batch_axis=0),
        tf.reverse_sequence(y, [1, 2, 2], seq_dim=0, batch_dim=1), tf.roll(y, [1, 2], [0, 1]),
        tf.roll(x, 1, 2), tf.space_to_batch(image, [[0, 0], [0, 0]], 2),
        tf.batch_to_space(tf.tile(image, [4, 1, 1, 1]), [[0, 1], [1, 0]], 2),
        tf.space_to_batch_nd(image, [2, 2], [[2, 0], [0, 2]]), tf.space_to_depth(image, 2),
        tf.depth_to_space(image, 2),
    ]
    others = tf.meshgrid([1, 2, 3], [4, 5])
    others += tf.meshgrid([1.0, 2.0], [3.0], [4.0], indexing="ij")
    others += [
        tf.repeat([[1, 2], [3, 4]], 2), tf.repeat([[1, 2], [3, 4]], [1, 3], axis=0),
        tf.repeat([[1, 2], [3, 4]], 2, axis=1), tf.transpose(tf.complex(y, y), conjugate=True),
    ]
    feeds = {x: np.arange(24.0).reshape(2, 3, 4), y: np.arange(6.0).reshape(2, 3),
             z: np.arange(6.0).reshape(3, 2), k: [1, 0], image: np.arange(64.0).reshape(1, 4, 4, 4)}
    total = sum(tf.reduce_sum(tf.square(value)) for value in results)
    mirrored = tf.gradients(tf.square(tf.pad(y, [[1, 1], [0, 2]], "REFLECT")), y)[0]
    return [
        seen("shapes", [[t.name, str(t.shape)] for t in results + others]),
        run("values", results + others, feeds),
        run("gradients", tf.gradients(total, [x, y, z, image]), feeds),
        run("second order", tf.gradients(tf.square(mirrored), y), feeds),
        fails("perm of another length", lambda: tf.transpose(x, [0])),
        fails("perm out of range", lambda: tf.transpose(x, [0, 1, 3])),
        fails("perm not a vector", lambda: tf.transpose(x, [[0, 1, 2]])),
        fails("multiples", lambda: tf.tile(x, [1])),
        fails("paddings of a lower rank", lambda: tf.pad(x, [[1, 1]])),
        fails("negative paddings", lambda: tf.pad(y, [[1, 1], [1, -1]])),
        fails("padding mode", lambda: tf.pad(y, [[1, 1], [1, 1]], "wrap")),
        fails("reverse axis", lambda: tf.reverse(x, [3])),
        fails("reverse twice", lambda: tf.reverse(x, [0, -3])),
        fails("sequence lengths", lambda: tf.reverse_sequence(x, [1, 2, 3], 1)),
        fails("blocks", lambda: tf.space_to_batch(image, [[0, 1], [0, 0]], 2)),
        fails("depth", lambda: tf.depth_to_space(image, 3)),
        run("no permutation", results[4], {y: np.zeros([2, 3]), k: [0, 0]}, fails=True),
        run("negative multiple", results[11], {y: np.zeros([2, 3]), k: [1, -3]}, fails=True),
        run("padding", results[18], {y: np.zeros([2, 3]), k: [-1, 0]}, fails=True),
        run("axis", results[22], {y: np.zeros([2, 3]), k: [0, 7]}, fails=True),
    ]
