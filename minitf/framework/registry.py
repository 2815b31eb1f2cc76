"""Op declarations: an op's signature, and the rules for its shape, kernel and gradient.

An op is declared once, by a string that is its OpDef::

    MatMul = op("MatMul(a: T, b: T; transpose_a: bool = False, transpose_b: bool = False, T)"
                " -> (product: T)", T="bfloat16 half float double int32 int64 complex64 complex128")

Before the ``;`` stand the inputs, after it the attributes in the order of TensorFlow's OpDef, and
after the arrow the outputs. A name used as a type is a type attribute: its allowed types are the
keyword of that name, its place among the attributes is where it is listed (first, when it is not).
``N * T`` is a list of N tensors, a name of type ``list(type)`` a list of tensors of those types,
``Ref(T)`` a mutable tensor. ``>= 1`` is an attribute's minimum, ``in {'a', 'b'}`` its allowed
strings.

The object that ``op`` returns collects the rules (``.shape``, ``.kernel``, ``.gradient``) and,
called, adds a node to the graph.
"""

import ast
import collections
import functools
import importlib
import pkgutil
import re
import sys

import numpy as np

from minitf.framework import dtypes, tensor_shape

_REGISTRY = {}

_NO_DEFAULT = object()


class ArgDef:
    """One input or output of an op: its name and where its dtype and its length come from."""

    __slots__ = ("name", "dtype", "type_attr", "number_attr", "type_list_attr", "is_ref")

    def __init__(self, name, dtype=None, type_attr=None, number_attr=None, type_list_attr=None,
                 is_ref=False):
        self.name = name
        self.dtype = dtype
        self.type_attr = type_attr
        self.number_attr = number_attr
        self.type_list_attr = type_list_attr
        self.is_ref = is_ref

    @property
    def is_list(self):
        return self.number_attr is not None or self.type_list_attr is not None


class AttrDef:
    """One attribute of an op: its type, default, allowed values and minimum."""

    __slots__ = ("name", "type", "default", "allowed", "minimum")

    def __init__(self, name, type_, default=_NO_DEFAULT, allowed=None, minimum=None):
        self.name = name
        self.type = type_
        self.default = default
        self.allowed = allowed
        self.minimum = minimum

    @property
    def has_default(self):
        return self.default is not _NO_DEFAULT


# ---- reading signatures ----

_SIGNATURE = re.compile(r"\s*(\w+)\s*\((.*)\)\s*->\s*\((.*)\)\s*$", re.S)
_ATTR_NAME = re.compile(r"\w+")
_ATTR = re.compile(r"(\w+)\s*(?::\s*([\w()]+))?\s*(?:in\s*(\{.*?\}))?\s*(?:>=\s*(-?\d+))?"
                   r"\s*(?:=\s*(.*))?$", re.S)


_NESTING = re.compile(r"""[(\[{'"]""")


def _split(text):
    """Splits at the commas that no bracket or quote encloses."""
    if not _NESTING.search(text):
        return [part.strip() for part in text.split(",") if part.strip()]
    parts, depth, quote, start = [], 0, None, 0
    for i, char in enumerate(text):
        if quote:
            quote = None if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and not depth:
            parts.append(text[start:i])
            start = i + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def _parse_default(type_, text):
    """The default of an attribute, as the value that an operation would hold."""
    if type_ == "type":
        return dtypes.OPDEF_NAMES[text]
    if type_ == "list(type)":
        return [dtypes.OPDEF_NAMES[name.strip()] for name in text.strip("[]").split(",")
                if name.strip()]
    if type_ == "shape":
        return (tensor_shape.unknown_shape() if text == "unknown"
                else tensor_shape.TensorShape(ast.literal_eval(text)))
    if type_ == "float":
        return float(np.float32(text))  # as protobuf's field holds it
    if type_ == "tensor":
        return _parse_tensor(text)
    value = ast.literal_eval(text)
    if type_ == "string":
        return value.encode("latin1")
    if type_ == "list(string)":
        return [item.encode("latin1") for item in value]
    return value


