"""Sparse values: IndexedSlices, the gradient of a gather; and the base of SparseTensor."""

import collections


class IndexedSlices:
    """Some rows of a larger tensor: ``dense[indices[i], ...] = values[i, ...]``.

    Args:
      values: tensor of shape [D0, ...], the rows.
      indices: integer tensor of shape [D0], the place of each row; repeated indices add up.
      dense_shape: integer tensor with the shape of the whole, or None.
    """

    def __init__(self, values, indices, dense_shape=None):
        from minitf.framework.graph import graph_from_inputs

        graph_from_inputs([item for item in (values, indices, dense_shape) if item is not None])
        self._values = values
        self._indices = indices
        self._dense_shape = dense_shape

    @property
    def values(self):
        return self._values

    @property
    def indices(self):
        return self._indices

    @property
    def dense_shape(self):
        return self._dense_shape

    @property
    def name(self):
        return self._values.name

    @property
    def device(self):
        return self._values.device

    @property
    def op(self):
        return self._values.op

    @property
    def dtype(self):
        return self._values.dtype

    @property
    def graph(self):
        return self._values.graph

    @property
    def shape(self):
        """The static shape of the whole."""
        from minitf.framework import constant_folding, tensor_shape

        if self._dense_shape is None:
            return tensor_shape.unknown_shape()
        return constant_folding.constant_value_as_shape(self._dense_shape)

    def consumers(self):
        """The operations that take a component of this value as an input."""
        parts = [self._values, self._indices, self._dense_shape]
        return list(dict.fromkeys(op for part in parts if part is not None
                                  for op in part.consumers()))

    def __str__(self):
        dense_shape = f", dense_shape={self._dense_shape}" if self._dense_shape is not None else ""
        return f"IndexedSlices(indices={self._indices}, values={self._values}{dense_shape})"

    def __neg__(self):
        return IndexedSlices(-self._values, self._indices, self._dense_shape)


IndexedSlicesValue = collections.namedtuple("IndexedSlicesValue",
                                            ["values", "indices", "dense_shape"])


class SparseTensorBase:
    """What SparseTensor and its relatives are recognised by."""
