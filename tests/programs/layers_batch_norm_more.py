"""Batch renormalization, several axes, virtual batches, an adjustment."""

import numpy as np

from programs import run


def build(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 6], name="x")
    volumes = tf.placeholder(tf.float32, [2, 3, 2, 2, 2], name="volumes")
    training = tf.placeholder(tf.bool, [], name="training")

    def adjustment(shape):
        return (tf.random_uniform([shape[0], 1], 0.9, 1.1, seed=1),
                tf.random_uniform([shape[0], 1], -0.1, 0.1, seed=2))

    norm = tf.layers.batch_normalization
    outputs = [
        norm(x, training=training, renorm=True,
             renorm_clipping={"rmax": 3.0, "rmin": 0.3, "dmax": 5.0}),
        norm(x, training=True, renorm=True, renorm_momentum=0.9),
        norm(volumes, training=training, axis=[1, 4]),
        norm(volumes, training=True, axis=2),
        norm(x, training=training, virtual_batch_size=3),
        norm(x, training=training, adjustment=adjustment),
        norm(x, training=True, beta_regularizer="l2", gamma_constraint="non_neg")]
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    random = np.random.RandomState(0)
    feeds = {x: random.randn(6, 6), volumes: random.randn(2, 3, 2, 2, 2), training: True}
    evaluating = dict(list(feeds.items()) + [(training, False)])
    return [run("init", tf.global_variables_initializer()), run("training", outputs[1:], feeds),
            run("updates", updates, feeds), run("evaluation", outputs[:5], evaluating)]


TOLERANCE = {"float32": 1e-4}
