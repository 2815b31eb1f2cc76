"""Further elementwise functions with their first and second derivatives."""

import numpy as np

from programs import run


def build(tf):
    x = tf.placeholder(tf.float64, [5], name="x")
    feeds = {x: np.array([0.3, 0.9, 0.5, 0.1, 0.7])}
    functions = [tf.log1p, tf.expm1, tf.tan, tf.asin, tf.acos, tf.atan, tf.sinh, tf.cosh, tf.asinh,
                 tf.atanh, tf.nn.softplus, tf.nn.elu, tf.nn.selu, tf.nn.leaky_relu,
                 tf.nn.relu6, tf.log_sigmoid, tf.erf, tf.erfc, tf.lgamma, tf.digamma,
                 lambda t: tf.clip_by_value(t, 0.2, 0.8), lambda t: tf.atan2(t, 2 * t + 1)]
    steps = []
    for i, function in enumerate(functions):
        y = function(x)
        first = tf.gradients(y, x)[0]
        second = tf.gradients(first, x)[0]
        steps.append(run(f"{i} {y.op.type}",
                         [y, first] if second is None else [y, first, second], feeds))
    return steps


TOLERANCE = {"float64": 1e-10}
