"""tf.layers: layers that make their variables, as classes and as functions."""
# ruff: noqa: F401 - a namespace

from minitf.layers import experimental
from minitf.layers.base import Layer
from minitf.layers.convolutional import Conv1D, Conv2D, Conv3D, conv1d, conv2d, conv3d
from minitf.layers.core import Dense, Dropout, Flatten, dense, dropout, flatten
from minitf.layers.input_spec import InputSpec
from minitf.layers.normalization import BatchNormalization, batch_normalization
from minitf.layers.pooling import (
    AveragePooling1D, AveragePooling2D, AveragePooling3D, MaxPooling1D, MaxPooling2D,
    MaxPooling3D, average_pooling1d, average_pooling2d, average_pooling3d, max_pooling1d,
    max_pooling2d, max_pooling3d)
from minitf.layers.separable import (
    SeparableConv1D, SeparableConv2D, separable_conv1d, separable_conv2d)
from minitf.layers.transposed import (
    Conv2DTranspose, Conv3DTranspose, conv2d_transpose, conv3d_transpose)
