"""Learning rates whose formula depends on the step: pieces, cycles, restarts."""

from programs import fails, run

TOLERANCE = {"float32": 1e-5}


def build(tf):
    train = tf.train
    step = tf.placeholder(tf.int64, [], name="step")
    number = tf.placeholder(tf.float32, [], name="number")
    rate = tf.constant(0.25, name="rate")
    counter = tf.Variable(0, trainable=False, name="counter")
    rates = [
        train.piecewise_constant(step, [3, 10], [1.0, 0.5, 0.25]),
        train.piecewise_constant_decay(number, [2.5], [3, 1], name="mine"),
        train.piecewise_constant(counter, [1, 2, 4], [0.4, 0.3, 0.2, 0.1]),
        train.polynomial_decay(0.1, step, 10, cycle=True),
        train.polynomial_decay(rate, step, 10, 0.01, power=2.0, cycle=True, name="cycles"),
        train.cosine_decay_restarts(0.1, step, 4),
        train.cosine_decay_restarts(rate, step, 5, t_mul=1.0, m_mul=0.5, alpha=0.1, name="again"),
    ]
    train_op = train.GradientDescentOptimizer(rates[2]).minimize(
        tf.square(tf.Variable(1.0, name="x")), global_step=counter)
    steps = [
        run("initialise", tf.global_variables_initializer()),
        fails("other dtype", lambda: train.piecewise_constant(step, [0.5], [1.0, 2.0])),
        fails("values differ", lambda: train.piecewise_constant(step, [1], [1.0, 2])),
        fails("too few values", lambda: train.piecewise_constant(step, [1, 2], [1.0, 2.0])),
        fails("no list", lambda: train.piecewise_constant(step, 1, [1.0, 2.0])),
    ]
    for value in [0, 3, 4, 9, 11, 25]:
        steps.append(run(f"at {value}", rates, {step: value, number: value}))
    for i in range(5):
        steps += [run(f"train {i}", train_op), run(f"after {i}", rates[2])]
    return steps
