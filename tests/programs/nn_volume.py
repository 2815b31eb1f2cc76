"""Convolutions and pooling of volumes, and their gradients to second order."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(15)
    nn = tf.nn
    ones = [1, 1, 1, 1, 1]
    x = tf.placeholder(tf.float32, [2, 4, 3, 5, 2], name="x")
    free = tf.placeholder(tf.float32, [None, None, 3, None, 2], name="free")
    w = tf.constant(rng.uniform(-1, 1, (2, 3, 2, 2, 3)), tf.float32, name="w")
    feeds = {x: rng.uniform(-1, 1, (2, 4, 3, 5, 2)), free: rng.uniform(-1, 1, (1, 3, 3, 4, 2))}
    ys = [nn.conv3d(x, w, ones, "SAME"),
          nn.conv3d(free, w, [1, 2, 1, 2, 1], "VALID", name="strided"),
          nn.conv3d_transpose(nn.conv3d(x, w, ones, "SAME"), w, [2, 8, 6, 10, 2], 2),
          nn.conv3d_backprop_filter(x, [2, 3, 2, 2, 3], nn.conv3d(x, w, ones, "SAME"), ones,
                                    "SAME"),
          nn.max_pool3d(x, 2, 2, "SAME"),
          nn.max_pool3d(free, [2, 1, 2], [1], "VALID", name="largest"),
          nn.avg_pool3d(x, 2, 2, "SAME"), nn.avg_pool3d(free, 3, 1, "SAME", name="mean"),
          nn.max_pool_v2(x, 2, 1, "VALID"), nn.avg_pool_v2(x, 2, 1, "VALID"),
          nn.convolution(x, w, "SAME"), nn.pool(x, [2, 2, 2], "MAX", "SAME"),
          nn.convolution(x, w, "VALID", dilations=[2, 1, 2]),
          nn.pool(x, [2, 1, 2], "AVG", "VALID", dilation_rate=[1, 1, 2])]
    first = tf.gradients([tf.square(y) for y in ys], [x, free, w])
    second = tf.gradients([tf.square(g) for g in tf.gradients(
        [tf.square(y) for y in ys[:2] + ys[4:8]], [x, free, w])], [x, free, w])
    ties = tf.ones([1, 2, 2, 2, 1])
    return [
        seen("shapes", [str(y.shape) for y in ys]),
        run("results", ys, feeds), run("gradients", first, feeds), run("second", second, feeds),
        run("ties", tf.gradients(nn.max_pool3d(ties, 2, 2, "VALID"), ties)),
        fails("rank", lambda: nn.conv3d(np.ones((2, 2, 2, 2), np.float32), w, ones, "SAME")),
        fails("depth", lambda: nn.conv3d(x, np.ones((2, 2, 2, 3, 1), np.float32), ones, "SAME")),
        fails("strides", lambda: nn.conv3d(x, w, [1, 1, 1], "SAME")),
        fails("dilations", lambda: nn.conv3d(x, w, ones, "SAME", dilations=[1, 1])),
        fails("too large", lambda: nn.max_pool3d(x, 6, 1, "VALID")),
        run("batch strides", nn.conv3d(x, w, [2, 1, 1, 1, 1], "SAME"), feeds, fails=True),
        run("format", nn.conv3d(tf.zeros([1, 2, 3, 3, 3]), w, ones, "SAME", data_format="NCDHW"),
            fails=True),
        run("pooled batch", nn.max_pool3d(x, [2, 1, 1, 1, 1], ones, "SAME"), feeds, fails=True),
        run("pooled format", nn.avg_pool3d(x, 1, 1, "SAME", data_format="NCDHW"), feeds,
            fails=True),
    ]


TOLERANCE = {"float32": 1e-5}
