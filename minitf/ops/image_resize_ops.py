"""Resizing images: nearest, bilinear, bicubic and area sampling, and their gradients.

A resize works on rows and columns alike: each output place is a weighted sum of a few input places,
its *taps*. A tap is a pair of vectors over the outputs, the places read and the weights they get;
the methods differ in the taps only. The gradient sends each output's gradient to where its taps
read, that is through the transposed matrix of the weights.

Three rules say which input coordinate an output place samples: ``i * in / out`` (the old one, which
aligns the corners of the first pixels), ``i * (in - 1) / (out - 1)`` with ``align_corners``, and
``(i + 0.5) * in / out - 0.5`` with ``half_pixel_centers``.
"""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import static_value
from minitf.framework.registry import op
from minitf.ops import array_ops
from minitf.ops.common_shapes import dims_or_unknown, shape_of, with_rank, with_value
from minitf.ops.elementwise import list_text

_REAL = "int8 uint8 int16 uint16 int32 int64 half float double"

_SAMPLING = "T, align_corners: bool = False, half_pixel_centers: bool = False"


# ---- coordinates and sizes ----


def _scale(size_in, size_out, align_corners):
    """Input places for an output place, as a float32."""
    if align_corners and size_out > 1:
        return np.float32(size_in - 1) / np.float32(size_out - 1)
    return np.float32(size_in) / np.float32(size_out)


def _coordinates(size_in, size_out, align_corners, half_pixel_centers):
    """The input coordinate that each output place samples, float32 [size_out]."""
    scale = _scale(size_in, size_out, align_corners)
    places = np.arange(size_out, dtype=np.float32)
    if half_pixel_centers:
        return (places + np.float32(0.5)) * scale - np.float32(0.5)
    return places * scale


def sized_image_shape(images, size):
    """The static shape of images resized to the values of ``size``, [height, width].

    Raises:
      ValueError: a shape does not fit, or a size is negative.
    """
    batch, _, _, depth = dims_or_unknown(images.shape, 4)
    with_value(dims_or_unknown(size.shape, 1)[0], 2)
    value = static_value(size)
    height, width = [None, None] if value is None else (int(item) for item in value)
    for item in (height, width):
        if item is not None and item < 0:
            raise ValueError(f"Dimension {item} must be >= 0")
    return shape_of([batch, height, width, depth])


def check_sizes(images, size, align_corners=False, half_pixel_centers=False):
    """Refuses images and sizes that cannot be resized.

    Raises:
      InvalidArgumentError: see the messages.
    """
    def check(holds, message):
        if not holds:
            raise errors.InvalidArgumentError(None, None, message)

    check(not (half_pixel_centers and align_corners),
          "If half_pixel_centers is True, align_corners must be False.")
    check(np.ndim(images) == 4, f"input must be 4-dimensional{list_text(np.shape(images))}")
    check(np.ndim(size) == 1, f"shape_t must be 1-dimensional{list_text(np.shape(size))}")
    check(len(size) == 2, f"shape_t must have two elements{list_text(np.shape(size))}")
    check(size[0] > 0 and size[1] > 0, "output dimensions must be positive")
    check(images.shape[1] > 0 and images.shape[2] > 0, "input image must be of non-zero size")


# ---- taps ----


def _bound(places, size):
    return np.clip(places, 0, size - 1)


def apply_taps(images, taps, axis):
    """The weighted sums along an axis; terms are added in the order of the taps."""
    shape = [1] * images.ndim
    shape[axis] = -1
    total = None
    for places, weights in taps:
        term = images.take(places, axis) * weights.reshape(shape)
        total = term if total is None else np.add(total, term, out=total)
    return total


def tap_matrix(taps, size_in, dtype=np.float32):
    """The taps as a matrix [size_in, size_out]; taps that read one place add up."""
    size_out = len(taps[0][0])
    matrix = np.zeros([size_in, size_out], dtype)
    for places, weights in taps:
        np.add.at(matrix, (places, np.arange(size_out)), weights)
    return matrix


