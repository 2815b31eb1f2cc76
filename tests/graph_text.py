"""The form in which described graphs are stored: shorter, and readable without the repetition.

``pack`` writes what ``graph_compare.describe`` gives with abbreviations, ``unpack`` undoes it:

    ./x         a node of the same scope: in a node's name the scope of the line before, among its
                inputs the scope of the node itself
    ~/x         an input whose name begins with the node's own
    "@b"        the colocation "loc:@b"
    -> <2,3>    the attribute _output_shapes, at the end of the line
"""

import re

_NODE = re.compile(r"(\S+) = (\w+)\((\S*?)\)( \S.*)?$")


def _scope(name):
    return name.rpartition("/")[0]


def _split_attrs(text):
    """{attribute: text} of a node's words, and the device's word."""
    words = text.split()
    device = words.pop(0) if words and words[0].startswith("@") else ""
    return device, dict(word.split("=", 1) for word in words)


def pack(text):
    """The stored form of a described graph.

    Raises:
      ValueError: the text cannot be stored so that it is read again as it is.
    """
    lines, scope = [], None
    for line in text.split("\n"):
        match = _NODE.match(line)
        if match is None or line.startswith(" "):
            lines.append(line)
            continue
        name, op, inputs, rest = match.groups()
        packed = _pack_node(name, op, inputs, rest or "")
        if _scope(name) and _scope(name) == scope:
            packed = "." + packed[len(scope):]
        scope = _scope(name)
        lines.append(packed)
    packed = "\n".join(lines)
    if unpack(packed) != text:
        raise ValueError("the graph's text does not survive being packed")
    return packed


def _pack_node(name, op, inputs, rest):
    device, attrs = _split_attrs(rest)
    shapes = attrs.pop("_output_shapes", None)
    words = [device] if device else []
    if "_class" in attrs:
        attrs["_class"] = attrs["_class"].replace('"loc:@', '"@')
    words += [f"{key}={value}" for key, value in attrs.items()]
    if shapes is not None:
        words.append("-> " + shapes[1:-1])
    short = ",".join(_short(part, name) for part in inputs.split(","))
    return " ".join([f"{name} = {op}({short})", *words])


def _short(tensor, name):
    caret, tensor = tensor[:tensor.startswith("^")], tensor[tensor.startswith("^"):]
    scope = _scope(name)
    if tensor.startswith(name + "/"):
        tensor = "~" + tensor[len(name):]
    elif scope and tensor.startswith(scope + "/"):
        tensor = "." + tensor[len(scope):]
    return caret + tensor


def unpack(text):
    """The described graph of a stored form."""
    lines, scope = [], None
    for line in text.split("\n"):
        match = _NODE.match(line)
        if match is None or line.startswith(" "):
            lines.append(line)
            continue
        name, op, inputs, rest = match.groups()
        if name.startswith("./"):
            name = scope + name[1:]
        scope = _scope(name)
        lines.append(_unpack_node(name, op, inputs, rest or ""))
    return "\n".join(lines)


def _unpack_node(name, op, inputs, rest):
    rest, arrow, shapes = rest.partition(" -> ")
    device, attrs = _split_attrs(rest)
    if arrow:
        attrs["_output_shapes"] = f"[{shapes}]"
    if "_class" in attrs:
        attrs["_class"] = attrs["_class"].replace('"@', '"loc:@')
    inputs = ",".join(_long(part, name) for part in inputs.split(","))
    words = [device] if device else []
    words += [f"{key}={attrs[key]}" for key in sorted(attrs)]
    return " ".join([f"{name} = {op}({inputs})", *words])


def _long(tensor, name):
    caret, tensor = tensor[:tensor.startswith("^")], tensor[tensor.startswith("^"):]
    if tensor.startswith("~/"):
        tensor = name + tensor[1:]
    elif tensor.startswith("./"):
        tensor = _scope(name) + tensor[1:]
    return caret + tensor
