"""Elements by index: gather and gather_nd, and the other way, scatter_nd and updates of tensors."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value, static_shape, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import (
    UNKNOWN, concatenate, known_product, merge_shapes, shape_of, shape_text, with_rank,
    with_rank_at_least)
from minitf.ops.elementwise import list_text

# ---- Gather, GatherV2 ----


def gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0):
    """Slices of ``params`` along an axis, at ``indices`` (TF op: GatherV2).

    ``result[..., i, ...] = params[..., indices[i], ...]``: the axis is replaced by the shape of
    ``indices``.

    Args:
      params: a tensor of rank 1 or more, or a variable.
      indices: integers of any shape, in [0, size of the axis).
      validate_indices: does nothing.
      name: the operation's name.
      axis: an int or a scalar tensor; by default ``batch_dims``.
      batch_dims: how many leading dimensions ``params`` and ``indices`` share.

    Raises:
      ValueError: the shapes do not fit.
      InvalidArgumentError: at run time, an index is out of range.
    """
    if axis is None:
        axis = batch_dims
    if constant_value(axis) != 0:
        return GatherV2(params, indices, axis, batch_dims=batch_dims, name=name)
    if hasattr(params, "sparse_read"):
        return params.sparse_read(indices, name=name)
    return GatherV2(params, indices, axis, name=name)


GatherV2 = op("GatherV2(params: Tparams, indices: Tindices, axis: Taxis; batch_dims: int = 0,"
              " Tparams, Tindices, Taxis) -> (output: Tparams)",
              Tindices="int32 int64", Taxis="int32 int64")


@GatherV2.shape
def _(params, indices, axis, batch_dims):
    with_rank_at_least(params.shape, 1)
    with_rank(axis.shape, 0)
    axis = static_value(axis)
    from_dims, at_dims = params.shape._dims, indices.shape._dims
    if axis is None:
        if from_dims is None or at_dims is None:
            return UNKNOWN
        return shape_of((None,) * (len(from_dims) + len(at_dims) - 1 - batch_dims))
    axis = int(axis)
    with_rank_at_least(params.shape, -axis if axis < 0 else axis + 1)
    with_rank_at_least(params.shape, batch_dims + 1)
    if from_dims is None or at_dims is None:
        return UNKNOWN
    if batch_dims < -len(at_dims):
        raise ValueError(f"Subshape start out of bounds: {batch_dims}, for shape with rank "
                         f"{len(at_dims)}")
    axis %= len(from_dims)
    return shape_of(from_dims[:axis] + at_dims[batch_dims:] + from_dims[axis + 1:])


@GatherV2.kernel
def _(params, indices, axis, batch_dims):
    if np.ndim(axis):
        raise ValueError("axis must be scalar")
    rank, axis = np.ndim(params), int(axis)
    if rank == 0:
        raise ValueError("params must be at least 1 dimensional")
    if not -rank <= axis < rank:
        raise ValueError(f"Expected axis in the range [-{rank}, {rank}), but got {axis}")
    axis %= rank
    if batch_dims:
        batch_dims = _checked_batch_dims(np.shape(params), np.shape(indices), axis, batch_dims)
    around = params.shape[:axis] + params.shape[axis + 1:]
    if 0 in around and not batch_dims:  # nothing is read, so that no index is checked
        return np.zeros(around[:axis] + np.shape(indices) + around[axis:], params.dtype)
    _check_indices(indices, params.shape[axis])
    if batch_dims == 0:
        return np.take(params, indices, axis, mode="clip")
    return _gather_batch(params, indices, axis, batch_dims)


def _checked_batch_dims(params, indices, axis, batch_dims):
    """``batch_dims`` counted from the front."""
    rank = len(indices)
    count = batch_dims + rank if batch_dims < 0 else batch_dims
    if not 0 <= count < rank:
        raise ValueError(f"Expected batch_dims in the range [{-rank}, {rank}), but got {count}")
    if count >= len(params):
        raise ValueError(f"batch_dims ({count}) must be less than rank(params) ({len(params)}).")
    if axis < count:
        raise ValueError(f"batch_dims ({count}) must be less than or equal to axis ({axis}).")
    for i in range(count):
        if params[i] != indices[i]:
            raise ValueError(f"params.shape[{i}]: {params[i]} should be equal to indices.shape[{i}]"
                             f": {indices[i]}")
    return count


def _check_indices(indices, size):
    """NumPy would count negative indices from the end, and TensorFlow refuses them."""
    if np.size(indices) and (np.min(indices) < 0 or np.max(indices) >= size):
        flat = np.ravel(indices)
        place = np.unravel_index(np.argmax((flat < 0) | (flat >= size)), np.shape(indices))
        where = list_text(place) if place else ""
        raise ValueError(f"indices{where} = {np.asarray(indices)[place]} is not in [0, {size})")


def _gather_batch(params, indices, axis, batch_dims):
    """Gathers within each of the leading ``batch_dims`` dimensions."""
    params = np.moveaxis(params, axis, batch_dims)
    lead = np.ogrid[tuple(slice(size) for size in params.shape[:batch_dims])]
    lead = [grid.reshape(grid.shape + (1,) * (indices.ndim - batch_dims)) for grid in lead]
    result = params[(*lead, indices)]
    between = axis - batch_dims  # the dimensions of params before the axis, which belong in front
    moved = range(indices.ndim, indices.ndim + between)
    return np.moveaxis(result, moved, range(batch_dims, batch_dims + between))


@GatherV2.gradient
def _(op, grad):
    params, indices, axis = op.inputs
    batch_dims = op._attrs["batch_dims"]
    params_shape = _int32_shape(params)
    size = array_ops.expand_dims(array_ops.size(indices), 0)
    axis_static = constant_value(axis)
    if batch_dims < 0:
        batch_dims += indices.shape.ndims
    if axis_static is not None and axis_static == 0:
        return _sparse_rows(params_shape, grad, indices, size), None, None
    outer_shape = params_shape[:axis]
    inner_shape = params_shape[axis:][1:]
    values_shape = array_ops.concat([outer_shape, [-1], inner_shape], 0)
    rank = array_ops.size(values_shape)
    axis_dims = array_ops.size(outer_shape)
    batch_axes = math_ops.range(batch_dims)
    outer_axes = math_ops.range(batch_dims, axis_dims)
    inner_axes = math_ops.range(axis_dims + 1, rank)
    values = array_ops.reshape_gradient(grad, values_shape)
    # The gathered axis goes first (after the batch), is summed into its places, and goes back.
    values = array_ops.transpose(
        values, array_ops.concat([batch_axes, [axis_dims], outer_axes, inner_axes], 0))
    result = _summed_at(params_shape, values, indices, batch_dims, params_shape[axis])
    back = array_ops.concat([batch_axes, outer_axes + 1, [batch_dims], inner_axes], 0)
    return array_ops.transpose(result, back), None, None


def _int32_shape(params):
    """The shape by way of int64, as the shape of a resource variable is int64."""
    with colocate_with(params):
        return math_ops.cast(array_ops.shape(params, out_type=dtypes.int64), dtypes.int32)


def _sparse_rows(params_shape, grad, indices, size):
    """The gradient of gathering rows: those rows, as IndexedSlices."""
    rows_shape = array_ops.concat([size, params_shape[1:]], 0)
    rows = array_ops.reshape_gradient(grad, rows_shape)
    return IndexedSlices(rows, array_ops.reshape(indices, size), params_shape)


def _summed_at(params_shape, values, indices, batch_dims, axis_size):
    """``values`` added up at their indices along the axis after ``batch_dims`` batch dimensions."""
    size = array_ops.expand_dims(array_ops.size(indices), 0)
    if batch_dims:
        values_shape = array_ops.shape(values)
        batch_shape = values_shape[:batch_dims]
        inner_shape = values_shape[batch_dims:][1:]
        batch_size = math_ops.Prod(batch_shape, [0], keep_dims=False)
        flat_shape = array_ops.concat([[-1], inner_shape], 0)
        axis_size *= batch_size
        dtype = indices.dtype.base_dtype
        sizes = math_ops.cast(params_shape, dtype)
        step = array_ops.ones((), dtype=dtype)
        indices = _flat_batch_indices(indices, batch_dims, sizes, step, math_ops.range)
        values = array_ops.reshape(values, flat_shape)
    indices = array_ops.reshape(indices, size)
    result = math_ops.unsorted_segment_sum(values, indices, axis_size)
    if batch_dims:
        result = array_ops.reshape(result, array_ops.concat([batch_shape, flat_shape], 0))
    return result


def _flat_batch_indices(indices, batch_dims, sizes, step, make_range):
    """Indices into params with its batch dimensions and the axis after them made one.

    ``sizes`` is the shape of params and ``step`` a one, both of the dtype of ``indices``.
    """
    dtype, rank = indices.dtype.base_dtype, indices.shape.ndims
    for axis in reversed(range(1, batch_dims + 1)):
        size = sizes[axis - 1]
        step *= sizes[axis]
        start, delta = array_ops.zeros((), dtype=dtype), array_ops.ones((), dtype=dtype)
        offsets = make_range(start, size, delta)
        offsets *= step
        shape = array_ops.stack([1] * (axis - 1) + [size] + [1] * (rank - axis), axis=0)
        indices += array_ops.reshape(offsets, shape)
    return indices


Gather = op("Gather(params: Tparams, indices: Tindices; validate_indices: bool = True, Tparams,"
            " Tindices) -> (output: Tparams)", Tindices="int32 int64")


@Gather.shape
def _(params, indices):
    with_rank_at_least(params.shape, 1)
    rows = None if params.shape._dims is None else params.shape._dims[1:]
    return shape_of(concatenate(indices.shape._dims, rows))


@Gather.kernel
def _(params, indices):
    if np.ndim(params) == 0:
        raise ValueError("params must be at least 1 dimensional")
    _check_indices(indices, params.shape[0])
    return np.take(params, indices, 0, mode="clip")


@Gather.gradient
def _(op, grad):
    params, indices = op.inputs
    params_shape = _int32_shape(params)
    size = array_ops.expand_dims(array_ops.size(indices), 0)
    return _sparse_rows(params_shape, grad, indices, size), None


# ---- batch_gather ----


def batch_gather(params, indices, name=None):
    """``gather`` within each of the leading dimensions of ``indices`` but its last.

    Raises:
      ValueError: the rank of ``indices`` is not known, or too high.
    """
    with name_scope(name, "BatchGather", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        rank = indices.shape.ndims
        if rank is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        batch_dims = rank - 1
        if batch_dims < 0:
            raise ValueError(f"batch_dims = {batch_dims} must be less than rank(indices) = {rank}")
        if params.shape.ndims is not None and batch_dims >= params.shape.ndims:
            raise ValueError(f"batch_dims = {batch_dims} must be less than rank(params) = "
                             f"{params.shape.ndims}")
        return _batch_gather(params, indices, batch_dims)


def _batch_gather(params, indices, batch_dims):
    indices_shape, params_shape = array_ops.shape(indices), array_ops.shape(params)
    step = array_ops.ones((), dtype=indices.dtype.base_dtype)
    sizes = math_ops.Cast(params_shape, DstT=indices.dtype.base_dtype)
    flat = array_ops.reshape(
        _flat_batch_indices(indices, batch_dims, sizes, step, math_ops.Range), [-1])
    outer_shape = params_shape[batch_dims + 1:]
    rows = math_ops.Prod(params_shape[:batch_dims + 1], [0], keep_dims=False)
    flat_params = array_ops.reshape(params, array_ops.concat([[rows], outer_shape], axis=0))
    result = array_ops.reshape(gather(flat_params, flat),
                               array_ops.concat([indices_shape, outer_shape], axis=0))
    shape = indices.shape[:batch_dims].merge_with(params.shape[:batch_dims])
    result.set_shape(shape.concatenate(indices.shape[batch_dims:]).concatenate(
        params.shape[batch_dims + 1:]))
    return result


# ---- GatherNd ----


def gather_nd(params, indices, name=None, batch_dims=0):
    """Elements or slices of ``params`` at the indices in the last dimension of ``indices``.

    ``result[i, ...] = params[tuple(indices[i])]`` (TF op: GatherNd).

    Args:
      params: a tensor or a variable.
      indices: integers; the last dimension is at most the rank of ``params``.
      name: the operation's name.
      batch_dims: how many leading dimensions both share.

    Raises:
      ValueError: the shapes do not fit.
      InvalidArgumentError: at run time, an index is out of range.
    """
    static = constant_value(batch_dims)
    if static is not None:
        batch_dims = int(static)
    if batch_dims != 0:
        return _batch_gather_nd(params, indices, batch_dims, name)
    if hasattr(params, "gather_nd"):
        return params.gather_nd(indices, name=name)
    return GatherNd(params, indices, name=name)


def _batch_gather_nd(params, indices, batch_dims, name):
    """Puts the batch's own indices in front of each index."""
    with name_scope(name, "BatchGatherND", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        if not isinstance(batch_dims, int):
            raise TypeError(f"batch_dims must be an int; got {batch_dims!r}")
        if batch_dims < 0:
            raise ValueError("tf.gather_nd does not allow negative batch_dims.")
        for which, tensor in (("indices", indices), ("params", params)):
            if tensor.shape.ndims is not None and batch_dims >= tensor.shape.ndims:
                raise ValueError(f"batch_dims = {batch_dims} must be less than rank({which}) = "
                                 f"{tensor.shape.ndims}")
        params_shape, indices_shape = array_ops.shape(params), array_ops.shape(indices)
        batch_shape = params_shape[:batch_dims]
        batch_size = math_ops.Prod(batch_shape, [0])
        inner_rank = array_ops.rank(indices) - batch_dims - 1
        inner_shape = indices_shape[batch_dims:-1]
        ranges = [math_ops.Cast(math_ops.Range(0, size, 1), DstT=indices.dtype)
                  for size in array_ops.unstack(batch_shape, axis=0)]
        flat = [array_ops.reshape(grid, shape=(-1,))
                for grid in array_ops.meshgrid(*ranges, indexing="ij")]
        grid = array_ops.transpose(array_ops.stack(flat, axis=0))
        grid_shape = array_ops.shape(grid)
        size, ones = grid_shape[:1], array_ops.ones(inner_rank, dtype=dtypes.int32)
        grid = array_ops.reshape(grid, array_ops.concat([size, ones, grid_shape[1:]], axis=0))
        grid = array_ops.tile(grid, multiples=array_ops.concat(((1,), inner_shape, (1,)), axis=0))
        flat_shape = array_ops.concat(([batch_size], indices_shape[batch_dims:]), axis=0)
        indices = array_ops.concat((grid, array_ops.reshape(indices, shape=flat_shape)), axis=-1)
        result = GatherNd(params, indices)
        result_shape = array_ops.shape(result)
        return array_ops.reshape(
            result, shape=array_ops.concat((batch_shape, result_shape[1:]), axis=0))


GatherNd = op("GatherNd(params: Tparams, indices: Tindices; Tparams, Tindices)"
              " -> (output: Tparams)", Tindices="int32 int64")


@GatherNd.shape
def _(params, indices):
    at = with_rank_at_least(indices.shape, 1)._dims
    dims = params.shape._dims
    if dims is None or at is None or at[-1] is None:
        return UNKNOWN
    if at[-1] > len(dims):
        raise ValueError("indices.shape[-1] must be <= params.rank, but saw indices shape: "
                         f"{shape_text(indices.shape)} and params shape: "
                         f"{shape_text(params.shape)}")
    return shape_of(at[:-1] + dims[at[-1]:])


@GatherNd.kernel
def _(params, indices):
    if np.ndim(indices) < 1:
        raise ValueError("indices must be at least a vector")
    if np.ndim(params) < 1:
        raise ValueError("params must be at least a vector")
    if indices.shape[-1] > np.ndim(params):
        raise ValueError("index innermost dimension length must be <= params rank; saw: "
                         f"{indices.shape[-1]} vs. {np.ndim(params)}")
    if np.size(params) == 0 and np.prod(indices.shape[:-1]):
        raise ValueError("Requested more than 0 entries, but params is empty.  Params shape: "
                         f"{list_text(np.shape(params))}")
    _check_nd_indices(indices, np.shape(params), "param shape")
    if indices.shape[-1] == 0:
        return np.array(np.broadcast_to(params, indices.shape[:-1] + np.shape(params)))
    return params[tuple(np.moveaxis(indices, -1, 0))]


def _check_nd_indices(indices, dims, what):
    wrong = ((indices < 0) | (indices >= dims[:indices.shape[-1]])).any(-1)
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0])
        index = ", ".join(map(str, indices[place]))
        raise ValueError(f"indices{list_text(place) if place else ''} = [{index}] does not index "
                         f"into {what} {list_text(dims)}")


