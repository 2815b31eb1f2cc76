"""A tensor used many times: how its gradients are summed, and in which order."""

import numpy as np

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    many = x * 2.0 + tf.exp(x) + x * x - tf.square(x) / 3.0
    twice = x + x
    diamond = x
    for _ in range(4):
        diamond = diamond + diamond
    unknown = tf.placeholder(tf.float32, name="unknown")
    free = unknown * unknown + tf.sqrt(unknown)
    feeds = {x: np.float32([0.5, -1.0, 2.0]), unknown: np.float32([[1.0, 4.0]])}
    grads = [tf.gradients(y, t)[0] for y, t in
             [(many, x), (twice, x), (diamond, x), (free, unknown), ([many, twice], x)]]
    return [run("gradients", grads, feeds),
            run("second", tf.gradients(grads[0], x), feeds)]
