"""All variables of a graph: lists of them, and ops that initialise or check them together.

The classes are in ``variable_base``, ``ref_variable`` and ``resource_variable``.
"""

from minitf.framework.graph import (
    GraphKeys,
    colocate_with,
    device,
    get_collection,
    get_default_graph,
    name_scope,
)
from minitf.framework.meta_graph import register_proto_function
from minitf.ops import array_ops, state_ops
from minitf.ref_variable import RefVariable  # noqa: F401 - found under this name too
from minitf.variable_base import (  # noqa: F401 - found under this name too
    Reference,
    SaveSliceInfo,
    Variable,
    VariableAggregation,
    VariableSynchronization,
    validated,
    variable_creators,
)

# ---- in files ----


def _to_proto(variable, export_scope=None):
    return variable.to_proto(export_scope=export_scope)


for _key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES,
             GraphKeys.MOVING_AVERAGE_VARIABLES, GraphKeys.LOCAL_VARIABLES,
             GraphKeys.MODEL_VARIABLES, GraphKeys.GLOBAL_STEP, GraphKeys.METRIC_VARIABLES):
    register_proto_function(_key, "VariableDef", _to_proto, Variable.from_proto)


# ---- all variables of a graph ----


def global_variables(scope=None):
    """The default graph's global variables; with ``scope``, those whose names it matches."""
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def all_variables():
    """``global_variables`` under its older name."""
    return global_variables()


def local_variables(scope=None):
    """The default graph's local variables: those that checkpoints leave out."""
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def model_variables(scope=None):
    """The default graph's variables in GraphKeys.MODEL_VARIABLES."""
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


def trainable_variables(scope=None):
    """The default graph's variables that optimizers change by default."""
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def moving_average_variables(scope=None):
    """The default graph's variables of which moving averages are kept."""
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def variables_initializer(var_list, name="init"):
    """An operation that initialises the variables of a list, all at once and in no order."""
    from minitf.ops import control_flow_ops

    if var_list:
        return control_flow_ops.group(*[v.initializer for v in var_list], name=name)
    return control_flow_ops.no_op(name=name)


def initialize_variables(var_list, name="init"):
    """``variables_initializer`` under its older name."""
    return variables_initializer(var_list, name=name)


def global_variables_initializer():
    """An operation that initialises all global variables."""
    return variables_initializer(global_variables())


def initialize_all_variables():
    """``global_variables_initializer`` under its older name."""
    return global_variables_initializer()


def local_variables_initializer():
    """An operation that initialises all local variables."""
    return variables_initializer(local_variables())


def initialize_local_variables():
    """``local_variables_initializer`` under its older name."""
    return local_variables_initializer()


def is_variable_initialized(variable):
    """A scalar bool: whether the variable has a value."""
    return state_ops.is_variable_initialized(variable)


def _variables_or_ref_tensors(var_list):
    if var_list is not None:
        return var_list
    return global_variables() + local_variables() or _ref_tensors()


def _ref_tensors():
    """The mutable tensors of all ref variables that were built, in whatever collection."""
    return [op.outputs[0] for op in get_default_graph().get_operations()
            if op.type in ("Variable", "VariableV2", "AutoReloadVariable")]


def assert_variables_initialized(var_list=None):
    """A tensor which, when run, raises FailedPreconditionError if a variable has no value.

    It holds the variables' ranks. None when there are no variables. As in TF, an empty list stands
    for all ref variables.
    """
    ranks = []
    for variable in _variables_or_ref_tensors(var_list) or _ref_tensors():
        with colocate_with(variable.op):
            ranks.append(array_ops.rank_internal(variable, optimize=False))
    if not ranks:
        return None
    return ranks[0] if len(ranks) == 1 else array_ops.stack(ranks)


def report_uninitialized_variables(var_list=None, name="report_uninitialized_variables"):
    """A string vector with the names of those variables that have no value.

    Args:
      var_list: by default all global and local variables.
    """
    from minitf.ops import constant_op, math_ops

    var_list = _variables_or_ref_tensors(var_list)
    with name_scope(name):
        flags = [state_ops.is_variable_initialized(v) for v in var_list]
        with device("/cpu:0"):
            if not var_list:
                return constant_op.constant([], dtype="string")
            missing = math_ops.logical_not(array_ops.stack(flags))
            names = constant_op.constant([v.op.name for v in var_list])
            return array_ops.boolean_mask(names, missing)
