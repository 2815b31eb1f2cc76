"""Any matrix, as an operator."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.linear_operators import broadcasting
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, math_ops

_DTYPES = [dtypes.float16, dtypes.float32, dtypes.float64, dtypes.complex64, dtypes.complex128]


class LinearOperatorFullMatrix(LinearOperator):
    """A matrix without structure: what the base class does is all there is.

    Args:
      matrix: a tensor or variable of shape [..., M, N], floating-point or complex.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names.

    Raises:
      TypeError: another dtype.  ValueError: ``matrix`` has fewer than two dimensions.
    """

    def __init__(self, matrix, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name="LinearOperatorFullMatrix"):
        with name_scope(name, values=[matrix]):
            self._matrix = broadcasting.tensor_or_variable(matrix, name="matrix")
            _check(convert_to_tensor(self._matrix, name="matrix"))
            super().__init__(
                self._matrix.dtype, graph_parents=[self._matrix], is_non_singular=is_non_singular,
                is_self_adjoint=is_self_adjoint, is_positive_definite=is_positive_definite,
                is_square=is_square, name=name)

    def _shape(self):
        return self._matrix.shape

    def _shape_tensor(self):
        return array_ops.shape(self._matrix)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return math_ops.matmul(self._matrix, x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _to_dense(self):
        return self._matrix


def _check(matrix):
    if matrix.dtype not in _DTYPES:
        raise TypeError(f"Argument matrix must have dtype in {_DTYPES}.  Found: {matrix.dtype}")
    if matrix.shape.ndims is not None and matrix.shape.ndims < 2:
        raise ValueError(f"Argument matrix must have at least 2 dimensions.  Found: {matrix}")
