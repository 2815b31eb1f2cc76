"""Strings, element by element: case, length, parts, joins, base64, patterns, numbers' texts."""

import base64
import re

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.registry import op
from minitf.framework.tensor_shape import unknown_shape
from minitf.ops import regex
from minitf.ops.arguments import check_scalar, renamed_argument
from minitf.ops.common_shapes import (
    SCALAR,
    broadcast_shape,
    merge_shapes,
    shape_text,
    with_rank,
)
from minitf.ops.elementwise import incompatible_shapes, list_text
from minitf.ops.string_values import (
    byte_strings,
    map_strings,
    scalar_string,
    string_array,
)


def _same_shape(input):
    return input.shape


# ---- StringLower, StringUpper, StringStrip ----


def string_lower(input, encoding="", name=None):
    """Letters in lower case (TF op: StringLower); ASCII only unless ``encoding`` is "utf-8"."""
    return StringLower(input, encoding=encoding, name=name)


def string_upper(input, encoding="", name=None):
    """Letters in upper case (TF op: StringUpper); ASCII only unless ``encoding`` is "utf-8"."""
    return StringUpper(input, encoding=encoding, name=name)


StringLower = op("StringLower(input: string; encoding: string = '') -> (output: string)"
                 ).not_differentiable()
StringUpper = op("StringUpper(input: string; encoding: string = '') -> (output: string)"
                 ).not_differentiable()
StringLower.shape(_same_shape)
StringUpper.shape(_same_shape)


def _change_case(input, encoding, of_bytes, of_text):
    if encoding not in (b"", b"utf-8"):
        raise errors.InvalidArgumentError(
            None, None, "only utf-8 or '' (no encoding) is supported, received "
                        f"{encoding.decode()}")
    if not encoding:
        return map_strings(of_bytes, input)
    return map_strings(lambda item: of_text(item.decode("utf-8", "replace")).encode(), input)


@StringLower.kernel
def _(input, encoding):
    return _change_case(input, encoding, bytes.lower, str.lower)


@StringUpper.kernel
def _(input, encoding):
    return _change_case(input, encoding, bytes.upper, str.upper)


def string_strip(input, name=None):
    """Strings without the white space at both ends (TF op: StringStrip)."""
    return StringStrip(input, name=name)


StringStrip = op("StringStrip(input: string) -> (output: string)").not_differentiable()
StringStrip.shape(_same_shape)


@StringStrip.kernel
def _(input):
    return map_strings(bytes.strip, input)


# ---- StringLength ----


def string_length(input, name=None, unit="BYTE"):
    """How many bytes (``unit="UTF8_CHAR"``: characters) each string has (TF op: StringLength)."""
    return StringLength(input, unit=unit, name=name)


StringLength = op("StringLength(input: string; unit: string in {'BYTE', 'UTF8_CHAR'} = 'BYTE')"
                  " -> (output: int32)").not_differentiable()
StringLength.shape(_same_shape)


@StringLength.kernel
def _(input, unit):
    return map_strings(len if unit == b"BYTE" else lambda item: len(_char_starts(item)), input,
                       np.int32)


def _char_starts(data):
    """Where characters of UTF-8 begin: at bytes that continue none."""
    return [i for i, byte in enumerate(data) if byte & 0xc0 != 0x80]


# ---- Substr ----


def substr(input, pos, len, name=None, unit="BYTE"):
    """From each string the ``len`` bytes (or characters) from ``pos`` on (TF op: Substr).

    Args:
      input: a string tensor.
      pos: where to begin, scalars or tensors that broadcast with ``input``; negative from the end.
      len: how many, in the shape of ``pos``.
      name: the operation's name.
      unit: "BYTE" or "UTF8_CHAR".

    Raises:
      InvalidArgumentError: at run time, a ``pos`` outside of its string.
    """
    return Substr(input, pos, len, unit=unit, name=name)


Substr = op("Substr(input: string, pos: T, len: T; T, unit: string in {'BYTE', 'UTF8_CHAR'} = "
            "'BYTE') -> (output: string)", T="int32 int64").not_differentiable()


