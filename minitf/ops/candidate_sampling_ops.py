"""Candidate sampling: a few classes drawn to stand for all, so that a loss need not visit each.

A sampler op takes the true classes of a batch, draws others, and says how often each is expected in
such a sample, which losses correct for. See "Candidate Sampling Algorithms Reference"
(tensorflow.org/extras/candidate_sampling.pdf); the draws are in ``range_samplers.py``.
"""

import numpy as np

from minitf.framework import errors
from minitf.framework.random_seed import get_seed
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import philox, range_samplers
from minitf.ops.common_shapes import with_rank, with_value


def _seeds(seed):
    first, second = get_seed(seed)
    return {"seed": first or 0, "seed2": second or 0}


def _sample_shapes(true_classes, num_true, num_sampled):
    batch = with_rank(true_classes.shape, 2)._dims[0]
    sampled = TensorShape._from_tuple((num_sampled,))
    return [sampled, TensorShape._from_tuple((batch, num_true)), sampled]


def _draw(ctx, make_sampler, true_classes, num_true, num_sampled, unique):
    """One run of a sampler op: the three outputs."""
    _check_true_classes(true_classes, num_true)
    attrs = ctx.op._attrs
    sampling = ctx.state(lambda: range_samplers.Sampling(
        make_sampler(), philox.PhiloxRandom(attrs["seed"], attrs["seed2"]), num_sampled, unique))
    if unique and num_sampled > sampling.sampler.possible:
        raise errors.InvalidArgumentError(None, None, "Sampler's range is too small.")
    return sampling.draw(true_classes)


def _check_true_classes(true_classes, num_true):
    if np.ndim(true_classes) != 2:
        raise errors.InvalidArgumentError(None, None, "true_classes must be a matrix")
    if np.shape(true_classes)[1] != num_true:
        raise errors.InvalidArgumentError(
            None, None, "true_classes must have num_true columns, expected: "
            f"{np.shape(true_classes)[1]} was: {num_true}")


# ---- uniform, log-uniform, learned ----


def uniform_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max, seed=None,
                              name=None):
    """Classes of [0, range_max), all as likely (TF op: UniformCandidateSampler).

    Args:
      true_classes: int64 [batch, num_true], the classes that are right.
      num_true: an int.
      num_sampled: an int, how many classes to draw.
      unique: a bool, whether to draw without replacement; ``num_sampled`` is at most ``range_max``
        then.
      range_max: an int, the number of classes.
      seed: an int, the op's seed.

    Returns:
      sampled_candidates: int64 [num_sampled], the classes drawn, whether they are right or not.
      true_expected_count: float32 [batch, num_true], how often each true class is expected in a
        sample.
      sampled_expected_count: float32 [num_sampled], how often each class drawn is.

    Raises:
      ValueError: ``true_classes`` is no matrix.  InvalidArgumentError (at run time): it has not
      ``num_true`` columns, or there are not as many classes as are to be drawn.
    """
    return UniformCandidateSampler(true_classes, num_true=num_true, num_sampled=num_sampled,
                                   unique=unique, range_max=range_max, name=name, **_seeds(seed))


UniformCandidateSampler = op(
    "UniformCandidateSampler(true_classes: int64; num_true: int >= 1, num_sampled: int >= 1,"
    " unique: bool, range_max: int >= 1, seed: int = 0, seed2: int = 0)"
    " -> (sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float)",
    stateful=True)
UniformCandidateSampler.shape(_sample_shapes)


@UniformCandidateSampler.kernel
def _(true_classes, num_true, num_sampled, unique, range_max, ctx):
    return _draw(ctx, lambda: range_samplers.UniformSampler(range_max), true_classes, num_true,
                 num_sampled, unique)


def log_uniform_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max, seed=None,
                                  name=None):
    """Classes by Zipf's law, for classes sorted by falling frequency.

    ``P(class) = (log(class + 2) - log(class + 1)) / log(range_max + 1)``; TF op:
    LogUniformCandidateSampler. Arguments and results are those of ``uniform_candidate_sampler``.
    """
    return LogUniformCandidateSampler(true_classes, num_true=num_true, num_sampled=num_sampled,
                                      unique=unique, range_max=range_max, name=name, **_seeds(seed))


LogUniformCandidateSampler = op(
    "LogUniformCandidateSampler(true_classes: int64; num_true: int >= 1, num_sampled: int >= 1,"
    " unique: bool, range_max: int >= 1, seed: int = 0, seed2: int = 0)"
    " -> (sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float)",
    stateful=True)
LogUniformCandidateSampler.shape(_sample_shapes)


