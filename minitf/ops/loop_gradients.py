"""Gradients of while loops: for each loop another loop, which runs its iterations backwards.

The gradient loop runs as often as the forward loop did: the forward loop gets a counter, which the
gradient loop counts down. What an iteration's gradient needs of the forward iteration is pushed on
a stack there (``f_acc``), and popped here. The gradient of a loop variable is a variable of the
gradient loop (``b_switch``); that of a loop constant is a sum over all iterations (``b_acc``).

``LoopGradient`` belongs to one loop, ``LoopGradients`` to one call of ``tf.gradients``.
"""

import contextlib

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, control_dependencies, get_default_graph
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, control_flow_ops, math_ops
from minitf.ops.constant_op import constant
from minitf.ops.control_flow_context import (is_loop_constant_enter, is_loop_exit, is_loop_switch,
                                             is_switch, loop_of, output_context)
from minitf.ops.data_flow_ops import StackPopV2, StackPushV2, StackV2
from minitf.ops.switch_ops import merge, switch, switch_ref_or_tensor
from minitf.ops.while_context import WhileContext
from minitf.ops.while_ops import ControlTrigger, LoopCond, exit, next_iteration


@contextlib.contextmanager
def entered(context):
    """A block in which ``context`` is the context of new operations; None changes nothing."""
    if context is not None:
        context.Enter()
    try:
        yield
    finally:
        if context is not None:
            context.Exit()


@contextlib.contextmanager
def left(context):
    """A block outside of ``context``, which is the current one."""
    context.Exit()
    try:
        yield
    finally:
        context.Enter()


# ---- one loop ----


