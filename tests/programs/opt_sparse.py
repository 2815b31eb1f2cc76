"""Each optimizer on variables of which rows are gathered, some of them twice, for 20 steps."""

import numpy as np

from programs.opt_dense import TOLERANCE, trained  # noqa: F401 - the tolerance is the program's


def sparse(tf, resource):
    random = np.random.RandomState(2)
    rows = tf.constant([4, 1, 4, 0], name="rows")
    table = tf.Variable(random.uniform(-1, 1, (5, 2)).astype(np.float32), name="table",
                        use_resource=resource)
    biases = tf.get_variable("biases", [5], initializer=tf.constant_initializer(0.5),
                             use_resource=resource)
    picked = tf.gather(table, rows, name="picked")
    bias = tf.gather(biases, tf.constant([[0, 3], [3, 3]], tf.int64), name="bias")
    target = tf.constant(random.uniform(-1, 1, (4, 2)), tf.float32, name="target")
    loss = tf.reduce_sum(tf.square(picked - target)) + tf.reduce_sum(tf.square(bias))
    return trained(tf, loss, [table, biases], resource)


def build(tf):
    return sparse(tf, resource=False)
