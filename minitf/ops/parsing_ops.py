"""Values out of strings: decode_raw reads bytes, decode_csv lines of text."""

import itertools

import numpy as np

from minitf.framework import errors
from minitf.framework.constant_folding import static_value
from minitf.framework.registry import op
from minitf.ops.arguments import check_scalar, renamed_argument
from minitf.ops.common_shapes import concatenate, shape_of, with_rank_at_most
from minitf.ops.string_ops import parse_number
from minitf.ops.string_values import byte_strings, string_array

# ---- DecodeRaw ----


def decode_raw(input_bytes=None, out_type=None, little_endian=True, name=None, bytes=None):
    """The bytes of each string as a vector of numbers (TF op: DecodeRaw).

    Args:
      input_bytes: strings of one length.
      out_type: the dtype of the numbers.
      little_endian: their byte order.
      name: the operation's name.
      bytes: the first argument under its older name.

    Returns:
      A tensor with one dimension more than ``input_bytes``.

    Raises:
      InvalidArgumentError: at run time, lengths differ or are no multiple of the number's size.
    """
    input_bytes = renamed_argument("input_bytes", input_bytes, "bytes", bytes)
    if out_type is None:
        raise ValueError("decode_raw_v1() missing 1 positional argument: 'out_type'")
    return DecodeRaw(input_bytes, out_type=out_type, little_endian=little_endian, name=name)


DecodeRaw = op("DecodeRaw(bytes: string; out_type, little_endian: bool = True)"
               " -> (output: out_type)",
               out_type="half float double int32 uint16 uint8 int16 int8 int64 complex64 complex128"
                        " bool").not_differentiable()


@DecodeRaw.shape
def _(bytes):
    return shape_of(concatenate(bytes.shape._dims, (None,)))


