"""Weights of losses and metrics: which shapes they may have, and how they are spread out.

Weights are scalars, or have the rank of the values with every dimension 1 or that of the values:
less than NumPy's broadcasting allows, so that a vector of weights for examples is not mistaken for
one of weights for classes.
"""

from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.ops import array_ops, control_flow_ops, math_ops, set_ops

_PREFIX = "weights can not be broadcast to values."


def assert_broadcastable(weights, values):
    """An operation that fails when ``weights`` cannot be spread over ``values``.

    What static shapes say is decided at once; the rest is decided in the graph.

    Args:
      weights: a tensor, of rank 0 or of the rank of values.
      values: a tensor.

    Returns:
      An operation; one that does nothing when static shapes show that the weights fit.

    Raises:
      ValueError: static shapes do not fit.
      InvalidArgumentError: at run time, shapes do not fit.
    """
    with name_scope(None, "assert_broadcastable", (weights, values)) as scope:
        weights, weights_shape, weights_rank = _measured(weights, "weights")
        values, values_shape, values_rank = _measured(values, "values")
        decided = _decide(weights, weights_rank, weights_shape, values, values_rank, values_shape)
        if decided is not None:
            return control_flow_ops.no_op(name=decided)
        is_scalar = math_ops.equal(0, weights_rank, name="is_scalar")
        data = (_PREFIX, "weights.shape=", weights.name, weights_shape,
                "values.shape=", values.name, values_shape, "is_scalar=", is_scalar)
        fits = control_flow_ops.cond(
            is_scalar, lambda: is_scalar,
            lambda: _dims_fit(weights_rank, weights_shape, values_rank, values_shape),
            name="is_valid_shape")
        return control_flow_ops.Assert(fits, data, name=scope)


def _measured(value, name):
    """A tensor with its shape and its rank, which are tensors."""
    with name_scope(None, name, (value,)) as scope:
        tensor = convert_to_tensor(value, name=scope)
        return tensor, array_ops.shape(tensor, name="shape"), array_ops.rank(tensor, name="rank")


def _decide(weights, weights_rank, weights_shape, values, values_rank, values_shape):
    """The name of the check that static shapes passed; None when they do not say enough."""
    weights_rank, values_rank = constant_value(weights_rank), constant_value(values_rank)
    if weights_rank is None or values_rank is None:
        return None
    if weights_rank == 0:
        return "static_scalar_check_success"
    if weights_rank != values_rank:
        raise ValueError(f"{_PREFIX} values.rank={values_rank}. weights.rank={weights_rank}. "
                         f"values.shape={values.shape}. weights.shape={weights.shape}.")
    weights_shape, values_shape = constant_value(weights_shape), constant_value(values_shape)
    if weights_shape is None or values_shape is None:
        return None
    for i, (size, whole) in enumerate(zip(weights_shape, values_shape)):
        if size not in (1, whole):
            raise ValueError(f"{_PREFIX} Mismatch at dim {i}. values.shape={values_shape} "
                             f"weights.shape={weights_shape}.")
    return "static_dims_check_success"


def _dims_fit(weights_rank, weights_shape, values_rank, values_shape):
    with name_scope(None, "has_valid_nonscalar_shape",
                    (weights_rank, weights_shape, values_rank, values_shape)) as scope:
        same_rank = math_ops.equal(values_rank, weights_rank, name="is_same_rank")
        return control_flow_ops.cond(
            same_rank, lambda: _no_dim_differs(weights_shape, values_shape), lambda: same_rank,
            name=scope)


def _no_dim_differs(weights_shape, values_shape):
    """Whether every dimension is 1 or that of the values: as sets, nothing else is left over."""
    with name_scope(None, "has_invalid_dims", (weights_shape, values_shape)) as scope:
        whole = array_ops.expand_dims(values_shape, -1)
        allowed = array_ops.concat((whole, array_ops.ones_like(whole)), axis=1)
        others = set_ops.set_difference(array_ops.expand_dims(weights_shape, -1), allowed)
        count = array_ops.size(others.values, name="num_invalid_dims")
        return math_ops.equal(0, count, name=scope)


def broadcast_weights(weights, values):
    """``weights`` in the shape of ``values``; see ``assert_broadcastable`` for what is allowed.

    Returns:
      A tensor of the dtype of values.
    """
    with name_scope(None, "broadcast_weights", (weights, values)) as scope:
        values = convert_to_tensor(values, name="values")
        weights = convert_to_tensor(weights, dtype=values.dtype.base_dtype, name="weights")
        if (weights.shape.is_fully_defined() and values.shape.is_fully_defined()
                and weights.shape.is_compatible_with(values.shape)):
            return weights
        with control_dependencies((assert_broadcastable(weights, values),)):
            return math_ops.multiply(weights, array_ops.ones_like(values), name=scope)


def with_rank_of(weights, values, may_shorten=True):
    """Weights whose last dimension of 1 was taken away, or added, to have the rank of values.

    Args:
      weights: a tensor; scalars stay as they are.
      values: a tensor.
      may_shorten: whether the last dimension is taken away when only the ranks at run time tell.
    """
    rank, wanted = weights.shape.ndims, values.shape.ndims
    if rank == 0:
        return weights
    if rank is not None and wanted is not None:
        if rank - wanted == 1:
            return array_ops.squeeze(weights, [-1])
        return array_ops.expand_dims(weights, [-1]) if wanted - rank == 1 else weights
    rank_tensor = array_ops.rank(weights)
    difference = rank_tensor - array_ops.rank(values)

    def shortened():
        return array_ops.squeeze(weights, [-1]) if may_shorten else weights

    def lengthened():
        return control_flow_ops.cond(math_ops.equal(difference, -1),
                                     lambda: array_ops.expand_dims(weights, [-1]), lambda: weights)

    def adjusted():
        return control_flow_ops.cond(math_ops.equal(difference, 1), shortened, lengthened)

    return control_flow_ops.cond(math_ops.equal(rank_tensor, 0), lambda: weights, adjusted)
