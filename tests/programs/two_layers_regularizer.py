"""A network of two layers in variable scopes, with a regularizer, trained with Adam."""

import numpy as np

from programs import run, seen


def layer(tf, x, units, scope):
    with tf.variable_scope(scope):
        width = x.shape[-1].value
        w = tf.get_variable("w", [width, units])
        b = tf.get_variable("b", [units], initializer=tf.zeros_initializer())
        return tf.nn.bias_add(tf.matmul(x, w), b)


def build(tf):
    tf.set_random_seed(7)
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    y = tf.placeholder(tf.float32, [None, 1], name="y")
    with tf.variable_scope("model", regularizer=lambda w: 0.01 * tf.nn.l2_loss(w)):
        hidden = tf.nn.relu(layer(tf, x, 8, "hidden"))
        output = layer(tf, hidden, 1, "output")
    penalty = tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES), name="penalty")
    loss = tf.add(tf.reduce_mean(tf.squared_difference(output, y)), penalty, name="loss")
    step = tf.train.get_or_create_global_step()
    train_op = tf.train.AdamOptimizer(0.05).minimize(loss, global_step=step)
    init = tf.global_variables_initializer()

    rng = np.random.RandomState(2)
    batch = rng.normal(size=(12, 4)).astype(np.float32)
    feeds = {x: batch, y: np.sin(batch.sum(1, keepdims=True)).astype(np.float32)}
    steps = [
        seen("variables", [[v.name, v.shape.as_list()] for v in tf.trainable_variables()]),
        seen("in hidden", [v.name for v in tf.global_variables(scope="model/hidden")]),
        run("initialise", init),
        run("start", tf.trainable_variables()),
    ]
    for i in range(10):
        steps.append(run(f"loss {i}", [loss, penalty], feeds))
        steps.append(run(f"train {i}", train_op, feeds))
    return steps + [run("end", tf.global_variables())]


TOLERANCE = {"float32": 2e-5}
