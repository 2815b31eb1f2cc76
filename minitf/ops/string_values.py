"""Arrays of byte strings: what the kernels of string ops share."""

import numpy as np


def byte_strings(array):
    """The elements of a string array, in order, as a list of bytes."""
    return [item.encode() if isinstance(item, str) else item
            for item in np.asarray(array, dtype=object).ravel().tolist()]


def string_array(items, shape):
    """A list of bytes as an array of that shape."""
    result = np.empty(len(items), dtype=object)
    result[:] = items
    return result.reshape(shape)


def map_strings(function, array, dtype=object):
    """``function(bytes)`` of each element, as an array of ``dtype``."""
    items = [function(item) for item in byte_strings(array)]
    if dtype is object:
        return string_array(items, np.shape(array))
    return np.array(items, dtype=dtype).reshape(np.shape(array))


def scalar_string(array):
    """The bytes that a scalar string holds."""
    return byte_strings(array)[0]
