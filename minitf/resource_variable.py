"""Resource variables: a handle, and ops that read and assign through it."""

import contextlib

from minitf.framework import tensor_shape
from minitf.framework.convert import convert_to_tensor, register_tensor_conversion_function
from minitf.framework.graph import (
    add_to_collections,
    colocate_with,
    control_dependencies,
    device,
    get_default_graph,
    init_scope,
    name_from_scope_name,
    name_scope,
)
from minitf.framework.scope_names import prepend_scope, strip_scope
from minitf.ops import array_ops, resource_variable_ops, scatter_ops, state_ops
from minitf.ops.resource_variable_ops import read_variable_op
from minitf.variable_base import (
    Variable,
    checked_collections,
    refuse_value_of_control_flow,
    require_indexed_slices,
)
from minitf.variable_guard import guard_uninitialized_dependencies


class BaseResourceVariable(Variable):
    """What ResourceVariable and the results of its assignments share.

    Attributes:
      handle: the tensor that VarHandleOp gives.
    """

    def _set_handle(self, handle, shape, dtype, graph_element, cached_value=None):
        self._handle = handle
        self._shape = shape
        self._dtype = dtype
        self._graph_element = graph_element
        self._cached_value = cached_value

    # ---- what it is ----

    @property
    def handle(self):
        return self._handle

    @property
    def name(self):
        return self._handle.name

    @property
    def op(self):
        """The VarHandleOp operation."""
        return self._handle.op

    @property
    def graph(self):
        return self._handle.graph

    @property
    def device(self):
        return self._handle.device

    @property
    def dtype(self):
        return self._dtype

    @property
    def shape(self):
        return self._shape

    def set_shape(self, shape):
        raise NotImplementedError("ResourceVariable does not implement set_shape()")

    def _shape_as_list(self):
        return None if self._shape._dims is None else list(self._shape._dims)

    def _shape_tuple(self):
        return self._shape._dims

    def _as_graph_element(self):
        return self._graph_element

    def __bool__(self):
        return bool(self.read_value())

    def __copy__(self):
        return self

    def numpy(self):
        raise NotImplementedError("numpy() is only available when eager execution is enabled.")

    @property
    def create(self):
        """The operation that gives the variable its initial value."""
        return self._initializer_op

    # ---- reading ----

    def value(self):
        """A tensor that reads the value: a new op each time, unless reads are cached."""
        if self._cached_value is not None:
            return self._cached_value
        with colocate_with(None, ignore_existing=True), device(self._handle.device):
            return self._read_variable_op()

    def _read_variable_op(self):
        return read_variable_op(self._handle, self._dtype)

    def read_value(self):
        """A tensor that reads the value, under the current control dependencies."""
        with name_scope("Read"), device(self._handle.device):
            value = self._read_variable_op()
        return array_ops.identity(value)

    def sparse_read(self, indices, name=None):
        """The rows at ``indices`` (TF op: ResourceGather)."""
        with name_scope("Gather" if name is None else name) as scope:
            value = resource_variable_ops.ResourceGather(self._handle, indices, dtype=self._dtype,
                                                         name=scope)
        return array_ops.identity(value)

    def gather_nd(self, indices, name=None):
        """The elements or slices at n-dimensional ``indices`` (TF op: ResourceGatherNd)."""
        with name_scope("GatherNd" if name is None else name) as scope:
            value = resource_variable_ops.ResourceGatherNd(self._handle, indices, dtype=self._dtype,
                                                           name=scope)
        return array_ops.identity(value)

    def is_initialized(self, name=None):
        """A scalar bool: whether the variable has a value (TF op: VarIsInitializedOp)."""
        return resource_variable_ops.var_is_initialized_op(self._handle, name)

    def count_up_to(self, limit):
        """An op that adds one and returns the value before (TF op: ResourceCountUpTo)."""
        return state_ops.count_up_to(self, limit)

    # ---- changing ----

    def assign(self, value, use_locking=None, name=None, read_value=True):
        """An op that sets the value (TF op: AssignVariableOp).

        Returns:
          An object like a variable which reads the new value; with ``read_value`` False, the
          operation.

        Raises:
          ValueError: static shapes do not fit.
        """
        value = convert_to_tensor(value, dtype=self._dtype)
        self._shape.assert_is_compatible_with(value.shape)
        assignment = resource_variable_ops.assign_variable_op(self._handle, value, name=name)
        return self._lazy_read(assignment) if read_value else assignment

    def assign_add(self, delta, use_locking=None, name=None, read_value=True):
        """An op that adds ``delta`` (TF op: AssignAddVariableOp); returns as ``assign``."""
        return self._change(resource_variable_ops.assign_add_variable_op, delta, name, read_value)

    def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
        """An op that subtracts ``delta`` (TF op: AssignSubVariableOp); returns as ``assign``."""
        return self._change(resource_variable_ops.assign_sub_variable_op, delta, name, read_value)

    def _change(self, function, delta, name, read_value):
        with self._assign_dependencies():
            assignment = function(self._handle, convert_to_tensor(delta, dtype=self._dtype),
                                  name=name)
        return self._lazy_read(assignment) if read_value else assignment

    def _assign_dependencies(self):
        """Makes changes wait for the cached read, so that it gives the value from before."""
        if self._cached_value is None:
            return contextlib.nullcontext()
        return control_dependencies([self._cached_value])

    def _lazy_read(self, op):
        return _UnreadVariable(self, op)

    def scatter_add(self, sparse_delta, use_locking=False, name=None):
        """An op that adds the rows of IndexedSlices (TF op: ResourceScatterAdd)."""
        return self._scatter(scatter_ops.scatter_add, sparse_delta, name)

    def scatter_sub(self, sparse_delta, use_locking=False, name=None):
        """An op that subtracts the rows of IndexedSlices (TF op: ResourceScatterSub)."""
        return self._scatter(scatter_ops.scatter_sub, sparse_delta, name)

    def scatter_mul(self, sparse_delta, use_locking=False, name=None):
        """An op that multiplies by the rows of IndexedSlices (TF op: ResourceScatterMul)."""
        return self._scatter(scatter_ops.scatter_mul, sparse_delta, name)

    def scatter_div(self, sparse_delta, use_locking=False, name=None):
        """An op that divides by the rows of IndexedSlices (TF op: ResourceScatterDiv)."""
        return self._scatter(scatter_ops.scatter_div, sparse_delta, name)

    def scatter_max(self, sparse_delta, use_locking=False, name=None):
        """The larger of the value and the rows of IndexedSlices (TF op: ResourceScatterMax)."""
        return self._scatter(scatter_ops.scatter_max, sparse_delta, name)

    def scatter_min(self, sparse_delta, use_locking=False, name=None):
        """The lesser of the value and the rows of IndexedSlices (TF op: ResourceScatterMin)."""
        return self._scatter(scatter_ops.scatter_min, sparse_delta, name)

    def scatter_update(self, sparse_delta, use_locking=False, name=None):
        """An op that puts in the rows of IndexedSlices (TF op: ResourceScatterUpdate)."""
        return self._scatter(scatter_ops.scatter_update, sparse_delta, name)

    def _scatter(self, function, sparse_delta, name):
        require_indexed_slices(sparse_delta)
        return function(self, sparse_delta.indices, sparse_delta.values, name=name)

    def batch_scatter_update(self, sparse_delta, use_locking=False, name=None):
        """``scatter_update`` along the last dimension of the indices, for each of the others."""
        require_indexed_slices(sparse_delta)
        update = scatter_ops.batch_scatter_update(self, sparse_delta.indices, sparse_delta.values,
                                                  use_locking=use_locking, name=name)
        return self._lazy_read(update.op)  # read once more, as in TF

    def scatter_nd_add(self, indices, updates, name=None):
        """An op that adds ``updates`` at ``indices`` (TF op: ResourceScatterNdAdd)."""
        return scatter_ops.scatter_nd_add(self, indices, updates, name=name)

    def scatter_nd_sub(self, indices, updates, name=None):
        """An op that subtracts ``updates`` at ``indices`` (TF op: ResourceScatterNdSub)."""
        return scatter_ops.scatter_nd_sub(self, indices, updates, name=name)

    def scatter_nd_update(self, indices, updates, name=None):
        """An op that puts ``updates`` at ``indices`` (TF op: ResourceScatterNdUpdate)."""
        return scatter_ops.scatter_nd_update(self, indices, updates, name=name)

    def _strided_slice_assign(self, begin, end, strides, value, name, **masks):
        """``v[begin:end:strides].assign(value)`` (TF op: ResourceStridedSliceAssign)."""
        with self._assign_dependencies():
            value = convert_to_tensor(value, dtype=self._dtype)
            return self._lazy_read(array_ops.ResourceStridedSliceAssign(
                self._handle, begin, end, strides, value, name=name, **masks))

    def __iadd__(self, other):
        raise RuntimeError(_in_place("+", "variable.assign_add(value) to modify the variable value",
                                     "variable = variable + value"))

    def __isub__(self, other):
        raise RuntimeError(_in_place("-", "variable.assign_sub(value) to modify the variable value",
                                     "variable = variable - value"))

    def __imul__(self, other):
        raise RuntimeError(_in_place("*", "`var.assign(var * value)` to modify the variable",
                                     "`var = var * value`", "or"))

    def __itruediv__(self, other):
        raise RuntimeError(_in_place("/", "`var.assign(var / value)` to modify the variable",
                                     "`var = var / value`", "or"))

    def __ipow__(self, other):
        raise RuntimeError(_in_place("**", "`var.assign(var ** value)` to modify the variable",
                                     "`var = var ** value`", "or"))

    def to_proto(self, export_scope=None):
        """A VariableDef, or None when the variable is not under ``export_scope``."""
        from minitf.framework import protos

        if export_scope is not None and not self._handle.name.startswith(export_scope):
            return None
        snapshot = self._graph_element if self._cached_value is None else self._cached_value
        message = protos.VariableDef(
            variable_name=strip_scope(self._handle.name, export_scope),
            snapshot_name=strip_scope(snapshot.name, export_scope), is_resource=True)
        return self._describe(message, export_scope)


