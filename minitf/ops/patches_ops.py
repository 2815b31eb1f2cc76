"""Patches: windows over images and volumes, each laid out in the depth of one place."""

import math

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import shape_of, with_rank
from minitf.ops.sparse_ops import sparse_slice, sparse_tensor_dense_matmul

_NUMBERS = "float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"


# ---- geometry ----


def _window_outputs(size, window, stride, padding):
    """How many windows fit; None when ``size`` is not known.

    Raises:
      ValueError: the window is too large.
    """
    if size is None:
        return None
    if padding == b"SAME":
        return -(-size // stride)
    count = (size - window + stride) // stride
    if count < 0:
        raise ValueError(f"Computed output size would be negative: {count} [input_size: {size}, "
                         f"effective_filter_size: {window}, stride: {stride}]")
    return count


def _windows(x, ksizes, strides, rates, padding):
    """Windows over [batch, ..., depth]'s inner axes, as [batch, outputs..., window..., depth]."""
    spans = [(k - 1) * rate + 1 for k, rate in zip(ksizes, rates)]
    counts = [_window_outputs(size, span, stride, padding)
              for size, span, stride in zip(x.shape[1:-1], spans, strides)]
    paddings = []
    for size, count, span, stride in zip(x.shape[1:-1], counts, spans, strides):
        missing = max((count - 1) * stride + span - size, 0) if padding == b"SAME" else 0
        paddings.append((missing // 2, missing - missing // 2))
    x = np.pad(x, [(0, 0), *paddings, (0, 0)])
    batch, *inner, depth = x.strides
    view = np.lib.stride_tricks.as_strided(
        x, (x.shape[0], *counts, *ksizes, x.shape[-1]),
        (batch, *(s * stride for s, stride in zip(inner, strides)),
         *(s * rate for s, rate in zip(inner, rates)), depth), writeable=False)
    return view.reshape(x.shape[0], *counts, math.prod(ksizes) * x.shape[-1])


def _check(name, values):
    """The first and last of an attribute's numbers are 1, the others positive."""
    if values[0] != 1 or values[-1] != 1:
        raise errors.UnimplementedError(None, None, f"Only support {name} across space.")
    if min(values) < 1:
        raise errors.OutOfRangeError(None, None, f"{name} is out of range.")


# ---- ExtractImagePatches ----


def extract_image_patches(images, ksizes=None, strides=None, rates=None, padding=None, name=None,
                          sizes=None):
    """The windows over images, each in the depth of one place (TF op: ExtractImagePatches).

    Args:
      images: [batch, rows, columns, depth].
      ksizes: the windows' size, [1, rows, columns, 1].
      strides: from window to window, [1, rows, columns, 1].
      rates: from element to element in a window, [1, rows, columns, 1].
      padding: "VALID", or "SAME": windows reach over the edges, where there are zeros.
      name: the operation's name.
      sizes: ``ksizes`` under its newer name.

    Returns:
      [batch, rows out, columns out, window rows * window columns * depth].
    """
    ksizes = renamed_argument("sizes", sizes, "ksizes", ksizes)
    return ExtractImagePatches(images, ksizes=ksizes, strides=strides, rates=rates, padding=padding,
                               name=name)


def extract_image_patches_v2(images, sizes, strides, rates, padding, name=None):
    """extract_image_patches, as tf.image.extract_patches has it."""
    return ExtractImagePatches(images, ksizes=sizes, strides=strides, rates=rates, padding=padding,
                               name=name)


ExtractImagePatches = op(
    "ExtractImagePatches(images: T; ksizes: list(int) >= 4, strides: list(int) >= 4,"
    " rates: list(int) >= 4, T, padding: string in {'SAME', 'VALID'}) -> (patches: T)", T=_NUMBERS)


@ExtractImagePatches.shape
def _(images, ksizes, strides, rates, padding):
    batch, rows, columns, depth = with_rank(images.shape, 4)._dims or [None] * 4
    for name, values in (("ksizes", ksizes), ("strides", strides), ("rates", rates)):
        if len(values) != 4:
            raise ValueError(f"ExtractImagePatches requires the {name} attribute to contain 4 "
                             f"values, but got: {len(values)}")
    out_depth = None if depth is None else depth * ksizes[1] * ksizes[2]
    if rows is None or columns is None:
        return shape_of([batch, None, None, out_depth])
    outputs = [_window_outputs(size, (ksizes[i] - 1) * rates[i] + 1, strides[i], padding)
               for i, size in ((1, rows), (2, columns))]
    return shape_of([batch, *outputs, out_depth])


@ExtractImagePatches.kernel
def _(images, ksizes, strides, rates, padding):
    for name, values in (("ksizes", ksizes), ("strides", strides), ("rates", rates)):
        _check(name, values)
    if np.ndim(images) != 4:
        raise errors.InvalidArgumentError(
            None, None, f"input must be 4-dimensional[{','.join(map(str, np.shape(images)))}]")
    return _windows(np.asarray(images), ksizes[1:3], strides[1:3], rates[1:3], padding)


@ExtractImagePatches.gradient
def _(op, grad):
    # Patches of the numbers of places tell which place went where; the gradient goes back through
    # the sparse matrix of these pairs. Place 0 is the zeros beyond the edges.
    attrs = op._attrs
    shape = array_ops.shape(op.inputs[0], out_type=dtypes.int64)
    batch, rows_in, columns_in, channels = (shape[i] for i in range(4))
    places = 1 + rows_in * columns_in
    index = array_ops.reshape(math_ops.range(1, places, dtype=dtypes.int64),
                              (1, rows_in, columns_in, 1))
    index = ExtractImagePatches(index, ksizes=attrs["ksizes"], strides=attrs["strides"],
                                rates=attrs["rates"], padding=attrs["padding"])
    shape = array_ops.shape(op.outputs[0], out_type=dtypes.int64)
    rows_out, columns_out = shape[1], shape[2]
    _, window_rows, window_columns, _ = attrs["ksizes"]
    outputs = rows_out * columns_out * window_rows * window_columns
    matrix = _place_matrix(index, (1, rows_out, columns_out, window_rows * window_columns), places,
                           outputs, grad.dtype)
    grad = array_ops.reshape(grad, (batch, rows_out, columns_out, window_rows, window_columns,
                                    channels))
    grad = array_ops.transpose(grad, (1, 2, 3, 4, 0, 5))
    flat = array_ops.reshape(grad, (-1, batch * channels))
    result = sparse_tensor_dense_matmul(matrix, flat)
    result = array_ops.reshape(result, (rows_in, columns_in, batch, channels))
    return [array_ops.transpose(result, (2, 0, 1, 3))]


def _place_matrix(index, output_shape, places, outputs, dtype):
    """The sparse matrix [places, outputs] that has a 1 where an output comes from a place."""
    numbers = array_ops.reshape(math_ops.range(outputs, dtype=dtypes.int64), output_shape)
    pairs = array_ops.concat([array_ops.expand_dims(index, axis=-1),
                              array_ops.expand_dims(numbers, axis=-1)], axis=-1)
    pairs = array_ops.reshape(pairs, (-1, 2))
    whole = SparseTensor(pairs, array_ops.ones([outputs], dtype=dtype), (places, outputs))
    return sparse_slice(whole, (1, 0), (places - 1, outputs))


# ---- ExtractVolumePatches ----


def extract_volume_patches(input, ksizes, strides, padding, name=None):
    """The windows over volumes, each in the depth of one place (TF op: ExtractVolumePatches).

    Args:
      input: [batch, planes, rows, columns, depth].
      ksizes, strides: [1, planes, rows, columns, 1].
      padding: "VALID" or "SAME".
      name: the operation's name.
    """
    return ExtractVolumePatches(input, ksizes=ksizes, strides=strides, padding=padding, name=name)


ExtractVolumePatches = op(
    "ExtractVolumePatches(input: T; ksizes: list(int) >= 5, strides: list(int) >= 5, T,"
    " padding: string in {'SAME', 'VALID'}) -> (patches: T)", T=_NUMBERS)


@ExtractVolumePatches.shape
def _(input, ksizes, strides, padding):
    batch, *inner, depth = with_rank(input.shape, 5)._dims or [None] * 5
    for name, values in (("ksizes", ksizes), ("strides", strides)):
        if len(values) != 5:
            raise ValueError(f"ExtractVolumePatches requires the {name} attribute to contain 5 "
                             f"values, but got: {len(values)}")
    out_depth = None if depth is None else depth * ksizes[1] * ksizes[2] * ksizes[3]
    if None in inner:
        # One dimension short, but what TF 1.15 tells.
        return shape_of([batch, None, None, out_depth])
    outputs = [_window_outputs(size, k, stride, padding)
               for size, k, stride in zip(inner, ksizes[1:4], strides[1:4])]
    return shape_of([batch, *outputs, out_depth])


@ExtractVolumePatches.kernel
def _(input, ksizes, strides, padding):
    for name, values in (("ksizes", ksizes), ("strides", strides)):
        _check(name, values)
    if np.ndim(input) != 5:
        raise errors.InvalidArgumentError(
            None, None, f"input must be 5-dimensional[{','.join(map(str, np.shape(input)))}]")
    return _windows(np.asarray(input), ksizes[1:4], strides[1:4], [1, 1, 1], padding)


@ExtractVolumePatches.gradient
def _(op, grad):
    attrs = op._attrs
    planes_in, rows_in, columns_in = op.inputs[0].shape.as_list()[1:4]
    shape = array_ops.shape(op.inputs[0])
    batch, channels = shape[0], shape[4]
    places = 1 + planes_in * rows_in * columns_in
    index = array_ops.reshape(math_ops.range(1, places, dtype=dtypes.int64),
                              (1, planes_in, rows_in, columns_in, 1))
    index = ExtractVolumePatches(index, ksizes=attrs["ksizes"], strides=attrs["strides"],
                                 padding=attrs["padding"])
    counts = op.outputs[0].shape.as_list()[1:4]
    window = attrs["ksizes"][1:4]
    window_size = window[0] * window[1] * window[2]
    outputs = counts[0] * counts[1] * counts[2] * window_size
    matrix = _place_matrix(index, (1, *counts, window_size), places, outputs, grad.dtype)
    grad = array_ops.reshape(grad, (batch, *counts, *window, channels))
    grad = array_ops.transpose(grad, (1, 2, 3, 4, 5, 6, 0, 7))
    flat = array_ops.reshape(grad, (-1, batch * channels))
    result = sparse_tensor_dense_matmul(matrix, flat)
    result = array_ops.reshape(result, (planes_in, rows_in, columns_in, batch, channels))
    return [array_ops.transpose(result, (3, 0, 1, 2, 4))]
