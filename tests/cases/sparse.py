"""Sparse tensors."""

from cases import N, P, V, bad, bads, row, rows

TOLERANCE = 1e-5

# Places in a tensor of shape [3, 4] and [2, 3, 2], in order; others, some of which are the same.
AT = V([[0, 1], [0, 3], [2, 0], [2, 2], [2, 3]], "int64")
OTHER = V([[0, 0], [0, 1], [2, 2]], "int64")
CUBE = V([[0, 0, 1], [0, 2, 0], [1, 0, 0], [1, 0, 1], [1, 2, 1]], "int64")
MIXED = V([[2, 3], [0, 1], [2, 0], [0, 3], [2, 2]], "int64")
SHAPE = V([3, 4], "int64")

ROWS = [
    # ---- order and shape ----
    rows("""
        tf.sparse.reorder(tf.SparseTensor(i, x, [3, 4]))
        tf.sparse.transpose(tf.SparseTensor(i, x, [3, 4]))
        tf.sparse_transpose(tf.SparseTensor(i, x, [3, 4]), [1, 0], name="t")
        tf.sparse.retain(tf.SparseTensor(i, x, [3, 4]), [True, False, True, True, False])
    """, "float32 float64", i=MIXED, x=N(5)),
    rows("""
        tf.sparse.reorder(tf.SparseTensor(i, x, s))
        tf.sparse.transpose(tf.SparseTensor(i, x, s))
        tf.sparse.transpose(tf.SparseTensor(i, x, s), (1, 0))
        tf.sparse.reshape(tf.SparseTensor(i, x, s), [2, -1])
        tf.sparse.reset_shape(tf.SparseTensor(i, x, s))
        tf.sparse.fill_empty_rows(tf.SparseTensor(i, x, s), 1.5)
        tf.sparse.split(sp_input=tf.SparseTensor(i, x, s), num_split=2, axis=1)
        tf.sparse.to_dense(tf.SparseTensor(i, x, s))
        tf.sparse.reduce_sum(tf.SparseTensor(i, x, s), 1)
        tf.sparse.reduce_sum(tf.SparseTensor(i, x, s))
        tf.sparse.slice(tf.SparseTensor(i, x, s), [0, 1], [2, 3])
    """, "float32", i=AT, x=N(5), s=SHAPE),
    rows("""
        tf.sparse.expand_dims(tf.SparseTensor(i, x, s), 1)
        tf.sparse.reset_shape(tf.SparseTensor(i, x, s), [5, 4])
    """, "float32", shapes="known", i=AT, x=N(5), s=SHAPE),
    row("tf.sparse_reset_shape(tf.SparseTensor(i, x, s), [5, 4])", "float32", shapes="partly", i=AT,
        x=N(5), s=SHAPE),
    rows("""
        tf.sparse.reshape(tf.SparseTensor(i, x, [3, 4]), [12])
        tf.sparse_reshape(tf.SparseTensor(i, x, [3, 4]), [2, -1, 3], name="r")
        tf.sparse.expand_dims(tf.SparseTensor(i, x, [3, 4]))
        tf.sparse.expand_dims(tf.SparseTensor(i, x, [3, 4]), 0)
        tf.sparse.expand_dims(tf.SparseTensor(i, x, [3, 4]), -2)
        tf.sparse.reset_shape(tf.SparseTensor(i, x, [3, 4]), [5, 4])
        tf.sparse.split(sp_input=tf.SparseTensor(i, x, [3, 4]), num_split=2, axis=0, name="s")
        tf.sparse_fill_empty_rows(tf.SparseTensor(i, x, [3, 4]), 0)
        tf.sparse.slice(tf.SparseTensor(i, x, [3, 4]), [1, 1], [5, 2])
        tf.sparse.to_dense(tf.SparseTensor(i, x, [3, 4]), 7.0)
        tf.sparse_tensor_to_dense(tf.SparseTensor(i, x, [3, 4]), validate_indices=False, name="d")
        tf.cast(tf.SparseTensor(i, x, [3, 4]), tf.float64)
    """, "float32 float64", i=AT, x=N(5)),
    rows("""
        tf.sparse.concat(0, [tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(j, y, [3, 4])])
        tf.sparse_concat(1, [tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(j, y, [3, 5])])
        tf.sparse.concat(-1, [tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(j, y, [5, 4])],
            expand_nonconcat_dim=True)
        tf.sparse.concat(0, [tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(j, y, [5, 6])],
            "c", True)
        tf.sparse.add(tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(j, y, [3, 4]))
        tf.sparse_add(tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(j, y, [3, 4]), 1)
        tf.sparse.maximum(tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(j, y, [3, 4]))
        tf.sparse.minimum(tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(j, y, [3, 4]), "m")
    """, "float32 float64 int32", i=AT, x=N(5), j=OTHER, y=N(3)),
    rows("""
        tf.sparse.concat(0, [tf.SparseTensor(i, x, s), tf.SparseTensor(j, y, s)])
        tf.sparse.concat(1, [tf.SparseTensor(i, x, s), tf.SparseTensor(j, y, s)],
            expand_nonconcat_dim=True)
        tf.sparse.add(tf.SparseTensor(i, x, s), tf.SparseTensor(j, y, s))
    """, "float32", i=AT, x=N(5), j=OTHER, y=N(3), s=SHAPE),
    row("tf.sparse.concat(0, [tf.SparseTensor(i, x, [3, 4])])", "float32", i=AT, x=N(5)),
    row("tf.sparse.transpose(tf.SparseTensor(i, x, [2, 3, 2]), [2, 0, 1])", i=CUBE, x=N(5)),
    row("tf.sparse.merge(tf.SparseTensor(i, ids, [3, 4]), tf.SparseTensor(i, x, [3, 4]), 9)",
        i=AT, ids=V([4, 1, 7, 0, 2], "int32"), x=N(5)),
    row("tf.sparse_merge([tf.SparseTensor(i, ids, [3, 4]), tf.SparseTensor(i, ids, [3, 4])], "
        "tf.SparseTensor(i, x, [3, 4]), [9, 9], already_sorted=True)", "float32",
        i=AT, ids=V([1, 3, 0, 2, 5], "int64"), x=N(5)),
    rows("""
        tf.sparse.to_indicator(tf.SparseTensor(i, ids, [3, 4]), 9)
        tf.sparse_to_indicator(tf.SparseTensor(i, ids, [3, 4]), 9, name="n")
    """, i=AT, ids=V([4, 1, 7, 0, 2], "int64")),
    rows("""
        tf.sparse.eye(3)
        tf.sparse.eye(2, 4, tf.int32, "e")
        tf.sparse.eye(tf.constant(3), 2)
    """),
    row("tf.sparse.from_dense(x)", "float32 int32", x=V([[0, 1, 0], [3, 0, 0]])),
    row("tf.sparse.mask(tf.IndexedSlices(x, [1, 3, 5]), [3])", "float32", x=N(3, 2)),
    rows("""
        tf.sparse.segment_sum(x, [0, 2, 1], [0, 0, 1])
        tf.sparse.segment_mean(x, [0, 2, 1], [0, 0, 1])
        tf.sparse.segment_sqrt_n(x, [0, 2, 1], [0, 0, 1], num_segments=3)
    """, "float32", shapes="known", x=N(3, 2)),

    # ---- arithmetic ----
    rows("""
        tf.sparse.add(tf.SparseTensor(i, x, [3, 4]), y)
        tf.sparse.add(y, tf.SparseTensor(i, x, [3, 4]))
        tf.SparseTensor(i, x, [3, 4]) * y
        y * tf.SparseTensor(i, x, [3, 4])
        tf.SparseTensor(i, x, [3, 4]) / y
    """, "float32 float64", i=AT, x=N(5), y=P(3, 4)),
    rows("""
        tf.SparseTensor(i, x, [3, 4]) * y
        tf.SparseTensor(i, x, [3, 4]) / y
    """, "float32", i=AT, x=N(5), y=P(3, 1)),
    rows("""
        tf.SparseTensor(i, x, [3, 4]) * y
        tf.SparseTensor(i, x, [3, 4]) / y
    """, "float32 int32", i=AT, x=N(5), y=P(4)),
    rows("""
        tf.SparseTensor(i, x, [3, 4]) * [2]
        tf.SparseTensor(i, x, [3, 4]) / [2]
        tf.SparseTensor(i, x, [3, 4]).__div__([2])
        raw.SparseDenseCwiseAdd(sp_indices=i, sp_values=x, sp_shape=[3, 4], dense=[1, 2, 3, 4])
    """, "float32 int32", shapes="known unknown", i=AT, x=N(5)),
    row("tf.SparseTensor(i, x, [3, 4]) * 2", "float32 int32", grads=False, i=AT, x=N(5)),
    rows("""
        tf.sparse.softmax(tf.SparseTensor(i, x, [3, 4]))
        tf.sparse_softmax(tf.SparseTensor(i, x, [3, 4]), name="s")
    """, "float32 float64", shapes="known unknown", numeric=1, i=AT, x=N(5)),
    rows("""
        tf.sparse.reduce_sum(tf.SparseTensor(i, x, [3, 4]))
        tf.sparse.reduce_sum(tf.SparseTensor(i, x, [3, 4]), 0)
        tf.sparse.reduce_sum(tf.SparseTensor(i, x, [3, 4]), [-1], keepdims=True)
        tf.sparse_reduce_sum(tf.SparseTensor(i, x, [3, 4]), [0, 1], keep_dims=True)
        tf.sparse_reduce_sum(tf.SparseTensor(i, x, [3, 4]), reduction_axes=1)
        tf.sparse.reduce_max(tf.SparseTensor(i, x, [3, 4]))
        tf.sparse.reduce_max(tf.SparseTensor(i, x, [3, 4]), 0)
        tf.sparse.reduce_max(tf.SparseTensor(i, x, [3, 4]), 1, keepdims=True)
        tf.sparse.reduce_sum_sparse(tf.SparseTensor(i, x, [3, 4]), 0)
        tf.sparse.reduce_sum_sparse(tf.SparseTensor(i, x, [3, 4]), 1, True)
        tf.sparse.reduce_sum_sparse(tf.SparseTensor(i, x, [3, 4]))
        tf.sparse.reduce_max_sparse(tf.SparseTensor(i, x, [3, 4]), 0)
        tf.sparse.reduce_max_sparse(tf.SparseTensor(i, x, [3, 4]), 1, True)
        tf.sparse.matmul(tf.SparseTensor(i, x, [3, 4]), tf.ones([4, 2], T))
        tf.sparse.sparse_dense_matmul(tf.SparseTensor(i, x, [3, 4]), tf.ones([2, 3], T),
            True, True)
    """, "float32 float64", shapes="known unknown", i=AT, x=N(5)),
    rows("""
        tf.sparse.softmax(tf.SparseTensor(i, x, [2, 3, 2]))
        tf.sparse.reduce_sum(tf.SparseTensor(i, x, [2, 3, 2]), [0, 2])
        tf.sparse.reduce_max(tf.SparseTensor(i, x, [2, 3, 2]), [-1])
        tf.sparse.reduce_max_sparse(tf.SparseTensor(i, x, [2, 3, 2]), [1, 2])
    """, "float32", shapes="known", i=CUBE, x=N(5)),
    rows("""
        tf.abs(tf.SparseTensor(i, x, [3, 4]))
        tf.negative(tf.SparseTensor(i, x, [3, 4]))
        tf.sign(tf.SparseTensor(i, x, [3, 4]))
        tf.square(tf.SparseTensor(i, x, [3, 4]))
        tf.sqrt(tf.SparseTensor(i, x, [3, 4]), name="q")
        tf.math.erf(tf.SparseTensor(i, x, [3, 4]))
        tf.tanh(tf.SparseTensor(i, x, [3, 4]))
        tf.math.bessel_i0e(tf.SparseTensor(i, x, [3, 4]))
        tf.math.bessel_i1e(tf.SparseTensor(i, x, [3, 4]))
    """, "float32", shapes="known", i=AT, x=P(5)),
    row("raw.SparseAddGrad(backprop_val_grad=x, a_indices=[[0], [2]], b_indices=[[1]], "
        "sum_indices=[[0], [1]])", "float32", grads=False, x=N(2)),
    row("raw.SparseFillEmptyRowsGrad(reverse_index_map=[0, 2], grad_values=x)", "float32",
        grads=False, x=N(4)),

    rows("""
        tf.sparse.cross([tf.SparseTensor(i, w, [3, 4]), tf.SparseTensor(i, x, [3, 4])])
        tf.sparse.cross([tf.SparseTensor(i, w, [3, 4]), d], name="n")
        tf.sparse.cross_hashed([tf.SparseTensor(i, w, [3, 4]), tf.SparseTensor(i, x, [3, 4]), d])
        tf.sparse.cross_hashed([tf.SparseTensor(i, w, [3, 4]), d], 100, 42)
    """, "int64 int32", i=AT, x=N(5), w=V([b"a", b"b", b"c", b"d", b"e"]),
        d=V([[b"p", b"q"], [b"r", b"s"], [b"t" * 70, b"u"]])),
    bads("""
        tf.sparse.cross((tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(i, x, [3, 4])))
        tf.sparse.cross([tf.SparseTensor(i, x, [3, 4]), 3])
        tf.sparse.cross([tf.SparseTensor(i, x, [3, 4]), tf.ones([2, 2])])
    """, i=AT, x=N(5)),

    # ---- what does not fit ----
    bads("""
        tf.sparse.reshape(tf.SparseTensor(i, x, [3, 4]), [5, 2])
        tf.sparse.reshape(tf.SparseTensor(i, x, [3, 4]), [-1, -1])
        tf.sparse.add(x, x)
        tf.sparse.concat(0, [tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(i, x, [3, 5])])
        tf.sparse.concat(2, [tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(i, x, [3, 4])])
        tf.sparse.concat(0, [tf.SparseTensor(i, x, [3, 4])] * 2, expand_nonconcat_dims=True)
        tf.sparse.concat(0, tf.SparseTensor(i, x, [3, 4]))
        tf.sparse.split(tf.SparseTensor(i, x, [3, 4]), 2, 0)
        tf.sparse.split(sp_input=tf.SparseTensor(i, x, [3, 4]), axis=0)
        tf.sparse.split(sp_input=tf.SparseTensor(i, x, [3, 4]), num_split=5, axis=0)
        tf.sparse.split(sp_input=tf.SparseTensor(i, x, [3, 4]), num_split=2, axis=2)
        tf.sparse.reset_shape(tf.SparseTensor(i, x, [3, 4]), [2, 4])
        tf.sparse.fill_empty_rows(tf.SparseTensor(i, x, [2, 4]), 0.0)
        tf.sparse.reduce_sum(tf.SparseTensor(i, x, [3, 4]), 2)
        tf.sparse.reduce_max_sparse(tf.SparseTensor(i, x, [3, 4]), -3)
        tf.sparse.expand_dims(tf.SparseTensor(i, x, [3, 4]), 1.5)
        tf.sparse.reorder(x)
        tf.sparse.merge(tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(i, x, [3, 4]), 1.5)
        tf.sparse.merge([tf.SparseTensor(i, x, [3, 4])], tf.SparseTensor(i, x, [3, 4]), [1, 2])
        tf.sparse.eye(2.5)
        tf.sparse.add(tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(i, x, [4, 4]))
        tf.sparse.add(tf.SparseTensor(i, x, [3, 4]), [1.0])
        tf.sparse.to_dense(tf.SparseTensor(i, x, [2, 4]))
        tf.SparseTensor(i, x, [3, 4]) * [1.0, 2.0]
        tf.SparseTensor(i, x, [3, 4]) + 1.0
        tf.sparse.matmul(tf.SparseTensor(i, x, [3, 4]), tf.ones([3, 2]))
    """, i=AT, x=N(5)),
    bad("tf.sparse.retain(tf.SparseTensor(i, x, [3, 4]), [True])", shapes="known", i=AT, x=N(5)),
    bad("tf.sparse.from_dense(x)", x=V([True, False])),
    bad("tf.sparse.expand_dims(tf.SparseTensor(i, x, s), 1)", shapes="unknown", i=AT, x=N(5),
        s=SHAPE),
    bad("tf.sparse.softmax(tf.SparseTensor(i, x, [3]))", i=V([[0], [1]], "int64"), x=N(2)),
    bad("tf.sparse.to_dense(tf.SparseTensor(i, x, [3, 4]))", i=MIXED, x=N(5)),
    bad("tf.sparse.maximum(tf.SparseTensor(i, x, [3, 4]), tf.SparseTensor(i, x, [4, 4]))",
        i=AT, x=N(5)),
    bads("""
        tf.sparse.reshape(tf.SparseTensor(i, x, s), [5, 2])
        tf.sparse.reshape(tf.SparseTensor(i, x, s), [5, -1])
        tf.sparse.reshape(tf.SparseTensor(i, x, s), [-1, 0])
        tf.sparse.reset_shape(tf.SparseTensor(i, x, s), [2, 4])
        tf.sparse.add(tf.SparseTensor(i, x, s), tf.SparseTensor(i, x, [3, 5]))
        tf.sparse.matmul(tf.SparseTensor(i, x, s), tf.ones([3, 2]))
    """, shapes="unknown", i=AT, x=N(5), s=SHAPE),
]
