"""tf.import_graph_def: the nodes of a GraphDef as operations of the default graph.

``_Import`` makes the operations aside, in an order in which each follows its inputs, and adds them
to the graph once all are made: a GraphDef that is wrong leaves the graph as it was. Then the scopes
that are open (control dependencies, conditionals and loops, devices) do to the new operations what
they do to any other.
"""

import contextlib
import heapq
import re

from minitf.framework import device as device_lib
from minitf.framework import errors, node_defs, protos, tensor_shape
from minitf.framework.compat import as_str, bytes_or_text_types
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    GRAPH_DEF_VERSION, GRAPH_DEF_VERSION_MIN_PRODUCER, get_default_graph, name_scope)
from minitf.framework.operation import Operation, Tensor, infer_shapes
from minitf.version import TENSORFLOW_VERSION

_CONTROL = -1  # the index of a control output

_VALID_NODE_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\-/]*")
_TENSOR_NAME = re.compile(r"(.*):(\d+)", re.S)
_COLOCATION = b"loc:@"

# More outputs than any graph has: a number that only a damaged file asks for.
_MOST_OUTPUTS = 1 << 20

# Up to this version, placeholders of unknown shape were written as scalars.
_LAST_WITHOUT_SCALARS = 21

# Op types whose shapes older GraphDefs have wrong.
_UNRELIABLE_SHAPES = frozenset([
    "RandomShuffleQueue", "PaddingFIFOQueue", "FIFOQueue", "PriorityQueue", "QueueSize", "Stack",
    "Barrier", "BarrierReadySize", "BarrierIncompleteSize", "HashTable", "MutableHashTable",
    "MutableHashTableOfTensors", "Mutex", "CuckooTable", "IndexTable", "WholeFileReader",
    "TextLineReader", "FixedLengthRecordReader", "TFRecordReader", "IdentityReader", "LMDBReader",
    "RefSwitch", "RefEnter", "RefNextIteration", "RefMerge", "RefIdentity"])


def import_graph_def(graph_def, input_map=None, return_elements=None, name=None, op_dict=None,
                     producer_op_list=None):
    """Adds the nodes of a GraphDef to the default graph.

    Args:
      graph_def: a `GraphDef` message.
      input_map: {name of a tensor in ``graph_def``: tensor to use in its place}. A name "^node"
        stands for the control dependency on that node. What is no tensor becomes one.
      return_elements: names of tensors ("a:0") and operations ("a") of ``graph_def``.
      name: the name scope, by default "import"; "" for none.
      op_dict: of no effect.
      producer_op_list: an `OpList` of the ops that the writer of the graph knew: attributes that
        are not known here are left out when they have the default that they had there.

    Returns:
      A list with the tensors and operations that ``return_elements`` names; None without it.

    Raises:
      TypeError: an argument is of another type.
      ValueError: names that are not in the GraphDef, or a GraphDef that is not well formed.
      errors.NotFoundError: an op that is not registered.
    """
    graph_def = _as_graph_def(graph_def)
    input_map = _checked_input_map(input_map)
    if return_elements is not None:
        if not all(isinstance(item, bytes_or_text_types) for item in return_elements):
            raise TypeError("return_elements must be a list of strings.")
        return_elements = [as_str(item) for item in return_elements]
    graph = get_default_graph()
    with name_scope(name, "import", input_map.values()) as scope:
        input_map = _as_tensors(input_map, name)
    input_map = {_parsed_argument(as_str(key)): value for key, value in input_map.items()}
    wanted = [_parsed_argument(item) if ":" in item else item for item in return_elements or ()]
    importing = _Import(graph, graph_def, scope, input_map, producer_op_list)
    importing.make_operations()
    found = [importing.return_tensor(item) if isinstance(item, tuple)
             else importing.return_operation(item) for item in wanted]
    importing.add_to_graph()
    unused = importing.unknown_map_keys()
    if unused:
        raise ValueError("Attempted to map inputs that were not found in graph_def: "
                         f"[{', '.join(unused)}]")
    return None if return_elements is None else found


# ---- arguments ----


