"""Switch and Merge: where dataflow parts into branches, and where it joins again.

A Switch passes its data on to one of its outputs; the other output is dead, and so is every
operation that needs a dead tensor. A Merge has the value of whichever input is alive.
"""

import numpy as np

from minitf import nest
from minitf.framework import dtypes
from minitf.framework.convert import (
    convert_to_tensor, internal_convert_to_tensor,
    internal_convert_to_tensor_or_indexed_slices)
from minitf.framework.graph import colocate_with, get_default_graph, name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, common_shapes, math_ops
from minitf.ops.common_shapes import with_rank
from minitf.ops.control_flow_context import output_context

# ---- Switch ----


def switch(data, pred, dtype=None, name=None):
    """``data`` passed to one of two outputs (TF op: Switch).

    Returns:
      (output_false, output_true): the one that ``pred`` says has the value, the other has none.
    """
    with name_scope(name, "Switch", [data, pred]) as scope:
        data = (data if isinstance(data, (IndexedSlices, SparseTensor))
                else internal_convert_to_tensor(data, dtype=dtype, name="data", as_ref=True))
        pred = convert_to_tensor(pred, name="pred")
        if isinstance(data, Tensor):
            return Switch(data, pred, name=scope)
        return _switch_composite(data, pred)


def _switch_composite(data, pred):
    """Switches each component of IndexedSlices or of a SparseTensor."""
    switched = [Switch(part, pred) for part in nest.flatten(data, expand_composites=True)]
    return tuple(nest.pack_sequence_as(data, side, expand_composites=True)
                 for side in zip(*switched))


def switch_ref_or_tensor(data, pred, name="Switch"):
    """``switch`` placed with the data; a mutable tensor stays mutable."""
    data = internal_convert_to_tensor_or_indexed_slices(data, name="data", as_ref=True)
    with colocate_with(data, ignore_existing=True):
        if isinstance(data, Tensor) and data.dtype._is_ref_dtype:
            return RefSwitch(data, pred, name=name)
        return switch(data, pred, name=name)


Switch = op("Switch(data: T, pred: bool; T) -> (output_false: T, output_true: T)").view()
RefSwitch = op("RefSwitch(data: Ref(T), pred: bool; T) "
               "-> (output_false: Ref(T), output_true: Ref(T))",
               allows_uninitialized_input=True).view()


@Switch.shape
@RefSwitch.shape
def _(data, pred):
    with_rank(pred.shape, 0)
    return [data.shape, data.shape]


@Switch.kernel
@RefSwitch.kernel
def _(data, pred):
    return data, data


@Switch.expression
@RefSwitch.expression
def _(data, pred):
    return f"{data}, {data}"


@Switch.gradient
@RefSwitch.gradient
def _(op, grad_false, grad_true):
    grads = [grad_false, grad_true]
    context = op._control_flow_context
    if context is not None and context.IsWhileContext():
        return _loop_switch_gradient(op, grad_false, grad_true), None
    if context is not None and context.IsCondContext():
        zero_grad = grads[1 - context.branch]
        if zero_grad is None:
            if op.inputs[0].dtype == dtypes.resource:
                return merge([grads[context.branch]] * 2, name="cond_resource_grad")[0], None
            return None, None
        return merge(grads, name="cond_grad")[0], None
    false_grad = switch(grad_false, op.inputs[1])[0]
    true_grad = switch(grad_true, op.inputs[1])[1]
    return merge([false_grad, true_grad])[0], None


def _loop_switch_gradient(op, grad_exit, grad_body):
    """The gradient of a loop variable, a variable of the gradient loop.

    The walk comes here twice: from the Exit with the value that the gradient loop starts with, and
    from the body with that of the next iteration, which closes the gradient loop's cycle.
    """
    from minitf.ops import while_ops

    merges = get_default_graph()._control_flow_context.grad_state.switch_map
    if op in merges:
        if grad_body is not None:
            while_ops.add_back_edge(merges[op], grad_body, enforce_shape_invariant=False)
        return None
    if grad_exit is None:
        return None
    merges[op] = merge([grad_exit, grad_exit], name="b_switch")[0]
    return merges[op]


