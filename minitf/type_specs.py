"""Descriptions of values: tf.TensorSpec and its like, by which structures say what is in them."""

import abc

from minitf.framework import dtypes
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops.tensor_array_ops import TensorArray


class TypeSpec(abc.ABC):
    """What is known of a value before there is one: a base class.

    Attributes:
      value_type: the class of the values.
    """

    @property
    @abc.abstractmethod
    def value_type(self):
        """The class of the values."""

    @abc.abstractmethod
    def _serialize(self):
        """What the specification says, a tuple: the arguments that make an equal one."""

    @classmethod
    def _of(cls, value):
        """The specification of a value of this class."""
        raise TypeError(f"Could not build a TypeSpec for {value!r} with type "
                        f"{type(value).__name__}")

    def is_compatible_with(self, spec_or_value):
        """Whether a value, or all that another specification admits, can be what this one says."""
        if not isinstance(spec_or_value, TypeSpec):
            if not isinstance(spec_or_value, self.value_type):
                return False
            spec_or_value = self._of(spec_or_value)
        return type(self) is type(spec_or_value) and all(
            _compatible(mine, theirs)
            for mine, theirs in zip(self._serialize(), spec_or_value._serialize()))

    def most_specific_compatible_type(self, other):
        """The narrowest specification that admits what this one does and what ``other`` does.

        Raises:
          ValueError: there is none: classes or dtypes differ.
        """
        if type(self) is not type(other):
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return type(self)(*(_merged(mine, theirs) for mine, theirs in zip(self._serialize(),
                                                                         other._serialize())))

    def __eq__(self, other):
        return type(other) is type(self) and self._key() == other._key()

    def __hash__(self):
        return hash((type(self), self._key()))

    def __repr__(self):
        return f"{type(self).__name__}{self._serialize()!r}"

    def _key(self):
        return tuple(part._dims if isinstance(part, TensorShape) else part
                     for part in self._serialize())


def _compatible(mine, theirs):
    if isinstance(mine, (TensorShape, dtypes.DType)) and theirs is not None:
        return mine.is_compatible_with(theirs)
    return mine == theirs


def _merged(mine, theirs):
    if isinstance(mine, TensorShape) and isinstance(theirs, TensorShape):
        return mine.most_specific_compatible_shape(theirs)
    if mine != theirs:
        raise ValueError(f"Types are not compatible: {mine!r} vs {theirs!r}")
    return mine


class TensorSpec(TypeSpec):
    """A tensor of a shape and dtype.

    Args:
      shape: what is known of the shape.
      dtype: the dtype.
      name: a name, or None.
    """

    value_type = Tensor

    def __init__(self, shape, dtype=dtypes.float32, name=None):
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._name = name

    @classmethod
    def from_spec(cls, spec, name=None):
        """The same specification, perhaps under another name."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor, name=None):
        """The specification of a tensor; it has the name of its operation if no other is given.

        Raises:
          ValueError: it is no tensor.
        """
        if not isinstance(tensor, Tensor):
            raise ValueError("`tensor` should be a tf.Tensor")  # noqa: TRY004 - as TensorFlow
        return TensorSpec(tensor.shape, tensor.dtype, name or tensor.op.name)

    @property
    def shape(self):
        return self._shape

    @property
    def dtype(self):
        return self._dtype

    @property
    def name(self):
        return self._name

    def is_compatible_with(self, spec_or_tensor):
        """Whether dtype and shape of a tensor or TensorSpec fit; names do not count."""
        return (isinstance(spec_or_tensor, (TensorSpec, Tensor))
                and self._dtype.is_compatible_with(spec_or_tensor.dtype)
                and self._shape.is_compatible_with(spec_or_tensor.shape))

    def most_specific_compatible_type(self, other):
        """The narrowest TensorSpec that admits both.

        Raises:
          ValueError: classes or dtypes differ.
        """
        if type(self) is not type(other) or self._dtype != other.dtype:
            raise ValueError(f"Types are not compatible: {self!r} vs {other!r}")
        return TensorSpec(self._shape.most_specific_compatible_shape(other.shape), self._dtype,
                          self._name if self._name == other.name else None)

    def _serialize(self):
        return self._shape, self._dtype, self._name

    def __repr__(self):
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"


class SparseTensorSpec(TypeSpec):
    """A SparseTensor of a dense shape and dtype.

    Args:
      shape: what is known of the dense shape; None: nothing.
      dtype: the dtype of its values.
    """

    value_type = SparseTensor

    def __init__(self, shape=None, dtype=dtypes.float32):
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)

    @property
    def shape(self):
        return self._shape

    @property
    def dtype(self):
        return self._dtype

    @classmethod
    def _of(cls, value):
        return cls(value.shape, value.dtype)

    def _serialize(self):
        return self._shape, self._dtype


class IndexedSlicesSpec(TypeSpec):
    """IndexedSlices of a dense shape and dtype.

    Args:
      shape: what is known of the shape of the whole; None: nothing.
      dtype: the dtype of the values.
      indices_dtype: the dtype of the indices.
      dense_shape_dtype: the dtype of the dense shape, None when there is none.
      indices_shape: what is known of how many indices there are, a shape of rank 1.
    """

    value_type = IndexedSlices

    def __init__(self, shape=None, dtype=dtypes.float32, indices_dtype=dtypes.int64,
                 dense_shape_dtype=None, indices_shape=None):
        self._shape = TensorShape(shape)
        self._values_dtype = dtypes.as_dtype(dtype)
        self._indices_dtype = dtypes.as_dtype(indices_dtype)
        self._dense_shape_dtype = (None if dense_shape_dtype is None
                                   else dtypes.as_dtype(dense_shape_dtype))
        self._indices_shape = TensorShape(indices_shape).with_rank(1)

    @classmethod
    def _of(cls, value):
        dense_shape_dtype = None if value.dense_shape is None else value.dense_shape.dtype
        return cls(value.shape, value.values.dtype, value.indices.dtype, dense_shape_dtype,
                   value.indices.shape)

    def _serialize(self):
        return (self._shape, self._values_dtype, self._indices_dtype, self._dense_shape_dtype,
                self._indices_shape)


class TensorArraySpec(TypeSpec):
    """A TensorArray with elements of a shape and dtype.

    Args:
      element_shape: what is known of the elements' shape; None: nothing.
      dtype: their dtype.
      dynamic_size: whether writing beyond the end makes the array longer.
      infer_shape: whether all elements have one shape.
    """

    value_type = TensorArray

    def __init__(self, element_shape=None, dtype=dtypes.float32, dynamic_size=False,
                 infer_shape=True):
        self._element_shape = TensorShape(element_shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._dynamic_size = dynamic_size
        self._infer_shape = infer_shape

    def is_compatible_with(self, other):
        """Whether dtype, element shape and dynamic size of a TensorArray(Spec) fit."""
        return isinstance(other, TensorArraySpec) and (
            self._dtype.is_compatible_with(other._dtype)
            and self._element_shape.is_compatible_with(other._element_shape)
            and self._dynamic_size == other._dynamic_size)

    def _serialize(self):
        return self._element_shape, self._dtype, self._dynamic_size, self._infer_shape
