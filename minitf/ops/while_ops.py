"""while_loop: dataflow with a back edge, in a frame of its own.

For each loop variable::

    Enter -> Merge -> Switch -> Exit                 (the condition is false: the result)
               ^        |
               |        +-----> Identity -> body -> NextIteration --+   (it is true: once more)
               +----------------------------------------------------+

Enter brings the initial value into the loop's frame, Merge passes it or the last iteration's value
on, Switch sends it into the body or out of the loop, as LoopCond says.
"""

from minitf import nest
from minitf.framework.constant_folding import constant_value_as_shape
from minitf.framework.convert import (
    convert_to_tensor, convert_to_tensor_or_indexed_slices,
    internal_convert_to_tensor_or_indexed_slices)
from minitf.framework.graph import (GraphKeys, add_to_collection, control_dependencies,
                                    get_collection, get_collection_ref, get_default_graph,
                                    name_scope)
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, common_shapes, math_ops
from minitf.ops.common_shapes import with_rank
from minitf.ops.constant_op import constant
from minitf.ops.control_flow_context import is_loop_constant_enter, with_array, without_array
from minitf.ops.switch_ops import as_indexed_slices, merge, switch_ref_or_tensor
from minitf.ops.tensor_array_ops import TensorArray
from minitf.ops.while_context import WhileContext

# ---- the frame's operations ----


def _each_component(function, data):
    """``function`` of a tensor, or of each tensor of IndexedSlices or a SparseTensor."""
    if not isinstance(data, (IndexedSlices, SparseTensor)):
        data = internal_convert_to_tensor_or_indexed_slices(data, as_ref=True)
    if isinstance(data, Tensor):
        return function(data)
    return nest.map_structure(function, data, expand_composites=True)


def enter(data, frame_name, is_constant=False, parallel_iterations=10, use_input_shape=True,
          name=None):
    """``data`` in the loop frame of that name (TF ops: Enter, RefEnter).

    Args:
      data: a tensor, IndexedSlices or SparseTensor.
      frame_name: the frame of the loop; the run makes it if there is none.
      is_constant: every iteration gets the value, not only the first.
      parallel_iterations: how many iterations may run at a time.
      use_input_shape: give the result the static shape of ``data``.
      name: the operation's name.
    """
    if not isinstance(data, Tensor) and isinstance(data, (IndexedSlices, SparseTensor)):
        name = None

    def entered(tensor):
        enter_op = RefEnter if tensor.dtype._is_ref_dtype else Enter
        result = enter_op(tensor, frame_name=frame_name, is_constant=is_constant,
                          parallel_iterations=parallel_iterations, name=name)
        if use_input_shape:
            result.set_shape(tensor.shape)
        return result

    return _each_component(entered, data)


Enter = op("Enter(data: T; T, frame_name: string, is_constant: bool = False, "
           "parallel_iterations: int = 10) -> (output: T)").view()
RefEnter = op("RefEnter(data: Ref(T); T, frame_name: string, is_constant: bool = False, "
              "parallel_iterations: int = 10) -> (output: Ref(T))").view()


@Enter.shape
def _(data, is_constant):
    return data.shape if is_constant else common_shapes.UNKNOWN


@RefEnter.shape
def _(data):
    return data.shape


@Enter.gradient
@RefEnter.gradient
def _(op, grad):
    """Of a loop variable the value that the gradient loop ends with; of a constant the sum."""
    from minitf.ops import loop_gradients

    loop = get_default_graph()._control_flow_context
    if loop is None or not loop.back_prop or loop.grad_state is None:
        return grad
    if op._attrs["is_constant"]:
        return loop_gradients.accumulated(loop, op, grad)
    result = exit(grad)
    loop.loop_exits.append(result)
    loop.ExitResult([result])
    return result


def exit(data, name=None):
    """``data`` outside of the loop, once it has ended (TF ops: Exit, RefExit)."""
    return _each_component(
        lambda tensor: (RefExit if tensor.dtype._is_ref_dtype else Exit)(tensor, name=name), data)


