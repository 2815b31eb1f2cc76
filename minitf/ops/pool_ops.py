"""Pooling: the largest element, or the mean, of each window of an image."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import static_shape
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, volume_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import merge_shapes, with_rank
from minitf.ops.windows import Windows, output_dim, spatial_axes, spatial_list

_REAL = "float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"
_WINDOW = ("ksize: list(int) >= 4, strides: list(int) >= 4, padding: string in {'SAME', 'VALID'}, ")
_FORMAT = "data_format: string in {'NHWC', 'NCHW'} = 'NHWC'"

# ---- public functions ----


def max_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    """The largest element of each window (TF op: MaxPool).

    Args:
      value: [batch, height, width, channels], real numbers.
      ksize: the size of the window: a number, or a list of 1, 2 or 4.
      strides: how far the window moves on, in the same forms.
      padding: "SAME" (windows reach over the edges) or "VALID".
      data_format: "NHWC"; "NCHW" fails when it runs, as it does on TensorFlow's CPU.
      input: another name of ``value``.

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    value = renamed_argument("input", input, "value", value)
    with name_scope(name, "MaxPool", [value]) as scope:
        window = _window(ksize, strides, padding, data_format)
        if 0 in window["ksize"]:
            raise ValueError("ksize cannot be zero.")
        return MaxPool(value, name=scope, **window)


def avg_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    """The mean of each window, padding not counted (TF op: AvgPool).

    Args:
      value: [batch, height, width, channels], floats; the others are those of ``max_pool``.
    """
    with name_scope(name, "AvgPool", [value]) as scope:
        value = renamed_argument("input", input, "value", value)
        return AvgPool(value, name=scope, **_window(ksize, strides, padding, data_format))


def _window(ksize, strides, padding, data_format):
    data_format = data_format or "NHWC"
    last = not data_format.startswith("NC")
    return {"ksize": spatial_list(ksize, 2, last, "ksize"),
            "strides": spatial_list(strides, 2, last, "strides"),
            "padding": padding, "data_format": data_format}


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """``max_pool``, which checks no window of size 0; the arguments are the same."""
    with name_scope(name, "MaxPool2d", [input]) as scope:
        return MaxPool(input, name=scope, **_window(ksize, strides, padding, data_format))


def max_pool_v2(input, ksize, strides, padding, data_format=None, name=None):
    """``max_pool1d``, ``max_pool`` or ``max_pool3d``, by the rank of ``input``.

    Args:
      input: a tensor of known rank, 3, 4 or 5.
      ksize, strides, padding, data_format: those of the function for that rank.

    Raises:
      ValueError: another rank.
    """
    return _pool_by_rank(max_pool1d, MaxPool, volume_ops.MaxPool3D, input, ksize, strides, padding,
                         data_format, name)


def avg_pool_v2(input, ksize, strides, padding, data_format=None, name=None):
    """``avg_pool1d``, ``avg_pool`` or ``avg_pool3d``; arguments as in ``max_pool_v2``."""
    return _pool_by_rank(avg_pool1d, AvgPool, volume_ops.AvgPool3D, input, ksize, strides, padding,
                         data_format, name)


def _pool_by_rank(of_rows, of_images, of_volumes, input, ksize, strides, padding, data_format,
                  name):
    rank = len(input.shape) - 2
    if not 1 <= rank <= 3:
        raise ValueError(f"Input tensor must be of rank 3, 4 or 5 but was {rank + 2}.")
    last = data_format is None or not data_format.startswith("NC")
    ksize = spatial_list(ksize, rank, last, "ksize")
    strides = spatial_list(strides, rank, last, "strides")
    if rank == 1:
        return of_rows(input, ksize, strides, padding, data_format, name)
    function = of_images if rank == 2 else of_volumes
    return function(input, ksize=ksize, strides=strides, padding=padding, name=name,
                    data_format=data_format or ("NHWC" if rank == 2 else "NDHWC"))


def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """``max_pool`` of [batch, width, channels] ("NWC") or [batch, channels, width] ("NCW")."""
    return _pool1d(MaxPool, "MaxPool1d", input, ksize, strides, padding, data_format, name)


def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """``avg_pool`` of [batch, width, channels] ("NWC") or [batch, channels, width] ("NCW")."""
    return _pool1d(AvgPool, "AvgPool1D", input, ksize, strides, padding, data_format, name)


