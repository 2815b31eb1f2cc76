"""From NodeDef messages to what operations are made of: op type and attributes, checked.

A NodeDef comes from a file, so nothing about it may be taken for granted. ``read`` says what is
wrong in TensorFlow's words.
"""

import numpy as np

from minitf.framework import dtypes, errors, registry
from minitf.framework.tensor_shape import TensorShape
from minitf.framework.tensor_value import from_proto

# The kinds of AttrValue's fields, in the order in which they are looked at.
_FIELD_TYPES = {"s": "string", "i": "int", "f": "float", "b": "bool", "type": "type",
                "shape": "shape", "tensor": "tensor", "func": "func"}


def read(node, name, producer):
    """The op type and the attributes of a NodeDef; those that are left out have their defaults.

    Args:
      node: the NodeDef.
      name: the operation's name, for messages.
      producer: the version of the GraphDef's producer: ops that were removed later are accepted.

    Returns:
      (OpType, {attribute name: Python value}).

    Raises:
      errors.NotFoundError: there is no op of that type.
      errors.UnimplementedError: the op was removed before that version.
      ValueError: attributes that the op does not have, or has not been given, or not like that.
    """
    op_type = find_op_type(node.op)
    if op_type.deprecation is not None and producer >= op_type.deprecation[0]:
        version, explanation = op_type.deprecation
        raise errors.UnimplementedError(
            None, None, f"Op {op_type.name} is not available in GraphDef version {producer}. It "
            f"has been removed in version {version}. {explanation}.")
    where = f"NodeDef: {{{{node {name}}}}}"
    attrs = {}
    for key in sorted(node.attr):
        declared = op_type.attr_by_name.get(key)
        if declared is not None:
            try:
                attrs[key] = _checked(node.attr[key], declared)
            except ValueError as error:
                raise ValueError(f"{error}\n\t; {where}; {summary(op_type)}") from None
        elif key.startswith("_"):
            attrs[key] = registry.attr_from_proto(node.attr[key])
        else:
            raise ValueError(
                f"NodeDef mentions attr '{key}' not in {summary(op_type)}; {where}. (Check whether "
                "your GraphDef-interpreting binary is up to date with your GraphDef-generating "
                "binary.).")
    for attr in op_type.attrs:
        if attr.name not in attrs and attr.has_default:
            attrs[attr.name] = attr.default
    missing = [attr.name for attr in op_type.attrs if attr.name not in attrs]
    if missing:
        names = "', '".join(missing)
        raise ValueError(f"NodeDef missing attr{'s' * (len(missing) > 1)} '{names}' from "
                         f"{summary(op_type)}; {where}")
    return op_type, attrs


def find_op_type(name):
    """The OpType of that name; families of ops that are not loaded yet are loaded for it.

    Raises:
      errors.NotFoundError: there is none.
    """
    op_type = registry.find(name)
    if op_type is None:
        _load_all_ops()
        op_type = registry.find(name)
    if op_type is None:
        raise errors.NotFoundError(
            None, None, f"Op type not registered '{name}' in minitf: see docs/coverage.md for the "
            "ops that there are.")
    return op_type


def _load_all_ops():
    """Imports every module of ``minitf.ops``: some namespaces load theirs when they are used."""
    import importlib
    import pkgutil

    from minitf import ops

    for module in pkgutil.iter_modules(ops.__path__):
        importlib.import_module(f"{ops.__name__}.{module.name}")


# ---- one attribute ----


def _checked(message, declared):
    """The Python value of an AttrValue message.

    Raises:
      ValueError: it has not the type that is declared, or is none of the allowed values.
    """
    check_type(message, declared.type, declared.name)
    value = _python_value(message, declared.type)
    if declared.minimum is not None:
        if declared.type == "int" and value < declared.minimum:
            raise ValueError(f"Value for attr '{declared.name}' of {value} must be at least "
                             f"minimum {declared.minimum}")
        if declared.type != "int" and len(value) < declared.minimum:
            raise ValueError(f"Length for attr '{declared.name}' of {len(value)} must be at least "
                             f"minimum {declared.minimum}")
    if declared.allowed is not None:
        for item in value if declared.type.startswith("list(") else [value]:
            if item not in declared.allowed:
                texts = ", ".join(map(_allowed_text, declared.allowed))
                raise ValueError(f"Value for attr '{declared.name}' of {_allowed_text(item)} is "
                                 f"not in the list of allowed values: {texts}")
    return value