@Substr.shape
def _(input, pos, len):
    ours, theirs = pos.shape._dims, len.shape._dims
    if theirs is None:
        if ours is not None:
            raise ValueError(f"Shape must be rank -1 but is rank {ours.__len__()}")
    else:
        with_rank(pos.shape, theirs.__len__())
        if ours is not None and ours != theirs:
            raise ValueError(f"pos and len shapes must match: {shape_text(pos.shape)} vs. "
                             f"{shape_text(len.shape)}")
    return broadcast_shape(input.shape, pos.shape)


@Substr.kernel
def _(input, pos, len, unit):
    strings, starts, lengths = np.broadcast_arrays(
        *(np.asarray(item) for item in (np.asarray(input, dtype=object), pos, len)))
    cut = _cut_bytes if unit == b"BYTE" else _cut_chars
    items = []
    for i, item in enumerate(zip(byte_strings(strings), starts.ravel().tolist(),
                                 lengths.ravel().tolist())):
        part = cut(*item)
        if part is None:
            raise errors.InvalidArgumentError(
                None, None, f"pos {item[1]} out of range for string b'{item[0].decode('latin1')}' "
                            f"at index {i}")
        items.append(part)
    return string_array(items, strings.shape)


@Substr.explain
def _(input, pos, len):
    return incompatible_shapes(input, pos)


def _cut_bytes(data, start, length):
    if not -len(data) <= start <= len(data):
        return None
    start += len(data) if start < 0 else 0
    return data[start:start + max(length, 0)]


def _cut_chars(data, start, length):
    edges = [*_char_starts(data), len(data)]
    count = len(edges) - 1
    if not -count <= start <= count:
        return None
    start += count if start < 0 else 0
    return data[edges[start]:edges[min(start + max(length, 0), count)]]


# ---- StringJoin ----


def string_join(inputs, separator="", name=None):
    """The strings of several tensors joined element by element (TF op: StringJoin).

    Args:
      inputs: a list of string tensors of one shape, or scalars.
      separator: what to put between.
      name: the operation's name.
    """
    return StringJoin(inputs, separator=separator, name=name)


StringJoin = op("StringJoin(inputs: N * string; N: int >= 1, separator: string = '')"
                " -> (output: string)").not_differentiable()


@StringJoin.shape
def _(inputs):
    if all(tensor.shape._dims == () for tensor in inputs):
        return SCALAR
    shape = unknown_shape()
    for tensor in inputs:
        if tensor.shape._dims:
            shape = merge_shapes(shape, tensor.shape)
    return shape


@StringJoin.kernel
def _(inputs, separator):
    shapes = list(dict.fromkeys(np.shape(item) for item in inputs if np.ndim(item)))
    if len(shapes) > 1:
        raise errors.InvalidArgumentError(
            None, None, f"Input shapes do not match: {list_text(shapes[0])} vs. "
                        f"{list_text(shapes[1])}")
    arrays = np.broadcast_arrays(*(np.asarray(item, dtype=object) for item in inputs))
    rows = zip(*(byte_strings(array) for array in arrays))
    return string_array([separator.join(row) for row in rows], arrays[0].shape)


# ---- EncodeBase64, DecodeBase64 ----


def encode_base64(input, pad=False, name=None):
    """Strings in base64 with ``-`` and ``_``, padded by ``=`` if asked (TF op: EncodeBase64)."""
    return EncodeBase64(input, pad=pad, name=name)


def decode_base64(input, name=None):
    """Strings from web-safe base64, padded or not (TF op: DecodeBase64).

    Raises:
      InvalidArgumentError: at run time, a string is no base64.
    """
    return DecodeBase64(input, name=name)


EncodeBase64 = op("EncodeBase64(input: string; pad: bool = False) -> (output: string)"
                  ).not_differentiable()
DecodeBase64 = op("DecodeBase64(input: string) -> (output: string)").not_differentiable()
EncodeBase64.shape(_same_shape)
DecodeBase64.shape(_same_shape)


@EncodeBase64.kernel
def _(input, pad):
    return map_strings(lambda item: base64.urlsafe_b64encode(item).rstrip(b"" if pad else b"="),
                       input)


