"""The optimizer template: gradients of a loss, and an update of each variable by its gradient.

``minimize`` is ``compute_gradients`` and then ``apply_gradients``. A subclass says what its state
is (``_create_slots``), what it needs once a step (``_prepare``), how one variable moves
(``_apply_dense`` and its relatives) and what is done at the end of a step (``_finish``).
"""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from minitf.framework.graph import (
    GraphKeys, colocate_with, control_dependencies, get_collection, get_collection_ref,
    get_default_graph, init_scope, name_scope)
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.gradients import gradients
from minitf.ops import array_ops, control_flow_ops, math_ops, resource_variable_ops, state_ops
from minitf.train import slot_creator
from minitf.variable_scope import variable as create_variable
from minitf.variables import RefVariable, Variable, trainable_variables


class Optimizer:
    """The base of all optimizers.

    Args:
      use_locking: the attribute of that name of the update operations.
      name: the name scope of the updates, and the default name of slots.

    Raises:
      ValueError: no name.
    """

    # What gradients wait for: nothing; the other gradients of the same operation; all gradients.
    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    def __init__(self, use_locking, name):
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._slots = {}  # slot name -> {variable: slot variable}
        self._non_slot_dict = {}  # (name, graph) -> variable

    def get_name(self):
        return self._name

    # ---- the two parts of minimize ----

    def minimize(self, loss, global_step=None, var_list=None, gate_gradients=GATE_OP,
                 aggregation_method=None, colocate_gradients_with_ops=False, name=None,
                 grad_loss=None):
        """An operation that moves variables so that ``loss`` falls.

        It is ``compute_gradients`` followed by ``apply_gradients``; see there for the arguments.

        Raises:
          ValueError: the loss depends on no variable.
        """
        grads_and_vars = self.compute_gradients(
            loss, var_list=var_list, gate_gradients=gate_gradients,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops, grad_loss=grad_loss)
        if all(grad is None for grad, _ in grads_and_vars):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not "
                f"support gradients, between variables {[str(v) for _, v in grads_and_vars]} and "
                f"loss {loss}.")
        return self.apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def compute_gradients(self, loss, var_list=None, gate_gradients=GATE_OP,
                          aggregation_method=None, colocate_gradients_with_ops=False,
                          grad_loss=None):
        """The gradients of ``loss`` with respect to variables.

        Args:
          loss: a tensor, or a function without arguments that builds it.
          var_list: the variables; by default all in the collection TRAINABLE_VARIABLES.
          gate_gradients: GATE_NONE, GATE_OP or GATE_GRAPH.
          aggregation_method: one of tf.AggregationMethod.
          colocate_gradients_with_ops: place gradients with the operations that they belong to.
          grad_loss: the gradient with which to start, instead of ones.

        Returns:
          A list of (gradient, variable): the gradient is a Tensor, IndexedSlices, or None.

        Raises:
          TypeError: an entry of ``var_list`` is no variable.
          ValueError: no variables, a loss or variable that is not floating, a wrong argument.
        """
        if callable(loss):
            loss = loss()
        if gate_gradients not in (Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH):
            raise ValueError("gate_gradients must be one of: Optimizer.GATE_NONE, "
                             "Optimizer.GATE_OP, Optimizer.GATE_GRAPH.  "
                             f"Not {gate_gradients}")
        self._assert_valid_dtypes([loss])
        if grad_loss is not None:
            self._assert_valid_dtypes([grad_loss])
        if var_list is None:
            var_list = (trainable_variables()
                        + get_collection(GraphKeys.TRAINABLE_RESOURCE_VARIABLES))
        else:
            var_list = _flatten(var_list)
        var_list = var_list + get_collection(GraphKeys._STREAMING_MODEL_PORTS)
        targets = [_target(variable) for variable in var_list]
        if not var_list:
            raise ValueError("No variables to optimize.")
        grads = gradients(
            loss, targets, grad_ys=grad_loss, gate_gradients=gate_gradients == Optimizer.GATE_OP,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops)
        if gate_gradients == Optimizer.GATE_GRAPH:
            grads = control_flow_ops.tuple(grads)
        grads_and_vars = list(zip(grads, var_list))
        self._assert_valid_dtypes([v for g, v in grads_and_vars
                                   if g is not None and v.dtype != dtypes.resource])
        return grads_and_vars

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """An operation that updates each variable by its gradient.

        Args:
          grads_and_vars: (gradient, variable) pairs, as from ``compute_gradients``.
          global_step: a variable to add 1 to, after the updates.
          name: the name scope; by default the optimizer's name.

        Raises:
          TypeError: a gradient that cannot be a tensor.
          ValueError: no variables, or no gradient at all.
        """
        grads_and_vars = [(_as_gradient(grad), variable) for grad, variable in grads_and_vars]
        if not grads_and_vars:
            raise ValueError("No variables provided.")
        for _, variable in grads_and_vars:
            _target(variable)
        var_list = [variable for grad, variable in grads_and_vars if grad is not None]
        if not var_list:
            raise ValueError("No gradients provided for any variable: "
                             f"{[str(v) for _, v in grads_and_vars]}.")
        with init_scope():
            self._create_slots(var_list)
        update_ops = []
        with name_scope(name, self._name) as scope:
            self._prepare()
            for grad, variable in grads_and_vars:
                if grad is None:
                    continue
                with name_scope("update_" + variable.op.name), colocate_with(variable):
                    update_ops.append(self._update(grad, variable))
            if global_step is None:
                apply_updates = self._finish(update_ops, scope)
            else:
                with control_dependencies([self._finish(update_ops, "update")]):
                    with colocate_with(global_step):
                        apply_updates = _increment(global_step, scope)
            if isinstance(apply_updates, Tensor):
                apply_updates = apply_updates.op
            train_ops = get_collection_ref(GraphKeys.TRAIN_OP)
            if apply_updates not in train_ops:
                train_ops.append(apply_updates)
            return apply_updates

    def _update(self, grad, variable):
        """The update of one variable, by the ``_apply`` method for its kind and the gradient's."""
        if isinstance(variable, Tensor):
            raise NotImplementedError("Trying to update a Tensor ", variable)
        sparse = isinstance(grad, IndexedSlices)
        if sparse and variable.constraint is not None:
            raise RuntimeError("Cannot use a constraint function on a sparse variable.")
        if isinstance(variable, RefVariable):
            if sparse:
                return self._apply_sparse_duplicate_indices(grad, variable)
            update = self._apply_dense(grad, variable)
        else:
            if sparse:
                return self._resource_apply_sparse_duplicate_indices(grad.values, variable,
                                                                     grad.indices)
            update = self._resource_apply_dense(grad, variable)
        if variable.constraint is None:
            return update
        with control_dependencies([update]):
            return variable.assign(variable.constraint(variable))

    # ---- slots ----

    def get_slot(self, var, name):
        """The slot variable ``name`` of ``var``, or None."""
        return self._slots.get(name, {}).get(_var_key(var))

    def get_slot_names(self):
        """The names of the slots, in alphabetical order."""
        return sorted(self._slots)

    def variables(self):
        """All variables of the optimizer itself in the default graph, slots and others."""
        graph = get_default_graph()
        found = [v for (_, owner), v in self._non_slot_dict.items() if owner is graph]
        for slots in self._slots.values():
            found.extend(slot for slot in slots.values() if slot.graph is graph)
        return sorted(found, key=lambda variable: variable.name)

    def _create_non_slot_variable(self, initial_value, name, colocate_with):
        """A variable of the optimizer that belongs to no single variable; made once a graph."""
        key = (name, colocate_with.graph)
        if key not in self._non_slot_dict:
            with get_default_graph().colocate_with(colocate_with):
                self._non_slot_dict[key] = create_variable(
                    initial_value, name=name, trainable=False,
                    use_resource=not isinstance(colocate_with, RefVariable))
        return self._non_slot_dict[key]

    def _get_non_slot_variable(self, name, graph=None):
        return self._non_slot_dict.get((name, graph))

    def _slot_dict(self, slot_name):
        return self._slots.setdefault(slot_name, {})

    def _get_or_make_slot(self, var, val, slot_name, op_name):
        """The slot ``slot_name`` of ``var``; made with the value ``val`` when there is none."""
        slots = self._slot_dict(slot_name)
        if _var_key(var) not in slots:
            slots[_var_key(var)] = slot_creator.create_slot(var, val, op_name)
        return slots[_var_key(var)]

    def _get_or_make_slot_with_initializer(self, var, initializer, shape, dtype, slot_name,
                                           op_name):
        """The slot ``slot_name`` of ``var``; made by an initializer when there is none."""
        slots = self._slot_dict(slot_name)
        if _var_key(var) not in slots:
            slots[_var_key(var)] = slot_creator.create_slot_with_initializer(
                var, initializer, shape, dtype, op_name)
        return slots[_var_key(var)]

    def _zeros_slot(self, var, slot_name, op_name):
        """The slot ``slot_name`` of ``var``; made of zeros when there is none."""
        slots = self._slot_dict(slot_name)
        if _var_key(var) not in slots:
            slots[_var_key(var)] = slot_creator.create_zeros_slot(var, op_name)
        return slots[_var_key(var)]

    # ---- what subclasses give ----

    def _create_slots(self, var_list):
        """Makes the slots of the variables; an optimizer without state makes none."""

    def _prepare(self):
        """Makes the tensors that all updates share, such as the learning rate."""

    def _apply_dense(self, grad, var):
        """The operation that updates a variable (ref) by a dense gradient."""
        raise NotImplementedError(f"{type(self).__name__} has no _apply_dense")

    def _resource_apply_dense(self, grad, handle):
        """The operation that updates a resource variable by a dense gradient."""
        raise NotImplementedError(f"{type(self).__name__} has no _resource_apply_dense")

    def _apply_sparse(self, grad, var):
        """The operation that updates a variable (ref) by IndexedSlices with distinct indices."""
        raise NotImplementedError(f"{type(self).__name__} has no _apply_sparse")

    def _resource_apply_sparse(self, grad, handle, indices):
        """The operation that updates a resource variable by rows with distinct indices."""
        raise NotImplementedError(f"{type(self).__name__} has no _resource_apply_sparse")

    def _apply_sparse_duplicate_indices(self, grad, var):
        """``_apply_sparse`` after rows of the same index have been added up."""
        values, indices = _deduplicate(grad.values, grad.indices)
        return self._apply_sparse(IndexedSlices(values, indices, grad.dense_shape), var)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        """``_resource_apply_sparse`` after rows of the same index have been added up."""
        values, indices = _deduplicate(grad, indices)
        return self._resource_apply_sparse(values, handle, indices)

    def _finish(self, update_ops, name_scope):
        """The operation that ends a step, given the updates."""
        return control_flow_ops.group(*update_ops, name=name_scope)

    def _call_if_callable(self, param):
        """A hyperparameter that is given as a function is its result."""
        return param() if callable(param) else param

    def _valid_dtypes(self):
        return {dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64}

    def _assert_valid_dtypes(self, tensors):
        valid = self._valid_dtypes()
        for tensor in tensors:
            dtype = tensor.dtype.base_dtype
            if dtype not in valid:
                raise ValueError(
                    f"Invalid type {dtype!r} for {tensor.name}, expected: {list(valid)}.")


