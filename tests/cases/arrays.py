"""Arrays: shapes, joining, moving, slicing, gathering, choosing."""

from cases import I, N, P, V, bad, bads, row, rows

MANY = "float32 float64 int32 complex64"

ROWS = [
    # ---- shapes ----
    rows("""
        tf.shape(x)
        tf.shape(x, out_type=tf.int64)
        tf.size(x)
        tf.size(x, out_type=tf.int64)
        tf.rank(x)
        tf.shape_n([x, x])
        tf.reshape(x, [3, 2])
        tf.reshape(x, [-1])
        tf.reshape(x, [2, -1, 1])
        tf.reshape(x, tf.shape(x))
        tf.reshape(x, (tf.shape(x)[0], -1))
        tf.reshape(x, tf.stack([tf.shape(x)[1], 2]))
        tf.expand_dims(x, 0)
        tf.expand_dims(x, -1)
        tf.expand_dims(x, axis=1)
        tf.expand_dims(x, dim=2)
        tf.identity(x)
        tf.identity(x, name="y")
        tf.identity_n([x, x])
        tf.stop_gradient(x)
        tf.ensure_shape(x, [2, 3])
        tf.ensure_shape(x, [None, 3])
        tf.broadcast_to(x, [4, 2, 3])
        tf.broadcast_to(tf.reduce_sum(x, 0), [4, 3])
        tf.guarantee_const(x)
        tf.placeholder_with_default(x, [2, 3])
        tf.placeholder_with_default(x, [None, 3])
        tf.zeros_like(x)
        tf.ones_like(x)
        tf.zeros_like(x, optimize=False)
        tf.ones_like(x, dtype=tf.int32)
        tf.zeros_like(x, tf.bool)
        tf.zeros(tf.shape(x))
        tf.ones(tf.shape(x), T)
        tf.fill(tf.shape(x), 2.5)
        tf.transpose(x)
        tf.transpose(x, [1, 0])
        tf.matrix_transpose(x)
        tf.tile(x, [2, 1])
        tf.tile(x, [1, 3])
        tf.pad(x, [[1, 0], [0, 2]])
        tf.pad(x, [[1, 1], [2, 0]], constant_values=1.5)
        tf.pad(x, [[1, 1], [2, 0]], mode="REFLECT")
        tf.pad(x, [[1, 2], [3, 0]], "SYMMETRIC")
        tf.reverse(x, [0])
        tf.reverse(x, [-1, 0])
        tf.roll(x, 1, 0)
        tf.roll(x, shift=[1, -2], axis=[0, 1])
        tf.repeat(x, 2, axis=0)
        tf.repeat(x, 3)
        tf.diag(x[0])
        tf.matrix_diag(x)
        tf.diag_part(tf.diag(x[1]))
        raw.Rank(input=x)
        raw.OnesLike(x=x)
        raw.PreventGradient(input=x, message="no")
    """, x=N(2, 3)),
    rows("""
        tf.reshape(x, [3, 2])
        tf.expand_dims(x, 1)
        tf.identity(x)
        tf.transpose(x)
        tf.tile(x, [2, 1])
        tf.reverse(x, [1])
        tf.zeros_like(x)
        tf.ones_like(x)
        tf.matrix_transpose(x, conjugate=True)
        tf.transpose(x, conjugate=True)
        x[1:, ::2]
        tf.stack([x, x], 1)
    """, "complex64 int32 int64 bool", x=N(2, 3)),
    rows("""
        tf.reshape(x, s)
        tf.broadcast_to(tf.reduce_sum(x), s)
        tf.fill(s, 1.0)
        tf.zeros(s)
        tf.ones(s, tf.int32)
    """, x=N(2, 3), s=V([3, 2], "int32")),
    row("tf.reshape(x, s)", x=N(2, 3), s=V([-1, 2], "int64")),
    row("tf.reshape(x, [])", x=N(1, 1)),
    row("tf.reshape(x, [2, 0])", x=N(0, 3)),
    rows("""
        tf.squeeze(x)
        tf.squeeze(x, [0])
        tf.squeeze(x, axis=-2)
        tf.squeeze(x, squeeze_dims=[0, 2])
    """, MANY, x=N(1, 3, 1, 2)),
    row("tf.expand_dims(x, a)", x=N(2, 3), a=V(1, "int32")),
    row("tf.zeros([2, 3])"),
    rows("""
        tf.zeros([2, 3], tf.int64)
        tf.zeros([0, 2], tf.string)
        tf.zeros([], tf.bool)
        tf.zeros([2], tf.string)
        tf.ones([2, 1])
        tf.ones([2], tf.complex64)
        tf.ones(3, tf.uint8)
        tf.fill([2, 2], 7)
        tf.fill([2], "a")
        tf.eye(3)
        tf.eye(2, 3, dtype=tf.float64)
        tf.eye(2, batch_shape=[2])
        tf.eye(2, num_columns=4, batch_shape=[1, 2])
        tf.zeros([1000, 2])[0]
        tf.constant([[1, 2], [3, 4]])
        tf.constant(1.5, shape=[2, 2])
        tf.constant([1, 2, 3], tf.float64, name="c")
        tf.constant(["a", "bc"])
        tf.constant(True)
        tf.constant(3, tf.int8)
        tf.constant(1 + 2j)
        tf.constant(np.arange(6).reshape(2, 3))
        tf.zeros(tf.TensorShape([2, 3]))
        tf.sequence_mask([1, 3, 2])
        tf.sequence_mask([1, 3], 5)
        tf.sequence_mask([[1], [0]], maxlen=2, dtype=tf.float32)
        tf.one_hot([0, 2, -1], 3)
        tf.one_hot([0, 2], 3, axis=0)
        tf.one_hot([0, 1], 2, on_value=5.0, off_value=-1.0)
        tf.one_hot([0, 1], 2, on_value=True, off_value=False)
        tf.one_hot([[0], [1]], 2, dtype=tf.int32, axis=-1)
        tf.meshgrid([1, 2], [3, 4, 5])
        tf.meshgrid([1, 2], [3, 4, 5], indexing="ij")
        tf.broadcast_static_shape(tf.TensorShape([2, 1]), tf.TensorShape([3]))
        tf.broadcast_dynamic_shape([2, 1], [3])
        tf.invert_permutation([2, 0, 1])
        tf.unravel_index([5, 3], [2, 3])
        tf.setdiff1d([1, 2, 3, 4], [2, 4])
        raw.Range(start=0, limit=4, delta=1)
        raw.BroadcastGradientArgs(s0=[2, 3], s1=[3])
        raw.BroadcastArgs(s0=[2, 1], s1=[3])
        raw.ConcatOffset(concat_dim=0, shape=[[2, 3], [1, 3]])
        tf.as_dtype("float32")
        tf.dimension_value(tf.TensorShape([2])[0])
    """),
    rows("""
        tf.sequence_mask(i)
        tf.sequence_mask(i, 4)
        tf.sequence_mask(i, tf.reduce_max(i))
        tf.one_hot(i, 4)
        tf.one_hot(i, 4, axis=0)
        tf.one_hot(i, tf.reduce_max(i) + 1)
        tf.invert_permutation(i)
        tf.unique(i)
        tf.unique(i, out_idx=tf.int64)
        tf.unique_with_counts(i)
        tf.setdiff1d(i, [1])
        tf.unravel_index(i, [2, 3])
    """, i=V([2, 0, 1], "int32")),
    row("tf.one_hot(i, n, x, y)", i=V([0, 2], "int32"), n=V(3, "int32"), x=N(), y=N()),
    row("tf.one_hot(i, 3)", i=V([[0, 2]], "uint8")),
    rows("""
        tf.unique(x)
        tf.unique_with_counts(x)
    """, "float32 int64", x=V([3, 1, 3, 2, 1])),
    row("tf.unique(x)", x=V([b"b", b"a", b"b"])),
    rows("""
        tf.searchsorted(x, y)
        tf.searchsorted(x, y, side="right")
    """, "float32 int32", x=V([[1, 3, 5], [2, 4, 6]]), y=V([[3, 0], [7, 4]])),
    rows("""
        raw.LowerBound(sorted_inputs=x, values=y, out_type=tf.int32)
        raw.UpperBound(sorted_inputs=x, values=y, out_type=tf.int32)
    """, "float32 int32", x=V([[1, 3, 5], [2, 4, 6]]), y=V([[3, 0], [7, 4]])),
    row("tf.meshgrid(x, y)", x=N(2), y=N(3)),
    row("tf.meshgrid(x, y, indexing='ij')", x=N(2), y=N(3)),
    row("tf.broadcast_dynamic_shape(tf.shape(x), tf.shape(y))", x=N(2, 1), y=N(3)),
    bads("""
        tf.reshape(x, [4, 2])
        tf.reshape(x, [-1, -1])
        tf.reshape(x, [-1, 4])
        tf.expand_dims(x, 3)
        tf.expand_dims(x, 0, dim=0)
        tf.squeeze(x, [0])
        tf.squeeze(x, [5])
        tf.ensure_shape(x, [3, 3])
        tf.broadcast_to(x, [2, 2])
        tf.broadcast_to(x, [3])
        tf.transpose(x, [0, 0])
        tf.transpose(x, [0])
        tf.transpose(x, [0, 2])
        tf.tile(x, [1])
        tf.tile(x, [1, -1])
        tf.pad(x, [[1, 1]])
        tf.pad(x, [[1, -1], [0, 0]])
        tf.pad(x, [[3, 0], [0, 0]], mode="REFLECT")
        tf.pad(x, [[1, 1], [0, 0]], mode="other")
        tf.reverse(x, [2])
        tf.reverse(x, [0, 0])
        tf.roll(x, 1, 2)
        tf.stack([x, x], 3)
        tf.concat([x, x], 2)
        tf.concat([x, x[0]], 0)
        tf.split(x, 2, 1)
        tf.split(x, [1, 1], 1)
        tf.unstack(x, num=3)
        tf.gather(x, [2])
        tf.gather(x, [0], axis=2)
        tf.gather_nd(x, [[0, 3]])
        tf.gather_nd(x, [[0, 0, 0]])
        tf.slice(x, [0, 1], [2, 3])
        tf.slice(x, [0], [1])
        tf.slice(x, [0, -1], [1, 1])
        x[5]
        x[0, 0, 0]
        x[0, 3]
        x["a"]
        x[..., ...]
        x[1.5]
        x[::0]
        tf.boolean_mask(x, True)
        tf.matrix_band_part(x[0], 0, 0)
        tf.matrix_diag_part(x[0])
        tf.reverse_sequence(x, [1], 1, 0)
        tf.dynamic_partition(x, [0, 2], 2)
        tf.dynamic_stitch([[0, 1]], [x[0]])
        tf.scatter_nd([[5]], x[:1], [2, 3])
        tf.invert_permutation(tf.cast(x[0], tf.int32) * 0)
        tf.space_to_batch_nd(x, [2], [[0, 0]])
        tf.meshgrid(x, x, indexing="a")
    """, x=N(2, 3)),

    # ---- joining and splitting ----
    rows("""
        tf.concat([x, y], 0)
        tf.concat([x, y, x], axis=-2)
        tf.concat([x], 0)
        tf.concat([x, x], 1)
        tf.concat(values=[tf.transpose(x), tf.transpose(y)], axis=1)
        raw.Concat(concat_dim=0, values=[x, y])
    """, MANY, x=N(2, 3), y=N(1, 3)),
    row("tf.concat([x, y], a)", x=N(2, 3), y=N(1, 3), a=V(0, "int32")),
    row("tf.concat([x, [[1., 2., 3.]]], 0)", x=N(2, 3)),
    rows("""
        tf.stack([x, y])
        tf.stack([x, y], axis=1)
        tf.stack([x, y, x], -1)
        tf.stack([x])
        tf.parallel_stack([x, y])
    """, "float32 float64 int32", shapes="known", x=N(2, 3), y=N(2, 3)),
    rows("""
        tf.stack([y, x])
        tf.stack([x, y], axis=-1)
    """, shapes="partly unknown", x=N(2, 3), y=N(2, 3)),
    row("tf.stack([x, 2.0, y])", x=N(), y=N()),
    row("tf.stack([1, 2, 3])"),
    rows("""
        tf.unstack(x)
        tf.unstack(x, axis=1)
        tf.unstack(x, axis=-1)[1]
    """, MANY, shapes="known", x=N(2, 3)),
    row("tf.unstack(x, 2)", x=N(2, 3)),
    row("tf.unstack(x, 3, axis=1)[0]", x=N(2, 3)),
    rows("""
        tf.split(x, 2)
        tf.split(x, 3, axis=1)
        tf.split(x, [1, 3], 0)
        tf.split(x, [1, -1], axis=0)
        tf.split(x, [1, 2], axis=-1)[0]
        tf.split(x, num_or_size_splits=2)[1]
    """, MANY, x=N(4, 3)),
    row("tf.split(x, s, num=2)", x=N(4, 3), s=V([1, 3], "int32")),

    # ---- moving ----
    rows("""
        tf.transpose(x, [2, 0, 1])
        tf.transpose(x)
        tf.matrix_transpose(x)
        tf.linalg.transpose(x)
        tf.reverse(x, [0, 2])
        tf.tile(x, [1, 2, 2])
        tf.pad(x, [[0, 1], [1, 0], [1, 1]])
        tf.pad(x, [[0, 1], [1, 0], [1, 1]], "REFLECT")
        tf.pad(x, [[0, 1], [1, 0], [1, 1]], "SYMMETRIC")
        tf.reverse_sequence(x, [1, 2], seq_axis=1, batch_axis=0)
        tf.reverse_sequence(x, [1, 0, 3, 2][:2], 2, 0)
        tf.matrix_band_part(x, 1, 0)
        tf.matrix_band_part(x, 0, -1)
        tf.matrix_diag_part(x)
        tf.matrix_diag(x)
        tf.matrix_set_diag(x, x[:, 0, :3])
        tf.linalg.band_part(x, 0, 0)
    """, "float32 float64 int32", x=N(2, 3, 4)),
    row("tf.transpose(x, p)", x=N(2, 3, 4), p=V([1, 2, 0], "int32")),
    row("tf.tile(x, m)", x=N(2, 3), m=V([1, 2], "int32")),
    row("tf.pad(x, p)", x=N(2, 3), p=V([[1, 0], [0, 2]], "int32")),
    row("tf.pad(x, p, 'REFLECT')", x=N(2, 3), p=V([[1, 0], [0, 2]], "int32")),
    row("tf.pad(x, p, constant_values=y)", x=N(2, 3), p=V([[1, 0], [0, 2]], "int32"), y=N()),
    row("tf.reverse(x, a)", x=N(2, 3), a=V([1], "int32")),
    row("tf.reverse_sequence(x, n, seq_dim=0, batch_dim=1)", x=N(3, 2), n=V([1, 3], "int64")),
    row("tf.diag(x)", x=N(2, 2)),
    row("tf.reverse(x, [0])", "float32", shapes="unknown", x=N()),
    row("tf.diag_part(x)", x=N(2, 3, 2, 3)),
    row("tf.linalg.tensor_diag(x)", x=N(3)),
    row("tf.matrix_set_diag(x, y)", x=N(3, 3), y=N(3)),
    row("tf.matrix_set_diag(x, y)", x=N(2, 4, 3), y=N(2, 3)),
    row("tf.matrix_band_part(x, l, u)", x=N(3, 3), l=V(1, "int64"), u=V(1, "int64")),
    rows("""
        tf.space_to_depth(x, 2)
        tf.depth_to_space(x, 2)
        tf.space_to_batch(x, [[0, 0], [0, 0]], 2)
        tf.batch_to_space(x, [[0, 0], [1, 0]], 2)
        tf.space_to_batch_nd(x, [2, 2], [[0, 0], [2, 0]])
        tf.batch_to_space_nd(x, [2, 2], [[0, 1], [0, 0]])
        tf.space_to_batch_nd(x, [2], [[1, 1]])
        raw.SpaceToBatch(input=x, paddings=[[0, 0], [0, 0]], block_size=2)
        raw.BatchToSpace(input=x, crops=[[0, 0], [0, 0]], block_size=2)
    """, x=N(4, 2, 2, 4)),
    row("tf.required_space_to_batch_paddings([5, 7], [2, 3])"),

    # ---- slicing ----
    rows("""
        x[0]
        x[-1]
        x[1, 2]
        x[:, 1]
        x[..., 0]
        x[0, ..., 1]
        x[1:]
        x[:-1, 1:3]
        x[::2]
        x[::-1, 1]
        x[:, ::-2]
        x[tf.newaxis]
        x[:, tf.newaxis, 1:]
        x[..., None]
        x[:]
        x[5:]
        x[1:1]
        x[tf.constant(1)]
        x[tf.constant(0):tf.constant(2)]
        x[:, tf.shape(x)[1] - 1]
        x[np.int32(1)]
        tf.slice(x, [0, 1, 0], [2, 2, -1])
        tf.slice(x, [1, 0, 2], [1, -1, 1])
        tf.strided_slice(x, [0, 0], [2, 3], [1, 2])
        tf.strided_slice(x, [1], [2], shrink_axis_mask=1)
        tf.strided_slice(x, [0, 0], [1, 1], begin_mask=1, end_mask=2)
        tf.strided_slice(x, [0, 0, 0], [2, 2, 2], new_axis_mask=2)
        tf.strided_slice(x, [0, 0], [2, 2], ellipsis_mask=1)
    """, "float32 float64 int32", x=N(2, 3, 4)),
    row("x[i]", x=N(3, 2), i=V(1, "int32")),
    row("x[i:j]", x=N(3, 2), i=V(1, "int32"), j=V(3, "int32")),
    row("x[i, :, j]", x=N(3, 2, 2), i=V(1, "int64"), j=V(0, "int64")),
    row("tf.slice(x, b, s)", x=N(3, 2), b=V([1, 0], "int32"), s=V([2, 1], "int32")),
    row("tf.slice(x, b, [1, -1])", x=N(3, 2), b=V([1, 0], "int32")),
    row("raw.StridedSliceGrad(shape=[3, 2], begin=[1], end=[3], strides=[1], dy=x)", x=N(2, 2)),
    row("raw.TensorStridedSliceUpdate(input=x, begin=[1], end=[3], strides=[1], value=y)",
        grads=False, x=N(3, 2), y=N(2, 2)),

    # ---- gathering and scattering ----
    rows("""
        tf.gather(x, [0, 2, 0])
        tf.gather(x, 1)
        tf.gather(x, [[0], [1]])
        tf.gather(x, [1, 0], axis=1)
        tf.gather(x, 1, axis=-1)
        tf.gather_nd(x, [[0, 1], [2, 0]])
        tf.gather_nd(x, [[0], [2]])
        raw.Gather(params=x, indices=[0, 2])
    """, MANY, x=N(3, 2)),
    rows("""
        tf.gather(x, i)
        tf.gather(x, i, axis=1)
    """, x=N(3, 4), i=V([0, 2], "int32")),
    row("tf.gather(x, i)", x=N(3, 4), i=V([[0, 2]], "int64")),
    row("tf.gather(x, i, axis=a)", x=N(3, 4), i=V([0, 2], "int32"), a=V(1, "int32")),
    row("tf.gather(x, i, batch_dims=1)", shapes="known", x=N(2, 3, 2), i=I(2, 2, below=3)),
    row("tf.gather(x, i, axis=2, batch_dims=1)", numeric=False, shapes="known", x=N(2, 2, 3), i=I(2,
        2, below=3)),
    row("tf.batch_gather(x, i)", shapes="known", x=N(2, 3), i=I(2, 2, below=3)),
    row("tf.gather_nd(x, i)", x=N(3, 4), i=V([[0, 2], [1, 1]], "int32")),
    row("tf.gather_nd(x, i, batch_dims=1)", shapes="known", x=N(2, 3), i=V([[1], [2]], "int32")),
    rows("""
        tf.scatter_nd([[1], [3], [1]], x, [5, 2])
        tf.scatter_nd([[0, 1], [2, 0], [0, 1]], x[:, 0], [3, 2])
        tf.tensor_scatter_add(x, [[0], [0]], x[:2])
        tf.tensor_scatter_sub(x, [[0, 1], [2, 0]], [1.0, 2.0])
        tf.tensor_scatter_update(x, [[0], [2]], x[:2])
        tf.tensor_scatter_nd_update(x, [[0, 0]], [3.0])
        tf.tensor_scatter_nd_add(x, [[0, 0]], [3.0])
        tf.tensor_scatter_nd_sub(x, [[0, 0]], [3.0])
    """, x=N(3, 2)),
    row("tf.scatter_nd(i, x, s)", x=N(2, 2), i=V([[0], [3]], "int32"), s=V([4, 2], "int32")),
    row("tf.tensor_scatter_add(x, i, y)", x=N(3, 2), i=V([[0], [2]], "int32"), y=N(2, 2)),

    # ---- choosing ----
    row("tf.boolean_mask(x, [True, False, True])", x=N(3, 2), shapes="known partly"),
    row("tf.boolean_mask(x, m)", shapes="known", x=N(3, 2), m=V([True, False, True])),
    row("tf.boolean_mask(x, m)", shapes="known", x=N(2, 2), m=V([[True, False], [True, True]])),
    row("tf.boolean_mask(x, m, axis=1)", shapes="known", x=N(3, 2), m=V([True, False])),
    row("tf.dynamic_partition(x, i, 3)", x=N(4, 2), i=V([0, 2, 0, 2], "int32")),
    row("tf.dynamic_partition(x, [0, 1, 1, 0], 2)", x=N(4)),
    row("tf.dynamic_stitch([[0, 2], [1, 3]], [x, y])", x=N(2, 3), y=N(2, 3)),
    row("tf.dynamic_stitch([i, 1], [x, y])", x=N(2, 3), y=N(3), i=V([0, 2], "int32")),
    row("raw.ParallelDynamicStitch(indices=[[0, 2], [1]], data=[x, y])", x=N(2, 3), y=N(1, 3)),
    row("tf.check_numerics(x, 'message')", x=N(2, 3)),
    bad("tf.check_numerics(x, 'message')", x=V([1.0, float("nan")])),
    bad("tf.check_numerics(x, 'message')", x=V([1.0, float("inf")])),
    row("tf.edit_distance(tf.SparseTensor([[0, 0], [0, 1]], [1, 2], [1, 2]), "
        "tf.SparseTensor([[0, 0]], [1], [1, 1]))"),
    row("tf.fingerprint(x)", x=V([[1, 2], [3, 4]], "int32")),
    row("raw.MirrorPadGrad(input=x, paddings=[[1, 0], [0, 1]], mode='REFLECT')", x=N(3, 4)),
    row("raw.ListDiff(x=[3, 1, 2], y=[1])"),
    bad("tf.boolean_mask(x, [True])", shapes="known", x=N(2, 3)),
    row("tf.repeat(x, [1, 2, 0], axis=1)", shapes="known partly", x=N(2, 3)),
    bad("raw.PlaceholderV2(dtype=tf.float32, shape=[2])", shapes="known"),
    bad("tf.gradients(raw.PreventGradient(input=x, message='no'), x)", shapes="known", x=N(2)),
    row("tf.sparse_mask(tf.IndexedSlices(x, tf.constant([0, 2])), [2])", x=N(2, 3)),
    row("tf.sparse_placeholder(tf.float32, [2, 3]).get_shape()"),
    row("tf.gradients(tf.gather(x, [0, 2]), x)", grads=False, x=N(3, 2)),
    row("tf.hessians(tf.reduce_sum(x ** 3), x)", numeric=1, shapes="known partly", x=P(3)),

    # ---- ranks that only a run can tell ----
    row("tf.diag_part(x)", "float32", shapes="unknown", grads=False, x=V(1.5)),
    bads("""
        tf.diag(x)
        tf.matrix_diag(x)
        tf.matrix_band_part(x, 0, 0)
        tf.space_to_depth(x, 2)
        tf.cross(x, x)
        tf.unique(x)
        tf.tile([1.0], tf.cast(x, tf.int32))
        tf.roll(x, 1, 0)
        tf.gather_nd(x, np.zeros([2, 0], np.int32))
        tf.batch_to_space(x, [[0, 0], [0, 0]], 2)
        tf.argmax([1.0, 2.0], tf.cast(x[None], tf.int32))
        tf.linspace(0.0, x[None], 3)
        tf.one_hot([1], 2, x[None], 0.0)
        tf.pad([1.0], [[1, 1]], constant_values=x[None])
        tf.where_v2([True, False, True], tf.stack([x, x]), 1.0)
        tf.scatter_nd([[1]], x, [3])
        tf.reverse_sequence([x, x], tf.cast(x, tf.int32), 0, batch_axis=0)
        tf.unsorted_segment_sum([x], [0], tf.cast(x[None], tf.int32))
    """, shapes="unknown", x=V(1.5)),
    bads("""
        tf.strided_slice(x, [-2, -2], [3, -1], [-1, -1], shrink_axis_mask=1)
        tf.unravel_index(tf.cast(x, tf.int32), [3, 5])
    """, shapes="unknown", x=P(3, 3)),
    bad("raw.MirrorPadGrad(input=x, paddings=[[0, 1]], mode='REFLECT')", x=N(1)),
    row("tf.is_strictly_increasing(x)", x=N(2, 3)),
]
