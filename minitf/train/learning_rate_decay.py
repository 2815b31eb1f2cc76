"""Learning rates that fall with the number of steps: tensors computed from ``global_step``.

In the formulas, t is the global step. A learning rate made here is computed in the dtype of
``learning_rate``; ``global_step`` and the other arguments, numbers or tensors, are cast to it.
"""

import functools
import math

from minitf.framework import dtypes
from minitf.framework.convert import convert_n_to_tensor, convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops import control_flow_ops, math_ops, random_ops
from minitf.ops.constant_op import constant


def _rate_and_cast(learning_rate):
    """The learning rate as a tensor, and the function that casts to its dtype."""
    rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
    return rate, functools.partial(math_ops.cast, dtype=rate.dtype)


# ---- exponential, inverse time ----


def exponential_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False,
                      name=None):
    """``learning_rate * decay_rate ^ (t / decay_steps)``.

    Args:
      learning_rate: the initial learning rate, a floating scalar.
      global_step: the number of steps so far.
      decay_steps: the number of steps in which the rate falls by the factor ``decay_rate``.
      decay_rate: the factor.
      staircase: whether ``t / decay_steps`` is rounded down.
      name: the name scope, by default "ExponentialDecay".

    Returns:
      A scalar of the dtype of ``learning_rate``.
    """
    with name_scope(None, name or "ExponentialDecay") as scope:
        rate, cast = _rate_and_cast(learning_rate)
        decay_steps = cast(decay_steps)
        decay_rate = cast(decay_rate)
        periods = cast(global_step) / decay_steps
        if staircase:
            periods = math_ops.floor(periods)
        return math_ops.multiply(rate, math_ops.pow(decay_rate, periods), name=scope)


def natural_exp_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False,
                      name=None):
    """``learning_rate * exp(-decay_rate * t / decay_steps)``; see ``exponential_decay``."""
    factor = math_ops.exp(math_ops.negative(decay_rate))
    return exponential_decay(learning_rate, global_step, decay_steps, factor, staircase, name)


def inverse_time_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False,
                       name=None):
    """``learning_rate / (1 + decay_rate * t / decay_steps)``.

    Args:
      learning_rate: the initial learning rate, a floating scalar.
      global_step: the number of steps so far.
      decay_steps: after so many steps, the rate has been divided by ``1 + decay_rate``.
      decay_rate: see there.
      staircase: whether ``t / decay_steps`` is rounded down.
      name: the name scope, by default "InverseTimeDecay".

    Returns:
      A scalar of the dtype of ``learning_rate``.
    """
    with name_scope(None, name or "InverseTimeDecay") as scope:
        rate, cast = _rate_and_cast(learning_rate)
        decay_steps = cast(decay_steps)
        decay_rate = cast(decay_rate)
        periods = cast(global_step) / decay_steps
        if staircase:
            periods = math_ops.floor(periods)
        one = cast(constant(1))
        return math_ops.divide(rate, math_ops.add(one, math_ops.multiply(decay_rate, periods)),
                               name=scope)


# ---- pieces, polynomials ----


def piecewise_constant(x, boundaries, values, name=None):
    """``values[0]`` up to ``boundaries[0]``, then ``values[1]`` up to ``boundaries[1]``, and so on.

    Args:
      x: a scalar, such as the global step.
      boundaries: increasing numbers or scalars of the dtype of ``x`` (int32 for int64 will do).
      values: numbers or scalars of one dtype, one more than boundaries.
      name: the name scope, by default "PiecewiseConstant".

    Returns:
      A scalar of the dtype of ``values``.

    Raises:
      ValueError: dtypes, or numbers of boundaries and values, that do not fit.
    """
    boundaries = convert_n_to_tensor(boundaries)
    values = convert_n_to_tensor(values)
    dtype = convert_to_tensor(x).dtype.base_dtype
    boundaries = [_as_boundary(boundary, dtype) for boundary in boundaries]
    for value in values[1:]:
        if value.dtype.base_dtype != values[0].dtype.base_dtype:
            raise ValueError("Values must have elements all with the same dtype "
                             f"({values[0].dtype.base_dtype} vs {value.dtype.base_dtype}).")
    if len(boundaries) != len(values) - 1:
        raise ValueError("The length of boundaries should be 1 less than the length of values")
    with name_scope(None, name or "PiecewiseConstant"):
        x = convert_to_tensor(x)
        pieces = [(x <= boundaries[0], lambda: values[0]),
                  (x > boundaries[-1], lambda: values[-1])]
        for low, high, value in zip(boundaries, boundaries[1:], values[1:]):
            pieces.append(((x > low) & (x <= high), lambda value=value: value))
        return control_flow_ops.case(pieces, lambda: values[0], exclusive=True)


