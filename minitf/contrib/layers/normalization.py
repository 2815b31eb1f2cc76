"""Normalization by batches, layers, groups and instances; spatial softmax."""

from minitf.contrib.framework.arg_scope import add_arg_scope
from minitf.contrib.layers.utils import (
    add_to_variables_collections,
    check_format,
    finished,
    known_value,
    model_variable_getter,
    parameter,
    smart_cond,
)
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    GraphKeys,
    add_to_collections,
    control_dependencies,
    name_scope,
)
from minitf.initializers import constant_initializer, ones_initializer, zeros_initializer
from minitf.layers.normalization import BatchNormalization
from minitf.ops import (
    array_ops,
    batch_norm_ops,
    constant_op,
    math_ops,
    moments_ops,
    softmax_ops,
)
from minitf.train.moving_averages import assign_moving_average
from minitf.variable_scope import get_variable_scope, variable_scope

_INITIALIZERS = {"beta": zeros_initializer, "gamma": ones_initializer,
                 "moving_mean": zeros_initializer, "moving_variance": ones_initializer}

# ---- batches ----


@add_arg_scope
def batch_norm(inputs, decay=0.999, center=True, scale=False, epsilon=0.001, activation_fn=None,
               param_initializers=None, param_regularizers=None,
               updates_collections=GraphKeys.UPDATE_OPS, is_training=True, reuse=None,
               variables_collections=None, outputs_collections=None, trainable=True,
               batch_weights=None, fused=None, data_format="NHWC", zero_debias_moving_mean=False,
               scope=None, renorm=False, renorm_clipping=None, renorm_decay=0.99,
               adjustment=None):
    """Normalizes each channel by the batch while training, otherwise by moving averages.

    The operations that update the averages have to be run with each training step; see
    ``tf.layers.BatchNormalization``.

    Args:
      inputs: a tensor whose channels are known: the last dimension, with "NCHW" the second.
      decay: the weight of the old value in the moving averages.
      center, scale: whether there is a ``beta``, a ``gamma``.
      epsilon: keeps the square root away from 0.
      activation_fn: a function of a tensor, or None.
      param_initializers: initializers by name: "beta", "gamma", "moving_mean", "moving_variance".
      param_regularizers: regularizers by name: "beta", "gamma".
      updates_collections: collections for the updates; with None, the outputs wait for them.
      is_training: a bool, or a boolean scalar tensor.
      reuse: whether the variables are those that exist in the scope.
      variables_collections: collections for the variables; or a dictionary, by name.
      outputs_collections: collections for the outputs.
      trainable: whether ``beta`` and ``gamma`` are trained.
      batch_weights: [batch], the weight of each example in mean and variance.
      fused: whether to use the fused op, where it can be; None is True.
      data_format: "NHWC" or "NCHW".
      zero_debias_moving_mean: see ``assign_moving_average``.
      scope: the name of the variable scope, by default "BatchNorm".
      renorm, renorm_clipping, renorm_decay, adjustment: those of ``tf.layers.BatchNormalization``.

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    given = locals()
    inputs = given["inputs"] = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    is_plain = updates_collections is GraphKeys.UPDATE_OPS and not zero_debias_moving_mean
    can_fuse = batch_weights is None and not renorm and rank in (2, 4) and adjustment is None
    if fused is not False and can_fuse and (not is_plain or rank == 2):
        return _fused_batch_norm(given)
    check_format(data_format, "NCHW", "NHWC")
    with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse,
                        custom_getter=model_variable_getter()) as opened:
        if batch_weights is None and is_plain:
            outputs = _by_layer(given, opened)
        elif renorm:
            raise ValueError("renorm is not supported with batch_weights, updates_collections or "
                             "zero_debias_moving_mean")
        else:
            outputs = _by_moments(given)
        return finished(outputs, activation_fn, outputs_collections)


def _initializer(given, name):
    return (given["param_initializers"] or {}).get(name, _INITIALIZERS[name]())


def _regularizer(given, name):
    return (given["param_regularizers"] or {}).get(name)


def _by_layer(given, opened):
    """The outputs of a ``tf.layers.BatchNormalization``."""
    layer = BatchNormalization(
        axis=1 if given["data_format"] == "NCHW" else -1, momentum=given["decay"],
        renorm_momentum=given["renorm_decay"], name=opened.name, _scope=opened,
        _reuse=given["reuse"], fused=given["fused"] is None or given["fused"],
        **{f"{name}_initializer": _initializer(given, name) for name in _INITIALIZERS},
        **{f"{name}_regularizer": _regularizer(given, name) for name in ("beta", "gamma")},
        **{name: given[name] for name in ("epsilon", "center", "scale", "trainable", "renorm",
                                          "renorm_clipping", "adjustment")})
    outputs = layer(given["inputs"], training=given["is_training"])
    for name in ("moving_mean", "moving_variance", "beta", "gamma"):
        variable = getattr(layer, name)
        if variable is not None:
            add_to_variables_collections(variable, given["variables_collections"], name)
    return outputs


def _parameter(given, name, shape, dtype, **options):
    return parameter(name, given["variables_collections"], shape, dtype=dtype,
                     initializer=_initializer(given, name), **options)


def _averages(given, shape, dtype):
    """The moving mean and variance; they are not partitioned."""
    with variable_scope(get_variable_scope()) as local_scope:
        local_scope.set_partitioner(None)
        return [_parameter(given, name, shape, dtype, trainable=False)
                for name in ("moving_mean", "moving_variance")]


def _moved(given, averages, mean, variance):
    """The updates of the averages."""
    moving_mean, moving_variance = averages
    return (assign_moving_average(moving_mean, mean, given["decay"],
                                  zero_debias=given["zero_debias_moving_mean"]),
            assign_moving_average(moving_variance, variance, given["decay"], zero_debias=False))


def _fused_batch_norm(given):
    """Batch normalization by the fused op, for images or, made images of one pixel, vectors."""
    data_format = given["data_format"]
    check_format(data_format, "NCHW", "NHWC")
    with variable_scope(given["scope"], "BatchNorm", [given["inputs"]], reuse=given["reuse"]):
        original = inputs = given["inputs"]
        if original.shape.ndims == 2:
            channels = original.shape._dims[-1]
            if channels is None:
                raise ValueError("`C` dimension must be known but is None")
            inputs = array_ops.reshape(inputs, [-1, channels, 1, 1] if data_format == "NCHW"
                                       else [-1, 1, 1, channels])
        shape = inputs.shape[1:2] if data_format == "NCHW" else inputs.shape[-1:]
        if not shape.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name} has undefined `C` dimension {shape}.")
        dtype = dtypes.float32
        scaling = {}
        for name, wanted, value in (("beta", given["center"], 0.0), ("gamma", given["scale"], 1.0)):
            scaling[name] = (
                _parameter(given, name, shape, dtype, regularizer=_regularizer(given, name),
                           trainable=given["trainable"]) if wanted
                else constant_op.constant_v1(value, dtype=dtype, shape=shape))
        averages = _averages(given, shape, dtype)
        options = {"epsilon": given["epsilon"], "data_format": data_format}
        outputs, mean, variance = smart_cond(
            given["is_training"],
            lambda: batch_norm_ops.fused_batch_norm(inputs, scaling["gamma"], scaling["beta"],
                                                    **options),
            lambda: batch_norm_ops.fused_batch_norm(
                inputs, scaling["gamma"], scaling["beta"], mean=averages[0], variance=averages[1],
                is_training=False, **options))
        if known_value(given["is_training"]) is not False:
            outputs = _updated(given, averages, mean, variance, outputs)
        outputs.set_shape(inputs.shape)
        if original.shape.ndims == 2:
            outputs = array_ops.reshape(outputs, array_ops.shape(original))
        return finished(outputs, given["activation_fn"], given["outputs_collections"])


def _updated(given, averages, mean, variance, outputs):
    """The outputs; with the updates in collections, or before them."""
    if given["updates_collections"] is None:
        def after_updates():
            with control_dependencies(_moved(given, averages, mean, variance)):
                return array_ops.identity(outputs)

        return smart_cond(given["is_training"], after_updates, lambda: outputs)
    _collect_updates(given, averages, mean, variance)
    return outputs


def _collect_updates(given, averages, mean, variance):
    updates = smart_cond(given["is_training"], lambda: _moved(given, averages, mean, variance),
                         lambda: tuple(averages))
    for update in updates:
        add_to_collections(given["updates_collections"], update)


def _by_moments(given):
    """Batch normalization that is written out: with weights, or without the fused op."""
    inputs, weights = given["inputs"], given["batch_weights"]
    shape, rank = inputs.shape, inputs.shape.ndims
    if rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    dtype = inputs.dtype.base_dtype
    if weights is not None:
        weights = convert_to_tensor(weights)
        shape[0:1].assert_is_compatible_with(weights.shape)
        weights = array_ops.reshape(weights, [-1] + [1] * (rank - 1))
    channels_first = given["data_format"] == "NCHW"
    axes = [0, *range(2, rank)] if channels_first else list(range(rank - 1))
    channels = shape[1:2] if channels_first else shape[-1:]
    if not channels.is_fully_defined():
        raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {channels}.")
    beta = gamma = None
    if given["center"]:
        beta = _parameter(given, "beta", channels, dtype, trainable=given["trainable"])
    if given["scale"]:
        gamma = _parameter(given, "gamma", channels, dtype, trainable=given["trainable"])
    averages = _averages(given, channels, dtype)
    mean, variance = averages
    if known_value(given["is_training"]) is not False:
        mean, variance = _moments(inputs, axes, weights, channels_first)
        mean, variance = _updated_moments(given, averages, mean, variance)
    if channels_first:
        sizes = [1, shape._dims[1]] + [1] * (rank - 2)
        mean = array_ops.reshape(mean, sizes)
        variance = array_ops.reshape(variance, sizes)
        beta = None if beta is None else array_ops.reshape(beta, sizes)
        gamma = None if gamma is None else array_ops.reshape(gamma, sizes)
    outputs = moments_ops.batch_normalization(inputs, mean, variance, beta, gamma,
                                              given["epsilon"])
    outputs.set_shape(shape)
    return outputs


def _moments(inputs, axes, weights, channels_first):
    if weights is None:
        mean, variance = moments_ops.moments(inputs, axes, keep_dims=channels_first or None)
    else:
        mean, variance = moments_ops.weighted_moments(inputs, axes, weights,
                                                      keepdims=channels_first or None)
    if channels_first:
        mean, variance = array_ops.reshape(mean, [-1]), array_ops.reshape(variance, [-1])
    return mean, variance


def _updated_moments(given, averages, mean, variance):
    """The moments to normalize by; the updates are in collections, or before them."""
    if given["updates_collections"] is None:
        def after_updates():
            with control_dependencies(_moved(given, averages, mean, variance)):
                return array_ops.identity(mean), array_ops.identity(variance)

        return smart_cond(given["is_training"], after_updates, lambda: tuple(averages))
    _collect_updates(given, averages, mean, variance)
    return smart_cond(given["is_training"], lambda: (mean, variance), lambda: tuple(averages))


# ---- layers, instances, groups ----


@add_arg_scope
def layer_norm(inputs, center=True, scale=True, activation_fn=None, reuse=None,
               variables_collections=None, outputs_collections=None, trainable=True,
               begin_norm_axis=1, begin_params_axis=-1, scope=None):
    """Normalizes each example by its own mean and variance.

    Args:
      inputs: a tensor of known rank.
      center, scale: whether there is a ``beta``, a ``gamma``.
      activation_fn: a function of a tensor, or None.
      reuse, trainable: the variables'.
      variables_collections, outputs_collections: collections for the variables, the outputs.
      begin_norm_axis: the first axis to average over.
      begin_params_axis: the first axis that ``beta`` and ``gamma`` have.
      scope: the name of the variable scope, by default "LayerNorm".

    Raises:
      ValueError: axes or shapes that do not fit.

    Source: Ba, Kiros, Hinton 2016, "Layer Normalization".
    """
    given = {"variables_collections": variables_collections, "param_initializers": None}
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse):
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        if begin_norm_axis < 0:
            begin_norm_axis += rank
        if begin_params_axis >= rank or begin_norm_axis >= rank:
            raise ValueError(f"begin_params_axis ({begin_params_axis}) and begin_norm_axis "
                             f"({begin_norm_axis}) must be < rank(inputs) ({rank})")
        shape = inputs.shape[begin_params_axis:]
        if not shape.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name}: shape(inputs)[{begin_params_axis}:] is not "
                             f"fully defined: {inputs.shape}")
        dtype = inputs.dtype.base_dtype
        beta, gamma = _beta_and_gamma(given, center, scale, shape, dtype, trainable)
        mean, variance = moments_ops.moments(inputs, list(range(begin_norm_axis, rank)),
                                             keep_dims=True)
        outputs = moments_ops.batch_normalization(
            inputs, mean, variance, offset=beta, scale=gamma,
            variance_epsilon=1e-3 if dtype == dtypes.float16 else 1e-12)
        outputs.set_shape(inputs.shape)
        return finished(outputs, activation_fn, outputs_collections)


def _beta_and_gamma(given, center, scale, shape, dtype, trainable, sizes=None):
    """The variables that are wanted, else None; reshaped to ``sizes``."""
    found = []
    for name, wanted in (("beta", center), ("gamma", scale)):
        value = None
        if wanted:
            value = _parameter(given, name, shape, dtype, trainable=trainable)
            value = array_ops.reshape(value, sizes) if sizes else value
        found.append(value)
    return found


@add_arg_scope
def instance_norm(inputs, center=True, scale=True, epsilon=1e-06, activation_fn=None,
                  param_initializers=None, reuse=None, variables_collections=None,
                  outputs_collections=None, trainable=True, data_format="NHWC", scope=None):
    """Normalizes each channel of each example by its own mean and variance.

    Args:
      inputs: a tensor of known rank and channels: the last dimension, with "NCHW" the second.
      epsilon: keeps the square root away from 0.
      param_initializers: initializers by name: "beta", "gamma".
      data_format: "NHWC" or "NCHW".
      scope: the name of the variable scope, by default "InstanceNorm".
      center and the others: those of ``layer_norm``.

    Raises:
      ValueError: arguments or shapes that do not fit.

    Source: Ulyanov et al. 2016, "Instance Normalization: The Missing Ingredient for Fast
    Stylization".
    """
    given = locals()
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    if rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    check_format(data_format, "NCHW", "NHWC")
    with variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse):
        channel_axis = 1 if data_format == "NCHW" else rank - 1
        shape = inputs.shape[channel_axis:channel_axis + 1]
        sizes = [1, inputs.shape._dims[1]] + [1] * (rank - 2) if data_format == "NCHW" else None
        if not shape.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {shape}.")
        beta, gamma = _beta_and_gamma(given, center, scale, shape, inputs.dtype.base_dtype,
                                      trainable, sizes)
        axes = [axis for axis in range(1, rank) if axis != channel_axis]
        mean, variance = moments_ops.moments(inputs, axes, keep_dims=True)
        outputs = moments_ops.batch_normalization(inputs, mean, variance, beta, gamma, epsilon,
                                                  name="instancenorm")
        return finished(outputs, activation_fn, outputs_collections)


@add_arg_scope
def group_norm(inputs, groups=32, channels_axis=-1, reduction_axes=(-3, -2), center=True,
               scale=True, epsilon=1e-06, activation_fn=None, param_initializers=None, reuse=None,
               variables_collections=None, outputs_collections=None, trainable=True, scope=None,
               mean_close_to_zero=False):
    """Normalizes groups of channels of each example by their own mean and variance.

    Args:
      inputs: a tensor of known rank and channels.
      groups: the number of groups, which divides that of the channels.
      channels_axis: the axis of the channels.
      reduction_axes: the axes to average over, whose sizes are known.
      epsilon: keeps the square root away from 0.
      param_initializers: initializers by name: "beta", "gamma".
      scope: the name of the variable scope, by default "GroupNorm".
      mean_close_to_zero: take moments by sums of squares, which is exact enough then.
      center and the others: those of ``layer_norm``.

    Raises:
      ValueError: arguments or shapes that do not fit.

    Source: Wu, He 2018, "Group Normalization".
    """
    given = locals()
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    if rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    if channels_axis > rank - 1:
        raise ValueError("Axis is out of bounds.")
    dynamic_sizes = array_ops.shape(inputs)
    dims = inputs.shape._dims
    sizes = [dynamic_sizes[i] if dim is None else dim for i, dim in enumerate(dims)]
    channels_axis %= rank
    axes = _group_axes(inputs, channels_axis, reduction_axes)
    channels = dims[channels_axis]
    if groups > channels:
        raise ValueError(f"Invalid groups {groups} for {channels} channels.")
    if channels % groups:
        raise ValueError(f"{channels} channels is not commensurate with {groups} groups.")
    split = [groups, channels // groups]
    inputs = array_ops.reshape(
        inputs, sizes[:channels_axis] + split + sizes[channels_axis + 1:])
    with variable_scope(scope, "GroupNorm", [inputs], reuse=reuse):
        broadcast = [1] * channels_axis + split + [1] * (rank - channels_axis - 1)
        beta, gamma = _beta_and_gamma(given, center, scale, [channels], inputs.dtype.base_dtype,
                                      trainable, broadcast)
        if mean_close_to_zero:
            count, mean_ss, variance_ss, _ = moments_ops.sufficient_statistics(
                inputs, axes, keep_dims=True)
            mean, variance = moments_ops.normalize_moments(count, mean_ss, variance_ss, shift=None)
        else:
            mean, variance = moments_ops.moments(inputs, axes, keep_dims=True)
        gain = math_ops.rsqrt(variance + epsilon)
        offset = -mean * gain
        if gamma is not None:
            gain *= gamma
            offset *= gamma
        if beta is not None:
            offset += beta
        outputs = array_ops.reshape(inputs * gain + offset, sizes)
        return finished(outputs, activation_fn, outputs_collections)


def _group_axes(inputs, channels_axis, reduction_axes):
    """The axes to average over, once the channels' axis is two."""
    rank, dims = inputs.shape.ndims, inputs.shape._dims
    if dims[channels_axis] is None:
        raise ValueError(f"Inputs {inputs.name} has undefined channel dimension: {channels_axis}.")
    axes = [channels_axis + 1]
    for axis in reduction_axes:
        axis = axis + rank if axis < 0 else axis
        if axis > rank:
            raise ValueError("Axis is out of bounds.")
        if dims[axis] is None:
            raise ValueError(f"Inputs {inputs.name} has undefined dimensions {axis}.")
        if axis == channels_axis:
            raise ValueError("reduction_axis must be mutually exclusive with channels_axis")
        axes.append(axis + 1 if axis > channels_axis else axis)
    return axes


