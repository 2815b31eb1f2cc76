"""The form in which described graphs are stored: shorter, and readable without the repetition.

``pack`` writes what ``graph_compare.describe`` gives with abbreviations, ``unpack`` undoes it:

    ./x, ../x   a path from a scope: in a node's name from the scope of the line before, among its
                inputs from the scope of the node itself
    ~/x         an input whose name begins with the node's own
    "@b"        the colocation "loc:@b"
    -> <2,3>    the attribute _output_shapes, at the end of the line; "->" alone in a Const, whose
                value has that shape, and also the dtype where none is written
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
    lines, scope = [], ""
    for line in text.split("\n"):
        match = _NODE.match(line)
        if match is None or line.startswith(" "):
            lines.append(line)
            continue
        name, op, inputs, rest = match.groups()
        lines.append(_pack_node(name, op, inputs, rest or "", scope))
        scope = _scope(name)
    packed = "\n".join(lines)
    if unpack(packed) != text:
        raise ValueError("the graph's text does not survive being packed")
    return packed


def _pack_node(name, op, inputs, rest, scope):
    device, attrs = _split_attrs(rest)
    shapes = attrs.pop("_output_shapes", None)
    if op == "Const":
        dtype, shape = _of_value(attrs)
        if attrs.get("dtype") == dtype:
            del attrs["dtype"]
        if shapes == f"[{shape}]":
            shapes = "[]"
    words = [device] if device else []
    if "_class" in attrs:
        attrs["_class"] = attrs["_class"].replace('"loc:@', '"@')
    words += [f"{key}={value}" for key, value in attrs.items()]
    if shapes is not None:
        words.append(f"-> {shapes[1:-1]}".rstrip())
    short = ",".join(_short(part, name) for part in inputs.split(","))
    return " ".join([f"{_relative(name, scope)} = {op}({short})", *words])


def _of_value(attrs):
    """The dtype and the shape that a constant's value has, as texts."""
    dtype, _, rest = attrs.get("value", "").partition("<")
    return dtype, f"<{rest.partition('>')[0]}>"


def _short(tensor, name):
    caret, tensor = tensor[:tensor.startswith("^")], tensor[tensor.startswith("^"):]
    if tensor.startswith(name + "/"):
        return caret + "~" + tensor[len(name):]
    return caret + _relative(tensor, _scope(name))


def _relative(path, scope):
    """The path as seen from a scope, where that is shorter."""
    here, parts = scope.split("/") if scope else [], path.split("/")
    common = 0
    while common < min(len(here), len(parts) - 1) and here[common] == parts[common]:
        common += 1
    if not common:
        return path
    ups = [".."] * (len(here) - common)
    short = "/".join([*(ups or ["."]), *parts[common:]])
    return short if len(short) < len(path) else path


def _absolute(path, scope):
    """What ``_relative`` was given."""
    if not path.startswith(("./", "../")):
        return path
    here, parts = scope.split("/"), path.split("/")
    ups = parts.count("..")
    return "/".join([*here[:len(here) - ups], *parts[ups or 1:]])


def unpack(text):
    """The described graph of a stored form."""
    lines, scope = [], ""
    for line in text.split("\n"):
        match = _NODE.match(line)
        if match is None or line.startswith(" "):
            lines.append(line)
            continue
        name, op, inputs, rest = match.groups()
        name = _absolute(name, scope)
        scope = _scope(name)
        lines.append(_unpack_node(name, op, inputs, rest or ""))
    return "\n".join(lines)


def _unpack_node(name, op, inputs, rest):
    rest, arrow, shapes = f"{rest} ".partition(" -> ")
    device, attrs = _split_attrs(rest)
    if op == "Const":
        dtype, shape = _of_value(attrs)
        attrs.setdefault("dtype", dtype)
        shapes = shapes.strip() or shape
    if arrow:
        attrs["_output_shapes"] = f"[{shapes.strip()}]"
    if "_class" in attrs:
        attrs["_class"] = attrs["_class"].replace('"@', '"loc:@')
    inputs = ",".join(_long(part, name) for part in inputs.split(","))
    words = [device] if device else []
    words += [f"{key}={attrs[key]}" for key in sorted(attrs)]
    return " ".join([f"{name} = {op}({inputs})", *words])


def _long(tensor, name):
    caret, tensor = tensor[:tensor.startswith("^")], tensor[tensor.startswith("^"):]
    if tensor.startswith("~/"):
        return caret + name + tensor[1:]
    return caret + _absolute(tensor, _scope(name))
