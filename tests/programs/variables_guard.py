"""Initial values that read other variables: computed from their initialised values."""

from programs import run, seen


def build(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    n = tf.Variable([3, 4], name="n")
    late = tf.Variable(v.read_value() * 2.0 + tf.cast(n, tf.float32), name="late")
    h = tf.Variable([5.0, 6.0], name="h", use_resource=True)
    from_handle = tf.Variable(h.initialized_value() * 2.0, name="from_handle", use_resource=True)
    from_ref = tf.Variable(v + 1.0, name="from_ref", use_resource=True)
    everything = [v, n, late, h, from_handle, from_ref]
    return [
        seen("initial values", [w.initial_value.name for w in everything]),
        run("initialise", tf.global_variables_initializer()),
        run("values", everything),
        run("change", [v.assign([0.0, 0.0])]),
        run("initialise again", late.initializer),
        run("values again", everything),
        run("initialised values", [v.initialized_value(), h.initialized_value()]),
    ]
