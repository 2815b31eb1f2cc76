"""Slices of tensors: the notation of checkpoints, and the key under which a slice is stored.

``"5 2 0,3:-"`` is the shape of a whole, [5, 2], and a slice of it: start 0 and length 3 in the
first dimension, all of the second.
"""

import math
import re

import numpy as np

from minitf.framework import errors

_FULL = (0, -1)  # a dimension that a slice has all of
_EXTENT = re.compile(r"(\d{1,18}),(\d{1,18})")


class TensorSlice:
    """A part of a tensor: for each dimension a start and a length; -1: all of the dimension."""

    __slots__ = ("extents",)

    def __init__(self, extents):
        self.extents = tuple(extents)

    @classmethod
    def full(cls, rank):
        """The slice that is the whole."""
        return cls([_FULL] * rank)

    @classmethod
    def from_proto(cls, message):
        """The slice that a TensorSliceProto describes."""
        return cls((extent.start, extent.length if extent.HasField("length") else -1)
                   for extent in message.extent)

    def to_proto(self, message):
        """Fills in a TensorSliceProto and returns it."""
        for start, length in self.extents:
            extent = message.extent.add()
            if (start, length) != _FULL:
                extent.start = start
                extent.length = length
        return message

    def __eq__(self, other):
        return isinstance(other, TensorSlice) and self.extents == other.extents

    def __hash__(self):
        return hash(self.extents)

    def __str__(self):
        return ":".join("-" if extent == _FULL else f"{extent[0]},{extent[1]}"
                        for extent in self.extents)

    def shape(self, full_shape):
        """The slice's shape in a whole of that shape.

        Raises:
          InternalError: the ranks differ, or it reaches beyond the whole.
        """
        if len(self.extents) != len(full_shape):
            raise errors.InternalError(
                None, None, f"Mismatching ranks: shape = {list_text(full_shape)}, slice = {self}")
        dims = []
        for i, ((start, length), size) in enumerate(zip(self.extents, full_shape)):
            if length == -1:
                length = size
            elif start + length > size or start < 0 or length < 0:
                raise errors.InternalError(
                    None, None, f"Extent in dimension {i} out of bounds: shape = "
                    f"{list_text(full_shape)}, slice = {self}")
            dims.append(length)
        return tuple(dims)

    def is_full(self, full_shape):
        """Whether it is all of a whole of that shape."""
        return self.shape(full_shape) == tuple(full_shape)

    def overlap(self, other, full_shape):
        """What two slices share, as the pair (index into self, index into other), or None."""
        mine, theirs = [], []
        for a, b, size in zip(self.extents, other.extents, full_shape):
            a_start, a_end = (0, size) if a[1] == -1 else (a[0], a[0] + a[1])
            b_start, b_end = (0, size) if b[1] == -1 else (b[0], b[0] + b[1])
            start, end = max(a_start, b_start), min(a_end, b_end)
            if start >= end:
                return None
            mine.append(slice(start - a_start, end - a_start))
            theirs.append(slice(start - b_start, end - b_start))
        return tuple(mine), tuple(theirs)


def list_text(dims):
    """Dimensions as TensorFlow's messages have them: [2,3]."""
    return "[" + ",".join(map(str, dims)) + "]"


def parse(text):
    """(shape of the whole, TensorSlice, shape of the slice) of the notation.

    Raises:
      InvalidArgumentError: the text is something else.
      InternalError: the slice is not in the whole.
    """
    *dims, extents = text.split(" ")
    if not dims:
        raise _bad(text, "Need least two elements in shape_and_slice specification")
    for dim in dims:
        if not re.fullmatch(r"-?\d{1,18}", dim) or int(dim) < 0:
            raise _bad(text, "Non numerical dimension in shape_and_slice")
    shape = tuple(map(int, dims))
    part = TensorSlice(_parse_extent(extent, extents) for extent in extents.split(":"))
    return shape, part, part.shape(shape)


def _parse_extent(text, extents):
    if text == "-":
        return _FULL
    match = _EXTENT.fullmatch(text)
    if match is None:
        raise errors.InvalidArgumentError(
            None, None, f"Expected a pair of numbers or '-' but got '{text}': string = {extents}")
    start, length = map(int, match.groups())
    if length < 1:
        raise errors.InvalidArgumentError(
            None, None, "Expected non-negative start and positive length but got start = "
            f"{start}, length = {length}: string = {extents}")
    return start, length


def _bad(text, message):
    return errors.InvalidArgumentError(None, None, f"{message}: {text}")


def assemble(name, wanted, full_shape, stored, dtype, most, read):
    """A slice of a tensor, put together from the slices that are stored.

    Args:
      name: the tensor's, bytes, for messages.
      wanted: the TensorSlice.
      full_shape: the whole's shape.
      stored: the TensorSlices that there are.
      dtype: the DType.
      most: no tensor has more elements than this: what the files that hold it are long.
      read: a function that gives the array of a stored slice.

    Raises:
      InvalidArgumentError: the slice is not in the whole, or has parts that are not stored.
      DataLossError: stored slices overlap, or do not lie in the whole; or more than ``most``.
    """
    shape = wanted.shape(full_shape)
    stored = {wanted} if wanted in stored else set(stored)
    overlaps = [(part, *common) for part in stored
                if (common := _checked(name, part, full_shape).overlap(wanted, full_shape))]
    if sum(_volume(index) for _, _, index in overlaps) != math.prod(shape):
        raise errors.InvalidArgumentError(
            None, None, "Does not have sufficient slices for partitioned tensor "
            f"{name.decode(errors='replace')} to restore in slice_spec: {wanted}")
    if math.prod(shape) > most:
        raise _damaged(name, f"shape {list_text(shape)} is larger than the data")
    result = np.empty(shape, dtype.as_numpy_dtype)
    filled = np.zeros(shape, bool)
    for part, index_in_part, index in overlaps:
        if filled[index].any():
            raise _damaged(name, "stored slices overlap")
        filled[index] = True
        result[index] = read(part)[index_in_part]
    return result


def _checked(name, part, full_shape):
    try:
        part.shape(full_shape)
    except errors.InternalError as error:
        raise _damaged(name, error.message) from None
    return part


def _volume(index):
    return math.prod(part.stop - part.start for part in index)


def _damaged(name, reason):
    return errors.DataLossError(
        None, None, f"Slices of {name.decode(errors='replace')} are damaged: {reason}")


# ---- keys ----


def key(name, part):
    """The key under which a table has a slice of the tensor ``name``.

    Keys sort as (0, name, rank, start and length of each dimension). Source: TensorFlow's
    OrderedCode, an encoding of strings and numbers which sorts as they do.

    Args:
      name: bytes.
      part: a TensorSlice.
    """
    result = _number(0) + _text(name) + _number(len(part.extents))
    for start, length in part.extents:
        result += _signed(start) + _signed(length)
    return result


def _number(value):
    """An unsigned number: the count of its bytes, then the bytes, the highest first."""
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def _text(value):
    """A string, in which 0 and 255 are escaped, and its end marked."""
    return re.sub(b"[\0\xff]", lambda m: m[0] + bytes([255 - m[0][0]]), value) + b"\0\1"


def _signed(value):
    """A signed number of n bytes: n ones and a zero in front (for negatives inverted), then it."""
    magnitude = ~value if value < 0 else value
    size = magnitude.bit_length() // 7 + 1
    header = ((1 << size) - 1) << (80 - size)  # in 10 bytes, the most that a number takes
    number = value & (1 << 80) - 1
    data = (number ^ header >> 8 * (10 - size)).to_bytes(10, "big")
    return data[10 - size:]