class LoopGradient:
    """The gradient of one loop, as far as it is built.

    Attributes:
      forward_context, grad_context: the WhileContexts of the loop and of its gradient loop.
      outer: the LoopGradient of the loop around, or None.
      forward_index, grad_index: the loops' counters, as they come into the next iteration.
      switch_map: for each loop variable's Switch the Merge of its gradient.
      pending_exits: how many exits of the loop the walk has not met yet.
      unused_exits, deferred_exits: exits that no result depends on; exits that wait for others.
    """

    def __init__(self, forward_context, outer):
        self.forward_context = forward_context
        self.outer = outer
        self.switch_map = {}
        self.forward_exits = list(forward_context.loop_exits)
        self.pending_exits = len(self.forward_exits)
        self.unused_exits = []
        self.deferred_exits = []
        self._saved = {}  # name of a forward tensor -> its value in the gradient loop
        self._forward_sync = None
        self._grad_sync = None
        around = forward_context.outer_context if outer is None else outer.forward_context
        with entered(around):
            count, self.forward_index = _add_forward_counter(forward_context, outer)
        if outer is None:
            with entered(around):
                self.grad_context = self._gradient_context()
                self.grad_index = _add_backward_counter(self.grad_context, count, None)
            return
        # A nested loop: the number of iterations of each of its runs is saved, too.
        around.AddName(count.name)
        saved_counts = outer.save(count)
        with entered(outer.grad_context):
            self.grad_context = self._gradient_context()
            count = outer.restore(saved_counts, count)
            self.grad_index = _add_backward_counter(self.grad_context, count, outer)

    def _gradient_context(self):
        forward = self.forward_context
        return WhileContext(forward.maximum_iterations, forward.parallel_iterations,
                            forward.back_prop, forward.swap_memory, forward.name, grad_state=self)

    # ---- the order of stack operations ----

    @property
    def forward_sync(self):
        """What the forward loop waits for before its next iteration: pushes in conditionals."""
        if self._forward_sync is None:
            with control_dependencies(None):
                self._forward_sync = ControlTrigger(name="f_sync")
            self._forward_sync._control_flow_context = self.forward_context
            self.forward_index.op._add_control_input(self._forward_sync)
        return self._forward_sync

    @property
    def grad_sync(self):
        """What the gradient loop waits for before its next iteration: all pops."""
        if self._grad_sync is None:
            with control_dependencies(None):
                self._grad_sync = ControlTrigger(name="b_sync")
            self._grad_sync._control_flow_context = self.grad_context
            self.grad_index.op._add_control_input(self._grad_sync)
            if self.grad_context.outer_context is not None:
                self.grad_context.outer_context.AddInnerOp(self._grad_sync)
        return self._grad_sync

    # ---- values of the forward loop ----

    def save(self, value, dead_branch=False):
        """Pushes ``value``, a tensor of the forward loop, on a stack in each of its iterations.

        Called in the context in which tf.gradients was called.

        Args:
          value: the tensor.
          dead_branch: it belongs to the branch of a conditional that is not taken.

        Returns:
          The stack's handle.
        """
        calling_context = get_default_graph()._control_flow_context
        with control_dependencies(None):
            with entered(calling_context), colocate_with(value):
                stack = StackV2(constant(-1, dtypes.int32), elem_type=value.dtype.base_dtype,
                                name="f_acc")
            inside = self.forward_context.AddValue(stack)
            swap_memory = self.forward_context.swap_memory
            context = output_context(value.op)
            if context is not self.forward_context and not context.IsCondContext():
                raise TypeError(f"value_ctxt is not a CondContext: {context}")
            with entered(context.outer_context if dead_branch else context):
                push = StackPushV2(inside, value, swap_memory=swap_memory).op
            if dead_branch:
                push._control_flow_context = context
            before_next = (self.forward_index.op if context is self.forward_context
                           else self.forward_sync)
            before_next._add_control_input(push)
            push._add_control_input(self.forward_index.op.inputs[0].op)
            return stack

    def restore(self, stack, value, dead_branch=False):
        """The top of the stack of ``value``, popped in each iteration of the gradient loop.

        In a conditional it is popped only where it was pushed: a Switch guards the stack.
        """
        stack_context = stack.op._control_flow_context
        branch = value.op._control_flow_context
        while branch is not None and branch is not stack_context and not branch.IsCondContext():
            branch = branch.outer_context
        if branch is stack_context:
            branch = None
        with control_dependencies(None), entered(self.grad_context):
            if branch is not None:
                taken = 1 - branch.branch if dead_branch else branch.branch
                stack = switch_ref_or_tensor(stack, self._known_predicate(branch))[taken]
            pop = StackPopV2(stack, elem_type=value.dtype.base_dtype)
            pop.set_shape(value.shape)
        if self.grad_context.parallel_iterations > 1:
            self.grad_sync._add_control_input(pop.op)
        return pop

    def _known_predicate(self, branch):
        """A conditional's predicate as this gradient loop or one around it has it already."""
        state = self
        while state is not None:
            if branch.pred.name in state._saved:
                return state._saved[branch.pred.name]
            state = state.outer
        return branch.pred

    def saved_predicate(self, pred):
        """The predicate of a conditional in the forward loop, as it was in that iteration."""
        if pred.name not in self._saved:
            with left(self.grad_context):
                stack = self.save(pred)
            self._saved[pred.name] = self.restore(stack, pred)
        return self._saved[pred.name]

    def saved_value(self, value):
        """The value that a tensor of the forward loop had in that iteration.

        Loop constants need no stack: they are entered into the gradient loop, too; and constants
        are made again. Called in the gradient loop.
        """
        if value.name not in self._saved:
            self._saved[value.name] = self._restored(value)
        return self._saved[value.name]

    def _restored(self, value):
        state = self
        while True:
            enter = _constant_enter(value)
            if enter is None:
                break
            value, state = enter.inputs[0], state.outer
            if state is None:  # from outside of all loops
                return self.grad_context.AddValue(value)
        if value.op.type == "Const":
            return constant(constant_value(value), dtype=value.dtype)
        with left(self.grad_context):
            stack = state.save(value)
        result = state.restore(stack, value)
        return result if state is self else self.grad_context.AddValue(result)

    def known_predicate_of(self, branch):
        """The saved predicate of a conditional directly in the forward loop, or None."""
        return self._saved.get(branch.pred.name)


def _constant_enter(tensor):
    """The Enter of the loop constant that ``tensor`` is, or None when it is none."""
    op = tensor.op
    while op.type in ("Switch", "RefSwitch", "Identity", "RefIdentity"):
        op = op.inputs[0].op
    return op if is_loop_constant_enter(op) else None


# ---- counters ----


def _loop_variable(loop, initial, name, merge_name=None):
    """Enter and Merge of another loop variable; returns the Merge's output."""
    loop.AddName(initial.name)
    entered_value = loop.enter(initial, name=name)
    loop.loop_enters.append(entered_value)
    return merge([entered_value, entered_value], name=merge_name)[0]


