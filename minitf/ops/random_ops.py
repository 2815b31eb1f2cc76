"""Random numbers: TensorFlow's streams, number for number, from the same seeds.

Each op has a generator that goes on from run to run of a session and starts anew with the next. Its
seeds come from ``random_seed.get_seed``; what the numbers are made of is told in ``philox.py``.
"""

import numpy as np

from minitf.framework import dtypes, tensor_shape
from minitf.framework.constant_folding import static_shape, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.random_seed import get_seed
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import (
    array_ops,
    control_flow_ops,
    math_ops,
    philox,
    rejection_sampling,
    special_ops,
)
from minitf.ops.common_shapes import broadcast_shape, with_rank, with_rank_at_most

_REAL = "half bfloat16 float double"
_INDEX = "int32 int64"


def _seeds(seed):
    """The seed attributes of an op with that seed."""
    first, second = get_seed(seed)
    return {"seed": first or 0, "seed2": second or 0}


def shape_tensor(shape):
    """A shape (list, TensorShape, tensor) as an integer vector, of int32 when it is empty."""
    dtype = None
    if isinstance(shape, (tuple, list)):
        if shape:
            shape = tuple(tensor_shape.dimension_value(dim) for dim in shape)
        else:
            dtype = dtypes.int32
    return convert_to_tensor(shape, dtype=dtype, name="shape")


def _random_shape(shape):
    with_rank(shape.shape, 1)
    return static_shape(shape)


def _generator(ctx, seed, seed2):
    return ctx.state(lambda: philox.PhiloxRandom(seed, seed2))


# ---- uniform ----


