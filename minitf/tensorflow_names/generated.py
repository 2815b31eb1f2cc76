"""tensorflow.python.ops.gen_*_ops: a function for each op, under its name in snake case.

``gen_nn_ops.relu_grad(gradients, features)`` adds one ReluGrad; older programs write
``gen_nn_ops._relu_grad``. Arguments are the op's inputs and its attributes, those without defaults
first, then ``name``.
"""

import re

from minitf import raw_ops
from minitf.framework import registry


def __getattr__(name):
    op_name = _by_snake_name().get(name.lstrip("_"))
    if op_name is None or name.startswith("__"):
        raise AttributeError(f"minitf has no op whose function is called {name!r}")
    return _positional(getattr(raw_ops, op_name), name)


def _by_snake_name():
    return {_snake(op_name): op_name for op_name in registry.registered()}


def _snake(op_name):
    """"Conv2DBackpropInput" -> "conv2d_backprop_input", as TensorFlow's generator has it."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", op_name)
    name = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name).lower()
    return re.sub(r"_(\d+)_?d(?=_|$)", r"\1d", re.sub(r"(\d)_d(?=_|$)", r"\1d", name))


def _positional(raw_op, name):
    """A raw op whose arguments may be given by position."""
    parameters = sorted(raw_op.__signature__.parameters.values(),
                        key=lambda parameter: parameter.default is not parameter.empty)
    names = [parameter.name for parameter in parameters]

    def function(*args, **kwargs):
        if len(args) > len(names):
            raise TypeError(f"{name}() takes {len(names)} arguments but {len(args)} were given")
        return raw_op(**dict(zip(names, args)), **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = raw_op.__doc__
    return function
