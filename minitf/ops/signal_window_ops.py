"""Window functions: raised cosines."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops import array_ops, control_flow_ops, math_ops
from minitf.ops.constant_op import constant


def hann_window(window_length, periodic=True, dtype=dtypes.float32, name=None):
    """The Hann window ``0.5 - 0.5 cos(2 pi n / N)``.

    Args:
      window_length: how many elements, a scalar.
      periodic: a period of the cosine (for spectra) instead of a symmetric window (for filters).
      dtype: a float dtype.
      name: the name scope.
    """
    return _raised_cosine(name, "hann_window", window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(window_length, periodic=True, dtype=dtypes.float32, name=None):
    """The Hamming window ``0.54 - 0.46 cos(2 pi n / N)``; see hann_window."""
    return _raised_cosine(name, "hamming_window", window_length, periodic, dtype, 0.54, 0.46)


def _raised_cosine(name, default_name, window_length, periodic, dtype, a, b):
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {dtype}")
    with name_scope(name, default_name, [window_length, periodic]):
        window_length = convert_to_tensor(window_length, dtype=dtypes.int32, name="window_length")
        window_length.shape.assert_has_rank(0)
        known = constant_value(window_length)
        if known == 1:
            return array_ops.ones([1], dtype=dtype)
        periodic = math_ops.cast(convert_to_tensor(periodic, dtype=dtypes.bool, name="periodic"),
                                 dtypes.int32)
        periodic.shape.assert_has_rank(0)
        even = 1 - math_ops.mod(window_length, 2)
        n = math_ops.cast(window_length + periodic * even - 1, dtype=dtype)
        count = math_ops.cast(math_ops.range(window_length), dtype)
        angle = constant(2 * np.pi, dtype=dtype) * count / n

        def window():
            return math_ops.cast(a - b * math_ops.cos(angle), dtype=dtype)

        if known is not None:
            return window()
        return control_flow_ops.cond(math_ops.equal(window_length, 1),
                                     lambda: array_ops.ones([1], dtype=dtype), window)
