"""tf.saved_model.main_op: operations to run after a SavedModel was loaded."""

from minitf.framework.graph import control_dependencies
from minitf.ops import control_flow_ops, lookup_ops
from minitf.variables import global_variables_initializer, local_variables_initializer


def main_op():
    """An operation that initialises the variables and the tables of the graph."""
    return control_flow_ops.group(global_variables_initializer(), local_variables_initializer(),
                                  lookup_ops.tables_initializer())


def main_op_with_restore(restore_op_name):
    """``main_op``, followed by an operation that restores variables."""
    with control_dependencies([main_op()]):
        return control_flow_ops.group(restore_op_name)