def spread(grads, row_taps, column_taps, height, width, dtype):
    """What ``apply_taps`` along rows and columns did, backwards: [batch, height, width, depth]."""
    dtype = np.promote_types(dtype, np.float32)
    batch, _, columns, depth = grads.shape
    rows = tap_matrix(row_taps, height, dtype) @ grads.astype(dtype, copy=False).reshape(
        batch, -1, columns * depth)
    return tap_matrix(column_taps, width, dtype) @ rows.reshape(batch, height, columns, depth)


# ---- ResizeBilinear ----


def resize_bilinear(images, size, align_corners=False, name=None, half_pixel_centers=False):
    """Images resized by linear interpolation between four pixels (TF op: ResizeBilinear).

    Args:
      images: [batch, height, width, channels] of a real dtype.
      size: an int32 vector, new height and new width.
      align_corners: the corners of input and output are the centers of their corner pixels.
      name: the operation's name.
      half_pixel_centers: pixels are squares, and sampled at their centers.

    Returns:
      float32 [batch, new height, new width, channels].

    Raises:
      InvalidArgumentError: at run time, a size is not positive.
    """
    return ResizeBilinear(images, size, align_corners=align_corners,
                          half_pixel_centers=half_pixel_centers, name=name)


ResizeBilinear = op(f"ResizeBilinear(images: T, size: int32; {_SAMPLING})"
                    " -> (resized_images: float)",
                    T="int8 uint8 int16 uint16 int32 int64 bfloat16 half float double")
ResizeBilinear.shape(sized_image_shape)


def _between(size_in, size_out, align_corners, half_pixel_centers):
    """The places below and above each coordinate, and how far it is on the way (float32)."""
    at = _coordinates(size_in, size_out, align_corners, half_pixel_centers)
    below = np.floor(at)
    return (np.maximum(below, 0).astype(np.int64),
            np.minimum(np.ceil(at), size_in - 1).astype(np.int64), at - below)


@ResizeBilinear.kernel
def _(images, size, align_corners, half_pixel_centers):
    check_sizes(images, size, align_corners, half_pixel_centers)
    images = images.astype(np.float32, copy=False)
    for axis in (2, 1):
        if images.shape[axis] == size[axis - 1] and images.shape[3 - axis] == size[2 - axis]:
            continue
        below, above, way = _between(images.shape[axis], int(size[axis - 1]), align_corners,
                                     half_pixel_centers)
        start = images.take(below, axis)
        step = images.take(above, axis)
        step -= start
        step *= way.reshape([-1, 1, 1] if axis == 1 else [-1, 1])
        step += start
        images = step
    return images


@ResizeBilinear.gradient
def _(op, grad):
    return [ResizeBilinearGrad(grad, op.inputs[0], **_sampling(op)), None]


def _sampling(op):
    return {name: op._attrs[name] for name in ("align_corners", "half_pixel_centers")}


ResizeBilinearGrad = op(f"ResizeBilinearGrad(grads: float, original_image: T; {_SAMPLING})"
                        " -> (output: T)", T="float bfloat16 half double")
ResizeBilinearGrad.shape(lambda original_image: original_image.shape)


def _linear_taps(*sampling):
    below, above, way = _between(*sampling)
    return [(below, 1 - way), (above, way)]


@ResizeBilinearGrad.kernel
def _(grads, original_image, align_corners, half_pixel_centers):
    return _resize_gradient(_linear_taps, grads, original_image, align_corners, half_pixel_centers)


def _resize_gradient(taps, grads, original_image, align_corners, half_pixel_centers):
    if grads.ndim != 4:
        raise errors.InvalidArgumentError(
            None, None, f"input_grad must be 4-dimensional{list_text(grads.shape)}")
    _, height, width, _ = original_image.shape
    rows = taps(height, grads.shape[1], align_corners, half_pixel_centers)
    columns = taps(width, grads.shape[2], align_corners, half_pixel_centers)
    return spread(grads, rows, columns, height, width, original_image.dtype).astype(
        original_image.dtype, copy=False)


# ---- ResizeNearestNeighbor ----


