"""Functions in graphs: a graph of its own, which an operation's attribute of type ``func`` names.

A FuncGraph is built by calling a Python function on placeholders, its parameters. A tensor of the
graph around it that is used inside is captured: it becomes one more parameter, and an input of the
operation that has the function. ``tf.data`` is made of such operations.
"""

import itertools
import re

from minitf.framework.graph import Graph
from minitf.framework.graph_keys import GraphKeys

_numbers = itertools.count()

# The collections that a function has in common with the graph around it.
_SHARED = (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES,
           GraphKeys.MODEL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES,
           GraphKeys.MOVING_AVERAGE_VARIABLES, GraphKeys.CONCATENATED_VARIABLES,
           GraphKeys.TRAINABLE_RESOURCE_VARIABLES)


class FuncGraph(Graph):
    """The body of a function.

    Args:
      name: the function's name in the library of a GraphDef, before the number that it gets.
      outer: the graph around it, whose seed it has, too.

    Attributes:
      name: the name, with its number.
      parameters: placeholders for the function's arguments, in order.
      captures: {tensor of the graph around: the placeholder that stands for it}.
      results: the tensors that the function returns.
    """

    def __init__(self, name, outer):
        super().__init__()
        self.name = f"{name}_{next(_numbers)}"
        self.outer = outer
        self.seed = outer.seed
        self.parameters = []
        self.captures = {}
        self.results = []
        while outer is not None:
            outer._has_functions = True
            outer = getattr(outer, "outer", None)

    @property
    def building_function(self):
        return True

    @property
    def placeholders(self):
        """All placeholders: those for arguments, and those for what was captured."""
        return [*self.parameters, *self.captures.values()]

    def share_variables(self):
        """Makes the graph's collections of variables those of the graph around it."""
        for name in _SHARED:
            self._collections[name] = self.outer.get_collection_ref(name)

    def add_parameter(self, dtype, shape, name):
        """A placeholder for one more argument."""
        placeholder = self._placeholder(dtype, shape, name)
        self.parameters.append(placeholder)
        return placeholder

    def capture(self, tensor):
        """What stands inside the function for a tensor of a graph around it.

        Raises:
          ValueError: the tensor is of a graph that is not around this one.
        """
        if tensor.op.graph is self:
            return tensor
        if tensor.op.graph is not self.outer:
            if not isinstance(self.outer, FuncGraph):
                raise ValueError(f"{tensor} is not from this graph.")
            tensor = self.outer.capture(tensor)
        if tensor not in self.captures:
            placeholder = self._placeholder(tensor.dtype.base_dtype, tensor.shape, tensor.op.name)
            placeholder._handle_data = _handle_data(tensor)
            self.captures[tensor] = placeholder
        return self.captures[tensor]

    def _captured(self, inputs):
        return [self.capture(tensor) for tensor in inputs]

    def _placeholder(self, dtype, shape, name):
        from minitf.ops.array_identity_ops import Placeholder

        # Neither a conditional nor a control dependency of the body has a part in a parameter.
        context, self._control_flow_context = self._control_flow_context, None
        waiting, self._control_dependencies_stack = self._control_dependencies_stack, []
        try:
            return self._add_op(Placeholder, (), {"dtype": dtype, "shape": shape},
                                self.unique_name(name) + "/").outputs[0]
        finally:
            self._control_flow_context = context
            self._control_dependencies_stack = waiting

    # ---- as messages ----

    def attr_message(self):
        """The function as the value of an attribute: a NameAttrList message."""
        from minitf.framework import protos

        return protos.NameAttrList(name=self.name)

    def function_def(self):
        """The function as a FunctionDef message."""
        from minitf.framework import protos

        message = protos.FunctionDef()
        message.signature.name = self.name
        message.signature.is_stateful = any(op.op_type.is_stateful for op in self._operations)
        inputs = {}  # tensor -> its name in the messages of nodes
        taken = set()
        for tensor in self.placeholders:
            inputs[tensor] = _arg_name(tensor, taken)
            message.signature.input_arg.add(name=inputs[tensor],
                                            type=tensor.dtype.as_datatype_enum)
        for op in self._operations:
            if op.outputs and op.outputs[0] in inputs:
                continue
            for tensor, name in zip(op.outputs, _output_names(op)):
                inputs[tensor] = f"{op.name}:{name}"
        for tensor in self.results:
            name = _arg_name(tensor, taken)
            message.signature.output_arg.add(name=name, type=tensor.dtype.as_datatype_enum)
            message.ret[name] = inputs[tensor]
        arguments = {tensor.op for tensor in self.placeholders}
        for op in self._operations:
            if op not in arguments:
                node = message.node_def.add()
                node.CopyFrom(op.node_def)
                del node.input[:]
                node.input.extend(inputs[tensor] for tensor in op.inputs)
                node.input.extend(sorted("^" + item.name for item in op.control_inputs))
        return message


def _arg_name(tensor, taken):
    """The name of an argument in a signature: its operation's, in small letters, used once."""
    base = name = re.sub("[^a-z0-9_]", "_", tensor.op.name.lower())
    for number in itertools.count(1):
        if name not in taken:
            taken.add(name)
            return name
        name = f"{base}_{number}"


def _output_names(op):
    """The outputs' names within a FunctionDef: the OpDef's name, and the number within a list."""
    for arg in op.op_type.outputs:
        length = 1
        if arg.number_attr:
            length = op._attrs[arg.number_attr]
        elif arg.type_list_attr:
            length = len(op._attrs[arg.type_list_attr])
        for i in range(length):
            yield f"{arg.name}:{i}"


def _handle_data(tensor):
    from minitf.ops.resource_handles import handle_data

    return handle_data(tensor) if tensor.dtype.name == "resource" else None


def functions_of(operations):
    """The functions that operations name, and those that these functions name, once each."""
    found = {}
    queue = list(operations)
    for op in queue:  # grows while it is walked
        for attr in op.op_type.attrs:
            if attr.type == "func":
                function = op._attrs[attr.name]
                if isinstance(function, FuncGraph) and function.name not in found:
                    found[function.name] = function
                    queue.extend(function.get_operations())
    return list(found.values())