# ---- vectors, images ----


@add_arg_scope
def unit_norm(inputs, dim, epsilon=1e-7, scope=None):
    """Scales vectors along an axis to a length of 1.

    Args:
      inputs: a tensor of known rank.
      dim: the axis, from 0.
      epsilon: is added to the squared lengths.
      scope: the name of the variable scope, by default "UnitNorm".

    Raises:
      ValueError: the rank is not known, or has no such axis.
    """
    with variable_scope(scope, "UnitNorm", [inputs]):
        rank = inputs.shape.ndims
        if not rank:
            raise ValueError("The input rank must be known.")
        if not 0 <= dim < rank:
            raise ValueError("dim must be positive but smaller than the input rank.")
        lengths = math_ops.sqrt(epsilon + math_ops.reduce_sum(math_ops.square(inputs), dim, True))
        multiples = []
        if dim > 0:
            multiples.append(array_ops.ones([dim], dtypes.int32))
        multiples.append(array_ops.strided_slice(array_ops.shape(inputs), [dim], [dim + 1]))
        if dim < rank - 1:
            multiples.append(array_ops.ones([rank - 1 - dim], dtypes.int32))
        return math_ops.div(inputs, array_ops.tile(lengths, array_ops.concat(multiples, 0)))


@add_arg_scope
def spatial_softmax(features, temperature=None, name=None, variables_collections=None,
                    trainable=True, data_format="NHWC"):
    """Where in an image each channel is strong: the expected place under its softmax.

    Args:
      features: [batch, height, width, channels]; [batch, channels, height, width] for "NCHW".
      temperature: what features are divided by at first; by default 1. It is a variable.
      name: the variable scope, by default "spatial_softmax".
      variables_collections: collections for the variable, if it is trained.
      trainable: whether the variable is trained.
      data_format: "NHWC" or "NCHW".

    Returns:
      [batch, 2 * channels]: for each channel two numbers in [-1, 1].

    Raises:
      ValueError: another data format, or the number of channels is not known.
    """
    with variable_scope(name, "spatial_softmax"):
        shape = array_ops.shape(features)
        check_format(data_format, "NCHW", "NHWC")
        first = data_format == "NCHW"
        height, width = (shape[2], shape[3]) if first else (shape[1], shape[2])
        channels = features.shape._dims[1 if first else 3]
        if channels is None:
            raise ValueError("The num_channels dimension of the inputs to `spatial_softmax` "
                             "should be defined. Found `None`.")
        with name_scope("spatial_softmax_op", "spatial_softmax_op", [features]):
            rows, columns = array_ops.meshgrid(math_ops.lin_space(-1.0, 1.0, num=height),
                                               math_ops.lin_space(-1.0, 1.0, num=width),
                                               indexing="ij")
            rows = array_ops.reshape(rows, [height * width])
            columns = array_ops.reshape(columns, [height * width])
            initializer = (ones_initializer() if temperature is None
                           else constant_initializer(temperature))
            temperature = parameter("temperature", variables_collections if trainable else None,
                                    (), dtype=dtypes.float32, initializer=initializer,
                                    trainable=trainable)
            if not first:
                features = array_ops.transpose(features, [0, 3, 1, 2])
            features = array_ops.reshape(features, [-1, height * width])
            attention = softmax_ops.softmax(features / temperature)
            places = [math_ops.reduce_sum(place * attention, [1], keepdims=True)
                      for place in (rows, columns)]
            result = array_ops.reshape(array_ops.concat(places, 1), [-1, channels * 2])
            result.set_shape([None, channels * 2])
    return result
