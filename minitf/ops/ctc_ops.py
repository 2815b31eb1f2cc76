"""Connectionist temporal classification: a loss, and decoders, for sequences without alignment.

At each time step a network scores all labels and a blank, the last class. A path names a class at
each step; it spells what is left when repetitions are merged and blanks removed. The probability of
a sequence is the sum over all paths that spell it.

Source: Graves, Fernandez, Gomez and Schmidhuber 2006, "Connectionist temporal classification:
labelling unsegmented sequence data with recurrent neural networks".
"""

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor, is_sparse
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import dims_or_unknown, merge_dims
from minitf.ops.ctc_beam_search import beam_search
from minitf.ops.elementwise import list_text
from minitf.ops.sparse_index import invalid
from minitf.ops.sparse_to_dense_ops import check_places

# ---- public functions ----


def ctc_loss(labels, inputs=None, sequence_length=None, preprocess_collapse_repeated=False,
             ctc_merge_repeated=True, ignore_longer_outputs_than_inputs=False, time_major=True,
             logits=None):
    """The negative log probability of label sequences (TF op: CTCLoss).

    Args:
      labels: an int32 SparseTensor [batch, longest sequence], none of them empty. Labels are below
        ``classes - 1``, which is the blank.
      inputs: [time, batch, classes], float32 or float64: scores, of which this takes the softmax.
      sequence_length: int32 [batch]: how many steps each sequence has.
      preprocess_collapse_repeated: merge repeated labels first.
      ctc_merge_repeated: False: repetitions in a path are labels of their own.
      ignore_longer_outputs_than_inputs: the loss of sequences with more labels than steps is 0;
        otherwise they are an error.
      time_major: False when inputs are [batch, time, classes].
      logits: another name of ``inputs``.

    Returns:
      A tensor [batch]. It has no second derivative.

    Raises:
      TypeError: labels are not sparse.
      InvalidArgumentError: labels that cannot be (at run time).
    """
    if not is_sparse(labels):
        raise TypeError("Expected labels (first argument) to be a SparseTensor")
    inputs = renamed_argument("logits", logits, "inputs", inputs)
    if not time_major:
        inputs = array_ops.transpose(inputs, [1, 0, 2])
    loss, _ = CTCLoss(
        inputs, labels.indices, labels.values, sequence_length,
        preprocess_collapse_repeated=preprocess_collapse_repeated,
        ctc_merge_repeated=ctc_merge_repeated,
        ignore_longer_outputs_than_inputs=ignore_longer_outputs_than_inputs)
    return loss


def ctc_greedy_decoder(inputs, sequence_length, merge_repeated=True):
    """What the path of the best class at each step spells (TF op: CTCGreedyDecoder).

    Args:
      inputs: [time, batch, classes], floats: scores; the last class is the blank.
      sequence_length: int32 [batch].
      merge_repeated: merge repetitions; otherwise only blanks are removed.

    Returns:
      ``([decoded], neg_sum_logits)``: an int64 SparseTensor [batch, longest], and the negative sum
      of the best scores, [batch, 1].
    """
    indices, values, shape, scores = CTCGreedyDecoder(inputs, sequence_length,
                                                      merge_repeated=merge_repeated)
    return [SparseTensor(indices, values, shape)], scores


def ctc_beam_search_decoder(inputs, sequence_length, beam_width=100, top_paths=1,
                            merge_repeated=True):
    """The most probable sequences, found by a search (TF op: CTCBeamSearchDecoder).

    Args:
      inputs: [time, batch, classes], floats: scores; the last class is the blank.
      sequence_length: int32 [batch].
      beam_width: how many beginnings are kept at each step.
      top_paths: how many sequences to return, at most ``beam_width``.
      merge_repeated: merge repetitions in the sequences found, as if they were paths.

    Returns:
      ``(decoded, log_probability)``: a list of ``top_paths`` int64 SparseTensors, the best first,
      and their log probabilities, [batch, top_paths].
    """
    indices, values, shapes, scores = CTCBeamSearchDecoder(
        inputs, sequence_length, beam_width=beam_width, top_paths=top_paths,
        merge_repeated=merge_repeated)
    return [SparseTensor(*parts) for parts in zip(indices, values, shapes)], scores


def ctc_beam_search_decoder_v2(inputs, sequence_length, beam_width=100, top_paths=1):
    """``ctc_beam_search_decoder`` that merges nothing in what it found."""
    return ctc_beam_search_decoder(inputs, sequence_length=sequence_length, beam_width=beam_width,
                                   top_paths=top_paths, merge_repeated=False)


# ---- CTCLoss ----

