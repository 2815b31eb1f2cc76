"""Parts of images: boxes cut out and resized, glimpses."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import static_shape, static_value
from minitf.framework.registry import op
from minitf.ops import array_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import dims_or_unknown, merge_dims, shape_of, with_rank, with_value
from minitf.ops.elementwise import list_text

_REAL = "uint8 uint16 int8 int16 int32 int64 half float double"


def _check(holds, message):
    if not holds:
        raise errors.InvalidArgumentError(None, None, message)


# ---- CropAndResize ----


def crop_and_resize(image, boxes, box_ind=None, crop_size=None, method="bilinear",
                    extrapolation_value=0, name=None, box_indices=None):
    """Boxes of images, each resized to the same size (TF op: CropAndResize).

    Box coordinates are relative: 0 is the first row (column), 1 the last. A box may be turned over
    (y1 > y2), and may leave the image.

    Args:
      image: [batch, height, width, depth] of a real dtype.
      boxes: float32 [boxes, 4]: y1, x1, y2, x2.
      box_ind: int32 [boxes]: which image a box is of.
      crop_size: int32 [2]: the crops' height and width.
      method: "bilinear" or "nearest".
      extrapolation_value: what is seen beyond the image.
      name: the operation's name.
      box_indices: ``box_ind`` under its newer name.

    Returns:
      float32 [boxes, crop height, crop width, depth].

    Raises:
      OutOfRangeError: at run time, ``box_ind`` names an image that is not there.
    """
    box_ind = renamed_argument("box_indices", box_indices, "box_ind", box_ind)
    return CropAndResize(image, boxes, box_ind, crop_size, method=method,
                         extrapolation_value=extrapolation_value, name=name)


CropAndResize = op(
    "CropAndResize(image: T, boxes: float, box_ind: int32, crop_size: int32; T,"
    " method: string in {'bilinear', 'nearest'} = 'bilinear', extrapolation_value: float = 0.0)"
    " -> (crops: float)", T=_REAL)


@CropAndResize.shape
def _(image, boxes, box_ind, crop_size):
    depth = dims_or_unknown(image.shape, 4)[3]
    count, corners = dims_or_unknown(boxes.shape, 2)
    count = merge_dims(count, dims_or_unknown(box_ind.shape, 1)[0])
    if corners is not None:
        with_value(corners, 4)
    size = dims_or_unknown(crop_size.shape, 1)[0]
    if size is not None:
        with_value(size, 2)
    value = static_value(crop_size)
    height, width = [None, None] if value is None else (int(item) for item in value)
    return shape_of([count, height, width, depth])


def _check_boxes(boxes, box_ind, batch):
    _check(np.ndim(boxes) == 2, f"boxes must be 2-D{list_text(np.shape(boxes))}")
    _check(boxes.shape[1] == 4, "boxes must have 4 columns")
    _check(np.ndim(box_ind) == 1, f"box_index must be 1-D{list_text(np.shape(box_ind))}")
    _check(len(box_ind) == len(boxes), "box_index has incompatible shape")
    if len(box_ind) and (box_ind.min() < 0 or box_ind.max() >= batch):
        raise errors.OutOfRangeError(None, None, "box_index has values outside [0, batch_size)")


def _samples(start, end, size, count, by_ratio):
    """Where ``count`` places of each box are in an axis of the image: coordinates, and inside.

    Args:
      start, end: relative coordinates of the boxes, float32 [boxes].
      size: of the image along the axis.
      count: of the crop.
      by_ratio: how the step from place to place is rounded: the gradient by the boxes divides
        before it multiplies.

    Returns:
      Coordinates, float32 [boxes, count], those beyond the image set to 0; and which are inside.
    """
    last = np.float32(size - 1)
    if count > 1:
        parts = np.float32(count - 1)
        step = (end - start) * (last / parts) if by_ratio else (end - start) * last / parts
        at = (start * last)[:, None] + np.arange(count, dtype=np.float32) * step[:, None]
    else:
        at = (np.float32(0.5) * (start + end) * last)[:, None]
    inside = (at >= 0) & (at <= last)
    return np.where(inside, at, np.float32(0)), inside


def _corners(at):
    """The places before and after coordinates, and how far these are on the way."""
    before = np.floor(at)
    return before.astype(np.int64), np.ceil(at).astype(np.int64), at - before


class _Sampling:
    """The four pixels around each place of the crops, and the weights of the lower ones."""

    def __init__(self, boxes, height, width, crop_height, crop_width, by_ratio=False):
        y, y_inside = _samples(boxes[:, 0], boxes[:, 2], height, crop_height, by_ratio)
        x, x_inside = _samples(boxes[:, 1], boxes[:, 3], width, crop_width, by_ratio)
        self.y, self.x = y[:, :, None], x[:, None, :]
        self.inside = (y_inside[:, :, None] & x_inside[:, None, :])[..., None]
        self.top, self.bottom, self.down = _corners(self.y)
        self.left, self.right, self.along = _corners(self.x)

    def weights(self):
        """How far down and along a place is, with a last axis for the depth."""
        return self.down[..., None], self.along[..., None]

    def nearest(self):
        return _round(self.y), _round(self.x)


def _round(at):
    """To the nearest, halves up, as C's round does for what is not negative."""
    return np.floor(at + np.float64(0.5)).astype(np.int64)


