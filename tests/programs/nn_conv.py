"""Convolutions: strides, paddings, dilations, transposes, and their gradients to second order."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(11)
    nn = tf.nn
    x = tf.placeholder(tf.float32, [2, 6, 7, 3], name="x")
    free = tf.placeholder(tf.float32, [None, None, None, 3], name="free")
    w = tf.constant(rng.uniform(-1, 1, (3, 2, 3, 4)), tf.float32, name="w")
    point = tf.constant(rng.uniform(-1, 1, (1, 1, 3, 2)), tf.float32, name="point")
    feeds = {x: rng.uniform(-1, 1, (2, 6, 7, 3)), free: rng.uniform(-1, 1, (1, 5, 4, 3))}
    ys = [nn.conv2d(x, w, [1, 1, 1, 1], "SAME"), nn.conv2d(x, w, 2, "VALID", name="strided"),
          nn.conv2d(x, w, [2, 3], "SAME"), nn.conv2d(x, point, 1, "VALID"),
          nn.conv2d(x, filters=w, strides=[1, 2, 2, 1], padding=[[0, 0], [1, 2], [0, 3], [0, 0]]),
          nn.conv2d(free, w, 1, "SAME"), nn.conv2d(free, w, [1, 1, 2, 1], "VALID")]
    dilated = [nn.conv2d(x, w, 1, "VALID", dilations=2),
               nn.conv2d(x, w, 1, "SAME", dilations=[1, 2, 3, 1])]
    up = tf.constant(rng.uniform(-1, 1, (2, 3, 4, 4)), tf.float32)
    wide = [nn.conv2d_transpose(up, w, [2, 6, 8, 3], 2),
            nn.conv2d_transpose(up, w, tf.stack([2, 7, 8, 3]), [1, 2, 2, 1], "VALID", name="wide"),
            nn.conv2d_backprop_input([2, 3, 4, 3], w, up, [1, 1, 1, 1], "SAME"),
            nn.conv2d_backprop_filter(x, [3, 2, 3, 4], ys[0], [1, 1, 1, 1], "SAME")]
    first = tf.gradients([tf.square(y) for y in ys + wide], [x, free, w, point, up])
    second = tf.gradients([tf.square(g) for g in first[:4]], [x, w, point])
    return [
        seen("shapes", [str(y.shape) for y in ys + dilated + wide]),
        run("convolved", ys, feeds), run("dilated", dilated, feeds), run("wide", wide, feeds),
        run("gradients", first, feeds), run("second", second, feeds),
        run("empty", [nn.conv2d(np.zeros((0, 3, 3, 3), np.float32), w, 1, "SAME"),
                      nn.conv2d(tf.zeros([1, 3, 3, 3]), tf.zeros([2, 2, 3, 0]), 1, "SAME")]),
        fails("rank", lambda: nn.conv2d([[1.]], w, 1, "SAME")),
        fails("depth", lambda: nn.conv2d(x, tf.zeros([2, 2, 2, 4]), 1, "SAME")),
        fails("groups", lambda: nn.conv2d(x, tf.zeros([2, 2, 1, 4]), 1, "SAME")),
        fails("too large", lambda: nn.conv2d(x, tf.zeros([7, 2, 3, 4]), 1, "VALID")),
        fails("strides", lambda: nn.conv2d(x, w, [1, 1, 1], "SAME")),
        fails("stride 0", lambda: nn.conv2d(x, w, 0, "SAME")),
        fails("dilation 0", lambda: nn.conv2d(x, w, 1, "SAME", dilations=0)),
        fails("padding", lambda: nn.conv2d(x, w, 1, "FULL")),
        fails("explicit", lambda: nn.conv2d(x, w, 1, "EXPLICIT")),
        fails("three pads", lambda: nn.conv2d(x, w, 1, [[0, 0], [1, 1], [1, 1]])),
        fails("odd pads", lambda: nn.conv2d(x, w, 1, [[0, 0], [1], [1, 1], [0, 0]])),
        fails("flat pads", lambda: nn.conv2d(x, w, 1, [0, 1, 1, 0])),
        fails("padded batch", lambda: nn.conv2d(x, w, 1, [[1, 0], [1, 1], [1, 1], [0, 0]])),
        fails("negative pads", lambda: nn.conv2d(x, w, 1, [[0, 0], [-1, 1], [1, 1], [0, 0]])),
        fails("both names", lambda: nn.conv2d(x, w, 1, "SAME", filters=w)),
        fails("integers", lambda: nn.conv2d([[[[1]]]], [[[[1]]]], 1, "SAME")),
        run("NCHW", nn.conv2d(tf.zeros([1, 3, 2, 2]), w, 1, "SAME", data_format="NCHW"),
            fails=True),
        run("batch strides", nn.conv2d(x, w, [2, 1, 1, 1], "SAME"), feeds, fails=True),
        run("too large at run time", ys[6], {free: np.ones((1, 1, 1, 3))}, fails=True),
    ]


TOLERANCE = {"float32": 1e-5}
