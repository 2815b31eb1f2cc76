"""Segments: rows that share an id are summed, averaged, multiplied, or compared.

The kernels bring rows of one segment together (a stable sort, left out when the ids are sorted)
and reduce each run with ``ufunc.reduceat``.
"""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import check_scalar
from minitf.ops.common_shapes import (
    UNKNOWN,
    merge_dims,
    merge_shapes,
    with_rank,
    with_rank_at_least,
)
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text
from minitf.ops.type_lists import INDICES, NUMBERS, REAL_NUMBERS


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


# ---- arrays ----


def reduce_segments(ufunc, rows, ids, count, empty):
    """``result[i] = ufunc`` over the rows whose id is ``i``; ``empty`` where there are none.

    Args:
      ufunc: np.add, np.multiply, np.maximum or np.minimum.
      rows: array of shape [N, ...].
      ids: integers of shape [N] in [0, count), or negative for rows to leave out.
      count: the number of segments.
      empty: the value of a segment without rows.
    """
    result = np.full((count, *rows.shape[1:]), empty, rows.dtype)
    if ids.size and ids.min() < 0:
        rows, ids = rows[ids >= 0], ids[ids >= 0]
    if not rows.size:
        return result
    if np.any(ids[1:] < ids[:-1]):
        order = np.argsort(ids, kind="stable")
        rows, ids = rows[order], ids[order]
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
    result[ids[starts]] = ufunc.reduceat(rows, starts, axis=0, dtype=rows.dtype)
    return result


def count_segments(ids, count):
    """How many ids equal 0, 1, ..., ``count - 1``."""
    return np.bincount(ids[ids >= 0], minlength=count)


def _per_row(values, rows):
    """A vector with as many dimensions as ``rows``, to broadcast along its rows."""
    return values.reshape((-1,) + (1,) * (rows.ndim - 1)).astype(rows.dtype)


# ---- SegmentSum, SegmentMean, SegmentProd, SegmentMax, SegmentMin ----


def segment_sum(data, segment_ids, name=None):
    """Sums of the rows that share an id (TF op: SegmentSum).

    ``segment_sum([a, b, c], [0, 0, 1]) = [a + b, c]``

    Args:
      data: tensor of shape [N, ...].
      segment_ids: sorted integers of shape [N]; ids that are left out give 0.

    Raises:
      InvalidArgumentError, when run: ids that are not sorted, or not one for each row.
    """
    return SegmentSum(data, segment_ids, name=name)


def segment_mean(data, segment_ids, name=None):
    """Means of the rows that share an id, see ``segment_sum`` (TF op: SegmentMean)."""
    return SegmentMean(data, segment_ids, name=name)


def segment_prod(data, segment_ids, name=None):
    """Products of the rows that share an id, 1 for ids left out (TF op: SegmentProd)."""
    return SegmentProd(data, segment_ids, name=name)


def segment_max(data, segment_ids, name=None):
    """Maxima of the rows that share an id, 0 for ids left out (TF op: SegmentMax)."""
    return SegmentMax(data, segment_ids, name=name)


def segment_min(data, segment_ids, name=None):
    """Minima of the rows that share an id, 0 for ids left out (TF op: SegmentMin)."""
    return SegmentMin(data, segment_ids, name=name)


def _segment(name, ufunc, empty, types):
    """Declares one of the five, with its shape and kernel."""
    op_type = op(f"{name}(data: T, segment_ids: Tindices; T, Tindices) -> (output: T)", T=types,
                 Tindices=INDICES)

    @op_type.shape
    def _(data, segment_ids):
        with_rank(segment_ids.shape, 1)
        return _rows_replaced(data.shape, None)

    @op_type.kernel
    def _(data, segment_ids):
        _check_sorted(data, segment_ids)
        count = int(segment_ids[-1]) + 1 if len(segment_ids) else 0
        result = reduce_segments(ufunc, data, segment_ids, count, empty)
        if name == "SegmentMean":
            return _divided(result, np.maximum(count_segments(segment_ids, count), 1))
        return result

    return op_type


def _rows_replaced(shape, rows):
    """``shape`` with another first dimension."""
    shape = with_rank_at_least(shape, 1)
    return UNKNOWN if shape._dims is None else TensorShape._from_tuple((rows, *shape._dims[1:]))


