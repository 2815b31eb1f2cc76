"""The global step: the variable that counts training steps."""

from minitf import initializers
from minitf import tf_logging as logging
from minitf.framework.graph import GraphKeys, get_default_graph
from minitf.framework.operation import Tensor
from minitf.variable_base import Variable, VariableAggregation
from minitf.variable_scope import get_variable


def global_step(sess, global_step_tensor):
    """The value of a global step in a session, an int."""
    return int(sess.run(global_step_tensor))


def get_global_step(graph=None):
    """The global step of ``graph``, by default the default graph's; None when there is none.

    It is the one item of the collection GraphKeys.GLOBAL_STEP, or the tensor ``global_step:0``.

    Raises:
      TypeError: it is no scalar integer variable or tensor.
    """
    graph = graph or get_default_graph()
    found = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(found) > 1:
        logging.error("Multiple tensors in global_step collection.")
        return None
    if found:
        step = found[0]
    else:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
    assert_global_step(step)
    return step


def create_global_step(graph=None):
    """Makes the global step: an int64 variable ``global_step`` that is not trained, zero at first.

    Raises:
      ValueError: there is one already.
    """
    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    with graph.as_default(), graph.name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP, shape=[], dtype="int64",
            initializer=initializers.zeros_initializer(), trainable=False,
            aggregation=VariableAggregation.ONLY_FIRST_REPLICA,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP])


def get_or_create_global_step(graph=None):
    """The global step, made if there is none."""
    graph = graph or get_default_graph()
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step


def assert_global_step(global_step_tensor):
    """Raises TypeError for what cannot be a global step."""
    if not isinstance(global_step_tensor, (Variable, Tensor)):
        raise TypeError('Existing "global_step" must be a Variable or Tensor: '
                        f"{global_step_tensor}.")
    if not global_step_tensor.dtype.base_dtype.is_integer:
        raise TypeError('Existing "global_step" does not have integer type: '
                        f"{global_step_tensor.dtype}")
    shape = global_step_tensor.shape
    if shape.ndims != 0 and shape.is_fully_defined():
        raise TypeError(f'Existing "global_step" is not scalar: {shape}')


def get_or_create_global_step_read(graph=None):
    """The global step as a tensor of its own, whose value no later update changes; None if none.

    It is made once in a graph, for hooks to fetch.
    """
    graph = graph or get_default_graph()
    found = graph.get_collection(_GLOBAL_STEP_READ)
    if found:
        return found[0]
    step = get_global_step(graph)
    if step is None:
        return None
    with graph.as_default(), graph.name_scope(None), graph.name_scope(step.op.name + "/"):
        value = step.initialized_value() if isinstance(step, Variable) else step
        read = value + 0
        graph.add_to_collection(_GLOBAL_STEP_READ, read)
    return read


_GLOBAL_STEP_READ = "global_step_read_op_cache"
