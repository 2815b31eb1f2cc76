"""Random ops: how graph and op seeds become attributes, and the streams over several runs."""

from programs import run


def build(tf):
    x = [tf.random_uniform([3], seed=1)]
    tf.set_random_seed(11)
    x += [tf.random_uniform([2, 2]), tf.random_uniform([4], -1, 1, seed=3), tf.random_normal([5]),
          tf.random_uniform([3], 0, 10, tf.int32), tf.random_uniform([2], 5, 9, tf.int64, seed=4),
          tf.random_normal([2, 3], 1.0, 2.0, tf.float64, seed=5), tf.truncated_normal([6], seed=6),
          tf.random_uniform(tf.constant([2]), dtype=tf.float64),
          tf.random_normal([3], dtype=tf.half), tf.random_shuffle([1, 2, 3, 4, 5], seed=7),
          tf.random_uniform([2], seed=0), tf.random_uniform([], name="single")]
    tf.set_random_seed(0)
    x += [tf.random_uniform([2], seed=0), tf.random_uniform([2])]
    return [run("first", x), run("second", x), run("some", x[:3]), run("third", x)]


TOLERANCE = {"float32": 3e-6}
