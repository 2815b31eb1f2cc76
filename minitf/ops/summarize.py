"""Arrays as text, in the two forms that TensorFlow prints: of Print and Assert, and of tf.print.

TF: Tensor::SummarizeValue.
"""

import numpy as np

_ESCAPES = {0x09: "\\t", 0x0a: "\\n", 0x0d: "\\r", 0x22: '\\"', 0x27: "\\'", 0x5c: "\\\\"}


def c_escape(data):
    """Bytes as a C string literal writes them, without the quotes."""
    return "".join(_ESCAPES.get(byte) or (chr(byte) if 0x20 <= byte < 0x7f else f"\\{byte:03o}")
                   for byte in data)


def _number(value):
    """Integers plainly; floats with 6 digits, if these are exact, or 9 (double: 15 or 17)."""
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    precise = isinstance(value, np.float64)
    value = value if precise else np.float32(value)
    short, long = (15, 17) if precise else (6, 9)
    text = f"{value:.{short}g}"
    exact = np.isnan(value) or type(value)(text) == value
    return text if exact else f"{value:.{long}g}"


def _element(value, quoted):
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return f'"{c_escape(value)}"' if quoted else c_escape(value)
    return _number(value)


def first_elements(array, limit):
    """The first ``limit`` elements: ``[0 1 2...]`` (without the outer brackets); all when negative.

    This is how tf.Print and tf.Assert show an array.
    """
    return _text(np.asarray(array), limit, False)


def both_ends(array, limit):
    """The first and last ``limit`` elements of each dimension: ``[0 1 2 ... 7 8 9]``.

    This is how tf.print and tf.strings.format show an array; a negative limit shows all.
    """
    return _text(np.asarray(array), limit, True)


def _text(array, limit, at_ends):
    flat = array.ravel()
    limit = flat.size if limit < 0 else min(limit, flat.size)
    if array.dtype.kind == "c":  # TensorFlow prints no complex numbers
        text = " ".join("?" * limit) + "..." * (limit < flat.size)
        return f"[{text}]" if at_ends else text
    items = flat.tolist() if array.dtype.kind in "OSU" else flat
    if array.ndim == 0:
        return _element(items[0], at_ends) if limit else "..."
    if at_ends:
        return _ends(items, array.shape, limit, 0, 0)
    parts = []
    _first(items, array.shape, limit, 0, 0, parts)
    return "".join(parts) + "..." * (limit < flat.size)


def _first(items, shape, limit, dim, start, parts):
    """Appends the texts of elements from ``start`` on; returns the place of the next element."""
    if start >= limit:
        return start
    if dim == len(shape) - 1:
        for i in range(shape[dim]):
            if start == limit:
                parts.append("..." if dim else "")
                break
            parts.append(" " * (i > 0) + _element(items[start], False))
            start += 1
        return start
    for _ in range(shape[dim]):
        if start >= limit:
            break
        parts.append("[")
        start = _first(items, shape, limit, dim + 1, start, parts)
        parts.append("]")
    return start


def _ends(items, shape, limit, dim, start):
    """The text of the part of dimension ``dim`` that begins at element ``start``."""
    if dim == len(shape):
        return _element(items[start], True)
    count, below = shape[dim], len(shape) - dim - 1
    space = "\n" * below + " " * (dim + 1) if below else " "
    step = int(np.prod(shape[dim + 1:], dtype=np.int64))

    def part(i):
        return _ends(items, shape, limit, dim + 1, start + i * step)

    text = space.join(part(i) for i in range(min(limit, count)))
    if count > 2 * limit:
        text += space + "..."
    text += "".join(space + part(i) for i in range(max(limit, count - limit), count))
    return f"[{text}]"