@CropAndResize.kernel
def _(image, boxes, box_ind, crop_size, method, extrapolation_value):
    _check(np.ndim(image) == 4, f"input image must be 4-D{list_text(np.shape(image))}")
    _check(image.shape[1] > 0 and image.shape[2] > 0, "image dimensions must be positive")
    _check_boxes(boxes, box_ind, len(image))
    _check(np.ndim(crop_size) == 1, f"crop_size must be 1-D{list_text(np.shape(crop_size))}")
    _check(len(crop_size) == 2, f"crop_size must have two elements{list_text(crop_size.shape)}")
    _check(crop_size[0] > 0 and crop_size[1] > 0, "crop dimensions must be positive")
    places = _Sampling(boxes, *image.shape[1:3], *map(int, crop_size))
    of = box_ind[:, None, None]
    if method == b"nearest":
        crops = image[(of, *places.nearest())].astype(np.float32)
    else:
        pixels = _around(image, of, places)
        down, along = places.weights()
        top = pixels[0] + (pixels[1] - pixels[0]) * along
        bottom = pixels[2] + (pixels[3] - pixels[2]) * along
        crops = top + (bottom - top) * down
    return np.where(places.inside, crops, np.float32(extrapolation_value))


def _around(image, of, places):
    """The pixels top left, top right, bottom left and bottom right of the places, as float32."""
    return [image[of, y, x].astype(np.float32)
            for y in (places.top, places.bottom) for x in (places.left, places.right)]


@CropAndResize.gradient
def _(op, grad):
    image, boxes, box_ind, _ = op.inputs
    shape = (image.shape.as_list() if image.shape.is_fully_defined() else array_ops.shape(image))
    by_image = None
    if image.dtype in (dtypes.float16, dtypes.float32, dtypes.float64):
        by_image = CropAndResizeGradImage(grad, boxes, box_ind, shape, T=op._attrs["T"],
                                          method=op._attrs["method"])
    by_boxes = CropAndResizeGradBoxes(grad, image, boxes, box_ind)
    return [by_image, by_boxes, None, None]


CropAndResizeGradImage = op(
    "CropAndResizeGradImage(grads: float, boxes: float, box_ind: int32, image_size: int32; T,"
    " method: string in {'bilinear', 'nearest'} = 'bilinear') -> (output: T)",
    T="float half double")


@CropAndResizeGradImage.shape
def _(image_size):
    return with_rank(static_shape(image_size), 4)


@CropAndResizeGradImage.kernel
def _(grads, boxes, box_ind, image_size, T, method):
    _check(np.ndim(grads) == 4, f"grads image must be 4-D{list_text(np.shape(grads))}")
    _check(np.shape(image_size) == (4,), "image_size must have 4 elements"
           f"{list_text(np.shape(image_size))}")
    result = np.zeros([int(item) for item in image_size], np.promote_types(T.as_numpy_dtype,
                                                                           np.float32))
    _check_boxes(boxes, box_ind, len(result))
    places = _Sampling(boxes, *result.shape[1:3], *grads.shape[1:3])
    grads = np.where(places.inside, grads, np.float32(0))
    of = box_ind[:, None, None]
    if method == b"nearest":
        np.add.at(result, (of, *places.nearest()), grads)
    else:
        down, along = places.weights()
        for y, share in ((places.top, (1 - down) * grads), (places.bottom, down * grads)):
            np.add.at(result, (of, y, places.left), (1 - along) * share)
            np.add.at(result, (of, y, places.right), along * share)
    return result.astype(T.as_numpy_dtype, copy=False)


CropAndResizeGradBoxes = op(
    "CropAndResizeGradBoxes(grads: float, image: T, boxes: float, box_ind: int32; T,"
    " method: string in {'bilinear'} = 'bilinear') -> (output: float)", T=_REAL)
CropAndResizeGradBoxes.shape(lambda boxes: boxes.shape)


@CropAndResizeGradBoxes.kernel
def _(grads, image, boxes, box_ind):
    _check(np.ndim(grads) == 4, f"grads image must be 4-D{list_text(np.shape(grads))}")
    _check_boxes(boxes, box_ind, len(image))
    _, height, width, _ = image.shape
    crop_height, crop_width = grads.shape[1:3]
    places = _Sampling(boxes, height, width, crop_height, crop_width, by_ratio=True)
    top_left, top_right, bottom_left, bottom_right = _around(image, box_ind[:, None, None], places)
    down, along = places.weights()
    grads = np.where(places.inside, grads, np.float32(0))
    by_y = (1 - along) * (bottom_left - top_left) + along * (bottom_right - top_right)
    by_x = (1 - down) * (top_right - top_left) + down * (bottom_right - bottom_left)
    by_y, by_x = (by_y * grads).sum((2, 3)), (by_x * grads).sum((1, 3))
    result = [_by_ends(by_y, height, crop_height), _by_ends(by_x, width, crop_width)]
    (y1, y2), (x1, x2) = result
    return np.stack([y1, x1, y2, x2], axis=1).astype(np.float32, copy=False)


