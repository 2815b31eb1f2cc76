"""Functions with a gradient of their own."""

from programs import run


def build(tf):
    x = tf.constant([1.0, 2.0], name="x")

    @tf.custom_gradient
    def clipped(t):
        def grad(dy):
            return tf.clip_by_value(dy, -0.5, 0.5)
        return tf.identity(t), grad

    @tf.custom_gradient
    def product(a, b):
        def grad(dy):
            return dy * b * 2.0, dy * a * 3.0
        return a * b, grad

    w = clipped(x * 3.0)
    z = product(x, w)
    return [run("clipped", [w, tf.gradients(w, x)]), run("product", [z, tf.gradients(z, [x, w])])]
