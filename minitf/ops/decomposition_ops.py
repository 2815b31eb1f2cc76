"""Decompositions of (batches of) matrices: eigenvectors, singular values, QR, LU; matrix functions.

Vectors of a decomposition are determined up to their signs only: those of LAPACK, which NumPy uses,
may differ from TensorFlow's.
"""

import importlib

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.graph import control_dependencies
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, linalg_ops, math_ops
from minitf.ops.common_shapes import UNKNOWN, with_rank_at_least
from minitf.ops.linalg_ops import adjoint, check_square, square_shape
from minitf.ops.type_lists import INDICES

_FLOATING = "double float half complex64 complex128"
_NO_VECTORS = TensorShape([0])

# ---- SelfAdjointEigV2 ----


def self_adjoint_eig(tensor, name=None):
    """Eigenvalues, rising, and eigenvectors of self-adjoint matrices (TF op: SelfAdjointEigV2).

    ``tensor @ v[..., :, i] = e[..., i] * v[..., :, i]``; only the lower triangle is read.

    Returns:
      ``e`` of shape [..., N] and ``v`` of shape [..., N, N].
    """
    e, v = SelfAdjointEigV2(tensor, compute_v=True, name=name)
    return e, v


def self_adjoint_eigvals(tensor, name=None):
    """The eigenvalues of self-adjoint matrices, rising (TF op: SelfAdjointEigV2)."""
    e, _ = SelfAdjointEigV2(tensor, compute_v=False, name=name)
    return e


SelfAdjointEigV2 = op("SelfAdjointEigV2(input: T; compute_v: bool = True, T) -> (e: T, v: T)",
                      T=_FLOATING)


@SelfAdjointEigV2.shape
def _(input, compute_v):
    square = square_shape(input.shape)
    values = UNKNOWN if square._dims is None else TensorShape._from_tuple(square._dims[:-1])
    return [values, square if compute_v else _NO_VECTORS]


@SelfAdjointEigV2.kernel
def _(input, compute_v):
    check_square(input)
    if not compute_v:
        return (np.linalg.eigvalsh(input, UPLO="L").astype(input.dtype),
                np.zeros(0, input.dtype))
    e, v = np.linalg.eigh(input, UPLO="L")
    return e.astype(input.dtype), v


@SelfAdjointEigV2.gradient
def _(op, grad_e, grad_v):
    """Giles 2008, "An extended collection of matrix derivative results", section 3.1."""
    e = op.outputs[0]
    with control_dependencies([grad_e, grad_v]):
        if op._attrs["compute_v"]:
            v = op.outputs[1]
            gaps = array_ops.expand_dims(e, -2) - array_ops.expand_dims(e, -1)
            f = array_ops.matrix_set_diag(math_ops.reciprocal(gaps), array_ops.zeros_like(e))
            diagonal = array_ops.matrix_diag(grad_e)
            inner = diagonal + f * math_ops.matmul(v, grad_v, adjoint_a=True)
        else:
            _, v = self_adjoint_eig(op.inputs[0])
            inner = array_ops.matrix_diag(grad_e)
        grad_a = math_ops.matmul(v, math_ops.matmul(inner, v, adjoint_b=True))
        # The forward op reads the lower triangle only.
        grad_a = array_ops.matrix_band_part(grad_a + adjoint(grad_a), -1, 0)
        return array_ops.matrix_set_diag(grad_a, 0.5 * array_ops.matrix_diag_part(grad_a))


# ---- Svd ----


