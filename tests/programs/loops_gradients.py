"""Gradients of loops: variables of the loop, constants, unused results, limits, aggregation."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    u = tf.placeholder(tf.float32, [None], name="u")
    n = tf.placeholder(tf.int32, [], name="n")
    w = tf.Variable([[0.5, -0.25], [0.75, 0.5]], name="w")
    r = tf.get_variable("r", initializer=[0.1, -0.2], use_resource=True)

    power = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * x), [0, x])[1]
    layer = tf.while_loop(
        lambda i, y: i < n,
        lambda i, y: (i + 1, tf.tanh(tf.matmul(y, w) + r)), [0, tf.reshape(x, [1, 2])])[1]
    first, second = tf.while_loop(lambda a, b: tf.reduce_sum(a) < 20.0,
                                  lambda a, b: (a + tf.exp(b), b * 0.5 + x), [x, x])
    unknown = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * u + tf.sin(y)), [0, u])[1]
    swap = tf.while_loop(lambda i, a, b: i < n, lambda i, a, b: (i + 1, b, a), [0, x, u],
                         shape_invariants=[tf.TensorShape([]), tf.TensorShape([None]),
                                           tf.TensorShape([None])])[1]
    fresh = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, x * 3.0), [0, x])[1]
    fresh_unknown = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, u * 3.0), [0, u])[1]
    limited = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * y), (0, x),
                            maximum_iterations=2)[1]
    stopped = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * x), [0, x],
                            back_prop=False)[1]
    reused = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * y + y * x + tf.square(y)),
                           [0, x], parallel_iterations=1)[1]
    chained = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y * layer), [0, layer])[1]
    reduced = tf.while_loop(lambda i, y: i < n,
                            lambda i, y: (i + 1, y / tf.reduce_sum(y) + tf.reduce_mean(u * y)),
                            [0, u])[1]

    found = [tf.gradients(power, x), tf.gradients(layer, [x, w, r]), tf.gradients(first, x),
             tf.gradients([first, second], x), tf.gradients(second, x, name="gradients_of_second"),
             tf.gradients(unknown, u), tf.gradients(swap, [x, u]), tf.gradients(fresh, x),
             tf.gradients(fresh_unknown, u), tf.gradients(limited, x),
             [g for g in tf.gradients([stopped, x * 2.0], x)],
             tf.gradients(reused, x, colocate_gradients_with_ops=True, gate_gradients=True),
             tf.gradients(chained, [x, w]), tf.gradients(reduced, u),
             tf.gradients(power, x, aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE)]
    train = tf.train.AdamOptimizer().minimize(tf.reduce_sum(layer))
    steps = [run("initialise", tf.global_variables_initializer())]
    for count in (0, 1, 3):
        feeds = {x: [0.5, 1.25], u: [0.75, 0.5], n: count}
        steps.append(run("values %d" % count, [power, layer, first, second, unknown, swap, limited,
                                               reused, chained, reduced], feeds))
        steps.append(run("gradients %d" % count, found, feeds))
    return steps + [run("train", train, {x: [0.5, 1.25], n: 3}), run("w", [w, r])]


TOLERANCE = {"float32": 3e-6}
