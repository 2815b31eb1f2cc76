"""Pooling by ratios that are no integers: regions of random sizes, that differ by one at most.

Source: Graham 2014, "Fractional max-pooling".
"""

import math
import secrets

import numpy as np

from minitf.framework import errors
from minitf.framework.constant_folding import static_shape
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import philox
from minitf.ops.common_shapes import dims_or_unknown, with_rank

_NUMBERS = "float double int32 int64"
_ATTRS = ("pooling_ratio: list(float) >= 4, pseudo_random: bool = False, overlapping: bool = False,"
          " deterministic: bool = False, seed: int = 0, seed2: int = 0, T")
_RESULTS = "(output: T, row_pooling_sequence: int64, col_pooling_sequence: int64)"

# ---- public functions ----


def fractional_max_pool(value, pooling_ratio, pseudo_random=False, overlapping=False,
                        deterministic=False, seed=0, seed2=0, name=None):
    """The largest element of each of the regions into which images are cut at random.

    TF op: FractionalMaxPool. Rows are cut apart independently of columns.

    Args:
      value: [batch, height, width, channels], real numbers.
      pooling_ratio: [1.0, y, x, 1.0]: how many times smaller the result is, at least 1.
      pseudo_random: regions are made by rounding multiples of the ratio, moved by one random
        number; otherwise their sizes are shuffled.
      overlapping: regions share the rows and columns at which they touch.
      deterministic: cut the same way in each run.
      seed, seed2: seeds, if ``deterministic``.

    Returns:
      A namedtuple (output, row_pooling_sequence, col_pooling_sequence); the sequences are int64 and
      say where regions start, and where the last one ends.

    Raises:
      InvalidArgumentError: seeds without ``deterministic`` (at run time).
    """
    return FractionalMaxPool(value, pooling_ratio=pooling_ratio, pseudo_random=pseudo_random,
                             overlapping=overlapping, deterministic=deterministic, seed=seed,
                             seed2=seed2, name=name)


def fractional_avg_pool(value, pooling_ratio, pseudo_random=False, overlapping=False,
                        deterministic=False, seed=0, seed2=0, name=None):
    """The mean of each of the regions into which images are cut (TF op: FractionalAvgPool).

    Arguments and results are those of ``fractional_max_pool``.
    """
    return FractionalAvgPool(value, pooling_ratio=pooling_ratio, pseudo_random=pseudo_random,
                             overlapping=overlapping, deterministic=deterministic, seed=seed,
                             seed2=seed2, name=name)


# ---- sequences ----


