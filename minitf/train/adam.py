"""Adam: steps scaled by running averages of the gradient and of its square."""

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, control_dependencies, get_default_graph
from minitf.ops import control_flow_ops, math_ops, resource_variable_ops, state_ops, training_ops
from minitf.train.optimizer import Optimizer


class AdamOptimizer(Optimizer):
    """Adam (Kingma and Ba, 2014, https://arxiv.org/abs/1412.6980), in the form that ends section 2.

    With m, v and t starting at 0, a step with gradient g is::

        t <- t + 1
        lr_t <- learning_rate * sqrt(1 - beta2^t) / (1 - beta1^t)
        m <- beta1 * m + (1 - beta1) * g
        v <- beta2 * v + (1 - beta2) * g * g
        variable <- variable - lr_t * m / (sqrt(v) + epsilon)

    Each variable has the slots "m" and "v" (``<variable>/Adam`` and ``<variable>/Adam_1``). The
    powers of beta1 and beta2 are variables of the optimizer: ``beta1_power``, ``beta2_power``.

    Args:
      learning_rate: a number, a tensor, or a function that returns one.
      beta1: the decay of the average of gradients.
      beta2: the decay of the average of squares.
      epsilon: a small number against division by zero ("epsilon hat" of the paper).
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates, and the name of slots.
    """

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08,
                 use_locking=False, name="Adam"):
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._beta1 = beta1
        self._beta2 = beta2
        self._epsilon = epsilon
        self._lr_t = self._beta1_t = self._beta2_t = self._epsilon_t = None

    def _get_beta_accumulators(self):
        graph = get_default_graph()
        return (self._get_non_slot_variable("beta1_power", graph=graph),
                self._get_non_slot_variable("beta2_power", graph=graph))

    def _create_slots(self, var_list):
        first_var = min(var_list, key=lambda variable: variable.name)
        self._create_non_slot_variable(self._beta1, name="beta1_power", colocate_with=first_var)
        self._create_non_slot_variable(self._beta2, name="beta2_power", colocate_with=first_var)
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _prepare(self):
        for attribute, value, name in (("_lr_t", self._lr, "learning_rate"),
                                       ("_beta1_t", self._beta1, "beta1"),
                                       ("_beta2_t", self._beta2, "beta2"),
                                       ("_epsilon_t", self._epsilon, "epsilon")):
            tensor = convert_to_tensor(self._call_if_callable(value), name=name)
            setattr(self, attribute, tensor)

    def _hyperparameters(self, dtype):
        """beta1_power, beta2_power, lr, beta1, beta2, epsilon as the kernel takes them."""
        return [math_ops.cast(value, dtype)
                for value in (*self._get_beta_accumulators(), self._lr_t, self._beta1_t,
                              self._beta2_t, self._epsilon_t)]

    def _apply_dense(self, grad, var):
        return training_ops.ApplyAdam(
            var, self.get_slot(var, "m"), self.get_slot(var, "v"),
            *self._hyperparameters(var.dtype.base_dtype), grad, use_locking=self._use_locking).op

    def _resource_apply_dense(self, grad, handle):
        return training_ops.ResourceApplyAdam(
            handle.handle, self.get_slot(handle, "m").handle, self.get_slot(handle, "v").handle,
            *self._hyperparameters(grad.dtype.base_dtype), grad, use_locking=self._use_locking)

    def _apply_sparse(self, grad, var):
        def scatter_add(variable, indices, values):
            return state_ops.scatter_add(variable, indices, values, use_locking=self._use_locking)

        return self._apply_rows(grad.values, var, grad.indices, scatter_add)

    def _resource_apply_sparse(self, grad, handle, indices):
        def scatter_add(variable, indices, values):
            with control_dependencies([resource_variable_ops.ResourceScatterAdd(
                    variable.handle, indices, values)]):
                return variable.value()

        return self._apply_rows(grad, handle, indices, scatter_add)

    def _apply_rows(self, grad, var, indices, scatter_add):
        """The update for some rows: averages decay everywhere, only ``indices`` get gradient."""
        beta1_power, beta2_power, lr_t, beta1_t, beta2_t, epsilon_t = self._hyperparameters(
            var.dtype.base_dtype)
        lr = lr_t * math_ops.sqrt(1 - beta2_power) / (1 - beta1_power)
        m = self.get_slot(var, "m")
        step_of_m = grad * (1 - beta1_t)
        m_t = state_ops.assign(m, m * beta1_t, use_locking=self._use_locking)
        with control_dependencies([m_t]):
            m_t = scatter_add(m, indices, step_of_m)
        v = self.get_slot(var, "v")
        step_of_v = (grad * grad) * (1 - beta2_t)
        v_t = state_ops.assign(v, v * beta2_t, use_locking=self._use_locking)
        with control_dependencies([v_t]):
            v_t = scatter_add(v, indices, step_of_v)
        v_sqrt = math_ops.sqrt(v_t)
        var_update = state_ops.assign_sub(var, lr * m_t / (v_sqrt + epsilon_t),
                                          use_locking=self._use_locking)
        return control_flow_ops.group(var_update, m_t, v_t)

    def _finish(self, update_ops, name_scope):
        with control_dependencies(update_ops):
            beta1_power, beta2_power = self._get_beta_accumulators()
            with colocate_with(beta1_power):
                update_beta1 = beta1_power.assign(beta1_power * self._beta1_t,
                                                  use_locking=self._use_locking)
                update_beta2 = beta2_power.assign(beta2_power * self._beta2_t,
                                                  use_locking=self._use_locking)
        return control_flow_ops.group(*update_ops, update_beta1, update_beta2, name=name_scope)
