"""Greyscale morphology of images: dilation and erosion by a structuring element.

A dilation is a convolution in which sums take the place of products, and the largest takes the
place of the sum: ``output[b, y, x, c] = max over i, j of input[b, y + i, x + j, c] +
filter[i, j, c]``.
"""

import numpy as np

from minitf.framework import errors
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import dims_or_unknown, merge_dims
from minitf.ops.elementwise import list_text
from minitf.ops.sparse_index import invalid
from minitf.ops.windows import Windows

_REAL = "float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"
_ATTRS = ("T, strides: list(int) >= 4, rates: list(int) >= 4, padding: string in {'SAME', 'VALID'}")

# ---- public functions ----


def dilation2d(input, filter=None, strides=None, rates=None, padding=None, name=None, filters=None,
               dilations=None):
    """For each window the largest sum of an element and the filter's (TF op: Dilation2D).

    Args:
      input: [batch, height, width, channels], real numbers.
      filter: [height, width, channels].
      strides: [1, y, x, 1], how far the window moves on.
      rates: [1, y, x, 1], how far elements of the window are apart.
      padding: "SAME" or "VALID"; padding never is the largest.
      filters, dilations: other names of ``filter`` and ``rates``.

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    filter = renamed_argument("filters", filters, "filter", filter)
    rates = renamed_argument("dilations", dilations, "rates", rates)
    return Dilation2D(input, filter, strides=strides, rates=rates, padding=padding, name=name)


def erosion2d(value, kernel, strides, rates, padding, name=None):
    """For each window the smallest difference of an element and the kernel's.

    It is the dual of ``dilation2d``: of the negative image, with the kernel turned round.

    Args:
      value: [batch, height, width, channels], real numbers.
      kernel: [height, width, channels].
      strides, rates, padding: those of ``dilation2d``.
    """
    with name_scope(name, "erosion2d", [value, kernel]) as scope:
        dilated = Dilation2D(math_ops.negative(value), array_ops.reverse_v2(kernel, [0, 1]),
                             strides=strides, rates=rates, padding=padding, name=scope)
        return math_ops.negative(dilated)


# ---- Dilation2D ----

Dilation2D = op(f"Dilation2D(input: T, filter: T; {_ATTRS}) -> (output: T)", T=_REAL)
Dilation2DBackpropInput = op(
    f"Dilation2DBackpropInput(input: T, filter: T, out_backprop: T; {_ATTRS})"
    " -> (in_backprop: T)", T=_REAL)
Dilation2DBackpropFilter = op(
    f"Dilation2DBackpropFilter(input: T, filter: T, out_backprop: T; {_ATTRS})"
    " -> (filter_backprop: T)", T=_REAL)


@Dilation2D.shape
def _(input, filter, strides, rates, padding):
    batch, height, width, channels = dims_or_unknown(input.shape, 4)
    *window, depth = dims_or_unknown(filter.shape, 3)
    for name, values in (("stride", strides), ("rates", rates)):
        if len(values) != 4:
            raise ValueError(f"Dilation2D requires the {name} attribute to contain 4 values, but "
                             f"got: {len(values)}")
    channels = merge_dims(channels, depth)
    if None in (height, width, *window):
        return TensorShape([batch, None, None, channels])
    _check_strides(strides, ValueError)
    try:
        windows = Windows((height, width), window, strides[1:3], padding, tuple(rates[1:3]))
    except errors.InvalidArgumentError as error:
        raise ValueError(error.message) from None
    return TensorShape([batch, *windows.outputs, channels])


def _check_strides(strides, error):
    for stride in strides[1:3]:
        if stride <= 0:
            raise error(f"Stride must be > 0, but got {stride}")


@Dilation2D.kernel
def _(input, filter, strides, rates, padding):
    windows = _windows(input, filter, strides, rates, padding)
    result = _lowest(windows, input)
    for (outputs, inputs), row in zip(windows.parts(input), _rows(filter)):
        # fmax: as in a comparison, NaN is never the larger one.
        np.fmax(result[outputs], input[inputs] + row, out=result[outputs])
    return result


def _windows(input, filter, strides, rates, padding):
    """The windows over the images.

    Raises:
      InvalidArgumentError, UnimplementedError: what a dilation cannot do.
    """
    message = None
    if strides[0] != 1 or strides[3] != 1:
        raise errors.UnimplementedError(
            None, None, "Stride is only supported across spatial dimensions.")
    if rates[0] != 1 or rates[3] != 1:
        raise errors.UnimplementedError(
            None, None, "Rate is only supported across spatial dimensions.")
    if np.ndim(input) != 4:
        message = f"input must be 4-dimensional{list_text(np.shape(input))}"
    elif np.ndim(filter) != 3:
        message = f"filter must be 3-dimensional: {list_text(np.shape(filter))}"
    elif input.shape[3] != filter.shape[2]:
        message = ("input and filter must have the same depth: "
                   f"{input.shape[3]} vs {filter.shape[2]}")
    if message:
        raise invalid(message)
    _check_strides(strides, invalid)
    return Windows(input.shape[1:3], filter.shape[:2], strides[1:3], padding, tuple(rates[1:3]))


def _lowest(windows, input):
    info = np.finfo if input.dtype.kind == "f" else np.iinfo
    shape = (input.shape[0], *windows.outputs, input.shape[3])
    return np.full(shape, info(input.dtype).min, input.dtype)


def _rows(filter):
    """For each place of the window, in row-major order, the filter's numbers for the channels."""
    return filter.reshape(-1, filter.shape[2])


@Dilation2D.gradient
def _(op, grad):
    attrs = {name: op._attrs[name] for name in ("strides", "rates", "padding")}
    return (Dilation2DBackpropInput(op.inputs[0], op.inputs[1], grad, **attrs),
            Dilation2DBackpropFilter(op.inputs[0], op.inputs[1], grad, **attrs))


# ---- Dilation2DBackpropInput, Dilation2DBackpropFilter ----

# As in TensorFlow, they have no gradients of their own.


def _first_largest(windows, input, filter, out_backprop):
    """For each window the place, counted in row-major order, of its first largest sum."""
    largest = _lowest(windows, input)
    if out_backprop.shape != largest.shape:
        raise invalid("out_backprop has incompatible size.")
    found = np.zeros(largest.shape, np.intp)
    for i, ((outputs, inputs), row) in enumerate(zip(windows.parts(input), _rows(filter))):
        sums = input[inputs] + row
        larger = sums > largest[outputs]
        np.copyto(largest[outputs], sums, where=larger)
        np.copyto(found[outputs], i, where=larger)
    return found


@Dilation2DBackpropInput.shape
def _(input):
    return input.shape


@Dilation2DBackpropInput.kernel
def _(input, filter, out_backprop, strides, rates, padding):
    windows = _windows(input, filter, strides, rates, padding)
    return windows.to_places(out_backprop, _first_largest(windows, input, filter, out_backprop))


@Dilation2DBackpropFilter.shape
def _(filter):
    return filter.shape


@Dilation2DBackpropFilter.kernel
def _(input, filter, out_backprop, strides, rates, padding):
    windows = _windows(input, filter, strides, rates, padding)
    found = _first_largest(windows, input, filter, out_backprop)
    rows = [np.where(found == i, out_backprop, 0).sum(axis=(0, 1, 2), dtype=filter.dtype)
            for i in range(len(_rows(filter)))]
    return np.array(rows, filter.dtype).reshape(filter.shape)