piecewise_constant_decay = piecewise_constant


def _as_boundary(boundary, dtype):
    own = boundary.dtype.base_dtype
    if own == dtype:
        return boundary
    if own == dtypes.int32 and dtype == dtypes.int64:
        return math_ops.cast(boundary, dtype)
    raise ValueError(f"Boundaries ({own}) must have the same dtype as x ({dtype}).")


def polynomial_decay(learning_rate, global_step, decay_steps, end_learning_rate=0.0001, power=1.0,
                     cycle=False, name=None):
    """A polynomial from ``learning_rate`` to ``end_learning_rate``, where it stays::

        (learning_rate - end_learning_rate) * (1 - min(t / decay_steps, 1)) ^ power
        + end_learning_rate

    With ``cycle``, ``decay_steps`` is instead doubled, tripled and so on, to stay above t.

    Args:
      learning_rate: the initial learning rate, a floating scalar.
      global_step: the number of steps so far.
      decay_steps: the number of steps until the end.
      end_learning_rate: the last learning rate.
      power: the exponent.
      cycle: see above.
      name: the name scope, by default "PolynomialDecay".

    Returns:
      A scalar of the dtype of ``learning_rate``.
    """
    with name_scope(None, name or "PolynomialDecay") as scope:
        rate, cast = _rate_and_cast(learning_rate)
        end = cast(end_learning_rate)
        power = cast(power)
        step = cast(global_step)
        last_step = cast(decay_steps)
        if cycle:
            cycles = control_flow_ops.cond(math_ops.equal(step, 0), lambda: 1.0,
                                           lambda: math_ops.ceil(step / decay_steps))
            last_step = math_ops.multiply(last_step, cycles)
        else:
            step = math_ops.minimum(step, decay_steps)
        fraction = math_ops.divide(step, last_step)
        return math_ops.add(math_ops.multiply(rate - end, math_ops.pow(1 - fraction, power)), end,
                            name=scope)


# ---- cosines ----


def _half_cosine(fraction):
    """From 1 to 0 along half a wave, as ``fraction`` goes from 0 to 1."""
    return 0.5 * (1.0 + math_ops.cos(constant(math.pi) * fraction))


def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """Half a cosine wave, without the restarts of https://arxiv.org/abs/1608.03983::

        learning_rate * ((1 - alpha) * (1 + cos(pi * min(t / decay_steps, 1))) / 2 + alpha)

    Args:
      learning_rate: the initial learning rate, a float32 scalar.
      global_step: the number of steps so far.
      decay_steps: the number of steps until the end.
      alpha: the last learning rate, as a fraction of the first one.
      name: the name scope, by default "CosineDecay".

    Returns:
      A scalar of the dtype of ``learning_rate``.
    """
    with name_scope(None, name or "CosineDecay"):
        rate, cast = _rate_and_cast(learning_rate)
        decay_steps = cast(decay_steps)
        fraction = math_ops.minimum(cast(global_step), decay_steps) / decay_steps
        return math_ops.multiply(rate, (1 - alpha) * _half_cosine(fraction) + alpha)


