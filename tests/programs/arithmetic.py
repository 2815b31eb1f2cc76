"""Python's operators on tensors, with numbers on either side, and which op each becomes."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.constant([1.5, -2.5, 3.0], name="x")
    i = tf.constant([7, -7, 3], name="i")
    p = tf.constant([True, False, True], name="p")
    d = tf.constant(np.float64(2.5), name="d")
    v = tf.Variable([1.0, 2.0, 3.0], name="v")
    results = [
        x + 1, 1 + x, x - 2.0, 2 - x, x * x, 3 * x, x / 2, 1 / x, x // 2, 7 // x, x % 2, 5 % x,
        x ** 2, 2 ** x, -x, abs(x), i + 1, 1 - i, i * i, i / 2, i // 2, i % 3, i ** 2, -i, abs(i),
        10 // i,
        x < 1, x <= 3, x > 0, x >= np.float32(3), i < 0, p & ~p, p | p,
        p ^ True, ~p, d * 2, np.float64(3) - d, v + 1, v * x, 2 - v, v[1], -v, v / v, v ** 2, v < 2,
        np.ones(3, np.float32) + x, np.array([1, 2, 3], np.int32) * i, tf.divide(i, 2),
        tf.truediv(i, 4), tf.floordiv(i, 2), tf.truncatediv(i, 2), tf.floormod(i, 3), tf.div(i, 2),
        tf.div(x, 2.0), tf.realdiv(x, x), tf.mod(i, 4), tf.equal(i, 3), tf.not_equal(x, 3.0),
        tf.logical_and(p, True), tf.logical_xor(p, p), tf.add_n([x, x, x]), tf.add_n([x]),
        tf.math.floordiv(x, 2.0), tf.div_no_nan(x, 0.0), tf.where(p, x, -x), tf.scalar_mul(2, x),
    ]
    return [
        seen("ops", [[y.name, y.op.type, y.dtype.name, str(y.shape)] for y in results]),
        run("initialise", tf.global_variables_initializer()),
        run("values", results),
        seen("equality", [x == x, x == i, x != i, x in [i, x]]),
        fails("float and int", lambda: x + i),
        fails("int and float", lambda: i + 1.5),
        fails("text", lambda: x + "a"),
        fails("double", lambda: d * x),
        fails("shapes", lambda: x + tf.zeros([2])),
        fails("bool", lambda: bool(x)),
        fails("iterate", lambda: list(tf.placeholder(tf.float32))),
        fails("not", lambda: ~x),
        fails("add bools", lambda: p + p),
        run("divide by zero", i // tf.constant(0), fails=True),
    ]
