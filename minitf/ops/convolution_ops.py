"""Convolutions and pooling of any rank and with dilations, composed of the plain ones."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.framework.tensor_shape import as_shape, dimension_at_index
from minitf.ops import array_ops, conv_ops, pool_ops, volume_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.conv_ops import Conv2D, Conv2DBackpropInput
from minitf.ops.windows import padding_attrs, spatial_list

# ---- one dimension ----


def conv1d(value=None, filters=None, stride=None, padding=None, use_cudnn_on_gpu=None,
           data_format=None, name=None, input=None, dilations=None):
    """The convolution of sequences: ``conv2d`` of images that are one element high.

    Args:
      value: [batch, width, channels], floats; [batch, channels, width] for "NCW".
      filters: [width, channels, output channels].
      stride: a number.
      padding: "SAME" or "VALID".
      use_cudnn_on_gpu: does nothing here.
      data_format: "NWC" (or "NHWC"), the default, or "NCW" (or "NCHW").
      input: another name of ``value``.
      dilations: a number: how far elements of the filter are apart.

    Raises:
      ValueError: another data format; arguments or shapes that do not fit.
    """
    value = renamed_argument("input", input, "value", value)
    with name_scope(name, "conv1d", [value, filters]) as scope:
        data_format, axis = _sequence_format(data_format, ("NCW", "NCHW"), ("NWC", "NHWC"))
        last = axis == 1
        attrs = {"strides": [1, *spatial_list(stride, 1, last, "stride")],
                 "dilations": [1, *spatial_list(dilations, 1, last, "dilations")]}
        value = array_ops.expand_dims(value, axis)
        filters = array_ops.expand_dims(filters, 0)
        result = Conv2D(value, filters, padding=padding, data_format=data_format, name=scope,
                        use_cudnn_on_gpu=use_cudnn_on_gpu is not False, **attrs)
        return array_ops.squeeze(result, [axis])


def conv1d_transpose(input, filters, output_shape, strides, padding="SAME", data_format="NWC",
                     dilations=None, name=None):
    """The transpose of ``conv1d``, as ``conv2d_transpose`` is that of ``conv2d``.

    Args:
      input: [batch, width, channels], floats; [batch, channels, width] for "NCW".
      filters: [width, output channels, channels].
      output_shape: three numbers, or an int32 vector: the result's shape.
      strides, padding, data_format, dilations: those of ``conv1d``.
    """
    with name_scope(name, "conv1d_transpose", [input, filters, output_shape]) as scope:
        data_format, axis = _sequence_format(data_format, ("NCW",), ("NWC",))
        last = axis == 1
        attrs = {"strides": [1, *spatial_list(strides, 1, last, "stride")],
                 "dilations": [1, *spatial_list(dilations, 1, last, "dilations")]}
        input = array_ops.expand_dims(input, axis)
        filters = array_ops.expand_dims(filters, 0)
        if not isinstance(output_shape, Tensor):
            output_shape = list(output_shape)
        output_shape = array_ops.concat([output_shape[:axis], [1], output_shape[axis:]], 0)
        result = Conv2DBackpropInput(output_shape, filters, input, padding=padding,
                                     data_format=data_format, name=scope, **attrs)
        return array_ops.squeeze(result, axis)


def _sequence_format(data_format, channels_first, channels_last):
    """The format of the images that sequences are made, and the axis of their height."""
    if data_format is None or data_format in channels_last:
        return "NHWC", 1
    if data_format in channels_first:
        return "NCHW", 2
    raise ValueError('data_format must be "NWC" or "NCW".')


# ---- any rank, with dilations ----


def convolution(input, filter, padding, strides=None, dilation_rate=None, name=None,
                data_format=None, filters=None, dilations=None):
    """The convolution of sequences, images or volumes, with dilations by space-to-batch.

    Args:
      input: [batch, *spatial, channels], floats, with one to three spatial axes.
      filter: [*window, channels, output channels].
      padding: "SAME" or "VALID".
      strides: a number, or one for each spatial axis; 1 where a dilation is above 1.
      dilation_rate, dilations: a number, or one for each spatial axis.
      data_format: None, or as ``conv1d`` and ``conv2d`` have it.
      filters: another name of ``filter``.

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    filter = renamed_argument("filters", filters, "filter", filter)
    rate = renamed_argument("dilations", dilations, "dilation_rate", dilation_rate)
    rank = _spatial_rank(input, filter)
    last = data_format is None or not data_format.startswith("NC")
    strides = spatial_list(strides, rank, last, "strides")
    rate = spatial_list(rate, rank, last, "dilations")
    with name_scope(name, "convolution", [input, filter]) as scope:
        if all(item == 1 for item in rate):
            return _plain_convolution(input, filter, strides, padding, data_format, rate, scope)
        spatial = slice(1, -1) if last else slice(2, None)
        return _dilated_convolution(input, filter, strides[spatial], rate[spatial], padding,
                                    data_format, scope)


