"""Gradients of conds in loops: branches that are dead in some iterations."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    w = tf.get_variable("w", initializer=[0.5, -0.25])

    def body(i, y):
        y = tf.cond(tf.equal(i % 2, 0), lambda: y * w, lambda: tf.sin(y) + x)
        return i + 1, tf.cond(y[0] > 0.2, lambda: tf.cond(i > 0, lambda: y * y, lambda: y),
                              lambda: y + 1.0)

    result = tf.while_loop(lambda i, _: i < n, body, (0, x))[1]
    gradients = tf.gradients(result, [x, w])
    steps = [run("initialise", tf.global_variables_initializer())]
    return steps + [run("n = %d" % count, [result, gradients], {x: [0.5, -1.25], n: count})
                    for count in (0, 1, 4)]
