"""Adding a bias to each channel, and the layers ``x @ w + b`` and ``relu(x @ w + b)``."""

import numpy as np

from minitf.framework import errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import activation_ops, array_ops, math_ops
from minitf.ops.common_shapes import UNKNOWN, merge_dims, with_rank, with_rank_at_least
from minitf.ops.elementwise import list_text

_NUMBERS = ("float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 bfloat16 "
            "uint16 complex128 half uint32 uint64")

# ---- BiasAdd ----


def bias_add(value, bias, data_format=None, name=None):
    """``value + bias``, where ``bias`` has one element for each channel (TF op: BiasAdd).

    Args:
      value: a numeric tensor of rank 2 or more.
      bias: a vector of the dtype of ``value``, as long as its channel dimension.
      data_format: ``"N...C"`` (the default: channels are last) or ``"NC..."`` (they are second).

    Raises:
      ValueError: another data format; shapes that do not fit.
    """
    with name_scope(name, "BiasAdd", [value, bias]) as scope:
        data_format = _plain_format(data_format)
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype, name="bias")
        return BiasAdd(value, bias, data_format=data_format, name=scope)


def _plain_format(data_format):
    """``"NHWC"`` or ``"NCHW"`` for a format of any rank."""
    if data_format is None:
        return "NHWC"
    if data_format.startswith("NC"):
        return "NCHW"
    if data_format.startswith("N") and data_format.endswith("C"):
        return "NHWC"
    raise ValueError("data_format must be of the form `N...C` or `NC...`")


BiasAdd = op("BiasAdd(value: T, bias: T; T, data_format: string in {'NHWC', 'NCHW'} = 'NHWC')"
             " -> (output: T)", T=_NUMBERS)


@BiasAdd.shape
def _(value, bias, data_format):
    dims, bias_dim = value.shape._dims, with_rank(bias.shape, 1)._dims[0]
    first = data_format == b"NCHW"
    with_rank_at_least(value.shape, 3 if first else 2)
    if dims is None:
        return UNKNOWN
    axis = 1 if first else len(dims) - 1
    channels = merge_dims(dims[axis], bias_dim)
    return TensorShape(dims[:axis] + (channels,) + dims[axis + 1:])


@BiasAdd.kernel
def _(value, bias, data_format):
    if value.ndim < 2:
        raise errors.InvalidArgumentError(
            None, None, f"Input tensor must be at least 2D: {list_text(value.shape)}")
    if bias.ndim != 1:
        raise errors.InvalidArgumentError(
            None, None, f"Biases must be 1D: {list_text(bias.shape)}")
    axis = value.ndim - 1
    if data_format == b"NCHW":
        if not 3 <= value.ndim <= 5:
            raise errors.InvalidArgumentError(
                None, None, f"Only ranks up to 5 supported: {list_text(value.shape)}")
        axis = 1
    if bias.shape[0] != value.shape[axis]:
        raise errors.InvalidArgumentError(
            None, None, "Must provide as many biases as the last dimension of the input tensor: "
            f"{list_text(bias.shape)} vs. {list_text(value.shape)}")
    return np.add(value, bias.reshape((-1,) + (1,) * (value.ndim - 1 - axis)))


@BiasAdd.gradient
def _(op, grad):
    return grad, BiasAddGrad(grad, data_format=op._attrs["data_format"])


# ---- BiasAddGrad ----

BiasAddGrad = op("BiasAddGrad(out_backprop: T; T, data_format: string in {'NHWC', 'NCHW'} = 'NHWC')"
                 " -> (output: T)", T=_NUMBERS)


@BiasAddGrad.shape
def _(out_backprop, data_format):
    first = data_format == b"NCHW"
    dims = with_rank_at_least(out_backprop.shape, 3 if first else 2)._dims
    return TensorShape([None if dims is None else dims[1 if first else -1]])


@BiasAddGrad.kernel
def _(out_backprop, data_format):
    if out_backprop.ndim < 2:
        raise errors.InvalidArgumentError(
            None, None, f"Input tensor must be at least 2D: {list_text(out_backprop.shape)}")
    axis = 1 if data_format == b"NCHW" else out_backprop.ndim - 1
    others = tuple(i for i in range(out_backprop.ndim) if i != axis)
    return np.sum(out_backprop, axis=others, dtype=out_backprop.dtype)


@BiasAddGrad.gradient
def _(op, grad):
    """The gradient of the sum over all but the channels: ``grad`` repeated along the others."""
    shape, bias_shape = array_ops.shape(op.inputs[0]), array_ops.shape(grad)
    if op._attrs["data_format"] == b"NCHW":
        kept_dims = array_ops.concat([array_ops.ones_like(shape[:1]), bias_shape,
                                      array_ops.ones_like(shape[2:])], 0)
        repeats = array_ops.concat([shape[:1], [1], shape[2:]], 0)
    else:
        kept_dims = array_ops.concat([array_ops.ones_like(shape[:-1]), bias_shape], 0)
        repeats = array_ops.concat([shape[:-1], [1]], 0)
    return array_ops.tile(array_ops.reshape(grad, kept_dims), repeats)


# ---- BiasAddV1 ----


def bias_add_v1(value, bias, name=None):
    """``bias_add`` of channels that are last (TF op: BiasAddV1), as older graphs have it."""
    with name_scope(name, "BiasAddV1", [value, bias]) as scope:
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype, name="bias")
        return BiasAddV1(value, bias, name=scope)


BiasAddV1 = op("BiasAddV1(value: T, bias: T) -> (output: T)", T=_NUMBERS)


@BiasAddV1.shape
def _(value, bias):
    return BiasAdd.shape_rule(value, bias, b"NHWC")


@BiasAddV1.kernel
def _(value, bias):
    return BiasAdd.kernel_rule(value, bias, b"NHWC")


@BiasAddV1.gradient
def _(op, grad):
    return grad, math_ops.reduce_sum(grad, math_ops.range(array_ops.rank(grad) - 1))


# ---- compositions ----


def xw_plus_b(x, weights, biases, name=None):
    """``bias_add(matmul(x, weights), biases)``.

    Args:
      x: [batch, in].  weights: [in, out].  biases: [out].
    """
    with name_scope(name, "xw_plus_b", [x, weights, biases]) as scope:
        x, weights, biases = _layer_inputs(x, weights, biases)
        return bias_add(math_ops.matmul(x, weights), biases, name=scope)


def xw_plus_b_v1(x, weights, biases, name=None):
    """``xw_plus_b`` with ``bias_add_v1``."""
    with name_scope(name, "xw_plus_b_v1", [x, weights, biases]) as scope:
        x, weights, biases = _layer_inputs(x, weights, biases)
        return bias_add_v1(math_ops.matmul(x, weights), biases, name=scope)


def relu_layer(x, weights, biases, name=None):
    """``relu(matmul(x, weights) + biases)``.

    Args:
      x: [batch, in].  weights: [in, out].  biases: [out].
    """
    with name_scope(name, "relu_layer", [x, weights, biases]) as scope:
        x, weights, biases = _layer_inputs(x, weights, biases)
        return activation_ops.relu(bias_add(math_ops.matmul(x, weights), biases), name=scope)


def _layer_inputs(x, weights, biases):
    return (convert_to_tensor(x, name="x"), convert_to_tensor(weights, name="weights"),
            convert_to_tensor(biases, name="biases"))
