"""Strings as code points, and back: tf.strings.unicode_decode, tf.strings.unicode_encode."""

import itertools

import numpy as np

from minitf.framework import dtypes
from minitf.framework import errors as tf_errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.ops import array_ops
from minitf.ops.common_shapes import shape_of, with_rank
from minitf.ops.sparse_index import invalid
from minitf.ops.string_unicode_ops import checked_encoding
from minitf.ops.string_values import byte_strings, string_array


def _refuse_ragged(what, rank):
    return tf_errors.UnimplementedError(
        None, None, f"minitf has no RaggedTensor: {what} of rank {rank} needs one")


# ---- UnicodeDecode, UnicodeDecodeWithOffsets ----


def unicode_decode(input, input_encoding, errors="replace", replacement_char=65533,
                   replace_control_characters=False, name=None):
    """The code points of a string, an int32 vector (TF op: UnicodeDecode).

    Args:
      input: a scalar string.
      input_encoding: the name of its encoding, of those that Python knows.
      errors: what to do with bytes that are no characters: "replace" them, "ignore" them, or
        "strict": raise InvalidArgumentError.
      replacement_char: the code point that replaces them.
      replace_control_characters: treat the characters 0 to 31 as errors too.
      name: the name scope.

    Raises:
      ValueError: the rank is not known.  UnimplementedError: strings of another rank.
    """
    with name_scope(name, "UnicodeDecode", [input]):
        return _decoded(UnicodeDecode, input, input_encoding, errors, replacement_char,
                        replace_control_characters).char_values


def unicode_decode_with_offsets(input, input_encoding, errors="replace", replacement_char=65533,
                                replace_control_characters=False, name=None):
    """(code points, the bytes at which they begin) of a string; see unicode_decode."""
    with name_scope(name, "UnicodeDecodeWithOffsets", [input]):
        decoded = _decoded(UnicodeDecodeWithOffsets, input, input_encoding, errors,
                           replacement_char, replace_control_characters)
        return decoded.char_values, decoded.char_to_byte_starts


def _decoded(op_type, input, input_encoding, errors, replacement_char, replace_control_characters):
    input = convert_to_tensor(input, name="input")
    if input.shape.ndims is None:
        raise ValueError("Rank of `input` must be statically known.")
    if input.shape.ndims:
        raise _refuse_ragged("unicode_decode of strings", input.shape.ndims)
    return op_type(array_ops.reshape(input, [-1]), input_encoding=input_encoding, errors=errors,
                   replacement_char=replacement_char,
                   replace_control_characters=replace_control_characters)


_DECODE = ("(input: string; input_encoding: string,"
           " errors: string in {'strict', 'replace', 'ignore'} = 'replace',"
           " replacement_char: int = 65533, replace_control_characters: bool = False,"
           " Tsplits: type = int64) -> (row_splits: Tsplits, char_values: int32")
UnicodeDecode = op(f"UnicodeDecode{_DECODE})", Tsplits="int32 int64").not_differentiable()
UnicodeDecodeWithOffsets = op(
    f"UnicodeDecodeWithOffsets{_DECODE}, char_to_byte_starts: int64)", Tsplits="int32 int64"
).not_differentiable()


def _splits_shape(input):
    count = with_rank(input.shape, 1)._dims[0]
    return shape_of([None if count is None else count + 1])


@UnicodeDecode.shape
def _(input):
    return [_splits_shape(input), shape_of([None])]


@UnicodeDecodeWithOffsets.shape
def _(input):
    return [_splits_shape(input), shape_of([None]), shape_of([None])]


@UnicodeDecode.kernel
def _(input, input_encoding, errors, replacement_char, replace_control_characters, Tsplits):
    return _code_points(input, input_encoding, errors, replacement_char,
                        replace_control_characters, Tsplits)[:2]


@UnicodeDecodeWithOffsets.kernel
def _(input, input_encoding, errors, replacement_char, replace_control_characters, Tsplits):
    return _code_points(input, input_encoding, errors, replacement_char,
                        replace_control_characters, Tsplits)


