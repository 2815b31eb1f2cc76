"""TensorFlow's random numbers, bit for bit: the Philox generator and the distributions on it.

Philox is a *counter-based* generator (J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel Random
Numbers: As Easy as 1, 2, 3", SC 2011). It has no state that must be stepped through: it is a
function that turns a 128-bit counter and a 64-bit key into four random 32-bit words, a *block*.
Block number one million costs as much as block number zero, so a whole array of counters is worked
on at once, and any part of a stream can be made without the parts before it.

How an op of TensorFlow uses it:

- `seed` is the key, `seed2` the upper half of the counter. The op keeps the generator from run to
  run.
- A run first *reserves*: it takes the generator where it stands, and moves the op's own on, by far
  more blocks than it will read (256 an output), so that no run reads what another one has read.
- A distribution then turns blocks into outputs. Where it rejects candidates (the truncated normal,
  gamma, Poisson), every output, or group of outputs, reads from its own place in the reserved part.
  How often one output was rejected therefore moves no other.

The stateless ops start a new generator from a seed pair (`PhiloxRandom.stateless`) and are
otherwise the same functions. Gamma, Poisson and the general truncated normal are in
`rejection_sampling.py`.

All functions here are on NumPy arrays. They raise `errors.InvalidArgumentError` for values that
TensorFlow's kernels refuse, with its messages.
"""

import math
import os
import threading

import numpy as np

from minitf.framework import errors

_LOW_32 = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_MASK_64 = 2**64 - 1

# The constants of Philox 4x32 (Salmon et al. 2011, sections 4.2 and 4.3).
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_KEY_STEP_0 = 0x9E3779B9
_KEY_STEP_1 = 0xBB67AE85
_ROUNDS = 10

# The key under which TensorFlow's stateless ops scramble their seed pair.
_STATELESS_KEY = 0x02461E293EC8F720

# Blocks that are made at a time. The five arrays of 64-bit words stay in the cache, and each is
# small enough (64 KB) for the allocator to hand out the same memory again.
CHUNK = 8192

# What TensorFlow reserves for an output, whichever part of it the distribution then reads.
BLOCKS_PER_OUTPUT = 256


# ---- the generator ----


def philox_4x32(counter_low, counter_high, key):
    """Philox 4x32-10: the random block of every counter, under one key.

    A round multiplies two of the counter's four words into 64-bit products; their low halves become
    the odd words, and their high halves, mixed with the key and the old odd words, the even ones.

    Args:
      counter_low: uint64 array [n], the lower 64 bits of the counters.
      counter_high: uint64 array [n], the upper 64 bits.
      key: an int of 64 bits.

    Returns:
      uint32 array [n, 4].
    """
    even_0, odd_0 = counter_low & _LOW_32, counter_low >> _32
    even_1, odd_1 = counter_high & _LOW_32, counter_high >> _32
    key_0, key_1 = key & 0xFFFFFFFF, key >> 32
    high = np.empty_like(even_0)
    for _ in range(_ROUNDS):
        even_0 *= _MULTIPLIER_0
        even_1 *= _MULTIPLIER_1
        _mix(odd_0, np.right_shift(even_1, _32, out=high), key_0)
        _mix(odd_1, np.right_shift(even_0, _32, out=high), key_1)
        # The products' low halves are the odd words. Their high halves are still there: the next
        # `_mix` cuts them off, and so does the end, which saves two passes a round.
        even_0, odd_0, even_1, odd_1 = odd_0, even_1, odd_1, even_0
        key_0 = (key_0 + _KEY_STEP_0) & 0xFFFFFFFF
        key_1 = (key_1 + _KEY_STEP_1) & 0xFFFFFFFF
    block = np.empty((len(even_0), 4), np.uint32)
    for i, word in enumerate((even_0, odd_0, even_1, odd_1)):
        block[:, i] = word
    return block


def _mix(odd, high, key):
    """The next even word, in place of the odd one: ``(high ^ odd ^ key) mod 2**32``."""
    odd ^= high
    odd ^= np.uint64(key)
    odd &= _LOW_32