def _parse_tensor(text):
    """``uint8([255, 0])``: a dtype, and a vector of that type."""
    from minitf.framework.tensor_value import ListedTensorValue

    dtype = dtypes.OPDEF_NAMES[text[:text.index("(")]]
    elements = np.array(ast.literal_eval(text[text.index("("):]), dtype.as_numpy_dtype)
    return ListedTensorValue(dtype, elements.shape, elements)


def _parse_arg(text, implied):
    """One ``name: type``; attributes that it implies are added to ``implied`` (name -> type)."""
    name, type_ = (part.strip() for part in text.split(":"))
    is_ref = type_.startswith("Ref(")
    if is_ref:
        type_ = type_[4:-1]
    number_attr = None
    if "*" in type_:
        number_attr, type_ = (part.strip() for part in type_.split("*"))
        implied.setdefault(number_attr, "int")
    if type_ in dtypes.OPDEF_NAMES:
        return ArgDef(name, dtype=dtypes.OPDEF_NAMES[type_], number_attr=number_attr, is_ref=is_ref)
    implied.setdefault(type_, "type")
    return ArgDef(name, type_attr=type_, number_attr=number_attr, is_ref=is_ref)


@functools.cache
def _allowed_dtypes(names):
    return [dtypes.OPDEF_NAMES[name] for name in names.split()]


@functools.cache
def _parse_attr(text, allowed_types=None):
    """One attribute; ``allowed_types`` are those that a type attribute may take, as one string."""
    match = _ATTR.match(text)
    if match is None:
        raise ValueError(f"cannot read the attribute {text!r}")
    name, type_, allowed, minimum, default = match.groups()
    type_ = type_ or "type"
    attr = AttrDef(name, type_, minimum=None if minimum is None else int(minimum))
    if allowed:
        values = ast.literal_eval("[" + allowed[1:-1] + "]")
        attr.allowed = [value.encode() for value in values]
    if allowed_types is not None:
        attr.allowed = _allowed_dtypes(allowed_types)
    if default is not None:
        attr.default = _parse_default(type_, default.strip())
    return attr


# ---- the declaration of an op ----


