"""sequence_loss: weighted cross entropies of sequences."""

from minitf.framework.graph import name_scope
from minitf.ops import array_ops, math_ops
from minitf.ops.cross_entropy_ops import sparse_softmax_cross_entropy_with_logits


def sequence_loss(logits, targets, weights, average_across_timesteps=True,
                  average_across_batch=True, sum_over_timesteps=False, sum_over_batch=False,
                  softmax_loss_function=None, name=None):
    """Cross entropies of a batch of sequences, weighted and averaged.

    Args:
      logits: [batch_size, sequence_length, classes].
      targets: ints [batch_size, sequence_length], the right classes.
      weights: [batch_size, sequence_length], such as 1 within sequences and 0 after their ends.
      average_across_timesteps, average_across_batch: sum over that dimension and divide by the
        sum of weights.
      sum_over_timesteps, sum_over_batch: sum over that dimension and divide by the number of
        weights that are not 0.
      softmax_loss_function: a function of ``labels`` and ``logits`` instead of the sparse softmax
        cross entropy.
      name: the name scope.

    Returns:
      A scalar, a vector, or [batch_size, sequence_length], of the dimensions that remain.

    Raises:
      ValueError: arguments of other ranks; both an average and a sum over a dimension.
    """
    if len(logits.shape) != 3:
        raise ValueError("Logits must be a [batch_size x sequence_length x logits] tensor")
    if len(targets.shape) != 2:
        raise ValueError("Targets must be a [batch_size x sequence_length] tensor")
    if len(weights.shape) != 2:
        raise ValueError("Weights must be a [batch_size x sequence_length] tensor")
    if average_across_timesteps and sum_over_timesteps:
        raise ValueError("average_across_timesteps and sum_over_timesteps cannot be set to True at "
                         "same time.")
    if average_across_batch and sum_over_batch:
        raise ValueError("average_across_batch and sum_over_batch cannot be set to True at same "
                         "time.")
    with name_scope(name, "sequence_loss", [logits, targets, weights]):
        classes = array_ops.shape(logits)[2]
        by_step = array_ops.reshape(logits, [-1, classes])
        targets = array_ops.reshape(targets, [-1])
        loss_function = softmax_loss_function or sparse_softmax_cross_entropy_with_logits
        losses = loss_function(labels=targets, logits=by_step)
        losses *= array_ops.reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            total = math_ops.reduce_sum(losses)
            return math_ops.div_no_nan(total, math_ops.reduce_sum(weights))
        if sum_over_timesteps and sum_over_batch:
            total = math_ops.reduce_sum(losses)
            count = math_ops.cast(math_ops.count_nonzero(weights), total.dtype)
            return math_ops.div_no_nan(total, count)
        losses = array_ops.reshape(losses, array_ops.shape(logits)[0:2])
        if average_across_timesteps or average_across_batch:
            axis = [0] if average_across_batch else [1]
            total = math_ops.reduce_sum(losses, axis=axis)
            return math_ops.div_no_nan(total, math_ops.reduce_sum(weights, axis=axis))
        if sum_over_timesteps or sum_over_batch:
            axis = [0] if sum_over_batch else [1]
            total = math_ops.reduce_sum(losses, axis=axis)
            count = math_ops.cast(math_ops.count_nonzero(weights, axis=axis), dtype=total.dtype)
            return math_ops.div_no_nan(total, count)
        return losses
