"""Moving averages of variables and tensors: shadow variables that follow slowly."""

from minitf import initializers, variables
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    GraphKeys, add_to_collection, colocate_with, get_default_graph, init_scope, name_scope)
from minitf.ops import control_flow_ops, math_ops, state_ops
from minitf.train import slot_creator
from minitf.variable_scope import get_variable, get_variable_scope, variable_scope

_FLOATING = (dtypes.bfloat16, dtypes.float16, dtypes.float32, dtypes.float64)
_RESTORABLE = ("Variable", "VariableV2", "VarHandleOp")


# ---- one average ----


def assign_moving_average(variable, value, decay, zero_debias=True, name=None):
    """Moves a variable towards a value: ``variable <- decay * variable + (1 - decay) * value``.

    With ``zero_debias`` the average is kept in a variable "biased" that starts at 0, and after n
    updates ``variable`` becomes ``biased / (1 - decay^n)`` (Kingma and Ba, 2014, section 3), which
    does not depend on where ``variable`` started. That needs a variable "local_step" for n, too.

    Args:
      variable: the variable to update.
      value: a tensor of its shape and dtype.
      decay: a float or scalar, close to 1 for a long memory.
      zero_debias: see above.
      name: the name scope, by default "AssignMovingAvg".

    Returns:
      The updated variable: a mutable tensor, or a variable to read, as from ``assign_sub``.
    """
    with name_scope(name, "AssignMovingAvg", [variable, value, decay]) as scope:
        decay = convert_to_tensor(1.0 - decay, name="decay")
        if decay.dtype != variable.dtype.base_dtype:
            decay = math_ops.cast(decay, variable.dtype.base_dtype)
        if zero_debias:
            return _assign_unbiased(variable, value, decay, scope)
        return state_ops.assign_sub(variable, (variable - value) * decay, name=scope)


def _assign_unbiased(variable, value, decay, scope):
    """The update with zero_debias; ``decay`` is 1 - decay here."""
    with variable_scope(variable.name[:-len(":0")], values=[variable, value, decay]):
        with colocate_with(variable):
            biased = get_variable(
                _unused_name("biased"), initializer=initializers.zeros_initializer(),
                shape=variable.shape, dtype=variable.dtype, trainable=False)
            local_step = get_variable(
                _unused_name("local_step"), shape=[], dtype=variable.dtype,
                initializer=initializers.zeros_initializer(), trainable=False)
    new_biased = state_ops.assign_sub(biased, (biased - value) * decay)
    new_step = local_step.assign_add(1)
    weight = 1 - math_ops.pow(1.0 - decay, new_step)
    return state_ops.assign(variable, new_biased / weight, name=scope)


def _unused_name(name):
    """``name``, or the first of name_1, name_2, ... that no variable of the variable scope has."""
    scope = get_variable_scope()
    if scope.reuse:
        return name
    taken = {variable.op.name for variable in scope.global_variables()}
    candidate, count = name, 0
    while f"{scope.name}/{candidate}" in taken:
        count += 1
        candidate = f"{name}_{count}"
    return candidate


def weighted_moving_average(value, decay, weight, truediv=True, collections=None, name=None):
    """The moving average of ``value * weight``, divided by that of ``weight``.

    Args:
      value: a tensor.
      decay: a float or scalar.
      weight: a tensor that can be multiplied with ``value``; the weight of this update.
      truediv: whether to divide integers to floats.
      collections: of the two variables that are made; by default GLOBAL_VARIABLES.
      name: the variable scope, by default "WeightedMovingAvg".

    Returns:
      A tensor of the shape of ``value``; it updates the averages each time that it is computed.
    """
    if collections is None:
        collections = [GraphKeys.GLOBAL_VARIABLES]
    with variable_scope(name, "WeightedMovingAvg", [value, weight, decay]) as scope:
        sums = [
            get_variable(own_name, shape=tensor.shape, dtype=tensor.dtype, trainable=False,
                         initializer=initializers.zeros_initializer(), collections=collections)
            for own_name, tensor in (("value_x_weight", value), ("weight", weight))]
        numerator = assign_moving_average(sums[0], value * weight, decay, zero_debias=False)
        denominator = assign_moving_average(sums[1], weight, decay, zero_debias=False)
        divide = math_ops.truediv if truediv else math_ops.div
        return divide(numerator, denominator, name=scope.name)


