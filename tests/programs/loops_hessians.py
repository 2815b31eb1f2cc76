"""tf.hessians, and gradients of gradients where loops are involved."""

from programs import run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    m = tf.placeholder(tf.float32, [2, None], name="m")
    w = tf.Variable([0.5, -1.0], name="w")
    y = tf.reduce_sum(tf.pow(x, 3.0)) + tf.reduce_prod(x)
    found = tf.hessians(y, x)
    two = tf.hessians([tf.reduce_sum(tf.exp(m)) * w[0] * w[1], tf.reduce_sum(tf.square(w))], [m, w])
    placed = tf.hessians(y, [x], colocate_gradients_with_ops=True, gate_gradients=True)
    start = tf.placeholder(tf.float32, [], name="start")
    looped = tf.while_loop(lambda i, z: i < 2, lambda i, z: (i + 1, z * z), [0, start])[1]
    first = tf.gradients(looped, start)[0]
    second = tf.gradients(first, start)
    return [
        seen("second", second),
        seen("shapes", [str(h.shape) for h in found + two]),
        run("initialise", tf.global_variables_initializer()),
        run("hessians", [found, two, placed], {x: [0.5, 1.5, -2.0], m: [[0.1, 0.2], [0.3, 0.4]]}),
        run("first", [looped, first], {start: 3.0}),
    ]


TOLERANCE = {"float32": 3e-6}
