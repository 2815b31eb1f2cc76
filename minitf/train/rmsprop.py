"""RMSProp: steps divided by the running root mean square of gradients."""

from minitf import initializers
from minitf.framework.convert import convert_to_tensor
from minitf.ops import array_ops, math_ops, training_ops
from minitf.train.optimizer import Optimizer


class RMSPropOptimizer(Optimizer):
    """RMSProp (Tieleman and Hinton, 2012, lecture 6 of "Neural Networks for Machine Learning").

    With ``ms`` starting at 1 and ``mom`` at 0, a step with gradient g is::

        ms <- decay * ms + (1 - decay) * g^2
        mom <- momentum * mom + learning_rate * g / sqrt(ms + epsilon)
        variable <- variable - mom

    If ``centered`` (Graves, 2013, https://arxiv.org/abs/1308.0850), the divisor is an estimate of
    the standard deviation::

        mg <- decay * mg + (1 - decay) * g
        mom <- momentum * mom + learning_rate * g / sqrt(ms - mg^2 + epsilon)

    Each variable has the slots "rms", "momentum" and, if centered, "mg".

    Args:
      learning_rate, decay, momentum, epsilon: numbers, tensors, or functions that return one.
      use_locking: the attribute of that name of the update operations.
      centered: whether to subtract the square of the mean.
      name: the name scope of the updates, and the name of slots.
    """

    def __init__(self, learning_rate, decay=0.9, momentum=0.0, epsilon=1e-10, use_locking=False,
                 centered=False, name="RMSProp"):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._decay = decay
        self._momentum = momentum
        self._epsilon = epsilon
        self._centered = centered
        self._tensors = ()

    def _create_slots(self, var_list):
        for var in var_list:
            dtype = var.dtype.base_dtype
            if var.shape.is_fully_defined():
                ones = initializers.ones_initializer(dtype=dtype)
            else:
                ones = array_ops.ones_like(var)
            self._get_or_make_slot_with_initializer(var, ones, var.shape, dtype, "rms", self._name)
            if self._centered:
                self._zeros_slot(var, "mg", self._name)
            self._zeros_slot(var, "momentum", self._name)

    def _prepare(self):
        names = ("learning_rate", "decay", "momentum", "epsilon")
        values = [self._call_if_callable(value) for value in (
            self._learning_rate, self._decay, self._momentum, self._epsilon)]
        self._tensors = [convert_to_tensor(value, name=name) for value, name in zip(values, names)]

    def _states(self, var):
        """The variable and its slots, as the kernel takes them."""
        mean = [self.get_slot(var, "mg")] if self._centered else []
        return [var, *mean, self.get_slot(var, "rms"), self.get_slot(var, "momentum")]

    def _hyperparameters(self, dtype):
        """learning rate, decay, momentum and epsilon as the kernel takes them."""
        return [math_ops.cast(tensor, dtype) for tensor in self._tensors]

    def _apply_dense(self, grad, var):
        apply = training_ops.ApplyCenteredRMSProp if self._centered else training_ops.ApplyRMSProp
        return apply(*self._states(var), *self._hyperparameters(var.dtype.base_dtype), grad,
                     use_locking=self._use_locking).op

    def _resource_apply_dense(self, grad, var):
        apply = (training_ops.ResourceApplyCenteredRMSProp if self._centered
                 else training_ops.ResourceApplyRMSProp)
        return apply(*(state.handle for state in self._states(var)),
                     *self._hyperparameters(grad.dtype), grad, use_locking=self._use_locking)

    def _apply_sparse(self, grad, var):
        apply = (training_ops.SparseApplyCenteredRMSProp if self._centered
                 else training_ops.SparseApplyRMSProp)
        return apply(*self._states(var), *self._hyperparameters(var.dtype.base_dtype), grad.values,
                     grad.indices, use_locking=self._use_locking)

    def _resource_apply_sparse(self, grad, var, indices):
        apply = (training_ops.ResourceSparseApplyCenteredRMSProp if self._centered
                 else training_ops.ResourceSparseApplyRMSProp)
        return apply(*(state.handle for state in self._states(var)),
                     *self._hyperparameters(grad.dtype), grad, indices,
                     use_locking=self._use_locking)