class PhiloxRandom:
    """A place in a Philox stream: a key and the counter of the next block.

    Args:
      seed, seed2: the op's attributes, ints. With both zero the stream differs at every start.

    Attributes:
      key: an int of 64 bits.
      counter: an int of 128 bits.
    """

    __slots__ = ("_lock", "counter", "key")

    def __init__(self, seed=0, seed2=0):
        if seed == 0 and seed2 == 0:
            seed, seed2 = (int.from_bytes(os.urandom(8), "little") for _ in range(2))
        self._start(key=seed, counter=(seed2 & _MASK_64) << 64)

    def _start(self, key, counter):
        self.key = int(key) & _MASK_64
        self.counter = int(counter) % 2**128
        self._lock = threading.Lock()

    @classmethod
    def at(cls, key, counter):
        """The stream of `key`, from block number `counter` on."""
        generator = cls.__new__(cls)
        generator._start(key, counter)
        return generator

    @classmethod
    def stateless(cls, seed):
        """The generator of the stateless ops.

        The pair is sent through Philox once, so that seeds that are alike give unrelated streams.

        Args:
          seed: integers [2].

        Raises:
          errors.InvalidArgumentError: `seed` has another shape.
        """
        seed = np.asarray(seed)
        if seed.shape != (2,):
            raise invalid(f"seed must have shape [2], not {brackets(seed.shape)}")
        low, high = (int(word) & _MASK_64 for word in seed)
        words = [int(word) for word in cls.at(_STATELESS_KEY, high << 64 | low).draw(1)[0]]
        return cls.at(key=words[1] << 32 | words[0], counter=(words[3] << 32 | words[2]) << 64)

    def reserve(self, blocks):
        """A generator that starts here, while this one moves `blocks` on. Thread-safe."""
        with self._lock:
            start = self.counter
            self.counter = (start + blocks) % 2**128
        return PhiloxRandom.at(self.key, start)

    def peek(self, offsets):
        """The blocks at `offsets` (uint64 array [n]) from here, uint32 [n, 4]. Nothing moves."""
        start_low = np.uint64(self.counter & _MASK_64)
        low = offsets + start_low
        carry = low < start_low
        return philox_4x32(low, np.uint64(self.counter >> 64) + carry, self.key)

    def draw(self, blocks):
        """The next `blocks` blocks, uint32 [blocks, 4]."""
        return self.reserve(blocks).peek(np.arange(blocks, dtype=np.uint64))


# ---- the C library's float32 functions ----
#
# TensorFlow calls logf and sincosf. Theirs are not the true values rounded, but polynomials of
# double precision (glibc since 2.28, from ARM's "optimized routines"), and one result in a hundred
# differs in its last bit. NumPy's float32 functions are others again, and differ with the
# processor. These are the same polynomials: normal numbers are TensorFlow's to the last bit, on
# every machine.

# For each sixteenth of [0.7, 1.4): a number close to the reciprocal of its middle.
_RECIPROCAL = np.array([
    1.398907162146528, 1.3403141896637998, 1.286432210124115, 1.2367150214269895,
    1.1906977166711752, 1.1479821020556429, 1.1082251448272158, 1.0711297413057381,
    1.036437278977283, 1.0, 0.9492859795739057, 0.8951049428609004,
    0.8476821620351103, 0.8050314851692001, 0.7664671008843108, 0.731428603316328])
_LOG_MIDDLE = np.array([-math.log(reciprocal) for reciprocal in _RECIPROCAL])
_LOG_2 = math.log(2)
# The bits of the float32 where the intervals begin, 0.699...
_INTERVALS_START = 0x3F330000


def log_float(x):
    """logf: the natural logarithm of positive, finite and normal float32 numbers.

    ``x = 2**k * z``, with z in [0.7, 1.4) near the middle c of an interval, so that
    ``log(x) = k * log(2) + log(c) + log(1 + r)``, ``r = z / c - 1``: a polynomial of small r.
    """
    bits = x.view(np.int32) - _INTERVALS_START
    interval = (bits >> 19 & 15).astype(np.int64)
    z = ((bits & 0x7FFFFF) + _INTERVALS_START).view(np.float32).astype(np.float64)
    r = z * _RECIPROCAL.take(interval) - 1
    r2 = r * r
    y = -0.25089342214237154 * r2 + (0.333456765744066 * r - 0.4999997485802103)
    y *= r2
    y += _LOG_MIDDLE.take(interval) + (bits >> 23) * _LOG_2 + r
    return y.astype(np.float32)


