"""The variables of a graph that ``get_variable`` finds by name."""

import inspect
import traceback

from minitf import initializers
from minitf.framework import dtypes, tensor_shape
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    GraphKeys,
    add_to_collection,
    colocate_with,
    init_scope,
    name_scope,
)
from minitf.framework.operation import Tensor
from minitf.ops import array_ops
from minitf.partitioned_variables import (
    PartitionedVariable,
    PartitionInfo,
    call_partitioner,
    slices,
)
from minitf.variable_base import (
    SaveSliceInfo,
    Variable,
    VariableAggregation,
    VariableSynchronization,
    validated,
)


class VariableStore:
    """Variables, and partitioned variables, by their full names."""

    def __init__(self):
        self._vars = {}
        self._partitioned_vars = {}

    def get_variable(self, name, shape=None, dtype=dtypes.float32, initializer=None,
                     regularizer=None, reuse=None, trainable=None, collections=None,
                     caching_device=None, partitioner=None, validate_shape=True, use_resource=None,
                     custom_getter=None, constraint=None,
                     synchronization=VariableSynchronization.AUTO,
                     aggregation=VariableAggregation.NONE):
        """The variable of that full name; arguments are those of ``tf.get_variable``.

        Args:
          reuse: False: make it; True: it must exist; AUTO_REUSE: either.
        """
        if custom_getter is not None and not callable(custom_getter):
            raise ValueError(f"Passed a custom_getter which is not callable: {custom_getter}")
        synchronization, aggregation, trainable = validated(synchronization, aggregation, trainable,
                                                            name)
        arguments = {
            "name": name, "shape": shape, "dtype": dtypes.as_dtype(dtype).base_dtype,
            "initializer": initializer, "regularizer": regularizer, "reuse": reuse,
            "trainable": trainable, "collections": collections, "caching_device": caching_device,
            "partitioner": partitioner, "validate_shape": validate_shape,
            "use_resource": use_resource, "constraint": constraint,
            "synchronization": synchronization, "aggregation": aggregation}
        if custom_getter is None:
            return self._get(**arguments)
        if not _takes(custom_getter, "constraint"):
            del arguments["constraint"]
        return custom_getter(getter=self._get, **arguments)

    def _get(self, name, shape=None, dtype=dtypes.float32, initializer=None, regularizer=None,
             reuse=None, trainable=None, collections=None, caching_device=None, partitioner=None,
             validate_shape=True, use_resource=None, constraint=None,
             synchronization=VariableSynchronization.AUTO, aggregation=VariableAggregation.NONE):
        """What a custom getter's ``getter`` is."""
        options = {"regularizer": regularizer, "trainable": trainable, "collections": collections,
                   "caching_device": caching_device, "validate_shape": validate_shape,
                   "use_resource": use_resource, "constraint": constraint,
                   "synchronization": synchronization, "aggregation": aggregation}
        is_scalar = isinstance(shape, (list, tuple)) and not shape
        if partitioner is not None and not is_scalar:
            if not callable(partitioner):
                raise ValueError(f"Partitioner must be callable, but received: {partitioner}")
            with name_scope(None):
                return self._get_partitioned(name, partitioner, shape, dtype, initializer, reuse,
                                             options)
        if reuse is True and partitioner is None and name in self._partitioned_vars:
            return self._get_partitioned(name, None, shape, dtype, initializer, reuse, options)
        if f"{name}/part_0" in self._vars:
            raise ValueError("No partitioner was provided, but a partitioned version of the "
                             f"variable was found: {name}/part_0. Perhaps a variable of the same "
                             "name was already created with partitioning?")
        return self._get_single(name, shape, dtype, initializer, reuse, options)

    # ---- whole variables ----

    def _get_single(self, name, shape, dtype, initializer, reuse, options, partition_info=None):
        if shape is not None and initializer is not None and not callable(initializer):
            raise ValueError("If initializer is a constant, do not specify shape.")
        dtype = dtypes.as_dtype(dtype)
        shape = tensor_shape.as_shape(shape)
        if name in self._vars:
            return self._existing(name, shape, dtype, reuse)
        if reuse is True:
            raise ValueError(f"Variable {name} does not exist, or was not created with "
                             "tf.get_variable(). Did you mean to set reuse=tf.AUTO_REUSE in "
                             "VarScope?")
        if initializer is None:
            initializer = default_initializer(name, dtype)
        with init_scope():
            value, value_dtype = _initial_value(initializer, shape, dtype, partition_info)
        regularizer = options["regularizer"]
        variable = Variable(initial_value=value, name=name, dtype=value_dtype,
                            **{key: item for key, item in options.items() if key != "regularizer"})
        self._vars[name] = variable
        if regularizer is not None:
            self._add_loss(name, variable, regularizer)
        return variable

    def _existing(self, name, shape, dtype, reuse):
        found = self._vars[name]
        if reuse is False:
            raise ValueError(_exists_already(name, found))
        if not shape.is_compatible_with(found.shape):
            raise ValueError(f"Trying to share variable {name}, but specified shape {shape} and "
                             f"found shape {found.shape}.")
        if not dtype.is_compatible_with(found.dtype):
            raise ValueError(f"Trying to share variable {name}, but specified dtype {dtype.name} "
                             f"and found dtype {found.dtype.name}.")
        return found

    def _add_loss(self, name, variable, regularizer):
        with colocate_with(variable.op), name_scope(name + "/Regularizer/"), init_scope():
            loss = regularizer(variable)
        if loss is not None:
            add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)

    # ---- partitioned variables ----

    def _get_partitioned(self, name, partitioner, shape, dtype, initializer, reuse, options):
        if name in self._vars:
            raise ValueError("A partitioner was provided, but an unpartitioned version of the "
                             f"variable was found: {name}.  Perhaps a variable of the same name "
                             "was already created without partitioning?")
        shape = tensor_shape.as_shape(shape)
        if isinstance(initializer, Tensor):
            shape = shape.merge_with(initializer.shape)
        partitions = None
        if not reuse or partitioner:
            partitions = call_partitioner(partitioner, shape, dtype)
        if name in self._partitioned_vars:
            return self._existing_partitioned(name, shape, dtype, partitions, reuse)
        if reuse is True:
            raise ValueError(f"PartitionedVariable {name} does not exist, or was not created with "
                             "tf.get_variable(). Did you mean to set reuse=False or "
                             "reuse=tf.AUTO_REUSE in VarScope?")
        parts = []
        for i, (offset, size) in enumerate(slices(shape.as_list(), partitions)):
            part_name = f"{name}/part_{i}"
            with name_scope(part_name + "/PartitionedInitializer"):
                value, part_shape = _initializer_of_part(initializer, name, dtype, offset, size)
            if isinstance(initializer, Tensor):
                dtype = value.dtype.base_dtype
            with name_scope(None):
                part = self._get_single(part_name, part_shape, dtype, value, reuse, options,
                                        PartitionInfo(shape.as_list(), offset))
            part._set_save_slice_info(SaveSliceInfo(name, shape.as_list(), offset, size))
            parts.append(part)
        result = PartitionedVariable(name, shape, dtype, parts, partitions)
        self._partitioned_vars[name] = result
        return result

    def _existing_partitioned(self, name, shape, dtype, partitions, reuse):
        if reuse is False:
            raise ValueError(f"Partitioned variable with name {name} already exists. Did you mean "
                             "to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?")
        found = self._partitioned_vars[name]
        checks = [("shape", shape, found.shape, shape.is_compatible_with(found.shape)),
                  ("dtype", dtype.name, found.dtype.name, dtype.is_compatible_with(found.dtype)),
                  ("partitions", partitions, found._get_partitions(),
                   partitions is None or found._get_partitions() == partitions)]
        for what, specified, existing, fits in checks:
            if not fits:
                raise ValueError(f"Trying to reuse partitioned variable {name}, but specified "
                                 f"{what} {specified} and found {what} {existing}.")
        return found