def random_uniform(shape, minval=0, maxval=None, dtype=dtypes.float32, seed=None, name=None):
    """Numbers from the uniform distribution over [minval, maxval).

    TF ops: RandomUniform and arithmetic; RandomUniformInt for integers.

    Args:
      shape: the result's shape: a list, or an integer vector.
      minval, maxval: the range, scalars of ``dtype``; ``maxval`` is 1 by default for floats.
      dtype: float16, float32, float64, int32 or int64.
      seed: the op's seed, an int.

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
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        seeds = _seeds(seed)
        if dtype.is_integer:
            return RandomUniformInt(shape, minval, maxval, name=scope, **seeds)
        unit = RandomUniform(shape, dtype=dtype, **seeds)
        return math_ops.add(unit * (maxval - minval), minval, name=scope)


RandomUniform = op("RandomUniform(shape: T; seed: int = 0, seed2: int = 0, dtype, T)"
                   " -> (output: dtype)", dtype=_REAL, T=_INDEX, stateful=True).not_differentiable()
RandomUniform.shape(_random_shape)


@RandomUniform.kernel
def _(shape, seed, seed2, dtype, ctx):
    return philox.uniform(_generator(ctx, seed, seed2), shape, dtype.as_numpy_dtype)


RandomUniformInt = op("RandomUniformInt(shape: T, minval: Tout, maxval: Tout; seed: int = 0,"
                      " seed2: int = 0, Tout, T) -> (output: Tout)", Tout=_INDEX, T=_INDEX,
                      stateful=True)


@RandomUniformInt.shape
def _(shape, minval, maxval):
    with_rank(minval.shape, 0)
    with_rank(maxval.shape, 0)
    return _random_shape(shape)


@RandomUniformInt.kernel
def _(shape, minval, maxval, seed, seed2, Tout, ctx):
    return philox.uniform_int(_generator(ctx, seed, seed2), shape, minval, maxval,
                              Tout.as_numpy_dtype)


# ---- normal ----


def random_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Numbers from a normal distribution (TF op: RandomStandardNormal, and arithmetic).

    Args:
      shape: the result's shape: a list, or an integer vector.
      mean, stddev: the distribution's mean and standard deviation.
      dtype: float16, float32 or float64.
      seed: the op's seed, an int.
    """
    return _scaled_normal(RandomStandardNormal, "random_normal", shape, mean, stddev, dtype, seed,
                          name)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Numbers from a normal distribution, none further than two deviations from the mean.

    TF op: TruncatedNormal, and arithmetic. Arguments are those of ``random_normal``.
    """
    return _scaled_normal(TruncatedNormal, "truncated_normal", shape, mean, stddev, dtype, seed,
                          name)


def _scaled_normal(standard, default_name, shape, mean, stddev, dtype, seed, name):
    with name_scope(name, default_name, [shape, mean, stddev]) as scope:
        shape = shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype=dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
        unit = standard(shape, dtype=dtype, **_seeds(seed))
        return math_ops.add(unit * stddev, mean, name=scope)


RandomStandardNormal = op("RandomStandardNormal(shape: T; seed: int = 0, seed2: int = 0, dtype, T)"
                          " -> (output: dtype)", dtype=_REAL, T=_INDEX,
                          stateful=True).not_differentiable()
RandomStandardNormal.shape(_random_shape)


@RandomStandardNormal.kernel
def _(shape, seed, seed2, dtype, ctx):
    return philox.standard_normal(_generator(ctx, seed, seed2), shape, dtype.as_numpy_dtype)


TruncatedNormal = op("TruncatedNormal(shape: T; seed: int = 0, seed2: int = 0, dtype, T)"
                     " -> (output: dtype)", dtype=_REAL, T=_INDEX, stateful=True
                     ).not_differentiable()
TruncatedNormal.shape(_random_shape)


@TruncatedNormal.kernel
def _(shape, seed, seed2, dtype, ctx):
    return philox.truncated_normal(_generator(ctx, seed, seed2), shape, dtype.as_numpy_dtype)


def parameterized_truncated_normal(shape, means=0.0, stddevs=1.0, minvals=-2.0, maxvals=2.0,
                                   dtype=dtypes.float32, seed=None, name=None):
    """Normal numbers cut off outside [minval, maxval] (TF op: ParameterizedTruncatedNormal).

    Args:
      shape: the result's shape; parameters that are vectors belong to its first dimension.
      means, stddevs, minvals, maxvals: scalars or vectors of ``dtype``.
    """
    with name_scope(name, "parameterized_truncated_normal",
                    [shape, means, stddevs, minvals, maxvals]):
        shape = shape_tensor(shape)
        parameters = [convert_to_tensor(value, dtype=dtype, name=label) for value, label in
                      [(means, "means"), (stddevs, "stddevs"), (minvals, "minvals"),
                       (maxvals, "maxvals")]]
        return ParameterizedTruncatedNormal(shape, *parameters, **_seeds(seed))


ParameterizedTruncatedNormal = op(
    "ParameterizedTruncatedNormal(shape: T, means: dtype, stdevs: dtype, minvals: dtype,"
    " maxvals: dtype; seed: int = 0, seed2: int = 0, dtype, T) -> (output: dtype)",
    dtype=_REAL, T=_INDEX, stateful=True).not_differentiable()


@ParameterizedTruncatedNormal.shape
def _(shape, means, stdevs, minvals, maxvals):
    for parameter in (means, stdevs, minvals, maxvals):
        with_rank_at_most(parameter.shape, 1)
    return _random_shape(shape)


@ParameterizedTruncatedNormal.kernel
def _(shape, means, stdevs, minvals, maxvals, seed, seed2, ctx):
    return rejection_sampling.parameterized_truncated_normal(
        _generator(ctx, seed, seed2), shape, means, stdevs, minvals, maxvals)


# ---- shuffling, cropping ----


def random_shuffle(value, seed=None, name=None):
    """The slices of ``value`` along its first dimension in random order (TF op: RandomShuffle)."""
    return RandomShuffle(value, name=name, **_seeds(seed))


RandomShuffle = op("RandomShuffle(value: T; seed: int = 0, seed2: int = 0, T) -> (output: T)",
                   stateful=True).view()


@RandomShuffle.shape
def _(value):
    return value.shape


@RandomShuffle.kernel
def _(value, seed, seed2, ctx):
    return philox.shuffle(_generator(ctx, seed, seed2), value)


def random_crop(value, size, seed=None, name=None):
    """A part of ``value`` of shape ``size``, at a random place; every place is as likely.

    Args:
      value: a tensor.
      size: an integer vector, one element a dimension; at run time not above ``value``'s shape.
    """
    with name_scope(name, "random_crop", [value, size]) as scope:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtype=dtypes.int32, name="size")
        shape = array_ops.shape(value)
        check = control_flow_ops.Assert(
            math_ops.reduce_all(shape >= size),
            ["Need value.shape >= size, got ", shape, size], summarize=1000)
        shape = control_flow_ops.with_dependencies([check], shape)
        limit = shape - size + 1
        offset = random_uniform(array_ops.shape(shape), dtype=size.dtype, maxval=size.dtype.max,
                                seed=seed) % limit
        return array_ops.slice(value, offset, size, name=scope)


# ---- categories ----


def multinomial(logits, num_samples, seed=None, name=None, output_dtype=None):
    """``categorical`` under its older name."""
    return _draw_categories("multinomial", logits, num_samples, output_dtype, seed, name)


def categorical(logits, num_samples, dtype=None, seed=None, name=None):
    """Classes drawn by their unnormalised log probabilities (TF op: Multinomial).

    Args:
      logits: [batch, classes].
      num_samples: a scalar int32: draws for each row.
      dtype: int64 by default, or int32.

    Returns:
      [batch, num_samples] of ``dtype``.
    """
    return _draw_categories("categorical", logits, num_samples, dtype, seed, name)


def _draw_categories(default_name, logits, num_samples, dtype, seed, name):
    with name_scope(name, default_name, [logits]):
        logits = convert_to_tensor(logits, name="logits")
        return Multinomial(logits, num_samples, output_dtype=dtype or dtypes.int64, **_seeds(seed))


Multinomial = op("Multinomial(logits: T, num_samples: int32; seed: int = 0, seed2: int = 0, T,"
                 " output_dtype: type = int64) -> (output: output_dtype)",
                 T="float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64",
                 output_dtype=_INDEX, stateful=True).not_differentiable()


@Multinomial.shape
def _(logits, num_samples):
    batch = with_rank(logits.shape, 2)._dims[0]
    with_rank(num_samples.shape, 0)
    count = static_value(num_samples)
    return TensorShape([batch, None if count is None else int(count)])


@Multinomial.kernel
def _(logits, num_samples, seed, seed2, output_dtype, ctx):
    return philox.multinomial(_generator(ctx, seed, seed2), logits, num_samples,
                              output_dtype.as_numpy_dtype)


# ---- gamma, Poisson ----


def random_gamma(shape, alpha, beta=None, dtype=dtypes.float32, seed=None, name=None):
    """Numbers from gamma distributions (TF op: RandomGamma, and arithmetic).

    Args:
      shape: an int32 vector: the shape of the samples drawn for each pair of parameters.
      alpha: the shape parameter, a tensor of ``dtype``.
      beta: the inverse scale, 1 by default; it broadcasts with ``alpha``.
      dtype: float16, float32 or float64.

    Returns:
      A tensor of shape ``shape + shape of (alpha + beta)``.
    """
    with name_scope(name, "random_gamma", [shape, alpha, beta]):
        shape = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        alpha = convert_to_tensor(alpha, name="alpha", dtype=dtype)
        beta = convert_to_tensor(1 if beta is None else beta, name="beta", dtype=dtype)
        alpha_broadcast = alpha + array_ops.zeros_like(beta)
        samples = RandomGamma(shape, alpha_broadcast, **_seeds(seed))
        return math_ops.maximum(np.finfo(alpha.dtype.as_numpy_dtype).tiny, samples / beta)


RandomGamma = op("RandomGamma(shape: S, alpha: T; seed: int = 0, seed2: int = 0, S, T)"
                 " -> (output: T)", S=_INDEX, T="half float double", stateful=True)


@RandomGamma.shape
def _(shape, alpha):
    return _random_shape(shape).concatenate(alpha.shape)


@RandomGamma.kernel
def _(shape, alpha, seed, seed2, ctx):
    return rejection_sampling.gamma(_generator(ctx, seed, seed2), shape, alpha)


@RandomGamma.gradient
def _(op, grad):
    shape, alpha = op.inputs
    with control_dependencies([grad]):
        count = array_ops.shape(shape)[0]
        ones = array_ops.ones([count], dtype=dtypes.int32)
        alpha = array_ops.reshape(alpha, array_ops.concat([ones, array_ops.shape(alpha)], axis=0))
        partial = RandomGammaGrad(alpha, op.outputs[0])
        return None, math_ops.reduce_sum(grad * partial, axis=math_ops.range(count))


def random_gamma_grad(alpha, sample, name=None):
    """How a gamma distributed number moves with its parameter (TF op: RandomGammaGrad).

    At a fixed quantile, ``P(alpha, sample)`` stays as it is, so that
    ``d sample / d alpha = -(dP / d alpha) / (dP / d sample)`` (M. Figurnov, S. Mohamed, A. Mnih,
    "Implicit Reparameterization Gradients", 2018).
    """
    return RandomGammaGrad(alpha, sample, name=name)


RandomGammaGrad = op("RandomGammaGrad(alpha: T, sample: T; T) -> (output: T)", T="float double")


@RandomGammaGrad.shape
def _(alpha, sample):
    return broadcast_shape(alpha.shape, sample.shape)


@RandomGammaGrad.kernel
def _(alpha, sample):
    return rejection_sampling.gamma_derivative(alpha, sample, special_ops.Digamma.kernel_rule)


def random_poisson(lam, shape, dtype=dtypes.float32, seed=None, name=None):
    """Numbers from Poisson distributions (TF op: RandomPoissonV2).

    Args:
      lam: the rates, a tensor of floats.
      shape: an int32 vector: the shape of the samples drawn for each rate.
      dtype: of the result: float16, float32, float64, int32 or int64.

    Returns:
      A tensor of shape ``shape + shape of lam``.
    """
    with name_scope(name, "random_poisson", [lam, shape]):
        shape = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        return RandomPoissonV2(shape, lam, dtype=dtype, **_seeds(seed))


RandomPoissonV2 = op("RandomPoissonV2(shape: S, rate: R; seed: int = 0, seed2: int = 0, S,"
                     " R: type = double, dtype: type = int64) -> (output: dtype)",
                     S=_INDEX, R="half float double int32 int64",
                     dtype="half float double int32 int64", stateful=True)


@RandomPoissonV2.shape
def _(shape, rate):
    return _random_shape(shape).concatenate(rate.shape)


@RandomPoissonV2.kernel
def _(shape, rate, seed, seed2, dtype, ctx):
    return rejection_sampling.poisson(_generator(ctx, seed, seed2), shape, rate,
                                      dtype.as_numpy_dtype)
