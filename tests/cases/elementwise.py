"""Functions of one or two numbers, elementwise: arithmetic, comparison, logic, casts."""

from cases import N, P, U, V, bad, bads, row, rows

ALL = "float32 float64 float16 complex64 complex128"
FLOATS = "float32 float64 float16"
NUMBERS = "float32 float64 int32 int64 complex64"
INTS = "int32 int64 int8 int16 uint8 uint16"

INF, NAN = float("inf"), float("nan")
SPECIAL = V([NAN, INF, -INF, -0.0, 0.0, 1e-30, 3e38, -3e38, 0.5, -2.5, 100.0, -100.0])
EDGES = V([[0.5, 1.5, -0.5, -1.5, 2.5], [0.1, -0.1, 0.9, -0.9, 1e9]])

ROWS = [
    # ---- one argument ----
    rows("""
        tf.negative(x)
        tf.square(x)
        tf.tanh(x)
        tf.sigmoid(x)
        tf.exp(x)
        tf.math.expm1(x)
        tf.sin(x)
        tf.cos(x)
        tf.sinh(x)
        tf.cosh(x)
        tf.identity(-x)
    """, ALL, x=N(2, 3)),
    rows("""
        tf.tan(x)
        tf.asinh(x)
        tf.atan(x)
    """, FLOATS, x=N(2, 3)),
    rows("""
        tf.sqrt(x)
        tf.math.rsqrt(x)
        tf.math.reciprocal(x)
        tf.log(x)
        tf.math.log1p(x)
    """, ALL, x=P(2, 3)),
    rows("""
        tf.asin(x)
        tf.acos(x)
        tf.atanh(x)
    """, FLOATS, x=U(2, 3)),
    rows("""
        tf.tan(x)
        tf.asinh(x)
        tf.acosh(x)
        tf.atanh(x)
    """, "complex64 complex128", numeric=False, tol=1e-5, x=U(2, 2)),
    row("tf.acosh(x)", FLOATS, x=V([1.5, 2.0, 3.25])),
    rows("""
        tf.abs(x)
        tf.sign(x)
        abs(x)
    """, "float32 float64 float16 int32 int64", x=N(2, 3)),
    row("tf.sign(x)", "complex64 complex128", x=N(2, 3)),
    rows("""
        tf.floor(x)
        tf.math.ceil(x)
        tf.round(x)
        tf.math.rint(x)
    """, FLOATS, numeric=False, x=EDGES),
    row("tf.round(x)", "int32 int64", x=N(2, 3)),
    rows("""
        tf.is_nan(x)
        tf.is_inf(x)
        tf.is_finite(x)
        tf.math.is_nan(x)
    """, FLOATS, x=V([1.0, INF, -INF, NAN, 0.0])),
    row("tf.log_sigmoid(x)", x=N(2, 3)),
    rows("""
        tf.negative(x)
        tf.square(x)
        tf.abs(x)
    """, "int32 int64", x=V([[1, -2, 3], [100, -100, 0]])),
    row("tf.abs(x)", "int8 int16", x=V([[1, -2, 3], [100, -128, 0]])),
    rows("""
        tf.exp(x)
        tf.log(x)
        tf.sigmoid(x)
        tf.tanh(x)
        tf.abs(x)
        tf.sign(x)
        tf.floor(x)
        tf.round(x)
        tf.square(x)
        tf.math.reciprocal(x)
        tf.math.expm1(x)
        tf.math.log1p(x)
        tf.sinh(x)
        tf.cosh(x)
        tf.atan(x)
        tf.asinh(x)
        tf.log_sigmoid(x)
    """, "float32 float64", numeric=False, grads=False, shapes="known", x=SPECIAL),
    rows("""
        tf.sqrt(x)
        tf.math.rsqrt(x)
        tf.sin(x)
    """, numeric=False, x=V([INF, -1.0, 0.0])),
    row("-x", "float32 int32 complex64", x=N(2)),
    row("~x", "bool", x=N(4)),
    row("raw.Inv(x=x)", ALL, x=P(2, 3)),
    rows("""
        raw.InvGrad(y=x, dy=y)
        raw.ReciprocalGrad(y=x, dy=y)
        raw.SqrtGrad(y=x, dy=y)
        raw.RsqrtGrad(y=x, dy=y)
        raw.SigmoidGrad(y=x, dy=y)
        raw.TanhGrad(y=x, dy=y)
    """, "float32 float64 complex64", x=P(2, 3), y=N(2, 3)),
    rows("""
        raw.SqrtGrad(y=x, dy=y)
        raw.RsqrtGrad(y=x, dy=y)
        raw.ReciprocalGrad(y=x, dy=y)
    """, numeric=False, grads=False, x=V([0.0, 0.0, 2.0]), y=V([0.0, 1.0, 0.0])),
    rows("""
        tf.math.imag(x)
        tf.math.real(x)
        tf.math.angle(x)
        tf.math.conj(x)
        tf.abs(x)
        tf.conj(x) * x
    """, "complex64 complex128", x=N(2, 3)),
    rows("""
        tf.math.real(x)
        tf.math.conj(x)
        tf.math.imag(x)
        tf.math.angle(x)
    """, "float32 float64", numeric=False, x=N(3)),
    row("tf.complex(x, y)", "float32 float64", numeric=False, x=N(2, 3), y=N(3)),
    row("tf.complex(tf.constant(1., T), x)", "float32 float64", numeric=False, x=N(2)),

    # ---- two arguments ----
    rows("""
        tf.add(x, y)
        x + y
        tf.subtract(x, y)
        x - y
        tf.multiply(x, y)
        x * y
        tf.squared_difference(x, y)
    """, NUMBERS, x=N(2, 3), y=N(3)),
    rows("""
        x + y
        x - y
        x * y
        x / y
        tf.maximum(x, y)
        tf.squared_difference(x, y)
        tf.pow(tf.abs(x), y)
        tf.atan2(x, y)
        tf.div_no_nan(x, y)
    """, "float32 float64", x=N(4, 1, 3), y=P(2, 1)),
    rows("""
        x + y
        x * y
        x - y
        x / y
    """, "float32 float64", x=N(2, 3), y=P(2, 3)),
    rows("""
        x + y
        x * y
        x / y
        x - y
    """, "float32 float64", x=N(), y=P(2, 1)),
    rows("""
        raw.Add(x=x, y=y)
        raw.AddV2(x=x, y=y)
        raw.Div(x=x, y=y)
        raw.RealDiv(x=x, y=y)
    """, "float32 float64 complex64", x=N(2, 3), y=P(3)),
    row("raw.Add(x=x, y=y)", x=V([b"a", b"b"]), y=V(b"c")),
    row("tf.add(x, y)", x=V([b"a", b"b"]), y=V(b"c")),
    rows("""
        tf.divide(x, y)
        x / y
        tf.truediv(x, y)
        tf.realdiv(x, y)
        tf.div_no_nan(x, y)
    """, "float32 float64", x=N(2, 3), y=P(3)),
    row("x / y", "complex64 complex128", x=N(2, 3), y=N(3)),
    row("tf.div(x, y)", "float32 float64 int32 int64 int8", x=N(2, 3), y=P(3)),
    rows("""
        tf.truediv(x, y)
        x / y
        tf.divide(x, y)
    """, "int32 int64 int8 uint16 int16", x=N(2, 3), y=P(3)),
    rows("""
        x // y
        tf.floordiv(x, y)
        tf.floor_div(x, y)
        x % y
        tf.floormod(x, y)
        tf.mod(x, y)
        tf.truncatemod(x, y)
    """, "float32 float64", x=V([[-5.5, 5.5, 7.25], [-0.5, 0.3, 3.0]]), y=V([2.0, -2.0, 3.5])),
    rows("""
        x // y
        x % y
        tf.div(x, y)
        tf.truncatediv(x, y)
        tf.truncatemod(x, y)
        tf.floor_div(x, y)
    """, "int32 int64", x=V([[-7, 7, 5], [-6, 0, 3]]), y=V([2, -2, 3])),
    rows("""
        x // y
        tf.truncatediv(x, y)
    """, "uint8 int8 int16 uint16", x=P(2, 3), y=P(3)),
    rows("""
        x // y
        x % y
    """, "int32 int64", x=N(0), y=V(0)),
    bads("""
        x // y
        x % y
        tf.div(x, y)
        tf.truncatemod(x, y)
        tf.truncatediv(x, y)
    """, "int32", x=V([1, 2]), y=V([1, 0])),
    row("raw.Mod(x=x, y=y)", "float32 float64 int32", x=N(2, 3), y=P(3)),
    rows("""
        tf.maximum(x, y)
        tf.minimum(x, y)
    """, "float32 float64 int32 int64 float16", x=N(2, 3), y=N(3)),
    rows("""
        tf.maximum(x, y)
        tf.minimum(x, y)
    """, "float32", numeric=False, x=V([1.0, 2.0, NAN, NAN, 0.0]), y=V([1.0, NAN, 2.0, NAN, -0.0])),
    row("tf.pow(x, y)", "float32 float64 float16 complex64", x=P(2, 3), y=N(3)),
    row("x ** y", "float32 float64", x=P(2, 3), y=N(2, 1)),
    row("x ** 2", "float32 float64 int32 int64", x=N(2, 3)),
    row("x ** 3.0", x=N(2, 3)),
    row("2.0 ** x", x=N(2, 3)),
    row("x ** y", numeric=False, x=V([0.0, -1.0, -2.0, 0.0]), y=V([2.0, 2.0, 3.0, 0.0])),
    row("tf.pow(x, y)", "int32 int64", x=V([2, -3, 0, 5]), y=V([3, 3, 0, 0])),
    bad("tf.pow(x, y)", "int32", x=V([2, 3]), y=V([-1, 2])),
    rows("""
        2.0 + x
        x + 2
        1 - x
        x - 1
        2 * x
        x * [1.0, 2.0, 3.0]
        1 / x
        x / 2
        np.ones(3, x.dtype.as_numpy_dtype) * x
        x + np.ones((2, 3), x.dtype.as_numpy_dtype)
    """, x=P(2, 3)),
    row("np.float32(2) * tf.to_float(x)", numeric=False, x=P(2, 3)),
    rows("""
        7 // x
        7 % x
        x % 3
        x // 2
    """, "int32 int64", x=P(2, 3)),
    rows("""
        7. // x
        7. % x
        x % 3.
        x // 2.
    """, numeric=False, x=P(2, 3)),
    row("tf.atan2(x, y)", "float32 float64", x=N(2, 3), y=N(3)),
    rows("""
        tf.math.xdivy(x, y)
        tf.math.xlogy(x, y)
    """, "float32 float64 complex64", x=N(2, 3), y=P(3)),
    rows("""
        tf.math.xdivy(x, y)
        tf.math.xlogy(x, y)
        tf.div_no_nan(x, y)
        tf.math.multiply_no_nan(x, y)
    """, numeric=False, x=V([0.0, 0.0, 1.0, 2.0]), y=V([0.0, 2.0, 3.0, INF])),
    row("tf.math.multiply_no_nan(x, y)", x=N(2, 3), y=P(3)),
    row("tf.math.nextafter(x, y)", numeric=False, x=N(2, 3), y=N(3)),
    row("tf.math.reciprocal_no_nan(x)", numeric=False, x=V([0.0, 2.0, -4.0])),
    row("tf.scalar_mul(2.5, x)", x=N(2, 3)),
    row("tf.scalar_mul(y, x)", shapes="known", x=N(2, 3), y=N()),
    bad("tf.scalar_mul([1., 2.], x)", shapes="known", x=N(2)),
    row("tf.add_n([x, y, x])", "float32 float64 int32", x=N(2, 3), y=N(2, 3)),
    row("tf.add_n([x])", x=N(2, 3)),
    row("raw.AddN(inputs=[x])", x=N(2, 3)),
    row("tf.accumulate_n([x, y], shape=[2, 3])", x=N(2, 3), y=N(2, 3)),
    row("tf.accumulate_n([x, y, x])", shapes="known", x=N(2, 3), y=N(2, 3)),
    row("raw.AccumulateNV2(inputs=[x, y], shape=[2, 3])", x=N(2, 3), y=N(2, 3)),
    bad("tf.add_n([])", shapes="known"),
    bad("tf.add_n([x, y])", x=N(2, 3), y=N(3)),
    row("tf.math.polyval([x, y, 3.0], z)", "float32", x=N(), y=N(), z=N(2)),
    bads("""
        tf.add(x, y)
        x * y
        tf.maximum(x, y)
        tf.equal(x, y)
        tf.less(x, y)
        tf.atan2(x, y)
    """, x=N(2, 3), y=N(2)),
    bads("""
        x + tf.cast(y, tf.float64)
        x + tf.constant(1, tf.int32)
        x + "a"
        tf.exp(tf.cast(y, tf.int32))
        tf.logical_and(x, y)
        ~x
        x & y
        tf.complex(x, tf.cast(y, tf.float64))
        bool(x)
        [i for i in x]
        x.shape["a"]
        tf.add(x, None)
        tf.floor(tf.cast(x, tf.int32))
        tf.atan2(tf.cast(x, tf.int32), 1)
    """, shapes="known", x=N(2), y=N(2)),

    # ---- comparison, logic ----
    rows("""
        tf.less(x, y)
        x < y
        tf.less_equal(x, y)
        x <= y
        tf.greater(x, y)
        x > y
        tf.greater_equal(x, y)
        x >= y
    """, "float32 float64 int32 int64 int8 uint8", x=N(2, 3), y=N(3)),
    rows("""
        tf.equal(x, y)
        tf.not_equal(x, y)
    """, "float32 int32 complex64 bool int64", x=N(2, 3), y=N(3)),
    row("tf.equal(x, y)", x=V([b"a", b"b"]), y=V([b"a", b"c"])),
    row("tf.not_equal(x, 'a')", x=V([b"a", b"b"])),
    rows("""
        tf.less(x, 0.5)
        tf.equal(x, x)
        tf.greater_equal(x, -0.0)
    """, shapes="known", x=SPECIAL),
    row("raw.ApproximateEqual(x=x, y=y, tolerance=0.5)", x=N(2, 3), y=N(2, 3)),
    rows("""
        tf.logical_and(x, y)
        tf.logical_or(x, y)
        tf.logical_xor(x, y)
        x & y
        x | y
        x ^ y
        True & x
    """, "bool", x=V([True, True, False, False]), y=V([True, False, True, False])),
    row("tf.logical_not(x)", "bool", x=V([True, False])),
    rows("""
        tf.bitwise.bitwise_and(x, y)
        tf.bitwise.bitwise_or(x, y)
        tf.bitwise.bitwise_xor(x, y)
    """, "int32 int64 uint8 int8 uint16", x=P(2, 3), y=P(3)),
    row("tf.bitwise.invert(x)", "int32 int64 uint8 int8 uint16", x=P(2, 3)),
    rows("""
        tf.bitwise.left_shift(x, y)
        tf.bitwise.right_shift(x, y)
    """, "int32 int64 uint8 int8", x=P(2, 3), y=V([0, 1, 3])),
    row("raw.PopulationCount(x=x)", "int32 int64 uint8 int8", x=P(2, 3)),

    # ---- choice ----
    row("tf.where(c, x, y)", "float32 float64 int32 complex64", c=V([[True, False, True]] * 2),
        x=N(2, 3), y=N(2, 3)),
    row("tf.where(c, x, y)", c=V([True, False]), x=N(2, 3), y=N(2, 3)),
    row("tf.where(c, x, y)", c=V(True), x=N(2, 3), y=N(2, 3)),
    row("tf.where_v2(c, x, y)", c=V([True, False, True]), x=N(2, 3), y=N(2, 1)),
    row("tf.where_v2(c, x, 0.0)", c=V([[True], [False]]), x=N(2, 3)),
    bad("tf.where(c, x, y)", c=V([True, False]), x=N(2, 3), y=N(3)),
    bad("tf.where(c, x)", shapes="known", c=V([True, False]), x=N(2)),
    row("tf.where(tf.greater(x, 0.0), x, tf.zeros_like(x))", x=N(2, 3)),
    row("tf.where(c)", "bool", c=V([[True, False], [True, True]])),
    row("tf.where(x)", "float32 int32 int64 bool", x=V([[1, 0], [0, 2]])),
    row("tf.clip_by_value(x, -1.0, 1.0)", x=N(2, 3)),
    row("tf.clip_by_value(x, y, z)", numeric=False, x=N(2, 3), y=V([-0.5, -0.1, 0.0]),
        z=V([0.5, 0.75, 1.0])),
    row("tf.clip_by_value(x, -1, 1)", "int32 int64", x=N(2, 3)),
    row("tf.clip_by_norm(x, 1.5)", tol=1e-5, x=N(2, 3)),
    row("tf.clip_by_norm(x, 1.5, axes=[1])", tol=1e-5, x=N(2, 3)),
    row("tf.clip_by_average_norm(x, 0.2)", "float32", tol=1e-5, x=N(2, 3)),
    row("tf.clip_by_global_norm([x, y, None], 1.5)", tol=1e-5, x=N(2, 3), y=N(3)),
    row("tf.global_norm([x, y])", tol=1e-5, x=N(2, 3), y=N(3)),
    row("raw.ClipByValue(t=x, clip_value_min=-1.0, clip_value_max=1.0)", "float32", x=N(2, 3)),
    bad("raw.ClipByValue(t=x, clip_value_min=y, clip_value_max=1.0)", x=N(2, 3), y=N(2)),

    # ---- casts ----
    rows("""
        tf.cast(x, tf.int32)
        tf.cast(x, tf.int64)
        tf.cast(x, tf.uint8)
        tf.cast(x, tf.bool)
        tf.cast(x, tf.float16)
        tf.cast(x, tf.complex64)
        tf.to_int32(x)
        tf.to_int64(x)
        tf.to_float(x)
        tf.to_double(x)
        tf.cast(x, tf.float32)
    """, "float32 float64 int32", numeric=False, x=V([[1.9, 0.5, 100.0], [0.0, 3.5, 2.25]])),
    rows("""
        tf.cast(x, tf.int32)
        tf.cast(x, tf.int8)
        tf.cast(x, tf.int64)
    """, "float32 float64", x=V([-1.9, 1.9, -0.5, 3e2])),
    row("tf.cast(x, tf.float64)", "float32 float16", x=N(2, 3)),
    rows("""
        tf.cast(x, tf.float32)
        tf.cast(x, tf.complex128)
    """, "complex64 complex128", numeric=False, x=N(2, 3)),
    rows("""
        tf.cast(x, tf.int8)
        tf.cast(x, tf.uint8)
        tf.cast(x, tf.bool)
        tf.cast(x, tf.int32)
        tf.cast(x, tf.float16)
    """, "int32 int64 bool", x=V([300, -1, 0, 7, 128])),
    rows("""
        tf.saturate_cast(x, tf.uint8)
        tf.saturate_cast(x, tf.int8)
        tf.saturate_cast(x, tf.int32)
    """, "float32 int32 float64", numeric=False, x=V([300, -1, 0, 7, 128])),
    row("tf.bitcast(x, tf.int32)", x=N(2, 3)),
    row("tf.bitcast(x, tf.uint8)", x=N(2, 3)),
    row("tf.bitcast(x, tf.float32)", "uint8", x=N(2, 4)),
    bad("tf.cast(x, tf.string)", shapes="known", x=N(2)),
    row("tf.complex(x, x)", numeric=False, x=N(2)),
    row("tf.as_dtype('float32')"),
    row("tf.dtypes.as_dtype(np.int32)"),
]