def sin_cos_float(angle):
    """sincosf: sine and cosine of float32 numbers in [0, 120).

    The nearest multiple of pi/2 is taken off; it decides which of the polynomials of the rest is
    the sine, which the cosine, and their signs.
    """
    angle = angle.astype(np.float64)
    quadrant = np.rint(angle * (2 / np.pi))
    x = angle - quadrant * (np.pi / 2)
    quadrant = quadrant.astype(np.int8)
    x2 = x * x
    x3, x4 = x2 * x, x2 * x2
    sin = (x + x3 * -0.16666654943701084
           + x3 * x2 * (0.008332178146138854 + x2 * -0.00019517298981385725))
    cos = (1 + x2 * -0.49999999725108224 + x4 * 0.041666623324344516
           + x4 * x2 * (-0.001388676379437604 + x2 * 2.4390450703564542e-05))
    sin, cos = sin.astype(np.float32), cos.astype(np.float32)
    odd = (quadrant & 1).astype(bool)
    sin, cos = np.where(odd, cos, sin), np.where(odd, sin, cos)
    sin *= 1 - (quadrant & 2)
    cos *= 1 - (quadrant + 1 & 2)
    return sin, cos


# ---- from random words to numbers ----
#
# Each takes blocks [n, 4] and returns [n, 4], or [n, 2] where a number uses up two words.


def unit_half(block):
    """Fills the mantissa of a float16: multiples of 2**-10 in [0, 1)."""
    return (block & 0x3FF).astype(np.float16) * np.float16(2**-10)


def unit_float(block):
    """Fills the mantissa of a float32: multiples of 2**-23 in [0, 1)."""
    unit = (block & 0x7FFFFF).astype(np.float32)
    unit *= np.float32(2**-23)
    return unit


def unit_double(block):
    """Fills the mantissa of a float64, the first word of a pair on top: multiples of 2**-52."""
    unit = ((block[:, 0::2] & 0xFFFFF).astype(np.uint64) << _32 | block[:, 1::2]).astype(np.float64)
    unit *= 2.0**-52
    return unit


def _words_64(block):
    """Pairs of words as one, the first below: uint64 [n, 2]."""
    return block[:, 1::2].astype(np.uint64) << _32 | block[:, 0::2]


def normal_float(block):
    """The Box-Muller transform of pairs of uniforms, in float32 (G. Box, M. Muller 1958)::

        radius = sqrt(-2 log u1),  angle = 2 pi u2,  result = radius sin(angle), radius cos(angle)
    """
    unit = unit_float(block)
    # Zero has no logarithm.
    radius = np.sqrt(np.float32(-2) * log_float(np.maximum(unit[:, 0::2], np.float32(1e-7))))
    angle = (2 * np.pi * unit[:, 1::2].astype(np.float64)).astype(np.float32)
    normal = unit
    normal[:, 0::2], normal[:, 1::2] = sin_cos_float(angle)
    normal[:, 0::2] *= radius
    normal[:, 1::2] *= radius
    return normal


def normal_half(block):
    """Normal numbers of single precision, rounded."""
    return normal_float(block).astype(np.float16)


def normal_double(block):
    """The Box-Muller transform in float64; a block gives one pair."""
    unit = unit_double(block)
    radius = np.sqrt(-2 * np.log(np.maximum(unit[:, :1], 1e-7)))
    angle = 2 * np.pi * unit[:, 1:]
    return radius * np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


UNIT = {np.dtype(np.float16): unit_half,
        np.dtype(np.float32): unit_float,
        np.dtype(np.float64): unit_double}
NORMAL = {np.dtype(np.float16): normal_half,
          np.dtype(np.float32): normal_float,
          np.dtype(np.float64): normal_double}


def converter(table, dtype, what):
    """The function of `table` that makes numbers of `dtype`; TypeError when it has none."""
    try:
        return table[np.dtype(dtype)]
    except KeyError:
        raise TypeError(f"{what} random numbers of dtype {np.dtype(dtype)} are not supported, "
                        f"only of {', '.join(str(known) for known in table)}") from None


def invalid(message):
    """The error for a value that TensorFlow's kernel refuses."""
    return errors.InvalidArgumentError(None, None, message)


def as_shape(shape):
    """A tuple of Python ints, of the value of a `shape` input.

    Raises:
      errors.InvalidArgumentError: it is no vector, or has a negative size.
    """
    if np.ndim(shape) != 1:
        raise invalid(
            f"shape must be a vector of {{int32,int64}}, got shape {brackets(np.shape(shape))}")
    shape = tuple(int(size) for size in shape)
    for size in shape:
        if size < 0:
            raise invalid(f"Dimension {size} must be >= 0")
    return shape


