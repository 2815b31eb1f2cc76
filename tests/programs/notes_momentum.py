"""The notes' network with another optimizer: Nesterov momentum, all gradients gated together."""

import numpy as np

from programs import run


def build(tf):
    a = tf.placeholder(dtype=tf.float32, shape=(10, 2), name="a")
    b = tf.get_variable("b", shape=(2, 1), dtype=tf.float32,
                        initializer=tf.truncated_normal_initializer(stddev=0.5, seed=3))
    loss = tf.cumsum(tf.matmul(a, b), name="loss", reverse=True)
    rate = tf.train.exponential_decay(0.1, tf.train.get_or_create_global_step(), 3, 0.5)
    opt = tf.train.MomentumOptimizer(rate, momentum=0.9, use_nesterov=True)
    grads_and_vars = opt.compute_gradients(loss, gate_gradients=opt.GATE_GRAPH,
                                           colocate_gradients_with_ops=True)
    clipped = [(tf.clip_by_norm(g, 2.0), v) for g, v in grads_and_vars]
    train_op = opt.apply_gradients(clipped, global_step=tf.train.get_global_step(), name="step")
    batch = np.random.RandomState(3).uniform(-1, 1, (10, 2)).astype(np.float32)
    steps = [run("initialise", tf.global_variables_initializer())]
    for i in range(8):
        steps.append(run(f"loss {i}", [loss, grads_and_vars[0][0], rate], {a: batch}))
        steps.append(run(f"train {i}", train_op, {a: batch}))
        steps.append(run(f"state {i}", [b, opt.get_slot(b, "momentum"),
                                        tf.train.get_global_step()]))
    return steps