def _sequences(shape, kind, ratios, pseudo_random, deterministic, seed, seed2, ctx):
    """Where the regions start along the rows and along the columns.

    Raises:
      InvalidArgumentError, UnimplementedError: what cannot be pooled.
    """
    if not deterministic and (seed or seed2):
        raise errors.InvalidArgumentError(
            None, None, "Both seed and seed2 should be 0 if deterministic is false.")
    if len(shape) != 4:
        raise errors.InvalidArgumentError(None, None, "tensor_in must be 4-dimensional")
    if len(ratios) != 4:
        raise errors.InvalidArgumentError(
            None, None, "pooling_ratio field must specify 4 dimensions")
    if ratios[0] != 1 or ratios[3] != 1:
        raise errors.UnimplementedError(
            None, None, f"Fractional {kind} pooling is not yet supported on the batch nor channel "
            "dimension.")
    if deterministic and not (seed or seed2):
        seed, seed2 = ctx.state(lambda: (secrets.randbits(63), secrets.randbits(63)))
    generator = philox.PhiloxRandom(seed, seed2)
    cut = _rounded_sizes if pseudo_random else _shuffled_sizes
    sequences = []
    for size, ratio in zip(shape[1:3], ratios[1:3]):
        count = _output_size(size, ratio)
        if count < 1:
            raise errors.InvalidArgumentError(
                None, None, f"pooling_ratio {ratio} leaves nothing of {size} rows or columns")
        sizes = cut(size, count, generator)
        sequences.append(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
    return sequences


def _output_size(size, ratio):
    return math.floor(np.float32(size) / np.float32(ratio))


def _shuffled_sizes(size, count, generator):
    """Sizes of ``count`` regions, the larger ones anywhere."""
    least, larger = divmod(size, count)
    sizes = np.full(count, least)
    sizes[:larger] += 1
    # The stream moves on by a word for each region, though the shuffle needs one less.
    stream = generator.reserve(-(-count // 4))
    return philox.shuffle(stream, sizes)


def _rounded_sizes(size, count, generator):
    """Sizes of ``count`` regions that end at ``ceil(ratio * (i + u))``, with one random ``u``.

    ``u`` is below 1, and so small that neither the first region nor the last is out of step.
    """
    ratio, least = size / count, size // count
    limit = min((least + 2) / ratio - 1, (size + 1 - least) / ratio - (count - 1))
    u = philox.unit_double(generator.draw(1))[0, 0] * limit
    ends = np.ceil(ratio * (np.arange(1, count) + u)).astype(np.int64)
    return np.diff(np.concatenate([[1], ends, [size + 1]]))


# ---- regions ----


class _Regions:
    """The regions that two sequences make of images.

    Attributes:
      counts: the number of elements of each region, [rows, columns].
    """

    def __init__(self, sequences, overlapping, sizes):
        self.starts = [np.asarray(sequence[:-1]) for sequence in sequences]
        self.ends = [np.minimum(np.asarray(sequence[1:]) + overlapping, size)
                     for sequence, size in zip(sequences, sizes)]
        heights, widths = (end - start for start, end in zip(self.starts, self.ends))
        self.counts = heights[:, np.newaxis] * widths
        self.extent = heights.max(initial=0), widths.max(initial=0)

    def places(self):
        """For each place in a region, in row-major order: which regions have it, and where.

        Yields:
          Two indices: into an array [batch, region rows, region columns, channels], and into
          images.
        """
        for y in range(self.extent[0]):
            for x in range(self.extent[1]):
                regions, inputs = [], []
                for offset, start, end in zip((y, x), self.starts, self.ends):
                    having = np.flatnonzero(start + offset < end)
                    regions.append(having)
                    inputs.append(start[having] + offset)
                yield _index(regions), _index(inputs)

    @property
    def shape(self):
        return self.counts.shape


def _index(axes):
    rows, columns = axes
    return slice(None), rows[:, np.newaxis], columns


def _lowest(dtype):
    return (np.finfo if dtype.kind == "f" else np.iinfo)(dtype).min


def _divided(total, counts):
    """``total / counts``; integers are truncated towards zero, as C++ divides."""
    counts = counts[..., np.newaxis].astype(total.dtype)
    if total.dtype.kind == "f":
        return total / counts
    return np.sign(total) * (np.abs(total) // counts)


# ---- FractionalMaxPool, FractionalAvgPool ----

FractionalMaxPool = op(f"FractionalMaxPool(value: T; {_ATTRS}) -> {_RESULTS}", T=_NUMBERS)
FractionalAvgPool = op(f"FractionalAvgPool(value: T; {_ATTRS}) -> {_RESULTS}", T=_NUMBERS)


@FractionalMaxPool.shape
@FractionalAvgPool.shape
def _(value, pooling_ratio):
    dims = dims_or_unknown(value.shape, 4)
    if len(pooling_ratio) != 4:
        raise ValueError("pooling_ratio field must specify 4 dimensions")
    sizes = []
    for i, (dim, ratio) in enumerate(zip(dims, pooling_ratio)):
        sizes.append(None if dim is None else _output_size(dim, ratio))
        if sizes[i] is not None and sizes[i] < 0:
            raise ValueError(f"Size computed for dim {i} is negative: {sizes[i]}")
    # TensorFlow infers sequences one element shorter than they are; so its shapes are here.
    return [TensorShape(sizes), TensorShape(sizes[1:2]), TensorShape(sizes[2:3])]


@FractionalMaxPool.kernel
def _(value, pooling_ratio, pseudo_random, overlapping, deterministic, seed, seed2, ctx):
    sequences = _sequences(np.shape(value), "max", pooling_ratio, pseudo_random, deterministic,
                           seed, seed2, ctx)
    regions = _Regions(sequences, overlapping, value.shape[1:3])
    output = np.full((len(value), *regions.shape, value.shape[3]), _lowest(value.dtype),
                     value.dtype)
    for outputs, inputs in regions.places():
        output[outputs] = np.maximum(output[outputs], value[inputs])
    return output, *sequences


@FractionalAvgPool.kernel
def _(value, pooling_ratio, pseudo_random, overlapping, deterministic, seed, seed2, ctx):
    sequences = _sequences(np.shape(value), "average", pooling_ratio, pseudo_random, deterministic,
                           seed, seed2, ctx)
    regions = _Regions(sequences, overlapping, value.shape[1:3])
    total = np.zeros((len(value), *regions.shape, value.shape[3]), value.dtype)
    for outputs, inputs in regions.places():
        total[outputs] += value[inputs]
    return _divided(total, regions.counts), *sequences


@FractionalMaxPool.gradient
def _(op, grad, row_grad, col_grad):
    return FractionalMaxPoolGrad(op.inputs[0], op.outputs[0], grad, *op.outputs[1:],
                                 overlapping=op._attrs["overlapping"])


@FractionalAvgPool.gradient
def _(op, grad, row_grad, col_grad):
    return FractionalAvgPoolGrad(op.inputs[0].shape, grad, *op.outputs[1:],
                                 overlapping=op._attrs["overlapping"])


# ---- FractionalMaxPoolGrad, FractionalAvgPoolGrad ----

# As in TensorFlow, they have no gradients of their own.
_SEQUENCES = ("row_pooling_sequence: int64, col_pooling_sequence: int64; overlapping: bool = False,"
              " T) -> (output: T)")
FractionalMaxPoolGrad = op(
    f"FractionalMaxPoolGrad(orig_input: T, orig_output: T, out_backprop: T, {_SEQUENCES}",
    T=_NUMBERS)
FractionalAvgPoolGrad = op(
    f"FractionalAvgPoolGrad(orig_input_tensor_shape: int64, out_backprop: T, {_SEQUENCES}",
    T=_NUMBERS)


@FractionalMaxPoolGrad.shape
def _(orig_input):
    return with_rank(orig_input.shape, 4)


@FractionalAvgPoolGrad.shape
def _(orig_input_tensor_shape):
    return with_rank(static_shape(orig_input_tensor_shape), 4)


def _check_regions(shape, regions, grad):
    expected = (shape[0], *regions.shape, shape[3])
    if grad.shape != expected:
        raise errors.InvalidArgumentError(
            None, None, f"out_backprop must have shape {expected} but has {grad.shape}")


@FractionalMaxPoolGrad.kernel
def _(orig_input, orig_output, out_backprop, row_pooling_sequence, col_pooling_sequence,
      overlapping):
    """The gradient of a region goes to its first largest element."""
    if np.ndim(orig_input) != 4:
        raise errors.InvalidArgumentError(None, None, "orig_input must be 4-dimensional")
    batch, height, width, channels = orig_input.shape
    regions = _Regions((row_pooling_sequence, col_pooling_sequence), overlapping, (height, width))
    _check_regions(orig_input.shape, regions, out_backprop)
    largest = np.full(out_backprop.shape, _lowest(orig_input.dtype), orig_input.dtype)
    found = np.full(out_backprop.shape, -1)
    for outputs, inputs in regions.places():
        values = orig_input[inputs]
        larger = (values > largest[outputs]) | (found[outputs] < 0)
        largest[outputs] = np.where(larger, values, largest[outputs])
        place = (inputs[1] * width + inputs[2])[..., np.newaxis]
        found[outputs] = np.where(larger, place, found[outputs])
    result = np.zeros((batch, height * width, channels), out_backprop.dtype)
    reached = found >= 0
    images, _, _, depth = np.indices(found.shape, sparse=True)
    images, depth = (np.broadcast_to(index, found.shape)[reached] for index in (images, depth))
    np.add.at(result, (images, found[reached], depth), out_backprop[reached])
    return result.reshape(orig_input.shape)


@FractionalAvgPoolGrad.kernel
def _(orig_input_tensor_shape, out_backprop, row_pooling_sequence, col_pooling_sequence,
      overlapping):
    """The gradient of a region in equal shares to its elements."""
    if np.shape(orig_input_tensor_shape) != (4,):
        raise errors.InvalidArgumentError(
            None, None, "original input tensor shape must be1-dimensional and 4 elements")
    shape = tuple(orig_input_tensor_shape.tolist())
    regions = _Regions((row_pooling_sequence, col_pooling_sequence), overlapping, shape[1:3])
    _check_regions(shape, regions, out_backprop)
    # As TensorFlow does it: in float64, rounded at the end.
    share = out_backprop / np.maximum(regions.counts, 1)[..., np.newaxis].astype(np.float64)
    result = np.zeros(shape)
    for outputs, inputs in regions.places():
        np.add.at(result, inputs, share[outputs])
    return result.astype(out_backprop.dtype)