def default_initializer(name, dtype):
    """The initializer of a variable for which none was given.

    Raises:
      ValueError: there is none for this dtype.
    """
    if dtype.is_floating:
        return initializers.glorot_uniform_initializer()
    if dtype.is_integer or dtype.is_unsigned or dtype.is_bool or dtype == dtypes.string:
        return initializers.zeros_initializer()
    raise ValueError(f"An initializer for variable {name} of {dtype.base_dtype} is required")


def _initial_value(initializer, shape, dtype, partition_info):
    """What Variable takes as ``initial_value`` and ``dtype``."""
    if not callable(initializer):
        return initializer, None
    if inspect.isclass(initializer):
        initializer = initializer()
    if shape.is_fully_defined():
        dims = shape.as_list()
        return (lambda: initializer(dims, dtype=dtype, partition_info=partition_info),
                dtype.base_dtype)
    if _needs_no_arguments(initializer):
        return initializer, None
    raise ValueError("The initializer passed is not valid. It should be a callable with no "
                     "arguments and the shape should not be provided or an instance of "
                     "`tf.keras.initializers.*' and `shape` should be fully defined.")


def _initializer_of_part(initializer, name, dtype, offset, size):
    """The initializer of one slice, and the shape to ask of it (None when it is a value)."""
    if initializer is None:
        return default_initializer(name, dtype), size
    if callable(initializer):
        return initializer, size
    if not isinstance(initializer, Tensor):
        initializer = convert_to_tensor(initializer, dtype=dtype)
    return array_ops.slice(initializer, offset, size), None


def _positional(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [item for item in parameters
            if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD)]


def _needs_no_arguments(function):
    return all(item.default is not item.empty for item in _positional(function))


def _takes(function, argument):
    """Whether a function has a parameter of that name, or takes any keyword."""
    parameters = inspect.signature(function).parameters
    return argument in parameters or any(item.kind is item.VAR_KEYWORD
                                         for item in parameters.values())


def _exists_already(name, variable):
    """The message for a variable that is made twice: where the first one was made."""
    message = (f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or "
               "reuse=tf.AUTO_REUSE in VarScope?")
    if not variable.dtype._is_ref_dtype:
        return message
    places = traceback.format_list(variable.op.traceback[::-1][:5])
    return f"{message} Originally defined at:\n\n{''.join(places)}"