def _as_graph_def(message):
    """The argument as our own GraphDef message: others of that name are read anew."""
    if isinstance(message, protos.GraphDef):
        return message
    descriptor = getattr(message, "DESCRIPTOR", None)
    if descriptor is None or descriptor.name != "GraphDef":
        raise TypeError("graph_def must be a GraphDef proto.")
    return protos.GraphDef.FromString(message.SerializeToString())


def _checked_input_map(input_map):
    if input_map is None:
        return {}
    if not isinstance(input_map, dict) or not all(
            isinstance(key, bytes_or_text_types) for key in input_map):
        raise TypeError("input_map must be a dictionary mapping strings to Tensor objects.")
    return input_map


def _as_tensors(input_map, name):
    if all(isinstance(value, Tensor) for value in input_map.values()):
        return input_map
    if name == "":
        raise ValueError(
            "tf.import_graph_def() requires a non-empty `name` if `input_map` contains non-Tensor "
            "values. Try calling tf.convert_to_tensor() on `input_map` values before calling "
            "tf.import_graph_def().")
    with name_scope("_inputs"):
        return {key: convert_to_tensor(value) for key, value in input_map.items()}


def _parsed_argument(name):
    """(operation, output) of a tensor name that the caller wrote."""
    if name.startswith("^"):
        return name[1:], _CONTROL
    parts = name.split(":")
    if len(parts) == 1:
        return name, 0
    if len(parts) > 2 or not re.fullmatch(r"-?\d+", parts[1]):
        raise ValueError(f"Cannot convert {name!r} to a tensor name.")
    return parts[0], int(parts[1])


def _parsed(name):
    """(operation, output) of an input in a NodeDef."""
    if name.startswith("^"):
        return name[1:], _CONTROL
    match = _TENSOR_NAME.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, 0)


def _text(key):
    name, index = key
    return f"^{name}" if index == _CONTROL else f"{name}:{index}"


# ---- names ----


def _prefixes(name):
    """The scopes that a name is in: "a" and "a/b" of "a/b/c"."""
    return [name[:i] for i, char in enumerate(name) if char == "/"]


class _Names:
    """Gives imported nodes their names: in the scope, and unlike those of the graph."""

    def __init__(self, graph, scope, imported):
        self.scope = scope
        self.given = {}
        self.existing = set(graph._by_name)
        for name in graph._by_name:
            self.existing.update(_prefixes(name))
        self.imported = set(imported)
        for name in imported:
            self.imported.update(_prefixes(name))

    def __getitem__(self, name):
        if name not in self.given:
            result = wanted = self.scope + name
            count = 0
            while result in self.existing or (count and result in self.imported):
                count += 1
                result = f"{wanted}_{count}"
            self.given[name] = result
            self.existing.add(result)
        return self.given[name]


# ---- the import ----


