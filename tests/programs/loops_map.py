"""map_fn: structures, dtypes, variables, nesting, gradients."""

import numpy as np
from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    u = tf.placeholder(tf.float32, [None, 2], name="u")
    w = tf.get_variable("w", initializer=[[0.5, 0.25], [0.75, 1.5]])
    r = tf.get_variable("r", initializer=2.0, use_resource=True)

    def with_variable(row):
        inside = tf.get_variable("inside", [2], initializer=tf.ones_initializer())
        return tf.reduce_sum(row * inside)

    squares = tf.map_fn(lambda e: e * e, x)
    layer = tf.map_fn(lambda row: tf.tanh(tf.matmul(row[None], w)[0] * r), u, name="layer")
    pair = tf.map_fn(lambda e: e[0] * e[1], (x, np.array([1.0, -1.0, 2.0], np.float32)),
                     dtype=tf.float32)
    out = tf.map_fn(lambda e: (e, {"a": -e, "b": tf.cast(e, tf.int32)}), x,
                    dtype=(tf.float32, {"a": tf.float32, "b": tf.int32}))
    counted = tf.map_fn(lambda i: tf.range(i, i + 2), tf.range(4), parallel_iterations=2,
                        back_prop=False, swap_memory=True)
    shared = tf.map_fn(with_variable, u)
    branching = tf.map_fn(lambda e: tf.cond(e > 0.0, lambda: e * w[0, 1], lambda: tf.exp(e)), x)
    nested = tf.map_fn(lambda row: tf.map_fn(lambda e: e * row[0], row), u)
    ragged = tf.map_fn(lambda e: tf.reduce_sum(tf.ones([tf.cast(e, tf.int32) + 5])), x,
                       infer_shape=False)
    results = [squares, layer, pair, out, counted, shared, branching, nested, ragged]
    gradients = [tf.gradients(squares, x), tf.gradients(layer, [u, w, r]), tf.gradients(pair, x),
                 tf.gradients([out[0], out[1]["a"]], x),
                 tf.gradients(shared, [u, tf.trainable_variables()[-1]]),
                 tf.gradients(branching, [x, w]), tf.gradients(tf.square(nested), u)]
    feeds = {x: [0.5, -1.5, 2.0], u: [[1.0, 2.0], [0.5, -0.25]]}
    return [
        seen("shapes", [str(t.shape) for t in (squares, layer, pair, out[0], counted, nested)]),
        fails("scalar", lambda: tf.map_fn(lambda e: e, tf.constant(1.0))),
        fails("scalars", lambda: tf.map_fn(lambda e: e, (tf.constant(1.0), x))),
        fails("callable", lambda: tf.map_fn(3, x)),
        fails("structure", lambda: tf.map_fn(lambda e: (e, e), x), message=False),
        run("initialise", tf.global_variables_initializer()),
        run("results", results, feeds),
        run("gradients", gradients, feeds),
        run("empty", [layer, nested], {x: [0.5, -1.5, 2.0], u: np.zeros([0, 2])}),
    ]


TOLERANCE = {"float32": 1e-5}
