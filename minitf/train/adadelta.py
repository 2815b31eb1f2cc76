"""Adadelta: steps in the ratio of the running sizes of past steps and of gradients."""

from minitf.framework.convert import convert_to_tensor
from minitf.ops import math_ops, training_ops
from minitf.train.optimizer import Optimizer


class AdadeltaOptimizer(Optimizer):
    """Adadelta (Zeiler, 2012, https://arxiv.org/abs/1212.5701).

    With both averages starting at 0, a step with gradient g is::

        accum <- rho * accum + (1 - rho) * g^2
        update <- sqrt(accum_update + epsilon) / sqrt(accum + epsilon) * g
        accum_update <- rho * accum_update + (1 - rho) * update^2
        variable <- variable - learning_rate * update

    Each variable has the slots "accum" and "accum_update" (``<variable>/Adadelta`` and
    ``<variable>/Adadelta_1``).

    Args:
      learning_rate: a number, a tensor, or a function that returns one; 1 is the paper's form.
      rho: the decay of both averages, likewise.
      epsilon: a small number that lets the first step be more than nothing, likewise.
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates, and the name of slots.
    """

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-8, use_locking=False,
                 name="Adadelta"):
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._rho = rho
        self._epsilon = epsilon
        self._lr_t = self._rho_t = self._epsilon_t = None

    def _create_slots(self, var_list):
        for var in var_list:
            self._zeros_slot(var, "accum", self._name)
            self._zeros_slot(var, "accum_update", self._name)

    def _prepare(self):
        rate, rho, epsilon = map(self._call_if_callable, (self._lr, self._rho, self._epsilon))
        self._lr_t = convert_to_tensor(rate, name="lr")
        self._rho_t = convert_to_tensor(rho, name="rho")
        self._epsilon_t = convert_to_tensor(epsilon, name="epsilon")

    def _slots_of(self, var):
        return self.get_slot(var, "accum"), self.get_slot(var, "accum_update")

    def _hyperparameters(self, dtype):
        """learning rate, rho and epsilon as the kernel takes them."""
        return [math_ops.cast(value, dtype)
                for value in (self._lr_t, self._rho_t, self._epsilon_t)]

    def _apply_dense(self, grad, var):
        return training_ops.ApplyAdadelta(
            var, *self._slots_of(var), *self._hyperparameters(var.dtype.base_dtype), grad,
            use_locking=self._use_locking)

    def _resource_apply_dense(self, grad, var):
        return training_ops.ResourceApplyAdadelta(
            var.handle, *(slot.handle for slot in self._slots_of(var)),
            *self._hyperparameters(grad.dtype), grad, use_locking=self._use_locking)

    def _apply_sparse(self, grad, var):
        return training_ops.SparseApplyAdadelta(
            var, *self._slots_of(var), *self._hyperparameters(var.dtype.base_dtype), grad.values,
            grad.indices, use_locking=self._use_locking)

    def _resource_apply_sparse(self, grad, var, indices):
        return training_ops.ResourceSparseApplyAdadelta(
            var.handle, *(slot.handle for slot in self._slots_of(var)),
            *self._hyperparameters(grad.dtype), grad, indices, use_locking=self._use_locking)
