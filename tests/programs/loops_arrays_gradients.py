"""Gradients of TensorArrays in loops: dynamic sizes, several readers, nested loops, branches."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [4], name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    w = tf.Variable(0.5, name="w")

    def rows(**options):
        return tf.TensorArray(tf.float32, 4, **options).unstack(x)

    grown = tf.while_loop(lambda i, a: i < n,
                          lambda i, a: (i + 1, a.write(i, x * tf.to_float(i) * w)),
                          [0, tf.TensorArray(tf.float32, 0, dynamic_size=True)])[1].stack()
    shared = rows(clear_after_read=False)

    def summing(i, total):
        inner = tf.while_loop(lambda j, t: j <= i, lambda j, t: (j + 1, t + shared.read(j) * w),
                              [0, total])[1]
        return i + 1, inner * shared.read(i)

    summed = tf.while_loop(lambda i, t: i < 4, summing, [0, tf.constant(1.0)])[1]

    def filling(i, a):
        return i + 1, tf.while_loop(lambda j, b: j < 2,
                                    lambda j, b: (j + 1, b.write(2 * i + j, x[i] * x[j] * w)),
                                    [0, a])[1]

    filled = tf.while_loop(lambda i, a: i < 2, filling,
                           [0, tf.TensorArray(tf.float32, 4)])[1].stack()
    once = rows()

    def choosing(i, y):
        e = once.read(i)
        return i + 1, tf.cond(e > 0.0, lambda: y * e, lambda: y - e * w)

    chosen = tf.while_loop(lambda i, y: i < 4, choosing, [0, tf.constant(2.0)])[1]

    def in_body(i, y):
        a = tf.TensorArray(tf.float32, 2).write(0, y).write(1, y * w)
        return i + 1, tf.reduce_sum(a.stack())

    made = tf.while_loop(lambda i, y: i < 3, in_body, [0, x[0]])[1]
    concatenated = tf.while_loop(
        lambda i, a: i < 3, lambda i, a: (i + 1, a.write(i, x[:i + 1] * w)),
        [0, tf.TensorArray(tf.float32, 3, infer_shape=False)])[1].concat()
    results = [grown, summed, filled, chosen, made, concatenated]
    gradients = [tf.gradients(result, [x, w]) for result in results]
    squares = tf.gradients([tf.square(result) for result in results], [x, w])
    return [run("initialise", tf.global_variables_initializer()),
            run("results", [results, gradients, squares], {x: [0.5, -1.5, 2.0, 0.25], n: 3}),
            run("shorter", [grown, gradients[0]], {x: [0.5, -1.5, 2.0, 0.25], n: 1})]


TOLERANCE = {"float32": 3e-6}
