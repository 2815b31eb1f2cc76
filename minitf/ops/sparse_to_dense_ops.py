"""Dense tensors from a list of places and their values."""

import math

import numpy as np

from minitf.framework import errors
from minitf.framework.constant_folding import static_shape
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import with_rank
from minitf.ops.elementwise import list_text


def sparse_to_dense(sparse_indices, output_shape, sparse_values, default_value=0,
                    validate_indices=True, name=None):
    """A tensor that has values at some places, and one value everywhere else (TF: SparseToDense).

    Args:
      sparse_indices: the places, int32 or int64: [n, rank]; [n] or a scalar for a vector.
      output_shape: an integer vector, of the dtype of the indices.
      sparse_values: [n], or a scalar for all places.
      default_value: a scalar, the value elsewhere.
      validate_indices: whether places must be sorted, and each come once.

    Returns:
      A tensor of shape ``output_shape`` and the values' dtype.

    Raises:
      InvalidArgumentError (at run time): shapes do not fit, or a place is out of bounds.
    """
    return SparseToDense(sparse_indices, output_shape, sparse_values, default_value,
                         validate_indices=validate_indices, name=name)


SparseToDense = op("SparseToDense(sparse_indices: Tindices, output_shape: Tindices,"
                   " sparse_values: T, default_value: T; validate_indices: bool = True, T,"
                   " Tindices) -> (dense: T)", Tindices="int32 int64")


@SparseToDense.shape
def _(output_shape):
    with_rank(output_shape.shape, 1)
    return static_shape(output_shape)


@SparseToDense.kernel
def _(sparse_indices, output_shape, sparse_values, default_value, validate_indices):
    places = np.asarray(sparse_indices)
    _check(places, output_shape, sparse_values, default_value)
    places = places.reshape(-1, len(output_shape))
    shape = tuple(int(size) for size in output_shape)
    inside = ((places >= 0) & (places < output_shape)).all(axis=1)
    if validate_indices:
        check_places(places, inside, shape)
    elif not inside.all():
        raise _invalid(f"Indices are not valid (out of bounds).  Shape: {list_text(shape)}")
    dense = np.full(shape, default_value, np.asarray(sparse_values).dtype)
    dense[tuple(places.T)] = sparse_values
    return dense


@SparseToDense.gradient
def _(op, grad):
    places, output_shape, _, _ = op.inputs
    values_grad = array_ops.gather_nd(grad, places)
    default_grad = math_ops.reduce_sum(grad) - math_ops.reduce_sum(values_grad)
    return (array_ops.zeros_like(places), array_ops.zeros_like(output_shape), values_grad,
            default_grad)


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


def _check(places, shape, values, default):
    """Raises for shapes that do not fit each other."""
    if places.ndim > 2:
        raise _invalid("sparse_indices should be a scalar, vector, or matrix, got shape "
                       f"{list_text(places.shape)}")
    count = places.shape[0] if places.ndim else 1
    rank = places.shape[1] if places.ndim == 2 else 1
    if np.ndim(shape) != 1:
        raise _invalid(f"output_shape should be a vector, got shape {list_text(np.shape(shape))}")
    if len(shape) != rank:
        raise _invalid(f"output_shape has incorrect number of elements: {len(shape)} should be: "
                       f"{rank}")
    for size in shape:
        if size < 0:
            raise _invalid(f"Dimension {size} must be >= 0")
    if np.shape(values) not in ((), (count,)):
        raise _invalid(f"sparse_values has incorrect shape {list_text(np.shape(values))}, should "
                       f"be [] or [{count}]")
    if np.ndim(default):
        raise _invalid("default_value should be a scalar.")


def check_places(places, inside, shape, prefix=""):
    """Raises for the first place that is out of bounds, not after the one before, or the same.

    The message begins with ``prefix``.
    """
    # As numbers that grow in the order of the places.
    strides = [math.prod(shape[i + 1:]) for i in range(len(shape))]
    number = (places.astype(np.int64) * strides).sum(axis=1)
    rises = np.append([True], np.diff(number) > 0)[:len(places)]
    wrong = np.flatnonzero(~(inside & rises))
    if len(wrong):
        i = wrong[0]
        if not inside[i]:
            what = f"out of bounds: need 0 <= index < {list_text(shape)}"
        elif number[i] == number[i - 1]:
            what = "repeated"
        else:
            what = ("out of order. Many sparse ops require sorted indices.\n"
                    "    Use `tf.sparse.reorder` to create a correctly ordered copy.\n\n")
        raise _invalid(f"{prefix}indices[{i}] = {list_text(places[i].tolist())} is {what}")
