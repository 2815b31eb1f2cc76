"""Values in a graph: what a `Const` op holds, and its wire form, the `TensorProto`.

`make_tensor_value` decides which dtype and shape a Python or NumPy value has as a tensor.
`TensorValue` holds the result in the form that it is written in: `tf.constant(0., shape=[1000])`
is one element and a shape. `make_tensor_proto` and `make_ndarray` are the same for messages.
"""

from collections.abc import Sequence

import numpy as np

from minitf.framework import dtypes
from minitf.framework.compat import (
    as_bytes,
    bytes_or_text_types,
    complex_types,
    integral_types,
    real_types,
)
from minitf.framework.tensor_shape import Dimension, TensorShape

_MAX_BYTES = 1 << 31  # a protobuf message cannot be larger

_PROTO_FIELDS = {
    dtypes.float16: "half_val",
    dtypes.bfloat16: "half_val",
    dtypes.float32: "float_val",
    dtypes.float64: "double_val",
    dtypes.int8: "int_val",
    dtypes.int16: "int_val",
    dtypes.int32: "int_val",
    dtypes.int64: "int64_val",
    dtypes.uint8: "int_val",
    dtypes.uint16: "int_val",
    dtypes.uint32: "uint32_val",
    dtypes.uint64: "uint64_val",
    dtypes.qint8: "int_val",
    dtypes.qint16: "int_val",
    dtypes.qint32: "int_val",
    dtypes.quint8: "int_val",
    dtypes.quint16: "int_val",
    dtypes.bool: "bool_val",
    dtypes.string: "string_val",
    dtypes.complex64: "scomplex_val",
    dtypes.complex128: "dcomplex_val",
}
_FIELD_NUMPY_TYPES = {
    "half_val": np.int32,
    "float_val": np.float32,
    "double_val": np.float64,
    "int_val": np.int32,
    "int64_val": np.int64,
    "uint32_val": np.uint32,
    "uint64_val": np.uint64,
    "bool_val": np.bool_,
    "scomplex_val": np.float32,
    "dcomplex_val": np.float64,
}
# TensorFlow writes two or more elements of these types as one string of bytes.
_CONTENT_DTYPES = frozenset(_PROTO_FIELDS) - {
    dtypes.float16, dtypes.bfloat16, dtypes.uint16, dtypes.bool, dtypes.string, dtypes.complex64,
    dtypes.complex128,
}


class TensorValue:
    """A constant tensor. It does not change once made.

    Attributes:
      dtype: its `DType`.
      shape: its shape, a tuple of ints.
    """

    __slots__ = ("dtype", "shape", "_elements", "_array", "_proto")

    def __init__(self, dtype, shape, elements, proto=None):
        """`elements`, in C order, may be fewer than `shape` has: the last one is then repeated.

        `elements` is kept, not copied. It may be None when there is a `proto` to take it from.
        """
        self.dtype = dtype
        self.shape = shape
        self._elements = elements
        self._array = None
        self._proto = proto

    @property
    def array(self):
        """The whole tensor as a read-only ndarray; strings are bytes in an array of objects."""
        if self._array is None:
            if self._elements is None:
                self._elements = listed_elements(self._proto, self.dtype)
            self._array = _fill(self._elements, self.shape, self.dtype)
            self._array.setflags(write=False)
        return self._array

    def proto(self):
        """The `TensorProto` as TensorFlow's `make_tensor_proto` writes it, or the one given.

        Do not change it.
        """
        return _to_proto(self) if self._proto is None else self._proto

    def __repr__(self):
        return f"TensorValue(dtype={self.dtype!r}, shape={self.shape}, array={self.array!r})"


class ListedTensorValue(TensorValue):
    """A constant whose elements its `TensorProto` lists, as the defaults of OpDefs do."""

    __slots__ = ()

    def proto(self):
        from minitf.framework import protos

        message = protos.TensorProto(dtype=self.dtype.as_datatype_enum,
                                     tensor_shape=TensorShape._from_tuple(self.shape).as_proto())
        list_elements(message, self._elements, self.dtype)
        return message


