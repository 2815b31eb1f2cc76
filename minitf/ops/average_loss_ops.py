"""Losses of examples as one number for the batch: compute_average_loss, scale_regularization_loss.

TensorFlow divides by the number of replicas of its distribution strategy, too. Here there is one.
"""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies
from minitf.ops import array_ops, check_ops, math_ops
from minitf.ops.weights_broadcast_ops import broadcast_weights, with_rank_of

_REPLICAS = 1


def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """The weighted sum of losses, divided by the size of the batch.

    Args:
      per_example_loss: a tensor of rank 1 at least.
      sample_weight: weights, a scalar or a tensor; a last dimension of 1 may be missing.
      global_batch_size: by default the first dimension of ``per_example_loss``.

    Returns:
      A scalar of the dtype of ``per_example_loss``.

    Raises:
      ValueError: the loss is a scalar.
    """
    loss = convert_to_tensor(per_example_loss)
    dtype = loss.dtype
    with control_dependencies(_rank_checks(loss)):
        if sample_weight is not None:
            loss = _weighted(math_ops.cast(loss, dtypes.float32),
                             math_ops.cast(sample_weight, dtypes.float32))
        loss = math_ops.cast(loss, dtype)
        if global_batch_size is None:
            batch = array_ops.shape(loss)[0] * _REPLICAS
            global_batch_size = math_ops.cast(batch, dtype)
        return math_ops.reduce_sum(loss) / global_batch_size


def _rank_checks(loss):
    text = "Invalid value passed for `per_example_loss`. Expected a tensor with at least rank 1"
    if loss.shape.ndims == 0:
        raise ValueError(f"{text}, received: {loss}")
    if loss.shape.ndims is not None:
        return []
    return [check_ops.assert_greater_equal(
        array_ops.rank(loss), math_ops.cast(1, dtype=dtypes.int32), message=text + ".")]


def _weighted(loss, weights):
    weights = with_rank_of(convert_to_tensor(weights), loss)
    return math_ops.multiply(loss, broadcast_weights(weights, loss))


def scale_regularization_loss(regularization_loss):
    """The sum of regularization losses: a scalar, divided by the number of replicas."""
    return math_ops.reduce_sum(regularization_loss) / _REPLICAS