def _check_sorted(data, ids):
    if np.ndim(ids) != 1:
        raise _invalid("segment_ids should be a vector.")
    if np.ndim(data) < 1 or len(ids) != len(data):
        raise _invalid("segment_ids should be the same size as dimension 0 of input.")
    if not len(ids):
        return
    if ids[0] < 0:
        raise _invalid(f"Segment id {ids[0]} out of range [0, {ids[-1] + 1}), possibly because "
                       "'segment_ids' input is not sorted.")
    if np.any(ids[1:] < ids[:-1]):
        raise _invalid("segment ids are not increasing")


def _divided(total, counts):
    if total.dtype.kind in "iu":
        return (total / _per_row(counts, total)).astype(total.dtype)
    return np.divide(total, _per_row(counts, total))


SegmentSum = _segment("SegmentSum", np.add, 0, NUMBERS)
SegmentMean = _segment("SegmentMean", np.add, 0, NUMBERS)
SegmentProd = _segment("SegmentProd", np.multiply, 1, NUMBERS)
SegmentMax = _segment("SegmentMax", np.maximum, 0, REAL_NUMBERS)
SegmentMin = _segment("SegmentMin", np.minimum, 0, REAL_NUMBERS)


@SegmentSum.gradient
def _(op, grad):
    return array_ops.gather(grad, op.inputs[1]), None


@SegmentMean.gradient
def _(op, grad):
    data, ids = op.inputs
    rank = array_ops.rank(data)
    ones_shape = array_ops.concat(
        [array_ops.shape(ids), array_ops.fill(array_ops.expand_dims(rank - 1, 0), 1)], 0)
    ones = array_ops.fill(ones_shape, constant(1, dtype=grad.dtype))
    scaled_grad = math_ops.divide(grad, segment_sum(ones, ids))
    return array_ops.gather(scaled_grad, ids), None


def _extremum_gradient(op, grad):
    """The elements that equal their segment's extremum share its gradient equally."""
    data, ids = op.inputs
    zeros = array_ops.zeros_like(data, dtype=data.dtype)
    gathered_outputs = array_ops.gather(op.outputs[0], ids)
    is_selected = math_ops.equal(data, gathered_outputs)
    num_selected = segment_sum(math_ops.cast(is_selected, grad.dtype), ids)
    gathered_grads = array_ops.gather(math_ops.divide(grad, num_selected), ids)
    return array_ops.where(is_selected, gathered_grads, zeros), None


SegmentMax.gradient(_extremum_gradient)
SegmentMin.gradient(_extremum_gradient)


# ---- UnsortedSegmentSum, ...Prod, ...Max, ...Min ----


def unsorted_segment_sum(data, segment_ids, num_segments, name=None):
    """Sums of the elements that share an id, in any order (TF op: UnsortedSegmentSum).

    Args:
      data: tensor of shape [N..., ...].
      segment_ids: integers of shape [N...], below ``num_segments``; elements of negative ids are
        left out.
      num_segments: the number of segments; those without elements are 0.

    Returns:
      A tensor of shape [num_segments, ...].

    Raises:
      InvalidArgumentError, when run: an id that is too large.
    """
    return UnsortedSegmentSum(data, segment_ids, num_segments, name=name)


def unsorted_segment_prod(data, segment_ids, num_segments, name=None):
    """As ``unsorted_segment_sum`` with products, 1 where there are none (UnsortedSegmentProd)."""
    return UnsortedSegmentProd(data, segment_ids, num_segments, name=name)


def unsorted_segment_max(data, segment_ids, num_segments, name=None):
    """As ``unsorted_segment_sum`` with maxima; the dtype's least where there are none."""
    return UnsortedSegmentMax(data, segment_ids, num_segments, name=name)


def unsorted_segment_min(data, segment_ids, num_segments, name=None):
    """As ``unsorted_segment_sum`` with minima; the dtype's largest where there are none."""
    return UnsortedSegmentMin(data, segment_ids, num_segments, name=name)


def _unsorted_segment(name, ufunc, empty, types):
    """Declares one of the four; ``empty(dtype)`` is the value of a segment without elements."""
    op_type = op(f"{name}(data: T, segment_ids: Tindices, num_segments: Tnumsegments; T, Tindices,"
                 " Tnumsegments: type = int32) -> (output: T)", T=types, Tindices=INDICES,
                 Tnumsegments=INDICES)
    op_type.shape(_unsorted_shape)

    @op_type.kernel
    def _(data, segment_ids, num_segments):
        check_scalar(num_segments, "num_segments should be a scalar, not shape")
        ids, count = np.asarray(segment_ids), int(num_segments)
        _check_unsorted(data, ids, count)
        rows = np.reshape(data, (ids.size, *np.shape(data)[ids.ndim:]))
        return reduce_segments(ufunc, rows, ids.ravel(), count, empty(data.dtype))

    return op_type


