"""Strings from one Unicode encoding to another."""

import codecs

from minitf.framework import errors as tf_errors
from minitf.framework.registry import op
from minitf.ops.string_values import map_strings

# Stands for what cannot be decoded: a lone surrogate, which no valid text has.
_MARK = "\udfff"
_HANDLER = "minitf.mark"
codecs.register_error(_HANDLER, lambda error: (_MARK, error.end))


def unicode_transcode(input, input_encoding, output_encoding, errors="replace",
                      replacement_char=65533, replace_control_characters=False, name=None):
    """Strings in another encoding (TF op: UnicodeTranscode).

    Args:
      input: a string tensor.
      input_encoding: the name of its encoding, of those that Python knows.
      output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
      errors: what to do with bytes that are no characters: "replace" them, "ignore" them, or
        "strict": raise InvalidArgumentError.
      replacement_char: the code point that replaces them.
      replace_control_characters: treat the characters 0 to 31 as errors too.
      name: the operation's name.
    """
    return UnicodeTranscode(input, input_encoding=input_encoding, output_encoding=output_encoding,
                            errors=errors, replacement_char=replacement_char,
                            replace_control_characters=replace_control_characters, name=name)


UnicodeTranscode = op(
    "UnicodeTranscode(input: string; input_encoding: string,"
    " output_encoding: string in {'UTF-8', 'UTF-16-BE', 'UTF-32-BE'},"
    " errors: string in {'strict', 'replace', 'ignore'} = 'replace', replacement_char: int = 65533,"
    " replace_control_characters: bool = False) -> (output: string)").not_differentiable()


@UnicodeTranscode.shape
def _(input):
    return input.shape


def checked_encoding(encoding, replacement_char):
    """The name of an encoding that there is.

    Raises:
      InvalidArgumentError: there is none of that name, or the replacement is no code point.
    """
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise tf_errors.InvalidArgumentError(
            None, None, f"Could not create converter for input encoding: {encoding}") from None
    if not 0 <= replacement_char < 0x110000:
        raise tf_errors.InvalidArgumentError(
            None, None, "replacement_char out of unicode codepoint range")
    return encoding


@UnicodeTranscode.kernel
def _(input, input_encoding, output_encoding, errors, replacement_char, replace_control_characters):
    encoding = checked_encoding(input_encoding.decode(), replacement_char)
    controls = {}
    if replace_control_characters:
        controls = dict.fromkeys(range(32), _MARK)
    replacement = "" if errors == b"ignore" else chr(replacement_char)
    target = output_encoding.decode()

    def transcoded(item):
        text = item.decode(encoding, _HANDLER).translate(controls)
        if errors == b"strict" and _MARK in text:
            raise tf_errors.InvalidArgumentError(None, None, "Invalid formatting on input string")
        return text.replace(_MARK, replacement).encode(target)

    return map_strings(transcoded, input)
