"""Tridiagonal matrices: products and linear systems, in time linear in the side.

A tridiagonal matrix of side M is three vectors of length M: the superdiagonal, whose last element
is not used, the diagonal, and the subdiagonal, whose first element is not used.
"""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.registry import op
from minitf.framework.tensor_shape import dimension_value
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import (
    UNKNOWN, merge_dims, merge_shapes, shape_of, with_rank_at_least, with_value)
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text

_FLOATING = "double float complex64 complex128"

# ---- formats of the three diagonals ----


def _side_of_matrix(matrix, both_known):
    """M of a matrix of shape [..., M, M]."""
    sides = [dimension_value(matrix.shape[-1]), dimension_value(matrix.shape[-2])]
    if all(sides) and sides[0] != sides[1]:
        raise ValueError("Expected last two dimensions of diagonals to be same, got "
                         f"{sides[0]} and {sides[1]}")
    if not all(sides) if both_known else not any(sides):
        raise ValueError('The size of the matrix needs to be known for diagonals_format="matrix"')
    return sides[0] or sides[1]


def _gathered(transposed, indices):
    return array_ops.transpose(array_ops.gather_nd(transposed, indices))


def _unrecognized(diagonals_format):
    return ValueError(f"Unrecognized diagonals_format: {diagonals_format}")


# ---- tridiagonal_solve ----


def tridiagonal_solve(diagonals, rhs, diagonals_format="compact", transpose_rhs=False,
                      conjugate_rhs=False, name=None, partial_pivoting=True):
    """``x`` in ``matrix @ x = rhs`` for tridiagonal matrices (TF op: TridiagonalSolve).

    Args:
      diagonals: by ``diagonals_format`` 'compact': a tensor of shape [..., 3, M], super-, main and
        subdiagonal; 'sequence': the three, of shapes [..., M], the outer ones or [..., M - 1];
        'matrix': the matrix, of shape [..., M, M], whose other elements are not read.
      rhs: a tensor of shape [..., M] or [..., M, K].
      transpose_rhs, conjugate_rhs: transpose (matrices only) and conjugate ``rhs`` before.
      partial_pivoting: exchange rows for stability; without, a little faster.

    Returns:
      A tensor of the shape and dtype of ``rhs``.

    Raises:
      ValueError: an unknown format, or shapes that do not fit.
      InvalidArgumentError, when run: a matrix is singular.
    """
    if diagonals_format == "sequence":
        diagonals = _stacked(diagonals)
    elif diagonals_format == "matrix":
        diagonals = _diagonals_of_matrix(diagonals)
    elif diagonals_format != "compact":
        raise _unrecognized(diagonals_format)
    is_vector = _check_system(diagonals.shape, rhs.shape)
    if is_vector:
        rhs = array_ops.expand_dims(math_ops.conj(rhs) if conjugate_rhs else rhs, -1)
    elif transpose_rhs:
        rhs = array_ops.matrix_transpose(rhs, conjugate=conjugate_rhs)
    elif conjugate_rhs:
        rhs = math_ops.conj(rhs)
    equations, values = diagonals.shape[-1].value, rhs.shape[-2].value
    if equations and values and equations != values:
        raise ValueError("Expected number of left-hand sided and right-hand sides to be equal, "
                         f"got {equations} and {values}")
    result = TridiagonalSolve(diagonals, rhs, partial_pivoting=partial_pivoting, name=name)
    if is_vector:
        return array_ops.squeeze(result, -1)
    return array_ops.matrix_transpose(result) if transpose_rhs else result


def _stacked(diagonals):
    """One tensor of shape [..., 3, M] of three, the outer two with M or M - 1 elements."""
    if not isinstance(diagonals, (tuple, list)) or len(diagonals) != 3:
        raise ValueError("Expected diagonals to be a sequence of length 3.")
    above, main, below = diagonals
    batch = main.shape[:-1]
    if not (below.shape[:-1].is_compatible_with(batch)
            and above.shape[:-1].is_compatible_with(batch)):
        raise ValueError("Tensors representing the three diagonals must have the same shape,"
                         f"except for the last dimension, got {below.shape}, {main.shape}, "
                         f"{above.shape}")
    side = main.shape[-1].value
    below = _padded(below, side, [1, 0], "subdiagonal")
    above = _padded(above, side, [0, 1], "superdiagonal")
    return array_ops.stack((above, main, below), axis=-2)


