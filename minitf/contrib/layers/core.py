"""Fully connected layers, and what goes between layers: dropout, flattening, stacking."""

import functools

from minitf.contrib.framework.arg_scope import add_arg_scope
from minitf.contrib.layers.initializers import xavier_initializer
from minitf.contrib.layers.utils import (
    check_format,
    collected,
    finished,
    known_dimension,
    model_variable_getter,
    parameter,
    relu_op,
    weighted,
)
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import GraphKeys, add_to_collections, name_scope
from minitf.framework.sparse_tensor import SparseTensor
from minitf.initializers import zeros_initializer
from minitf.layers import core
from minitf.ops import (
    activation_ops,
    array_ops,
    bias_ops,
    cast_ops,
    constant_op,
    math_ops,
    matmul_ops,
    softmax_ops,
)
from minitf.variable_scope import get_variable, variable_scope

# ---- fully connected ----


@add_arg_scope
def fully_connected(inputs, num_outputs, activation_fn=relu_op, normalizer_fn=None,
                    normalizer_params=None, weights_initializer=xavier_initializer(),
                    weights_regularizer=None, biases_initializer=zeros_initializer(),
                    biases_regularizer=None, reuse=None, variables_collections=None,
                    outputs_collections=None, trainable=True, scope=None):
    """``activation_fn(inputs @ weights + biases)``, over the last dimension.

    Args:
      inputs: a tensor of floats of rank 2 or more, whose last dimension is known.
      num_outputs: the number of outputs.
      activation_fn: a function of a tensor, or None.
      normalizer_fn: a function of a tensor such as ``batch_norm``, in place of biases; or None.
      normalizer_params: a dictionary of its further arguments.
      weights_initializer, biases_initializer: see ``tf.get_variable``; no biases for None.
      weights_regularizer, biases_regularizer: functions of a variable that return a penalty.
      reuse: whether the variables are those that exist in the scope.
      variables_collections: collections for the variables; or a dictionary, by "weights" and
        "biases".
      outputs_collections: collections for the outputs.
      trainable: whether the variables are trained.
      scope: the name of the variable scope, by default "fully_connected".

    Raises:
      ValueError: ``num_outputs`` is no integer; the inputs' shape does not fit.
    """
    if not isinstance(num_outputs, int):
        raise ValueError(f"num_outputs type should be one of {[int]}, got {type(num_outputs)}.")

    def make_layer(inputs, **options):
        return core.Dense(num_outputs, kernel_initializer=weights_initializer,
                          kernel_regularizer=weights_regularizer, **options)

    return weighted(locals(), "fully_connected", make_layer)


elu = functools.partial(fully_connected, activation_fn=activation_ops.elu)
relu = functools.partial(fully_connected, activation_fn=activation_ops.relu)
relu6 = functools.partial(fully_connected, activation_fn=activation_ops.relu6)
linear = functools.partial(fully_connected, activation_fn=None)


def legacy_fully_connected(x, num_output_units, activation_fn=None,
                           weight_init=xavier_initializer(), bias_init=zeros_initializer(),
                           name=None, weight_collections=(GraphKeys.WEIGHTS,),
                           bias_collections=(GraphKeys.BIASES,),
                           output_collections=(GraphKeys.ACTIVATIONS,), trainable=True,
                           weight_regularizer=None, bias_regularizer=None):
    """``fully_connected`` as it was before: its variables are ``weights`` and ``bias``.

    Args:
      x: a tensor of rank 2 or more, whose last dimension is known.
      num_output_units: the number of outputs.
      activation_fn: a function of a tensor, or None.
      weight_init, bias_init: see ``tf.get_variable``; no bias for None.
      name: the variable scope, by default "fully_connected".
      weight_collections, bias_collections, output_collections: further collections.
      trainable: whether the variables are trained.
      weight_regularizer, bias_regularizer: functions of a variable that return a penalty.

    Raises:
      ValueError: the shape does not fit.
    """
    with variable_scope(name, "fully_connected", [x]):
        x = convert_to_tensor(x)
        dims = x.shape._dims
        if dims is None:
            raise ValueError("dims of x must be known but is None")
        if len(dims) < 2:
            raise ValueError(f"rank of x must be at least 2 not: {len(dims)}")
        if dims[-1] is None:
            raise ValueError("last dimension of x must be known but is None")
        options = {"dtype": x.dtype.base_dtype, "trainable": trainable}
        weights = get_variable("weights", [dims[-1], num_output_units], initializer=weight_init,
                               collections=_with_global(weight_collections),
                               regularizer=weight_regularizer, **options)
        y = matmul_ops.matmul(x if len(dims) == 2 else array_ops.reshape(x, [-1, dims[-1]]),
                              weights)
        if bias_init is not None:
            bias = get_variable("bias", [num_output_units], initializer=bias_init,
                                collections=_with_global(bias_collections),
                                regularizer=bias_regularizer, **options)
            y = bias_ops.bias_add(y, bias)
        if len(dims) > 2:
            sizes = array_ops.unstack(array_ops.shape(x))
            sizes[-1] = num_output_units
            y = array_ops.reshape(y, array_ops.stack(sizes))
            y.set_shape([*dims[:-1], num_output_units])
        if activation_fn is not None:
            y = activation_fn(y)
        add_to_collections([*(output_collections or []), GraphKeys.ACTIVATIONS], y)
        return y