def brackets(shape):
    """A shape as TensorFlow's kernels print it: [2,3]."""
    return "[" + ",".join(str(size) for size in shape) + "]"


# ---- distributions that read a fixed number of words an output ----


def uniform(generator, shape, dtype=np.float32):
    """Uniform in [0, 1). RandomUniform, StatelessRandomUniform.

    Args:
      generator: a `PhiloxRandom`; moves on by 256 blocks an output.
      shape: a sequence of ints.
      dtype: float16, float32 or float64.
    """
    return _fill(generator, shape, np.dtype(dtype), converter(UNIT, dtype, "uniform"))


def standard_normal(generator, shape, dtype=np.float32):
    """Normal, of mean 0 and deviation 1. RandomStandardNormal, StatelessRandomNormal.

    Args:
      generator: a `PhiloxRandom`; moves on by 256 blocks an output.
      shape: a sequence of ints.
      dtype: float16, float32 or float64.
    """
    return _fill(generator, shape, np.dtype(dtype), converter(NORMAL, dtype, "normal"))


def uniform_int(generator, shape, minval, maxval, dtype=np.int32):
    """Integers in [minval, maxval). RandomUniformInt, StatelessRandomUniformInt.

    A random word modulo the range, as TensorFlow has it: not quite uniform where the range does not
    divide 2**32 (int32) or 2**64 (int64).

    Args:
      generator: a `PhiloxRandom`; moves on by 256 blocks an output.
      shape: a sequence of ints.
      minval, maxval: integer scalars.
      dtype: int32 or int64.

    Raises:
      errors.InvalidArgumentError: a bound is no scalar, or `minval >= maxval` and outputs are due.
    """
    dtype = np.dtype(dtype)
    for name, bound in (("minval", minval), ("maxval", maxval)):
        if np.ndim(bound):
            raise invalid(f"{name} must be 0-D, got shape {brackets(np.shape(bound))}")
    minval, maxval = int(minval), int(maxval)
    if math.prod(as_shape(shape)) and minval >= maxval:
        raise invalid(f"Need minval < maxval, got {minval} >= {maxval}")
    if dtype not in (np.int32, np.int64):
        raise TypeError(f"random integers of dtype {dtype} are not supported, only int32 and int64")
    unsigned = np.dtype(np.uint32 if dtype == np.int32 else np.uint64)
    span = unsigned.type(max(maxval - minval, 1))
    # Unsigned arithmetic wraps, so that a range wider than the positive integers works.
    start = unsigned.type(minval % 2 ** (8 * dtype.itemsize))

    def convert(block):
        words = block if dtype == np.int32 else _words_64(block)
        words %= span
        words += start
        return words.view(dtype)

    return _fill(generator, shape, dtype, convert)