@GatherNd.gradient
def _(op, grad):
    params, indices = op.inputs
    params_shape = array_ops.shape(params, out_type=indices.dtype)
    if indices.shape.ndims == 2 and indices.shape._dims[-1] == 1:
        return IndexedSlices(grad, array_ops.squeeze(indices, axis=-1), params_shape), None
    return scatter_nd(indices, grad, params_shape), None


# ---- ScatterNd ----


def scatter_nd(indices, updates, shape, name=None):
    """Zeros of ``shape`` with ``updates`` added at ``indices`` (TF op: ScatterNd).

    ``result[tuple(indices[i])] += updates[i]``; what is repeated adds up.

    Raises:
      ValueError: the shapes do not fit.
      InvalidArgumentError: at run time, an index is out of range.
    """
    return ScatterNd(indices, updates, shape, name=name)


ScatterNd = op("ScatterNd(indices: Tindices, updates: T, shape: Tindices; T, Tindices)"
               " -> (output: T)", Tindices="int32 int64")


@ScatterNd.shape
def _(indices, updates, shape):
    with_rank_at_least(indices.shape, 1)
    with_rank_at_least(updates.shape, 1)
    return _scattered_shape(static_shape(shape), indices.shape, updates.shape)


def _scattered_shape(shape, indices, updates):
    """``shape``, checked against the shapes of indices and updates."""
    def elements(item):
        return None if item._dims is None else known_product(item._dims)

    if elements(shape) == 0 and (elements(indices) or elements(updates)):
        raise ValueError("Indices and updates specified for empty output shape")
    at, new = indices._dims, updates._dims
    if at is None or new is None or at[-1] is None:
        return shape
    outer = len(at) - 1
    try:
        merge_shapes(shape_of(at[:-1]), shape_of(new[:outer]))
    except ValueError as error:
        raise ValueError(
            f"The outer {outer} dimensions of indices.shape={shape_text(indices)} must match the "
            f"outer {outer} dimensions of updates.shape={shape_text(updates)}: {error}") from None
    if shape._dims is None:
        return shape
    try:
        merge_shapes(shape_of(shape._dims[at[-1]:]), shape_of(new[outer:]))
    except ValueError as error:
        raise ValueError(
            f"The inner {len(shape._dims) - at[-1]} dimensions of output.shape={shape_text(shape)} "
            f"must match the inner {len(new) - outer} dimensions of updates.shape="
            f"{shape_text(updates)}: {error}") from None
    return shape


