"""More of loops' gradients: grad_ys, stop_gradient, inner tensors, other dtypes."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float64, [2], name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    z = tf.placeholder(tf.complex64, [], name="z")
    v = tf.Variable(1.5, dtype=tf.float64, name="v")

    def weighted(i, y, ignored):
        return i + 1, tf.stop_gradient(y) * x + y * v, ignored + tf.cast(i, tf.float64)

    first = tf.while_loop(lambda i, *_: i < n, weighted, [0, x, tf.constant(0.5, tf.float64)])
    second = tf.while_loop(lambda i, y: i < n,
                           lambda i, y: (i + 1, tf.sin(y * 3.0) + tf.reduce_max(y * x)), [0, x],
                           parallel_iterations=1, swap_memory=True)[1]
    complexes = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * z + tf.conj(y)),
                              [0, z])[1]

    def single(i, y):
        def inner(j, w):
            return j + 1, tf.cond(tf.reduce_sum(w) > 0.0, lambda: w * x, lambda: w - v)
        return i + 1, tf.while_loop(lambda j, w: j < i, inner, [0, y], parallel_iterations=1)[1]

    serial = tf.while_loop(lambda i, y: i < n, single, [0, x], parallel_iterations=1)[1]
    inside = []

    def with_inner_gradient(i, y):
        square = tf.square(y) * v
        inside.append(tf.gradients(square, y)[0])
        return i + 1, y - 0.1 * inside[0]

    descended = tf.while_loop(lambda i, y: i < n, with_inner_gradient, [0, x])[1]
    shared = tf.while_loop(lambda i, a, b: i < n, lambda i, a, b: (i + 1, a * b, a + b), [0, x, x])
    found = [
        tf.gradients(first[1], [x, v]), tf.gradients(second, x),
        tf.gradients(first[1], x, grad_ys=tf.constant([1.0, -2.0], tf.float64)),
        tf.gradients(serial, [x, v]), tf.gradients(descended, [x, v]),
        tf.gradients(shared[1:], x), tf.gradients(shared[2], x, stop_gradients=[v]),
        tf.gradients(complexes, z, grad_ys=tf.constant(1.0 + 0.5j, tf.complex64)),
        tf.gradients(first[1], [x, v], name="gradients_with_zeros",
                     unconnected_gradients=tf.UnconnectedGradients.ZERO),
    ]
    steps = [run("initialise", tf.global_variables_initializer())]
    for count in (0, 1, 3):
        feeds = {x: [0.5, -1.25], n: count, z: 0.5 + 1.0j}
        steps.append(run("values %d" % count, [first, second, complexes, serial, descended, shared],
                         feeds))
        steps.append(run("gradients %d" % count, found, feeds))
    return steps
