"""Counting values: bincount, bucketize, histograms of fixed width."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import with_rank
from minitf.ops.constant_op import constant

# ---- Bincount ----


def bincount(arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32):
    """How often each of 0, 1, ... occurs in ``arr`` (TF op: Bincount).

    Args:
      arr: non-negative int32, of any shape.
      weights: numbers of the shape of ``arr`` to add up instead of ones.
      minlength, maxlength: bounds of the length of the result, which is otherwise the largest
        element plus 1.
      dtype: the dtype of the result, when there are no weights.
    """
    with name_scope("bincount"):
        arr = convert_to_tensor(arr, name="arr", dtype=dtypes.int32)
        array_is_nonempty = math_ops.reduce_prod(array_ops.shape(arr)) > 0
        length = math_ops.cast(array_is_nonempty, dtypes.int32) * (math_ops.reduce_max(arr) + 1)
        if minlength is not None:
            minlength = convert_to_tensor(minlength, name="minlength", dtype=dtypes.int32)
            length = math_ops.maximum(minlength, length)
        if maxlength is not None:
            maxlength = convert_to_tensor(maxlength, name="maxlength", dtype=dtypes.int32)
            length = math_ops.minimum(maxlength, length)
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            return math_ops.unsorted_segment_sum(weights, arr, length)
        return Bincount(arr, length, constant([], dtype))


Bincount = op("Bincount(arr: int32, size: int32, weights: T) -> (bins: T)",
              T="int32 int64 float double")


@Bincount.shape
def _(size):
    with_rank(size.shape, 0)
    length = static_value(size)
    if length is not None and length < 0:
        raise ValueError(f"size ({length}) must be non-negative")
    return TensorShape([None if length is None else int(length)])


@Bincount.kernel
def _(arr, size, weights):
    if np.any(arr < 0):
        raise errors.InvalidArgumentError(None, None, "Input arr must be non-negative!")
    size, values = int(size), np.ravel(arr)
    counted = values < size
    if not weights.size:
        return np.bincount(values[counted], minlength=size).astype(weights.dtype)
    return np.bincount(values[counted], np.ravel(weights)[counted], size).astype(weights.dtype)


# ---- Bucketize ----


def bucketize(input, boundaries, name=None):
    """The number of ``boundaries`` not above each element (TF op: Bucketize).

    Args:
      input: a numeric tensor.
      boundaries: a sorted list of floats.
    """
    return Bucketize(input, boundaries=boundaries, name=name)


Bucketize = op("Bucketize(input: T; T, boundaries: list(float)) -> (output: int32)",
               T="int32 int64 float double").not_differentiable()


@Bucketize.shape
def _(input):
    return input.shape


@Bucketize.kernel
def _(input, boundaries):
    if sorted(boundaries) != list(boundaries):
        raise errors.InvalidArgumentError(None, None, "Expected sorted boundaries")
    boundaries = np.array(boundaries, np.float32)
    return np.asarray(np.searchsorted(boundaries, input, side="right"), np.int32)


# ---- HistogramFixedWidth ----


def histogram_fixed_width_bins(values, value_range, nbins=100, dtype=dtypes.int32, name=None):
    """The bin of each value, of ``nbins`` bins of one width over ``value_range``.

    Values out of the range belong to the first or the last bin.
    """
    with name_scope(name, "histogram_fixed_width_bins", [values, value_range, nbins]):
        values = convert_to_tensor(values, name="values")
        shape = array_ops.shape(values)
        values = array_ops.reshape(values, [-1])
        value_range = convert_to_tensor(value_range, name="value_range")
        nbins = convert_to_tensor(nbins, dtype=dtypes.int32, name="nbins")
        nbins_float = math_ops.cast(nbins, values.dtype)
        scaled_values = math_ops.truediv(values - value_range[0], value_range[1] - value_range[0],
                                         name="scaled_values")
        indices = math_ops.floor(nbins_float * scaled_values, name="indices")
        indices = math_ops.cast(math_ops.clip_by_value(indices, 0, nbins_float - 1), dtypes.int32)
        return array_ops.reshape(indices, shape)


def histogram_fixed_width(values, value_range, nbins=100, dtype=dtypes.int32, name=None):
    """How many values lie in each of ``nbins`` bins of one width (TF op: HistogramFixedWidth).

    Args:
      values: a numeric tensor.
      value_range: the lower end of the first bin and the upper end of the last, in the dtype of
        ``values``; values out of it are counted in these bins.
      nbins: the number of bins.
      dtype: int32 or int64, the dtype of the counts.
    """
    with name_scope(name, "histogram_fixed_width", [values, value_range, nbins]) as scope:
        return HistogramFixedWidth(values, value_range, nbins, dtype=dtype, name=scope)


HistogramFixedWidth = op(
    "HistogramFixedWidth(values: T, value_range: T, nbins: int32; T, dtype: type = int32)"
    " -> (out: dtype)", T="int32 int64 float double", dtype="int32 int64").not_differentiable()


@HistogramFixedWidth.shape
def _(value_range, nbins):
    ends = with_rank(value_range.shape, 1)._dims[0]
    if ends not in (None, 2):
        raise ValueError(f"Dimension must be 2 but is {ends}")
    with_rank(nbins.shape, 0)
    count = static_value(nbins)
    if count is not None and count <= 0:
        raise ValueError(f"Requires nbins > 0: {count}")
    return TensorShape([None if count is None else int(count)])


@HistogramFixedWidth.kernel
def _(values, value_range, nbins, dtype):
    if np.ndim(value_range) != 1:
        raise ValueError("value_range should be a vector.")
    if np.shape(value_range) != (2,):
        raise ValueError("value_range should be a vector of 2 elements.")
    if np.ndim(nbins):
        raise ValueError("nbins should be a scalar.")
    low, high = value_range
    if low >= high:
        raise errors.InvalidArgumentError(
            None, None, "value_range should satisfy value_range[0] < value_range[1], but got "
            f"'[{low:g}, {high:g}]'")
    nbins = int(nbins)
    if nbins <= 0:
        raise errors.InvalidArgumentError(None, None, f"nbins should be a positive number, but got "
                                          f"'{nbins}'")
    step = (high.astype(np.float64) - low) / nbins
    bins = np.floor((np.ravel(values).astype(np.float64) - low) / step)
    bins = np.clip(bins, 0, nbins - 1).astype(np.int64)
    return np.bincount(bins, minlength=nbins).astype(dtype.as_numpy_dtype)
