"""Variables, scattered updates, random streams."""

from cases import N, P, ResVar, V, Var, bad, bads, row, rows

SCATTER = ("update", "add", "sub", "mul", "div", "min", "max")


def scatters(variable, call, **inputs):
    return [row(call.format(name), "float32 float64 int32", shapes="known unknown", grads=False,
                v=variable, **inputs) for name in SCATTER]


ROWS = [
    # ---- ref variables ----
    rows("""
        v
        v + 1.0
        v.read_value()
        v.assign(x)
        tf.assign(v, x)
        tf.assign(v, x, validate_shape=False)
        tf.assign(v, x, use_locking=True)
        v.assign_add(x)
        tf.assign_add(v, x)
        v.assign_sub(x)
        tf.assign_sub(v, x)
        tf.is_variable_initialized(v)
        tf.identity(v)
        v[0]
        tf.gather(v, [0, 2])
        v.scatter_sub(tf.IndexedSlices(x[:1], [2]))
        tf.stop_gradient(v) * x
    """, "float32 float64", shapes="known unknown", numeric=False, v=Var(N(3, 2)), x=N(3, 2)),
    rows("""
        v
        v + 1.0
        v.read_value()
        v.assign(x)
        tf.assign(v, x)
        v.assign_add(x)
        tf.assign_add(v, x)
        v.assign_sub(x)
        tf.is_variable_initialized(v)
        tf.identity(v)
        v[0]
        tf.gather(v, [0, 2])
        v.sparse_read([1, 1])
        tf.gather_nd(v, [[0, 1]])
        raw.ReadVariableOp(resource=v.handle, dtype=T)
        raw.AssignVariableOp(resource=v.handle, value=x)
        raw.AssignAddVariableOp(resource=v.handle, value=x)
        raw.AssignSubVariableOp(resource=v.handle, value=x)
        raw.VarIsInitializedOp(resource=v.handle)
        raw.VariableShape(input=v.handle)
        raw.DestroyResourceOp(resource=tf.Variable(1.0, use_resource=True).handle,
            ignore_lookup_error=True)
    """, "float32 float64", shapes="known unknown", numeric=False, v=ResVar(N(3, 2)), x=N(3, 2)),
    row("raw.DestroyResourceOp(resource=raw.VarHandleOp(dtype=tf.float32, shape=[2]), "
        "ignore_lookup_error=True)"),
    scatters(Var(P(4, 2)), "tf.scatter_{}(v, i, x)", i=V([3, 0, 3], "int32"), x=P(3, 2)),
    scatters(ResVar(P(4, 2)), "tf.scatter_{}(v, i, x)", i=V([3, 0, 3], "int32"), x=P(3, 2)),
    rows("""
        tf.scatter_add(v, 1, [1.0, 2.0])
        tf.scatter_update(v, [[0, 1]], x[tf.newaxis, :2])
        tf.scatter_add(v, [0, 2], 1.0)
        tf.scatter_nd_update(v, [[0], [2]], x[:2])
        tf.scatter_nd_add(v, [[0, 1], [0, 1]], [1.0, 2.0])
        tf.scatter_nd_sub(v, [[0, 1], [3, 0]], [1.0, 2.0])
        v.scatter_nd_update([[0, 0]], [5.0])
        tf.batch_scatter_update(v, [[0], [1], [0], [1]], x[:, :1])
        v[0].assign([1.0, 2.0])
        v[1:3, 0].assign(x[:2, 1])
    """, "float32", shapes="known", grads=False, v=Var(N(4, 2)), x=N(4, 2)),
    rows("""
        tf.scatter_add(v, 1, [1.0, 2.0])
        tf.scatter_add(v, [0, 2], 1.0)
        tf.scatter_nd_update(v, [[0], [2]], x[:2])
        tf.scatter_nd_add(v, [[0, 1], [0, 1]], [1.0, 2.0])
        tf.scatter_nd_sub(v, [[0, 1], [3, 0]], [1.0, 2.0])
        v[0].assign([1.0, 2.0])
        v[1:3, 0].assign(x[:2, 1])
        raw.ResourceGather(resource=v.handle, indices=[0, 2], dtype=tf.float32)
        raw.ResourceGatherNd(resource=v.handle, indices=[[0, 1]], dtype=tf.float32)
    """, "float32", shapes="known", grads=False, v=ResVar(N(4, 2)), x=N(4, 2)),
    row("v.count_up_to(5)", "int32 int64", v=Var(V(3))),
    row("tf.count_up_to(v, 5)", "int32", v=ResVar(V(3))),
    bad("v.count_up_to(3)", "int32", v=Var(V(3))),
    bads("""
        tf.assign(v, [1.0])
        tf.scatter_add(v, [4], [[1.0, 2.0]])
        tf.scatter_add(v, [0], [[1.0, 2.0, 3.0]])
        tf.scatter_nd_update(v, [[9]], [[1.0, 2.0]])
        v.assign(tf.constant([1, 2]))
    """, shapes="known", v=Var(N(4, 2))),
    bads("""
        tf.assign(v, [1.0])
        tf.scatter_add(v, [4], [[1.0, 2.0]])
        tf.scatter_add(v, [0], [[1.0, 2.0, 3.0]])
        tf.gather(v, [4])
        tf.Variable(1.0, use_resource=True) + 1
    """, shapes="known", v=ResVar(N(4, 2))),
    bad("tf.Variable(1.0) + 1", shapes="known"),
    row("raw.DestroyTemporaryVariable(ref=tf.assign(raw.TemporaryVariable(shape=[2], "
        "dtype=tf.float32, var_name='t'), [1.0, 2.0]), var_name='t')"),
    row("tf.assign(raw.Variable(shape=[2], dtype=tf.float32), [1.0, 2.0])"),
    row("raw.RefIdentity(input=v)", "float32", grads=False, v=Var(N(2))),

    # ---- random streams ----
    rows("""
        tf.random_uniform([2, 3], seed=1)
        tf.random_uniform([4], -1.0, 2.0, seed=1)
        tf.random_uniform([3], dtype=tf.float64, seed=7)
        tf.random_uniform([5], maxval=10, dtype=tf.int32, seed=2)
        tf.random_uniform([5], 3, 1000000, dtype=tf.int64, seed=2)
        tf.random_normal([2, 3], seed=1)
        tf.random_normal([3], 1.0, 2.0, tf.float64, seed=1)
        tf.truncated_normal([2, 3], seed=1)
        tf.random.normal([3], seed=5)
        tf.random_shuffle([1, 2, 3, 4, 5], seed=3)
        tf.random_shuffle([[1, 2], [3, 4], [5, 6]], seed=3)
        tf.random_crop([[1, 2, 3], [4, 5, 6]], [2, 2], seed=1)
        tf.multinomial([[0.5, 0.25, 0.25]], 4, seed=1)
        tf.random.categorical([[0.5, 0.25, 0.25]], 4, seed=1, dtype=tf.int32)
        tf.random_gamma([3], 1.5, seed=1)
        tf.random_gamma([2], [0.5, 2.0], beta=2.0, seed=1)
        tf.random_poisson(3.0, [4], seed=1)
        tf.random.poisson([1.5, 20.0], [3], seed=1)
        tf.random.stateless_uniform([3], seed=[1, 2])
        tf.random.stateless_normal([3], seed=[1, 2])
        tf.random.stateless_truncated_normal([3], seed=[1, 2])
        tf.random.stateless_categorical([[0.5, 0.25]], 3, seed=[1, 2])
        tf.random.stateless_multinomial([[0.5, 0.25]], 3, seed=[1, 2])
        tf.random.stateless_uniform([3], [1, 2], 0, 10, tf.int32)
        raw.ParameterizedTruncatedNormal(shape=[4], means=0.5, stdevs=1.0, minvals=-1.0,
            maxvals=2.0, seed=1, seed2=2)
    """, tol=1e-5),
    row("tf.random_uniform(s, seed=4)", s=V([2, 2], "int32")),
    row("tf.random_normal(tf.shape(x), seed=4)", "float32", x=N(2, 3)),
    row("tf.random_gamma([2], x, seed=1)", "float32", numeric=False, tol=1e-4, x=P(2)),
    bads("""
        tf.random_uniform([2], dtype=tf.int32)
        tf.random_uniform([2], 5, 5, dtype=tf.int32)
        tf.random_uniform([-1])
        tf.random_crop([1, 2], [3])
        tf.multinomial([0.5, 0.5], 1)
        tf.truncated_normal([2], dtype=tf.int32)
    """, shapes="known"),
    row("tf.random_normal([2])", random=True, graph=False),
]
