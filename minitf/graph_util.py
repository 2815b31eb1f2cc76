"""tf.graph_util: GraphDefs cut down to what is needed, and frozen: variables made constants."""

import re

from minitf import tf_logging
from minitf.framework import dtypes, protos
from minitf.framework.import_graph import import_graph_def  # noqa: F401 - part of the namespace
from minitf.framework.operation import Operation
from minitf.framework.tensor_value import make_tensor_proto

_VARIABLE_OPS = frozenset(["Assign", "AssignAdd", "AssignSub", "Queue", "ScatterAdd", "ScatterSub",
                           "ScatterUpdate", "TruncatedNormal", "Variable", "VariableV2"])

# What a resource variable's handle may pass through before it is read.
_PASS_ON = frozenset(["Switch", "Enter", "Exit", "Identity", "Merge", "NextIteration"])

# Attributes that decide whether an op runs on the CPU, and the types that do.
_CPU_TYPES = {
    "Const": ("dtype", (dtypes.string, dtypes.int32)),
    "DynamicStitch": ("T", (dtypes.int32,)),
    "ParallelDynamicStitch": ("T", (dtypes.int32,)),
    "Cast": ("SrcT", (dtypes.int32,)),
}


def _node_of(name):
    """The name of the node that an input refers to."""
    return name[1:] if name.startswith("^") else name.split(":")[0]


def must_run_on_cpu(node, pin_variables_on_cpu=False):
    """Whether a node can only be placed on a CPU, as it holds strings or int32 numbers.

    Args:
      node: an `Operation` or a `NodeDef`.
      pin_variables_on_cpu: the answer is True for ops on variables, too.
    """
    node_def = node.node_def if isinstance(node, Operation) else node
    if pin_variables_on_cpu and node_def.op in _VARIABLE_OPS:
        return True
    if node_def.op not in _CPU_TYPES:
        return False
    attr, types = _CPU_TYPES[node_def.op]
    return node_def.attr[attr].type in [dtype.as_datatype_enum for dtype in types]


def tensor_shape_from_node_def_name(graph, input_name):
    """The static shape of the tensor of ``graph`` that a NodeDef's input names.

    Raises:
      KeyError, ValueError: there is no such tensor.
    """
    return graph.get_tensor_by_name(input_name if ":" in input_name else input_name + ":0").shape


def extract_sub_graph(graph_def, dest_nodes):
    """The nodes that some of ``dest_nodes`` need, in the order of ``graph_def``.

    Args:
      graph_def: a `GraphDef`.
      dest_nodes: a list of names of nodes.

    Returns:
      A `GraphDef`.

    Raises:
      TypeError: ``graph_def`` is no GraphDef, or ``dest_nodes`` is one string.
      AssertionError: a node is not in the graph.
    """
    if not isinstance(graph_def, protos.GraphDef):
        raise TypeError("graph_def must be a graph_pb2.GraphDef proto.")
    if isinstance(dest_nodes, str):
        raise TypeError("dest_nodes must be a list.")
    nodes = {_node_of(node.name): node for node in graph_def.node}
    for name in dest_nodes:
        if name not in nodes:
            raise AssertionError(f"{name} is not in graph")
    needed = dict.fromkeys(dest_nodes)
    waiting = list(needed)
    while waiting:
        node = nodes[waiting.pop()]
        for name in [*map(_node_of, node.input), *_colocated_with(node)]:
            if name not in needed:
                needed[name] = None
                waiting.append(name)
    result = protos.GraphDef(library=graph_def.library, versions=graph_def.versions)
    result.node.extend(node for name, node in nodes.items() if name in needed)
    return result


def _colocated_with(node):
    """The nodes that a node's ``_class`` names: they are needed, too."""
    if "_class" not in node.attr:
        return []
    groups = [group.decode() for group in node.attr["_class"].list.s]
    return [group[len("loc:@"):] for group in groups if group.startswith("loc:@")]


# ---- freezing ----


