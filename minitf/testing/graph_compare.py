"""Comparison of graphs: a text form with a node a line, and the differences of two of them.

``describe(graph)`` writes a GraphDef so that a person can read it and ``diff`` can compare it::

    versions producer=134
    a = Placeholder() _output_shapes=[<10,2>] dtype=float shape=<10,2>
    MatMul = MatMul(a,b/read) T=float _output_shapes=[<10,1>] transpose_a=false transpose_b=false
    init = NoOp(^b/Assign) @/device:CPU:0

A line is the node's name, its op, the inputs as in the NodeDef, the device after ``@``, and the
attributes in the order of their names. Types have OpDef's names; shapes are ``<10,2>``, ``<?,2>``
and, of unknown rank, ``<*>``; strings are quoted, with spaces escaped; lists are in brackets. A
tensor is written with the field of the TensorProto that holds its elements,
``float<2>:float_val{1.0,2.0}``: two encodings of the same numbers differ. Every text stands for one
value only, so that graphs are equal when their texts are.

This file reads messages by their fields only: those of minitf, of TensorFlow and of tensorboardX.
It needs NumPy and nothing else of minitf, and runs on the Pythons of TensorFlow 1.15.
"""

import hashlib
import re
from typing import NamedTuple

import numpy as np

# Names of the values of the DataType enumeration; a reference type is its base plus 100.
TYPE_NAMES = {
    0: "invalid", 1: "float", 2: "double", 3: "int32", 4: "uint8", 5: "int16", 6: "int8",
    7: "string", 8: "complex64", 9: "int64", 10: "bool", 11: "qint8", 12: "quint8", 13: "qint32",
    14: "bfloat16", 15: "qint16", 16: "quint16", 17: "uint16", 18: "complex128", 19: "half",
    20: "resource", 21: "variant", 22: "uint32", 23: "uint64",
}

# How elements lie in TensorProto.tensor_content.
_CONTENT_DTYPES = {
    1: "<f4", 2: "<f8", 3: "<i4", 4: "u1", 5: "<i2", 6: "i1", 8: "<c8", 9: "<i8", 10: "?", 11: "i1",
    12: "u1", 13: "<i4", 14: "<u2", 15: "<i2", 16: "<u2", 17: "<u2", 18: "<c16", 19: "<f2",
    22: "<u4", 23: "<u8",
}

# Fields of TensorProto that some copies of the schema lack: numbers by name.
_LATE_TENSOR_FIELDS = {"variant_val": 15, "uint32_val": 16, "uint64_val": 17}

# Above this many elements a tensor's text ends in a hash.
_MAX_ELEMENTS = 64


class Node(NamedTuple):
    """A node of a described graph; ``attrs`` maps names to the texts of the values."""

    name: str
    op: str
    inputs: tuple
    device: str
    attrs: dict


class Difference(NamedTuple):
    """One difference: where it is and what both sides have there.

    Attributes:
      position: index of the node in the left graph (of an extra node: in the right one).
      node: the node's name, or what else of the graph differs ("versions", "function f").
      field: "op", "device", "input 0", "attr T", "node", "order", ...
      left, right: texts; None where a side has nothing.
    """

    position: int
    node: str
    field: str
    left: str
    right: str


class Differences(list):
    """A list of Difference that prints one after another, each with both sides."""

    def __init__(self, items, labels):
        super().__init__(items)
        self.labels = labels

    def __str__(self):
        width = max(map(len, self.labels)) + 1
        lines = ["{} difference{}".format(len(self) or "no", "" if len(self) == 1 else "s")]
        for difference in self:
            lines.append(f"node {difference.position} {difference.node!r}: {difference.field}")
            for label, text in zip(self.labels, (difference.left, difference.right)):
                shown = "(nothing)" if text is None else text
                lines.append("    {:<{}} {}".format(label + ":", width, shown))
        return "\n".join(lines)


# ---- texts of values ----


def type_text(number):
    """The OpDef name of a value of the DataType enumeration, ``float_ref`` for a reference type."""
    if number > 100:
        return TYPE_NAMES[number - 100] + "_ref"
    return TYPE_NAMES[number]


def shape_text(shape):
    """The text of a TensorShapeProto."""
    if shape.unknown_rank:
        return "<*>"
    return "<" + ",".join("?" if dim.size < 0 else str(dim.size) for dim in shape.dim) + ">"


def string_text(value):
    """A quoted text of bytes, without spaces and line ends."""
    quoted = (chr(byte) if 32 < byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
              for byte in bytearray(value))
    return '"' + "".join(quoted) + '"'


def _number_text(value):
    """The shortest text that gives this NumPy number back; floats never look like integers."""
    if isinstance(value, np.complexfloating):
        return f"{_number_text(value.real)}+{_number_text(value.imag)}j"
    if isinstance(value, np.bool_):
        return "true" if value else "false"
    if isinstance(value, np.floating):
        return repr(float(str(value)))  # NumPy's own text of large numbers changes with its version
    return str(value)


