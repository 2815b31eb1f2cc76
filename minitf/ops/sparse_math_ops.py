"""Arithmetic of sparse tensors: sums, reductions, softmax, products with dense tensors."""

import numbers

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor, is_sparse
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.arithmetic_ops import quotient_dtype
from minitf.ops.common_shapes import UNKNOWN, shape_of, with_rank
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text
from minitf.ops.reduction_ops import reduction_axes
from minitf.ops.sparse_index import (
    SPARSE_NUMBERS, SPARSE_REALS, check_parts, invalid, occurrences, row_numbers)
from minitf.ops.sparse_ops import SparseTensorDenseAdd, as_sparse_tensor
from minitf.ops.sparse_to_dense_ops import SparseToDense

# ---- dense and sparse ----


def from_dense(tensor, name=None):
    """A SparseTensor of the elements of a tensor that are not zero."""
    with name_scope(name, "dense_to_sparse"):
        tensor = convert_to_tensor(tensor)
        zero = constant(0, tensor.dtype)
        indices = array_ops.where_v2(math_ops.not_equal(tensor, zero))
        values = array_ops.gather_nd(tensor, indices)
        return SparseTensor(indices, values, array_ops.shape(tensor, out_type=dtypes.int64))


def sparse_tensor_to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The dense tensor that a SparseTensor stands for (TF op: SparseToDense).

    Args:
      sp_input: a SparseTensor.
      default_value: a scalar, what is at all other places; None: 0, or "" for strings.
      validate_indices: indices must be in row-major order, each once.
      name: the operation's name.
    """
    sp_input = as_sparse_tensor(sp_input)
    if default_value is None:
        default_value = array_ops.zeros([], dtype=sp_input.dtype)
    return SparseToDense(sp_input.indices, sp_input.dense_shape, sp_input.values, default_value,
                         validate_indices=validate_indices, name=name)


def sparse_to_indicator(sp_input, vocab_size, name=None):
    """Ids in the last dimension as a bool tensor that is true at the ids.

    Args:
      sp_input: a SparseTensor of int32 or int64 ids, [..., n].
      vocab_size: ids are below this; the size of the last dimension of the result.
      name: the name scope.
    """
    from minitf.ops.sparse_shape_ops import sparse_merge

    sp_input = as_sparse_tensor(sp_input)
    with name_scope(name, "SparseToIndicator", [sp_input]) as scope:
        count = array_ops.shape(sp_input.indices)[0]
        trues = array_ops.fill(array_ops.expand_dims(count, 0), True)
        marks = SparseTensor(sp_input.indices, trues, sp_input.dense_shape)
        merged = sparse_merge(sp_input, marks, vocab_size, scope)
        return sparse_tensor_to_dense(merged, default_value=False, validate_indices=False,
                                      name=scope)


def sparse_eye(num_rows, num_columns=None, dtype=dtypes.float32, name=None):
    """A sparse matrix with ones on its diagonal.

    Args:
      num_rows, num_columns: its size, integers or integer tensors; None: as many columns as rows.
      dtype: of the ones.
      name: the name scope.

    Raises:
      TypeError: a size is no integer.
    """
    with name_scope(name, "eye", [num_rows, num_columns]):
        num_rows = _int64(num_rows, "num_rows")
        num_columns = num_rows if num_columns is None else _int64(num_columns, "num_columns")
        size = math_ops.minimum(num_rows, num_columns)
        places = math_ops.range(size, dtype=dtypes.int64)
        return SparseTensor(array_ops.stack([places, places], axis=1),
                            array_ops.ones(size, dtype=dtype), [num_rows, num_columns])


def _int64(value, name):
    if isinstance(value, numbers.Integral):
        return convert_to_tensor(value, name=name, dtype=dtypes.int64)
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be an integer value")
    return value if value.dtype == dtypes.int64 else math_ops.cast(value, dtypes.int64)


# ---- SparseAdd ----


def sparse_add(a, b, threshold=None, thresh=None):
    """The sum of two tensors, one of which is sparse at least.

    Args:
      a, b: SparseTensors (TF op: SparseAdd), or one of them a tensor (SparseTensorDenseAdd), of one
        dtype and shape.
      threshold: sums of two elements whose absolute value is below this are left out; 0 keeps all.
      thresh: ``threshold`` under its older name.

    Returns:
      A SparseTensor if both are sparse, else a tensor.

    Raises:
      TypeError: neither is sparse.
    """
    threshold = renamed_argument("threshold", threshold, "thresh", thresh)
    threshold = 0 if threshold is None else threshold
    if not is_sparse(a) and not is_sparse(b):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if not (is_sparse(a) and is_sparse(b)):
        if is_sparse(b):
            a, b = b, a
        return SparseTensorDenseAdd(a.indices, a.values, a.dense_shape, b)
    a, b = as_sparse_tensor(a), as_sparse_tensor(b)
    threshold = convert_to_tensor(threshold, dtype=a.values.dtype.real_dtype.base_dtype,
                                  name="threshold")
    indices, values, shape = SparseAdd(a.indices, a.values, a.dense_shape, b.indices, b.values,
                                       b.dense_shape, threshold)
    a.shape.assert_is_compatible_with(b.shape)
    known = array_ops.broadcast_static_shape(a.shape, b.shape)
    return SparseTensor(indices, values,
                        known.as_list() if known.is_fully_defined() else shape)


SparseAdd = op(
    "SparseAdd(a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T,"
    " b_shape: int64, thresh: Treal; T, Treal) -> (sum_indices: int64, sum_values: T,"
    " sum_shape: int64)", T=SPARSE_NUMBERS, Treal=SPARSE_REALS).view()


@SparseAdd.shape
def _(a_shape):
    shape = with_rank(a_shape.shape, 1)
    return [shape_of([None, shape._dims[0]]), shape_of([None]), shape]


@SparseAdd.kernel
def _(a_indices, a_values, a_shape, b_indices, b_values, b_shape, thresh):
    _check_same_shapes(a_indices, a_values, a_shape, b_indices, b_values, b_shape)
    if np.ndim(thresh):
        raise invalid("The magnitude threshold must be a scalar: got shape "
                      f"{list_text(np.shape(thresh))}")
    indices, of_a, of_b = _united(a_indices, b_indices)
    values = np.zeros(len(indices), np.asarray(a_values).dtype)
    values[of_a] += a_values
    values[of_b] += b_values
    alone = np.ones(len(indices), bool)
    alone[np.intersect1d(of_a, of_b)] = False
    kept = alone | (np.abs(values) >= thresh)
    return indices[kept], values[kept], np.asarray(a_shape)


def _united(a, b):
    """The rows of two index matrices in order, each as often as in the matrix that has it oftener.

    Returns:
      (rows, where those of ``a`` are, where those of ``b`` are).
    """
    a, b = np.asarray(a), np.asarray(b)
    number_a, number_b = row_numbers(a, b)
    keys = np.concatenate([np.stack([number_a, occurrences(number_a)], axis=1),
                           np.stack([number_b, occurrences(number_b)], axis=1)])
    place, = row_numbers(keys)
    rows = np.empty((int(place.max()) + 1 if len(place) else 0, a.shape[1]), np.int64)
    rows[place] = np.concatenate([a, b])
    return rows, place[:len(a)], place[len(a):]


def _check_same_shapes(a_indices, a_values, a_shape, b_indices, b_values, b_shape):
    check_parts(a_indices, a_values, a_shape)
    check_parts(b_indices, b_values, b_shape)
    a_dims, b_dims = np.asarray(a_shape).tolist(), np.asarray(b_shape).tolist()
    if len(a_dims) != len(b_dims):
        raise invalid("Operands do not have the same ranks; got shapes: "
                      f"{list_text(a_dims)} and {list_text(b_dims)}")
    for i, (x, y) in enumerate(zip(a_dims, b_dims)):
        if x != y:
            raise invalid(f"Operands' shapes do not match: got {x} and {y} for dimension {i}")


@SparseAdd.gradient
def _(op, *grads):
    a_grad, b_grad = SparseAddGrad(grads[1], op.inputs[0], op.inputs[3], op.outputs[0])
    a_grad.set_shape(op.inputs[1].shape)
    b_grad.set_shape(op.inputs[4].shape)
    return None, a_grad, None, None, b_grad, None, None


SparseAddGrad = op(
    "SparseAddGrad(backprop_val_grad: T, a_indices: int64, b_indices: int64, sum_indices: int64; T)"
    " -> (a_val_grad: T, b_val_grad: T)", T=SPARSE_NUMBERS).not_differentiable()


@SparseAddGrad.shape
def _(a_indices, b_indices):
    return [shape_of([with_rank(indices.shape, 2)._dims[0]]) for indices in (a_indices, b_indices)]


@SparseAddGrad.kernel
def _(backprop_val_grad, a_indices, b_indices, sum_indices):
    return [_taken(backprop_val_grad, indices, sum_indices) for indices in (a_indices, b_indices)]


def _taken(values, wanted, indices):
    """The values at wanted rows of an index matrix, 0 where it does not have them."""
    values = np.asarray(values)
    number, known = row_numbers(wanted, indices)
    place = np.full(max(number.max(initial=-1), known.max(initial=-1)) + 1, len(values))
    place[known] = np.arange(len(values))
    return np.append(values, values.dtype.type(0))[place[number]]


# ---- SparseSparseMaximum, SparseSparseMinimum ----


def sparse_maximum(sp_a, sp_b, name=None):
    """The larger of two SparseTensors' elements, 0 where one has none (TF: SparseSparseMaximum)."""
    return _extremum(SparseSparseMaximum, sp_a, sp_b, name)


