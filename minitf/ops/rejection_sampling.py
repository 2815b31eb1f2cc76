"""Random numbers by rejection, in TensorFlow's streams: gamma, Poisson, truncated normal.

A candidate is made from random numbers, and accepted with a probability that turns its
distribution into the one that is wanted. How many candidates an output takes is not known before.
For gamma and Poisson every output therefore has a stream of its own, a *lane*, and all lanes that
are still without an output work on together. The truncated normal with parameters reads one stream,
output after output.
"""

import math

import numpy as np

from minitf.framework import errors
from minitf.ops.philox import (
    BLOCKS_PER_OUTPUT,
    CHUNK,
    NORMAL,
    UNIT,
    as_shape,
    brackets,
    converter,
    invalid,
    log_float,
    normal_double,
    unit_double,
)

# ---- one stream an output ----


class _Lanes:
    """A small stream for each of `count` outputs: output i reads on from block 256 * (first + i).

    A lane takes one number at a time. Its uniform and its normal numbers are float64 and come two a
    block, the second one first, from whichever block is next when a pair is used up.
    """

    def __init__(self, stream, first, count):
        self._stream = stream
        self._next = np.arange(first, first + count, dtype=np.uint64) * np.uint64(BLOCKS_PER_OUTPUT)
        self._pairs = {}

    def uniform(self, lanes):
        """The next uniform number of each of `lanes`, an integer array."""
        return self._take(unit_double, lanes)

    def normal(self, lanes):
        """The next normal number of each of `lanes`, an integer array."""
        return self._take(normal_double, lanes)

    def _take(self, convert, lanes):
        if convert not in self._pairs:
            count = len(self._next)
            self._pairs[convert] = np.empty((count, 2)), np.zeros(count, np.int64)
        pairs, left = self._pairs[convert]
        empty = lanes[left[lanes] == 0]
        pairs[empty] = convert(self._stream.peek(self._next[empty]))
        self._next[empty] += np.uint64(1)
        left[empty] = 2
        left[lanes] -= 1
        return pairs[lanes, left[lanes]]


def _sample_each(generator, shape, parameters, dtype, sample):
    """`shape` samples for each of `parameters`; `sample(lanes, values)` makes some of them.

    All samples of the first parameter come first in the stream, and then those of the second.
    """
    values = np.asarray(parameters, np.float64).reshape(-1)
    shape = as_shape(shape)
    per_value = math.prod(shape)
    size = per_value * len(values)
    stream = generator.reserve(size * BLOCKS_PER_OUTPUT)
    outputs = np.empty(size, dtype)
    for start in range(0, size, CHUNK):
        chunk = outputs[start:start + CHUNK]
        owner = np.arange(start, start + len(chunk)) // per_value
        chunk[:] = sample(_Lanes(stream, start, len(chunk)), values[owner])
    by_value = outputs.reshape(len(values), per_value)
    return np.ascontiguousarray(by_value.T).reshape(shape + np.shape(parameters))


def gamma(generator, shape, alpha):
    """Gamma distributed, of shape parameter `alpha` and rate 1. RandomGamma.

    The squeeze method: a normal number x becomes ``d * (1 + c * x)**3``, accepted by a uniform one
    (G. Marsaglia, W. Tsang, "A simple method for generating gamma variables", 2000). Below one,
    alpha is raised by one and the result multiplied with ``uniform ** (1 / alpha)``; for one, it is
    an exponential variable.

    Args:
      generator: a `PhiloxRandom`; moves on by 256 blocks an output.
      shape: a sequence of ints: how many samples for each alpha.
      alpha: an array of float16, float32 or float64. Computed in float64.

    Returns:
      `shape + alpha.shape`, of alpha's dtype.

    Raises:
      errors.InvalidArgumentError: an alpha is NaN, or so far below zero that the method accepts
        nothing (TensorFlow does not return then).
    """
    alpha = np.asarray(alpha)
    converter(UNIT, alpha.dtype, "gamma")
    if not np.all(alpha > -2 / 3):
        raise invalid("alpha of the gamma distribution must be a number above -2/3")
    result = _sample_each(generator, shape, alpha, alpha.dtype, _sample_gamma)
    if alpha.dtype != np.float16:
        # TensorFlow's threads flush denormal numbers to zero.
        result[result < np.finfo(alpha.dtype).tiny] = 0
    return result


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _sample_gamma(lanes, alpha):
    raised = alpha < 1
    d = alpha + np.where(raised, 2 / 3, -1 / 3)
    c = 1 / 3 / np.sqrt(d)
    result = np.empty_like(alpha)

    exponential = np.flatnonzero(alpha == 1)
    result[exponential] = -np.log(1 - lanes.uniform(exponential))

    done = alpha == 1
    todo = np.flatnonzero(~done)
    while todo.size:
        x = lanes.normal(todo)
        v = 1 + c[todo] * x
        # The others are rejected before they take a uniform number.
        tried, x, v = todo[v > 0], x[v > 0], v[v > 0]
        v = v * v * v
        u = lanes.uniform(tried)
        squeeze = u < 1 - 0.0331 * (x * x) * (x * x)
        accepted = squeeze | (np.log(u) < 0.5 * x * x + d[tried] * (1 - v + np.log(v)))
        tried, v = tried[accepted], v[accepted]
        result[tried] = d[tried] * v
        done[tried] = True
        todo = todo[~done[todo]]

    raised = np.flatnonzero(raised)
    result[raised] *= lanes.uniform(raised) ** (1 / alpha[raised])
    return result


