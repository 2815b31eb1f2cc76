"""get_variable: sharing by name, scopes entered again, and what is refused."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    with tf.variable_scope("outer") as outer:
        v = tf.get_variable("v", [2], initializer=tf.constant_initializer([1.0, 2.0]))
        with tf.variable_scope("inner"):
            u = tf.get_variable("u", [], initializer=tf.ones_initializer())
            steps = [seen("scope", tf.get_variable_scope().name)]
    with tf.variable_scope("outer", reuse=True):
        again = tf.get_variable("v", [2])
        steps.append(seen("same", again is v))
        steps.append(fails("missing", lambda: tf.get_variable("w", [2])))
        steps.append(fails("shape", lambda: tf.get_variable("v", [3])))
        steps.append(fails("dtype", lambda: tf.get_variable("v", [2], dtype=tf.int32)))
    with tf.variable_scope("outer"):
        steps.append(fails("exists", lambda: tf.get_variable("v", [2])))
        x = tf.identity(v, name="x")
    with tf.variable_scope("outer", reuse=tf.AUTO_REUSE):
        auto = tf.get_variable("auto", initializer=np.float32(3))
        steps.append(seen("auto", tf.get_variable("auto", []) is auto))
    with tf.variable_scope(outer, auxiliary_name_scope=False):
        y = tf.identity(v, name="y")
    with tf.variable_scope(outer) as entered:
        steps.append(seen("original name scope", [outer.original_name_scope,
                                                  entered.original_name_scope, entered.name]))
        z = tf.identity(v, name="z")
        entered.reuse_variables()
        steps.append(seen("reused", tf.get_variable("v") is v))
    with tf.variable_scope(None, default_name="layer"):
        first = tf.get_variable("k", [1], initializer=tf.zeros_initializer())
    with tf.variable_scope(None, default_name="layer"):
        second = tf.get_variable("k", [1], initializer=tf.zeros_initializer())
    with tf.variable_scope("typed", dtype=tf.float64, initializer=tf.constant_initializer(2.5)):
        typed = tf.get_variable("t", [2])
    plain = [tf.Variable(1, name="plain"), tf.Variable(2, name="plain")]
    steps += [
        fails("no shape", lambda: tf.get_variable("free")),
        fails("no scope name", lambda: tf.variable_scope(None).__enter__()),
        seen("names", [t.name for t in [v, u, x, y, z, first, second, typed] + plain]),
        run("initialise", tf.global_variables_initializer()),
        run("values", [v, u, auto, first, second, typed, plain]),
    ]
    return steps
