"""Toeplitz matrices: constant along each diagonal."""

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.linear_operators.circulant import LinearOperatorCirculant, to_complex
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, check_ops, fft_ops, linalg_ops, math_ops


class LinearOperatorToeplitz(LinearOperator):
    """A square matrix with ``A[i, j] = col[i - j]`` below the diagonal, ``row[j - i]`` above it.

    A product is one with a circulant matrix of twice the side, in O(N log N) a vector.

    Args:
      col: the first column, a tensor of shape [..., N].
      row: the first row, of the same shape; ``row[0]`` is not read.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names.

    Raises:
      ValueError: scalars, or vectors of different lengths, or ``is_square`` is False.
    """

    def __init__(self, col, row, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name="LinearOperatorToeplitz"):
        with name_scope(name, values=[row, col]):
            self._row = convert_to_tensor(row, name="row")
            self._col = convert_to_tensor(col, name="col")
            self._check_row_and_column()
            column = array_ops.concat(
                [self._col, array_ops.zeros_like(self._col[..., 0:1]),
                 array_ops.reverse(self._row[..., 1:], axis=[-1])], axis=-1)
            self._circulant = LinearOperatorCirculant(
                fft_ops.fft(to_complex(column)), input_output_dtype=self._row.dtype)
            if is_square is False:
                raise ValueError("Only square Toeplitz operators currently supported.")
            super().__init__(
                self._row.dtype, graph_parents=[self._row, self._col],
                is_non_singular=is_non_singular, is_self_adjoint=is_self_adjoint,
                is_positive_definite=is_positive_definite, is_square=True, name=name)

    def _check_row_and_column(self):
        for name, tensor in (("row", self._row), ("col", self._col)):
            if tensor.shape.ndims == 0:
                raise ValueError(f"Argument {name} must have at least 1 dimension.  "
                                 f"Found: {tensor}")
        if self._row.shape[-1] != self._col.shape[-1]:  # None when not known
            raise ValueError("Expected square matrix, got row and col with mismatched dimensions.")

    @property
    def col(self):
        """The first column."""
        return self._col

    @property
    def row(self):
        """The first row."""
        return self._row

    def _shape(self):
        shape = array_ops.broadcast_static_shape(self.row.shape, self.col.shape)
        return shape.concatenate(shape[-1:])

    def _shape_tensor(self):
        shape = array_ops.broadcast_dynamic_shape(
            array_ops.shape(self.row), array_ops.shape(self.col))
        return array_ops.concat((shape, [shape[-1]]), 0)

    def _assert_self_adjoint(self):
        return check_ops.assert_equal(
            self.row, self.col,
            message="row and col are not the same, and so this operator is not self-adjoint.")

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = linalg_ops.adjoint(x) if adjoint_arg else x
        x = array_ops.concat([x, array_ops.zeros_like(x)], axis=-2)
        result = self._circulant.matmul(x, adjoint=adjoint, adjoint_arg=False)
        return math_ops.cast(result[..., :self.domain_dimension_tensor(), :], self.dtype)

    def _trace(self):
        return math_ops.cast(self.domain_dimension_tensor(), dtype=self.dtype) * self.col[..., 0]

    def _diag_part(self):
        return self.col[..., 0:1] * array_ops.ones([self.domain_dimension_tensor()], self.dtype)