def _pool1d(op_type, default_name, input, ksize, strides, padding, data_format, name):
    """Pools images that are one element high."""
    with name_scope(name, default_name, [input]) as scope:
        data_format = data_format or "NWC"
        last = not data_format.startswith("NC")
        axis = 1 if last else 2
        input = array_ops.expand_dims(input, axis)
        result = op_type(input, ksize=[1, *spatial_list(ksize, 1, last, "ksize")],
                         strides=[1, *spatial_list(strides, 1, last, "strides")], padding=padding,
                         data_format="NHWC" if last else "NCHW", name=scope)
        return array_ops.squeeze(result, axis)


def max_pool_with_argmax(input, ksize, strides, padding, data_format="NHWC", Targmax=None,
                         name=None, output_dtype=None, include_batch_in_index=False):
    """``max_pool``, and where the largest elements are (TF op: MaxPoolWithArgmax).

    Args:
      input, ksize, strides, padding: those of ``max_pool``; lists of 4.
      data_format: "NHWC".
      Targmax, output_dtype: the dtype of indices, int64 by default.
      include_batch_in_index: indices are places in the flattened input, not in flattened images.

    Returns:
      A namedtuple (output, argmax).

    Raises:
      ValueError: another data format; arguments or shapes that do not fit.
    """
    if data_format != "NHWC":
        raise ValueError("Data formats other than 'NHWC' are not yet supported")
    dtype = renamed_argument("output_dtype", output_dtype, "Targmax", Targmax) or dtypes.int64
    return MaxPoolWithArgmax(input, ksize=ksize, strides=strides, padding=padding, Targmax=dtype,
                             include_batch_in_index=include_batch_in_index, name=name)


# ---- shapes ----


def _pooled(input, ksize, strides, padding, data_format, name, pool_channels):
    input = with_rank(input.shape, 4)._dims
    for label, values in (("stride", strides), ("ksize", ksize)):
        if len(values) != 4:
            raise ValueError(f"{name} requires the {label} attribute to contain 4 values, but got "
                             f"{len(values)}")
    spatial, channel_axis = spatial_axes(2, data_format)
    output = list(input)
    for axis in [*spatial, channel_axis] if pool_channels else spatial:
        output[axis] = output_dim(input[axis], ksize[axis], strides[axis], padding)
    return TensorShape(output)


# ---- what kernels share ----


def _windows(name, shape, ksize, strides, padding, data_format=b"NHWC"):
    """The windows over images of ``shape``.

    Raises:
      InvalidArgumentError, UnimplementedError: what pooling cannot do.
    """
    if data_format != b"NHWC":
        raise errors.InvalidArgumentError(
            None, None, f"Default {name}Op only supports NHWC on device type CPU")
    if ksize[0] != 1 or strides[0] != 1:
        raise errors.UnimplementedError(
            None, None, "Pooling is not yet supported on the batch dimension.")
    if len(shape) != 4:
        raise errors.InvalidArgumentError(
            None, None, f"tensor_in_shape must have 2 spatial dimensions. {len(shape)} 0")
    if ksize[3] != 1:
        _check_channel_window(shape[3], ksize, strides)
    return Windows(shape[1:3], ksize[1:3], strides[1:3], padding)


def _check_channel_window(depth, ksize, strides):
    """A window over channels must be that alone, and divide them."""
    message = None
    if ksize[1] != 1 or ksize[2] != 1:
        message = ("MaxPooling supports exactly one of pooling across depth or pooling across "
                   "width/height.")
    elif depth % ksize[3]:
        message = "Depthwise max pooling requires the depth window to evenly divide the input depth"
    elif ksize[3] != strides[3]:
        message = "Depthwise max pooling requires the depth window to equal the depth stride"
    if message:
        raise errors.UnimplementedError(None, None, message)


# ---- MaxPool ----

MaxPool = op(f"MaxPool(input: T; T: type = float, {_WINDOW}"
             " data_format: string in {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC') -> (output: T)",
             T="half bfloat16 float double int32 int64 uint8 int16 int8 uint16 qint8")


@MaxPool.shape
def _(input, ksize, strides, padding, data_format):
    return _pooled(input, ksize, strides, padding, data_format, "MaxPool", True)


