"""Control flow: cond, case, while_loop, map_fn and its kin, TensorArrays, with their gradients."""

from cases import N, P, V, Var, bads, row, rows

TOLERANCE = 1e-5

ROWS = [
    rows("""
        tf.cond(p, lambda: x * 2.0, lambda: x + 1.0)
        tf.cond(p, lambda: (x, x * 2.0), lambda: (x * 3.0, x))
        tf.cond(tf.reduce_sum(x) > 0.0, lambda: tf.square(x), lambda: tf.tanh(x))
        tf.cond(p, lambda: tf.cond(p, lambda: x, lambda: x * 2.0), lambda: x * 3.0)
        tf.case([(p, lambda: x), (tf.reduce_sum(x) > 1.0, lambda: x * 2.0)],
            default=lambda: x * 3.0)
        tf.cond(p, true_fn=lambda: [x], false_fn=lambda: [x * 2.0], strict=True)
    """, "float32", x=N(2, 3), p=V(True)),
    rows("""
        tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * x), [0, x])
        tf.while_loop(lambda i: i < 5, lambda i: i + 2, [0])
        tf.while_loop(lambda a: tf.reduce_sum(tf.abs(a)) < 50.0, lambda a: a * 2.0, [x])
        tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, tf.matmul(a, x)), [0, x],
            swap_memory=True)
        tf.while_loop(lambda i, a: i < 3, lambda i, a: [i + 1, a + 1.0], [0, x],
            maximum_iterations=2)
        tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, tf.cond(i > 1, lambda: a * x,
            lambda: a + x)), [0, x])
        tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, tf.tanh(a)), [0, x],
            back_prop=False, parallel_iterations=1)
    """, "float32", shapes="known partly", x=P(2, 2)),
    rows("""
        tf.map_fn(lambda r: r * r, x)
        tf.map_fn(lambda r: (r, tf.reduce_sum(r)), x, dtype=(tf.float32, tf.float32))
        tf.foldl(lambda a, r: a + r, x)
        tf.foldr(lambda a, r: a * 2.0 + r, x, initializer=tf.zeros([2]))
        tf.scan(lambda a, r: a + r, x)
        tf.scan(lambda a, r: a * r, x, initializer=tf.ones([2]), reverse=True)
    """, "float32", shapes="known", x=N(3, 2)),
    rows("""
        tf.TensorArray(tf.float32, 2).write(0, x).write(1, x * 2.0).stack()
        tf.TensorArray(tf.float32, 2).write(0, x).write(1, x * 2.0).concat()
        tf.TensorArray(tf.float32, 3).unstack(x).read(1)
        tf.TensorArray(tf.float32, 3).unstack(x).gather([2, 0])
        tf.TensorArray(tf.float32, 2).split(x[:2], [1, 1]).concat()
        tf.TensorArray(tf.float32, 4).scatter([1, 3, 0, 2], tf.concat([x, x[:1]], 0)).stack()
        tf.TensorArray(tf.float32, 2).size()
        tf.TensorArray(tf.float32, 2).close()
        tf.TensorArray(tf.float32, 0, dynamic_size=True).write(2, x[0]).size()
    """, "float32", shapes="known unknown", x=N(3, 2)),
    bads("""
        tf.cond(p, lambda: x, lambda: (x, x))
        tf.cond(p, lambda: x, lambda: tf.cast(x, tf.int32))
        tf.cond(x, lambda: x, lambda: x)
        tf.cond(True, x, x)
        tf.while_loop(lambda i: i < 3, lambda i: (i, i), [0])
        tf.while_loop(lambda a: True, lambda a: tf.concat([a, a], 0), [x])
        tf.while_loop(lambda i: i < 3, lambda i: i + 1, [])
        tf.TensorArray(tf.float32, 2).write(5, x).size()
        tf.TensorArray(tf.float32, 2).read(0)
        tf.TensorArray(tf.float32, 2).split(x, [1, 1, 1]).size()
        tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a + 1.0), [0, x],
            maximum_iterations=2)
        tf.Assert(tf.reduce_sum(x) > 1000.0, [x])
    """, "float32", shapes="known", x=N(2, 3), p=V(True)),
    row("tf.cond(p, lambda: tf.assign_add(v, x), lambda: v.read_value())", "float32", grads=False,
        v=Var(N(2)), x=N(2), p=V(True)),
    rows("""
        raw.RefSwitch(data=v, pred=p)[1]
        raw.RefMerge(inputs=list(raw.RefSwitch(data=v, pred=p)))
        raw.RefExit(data=raw.RefEnter(data=v, frame_name="f"))
        [raw.RefNextIteration(data=v), p][1]
    """, "float32", shapes="known", grads=False, v=Var(N(2)), p=V(True)),
    row("raw.Switch(data=x, pred=p)[1]", "float32", x=N(2), p=V(True)),
    row("raw.StackCloseV2(handle=raw.StackV2(max_size=2, elem_type=tf.float32))"),
    row("tf.map_fn(lambda i: i * 2, i)", i=V([1, 2], "int32"), shapes="known"),
]