def sparse_minimum(sp_a, sp_b, name=None):
    """The smaller of two SparseTensors' elements, 0 where one has none (TF: SparseSparseMinimum).
    """
    return _extremum(SparseSparseMinimum, sp_a, sp_b, name)


def _extremum(op_type, sp_a, sp_b, name):
    with name_scope(name, op_type.name, [sp_a.indices, sp_a.values, sp_b.indices,
                                         sp_b.values]) as scope:
        indices, values = op_type(sp_a.indices, sp_a.values, sp_a.dense_shape, sp_b.indices,
                                  sp_b.values, sp_b.dense_shape, name=scope)
    return SparseTensor(indices, values, sp_a.dense_shape)


_EXTREMUM = ("(a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T,"
             " b_shape: int64; T) -> (output_indices: int64, output_values: T)")
SparseSparseMaximum = op("SparseSparseMaximum" + _EXTREMUM, T=SPARSE_REALS)
SparseSparseMinimum = op("SparseSparseMinimum" + _EXTREMUM, T=SPARSE_NUMBERS)


def _declare_extremum(op_type, ufunc):
    @op_type.shape
    def _():
        return [shape_of([None, None]), shape_of([None])]

    @op_type.kernel
    def _(a_indices, a_values, a_shape, b_indices, b_values, b_shape):
        _check_same_shapes(a_indices, a_values, a_shape, b_indices, b_values, b_shape)
        indices, of_a, of_b = _united(a_indices, b_indices)
        a, b = np.zeros((2, len(indices)), np.asarray(a_values).dtype)
        a[of_a], b[of_b] = a_values, b_values
        return indices, ufunc(a, b)

    @op_type.gradient
    def _(op, grad):
        # As in TensorFlow, where the rule takes one gradient of two and so fails by a TypeError.
        raise NotImplementedError(f"Gradient for {op.type} is currently not implemented yet.")


