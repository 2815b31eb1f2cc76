"""What loops and branches take from outside, through several levels."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    w = tf.get_variable("w", initializer=[0.5, 2.0])
    r = tf.get_variable("r", initializer=[1.5, 0.5], use_resource=True)
    scale = tf.constant(0.1) * tf.reduce_sum(x)

    def inner(i, z):
        return i + 1, tf.cond(z[0] < 1.0, lambda: z * scale + w, lambda: z * w - x)

    def body(i, y):
        y = tf.while_loop(lambda j, _: j < 2, inner, (0, y + scale))[1]
        return i + 1, tf.map_fn(lambda item: item * tf.reduce_sum(r) + scale, y)

    result = tf.while_loop(lambda i, _: i < 2, body, (0, x))[1]
    gradients = tf.gradients(result, [x, w, r])
    return [run("initialise", tf.global_variables_initializer()),
            run("values", [result, gradients], {x: [0.5, 0.25]}),
            run("others", [result, gradients], {x: [-0.5, 1.25]})]


TOLERANCE = {"float32": 3e-6}
