"""What identities and zeros share: their shape is numbers, not that of a tensor they hold."""

import numpy as np

from minitf.framework.constant_folding import constant_value
from minitf.framework.tensor_shape import TensorShape
from minitf.linear_operators import broadcasting
from minitf.ops import array_ops, check_ops, control_flow_ops, math_ops


def side(value, name):
    """A number of rows or columns as a scalar tensor, and its value if that is known.

    Raises:
      TypeError: it is a variable.
    """
    broadcasting.refuse_variable(value, name)
    tensor = broadcasting.shape_tensor(value, name=name)
    return tensor, constant_value(tensor)


def checked_tensor(tensor, rank, name, assert_proper_shapes):
    """``tensor``; with ``assert_proper_shapes`` after checks of its rank and sign when run."""
    if not assert_proper_shapes:
        return tensor
    return control_flow_ops.with_dependencies([
        check_ops.assert_rank(tensor, rank, message=f"Argument {name} must be a {rank}-D Tensor."),
        check_ops.assert_non_negative(tensor, message=f"Argument {name} must be non-negative."),
    ], tensor)


def check_static(tensor, value, rank, name):
    """Raises TypeError or ValueError if a size, or a vector of sizes, is known to be none."""
    if not tensor.dtype.is_integer:
        raise TypeError(f"Argument {name} must be integer type.  Found: {tensor}")
    if value is None:
        return
    if np.ndim(value) != rank:
        raise ValueError(f"Argument {name} must be a {rank}-D Tensor.  Found: {value}")
    if np.any(value < 0):
        raise ValueError(f"Argument {name} must be non-negative.  Found: {value}")


class BatchShape:
    """The argument ``batch_shape`` of an operator; without it there is no batch."""

    def __init__(self, batch_shape, assert_proper_shapes):
        self.tensor = self.value = None
        if batch_shape is not None:
            self.tensor = broadcasting.shape_tensor(batch_shape, name="batch_shape_arg")
            self.value = constant_value(self.tensor)
            self.tensor = checked_tensor(self.tensor, 1, "batch_shape", assert_proper_shapes)
            check_static(self.tensor, self.value, 1, "batch_shape")

    def before(self, rows, columns):
        """The static shape of the operator."""
        matrix = TensorShape([None if n is None else int(n) for n in (rows, columns)])
        if self.tensor is None:
            return matrix
        batch = TensorShape(None if self.value is None else list(self.value))
        return batch.concatenate(matrix)

    def before_tensor(self, rows, columns):
        """The shape of the operator as a tensor."""
        matrix_shape = array_ops.stack((rows, columns), axis=0)
        if self.tensor is None:
            return matrix_shape
        return array_ops.concat((self.tensor, matrix_shape), 0)

    def broadcast(self, operator, x):
        """``x`` with at least the operator's batch dimensions."""
        if self.tensor is None:
            return x
        shape = operator.batch_shape.concatenate([1, 1])
        result_shape = array_ops.broadcast_static_shape(x.shape, shape)
        if not shape.is_fully_defined():
            shape = array_ops.concat((operator.batch_shape_tensor(), [1, 1]), 0)
        elif result_shape == x.shape:
            return x
        return x + array_ops.zeros(shape=shape, dtype=operator.dtype)


def shorter_side(operator):
    """The smaller of the last two dimensions, or None."""
    sides = operator.domain_dimension.value, operator.range_dimension.value
    return None if None in sides else min(sides)


def shorter_side_tensor(operator):
    return math_ops.reduce_min(operator.shape_tensor()[-2:])


def diagonal_shape(operator):
    """The shape of the main diagonals."""
    if operator.shape.is_fully_defined():
        return operator.batch_shape.concatenate([shorter_side(operator)])
    return array_ops.concat(
        [operator.batch_shape_tensor(), [shorter_side_tensor(operator)]], axis=0)


def batch_shape(operator):
    """The batch shape: a TensorShape if it is known, else a tensor."""
    if operator.batch_shape.is_fully_defined():
        return operator.batch_shape
    return operator.batch_shape_tensor()
