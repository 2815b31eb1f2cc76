"""Sorting along an axis: compositions around TopKV2, which sorts the last axis downwards."""

import numpy as np

from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops import array_ops, math_ops, ranking_ops
from minitf.ops.constant_op import constant

_DIRECTIONS = ("ASCENDING", "DESCENDING")


def sort(values, axis=-1, direction="ASCENDING", name=None):
    """``values`` sorted along one axis.

    Args:
      values: a numeric tensor of rank 1 or more.
      axis: a constant.
      direction: "ASCENDING" or "DESCENDING".
      name: the name scope.

    Raises:
      ValueError: another direction, or an axis that is no constant scalar.
    """
    with name_scope(name, "sort"):
        values, axis = _checked(values, axis, direction)
        if direction == "DESCENDING":
            return _sorted_downwards(values, axis)[0]()
        return -_sorted_downwards(-values, axis)[0]()


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """The indices, int32, that sort ``values`` along one axis; equal values keep their order.

    Args and errors are those of ``sort``; ``stable`` has no effect.
    """
    with name_scope(name, "argsort"):
        values, axis = _checked(values, axis, direction)
        return _sorted_downwards(values if direction == "DESCENDING" else -values, axis)[1]()


def _checked(values, axis, direction):
    if direction not in _DIRECTIONS:
        raise ValueError(f"{direction} should be one of {', '.join(_DIRECTIONS)}")
    axis = convert_to_tensor(axis, name="axis")
    known = constant_value(axis)
    if axis.shape.ndims != 0 or known is None:
        raise ValueError("axis must be a constant scalar")
    return convert_to_tensor(values, name="values"), int(known)


def _sorted_downwards(values, axis):
    """Functions that give the sorted values and their indices, in the shape of ``values``."""
    size = array_ops.shape(values)[axis]
    rank = array_ops.rank(values)
    ndims = values.shape.ndims
    swap = None
    if axis not in (-1, None if ndims is None else ndims - 1):
        if axis < 0:
            axis += ndims or rank
        if ndims is not None:
            order = np.arange(ndims)
            order[[axis, ndims - 1]] = order[[ndims - 1, axis]]
            swap = constant(order, name="transposition")
        else:
            swap = array_ops.concat([math_ops.range(axis), [rank - 1],
                                     math_ops.range(axis + 1, rank - 1), [axis]], axis=0)
        values = array_ops.transpose(values, swap)
    ranked = ranking_ops.top_k(values, size)

    def back(tensor):
        return tensor if swap is None else array_ops.transpose(tensor, swap)

    return lambda: back(ranked[0]), lambda: back(ranked[1])
