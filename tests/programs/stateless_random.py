"""Random numbers that are a function of their seed."""

from programs import fails, run, seen


def build(tf):
    random = tf.random
    shape, seed = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.int64, [2], name="seed")
    logits = tf.constant([[-2.0, -1.5, 0.0], [0.5, -0.25, -0.25]])
    x = [random.stateless_uniform([2, 3], [1, 2]),
         random.stateless_uniform(shape, seed, -1.0, 3.0, name="u"),
         random.stateless_uniform([3], [1, 2], dtype=tf.float64),
         random.stateless_uniform([3], [1, 2], dtype=tf.float16),
         random.stateless_uniform([5], [7, -8], 3, 30, tf.int32),
         random.stateless_uniform([5], seed, 3, 2**40, tf.int64, name="big"),
         random.stateless_normal([2, 3], [3, 4]),
         random.stateless_normal(shape, seed, mean=5.0, stddev=[2.0], dtype=tf.float64),
         random.stateless_truncated_normal([10], [5, 6], stddev=0.5),
         random.stateless_truncated_normal(shape, tf.constant([5, 6]), dtype=tf.float64),
         random.stateless_categorical(logits, 5, [1, 2]),
         random.stateless_categorical(logits, shape[0], seed, dtype=tf.int32, name="c"),
         random.stateless_multinomial(logits, 4, [2**40, 1], output_dtype=tf.int32)]
    unknown = tf.placeholder_with_default(seed, None)
    feeds = {shape: [2, 2], seed: [11, -12]}
    return [
        seen("shapes", [str(t.shape) for t in x]),
        seen("dtypes", [t.dtype.name for t in x]),
        run("first", x, feeds), run("again", x, feeds),
        run("three", random.stateless_normal([1], tf.concat([unknown, [1]], 0)), feeds, fails=True),
        run("nothing", random.stateless_uniform([2], seed, tf.placeholder_with_default(3, []), 3,
                                                tf.int32), feeds, fails=True),
        fails("three known", lambda: random.stateless_normal([1], [1, 2, 3])),
        fails("scalar", lambda: random.stateless_uniform([1], 3)),
        fails("float seed", lambda: random.stateless_uniform([1], [1.5, 2])),
        fails("integers", lambda: random.stateless_uniform([2], [1, 2], dtype=tf.int32)),
        fails("dtype", lambda: random.stateless_uniform([2], [1, 2], dtype=tf.complex64)),
        fails("bounds", lambda: random.stateless_uniform([2], [1, 2], [1, 2], 5, tf.int32)),
        fails("logits", lambda: random.stateless_categorical([1.0], 2, [1, 2])),
    ]


TOLERANCE = {"float32": 3e-6}
