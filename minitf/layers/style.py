"""How layers are named, and the Keras style of keeping weights."""

import collections
import contextlib
import re
import weakref

from minitf.framework.graph import get_default_graph

# ---- Keras style: names by the layer, and no sharing through variable scopes ----

_keras_style = False


@contextlib.contextmanager
def keras_style_scope():
    """A context manager: layers made in it own their variables, resource variables.

    They take no part in variable scopes; ``scope`` and ``reuse`` are errors.
    """
    global _keras_style
    before = _keras_style
    _keras_style = True
    try:
        yield
    finally:
        _keras_style = before


def in_keras_style():
    """Whether layers that are made now own their variables."""
    return _keras_style


def set_keras_style():
    """From now on all layers are made as in ``keras_style_scope``."""
    global _keras_style
    _keras_style = True


def refuse_in_keras_style(argument, value):
    """Raises ValueError for an argument of variable scopes, unless it is None."""
    if value is not None:
        raise ValueError(f"{argument} argument not allowed when keras style layers are enabled, "
                         f"but saw: {value}")


# ---- names ----

_name_counts = weakref.WeakKeyDictionary()


def numbered_name(base_name):
    """``base_name`` with a number, counted for each graph from 1."""
    counts = _name_counts.setdefault(get_default_graph(), collections.Counter())
    counts[base_name] += 1
    return f"{base_name}_{counts[base_name]}"


def snake_case(name):
    """``max_pooling2d`` from ``MaxPooling2D``."""
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    return "private" + name if name[0] == "_" else name