@np.errstate(all="ignore")
def gamma_derivative(alpha, sample, digamma):
    """The derivative of gamma distributed numbers by alpha, at fixed quantiles. RandomGammaGrad.

    The distribution function is ``P = sum(x**(a + n) * exp(-x) / gamma(a + n + 1))`` over n from 0.
    Its derivative by a has the factor ``log(x) - digamma(a + n + 1)`` in each term; the density,
    which the sum is divided by, is ``exp(-x) * x**(a - 1) / gamma(a)``.

    Args:
      alpha, sample: float32 or float64 arrays that broadcast. Computed in float64.
      digamma: the function of that name, of float64 arrays.

    Returns:
      An array of their shape and dtype; NaN where alpha is not positive or the sample negative.
    """
    dtype = np.asarray(alpha).dtype
    a, x = np.broadcast_arrays(np.asarray(alpha, np.float64), np.asarray(sample, np.float64))
    valid = (a > 0) & (x >= 0)
    positive = valid & (x > 0) & np.isfinite(x)
    a, x = np.where(positive, a, 1.0), np.where(positive, x, 1.0)
    term, psi, log_x = x / a, digamma(a + 1), np.log(x)
    total, n = np.zeros(x.shape), 0
    # Terms grow until a + n is above x, and then fall ever faster.
    while np.any((a + n < x) | (np.abs(term) > 1e-17 * np.abs(total))):
        total = total - term * (log_x - psi)
        n += 1
        term, psi = term * x / (a + n), psi + 1 / (a + n)
    return np.where(positive, total, np.where(valid, 0.0, np.nan)).astype(dtype)


def poisson(generator, shape, rate, dtype=np.int64):
    """Poisson distributed counts. RandomPoissonV2.

    Below a rate of ten, uniform numbers are multiplied until they fall to ``exp(-rate)`` (D. Knuth,
    The Art of Computer Programming, vol. 2, 3.4.1). From there on, transformed rejection
    (W. Hormann, "The transformed rejection method for generating Poisson random variables", 1993,
    algorithm PTRS).

    Args:
      generator: a `PhiloxRandom`; moves on by 256 blocks an output.
      shape: a sequence of ints: how many samples for each rate.
      rate: an array of float16, float32, float64, int32 or int64. Computed in float64.
      dtype: of the result, one of the same.

    Returns:
      `shape + rate.shape`, of `dtype`.

    Raises:
      errors.InvalidArgumentError: a rate is not finite, or so large that `dtype` cannot hold the
        counts (TensorFlow does not return then).
    """
    dtype = np.dtype(dtype)
    highest = float(np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max)
    # Half of all counts are above the rate. A rate at the limit would still be sampled, slowly.
    if not np.all(np.isfinite(rate) & (np.asarray(rate, np.float64) <= highest)):
        raise invalid(
            f"the rate of the Poisson distribution must be finite and at most {highest:g}")

    def sample(lanes, rate):
        counts = np.empty_like(rate)
        small, large = np.flatnonzero(rate < 10), np.flatnonzero(rate >= 10)
        counts[small] = _multiply_uniforms(lanes, small, np.exp(-rate[small]))
        counts[large] = _transformed_rejection(lanes, large, rate[large], highest)
        return counts

    return _sample_each(generator, shape, rate, dtype, sample)


def _multiply_uniforms(lanes, which, limit):
    """How many uniform numbers can be multiplied before the product is at most `limit`."""
    counts = np.zeros(len(which))
    product = np.ones(len(which))
    above = np.arange(len(which))
    while above.size:
        product[above] *= lanes.uniform(which[above])
        above = above[product[above] > limit[above]]
        counts[above] += 1
    return counts


