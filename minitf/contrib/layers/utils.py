"""What the functions of contrib.layers share."""

from minitf.contrib.framework.variables import model_variable
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import add_to_collection, add_to_collections, get_collection
from minitf.framework.operation import Tensor
from minitf.ops import activation_ops, cond_ops
from minitf.partitioned_variables import PartitionedVariable
from minitf.variable_base import Variable
from minitf.variable_scope import variable_scope

# The activation that layers have by default, under a name that no argument has.
relu_op = activation_ops.relu

WEIGHTS_AND_BIASES = {"kernel": "weights", "bias": "biases"}


# ---- predicates ----


def known_value(pred):
    """A predicate's value if it is known while building, else None."""
    if isinstance(pred, Variable):
        return None
    return constant_value(pred) if isinstance(pred, Tensor) else pred


def smart_cond(pred, true_fn, false_fn):
    """The result of one function if ``pred`` is known while building, else ``tf.cond``."""
    value = known_value(pred)
    if value is None:
        return cond_ops.cond(pred, true_fn, false_fn)
    return true_fn() if value else false_fn()


# ---- arguments ----


def check_format(data_format, *formats):
    """Raises ValueError unless ``data_format`` is one of two."""
    if data_format not in formats:
        raise ValueError(f"data_format has to be either {formats[0]} or {formats[1]}.")


def layer_format(data_format):
    """The name that layers have for an op's data format."""
    is_first = data_format and data_format.startswith("NC")
    return "channels_first" if is_first else "channels_last"


def two_element_tuple(value):
    """A pair of integers from a pair or from one.

    Raises:
      ValueError: neither.
    """
    if isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise ValueError(f"Must be a list with 2 elements: {value}")
        return int(value[0]), int(value[1])
    if isinstance(value, int):
        return value, value
    raise ValueError("Must be an int, a list with 2 elements or a TensorShape of length 2")


def known_dimension(shape, axis=-1, min_rank=1):
    """The size along an axis.

    Raises:
      ValueError: it is not known, or the rank is lower.
    """
    if shape._dims is None:
        raise ValueError("dims of shape must be known but is None")
    if shape.ndims < min_rank:
        raise ValueError(f"rank of shape must be at least {min_rank} not: {shape.ndims}")
    if shape._dims[axis] is None:
        raise ValueError(f"dimension {axis} of shape must be known but is None: {shape}")
    return shape._dims[axis]


# ---- variables and results ----


def collections_for(variables_collections, name):
    """The collections of a variable: given for all, or in a dictionary by name."""
    if isinstance(variables_collections, dict):
        return variables_collections.get(name)
    return variables_collections


def parameter(name, variables_collections, shape, **options):
    """A model variable that joins its collections."""
    return model_variable(name, shape=shape,
                          collections=collections_for(variables_collections, name), **options)


def collected(collections, outputs):
    """The outputs, added to collections."""
    if collections:
        add_to_collections(collections, outputs)
    return outputs


def finished(outputs, activation_fn, outputs_collections):
    """The outputs after the activation, if there is one; added to collections."""
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return collected(outputs_collections, outputs)


def model_variable_getter(rename=None):
    """A custom getter that makes model variables, under other names if ``rename`` has them."""
    def custom_getter(getter, name, shape=None, dtype=None, initializer=None, regularizer=None,
                      trainable=True, collections=None, caching_device=None, partitioner=None,
                      use_resource=None, synchronization=None, aggregation=None, **_):
        *scopes, last = name.split("/")
        return model_variable(
            "/".join([*scopes, (rename or {}).get(last, last)]), shape=shape, dtype=dtype,
            initializer=initializer, regularizer=regularizer, collections=collections,
            trainable=trainable, caching_device=caching_device, partitioner=partitioner,
            custom_getter=getter, use_resource=use_resource, synchronization=synchronization,
            aggregation=aggregation)

    return custom_getter


def add_to_variables_collections(variable, variables_collections, name):
    """Adds a variable, or the parts of a partitioned one, to the collections for its name."""
    parts = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
    for collection in collections_for(variables_collections, name) or []:
        for part in parts:
            if not any(part is other for other in get_collection(collection)):
                add_to_collection(collection, part)


def weighted(given, default_name, make_layer, rename=None):
    """The outputs of a layer with weights and biases, normalized and activated.

    Args:
      given: the arguments of the public function, by name.
      default_name: the variable scope's name if none is given.
      make_layer: a function of the inputs, and of the options that layers have in common.
      rename: other names for the layer's variables.
    """
    rename = rename or WEIGHTS_AND_BIASES
    normalizer, collections = given["normalizer_fn"], given["variables_collections"]
    with variable_scope(given["scope"], default_name, [given["inputs"]], reuse=given["reuse"],
                        custom_getter=model_variable_getter(rename)) as scope:
        inputs = convert_to_tensor(given["inputs"])
        layer = make_layer(
            inputs, activation=None, use_bias=bool(not normalizer and given["biases_initializer"]),
            bias_initializer=given["biases_initializer"],
            bias_regularizer=given["biases_regularizer"], trainable=given["trainable"],
            name=scope.name, dtype=inputs.dtype.base_dtype, _scope=scope, _reuse=given["reuse"])
        outputs = layer(inputs)
        for attribute, name in rename.items():
            variable = getattr(layer, attribute)
            if variable is not None:
                add_to_variables_collections(variable, collections,
                                             "biases" if attribute == "bias" else "weights")
        if normalizer is not None:
            outputs = normalizer(outputs, **(given["normalizer_params"] or {}))
        return finished(outputs, given["activation_fn"], given["outputs_collections"])
