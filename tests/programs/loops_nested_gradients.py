"""Gradients of loops in loops, of conditionals in loops, and of loops in conditionals."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    u = tf.placeholder(tf.float32, [None], name="u")
    n = tf.placeholder(tf.int32, [], name="n")
    p = tf.placeholder(tf.bool, [], name="p")
    w = tf.Variable(0.75, name="w")

    def inner(i, y):
        return i + 1, tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, z * w + y * x),
                                    [0, y])[1]

    nested = tf.while_loop(lambda i, y: i < n, inner, [0, x])[1]

    def inner_unknown(i, y):
        z, _ = tf.while_loop(lambda z, k: k < i, lambda z, k: (tf.tanh(z * y) + u, k + 1), [y, 0])
        return i + 1, z

    nested_unknown = tf.while_loop(lambda i, y: i < n, inner_unknown, [0, u])[1]

    def inner_unused(i, y):
        a, b, _ = tf.while_loop(lambda a, b, k: k < 2,
                                lambda a, b, k: (a * b, b + x * y, k + 1), [y, w * y, 0])
        return i + 1, a

    nested_unused = tf.while_loop(lambda i, y: i < n, inner_unused, [0, x])[1]

    def branching(i, y):
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: y * x, lambda: tf.sin(y) * w)

    branches = tf.while_loop(lambda i, y: i < n, branching, [0, x])[1]

    def branching_unknown(i, y):
        return i + 1, tf.cond(tf.reduce_sum(y) > 1.0, lambda: y * 0.5 * u, lambda: y + tf.exp(y))

    branches_unknown = tf.while_loop(lambda i, y: i < n, branching_unknown, [0, u])[1]

    def one_sided(i, y):
        return i + 1, tf.cond(y > 1.0, lambda: y * w, lambda: tf.constant(1.5))

    sided = tf.while_loop(lambda i, y: i < n, one_sided, [0, x])[1]
    guarded = tf.cond(p, lambda: tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * x * w),
                                               [0, x])[1], lambda: x * 3.0)

    def branch_in_branch(i, y):
        return i + 1, tf.cond(y > 0.5, lambda: tf.cond(i > 1, lambda: y * x, lambda: y * y),
                              lambda: y + w)

    twofold = tf.while_loop(lambda i, y: i < n, branch_in_branch, [0, x])[1]

    def loop_in_branch(i, y):
        return i + 1, tf.cond(y > 0.5, lambda: tf.while_loop(
            lambda j, z: j < 2, lambda j, z: (j + 1, z * y * w), [0, y])[1], lambda: y + x)

    mixed = tf.while_loop(lambda i, y: i < n, loop_in_branch, [0, x])[1]

    scalars = [nested, nested_unused, branches, sided, guarded, twofold, mixed]
    vectors = [nested_unknown, branches_unknown]
    found = [tf.gradients(y, [x, w]) for y in scalars] + [tf.gradients(y, u) for y in vectors]
    steps = [run("initialise", tf.global_variables_initializer())]
    for count, taken in ((0, True), (1, False), (3, True), (4, False)):
        feeds = {x: 0.8, u: [0.5, 0.25, -0.5], n: count, p: taken}
        steps.append(run("values %d" % count, [scalars, vectors], feeds))
        steps.append(run("gradients %d" % count, found, feeds))
    return steps


TOLERANCE = {"float32": 3e-6}