@np.errstate(divide="ignore", invalid="ignore")
def _transformed_rejection(lanes, which, rate, highest):
    """Counts for rates of at least ten; the constants and their names are Hormann's."""
    b = 0.931 + 2.53 * np.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2)
    counts = np.empty_like(rate)
    todo = np.arange(len(rate))
    while todo.size:
        u = lanes.uniform(which[todo]) - 0.5
        v = lanes.uniform(which[todo])
        us = 0.5 - np.abs(u)
        k = np.floor((2 * a[todo] / us + b[todo]) * u + rate[todo] + 0.43)
        accepted = (us >= 0.07) & (v <= v_r[todo])
        close = ~accepted & (k >= 0) & ~((us < 0.013) & (v > us)) & (k <= highest)
        at = todo[close]
        log_gamma = np.array([math.lgamma(count + 1) for count in k[close].tolist()])
        accepted[close] = (
            np.log(v[close] * inverse_alpha[at] / (a[at] / us[close] ** 2 + b[at]))
            <= -rate[at] + k[close] * np.log(rate[at]) - log_gamma)
        accepted &= k <= highest
        counts[todo[accepted]] = k[accepted]
        todo = todo[~accepted]
    return counts


# ---- the truncated normal with parameters ----

# Rejections in a row after which TensorFlow gives up.
_MAX_REJECTIONS = 1000
# Outputs in a batch when all have the same parameters.
_BATCH = 100
# Normal numbers are candidates when one bound is on the other side of the mean, this far away.
_FAR_BOUND = 1.3