def _by_ends(by_place, size, count):
    """Gradients by sampled coordinates as gradients by the box's two ends, in relative units."""
    last = np.float32(size - 1)
    if count == 1:
        half = by_place[:, 0] * (np.float32(0.5) * last)
        return half, half
    of_end = np.arange(count, dtype=np.float32) * (last / np.float32(count - 1))
    return by_place @ (last - of_end), by_place @ of_end


# ---- ExtractGlimpse ----


def extract_glimpse(input, size, offsets, centered=True, normalized=True, uniform_noise=True,
                    name=None):
    """Windows of images around given places (TF op: ExtractGlimpse).

    Args:
      input: float32 [batch, height, width, channels].
      size: int32 [2]: the glimpses' height and width.
      offsets: float32 [batch, 2]: y and x of the glimpses' middles.
      centered: offsets count from the image's middle, otherwise from its upper left corner.
      normalized: offsets are in images' extents (halves of them, if centered), otherwise in pixels.
      uniform_noise: what is beyond the image is uniform noise between the image's extremes,
        otherwise normal noise with its mean and deviation.
      name: the operation's name.

    Returns:
      float32 [batch, height, width, channels].
    """
    return ExtractGlimpse(input, size, offsets, centered=centered, normalized=normalized,
                          uniform_noise=uniform_noise, name=name)


ExtractGlimpse = op(
    "ExtractGlimpse(input: float, size: int32, offsets: float; centered: bool = True,"
    " normalized: bool = True, uniform_noise: bool = True, noise: string = 'uniform')"
    " -> (glimpse: float)").not_differentiable()


@ExtractGlimpse.shape
def _(input, size, offsets, uniform_noise, noise):
    if uniform_noise and noise not in (b"", b"uniform"):
        raise ValueError("The uniform_noise and noise should not be specified at the same time")
    batch, _, _, depth = dims_or_unknown(input.shape, 4)
    batch = merge_dims(batch, dims_or_unknown(offsets.shape, 2)[0])
    with_value(dims_or_unknown(offsets.shape, 2)[1], 2)
    with_value(dims_or_unknown(size.shape, 1)[0], 2)
    value = static_value(size)
    height, width = [None, None] if value is None else (int(item) for item in value)
    return shape_of([batch, height, width, depth])


@ExtractGlimpse.kernel
def _(input, size, offsets, centered, normalized, uniform_noise, noise):
    _check(noise in (b"uniform", b"gaussian", b"zero"),
           f"The noise could only be uniform, gaussian, or zero, got{noise.decode()}")
    # The older attribute speaks of noise alone, the newer one of what it is.
    kind = b"gaussian" if noise == b"uniform" and not uniform_noise else noise
    _check(np.ndim(input) == 4, "input must be 4-dimensional (batch_size, height, width, depth)"
           f"{list_text(np.shape(input))}")
    _check(np.shape(size) == (2,), "input must be a vector of size 2")
    _check(np.shape(offsets) == (len(input), 2), "offset must be a matrix of size [batch, 2]")
    glimpses = []
    for image, offset in zip(input, offsets):
        starts = [_glimpse_start(offset[i], image.shape[i], int(size[i]), centered, normalized)
                  for i in (0, 1)]
        glimpses.append(_glimpse(image, starts, [int(item) for item in size], kind))
    shape = (len(input), int(size[0]), int(size[1]), input.shape[3])
    return np.array(glimpses, np.float32).reshape(shape)


def _glimpse_start(offset, size, window, centered, normalized):
    at = offset * np.float32(size) if normalized else offset
    if centered:
        at = at / np.float32(2) + np.float32(size) / np.float32(2)
    return int(at - np.float32(window) / np.float32(2))


def _glimpse(image, starts, window, noise):
    """The window of an image, noise where it leaves the image."""
    shape = (*window, image.shape[2])
    reach = [max(0, start) for start in starts], [
        min(start + extent, size) for start, extent, size in zip(starts, window, image.shape)]
    if all(start >= 0 and start + extent <= size
           for start, extent, size in zip(starts, window, image.shape)):
        result = np.empty(shape, np.float32)
    else:
        result = _noise(image, shape, noise)
    (top, left), (bottom, right) = reach
    if bottom > top and right > left:
        result[top - starts[0]:bottom - starts[0], left - starts[1]:right - starts[1]] = \
            image[top:bottom, left:right]
    return result


def _noise(image, shape, kind):
    random = np.random.default_rng()
    if kind == b"zero":
        return np.zeros(shape, np.float32)
    if kind == b"gaussian":
        return random.normal(image.mean(), image.std(), shape).astype(np.float32)
    return random.uniform(image.min(), image.max(), shape).astype(np.float32)
