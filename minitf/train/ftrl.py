"""FTRL-Proximal: follow the regularized leader, with weights that L1 makes exactly zero."""

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with
from minitf.ops import math_ops, training_ops
from minitf.ops.constant_op import constant
from minitf.train.optimizer import Optimizer


class FtrlOptimizer(Optimizer):
    """FTRL-Proximal (McMahan et al., 2013, https://research.google/pubs/pub41159).

    With ``accum`` starting at ``initial_accumulator_value`` and ``linear`` at 0, a step with
    gradient g is, for p = -learning_rate_power::

        linear <- linear + g - ((accum + g^2)^p - accum^p) / learning_rate * variable
        accum <- accum + g^2
        variable <- (sign(linear) * l1 - linear) / (accum^p / learning_rate + 2 * l2)
                    where |linear| > l1, and 0 elsewhere

    With an L2 shrinkage, ``g + 2 * l2_shrinkage * variable`` is added to ``linear`` instead of g: a
    penalty on the size of the variable, while l2 is one on the size of steps. Each variable has the
    slots "accum" and "linear" (``<variable>/Ftrl`` and ``<variable>/Ftrl_1``).

    Args:
      learning_rate: a number or a tensor.
      learning_rate_power: a number, 0 or less; 0 means that the learning rate stays as it is.
      initial_accumulator_value, l1_regularization_strength, l2_regularization_strength,
        l2_shrinkage_regularization_strength: numbers, 0 or more.
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates, and the name of slots without a name of their own.
      accum_name, linear_name: the names of slots.

    Raises:
      ValueError: a number of the wrong sign.
    """

    def __init__(self, learning_rate, learning_rate_power=-0.5, initial_accumulator_value=0.1,
                 l1_regularization_strength=0.0, l2_regularization_strength=0.0, use_locking=False,
                 name="Ftrl", accum_name=None, linear_name=None,
                 l2_shrinkage_regularization_strength=0.0):
        super().__init__(use_locking, name)
        if learning_rate_power > 0.0:
            raise ValueError(
                f"learning_rate_power {learning_rate_power:f} needs to be negative or zero")
        self._learning_rate = learning_rate
        self._learning_rate_power = learning_rate_power
        self._initial_accumulator_value = _not_negative(
            initial_accumulator_value, "initial_accumulator_value")
        self._l1 = _not_negative(l1_regularization_strength, "l1_regularization_strength")
        self._l2 = _not_negative(l2_regularization_strength, "l2_regularization_strength")
        self._l2_shrinkage = _not_negative(l2_shrinkage_regularization_strength,
                                           "l2_shrinkage_regularization_strength")
        self._shrinks = self._l2_shrinkage > 0
        self._accum_name = accum_name
        self._linear_name = linear_name
        self._tensors = ()

    def _create_slots(self, var_list):
        for var in var_list:
            with colocate_with(var):
                start = constant(self._initial_accumulator_value, dtype=var.dtype, shape=var.shape)
                self._get_or_make_slot(var, start, "accum", self._accum_name or self._name)
                self._zeros_slot(var, "linear", self._linear_name or self._name)

    def _prepare(self):
        rate = convert_to_tensor(self._learning_rate, name="learning_rate")
        l1 = convert_to_tensor(self._l1, name="l1_regularization_strength")
        l2 = convert_to_tensor(self._l2, name="l2_regularization_strength")
        shrinkage = convert_to_tensor(self._l2_shrinkage,
                                      name="l2_shrinkage_regularization_strength")
        power = convert_to_tensor(self._learning_rate_power, name="learning_rate_power")
        self._tensors = [rate, l1, l2, shrinkage, power] if self._shrinks else [rate, l1, l2, power]

    def _states(self, var):
        return [var, self.get_slot(var, "accum"), self.get_slot(var, "linear")]

    def _hyperparameters(self, dtype):
        """learning rate, l1, l2, perhaps the shrinkage, and the power, as the kernel takes them."""
        return [math_ops.cast(tensor, dtype) for tensor in self._tensors]

    def _apply_dense(self, grad, var):
        apply = training_ops.ApplyFtrlV2 if self._shrinks else training_ops.ApplyFtrl
        return apply(*self._states(var), grad, *self._hyperparameters(var.dtype.base_dtype),
                     use_locking=self._use_locking)

    def _resource_apply_dense(self, grad, var):
        apply = (training_ops.ResourceApplyFtrlV2 if self._shrinks
                 else training_ops.ResourceApplyFtrl)
        return apply(*(state.handle for state in self._states(var)), grad,
                     *self._hyperparameters(var.dtype.base_dtype), use_locking=self._use_locking)

    def _apply_sparse(self, grad, var):
        apply = training_ops.SparseApplyFtrlV2 if self._shrinks else training_ops.SparseApplyFtrl
        return apply(*self._states(var), grad.values, grad.indices,
                     *self._hyperparameters(var.dtype.base_dtype), use_locking=self._use_locking)

    def _resource_apply_sparse(self, grad, var, indices):
        apply = (training_ops.ResourceSparseApplyFtrlV2 if self._shrinks
                 else training_ops.ResourceSparseApplyFtrl)
        return apply(*(state.handle for state in self._states(var)), grad, indices,
                     *self._hyperparameters(grad.dtype), use_locking=self._use_locking)


def _not_negative(value, name):
    if value < 0.0:
        raise ValueError(f"{name} {value:f} needs to be positive or zero")
    return value
