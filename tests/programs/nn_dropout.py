"""Dropout: its graph, and its masks under seeds."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    tf.set_random_seed(7)
    nn = tf.nn
    x = tf.placeholder(tf.float32, [3, 8], name="x")
    free = tf.placeholder(tf.float32, name="free")
    feeds = {x: np.arange(24.).reshape(3, 8) + 1, free: np.ones((2, 5))}
    rate = tf.placeholder_with_default(0.25, [], name="rate")
    ys = [nn.dropout(x, 0.75), nn.dropout(x, rate=0.5, seed=3),
          nn.dropout(free, rate=0.5, name="free_out"),
          nn.dropout(x, rate=rate), nn.dropout(x, keep_prob=rate, seed=1),
          nn.dropout(x, rate=0.5, noise_shape=[3, 1]),
          nn.dropout(x, rate=0.5, noise_shape=[None, 1]),
          nn.dropout(x, rate=0.5, noise_shape=tf.constant([1, 8])),
          nn.dropout(tf.ones([6], tf.float64), rate=0.4),
          nn.dropout(tf.ones([6], tf.float16), rate=0.4)]
    nothing = [nn.dropout(x, rate=0), nn.dropout(x, keep_prob=1.0),
               nn.dropout(x, rate=tf.constant(0.))]
    first = tf.gradients(ys[:8], [x, free])
    return [
        seen("shapes", [str(y.shape) for y in ys]), seen("same", [y is x for y in nothing]),
        run("once", [ys, first], feeds), run("again", ys, feeds),
        fails("no rate", lambda: nn.dropout(x)), fails("too large", lambda: nn.dropout(x, rate=1.)),
        fails("negative", lambda: nn.dropout(x, keep_prob=1.5)),
        fails("both", lambda: nn.dropout(x, 0.5, rate=0.5)),
        fails("text", lambda: nn.dropout(x, "a")),
        fails("integers", lambda: nn.dropout([1], rate=0.5)),
        fails("vector", lambda: nn.dropout(x, rate=[0.5])),
    ]
