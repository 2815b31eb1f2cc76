"""Initial values that read other variables, made safe to be computed in any order."""

from minitf.framework.graph import GraphKeys
from minitf.framework.operation import Tensor

# Ops that ask whether there is a value, or read one in an order of their own: left as they are.
_LEFT_ALONE = ("IsVariableInitialized", "VarIsInitializedOp", "ReadVariableOp", "If")
_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")


def guard_uninitialized_dependencies(name, initial_value):
    """``initial_value``, computed from other variables' *initialised* values.

    All variables are initialised at once and in no order, so that an initial value which reads
    another variable may come before that variable has one. Where ``initial_value`` hangs on
    variables, the ops between are made again, on ``initialized_value()`` of these.

    Args:
      name: the new variable's name scope; the ops made again are called ``<op>_<name>``.
      initial_value: a tensor.

    Returns:
      A tensor: ``initial_value`` itself if it needs no guard.

    Raises:
      TypeError: ``initial_value`` is no tensor.
    """
    if not isinstance(initial_value, Tensor):
        raise TypeError(f"initial_value needs to be a Tensor: {initial_value}")
    if _has_cycle(initial_value.op):
        return initial_value
    safe = {}
    stack = [initial_value.op]
    while stack:
        op = stack[-1]
        if op in safe:
            stack.pop()
        elif op.type in _LEFT_ALONE:
            safe[op] = op
        elif op.type in _VARIABLES:
            value = _initialized_value(op)
            safe[op] = op if value is None else value.op
        else:
            waiting = next((item.op for item in op.inputs if item.op not in safe), None)
            if waiting is not None:
                stack.append(waiting)
            else:
                safe[op] = _on_safe_inputs(name, op, safe)
    return safe[initial_value.op].outputs[initial_value.value_index]


def _on_safe_inputs(name, op, safe):
    inputs = [safe[item.op].outputs[item.value_index] for item in op.inputs]
    if all(new is old for new, old in zip(inputs, op.inputs)):
        return op
    op_type = "Switch" if op.type == "RefSwitch" else op.type
    return op.graph.create_op(op_type, inputs,
                              name=f"{op.name}_{name}".replace(":", "_"), attrs=dict(op._attrs))


def _initialized_value(variable_op):
    """``initialized_value()`` of the variable that an op belongs to; None when none is known."""
    names = (variable_op.name, variable_op.name + ":0")
    for key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES):
        for variable in variable_op.graph.get_collection(key):
            if getattr(variable, "name", None) in names:
                return variable.initialized_value()
    return None


def _has_cycle(op):
    """Whether a loop (of data or control inputs) is reached going back from ``op``."""
    open_ops, done = {op}, set()
    stack = [(op, iter(_before(op)))]
    while stack:
        current, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            open_ops.discard(current)
            done.add(current)
            stack.pop()
        elif following in open_ops:
            return True
        elif following not in done:
            open_ops.add(following)
            stack.append((following, iter(_before(following))))
    return False


def _before(op):
    return [item.op for item in op.inputs] + list(op.control_inputs)
