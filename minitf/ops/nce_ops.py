"""Losses that visit a sample of the classes: noise-contrastive estimation and sampled softmax.

Both compute logits for the true classes and for a few classes drawn, subtract the logarithm of how
often each was expected to be drawn, and hand these to a loss that would be too dear over all
classes. All are compositions; see ``candidate_sampling_ops`` for how classes are drawn.
"""

from minitf.framework import dtypes
from minitf.framework.graph import name_scope
from minitf.ops import (
    array_ops,
    candidate_sampling_ops,
    cross_entropy_ops,
    embedding_ops,
    math_ops,
    sparse_to_dense_ops,
)


def nce_loss(weights, biases, labels, inputs, num_sampled, num_classes, num_true=1,
             sampled_values=None, remove_accidental_hits=False, partition_strategy="mod",
             name="nce_loss"):
    """The loss of noise-contrastive estimation, for training.

    Logistic regression tells the true classes from those drawn, for each example (M. Gutmann,
    A. Hyvarinen, "Noise-contrastive estimation: A new estimation principle for unnormalized
    statistical models", AISTATS 2010).

    Args:
      weights: [num_classes, dim], one vector a class; or a list of tensors or variables that make
        such a matrix together.
      biases: [num_classes].
      labels: integers [batch, num_true], the true classes.
      inputs: [batch, dim].
      num_sampled: an int, how many classes are drawn; all examples share them.
      num_classes: an int.
      num_true: an int.
      sampled_values: what a ``*_candidate_sampler`` returned; by default the classes come from
        ``log_uniform_candidate_sampler``, which expects them sorted by falling frequency.
      remove_accidental_hits: whether a drawn class that is a true one counts as not drawn.
      partition_strategy: "mod" or "div", how a list of weights is put together.

    Returns:
      [batch], a loss for each example.
    """
    logits, targets = _sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, partition_strategy, name, seed=None)
    losses = cross_entropy_ops.sigmoid_cross_entropy_with_logits(
        labels=targets, logits=logits, name="sampled_losses")
    return _sum_rows(losses)


def sampled_softmax_loss(weights, biases, labels, inputs, num_sampled, num_classes, num_true=1,
                         sampled_values=None, remove_accidental_hits=True, partition_strategy="mod",
                         name="sampled_softmax_loss", seed=None):
    """The softmax cross entropy over the true classes and a sample of the others, for training.

    It is mostly below the loss over all classes (S. Jean et al., "On Using Very Large Target
    Vocabulary for Neural Machine Translation", 2014, section 3).

    Args:
      seed: an int, the sampler's seed; for the others see ``nce_loss``.

    Returns:
      [batch], a loss for each example.
    """
    logits, targets = _sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, partition_strategy, name, seed)
    targets = array_ops.stop_gradient(targets, name="labels_stop_gradient")
    return cross_entropy_ops.softmax_cross_entropy_with_logits_v2(labels=targets, logits=logits)


