"""TensorArrays used as they must not be."""

from programs import fails, run


def build(tf):
    def array(size=3, **options):
        return tf.TensorArray(tf.float32, size, **options)

    rows = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    filled = array(clear_after_read=True).unstack(rows)
    first = filled.read(1)
    with tf.control_dependencies([first]):
        again = filled.read(1)
    kept = array(clear_after_read=False).write(0, 1.0)
    with tf.control_dependencies([kept.read(0)]):
        rewritten = kept.write(0, 2.0).flow
    mixed = array(2, infer_shape=False).write(0, [1.0]).write(1, [1.0, 2.0])
    with tf.control_dependencies([array(tensor_array_name="named").close()]):
        closed = tf.identity(1.0)
    at_run = {
        "read twice": again, "write after read": rewritten, "mixed shapes": mixed.stack(),
        "dtype": array().write(0, tf.constant(1)).flow,
        "write twice": array(2).write(0, 1.0).write(0, 2.0).flow,
        "write beyond": array(2).write(2, 1.0).flow, "write below": array(2).write(-1, 1.0).flow,
        "read beyond": array().unstack([1.0, 2.0, 3.0]).read(3),
        "read what is not there": array().read(0),
        "gather beyond": array().unstack(rows).gather([2, 7]),
        "gather twice": array().unstack(rows).gather([1, 1]),
        "unstack too much": array(2).unstack(rows).flow,
        "scatter twice": array(4).scatter([3, 0, 3], rows).flow,
        "scatter another number": array(4).scatter(tf.placeholder_with_default([3, 0], [None]),
                                                   rows).flow,
        "split another sum": array(2, infer_shape=False).split([1.0, 2.0, 3.0], [1, 1]).flow,
        "split another number": array(2, infer_shape=False).split([1.0, 2.0, 3.0], [1, 1, 1]).flow,
        "concat scalars": array().unstack([1.0, 2.0, 3.0]).concat(),
        "no elements": array(0).stack(), "negative size": array(-1).flow,
    }
    fine = [first, mixed.concat(), closed, array(element_shape=[2]).read(0),
            array(0, element_shape=[2]).stack(), array(0, dynamic_size=True).unstack(rows).size(),
            array(1, dynamic_size=True).scatter([3, 0, 2], rows).size(),
            array(clear_after_read=False).unstack(rows).gather([1, 1]),
            array(0, dynamic_size=True, element_shape=[]).write(2, 1.0).stack(),
            array(2).split(tf.reshape(tf.range(8.0), [4, 2]), [2, 2]).stack()]
    return [
        fails("no size", lambda: tf.TensorArray(tf.float32)),
        fails("handle and name", lambda: tf.TensorArray(tf.float32, handle=rows,
                                                        tensor_array_name="x")),
        fails("handle and size", lambda: array(handle=filled.handle)),
        fails("no flow", lambda: tf.TensorArray(tf.float32, handle=filled.handle)),
        fails("size a vector", lambda: array([2])),
        fails("size a text", lambda: array("a")),
        fails("shapes", lambda: array().write(0, [1.0]).write(1, [1.0, 2.0])),
        fails("element shape", lambda: array(element_shape=[3]).unstack(rows)),
        fails("index", lambda: array().read(1.5)),
        fails("gather of a scalar", lambda: array().gather(1)),
        fails("gradients of another name", lambda: tf.gradients(
            array().unstack(rows).stack(), rows, name="other")),
    ] + [run(label, at_run[label], fails=True, message=label not in NAMED)
         for label in sorted(at_run)] + [run("fine", fine)]


# Messages that have the number that the array has in the process.
NAMED = ("read twice", "write after read", "write twice", "write beyond", "write below",
         "read what is not there", "gather twice", "unstack too much", "scatter twice")
