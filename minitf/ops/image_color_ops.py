"""Colours: RGB and HSV, and adjustments of hue, saturation and contrast."""

import functools
import operator

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import shape_of, with_rank, with_rank_at_least, with_value
from minitf.ops.elementwise import list_text

_FLOATS = "half bfloat16 float double"


def _colors_shape(images):
    """The shape of colours [..., 3]."""
    dims = with_rank_at_least(images.shape, 1)._dims
    if dims is None:
        return images.shape
    return shape_of([*dims[:-1], with_value(dims[-1], 3)])


def _check_colors(images):
    """Refuses what is no array of colours.

    Raises:
      InvalidArgumentError: it is a scalar.
      FailedPreconditionError: the last dimension is not 3.
    """
    if not np.ndim(images):
        raise errors.InvalidArgumentError(None, None, "input must be at least 1D[]")
    if images.shape[-1] != 3:
        raise errors.FailedPreconditionError(
            None, None,
            f"input must have 3 channels but input only has {images.shape[-1]} channels.")


def _channels(images):
    return images[..., 0], images[..., 1], images[..., 2]


# ---- RGBToHSV ----


def rgb_to_hsv(images, name=None):
    """Hue, saturation and value of colours (TF op: RGBToHSV).

    Args:
      images: [..., 3] of a floating dtype: red, green and blue in [0, 1].
      name: the operation's name.

    Returns:
      Hue (0 is red, 1/3 green, 2/3 blue), saturation and value in [0, 1], of the same shape.
    """
    return RGBToHSV(images, name=name)


RGBToHSV = op("RGBToHSV(images: T; T: type = float) -> (output: T)", T=_FLOATS)
RGBToHSV.shape(_colors_shape)


@RGBToHSV.kernel
def _(images):
    _check_colors(images)
    return _hsv_of(images)


