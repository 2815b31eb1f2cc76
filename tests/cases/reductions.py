"""Reductions, scans, segments, counting and ranking."""

from cases import I, N, P, V, bad, bads, row, rows

TOLERANCE = 1e-5

ALL = "float32 float64 int32 int64 complex64"
NAN, INF = float("nan"), float("inf")

ROWS = [
    row("tf.math.reduce_euclidean_norm(x, 1)", "complex64 complex128", numeric=False, x=N(2, 3)),
    row("tf.unsorted_segment_sum(x, i, 2)", grads=False, x=V([[], [], []]),
        i=V([0, 1, 2], "int32")),
    # One element for each result is passed on, NaN too; of several NaN is the least.
    rows("""
        tf.reduce_max(x, 0)
        tf.reduce_min(x, 0)
        tf.reduce_max(x, 1)
        tf.reduce_min(x, 1)
    """, "float32 float64 float16", grads=False,
         x=V([[float("nan"), 1.0, float("inf"), -2.0]])),
    rows("""
        tf.reduce_sum(x)
        tf.reduce_sum(x, 1)
        tf.reduce_sum(x, [0, 2])
        tf.reduce_sum(x, -1, keepdims=True)
        tf.reduce_sum(x, [0, -1], True)
        tf.reduce_mean(x)
        tf.reduce_mean(x, 0)
        tf.reduce_mean(x, [1, 2], keepdims=True)
        tf.reduce_prod(x)
        tf.reduce_prod(x, 1)
        tf.reduce_prod(x, [0, 2], keepdims=True)
    """, ALL, x=N(2, 3, 4)),
    rows("""
        tf.reduce_max(x)
        tf.reduce_max(x, 1)
        tf.reduce_max(x, [0, 2], keepdims=True)
        tf.reduce_min(x)
        tf.reduce_min(x, -1)
        tf.reduce_min(x, [0, 1], keepdims=True)
    """, "float32 float64 int32 int64 float16", numeric=1, x=N(2, 3, 4)),
    rows("""
        tf.reduce_max(x, 0)
        tf.reduce_min(x, 0)
        tf.reduce_prod(x, 0)
        tf.reduce_sum(x, 0)
    """, numeric=False, x=V([[1.0, 0.0, NAN, INF], [1.0, 0.0, 2.0, -INF], [0.5, 3.0, 1.0, 1.0]])),
    rows("""
        tf.reduce_sum(x, reduction_indices=1)
        tf.reduce_sum(x, axis=[])
        tf.reduce_sum(x, keep_dims=True)
        tf.reduce_mean(x, reduction_indices=[0], keep_dims=True)
        tf.reduce_logsumexp(x)
        tf.reduce_logsumexp(x, 1)
        tf.reduce_logsumexp(x, [0], keepdims=True)
        tf.math.reduce_euclidean_norm(x)
        tf.math.reduce_euclidean_norm(x, 1, keepdims=True)
        tf.math.reduce_std(x)
        tf.math.reduce_std(x, 1)
        tf.math.reduce_variance(x)
        tf.math.reduce_variance(x, [0], keepdims=True)
        tf.reduce_sum(x, tf.constant([0, 1]))
        tf.reduce_mean(tf.square(x), axis=tf.constant(1, tf.int64))
    """, x=N(2, 3)),
    rows("""
        tf.reduce_sum(x, a)
        tf.reduce_sum(x, a, keepdims=True)
        tf.reduce_mean(x, a)
        tf.reduce_max(x, a)
        tf.reduce_min(x, a)
        tf.reduce_prod(x, a)
        tf.reduce_logsumexp(x, a)
        tf.math.reduce_std(x, a)
    """, numeric=1, x=N(2, 3, 2), a=V([0, 2], "int32")),
    row("tf.reduce_mean(x)", "int32", x=V([1, 2, 4])),
    row("tf.reduce_mean(x, 0)", "float32", numeric=False, x=V([[1.0, 2.0, 3.0]])),
    rows("""
        tf.reduce_sum(x)
        tf.reduce_mean(x, 0)
        tf.reduce_max(x, 1)
        tf.reduce_prod(x)
        tf.reduce_min(x, 0)
    """, "float32", numeric=False, x=N(0, 3)),
    rows("""
        tf.reduce_sum(x)
        tf.reduce_max(x)
        tf.reduce_mean(x)
        tf.reduce_prod(x)
    """, x=N()),
    row("tf.math.reduce_euclidean_norm(x)", "float32", numeric=False, x=V([[-0.5]])),
    row("tf.reduce_mean(x)", "complex64 int32", grads=False, x=N(0)),
    rows("""
        tf.reduce_all(x)
        tf.reduce_all(x, 1)
        tf.reduce_any(x, 0, keepdims=True)
        tf.reduce_any(x, [0, 1])
        tf.count_nonzero(x)
    """, "bool", x=N(3, 4)),
    rows("""
        tf.count_nonzero(x)
        tf.count_nonzero(x, 1)
        tf.count_nonzero(x, axis=[0], keepdims=True, dtype=tf.int32)
        tf.math.count_nonzero(x, -1)
    """, "float32 int32 int64", x=V([[0, 1, 2], [0, 0, 3]])),
    row("tf.count_nonzero(x)", x=V([b"", b"a"])),
    bads("""
        tf.reduce_sum(x, 2)
        tf.reduce_sum(x, [0, -3])
        tf.reduce_max(x, 5)
        tf.reduce_sum(x, 0, keepdims=True, keep_dims=True)
        tf.reduce_sum(x, 1, reduction_indices=1)
        tf.reduce_all(x)
        tf.argmax(x, 2)
        tf.cumsum(x, 2)
        tf.argmax(x, axis=0, dimension=0)
    """, x=N(2, 3)),

    # ---- positions ----
    rows("""
        tf.argmax(x, 0)
        tf.argmax(x, axis=1)
        tf.argmax(x)
        tf.argmin(x, -1)
        tf.argmin(x, 0, output_type=tf.int32)
        tf.arg_max(x, 1)
        tf.arg_min(x, 0)
        tf.argmax(x, dimension=1)
    """, "float32 int32 int64 float64", x=N(3, 4)),
    row("tf.argmax(x, a)", x=N(3, 4), a=V(1, "int32")),
    row("tf.argmax(x, 0)", x=V([1.0, 3.0, 3.0, NAN])),
    bad("tf.argmax(x, 1)", "float32", x=N(3, 0)),
    rows("""
        tf.nn.top_k(x, 2)
        tf.nn.top_k(x)
        tf.math.top_k(x, k=3, sorted=True)
        tf.nn.top_k(x, 2)[0]
    """, "float32 float64 int32 int64", numeric=1, x=N(3, 4)),
    bad("raw.TopK(input=x, k=2)", x=N(3, 4)),
    row("tf.nn.top_k(x, k)", x=N(3, 4), k=V(2, "int32")),
    bads("""
        tf.nn.top_k(x, 5)
        tf.nn.top_k(x[0, 0])
        tf.nn.top_k(x, -1)
    """, x=N(3, 4)),
    rows("""
        tf.nn.in_top_k(x, i, 2)
        raw.InTopK(predictions=x, targets=i, k=2)
    """, "float32", x=N(3, 4), i=I(3, below=4)),
    row("raw.NthElement(input=x, n=1, reverse=True)", "float32 int32 float64", numeric=1, x=N(3,
        4)),
    row("raw.NthElement(input=x, n=1, reverse=False)", "float32 int32", x=N(5)),
    rows("""
        tf.sort(x)
        tf.sort(x, axis=0, direction='DESCENDING')
        tf.argsort(x)
        tf.argsort(x, axis=0, direction='DESCENDING')
    """, "float32 int32 float64", numeric=False, x=N(3, 4)),

    # ---- scans ----
    rows("""
        tf.cumsum(x)
        tf.cumsum(x, 1)
        tf.cumsum(x, axis=-1, exclusive=True)
        tf.cumsum(x, 1, reverse=True)
        tf.cumsum(x, 0, exclusive=True, reverse=True)
        tf.cumprod(x)
        tf.cumprod(x, 1, exclusive=True)
        tf.cumprod(x, -1, reverse=True)
        tf.math.cumprod(x, 0, exclusive=True, reverse=True)
    """, ALL, x=N(3, 4)),
    rows("""
        tf.math.cumulative_logsumexp(x)
        tf.math.cumulative_logsumexp(x, 1, exclusive=True)
        tf.math.cumulative_logsumexp(x, 1, reverse=True)
    """, "float32", x=N(3, 4)),
    row("tf.math.cumulative_logsumexp(x, 1)", numeric=1, x=N(3, 4)),

    # ---- ranges ----
    rows("""
        tf.range(5)
        tf.range(2, 10, 3)
        tf.range(10, 2, -3)
        tf.range(1.0, 2.0, 0.25)
        tf.range(5, dtype=tf.float32)
        tf.range(5, dtype=tf.int64)
        tf.range(3, name="r")
        tf.range(0)
        tf.linspace(0.0, 1.0, 5)
        tf.lin_space(-1.0, 1.0, 1)
        tf.linspace(tf.constant(0.0, tf.float64), 10.0, 4)
    """),
    row("tf.range(n)", n=V(4, "int32")),
    row("tf.range(1, n)", n=V(4, "int64")),
    row("tf.range(x, 3.0, 0.5)", x=V(1.25)),
    bads("""
        tf.range(0, 5, 0)
        tf.range(5, 0, 1)
        tf.range([1, 2])
        tf.linspace(0.0, 1.0, 0)
        tf.linspace(0, 1, 5)
    """, shapes="known"),

    # ---- segments ----
    rows("""
        tf.segment_sum(x, i)
        tf.segment_mean(x, i)
        tf.segment_prod(x, i)
        tf.math.segment_sum(x, i)
    """, "float32 float64 int32", x=N(5, 2), i=V([0, 0, 1, 3, 3], "int32")),
    rows("""
        tf.segment_max(x, i)
        tf.segment_min(x, i)
    """, "float32 float64 int32", numeric=1, x=N(5, 2), i=V([0, 0, 1, 3, 3], "int64")),
    rows("""
        tf.unsorted_segment_sum(x, i, 4)
        tf.math.unsorted_segment_sum(x, i, tf.constant(4))
    """, "float32 float64", x=N(5, 2), i=V([3, 0, -1, 1, 3], "int32")),
    rows("""
        tf.unsorted_segment_max(x, i, 2)
        tf.unsorted_segment_min(x, i, 2)
    """, numeric=1, x=N(5, 2), i=V([0, 0, 1, 1, 0], "int32")),
    row("tf.unsorted_segment_prod(x, i, 4)", numeric=1, x=P(5, 2), i=V([3, 0, 1, 1, 3], "int32")),
    rows("""
        tf.unsorted_segment_max(x, i, 4)
        tf.unsorted_segment_min(x, i, 4)
    """, "float32 float64 int32", numeric=False, x=P(5, 2), i=V([3, 0, 1, 1, 3], "int32")),
    rows("""
        tf.unsorted_segment_mean(x, i, 4)
        tf.unsorted_segment_sqrt_n(x, i, 4)
    """, shapes="known partly", x=N(5, 2), i=V([3, 0, -1, 1, 3], "int32")),
    row("tf.unsorted_segment_sum(x, i, 3)", x=N(2, 3, 2), i=I(2, 3, below=3)),
    row("tf.unsorted_segment_sum(x, i, n)", x=N(4, 2), i=I(4, below=3), n=V(3, "int32")),
    rows("""
        tf.sparse_segment_sum(x, i, s)
        tf.sparse_segment_mean(x, i, s)
        tf.sparse_segment_sqrt_n(x, i, s)
        tf.sparse_segment_sum(x, i, s, num_segments=5)
        tf.sparse_segment_mean(x, i, s, num_segments=5)
        tf.sparse_segment_sqrt_n(x, i, s, num_segments=5)
    """, numeric=1, x=N(5, 2), i=V([4, 0, 1, 1], "int32"), s=V([0, 0, 1, 3], "int32")),
    bad("tf.segment_sum(x, i)", x=N(3, 2), i=V([1, 0, 2], "int32")),
    bad("tf.segment_sum(x, i)", x=N(3, 2), i=V([0, 1], "int32")),
    bad("tf.unsorted_segment_sum(x, i, 2)", x=N(3, 2), i=V([0, 1, 2], "int32")),
    bad("tf.unsorted_segment_sum(x, i, 2)", x=N(3, 2), i=V([0, 1], "int32")),
    bad("tf.unsorted_segment_sum(x, i, -1)", x=N(3, 2), i=V([0, 1, 1], "int32")),
    bad("tf.sparse_segment_sum(x, i, s)", x=N(3, 2), i=V([0, 5], "int32"), s=V([0, 1], "int32")),
    bad("tf.sparse_segment_sum(x, i, s)", x=N(3, 2), i=V([0, 1], "int32"), s=V([1, 0], "int32")),

    # ---- counting ----
    rows("""
        tf.bincount(i)
        tf.bincount(i, minlength=7)
        tf.bincount(i, maxlength=3)
        tf.math.bincount(i, dtype=tf.int64)
    """, shapes="known unknown", i=V([1, 3, 1, 0], "int32")),
    row("tf.bincount(i, weights=x)", numeric=False, i=V([1, 3, 1, 0], "int32"), x=N(4)),
    row("raw.Bincount(arr=i, size=5, weights=x)", numeric=False, i=V([1, 3, 1, 9], "int32"),
        x=N(4)),
    row("raw.Bucketize(input=x, boundaries=[-1.0, 0.0, 1.0])", "float32 int32 float64", x=N(2, 3)),
    rows("""
        tf.histogram_fixed_width(x, [-1.0, 1.0], nbins=4)
        tf.histogram_fixed_width_bins(x, [-1.0, 1.0], nbins=4)
        tf.histogram_fixed_width(x, [-1.0, 1.0], nbins=4, dtype=tf.int64)
    """, "float32", x=N(2, 3)),
    rows("""
        tf.confusion_matrix(i, j)
        tf.confusion_matrix(i, j, num_classes=5, dtype=tf.float32)
        tf.math.confusion_matrix(i, j, weights=[1, 2, 3, 4])
    """, shapes="known", i=V([0, 1, 2, 2], "int32"), j=V([0, 2, 2, 1], "int32")),
]
