"""Asking which variables have no value yet."""

from programs import run


def build(tf):
    x = tf.Variable([1.0, 2.0], name="x")
    y = tf.Variable(3, name="y")
    r = tf.Variable(4.0, name="r", use_resource=True)
    report = tf.report_uninitialized_variables()
    some = tf.report_uninitialized_variables([y])
    each = [tf.is_variable_initialized(x), tf.is_variable_initialized(y), r.is_initialized()]
    return [
        run("none", [report, some, each]),
        run("initialise x", x.initializer),
        run("one", [report, each]),
        run("initialise", tf.global_variables_initializer()),
        run("all", [report, some, each]),
    ]
