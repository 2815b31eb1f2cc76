"""Sparse tensors in another order or shape: reordered, reshaped, joined, split, transposed."""

import numbers

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import (
    constant_value, constant_value_as_shape, static_value)
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor, is_sparse
from minitf.ops import array_ops, check_ops, control_flow_ops, math_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import (
    add_dims, merge_dims, merge_shapes, shape_of, with_rank)
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text
from minitf.ops.sparse_index import (
    check_in_bounds, check_parts, invalid, row_order, sparse_parts)
from minitf.ops.sparse_ops import as_sparse_tensor

# ---- SparseReorder ----


def sparse_reorder(sp_input, name=None):
    """The same SparseTensor with indices in row-major order (TF op: SparseReorder)."""
    sp_input = as_sparse_tensor(sp_input)
    indices, values = SparseReorder(sp_input.indices, sp_input.values, sp_input.dense_shape,
                                    name=name)
    if sp_input.shape.is_fully_defined():
        dense_shape = sp_input.shape.as_list()
    else:
        dense_shape = array_ops.identity(sp_input.dense_shape)
    return SparseTensor(indices, values, dense_shape)


SparseReorder = op("SparseReorder(input_indices: int64, input_values: T, input_shape: int64; T)"
                   " -> (output_indices: int64, output_values: T)")


@SparseReorder.shape
def _(input_indices, input_values, input_shape):
    with_rank(input_shape.shape, 1)
    return [with_rank(input_indices.shape, 2), with_rank(input_values.shape, 1)]


@SparseReorder.kernel
def _(input_indices, input_values, input_shape):
    check_parts(input_indices, input_values, input_shape)
    order = row_order(input_indices)
    return np.asarray(input_indices)[order], np.asarray(input_values)[order]


@SparseReorder.gradient
def _(op, *grads):
    indices, _, shape = op.inputs
    # Sorting the numbers of the entries tells where each of them has gone.
    places = math_ops.range(array_ops.shape(indices)[0])
    ordered = sparse_reorder(SparseTensor(indices, places, shape))
    return None, array_ops.gather(grads[1], array_ops.invert_permutation(ordered.values)), None


# ---- SparseReshape ----


def sparse_reshape(sp_input, shape, name=None):
    """A SparseTensor with the same elements, in row-major order, in another dense shape.

    Args:
      sp_input: a SparseTensor.
      shape: the new dense shape, an integer vector; one dimension may be -1 for what is left.
      name: the operation's name (TF op: SparseReshape).

    Raises:
      ValueError: two dimensions are -1, or the number of elements is another.
    """
    sp_input = as_sparse_tensor(sp_input)
    shape = math_ops.cast(shape, dtypes.int64)
    with name_scope(name, "SparseReshape", [sp_input]) as scope:
        indices, new_shape = SparseReshape(sp_input.indices, sp_input.dense_shape, shape,
                                           name=scope)
        known = _known_new_shape(sp_input.shape, shape)
        if known is not None:
            new_shape = constant(known, dtype=dtypes.int64)
        return SparseTensor(indices, array_ops.identity(sp_input.values), new_shape)


def _known_new_shape(old, shape):
    """The dimensions of the reshaped tensor, or None when they are not all known."""
    requested = constant_value_as_shape(shape)._dims
    if requested is None or not old.is_fully_defined():
        return None
    given = constant_value(shape)
    if given is not None and (given == -1).sum() > 1:
        raise ValueError(f"At most one dimension can be inferred (-1). Found: {given}")
    if requested.count(None) > 1:
        return None
    elements = int(np.prod(old._dims))
    dims = list(requested)
    if None in dims:
        rest = int(np.prod([dim for dim in dims if dim is not None]))
        dims[dims.index(None)] = elements // rest
    if np.prod(dims) != elements:
        raise ValueError(f"Cannot reshape a tensor with {elements} elements to shape "
                         f"{list(requested)} ({int(np.prod(dims))} elements).")
    return dims


