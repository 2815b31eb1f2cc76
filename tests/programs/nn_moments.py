"""Moments, batch normalisation written out, l2_loss, l2_normalize, local response normalisation."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(6)
    nn = tf.nn
    x = tf.placeholder(tf.float32, [4, 3, 2], name="x")
    free = tf.placeholder(tf.float32, [None, 3], name="free")
    weights = tf.constant(rng.uniform(0, 2, (4, 1, 2)), tf.float32, name="weights")
    half = tf.constant([[1., 2.], [3., 5.]], tf.float16)
    feeds = {x: rng.uniform(-1, 2, (4, 3, 2)), free: rng.uniform(-1, 2, (5, 3))}
    mean, variance = nn.moments(x, [0, 1])
    plain = nn.sufficient_statistics(x, [0, 2])
    shifted = nn.sufficient_statistics(free, [0], shift=0.5, keepdims=True)
    pairs = [(mean, variance), nn.moments(free, [0], keep_dims=True, name="kept"),
             nn.moments(half, [1]), nn.normalize_moments(*plain), nn.normalize_moments(*shifted),
             nn.weighted_moments(x, [0, 1], weights),
             nn.weighted_moments(x, [0], 1, keepdims=True, name="counted"),
             nn.weighted_moments(half, [0], half)]
    scale, offset = tf.constant([1., 2.]), tf.constant([0.5, -0.5])
    normal = [nn.batch_normalization(x, mean, variance, offset, scale, 0.001),
              nn.batch_normalization(x, mean, variance, None, scale, 0.001, name="no_offset"),
              nn.batch_normalization(x, mean, variance, offset, None, 0.001),
              nn.batch_norm_with_global_normalization(x, mean, variance, offset, scale, 0.01, True),
              nn.l2_normalize(x, 1), nn.l2_normalize(free, axis=[0], epsilon=0.1, name="unit"),
              nn.l2_normalize(x, dim=[0, 2]), nn.l2_normalize(x)]
    image = tf.constant(rng.uniform(-1, 1, (1, 2, 2, 7)), tf.float32)
    local = [nn.local_response_normalization(image),
             nn.lrn(image, 1, bias=2., alpha=0.5, beta=0.75),
             nn.lrn(image, depth_radius=9, name="wide")]
    loss = nn.l2_loss(x, name="decay")
    xs = [x, free, scale, offset]
    ys = [y for pair in pairs[:2] + pairs[3:7] for y in pair] + normal + [loss]
    first = tf.gradients([tf.square(y) for y in ys], xs)
    return [
        seen("shapes", [str(y.shape) for pair in pairs for y in pair] +
             [str(y.shape) for y in normal + local + [loss]]),
        run("moments", pairs, feeds), run("statistics", [plain[:3], shifted], feeds),
        run("normal", normal, feeds), run("gradients", first, feeds),
        run("local", local),
        run("local gradients", tf.gradients([tf.square(y) for y in local], image)),
        run("loss", [loss, tf.gradients(loss, x), nn.l2_loss(half)], feeds),
        fails("axis", lambda: nn.moments(x, [3])),
        fails("integers", lambda: nn.l2_loss([1])),
        fails("rank", lambda: nn.lrn([1.])),
        fails("both", lambda: nn.moments(x, [0], keep_dims=True, keepdims=True)),
    ]


TOLERANCE = {"float32": 1e-5, "float16": 4e-3}
