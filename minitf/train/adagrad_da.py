"""Adagrad dual averaging: variables are computed from sums of gradients, and may be sparse."""

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, device
from minitf.ops import array_ops, math_ops, training_ops
from minitf.ops.constant_op import constant
from minitf.train.optimizer import Optimizer


class AdagradDAOptimizer(Optimizer):
    """Adagrad by dual averaging (Duchi et al., 2011, http://jmlr.org/papers/v12/duchi11a.html).

    With G starting at 0 and S at ``initial_gradient_squared_accumulator_value``, step number
    t = global_step + 1 with gradient g is::

        G <- G + g
        S <- S + g^2
        variable <- -learning_rate * sign(G) * max(|G| - l1 * t, 0)
                    / (l2 * t * learning_rate + sqrt(S))

    so that the values with which variables were initialised are forgotten. Each variable has the
    slots "gradient_accumulator" and "gradient_squared_accumulator".

    Args:
      learning_rate: a number or a tensor.
      global_step: a variable or tensor, int64, the number of steps so far.
      initial_gradient_squared_accumulator_value: a positive number.
      l1_regularization_strength, l2_regularization_strength: numbers or tensors.
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates, and the name of slots.

    Raises:
      ValueError: the initial value is not positive.
    """

    def __init__(self, learning_rate, global_step, initial_gradient_squared_accumulator_value=0.1,
                 l1_regularization_strength=0.0, l2_regularization_strength=0.0, use_locking=False,
                 name="AdagradDA"):
        if initial_gradient_squared_accumulator_value <= 0.0:
            raise ValueError("initial_gradient_squared_accumulator_value must be positive: "
                             f"{initial_gradient_squared_accumulator_value}")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._global_step = global_step
        self._start_of_squares = initial_gradient_squared_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength

    def _create_slots(self, var_list):
        for var in var_list:
            dtype = var.dtype.base_dtype
            with colocate_with(var):
                zeros = constant(0.0, shape=var.shape, dtype=dtype)
                squares = constant(self._start_of_squares, shape=var.shape, dtype=dtype)
            self._get_or_make_slot(var, zeros, "gradient_accumulator", self._name)
            self._get_or_make_slot(var, squares, "gradient_squared_accumulator", self._name)

    def _prepare(self):
        self._learning_rate_tensor = convert_to_tensor(self._learning_rate, name="learning_rate")
        with colocate_with(self._learning_rate_tensor):
            self._global_step_on_worker = array_ops.identity(self._global_step) + 1

    def _slots_of(self, var):
        return (self.get_slot(var, "gradient_accumulator"),
                self.get_slot(var, "gradient_squared_accumulator"))

    def _hyperparameters(self, var):
        """learning rate, l1, l2 and the number of this step, as the kernel takes them."""
        dtype = var.dtype.base_dtype
        with device(var.device):
            step = array_ops.identity(self._global_step_on_worker)
        return [*(math_ops.cast(value, dtype) for value in (
            self._learning_rate_tensor, self._l1_regularization_strength,
            self._l2_regularization_strength)), step]

    def _apply_dense(self, grad, var):
        return training_ops.ApplyAdagradDA(
            var, *self._slots_of(var), grad, *self._hyperparameters(var),
            use_locking=self._use_locking)

    def _resource_apply_dense(self, grad, var):
        return training_ops.ResourceApplyAdagradDA(
            var.handle, *(slot.handle for slot in self._slots_of(var)), grad,
            *self._hyperparameters(var), use_locking=self._use_locking)

    def _apply_sparse(self, grad, var):
        return training_ops.SparseApplyAdagradDA(
            var, *self._slots_of(var), grad.values, grad.indices, *self._hyperparameters(var),
            use_locking=self._use_locking)

    def _resource_apply_sparse(self, grad, var, indices):
        return training_ops.ResourceSparseApplyAdagradDA(
            var.handle, *(slot.handle for slot in self._slots_of(var)), grad, indices,
            *self._hyperparameters(var), use_locking=self._use_locking)
