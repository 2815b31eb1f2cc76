"""Summaries of tensors and of collections."""

import functools
import re

from minitf.framework import dtypes
from minitf.framework.graph import GraphKeys, get_collection
from minitf.ops import cast_ops, math_ops


def _scalar(tensor, tag):
    from minitf import summary

    tensor.shape.assert_has_rank(0)
    return summary.scalar(tag or f"{tensor.op.name}_summary", tensor)


def _histogram(tensor, tag):
    from minitf import summary

    return summary.histogram(tag or f"{tensor.op.name}_summary", tensor)


def summarize_activation(op):
    """A histogram of an activation, and for relus how much of it is at its limits.

    Args:
      op: a tensor.
    """
    operation = op.op

    def share(compare, limit, tag):
        at_limit = compare(operation.inputs[0], math_ops.cast(limit, operation.inputs[0].dtype))
        _scalar(math_ops.reduce_mean(cast_ops.to_float(at_limit)), f"{operation.name}/{tag}")

    if operation.type in ("Relu", "Softplus", "Relu6"):
        share(math_ops.less, 0.0, "zeros")
    if operation.type == "Relu6":
        share(math_ops.greater, 6.0, "sixes")
    return _histogram(op, f"{operation.name}/activation")


def summarize_tensor(tensor, tag=None):
    """A scalar summary of a scalar, else a histogram; None for strings and bools."""
    if tensor.dtype.is_compatible_with(dtypes.string) or tensor.dtype.base_dtype == dtypes.bool:
        return None
    return (_scalar if tensor.shape.ndims == 0 else _histogram)(tensor, tag)


def summarize_tensors(tensors, summarizer=summarize_tensor):
    """The summaries of several tensors."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(collection, name_filter=None, summarizer=summarize_tensor):
    """The summaries of a collection's tensors whose names match ``name_filter``."""
    return summarize_tensors([item for item in get_collection(collection)
                              if name_filter is None or re.match(name_filter, item.op.name)],
                             summarizer)


summarize_variables = functools.partial(summarize_collection, GraphKeys.GLOBAL_VARIABLES)
summarize_weights = functools.partial(summarize_collection, GraphKeys.WEIGHTS)
summarize_biases = functools.partial(summarize_collection, GraphKeys.BIASES)


def summarize_activations(name_filter=None, summarizer=summarize_activation):
    """The summaries of GraphKeys.ACTIVATIONS."""
    return summarize_collection(GraphKeys.ACTIVATIONS, name_filter, summarizer)
