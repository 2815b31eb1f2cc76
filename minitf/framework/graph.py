"""The graph: operations by name, and the scopes that decide how the next ones are made."""

import contextlib
import re
import threading

from minitf.framework import device as device_lib
from minitf.framework import registry
from minitf.framework.graph_keys import GraphKeys  # noqa: F401 - part of this module's names
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Operation, Tensor, infer_shapes
from minitf.version import (  # noqa: F401 - two are part of this module's names only
    GRAPH_DEF_VERSION, GRAPH_DEF_VERSION_MIN_CONSUMER, GRAPH_DEF_VERSION_MIN_PRODUCER)

_VALID_OP_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\-/]*$")
_VALID_SCOPE_NAME = re.compile(r"^[A-Za-z0-9_.\-/]*$")


class Graph:
    """A dataflow graph: operations and the tensors between them.

    Creating an operation adds it to the default graph; ``with graph.as_default():`` makes another
    graph the default. The graph holds what is to be computed, and no values.
    """

    def __init__(self):
        self._lock = threading.RLock()
        self._operations = []
        self._by_name = {}
        self._names_in_use = {}
        self._version = 0
        self._change = 0
        self._name_stack = ""
        self._control_dependencies_stack = []
        self._control_flow_context = None
        self._colocation_stack = []
        self._device_function_stack = []
        self._default_original_op = None
        self._attr_scope_map = {}
        self._gradient_override_map = {}
        self._op_to_kernel_label_map = {}
        self._container = ""
        self._collections = {}
        self._seed = None
        self._finalized = False
        self._unfeedable_tensors = set()
        self._unfetchable_ops = set()
        self._scoped_state = {}
        self._static_values = {}
        self._gradient_shapes = {}
        self._set_shapes = set()  # tensors of which the program, not inference, gave the shape
        self._handle_readers = {}  # what session_ops.py makes once in a graph
        self._handle_deleters = {}
        self._graph_def_versions = None
        self._has_functions = False  # whether an operation may have an attribute of type func

    # ---- being the default ----

    def as_default(self):
        """A context manager in which this graph is the default graph (of this thread)."""
        return _default_graph_stack.get_controller(self)

    @property
    def version(self):
        """A number that grows with every operation added."""
        return self._version

    @property
    def graph_def_versions(self):
        """The VersionDef that as_graph_def writes."""
        from minitf.framework import protos

        if self._graph_def_versions is not None:
            return self._graph_def_versions
        versions = protos.VersionDef(producer=GRAPH_DEF_VERSION)
        if self._has_functions:
            versions.min_consumer = 12  # the first that could read functions
        return versions

    @property
    def seed(self):
        """The graph-level random seed, or None."""
        return self._seed

    @seed.setter
    def seed(self, seed):
        self._seed = seed

    @property
    def finalized(self):
        return self._finalized

    def finalize(self):
        """Makes the graph read-only, so that nothing more is added by mistake."""
        self._finalized = True

    def _unsafe_unfinalize(self):
        self._finalized = False

    def _check_not_finalized(self):
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")

    @property
    def building_function(self):
        return False

    @property
    def _last_id(self):
        """The number of operations so far: also the seed of an op that has none of its own."""
        return len(self._operations)

    def _changed(self):
        """Notes a change to existing nodes, so that compiled plans are made anew."""
        self._check_not_finalized()
        self._change += 1

    def _shape_changed(self):
        self._change += 1

    # ---- adding operations ----

    def create_op(self, op_type, inputs, dtypes=None, input_types=None, name=None, attrs=None,
                  op_def=None, compute_shapes=True, compute_device=True):
        """Adds an operation of the type named ``op_type`` to the graph and returns it.

        Args:
          op_type: the name of a registered op type.
          inputs: tensors.
          dtypes: the outputs' dtypes; computed from the op type when None.
          name: the name asked for; a trailing "/" means exactly this name.
          attrs: attribute values, as Python values or AttrValue messages.

        Raises:
          ValueError: shapes that do not fit, an input of another graph, a name that is not valid.
        """
        declared = registry.get(op_type)
        values = {}
        for key, value in (attrs or {}).items():
            values[key] = registry.attr_from_proto(value) if hasattr(value, "WhichOneof") else value
        for attr in declared.attrs:
            if attr.name not in values and attr.has_default:
                values[attr.name] = attr.default
        for tensor in inputs:
            if not isinstance(tensor, Tensor):
                raise TypeError(f"Input #{list(inputs).index(tensor)} is not a tensor: {tensor}")
        return self._add_op(declared, inputs, values, name, dtypes)

    def _add_op(self, op_type, inputs, attrs, name, output_dtypes=None, colocate_with=()):
        """The one place where operations are made; ``attrs`` are complete and checked."""
        if self._finalized:
            self._check_not_finalized()
        if not name:
            name = op_type.name
        if name[-1] == "/":
            name = name[:-1]  # a scope's name: unique and valid already
        else:
            name = self.unique_name(name)
            if not _VALID_OP_NAME.match(name):
                raise ValueError(f"'{name}' is not a valid node name")
        for tensor in inputs:
            if tensor.op.graph is not self:
                inputs = self._captured(inputs)
                break
        control_inputs = ()
        if self._control_dependencies_stack:
            control_inputs = self._control_dependencies_for_inputs({t.op for t in inputs})
        operation = Operation(self, name, op_type, inputs, attrs,
                              output_dtypes or op_type.output_dtypes(attrs), control_inputs)
        infer_shapes(operation)
        self._register(operation)
        self._enter_context(operation)
        if self._attr_scope_map or self._op_to_kernel_label_map or self._gradient_override_map:
            self._apply_attr_scopes(operation)
        for controller in self._control_dependencies_stack:
            controller.add_op(operation)
        if self._device_function_stack and not colocate_with:
            self._apply_device_functions(operation)
        if self._colocation_stack or colocate_with:
            self._apply_colocation(operation, colocate_with)
        if self._container:
            self._apply_container(operation)
        return operation

    def _captured(self, inputs):
        """Inputs of which some are of another graph, as a function's body may have them."""
        stranger = next(tensor for tensor in inputs if tensor.op.graph is not self)
        raise ValueError(f"{stranger} is not from this graph.")

    def _register(self, operation):
        """Makes an operation one of the graph's, and a consumer of its inputs."""
        with self._lock:
            if operation.name in self._by_name:
                raise ValueError(f"Duplicate node name in graph: '{operation.name}'")
            operation._id = len(self._operations) + 1
            self._operations.append(operation)
            self._by_name[operation.name] = operation
            self._version = operation._id
        for tensor in operation.inputs:
            tensor._consumers.append(operation)

    def _enter_context(self, operation):
        """Shows a new operation to the conditional or loop that is open."""
        for tensor in operation.inputs:
            around = tensor.op._control_flow_context
            if around is not None:
                around.check_use(tensor.op, operation)
        if operation._control_flow_context is not None:
            operation._control_flow_context.AddOp(operation)

    def _apply_container(self, operation):
        if operation.op_type.is_stateful and operation._attrs.get("container") == b"":
            operation._attrs["container"] = self._container.encode()

    def _apply_attr_scopes(self, operation):
        attrs = operation._attrs
        for key, value in self._attr_scope_map.items():
            if key in attrs and not key.startswith("_"):
                continue
            if callable(value):
                value = value(operation.node_def)
            if hasattr(value, "WhichOneof"):
                value = registry.attr_from_proto(value)
            if value is not None and key not in attrs:
                attrs[key] = value
        label = self._op_to_kernel_label_map.get(operation.type)
        if label is not None:
            attrs["_kernel"] = label.encode()
        mapped = self._gradient_override_map.get(operation.type)
        if mapped is not None and "_gradient_op_type" not in attrs:
            attrs["_gradient_op_type"] = mapped.encode()

    # ---- names ----

    def unique_name(self, name, mark_as_used=True):
        """``name`` in the current scope, with ``_1``, ``_2``, ... when it is taken.

        Names that differ in case only count as the same name, as in TensorFlow 1.15.
        """
        if self._name_stack:
            name = f"{self._name_stack}/{name}"
        in_use = self._names_in_use
        key = name.lower()
        count = in_use.get(key, 0)
        if mark_as_used:
            in_use[key] = count + 1
        if count:
            base = key
            while key in in_use:
                key = f"{base}_{count}"
                count += 1
            if mark_as_used:
                in_use[key] = 1
            name = f"{name}_{count - 1}"
        return name

    def get_name_scope(self):
        """The current name scope, without a trailing slash."""
        return self._name_stack

    def name_scope(self, name):
        """A context manager that puts operations under ``name/``; it gives the scope's full name.

        A name that ends in "/" re-enters that very scope; None or "" goes back to the top.

        Raises:
          ValueError: ``name`` is not a valid scope name.
        """
        return _GraphNameScope(self, name)

    def _enter_name_scope(self, name):
        """Changes the scope, and returns (the stack before, the full name of the scope)."""
        if name:
            if isinstance(name, bytes):
                name = name.decode()
            valid = _VALID_SCOPE_NAME if self._name_stack else _VALID_OP_NAME
            if not valid.match(name):
                raise ValueError(f"'{name}' is not a valid scope name")
        before = self._name_stack
        if not name:
            self._name_stack = ""
            return before, ""
        stack = name[:-1] if name[-1] == "/" else self.unique_name(name)
        self._name_stack = stack
        return before, stack + "/"

    # ---- control dependencies ----

    def control_dependencies(self, control_inputs):
        """A context manager: operations made in it run after all of ``control_inputs``.

        Args:
          control_inputs: operations, tensors, variables; or None, which lifts all dependencies.
        """
        if control_inputs is None:
            return _ControlDependenciesController(self, None)
        ops = []
        for item in control_inputs:
            if isinstance(item, IndexedSlices) or isinstance(getattr(item, "handle", None), Tensor):
                item = item.op  # of a resource variable, the handle's: waiting is not reading
            item = self.as_graph_element(item)
            if isinstance(item, Tensor):
                item = item.op
            if item not in ops:
                ops.append(item)
        return _ControlDependenciesController(self, ops)

    def _control_dependencies_for_inputs(self, input_ops):
        """The control inputs of a new operation, less those that its inputs imply."""
        result = []
        for controller in self._control_dependencies_stack:
            if not any(op in controller.seen_nodes for op in input_ops):
                result.extend(op for op in controller.control_inputs
                              if op not in input_ops and op not in result)
        return result

    def _current_control_dependencies(self):
        return {op for controller in self._control_dependencies_stack
                for op in controller.control_inputs}

    # ---- devices and colocation ----

    @contextlib.contextmanager
    def device(self, device_name_or_function):
        """Asks for a device for the operations made in it: a string, DeviceSpec, function or None.

        Inner scopes complete outer ones; None ignores the outer scopes.
        """
        function = device_name_or_function
        if function is not None and (isinstance(function, str) or not callable(function)):
            function = device_lib.merge_device(function)
        self._device_function_stack.append(function)
        try:
            yield
        finally:
            self._device_function_stack.pop()

    def _apply_device_functions(self, operation):
        for function in reversed(self._device_function_stack):
            if function is None:
                break
            if not getattr(function, "is_null_merge", False):
                operation._set_device(function(operation))

    @contextlib.contextmanager
    def colocate_with(self, op, ignore_existing=False):
        """Operations made in it are placed on the device of ``op`` (``_class: loc:@op``).

        Raises:
          ValueError: ``op`` is None without ``ignore_existing``.
        """
        if op is None and not ignore_existing:
            raise ValueError("Trying to reset colocation (op is None) but "
                             "ignore_existing is not True")
        if op is not None:
            op = _op_to_colocate_with(op)
        devices, self._device_function_stack = self._device_function_stack, []
        before = self._colocation_stack
        self._colocation_stack = [] if ignore_existing else list(before)
        if op is not None:
            self._colocation_stack.append(op)
        try:
            yield
        finally:
            self._colocation_stack = before
            self._device_function_stack = devices

    def _apply_colocation(self, operation, also=()):
        groups = set()
        for other in reversed([*self._colocation_stack, *also]):  # the outermost device counts
            groups.update(other.colocation_groups())
            if other._device:
                operation._device = other._device
        operation._attrs["_class"] = sorted(groups)

    # ---- other scopes ----

    @contextlib.contextmanager
    def container(self, container_name):
        """Puts the state of stateful operations made in it into the container of that name."""
        before, self._container = self._container, container_name
        try:
            yield self._container
        finally:
            self._container = before

    @contextlib.contextmanager
    def gradient_override_map(self, op_type_map):
        """Replaces the gradients of op types: {op type: name of a RegisterGradient}.

        Raises:
          TypeError: not a dictionary of strings.
        """
        with self._map_scope("_gradient_override_map", "op_type_map", op_type_map):
            yield

    @contextlib.contextmanager
    def _kernel_label_map(self, op_to_kernel_label_map):
        with self._map_scope("_op_to_kernel_label_map", "op_to_kernel_label_map",
                             op_to_kernel_label_map):
            yield

    @contextlib.contextmanager
    def _map_scope(self, field, argument, mapping):
        if not isinstance(mapping, dict):
            raise TypeError(f"{argument} must be a dictionary mapping strings to strings")
        if not all(isinstance(k, str) and isinstance(v, str) for k, v in mapping.items()):
            raise TypeError(f"Keys and values in {argument} must be strings")
        before = getattr(self, field)
        setattr(self, field, {**before, **mapping})
        try:
            yield
        finally:
            setattr(self, field, before)

    @contextlib.contextmanager
    def _attr_scope(self, attr_map):
        """Gives operations made in it the attributes of ``attr_map``; None removes one."""
        if not isinstance(attr_map, dict):
            raise TypeError("attr_map must be a dictionary mapping strings to Callables that "
                            "return an AttrValue protocol buffer")
        before = self._attr_scope_map
        merged = {**before, **attr_map}
        self._attr_scope_map = {k: v for k, v in merged.items() if v is not None}
        try:
            yield
        finally:
            self._attr_scope_map = before

    @contextlib.contextmanager
    def _original_op(self, op):
        """Notes in operations made in it that they were made because of ``op``."""
        before, self._default_original_op = self._default_original_op, op
        try:
            yield
        finally:
            self._default_original_op = before

    def _get_control_flow_context(self):
        return self._control_flow_context

    def _set_control_flow_context(self, context):
        self._control_flow_context = context

    # ---- finding things ----

    def get_operations(self):
        """All operations, in the order in which they were made."""
        return list(self._operations)

    def get_operation_by_name(self, name):
        """The operation of that name.

        Raises:
          TypeError: ``name`` is not a string.  KeyError: there is none.
        """
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=False, allow_operation=True)

    def get_tensor_by_name(self, name):
        """The tensor of that name, ``"<operation>:<output>"``.

        Raises:
          TypeError: ``name`` is not a string.  KeyError, ValueError: there is none.
        """
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=True, allow_operation=False)

    def _get_operation_by_name_unsafe(self, name):
        return self._by_name[name]

    def as_graph_element(self, obj, allow_tensor=True, allow_operation=True):
        """The tensor or operation that ``obj`` is, names, or stands for.

        Raises:
          TypeError: ``obj`` cannot be one.  ValueError, KeyError: this graph has no such element.
        """
        if not (allow_tensor or allow_operation):
            raise ValueError("allow_tensor and allow_operation can't both be False.")
        types = " or ".join((["Tensor"] if allow_tensor else [])
                            + (["Operation"] if allow_operation else []))
        if not isinstance(obj, (Tensor, Operation, str, bytes)):
            convert = getattr(obj, "_as_graph_element", None)
            converted = convert() if convert is not None else None
            if converted is not None:
                obj = converted
        if isinstance(obj, bytes):
            obj = obj.decode()
        if isinstance(obj, str):
            return self._element_by_name(obj, allow_tensor, allow_operation)
        if isinstance(obj, Tensor) and allow_tensor:
            if obj.graph is not self:
                raise ValueError(f"Tensor {obj} is not an element of this graph.")
            return obj
        if isinstance(obj, Operation) and allow_operation:
            if obj.graph is not self:
                raise ValueError(f"Operation {obj.name!r} is not an element of this graph.")
            return obj
        raise TypeError(f"Can not convert a {type(obj).__name__} into a {types}.")

    def _element_by_name(self, name, allow_tensor, allow_operation):
        if ":" in name and allow_tensor:
            op_name, _, index = name.rpartition(":")
            if ":" in op_name or not index.isdigit():
                raise ValueError(f"The name {name!r} looks a like a Tensor name, but is not a "
                                 "valid one. Tensor names must be of the form "
                                 "\"<op_name>:<output_index>\".")
            operation = self._by_name.get(op_name)
            if operation is None:
                raise KeyError(f"The name {name!r} refers to a Tensor which does not exist. The "
                               f"operation, {op_name!r}, does not exist in the graph.")
            if int(index) >= len(operation.outputs):
                raise KeyError(f"The name {name!r} refers to a Tensor which does not exist. The "
                               f"operation, {op_name!r}, exists but only has "
                               f"{len(operation.outputs)} outputs.")
            return operation.outputs[int(index)]
        if ":" in name:
            raise ValueError(f"Name {name!r} appears to refer to a Tensor, not a Operation.")
        operation = self._by_name.get(name)
        if not allow_operation:
            if operation is not None:
                raise ValueError(f"The name {name!r} refers to an Operation, not a Tensor. Tensor "
                                 "names must be of the form \"<op_name>:<output_index>\".")
            raise ValueError(f"The name {name!r} looks like an (invalid) Operation name, not a "
                             "Tensor. Tensor names must be of the form "
                             "\"<op_name>:<output_index>\".")
        if operation is None:
            raise KeyError(f"The name {name!r} refers to an Operation not in the graph.")
        return operation

    # ---- feeding and fetching ----

    def prevent_feeding(self, tensor):
        """Marks ``tensor`` as one that no session may feed."""
        self._unfeedable_tensors.add(tensor)

    def is_feedable(self, tensor):
        return tensor not in self._unfeedable_tensors

    def prevent_fetching(self, op):
        """Marks ``op`` as one that no session may fetch."""
        self._unfetchable_ops.add(op)

    def is_fetchable(self, tensor_or_op):
        op = tensor_or_op.op if isinstance(tensor_or_op, Tensor) else tensor_or_op
        return op not in self._unfetchable_ops

    # ---- collections ----

    @property
    def collections(self):
        """The names of the collections that exist."""
        return list(self._collections)

    def add_to_collection(self, name, value):
        """Appends ``value`` to the collection of that name."""
        self._check_not_finalized()
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names, value):
        """Appends ``value`` to each collection named; a repeated name counts once."""
        for name in dict.fromkeys((names,) if isinstance(names, str) else names):
            self.add_to_collection(name, value)

    def get_collection_ref(self, name):
        """The collection itself, made if there is none: changing the list changes the graph."""
        return self._collections.setdefault(name, [])

    def get_collection(self, name, scope=None):
        """A copy of the collection; with ``scope`` only items whose name it matches (re.match)."""
        items = self._collections.get(name, [])
        if scope is None:
            return list(items)
        pattern = re.compile(scope)
        return [item for item in items if hasattr(item, "name") and pattern.match(item.name)]

    def get_all_collection_keys(self):
        """The names of all collections that are strings."""
        return [name for name in self._collections if isinstance(name, str)]

    def clear_collection(self, name):
        self._check_not_finalized()
        self._collections.pop(name, None)

    # ---- export ----

    def _repr_html_(self):
        """The graph as nested drawings of its name scopes, for notebooks."""
        from minitf.display import graph_html

        return graph_html(self)

    def as_graph_def(self, from_version=None, add_shapes=False):
        """The graph as a GraphDef protobuf message.

        Args:
          from_version: accepted and, as in TensorFlow 1.15, of no effect.
          add_shapes: also write every output's static shape, as attribute ``_output_shapes``.
        """
        from minitf.framework import protos

        graph_def = protos.GraphDef()
        graph_def.versions.CopyFrom(self.graph_def_versions)
        for operation in self._operations:
            node = graph_def.node.add()
            node.CopyFrom(operation.node_def)
            if add_shapes and operation.outputs:
                node.attr["_output_shapes"].list.shape.extend(
                    tensor.shape.as_proto() for tensor in operation.outputs)
        if self._has_functions:
            from minitf.framework.func_graph import functions_of

            graph_def.library.function.extend(
                function.function_def() for function in functions_of(self._operations))
        return graph_def

    def switch_to_thread_local(self):
        """Accepted for TensorFlow's sake: a graph's scopes belong to the thread that builds it."""