_FLOATS = "float double"
CTCLoss = op(
    "CTCLoss(inputs: T, labels_indices: int64, labels_values: int32, sequence_length: int32;"
    " preprocess_collapse_repeated: bool = False, ctc_merge_repeated: bool = True,"
    " ignore_longer_outputs_than_inputs: bool = False, T: type = float)"
    " -> (loss: T, gradient: T)", T=_FLOATS)


@CTCLoss.shape
def _(inputs, labels_indices, labels_values, sequence_length):
    steps, batch, classes = dims_or_unknown(inputs.shape, 3)
    rows, _ = dims_or_unknown(labels_indices.shape, 2)
    merge_dims(rows, *dims_or_unknown(labels_values.shape, 1))
    batch = merge_dims(batch, *dims_or_unknown(sequence_length.shape, 1))
    return [TensorShape([batch]), TensorShape([steps, batch, classes])]


@CTCLoss.kernel
def _(inputs, labels_indices, labels_values, sequence_length, preprocess_collapse_repeated,
      ctc_merge_repeated, ignore_longer_outputs_than_inputs):
    _check_loss_inputs(inputs, labels_indices, labels_values, sequence_length)
    labels = _labels_of_sequences(inputs, labels_indices, labels_values)
    lengths = sequence_length.tolist()
    classes = inputs.shape[2]
    sequences, kept = [], []
    for i, (row, length) in enumerate(zip(labels, lengths)):
        sequences.append(_spelt(i, row, length, classes, preprocess_collapse_repeated))
        late = len(row) > length
        if late and not ignore_longer_outputs_than_inputs:
            raise invalid(
                f"Not enough time for target transition sequence (required: {len(row)}, available: "
                f"{length}){i}You can turn this error into a warning by using the flag "
                "ignore_longer_outputs_than_inputs")
        if length and not late:
            kept.append(i)
    loss, gradient = np.zeros(len(lengths), inputs.dtype), np.zeros_like(inputs)
    if kept:
        loss[kept], gradient[:, kept] = _loss_and_gradient(
            inputs[:, kept], [sequences[i] for i in kept], sequence_length[kept],
            ctc_merge_repeated)
    return loss, gradient


@CTCLoss.gradient
def _(op, grad_loss, grad_gradient):
    gradient = array_ops.prevent_gradient(
        op.outputs[1], message="Currently there is no way to take the second  derivative of "
        "ctc_loss due to the fused implementation's interaction  with tf.gradients()")
    return array_ops.expand_dims(grad_loss, -1) * gradient, None, None, None


def _check_loss_inputs(inputs, labels_indices, labels_values, sequence_length):
    message = None
    if np.ndim(inputs) != 3:
        message = "inputs is not a 3-Tensor"
    elif np.ndim(sequence_length) != 1:
        message = "sequence_length is not a vector"
    elif np.ndim(labels_indices) != 2:
        message = "labels_indices is not a matrix"
    elif np.ndim(labels_values) != 1:
        message = "labels_values is not a vector"
    elif len(sequence_length) != inputs.shape[1]:
        message = _length_message(inputs, sequence_length)
    elif len(labels_indices) != len(labels_values):
        shapes = f"{list_text(labels_indices.shape)} vs. {list_text(labels_values.shape)}"
        message = ("labels_indices and labels_values must contain the same number of rows, but saw "
                   f"shapes: {shapes}")
    elif not inputs.shape[1]:
        message = "batch_size must not be 0"
    elif labels_indices.shape[1] != 2:
        message = "Order length must be SparseTensor rank."
    else:
        message = _late_message(inputs, sequence_length)
    if message:
        raise invalid(message)


def _length_message(inputs, sequence_length):
    return ("len(sequence_length) != batch_size.  len(sequence_length):  "
            f"{len(sequence_length)} batch_size: {inputs.shape[1]}")


def _late_message(inputs, sequence_length):
    """The message for the first sequence that is longer than there are steps; or None."""
    late = np.flatnonzero(sequence_length > len(inputs))
    return f"sequence_length({late[0]}) <= {len(inputs)}" if len(late) else None


def _labels_of_sequences(inputs, labels_indices, labels_values):
    """The labels of each sequence, a list of lists."""
    shape = [inputs.shape[1], int(labels_indices[:, 1].max(initial=-1)) + 1]
    inside = ((labels_indices >= 0) & (labels_indices < shape)).all(axis=1)
    check_places(labels_indices, inside, shape, "label SparseTensor is not valid: ")
    labels = [[] for _ in range(inputs.shape[1])]
    for i, label in zip(labels_indices[:, 0].tolist(), labels_values.tolist()):
        labels[i].append(label)
    return labels


