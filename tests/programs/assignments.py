"""Assigning to ref variables: order of reads and writes, validation, uninitialised variables."""

import numpy as np

from programs import call, fails, run, seen


def build(tf):
    x = tf.Variable([1.0, 2.0], name="x")
    n = tf.Variable(0, name="n", dtype=tf.int64)
    flexible = tf.Variable([1.0], name="flexible", validate_shape=False)
    set_x = tf.assign(x, [5.0, 6.0])
    more = tf.assign_add(x, [1.0, 1.0])
    less = x.assign_sub([0.5, 0.5])
    count = n.assign_add(1)
    method = x.assign(x * 2.0)
    reshaped = tf.assign(flexible, [1.0, 2.0, 3.0], validate_shape=False)
    with tf.control_dependencies([more]):
        read = x.read_value()
    return [
        seen("dtypes", [x.dtype.name, x.value().dtype.name, set_x.dtype.name, x.op.type]),
        seen("names", [t.name for t in (set_x, more, less, count, method, read)]),
        seen("flexible", [str(flexible.shape), str(flexible.initial_value.shape)]),
        run("uninitialised", x, fails=True),
        run("uninitialised read", x * 2.0, fails=True),
        run("uninitialised add", more, fails=True),
        run("initialise", [v.initializer for v in (x, n, flexible)]),
        run("is initialised", [tf.is_variable_initialized(x)]),
        run("set", set_x),
        run("more", more),
        run("read", read),
        run("less", less),
        run("count", [count, n]),
        run("method", method),
        run("reshaped", reshaped),
        run("flexible value", flexible),
        run("x", [x, n]),
        run("fed", [x * 1.0, x], {x: np.float32([7, 8])}),
        call("eval", lambda session: x.eval()),
        call("load", lambda session: x.load(np.float32([3, 4]), session)),
        run("loaded", x),
        fails("shape", lambda: tf.assign(x, [1.0, 2.0, 3.0])),
        fails("dtype", lambda: tf.assign(n, [1.5])),
        fails("dtype of tensor", lambda: tf.assign(x, tf.constant([1, 2]))),
        fails("constant", lambda: tf.assign(tf.constant(1.0), 2.0), message=False),
    ]