class _Import:
    """One import.

    Attributes:
      operations: {name in the GraphDef: the new Operation}, in the order in which they are made.
    """

    def __init__(self, graph, graph_def, scope, input_map, producer_op_list):
        self.graph = graph
        self.versions = graph_def.versions
        _check_versions(self.versions)
        self.input_map = input_map
        self.used_keys = set()
        producer_ops = () if producer_op_list is None else producer_op_list.op
        self.producer_ops = {op.name: op for op in producer_ops}
        self.nodes = _nodes_by_name(graph_def)
        self.names = _Names(graph, scope, self.nodes)
        self.operations = {}
        self.back_edges = []  # (operation, index of the input, (operation, output))

    # ---- making operations ----

    def make_operations(self):
        """Makes all operations; of those whose inputs are there, the first listed comes first.

        Raises:
          ValueError: nodes that depend on each other in a circle which is no loop.
        """
        nodes = list(self.nodes.values())
        pending, readers = self._dependencies(nodes)
        ready = [i for i, count in enumerate(pending) if not count]
        for _ in nodes:
            if not ready:
                raise ValueError(f"{len(nodes) - len(self.operations)} nodes in a cycle")
            number = heapq.heappop(ready)
            self._make(nodes[number])
            for reader in readers[number]:
                pending[reader] -= 1
                if not pending[reader]:
                    heapq.heappush(ready, reader)
        for operation, index, (name, output) in self.back_edges:
            self._connect(operation, index, self._output_of(operation, name, output))

    def _dependencies(self, nodes):
        """For each node the number of inputs to wait for, and the nodes that wait for it.

        A Merge into which a loop goes back waits for one input.
        """
        number_of = {node.name: i for i, node in enumerate(nodes)}
        pending, readers = [], [[] for _ in nodes]
        for i, node in enumerate(nodes):
            inputs = [_parsed(text) for text in node.input]
            count = len(inputs)
            goes_back = node.op == "Merge" and any(
                index != _CONTROL and name in self.nodes
                and self.nodes[name].op in ("NextIteration", "RefNextIteration")
                for name, index in inputs)
            if goes_back:
                count = 1 + sum(index == _CONTROL for _, index in inputs)
            for key, text in zip(inputs, node.input):
                if key in self.input_map:
                    count -= 1
                elif key[0] not in number_of:
                    raise ValueError(f"Node '{node.name}': Unknown input node '{text}'")
                elif not (goes_back and nodes[number_of[key[0]]].op.endswith("NextIteration")):
                    readers[number_of[key[0]]].append(i)
            pending.append(count)
        return pending, readers

    def _make(self, node):
        """Makes the operation of one node."""
        self._check_colocation(node)
        if node.device:
            device_lib.DeviceSpec.from_string(node.device)  # raises ValueError if it is none
        if "_output_shapes" in node.attr:
            node_defs.check_type(node.attr["_output_shapes"], "list(shape)", "_output_shapes")
        name = self.names[node.name]
        op_type, attrs = node_defs.read(self._without_new_attrs(node), name, self.versions.producer)
        shapes = attrs.pop("_output_shapes", None)
        inputs, waits = self._inputs(node)
        wanted = self._input_dtypes(op_type, attrs, len(inputs), name)
        self._rename_colocation(attrs)
        operation = Operation(self.graph, name, op_type, (), attrs, op_type.output_dtypes(attrs),
                              dict.fromkeys(waits))
        self.operations[node.name] = operation
        operation._set_device(node.device)
        operation.inputs = tuple(inputs)
        for index, (tensor, dtype) in enumerate(zip(inputs, wanted)):
            if isinstance(tensor, Tensor):
                _check_fits(operation, index, tensor, dtype)
            else:
                self.back_edges.append((operation, index, tensor))
        if self.back_edges and self.back_edges[-1][0] is operation:
            for tensor, shape in zip(operation.outputs, (None, [])):
                tensor._shape = tensor_shape.TensorShape(shape)  # as of a Merge of unknowns
        else:
            infer_shapes(operation)
        if node.op == "Placeholder" and self.versions.producer <= _LAST_WITHOUT_SCALARS \
                and operation.outputs[0]._shape._dims == ():
            operation.outputs[0]._shape = tensor_shape.TensorShape(None)
        if shapes is not None:
            self._refine_shapes(operation, shapes)

    def _without_new_attrs(self, node):
        """The node without attributes that are new, and have the default of their producer."""
        producer = self.producer_ops.get(node.op)
        if producer is None:
            return node
        known = node_defs.find_op_type(node.op).attr_by_name
        defaults = {attr.name: attr.default_value for attr in producer.attr
                    if attr.HasField("default_value")}
        new = [key for key in node.attr if key not in known and key in defaults
               and node.attr[key].SerializeToString() == defaults[key].SerializeToString()]
        if not new:
            return node
        copy = protos.NodeDef.FromString(node.SerializeToString())
        for key in new:
            del copy.attr[key]
        return copy

    def _inputs(self, node):
        """The node's inputs, and the operations that it waits for.

        An input that is not made yet, as it comes from the end of a loop, is a pair (name, output).
        """
        inputs, waits = [], []
        for text in node.input:
            key = _parsed(text)
            if key in self.input_map:
                self.used_keys.add(key)
                tensor = self.input_map[key]
                waits.append(tensor.op) if key[1] == _CONTROL else inputs.append(tensor)
            elif key[0] not in self.operations:
                if node.op != "Merge":
                    raise ValueError(f"Node '{node.name}' had a back edge, but only Merge nodes "
                                     "can have back edges.")
                inputs.append(key)
            elif key[1] == _CONTROL:
                waits.append(self.operations[key[0]])
            else:
                inputs.append(self._output_of(node, *key))
        return inputs, waits

    def _output_of(self, reader, name, output):
        source = self.operations[name]
        if output >= len(source.outputs):
            raise ValueError(
                f"Node '{reader.name}': Connecting to invalid output {output} of source node "
                f"{name} which has {len(source.outputs)} outputs.")
        return source.outputs[output]

    def _input_dtypes(self, op_type, attrs, given, name):
        """The dtypes that the inputs must have.

        Raises:
          ValueError: the node has another number of inputs.
        """
        for arg in (*op_type.inputs, *op_type.outputs):
            length = attrs[arg.number_attr] if arg.number_attr else 0
            limit = max(given, _MOST_OUTPUTS)
            if not 0 <= length <= limit:
                raise ValueError(f"Value for attr '{arg.number_attr}' of {length} is no number of "
                                 f"tensors; NodeDef: {{{{node {name}}}}}")
        wanted = op_type.input_dtypes(attrs)
        if len(wanted) != given:
            types = ", ".join(dtype.opdef_name for dtype in wanted)
            raise ValueError(
                f"NodeDef expected inputs '{types}' do not match {given} inputs specified; "
                f"{node_defs.summary(op_type)}; NodeDef: {{{{node {name}}}}}")
        return wanted

    def _connect(self, operation, index, tensor):
        """Closes a loop."""
        dtype = operation.op_type.input_dtypes(operation._attrs)[index]
        _check_fits(operation, index, tensor, dtype)
        inputs = list(operation.inputs)
        inputs[index] = tensor
        operation.inputs = tuple(inputs)

    def _refine_shapes(self, operation, shapes):
        """Adds what ``_output_shapes`` says of the outputs' shapes."""
        if len(shapes) < len(operation.outputs):
            raise ValueError(
                f"Node '{operation.name}' has {len(operation.outputs)} outputs but the "
                f"_output_shapes attribute specifies shapes for {len(shapes)} outputs")
        for index, (tensor, shape) in enumerate(zip(operation.outputs, shapes)):
            try:
                tensor._shape = tensor_shape.merge_shapes(tensor._shape, shape)
            except ValueError as error:
                if operation.type in _UNRELIABLE_SHAPES and self.versions.producer < 21:
                    continue
                raise ValueError(
                    f"Node '{operation.name}' has an _output_shapes attribute inconsistent with "
                    f"the GraphDef for output #{index}: {error}") from None

    # ---- colocation ----

    def _check_colocation(self, node):
        if "_class" not in node.attr:
            return
        node_defs.check_type(node.attr["_class"], "list(string)", "_class")
        for group in node.attr["_class"].list.s:
            other = group[len(_COLOCATION):].decode("utf-8", "replace")
            if group.startswith(_COLOCATION) and other not in self.nodes:
                raise ValueError(
                    f"Node '{node.name}' expects to be colocated with unknown node '{other}'")

    def _rename_colocation(self, attrs):
        """Groups have the names of operations: they change with them."""
        if "_class" in attrs:
            attrs["_class"] = [
                _COLOCATION + self.names[group[len(_COLOCATION):].decode()].encode()
                if group.startswith(_COLOCATION) else group for group in attrs["_class"]]

    # ---- adding them to the graph ----

    def add_to_graph(self):
        """Adds the operations that were made to the graph, and applies the scopes to them."""
        new = list(self.operations.values())
        graph = self.graph
        for operation in new:
            graph._register(operation)
            key = operation.name.lower()
            graph._names_in_use[key] = graph._names_in_use.get(key, 1)
            graph._apply_attr_scopes(operation)
            for controller in graph._control_dependencies_stack:
                controller.add_op(operation)
            if graph._colocation_stack:
                graph._apply_colocation(operation)
            if graph._container:
                graph._apply_container(operation)
        for operation in new:
            operation._add_control_inputs(graph._control_dependencies_for_inputs(()))
            graph._enter_context(operation)
        self._place(new)
        self._merge_versions()

    def _place(self, new):
        """Devices: that of the scopes over the node's own, or that of what it is placed with."""
        graph = self.graph
        colocated = {}
        for operation in new:
            asked, operation._device = operation._device, ""
            others = _colocated_with(operation)
            if others:
                colocated[operation] = others
                continue
            with graph.device(asked) if asked else contextlib.nullcontext():
                graph._apply_device_functions(operation)
        for operation, others in colocated.items():
            operation._set_device(_first_device(graph, others))

    def _merge_versions(self):
        versions = protos.VersionDef()
        versions.CopyFrom(self.graph.graph_def_versions)
        versions.producer = min(versions.producer, self.versions.producer)
        versions.min_consumer = max(versions.min_consumer, self.versions.min_consumer)
        bad = sorted({*versions.bad_consumers, *self.versions.bad_consumers})
        versions.bad_consumers[:] = bad
        self.graph._graph_def_versions = versions

    # ---- what the caller asked for ----

    def return_tensor(self, key):
        if key in self.input_map:
            return self.input_map[key]
        name, index = key
        if name not in self.operations:
            raise ValueError(f"Requested return tensor '{_text(key)}' not found in graph def")
        outputs = self.operations[name].outputs
        if not 0 <= index < len(outputs):
            raise ValueError(f"Invalid return output {index} of node '{name}', which has "
                             f"{len(outputs)} output(s)")
        return outputs[index]

    def return_operation(self, name):
        if name not in self.operations:
            raise ValueError(f"Requested return node '{name}' not found in graph def")
        return self.operations[name]

    def unknown_map_keys(self):
        """Keys of the input map that are no tensors of the GraphDef."""
        return [_text(key) for key in sorted(self.input_map)
                if key not in self.used_keys and not (
                    key[0] in self.operations and key[1] < len(self.operations[key[0]].outputs))]


