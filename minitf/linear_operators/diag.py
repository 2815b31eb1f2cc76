"""Diagonal matrices."""

from minitf.framework.graph import name_scope
from minitf.linear_operators import broadcasting
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, check_ops, linalg_ops, math_ops


class LinearOperatorDiag(LinearOperator):
    """A square diagonal matrix: products, solutions and determinants take O(N) a vector.

    Args:
      diag: a tensor or variable of shape [..., N].
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names.

    Raises:
      ValueError: ``diag`` is a scalar, or a hint denies that the matrix is square, or that a real
        one is self-adjoint.
    """

    def __init__(self, diag, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name="LinearOperatorDiag"):
        with name_scope(name, values=[diag]):
            self._diag = broadcasting.tensor_or_variable(diag, name="diag")
            if self._diag.shape.ndims == 0:
                raise ValueError("Argument diag must have at least 1 dimension.  "
                                 f"Found: {self._diag}")
            if not self._diag.dtype.is_complex:
                if is_self_adjoint is False:
                    raise ValueError("A real diagonal operator is always self adjoint.")
                is_self_adjoint = True
            if is_square is False:
                raise ValueError("Only square diagonal operators currently supported.")
            super().__init__(
                self._diag.dtype, graph_parents=[self._diag], is_non_singular=is_non_singular,
                is_self_adjoint=is_self_adjoint, is_positive_definite=is_positive_definite,
                is_square=True, name=name)

    @property
    def diag(self):
        """The diagonal."""
        return self._diag

    def _shape(self):
        shape = self._diag.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self):
        shape = array_ops.shape(self._diag)
        return array_ops.concat((shape, [shape[-1]]), 0)

    def _assert_non_singular(self):
        return broadcasting.assert_no_zeros(
            self._diag, message="Singular operator:  Diagonal contained zero values.")

    def _assert_positive_definite(self):
        if self.dtype.is_complex:
            message = ("Diagonal operator had diagonal entries with non-positive real part, "
                       "thus was not positive definite.")
        else:
            message = ("Real diagonal operator had non-positive diagonal entries, "
                       "thus was not positive definite.")
        return check_ops.assert_positive(math_ops.real(self._diag), message=message)

    def _assert_self_adjoint(self):
        return broadcasting.assert_real(
            self._diag, message="This diagonal operator contained non-zero imaginary values.   "
                                "Thus it was not self-adjoint.")

    def _diagonal(self, adjoint):
        return math_ops.conj(self._diag) if adjoint else self._diag

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        diagonal = self._diagonal(adjoint)
        x = linalg_ops.adjoint(x) if adjoint_arg else x
        return array_ops.expand_dims(diagonal, -1) * x

    def _matvec(self, x, adjoint=False):
        return self._diagonal(adjoint) * x

    def _determinant(self):
        return math_ops.reduce_prod(self._diag, axis=[-1])

    def _log_abs_determinant(self):
        result = math_ops.reduce_sum(math_ops.log(math_ops.abs(self._diag)), axis=[-1])
        return math_ops.cast(result, dtype=self.dtype) if self.dtype.is_complex else result

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        diagonal = self._diagonal(adjoint)
        rhs = linalg_ops.adjoint(rhs) if adjoint_arg else rhs
        return rhs * array_ops.expand_dims(1.0 / diagonal, -1)

    def _to_dense(self):
        return array_ops.matrix_diag(self._diag)

    def _diag_part(self):
        return self.diag

    def _add_to_tensor(self, x):
        diagonal = array_ops.matrix_diag_part(x)
        return array_ops.matrix_set_diag(x, self._diag + diagonal)

    def _adjoint(self):
        diagonal = self.diag
        if diagonal.dtype.is_complex:
            diagonal = math_ops.conj(diagonal)
        return LinearOperatorDiag(diagonal, **{**self._hints(), "is_square": True})

    def _inverse(self):
        return LinearOperatorDiag(1.0 / self.diag, **{**self._hints(), "is_square": True})

    def _cholesky(self):
        return LinearOperatorDiag(math_ops.sqrt(self.diag), is_non_singular=True,
                                  is_self_adjoint=True, is_positive_definite=True, is_square=True)