@LogUniformCandidateSampler.kernel
def _(true_classes, num_true, num_sampled, unique, range_max, ctx):
    return _draw(ctx, lambda: range_samplers.LogUniformSampler(range_max), true_classes, num_true,
                 num_sampled, unique)


def learned_unigram_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max,
                                      seed=None, name=None):
    """Classes as likely as they have been true classes in this session's runs so far, plus one.

    TF op: LearnedUnigramCandidateSampler. Arguments and results are those of
    ``uniform_candidate_sampler``.
    """
    return LearnedUnigramCandidateSampler(
        true_classes, num_true=num_true, num_sampled=num_sampled, unique=unique,
        range_max=range_max, name=name, **_seeds(seed))


LearnedUnigramCandidateSampler = op(
    "LearnedUnigramCandidateSampler(true_classes: int64; num_true: int >= 1, num_sampled: int >= 1,"
    " unique: bool, range_max: int >= 1, seed: int = 0, seed2: int = 0)"
    " -> (sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float)",
    stateful=True)
LearnedUnigramCandidateSampler.shape(_sample_shapes)

# In TensorFlow it takes no lock; the numbers are the same.
ThreadUnsafeUnigramCandidateSampler = op(
    "ThreadUnsafeUnigramCandidateSampler(true_classes: int64; num_true: int >= 1,"
    " num_sampled: int >= 1, unique: bool, range_max: int >= 1, seed: int = 0, seed2: int = 0)"
    " -> (sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float)",
    stateful=True)
ThreadUnsafeUnigramCandidateSampler.shape(_sample_shapes)


@ThreadUnsafeUnigramCandidateSampler.kernel
@LearnedUnigramCandidateSampler.kernel
def _(true_classes, num_true, num_sampled, unique, range_max, ctx):
    return _draw(ctx, lambda: range_samplers.LearnedUnigramSampler(range_max), true_classes,
                 num_true, num_sampled, unique)


# ---- given frequencies ----


def fixed_unigram_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max,
                                    vocab_file="", distortion=1.0, num_reserved_ids=0, num_shards=1,
                                    shard=0, unigrams=(), seed=None, name=None):
    """Classes by given frequencies (TF op: FixedUnigramCandidateSampler).

    Arguments and results are those of ``uniform_candidate_sampler``, and:

    Args:
      vocab_file: the path of a file with a line for each class; what follows a line's last comma is
        the class's frequency.
      unigrams: the frequencies themselves, a list of floats. One of both is given.
      distortion: the power that frequencies are raised to; 0 makes all classes as likely.
      num_reserved_ids: an int, how many classes that are never drawn stand before those listed.
      num_shards, shard: ints. Of all classes, those with ``id % num_shards == shard`` are kept;
        ``range_max`` is the number of these.

    Raises:
      InvalidArgumentError (at run time): neither file nor list, or both, or another number of
      classes than ``range_max``.
    """
    return FixedUnigramCandidateSampler(
        true_classes, num_true=num_true, num_sampled=num_sampled, unique=unique,
        range_max=range_max, vocab_file=vocab_file, distortion=distortion,
        num_reserved_ids=num_reserved_ids, num_shards=num_shards, shard=shard, unigrams=unigrams,
        name=name, **_seeds(seed))


FixedUnigramCandidateSampler = op(
    "FixedUnigramCandidateSampler(true_classes: int64; num_true: int >= 1, num_sampled: int >= 1,"
    " unique: bool, range_max: int >= 1, vocab_file: string = '', distortion: float = 1.0,"
    " num_reserved_ids: int = 0, num_shards: int >= 1 = 1, shard: int >= 0 = 0,"
    " unigrams: list(float) = [], seed: int = 0, seed2: int = 0)"
    " -> (sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float)",
    stateful=True)
FixedUnigramCandidateSampler.shape(_sample_shapes)


@FixedUnigramCandidateSampler.kernel
def _(true_classes, num_true, num_sampled, unique, ctx):
    return _draw(ctx, lambda: range_samplers.FixedUnigramSampler(_weights(ctx.op._attrs)),
                 true_classes, num_true, num_sampled, unique)


