"""Sparse tensors added to, and multiplied with, dense ones, and cut."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor, SparseTensorValue
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import shape_of, with_rank
from minitf.ops.elementwise import list_text

_SPARSE_NUMBERS = ("float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 "
                   "bfloat16 uint16 complex128 half uint32 uint64")


def as_sparse_tensor(value):
    """A SparseTensor from one, or from a SparseTensorValue.

    Raises:
      TypeError: it is neither.
    """
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError("Input must be a SparseTensor.")
    return value


# ---- SparseTensorDenseAdd ----

SparseTensorDenseAdd = op(
    "SparseTensorDenseAdd(a_indices: Tindices, a_values: T, a_shape: Tindices, b: T; T, Tindices)"
    " -> (output: T)", T=_SPARSE_NUMBERS, Tindices="int32 int64")


@SparseTensorDenseAdd.shape
def _(b):
    return b.shape


@SparseTensorDenseAdd.kernel
def _(a_indices, a_values, a_shape, b):
    b, indices = np.asarray(b), np.asarray(a_indices)
    if np.ndim(a_values) != 1 or np.ndim(a_shape) != 1:
        raise ValueError("Inputs a_values and a_shape should be vectors but received shapes: "
                         f"{list_text(np.shape(a_values))} and {list_text(np.shape(a_shape))}")
    shape = np.asarray(a_shape).tolist()
    if len(shape) != b.ndim:
        raise errors.InvalidArgumentError(
            None, None, f"Two operands have different ndims; received: {len(shape)} and {b.ndim}")
    for i, (ours, theirs) in enumerate(zip(shape, b.shape)):
        if ours != theirs:
            raise errors.InvalidArgumentError(
                None, None, f"Dimension {i} does not equal (no broadcasting is supported): sparse "
                            f"side {ours} vs dense side {theirs}")
    if ((indices < 0) | (indices >= b.shape)).any():
        raise errors.InvalidArgumentError(
            None, None, "Sparse tensor has some invalid index on dimension 0; dense_shape "
                        f"{shape}")
    result = b.copy()
    np.add.at(result, tuple(indices.T), a_values)
    return result


@SparseTensorDenseAdd.gradient
def _(op, grad):
    return None, array_ops.gather_nd(grad, op.inputs[0]), None, grad


# ---- SparseTensorDenseMatMul ----


def sparse_tensor_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """The product of a sparse and a dense matrix (TF op: SparseTensorDenseMatMul).

    Args:
      sp_a: a SparseTensor of rank 2.
      b: a dense matrix of its dtype.
      adjoint_a, adjoint_b: take the adjoint (the transpose, for real numbers) of the matrix.
      name: the name scope.
    """
    sp_a = as_sparse_tensor(sp_a)
    with name_scope(name, "SparseTensorDenseMatMul", [sp_a.indices, sp_a.values, b]):
        b = convert_to_tensor(b, name="b")
        return SparseTensorDenseMatMul(sp_a.indices, sp_a.values, sp_a.dense_shape, b,
                                       adjoint_a=adjoint_a, adjoint_b=adjoint_b)


SparseTensorDenseMatMul = op(
    "SparseTensorDenseMatMul(a_indices: Tindices, a_values: T, a_shape: int64, b: T; T,"
    " Tindices: type = int64, adjoint_a: bool = False, adjoint_b: bool = False) -> (product: T)",
    Tindices="int32 int64")


@SparseTensorDenseMatMul.shape
def _(a_indices, a_values, a_shape, b, adjoint_a, adjoint_b):
    from minitf.framework.constant_folding import static_shape

    with_rank(a_indices.shape, 2)
    with_rank(a_values.shape, 1)
    a = with_rank(static_shape(a_shape), 2)._dims
    b_dims = with_rank(b.shape, 2)._dims
    outer, inner = (a[1], a[0]) if adjoint_a else a
    inner_b, outer_b = (b_dims[1], b_dims[0]) if adjoint_b else b_dims
    if None not in (inner, inner_b) and inner != inner_b:
        raise ValueError(f"Dimensions must be equal, but are {inner_b} and {inner}")
    return shape_of([outer, outer_b])


@SparseTensorDenseMatMul.kernel
def _(a_indices, a_values, a_shape, b, adjoint_a, adjoint_b):
    rows, columns = np.asarray(a_indices).T
    values, b = np.asarray(a_values), np.asarray(b)
    shape = np.asarray(a_shape).tolist()
    if adjoint_a:
        rows, columns, values, shape = columns, rows, np.conj(values), shape[::-1]
    if adjoint_b:
        b = np.conj(b.T)
    if shape[1] != b.shape[0]:
        raise errors.InvalidArgumentError(
            None, None, f"Cannot multiply A and B because inner dimension does not match: "
                        f"{shape[1]} vs. {b.shape[0]}.  Did you forget a transpose?  "
                        f"Dimensions of A: [{shape[0]}, {shape[1]}).  "
                        f"Dimensions of B: [{b.shape[0]},{b.shape[1]}]")
    result = np.zeros((shape[0], b.shape[1]), dtype=b.dtype)
    np.add.at(result, rows, values[:, None] * b[columns])
    return result


@SparseTensorDenseMatMul.gradient
def _(op, grad):
    a_indices, a_values, a_shape, b = op.inputs
    adjoint_a, adjoint_b = op._attrs["adjoint_a"], op._attrs["adjoint_b"]
    if a_values.dtype.is_complex:
        raise NotImplementedError(
            "SparseTensorDenseMatMul op does not support complex gradients.")
    b_grad = SparseTensorDenseMatMul(a_indices, a_values, a_shape, grad, adjoint_a=not adjoint_a)
    if adjoint_b:
        b_grad = array_ops.transpose(b_grad)
    rows, columns = a_indices[:, 0], a_indices[:, 1]
    parts_a = array_ops.gather(grad, columns if adjoint_a else rows)
    parts_b = array_ops.gather(array_ops.transpose(b) if adjoint_b else b,
                               rows if adjoint_a else columns)
    return None, math_ops.reduce_sum(parts_a * parts_b, axis=1), None, b_grad


# ---- SparseSlice ----


def sparse_slice(sp_input, start, size, name=None):
    """The part of a SparseTensor that begins at ``start`` and has the shape ``size`` at most.

    Args:
      sp_input: a SparseTensor.
      start, size: int64 vectors.
      name: the operation's name (TF op: SparseSlice).
    """
    sp_input = as_sparse_tensor(sp_input)
    start = convert_to_tensor(start, dtypes.int64)
    size = convert_to_tensor(size, dtypes.int64)
    with name_scope(name, "SparseSlice", [sp_input]) as scope:
        return SparseTensor(*SparseSlice(sp_input.indices, sp_input.values, sp_input.dense_shape,
                                         start, size, name=scope))


SparseSlice = op("SparseSlice(indices: int64, values: T, shape: int64, start: int64, size: int64; "
                 "T) -> (output_indices: int64, output_values: T, output_shape: int64)")


@SparseSlice.shape
def _(shape):
    with_rank(shape.shape, 1)
    return [shape_of([None, shape.shape._dims and shape.shape._dims[0]]), shape_of([None]),
            shape.shape]


@SparseSlice.kernel
def _(indices, values, shape, start, size):
    inside = ((indices >= start) & (indices < np.add(start, size))).all(axis=1)
    left = np.maximum(np.minimum(size, np.subtract(shape, start)), 0)
    return np.subtract(indices[inside], start), np.asarray(values)[inside], left


@SparseSlice.gradient
def _(op, *grads):
    values_grad = SparseSliceGrad(grads[1], op.inputs[0], op.inputs[3], op.outputs[0])
    values_grad.set_shape(op.inputs[1].shape)
    return None, values_grad, None, None, None


SparseSliceGrad = op(
    "SparseSliceGrad(backprop_val_grad: T, input_indices: int64, input_start: int64,"
    " output_indices: int64; T) -> (val_grad: T)", T=_SPARSE_NUMBERS)


@SparseSliceGrad.shape
def _(input_indices):
    with_rank(input_indices.shape, 2)
    return shape_of([input_indices.shape._dims and input_indices.shape._dims[0]])


@SparseSliceGrad.kernel
def _(backprop_val_grad, input_indices, input_start, output_indices):
    grad = np.zeros(len(input_indices), dtype=backprop_val_grad.dtype)
    places = {tuple(index): i for i, index in enumerate(input_indices.tolist())}
    cut = np.add(output_indices, input_start).tolist()
    grad[[places[tuple(index)] for index in cut]] = backprop_val_grad
    return grad
