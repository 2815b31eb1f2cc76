"""Boxes on images: drawing them, and sampling parts of an image that hold enough of them.

A box is y_min, x_min, y_max, x_max in [0, 1], relative to the image's height and width.
"""

from dataclasses import dataclass

import numpy as np

from minitf.framework import errors
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.ops import philox
from minitf.ops.common_shapes import (
    dims_or_unknown, shape_of, with_rank, with_rank_at_least, with_value)
from minitf.ops.elementwise import list_text


def _check(holds, message):
    if not holds:
        raise errors.InvalidArgumentError(None, None, message)


# ---- DrawBoundingBoxes, DrawBoundingBoxesV2 ----


def draw_bounding_boxes(images, boxes, name=None, colors=None):
    """Images with the outlines of boxes, one pixel wide (TF ops: DrawBoundingBoxes, ...V2).

    Args:
      images: float16 or float32 [batch, height, width, 1, 3 or 4 channels].
      boxes: float32 [batch, boxes, 4], relative coordinates.
      name: the operation's name.
      colors: float32 [colors, channels or more]: boxes take them in turns; by default ten colours
        that begin with yellow, blue and red.

    Returns:
      Images of the same shape.
    """
    if colors is None:
        return DrawBoundingBoxes(images, boxes, name=name)
    return DrawBoundingBoxesV2(images, boxes, colors, name=name)


# Yellow, blue, red, lime, purple, olive, maroon, navy, aqua, fuchsia; RGBA.
_COLORS = np.array([
    [1, 1, 0, 1], [0, 0, 1, 1], [1, 0, 0, 1], [0, 1, 0, 1], [.5, 0, .5, 1], [.5, .5, 0, 1],
    [.5, 0, 0, 1], [0, 0, .5, 1], [0, 1, 1, 1], [1, 0, 1, 1]], np.float32)

DrawBoundingBoxes = op("DrawBoundingBoxes(images: T, boxes: float; T: type = float)"
                       " -> (output: T)", T="float half").not_differentiable()


def _drawn_shape(images):
    depth = dims_or_unknown(images.shape, 4)[3]
    if depth not in (None, 1, 3, 4):
        raise ValueError("Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA)")
    return images.shape


DrawBoundingBoxes.shape(_drawn_shape)


@DrawBoundingBoxes.kernel
def _(images, boxes):
    return _draw(images, boxes, _COLORS)


DrawBoundingBoxesV2 = op(
    "DrawBoundingBoxesV2(images: T, boxes: float, colors: float; T: type = float) -> (output: T)",
    T="float half")
DrawBoundingBoxesV2.shape(lambda images: with_rank_at_least(images.shape, 3))


@DrawBoundingBoxesV2.kernel
def _(images, boxes, colors):
    return _draw(images, boxes, colors if len(colors) else _COLORS)


def _draw(images, boxes, colors):
    _check(np.ndim(images) == 4, "The rank of the images should be 4")
    _check(np.ndim(boxes) == 3, "The rank of the boxes tensor should be 3")
    _check(len(images) == len(boxes), "The batch sizes should be the same")
    depth = images.shape[3]
    _check(depth in (1, 3, 4), "Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA)")
    _check(colors.ndim == 2, f"colors must be a 2-D matrix{list_text(colors.shape)}")
    _check(colors.shape[1] >= depth, "colors must have equal or more channels than the image "
           f"provided: {list_text(colors.shape)}")
    if colors is _COLORS and depth == 1:  # what is drawn on grey is white
        colors = np.ones([1, 1], np.float32)
    result = images.copy()
    for image, its_boxes in zip(result, boxes):
        for i, box in enumerate(its_boxes):
            _outline(image, box, colors[i % len(colors), :depth].astype(images.dtype))
    return result


def _outline(image, box, color):
    """Draws one box, in place; sides that are outside the image are left out."""
    last = np.array([image.shape[0] - 1, image.shape[1] - 1, image.shape[0] - 1,
                     image.shape[1] - 1], np.float32)
    corners = box * last
    if not np.isfinite(corners).all() or np.abs(corners).max() >= 2**62:
        return
    top, left, bottom, right = (int(corner) for corner in corners)
    height, width = image.shape[:2]
    if top > bottom or left > right or top >= height or bottom < 0 or left >= width or right < 0:
        return
    rows = slice(max(top, 0), min(bottom, height - 1) + 1)
    columns = slice(max(left, 0), min(right, width - 1) + 1)
    if top >= 0:
        image[top, columns] = color
    if bottom < height:
        image[bottom, columns] = color
    if left >= 0:
        image[rows, left] = color
    if right < width:
        image[rows, right] = color


# ---- SampleDistortedBoundingBox, SampleDistortedBoundingBoxV2 ----


