"""Metrics of a probability that is compared with several thresholds at once; areas under curves."""

from minitf import tf_logging
from minitf.framework import dtypes
from minitf.framework.graph import control_dependencies
from minitf.metrics.accumulators import aligned, collect, metric_variable
from minitf.ops import array_ops, check_ops, math_ops, state_ops
from minitf.ops.constant_op import constant
from minitf.ops.weights_broadcast_ops import broadcast_weights
from minitf.variable_scope import variable_scope

# Added to denominators that may be 0.
_EPSILON = 1e-7


# ---- counting ----


class _Counts:
    """The four cells of the confusion matrix at each threshold, as far as they were asked for.

    Attributes (None, or float32 [number of thresholds]):
      tp, fn, tn, fp: true positives, false negatives, true negatives, false positives.
    """

    def __init__(self, cells):
        self.tp = cells.get("tp")
        self.fn = cells.get("fn")
        self.tn = cells.get("tn")
        self.fp = cells.get("fp")


def _confusion_at_thresholds(labels, predictions, thresholds, weights, cells):
    """Counts how labels and predictions meet when predictions above a threshold are positive.

    Args:
      labels: cast to bool.
      predictions: of the same shape, in [0, 1].
      thresholds: a list of floats.
      weights: None, a scalar, or a tensor of the rank of labels.
      cells: those of "tp", "fn", "tn" and "fp" that are wanted.

    Returns:
      Two ``_Counts``: the variables, and the operations that add this batch to them.
    """
    bounds = [check(predictions, math_ops.cast(limit, dtype=predictions.dtype),
                    message="predictions must be in [0, 1]")
              for check, limit in ((check_ops.assert_greater_equal, 0.0),
                                   (check_ops.assert_less_equal, 1.0))]
    with control_dependencies(bounds):
        predictions = math_ops.cast(predictions, dtypes.float32)
        predictions, labels, weights = aligned(predictions,
                                               math_ops.cast(labels, dtype=dtypes.bool), weights)
    count = len(thresholds)
    column = array_ops.reshape(predictions, [-1, 1])
    row_of_labels = array_ops.reshape(math_ops.cast(labels, dtype=dtypes.bool), [1, -1])
    examples = column.shape.as_list()[0]
    if examples is None:
        examples = array_ops.shape(column)[0]
    limits = array_ops.tile(array_ops.expand_dims(constant(thresholds), [1]),
                            array_ops.stack([1, examples]))
    predicted = {True: math_ops.greater(
        array_ops.tile(array_ops.transpose(column), [count, 1]), limits)}
    if "fn" in cells or "tn" in cells:
        predicted[False] = math_ops.logical_not(predicted[True])
    labelled = {True: array_ops.tile(row_of_labels, [count, 1])}
    if "fp" in cells or "tn" in cells:
        labelled[False] = math_ops.logical_not(labelled[True])
    if weights is not None:
        weights = broadcast_weights(math_ops.cast(weights, dtypes.float32), predictions)
        weights = array_ops.tile(array_ops.reshape(weights, [1, -1]), [count, 1])
        limits.shape.assert_is_compatible_with(weights.shape)

    variables, updates = {}, {}
    for cell, name, label, prediction in (("tp", "true_positives", True, True),
                                          ("fn", "false_negatives", True, False),
                                          ("tn", "true_negatives", False, False),
                                          ("fp", "false_positives", False, True)):
        if cell in cells:
            variables[cell] = metric_variable([count], dtypes.float32, name=name)
            hits = math_ops.cast(math_ops.logical_and(labelled[label], predicted[prediction]),
                                 dtypes.float32)
            if weights is not None:
                hits *= weights
            updates[cell] = state_ops.assign_add(variables[cell], math_ops.reduce_sum(hits, 1))
    return _Counts(variables), _Counts(updates)


def _count(cell, scope, labels, predictions, thresholds, weights, metrics_collections,
           updates_collections, name):
    with variable_scope(name, scope, (predictions, labels, weights)):
        counts, updates = _confusion_at_thresholds(labels, predictions, thresholds, weights,
                                                   (cell,))
        return collect(array_ops.identity(getattr(counts, cell)), getattr(updates, cell),
                       metrics_collections, updates_collections)


def true_positives_at_thresholds(labels, predictions, thresholds, weights=None,
                                 metrics_collections=None, updates_collections=None, name=None):
    """The weight of examples that are, and were predicted above each threshold.

    Args:
      labels: cast to bool.
      predictions: of the same shape, floating, in [0, 1].
      thresholds: a list of floats in [0, 1].
      weights: None, a scalar, or a tensor of the rank of labels.
      metrics_collections, updates_collections: collections to which the value and the update op are
        added.
      name: the variable scope, by default "true_positives".

    Returns:
      (value, update_op): two tensors, float32 [number of thresholds].

    Raises:
      ValueError: static shapes that do not fit.
      InvalidArgumentError: at run time, a prediction is not in [0, 1].
    """
    return _count("tp", "true_positives", labels, predictions, thresholds, weights,
                  metrics_collections, updates_collections, name)


