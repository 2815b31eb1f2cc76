"""Contexts: which branch of a conditional, or which loop, the operations being built belong to.

While a context is entered, every new operation is shown to it (``AddOp``). It routes the
operation's inputs that come from outside: through Switch operations into a branch, so that it runs
only when it is taken; through Enter operations into a loop, whose iterations all get the same
value.
"""

from minitf import nest
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    GraphKeys, control_dependencies, get_collection, get_collection_ref, get_default_graph)
from minitf.framework.meta_graph import register_proto_function
from minitf.framework.operation import Operation
from minitf.framework.scope_names import prepend_scope, strip_scope


def without_array(value):
    """For a TensorArray the tensor that stands for its state; all else as it is."""
    from minitf.ops.tensor_array_ops import TensorArray

    return value.flow if isinstance(value, TensorArray) else value


def with_array(original, tensor):
    """Where ``original`` is a TensorArray, that array in the state ``tensor``."""
    from minitf.ops.tensor_array_ops import TensorArray

    return original.with_flow(tensor) if isinstance(original, TensorArray) else tensor


def is_switch(op):
    return op.type in ("Switch", "RefSwitch")


def is_merge(op):
    return op.type in ("Merge", "RefMerge")


def is_loop_exit(op):
    return op.type in ("Exit", "RefExit")


def is_loop_enter(op):
    return op.type in ("Enter", "RefEnter")


def is_loop_constant_enter(op):
    """Whether an operation brings a loop invariant into a loop."""
    return is_loop_enter(op) and op._attrs["is_constant"]


def is_loop_switch(op):
    """Whether an operation is a loop variable's Switch: not only used in branches."""
    context = op._control_flow_context
    if not is_switch(op) or context is None or not context.IsWhileContext():
        return False
    for tensor in op.outputs:
        for reader in tensor._consumers:
            around = reader._control_flow_context
            if is_loop_enter(reader):
                around = around.outer_context
            if around is None or not around.IsCondContext():
                return True
    return False


def output_context(op):
    """The context in which an operation's outputs exist: of an Exit, the one around the loop."""
    context = op._control_flow_context
    return context.outer_context if context is not None and is_loop_exit(op) else context


def loop_of(op):
    """The WhileContext of the innermost loop that an operation is in, or None."""
    context = op._control_flow_context
    return None if context is None else context.GetWhileContext()


def current_gradient_loop():
    """The WhileContext of the gradient loop that is being built, or None."""
    context = get_default_graph()._control_flow_context
    loop = None if context is None else context.GetWhileContext()
    return loop if loop is not None and loop.grad_state is not None else None


def in_context(op, context):
    """Whether an operation belongs to a context or to one nested in it."""
    return _is_around(context, op._control_flow_context)


def _is_around(context, inner):
    """Whether ``context`` is ``inner`` or around it; None is around all."""
    while inner is not None and inner is not context:
        inner = inner.outer_context
    return inner is context


def _is_gradient_loop_of(loop, other):
    """Whether ``loop`` computes a gradient for which it needs what is in the loop ``other``."""
    if loop.grad_state is None:
        return False
    forward = loop.grad_state.forward_context
    return _is_around(other, forward) or other.outer_context is forward


def _is_forward_loop_of(loop, other):
    """Whether ``other`` is the gradient loop of ``loop``, or the gradient loop of that."""
    for _ in range(2):
        if other.grad_state is None:
            return False
        other = other.grad_state.forward_context
        if other is loop:
            return True
    return False


