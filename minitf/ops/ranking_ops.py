"""The largest elements along the last axis: which they are, and whether a class is among them."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import (UNKNOWN, merge_dims, scalar_dim, shape_of, with_rank,
                                      with_rank_at_least)
from minitf.ops.elementwise import list_text

_REAL = "float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"

# ---- TopKV2, TopK ----


def top_k(input, k=1, sorted=True, name=None):
    """The ``k`` largest elements along the last axis, and their places (TF op: TopKV2).

    Args:
      input: a tensor of real numbers, of rank 1 or more.
      k: a scalar int32, at most the length of the last axis.
      sorted: the results descend; equal elements come in the order of their places. They do without
        it, too.

    Returns:
      A namedtuple (values, indices), both of shape ``input.shape[:-1] + [k]``; indices are int32.
    """
    return TopKV2(input, k, sorted=sorted, name=name)


TopKV2 = op("TopKV2(input: T, k: int32; sorted: bool = True, T) -> (values: T, indices: int32)",
            T=_REAL)
TopK = op("TopK(input: T; k: int >= 0, sorted: bool = True, T) -> (values: T, indices: int32)",
          T=_REAL, deprecation=(7, "Use TopKV2 instead"))


@TopKV2.shape
def _(input, k):
    dims = with_rank_at_least(input.shape, 1)._dims
    return [_top_shape(dims, scalar_dim(k, 1))] * 2


@TopK.shape
def _(input, k):
    return [_top_shape(with_rank_at_least(input.shape, 1)._dims, k)] * 2


def _top_shape(dims, k):
    if dims is None:
        return UNKNOWN
    if dims[-1] is not None and k is not None and dims[-1] < k:
        raise ValueError(f"input must have last dimension >= k = {k} but is {dims[-1]}")
    return shape_of(dims[:-1] + (k,))


@TopKV2.kernel
def _(input, k):
    _check_top_k(input, k)
    if k == 1:
        indices = np.argmax(input, axis=-1)[..., np.newaxis]
    else:
        indices = _largest(input, int(k)) if 0 < k <= input.shape[-1] // 4 else None
        if indices is None:
            indices = _descending(input)[..., :k]
    return np.take_along_axis(input, indices, axis=-1), indices.astype(np.int32)


def _descending(x):
    """The places of each row's elements, largest first, those of equal ones rising."""
    order = np.argsort(x[..., ::-1], axis=-1, kind="stable")
    return x.shape[-1] - 1 - order[..., ::-1]


def _largest(x, k):
    """The places of each row's ``k`` largest elements, in the same order, without sorting the rest.

    None when there are NaNs among them.
    """
    rows = x.reshape(-1, x.shape[-1])
    least = np.partition(rows, -k, axis=-1)[:, -k, np.newaxis]
    chosen = rows >= least
    # Of the elements that equal the k-th, the first ones are chosen, as many as are left to choose.
    for row in np.flatnonzero(np.count_nonzero(chosen, axis=-1) > k):
        equal = np.flatnonzero(rows[row] == least[row])
        chosen[row, equal[k - np.count_nonzero(chosen[row]):]] = False
    places = np.nonzero(chosen)[1]
    if places.size != len(rows) * k:
        return None
    places = places.reshape(-1, k)
    order = _descending(np.take_along_axis(rows, places, axis=-1))
    return np.take_along_axis(places, order, axis=-1).reshape(*x.shape[:-1], k)


def _check_top_k(input, k):
    message = None
    if np.ndim(k):
        message = f"k must be scalar, got shape {list_text(np.shape(k))}"
    elif k < 0:
        message = f"Need k >= 0, got {k}"
    elif not np.ndim(input):
        message = f"input must be >= 1-D, got shape {list_text(np.shape(input))}"
    elif input.shape[-1] < k:
        message = f"input must have at least k columns. Had {input.shape[-1]}, needed {k}"
    if message:
        raise errors.InvalidArgumentError(None, None, message)


@TopK.kernel
def _(input, k):
    return TopKV2.kernel_rule(input, k)


@TopKV2.gradient
def _(op, grad, _):
    """Each value's gradient goes to the place that it came from; the rest gets zeros."""
    in_shape, index_shape = array_ops.shape(op.inputs[0]), array_ops.shape(op.outputs[1])
    k = _last(index_shape)
    indices = array_ops.reshape(op.outputs[1], array_ops.stack([-1, k]))
    row_length = _last(in_shape)
    rows = math_ops.cast(array_ops.shape(indices)[0], dtypes.int64)
    row_starts = array_ops.expand_dims(math_ops.range(0, rows * row_length, row_length), -1)
    flat = array_ops.reshape(indices + math_ops.cast(row_starts, dtypes.int32), [-1])
    scattered = array_ops.scatter_nd(array_ops.expand_dims(flat, -1), array_ops.reshape(grad, [-1]),
                                     [math_ops.reduce_prod(in_shape)])
    return array_ops.reshape(scattered, in_shape), array_ops.zeros([], dtype=dtypes.int32)


