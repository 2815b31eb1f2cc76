"""What is known of a tensor's value while the graph is built.

Two readers, as in TensorFlow: ``constant_value`` is the one of graph-building Python code; it knows
few ops, and its answers decide which nodes gradients create. ``static_value`` is the one of shape
rules; it runs the kernels of any subgraph that hangs on constants (and static shapes) alone.
"""

import threading

import numpy as np

from minitf.framework import errors, tensor_shape
from minitf.framework.operation import Tensor, rule_arguments
from minitf.framework.tensor_shape import TensorShape

_UNKNOWN = object()


# ---- constant_value: what Python code sees ----


def constant_value(tensor, partial=False):
    """The value of ``tensor`` as an array, if it can be told from the graph, else None.

    With ``partial``, unknown elements of a packed vector are None in an object array. A tensor
    whose value was told may not be fed any more. What is no tensor is its own value; of a variable
    nothing is known.
    """
    if not isinstance(tensor, Tensor):
        is_symbolic = hasattr(tensor, "_as_graph_element") or hasattr(tensor, "dense_shape")
        return None if is_symbolic else tensor
    rule = _VALUE_RULES.get(tensor.op.type)
    value = rule(tensor, partial) if rule is not None else None
    if value is not None:
        tensor.graph.prevent_feeding(tensor)
    return value


def _value_of_const(tensor, partial):
    return tensor.op._attrs["value"].array


def _value_of_shape(tensor, partial):
    shape = tensor.op.inputs[0].shape
    if shape.is_fully_defined():
        return np.array(shape._dims, dtype=tensor.dtype.as_numpy_dtype)
    return None


def _value_of_size(tensor, partial):
    shape = tensor.op.inputs[0].shape
    if shape.is_fully_defined():
        return np.prod(shape._dims, dtype=np.int32)
    return None


def _value_of_rank(tensor, partial):
    dims = tensor.op.inputs[0].shape._dims
    return None if dims is None else np.array(len(dims), dtype=np.int32)


def _all_values(tensors):
    values = []
    for tensor in tensors:
        value = constant_value(tensor)
        if value is None:
            return None
        values.append(value)
    return values


def _value_of_range(tensor, partial):
    values = _all_values(tensor.op.inputs)
    return None if values is None else np.arange(*values, dtype=tensor.dtype.as_numpy_dtype)


def _value_of_cast(tensor, partial):
    value = constant_value(tensor.op.inputs[0])
    return None if value is None else value.astype(tensor.dtype.as_numpy_dtype)


def _value_of_concat(tensor, partial):
    inputs = tensor.op.inputs
    axis, parts = ((inputs[0], inputs[1:]) if tensor.op.type == "Concat"
                   else (inputs[-1], inputs[:-1]))
    dim = constant_value(axis)
    values = None if dim is None else _all_values(parts)
    return None if values is None else np.concatenate(values, axis=dim)


def _value_of_pack(tensor, partial):
    if not tensor.op.inputs or tensor.op._attrs["axis"] != 0:
        return None
    values = []
    for item in tensor.op.inputs:
        value = constant_value(item, partial)
        if value is None and not partial:
            return None
        values.append(value)
    if None not in [None if value is None else 0 for value in values]:
        return np.array(values)
    result = np.empty(len(values), dtype=object)
    result[:] = [value if value is None or value.ndim else value[()] for value in values]
    return result


def _value_of_fill(tensor, partial):
    value = constant_value(tensor.op.inputs[1])
    if value is None or not tensor.shape.is_fully_defined():
        return None
    return np.full(tensor.shape.as_list(), value, dtype=value.dtype)


def _value_of_equal(tensor, partial):
    values = _all_values(tensor.op.inputs)
    return None if values is None else np.equal(*values)


def _value_of_not_equal(tensor, partial):
    values = _all_values(tensor.op.inputs)
    return None if values is None else np.not_equal(*values)


def _value_of_concat_offset(tensor, partial):
    dim = constant_value(tensor.op.inputs[0])
    shapes = None if dim is None else _all_values(tensor.op.inputs[1:])
    if shapes is None:
        return None
    offset = np.zeros_like(shapes[0])
    offset[dim] = sum(shape[dim] for shape in shapes[:tensor.value_index])
    return offset


_VALUE_RULES = {
    "Const": _value_of_const, "Shape": _value_of_shape, "Size": _value_of_size,
    "Rank": _value_of_rank, "Range": _value_of_range, "Cast": _value_of_cast,
    "Concat": _value_of_concat, "ConcatV2": _value_of_concat, "Pack": _value_of_pack,
    "Fill": _value_of_fill, "Equal": _value_of_equal, "NotEqual": _value_of_not_equal,
    "ConcatOffset": _value_of_concat_offset,
}


