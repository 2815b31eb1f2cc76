"""Python's operators on tensors: which op each one builds, and how the other operand is converted.

``x + 1`` opens the scope ``add``, makes the constant ``add/y`` of the dtype of ``x`` and adds the
AddV2 ``add``. Importing this module gives the operators to tensors; ``OPERATORS`` has them by
name, for classes that stand for tensors.
"""

from minitf.framework import dtypes, registry
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.indexed_slices import SparseTensorBase
from minitf.framework.operation import Tensor
from minitf.ops import arithmetic_ops, compare_ops, matmul_ops, unary_ops

OPERATORS = {}


def _add(x, y, name):
    if x.dtype.base_dtype == dtypes.string:
        return arithmetic_ops.add(x, y, name=name)
    return arithmetic_ops.add_v2(x, y, name=name)


def _mul(x, y, name):
    if isinstance(y, SparseTensorBase):
        product = registry.get("SparseDenseCwiseMul")(y.indices, y.values, y.dense_shape, x,
                                                      name=name)
        return type(y)(y.indices, product, y.dense_shape)
    return arithmetic_ops.multiply(x, y, name=name)


def _binary(name, function):
    """The operators ``__name__`` and ``__rname__``, which build ``function(x, y, name=scope)``."""
    def left(x, y):
        with name_scope(None, name, [x, y]) as scope:
            if not isinstance(y, (Tensor, SparseTensorBase)):
                try:
                    y = convert_to_tensor(y, dtype_hint=x.dtype.base_dtype, name="y")
                except TypeError:
                    if hasattr(type(y), f"__r{name}__"):
                        return NotImplemented
                    raise
            return function(x, y, name=scope)

    def right(y, x):
        with name_scope(None, name, [x, y]) as scope:
            x = convert_to_tensor(x, dtype=y.dtype.base_dtype, name="x")
            return function(x, y, name=scope)

    left.__doc__ = right.__doc__ = function.__doc__
    OPERATORS[f"__{name}__"] = left
    OPERATORS[f"__r{name}__"] = right


_binary("add", _add)
_binary("sub", arithmetic_ops.subtract)
_binary("mul", _mul)
_binary("div", arithmetic_ops.div)
_binary("truediv", arithmetic_ops.truediv)
_binary("floordiv", arithmetic_ops.floordiv)
_binary("mod", arithmetic_ops.floormod)
_binary("pow", arithmetic_ops.pow)
_binary("matmul", matmul_ops.matmul)
_binary("and", compare_ops.logical_and)
_binary("or", compare_ops.logical_or)
_binary("xor", compare_ops.logical_xor)

OPERATORS.update({
    "__neg__": unary_ops.negative, "__abs__": unary_ops.abs, "__invert__": compare_ops.logical_not,
    "__lt__": compare_ops.less, "__le__": compare_ops.less_equal,
    "__gt__": compare_ops.greater, "__ge__": compare_ops.greater_equal,
})

for _name, _function in OPERATORS.items():
    Tensor._override_operator(_name, _function)