def make_tensor_value(
    values, dtype=None, shape=None, verify_shape=False, allow_broadcast=False
):
    """The `TensorValue` of a Python or NumPy value.

    Without `dtype`, Python ints become int32 (int64 if they need it), floats float32, complex
    complex128, and NumPy arrays and scalars keep their type. With it, arrays are cast without
    checks; Python values must be of the right kind, and ints wrap around.

    Args:
      values: a scalar, str, bytes, a nested list or tuple of these, an array, or a `TensorProto`,
        for which all other arguments are ignored.
      dtype: a `DType` or what converts to one; None to infer it.
      shape: sequence of ints; None to infer it. When it has more elements than `values`, the last
        one is repeated.
      verify_shape: whether the shape of `values` has to be `shape`.
      allow_broadcast: whether `values` may have one element, or as many as `shape` has, only.

    Returns:
      A `TensorValue`, which shares no memory with `values`.

    Raises:
      TypeError: `values` is not of the type asked for, has no tensor type, or does not have the
        shape that `verify_shape` or `allow_broadcast` demand.
      ValueError: `values` is None or ragged, has too many elements, or is 2GB or larger.
      OverflowError: an int has more than 64 bits.

    Source: TensorFlow `tf.make_tensor_proto`.
    """
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
    if allow_broadcast and verify_shape:
        raise ValueError("allow_broadcast and verify_shape are not both allowed.")
    if shape is not None:
        shape = tuple([int(size) for size in shape])
    array = None if shape is not None and 0 in shape else _simple_array(values, dtype)
    if array is not None:
        found = _DTYPE_OF_SIMPLE[array.dtype]
    elif _is_tensor_proto(values):
        return from_proto(values)
    else:
        array = _array_of(values, dtype, shape)
        found = dtypes.as_dtype(array.dtype)
        if dtype is not None and dtype.base_dtype is not found:
            raise TypeError(f"Incompatible types: {dtype} vs. {array.dtype}. Value is {values}")
        if array.nbytes >= _MAX_BYTES and found in _CONTENT_DTYPES:
            raise ValueError("Cannot create a tensor proto whose content is larger than 2GB.")
    if shape is None:
        shape = array.shape
    elif shape != array.shape:
        _check_shape(array, shape, verify_shape, allow_broadcast)
    if found is dtypes.string and not array.size and not _is_array_like(values):
        # TensorFlow writes the strings that it was given though the shape has room for none.
        array = _strings(values, _leaves(values), -1)
    return TensorValue(found, shape, array)


def make_tensor_proto(
    values, dtype=None, shape=None, verify_shape=False, allow_broadcast=False
):
    """The `TensorProto` of a Python or NumPy value; a `TensorProto` is returned as it is.

    Arguments and errors are those of `make_tensor_value`.
    """
    if _is_tensor_proto(values) and not (allow_broadcast and verify_shape):
        return values
    return make_tensor_value(values, dtype, shape, verify_shape, allow_broadcast).proto()


def make_ndarray(tensor):
    """A new ndarray with the contents of the `TensorProto` `tensor`.

    Strings are bytes in an array of objects. Raises TypeError for dtypes that have no array form
    (resource, variant), and ValueError if the elements are more than the shape holds.
    """
    return np.array(from_proto(tensor).array)


def from_proto(proto):
    """The `TensorValue` of a `TensorProto`, of which it keeps a copy to be written out again."""
    from minitf.framework import protos

    own = protos.TensorProto()
    own.MergeFromString(proto.SerializeToString())
    shape = tuple([dim.size for dim in own.tensor_shape.dim])
    return TensorValue(dtypes.as_dtype(own.dtype), shape, None, own)


# ---- Python values to arrays ----

