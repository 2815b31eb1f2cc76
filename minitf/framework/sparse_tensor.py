"""SparseTensor: a tensor that holds few of its elements, as indices and values."""

import collections

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value_as_shape
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.indexed_slices import SparseTensorBase

SparseTensorValue = collections.namedtuple("SparseTensorValue",
                                           ["indices", "values", "dense_shape"])


class SparseTensor(SparseTensorBase):
    """A tensor of shape ``dense_shape`` that is zero but for ``values`` at ``indices``.

    Args:
      indices: int64 of shape [N, rank], the place of each element, in row-major order.
      values: N elements of any dtype.
      dense_shape: int64 of shape [rank].

    Raises:
      ValueError: the static shapes of the three do not fit.
    """

    def __init__(self, indices, values, dense_shape):
        with name_scope(None, "SparseTensor", [indices, values, dense_shape]):
            indices = convert_to_tensor(indices, name="indices", dtype=dtypes.int64)
            values = convert_to_tensor(values, name="values")
            dense_shape = convert_to_tensor(dense_shape, name="dense_shape", dtype=dtypes.int64)
        self._indices = indices
        self._values = values
        self._dense_shape = dense_shape
        count, rank = indices.shape.with_rank(2).dims
        count.merge_with(values.shape.with_rank(1).dims[0])
        rank.merge_with(dense_shape.shape.with_rank(1).dims[0])

    @classmethod
    def from_value(cls, sparse_tensor_value):
        """A SparseTensor of constants (or tensors) from a SparseTensor or SparseTensorValue.

        Raises:
          TypeError: it is neither.
        """
        if not is_sparse(sparse_tensor_value):
            raise TypeError(f"Neither a SparseTensor nor SparseTensorValue: {sparse_tensor_value}.")
        return cls(indices=sparse_tensor_value.indices, values=sparse_tensor_value.values,
                   dense_shape=sparse_tensor_value.dense_shape)

    @property
    def indices(self):
        return self._indices

    @property
    def values(self):
        return self._values

    @property
    def dense_shape(self):
        return self._dense_shape

    @property
    def op(self):
        """The operation that produces the values."""
        return self._values.op

    @property
    def dtype(self):
        return self._values.dtype

    @property
    def graph(self):
        return self._indices.graph

    @property
    def shape(self):
        """What is known of the dense shape, a TensorShape."""
        return constant_value_as_shape(self._dense_shape)

    def get_shape(self):
        """Alias of ``shape``."""
        return self.shape

    def consumers(self):
        """The operations that take one of the three tensors as an input."""
        return list(dict.fromkeys(op for part in (self._indices, self._values, self._dense_shape)
                                  for op in part.consumers()))

    def eval(self, feed_dict=None, session=None):
        """Runs the three tensors in ``session``, or in the default session.

        Returns:
          A SparseTensorValue.
        """
        from minitf.framework.operation import _session_for

        session = _session_for(session, self.graph, "evaluate tensor", "`eval(session=sess)`")
        parts = session.run([self._indices, self._values, self._dense_shape], feed_dict)
        return SparseTensorValue(*parts)

    @classmethod
    def _override_operator(cls, operator, func):
        """Gives sparse tensors the Python operator of that name."""
        setattr(cls, operator, func)

    def __str__(self):
        return (f"SparseTensor(indices={self._indices}, values={self._values}, "
                f"dense_shape={self._dense_shape})")


def is_sparse(value):
    """True for a SparseTensor or a SparseTensorValue."""
    return isinstance(value, (SparseTensor, SparseTensorValue))


def convert_to_tensor_or_sparse_tensor(value, dtype=None, name=None):
    """``value`` as a SparseTensor when it is sparse, else as a tensor.

    Raises:
      RuntimeError: a sparse value has another dtype than ``dtype``.
    """
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        return convert_to_tensor(value, dtype=dtype, name=name)
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise RuntimeError(f"Sparse dtype: requested = {dtype.name}, actual = {value.dtype.name}")
    return value