@ScatterNd.kernel
def _(indices, updates, shape):
    if np.ndim(indices) and np.ndim(updates) and np.ndim(shape) != 1:
        raise ValueError("Shape must be a vector")
    if not np.size(shape) and (np.size(indices) or np.size(updates)):
        raise ValueError("Indices and updates specified for empty output shape")
    _check_scatter(np.shape(indices), np.shape(updates), tuple(np.ravel(shape)))
    return _scattered(np.add, array_ops.zero_array(shape, updates.dtype), indices, updates)


def _check_scatter(at, new, dims):
    for what, shape in (("Indices", at), ("Updates", new)):
        if not shape:
            raise ValueError(f"{what} shape must have rank at least one. Found:[]")
    if 0 in new and 0 not in at or 0 in dims and not (0 in new and 0 in at):
        raise ValueError("Indices and updates specified for empty output shape")
    outer = len(at) - 1
    if at[:-1] != new[:outer]:
        raise ValueError("Outer dimensions of indices and update must match. Indices shape: "
                         f"{list_text(at)}, updates shape:{list_text(new)}")
    if at[-1] > len(dims) or dims[at[-1]:] != new[outer:]:
        raise ValueError("Inner dimensions of output shape must match inner dimensions of updates "
                         f"shape. Output: {list_text(dims)} updates: {list_text(new)}")


