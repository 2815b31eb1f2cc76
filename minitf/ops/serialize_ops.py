"""Tensors and sparse tensors as strings, and back."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape
from minitf.framework.tensor_value import from_proto
from minitf.ops.common_shapes import SCALAR, UNKNOWN, shape_of, with_rank, with_value
from minitf.ops.elementwise import list_text
from minitf.ops.sparse_index import check_parts, invalid, row_order
from minitf.ops.sparse_ops import as_sparse_tensor
from minitf.ops.string_values import byte_strings, string_array

# ---- TensorProto messages ----


def _message(array, dtype):
    """A TensorProto with all numbers as one run of bytes; strings are not in it yet."""
    from minitf.framework import protos

    proto = protos.TensorProto(dtype=dtype.as_datatype_enum,
                               tensor_shape=TensorShape(array.shape).as_proto())
    if dtype != dtypes.string:
        proto.tensor_content = array.tobytes()
    return proto


def _packed_strings(items):
    """Strings as one run of bytes: all lengths, as varints, and then all characters."""
    return b"".join([*map(_varint, map(len, items)), *items])


def _varint(number):
    """A number in groups of seven bits, the lowest first; all but the last have the top bit set."""
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def _unpacked_strings(content, count):
    """The strings of ``_packed_strings``.

    Raises:
      ValueError: lengths and characters do not fit.
    """
    lengths, at = [], 0
    for _ in range(count):
        length = shift = 0
        while True:
            if at >= len(content):
                raise ValueError("strings end within their lengths")
            byte = content[at]
            length |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                break
        lengths.append(length)
    if at + sum(lengths) != len(content):
        raise ValueError("strings do not have their lengths")
    ends = at + np.cumsum(lengths, dtype=np.int64)
    return [content[end - length:end] for length, end in zip(lengths, ends.tolist())]


def _array_of(data, failure):
    """(dtype, array) of a serialized TensorProto; ``failure`` is the error's message."""
    from google.protobuf.message import DecodeError

    from minitf.framework import protos

    try:
        proto = protos.TensorProto.FromString(data)
    except DecodeError:
        raise invalid(failure) from None
    try:
        dtype = dtypes.as_dtype(proto.dtype)
        if dtype == dtypes.string and proto.tensor_content:
            shape = [dim.size for dim in proto.tensor_shape.dim]
            items = _unpacked_strings(proto.tensor_content, int(np.prod(shape, dtype=np.int64)))
            return dtype, string_array(items, shape)
        return dtype, from_proto(proto).array
    except (TypeError, ValueError):
        raise invalid(f"Cannot parse tensor from proto: {proto}") from None


# ---- SerializeTensor, ParseTensor ----


def serialize_tensor(tensor, name=None):
    """A tensor as the bytes of a TensorProto, a scalar string (TF op: SerializeTensor)."""
    return SerializeTensor(tensor, name=name)


SerializeTensor = op("SerializeTensor(tensor: T; T) -> (serialized: string)").not_differentiable()


@SerializeTensor.shape
def _():
    return SCALAR


@SerializeTensor.kernel
def _(tensor, T):
    array = np.asarray(tensor)
    proto = _message(array, T)
    if T == dtypes.string:
        proto.string_val.extend(byte_strings(array))
    return string_array([proto.SerializeToString()], ())


def parse_tensor(serialized, out_type, name=None):
    """The tensor of a serialized TensorProto (TF op: ParseTensor).

    Args:
      serialized: a scalar string.
      out_type: the dtype that it must have.
      name: the operation's name.

    Raises:
      InvalidArgumentError: at run time, no TensorProto, or one of another dtype.
    """
    return ParseTensor(serialized, out_type=out_type, name=name)


ParseTensor = op(
    "ParseTensor(serialized: string; out_type) -> (output: out_type)").not_differentiable()


@ParseTensor.shape
def _():
    return UNKNOWN


