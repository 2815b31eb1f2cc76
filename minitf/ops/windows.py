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

    # ---- convolution ----

    def convolve(self, x, filter):
        """Each window of ``x`` times the filter: [batch, *outputs, output channels].

        Args:
          x: [batch, *sizes, channels].
          filter: [*window, channels, output channels].
        """
        matrix = _wide(as_rows(filter))
        output = np.empty((x.shape[0], *self.outputs, filter.shape[-1]), matrix.dtype)
        for images, columns in self._columns(_wide(x)):
            np.matmul(columns, matrix, out=as_rows(output[images]))
        return output.astype(x.dtype, copy=False)

    def filter_gradient(self, x, grad):
        """The gradient of ``convolve`` with respect to its filter, as rows of a matrix.

        Args:
          x: [batch, *sizes, channels].
          grad: the gradient of the output, [batch, *outputs, output channels].
        """
        x, wide = _wide(x), _wide(grad)
        total = np.zeros((int(np.prod(self.window)) * x.shape[-1], grad.shape[-1]), x.dtype)
        for images, columns in self._columns(x):
            total += np.matmul(columns.T, as_rows(wide[images]))
        return total.astype(grad.dtype, copy=False)

    def input_gradient(self, filter, grad):
        """The gradient of ``convolve`` with respect to ``x``: [batch, *sizes, channels].

        Args:
          filter: [*window, channels, output channels].
          grad: the gradient of the output, [batch, *outputs, output channels].
        """
        channels, output_channels = filter.shape[-2:]
        if output_channels <= 2 * channels and self._is_invertible():
            return self._inverse().convolve(grad, self._turned(filter))
        places = int(np.prod(self.window))
        matrix, wide = _wide(as_rows(filter)).T, _wide(grad)
        padded = self.zeros(grad.shape[0], channels, wide.dtype)
        for images in _blocks(grad.shape[0], int(np.prod(self.outputs)) * matrix.shape[1]):
            columns = np.matmul(as_rows(wide[images]), matrix)
            columns = columns.reshape(-1, *self.outputs, places, channels)
            for i, target in enumerate(self.places(padded[images])):
                target += columns[..., i, :]
        return self.unpadded(padded).astype(grad.dtype, copy=False)

    def _is_invertible(self):
        """Whether ``_inverse`` exists: no strides, and no more padding than a window covers."""
        return all(stride == 1 and max(pads) < (window - 1) * dilation + 1
                   for stride, pads, window, dilation
                   in zip(self.strides, self.pads, self.window, self.dilations))

    def _inverse(self):
        """The windows over the outputs that see each input once from every window it was in."""
        extents = [(window - 1) * dilation for window, dilation in zip(self.window, self.dilations)]
        pads = [(extent - before, extent - after)
                for extent, (before, after) in zip(extents, self.pads)]
        return Windows(self.outputs, self.window, self.strides, b"EXPLICIT", self.dilations, pads)

    def _turned(self, filter):
        """The filter with its window turned round, and its channels exchanged."""
        spatial = (slice(None, None, -1),) * len(self.window)
        return np.ascontiguousarray(np.swapaxes(filter[spatial], -1, -2))

    def _columns(self, x):
        """All windows of ``x`` as rows of matrices, for some images at a time.

        The matrix of all images would be many times as large as they are. This one stays in the
        cache while it is multiplied.

        Yields:
          A slice of the batch, and [images * outputs, window * channels], to be used at once.
        """
        padded = self.padded(x)
        batch, steps = padded.shape[0], padded.strides
        shape = (batch, *self.outputs, *self.window, padded.shape[-1])
        along = [step * stride for step, stride in zip(steps[1:-1], self.strides)]
        within = [step * dilation for step, dilation in zip(steps[1:-1], self.dilations)]
        view = np.lib.stride_tricks.as_strided(
            padded, shape, (steps[0], *along, *within, steps[-1]), writeable=False)
        rows, width = int(np.prod(self.outputs)), int(np.prod(shape[1 + len(self.sizes):]))
        if int(np.prod(self.window)) == 1:
            yield slice(0, batch), view.reshape(batch * rows, width)
            return
        blocks = _blocks(batch, rows * width)
        buffer = np.empty((blocks[0].stop if blocks else 0, *shape[1:]), x.dtype)
        for images in blocks:
            columns = buffer[:images.stop - images.start]
            np.copyto(columns, view[images])
            yield images, columns.reshape(len(columns) * rows, width)

    # ---- pooling ----

    def parts(self, x):
        """For each place of the window, in row-major order, the windows that see ``x`` there.

        Places in the padding are left out, so that nothing needs to be padded.

        Yields:
          Two indices: into an array [batch, *outputs, channels], and into one like ``x``.
        """
        for place in itertools.product(*map(range, self.window)):
            outputs, inputs = [slice(None)], [slice(None)]
            for axis, at in enumerate(place):
                stride, start = self.strides[axis], (at * self.dilations[axis]
                                                     - self.pads[axis][0])
                first = max(-(start // stride), 0)
                last = min((self.sizes[axis] - 1 - start) // stride, self.outputs[axis] - 1)
                count = max(last - first + 1, 0)
                begin = first * stride + start
                outputs.append(slice(first, first + count))
                inputs.append(slice(begin, begin + (count - 1) * stride + 1 if count else begin,
                                    stride))
            yield tuple(outputs), tuple(inputs)

    def largest(self, x):
        """The largest element of each window; padding does not count."""
        result = np.full((x.shape[0], *self.outputs, x.shape[-1]), _lowest(x.dtype), x.dtype)
        for outputs, inputs in self.parts(x):
            np.maximum(result[outputs], x[inputs], out=result[outputs])
        return result

    def first_largest(self, x):
        """For each window the place, counted in row-major order, of its (first) largest element.

        It is how many places come before; a window of NaN is given its last place.
        """
        largest = self.largest(x)
        before = np.ones(largest.shape, bool)
        found = np.zeros(largest.shape, np.min_scalar_type(int(np.prod(self.window))))
        for outputs, inputs in self.parts(x):
            before[outputs] &= x[inputs] != largest[outputs]
            found += before
        return np.minimum(found, int(np.prod(self.window)) - 1, out=found)

    def at_places(self, x, found):
        """For each window the element of ``x`` at the place that ``found`` tells."""
        result = np.zeros(found.shape, x.dtype)
        for i, (outputs, inputs) in enumerate(self.parts(x)):
            result[outputs] += _masked(x[inputs], found[outputs] == i)
        return result

    def to_places(self, grad, found):
        """The transpose of ``at_places``: each window's number is added where ``found`` tells."""
        result = np.zeros((grad.shape[0], *self.sizes, grad.shape[-1]), grad.dtype)
        for i, (outputs, inputs) in enumerate(self.parts(result)):
            result[inputs] += _masked(grad[outputs], found[outputs] == i)
        return result

    def mean(self, x):
        """The mean of each window; padding does not count."""
        total = np.zeros((x.shape[0], *self.outputs, x.shape[-1]), x.dtype)
        for outputs, inputs in self.parts(x):
            total[outputs] += x[inputs]
        return self._shared(total)

    def spread(self, grad, channels):
        """The gradient of ``mean``: each window's gradient in equal shares to its elements."""
        share = self._shared(grad)
        result = np.zeros((grad.shape[0], *self.sizes, channels), grad.dtype)
        for outputs, inputs in self.parts(result):
            result[inputs] += share[outputs]
        return result

    def _shared(self, total):
        """``total`` divided by how many elements that are not padding each window has."""
        counts = np.zeros((1, *self.outputs, 1), total.dtype)
        for outputs, _ in self.parts(counts):
            counts[outputs] += total.dtype.type(1)
        return total / counts


# Elements of a matrix of columns: 2 MB of float32, which a processor's second cache holds.
_BLOCK = 1 << 19


def _blocks(batch, elements):
    """Slices of a batch, of so many images that their ``elements`` each are about _BLOCK."""
    images = max(1, _BLOCK // max(elements, 1))
    return [slice(start, min(start + images, batch)) for start in range(0, batch, images)]


def _wide(array):
    """``array``; as float32 if it is float16, whose products and sums would be inexact and slow."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


def _masked(array, mask):
    """``np.where(mask, array, 0)`` on the bits of the numbers: five times as fast.

    A branch for each element cannot be predicted, and a product would make NaN of infinity.
    """
    bits = array.view(f"i{array.itemsize}")
    return (bits & np.negative(mask.view(np.int8), dtype=bits.dtype)).view(array.dtype)


def as_rows(array):
    """All axes but the last flattened into one."""
    return array.reshape(int(np.prod(array.shape[:-1])), array.shape[-1])


def _lowest(dtype):
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min
