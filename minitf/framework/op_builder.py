"""Adding an operation: arguments to tensors, dtypes and attributes inferred and checked.

This is what happens between ``MatMul(a, b)`` and the new node: the operation's name opens a scope,
so that constants made of Python arguments are called ``MatMul/b``; each input is converted, with
the dtype that earlier inputs fixed; attributes are taken from dtypes, arguments and defaults.
"""

import numpy as np

from minitf.framework import dtypes as dtypes_lib
from minitf.framework import tensor_shape
from minitf.framework.convert import (convert_n_to_tensor, convert_to_tensor,
                                      internal_convert_to_tensor)
from minitf.framework.graph import (GRAPH_DEF_VERSION, _default_graph_stack, get_default_graph,
                                    graph_from_inputs, is_dense_tensor_like)
from minitf.framework.operation import Tensor
from minitf.framework.registry import OpType
from minitf.framework.tensor_value import TensorValue, make_tensor_value

# Python values that belong to no graph.
_PLAIN = frozenset([int, float, bool, str, bytes, complex, type(None)])


def build(op_type, inputs, given_attrs, name):
    """Adds an operation of ``op_type`` to the graph of its inputs and returns it."""
    if op_type.deprecation is not None:
        _refuse_removed(op_type)
    if len(inputs) != len(op_type.inputs):
        inputs = _inputs_by_keyword(op_type, inputs, given_attrs)
    graph = _graph_of(inputs)
    before, scope = graph._enter_name_scope(name or op_type.name)
    stack = _default_graph_stack.stack
    stack.append(graph)
    try:
        attrs = {}
        if given_attrs:
            _take_dtypes_and_lengths(op_type, given_attrs, attrs)
        tensors = []
        inferred_from = {}
        for value, spec in zip(inputs, op_type._input_specs):
            if spec[0].is_list:
                tensors.extend(_convert_list(op_type, spec, value, attrs, inferred_from))
            else:
                tensors.append(_convert_input(op_type, spec, value, attrs, inferred_from))
        if len(attrs) < len(op_type.attrs) or given_attrs:
            _complete_attrs(op_type, given_attrs, attrs)
        colocate_with = [tensors[i].op for i in op_type._refs] if op_type._refs else ()
        return graph._add_op(op_type, tensors, attrs, scope, colocate_with=colocate_with)
    finally:
        stack.pop()
        graph._name_stack = before


def _take_dtypes_and_lengths(op_type, given_attrs, attrs):
    """Attributes given that may decide how inputs are converted."""
    for attr in op_type.attrs:
        if attr.name in given_attrs and attr.type in ("type", "int", "list(type)"):
            attrs[attr.name] = _checked_attr(attr, given_attrs[attr.name], op_type)


def _complete_attrs(op_type, given_attrs, attrs):
    """The attributes that inputs do not tell: as given, or by default."""
    for attr in op_type.attrs:
        key = attr.name
        if key not in attrs:
            if key in given_attrs:
                attrs[key] = _checked_attr(attr, given_attrs[key], op_type)
            elif attr.has_default:
                attrs[key] = attr.default
            else:
                raise TypeError(f"No argument for attr {key}")
    unknown = [key for key in given_attrs if key not in op_type.attr_by_name]
    if unknown:
        raise TypeError(f"{op_type.name} got unexpected keyword arguments: "
                        + ", ".join(sorted(unknown)))


def _refuse_removed(op_type):
    version, explanation = op_type.deprecation
    if GRAPH_DEF_VERSION >= version:
        raise NotImplementedError(
            f"Op {op_type.name} is not available in GraphDef version {GRAPH_DEF_VERSION}. It has "
            f"been removed in version {version}. {explanation}.")


def _inputs_by_keyword(op_type, inputs, given_attrs):
    inputs = list(inputs)
    for arg in op_type.inputs[len(inputs):]:
        if arg.name not in given_attrs:
            raise TypeError(f"No argument for input {arg.name}")
        inputs.append(given_attrs.pop(arg.name))
    if len(inputs) > len(op_type.inputs):
        raise TypeError(f"{op_type.name} takes {len(op_type.inputs)} inputs, got {len(inputs)}")
    return inputs


def _graph_of(inputs):
    """The graph of the inputs, which must be one; the default graph when none is a tensor."""
    graph = None
    if _default_graph_stack.stack and _default_graph_stack.stack[-1].building_function:
        return _default_graph_stack.stack[-1]
    for value in inputs:
        if type(value) is Tensor:
            if graph is None:
                graph = value.op.graph
            elif value.op.graph is not graph:
                break
        elif value.__class__ not in _PLAIN:
            break
    else:
        return graph or get_default_graph()
    flat = []
    for value in inputs:
        flat.extend(value) if isinstance(value, (list, tuple)) else flat.append(value)
    return graph_from_inputs(flat)


