"""Samplers of classes, in TensorFlow's streams: what candidate sampling draws, and how often.

A sampler draws integers from [0, range_max) and knows the probability of each. All take their
random numbers word by word from a Philox stream (see ``philox.py``); a rejected word is followed by
the next one. They are written for whole arrays: more is drawn than may be needed, and what is not
needed is dropped, which changes nothing, as every run of an op has a stream of its own.
"""

import threading

import numpy as np

from minitf.ops import philox


class Words:
    """The 32-bit words of a Philox stream, in order.

    Args:
      stream: a ``philox.PhiloxRandom``.
      first: uint32 [n], words that come before the stream's.
    """

    def __init__(self, stream, first=()):
        self._stream = stream
        self._left = np.asarray(first, np.uint32)

    def take(self, count):
        """The next ``count`` words, uint32 [count]."""
        missing = count - len(self._left)
        if missing > 0:
            blocks = self._stream.draw(-(-missing // 4))
            self._left = np.concatenate([self._left, blocks.reshape(-1)])
        words, self._left = self._left[:count], self._left[count:]
        return words

    def take_back(self, words):
        """Puts words before those that come next."""
        self._left = np.concatenate([words, self._left])

    def doubles(self, count):
        """Uniform numbers of [0, 1), float64 [count]; two words each."""
        return philox.unit_double(self.take(2 * count).reshape(count, 2)).reshape(count)

    def integers(self, limit, count, dtype=np.uint32):
        """Exactly uniform integers below ``limit``, ``dtype`` [count].

        The lowest words are rejected, so many that the limit divides the number of the others.

        Args:
          dtype: uint32, one word each, or uint64, two words each, the lower one first.
        """
        result = np.empty(0, dtype)
        while len(result) < count:
            missing = count - len(result)
            if dtype == np.uint64:
                pairs = self.take(2 * missing).reshape(missing, 2).astype(np.uint64)
                numbers = pairs[:, 0] | pairs[:, 1] << np.uint64(32)
            else:
                numbers = self.take(missing)
            accepted = numbers[numbers >= dtype(_rejected_below(limit, dtype))] % dtype(limit)
            result = np.concatenate([result, accepted])
        return result


def _rejected_below(limit, dtype):
    """How many of the lowest numbers of ``dtype`` are rejected; none when the limit divides all."""
    return (int(np.iinfo(dtype).max) + 1) % limit


# ---- the samplers ----


class UniformSampler:
    """All classes are as likely.

    Args:
      range_max: the number of classes.
    """

    learns = False

    def __init__(self, range_max):
        self.range_max = self.possible = range_max

    def sample(self, words, count):
        """``count`` classes, int64 [count]."""
        return words.integers(self.range_max, count, np.uint64).astype(np.int64)

    def probability(self, classes):
        """The probability of each of ``classes`` in one draw, float32 of their shape."""
        return np.full(np.shape(classes), 1 / self.range_max, np.float32)


class LogUniformSampler:
    """Zipf's law, nearly: ``P(k) = log((k + 2) / (k + 1)) / log(range_max + 1)``.

    For classes that are sorted by falling frequency, as the words of a vocabulary are.
    """

    learns = False

    def __init__(self, range_max):
        self.range_max = self.possible = range_max
        self._log_range = np.log1p(np.float64(range_max))

    def sample(self, words, count):
        """``count`` classes, int64 [count]."""
        drawn = np.exp(words.doubles(count) * self._log_range).astype(np.int64) - 1
        return drawn % self.range_max

    def probability(self, classes):
        """The probability of each of ``classes`` in one draw, float32 of their shape."""
        ratio = (classes + 2.0) / (classes + 1.0)
        return (np.log(ratio) / self._log_range).astype(np.float32)


class LearnedUnigramSampler:
    """As likely as a class has been a true class so far; each counts once from the start."""

    learns = True

    def __init__(self, range_max):
        self.range_max = self.possible = range_max
        self._counts = np.ones(range_max, np.int32)

    def sample(self, words, count):
        """``count`` classes, int64 [count]."""
        cumulative = np.cumsum(self._counts, dtype=np.int64)
        picks = words.integers(int(cumulative[-1]), count)
        return np.searchsorted(cumulative, picks, side="right")

    def probability(self, classes):
        """The probability of each of ``classes`` in one draw, float32 of their shape."""
        self._check(classes)
        return self._counts[classes].astype(np.float32) / np.float32(self._counts.sum())

    def update(self, classes):
        """Counts ``classes``, integers of any shape."""
        self._check(classes)
        self._counts += np.bincount(np.ravel(classes), minlength=self.range_max).astype(np.int32)

    def _check(self, classes):
        if np.any((classes < 0) | (classes >= self.range_max)):
            raise philox.invalid(f"true_classes must be in [0, {self.range_max})")


class FixedUnigramSampler:
    """Given frequencies. Draws take the same time for any number of classes: the alias method.

    Each class has a bucket of size 1/n. One that is less likely fills a part of its bucket only and
    shares the rest with one that is more likely, its alias (A. Walker 1977, M. Vose 1991).

    Args:
      weights: the frequencies of the classes, float32 [n], not all zero.
    """

    learns = False

    def __init__(self, weights):
        self.range_max, self.possible = len(weights), int(np.count_nonzero(weights))
        self._weights = weights
        # One after the other in single precision, which decides the last bits.
        self._total = np.cumsum(weights, dtype=np.float32)[-1] if len(weights) else np.float32(0)
        self._share, self._alias = _alias_table(weights)

    def sample(self, words, count):
        """``count`` classes, int64 [count]."""
        place, bucket = _floats_and_integers(words, self.range_max, count)
        return np.where(place < self._share[bucket], bucket, self._alias[bucket])

    def probability(self, classes):
        """The probability of each of ``classes`` in one draw, float32; 0 for those out of range."""
        known = (classes >= 0) & (classes < self.range_max)
        weights = self._weights[np.where(known, classes, 0)]
        return np.where(known, weights / self._total, np.float32(0))


def _alias_table(weights):
    """How much of its bucket each class fills (float32 [n]), and the class that has the rest."""
    count = len(weights)
    total = float(np.cumsum(weights, dtype=np.float64)[-1])
    share = (weights * np.float32(count)).astype(np.float64) / total
    alias = np.arange(count)
    low, high = np.flatnonzero(share < 1).tolist(), np.flatnonzero(~(share < 1)).tolist()
    share = share.tolist()
    while low and high:
        short, long = low.pop(), high.pop()
        alias[short] = long
        share[long] -= 1.0 - share[short]
        (low if share[long] < 1.0 else high).append(long)
    for left in low + high:  # these are full but for rounding
        share[left] = 1.0
    return np.array(share, np.float32), alias


def _floats_and_integers(words, limit, count):
    """Draws that take a word for a float of [0, 1) and then an integer below ``limit``.

    Where an integer's word is rejected, the one that follows is tried for it.
    """
    floats, integers = np.empty(0, np.float32), np.empty(0, np.int64)
    lowest = _rejected_below(limit, np.uint32)
    while len(floats) < count:
        missing = count - len(floats)
        pairs = words.take(2 * missing).reshape(missing, 2)
        rejected = np.flatnonzero(pairs[:, 1] < lowest)
        complete = rejected[0] if len(rejected) else missing
        floats = np.append(floats, philox.unit_float(pairs[:complete, 0]))
        integers = np.append(integers, (pairs[:complete, 1] % np.uint32(limit)).astype(np.int64))
        if len(rejected):
            words.take_back(pairs[complete + 1:].reshape(-1))
            floats = np.append(floats, philox.unit_float(pairs[complete, :1]))
            integers = np.append(integers, words.integers(limit, 1).astype(np.int64))
    return floats, integers


# ---- drawing a sample ----

# How many blocks of random words are made at a time, for this run and the next ones.
_BLOCKS_AHEAD = 2048


def _first_tries(count):
    """How many classes to draw for ``count`` different ones; mostly enough, and even."""
    return (count + count // 2 + 8) // 2 * 2


class Sampling:
    """A sampler and its generator, as an operation keeps them from run to run.

    Args:
      sampler: one of the samplers.
      generator: a ``philox.PhiloxRandom``; moves on by 512 blocks a class drawn.
      count: how many classes a run draws.
      unique: whether a class that has been drawn already is rejected.
    """

    def __init__(self, sampler, generator, count, unique):
        self.sampler = sampler
        self._generator = generator
        self._count = count
        self._unique = unique
        self._ahead = []
        self._lock = threading.Lock()

    def draw(self, true_classes):
        """Draws classes, and then learns the true ones.

        Args:
          true_classes: an int64 array.

        Returns:
          The classes, int64 [count]; how often each true class is expected in such a sample,
          float32; and how often each class drawn, float32 [count]. With ``unique`` these are
          ``1 - (1 - p)**tries``, for the number of tries that this sample took.
        """
        sampler, count = self.sampler, self._count
        with self._lock:
            words = self._words()
            if self._unique:
                classes, tries = _sample_unique(sampler, words, count)
            else:
                classes, tries = sampler.sample(words, count), count
            expected = [_expected_count(sampler.probability(some), count, tries)
                        for some in (true_classes, classes)]
            if sampler.learns:
                sampler.update(true_classes)
        return classes, *expected

    def _words(self):
        """The words of this run.

        A run needs few of the blocks that it reserves. Making them for many runs at once takes
        hardly longer than for one.
        """
        if not self._ahead:
            reserved, blocks = 512 * self._count, _first_tries(self._count) // 2
            runs = max(1, _BLOCKS_AHEAD // blocks)
            start = self._generator.reserve(runs * reserved)
            places = np.arange(runs)[:, np.newaxis] * reserved + np.arange(blocks)
            made = start.peek(places.astype(np.uint64).reshape(-1)).reshape(runs, -1)
            self._ahead = [(start.counter + place, words) for place, words
                           in zip(places[::-1, -1].tolist(), made[::-1])]
        last, words = self._ahead.pop()
        return Words(philox.PhiloxRandom.at(self._generator.key, last + 1), words)


def _sample_unique(sampler, words, count):
    """The first ``count`` different classes, in the order drawn, and after how many tries."""
    drawn = sampler.sample(words, _first_tries(count))
    while True:
        first = np.unique(drawn, return_index=True)[1]
        if len(first) >= count:
            first = np.sort(first)[:count]
            return drawn[first], int(first[-1]) + 1
        drawn = np.concatenate([drawn, sampler.sample(words, len(drawn))])


def _expected_count(probability, count, tries):
    if tries == count:
        return probability * np.float32(count)
    return -np.expm1(np.float32(tries) * np.log1p(-probability))