def _spelt(batch, labels, length, classes, collapse):
    """The labels of one sequence up to the first blank, checked."""
    if not labels:
        raise invalid(f"Labels length is zero in batch {batch}")
    if length < 0:
        raise invalid(f"seq_len({batch}) < 0")
    seen, ended = [], False
    for i, label in enumerate(labels):
        if collapse and i and label == labels[i - 1]:
            continue
        if label >= classes - 1:
            ended = True
        elif ended:
            raise invalid(
                "Saw a non-null label (index >= num_classes - 1) following a null label, batch: "
                f"{batch} num_classes: {classes} labels: {_joined(labels)} labels seen so far: "
                f"{_joined(seen)}")
        else:
            seen.append(label)
    if min(seen, default=0) < 0:
        raise invalid("All labels must be nonnegative integers, batch: "
                      f"{batch} labels: {_joined(seen)}")
    return seen


def _joined(labels):
    return ",".join(map(str, labels))


def _loss_and_gradient(inputs, sequences, lengths, merge_repeated):
    """Losses [batch] and their gradients [time, batch, classes], by forward and backward sums.

    A path is, at each step, in one of the states blank, label, blank, label, ..., blank. It stays,
    goes one state on, or skips the blank between labels that differ.
    """
    steps, batch, classes = inputs.shape
    states, exists = _states(sequences, blank=classes - 1)
    stays, skips = _transitions(states, classes - 1, merge_repeated)
    with np.errstate(divide="ignore"):
        # -inf where a path cannot be.
        stays, skips, exists = (np.log(mask.astype(inputs.dtype))
                                for mask in (stays, skips, exists))
        softmax = np.exp(inputs - inputs.max(axis=2, keepdims=True))
        softmax /= softmax.sum(axis=2, keepdims=True)
        emits = np.log(np.take_along_axis(softmax, states[np.newaxis], axis=2))
    forward = _forward(emits, stays, skips)
    backward = _backward(emits, stays, skips, exists, _is_last(sequences, states.shape), lengths)
    paths = forward + backward
    log_likelihood = np.logaddexp(paths[0, :, 0], paths[0, :, 1])
    with np.errstate(invalid="ignore"):
        # Sequences that no path spells have no likelihood; for them the loss is infinite.
        occupied = np.exp(paths - log_likelihood[:, np.newaxis])
    occupied[:, np.isneginf(log_likelihood)] = 0
    one_hot = (states[..., np.newaxis] == np.arange(classes)).astype(inputs.dtype)
    expected = np.matmul(occupied.transpose(1, 0, 2), one_hot).transpose(1, 0, 2)
    gradient = softmax - expected
    gradient[np.arange(steps)[:, np.newaxis] >= lengths] = 0
    return -log_likelihood, gradient


def _states(sequences, blank):
    """The class of each state, [batch, states], padded with blanks; and whether it exists."""
    most = max(map(len, sequences))
    states = np.full((len(sequences), 2 * most + 1), blank)
    for row, labels in zip(states, sequences):
        row[1:2 * len(labels):2] = labels
    counts = np.array([2 * len(labels) + 1 for labels in sequences])
    return states, np.arange(states.shape[1]) < counts[:, np.newaxis]


def _transitions(states, blank, merge_repeated):
    """Whether a path may stay in a state, and whether it may come to it from two states before."""
    is_label = states != blank
    stays = np.ones_like(is_label) if merge_repeated else ~is_label
    skips = is_label.copy()
    skips[:, :2] = False
    if merge_repeated:
        skips[:, 2:] &= states[:, 2:] != states[:, :-2]
    return stays, skips


def _is_last(sequences, shape):
    """Whether a path may end in a state: the last label, or the blank behind it."""
    last = np.zeros(shape, bool)
    for row, labels in zip(last, sequences):
        row[max(2 * len(labels) - 1, 0):2 * len(labels) + 1] = True
    return last


def _shifted(values, distance):
    """``values`` moved along the last axis; -inf comes in."""
    result = np.full_like(values, -np.inf)
    if distance > 0:
        result[:, distance:] = values[:, :-distance]
    else:
        result[:, :distance] = values[:, -distance:]
    return result


def _forward(emits, stays, skips):
    """Log probabilities of being in a state after what was emitted: [time, batch, states]."""
    sums = np.full_like(emits, -np.inf)
    sums[0, :, :2] = emits[0, :, :2]
    for t in range(1, len(emits)):
        before = sums[t - 1]
        arrive = np.logaddexp(before + stays, _shifted(before, 1))
        sums[t] = emits[t] + np.logaddexp(arrive, _shifted(before, 2) + skips)
    return sums


