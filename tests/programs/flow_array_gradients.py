"""Gradients through all that can be done with a TensorArray, by source."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [3, 2], name="x")
    a = tf.constant(3.0)

    def array(size=3, **options):
        return tf.TensorArray(tf.float32, size, **options)

    stacked = array().unstack(x).stack() * x
    gathered = array(clear_after_read=False).unstack(x).gather([2, 0, 2])
    scattered = array().scatter([2, 0, 1], x).stack() * x
    joined = array().unstack(x).concat() * 2.0
    cut = array(2, infer_shape=False).split(x, [1, 2]).concat() * x
    twice = array(clear_after_read=False).unstack(x)
    reads = [twice.read(0) * 2.0, twice.read(0) * 3.0, twice.read(2)]
    written = array(2).write(0, a).write(1, a * a).stack()
    found = [tf.gradients(y, x) for y in (stacked, gathered, scattered, joined, cut, reads)]
    found.append([tf.gradients(written, a), tf.gradients(written * 2.0, a),
                  tf.gradients(written, a, name="gradients_of_written")])
    source = array(2, clear_after_read=False).unstack([1.0, 2.0])
    once = source.grad("source").write(0, 5.0)
    with tf.control_dependencies([once.flow]):
        summed = source.grad("source").write(0, 6.0).write(1, 1.0).stack()
    other = source.grad("other").write(0, 1.0).write(1, 2.0).stack()
    return [run("values", [stacked, gathered, scattered, joined, cut, reads, written],
                {x: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]}),
            run("gradients", found, {x: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]}),
            run("sources", [summed, other])]
