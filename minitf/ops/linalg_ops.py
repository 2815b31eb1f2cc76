"""Linear algebra: solving, inverting, determinants, norms. All take batches of matrices.

The kernels are NumPy's (LAPACK), which take batches too. Decompositions are in
``decomposition_ops``.
"""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.dispatch import dispatched
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import (
    array_ops, control_flow_ops, decomposition_ops, functional_ops, math_ops)
from minitf.ops.arguments import check_scalar, renamed_argument
from minitf.ops.common_shapes import (
    UNKNOWN,
    merge_dims,
    merge_shapes,
    with_rank,
    with_rank_at_least,
)

_FLOATING = "double float half complex64 complex128"
_DETERMINED = "half float double complex64 complex128"

# ---- what kernels and shape rules share ----


def adjoint_of(array):
    """The conjugate transpose of (batches of) matrices."""
    return np.conj(np.swapaxes(array, -1, -2))


def check_matrix(array):
    """Raises InvalidArgumentError unless there are two dimensions or more."""
    if np.ndim(array) < 2:
        raise errors.InvalidArgumentError(
            None, None, f"Input tensor 0 must have rank >= 2, got {np.ndim(array)}")


def check_square(array):
    """Raises InvalidArgumentError unless the last two dimensions are equal."""
    check_matrix(array)
    if array.shape[-1] != array.shape[-2]:
        raise errors.InvalidArgumentError(None, None, "Input matrix must be square.")


def square_shape(shape):
    """``shape``, with the last two dimensions known to be equal.

    Raises:
      ValueError: they are not, or there are fewer than two.
    """
    dims = with_rank_at_least(shape, 2)._dims
    if dims is None:
        return UNKNOWN
    side = merge_dims(dims[-2], dims[-1])
    return TensorShape._from_tuple((*dims[:-2], side, side))


def _square_rule(input):
    return square_shape(input.shape)


def _determinant_shape(input):
    dims = with_rank_at_least(input.shape, 2)._dims
    if dims is None:
        return UNKNOWN
    merge_dims(dims[-1], dims[-2])
    return TensorShape._from_tuple(dims[:-2])


def _solution_shape(matrix, rhs, square):
    """The shape of ``x`` in ``matrix @ x = rhs``."""
    a, b = with_rank_at_least(matrix.shape, 2)._dims, with_rank_at_least(rhs.shape, 2)._dims
    batch = merge_shapes(*(UNKNOWN if dims is None else TensorShape(dims[:-2]) for dims in (a, b)))
    (m, n), (k, cols) = ((None, None) if dims is None else dims[-2:] for dims in (a, b))
    if square:
        m = n = merge_dims(m, n)
    m = merge_dims(m, k)
    if batch._dims is None:
        return UNKNOWN
    return TensorShape._from_tuple((*batch._dims, m if square else n, cols))


# ---- adjoint ----


@dispatched
def adjoint(matrix, name=None):
    """The conjugate transpose of (batches of) matrices."""
    with name_scope(name, "adjoint", [matrix]):
        matrix = convert_to_tensor(matrix, name="matrix")
        return array_ops.matrix_transpose(matrix, conjugate=True)


# ---- Cholesky ----


@dispatched
def cholesky(input, name=None):
    """The lower triangular ``l`` with ``l @ adjoint(l) = input`` (TF op: Cholesky).

    Only the lower triangle of ``input``, positive definite, is read.

    Raises:
      InvalidArgumentError, when run: the matrix is not positive definite.
    """
    return Cholesky(input, name=name)


Cholesky = op("Cholesky(input: T) -> (output: T)", T=_FLOATING)
Cholesky.shape(_square_rule)


@Cholesky.kernel
def _(input):
    check_square(input)
    try:
        return np.linalg.cholesky(input)
    except np.linalg.LinAlgError:
        raise errors.InvalidArgumentError(
            None, None, "Cholesky decomposition was not successful. The input might not be valid."
        ) from None


@Cholesky.gradient
def _(op, grad):
    """Murray 2016, "Differentiation of the Cholesky decomposition"."""
    chol = op.outputs[0]
    num_rows = array_ops.shape(chol)[-1]
    batch_shape = array_ops.shape(chol)[:-2]
    identity = array_ops.eye(num_rows, batch_shape=batch_shape, dtype=chol.dtype)
    inverse = matrix_triangular_solve(chol, identity)
    middle = math_ops.matmul(chol, grad, adjoint_a=True)
    middle = array_ops.matrix_set_diag(middle, 0.5 * array_ops.matrix_diag_part(middle))
    middle = array_ops.matrix_band_part(middle, -1, 0)
    grad_a = math_ops.matmul(math_ops.matmul(inverse, middle, adjoint_a=True), inverse)
    grad_a += adjoint(grad_a)
    return grad_a * 0.5


