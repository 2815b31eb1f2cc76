"""tf.metrics: figures over a whole data set, added up from batch to batch.

A metric is a pair of tensors. The *update op*, when it runs, adds a batch to local variables and
gives the figure so far; the *value* gives the figure and adds nothing. The variables are in the
collections LOCAL_VARIABLES and METRIC_VARIABLES: ``tf.local_variables_initializer`` starts over.
"""
# ruff: noqa: F401 - a namespace

from minitf.metrics.at_k import (
    average_precision_at_k,
    precision_at_k,
    precision_at_top_k,
    recall_at_k,
    recall_at_top_k,
    sparse_average_precision_at_k,
    sparse_precision_at_k,
)
from minitf.metrics.at_thresholds import (
    auc,
    false_negatives_at_thresholds,
    false_positives_at_thresholds,
    precision_at_thresholds,
    recall_at_thresholds,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
    true_negatives_at_thresholds,
    true_positives_at_thresholds,
)
from minitf.metrics.by_class import mean_iou, mean_per_class_accuracy
from minitf.metrics.counts import (
    false_negatives,
    false_positives,
    precision,
    recall,
    true_negatives,
    true_positives,
)
from minitf.metrics.means import (
    accuracy,
    mean,
    mean_absolute_error,
    mean_cosine_distance,
    mean_relative_error,
    mean_squared_error,
    mean_tensor,
    percentage_below,
    root_mean_squared_error,
)
