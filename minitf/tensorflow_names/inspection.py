"""tensorflow.python.util.tf_inspect: Python's own inspect, with functions that it had in 3.7."""

import inspect
from collections import namedtuple
from inspect import *  # noqa: F401,F403 - this module is inspect

ArgSpec = namedtuple("ArgSpec", "args varargs keywords defaults")


def getargspec(obj):
    """(args, varargs, keywords, defaults) of a function."""
    return ArgSpec(*inspect.getfullargspec(obj)[:4])
