"""Regularizers: functions that make a penalty, a scalar, of a layer's weights.

They are what TensorFlow has under ``tf.contrib.layers``. ``get_variable(..., regularizer=...)``
puts the penalty into the collection GraphKeys.REGULARIZATION_LOSSES.
"""

import numbers

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import GraphKeys, add_to_collection, get_collection, name_scope
from minitf.ops import constant_op, math_ops, moments_ops


def _check_scale(scale, name="scale"):
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"{name} cannot be an integer: {scale}")


def _penalty(scale, scope, default_scope, size):
    """A regularizer ``scale * size(weights)``."""
    _check_scale(scale)
    if isinstance(scale, numbers.Real):
        if scale < 0.0:
            raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}"
                             + "." * (default_scope == "l2_regularizer"))
        if scale == 0.0:
            return lambda _: None

    def regularizer(weights, name=None):
        with name_scope(scope, default_scope, [weights]) as full_scope:
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return math_ops.multiply(factor, size(weights), name=full_scope)

    return regularizer


def l1_regularizer(scale, scope=None):
    """A regularizer ``scale * sum(abs(weights))``; with scale 0.0 it gives None.

    Args:
      scale: a float, or a scalar tensor.
      scope: the name scope of the penalty.

    Raises:
      ValueError: an int, or a negative number.
    """
    return _penalty(scale, scope, "l1_regularizer",
                    lambda weights: math_ops.reduce_sum(math_ops.abs(weights)))


def l2_regularizer(scale, scope=None):
    """A regularizer ``scale * sum(weights ** 2) / 2``; see ``l1_regularizer``."""
    return _penalty(scale, scope, "l2_regularizer", moments_ops.l2_loss)


def l1_l2_regularizer(scale_l1=1.0, scale_l2=1.0, scope=None):
    """The sum of an ``l1_regularizer`` and an ``l2_regularizer``; a scale 0.0 leaves one out."""
    _check_scale(scale_l1, "scale_l1")
    _check_scale(scale_l2, "scale_l2")
    scope = scope or "l1_l2_regularizer"
    if scale_l1 == 0.0:
        return l2_regularizer(scale_l2, scope)
    if scale_l2 == 0.0:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope=scope)


def sum_regularizer(regularizer_list, scope=None):
    """A regularizer that is the sum of others; None when all of them are None."""
    regularizers = [item for item in regularizer_list if item is not None]
    if not regularizers:
        return None

    def regularizer(weights):
        with name_scope(scope, "sum_regularizer", [weights]) as full_scope:
            penalties = [item(weights) for item in regularizers]
            penalties = [penalty for penalty in penalties if penalty is not None]
            return math_ops.add_n(penalties, name=full_scope) if penalties else None

    return regularizer


def apply_regularization(regularizer, weights_list=None):
    """The sum of a regularizer's penalties, added to GraphKeys.REGULARIZATION_LOSSES.

    Args:
      regularizer: a function of a variable.
      weights_list: variables; by default those of GraphKeys.WEIGHTS.

    Raises:
      ValueError: no weights, or a penalty that is no scalar.
    """
    weights_list = weights_list or get_collection(GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("No weights to regularize.")
    with name_scope(None, "get_regularization_penalty", weights_list) as scope:
        penalties = [regularizer(weights) for weights in weights_list]
        penalties = [constant_op.constant(0.0) if penalty is None else penalty
                     for penalty in penalties]
        for penalty in penalties:
            if penalty.shape.ndims != 0:
                raise ValueError("regularizer must return a scalar Tensor instead of a Tensor with "
                                 f"rank {penalty.shape.ndims}.")
        total = math_ops.add_n(penalties, name=scope)
    add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
    return total
