"""Linear regression with GradientDescentOptimizer: the smallest program that learns."""

import numpy as np

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.placeholder(tf.float32, [None, 1], name="y")
    w = tf.Variable(tf.zeros([3, 1]), name="w")
    b = tf.Variable(0.5, name="b")
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y), name="loss")
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    init = tf.global_variables_initializer()

    rng = np.random.RandomState(1)
    batch = rng.normal(size=(16, 3)).astype(np.float32)
    feeds = {x: batch, y: batch.dot([[1.0], [-2.0], [0.5]]).astype(np.float32) + 0.3}
    steps = [run("initialise", init)]
    for i in range(10):
        steps.append(run(f"train {i}", [train_op, loss], feeds))
        steps.append(run(f"state {i}", {"w": w, "b": b}))
    return steps
