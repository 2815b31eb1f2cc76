"""Adagrad: steps divided by the root of the sum of squared gradients."""

from minitf import initializers
from minitf.framework.convert import convert_to_tensor
from minitf.ops import array_ops, math_ops, training_ops
from minitf.train.optimizer import Optimizer


class AdagradOptimizer(Optimizer):
    """Adagrad (Duchi et al., 2011, http://jmlr.org/papers/v12/duchi11a.html).

    With ``accum`` starting at ``initial_accumulator_value``, a step with gradient g is::

        accum <- accum + g^2
        variable <- variable - learning_rate * g / sqrt(accum)

    Each variable has the slot "accumulator" (a variable ``<variable>/Adagrad``).

    Args:
      learning_rate: a number, a tensor, or a function that returns one.
      initial_accumulator_value: a positive number.
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates, and the name of slots.

    Raises:
      ValueError: the initial value is not positive.
    """

    def __init__(self, learning_rate, initial_accumulator_value=0.1, use_locking=False,
                 name="Adagrad"):
        if initial_accumulator_value <= 0.0:
            raise ValueError(
                f"initial_accumulator_value must be positive: {initial_accumulator_value}")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value
        self._learning_rate_tensor = None

    def _create_slots(self, var_list):
        for var in var_list:
            dtype = var.dtype.base_dtype
            if var.shape.is_fully_defined():
                start = initializers.constant_initializer(self._initial_accumulator_value, dtype)
            else:
                start = self._start_of_computed_shape(var, dtype)
            self._get_or_make_slot_with_initializer(var, start, var.shape, dtype, "accumulator",
                                                    self._name)

    def _start_of_computed_shape(self, var, dtype):
        def start():
            value = array_ops.fill(array_ops.shape(var), self._initial_accumulator_value)
            return math_ops.cast(value, dtype)

        return start

    def _prepare(self):
        rate = self._call_if_callable(self._learning_rate)
        self._learning_rate_tensor = convert_to_tensor(rate, name="learning_rate")

    def _rate(self, dtype):
        return math_ops.cast(self._learning_rate_tensor, dtype)

    def _apply_dense(self, grad, var):
        return training_ops.ApplyAdagrad(
            var, self.get_slot(var, "accumulator"), self._rate(var.dtype.base_dtype), grad,
            use_locking=self._use_locking)

    def _resource_apply_dense(self, grad, var):
        return training_ops.ResourceApplyAdagrad(
            var.handle, self.get_slot(var, "accumulator").handle, self._rate(grad.dtype), grad,
            use_locking=self._use_locking)

    def _apply_sparse(self, grad, var):
        return training_ops.SparseApplyAdagrad(
            var, self.get_slot(var, "accumulator"), self._rate(var.dtype.base_dtype), grad.values,
            grad.indices, use_locking=self._use_locking)

    def _resource_apply_sparse(self, grad, var, indices):
        return training_ops.ResourceSparseApplyAdagrad(
            var.handle, self.get_slot(var, "accumulator").handle, self._rate(grad.dtype), grad,
            indices, use_locking=self._use_locking)
