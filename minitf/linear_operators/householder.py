"""Reflections."""

from minitf.framework import errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.linear_operators import broadcasting
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, control_flow_ops, linalg_ops, math_ops


class LinearOperatorHouseholder(LinearOperator):
    """The reflection ``1 - 2 v @ adjoint(v)`` at the hyperplane orthogonal to v, normalized.

    It is its own adjoint and inverse, and its determinant is -1.

    Args:
      reflection_axis: the vector v, a tensor or variable of shape [..., N].
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names.

    Raises:
      ValueError: ``reflection_axis`` is a scalar, or a hint is not what a reflection is.
    """

    def __init__(self, reflection_axis, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name="LinearOperatorHouseholder"):
        with name_scope(name, values=[reflection_axis]):
            axis = broadcasting.tensor_or_variable(reflection_axis, name="reflection_axis")
            self._reflection_axis = axis
            if axis.shape.ndims == 0:
                raise ValueError("Argument reflection_axis must have at least 1 dimension.  "
                                 f"Found: {axis}")
            if is_self_adjoint is False:
                raise ValueError("A Householder operator is always self adjoint.")
            if is_positive_definite is True:
                raise ValueError("A Householder operator is always non-positive definite.")
            if is_square is False:
                raise ValueError("A Householder operator is always square.")
            super().__init__(
                axis.dtype, graph_parents=[axis], is_non_singular=is_non_singular,
                is_self_adjoint=True, is_positive_definite=False, is_square=True, name=name)

    @property
    def reflection_axis(self):
        """The vector that is reversed, not normalized."""
        return self._reflection_axis

    def _shape(self):
        shape = self._reflection_axis.shape
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self):
        shape = array_ops.shape(self._reflection_axis)
        return array_ops.concat((shape, [shape[-1]]), 0)

    def _assert_non_singular(self):
        return control_flow_ops.no_op("assert_non_singular")

    def _assert_positive_definite(self):
        raise errors.InvalidArgumentError(
            None, None, "Householder operators are always non-positive definite.")

    def _assert_self_adjoint(self):
        return control_flow_ops.no_op("assert_self_adjoint")

    def _unit(self, axis):
        return axis / linalg_ops.norm(axis, axis=-1, keepdims=True)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        axis = convert_to_tensor(self.reflection_axis)
        x = linalg_ops.adjoint(x) if adjoint_arg else x
        column = self._unit(axis)[..., None]
        lengths = math_ops.matmul(column, x, adjoint_a=True)
        return x - 2 * column * lengths

    def _trace(self):
        trace = math_ops.cast(self.domain_dimension_tensor() - 2, self.dtype)
        return trace * array_ops.ones(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _determinant(self):
        return -array_ops.ones(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _log_abs_determinant(self):
        return array_ops.zeros(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _to_dense(self):
        column = self._unit(self.reflection_axis)[..., None]
        matrix = -2 * math_ops.matmul(column, column, adjoint_b=True)
        return array_ops.matrix_set_diag(matrix, 1.0 + array_ops.matrix_diag_part(matrix))

    def _diag_part(self):
        unit = self._unit(self.reflection_axis)
        return 1.0 - 2 * unit * math_ops.conj(unit)

    def _adjoint(self):
        return self

    def _inverse(self):
        return self