@DecodeBase64.kernel
def _(input):
    return map_strings(_decoded_base64, input)


_BASE64 = re.compile(rb"(?:[\w-]{4})*(?:[\w-]{2}(?:==)?|[\w-]{3}=?)?", re.ASCII)


def _decoded_base64(item):
    if not _BASE64.fullmatch(item):
        if len(item.rstrip(b"=")) % 4 == 1:
            raise errors.InvalidArgumentError(
                None, None, "Base64 string length cannot be 1 modulo 4.")
        raise errors.InvalidArgumentError(None, None, "Invalid character found in base64.")
    bare = item.rstrip(b"=")
    return base64.urlsafe_b64decode(bare + b"=" * (-len(bare) % 4))


# ---- RegexReplace, RegexFullMatch ----


def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    """Matches of a pattern replaced (TF ops: StaticRegexReplace, RegexReplace).

    Args:
      input: a string tensor.
      pattern: a regular expression of RE2, a string or scalar tensor.
      rewrite: the replacement, in which ``\\1`` is what the first group matched, ``\\0`` all.
      replace_global: replace all matches, not only the first.
      name: the operation's name.
    """
    if isinstance(pattern, (bytes, str)) and isinstance(rewrite, (bytes, str)):
        return StaticRegexReplace(input, pattern=pattern, rewrite=rewrite,
                                  replace_global=replace_global, name=name)
    return RegexReplace(input, pattern, rewrite, replace_global=replace_global, name=name)


def regex_full_match(input, pattern, name=None):
    """Whether a pattern matches all of each string (TF: StaticRegexFullMatch, RegexFullMatch)."""
    if isinstance(pattern, (bytes, str)):
        return StaticRegexFullMatch(input, pattern=pattern, name=name)
    return RegexFullMatch(input, pattern, name=name)


RegexReplace = op("RegexReplace(input: string, pattern: string, rewrite: string;"
                  " replace_global: bool = True) -> (output: string)").not_differentiable()
StaticRegexReplace = op(
    "StaticRegexReplace(input: string; pattern: string, rewrite: string,"
    " replace_global: bool = True) -> (output: string)").not_differentiable()
RegexFullMatch = op("RegexFullMatch(input: string, pattern: string) -> (output: bool)"
                    ).not_differentiable()
StaticRegexFullMatch = op(
    "StaticRegexFullMatch(input: string; pattern: string) -> (output: bool)").not_differentiable()
StaticRegexReplace.shape(_same_shape)
StaticRegexFullMatch.shape(_same_shape)


@RegexReplace.shape
def _(input, pattern, rewrite):
    with_rank(pattern.shape, 0)
    with_rank(rewrite.shape, 0)
    return input.shape


@RegexFullMatch.shape
def _(input, pattern):
    with_rank(pattern.shape, 0)
    return input.shape


@RegexReplace.kernel
def _(input, pattern, rewrite, replace_global):
    check_scalar(pattern, "Pattern must be scalar, but received")
    check_scalar(rewrite, "Rewrite must be scalar, but received")
    return map_strings(regex.replace(scalar_string(pattern), scalar_string(rewrite),
                                     replace_global), input)


@StaticRegexReplace.kernel
def _(input, pattern, rewrite, replace_global):
    return map_strings(regex.replace(pattern, rewrite, replace_global), input)


@RegexFullMatch.kernel
def _(input, pattern):
    check_scalar(pattern, "Pattern must be scalar, but received")
    return map_strings(regex.full_match(scalar_string(pattern)), input, np.bool_)


@StaticRegexFullMatch.kernel
def _(input, pattern):
    return map_strings(regex.full_match(pattern), input, np.bool_)


# ---- AsString ----


def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):
    """Numbers and bools as text, as C's printf writes them (TF op: AsString).

    Args:
      input: a tensor of numbers or bools.
      precision: digits behind the point, for floats.
      scientific: ``1.5e+00`` instead of ``1.500000``.
      shortest: the shorter of both, without zeros at the end.
      width: fill numbers up to this width.
      fill: how to fill: "" or " " by spaces, "0" by zeros, "-" at the right, "+" with a sign.
      name: the operation's name.
    """
    return AsString(input, precision=precision, scientific=scientific, shortest=shortest,
                    width=width, fill=fill, name=name)