def _spatial_rank(input, filter):
    for value in (input, filter):
        rank = as_shape(value.shape).ndims
        if rank is not None:
            if not 3 <= rank <= 5:
                raise ValueError(f"Input tensor must be of rank 3, 4 or 5 but was {rank}.")
            return rank - 2
    raise ValueError("rank of input or filter must be known")


def _plain_convolution(input, filter, strides, padding, data_format, dilations, name):
    if len(strides) == 3:
        return conv1d(input, filter, strides, padding=padding, data_format=data_format,
                      dilations=dilations, name=name)
    if len(strides) == 5:
        return volume_ops.conv3d(input, filter, strides, padding, data_format or "NDHWC", dilations,
                                 name)
    return Conv2D(input, filter, strides=strides, dilations=dilations,
                  data_format=data_format or "NHWC", name=name, **padding_attrs(padding))


def _dilated_convolution(input, filter, strides, rate, padding, data_format, name):
    convolve = convolution_plan(as_shape(input.shape), as_shape(filter.shape), strides, rate,
                                padding, data_format, name)
    return convolve(convert_to_tensor(input, name="input"), filter)


def convolution_plan(input_shape, filter_shape, strides, rate, padding, data_format, name=None):
    """A convolution for inputs of one shape: what can be made before there are tensors, is.

    Args:
      input_shape, filter_shape: TensorShapes.
      strides, rate: a number for each spatial axis.
      padding, data_format: those of ``convolution``.
      name: the convolutions' name.

    Returns:
      A function of (input, filter) that makes the convolution.

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    rank = (filter_shape.ndims or input_shape.ndims) - 2
    try:
        input_shape.with_rank(rank + 2)
    except ValueError:
        raise ValueError(f"input tensor must have rank {rank + 2}") from None
    last = data_format is None or not data_format.startswith("NC")
    channels = dimension_at_index(input_shape, rank + 1 if last else 1)
    if not channels.is_compatible_with(filter_shape[rank]):
        raise ValueError("number of input channels does not match corresponding dimension of "
                         f"filter, {channels} != {filter_shape[rank]}")
    strides, rate = _strides_and_rate(rank, strides, rate)
    strides = spatial_list(strides.tolist(), rank, last, "strides")
    apply = _space_to_batch_plan(input_shape, rate, padding, filter_shape, None, data_format)

    def convolve(input, filter):
        def plain(converted, _, padding):
            return _plain_convolution(converted, filter, strides, padding, data_format,
                                      [1] * (rank + 2), name)

        result = apply(input, plain)
        if not last and result.shape._dims is not None and not result.shape._dims[1]:
            result.set_shape([result.shape._dims[0], filter.shape[-1], *result.shape._dims[2:]])
        return result

    return convolve


def _strides_and_rate(rank, strides, rate):
    """Strides and dilation rates as arrays, checked to go together."""
    checked = []
    for name, values in (("dilation_rate", rate), ("strides", strides)):
        values = [1] * rank if values is None else values
        if len(values) != rank:
            raise ValueError(f"len({name})={len(values)} but should be {rank}")
        values = np.array(values, dtype=np.int32)
        if (values < 1).any():
            raise ValueError(f"all values of {name} must be positive")
        checked.append(values)
    rate, strides = checked
    if (strides > 1).any() and (rate > 1).any():
        raise ValueError("strides > 1 not supported in conjunction with dilation_rate > 1")
    return strides, rate


def atrous_conv2d(value, filters, rate, padding, name=None):
    """``convolution`` of images with the same dilation along both axes.

    Args:
      value: [batch, height, width, channels], floats.
      filters: [height, width, channels, output channels].
      rate: a number.
      padding: "SAME" or "VALID".
    """
    return convolution(value, filters, padding, dilation_rate=np.broadcast_to(rate, (2,)),
                       name=name)


def atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None):
    """The transpose of ``atrous_conv2d``, as ``conv2d_transpose`` is that of ``conv2d``.

    Args:
      value: [batch, height, width, channels], floats.
      filters: [height, width, output channels, channels].
      output_shape: four numbers, or an int32 vector: the result's shape.
      rate: a number: how far elements of the filter are apart.
      padding: "SAME" or "VALID".

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    with name_scope(name, "atrous_conv2d_transpose", [value, filters, output_shape]):
        value = convert_to_tensor(value, name="value")
        filters = convert_to_tensor(filters, name="filters")
        if not value.shape[3].is_compatible_with(filters.shape[3]):
            raise ValueError("value's input channels does not match filters' input channels, "
                             f"{value.shape[3]} != {filters.shape[3]}")
        if rate < 1:
            raise ValueError(f"rate {rate} cannot be less than one")
        if rate == 1:
            return conv_ops.conv2d_transpose(value, filters, output_shape, [1, 1, 1, 1],
                                             padding=padding, data_format="NHWC")
        shape = convert_to_tensor(output_shape, name="output_shape").shape
        if not shape.is_compatible_with([4]):
            raise ValueError(f"output_shape must have shape (4,), got {shape}")
        if not isinstance(output_shape, Tensor):
            output_shape = list(output_shape)
            if not filters.shape[2].is_compatible_with(output_shape[3]):
                raise ValueError("output_shape does not match filter's output channels, "
                                 f"{output_shape[3]} != {filters.shape[2]}")
        pads = _transposed_pads(filters, rate, padding)
        sizes = [output_shape[axis] + before + after
                 for axis, (before, after) in zip((1, 2), pads)]
        # More padding, so that the rate divides the sizes.
        extra = [(rate - size % rate) % rate for size in sizes]
        value = array_ops.space_to_batch(value, [[0, more] for more in extra], block_size=rate)
        block_sizes = [rate * rate * output_shape[0],
                       *[(size + more) // rate for size, more in zip(sizes, extra)],
                       output_shape[3]]
        value = Conv2DBackpropInput(block_sizes, filters, value, strides=[1, 1, 1, 1],
                                    padding="VALID", data_format="NHWC")
        crops = [[before, after + more] for (before, after), more in zip(pads, extra)]
        return array_ops.batch_to_space(value, crops, block_size=rate)


def _transposed_pads(filters, rate, padding):
    """What the convolution, of which this is the transpose, adds before and after each axis."""
    if padding == "VALID":
        return [(0, 0), (0, 0)]
    if padding != "SAME":
        raise ValueError(f"padding must be either VALID or SAME: {padding}")
    if filters.shape.is_fully_defined():
        window = filters.shape.as_list()
    else:
        window = array_ops.shape(filters)
    window = [window[0], window[1]]
    extents = [count + (count - 1) * (rate - 1) for count in window]
    totals = [extent - 1 for extent in extents]
    pads = []
    for total in totals:
        before = total // 2
        pads.append((before, total - before))
    return pads


def conv_transpose(input, filters, output_shape, strides, padding="SAME", data_format=None,
                   dilations=None, name=None):
    """``conv1d_transpose``, ``conv2d_transpose`` or ``conv3d_transpose``, by the rank.

    Args:
      input: [batch, *spatial, channels], floats.
      filters: [*window, output channels, channels].
      output_shape: 3, 4 or 5 numbers, or an int32 vector of that known length.
      strides, padding, data_format, dilations: those of the function for that rank.

    Raises:
      ValueError: ``output_shape`` has another length.
    """
    with name_scope(name, "conv_transpose", [input, output_shape]) as scope:
        if isinstance(output_shape, Tensor):
            length = output_shape.shape._dims[0]
        elif hasattr(output_shape, "__len__"):
            length = len(output_shape)
        else:
            raise ValueError("output_shape must be a tensor or sized collection.")
        functions = {3: conv1d_transpose, 4: conv_ops.conv2d_transpose,
                     5: volume_ops.conv3d_transpose}
        if length not in functions:
            raise ValueError(f"output_shape must be of length 3, 4 or 5 but was {length}.")
        return functions[length](input, filters, output_shape, strides, padding=padding,
                                 data_format=data_format, dilations=dilations, name=scope)


# ---- pooling ----


def pool(input, window_shape, pooling_type, padding, dilation_rate=None, strides=None, name=None,
         data_format=None, dilations=None):
    """Pooling of sequences, images or volumes, with dilations by space-to-batch.

    Args:
      input: [batch, *spatial, channels], with one to three spatial axes.
      window_shape: a number for each spatial axis.
      pooling_type: "MAX" or "AVG".
      padding: "SAME" or, with dilations, only "VALID".
      dilation_rate, dilations: a number for each spatial axis.
      strides: a number for each spatial axis, at most that of the window.
      data_format: None, or as ``max_pool1d`` and ``max_pool`` have it.

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    rate = renamed_argument("dilations", dilations, "dilation_rate", dilation_rate)
    with name_scope(name, f"{pooling_type.lower()}_pool", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        rank = len(window_shape)
        if not 1 <= rank <= 3:
            raise ValueError("It is required that 1 <= num_spatial_dims <= 3.")
        input.shape.with_rank(rank + 2)
        strides, rate = _strides_and_rate(rank, strides, rate)
        if padding == "SAME" and (rate > 1).any():
            raise ValueError("pooling with SAME padding is not implemented for dilation_rate > 1")
        if (strides > window_shape).any():
            raise ValueError("strides > window_shape not supported due to inconsistency between "
                             "CPU and GPU implementations")
        if pooling_type not in ("MAX", "AVG"):
            raise ValueError(f"{rank}-D {pooling_type} pooling is not supported.")
        function = {("MAX", True): volume_ops.max_pool3d, ("AVG", True): volume_ops.avg_pool3d,
                    ("MAX", False): pool_ops.max_pool, ("AVG", False): pool_ops.avg_pool,
                    }[pooling_type, rank == 3]
        last = data_format is None or not data_format.startswith("NC")
        window = spatial_list(list(window_shape), rank, last, "window_shape")
        strides = spatial_list(strides.tolist(), rank, last, "strides")
        first = 1 if last else 2
        if rank == 1:
            window, strides = [1, *window], [1, *strides]
            data_format, _ = _sequence_format(data_format, ("NCW",), ("NWC",))

        def apply(converted, _, padding):
            if rank == 1:
                converted = array_ops.expand_dims(converted, first)
            result = function(converted, window, strides, padding, name=scope,
                              data_format=data_format)
            return array_ops.squeeze(result, [first]) if rank == 1 else result

        return with_space_to_batch(input, rate, padding, apply, filter_shape=window_shape,
                                   spatial_dims=range(first, first + rank))


# ---- dilations by space-to-batch ----


def with_space_to_batch(input, dilation_rate, padding, op, filter_shape=None, spatial_dims=None,
                        data_format=None):
    """Applies a windowed operation with dilations, though it knows none itself.

    Elements ``rate`` apart are gathered into images of their own, along the batch axis; there they
    are neighbours. With rates of 1 this is ``op(input, rank, padding)``.

    Args:
      input: [batch, *spatial, channels].
      dilation_rate: a number for each spatial axis.
      padding: "SAME" or "VALID".
      op: a function of (input, number of spatial axes, padding).
      filter_shape: the window's shape, for "SAME".
      spatial_dims: the spatial axes, ascending; by default those of ``data_format``.
      data_format: None or a format; one that starts with "NC" has the channels second.

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    input = convert_to_tensor(input, name="input")
    apply = _space_to_batch_plan(input.shape, dilation_rate, padding, filter_shape, spatial_dims,
                                 data_format)
    return apply(input, op)


def _space_to_batch_plan(input_shape, dilation_rate, padding, filter_shape, spatial_dims,
                         data_format):
    """What ``with_space_to_batch`` makes before it has the input; a function of (input, op).

    The function takes the sizes of ``input_shape`` where they are known.
    """
    rate = convert_to_tensor(dilation_rate, dtypes.int32, name="dilation_rate")
    if rate.shape.ndims not in (None, 1):
        raise ValueError("rate must be rank 1")
    if not rate.shape.is_fully_defined():
        raise ValueError("rate must have known shape")
    rank = rate.shape._dims[0]
    axes = _checked_axes(input_shape, rank, spatial_dims, data_format)
    known_rate = constant_value(rate)
    if known_rate is not None:
        if (known_rate < 1).any():
            raise ValueError("dilation_rate must be positive")
        if (known_rate == 1).all():
            return lambda input, op: op(input, rank, padding)
    base = _base_paddings(filter_shape, rank, rate if known_rate is None else known_rate, padding)

    def apply(input, op):
        paddings, crops = array_ops.required_space_to_batch_paddings(
            input_shape=_spatial_sizes(input, input_shape, axes), base_paddings=base,
            block_shape=rate)
        blocks, paddings, crops = (_for_all_axes(item, fill, axes)
                                   for item, fill in ((rate, 1), (paddings, 0), (crops, 0)))
        result = op(array_ops.space_to_batch_nd(input, blocks, paddings), rank, "VALID")
        return array_ops.batch_to_space_nd(result, blocks, crops)

    return apply


def _checked_axes(input_shape, rank, spatial_dims, data_format):
    first = 2 if data_format is not None and data_format.startswith("NC") else 1
    given = list(range(first, first + rank) if spatial_dims is None else spatial_dims)
    axes = sorted({int(axis) for axis in given})
    if axes != given or any(axis < 1 for axis in axes):
        raise ValueError("spatial_dims must be a montonically increasing sequence of positive "
                         "integers")
    least_rank = axes[-1] + (2 - first)
    try:
        input_shape.with_rank_at_least(least_rank)
    except ValueError:
        raise ValueError(f"input tensor must have rank {least_rank} at least") from None
    return axes


def _base_paddings(filter_shape, rank, rate, padding):
    """What to pad for the sake of the window; [rank, 2]."""
    if padding == "VALID":
        return np.zeros([rank, 2], np.int32)
    if padding != "SAME":
        raise ValueError(f"Invalid padding method {padding!r}")
    if filter_shape is None:
        raise ValueError("filter_shape must be specified for SAME padding")
    filter_shape = convert_to_tensor(filter_shape, name="filter_shape")
    known = constant_value(filter_shape)
    window = (filter_shape if known is None else known)[:rank]
    extent = window + (window - 1) * (rate - 1)
    total = extent - 1
    before = total // 2
    after = total - before
    return array_ops.stack([[before[i], after[i]] for i in range(rank)])


def _spatial_sizes(input, input_shape, axes):
    dims = input_shape._dims
    if dims is not None and None not in [dims[axis] for axis in axes]:
        return [dims[axis] for axis in axes]
    shape = array_ops.shape(input)
    return array_ops.stack([shape[axis] for axis in axes])


def _for_all_axes(values, fill, axes):
    """``values`` of the spatial axes, with ``fill`` for axes before and between them."""
    known = constant_value(values)
    values = values if known is None else known
    rest = values.shape.as_list()[1:] if known is None else list(known.shape[1:])
    dtype = values.dtype.as_numpy_dtype if known is None else known.dtype
    parts, done, i = [], 0, 0
    while i < len(axes):
        start = i
        if axes[start] > 1:
            parts.append(np.full([axes[start] - 1 - done, *rest], fill, dtype=dtype))
        while i + 1 < len(axes) and axes[i + 1] == axes[i] + 1:
            i += 1
        parts.append(values[start:i + 1])
        done = axes[i]
        i += 1
    return array_ops.concat(parts, 0) if known is None else np.concatenate(parts)
