"""Operations and tensors: the nodes of a graph, and the values that flow between them."""

import sys

from minitf.framework import errors, registry
from minitf.framework.tensor_shape import TensorShape, merge_shapes

_PACKAGE = __name__.split(".")[0]

_UNKNOWN_SHAPE = TensorShape(None)


class Tensor:
    """One output of an operation: a value that will exist when a session runs.

    It holds no value itself: ``op`` produces it, ``dtype`` and ``shape`` say what is known of it.
    """

    # "assign" is what a slice of a variable has: the function that assigns to the slice.
    __slots__ = ("op", "value_index", "dtype", "_shape", "_consumers", "_handle_data", "assign",
                 "__weakref__")

    # Above NumPy's, so that `array + tensor` comes to Tensor.__radd__.
    __array_priority__ = 100

    def __getattr__(self, name):  # only for what is not there, so also for an unset slot
        raise AttributeError(f"'{type(self).__name__}' object has no attribute {name!r}")

    def __init__(self, op, value_index, dtype, shape=None):
        self.op = op
        self.value_index = value_index
        self.dtype = dtype
        self._shape = shape
        self._consumers = []
        self._handle_data = None

    @property
    def name(self):
        """The tensor's name, ``"<operation>:<output>"``."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def graph(self):
        return self.op.graph

    @property
    def device(self):
        return self.op.device

    @property
    def shape(self):
        """What is known of the shape: a TensorShape, perhaps with unknown dimensions or rank."""
        return self._shape

    def get_shape(self):
        """Alias of ``shape``."""
        return self._shape

    def set_shape(self, shape):
        """Adds what is known of the shape.

        Raises:
          ValueError: ``shape`` contradicts what is known already.
        """
        if not isinstance(shape, TensorShape):
            shape = TensorShape(shape)
        before = self._shape
        self._shape = merge_shapes(before, shape)
        if self._shape._dims != before._dims:
            if not _is_our_file.get(sys._getframe(1).f_code.co_filename):
                self.op.graph._set_shapes.add(self)
        self.op.graph._shape_changed()

    def _shape_as_list(self):
        return None if self._shape._dims is None else list(self._shape._dims)

    def _shape_tuple(self):
        return self._shape._dims

    def consumers(self):
        """The operations that take this tensor as an input."""
        return list(self._consumers)

    def eval(self, feed_dict=None, session=None):
        """Runs this tensor in ``session``, or in the default session, and returns its value."""
        return _session_for(session, self.graph, "evaluate tensor", "`eval(session=sess)`"
                            ).run(self, feed_dict)

    def _as_tf_output(self):
        return self

    def _as_node_def_input(self):
        return self.op.name if self.value_index == 0 else f"{self.op.name}:{self.value_index}"

    def __str__(self):
        text = f'Tensor("{self.name}"'
        if self._shape._dims is not None:
            text += f", shape={self._shape}"
        text += f", dtype={self.dtype.name}"
        return text + (f", device={self.device})" if self.device else ")")

    def __repr__(self):
        return f"<tf.Tensor '{self.name}' shape={self._shape} dtype={self.dtype.name}>"

    def _repr_html_(self):
        from minitf.display import tensor_html

        return tensor_html(self)

    def __bool__(self):
        raise errors.OperatorNotAllowedInGraphError(
            "using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution. Use Eager "
            "execution or decorate this function with @tf.function.")

    def __iter__(self):
        raise errors.OperatorNotAllowedInGraphError(
            "iterating over `tf.Tensor` is not allowed in Graph execution. Use Eager execution or "
            "decorate this function with @tf.function.")

    def __len__(self):
        raise TypeError(f"len is not well defined for symbolic Tensors. ({self.name}) Please call "
                        "`x.shape` rather than `len(x)` for shape information.")

    def __array__(self, dtype=None, copy=None):
        raise NotImplementedError(
            f"Cannot convert a symbolic Tensor ({self.name}) to a numpy array.")

    def __copy__(self):
        return self

    @classmethod
    def _override_operator(cls, operator, func):
        """Gives tensors the Python operator of that name; families of ops install theirs."""
        setattr(cls, operator, func)


class Operation:
    """A node of the graph: one computation on tensors.

    Attributes:
      name, type: its unique name, and the name of its op type.
      inputs, outputs: tuples of tensors.  control_inputs: operations that must run before it.
      graph: the graph it belongs to.
    """

    __slots__ = ("graph", "name", "type", "op_type", "inputs", "outputs", "control_inputs",
                 "_attrs", "_device", "_id", "_control_flow_context", "_original_op", "_frames",
                 "_gradient_function", "__weakref__")

    def __init__(self, graph, name, op_type, inputs, attrs, output_dtypes, control_inputs=()):
        self.graph = graph
        self.name = name
        self.type = op_type.name
        self.op_type = op_type
        self.inputs = tuple(inputs)
        self.control_inputs = list(control_inputs)
        self._attrs = attrs
        self._device = ""
        self._control_flow_context = graph._control_flow_context
        self._original_op = graph._default_original_op
        self._gradient_function = None
        self._frames = user_frames()
        self.outputs = tuple([Tensor(self, i, dtype) for i, dtype in enumerate(output_dtypes)])

    # ---- what it is ----

    @property
    def device(self):
        """The device asked for, "" for none."""
        return self._device

    def _set_device(self, device):
        self._device = device.to_string() if hasattr(device, "to_string") else (device or "")

    def get_attr(self, name):
        """An attribute's value: bytes, a number, bool, DType, TensorShapeProto, TensorProto, list.

        Raises:
          ValueError: the operation has no such attribute.
        """
        try:
            value = self._attrs[name]
        except KeyError:
            raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.") from None
        type_ = self._attr_type(name, value)
        if type_ in ("shape", "list(shape)", "tensor", "list(tensor)"):
            message = registry.attr_to_proto(value, type_)
            return (list(getattr(message.list, type_[5:-1])) if type_.startswith("list")
                    else getattr(message, type_))
        return list(value) if isinstance(value, (list, tuple)) else value

    def _set_attr(self, name, value):
        """Sets an attribute, from a Python value or an AttrValue message."""
        if hasattr(value, "WhichOneof"):
            value = registry.attr_from_proto(value)
        self._attrs[name] = value

    def _clear_attr(self, name):
        self._attrs.pop(name, None)

    def _attr_type(self, name, value):
        declared = self.op_type.attr_by_name.get(name)
        return declared.type if declared is not None else registry.attr_type_of(value)

    @property
    def op_def(self):
        """The OpDef of this operation's type, as a protobuf message."""
        return self.op_type.op_def()

    @property
    def node_def(self):
        """The operation as a NodeDef protobuf message."""
        from minitf.framework import protos

        node = protos.NodeDef(name=self.name, op=self.type, device=self._device)
        node.input.extend(tensor._as_node_def_input() for tensor in self.inputs)
        node.input.extend(sorted({"^" + op.name for op in self.control_inputs}))
        for name, value in self._attrs.items():
            node.attr[name].CopyFrom(registry.attr_to_proto(value, self._attr_type(name, value)))
        return node

    def values(self):
        """The outputs, as a tuple."""
        return self.outputs

    @property
    def _control_outputs(self):
        return [op for op in self.graph.get_operations() if self in op.control_inputs]

    @property
    def _inputs(self):
        return list(self.inputs)

    def colocation_groups(self):
        """The names of the groups it shares a device with, as bytes ``loc:@name``."""
        groups = [name for name in self._attrs.get("_class", ()) if name.startswith(b"loc:@")]
        return groups or [b"loc:@" + self.name.encode()]

    @property
    def traceback(self):
        """Where it was created: (file, line, function, source line) for each of the user's."""
        import linecache

        return [(code.co_filename, line, code.co_name,
                 linecache.getline(code.co_filename, line).strip())
                for code, line in reversed(self._frames)]

    # ---- running, and changing the graph ----

    def run(self, feed_dict=None, session=None):
        """Runs this operation in ``session``, or in the default session."""
        _session_for(session, self.graph, "execute operation", "`run(session=sess)`"
                     ).run(self, feed_dict)

    def _add_control_inputs(self, ops):
        """Makes the operation wait for others, once each."""
        for op in ops:
            if not isinstance(op, Operation):
                raise TypeError(f"op must be an Operation: {op}")
            if op not in self.control_inputs:
                self.control_inputs.append(op)
        self.graph._changed()

    def _add_control_input(self, op):
        self._add_control_inputs([op])

    def _remove_all_control_inputs(self):
        self.control_inputs = []
        self.graph._changed()

    def _update_input(self, index, tensor):
        """Replaces one input: loops use it to close their back edge."""
        if tensor.graph is not self.graph:
            raise ValueError(f"{tensor} must be from the same graph as {self}.")
        old = self.inputs[index]
        if self in old._consumers:
            old._consumers.remove(self)
        inputs = list(self.inputs)
        inputs[index] = tensor
        self.inputs = tuple(inputs)
        tensor._consumers.append(self)
        self.graph._changed()

    def _set_control_flow_context(self, context):
        self._control_flow_context = context

    def _get_control_flow_context(self):
        return self._control_flow_context

    def __str__(self):
        return str(self.node_def)

    def __repr__(self):
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def _repr_html_(self):
        from minitf.display import operation_html

        return operation_html(self)


