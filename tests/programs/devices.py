"""Device scopes: names in their forms, merging, device functions, colocation over devices."""

from programs import fails, seen


def build(tf):
    nodes = []

    def add(name):
        nodes.append(tf.constant(1.0, name=name))

    for name, device in [("short", "/cpu:0"), ("upper", "/CPU:0"), ("long", "/device:CPU:0"),
                         ("job", "/job:worker"),
                         ("full", "/job:worker/replica:0/task:1/device:GPU:2"),
                         ("any", "/device:CPU:*"), ("gpu", "/gpu:3"), ("empty", "")]:
        with tf.device(device):
            add(name)
    with tf.device("/job:ps/task:2"):
        with tf.device("/cpu:0"):
            add("merged")
            with tf.device("/task:1"):
                add("overridden")
            with tf.device(None):
                add("cleared")
        add("outer")
    with tf.device(lambda op: "/device:CPU:0" if op.type == "Const" else ""):
        add("function")
        tf.no_op(name="function_no")
        with tf.device("/job:worker"):
            add("function_merged")
    with tf.device(tf.DeviceSpec(job="ps", device_type="CPU", device_index=0)):
        add("spec")
        v = tf.Variable([1.0], name="v")
    with tf.device("/device:CPU:0"):
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
        loss = tf.reduce_sum(w * 2.0)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, colocate_gradients_with_ops=True)
    with tf.device("/device:CPU:0"), tf.colocate_with(nodes[1].op):
        add("with")
    with tf.device("/device:GPU:1"), tf.colocate_with(nodes[1].op):
        add("with_other")
    return [
        seen("devices", [[t.op.name, t.device] for t in nodes]),
        seen("variables", [[u.name, u.device] for u in (v, w)]),
        fails("bad device", lambda: tf.device("/nonsense:1").__enter__()),
        seen("train", train.device),
    ]