_declare_extremum(SparseSparseMaximum, np.maximum)
_declare_extremum(SparseSparseMinimum, np.minimum)


# ---- SparseReduceSum, SparseReduceMax ----


def sparse_reduce_sum(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None):
    """Sums of a SparseTensor over axes, a dense tensor (TF op: SparseReduceSum).

    Args:
      sp_input: a SparseTensor.
      axis: an axis or a list, negative from the end; None: all.
      keepdims: keep the reduced dimensions, with length 1.
      reduction_axes, keep_dims: the same under their older names.
    """
    return _reduce(SparseReduceSum, sp_input, axis, keepdims, reduction_axes, keep_dims)


def sparse_reduce_max(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None):
    """The largest of the elements that are there, over axes; 0 where there are none.

    Arguments are those of sparse_reduce_sum (TF op: SparseReduceMax).
    """
    return _reduce(SparseReduceMax, sp_input, axis, keepdims, reduction_axes, keep_dims)


def sparse_reduce_sum_sparse(sp_input, axis=None, keepdims=None, reduction_axes=None,
                             keep_dims=None):
    """sparse_reduce_sum with a SparseTensor as its result (TF op: SparseReduceSumSparse)."""
    return SparseTensor(*_reduce(SparseReduceSumSparse, sp_input, axis, keepdims, reduction_axes,
                                 keep_dims))


