"""Batch normalisation in one op: in training and with given moments, and its gradients."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(13)
    normalize = tf.nn.fused_batch_norm
    x = tf.placeholder(tf.float32, [None, 3, 4, 3], name="x")
    free = tf.placeholder(tf.float32, name="free")
    scale = tf.constant([1., 2., 0.5], name="scale")
    offset = tf.constant([0.5, 0., -1.], name="offset")
    mean, variance = tf.constant([0.1, -0.2, 0.3]), tf.constant([1., 2., 0.5])
    half = tf.constant(rng.uniform(-1, 1, (1, 2, 2, 3)), tf.float16)
    feeds = {x: rng.uniform(-1, 2, (2, 3, 4, 3)), free: rng.uniform(-1, 2, (1, 2, 2, 3))}
    results = [normalize(x, scale, offset),
               normalize(x, [1., 1, 1], [0., 0, 0], epsilon=0, name="n"),
               normalize(x, scale, offset, mean, variance, is_training=False),
               normalize(free, scale, offset), normalize(half, scale, offset),
               normalize(half, scale, offset, mean, variance, is_training=False)]
    ys = [result[0] for result in results]
    first = tf.gradients([tf.square(y) for y in ys], [x, free, scale, offset, half])
    flipped = normalize(tf.zeros([1, 3, 2, 2]), scale, offset, data_format="NCHW")
    return [
        seen("shapes", [str(item.shape) for result in results for item in result]),
        # Of moments that are given, TensorFlow leaves the two further results undefined.
        run("normalized", [ys, results[0], results[3]], feeds), run("gradients", first, feeds),
        fails("moments in training", lambda: normalize(x, scale, offset, mean)),
        fails("rank", lambda: normalize([[1.]], scale, offset)),
        fails("channels", lambda: normalize(x, scale, [1.])),
        fails("mean", lambda: normalize(x, scale, offset, [1.], variance, is_training=False)),
        run("NCHW", flipped, fails=True, message=False),
        run("rank at run time", results[3], {free: [1.]}, fails=True),
    ]


TOLERANCE = {"float32": 2e-5, "float16": 4e-3}
