"""Pooling layers of sequences, images and volumes."""

from minitf.framework.tensor_shape import TensorShape
from minitf.layers.base import Layer
from minitf.layers.geometry import (
    checked_data_format,
    checked_padding,
    on_all_axes,
    one_for_each,
    op_data_format,
    output_length,
    spatial_slice,
)
from minitf.layers.input_spec import InputSpec
from minitf.layers.options import arguments, config_of
from minitf.ops import array_ops, pool_ops, volume_ops


class _Pooling(Layer):
    """The base of pooling layers: what is common, and images."""

    _rank = 2
    _function = None

    def __init__(self, pool_size, strides, padding, data_format, name, **kwargs):
        if strides is None:
            raise ValueError("Argument `strides` must not be None.")
        super().__init__(name=name, **kwargs)
        self.pool_size = one_for_each(pool_size, self._rank, "pool_size")
        self.strides = one_for_each(strides, self._rank, "strides")
        self.padding = checked_padding(padding)
        self.data_format = checked_data_format(data_format)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def call(self, inputs):
        return type(self)._function(
            inputs, on_all_axes(self.pool_size, self.data_format),
            on_all_axes(self.strides, self.data_format), padding=self.padding.upper(),
            data_format=op_data_format(self.data_format, 4))

    def compute_output_shape(self, input_shape):
        sizes = TensorShape(input_shape).as_list()
        spatial = spatial_slice(self.data_format)
        sizes[spatial] = map(output_length, sizes[spatial], self.pool_size,
                             [self.padding] * self._rank, self.strides)
        return TensorShape(sizes)

    def get_config(self):
        return {**super().get_config(),
                **config_of(self, ["pool_size", "strides", "padding", "data_format"])}


class _Pooling1D(_Pooling):
    """Pooling of sequences: images one element wide."""

    _rank = 1

    def call(self, inputs):
        first = self.data_format == "channels_first"
        axis = 3 if first else 2
        images = array_ops.expand_dims(inputs, axis)
        if first:  # there is no such kernel on CPUs: it goes the way around
            images = array_ops.transpose(images, (0, 2, 3, 1))
        outputs = type(self)._function(images, (1, *self.pool_size, 1, 1),
                                       (1, *self.strides, 1, 1), padding=self.padding.upper(),
                                       data_format="NHWC")
        if first:
            outputs = array_ops.transpose(outputs, (0, 3, 1, 2))
        return array_ops.squeeze(outputs, axis)


class _Pooling3D(_Pooling):
    """Pooling of volumes; channels are moved to the end first."""

    _rank = 3

    def call(self, inputs):
        first = self.data_format == "channels_first"
        if first:
            inputs = array_ops.transpose(inputs, (0, 2, 3, 4, 1))
        outputs = type(self)._function(inputs, (1, *self.pool_size, 1), (1, *self.strides, 1),
                                       padding=self.padding.upper())
        return array_ops.transpose(outputs, (0, 4, 1, 2, 3)) if first else outputs


class AveragePooling1D(_Pooling1D):
    """Means of windows of sequences; see ``MaxPooling1D``."""

    _function = staticmethod(pool_ops.avg_pool)

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None,
                 **kwargs):
        super().__init__(**arguments(locals()))


class MaxPooling1D(_Pooling1D):
    """Maxima of windows of sequences, [batch, length, channels].

    Args:
      pool_size: the window's size: a number, or a tuple of one.
      strides: how far the window moves on; likewise.
      padding: "valid" or "same".
      data_format: "channels_last", or "channels_first" for [batch, channels, length].
      name, further arguments: those of ``Layer``.

    Raises:
      ValueError: an argument of another form; when called: inputs of another rank.
    """

    _function = staticmethod(pool_ops.max_pool)

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None,
                 **kwargs):
        super().__init__(**arguments(locals()))


class AveragePooling2D(_Pooling):
    """Means of windows of images; see ``MaxPooling2D``."""

    _function = staticmethod(pool_ops.avg_pool)

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None,
                 **kwargs):
        super().__init__(**arguments(locals()))


class MaxPooling2D(_Pooling):
    """Maxima of windows of images, [batch, height, width, channels].

    Args:
      pool_size: the window's height and width: a number, or a tuple of two.
      strides: how far the window moves on; likewise.
      padding, data_format, name, further arguments: those of ``MaxPooling1D``.
    """

    _function = staticmethod(pool_ops.max_pool)

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None,
                 **kwargs):
        super().__init__(**arguments(locals()))


class AveragePooling3D(_Pooling3D):
    """Means of windows of volumes; see ``MaxPooling3D``."""

    _function = staticmethod(volume_ops.avg_pool3d)

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None,
                 **kwargs):
        super().__init__(**arguments(locals()))


class MaxPooling3D(_Pooling3D):
    """Maxima of windows of volumes, [batch, depth, height, width, channels].

    Args:
      pool_size: the window's depth, height and width: a number, or a tuple of three.
      strides: how far the window moves on; likewise.
      padding, data_format, name, further arguments: those of ``MaxPooling1D``.
    """

    _function = staticmethod(volume_ops.max_pool3d)

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None,
                 **kwargs):
        super().__init__(**arguments(locals()))


def average_pooling1d(inputs, pool_size, strides, padding="valid", data_format="channels_last",
                      name=None):
    """The outputs of a new ``AveragePooling1D`` layer: means of windows of sequences."""
    return AveragePooling1D(pool_size, strides, padding, data_format, name)(inputs)


def max_pooling1d(inputs, pool_size, strides, padding="valid", data_format="channels_last",
                  name=None):
    """The outputs of a new ``MaxPooling1D`` layer: maxima of windows of sequences."""
    return MaxPooling1D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling2d(inputs, pool_size, strides, padding="valid", data_format="channels_last",
                      name=None):
    """The outputs of a new ``AveragePooling2D`` layer: means of windows of images."""
    return AveragePooling2D(pool_size, strides, padding, data_format, name)(inputs)


def max_pooling2d(inputs, pool_size, strides, padding="valid", data_format="channels_last",
                  name=None):
    """The outputs of a new ``MaxPooling2D`` layer: maxima of windows of images."""
    return MaxPooling2D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling3d(inputs, pool_size, strides, padding="valid", data_format="channels_last",
                      name=None):
    """The outputs of a new ``AveragePooling3D`` layer: means of windows of volumes."""
    return AveragePooling3D(pool_size, strides, padding, data_format, name)(inputs)


def max_pooling3d(inputs, pool_size, strides, padding="valid", data_format="channels_last",
                  name=None):
    """The outputs of a new ``MaxPooling3D`` layer: maxima of windows of volumes."""
    return MaxPooling3D(pool_size, strides, padding, data_format, name)(inputs)
