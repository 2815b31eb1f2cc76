"""The adjoint of an operator."""

from minitf.framework.graph import name_scope
from minitf.linear_operators.broadcasting import combined_hint
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, linalg_ops, math_ops

_HINTS = {"is_square": "square", "is_non_singular": "non-singular",
          "is_self_adjoint": "self-adjoint", "is_positive_definite": "positive-definite"}


class OperatorOfOne(LinearOperator):
    """The adjoint or the inverse (``what``) of another operator, whose hints are its own too."""

    def __init__(self, operator, what, suffix, given_hints, name):
        self._operator = operator
        hints = {hint: combined_hint(operator, hint, given_hints[hint],
                                     f"An operator is {adjective} if and only if its {what} is "
                                     f"{adjective}.")
                 for hint, adjective in _HINTS.items()}
        if name is None:
            name = operator.name + suffix
        with name_scope(name, values=operator.graph_parents):
            super().__init__(operator.dtype, graph_parents=operator.graph_parents, name=name,
                             **hints)

    @property
    def operator(self):
        """The operator of which this is the adjoint or inverse."""
        return self._operator

    def _assert_non_singular(self):
        return self.operator.assert_non_singular()

    def _assert_positive_definite(self):
        return self.operator.assert_positive_definite()

    def _assert_self_adjoint(self):
        return self.operator.assert_self_adjoint()


class LinearOperatorAdjoint(OperatorOfOne):
    """The conjugate transpose of another operator, as which it does what it can.

    Args:
      operator: the LinearOperator.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; the operator's own
        by default.
      name: prefix of names; ``<operator>_adjoint`` by default.

    Raises:
      ValueError: hints that contradict the operator's.
    """

    def __init__(self, operator, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):
        super().__init__(operator, "adjoint", "_adjoint", {
            "is_non_singular": is_non_singular, "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite, "is_square": is_square}, name)

    def _shape(self):
        shape = self.operator.shape
        return shape[:-2].concatenate([shape[-1], shape[-2]])

    def _shape_tensor(self):
        shape = self.operator.shape_tensor()
        return array_ops.concat([shape[:-2], [shape[-1], shape[-2]]], axis=-1)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self.operator.matmul(x, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _matvec(self, x, adjoint=False):
        return self.operator.matvec(x, adjoint=not adjoint)

    def _conjugated(self, value):
        return value if self.is_self_adjoint else math_ops.conj(value)

    def _determinant(self):
        return self._conjugated(self.operator.determinant())

    def _log_abs_determinant(self):
        return self.operator.log_abs_determinant()

    def _trace(self):
        return self._conjugated(self.operator.trace())

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self.operator.solve(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _solvevec(self, rhs, adjoint=False):
        return self.operator.solvevec(rhs, adjoint=not adjoint)

    def _to_dense(self):
        dense = self.operator.to_dense()
        return dense if self.is_self_adjoint else linalg_ops.adjoint(dense)

    def _adjoint(self):
        return self.operator