def _sampled_logits(weights, biases, labels, inputs, num_sampled, num_classes, num_true,
                    sampled_values, remove_accidental_hits, partition_strategy, name, seed):
    """Logits of true classes and drawn ones, and their targets, [batch, true + drawn] both."""
    if hasattr(weights, "_variable_list"):  # a partitioned variable
        weights = list(weights)
    if not isinstance(weights, list):
        weights = [weights]
    with name_scope(name, "compute_sampled_logits", [*weights, biases, inputs, labels]):
        if labels.dtype != dtypes.int64:
            labels = math_ops.cast(labels, dtypes.int64)
        true_ids = array_ops.reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = candidate_sampling_ops.log_uniform_candidate_sampler(
                true_classes=labels, num_true=num_true, num_sampled=num_sampled, unique=True,
                range_max=num_classes, seed=seed)
        sampled, true_count, sampled_count = (array_ops.stop_gradient(value)
                                              for value in sampled_values)
        sampled = math_ops.cast(sampled, dtypes.int64)
        # One lookup for all, so that the gradient has one IndexedSlices for each table.
        ids = array_ops.concat([true_ids, sampled], 0)
        true_w, sampled_w = _looked_up_weights(weights, ids, true_ids, inputs, partition_strategy)
        sampled_logits = math_ops.matmul(inputs, sampled_w, transpose_b=True)
        true_b, sampled_b = _looked_up_biases(biases, ids, true_ids, inputs, partition_strategy)
        true_logits = _true_logits(inputs, true_w, num_true)
        true_logits += array_ops.reshape(true_b, [-1, num_true])
        sampled_logits += sampled_b
        if remove_accidental_hits:
            sampled_logits += _hit_weights(labels, sampled, sampled_logits.dtype, num_true,
                                           num_sampled)
        true_logits -= math_ops.log(true_count)
        sampled_logits -= math_ops.log(sampled_count)
        logits = array_ops.concat([true_logits, sampled_logits], 1)
        # The probability of an example is divided between its true classes.
        targets = array_ops.concat([array_ops.ones_like(true_logits) / num_true,
                                    array_ops.zeros_like(sampled_logits)], 1)
        return logits, targets


def _looked_up(table, ids, inputs, partition_strategy):
    rows = embedding_ops.embedding_lookup(table, ids, partition_strategy=partition_strategy)
    return rows if rows.dtype == inputs.dtype else math_ops.cast(rows, inputs.dtype)


def _looked_up_weights(weights, ids, true_ids, inputs, partition_strategy):
    """The weights of the true classes, and of those drawn."""
    rows = _looked_up(weights, ids, inputs, partition_strategy)
    true = array_ops.slice(
        rows, [0, 0], array_ops.stack([array_ops.shape(true_ids)[0], -1]))
    sampled = array_ops.slice(
        rows, array_ops.stack([array_ops.shape(true_ids)[0], 0]), [-1, -1])
    return true, sampled


def _looked_up_biases(biases, ids, true_ids, inputs, partition_strategy):
    """The biases of the true classes, and of those drawn."""
    rows = _looked_up(biases, ids, inputs, partition_strategy)
    true = array_ops.slice(rows, [0], array_ops.shape(true_ids))
    sampled = array_ops.slice(rows, array_ops.shape(true_ids), [-1])
    return true, sampled


def _true_logits(inputs, true_w, num_true):
    """Each example's input times the weights of its true classes, [batch, num_true]."""
    dim = array_ops.shape(true_w)[1:2]
    by_example = array_ops.concat([[-1, num_true], dim], 0)
    products = math_ops.multiply(array_ops.expand_dims(inputs, 1),
                                 array_ops.reshape(true_w, by_example))
    products = array_ops.reshape(products, array_ops.concat([[-1], dim], 0))
    return array_ops.reshape(_sum_rows(products), [-1, num_true])


def _hit_weights(labels, sampled, dtype, num_true, num_sampled):
    """[batch, num_sampled]: the lowest float where a drawn class is a true one, 0 elsewhere."""
    rows, columns, weights = candidate_sampling_ops.compute_accidental_hits(
        labels, sampled, num_true=num_true)
    rows = array_ops.reshape(rows, [-1, 1])
    columns = array_ops.reshape(math_ops.cast(columns, dtypes.int32), [-1, 1])
    places = array_ops.concat([rows, columns], 1, "sparse_indices")
    shape = array_ops.concat(
        [array_ops.shape(labels)[:1], array_ops.expand_dims(num_sampled, 0)], 0)
    if dtype != weights.dtype:
        weights = math_ops.cast(weights, dtype)
    return sparse_to_dense_ops.sparse_to_dense(places, shape, weights, default_value=0.0,
                                               validate_indices=False)


def _sum_rows(x):
    """The sums of a matrix's rows, as a product with ones, whose gradient is a product too."""
    columns = array_ops.shape(x)[1]
    ones = array_ops.ones(array_ops.stack([columns, 1]), x.dtype)
    return array_ops.reshape(math_ops.matmul(x, ones), [-1])