def _session_for(session, graph, action, how):
    """The session given, or the default one when it is of the right graph."""
    if session is None:
        from minitf.session import get_default_session

        session = get_default_session()
        if session is None:
            colon = ":" if "run" in how else ""
            raise ValueError(f"Cannot {action} using {how.split('(')[0]}()`: No default session is "
                             f"registered. Use `with sess.as_default(){colon}` or pass an explicit "
                             f"session to {how}")
        if session.graph is not graph:
            raise ValueError(f"Cannot use the default session to {action}: the {action.split()[-1]}"
                             "'s graph is different from the session's graph. Pass an explicit "
                             f"session to {how.strip('`') if 'run' in how else how}.")
    elif session.graph is not graph:
        raise ValueError(f"Cannot use the given session to {action}: the {action.split()[-1]}'s "
                         "graph is different from the session's graph.")
    return session


_is_our_file = {}  # source file -> whether it is this package's


def user_frames():
    """The frames of the caller outside this package, innermost first, as (code, line) pairs."""
    frame = sys._getframe(2)
    frames = []
    while frame is not None:
        code = frame.f_code
        ours = _is_our_file.get(code.co_filename)
        if ours is None:
            name = frame.f_globals.get("__name__") or ""
            ours = _is_our_file[code.co_filename] = name.split(".")[0] == _PACKAGE
        if not ours:
            frames.append((code, frame.f_lineno))
        frame = frame.f_back
    return frames