def _unsorted_shape(data, segment_ids, num_segments):
    data, ids = data.shape, segment_ids.shape
    with_rank(num_segments.shape, 0)
    if ids._dims is None:
        return UNKNOWN
    with_rank_at_least(data, len(ids._dims))
    for x, y in zip(data._dims or (), ids._dims):
        merge_dims(x, y)
    count = static_value(num_segments)
    if count is not None and count < 0:
        raise ValueError("Dimension size, given by scalar input 2, must be non-negative but is "
                         f"{count}")
    if data._dims is None:
        return UNKNOWN
    rows = None if count is None else int(count)
    return TensorShape._from_tuple((rows, *data._dims[len(ids._dims):]))


def _check_unsorted(data, ids, count):
    if count < 0:
        raise _invalid(f"Input num_segments == {count} must not be negative.")
    if np.shape(data)[:ids.ndim] != ids.shape:
        raise _invalid(f"data.shape = {list_text(np.shape(data))} does not start with "
                       f"segment_ids.shape = {list_text(ids.shape)}")
    if np.size(data) and ids.size and ids.max() >= count:
        place = np.argwhere(ids >= count)[0]
        raise _invalid(f"segment_ids{list_text(place)} = {ids[tuple(place)]} is out of range "
                       f"[0, {count})")


def _least(dtype):
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


def _largest(dtype):
    return np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max


UnsortedSegmentSum = _unsorted_segment("UnsortedSegmentSum", np.add, lambda dtype: 0, NUMBERS)
UnsortedSegmentProd = _unsorted_segment("UnsortedSegmentProd", np.multiply, lambda dtype: 1,
                                        NUMBERS)
UnsortedSegmentMax = _unsorted_segment("UnsortedSegmentMax", np.maximum, _least, REAL_NUMBERS)
UnsortedSegmentMin = _unsorted_segment("UnsortedSegmentMin", np.minimum, _largest, REAL_NUMBERS)


def _gather_drop_negatives(params, ids, clipped=None, is_positive=None):
    """Rows of ``params`` by ids, zeros for negative ids; with the clipped ids and the mask."""
    if clipped is None:
        clipped = math_ops.maximum(ids, array_ops.zeros_like(ids))
    gathered = array_ops.gather(params, clipped)
    if is_positive is None:
        is_positive = math_ops.greater_equal(ids, 0)
        for _ in range(gathered.shape.ndims - is_positive.shape.ndims):
            is_positive = array_ops.expand_dims(is_positive, -1)
        is_positive = is_positive & array_ops.ones_like(gathered, dtype=dtypes.bool)
    zero_slice = array_ops.zeros_like(gathered)
    return array_ops.where(is_positive, gathered, zero_slice), clipped, is_positive


@UnsortedSegmentSum.gradient
def _(op, grad):
    return _gather_drop_negatives(grad, op.inputs[1])[0], None, None


def _unsorted_extremum_gradient(op, grad):
    data, ids, num_segments = op.inputs
    gathered, clipped, is_positive = _gather_drop_negatives(op.outputs[0], ids)
    is_selected = math_ops.equal(data, gathered)
    is_selected = math_ops.logical_and(is_selected, is_positive)
    num_selected = unsorted_segment_sum(math_ops.cast(is_selected, grad.dtype), ids, num_segments)
    weighted_grads = math_ops.divide(grad, num_selected)
    gathered_grads, _, _ = _gather_drop_negatives(weighted_grads, None, clipped, is_positive)
    zeros = array_ops.zeros_like(gathered_grads)
    return array_ops.where(is_selected, gathered_grads, zeros), None, None


UnsortedSegmentMax.gradient(_unsorted_extremum_gradient)
UnsortedSegmentMin.gradient(_unsorted_extremum_gradient)


@UnsortedSegmentProd.gradient
def _(op, grad):
    """The product of the segment's other elements: by division, or, beside a zero, directly."""
    data, ids, num_segments = op.inputs
    is_zero = math_ops.equal(data, 0)
    num_zeros = unsorted_segment_sum(math_ops.cast(is_zero, dtype=dtypes.int32), ids, num_segments)
    several_zeros = math_ops.greater(num_zeros, 1)
    grad = array_ops.where(several_zeros, array_ops.zeros_like(grad), grad)
    non_zero_data = array_ops.where(is_zero, array_ops.ones_like(data), data)
    non_zero_prod = unsorted_segment_prod(non_zero_data, ids, num_segments)
    clipped = math_ops.maximum(ids, array_ops.zeros_like(ids))
    gathered_prod = array_ops.gather(op.outputs[0], clipped)
    gathered_non_zero_prod = array_ops.gather(non_zero_prod, clipped)
    divided = gathered_prod / data
    partial_derivative = array_ops.where(is_zero, gathered_non_zero_prod, divided)
    gathered_grad = _gather_drop_negatives(grad, ids, clipped)[0]
    return gathered_grad * partial_derivative, None, None