def _weights(attrs):
    """The classes' frequencies, float32 [range_max], from the file or list of the attributes."""
    if not attrs["vocab_file"] and not attrs["unigrams"]:
        raise errors.InvalidArgumentError(
            None, None, "Must provide either vocab_file or unigrams.")
    if attrs["vocab_file"] and attrs["unigrams"]:
        raise errors.InvalidArgumentError(
            None, None, "Must only provide one of vocab_file and unigrams.")
    listed = attrs["unigrams"] or _read_frequencies(attrs["vocab_file"].decode())
    shards, shard = attrs["num_shards"], attrs["shard"]
    reserved = len(range(shard, attrs["num_reserved_ids"], shards))
    # As in TensorFlow, ids of listed classes go on after the reserved ones of this shard.
    ids = reserved + np.arange(len(listed))
    listed = np.array(listed, np.float32)[ids % shards == shard]
    distorted = np.power(listed.astype(np.float64), np.float32(attrs["distortion"]))
    weights = np.concatenate([np.zeros(reserved), distorted]).astype(np.float32)
    if len(weights) != attrs["range_max"]:
        raise errors.InvalidArgumentError(
            None, None, f"range_max is {attrs['range_max']}, but there are frequencies of "
            f"{len(weights)} classes")
    if not weights.any():
        raise errors.InvalidArgumentError(None, None, "all frequencies are zero")
    return weights


def _read_frequencies(path):
    """The numbers after the last comma of each line of a file."""
    try:
        with open(path) as stream:
            lines = stream.read().splitlines()
    except OSError as error:
        raise errors.NotFoundError(None, None, f"{path}; {error.strerror}") from None
    result = []
    for line in lines:
        if line:
            try:
                result.append(float(line.rpartition(",")[2]))
            except ValueError:
                raise errors.InvalidArgumentError(
                    None, None, f"Wrong vocabulary format at line: {line}") from None
    return result


# ---- all classes ----


def all_candidate_sampler(true_classes, num_true, num_sampled, unique, seed=None, name=None):
    """All classes, [0, num_sampled), each once (TF op: AllCandidateSampler). For tests.

    Arguments and results are those of ``uniform_candidate_sampler``.
    """
    return AllCandidateSampler(true_classes, num_true=num_true, num_sampled=num_sampled,
                               unique=unique, name=name, **_seeds(seed))


AllCandidateSampler = op(
    "AllCandidateSampler(true_classes: int64; num_true: int >= 1, num_sampled: int >= 1,"
    " unique: bool, seed: int = 0, seed2: int = 0)"
    " -> (sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float)",
    stateful=True)
AllCandidateSampler.shape(_sample_shapes)


@AllCandidateSampler.kernel
def _(true_classes, num_true, num_sampled):
    _check_true_classes(true_classes, num_true)
    return (np.arange(num_sampled), np.ones(np.shape(true_classes), np.float32),
            np.ones(num_sampled, np.float32))


# ---- accidental hits ----


def compute_accidental_hits(true_classes, sampled_candidates, num_true, seed=None, name=None):
    """Where classes that were drawn are true classes (TF op: ComputeAccidentalHits).

    Args:
      true_classes: int64 [batch, num_true].
      sampled_candidates: int64 [num_sampled]; a class that is in it twice is found at its last
        place.
      num_true: an int.

    Returns:
      indices: int32 [hits], rows of ``true_classes``.
      ids: int64 [hits], places in ``sampled_candidates``.
      weights: float32 [hits], the lowest float: added to a logit, it makes the class impossible.
    """
    return ComputeAccidentalHits(true_classes, sampled_candidates, num_true=num_true, name=name,
                                 **_seeds(seed))


ComputeAccidentalHits = op(
    "ComputeAccidentalHits(true_classes: int64, sampled_candidates: int64; num_true: int,"
    " seed: int = 0, seed2: int = 0) -> (indices: int32, ids: int64, weights: float)")


@ComputeAccidentalHits.shape
def _(true_classes, sampled_candidates, num_true):
    with_value(with_rank(true_classes.shape, 2)._dims[1], num_true)
    with_rank(sampled_candidates.shape, 1)
    return [TensorShape._from_tuple((None,))] * 3


@ComputeAccidentalHits.kernel
def _(true_classes, sampled_candidates, num_true):
    if np.ndim(true_classes) != 2 or np.shape(true_classes)[1] != num_true:
        raise errors.InvalidArgumentError(
            None, None, "true_candidates must be a batch_size * num_true matrix")
    if np.ndim(sampled_candidates) != 1:
        raise errors.InvalidArgumentError(
            None, None, "sampled_candidates must be a vector, which is typically an output from "
            "CandidateSampler")
    count = len(sampled_candidates)
    classes, from_end = np.unique(sampled_candidates[::-1], return_index=True)
    flat = true_classes.reshape(-1)
    place = np.searchsorted(classes, flat)
    hit = np.flatnonzero(np.append(classes, -1)[place] == flat) if count else flat[:0]
    hit = hit[place[hit] < len(classes)]
    ids = count - 1 - from_end[place[hit]]
    return ((hit // num_true).astype(np.int32), ids.astype(np.int64),
            np.full(len(hit), np.finfo(np.float32).min, np.float32))
