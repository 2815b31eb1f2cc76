"""Rows gathered in nested loops and in branches of loops; dense and sparse gradients that meet."""

from programs import run


def build(tf):
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [0.5, -1.0]], name="table")
    resource = tf.get_variable("resource", initializer=[[1.0, 0.5], [0.25, 2.0]], use_resource=True)
    rows = tf.placeholder(tf.float32, [None, 2], name="rows")
    ids = tf.placeholder(tf.int32, [None], name="ids")
    x = tf.placeholder(tf.float32, [], name="x")

    def nested(params):
        def outer(i, y):
            return i + 1, tf.while_loop(
                lambda j, z: j < 2,
                lambda j, z: (j + 1, z * 0.5 + tf.reduce_sum(tf.gather(params, ids[j]) * x)),
                [0, y])[1]
        return tf.while_loop(lambda i, y: i < 2, outer, [0, x])[1]

    def branching(params):
        def body(i, y):
            return i + 1, tf.cond(y > 1.0, lambda: y + tf.reduce_sum(tf.gather(params, ids)),
                                  lambda: y * 3.0)
        return tf.while_loop(lambda i, y: i < 3, body, [0, x])[1]

    def both(params):
        return tf.while_loop(
            lambda i, y: i < 2,
            lambda i, y: (i + 1, y + tf.reduce_sum(params) * tf.reduce_sum(tf.gather(params, ids))),
            [0, x])[1]

    def in_branch(params):
        return tf.cond(x > 0.0, lambda: tf.while_loop(
            lambda i, y: i < 2, lambda i, y: (i + 1, y * tf.reduce_sum(tf.gather(params, ids))),
            [0, x])[1], lambda: x)

    results, gradients = [], []
    for build_one in (nested, branching, both, in_branch):
        for source in (table, resource, rows):
            if source is resource and build_one in (branching, nested):
                continue
            result = build_one(source)
            results.append(result)
            gradients.append(tf.gradients(result, [source, x]))
    dense = [tf.convert_to_tensor(grads[0]) for grads in gradients]
    steps = [run("initialise", tf.global_variables_initializer())]
    for start in (0.25, 1.5):
        steps.append(run("from %s" % start, [results, dense],
                         {rows: [[1.0, 2.0], [0.5, 0.25]], ids: [1, 0], x: start}))
    return steps


TOLERANCE = {"float32": 3e-6}
