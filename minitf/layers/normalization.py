"""Batch normalization."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, control_dependencies, name_scope
from minitf.framework.tensor_shape import TensorShape
from minitf.initializers import ones_initializer, zeros_initializer
from minitf.layers import identifiers
from minitf.layers.base import Layer
from minitf.layers.input_spec import InputSpec
from minitf.layers.options import apply_once, arguments, config_of
from minitf.ops import (
    activation_ops,
    array_ops,
    batch_norm_ops,
    constant_op,
    math_ops,
    moments_ops,
    state_ops,
)
from minitf.ops.smart_cond import smart_cond, smart_constant_value
from minitf.variable_base import VariableAggregation, VariableSynchronization

_FUSED_AXES = (-3, -1, 1, 3)


class BatchNormalization(Layer):
    """``gamma * (inputs - mean) / sqrt(variance + epsilon) + beta``, for each channel.

    While training, mean and variance are the batch's, and moving averages follow them; otherwise
    they are these averages. The operations that update the averages are in GraphKeys.UPDATE_OPS,
    and have to be run with each training step::

        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            train_op = optimizer.minimize(loss)

    Args:
      axis: the axis of the channels, or a list of axes: what is not averaged over.
      momentum: the weight of the old value in the moving averages.
      epsilon: keeps the square root away from 0.
      center, scale: whether there is a ``beta``, a ``gamma``.
      beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: see
        ``tf.get_variable``.
      beta_regularizer, gamma_regularizer: functions of a variable that return a penalty.
      beta_constraint, gamma_constraint: functions of a variable, applied after each update.
      renorm: batch renormalization: training sees averages, too, through a correction (Ioffe 2017,
        "Batch Renormalization").
      renorm_clipping: a dictionary with limits of the correction: "rmax", "rmin", "dmax".
      renorm_momentum: the weight of the old value in the averages of the correction.
      fused: use one fused op, where it can be: for images, with channels on axis 1 or 3. None is
        True.
      trainable: whether the weights are trained, and the averages updated.
      virtual_batch_size: normalize parts of the batch of this size, each by itself.
      adjustment: a function of the inputs' shape that returns (scale, bias) to apply before gamma
        and beta while training.
      name, further arguments: those of ``Layer``.

    Weights: ``gamma``, ``beta``, ``moving_mean``, ``moving_variance``, of the channels' shape.

    Raises:
      TypeError: ``axis`` is neither int nor list.
      ValueError: arguments or, when called, shapes that do not fit.

    Source: Ioffe, Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by
    Reducing Internal Covariate Shift".
    """

    def __init__(self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True,
                 beta_initializer=zeros_initializer(), gamma_initializer=ones_initializer(),
                 moving_mean_initializer=zeros_initializer(),
                 moving_variance_initializer=ones_initializer(), beta_regularizer=None,
                 gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, renorm=False,
                 renorm_clipping=None, renorm_momentum=0.99, fused=None, trainable=True,
                 virtual_batch_size=None, adjustment=None, name=None, **kwargs):
        super().__init__(trainable=trainable, name=name, **kwargs)
        if not isinstance(axis, (int, list)):
            raise TypeError(f"axis must be int or list, type given: {type(axis)}")
        self.axis = axis[:] if isinstance(axis, list) else axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = identifiers.initializer(beta_initializer)
        self.gamma_initializer = identifiers.initializer(gamma_initializer)
        self.moving_mean_initializer = identifiers.initializer(moving_mean_initializer)
        self.moving_variance_initializer = identifiers.initializer(moving_variance_initializer)
        self.beta_regularizer = identifiers.regularizer(beta_regularizer)
        self.gamma_regularizer = identifiers.regularizer(gamma_regularizer)
        self.beta_constraint = identifiers.constraint(beta_constraint)
        self.gamma_constraint = identifiers.constraint(gamma_constraint)
        self.renorm = renorm
        self.virtual_batch_size = virtual_batch_size
        self.adjustment = adjustment
        self.fused = True if fused is None else fused
        self.supports_masking = True
        if renorm:
            self.renorm_clipping = renorm_clipping or {}
            known = ["rmax", "rmin", "dmax"]
            if not set(self.renorm_clipping) <= set(known):
                raise ValueError(f"renorm_clipping {self.renorm_clipping} contains keys not in "
                                 f"{known}")
            self.renorm_momentum = renorm_momentum

    # ---- weights ----

    def build(self, input_shape):
        input_shape = TensorShape(input_shape)
        rank = input_shape.ndims
        if not rank:
            raise ValueError("Input has undefined rank:", input_shape)
        self._settle_axes(rank)
        if self.fused:
            self.fused = rank == 4 and self._can_be_fused()
        if self.fused:
            if self.axis not in ([1], [3]):
                raise ValueError("Unsupported axis, fused batch norm only supports axis == [1] or "
                                 "axis == [3]")
            self._data_format = "NCHW" if self.axis == [1] else "NHWC"
        sizes = {axis: input_shape.as_list()[axis] for axis in self.axis}
        if None in sizes.values():
            raise ValueError("Input has undefined `axis` dimension. Input shape: ", input_shape)
        self.input_spec = InputSpec(ndim=rank, axes=sizes)
        if len(sizes) == 1 and self.virtual_batch_size is None:
            shape = (*sizes.values(),)
        else:
            shape = [sizes.get(axis, 1) for axis in range(rank)]
            if self.virtual_batch_size is not None:
                shape.insert(1, 1)
                self.axis = [axis + 1 for axis in self.axis]
        self.gamma = self._trained("gamma", shape, self.scale, 1.0)
        self.beta = self._trained("beta", shape, self.center, 0.0)
        self._add_averages(shape)
        self.built = True

    def _settle_axes(self, rank):
        axes = [self.axis] if isinstance(self.axis, int) else self.axis
        self.axis = [axis + rank if axis < 0 else axis for axis in axes]
        for axis in self.axis:
            if not 0 <= axis < rank:
                raise ValueError(f"Invalid axis: {axis}")
        if len(self.axis) != len(set(self.axis)):
            raise ValueError(f"Duplicate axis: {self.axis}")
        if self.virtual_batch_size is None:
            return
        if self.virtual_batch_size <= 0:
            raise ValueError("virtual_batch_size must be a positive integer that divides the true "
                             "batch size of the input Tensor")
        if 0 in self.axis:
            raise ValueError("When using virtual_batch_size, the batch dimension must be 0 and "
                             "thus axis cannot include 0")
        if self.adjustment is not None:
            raise ValueError("When using virtual_batch_size, adjustment cannot be specified")

    def _can_be_fused(self):
        return (not self.renorm and len(self.axis) == 1 and self.axis[0] in _FUSED_AXES
                and self.virtual_batch_size is None and self.adjustment is None)

    @property
    def _weight_dtype(self):
        is_short = self.dtype in (dtypes.float16.name, dtypes.bfloat16.name)
        return "float32" if is_short or not self.dtype else self.dtype

    def _trained(self, name, shape, wanted, value_if_not):
        """``gamma`` or ``beta``: a weight; if not wanted, None, or a constant for the fused op."""
        if wanted:
            return self.add_weight(
                name, shape, dtype=self._weight_dtype,
                initializer=getattr(self, name + "_initializer"),
                regularizer=getattr(self, name + "_regularizer"),
                constraint=getattr(self, name + "_constraint"), trainable=True)
        if self.fused:
            constant = constant_op.constant_v1(value_if_not, dtype=self._weight_dtype, shape=shape)
            setattr(self, f"_{name}_constant", constant)
        return None

    def _add_averages(self, shape):
        """Weights that follow the batches; they are not partitioned."""
        partitioner = self._scope.partitioner if self._scope else None
        if self._scope:
            self._scope.set_partitioner(None)
        try:
            self.moving_mean = self._average("moving_mean", shape, self.moving_mean_initializer)
            self.moving_variance = self._average("moving_variance", shape,
                                                 self.moving_variance_initializer)
            if self.renorm:
                def stddev_initializer(*args, **kwargs):
                    return math_ops.sqrt(self.moving_variance_initializer(*args, **kwargs))

                with colocate_with(self.moving_variance):
                    self.moving_stddev = self._average("moving_stddev", shape, stddev_initializer)
                with colocate_with(self.moving_mean):
                    self.renorm_mean = self._average("renorm_mean", shape,
                                                     self.moving_mean_initializer)
                with colocate_with(self.moving_stddev):
                    self.renorm_stddev = self._average("renorm_stddev", shape, stddev_initializer)
        finally:
            if partitioner:
                self._scope.set_partitioner(partitioner)

    def _average(self, name, shape, initializer):
        return self.add_weight(name, shape, dtype=self._weight_dtype, initializer=initializer,
                               synchronization=VariableSynchronization.ON_READ, trainable=False,
                               aggregation=VariableAggregation.MEAN)

    # ---- the outputs ----

    def call(self, inputs, training=False):
        """The normalized inputs, by the batch if ``training``, a bool or a boolean tensor."""
        if self.virtual_batch_size is None:
            return self._normalized(inputs, training)
        shape = [-1, *inputs.shape.as_list()[1:]]
        batches = array_ops.reshape(inputs, [self.virtual_batch_size, *shape])
        return array_ops.reshape(self._normalized(batches, training), shape)

    def _normalized(self, inputs, training):
        if self.fused:
            return self._fused(inputs, training)
        rank = inputs.shape.ndims
        reduction_axes = [axis for axis in range(rank) if axis not in self.axis]
        if self.virtual_batch_size is not None:
            del reduction_axes[1]  # the number of the virtual batch
        sizes = [1] * rank
        sizes[self.axis[0]] = inputs.shape.as_list()[self.axis[0]]

        def broadcast(value):
            """A vector of the channels in a shape that broadcasts to the inputs'."""
            fits = value is None or value.shape.ndims == rank or (
                reduction_axes == list(range(rank - 1)))
            return value if fits else array_ops.reshape(value, sizes)

        scale, offset = broadcast(self.gamma), broadcast(self.beta)
        if smart_constant_value(training) is False:
            mean, variance = self.moving_mean, self.moving_variance
        else:
            if self.adjustment:
                scale, offset = self._adjusted(inputs, training, scale, offset)
            mean, variance = self._batch_moments(inputs, training, reduction_axes)
            new_mean, new_variance = mean, variance
            if self.virtual_batch_size is not None:
                new_mean = math_ops.reduce_mean(mean, axis=1, keepdims=True)
                new_variance = math_ops.reduce_mean(variance, axis=1, keepdims=True)
            if self.renorm:
                r, d, new_mean, new_variance = self._renorm(new_mean, new_variance, training)
                r = broadcast(array_ops.stop_gradient(r, name="renorm_r"))
                d = broadcast(array_ops.stop_gradient(d, name="renorm_d"))
                scale, offset = _composed(r, d, scale, offset)
            self._add_updates(new_mean, new_variance, training)
        mean = math_ops.cast(mean, inputs.dtype)
        variance = math_ops.cast(variance, inputs.dtype)
        if offset is not None:
            offset = math_ops.cast(offset, inputs.dtype)
        if scale is not None:
            scale = math_ops.cast(scale, inputs.dtype)
        outputs = moments_ops.batch_normalization(inputs, broadcast(mean), broadcast(variance),
                                                  offset, scale, self.epsilon)
        outputs.set_shape(inputs.shape)
        return outputs

    def _batch_moments(self, inputs, training, axes):
        """The batch's mean and variance while training, else the averages."""
        keep_dims = self.virtual_batch_size is not None or len(self.axis) > 1
        mean, variance = moments_ops.moments(math_ops.cast(inputs, self._weight_dtype), axes,
                                             keep_dims=keep_dims)
        batch_mean, batch_variance = mean, variance
        mean = smart_cond(training, lambda: batch_mean,
                          lambda: convert_to_tensor(self.moving_mean))
        variance = smart_cond(training, lambda: batch_variance,
                              lambda: convert_to_tensor(self.moving_variance))
        return mean, variance

    def _adjusted(self, inputs, training, scale, offset):
        adjusted_scale, adjusted_bias = self.adjustment(array_ops.shape(inputs))
        first_scale = smart_cond(training, lambda: adjusted_scale,
                                 lambda: array_ops.ones_like(adjusted_scale))
        first_offset = smart_cond(training, lambda: adjusted_bias,
                                  lambda: array_ops.zeros_like(adjusted_bias))
        return _composed(first_scale, first_offset, scale, offset)

    def _fused(self, inputs, training):
        gamma = self.gamma if self.scale else self._gamma_constant
        beta = self.beta if self.center else self._beta_constant
        options = {"epsilon": self.epsilon, "data_format": self._data_format}
        outputs, mean, variance = smart_cond(
            training,
            lambda: batch_norm_ops.fused_batch_norm(inputs, gamma, beta, **options),
            lambda: batch_norm_ops.fused_batch_norm(
                inputs, gamma, beta, mean=self.moving_mean, variance=self.moving_variance,
                is_training=False, **options))
        known = smart_constant_value(training)
        if known is None:
            momentum = smart_cond(training, lambda: self.momentum, lambda: 1.0)
        else:
            momentum = convert_to_tensor(self.momentum)
        if known is not False:
            self.add_update(lambda: _move(self.moving_mean, mean, momentum))
            self.add_update(lambda: _move(self.moving_variance, variance, momentum))
        return outputs

    # ---- the averages ----

    def _add_updates(self, mean, variance, training):
        def move_variance():
            if not self.renorm:
                return _move(self.moving_variance, variance, self.momentum)
            stddev = _move(self.moving_stddev, math_ops.sqrt(variance + self.epsilon),
                           self.momentum)
            return _assign(self.moving_variance,
                           activation_ops.relu(stddev * stddev - self.epsilon))

        self.add_update(lambda: smart_cond(
            training, lambda: _move(self.moving_mean, mean, self.momentum),
            lambda: self.moving_mean))
        self.add_update(lambda: smart_cond(training, move_variance, lambda: self.moving_variance))

    def _renorm(self, mean, variance, training):
        """The correction (r, d), and the moments once its averages are updated."""
        stddev = math_ops.sqrt(variance + self.epsilon)
        least = math_ops.maximum(self.renorm_stddev, math_ops.sqrt(self.epsilon))
        r = stddev / least
        d = (mean - self.renorm_mean) / least
        with control_dependencies([r, d]):
            mean = array_ops.identity(mean)
            stddev = array_ops.identity(stddev)
        rmin, rmax, dmax = [self.renorm_clipping.get(key) for key in ("rmin", "rmax", "dmax")]
        if rmin is not None:
            r = math_ops.maximum(r, rmin)
        if rmax is not None:
            r = math_ops.minimum(r, rmax)
        if dmax is not None:
            d = math_ops.minimum(math_ops.maximum(d, -dmax), dmax)
        clipped_r, clipped_d = r, d
        r = smart_cond(training, lambda: clipped_r, lambda: array_ops.ones_like(clipped_r))
        d = smart_cond(training, lambda: clipped_d, lambda: array_ops.zeros_like(clipped_d))
        updates = [self._renorm_update(self.renorm_mean, mean, training),
                   self._renorm_update(self.renorm_stddev, stddev, training)]
        with control_dependencies(updates):
            return r, d, array_ops.identity(mean), array_ops.identity(variance)

    def _renorm_update(self, variable, value, training):
        value = array_ops.identity(value)
        return smart_cond(training, lambda: _move(variable, value, self.renorm_momentum),
                          lambda: array_ops.identity(variable))

    # ---- describing ----

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        names = ["axis", "momentum", "epsilon", "center", "scale", "beta_initializer",
                 "gamma_initializer", "moving_mean_initializer", "moving_variance_initializer",
                 "beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"]
        if self.renorm:
            names += ["renorm", "renorm_clipping", "renorm_momentum"]
        if self.virtual_batch_size is not None:
            names.append("virtual_batch_size")
        return {**super().get_config(), **config_of(self, names)}


