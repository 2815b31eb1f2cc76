"""Diagonals: of tensors, of batches of matrices, bands, and the identity matrix."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.compat import integral_types
from minitf.framework.convert import convert_to_tensor
from minitf.framework.dispatch import dispatched
from minitf.framework.graph import colocate_with, name_scope
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import check_scalar
from minitf.ops.common_shapes import (
    UNKNOWN, concatenate, merge_dims, merge_shapes, shape_of, with_rank, with_rank_at_least)
from minitf.ops.elementwise import list_text

_NUMBERS = "bfloat16 half float double int32 int64 complex64 complex128"

# ---- Diag, DiagPart ----


def diag(diagonal, name=None):
    """Zeros but for ``result[i, ..., k, i, ..., k] = diagonal[i, ..., k]`` (TF op: Diag)."""
    return Diag(diagonal, name=name)


def diag_part(input, name=None):
    """The part ``result[i, ..., k] = input[i, ..., k, i, ..., k]`` (TF op: DiagPart).

    Raises:
      ValueError: the rank is odd or 0, or the two halves of the shape differ.
    """
    return DiagPart(input, name=name)


Diag = op("Diag(diagonal: T; T) -> (output: T)", T=_NUMBERS)
DiagPart = op("DiagPart(input: T; T) -> (diagonal: T)", T=_NUMBERS)


@Diag.shape
def _(diagonal):
    dims = with_rank_at_least(diagonal.shape, 1)._dims
    return shape_of(concatenate(dims, dims))


@Diag.kernel
def _(diagonal):
    if not np.ndim(diagonal):
        raise ValueError("Input must be at least rank 1, got 0")
    result = np.zeros(2 * np.shape(diagonal), diagonal.dtype)
    np.fill_diagonal(result.reshape(np.size(diagonal), np.size(diagonal)), np.ravel(diagonal))
    return result


@Diag.gradient
def _(op, grad):
    return diag_part(grad)


@DiagPart.shape
def _(input):
    dims = input.shape._dims
    if dims is None:
        return UNKNOWN
    if len(dims) % 2 or not dims:
        raise ValueError(f"Input must have even and non-zero rank, input rank is {len(dims)}")
    half = len(dims) // 2
    return shape_of(merge_dims(x, y) for x, y in zip(dims[:half], dims[half:]))


@DiagPart.kernel
def _(input):
    dims = np.shape(input)
    half = len(dims) // 2
    if len(dims) % 2:
        raise ValueError("The rank of the tensor should be even and positive, got shape "
                         f"{list_text(dims)}")
    for i in range(half):
        if dims[i] != dims[half + i]:
            raise ValueError(f"Invalid shape {list_text(dims)}: dimensions {i} and {half + i} do "
                             "not match.")
    size = int(np.prod(dims[:half]))
    return np.diagonal(input.reshape(size, size)).reshape(dims[:half]).copy()


@DiagPart.gradient
def _(op, grad):
    return diag(grad)


# ---- MatrixDiag, MatrixDiagPart, MatrixSetDiag ----
#
# TensorFlow 1.15 has the arguments k, num_rows, num_cols and padding_value already, and does
# nothing with them: the ops that use them wait for its compatibility date.


def matrix_diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0):
    """Square matrices with the last dimension of ``diagonal`` on theirs (TF op: MatrixDiag).

    ``k``, ``num_rows``, ``num_cols`` and ``padding_value`` do nothing, as in TensorFlow 1.15.
    """
    return MatrixDiag(diagonal, name=name)


@dispatched
def matrix_diag_part(input, name="diag_part", k=0, padding_value=0):
    """The main diagonals of the matrices in the last two dimensions (TF op: MatrixDiagPart).

    ``k`` and ``padding_value`` do nothing, as in TensorFlow 1.15.
    """
    return MatrixDiagPart(input, name=name)


def matrix_set_diag(input, diagonal, name="set_diag", k=0):
    """``input`` with other main diagonals in its last two dimensions (TF op: MatrixSetDiag).

    ``k`` does nothing, as in TensorFlow 1.15.
    """
    return MatrixSetDiag(input, diagonal, name=name)


MatrixDiag = op("MatrixDiag(diagonal: T; T) -> (output: T)")
MatrixDiagPart = op("MatrixDiagPart(input: T; T) -> (diagonal: T)")
MatrixSetDiag = op("MatrixSetDiag(input: T, diagonal: T; T) -> (output: T)")


def _smaller(rows, cols):
    """The length of the diagonal: known when one dimension is 0, or both are known."""
    if 0 in (rows, cols):
        return 0
    return None if rows is None or cols is None else min(rows, cols)


@MatrixDiag.shape
def _(diagonal):
    dims = with_rank_at_least(diagonal.shape, 1)._dims
    return UNKNOWN if dims is None else shape_of(dims + dims[-1:])


@MatrixDiag.kernel
def _(diagonal):
    if not np.ndim(diagonal):
        raise ValueError("diagonal must be at least 1-dim, received shape: []")
    size = diagonal.shape[-1]
    result = array_ops.zero_array(diagonal.shape + (size,), diagonal.dtype)
    result[..., np.arange(size), np.arange(size)] = diagonal
    return result


@MatrixDiag.gradient
def _(op, grad):
    return matrix_diag_part(grad)


@MatrixDiagPart.shape
def _(input):
    dims = with_rank_at_least(input.shape, 2)._dims
    return UNKNOWN if dims is None else shape_of(dims[:-2] + (_smaller(*dims[-2:]),))


@MatrixDiagPart.kernel
def _(input):
    _check_matrix(input)
    return np.diagonal(input, axis1=-2, axis2=-1).copy()


def _check_matrix(input):
    if np.ndim(input) < 2:
        raise ValueError("input must be at least 2-dim, received shape: "
                         f"{list_text(np.shape(input))}")


@MatrixDiagPart.gradient
def _(op, grad):
    dims = op.inputs[0].shape[-2:]
    if dims.is_fully_defined() and dims[0] == dims[1]:
        return matrix_diag(grad)
    return matrix_set_diag(array_ops.zeros_like(op.inputs[0]), grad)


@MatrixSetDiag.shape
def _(input, diagonal):
    dims = with_rank_at_least(input.shape, 2)._dims
    on = with_rank_at_least(diagonal.shape, 1)._dims
    smaller = None
    if dims is not None:
        on = with_rank(shape_of(on), len(dims) - 1)._dims
        smaller = _smaller(*dims[-2:])
    if smaller is not None:
        merge_dims(smaller, on[-1])
    if on is None:
        return input.shape
    # What the diagonal tells of the batch dimensions is kept.
    batch = merge_shapes(UNKNOWN if dims is None else shape_of(dims[:-2]), shape_of(on[:-1]))
    return shape_of(batch._dims + (dims[-2:] if dims is not None else (None, None)))


@MatrixSetDiag.kernel
def _(input, diagonal):
    _check_matrix(input)
    expected = input.shape[:-2] + (min(input.shape[-2:]),)
    if np.shape(diagonal) != expected:
        raise ValueError(
            "Either first dimensions of diagonal don't match input.shape[:-2], or "
            "diagonal.shape[:-1] is not equal to the longests diagonal in range "
            "[lower_diag_index:upper_diag_index].\n"
            f"Input shape: {list_text(input.shape)}\nDiagonal shape: "
            f"{list_text(np.shape(diagonal))}\nExpected diagonal shape: {list_text(expected)}")
    result = np.array(input)
    places = np.arange(expected[-1])
    result[..., places, places] = diagonal
    return result


@MatrixSetDiag.gradient
def _(op, grad):
    input_shape = op.inputs[0].shape.merge_with(grad.shape)
    batch_shape = input_shape[:-2].merge_with(op.inputs[1].shape[:-1])
    matrix_shape = input_shape[-2:]
    if batch_shape.is_fully_defined() and matrix_shape.is_fully_defined():
        diag_shape = batch_shape.as_list() + [min(matrix_shape.as_list())]
    else:
        with colocate_with(grad):
            grad_shape, grad_rank = array_ops.shape(grad), array_ops.rank(grad)
            batch_shape = array_ops.slice(grad_shape, [0], [grad_rank - 2])
            matrix_shape = array_ops.slice(grad_shape, [grad_rank - 2], [2])
            diag_shape = array_ops.concat([batch_shape, [math_ops.reduce_min(matrix_shape)]], 0)
    off_diagonal = matrix_set_diag(grad, array_ops.zeros(diag_shape, dtype=grad.dtype))
    return off_diagonal, matrix_diag_part(grad)


# ---- MatrixBandPart ----


def matrix_band_part(input, num_lower, num_upper, name=None):
    """Matrices with all set to zero outside a band round the diagonal (TF op: MatrixBandPart).

    Args:
      input: a tensor of rank 2 or more.
      num_lower, num_upper: how many diagonals below and above the main one to keep; -1: all.
      name: the operation's name.
    """
    return MatrixBandPart(input, num_lower, num_upper, name=name)


MatrixBandPart = op("MatrixBandPart(input: T, num_lower: Tindex, num_upper: Tindex; T,"
                    " Tindex: type = int64) -> (band: T)", Tindex="int32 int64")


@MatrixBandPart.shape
def _(input):
    return input.shape


@MatrixBandPart.kernel
def _(input, num_lower, num_upper):
    _check_matrix(input)
    rows, cols = input.shape[-2:]
    for which, value, size in (("lower", num_lower, rows), ("upper", num_upper, cols)):
        check_scalar(value, f"num_{which} must be scalar, got shape")
        if value > size:
            what = "rows" if which == "lower" else "columns"
            raise ValueError(f"num_{which} must be negative or less or equal to number of {what} "
                             f"({size}) got: {value}")
    below = np.arange(rows)[:, None] - np.arange(cols)
    kept = ((num_lower < 0) | (below <= num_lower)) & ((num_upper < 0) | (-below <= num_upper))
    return np.where(kept, input, array_ops.zero_array((), input.dtype))


@MatrixBandPart.gradient
def _(op, grad):
    return matrix_band_part(grad, op.inputs[1], op.inputs[2]), None, None


# ---- eye ----


def eye(num_rows, num_columns=None, batch_shape=None, dtype=dtypes.float32, name=None):
    """Identity matrices: ones on the diagonal, zeros elsewhere.

    Args:
      num_rows, num_columns: integers or scalar tensors; square by default.
      batch_shape: how many matrices, a shape; by default one.
      dtype: the result's dtype.
      name: the scope's name.

    Raises:
      TypeError: a size that is no integer.
    """
    with name_scope(name, default_name="eye", values=[num_rows, num_columns, batch_shape]):
        is_square = num_columns is None
        batch_shape = [] if batch_shape is None else batch_shape
        num_columns = num_rows if num_columns is None else num_columns
        if isinstance(num_rows, Tensor) or isinstance(num_columns, Tensor):
            size = math_ops.minimum(num_rows, num_columns)
        elif not (isinstance(num_rows, integral_types) and isinstance(num_columns, integral_types)):
            raise TypeError("num_rows and num_columns must be positive integer values.")
        else:
            is_square, size = num_rows == num_columns, np.minimum(num_rows, num_columns)
        shape = [num_rows, num_columns]
        if isinstance(batch_shape, Tensor) or isinstance(size, Tensor):
            batch_shape = convert_to_tensor(batch_shape, name="shape", dtype=dtypes.int32)
            diag_shape = array_ops.concat((batch_shape, [size]), axis=0)
            if not is_square:
                shape = array_ops.concat((batch_shape, shape), axis=0)
        else:
            diag_shape = list(batch_shape) + [size]
            shape = list(batch_shape) + shape
        ones = array_ops.ones(diag_shape, dtype=dtype)
        if is_square:
            return matrix_diag(ones)
        return matrix_set_diag(array_ops.zeros(shape, dtype=dtype), ones)
