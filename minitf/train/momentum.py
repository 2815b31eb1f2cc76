"""Momentum: steps along a decaying sum of gradients."""

from minitf.framework.convert import convert_to_tensor
from minitf.ops import math_ops, training_ops
from minitf.train.optimizer import Optimizer


class MomentumOptimizer(Optimizer):
    """Momentum (Polyak, 1964), optionally with Nesterov's look-ahead.

    With ``accum`` starting at 0, a step with gradient g is::

        accum <- momentum * accum + g
        variable <- variable - learning_rate * accum

    With ``use_nesterov`` (Sutskever et al., 2013, http://proceedings.mlr.press/v28/sutskever13.pdf)
    the last line is ``variable <- variable - learning_rate * (g + momentum * accum)``. Each
    variable has the slot "momentum" (a variable ``<variable>/Momentum``).

    Args:
      learning_rate, momentum: numbers, tensors, or functions that return one.
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates, and the name of slots.
      use_nesterov: whether to look ahead.
    """

    def __init__(self, learning_rate, momentum, use_locking=False, name="Momentum",
                 use_nesterov=False):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._momentum = momentum
        self._use_nesterov = use_nesterov

    def _create_slots(self, var_list):
        for var in var_list:
            self._zeros_slot(var, "momentum", self._name)

    def _prepare(self):
        self._learning_rate_tensor = convert_to_tensor(
            self._call_if_callable(self._learning_rate), name="learning_rate")
        self._momentum_tensor = convert_to_tensor(
            self._call_if_callable(self._momentum), name="momentum")

    def _arguments(self, dtype):
        """learning rate and momentum as tensors of that dtype, and the attributes."""
        return (math_ops.cast(self._learning_rate_tensor, dtype),
                math_ops.cast(self._momentum_tensor, dtype),
                {"use_locking": self._use_locking, "use_nesterov": self._use_nesterov})

    def _apply_dense(self, grad, var):
        accum = self.get_slot(var, "momentum")
        rate, momentum, attrs = self._arguments(var.dtype.base_dtype)
        return training_ops.ApplyMomentum(var, accum, rate, grad, momentum, **attrs).op

    def _resource_apply_dense(self, grad, var):
        accum = self.get_slot(var, "momentum")
        rate, momentum, attrs = self._arguments(grad.dtype)
        return training_ops.ResourceApplyMomentum(
            var.handle, accum.handle, rate, grad, momentum, **attrs)

    def _apply_sparse(self, grad, var):
        accum = self.get_slot(var, "momentum")
        rate, momentum, attrs = self._arguments(var.dtype.base_dtype)
        return training_ops.SparseApplyMomentum(
            var, accum, rate, grad.values, grad.indices, momentum, **attrs).op

    def _resource_apply_sparse(self, grad, var, indices):
        accum = self.get_slot(var, "momentum")
        rate, momentum, attrs = self._arguments(grad.dtype)
        return training_ops.ResourceSparseApplyMomentum(
            var.handle, accum.handle, rate, grad, indices, momentum, **attrs)
