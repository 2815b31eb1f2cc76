"""Declaring elementwise ops in one line: a signature, a NumPy function and a gradient."""

import numpy as np

from minitf.framework import registry
from minitf.ops.common_shapes import broadcast_shape


def _literals():
    result = {}
    for dtype in ("float16", "float32", "float64", "int32", "int64"):
        for word, number in (("zero", 0), ("one", 1)):
            result[f"{word}_{dtype}"] = np.array(number, dtype)
            result[f"{word}_{dtype}"].flags.writeable = False
    return result


# Numbers that generated programs may name. Ufuncs take arrays faster than NumPy's scalars.
LITERALS = _literals()
_BY_DTYPE = {(name.split("_")[0], value.dtype): value for name, value in LITERALS.items()}


def literal(word, dtype):
    """The name of a number ("zero", "one") of a DType in generated programs, or None."""
    name = f"{word}_{np.dtype(dtype.as_numpy_dtype).name}"
    return name if name in LITERALS else None


def number(word, x):
    """The same number in the dtype of the array ``x``."""
    found = _BY_DTYPE.get((word, x.dtype))
    return x.dtype.type(word == "one") if found is None else found


def elementwise(signature, function, gradient=None, *, expression=None, differentiable=True,
                **options):
    """Declares an op of one input or two (with broadcasting), computed element by element.

    Args:
      signature: as for ``registry.op``.
      function: a NumPy ufunc, or a function of the input arrays (and attributes, by name).
      gradient: ``rule(op, grad)`` returning the gradients of the inputs.
      expression: how the generated program writes it, with the inputs' names in braces:
        ``"{x} + {y}"``. A ufunc is written as its call without being told.
      differentiable: False says that no gradient flows through.
      **options: as for ``registry.op``.
    """
    op_type = registry.op(signature, **options)
    names = [arg.name for arg in op_type.inputs]
    if len(names) == 1:
        op_type._set_rule("shape_rule", _same_shape(names[0]))
    else:
        op_type._set_rule("shape_rule", _broadcast_shape(*names))
        op_type._set_rule("explain_rule", _incompatible(*names))
    op_type.kernel(function)
    if expression is None and isinstance(function, np.ufunc):
        expression = f"np.{function.__name__}({', '.join(f'{{{name}}}' for name in names)})"
    if expression is not None:
        op_type._set_rule("expression_rule", _written(names, expression))
    if gradient is not None:
        op_type.gradient(gradient)
    if not differentiable:
        op_type.not_differentiable()
    return op_type


def _same_shape(name):
    def rule(x):
        return x.shape

    rule.wanted = (name,)
    return rule


def _broadcast_shape(x_name, y_name):
    def rule(x, y):
        return broadcast_shape(x.shape, y.shape)

    rule.wanted = (x_name, y_name)
    return rule


def _written(names, template):
    def rule(*inputs):
        return template.format(**dict(zip(names, inputs)))

    rule.wanted = tuple(names)
    return rule


def _incompatible(x_name, y_name):
    """Says what a failed broadcast was, in TensorFlow's words."""
    def rule(x, y):
        return incompatible_shapes(x, y)

    rule.wanted = (x_name, y_name)
    return rule


def incompatible_shapes(x, y):
    """The message for two arrays that do not broadcast, None for two that do."""
    try:
        np.broadcast_shapes(np.shape(x), np.shape(y))
    except ValueError:
        return f"Incompatible shapes: {list_text(np.shape(x))} vs. {list_text(np.shape(y))}"
    return None


def list_text(dims):
    """Dimensions as TensorFlow's run-time messages write them: ``[2,3]``."""
    return "[" + ",".join(map(str, dims)) + "]"
