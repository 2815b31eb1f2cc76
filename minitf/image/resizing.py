"""Resizing images, with a choice of the method."""

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value_as_shape
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.image.checks import as_batch, dimensions, from_batch, image_checks, require
from minitf.image.geometry import larger, pad_to_bounding_box
from minitf.ops import array_ops, control_flow_ops, math_ops
from minitf.ops.image_resize_ops import (
    ResizeArea, ResizeBicubic, ResizeBilinear, ResizeNearestNeighbor)


class ResizeMethod:
    """How images are resized."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


# TensorFlow also takes the methods by name.
_RESIZERS = {
    ResizeMethod.BILINEAR: ResizeBilinear, "bilinear": ResizeBilinear,
    ResizeMethod.NEAREST_NEIGHBOR: ResizeNearestNeighbor, "nearest": ResizeNearestNeighbor,
    ResizeMethod.BICUBIC: ResizeBicubic, "bicubic": ResizeBicubic,
    ResizeMethod.AREA: ResizeArea, "area": ResizeArea}


def resize_images(images, size, method=ResizeMethod.BILINEAR, align_corners=False,
                  preserve_aspect_ratio=False, name=None):
    """Images in another size.

    Args:
      images: [height, width, channels], or a batch of these.
      size: an int32 vector: new height and new width.
      method: one of ``ResizeMethod``.
      align_corners: the centers of the corner pixels stay at the corners.
      preserve_aspect_ratio: the result is the largest of the same shape that fits in ``size``.
      name: the name scope.

    Returns:
      float32 images, unless by NEAREST_NEIGHBOR, or when they have that size already.

    Raises:
      ValueError: shapes do not fit, or there is no such method.
    """
    with name_scope(name, "resize", [images, size]):
        images = convert_to_tensor(images, name="images")
        if images.shape.ndims is None:
            raise ValueError("'images' contains no shape.")
        if images.shape.ndims not in (3, 4):
            raise ValueError("'images' must have either 3 or 4 dimensions.")
        images, is_batch = as_batch(images)
        _, height, width, _ = images.shape.as_list()
        size, new_height, new_width = _size_tensor(size)
        if preserve_aspect_ratio:
            size, new_height, new_width = _within(images, new_height, new_width)
        is_same = None not in (height, width) and (height, width) == (new_height, new_width)
        if not is_same:
            if method not in _RESIZERS:
                raise ValueError("Resize method is not implemented.")
            images = _RESIZERS[method](images, size, align_corners=align_corners)
            images.set_shape([None, new_height, new_width, None])
        return from_batch(images, is_batch)


def _size_tensor(size):
    """A size as a tensor, and what is known of its two values."""
    try:
        size = convert_to_tensor(size, dtypes.int32, name="size")
    except (TypeError, ValueError):
        raise ValueError("'size' must be a 1-D int32 Tensor") from None
    if not size.shape.is_compatible_with([2]):
        raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
    height, width = constant_value_as_shape(size).as_list()
    return size, height, width


def _within(images, new_height, new_width):
    """The largest size of the images' shape that fits in the new one."""
    _, height, width, _ = dimensions(images, rank=4)
    scales = [math_ops.cast(new, dtypes.float32) / math_ops.cast(old, dtypes.float32)
              for new, old in ((new_height, height), (new_width, width))]
    scale = math_ops.minimum(*scales)
    scaled = [math_ops.cast(math_ops.round(scale * math_ops.cast(old, dtypes.float32)),
                            dtypes.int32) for old in (height, width)]
    return _size_tensor(scaled)


def resize_image_with_pad(image, target_height, target_width, method=ResizeMethod.BILINEAR,
                          align_corners=False):
    """Images resized without distortion, and padded with zeros to the size.

    Args:
      image: [height, width, channels], or a batch of these.
      target_height, target_width: ints or int32 scalars.
      method, align_corners: see ``resize_images``.

    Raises:
      ValueError: a size is not positive, or the rank is not 3 or 4.
    """
    with name_scope(None, "resize_image_with_pad", [image]):
        image, is_batch = as_batch(convert_to_tensor(image, name="image"))
        asserts = image_checks(image)
        asserts += require(target_width > 0, "target_width must be > 0.")
        asserts += require(target_height > 0, "target_height must be > 0.")
        image = control_flow_ops.with_dependencies(asserts, image)
        _, height, width, _ = dimensions(image, rank=4)
        height, width, to_height, to_width = (
            math_ops.cast(size, dtypes.float64)
            for size in (height, width, target_height, target_width))
        ratio = larger(width / to_width, height / to_height)
        new_height, new_width = height / ratio, width / ratio
        rows, columns = (math_ops.cast(math_ops.floor(size), dtypes.int32)
                         for size in (new_height, new_width))
        above, left = (to_height - new_height) / 2, (to_width - new_width) / 2
        above, left = math_ops.floor(above), math_ops.floor(left)
        above, left = (larger(0, math_ops.cast(size, dtypes.int32)) for size in (above, left))
        resized = resize_images(image, [rows, columns], method, align_corners=align_corners)
        padded = pad_to_bounding_box(resized, above, left, target_height, target_width)
        dimensions(padded, rank=4)
        return from_batch(padded, is_batch)