# Most values in a graph are Python numbers, alone or in a flat list of one type. Which NumPy type
# they have, given (type of the elements, dtype asked for):
_SIMPLE = {
    (bool, None): np.bool_,
    (bool, dtypes.bool): np.bool_,
    (int, None): np.int32,
    (int, dtypes.int32): np.int32,
    (int, dtypes.int64): np.int64,
    (int, dtypes.float32): np.float32,
    (int, dtypes.float64): np.float64,
    (float, None): np.float32,
    (float, dtypes.float32): np.float32,
    (float, dtypes.float64): np.float64,
}
_DTYPE_OF_SIMPLE = {
    np.dtype(numpy_type): dtypes.as_dtype(numpy_type) for numpy_type in _SIMPLE.values()
}
_DTYPE_OF_SIMPLE[np.dtype(object)] = dtypes.string
_SIMPLE_MIN, _SIMPLE_MAX = -(2**31), 2**31 - 1  # beyond, int32 wraps or becomes int64


def _simple_array(values, dtype):
    """The array of a number, a string or a flat list of numbers; None for all else."""
    cls = values.__class__
    is_list = cls is list or cls is tuple
    if is_list:
        classes = set(map(type, values)) or {float if dtype is None else int}
        if len(classes) > 1:
            return None
        (cls,) = classes
    elif cls is str or cls is bytes:
        if dtype is None or dtype is dtypes.string:
            return _object_array([as_bytes(values)], ())
        return None
    numpy_type = _SIMPLE.get((cls, dtype))
    if numpy_type is None:
        return None
    low, high = (min(values, default=0), max(values, default=0)) if is_list else (values, values)
    if not _SIMPLE_MIN <= low <= high <= _SIMPLE_MAX:
        return None
    return np.array(values, numpy_type)


def _array_of(values, dtype, shape):
    """The array of any value, of type `dtype` unless that is None."""
    if values is None:
        raise ValueError("None values not supported.")
    if _is_array_like(values):
        return _cast(np.asarray(values), dtype)
    if shape is not None and 0 in shape:
        return np.empty(shape, np.float32 if dtype is None else dtype.as_numpy_dtype)
    return _array_from_python(values, dtype)


def _is_tensor_proto(values):
    descriptor = getattr(type(values), "DESCRIPTOR", None)
    return descriptor is not None and descriptor.name == "TensorProto"


def _is_array_like(values):
    if isinstance(values, (np.ndarray, np.generic)):
        return True
    if isinstance(values, (list, tuple, str, bytes)) or _is_tensor_type(type(values)):
        return False
    if callable(getattr(values, "__array__", None)) or hasattr(values, "__array_interface__"):
        return True
    try:
        memoryview(values)
    except TypeError:
        return False
    return True


def _is_tensor_type(cls):
    # Imported here because operations are built on this module.
    from minitf.framework.operation import Tensor

    return issubclass(cls, Tensor)


def _cast(array, dtype):
    """A copy of `array` with native byte order, of type `dtype` unless that is None."""
    wanted = dtypes.as_dtype(array.dtype) if dtype is None else dtype.base_dtype
    if wanted is dtypes.string:
        elements = [as_bytes(value) for value in array.astype(object).ravel()]
        return _object_array(elements, array.shape)
    if not wanted.is_numpy_compatible:
        return array
    numpy_type = wanted.as_numpy_dtype
    if array.dtype == numpy_type:
        return np.array(array, numpy_type, order="C")
    with np.errstate(over="ignore", invalid="ignore"):
        return array.astype(numpy_type, order="C")


def _array_from_python(values, dtype):
    """The array of a Python scalar or nested list, of type `dtype` unless that is None."""
    base = None if dtype is None else dtype.base_dtype
    if base is not None and base.is_quantized:
        _check_quantized(values, dtype)
        return np.array(values, base.as_numpy_dtype)
    leaves = _leaves(values)
    _check_types(leaves, dtype)
    with np.errstate(over="ignore"):
        if base is None:
            return _inferred_array(values, leaves)
        if base is dtypes.string:
            return _string_array(values, leaves)
        if base.is_integer:
            return _checked(_integer_array(values, leaves, base), values)
        numpy_type = base.as_numpy_dtype if base.is_numpy_compatible else None
        return _checked(np.array(values, numpy_type), values)