class ControlFlowContext:
    """The base of contexts: nesting, and the tensors that belong to the context.

    Attributes:
      outer_context: the context around this one, or None.
      values: names of the tensors that exist in the context.
    """

    def __init__(self):
        graph = get_default_graph()
        self._graph = graph
        self._nested_contexts = []
        self._outer_context = graph._control_flow_context
        if self._outer_context is not None:
            self._outer_context._nested_contexts.append(self)
        self._context_stack = []
        self._values = set()
        self._external_values = {}  # name of an outer tensor -> the tensor to use in here

    @property
    def name(self):
        return self._name

    @property
    def outer_context(self):
        return self._outer_context

    @property
    def values(self):
        return self._values

    @property
    def grad_state(self):
        """The state of the gradient of an enclosing loop: conditionals outside loops have none."""
        return None if self._outer_context is None else self._outer_context.grad_state

    @property
    def back_prop(self):
        return False if self._outer_context is None else self._outer_context.back_prop

    def Enter(self):  # noqa: N802 - TensorFlow's name
        """Makes this the context of the operations built from here on."""
        graph = get_default_graph()
        self._context_stack.append(graph._control_flow_context)
        graph._control_flow_context = self

    def Exit(self):  # noqa: N802
        """Goes back to the context before."""
        get_default_graph()._control_flow_context = self._context_stack.pop()

    def AddName(self, name):  # noqa: N802
        self._values.add(name)

    def ExitResult(self, result):  # noqa: N802
        """Tells the outer context of the results of this one."""
        if self._outer_context is not None:
            for tensor in nest.flatten(result, expand_composites=True):
                self._outer_context.AddName(tensor.name)

    def GetWhileContext(self):  # noqa: N802
        return None if self._outer_context is None else self._outer_context.GetWhileContext()

    def GetControlPivot(self):  # noqa: N802
        """A tensor that has a value whenever this context runs, or None."""
        return None

    def IsWhileContext(self):  # noqa: N802
        return False

    def IsCondContext(self):  # noqa: N802
        return False

    def AddInnerOp(self, op):  # noqa: N802
        """Takes note of an operation of a nested context."""
        if self._outer_context is not None:
            self._outer_context.AddInnerOp(op)

    def check_use(self, source, op):
        """Checks that the new operation ``op`` may use outputs of ``source``, which is in here.

        What is in a loop can be used in that loop and in loops inside of it, and by the gradient
        loop of either.

        Raises:
          ValueError: it cannot.
        """
        context, source_context = op._control_flow_context, output_context(source)
        if source_context is None or source_context is context:
            return
        loop = None if context is None else context.GetWhileContext()
        source_loop = source_context.GetWhileContext()
        if loop is None:
            if source_loop is None or is_loop_enter(op) or is_switch(op):
                return
            raise ValueError(f"Cannot use '{source.name}' as input to '{op.name}' because "
                             f"'{source.name}' is in a while loop. See info log for more details.")
        if not (_is_around(source_loop, loop) or _is_gradient_loop_of(loop, source_loop)
                or _is_forward_loop_of(loop, source_loop)):
            raise ValueError(f"Cannot use '{source.name}' as input to '{op.name}' because they are "
                             "in different while loops. See info log for more details.")

    def _note_outputs(self, op):
        """The outputs of ``op`` exist here and in all contexts around."""
        names = [tensor.name for tensor in op.outputs]
        context = self
        while context is not None:
            context._values.update(names)
            context = context._outer_context

    def _remove_external_control_edges(self, op):
        """Takes away control inputs from outside the enclosing loop, and returns them."""
        loop = self.GetWhileContext()
        if loop is None:
            return []
        internal, external = [], []
        for other in op.control_inputs:
            context = output_context(other)
            inside = context is not None and context.GetWhileContext() is loop
            (internal if inside else external).append(other)
        if external:
            op._remove_all_control_inputs()
            op._add_control_inputs(internal)
        return external

    def _hide(self, op):
        """Marks an operation as one that no session may fetch; only a loop's results may be."""
        if self._outer_context is not None or not is_loop_exit(op):
            op.graph.prevent_fetching(op)

    # ---- protobuf ----

    def _write_values(self, values_def, export_scope):
        """Writes the tensors of the context into a ValuesDef message."""
        values_def.values.extend(strip_scope(name, export_scope) for name in sorted(self._values))
        for name, tensor in self._external_values.items():
            inside = strip_scope(tensor.name, export_scope)
            values_def.external_values[strip_scope(name, export_scope)] = inside

    def _read_values(self, values_def, import_scope):
        """Takes the tensors of a ValuesDef message: their operations belong to this context."""
        graph = get_default_graph()
        self._values = {prepend_scope(name, import_scope) for name in values_def.values}
        for key, name in values_def.external_values.items():
            tensor = graph.as_graph_element(prepend_scope(name, import_scope))
            self._external_values[prepend_scope(key, import_scope)] = tensor
        for name in self._values - set(self._external_values):
            graph.as_graph_element(name).op._control_flow_context = self

    def _read_nested(self, messages, import_scope):
        """Makes the contexts in this one from ControlFlowContextDef messages."""
        from minitf.ops.while_context import WhileContext

        self.Enter()
        for message in messages:
            if message.HasField("while_ctxt"):
                WhileContext.from_proto(message.while_ctxt, import_scope)
            else:
                CondContext.from_proto(message.cond_ctxt, import_scope)
        self.Exit()


