"""Functions of dataset elements, built once as graphs of their own."""

from minitf.data import nest, structure
from minitf.framework.func_graph import FuncGraph
from minitf.framework.graph import get_default_graph
from minitf.framework.operation import Tensor
from minitf.ops.array_identity_ops import identity


class StructuredFunction:
    """A Python function of an element as a FuncGraph.

    Args:
      function: the function. A tuple is passed as several arguments.
      transformation: what is to be done with it, for messages: "Dataset.map()".
      spec: the specification of its argument.

    Attributes:
      graph: the FuncGraph.
      spec: the specification of what it returns.
      captured: the tensors that it uses of the graph around, inputs of the op that calls it.

    Raises:
      TypeError: it returns what can be no element.
    """

    def __init__(self, function, transformation, spec):
        outer = get_default_graph()
        name = getattr(function, "__name__", None) or type(function).__name__
        prefix = transformation.replace(".", "_").replace("()", "")
        self.graph = FuncGraph(f"__inference_{prefix}_{name}", outer)
        self.graph.share_variables()
        with self.graph.as_default():
            parameters = [self.graph.add_parameter(dtype, shape, f"args_{i}") for i, (dtype, shape)
                          in enumerate(zip(structure.flat_types(spec),
                                           structure.flat_shapes(spec)))]
            argument = structure.from_tensors(spec, parameters)
            result = function(*argument) if type(argument) is tuple else function(argument)
            if isinstance(result, list):
                result = tuple(result)
            try:
                result = structure.normalize(result) if _has_values(result) else result
                self.spec = structure.spec_of(result)
            except (TypeError, ValueError):
                raise TypeError(f"Unsupported return value from function passed to "
                                f"{transformation}: {result}.") from None
            self.graph.results = [identity(self.graph.capture(tensor))
                                  for tensor in structure.tensors_of(result)]

    @property
    def captured(self):
        return list(self.graph.captures)


def _has_values(result):
    """Whether there are constants to be made of what a function returned."""
    return not all(isinstance(leaf, Tensor) or hasattr(leaf, "_variant_tensor")
                   for leaf in nest.flatten(result))


def copy_by_value(tensor, name):
    """A function without parameters that computes ``tensor``: a copy of what it depends on.

    Raises:
      ValueError: it depends on a placeholder, or on state.
    """
    function = FuncGraph(name, tensor.graph)
    copies = {}
    for op in _dependencies(tensor.op):
        if op.type in ("Placeholder", "PlaceholderV2"):
            raise ValueError(f"Cannot capture a placeholder (name:{op.name}, type:{op.type}) by "
                             "value.")
        if op.op_type.is_stateful and not any(t.dtype.name == "variant" for t in op.outputs):
            raise ValueError(f"Cannot capture a stateful node (name:{op.name}, type:{op.type}) by "
                             "value.")
        copy = function._add_op(op.op_type, [copies[t] for t in op.inputs], dict(op._attrs),
                                op.name, [t.dtype for t in op.outputs])
        copies.update(zip(op.outputs, copy.outputs))
    function.results = [copies[tensor]]
    return function


def _dependencies(op):
    """An operation and those that it depends on, each after its inputs."""
    order, seen, stack = [], set(), [(op, False)]
    while stack:
        op, is_done = stack.pop()
        if is_done:
            order.append(op)
        elif op not in seen:
            seen.add(op)
            stack.append((op, True))
            stack.extend((tensor.op, False) for tensor in reversed(op.inputs))
    return order
