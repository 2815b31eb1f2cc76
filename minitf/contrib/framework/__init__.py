"""tf.contrib.framework: arg_scope, model variables, checks."""
# ruff: noqa: F401 - a namespace

from minitf import nest
from minitf.contrib.framework.arg_scope import (
    add_arg_scope, arg_scope, arg_scoped_arguments, current_arg_scope, has_arg_scope)
from minitf.contrib.framework.tensor_util import (
    assert_scalar_int, get_placeholders, reduce_sum_n, remove_squeezable_dimensions,
    with_same_shape, with_shape)
from minitf.contrib.framework.variables import (
    VariableDeviceChooser, add_model_variable, assert_or_get_global_step, assign_from_checkpoint,
    assign_from_checkpoint_fn, assign_from_values, assign_from_values_fn, filter_variables,
    get_local_variables, get_model_variables, get_trainable_variables, get_unique_variable,
    get_variable_full_name, get_variables, get_variables_by_name, get_variables_by_suffix,
    get_variables_to_restore, global_variable, local_variable, model_variable, variable)
from minitf.framework.graph import get_default_graph, graph_from_inputs as get_graph_from_inputs
from minitf.framework.modes import is_tensor
from minitf.framework.scope_names import prepend_scope as prepend_name_scope
from minitf.framework.scope_names import strip_scope as strip_name_scope
from minitf.framework.sparse_tensor import convert_to_tensor_or_sparse_tensor
from minitf.global_step import (
    assert_global_step, create_global_step, get_global_step, get_or_create_global_step)
from minitf.ops.check_ops import (
    assert_same_float_dtype, assert_scalar, is_non_decreasing, is_numeric_tensor,
    is_strictly_increasing)
from minitf.ops.smart_cond import smart_cond, smart_constant_value
from minitf.ops.sort_ops import argsort, sort


def get_name_scope():
    """The name scope that is open in the default graph."""
    return get_default_graph().get_name_scope()