def parameterized_truncated_normal(generator, shape, means, stddevs, minvals, maxvals):
    """Normal numbers between bounds. ParameterizedTruncatedNormal.

    Candidates are normal numbers where the bounds leave enough of them, else uniform numbers
    between the bounds, or, far from the mean, exponential ones from the nearer bound on (C. Robert,
    "Simulation of truncated normal variables", 1995). All is computed in the parameters' dtype.

    TensorFlow splits large shapes among its threads, and results differ with how many there are;
    these are the results of one thread.

    Args:
      generator: a `PhiloxRandom`; moves on by 500 blocks an output, each batch rounded up.
      shape: a sequence of at least one int: [batches, ...].
      means, stddevs, minvals, maxvals: arrays or NumPy scalars of float16, float32 or float64:
        scalars, vectors of length 1, or vectors [batches]. One bound of a batch may be infinite.
        With one mean and deviation, and scalar bounds, `shape` is flattened and worked on in
        batches of a hundred instead.

    Returns:
      An array of `shape`, of the dtype of `means`.

    Raises:
      errors.InvalidArgumentError: a parameter has another shape, a deviation is not positive, or
        the bounds are not in order or both infinite.
      errors.InternalError: a thousand candidates in a row were rejected, as when the mean is NaN.
    """
    dtype = np.asarray(means).dtype
    converter(UNIT, dtype, "truncated normal")
    parameters = {"means": means, "stddevs": stddevs, "minvals": minvals, "maxvals": maxvals}
    for name, value in parameters.items():
        if np.ndim(value) > 1:
            raise invalid(f"Input {name} should be a scalar or vector, got shape: "
                          f"{brackets(np.shape(value))}")
    shape = as_shape(shape)
    if not shape:
        # TensorFlow reads past the end of the shape here, and crashes.
        raise invalid("shape of a truncated normal must have at least one dimension")
    size = math.prod(shape)
    if size == 0:
        return np.empty(shape, dtype)
    # TensorFlow tells a vector of length 1 from a scalar here, but only for the bounds.
    if np.size(means) == np.size(stddevs) == 1 and np.ndim(minvals) == np.ndim(maxvals) == 0:
        batches, per_batch = -(-size // _BATCH), _BATCH
    else:
        batches, per_batch = shape[0], size // shape[0]
        for name, value in parameters.items():
            if np.size(value) not in (1, batches):
                raise invalid(f"Input {name} should have length 1 or shape[0], got shape: "
                              f"{brackets(np.shape(value))}")
    stream = generator.reserve(batches * 2 * _MAX_REJECTIONS * (per_batch + 3) // 4)
    output = np.empty(size, dtype)
    rows = zip(*(np.broadcast_to(value, (batches,)) for value in parameters.values()))
    for start, (mean, stddev, minval, maxval) in zip(range(0, size, per_batch), rows):
        batch = output[start:start + per_batch]
        batch[:] = _truncated_batch(stream, len(batch), mean, stddev, minval, maxval)
    return output.reshape(shape)


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _truncated_batch(stream, count, mean, stddev, minval, maxval):
    """`count` numbers of one batch; all arguments after it are scalars of one NumPy dtype."""
    if not (stddev > 0 and minval < maxval and (np.isfinite(minval) or np.isfinite(maxval))):
        raise invalid("Invalid parameters")
    if minval == -np.inf or maxval < mean:
        # Mirrored, so that the finite bound, or the one nearer to the mean, is the lower one.
        minval, maxval, stddev = maxval, minval, -stddev
    lower, upper = (minval - mean) / stddev, (maxval - mean) / stddev
    far = lower.dtype.type(_FAR_BOUND)
    if (lower < -far and upper >= 0) or (upper > far and lower <= 0):
        sampler, limit = _normal_candidates(lower, upper), _MAX_REJECTIONS
    elif upper - lower < _widest_for_uniform(lower):
        sampler, limit = _uniform_candidates(lower, upper), _MAX_REJECTIONS - 1
    else:
        sampler, limit = _exponential_candidates(lower, upper), _MAX_REJECTIONS - 1
    return _accept(stream, count, limit, *sampler) * stddev + mean


def _widest_for_uniform(lower):
    """The interval's width up to which uniform candidates are accepted more often than others."""
    dtype = lower.dtype.type
    root = np.sqrt(lower * lower + dtype(4))
    return dtype(2) * np.exp(dtype(0.5) + lower * (lower - root) / dtype(4)) / (lower + root)


# A sampler is its name in the error message, how many blocks a step takes, and a function from the
# blocks of n steps to candidates [n, k] and to which of them are accepted.


def _normal_candidates(lower, upper):
    def candidates(block):
        normal = NORMAL[lower.dtype](block)
        return normal, (normal >= lower) & (normal <= upper)

    return "randn", 1, candidates


def _uniform_candidates(lower, upper):
    dtype = lower.dtype.type
    # The density relative to its peak, which is at the mean or else at the lower bound.
    peak = dtype(0) if lower < 0 else lower * lower

    def candidates(block):
        unit = UNIT[lower.dtype](block)
        z = unit[0::2] * (upper - lower) + lower
        return z, unit[1::2] <= _exp((peak - z * z) / dtype(2))

    return "uniform", 2, candidates


def _exponential_candidates(lower, upper):
    dtype = lower.dtype.type
    rate = (lower + np.sqrt(lower * lower + dtype(4))) / dtype(2)

    def candidates(block):
        unit = UNIT[lower.dtype](block)
        z = -_log(unit[:, 0::2]) / rate + lower
        x = rate - z if lower < rate else np.full_like(z, lower - rate)
        return z, (unit[:, 1::2] <= _exp(-x * x / dtype(2))) & (z < upper)

    return "exponential distribution", 1, candidates


def _exp(x):
    """expf is the true value rounded, almost always; NumPy's function of float32 is further off."""
    return np.exp(x.astype(np.float64)).astype(x.dtype)


def _log(unit):
    """The logarithm of uniform numbers, as the C library has it for their dtype."""
    if unit.dtype == np.float64:
        with np.errstate(divide="ignore"):
            return np.log(unit)
    single = log_float(np.maximum(unit, unit.dtype.type(2**-23)).astype(np.float32))
    return np.where(unit == 0, -np.inf, single).astype(unit.dtype)


def _accept(stream, count, limit, name, blocks_per_step, candidates):
    """The first `count` candidates that are accepted; `stream` moves on past the last step used."""
    accepted_values = []
    rejected_in_a_row = 0
    while count:
        steps = count + 2
        blocks = stream.peek(np.arange(steps * blocks_per_step, dtype=np.uint64))
        values, accepted = candidates(blocks)
        places = np.flatnonzero(accepted)[:count]
        ends = places if len(places) == count else np.append(places, values.size)
        runs = np.diff(ends, prepend=-1) - 1
        runs[0] += rejected_in_a_row
        if np.max(runs) > limit:
            raise errors.InternalError(
                None, None, f"TruncatedNormal {name} rejection sampler failed to accept a sample.")
        rejected_in_a_row = runs[-1]
        if len(places) == count:
            steps = places[-1] // values.shape[1] + 1
        stream.reserve(int(steps) * blocks_per_step)
        accepted_values.append(values.reshape(-1)[places])
        count -= len(places)
    return np.concatenate(accepted_values)
