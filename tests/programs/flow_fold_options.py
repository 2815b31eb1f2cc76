"""foldl and foldr: structures, options and errors."""

from programs import fails, run


def build(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    n = tf.constant([1, 2, 3])
    rows = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    start = tf.constant([0.5, 0.25])

    def scaled(total, pair):
        return total + pair[0] * tf.cast(pair[1], tf.float32)

    values = [
        tf.foldl(lambda a, r: a * 0.5 + r * r, x),
        tf.foldl(lambda a, r: a * 0.5 + tf.reduce_sum(r), rows, initializer=start[0],
                 parallel_iterations=2, swap_memory=True, name="left"),
        tf.foldl(scaled, (rows, n), initializer=start),
        tf.foldl(lambda a, pair: (a[0] + pair[0], a[1] * pair[1]), (rows, n)),
        tf.foldl(lambda a, r: {"x": a["x"] + r, "y": a["y"] * 2}, rows,
                 initializer={"x": start, "y": tf.constant(1)}),
        tf.foldr(lambda a, r: a * 0.5 - r, x),
        tf.foldr(lambda a, r: a * 0.5 + tf.reduce_sum(r), rows, initializer=0.0, back_prop=False),
        tf.foldr(scaled, (rows, n), initializer=start),
    ]
    gradients = tf.gradients(values[2], [rows, start])
    return [
        run("values", values, {x: [[1.0, 2.0], [3.0, 5.0]]}),
        run("gradients", gradients, {x: [[1.0, 2.0], [3.0, 5.0]]}),
        fails("left, no function", lambda: tf.foldl(1, rows)),
        fails("right, no function", lambda: tf.foldr(1, rows)),
        fails("left, structure", lambda: tf.foldl(lambda a, r: (a, r), rows)),
    ]
