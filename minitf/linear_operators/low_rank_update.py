"""Operators plus a matrix of low rank."""

from minitf import tf_logging
from minitf.framework.graph import name_scope
from minitf.framework.tensor_shape import Dimension, dimension_at_index
from minitf.linear_operators import broadcasting
from minitf.linear_operators.diag import LinearOperatorDiag
from minitf.linear_operators.identity import LinearOperatorIdentity
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, linalg_ops, math_ops


class LinearOperatorLowRankUpdate(LinearOperator):
    """``L + u @ D @ adjoint(v)``, with L an operator, D diagonal and u, v of few columns (K).

    Solving and determinants take those of L, and a K x K matrix: the capacitance of the formula of
    Sherman, Morrison and Woodbury, and of the matrix determinant lemma.

    Args:
      base_operator: L, of shape [..., M, N].
      u: a tensor or variable of shape [..., M, K].
      diag_update: the diagonal of D, of shape [..., K]; ones by default.
      v: a tensor or variable of shape [..., N, K]; u by default.
      is_diag_update_positive: a hint.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names.

    Raises:
      ValueError: shapes that do not fit, or hints that contradict each other.
    """

    def __init__(self, base_operator, u, diag_update=None, v=None, is_diag_update_positive=None,
                 is_non_singular=None, is_self_adjoint=None, is_positive_definite=None,
                 is_square=None, name="LinearOperatorLowRankUpdate"):
        dtype = base_operator.dtype
        if diag_update is None:
            if is_diag_update_positive is False:
                raise ValueError("Default diagonal is the identity, which is positive.  However, "
                                 "user set 'is_diag_update_positive' to False.")
            is_diag_update_positive = True
        elif is_diag_update_positive and dtype.is_complex:
            tf_logging.warn("is_diag_update_positive with a complex dtype means that the diagonal "
                            "is real and positive.")
        self._use_cholesky = (base_operator.is_positive_definite and base_operator.is_self_adjoint
                              and is_diag_update_positive and v is None)
        if base_operator.is_self_adjoint and v is None and not dtype.is_complex:
            if is_self_adjoint is False:
                raise ValueError("A = L + UDU^H, with L self-adjoint and D real diagonal.  Since "
                                 "UDU^H is self-adjoint, this must be a self-adjoint operator.")
            is_self_adjoint = True
        if self._use_cholesky:
            if False in (is_positive_definite, is_self_adjoint, is_non_singular):
                raise ValueError(
                    "Arguments imply this is self-adjoint positive-definite operator.")
            is_positive_definite = is_self_adjoint = True
        with name_scope(name, values=base_operator.graph_parents + [u, diag_update, v]):
            self._u = broadcasting.tensor_or_variable(u, name="u")
            self._v = self._u if v is None else broadcasting.tensor_or_variable(v, name="v")
            self._diag_update = None if diag_update is None else (
                broadcasting.tensor_or_variable(diag_update, name="diag_update"))
            self._base_operator = base_operator
            parents = base_operator.graph_parents + [self._u, self._diag_update, self._v]
            super().__init__(
                dtype, graph_parents=[parent for parent in parents if parent is not None],
                is_non_singular=is_non_singular, is_self_adjoint=is_self_adjoint,
                is_positive_definite=is_positive_definite, is_square=is_square, name=name)
            self._is_diag_update_positive = is_diag_update_positive
            self._diag_operator = self._make_diag_operator()
            self._check_shapes()

    def _make_diag_operator(self):
        if self._diag_update is not None:
            return LinearOperatorDiag(self._diag_update,
                                      is_positive_definite=self._is_diag_update_positive)
        side = self.u.shape[-1].value
        if side is None:
            side = array_ops.shape(self.u)[-1]
        return LinearOperatorIdentity(num_rows=side, dtype=self.dtype)

    def _check_shapes(self):
        factors = array_ops.broadcast_static_shape(self.u.shape, self.v.shape)
        batch = array_ops.broadcast_static_shape(self.base_operator.batch_shape, factors[:-2])
        Dimension(self.base_operator.domain_dimension).assert_is_compatible_with(factors[-2])
        if self._diag_update is not None:
            dimension_at_index(factors, -1).assert_is_compatible_with(self._diag_update.shape[-1])
            array_ops.broadcast_static_shape(batch, self._diag_update.shape[:-1])

    @property
    def u(self):
        """The left factor of the update."""
        return self._u

    @property
    def v(self):
        """The right factor of the update, whose adjoint is used."""
        return self._v

    @property
    def is_diag_update_positive(self):
        """The hint."""
        return self._is_diag_update_positive

    @property
    def diag_update(self):
        """The diagonal of D, or None."""
        return self._diag_update

    @property
    def diag_operator(self):
        """D as an operator."""
        return self._diag_operator

    @property
    def base_operator(self):
        """L."""
        return self._base_operator

    def _shape(self):
        batch = array_ops.broadcast_static_shape(self.base_operator.batch_shape, self.u.shape[:-2])
        return batch.concatenate(self.base_operator.shape[-2:])

    def _shape_tensor(self):
        batch = array_ops.broadcast_dynamic_shape(
            self.base_operator.batch_shape_tensor(), array_ops.shape(self.u)[:-2])
        return array_ops.concat([batch, self.base_operator.shape_tensor()[-2:]], axis=0)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        left, right = (self.v, self.u) if adjoint else (self.u, self.v)
        leading = self.base_operator.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
        update = math_ops.matmul(right, x, adjoint_a=True, adjoint_b=adjoint_arg)
        update = self.diag_operator.matmul(update, adjoint=adjoint)
        return leading + math_ops.matmul(left, update)

    def _determinant(self):
        if self.is_positive_definite:
            return math_ops.exp(self.log_abs_determinant())
        capacitance = linalg_ops.matrix_determinant(self._capacitance())
        diagonal = self.diag_operator.determinant()
        base = self.base_operator.determinant()
        return capacitance * diagonal * base

    def _log_abs_determinant(self):
        diagonal = self.diag_operator.log_abs_determinant()
        base = self.base_operator.log_abs_determinant()
        if self._use_cholesky:
            factor = array_ops.matrix_diag_part(linalg_ops.cholesky(self._capacitance()))
            capacitance = 2 * math_ops.reduce_sum(math_ops.log(factor), axis=[-1])
        else:
            capacitance = linalg_ops.matrix_determinant(self._capacitance())
            capacitance = math_ops.log(math_ops.abs(capacitance))
            if self.dtype.is_complex:
                capacitance = math_ops.cast(capacitance, dtype=self.dtype)
        return capacitance + diagonal + base

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        base = self.base_operator
        if base.is_non_singular is False:
            raise ValueError("Solve not implemented unless this is a perturbation of a "
                             "non-singular LinearOperator.")
        left, right = (self.v, self.u) if adjoint else (self.u, self.v)
        solution = base.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        small = math_ops.matmul(right, solution, adjoint_a=True)
        if self._use_cholesky:
            small = broadcasting.cholesky_solve(linalg_ops.cholesky(self._capacitance()), small)
        else:
            small = broadcasting.matrix_solve(self._capacitance(), small, adjoint=adjoint)
        correction = base.solve(math_ops.matmul(left, small), adjoint=adjoint)
        return solution - correction

    def _capacitance(self):
        """``inverse(D) + adjoint(v) @ inverse(L) @ u``."""
        small = math_ops.matmul(self.v, self.base_operator.solve(self.u), adjoint_a=True)
        return self._diag_operator.inverse().add_to_tensor(small)
