"""Functions of tensors that other kinds of objects may take over, as ``tf.linalg``'s operators do.

A function is tried with the arguments as they are first, and fails on what is no tensor: the names
that it used up meanwhile are TensorFlow's, which does the same.
"""

import functools


def dispatched(function):
    """Decorator: calls that raise TypeError or ValueError are offered to ``for_types``."""
    takers = []

    @functools.wraps(function)
    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError):
            for types, taker in takers:
                if _has_any(types, args) or _has_any(types, kwargs.values()):
                    return taker(*args, **kwargs)
            raise

    call.takers = takers
    return call


def for_types(function, *types):
    """Decorator: takes over the calls of a dispatched ``function`` with arguments of ``types``."""
    def register(taker):
        function.takers.append((types, taker))
        return taker

    return register


def _has_any(types, values):
    return any(isinstance(value, types) or isinstance(value, (list, tuple))
               and any(isinstance(item, types) for item in value) for value in values)
