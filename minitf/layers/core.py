"""Dense, Dropout and Flatten."""

import math

from minitf.framework.convert import convert_to_tensor
from minitf.framework.dtypes import as_dtype
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape
from minitf.initializers import zeros_initializer
from minitf.layers import identifiers
from minitf.layers.base import Layer
from minitf.layers.geometry import checked_data_format
from minitf.layers.input_spec import InputSpec
from minitf.layers.options import apply_once, config_of
from minitf.ops import (
    array_ops,
    bias_ops,
    dropout_ops,
    einsum_ops,
    math_ops,
    matmul_ops,
    sparse_ops,
)
from minitf.ops.smart_cond import smart_cond


class WeightedLayer(Layer):
    """The base of layers with a bias and an activation; keeps their options as attributes."""

    def __init__(self, activation, use_bias, bias_initializer, bias_regularizer, bias_constraint,
                 **kwargs):
        super().__init__(**kwargs)
        self.activation = identifiers.activation(activation)
        self.use_bias = use_bias
        self._set_weight_options("bias", bias_initializer, bias_regularizer, bias_constraint)

    def _set_weight_options(self, name, initializer, regularizer, constraint):
        setattr(self, name + "_initializer", identifiers.initializer(initializer))
        setattr(self, name + "_regularizer", identifiers.regularizer(regularizer))
        setattr(self, name + "_constraint", identifiers.constraint(constraint))

    def _add_weight(self, name, shape, options=None):
        """A weight that is trained, with the options kept for ``options``, by default its name."""
        options = options or name
        return self.add_weight(
            name, shape=shape, initializer=getattr(self, options + "_initializer"),
            regularizer=getattr(self, options + "_regularizer"),
            constraint=getattr(self, options + "_constraint"), trainable=True, dtype=self.dtype)

    def _activated(self, outputs):
        return outputs if self.activation is None else self.activation(outputs)


class Dense(WeightedLayer):
    """``activation(inputs @ kernel + bias)``, over the last dimension.

    Args:
      units: the number of outputs.
      activation: a function of a tensor, or a name such as "relu"; None for none.
      use_bias: whether there is a bias.
      kernel_initializer, bias_initializer: see ``tf.get_variable``; None for its default.
      kernel_regularizer, bias_regularizer: functions of a variable that return a penalty.
      activity_regularizer: a function of the outputs; its result is divided by the batch's size.
      kernel_constraint, bias_constraint: functions of a variable, applied after each update by
        optimizers.
      trainable, name, further arguments: those of ``Layer``.

    Weights: ``kernel`` [inputs' last dimension, units] and ``bias`` [units].

    Raises, when called:
      ValueError: the inputs' last dimension is not known, or their rank is below 2.
      TypeError: inputs that are not floating point.
    """

    def __init__(self, units, activation=None, use_bias=True, kernel_initializer=None,
                 bias_initializer=zeros_initializer(), kernel_regularizer=None,
                 bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
                 bias_constraint=None, trainable=True, name=None, **kwargs):
        if "input_dim" in kwargs and "input_shape" not in kwargs:
            kwargs["input_shape"] = (kwargs.pop("input_dim"),)
        super().__init__(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint,
                         activity_regularizer=identifiers.regularizer(activity_regularizer),
                         trainable=trainable, name=name, **kwargs)
        self.units = int(units)
        self._set_weight_options("kernel", kernel_initializer, kernel_regularizer,
                                 kernel_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape):
        dtype = as_dtype(self.dtype or "float32")
        if not (dtype.is_floating or dtype.is_complex):
            raise TypeError(f"Unable to build `Dense` layer with non-floating point dtype {dtype}")
        depth = TensorShape(input_shape).as_list()[-1]
        if depth is None:
            raise ValueError("The last dimension of the inputs to `Dense` should be defined. "
                             "Found `None`.")
        self.input_spec = InputSpec(min_ndim=2, axes={-1: depth})
        self.kernel = self._add_weight("kernel", [depth, self.units])
        self.bias = self._add_weight("bias", [self.units]) if self.use_bias else None
        self.built = True

    def call(self, inputs):
        rank = inputs.shape.ndims
        if rank > 2:
            outputs = einsum_ops.tensordot(inputs, self.kernel, [[rank - 1], [0]])
            outputs.set_shape(inputs.shape.as_list()[:-1] + [self.units])
        else:
            inputs = math_ops.cast(inputs, self.dtype)
            if isinstance(inputs, SparseTensor):
                outputs = sparse_ops.sparse_tensor_dense_matmul(inputs, self.kernel)
            else:
                outputs = matmul_ops.MatMul(inputs, self.kernel)
        if self.use_bias:
            outputs = bias_ops.bias_add(outputs, self.bias)
        return self._activated(outputs)

    def compute_output_shape(self, input_shape):
        shape = TensorShape(input_shape).with_rank_at_least(2)
        if shape.as_list()[-1] is None:
            raise ValueError("The innermost dimension of input_shape must be defined, but saw: "
                             f"{shape}")
        return shape[:-1].concatenate(self.units)

    def get_config(self):
        return {**super().get_config(), **config_of(self, [
            "units", "activation", "use_bias", "kernel_initializer", "bias_initializer",
            "kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint",
            "bias_constraint"])}


