"""Model variables, and finding and setting variables by name."""

import functools
import re

from minitf import tf_logging as logging
from minitf.contrib.framework.arg_scope import add_arg_scope
from minitf.framework import dtypes
from minitf.framework.device import DeviceSpec
from minitf.framework.graph import GraphKeys, add_to_collection, device as device_scope
from minitf.framework.graph import get_collection
from minitf.global_step import assert_global_step, get_global_step
from minitf.ops import array_ops, control_flow_ops
from minitf.variable_base import Variable, VariableAggregation, VariableSynchronization
from minitf.variable_scope import VariableScope, get_variable, get_variable_scope

# ---- making variables ----


def local_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """A ``tf.Variable`` in GraphKeys.LOCAL_VARIABLES that is not trained."""
    return Variable(initial_value, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES],
                    validate_shape=validate_shape, use_resource=use_resource, name=name)


def global_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """A ``tf.Variable`` in GraphKeys.GLOBAL_VARIABLES that is not trained."""
    return Variable(initial_value, trainable=False, collections=[GraphKeys.GLOBAL_VARIABLES],
                    validate_shape=validate_shape, use_resource=use_resource, name=name)


@add_arg_scope
def variable(name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True,
             collections=None, caching_device=None, device=None, partitioner=None,
             custom_getter=None, use_resource=None, synchronization=VariableSynchronization.AUTO,
             aggregation=VariableAggregation.NONE):
    """``tf.get_variable``, with a device, and with ``arg_scope``.

    Args:
      device: the device, or a function of the operation.
      custom_getter: called in place of ``tf.get_variable``, with the scope's ``reuse``.
      name and the others: those of ``tf.get_variable``.
    """
    collections = [GraphKeys.GLOBAL_VARIABLES] if collections is None else collections
    getter = get_variable
    if custom_getter is not None:
        getter = functools.partial(custom_getter, reuse=get_variable_scope().reuse)
    with device_scope(device or ""):
        return getter(name, shape=shape, dtype=dtype, initializer=initializer,
                      regularizer=regularizer, trainable=trainable,
                      collections=list(dict.fromkeys(collections)), caching_device=caching_device,
                      partitioner=partitioner, use_resource=use_resource,
                      synchronization=synchronization, aggregation=aggregation)


