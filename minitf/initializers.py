"""Initializers: functions that make a variable's initial value from its shape and dtype."""

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, constant_op, decomposition_ops, math_ops, random_ops
from minitf.ops.lookup_ops import tables_initializer
from minitf.variables import (
    global_variables_initializer,
    local_variables_initializer,
    variables_initializer,
)

# The standard deviation of a standard normal variable that is truncated at two deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


class Initializer:
    """Base of all initializers: calling one with a shape builds the tensor.

    Subclasses define ``__call__(shape, dtype=None, partition_info=None)``; ``dtype`` None takes the
    initializer's own. ``partition_info`` tells, for a slice of a partitioned variable, the
    ``full_shape`` and the ``var_offset``.
    """

    def __call__(self, shape, dtype=None, partition_info=None):
        raise NotImplementedError(f"{type(self).__name__} does not define __call__")

    def get_config(self):
        """The constructor's arguments, as a dictionary of values that JSON has."""
        return {}

    @classmethod
    def from_config(cls, config):
        """The initializer that ``get_config`` described."""
        return cls(**config)


def _float_dtype(dtype):
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype}.")
    return dtype


# ---- constants ----


class Zeros(Initializer):
    """All elements zero, False or empty."""

    def __init__(self, dtype=dtypes.float32):
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        return array_ops.zeros(shape, self.dtype if dtype is None else dtype)

    def get_config(self):
        return {"dtype": self.dtype.name}


class Ones(Initializer):
    """All elements one, or True."""

    def __init__(self, dtype=dtypes.float32):
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        return array_ops.ones(shape, self.dtype if dtype is None else dtype)

    def get_config(self):
        return {"dtype": self.dtype.name}


class Constant(Initializer):
    """Given values.

    Args:
      value: a number, (nested) list or array. Fewer values than the shape holds are filled up with
        the last one; they are laid out in the shape in order.
      dtype: the dtype when none is asked for.
      verify_shape: require that the value has the variable's shape.

    Raises:
      TypeError: another kind of value.
    """

    def __init__(self, value=0, dtype=dtypes.float32, verify_shape=False):
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise TypeError(f"Invalid type for initial value: {type(value)} (expected Python "
                            "scalar, list or tuple of values, or numpy.ndarray).")
        self.value = value
        self.dtype = dtypes.as_dtype(dtype)
        self._verify_shape = verify_shape

    def __call__(self, shape, dtype=None, partition_info=None, verify_shape=None):
        return constant_op.constant_v1(
            self.value, dtype=self.dtype if dtype is None else dtype, shape=shape,
            verify_shape=self._verify_shape if verify_shape is None else verify_shape)

    def get_config(self):
        return {"value": self.value, "dtype": self.dtype.name}


class Identity(Initializer):
    """An identity matrix times ``gain``.

    Raises, when called:
      ValueError: the shape is no matrix's.
    """

    def __init__(self, gain=1.0, dtype=dtypes.float32):
        self.gain = gain
        self.dtype = _float_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        full_shape = shape if partition_info is None else partition_info.full_shape
        if len(full_shape) != 2:
            raise ValueError("Identity matrix initializer can only be used for 2D matrices.")
        if isinstance(full_shape, TensorShape):
            full_shape = full_shape.as_list()
        matrix = array_ops.eye(*full_shape, dtype=self.dtype if dtype is None else dtype)
        if partition_info is not None:
            matrix = array_ops.slice(matrix, partition_info.var_offset, shape)
        return self.gain * matrix

    def get_config(self):
        return {"gain": self.gain, "dtype": self.dtype.name}


# ---- random numbers of a given spread ----


class RandomUniform(Initializer):
    """Uniform numbers in [minval, maxval).

    Args:
      minval, maxval: the range; ``maxval`` None is 1 for floats, and an error for integers.
      seed: the op's seed, an int or None.
      dtype: the dtype when none is asked for.
    """

    def __init__(self, minval=0, maxval=None, seed=None, dtype=dtypes.float32):
        self.minval = minval
        self.maxval = maxval
        self.seed = seed
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        return random_ops.random_uniform(shape, self.minval, self.maxval,
                                         self.dtype if dtype is None else dtype, seed=self.seed)

    def get_config(self):
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed,
                "dtype": self.dtype.name}


