"""Kronecker products of operators."""

from minitf.framework import errors
from minitf.framework.tensor_shape import TensorShape
from minitf.linear_operators.several import OperatorOfSeveral
from minitf.ops import array_ops, control_flow_ops, linalg_ops, math_ops
from minitf.ops.common_shapes import broadcast_shape


class LinearOperatorKronecker(OperatorOfSeveral):
    """The Kronecker product: blocks ``A[i, j] * B``, and so on for more than two factors.

    ``(A x B) @ vec(x) = vec(B @ x @ transpose(A))``, so that a product is one with each factor.

    Args:
      operators: the factors, of one dtype.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names; the factors' names joined by ``_x_`` by default.

    Raises:
      ValueError: no operators, or all have a hint that is denied here.  TypeError: dtypes differ.
    """

    _made, _wanted, _joint = "Kronecker product", "a list of >=1 ", "_x_"
    _inherited = {"is_non_singular": "non-singular", "is_self_adjoint": "self-adjoint",
                  "is_positive_definite": "positive-definite"}

    def __init__(self, operators, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):
        super().__init__(operators, {
            "is_non_singular": is_non_singular, "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite, "is_square": is_square}, name)

    def _shape(self):
        domain, range_ = self.operators[0].domain_dimension, self.operators[0].range_dimension
        for operator in self.operators[1:]:
            domain *= operator.domain_dimension
            range_ *= operator.range_dimension
        return self._broadcast_batch_shape().concatenate(TensorShape([range_, domain]))

    def _shape_tensor(self):
        domain = self.operators[0].domain_dimension_tensor()
        for operator in self.operators[1:]:
            domain *= operator.domain_dimension_tensor()
        range_ = self.operators[0].range_dimension_tensor()
        for operator in self.operators[1:]:
            range_ *= operator.range_dimension_tensor()
        batch_shape = self.operators[0].batch_shape_tensor()
        for operator in self.operators[1:]:
            batch_shape = array_ops.broadcast_dynamic_shape(
                batch_shape, operator.batch_shape_tensor())
        return array_ops.concat((batch_shape, [range_, domain]), 0)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self._by_factors(
            x, adjoint, adjoint_arg,
            lambda operator, matrix: operator.matmul(matrix, adjoint=adjoint, adjoint_arg=False),
            lambda operator, vectors: operator.matvec(vectors, adjoint=adjoint))

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._by_factors(
            rhs, adjoint, adjoint_arg,
            lambda operator, matrix: operator.solve(matrix, adjoint=adjoint, adjoint_arg=False),
            lambda operator, vectors: operator.solvevec(vectors, adjoint=adjoint))

    def _by_factors(self, x, adjoint, adjoint_arg, apply, apply_to_vectors):
        """Applies each factor in turn to ``x``, unfolded along the axis that the factor is for.

        The columns of ``x`` are kept in front meanwhile, as further batch dimensions.
        """
        if adjoint_arg:
            x = linalg_ops.adjoint(x)
        batch_shape = array_ops.concat([array_ops.ones_like(self.batch_shape_tensor()), [1, 1]], 0)
        x += array_ops.zeros(batch_shape, dtype=x.dtype.base_dtype)
        output = _last_axis_first(x)[None, ...]
        for operator in self.operators[:-1]:
            if adjoint:
                columns = operator.range_dimension_tensor()
            else:
                columns = operator.domain_dimension_tensor()
            output = array_ops.matrix_transpose(_unfolded(output, columns))
            output = array_ops.matrix_transpose(apply(operator, output))
            output = _last_axis_first(_folded(_first_axis_last(output)))
        output = apply_to_vectors(self.operators[-1], output)
        output = _first_axis_last(_folded(_first_axis_last(output)))
        if x.shape.is_fully_defined():
            rows = self.domain_dimension if adjoint else self.range_dimension
            batch = broadcast_shape(x.shape[:-2], self.batch_shape)
            output.set_shape(batch.concatenate([rows, x.shape[-1]]))
        return output

    def _exponents(self):
        """How often each factor's determinant is in the product's, one after the other."""
        total = self.domain_dimension_tensor()
        for operator in self.operators:
            yield operator, lambda: math_ops.cast(
                total / operator.domain_dimension_tensor(), dtype=operator.dtype)

    def _determinant(self):
        result = 1.0
        for operator, exponent in self._exponents():
            result *= operator.determinant() ** exponent()
        return result

    def _log_abs_determinant(self):
        result = 0.0
        for operator, exponent in self._exponents():
            result += operator.log_abs_determinant() * exponent()
        return result

    def _trace(self):
        result = 1.0
        for operator in self.operators:
            result *= operator.trace()
        return result

    def _diag_part(self):
        result = self.operators[0].diag_part()
        for operator in self.operators[1:]:
            result = result[..., :, None]
            result *= operator.diag_part()[..., None, :]
            shape = array_ops.concat([array_ops.shape(result)[:-2], [-1]], axis=0)
            result = array_ops.reshape(result, shape=shape)
        if self.range_dimension > self.domain_dimension:
            length = self.domain_dimension
        else:
            length = self.range_dimension
        result.set_shape(self.batch_shape.concatenate([length]))
        return result

    def _to_dense(self):
        result = self.operators[0].to_dense()
        for operator in self.operators[1:]:
            result = result[..., :, None, :, None]
            result *= operator.to_dense()[..., None, :, None, :]
            shape = array_ops.concat(
                [array_ops.shape(result)[:-4],
                 [array_ops.shape(result)[-4] * array_ops.shape(result)[-3],
                  array_ops.shape(result)[-2] * array_ops.shape(result)[-1]]], axis=0)
            result = array_ops.reshape(result, shape=shape)
        result.set_shape(self.shape)
        return result

    def _check_square_factors(self, property_):
        if not all(operator.is_square for operator in self.operators):
            raise errors.InvalidArgumentError(
                None, None,
                f"All Kronecker factors must be square for the product to be {property_}.")

    def _assert_non_singular(self):
        self._check_square_factors("invertible")
        return control_flow_ops.group(
            [operator.assert_non_singular() for operator in self.operators])

    def _assert_self_adjoint(self):
        self._check_square_factors("self adjoint")
        return control_flow_ops.group(
            [operator.assert_self_adjoint() for operator in self.operators])

    def _adjoint(self):
        return LinearOperatorKronecker(
            operators=[operator.adjoint() for operator in self.operators],
            **{**self._hints(), "is_square": True})

    def _inverse(self):
        return LinearOperatorKronecker(
            operators=[operator.inverse() for operator in self.operators],
            **{**self._hints(), "is_square": True})

    def _cholesky(self):
        return LinearOperatorKronecker(
            operators=[operator.cholesky() for operator in self.operators],
            is_non_singular=True, is_self_adjoint=False, is_square=True)


def _folded(x):
    """The columns of matrices, one below the other, as vectors."""
    transposed = array_ops.matrix_transpose(x)
    return array_ops.reshape(
        transposed, array_ops.concat([array_ops.shape(x)[:-2], [-1]], axis=0))


def _unfolded(y, columns):
    """The matrices of that many columns of which vectors are the columns."""
    shape = array_ops.concat([array_ops.shape(y)[:-1], [columns, -1]], axis=0)
    return array_ops.matrix_transpose(array_ops.reshape(y, shape))


def _last_axis_first(x):
    rank = array_ops.rank(x)
    order = array_ops.concat([[rank - 1], math_ops.range(0, rank - 1)], axis=0)
    return array_ops.transpose(x, order)


def _first_axis_last(x):
    rank = array_ops.rank(x)
    order = array_ops.concat([math_ops.range(1, rank), [0]], axis=0)
    return array_ops.transpose(x, order)
