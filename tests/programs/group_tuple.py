"""tf.group over devices and tf.tuple with control inputs."""

from programs import fails, run, seen


def build(tf):
    x = tf.Variable(1.0, name="x")
    a = tf.assign_add(x, 1.0, name="a")
    with tf.device("/device:CPU:0"):
        b = tf.constant(2.0, name="b")
    with tf.device("/device:CPU:1"):
        c = tf.constant(3.0, name="c")
    groups = [tf.group(), tf.group(a), tf.group(a, b, c), tf.group([a, [b, c]], name="nested"),
              tf.group(a, tf.no_op(), name="same"), tf.group(x, name="variable")]
    pairs = tf.tuple([a, b])
    controlled = tf.tuple([b, None, c], control_inputs=[a.op], name="mine")
    slices = tf.tuple([tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([0])), b])
    return [
        seen("groups", [[op.name, op.type, op.device, [i.name for i in op.control_inputs]]
                        for op in groups]),
        seen("tuples", [[t.name, [i.name for i in t.op.control_inputs]] for t in pairs]),
        seen("with none", [t if t is None else t.name for t in controlled]),
        fails("nothing", lambda: tf.tuple([None])),
        fails("not an op", lambda: tf.group(5)),
        run("initialise", x.initializer),
        run("nested", [groups[1], groups[4]]),
        run("x", x),
        run("pairs", pairs),
        run("controlled", [controlled[0]]),
        run("slices", slices),
        run("x again", x),
    ]