def _with_global(collections):
    return list(dict.fromkeys([*(collections or []), GraphKeys.GLOBAL_VARIABLES]))


legacy_relu = functools.partial(legacy_fully_connected, activation_fn=activation_ops.relu)
legacy_linear = functools.partial(legacy_fully_connected, activation_fn=None)

# ---- biases, dropout, softmax ----


@add_arg_scope
def bias_add(inputs, activation_fn=None, initializer=zeros_initializer(), regularizer=None,
             reuse=None, variables_collections=None, outputs_collections=None, trainable=True,
             data_format="NHWC", scope=None):
    """Adds a variable ``biases``, one for each channel.

    Args:
      inputs: a tensor whose last dimension, the channels, is known; with "NCHW" the second of four.
      activation_fn: a function of a tensor, or None.
      initializer, regularizer, reuse, trainable: the variable's.
      variables_collections, outputs_collections: collections for the variable, the outputs.
      data_format: "NHWC" or "NCHW".
      scope: the name of the variable scope, by default "BiasAdd".

    Raises:
      ValueError: arguments or shapes that do not fit.
    """
    check_format(data_format, "NCHW", "NHWC")
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse):
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError("Dims of shape must be known but is None")
        if rank != 4 and data_format == "NCHW":
            raise ValueError("Data format NCHW only supports 4D Tensor")
        depth = inputs.shape._dims[1 if data_format == "NCHW" else -1]
        if depth is None:
            raise ValueError("`C` dimension must be known but is None")
        biases = parameter("biases", variables_collections, [depth],
                           dtype=inputs.dtype.base_dtype, initializer=initializer,
                           regularizer=regularizer, trainable=trainable)
        outputs = bias_ops.bias_add(inputs, biases, data_format=data_format)
        return finished(outputs, activation_fn, outputs_collections)


@add_arg_scope
def dropout(inputs, keep_prob=0.5, noise_shape=None, is_training=True, outputs_collections=None,
            scope=None, seed=None):
    """Sets elements to 0 at random while training, and scales up the others.

    Args:
      inputs: a tensor of floats.
      keep_prob: the share of elements that is kept.
      noise_shape: the shape of the random mask, which broadcasts; None in it is the inputs' size.
      is_training: a bool, or a boolean scalar tensor.
      outputs_collections: collections for the outputs.
      scope: the name of the variable scope, by default "Dropout".
      seed: an integer, see ``tf.set_random_seed``.
    """
    with variable_scope(scope, "Dropout", [inputs],
                        custom_getter=model_variable_getter()) as opened:
        inputs = convert_to_tensor(inputs)
        layer = core.Dropout(rate=1 - keep_prob, noise_shape=noise_shape, seed=seed,
                             name=opened.name, _scope=opened)
        return collected(outputs_collections, layer(inputs, training=is_training))


@add_arg_scope
def softmax(logits, scope=None):
    """Softmax over the last dimension, which is known, of a tensor of rank 2 or more."""
    with variable_scope(scope, "softmax", [logits]):
        classes = known_dimension(logits.shape, min_rank=2)
        predictions = softmax_ops.softmax(array_ops.reshape(logits, [-1, classes]))
        predictions = array_ops.reshape(predictions, array_ops.shape(logits))
        predictions.set_shape(logits.shape)
        return predictions