def _in_place(operator, way, new_tensor, link="and"):
    return (f"Variable {operator}= value not supported. Use {way} {link} {new_tensor} to get a new "
            "Tensor object.")


class ResourceVariable(BaseResourceVariable):
    """A variable behind a handle. Arguments are those of ``Variable``.

    Nodes, for a variable ``b``: ``b/Initializer/...``, ``b`` (VarHandleOp),
    ``b/IsInitialized/VarIsInitializedOp``, ``b/Assign`` (AssignVariableOp) and
    ``b/Read/ReadVariableOp``, which a session gives for the variable itself.
    """

    def __init__(self, initial_value=None, trainable=None, collections=None, validate_shape=True,
                 caching_device=None, name=None, variable_def=None, dtype=None, import_scope=None,
                 constraint=None, synchronization=None, aggregation=None, shape=None):
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
            handle, shape = self._make_handle(initial_value, dtype, shape, scope)
            refuse_value_of_control_flow(self._initial_value, scope)
            dtype = self._initial_value.dtype.base_dtype
            with name_scope("IsInitialized"):
                self._is_initialized_op = resource_variable_ops.var_is_initialized_op(handle)
            with (name_scope("Assign") as assign_scope, colocate_with(None, ignore_existing=True),
                  device(handle.device)):
                self._initializer_op = resource_variable_ops.assign_variable_op(
                    handle, guard_uninitialized_dependencies(scope, self._initial_value),
                    name=assign_scope)
            with name_scope("Read"):
                with device(handle.device):
                    value = read_variable_op(handle, dtype)
                cached_value = None
                if caching_device is not None:
                    with colocate_with(None, ignore_existing=True), device(caching_device):
                        cached_value = array_ops.identity(value)
            self._set_handle(handle, tensor_shape.as_shape(shape), dtype, value, cached_value)
            add_to_collections(collections, self)

    def _make_handle(self, initial_value, dtype, shape, scope):
        name = name_from_scope_name(scope)
        with get_default_graph()._attr_scope({"_class": [b"loc:@" + name.encode()]}):
            with name_scope("Initializer"), device(None):
                value = initial_value() if callable(initial_value) else initial_value
                self._initial_value = convert_to_tensor(value, name="initial_value", dtype=dtype)
            given = self._initial_value.shape
            if shape is None:
                shape = given
            elif not given.is_compatible_with(shape):
                raise ValueError(f"The initial value's shape ({given}) is not compatible with the "
                                 f"explicitly supplied `shape` argument ({shape}).")
            handle = resource_variable_ops.var_handle_op(
                shape, self._initial_value.dtype.base_dtype, shared_name=name, name=scope)
        return handle, shape

    def _find(self, variable_def, import_scope):
        if not variable_def.is_resource:
            raise ValueError("Trying to restore Variable as ResourceVariable.")
        graph = get_default_graph()
        handle = graph.as_graph_element(prepend_scope(variable_def.variable_name, import_scope))
        self._find_described(variable_def, import_scope)
        cached_value = None
        if variable_def.snapshot_name:
            snapshot = graph.as_graph_element(
                prepend_scope(variable_def.snapshot_name, import_scope))
            if snapshot.op.type != "ReadVariableOp":
                cached_value = snapshot
            while snapshot.op.type != "ReadVariableOp":
                snapshot = snapshot.op.inputs[0]
        else:
            snapshot = graph.get_tensor_by_name(handle.op.name + "/Read/ReadVariableOp:0")
        self._set_handle(handle, handle.op._attrs["shape"], handle.op._attrs["dtype"], snapshot,
                         cached_value)


