"""Random numbers that are a function of their seed: the same in every run, and in every session.

The seed is an input, two integers; the generator that it gives is made anew each time. Numbers are
TensorFlow's; see ``philox.py``.
"""

from minitf.framework import dtypes
from minitf.framework.constant_folding import static_shape, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import math_ops, philox
from minitf.ops.common_shapes import with_rank, with_value
from minitf.ops.random_ops import shape_tensor

_REAL = "half bfloat16 float double"
_INDEX = "int32 int64"


def _stateless_shape(shape, seed):
    with_value(with_rank(seed.shape, 1)._dims[0], 2)
    return static_shape(shape)


# ---- uniform ----


def stateless_random_uniform(shape, seed, minval=0, maxval=None, dtype=dtypes.float32, name=None):
    """Numbers from the uniform distribution over [minval, maxval), by a seed.

    TF ops: StatelessRandomUniform and arithmetic; StatelessRandomUniformInt for integers.

    Args:
      shape: the result's shape: a list, or an integer vector.
      seed: two integers, int32 or int64 [2].
      minval, maxval: the range, scalars of ``dtype``; ``maxval`` is 1 by default for floats.
      dtype: float16, float32, float64, int32 or int64.

    Raises:
      ValueError: another dtype, or integers without ``maxval``.
    """
    dtype = dtypes.as_dtype(dtype)
    if dtype not in (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64, dtypes.int32,
                     dtypes.int64):
        raise ValueError(f"Invalid dtype {dtype!r}")
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    with name_scope(name, "stateless_random_uniform", [shape, seed, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        if dtype.is_integer:
            return StatelessRandomUniformInt(shape, seed, minval, maxval, name=scope)
        unit = StatelessRandomUniform(shape, seed, dtype=dtype)
        return math_ops.add(unit * (maxval - minval), minval, name=scope)


StatelessRandomUniform = op(
    "StatelessRandomUniform(shape: T, seed: Tseed; dtype: type = float, T: type = int32,"
    " Tseed: type = int64) -> (output: dtype)", dtype=_REAL, T=_INDEX, Tseed=_INDEX
    ).not_differentiable()
StatelessRandomUniform.shape(_stateless_shape)


@StatelessRandomUniform.kernel
def _(shape, seed, dtype):
    return philox.uniform(philox.PhiloxRandom.stateless(seed), shape, dtype.as_numpy_dtype)


StatelessRandomUniformInt = op(
    "StatelessRandomUniformInt(shape: T, seed: Tseed, minval: dtype, maxval: dtype; dtype, T,"
    " Tseed: type = int64) -> (output: dtype)", dtype=_INDEX, T=_INDEX, Tseed=_INDEX
    ).not_differentiable()


@StatelessRandomUniformInt.shape
def _(shape, seed, minval, maxval):
    with_rank(minval.shape, 0)
    with_rank(maxval.shape, 0)
    return _stateless_shape(shape, seed)


@StatelessRandomUniformInt.kernel
def _(shape, seed, minval, maxval, dtype):
    return philox.uniform_int(philox.PhiloxRandom.stateless(seed), shape, minval, maxval,
                              dtype.as_numpy_dtype)


# ---- normal ----


def stateless_random_normal(shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
    """Numbers from a normal distribution, by a seed (TF op: StatelessRandomNormal, and arithmetic).

    Args:
      shape: the result's shape: a list, or an integer vector.
      seed: two integers, int32 or int64 [2].
      mean, stddev: the distribution's mean and standard deviation.
      dtype: float16, float32 or float64.
    """
    return _scaled_normal(StatelessRandomNormal, "stateless_random_normal", shape, seed, mean,
                          stddev, dtype, name)


def stateless_truncated_normal(shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
    """Normal numbers, none further than two deviations from the mean, by a seed.

    TF op: StatelessTruncatedNormal, and arithmetic. Arguments: see ``stateless_random_normal``.
    """
    return _scaled_normal(StatelessTruncatedNormal, "stateless_truncated_normal", shape, seed, mean,
                          stddev, dtype, name)


def _scaled_normal(standard, default_name, shape, seed, mean, stddev, dtype, name):
    with name_scope(name, default_name, [shape, seed, mean, stddev]) as scope:
        shape = shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype=dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
        unit = standard(shape, seed, dtype=dtype)
        return math_ops.add(unit * stddev, mean, name=scope)


StatelessRandomNormal = op(
    "StatelessRandomNormal(shape: T, seed: Tseed; dtype: type = float, T: type = int32,"
    " Tseed: type = int64) -> (output: dtype)", dtype=_REAL, T=_INDEX, Tseed=_INDEX
    ).not_differentiable()
StatelessRandomNormal.shape(_stateless_shape)


@StatelessRandomNormal.kernel
def _(shape, seed, dtype):
    return philox.standard_normal(philox.PhiloxRandom.stateless(seed), shape, dtype.as_numpy_dtype)


StatelessTruncatedNormal = op(
    "StatelessTruncatedNormal(shape: T, seed: Tseed; dtype: type = float, T: type = int32,"
    " Tseed: type = int64) -> (output: dtype)", dtype=_REAL, T=_INDEX, Tseed=_INDEX
    ).not_differentiable()
StatelessTruncatedNormal.shape(_stateless_shape)


@StatelessTruncatedNormal.kernel
def _(shape, seed, dtype):
    return philox.truncated_normal(philox.PhiloxRandom.stateless(seed), shape, dtype.as_numpy_dtype)


# ---- categories ----


def stateless_multinomial(logits, num_samples, seed, output_dtype=dtypes.int64, name=None):
    """``stateless_categorical`` under its older name."""
    with name_scope(name, "stateless_multinomial", [logits, seed]):
        return _draw_categories(logits, num_samples, seed, output_dtype)


def stateless_categorical(logits, num_samples, seed, dtype=dtypes.int64, name=None):
    """Classes drawn by their unnormalised log probabilities, by a seed (TF: StatelessMultinomial).

    Args:
      logits: [batch, classes].
      num_samples: a scalar int32: draws for each row.
      seed: two integers, int32 or int64 [2].
      dtype: int64 or int32.

    Returns:
      [batch, num_samples] of ``dtype``.
    """
    with name_scope(name, "stateless_categorical", [logits, seed]):
        return _draw_categories(logits, num_samples, seed, dtype)


def _draw_categories(logits, num_samples, seed, dtype):
    logits = convert_to_tensor(logits, name="logits")
    return StatelessMultinomial(logits, num_samples, seed, output_dtype=dtype)


StatelessMultinomial = op(
    "StatelessMultinomial(logits: T, num_samples: int32, seed: Tseed; T, Tseed: type = int64,"
    " output_dtype: type = int64) -> (output: output_dtype)",
    T="float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64", Tseed=_INDEX,
    output_dtype=_INDEX).not_differentiable()


@StatelessMultinomial.shape
def _(logits, num_samples, seed):
    with_value(with_rank(seed.shape, 1)._dims[0], 2)
    batch = with_rank(logits.shape, 2)._dims[0]
    with_rank(num_samples.shape, 0)
    count = static_value(num_samples)
    return TensorShape._from_tuple((batch, None if count is None else int(count)))


@StatelessMultinomial.kernel
def _(logits, num_samples, seed, output_dtype):
    return philox.multinomial(philox.PhiloxRandom.stateless(seed), logits, num_samples,
                              output_dtype.as_numpy_dtype)
