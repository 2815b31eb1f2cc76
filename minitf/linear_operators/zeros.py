"""The matrix of zeros."""

from minitf.framework import dtypes, errors
from minitf.framework.graph import name_scope
from minitf.linear_operators import broadcasting, sized
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, control_flow_ops, linalg_ops


class LinearOperatorZeros(LinearOperator):
    """A matrix of zeros, square or not.

    Args:
      num_rows: the number of rows, an integer scalar.
      num_columns: the number of columns; as many as rows by default.
      batch_shape: the leading dimensions, an integer vector; none by default.
      dtype: the dtype of the matrix; float32 by default.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      assert_proper_shapes: check the sizes, and arguments' shapes, when run.
      name: prefix of names.

    Raises:
      ValueError: hints or sizes that no such matrix has.
      TypeError: sizes are no integers, or variables.
    """

    def __init__(self, num_rows, num_columns=None, batch_shape=None, dtype=None,
                 is_non_singular=False, is_self_adjoint=True, is_positive_definite=False,
                 is_square=True, assert_proper_shapes=False, name="LinearOperatorZeros"):
        self._assert_proper_shapes = assert_proper_shapes
        with name_scope(name):
            if not is_self_adjoint and is_square:
                raise ValueError("A zero operator is always self adjoint.")
            if is_non_singular:
                raise ValueError("A zero operator is always singular.")
            if is_positive_definite:
                raise ValueError("A zero operator is always not positive-definite.")
            super().__init__(
                dtypes.as_dtype(dtype or dtypes.float32), is_non_singular=is_non_singular,
                is_self_adjoint=is_self_adjoint, is_positive_definite=is_positive_definite,
                is_square=is_square, name=name)
            broadcasting.refuse_variable(batch_shape, "batch_shape")
            self._rows, self._rows_static = sized.side(num_rows, "num_rows")
            self._columns, self._columns_static = sized.side(
                num_rows if num_columns is None else num_columns, "num_columns")
            self._check_sides(is_square)
            self._batch = sized.BatchShape(batch_shape, assert_proper_shapes)

    def _check_sides(self, is_square):
        check = self._assert_proper_shapes
        self._rows = sized.checked_tensor(self._rows, 0, "num_rows", check)
        self._columns = sized.checked_tensor(self._columns, 0, "num_columns", check)
        rows, columns = self._rows_static, self._columns_static
        sized.check_static(self._rows, rows, 0, "num_rows")
        sized.check_static(self._columns, columns, 0, "num_columns")
        if is_square and rows is not None and columns is not None and rows != columns:
            raise ValueError("LinearOperatorZeros initialized as is_square=True, but got "
                             f"num_rows({rows}) != num_columns({columns})")

    def _shape(self):
        return self._batch.before(self._rows_static, self._columns_static)

    def _shape_tensor(self):
        return self._batch.before_tensor(self._rows, self._columns)

    def _assert_non_singular(self):
        raise errors.InvalidArgumentError(
            None, None, "Zero operators are always non-invertible.")

    def _assert_positive_definite(self):
        raise errors.InvalidArgumentError(
            None, None, "Zero operators are always non-positive definite.")

    def _assert_self_adjoint(self):
        return control_flow_ops.no_op("assert_self_adjoint")

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        if self._assert_proper_shapes:
            x = linalg_ops.adjoint(x) if adjoint_arg else x
            x = broadcasting.with_compatible_rows(self, x)
        if self.is_square:
            if adjoint_arg:
                shape = array_ops.concat(
                    [array_ops.shape(x)[:-2], [array_ops.shape(x)[-1], array_ops.shape(x)[-2]]],
                    axis=0)
            else:
                shape = array_ops.shape(x)
        else:
            x_shape = array_ops.shape(x)
            rows = self._columns if adjoint else self._rows
            columns = x_shape[-2] if adjoint_arg else x_shape[-1]
            shape = array_ops.concat([x_shape[:-2], [rows, columns]], axis=0)
        return self._batch.broadcast(self, array_ops.zeros(shape=shape, dtype=x.dtype))

    def _zeros_of_batch(self):
        return array_ops.zeros(shape=sized.batch_shape(self), dtype=self.dtype)

    def _determinant(self):
        return self._zeros_of_batch()

    def _trace(self):
        return self._zeros_of_batch()

    def _diag_part(self):
        return array_ops.zeros(shape=sized.diagonal_shape(self), dtype=self.dtype)

    def add_to_tensor(self, mat, name="add_to_tensor"):
        """``A + mat``: mat, broadcast to the batch shape."""
        return self._batch.broadcast(self, mat)