def _composed(scale, offset, then_scale, then_offset):
    """One scale and offset for two, one after the other."""
    if then_scale is not None:
        scale *= then_scale
        offset *= then_scale
    if then_offset is not None:
        offset += then_offset
    return scale, offset


def _move(average, value, momentum):
    """``average -= (1 - momentum) * (average - value)``."""
    with name_scope("AssignMovingAvg") as scope, colocate_with(average):
        dtype = average.dtype.base_dtype
        decay = math_ops.cast(convert_to_tensor(1.0 - momentum, name="decay"), dtype)
        return state_ops.assign_sub(average, (average - math_ops.cast(value, dtype)) * decay,
                                    name=scope)


def _assign(variable, value):
    with name_scope("AssignNewValue") as scope, colocate_with(variable):
        return state_ops.assign(variable, value, name=scope)


def batch_normalization(inputs, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True,
                        beta_initializer=zeros_initializer(), gamma_initializer=ones_initializer(),
                        moving_mean_initializer=zeros_initializer(),
                        moving_variance_initializer=ones_initializer(), beta_regularizer=None,
                        gamma_regularizer=None, beta_constraint=None, gamma_constraint=None,
                        training=False, trainable=True, name=None, reuse=None, renorm=False,
                        renorm_clipping=None, renorm_momentum=0.99, fused=None,
                        virtual_batch_size=None, adjustment=None):
    """The outputs of a new ``BatchNormalization`` layer; its updates join GraphKeys.UPDATE_OPS.

    Args:
      inputs: a tensor of floats.
      training: a bool, or a boolean scalar tensor: normalize by the batch, or by the averages.
      name: the layer's name and variable scope.
      reuse: whether the weights are those that exist in that scope.
      axis and the others: those of ``BatchNormalization``.
    """
    options = arguments(locals())
    inputs, training = options.pop("inputs"), options.pop("training")
    reuse = options.pop("reuse")
    layer = BatchNormalization(_reuse=reuse, _scope=options["name"], **options)
    return layer(inputs, training=training)
