"""The largest elements: top_k, in_top_k, nth_element."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(8)
    nn = tf.nn
    x = tf.placeholder(tf.float32, [2, 3, 6], name="x")
    free = tf.placeholder(tf.float32, name="free")
    k = tf.placeholder(tf.int32, [], name="k")
    feeds = {x: rng.uniform(-1, 1, (2, 3, 6)), free: rng.uniform(-1, 1, (4, 5)), k: 3}
    tops = [nn.top_k(x), nn.top_k(x, 4, name="four"), nn.top_k(free, k), nn.top_k(x, k),
            nn.top_k(x, 6, sorted=False), nn.top_k([[3, 1, 3, 2], [1, 1, 1, 1]], 3),
            nn.top_k(free, 0)]
    first = tf.gradients([tf.square(top.values) for top in tops[:5]], [x, free])
    rows = tf.constant([[1., 2, 3], [3, 3, 3], [2, 1, 0], [1, 2, 3], [1, float("inf"), 2]])
    among = [nn.in_top_k(rows, [1, 1, 2, 3, 0], count) for count in (1, 2, 3)]
    among.append(nn.in_top_k(rows, tf.constant([2, 0, 0, -1, 2], tf.int64), 1, name="best"))
    return [
        seen("shapes", [str(y.shape) for top in tops for y in top] + [str(y.shape) for y in among]),
        run("top", tops, feeds), run("gradients", first, feeds), run("among", among),
        fails("scalar", lambda: nn.top_k(1.)), fails("too many", lambda: nn.top_k([1., 2.], 3)),
        fails("negative", lambda: nn.top_k([1., 2.], -1)),
        fails("vector", lambda: nn.top_k([1.], [1])),
        fails("rank", lambda: nn.in_top_k([1.], [1], 1)),
        fails("targets", lambda: nn.in_top_k([[1.]], [1, 2], 1)),
        run("too many at run time", tops[2], {free: np.ones((2, 2)), k: 3}, fails=True),
        run("negative at run time", tops[2], {free: np.ones((2, 2)), k: -1}, fails=True),
        run("scalar at run time", tops[2], {free: 1., k: 1}, fails=True),
    ]