def _var_key(var):
    """What slots are kept by: the variable's graph and name."""
    return (var.op.graph, var.op.name)


def _target(variable):
    """What the gradient is taken with respect to.

    Raises:
      NotImplementedError: not something that can be optimized.
    """
    if isinstance(variable, RefVariable):
        return variable._ref()
    if isinstance(variable, Variable):
        return variable.handle
    if isinstance(variable, Tensor):
        return variable
    raise NotImplementedError("Trying to optimize unsupported type ", variable)


def _as_gradient(grad):
    if grad is None:
        return None
    try:
        return convert_to_tensor_or_indexed_slices(grad)
    except TypeError:
        raise TypeError(
            f"Gradient must be convertible to a Tensor or IndexedSlices, or None: {grad}") from None


def _increment(global_step, name):
    if isinstance(global_step, RefVariable) or not isinstance(global_step, Variable):
        return state_ops.assign_add(global_step, 1, name=name)
    one = convert_to_tensor(1, dtype=global_step.dtype)
    return resource_variable_ops.AssignAddVariableOp(global_step.handle, one, name=name)


def _deduplicate(values, indices):
    """Rows of the same index added up, and the distinct indices."""
    unique_indices, positions = array_ops.unique(indices)
    summed = math_ops.unsorted_segment_sum(values, positions, array_ops.shape(unique_indices)[0])
    return summed, unique_indices


def _flatten(structure):
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in _flatten(structure[key])]
    if isinstance(structure, (list, tuple)):
        return [leaf for item in structure for leaf in _flatten(item)]
    return list(structure) if hasattr(structure, "_get_variable_list") else [structure]
