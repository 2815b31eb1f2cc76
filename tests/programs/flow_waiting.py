"""Control dependencies, groups, tuples and asserts in loops and branches."""

from programs import run


def build(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    n = tf.placeholder(tf.int32, [], name="n")
    outer = tf.add(n, 1, name="outer")

    def checked(i):
        with tf.control_dependencies([tf.Assert(i < 3, [i, "too big", 1.5])]):
            return tf.identity(i) + 1

    def waiting(i):
        with tf.control_dependencies([outer, tf.group(i * 2, outer, name="both")]):
            first, second = tf.tuple([i + 1, i * 3])
        with tf.control_dependencies(None):
            free = tf.constant(0)
        return first + free + 0 * second

    def branch():
        with tf.control_dependencies([outer]):
            return tf.constant(1)

    loops = [tf.while_loop(lambda i: i < n, checked, [0], name="checked"),
             tf.while_loop(lambda i: i < n, waiting, [0], name="waiting")]
    with tf.control_dependencies([tf.no_op(name="before")]):
        after = tf.cond(p, branch, lambda: tf.constant(2) + 3)
        counted = tf.while_loop(lambda i: i < n, lambda i: i + 1, [0], name="counted")
    dead = tf.cond(p, lambda: tf.group(tf.Assert(False, ["in a branch", 1.0])), tf.no_op)
    summary = tf.Assert(p, [tf.range(10), [1.5, 2.5, 3.5, 4.5]], summarize=2)
    return [
        run("fine", [loops, after, counted], {n: 2, p: True}),
        run("checked", loops[0], {n: 9}, fails=True),
        run("dead assert", dead, {p: False}), run("assert", dead, {p: True}, fails=True),
        run("summary", summary, {p: False}, fails=True), run("summary, true", summary, {p: True}),
        run("other branch", after, {p: False, n: 0}),
    ]
