"""Fake quantization and its gradients."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(9)
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    low, high = tf.placeholder(tf.float32, [], name="low"), tf.placeholder(tf.float32, name="high")
    lows, highs = tf.constant([-1.0, 0.0, -0.3]), tf.constant([1.0, 0.0, 2.1])
    feeds = {x: rng.uniform(-3, 3, (6, 3)), low: -1.3, high: 2.2}
    q = tf.quantization
    fixed = [tf.fake_quant_with_min_max_args(x), q.fake_quant_with_min_max_args(x, 0.5, 1.5, 4),
             tf.fake_quant_with_min_max_args(x, -1, 1, num_bits=3, narrow_range=True,
                                             name="narrow"),
             tf.fake_quant_with_min_max_args([np.nan, np.inf, -7.0])]
    learned = [tf.fake_quant_with_min_max_vars(x, low, high),
               q.fake_quant_with_min_max_vars(x, low, high, 5, narrow_range=True),
               tf.fake_quant_with_min_max_vars(x, 0.0, 0.0)]
    channels = [tf.fake_quant_with_min_max_vars_per_channel(x, lows, highs),
                q.fake_quant_with_min_max_vars_per_channel(x[0], lows, highs, num_bits=6)]
    grads = [tf.gradients(y * y, [x, low, high]) for y in learned[:2]]
    grads += [tf.gradients(y * y, x) for y in fixed[:3] + learned[2:]]
    grads += [tf.gradients(y * y, [x, lows, highs]) for y in channels]
    bits = [tf.fake_quant_with_min_max_args([1.0], num_bits=n) for n in (1, 17)]
    return [
        seen("shapes", [str(t.shape) for t in fixed + learned + channels]),
        run("fixed", fixed, feeds), run("learned", learned, feeds),
        run("channels", channels, feeds),
        run("gradients", [[g for g in group if g is not None] for group in grads], feeds),
        run("bits 1", bits[0], fails=True), run("bits 17", bits[1], fails=True),
        run("range", tf.fake_quant_with_min_max_args([1.0], min=2, max=1), fails=True),
        fails("vector", lambda: tf.fake_quant_with_min_max_vars(x, lows, high)),
        fails("channels", lambda: tf.fake_quant_with_min_max_vars_per_channel(x, [0.0], [1.0])),
        fails("scalar", lambda: tf.fake_quant_with_min_max_vars_per_channel(low, lows, highs)),
    ]
