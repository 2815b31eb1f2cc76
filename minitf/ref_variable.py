"""Ref variables: a mutable tensor that ops read and assign to."""

from minitf.framework.convert import convert_to_tensor, register_tensor_conversion_function
from minitf.framework.graph import (
    add_to_collections,
    colocate_with,
    device,
    get_default_graph,
    init_scope,
    name_from_scope_name,
    name_scope,
)
from minitf.framework.scope_names import prepend_scope, strip_scope
from minitf.framework.tensor_shape import unknown_shape
from minitf.ops import array_ops, scatter_ops, state_ops
from minitf.variable_base import (
    Variable,
    checked_collections,
    refuse_value_of_control_flow,
    require_indexed_slices,
)
from minitf.variable_guard import guard_uninitialized_dependencies


class RefVariable(Variable):
    """A variable that is a mutable tensor. Arguments are those of ``Variable``.

    Nodes, for a variable ``b``: what makes the initial value (under ``b/Initializer`` when that is
    a function), ``b`` (VariableV2), ``b/Assign`` (the initializer) and ``b/read`` (what ops get).
    """

    def __init__(self, initial_value=None, trainable=None, collections=None, validate_shape=True,
                 caching_device=None, name=None, variable_def=None, dtype=None,
                 expected_shape=None, import_scope=None, constraint=None, synchronization=None,
                 aggregation=None, shape=None):
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            self._find(variable_def, import_scope)
            return
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        self._set_properties(trainable, synchronization, aggregation, name, constraint)
        collections = checked_collections(collections, self._trainable, constraint)
        values = [] if callable(initial_value) else [initial_value]
        with init_scope(), name_scope(name, "Variable", values) as scope:
            if callable(initial_value):
                shape = self._make_by_function(initial_value, dtype, shape, validate_shape, scope)
            else:
                self._make_by_value(initial_value, dtype, shape, validate_shape, scope)
            if validate_shape and not self._initial_value.shape.is_fully_defined():
                raise ValueError(
                    f"initial_value must have a shape specified: {self._initial_value}")
            self._initializer_op = state_ops.assign(
                self._variable, guard_uninitialized_dependencies(scope, self._initial_value),
                validate_shape=validate_shape).op
            place = (colocate_with(self._variable.op) if caching_device is None
                     else device(caching_device))
            with place:
                self._snapshot = array_ops.identity(self._variable, name="read")
        add_to_collections(collections, self)

    def _make_by_function(self, make_value, dtype, shape, validate_shape, scope):
        group = b"loc:@" + name_from_scope_name(scope).encode()
        with get_default_graph()._attr_scope({"_class": [group]}):
            with name_scope("Initializer"), device(None):
                self._initial_value = convert_to_tensor(make_value(), name="initial_value",
                                                        dtype=dtype)
            self._make_ref(shape, validate_shape, scope)

    def _make_by_value(self, value, dtype, shape, validate_shape, scope):
        self._initial_value = convert_to_tensor(value, name="initial_value", dtype=dtype)
        refuse_value_of_control_flow(self._initial_value, scope)
        self._make_ref(shape, validate_shape, scope)

    def _make_ref(self, shape, validate_shape, scope):
        if shape is None:
            shape = self._initial_value.shape if validate_shape else unknown_shape()
        self._variable = state_ops.variable_op_v2(shape, self._initial_value.dtype.base_dtype,
                                                  name=scope)

    def _find(self, variable_def, import_scope):
        graph = get_default_graph()
        self._variable = graph.as_graph_element(
            prepend_scope(variable_def.variable_name, import_scope))
        self._find_described(variable_def, import_scope)
        self._snapshot = graph.as_graph_element(
            prepend_scope(variable_def.snapshot_name, import_scope))

    # ---- what it is ----

    @property
    def name(self):
        return self._variable.name

    @property
    def op(self):
        """The VariableV2 operation."""
        return self._variable.op

    @property
    def graph(self):
        return self._variable.graph

    @property
    def device(self):
        return self._variable.device

    @property
    def dtype(self):
        """The ref type of the elements' dtype."""
        return self._variable.dtype

    @property
    def shape(self):
        return self._variable.shape

    def set_shape(self, shape):
        """Adds what is known of the static shape."""
        self._variable.set_shape(shape)
        self._snapshot.set_shape(shape)

    def _as_graph_element(self):
        return self._variable

    def _ref(self):
        """The mutable tensor."""
        return self._variable

    # ---- reading ----

    def value(self):
        """The tensor ``b/read``, which ops get that use the variable as a tensor."""
        return self._snapshot

    def read_value(self):
        """A new Identity op, which reads the value under the current control dependencies."""
        return array_ops.identity(self._variable, name="read")

    # ---- changing ----

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """An op that sets the value (TF op: Assign).

        Returns:
          A ref tensor with the new value; with ``read_value`` False, the operation.
        """
        return _tensor_or_op(state_ops.assign(self._variable, value, use_locking=use_locking,
                                              name=name), read_value)

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        """An op that adds ``delta`` to the value (TF op: AssignAdd); returns as ``assign``."""
        return _tensor_or_op(state_ops.assign_add(self._variable, delta, use_locking=use_locking,
                                                  name=name), read_value)

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        """An op that takes ``delta`` from the value (TF op: AssignSub); returns as ``assign``."""
        return _tensor_or_op(state_ops.assign_sub(self._variable, delta, use_locking=use_locking,
                                                  name=name), read_value)

    def scatter_add(self, sparse_delta, use_locking=False, name=None):
        """An op that adds the rows of IndexedSlices (TF op: ScatterAdd)."""
        return self._scatter(scatter_ops.scatter_add, sparse_delta, use_locking, name)

    def scatter_sub(self, sparse_delta, use_locking=False, name=None):
        """An op that subtracts the rows of IndexedSlices (TF op: ScatterSub)."""
        return self._scatter(scatter_ops.scatter_sub, sparse_delta, use_locking, name)

    def scatter_mul(self, sparse_delta, use_locking=False, name=None):
        """An op that multiplies by the rows of IndexedSlices (TF op: ScatterMul)."""
        return self._scatter(scatter_ops.scatter_mul, sparse_delta, use_locking, name)

    def scatter_div(self, sparse_delta, use_locking=False, name=None):
        """An op that divides by the rows of IndexedSlices (TF op: ScatterDiv)."""
        return self._scatter(scatter_ops.scatter_div, sparse_delta, use_locking, name)

    def scatter_max(self, sparse_delta, use_locking=False, name=None):
        """The larger of the value and the rows of IndexedSlices (TF op: ScatterMax)."""
        return self._scatter(scatter_ops.scatter_max, sparse_delta, use_locking, name)

    def scatter_min(self, sparse_delta, use_locking=False, name=None):
        """The lesser of the value and the rows of IndexedSlices (TF op: ScatterMin)."""
        return self._scatter(scatter_ops.scatter_min, sparse_delta, use_locking, name)

    def scatter_update(self, sparse_delta, use_locking=False, name=None):
        """An op that puts in the rows of IndexedSlices (TF op: ScatterUpdate)."""
        return self._scatter(scatter_ops.scatter_update, sparse_delta, use_locking, name)

    def _scatter(self, function, sparse_delta, use_locking, name):
        require_indexed_slices(sparse_delta)
        return function(self._variable, sparse_delta.indices, sparse_delta.values,
                        use_locking=use_locking, name=name)

    def batch_scatter_update(self, sparse_delta, use_locking=False, name=None):
        """``scatter_update`` along the last dimension of the indices, for each of the others."""
        return scatter_ops.batch_scatter_update(self, sparse_delta.indices, sparse_delta.values,
                                                use_locking=use_locking, name=name)

    def scatter_nd_add(self, indices, updates, name=None):
        """An op that adds ``updates`` at ``indices`` (TF op: ScatterNdAdd)."""
        return scatter_ops.scatter_nd_add(self._variable, indices, updates, use_locking=True,
                                          name=name)

    def scatter_nd_sub(self, indices, updates, name=None):
        """An op that subtracts ``updates`` at ``indices`` (TF op: ScatterNdSub)."""
        return scatter_ops.scatter_nd_sub(self._variable, indices, updates, use_locking=True,
                                          name=name)

    def scatter_nd_update(self, indices, updates, name=None):
        """An op that puts ``updates`` at ``indices`` (TF op: ScatterNdUpdate)."""
        return scatter_ops.scatter_nd_update(self._variable, indices, updates, use_locking=True,
                                             name=name)

    def _strided_slice_assign(self, begin, end, strides, value, name, **masks):
        """``v[begin:end:strides].assign(value)`` (TF op: StridedSliceAssign)."""
        return array_ops.StridedSliceAssign(self._variable, begin, end, strides, value, name=name,
                                            **masks)

    def count_up_to(self, limit):
        """An op that adds one and returns the value before (TF op: CountUpTo)."""
        return state_ops.count_up_to(self._variable, limit)

    def __iadd__(self, other):
        return self + other

    def __isub__(self, other):
        return self - other

    def __imul__(self, other):
        return self * other

    def __itruediv__(self, other):
        return self / other

    def __ipow__(self, other):
        return self ** other

    def to_proto(self, export_scope=None):
        """A VariableDef, or None when the variable is not under ``export_scope``."""
        from minitf.framework import protos

        if export_scope is not None and not self.name.startswith(export_scope):
            return None
        message = protos.VariableDef(
            variable_name=strip_scope(self.name, export_scope),
            snapshot_name=strip_scope(self._snapshot.name, export_scope))
        return self._describe(message, export_scope)


def _tensor_or_op(tensor, wants_tensor):
    return tensor if wants_tensor else tensor.op


def _ref_variable_to_tensor(variable, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(f"Incompatible type conversion requested to type '{dtype.name}' for "
                         f"variable of type '{variable.dtype.name}'")
    return variable._ref() if as_ref else variable.value()


register_tensor_conversion_function(RefVariable, _ref_variable_to_tensor)
