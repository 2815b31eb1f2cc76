"""Gradients of gradients through branches; of loops TensorFlow has none."""

from programs import fails, run, seen


def build(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    x = tf.placeholder(tf.float32, [2], name="x")
    branch = tf.cond(p, lambda: x * x * x, lambda: tf.sin(x))
    first = tf.gradients(branch, x)[0]
    second = tf.gradients(first, x)[0]
    nested = tf.cond(p, lambda: tf.cond(x[0] > 0.0, lambda: x * x, lambda: x * 3.0), lambda: x)
    nested_second = tf.gradients(tf.gradients(nested, x)[0] * x, x)[0]
    loop = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y * y), (0, x))[1]
    slope = tf.gradients(loop, x)[0]
    power = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y * x), (0, tf.ones([2])))[1]
    power_slope = tf.gradients(power, x)[0]
    hessian = tf.hessians(tf.reduce_sum(tf.square(x)), x)[0]
    return [
        run("true", [branch, first, second, nested_second], {p: True, x: [0.5, 2.0]}),
        run("false", [branch, first, second, nested_second], {p: False, x: [-0.5, 2.0]}),
        run("loop", [slope, power_slope, hessian], {x: [0.5, 2.0]}),
        seen("through stacks", tf.gradients(slope, x)),
        fails("second order of a loop", lambda: tf.gradients(power_slope, x)),
    ]
