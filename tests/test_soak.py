"""Long runs, made when asked for: ``MINITF_SOAK=100000 python -m pytest tests/test_soak.py``.

The number is that of the steps. Memory, after a tenth of them, does not grow.
"""

import gc
import os
import resource

import numpy as np
import pytest

import minitf as tf

STEPS = int(os.environ.get("MINITF_SOAK", "0"))

pytestmark = pytest.mark.skipif(not STEPS, reason="MINITF_SOAK does not say how many steps")


def resident():
    """Bytes of memory in use by this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def perceptron():
    x = tf.placeholder(tf.float32, [None, 20])
    hidden = tf.layers.dense(x, 50, tf.nn.relu)
    loss = tf.reduce_mean(tf.square(tf.layers.dense(hidden, 1)))
    train = tf.train.AdamOptimizer().minimize(loss)
    return [train, loss], {x: np.random.RandomState(0).rand(16, 20)}


def loop():
    x = tf.placeholder(tf.float32, [30])
    total = tf.while_loop(lambda i, v: i < 5, lambda i, v: (i + 1, tf.tanh(v)), [0, x])[1]
    branch = tf.cond(total[0] > 0, lambda: total * 2.0, lambda: total)
    return tf.gradients(branch, x), {x: np.ones(30)}


def rows():
    v = tf.Variable(tf.random_uniform([500, 8]))
    i = tf.placeholder(tf.int32, [None])
    loss = tf.reduce_sum(tf.nn.embedding_lookup(v, i))
    return tf.train.AdagradOptimizer(0.1).minimize(loss), {i: [1, 2, 2, 3]}


@pytest.mark.parametrize("build", [perceptron, loop, rows])
def test_memory_is_constant(build):
    with tf.Graph().as_default(), tf.Session() as sess:
        fetches, feeds = build()
        sess.run(tf.global_variables_initializer())
        for _ in range(STEPS // 10):
            sess.run(fetches, feeds)
        gc.collect()
        before = resident()
        for _ in range(STEPS - STEPS // 10):
            sess.run(fetches, feeds)
        gc.collect()
        assert resident() - before < 1 << 20
