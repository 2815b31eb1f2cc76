"""Convolution and pooling of quantized integers, which are not carried out here.

The names are there, with their arguments, so that a program that has them in a branch which it does
not take runs, and one that takes it is told.
"""

from minitf.framework import dtypes, errors


def quantized_conv2d(input, filter, min_input, max_input, min_filter, max_filter, strides, padding,
                     out_type=dtypes.qint32, dilations=[1, 1, 1, 1], name=None):  # noqa: B006
    """``conv2d`` of quantized images (TF op: QuantizedConv2D). Raises UnimplementedError."""
    raise _unimplemented("quantized_conv2d")


def quantized_avg_pool(input, min_input, max_input, ksize, strides, padding, name=None):
    """``avg_pool`` of quantized images (TF op: QuantizedAvgPool). Raises UnimplementedError."""
    raise _unimplemented("quantized_avg_pool")


def quantized_max_pool(input, min_input, max_input, ksize, strides, padding, name=None):
    """``max_pool`` of quantized images (TF op: QuantizedMaxPool). Raises UnimplementedError."""
    raise _unimplemented("quantized_max_pool")


def quantized_relu_x(features, max_value, min_features, max_features, out_type=dtypes.quint8,
                     name=None):
    """``relu`` with a limit of quantized numbers (QuantizedReluX). Raises UnimplementedError."""
    raise _unimplemented("quantized_relu_x")


def _unimplemented(name):
    return errors.UnimplementedError(
        None, None, f"tf.nn.{name} is not supported: dequantize with tf.dequantize, and use the op "
        "for floats")
