"""Turning, mirroring and cropping images; padding them."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.image.checks import (
    as_batch, checked_image, dimensions, from_batch, image_checks, is_tensor, require, wrong_rank)
from minitf.ops import array_ops, cond_ops, control_flow_ops, math_ops, random_ops

# ---- flips ----


def flip_left_right(image):
    """Mirrors images, [height, width, channels] or a batch of these, along their width."""
    return _flip(image, 1, "flip_left_right")


def flip_up_down(image):
    """Mirrors images, [height, width, channels] or a batch of these, along their height."""
    return _flip(image, 0, "flip_up_down")


def _flip(image, axis, scope_name):
    with name_scope(None, scope_name, [image]):
        image = checked_image(convert_to_tensor(image, name="image"))
        rank = image.shape.ndims
        if rank in (3, None):
            return _like(image, array_ops.reverse(image, [axis]))
        if rank == 4:
            return array_ops.reverse(image, [axis + 1])
        raise wrong_rank()


def _like(image, result):
    """``result`` with the static shape of the image that it is a flip of."""
    result.set_shape([None, None, None] if image.shape.ndims is None else image.shape)
    return result


def random_flip_left_right(image, seed=None):
    """Mirrors images along their width, each with probability 1/2.

    Args:
      image: [height, width, channels], or a batch of these.
      seed: the op's seed, an int.
    """
    return _random_flip(image, 1, seed, "random_flip_left_right")


def random_flip_up_down(image, seed=None):
    """Mirrors images along their height, each with probability 1/2; see random_flip_left_right."""
    return _random_flip(image, 0, seed, "random_flip_up_down")


def _random_flip(image, axis, seed, scope_name):
    with name_scope(None, scope_name, [image]) as scope:
        image = checked_image(convert_to_tensor(image, name="image"))
        rank = image.shape.ndims
        if rank in (3, None):
            drawn = random_ops.random_uniform([], 0, 1.0, seed=seed)
            flipped = cond_ops.cond(math_ops.less(drawn, 0.5),
                                    lambda: array_ops.reverse(image, [axis]), lambda: image,
                                    name=scope)
            return _like(image, flipped)
        if rank == 4:
            batch = array_ops.shape(image)[0]
            drawn = random_ops.random_uniform([batch], 0, 1.0, seed=seed)
            flips = math_ops.round(array_ops.reshape(drawn, [batch, 1, 1, 1]))
            flips = math_ops.cast(flips, image.dtype)
            flipped = array_ops.reverse(image, [axis + 1])
            return flips * flipped + (1 - flips) * image
        raise wrong_rank()


# ---- quarter turns, transposition ----


def rot90(image, k=1, name=None):
    """Turns images by ``k`` quarters of a circle, counter-clockwise.

    Args:
      image: [height, width, channels], or a batch of these.
      k: an int32 scalar.
      name: the name scope.
    """
    with name_scope(name, "rot90", [image, k]) as scope:
        image = checked_image(convert_to_tensor(image, name="image"))
        k = convert_to_tensor(k, dtype=dtypes.int32, name="k")
        k.shape.assert_has_rank(0)
        k = math_ops.mod(k, 4)
        rank = image.shape.ndims
        if rank in (3, None):
            result = _turned(image, k, [0, 1], [1, 0, 2], scope)
            result.set_shape([None, None, image.shape[2]])
        elif rank == 4:
            result = _turned(image, k, [1, 2], [0, 2, 1, 3], scope)
            shape = result.shape
            result.set_shape([shape[0], None, None, shape[3]])
        else:
            raise wrong_rank()
        return result


def _turned(image, k, axes, permutation, scope):
    """The turn that ``k`` says; ``axes`` are height and width, the permutation exchanges them."""
    def by_90():
        return array_ops.transpose(array_ops.reverse(image, axes[1:]), permutation)

    def by_180():
        return array_ops.reverse(image, axes)

    def by_270():
        return array_ops.reverse(array_ops.transpose(image, permutation), axes[1:])

    cases = [(math_ops.equal(k, quarters), turn)
             for quarters, turn in ((1, by_90), (2, by_180), (3, by_270))]
    return cond_ops.case(cases, default=lambda: image, exclusive=True, name=scope)


def transpose(image, name=None):
    """Exchanges height and width of images, [height, width, channels] or a batch of these."""
    with name_scope(name, "transpose", [image]):
        image = checked_image(convert_to_tensor(image, name="image"))
        rank = image.shape.ndims
        if rank in (3, None):
            return array_ops.transpose(image, [1, 0, 2], name=name)
        if rank == 4:
            return array_ops.transpose(image, [0, 2, 1, 3], name=name)
        raise wrong_rank()


# ---- crops and pads ----


def central_crop(image, central_fraction):
    """The middle of images: ``central_fraction`` of the height and of the width.

    Args:
      image: [height, width, channels], or a batch of these.
      central_fraction: a Python float in (0, 1].

    Raises:
      ValueError: the fraction is out of range, or the rank is not 3 or 4.
    """
    with name_scope(None, "central_crop", [image]):
        image = convert_to_tensor(image, name="image")
        if central_fraction <= 0.0 or central_fraction > 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return image
        checked_image(image)
        rank = image.shape.ndims
        if rank not in (3, 4):
            raise ValueError("`image` should either be a Tensor with rank = 3 or rank = 4. "
                             f"Had rank = {rank}.")
        axes = [rank - 3, rank - 2]
        sizes = [_size(image, axis) for axis in axes]
        starts = [_central_start(size, central_fraction) for size in sizes]
        extents = [size - start * 2 for size, start in zip(sizes, starts)]
        lead = [] if rank == 3 else [0]
        begin = array_ops.stack([*lead, *starts, 0])
        size = array_ops.stack([*[-1 for _ in lead], *extents, -1])
        cropped = array_ops.slice(image, begin, size)
        known = [None if is_tensor(extent) else extent for extent in extents]
        cropped.set_shape([*image.shape[:rank - 3], *known, image.shape[-1]])
        return cropped


def _size(image, axis):
    """A dimension: an int, or a scalar tensor where it is not known."""
    size = image.shape.dims[axis].value
    return array_ops.shape(image)[axis] if size is None else size


def _central_start(size, fraction):
    if is_tensor(size):
        size = math_ops.cast(size, dtypes.float64)
        return math_ops.cast((size - size * fraction) / 2, dtypes.int32)
    size = float(size)
    return int((size - size * fraction) / 2)


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """A part of images, by its upper left corner and its size.

    Args:
      image: [height, width, channels], or a batch of these.
      offset_height, offset_width: the first row and column; ints or int32 scalars, as the next.
      target_height, target_width: the size of the part.

    Raises:
      ValueError: the part is known to leave the image, or the rank is not 3 or 4.
      InvalidArgumentError: at run time, it leaves the image.
    """
    with name_scope(None, "crop_to_bounding_box", [image]):
        image, is_batch = as_batch(convert_to_tensor(image, name="image"))
        asserts = image_checks(image)
        batch, height, width, depth = dimensions(image, rank=4)
        asserts += require(offset_width >= 0, "offset_width must be >= 0.")
        asserts += require(offset_height >= 0, "offset_height must be >= 0.")
        asserts += require(target_width > 0, "target_width must be > 0.")
        asserts += require(target_height > 0, "target_height must be > 0.")
        asserts += require(width >= target_width + offset_width,
                           "width must be >= target + offset.")
        asserts += require(height >= target_height + offset_height,
                           "height must be >= target + offset.")
        image = control_flow_ops.with_dependencies(asserts, image)
        cropped = array_ops.slice(image, array_ops.stack([0, offset_height, offset_width, 0]),
                                  array_ops.stack([-1, target_height, target_width, -1]))
        cropped.set_shape(_known([batch, target_height, target_width, depth]))
        return from_batch(cropped, is_batch)


def _known(dims):
    return [None if is_tensor(dim) else dim for dim in dims]


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """Images with zeros around, by the place of the image in the result and the result's size.

    Args:
      image: [height, width, channels], or a batch of these.
      offset_height, offset_width: rows of zeros above, and columns to the left; ints or int32
        scalars, as the next.
      target_height, target_width: the size of the result.

    Raises:
      ValueError: the image is known not to fit, or the rank is not 3 or 4.
      InvalidArgumentError: at run time, it does not fit.
    """
    with name_scope(None, "pad_to_bounding_box", [image]):
        image, is_batch = as_batch(convert_to_tensor(image, name="image"))
        asserts = image_checks(image)
        batch, height, width, depth = dimensions(image, rank=4)
        right = target_width - offset_width - width
        below = target_height - offset_height - height
        asserts += require(offset_height >= 0, "offset_height must be >= 0")
        asserts += require(offset_width >= 0, "offset_width must be >= 0")
        asserts += require(right >= 0, "width must be <= target - offset")
        asserts += require(below >= 0, "height must be <= target - offset")
        image = control_flow_ops.with_dependencies(asserts, image)
        paddings = array_ops.reshape(
            array_ops.stack([0, 0, offset_height, below, offset_width, right, 0, 0]), [4, 2])
        padded = array_ops.pad(image, paddings)
        padded.set_shape(_known([batch, target_height, target_width, depth]))
        return from_batch(padded, is_batch)


def resize_image_with_crop_or_pad(image, target_height, target_width):
    """Images cropped around their middle, or padded with zeros, to a size.

    Args:
      image: [height, width, channels], or a batch of these.
      target_height, target_width: ints or int32 scalars.

    Raises:
      ValueError: a size is not positive, or the rank is not 3 or 4.
    """
    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        image, is_batch = as_batch(convert_to_tensor(image, name="image"))
        asserts = image_checks(image)
        asserts += require(target_width > 0, "target_width must be > 0.")
        asserts += require(target_height > 0, "target_height must be > 0.")
        image = control_flow_ops.with_dependencies(asserts, image)
        if is_tensor(target_height):
            target_height = control_flow_ops.with_dependencies(asserts, target_height)
        if is_tensor(target_width):
            target_width = control_flow_ops.with_dependencies(asserts, target_width)
        _, height, width, _ = dimensions(image, rank=4)
        missing = target_width - width
        crop_left, pad_left = larger(-missing // 2, 0), larger(missing // 2, 0)
        missing = target_height - height
        crop_top, pad_top = larger(-missing // 2, 0), larger(missing // 2, 0)
        cropped = crop_to_bounding_box(image, crop_top, crop_left, _smaller(target_height, height),
                                       _smaller(target_width, width))
        resized = pad_to_bounding_box(cropped, pad_top, pad_left, target_height, target_width)
        _, resized_height, resized_width, _ = dimensions(resized, rank=4)
        asserts = require(_equal(resized_height, target_height),
                          "resized height is not correct.")
        asserts += require(_equal(resized_width, target_width), "resized width is not correct.")
        return from_batch(control_flow_ops.with_dependencies(asserts, resized), is_batch)


def larger(x, y):
    """The larger of two numbers, of which some may be tensors."""
    return math_ops.maximum(x, y) if is_tensor(x) or is_tensor(y) else max(x, y)


def _smaller(x, y):
    return math_ops.minimum(x, y) if is_tensor(x) or is_tensor(y) else min(x, y)


def _equal(x, y):
    return math_ops.equal(x, y) if is_tensor(x) or is_tensor(y) else x == y
