"""foldl, foldr and scan: initializers, structures, directions, gradients."""

import numpy as np
from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [4], name="x")
    u = tf.placeholder(tf.float32, [None, 2], name="u")
    w = tf.get_variable("w", initializer=[[0.5, 0.25], [-0.75, 0.5]])

    def cell(state, row):
        return tf.tanh(tf.matmul(state[None], w)[0] + row)

    left = tf.foldl(lambda a, e: a * 0.5 + e, x)
    left_from = tf.foldl(lambda a, e: a * e, x, initializer=tf.constant(2.0), name="from")
    left_rows = tf.foldl(cell, u, initializer=tf.zeros([2]), parallel_iterations=1)
    left_pair = tf.foldl(lambda a, e: a + e[0] * e[1], (x, np.arange(4.0).astype(np.float32)),
                         initializer=0.0)
    right = tf.foldr(lambda a, e: a * 0.5 + e, x)
    right_rows = tf.foldr(cell, u, initializer=tf.ones([2]))
    scanned = tf.scan(lambda a, e: a * 0.5 + e, x)
    states = tf.scan(cell, u, initializer=tf.zeros([2]), name="states")
    backward = tf.scan(cell, u, initializer=tf.zeros([2]), reverse=True)
    backward_from = tf.scan(lambda a, e: a * e, x, reverse=True)
    fibonacci = tf.scan(lambda a, _: (a[1], a[0] + a[1]), x, initializer=(np.array(0), np.array(1)))
    pairs = tf.scan(lambda a, e: (a[0] + e[0], a[1] * e[1]), (x, x * 2.0))
    growing = tf.scan(lambda a, e: a + e, x, initializer=tf.constant(0.0), infer_shape=False,
                      back_prop=False, swap_memory=True)
    results = [left, left_from, left_rows, left_pair, right, right_rows, scanned, states, backward,
               backward_from, fibonacci, pairs, growing]
    gradients = [tf.gradients(left, x), tf.gradients(left_from, x), tf.gradients(left_rows, [u, w]),
                 tf.gradients(left_pair, x), tf.gradients(right, x),
                 tf.gradients(right_rows, [u, w]), tf.gradients(scanned, x),
                 tf.gradients(states, [u, w]), tf.gradients(states[-1], u),
                 tf.gradients(backward, [u, w]), tf.gradients(backward_from, x),
                 tf.gradients(pairs[1], x)]
    feeds = {x: [0.5, -1.5, 2.0, 0.25], u: [[1.0, 2.0], [0.5, -0.25], [0.1, 0.2]]}
    return [
        seen("shapes", [str(t.shape) for t in results[:10]]),
        fails("foldl", lambda: tf.foldl(3, x)), fails("foldr", lambda: tf.foldr(3, x)),
        fails("scan", lambda: tf.scan(3, x)),
        fails("structure", lambda: tf.scan(lambda a, e: (a, e), x), message=False),
        run("initialise", tf.global_variables_initializer()),
        run("results", results, feeds),
        run("gradients", gradients, feeds),
    ]


TOLERANCE = {"float32": 3e-6}
