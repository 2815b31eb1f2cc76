"""The inverse of an operator."""

from minitf.linear_operators.adjoint import OperatorOfOne


class LinearOperatorInversion(OperatorOfOne):
    """The inverse of another operator: its products are that one's solutions, and back.

    Args:
      operator: the LinearOperator.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; the operator's own
        by default.
      name: prefix of names; ``<operator>_inv`` by default.

    Raises:
      ValueError: the operator is singular or not square, or hints contradict its hints.
    """

    def __init__(self, operator, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):
        for hint, given in (("is_non_singular", is_non_singular), ("is_square", is_square)):
            own = getattr(operator, hint)
            if own is False or given is False:
                raise ValueError(f"operator and supplied hints must have `{hint}` equal to "
                                 f"`True` or `None`.  Found {own}, {given}")
        super().__init__(operator, "inverse", "_inv", {
            "is_non_singular": is_non_singular, "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite, "is_square": is_square}, name)

    def _shape(self):
        return self.operator.shape

    def _shape_tensor(self):
        return self.operator.shape_tensor()

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self.operator.solve(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self):
        return 1.0 / self.operator.determinant()

    def _log_abs_determinant(self):
        return -1.0 * self.operator.log_abs_determinant()

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self.operator.matmul(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _inverse(self):
        return self.operator