def convert_variables_to_constants(sess, input_graph_def, output_node_names,
                                   variable_names_whitelist=None, variable_names_blacklist=None):
    """The graph that computes some nodes, with constants in the place of variables.

    Args:
      sess: a session in which the variables have their values.
      input_graph_def: the `GraphDef` of the session's graph.
      output_node_names: a list of names of the nodes to compute.
      variable_names_whitelist: names of the variables to convert; by default all.
      variable_names_blacklist: names of variables that stay as they are.

    Returns:
      A `GraphDef`.

    Raises:
      ValueError: a read of something that is no variable, or a ResourceGather with batch_dims.
      AssertionError: an output is not in the graph.
    """
    sub_graph = extract_sub_graph(input_graph_def, output_node_names)
    nodes = {node.name: node for node in sub_graph.node}
    handle_types = _types_behind_handles(nodes)
    variables = [
        node.name for node in sub_graph.node
        if node.op in ("Variable", "VariableV2", "VarHandleOp")
        and (variable_names_whitelist is None or node.name in variable_names_whitelist)
        and (variable_names_blacklist is None or node.name not in variable_names_blacklist)]
    fetches = [name + ("/Read/ReadVariableOp:0" if nodes[name].op == "VarHandleOp" else ":0")
               for name in variables]
    values = dict(zip(variables, sess.run(fetches) if fetches else []))
    tf_logging.info("Froze %d variables.", len(values))
    result = protos.GraphDef(library=sub_graph.library)
    for node in sub_graph.node:
        if node.name in values:
            value = values[node.name]
            result.node.append(_const(node.name, node.attr["dtype"], value, value.shape))
        elif node.name in handle_types:
            result.node.append(_retyped(node, handle_types[node.name]))
        elif node.op == "ReadVariableOp":
            result.node.append(_changed(node, "Identity", node.input[:1],
                                        T=node.attr["dtype"]))
        elif node.op == "ResourceGather":
            result.node.extend(_gather(node))
        else:
            result.node.append(node)
    tf_logging.info("Converted %d variables to const ops.", len(values))
    return result


def _types_behind_handles(nodes):
    """{node: AttrValue of the variable's dtype} for what stands between handles and reads."""
    types = {}
    for node in nodes.values():
        if node.op not in ("ReadVariableOp", "ResourceGather"):
            continue
        waiting = [_node_of(node.input[0])]
        while waiting:
            name = waiting.pop()
            source = nodes[name]
            if source.op == "VarHandleOp":
                continue
            if source.op not in _PASS_ON:
                raise ValueError(
                    "Cannot find the variable that is an input to the ReadVariableOp.")
            if name not in types:
                types[name] = node.attr["dtype"]
                count = 2 if source.op == "Merge" else 1
                waiting.extend(_node_of(text) for text in source.input[:count])
    return types


def _const(name, dtype, value, shape=None):
    node = protos.NodeDef(name=name, op="Const")
    node.attr["dtype"].CopyFrom(dtype)
    node.attr["value"].tensor.CopyFrom(make_tensor_proto(value, dtype=dtype.type, shape=shape))
    return node


def _retyped(node, dtype):
    """A node that passed a handle on, as one that passes the value on."""
    result = protos.NodeDef(name=node.name, op=node.op, input=node.input)
    for key, value in node.attr.items():
        if key != "_output_shapes":
            result.attr[key].CopyFrom(value)
    result.attr["T"].CopyFrom(dtype)
    return result


def _changed(node, op, inputs, **attrs):
    """A node of another op under the same name, in the same colocation groups."""
    result = protos.NodeDef(name=node.name, op=op, input=inputs)
    for key, value in attrs.items():
        result.attr[key].CopyFrom(value)
    if "_class" in node.attr:
        result.attr["_class"].CopyFrom(node.attr["_class"])
    return result


def _gather(node):
    """GatherV2, and the constant that is its axis, for a ResourceGather."""
    if node.attr["batch_dims"].i:
        raise ValueError("batch_dims != 0 is not supported by freeze_graph.")
    index_type = node.attr["Tindices"]
    axis = _const(node.name + "/axis", index_type, 0)
    return axis, _changed(node, "GatherV2", [*node.input[:2], axis.name],
                          Tparams=node.attr["dtype"], Tindices=index_type, Taxis=index_type)


# ---- for inference only ----


def remove_training_nodes(input_graph, protected_nodes=None):
    """The graph without CheckNumerics, and without Identity nodes that have no control edges.

    Args:
      input_graph: a `GraphDef`.
      protected_nodes: names of nodes to keep.

    Returns:
      A `GraphDef` with the nodes that stay; what read an Identity reads its input.
    """
    protected = set(protected_nodes or ())
    checks = {node.name for node in input_graph.node
              if node.op == "CheckNumerics" and node.name not in protected}
    kept = []
    for node in input_graph.node:
        if node.name not in checks:
            kept.append(_with_inputs(node, [text for text in node.input
                                            if re.sub(r"^\^", "", text) not in checks]))
    waited_for = {text[1:] for node in kept for text in node.input if text.startswith("^")}
    passed = {
        node.name: node.input[0] for node in kept
        if node.op == "Identity" and node.name not in protected and node.name not in waited_for
        and not any(text.startswith("^") for text in node.input)}
    result = protos.GraphDef()
    for node in kept:
        if node.name not in passed:
            result.node.append(_with_inputs(node, [_behind(text, passed) for text in node.input]))
    return result


def _with_inputs(node, inputs):
    result = protos.NodeDef.FromString(node.SerializeToString())
    result.input[:] = inputs
    return result


def _behind(text, passed):
    """The input that an input stands for when the Identities in ``passed`` are gone."""
    seen = set()
    while text in passed and text not in seen:
        seen.add(text)
        text = passed[text]
    return text