def resize_nearest_neighbor(images, size, align_corners=False, name=None,
                            half_pixel_centers=False):
    """Images resized by taking one pixel for each (TF op: ResizeNearestNeighbor).

    Arguments are those of ``resize_bilinear``; the result has the dtype of ``images``.
    """
    return ResizeNearestNeighbor(images, size, align_corners=align_corners,
                                 half_pixel_centers=half_pixel_centers, name=name)


ResizeNearestNeighbor = op(f"ResizeNearestNeighbor(images: T, size: int32; {_SAMPLING})"
                           " -> (resized_images: T)",
                           T="int8 uint8 int16 uint16 int32 int64 half float double")
ResizeNearestNeighbor.shape(sized_image_shape)


def _nearest(size_in, size_out, align_corners, half_pixel_centers):
    """The input place of each output place."""
    scale = _scale(size_in, size_out, align_corners)
    at = np.arange(size_out, dtype=np.float32)
    at = (at + np.float32(0.5)) * scale if half_pixel_centers else at * scale
    if align_corners:  # to the nearest, halves up
        fraction = at - np.floor(at)
        at = np.floor(at) + (fraction >= 0.5)
    return _bound(np.floor(at).astype(np.int64), size_in)


@ResizeNearestNeighbor.kernel
def _(images, size, align_corners, half_pixel_centers):
    check_sizes(images, size, align_corners, half_pixel_centers)
    sampling = align_corners, half_pixel_centers
    rows = _nearest(images.shape[1], int(size[0]), *sampling)
    columns = _nearest(images.shape[2], int(size[1]), *sampling)
    return images.take(rows, 1).take(columns, 2)


@ResizeNearestNeighbor.gradient
def _(op, grad):
    image = op.inputs[0]
    size = image.shape[1:3]
    if not size.is_fully_defined():
        size = array_ops.shape(image)[1:3]
    return [ResizeNearestNeighborGrad(grad, size, **_sampling(op)), None]


ResizeNearestNeighborGrad = op(f"ResizeNearestNeighborGrad(grads: T, size: int32; {_SAMPLING})"
                               " -> (output: T)", T="uint8 int8 int32 half float double")
ResizeNearestNeighborGrad.shape(lambda grads, size: sized_image_shape(grads, size))


@ResizeNearestNeighborGrad.kernel
def _(grads, size, align_corners, half_pixel_centers):
    height, width = (int(item) for item in size)
    sampling = align_corners, half_pixel_centers
    rows = _nearest(height, grads.shape[1], *sampling)
    columns = _nearest(width, grads.shape[2], *sampling)
    if grads.dtype.kind == "f":
        one = np.ones(1, np.float32)
        return spread(grads, [(rows, one)], [(columns, one)], height, width,
                      grads.dtype).astype(grads.dtype, copy=False)
    result = np.zeros([grads.shape[0], height, width, grads.shape[3]], grads.dtype)
    np.add.at(result, (slice(None), rows[:, None], columns), grads)
    return result


# ---- ResizeBicubic ----


def resize_bicubic(images, size, align_corners=False, name=None, half_pixel_centers=False):
    """Images resized by cubic interpolation between sixteen pixels (TF op: ResizeBicubic).

    The cubic is Keys's (R. Keys, "Cubic convolution interpolation for digital image processing",
    1981), with the slope -0.5 under ``half_pixel_centers`` and -0.75 otherwise. Arguments and the
    result are those of ``resize_bilinear``.
    """
    return ResizeBicubic(images, size, align_corners=align_corners,
                         half_pixel_centers=half_pixel_centers, name=name)


ResizeBicubic = op(f"ResizeBicubic(images: T, size: int32; {_SAMPLING})"
                   " -> (resized_images: float)", T=_REAL)
ResizeBicubic.shape(sized_image_shape)

# Between two pixels the cubic is known at this many places.
_CUBIC_STEPS = 1024


def _cubic(slope):
    """Keys's cubic at distances from 0 to 1, and from 1 to 2: two float32 tables."""
    x = np.arange(_CUBIC_STEPS + 1, dtype=np.float32) / np.float32(_CUBIC_STEPS)
    x = x.astype(np.float64)
    near = ((slope + 2) * x - (slope + 3)) * x * x + 1
    x = x + 1
    far = ((slope * x - 5 * slope) * x + 8 * slope) * x - 4 * slope
    return near.astype(np.float32), far.astype(np.float32)