# ---- Merge ----


def merge(inputs, name=None):
    """The value of the input that is alive, and its index (TF op: Merge).

    Args:
      inputs: tensors, IndexedSlices or SparseTensors of one dtype, of which one will have a value.

    Returns:
      (output, value_index).

    Raises:
      ValueError: an input is None, or some are IndexedSlices without a dense shape and some with.
    """
    if any(item is None for item in inputs):
        raise ValueError(f"At least one of the merge inputs is None: {inputs}")
    with name_scope(name, "Merge", inputs) as scope:
        inputs = [item if isinstance(item, (IndexedSlices, SparseTensor))
                  else internal_convert_to_tensor(item, as_ref=True) for item in inputs]
        if all(isinstance(item, Tensor) for item in inputs):
            if all(item.dtype._is_ref_dtype for item in inputs):
                return RefMerge(inputs, name=scope)
            return Merge(inputs, name=scope)
        if not any(isinstance(item, SparseTensor) for item in inputs):
            inputs = _all_indexed_slices(inputs)
        for item in inputs[1:]:
            nest.assert_same_structure(inputs[0], item, expand_composites=True)
        merged = [Merge(parts) for parts in
                  zip(*[nest.flatten(item, expand_composites=True) for item in inputs])]
        result = nest.pack_sequence_as(inputs[0], [part.output for part in merged],
                                       expand_composites=True)
        return result, merged[0].value_index


def _all_indexed_slices(inputs):
    """Dense tensors as IndexedSlices of all their rows; indices of one dtype."""
    result = [as_indexed_slices(item) for item in inputs]
    if len({item.indices.dtype for item in result}) > 1:
        result = [IndexedSlices(item.values, math_ops.cast(item.indices, dtypes.int64),
                                item.dense_shape)
                  if item.indices.dtype == dtypes.int32 else item for item in result]
    return result


def as_indexed_slices(value):
    """A dense tensor as IndexedSlices of all its rows; IndexedSlices as they are."""
    if isinstance(value, IndexedSlices):
        return value
    shape = array_ops.shape_internal(value, optimize=False)
    return IndexedSlices(value, math_ops.range(0, shape[0]), shape)


Merge = op("Merge(inputs: N * T; T, N: int >= 1) -> (output: T, value_index: int32)").view()
RefMerge = op("RefMerge(inputs: Ref(N * T); T, N: int >= 1) -> (output: Ref(T), value_index: int32)"
              ).view()


@Merge.shape
@RefMerge.shape
def _(inputs):
    """What all inputs agree on: an input of unknown rank, or other ranks, leave it unknown."""
    dims = inputs[0].shape._dims
    for tensor in inputs[1:]:
        other = tensor.shape._dims
        if dims is None or other is None or len(other) != len(dims):
            return [common_shapes.UNKNOWN, common_shapes.SCALAR]
        dims = tuple(x if x == y else None for x, y in zip(dims, other))
    return [TensorShape._from_tuple(dims), common_shapes.SCALAR]


@Merge.kernel
@RefMerge.kernel
def _(inputs):
    for i, value in enumerate(inputs):
        if value is not None:
            return value, np.int32(i)
    return None, None


@Merge.gradient
@RefMerge.gradient
def _(op, grad, _):
    context = output_context(op.inputs[0].op)
    gradient_context = get_default_graph()._control_flow_context
    if context is not None and context.IsWhileContext():
        return switch_ref_or_tensor(grad, gradient_context.pivot)
    if context is not None and context.IsCondContext():
        pred = context.pred
        if gradient_context is not None and gradient_context.grad_state is not None:
            pred = gradient_context.grad_state.saved_predicate(pred)
        return switch_ref_or_tensor(grad, pred, name="cond_grad")
    taken = [math_ops.equal(op.outputs[1], i) for i in range(len(op.inputs))]
    return [switch_ref_or_tensor(grad, item)[1] for item in taken]