def constant_value_as_shape(tensor):
    """The TensorShape that an integer vector holds, with unknown dimensions where it is not known.

    Raises:
      ValueError: ``tensor`` is not a vector.
    """
    shape = tensor.shape.with_rank(1)
    if shape._dims == (0,):
        return tensor_shape.scalar()
    partial = _partial_shape(tensor, constant_value)
    if partial is not None:
        return partial
    result = tensor_shape.unknown_shape(shape._dims[0])
    value = constant_value(tensor)
    if value is not None:
        dims = [None if dim is None or dim < 0 else int(dim) for dim in value]
        result = result.merge_with(TensorShape(dims))
    return result


def _shape_from_values(values):
    for dim in values:
        if dim is not None and dim < -1:
            raise ValueError(f"Invalid value in tensor used for shape: {dim}")
    return TensorShape([None if dim is None or dim < 0 else int(dim) for dim in values])


def _partial_shape(tensor, value_of):
    """The shape held by ops that assemble shapes: Shape, Pack, Concat, StridedSlice; else None."""
    op = tensor.op
    shape_of = constant_value_as_shape if value_of is constant_value else static_shape
    if op.type == "Shape":
        return op.inputs[0].shape
    if op.type == "ShapeN" and value_of is not constant_value:
        return op.inputs[tensor.value_index].shape
    if op.type == "Pack" and all(item.shape.ndims == 0 for item in op.inputs):
        dims = []
        for item in op.inputs:
            value = value_of(item)
            dims.append(None if value is None or value < 0 else int(value))
        return TensorShape(dims)
    if op.type in ("Concat", "ConcatV2"):
        shape = tensor_shape.scalar()
        for item in op.inputs[1:] if op.type == "Concat" else op.inputs[:-1]:
            shape = shape.concatenate(shape_of(item))
        return shape
    if op.type == "StridedSlice":
        return _sliced_shape(op, value_of)
    return None


def _sliced_shape(op, value_of):
    """``shape[begin:end:stride]`` for a StridedSlice of one plain slice, else None."""
    begin, end, strides = (value_of(item) for item in op.inputs[1:])
    attrs = op._attrs
    if (begin is None or end is None or strides is None or len(begin) != 1
            or attrs["ellipsis_mask"] or attrs["new_axis_mask"] or attrs["shrink_axis_mask"]):
        return None
    whole = (constant_value_as_shape(op.inputs[0]) if value_of is constant_value
             else static_shape(op.inputs[0]))
    if whole._dims is None:
        return None
    start = None if attrs["begin_mask"] & 1 else int(begin[0])
    stop = None if attrs["end_mask"] & 1 else int(end[0])
    if value_of is static_value:
        for what, place in (("start", start), ("end", stop)):
            if place is not None and place < -len(whole._dims):
                raise ValueError(f"Subshape {what} out of bounds: {place}, for shape with rank "
                                 f"{len(whole._dims)}")
    return TensorShape(list(whole._dims[slice(start, stop, int(strides[0]))]))


# ---- static_value: what shape rules see ----

_looking = threading.local()

_FROM_SHAPES = ("Shape", "Size", "Rank")

# Ops that a shape rule may not look through, though they have no state.
_OPAQUE = frozenset(["Placeholder", "PlaceholderV2", "PlaceholderWithDefault", "Merge", "Enter",
                     "Exit", "NextIteration", "RefMerge", "RefSwitch", "RefEnter", "RefExit",
                     "RefNextIteration", "LoopCond"])


def static_value(tensor):
    """The value of ``tensor`` as an array if it hangs on constants and static shapes, else None.

    Shape rules use it; it runs kernels of stateless ops, and remembers values per graph. As in
    TensorFlow, what Shape, Size and Rank give is told from static shapes when another op takes it,
    but when it is itself asked for, only for a constant.
    """
    _note("tensors", tensor)
    if not _may_tell(tensor):
        return None
    if tensor.op.type in _FROM_SHAPES and _evaluated(tensor.op.inputs[0]) is None:
        return None
    if tensor.op.type == "Enter":  # hides its value from all but the op that takes it
        return _evaluated(tensor.op.inputs[0])
    return _evaluated(tensor)


def _evaluated(tensor):
    """The value of ``tensor``, found back to front without recursion, or None."""
    known = tensor.graph._static_values
    if tensor in known:
        return known[tensor]
    stack, unknown = [tensor], set()
    while stack:
        current = stack[-1]
        if current in known or current in unknown:
            stack.pop()
            continue
        value = _leaf_value(current)
        if value is not None and value is not _UNKNOWN:
            known[current] = value
            continue
        inputs = current.op.inputs
        if value is _UNKNOWN or any(item in unknown for item in inputs):
            unknown.add(current)
            continue
        pending = [item for item in inputs if item not in known]
        if pending:
            stack.extend(pending)
            continue
        _run_kernel(current.op, [known[item] for item in inputs], known)
        if current not in known:
            unknown.add(current)
    return known.get(tensor)


