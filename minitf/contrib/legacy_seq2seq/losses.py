"""Losses over lists of logits, and models for several lengths."""

from minitf.framework.graph import name_scope
from minitf.ops import array_ops, math_ops
from minitf.ops.cross_entropy_ops import sparse_softmax_cross_entropy_with_logits
from minitf.variable_scope import get_variable_scope, variable_scope


def sequence_loss_by_example(logits, targets, weights, average_across_timesteps=True,
                             softmax_loss_function=None, name=None):
    """Weighted cross entropies of sequences, [batch_size].

    Args:
      logits: a list of tensors [batch_size, classes], one for each step.
      targets: a list of int tensors [batch_size].
      weights: a list of tensors [batch_size].
      average_across_timesteps: divide the sums by those of weights.
      softmax_loss_function: a function of ``labels`` and ``logits`` instead of the sparse softmax
        cross entropy.
      name: the name scope.

    Raises:
      ValueError: lists of different lengths.
    """
    if len(targets) != len(logits) or len(weights) != len(logits):
        raise ValueError("Lengths of logits, weights, and targets must be the same "
                         f"{len(logits)}, {len(weights)}, {len(targets)}.")
    with name_scope(name, "sequence_loss_by_example", logits + targets + weights):
        losses = []
        for logit, target, weight in zip(logits, targets, weights):
            if softmax_loss_function is None:
                target = array_ops.reshape(target, [-1])
                loss = sparse_softmax_cross_entropy_with_logits(labels=target, logits=logit)
            else:
                loss = softmax_loss_function(labels=target, logits=logit)
            losses.append(loss * weight)
        total = math_ops.add_n(losses)
        if average_across_timesteps:
            # Where all weights are 0 the loss is 0.
            total /= math_ops.add_n(weights) + 1e-12
        return total


def sequence_loss(logits, targets, weights, average_across_timesteps=True,
                  average_across_batch=True, softmax_loss_function=None, name=None):
    """The sum of ``sequence_loss_by_example``, a scalar.

    Args:
      average_across_batch: divide it by the batch's size.
      logits and the others: those of ``sequence_loss_by_example``.

    Raises:
      ValueError: lists of different lengths.
    """
    with name_scope(name, "sequence_loss", logits + targets + weights):
        loss = math_ops.reduce_sum(sequence_loss_by_example(
            logits, targets, weights, average_across_timesteps=average_across_timesteps,
            softmax_loss_function=softmax_loss_function))
        if not average_across_batch:
            return loss
        return loss / math_ops.cast(array_ops.shape(targets[0])[0], loss.dtype)


def model_with_buckets(encoder_inputs, decoder_inputs, targets, weights, buckets, seq2seq,
                       softmax_loss_function=None, per_example_loss=False, name=None):
    """A model for each of several lengths, with the same weights.

    Args:
      encoder_inputs, decoder_inputs: lists of tensors, as long as the longest bucket.
      targets, weights: those of ``sequence_loss``.
      buckets: pairs of lengths of encoder and decoder, in ascending order.
      seq2seq: a function of encoder and decoder inputs that returns outputs and states.
      softmax_loss_function: see ``sequence_loss``.
      per_example_loss: losses are [batch_size], not scalars.
      name: the name scope.

    Returns:
      ``(outputs, losses)``: lists, with one entry for each bucket.

    Raises:
      ValueError: lists that are shorter than the last bucket.
    """
    for role, items, needed in (("encoder_inputs", encoder_inputs, buckets[-1][0]),
                                ("targets", targets, buckets[-1][1]),
                                ("weights", weights, buckets[-1][1])):
        if len(items) < needed:
            raise ValueError(f"Length of {role} ({len(items)}) must be at least that of last "
                             f"bucket ({needed}).")
    loss_function = sequence_loss_by_example if per_example_loss else sequence_loss
    outputs, losses = [], []
    with name_scope(name, "model_with_buckets",
                    encoder_inputs + decoder_inputs + targets + weights):
        for i, (encoder_length, length) in enumerate(buckets):
            with variable_scope(get_variable_scope(), reuse=True if i > 0 else None):
                bucket_outputs, _ = seq2seq(encoder_inputs[:encoder_length],
                                            decoder_inputs[:length])
                outputs.append(bucket_outputs)
                losses.append(loss_function(bucket_outputs, targets[:length], weights[:length],
                                            softmax_loss_function=softmax_loss_function))
    return outputs, losses
