"""Ref variables: scattered updates, counting, collections, protos, what is refused."""

import numpy as np

from programs import call, fails, run, seen


def build(tf):
    base = np.float32([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    v = tf.Variable(base, name="v")
    n = tf.Variable([7, -7, 9], name="n")
    i, rows = tf.constant([0, 2, 0]), np.float32([[1, 2, 4], [2, 2, 2], [4, 0.5, 1]])
    slices = tf.IndexedSlices(tf.constant(rows), i)
    by_rows = [v.scatter_add(slices), v.scatter_sub(slices), v.scatter_mul(slices),
               v.scatter_div(slices), v.scatter_max(slices), v.scatter_min(slices),
               v.scatter_update(tf.IndexedSlices(tf.constant(rows[:2]), tf.constant([1, 2]))),
               tf.scatter_add(v, [[0, 1], [1, 1]], np.ones([2, 2, 3], np.float32)),
               tf.scatter_update(v, 1, 3.0, use_locking=False), tf.scatter_mul(v, [2], 0.5)]
    whole = [tf.scatter_div(n, [0, 1, 0], [2, 2, 3]), tf.scatter_mul(n, [0, 0, 2], [3, 5, -1]),
             tf.scatter_min(n, [2, 2], [1, 4]), tf.scatter_max(n, 0, 100)]
    elements = [v.scatter_nd_add([[0, 0], [2, 1], [0, 0]], [1.0, 2.0, 3.0]),
                v.scatter_nd_sub([[1]], [[1.0, 2.0, 3.0]]), v.scatter_nd_update([[0, 1]], [9.0]),
                tf.scatter_nd_add(v, [[2, 2]], [1.0]), tf.scatter_nd_sub(v, [[[0, 1]]], [[5.0]]),
                tf.scatter_nd_update(v, [[1, 1]], [-1.0], use_locking=False)]
    x, at = tf.placeholder(tf.float32), tf.placeholder(tf.int32)
    loose = [tf.scatter_add(v, at, x), tf.scatter_nd_update(v, at, x), tf.assign(v, x),
             tf.assign_add(v, x)]
    counter = tf.Variable(0, name="counter", trainable=False)
    count = counter.count_up_to(2)
    quiet = [v.assign_add(base, read_value=False), v.assign(base, name="put", use_locking=True).op]
    hidden = tf.Variable(3.0, name="hidden", collections=[])
    chosen = tf.Variable(hidden + 1.0, name="chosen", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    made = tf.Variable(lambda: [1.0, 2.0], name="made", dtype=tf.float64, trainable=False,
                       caching_device="/cpu:0", constraint=lambda value: value)
    vague = tf.Variable(base, name="vague", shape=tf.TensorShape(None), validate_shape=False)
    with tf.control_dependencies([v.initializer]), tf.name_scope("inside"):
        lifted = tf.Variable(1.0)
    restored = tf.Variable.from_proto(made.to_proto())
    part = tf.Variable.SaveSliceInfo("a/b", [4, 2], [2, 0], [2, 2])
    steps = [
        seen("names", [w.name for w in (v, hidden, chosen, made, lifted, restored)]),
        seen("shapes", [str(w.shape) for w in (v, hidden, vague, made)]),
        seen("text", [repr(v), str(made.to_proto()), str(chosen.to_proto())]),
        seen("scopes", [str(v.to_proto("other")), str(lifted.to_proto("inside"))]),
        seen("kept", [restored.initializer is made.initializer, made.constraint is not None,
                      restored.trainable, made.op.type, made.initial_value.name]),
        seen("collections", [[w.name for w in f()] for f in (
            tf.global_variables, tf.local_variables, tf.trainable_variables, tf.model_variables,
            tf.moving_average_variables, tf.all_variables)]),
        seen("matching", [w.name for w in tf.global_variables("^l")]),
        seen("slice", [part.spec, str(part.to_proto("a"))]),
        seen("refs", [v.experimental_ref() == v.experimental_ref(), v == v, v == n,
                      len({v, n, v}), v.experimental_ref().deref() is v]),
        run("uninitialised", v, fails=True),
        run("none", tf.report_uninitialized_variables()),
        run("initialise hidden", hidden.initializer),
        run("initialise", [tf.global_variables_initializer(), tf.local_variables_initializer()]),
        run("ranks", tf.assert_variables_initialized()),
        run("rank", tf.assert_variables_initialized([v])),
        run("values", [v, n, chosen, made, vague, lifted, v.initial_value]),
    ]
    steps += [run(f"rows {k}", op) for k, op in enumerate(by_rows)]
    steps += [run(f"whole {k}", op) for k, op in enumerate(whole)]
    steps += [run(f"elements {k}", op) for k, op in enumerate(elements)]
    steps += [run(f"counted {k}", count, fails=k > 1) for k in range(3)]
    steps += [run("quiet", quiet[0]), run("v", v), run("put", quiet[1]), run("v again", v)]
    for k, (places, values) in enumerate([
            ([0], [[1, 1, 1]]), ([3], [[1, 1, 1]]), ([[-1, 0]], [[[1, 1, 1], [2, 2, 2]]]),
            (5, [1, 2, 3]), ([0, 1], [1, 1, 1]), ([0], 2.0)]):
        steps.append(run(f"rows at {k}", loose[0], {at: places, x: values}, fails=0 < k < 5))
    for k, (places, values) in enumerate([
            ([[0, 0]], [1]), ([[0, 3]], [1]), ([-1], [1, 2, 3]), ([[0, 0, 0, 0]], [1]), (0, 1.0)]):
        steps.append(run(f"elements at {k}", loose[1], {at: places, x: values}, fails=k > 0))
    steps += [run("assign", loose[2], {x: [1.0]}, fails=True),
              run("add", loose[3], {x: np.zeros([3, 1])}, fails=True),
              call("eval", lambda session: v.eval(session)),
              call("load", lambda session: v.load(base[::-1], session)), run("loaded", v)]
    steps += [
        fails("rows", lambda: tf.scatter_add(v, [0], [1.0, 2.0])),
        fails("rank", lambda: tf.scatter_update(v, [0], [[[1.0]]])),
        fails("outer", lambda: tf.scatter_nd_update(v, [[0], [1]], [[1.0, 1.0, 1.0]])),
        fails("inner", lambda: tf.scatter_nd_add(v, [0], [1.0])),
        fails("scalar", lambda: tf.scatter_nd_add(v, 0, [1.0, 1.0, 1.0])),
        fails("dtype", lambda: tf.scatter_add(v, [0], tf.constant([[1, 2, 3]]))),
        fails("no slices", lambda: v.scatter_add(tf.constant(1.0))),
        fails("no value", lambda: tf.Variable(None)),
        fails("collections", lambda: tf.Variable(1.0, collections="mine")),
        fails("constraint", lambda: tf.Variable(1.0, constraint=3)),
        fails("shape", lambda: tf.Variable(tf.placeholder(tf.float32), name="shapeless")),
        fails("iteration", lambda: list(v)),
        fails("aggregation", lambda: tf.Variable(1.0, aggregation=9)),
        fails("conversion", lambda: tf.convert_to_tensor(v, tf.int32)),
        fails("kinds", lambda: tf.add(n, 1.5)),
        fails("gradient", lambda: tf.gradients(tf.scatter_update(v, [0], 1.0), v)),
    ]
    return steps
