"""Metrics that are means of one number for each example."""

from minitf.framework import dtypes
from minitf.framework.graph import control_dependencies
from minitf.metrics.accumulators import aligned, collect, metric_variable
from minitf.ops import array_ops, math_ops, state_ops
from minitf.ops.confusion_matrix_ops import remove_squeezable_dimensions
from minitf.ops.weights_broadcast_ops import broadcast_weights
from minitf.variable_scope import variable_scope


def mean(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The weighted mean of all values so far.

    Args:
      values: numbers of any shape; computed with as float32.
      weights: None, or how much each value counts: a scalar, or a tensor of the rank of values
        whose dimensions are theirs or 1.
      metrics_collections, updates_collections: collections to which the value and the update op are
        added.
      name: the variable scope, by default "mean".

    Returns:
      (value, update_op): two float32 scalars; 0 while nothing has been added.
    """
    with variable_scope(name, "mean", (values, weights)):
        values = math_ops.cast(values, dtypes.float32)
        total = metric_variable([], dtypes.float32, name="total")
        count = metric_variable([], dtypes.float32, name="count")
        if weights is None:
            added = math_ops.cast(array_ops.size(values), dtypes.float32)
        else:
            values, weights = _weighted(values, weights)
            added = math_ops.reduce_sum(weights)
        return _mean_so_far(total, math_ops.reduce_sum(values), count, added, values,
                            metrics_collections, updates_collections)


def mean_tensor(values, weights=None, metrics_collections=None, updates_collections=None,
                name=None):
    """``mean``, for each element by itself: tensors of the shape of ``values``, which is known."""
    with variable_scope(name, "mean", (values, weights)):
        values = math_ops.cast(values, dtypes.float32)
        total = metric_variable(values.shape, dtypes.float32, name="total_tensor")
        count = metric_variable(values.shape, dtypes.float32, name="count_tensor")
        added = array_ops.ones_like(values)
        if weights is not None:
            values, weights = _weighted(values, weights)
            added = math_ops.multiply(added, weights)
        return _mean_so_far(total, values, count, added, values, metrics_collections,
                            updates_collections)


def _weighted(values, weights):
    """(values * weights, weights spread out to the values)."""
    values, _, weights = aligned(values, None, weights)
    weights = broadcast_weights(math_ops.cast(weights, dtypes.float32), values)
    return math_ops.multiply(values, weights), weights


def _mean_so_far(total, more, count, added, values, metrics_collections, updates_collections):
    update_total = state_ops.assign_add(total, more)
    with control_dependencies([values]):
        update_count = state_ops.assign_add(count, added)
    value = math_ops.div_no_nan(total, math_ops.maximum(count, 0), name="value")
    update_op = math_ops.div_no_nan(update_total, math_ops.maximum(update_count, 0),
                                    name="update_op")
    return collect(value, update_op, metrics_collections, updates_collections)


def accuracy(labels, predictions, weights=None, metrics_collections=None, updates_collections=None,
             name=None):
    """How often predictions equal labels.

    Args:
      labels, predictions: tensors of one shape (a last dimension of 1 may be missing); predictions
        are cast to the dtype of labels.
      name: the variable scope, by default "accuracy". Other arguments: see ``mean``.

    Returns:
      (value, update_op): two float32 scalars.

    Raises:
      ValueError: static shapes that differ.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    predictions.shape.assert_is_compatible_with(labels.shape)
    if labels.dtype != predictions.dtype:
        predictions = math_ops.cast(predictions, labels.dtype)
    correct = math_ops.cast(math_ops.equal(predictions, labels), dtypes.float32)
    return mean(correct, weights, metrics_collections, updates_collections, name or "accuracy")


def mean_absolute_error(labels, predictions, weights=None, metrics_collections=None,
                        updates_collections=None, name=None):
    """The mean of ``|predictions - labels|``; arguments and results: see ``accuracy``."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    distances = math_ops.abs(predictions - labels)
    return mean(distances, weights, metrics_collections, updates_collections,
                name or "mean_absolute_error")


def mean_squared_error(labels, predictions, weights=None, metrics_collections=None,
                       updates_collections=None, name=None):
    """The mean of ``(labels - predictions) ** 2``; arguments and results: see ``accuracy``."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    squares = math_ops.squared_difference(labels, predictions)
    return mean(squares, weights, metrics_collections, updates_collections,
                name or "mean_squared_error")


def root_mean_squared_error(labels, predictions, weights=None, metrics_collections=None,
                            updates_collections=None, name=None):
    """The square root of ``mean_squared_error``; arguments and results: see ``accuracy``."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    value, update_op = mean_squared_error(labels, predictions, weights, None, None,
                                          name or "root_mean_squared_error")
    return collect(math_ops.sqrt(value), math_ops.sqrt(update_op), metrics_collections,
                   updates_collections)


def mean_relative_error(labels, predictions, normalizer, weights=None, metrics_collections=None,
                        updates_collections=None, name=None):
    """The mean of ``|labels - predictions| / normalizer``, counted as 0 where normalizer is 0.

    Args:
      normalizer: a tensor of the shape of predictions. Other arguments: see ``accuracy``.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    predictions, normalizer = remove_squeezable_dimensions(predictions, normalizer)
    predictions.shape.assert_is_compatible_with(normalizer.shape)
    is_zero = math_ops.equal(normalizer, 0.0)
    zeros = array_ops.zeros_like(labels)
    relative = math_ops.div(math_ops.abs(labels - predictions), normalizer)
    return mean(array_ops.where(is_zero, zeros, relative), weights, metrics_collections,
                updates_collections, name or "mean_relative_error")


def mean_cosine_distance(labels, predictions, dim, weights=None, metrics_collections=None,
                         updates_collections=None, name=None):
    """1 less the mean of ``sum(labels * predictions)`` along ``dim``, for vectors of length 1.

    Args:
      dim: the axis of the vectors. Other arguments: see ``accuracy``.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    cosines = math_ops.reduce_sum(math_ops.multiply(predictions, labels), axis=[dim], keepdims=True)
    value, update_op = mean(cosines, weights, None, None, name or "mean_cosine_distance")
    return collect(math_ops.subtract(1.0, value), math_ops.subtract(1.0, update_op),
                   metrics_collections, updates_collections)


def percentage_below(values, threshold, weights=None, metrics_collections=None,
                     updates_collections=None, name=None):
    """The share of values that are less than ``threshold``, a scalar; see ``mean``."""
    below = math_ops.cast(math_ops.less(values, threshold), dtypes.float32)
    return mean(below, weights, metrics_collections, updates_collections,
                name or "percentage_below_threshold")
