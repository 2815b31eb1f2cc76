"""Arguments: those that TensorFlow renamed and takes under both names; checks of their values."""

import numpy as np

from minitf.ops.elementwise import list_text


def renamed_argument(new_name, new_value, old_name, old_value):
    """The value of an argument, given under its new name or its old one.

    Raises:
      ValueError: it is given under both.
    """
    if old_value is None:
        return new_value
    if new_value is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'")
    return old_value


def check_scalar(value, text):
    """Refuses an array of some rank where a kernel needs one number.

    Raises:
      ValueError: ``text`` and the shape, as TensorFlow says it.
    """
    if np.ndim(value):
        raise ValueError(f"{text} {list_text(np.shape(value))}")