def _hsv_of(images):
    number = images.dtype.type
    red, green, blue = _channels(images)
    value = images.max(-1)
    span = value - images.min(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        saturation = np.where(value > 0, span / value, number(0))
        # Sixths of the circle from the corner of the largest channel, by the other two.
        norm = number(1) / span * number(number(1) / number(6))
        hue = np.where(red == value, norm * (green - blue), np.where(
            green == value, norm * (blue - red) + number(2) / number(6),
            norm * (red - green) + number(4) / number(6)))
    hue = np.where(span > 0, hue, number(0))
    hue = np.where(hue < 0, hue + number(1), hue)
    return np.stack([hue, saturation, value], axis=-1)


@RGBToHSV.gradient
def _(op, grad):
    return [_HsvGradient(op, grad).result()]


class _HsvGradient:
    """The gradient of RGBToHSV: partial derivatives of each output by each channel, piecewise.

    Which piece holds is a matter of the largest and the smallest channel. With M and m for these,
    value is M, saturation (M - m) / M, and hue an angle that is linear in the middle channel.
    Ties go to the first channel of red, green, blue. The pieces are masks of float32, whatever the
    dtype of the images, so that other dtypes fail, as in TensorFlow.
    """

    def __init__(self, op, grad):
        self.grad = grad
        self.channels = [op.inputs[0][..., i] for i in range(3)]
        self.saturation = op.outputs[0][..., 1]
        self.value = op.outputs[0][..., 2]
        red, green, blue = self.channels
        self.biggest = [_mask((red >= blue) & (red >= green)),
                        _mask((green > red) & (green >= blue)),
                        _mask((blue > red) & (blue > green))]
        self.smallest = [_mask((red < blue) & (red < green)),
                         _mask((green <= red) & (green < blue)),
                         _mask((blue <= red) & (blue <= green))]

    def result(self):
        # Nodes come in the order of the derivatives: saturation by red, green, blue, then hue.
        by_saturation = [self._saturation_by(0, (1, 2), (1, 2)),
                         self._saturation_by(1, (0, 2), (0, 2)),
                         self._saturation_by(2, (1, 0), (1, 0))]
        by_hue = [self._hue_by_red(), self._hue_by_green(), self._hue_by_blue()]
        parts = [self._share(2, self.biggest), self._share(1, by_saturation),
                 self._share(0, by_hue)]
        return math_ops.add(math_ops.add(parts[0], parts[1]), parts[2])

    def _share(self, output, derivatives):
        """What one output's gradient gives to the three channels."""
        return array_ops.stack([self.grad[..., output] * derivative for derivative in derivatives],
                               axis=-1)

    def _saturation_by(self, i, minima, maxima):
        """m / M**2 where channel i is the largest, -1 / M where it is the smallest."""
        channels, biggest, smallest = self.channels, self.biggest, self.smallest
        positive = _mask(channels[i] > 0)
        minimum = math_ops.add(*[smallest[j] * channels[j] for j in minima])
        as_biggest = biggest[i] * minimum * _reciprocal(math_ops.square(channels[i]))
        first = smallest[i] * -1
        maximum = functools.reduce(operator.add, [biggest[j] * channels[j] for j in maxima])
        return positive * math_ops.add(as_biggest, first * _reciprocal(maximum))

    def _as_biggest(self, i, difference):
        """Hue by its largest channel: -(difference of the others) / (M - m)**2, in degrees."""
        start = _mask(self.channels[i] > 0) * self.biggest[i] * -1
        return 60 * (start * difference() * _reciprocal(math_ops.square(self.saturation))
                     * _reciprocal(math_ops.square(self.value)))

    def _as_smallest(self, big, small, difference, span):
        """Hue by its smallest channel: a difference over the square of the span."""
        start = _mask(self.channels[big] > 0) * self.biggest[big] * self.smallest[small]
        return 60 * (start * difference() * _reciprocal(math_ops.square(span())))

    def _as_middle(self, big, small, sign, span):
        """Hue by its middle channel: 1 / span, or -1 / span."""
        start = _mask(self.channels[big] > 0) * self.biggest[big] * self.smallest[small]
        if sign < 0:
            start = start * -1
        return 60 * (start * _reciprocal(span()))

    def _hue_by_red(self):
        red, green, blue = self.channels
        return _turns([
            self._as_biggest(0, lambda: green - blue),
            self._as_smallest(1, 0, lambda: blue - green, lambda: red - green),
            self._as_middle(1, 2, -1, lambda: green - blue),
            self._as_smallest(2, 0, lambda: blue - green, lambda: blue - red),
            self._as_middle(2, 1, 1, lambda: blue - green)])

    def _hue_by_green(self):
        red, green, blue = self.channels
        return _turns([
            self._as_biggest(1, lambda: blue - red),
            self._as_smallest(0, 1, lambda: red - blue, lambda: red - green),
            self._as_middle(0, 2, 1, lambda: red - blue),
            self._as_smallest(2, 1, lambda: red - blue, lambda: blue - green),
            self._as_middle(2, 0, -1, lambda: blue - red)])

    def _hue_by_blue(self):
        red, green, blue = self.channels
        return _turns([
            self._as_biggest(2, lambda: red - green),
            self._as_smallest(0, 2, lambda: green - red, lambda: red - blue),
            self._as_middle(0, 1, -1, lambda: red - green),
            self._as_smallest(1, 2, lambda: green - red, lambda: green - blue),
            self._as_middle(1, 0, 1, lambda: green - red)])


def _mask(condition):
    return math_ops.cast(condition, dtypes.float32)


def _reciprocal(x):
    """1 / x, and 0 where x is 0."""
    return math_ops.div_no_nan(1.0, x)


def _turns(degrees):
    """The sum of angles in degrees, in turns of the circle."""
    return functools.reduce(operator.add, degrees) / 360


# ---- HSVToRGB ----


def hsv_to_rgb(images, name=None):
    """Red, green and blue of hues, saturations and values (TF op: HSVToRGB).

    Args:
      images: [..., 3] of a floating dtype: hue, saturation and value in [0, 1].
      name: the operation's name.

    Returns:
      Colours in [0, 1] of the same shape.
    """
    return HSVToRGB(images, name=name)


HSVToRGB = op("HSVToRGB(images: T; T: type = float) -> (output: T)",
              T=_FLOATS).not_differentiable()
HSVToRGB.shape(_colors_shape)


@HSVToRGB.kernel
def _(images):
    _check_colors(images)
    number = images.dtype.type
    hue, saturation, value = _channels(images)
    sixths = hue * number(6)
    shares = [abs(sixths - number(3)) - number(1), -abs(sixths - number(2)) + number(2),
              -abs(sixths - number(4)) + number(2)]
    grey = number(1) - saturation
    return np.stack([(grey + saturation * np.clip(share, number(0), number(1))) * value
                     for share in shares], axis=-1)


# ---- AdjustHue ----

AdjustHue = op("AdjustHue(images: T, delta: float; T: type = float) -> (output: T)",
               T="half float")


@AdjustHue.shape
def _(images):
    return with_rank_at_least(images.shape, 3)


def _check_adjusted(images, scalar, name):
    if np.ndim(images) < 3:
        raise errors.InvalidArgumentError(
            None, None, f"input must be at least 3-D, got shape{list_text(np.shape(images))}")
    if np.ndim(scalar):
        raise errors.InvalidArgumentError(
            None, None, f"{name} must be scalar: {list_text(np.shape(scalar))}")


def _check_adjusted_colors(images, scalar, name):
    _check_adjusted(images, scalar, name)
    if images.shape[-1] != 3:
        raise errors.InvalidArgumentError(
            None, None, f"input must have 3 channels but instead has {images.shape[-1]} channels.")


# The order of channels, from the largest to the smallest, in each sixth of the circle of hues.
_LARGEST = np.array([0, 1, 1, 2, 2, 0])
_MIDDLE = np.array([1, 0, 2, 1, 0, 2])


@AdjustHue.kernel
def _(images, delta):
    _check_adjusted_colors(images, delta, "delta")
    colors = images.astype(np.float32, copy=False)
    # Hue in sixths of the circle; the extent of the channels does not change.
    least, middle, most = np.moveaxis(np.sort(colors, axis=-1), -1, 0)
    red, green, blue = _channels(colors)
    sixth = np.where(red < green,
                     np.where(blue < red, 1, np.where(blue > green, 3, 2)),
                     np.where(blue < green, 0, np.where(blue > red, 4, 5)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (middle - least) / (most - least)
    hue = np.where(most == least, np.float32(0),
                   sixth + np.where(sixth % 2 == 0, ratio, np.float32(1) - ratio))
    hue = hue.astype(np.float32) + np.float32(delta) * np.float32(6)
    while (hue < 0).any():
        hue = np.where(hue < 0, hue + np.float32(6), hue)
    while (hue >= 6).any():
        hue = np.where(hue >= 6, hue - np.float32(6), hue)
    sixth = hue.astype(np.int64)
    ratio = hue - sixth.astype(np.float32)
    ratio = np.where(sixth % 2 == 0, ratio, np.float32(1) - ratio)
    result = np.repeat(least[..., None], 3, axis=-1)
    np.put_along_axis(result, _LARGEST[sixth][..., None], most[..., None], -1)
    np.put_along_axis(result, _MIDDLE[sixth][..., None],
                      (least + ratio * (most - least))[..., None], -1)
    return result.astype(images.dtype, copy=False)


# ---- AdjustSaturation ----

AdjustSaturation = op("AdjustSaturation(images: T, scale: float; T: type = float) -> (output: T)",
                      T="half float")


@AdjustSaturation.shape
def _(images):
    return with_rank_at_least(images.shape, 3)


@AdjustSaturation.kernel
def _(images, scale):
    _check_adjusted_colors(images, scale, "scale")
    hue, saturation, value = _channels(_hsv_of(images.astype(np.float32, copy=False)))
    saturation = np.clip(saturation * np.float32(scale), np.float32(0), np.float32(1))
    chroma = saturation * value
    least = value - chroma
    sixths = hue * np.float32(6)
    second = chroma * (np.float32(1) - abs(np.mod(sixths, np.float32(2)) - np.float32(1)))
    sixth = np.minimum(sixths.astype(np.int64), 5)
    result = np.zeros(images.shape, np.float32)
    np.put_along_axis(result, _LARGEST[sixth][..., None], chroma[..., None], -1)
    np.put_along_axis(result, _MIDDLE[sixth][..., None], second[..., None], -1)
    return (result + least[..., None]).astype(images.dtype, copy=False)


# ---- AdjustContrastv2 ----

AdjustContrastv2 = op("AdjustContrastv2(images: T, contrast_factor: float; T: type = float)"
                      " -> (output: T)", T="half float")


@AdjustContrastv2.shape
def _(images, contrast_factor):
    with_rank(contrast_factor.shape, 0)
    return with_rank_at_least(images.shape, 3)


@AdjustContrastv2.kernel
def _(images, contrast_factor):
    _check_adjusted(images, contrast_factor, "contrast_factor")
    factor = np.float32(contrast_factor)
    colors = images.astype(np.float32, copy=False)
    mean = colors.mean(axis=(-3, -2), keepdims=True)
    return (colors * factor + mean * (np.float32(1) - factor)).astype(images.dtype, copy=False)