def _check_versions(versions):
    text = f"current version {GRAPH_DEF_VERSION} for TensorFlow {TENSORFLOW_VERSION}"
    if versions.min_consumer > GRAPH_DEF_VERSION:
        raise ValueError(f"GraphDef min consumer version {versions.min_consumer} above {text}.  "
                         "Please upgrade TensorFlow.")
    if versions.producer < GRAPH_DEF_VERSION_MIN_PRODUCER:
        raise ValueError(f"GraphDef producer version {versions.producer} below min producer "
                         f"{GRAPH_DEF_VERSION_MIN_PRODUCER} supported by TensorFlow "
                         f"{TENSORFLOW_VERSION}.  Please regenerate your graph.")
    if GRAPH_DEF_VERSION in versions.bad_consumers:
        raise ValueError(f"GraphDef disallows consumer version {GRAPH_DEF_VERSION}.  Please "
                         "upgrade TensorFlow: this version is likely buggy.")


def _nodes_by_name(graph_def):
    """The nodes by name, in the order of the GraphDef; what is wrong with them at first sight."""
    functions = {function.signature.name for function in graph_def.library.function}
    nodes = {}
    for node in graph_def.node:
        if not _VALID_NODE_NAME.fullmatch(node.name):
            raise ValueError(f"Node '{node.name}': Node name contains invalid characters")
        if node.name in nodes:
            raise ValueError(f"Node '{node.name}' is not unique")
        if not node.op:
            raise ValueError(f"Node '{node.name}' does not specify an operation")
        if node.op in functions:
            raise errors.UnimplementedError(
                None, None, f"Node '{node.name}' calls the function '{node.op}' of the GraphDef's "
                "library: minitf has no functions in graphs.")
        seen_control = False
        for text in node.input:
            if seen_control and not text.startswith("^"):
                raise ValueError(f"Node '{node.name}': Control dependencies must come after "
                                 "regular dependencies")
            seen_control = seen_control or text.startswith("^")
        nodes[node.name] = node
    return nodes


def _check_fits(operation, index, tensor, dtype):
    """A mutable tensor may stand where a value is wanted, but not the other way."""
    if tensor.dtype is not dtype and tensor.dtype.base_dtype is not dtype:
        raise ValueError(
            f"Input {index} of node {operation.name} was passed {tensor.dtype.opdef_name} from "
            f"{tensor.name} incompatible with expected {dtype.opdef_name}.")


def _colocated_with(operation):
    """The names of other operations that an operation's ``_class`` names."""
    names = [group[len(_COLOCATION):].decode() for group in operation._attrs.get("_class", ())
             if group.startswith(_COLOCATION)]
    return [name for name in names if name != operation.name]


def _first_device(graph, names):
    """The device of the first of these operations that has one."""
    for name in names:
        if graph._by_name[name].device:
            return device_lib.DeviceSpec.from_string(graph._by_name[name].device)
    return ""