def cholesky_solve(chol, rhs, name=None):
    """``x`` in ``a @ x = rhs``, given ``chol = cholesky(a)``."""
    with name_scope(name, "cholesky_solve", [chol, rhs]):
        y = matrix_triangular_solve(chol, rhs, adjoint=False, lower=True)
        return matrix_triangular_solve(chol, y, adjoint=True, lower=True)


@dispatched
def logdet(matrix, name=None):
    """The logarithm of the determinant of positive definite matrices, by Cholesky."""
    with name_scope(name, "logdet", [matrix]):
        diagonal = array_ops.matrix_diag_part(cholesky(matrix))
        return 2.0 * math_ops.reduce_sum(math_ops.log(math_ops.real(diagonal)), axis=[-1])


# ---- MatrixInverse ----


@dispatched
def matrix_inverse(input, adjoint=False, name=None):
    """The inverse of (batches of) matrices, or of their adjoints (TF op: MatrixInverse).

    Raises:
      InvalidArgumentError, when run: a matrix has no inverse.
    """
    return MatrixInverse(input, adjoint=adjoint, name=name)


MatrixInverse = op("MatrixInverse(input: T; adjoint: bool = False, T) -> (output: T)", T=_FLOATING)
MatrixInverse.shape(_square_rule)


@MatrixInverse.kernel
def _(input, adjoint):
    check_square(input)
    try:
        return np.linalg.inv(adjoint_of(input) if adjoint else input)
    except np.linalg.LinAlgError:
        raise errors.InvalidArgumentError(None, None, "Input is not invertible.") from None


@MatrixInverse.gradient
def _(op, grad):
    inverse = op.outputs[0]
    inner = math_ops.matmul(grad, inverse, adjoint_b=True)
    return -math_ops.matmul(inverse, inner, adjoint_a=True)


# ---- MatrixDeterminant, LogMatrixDeterminant ----


@dispatched
def matrix_determinant(input, name=None):
    """The determinant of (batches of) matrices (TF op: MatrixDeterminant)."""
    return MatrixDeterminant(input, name=name)


def log_matrix_determinant(input, name=None):
    """The sign of the determinant and the logarithm of its size (TF op: LogMatrixDeterminant)."""
    return LogMatrixDeterminant(input, name=name)


slogdet = log_matrix_determinant

MatrixDeterminant = op("MatrixDeterminant(input: T) -> (output: T)", T=_DETERMINED)
MatrixDeterminant.shape(_determinant_shape)


@MatrixDeterminant.kernel
def _(input):
    check_square(input)
    return np.linalg.det(input)


@MatrixDeterminant.gradient
def _(op, grad):
    a, c = op.inputs[0], op.outputs[0]
    a_adj_inv = matrix_inverse(a, adjoint=True)
    return _per_matrix(grad * c, c) * a_adj_inv


def _per_matrix(values, determinants):
    """One number a matrix, shaped to scale the matrices."""
    shape = array_ops.concat([array_ops.shape(determinants), [1, 1]], 0)
    return array_ops.reshape(values, shape)


LogMatrixDeterminant = op("LogMatrixDeterminant(input: T) -> (sign: T, log_abs_determinant: T)",
                          T=_DETERMINED)


@LogMatrixDeterminant.shape
def _(input):
    shape = _determinant_shape(input)
    return [shape, shape]


@LogMatrixDeterminant.kernel
def _(input):
    check_square(input)
    sign, log_size = np.linalg.slogdet(input)
    return sign, np.asarray(log_size).astype(input.dtype)


@LogMatrixDeterminant.gradient
def _(op, _, grad):
    a_adj_inv = matrix_inverse(op.inputs[0], adjoint=True)
    return _per_matrix(grad, op.outputs[1]) * a_adj_inv


# ---- MatrixSolve ----


@dispatched
def matrix_solve(matrix, rhs, adjoint=False, name=None):
    """``x`` in ``matrix @ x = rhs`` (TF op: MatrixSolve).

    Args:
      matrix: tensor of shape [..., M, M].
      rhs: tensor of shape [..., M, K].
      adjoint: solve with the adjoint of ``matrix``.

    Raises:
      InvalidArgumentError, when run: a matrix is singular.
    """
    return MatrixSolve(matrix, rhs, adjoint=adjoint, name=name)


