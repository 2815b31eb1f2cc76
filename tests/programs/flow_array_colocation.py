"""Where the operations of a TensorArray are placed."""

from programs import seen


def build(tf):
    with tf.device("/cpu:0"):
        first, second = tf.constant([1.0, 2.0], name="first"), tf.constant(3.0, name="second")
        anywhere = tf.TensorArray(tf.float32, 3)
        fixed = tf.TensorArray(tf.float32, 3, colocate_with_first_write_call=False, name="fixed")
    with tf.device("/gpu:0"):
        anywhere = anywhere.scatter([0, 1], first).write(2, second)
        fixed = fixed.write(0, second).scatter([1, 2], first)
        sums = anywhere.stack() + fixed.stack()
    with tf.device("/cpu:1"), tf.colocate_with(second, ignore_existing=True):
        tf.TensorArray(tf.float32, 2, name="colocated").unstack(first).size()
    tf.gradients(sums, [first, second], colocate_gradients_with_ops=True)
    return [seen("devices", sorted({op.device for op in tf.get_default_graph().get_operations()}))]
