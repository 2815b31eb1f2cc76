"""Contexts: which branch of a conditional the operations being built belong to.

While a context is entered, every new operation is shown to it (``AddOp``). It routes the operation's
inputs that come from outside through Switch operations, so that a branch runs only when it is taken.
"""

from minitf import nest
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    control_dependencies, get_collection, get_collection_ref, get_default_graph)
from minitf.framework.operation import Operation


def is_switch(op):
    return op.type in ("Switch", "RefSwitch")


def is_merge(op):
    return op.type in ("Merge", "RefMerge")


def is_loop_exit(op):
    return op.type in ("Exit", "RefExit")


def in_context(op, context):
    """Whether an operation belongs to a context or to one nested in it."""
    inner = op._control_flow_context
    while inner is not None and inner is not context:
        inner = inner.outer_context
    return inner is context


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

    def IsWhileContext(self):  # noqa: N802
        return False

    def IsCondContext(self):  # noqa: N802
        return False

    def AddInnerOp(self, op):  # noqa: N802
        """Takes note of an operation of a nested context."""
        if self._outer_context is not None:
            self._outer_context.AddInnerOp(op)

    def _note_outputs(self, op):
        """The outputs of ``op`` exist here and in all contexts around."""
        names = [tensor.name for tensor in op.outputs]
        context = self
        while context is not None:
            context._values.update(names)
            context = context._outer_context


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
        for tensor in (pred, pivot):
            self._values.add(tensor.name)
            self._external_values[tensor.name] = tensor

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
        """``val`` as it may be used in the branch: what comes from outside goes through a Switch."""
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
        if self._outer_context is not None or not is_loop_exit(op):
            op.graph.prevent_fetching(op)
        if self._outer_context is not None:
            self._outer_context.AddInnerOp(op)

    def _remove_external_control_edges(self, op):
        """Takes away control inputs from outside the enclosing loop, if there is one."""
        loop = self.GetWhileContext()
        if loop is None:
            return
        internal = [other for other in op.control_inputs
                    if other._control_flow_context is not None
                    and other._control_flow_context.GetWhileContext() is loop]
        if len(internal) != len(op.control_inputs):
            op._remove_all_control_inputs()
            op._add_control_inputs(internal)

    # ---- building a branch ----

    def BuildCondBranch(self, fn):  # noqa: N802
        """Builds ``fn()`` in the branch; returns (what it returned, the same as tensors of the branch)."""
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
        return self._output_tensor(convert_to_tensor(value))

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

        def stripped(name):
            if not export_scope:
                return name
            return name[len(export_scope.rstrip("/")) + 1:] if name.startswith(export_scope) else name

        message = protos.CondContextDef(context_name=stripped(self._name),
                                        pred_name=stripped(self._pred.name),
                                        pivot_name=stripped(self._pivot.name), branch=self._branch)
        message.values_def.values.extend(stripped(name) for name in sorted(self._values))
        for name, tensor in self._external_values.items():
            message.values_def.external_values[stripped(name)] = stripped(tensor.name)
        for nested in self._nested_contexts:
            nested.to_control_flow_context_def(message.nested_contexts.add(), export_scope)
        return message

    def to_control_flow_context_def(self, context_def, export_scope=None):
        context_def.cond_ctxt.CopyFrom(self.to_proto(export_scope))