def _inferred_array(values, leaves):
    try:
        array = np.array(values)
    except ValueError:  # NumPy's way to say that the lists are ragged
        return _string_array(values, leaves)
    if array.dtype.kind in "OSU":
        return _string_array(values, leaves)
    _checked(array, values)
    if array.dtype == np.float64:
        return array.astype(np.float32)
    if array.dtype.kind == "i" and array.dtype.itemsize >= 4:
        small = array.astype(np.int32)
        return small if np.array_equal(small, array) else array
    return array


def _string_array(values, leaves):
    """The array of nested lists of strings; of other objects there is none."""
    wanted = _first_shape(values)
    if _common_shape(values) != wanted:
        raise _not_dense(values, _common_shape(values))
    return _strings(values, leaves, wanted)


def _strings(values, leaves, shape):
    try:
        return _object_array([as_bytes(leaf) for leaf in leaves], shape)
    except TypeError:
        raise TypeError(
            f"Failed to convert object of type {type(values)} to Tensor. Contents: {values}. "
            "Consider casting elements to a supported type."
        ) from None


def _integer_array(values, leaves, base):
    """Ints that are out of range wrap around, as in the C code behind TensorFlow."""
    try:
        array = np.array(values, np.int64)
    except OverflowError:
        if base not in (dtypes.uint32, dtypes.uint64):
            raise
        unsigned = [int(leaf) + 2**64 if leaf < 0 else int(leaf) for leaf in leaves]
        array = np.array(unsigned, np.uint64).reshape(_first_shape(values))
    return array.astype(base.as_numpy_dtype)


def _object_array(elements, shape):
    # np.array(elements, object) would look into the elements for further dimensions.
    array = np.empty(len(elements), object)
    array[:] = elements
    return array.reshape(shape)


def _leaves(values):
    """What nested lists, tuples and other sequences hold, depth first."""
    leaves = [values]
    while nested := {cls for cls in set(map(type, leaves)) if _is_sequence_type(cls)}:
        leaves = [
            leaf for item in leaves for leaf in (item if type(item) in nested else (item,))
        ]
    return leaves


def _is_sequence_type(cls):
    return issubclass(cls, Sequence) and not issubclass(cls, (str, bytes))


def _accepted_types(base):
    if base.is_bool:
        return bool
    if base.is_integer:
        return (*integral_types, Dimension)
    if base.is_floating:
        return real_types
    if base.is_complex:
        return complex_types
    if base is dtypes.string:
        return bytes_or_text_types
    return object


def _check_types(leaves, dtype):
    accepted = object if dtype is None else _accepted_types(dtype.base_dtype)
    wrong = {
        cls
        for cls in set(map(type, leaves))
        if not issubclass(cls, accepted) or (accepted is object and _is_tensor_type(cls))
    }
    if not wrong:
        return
    if dtype is None:
        raise TypeError("List of Tensors when single Tensor expected")
    raise _unexpected(dtype, next(leaf for leaf in leaves if type(leaf) in wrong))


def _check_quantized(values, dtype):
    """Quantized elements are tuples of one int each."""
    if isinstance(values, tuple):
        for value in values:
            if not isinstance(value, integral_types):
                raise _unexpected(dtype, value)
    elif isinstance(values, list):
        for value in values:
            _check_quantized(value, dtype)
    else:
        raise _unexpected(dtype, values)


def _unexpected(dtype, value):
    return TypeError(
        f"Expected {dtype.name}, got {value!r} of type '{type(value).__name__}' instead."
    )


def _first_shape(values):
    """The shape that the first element at each level of nested lists promises."""
    shape = []
    while isinstance(values, (list, tuple)):
        shape.append(len(values))
        if not values:
            break
        values = values[0]
    return tuple(shape)


def _common_shape(values):
    """The dimensions that all elements of nested lists share, looking into sequences of any kind.

    `[[1, 2], [3]]` gives `(2,)`.
    """
    if isinstance(values, (str, bytes, dict)) or not hasattr(values, "__getitem__"):
        return ()
    if not isinstance(values, (list, tuple)):
        return np.shape(values)
    if not values:
        return (0,)
    shared = _common_shape(values[0])
    for value in values[1:]:
        shape = _common_shape(value)
        while shared != shape[:len(shared)]:
            shared = shared[:-1]
    return (len(values), *shared)