def _convert_input(op_type, spec, value, attrs, inferred_from):
    """One input as a tensor; notes in ``attrs`` the dtype that it fixes."""
    arg, type_attr, dtype, attr = spec
    if dtype is None:
        dtype = attrs.get(type_attr)
    preferred = attr.default if dtype is None and attr.has_default else None
    if type(value) is not Tensor or (dtype is not None and value.dtype.base_dtype is not dtype):
        value = _as_tensor(op_type, arg, value, dtype, preferred, attrs, inferred_from)
    base_dtype = value.dtype.base_dtype
    if type_attr is not None:
        if type_attr in attrs:
            if attrs[type_attr] is not base_dtype:
                raise TypeError(
                    f"Input '{arg.name}' of '{op_type.name}' Op has type {base_dtype.name} that "
                    f"does not match type {attrs[type_attr].name} of argument "
                    f"'{inferred_from.get(type_attr, type_attr)}'.")
        else:
            attrs[type_attr] = base_dtype
        if type_attr not in inferred_from:
            inferred_from[type_attr] = arg.name
            if attr.allowed is not None and base_dtype not in attr.allowed:
                _check_allowed(attr, base_dtype, arg.name)
    elif base_dtype is not dtype:
        raise TypeError(f"Input '{arg.name}' of '{op_type.name}' Op has type {base_dtype.name} "
                        f"that does not match expected type of {dtype.name}.")
    if arg.is_ref and not value.dtype._is_ref_dtype:
        raise TypeError(f"'{op_type.name}' Op requires that input '{arg.name}' be a mutable tensor "
                        "(e.g.: a tf.Variable)")
    return value


def _as_tensor(op_type, arg, value, dtype, preferred, attrs, inferred_from):
    try:
        return internal_convert_to_tensor(value, dtype=dtype, name=arg.name,
                                          preferred_dtype=preferred, as_ref=arg.is_ref)
    except TypeError as error:
        if dtype is None:
            raise
        raise TypeError(
            f"Expected {dtype.name} passed to parameter '{arg.name}' of op '{op_type.name}', got "
            f"{value!r} of type '{type(value).__name__}' instead. Error: {error}") from None
    except ValueError:
        try:
            observed = internal_convert_to_tensor(value, as_ref=arg.is_ref).dtype.name
        except ValueError as error:
            raise ValueError(
                f"Tried to convert '{arg.name}' to a tensor and failed. Error: {error}") from None
        prefix = (f"Input '{arg.name}' of '{op_type.name}' Op has type {observed} that does not "
                  "match")
        if arg.type_attr is None:
            raise TypeError(f"{prefix} expected type of {arg.dtype.name}.") from None
        if dtype is None or arg.type_attr not in inferred_from:
            raise
        raise TypeError(f"{prefix} type {attrs[arg.type_attr].name} of argument "
                        f"'{inferred_from[arg.type_attr]}'.") from None


def _convert_list(op_type, spec, values, attrs, inferred_from):
    """A list input (``N * T`` or a list of types) as tensors; notes its length and dtypes."""
    arg, type_attr, dtype, attr = spec
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"Expected list for '{arg.name}' argument to '{op_type.name}' Op, not "
                        f"{values}.")
    if arg.type_list_attr:
        return _convert_type_list(op_type, arg, values, attrs)
    if dtype is None:
        dtype = attrs.get(type_attr)
        if dtype is None:
            dtype = next((v.dtype.base_dtype for v in values if is_dense_tensor_like(v)), None)
    preferred = attr.default if attr is not None and attr.has_default else None
    try:
        tensors = convert_n_to_tensor(values, dtype=dtype, name=arg.name, preferred_dtype=preferred,
                                      as_ref=arg.is_ref)
        if dtype is None and len({t.dtype.base_dtype for t in tensors}) > 1:
            raise TypeError("types differ")
    except (TypeError, ValueError):
        raise _list_error(op_type, arg, values, attrs.get(type_attr) or arg.dtype,
                          dtype) from None
    length = attrs.setdefault(arg.number_attr, len(tensors))
    if length != len(tensors):
        raise ValueError(
            f"List argument '{arg.name}' to '{op_type.name}' Op with length {len(tensors)} must "
            f"match length {length} of argument "
            f"'{inferred_from.get(arg.number_attr, arg.number_attr)}'.")
    minimum = op_type.attr_by_name[arg.number_attr].minimum
    if minimum is not None and len(tensors) < minimum:
        raise ValueError(f"List argument '{arg.name}' to '{op_type.name}' Op with length "
                         f"{len(tensors)} shorter than minimum length {minimum}.")
    inferred_from.setdefault(arg.number_attr, arg.name)
    if type_attr is not None:
        if type_attr not in attrs:
            if not tensors:
                raise TypeError(f"Don't know how to infer type variable from empty input list "
                                f"passed to input '{arg.name}' of '{op_type.name}' Op.")
            attrs[type_attr] = tensors[0].dtype.base_dtype
        inferred_from.setdefault(type_attr, arg.name)
        for tensor in tensors:
            _check_allowed(attr, tensor.dtype.base_dtype, arg.name)
    if arg.is_ref and not all(tensor.dtype._is_ref_dtype for tensor in tensors):
        raise TypeError(f"'{op_type.name}' Op requires that input '{arg.name}' be a mutable tensor "
                        "(e.g.: a tf.Variable)")
    return tensors