def _op_to_colocate_with(value):
    """The operation that holds a value: for a variable, what makes its reference or handle."""
    if isinstance(value, Operation):
        return value
    handle = getattr(value, "handle", None)
    if isinstance(handle, Tensor):
        return handle.op
    from minitf.framework.convert import internal_convert_to_tensor_or_indexed_slices

    return internal_convert_to_tensor_or_indexed_slices(value, as_ref=True).op


class _GraphNameScope:
    """``graph.name_scope(name)``: sets the scope on entry, restores it on exit."""

    __slots__ = ("graph", "name", "before")

    def __init__(self, graph, name):
        self.graph = graph
        self.name = name

    def __enter__(self):
        self.before, full_name = self.graph._enter_name_scope(self.name)
        return full_name

    def __exit__(self, *error):
        self.graph._name_stack = self.before
        return False


class _ControlDependenciesController:
    """One ``with control_dependencies(...)`` block: its control inputs, and the ops made in it."""

    def __init__(self, graph, control_inputs):
        self.graph = graph
        self.lifts = control_inputs is None
        self.control_inputs = control_inputs or []
        self.seen_nodes = set()

    def __enter__(self):
        graph = self.graph
        self.before = (graph._control_dependencies_stack, graph._control_flow_context)
        if self.lifts:
            graph._control_dependencies_stack = []
            graph._control_flow_context = None
        else:
            graph._control_dependencies_stack = [*graph._control_dependencies_stack, self]

    def __exit__(self, *error):
        stack, context = self.before
        self.graph._control_dependencies_stack = stack
        if self.lifts:
            self.graph._control_flow_context = context
        return False

    def add_op(self, op):
        self.seen_nodes.add(op)

    def op_in_group(self, op):
        return op in self.seen_nodes


