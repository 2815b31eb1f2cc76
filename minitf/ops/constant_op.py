"""Constants: values that are part of the graph."""

from minitf.framework import dtypes, registry, tensor_shape
from minitf.framework.graph import get_default_graph
from minitf.framework.tensor_value import make_tensor_value

# ---- Const ----


def constant_v1(value, dtype=None, shape=None, name="Const", verify_shape=False):
    """A tensor of a fixed value (TF op: Const).

    Args:
      value: a number, string, (nested) list or NumPy array.
      dtype: the dtype; by default Python ints are int32, floats float32.
      shape: the shape; a shorter list of values fills up with its last element.
      name: the operation's name.
      verify_shape: refuse a value whose shape is not ``shape``.

    Raises:
      TypeError: the value does not suit the dtype, or not the shape with ``verify_shape``.
      ValueError: more values than ``shape`` holds.
    """
    return _constant(value, dtype, shape, name, verify_shape, allow_broadcast=False)


def constant(value, dtype=None, shape=None, name="Const"):
    """``constant_v1`` for internal use: a scalar fills a shape, and other shapes must agree."""
    return _constant(value, dtype, shape, name, verify_shape=False, allow_broadcast=True)


def _constant(value, dtype, shape, name, verify_shape, allow_broadcast):
    graph = get_default_graph()
    tensor_value = make_tensor_value(value, dtype=dtype, shape=shape, verify_shape=verify_shape,
                                     allow_broadcast=allow_broadcast)
    attrs = {"value": tensor_value, "dtype": tensor_value.dtype}
    return graph._add_op(Const, (), attrs, name).outputs[0]


Const = registry.op("Const(; value: tensor, dtype) -> (output: dtype)").hoist().not_differentiable()


@Const.shape
def _(value):
    return tensor_shape.TensorShape._from_tuple(tuple(value.shape))


@Const.kernel
def _(value):
    return value.array


def is_constant(tensor_or_op):
    """True for the output of a Const operation."""
    return getattr(tensor_or_op, "op", tensor_or_op).type == "Const"


def zeros_value(dtype):
    """The zero of a dtype as a Python value: 0, False or ""."""
    return {dtypes.bool: False, dtypes.string: ""}.get(dtype, 0)
