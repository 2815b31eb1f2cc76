"""Scans (running sums and products), and sequences of numbers."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import check_scalar
from minitf.ops.common_shapes import with_rank
from minitf.ops.elementwise import list_text
from minitf.ops.type_lists import INDICES, NUMBERS

_SCAN = ("(x: T, axis: Tidx; exclusive: bool = False, reverse: bool = False, T, Tidx: type = int32)"
         " -> (out: T)")


def _shape_of_x(x):
    return x.shape


# ---- Cumsum ----


def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running sums along an axis (TF op: Cumsum).

    ``cumsum([a, b, c]) = [a, a + b, a + b + c]``; ``exclusive`` starts with 0 and leaves out the
    last: ``[0, a, a + b]``; ``reverse`` runs from the end: ``[a + b + c, b + c, c]``.
    """
    with name_scope(name, "Cumsum", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return Cumsum(x, axis, exclusive=exclusive, reverse=reverse, name=scope)


Cumsum = op("Cumsum" + _SCAN, T=NUMBERS, Tidx=INDICES)
Cumsum.shape(_shape_of_x)


@Cumsum.kernel
def _(x, axis, exclusive, reverse):
    return scan(np.add, x, axis, exclusive, reverse, 0)


@Cumsum.gradient
def _(op, grad):
    exclusive, reverse = op._attrs["exclusive"], op._attrs["reverse"]
    return [cumsum(grad, op.inputs[1], exclusive=exclusive, reverse=not reverse), None]


def scan(ufunc, x, axis, exclusive, reverse, start):
    """A running ``ufunc`` along an axis; exclusive scans begin with ``start``.

    Raises:
      InvalidArgumentError: there is no such axis.
    """
    if np.ndim(axis):
        raise errors.InvalidArgumentError(
            None, None, f"ScanOp: axis must be a scalar, not {list_text(np.shape(axis))}")
    rank, axis = np.ndim(x), int(axis)
    if not -rank <= axis < rank:
        raise errors.InvalidArgumentError(
            None, None,
            f"ScanOp: Expected scan axis in the range [{-rank}, {rank}), but got {axis}")
    order = slice(None, None, -1) if reverse else slice(None)
    along = (slice(None),) * (axis % rank)
    source = x[(*along, order)]
    result = np.empty_like(x)
    target = result[(*along, order)]
    if not exclusive:
        ufunc.accumulate(source, axis=axis, out=target)
    elif x.size:
        target[(*along, 0)] = start
        ufunc.accumulate(source[(*along, slice(-1))], axis=axis,
                         out=target[(*along, slice(1, None))])
    return result


# ---- Cumprod ----


def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running products along an axis (TF op: Cumprod).

    ``cumprod([a, b, c]) = [a, a * b, a * b * c]``; ``exclusive`` starts with 1; ``reverse`` runs
    from the end.
    """
    with name_scope(name, "Cumprod", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return Cumprod(x, axis, exclusive=exclusive, reverse=reverse, name=scope)


Cumprod = op("Cumprod" + _SCAN, T=NUMBERS, Tidx=INDICES)
Cumprod.shape(_shape_of_x)


@Cumprod.kernel
def _(x, axis, exclusive, reverse):
    return scan(np.multiply, x, axis, exclusive, reverse, 1)


@Cumprod.gradient
def _(op, grad):
    x, axis = op.inputs
    exclusive, reverse = op._attrs["exclusive"], op._attrs["reverse"]
    product = cumprod(x, axis, exclusive=exclusive, reverse=reverse)
    out = cumsum(product * grad, axis, exclusive=exclusive, reverse=not reverse)
    return [out / x, None]


# ---- CumulativeLogsumexp ----


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running ``log(sum(exp(x)))`` along an axis, without overflow (TF op: CumulativeLogsumexp).

    ``exclusive`` starts with the lowest finite number, in the place of ``log(0)``.
    """
    with name_scope(name, "CumulativeLogsumexp", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return CumulativeLogsumexp(x, axis, exclusive=exclusive, reverse=reverse, name=scope)


CumulativeLogsumexp = op("CumulativeLogsumexp" + _SCAN, T="half float double", Tidx=INDICES)
CumulativeLogsumexp.shape(_shape_of_x)


@CumulativeLogsumexp.kernel
def _(x, axis, exclusive, reverse):
    return scan(np.logaddexp, x, axis, exclusive, reverse, np.finfo(x.dtype).min)


@CumulativeLogsumexp.gradient
def _(op, grad):
    x, axis = op.inputs
    y = op.outputs[0]
    exclusive, reverse = op._attrs["exclusive"], op._attrs["reverse"]

    def part(log_of_part):
        scanned = cumulative_logsumexp(log_of_part - y, axis=axis, reverse=not reverse,
                                       exclusive=exclusive)
        return math_ops.exp(scanned + x)

    lowest = grad.dtype.min
    log_positive = array_ops.where_v2(math_ops.greater(grad, 0), math_ops.log(grad), lowest)
    log_negative = array_ops.where_v2(math_ops.less(grad, 0), math_ops.log(-grad), lowest)
    positive, negative = part(log_positive), part(log_negative)
    return [positive - negative, None]


# ---- Range ----

_WIDENING = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64]


def range(start, limit=None, delta=1, dtype=None, name="range"):
    """``start``, ``start + delta``, ... below ``limit`` (TF op: Range); with one argument from 0.

    Args:
      start, limit, delta: numeric scalars.
      dtype: the dtype; None: the widest of the arguments'.

    Raises:
      ValueError: a ``delta`` of 0, or one that leads away from ``limit``.
    """
    if limit is None:
        start, limit = 0, start
    with name_scope(name, "Range", [start, limit, delta]) as scope:
        start = convert_to_tensor(start, dtype=dtype, name="start")
        limit = convert_to_tensor(limit, dtype=dtype, name="limit")
        delta = convert_to_tensor(delta, dtype=dtype, name="delta")
        if dtype is None:
            found = [tensor.dtype.base_dtype for tensor in (start, limit, delta)]
            wrong = [item.name for item in found if item not in _WIDENING]
            if wrong:
                raise TypeError(f"range takes int32, int64, float32 or float64, not {wrong[0]}")
            widest = max(found, key=_WIDENING.index)
            start, limit, delta = (math_ops.cast(x, widest) for x in (start, limit, delta))
        return Range(start, limit, delta, name=scope)


Range = op("Range(start: Tidx, limit: Tidx, delta: Tidx; Tidx: type = int32) -> (output: Tidx)",
           Tidx="bfloat16 float double int32 int64").not_differentiable()


@Range.shape
def _(start, limit, delta):
    _all_scalars(start=start, limit=limit, delta=delta)
    values = [static_value(tensor) for tensor in (start, limit, delta)]
    if any(value is None for value in values):
        return TensorShape([None])
    start, limit, delta = (value[()] for value in values)
    if delta == 0:
        raise ValueError("Requires delta != 0")
    _check_direction(start, limit, delta, ValueError)
    return TensorShape([_range_size(start, limit, delta)])


def _all_scalars(**tensors):
    for name, tensor in tensors.items():
        try:
            with_rank(tensor.shape, 0)
        except ValueError as error:
            raise ValueError(f"{error}\n\t for '{name}'") from None


def _check_direction(start, limit, delta, error):
    if delta > 0 and start > limit:
        raise error(f"Requires start <= limit when delta > 0: {start}/{limit}")
    if delta < 0 and start < limit:
        raise error(f"Requires start >= limit when delta < 0: {start}/{limit}")


def _range_size(start, limit, delta):
    if isinstance(delta, np.integer):
        start, limit, delta = int(start), int(limit), int(delta)
        return -(-abs(limit - start) // abs(delta))
    return int(np.ceil(abs((limit - start) / delta)))


@Range.kernel
def _(start, limit, delta):
    for name, value in (("start", start), ("limit", limit), ("delta", delta)):
        if np.ndim(value):
            raise errors.InvalidArgumentError(
                None, None, f"{name} must be a scalar, not shape {list_text(np.shape(value))}")
    dtype = start.dtype
    start, limit, delta = start[()], limit[()], delta[()]
    if delta == 0:
        raise errors.InvalidArgumentError(None, None, "Requires delta != 0: 0")
    _check_direction(start, limit, delta,
                     lambda message: errors.InvalidArgumentError(None, None, message))
    size = _range_size(start, limit, delta)
    if dtype.kind == "i":
        return (start + delta * np.arange(size)).astype(dtype)
    steps = np.full(size, delta, dtype)
    steps[:1] = start
    return np.add.accumulate(steps)  # rounded after each step, as TF does


# ---- LinSpace ----


def lin_space(start, stop, num, name=None):
    """``num`` numbers at equal distances from ``start`` to ``stop`` inclusive (TF op: LinSpace).

    Raises:
      ValueError: ``num`` is below 1.
    """
    return LinSpace(start, stop, num, name=name)


linspace = lin_space

LinSpace = op("LinSpace(start: T, stop: T, num: Tidx; T, Tidx: type = int32) -> (output: T)",
              T="bfloat16 float double", Tidx=INDICES).not_differentiable()


@LinSpace.shape
def _(start, stop, num):
    _all_scalars(start=start, stop=stop, num=num)
    count = static_value(num)
    if count is None:
        return TensorShape([None])
    if count <= 0:
        raise ValueError(f"Requires num > 0: {count}")
    return TensorShape([int(count)])


@LinSpace.kernel
def _(start, stop, num):
    for name, value in (("start", start), ("stop", stop), ("num", num)):
        check_scalar(value, f"{name} must be a scalar, not shape")
    dtype, num = start.dtype, int(num)
    if num <= 0:
        raise errors.InvalidArgumentError(None, None, f"Requires num > 0: {num}")
    if num == 1:
        return np.array([start], dtype)
    step = np.divide(np.subtract(stop, start), dtype.type(num - 1))
    result = np.add(start, np.multiply(step, np.arange(num, dtype=dtype)))
    result[-1] = stop
    return result
