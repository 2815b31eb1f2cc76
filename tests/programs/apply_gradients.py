"""The two halves of minimize apart: gradients are changed before they are applied."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rate = tf.placeholder_with_default(np.float32(0.5), [], name="rate")
    x = tf.Variable([3.0, -4.0], name="x")
    y = tf.Variable(2.0, name="y")
    unused = tf.Variable(1.0, name="unused")
    frozen = tf.Variable(1.0, name="frozen", trainable=False)
    loss = tf.reduce_sum(x * y * frozen, name="loss")
    sgd = tf.train.GradientDescentOptimizer(rate)
    pairs = sgd.compute_gradients(loss)
    halved = [(g * 0.5, v) for g, v in pairs if g is not None]
    train = sgd.apply_gradients(halved, name="halved")
    only_x = sgd.minimize(loss, var_list=[x])
    adam = tf.train.AdamOptimizer(rate, epsilon=tf.constant(0.1))
    also = adam.minimize(loss, var_list=[y])
    state = [x, y, unused, frozen]
    return [
        seen("pairs", [[g if g is None else g.name, v.op.name] for g, v in pairs]),
        fails("no gradients", lambda: sgd.apply_gradients([(None, x)])),
        fails("nothing", lambda: sgd.apply_gradients([])),
        fails("unconnected", lambda: sgd.minimize(tf.constant(1.0))),
        fails("integer loss", lambda: sgd.minimize(tf.constant(1))),
        fails("not a variable", lambda: sgd.minimize(loss, var_list=[tf.constant(1.0)])),
        run("initialise", tf.global_variables_initializer()),
        run("train", train),
        run("after train", state),
        run("only x", only_x, {rate: 2.0}),
        run("after only x", state),
        run("adam", also),
        run("after adam", state),
    ]