def _close(loop, merged, following, final, name):
    """The back edge and the Exit of a loop variable; returns (the next value, the result)."""
    following = next_iteration(following)
    merged.op._update_input(1, following)
    result = exit(final, name=name)
    loop.loop_exits.append(result)
    return following, result


def _add_forward_counter(loop, outer):
    """Lets the forward loop count its iterations: ``n = 0; while (...) n += 1``.

    Returns:
      (the number of iterations, the counter of the next iteration).
    """
    start = constant(0, name="f_count")
    if outer is not None:
        # One run's pushes come before those of the next run of this loop.
        start.op._add_control_input(outer.forward_index.op.inputs[0].op)
    with entered(loop):
        merged = _loop_variable(loop, start, "f_count")
        final, in_body = switch(merged, loop.pivot)
        following, count = _close(loop, merged, math_ops.add(in_body, 1), final, "f_count")
        loop.ExitResult([count])
    return count, following


def _add_backward_counter(loop, count, outer):
    """The condition of the gradient loop: ``n = count; while (n >= 1) n -= 1``.

    Returns:
      The counter of the next iteration.
    """
    one = constant(1, name="b_count")
    with entered(loop):
        merged = _loop_variable(loop, count, "b_count")
        loop.pivot_for_pred = merged
        loop.pivot = LoopCond(math_ops.greater_equal(merged, one), name="b_count")
        final, in_body = switch(merged, loop.pivot)
        loop.pivot_for_body = math_ops.subtract(in_body, one)
        following, zero = _close(loop, merged, loop.pivot_for_body, final, "b_count")
        if outer is not None:
            # One run's pops come before those of the next run of this loop.
            outer.grad_sync._add_control_input(zero.op)
        loop.ExitResult([zero])
    return following


# ---- sums over iterations ----


def accumulated(loop, enter_op, grad):
    """The sum of ``grad`` over the iterations of the gradient loop that is being built.

    Args:
      loop: the gradient loop's context.
      enter_op: the Enter of the loop constant that it is the gradient of.
      grad: a tensor or IndexedSlices.
    """
    if isinstance(grad, IndexedSlices):
        return _accumulated_slices(loop, enter_op, grad)
    if not isinstance(grad, Tensor):
        raise TypeError(f"Type {type(grad)} not supported")
    with left(loop):
        start = _zeros_to_accumulate(loop, enter_op.inputs[0], grad)
    merged = _loop_variable(loop, start, "b_acc", "b_acc")
    final, in_body = switch(merged, loop.pivot)
    _, result = _close(loop, merged, math_ops.add(in_body, grad), final, "b_acc")
    loop.ExitResult([result])
    return result


def _zeros_to_accumulate(loop, value, grad):
    """Zeros in the shape of ``grad``, or of the loop constant ``value`` when that is not known."""
    around = loop.outer_context
    if grad.shape.is_fully_defined():
        with entered(around):
            return constant(0, grad.dtype, shape=grad.shape, name="b_acc")
    if around is None or not around.IsWhileContext() or around.grad_state is None:
        with entered(around):
            shape = array_ops.shape_internal(value, optimize=False)
            return array_ops.zeros(shape, grad.dtype)
    state = loop.grad_state
    with entered(state.forward_context.outer_context):
        shape = array_ops.shape_internal(value, optimize=False)
    stack = state.outer.save(shape)
    with entered(around):
        return array_ops.zeros(state.outer.restore(stack, shape), grad.dtype)