# ---- the default graph ----


class DefaultStack(threading.local):
    """A stack, one a thread, of the objects that ``with x.as_default()`` made the default."""

    def __init__(self):
        super().__init__()
        self.stack = []
        self.enforce_nesting = True

    def get_default(self):
        return self.stack[-1] if self.stack else None

    def reset(self):
        self.stack = []

    @contextlib.contextmanager
    def get_controller(self, item):
        self.stack.append(item)
        try:
            yield item
        finally:
            if self.stack:
                if not self.enforce_nesting:
                    if item in self.stack:
                        self.stack.remove(item)
                elif self.stack[-1] is item:
                    self.stack.pop()
                else:
                    raise AssertionError(
                        f"Nesting violated for default stack of {type(item)} objects")


_default_graph_stack = DefaultStack()
_global_default_graph = None
_global_lock = threading.Lock()


def get_default_graph():
    """The graph to which new operations are added: this thread's innermost ``as_default()``."""
    stack = _default_graph_stack.stack
    return stack[-1] if stack else _global_graph()


def _global_graph():
    global _global_default_graph
    with _global_lock:
        if _global_default_graph is None:
            _global_default_graph = Graph()
        return _global_default_graph


def reset_default_graph():
    """Forgets the global default graph and starts with an empty one.

    Raises:
      AssertionError: called inside ``with graph.as_default():``.
    """
    global _global_default_graph
    if _default_graph_stack.stack:
        raise AssertionError("Do not use tf.reset_default_graph() to clear nested graphs. If you "
                             "need a cleared graph, exit the nesting and create a new graph.")
    with _global_lock:
        _global_default_graph = None


