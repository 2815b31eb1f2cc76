"""Proximal Adagrad: Adagrad that shrinks variables after each step."""

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with
from minitf.ops import math_ops, training_ops
from minitf.ops.constant_op import constant
from minitf.train.optimizer import Optimizer


class ProximalAdagradOptimizer(Optimizer):
    """Adagrad with FOBOS's shrinkage (Duchi and Singer, 2009).

    With ``accum`` starting at ``initial_accumulator_value``, a step with gradient g is::

        accum <- accum + g^2
        rate <- learning_rate / sqrt(accum)
        x <- variable - rate * g
        variable <- sign(x) * max(|x| - rate * l1, 0) / (1 + rate * l2)

    Each variable has the slot "accumulator" (a variable ``<variable>/ProximalAdagrad``).
    Hyperparameters that are tensors must have the dtype of the variables.

    Args:
      learning_rate: a number or a tensor.
      initial_accumulator_value: a positive number.
      l1_regularization_strength, l2_regularization_strength: numbers or tensors.
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates, and the name of slots.

    Raises:
      ValueError: the initial value is not positive.
    """

    def __init__(self, learning_rate, initial_accumulator_value=0.1, l1_regularization_strength=0.0,
                 l2_regularization_strength=0.0, use_locking=False, name="ProximalAdagrad"):
        if initial_accumulator_value <= 0.0:
            raise ValueError(
                f"initial_accumulator_value must be positive: {initial_accumulator_value}")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._tensors = ()

    def _create_slots(self, var_list):
        for var in var_list:
            with colocate_with(var):
                start = constant(self._initial_accumulator_value, shape=var.shape,
                                 dtype=var.dtype.base_dtype)
            self._get_or_make_slot(var, start, "accumulator", self._name)

    def _prepare(self):
        self._tensors = [
            convert_to_tensor(self._learning_rate, name="learning_rate"),
            convert_to_tensor(self._l1_regularization_strength, name="l1_regularization_strength"),
            convert_to_tensor(self._l2_regularization_strength, name="l2_regularization_strength")]

    def _apply_dense(self, grad, var):
        return training_ops.ApplyProximalAdagrad(
            var, self.get_slot(var, "accumulator"), *self._tensors, grad,
            use_locking=self._use_locking)

    def _resource_apply_dense(self, grad, var):
        return training_ops.ResourceApplyProximalAdagrad(
            var.handle, self.get_slot(var, "accumulator").handle, *self._tensors, grad,
            use_locking=self._use_locking)

    def _apply_sparse(self, grad, var):
        return training_ops.SparseApplyProximalAdagrad(
            var, self.get_slot(var, "accumulator"), *self._tensors, grad.values, grad.indices,
            use_locking=self._use_locking)

    def _resource_apply_sparse(self, grad, var, indices):
        tensors = [math_ops.cast(tensor, grad.dtype) for tensor in self._tensors]
        return training_ops.ResourceSparseApplyProximalAdagrad(
            var.handle, self.get_slot(var, "accumulator").handle, *tensors, grad, indices,
            use_locking=self._use_locking)