def _checked(array, values):
    if array.shape != _first_shape(values):
        raise _not_dense(values, array.shape)
    return array


def _not_dense(values, shape):
    return ValueError(
        f"Argument must be a dense tensor: {values} - got shape {list(shape)}, but wanted "
        f"{list(_first_shape(values))}."
    )


def _check_shape(array, shape, verify_shape, allow_broadcast):
    needed = _count(shape)
    if allow_broadcast:
        acceptable = array.shape in ((), (1,)) or array.size == needed
    else:
        acceptable = not verify_shape or array.shape == shape
    if not acceptable:
        raise TypeError(f"Expected Tensor's shape: {shape}, got {array.shape}.")
    if not allow_broadcast and array.size > needed:
        raise ValueError(
            f"Too many elements provided. Needed at most {needed}, but received {array.size}"
        )


def _count(shape):
    count = 1
    for size in shape:
        count *= size
    return count


# ---- Arrays to messages and back ----


def _fill(elements, shape, dtype):
    """The array of `shape` that begins with `elements` and repeats the last one."""
    missing = _count(shape) - elements.size
    if dtype.base_dtype is dtypes.string and 0 in shape:
        return np.empty(shape, object)
    if missing == 0:
        return elements.reshape(shape)
    if missing < 0:
        raise ValueError(f"{elements.size} elements are too many for a tensor of shape {shape}.")
    if elements.size == 0:
        nothing = b"" if dtype.base_dtype is dtypes.string else 0
        return np.full(shape, nothing, dtype.as_numpy_dtype)
    flat = elements.ravel()
    if flat.size == 1:
        return np.broadcast_to(flat[0:1].reshape(()), shape)
    return np.concatenate([flat, np.repeat(flat[-1:], missing)]).reshape(shape)


def _storage_type(dtype):
    """The NumPy type of the numbers in a message's field, after the field's own width."""
    if dtype.is_quantized:
        return dtype.as_numpy_dtype[0]
    if dtype in (dtypes.float16, dtypes.bfloat16):
        return np.dtype(np.uint16)  # the bits
    return np.dtype(dtype.real_dtype.as_numpy_dtype)


def _to_proto(value):
    from minitf.framework import protos

    dtype, elements = value.dtype, value._elements
    proto = protos.TensorProto(
        dtype=dtype.as_datatype_enum,
        tensor_shape=TensorShape._from_tuple(value.shape).as_proto(),
    )
    if dtype in _CONTENT_DTYPES and elements.size > 1 and elements.size == _count(value.shape):
        proto.tensor_content = elements.tobytes()
        return proto
    list_elements(proto, elements, dtype)
    return proto


def list_elements(proto, elements, dtype):
    """Lists an array's elements in the field of a TensorProto that is for their type.

    Raises:
      TypeError: messages have no elements of that type.
    """
    field = _PROTO_FIELDS.get(dtype)
    if field is None:
        raise TypeError(f"Unsupported tensor type: {dtype!r}")
    numbers = elements.ravel()
    if dtype is not dtypes.string:
        numbers = numbers.view(_storage_type(dtype))
    getattr(proto, field).extend(numbers.tolist())


def listed_elements(proto, dtype):
    """The elements that a TensorProto lists, as a flat array."""
    base = dtype.base_dtype
    field = _PROTO_FIELDS.get(base)
    if field is None:
        raise TypeError(f"Unsupported tensor type: {proto.dtype}")
    if proto.tensor_content:
        elements = np.frombuffer(proto.tensor_content, base.as_numpy_dtype)
        if elements.size != _count(dim.size for dim in proto.tensor_shape.dim):
            raise ValueError(f"tensor_content holds {elements.size} elements, not as the shape.")
        return elements
    if field == "string_val":
        return _object_array(list(proto.string_val), -1)
    numbers = np.array(getattr(proto, field), _FIELD_NUMPY_TYPES[field])
    return numbers.astype(_storage_type(base)).view(base.as_numpy_dtype)