SparseReshape = op(
    "SparseReshape(input_indices: int64, input_shape: int64, new_shape: int64)"
    " -> (output_indices: int64, output_shape: int64)").not_differentiable()


@SparseReshape.shape
def _(input_indices, input_shape, new_shape):
    count = with_rank(input_indices.shape, 2)._dims[0]
    with_rank(input_shape.shape, 1)
    rank = with_rank(new_shape.shape, 1)._dims[0]
    return [shape_of([count, rank]), shape_of([rank])]


@SparseReshape.kernel
def _(input_indices, input_shape, new_shape):
    if np.ndim(input_indices) != 2:
        raise invalid("Input indices should be a matrix but received shape "
                      f"{list_text(np.shape(input_indices))}")
    if np.ndim(input_shape) != 1:
        raise invalid("Input shape should be a vector but received shape "
                      f"{list_text(np.shape(input_shape))}")
    if np.ndim(new_shape) != 1:
        raise invalid("Target shape should be a vector but received shape "
                      f"{list_text(np.shape(new_shape))}")
    old = np.asarray(input_shape)
    new = _filled_in(old.tolist(), np.asarray(new_shape).tolist())
    flat = np.asarray(input_indices) @ _strides(old)
    indices = np.empty((len(flat), len(new)), np.int64)
    for i, stride in enumerate(_strides(new)):
        indices[:, i], flat = np.divmod(flat, max(int(stride), 1))
    return indices, np.array(new, np.int64)


def _strides(shape):
    """How many elements a step along each dimension passes."""
    return np.cumprod(np.append(shape[1:], [1])[::-1].astype(np.int64))[::-1][:len(shape)]