@ParseTensor.kernel
def _(serialized, out_type):
    if np.ndim(serialized):
        raise invalid("Expected `serialized` to be a scalar, got shape: "
                      f"{list_text(np.shape(serialized))}")
    data = byte_strings(serialized)[0]
    dtype, array = _array_of(data, "Could not parse `serialized` as TensorProto: "
                                   f"'{data.decode('utf-8', 'replace')}'")
    if dtype != out_type:
        raise invalid(f"Type mismatch between parsed tensor ({dtype.opdef_name}) and dtype "
                      f"({out_type.opdef_name})")
    return array


# ---- SerializeSparse, SerializeManySparse ----


def serialize_sparse(sp_input, name=None, out_type=dtypes.string):
    """A SparseTensor as three strings: indices, values, dense shape (TF op: SerializeSparse)."""
    sp_input = as_sparse_tensor(sp_input)
    return SerializeSparse(sp_input.indices, sp_input.values, sp_input.dense_shape,
                           out_type=out_type, name=name)


def serialize_many_sparse(sp_input, name=None, out_type=dtypes.string):
    """Each row of a SparseTensor as three strings, a matrix [n, 3] (TF op: SerializeManySparse)."""
    sp_input = as_sparse_tensor(sp_input)
    return SerializeManySparse(sp_input.indices, sp_input.values, sp_input.dense_shape,
                               out_type=out_type, name=name)


_SERIALIZE = ("(sparse_indices: int64, sparse_values: T, sparse_shape: int64; T,"
              " out_type: type = string) -> (serialized_sparse: out_type)")
SerializeSparse = op("SerializeSparse" + _SERIALIZE, out_type="string variant").not_differentiable()
SerializeManySparse = op("SerializeManySparse" + _SERIALIZE,
                         out_type="string variant").not_differentiable()


def _check_sparse(indices, values, shape):
    with_rank(indices.shape, 2)
    with_rank(values.shape, 1)
    with_rank(shape.shape, 1)


@SerializeSparse.shape
def _(sparse_indices, sparse_values, sparse_shape):
    _check_sparse(sparse_indices, sparse_values, sparse_shape)
    return shape_of([3])


@SerializeManySparse.shape
def _(sparse_indices, sparse_values, sparse_shape):
    _check_sparse(sparse_indices, sparse_values, sparse_shape)
    return shape_of([None, 3])


def _strings_of(indices, values, dtype, shape):
    """The three strings of a sparse tensor; a variant is such a string, too."""
    parts = [_message(np.ascontiguousarray(array), part_dtype) for array, part_dtype in (
        (indices, dtypes.int64), (values, dtype), (np.asarray(shape, np.int64), dtypes.int64))]
    if dtype == dtypes.string and len(values):
        parts[1].tensor_content = _packed_strings(byte_strings(values))
    return [part.SerializeToString() for part in parts]


@SerializeSparse.kernel
def _(sparse_indices, sparse_values, sparse_shape, T, out_type):
    check_parts(sparse_indices, sparse_values, sparse_shape)
    return string_array(_strings_of(sparse_indices, sparse_values, T, sparse_shape), (3,))


@SerializeManySparse.kernel
def _(sparse_indices, sparse_values, sparse_shape, T, out_type):
    check_parts(sparse_indices, sparse_values, sparse_shape)
    indices, values = np.asarray(sparse_indices), np.asarray(sparse_values)
    shape = np.asarray(sparse_shape)
    if len(shape) <= 1:
        raise invalid(f"Rank of input SparseTensor should be > 1, but saw rank: {len(shape)}")
    strings = []
    for inside in rows_of(indices, int(shape[0])):
        strings.extend(_strings_of(indices[inside, 1:], values[inside], T, shape[1:]))
    return string_array(strings, (int(shape[0]), 3))


def rows_of(indices, count):
    """For each of ``count`` rows of a sparse tensor the places of its elements, in their order.

    Raises:
      InvalidArgumentError: an index is in none of the rows.
    """
    row = indices[:, 0]
    if ((row < 0) | (row >= count)).any():
        raise invalid(f"Received unexpected column index that is not in [0, {count})")
    order = np.argsort(row, kind="stable")
    return np.split(order, np.searchsorted(row[order], np.arange(1, count)))[:count]


# ---- DeserializeSparse, DeserializeManySparse ----