def _accumulated_slices(loop, enter_op, grad):
    """IndexedSlices are summed up by concatenation."""
    with left(loop), entered(loop.outer_context):
        starts = _slices_to_accumulate(loop, enter_op.inputs[0], grad)
    for start in starts:
        loop.AddName(start.name)
    enters = [loop.enter(start, use_input_shape=False, name="b_acc") for start in starts]
    enters[0].set_shape([None])
    if starts[1].shape.dims is not None:
        enters[1].set_shape([None] + starts[1].shape.as_list()[1:])
    loop.loop_enters.extend(enters)
    merges = [merge([tensor, tensor], name="b_acc")[0] for tensor in enters]
    switches = [switch(tensor, loop.pivot) for tensor in merges]
    following = [array_ops.concat([pair[1], part], 0)
                 for pair, part in zip(switches, [grad.indices, grad.values])]
    if len(starts) > 2:
        following.append(math_ops.maximum(grad.dense_shape, switches[2][1]))
    following = [next_iteration(tensor) for tensor in following]
    for merged, tensor in zip(merges, following):
        merged.op._update_input(1, tensor)
    results = [exit(pair[0], name="b_acc") for pair in switches]
    loop.loop_exits.extend(results)
    loop.ExitResult(results)
    return IndexedSlices(results[1], results[0], results[2] if len(starts) > 2 else None)


def _slices_to_accumulate(loop, value, grad):
    """[indices, values, dense shape]: one row of zeros for row 0, which adds nothing."""
    values_shape = grad.values.shape
    if values_shape.is_fully_defined():
        with entered(loop.outer_context):
            values = constant(0, grad.values.dtype, shape=[1] + values_shape.as_list()[1:],
                              name="b_acc")
    else:
        row = _shape_of(value)[1:]
        values = array_ops.zeros(array_ops.concat([[1], row], 0), dtype=grad.values.dtype)
    starts = [constant([0], grad.indices.dtype), values]
    dense_shape = grad.dense_shape
    if dense_shape is not None:
        if dense_shape.shape.is_fully_defined():
            with entered(loop.outer_context):
                starts.append(constant(0, dense_shape.dtype, shape=dense_shape.shape))
        else:
            shape = array_ops.shape_internal(value, optimize=False, out_type=dense_shape.dtype)
            starts.append(array_ops.zeros_like(shape, optimize=False))
    return starts


def _shape_of(tensor):
    """The shape of a tensor, or of the variable that it is the handle of."""
    if tensor.dtype != dtypes.resource:
        return array_ops.shape_internal(tensor, optimize=False)
    while tensor.op.inputs:
        tensor = tensor.op.inputs[0]
    return TensorShape(tensor.op._attrs["shape"])


# ---- one call of tf.gradients ----


def loops_between(ops, colocate):
    """The LoopGradients of the loops that a walk over ``ops`` passes, or None when there is none.

    Args:
      ops: the operations between ys and xs, from the ys on; a loop's other exits are added.
      colocate: a function that gives the context manager for an operation's gradient.
    """
    loops = None
    known = None
    for op in ops:  # grows on the way
        if is_loop_exit(op):
            if loops is None:
                loops, known = LoopGradients(), set(ops)
            with colocate(op):
                exits = loops.add(op)
            for other in exits:
                if other.op not in known:
                    known.add(other.op)
                    ops.append(other.op)
    return loops


