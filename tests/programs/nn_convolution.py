"""Convolutions and pooling of sequences, by channel, separable, dilated; zero_fraction."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(14)
    nn = tf.nn

    def numbers(*shape):
        return tf.constant(rng.uniform(-1, 1, shape), tf.float32)

    x = tf.placeholder(tf.float32, [2, 7, 6, 3], name="x")
    free = tf.placeholder(tf.float32, [None, None, 6, 3], name="free")
    row = tf.placeholder(tf.float32, [2, 9, 3], name="row")
    feeds = {x: rng.uniform(-1, 1, (2, 7, 6, 3)), free: rng.uniform(-1, 1, (1, 5, 6, 3)),
             row: rng.uniform(-1, 1, (2, 9, 3))}
    w, depth, point, line = numbers(3, 2, 3, 4), numbers(3, 2, 3, 2), numbers(1, 1, 6, 4), \
        numbers(3, 3, 4)
    ys = [nn.conv1d(row, line, 2, "SAME"), nn.conv1d(row, line, [1], "VALID", name="line"),
          nn.conv1d_transpose(numbers(2, 4, 4), line, [2, 8, 3], 2),
          nn.depthwise_conv2d(x, depth, [1, 1, 1, 1], "SAME"),
          nn.depthwise_conv2d(free, depth, [1, 2, 2, 1], "VALID", name="by_channel"),
          nn.depthwise_conv2d(x, depth, [1, 1, 1, 1], "SAME", rate=[2, 2]),
          nn.depthwise_conv2d_native(x, depth, [1, 1, 1, 1], "SAME"),
          nn.separable_conv2d(x, depth, point, [1, 2, 2, 1], "SAME"),
          nn.separable_conv2d(x, depth, point, [1, 1, 1, 1], "VALID", rate=[1, 2], name="apart"),
          nn.convolution(x, w, "SAME"), nn.convolution(x, w, "VALID", strides=[2, 1], name="plain"),
          nn.convolution(x, w, "SAME", dilation_rate=[2, 3]),
          nn.convolution(free, w, "VALID", dilations=[1, 2]), nn.convolution(row, line, "SAME"),
          nn.convolution(row, line, "SAME", dilations=[2], name="far"),
          nn.atrous_conv2d(free, w, 2, "SAME"),
          nn.conv_transpose(numbers(2, 4, 4), line, [2, 8, 3], 2, name="row_transpose"),
          nn.conv_transpose(numbers(1, 2, 3, 4), w, [1, 4, 6, 3], 2),
          nn.conv_transpose(numbers(1, 1, 2, 2, 4), numbers(2, 2, 2, 3, 4), [1, 2, 4, 4, 3], 2),
          nn.pool(x, [2, 2], "MAX", "SAME", strides=[2, 1]), nn.pool(x, [2, 3], "AVG", "VALID"),
          nn.pool(row, [2], "MAX", "SAME"), nn.pool(row, [2], "AVG", "VALID", dilation_rate=[2]),
          nn.pool(free, [2, 2], "MAX", "VALID", dilations=[2, 2], name="far_max")]
    first = tf.gradients([tf.square(y) for y in ys], [x, free, row, w, depth, point, line])
    second = tf.gradients([tf.square(g) for g in tf.gradients(ys[6] ** 2, [x, depth])], [x, depth])
    zeros = [nn.zero_fraction([1., 0., 3., 0.]), nn.zero_fraction(tf.nn.relu(free), name="sparse")]
    return [
        seen("shapes", [str(y.shape) for y in ys]),
        run("results", ys, feeds), run("gradients", first, feeds), run("second", second, feeds),
        run("zeros", zeros, feeds),
        fails("format", lambda: nn.conv1d(row, line, 1, "SAME", data_format="WNC")),
        fails("strides", lambda: nn.conv1d(row, line, [1, 2, 3, 4], "SAME")),
        fails("depth", lambda: nn.depthwise_conv2d(x, numbers(3, 3, 2, 2), [1, 1, 1, 1], "SAME")),
        fails("not 1x1", lambda: nn.separable_conv2d(x, depth, numbers(2, 1, 6, 4), [1, 1, 1, 1],
                                                     "SAME")),
        fails("rank", lambda: nn.convolution(numbers(1, 2), w, "SAME")),
        fails("no rank", lambda: nn.convolution(tf.placeholder(tf.float32),
                                                tf.placeholder(tf.float32), "SAME")),
        fails("stride and rate", lambda: nn.convolution(x, w, "SAME", strides=[2, 1],
                                                        dilation_rate=[2, 2])),
        fails("rate 0", lambda: nn.convolution(x, w, "SAME", dilation_rate=[0, 2])),
        fails("padding", lambda: nn.convolution(x, w, "FULL", dilation_rate=[1, 2])),
        fails("channels", lambda: nn.convolution(x, numbers(2, 2, 4, 4), "SAME", dilations=[1, 2])),
        fails("transpose", lambda: nn.conv_transpose(x, w, [1, 2], 2)),
        fails("pool rank", lambda: nn.pool(row, [2, 2], "MAX", "SAME")),
        fails("pool type", lambda: nn.pool(x, [2, 2], "MIN", "SAME")),
        fails("pool padding", lambda: nn.pool(x, [2, 2], "MAX", "SAME", dilation_rate=[2, 1])),
        fails("pool strides", lambda: nn.pool(x, [2, 2], "MAX", "SAME", strides=[3, 1])),
        fails("pool stride 0", lambda: nn.pool(x, [2, 2], "MAX", "SAME", strides=[0, 1])),
        fails("pool length", lambda: nn.pool(x, [2, 2], "MAX", "SAME", strides=[1])),
        run("unequal strides", nn.depthwise_conv2d(x, depth, [1, 1, 2, 1], "SAME"), feeds,
            fails=True),
    ]


TOLERANCE = {"float32": 1e-5}