def graph_from_inputs(inputs, graph=None):
    """The graph that all of ``inputs`` belong to: where an operation on them is added.

    Raises:
      ValueError: they belong to different graphs.
    """
    if get_default_graph().building_function:
        return get_default_graph()  # which captures what is of the graphs around it
    if graph is not None:
        for item in inputs:
            element = graph_element(item)
            if element is not None and element.graph is not graph:
                raise ValueError(f"{element} is not from the passed-in graph.")
        return graph
    original = None
    for item in inputs:
        element = graph_element(item)
        if element is not None:
            if graph is None:
                graph, original = element.graph, element
            elif element.graph is not graph:
                raise ValueError(f"{element} must be from the same graph as {original}.")
    return graph if graph is not None else get_default_graph()


def graph_element(item):
    """``item`` as a tensor or operation, or None when it is neither."""
    if isinstance(item, (Tensor, Operation)):
        return item
    convert = getattr(item, "_as_graph_element", None)
    if convert is not None:
        return convert()
    if hasattr(item, "dense_shape") and hasattr(item, "graph"):
        return item
    return None


# ---- module-level forms, on the default graph ----


class name_scope:
    """A context manager that puts operations under ``name/`` (TF: tf.name_scope).

    Args:
      name: the scope's name; None takes ``default_name``.
      default_name: the name when ``name`` is None.
      values: tensors that are passed to the operations; their graph becomes the default.

    Entering it gives the scope's full name with a trailing slash: given as ``name`` to an op, it
    names the op after the scope.

    Raises:
      ValueError: neither name is given but ``values`` are; or the name is not valid.
    """

    __slots__ = ("_name", "_default_name", "_values", "_graph", "_before", "_graph_scope")

    def __init__(self, name, default_name=None, values=None):
        self._name = default_name if name is None else name
        self._values = values
        if not (default_name is None or isinstance(default_name, str)):
            raise TypeError("`default_name` type (%s) is not a string type. You likely meant to "
                            "pass this into the `values` kwarg." % type(default_name))

    @property
    def name(self):
        return self._name

    def __enter__(self):
        if self._name is None and self._values is not None:
            raise ValueError("At least one of name (%s) and default_name (%s) must be provided."
                             % (None, None))
        graph = self._graph = (graph_from_inputs(self._values) if self._values
                               else get_default_graph())
        stack = _default_graph_stack.stack
        stack.append(graph)
        try:
            self._before, full_name = graph._enter_name_scope(self._name)
        except BaseException:
            stack.pop()
            raise
        return full_name

    def __exit__(self, *error):
        self._graph._name_stack = self._before
        _default_graph_stack.stack.pop()
        return False


