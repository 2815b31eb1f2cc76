"""Brightness, contrast, hue and the like; conversions of dtypes and between colour spaces."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.image.checks import checked_image, grey_checks, is_tensor, require
from minitf.ops import (
    array_ops, cast_ops, control_flow_ops, einsum_ops, image_codec_ops, image_color_ops, math_ops,
    random_ops)

_DIRECT = (dtypes.float16, dtypes.float32)

# ---- dtypes ----


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """Images in another dtype, scaled: floats are in [0, 1], integers from 0 to their largest.

    Args:
      image: a tensor of integers or floats.
      dtype: the result's.
      saturate: clips before casting, where values may be out of range.
      name: the name scope.

    Raises:
      AttributeError: ``dtype`` is neither integer nor floating.
    """
    image = convert_to_tensor(image, name="image")
    dtype = dtypes.as_dtype(dtype)
    if not (dtype.is_floating or dtype.is_integer):
        raise AttributeError("dtype must be either floating point or integer")
    if dtype == image.dtype:
        return array_ops.identity(image, name=name)
    cast = cast_ops.saturate_cast if saturate else math_ops.cast
    with name_scope(name, "convert_image", [image]) as name:
        if image.dtype.is_floating and dtype.is_floating:
            return math_ops.cast(image, dtype, name=name)
        if dtype.is_floating:
            scaled = math_ops.cast(image, dtype)
            return math_ops.multiply(scaled, 1.0 / image.dtype.max, name=name)
        if image.dtype.is_floating:
            # Half a step more, so that each integer gets as large a share of [0, 1].
            scaled = math_ops.multiply(image, dtype.max + 0.5)
            return cast(scaled, dtype, name=name)
        largest, new_largest = image.dtype.max, dtype.max
        if largest > new_largest:
            scaled = math_ops.div(image, (largest + 1) // (new_largest + 1))
            return cast(scaled, dtype, name=name)
        converted = cast(image, dtype)
        return math_ops.multiply(converted, (new_largest + 1) // (largest + 1), name=name)


def _as_floats(image):
    """Images in a dtype that the adjustments work in."""
    return image if image.dtype in _DIRECT else convert_image_dtype(image, dtypes.float32)


# ---- adjustments ----


def adjust_brightness(image, delta):
    """Adds ``delta``, in the scale [0, 1], to images of any dtype."""
    with name_scope(None, "adjust_brightness", [image, delta]) as name:
        image = convert_to_tensor(image, name="image")
        floats = _as_floats(image)
        adjusted = math_ops.add(floats, math_ops.cast(delta, floats.dtype), name=name)
        return convert_image_dtype(adjusted, image.dtype, saturate=True)


def adjust_contrast(images, contrast_factor):
    """``(x - mean) * contrast_factor + mean``, with the mean of each image and channel.

    Args:
      images: [..., height, width, channels].
      contrast_factor: a float32 scalar.
    """
    with name_scope(None, "adjust_contrast", [images, contrast_factor]) as name:
        images = convert_to_tensor(images, name="images")
        adjusted = image_color_ops.AdjustContrastv2(_as_floats(images), contrast_factor, name=name)
        return convert_image_dtype(adjusted, images.dtype, saturate=True)


def adjust_gamma(image, gamma=1, gain=1):
    """``gain * x**gamma`` of images in the scale [0, 1].

    Raises:
      ValueError: ``gamma`` is negative.
    """
    with name_scope(None, "adjust_gamma", [image, gamma, gain]):
        image = convert_to_tensor(image, name="image")
        floats = _as_floats(image)
        asserts = require(gamma >= 0, "Gamma should be a non-negative real number.")
        if asserts:
            gamma = control_flow_ops.with_dependencies(asserts, gamma)
        return convert_image_dtype(gain * floats**gamma, image.dtype, saturate=True)


def adjust_hue(image, delta, name=None):
    """Turns the hues of RGB images by ``delta``, a share of the circle in [-1, 1]."""
    with name_scope(name, "adjust_hue", [image]):
        image = convert_to_tensor(image, name="image")
        adjusted = image_color_ops.AdjustHue(_as_floats(image), delta)
        return convert_image_dtype(adjusted, image.dtype)


def adjust_saturation(image, saturation_factor, name=None):
    """Multiplies the saturation of RGB images by a factor, and clips it to [0, 1]."""
    with name_scope(name, "adjust_saturation", [image]):
        image = convert_to_tensor(image, name="image")
        adjusted = image_color_ops.AdjustSaturation(_as_floats(image), saturation_factor)
        return convert_image_dtype(adjusted, image.dtype)


def adjust_jpeg_quality(image, jpeg_quality, name=None):
    """An image, [height, width, 1 or 3], after it was a JPEG file of that quality.

    Args:
      image: of any dtype.
      jpeg_quality: an int32 scalar in [0, 100].
      name: the name scope.
    """
    with name_scope(name, "adjust_jpeg_quality", [image]):
        image = convert_to_tensor(image, name="image")
        dtype = image.dtype
        image = convert_image_dtype(image, dtypes.uint8)
        if not is_tensor(jpeg_quality):
            jpeg_quality = convert_to_tensor(jpeg_quality, dtype=dtypes.int32)
        file = image_codec_ops.EncodeJpegVariableQuality(image, jpeg_quality)
        return convert_image_dtype(image_codec_ops.DecodeJpeg(file), dtype)


def per_image_standardization(image):
    """``(x - mean) / max(deviation, 1 / sqrt(number of pixels))`` of each image.

    Args:
      image: [..., height, width, channels].
    """
    with name_scope(None, "per_image_standardization", [image]) as scope:
        image = checked_image(convert_to_tensor(image, name="image"))
        dtype = image.dtype
        image = _as_floats(image)
        count = math_ops.reduce_prod(array_ops.shape(image)[-3:])
        axes = [-1, -2, -3]
        mean = math_ops.reduce_mean(image, axis=axes, keepdims=True)
        deviation = math_ops.reduce_std(image, axis=axes, keepdims=True)
        least = math_ops.rsqrt(math_ops.cast(count, image.dtype))
        deviation = math_ops.maximum(deviation, least)
        image -= mean
        image = math_ops.div(image, deviation, name=scope)
        return convert_image_dtype(image, dtype, saturate=True)


# ---- random adjustments ----


def random_brightness(image, max_delta, seed=None):
    """``adjust_brightness`` by a delta from [-max_delta, max_delta)."""
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    delta = random_ops.random_uniform([], -max_delta, max_delta, seed=seed)
    return adjust_brightness(image, delta)


def _random_factor(lower, upper, seed):
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return random_ops.random_uniform([], lower, upper, seed=seed)


def random_contrast(image, lower, upper, seed=None):
    """``adjust_contrast`` by a factor from [lower, upper)."""
    return adjust_contrast(image, _random_factor(lower, upper, seed))


def random_saturation(image, lower, upper, seed=None):
    """``adjust_saturation`` by a factor from [lower, upper)."""
    return adjust_saturation(image, _random_factor(lower, upper, seed))


def random_hue(image, max_delta, seed=None):
    """``adjust_hue`` by a delta from [-max_delta, max_delta), max_delta in [0, 0.5]."""
    if max_delta > 0.5:
        raise ValueError("max_delta must be <= 0.5.")
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    delta = random_ops.random_uniform([], -max_delta, max_delta, seed=seed)
    return adjust_hue(image, delta)


def random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed=None):
    """``adjust_jpeg_quality`` by a quality from [min_jpeg_quality, max_jpeg_quality)."""
    if not (0 <= min_jpeg_quality <= 100 and 0 <= max_jpeg_quality <= 100):
        raise ValueError("jpeg encoding range must be between 0 and 100.")
    if min_jpeg_quality >= max_jpeg_quality:
        raise ValueError("`min_jpeg_quality` must be less than `max_jpeg_quality`.")
    quality = random_ops.random_uniform([], min_jpeg_quality, max_jpeg_quality, seed=seed,
                                        dtype=dtypes.int32)
    return adjust_jpeg_quality(image, quality)


# ---- colour spaces ----


def rgb_to_grayscale(images, name=None):
    """The luminance of RGB images [..., 3]: 0.2989 R + 0.587 G + 0.114 B, as [..., 1]."""
    with name_scope(name, "rgb_to_grayscale", [images]) as name:
        images = convert_to_tensor(images, name="images")
        floats = convert_image_dtype(images, dtypes.float32)
        grey = einsum_ops.tensordot(floats, [0.2989, 0.587, 0.114], [-1, -1])
        return convert_image_dtype(array_ops.expand_dims(grey, -1), images.dtype, name=name)


def grayscale_to_rgb(images, name=None):
    """Grey images [..., 1] with their channel three times, [..., 3]."""
    with name_scope(name, "grayscale_to_rgb", [images]) as name:
        images = control_flow_ops.with_dependencies(grey_checks(images), images)
        images = convert_to_tensor(images, name="images")
        before = array_ops.expand_dims(array_ops.rank(images) - 1, 0)
        shapes = [array_ops.ones(before, dtype=dtypes.int32), array_ops.expand_dims(3, 0)]
        rgb = array_ops.tile(images, array_ops.concat(shapes, 0), name=name)
        rgb.set_shape(images.shape[:-1].concatenate([3]))
        return rgb


# A row is what one channel of the source adds to each channel of the result.
_RGB_TO_YIQ = [[0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617],
               [0.114, -0.32134392, 0.31119955]]
_YIQ_TO_RGB = [[1, 1, 1], [0.95598634, -0.27201283, -1.10674021],
               [0.6208248, -0.64720424, 1.70423049]]
_RGB_TO_YUV = [[0.299, -0.14714119, 0.61497538], [0.587, -0.28886916, -0.51496512],
               [0.114, 0.43601035, -0.10001026]]
_YUV_TO_RGB = [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]


def _linear(images, matrix):
    images = convert_to_tensor(images, name="images")
    kernel = convert_to_tensor(matrix, dtype=images.dtype, name="kernel")
    return einsum_ops.tensordot(images, kernel, axes=[[images.shape.ndims - 1], [0]])


def rgb_to_yiq(images):
    """RGB colours [..., 3], floats in [0, 1], as luma Y and chrominance I and Q (NTSC)."""
    return _linear(images, _RGB_TO_YIQ)


def yiq_to_rgb(images):
    """The inverse of ``rgb_to_yiq``."""
    return _linear(images, _YIQ_TO_RGB)


def rgb_to_yuv(images):
    """RGB colours [..., 3], floats in [0, 1], as luma Y and chrominance U and V (PAL)."""
    return _linear(images, _RGB_TO_YUV)


def yuv_to_rgb(images):
    """The inverse of ``rgb_to_yuv``."""
    return _linear(images, _YUV_TO_RGB)