def sparse_reduce_max_sparse(sp_input, axis=None, keepdims=None, reduction_axes=None,
                             keep_dims=None):
    """sparse_reduce_max with a SparseTensor as its result (TF op: SparseReduceMaxSparse)."""
    return SparseTensor(*_reduce(SparseReduceMaxSparse, sp_input, axis, keepdims, reduction_axes,
                                 keep_dims))


def _reduce(op_type, sp_input, axis, keepdims, axes, keep_dims):
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    if axes is not None:
        if axis is not None:
            raise ValueError("Can't specify both 'axis' and 'reduction_indices'.")
        axis = axes
    return op_type(sp_input.indices, sp_input.values, sp_input.dense_shape,
                   reduction_axes(sp_input, axis), keep_dims=bool(keepdims))


_REDUCE = ("(input_indices: int64, input_values: T, input_shape: int64, reduction_axes: int32;"
           " keep_dims: bool = False, T) -> ")
_SPARSE_RESULT = "(output_indices: int64, output_values: T, output_shape: int64)"
SparseReduceSum = op(f"SparseReduceSum{_REDUCE}(output: T)", T=SPARSE_NUMBERS)
SparseReduceMax = op(f"SparseReduceMax{_REDUCE}(output: T)", T=SPARSE_REALS)
SparseReduceSumSparse = op(f"SparseReduceSumSparse{_REDUCE}{_SPARSE_RESULT}", T=SPARSE_NUMBERS)
SparseReduceMaxSparse = op(f"SparseReduceMaxSparse{_REDUCE}{_SPARSE_RESULT}", T=SPARSE_REALS)


def _reduced_groups(indices, values, shape, axes, keep_dims, ufunc):
    """(index matrix of the groups that have elements, their results, the reduced shape)"""
    indices, values = np.asarray(indices), np.asarray(values)
    shape = np.asarray(shape).tolist()
    reduced = set()
    for axis in np.ravel(axes).tolist():
        if not -len(shape) <= axis < len(shape):
            raise invalid(f"Invalid reduction dimension {axis}, for input with {len(shape)} "
                          "dimensions.")
        reduced.add(axis % len(shape))
    kept = [i for i in range(len(shape)) if i not in reduced]
    number, = row_numbers(indices[:, kept])
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=-1))
    results = ufunc.reduceat(values[order], starts) if len(starts) else values[:0]
    groups = indices[order][starts]
    if keep_dims:
        groups[:, sorted(reduced)] = 0
        return groups, results, [1 if i in reduced else n for i, n in enumerate(shape)]
    return groups[:, kept], results, [shape[i] for i in kept]


def _declare_reduction(dense, sparse, ufunc):
    @dense.shape
    def _(input_shape, reduction_axes, keep_dims):
        shape, axes = static_value(input_shape), static_value(reduction_axes)
        if shape is None or axes is None:
            return UNKNOWN
        reduced = {int(axis) % len(shape) for axis in np.ravel(axes)}
        return shape_of([1 if i in reduced else int(dim) for i, dim in enumerate(shape)
                         if keep_dims or i not in reduced])

    @dense.kernel
    def _(input_indices, input_values, input_shape, reduction_axes, keep_dims):
        groups, results, shape = _reduced_groups(input_indices, input_values, input_shape,
                                                 reduction_axes, keep_dims, ufunc)
        output = np.zeros(shape, results.dtype)
        output[tuple(groups.T)] = results if output.ndim else results.sum(dtype=results.dtype)
        return output

    @sparse.shape
    def _():
        return [UNKNOWN] * 3

    @sparse.kernel
    def _(input_indices, input_values, input_shape, reduction_axes, keep_dims):
        groups, results, shape = _reduced_groups(input_indices, input_values, input_shape,
                                                 reduction_axes, keep_dims, ufunc)
        return groups, results, np.array(shape, np.int64)