def sample_distorted_bounding_box(image_size, bounding_boxes, seed=None, seed2=None,
                                  min_object_covered=0.1, aspect_ratio_range=None,
                                  area_range=None, max_attempts=None,
                                  use_image_if_no_bounding_boxes=None, name=None):
    """A random part of an image that holds enough of a box (TF op: SampleDistortedBoundingBoxV2).

    Args:
      image_size: integers [height, width, channels].
      bounding_boxes: float32 [batch, boxes, 4], relative coordinates.
      seed, seed2: the op's seeds, as they are; both 0 (or None) draw other parts in each session.
      min_object_covered: the share of some box that the part must hold, a float32 scalar.
      aspect_ratio_range: of width to height, by default [0.75, 1.33].
      area_range: the part's share of the image, by default [0.05, 1].
      max_attempts: after so many (100) the whole image is returned.
      use_image_if_no_bounding_boxes: without boxes the whole image is the box.
      name: the name scope.

    Returns:
      A namedtuple: ``begin`` and ``size``, [3], for tf.slice, and ``bboxes``, float32 [1, 1, 4],
      for draw_bounding_boxes.
    """
    attrs = {"seed": seed, "seed2": seed2, "aspect_ratio_range": aspect_ratio_range,
             "area_range": area_range, "max_attempts": max_attempts,
             "use_image_if_no_bounding_boxes": use_image_if_no_bounding_boxes}
    attrs = {key: value for key, value in attrs.items() if value is not None}
    with name_scope(name, "sample_distorted_bounding_box"):
        return SampleDistortedBoundingBoxV2(image_size, bounding_boxes, min_object_covered,
                                            name=name, **attrs)


_RANGES = ("aspect_ratio_range: list(float) = [0.75, 1.3300000429153442],"
           " area_range: list(float) = [0.05000000074505806, 1.0], max_attempts: int = 100,"
           " use_image_if_no_bounding_boxes: bool = False")
_INTEGERS = "uint8 int8 int16 int32 int64"

SampleDistortedBoundingBox = op(
    "SampleDistortedBoundingBox(image_size: T, bounding_boxes: float; T, seed: int = 0,"
    f" seed2: int = 0, min_object_covered: float = 0.10000000149011612, {_RANGES})"
    " -> (begin: T, size: T, bboxes: float)", T=_INTEGERS, stateful=True).not_differentiable()


def _sample_shapes(image_size, bounding_boxes):
    with_value(dims_or_unknown(image_size.shape, 1)[0], 3)
    with_value(dims_or_unknown(bounding_boxes.shape, 3)[2], 4)
    return [shape_of([3]), shape_of([3]), shape_of([1, 1, 4])]


SampleDistortedBoundingBox.shape(_sample_shapes)


@SampleDistortedBoundingBox.kernel
def _(image_size, bounding_boxes, seed, seed2, min_object_covered, aspect_ratio_range, area_range,
      max_attempts, use_image_if_no_bounding_boxes, ctx):
    return _sample(ctx.state(lambda: philox.PhiloxRandom(seed, seed2)), image_size, bounding_boxes,
                   min_object_covered, aspect_ratio_range, area_range, max_attempts,
                   use_image_if_no_bounding_boxes)


SampleDistortedBoundingBoxV2 = op(
    "SampleDistortedBoundingBoxV2(image_size: T, bounding_boxes: float, min_object_covered: float;"
    f" T, seed: int = 0, seed2: int = 0, {_RANGES}) -> (begin: T, size: T, bboxes: float)",
    T=_INTEGERS, stateful=True).not_differentiable()


@SampleDistortedBoundingBoxV2.shape
def _(image_size, bounding_boxes, min_object_covered):
    with_rank(min_object_covered.shape, 0)
    return _sample_shapes(image_size, bounding_boxes)


@SampleDistortedBoundingBoxV2.kernel
def _(image_size, bounding_boxes, min_object_covered, seed, seed2, aspect_ratio_range, area_range,
      max_attempts, use_image_if_no_bounding_boxes, ctx):
    _check(np.ndim(min_object_covered) == 0, "min_object_covered must be 0-D, got shape "
           f"{list_text(np.shape(min_object_covered))}")
    return _sample(ctx.state(lambda: philox.PhiloxRandom(seed, seed2)), image_size, bounding_boxes,
                   min_object_covered, aspect_ratio_range, area_range, max_attempts,
                   use_image_if_no_bounding_boxes)


@dataclass(frozen=True)
class _Part:
    """A rectangle of whole pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self):
        return (self.right - self.left) * (self.bottom - self.top)

    def shared(self, other):
        """The area that two rectangles have in common."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0) * max(height, 0)

    def covers(self, boxes, share):
        """Whether it holds that share of one of the boxes; boxes without an area do not count."""
        return self.area >= 1 and any(
            np.float32(self.shared(box)) / np.float32(box.area) >= share
            for box in boxes if box.area >= 1)


class _Words:
    """The 32-bit words of a stream, one after another, and numbers made of them."""

    def __init__(self, stream):
        self._stream = stream
        self._left = []

    def word(self):
        if not self._left:
            self._left = [int(word) for word in self._stream.draw(1)[0][::-1]]
        return self._left.pop()

    def below(self, n):
        """An integer in [0, n), all as likely: words of an incomplete last range are rejected."""
        if n & (n - 1) == 0:
            return self.word() & (n - 1)
        rest = 0xFFFFFFFF % n + 1
        word = self.word()
        while word < rest:
            word = self.word()
        return word % n

    def unit(self):
        """A float32 in [0, 1)."""
        return np.float32(self.word() & 0x7FFFFF) * np.float32(2**-23)


