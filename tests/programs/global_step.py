"""minimize with global_step, of each kind that can count."""

from programs import call, fails, run, seen


def build(tf):
    steps = [seen("none yet", tf.train.get_global_step() is None)]
    step = tf.train.get_or_create_global_step()
    steps.append(seen("same", tf.train.get_or_create_global_step() is step))
    steps.append(fails("twice", tf.train.create_global_step))
    own = tf.Variable(5, trainable=False, name="own_step")
    resource = tf.Variable(7, trainable=False, name="resource_step", use_resource=True)
    x = tf.Variable(3.0, name="x")
    loss = tf.square(x, name="loss")
    opt = tf.train.GradientDescentOptimizer(0.25)
    trains = [opt.minimize(loss, global_step=counter) for counter in (step, own, resource)]
    named = opt.minimize(loss, global_step=step, name="train")
    init = tf.global_variables_initializer()
    steps += [
        seen("global step", [step.name, step.dtype.name, step.shape.as_list()]),
        seen("train ops", [[op.name, op.type] for op in trains + [named]]),
        run("initialise", init),
    ]
    for op in trains + [named]:
        steps.append(run("run " + op.name, op))
        steps.append(run("after " + op.name, [step, own, resource, x]))
    return steps + [call("global_step", lambda session: tf.train.global_step(session, step))]
