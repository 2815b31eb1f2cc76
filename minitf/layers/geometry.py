"""Sizes, windows and formats of convolution and pooling layers."""


def one_for_each(value, count, name):
    """A tuple of ``count`` integers: given as such, or as one for all.

    Raises:
      ValueError: it is neither.
    """
    if isinstance(value, int):
        return (value,) * count
    message = f"The `{name}` argument must be a tuple of {count} integers. Received: {value}"
    try:
        values = tuple(value)
    except TypeError:
        raise ValueError(message) from None
    if len(values) != count:
        raise ValueError(message)
    for item in values:
        try:
            int(item)
        except (ValueError, TypeError):
            raise ValueError(f"{message} including element {item} of type {type(item)}") from None
    return values


def checked_padding(value):
    """A padding in lower case; a list of paddings as it is."""
    if isinstance(value, (list, tuple)):
        return value
    padding = value.lower()
    if padding not in ("valid", "same", "causal"):
        raise ValueError('The `padding` argument must be a list/tuple or one of "valid", "same" '
                         f'(or "causal", only for `Conv1D). Received: {padding}')
    return padding


def checked_data_format(value):
    """"channels_first" or "channels_last" (the default, for None)."""
    data_format = "channels_last" if value is None else value.lower()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError('The `data_format` argument must be one of "channels_first", '
                         f'"channels_last". Received: {value}')
    return data_format


_LETTERS = {3: ("NWC", "NCW"), 4: ("NHWC", "NCHW"), 5: ("NDHWC", "NCDHW")}


def op_data_format(data_format, rank):
    """The ops' name of a data format: "NHWC" and the like."""
    return _LETTERS[rank][data_format == "channels_first"]


def channel_axis(data_format):
    return 1 if data_format == "channels_first" else -1


def spatial_slice(data_format):
    """The part of a shape that is spatial."""
    return slice(2, None) if data_format == "channels_first" else slice(1, -1)


def on_all_axes(values, data_format):
    """Numbers of the spatial axes, and 1 for batch and channels, in the format's order."""
    values = tuple(values)
    return (1, 1) + values if data_format == "channels_first" else (1,) + values + (1,)


def output_length(length, window, padding, stride, dilation=1):
    """How many places a window has along an axis of ``length`` elements (None: not known)."""
    if length is None:
        return None
    if padding == "valid":
        length -= window + (window - 1) * (dilation - 1) - 1
    return (length + stride - 1) // stride


def transposed_length(length, window, padding, stride, output_padding=None, dilation=1):
    """The length of which ``output_length`` makes ``length``: a number, a tensor or None.

    ``output_padding`` tells which, where there are several; by default the greatest.
    """
    if length is None:
        return None
    window = window + (window - 1) * (dilation - 1)
    if output_padding is not None:
        margin = window // 2 if padding == "same" else 0
        return (length - 1) * stride + window - 2 * margin + output_padding
    if padding == "same":
        return length * stride
    return length * stride + max(window - stride, 0)
