"""while_loop without gradients: one variable and many, captures, limits, structures, shapes."""

import collections

import numpy as np
from programs import fails, run, seen

Pair = collections.namedtuple("Pair", "total count")


def build(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    v = tf.Variable([1.0, 2.0], name="v")
    scale = x * 2.0

    one = tf.while_loop(lambda i: i < n, lambda i: i + 1, [0])
    listed = tf.while_loop(lambda i: i < n, lambda i: i + 1, [0], return_same_structure=True)
    two = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * scale + v),
                        [tf.constant(0), x], name="two")
    parallel = tf.while_loop(lambda i, y: i < n, lambda i, y: [i + 1, tf.exp(-y)], [0, x],
                             parallel_iterations=1, swap_memory=True, back_prop=False)
    limited = tf.while_loop(lambda i: i < 100, lambda i: i * 2 + 1, [n], maximum_iterations=4)
    limited2 = tf.while_loop(lambda i, y: tf.reduce_sum(y) < 1e3,
                             lambda i, y: (i + 1, y * y), (0, x),
                             maximum_iterations=n, name="limited2")
    nested = tf.while_loop(lambda p, d: p.count < n,
                           lambda p, d: (Pair(p.total + d["step"], p.count + 1), d),
                           (Pair(x, 0), {"step": v, "other": [tf.zeros([1])]}))
    grown = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, tf.concat([y, y], 0)),
                          [tf.constant(0), x],
                          shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])])
    constants = tf.while_loop(lambda i, y: i < tf.constant(3),
                              lambda i, y: (i + tf.constant(1), tf.constant(2.0) * tf.ones([2])),
                              [tf.constant(0), x])
    none = tf.while_loop(lambda i, y: False, lambda i, y: (i, y + 1.0), [0, x])
    array = tf.while_loop(lambda a, i: i < 2, lambda a, i: (a + 1, i + 1), [np.zeros([2, 3]), 0])
    steps = [
        fails("nothing", lambda: tf.while_loop(lambda: True, lambda: None, [])),
        fails("condition", lambda: tf.while_loop(None, lambda i: i, [0])),
        fails("body", lambda: tf.while_loop(lambda i: i < 1, 3, [0])),
        fails("parallel", lambda: tf.while_loop(lambda i: i < 1, lambda i: i, [0],
                                                parallel_iterations=0)),
        fails("maximum", lambda: tf.while_loop(lambda i: i < 1, lambda i: i, [0],
                                               maximum_iterations=[1])),
        fails("sequence", lambda: tf.while_loop(lambda i, j: i < 1, lambda i, j: (i, j), [0, 0],
                                                maximum_iterations=1), message=False),
        seen("shapes", [str(t.shape) for t in (one, two[1], limited2[1], grown[1],
                                              nested[0].total)]),
        seen("fetchable", [tf.get_default_graph().is_fetchable(two[1].op),
                           tf.get_default_graph().is_fetchable(two[1].op.inputs[0].op)]),
        run("initialise", tf.global_variables_initializer()),
    ]
    for count in (0, 1, 3):
        feeds = {x: [0.5, -1.5], n: count}
        steps.append(run("count %d" % count, [one, listed, two, parallel, limited, limited2, nested,
                                              grown, constants, none, array], feeds))
    return steps
