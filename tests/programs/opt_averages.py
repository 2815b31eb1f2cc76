"""Moving averages of variables and tensors."""

import numpy as np

from programs import fails, run, seen


def moving_averages(tf):
    """The module of the functions that are not in the public namespace."""
    if hasattr(tf, "python"):
        from tensorflow.python.training import moving_averages as module
    else:
        from minitf.train import moving_averages as module
    return module


def build(tf):
    x = tf.Variable([1.0, 2.0], name="x")
    with tf.variable_scope("scope"):
        r = tf.get_variable("r", [2], initializer=tf.ones_initializer(), use_resource=True)
    count = tf.Variable(3, trainable=False, name="count")
    double = tf.Variable(2.0, trainable=False, dtype=tf.float64, name="double")
    y = tf.multiply(x, r, name="y")
    ema = tf.train.ExponentialMovingAverage(0.9)
    slow = tf.train.ExponentialMovingAverage(0.99, num_updates=count, zero_debias=True, name="slow")
    by_default = ema.apply()
    again = ema.apply([x])
    mixed = slow.apply([x, y, r])
    of_double = tf.train.ExponentialMovingAverage(tf.constant(0.75), name="other").apply([double])
    averages = [ema.average(x), ema.average(r), slow.average(x), slow.average(y), slow.average(r)]
    change = tf.group(x.assign_add([1.0, -2.0]), r.assign_add([0.5, 0.25]), count.assign_add(10),
                      double.assign_add(1.0))
    module = moving_averages(tf)
    biased = tf.Variable([5.0, 6.0], trainable=False, name="biased")
    unbiased = tf.Variable([5.0, 6.0], trainable=False, name="unbiased")
    as_resource = tf.Variable([5.0, 6.0], trainable=False, name="as_resource", use_resource=True)
    value = tf.placeholder(tf.float32, [2], name="value")
    moves = [module.assign_moving_average(biased, value, 0.9, zero_debias=False),
             module.assign_moving_average(unbiased, value, tf.constant(0.8), name="move"),
             module.assign_moving_average(as_resource, value, 0.8),
             module.assign_moving_average(unbiased, y, 0.8)]
    weighted = module.weighted_moving_average(value, 0.75, tf.constant([1.0, 2.0]))
    floored = module.weighted_moving_average(value, 0.5, tf.constant(0.5), truediv=False, name="w")
    restored = sorted(ema.variables_to_restore().items())
    steps = [
        seen("names", [ema.name, by_default.name, again.name, mixed.name, of_double.name]),
        seen("averages", [average.op.name for average in averages]),
        seen("none", [ema.average(y) is None, slow.average(count) is None]),
        seen("average names", [ema.average_name(x), ema.average_name(y), slow.average_name(y)]),
        seen("restored", [(name, variable.op.name) for name, variable in restored]),
        seen("restored some", sorted(slow.variables_to_restore([x]))),
        fails("integer", lambda: ema.apply([count])),
        run("initialise", tf.global_variables_initializer()),
        run("start", averages),
    ]
    state = averages + [count, double, biased, unbiased, as_resource]
    for i in range(4):
        feeds = {value: np.array([i, 2 - i], np.float32)}
        steps += [run(f"change {i}", change), run(f"all {i}", by_default),
                  run(f"mixed {i}", mixed), run(f"double {i}", of_double),
                  run(f"again {i}", again)]
        steps += [run(f"move {k} {i}", move, feeds) for k, move in enumerate(moves[:3])]
        steps += [run(f"weighted {i}", [weighted, floored], feeds),
                  run(f"state {i}", state)]
    return steps + [run("last move", moves[3]), run("last", tf.global_variables())]
