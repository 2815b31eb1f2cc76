"""The optimizer notes with a resource variable."""

import numpy as np

from programs import run, seen


def build(tf):
    a = tf.placeholder(tf.float32, (10, 2), name="a")
    b = tf.get_variable("b", shape=(2, 1), dtype=tf.float32, use_resource=True)
    loss = tf.cumsum(tf.matmul(a, b), name="loss")
    opt = tf.train.AdamOptimizer(0.01)
    train_op = opt.minimize(loss)
    state = [b, opt.get_slot(b, "m"), opt.get_slot(b, "v")]
    init = tf.global_variables_initializer()

    feeds = {a: np.random.RandomState(0).uniform(-1, 1, (10, 2)).astype(np.float32)}
    start = np.array([[0.5], [-0.25]], np.float32)
    steps = [
        seen("handle", [b.handle.name, b.handle.dtype.name, b.dtype.name, b.op.type]),
        seen("slot names", opt.get_slot_names()),
        run("initialise", init, {"b/Initializer/random_uniform:0": start}),
    ]
    for i in range(5):
        steps.append(run(f"train {i}", [train_op, loss], feeds))
        steps.append(run(f"state {i}", state))
    return steps
