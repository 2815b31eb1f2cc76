"""Resource variables: reads, assignments, and optimizers on them and on ref variables together."""

import numpy as np

from programs import run, seen


def build(tf):
    with tf.variable_scope("net", use_resource=True):
        w = tf.get_variable("w", initializer=np.float32([[1, 2], [3, 4]]))
        steps_done = tf.get_variable("steps", initializer=0, trainable=False)
    v = tf.Variable([1.0, -1.0], name="v", use_resource=True)
    r = tf.Variable([1.0, 1.0], name="r", use_resource=False)
    loss = tf.reduce_sum(tf.matmul(w, tf.expand_dims(v * r, 1)))
    train_op = tf.train.GradientDescentOptimizer(0.5).minimize(loss, global_step=steps_done)
    add = w.assign_add(tf.ones([2, 2]))
    sub = v.assign_sub([0.5, 0.5], name="halve")
    quiet = w.assign(tf.zeros([2, 2]), read_value=False)
    fresh = w.read_value()
    return [
        seen("dtypes", [w.dtype.name, v.dtype.name, r.dtype.name]),
        seen("names", [w.name, w.op.name, v.name, v.handle.name, fresh.name, quiet.name]),
        run("initialise", tf.global_variables_initializer()),
        run("initialised", [tf.is_variable_initialized(r), w.is_initialized()]),
        run("values", [w, v, r, steps_done, w.initial_value]),
        run("add", add),
        run("sub", sub),
        run("train", [train_op, loss]),
        run("after", [fresh, v, r, steps_done]),
        run("quiet", quiet),
        run("zero", w),
    ]