# ---- unsorted means ----


def unsorted_segment_mean(data, segment_ids, num_segments, name=None):
    """As ``unsorted_segment_sum``, divided by the number of elements of each segment."""
    with name_scope(name, "UnsortedSegmentMean"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _unsorted_counts(data, segment_ids, num_segments)
        return unsorted_segment_sum(data, segment_ids, num_segments) / counts


def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """As ``unsorted_segment_sum``, divided by the square root of each segment's element count."""
    with name_scope(name, "UnsortedSegmentSqrtN"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _unsorted_counts(data, segment_ids, num_segments)
        summed = unsorted_segment_sum(data, segment_ids, num_segments)
        return summed / math_ops.sqrt(counts)


def _unsorted_counts(data, segment_ids, num_segments):
    """The number of elements in each segment, at least 1, shaped to broadcast along the sums."""
    ids_shape = array_ops.shape_internal(segment_ids)
    ones = array_ops.ones(ids_shape, dtype=data.dtype)
    counts = unsorted_segment_sum(ones, segment_ids, num_segments)
    inner_rank = data.shape.ndims - segment_ids.shape.ndims
    counts = array_ops.reshape(counts, [num_segments] + [1] * inner_rank)
    return math_ops.maximum(counts, 1)


# ---- SparseSegmentSum, SparseSegmentMean, SparseSegmentSqrtN ----


def sparse_segment_sum(data, indices, segment_ids, name=None, num_segments=None):
    """``segment_sum(gather(data, indices), segment_ids)`` (TF op: SparseSegmentSum).

    Args:
      data: tensor of shape [N, ...].
      indices: rows of ``data``, a vector.
      segment_ids: sorted int32 of the length of ``indices``.
      num_segments: the number of rows of the result, if it is not the last id plus 1.
    """
    return _sparse_segment(SparseSegmentSum, SparseSegmentSumWithNumSegments, data, indices,
                           segment_ids, num_segments, name)


def sparse_segment_mean(data, indices, segment_ids, name=None, num_segments=None):
    """``segment_mean(gather(data, indices), segment_ids)`` (TF op: SparseSegmentMean)."""
    return _sparse_segment(SparseSegmentMean, SparseSegmentMeanWithNumSegments, data, indices,
                           segment_ids, num_segments, name)


def sparse_segment_sqrt_n(data, indices, segment_ids, name=None, num_segments=None):
    """``sparse_segment_sum`` divided by the square roots of the segments' sizes."""
    return _sparse_segment(SparseSegmentSqrtN, SparseSegmentSqrtNWithNumSegments, data, indices,
                           segment_ids, num_segments, name)


def _sparse_segment(op_type, with_num_segments, data, indices, segment_ids, num_segments, name):
    if num_segments is None:
        return op_type(data, indices, segment_ids, name=name)
    return with_num_segments(data, indices, segment_ids, num_segments, name=name)


def _scale(name, counts):
    """What the sums of a sparse segment op are divided by."""
    counts = np.maximum(counts, 1)
    return {"Sum": np.ones_like(counts), "Mean": counts, "SqrtN": np.sqrt(counts)}[name]


def _sparse_segment_ops(name, types):
    """Declares an op and its variant with a given number of segments."""
    plain = op(f"SparseSegment{name}(data: T, indices: Tidx, segment_ids: int32; T,"
               " Tidx: type = int32) -> (output: T)", T=types, Tidx=INDICES)
    counted = op(f"SparseSegment{name}WithNumSegments(data: T, indices: Tidx, segment_ids: int32,"
                 " num_segments: Tnumsegments; T, Tidx: type = int32, Tnumsegments: type = int32)"
                 " -> (output: T)", T=types, Tidx=INDICES, Tnumsegments=INDICES)

    @plain.shape
    def _(data, indices, segment_ids):
        _same_vectors(indices, segment_ids)
        return _rows_replaced(data.shape, None)

    @counted.shape
    def _(data, indices, segment_ids, num_segments):
        _same_vectors(indices, segment_ids)
        with_rank(num_segments.shape, 0)
        count = static_value(num_segments)
        if count is not None and count < 0:
            raise ValueError("Cannot specify a negative value for num_segments")
        return _rows_replaced(data.shape, None if count is None else int(count))

    @plain.kernel
    def _(data, indices, segment_ids):
        _check_vectors(indices, segment_ids)
        count = int(segment_ids[-1]) + 1 if len(segment_ids) else 0
        return _sparse_reduced(name, data, indices, segment_ids, count)

    @counted.kernel
    def _(data, indices, segment_ids, num_segments):
        _check_vectors(indices, segment_ids)
        return _sparse_reduced(name, data, indices, segment_ids, int(num_segments))

    return plain, counted


def _same_vectors(indices, segment_ids):
    merge_shapes(with_rank(indices.shape, 1), with_rank(segment_ids.shape, 1))


def _check_vectors(indices, segment_ids):
    for what, array in (("indices", indices), ("segment_ids", segment_ids)):
        if np.ndim(array) != 1:
            raise _invalid(f"{what} should be a vector.")


def _sparse_reduced(name, data, indices, ids, count):
    _check_sparse(indices, ids, len(data), count)
    total = reduce_segments(np.add, data[indices], ids, count, 0)
    if name == "Sum":
        return total
    return np.divide(total, _per_row(_scale(name, count_segments(ids, count)), total))


def _check_sparse(indices, ids, rows, count):
    if np.shape(indices) != np.shape(ids):
        raise _invalid("segment_ids and indices should have same size.")
    if np.any(ids[1:] < ids[:-1]):
        raise _invalid("segment ids are not increasing")
    if len(ids) and ids[0] < 0:
        raise _invalid("segment ids must be >= 0")
    if len(ids) and ids[-1] >= count:
        raise _invalid("segment ids must be < num_segments")
    wrong = np.flatnonzero((indices < 0) | (indices >= rows))
    if wrong.size:
        raise _invalid(f"Bad: indices[{wrong[0]}] == {indices[wrong[0]]} out of range [0, {rows})")


SparseSegmentSum, SparseSegmentSumWithNumSegments = _sparse_segment_ops("Sum", REAL_NUMBERS)
SparseSegmentMean, SparseSegmentMeanWithNumSegments = _sparse_segment_ops("Mean", "float double")
SparseSegmentSqrtN, SparseSegmentSqrtNWithNumSegments = _sparse_segment_ops("SqrtN",
                                                                            "float double")


def _sparse_segment_grad_op(name):
    """Declares the op that scatters the gradient of a mean back to the rows of the data."""
    op_type = op(f"SparseSegment{name}Grad(grad: T, indices: Tidx, segment_ids: int32,"
                 " output_dim0: int32; T, Tidx: type = int32) -> (output: T)", T="float double",
                 Tidx=INDICES)

    @op_type.shape
    def _(grad, indices, segment_ids, output_dim0):
        _same_vectors(indices, segment_ids)
        with_rank(output_dim0.shape, 0)
        rows = static_value(output_dim0)
        return _rows_replaced(grad.shape, None if rows is None else int(rows))

    @op_type.kernel
    def _(grad, indices, segment_ids, output_dim0):
        _check_sparse(indices, segment_ids, int(output_dim0), len(grad))
        scale = _scale(name, count_segments(segment_ids, len(grad)))
        shares = np.divide(grad, _per_row(scale, grad))[segment_ids]
        return reduce_segments(np.add, shares, indices, int(output_dim0), 0)

    return op_type


SparseSegmentMeanGrad = _sparse_segment_grad_op("Mean")
SparseSegmentSqrtNGrad = _sparse_segment_grad_op("SqrtN")


@SparseSegmentSum.gradient
def _(op, grad):
    data, indices, ids = op.inputs[:3]
    rows = array_ops.shape(data)[0]
    gathered = array_ops.gather(grad, ids)
    return [unsorted_segment_sum(gathered, indices, rows)] + [None] * (len(op.inputs) - 1)


SparseSegmentSumWithNumSegments.gradient(SparseSegmentSum.gradient_rule)


def _scattered_gradient(op_type):
    def rule(op, grad):
        data, indices, ids = op.inputs[:3]
        rows = array_ops.shape(data)[0]
        return [op_type(grad, indices, ids, rows)] + [None] * (len(op.inputs) - 1)

    return rule


for _op_type in (SparseSegmentMean, SparseSegmentMeanWithNumSegments):
    _op_type.gradient(_scattered_gradient(SparseSegmentMeanGrad))
for _op_type in (SparseSegmentSqrtN, SparseSegmentSqrtNWithNumSegments):
    _op_type.gradient(_scattered_gradient(SparseSegmentSqrtNGrad))
