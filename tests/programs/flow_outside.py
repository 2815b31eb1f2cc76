"""Tensors of loops and branches used where they do not exist."""

from programs import fails, run


def build(tf):
    kept = {}

    def keep(name, tensor):
        kept[name] = tensor
        return tensor

    def nested(i):
        tf.while_loop(lambda j: j < 2, lambda j: keep("inner", j * 2) + 1, [0])
        return i + kept["inner"]

    p = tf.placeholder(tf.bool, [], name="p")
    tf.while_loop(lambda i: i < 3, lambda i: keep("first", i * 2) + 1, [0])
    tf.while_loop(lambda i: i < 3, lambda i: i + tf.cond(
        i > 1, lambda: keep("branch", i * 5), lambda: i + 1), [0])
    tf.cond(p, lambda: keep("in cond", tf.constant(3) * 4), lambda: tf.constant(1))
    reads_branch = tf.add(kept["in cond"], 1, name="reads_branch")
    with tf.control_dependencies([kept["first"]]):
        tf.constant(1, name="waits")
    tf.while_loop(lambda i: i < 3, lambda i: i + 1, [kept["first"]], name="accepted")
    return [
        fails("plain", lambda: kept["first"] + 1),
        fails("branch of a loop", lambda: kept["branch"] + 1),
        fails("another loop", lambda: tf.while_loop(lambda i: i < 3, lambda i: i + kept["first"],
                                                    [0])),
        fails("outer loop", lambda: tf.while_loop(lambda i: i < 3, nested, [0])),
        fails("cond", lambda: tf.cond(p, lambda: kept["first"] + 1, lambda: tf.constant(0))),
        run("taken", reads_branch, {p: True}),
        run("not taken", reads_branch, {p: False}, fails=True),
        run("fetch of a branch", kept["in cond"], {p: True}, fails=True),
        run("fetch of a loop", kept["first"], fails=True),
    ]