MatrixSolve = op("MatrixSolve(matrix: T, rhs: T; adjoint: bool = False, T) -> (output: T)",
                 T=_FLOATING)


@MatrixSolve.shape
def _(matrix, rhs):
    return _solution_shape(matrix, rhs, square=True)


def _solved(matrix, rhs):
    check_square(matrix)
    try:
        return np.linalg.solve(matrix, rhs)
    except np.linalg.LinAlgError:
        raise errors.InvalidArgumentError(None, None, "Input matrix is not invertible.") from None


@MatrixSolve.kernel
def _(matrix, rhs, adjoint):
    return _solved(adjoint_of(matrix) if adjoint else matrix, rhs)


def _gradient_of_matrix(x, grad_rhs, adjoint):
    """The gradient of the matrix from the solution and the gradient of the right-hand side."""
    if adjoint:
        return -math_ops.matmul(x, grad_rhs, adjoint_b=True)
    return -math_ops.matmul(grad_rhs, x, adjoint_b=True)


@MatrixSolve.gradient
def _(op, grad):
    adjoint = op._attrs["adjoint"]
    grad_b = matrix_solve(op.inputs[0], grad, adjoint=not adjoint)
    return _gradient_of_matrix(op.outputs[0], grad_b, adjoint), grad_b


# ---- MatrixTriangularSolve ----


def matrix_triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """``x`` in ``matrix @ x = rhs`` for triangular matrices (TF op: MatrixTriangularSolve).

    Args:
      lower: the lower triangle of ``matrix`` is read, else the upper one.
      adjoint: solve with the adjoint of ``matrix``.

    Raises:
      InvalidArgumentError, when run: a matrix is singular.
    """
    return MatrixTriangularSolve(matrix, rhs, lower=lower, adjoint=adjoint, name=name)


MatrixTriangularSolve = op(
    "MatrixTriangularSolve(matrix: T, rhs: T; lower: bool = True, adjoint: bool = False, T)"
    " -> (output: T)", T=_FLOATING)


@MatrixTriangularSolve.shape
def _(matrix, rhs):
    return _solution_shape(matrix, rhs, square=True)


@MatrixTriangularSolve.kernel
def _(matrix, rhs, lower, adjoint):
    check_matrix(matrix)
    triangle = np.tril(matrix) if lower else np.triu(matrix)
    return _solved(adjoint_of(triangle) if adjoint else triangle, rhs)


@MatrixTriangularSolve.gradient
def _(op, grad):
    adjoint, lower = op._attrs["adjoint"], op._attrs["lower"]
    grad_b = matrix_triangular_solve(op.inputs[0], grad, lower=lower, adjoint=not adjoint)
    grad_a = _gradient_of_matrix(op.outputs[0], grad_b, adjoint)
    band = (-1, 0) if lower else (0, -1)
    return array_ops.matrix_band_part(grad_a, *band), grad_b


# ---- MatrixSolveLs ----