def cosine_decay_restarts(learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0,
                          alpha=0.0, name=None):
    """SGDR (Loshchilov and Hutter, 2016, https://arxiv.org/abs/1608.03983): repeated cosines.

    Args:
      learning_rate: the initial learning rate, a float32 scalar.
      global_step: the number of steps so far.
      first_decay_steps: the length of the first period.
      t_mul: how many times longer each further period is.
      m_mul: by what each further period's first learning rate is multiplied.
      alpha: the last learning rate of a period, as a fraction of ``learning_rate``.
      name: the name scope, by default "SGDRDecay".

    Returns:
      A scalar of the dtype of ``learning_rate``.
    """
    with name_scope(None, name or "SGDRDecay") as scope:
        rate, cast = _rate_and_cast(learning_rate)
        first_decay_steps, alpha, t_mul, m_mul, step = map(
            cast, (first_decay_steps, alpha, t_mul, m_mul, global_step))
        periods = step / first_decay_steps

        def of_equal_length():
            restarts = math_ops.floor(periods)
            return restarts, periods - restarts

        def of_growing_length():
            restarts = math_ops.floor(
                math_ops.log(1.0 - periods * (1.0 - t_mul)) / math_ops.log(t_mul))
            before = (1.0 - t_mul ** restarts) / (1.0 - t_mul)
            return restarts, (periods - before) / t_mul ** restarts

        restarts, fraction = control_flow_ops.cond(
            math_ops.equal(t_mul, 1.0), of_equal_length, of_growing_length)
        height = m_mul ** restarts
        wave = 0.5 * height * (1.0 + math_ops.cos(constant(math.pi) * fraction))
        return math_ops.multiply(rate, (1 - alpha) * wave + alpha, name=scope)


def linear_cosine_decay(learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0,
                        beta=0.001, name=None):
    """A cosine under a falling line (Bello et al., 2017, https://arxiv.org/abs/1709.07417)::

        f = min(t / decay_steps, 1)
        learning_rate * ((alpha + 1 - f) * (1 + cos(pi * 2 * num_periods * f)) / 2 + beta)

    Args:
      learning_rate: the initial learning rate, a float32 scalar.
      global_step: the number of steps so far.
      decay_steps: the number of steps until the end.
      num_periods: the number of waves.
      alpha, beta: see the formula.
      name: the name scope, by default "LinearCosineDecay".

    Returns:
      A scalar of the dtype of ``learning_rate``.
    """
    with name_scope(None, name or "LinearCosineDecay") as scope:
        rate, cast = _rate_and_cast(learning_rate)
        decay_steps, num_periods, alpha, beta, step = map(
            cast, (decay_steps, num_periods, alpha, beta, global_step))
        step = math_ops.minimum(step, decay_steps)
        line = (decay_steps - step) / decay_steps
        fraction = step / decay_steps
        wave = _half_cosine(2.0 * num_periods * fraction)
        return math_ops.multiply(rate, (alpha + line) * wave + beta, name=scope)


def noisy_linear_cosine_decay(learning_rate, global_step, decay_steps, initial_variance=1.0,
                              variance_decay=0.55, num_periods=0.5, alpha=0.0, beta=0.001,
                              name=None):
    """``linear_cosine_decay`` with noise on its line (https://arxiv.org/abs/1709.07417).

    The noise is normal, of variance ``initial_variance / (1 + t) ^ variance_decay``, drawn anew
    each time that the learning rate is computed.

    Args:
      initial_variance, variance_decay: see above.
      name: the name scope, by default "NoisyLinearCosineDecay".
      Others: see ``linear_cosine_decay``.

    Returns:
      A scalar of the dtype of ``learning_rate``.
    """
    with name_scope(None, name or "NoisyLinearCosineDecay") as scope:
        rate, cast = _rate_and_cast(learning_rate)
        decay_steps, initial_variance, variance_decay, num_periods, alpha, beta, step = map(
            cast, (decay_steps, initial_variance, variance_decay, num_periods, alpha, beta,
                   global_step))
        step = math_ops.minimum(step, decay_steps)
        line = (decay_steps - step) / decay_steps
        variance = initial_variance / math_ops.pow(1.0 + step, variance_decay)
        deviation = math_ops.sqrt(variance)
        line = line + random_ops.random_normal(line.shape, stddev=deviation)
        fraction = step / decay_steps
        wave = _half_cosine(2.0 * num_periods * fraction)
        return math_ops.multiply(rate, (alpha + line) * wave + beta, name=scope)
