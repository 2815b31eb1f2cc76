"""Elements by index: gather along axes and batches, gather_nd, scatter_nd, tensor_scatter_*."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    y = tf.placeholder(tf.float32, [None, 3], name="y")
    z = tf.placeholder(tf.float32, name="z")
    cube = tf.placeholder(tf.float32, [2, 2, 3], name="cube")
    i = tf.placeholder(tf.int32, [2], name="i")
    k = tf.placeholder(tf.int32, [], name="k")
    pairs = tf.placeholder(tf.int32, [None, 2], name="pairs")
    updates = tf.placeholder(tf.float32, [2, 3], name="updates")
    results = [
        tf.gather(x, [0, 2, 0]), tf.gather(x, i, axis=1), tf.gather(y, [[0], [1]]), tf.gather(y, 1),
        tf.gather(z, [0]), tf.gather(x, [1], axis=k), tf.gather(x, [1, 1], axis=-1),
        tf.gather(x, tf.constant([3, 0], tf.int64)),
        tf.gather(cube, [[0, 1], [2, 0]], axis=2, batch_dims=1),
        tf.gather(x, [[0], [1], [2], [0]], batch_dims=1),
        tf.batch_gather(cube, [[[0, 2], [1, 1]], [[2, 2], [0, 1]]]),
        tf.gather_nd(x, [[0, 1], [2, 2], [0, 1]]), tf.gather_nd(x, [[1], [3]]),
        tf.gather_nd(x, [[[0, 1]], [[2, 0]]]), tf.gather_nd(z, [[0]]), tf.gather_nd(x, pairs),
        tf.gather_nd(cube, [[0], [1]], batch_dims=1),
        tf.scatter_nd([[1], [3]], updates, [5, 3]), tf.scatter_nd([[1], [1]], updates, tf.shape(y)),
        tf.scatter_nd([[0, 1], [1, 1], [0, 1]], tf.gather(x[0], [0, 1, 2]), [2, 2]),
        tf.tensor_scatter_update(x, [[1], [3]], updates),
        tf.tensor_scatter_add(x, [[1], [1]], updates),
        tf.tensor_scatter_sub(x, [[1], [3]], updates),
    ]
    rows = tf.concat([x, y], 0)
    columns = tf.concat([x, tf.gather(x, [0, 1], axis=1)], 1)
    sparse = tf.gradients([tf.gather(rows, [0, 5, 1]), tf.gather(columns, [0, 2])], [x, y])
    feeds = {x: np.arange(12.0).reshape(4, 3), y: np.arange(6.0).reshape(2, 3), z: [4.0, 5.0],
             cube: np.arange(12.0).reshape(2, 2, 3), i: [2, 0], k: 1, pairs: [[0, 0], [3, 2]],
             updates: [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]}
    total = sum(tf.reduce_sum(tf.square(value)) for value in results)
    return [
        seen("shapes", [[t.name, str(t.shape)] for t in results]),
        run("values", results, feeds),
        run("gradients", tf.gradients(total, [x, y, z, cube, updates]), feeds),
        run("sparse gradients", sparse, feeds),
        fails("scalar", lambda: tf.gather(tf.placeholder(tf.float32, []), i)),
        fails("nd rank", lambda: tf.gather_nd(x, tf.zeros([2, 3], tf.int32))),
        fails("outer dimensions", lambda: tf.scatter_nd([[1], [3], [0]], updates, [5, 3])),
        fails("inner dimensions", lambda: tf.scatter_nd([[1], [3]], updates, [5, 4])),
        run("index", results[1], {x: np.zeros([4, 3]), i: [0, 3]}, fails=True),
        run("negative index", results[1], {x: np.zeros([4, 3]), i: [-1, 0]}, fails=True),
        run("axis", results[5], {x: np.zeros([4, 3]), k: 2}, fails=True),
        run("pair", results[15], {x: np.zeros([4, 3]), pairs: [[0, 0], [4, 0]]}, fails=True),
    ]
