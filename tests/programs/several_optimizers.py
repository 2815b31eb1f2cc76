"""Several optimizers on the same variables: slot names, scopes, what each keeps."""

from programs import run, seen


def build(tf):
    x = tf.Variable([1.0, 2.0], name="x")
    with tf.variable_scope("scope"):
        y = tf.get_variable("y", [2], initializer=tf.ones_initializer())
    loss = tf.reduce_sum(tf.square(x) * y)
    adams = [tf.train.AdamOptimizer(0.1), tf.train.AdamOptimizer(0.2, 0.8, 0.99, 1e-4),
             tf.train.AdamOptimizer(0.3, name="Mine")]
    trains = [adam.minimize(loss) for adam in adams]
    trains.append(tf.train.GradientDescentOptimizer(0.1).minimize(loss, var_list=[y]))
    with tf.name_scope("train"):
        trains.append(tf.train.GradientDescentOptimizer(0.1, name="Scoped").minimize(loss))
    state = tf.global_variables()
    steps = [
        seen("variables", [v.name for v in state]),
        seen("slot names", [adam.get_slot_names() for adam in adams]),
        seen("slots", [[adam.get_slot(v, slot).name for v in (x, y) for slot in ("m", "v")]
                       for adam in adams]),
        seen("optimizer variables", [[v.name for v in adam.variables()] for adam in adams]),
        seen("no slot", adams[0].get_slot(x, "nothing")),
        seen("names", [adam.get_name() for adam in adams]),
        seen("train ops", [op.name for op in trains]),
        run("initialise", tf.global_variables_initializer()),
    ]
    for op in trains:
        steps.append(run("run " + op.name, op))
        steps.append(run("after " + op.name, state))
    return steps
