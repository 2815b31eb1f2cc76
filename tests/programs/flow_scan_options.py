"""scan: structures, options and errors."""

from programs import fails, run


def build(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    n = tf.constant([1, 2, 3])
    rows = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    start = tf.constant([0.5, 0.25])
    values = [
        tf.scan(lambda a, r: a * r, x),
        tf.scan(lambda a, r: a * 0.5 + r * r, rows, reverse=True, name="backwards"),
        tf.scan(lambda a, r: (a[0] + r, a[1] * tf.reduce_sum(r)), rows,
                initializer=(start, start[0])),
        tf.scan(lambda a, pair: a + pair[0] * tf.cast(pair[1], tf.float32), (rows, n),
                initializer=start, reverse=True),
        tf.scan(lambda a, pair: (a[0] + pair[0], a[1] * pair[1]), (rows, n)),
        tf.scan(lambda a, i: tf.reduce_sum(tf.ones([i])), n, initializer=1.0, infer_shape=False,
                parallel_iterations=3, back_prop=False, swap_memory=True),
        tf.scan(lambda a, r: a + r, tf.zeros([0]), initializer=0.0),
    ]
    gradients = tf.gradients(values[0], x)
    return [
        run("values", values, {x: [[1.0, 2.0], [3.0, 5.0]]}),
        run("gradients", gradients, {x: [[1.0, 2.0], [3.0, 5.0]]}),
        fails("no function", lambda: tf.scan(1, rows)),
        fails("structure", lambda: tf.scan(lambda a, r: (a,), rows)),
        fails("nothing", lambda: tf.scan(lambda a, r: None, rows)),
        fails("dtype", lambda: tf.scan(lambda a, r: r, rows, initializer=tf.constant(1))),
        fails("shape", lambda: tf.scan(lambda a, i: tf.ones([i]), n, initializer=tf.ones([1]))),
    ]
