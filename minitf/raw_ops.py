"""tf.raw_ops: each registered op as a function of keyword arguments: its inputs, attributes, name.

``tf.raw_ops.MatMul(a=x, b=y, transpose_b=True)`` adds one node, with nothing around it.
"""

import inspect

from minitf.framework import registry


def _raw_op(op_type):
    required = [arg.name for arg in op_type.inputs]
    implied = {name for arg in op_type.inputs
               for name in (arg.type_attr, arg.number_attr, arg.type_list_attr) if name}
    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in required]
    for attr in op_type.attrs:
        if attr.name not in implied:
            default = attr.default if attr.has_default else inspect.Parameter.empty
            parameters.append(inspect.Parameter(attr.name, inspect.Parameter.KEYWORD_ONLY,
                                                default=default))
    parameters.append(inspect.Parameter("name", inspect.Parameter.KEYWORD_ONLY, default=None))
    signature = inspect.Signature(parameters)

    def function(**arguments):
        bound = signature.bind(**arguments).arguments
        return op_type(*[bound.pop(name) for name in required], **bound)

    function.__name__ = function.__qualname__ = op_type.name
    function.__signature__ = signature
    function.__doc__ = f"Adds one {op_type.name} operation (declared at {op_type.where})."
    return function


def __getattr__(name):
    op_type = None if name.startswith("_") else registry.find(name)
    if op_type is None:
        raise AttributeError(f"minitf has no op of type {name!r}")
    function = globals()[name] = _raw_op(op_type)
    return function


def __dir__():
    return list(registry.registered())