AsString = op(
    "AsString(input: T; T, precision: int = -1, scientific: bool = False, shortest: bool = False,"
    " width: int = -1, fill: string = '') -> (output: string)",
    T="int8 int16 int32 int64 complex64 complex128 float double bool").not_differentiable()
AsString.shape(_same_shape)


@AsString.kernel
def _(input, T, precision, scientific, shortest, width, fill):
    _check_format(T, precision, scientific, shortest, fill)
    flag = (fill.decode() + str(width)) if width > -1 else ""
    if T.is_floating or T.is_complex:
        digits = f".{precision}" if precision > -1 else ""
        conversion = f"%{flag}{digits}{'e' if scientific else 'g' if shortest else 'f'}"
    else:
        conversion = f"%{flag}d"

    def text(value):
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, complex):
            return f"({text(value.real)},{text(value.imag)})"
        if isinstance(value, float) and not np.isfinite(value):
            return conversion.replace("%0", "%") % value  # C fills infinities with spaces
        return conversion % value

    items = np.asarray(input).ravel().tolist()
    return string_array([text(item).encode() for item in items], np.shape(input))


def _check_format(dtype, precision, scientific, shortest, fill):
    message = None
    if dtype.is_floating or dtype.is_complex:
        if scientific and shortest:
            message = "Cannot select both scientific and shortest notation"
    elif scientific or shortest:
        message = ("scientific and shortest format not supported for datatype "
                   f"{dtype.opdef_name}")
    elif precision >= 0:
        message = f"precision not supported for datatype {dtype.opdef_name}"
    if message is None and len(fill) > 1:
        message = "Fill string must be one or fewer characters"
    if message is None and fill not in (b"", b" ", b"+", b"-", b"0", b"#"):
        message = f'Fill argument not supported: "{fill.decode()}"'
    if message is not None:
        raise errors.InvalidArgumentError(None, None, message)


# ---- StringToNumber ----


def string_to_number(string_tensor=None, out_type=dtypes.float32, name=None, input=None):
    """The numbers that strings write (TF op: StringToNumber).

    Args:
      string_tensor: a string tensor.
      out_type: float32, float64, int32 or int64.
      name: the operation's name.
      input: the first argument under its newer name.

    Raises:
      InvalidArgumentError: at run time, a string is no number of that type.
    """
    string_tensor = renamed_argument("input", input, "string_tensor", string_tensor)
    return StringToNumber(string_tensor, out_type=out_type, name=name)


StringToNumber = op("StringToNumber(string_tensor: string; out_type: type = float)"
                    " -> (output: out_type)", out_type="float double int32 int64"
                    ).not_differentiable()


@StringToNumber.shape
def _(string_tensor):
    return string_tensor.shape


_FLOAT = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|nan)", re.IGNORECASE | re.ASCII)
_HEX = re.compile(r"[+-]?0x[0-9a-f]+", re.IGNORECASE)
_INT = re.compile(r"-?\d+", re.ASCII)


def parse_number(item, dtype):
    """The number of a NumPy dtype that bytes write, or None."""
    text = item.strip(b" \t\n\v\f\r").decode("latin1")
    if dtype.kind == "f":
        if _FLOAT.fullmatch(text):
            return dtype.type(text)
        return dtype.type(int(text, 16)) if _HEX.fullmatch(text) else None
    if not _INT.fullmatch(text):
        return None
    bounds = np.iinfo(dtype)
    return int(text) if bounds.min <= int(text) <= bounds.max else None


@StringToNumber.kernel
def _(string_tensor, out_type):
    dtype = np.dtype(out_type.as_numpy_dtype)

    def number(item):
        value = parse_number(item, dtype)
        if value is None:
            raise errors.InvalidArgumentError(
                None, None, "StringToNumberOp could not correctly convert string: "
                            + item.decode("utf-8", "replace"))
        return value

    return map_strings(number, string_tensor, dtype)
