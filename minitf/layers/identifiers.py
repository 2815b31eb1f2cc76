"""Activations, initializers, regularizers and constraints of layers, by name or as they are."""

import inspect

import numpy as np

from minitf import initializers
from minitf.framework import dtypes
from minitf.ops import activation_ops, array_ops, clip_ops, constant_op, math_ops, softmax_ops

# ---- activations ----


def linear(x):
    """The activation of layers that have none: ``x`` itself."""
    return x


def softmax(x, axis=-1):
    """Softmax along an axis of a tensor of rank 2 or more."""
    rank = x.shape.ndims
    if rank == 2:
        return softmax_ops.softmax(x)
    if rank > 2:
        exponentials = math_ops.exp(x - math_ops.reduce_max(x, axis=axis, keepdims=True))
        return exponentials / math_ops.reduce_sum(exponentials, axis=axis, keepdims=True)
    raise ValueError(f"Cannot apply softmax to a tensor that is 1D. Received input: {x}")


def elu(x):
    return activation_ops.elu(x)


def selu(x):
    result = activation_ops.elu(x)
    return 1.0507009873554805 * array_ops.where(x > 0, result, 1.6732632423543772 * result)


def softplus(x):
    return activation_ops.softplus(x)


def softsign(x):
    return activation_ops.softsign(x)


def relu(x):
    return activation_ops.relu(x)


def tanh(x):
    return math_ops.tanh(x)


def sigmoid(x):
    return math_ops.sigmoid(x)


def exponential(x):
    return math_ops.exp(x)


def hard_sigmoid(x):
    """``0.2 * x + 0.5`` cut off at 0 and 1."""
    slope = constant_op.constant(0.2, dtype=x.dtype.base_dtype)
    middle = constant_op.constant(0.5, dtype=x.dtype.base_dtype)
    return clip_ops.clip_by_value(math_ops.add(math_ops.multiply(x, slope), middle), 0.0, 1.0)


_ACTIVATIONS = {function.__name__: function for function in (
    softmax, elu, selu, softplus, softsign, relu, tanh, sigmoid, exponential, hard_sigmoid, linear)}

# ---- initializers ----


class RandomUniform(initializers.RandomUniform):
    """Uniform numbers in [-0.05, 0.05): what layers mean by "random_uniform"."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(minval, maxval, seed, dtype)


class RandomNormal(initializers.RandomNormal):
    """Normal numbers of deviation 0.05: what layers mean by "random_normal"."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(mean, stddev, seed, dtype)


class TruncatedNormal(initializers.TruncatedNormal):
    """Truncated normal numbers of deviation 0.05: what layers mean by "truncated_normal"."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(mean, stddev, seed, dtype)


_INITIALIZERS = {
    "zeros": initializers.Zeros, "zero": initializers.Zeros, "ones": initializers.Ones,
    "one": initializers.Ones, "constant": initializers.Constant, "identity": initializers.Identity,
    "random_uniform": RandomUniform, "uniform": RandomUniform, "random_normal": RandomNormal,
    "normal": RandomNormal, "truncated_normal": TruncatedNormal,
    "orthogonal": initializers.Orthogonal, "glorot_uniform": initializers.GlorotUniform,
    "glorot_normal": initializers.GlorotNormal, "he_normal": initializers.he_normal,
    "he_uniform": initializers.he_uniform, "lecun_normal": initializers.lecun_normal,
    "lecun_uniform": initializers.lecun_uniform}
_INITIALIZERS.update({kind.__name__: kind for kind in (
    initializers.Zeros, initializers.Ones, initializers.Constant, initializers.Identity,
    RandomUniform, RandomNormal, TruncatedNormal, initializers.Orthogonal,
    initializers.GlorotUniform, initializers.GlorotNormal, initializers.VarianceScaling)})

# ---- regularizers ----


class L1L2:
    """The regularizer ``l1 * sum(abs(x)) + l2 * sum(x ** 2)``.

    It differs from ``contrib.layers.l2_regularizer``, which halves the squares.
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = np.asarray(l1, np.float32)
        self.l2 = np.asarray(l2, np.float32)

    def __call__(self, x):
        if not self.l1 and not self.l2:
            return constant_op.constant(0.0)
        penalty = 0.0
        if self.l1:
            penalty += self.l1 * math_ops.reduce_sum(math_ops.abs(x))
        if self.l2:
            penalty += self.l2 * math_ops.reduce_sum(math_ops.square(x))
        return penalty

    def get_config(self):
        return {"l1": float(self.l1), "l2": float(self.l2)}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


