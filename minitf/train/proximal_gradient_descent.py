"""Proximal gradient descent: gradient descent that shrinks variables after each step."""

from minitf.framework.convert import convert_to_tensor
from minitf.ops import math_ops, training_ops
from minitf.train.optimizer import Optimizer


class ProximalGradientDescentOptimizer(Optimizer):
    """FOBOS (Duchi and Singer, 2009, https://jmlr.org/papers/v10/duchi09a.html).

    A step with gradient g is::

        x <- variable - learning_rate * g
        variable <- sign(x) * max(|x| - learning_rate * l1, 0) / (1 + learning_rate * l2)

    Hyperparameters that are tensors must have the dtype of the variables.

    Args:
      learning_rate, l1_regularization_strength, l2_regularization_strength: numbers or tensors.
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates.
    """

    def __init__(self, learning_rate, l1_regularization_strength=0.0,
                 l2_regularization_strength=0.0, use_locking=False,
                 name="ProximalGradientDescent"):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._tensors = ()

    def _prepare(self):
        self._tensors = [
            convert_to_tensor(self._learning_rate, name="learning_rate"),
            convert_to_tensor(self._l1_regularization_strength, name="l1_regularization_strength"),
            convert_to_tensor(self._l2_regularization_strength, name="l2_regularization_strength")]

    def _apply_dense(self, grad, var):
        return training_ops.ApplyProximalGradientDescent(
            var, *self._tensors, grad, use_locking=self._use_locking).op

    def _resource_apply_dense(self, grad, var):
        return training_ops.ResourceApplyProximalGradientDescent(
            var.handle, *self._tensors, grad, use_locking=self._use_locking)

    def _apply_sparse(self, grad, var):
        return training_ops.SparseApplyProximalGradientDescent(
            var, *self._tensors, grad.values, grad.indices, use_locking=self._use_locking).op

    def _resource_apply_sparse(self, grad, var, indices):
        tensors = [math_ops.cast(tensor, grad.dtype) for tensor in self._tensors]
        return training_ops.ResourceSparseApplyProximalGradientDescent(
            var.handle, *tensors, grad, indices, use_locking=self._use_locking)