class _UnreadVariable(BaseResourceVariable):
    """A resource variable after an assignment: whoever reads it, reads after the assignment ran."""

    def __init__(self, variable, parent_op):
        self._set_properties(None, None, None, variable.name)
        self._initial_value = self._initializer_op = None
        self._parent_op = parent_op
        with control_dependencies([parent_op]):
            element = read_variable_op(variable.handle, variable.dtype)
        self._set_handle(variable.handle, variable.shape, variable.dtype, element)

    @property
    def name(self):
        return self._parent_op.name

    @property
    def op(self):
        """The assignment."""
        return self._parent_op

    def value(self):
        return self._read_variable_op()

    def read_value(self):
        return self._read_variable_op()

    def _read_variable_op(self):
        with control_dependencies([self._parent_op]):
            return read_variable_op(self._handle, self._dtype)


def is_resource_variable(variable):
    """Whether it is a resource variable (or acts as one)."""
    return (isinstance(variable, BaseResourceVariable)
            or hasattr(variable, "_should_act_as_resource_variable"))


def _resource_variable_to_tensor(variable, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(f"Incompatible type conversion requested to type {dtype.name!r} for "
                         f"variable of type {variable.dtype.name!r}")
    return variable.read_value().op.inputs[0] if as_ref else variable.value()


register_tensor_conversion_function(BaseResourceVariable, _resource_variable_to_tensor)
