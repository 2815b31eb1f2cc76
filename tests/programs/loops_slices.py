"""Gradients of loops that gather rows: IndexedSlices sums; and gradients taken within a loop."""

from programs import fails, run


def build(tf):
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="table")
    resource = tf.get_variable("resource", initializer=[[1.0, 0.5], [0.25, 2.0]], use_resource=True)
    rows = tf.placeholder(tf.float32, [None, 2], name="rows")
    ids = tf.placeholder(tf.int32, [None], name="ids")
    x = tf.placeholder(tf.float32, [], name="x")

    def gathered(params):
        return tf.while_loop(
            lambda i, y: i < tf.size(ids),
            lambda i, y: (i + 1, y * 0.5 + tf.reduce_sum(
                tf.square(tf.gather(params, ids[:i + 1])))), [0, x])[1]

    sums = [gathered(table), gathered(resource), gathered(rows), gathered(rows * 2.0)]
    found = [tf.gradients(total, [source, x])
             for total, source in zip(sums, [table, resource, rows, rows])]
    dense = [tf.convert_to_tensor(grads[0]) for grads in found]
    update = tf.train.GradientDescentOptimizer(0.1).minimize(sums[0] + sums[1])

    def stepwise(i, y):
        return i + 1, y - 0.1 * tf.gradients(tf.square(y) * x, y)[0]

    descended = tf.while_loop(lambda i, y: i < 3, stepwise, [0, x])[1]
    outer = tf.while_loop(lambda i, y: i < 2,
                          lambda i, y: (i + 1, y + tf.gradients(tf.while_loop(
                              lambda j, z: j < 2, lambda j, z: (j + 1, z * y * x), [0, y])[1],
                              y)[0]), [0, x])[1]
    start = tf.constant(1.0, name="start")
    steps = [
        fails("through the initial value", lambda: tf.while_loop(
            lambda i, y: i < 2, lambda i, y: (i + 1, tf.gradients(y * y, start)[0]), [0, start])),
        run("initialise", tf.global_variables_initializer()),
    ]
    feeds = {rows: [[1.0, 2.0], [0.5, 0.25]], ids: [1, 0, 1], x: 0.5}
    return steps + [run("sums", sums, feeds), run("found", [found, dense], feeds),
                    run("update", update, feeds), run("updated", [table, resource]),
                    run("within", [descended, outer], feeds)]