_REGULARIZERS = {"l1": lambda l=0.01: L1L2(l1=l), "l2": lambda l=0.01: L1L2(l2=l),
                 "l1_l2": lambda l1=0.01, l2=0.01: L1L2(l1, l2), "L1L2": L1L2}

# ---- constraints ----

_TINY = 1e-7


def _norms(w, axis):
    squares = math_ops.reduce_sum(math_ops.square(w), axis=axis, keepdims=True)
    zero = constant_op.constant(0.0, dtype=squares.dtype.base_dtype)
    infinity = constant_op.constant(np.inf, dtype=squares.dtype.base_dtype)
    return math_ops.sqrt(clip_ops.clip_by_value(squares, zero, infinity))


def _clipped(x, low, high):
    low = constant_op.constant(low, dtype=x.dtype.base_dtype)
    high = constant_op.constant(high, dtype=x.dtype.base_dtype)
    return clip_ops.clip_by_value(x, low, high)


class MaxNorm:
    """Scales vectors along ``axis`` down to a norm of at most ``max_value``."""

    def __init__(self, max_value=2, axis=0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        return w * (_clipped(norms, 0, self.max_value) / (_TINY + norms))

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg:
    """Sets negative weights to zero."""

    def __call__(self, w):
        return w * math_ops.cast(math_ops.greater_equal(w, 0.0), dtypes.float32)

    def get_config(self):
        return {}


class UnitNorm:
    """Scales vectors along ``axis`` to a norm of 1."""

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        return w / (_TINY + _norms(w, self.axis))

    def get_config(self):
        return {"axis": self.axis}


class MinMaxNorm:
    """Moves the norms of vectors along ``axis`` towards [min_value, max_value] by ``rate``."""

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        wanted = (self.rate * _clipped(norms, self.min_value, self.max_value)
                  + (1 - self.rate) * norms)
        return w * (wanted / (_TINY + norms))

    def get_config(self):
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate,
                "axis": self.axis}


_CONSTRAINTS = {
    "MaxNorm": MaxNorm, "max_norm": MaxNorm, "maxnorm": MaxNorm, "NonNeg": NonNeg,
    "non_neg": NonNeg, "nonneg": NonNeg, "UnitNorm": UnitNorm, "unit_norm": UnitNorm,
    "unitnorm": UnitNorm, "MinMaxNorm": MinMaxNorm, "min_max_norm": MinMaxNorm}

# ---- looking up ----


def activation(identifier):
    """The activation of that name; a function as it is; ``linear`` for None."""
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier not in _ACTIVATIONS:
            raise ValueError(f"Unknown activation function:{identifier}")
        return _ACTIVATIONS[identifier]
    if callable(identifier):
        return identifier
    raise TypeError(f"Could not interpret activation function identifier: {identifier!r}")


def initializer(identifier):
    """The initializer of that name, or of a ``described`` one; functions and None as they are."""
    return _found(identifier, _INITIALIZERS, "initializer")


def regularizer(identifier):
    """The regularizer of that name, or of a ``described`` one; functions and None as they are."""
    return _found(identifier, _REGULARIZERS, "regularizer")


def constraint(identifier):
    """The constraint of that name, or of a ``described`` one; functions and None as they are."""
    return _found(identifier, _CONSTRAINTS, "constraint")


def _found(identifier, table, kind):
    if identifier is None or callable(identifier):
        return identifier
    if isinstance(identifier, str):
        if identifier not in table:
            raise ValueError(f"Unknown {kind}:{identifier}")
        return table[identifier]()
    if isinstance(identifier, dict):
        if "class_name" not in identifier or "config" not in identifier:
            raise ValueError(f"Improper config format: {identifier}")
        if identifier["class_name"] not in table:
            raise ValueError(f"Unknown {kind}: {identifier['class_name']}")
        return table[identifier["class_name"]](**identifier["config"])
    raise ValueError(f"Could not interpret {kind} identifier: {identifier}")


def described(value):
    """What ``get_config`` writes for a value: an object by class and arguments, a function's name.

    Raises:
      ValueError: an object that cannot be described.
    """
    if hasattr(value, "get_config") and not inspect.isclass(value):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if callable(value):
        if not hasattr(value, "__name__"):
            raise ValueError("Cannot serialize", value)
        return value.__name__
    return value