@MaxPool.kernel
def _(input, ksize, strides, padding, data_format):
    windows = _windows("MaxPooling", np.shape(input), ksize, strides, padding, data_format)
    if ksize[3] != 1:
        return input.reshape(*input.shape[:3], input.shape[3] // ksize[3], ksize[3]).max(axis=4)
    return windows.largest(input)


def _attrs(op):
    return {name: op._attrs[name] for name in ("ksize", "strides", "padding", "data_format")}


@MaxPool.gradient
def _(op, grad):
    return MaxPoolGrad(op.inputs[0], op.outputs[0], grad, **_attrs(op))


# ---- MaxPoolGrad, MaxPoolGradGrad ----

MaxPoolGrad = op(f"MaxPoolGrad(orig_input: T, orig_output: T, grad: T; {_WINDOW}{_FORMAT},"
                 " T: type = float) -> (output: T)", T=_REAL)
MaxPoolGradGrad = op(f"MaxPoolGradGrad(orig_input: T, orig_output: T, grad: T; {_WINDOW}{_FORMAT},"
                     " T) -> (output: T)", T=_REAL)


@MaxPoolGrad.shape
def _(orig_input):
    return with_rank(orig_input.shape, 4)


@MaxPoolGrad.kernel
def _(orig_input, orig_output, grad, ksize, strides, padding, data_format):
    """The gradient of a window goes to its first largest element."""
    _check_gradient_inputs("MaxPoolingGrad", orig_input, orig_output, grad, ksize)
    windows = _windows("MaxPoolingGrad", orig_input.shape, ksize, strides, padding, data_format)
    return windows.to_places(grad, windows.first_largest(orig_input))


def _check_gradient_inputs(name, orig_input, orig_output, grad, ksize):
    for label, array in (("tensor_in", orig_input), ("tensor_out", orig_output),
                         ("out_backprop", grad)):
        if np.ndim(array) != 4:
            raise errors.InvalidArgumentError(None, None, f"{label} must be 4-dimensional")
    _check_no_depth(name, ksize)


def _check_no_depth(name, ksize):
    if ksize[3] != 1:
        raise errors.UnimplementedError(
            None, None, f"{name} is not yet supported on the depth dimension.")


def _gradient_of_gradient(back):
    """The second derivative: of the window's gradient; where the largest elements are is fixed."""
    def rule(op, grad):
        x, y = op.inputs[:2]
        return (array_ops.zeros(shape=array_ops.shape(x), dtype=x.dtype),
                array_ops.zeros(shape=array_ops.shape(y), dtype=y.dtype),
                back()(x, y, grad, **_attrs(op)))

    return rule


MaxPoolGrad.gradient(_gradient_of_gradient(lambda: MaxPoolGradGrad))
MaxPoolGradGrad.gradient(_gradient_of_gradient(lambda: MaxPoolGrad))


@MaxPoolGradGrad.shape
def _(orig_input, orig_output, grad, ksize, strides, padding, data_format):
    output = _pooled(orig_input, ksize, strides, padding, data_format, "MaxPool", True)
    merge_shapes(orig_input.shape, grad.shape)
    merge_shapes(orig_output.shape, output)
    return output


@MaxPoolGradGrad.kernel
def _(orig_input, orig_output, grad, ksize, strides, padding, data_format):
    """For each window the element of ``grad`` where the largest element of the input is."""
    _check_gradient_inputs("MaxPoolingGradGrad", orig_input, orig_output, grad, ksize)
    windows = _windows("MaxPoolingGradGrad", orig_input.shape, ksize, strides, padding, data_format)
    return windows.at_places(grad, windows.first_largest(orig_input))


# ---- MaxPoolWithArgmax ----

MaxPoolWithArgmax = op(
    "MaxPoolWithArgmax(input: T; ksize: list(int) >= 4, strides: list(int) >= 4,"
    " Targmax: type = int64, padding: string in {'SAME', 'VALID'},"
    " include_batch_in_index: bool = False, T) -> (output: T, argmax: Targmax)",
    T=_REAL, Targmax="int32 int64")
MaxPoolGradWithArgmax = op(
    "MaxPoolGradWithArgmax(input: T, grad: T, argmax: Targmax; ksize: list(int) >= 4,"
    " strides: list(int) >= 4, padding: string in {'SAME', 'VALID'},"
    " include_batch_in_index: bool = False, Targmax, T) -> (output: T)",
    T=_REAL, Targmax="int32 int64")


@MaxPoolWithArgmax.shape
def _(input, ksize, strides, padding):
    return [_pooled(input, ksize, strides, padding, b"NHWC", "MaxPool", True)] * 2


@MaxPoolWithArgmax.kernel
def _(input, ksize, strides, padding, include_batch_in_index, Targmax):
    _check_no_depth("MaxPoolWithArgmax", ksize)
    windows = _windows("MaxPooling", np.shape(input), ksize, strides, padding)
    found = windows.first_largest(input).astype(np.int64)
    batch, height, width, depth = input.shape
    # A window's place in the image is where it starts, plus the place in the window.
    top, left = windows.pads[0][0], windows.pads[1][0]
    rows = np.arange(windows.outputs[0])[:, np.newaxis, np.newaxis] * strides[1] - top
    columns = np.arange(windows.outputs[1])[:, np.newaxis] * strides[2] - left
    argmax = ((rows + found // ksize[2]) * width + columns + found % ksize[2]) * depth
    argmax += np.arange(depth)
    offset = np.arange(batch).reshape(-1, 1, 1, 1) * (height * width * depth)
    output = input.reshape(-1)[argmax + offset]
    return output, (argmax + offset * include_batch_in_index).astype(Targmax.as_numpy_dtype)


@MaxPoolWithArgmax.gradient
def _(op, grad, _):
    names = ("ksize", "strides", "padding", "include_batch_in_index")
    return MaxPoolGradWithArgmax(op.inputs[0], grad, op.outputs[1],
                                 **{name: op._attrs[name] for name in names})


@MaxPoolGradWithArgmax.shape
def _(input):
    return with_rank(input.shape, 4)


@MaxPoolGradWithArgmax.kernel
def _(input, grad, argmax, include_batch_in_index):
    if not include_batch_in_index:
        size = int(np.prod(input.shape[1:]))
        argmax = argmax + np.arange(input.shape[0]).reshape(-1, 1, 1, 1) * size
    output = np.zeros(input.size, grad.dtype)
    np.add.at(output, argmax.reshape(-1), grad.reshape(-1))
    return output.reshape(input.shape)


# ---- AvgPool, AvgPoolGrad ----

AvgPool = op(f"AvgPool(value: T; {_WINDOW}{_FORMAT}, T) -> (output: T)",
             T="half bfloat16 float double")
AvgPoolGrad = op(f"AvgPoolGrad(orig_input_shape: int32, grad: T; {_WINDOW}{_FORMAT}, T)"
                 " -> (output: T)", T="half bfloat16 float double")


@AvgPool.shape
def _(value, ksize, strides, padding, data_format):
    return _pooled(value, ksize, strides, padding, data_format, "AvgPool", False)


def _check_spatial(ksize, strides):
    if ksize[3] != 1 or strides[3] != 1:
        raise errors.UnimplementedError(
            None, None, "Non-spatial pooling is not yet supported. Volunteers? :)")


@AvgPool.kernel
def _(value, ksize, strides, padding, data_format):
    windows = _windows("AvgPooling", np.shape(value), ksize, strides, padding, data_format)
    _check_spatial(ksize, strides)
    return windows.mean(value)


@AvgPool.gradient
def _(op, grad):
    return AvgPoolGrad(array_ops.shape(op.inputs[0]), grad, **_attrs(op))


@AvgPoolGrad.shape
def _(orig_input_shape):
    return with_rank(static_shape(orig_input_shape), 4)


@AvgPoolGrad.kernel
def _(orig_input_shape, grad, ksize, strides, padding, data_format):
    if np.shape(orig_input_shape) != (4,):
        raise errors.InvalidArgumentError(
            None, None, "out_backprop must be 1-dimensional and 4 elements")
    shape = tuple(orig_input_shape.tolist())
    windows = _windows("AvgPoolingGrad", shape, ksize, strides, padding, data_format)
    _check_spatial(ksize, strides)
    return windows.spread(grad, shape[3])


@AvgPoolGrad.gradient
def _(op, grad):
    return array_ops.stop_gradient(op.inputs[0]), AvgPool(grad, **_attrs(op))