def _filled_in(old, new):
    """The new dimensions, with -1 replaced by what the number of elements says."""
    free = None
    for i, dim in enumerate(new):
        if dim == -1:
            if free is not None:
                raise invalid(f"only one output dimension may be -1, not both {free} and {i}")
            free = i
        elif dim < 0:
            raise invalid(f"size {i} must be non-negative, not {dim}")
    elements = int(np.prod(old, dtype=np.int64))
    rest = int(np.prod([dim for dim in new if dim != -1], dtype=np.int64))
    if free is not None:
        if rest <= 0:
            raise invalid("reshape cannot infer the missing input size for an empty tensor unless "
                          "all specified input sizes are non-zero")
        new = new[:free] + [elements // rest] + new[free + 1:]
        if elements % rest:
            raise invalid(f"Input to reshape is a SparseTensor with {elements} dense values, but "
                          f"the requested shape requires a multiple of {rest}. "
                          f"input_shape={list_text(old)} output_shape= {list_text(new)}")
    elif rest != elements:
        raise invalid(f"Input to reshape is a tensor with {elements} dense values, but the "
                      f"requested shape has {rest}. input_shape={list_text(old)} "
                      f"output_shape={list_text(new)}")
    return new


# ---- SparseConcat ----


def sparse_concat(axis, sp_inputs, name=None, expand_nonconcat_dim=False, concat_dim=None,
                  expand_nonconcat_dims=None):
    """SparseTensors joined along an axis, in row-major order (TF op: SparseConcat).

    Args:
      axis: the dimension, from the front or (negative) from the end.
      sp_inputs: a list of SparseTensors of one rank with indices in row-major order.
      name: the operation's name.
      expand_nonconcat_dim: make the other dimensions as large as the largest; otherwise they must
        be equal.
      concat_dim: ``axis`` under its older name.
      expand_nonconcat_dims: cannot be given together with ``expand_nonconcat_dim``, which has a
        value always.

    Raises:
      TypeError: the inputs are no list of SparseTensors.
    """
    expand = renamed_argument("expand_nonconcat_dims", expand_nonconcat_dims,
                              "expand_nonconcat_dim", expand_nonconcat_dim)
    axis = renamed_argument("axis", axis, "concat_dim", concat_dim)
    if not isinstance(sp_inputs, (list, tuple)):
        raise TypeError("Inputs must be a list or tuple.")
    sp_inputs = [as_sparse_tensor(sp_input) for sp_input in sp_inputs]
    if len(sp_inputs) == 1:
        return sp_inputs[0]
    indices = [sp_input.indices for sp_input in sp_inputs]
    values = [sp_input.values for sp_input in sp_inputs]
    shapes = [sp_input.dense_shape for sp_input in sp_inputs]
    if expand:
        shapes = _widened(shapes, axis)
    indices, values, shape = SparseConcat(indices, values, shapes, concat_dim=axis, name=name)
    known = [constant_value(one) for one in shapes]
    if all(one is not None for one in known):
        joined = np.array(known[0])
        joined[axis] = sum(one[axis] for one in known)
        shape = convert_to_tensor(joined)
    return SparseTensor(indices, values, shape)


def _widened(shapes, axis):
    """The shapes with the largest of each dimension, except along the axis."""
    rows = [array_ops.reshape(shape, [1, -1]) for shape in shapes]
    largest = math_ops.reduce_max(array_ops.concat(rows, 0), 0)
    last = axis == -1
    return [array_ops.concat([largest[:axis], shape[-1:] if last else shape[axis:axis + 1],
                              [] if last else largest[axis + 1:]], 0) for shape in shapes]


SparseConcat = op(
    "SparseConcat(indices: N * int64, values: N * T, shapes: N * int64; concat_dim: int,"
    " N: int >= 2, T) -> (output_indices: int64, output_values: T, output_shape: int64)"
).not_differentiable()


@SparseConcat.shape
def _(indices, values, shapes):
    count, rank, shape = 0, None, shape_of(None)
    for one_indices, one_values, one_shape in zip(indices, values, shapes):
        rows, columns = with_rank(one_indices.shape, 2)._dims
        entries = with_rank(one_values.shape, 1)._dims[0]
        count = add_dims(count, merge_dims(rows, entries))
        rank = merge_dims(rank, columns)
        shape = merge_shapes(shape, with_rank(one_shape.shape, 1))
    return [shape_of([count, rank]), shape_of([count]), shape]


@SparseConcat.kernel
def _(indices, values, shapes, concat_dim):
    for i, (one_indices, one_values, one_shape) in enumerate(zip(indices, values, shapes)):
        for what, part, rank in (("indices", one_indices, 2), ("values", one_values, 1),
                                 ("shapes", one_shape, 1)):
            if np.ndim(part) != rank:
                kind = "matrix" if rank == 2 else "vector"
                raise invalid(f"Input {what} should be a {kind} but received shape "
                              f"{list_text(np.shape(part))} at position {i}")
    rank = len(shapes[0])
    axis = concat_dim + rank if concat_dim < 0 else concat_dim
    if not 0 <= axis < rank:
        raise invalid(f"Concat dimension must be in range [{-rank}, {rank}), got {concat_dim}")
    joined_shape = np.array(shapes[0], np.int64)
    _check_joinable(shapes, axis)
    joined, start = [], 0
    for one_indices, shape in zip(indices, shapes):
        moved = np.array(one_indices)
        moved[:, axis] += start
        start += int(shape[axis])
        joined.append(moved)
    joined_shape[axis] = start
    joined = np.concatenate(joined)
    order = row_order(joined)
    return joined[order], np.concatenate(values)[order], joined_shape


def _check_joinable(shapes, axis):
    first = np.asarray(shapes[0]).tolist()
    for i, shape in enumerate(shapes[1:], 1):
        shape = np.asarray(shape).tolist()
        if len(shape) != len(first):
            raise invalid(f"Ranks of all input tensors must match: expected {len(first)} but got "
                          f"{len(shape)} at position {i}")
        for j, (expected, got) in enumerate(zip(first, shape)):
            if j != axis and expected != got:
                raise invalid(f"Input shapes must match: expected {expected} for dimension {j} but "
                              f"got {got} at position {i}")


# ---- SparseSplit ----

_KEYWORDS_ONLY = object()


def sparse_split(keyword_required=_KEYWORDS_ONLY, sp_input=None, num_split=None, axis=None,
                 name=None, split_dim=None):
    """A SparseTensor cut into ``num_split`` along an axis, a list (TF op: SparseSplit).

    The first parts are one longer where the dimension does not divide evenly.

    Args:
      keyword_required: not to be given: all arguments go by keyword.
      sp_input: a SparseTensor.
      num_split: a Python number, how many parts.
      axis: the dimension, an int64 scalar.
      name: the operation's name.
      split_dim: ``axis`` under its older name.

    Raises:
      ValueError: an argument is missing, or not given by keyword.
    """
    if keyword_required is not _KEYWORDS_ONLY:
        raise ValueError("Keyword arguments are required for this function.")
    for argument, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if value is None:
            raise ValueError(f"{argument} is required")
    axis = renamed_argument("axis", axis, "split_dim", split_dim)
    sp_input = as_sparse_tensor(sp_input)
    parts = SparseSplit(axis, sp_input.indices, sp_input.values, sp_input.dense_shape,
                        num_split=num_split, name=name)
    return [SparseTensor(*part) for part in zip(*parts)]


SparseSplit = op(
    "SparseSplit(split_dim: int64, indices: int64, values: T, shape: int64; num_split: int >= 1, T)"
    " -> (output_indices: num_split * int64, output_values: num_split * T,"
    " output_shape: num_split * int64)")


@SparseSplit.shape
def _(shape, num_split):
    dims = shape.shape._dims
    rank = None if dims is None or None in dims else int(np.prod(dims))
    return ([shape_of([None, rank])] * num_split + [shape_of([None])] * num_split
            + [shape.shape] * num_split)


@SparseSplit.kernel
def _(split_dim, indices, values, shape, num_split):
    indices, values, shape = np.asarray(indices), np.asarray(values), np.asarray(shape)
    if np.size(split_dim) != 1:
        raise invalid("split_dim should be a scalar of type int64 but received shape "
                      f"{list_text(np.shape(split_dim))}")
    axis = int(np.ravel(split_dim)[0])
    if not -len(shape) <= axis < len(shape):
        raise invalid(f"Input split_dim should be between 0 and rank ({len(shape)}), got {axis}")
    size = int(shape[axis])
    if not 1 <= num_split <= size:
        raise invalid(f"Input num_split should be between 1 and the splitting dimension size "
                      f"({size}), got {num_split}")
    check_in_bounds(indices, shape)
    short, longer = divmod(size, num_split)
    lengths = [short + 1] * longer + [short] * (num_split - longer)
    ends = np.cumsum(lengths)
    part_of = np.searchsorted(ends, indices[:, axis], side="right")
    cut = [part_of == i for i in range(num_split)]
    out_indices, out_shapes = [], []
    for inside, length, end in zip(cut, lengths, ends):
        moved, part_shape = indices[inside], shape.copy()
        moved[:, axis] -= end - length
        part_shape[axis] = length
        out_indices.append(moved)
        out_shapes.append(part_shape)
    return [*out_indices, *(values[inside] for inside in cut), *out_shapes]


# ---- SparseFillEmptyRows ----


def sparse_fill_empty_rows(sp_input, default_value, name=None):
    """A matrix in which rows without elements get one, ``default_value``, in column 0.

    Args:
      sp_input: a SparseTensor [n, ...].
      default_value: a scalar of its dtype.
      name: the name scope (TF op: SparseFillEmptyRows).

    Returns:
      (SparseTensor in row-major order, bool vector [n] that tells which rows were empty).
    """
    sp_input = as_sparse_tensor(sp_input)
    with name_scope(name, "SparseFillEmptyRows", [sp_input]):
        default_value = convert_to_tensor(default_value, dtype=sp_input.values.dtype)
        filled = SparseFillEmptyRows(sp_input.indices, sp_input.values, sp_input.dense_shape,
                                     default_value)
        return (SparseTensor(filled.output_indices, filled.output_values, sp_input.dense_shape),
                filled.empty_row_indicator)


SparseFillEmptyRows = op(
    "SparseFillEmptyRows(indices: int64, values: T, dense_shape: int64, default_value: T; T)"
    " -> (output_indices: int64, output_values: T, empty_row_indicator: bool,"
    " reverse_index_map: int64)")


@SparseFillEmptyRows.shape
def _(indices, values, dense_shape, default_value):
    count, _ = sparse_parts(indices, values, dense_shape)
    rank = with_rank(dense_shape.shape, 1)._dims[0]
    with_rank(default_value.shape, 0)
    shape = static_value(dense_shape)
    rows = None if shape is None or not len(shape) else int(shape[0])
    return [shape_of([None, rank]), shape_of([None]), shape_of([rows]), shape_of([count])]


@SparseFillEmptyRows.kernel
def _(indices, values, dense_shape, default_value):
    indices, values = np.asarray(indices), np.asarray(values)
    if np.ndim(default_value):
        raise invalid("default_value must be a scalar, saw: "
                      f"{list_text(np.shape(default_value))}")
    rows = int(dense_shape[0])
    if rows == 0 and len(indices):
        raise invalid("Received SparseTensor with dense_shape[0] = 0 but indices.shape[0] = "
                      f"{len(indices)}")
    wrong = np.flatnonzero((indices[:, 0] < 0) | (indices[:, 0] >= rows))
    if len(wrong):
        row = indices[wrong[0], 0]
        raise invalid(f"indices({wrong[0]}, 0) is invalid: {row} "
                      + ("< 0" if row < 0 else f">= {rows}"))
    empty = np.bincount(indices[:, 0], minlength=rows)[:rows] == 0
    added = np.zeros((int(empty.sum()), indices.shape[1]), np.int64)
    added[:, 0] = np.flatnonzero(empty)
    all_indices = np.concatenate([indices, added])
    all_values = np.concatenate([values, np.full(len(added), default_value, values.dtype)])
    order = np.argsort(all_indices[:, 0], kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return all_indices[order], all_values[order], empty, place[:len(indices)]


@SparseFillEmptyRows.gradient
def _(op, *grads):
    values_grad, default_grad = SparseFillEmptyRowsGrad(op.outputs[3], grads[1])
    return None, values_grad, None, default_grad


SparseFillEmptyRowsGrad = op(
    "SparseFillEmptyRowsGrad(reverse_index_map: int64, grad_values: T; T)"
    " -> (d_values: T, d_default_value: T)")


@SparseFillEmptyRowsGrad.shape
def _(reverse_index_map, grad_values):
    with_rank(grad_values.shape, 1)
    return [with_rank(reverse_index_map.shape, 1), shape_of([])]


@SparseFillEmptyRowsGrad.kernel
def _(reverse_index_map, grad_values):
    added = np.ones(len(grad_values), bool)
    added[reverse_index_map] = False
    grad_values = np.asarray(grad_values)
    return grad_values[reverse_index_map], grad_values[added].sum(dtype=grad_values.dtype)


# ---- compositions ----


def sparse_transpose(sp_input, perm=None, name=None):
    """A SparseTensor with its dimensions in another order, in row-major order.

    Args:
      sp_input: a SparseTensor.
      perm: the dimensions of the input in the new order; None: reversed.
      name: the name scope.
    """
    with name_scope(name, "SparseTranspose", [sp_input]):
        if perm is None:
            rank = array_ops.rank(sp_input)
            perm = rank - 1 - math_ops.range(0, rank, 1)
        columns = array_ops.gather(array_ops.transpose(sp_input.indices), perm)
        indices = array_ops.transpose(columns)
        order = constant_value(convert_to_tensor(perm))
        if order is not None and sp_input.shape.is_fully_defined():
            dense_shape = [sp_input.shape.as_list()[axis] for axis in order]
        else:
            dense_shape = array_ops.gather(sp_input.dense_shape, perm)
        return sparse_reorder(SparseTensor(indices, sp_input.values, dense_shape))


def sparse_expand_dims(sp_input, axis=None, name=None):
    """A SparseTensor with one more dimension, of size 1.

    Args:
      sp_input: a SparseTensor.
      axis: where it is inserted, from -rank - 1 to rank; None: at the end.
      name: the name scope.

    Raises:
      TypeError: ``axis`` is neither an integer nor a tensor.
    """
    rank = sp_input.dense_shape.shape[0]
    axis = -1 if axis is None else axis
    with name_scope(name, "expand_dims", [sp_input]):
        if isinstance(axis, numbers.Integral):
            axis = convert_to_tensor(axis, name="axis", dtype=dtypes.int32)
        elif not isinstance(axis, Tensor):
            raise TypeError("axis must be an integer value in range [-rank(sp_input) - 1, "
                            "rank(sp_input)]")
        axis = array_ops.where_v2(axis >= 0, axis, axis + rank + 1)
        count = array_ops.shape(sp_input.indices)[0]
        column = array_ops.zeros([count, 1], dtype=dtypes.int64)
        before = array_ops.slice(sp_input.indices, [0, 0], [-1, axis])
        after = array_ops.slice(sp_input.indices, [0, axis], [-1, -1])
        indices = array_ops.concat([before, column, after], axis=1)
        outer = array_ops.slice(sp_input.dense_shape, [0], [axis])
        inner = array_ops.slice(sp_input.dense_shape, [axis], [-1])
        one = convert_to_tensor([1], name="new_shape", dtype=dtypes.int64)
        return SparseTensor(indices, sp_input.values, array_ops.concat([outer, one, inner], axis=0))


def sparse_retain(sp_input, to_retain):
    """The elements of a SparseTensor for which ``to_retain``, a bool vector, is true."""
    sp_input = as_sparse_tensor(sp_input)
    to_retain = convert_to_tensor(to_retain)
    to_retain.shape.assert_has_rank(1)
    if sp_input.values.shape.dims is not None:
        sp_input.values.shape.dims[0].merge_with(to_retain.shape.dims[0])
    kept = array_ops.reshape(array_ops.where_v2(to_retain), [-1])
    return SparseTensor(array_ops.gather(sp_input.indices, kept),
                        array_ops.gather(sp_input.values, kept),
                        array_ops.identity(sp_input.dense_shape))


def sparse_reset_shape(sp_input, new_shape=None):
    """The same elements in a larger dense shape, or in the smallest that holds them.

    Args:
      sp_input: a SparseTensor.
      new_shape: the dense shape, none of whose dimensions may be smaller; None: as large as the
        indices need.

    Raises:
      ValueError: the new shape is too small.
    """
    sp_input = as_sparse_tensor(sp_input)
    indices = array_ops.identity(sp_input.indices)
    values = array_ops.identity(sp_input.values)
    shape = array_ops.identity(sp_input.dense_shape)
    if new_shape is None:
        highest = math_ops.reduce_max(indices, axis=0)
        zero = constant(0, dtype=dtypes.int64)
        needed = math_ops.maximum(zero, math_ops.add(highest, array_ops.ones_like(shape)))
        return SparseTensor(indices, values, needed)
    return SparseTensor(indices, values, _larger_shape(sp_input.shape, shape, new_shape))


def _larger_shape(known, shape, new_shape):
    """``new_shape``, checked now or at run time to hold ``shape``."""
    new_shape = convert_to_tensor(new_shape)
    new_shape.shape.assert_has_rank(1)
    new_shape = math_ops.cast(new_shape, dtypes.int64)
    if new_shape.shape.ndims is not None:
        new_shape.shape.dims[0].merge_with(shape.shape.dims[0])
    value = constant_value(new_shape)
    if value is not None and known.is_fully_defined():
        old = np.array(known.as_list())
        if not np.all(old <= value):
            raise ValueError("Requested new_shape should have dimension sizes >= sp_input.shape.  "
                             f"Found new_shape ({old}), sp_input.shape ({value}).")
        return value
    same_rank = check_ops.assert_equal(array_ops.shape(shape), array_ops.shape(new_shape))
    new_shape = control_flow_ops.with_dependencies([same_rank], new_shape)
    fits = check_ops.assert_less_equal(shape, new_shape)
    return control_flow_ops.with_dependencies([fits], new_shape)


def sparse_merge(sp_ids, sp_values, vocab_size, name=None, already_sorted=False):
    """A SparseTensor that has the values at the places that ids tell.

    The last dimension of the indices of ``sp_ids`` gives way to the ids themselves.

    Args:
      sp_ids: a SparseTensor of ids, or a list of them for several dimensions.
      sp_values: a SparseTensor of values at the same indices.
      vocab_size: how large the new dimension is; a list for several.
      name: the name scope.
      already_sorted: the result is in row-major order as it is.

    Returns:
      A SparseTensor of shape ``[*sp_ids.dense_shape[:-1], *vocab_size]``.

    Raises:
      TypeError, ValueError: arguments are not of these kinds, or not equally many.
    """
    sp_ids, vocab_size = _ids_and_sizes(sp_ids, vocab_size)
    with name_scope(name, "SparseMerge", [*sp_ids, sp_values]):
        sp_ids = [as_sparse_tensor(one) for one in sp_ids]
        sp_values = as_sparse_tensor(sp_values)
        ids = []
        for one in sp_ids:
            column = one.values
            if one.dtype != dtypes.int64:
                column = math_ops.cast(column, dtypes.int64)
            ids.append(array_ops.expand_dims(column, axis=1))
        vocab_size = [math_ops.cast(size, dtypes.int64) for size in vocab_size]
        outer = sp_ids[0].indices[:, :-1]
        indices = array_ops.concat([outer, *ids], 1)
        shape = array_ops.concat([sp_ids[0].dense_shape[:-1], vocab_size], 0)
        merged = SparseTensor(indices, sp_values.values, shape)
        if already_sorted:
            return merged
        ordered = sparse_reorder(merged)
        return SparseTensor(ordered.indices, ordered.values, shape)


def _ids_and_sizes(sp_ids, vocab_size):
    """Both as lists of one length."""
    if is_sparse(sp_ids):
        if not isinstance(vocab_size, (Tensor, numbers.Integral)):
            raise TypeError(f"vocab_size has to be a Tensor or Python int. Found "
                            f"{type(vocab_size)}")
        return [sp_ids], [vocab_size]
    if not hasattr(sp_ids, "__iter__"):
        raise TypeError("sp_ids has to be a SparseTensor or list thereof. Found "
                        f"{type(sp_ids)}")
    if isinstance(vocab_size, Tensor) or not hasattr(vocab_size, "__iter__"):
        raise TypeError("vocab_size has to be a list of Tensors or Python ints. Found "
                        f"{type(vocab_size)}")
    for size in vocab_size:
        if not isinstance(size, (Tensor, numbers.Integral)):
            raise TypeError("vocab_size has to be a list of Tensors or Python ints. Found "
                            f"{type(size)}")
    if len(sp_ids) != len(vocab_size):
        raise ValueError("sp_ids and vocab_size have to have equal lengths.")
    return sp_ids, vocab_size
