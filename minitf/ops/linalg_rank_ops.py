"""What singular values tell: the rank of matrices, and their pseudo-inverse."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.ops import array_ops, check_ops, decomposition_ops, math_ops


def matrix_rank(a, tol=None, validate_args=False, name=None):
    """The number of singular values above ``tol``, of (batches of) matrices.

    Args:
      a: a floating-point tensor of shape [..., M, N].
      tol: the threshold; by default the largest singular value times ``eps * max(M, N)``.
      validate_args: check, when run, the rank of ``a`` when it is not known before.

    Returns:
      An int32 tensor of shape [...].

    Raises:
      TypeError: ``a`` is not of floating-point numbers.
      ValueError: ``a`` has fewer than two dimensions.
    """
    with name_scope(name or "matrix_rank"):
        a = convert_to_tensor(a, dtype_hint=dtypes.float32, name="a")
        a = _checked_matrix(a, validate_args)
        s = decomposition_ops.svd(a, compute_uv=False)
        if tol is None:
            sides = a.shape[-2:]
            if sides.is_fully_defined():
                longer = np.max(sides.as_list())
            else:
                longer = math_ops.reduce_max(array_ops.shape(a)[-2:])
            eps = np.finfo(a.dtype.as_numpy_dtype).eps
            longer = eps * math_ops.cast(longer, a.dtype)
            tol = longer * math_ops.reduce_max(s, axis=-1, keepdims=True)
        return math_ops.reduce_sum(math_ops.cast(s > tol, dtypes.int32), axis=-1)


def pinv(a, rcond=None, validate_args=False, name=None):
    """The pseudo-inverse of Moore and Penrose of (batches of) matrices, by singular values.

    Args:
      a: a floating-point tensor of shape [..., M, N].
      rcond: singular values up to ``rcond`` times the largest count as zero; by default
        ``10 * eps * max(M, N)``.
      validate_args: check, when run, the rank of ``a`` when it is not known before.

    Returns:
      A tensor of shape [..., N, M].

    Raises:
      TypeError: ``a`` is not of floating-point numbers.
      ValueError: ``a`` has fewer than two dimensions.
    """
    with name_scope(name or "pinv"):
        a = convert_to_tensor(a, name="a")
        a = _checked_matrix(a, validate_args)
        dtype = a.dtype.as_numpy_dtype
        if rcond is None:
            rcond = 10.0 * _longer_side(a) * np.finfo(dtype).eps
        rcond = convert_to_tensor(rcond, dtype=dtype, name="rcond")
        s, u, v = decomposition_ops.svd(a, full_matrices=False, compute_uv=True)
        cutoff = rcond * math_ops.reduce_max(s, axis=-1)
        s = array_ops.where_v2(s > array_ops.expand_dims(cutoff, -1), s, np.array(np.inf, dtype))
        result = math_ops.matmul(v / array_ops.expand_dims(s, -2), u, adjoint_b=True)
        if a.shape.rank is not None:
            result.set_shape(a.shape[:-2].concatenate([a.shape[-1], a.shape[-2]]))
        return result


def _checked_matrix(a, validate_args):
    """``a``, after a check of its rank when that is known when run only."""
    if not a.dtype.is_floating:
        raise TypeError(f"Input `a` must have `float`-like `dtype` (saw {a.dtype.name}).")
    if a.shape.rank is not None:
        if a.shape.rank < 2:
            raise ValueError(f"Input `a` must have at least 2 dimensions (saw: {a.shape.rank}).")
        return a
    if not validate_args:
        return a
    check = check_ops.assert_rank_at_least(
        a, rank=2, message="Input `a` must have at least 2 dimensions.")
    with control_dependencies([check]):
        return array_ops.identity(a)


def _longer_side(a):
    """The larger of the last two dimensions: a float, or a tensor of the dtype of ``a``."""
    rows, cols = (None, None) if a.shape.rank is None else a.shape._dims[-2:]
    if rows is not None and cols is not None:
        return float(max(rows, cols))
    if rows is None:
        rows = array_ops.shape(a)[-2]
    if cols is None:
        cols = array_ops.shape(a)[-1]
    return math_ops.cast(math_ops.maximum(rows, cols), a.dtype)
