"""Numbers out of the bytes of strings: decode_raw."""

import numpy as np

from minitf.framework import errors
from minitf.framework.constant_folding import static_value
from minitf.framework.registry import op
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import concatenate, shape_of
from minitf.ops.string_values import byte_strings

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


DecodeRaw = op("DecodeRaw(bytes: string; out_type, little_endian: bool = True) -> (output: out_type)",
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
    "DecodePaddedRaw(input_bytes: string, fixed_length: int32; out_type, little_endian: bool = True)"
    " -> (output: out_type)", out_type="half float double int32 uint16 uint8 int16 int8 int64"
).not_differentiable()


@DecodePaddedRaw.shape
def _(input_bytes, fixed_length, out_type):
    known = static_value(fixed_length)
    width = None if known is None else int(known) // np.dtype(out_type.as_numpy_dtype).itemsize
    return shape_of(concatenate(input_bytes.shape._dims, (width,)))


@DecodePaddedRaw.kernel
def _(input_bytes, fixed_length, out_type, little_endian):
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
