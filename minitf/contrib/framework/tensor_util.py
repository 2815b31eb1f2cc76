"""Checks of tensors' shapes, while building where they are known, else while running."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import Graph, control_dependencies, name_scope
from minitf.framework.modes import is_tensor
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, check_ops, cond_ops, math_ops
from minitf.ops.confusion_matrix_ops import remove_squeezable_dimensions as _squeezed


def get_placeholders(graph):
    """The outputs of a graph's placeholders.

    Raises:
      TypeError: it is no graph.
    """
    if not isinstance(graph, Graph):
        raise TypeError(f"Input graph needs to be a Graph: {graph}")
    return [op.outputs[0] for op in graph.get_operations() if op.type == "Placeholder"]


def reduce_sum_n(tensors, name=None):
    """The sum of all elements of several tensors, a scalar.

    Raises:
      ValueError: no tensors.
    """
    if not tensors:
        raise ValueError("No tensors provided.")
    with name_scope(name, "reduce_sum_n", tensors) as scope:
        sums = [math_ops.reduce_sum(tensor, name=f"{tensor.op.name}/sum") for tensor in tensors]
        return sums[0] if len(sums) == 1 else math_ops.add_n(sums, name=scope)


def remove_squeezable_dimensions(predictions, labels, name=None):
    """Drops the last dimension, of size 1, of the one that has a dimension more than the other."""
    labels, predictions = _squeezed(labels, predictions, name=name)
    return predictions, labels


def assert_scalar_int(tensor, name=None):
    """The tensor, which must be a scalar integer.

    Raises:
      ValueError: it is not.
    """
    with name_scope(name, "assert_scalar_int", [tensor]) as scope:
        tensor = convert_to_tensor(tensor)
        if not tensor.dtype.base_dtype.is_integer:
            raise ValueError(f"Expected integer type for {tensor.name}, received type: "
                             f"{tensor.dtype}.")
        return check_ops.assert_scalar(tensor, name=scope)


def with_same_shape(expected_tensor, tensor):
    """``tensor``, which must have the shape of another; see ``with_shape``."""
    with name_scope(f"{tensor.op.name}/", values=[expected_tensor, tensor]):
        shape = expected_tensor.shape
        expected = (shape.as_list() if shape.is_fully_defined()
                    else array_ops.shape(expected_tensor, name="expected_shape"))
        return with_shape(expected, tensor)


def with_shape(expected_shape, tensor):
    """``tensor``, which must have a shape: checked now if known, else when it runs.

    Args:
      expected_shape: a list, an int32 array or an int32 tensor; an empty one makes a scalar of a
        tensor of one element.
      tensor: a tensor.

    Raises:
      ValueError: it is known to have another shape; arguments of another form.
    """
    if isinstance(tensor, SparseTensor):
        raise ValueError("SparseTensor not supported.")
    is_dynamic = is_tensor(expected_shape)
    if isinstance(expected_shape, (list, tuple)):
        values = np.asarray(expected_shape, dtype=np.int32 if not expected_shape else None)
        expected_shape = values.astype(np.int32) if values.dtype == np.int64 else values
    if is_dynamic or isinstance(expected_shape, np.ndarray):
        _check_expected(expected_shape, tensor)
    actual = tensor.shape
    if is_dynamic or not actual.is_fully_defined():
        with name_scope(f"{tensor.op.name}/", values=[tensor]):
            if not is_dynamic and len(expected_shape) < 1:
                return array_ops.reshape(tensor, [])
            with control_dependencies([_assert_shape(expected_shape, tensor)]):
                result = array_ops.identity(tensor)
            if not is_dynamic:
                result.set_shape(expected_shape)
            return result
    if not actual.is_compatible_with(expected_shape):
        if len(expected_shape) < 1 and actual.is_compatible_with([1]):
            with name_scope(f"{tensor.op.name}/", values=[tensor]):
                return array_ops.reshape(tensor, [])
        raise ValueError(f"Invalid shape for tensor {tensor.name}, expected {expected_shape}, got "
                         f"{actual}.")
    return tensor


def _check_expected(expected_shape, tensor):
    if isinstance(expected_shape, np.ndarray) and expected_shape.ndim > 1:
        raise ValueError(f"Invalid rank {expected_shape.ndim} for shape {expected_shape} expected "
                         f"of tensor {tensor.name}.")
    dtype = dtypes.as_dtype(expected_shape.dtype).base_dtype
    if dtype != dtypes.int32:
        raise ValueError(f"Invalid dtype {expected_shape.dtype} for shape {expected_shape} "
                         f"expected of tensor {tensor.name}.")


def _assert_shape(expected_shape, tensor):
    with name_scope("assert_shape", values=[tensor]) as scope:
        actual = array_ops.shape(tensor, name="actual")
        if isinstance(expected_shape, TensorShape) and not expected_shape.is_fully_defined():
            expected_shape = [size or -1 for size in expected_shape.as_list()]
        fits = _has_shape(expected_shape, tensor, actual)
        return cond_ops.Assert(fits, [f"Wrong shape for {tensor.name} [expected] [actual].",
                                      expected_shape, actual], name=scope)


def _has_shape(expected_shape, tensor, actual):
    with name_scope("is_shape", values=[tensor]) as scope:
        size = array_ops.size(expected_shape)
        with name_scope("is_rank", values=[tensor]) as rank_scope:
            expected_rank = convert_to_tensor(size, name="expected")
            rank = array_ops.rank(tensor, name="actual")
            same_rank = math_ops.equal(expected_rank, rank, name=rank_scope)
        with name_scope("shape_tensor_equal", values=[expected_shape, actual]) as equal_scope:
            same_sizes = math_ops.reduce_all(math_ops.logical_or(
                math_ops.equal(expected_shape, -1),
                math_ops.equal(expected_shape, actual, "equal"),
                name="exclude_partial_shape"), name=equal_scope)
        return math_ops.logical_and(same_rank, same_sizes, name=scope)
