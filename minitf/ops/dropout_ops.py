"""Dropout."""

import numbers

from minitf import tf_logging
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor_shape import TensorShape, as_shape
from minitf.ops import array_ops, math_ops, random_ops
from minitf.ops.arguments import renamed_argument


def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None):
    """``x`` with elements set to 0 at random, the others scaled up to keep the expected sum.

    Args:
      x: a tensor of floats.
      keep_prob: ``1 - rate``, the old argument.
      noise_shape: the shape of the random mask, which broadcasts to the shape of ``x``: elements
        along a dimension of 1 live or die together. By default the shape of ``x``.
      seed: an integer, see ``tf.set_random_seed``.
      rate: the probability of each element to be dropped, a number in [0, 1) or a scalar tensor.
        With rate 0 the result is ``x`` itself.

    Raises:
      ValueError: no rate or two, or one out of range; ``x`` is no tensor of floats.

    Source: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from
    overfitting".
    """
    try:
        complement = None if keep_prob is None else 1. - keep_prob
    except TypeError:
        raise ValueError("keep_prob must be a floating point number or Tensor "
                         f"(got {keep_prob!r})") from None
    rate = renamed_argument("rate", rate, "keep_prob", complement)
    if rate is None:
        raise ValueError("You must provide a rate to dropout.")
    with name_scope(name, "dropout", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise ValueError("x has to be a floating point tensor since it's going to be scaled. "
                             f"Got a {x.dtype} tensor instead.")
        if isinstance(rate, numbers.Real):
            _check_rate(rate)
            if rate == 0:
                return x
        rate = convert_to_tensor(rate, dtype=x.dtype, name="rate")
        rate.shape.assert_has_rank(0)
        if constant_value(rate) == 0:
            return x
        noise = random_ops.random_uniform(_noise_shape(x, noise_shape), seed=seed, dtype=x.dtype)
        scale = 1 / (1 - rate)
        keep_mask = noise >= rate
        result = x * scale * math_ops.cast(keep_mask, x.dtype)
        result.set_shape(x.shape)
        return result


def _check_rate(rate):
    if not 0 <= rate < 1:
        raise ValueError("rate must be a scalar tensor or a float in the range [0, 1), got "
                         f"{rate:g}")
    if rate > 0.5:
        tf_logging.log_first_n(tf_logging.WARN, "Large dropout rate: %g (>0.5). The rate is the "
                               "share that is dropped, keep_prob the share that is kept.", 5, rate)


def _noise_shape(x, noise_shape):
    """The shape of the mask: None dimensions of ``noise_shape`` are those of ``x``."""
    if noise_shape is None:
        return array_ops.shape(x)
    try:
        dims = as_shape(noise_shape)._dims
    except (TypeError, ValueError):
        return noise_shape  # a tensor
    if x.shape._dims is None or dims is None or len(x.shape._dims) != len(dims):
        return noise_shape
    return TensorShape([of_x if dim is None else dim for dim, of_x in zip(dims, x.shape._dims)])
