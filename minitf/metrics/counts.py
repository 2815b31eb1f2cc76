"""How often yes-or-no predictions were right and wrong; precision and recall."""

from minitf.framework import dtypes
from minitf.framework.graph import control_dependencies
from minitf.metrics.accumulators import aligned, collect, metric_variable
from minitf.ops import array_ops, check_ops, math_ops, state_ops
from minitf.variable_scope import variable_scope


def true_positives(labels, predictions, weights=None, metrics_collections=None,
                   updates_collections=None, name=None):
    """The weight of examples that are, and were predicted.

    Args:
      labels, predictions: tensors of one shape, cast to bool.
      weights: None, a scalar, or a tensor of the rank of labels.
      metrics_collections, updates_collections: collections to which the value and the update op are
        added.
      name: the variable scope, by default "true_positives".

    Returns:
      (value, update_op): two float32 scalars.

    Raises:
      ValueError: static shapes that do not fit.
    """
    return _count("true_positives", True, True, labels, predictions, weights, metrics_collections,
                  updates_collections, name)


def true_negatives(labels, predictions, weights=None, metrics_collections=None,
                   updates_collections=None, name=None):
    """The weight of examples that are not, and were not predicted; see ``true_positives``."""
    return _count("true_negatives", False, False, labels, predictions, weights,
                  metrics_collections, updates_collections, name)


def false_positives(labels, predictions, weights=None, metrics_collections=None,
                    updates_collections=None, name=None):
    """The weight of examples that are not, but were predicted; see ``true_positives``."""
    return _count("false_positives", False, True, labels, predictions, weights,
                  metrics_collections, updates_collections, name)


def false_negatives(labels, predictions, weights=None, metrics_collections=None,
                    updates_collections=None, name=None):
    """The weight of examples that are, but were not predicted; see ``true_positives``."""
    return _count("false_negatives", True, False, labels, predictions, weights,
                  metrics_collections, updates_collections, name)


def _count(default_name, label, prediction, labels, predictions, weights, metrics_collections,
           updates_collections, name):
    """Counts the examples with this label and this prediction."""
    with variable_scope(name, default_name, (predictions, labels, weights)):
        predictions, labels, weights = _as_bools(predictions, labels, weights)
        hits = math_ops.logical_and(math_ops.equal(labels, label),
                                    math_ops.equal(predictions, prediction))
        check_ops.assert_type(hits, dtypes.bool)
        count = metric_variable([], dtypes.float32, name="count")
        hits = math_ops.cast(hits, dtypes.float32)
        if weights is not None:
            check = check_ops.assert_rank_in(weights, (0, array_ops.rank(hits)))
            with control_dependencies((check,)):
                hits = math_ops.multiply(hits, math_ops.cast(weights, dtypes.float32))
        value = array_ops.identity(count)
        update_op = state_ops.assign_add(count, math_ops.reduce_sum(hits))
        return collect(value, update_op, metrics_collections, updates_collections)


def _as_bools(predictions, labels, weights):
    return aligned(math_ops.cast(predictions, dtype=dtypes.bool),
                   math_ops.cast(labels, dtype=dtypes.bool), weights)


def precision(labels, predictions, weights=None, metrics_collections=None, updates_collections=None,
              name=None):
    """True positives among all that were predicted; 0 when nothing was. See ``true_positives``."""
    return _share("precision", false_positives, labels, predictions, weights, metrics_collections,
                  updates_collections, name)


def recall(labels, predictions, weights=None, metrics_collections=None, updates_collections=None,
           name=None):
    """True positives among all that are; 0 when nothing is. See ``true_positives``."""
    return _share("recall", false_negatives, labels, predictions, weights, metrics_collections,
                  updates_collections, name)


def _share(default_name, count_others, labels, predictions, weights, metrics_collections,
           updates_collections, name):
    """True positives among themselves and others."""
    with variable_scope(name, default_name, (predictions, labels, weights)):
        predictions, labels, weights = _as_bools(predictions, labels, weights)
        hits, update_hits = true_positives(labels, predictions, weights)
        others, update_others = count_others(labels, predictions, weights)
        return collect(_ratio(hits, others, "value"), _ratio(update_hits, update_others,
                                                             "update_op"),
                       metrics_collections, updates_collections)


def _ratio(hits, others, name):
    some = math_ops.greater(hits + others, 0)
    return array_ops.where(some, math_ops.div(hits, hits + others), 0, name)