def _sample(generator, image_size, bounding_boxes, min_object_covered, aspect_ratio_range,
            area_range, max_attempts, use_image_if_no_bounding_boxes):
    _check_ranges(aspect_ratio_range, area_range, max_attempts)
    _check(np.ndim(image_size) == 1, "image_size must be 1-dimensional"
           f"{list_text(np.shape(image_size))}")
    _check(len(image_size) == 3, f"image_size must contain 3 elements{list_text(image_size.shape)}")
    _check(np.ndim(bounding_boxes) == 3, "input boxes must be 3-dimensional [batch, num_boxes, "
           f"coords]: {list_text(np.shape(bounding_boxes))}")
    _check(bounding_boxes.shape[2] == 4, "bounding boxes must have shape [4] or [*, 4], got "
           f"{list_text(bounding_boxes.shape)}")
    _check(min_object_covered >= 0, "Min object covered must be non-negative: "
           f"{float(min_object_covered):g}")
    height, width = int(image_size[0]), int(image_size[1])
    boxes = [_part_of(box, height, width) for box in bounding_boxes.reshape(-1, 4)]
    whole = _Part(0, 0, width, height)
    if not boxes:
        _check(use_image_if_no_bounding_boxes, "No bounding boxes provided as input. One must "
               "enable use_image_if_no_bounding_boxes if you wish to not provide any bounding "
               "boxes.")
        boxes = [whole]
    words = _Words(generator.reserve(max_attempts))
    low, high = (np.float32(limit) for limit in aspect_ratio_range)
    part = whole
    for _ in range(max_attempts):
        candidate = _candidate(height, width, words.unit() * (high - low) + low, area_range, words)
        if candidate and candidate.covers(boxes, np.float32(min_object_covered)):
            part = candidate
            break
    dtype = image_size.dtype
    relative = np.array([part.top, part.left, part.bottom, part.right], np.float32) / np.array(
        [height, width, height, width], np.float32)
    return (np.array([part.top, part.left, 0]).astype(dtype),
            np.array([part.bottom - part.top, part.right - part.left, -1]).astype(dtype),
            relative.reshape(1, 1, 4))


def _check_ranges(ratios, areas, max_attempts):
    for name, limits in (("Aspect ratio", ratios), ("Area", areas)):
        _check(len(limits) == 2, f"{name} range field must specify 2 dimensions")
        _check(min(limits) > 0,
               f"{name} range must be non-negative: [{limits[0]:g}, {limits[1]:g}]")
    _check(max(areas) <= 1,
           f"Area range must be less then or equal to 1.0: [{areas[0]:g}, {areas[1]:g}]")
    _check(max_attempts > 0, f"Max attempts must be non-negative: {max_attempts}")


def _part_of(box, height, width):
    """A box in whole pixels."""
    outside = box[~((box >= 0) & (box <= 1))]
    _check(not len(outside), "All bounding box coordinates must be in [0.0, 1.0]: "
           f"{float(outside[0]) if len(outside) else 0:g}")
    y_min, x_min, y_max, x_max = box * np.array([height, width, height, width], np.float32)
    return _Part(int(x_min), int(y_min), int(x_max), int(y_max))


def _round(x):
    """To the nearest integer, halves to even."""
    return int(np.rint(x))


def _candidate(height, width, ratio, area_range, words):
    """A random part with that ratio of width to height, or None when no such part fits."""
    least_share, most_share = (np.float32(share) for share in area_range)
    if most_share <= 0 or ratio <= 0 or height <= 0 or width <= 0 or least_share > most_share:
        return None
    least = least_share * np.float32(width) * np.float32(height)
    most = most_share * np.float32(width) * np.float32(height)
    part_height = _round(np.sqrt(least / ratio))
    highest = _round(np.sqrt(most / ratio))
    if _round(np.float32(highest) * ratio) > width:
        # The largest height whose width, when rounded, is not above the image's.
        highest = int((width + 0.5 - float(np.float32(1e-7))) / float(ratio))
        if _round(np.float32(highest) * ratio) > width:
            highest -= 1
    highest = min(highest, height)
    part_height = min(part_height, highest)
    if part_height < highest:
        part_height += words.below(highest - part_height + 1)
    part_width = _round(np.float32(part_height) * ratio)
    # Rounding may have led beyond the limits of the area.
    if part_width * part_height < least:
        part_height += 1
        part_width = _round(np.float32(part_height) * ratio)
    if part_width * part_height > most:
        part_height -= 1
        part_width = _round(np.float32(part_height) * ratio)
    fits = least <= part_width * part_height <= most and 0 < part_width <= width
    if not fits or not 0 < part_height <= height:
        return None
    top = words.below(height - part_height) if part_height < height else 0
    left = words.below(width - part_width) if part_width < width else 0
    return _Part(left, top, left + part_width, top + part_height)
