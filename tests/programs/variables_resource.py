"""Resource variables: scattered updates, gathers, uninitialised reads, handles, protos."""

import numpy as np

from programs import call, fails, run, seen


def build(tf):
    base = np.float32([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    v = tf.Variable(base, name="v", use_resource=True)
    n = tf.Variable([7, -7, 9], name="n", use_resource=True)
    r = tf.Variable(1.0, name="r")
    fresh = [v.read_value(), v.assign_add(base).op, v.sparse_read([0]), v.gather_nd([[0, 1]]),
             tf.scatter_add(v, [0], 1.0).op]
    rows = tf.IndexedSlices(tf.constant(base), tf.constant([0, 2, 0]))
    updates = [v.scatter_add(rows), v.scatter_sub(rows), v.scatter_mul(rows), v.scatter_div(rows),
               v.scatter_max(rows), v.scatter_min(rows), v.scatter_update(rows),
               tf.scatter_update(v, [[1], [2]], np.ones([2, 1, 3], np.float32)),
               tf.scatter_nd_add(v, [[0, 0]], [5.0]), v.scatter_nd_sub([[1, 1]], [2.0]),
               v.scatter_nd_update([[2]], [[0.0, 0.0, 1.0]]),
               tf.scatter_div(n, [0, 1], [2, 2]), tf.scatter_min(n, 2, 3)]
    gathers = [v.sparse_read([[0, 1], [2, 2]]), v.gather_nd([[0, 1], [2, 2]]),
               v.gather_nd([[1]]), v.sparse_read(1)]
    loss = sum(tf.reduce_sum(g * g) for g in gathers[:3])
    grads = tf.gradients(loss, v)
    counter = tf.Variable(0, name="counter", trainable=False, use_resource=True)
    count = counter.count_up_to(2)
    cached = tf.Variable(2.0, name="cached", use_resource=True, caching_device="/cpu:0")
    more = cached.assign_add(1.0)
    loose = tf.Variable(base[0], name="loose", use_resource=True, shape=[None])
    restored = type(cached).from_proto(cached.to_proto())
    x, at = tf.placeholder(tf.float32), tf.placeholder(tf.int32)
    fed = [tf.scatter_add(v, at, x).op, v.sparse_read(at), v.gather_nd(at), v.assign_sub(x).op,
           tf.scatter_nd_add(v, at, x).op]
    steps = [
        seen("names", [w.name for w in (v, cached, loose, updates[0], count, more)]),
        seen("shapes", [str(w.shape) for w in (v, loose, updates[0], *gathers)]),
        seen("protos", [str(v.to_proto()), str(cached.to_proto()), str(v.to_proto("w")), repr(v)]),
        seen("kinds", [isinstance(v, tf.Variable), isinstance(updates[0], tf.Variable), v.op.type,
                       updates[0].op.type, str(grads[0].shape), restored.value().name]),
        seen("properties", [v.trainable, v.constraint is None, v.handle.dtype.name, v.dtype.name,
                            str(v.synchronization), str(v.aggregation), v.initial_value.name]),
        seen("collections", [[w.name for w in f()] for f in (tf.global_variables,
                                                             tf.trainable_variables)]),
    ]
    steps += [run(f"fresh {k}", op, fails=True) for k, op in enumerate(fresh)]
    steps += [run("one", r.initializer)]
    steps += [run(f"other {k}", op, fails=True) for k, op in enumerate(fresh)]
    steps += [run("report", tf.report_uninitialized_variables()),
              run("is initialised", [v.is_initialized(), tf.is_variable_initialized(r)]),
              run("initialise", tf.global_variables_initializer()),
              run("values", [v, n, cached, loose]),
              run("loss", loss), run("gradient", tf.convert_to_tensor(grads[0])),
              run("more", more), run("cached", [cached, restored])]
    steps += [run(f"gather {k}", op) for k, op in enumerate(gathers)]
    steps += [run(f"update {k}", op) for k, op in enumerate(updates)]
    steps += [run(f"counted {k}", count, fails=k > 1) for k in range(3)]
    steps += [run(f"rows at {k}", fed[0], {at: places, x: values}, fails=k > 0)
              for k, (places, values) in enumerate([([0], [[1, 1, 1]]), ([3], [[1, 1, 1]])])]
    steps += [run(f"read at {k}", fed[1], {at: places}, fails=k > 0)
              for k, places in enumerate([[0], [[1, 3]], -1])]
    steps += [run(f"element at {k}", fed[2], {at: places}, fails=k > 0)
              for k, places in enumerate([[0, 1], [[1, 3]], 0, [0, 0, 0, 0]])]
    steps += [run("subtract", fed[3], {x: [1.0]}, fails=True),
              run("nd", fed[4], {at: [[0, 5]], x: [1.0]}, fails=True),
              call("load", lambda session: v.load(base[::-1], session)), run("loaded", v),
              run("v", v)]
    steps += [
        fails("assign", lambda: v.assign([1.0])),
        fails("shapes", lambda: v.assign_add([1.0])),
        fails("rows", lambda: tf.scatter_update(v, [0], [1.0, 2.0])),
        fails("in place", lambda: v.__iadd__(1.0)),
        fails("power", lambda: v.__ipow__(1.0)),
        fails("set_shape", lambda: v.set_shape([3, 3])),
        fails("conversion", lambda: tf.convert_to_tensor(v, tf.int32)),
        fails("supplied", lambda: tf.Variable([1.0], shape=[2], use_resource=True)),
        fails("no value", lambda: tf.Variable(None, use_resource=True)),
    ]
    return steps
