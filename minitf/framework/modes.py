"""TensorFlow's switches between modes of execution: here there is one mode, the graph's."""

from minitf.framework import errors
from minitf.framework.constant_folding import constant_value
from minitf.framework.graph import is_dense_tensor_like
from minitf.framework.indexed_slices import IndexedSlices, SparseTensorBase


def executing_eagerly():
    """False: operations are added to a graph, and run by a session."""
    return False


def disable_eager_execution():
    """Nothing to do: execution is never eager."""


def enable_eager_execution(config=None, device_policy=None, execution_mode=None):
    """Raises errors.UnimplementedError: there is no eager execution."""
    raise errors.UnimplementedError(None, None, "minitf has no eager execution: it is TensorFlow's "
                                                "graph mode")


def enable_v2_behavior():
    """Raises errors.UnimplementedError: TensorFlow 2's behaviour is not there."""
    raise errors.UnimplementedError(None, None, "minitf has no TensorFlow 2 behaviour")


def disable_v2_behavior():
    """Nothing to do: the behaviour is TensorFlow 1's."""


def control_flow_v2_enabled():
    """False: cond and while_loop build Switch and Merge."""
    return False


def disable_control_flow_v2():
    """Nothing to do: control flow is version 1's."""


def enable_control_flow_v2():
    """Raises errors.UnimplementedError: functional control flow is not there."""
    raise errors.UnimplementedError(None, None, "minitf has no control flow v2")


def disable_tensor_equality():
    """Nothing to do: ``==`` of tensors compares identity."""


def disable_v2_tensorshape():
    """Nothing to do: iterating over a TensorShape gives Dimensions."""


def enable_tensor_equality():
    """Raises errors.UnimplementedError: ``==`` of tensors compares identity, as in version 1."""
    raise errors.UnimplementedError(None, None, "minitf has no elementwise == of tensors: use "
                                                "tf.equal")


def enable_v2_tensorshape():
    """Raises errors.UnimplementedError: iterating over a TensorShape gives Dimensions."""
    raise errors.UnimplementedError(None, None, "minitf has the TensorShape of version 1 only: "
                                                "use as_list()")


def is_tensor(x):
    """True for tensors, variables, IndexedSlices and SparseTensors."""
    return is_dense_tensor_like(x) or isinstance(x, (IndexedSlices, SparseTensorBase))


def get_static_value(tensor, partial=False):
    """The value of a tensor as an array, if the graph tells it; else None."""
    return constant_value(tensor, partial)


_log_device_placement = False


def set_log_device_placement(enabled):
    """Whether sessions that are given no config log where operations are placed."""
    global _log_device_placement
    _log_device_placement = bool(enabled)


def get_log_device_placement():
    """What ``set_log_device_placement`` was last given; False before."""
    return _log_device_placement
