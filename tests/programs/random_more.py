"""Random ops beyond the uniform and normal: categories, gamma, Poisson, what is refused."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    logits = tf.constant([[-2.0, -1.5, 0.0], [0.5, -0.25, -0.25]])
    shape, count = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.int32, [])
    x = [tf.random.categorical(logits, 5, seed=1),
         tf.multinomial(logits, count, seed=2, output_dtype=tf.int32, name="draws"),
         tf.random_gamma([3], [0.5, 2.0, 7.5], seed=3),
         tf.random_gamma([2], 1.0, beta=[2.0, 4.0], dtype=tf.float64, seed=4),
         tf.random_poisson([0.5, 3.0, 40.0], [2], seed=5),
         tf.random_poisson(tf.constant(4.0, tf.float64), [3], dtype=tf.int32, seed=6),
         tf.random_uniform(shape, 3, 30, tf.int32, seed=8), tf.random_normal(shape, 5.0, seed=9),
         tf.truncated_normal(shape, seed=10, dtype=tf.float64, mean=1.0),
         tf.random_shuffle(np.arange(12).reshape(6, 2), seed=11), tf.random_shuffle(3, seed=12),
         tf.random_uniform([0, 3], seed=13), tf.random_uniform([2, 3], seed=-5),
         tf.random_uniform(tf.TensorShape([2]), seed=2**40), tf.random_normal([], seed=14)]
    feeds = {shape: [2, 2], count: 4}
    with tf.Graph().as_default():
        tf.set_random_seed(5)
        pairs = [tf.get_seed(None), tf.get_seed(3), tf.get_seed(2**31 - 1)]
        tf.set_random_seed(0)
        pairs += [tf.get_seed(0), tf.get_seed(2**31 - 1)]
        tf.set_random_seed(None)
        pairs += [tf.get_seed(None), tf.get_seed(0)]
    return [
        seen("seeds", pairs),
        seen("shapes", [str(t.shape) for t in x]),
        run("first", x, feeds), run("second", x, feeds),
        run("negative", x[7], {shape: [-1]}, fails=True),
        run("nothing", tf.random_uniform([2], tf.placeholder_with_default(3, []), 3, tf.int32),
            fails=True),
        run("negative count", x[1], {count: -1}, fails=True),
        fails("integers", lambda: tf.random_uniform([2], dtype=tf.int32)),
        fails("dtype", lambda: tf.random_uniform([2], dtype=tf.complex64)),
        fails("shape", lambda: tf.random_normal([[2]])),
        fails("bounds", lambda: tf.random_uniform([2], [1, 2], 5, tf.int32)),
        fails("logits", lambda: tf.multinomial([1.0], 2)),
        fails("gradient", lambda: tf.gradients(tf.random_shuffle(logits), logits)),
    ]


TOLERANCE = {"float32": 3e-6}
