"""Feeds: what may be used instead of computing a tensor, as an array of its dtype and shape."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.operation import Tensor
from minitf.ops.session_ops import TensorHandle
from minitf.session.fetches import expansion_for


def feed_pairs(key, value):
    """The (tensor or its name, value) pairs that one item of a feed dict stands for."""
    if isinstance(key, (tuple, list)):
        keys, values = _flatten(key), _flatten(value)
        if len(keys) != len(values):
            raise ValueError(
                f"Could not flatten dictionary. Key had {len(keys)} elements, but value had "
                f"{len(values)} elements. Key: {keys}, value: {values}.")
        return [pair for item in zip(keys, values) for pair in feed_pairs(*item)]
    expansion = expansion_for(key)
    if expansion is None:
        return ((key, value),)
    if expansion[2] is None:
        raise TypeError(f"Feeding {type(key)} is not supported.")
    return expansion[2](key, value)


def feed_keys(feed):
    """The tensors, or their names, that one feed of a partial run stands for."""
    expansion = expansion_for(feed)
    if expansion is None:
        return [feed]
    if expansion[3] is None:
        raise TypeError(f"Feeding {type(feed)} is not supported in partial runs.")
    return expansion[3](feed)


def feed_tensor(graph, key):
    """The tensor of a graph that a key of a feed dict names.

    Raises:
      TypeError: there is none.
      ValueError: the tensor must not be fed.
    """
    try:
        tensor = graph.as_graph_element(key, allow_tensor=True, allow_operation=False)
    except Exception as error:  # noqa: BLE001 - TF reports every failure in these words
        message = error.args[0] if error.args else error
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {message}") from None
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    return tensor


def feed_array(tensor, value, state):
    """A fed value as an array of the tensor's dtype and a shape that it may have.

    Args:
      tensor: the tensor.
      value: an array, or what NumPy makes one of; a TensorHandle of the session.
      state: the session's SessionState.

    Raises:
      TypeError, ValueError: the value cannot be fed to the tensor.
    """
    if isinstance(value, Tensor) or getattr(value, "_is_dense_tensor_like", False):
        raise TypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include "
            "Python scalars, strings, lists, numpy ndarrays, or TensorHandles. For reference, "
            f"the tensor object was {value} which was passed to the feed with key {tensor}.")
    dtype = tensor.dtype.base_dtype
    if isinstance(value, TensorHandle):
        return _kept_array(dtype, value, state)
    if dtype in (dtypes.resource, dtypes.variant):
        return value
    numpy_dtype = dtype.as_numpy_dtype
    if type(value) is int and _as_numpy_scalar(numpy_dtype, value) != value:
        raise TypeError(
            f"Type of feed value {value} with type {type(value)} is not compatible with Tensor "
            f"type {numpy_dtype}. Try explicitly setting the type of the feed tensor to a "
            "larger type (e.g. int64).")
    array = (_string_array(value) if dtype == dtypes.string
             else np.asarray(value, dtype=numpy_dtype))
    dims = tensor._shape._dims
    if dims is not None and dims != array.shape and not _fits(array.shape, dims):
        raise ValueError(f"Cannot feed value of shape {array.shape!r} for Tensor "
                         f"{tensor.name!r}, which has shape {str(tensor.shape)!r}")
    return array


def _kept_array(dtype, handle, state):
    """The tensor that a handle stands for."""
    if handle._dtype.base_dtype != dtype:
        raise errors.InvalidArgumentError(
            None, None, f"Expects arg[0] to be {dtype.opdef_name} but {handle._dtype.opdef_name}"
                        " is provided")
    return state.tensors.get(handle.handle)


def _as_numpy_scalar(numpy_dtype, value):
    """``value`` in a dtype, wrapping as TF's check does, so that the two can be compared."""
    if np.issubdtype(numpy_dtype, np.integer):
        bits = np.dtype(numpy_dtype).itemsize * 8
        wrapped = value & ((1 << bits) - 1)
        if np.issubdtype(numpy_dtype, np.signedinteger) and wrapped >= 1 << (bits - 1):
            wrapped -= 1 << bits
        return wrapped
    try:
        return str(value) if numpy_dtype is object else np.asarray(value, dtype=numpy_dtype)
    except (ValueError, TypeError, OverflowError):
        return value


def _string_array(value):
    """Strings as an object array of bytes."""
    array = np.asarray(value, dtype=object)
    flat = [item.encode() if isinstance(item, str) else item for item in array.ravel().tolist()]
    for item in flat:
        if not isinstance(item, bytes):
            raise errors.InternalError(
                None, None, f"Unsupported object type {type(item).__name__}")
    result = np.empty(array.size, dtype=object)
    result[:] = flat
    return result.reshape(array.shape)


def _fits(shape, dims):
    return len(shape) == len(dims) and all(d is None or d == n for n, d in zip(shape, dims))


def _flatten(structure):
    """The leaves of nested lists and tuples."""
    if isinstance(structure, np.ndarray) or not isinstance(structure, (list, tuple)):
        return [structure]
    return [leaf for item in structure for leaf in _flatten(item)]
