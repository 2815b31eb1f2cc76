"""Index matrices of sparse tensors: comparing, ordering and checking rows, for the kernels."""

import numpy as np

from minitf.framework import errors
from minitf.ops.common_shapes import merge_dims, with_rank
from minitf.ops.elementwise import list_text

SPARSE_NUMBERS = ("float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 "
                  "bfloat16 uint16 complex128 half uint32 uint64")
SPARSE_REALS = "float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"


def invalid(message):
    """An InvalidArgumentError with that message."""
    return errors.InvalidArgumentError(None, None, message)


def row_numbers(*matrices):
    """For each row of each matrix the number of that row among all distinct rows, in their order.

    Equal rows have equal numbers, and numbers compare as rows do, from the left.
    """
    rows = np.concatenate([np.asarray(matrix) for matrix in matrices])
    ends = np.cumsum([len(matrix) for matrix in matrices])[:-1]
    if rows.size == 0:
        return np.split(np.zeros(len(rows), np.int64), ends)
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    numbers = np.zeros(len(rows), np.int64)
    numbers[order[1:]] = np.cumsum((ordered[1:] != ordered[:-1]).any(axis=1))
    return np.split(numbers, ends)


def row_order(indices):
    """The permutation that sorts the rows; equal rows stay in their order."""
    indices = np.asarray(indices)
    if indices.shape[1] == 0:
        return np.arange(len(indices))
    return np.lexsort(indices.T[::-1])


def occurrences(numbers):
    """For each element how many equal ones stand before it."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    first = np.searchsorted(ordered, ordered)
    counts = np.empty(len(numbers), np.int64)
    counts[order] = np.arange(len(numbers)) - first
    return counts


def sparse_parts(indices, values, shape):
    """Static (count, rank) of a sparse tensor; None where it is not known.

    Raises:
      ValueError: ranks are not 2, 1 and 1, or dimensions do not fit.
    """
    count, rank = with_rank(indices.shape, 2)._dims
    count = merge_dims(count, with_rank(values.shape, 1)._dims[0])
    return count, merge_dims(rank, with_rank(shape.shape, 1)._dims[0])


def check_parts(indices, values, shape, what="Input"):
    """Raises InvalidArgumentError for arrays that are no sparse tensor."""
    if np.ndim(indices) != 2:
        raise invalid(f"{what} indices should be a matrix but received shape "
                      f"{list_text(np.shape(indices))}")
    if np.ndim(values) != 1:
        raise invalid(f"{what} values should be a vector but received shape "
                      f"{list_text(np.shape(values))}")
    if np.ndim(shape) != 1:
        raise invalid(f"{what} shape should be a vector but received shape "
                      f"{list_text(np.shape(shape))}")


def check_in_bounds(indices, shape):
    """Raises InvalidArgumentError for the first row that is no place in ``shape``."""
    indices, shape = np.asarray(indices), np.asarray(shape)
    outside = np.flatnonzero(((indices < 0) | (indices >= shape)).any(axis=1))
    if len(outside):
        row = outside[0]
        raise invalid(f"indices[{row}] = {list_text(indices[row].tolist())} is out of bounds: need "
                      f"0 <= index < {list_text(shape.tolist())}")
