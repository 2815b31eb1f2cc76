"""Ordering: no_op, group, tuple, and values that wait for other operations."""

import builtins

from minitf.framework import dtypes
from minitf.framework.convert import (
    convert_to_tensor, convert_to_tensor_or_indexed_slices, internal_convert_to_tensor)
from minitf.framework.graph import colocate_with, control_dependencies, device, name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Operation, Tensor
from minitf.framework.registry import op
from minitf.ops import array_ops, switch_ops

# ---- NoOp ----


def no_op(name=None):
    """An operation that does nothing: something to hang control dependencies on (TF op: NoOp)."""
    return NoOp(name=name)


NoOp = op("NoOp() -> ()").not_differentiable()


@NoOp.kernel
def _():
    return None


@NoOp.expression
def _():
    return "None"


# ---- compositions ----


def group(*inputs, **kwargs):
    """An operation that is done when all ``inputs`` are done.

    Args:
      *inputs: tensors, operations, or lists of them.
      name: keyword only, the operation's name.

    Raises:
      ValueError: an unknown keyword.  TypeError: an input is neither tensor nor operation.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise ValueError("Unknown keyword arguments: " + ", ".join(kwargs))
    with name_scope(name, "group_deps", inputs) as scope:
        if not inputs:
            return no_op(name=scope)
        by_device = {}
        for item in _flatten(inputs):
            if not hasattr(item, "device"):
                raise TypeError(f"Expected tf.group() expected Tensor arguments not '{item}' with "
                                f"type '{type(item)}'")
            by_device.setdefault(item.device, []).append(item)
        if len(by_device) == 1:
            (where, waited_for), = by_device.items()
            return _no_op_after(where, waited_for, scope)
        groups = [_no_op_after(where, by_device[where]) for where in sorted(by_device)]
        with control_dependencies(groups):
            return no_op(name=scope)


def _no_op_after(where, waited_for, name=None):
    with control_dependencies(waited_for), device(where):
        return no_op(name=name)


def tuple(tensors, name=None, control_inputs=None):
    """The same tensors, none of which has a value before all of them have been computed.

    Args:
      tensors: tensors, IndexedSlices, operations or None.
      control_inputs: further operations to wait for.

    Returns:
      A list as long as ``tensors``.

    Raises:
      ValueError: there is nothing to wait for.
      TypeError: a control input is neither operation nor tensor.
    """
    with name_scope(name, "tuple", [t for t in tensors if t is not None]):
        tensors = [t if t is None or isinstance(t, (Operation, Tensor, IndexedSlices))
                   else convert_to_tensor(t) for t in tensors]
        gates = [t if isinstance(t, Operation) else t.op for t in tensors if t is not None]
        for item in control_inputs or ():
            if not isinstance(item, (Operation, Tensor)):
                raise TypeError(f"Control input must be Operation or Tensor: {item}")
            gates.append(item.op if isinstance(item, Tensor) else item)
        gates = sorted(set(gates), key=lambda operation: operation._id)
        if not gates:
            raise ValueError(f"Must have at least one Tensor: {tensors}")
        gate = group(*gates)
        result = []
        for item in tensors:
            if isinstance(item, Operation):
                with control_dependencies([gate]):
                    result.append(group(item))
            else:
                result.append(None if item is None else with_dependencies([gate], item))
        return result


def with_dependencies(dependencies, output_tensor, name=None):
    """``output_tensor``, available once all of ``dependencies`` have run.

    Returns:
      A Tensor, or IndexedSlices when given them.
    """
    with name_scope(name, "control_dependency", [*dependencies, output_tensor]) as scope:
        with colocate_with(output_tensor), control_dependencies(dependencies):
            value = convert_to_tensor_or_indexed_slices(output_tensor)
            if isinstance(value, Tensor):
                return identity_or_ref(value, name=scope)
            return IndexedSlices(identity_or_ref(value.values, name=scope), value.indices,
                                 value.dense_shape)


def identity_or_ref(data, name=None):
    """The identity of a tensor; a mutable tensor stays mutable."""
    data = internal_convert_to_tensor(data, as_ref=True)
    if data.dtype._is_ref_dtype:
        return RefIdentity(data, name=name)
    return array_ops.identity(data, name)


RefIdentity = op("RefIdentity(input: Ref(T); T) -> (output: Ref(T))",
                 allows_uninitialized_input=True).view()


@RefIdentity.shape
def _(input):
    return input.shape


@RefIdentity.kernel
def _(input):
    return input


@RefIdentity.gradient
def _(op, grad):
    return grad


# ---- zeros for outputs that nothing depends on ----


def zeros_like_outside_loop(op, index):
    """Zeros in the shape of an output of ``op`` that got no gradient.

    For the branch of a conditional that was not taken, they are made on the other branch only.
    """
    value = op.outputs[index]
    context = op._control_flow_context
    if op.type not in ("Switch", "RefSwitch") or context is None:
        if value.dtype == dtypes.resource:
            return zeros_of_resource(value)
        return array_ops.zeros_like(value, optimize=False)
    other = switch_ops.switch(op.inputs[0], context.pred)[1 - context.branch]
    pivot = array_ops.identity(other)
    if value.dtype == dtypes.resource:
        with control_dependencies([pivot]):
            return zeros_of_resource(other)
    shape = array_ops.shape_internal(other, optimize=False)
    with control_dependencies([pivot]):
        return array_ops.zeros(shape, dtype=value.dtype)


def zeros_of_resource(handle):
    """Zeros in the shape of a resource variable's value."""
    from minitf.ops import resource_variable_ops
    from minitf.ops.resource_handles import handle_dtype

    return array_ops.zeros(resource_variable_ops.variable_shape(handle), handle_dtype(handle))


def _flatten(items):
    for item in items:
        if isinstance(item, (list, builtins.tuple)):
            yield from _flatten(item)
        else:
            yield item


from minitf.ops.cond_ops import Assert, case, cond  # noqa: E402, F401 - they build on this module
from minitf.ops.switch_ops import merge, switch  # noqa: E402, F401