def _late_field(tensor, field):
    """A repeated integer field that the message's class may not know."""
    if field in tensor.DESCRIPTOR.fields_by_name:
        return list(getattr(tensor, field))
    from google.protobuf import unknown_fields

    numbers = []
    for unknown in unknown_fields.UnknownFieldSet(tensor):
        if unknown.field_number == _LATE_TENSOR_FIELDS[field]:
            packed = unknown.data
            numbers.extend(_varints(packed) if isinstance(packed, bytes) else [packed])
    return numbers


def _varints(packed):
    number = shift = 0
    for byte in bytearray(packed):
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0


def _tensor_elements(tensor):
    """The field that holds a TensorProto's elements, and their texts."""
    if tensor.tensor_content:
        array = np.frombuffer(tensor.tensor_content, _CONTENT_DTYPES[tensor.dtype])
        return "content", [_number_text(item) for item in array]
    if tensor.float_val:
        return "float_val", [_number_text(np.float32(item)) for item in tensor.float_val]
    if tensor.double_val:
        return "double_val", [_number_text(np.float64(item)) for item in tensor.double_val]
    for field, real in (("scomplex_val", np.float32), ("dcomplex_val", np.float64)):
        parts = [_number_text(real(item)) for item in getattr(tensor, field)]
        if parts:
            return field, ["{}+{}j".format(*pair) for pair in zip(parts[::2], parts[1::2])]
    if tensor.string_val:
        return "string_val", [string_text(item) for item in tensor.string_val]
    if tensor.bool_val:
        return "bool_val", ["true" if item else "false" for item in tensor.bool_val]
    for field in ("int_val", "int64_val", "half_val"):
        if getattr(tensor, field):
            return field, [str(item) for item in getattr(tensor, field)]
    for field in ("uint32_val", "uint64_val"):
        numbers = _late_field(tensor, field)
        if numbers:
            return field, [str(item) for item in numbers]
    for field in ("resource_handle_val", "variant_val"):
        messages = getattr(tensor, field, ())
        if messages:
            return field, [string_text(item.SerializeToString()) for item in messages]
    return "", []


def tensor_text(tensor):
    """The text of a TensorProto; elements after the first few are hashed when there are many."""
    field, elements = _tensor_elements(tensor)
    if len(elements) > _MAX_ELEMENTS:
        digest = hashlib.sha1(",".join(elements).encode()).hexdigest()
        elements = elements[:8] + ["...", f"n={len(elements)}", f"sha1={digest}"]
    return "{}{}{}{{{}}}".format(type_text(tensor.dtype), shape_text(tensor.tensor_shape),
                                 field and ":" + field, ",".join(elements))


# The names of functions that Python traced end in what depends on all else that was built.
_TRACED = re.compile(r"(?<=^_make_dataset)_\w+$|_\d+$")


def _is_traced(name):
    return _TRACED.search(name) is not None


def _function_text(function):
    attrs = ",".join(f"{name}={attr_text(function.attr[name])}"
                     for name in sorted(function.attr))
    name = _TRACED.sub("", function.name) if _is_traced(function.name) else function.name
    return f"func:{name}({attrs})"


_ATTR_TEXTS = {
    "s": string_text,
    "i": str,
    "f": lambda value: _number_text(np.float32(value)),
    "b": lambda value: "true" if value else "false",
    "type": type_text,
    "shape": shape_text,
    "tensor": tensor_text,
    "func": _function_text,
    "placeholder": lambda value: "placeholder:" + string_text(value.encode()),
}


def attr_text(value):
    """The text of an AttrValue."""
    kind = value.WhichOneof("value")
    if kind is None:
        return "none"
    if kind != "list":
        return _ATTR_TEXTS[kind](getattr(value, kind))
    texts = []
    for field in ("s", "i", "f", "b", "type", "shape", "tensor", "func"):
        texts.extend(_ATTR_TEXTS[field](item) for item in getattr(value.list, field))
    return "[" + ",".join(texts) + "]"


# ---- graphs as text ----


def _node_line(node):
    words = ["{} = {}({})".format(node.name, node.op, ",".join(node.input))]
    if node.device:
        words.append("@" + node.device)
    words.extend(f"{name}={attr_text(node.attr[name])}" for name in sorted(node.attr))
    return " ".join(words)


def _arg_text(arg):
    type_ = arg.type_list_attr or arg.type_attr or type_text(arg.type)
    return "{}:{}".format(arg.name, f"{arg.number_attr}*{type_}" if arg.number_attr
                          else type_)


def _function_lines(function):
    signature = function.signature
    yield "function {}({})->({})".format(
        signature.name, ",".join(map(_arg_text, signature.input_arg)),
        ",".join(map(_arg_text, signature.output_arg)))
    for name in sorted(function.attr):
        yield f"  attr {name}={attr_text(function.attr[name])}"
    for node in function.node_def:
        yield "  " + _node_line(node)
    for name in sorted(function.ret):
        yield f"  return {name}={function.ret[name]}"


