"""tf.contrib.layers: normalization of batches in its ways, of layers, instances and groups."""

import numpy as np

from programs import run


def build(tf):
    tf.set_random_seed(1)
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [4, 3, 3, 4], name="images")
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    training = tf.placeholder(tf.bool, [], name="training")
    first = tf.transpose(images, [0, 3, 1, 2])
    batch_norm = layers.batch_norm
    outputs = [
        batch_norm(x, is_training=training),
        batch_norm(x, updates_collections=None, scale=True, decay=0.9),
        batch_norm(x, is_training=training, updates_collections=None, fused=False,
                   param_initializers={"beta": tf.ones_initializer()}),
        batch_norm(x, is_training=training, updates_collections="other", fused=False, scale=True,
                   zero_debias_moving_mean=True),
        batch_norm(images, is_training=training, updates_collections=None,
                   activation_fn=tf.nn.relu),
        batch_norm(images, is_training=False, scope="fixed"),
        batch_norm(images, batch_weights=tf.ones([4]), scope="weights"),
        batch_norm(first, batch_weights=tf.ones([4]), data_format="NCHW", is_training=training,
                   variables_collections={"moving_mean": ["means"]}),
        layers.layer_norm(images, begin_norm_axis=-1, activation_fn=tf.nn.relu),
        layers.instance_norm(images),
        layers.instance_norm(first, data_format="NCHW", center=False),
        layers.group_norm(images, 2), layers.group_norm(images, 4, mean_close_to_zero=True,
                                                        scale=False)]
    random = np.random.RandomState(0)
    feeds = {images: random.randn(4, 3, 3, 4), x: random.randn(5, 3), training: True}
    evaluating = dict(list(feeds.items()) + [(training, False)])
    sums = [tf.reduce_sum(output ** 3, -1) for output in outputs]
    return [run("init", tf.global_variables_initializer()), run("training", sums, feeds),
            run("updates", tf.get_collection("update_ops"), feeds),
            run("evaluation", sums, evaluating)]


TOLERANCE = {"float32": 1e-4}
