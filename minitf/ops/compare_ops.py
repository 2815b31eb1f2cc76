"""Comparisons, logic, and selection by a condition."""

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import UNKNOWN, broadcast_shape, merge_shapes
from minitf.ops.elementwise import elementwise, incompatible_shapes, list_text
from minitf.ops.type_lists import NUMBERS, REAL_NUMBERS

_COMPARABLE = ("bfloat16 half float double uint8 int8 int16 int32 int64 complex64 quint8 qint8"
               " qint32 string bool complex128")

# ---- Less, LessEqual, Greater, GreaterEqual ----


def less(x, y, name=None):
    """``x < y`` element by element (TF op: Less)."""
    return Less(x, y, name=name)


def less_equal(x, y, name=None):
    """``x <= y`` element by element (TF op: LessEqual)."""
    return LessEqual(x, y, name=name)


def greater(x, y, name=None):
    """``x > y`` element by element (TF op: Greater)."""
    return Greater(x, y, name=name)


def greater_equal(x, y, name=None):
    """``x >= y`` element by element (TF op: GreaterEqual)."""
    return GreaterEqual(x, y, name=name)


Less = elementwise("Less(x: T, y: T) -> (z: bool)", np.less, expression="{x} < {y}",
                   differentiable=False, T=REAL_NUMBERS)
LessEqual = elementwise("LessEqual(x: T, y: T) -> (z: bool)", np.less_equal,
                        expression="{x} <= {y}", differentiable=False, T=REAL_NUMBERS)
Greater = elementwise("Greater(x: T, y: T) -> (z: bool)", np.greater, expression="{x} > {y}",
                      differentiable=False, T=REAL_NUMBERS)
GreaterEqual = elementwise("GreaterEqual(x: T, y: T) -> (z: bool)", np.greater_equal,
                           expression="{x} >= {y}", differentiable=False, T=REAL_NUMBERS)


# ---- Equal, NotEqual, ApproximateEqual ----


def equal(x, y, name=None):
    """True where ``x`` and ``y`` are equal (TF op: Equal)."""
    return Equal(x, y, name=name)


def not_equal(x, y, name=None):
    """True where ``x`` and ``y`` differ (TF op: NotEqual)."""
    return NotEqual(x, y, name=name)


Equal = op("Equal(x: T, y: T; T, incompatible_shape_error: bool = True) -> (z: bool)",
           commutative=True, T=_COMPARABLE).not_differentiable()
NotEqual = op("NotEqual(x: T, y: T; T, incompatible_shape_error: bool = True) -> (z: bool)",
              commutative=True, T=_COMPARABLE).not_differentiable()


def _equality_shape(x, y, incompatible_shape_error):
    """Shapes that do not broadcast are an error, or else give a scalar."""
    if incompatible_shape_error:
        return broadcast_shape(x.shape, y.shape)
    if x.shape._dims is None or y.shape._dims is None:
        return UNKNOWN
    pairs = zip(reversed(x.shape._dims), reversed(y.shape._dims))
    for a, b in reversed(list(pairs)):
        if a != b and 1 not in (a, b):
            # Whether they fit is not known when one of the two is not.
            return UNKNOWN if a is None or b is None else TensorShape([])
    return broadcast_shape(x.shape, y.shape)


def _incompatible(x, y):
    return incompatible_shapes(x, y)


for _op_type in (Equal, NotEqual):
    _op_type.shape(_equality_shape)
    _op_type.explain(_incompatible)


@Equal.kernel
def _(x, y, incompatible_shape_error):
    if not incompatible_shape_error and incompatible_shapes(x, y):
        return np.array(False)
    return np.equal(x, y)


@NotEqual.kernel
def _(x, y, incompatible_shape_error):
    if not incompatible_shape_error and incompatible_shapes(x, y):
        return np.array(True)
    return np.not_equal(x, y)


def approximate_equal(x, y, tolerance=1e-05, name=None):
    """True where ``|x - y| < tolerance`` (TF op: ApproximateEqual)."""
    return ApproximateEqual(x, y, tolerance=tolerance, name=name)


ApproximateEqual = op(
    "ApproximateEqual(x: T, y: T; T, tolerance: float = 9.999999747378752e-06) -> (z: bool)",
    commutative=True, T=NUMBERS).not_differentiable()


@ApproximateEqual.shape
def _(x, y):
    merge_shapes(x.shape, y.shape)
    return x.shape


@ApproximateEqual.kernel
def _(x, y, tolerance):
    if np.shape(x) != np.shape(y):
        raise errors.InvalidArgumentError(None, None, "x and y must be of the same shape. "
                                          f"x shape: {list_text(np.shape(x))}. "
                                          f"y shape: {list_text(np.shape(y))}")
    difference = np.abs(np.subtract(x, y))
    return np.less(difference, difference.dtype.type(tolerance))


# ---- LogicalAnd, LogicalOr, LogicalNot ----


