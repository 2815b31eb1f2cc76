"""Fetches: any nesting of graph elements, flattened for the plan and rebuilt around the values.

A mapper takes a structure apart (``unique`` elements, each fetched once) and puts the values back
in its place (``build``).
"""

import numbers

import numpy as np

from minitf.framework import errors
from minitf.framework.indexed_slices import IndexedSlices, IndexedSlicesValue
from minitf.framework.operation import Operation, Tensor
from minitf.framework.sparse_tensor import SparseTensor, SparseTensorValue

# (type, fetch function, feed function): types that stand for several tensors, by isinstance.
_EXPANSIONS = []


def register_session_run_conversion_functions(tensor_type, fetch_function, feed_function=None,
                                              feed_function_for_partial_run=None):
    """Teaches sessions to fetch and feed a type that is made of several tensors.

    Args:
      tensor_type: the type.
      fetch_function: value -> (list of elements to fetch, function of their values -> result).
      feed_function: (value, fed value) -> list of (tensor, array).
      feed_function_for_partial_run: value -> list of tensors.

    Raises:
      ValueError: the type is registered already.
    """
    for entry in _EXPANSIONS:
        if issubclass(entry[0], tensor_type):
            raise ValueError(f"{tensor_type} has already been registered so ignore it.")
    _EXPANSIONS.insert(0, (tensor_type, fetch_function, feed_function,
                           feed_function_for_partial_run))


def expansion_for(value):
    """The registered (type, fetch, feed, partial feed) of a value, or None."""
    for entry in _EXPANSIONS:
        if isinstance(value, entry[0]):
            return entry
    return None


def _parts_of_indexed_slices(feed):
    parts = [feed.values, feed.indices]
    if feed.dense_shape is not None:
        parts.append(feed.dense_shape)
    return parts


def _expand_indexed_slices(fetch):
    parts = _parts_of_indexed_slices(fetch)
    return parts, lambda values: IndexedSlicesValue(*values, *[None] * (3 - len(values)))


def _feed_indexed_slices(feed, value):
    return list(zip(_parts_of_indexed_slices(feed), value))


def _parts_of_sparse_tensor(feed):
    return [feed.indices, feed.values, feed.dense_shape]


def _expand_sparse_tensor(fetch):
    return (_parts_of_sparse_tensor(fetch),
            lambda values: SparseTensorValue(*values))


def _feed_sparse_tensor(feed, value):
    return list(zip(_parts_of_sparse_tensor(feed), value))


register_session_run_conversion_functions(SparseTensor, _expand_sparse_tensor,
                                          _feed_sparse_tensor, _parts_of_sparse_tensor)
register_session_run_conversion_functions(IndexedSlices, _expand_indexed_slices,
                                          _feed_indexed_slices, _parts_of_indexed_slices)


def _plain_integers(value, dtype):
    """A quantized array as the integers that store it: the form in which sessions return it."""
    return np.asarray(value).view(dtype.as_numpy_dtype[0])


class FetchMapper:
    """One structure of fetches on one graph.

    Args:
      graph: the graph.
      fetches: the structure.
      session: the session, which handles of its tensors refer to.

    Attributes:
      elements: the tensors and operations to compute, each once.
    """

    def __init__(self, graph, fetches, session=None):
        self.elements = []
        self._index = {}
        self._graph = graph
        self._session = session
        self.build = self._map(fetches)

    def _map(self, fetch):
        """Notes what ``fetch`` needs; returns the function from all values to its result."""
        if fetch is None:
            raise TypeError(f"Fetch argument {fetch!r} has invalid type {type(fetch)!r}")
        if isinstance(fetch, (list, tuple)):
            return self._map_sequence(fetch)
        if hasattr(fetch, "keys") and hasattr(fetch, "items"):
            return self._map_dict(fetch)
        if hasattr(fetch, "__attrs_attrs__"):
            return self._map_attrs(fetch)
        expansion = expansion_for(fetch)
        if expansion is not None:
            parts, contract = expansion[1](fetch)
            indices = [self._element(part) for part in parts]
            return lambda values: contract([values[i] for i in indices])
        i = self._element(fetch)
        element = self.elements[i]
        if type(element) is Tensor and element.dtype.is_quantized:
            return lambda values: _plain_integers(values[i], element.dtype)
        if type(element) is Tensor and element.op.type == "GetSessionHandle":
            return self._map_handle(i, element.op.inputs[0].dtype)
        return lambda values: values[i]

    def _map_handle(self, i, dtype):
        from minitf.ops.session_ops import TensorHandle

        return lambda values: TensorHandle(values[i], dtype, self._session)

    def _map_sequence(self, fetch):
        builders = [self._map(item) for item in fetch]
        if isinstance(fetch, list):
            kind = type(fetch) if type(fetch) is not list else list
            return lambda values: kind([build(values) for build in builders])
        if hasattr(fetch, "_fields"):
            return lambda values: type(fetch)(*[build(values) for build in builders])
        return lambda values: type(fetch)([build(values) for build in builders])

    def _map_dict(self, fetch):
        builders = {key: self._map(item) for key, item in fetch.items()}
        kind = type(fetch)

        def build(values):
            result = kind() if kind is not dict else {}
            for key, builder in builders.items():
                result[key] = builder(values)
            return result

        return build

    def _map_attrs(self, fetch):
        builders = {field.name: self._map(getattr(fetch, field.name))
                    for field in fetch.__attrs_attrs__}
        return lambda values: type(fetch)(**{k: build(values) for k, build in builders.items()})

    def _element(self, fetch):
        try:
            element = self._graph.as_graph_element(fetch, allow_tensor=True, allow_operation=True)
        except TypeError as error:
            if isinstance(fetch, numbers.Number) or not isinstance(fetch, (Tensor, Operation)):
                raise TypeError(
                    f"Fetch argument {fetch!r} has invalid type {type(fetch)!r}, must be a string "
                    f"or Tensor. ({error})") from None
            raise
        except (ValueError, KeyError) as error:
            raise ValueError(f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. "
                             f"({error})") from None
        if not self._graph.is_fetchable(element):
            name = (element.op if isinstance(element, Tensor) else element).name
            raise errors.InaccessibleTensorError(
                f"Operation {name!r} has been marked as not fetchable. Typically this happens when "
                "it is defined in another function or code block. Use return values,explicit "
                "Python locals or TensorFlow collections to access it.")
        if element not in self._index:
            self._index[element] = len(self.elements)
            self.elements.append(element)
        return self._index[element]


def fetch_key(fetches):
    """A hashable stand-in for a structure of fetches, or None when it has none.

    Structures with equal keys have equal mappers, so that a session can find its plan at once.
    """
    kind = type(fetches)
    if kind is Tensor or kind is Operation or kind is str:
        return fetches
    if kind is list or kind is tuple:
        keys = [fetch_key(item) for item in fetches]
        return None if None in keys else (kind, *keys)
    if kind is dict:
        keys = [(name, fetch_key(item)) for name, item in fetches.items()]
        return None if any(key is None for _, key in keys) else (kind, *keys)
    if getattr(fetches, "_is_dense_tensor_like", False):
        return fetches
    return None