Exit = op("Exit(data: T; T) -> (output: T)").view()
RefExit = op("RefExit(data: Ref(T); T) -> (output: Ref(T))").view()


@Exit.gradient
@RefExit.gradient
def _(op, grad):
    """The gradient enters the gradient loop."""
    loop = get_default_graph()._control_flow_context
    if loop is None or not loop.back_prop:
        return None
    if op._control_flow_context.grad_state is not None:
        raise TypeError("Second-order gradient for while loops not supported.")
    for tensor in nest.flatten(grad, expand_composites=True):
        loop.AddName(tensor.name)
    loop.Enter()
    result = loop.enter(grad, name="b_exit")
    loop.loop_enters.append(result)
    loop.Exit()
    return result


def next_iteration(data, name=None):
    """``data`` in the next iteration (TF ops: NextIteration, RefNextIteration)."""
    return _each_component(
        lambda tensor: (RefNextIteration if tensor.dtype._is_ref_dtype
                        else NextIteration)(tensor, name=name), data)


NextIteration = op("NextIteration(data: T; T) -> (output: T)").view()
RefNextIteration = op("RefNextIteration(data: Ref(T); T) -> (output: Ref(T))").view()


@Exit.shape
@RefExit.shape
@NextIteration.shape
@RefNextIteration.shape
def _(data):
    return data.shape


@NextIteration.gradient
@RefNextIteration.gradient
def _(op, grad):
    return grad


LoopCond = op("LoopCond(input: bool) -> (output: bool)").view().not_differentiable()


@LoopCond.shape
def _(input):
    return with_rank(input.shape, 0)


@LoopCond.kernel
def _(input):
    return input


@LoopCond.expression
def _(input):
    return input


# An operation that runs when its control inputs have, be they dead or alive.
ControlTrigger = op("ControlTrigger() -> ()").not_differentiable()


@ControlTrigger.kernel
def _():
    return None


@ControlTrigger.expression
def _():
    return "None"


# ---- while_loop ----


def while_loop(cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True,
               swap_memory=False, name=None, maximum_iterations=None, return_same_structure=False):
    """Repeats ``body`` while ``cond`` holds.

    Both functions are called once, with tensors that stand for the loop variables; what they build
    is the loop.

    Args:
      cond: a function of the loop variables that returns a boolean scalar tensor.
      body: a function of the loop variables that returns their next values.
      loop_vars: a list, tuple or namedtuple of initial values: tensors, IndexedSlices,
        SparseTensors, TensorArrays, and nests of them.
      shape_invariants: shapes in the structure of ``loop_vars``; by default initial shapes, which
        then no iteration may change.
      parallel_iterations: how many iterations may run at a time.
      back_prop: whether gradients flow through the loop.
      swap_memory: an attribute of the operations that save values for the gradient.
      name: the name scope, by default "while".
      maximum_iterations: an integer scalar: the loop also ends after so many iterations.
      return_same_structure: return a list or tuple also for one loop variable.

    Returns:
      The loop variables after the loop, in the structure that ``body`` returns; one alone as it is.

    Raises:
      TypeError: ``cond`` or ``body`` is not callable, or ``parallel_iterations`` is below 1.
      ValueError: no loop variables; ``body`` returns another number; a shape changes.
    """
    for function, argument in ((cond, "cond"), (body, "body")):
        if not callable(function):
            raise TypeError(f"{argument} must be callable.")
    if parallel_iterations < 1:
        raise TypeError("parallel_iterations must be a positive integer.")
    with name_scope(name, "while", loop_vars):
        if not loop_vars:
            raise ValueError("No loop variables provided")
        if maximum_iterations is not None:
            maximum_iterations = convert_to_tensor(maximum_iterations, name="maximum_iterations")
            if maximum_iterations.shape.ndims != 0:
                raise ValueError("maximum_iterations must be a scalar, saw shape: "
                                 f"{maximum_iterations.shape}")
            cond, body, loop_vars = _counted(cond, body, loop_vars, maximum_iterations,
                                             len(loop_vars) == 1 and not return_same_structure)
            if shape_invariants is not None:
                shape_invariants = (TensorShape([]), shape_invariants)
        if shape_invariants is not None:
            nest.assert_same_structure(loop_vars, shape_invariants)
            shape_invariants = nest.map_structure(_invariant, loop_vars, shape_invariants)
        context = WhileContext(maximum_iterations, parallel_iterations, back_prop, swap_memory)
        if context.outer_context is None:
            add_to_collection(GraphKeys.WHILE_CONTEXT, context)
        result = _build(context, cond, body, loop_vars, shape_invariants)
        if maximum_iterations is not None:
            return result[1]
        count = len(nest.flatten(result, expand_composites=True))
        return result if return_same_structure or count != 1 else result[0]