_declare_reduction(SparseReduceSum, SparseReduceSumSparse, np.add)
_declare_reduction(SparseReduceMax, SparseReduceMaxSparse, np.maximum)


@SparseReduceSum.gradient
def _(op, grad):
    indices, _, shape, axes = op.inputs
    kept_dims = math_ops.reduced_shape(shape, axes)
    grad = array_ops.reshape(grad, kept_dims)
    scale = shape // math_ops.cast(kept_dims, dtypes.int64)
    return None, array_ops.gather_nd(grad, indices // scale), None, None


# ---- SparseDenseCwiseAdd, SparseDenseCwiseMul, SparseDenseCwiseDiv ----

_CWISE = ("(sp_indices: int64, sp_values: T, sp_shape: int64, dense: T; T) -> (output: T)")
SparseDenseCwiseAdd = op("SparseDenseCwiseAdd" + _CWISE, T=SPARSE_NUMBERS)
SparseDenseCwiseMul = op("SparseDenseCwiseMul" + _CWISE, T=SPARSE_NUMBERS)
SparseDenseCwiseDiv = op("SparseDenseCwiseDiv" + _CWISE, T=SPARSE_NUMBERS)


def sparse_dense_cwise_add(sp_t, dense_t):
    """Dense elements added to those that a SparseTensor has (TF op: SparseDenseCwiseAdd)."""
    values = SparseDenseCwiseAdd(sp_t.indices, sp_t.values, sp_t.dense_shape, dense_t)
    return SparseTensor(sp_t.indices, values, sp_t.dense_shape)


def _declare_cwise(op_type, function):
    @op_type.shape
    def _(sp_indices):
        return shape_of([with_rank(sp_indices.shape, 2)._dims[0]])

    @op_type.kernel
    def _(sp_indices, sp_values, sp_shape, dense):
        check_parts(sp_indices, sp_values, sp_shape)
        shape, dense = np.asarray(sp_shape).tolist(), np.asarray(dense)
        _check_broadcasts(dense.shape, shape)
        places = tuple(np.asarray(sp_indices).T)
        values = np.asarray(sp_values)
        return function(values, np.broadcast_to(dense, shape)[places]).astype(values.dtype,
                                                                              copy=False)


def _check_broadcasts(dense, sparse):
    """Raises for a dense shape that does not broadcast to the sparse one."""
    behind = sparse[len(sparse) - len(dense):] if len(dense) <= len(sparse) else None
    if behind is None or any(x not in (1, y) for x, y in zip(dense, behind)):
        raise invalid("SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible "
                      f"shapes: {list_text(sparse)} vs. {list_text(dense)}")


def _divided(x, y):
    """``x / y``; integers are divided towards zero."""
    if x.dtype.kind not in "iu":
        return np.divide(x, y)
    if not np.all(y):
        raise invalid("Integer division by zero")
    quotient = np.floor_divide(x, y)
    return quotient + ((quotient < 0) & (quotient * y != x))


_declare_cwise(SparseDenseCwiseAdd, np.add)
_declare_cwise(SparseDenseCwiseMul, np.multiply)
_declare_cwise(SparseDenseCwiseDiv, _divided)


@SparseDenseCwiseAdd.gradient
def _(op, grad):
    raise NotImplementedError(
        "Gradient for SparseDenseCwiseAdd is currently not implemented yet.")


@SparseDenseCwiseMul.gradient
def _(op, grad):
    places, dense_shape, others = _dense_elements(op)
    return (None, grad * others, None,
            _scattered(op.inputs[3], places, grad * op.inputs[1], dense_shape))


@SparseDenseCwiseDiv.gradient
def _(op, grad):
    places, dense_shape, others = _dense_elements(op)
    values_grad = grad / others
    places_grad = grad * (-op.inputs[1] / math_ops.square(others))
    return None, values_grad, None, _scattered(op.inputs[3], places, places_grad, dense_shape)


def _dense_elements(op):
    """Where in the dense operand each sparse element's partner is, that shape, the partners."""
    indices, _, shape, dense = op.inputs
    dense_shape = math_ops.cast(array_ops.shape(dense), dtypes.int64)
    added = array_ops.expand_dims(array_ops.size(shape) - array_ops.size(dense_shape), 0)
    full_shape = array_ops.concat([array_ops.ones(added, dtypes.int64), dense_shape], 0)
    places = indices // (shape // full_shape)
    places = array_ops.slice(places, array_ops.concat([[0], added], 0), [-1, -1])
    return places, dense_shape, array_ops.gather_nd(dense, places)


def _scattered(dense, places, values, shape):
    return sparse_add(array_ops.zeros_like(dense), SparseTensor(places, values, shape))


# ---- SparseSoftmax ----


def sparse_softmax(sp_input, name=None):
    """The softmax over the elements that each row of the last dimension has (TF: SparseSoftmax).

    Args:
      sp_input: a SparseTensor of rank 2 or more, with indices in row-major order.
      name: the name scope.
    """
    with name_scope(name, "SparseSoftmax", [sp_input.indices, sp_input.values]):
        values = SparseSoftmax(sp_input.indices, sp_input.values, sp_input.dense_shape)
        return SparseTensor(sp_input.indices, values, sp_input.dense_shape)


SparseSoftmax = op("SparseSoftmax(sp_indices: int64, sp_values: T, sp_shape: int64; T)"
                   " -> (output: T)", T="float double")


@SparseSoftmax.shape
def _(sp_indices, sp_values, sp_shape):
    with_rank(sp_indices.shape, 2)
    with_rank(sp_shape.shape, 1)
    return with_rank(sp_values.shape, 1)


@SparseSoftmax.kernel
def _(sp_indices, sp_values, sp_shape):
    check_parts(sp_indices, sp_values, sp_shape)
    if len(sp_shape) < 2:
        raise invalid("Input should have rank >= 2, but received shape: "
                      f"{list_text(np.asarray(sp_shape).tolist())}")
    values = np.asarray(sp_values)
    row, = row_numbers(np.asarray(sp_indices)[:, :-1])
    largest = np.full(row.max(initial=-1) + 1, -np.inf, values.dtype)
    np.maximum.at(largest, row, values)
    exponentials = np.exp(values - largest[row])
    sums = np.zeros_like(largest)
    np.add.at(sums, row, exponentials)
    return exponentials / sums[row]


@SparseSoftmax.gradient
def _(op, grad):
    indices, _, shape = op.inputs
    output = SparseTensor(indices, op.outputs[0], shape)
    sp_grad = SparseTensor(indices, grad, shape)
    product = SparseTensor(indices, output.values * sp_grad.values, shape)
    row_sums = -sparse_reduce_sum(product, [-1], keepdims=True)
    return None, sparse_dense_cwise_add(sp_grad, row_sums).values * output.values, None


# ---- operators of SparseTensor ----


def _sparse_dense_truediv(indices, values, shape, dense, name=None):
    with name_scope(name, "truediv", [indices, values, shape, dense]) as scope:
        values = convert_to_tensor(values, name="sp_values")
        dense = convert_to_tensor(dense, name="y")
        dtype = quotient_dtype(values.dtype.base_dtype, dense.dtype.base_dtype)
        if dtype is not None:
            values, dense = math_ops.cast(values, dtype), math_ops.cast(dense, dtype)
        return SparseDenseCwiseDiv(indices, values, shape, dense, name=scope)


def _operator(name, function):
    """``sparse __name__ dense``: a SparseTensor of the same places."""
    def operator(sp_x, y):
        with name_scope(None, name, [sp_x, y]) as scope:
            y = convert_to_tensor(y, dtype=sp_x.dtype.base_dtype, name="y")
            values = function(sp_x.indices, sp_x.values, sp_x.dense_shape, y, name=scope)
            return SparseTensor(sp_x.indices, values, sp_x.dense_shape)

    SparseTensor._override_operator(f"__{name}__", operator)


_operator("div", SparseDenseCwiseDiv)
_operator("truediv", _sparse_dense_truediv)
_operator("mul", SparseDenseCwiseMul)
