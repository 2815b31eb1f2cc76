"""Products of operators."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.tensor_shape import TensorShape
from minitf.linear_operators.several import OperatorOfSeveral
from minitf.ops import array_ops


class LinearOperatorComposition(OperatorOfSeveral):
    """``A_1 @ A_2 @ ... @ A_J``: applied one after the other, never multiplied.

    Args:
      operators: the factors, whose shapes fit and whose dtypes are equal.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names; the factors' names joined by ``_o_`` by default.

    Raises:
      ValueError: no operators, or all are non-singular by hint and this is not.
      TypeError: dtypes differ.
    """

    _made, _joint = "composition", "_o_"
    _inherited = {"is_non_singular": "non-singular"}

    def __init__(self, operators, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):
        super().__init__(operators, {
            "is_non_singular": is_non_singular, "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite, "is_square": is_square}, name)

    def _shape(self):
        first, last = self.operators[0], self.operators[-1]
        for left, right in zip(self.operators, self.operators[1:]):
            left.domain_dimension.assert_is_compatible_with(right.range_dimension)
        matrix = TensorShape([first.range_dimension, last.domain_dimension])
        return self._broadcast_batch_shape().concatenate(matrix)

    def _shape_tensor(self):
        if self.shape.is_fully_defined():
            return convert_to_tensor(self.shape.as_list(), dtype=dtypes.int32, name="shape")
        matrix_shape = array_ops.stack([self.operators[0].range_dimension_tensor(),
                                        self.operators[-1].domain_dimension_tensor()])
        return array_ops.concat((self._batch_shape_by_zeros(), matrix_shape), 0)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        first, *others = self.operators if adjoint else self.operators[::-1]
        result = first.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
        for operator in others:
            result = operator.matmul(result, adjoint=adjoint)
        return result

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        first, *others = self.operators[::-1] if adjoint else self.operators
        solution = first.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        for operator in others:
            solution = operator.solve(solution, adjoint=adjoint)
        return solution