@add_arg_scope
def maxout(inputs, num_units, axis=-1, scope=None):
    """Maxima of groups along an axis, which becomes ``num_units`` long.

    Raises:
      ValueError: the size of the axis is no multiple of ``num_units``.

    Source: Goodfellow et al. 2013, "Maxout Networks".
    """
    with variable_scope(scope, "MaxOut", [inputs]):
        inputs = convert_to_tensor(inputs)
        sizes = inputs.shape.as_list()
        channels = sizes[axis]
        if channels % num_units:
            raise ValueError(f"number of features({channels}) is not a multiple of "
                             f"num_units({num_units})")
        sizes[axis] = num_units
        sizes.append(channels // num_units)
        for i, size in enumerate(sizes):
            if size is None:
                sizes[i] = array_ops.shape(inputs)[i]
        return math_ops.reduce_max(array_ops.reshape(inputs, sizes), -1, keepdims=False)


# ---- shapes ----


@add_arg_scope
def flatten(inputs, outputs_collections=None, scope=None):
    """Joins all dimensions but the first: [batch, ...] becomes [batch, size].

    Args:
      inputs: a tensor of rank 1 or more.
      outputs_collections: collections for the outputs.
      scope: the name scope, by default "Flatten".
    """
    with name_scope(scope, "Flatten", [inputs]):
        return collected(outputs_collections, core.flatten(convert_to_tensor(inputs)))


@add_arg_scope
def one_hot_encoding(labels, num_classes, on_value=1.0, off_value=0.0, outputs_collections=None,
                     scope=None):
    """[batch] labels as [batch, num_classes] of ``off_value``, and ``on_value`` at the label."""
    with name_scope(scope, "OneHotEncoding", [labels, num_classes]):
        labels = convert_to_tensor(labels)
        if labels.dtype == dtypes.int32:
            labels = cast_ops.to_int64(labels)
        outputs = array_ops.one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return collected(outputs_collections, outputs)


@add_arg_scope
def dense_to_sparse(tensor, eos_token=0, outputs_collections=None, scope=None):
    """A SparseTensor of the elements that are not ``eos_token``."""
    with variable_scope(scope, "dense_to_sparse", [tensor]):
        tensor = convert_to_tensor(tensor)
        indices = array_ops.where(math_ops.not_equal(
            tensor, constant_op.constant(eos_token, tensor.dtype)))
        values = array_ops.gather_nd(tensor, indices)
        shape = array_ops.shape(tensor, out_type=dtypes.int64)
        return collected(outputs_collections, SparseTensor(indices, values, shape))


@add_arg_scope
def images_to_sequence(inputs, data_format="NHWC", outputs_collections=None, scope=None):
    """[batch, height, width, channels] as [width, batch * height, channels]: rows as sequences."""
    check_format(data_format, "NCHW", "NHWC")
    with name_scope(scope, "ImagesToSequence", [inputs]):
        inputs = convert_to_tensor(inputs)
        if data_format == "NCHW":
            inputs = array_ops.transpose(inputs, [0, 2, 3, 1])
        _, _, width, depth = inputs.shape.as_list()
        sizes = array_ops.shape(inputs)
        batch_size, height = sizes[0], sizes[1]
        rows = array_ops.transpose(inputs, [2, 0, 1, 3])
        outputs = array_ops.reshape(rows, [width, batch_size * height, depth])
        return collected(outputs_collections, outputs)


@add_arg_scope
def sequence_to_images(inputs, height, output_data_format="channels_last",
                       outputs_collections=None, scope=None):
    """The reverse of ``images_to_sequence``, for images of a given height."""
    with name_scope(scope, "SequenceToImages", [inputs]):
        inputs = convert_to_tensor(inputs)
        width, rows, depth = inputs.shape.as_list()
        count = -1 if rows is None else rows // height
        outputs = array_ops.reshape(inputs, [width, count, height, depth])
        perm = [1, 3, 2, 0] if output_data_format == "channels_first" else [1, 2, 0, 3]
        return collected(outputs_collections, array_ops.transpose(outputs, perm))


# ---- several layers ----


def repeat(inputs, repetitions, layer, *args, **kwargs):
    """Applies a layer several times, one after the other.

    Args:
      inputs: a tensor.
      repetitions: how many times.
      layer: a function of a tensor, with an argument ``scope``.
      *args, **kwargs: its further arguments. ``scope`` names the variable scope, by default
        "Repeat"; the layers' scopes are made of the layer's name, or of ``scope``, and a number.
    """
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = scope or _name_of(layer, "repeat")
        for i in range(repetitions):
            outputs = layer(outputs, *args, **kwargs, scope=f"{name}_{i + 1}")
        return outputs


def stack(inputs, layer, stack_args, **kwargs):
    """Applies a layer several times, with other arguments each time.

    ::

        y = stack(x, fully_connected, [32, 64, 128], scope="fc")   # fc/fc_1, fc/fc_2, fc/fc_3

    Args:
      inputs: a tensor.
      layer: a function of a tensor, with an argument ``scope``.
      stack_args: a list of arguments, or of lists of arguments, one for each time.
      **kwargs: further arguments. ``scope`` names the variable scope, by default "Stack"; the
        layers' scopes are made of the layer's name, or of ``scope``, and a number.

    Raises:
      ValueError: ``stack_args`` is neither list nor tuple.
    """
    scope = kwargs.pop("scope", None)
    if not isinstance(stack_args, (list, tuple)):
        raise ValueError("stack_args need to be a list or tuple")
    with variable_scope(scope, "Stack", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = scope or _name_of(layer, "stack")
        for i, args in enumerate(stack_args):
            args = args if isinstance(args, (list, tuple)) else [args]
            outputs = layer(outputs, *args, **kwargs, scope=f"{name}_{i + 1}")
        return outputs


def _name_of(layer, default):
    return getattr(layer, "__name__", None) or getattr(
        getattr(layer, "func", None), "__name__", default)
