"""Pooling of images and volumes."""

from minitf.contrib.framework.arg_scope import add_arg_scope
from minitf.contrib.layers.utils import check_format, collected, layer_format
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.layers.pooling import (
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling2D,
    MaxPooling3D,
)


def _pooled(layer_class, default_name, given, *formats):
    check_format(given["data_format"], *formats)
    with name_scope(given["scope"], default_name, [given["inputs"]]) as scope:
        inputs = convert_to_tensor(given["inputs"])
        layer = layer_class(given["kernel_size"], given["stride"], given["padding"],
                            layer_format(given["data_format"]), _scope=scope)
        return collected(given["outputs_collections"], layer(inputs))


@add_arg_scope
def max_pool2d(inputs, kernel_size, stride=2, padding="VALID", data_format="NHWC",
               outputs_collections=None, scope=None):
    """Maxima of windows of images.

    Args:
      inputs: [batch, height, width, channels].
      kernel_size: the window's height and width: a number, or a list of two.
      stride: how far the window moves on; likewise.
      padding: "VALID" or "SAME".
      data_format: "NHWC", or "NCHW".
      outputs_collections: collections for the outputs.
      scope: the name scope, by default "MaxPool2D".

    Raises:
      ValueError: arguments that do not fit.
    """
    return _pooled(MaxPooling2D, "MaxPool2D", locals(), "NCHW", "NHWC")


@add_arg_scope
def avg_pool2d(inputs, kernel_size, stride=2, padding="VALID", data_format="NHWC",
               outputs_collections=None, scope=None):
    """Means of windows of images; the arguments are those of ``max_pool2d``."""
    return _pooled(AveragePooling2D, "AvgPool2D", locals(), "NCHW", "NHWC")


@add_arg_scope
def max_pool3d(inputs, kernel_size, stride=2, padding="VALID", data_format="NDHWC",
               outputs_collections=None, scope=None):
    """Maxima of windows of volumes; the arguments are those of ``max_pool2d``."""
    return _pooled(MaxPooling3D, "MaxPool3D", locals(), "NCDHW", "NDHWC")


@add_arg_scope
def avg_pool3d(inputs, kernel_size, stride=2, padding="VALID", data_format="NDHWC",
               outputs_collections=None, scope=None):
    """Means of windows of volumes; the arguments are those of ``max_pool2d``."""
    return _pooled(AveragePooling3D, "AvgPool3D", locals(), "NCDHW", "NDHWC")
