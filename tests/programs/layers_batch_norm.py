"""Batch normalization layers: fused and not, known and fed modes, moving averages, training."""

import numpy as np

from programs import run, seen


def build(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 4, 4, 3], name="x")
    training = tf.placeholder(tf.bool, [], name="training")
    conv = tf.layers.conv2d(x, 4, 3, use_bias=False, padding="same")
    fused = tf.nn.relu(tf.layers.batch_normalization(conv, training=training))
    unscaled = tf.layers.batch_normalization(fused, training=True, momentum=0.9, scale=False)
    vectors = tf.layers.dense(tf.layers.flatten(unscaled), 5)
    plain = tf.layers.batch_normalization(vectors, training=training, name="plain")
    fixed = tf.layers.batch_normalization(plain, training=False, center=False)
    loss = tf.reduce_mean(fixed ** 4)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train_op = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    layer = tf.layers.BatchNormalization(axis=1)
    shared = [layer(vectors, training=True), layer(plain, training=False)]
    frozen = tf.layers.batch_normalization(vectors, training=True, trainable=False)
    with tf.variable_scope("resource", use_resource=True):
        resource = tf.layers.batch_normalization(vectors, training=True)
    half = tf.layers.batch_normalization(tf.cast(vectors, tf.float16), training=True)
    random = np.random.RandomState(0)
    feeds = {x: random.randn(6, 4, 4, 3), training: True}
    evaluating = {x: feeds[x], training: False}
    steps = [seen("updates", [op.name for op in tf.get_collection("update_ops")]),
             seen("layer", [[v.name for v in layer.weights], len(layer.updates)]),
             run("init", tf.global_variables_initializer())]
    for i in range(3):
        steps += [run(f"loss {i}", loss, feeds), run(f"train {i}", train_op, feeds)]
    return [*steps, run("evaluation", [loss, fixed, conv], evaluating),
            run("others", [shared, frozen, resource], feeds), run("half", half, feeds)]


TOLERANCE = {"float32": 1e-4, "float16": 1e-2}
