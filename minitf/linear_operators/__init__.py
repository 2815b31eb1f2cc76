"""tf.linalg.LinearOperator and its subclasses: matrices known by their structure.

``operator`` holds the base class, ``algebra`` what two operators make, and each other module one
structure (``sized``, ``several`` and ``broadcasting``: what some of them share).
"""

from minitf.linear_operators.adjoint import LinearOperatorAdjoint
from minitf.linear_operators.block_diag import LinearOperatorBlockDiag
from minitf.linear_operators.circulant import (
    LinearOperatorCirculant, LinearOperatorCirculant2D, LinearOperatorCirculant3D)
from minitf.linear_operators.composition import LinearOperatorComposition
from minitf.linear_operators.diag import LinearOperatorDiag
from minitf.linear_operators.full_matrix import LinearOperatorFullMatrix
from minitf.linear_operators.householder import LinearOperatorHouseholder
from minitf.linear_operators.identity import LinearOperatorIdentity, LinearOperatorScaledIdentity
from minitf.linear_operators.inversion import LinearOperatorInversion
from minitf.linear_operators.kronecker import LinearOperatorKronecker
from minitf.linear_operators.low_rank_update import LinearOperatorLowRankUpdate
from minitf.linear_operators.lower_triangular import LinearOperatorLowerTriangular
from minitf.linear_operators.operator import LinearOperator
from minitf.linear_operators.toeplitz import LinearOperatorToeplitz
from minitf.linear_operators.zeros import LinearOperatorZeros

# What the operators do together, and under tf.linalg's functions, needs their classes.
from minitf.linear_operators import algebra  # noqa: F401 isort:skip

__all__ = [name for name in dir() if name.startswith("LinearOperator")]
