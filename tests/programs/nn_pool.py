"""Pooling: largest elements and means, padded and strided, and their gradients to second order."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(12)
    nn = tf.nn
    x = tf.placeholder(tf.float32, [2, 5, 6, 3], name="x")
    free = tf.placeholder(tf.float32, [None, None, None, 2], name="free")
    row = tf.placeholder(tf.float32, [2, 7, 3], name="row")
    feeds = {x: rng.uniform(-1, 1, (2, 5, 6, 3)), free: rng.uniform(-1, 1, (1, 4, 4, 2)),
             row: rng.uniform(-1, 1, (2, 7, 3))}
    window = [1, 2, 3, 1], [1, 2, 2, 1]
    ys = []
    for pool in (nn.max_pool, nn.avg_pool):
        ys += [pool(x, 2, 2, "SAME"), pool(x, window[0], window[1], "VALID", name="valid"),
               pool(x, [3, 2], 1, "SAME"), pool(free, 3, 2, "SAME"), pool(free, [2], [1], "VALID")]
    ys += [nn.max_pool1d(row, 2, 2, "SAME"), nn.avg_pool1d(row, 3, 1, "VALID", name="row_mean")]
    ys += [nn.max_pool_v2(x, 2, 1, "VALID"), nn.avg_pool_v2(row, [2], 2, "SAME", name="by_rank"),
           nn.max_pool_v2(row, 2, 2, "SAME"), nn.max_pool2d(x, 2, [2, 1], "SAME")]
    first = tf.gradients([tf.square(y) for y in ys], [x, free, row])
    second = tf.gradients([tf.square(g) for g in first], [x, free, row])
    found = [nn.max_pool_with_argmax(x, window[0], window[1], "SAME"),
             nn.max_pool_with_argmax(x, window[0], window[0], "VALID", include_batch_in_index=True)]
    ties = tf.constant(np.tile([[1., 1., 0.], [1., 2., 2.], [0., 2., 2.]], 1).reshape(1, 3, 3, 1))
    return [
        seen("shapes", [str(y.shape) for y in ys] + [str(y.shape) for pair in found for y in pair]),
        run("pooled", ys, feeds), run("gradients", first, feeds), run("second", second, feeds),
        run("found", found, feeds),
        run("argmax gradients", tf.gradients([tf.square(pair.output) for pair in found], x), feeds),
        run("ties", tf.gradients(nn.max_pool(ties, 2, 1, "VALID"), ties)),
        run("integers", nn.max_pool(np.arange(16).reshape(1, 4, 4, 1), 2, 2, "VALID")),
        run("channels", nn.max_pool(x, [1, 1, 1, 3], [1, 1, 1, 3], "VALID"), feeds),
        fails("rank", lambda: nn.max_pool(row, 2, 2, "SAME")),
        fails("too large", lambda: nn.max_pool(x, 7, 1, "VALID")),
        fails("no window", lambda: nn.max_pool(x, 0, 1, "VALID")),
        fails("no rank", lambda: nn.max_pool_v2(np.ones((2, 2)), 2, 1, "SAME")),
        fails("no stride", lambda: nn.avg_pool(x, 1, 0, "VALID")),
        fails("padding", lambda: nn.avg_pool(x, 1, 1, "EXPLICIT")),
        fails("sizes", lambda: nn.avg_pool(x, [1, 2, 3], 1, "SAME")),
        fails("mean of integers", lambda: nn.avg_pool([[[[1]]]], 1, 1, "SAME")),
        fails("argmax format", lambda: nn.max_pool_with_argmax(x, window[0], window[1], "SAME",
                                                               data_format="NCHW")),
        run("batch", nn.max_pool(x, [2, 1, 1, 1], [1, 1, 1, 1], "VALID"), feeds, fails=True),
        run("mean of channels", nn.avg_pool(x, [1, 1, 1, 3], [1, 1, 1, 3], "VALID"), feeds,
            fails=True),
        run("NCHW", nn.max_pool(x, 2, 2, "VALID", data_format="NCHW"), feeds, fails=True),
        run("mean NCHW", nn.avg_pool(x, 2, 2, "VALID", data_format="NCHW"), feeds, fails=True),
    ]


TOLERANCE = {"float32": 5e-6}
