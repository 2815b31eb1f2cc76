"""Each optimizer on variables with dense gradients, for 20 steps."""

import numpy as np

from programs import call, run, seen

TOLERANCE = {"float32": 1e-5}


def optimizers(tf, step, rate):
    """All optimizers, with hyperparameters of all kinds, among them the tensor ``rate``."""
    train = tf.train
    return [
        train.GradientDescentOptimizer(0.05),
        train.GradientDescentOptimizer(rate, use_locking=True, name="Descent"),
        train.MomentumOptimizer(0.05, 0.9),
        train.MomentumOptimizer(rate, lambda: 0.8, True, "Nesterov", use_nesterov=True),
        train.AdagradOptimizer(0.3),
        train.AdagradOptimizer(lambda: rate, initial_accumulator_value=2.0, use_locking=True),
        train.AdagradDAOptimizer(0.3, step),
        train.AdagradDAOptimizer(rate, step, 0.5, l1_regularization_strength=0.03,
                                 l2_regularization_strength=0.01, use_locking=True, name="DA"),
        train.AdadeltaOptimizer(),
        train.AdadeltaOptimizer(rate, lambda: 0.8, 1e-3, use_locking=True),
        train.RMSPropOptimizer(0.02),
        train.RMSPropOptimizer(rate, decay=0.95, momentum=lambda: 0.3, epsilon=1e-4,
                               use_locking=True),
        train.RMSPropOptimizer(0.02, centered=True, epsilon=1e-2, name="Centered"),
        train.FtrlOptimizer(0.3),
        train.FtrlOptimizer(rate, learning_rate_power=-0.6, initial_accumulator_value=0.5,
                            l1_regularization_strength=0.1, l2_regularization_strength=0.2,
                            use_locking=True, accum_name="squares", linear_name="sums"),
        train.FtrlOptimizer(0.3, l2_shrinkage_regularization_strength=0.1, name="Shrinking"),
        train.ProximalGradientDescentOptimizer(0.05),
        train.ProximalGradientDescentOptimizer(rate, 0.1, 0.2, use_locking=True),
        train.ProximalAdagradOptimizer(0.3),
        train.ProximalAdagradOptimizer(rate, 1.0, 0.1, 0.2, use_locking=True),
        train.AdamOptimizer(0.1),
        train.AdamOptimizer(rate, lambda: 0.8, 0.99, 1e-3, use_locking=True),
    ]


def trained(tf, loss, variables, resource=False):
    """The steps of a program that trains with each optimizer in turn, from the same start."""
    rate = tf.placeholder_with_default(np.float32(0.06), [], name="rate")
    step = tf.Variable(0, trainable=False, dtype=tf.int64, name="step", use_resource=resource)
    steps = []
    for i, optimizer in enumerate(optimizers(tf, step, rate)):
        train = optimizer.minimize(loss, global_step=step if i % 2 else None)
        init = tf.global_variables_initializer()
        slots = [(name, optimizer.get_slot(variable, name))
                 for variable in variables for name in optimizer.get_slot_names()]
        state = variables + optimizer.variables() + [step]
        label = f"{i} {optimizer.get_name()}"
        steps += [
            seen("slots " + label, [(name, slot.name) for name, slot in slots]),
            seen("variables " + label, [v.name for v in optimizer.variables()]),
            run("initialise " + label, init),
            run("start " + label, state),
            run("train " + label, train),
            run("after 1 " + label, state),
            call("train more " + label, lambda sess, op=train: [sess.run(op) for _ in range(19)]),
            run("after 20 " + label, state),
        ]
    return steps


def dense(tf, resource):
    random = np.random.RandomState(1)
    x = tf.constant(random.uniform(-1, 1, (4, 3)), tf.float32, name="x")
    target = tf.constant(random.uniform(-1, 1, (4, 2)), tf.float32, name="target")
    start = random.uniform(-1, 1, (3, 2)).astype(np.float32)
    w = tf.Variable(start, name="w", use_resource=resource)
    with tf.variable_scope("layer"):
        b = tf.get_variable("b", [], initializer=tf.constant_initializer(0.5),
                            use_resource=resource)
    loss = tf.reduce_sum(tf.square(tf.matmul(x, w) + b - target), name="loss")
    return trained(tf, loss, [w, b], resource)


def build(tf):
    return dense(tf, resource=False)