def check_type(message, expected, attribute):
    """Raises ValueError when an AttrValue is not of the type that the attribute must have."""
    try:
        _check_type(message, expected)
    except ValueError as error:
        raise ValueError(f"{error}\n\t for attr '{attribute}'") from None


def _check_type(message, expected):
    kind = message.WhichOneof("value")
    if kind == "placeholder":
        raise ValueError("AttrValue had value with unexpected type 'placeholder'")
    is_list = expected.startswith("list(")
    if kind == "list":
        found = [f"list({name})" for field, name in _FIELD_TYPES.items()
                 if len(getattr(message.list, field))]
    else:
        found = [_FIELD_TYPES[kind]] if kind else []
    for name in found:
        if name != expected:
            raise ValueError(f"AttrValue had value with type '{name}' when '{expected}' expected")
    if not is_list and not found:
        raise ValueError(f"AttrValue missing value with expected type '{expected}'")
    if expected in ("type", "list(type)"):
        for number in message.list.type if is_list else [message.type]:
            _check_dtype(number)


def _check_dtype(number):
    if number == 0:
        raise ValueError("AttrValue has invalid DataType")
    try:
        dtype = dtypes.as_dtype(number)
    except TypeError:
        raise ValueError(f"AttrValue has invalid DataType enum: {number}") from None
    if dtype._is_ref_dtype:
        raise ValueError(
            f"AttrValue must not have reference type value of {dtype.opdef_name}")


def _python_value(message, type_):
    if not type_.startswith("list("):
        return registry.attr_from_proto(message)
    field = next(field for field, name in _FIELD_TYPES.items() if f"list({name})" == type_)
    readers = {"type": dtypes.as_dtype, "shape": TensorShape, "tensor": from_proto}
    read_item = readers.get(field, lambda item: item)
    return [read_item(item) for item in getattr(message.list, field)]


def _allowed_text(value):
    return f'"{value.decode()}"' if isinstance(value, bytes) else value.opdef_name


# ---- texts ----


def summary(op_type):
    """An op's declaration on one line, as TensorFlow's messages have it."""
    parts = [f"name={op_type.name}",
             f"signature={_args_text(op_type.inputs)} -> {_args_text(op_type.outputs)}"]
    for attr in op_type.attrs:
        text = f"attr={attr.name}:{attr.type}"
        if attr.has_default:
            text += f",default={_attr_text(attr.default, attr.type)}"
        if attr.minimum is not None:
            text += f",min={attr.minimum}"
        if attr.allowed is not None:
            element = attr.type[5:-1] if attr.type.startswith("list(") else attr.type
            text += f",allowed={_attr_text(attr.allowed, f'list({element})')}"
        parts.append(text)
    parts += [f"{flag}=true" for flag in ("is_commutative", "is_aggregate", "is_stateful",
                                          "allows_uninitialized_input") if getattr(op_type, flag)]
    return f"Op<{'; '.join(parts)}>"


def _dim_text(dim):
    return "?" if dim is None else str(dim)


def _args_text(args):
    texts = []
    for arg in args:
        type_ = arg.dtype.opdef_name if arg.dtype else arg.type_attr or ""
        if arg.number_attr:
            type_ = f"{arg.number_attr}*{type_}"
        texts.append(f"{arg.name}:Ref({type_})" if arg.is_ref else f"{arg.name}:{type_}")
    return ", ".join(texts)


_MOST_ITEMS = 15  # of longer lists the middle is left out


def _attr_text(value, type_):
    if type_.startswith("list("):
        texts = [_attr_text(item, type_[5:-1]) for item in value]
        if len(texts) > _MOST_ITEMS:
            texts[5:-5] = ["..."]
        return f"[{', '.join(texts)}]"
    if type_ == "string":
        return '"{}"'.format(value.decode("latin1").encode("unicode_escape").decode())
    if type_ == "bool":
        return str(value).lower()
    if type_ == "float":
        return f"{np.float32(value):.6g}"
    if type_ == "type":
        return "DT_" + value.opdef_name.upper()
    if type_ == "shape":
        return "<unknown>" if value._dims is None else f"[{','.join(map(_dim_text, value._dims))}]"
    if type_ == "tensor":
        first = " ".join(str(item) for item in value.array.ravel()[:3])
        shape = ",".join(map(str, value.shape))
        return f"Tensor<type: {value.dtype.opdef_name} shape: [{shape}] values: {first}...>"
    return str(value)