@add_arg_scope
def model_variable(name, shape=None, dtype=dtypes.float32, initializer=None, regularizer=None,
                   trainable=True, collections=None, caching_device=None, device=None,
                   partitioner=None, custom_getter=None, use_resource=None,
                   synchronization=VariableSynchronization.AUTO,
                   aggregation=VariableAggregation.NONE):
    """``variable`` that joins GraphKeys.MODEL_VARIABLES, too; the arguments are the same."""
    collections = [*(collections or []), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return variable(name, shape=shape, dtype=dtype, initializer=initializer,
                    regularizer=regularizer, trainable=trainable, collections=collections,
                    caching_device=caching_device, device=device, partitioner=partitioner,
                    custom_getter=custom_getter, use_resource=use_resource,
                    synchronization=synchronization, aggregation=aggregation)


def add_model_variable(var):
    """Adds a variable to GraphKeys.MODEL_VARIABLES, if it is not in there."""
    if not _is_in(var, get_collection(GraphKeys.MODEL_VARIABLES)):
        add_to_collection(GraphKeys.MODEL_VARIABLES, var)


def _is_in(var, variables):
    return any(var is other for other in variables)


def assert_or_get_global_step(graph=None, global_step_tensor=None):
    """The given global step, checked; or the graph's."""
    if global_step_tensor is None:
        return get_global_step(graph)
    assert_global_step(global_step_tensor)
    return global_step_tensor


# ---- finding variables ----


def get_variables(scope=None, suffix=None, collection=GraphKeys.GLOBAL_VARIABLES):
    """The variables of a collection, in a scope and with an ending of their names.

    Args:
      scope: a regular expression that a name begins with, or a VariableScope.
      suffix: a regular expression that a name ends with.
      collection: the collection's key.
    """
    if isinstance(scope, VariableScope):
        scope = scope.name
    if suffix is not None:
        scope = f"{scope or ''}.*{suffix if ':' in suffix else suffix + ':'}"
    return get_collection(collection, scope)


def get_model_variables(scope=None, suffix=None):
    """``get_variables`` of GraphKeys.MODEL_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope=None, suffix=None):
    """``get_variables`` of GraphKeys.LOCAL_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope=None, suffix=None):
    """``get_variables`` of GraphKeys.TRAINABLE_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix, scope=None):
    """The global variables whose names end with ``suffix``."""
    return get_variables(scope=scope, suffix=suffix)


def get_variables_by_name(given_name, scope=None):
    """The global variables of that name, in whatever scope, or in ``scope``."""
    return get_variables(scope=scope, suffix=f"/{given_name}:|^{given_name}:")


def get_unique_variable(var_op_name):
    """The global variable of exactly that name.

    Raises:
      ValueError: there is none.
    """
    candidates = get_variables(scope=var_op_name)
    if not candidates:
        raise ValueError(f"Couldn't find variable {var_op_name}")
    for candidate in candidates:
        if candidate.op.name == var_op_name:
            return candidate
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")


def get_variables_to_restore(include=None, exclude=None):
    """The global variables in some scopes, without those in others.

    Args:
      include: a list of scopes; by default all variables.
      exclude: a list of scopes; by default none.

    Raises:
      TypeError: neither list nor tuple.
    """
    included = get_variables() if include is None else _in_scopes(include, "include")
    excluded = [] if exclude is None else _in_scopes(exclude, "exclude")
    return [var for var in included if not _is_in(var, excluded)]


def _in_scopes(scopes, argument):
    if not isinstance(scopes, (list, tuple)):
        raise TypeError(f"{argument} is provided but is not a list or a tuple.")
    return [var for scope in scopes for var in get_variables(scope)]


def filter_variables(var_list, include_patterns=None, exclude_patterns=None, reg_search=True):
    """Of some variables, those whose names match a pattern and none of others.

    Args:
      var_list: variables.
      include_patterns: regular expressions; None for all variables.
      exclude_patterns: regular expressions.
      reg_search: whether a pattern may match anywhere in the name, or at its beginning only.
    """
    matches = re.search if reg_search else re.match

    def matches_any(var, patterns):
        return any(matches(pattern, var.name) for pattern in patterns)

    return [var for var in var_list
            if (include_patterns is None or matches_any(var, include_patterns))
            and (exclude_patterns is None or not matches_any(var, exclude_patterns))]


def get_variable_full_name(var):
    """The name under which a variable, or the whole of which it is a slice, is saved."""
    info = var._get_save_slice_info()
    return info.full_name if info else var.op.name


# ---- setting variables ----


def assign_from_values(var_names_to_values):
    """An operation that sets variables, and what to feed with it.

    Args:
      var_names_to_values: a dictionary from variables' names to arrays.

    Returns:
      (operation, feed_dict).

    Raises:
      ValueError: a name that no variable has, or that begins several and is none's.
    """
    feeds, assigns = {}, []
    for name, value in var_names_to_values.items():
        var = _only_variable(name)
        placeholder = _placeholder_for(var)
        assigns.append(var.assign(placeholder))
        feeds[placeholder] = value.reshape(var.shape.as_list())
    return control_flow_ops.group(*assigns), feeds


def _only_variable(name):
    found = get_collection(GraphKeys.GLOBAL_VARIABLES, name)
    if not found:
        raise ValueError(f"Variable {name} wasn't found")
    if len(found) > 1:
        found = [var for var in found if var.op.name == name]
        if not found:
            raise ValueError(f"Variable {name} doesn't uniquely identify a variable")
    return found[0]


def _placeholder_for(var):
    return array_ops.placeholder(dtype=var.dtype.base_dtype, shape=var.shape,
                                 name="placeholder/" + var.op.name)


def assign_from_values_fn(var_names_to_values):
    """A function of a session that sets variables; see ``assign_from_values``."""
    operation, feeds = assign_from_values(var_names_to_values)

    def callback(session):
        return session.run(operation, feeds)

    return callback


def assign_from_checkpoint(model_path, var_list, ignore_missing_vars=False):
    """An operation that sets variables from a checkpoint, and what to feed with it.

    Args:
      model_path: the checkpoint's path.
      var_list: variables; or a dictionary from names in the checkpoint to a variable or a list.
      ignore_missing_vars: leave out variables that the checkpoint does not have.

    Returns:
      (operation, feed_dict).

    Raises:
      ValueError: the checkpoint has no variable of a name, or one of another shape.
    """
    from minitf import train

    reader = train.NewCheckpointReader(model_path)
    feeds, assigns = {}, []
    for name, variables in _by_checkpoint_name(var_list).items():
        if not reader.has_tensor(name):
            message = f"Checkpoint is missing variable [{name}]"
            if not ignore_missing_vars:
                raise ValueError(message)
            logging.warning(message)
            continue
        value = reader.get_tensor(name)
        for var in variables:
            placeholder = _placeholder_for(var)
            assigns.append(var.assign(placeholder))
            feeds[placeholder] = _part_for(var, name, value)
    return control_flow_ops.group(*assigns), feeds


def _by_checkpoint_name(var_list):
    """Lists of variables by the name that they have in the checkpoint."""
    if isinstance(var_list, (list, tuple)):
        groups = {}
        for var in var_list:
            groups.setdefault(get_variable_full_name(var), []).append(var)
        return groups
    return {name: value if isinstance(value, (list, tuple)) else [value]
            for name, value in var_list.items()}


def _part_for(var, name, value):
    info = var._get_save_slice_info()
    if info:
        part = tuple(slice(start, start + size)
                     for start, size in zip(info.var_offset, info.var_shape))
        return value[part].reshape(info.var_shape)
    if var.shape.as_list() != list(value.shape):
        raise ValueError(f"Total size of new array must be unchanged for {name} lh_shape: "
                         f"[{value.shape}], rh_shape: [{var.shape}]")
    return value


def assign_from_checkpoint_fn(model_path, var_list, ignore_missing_vars=False,
                              reshape_variables=False):
    """A function of a session that restores variables from a checkpoint.

    Args:
      model_path: the checkpoint's path.
      var_list: variables, or a dictionary from names in the checkpoint to variables.
      ignore_missing_vars: leave out variables that the checkpoint does not have.
      reshape_variables: allow the shapes to differ where the sizes do not.

    Returns:
      The function; None when there is nothing to restore.

    Raises:
      ValueError: ``var_list`` is empty.
    """
    from minitf import train

    if not var_list:
        raise ValueError("var_list cannot be empty")
    if ignore_missing_vars:
        reader = train.NewCheckpointReader(model_path)
        if not isinstance(var_list, dict):
            var_list = {var.op.name: var for var in var_list}
        for name in var_list:
            if not reader.has_tensor(name):
                logging.warning("Variable %s missing in checkpoint %s", name, model_path)
        var_list = {name: var for name, var in var_list.items() if reader.has_tensor(name)}
    if not var_list:
        logging.warning("No Variables to restore")
        return None
    saver = train.Saver(var_list, reshape=reshape_variables, write_version=1)

    def callback(session):
        saver.restore(session, model_path)

    return callback


class VariableDeviceChooser:
    """A device function that places variables on the tasks of a job by turns.

    Args:
      num_tasks: the number of tasks; with 0, no task is chosen.
      job_name, device_type, device_index, replica: the other parts of the device's name.
    """

    def __init__(self, num_tasks=0, job_name="ps", device_type="CPU", device_index=0,
                 replica=None):
        self._job_name = job_name
        self._device = {"device_type": device_type, "device_index": device_index,
                        "replica": replica}
        self._num_tasks = num_tasks
        self._next_task = 0

    def __call__(self, op):
        task = {}
        if self._num_tasks > 0:
            task = {"job": self._job_name, "task": self._next_task}
            self._next_task = (self._next_task + 1) % self._num_tasks
        return DeviceSpec(**self._device, **task).to_string()