class CondContext(ControlFlowContext):
    """One branch of a ``cond``.

    Args:
      pred: the boolean tensor that decides.
      pivot: a tensor that has a value only when this branch is taken.
      branch: 1 for the branch of a true predicate, 0 for the other.
    """

    def __init__(self, pred, pivot, branch, name="cond_text"):
        super().__init__()
        self._name = get_default_graph().unique_name(name)
        self._pred = pred
        self._pivot = pivot
        self._branch = branch
        self._values.update([pred.name, pivot.name])
        self._external_values[pred.name] = pred
        pivot.op._control_flow_context = self

    @property
    def pred(self):
        return self._pred

    @property
    def pivot(self):
        return self._pivot

    @property
    def branch(self):
        return self._branch

    def GetControlPivot(self):  # noqa: N802
        return self._pivot

    def IsCondContext(self):  # noqa: N802
        return True

    def AddValue(self, val):  # noqa: N802
        """``val`` as it may be used in the branch: from outside it goes through a Switch."""
        from minitf.ops import switch_ops

        if val.name in self._values:
            return self._external_values.get(val.name, val)
        result = val
        self._values.add(val.name)
        if self._outer_context is not None:
            result = self._outer_context.AddValue(val)
            self._values.add(result.name)
            self._external_values[result.name] = result
        with control_dependencies(None):
            result = switch_ops.switch_ref_or_tensor(result, self._pred)[self._branch]
            if self._outer_context is not None:
                self._outer_context.AddInnerOp(result.op)
        result.graph.prevent_fetching(result.op)
        result.op._control_flow_context = self
        context = self
        while context is not None:
            context._values.add(result.name)
            context = context._outer_context
        self._external_values[val.name] = result
        return result

    def AddOp(self, op):  # noqa: N802
        """Puts a new operation into the branch."""
        self.add_member(op)

    def add_member(self, op):
        """Puts an operation into this very branch: inputs switched, or the pivot to wait for."""
        if not op.inputs:
            self._remove_external_control_edges(op)
            if not any(in_context(other, self) for other in op.control_inputs):
                op._add_control_input(self._pivot.op)
        else:
            for index, tensor in enumerate(op.inputs):
                if op.type == "Merge" and tensor.op.type == "NextIteration":
                    continue
                inside = self.AddValue(tensor)
                if inside is not tensor:
                    op._update_input(index, inside)
            self._remove_external_control_edges(op)
        self._note_outputs(op)
        self._hide(op)
        if self._outer_context is not None:
            self._outer_context.AddInnerOp(op)

    # ---- building a branch ----

    def BuildCondBranch(self, fn):  # noqa: N802
        """Builds ``fn()`` in the branch; returns (its result, that as tensors of the branch)."""
        from minitf.ops import control_flow_ops
        from minitf.ops.array_ops import identity

        key = "_SUMMARY_V2"
        before = len(get_collection(key))
        original = fn()
        new = get_collection(key)[before:]
        if new:
            del get_collection_ref(key)[before:]
            with control_dependencies(new):
                if original is None:
                    return control_flow_ops.no_op(), None
                if not isinstance(original, Operation):
                    original = nest.map_structure(identity, original, expand_composites=True)
        if original is None:
            return None, None
        result = nest.map_structure(self._branch_tensor, original, expand_composites=True)
        return original, result if isinstance(result, (list, tuple)) else [result]

    def _branch_tensor(self, value):
        """A result of the branch as a tensor; the pivot stands for an operation."""
        from minitf.ops import control_flow_ops

        if isinstance(value, Operation):
            return control_flow_ops.with_dependencies([value], self._pivot)
        return self._output_tensor(convert_to_tensor(without_array(value)))

    def _output_tensor(self, value):
        """A tensor from outside that a branch returns as it is goes through a Switch, too."""
        from minitf.ops import switch_ops

        if value.name in self._values:
            return self._external_values.get(value.name, value)
        real = value
        self._values.add(value.name)
        if self._outer_context is not None:
            real = self._outer_context.AddValue(value)
            self._values.add(real.name)
            self._external_values[real.name] = real
        real = switch_ops.switch_ref_or_tensor(real, self._pred)[self._branch]
        self._external_values[value.name] = real
        return real

    # ---- protobuf ----

    def to_proto(self, export_scope=None):
        """The context as a CondContextDef message, or None when it is outside ``export_scope``."""
        from minitf.framework import protos

        if export_scope is not None and not self._name.startswith(export_scope):
            return None
        message = protos.CondContextDef(context_name=strip_scope(self._name, export_scope),
                                        pred_name=strip_scope(self._pred.name, export_scope),
                                        pivot_name=strip_scope(self._pivot.name, export_scope),
                                        branch=self._branch)
        self._write_values(message.values_def, export_scope)
        for nested in self._nested_contexts:
            nested.to_control_flow_context_def(message.nested_contexts.add(), export_scope)
        return message

    def to_control_flow_context_def(self, context_def, export_scope=None):
        context_def.cond_ctxt.CopyFrom(self.to_proto(export_scope))

    @classmethod
    def from_proto(cls, context_def, import_scope=None):
        """The context of a CondContextDef message; its operations must be in the default graph.

        Args:
          context_def: the message.
          import_scope: the scope under which the operations were imported.

        Raises:
          KeyError: an operation is not there.
        """
        graph = get_default_graph()
        context = cls.__new__(cls)
        ControlFlowContext.__init__(context)
        context._name = prepend_scope(context_def.context_name, import_scope)
        context._pred = graph.as_graph_element(prepend_scope(context_def.pred_name, import_scope))
        context._pivot = graph.as_graph_element(prepend_scope(context_def.pivot_name, import_scope))
        context._branch = context_def.branch
        context._read_values(context_def.values_def, import_scope)
        context._read_nested(context_def.nested_contexts, import_scope)
        return context


register_proto_function(GraphKeys.COND_CONTEXT, "CondContextDef", CondContext.to_proto,
                        CondContext.from_proto)