def name_from_scope_name(name):
    """A scope's name without its trailing slash."""
    return name[:-1] if name and name[-1] == "/" else name


def device(device_name_or_function):
    """``Graph.device`` on the default graph."""
    return get_default_graph().device(device_name_or_function)


def container(container_name):
    """``Graph.container`` on the default graph."""
    return get_default_graph().container(container_name)


def control_dependencies(control_inputs):
    """``Graph.control_dependencies`` on the default graph."""
    return get_default_graph().control_dependencies(control_inputs)


def colocate_with(op, ignore_existing=False):
    """``Graph.colocate_with`` on the default graph."""
    return get_default_graph().colocate_with(op, ignore_existing)


def add_to_collection(name, value):
    """``Graph.add_to_collection`` on the default graph."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names, value):
    """``Graph.add_to_collections`` on the default graph."""
    get_default_graph().add_to_collections(names, value)


def get_collection(key, scope=None):
    """``Graph.get_collection`` on the default graph."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key):
    """``Graph.get_collection_ref`` on the default graph."""
    return get_default_graph().get_collection_ref(key)


@contextlib.contextmanager
def init_scope():
    """Lifts what is made in it out of control dependencies and control flow; name scopes stay."""
    graph = get_default_graph()
    scope = graph.get_name_scope()
    with graph.name_scope(scope + "/" if scope else scope), graph.control_dependencies(None):
        yield


@contextlib.contextmanager
def op_scope(values, name, default_name=None):
    """``name_scope`` under its older name and with its arguments in another order."""
    with name_scope(name, default_name, values) as scope:
        yield scope


def is_dense_tensor_like(value):
    """True for tensors and variables: what converts to a dense tensor without making a constant."""
    return isinstance(value, Tensor) or getattr(type(value), "_is_dense_tensor_like", False)