def _leaf_value(tensor):
    """The value of a leaf, None for an op to look through, _UNKNOWN for one that hides it."""
    op = tensor.op
    if op.type == "Const":
        return op._attrs["value"].array
    if op.type in _FROM_SHAPES:
        value = _VALUE_RULES[op.type](tensor, False)
        if value is not None:
            return np.asarray(value, tensor.dtype.as_numpy_dtype)
    if op.type == "Switch":
        return None
    op_type = op.op_type
    if (op.type in _OPAQUE or op_type.is_stateful or op_type.kernel_rule is None or not op.inputs
            or "ctx" in op_type.kernel_parameters or any(t.dtype._is_ref_dtype for t in op.inputs)):
        return _UNKNOWN
    return None


def _run_kernel(op, values, known):
    """Runs the op's kernel on constant inputs and stores its outputs, if it does not fail."""
    if op.type == "Switch":  # the other output has no value
        data, pred = values
        known[op.outputs[int(pred)]] = data
        return
    rule = op.op_type.kernel_rule
    try:
        with np.errstate(all="ignore"):
            result = rule(*rule_arguments(op, op.op_type.kernel_parameters, values))
    except Exception:  # noqa: BLE001 - a value that cannot be computed is one that is not known
        return
    results = [result] if len(op.outputs) == 1 and not op.op_type.outputs[0].is_list else result
    for output, value in zip(op.outputs, results):
        known[output] = np.asarray(value)


def static_shape(tensor):
    """The TensorShape that an integer vector holds, as far as it is known, for shape rules.

    Raises:
      ValueError: ``tensor`` is no vector, or holds a number below -1.
    """
    dims = tensor.shape._dims
    if dims is not None and len(dims) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(dims)}")
    _note("shapes", tensor)
    shape = None
    if _may_tell(tensor):
        shape = _quietly(_known_shape, tensor)
    return tensor_shape.unknown_shape(None if dims is None else dims[0]) if shape is None else shape


def _known_shape(tensor):
    if tensor.shape._dims == (0,):
        return tensor_shape.scalar()
    shape = _partial_shape(tensor, static_value)
    if shape is not None:
        return shape
    value = static_value(tensor)
    return None if value is None else _shape_from_values(value)


# ---- what a failing shape rule looked at, for its message ----


def _note(kind, tensor):
    seen = getattr(_looking, "seen", None)
    if seen is not None:
        seen[kind].add(tensor)


def _may_tell(tensor):
    """False for what a rule asks for in a run in which it is not told."""
    told = getattr(_looking, "told", None)
    return told is None or tensor in told


def _quietly(function, *args):
    """Calls without noting or hiding anything: only what the rule itself asks for counts."""
    seen, told = getattr(_looking, "seen", None), getattr(_looking, "told", None)
    _looking.seen = _looking.told = None
    try:
        return function(*args)
    finally:
        _looking.seen, _looking.told = seen, told


def looked_at(operation):
    """The part of a shape error that lists the constants which the rule asked for.

    TensorFlow runs a rule without values first, and again with those that it asked for, as long as
    it asks for more. An error's list has what was told in that run. What was asked for as a shape
    is listed as a shape.

    Raises:
      ValueError: a vector that the rule wants as a shape holds no shape.
    """
    rule = operation.op_type.shape_rule
    arguments = rule_arguments(operation, rule.wanted, operation.inputs)
    seen = {"tensors": set(), "shapes": set()}
    while True:
        told = _looking.told = seen["tensors"] | seen["shapes"]
        asked = _looking.seen = {"tensors": set(), "shapes": set()}
        try:
            rule(*arguments)
        except (ValueError, errors.OpError):
            break
        finally:
            _looking.seen = _looking.told = None
        if asked["tensors"] | asked["shapes"] <= told:
            break
        seen = {kind: seen[kind] | asked[kind] for kind in seen}
    values, shapes = [], []
    for i, tensor in enumerate(operation.inputs):
        if tensor in seen["shapes"]:
            shape = static_shape(tensor)
            if shape._dims is not None:
                dims = ",".join("?" if d is None else str(d) for d in shape._dims)
                shapes.append(f"input[{i}] = [{dims}]")
        elif tensor in seen["tensors"]:
            value = static_value(tensor)
            if value is not None:
                values.append(f"input[{i}] = <{_values_text(value)}>")
    text = ""
    if values:
        text += " and with computed input tensors: " + ", ".join(values)
    if shapes:
        text += " and with input tensors computed as partial shapes: " + ",".join(shapes)
    return text


_MAX_LISTED = 256


def _values_text(value):
    """A constant as TensorFlow's messages write it: ``0 1 2``, ``[1 2][3 4]``."""
    if value.ndim > 1:
        return "".join(f"[{_values_text(row)}]" for row in value)
    items = np.ravel(value)
    text = " ".join(item.decode(errors="replace") if isinstance(item, bytes) else str(item)
                    for item in items[:_MAX_LISTED].tolist())
    return text + "..." * (len(items) > _MAX_LISTED)
