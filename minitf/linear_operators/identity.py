"""The identity matrix, and its multiples."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor_shape import TensorShape
from minitf.linear_operators import broadcasting, sized
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, check_ops, control_flow_ops, linalg_ops, math_ops


class LinearOperatorIdentity(LinearOperator):
    """The square identity matrix: it does nothing but broadcast to its batch shape.

    Args:
      num_rows: the side, an integer scalar.
      batch_shape: the leading dimensions, an integer vector; none by default.
      dtype: the dtype of the matrix; float32 by default.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, all True.
      assert_proper_shapes: check the sizes, and arguments' shapes, when run.
      name: prefix of names.

    Raises:
      ValueError: a hint is False, or sizes are negative or of the wrong rank.
      TypeError: sizes are no integers, or variables.
    """

    def __init__(self, num_rows, batch_shape=None, dtype=None, is_non_singular=True,
                 is_self_adjoint=True, is_positive_definite=True, is_square=True,
                 assert_proper_shapes=False, name="LinearOperatorIdentity"):
        self._assert_proper_shapes = assert_proper_shapes
        with name_scope(name):
            for hint, adjective in ((is_self_adjoint, "self adjoint"),
                                    (is_non_singular, "non-singular"),
                                    (is_positive_definite, "positive-definite"),
                                    (is_square, "square")):
                if not hint:
                    raise ValueError(f"An identity operator is always {adjective}.")
            super().__init__(
                dtypes.as_dtype(dtype or dtypes.float32), is_non_singular=is_non_singular,
                is_self_adjoint=is_self_adjoint, is_positive_definite=is_positive_definite,
                is_square=is_square, name=name)
            broadcasting.refuse_variable(batch_shape, "batch_shape")
            self._num_rows, self._num_rows_static = _rows(num_rows, assert_proper_shapes)
            self._batch = sized.BatchShape(batch_shape, assert_proper_shapes)

    def _shape(self):
        return self._batch.before(self._num_rows_static, self._num_rows_static)

    def _shape_tensor(self):
        return self._batch.before_tensor(self._num_rows, self._num_rows)

    def _assert_non_singular(self):
        return control_flow_ops.no_op("assert_non_singular")

    def _assert_positive_definite(self):
        return control_flow_ops.no_op("assert_positive_definite")

    def _assert_self_adjoint(self):
        return control_flow_ops.no_op("assert_self_adjoint")

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = linalg_ops.adjoint(x) if adjoint_arg else x
        if self._assert_proper_shapes:
            x = broadcasting.with_compatible_rows(self, x)
        return self._batch.broadcast(self, x)

    def _determinant(self):
        return array_ops.ones(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _log_abs_determinant(self):
        return array_ops.zeros(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._matmul(rhs, adjoint_arg=adjoint_arg)

    def _trace(self):
        ones = array_ops.ones(shape=sized.batch_shape(self), dtype=self.dtype)
        if sized.shorter_side(self) is not None:
            return sized.shorter_side(self) * ones
        return math_ops.cast(sized.shorter_side_tensor(self), self.dtype) * ones

    def _diag_part(self):
        return array_ops.ones(shape=sized.diagonal_shape(self), dtype=self.dtype)

    def add_to_tensor(self, mat, name="add_to_tensor"):
        """``A + mat``."""
        with self._name_scope(name):
            mat = convert_to_tensor(mat, name="mat")
            diagonal = array_ops.matrix_diag_part(mat)
            return array_ops.matrix_set_diag(mat, 1 + diagonal)

    def _adjoint(self):
        return self

    def _inverse(self):
        return self

    def _cholesky(self):
        return LinearOperatorIdentity(
            num_rows=self._num_rows, batch_shape=self.batch_shape, dtype=self.dtype)


def _rows(num_rows, assert_proper_shapes):
    tensor, value = sized.side(num_rows, "num_rows")
    tensor = sized.checked_tensor(tensor, 0, "num_rows", assert_proper_shapes)
    sized.check_static(tensor, value, 0, "num_rows")
    return tensor, value


class LinearOperatorScaledIdentity(LinearOperator):
    """A multiple of the square identity matrix, or a batch of them.

    Args:
      num_rows: the side, an integer scalar.
      multiplier: a tensor or variable of shape [...], which is the batch shape.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      assert_proper_shapes: check the side, and arguments' shapes, when run.
      name: prefix of names.

    Raises:
      ValueError: a hint denies that the matrix is square, or that a real one is self-adjoint; or
        ``num_rows`` is negative or no scalar.
      TypeError: ``num_rows`` is no integer, or a variable.
    """

    def __init__(self, num_rows, multiplier, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=True, assert_proper_shapes=False,
                 name="LinearOperatorScaledIdentity"):
        self._assert_proper_shapes = assert_proper_shapes
        with name_scope(name, values=[multiplier, num_rows]):
            self._multiplier = broadcasting.tensor_or_variable(multiplier, name="multiplier")
            if not self._multiplier.dtype.is_complex:
                if is_self_adjoint is False:
                    raise ValueError("A real diagonal operator is always self adjoint.")
                is_self_adjoint = True
            if not is_square:
                raise ValueError("A ScaledIdentity operator is always square.")
            super().__init__(
                self._multiplier.dtype.base_dtype, is_non_singular=is_non_singular,
                is_self_adjoint=is_self_adjoint, is_positive_definite=is_positive_definite,
                is_square=is_square, name=name)
            self._num_rows, self._num_rows_static = _rows(num_rows, assert_proper_shapes)
            self._rows_in_dtype = math_ops.cast(self._num_rows, self.dtype)
            self._rows_in_real_dtype = math_ops.cast(self._num_rows, self.dtype.real_dtype)

    @property
    def multiplier(self):
        """The number on the diagonal."""
        return self._multiplier

    def _shape(self):
        side = None if self._num_rows_static is None else int(self._num_rows_static)
        return self.multiplier.shape.concatenate(TensorShape([side, side]))

    def _shape_tensor(self):
        matrix_shape = array_ops.stack((self._num_rows, self._num_rows), axis=0)
        batch_shape = array_ops.shape(self.multiplier)
        return array_ops.concat((batch_shape, matrix_shape), 0)

    def _assert_non_singular(self):
        return check_ops.assert_positive(math_ops.abs(self.multiplier),
                                         message="LinearOperator was singular")

    def _assert_positive_definite(self):
        return check_ops.assert_positive(math_ops.real(self.multiplier),
                                         message="LinearOperator was not positive definite.")

    def _assert_self_adjoint(self):
        imaginary = math_ops.imag(self.multiplier)
        return check_ops.assert_equal(array_ops.zeros_like(imaginary), imaginary,
                                      message="LinearOperator was not self-adjoint")

    def _factors(self, conjugate):
        """The multipliers as matrices of one element."""
        factors = array_ops.expand_dims(array_ops.expand_dims(self.multiplier, -1), -1)
        return math_ops.conj(factors) if conjugate else factors

    def _argument(self, x, adjoint_arg):
        x = linalg_ops.adjoint(x) if adjoint_arg else x
        return broadcasting.with_compatible_rows(self, x) if self._assert_proper_shapes else x

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self._argument(x, adjoint_arg) * self._factors(adjoint)

    def _determinant(self):
        return self.multiplier ** self._rows_in_dtype

    def _log_abs_determinant(self):
        return self._rows_in_real_dtype * math_ops.log(math_ops.abs(self.multiplier))

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._argument(rhs, adjoint_arg) / self._factors(adjoint)

    def _trace(self):
        ones = array_ops.ones(shape=sized.batch_shape(self), dtype=self.dtype)
        if sized.shorter_side(self) is not None:
            return self.multiplier * sized.shorter_side(self) * ones
        return self.multiplier * math_ops.cast(sized.shorter_side_tensor(self), self.dtype) * ones

    def _diag_part(self):
        ones = array_ops.ones(shape=sized.diagonal_shape(self), dtype=self.dtype)
        return ones * self.multiplier[..., None]

    def add_to_tensor(self, mat, name="add_to_tensor"):
        """``A + mat``."""
        with self._name_scope(name):
            multipliers = array_ops.expand_dims(self.multiplier, -1)
            mat = convert_to_tensor(mat, name="mat")
            diagonal = array_ops.matrix_diag_part(mat)
            return array_ops.matrix_set_diag(mat, multipliers + diagonal)

    def _with_multiplier(self, multiplier, **hints):
        return LinearOperatorScaledIdentity(
            num_rows=self._num_rows, multiplier=multiplier,
            **{**self._hints(), **hints, "is_square": True})

    def _adjoint(self):
        multiplier = self.multiplier
        if multiplier.dtype.is_complex:
            multiplier = math_ops.conj(multiplier)
        return self._with_multiplier(multiplier)

    def _inverse(self):
        return self._with_multiplier(1.0 / self.multiplier, is_self_adjoint=True)

    def _cholesky(self):
        return self._with_multiplier(math_ops.sqrt(self.multiplier), is_non_singular=True,
                                     is_self_adjoint=True, is_positive_definite=True)
