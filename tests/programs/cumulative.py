"""cumsum and cumprod along axes, exclusive and reversed, with gradients."""

import numpy as np

from programs import run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    k = tf.placeholder(tf.int32, [], name="k")
    feeds = {x: np.float32([[1, 2, 3], [4, -5, 6]]), k: 1}
    results, grads = [], []
    for op in (tf.cumsum, tf.cumprod):
        for options in ({}, {"axis": 1}, {"axis": -1, "exclusive": True}, {"reverse": True},
                        {"axis": 1, "exclusive": True, "reverse": True}, {"axis": k}):
            y = op(x, **options)
            results.append(y)
            grads.append(tf.gradients(y, x, grad_ys=tf.square(y))[0])
    whole = [tf.cumsum([1, 2, 3]), tf.cumsum(tf.constant([1.0, 2.0], tf.float64), name="named")]
    return [
        seen("shapes", [[y.name, str(y.shape)] for y in results + whole]),
        run("values", results, feeds),
        run("gradients", grads, feeds),
        run("whole", whole),
        run("bad axis", tf.cumsum(x, k), {x: feeds[x], k: 2}, fails=True),
    ]


TOLERANCE = {"float32": 2e-6}
