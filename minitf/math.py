"""tf.math: elementwise functions, reductions, scans, segments."""
# ruff: noqa: A004, F401 - a namespace; some of TensorFlow's names are Python's too

from minitf.ops.activation_ops import softplus, softsign
from minitf.ops.arithmetic_ops import (
    accumulate_n, add, add_n, atan2, div_no_nan as divide_no_nan, divide, floordiv, floormod,
    maximum, minimum, mod, multiply, multiply_no_nan, nextafter, polyval, pow,
    reciprocal_no_nan, scalar_mul, squared_difference, subtract, truediv, xdivy, xlogy)
from minitf.ops.array_select_ops import invert_permutation
from minitf.ops.cast_ops import angle, conj, imag, real
from minitf.ops.check_ops import is_non_decreasing, is_strictly_increasing
from minitf.ops.compare_ops import (
    equal, greater, greater_equal, less, less_equal, logical_and, logical_not, logical_or,
    logical_xor, not_equal)
from minitf.ops.confusion_matrix_ops import confusion_matrix
from minitf.ops.histogram_ops import bincount
from minitf.ops.moments_ops import l2_normalize
from minitf.ops.ranking_ops import in_top_k, top_k
from minitf.ops.reduction_ops import (
    argmax, argmin, count_nonzero, reduce_all, reduce_any, reduce_euclidean_norm,
    reduce_logsumexp, reduce_max, reduce_mean, reduce_min, reduce_prod, reduce_std, reduce_sum,
    reduce_variance)
from minitf.ops.scan_ops import cumprod, cumsum, cumulative_logsumexp
from minitf.ops.segment_ops import (
    segment_max, segment_mean, segment_min, segment_prod, segment_sum, unsorted_segment_max,
    unsorted_segment_mean, unsorted_segment_min, unsorted_segment_prod,
    unsorted_segment_sqrt_n, unsorted_segment_sum)
from minitf.ops.softmax_ops import log_softmax, softmax
from minitf.ops.special_ops import (
    bessel_i0, bessel_i0e, bessel_i1, bessel_i1e, betainc, digamma, erf, erfc, igamma, igammac,
    lbeta, lgamma, polygamma, zeta)
from minitf.ops.unary_ops import (
    abs, acos, acosh, asin, asinh, atan, atanh, ceil, cos, cosh, exp, expm1, floor, is_finite,
    is_inf, is_nan, log, log1p, log_sigmoid, negative, reciprocal, rint, round, rsqrt, sigmoid,
    sign, sin, sinh, sqrt, square, tan, tanh)
from minitf.ops.zero_fraction_ops import zero_fraction