class OpType:
    """What all operations of one type share: the signature and the rules.

    Attributes:
      name: the type's name, "MatMul".
      inputs, outputs: lists of ArgDef.  attrs: list of AttrDef in OpDef order.
      shape_rule, kernel_rule, gradient_rule: the functions registered, or None.
      parameters: the names that rules may ask for: inputs, then attributes.
    """

    def __init__(self, signature, where, *, stateful=False, commutative=False, aggregate=False,
                 allows_uninitialized_input=False, deprecation=None, **allowed_types):
        match = _SIGNATURE.match(signature)
        if match is None:
            raise ValueError(f"{where}: cannot read the signature {signature!r}")
        self.name, body, outputs = match.groups()
        self.where = where
        inputs, _, attrs = body.partition(";")
        implied = {}
        self.inputs = [_parse_arg(text, implied) for text in _split(inputs)]
        self.outputs = [_parse_arg(text, implied) for text in _split(outputs)]
        listed = [_parse_attr(text, allowed_types.get(_ATTR_NAME.match(text)[0]))
                  for text in _split(attrs)]
        names = {attr.name for attr in listed}
        self.attrs = [_parse_attr(name if type_ == "type" else f"{name}: {type_}",
                                  allowed_types.get(name))
                      for name, type_ in implied.items() if name not in names] + listed
        self.attr_by_name = {attr.name: attr for attr in self.attrs}
        unused = set(allowed_types) - set(self.attr_by_name)
        if unused:
            raise ValueError(f"{where}: {self.name} has no type attribute {sorted(unused)}")
        for arg in self.inputs + self.outputs:
            if arg.type_attr and self.attr_by_name[arg.type_attr].type == "list(type)":
                arg.type_attr, arg.type_list_attr = None, arg.type_attr
        self.is_stateful = stateful
        self.is_commutative = commutative
        self.is_aggregate = aggregate
        self.allows_uninitialized_input = allows_uninitialized_input
        self.deprecation = deprecation
        self.parameters = [arg.name for arg in self.inputs] + [attr.name for attr in self.attrs]
        self.shape_rule = None
        self.kernel_rule = None
        self.kernel_parameters = ()
        self.expression_rule = None
        self.explain_rule = None
        self.gradient_rule = None
        self.differentiable = True
        self.is_view = False
        self.hoisted = False
        self._prepare_building()

    def __repr__(self):
        return f"<op type {self.name} ({self.where})>"

    # ---- rules ----

    def _set_rule(self, slot, rule):
        if getattr(self, slot) is not None:
            raise ValueError(
                f"{_where(rule)}: {self.name} has its {slot.replace('_', ' ')} already")
        setattr(self, slot, rule)
        return rule

    def shape(self, rule):
        """Registers the static shape rule.

        It takes inputs (tensors) and attributes by name, those that it needs, and returns the shape
        of the output, or a list with a shape for each output. It raises ValueError for shapes that
        cannot be.
        """
        _check_parameters(self, rule, ())
        return self._set_rule("shape_rule", _by_name(self, rule))

    def kernel(self, rule):
        """Registers the kernel: NumPy arrays and attributes in, arrays out; it changes no input.

        Parameters are all inputs in order, then the attributes that it needs, by name. A further
        parameter ``ctx`` gets the kernel's KernelContext, by which stateful ops reach the session's
        state. With one output the array is returned, with several a sequence of them.
        """
        self.kernel_parameters = _check_parameters(self, rule, ("ctx",), all_inputs=True)
        return self._set_rule("kernel_rule", rule)

    def expression(self, rule):
        """Registers how the op is written in the generated NumPy program.

        The rule has the kernel's parameters; inputs are the Python expressions of the arguments,
        and it returns the expression of the result (or None, when this case needs the kernel).
        """
        _check_parameters(self, rule, (), all_inputs=True)
        return self._set_rule("expression_rule", _by_name(self, rule))

    def explain(self, rule):
        """Registers what to say when the kernel failed: inputs (arrays) in, a message or None out.

        It runs after a failure only, so that the kernel's fast path needs no checks. A further
        parameter ``op`` gets the operation.
        """
        _check_parameters(self, rule, ("op",), all_inputs=True)
        return self._set_rule("explain_rule", _by_name(self, rule))

    def gradient(self, rule):
        """Registers the gradient: ``rule(op, *grads)`` returns one, or None, for each input."""
        return self._set_rule("gradient_rule", rule)

    def not_differentiable(self):
        """Says that no gradient flows through this op."""
        self.differentiable = False
        return self

    def view(self):
        """Says that outputs may share memory with inputs."""
        self.is_view = True
        return self

    def hoist(self):
        """Says that a session's runs all get the same object: a constant, a variable's cell.

        The kernel runs once, when a plan is compiled.
        """
        self.hoisted = True
        return self

    # ---- adding a node ----

    def _prepare_building(self):
        self._input_specs = [
            (arg, arg.type_attr, arg.dtype,
             self.attr_by_name[arg.type_attr] if arg.type_attr else None)
            for arg in self.inputs]
        self._only_tensors = not any(arg.is_list for arg in self.inputs)
        input_attrs = set()
        for arg in self.inputs:
            input_attrs.update(filter(None, (arg.type_attr, arg.number_attr, arg.type_list_attr)))
        self._free_attrs = [attr for attr in self.attrs if attr.name not in input_attrs]
        self._refs = [i for i, arg in enumerate(self.inputs) if arg.is_ref]
        self._result = None  # the namedtuple of several outputs, made when it is first needed

    def __call__(self, *inputs, name=None, **attrs):
        """Adds an operation to the graph and returns its output, outputs, or itself (no outputs).

        Inputs are converted to tensors as TensorFlow does it: a type attribute takes its type from
        the first input that has it, and Python values become constants of that type under the
        operation's name.

        Raises:
          TypeError: a dtype that the op does not take, or that differs from an earlier argument's.
          ValueError: shapes that do not fit.
        """
        operation = self._build(self, inputs, attrs, name)
        outputs = operation.outputs
        if len(outputs) == 1 and not self.outputs[0].is_list:
            return outputs[0]
        return self.structure_outputs(operation)

    _build = None  # set by op_builder, which stands above this module

    def structure_outputs(self, operation):
        """What callers get of the operation: its output, a list, a namedtuple, or the operation."""
        declared = self.outputs
        outputs = operation.outputs
        if not declared:
            return operation
        if len(declared) == 1:
            return list(outputs) if declared[0].is_list else outputs[0]
        grouped, start = [], 0
        for arg in declared:
            if arg.is_list:
                length = (operation._attrs[arg.number_attr] if arg.number_attr
                          else len(operation._attrs[arg.type_list_attr]))
                grouped.append(list(outputs[start:start + length]))
                start += length
            else:
                grouped.append(outputs[start])
                start += 1
        if self._result is None:
            self._result = collections.namedtuple(self.name, [arg.name for arg in declared])
        return self._result(*grouped)

    def output_dtypes(self, attrs):
        """The dtypes of all outputs, flat, for the given attributes (ref types where declared)."""
        return _flat_dtypes(self.outputs, attrs)

    def input_dtypes(self, attrs):
        """The dtypes of all inputs, flat, for the given attributes (ref types where declared)."""
        return _flat_dtypes(self.inputs, attrs)

    # ---- the OpDef message ----

    def op_def(self):
        """The declaration as an OpDef protobuf message, without documentation."""
        from minitf.framework import protos

        message = protos.OpDef(name=self.name)
        for args, field in ((self.inputs, message.input_arg), (self.outputs, message.output_arg)):
            for arg in args:
                field.add(name=arg.name, type=arg.dtype.as_datatype_enum if arg.dtype else 0,
                          type_attr=arg.type_attr or "", number_attr=arg.number_attr or "",
                          type_list_attr=arg.type_list_attr or "", is_ref=arg.is_ref)
        for attr in self.attrs:
            entry = message.attr.add(name=attr.name, type=attr.type)
            if attr.minimum is not None:
                entry.has_minimum = True
                entry.minimum = attr.minimum
            if attr.has_default:
                entry.default_value.CopyFrom(attr_to_proto(attr.default, attr.type))
            if attr.allowed is not None:
                element = "list(string)" if attr.type == "string" else "list(type)"
                entry.allowed_values.CopyFrom(attr_to_proto(attr.allowed, element))
        message.is_stateful = self.is_stateful
        message.is_commutative = self.is_commutative
        message.is_aggregate = self.is_aggregate
        message.allows_uninitialized_input = self.allows_uninitialized_input
        if self.deprecation:
            message.deprecation.version, message.deprecation.explanation = self.deprecation
        return message


