"""Sets in the last dimension."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    first = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 2, 5], [2, 3])
    second = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], [2, 5, 7], [2, 4])
    dense, other = tf.constant([[1, 2, 2], [3, 4, 9]]), tf.constant([[2, 3], [9, 9]])
    partly, free = tf.placeholder(tf.int32, [None, 3]), tf.placeholder(tf.int32)
    pairs = [(first, second), (dense, other), (dense, second), (first, dense)]
    results = [function(a, b) for function in (
        tf.sets.intersection, tf.sets.set_difference, tf.sets.union) for a, b in pairs]
    results += [tf.sets.difference(dense, other, aminusb=False),
                tf.sets.difference(first, dense, aminusb=False),
                tf.sets.set_union([["b", "a"]], [["b", "c"]]),
                tf.sets.set_intersection(np.zeros((2, 2, 3), np.int64),
                                         np.zeros((2, 2, 1), np.int64))]
    repeated = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], ["a", "a", "b"], [3, 3])
    sizes = [tf.sets.size(first), tf.sets.set_size(repeated)]
    unknown = [tf.sets.union(partly, other), tf.sets.union(free, other), tf.sets.union(free, free),
               tf.sets.union(partly, second), tf.sets.union(free, second)]
    unsorted = tf.SparseTensor([[0, 1], [0, 0]], [1, 1], [3, 3])
    outside = tf.SparseTensor([[0, 1], [0, 5]], [1, 1], [3, 3])
    return [
        seen("shapes", [[str(r.indices.shape), str(r.values.shape)] for r in results + unknown]),
        run("results", [[r.indices, r.values, r.dense_shape] for r in results]),
        run("sizes", sizes),
        run("unsorted", tf.sets.size(unsorted), fails=True),
        run("outside", tf.sets.size(outside), fails=True),
        run("groups", tf.sets.union(first, repeated_ints(tf)).values, fails=True, message=False),
        fails("vectors", lambda: tf.sets.union(["a", "b"], ["b", "c"])),
        fails("groups known", lambda: tf.sets.union([["a", "b"]], [["b"], ["x"]])),
        fails("dtype", lambda: tf.sets.union([[1.0]], [[2.0]])),
        fails("dtypes", lambda: tf.sets.union([[1]], tf.constant([[2]], tf.int64))),
        fails("dense size", lambda: tf.sets.size(dense)),
    ]


def repeated_ints(tf):
    return tf.SparseTensor([[0, 0], [2, 1]], [1, 1], [3, 3])
