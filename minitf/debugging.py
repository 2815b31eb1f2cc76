"""tf.debugging: assertions and checks."""
# ruff: noqa: F401 - a namespace

from minitf.framework.modes import get_log_device_placement, set_log_device_placement
from minitf.ops.array_identity_ops import check_numerics
from minitf.ops.check_ops import (
    assert_equal,
    assert_greater,
    assert_greater_equal,
    assert_integer,
    assert_less,
    assert_less_equal,
    assert_near,
    assert_negative,
    assert_non_negative,
    assert_non_positive,
    assert_none_equal,
    assert_positive,
    assert_proper_iterable,
    assert_rank,
    assert_rank_at_least,
    assert_rank_in,
    assert_same_float_dtype,
    assert_scalar,
    assert_shapes,
    assert_type,
    is_non_decreasing,
    is_numeric_tensor,
    is_strictly_increasing,
)
from minitf.ops.control_flow_ops import Assert
from minitf.ops.numerics_ops import verify_tensor_all_finite as assert_all_finite
from minitf.ops.unary_ops import is_finite, is_inf, is_nan
