"""tf.confusion_matrix: how often each label was predicted as each class."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops import array_ops, check_ops, control_flow_ops, math_ops
from minitf.ops.sparse_ops import SparseTensorDenseAdd


def confusion_matrix(labels, predictions, num_classes=None, dtype=dtypes.int32, name=None,
                     weights=None):
    """The matrix whose element [i, j] counts the examples of label i that were predicted as j.

    Args:
      labels, predictions: vectors of class numbers, or columns [n, 1].
      num_classes: the matrix is [num_classes, num_classes]; by default the largest number plus 1.
      dtype: the dtype of the matrix.
      name: the name scope.
      weights: how much each example counts, 1 by default.

    Raises:
      InvalidArgumentError: at run time, a class number is negative or too large.
    """
    with name_scope(name, "confusion_matrix", (predictions, labels, num_classes, weights)):
        labels, predictions = remove_squeezable_dimensions(
            convert_to_tensor(labels, name="labels"),
            convert_to_tensor(predictions, name="predictions"))
        predictions = math_ops.cast(predictions, dtypes.int64)
        labels = math_ops.cast(labels, dtypes.int64)
        labels = _checked(labels, check_ops.assert_non_negative,
                          message="`labels` contains negative values")
        predictions = _checked(predictions, check_ops.assert_non_negative,
                               message="`predictions` contains negative values")
        if num_classes is None:
            num_classes = math_ops.maximum(math_ops.reduce_max(predictions),
                                           math_ops.reduce_max(labels)) + 1
        else:
            limit = math_ops.cast(num_classes, dtypes.int64)
            labels = _checked(labels, check_ops.assert_less, limit, message="`labels` out of bound")
            predictions = _checked(predictions, check_ops.assert_less, limit,
                                   message="`predictions` out of bound")
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            predictions.shape.assert_is_compatible_with(weights.shape)
            weights = math_ops.cast(weights, dtype)
        shape = array_ops.stack([num_classes, num_classes])
        places = array_ops.stack([labels, predictions], axis=1)
        counts = array_ops.ones_like(predictions, dtype) if weights is None else weights
        counted = SparseTensor(places, counts, math_ops.cast(shape, dtypes.int64))
        zeros = array_ops.zeros(math_ops.cast(shape, dtypes.int32), dtype)
        return SparseTensorDenseAdd(counted.indices, counted.values, counted.dense_shape, zeros)


def _checked(tensor, check, *args, message):
    return control_flow_ops.with_dependencies([check(tensor, *args, message=message)], tensor)


def remove_squeezable_dimensions(labels, predictions, expected_rank_diff=0, name=None):
    """(labels, predictions), where the one that has a last dimension of 1 too many loses it.

    Args:
      labels, predictions: tensors whose ranks differ by at most 1 from what is expected.
      expected_rank_diff: the rank of predictions less that of labels.
      name: the name scope.
    """
    with name_scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        predictions, labels = convert_to_tensor(predictions), convert_to_tensor(labels)
        ranks = predictions.shape.ndims, labels.shape.ndims
        if None not in ranks:
            difference = ranks[0] - ranks[1]
            if difference == expected_rank_diff + 1:
                predictions = array_ops.squeeze(predictions, [-1])
            elif difference == expected_rank_diff - 1:
                labels = array_ops.squeeze(labels, [-1])
            return labels, predictions
        difference = array_ops.rank(predictions) - array_ops.rank(labels)
        if _may_be_column(predictions):
            predictions = _squeezed_if(predictions, expected_rank_diff + 1, difference)
        if _may_be_column(labels):
            labels = _squeezed_if(labels, expected_rank_diff - 1, difference)
        return labels, predictions


def _may_be_column(tensor):
    return tensor.shape.ndims is None or tensor.shape.dims[-1].is_compatible_with(1)


def _squeezed_if(tensor, expected, difference):
    return control_flow_ops.cond(math_ops.equal(expected, difference),
                                 lambda: array_ops.squeeze(tensor, [-1]), lambda: tensor)
