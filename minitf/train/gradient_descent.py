"""Gradient descent: ``var <- var - learning_rate * gradient``."""

from minitf.framework.convert import convert_to_tensor
from minitf.ops import math_ops, resource_variable_ops, training_ops
from minitf.train.optimizer import Optimizer


class GradientDescentOptimizer(Optimizer):
    """Gradient descent.

    Args:
      learning_rate: a number, a tensor, or a function that returns one.
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates.
    """

    def __init__(self, learning_rate, use_locking=False, name="GradientDescent"):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._learning_rate_tensor = None

    def _prepare(self):
        rate = self._call_if_callable(self._learning_rate)
        self._learning_rate_tensor = convert_to_tensor(rate, name="learning_rate")

    def _rate(self, dtype):
        return math_ops.cast(self._learning_rate_tensor, dtype)

    def _apply_dense(self, grad, var):
        return training_ops.ApplyGradientDescent(
            var, self._rate(var.dtype.base_dtype), grad, use_locking=self._use_locking).op

    def _resource_apply_dense(self, grad, handle):
        return training_ops.ResourceApplyGradientDescent(
            handle.handle, self._rate(grad.dtype.base_dtype), grad, use_locking=self._use_locking)

    def _apply_sparse_duplicate_indices(self, grad, var):
        from minitf.framework.indexed_slices import IndexedSlices

        step = IndexedSlices(grad.values * self._rate(var.dtype.base_dtype), grad.indices,
                             grad.dense_shape)
        return var.scatter_sub(step, use_locking=self._use_locking)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        return resource_variable_ops.ResourceScatterAdd(
            handle.handle, indices, -grad * self._learning_rate)