# ---- averages of many variables ----


class ExponentialMovingAverage:
    """Keeps moving averages of variables, often better than the variables for evaluation.

    ``apply`` makes a shadow variable for each variable and an operation that updates them::

        shadow <- decay * shadow + (1 - decay) * variable

    Args:
      decay: a float or scalar, such as 0.999.
      num_updates: a number or scalar n, such as the global step; if given, the decay is
        ``min(decay, (1 + n) / (10 + n))``, which lets averages move faster at first.
      zero_debias: whether averages of tensors (not of variables) are corrected for starting at 0.
      name: the name of ``apply``'s operation and, under each variable's name, of its shadow.
    """

    def __init__(self, decay, num_updates=None, zero_debias=False, name="ExponentialMovingAverage"):
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._averages = {}  # variable or tensor -> shadow variable

    @property
    def name(self):
        return self._name

    def apply(self, var_list=None):
        """An operation that updates the averages, whose variables are made here the first time.

        The shadow of a variable starts at the variable's initial value, that of a tensor at 0.
        Shadows are in the collection GLOBAL_VARIABLES, the variables that were averaged in
        MOVING_AVERAGE_VARIABLES.

        Args:
          var_list: variables and tensors; by default all trainable variables.

        Raises:
          TypeError: one of them is not floating.
        """
        if var_list is None:
            var_list = variables.trainable_variables()
        unbiased = set()
        for var in var_list:
            if var.dtype.base_dtype not in _FLOATING:
                raise TypeError(f"The variables must be half, float, or double: {var.name}")
            if var not in self._averages:
                with init_scope():
                    self._averages[var] = self._create_shadow(var)
                if self._zero_debias and not isinstance(var, variables.Variable):
                    unbiased.add(var)
        with name_scope(self._name) as scope:
            decay = self._decay_tensor()
            updates = [assign_moving_average(self._averages[var], var, decay, var in unbiased)
                       for var in var_list]
            return control_flow_ops.group(*updates, name=scope)

    def _create_shadow(self, var):
        if isinstance(var, variables.Variable):
            shadow = slot_creator.create_slot(var, var.initialized_value(), self._name)
            add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, var)
            return shadow
        return slot_creator.create_zeros_slot(
            var, self._name, colocate_with_primary=var.op.type in _RESTORABLE)

    def _decay_tensor(self):
        decay = convert_to_tensor(self._decay, name="decay")
        if self._num_updates is None:
            return decay
        updates = math_ops.cast(self._num_updates, dtypes.float32, name="num_updates")
        return math_ops.minimum(decay, (1.0 + updates) / (10.0 + updates))

    def average(self, var):
        """The shadow variable of a variable or tensor, or None."""
        return self._averages.get(var)

    def average_name(self, var):
        """The name of the operation of the shadow variable that there is or would be."""
        if var in self._averages:
            return self._averages[var].op.name
        return get_default_graph().unique_name(f"{var.op.name}/{self._name}", mark_as_used=False)

    def variables_to_restore(self, moving_avg_variables=None):
        """What to restore so that variables get the values of their averages.

        Args:
          moving_avg_variables: the variables to replace; by default all that are trainable or
            averaged.

        Returns:
          A dict from names in a checkpoint, shadows' names where there are any, to variables.
        """
        if moving_avg_variables is None:
            moving_avg_variables = (variables.trainable_variables()
                                    + variables.moving_average_variables())
        averaged = list(dict.fromkeys(moving_avg_variables))
        result = {self.average_name(variable): variable for variable in averaged}
        names = {variable.name for variable in averaged}
        for variable in dict.fromkeys(variables.global_variables()):
            if variable.name not in names and variable.op.name not in result:
                result[variable.op.name] = variable
        return result
