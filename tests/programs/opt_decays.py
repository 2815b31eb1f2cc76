"""Learning rates that fall with the number of steps."""

import numpy as np

from programs import fails, run

TOLERANCE = {"float32": 3e-6}


def build(tf):
    train = tf.train
    step = tf.placeholder(tf.int64, [], name="step")
    as_float = tf.placeholder(tf.float32, [], name="as_float")
    counter = tf.Variable(3, trainable=False, name="counter")
    rate = tf.constant(0.25, name="rate")
    double = tf.constant(0.25, tf.float64, name="double")
    rates = [
        train.exponential_decay(0.1, step, 10, 0.9),
        train.exponential_decay(rate, step, 10, 0.9, staircase=True),
        train.exponential_decay(double, step, tf.constant(10), 0.9, name="mine"),
        train.exponential_decay(0.1, counter, 10, 0.9),
        train.natural_exp_decay(0.1, step, 10, 0.9),
        train.natural_exp_decay(rate, step, 10, 0.9, staircase=True, name="natural"),
        train.inverse_time_decay(0.1, step, 10, 0.9),
        train.inverse_time_decay(rate, step, 10.0, 0.9, staircase=True, name="inverse"),
        train.polynomial_decay(0.1, step, 10),
        train.polynomial_decay(rate, step, 10, 0.01, power=2.0, name="polynomial"),
        train.polynomial_decay(double, as_float, 10, 0.01, power=0.5),
        train.cosine_decay(0.1, step, 10),
        train.cosine_decay(rate, as_float, 10, alpha=0.2, name="cosine"),
        train.linear_cosine_decay(0.1, step, 10),
        train.linear_cosine_decay(rate, as_float, 10, 2.0, 0.1, 0.01, name="line"),
    ]
    noisy = [train.noisy_linear_cosine_decay(0.1, step, 10),
             train.noisy_linear_cosine_decay(rate, as_float, 10, 0.5, 0.6, 2.0, 0.1, 0.01)]
    falling = train.exponential_decay(0.1, counter, 2, 0.5)
    train_op = train.GradientDescentOptimizer(falling).minimize(
        tf.square(tf.Variable(1.0, name="x")), global_step=counter)
    steps = [
        run("initialise", tf.global_variables_initializer()),
        fails("no step", lambda: train.exponential_decay(0.1, None, 10, 0.9)),
        fails("double", lambda: train.cosine_decay(double, step, 10)),
        fails("text", lambda: train.exponential_decay("0.1", step, 10, 0.9), message=False),
    ]
    for value in [0, 1, 4, 10, 25]:
        feeds = {step: value, as_float: np.float32(value)}
        steps.append(run(f"at {value}", rates, feeds))
    for i in range(3):
        steps += [run(f"train {i}", train_op), run(f"after {i}", rates[3])]
    steps.append(run("far noise", noisy[0], {step: 10, as_float: 10.0}))
    return steps