def _counted(cond, body, loop_vars, limit, unpack):
    """The loop with a counter as its first variable, which also ends at ``limit``."""
    counter = constant(0, dtype=limit.dtype, name="iteration_counter")
    if unpack:
        return (lambda i, value: math_ops.logical_and(i < limit, cond(value)),
                lambda i, value: (i + 1, body(value)),
                (counter, loop_vars[0]))
    return (lambda i, values: math_ops.logical_and(i < limit, cond(*values)),
            lambda i, values: (i + 1, body(*values)),
            (counter, loop_vars))


def _build(context, cond, body, loop_vars, shape_invariants):
    """Builds the loop in its context; returns the results as ``body`` structures them."""
    values = [without_array(value) for value in nest.flatten(loop_vars)]
    values = [nest.map_structure(convert_to_tensor_or_indexed_slices, value, expand_composites=True)
              for value in values]
    if shape_invariants is None:
        shape_invariants = [_invariant(value) for value in values]
    values = nest.flatten(values, expand_composites=True)
    context.Enter()
    try:
        enters = _enters(context, values, nest.flatten(shape_invariants))
        merges = [merge([tensor, tensor])[0] for tensor in enters]
        context.pivot_for_pred = merges[0]
        condition = convert_to_tensor(cond(*_packed(loop_vars, merges)))
        context.pivot = LoopCond(condition, name="LoopCond")
        switches = [switch_ref_or_tensor(tensor, context.pivot) for tensor in merges]
        inside = [_identity(pair[1]) for pair in switches]
        context.pivot_for_body = inside[0]
        result = _body_result(body, _packed(loop_vars, inside))
        _close(merges, result)
        exits = [exit(pair[0]) for pair in switches]
        context.loop_exits = exits
        context.ExitResult(exits)
    finally:
        context.Exit()
    return _packed(result, exits)


def _enters(context, values, shapes):
    """The loop variables in the loop's frame."""
    context._values = {tensor.name for tensor in values}
    outer = context.outer_context
    if outer is not None:
        values = [outer.AddValue(tensor) for tensor in values]
    with control_dependencies(None):
        enters = [context.enter(tensor, use_input_shape=False) for tensor in values]
        for tensor in enters:
            tensor.graph.prevent_feeding(tensor)
            if outer is not None:
                outer.AddInnerOp(tensor.op)
    pivot = None
    while outer is not None and pivot is None:
        pivot = outer.GetControlPivot()
        outer = outer.outer_context
    if pivot is not None:
        # A constant of the outer loop is there in its last, incomplete iteration, too.
        for tensor, value in zip(enters, values):
            if is_loop_constant_enter(value.op):
                tensor.op._add_control_input(pivot.op)
    for value, tensor, shape in zip(values, enters, shapes):
        if not _fits(value.shape, shape):
            raise ValueError(
                f"The shape invariant specified for {value.name} is not compatible with the "
                f"initial shape of the loop variable. It enters the loop with shape "
                f"{value.shape}, but the specified shape invariant is {shape}.")
        tensor.set_shape(shape)
    context.adopt(enters)
    context._values = {tensor.name for tensor in enters}
    context.loop_enters = enters
    return enters


