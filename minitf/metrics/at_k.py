"""Metrics of rankings: how good are the k classes that were predicted highest?

An example may have several labels, so these work on sets of class numbers: labels are int64
[..., labels] or a SparseTensor of that shape, predictions become the class numbers of the k highest
scores, [..., k].
"""

from minitf.framework import dtypes
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.sparse_tensor import (
    SparseTensor,
    SparseTensorValue,
    convert_to_tensor_or_sparse_tensor,
)
from minitf.metrics.accumulators import collect, metric_variable
from minitf.ops import (
    array_ops,
    control_flow_ops,
    math_ops,
    nn_ops,
    set_ops,
    sparse_shape_ops,
    state_ops,
)
from minitf.ops.reduction_ops import reduced_shape
from minitf.ops.weights_broadcast_ops import assert_broadcastable, broadcast_weights


# ---- precision and recall ----


def precision_at_k(labels, predictions, k, class_id=None, weights=None, metrics_collections=None,
                   updates_collections=None, name=None):
    """How many of the k highest classes are among the labels.

    Args:
      labels: int64 [..., labels], or a SparseTensor; labels that are no class are never found. A
        last dimension of 1 may be missing.
      predictions: scores of the classes, floating [..., classes].
      k: how many classes count as predicted.
      class_id: when given, only this class is looked at.
      weights: None, a scalar, or a tensor [...] or with dimensions of 1.
      metrics_collections, updates_collections: collections to which the value and the update op are
        added.
      name: the name scope, by default "precision_at_<k>", with "_class<class_id>".

    Returns:
      (value, update_op): two float64 scalars; NaN while nothing was predicted.

    Raises:
      ValueError: static shapes that do not fit.
    """
    with name_scope(name, _at_k_name("precision", k, class_id),
                    (predictions, labels, weights)) as scope:
        _, indices = nn_ops.top_k(predictions, k)
        return precision_at_top_k(labels, indices, k, class_id, weights, metrics_collections,
                                  updates_collections, name=scope)


def sparse_precision_at_k(labels, predictions, k, class_id=None, weights=None,
                          metrics_collections=None, updates_collections=None, name=None):
    """The old name of ``precision_at_k``."""
    return precision_at_k(labels, predictions, k, class_id, weights, metrics_collections,
                          updates_collections, name)


def precision_at_top_k(labels, predictions_idx, k=None, class_id=None, weights=None,
                       metrics_collections=None, updates_collections=None, name=None):
    """``precision_at_k`` for the class numbers that were predicted, int64 [..., k]."""
    return _ratio_at_top_k("precision", "false_positive", _false_positives, labels,
                           predictions_idx, k, class_id, weights, metrics_collections,
                           updates_collections, name)


def recall_at_k(labels, predictions, k, class_id=None, weights=None, metrics_collections=None,
                updates_collections=None, name=None):
    """How many of the labels are among the k highest classes; see ``precision_at_k``."""
    with name_scope(name, _at_k_name("recall", k, class_id),
                    (predictions, labels, weights)) as scope:
        _, indices = nn_ops.top_k(predictions, k)
        return recall_at_top_k(labels, indices, k, class_id, weights, metrics_collections,
                               updates_collections, name=scope)


def recall_at_top_k(labels, predictions_idx, k=None, class_id=None, weights=None,
                    metrics_collections=None, updates_collections=None, name=None):
    """``recall_at_k`` for the class numbers that were predicted, int64 [..., k]."""
    return _ratio_at_top_k("recall", "false_negative", _false_negatives, labels, predictions_idx,
                           k, class_id, weights, metrics_collections, updates_collections, name)


def _at_k_name(name, k=None, class_id=None):
    text = f"{name}_at_k" if k is None else f"{name}_at_{k:d}"
    return text if class_id is None else f"{text}_class{class_id:d}"


def _ratio_at_top_k(what, others_name, count_others, labels, predictions_idx, k, class_id, weights,
                    metrics_collections, updates_collections, name):
    """True positives among themselves and others, of all batches so far."""
    with name_scope(name, _at_k_name(what, k, class_id),
                    (predictions_idx, labels, weights)) as scope:
        labels = _with_rank_of(labels, predictions_idx)
        indices = math_ops.cast(predictions_idx, dtypes.int64)
        hits, update_hits = _total_at_k("true_positive", _true_positives, labels, indices, k,
                                        class_id, weights)
        others, update_others = _total_at_k(others_name, count_others, labels, indices, k, class_id,
                                            weights)
        value = math_ops.div(hits, math_ops.add(hits, others), name=scope)
        update_op = math_ops.div(update_hits, math_ops.add(update_hits, update_others),
                                 name="update")
        return collect(value, update_op, metrics_collections, updates_collections)


