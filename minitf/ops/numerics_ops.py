"""Checks for infinities and NaNs, of one tensor and of a whole graph."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    colocate_with,
    control_dependencies,
    get_default_graph,
    name_scope,
)
from minitf.ops import array_ops, control_flow_ops
from minitf.ops.arguments import renamed_argument


def verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None):
    """``t``, which fails with ``msg`` when it has infinities or NaNs.

    Args:
      t: a float tensor; its newer name is ``x``.
      msg: the text of the error; its newer name is ``message``.
      name: the name scope.

    Raises:
      InvalidArgumentError: at run time, an element is not finite.
    """
    x = renamed_argument("x", x, "t", t)
    message = renamed_argument("message", message, "msg", msg)
    with name_scope(name, "VerifyFinite", [x]):
        x = convert_to_tensor(x, name="x")
        with colocate_with(x):
            check = array_ops.check_numerics(x, message=message)
            return control_flow_ops.with_dependencies([check], x)


def add_check_numerics_ops():
    """Adds a check_numerics for every float tensor of the graph, in the order of their creation.

    Returns:
      An operation that runs all checks.

    Raises:
      ValueError: the graph has tf.cond or tf.while_loop in it.
    """
    last = []
    for op in get_default_graph().get_operations():
        for output in op.outputs:
            if output.dtype not in (dtypes.float16, dtypes.float32, dtypes.float64):
                continue
            if op._control_flow_context is not None:
                raise ValueError("`tf.add_check_numerics_ops() is not compatible with TensorFlow "
                                 "control flow operations such as `tf.cond()` or "
                                 "`tf.while_loop()`.")
            with control_dependencies(last):
                last = [array_ops.check_numerics(output,
                                                 message=f"{op.name}:{output.value_index}")]
    return control_flow_ops.group(*last)
