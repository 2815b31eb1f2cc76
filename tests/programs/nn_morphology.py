"""Dilation, erosion, fractional pooling, transposed dilated convolutions, and their gradients."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(5)
    nn = tf.nn
    x = tf.placeholder(tf.float32, [1, 5, 4, 2], name="x")
    free = tf.placeholder(tf.float32, [None, None, None, 2], name="free")
    kernel = tf.constant(rng.uniform(-1, 1, (2, 3, 2)).astype(np.float32), name="kernel")
    wanted = tf.placeholder(tf.int32, [4], name="wanted")
    unknown = tf.placeholder(tf.float32, [None, None, 3, 2], name="unknown")
    feeds = {x: rng.uniform(-1, 1, (1, 5, 4, 2)), free: rng.uniform(-1, 1, (2, 4, 6, 2)),
             wanted: [1, 7, 6, 3], unknown: rng.uniform(-1, 1, (2, 2, 3, 2))}
    one = [1, 1, 1, 1]
    ys = [nn.dilation2d(x, kernel, one, one, "SAME"),
          nn.dilation2d(x, filters=kernel, strides=[1, 2, 1, 1], dilations=[1, 2, 1, 1],
                        padding="VALID", name="thick"),
          nn.erosion2d(x, kernel, [1, 1, 2, 1], one, "SAME"),
          nn.erosion2d(free, kernel, one, [1, 1, 2, 1], "VALID", name="thin")]
    found = []
    for pool in (nn.fractional_max_pool, nn.fractional_avg_pool):
        found += [pool(x, [1.0, 1.6, 1.3, 1.0], deterministic=True, seed=3, seed2=4),
                  pool(x, [1.0, 1.2, 1.3, 1.0], pseudo_random=True, overlapping=True,
                       deterministic=True, seed=8, name="rounded"),
                  pool(free, [1.0, 1.5, 1.7, 1.0], overlapping=True, deterministic=True, seed2=5)]
    mean = found.pop().output  # The gradient of a mean needs the shape.
    ys += [item.output for item in found]
    first = tf.gradients([tf.square(y) for y in ys], [x, free, kernel])

    filters = tf.constant(rng.uniform(-1, 1, (3, 2, 3, 2)).astype(np.float32), name="filters")
    ups = [nn.atrous_conv2d_transpose(x, filters, [1, 5, 4, 3], 2, "SAME"),
           nn.atrous_conv2d_transpose(x, filters, (1, 9, 6, 3), 2, "VALID", name="valid"),
           nn.atrous_conv2d_transpose(x, filters, [1, 7, 5, 3], 1, "VALID", name="plain")]
    tall = nn.atrous_conv2d_transpose(free, filters, wanted, 3, "SAME", name="dynamic")
    loose = nn.atrous_conv2d_transpose(free, unknown, wanted, 2, "SAME", name="loose")
    more = tf.gradients(ups + [tall, loose], [x, filters])
    image = rng.uniform(-1, 1, (1, 7, 6, 2))
    return [
        seen("shapes", [str(y.shape) for y in ys + ups + [tall, loose]]),
        seen("sequences", [str(y.shape) for item in found for y in item[1:]]),
        run("ys", ys, feeds), run("found", found + [mean], feeds), run("again", found[1], feeds),
        run("first", first, feeds), run("ups", ups, feeds),
        run("tall", tall, {free: image, wanted: [1, 7, 6, 3]}),
        run("loose", loose, {free: image[:, :6], wanted: [1, 6, 6, 3],
                             unknown: rng.uniform(-1, 1, (3, 2, 3, 2))}),
        run("more", more, {**feeds, free: image, wanted: [1, 7, 6, 3],
                           unknown: rng.uniform(-1, 1, (2, 2, 3, 2))}),
        fails("second", lambda: tf.gradients(tf.gradients(ys[0], x), x)),
        fails("mean of unknown", lambda: tf.gradients(mean, free)),
        fails("depth", lambda: nn.dilation2d(x, np.ones((2, 2, 3), np.float32), one, one, "SAME")),
        fails("rank", lambda: nn.dilation2d(x, np.ones((2, 2), np.float32), one, one, "SAME")),
        fails("stride", lambda: nn.erosion2d(x, kernel, [1, 0, 1, 1], one, "SAME")),
        fails("padding", lambda: nn.dilation2d(x, kernel, one, one, "EXPLICIT")),
        fails("both names", lambda: nn.dilation2d(x, kernel, one, one, "SAME", filters=kernel)),
        fails("too large", lambda: nn.dilation2d(x, kernel, one, [1, 7, 1, 1], "VALID")),
        run("strides of batches", nn.dilation2d(x, kernel, [2, 1, 1, 1], one, "SAME"), feeds,
            fails=True),
        run("rates of channels", nn.dilation2d(x, kernel, one, [1, 1, 1, 2], "SAME"), feeds,
            fails=True),
        fails("ratios", lambda: nn.fractional_max_pool(x, [1.0, 1.5])),
        run("seed alone", nn.fractional_max_pool(x, one, seed=3), feeds, fails=True),
        fails("rate", lambda: nn.atrous_conv2d_transpose(x, filters, [1, 5, 4, 3], 0, "SAME")),
        fails("channels", lambda: nn.atrous_conv2d_transpose(x, filters[..., :1], [1, 5, 4, 3], 2,
                                                             "SAME")),
        fails("output channels", lambda: nn.atrous_conv2d_transpose(x, filters, [1, 5, 4, 5], 2,
                                                                    "SAME")),
        fails("output rank", lambda: nn.atrous_conv2d_transpose(x, filters, [1, 5, 4], 2, "SAME")),
        fails("no such padding", lambda: nn.atrous_conv2d_transpose(x, filters, [1, 5, 4, 3], 2,
                                                                    "FULL")),
    ]


TOLERANCE = {"float32": 5e-6}
