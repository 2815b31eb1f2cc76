"""Windows that slide over the spatial axes of images: what convolutions and pooling have in common.

Arrays are [batch, *spatial, channels], with any number of spatial axes. A window covers, along each
spatial axis, ``window`` places that are ``dilation`` apart, and moves on by ``stride``.
"""

import itertools

import numpy as np

from minitf.framework import errors
from minitf.ops.common_shapes import add_dims, subtract_dims

# ---- arguments ----


def spatial_list(value, rank, channels_last, name):
    """An argument for each axis, from one for each spatial axis or one for all.

    Args:
      value: a number, or a list of 1, ``rank`` or ``rank + 2`` of them; None stands for 1.
      rank: the number of spatial axes.
      channels_last: False when channels follow the batch axis.
      name: the argument's name, for the message.

    Raises:
      ValueError: a list of another length.
    """
    value = [1] if value is None else value
    value = list(value) if hasattr(value, "__len__") else [value]
    if len(value) == rank + 2:
        return value
    if len(value) == 1:
        value = value * rank
    if len(value) != rank:
        raise ValueError(f"{name} should be of length 1, {rank} or {rank + 2} but was {len(value)}")
    return [1, *value, 1] if channels_last else [1, 1, *value]


def padding_attrs(padding):
    """The attributes ``padding`` and ``explicit_paddings`` of a padding of two-dimensional images.

    Args:
      padding: "SAME", "VALID", or a list of four pairs: what to add before and after each axis.

    Raises:
      ValueError: a list of another form.
    """
    if padding == "EXPLICIT":
        raise ValueError('"EXPLICIT" is not a valid value for the padding parameter. To use '
                         "explicit padding, the padding parameter must be a list.")
    if not isinstance(padding, (list, tuple)):
        return {"padding": padding, "explicit_paddings": []}
    for i, pair in enumerate(padding):
        text = (f"When padding is a list, each element of padding must be a list/tuple of size 2. "
                f"Element with index {i} of padding ")
        if not isinstance(pair, (list, tuple)):
            raise ValueError(text + "is not a list/tuple")
        if len(pair) != 2:
            raise ValueError(text + f"has size {len(pair)}")
    if len(padding) != 4:
        raise ValueError("When padding is a list, it must be of size 4. Got padding of size: "
                         f"{len(padding)}")
    return {"padding": "EXPLICIT", "explicit_paddings": [n for pair in padding for n in pair]}


def spatial_axes(rank, data_format):
    """The spatial axes, and the axis of the channels, of a tensor with ``rank`` spatial axes."""
    if data_format.startswith(b"NC"):
        return range(2, rank + 2), 1
    return range(1, rank + 1), rank + 1


# ---- static shapes ----