def matrix_solve_ls(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    """``x`` that minimizes ``|matrix @ x - rhs|**2 + l2_regularizer * |x|**2`` (TF: MatrixSolveLs).

    Args:
      matrix: tensor of shape [..., M, N].
      rhs: tensor of shape [..., M, K].
      l2_regularizer: a number, not negative.
      fast: by Cholesky of the normal equations, for well conditioned matrices; else by an
        orthogonal decomposition, without regularizer.

    Raises:
      NotImplementedError: complex128 with a regularizer.
    """
    matrix = convert_to_tensor(matrix, name="matrix")
    if matrix.dtype == dtypes.complex128 and l2_regularizer != 0:
        raise NotImplementedError("matrix_solve_ls is currently disabled for complex128 and "
                                  "l2_regularizer != 0 due to poor accuracy.")
    if not fast or _is_large_batch(matrix):
        return MatrixSolveLs(matrix, rhs, l2_regularizer, fast=fast, name=name)

    def overdetermined():
        chol = _regularized_cholesky(matrix, l2_regularizer, first_kind=True)
        return cholesky_solve(chol, math_ops.matmul(matrix, rhs, adjoint_a=True))

    def underdetermined():
        chol = _regularized_cholesky(matrix, l2_regularizer, first_kind=False)
        return math_ops.matmul(matrix, cholesky_solve(chol, rhs), adjoint_a=True)

    with name_scope(name, "matrix_solve_ls", [matrix, rhs, l2_regularizer]):
        return _by_shape(matrix, overdetermined, underdetermined)


def _is_large_batch(matrix):
    """True when TensorFlow uses one op for the whole batch instead of several."""
    shape = matrix.shape
    if not shape.is_fully_defined():
        return False
    return (shape.num_elements() * matrix.dtype.size > 256000
            and TensorShape(shape._dims[:-2]).num_elements() > min(shape._dims[-2:]))


def _by_shape(matrix, overdetermined, underdetermined):
    """Calls the function for matrices with at least as many rows as columns, or the other one.

    A matrix of unknown shape gets both, in the branches of a ``cond``.
    """
    dims = matrix.shape._dims
    rows, cols = (None, None) if dims is None else dims[-2:]
    if rows is not None and cols is not None:
        return overdetermined() if rows >= cols else underdetermined()
    shape = array_ops.shape(matrix)[-2:]
    return control_flow_ops.cond(shape[-2] >= shape[-1], overdetermined, underdetermined)


def _regularized_cholesky(matrix, l2_regularizer, first_kind):
    """Cholesky's factor of ``a^H a + l2 * 1``, or of ``a a^H + l2 * 1``."""
    gramian = math_ops.matmul(matrix, matrix, adjoint_a=first_kind, adjoint_b=not first_kind)
    if isinstance(l2_regularizer, Tensor) or l2_regularizer != 0:
        matrix_shape = array_ops.shape(matrix)
        batch_shape = matrix_shape[:-2]
        side = matrix_shape[-1] if first_kind else matrix_shape[-2]
        identity = array_ops.eye(side, batch_shape=batch_shape, dtype=matrix.dtype)
        static_side = matrix.shape[-1 if first_kind else -2]
        identity.set_shape(matrix.shape[:-2].concatenate([static_side, static_side]))
        gramian += l2_regularizer * identity
    return cholesky(gramian)


MatrixSolveLs = op("MatrixSolveLs(matrix: T, rhs: T, l2_regularizer: double; T, fast: bool = True)"
                   " -> (output: T)", T=_FLOATING)


@MatrixSolveLs.shape
def _(matrix, rhs, l2_regularizer):
    with_rank(l2_regularizer.shape, 0)
    return _solution_shape(matrix, rhs, square=False)


@MatrixSolveLs.kernel
def _(matrix, rhs, l2_regularizer, fast):
    check_scalar(l2_regularizer, "l2_regularizer must be scalar, got shape")
    check_matrix(matrix)
    if np.ndim(rhs) != np.ndim(matrix):
        raise ValueError("All input tensors must have the same rank.")
    if not fast:
        return np.matmul(np.linalg.pinv(matrix), rhs)
    transposed = adjoint_of(matrix)
    rows, cols = matrix.shape[-2:]
    ridge = matrix.dtype.type(l2_regularizer) * np.eye(min(rows, cols), dtype=matrix.dtype)
    if rows >= cols:
        return _solved(np.matmul(transposed, matrix) + ridge, np.matmul(transposed, rhs))
    return np.matmul(transposed, _solved(np.matmul(matrix, transposed) + ridge, rhs))


@MatrixSolveLs.gradient
def _(op, grad):
    """Golub and Pereyra 1973, for matrices of full rank."""
    if not op._attrs["fast"]:
        raise ValueError("Gradient not defined for fast=False")
    return _by_shape(op.inputs[0], lambda: _overdetermined_gradient(op, grad),
                     lambda: _underdetermined_gradient(op, grad))


def _overdetermined_gradient(op, grad):
    a, b = op.inputs[:2]
    x = op.outputs[0]
    l2_regularizer = math_ops.cast(op.inputs[2], a.dtype.base_dtype)
    chol = _regularized_cholesky(a, l2_regularizer, first_kind=True)
    z = cholesky_solve(chol, grad)
    xzt = math_ops.matmul(x, z, adjoint_b=True)
    zx_sym = xzt + array_ops.matrix_transpose(xzt)
    grad_a = -math_ops.matmul(a, zx_sym) + math_ops.matmul(b, z, adjoint_b=True)
    return grad_a, math_ops.matmul(a, z), None


def _underdetermined_gradient(op, grad):
    a, b = op.inputs[:2]
    l2_regularizer = math_ops.cast(op.inputs[2], a.dtype.base_dtype)
    chol = _regularized_cholesky(a, l2_regularizer, first_kind=False)
    grad_b = cholesky_solve(chol, math_ops.matmul(a, grad))
    tmp = cholesky_solve(chol, b)
    a1 = math_ops.matmul(tmp, a, adjoint_a=True)
    a1 = -math_ops.matmul(grad_b, a1)
    a2 = grad - math_ops.matmul(a, grad_b, adjoint_a=True)
    a2 = math_ops.matmul(tmp, a2, adjoint_b=True)
    return a1 + a2, grad_b, None


# ---- norm ----


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None, keep_dims=None):
    """The norm of vectors or matrices along axes.

    Args:
      tensor: a numeric tensor.
      ord: 'euclidean', 1, np.inf or a positive number for vectors; 'euclidean' or 'fro', 1, 2 (the
        largest singular value) or np.inf for matrices.
      axis: None for all elements as one vector, an int for vectors, a pair of ints for matrices.
      keepdims: keep the axes, with length 1.  keep_dims: its old name.

    Raises:
      ValueError: ``axis`` or ``ord`` is none of these.
    """
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    is_matrix_norm = isinstance(axis, (tuple, list)) and len(axis) == 2
    if is_matrix_norm:
        axis = tuple(axis)
        _check_matrix_norm(axis, ord)
    else:
        _check_vector_norm(axis, ord)
        axis = None if axis is None else (axis,)
    with name_scope(name, "norm", [tensor]):
        tensor = convert_to_tensor(tensor)
        if is_matrix_norm and ord == 2:
            result = _largest_singular_values(tensor, axis)
        elif ord in ("fro", "euclidean") or ord == 2:
            squares = tensor * math_ops.conj(tensor)
            result = math_ops.sqrt(math_ops.reduce_sum(squares, axis, keepdims=True))
        else:
            result = _norm_of_sizes(math_ops.abs(tensor), ord, axis, is_matrix_norm)
        return result if keepdims else array_ops.squeeze(result, axis)


