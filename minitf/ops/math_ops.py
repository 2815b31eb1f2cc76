"""Mathematics: the public functions and the ops of all math modules under one name.

The modules are sliced by subject; others call what they need as ``math_ops.name``.
"""
# ruff: noqa: A004, F401, I001 - re-exports, some under names that Python has built in

from minitf.ops.arithmetic_ops import (
    AccumulateNV2, Add, AddN, AddV2, Atan2, Div, DivNoNan, FloorDiv, FloorMod, Maximum, Minimum,
    Mod, Mul, MulNoNan, NextAfter, Pow, RealDiv, SquaredDifference, Sub, TruncateDiv, TruncateMod,
    Xdivy, Xlogy, accumulate_n, add, add_n, add_v2, atan2, div, div_no_nan, divide, floor_div,
    floordiv, floormod, maximum, minimum, mod, mul_no_nan, multiply, multiply_no_nan, nextafter,
    polyval, pow, realdiv, reciprocal_no_nan, scalar_mul, squared_difference, subtract, truediv,
    truncatediv, truncatemod, xdivy, xlogy)
from minitf.ops.cast_ops import (
    Angle, Cast, Complex, ComplexAbs, Conj, Imag, Real, angle, cast, complex, conj, imag, real,
    saturate_cast, to_bfloat16, to_complex128, to_complex64, to_double, to_float, to_int32,
    to_int64)
from minitf.ops.clip_ops import (
    ClipByValue, clip_by_average_norm, clip_by_global_norm, clip_by_norm, clip_by_value,
    global_norm)
from minitf.ops.compare_ops import (
    ApproximateEqual, Equal, Greater, GreaterEqual, Less, LessEqual, LogicalAnd, LogicalNot,
    LogicalOr, NotEqual, Select, SelectV2, approximate_equal, equal, greater, greater_equal, less,
    less_equal, logical_and, logical_not, logical_or, logical_xor, not_equal, select, select_v2)
from minitf.ops.einsum_ops import einsum, tensordot
from minitf.ops.histogram_ops import (
    Bincount, Bucketize, HistogramFixedWidth, bincount, bucketize, histogram_fixed_width,
    histogram_fixed_width_bins)
from minitf.ops.matmul_ops import (
    BatchMatMul, BatchMatMulV2, Cross, MatMul, SparseMatMul, cross, matmul, matvec, sparse_matmul,
    trace)
from minitf.ops.operators import OPERATORS
from minitf.ops.reduction_ops import (
    All, Any, ArgMax, ArgMin, EuclideanNorm, Max, Mean, Min, Prod, Sum, arg_max, arg_min, argmax,
    argmin, count_nonzero, reduce_all, reduce_any, reduce_euclidean_norm, reduce_logsumexp,
    reduce_max, reduce_mean, reduce_min, reduce_prod, reduce_std, reduce_sum, reduce_variance,
    reduced_shape)
from minitf.ops.scan_ops import (
    Cumprod, Cumsum, CumulativeLogsumexp, LinSpace, Range, cumprod, cumsum, cumulative_logsumexp,
    lin_space, linspace, range)
from minitf.ops.segment_ops import (
    SegmentMax, SegmentMean, SegmentMin, SegmentProd, SegmentSum, SparseSegmentMean,
    SparseSegmentMeanGrad, SparseSegmentMeanWithNumSegments, SparseSegmentSqrtN,
    SparseSegmentSqrtNGrad, SparseSegmentSqrtNWithNumSegments, SparseSegmentSum,
    SparseSegmentSumWithNumSegments, UnsortedSegmentMax, UnsortedSegmentMin, UnsortedSegmentProd,
    UnsortedSegmentSum, segment_max, segment_mean, segment_min, segment_prod, segment_sum,
    sparse_segment_mean, sparse_segment_sqrt_n, sparse_segment_sum, unsorted_segment_max,
    unsorted_segment_mean, unsorted_segment_min, unsorted_segment_prod, unsorted_segment_sqrt_n,
    unsorted_segment_sum)
from minitf.ops.special_ops import (
    BesselI0e, BesselI1e, Betainc, Digamma, Erf, Erfc, Igamma, IgammaGradA, Igammac, Lgamma,
    Polygamma, Zeta, bessel_i0, bessel_i0e, bessel_i1, bessel_i1e, betainc, digamma, erf, erfc,
    igamma, igammac, lbeta, lgamma, polygamma, zeta)
from minitf.ops.unary_ops import (
    Abs, Acos, Acosh, Asin, Asinh, Atan, Atanh, Ceil, Cos, Cosh, Exp, Expm1, Floor, Inv, InvGrad,
    IsFinite, IsInf, IsNan, Log, Log1p, Neg, Reciprocal, ReciprocalGrad, Rint, Round, Rsqrt,
    RsqrtGrad, Sigmoid, SigmoidGrad, Sign, Sin, Sinh, Sqrt, SqrtGrad, Square, Tan, Tanh, TanhGrad,
    abs, acos, acosh, asin, asinh, atan, atanh, ceil, cos, cosh, exp, expm1, floor, is_finite,
    is_inf, is_nan, log, log1p, log_sigmoid, negative, reciprocal, rint, round, rsqrt, sigmoid,
    sign, sin, sinh, sqrt, square, tan, tanh)
from minitf.ops.unbroadcast import unbroadcast
