"""A network of tf.contrib.layers with arg_scope: convolutions, normalizers, penalties, stacks."""

import numpy as np

from programs import run, seen


def build(tf):
    tf.set_random_seed(1)
    layers, framework = tf.contrib.layers, tf.contrib.framework
    x = tf.placeholder(tf.float32, [None, 8, 8, 3], name="x")
    training = tf.placeholder(tf.bool, [], name="training")
    net = layers.conv2d(x, 4, 3, weights_regularizer=layers.l2_regularizer(0.01))
    net = layers.conv2d(net, 4, [3, 3], stride=2, normalizer_fn=layers.batch_norm,
                        normalizer_params={"is_training": training}, scope="second")
    net = layers.max_pool2d(net, 2)
    with framework.arg_scope([layers.conv2d, layers.fully_connected], activation_fn=tf.nn.elu,
                             weights_regularizer=layers.l1_regularizer(0.1),
                             outputs_collections="outputs", variables_collections=["all"]) as scope:
        with framework.arg_scope([layers.conv2d], padding="VALID"):
            net = layers.conv2d(net, 5, 2, scope="inner")
    with framework.arg_scope(scope):
        net = layers.fully_connected(layers.flatten(net), 6)
    net = layers.fully_connected(net, 6, scope="shared", normalizer_fn=layers.layer_norm)
    net = layers.fully_connected(net, 6, scope="shared", reuse=True,
                                 normalizer_fn=layers.layer_norm)
    net = layers.linear(net, 3, weights_initializer=layers.variance_scaling_initializer(),
                        biases_initializer=None)
    net = layers.dropout(net, 0.8, is_training=training)
    net = layers.stack(net, layers.fully_connected, [4, 5], scope="stack")
    net = layers.relu(layers.repeat(net, 2, layers.fully_connected, 5), 4)
    loss = tf.reduce_mean(tf.square(net)) + tf.add_n(tf.get_collection("regularization_losses"))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train_op = tf.train.GradientDescentOptimizer(0.01).minimize(
            loss, var_list=tf.trainable_variables("second") + tf.trainable_variables("shared"))
    random = np.random.RandomState(0)
    feeds = {x: random.randn(4, 8, 8, 3), training: True}
    evaluating = {x: feeds[x], training: False}
    steps = [seen(key, [item.name for item in tf.get_collection(key)])
             for key in ("model_variables", "outputs", "all")]
    steps.append(run("init", tf.global_variables_initializer()))
    for i in range(2):
        steps += [run(f"loss {i}", loss, feeds), run(f"train {i}", train_op, feeds)]
    return [*steps, run("evaluation", [loss, net], evaluating)]


TOLERANCE = {"float32": 1e-4}
