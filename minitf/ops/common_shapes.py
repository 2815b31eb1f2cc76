"""Static shape rules that many ops share, on TensorShapes that may be partly unknown."""

import numpy as np

from minitf.framework.constant_folding import static_value
from minitf.framework.tensor_shape import (  # noqa: F401 - shape rules find all they share here
    TensorShape, merge_shapes, shape_text, unknown_shape)

UNKNOWN = unknown_shape()
SCALAR = TensorShape([])


def broadcast_shape(a, b):
    """The shape of an elementwise result of shapes ``a`` and ``b``.

    An unknown dimension against one greater than 1 takes the latter, against 1 it stays unknown.

    Raises:
      ValueError: two known dimensions differ and neither is 1.
    """
    a, b = a._dims, b._dims
    if a == b and a is not None and None not in a:
        return TensorShape._from_tuple(a)
    if a is None or b is None:
        return UNKNOWN
    if len(a) < len(b):
        a, b = b, a
    result = list(a[:len(a) - len(b)])
    for x, y in zip(a[len(a) - len(b):], b):
        if x is None or y is None:
            known = y if x is None else x
            result.append(known if known is not None and known > 1 else None)
        elif x == 1:
            result.append(y)
        elif y == 1 or x == y:
            result.append(x)
        else:
            raise ValueError(f"Dimensions must be equal, but are {x} and {y}")
    return TensorShape._from_tuple(tuple(result))


def merge_dims(x, y):
    """The dimension that is both ``x`` and ``y``.

    Raises:
      ValueError: both are known and differ.
    """
    if x is None or x == y:
        return y
    if y is None:
        return x
    raise ValueError(f"Dimensions must be equal, but are {x} and {y}")


def with_rank(shape, rank):
    """``shape``, known to have that rank.

    Raises:
      ValueError: it has another rank.
    """
    dims = shape._dims
    if dims is None:
        return unknown_shape(rank)
    if len(dims) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(dims)}")
    return shape


def with_rank_at_least(shape, rank):
    """``shape``, checked to have at least that rank when it is known.

    Raises:
      ValueError: it has a lower rank.
    """
    dims = shape._dims
    if dims is not None and len(dims) < rank:
        raise ValueError(f"Shape must be at least rank {rank} but is rank {len(dims)}")
    return shape


def with_rank_at_most(shape, rank):
    """``shape``, checked to have at most that rank when it is known.

    Raises:
      ValueError: it has a higher rank.
    """
    dims = shape._dims
    if dims is not None and len(dims) > rank:
        raise ValueError(f"Shape must be at most rank {rank} but is rank {len(dims)}")
    return shape


def normalize_axis(axis, rank):
    """``axis`` counted from the front.

    Raises:
      ValueError: not in [-rank, rank).
    """
    if not -rank <= axis < rank:
        raise ValueError(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")
    return axis + rank if axis < 0 else axis


def reduction_shape(input, reduction_indices, keep_dims):
    """The shape of a reduction over axes that are a tensor, perhaps of unknown value."""
    with_rank_at_most(reduction_indices.shape, 1)
    dims = input.shape._dims
    axes = static_value(reduction_indices)
    if axes is None:
        return unknown_shape(len(dims)) if keep_dims and dims is not None else UNKNOWN
    if dims is None:
        return UNKNOWN
    axes = {normalize_axis(int(axis), len(dims)) for axis in axes.ravel()}
    if keep_dims:
        return TensorShape._from_tuple(tuple(1 if i in axes else d for i, d in enumerate(dims)))
    return TensorShape._from_tuple(tuple(d for i, d in enumerate(dims) if i not in axes))


# ---- arithmetic of shapes and dimensions that may be unknown ----


def shape_of(dims):
    """The TensorShape of a sequence of dimensions (None: unknown), or of None (unknown rank)."""
    return TensorShape._from_tuple(None if dims is None else tuple(dims))


def dims_or_unknown(shape, rank):
    """The dimensions of ``shape``, or ``rank`` unknown ones.

    Raises:
      ValueError: it has another rank.
    """
    return with_rank(shape, rank)._dims


def concatenate(*parts):
    """Dimensions joined; None (unknown rank) when one part is None."""
    return None if None in parts else tuple(dim for part in parts for dim in part)


def with_value(dim, value):
    """``dim``, known to be ``value``.

    Raises:
      ValueError: it is another.
    """
    if dim is not None and dim != value:
        raise ValueError(f"Dimension must be {value} but is {dim}")
    return value


def known_product(dims):
    """The number of elements, None when it is not known; 0 as soon as one dimension is."""
    if 0 in dims:
        return 0
    return None if None in dims else int(np.prod(dims, dtype=np.int64))


def add_dims(x, y):
    """The sum of two dimensions."""
    return None if x is None or y is None else x + y


def subtract_dims(x, y):
    """The difference of two dimensions.

    Raises:
      ValueError: it is negative.
    """
    if x is None or y is None:
        return x if y == 0 else None
    if x < y:
        raise ValueError(f"Negative dimension size caused by subtracting {y} from {x}")
    return x - y


def divide_dims(x, divisor):
    """The quotient of a dimension and a number that must divide it.

    Raises:
      ValueError: it does not.
    """
    if x is None or divisor == 1:
        return x
    if x % divisor:
        raise ValueError(f"Dimension size must be evenly divisible by {divisor} but is {x}")
    return x // divisor


def merge_prefix(shape, prefix):
    """Checks that ``shape`` begins with the dimensions of ``prefix``.

    Raises:
      ValueError: it does not.
    """
    if shape._dims is None or prefix._dims is None:
        return
    with_rank_at_least(shape, len(prefix._dims))
    for x, y in zip(shape._dims, prefix._dims):
        merge_dims(x, y)


def scalar_dim(tensor, index):
    """The dimension that a scalar tensor, input number ``index`` of its operation, holds.

    It is None when it is not known.

    Raises:
      ValueError: it is negative, or no scalar.
    """
    value = static_value(tensor)
    if value is None:
        return None
    if value.ndim:
        raise ValueError(f"Input must be scalar but has rank {value.ndim}")
    if value < 0:
        raise ValueError(f"Dimension size, given by scalar input {index}, must "
                         f"be non-negative but is {value}")
    return int(value)


def scalar_axis(tensor, rank):
    """The axis that a scalar tensor holds, counted from the front; None when it is not known.

    Args:
      tensor: the scalar.
      rank: the rank of what it is an axis of, None when unknown.

    Raises:
      ValueError: it is not in [-rank, rank), or no scalar.
    """
    value = static_value(tensor)
    if value is None:
        return None
    if value.ndim:
        raise ValueError(f"Input must be scalar but has rank {value.ndim}")
    axis = int(value)
    if rank is None:
        return axis if axis >= 0 else None
    if not -rank <= axis < rank:
        raise ValueError(f"Dimension size, given by scalar input {axis} must be in range "
                         f"[-{rank}, {rank})")
    return axis + rank if axis < 0 else axis
