"""What all metrics are made of: local variables, weights that fit, collections for the results."""

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import add_to_collections
from minitf.framework.graph_keys import GraphKeys
from minitf.ops import array_ops
from minitf.ops.confusion_matrix_ops import remove_squeezable_dimensions
from minitf.ops.weights_broadcast_ops import with_rank_of
from minitf.variable_base import Variable, VariableAggregation, VariableSynchronization


def metric_variable(shape, dtype, validate_shape=True, name=None):
    """A local variable of zeros, in LOCAL_VARIABLES and METRIC_VARIABLES."""
    return Variable(
        lambda: array_ops.zeros(shape, dtype), trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
        validate_shape=validate_shape, name=name,
        synchronization=VariableSynchronization.ON_READ, aggregation=VariableAggregation.SUM)


def collect(value, update_op, metrics_collections, updates_collections):
    """Adds a metric's tensors to collections and returns them as a pair."""
    if metrics_collections:
        add_to_collections(metrics_collections, value)
    if updates_collections:
        add_to_collections(updates_collections, update_op)
    return value, update_op


def aligned(predictions, labels, weights):
    """(predictions, labels, weights), of one rank where they differ by a last dimension of 1.

    Args:
      predictions: a tensor.
      labels: a tensor, or None.
      weights: a tensor, or None; scalars stay as they are.

    Raises:
      ValueError: static shapes of labels and predictions differ.
    """
    predictions = convert_to_tensor(predictions)
    if labels is not None:
        labels, predictions = remove_squeezable_dimensions(labels, predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
    if weights is not None:
        weights = convert_to_tensor(weights)
        # A last dimension that is known not to be 1 could only fail.
        may_shorten = not weights.shape.ndims or weights.shape.dims[-1].is_compatible_with(1)
        weights = with_rank_of(weights, predictions, may_shorten)
    return predictions, labels, weights