def _padded(diagonal, side, padding, name):
    length = diagonal.shape[-1].value
    if not length or length == side:
        return diagonal
    if length != side - 1:
        raise ValueError(f"Expected {name} to be have length {side} or {side - 1}, got {length}.")
    return array_ops.pad(diagonal, [[0, 0]] * (len(diagonal.shape) - 1) + [padding])


def _diagonals_of_matrix(matrix):
    side = _side_of_matrix(matrix, both_known=False)
    unused = [0, 0]
    indices = [[[i + 1, i] if i + 1 < side else unused, [i, i], [i - 1, i] if i else unused]
               for i in range(side)]
    return _gathered(array_ops.transpose(matrix), indices)


def _check_system(diagonals, rhs):
    """Whether right-hand sides of this shape are vectors; raises ValueError if they do not fit."""
    rank, rhs_rank = len(diagonals), len(rhs)
    if rank < 2:
        raise ValueError(f"Expected diagonals to have rank at least 2, got {rank}")
    if rhs_rank not in (rank, rank - 1):
        raise ValueError(f"Expected the rank of rhs to be {rank - 1} or {rank}, got {rhs_rank}")
    if diagonals[-2] and diagonals[-2] != 3:
        raise ValueError(f"Expected 3 diagonals got {diagonals[-2]}")
    if not diagonals[:-2].is_compatible_with(rhs[:rank - 2]):
        raise ValueError(f"Batch shapes {diagonals[:-2]} and {rhs[:rank - 2]} are incompatible")
    return rhs_rank == rank - 1


TridiagonalSolve = op("TridiagonalSolve(diagonals: T, rhs: T; partial_pivoting: bool = True, T)"
                      " -> (output: T)", T=_FLOATING)


@TridiagonalSolve.shape
def _(diagonals, rhs):
    a = with_rank_at_least(diagonals.shape, 2)._dims
    b = with_rank_at_least(rhs.shape, 2)._dims
    if a is not None and b is not None:
        merge_shapes(shape_of(a[:-2]), shape_of(b[:-2]))
        with_value(a[-2], 3)
        merge_dims(a[-1], b[-2])
    return UNKNOWN if b is None else shape_of(b)


_SINGULAR = {
    True: "The matrix is not invertible.",
    False: "The matrix is either not invertible, or requires pivoting. Try setting "
           "partial_pivoting = True.",
    "scalar": "The matrix is not invertible: it is a scalar with value zero.",
}


def _check_pivots(pivots, problem):
    if np.any(pivots == 0):
        raise errors.InvalidArgumentError(None, None, _SINGULAR[problem])


@TridiagonalSolve.kernel
def _(diagonals, rhs, partial_pivoting):
    dims, rhs_dims = diagonals.shape, rhs.shape
    if (len(dims) < 2 or len(dims) != len(rhs_dims) or dims[-2] != 3 or dims[-1] != rhs_dims[-2]
            or dims[:-2] != rhs_dims[:-2]):
        raise errors.InvalidArgumentError(
            None, None, "Expected diagonals of shape [..., 3, M] and right-hand sides of shape "
            f"[..., M, K], got {list_text(dims)} and {list_text(rhs_dims)}")
    if rhs.size == 0:
        return rhs
    above, main, below = np.moveaxis(diagonals, -2, 0)
    if dims[-1] == 1:
        _check_pivots(main, "scalar")
        return rhs / main[..., None]
    return _back_substituted(*_eliminated(above, main, below, rhs, partial_pivoting))


