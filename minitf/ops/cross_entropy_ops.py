"""Losses of classifiers: cross entropies of softmax and sigmoid outputs, and the Poisson loss."""

import math

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import activation_ops, array_ops, math_ops, softmax_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import broadcast_shape, merge_dims, merge_shapes, with_rank
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text

_FLOATS = "half bfloat16 float double"


def _check_named(function, sentinel, labels, logits):
    """Refuses labels and logits given by place, where they are easily interchanged."""
    if sentinel is not None:
        raise ValueError(f"Only call `{function}` with named arguments (labels=..., logits=..., "
                         "...)")
    if labels is None or logits is None:
        raise ValueError("Both labels and logits must be provided.")


# ---- softmax_cross_entropy_with_logits ----


def softmax_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, dim=-1, name=None,
                                      axis=None):
    """``softmax_cross_entropy_with_logits_v2``, without a gradient for ``labels``.

    Args:
      _sentinel: not to be used: arguments are named.
      labels, logits: see there.
      dim, axis: the axis of the classes.

    Raises:
      ValueError: arguments that are missing or not named.
    """
    axis = renamed_argument("axis", axis, "dim", dim)  # dim has a default: axis goes with dim=None
    _check_named("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [logits, labels]) as scope:
        labels = array_ops.stop_gradient(labels, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, axis=axis, name=scope)


def softmax_cross_entropy_with_logits_v2(labels, logits, axis=None, name=None, dim=None):
    """``-reduce_sum(labels * log_softmax(logits), axis)`` (TF op: SoftmaxCrossEntropyWithLogits).

    Args:
      labels: probabilities that sum to 1 along ``axis``; gradients flow to them as well.
      logits: unnormalised log probabilities, of the same shape, float16, float32 or float64.
      axis: the axis of the classes, the last by default.
      dim: the old name of ``axis``.

    Returns:
      The loss of each example: the shape and dtype of ``logits``, without ``axis``.
    """
    axis = renamed_argument("axis", axis, "dim", dim)
    axis = -1 if axis is None else axis
    with name_scope(name, "softmax_cross_entropy_with_logits", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        is_short = logits.dtype in (dtypes.float16, dtypes.bfloat16)
        precise = math_ops.cast(logits, dtypes.float32) if is_short else logits
        labels = math_ops.cast(labels, precise.dtype)
        rank = array_ops.rank(precise)
        if axis != -1:
            precise, labels = (_to_end(x, axis, rank) for x in (precise, labels))
        input_shape = array_ops.shape(precise)
        precise, labels = as_matrix(precise), as_matrix(labels)
        cost, _ = SoftmaxCrossEntropyWithLogits(precise, labels, name=scope)
        output_shape = array_ops.slice(input_shape, [0], [math_ops.subtract(rank, 1)])
        cost = array_ops.reshape(cost, output_shape)
        if logits.shape._dims is not None:
            dims = list(logits.shape._dims)
            del dims[axis]
            cost.set_shape(dims)
        return math_ops.cast(cost, logits.dtype) if is_short else cost


def _to_end(x, axis, rank):
    """``x`` with ``axis`` moved behind all others."""
    order = array_ops.concat([math_ops.range(axis), math_ops.range(axis + 1, rank), [axis]], 0)
    return array_ops.transpose(x, order)


def as_matrix(logits):
    """``logits`` with all axes but the last flattened into one."""
    rank = array_ops.rank(logits)
    last = array_ops.slice(array_ops.shape(logits), [math_ops.subtract(rank, 1)], [1])
    output = array_ops.reshape(logits, array_ops.concat([[-1], last], 0))
    dims = logits.shape._dims
    if dims is not None and None not in dims[:-1]:
        output.set_shape([math.prod(dims[:-1]), dims[-1]])
    return output


# ---- SoftmaxCrossEntropyWithLogits ----

SoftmaxCrossEntropyWithLogits = op(
    "SoftmaxCrossEntropyWithLogits(features: T, labels: T; T) -> (loss: T, backprop: T)", T=_FLOATS)


@SoftmaxCrossEntropyWithLogits.shape
def _(features, labels):
    try:
        shape = merge_shapes(with_rank(features.shape, 2), labels.shape)
    except ValueError:
        shape = broadcast_shape(features.shape, labels.shape)
        rank = "unknown" if shape._dims is None else len(shape._dims)
        if rank != 2:
            raise ValueError(f"Shape must be broadcasted with rank 2, but is rank {rank}") from None
    return [TensorShape(shape._dims[:1]), shape]


@SoftmaxCrossEntropyWithLogits.kernel
def _(features, labels):
    """The loss, and its derivative: the softmax, shared with the loss, less the labels."""
    if features.shape != labels.shape:
        try:
            features, labels = np.broadcast_arrays(features, labels)
        except ValueError:
            raise errors.InvalidArgumentError(
                None, None, "logits and labels must be broadcastable: "
                f"logits_size={list_text(np.shape(features))} "
                f"labels_size={list_text(np.shape(labels))}") from None
    if features.ndim != 2:
        raise errors.InvalidArgumentError(
            None, None, "logits and labels must be either 2-dimensional, or broadcasted to be "
            "2-dimensional")
    logits = softmax_ops.shifted(features)
    exp = np.exp(logits)
    total = np.sum(exp, axis=1, keepdims=True)
    loss = np.sum(labels * (np.log(total) - logits), axis=1)
    return loss, np.divide(exp, total) - labels


@SoftmaxCrossEntropyWithLogits.gradient
def _(op, grad_loss, grad_backprop):
    """``grad_loss`` times the derivative that the op has computed; and, for a second derivative,
    that derivative's own."""
    logits = op.inputs[0]
    grad = _times_rows(grad_loss, op.outputs[1])
    if grad_backprop is not None and not _is_zero(grad_backprop):
        softmax = softmax_ops.softmax(logits)
        weighted = math_ops.matmul(array_ops.expand_dims(grad_backprop, 1),
                                   array_ops.expand_dims(softmax, 2))
        grad += (grad_backprop - array_ops.squeeze(weighted, axis=1)) * softmax
    return grad, _times_rows(grad_loss, -softmax_ops.log_softmax(logits))


def _times_rows(vector, matrix):
    """Each row of ``matrix`` times the element of ``vector`` that belongs to it."""
    return array_ops.expand_dims(vector, -1) * matrix


def _is_zero(grad):
    if grad.op.type in ("ZerosLike", "Zeros"):
        return True
    value = constant_value(grad)
    return value is not None and bool((value == 0).all())


# ---- sparse_softmax_cross_entropy_with_logits ----


def sparse_softmax_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, name=None):
    """``-log_softmax(logits)[..., labels]`` (TF op: SparseSoftmaxCrossEntropyWithLogits).

    Args:
      _sentinel: not to be used: arguments are named.
      labels: the class of each example, int32 or int64, in [0, classes).
      logits: [..., classes], float16, float32 or float64: unnormalised log probabilities.

    Returns:
      The loss of each example: the shape of ``labels`` and the dtype of ``logits``.

    Raises:
      ValueError: arguments that are missing or not named; shapes that do not fit.
    """
    _check_named("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "SparseSoftmaxCrossEntropyWithLogits", [labels, logits]):
        labels = convert_to_tensor(labels)
        logits = convert_to_tensor(logits)
        is_half = logits.dtype == dtypes.float16
        precise = math_ops.cast(logits, dtypes.float32) if is_half else logits
        labels_shape = array_ops.shape(labels)
        shapes_known = _check_label_shape(labels.shape, logits.shape)
        is_matrix = logits.shape.ndims == 2
        checks = [] if is_matrix or shapes_known else [_shapes_agree(labels, logits)]
        with control_dependencies(checks):
            if is_matrix:
                cost, _ = SparseSoftmaxCrossEntropyWithLogits(precise, labels, name=name)
            else:
                cost = _sparse_cost_of_any_rank(precise, labels, logits, labels_shape, name)
            return math_ops.cast(cost, dtypes.float16) if is_half else cost


def _check_label_shape(labels, logits):
    """Checks that static shapes fit; True when nothing is left to be checked at run time."""
    if logits.ndims == 0:
        raise ValueError(f"Logits cannot be scalars - received shape {logits}.")
    if None not in (logits.ndims, labels.ndims) and labels.ndims != logits.ndims - 1:
        raise ValueError(f"Rank mismatch: Rank of labels (received {labels.ndims}) should equal "
                         f"rank of logits minus 1 (received {logits.ndims}).")
    known = labels.is_fully_defined() and logits[:-1].is_fully_defined()
    if known and labels._dims != logits._dims[:-1]:
        raise ValueError(f"Shape mismatch: The shape of labels (received {labels}) should equal "
                         f"the shape of logits except for the last dimension (received {logits}).")
    return known


def _shapes_agree(labels, logits):
    """An operation that fails when, at run time, the shapes do not fit."""
    from minitf.ops import check_ops

    return check_ops.assert_equal(array_ops.shape(labels), array_ops.shape(logits)[:-1])


def _sparse_cost_of_any_rank(precise, labels, logits, labels_shape, name):
    static_shape = labels.shape
    num_classes = array_ops.shape(logits)[array_ops.rank(logits) - 1]
    precise = array_ops.reshape(precise, [-1, num_classes])
    labels = array_ops.reshape(labels, [-1])
    cost, _ = SparseSoftmaxCrossEntropyWithLogits(precise, labels, name=name)
    cost = array_ops.reshape(cost, labels_shape)
    cost.set_shape(static_shape)
    return cost


# ---- SparseSoftmaxCrossEntropyWithLogits ----

SparseSoftmaxCrossEntropyWithLogits = op(
    "SparseSoftmaxCrossEntropyWithLogits(features: T, labels: Tlabels; T, Tlabels: type = int64)"
    " -> (loss: T, backprop: T)", T=_FLOATS, Tlabels="int32 int64")


@SparseSoftmaxCrossEntropyWithLogits.shape
def _(features, labels):
    batch, classes = with_rank(features.shape, 2)._dims
    batch = merge_dims(batch, with_rank(labels.shape, 1)._dims[0])
    return [TensorShape([batch]), TensorShape([batch, classes])]


@SparseSoftmaxCrossEntropyWithLogits.kernel
def _(features, labels):
    _check_sparse_labels(features, labels)
    rows = np.arange(len(labels))
    logits = softmax_ops.shifted(features)
    exp = np.exp(logits)
    total = np.sum(exp, axis=1, keepdims=True)
    loss = np.log(total[:, 0]) - logits[rows, labels]
    backprop = np.divide(exp, total)
    backprop[rows, labels] -= features.dtype.type(1)
    return loss, backprop


def _check_sparse_labels(features, labels):
    shapes = f"got logits shape {list_text(features.shape)}"
    message = None
    if features.ndim != 2:
        message = f"logits must be 2-D, but got shape {list_text(features.shape)}"
    elif np.ndim(labels) != 1:
        message = f"labels must be 1-D, but got shape {list_text(np.shape(labels))}"
    elif features.shape[0] != labels.shape[0]:
        message = (f"logits and labels must have the same first dimension, {shapes} and labels "
                   f"shape {list_text(labels.shape)}")
    elif not features.shape[1] and features.shape[0]:
        message = f"Must have at least one class, but {shapes}"
    else:
        wrong = labels[(labels < 0) | (labels >= features.shape[1])]
        if wrong.size:
            message = (f"Received a label value of {wrong[0]} which is outside the valid range of "
                       f"[0, {features.shape[1]}).  Label values: {' '.join(map(str, labels))}")
    if message:
        raise errors.InvalidArgumentError(None, None, message)


@SparseSoftmaxCrossEntropyWithLogits.gradient
def _(op, grad_loss, grad_backprop):
    backprop = array_ops.prevent_gradient(
        op.outputs[1], message="Currently there is no way to take the second derivative of "
        "sparse_softmax_cross_entropy_with_logits due to the fused implementation's interaction "
        "with tf.gradients()")
    return _times_rows(grad_loss, backprop), None


# ---- sigmoid_cross_entropy_with_logits ----


def sigmoid_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, name=None):
    """``-labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits))``, elementwise.

    It is computed as ``max(logits, 0) - logits * labels + log(1 + exp(-|logits|))``, which never
    overflows.

    Args:
      _sentinel: not to be used: arguments are named.
      labels, logits: tensors of one dtype and shape.

    Raises:
      ValueError: arguments that are missing or not named; shapes that differ.
    """
    _check_named("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        labels, logits = _labels_and_logits(labels, logits)
        zeros = array_ops.zeros_like(logits, dtype=logits.dtype)
        positive = logits >= zeros
        relu_logits = array_ops.where(positive, logits, zeros)
        minus_abs_logits = array_ops.where(positive, -logits, logits)
        return math_ops.add(relu_logits - logits * labels,
                            math_ops.log1p(math_ops.exp(minus_abs_logits)), name=scope)


def _labels_and_logits(labels, logits):
    logits = convert_to_tensor(logits, name="logits")
    labels = convert_to_tensor(labels, name="labels")
    try:
        labels.shape.merge_with(logits.shape)
    except ValueError:
        raise ValueError(f"logits and labels must have the same shape ({logits.shape} vs "
                         f"{labels.shape})") from None
    return labels, logits


def weighted_cross_entropy_with_logits(labels=None, logits=None, pos_weight=None, name=None,
                                       targets=None):
    """``sigmoid_cross_entropy_with_logits`` with the positive labels' part times ``pos_weight``.

    ``-labels * log(sigmoid(logits)) * pos_weight - (1 - labels) * log(1 - sigmoid(logits))``: a
    weight above 1 makes misses cost more than false alarms.

    Args:
      labels, logits: tensors of one dtype and shape.
      pos_weight: a number, or a tensor that broadcasts with ``labels``.
      targets: the old name of ``labels``.

    Raises:
      ValueError: shapes that differ.
    """
    labels = renamed_argument("labels", labels, "targets", targets)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        labels, logits = _labels_and_logits(labels, logits)
        log_weight = 1 + (pos_weight - 1) * labels
        negative_part = (1 - labels) * logits
        log_term = (math_ops.log1p(math_ops.exp(-math_ops.abs(logits)))
                    + activation_ops.relu(-logits))
        return math_ops.add(negative_part, log_weight * log_term, name=scope)


# ---- log_poisson_loss ----


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """``exp(log_input) - log_input * targets``: minus the log-likelihood of Poisson counts.

    Args:
      targets: counts, of the dtype and shape of ``log_input``.
      log_input: the logarithm of the predicted rate.
      compute_full_loss: add ``log(targets!)``, by Stirling's formula, where ``targets`` > 1. It
        changes no gradient.

    Raises:
      ValueError: shapes that differ.
    """
    with name_scope(name, "log_poisson_loss", [log_input, targets]):
        log_input = convert_to_tensor(log_input, name="log_input")
        targets = convert_to_tensor(targets, name="targets")
        try:
            targets.shape.merge_with(log_input.shape)
        except ValueError:
            raise ValueError("log_input and targets must have the same shape "
                             f"({log_input.shape} vs {targets.shape})") from None
        result = math_ops.exp(log_input) - log_input * targets
        if compute_full_loss:
            result += _log_factorial(targets)
        return result


def _log_factorial(targets):
    """Stirling's approximation of ``log(targets!)``, 0 for targets in [0, 1]."""
    half = constant(0.5, dtype=targets.dtype)
    two_pi = constant(2 * math.pi, dtype=targets.dtype)
    stirling = ((targets * math_ops.log(targets)) - targets
                + half * math_ops.log(two_pi * targets))
    zeros = array_ops.zeros_like(targets, dtype=targets.dtype)
    ones = array_ops.ones_like(targets, dtype=targets.dtype)
    small = math_ops.logical_and(targets >= zeros, targets <= ones)
    return array_ops.where(small, zeros, stirling)
