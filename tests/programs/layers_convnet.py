"""A convnet of tf.layers on small images, trained by Adam: convolutions, pooling, dropout."""

import numpy as np

from programs import run, seen


def model(tf, images, training):
    images = tf.reshape(images, [-1, 8, 8, 1])
    conv1 = tf.layers.conv2d(inputs=images, filters=4, kernel_size=[5, 5], padding="same",
                             activation=tf.nn.relu)
    pool1 = tf.layers.max_pooling2d(inputs=conv1, pool_size=[2, 2], strides=2)
    conv2 = tf.layers.conv2d(pool1, 6, 3, padding="same", activation="relu", name="second")
    pool2 = tf.layers.average_pooling2d(conv2, 2, 2)
    dense = tf.layers.dense(tf.layers.flatten(pool2), units=10, activation=tf.nn.tanh)
    dropped = tf.layers.dropout(dense, rate=0.4, training=training)
    return pool1, tf.layers.dense(dropped, 3, kernel_initializer=tf.random_normal_initializer(
        stddev=0.1), kernel_regularizer=tf.contrib.layers.l2_regularizer(0.01))


def build(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 64], name="x")
    labels = tf.placeholder(tf.int64, [None])
    training = tf.placeholder_with_default(False, [], name="training")
    pool1, logits = model(tf, x, training)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=labels, logits=logits))
    loss += tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss)
    with tf.variable_scope("second", reuse=True):
        kernel = tf.get_variable("kernel")
    again = tf.layers.conv2d(pool1, 6, 3, padding="same", name="second", reuse=True)
    with tf.variable_scope("scope"):
        cubes = tf.layers.dense(tf.reshape(x, [-1, 4, 16]), 3, use_bias=False,
                                kernel_regularizer=tf.nn.l2_loss)
    random = np.random.RandomState(0)
    feeds = {x: random.randn(5, 64), labels: random.randint(3, size=5)}
    steps = [seen("variables", [variable.name for variable in tf.global_variables()]),
             run("init", tf.global_variables_initializer()), run("before", [logits, loss], feeds)]
    for i in range(5):
        steps.append(run(f"train {i}", train_op, dict(list(feeds.items()) + [(training, True)])))
        steps.append(run(f"loss {i}", loss, feeds))
    return [*steps, run("after", [kernel, again, cubes], feeds)]


TOLERANCE = {"float32": 1e-5}