class LoopGradients:
    """The loops on the way of one walk, each with its LoopGradient."""

    def __init__(self):
        self._of_loop = {}  # WhileContext of a forward loop -> LoopGradient

    def add(self, exit_op):
        """Starts the gradient of an Exit's loop; returns all exits of the loop if it is new."""
        loop = loop_of(exit_op)
        if loop is None:
            raise ValueError(
                f"No gradient through '{exit_op.name}': it leaves a loop whose context is not "
                "known. A GraphDef has no contexts; tf.train.import_meta_graph brings them.")
        if loop in self._of_loop:
            return []
        state = LoopGradient(loop, self._around(loop))
        self._of_loop[loop] = state
        return state.forward_exits

    def _around(self, loop):
        """The LoopGradient of the next loop around ``loop``, or None."""
        context = loop.outer_context
        return None if context is None else self._of_loop.get(context.GetWhileContext())

    def of(self, op, before=False):
        """The LoopGradient of the loop of ``op``; ``before`` its gradient, an Exit is outside."""
        loop = loop_of(op)
        if before and is_loop_exit(op):
            return self._around(loop)
        return self._of_loop.get(loop)

    def gradient_loop(self, op, before=False):
        """A block in the gradient loop for the loop that ``op`` is in."""
        state = self.of(op, before)
        return entered(None if state is None else state.grad_context)

    # ---- exits ----

    def unused_exits(self, pending, starts):
        """Exits that no y depends on, of loops of which no other exit is to come.

        A gradient loop needs an initial gradient for every loop variable: variables that no result
        depends on start with zeros.

        Args:
          pending: {operation: how many uses of its outputs the walk has not passed}; changed so
            that the gradients of all loop variables come out of the gradient loop.
          starts: the operations that the walk starts from.
        """
        exits = []
        for state in self._of_loop.values():
            for tensor in state.forward_exits:
                if not pending.get(tensor.op, 0):
                    state.pending_exits -= 1
                    if tensor.op not in starts:
                        state.unused_exits.append(tensor)
                    if not state.pending_exits:
                        exits.extend(state.unused_exits)
            for tensor in state.forward_context.loop_enters:
                if not pending.get(tensor.op, 0):
                    pending[tensor.op] = 1
        return exits

    def exits_when_complete(self, tensor, has_gradient):
        """Takes note of an exit that the walk met.

        Args:
          tensor: the Exit's output.
          has_gradient: a function that tells whether some gradient came to an operation.

        Returns:
          (exits to visit, those of them that get zeros): empty until all exits of the loop are met.
        """
        state = self.of(tensor.op)
        state.deferred_exits.append(tensor)
        state.pending_exits -= 1
        if state.pending_exits:
            return [], []
        used = []
        for met in state.deferred_exits:
            (used if has_gradient(met.op) else state.unused_exits).append(met)
        return used + state.unused_exits, state.unused_exits if used else []

    # ---- zeros ----

    def zeros_for_exit(self, value):
        """Zeros for an exit that got no gradient, where the gradient of its loop starts."""
        outer = self._around(value.op._control_flow_context)
        known = value.shape.is_fully_defined()
        if outer is None:
            return (array_ops.zeros(value.shape.as_list(), value.dtype) if known
                    else array_ops.zeros_like(value, optimize=False))
        if known:
            with entered(outer.grad_context):
                return array_ops.zeros(value.shape.as_list(), value.dtype)
        with entered(value.op._control_flow_context.outer_context):
            shape = array_ops.shape_internal(value, optimize=False)
        stack = outer.save(shape)
        with entered(outer.grad_context):
            return array_ops.zeros(outer.restore(stack, shape), value.dtype)

    def zeros_like(self, op, index):
        """Zeros for an output of ``op`` that got no gradient; called in its gradient loop.

        A loop's Switch gets none: each of its outputs is visited by itself.
        """
        if is_loop_switch(op):
            return None
        state = self._of_loop.get(loop_of(op))
        if state is None:
            return control_flow_ops.zeros_like_outside_loop(op, index)
        context = op._control_flow_context
        dead_branch = is_switch(op)
        value = convert_to_tensor(op.outputs[index], name="tensor")
        if value.shape.is_fully_defined():
            result = constant(0, shape=value.shape.as_list(), dtype=value.dtype)
            if dead_branch:
                pred = state.known_predicate_of(context)
                result = switch_ref_or_tensor(result, pred)[1 - context.branch]
            return result
        if dead_branch:
            with entered(context.outer_context):
                value = switch_ref_or_tensor(op.inputs[0], context.pred)[1 - context.branch]
                shape = array_ops.shape_internal(value, optimize=False)
            value.op._control_flow_context = context
            shape.op._control_flow_context = context
        else:
            with entered(context):
                shape = array_ops.shape_internal(value, optimize=False)
        with left(state.grad_context):
            stack = state.save(shape, dead_branch)
        return array_ops.zeros(state.restore(stack, shape, dead_branch), value.dtype)

    # ---- at the end ----

    def finish(self):
        """Closes the cycles of loop variables whose next value does not depend on the last one.

        Their gradients are zeros in all iterations but the forward loop's last.
        """
        for state in self._of_loop.values():
            for merged in state.switch_map.values():
                start, following = merged.op.inputs
                if start is following:
                    merged.op._update_input(1, self._zeros_from_second_iteration(state, start))

    def _zeros_from_second_iteration(self, state, start):
        if start.shape.is_fully_defined():
            with entered(state.grad_context):
                return next_iteration(constant(0, dtype=start.dtype, shape=start.shape))
        with entered(state.grad_context.outer_context):
            shape = array_ops.shape_internal(start.op.inputs[0], optimize=False)
            zeros = array_ops.zeros(shape)
        with entered(state.grad_context):
            return next_iteration(zeros)
