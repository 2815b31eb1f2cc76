"""Loops in loops, conditionals in loops, loops in conditionals: the graph and its values."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    p = tf.placeholder(tf.bool, [], name="p")
    v = tf.Variable(2.0, name="v")
    outside = x + 1.0

    def inner(i, y):
        _, y = tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, z * outside + v), [0, y])
        return i + 1, y

    nested = tf.while_loop(lambda i, y: i < n, inner, [0, x])

    def deeper(i, y):
        def middle(j, z):
            z = tf.while_loop(lambda k, w: k < j, lambda k, w: (k + 1, w + y), [0, z])[1]
            return j + 1, z
        return i + 1, tf.while_loop(lambda j, z: j < i, middle, (0, y), maximum_iterations=3)[1]

    deep = tf.while_loop(lambda i, y: i < n, deeper, [0, x], name="deep")
    branching = tf.while_loop(
        lambda i, y: i < n,
        lambda i, y: (i + 1, tf.cond(tf.equal(i % 2, 0), lambda: y * outside, lambda: y - v)),
        [0, x])
    guarded = tf.cond(p, lambda: tf.while_loop(
        lambda i, y: i < n, lambda i, y: (i + 1, y * outside), [0, x])[1], lambda: x)
    both = tf.cond(p, lambda: tf.while_loop(
        lambda i, y: i < n,
        lambda i, y: (i + 1, tf.cond(y > 5.0, lambda: tf.sqrt(y) * v,
                                     lambda: tf.while_loop(lambda z: z < 5.0, lambda z: z * v + x,
                                                           [tf.abs(y) + 1.0]))),
        [0, x])[1], lambda: -x)
    condition = tf.while_loop(
        lambda i, y: tf.while_loop(lambda j: j < i, lambda j: j + 1, [0]) < n,
        lambda i, y: (i + 1, y + 1.0), [0, x])
    steps = [run("initialise", tf.global_variables_initializer())]
    for count, value, taken in ((0, 1.0, True), (3, 1.5, False), (4, 0.5, True)):
        steps.append(run("%d" % count, [nested, deep, branching, guarded, both, condition],
                         {x: value, n: count, p: taken}))
    return steps
