"""tf.compat: text and bytes, and, as ``compat.v1``, minitf's own names."""
# ruff: noqa: F401 - a namespace

import contextlib
import datetime
import importlib
import os

from minitf.framework.compat import (
    as_bytes, as_str, as_str_any, as_text, bytes_or_text_types, complex_types, integral_types,
    path_to_str, real_types)
from minitf.framework.tensor_shape import dimension_at_index, dimension_value
from minitf.tensorflow_names import absent

# The day on which TensorFlow 1.15 was cut: consumers since then know what it can produce.
_HORIZON = datetime.date(2019, 8, 21)
_DELAY_VARIABLE = "TF_FORWARD_COMPATIBILITY_DELTA_DAYS"
_days = []


def forward_compatible(year, month, day):
    """Whether programs of that day, and later ones, may be relied on: it is before the horizon."""
    return _horizon() > datetime.date(year, month, day)


@contextlib.contextmanager
def forward_compatibility_horizon(year, month, day):
    """A context in which another day is the horizon of `forward_compatible`."""
    _days.append(datetime.date(year, month, day))
    try:
        yield
    finally:
        _days.pop()


def _horizon():
    if _days:
        return _days[-1]
    return _HORIZON + datetime.timedelta(days=int(os.environ.get(_DELAY_VARIABLE) or 0))


def __getattr__(name):
    if name == "v1":
        return importlib.import_module("minitf.compat.v1")
    raise AttributeError(absent.message(__name__, name))