def output_dim(size, window, stride, padding, dilation=1, explicit=(0, 0)):
    """How many windows fit along an axis, from dimensions that may be unknown (None).

    Raises:
      ValueError: not even one does; a stride or dilation below 1.
    """
    if stride <= 0:
        raise ValueError(f"Stride must be > 0, but got {stride}")
    if dilation < 1:
        raise ValueError(f"Dilation rate must be >= 1, but got {dilation}")
    if padding == b"SAME":
        return None if size is None else -(-size // stride)
    size = add_dims(size, sum(explicit))
    extent = None if window is None else (window - 1) * dilation + 1
    rest = subtract_dims(size, extent)
    return None if rest is None else (rest + stride) // stride


# ---- arrays ----


class Windows:
    """The windows over arrays of one size.

    Attributes:
      outputs: the number of windows along each spatial axis.
      pads: for each spatial axis how much is added before and after it.

    Args:
      sizes: the lengths of the spatial axes.
      window, strides, dilations: for each spatial axis; dilations are 1 by default.
      padding: b"SAME" (as many outputs as strides fit), b"VALID" (no padding) or b"EXPLICIT".
      explicit: the pads of explicit padding.

    Raises:
      InvalidArgumentError: a window does not fit.
    """

    def __init__(self, sizes, window, strides, padding, dilations=None, explicit=()):
        self.sizes = sizes
        self.window = window
        self.strides = strides
        self.dilations = dilations or (1,) * len(sizes)
        self.outputs, self.pads = [], []
        for i, size in enumerate(sizes):
            extent = (window[i] - 1) * self.dilations[i] + 1
            stride = strides[i]
            if padding == b"SAME":
                output = -(-size // stride)
                total = max((output - 1) * stride + extent - size, 0)
                pads = (total // 2, total - total // 2)
            else:
                pads = explicit[i] if explicit else (0, 0)
                # Truncated towards zero, as C++ divides: a window a little too large fits 0 times.
                output = int((size + sum(pads) - extent + stride) / stride)
                if output < 0:
                    raise errors.InvalidArgumentError(
                        None, None, f"Computed output size would be negative: {output} "
                        f"[input_size: {size + sum(pads)}, effective_filter_size: {extent}, "
                        f"stride: {stride}]")
            self.outputs.append(output)
            self.pads.append(pads)

    def padded(self, x, value=0):
        """``x`` with the pads, filled with ``value``."""
        if not any(map(any, self.pads)):
            return x
        return np.pad(x, [(0, 0), *self.pads, (0, 0)], constant_values=value)

    def zeros(self, batch, channels, dtype):
        """An array of zeros in the shape of padded input."""
        sizes = [size + sum(pads) for size, pads in zip(self.sizes, self.pads)]
        return np.zeros((batch, *sizes, channels), dtype)

    def unpadded(self, padded):
        """``padded`` without the pads: a view."""
        return padded[(slice(None), *(slice(before, before + size)
                                      for size, (before, _) in zip(self.sizes, self.pads)))]

    def places(self, padded):
        """For each place of the window, in row-major order, what all windows see there.

        Yields:
          Views of ``padded``, [batch, *outputs, channels].
        """
        for place in itertools.product(*map(range, self.window)):
            starts = [at * dilation for at, dilation in zip(place, self.dilations)]
            yield padded[(slice(None), *(
                slice(start, start + (count - 1) * stride + 1 if count else start, stride)
                for start, count, stride in zip(starts, self.outputs, self.strides)))]

    def columns(self, x):
        """All windows of ``x``, as the rows of a matrix: [batch * outputs, window * channels]."""
        padded = self.padded(x)
        rank = len(self.sizes)
        batch, steps = padded.shape[0], padded.strides
        shape = (batch, *self.outputs, *self.window, padded.shape[-1])
        along = [step * stride for step, stride in zip(steps[1:-1], self.strides)]
        within = [step * dilation for step, dilation in zip(steps[1:-1], self.dilations)]
        view = np.lib.stride_tricks.as_strided(
            padded, shape, (steps[0], *along, *within, steps[-1]), writeable=False)
        rows = batch * int(np.prod(self.outputs))
        return view.reshape(rows, int(np.prod(shape[rank + 1:])))

    def from_columns(self, columns, batch):
        """The sum of all windows, each put back where ``columns`` took it from."""
        places = int(np.prod(self.window))
        channels = columns.shape[1] // max(places, 1)
        columns = columns.reshape(batch, *self.outputs, places, channels)
        padded = self.zeros(batch, channels, columns.dtype)
        for i, target in enumerate(self.places(padded)):
            target += columns[..., i, :]
        return self.unpadded(padded)

    # ---- pooling ----

    def largest(self, x):
        """The largest element of each window; padding does not count."""
        places = self.places(self.padded(x, _lowest(x.dtype)))
        result = next(places).copy()
        for here in places:
            np.maximum(result, here, out=result)
        return result

    def first_largest(self, x):
        """For each window the place, counted in row-major order, of its (first) largest element."""
        places = self.places(self.padded(x, _lowest(x.dtype)))
        largest = next(places).copy()
        found = np.zeros(largest.shape, np.min_scalar_type(int(np.prod(self.window))))
        for i, here in enumerate(places, 1):
            larger = here > largest
            np.copyto(found, i, where=larger)
            np.copyto(largest, here, where=larger)
        return found

    def at_places(self, x, found):
        """For each window the element of ``x`` at the place that ``found`` tells."""
        result = np.zeros(found.shape, x.dtype)
        for i, here in enumerate(self.places(self.padded(x))):
            np.copyto(result, here, where=found == i)
        return result

    def mean(self, x):
        """The mean of each window; padding does not count."""
        return self._shared(sum(self.places(self.padded(x))))

    def spread(self, grad, channels):
        """The gradient of ``mean``: each window's gradient in equal shares to its elements."""
        share = self._shared(grad)
        padded = self.zeros(grad.shape[0], channels, grad.dtype)
        for target in self.places(padded):
            target += share
        return self.unpadded(padded)

    def _shared(self, total):
        """``total`` divided by how many elements that are not padding each window has."""
        inside = self.padded(np.ones((1, *self.sizes, 1), np.float32))
        counts = sum(self.places(inside))
        return np.divide(total, counts, dtype=total.dtype, casting="same_kind")


def as_rows(array):
    """All axes but the last flattened into one."""
    return array.reshape(int(np.prod(array.shape[:-1])), array.shape[-1])


def _lowest(dtype):
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min