def _flat_dtypes(args, attrs):
    result = []
    for arg in args:
        if arg.type_list_attr:
            types = attrs[arg.type_list_attr]
        else:
            types = [arg.dtype or attrs[arg.type_attr]]
            if arg.number_attr:
                types = types * attrs[arg.number_attr]
        result.extend(dtype._as_ref for dtype in types) if arg.is_ref else result.extend(types)
    return result


def _where(rule):
    code = getattr(rule, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(rule)


def _parameter_names(rule):
    code = rule.__code__
    return code.co_varnames[:code.co_argcount]


def _check_parameters(op_type, rule, extra, all_inputs=False):
    """Refuses, at import, a rule whose parameters the signature does not have."""
    if not hasattr(rule, "__code__"):  # a ufunc takes the inputs
        return tuple(arg.name for arg in op_type.inputs)
    names = list(_parameter_names(rule))
    unknown = [name for name in names if name not in op_type.parameters and name not in extra]
    missing = []
    if all_inputs:
        padded = names + [None] * len(op_type.inputs)
        missing = [arg.name for arg, name in zip(op_type.inputs, padded)
                   if arg.name != name]
    if unknown or missing:
        raise TypeError(f"{_where(rule)}: the rule of {op_type.name} takes {names}; the signature "
                        f"({op_type.where}) has inputs {[arg.name for arg in op_type.inputs]} and "
                        f"attributes {[attr.name for attr in op_type.attrs]}")
    return tuple(names)


def _by_name(op_type, rule):
    """Remembers which of the op's parameters a rule asks for."""
    rule.wanted = _parameter_names(rule)
    return rule


def op(signature, **options):
    """Declares an op; see the module's documentation for the grammar of signatures.

    Args:
      signature: the OpDef as a string.
      **options: ``stateful``, ``commutative``, ``aggregate``, ``allows_uninitialized_input``,
        ``deprecation`` (version, explanation), and for each type attribute with a constraint its
        allowed types, as one string of OpDef type names.

    Raises:
      ValueError: a signature that cannot be read, or an op declared twice.
    """
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__") == "minitf.ops.elementwise":
        frame = frame.f_back
    op_type = OpType(signature, f"{frame.f_code.co_filename}:{frame.f_lineno}", **options)
    if op_type.name in _REGISTRY:
        raise ValueError(f"{op_type.where}: {op_type.name} is declared already, "
                         f"at {_REGISTRY[op_type.name].where}")
    _REGISTRY[op_type.name] = op_type
    return op_type


def get(name):
    """The OpType of that name.

    Raises:
      errors.UnimplementedError: no such op is declared.
    """
    try:
        return _REGISTRY[name]
    except KeyError:
        from minitf.framework import errors
        raise errors.UnimplementedError(
            None, None, f"minitf has no op of type '{name}': see docs/coverage.md") from None


def find(name):
    """The OpType of that name, or None; families that are loaded when they are used are loaded."""
    if name not in _REGISTRY:
        _load_all()
    return _REGISTRY.get(name)


def registered():
    """All op types, by name."""
    _load_all()
    return dict(sorted(_REGISTRY.items()))


@functools.cache
def _load_all():
    """Imports every family of ops."""
    from minitf import ops

    for module in pkgutil.iter_modules(ops.__path__):
        importlib.import_module(f"{ops.__name__}.{module.name}")


# ---- attribute values and protobuf ----


def attr_to_proto(value, type_):
    """An attribute's Python value as an AttrValue message; ``type_`` is the OpDef's type name."""
    from minitf.framework import protos

    message = protos.AttrValue()
    if type_.startswith("list("):
        message.list.SetInParent()
        element = type_[5:-1]
        field = {"string": "s", "int": "i", "float": "f", "bool": "b", "type": "type",
                 "shape": "shape", "tensor": "tensor", "func": "func"}[element]
        getattr(message.list, field).extend(_element_to_proto(item, element) for item in value)
    elif type_ == "shape":
        message.shape.CopyFrom(value.as_proto())
    elif type_ == "tensor":
        message.tensor.CopyFrom(value.proto())
    elif type_ == "func":
        message.func.CopyFrom(_element_to_proto(value, "func"))
    else:
        field = {"string": "s", "int": "i", "float": "f", "bool": "b", "type": "type"}[type_]
        setattr(message, field, _element_to_proto(value, type_))
    return message


def _element_to_proto(value, type_):
    if type_ == "type":
        return value.as_datatype_enum
    if type_ == "shape":
        return value.as_proto()
    if type_ == "tensor":
        return value.proto()
    if type_ == "func" and hasattr(value, "attr_message"):
        return value.attr_message()
    return value


def attr_type_of(value):
    """The OpDef type name of an attribute that no OpDef describes (``_class`` and its like)."""
    from minitf.framework.tensor_value import TensorValue

    if isinstance(value, (list, tuple)):
        return f"list({attr_type_of(value[0])})" if value else "list(string)"
    for python_type, name in ((bytes, "string"), (bool, "bool"), (int, "int"), (float, "float"),
                              (dtypes.DType, "type"), (tensor_shape.TensorShape, "shape"),
                              (TensorValue, "tensor")):
        if isinstance(value, python_type):
            return name
    return "func"


def attr_from_proto(message):
    """The Python value of an AttrValue message."""
    from minitf.framework.tensor_value import from_proto

    kind = message.WhichOneof("value")
    readers = {"type": dtypes.as_dtype, "shape": tensor_shape.TensorShape, "tensor": from_proto}
    if kind == "list":
        for field in ("s", "i", "f", "b", "type", "shape", "tensor", "func"):
            items = getattr(message.list, field)
            if len(items):
                return [readers.get(field, lambda item: item)(item) for item in items]
        return []
    if kind is None:
        return None
    return readers.get(kind, lambda item: item)(getattr(message, kind))