def _last(shape):
    """The last dimension of a shape tensor, as int64."""
    return array_ops.gather(math_ops.cast(shape, dtypes.int64), array_ops.size(shape) - 1)


# ---- InTopKV2, InTopK ----


def in_top_k(predictions, targets, k, name=None):
    """For each row whether the target's prediction is among the ``k`` largest (TF op: InTopKV2).

    Classes that tie with the k-th are all among them; a prediction that is not finite makes the row
    False.

    Args:
      predictions: [batch, classes], float32.
      targets: [batch], int32 or int64: classes.
      k: a scalar of the dtype of ``targets``.

    Returns:
      [batch], bool.
    """
    with name_scope(name, "in_top_k"):
        return InTopKV2(predictions, targets, k, name=name)


InTopKV2 = op("InTopKV2(predictions: float, targets: T, k: T; T: type = int32)"
              " -> (precision: bool)", T="int32 int64").not_differentiable()
InTopK = op("InTopK(predictions: float, targets: T; k: int, T: type = int32)"
            " -> (precision: bool)", T="int32 int64").not_differentiable()


def _in_top_k_shape(predictions, targets):
    batch = with_rank(predictions.shape, 2)._dims[0]
    return shape_of([merge_dims(batch, with_rank(targets.shape, 1)._dims[0])])


InTopKV2.shape(_in_top_k_shape)
InTopK.shape(_in_top_k_shape)


@InTopKV2.kernel
def _(predictions, targets, k):
    _check_in_top_k(predictions, targets, k)
    rows, classes = predictions.shape
    known = (targets >= 0) & (targets < classes) & np.isfinite(predictions).all(axis=1)
    chosen = predictions[np.arange(rows), np.where(known, targets, 0)] if classes else targets
    better = np.sum(predictions > np.reshape(chosen, (-1, 1)), axis=1)
    return known & (better < k)


def _check_in_top_k(predictions, targets, k):
    message = None
    if np.ndim(predictions) != 2:
        message = "predictions must be 2-dimensional"
    elif np.ndim(targets) != 1:
        message = "targets must be 1-dimensional"
    elif predictions.shape[0] != targets.shape[0]:
        message = (f"First dimension of predictions {predictions.shape[0]} must match length of "
                   f"targets {targets.shape[0]}")
    elif np.ndim(k):
        message = f"k must be 0-D, got shape {list_text(np.shape(k))}"
    if message:
        raise errors.InvalidArgumentError(None, None, message)


@InTopK.kernel
def _(predictions, targets, k):
    return InTopKV2.kernel_rule(predictions, targets, k)


# ---- NthElement ----


def nth_element(input, n, reverse=False, name=None):
    """The n-th smallest (``reverse``: largest) element along the last axis (TF op: NthElement).

    Args:
      input: a tensor of real numbers, of rank 1 or more.
      n: a scalar int32 in [0, length of the last axis): 0 is the smallest.
      reverse: count from the largest.

    Returns:
      A tensor of shape ``input.shape[:-1]``.
    """
    return NthElement(input, n, reverse=reverse, name=name)


NthElement = op("NthElement(input: T, n: int32; reverse: bool = False, T) -> (values: T)", T=_REAL)


@NthElement.shape
def _(input, n):
    dims = with_rank_at_least(input.shape, 1)._dims
    n = scalar_dim(n, 1)
    if dims is None:
        return UNKNOWN
    if dims[-1] is not None and n is not None and dims[-1] <= n:
        raise ValueError(f"Input must have last dimension > n = {n} but is {dims[-1]}")
    return shape_of(dims[:-1])


@NthElement.kernel
def _(input, n, reverse):
    message = None
    if np.ndim(n):
        message = f"N must be scalar, got shape {list_text(np.shape(n))}"
    elif n < 0:
        message = f"Need n >= 0, got {n}"
    elif not np.ndim(input):
        message = f"Input must be >= 1-D, got shape {list_text(np.shape(input))}"
    elif input.shape[-1] <= n:
        message = "Input must have at least n+1 columns"
    if message:
        raise errors.InvalidArgumentError(None, None, message)
    place = input.shape[-1] - 1 - n if reverse else n
    return np.partition(input, place, axis=-1)[..., place]


@NthElement.gradient
def _(op, grad):
    """Elements that equal the result share its gradient equally."""
    x, y = op.inputs[0], op.outputs[0]
    indicators = math_ops.cast(math_ops.equal(array_ops.expand_dims(y, -1), x), grad.dtype)
    grad = array_ops.expand_dims(grad, -1)
    num_selected = array_ops.expand_dims(math_ops.reduce_sum(indicators, -1), -1)
    return [math_ops.div(indicators, num_selected) * grad, None]
