"""tf.linalg: matrices and their decompositions."""
# ruff: noqa: A004, F401 - a namespace; some of TensorFlow's names are Python's too

from minitf.ops.array_diag_ops import (
    diag as tensor_diag, diag_part as tensor_diag_part, eye, matrix_band_part as band_part,
    matrix_diag as diag, matrix_diag_part as diag_part, matrix_set_diag as set_diag)
from minitf.ops.array_move_ops import matrix_transpose, matrix_transpose as transpose
from minitf.ops.decomposition_ops import (
    lu, matrix_logarithm as logm, matrix_square_root as sqrtm, qr, self_adjoint_eig as eigh,
    self_adjoint_eigvals as eigvalsh, svd)
from minitf.ops.einsum_ops import einsum, tensordot
from minitf.ops.clip_ops import global_norm
from minitf.ops.linalg_expm_ops import expm
from minitf.ops.linalg_ops import (
    adjoint, cholesky, cholesky_solve, logdet, matrix_determinant as det, matrix_inverse as
    inv, matrix_solve as solve, matrix_solve_ls as lstsq, matrix_triangular_solve as
    triangular_solve, norm, normalize, slogdet)
from minitf.ops.linalg_rank_ops import matrix_rank, pinv
from minitf.ops.linalg_tridiagonal_ops import tridiagonal_matmul, tridiagonal_solve
from minitf.ops.matmul_ops import cross, matmul, matvec, trace
from minitf.ops.moments_ops import l2_normalize

# Operators are classes of many files, loaded when one is first used.
_OPERATORS = frozenset("LinearOperator" + kind for kind in [
    "", "Adjoint", "BlockDiag", "Circulant", "Circulant2D", "Circulant3D", "Composition", "Diag",
    "FullMatrix", "Householder", "Identity", "Inversion", "Kronecker", "LowRankUpdate",
    "LowerTriangular", "ScaledIdentity", "Toeplitz", "Zeros"])


def __getattr__(name):
    if name in _OPERATORS:
        from minitf import linear_operators

        return getattr(linear_operators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_OPERATORS})
