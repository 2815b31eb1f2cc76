"""Gradients of loops in conds: loops that do not run at all."""

from programs import run


def build(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    x = tf.placeholder(tf.float32, [2], name="x")
    w = tf.get_variable("w", initializer=[0.5, -0.25], use_resource=True)

    def repeated(times):
        return tf.while_loop(lambda i, y: i < times, lambda i, y: (i + 1, tf.tanh(y * w) + x),
                             (0, x))[1]

    result = tf.cond(p, lambda: repeated(2), lambda: x * w)
    other = tf.cond(tf.reduce_sum(x) > 100.0, lambda: x, lambda: tf.cond(
        p, lambda: tf.reduce_prod(repeated(1)), lambda: tf.reduce_sum(x)) * x)
    gradients = [tf.gradients(result, [x, w]), tf.gradients(other, [x, w])]
    values = [result, other, gradients]
    return [run("initialise", tf.global_variables_initializer()),
            run("true", values, {p: True, x: [0.5, 2.0]}),
            run("false", values, {p: False, x: [0.5, 2.0]})]
