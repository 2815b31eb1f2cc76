"""Connectionist temporal classification of dense labels: merging, counting, and the loss."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.sparse_tensor import SparseTensor, is_sparse
from minitf.ops import array_ops, functional_ops, math_ops
from minitf.ops.ctc_ops import ctc_loss


def static_or_dynamic_dim(tensor, axis):
    """A dimension: a number where it is known and not 0, otherwise a tensor."""
    dims = tensor.shape._dims
    return (dims and dims[axis]) or array_ops.shape(tensor)[axis]


def collapse_repeated(labels, seq_length, name=None):
    """Merges labels that follow one another and are equal.

    ``[[1, 1, 2, 2, 1], [1, 2, 3, 4, 5]]`` becomes ``[[1, 2, 1, 0, 0], [1, 2, 3, 4, 5]]``.

    Args:
      labels: [batch, longest sequence], integers.
      seq_length: integers [batch].
      name: the scope's name.

    Returns:
      ``(labels, lengths)``: the merged sequences, padded with 0 to the longest of them, and how
      long they are, in the dtype of ``seq_length``.
    """
    with name_scope(name, "collapse_repeated_labels", [labels, seq_length]):
        labels = convert_to_tensor(labels, name="labels")
        seq_length = convert_to_tensor(seq_length, name="seq_length")
        differs = array_ops.concat([array_ops.ones_like(labels[:, :1], dtypes.bool),
                                    math_ops.not_equal(labels[:, 1:], labels[:, :-1])], axis=1)
        exists = array_ops.sequence_mask(seq_length, maxlen=static_or_dynamic_dim(labels, 1))
        kept = math_ops.logical_and(differs, exists)
        lengths = math_ops.reduce_sum(math_ops.cast(kept, dtypes.int32), axis=1)
        longest = math_ops.reduce_max(lengths)
        taken = array_ops.sequence_mask(lengths, maxlen=longest)

        # The labels that are kept go, in order, to the places that are taken.
        flat_labels = array_ops.reshape(labels, [-1])
        flat_kept = array_ops.reshape(kept, [-1])
        flat_taken = array_ops.reshape(taken, [-1])
        places = math_ops.range(static_or_dynamic_dim(flat_taken, 0))
        flat = array_ops.scatter_nd(
            array_ops.expand_dims(array_ops.boolean_mask(places, flat_taken), axis=1),
            array_ops.boolean_mask(flat_labels, flat_kept), array_ops.shape(flat_taken))
        shape = [static_or_dynamic_dim(labels, 0), longest]
        return (array_ops.reshape(flat, shape), math_ops.cast(lengths, seq_length.dtype))


def ctc_unique_labels(labels, name=None):
    """The different labels of each sequence, and which of them each label is.

    ``[[3, 4, 4, 3]]`` has the labels ``[[3, 4, 0, 0]]``, at ``[[0, 1, 1, 0]]``.

    Args:
      labels: [batch, longest sequence], integers.
      name: the scope's name.

    Returns:
      ``[unique, indices]``, int64 and int32, of the shape of ``labels``.
    """
    with name_scope(name, "ctc_unique_labels", [labels]):
        labels = convert_to_tensor(labels, name="labels")

        def of_sequence(sequence):
            values, indices = array_ops.unique(sequence)
            missing = (static_or_dynamic_dim(indices, 0) - static_or_dynamic_dim(values, 0))
            padded = array_ops.pad(values, [[0, missing]])
            return [math_ops.cast(padded, dtypes.int64), indices]

        return functional_ops.map_fn(of_sequence, labels, dtype=[dtypes.int64, dtypes.int32])


def ctc_loss_v2(labels, logits, label_length, logit_length, logits_time_major=True, unique=None,
                blank_index=None, name=None):
    """The negative log probability of label sequences, which may be dense.

    With dense labels TensorFlow builds another graph, for accelerators. Here they become sparse, so
    sequences without labels are an error, as for ``ctc_loss``; and steps behind ``logit_length``
    have no gradient, where TensorFlow gives them that of their softmax. Losses, and all other
    gradients, are equal.

    Args:
      labels: an int32 SparseTensor, or integers [batch, longest sequence].
      logits: [time, batch, classes], floats: scores, of which this takes the softmax.
      label_length: integers [batch], how long dense sequences are; None for sparse ones.
      logit_length: int32 [batch]: how many steps each sequence has.
      logits_time_major: False when logits are [batch, time, classes].
      unique: the result of ``ctc_unique_labels``, which is a help for other processors only.
      blank_index: which class is the blank; below 0 it is counted from the end. 0 by default, but
        to be given for sparse labels.
      name: the scope's name, for dense labels.

    Returns:
      A tensor [batch]. It has no second derivative.

    Raises:
      ValueError: sparse labels without ``blank_index``.
    """
    if is_sparse(labels):
        if blank_index is None:
            raise ValueError("blank_index must be given when using SparseTensor labels.")
        return _loss_with_blank(labels, logits, logit_length, logits_time_major, blank_index)
    with name_scope(name, "ctc_loss_dense", [logits, labels, label_length, logit_length]):
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        label_length = convert_to_tensor(label_length, name="label_length")
        logit_length = convert_to_tensor(logit_length, name="logit_length")
        exists = array_ops.sequence_mask(label_length, static_or_dynamic_dim(labels, 1))
        places = array_ops.where(exists)
        values = math_ops.cast(array_ops.gather_nd(labels, places), dtypes.int32)
        sparse = SparseTensor(places, values, array_ops.shape(labels, out_type=dtypes.int64))
        return _loss_with_blank(sparse, logits, logit_length, logits_time_major, blank_index or 0)


def _loss_with_blank(labels, logits, logit_length, time_major, blank):
    """``ctc_loss``, for which the blank becomes the last class."""
    if blank < 0:
        blank += static_or_dynamic_dim(logits, 2)
    if blank != static_or_dynamic_dim(logits, 2) - 1:
        logits = array_ops.concat([logits[:, :, :blank], logits[:, :, blank + 1:],
                                   logits[:, :, blank:blank + 1]], axis=2)
        moved = array_ops.where(labels.values < blank, labels.values, labels.values - 1)
        labels = SparseTensor(labels.indices, moved, labels.dense_shape)
    return ctc_loss(labels, logits, logit_length, time_major=time_major)
