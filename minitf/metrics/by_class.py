"""Metrics that are taken for each class, then averaged over the classes."""

from minitf.framework import dtypes
from minitf.metrics.accumulators import collect, metric_variable
from minitf.ops import array_ops, math_ops, state_ops
from minitf.ops.confusion_matrix_ops import confusion_matrix
from minitf.variable_scope import variable_scope


def _flat(tensor):
    return array_ops.reshape(tensor, [-1]) if tensor.shape.ndims > 1 else tensor


def mean_iou(labels, predictions, num_classes, weights=None, metrics_collections=None,
             updates_collections=None, name=None):
    """Intersection over union, averaged over the classes that occur.

    For a class: how often it was rightly predicted, by how often it is or was predicted.

    Args:
      labels, predictions: class numbers, tensors of one known rank.
      num_classes: the number of classes, an int.
      weights: None, or a tensor of the shape of labels.
      metrics_collections, updates_collections: collections to which the value and the update op are
        added.
      name: the variable scope, by default "mean_iou".

    Returns:
      (value, update_op): a float32 scalar, and the operation that adds to the confusion matrix,
      whose value is the matrix, float64 [num_classes, num_classes].
    """
    with variable_scope(name, "mean_iou", (predictions, labels, weights)):
        predictions.shape.assert_is_compatible_with(labels.shape)
        matrix, update_op = _confusion_so_far(labels, predictions, num_classes, weights)
        predicted = math_ops.cast(math_ops.reduce_sum(matrix, 0), dtypes.float32)
        labelled = math_ops.cast(math_ops.reduce_sum(matrix, 1), dtypes.float32)
        both = math_ops.cast(array_ops.diag_part(matrix), dtypes.float32)
        union = predicted + labelled - both
        occurring = math_ops.reduce_sum(
            math_ops.cast(math_ops.not_equal(union, 0), dtype=dtypes.float32))
        union = array_ops.where(math_ops.greater(union, 0), union, array_ops.ones_like(union))
        iou = math_ops.div(both, union)
        some = math_ops.greater(occurring, 0)
        value = array_ops.where(some, math_ops.reduce_sum(iou, name="mean_iou") / occurring, 0)
        return collect(value, update_op, metrics_collections, updates_collections)


def _confusion_so_far(labels, predictions, num_classes, weights):
    total = metric_variable([num_classes, num_classes], dtypes.float64,
                            name="total_confusion_matrix")
    predictions = math_ops.cast(predictions, dtypes.int64)
    labels = math_ops.cast(labels, dtypes.int64)
    num_classes = math_ops.cast(num_classes, dtypes.int64)
    predictions, labels = _flat(predictions), _flat(labels)
    if weights is not None:
        weights = _flat(weights)
    added = confusion_matrix(labels, predictions, num_classes, weights=weights,
                             dtype=dtypes.float64)
    return total, state_ops.assign_add(total, added)


def mean_per_class_accuracy(labels, predictions, num_classes, weights=None,
                            metrics_collections=None, updates_collections=None, name=None):
    """How often each class was recognised, averaged over the classes.

    Arguments: see ``mean_iou``; the variable scope is by default "mean_accuracy".

    Returns:
      (value, update_op): a float32 scalar, and float32 [num_classes], the accuracy of each class.
    """
    with variable_scope(name, "mean_accuracy", (predictions, labels, weights)):
        labels = _flat(math_ops.cast(labels, dtypes.int64))
        predictions = _flat(predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
        total = metric_variable([num_classes], dtypes.float32, name="total")
        count = metric_variable([num_classes], dtypes.float32, name="count")
        ones = array_ops.ones([array_ops.size(labels)], dtypes.float32)
        if labels.dtype != predictions.dtype:
            predictions = math_ops.cast(predictions, labels.dtype)
        correct = math_ops.cast(math_ops.equal(predictions, labels), dtypes.float32)
        if weights is not None:
            weights = math_ops.cast(_flat(weights), dtypes.float32)
            correct *= weights
            ones *= weights
        update_total = state_ops.scatter_add(total, labels, ones)
        update_count = state_ops.scatter_add(count, labels, correct)
        by_class = math_ops.div_no_nan(count, math_ops.maximum(total, 0))
        value = math_ops.reduce_mean(by_class, name="mean_accuracy")
        update_op = math_ops.div_no_nan(update_count, math_ops.maximum(update_total, 0),
                                        name="update_op")
        return collect(value, update_op, metrics_collections, updates_collections)
