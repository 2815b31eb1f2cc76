"""Softmax and its logarithm, along any axis."""

import numpy as np

from minitf.framework import errors
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import with_rank_at_least
from minitf.ops.elementwise import list_text

_FLOATS = "half bfloat16 float double"

# ---- the public functions ----


def softmax(logits, axis=None, name=None, dim=None):
    """``exp(logits) / reduce_sum(exp(logits), axis)`` (TF op: Softmax).

    Args:
      logits: a tensor of floats, of rank 1 or more.
      axis: the axis along which the result sums to 1; the last by default.
      dim: the old name of ``axis``.

    Raises:
      errors.InvalidArgumentError: there is no such axis.
    """
    return _along_axis(Softmax, logits, renamed_argument("axis", axis, "dim", dim), name)


def log_softmax(logits, axis=None, name=None, dim=None):
    """``logits - log(reduce_sum(exp(logits), axis))`` (TF op: LogSoftmax).

    Arguments and errors are those of ``softmax``.
    """
    return _along_axis(LogSoftmax, logits, renamed_argument("axis", axis, "dim", dim), name)


def _along_axis(op_type, logits, axis, name):
    """Applies an op that works along the last axis along ``axis``: swapped there and back."""
    logits = convert_to_tensor(logits)
    rank = logits.shape.ndims
    if axis is None or (not isinstance(axis, Tensor) and axis == -1):
        return op_type(logits, name=name)
    if rank is None:
        raise TypeError(f"{op_type.name.lower()} along axis {axis} needs logits of known rank")
    if not isinstance(axis, Tensor) and axis == rank - 1:
        return op_type(logits, name=name)
    value = constant_value(axis) if isinstance(axis, Tensor) else axis
    if value is not None and not -rank <= value < rank:
        raise errors.InvalidArgumentError(
            None, None, f"Dimension ({int(value)}) must be in the range [{-rank}, {rank}) where "
            f"{rank} is the number of dimensions in the input.")
    rank_tensor = array_ops.rank(logits)
    if isinstance(axis, Tensor):
        axis = array_ops.where(math_ops.less(axis, 0), axis + rank_tensor, axis)
    elif axis < 0:
        axis = axis + rank_tensor
    input_rank = array_ops.rank(logits)
    axis = axis % rank
    swapped = _swap_axes(logits, axis, math_ops.subtract(input_rank, 1))
    output = op_type(swapped)
    output = _swap_axes(output, axis, math_ops.subtract(input_rank, 1), name)
    output.set_shape(logits.shape)
    return output


def _swap_axes(x, first, last, name=None):
    """``x`` transposed so that axes ``first`` and ``last`` change places."""
    between = math_ops.range(first), [last], math_ops.range(first + 1, last), [first]
    return array_ops.transpose(x, array_ops.concat(list(between), 0), name=name)


# ---- Softmax ----

Softmax = op("Softmax(logits: T; T) -> (softmax: T)", T=_FLOATS)


@Softmax.shape
def _(logits):
    return with_rank_at_least(logits.shape, 1)


@Softmax.kernel
def _(logits):
    _check_rank(logits)
    exp = np.exp(shifted(logits))
    return np.divide(exp, np.sum(exp, axis=-1, keepdims=True))


def shifted(logits):
    """``logits`` less their largest along the last axis: exp of the result cannot overflow."""
    if not logits.shape[-1]:
        return logits
    return np.subtract(logits, np.max(logits, axis=-1, keepdims=True))


def _check_rank(logits):
    if not np.ndim(logits):
        raise errors.InvalidArgumentError(
            None, None, f"logits must have >= 1 dimension, got {list_text(np.shape(logits))}")


@Softmax.gradient
def _(op, grad):
    softmax = op.outputs[0]
    total = math_ops.reduce_sum(grad * softmax, -1, keepdims=True)
    return (grad - total) * softmax


# ---- LogSoftmax ----

LogSoftmax = op("LogSoftmax(logits: T; T) -> (logsoftmax: T)", T=_FLOATS)
LogSoftmax.shape(Softmax.shape_rule)


@LogSoftmax.kernel
def _(logits):
    _check_rank(logits)
    logits = shifted(logits)
    return np.subtract(logits, np.log(np.sum(np.exp(logits), axis=-1, keepdims=True)))


@LogSoftmax.gradient
def _(op, grad):
    softmax = math_ops.exp(op.outputs[0])
    return grad - math_ops.reduce_sum(grad, -1, keepdims=True) * softmax
