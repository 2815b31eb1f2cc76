"""RE2's regular expressions, by Python's: the syntax that both have, with RE2's meaning."""

import functools
import re

from minitf.framework import errors

_POSIX = {"alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": "\\x00-\\x7f", "blank": "\\t ",
          "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9", "graph": "!-~", "lower": "a-z",
          "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": "\\t\\n\\v\\f\\r ", "upper": "A-Z",
          "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f"}

_NEXT = re.compile(r"\\Q(?P<quoted>.*?)(?:\\E|$)|\\(?P<escape>[\s\S])|\[:(?P<posix>\^?\w+):\]"
                   r"|\(\?(?P<look><?[=!]|\()|(?P<end>\$)|(?P<char>[\s\S])", re.DOTALL)


@functools.lru_cache(maxsize=256)
def compiled(pattern):
    """A pattern of RE2, bytes, as a compiled pattern of Python for text.

    ``\\d``, ``\\w`` and their like are ASCII, ``$`` is the end of the text only, ``.`` is a code
    point.

    Raises:
      InvalidArgumentError: neither RE2 nor Python can read it, or it asks for what RE2 lacks.
      UnimplementedError: it has Unicode classes, which Python's re lacks.
    """
    text = pattern.decode("utf-8", "surrogateescape")
    try:
        return re.compile(_translated(text), re.ASCII)
    except re.error as error:
        raise errors.InvalidArgumentError(
            None, None, f"Invalid pattern: {text}, error: {_re2_message(text, error)}") from None


def _translated(text):
    multiline = re.search(r"\(\?\w*m", text) is not None
    parts, in_class = [], False
    for match in _NEXT.finditer(text):
        kind, found = match.lastgroup, match.group(match.lastgroup)
        if kind == "quoted":
            parts.append(re.escape(found))
        elif kind == "escape":
            parts.append(_translated_escape(found, text))
        elif kind == "posix" and in_class and found.lstrip("^") in _POSIX:
            parts.append(_posix_class(found))
        elif kind == "look":
            raise re.error(f"invalid perl operator: (?{found}")
        elif kind == "end" and not in_class and not multiline:
            parts.append(r"\Z")
        else:
            in_class = _in_class_after(match.group(), in_class, parts)
            parts.append(match.group())
    return "".join(parts)


def _in_class_after(char, in_class, parts):
    if char == "[" and not in_class:
        return True
    if char == "]" and in_class and parts[-1] != "[" and parts[-2:] != ["[", "^"]:
        return False
    return in_class


def _posix_class(name):
    if not name.startswith("^"):
        return _POSIX[name]
    inside = re.compile(f"[{_POSIX[name[1:]]}]")
    others = [i for i in range(0x80) if not inside.match(chr(i))]
    return "".join(f"\\x{i:02x}" for i in others) + "\x80-\U0010ffff"


def _translated_escape(char, text):
    if char == "z":
        return r"\Z"
    if char in "123456789":
        raise re.error(f"invalid escape sequence: \\{char}")
    if char in "pP":
        raise errors.UnimplementedError(
            None, None, f"minitf has no Unicode classes (\\{char}) in patterns: {text}")
    return "\\" + char


def _re2_message(text, error):
    """RE2's words for the errors that are often made."""
    message = error.msg
    if "unterminated subpattern" in message or "unbalanced parenthesis" in message:
        return f"missing ): {text}"
    if "unterminated character set" in message:
        return f"missing ]: {text[error.pos:]}"
    if "nothing to repeat" in message or "multiple repeat" in message:
        return f"no argument for repetition operator: {text[error.pos]}"
    return message


def replace(pattern, rewrite, replace_global):
    """A function from bytes to bytes that replaces matches by ``rewrite`` (``\\1``: a group).

    A group that is not there is empty. As in RE2, a rewrite ends before a backslash with another
    character behind it, and then replaces nothing if only one match is wanted.
    """
    groups = compiled(pattern)
    pieces, valid = _rewrite_pieces(rewrite.decode("utf-8", "surrogateescape"))
    pieces = [piece for piece in pieces if isinstance(piece, str) or piece <= groups.groups]
    if not (valid or replace_global):
        return lambda data: data

    def replaced(data):
        text = data.decode("utf-8", "surrogateescape")
        parts, end, last = [], 0, -1
        for match in groups.finditer(text):
            if match.start() == match.end() == last:
                continue  # RE2 takes no empty match where the last one ended
            parts += [text[end:match.start()],
                      *(piece if isinstance(piece, str) else match.group(piece) or ""
                        for piece in pieces)]
            end = last = match.end()
            if not replace_global:
                break
        parts.append(text[end:])
        return "".join(parts).encode("utf-8", "surrogateescape")

    return replaced


def _rewrite_pieces(rewrite):
    """The rewrite as texts and numbers of groups, and whether RE2 can read all of it."""
    pieces, at = [], 0
    while at < len(rewrite):
        char, after = rewrite[at], rewrite[at + 1:at + 2]
        if char == "\\" and after != "\\" and not after.isdigit():
            return pieces, False
        if char == "\\":
            pieces.append(int(after) if after.isdigit() else after)
        else:
            pieces.append(char)
        at += 1 + (char == "\\")
    return pieces, True


def full_match(pattern):
    """A function from bytes to bool: the whole text matches the pattern."""
    groups = compiled(pattern)
    return lambda data: groups.fullmatch(data.decode("utf-8", "surrogateescape")) is not None
