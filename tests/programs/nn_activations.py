"""Activation functions, their gradients and second derivatives."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(1)
    x = tf.placeholder(tf.float32, [3, 4], name="x")
    free = tf.placeholder(tf.float32, name="free")
    feeds = {x: rng.uniform(-3, 3, (3, 4)), free: rng.uniform(-3, 8, (2, 5))}
    steps = []
    for name in ("relu", "relu6", "leaky_relu", "elu", "selu", "softplus", "softsign", "sigmoid",
                 "tanh", "crelu"):
        function = getattr(tf.nn, name)
        y, z = function(2.5 * x), function(free, name="named_" + name)
        first = tf.gradients([y, z], [x, free])
        steps += [seen(name + " shapes", [str(y.shape), str(z.shape)]),
                  run(name, [y, z], feeds), run(name + " gradients", first, feeds)]
        if name != "softsign":
            weighted = tf.reduce_sum(first[0] * tf.constant(0.5, shape=[3, 4]))
            second = [g for g in tf.gradients(weighted, [x]) if g is not None]
            steps.append(run(name + " second", second, feeds))
    slope = tf.nn.softsign(x)
    return steps + [
        run("alpha", [tf.nn.leaky_relu(x, alpha=0.5), tf.nn.leaky_relu(x, alpha=2.0, name="steep")],
            feeds),
        run("integers", [tf.nn.relu([-1, 2]), tf.nn.leaky_relu([-2, 3])]),
        run("axis", tf.nn.crelu(x, axis=0), feeds),
        run("extremes", [tf.nn.softplus([-1000., -20., 0., 20., 1000.]),
                         tf.nn.relu([float("nan"), float("inf"), -float("inf")]),
                         tf.nn.elu([-1000., 0., 1000.]), tf.nn.selu([-1000., 0., 1000.])]),
        fails("no second derivative", lambda: tf.gradients(tf.gradients(slope, x), x)),
        fails("integers", lambda: tf.nn.elu([1])),
        fails("text", lambda: tf.nn.relu("a")),
    ]


TOLERANCE = {"float32": 5e-6}