def true_negatives_at_thresholds(labels, predictions, thresholds, weights=None,
                                 metrics_collections=None, updates_collections=None, name=None):
    """Those that are not, and were not; see ``true_positives_at_thresholds``."""
    return _count("tn", "true_negatives", labels, predictions, thresholds, weights,
                  metrics_collections, updates_collections, name)


def false_positives_at_thresholds(labels, predictions, thresholds, weights=None,
                                  metrics_collections=None, updates_collections=None, name=None):
    """Those that are not, but were; see ``true_positives_at_thresholds``."""
    return _count("fp", "false_positives", labels, predictions, thresholds, weights,
                  metrics_collections, updates_collections, name)


def false_negatives_at_thresholds(labels, predictions, thresholds, weights=None,
                                  metrics_collections=None, updates_collections=None, name=None):
    """Those that are, but were not; see ``true_positives_at_thresholds``."""
    return _count("fn", "false_negatives", labels, predictions, thresholds, weights,
                  metrics_collections, updates_collections, name)


# ---- precision and recall ----


def precision_at_thresholds(labels, predictions, thresholds, weights=None,
                            metrics_collections=None, updates_collections=None, name=None):
    """True positives among all predicted; see ``true_positives_at_thresholds``."""
    with variable_scope(name, "precision_at_thresholds", (predictions, labels, weights)):
        pair = _confusion_at_thresholds(labels, predictions, thresholds, weights, ("tp", "fp"))
        value, update_op = [
            math_ops.div(counts.tp, _EPSILON + counts.tp + counts.fp, name="precision_" + part)
            for counts, part in zip(pair, ("value", "update_op"))]
        return collect(value, update_op, metrics_collections, updates_collections)


def recall_at_thresholds(labels, predictions, thresholds, weights=None, metrics_collections=None,
                         updates_collections=None, name=None):
    """True positives among all that are; see ``true_positives_at_thresholds``."""
    with variable_scope(name, "recall_at_thresholds", (predictions, labels, weights)):
        pair = _confusion_at_thresholds(labels, predictions, thresholds, weights, ("tp", "fn"))
        value, update_op = [
            math_ops.div(counts.tp, _EPSILON + counts.tp + counts.fn, name="recall_" + part)
            for counts, part in zip(pair, ("value", "update_op"))]
        return collect(value, update_op, metrics_collections, updates_collections)


# ---- areas under curves ----


def _even_thresholds(num_thresholds, last=1.0 + _EPSILON):
    """Thresholds at even distances in (0, 1), one a little below 0, and the last."""
    inner = [(i + 1) * 1.0 / (num_thresholds - 1) for i in range(num_thresholds - 2)]
    return [0.0 - _EPSILON, *inner, last]


def auc(labels, predictions, weights=None, num_thresholds=200, metrics_collections=None,
        updates_collections=None, curve="ROC", name=None, summation_method="trapezoidal",
        thresholds=None):
    """The area under a curve, from points at a number of thresholds.

    Args:
      labels, predictions, weights, metrics_collections, updates_collections: see
        ``true_positives_at_thresholds``.
      num_thresholds: how many thresholds lie at even distances between 0 and 1.
      curve: "ROC", recall by the false positive rate, or "PR", precision by recall.
      name: the variable scope, by default "auc".
      summation_method: "trapezoidal"; "minoring" and "majoring", the lower and the upper sums; or
        "careful_interpolation", for PR curves (J. Davis and M. Goadrich, "The Relationship Between
        Precision-Recall and ROC Curves", 2006).
      thresholds: a list of floats, instead of even distances.

    Returns:
      (value, update_op): two float32 scalars.

    Raises:
      ValueError: an unknown curve or method.
    """
    with variable_scope(name, "auc", (labels, predictions, weights)):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
        if thresholds is None:
            thresholds = _even_thresholds(num_thresholds)
        else:
            thresholds = [0.0 - _EPSILON, *sorted(thresholds), 1.0 + _EPSILON]
        counts, updates = _confusion_at_thresholds(labels, predictions, thresholds, weights,
                                                   ("tp", "fn", "tn", "fp"))
        last = len(thresholds) - 1
        return collect(_area(counts, curve, summation_method, last, "value"),
                       _area(updates, curve, summation_method, last, "update_op"),
                       metrics_collections, updates_collections)