def _fill(generator, shape, dtype, convert):
    """Reserves for `shape`, and fills it with the blocks that follow each other, converted."""
    shape = as_shape(shape)
    size = math.prod(shape)
    stream = generator.reserve(size * BLOCKS_PER_OUTPUT)
    per_block = 16 // max(dtype.itemsize, 4)
    blocks = -(-size // per_block)
    outputs = np.empty((blocks, per_block), dtype)
    for start in range(0, blocks, CHUNK):
        chunk = outputs[start:start + CHUNK]
        chunk[:] = convert(stream.draw(len(chunk)))
    return outputs.reshape(-1)[:size].reshape(shape)


def shuffle(generator, value):
    """The slices of `value` along its first dimension, in random order. RandomShuffle.

    Fisher and Yates: position i swaps with one of those from i on, `i + word % (n - i)`.

    Args:
      generator: a `PhiloxRandom`; moves on by one word a swap, rounded up to whole blocks, and not
        at all when there is nothing to swap.
      value: an array of any dtype and rank.

    Returns:
      An array of the same dtype and shape; `value` itself when nothing is to be shuffled.
    """
    if value.ndim == 0 or value.size <= 1 or value.shape[0] <= 1:
        return value
    count = value.shape[0]
    words = generator.draw((count - 1 + 3) // 4).reshape(-1)[:count - 1]
    first = np.arange(count - 1)
    partners = first + words % (count - first).astype(np.uint32)
    order = list(range(count))
    for i, j in enumerate(partners.tolist()):
        order[i], order[j] = order[j], order[i]
    return value[order]


def multinomial(generator, logits, num_samples, output_dtype=np.int64):
    """Classes drawn by their unnormalised log probabilities. Multinomial, StatelessMultinomial.

    A uniform number is looked up in the running sum of `exp(logits - max(logits))`, in float64.
    Classes whose logit is not finite are never drawn; where none is finite, the number of classes
    is returned.

    TensorFlow splits large batches among its threads, and draws differ with how many there are;
    these are the draws of one thread.

    Args:
      generator: a `PhiloxRandom`; moves on by 512 blocks a draw, a row's draws rounded up to fours.
      logits: [batch, classes], float16, float32 or float64.
      num_samples: an integer scalar.
      output_dtype: int32 or int64.

    Returns:
      [batch, num_samples] of `output_dtype`.

    Raises:
      errors.InvalidArgumentError: `logits` is no matrix or has no classes, `num_samples` is no
        scalar or negative.
    """
    converter(UNIT, logits.dtype, "multinomial")
    if np.ndim(logits) != 2:
        raise invalid(f"logits should be a matrix, got shape {brackets(np.shape(logits))}")
    if np.ndim(num_samples):
        raise invalid(
            f"num_samples should be a scalar, got shape {brackets(np.shape(num_samples))}")
    num_samples = int(num_samples)
    if num_samples < 0:
        raise invalid(f"num_samples should be nonnegative, got {num_samples}")
    batch, classes = logits.shape
    if classes == 0:
        raise invalid(f"num_classes should be positive, got {classes}")
    rounded = (num_samples + 3) // 4 * 4
    stream = generator.reserve(batch * rounded * 2 * BLOCKS_PER_OUTPUT)
    draws = uniform(stream, (batch, num_samples), np.float64)
    classes_drawn = np.empty((batch, num_samples), output_dtype)
    for row, row_draws, row_classes in zip(logits.astype(np.float64), draws, classes_drawn):
        finite = np.isfinite(row)
        weights = np.zeros(classes)
        weights[finite] = np.exp(row[finite] - row.max(where=finite, initial=-np.inf))
        cumulative = np.cumsum(weights)
        row_classes[:] = np.searchsorted(cumulative, row_draws * cumulative[-1], side="right")
    return classes_drawn


# ---- the truncated normal ----


def truncated_normal(generator, shape, dtype=np.float32):
    """Normal, with values of magnitude 2 and more drawn again.

    TruncatedNormal, StatelessTruncatedNormal. Outputs come in groups, as many as a block would give
    (four float16 or float32, two float64), and group g keeps what it accepts from block
    ``64 * g * len(group)`` on.

    Args:
      generator: a `PhiloxRandom`; moves on by 256 blocks an output.
      shape: a sequence of ints.
      dtype: float16, float32 or float64.
    """
    dtype = np.dtype(dtype)
    converter(NORMAL, dtype, "truncated normal")
    # Half precision rounds only what has been accepted.
    normal = normal_double if dtype == np.float64 else normal_float
    shape = as_shape(shape)
    size = math.prod(shape)
    stream = generator.reserve(size * BLOCKS_PER_OUTPUT)
    per_group = 16 // max(dtype.itemsize, 4)
    groups = -(-size // per_group)
    outputs = np.empty((groups, per_group), dtype)
    for start in range(0, groups, CHUNK):
        chunk = outputs[start:start + CHUNK]
        offsets = np.arange(start, start + len(chunk), dtype=np.uint64)
        offsets *= np.uint64(per_group * BLOCKS_PER_OUTPUT // 4)
        _fill_truncated(chunk, stream, offsets, normal)
    return outputs.reshape(-1)[:size].reshape(shape)


def _fill_truncated(outputs, stream, offsets, normal):
    """Fills every row of `outputs` with accepted values from its own place in the stream."""
    outputs[:] = first = normal(stream.peek(offsets))
    # Five rows of six are complete. The others start over, and go on to further blocks.
    rows = np.flatnonzero((np.abs(first) >= 2).any(axis=1))
    per_group = outputs.shape[1]
    filled = np.zeros(len(outputs), np.int64)
    while rows.size:
        candidates = normal(stream.peek(offsets[rows]))
        offsets[rows] += np.uint64(1)
        accepted = np.abs(candidates) < 2
        place = filled[rows, np.newaxis] + np.cumsum(accepted, axis=1) - 1
        row, column = np.nonzero(accepted & (place < per_group))
        outputs[rows[row], place[row, column]] = candidates[row, column]
        filled[rows] += accepted.sum(axis=1)
        rows = rows[filled[rows] < per_group]
