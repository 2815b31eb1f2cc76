"""Conditionals whose branch is chosen while building, where the predicate is known by then."""

from minitf.framework.constant_folding import constant_value, static_value
from minitf.framework.operation import Tensor
from minitf.ops import cond_ops
from minitf.variable_base import Variable


def smart_constant_value(pred):
    """What is known of a predicate while building: True, False, or None.

    Args:
      pred: a bool, 0 or 1, or a scalar tensor of booleans. A variable is never known.

    Raises:
      TypeError: anything else.
    """
    if isinstance(pred, Variable):
        return None
    if isinstance(pred, Tensor):
        value = constant_value(pred)
        return static_value(pred) if value is None else value
    try:
        if pred in {0, 1}:
            return bool(pred)
    except TypeError:
        pass  # not hashable, so neither of them
    raise TypeError("`pred` must be a Tensor, or a Python bool, or 1 or 0. Found instead: "
                    f"{type(pred)}")


def smart_cond(pred, true_fn=None, false_fn=None, name=None):
    """``tf.cond``, or the result of one of the functions alone when ``pred`` is known.

    Args:
      pred: see ``smart_constant_value``.
      true_fn, false_fn: functions without arguments.
      name: the name scope of the cond.

    Raises:
      TypeError: a function is missing, or ``pred`` is no predicate.
    """
    if not callable(true_fn):
        raise TypeError("`true_fn` must be callable.")
    if not callable(false_fn):
        raise TypeError("`false_fn` must be callable.")
    value = smart_constant_value(pred)
    if value is None:
        return cond_ops.cond(pred, true_fn=true_fn, false_fn=false_fn, name=name)
    return true_fn() if value else false_fn()