def logical_and(x, y, name=None):
    """True where both are (TF op: LogicalAnd)."""
    return LogicalAnd(x, y, name=name)


def logical_or(x, y, name=None):
    """True where one of them is (TF op: LogicalOr)."""
    return LogicalOr(x, y, name=name)


def logical_not(x, name=None):
    """True where ``x`` is not (TF op: LogicalNot)."""
    return LogicalNot(x, name=name)


def logical_xor(x, y, name="LogicalXor"):
    """True where exactly one of them is: ``(x | y) & ~(x & y)``."""
    either, both = LogicalOr(x, y), LogicalAnd(x, y)
    return LogicalAnd(either, LogicalNot(both), name=name)


LogicalAnd = elementwise("LogicalAnd(x: bool, y: bool) -> (z: bool)", np.logical_and,
                         expression="{x} & {y}", commutative=True, differentiable=False)
LogicalOr = elementwise("LogicalOr(x: bool, y: bool) -> (z: bool)", np.logical_or,
                        expression="{x} | {y}", commutative=True, differentiable=False)
LogicalNot = elementwise("LogicalNot(x: bool) -> (y: bool)", np.logical_not, differentiable=False)


# ---- Select ----


def select(condition, x, y, name=None):
    """``x`` where ``condition`` is true, else ``y`` (TF op: Select).

    ``condition`` has the shape of ``x`` and ``y``, or is a scalar, or a vector that chooses rows.
    """
    return Select(condition, x, y, name=name)


Select = op("Select(condition: bool, t: T, e: T) -> (output: T)").view()


@Select.shape
def _(condition, t, e):
    data = merge_shapes(t.shape, e.shape)
    cond = condition.shape
    if cond._dims is None or data._dims is None or not cond._dims:
        return data
    if len(cond._dims) == 1 and data._dims:  # a vector chooses rows
        merge_shapes(cond, TensorShape(data._dims[:1]))
        return data
    return merge_shapes(data, cond)


@Select.kernel
def _(condition, t, e):
    if np.shape(t) != np.shape(e):
        raise errors.InvalidArgumentError(
            None, None, "'then' and 'else' must have the same size.  but received: "
            f"{list_text(np.shape(t))} vs. {list_text(np.shape(e))}")
    if np.ndim(condition) == 0:
        return t if condition else e
    if np.ndim(condition) == 1 and np.ndim(t) != 1:
        if np.ndim(t) == 0:
            raise errors.InvalidArgumentError(
                None, None, "'then' must be at least a vector, but saw shape: []")
        if len(t) != len(condition):
            raise errors.InvalidArgumentError(
                None, None, "Number of batches of 'then' must match size of 'cond', but saw: "
                f"{len(t)} vs. {len(condition)}")
        condition = condition.reshape((-1,) + (1,) * (t.ndim - 1))
    elif condition.shape != t.shape:
        raise errors.InvalidArgumentError(
            None, None, "Inputs to operation Select of type Select must have the same size and "
            f"shape.  Input 0: {list_text(condition.shape)} != input 1: {list_text(t.shape)}")
    return np.where(condition, t, e)


@Select.gradient
def _(op, grad):
    condition, x, _ = op.inputs
    zeros = array_ops.zeros_like(x)
    return None, array_ops.where(condition, grad, zeros), array_ops.where(condition, zeros, grad)


# ---- SelectV2 ----


def select_v2(condition, t, e, name=None):
    """``t`` where ``condition`` is true, else ``e``; all three broadcast (TF op: SelectV2)."""
    return SelectV2(condition, t, e, name=name)


SelectV2 = op("SelectV2(condition: bool, t: T, e: T) -> (output: T)")


@SelectV2.shape
def _(condition, t, e):
    return broadcast_shape(condition.shape, broadcast_shape(t.shape, e.shape))


@SelectV2.kernel
def _(condition, t, e):
    return np.where(condition, t, e)


@SelectV2.explain
def _(condition, t, e):
    return ("condition {}, then {}, and else {} must be broadcastable".format(
        *(list_text(np.shape(item)) for item in (condition, t, e))))


@SelectV2.gradient
def _(op, grad):
    condition, x, y = op.inputs
    zeros = array_ops.zeros([], dtype=grad.dtype.base_dtype)
    gx = SelectV2(condition, grad, zeros)
    x_shape = array_ops.shape(x)
    output_shape = array_ops.shape(op.outputs[0])
    gx = _reduced_to(gx, x_shape, output_shape)
    gy = SelectV2(condition, zeros, grad)
    return None, gx, _reduced_to(gy, array_ops.shape(y), output_shape)


def _reduced_to(gradient, shape, output_shape):
    axes, _ = array_ops.broadcast_gradient_args(shape, output_shape)
    gradient = math_ops.reduce_sum(gradient, keepdims=True, axis=axes)
    return array_ops.reshape(gradient, shape)
