"""Sizes of states and outputs, with the batch's size before them; checks that functions share."""

from minitf import nest
from minitf.framework import dtypes, tensor_shape
from minitf.framework.constant_folding import constant_value
from minitf.framework.operation import Tensor
from minitf.ops import array_ops
from minitf.ops.constant_op import constant


def check_is_cell(argument, cell):
    """Checks that a cell has what the functions use of it.

    Raises:
      TypeError: it lacks output_size, state_size, zero_state or get_initial_state, or the call.
    """
    problems = []
    if not hasattr(cell, "output_size"):
        problems.append("'output_size' property is missing")
    if not hasattr(cell, "state_size"):
        problems.append("'state_size' property is missing")
    if not (hasattr(cell, "get_initial_state") or hasattr(cell, "zero_state")):
        problems.append("either 'zero_state' or 'get_initial_state' method is required")
    if not callable(cell):
        problems.append("is not callable")
    if problems:
        raise TypeError(f"The argument {argument!r} ({cell}) is not an RNNCell: "
                        f"{', '.join(problems)}.")


def _as_vector(size, role):
    """A size or shape as an int32 vector, None if it is not fully known, and as a list or None."""
    if isinstance(size, Tensor):
        known = constant_value(size)
        if size.shape.ndims == 0:
            return array_ops.expand_dims(size, 0), known
        if size.shape.ndims != 1:
            raise ValueError(f"{role} tensor must be either a scalar or vector, but saw tensor: "
                             f"{size}")
        return size, known
    shape = tensor_shape.as_shape(size)
    known = shape.as_list() if shape.ndims is not None else None
    return (constant(known, dtype=dtypes.int32) if shape.is_fully_defined() else None), known


def joined_shape(prefix, suffix):
    """The shape ``prefix + suffix``, an int32 vector.

    Args:
      prefix, suffix: an integer, a shape, or a tensor that holds either.

    Raises:
      ValueError: one of them is not fully known.
    """
    first, _ = _as_vector(prefix, "prefix")
    second, _ = _as_vector(suffix, "suffix")
    if first is None or second is None:
        raise ValueError(f"Provided a prefix or suffix of None: {prefix} and {suffix}")
    return array_ops.concat((first, second), 0)


def joined_static_shape(prefix, suffix):
    """What is known of the shape ``prefix + suffix`` while building: a list, or None."""
    _, first = _as_vector(prefix, "prefix")
    _, second = _as_vector(suffix, "suffix")
    shape = tensor_shape.as_shape(first).concatenate(second)
    return shape.as_list() if shape.ndims is not None else None


def zero_states(state_size, batch_size, dtype):
    """Zeros [batch_size, size] for each size of a nest of sizes or shapes."""
    def zeros_of(size):
        zeros = array_ops.zeros(joined_shape(batch_size, size), dtype=dtype)
        zeros.set_shape(joined_static_shape(batch_size, size))
        return zeros

    return nest.map_structure(zeros_of, state_size)


def shape_of_size(size):
    """An element of ``output_size`` as a static shape or what can be made one."""
    if isinstance(size, Tensor):
        return tensor_shape.as_shape(constant_value(size))
    return size


def state_dtype(dtype, state):
    """``dtype``, or when it is None the dtype that all tensors of a state have.

    Raises:
      ValueError: they have several, or there are none.
    """
    if dtype is not None:
        return dtype
    if not nest.is_nested(state):
        return state.dtype
    found = [tensor.dtype for tensor in nest.flatten(state)]
    if not found:
        raise ValueError("Unable to infer dtype from empty state.")
    if any(other != found[0] for other in found):
        raise ValueError("State has tensors of different inferred_dtypes. Unable to infer a single "
                         "representative dtype.")
    return found[0]