def _code_points(input, input_encoding, errors, replacement_char, replace_controls, Tsplits):
    """(row splits, code points, starts) of all strings."""
    encoding = checked_encoding(input_encoding.decode(), replacement_char)
    splits, points, starts = [0], [], []
    for item in byte_strings(input):
        for point, start in _characters(item, encoding):
            if point is None and errors == b"strict":
                raise invalid("Invalid formatting on input string")
            if point is None or replace_controls and point < 32:
                if errors == b"ignore":
                    continue
                point = replacement_char
            points.append(point)
            starts.append(start)
        splits.append(len(points))
    return (np.array(splits, Tsplits.as_numpy_dtype), np.array(points, np.int32),
            np.array(starts, np.int64))


def _characters(item, encoding):
    """(code point, first byte) of each character; the point is None where there is none."""
    at = 0
    while at < len(item):
        try:
            text, end, after = item[at:].decode(encoding), len(item), len(item)
        except UnicodeDecodeError as error:
            end, after = at + error.start, at + error.end
            text = item[at:end].decode(encoding)
        for character in text:
            yield ord(character), at
            at += len(character.encode(encoding))
        if end < after:
            yield None, end
        at = after


# ---- UnicodeEncode ----


def unicode_encode(input, output_encoding, errors="replace", replacement_char=65533, name=None):
    """Code points as a string (TF op: UnicodeEncode).

    Args:
      input: an int32 vector of code points.
      output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
      errors: what to do with numbers that are no code points: "replace" them, "ignore" them, or
        "strict": raise InvalidArgumentError.
      replacement_char: the code point that replaces them.
      name: the name scope.

    Returns:
      A scalar string.

    Raises:
      ValueError: a scalar, or an unknown rank.  UnimplementedError: code points of a higher rank.
    """
    with name_scope(name, "UnicodeEncode", [input]):
        input = convert_to_tensor(input)
        if input.shape.ndims is None:
            raise ValueError("Rank of input_tensor must be statically known.")
        if input.shape.ndims == 0:
            raise ValueError("input_tensor's rank must be at least 1.")
        if input.shape.ndims > 1:
            raise _refuse_ragged("unicode_encode of code points", input.shape.ndims)
        count = array_ops.shape(input, out_type=dtypes.int32)[0]
        splits = array_ops.stack([0, count])
        with name_scope(None, "UnicodeEncode"):
            encoded = UnicodeEncode(input, splits, output_encoding=output_encoding, errors=errors,
                                    replacement_char=replacement_char)
        return array_ops.reshape(encoded, [])


UnicodeEncode = op(
    "UnicodeEncode(input_values: int32, input_splits: Tsplits;"
    " errors: string in {'ignore', 'replace', 'strict'} = 'replace',"
    " output_encoding: string in {'UTF-8', 'UTF-16-BE', 'UTF-32-BE'},"
    " replacement_char: int = 65533, Tsplits: type = int64) -> (output: string)",
    Tsplits="int32 int64").not_differentiable()


@UnicodeEncode.shape
def _(input_values, input_splits):
    with_rank(input_values.shape, 1)
    count = with_rank(input_splits.shape, 1)._dims[0]
    return shape_of([None if count is None else count - 1])


@UnicodeEncode.kernel
def _(input_values, input_splits, errors, output_encoding, replacement_char):
    encoding = output_encoding.decode()
    points, splits = np.asarray(input_values).tolist(), np.asarray(input_splits).tolist()
    if not splits or splits[0] != 0 or splits[-1] != len(points) or splits != sorted(splits):
        raise invalid("Values in input_splits must be in order, from 0 to the number of values")
    items = [_encoded(points[start:end], encoding, errors, replacement_char)
             for start, end in itertools.pairwise(splits)]
    return string_array(items, (len(items),))


def _encoded(points, encoding, errors, replacement_char):
    characters = []
    for point in points:
        if not 0 <= point < 0x110000:
            if errors == b"strict":
                raise invalid("Code point value out of valid Unicode range.")
            if errors == b"ignore":
                continue
            point = replacement_char
        # Surrogates are no characters, but UTF-16 has them.
        if 0xD800 <= point < 0xE000 and encoding != "UTF-16-BE":
            point = 0xFFFD
        characters.append(chr(point))
    return "".join(characters).encode(encoding, "surrogatepass")