def _with_rank_of(labels, predictions_idx):
    """Labels with a last dimension of 1 when they have one dimension less than predictions."""
    with name_scope(None, "expand_labels", (labels, predictions_idx)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            return control_flow_ops.cond(
                math_ops.equal(array_ops.rank(predictions_idx),
                               array_ops.size(labels.dense_shape) + 1),
                lambda: sparse_shape_ops.sparse_reshape(
                    labels, shape=array_ops.concat((labels.dense_shape, (1,)), 0), name=scope),
                lambda: labels)
        rank, wanted = labels.shape.ndims, predictions_idx.shape.ndims
        if rank is not None and wanted is not None:
            if wanted == rank:
                return labels
            if wanted == rank + 1:
                return array_ops.expand_dims(labels, -1, name=scope)
            raise ValueError(f"Unexpected labels shape {labels.shape} for predictions shape "
                             f"{predictions_idx.shape}.")
        return control_flow_ops.cond(
            math_ops.equal(array_ops.rank(predictions_idx), array_ops.rank(labels) + 1),
            lambda: array_ops.expand_dims(labels, -1, name=scope), lambda: labels)


# ---- counting ----


def _total_at_k(what, count, labels, indices, k, class_id, weights):
    """A variable that adds up counts over batches, and the operation that adds this batch."""
    with name_scope(None, _at_k_name(what, k, class_id), (indices, labels, weights)) as scope:
        counts = count(labels, indices, class_id, weights)
        batch = math_ops.cast(math_ops.reduce_sum(counts), dtypes.float64)
        total = metric_variable([], dtypes.float64, name=scope)
        return total, state_ops.assign_add(total, batch, name="update")


def _true_positives(labels, indices, class_id=None, weights=None, name=None):
    return _set_sizes(name, "true_positives", set_ops.set_intersection, labels, indices, class_id,
                      weights)


def _false_positives(labels, indices, class_id=None, weights=None):
    return _set_sizes(None, "false_positives", set_ops.set_difference, labels, indices, class_id,
                      weights)


def _false_negatives(labels, indices, class_id=None, weights=None):
    def difference(indices, labels):
        return set_ops.set_difference(indices, labels, aminusb=False)

    return _set_sizes(None, "false_negatives", difference, labels, indices, class_id, weights)


def _set_sizes(name, default_name, combine, labels, indices, class_id, weights):
    """The sizes of ``combine(indices, labels)``, weighted, float64."""
    with name_scope(name, default_name, (indices, labels, weights)):
        if class_id is not None:
            labels, indices = _only(labels, class_id), _only(indices, class_id)
        sizes = math_ops.cast(set_ops.set_size(combine(indices, labels)), dtypes.float64)
        if weights is None:
            return sizes
        with control_dependencies((assert_broadcastable(weights, sizes),)):
            return math_ops.multiply(sizes, math_ops.cast(weights, dtypes.float64))


def _only(ids, class_id):
    """The ids, without those of other classes: a SparseTensor of the same dense shape."""
    ids = convert_to_tensor_or_sparse_tensor(ids)
    if isinstance(ids, SparseTensor):
        return sparse_shape_ops.sparse_retain(ids, math_ops.equal(ids.values, class_id))
    shape = array_ops.shape(ids, out_type=dtypes.int64)
    last = array_ops.size(shape) - 1
    one_each = reduced_shape(shape, array_ops.reshape(last, [1]))
    wanted = array_ops.fill(one_each, math_ops.cast(class_id, dtypes.int64))
    found = set_ops.set_intersection(wanted, ids)
    return SparseTensor(indices=found.indices, values=found.values, dense_shape=shape)


# ---- average precision ----


def average_precision_at_k(labels, predictions, k, weights=None, metrics_collections=None,
                           updates_collections=None, name=None):
    """The mean over examples of the average precision at the places 1 to k.

    For an example, the precision at each place where a label stands is summed up and divided by
    the number of labels, or by k if that is less.

    Args:
      labels: int64 [..., labels], or a SparseTensor; labels that are no class are left out.
      predictions: scores of the classes, floating [..., classes].
      k: an int, at least 1.
      weights, metrics_collections, updates_collections: see ``precision_at_k``.
      name: the name scope, by default "average_precision_at_<k>".

    Returns:
      (value, update_op): two float64 scalars.

    Raises:
      ValueError: ``k`` is less than 1, or static shapes do not fit.
    """
    if k < 1:
        raise ValueError(f"Invalid k={k}.")
    with name_scope(name, _at_k_name("average_precision", k),
                    (predictions, labels, weights)) as scope:
        _, indices = nn_ops.top_k(predictions, k)
        classes = math_ops.cast(array_ops.shape(predictions)[-1], dtypes.int64)
        labels = _without_unknown(labels, classes)
        return _average_precision_so_far(labels, indices, weights, metrics_collections,
                                         updates_collections, scope)


def sparse_average_precision_at_k(labels, predictions, k, weights=None, metrics_collections=None,
                                  updates_collections=None, name=None):
    """The old name of ``average_precision_at_k``."""
    return average_precision_at_k(labels, predictions, k, weights, metrics_collections,
                                  updates_collections, name)


def _without_unknown(labels, classes):
    """Labels, with -1 for those that are no class."""
    is_sparse = isinstance(labels, (SparseTensor, SparseTensorValue))

    def cleaned(values):
        return array_ops.where_v2(math_ops.greater_equal(values, classes),
                                  -1 * array_ops.ones_like(values), values)

    def cleaned_labels():
        if not is_sparse:
            return cleaned(labels)
        return type(labels)(indices=labels.indices, values=cleaned(labels.values),
                            dense_shape=labels.dense_shape)

    highest = math_ops.reduce_max(labels.values if is_sparse else labels)
    return control_flow_ops.cond(math_ops.greater_equal(highest, classes), cleaned_labels,
                                 lambda: labels)


def _average_precision_so_far(labels, indices, weights, metrics_collections, updates_collections,
                              name):
    with name_scope(name, "average_precision_at_top_k", (indices, labels, weights)) as scope:
        precision = _average_precision(labels, indices)
        if weights is not None:
            weights = broadcast_weights(math_ops.cast(weights, dtypes.float64), precision)
            precision = math_ops.multiply(precision, weights)
        with name_scope(None, "max", (precision,)) as max_scope:
            # What the sum would be if every precision were 1.
            most = metric_variable([], dtypes.float64, name=max_scope)
            if weights is None:
                batch = math_ops.cast(array_ops.size(precision, name="batch_max"), dtypes.float64)
            else:
                batch = math_ops.reduce_sum(weights, name="batch_max")
            update_most = state_ops.assign_add(most, batch, name="update")
        with name_scope(None, "total", (precision,)) as total_scope:
            total = metric_variable([], dtypes.float64, name=total_scope)
            batch = math_ops.reduce_sum(precision, name="batch_total")
            update_total = state_ops.assign_add(total, batch, name="update")
        value = math_ops.div_no_nan(total, most, name="mean")
        update_op = math_ops.div_no_nan(update_total, update_most, name=scope)
        return collect(value, update_op, metrics_collections, updates_collections)


def _average_precision(labels, indices):
    """The average precision of each example, float64 [...]."""
    with name_scope(None, "average_precision", (indices, labels)) as scope:
        indices = math_ops.cast(indices, dtypes.int64, name="predictions_idx")
        if indices.shape.ndims == 0:
            raise ValueError("The rank of predictions_idx must be at least 1.")
        k = indices.shape.as_list()[-1]
        if k is None:
            raise ValueError("The last dimension of predictions_idx must be set.")
        labels = _with_rank_of(labels, indices)
        # Each place is looked at by itself: predictions [..., k, 1] against labels repeated to
        # [..., k, labels].
        by_place = array_ops.expand_dims(indices, -1, name="predictions_idx_per_k")
        repeated = _repeated(labels, k, "labels_per_k")
        relevant = _true_positives(repeated, by_place, name="relevant_per_k")
        found = math_ops.cumsum(relevant, axis=-1, name="tp_per_k")
        places = math_ops.cumsum(array_ops.ones_like(relevant), axis=-1, name="retrieved_per_k")
        precision = math_ops.div(math_ops.cast(found, dtypes.float64),
                                 math_ops.cast(places, dtypes.float64), name="precision_per_k")
        precision = math_ops.multiply(precision, math_ops.cast(relevant, dtypes.float64),
                                      name="relevant_precision_per_k")
        total = math_ops.reduce_sum(precision, axis=(-1,), name="precision_sum")
        number = math_ops.cast(_number_of_labels(labels, k), dtypes.float64)
        return math_ops.div(total, number, name=scope)


def _repeated(labels, k, name):
    """Labels [..., n] as [..., k, n]."""
    with name_scope(name, "expand_and_tile", (labels, k, -1)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            place = array_ops.reshape(array_ops.size(labels.dense_shape) + -1, [1])
            shape = array_ops.concat((array_ops.slice(labels.dense_shape, [0], place), [1],
                                      array_ops.slice(labels.dense_shape, place, [-1])),
                                     0, name="expanded_shape")
            expanded = sparse_shape_ops.sparse_reshape(labels, shape=shape, name="expand")
            if k == 1:
                return expanded
            return sparse_shape_ops.sparse_concat(-2, [expanded] * k, name=scope)
        expanded = array_ops.expand_dims(labels, -2, name="expand")
        if k == 1:
            return expanded
        ones = array_ops.ones_like(array_ops.shape(labels))
        multiples = array_ops.concat((ones[:-1], (k,), ones[-1:]), 0, name="multiples")
        return array_ops.tile(expanded, multiples, name=scope)


def _number_of_labels(labels, k):
    """How many labels each example has, at most k."""
    with name_scope(None, "num_relevant", (labels,)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            return math_ops.minimum(set_ops.set_size(labels), k, name=scope)
        is_label = math_ops.greater_equal(labels, 0)
        counted = array_ops.where_v2(is_label, array_ops.ones_like(labels),
                                     array_ops.zeros_like(labels))
        return math_ops.minimum(math_ops.reduce_sum(counted, axis=-1), k, name=scope)