_CUBICS = {True: _cubic(-0.5), False: _cubic(-0.75)}


def _cubic_taps(size_in, size_out, align_corners, half_pixel_centers):
    near, far = _CUBICS[half_pixel_centers]
    at = _coordinates(size_in, size_out, align_corners, half_pixel_centers)
    below = np.floor(at)
    step = np.rint((at - below) * np.float32(_CUBIC_STEPS)).astype(np.int64)
    wanted = below.astype(np.int64) + np.arange(-1, 3)[:, None]
    weights = np.stack([far[step], near[step], near[_CUBIC_STEPS - step],
                        far[_CUBIC_STEPS - step]])
    places = _bound(wanted, size_in)
    if half_pixel_centers:  # what is beyond the edge has no weight, and the others have it all
        weights[places != wanted] = 0
        weights *= np.float32(1) / (weights[0] + weights[1] + weights[2] + weights[3])
    return list(zip(places, weights))


@ResizeBicubic.kernel
def _(images, size, align_corners, half_pixel_centers):
    check_sizes(images, size, align_corners, half_pixel_centers)
    images = images.astype(np.float32, copy=False)
    for axis in (1, 2):
        taps = _cubic_taps(images.shape[axis], int(size[axis - 1]), align_corners,
                           half_pixel_centers)
        images = apply_taps(images, taps, axis)
    return images


@ResizeBicubic.gradient
def _(op, grad):
    if op.inputs[0].dtype not in (dtypes.float32, dtypes.float64):
        return [None, None]
    return [ResizeBicubicGrad(grad, op.inputs[0], **_sampling(op)), None]


ResizeBicubicGrad = op(f"ResizeBicubicGrad(grads: float, original_image: T; {_SAMPLING})"
                       " -> (output: T)", T="float double")
ResizeBicubicGrad.shape(lambda original_image: original_image.shape)


@ResizeBicubicGrad.kernel
def _(grads, original_image, align_corners, half_pixel_centers):
    return _resize_gradient(_cubic_taps, grads, original_image, align_corners, half_pixel_centers)


# ---- ResizeArea ----


def resize_area(images, size, align_corners=False, name=None):
    """Images resized by averaging: an output pixel is what it covers (TF op: ResizeArea).

    A pixel that is covered in part counts in part. Arguments and the result are those of
    ``resize_bilinear``; no gradient flows through.
    """
    return ResizeArea(images, size, align_corners=align_corners, name=name)


ResizeArea = op("ResizeArea(images: T, size: int32; T, align_corners: bool = False)"
                " -> (resized_images: float)", T=_REAL)
ResizeArea.shape(sized_image_shape)


def _area_taps(size_in, size_out, align_corners):
    """Covered places and how much of each; an output that covers fewer than others gets zeros."""
    scale = _scale(size_in, size_out, align_corners)
    start = np.arange(size_out, dtype=np.float32) * scale
    stop = np.arange(1, size_out + 1, dtype=np.float32) * scale
    first, end = np.floor(start), np.ceil(stop)
    taps = []
    for i in range(int((end - first).max())):
        place = first + np.float32(i)
        past = place + 1 > stop
        share = np.where(place < start, np.where(past, scale, place + 1 - start),
                         np.where(past, stop - place, np.float32(1)))
        share = np.where(place < end, share, np.float32(0)).astype(np.float32)
        taps.append((_bound(place.astype(np.int64), size_in), share))
    return taps, scale


@ResizeArea.kernel
def _(images, size, align_corners):
    check_sizes(images, size)
    rows, row_scale = _area_taps(images.shape[1], int(size[0]), align_corners)
    columns, column_scale = _area_taps(images.shape[2], int(size[1]), align_corners)
    sums = apply_taps(images.astype(np.float32, copy=False), columns, 2)
    sums = apply_taps(sums, rows, 1)
    sums *= np.float32(1) / (row_scale * column_scale)
    return sums