def dense(inputs, units, activation=None, use_bias=True, kernel_initializer=None,
          bias_initializer=zeros_initializer(), kernel_regularizer=None, bias_regularizer=None,
          activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True,
          name=None, reuse=None):
    """The outputs of a new ``Dense`` layer, ``activation(inputs @ kernel + bias)``.

    Args:
      inputs: a tensor of rank 2 or more.
      name: the layer's name and variable scope.
      reuse: whether the weights are those that exist in that scope.
      units and the others: those of ``Dense``.
    """
    return apply_once(Dense, **locals())


class Dropout(Layer):
    """Sets elements to 0 at random while training, and scales up the others; see ``nn.dropout``.

    Args:
      rate: the share of elements that is dropped.
      noise_shape: the shape of the random mask, which broadcasts; None in it is the inputs' size.
      seed: an integer, see ``tf.set_random_seed``.
      name, further arguments: those of ``Layer``.
    """

    def __init__(self, rate=0.5, noise_shape=None, seed=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        self.supports_masking = True

    def _get_noise_shape(self, inputs):
        if self.noise_shape is None:
            return None
        shape = array_ops.shape(inputs)
        return convert_to_tensor([shape[i] if size is None else size
                                  for i, size in enumerate(self.noise_shape)])

    def call(self, inputs, training=False):
        """The inputs, with dropout if ``training``: a bool, or a boolean scalar tensor."""
        def dropped():
            return dropout_ops.dropout(inputs, noise_shape=self._get_noise_shape(inputs),
                                       seed=self.seed, rate=self.rate)

        return smart_cond(training, dropped, lambda: array_ops.identity(inputs))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), **config_of(self, ["rate", "noise_shape", "seed"])}


def dropout(inputs, rate=0.5, noise_shape=None, seed=None, training=False, name=None):
    """The outputs of a new ``Dropout`` layer: by default, as ``training`` is False, the inputs.

    Args:
      inputs: a tensor of floats.
      training: a bool, or a boolean scalar tensor such as a placeholder.
      rate and the others: those of ``Dropout``.
    """
    return Dropout(rate, noise_shape=noise_shape, seed=seed, name=name)(inputs, training=training)


class Flatten(Layer):
    """Joins all dimensions but the first: [batch, ...] becomes [batch, size].

    Args:
      data_format: "channels_last" (the default, for None), or "channels_first": channels are moved
        to the end before.
      further arguments: those of ``Layer``.
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = checked_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        rank = inputs.shape.ndims
        if self.data_format == "channels_first" and rank is not None and rank > 1:
            inputs = array_ops.transpose(inputs, [0, *range(2, rank), 1])
        batch_size = inputs.shape.as_list()[0] or array_ops.shape(inputs)[0]
        outputs = array_ops.reshape(inputs, (batch_size, -1))
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        return outputs

    def compute_output_shape(self, input_shape):
        batch_size, *sizes = TensorShape(input_shape).as_list()
        return TensorShape([batch_size, math.prod(sizes) if all(sizes) else None])

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


def flatten(inputs, name=None, data_format="channels_last"):
    """The outputs of a new ``Flatten`` layer: [batch, ...] becomes [batch, size]."""
    return Flatten(name=name, data_format=data_format)(inputs)