def _backward(emits, stays, skips, exists, is_last, lengths):
    """Log probabilities of what is emitted after being in a state: [time, batch, states]."""
    sums = np.full_like(emits, -np.inf)
    end = np.where(is_last, emits.dtype.type(0), emits.dtype.type(-np.inf))
    for t in range(len(emits) - 1, -1, -1):
        if t + 1 < len(emits):
            after = sums[t + 1] + emits[t + 1] + exists
            leave = np.logaddexp(after + stays, _shifted(after, -1))
            sums[t] = np.logaddexp(leave, _shifted(after + skips, -2))
        np.copyto(sums[t], end, where=(lengths == t + 1)[:, np.newaxis])
    return sums


# ---- CTCGreedyDecoder, CTCBeamSearchDecoder ----

CTCGreedyDecoder = op(
    "CTCGreedyDecoder(inputs: T, sequence_length: int32; merge_repeated: bool = False,"
    " T: type = float) -> (decoded_indices: int64, decoded_values: int64, decoded_shape: int64,"
    " log_probability: T)", T=_FLOATS).not_differentiable()
CTCBeamSearchDecoder = op(
    "CTCBeamSearchDecoder(inputs: T, sequence_length: int32; beam_width: int >= 1,"
    " top_paths: int >= 1, merge_repeated: bool = True, T: type = float)"
    " -> (decoded_indices: top_paths * int64, decoded_values: top_paths * int64,"
    " decoded_shape: top_paths * int64, log_probability: T)", T=_FLOATS).not_differentiable()


def _batch(inputs, sequence_length):
    _, batch, _ = dims_or_unknown(inputs.shape, 3)
    return merge_dims(batch, *dims_or_unknown(sequence_length.shape, 1))


@CTCGreedyDecoder.shape
def _(inputs, sequence_length):
    batch = _batch(inputs, sequence_length)
    return [TensorShape(dims) for dims in ([None, 2], [None], [2], [batch, 1])]


@CTCBeamSearchDecoder.shape
def _(inputs, sequence_length, top_paths):
    batch = _batch(inputs, sequence_length)
    parts = [[None, 2]] * top_paths + [[None]] * top_paths + [[2]] * top_paths
    return [TensorShape(dims) for dims in [*parts, [batch, top_paths]]]


def _check_decoder_inputs(inputs, sequence_length):
    if np.ndim(inputs) != 3:
        raise invalid("inputs is not a 3-Tensor")
    if not len(inputs):
        raise invalid("max_time is 0")
    if np.ndim(sequence_length) != 1:
        raise invalid("sequence_length is not a vector")
    message = _late_message(inputs, sequence_length)
    if len(sequence_length) != inputs.shape[1]:
        message = _length_message(inputs, sequence_length)
    if message:
        raise errors.FailedPreconditionError(None, None, message)


def _as_sparse(sequences):
    """Indices, values and shape of sequences that are rows."""
    lengths = [len(sequence) for sequence in sequences]
    rows = np.repeat(np.arange(len(sequences)), lengths)
    columns = [np.arange(length) for length in lengths]
    indices = np.stack([rows, np.concatenate([[], *columns])], axis=1).astype(np.int64)
    values = np.concatenate([[], *sequences]).astype(np.int64)
    return indices, values, np.array([len(sequences), max(lengths, default=0)], np.int64)


@CTCGreedyDecoder.kernel
def _(inputs, sequence_length, merge_repeated):
    _check_decoder_inputs(inputs, sequence_length)
    best = inputs.argmax(axis=2)
    steps = np.arange(len(inputs))[:, np.newaxis] < sequence_length
    scores = 0 - np.where(steps, inputs.max(axis=2), 0).sum(axis=0, dtype=inputs.dtype)
    emitted = steps & (best != inputs.shape[2] - 1)
    if merge_repeated:
        emitted[1:] &= best[1:] != best[:-1]
    decoded = [best[emitted[:, i], i] for i in range(inputs.shape[1])]
    return *_as_sparse(decoded), scores[:, np.newaxis]


@CTCBeamSearchDecoder.kernel
def _(inputs, sequence_length, beam_width, top_paths, merge_repeated):
    _check_decoder_inputs(inputs, sequence_length)
    if top_paths > beam_width:
        raise invalid("requested more paths than the beam width.")
    scores = np.empty((inputs.shape[1], top_paths), inputs.dtype)
    decoded = []
    for i, length in enumerate(sequence_length.tolist()):
        found = beam_search(inputs[:max(length, 0), i], beam_width)[:top_paths]
        if len(found) < top_paths:
            raise invalid("Less leaves in the beam search than requested.")
        decoded.append([_merged(labels) if merge_repeated else labels for labels, _ in found])
        scores[i] = [score for _, score in found]
    paths = [_as_sparse([labels[k] for labels in decoded]) for k in range(top_paths)]
    return [*(array for part in zip(*paths) for array in part), scores]


def _merged(labels):
    return [label for i, label in enumerate(labels) if not i or label != labels[i - 1]]