def _scattered(combine, result, indices, updates):
    """``result`` changed in place at each index; repeated indices are taken one after the other."""
    _check_nd_indices(indices, result.shape, "shape")
    place = tuple(np.moveaxis(indices, -1, 0)) if indices.shape[-1] else (Ellipsis,)
    if combine is None:
        result[place] = updates
    elif indices.shape[-1] == 0:
        combine(result, updates.sum(tuple(range(indices.ndim - 1)), updates.dtype), out=result)
    else:
        combine.at(result, place, updates)
    return result


@ScatterNd.gradient
def _(op, grad):
    return None, gather_nd(grad, op.inputs[0]), None


# ---- updates of a tensor ----


def tensor_scatter_update(tensor, indices, updates, name=None):
    """A copy of ``tensor`` with ``updates`` at ``indices`` (TF op: TensorScatterUpdate)."""
    return TensorScatterUpdate(tensor, indices, updates, name=name)


def tensor_scatter_add(tensor, indices, updates, name=None):
    """A copy of ``tensor`` with ``updates`` added at ``indices`` (TF op: TensorScatterAdd)."""
    return TensorScatterAdd(tensor, indices, updates, name=name)


def tensor_scatter_sub(tensor, indices, updates, name=None):
    """A copy of ``tensor`` with ``updates`` taken off at ``indices`` (TF op: TensorScatterSub)."""
    return TensorScatterSub(tensor, indices, updates, name=name)


