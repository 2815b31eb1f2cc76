"""Block diagonal matrices: direct sums of operators."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.tensor_shape import TensorShape
from minitf.linear_operators.broadcasting import broadcast_batches
from minitf.linear_operators.several import OperatorOfSeveral
from minitf.ops import array_ops, control_flow_ops


class LinearOperatorBlockDiag(OperatorOfSeveral):
    """Square operators along the diagonal of one matrix, and zeros elsewhere.

    Args:
      operators: the blocks, square and of one dtype.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names; the blocks' names joined by ``_ds_`` by default.

    Raises:
      ValueError: no operators, one that is not square, or all have a hint that is denied here.
      TypeError: dtypes differ.
    """

    _made, _joint = "direct sum", "_ds_"
    _inherited = {"is_non_singular": "non-singular", "is_self_adjoint": "self-adjoint",
                  "is_positive_definite": "positive definite"}

    def __init__(self, operators, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=True, name=None):
        super().__init__(operators, {
            "is_non_singular": is_non_singular, "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite, "is_square": is_square}, name)

    def _check_hints(self, hints):
        if not (hints["is_square"] and all(operator.is_square for operator in self.operators)):
            raise ValueError("Can only represent a block diagonal of square matrices.")

    def _shape(self):
        domain, range_ = self.operators[0].domain_dimension, self.operators[0].range_dimension
        for operator in self.operators[1:]:
            domain += operator.domain_dimension
            range_ += operator.range_dimension
        return self._broadcast_batch_shape().concatenate(TensorShape([domain, range_]))

    def _shape_tensor(self):
        if self.shape.is_fully_defined():
            return convert_to_tensor(self.shape.as_list(), dtype=dtypes.int32, name="shape")
        domain = self.operators[0].domain_dimension_tensor()
        range_ = self.operators[0].range_dimension_tensor()
        for operator in self.operators[1:]:
            domain += operator.domain_dimension_tensor()
            range_ += operator.range_dimension_tensor()
        matrix_shape = array_ops.stack([domain, range_])
        return array_ops.concat((self._batch_shape_by_zeros(), matrix_shape), 0)

    def _split(self, x, adjoint_arg):
        """The rows of ``x`` (of its adjoint) for each block."""
        if self.shape.is_fully_defined():
            sizes = [operator.domain_dimension.value for operator in self.operators]
        else:
            sizes = [operator.domain_dimension_tensor() for operator in self.operators]
        return array_ops.split(x, sizes, axis=-1 if adjoint_arg else -2)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        parts = [operator.matmul(part, adjoint=adjoint, adjoint_arg=adjoint_arg)
                 for operator, part in zip(self.operators, self._split(x, adjoint_arg))]
        return array_ops.concat(broadcast_batches(parts), axis=-2)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        parts = [operator.solve(part, adjoint=adjoint, adjoint_arg=adjoint_arg)
                 for operator, part in zip(self.operators, self._split(rhs, adjoint_arg))]
        return array_ops.concat(broadcast_batches(parts), axis=-2)

    def _diag_part(self):
        columns = [operator.diag_part()[..., None] for operator in self.operators]
        column = array_ops.concat(broadcast_batches(columns), axis=-2)
        return array_ops.squeeze(column, axis=-1)

    def _trace(self):
        result = self.operators[0].trace()
        for operator in self.operators[1:]:
            result += operator.trace()
        return result

    def _to_dense(self):
        rows, columns_before = [], 0
        for block in broadcast_batches([operator.to_dense() for operator in self.operators]):
            shape = array_ops.shape(block)[:-1]
            before = array_ops.concat([shape, [columns_before]], axis=-1)
            before = array_ops.zeros(shape=before, dtype=block.dtype)
            columns_before += array_ops.shape(block)[-1]
            after = array_ops.concat(
                [shape, [self.domain_dimension_tensor() - columns_before]], axis=-1)
            after = array_ops.zeros(shape=after, dtype=block.dtype)
            rows.append(array_ops.concat([before, block, after], axis=-1))
        matrix = array_ops.concat(rows, axis=-2)
        matrix.set_shape(self.shape)
        return matrix

    def _assert_non_singular(self):
        return control_flow_ops.group(
            [operator.assert_non_singular() for operator in self.operators])

    def _assert_self_adjoint(self):
        return control_flow_ops.group(
            [operator.assert_self_adjoint() for operator in self.operators])

    def _assert_positive_definite(self):
        return control_flow_ops.group(
            [operator.assert_positive_definite() for operator in self.operators])

    def _adjoint(self):
        return LinearOperatorBlockDiag(
            operators=[operator.adjoint() for operator in self.operators],
            **{**self._hints(), "is_square": True})

    def _inverse(self):
        return LinearOperatorBlockDiag(
            operators=[operator.inverse() for operator in self.operators],
            **{**self._hints(), "is_square": True})

    def _cholesky(self):
        return LinearOperatorBlockDiag(
            operators=[operator.cholesky() for operator in self.operators],
            is_non_singular=True, is_self_adjoint=False, is_square=True)
