"""Optimizers on variables whose shape is known only when the graph runs."""

from programs import fails, run
from programs.opt_dense import optimizers

NEEDS_SHAPE = ("AdagradDA", "DA", "Ftrl", "Shrinking", "ProximalAdagrad")


def build(tf):
    value = tf.placeholder(tf.float32, [None, 2], name="value")
    ref = tf.Variable(value, validate_shape=False, name="ref")
    resource = tf.Variable(value, validate_shape=False, name="resource", use_resource=True)
    step = tf.Variable(0, dtype=tf.int64, trainable=False, name="step")
    loss = tf.reduce_sum(tf.square(ref)) + tf.reduce_sum(tf.square(resource))
    feeds = {value: [[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]]}
    start = [ref.initializer, resource.initializer, step.initializer]
    steps = []
    for i, optimizer in enumerate(optimizers(tf, step, tf.constant(0.1))):
        name = optimizer.get_name()
        if name in NEEDS_SHAPE:
            steps.append(fails(f"{i} {name}", lambda o=optimizer: o.minimize(
                loss, var_list=[ref]), message=False))
            continue
        op = optimizer.minimize(loss, var_list=[ref, resource])
        label = f"{i} {op.name} "
        slots = tf.variables_initializer(optimizer.variables())
        state = [ref, resource] + optimizer.variables()
        steps += [run(label + "start", start, feeds), run(label + "slots", slots, feeds),
                  run(label + "train", op), run(label + "state", state),
                  run(label + "train again", op), run(label + "state again", state)]
    return steps
