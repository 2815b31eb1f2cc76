"""TensorArray: every method, what is known of shapes, what is refused, gradients."""

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    u = tf.placeholder(tf.float32, [None, 2], name="u")
    array = tf.TensorArray

    written = array(tf.float32, 3, name="written").write(0, x).write(1, x * 2.0).write(2, x + 1.0)
    scalars = array(tf.float32, size=3, clear_after_read=False).unstack(x, name="unstacked")
    rows = array(tf.float32, size=tf.shape(u)[0], infer_shape=False,
                 clear_after_read=False).unstack(u)
    pieces = array(tf.float32, 2, infer_shape=False).split(x, [1, 2], name="split")
    even = array(tf.float32, 3).split(u[:3], [1, 1, 1])
    grown = array(tf.float32, 0, dynamic_size=True, element_shape=[3]).write(2, x)
    named = array(tf.int64, 2, tensor_array_name="named", element_shape=tf.TensorShape([None]),
                  colocate_with_first_write_call=False).scatter([1, 0], [[1, 2], [3, 4]])
    texts = array(tf.string, 2).write(0, "a").write(1, ["b"][0])
    with tf.control_dependencies([tf.identity(x)]):
        waited = written.identity()
    values = [scalars.read(1), scalars.read(1, name="again"), waited.stack(), rows.gather([1, 0]),
              pieces.concat(), even.concat(name="joined"), grown.stack(), grown.size(),
              named.gather([0, 1]), texts.stack(), scalars.gather([2, 2, 0]), rows.size(),
              written.flow]

    def loop(size):
        return tf.while_loop(lambda i, a: i < size,
                             lambda i, a: (i + 1, a.write(i, x * tf.to_float(i))),
                             [0, array(tf.float32, size)])[1].stack()

    def reading(i, total):
        return i + 1, total * scalars.read(i) + written_late.read(i)

    written_late = array(tf.float32, 3, clear_after_read=False).unstack(x * x)
    total = tf.while_loop(lambda i, t: i < 3, reading, [0, tf.reduce_sum(x)])[1]

    def running(i, a):
        return i + 1, a.write(i, a.read(i - 1) * 2.0 + x)

    started = array(tf.float32, 4, clear_after_read=False).write(0, x)
    ran = tf.while_loop(lambda i, a: i < 4, running, [1, started])[1]
    looped = loop(3)
    gradients = [
        tf.gradients([scalars.read(0) * 2.0, scalars.read(0)], x),
        tf.gradients(rows.gather([1, 0, 1]), u), tf.gradients(tf.square(rows.read(0)), u),
        tf.gradients(array(tf.float32, 2, infer_shape=False).split(x, [1, 2]).read(1), x),
        tf.gradients(tf.square(array(tf.float32, 1).write(0, x).concat()), x),
        tf.gradients(array(tf.float32, 3).write(0, x).write(1, x * 2.0).write(2, x + 1.0).stack(),
                     x),
        tf.gradients(tf.exp(looped), x), tf.gradients(total, x), tf.gradients(ran.read(3), x),
        tf.gradients(total, x, name="gradients_again"),
    ]

    def once(size=2, **options):
        return array(tf.float32, size, **options)

    late = once().write(0, 1.0)
    with tf.control_dependencies([late.flow]):
        closed = late.close()
    with tf.control_dependencies([closed]):
        after_closing = late.read(0)
    steps = [
        seen("shapes", [str(value.shape) for value in values]),
        seen("attributes", [str(scalars.dtype), str(scalars.element_shape), scalars.dynamic_size,
                            grown.dynamic_size, str(rows.element_shape)]),
        fails("nothing", lambda: array(tf.float32)),
        fails("both", lambda: array(tf.float32, 2, handle=scalars.handle, flow=scalars.flow)),
        fails("no flow", lambda: array(tf.float32, handle=scalars.handle)),
        fails("handle", lambda: array(tf.float32, handle=3, flow=scalars.flow)),
        fails("shapes differ", lambda: once().write(0, [1.0]).write(1, [1.0, 2.0])),
        fails("shape", lambda: once(element_shape=[2]).write(0, [1.0])),
        fails("source", lambda: tf.gradients(array(tf.float32, 3).unstack(x).read(0), x,
                                             name="other")),
        fails("rank", lambda: once().write([0], 1.0)),
    ]
    feeds = {x: [0.5, 1.5, -2.0], u: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]}
    steps += [run("values", values, feeds), run("loops", [looped, total, ran.stack()], feeds)]
    steps += [run("gradients %d" % i, grads, feeds) for i, grads in enumerate(gradients)]
    twice = once()
    first = twice.write(0, 1.0).read(0)
    with tf.control_dependencies([first]):
        second = twice.read(0)
    steps += [run(label, value, feeds, fails=True, message=False) for label, value in (
        ("unwritten", once().read(0)), ("beyond", once().write(2, 1.0).flow),
        ("read beyond", once().write(0, 1.0).read(5)), ("twice", second),
        ("written twice", once().write(0, 1.0).write(0, 2.0).flow),
        ("closed", after_closing), ("negative", once(-1).flow), ("empty", once(0).stack()),
        ("length", once().split(x, [1, 1]).flow), ("scalar", once(1).write(0, 1.0).concat()),
        ("too many", once().unstack(x).flow))]
    steps.append(run("zeros", [once(element_shape=[2]).stack(), once().write(1, x).stack(),
                               once(0, element_shape=[2]).stack()], feeds))
    return steps
