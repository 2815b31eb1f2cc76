"""The notes' network on a resource variable: devices, Adam's options and a global step."""

import numpy as np

from programs import run, seen


def build(tf):
    tf.set_random_seed(11)
    with tf.device("/cpu:0"):
        a = tf.placeholder(dtype=tf.float32, shape=(None, 2), name="a")
        with tf.variable_scope("net", use_resource=True):
            b = tf.get_variable("b", shape=(2, 1), dtype=tf.float32)
            bias = tf.get_variable("bias", initializer=tf.zeros([1]), use_resource=False)
    step = tf.train.create_global_step()
    with tf.name_scope("model"):
        loss = tf.cumsum(tf.matmul(a, b) + bias, name="loss")
        total = tf.reduce_mean(tf.square(loss))
    opt = tf.train.AdamOptimizer(tf.constant(0.05), beta1=0.8, epsilon=1e-4, name="MyAdam")
    train_op = opt.minimize(total, global_step=step, name="train")
    batch = np.random.RandomState(5).uniform(-1, 1, (6, 2)).astype(np.float32)
    steps = [seen("slots", [opt.get_slot_names(), [v.name for v in opt.variables()]]),
             run("initialise", tf.global_variables_initializer())]
    for i in range(10):
        steps.append(run(f"train {i}", train_op, {a: batch}))
        steps.append(run(f"state {i}", [b, bias, step, opt.variables()]))
    return steps + [run("total", total, {a: batch})]


TOLERANCE = {"float32": 1e-5}
