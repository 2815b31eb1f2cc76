"""WhileContext: the loop that the operations being built belong to.

A tensor from outside is brought in by an Enter operation that gives every iteration the same value.
Operations that depend on such constants alone get a control input from the loop's pivot, so that
they run once an iteration, and not when the loop has ended.
"""

from minitf.framework.graph import GraphKeys, control_dependencies, get_default_graph
from minitf.framework.meta_graph import register_proto_function
from minitf.framework.scope_names import prepend_scope, strip_scope
from minitf.ops.control_flow_context import (ControlFlowContext, current_gradient_loop,
                                             is_loop_constant_enter, is_loop_enter, is_loop_exit,
                                             loop_of, output_context)

# Ops whose result is small: a gradient loop has them computed in the forward loop, and their result
# saved there, rather than the tensor that they are about.
_REDUCING = ("Shape", "Size", "Rank")


class WhileContext(ControlFlowContext):
    """One loop.

    Args:
      maximum_iterations: a tensor that bounds the number of iterations, or None.
      parallel_iterations: how many iterations may run at a time.
      back_prop: whether gradients flow through the loop.
      swap_memory: an attribute of the operations that save values for the gradient.
      name: the wanted name, which is the frame's name at run time.
      grad_state: for a loop that computes gradients, its LoopGradient.

    Attributes:
      pivot: the loop condition (the output of LoopCond).
      pivot_for_pred, pivot_for_body: tensors that have a value whenever the condition or the body
        is computed.
      loop_enters, loop_exits: the tensors by which loop variables come in and go out.

    Raises:
      ValueError: ``parallel_iterations`` is no positive integer.
    """

    def __init__(self, maximum_iterations=None, parallel_iterations=10, back_prop=True,
                 swap_memory=False, name="while_context", grad_state=None):
        super().__init__()
        if not isinstance(parallel_iterations, int) or parallel_iterations <= 0:
            raise ValueError("`parallel_iterations` must be a positive integer: "
                             f"{parallel_iterations}")
        self._name = name and get_default_graph().unique_name(name)
        self._grad_state = grad_state
        self._back_prop = back_prop
        self.maximum_iterations = maximum_iterations
        self.parallel_iterations = parallel_iterations
        self.swap_memory = swap_memory
        self.pivot = None
        self.pivot_for_pred = None
        self.pivot_for_body = None
        self.loop_enters = []
        self.loop_exits = []

    @property
    def grad_state(self):
        return self._grad_state

    @property
    def back_prop(self):
        return self._back_prop

    def GetWhileContext(self):  # noqa: N802 - TensorFlow's name
        return self

    def IsWhileContext(self):  # noqa: N802
        return True

    def GetControlPivot(self):  # noqa: N802
        return self.pivot_for_pred if self.pivot_for_body is None else self.pivot_for_body

    # ---- bringing values in ----

    def AddValue(self, val):  # noqa: N802
        """``val`` as it may be used in the loop: what comes from outside goes through an Enter."""
        if val.name in self._values or val.op._control_flow_context is self:
            return self._external_values.get(val.name, val)
        self._values.add(val.name)
        result = self._from_forward_loop(val)
        if result is None:
            result = self._entered(val)
        self._external_values[val.name] = result
        return result

    def _from_forward_loop(self, val):
        """In a gradient loop, the saved value of a tensor of the forward loop; else None."""
        gradient_loop = current_gradient_loop()
        if gradient_loop is None:
            return None
        loop = loop_of(val.op)
        if is_loop_exit(val.op):
            loop = loop.outer_context and loop.outer_context.GetWhileContext()
        state = gradient_loop.grad_state
        return state.saved_value(val) if loop is state.forward_context else None

    def _entered(self, val):
        """An Enter for a tensor from outside: a constant of the loop."""
        if self._outer_context is not None:
            val = self._outer_context.AddValue(val)
        with control_dependencies(None):
            result = self.enter(val, is_constant=True)
            result.graph.prevent_feeding(result)
            if self._outer_context is not None:
                self._outer_context.AddInnerOp(result.op)
        self.adopt([result])
        self._values.add(result.name)
        return result

    def enter(self, data, is_constant=False, use_input_shape=True, name=None):
        """Enter operations of this loop for ``data``."""
        from minitf.ops import while_ops

        return while_ops.enter(data, self._name, is_constant=is_constant,
                               parallel_iterations=self.parallel_iterations,
                               use_input_shape=use_input_shape, name=name)

    def adopt(self, enters):
        """Makes Enters, built outside, members of the loop, with the control inputs they may keep.

        Of the control dependencies in force an Enter takes those from the contexts around the loop,
        up to the next loop: others belong to another frame.
        """
        graph = get_default_graph()
        for tensor in enters:
            waits = graph._control_dependencies_for_inputs([tensor.op.inputs[0].op])
            waits = [op for op in waits if self._is_around(output_context(op))]
            tensor.op._control_flow_context = self
            tensor.op._add_control_inputs(waits)
            for controller in graph._control_dependencies_stack:
                controller.add_op(tensor.op)

    def _is_around(self, context):
        """Whether ``context`` is around this loop: the next loop around it, or one inside that."""
        around = self._outer_context
        next_loop = None if around is None else around.GetWhileContext()
        while around is not context:
            if around is None or around is next_loop:
                return False
            around = around.outer_context
        return True

    # ---- operations ----

    def AddOp(self, op):  # noqa: N802
        """Puts a new operation into the loop."""
        if op.type in _REDUCING:
            gradient_loop = current_gradient_loop()
            source = op.inputs[0].op
            if gradient_loop is not None \
                    and loop_of(source) is gradient_loop.grad_state.forward_context:
                op._control_flow_context = source._control_flow_context
                source._control_flow_context.add_member(op)
                return
        self.add_member(op)

    def add_member(self, op):
        """Puts an operation into this very loop: inputs entered, control inputs of this frame."""
        for index, tensor in enumerate(op.inputs):
            inside = self.AddValue(tensor)
            if inside is not tensor:
                op._update_input(index, inside)
        external = self._remove_external_control_edges(op)
        if not op.control_inputs and all(is_loop_constant_enter(tensor.op) for tensor in op.inputs):
            op._add_control_input(self.GetControlPivot().op)
        self._values.update(tensor.name for tensor in op.outputs)
        if external:
            op._add_control_inputs(self._waits_as_data(external))
        self._hide(op)
        if self._outer_context is not None or not is_loop_exit(op):
            for tensor in op.outputs:
                op.graph.prevent_feeding(tensor)
        if self._outer_context is not None:
            self._outer_context.AddInnerOp(op)

    def _waits_as_data(self, external):
        """Identities in the loop of what operations outside give, for control inputs."""
        from minitf.ops import array_ops

        with control_dependencies(None):
            self.Enter()
            inside = [array_ops.identity(op.outputs[0]).op for op in external if op.outputs]
            self.Exit()
        return inside

    # ---- protobuf ----

    def to_proto(self, export_scope=None):
        """The context as a WhileContextDef message, or None when it is outside ``export_scope``."""
        from minitf.framework import protos

        if export_scope is not None and not self._name.startswith(export_scope):
            return None

        def name_of(tensor):
            return strip_scope(tensor.name, export_scope)

        message = protos.WhileContextDef(
            context_name=strip_scope(self._name, export_scope),
            parallel_iterations=self.parallel_iterations, back_prop=self._back_prop,
            swap_memory=self.swap_memory, pivot_name=name_of(self.pivot),
            pivot_for_pred_name=name_of(self.pivot_for_pred),
            pivot_for_body_name=name_of(self.pivot_for_body),
            loop_exit_names=[name_of(tensor) for tensor in self.loop_exits],
            loop_enter_names=[name_of(tensor) for tensor in self.loop_enters])
        if self.maximum_iterations is not None:
            message.maximum_iterations_name = name_of(self.maximum_iterations)
        self._write_values(message.values_def, export_scope)
        for nested in self._nested_contexts:
            nested.to_control_flow_context_def(message.nested_contexts.add(), export_scope)
        return message

    def to_control_flow_context_def(self, context_def, export_scope=None):
        context_def.while_ctxt.CopyFrom(self.to_proto(export_scope))

    @classmethod
    def from_proto(cls, context_def, import_scope=None):
        """The context of a WhileContextDef message; its operations must be in the default graph.

        Args:
          context_def: the message.
          import_scope: the scope under which the operations were imported; the loop's frame is
            renamed after it.

        Raises:
          KeyError: an operation is not there.
        """
        graph = get_default_graph()

        def tensor(name):
            return graph.as_graph_element(prepend_scope(name, import_scope)) if name else None

        context = cls(tensor(context_def.maximum_iterations_name), context_def.parallel_iterations,
                      context_def.back_prop, context_def.swap_memory, name=None)
        context._name = prepend_scope(context_def.context_name, import_scope)
        context.pivot = tensor(context_def.pivot_name)
        context.pivot_for_pred = tensor(context_def.pivot_for_pred_name)
        context.pivot_for_body = tensor(context_def.pivot_for_body_name)
        context.loop_exits = [tensor(name) for name in context_def.loop_exit_names]
        context.loop_enters = [tensor(name) for name in context_def.loop_enter_names]
        context._read_values(context_def.values_def, import_scope)
        for name in context._values if import_scope else ():
            op = graph.as_graph_element(name).op
            if is_loop_enter(op):
                op._set_attr("frame_name", context._name.encode())
        context._read_nested(context_def.nested_contexts, import_scope)
        return context


register_proto_function(GraphKeys.WHILE_CONTEXT, "WhileContextDef", WhileContext.to_proto,
                        WhileContext.from_proto)
