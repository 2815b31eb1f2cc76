"""`tf.compat`: conversions between text and bytes, and tuples of types for `isinstance`."""

import numbers

import numpy as np

# NumPy's scalars are registered as numbers, but naming them says that they are meant.
integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)
bytes_or_text_types = (bytes, str)


def as_bytes(bytes_or_text, encoding="utf-8"):
    """`bytes_or_text` (str, bytes or bytearray) as bytes. Raises TypeError for other types."""
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytearray):
        return bytes(bytes_or_text)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_text(bytes_or_text, encoding="utf-8"):
    """`bytes_or_text` (str or bytes) as str. Raises TypeError for other types."""
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


as_str = as_text


def as_str_any(value):
    """Any object as str: bytes are decoded as UTF-8, others go through `str`."""
    return as_text(value) if isinstance(value, bytes) else str(value)


def path_to_str(path):
    """A path object (`os.PathLike`) as str; other values are returned as they are."""
    return as_str_any(path.__fspath__()) if hasattr(path, "__fspath__") else path
