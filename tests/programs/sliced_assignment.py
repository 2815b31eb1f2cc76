"""Assigning to slices of variables."""

from programs import fails, run


def build(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="v")
    r = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="r", use_resource=True)
    steps = [run("initialise", tf.global_variables_initializer())]
    for u in (v, r):
        for label, op in [("row", u[0].assign([9.0, 8.0])), ("column", u[:, 1].assign([0.0, 0.5])),
                          ("element", u[1, 0].assign(-1.0)), ("all", u[::-1].assign(u + 1.0))]:
            steps.append(run(f"{u.op.name} {label}", op))
            steps.append(run(f"{u.op.name} after {label}", u))
    return steps + [fails("not a variable", lambda: tf.constant([1.0, 2.0])[0].assign(1.0))]
