"""Lower triangular matrices."""

from minitf.framework.graph import name_scope
from minitf.linear_operators import broadcasting
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, linalg_ops, math_ops


class LinearOperatorLowerTriangular(LinearOperator):
    """A square lower triangular matrix: solving takes O(N^2) a vector, the determinant O(N).

    Args:
      tril: a tensor or variable of shape [..., N, N]; what is above the diagonal is not read.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names.

    Raises:
      ValueError: ``tril`` has fewer than two dimensions, or ``is_square`` is False.
    """

    def __init__(self, tril, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None,
                 name="LinearOperatorLowerTriangular"):
        if is_square is False:
            raise ValueError("Only square lower triangular operators supported at this time.")
        with name_scope(name, values=[tril]):
            self._tril = broadcasting.tensor_or_variable(tril, name="tril")
            if self._tril.shape.ndims is not None and self._tril.shape.ndims < 2:
                raise ValueError("Argument tril must have at least 2 dimensions.  "
                                 f"Found: {self._tril}")
            super().__init__(
                self._tril.dtype, graph_parents=[self._tril], is_non_singular=is_non_singular,
                is_self_adjoint=is_self_adjoint, is_positive_definite=is_positive_definite,
                is_square=True, name=name)

    def _triangle(self):
        return array_ops.matrix_band_part(self._tril, -1, 0)

    def _diagonal(self):
        return array_ops.matrix_diag_part(self._tril)

    def _shape(self):
        return self._tril.shape

    def _shape_tensor(self):
        return array_ops.shape(self._tril)

    def _assert_non_singular(self):
        return broadcasting.assert_no_zeros(
            self._diagonal(), message="Singular operator:  Diagonal contained zero values.")

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return math_ops.matmul(self._triangle(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _determinant(self):
        return math_ops.reduce_prod(self._diagonal(), axis=[-1])

    def _log_abs_determinant(self):
        return math_ops.reduce_sum(math_ops.log(math_ops.abs(self._diagonal())), axis=[-1])

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        rhs = linalg_ops.adjoint(rhs) if adjoint_arg else rhs
        return broadcasting.matrix_triangular_solve(self._triangle(), rhs, lower=True,
                                                    adjoint=adjoint)

    def _to_dense(self):
        return self._triangle()