class RandomNormal(Initializer):
    """Normal numbers.

    Args:
      mean, stddev: of the distribution.
      seed: the op's seed, an int or None.
      dtype: the dtype when none is asked for; a float.
    """

    _function = staticmethod(random_ops.random_normal)

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=dtypes.float32):
        self.mean = mean
        self.stddev = stddev
        self.seed = seed
        self.dtype = _float_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        return self._function(shape, self.mean, self.stddev,
                              self.dtype if dtype is None else dtype, seed=self.seed)

    def get_config(self):
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed,
                "dtype": self.dtype.name}


class TruncatedNormal(RandomNormal):
    """Normal numbers, none further than two deviations from the mean; see RandomNormal."""

    _function = staticmethod(random_ops.truncated_normal)


# ---- random numbers whose spread the shape decides ----


def _fans(shape):
    """How many inputs and outputs a unit of a layer with weights of that shape has.

    The last two dimensions are inputs and outputs; those before are a convolution's window.
    """
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return int(shape[0]), int(shape[0])
    window = math.prod(int(dim) for dim in shape[:-2])
    return int(shape[-2]) * window, int(shape[-1]) * window


class VarianceScaling(Initializer):
    """Random numbers of variance ``scale / n``, so that layers keep the size of what they pass on.

    Args:
      scale: a positive factor.
      mode: what n is: "fan_in", a unit's inputs; "fan_out", its outputs; "fan_avg", the mean.
      distribution: "truncated_normal" (or "normal"), "untruncated_normal" or "uniform".
      seed: the op's seed, an int or None.
      dtype: the dtype when none is asked for; a float.

    Raises:
      ValueError: ``scale`` is not positive, another mode or distribution.
    """

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None,
                 dtype=dtypes.float32):
        if scale <= 0.0:
            raise ValueError("`scale` must be positive float.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError("Invalid `mode` argument:", mode)
        distribution = distribution.lower()
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError("Invalid `distribution` argument:", distribution)
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.seed = seed
        self.dtype = _float_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = self.dtype if dtype is None else dtype
        fan_in, fan_out = _fans(shape if partition_info is None else partition_info.full_shape)
        units = {"fan_in": fan_in, "fan_out": fan_out,
                 "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        variance = self.scale / max(1.0, units)
        if self.distribution in ("normal", "truncated_normal"):
            stddev = math.sqrt(variance) / _TRUNCATED_STDDEV
            return random_ops.truncated_normal(shape, 0.0, stddev, dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random_ops.random_normal(shape, 0.0, math.sqrt(variance), dtype, seed=self.seed)
        limit = math.sqrt(3.0 * variance)
        return random_ops.random_uniform(shape, -limit, limit, dtype, seed=self.seed)

    def get_config(self):
        return {"scale": self.scale, "mode": self.mode, "distribution": self.distribution,
                "seed": self.seed, "dtype": self.dtype.name}


class GlorotUniform(VarianceScaling):
    """Uniform in [-limit, limit], ``limit = sqrt(6 / (inputs + outputs))``: get_variable's default.

    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010. The constructor's ``dtype`` has no effect, as in TensorFlow.
    """

    def __init__(self, seed=None, dtype=dtypes.float32):
        super().__init__(mode="fan_avg", distribution="uniform", seed=seed)

    def get_config(self):
        return {"seed": self.seed, "dtype": self.dtype.name}


class GlorotNormal(VarianceScaling):
    """Truncated normal of variance ``2 / (inputs + outputs)``; see GlorotUniform."""

    def __init__(self, seed=None, dtype=dtypes.float32):
        super().__init__(mode="fan_avg", seed=seed)

    def get_config(self):
        return {"seed": self.seed, "dtype": self.dtype.name}


def lecun_normal(seed=None):
    """Truncated normal of variance ``1 / inputs`` (Y. LeCun et al., "Efficient BackProp", 1998)."""
    return VarianceScaling(seed=seed)


def lecun_uniform(seed=None):
    """Uniform of variance ``1 / inputs``; see ``lecun_normal``."""
    return VarianceScaling(distribution="uniform", seed=seed)


def he_normal(seed=None):
    """Truncated normal of variance ``2 / inputs``, for layers with relu.

    K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", ICCV 2015.
    """
    return VarianceScaling(2.0, seed=seed)


def he_uniform(seed=None):
    """Uniform of variance ``2 / inputs``; see ``he_normal``."""
    return VarianceScaling(2.0, distribution="uniform", seed=seed)


class UniformUnitScaling(Initializer):
    """Uniform in [-limit, limit], ``limit = factor * sqrt(3 / inputs)``.

    ``inputs`` is the product of all dimensions but the last. D. Sussillo, L. Abbott, "Random Walk
    Initialization for Training Very Deep Feedforward Networks", 2014.
    """

    def __init__(self, factor=1.0, seed=None, dtype=dtypes.float32):
        self.factor = factor
        self.seed = seed
        self.dtype = _float_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        full_shape = shape if partition_info is None else partition_info.full_shape
        inputs = math.prod(float(dim) for dim in full_shape[:-1])
        limit = math.sqrt(3 / max(inputs, 1.0)) * self.factor
        return random_ops.random_uniform(shape, -limit, limit,
                                         self.dtype if dtype is None else dtype, seed=self.seed)

    def get_config(self):
        return {"factor": self.factor, "seed": self.seed, "dtype": self.dtype.name}


class Orthogonal(Initializer):
    """An orthogonal matrix times ``gain``: the QR decomposition of a random normal matrix.

    A shape of more than two dimensions is that of the matrix with all but the last flattened.
    A. Saxe, J. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks", 2014.

    Raises, when called:
      ValueError: the shape has less than two dimensions.
    """

    def __init__(self, gain=1.0, seed=None, dtype=dtypes.float32):
        self.gain = gain
        self.dtype = _float_dtype(dtype)
        self.seed = seed

    def __call__(self, shape, dtype=None, partition_info=None):
        if len(shape) < 2:
            raise ValueError("The tensor to initialize must be at least two-dimensional")
        rows, columns = math.prod(int(dim) for dim in shape[:-1]), int(shape[-1])
        normal = random_ops.random_normal(
            (max(rows, columns), min(rows, columns)), dtype=self.dtype if dtype is None else dtype,
            seed=self.seed)
        q, r = decomposition_ops.qr(normal, full_matrices=False)
        # With a positive diagonal in R the decomposition is unique, and Q uniformly distributed.
        q *= math_ops.sign(array_ops.diag_part(r))
        if rows < columns:
            q = array_ops.matrix_transpose(q)
        return self.gain * array_ops.reshape(q, shape)

    def get_config(self):
        return {"gain": self.gain, "seed": self.seed, "dtype": self.dtype.name}


# ---- TensorFlow's public names ----

zeros = zeros_initializer = Zeros
ones = ones_initializer = Ones
constant = constant_initializer = Constant
identity = identity_initializer = Identity
random_uniform = random_uniform_initializer = RandomUniform
random_normal = random_normal_initializer = RandomNormal
truncated_normal = truncated_normal_initializer = TruncatedNormal
variance_scaling = variance_scaling_initializer = VarianceScaling
glorot_uniform = glorot_uniform_initializer = GlorotUniform
glorot_normal = glorot_normal_initializer = GlorotNormal
uniform_unit_scaling = uniform_unit_scaling_initializer = UniformUnitScaling
orthogonal = orthogonal_initializer = Orthogonal
global_variables = global_variables_initializer
local_variables = local_variables_initializer
variables = variables_initializer