def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """Singular values and vectors: ``tensor = u @ diag(s) @ adjoint(v)`` (TF op: Svd).

    Args:
      tensor: matrices of shape [..., M, N]; P is the smaller of M and N.
      full_matrices: ``u`` and ``v`` are square.
      compute_uv: return the vectors too.

    Returns:
      ``s`` [..., P], falling; with ``compute_uv`` also ``u`` [..., M, P] and ``v`` [..., N, P]
      (not its adjoint, other than NumPy).
    """
    s, u, v = Svd(tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    s = math_ops.real(s)
    return (s, u, v) if compute_uv else s


Svd = op("Svd(input: T; compute_uv: bool = True, full_matrices: bool = False, T)"
         " -> (s: T, u: T, v: T)", T=_FLOATING)


@Svd.shape
def _(input, compute_uv, full_matrices):
    dims = with_rank_at_least(input.shape, 2)._dims
    if dims is None:
        return [UNKNOWN] * 3 if compute_uv else [UNKNOWN, _NO_VECTORS, _NO_VECTORS]
    *batch, m, n = dims
    p = _smaller(m, n)
    s = TensorShape([*batch, p])
    if not compute_uv:
        return [s, _NO_VECTORS, _NO_VECTORS]
    return [s, TensorShape([*batch, m, m if full_matrices else p]),
            TensorShape([*batch, n, n if full_matrices else p])]


def _smaller(m, n):
    return None if m is None or n is None else min(m, n)


@Svd.kernel
def _(input, compute_uv, full_matrices):
    if not compute_uv:
        s = np.linalg.svd(input, compute_uv=False)
        return s.astype(input.dtype), np.zeros(0, input.dtype), np.zeros(0, input.dtype)
    u, s, vh = np.linalg.svd(input, full_matrices=full_matrices)
    return s.astype(input.dtype), u, linalg_ops.adjoint_of(vh)


@Svd.gradient
def _(op, grad_s, grad_u, grad_v):
    """Giles 2008, section 3.2, with terms for vectors beyond the smaller side."""
    a = op.inputs[0]
    shape = a.shape.with_rank_at_least(2)
    grad_s_mat = array_ops.matrix_diag(grad_s)
    if not op._attrs["compute_uv"]:
        _, u, v = svd(a, compute_uv=True)
        grad_a = math_ops.matmul(u, math_ops.matmul(grad_s_mat, v, adjoint_b=True))
        grad_a.set_shape(shape)
        return grad_a
    m, n = shape._dims[-2:] if shape._dims is not None else (None, None)
    full_matrices = op._attrs["full_matrices"]
    _check_svd_gradient(a, m, n, full_matrices)
    s, u, v = op.outputs
    if m > n:  # the adjoint problem
        u, v, grad_u, grad_v = v, u, grad_v, grad_u
    with control_dependencies([grad_s, grad_u, grad_v]):
        grad_a = _wide_svd_gradient(s, u, v, grad_s_mat, grad_u, grad_v, sorted((m, n)),
                                    full_matrices)
        if m > n:
            grad_a = array_ops.matrix_transpose(grad_a)
        grad_a.set_shape(shape)
        return grad_a


def _check_svd_gradient(a, m, n, full_matrices):
    if a.dtype.is_complex:
        raise NotImplementedError("SVD gradient is not implemented for complex types and "
                                  "compute_uv=True.")
    if m is None or n is None:
        raise NotImplementedError("SVD gradient has not been implemented for input with unknown "
                                  "inner matrix shape.")
    if full_matrices and abs(m - n) > 1:
        raise NotImplementedError("svd gradient is not implemented for abs(m - n) > 1 when "
                                  "full_matrices is True")


def _wide_svd_gradient(s, u, v, grad_s_mat, grad_u, grad_v, sides, full_matrices):
    """The gradient for matrices with no more rows (m) than columns (n)."""
    m, n = sides
    s_mat = array_ops.matrix_diag(s)
    s2 = math_ops.square(s)
    s_shape = array_ops.shape(s)
    side, batch_shape = s_shape[-1], s_shape[:-1]
    eye = array_ops.eye(side, batch_shape=batch_shape, dtype=s.dtype)
    gaps = array_ops.expand_dims(s2, -2) - array_ops.expand_dims(s2, -1) + eye
    f = array_ops.matrix_set_diag(math_ops.reciprocal(gaps), array_ops.zeros_like(s))
    s_inv_mat = array_ops.matrix_diag(math_ops.reciprocal(s))
    v1, grad_v1 = v[..., :, :m], grad_v[..., :, :m]
    f_u = math_ops.matmul(u, grad_u, adjoint_a=True)
    f_v = math_ops.matmul(v1, grad_v1, adjoint_a=True)
    f_u, f_v = f * f_u, f * f_v
    core = grad_s_mat + math_ops.matmul(f_u + adjoint(f_u), s_mat)
    core = core + math_ops.matmul(s_mat, f_v + adjoint(f_v))
    grad_a = math_ops.matmul(u, math_ops.matmul(core, v1, adjoint_b=True))
    if m == n:
        return grad_a
    grad_v1t = array_ops.matrix_transpose(grad_v1)
    grad_v1t_v1 = math_ops.matmul(grad_v1t, v1)
    rest = grad_v1t - math_ops.matmul(grad_v1t_v1, v1, adjoint_b=True)
    if full_matrices:
        v2, grad_v2 = v[..., :, m:n], grad_v[..., :, m:n]
        v1t_grad_v2 = math_ops.matmul(v1, grad_v2, adjoint_a=True)
        rest -= math_ops.matmul(v1t_grad_v2, v2, adjoint_b=True)
    u_s_inv = math_ops.matmul(u, s_inv_mat)
    return grad_a + math_ops.matmul(u_s_inv, rest)


# ---- Qr ----


def qr(input, full_matrices=False, name=None):
    """``input = q @ r`` with orthonormal columns in ``q`` and upper triangular ``r`` (TF op: Qr).

    Args:
      input: matrices of shape [..., M, N]; P is the smaller of M and N.
      full_matrices: ``q`` is [..., M, M] and ``r`` [..., M, N], else [..., M, P] and [..., P, N].
    """
    return Qr(input, full_matrices=full_matrices, name=name)


Qr = op("Qr(input: T; full_matrices: bool = False, T) -> (q: T, r: T)", T=_FLOATING)


@Qr.shape
def _(input, full_matrices):
    dims = with_rank_at_least(input.shape, 2)._dims
    if dims is None:
        return [UNKNOWN, UNKNOWN]
    *batch, m, n = dims
    p = m if full_matrices else _smaller(m, n)
    return [TensorShape([*batch, m, p]), TensorShape([*batch, p, n])]


@Qr.kernel
def _(input, full_matrices):
    return tuple(np.linalg.qr(input, mode="complete" if full_matrices else "reduced"))


@Qr.gradient
def _(op, dq, dr):
    q, r = op.outputs
    if q.dtype.is_complex:
        raise NotImplementedError(f"QrGrad not implemented for dtype: {q.dtype}")
    dims = r.shape._dims
    if dims is None or dims[-2] is None or dims[-1] is None:
        raise NotImplementedError("QrGrad not implemented with dynamic shapes.")
    if dims[-2] != dims[-1]:
        raise NotImplementedError("QrGrad not implemented when ncols > nrows or full_matrices is "
                                  "true and ncols != nrows.")
    qdq = math_ops.matmul(q, dq, adjoint_a=True)
    qdq_ = qdq - adjoint(qdq)
    rdr = math_ops.matmul(r, dr, adjoint_b=True)
    rdr_ = rdr - adjoint(rdr)
    tril = array_ops.matrix_band_part(qdq_ + rdr_, -1, 0)
    grad_a = math_ops.matmul(q, dr + _divided_by_adjoint(tril, r))
    grad_b = _divided_by_adjoint(dq - math_ops.matmul(q, qdq), r)
    return grad_a + grad_b


def _divided_by_adjoint(x, r):
    """``x @ inverse(adjoint(r))`` for an upper triangular ``r``."""
    return adjoint(linalg_ops.matrix_triangular_solve(r, adjoint(x), lower=False, adjoint=False))


# ---- Lu ----


def lu(input, output_idx_type=dtypes.int32, name=None):
    """The LU decomposition with row exchanges: ``input[p] = l @ u`` (TF op: Lu).

    Returns:
      ``lu`` with ``u`` in the upper triangle and ``l`` below it (its diagonal is 1), and the
      permutation ``p`` of the rows.

    Raises:
      InvalidArgumentError, when run: a matrix is singular.
    """
    return Lu(input, output_idx_type=output_idx_type, name=name)


Lu = op("Lu(input: T; T, output_idx_type: type = int32) -> (lu: T, p: output_idx_type)",
        T=_FLOATING, output_idx_type=INDICES)


@Lu.shape
def _(input):
    square = square_shape(input.shape)
    if square._dims is None:
        return [UNKNOWN, UNKNOWN]
    return [square, TensorShape._from_tuple(square._dims[:-1])]


@Lu.kernel
def _(input, output_idx_type):
    check_square(input)
    side = input.shape[-1]
    matrices = input.reshape(-1, side, side).copy()
    rows = np.tile(np.arange(side), (len(matrices), 1))
    every = np.arange(len(matrices))
    for k in range(side):  # one column of all matrices at a time
        pivot = k + np.argmax(np.abs(matrices[:, k:, k]), axis=1)
        for array in (matrices, rows):
            array[every, k], array[every, pivot] = (array[every, pivot].copy(),
                                                    array[every, k].copy())
        if np.any(matrices[:, k, k] == 0):
            raise errors.InvalidArgumentError(None, None, "Input is not invertible.")
        matrices[:, k + 1:, k] /= matrices[:, k, k, None]
        matrices[:, k + 1:, k + 1:] -= matrices[:, k + 1:, k, None] * matrices[:, k, None, k + 1:]
    return (matrices.reshape(input.shape),
            rows.reshape(input.shape[:-1]).astype(output_idx_type.as_numpy_dtype))


# ---- MatrixSquareRoot, MatrixLogarithm ----


def matrix_square_root(input, name=None):
    """The matrix whose square is ``input`` (TF op: MatrixSquareRoot)."""
    return MatrixSquareRoot(input, name=name)


def matrix_logarithm(input, name=None):
    """The matrix whose exponential is ``input``, a complex matrix (TF op: MatrixLogarithm)."""
    return MatrixLogarithm(input, name=name)


def _matrix_function(name, matrices):
    """``scipy.linalg.<name>`` of each matrix of a batch."""
    try:
        function = getattr(importlib.import_module("scipy.linalg"), name)
    except ImportError:
        raise ImportError(f"the matrix function {name!r} is computed by SciPy, which is not "
                          "installed: pip install scipy") from None
    check_square(matrices)
    flat = matrices.reshape(-1, *matrices.shape[-2:])
    results = np.array([function(matrix) for matrix in flat]).reshape(matrices.shape)
    if matrices.dtype.kind != "c":
        results = results.real
    return results.astype(matrices.dtype)


def _square_rule(input):
    return square_shape(input.shape)


MatrixSquareRoot = op("MatrixSquareRoot(input: T) -> (output: T)", T=_FLOATING)
MatrixLogarithm = op("MatrixLogarithm(input: T) -> (output: T)", T="complex64 complex128")
MatrixSquareRoot.shape(_square_rule)
MatrixLogarithm.shape(_square_rule)


@MatrixSquareRoot.kernel
def _(input):
    return _matrix_function("sqrtm", input)


@MatrixSquareRoot.gradient
def _(op, grad):
    """Solves ``root @ d_root + d_root @ root = d_input``, Sylvester's equation, by its vectors."""
    root = op.outputs[0]
    shape = array_ops.shape(root)
    order = shape[-1]
    count = math_ops.reduce_prod(shape[0:-2])
    identity = array_ops.reshape(array_ops.eye(order, dtype=root.dtype), [-1])
    identities = array_ops.reshape(array_ops.tile(identity, [count]), shape)
    transposed = array_ops.matrix_transpose(root)
    first = _kronecker_product(identities, transposed)
    second = _kronecker_product(root, identities)
    equations = math_ops.add(first, second)
    batch_rank = [math_ops.subtract(array_ops.size(shape), 2)]
    batch = array_ops.slice(shape, [0], batch_rank)
    vector_shape = array_ops.concat([batch, [order * order], [1]], 0)
    vectors = array_ops.reshape(array_ops.matrix_transpose(grad), vector_shape)
    solution = linalg_ops.matrix_solve(equations, vectors)
    return array_ops.matrix_transpose(array_ops.reshape(solution, shape))


def _kronecker_product(a, b):
    a_shape, b_shape = array_ops.shape(a), array_ops.shape(b)
    a_side, b_side = a_shape[-1], b_shape[-1]
    batch_rank = [math_ops.subtract(array_ops.size(a_shape), 2)]
    batch = array_ops.slice(a_shape, [0], batch_rank)
    a_spread = array_ops.concat([batch, [a_side], [1], [a_side], [1]], 0)
    b_spread = array_ops.concat([batch, [1], [b_side], [1], [b_side]], 0)
    a, b = array_ops.reshape(a, a_spread), array_ops.reshape(b, b_spread)
    side = a_side * b_side
    shape = array_ops.concat([batch, [side], [side]], 0)
    return array_ops.reshape(a * b, shape)


@MatrixLogarithm.kernel
def _(input):
    return _matrix_function("logm", input)
