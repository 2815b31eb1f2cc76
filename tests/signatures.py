"""OpDefs as signature strings, the form in which ops are declared.

``signature(op_def)`` gives the declaration's string and keywords, ``record_line`` both on a line,
``declaration`` the Python text to declare the op with. The text says all that an OpDef says except
documentation, so OpDefs are equal when their lines are. Runs on TensorFlow 1.15's Python too.
"""

import ast
import importlib.util
import os
import textwrap

import numpy as np


def _graph_compare():
    """minitf/testing/graph_compare.py by itself: minitf need not be importable here."""
    path = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                        "minitf", "testing", "graph_compare.py")
    spec = importlib.util.spec_from_file_location("graph_compare", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


graph_compare = _graph_compare()

FLAGS = ("commutative", "aggregate", "stateful", "allows_uninitialized_input")


def _arg(arg):
    type_ = arg.type_list_attr or arg.type_attr or graph_compare.type_text(arg.type)
    if arg.number_attr:
        type_ = f"{arg.number_attr} * {type_}"
    if arg.is_ref:
        type_ = f"Ref({type_})"
    return f"{arg.name}: {type_}"


def _args(args):
    return "({})".format(", ".join(map(_arg, args)))


def _shape(shape):
    if shape.unknown_rank:
        return "unknown"
    return repr([None if dim.size < 0 else dim.size for dim in shape.dim])


def _tensor(tensor):
    elements = list(tensor.int_val) or list(tensor.float_val)
    return f"{graph_compare.type_text(tensor.dtype)}({elements})"


_DEFAULTS = {
    "s": lambda value: repr(value.decode("latin1")),
    "i": str,
    "f": lambda value: str(np.float32(value)),
    "b": str,
    "type": graph_compare.type_text,
    "shape": _shape,
    "tensor": _tensor,
}


def _default(value):
    kind = value.WhichOneof("value")
    if kind != "list":
        return _DEFAULTS[kind](getattr(value, kind))
    texts = []
    for field in ("s", "i", "f", "b", "type", "shape", "tensor"):
        texts.extend(_DEFAULTS[field](item) for item in getattr(value.list, field))
    return "[{}]".format(", ".join(texts))


def _attr(attr):
    constraints = ""
    if attr.HasField("allowed_values") and attr.allowed_values.list.s:
        texts = [repr(value.decode("latin1")) for value in attr.allowed_values.list.s]
        constraints += " in {{{}}}".format(", ".join(texts))
    if attr.has_minimum:
        constraints += f" >= {attr.minimum}"
    if attr.HasField("default_value"):
        constraints += " = " + _default(attr.default_value)
    if attr.type == "type" and not constraints:
        return attr.name
    return f"{attr.name}: {attr.type}{constraints}"


def _implied_attrs(op_def):
    """Type attributes that arguments imply in the order in which they are used."""
    used = []
    for arg in list(op_def.input_arg) + list(op_def.output_arg):
        if arg.type_attr and arg.type_attr not in used:
            used.append(arg.type_attr)
    return used


def _listed_attrs(op_def):
    """All attributes but the first ones, when the arguments imply just those, in that order."""
    used = _implied_attrs(op_def)
    last = -1
    for i, attr in enumerate(op_def.attr):
        plain = attr.type == "type" and not attr.HasField("default_value")
        if not plain or attr.name not in used or used.index(attr.name) < last:
            return op_def.attr[i:]
        last = used.index(attr.name)
    return []


def signature(op_def):
    """The signature string of an OpDef, and the keywords that complete the declaration.

    Returns:
      (string, dict): the keywords are allowed types (a string of names) by type attribute, the
      flags that are set, and ``deprecation`` (version, explanation).
    """
    inputs = _args(op_def.input_arg)
    attrs = ", ".join(map(_attr, _listed_attrs(op_def)))
    if attrs:
        inputs = inputs[:-1] + "; " + attrs + ")"
    keywords = {}
    for attr in op_def.attr:
        types = attr.allowed_values.list.type
        if types:
            keywords[attr.name] = " ".join(map(graph_compare.type_text, types))
    keywords.update({flag: True for flag in FLAGS if getattr(op_def, _field(flag))})
    if op_def.HasField("deprecation"):
        keywords["deprecation"] = (op_def.deprecation.version, str(op_def.deprecation.explanation))
    return f"{op_def.name}{inputs} -> {_args(op_def.output_arg)}", keywords


def _field(flag):
    return flag if flag == "allows_uninitialized_input" else "is_" + flag


def record_line(op_def):
    """The OpDef on one line: the signature and, after a tab, the keywords (when there are any)."""
    text, keywords = signature(op_def)
    return text + ("\t" + repr(keywords) if keywords else "")


def _literal(text):
    return '"' + text.replace('"', '\\"') + '"'


def declaration(line):
    """The Python text that declares the op of a recorded line, in lines of at most 100 columns."""
    text, _, keywords = line.rstrip("\n").partition("\t")
    pieces = [_literal(piece) for piece in _wrapped(text)]
    for name, value in ast.literal_eval(keywords or "{}").items():
        parts = [_literal(part) for part in _wrapped(value)] if isinstance(value, str) else [
            repr(value)]
        pieces[-1] += ","
        pieces.append(name + "=" + parts[0])
        pieces.extend(" " * (len(name) + 1) + part for part in parts[1:])
    return "op(" + "\n   ".join(pieces) + ")"


def _wrapped(text):
    """The text in pieces that end in the space at which they were broken."""
    pieces = textwrap.wrap(text, 84, break_on_hyphens=False, break_long_words=False)
    return [piece + " " for piece in pieces[:-1]] + pieces[-1:]