def _tensor_scatter(name, combine):
    """Declares one of the three ops, but for its gradient."""
    op_type = op(f"{name}(tensor: T, indices: Tindices, updates: T; T, Tindices) -> (output: T)",
                 Tindices="int32 int64")

    @op_type.shape
    def _(tensor, indices, updates):
        with_rank_at_least(tensor.shape, 1)
        with_rank_at_least(indices.shape, 1)
        with_rank_at_least(updates.shape, 1)
        return _scattered_shape(tensor.shape, indices.shape, updates.shape)

    @op_type.kernel
    def _(tensor, indices, updates):
        _check_scatter(np.shape(indices), np.shape(updates), np.shape(tensor))
        return _scattered(combine, np.array(tensor), indices, updates)

    return op_type


TensorScatterUpdate = _tensor_scatter("TensorScatterUpdate", None)
TensorScatterAdd = _tensor_scatter("TensorScatterAdd", np.add)
TensorScatterSub = _tensor_scatter("TensorScatterSub", np.subtract)


@TensorScatterUpdate.gradient
def _(op, grad):
    indices, updates = op.inputs[1:]
    updates_grad = gather_nd(grad, indices)
    kept = tensor_scatter_update(array_ops.identity(grad), indices,
                                 array_ops.zeros_like(updates, dtype=grad.dtype))
    return kept, None, updates_grad


@TensorScatterAdd.gradient
def _(op, grad):
    updates_grad = gather_nd(grad, op.inputs[1])
    return array_ops.identity(grad), None, updates_grad


@TensorScatterSub.gradient
def _(op, grad):
    updates_grad = gather_nd(grad, op.inputs[1])
    return array_ops.identity(grad), None, -updates_grad
