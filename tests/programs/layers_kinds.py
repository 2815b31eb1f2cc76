"""Layers of each kind: convolutions of all ranks, dilated, transposed, separable; pooling."""

import numpy as np

from programs import run, seen


def build(tf):
    tf.set_random_seed(1)
    layers = tf.layers
    rows = tf.placeholder(tf.float32, [None, 12, 3], name="rows")
    images = tf.placeholder(tf.float32, [None, 8, 8, 2], name="images")
    volumes = tf.placeholder(tf.float32, [2, 4, 5, 6, 2], name="volumes")
    first = tf.transpose(rows, [0, 2, 1])
    causal = layers.conv1d(rows, 2, 3, padding="causal", activation="tanh")
    dilated = layers.conv1d(causal, 2, 3, padding="same", dilation_rate=2, use_bias=False)
    separable = layers.separable_conv1d(layers.max_pooling1d(dilated, 2, 2), 3, 2,
                                        depth_multiplier=2)
    down = layers.conv2d(images, 2, (3, 2), strides=2, dilation_rate=1)
    wide = layers.conv2d(images, 2, 3, padding="same", dilation_rate=2, activation=tf.nn.elu)
    up = layers.conv2d_transpose(down, 2, 3, strides=2, padding="same")
    larger = layers.conv2d_transpose(up, 2, (3, 5), strides=(2, 1), use_bias=False)
    deep = layers.conv3d(volumes, 2, 2, padding="same", activation=tf.nn.relu)
    pooled = layers.max_pooling3d(deep, 2, 2)
    outputs = [
        separable, larger, wide,
        layers.separable_conv1d(separable, 2, 2, padding="causal", dilation_rate=2),
        layers.average_pooling1d(rows, [2], [1], "same"),
        layers.flatten(first, data_format="channels_first"),
        layers.separable_conv2d(up, 2, 3, padding="same", dilation_rate=2, activation="relu"),
        layers.conv3d(volumes, 2, 2, dilation_rate=(1, 2, 1)),
        layers.average_pooling3d(deep, (1, 2, 2), 1, data_format="channels_first"),
        layers.conv3d_transpose(pooled, 2, 3, strides=2),
        layers.conv3d_transpose(pooled, 1, 2, strides=2, padding="same", name="named")]
    gradients = tf.gradients(outputs[:4], tf.trainable_variables()[:4])
    shape = (None, 5, 7, 2)
    shapes = [layer.compute_output_shape(shape).as_list() for layer in (
        layers.Conv2D(3, 2), layers.Conv2D(3, 3, strides=2, padding="same"),
        layers.Conv2D(4, 2, dilation_rate=2), layers.Conv2DTranspose(4, 3, strides=2),
        layers.Conv2DTranspose(4, 3, strides=2, padding="same"), layers.MaxPooling2D(2, 2),
        layers.AveragePooling2D(3, 2, "same"), layers.Flatten(), layers.Dense(3),
        layers.MaxPooling2D(2, 2, data_format="channels_first"),
        layers.Conv2D(3, 2, data_format="channels_first"))]
    random = np.random.RandomState(0)
    feeds = {rows: random.randn(2, 12, 3), images: random.randn(1, 8, 8, 2),
             volumes: random.randn(2, 4, 5, 6, 2)}
    return [seen("shapes", shapes), run("init", tf.global_variables_initializer()),
            run("outputs", [tf.reduce_sum(tf.square(x), -1) for x in outputs], feeds),
            run("gradients", [x for x in gradients if x is not None], feeds)]


TOLERANCE = {"float32": 1e-5}