def _eliminated(above, main, below, rhs, pivoting):
    """An upper triangular system, by Gauss, a row of all matrices at a time.

    Returns its diagonal, the two diagonals above it (exchanging rows fills the second), and the
    right-hand sides.
    """
    u0, u1, y = main.copy(), above.copy(), rhs.copy()
    u2 = np.zeros_like(above)
    side = main.shape[-1]
    u1[..., -1] = 0
    for i in range(side - 1):
        row = [below[..., i + 1], u0[..., i + 1].copy(), u1[..., i + 1].copy()]
        values = y[..., i + 1, :].copy()
        if pivoting:
            swap = np.abs(u0[..., i]) < np.abs(row[0])
            for array, k in ((u0, 0), (u1, 1), (u2, 2)):
                kept = array[..., i].copy()
                array[..., i] = np.where(swap, row[k], kept)
                row[k] = np.where(swap, kept, row[k])
            kept = y[..., i, :].copy()
            y[..., i, :] = np.where(swap[..., None], values, kept)
            values = np.where(swap[..., None], kept, values)
        _check_pivots(u0[..., i], pivoting)
        factor = row[0] / u0[..., i]
        u0[..., i + 1] = row[1] - factor * u1[..., i]
        u1[..., i + 1] = row[2] - factor * u2[..., i]
        y[..., i + 1, :] = values - factor[..., None] * y[..., i, :]
    _check_pivots(u0[..., -1], pivoting)
    return u0, u1, u2, y


def _back_substituted(u0, u1, u2, y):
    """The solution of the upper triangular system, in the place of ``y``."""
    side = u0.shape[-1]
    for i in reversed(range(side)):
        for diagonal, k in ((u1, i + 1), (u2, i + 2)):
            if k < side:
                y[..., i, :] -= diagonal[..., i, None] * y[..., k, :]
        y[..., i, :] /= u0[..., i, None]
    return y


@TridiagonalSolve.gradient
def _(op, grad):
    """As of MatrixSolve: ``-grad_rhs @ adjoint(x)``, of which the three diagonals only."""
    diagonals, x = op.inputs[0], op.outputs[0]
    transposed = _transposed_diagonals(diagonals)
    grad_rhs = TridiagonalSolve(transposed, grad,
                                partial_pivoting=op._attrs["partial_pivoting"])
    return -_diagonals_of_product(grad_rhs, x), grad_rhs


def _paddings(zeros, last_rows):
    """Paddings of a tensor whose rank is known when run only: 0 but for its last axes."""
    return array_ops.concat((zeros, constant(last_rows)), axis=0)


def _transposed_diagonals(diagonals):
    main = diagonals[..., 1, :]
    if diagonals.shape.is_fully_defined():
        zeros = array_ops.zeros(list(diagonals.shape[:-2]) + [1], dtype=diagonals.dtype)
        above = array_ops.concat((diagonals[..., 2, 1:], zeros), axis=-1)
        below = array_ops.concat((zeros, diagonals[..., 0, :-1]), axis=-1)
    else:
        rank = array_ops.rank(diagonals)
        zeros = array_ops.zeros((rank - 2, 2), dtype=dtypes.int32)
        padding = _paddings(zeros, [[0, 1]])
        above = array_ops.pad(diagonals[..., 2, 1:], padding)
        padding = _paddings(zeros, [[1, 0]])
        below = array_ops.pad(diagonals[..., 0, :-1], padding)
    return array_ops.stack([above, main, below], axis=-2)


def _diagonals_of_product(x, y):
    """The three diagonals of ``x @ transpose(y)``."""
    main = math_ops.reduce_sum(x * y, axis=-1)
    if y.shape.is_fully_defined():
        zeros = array_ops.zeros(list(x.shape[:-2]) + [1, x.shape[-1]], dtype=x.dtype)
        above = math_ops.reduce_sum(
            x * array_ops.concat((y[..., 1:, :], zeros), axis=-2), axis=-1)
        below = math_ops.reduce_sum(
            x * array_ops.concat((zeros, y[..., :-1, :]), axis=-2), axis=-1)
    else:
        rank = array_ops.rank(y)
        zeros = array_ops.zeros((rank - 2, 2), dtype=dtypes.int32)
        up = _paddings(zeros, [[0, 1], [0, 0]])
        above = math_ops.reduce_sum(x * array_ops.pad(y[..., 1:, :], up), axis=-1)
        down = _paddings(zeros, [[1, 0], [0, 0]])
        below = math_ops.reduce_sum(x * array_ops.pad(y[..., :-1, :], down), axis=-1)
    return array_ops.stack([above, main, below], axis=-2)


# ---- tridiagonal_matmul ----