@DecodeRaw.kernel
def _(bytes, out_type, little_endian):
    items = byte_strings(bytes)
    dtype = np.dtype(out_type.as_numpy_dtype)
    length = len(items[0]) if items else 0
    for i, item in enumerate(items):
        if len(item) != length:
            raise errors.InvalidArgumentError(
                None, None, "DecodeRaw requires input strings to all be the same size, but element "
                            f"{i} has size {length} != {len(item)}")
    if length % dtype.itemsize:
        raise errors.InvalidArgumentError(
            None, None, f"Input to DecodeRaw has length {length} that is not a multiple of "
                        f"{dtype.itemsize}, the size of {out_type.opdef_name}")
    return _numbers(items, dtype, little_endian).reshape(
        (*np.shape(bytes), length // dtype.itemsize))


def _numbers(items, dtype, little_endian):
    ordered = dtype.newbyteorder("<" if little_endian else ">")
    return np.frombuffer(b"".join(items), dtype=ordered).astype(dtype)


# ---- DecodePaddedRaw ----

DecodePaddedRaw = op(
    "DecodePaddedRaw(input_bytes: string, fixed_length: int32; out_type, little_endian: bool = "
    "True) -> (output: out_type)", out_type="half float double int32 uint16 uint8 int16 int8 int64"
).not_differentiable()


@DecodePaddedRaw.shape
def _(input_bytes, fixed_length, out_type):
    known = static_value(fixed_length)
    width = None if known is None else int(known) // np.dtype(out_type.as_numpy_dtype).itemsize
    return shape_of(concatenate(input_bytes.shape._dims, (width,)))


@DecodePaddedRaw.kernel
def _(input_bytes, fixed_length, out_type, little_endian):
    check_scalar(fixed_length, "k must be scalar, got shape")
    length, dtype = int(fixed_length), np.dtype(out_type.as_numpy_dtype)
    if length <= 0:
        raise errors.InvalidArgumentError(
            None, None, f"fixed_length must be greater than zero: {length}")
    if length % dtype.itemsize:
        raise errors.InvalidArgumentError(
            None, None, f"fixed_length ({length}) must be a multiple of the size of out_type "
                        f"({dtype.itemsize})")
    items = [item[:length].ljust(length, b"\0") for item in byte_strings(input_bytes)]
    return _numbers(items, dtype, little_endian).reshape(
        (*np.shape(input_bytes), length // dtype.itemsize))


# ---- DecodeCSV ----


def decode_csv(records, record_defaults, field_delim=",", use_quote_delim=True, name=None,
               na_value="", select_cols=None):
    """Lines of comma-separated values as a tensor for each column (TF op: DecodeCSV).

    Args:
      records: a string tensor, one line an element.
      record_defaults: for each column a value, whose dtype is the column's and which stands for
        empty fields; an empty list (of some dtype) says that the field must be there.
      field_delim: one character.
      use_quote_delim: fields may be in double quotes, in which two quotes stand for one.
      name: the operation's name.
      na_value: a text that counts as an empty field.
      select_cols: the numbers of the columns wanted, ascending; None: all.

    Returns:
      A list of tensors of the shape of ``records``.

    Raises:
      ValueError: columns that do not ascend, or another number of them than of defaults.
      InvalidArgumentError: at run time, a line that is no such record.
    """
    if select_cols is not None and any(
            b <= a for a, b in itertools.pairwise(select_cols)):
        raise ValueError("select_cols is not strictly increasing.")
    if select_cols is not None and select_cols[0] < 0:
        raise ValueError("select_cols contains negative values.")
    if select_cols is not None and len(select_cols) != len(record_defaults):
        raise ValueError("Length of select_cols and record_defaults do not match.")
    return DecodeCSV(records, record_defaults, field_delim=field_delim,
                     use_quote_delim=use_quote_delim, na_value=na_value,
                     select_cols=[] if select_cols is None else select_cols, name=name)


DecodeCSV = op(
    "DecodeCSV(records: string, record_defaults: OUT_TYPE; OUT_TYPE: list(type) >= 1,"
    " field_delim: string = ',', use_quote_delim: bool = True, na_value: string = '',"
    " select_cols: list(int) = []) -> (output: OUT_TYPE)",
    OUT_TYPE="float double int32 int64 string")


@DecodeCSV.shape
def _(records, record_defaults):
    for default in record_defaults:
        with_rank_at_most(default.shape, 1)
        dims = default.shape._dims
        if dims and dims[0] is not None and dims[0] > 1:
            raise ValueError("Shape of a default must be a length-0 or length-1 vector, "
                             "or a scalar.")
    return [records.shape] * len(record_defaults)


@DecodeCSV.kernel
def _(records, record_defaults, OUT_TYPE, field_delim, use_quote_delim, na_value, select_cols):
    columns = [[] for _ in OUT_TYPE]
    defaults = [np.ravel(default) for default in record_defaults]
    for i, record in enumerate(byte_strings(records)):
        fields = _fields(record, field_delim, use_quote_delim)
        if select_cols:
            fields = [fields[column] for column in select_cols if column < len(fields)]
        if len(fields) != len(columns):
            raise errors.InvalidArgumentError(
                None, None, f"Expect {len(columns)} fields but have {len(fields)} in record {i}")
        for j, (field, column) in enumerate(zip(fields, columns)):
            column.append(_field_value(field, OUT_TYPE[j], defaults[j], na_value, i, j))
    shape = np.shape(records)
    return [string_array(column, shape) if np.dtype(dtype.as_numpy_dtype) == object
            else np.array(column, dtype.as_numpy_dtype).reshape(shape)
            for column, dtype in zip(columns, OUT_TYPE)]


def _field_value(field, dtype, default, na_value, record, number):
    if not field or field == na_value:
        if default.size != 1:
            raise errors.InvalidArgumentError(
                None, None, f"Field {number} is required but missing in record {record}!")
        return byte_strings(default)[0] if default.dtype == object else default[0]
    if np.dtype(dtype.as_numpy_dtype) == object:
        return field
    value = parse_number(field, np.dtype(dtype.as_numpy_dtype))
    if value is None:
        raise errors.InvalidArgumentError(
            None, None, f"Field {number} in record {record} is not a valid {dtype.opdef_name}: "
                        f"{field.decode('utf-8', 'replace')}")
    return value


def _fields(record, delimiter, quotes):
    """The fields of a line, without their quotes."""
    fields, at = [], 0
    while at < len(record):
        if record[at:at + 1] in (b"\n", b"\r"):
            at += 1
            continue
        read = _quoted_field if quotes and record[at:at + 1] == b'"' else _plain_field
        field, at = read(record, at, delimiter, quotes)
        fields.append(field)
    if record.endswith(delimiter):
        fields.append(b"")
    return fields


def _plain_field(record, at, delimiter, quotes):
    """The field that begins at ``at``, and where the next one does."""
    end = record.find(delimiter, at)
    end = len(record) if end < 0 else end
    field = record[at:end]
    if b"\n" in field or b"\r" in field or (quotes and b'"' in field):
        raise errors.InvalidArgumentError(None, None,
                                          "Unquoted fields cannot have quotes/CRLFs inside")
    return field, end + 1


def _quoted_field(record, at, delimiter, quotes):
    at, field = at + 1, b""
    while at < len(record) - 1 and record[at:at + 2] != b'"' + delimiter:
        if record[at:at + 1] != b'"':
            field += record[at:at + 1]
            at += 1
            continue
        if record[at + 1:at + 2] != b'"':
            raise errors.InvalidArgumentError(
                None, None, "Quote inside a string has to be escaped by another quote")
        field += b'"'
        at += 2
    if record[at:at + 1] != b'"':
        raise errors.InvalidArgumentError(
            None, None, "Quoted field has to end with quote followed by delim or end")
    return field, at + 2