def _body_result(body, variables):
    """What ``body`` returns for the loop variables, checked to have their structure."""
    summaries = get_collection(GraphKeys._SUMMARY_COLLECTION)
    result = body(*variables)
    new = get_collection(GraphKeys._SUMMARY_COLLECTION)[len(summaries):]
    if not nest.is_nested(result):
        result = [result]
    if new:
        get_collection_ref(GraphKeys._SUMMARY_COLLECTION)[:] = summaries
        with control_dependencies(new):
            result = nest.map_structure(
                lambda x: x if isinstance(x, TensorArray) else array_ops.identity(x),
                result, expand_composites=True)
    nest.assert_same_structure(list(variables), list(result), expand_composites=True)
    return result


def _close(merges, result):
    """Adds the back edges."""
    values = [without_array(value) for value in nest.flatten(result, expand_composites=True)]
    values = [convert_to_tensor_or_indexed_slices(value) for value in values]
    if len(merges) != len(values):
        raise ValueError("Number of inputs and outputs of body must match loop_vars: "
                         f"{len(merges)}, {len(values)}")
    for merged, value in zip(merges, values):
        add_back_edge(merged, value)


def add_back_edge(merged, value, enforce_shape_invariant=True):
    """Makes ``value`` what ``merged``, the output of a loop's Merge, is in the next iteration.

    Raises:
      ValueError: the shape of ``value`` is not within that of ``merged``.
    """
    if isinstance(merged, IndexedSlices):
        value = next_iteration(as_indexed_slices(value))
        pairs = zip(nest.flatten(merged, expand_composites=True),
                    nest.flatten(value, expand_composites=True))
        for into, following in pairs:
            into.op._update_input(1, following)
        return
    value = next_iteration(convert_to_tensor(value))
    if enforce_shape_invariant and not _fits(value.shape, merged.shape):
        initial = merged.op.inputs[0].op.inputs[0]
        raise ValueError(
            f"Input tensor '{initial.name}' enters the loop with shape {initial.shape}, but has "
            f"shape {value.shape} after one iteration. To allow the shape to vary across "
            "iterations, use the `shape_invariants` argument of tf.while_loop to specify a "
            "less-specific shape.")
    merged.op._update_input(1, value)


def _identity(tensor):
    from minitf.ops import control_flow_ops

    return control_flow_ops.identity_or_ref(tensor)


def _packed(structure, tensors):
    """Tensors in a structure; where it has a TensorArray, that array in the tensor's state."""
    leaves = [with_array(leaf, tensor) for leaf, tensor in
              zip(nest.flatten(structure, expand_composites=True), tensors)]
    return nest.pack_sequence_as(structure, leaves, expand_composites=True)


# ---- shape invariants ----


def _invariant(value, shape=None):
    """The shape, or shapes of the components, that a loop variable keeps.

    Args:
      value: the initial value.
      shape: the shape wanted: of IndexedSlices that of the values, of a SparseTensor that of its
        dense shape (a vector). By default what is known of the value's, less the number of entries
        of a SparseTensor.
    """
    if shape is not None and not isinstance(shape, TensorShape):
        raise ValueError("`shapes` must be a (possibly nested) list of shapes.")
    if isinstance(value, SparseTensor):
        rank = value.shape.ndims if shape is None else shape.with_rank(1)[0].value
        return [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]
    if isinstance(value, IndexedSlices):
        return _slices_invariant(value, shape)
    return value.shape if shape is None else shape


def _slices_invariant(value, shape):
    rows = (value.indices.shape.merge_with(value.values.shape[:1]) if shape is None
            else shape[:1])
    dense = TensorShape([None]).concatenate((value.values.shape if shape is None else shape)[1:])
    if value.dense_shape is None:
        return [rows.concatenate(dense[1:]), rows]
    if shape is None:
        dense = dense.merge_with(constant_value_as_shape(value.dense_shape))
    return [rows.concatenate(dense[1:]), rows, TensorShape([dense.ndims])]


def _fits(shape, invariant):
    """Whether all that is known of ``invariant`` is known of ``shape``, too."""
    dims, limits = shape._dims, invariant._dims
    if limits is None:
        return True
    return (dims is not None and len(dims) == len(limits)
            and all(limit is None or dim == limit for dim, limit in zip(dims, limits)))
