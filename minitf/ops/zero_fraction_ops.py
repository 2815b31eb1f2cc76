"""How much of a tensor is zero."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops import array_ops, control_flow_ops, math_ops


def zero_fraction(value, name=None):
    """The share of elements that are 0, a float32 scalar; NaN for an empty tensor.

    Args:
      value: a numeric tensor: activations, say, whose sparsity is to be summarised.
    """
    with name_scope(name, "zero_fraction", [value]):
        value = convert_to_tensor(value, name="value")
        size = array_ops.size(value, out_type=dtypes.int64)
        # Counting in int32 is faster, where it can hold the count.
        nonzero = control_flow_ops.cond(
            size <= dtypes.int32.max,
            true_fn=lambda: math_ops.cast(_count_nonzero(value, dtypes.int32), dtypes.int64),
            false_fn=lambda: _count_nonzero(value, dtypes.int64))
        with name_scope("counts_to_fraction"):
            zeros = size - nonzero
            zeros = math_ops.cast(zeros, dtypes.float32)
            fraction = zeros / math_ops.cast(size, dtypes.float32)
        return array_ops.identity(fraction, "fraction")


def _count_nonzero(value, dtype):
    with name_scope("count_nonzero"):
        zero = array_ops.zeros([], dtype=value.dtype)
        different = math_ops.cast(math_ops.not_equal(value, zero), dtype=dtype)
        return math_ops.reduce_sum(different, name="nonzero_count")