def describe(graph):
    """The text of a graph, a line for each node.

    Args:
      graph: a GraphDef message, or a Graph (described with its output shapes).

    Returns:
      A string that ends in a line feed.
    """
    if hasattr(graph, "as_graph_def"):
        graph = graph.as_graph_def(add_shapes=True)
    versions = graph.versions
    words = ["versions", f"producer={versions.producer}"]
    if versions.min_consumer:
        words.append(f"min_consumer={versions.min_consumer}")
    words.extend(f"bad_consumer={number}" for number in versions.bad_consumers)
    lines = [" ".join(words)]
    lines.extend(_node_line(node) for node in graph.node)
    for function in graph.library.function:
        if _is_traced(function.signature.name):
            continue  # the runtime orders what is in it in ways of its own
        lines.extend(_function_lines(function))
    for gradient in graph.library.gradient:
        lines.append(f"gradient {gradient.function_name}={gradient.gradient_func}")
    return "\n".join(lines) + "\n"


def parse_node(line):
    """Reads a node's line as ``describe`` writes it.

    Raises:
      ValueError: it is not such a line.
    """
    head, _, rest = line.strip().partition(")")
    name, equals, call = head.partition(" = ")
    op, bracket, inputs = call.partition("(")
    if not equals or not bracket:
        raise ValueError(f"not the line of a node: {line!r}")
    words = rest.split()
    device = words.pop(0)[1:] if words and words[0].startswith("@") else ""
    attrs = dict(word.split("=", 1) for word in words)
    return Node(name, op, tuple(inputs.split(",")) if inputs else (), device, attrs)


def _parse(text):
    """The nodes of a described graph, and its other lines by what they describe."""
    nodes, others, current = [], {}, None
    for line in text.splitlines():
        if line.startswith("  "):
            others[current] += "\n" + line
        elif line.startswith(("function ", "gradient ", "versions ")):
            word, _, rest = line.partition(" ")
            current = word if word == "versions" else "{} {}".format(
                word, rest.partition("(")[0].partition("=")[0])
            others[current] = rest
        elif line:
            nodes.append(parse_node(line))
    return nodes, others


# ---- comparison ----


def _node_differences(position, left, right):
    def difference(field, mine, theirs):
        return Difference(position, left.name, field, mine, theirs)

    if left.op != right.op:
        yield difference("op", left.op, right.op)
    if left.inputs != right.inputs:
        if len(left.inputs) != len(right.inputs):
            yield difference("inputs", ",".join(left.inputs), ",".join(right.inputs))
        else:
            for i, (mine, theirs) in enumerate(zip(left.inputs, right.inputs)):
                if mine != theirs:
                    yield difference(f"input {i}", mine, theirs)
    if left.device != right.device:
        yield difference("device", left.device, right.device)
    if left.attrs != right.attrs:
        for name in sorted(set(left.attrs) | set(right.attrs)):
            mine, theirs = left.attrs.get(name), right.attrs.get(name)
            if mine != theirs:
                yield difference("attr " + name, mine, theirs)


def _summary(node):
    return "{} = {}({})".format(node.name, node.op, ",".join(node.inputs))


def _order_difference(left, right):
    """The first place where nodes that both graphs have stand in another order."""
    in_left, in_right = {node.name for node in left}, {node.name for node in right}
    mine = [(i, node) for i, node in enumerate(left) if node.name in in_right]
    theirs = [node for node in right if node.name in in_left]
    for (i, node), other in zip(mine, theirs):
        if node.name != other.name:
            return [Difference(i, node.name, "order", _summary(node), _summary(other))]
    return []


def compare_graph_defs(left, right, labels=("left", "right")):
    """All differences between two graphs: nodes, their order, ops, inputs, devices, attributes.

    Nodes are paired by name. Inputs count with their order; attributes count by their full value,
    encoding included; so do versions and the function library.

    Args:
      left, right: GraphDef messages, Graphs (compared with their output shapes), or texts that
        ``describe`` made.
      labels: what to call the two sides when differences are printed.

    Returns:
      A list of Difference in the order of the left graph's nodes, empty when the graphs are equal;
      its ``str`` shows every difference with both sides.
    """
    texts = [graph if isinstance(graph, str) else describe(graph) for graph in (left, right)]
    if texts[0] == texts[1]:
        return Differences([], labels)
    (left_nodes, left_others), (right_nodes, right_others) = map(_parse, texts)
    by_name = {node.name: node for node in right_nodes}
    found = []
    for i, node in enumerate(left_nodes):
        other = by_name.get(node.name)
        if other is None:
            found.append(Difference(i, node.name, "node", _summary(node), None))
        else:
            found.extend(_node_differences(i, node, other))
    names = {node.name for node in left_nodes}
    found.extend(Difference(i, node.name, "node", None, _summary(node))
                 for i, node in enumerate(right_nodes) if node.name not in names)
    found.extend(_order_difference(left_nodes, right_nodes))
    found.sort(key=lambda difference: difference.position)
    for key in sorted(set(left_others) | set(right_others)):
        mine, theirs = left_others.get(key), right_others.get(key)
        if mine != theirs:
            found.append(Difference(len(left_nodes), key, "text", mine, theirs))
    return Differences(found, labels)