def _area(counts, curve, method, last, name):
    """The area under the points 0 to ``last`` of a curve."""
    if curve == "PR":
        if method == "trapezoidal":
            tf_logging.warning("Trapezoidal rule is known to produce incorrect PR-AUCs; "
                               'please switch to "careful_interpolation" instead.')
        elif method == "careful_interpolation":
            return _interpolated_area(counts, last)
    epsilon = 1.0e-6
    tp, fn, tn, fp = counts.tp, counts.fn, counts.tn, counts.fp
    recall = math_ops.div(tp + epsilon, tp + fn + epsilon)
    if curve == "ROC":
        x, y = math_ops.div(fp, fp + tn + epsilon), recall
    else:
        x, y = recall, math_ops.div(tp + epsilon, tp + fp + epsilon)
    if method not in ("trapezoidal", "careful_interpolation", "minoring", "majoring"):
        raise ValueError(f"Invalid summation_method: {method}")
    widths = x[:last] - x[1:]
    if method == "minoring":
        heights = math_ops.minimum(y[:last], y[1:])
    elif method == "majoring":
        heights = math_ops.maximum(y[:last], y[1:])
    else:
        heights = (y[:last] + y[1:]) / 2.0
    return math_ops.reduce_sum(math_ops.multiply(widths, heights), name=name)


def _interpolated_area(counts, last):
    """The area under a PR curve between whose points the counts are linear (Davis, Goadrich)."""
    tp, fp, fn = counts.tp, counts.fp, counts.fn
    tp_widths = tp[:last] - tp[1:]
    p = tp + fp
    slope = math_ops.div_no_nan(tp_widths, math_ops.maximum(p[:last] - p[1:], 0),
                                name="prec_slope")
    intercept = tp[1:] - math_ops.multiply(slope, p[1:])
    both = math_ops.logical_and(p[:last] > 0, p[1:] > 0)
    ratio = math_ops.div_no_nan(p[:last], math_ops.maximum(p[1:], 0),
                                name="recall_relative_ratio")
    ratio = array_ops.where(both, ratio, array_ops.ones_like(p[1:]))
    area = slope * (tp_widths + intercept * math_ops.log(ratio))
    increments = math_ops.div_no_nan(area, math_ops.maximum(tp[1:] + fn[1:], 0),
                                     name="pr_auc_increment")
    return math_ops.reduce_sum(increments, name="interpolate_pr_auc")


# ---- one rate where the other is given ----


def sensitivity_at_specificity(labels, predictions, specificity, weights=None, num_thresholds=200,
                               metrics_collections=None, updates_collections=None, name=None):
    """Recall of the positives, at the threshold where that of the negatives is ``specificity``.

    Args:
      specificity: a float in [0, 1].
      num_thresholds: how many thresholds are tried.
      name: the variable scope, by default "sensitivity_at_specificity".
      Other arguments: see ``true_positives_at_thresholds``.

    Returns:
      (value, update_op): two float32 scalars.

    Raises:
      ValueError: ``specificity`` is not in [0, 1].
    """
    if not 0 <= specificity <= 1:
        raise ValueError("`specificity` must be in the range [0, 1].")

    def sensitivity(counts, name):
        rates = math_ops.div(counts.tn, counts.tn + counts.fp + _EPSILON)
        place = math_ops.argmin(math_ops.abs(rates - specificity), 0)
        place = math_ops.cast(place, dtypes.int32)
        return math_ops.div(counts.tp[place],
                            counts.tp[place] + counts.fn[place] + _EPSILON, name)

    with variable_scope(name, "sensitivity_at_specificity", (predictions, labels, weights)):
        counts, updates = _confusion_at_thresholds(
            labels, predictions, _even_thresholds(num_thresholds), weights,
            ("tp", "fn", "tn", "fp"))
        return collect(sensitivity(counts, "value"), sensitivity(updates, "update_op"),
                       metrics_collections, updates_collections)


def specificity_at_sensitivity(labels, predictions, sensitivity, weights=None, num_thresholds=200,
                               metrics_collections=None, updates_collections=None, name=None):
    """Recall of the negatives, at the threshold where that of the positives is ``sensitivity``.

    Of several thresholds that are equally near, the highest counts. Arguments: see
    ``sensitivity_at_specificity``.
    """
    if not 0 <= sensitivity <= 1:
        raise ValueError("`sensitivity` must be in the range [0, 1].")

    def specificity(counts, name):
        rates = math_ops.div(counts.tp, counts.tp + counts.fn + _EPSILON)
        nearest = math_ops.reduce_min(math_ops.abs(rates - sensitivity))
        is_nearest = math_ops.equal(math_ops.abs(rates - sensitivity), nearest)
        # The running count is greatest at the last of them, and argmax finds the first greatest.
        place = math_ops.argmax(math_ops.cumsum(math_ops.cast(is_nearest, dtypes.int64)), 0)
        place = math_ops.cast(place, dtypes.int32)
        return math_ops.div(counts.tn[place],
                            counts.tn[place] + counts.fp[place] + _EPSILON, name)

    with variable_scope(name, "specificity_at_sensitivity", (predictions, labels, weights)):
        counts, updates = _confusion_at_thresholds(
            labels, predictions, _even_thresholds(num_thresholds, last=1.0 - _EPSILON), weights,
            ("tp", "fn", "tn", "fp"))
        return collect(specificity(counts, "value"), specificity(updates, "update_op"),
                       metrics_collections, updates_collections)