def _list_error(op_type, arg, values, fixed, dtype):
    """The error for a list whose items do not all become tensors of one dtype."""
    prefix = f"Tensors in list passed to '{arg.name}' of '{op_type.name}' Op have types ["
    observed = []
    for value in values:
        try:
            observed.append(convert_to_tensor(value).dtype.base_dtype.name)
        except (TypeError, ValueError):
            observed.append("<NOT CONVERTIBLE TO TENSOR>")
    prefix += ", ".join(observed) + "]"
    if fixed is not None:
        kind = f"expected type {fixed.name}." if arg.dtype else f"type {fixed.name}."
        return TypeError(f"{prefix} that do not match {kind}")
    return TypeError(f"{prefix} that don't all match.")


def _convert_type_list(op_type, arg, values, attrs):
    types = attrs.get(arg.type_list_attr)
    tensors = []
    for i, value in enumerate(values):
        tensors.append(internal_convert_to_tensor(value, dtype=types[i] if types else None,
                                                  name=f"{arg.name}_{i}", as_ref=arg.is_ref))
    found = [tensor.dtype.base_dtype for tensor in tensors]
    if types and list(types) != found:
        raise TypeError(f"Input '{arg.name}' of '{op_type.name}' Op has types "
                        f"[{', '.join(d.name for d in found)}] that do not match "
                        f"[{', '.join(d.name for d in types)}].")
    attrs[arg.type_list_attr] = found
    attr = op_type.attr_by_name[arg.type_list_attr]
    if attr.minimum is not None and len(found) < attr.minimum:
        raise ValueError(f"Length for attr '{attr.name}' of {len(found)} must be at least minimum "
                         f"{attr.minimum}")
    for dtype in found:
        _check_allowed(attr, dtype, arg.name)
    return tensors


def _check_allowed(attr, dtype, parameter):
    allowed = attr.allowed
    if allowed is not None and dtype not in allowed:
        raise TypeError(
            f"Value passed to parameter '{parameter}' has DataType {dtype.name} not in list of "
            f"allowed values: {', '.join(item.name for item in allowed)}")


def _checked_attr(attr, value, op_type):
    """An attribute given as an argument, as the Python value that operations hold.

    Raises:
      TypeError, ValueError: not of the attribute's type, or not an allowed value.
    """
    kind = attr.type
    if kind.startswith("list("):
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"Expected list for attr {attr.name}")
        items = [_checked_element(attr, item, kind[5:-1]) for item in value]
        if attr.minimum is not None and len(items) < attr.minimum:
            raise ValueError(f"Attr '{attr.name}' of '{op_type.name}' Op passed list of length "
                             f"{len(items)} less than minimum {attr.minimum}.")
        if attr.allowed is not None and kind == "list(type)":
            for item in items:
                _check_allowed(attr, item, attr.name)
        return items
    value = _checked_element(attr, value, kind)
    if kind == "int" and attr.minimum is not None and value < attr.minimum:
        raise ValueError(f"Attr '{attr.name}' of '{op_type.name}' Op passed {value} less than "
                         f"minimum {attr.minimum}.")
    if attr.allowed is not None:
        if kind == "type":
            _check_allowed(attr, value, attr.name)
        elif value not in attr.allowed:
            raise ValueError(
                f"Attr '{attr.name}' of '{op_type.name}' Op passed string '{value.decode()}' "
                "not in: "
                + ", ".join(f'"{item.decode()}"' for item in attr.allowed) + ".")
    return value


def _checked_element(attr, value, kind):
    if kind == "bool":
        if type(value) is bool:
            return value
        raise TypeError(f"Expected bool for argument '{attr.name}' not {value!r}.")
    if kind == "int":
        if isinstance(value, (str, bytes)):
            raise TypeError(f"Expected int for argument '{attr.name}' not {value!r}.")
        try:
            return int(value)
        except TypeError:
            raise TypeError(f"Expected int for argument '{attr.name}' not {value!r}.") from None
    if kind == "float":
        if isinstance(value, (str, bytes)):
            raise TypeError(f"Expected float for argument '{attr.name}' not {value!r}.")
        try:
            return float(np.float32(value))  # as protobuf's field holds it
        except (TypeError, ValueError):
            raise TypeError(f"Expected float for argument '{attr.name}' not {value!r}.") from None
    if kind == "string":
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, bytes):
            return value
        raise TypeError(f"Expected string for argument '{attr.name}' not {value!r}.")
    if kind == "type":
        try:
            return dtypes_lib.as_dtype(value).base_dtype
        except TypeError as error:
            raise TypeError(
                f"Expected DataType for argument '{attr.name}' not {value!r}.") from error
    if kind == "shape":
        try:
            return tensor_shape.as_shape(value)
        except TypeError as error:
            raise TypeError(f"Error converting {attr.name} to a TensorShape: {error}.") from None
        except ValueError as error:
            raise ValueError(f"Error converting {attr.name} to a TensorShape: {error}.") from None
    if kind == "tensor":
        return value if isinstance(value, TensorValue) else make_tensor_value(value)
    return value


OpType._build = staticmethod(build)
