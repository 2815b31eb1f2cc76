"""Loops with all options, and loop variables of all kinds."""

import collections

from programs import run

Pair = collections.namedtuple("Pair", "count total")


def build(tf):
    def below(limit):
        return lambda i, *_: i < limit

    n = tf.placeholder(tf.int32, [], name="n")
    sparse = tf.SparseTensor([[0, 1]], [3.0], [2, 2])
    slices = tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([0]))
    limited = [
        tf.while_loop(below(30), lambda i: i + 1, [0], maximum_iterations=n),
        tf.while_loop(below(30), lambda i: i + 1, [0], maximum_iterations=tf.constant(4, tf.int64),
                      name="named", swap_memory=True, back_prop=False, parallel_iterations=3),
        tf.while_loop(below(30), lambda i, x: [i + 1, x * 2.0], [0, 1.0], maximum_iterations=0),
        tf.while_loop(below(30), lambda i: [i + 1], [0], maximum_iterations=3,
                      return_same_structure=True),
    ]
    kinds = [
        tf.while_loop(lambda p, d: p.count < 3,
                      lambda p, d: (Pair(p.count + 1, p.total * 2), {"x": d["x"] + 1}),
                      (Pair(0, 1.0), {"x": 3})),
        tf.while_loop(below(3), lambda i, x: Pair(i + 1, x * 2.0), Pair(0, 1.0)),
        tf.while_loop(below(3), lambda i: [i + 1], [0], return_same_structure=True),
        tf.while_loop(lambda i: False, lambda i: i + 1, [n]),
        tf.while_loop(below(2), lambda i, s: (i + 1, tf.SparseTensor(
            s.indices, s.values * 2.0, s.dense_shape)), [0, sparse])[1],
        tf.while_loop(below(2), lambda i, s: (i + 1, tf.IndexedSlices(
            s.values * 2.0, s.indices)), [0, slices])[1],
        tf.while_loop(lambda x: tf.size(x) < 3, lambda x: tf.concat([x, x], 0), [tf.constant([7])],
                      shape_invariants=[tf.TensorShape([None])]),
    ]
    return [run("limited", limited, {n: 5}), run("limited to 0", limited, {n: 0}),
            run("kinds", kinds, {n: 2})]
