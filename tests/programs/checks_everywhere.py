"""tf.add_check_numerics_ops: every float tensor of a graph is checked."""

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.log(x, name="y")
    z = tf.reduce_sum(tf.cast(y, tf.float64) * 2.0) + tf.cast(tf.shape(x)[0], tf.float64)
    check = tf.add_check_numerics_ops()
    chosen = tf.cond(z > 0.0, lambda: y + 1.0, lambda: y)
    return [
        seen("name", check.name), run("good", [z, check], {x: [1.0, 2.0]}),
        run("bad", check, {x: [1.0, 0.0]}, fails=True), run("chosen", chosen, {x: [1.0, 2.0]}),
        fails("control flow", tf.add_check_numerics_ops),
    ]