def deserialize_many_sparse(serialized_sparse, dtype, rank=None, name=None):
    """Serialized SparseTensors of one rank as one, with a further dimension in front.

    Args:
      serialized_sparse: a string matrix [n, 3], as of serialize_many_sparse.
      dtype: of the values.
      rank: the rank of each serialized tensor, if known.
      name: the operation's name (TF op: DeserializeManySparse).

    Raises:
      InvalidArgumentError: at run time, strings that are no such tensors.
    """
    indices, values, shape = DeserializeManySparse(serialized_sparse, dtype=dtype, name=name)
    indices.set_shape([None, rank])
    shape.set_shape([rank])
    return SparseTensor(indices, values, shape)


DeserializeManySparse = op(
    "DeserializeManySparse(serialized_sparse: string; dtype)"
    " -> (sparse_indices: int64, sparse_values: dtype, sparse_shape: int64)").not_differentiable()
DeserializeSparse = op(
    "DeserializeSparse(serialized_sparse: Tserialized; dtype, Tserialized: type = string)"
    " -> (sparse_indices: int64, sparse_values: dtype, sparse_shape: int64)",
    Tserialized="string variant").not_differentiable()

_DESERIALIZED = [shape_of([None, None]), shape_of([None]), shape_of([None])]


@DeserializeManySparse.shape
def _(serialized_sparse):
    with_value(with_rank(serialized_sparse.shape, 2)._dims[1], 3)
    return _DESERIALIZED


@DeserializeSparse.shape
def _(serialized_sparse):
    if serialized_sparse.shape._dims:
        with_value(serialized_sparse.shape._dims[-1], 3)
    return _DESERIALIZED


@DeserializeManySparse.kernel
def _(serialized_sparse, dtype):
    return _deserialized(serialized_sparse, dtype)


@DeserializeSparse.kernel
def _(serialized_sparse, dtype, Tserialized):
    return _deserialized(serialized_sparse, dtype)


def _deserialized(serialized, dtype):
    """The sparse tensor of strings [..., 3]; what is before the last dimension comes in front."""
    outer = np.shape(serialized)[:-1]
    count = int(np.prod(outer, dtype=np.int64))
    if not count:
        raise invalid("Serialized sparse should have at least 1 serialized tensor, but has a zero "
                      f"dimension {list_text(np.shape(serialized))}")
    strings = byte_strings(serialized)
    tensors = [_sparse_of(strings[3 * i:3 * i + 3], dtype, i) for i in range(count)]
    return stacked(tensors, outer)


def _sparse_of(strings, dtype, number):
    found = [_array_of(data, "Could not parse serialized proto") for data in strings]
    if found[1][0] != dtype:
        raise invalid(f"Requested SparseTensor of type {dtype.opdef_name} but "
                      f"SparseTensor[{number}].values.dtype() == {found[1][0].opdef_name}")
    parts = [array for _, array in found]
    for what, array, rank in zip(("indices", "values", "shape"), parts, (2, 1, 1)):
        if array.ndim != rank:
            raise invalid(f"Expected serialized_sparse[{number}, 0] to represent {what} of rank "
                          f"{rank} but received shape {list_text(array.shape)}")
    return parts


def stacked(tensors, outer):
    """Sparse tensors, (indices, values, shape), as one of shape ``[*outer, *largest shape]``."""
    ranks = {len(shape) for _, _, shape in tensors}
    if len(ranks) > 1:
        raise invalid("Inconsistent rank across SparseTensors: rank prior to SparseTensor has been "
                      f"{min(ranks)} but found {max(ranks)}")
    indices = np.concatenate([part for part, _, _ in tensors])
    values = np.concatenate([part for _, part, _ in tensors])
    shape = np.max([shape for _, _, shape in tensors], axis=0)
    number = np.repeat(np.arange(len(tensors)), [len(part) for part, _, _ in tensors])
    front = np.unravel_index(number, outer) if outer else ()
    indices = np.concatenate([*(part[:, None] for part in front), indices], axis=1)
    order = row_order(indices)
    return (indices[order].astype(np.int64), values[order],
            np.array([*outer, *shape.tolist()], np.int64))
