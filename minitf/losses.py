"""tf.losses: losses that take weights, are averaged, and are collected in the graph.

Each loss computes one number for each element (or row) and hands them to ``compute_weighted_loss``,
which weights them, reduces them to a scalar and adds it to the collection GraphKeys.LOSSES. The
total that a training step minimizes is the sum of that collection: ``get_total_loss``.
"""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    add_to_collection,
    control_dependencies,
    get_collection,
    name_scope,
)
from minitf.framework.graph_keys import GraphKeys
from minitf.ops import array_ops, control_flow_ops, math_ops, nn_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.confusion_matrix_ops import remove_squeezable_dimensions
from minitf.ops.constant_op import constant
from minitf.ops.weights_broadcast_ops import assert_broadcastable, broadcast_weights

__all__ = [
    "Reduction", "absolute_difference", "add_loss", "compute_weighted_loss", "cosine_distance",
    "get_losses", "get_regularization_loss", "get_regularization_losses", "get_total_loss",
    "hinge_loss", "huber_loss", "log_loss", "mean_pairwise_squared_error", "mean_squared_error",
    "sigmoid_cross_entropy", "softmax_cross_entropy", "sparse_softmax_cross_entropy"]


class Reduction:
    """How the weighted losses become one number.

    NONE: they do not.  SUM: their sum.  MEAN: the sum divided by the sum of the weights.
    SUM_OVER_BATCH_SIZE: divided by the number of losses.
    SUM_BY_NONZERO_WEIGHTS, SUM_OVER_NONZERO_WEIGHTS: divided by the number of weights that are not
    zero, after they have been spread out to the losses.
    """

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls):
        """All values, under each of their names."""
        return (cls.NONE, cls.SUM, cls.MEAN, cls.SUM_OVER_BATCH_SIZE, cls.SUM_OVER_NONZERO_WEIGHTS,
                cls.SUM_BY_NONZERO_WEIGHTS)

    @classmethod
    def validate(cls, key):
        """Raises ValueError for what is not one of the values."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


# ---- the collection ----


def add_loss(loss, loss_collection=GraphKeys.LOSSES):
    """Adds a loss to a collection (none when ``loss_collection`` is None)."""
    if loss_collection:
        add_to_collection(loss_collection, loss)


def get_losses(scope=None, loss_collection=GraphKeys.LOSSES):
    """The losses of a collection whose names match the regular expression ``scope``."""
    return get_collection(loss_collection, scope)


def get_regularization_losses(scope=None):
    """The losses in GraphKeys.REGULARIZATION_LOSSES whose names match ``scope``."""
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope=None, name="total_regularization_loss"):
    """The sum of the regularization losses, a scalar; the constant 0 when there are none."""
    losses = get_regularization_losses(scope)
    return math_ops.add_n(losses, name=name) if losses else constant(0.0)


def get_total_loss(add_regularization_losses=True, name="total_loss", scope=None):
    """The sum of the collected losses, by default with the regularization losses.

    Raises:
      ValueError: no loss has been collected.
    """
    losses = get_losses(scope=scope)
    if add_regularization_losses:
        losses += get_regularization_losses(scope=scope)
    return math_ops.add_n(losses, name=name)


# ---- weighting and reduction ----


def compute_weighted_loss(losses, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES,
                          reduction=Reduction.SUM_BY_NONZERO_WEIGHTS):
    """``losses * weights``, reduced, and added to a collection.

    Args:
      losses: numbers, [batch, ...]; computed with as float32.
      weights: a scalar, or a tensor of the rank of losses whose dimensions are 1 or theirs.
      scope: the name scope.
      loss_collection: where the result is added; None for nowhere.
      reduction: one of ``Reduction``.

    Returns:
      A scalar of the dtype of losses; with Reduction.NONE a tensor of their shape.

    Raises:
      ValueError: shapes that do not fit, or a reduction that is none.
    """
    Reduction.validate(reduction)
    with name_scope(scope, "weighted_loss", (losses, weights)):
        with control_dependencies((assert_broadcastable(weights, losses),)):
            losses = convert_to_tensor(losses)
            dtype = losses.dtype
            losses = math_ops.cast(losses, dtypes.float32)
            weights = math_ops.cast(weights, dtypes.float32)
            loss = _reduced(math_ops.multiply(losses, weights), losses, weights, reduction)
            loss = math_ops.cast(loss, dtype)
            add_loss(loss, loss_collection)
            return loss


def _reduced(weighted, losses, weights, reduction):
    if reduction == Reduction.NONE:
        return weighted
    total = math_ops.reduce_sum(weighted)
    if reduction == Reduction.MEAN:
        return _safe_mean(total, math_ops.reduce_sum(array_ops.ones_like(losses) * weights))
    if reduction == Reduction.SUM_BY_NONZERO_WEIGHTS:
        return _safe_mean(total, _num_present(losses, weights))
    if reduction == Reduction.SUM_OVER_BATCH_SIZE:
        return _safe_mean(total, _num_elements(losses))
    return total


def _safe_mean(losses, count):
    """The sum of the losses divided by a count, 0 for a count of 0."""
    return math_ops.div_no_nan(math_ops.reduce_sum(losses), count, name="value")


def _num_elements(losses):
    with name_scope(None, "num_elements", values=[losses]) as scope:
        return math_ops.cast(array_ops.size(losses, name=scope), dtype=losses.dtype)


def _num_present(losses, weights, per_batch=False):
    """How many losses have a weight that is not 0: a scalar, or one number for each example."""
    with name_scope(None, "num_present", (losses, weights)) as scope:
        weights = math_ops.cast(weights, dtype=dtypes.float32)
        present = array_ops.where(math_ops.equal(weights, 0.0), array_ops.zeros_like(weights),
                                  array_ops.ones_like(weights))
        present = broadcast_weights(present, losses)
        if per_batch:
            return math_ops.reduce_sum(
                present, axis=math_ops.range(1, array_ops.rank(present)), keepdims=True, name=scope)
        return math_ops.reduce_sum(present, name=scope)


# ---- losses of predictions ----


def _require(**arguments):
    for name, value in arguments.items():
        if value is None:
            raise ValueError(f"{name} must not be None.")


def _as_float_pair(labels, predictions):
    """Both as float32; their static shapes must agree."""
    predictions = math_ops.cast(predictions, dtype=dtypes.float32)
    labels = math_ops.cast(labels, dtype=dtypes.float32)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions


def absolute_difference(labels, predictions, weights=1.0, scope=None,
                        loss_collection=GraphKeys.LOSSES,
                        reduction=Reduction.SUM_BY_NONZERO_WEIGHTS):
    """``|predictions - labels|``.

    Args:
      labels, predictions: tensors of one shape; computed with as float32.
      weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.

    Returns:
      A float32 scalar; with Reduction.NONE a tensor of the shape of labels.

    Raises:
      ValueError: static shapes that differ, or labels or predictions of None.
    """
    _require(labels=labels, predictions=predictions)
    with name_scope(scope, "absolute_difference", (predictions, labels, weights)) as scope:
        labels, predictions = _as_float_pair(labels, predictions)
        losses = math_ops.abs(math_ops.subtract(predictions, labels))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def cosine_distance(labels, predictions, axis=None, weights=1.0, scope=None,
                    loss_collection=GraphKeys.LOSSES, reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
                    dim=None):
    """``1 - sum(labels * predictions)`` along ``axis``, of vectors that have length 1 there.

    Arguments: see ``absolute_difference``; ``dim`` is the old name of ``axis``.

    Raises:
      ValueError: no axis is given; see also ``absolute_difference``.
    """
    axis = renamed_argument("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("You must specify 'axis'.")
    _require(labels=labels, predictions=predictions)
    with name_scope(scope, "cosine_distance_loss", (predictions, labels, weights)) as scope:
        labels, predictions = _as_float_pair(labels, predictions)
        products = math_ops.multiply(predictions, labels)
        losses = 1 - math_ops.reduce_sum(products, axis=(axis,), keepdims=True)
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def hinge_loss(labels, logits, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES,
               reduction=Reduction.SUM_BY_NONZERO_WEIGHTS):
    """``max(0, 1 - (2 * labels - 1) * logits)``, for labels 0 and 1.

    Other arguments: see ``absolute_difference``.
    """
    _require(labels=labels, logits=logits)
    with name_scope(scope, "hinge_loss", (logits, labels, weights)) as scope:
        labels, logits = _as_float_pair(labels, logits)
        ones = array_ops.ones_like(labels)
        signs = math_ops.subtract(2 * labels, ones)
        losses = nn_ops.relu(math_ops.subtract(ones, math_ops.multiply(signs, logits)))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def huber_loss(labels, predictions, weights=1.0, delta=1.0, scope=None,
               loss_collection=GraphKeys.LOSSES, reduction=Reduction.SUM_BY_NONZERO_WEIGHTS):
    """Half the squared error where it is at most ``delta``, and linear beyond.

    ``e**2 / 2`` for ``e = |predictions - labels| <= delta``, else ``delta**2 / 2 + delta * (e -
    delta)`` (P. Huber, 1964). Other arguments: see ``absolute_difference``.
    """
    _require(labels=labels, predictions=predictions)
    with name_scope(scope, "huber_loss", (predictions, labels, weights)) as scope:
        labels, predictions = _as_float_pair(labels, predictions)
        distance = math_ops.abs(math_ops.subtract(predictions, labels))
        # The rest beyond delta is a difference and not max(distance - delta, 0), so that at
        # distance == delta only the quadratic part has a gradient.
        quadratic = math_ops.minimum(distance, delta)
        linear = math_ops.subtract(distance, quadratic)
        half = convert_to_tensor(0.5, dtype=quadratic.dtype)
        square = math_ops.multiply(quadratic, quadratic)
        losses = math_ops.add(math_ops.multiply(half, square), math_ops.multiply(delta, linear))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def log_loss(labels, predictions, weights=1.0, epsilon=1e-7, scope=None,
             loss_collection=GraphKeys.LOSSES, reduction=Reduction.SUM_BY_NONZERO_WEIGHTS):
    """``-labels * log(predictions + epsilon) - (1 - labels) * log(1 - predictions + epsilon)``.

    Other arguments: see ``absolute_difference``.
    """
    _require(labels=labels, predictions=predictions)
    with name_scope(scope, "log_loss", (predictions, labels, weights)) as scope:
        labels, predictions = _as_float_pair(labels, predictions)
        positive = -math_ops.multiply(labels, math_ops.log(predictions + epsilon))
        negative = math_ops.multiply(1 - labels, math_ops.log(1 - predictions + epsilon))
        return compute_weighted_loss(positive - negative, weights, scope, loss_collection,
                                     reduction=reduction)


def mean_squared_error(labels, predictions, weights=1.0, scope=None,
                       loss_collection=GraphKeys.LOSSES,
                       reduction=Reduction.SUM_BY_NONZERO_WEIGHTS):
    """``(predictions - labels) ** 2``. Arguments: see ``absolute_difference``."""
    _require(labels=labels, predictions=predictions)
    with name_scope(scope, "mean_squared_error", (predictions, labels, weights)) as scope:
        labels, predictions = _as_float_pair(labels, predictions)
        losses = math_ops.squared_difference(predictions, labels)
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def mean_pairwise_squared_error(labels, predictions, weights=1.0, scope=None,
                                loss_collection=GraphKeys.LOSSES):
    """How far *differences* between elements of an example are from those of its labels.

    For errors ``e = predictions - labels`` of an example, the mean of ``(e_i - e_j) ** 2`` over
    its pairs of elements, from their sum and the sum of their squares. Summed over the batch.

    Args:
      labels, predictions: tensors of one shape, [batch, ...].
      weights: a scalar, or one weight for each example, with the rank of labels.
      scope, loss_collection: see ``compute_weighted_loss``.

    Returns:
      A float32 scalar.
    """
    _require(labels=labels, predictions=predictions)
    with name_scope(scope, "mean_pairwise_squared_error",
                    (predictions, labels, weights)) as scope:
        weights = math_ops.cast(weights, dtype=dtypes.float32)
        labels = math_ops.cast(labels, dtype=dtypes.float32)
        with control_dependencies((assert_broadcastable(weights, labels),)):
            predictions = math_ops.cast(predictions, dtype=dtypes.float32)
            predictions.shape.assert_is_compatible_with(labels.shape)
            errors = math_ops.subtract(predictions, labels)
            axis = math_ops.range(1, array_ops.rank(errors))
            squares = math_ops.reduce_sum(math_ops.square(errors), axis=axis, keepdims=True)
            count = _num_present(errors, weights, per_batch=True)
            mean_of_squares = 2.0 * math_ops.div_no_nan(
                squares, math_ops.maximum(count - 1, 0), name="value")
            total = math_ops.reduce_sum(errors, axis=axis, keepdims=True)
            square_of_mean = 2.0 * math_ops.div_no_nan(
                math_ops.square(total),
                math_ops.maximum(math_ops.multiply(count, count - 1), 0), name="value")
            weighted = math_ops.multiply(mean_of_squares - square_of_mean, weights)
            loss = math_ops.reduce_sum(weighted)
            loss = array_ops.where(math_ops.reduce_sum(count) > 0, loss, array_ops.zeros_like(loss),
                                   name="value")
            add_loss(loss, loss_collection)
            return loss


# ---- cross entropies ----


def sigmoid_cross_entropy(multi_class_labels, logits, weights=1.0, label_smoothing=0, scope=None,
                          loss_collection=GraphKeys.LOSSES,
                          reduction=Reduction.SUM_BY_NONZERO_WEIGHTS):
    """Cross entropy of independent yes-or-no classes; see ``sigmoid_cross_entropy_with_logits``.

    Args:
      multi_class_labels: 0 or 1, [batch, classes].
      logits: of the same shape, floating.
      weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.
      label_smoothing: when positive, labels move so far towards 1/2.

    Returns:
      A scalar of the dtype of logits; with Reduction.NONE a tensor of their shape.

    Raises:
      ValueError: static shapes that differ, or labels or logits of None.
    """
    _require(multi_class_labels=multi_class_labels, logits=logits)
    with name_scope(scope, "sigmoid_cross_entropy_loss",
                    (logits, multi_class_labels, weights)) as scope:
        logits = convert_to_tensor(logits)
        labels = math_ops.cast(multi_class_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = nn_ops.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits,
                                                          name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def softmax_cross_entropy(onehot_labels, logits, weights=1.0, label_smoothing=0, scope=None,
                          loss_collection=GraphKeys.LOSSES,
                          reduction=Reduction.SUM_BY_NONZERO_WEIGHTS):
    """Cross entropy of one class among several; see ``softmax_cross_entropy_with_logits_v2``.

    Args:
      onehot_labels: probabilities, [batch, classes]; they get no gradient.
      logits: of the same shape, floating.
      weights: a scalar, or [batch].
      label_smoothing: when positive, labels move so far towards 1 / classes.
      scope, loss_collection, reduction: see ``compute_weighted_loss``.

    Returns:
      A scalar of the dtype of logits; with Reduction.NONE a tensor [batch].

    Raises:
      ValueError: static shapes that differ, or labels or logits of None.
    """
    _require(onehot_labels=onehot_labels, logits=logits)
    with name_scope(scope, "softmax_cross_entropy_loss",
                    (logits, onehot_labels, weights)) as scope:
        logits = convert_to_tensor(logits)
        labels = math_ops.cast(onehot_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            classes = math_ops.cast(array_ops.shape(labels)[-1], logits.dtype)
            others = label_smoothing / classes
            labels = labels * (1.0 - label_smoothing) + others
        labels = array_ops.stop_gradient(labels, name="labels_stop_gradient")
        losses = nn_ops.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits,
                                                             name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def sparse_softmax_cross_entropy(labels, logits, weights=1.0, scope=None,
                                 loss_collection=GraphKeys.LOSSES,
                                 reduction=Reduction.SUM_BY_NONZERO_WEIGHTS):
    """``softmax_cross_entropy`` for labels that are class numbers.

    Args:
      labels: int32 or int64, [batch] or [batch, 1].
      logits: [batch, classes], floating.
      weights: a scalar, [batch] or [batch, 1].
      scope, loss_collection, reduction: see ``compute_weighted_loss``.

    Returns:
      A scalar of the dtype of logits; with Reduction.NONE a tensor [batch].
    """
    _require(labels=labels, logits=logits)
    with name_scope(scope, "sparse_softmax_cross_entropy_loss",
                    (logits, labels, weights)) as scope:
        labels, logits = remove_squeezable_dimensions(labels, logits, expected_rank_diff=1)
        if weights is not None:
            weights = _squeezed_weights(weights, labels)
        losses = nn_ops.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits,
                                                                 name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def _squeezed_weights(weights, labels):
    """Weights without a last dimension that labels do not have."""
    weights = convert_to_tensor(weights)
    rank, labels_rank = weights.shape.ndims, labels.shape.ndims
    if rank is not None and labels_rank is not None:
        return array_ops.squeeze(weights, [-1]) if rank - labels_rank == 1 else weights
    difference = array_ops.rank(weights) - array_ops.rank(labels)
    if rank is None or (rank > 0 and weights.shape.dims[-1].is_compatible_with(1)):
        return control_flow_ops.cond(math_ops.equal(1, difference),
                                     lambda: array_ops.squeeze(weights, [-1]), lambda: weights)
    return weights