def infer_shapes(operation):
    """Sets the outputs' static shapes by the op's shape rule.

    Raises:
      ValueError: the rule refuses the input shapes; the message says what, where and which.
    """
    rule = operation.op_type.shape_rule
    outputs = operation.outputs
    if rule is None:
        for tensor in outputs:
            tensor._shape = _UNKNOWN_SHAPE
        return
    try:
        shapes = rule(*rule_arguments(operation, rule.wanted, operation.inputs))
    except (ValueError, errors.InvalidArgumentError) as error:
        text = getattr(error, "message", None) or str(error)
        raise ValueError(f"{text}{_shape_error_suffix(operation)}") from None
    except errors.OpError as error:
        raise type(error)(
            None, None, f"{error.message}{_shape_error_suffix(operation)}") from None
    if not outputs:
        return
    if type(shapes) is TensorShape:
        outputs[0]._shape = shapes
        return
    for tensor, shape in zip(outputs, shapes):
        tensor._shape = shape


def _shape_error_suffix(operation):
    """TF's ending of a shape error: node, op, input shapes and the constants looked at."""
    from minitf.framework import constant_folding

    def text(shape):
        if shape._dims is None:
            return "?"
        return "[" + ",".join("?" if dim is None else str(dim) for dim in shape._dims) + "]"

    suffix = (f" for '{operation.name}' (op: '{operation.type}') with input shapes: "
              + ", ".join(text(tensor.shape) for tensor in operation.inputs))
    return suffix + constant_folding.looked_at(operation) + "."


def rule_arguments(operation, wanted, inputs):
    """What a rule asks for by name: inputs (lists where the signature says so) and attributes."""
    op_type = operation.op_type
    attrs = operation._attrs
    if op_type._only_tensors:
        by_name = {arg.name: value for arg, value in zip(op_type.inputs, inputs)}
        return [by_name[name] if name in by_name else attrs[name] for name in wanted]
    by_name, start = {}, 0
    for arg in op_type.inputs:
        if arg.is_list:
            length = (attrs[arg.number_attr] if arg.number_attr else len(attrs[arg.type_list_attr]))
            by_name[arg.name] = list(inputs[start:start + length])
            start += length
        else:
            by_name[arg.name] = inputs[start]
            start += 1
    return [by_name[name] if name in by_name else attrs[name] for name in wanted]
