"""Where gradients end: stop_gradient, integer paths, gradients overridden by name."""

from programs import fails, run, seen


def build(tf):
    x = tf.constant([1.0, 2.0], name="x")
    y = tf.constant([3.0, 4.0], name="y")
    stopped = tf.stop_gradient(x * y, name="stopped")
    z = stopped * x + y
    prevented = tf.identity(x) * tf.cast(tf.argmax(y), tf.float32)
    graph = tf.get_default_graph()

    @tf.RegisterGradient("Double")
    def double(op, grad):
        return grad * 2.0

    with graph.gradient_override_map({"Identity": "Double", "Square": "Double"}):
        doubled = tf.identity(x, name="doubled")
        squared = tf.square(x, name="squared")

    return [
        run("stopped", tf.gradients(z, [x, y])),
        seen("only stopped", tf.gradients(stopped, [x, y]) == [None, None]),
        run("argmax", tf.gradients(prevented, x)),
        run("override", tf.gradients([doubled, squared], x)),
        fails("registered twice", lambda: tf.RegisterGradient("Double")(double)),
        seen("same tensor", [g.name for g in tf.gradients(x, x)]),
        seen("integers", tf.gradients(tf.constant(1), tf.constant(2)) == [None]),
        fails("grad_ys dtype", lambda: tf.gradients(z, x, grad_ys=[tf.constant([1, 2])])),
        fails("grad_ys count", lambda: tf.gradients(z, x, grad_ys=[None, None])),
    ]
