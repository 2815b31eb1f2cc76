"""Two layers under variable scopes, shared between two towers, with a regularizer and RMSProp."""

import numpy as np

from programs import run, seen


def tower(tf, x):
    with tf.variable_scope("tower", reuse=tf.AUTO_REUSE,
                           regularizer=lambda w: tf.multiply(0.1, tf.reduce_sum(tf.abs(w)))):
        with tf.variable_scope("first"):
            w = tf.get_variable("w", [3, 4], initializer=tf.orthogonal_initializer(seed=1))
            hidden = tf.tanh(tf.matmul(x, w), name="hidden")
        with tf.variable_scope("second", initializer=tf.constant_initializer(0.25)):
            w = tf.get_variable("w", [4, 2])
            b = tf.get_variable("b", [2], regularizer=tf.no_regularizer)
            return tf.nn.softmax(tf.matmul(hidden, w) + b)


def build(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    left, right = tower(tf, x), tower(tf, -x)
    penalty = tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
    loss = tf.reduce_sum(tf.square(left - 2.0 * right)) + penalty
    opt = tf.train.RMSPropOptimizer(0.01, momentum=0.5, centered=True)
    train_op = opt.minimize(loss, var_list=tf.trainable_variables("tower/second"),
                            aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE)
    feeds = {x: np.random.RandomState(8).normal(size=(5, 3)).astype(np.float32)}
    steps = [seen("names", [v.name for v in tf.global_variables()]),
             run("initialise", tf.global_variables_initializer())]
    for i in range(10):
        steps.append(run(f"loss {i}", [loss, left, penalty], feeds))
        steps.append(run(f"train {i}", train_op, feeds))
    return steps + [run("end", tf.global_variables())]


TOLERANCE = {"float32": 2e-5}