def _largest_singular_values(tensor, axis):
    """Of the matrices over two axes, which are moved to the end and, of length 1, back again."""
    rank = array_ops.rank(tensor)
    axis = functional_ops.map_fn(
        lambda i: control_flow_ops.cond(i >= 0, lambda: i, lambda: i + rank),
        convert_to_tensor(axis))
    axes = math_ops.range(rank)
    order = array_ops.concat([array_ops.setdiff1d(axes, axis)[0], axis], axis=0)
    order_back = functional_ops.map_fn(
        lambda i: math_ops.cast(
            array_ops.squeeze(array_ops.where_v2(math_ops.equal(order, i))), dtypes.int32), axes)
    matrices = array_ops.transpose(tensor, perm=order)
    singular_values = decomposition_ops.Svd(matrices, compute_uv=False)[0]
    largest = math_ops.reduce_max(math_ops.abs(singular_values), axis=-1, keepdims=True)
    return array_ops.transpose(array_ops.expand_dims(largest, axis=-1), perm=order_back)


def _norm_of_sizes(sizes, ord, axis, is_matrix_norm):
    if ord == 1:
        result = math_ops.reduce_sum(sizes, None if axis is None else axis[0], keepdims=True)
        return math_ops.reduce_max(result, axis[-1], keepdims=True) if is_matrix_norm else result
    if ord == np.inf:
        if is_matrix_norm:
            sizes = math_ops.reduce_sum(sizes, axis[1], keepdims=True)
        return math_ops.reduce_max(sizes, None if axis is None else axis[0], keepdims=True)
    powers = math_ops.reduce_sum(math_ops.pow(sizes, ord), axis, keepdims=True)
    return math_ops.pow(powers, 1.0 / ord)


def _check_matrix_norm(axis, ord):
    if not (isinstance(axis[0], int) and isinstance(axis[1], int)) or axis[0] == axis[1]:
        raise ValueError("'axis' must be None, an integer, or a tuple of 2 unique integers")
    supported = ["euclidean", "fro", 1, 2, np.inf]
    if ord not in supported:
        raise ValueError(f"'ord' must be a supported matrix norm in {supported}, got {ord}")


def _check_vector_norm(axis, ord):
    if not (axis is None or isinstance(axis, int)):
        raise ValueError("'axis' must be None, an integer, or a tuple of 2 unique integers")
    if ord != "euclidean" and (not np.isreal(ord) or isinstance(ord, str) or ord <= 0):
        raise ValueError(f"'ord' must be a supported vector norm, got {ord}")


def normalize(tensor, ord="euclidean", axis=None, name=None):
    """``tensor`` divided by its norm along axes, and that norm.

    Args:
      tensor, ord, axis: as for ``norm``.

    Returns:
      Two tensors: the quotient, and the norm, whose reduced axes have length 1.
    """
    with name_scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        size = norm(tensor, ord, axis, keepdims=True)
        size = math_ops.cast(size, tensor.dtype)
        return tensor / size, size