def tridiagonal_matmul(diagonals, rhs, diagonals_format="compact", name=None):
    """``matrix @ rhs`` for tridiagonal matrices (TF op: TridiagonalMatMul).

    Args:
      diagonals: as for ``tridiagonal_solve``, but a 'sequence' of tensors of shape [..., M] only.
      rhs: a tensor of shape [..., M, K].

    Returns:
      A tensor of the shape and dtype of ``rhs``.

    Raises:
      ValueError: an unknown format, or shapes that do not fit.
    """
    if diagonals_format == "compact":
        parts = [diagonals[..., i, :] for i in range(3)]
    elif diagonals_format == "sequence":
        above, main, below = diagonals
        parts = [above, main, below]
    elif diagonals_format == "matrix":
        parts = _parts_of_matrix(diagonals)
    else:
        raise _unrecognized(diagonals_format)
    parts = [array_ops.expand_dims(part, -2) for part in parts]
    return TridiagonalMatMul(*parts, rhs, name=name)


def _parts_of_matrix(matrix):
    side = _side_of_matrix(matrix, both_known=True)
    main = array_ops.matrix_diag_part(matrix)
    transposed = array_ops.transpose(matrix)
    unused = [0, 0]
    above = _gathered(transposed, [[i + 1, i] for i in range(side - 1)] + [unused])
    below = _gathered(transposed, [unused] + [[i - 1, i] for i in range(1, side)])
    return [above, main, below]


TridiagonalMatMul = op("TridiagonalMatMul(superdiag: T, maindiag: T, subdiag: T, rhs: T; T)"
                       " -> (output: T)", T=_FLOATING)


@TridiagonalMatMul.shape
def _(superdiag, maindiag, subdiag, rhs):
    above, main, below, b = (with_rank_at_least(part.shape, 2)
                             for part in (superdiag, maindiag, subdiag, rhs))
    if None in (above._dims, main._dims, below._dims, b._dims):
        return b
    diagonal = merge_shapes(below, merge_shapes(above, main))._dims
    with_value(diagonal[-2], 1)
    merge_shapes(shape_of(diagonal[:-2]), shape_of(b._dims[:-2]))
    merge_dims(diagonal[-1], b._dims[-2])
    return b


@TridiagonalMatMul.kernel
def _(superdiag, maindiag, subdiag, rhs):
    expected = rhs.shape[:-2] + (1,) + rhs.shape[-2:-1]
    for name, part in (("superdiag", superdiag), ("maindiag", maindiag), ("subdiag", subdiag)):
        if part.shape != expected or rhs.ndim < 2:
            raise errors.InvalidArgumentError(
                None, None, f"Expected {name} of shape [..., 1, M] and rhs of shape [..., M, K], "
                f"got {list_text(part.shape)} and {list_text(rhs.shape)}")
    above, main, below = (np.swapaxes(part, -1, -2) for part in (superdiag, maindiag, subdiag))
    result = main * rhs
    result[..., :-1, :] += above[..., :-1, :] * rhs[..., 1:, :]
    result[..., 1:, :] += below[..., 1:, :] * rhs[..., :-1, :]
    return result


@TridiagonalMatMul.gradient
def _(op, grad):
    above, main, below = (array_ops.matrix_transpose(part, conjugate=True)
                          for part in op.inputs[:3])
    rhs = math_ops.conj(op.inputs[3])
    grads = [math_ops.reduce_sum(_shifted(rhs, up=True) * grad, axis=-1),
             math_ops.reduce_sum(rhs * grad, axis=-1),
             math_ops.reduce_sum(_shifted(rhs, up=False) * grad, axis=-1)]
    grad_rhs = _shifted(above * grad, up=False) + main * grad + _shifted(below * grad, up=True)
    return [*(array_ops.expand_dims(part, -2) for part in grads), grad_rhs]


def _shifted(x, up):
    """The rows of matrices moved up or down by one; a row of zeros comes in."""
    rank = array_ops.rank(x)
    zeros = array_ops.zeros((rank - 2, 2), dtype=dtypes.int32)
    padding = _paddings(zeros, [[0, 1], [0, 0]] if up else [[1, 0], [0, 0]])
    return array_ops.pad(x[..., 1:, :] if up else x[..., :-1, :], padding)
