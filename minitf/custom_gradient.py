"""Functions that bring their own gradient: tf.custom_gradient and what is made with it."""

import functools
import inspect
import itertools

from minitf import nest, tf_logging
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    GraphKeys,
    control_dependencies,
    get_collection,
    get_default_graph,
)
from minitf.gradients import RegisterGradient, get_gradient_function, gradients
from minitf.ops import array_ops
from minitf.ref_variable import RefVariable
from minitf.variable_scope import get_variable_scope

_uid = itertools.count()

_VARIABLE_OPS = frozenset(["VariableV2", "VarHandleOp"])
_READS = frozenset(["ReadVariableOp", "ResourceGather", "ResourceGatherNd"])


def custom_gradient(f):
    """A decorator for a function that says itself what its gradient is.

    ``f(*x)`` returns ``(y, grad_fn)``; ``grad_fn(*dys)`` gets the gradients of the tensors in ``y``
    and returns those of ``x``. When ``f`` uses variables, they must be resource variables, and
    ``grad_fn(*dys, variables=...)`` returns ``(grads of x, list of grads of the variables)``::

        @tf.custom_gradient
        def log1pexp(x):
            e = tf.exp(x)
            return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    The graph gets an IdentityN of all results, arguments and variables, whose gradient is
    ``grad_fn``.

    Raises (when the function is called):
      ValueError: it is called with keyword arguments.
      TypeError: it made a variable that is no resource variable, or uses variables that its
        ``grad_fn`` does not take.
    """
    @functools.wraps(f)
    def decorated(*args, **kwargs):
        if kwargs:
            raise ValueError("The custom_gradient decorator currently supports keywords arguments "
                             "only when eager execution is enabled.")
        return _call(f, [convert_to_tensor(arg) for arg in args])

    return decorated


def _call(f, args):
    name = f"CustomGradient-{next(_uid)}"
    graph = get_default_graph()
    known, first_op = set(_variables_in_scope()), len(graph._operations)
    result, grad_fn = f(*args)
    if any(isinstance(v, RefVariable) for v in _variables_in_scope() if v not in known):
        raise TypeError("All variables used by a function wrapped with @custom_gradient must be "
                        "`ResourceVariable`s. Ensure that no `variable_scope` is created with "
                        "`use_resource=False`.")
    read = _variables_read(graph._operations[first_op:], args)
    variables = list(dict.fromkeys([*_variables_between(args, result), *read]))
    _check_takes_variables(grad_fn, variables)
    results = nest.flatten(result)

    def rule(op, *grads):
        grads, variable_grads = grads[:len(results)], []
        if variables:
            input_grads, variable_grads = grad_fn(*grads, variables=variables)
            if len(variable_grads) != len(variables):
                raise ValueError("Must return gradient for each variable from @custom_gradient "
                                 "grad_fn.")
        else:
            input_grads = grad_fn(*grads)
        return [None] * len(results) + nest.flatten(input_grads) + list(variable_grads)

    RegisterGradient(name)(rule)
    everything = results + args + variables
    with graph.gradient_override_map({"IdentityN": name}):
        passed = array_ops.identity_n(everything)
    # TensorFlow converts once more here, so that variables are read a second time.
    for before, after in zip(map(convert_to_tensor, everything), passed):
        after._handle_data = before._handle_data
    return nest.pack_sequence_as(result, passed[:len(results)])


def _variables_in_scope():
    scope = get_variable_scope()
    return scope.global_variables() + scope.local_variables()


def _variables_between(args, result):
    """The trainable variables that the results depend on, but for the way through the arguments."""
    waiting = [array_ops.identity(tensor).op for tensor in nest.flatten(result)]
    found = set(waiting)
    stops = set(args)
    while waiting:
        op = waiting.pop()
        for tensor in op.inputs:
            if (tensor not in stops and tensor.op not in found
                    and _is_followed(tensor.op)):
                found.add(tensor.op)
                waiting.append(tensor.op)
    ops = sorted((op for op in found if op.type in _VARIABLE_OPS), key=lambda op: op._id)
    return [v for v in map(_trainable_variable, ops) if v is not None]


def _is_followed(op):
    """Variables, and operations that a gradient flows through."""
    if op.type in _VARIABLE_OPS:
        return True
    try:
        return get_gradient_function(op) is not None
    except LookupError:
        return False


def _trainable_variable(op):
    """The global variable of a variable's operation, or None when it is not trainable.

    Raises:
      ValueError: there is none, or there are several.
    """
    found = get_collection(GraphKeys.GLOBAL_VARIABLES, scope=f"{op.name}:0")
    if not found:
        raise ValueError(f"Unsuccessful at finding variable {op.name}.")
    found = [v for v in found if v.trainable]
    if len(found) > 1:
        raise ValueError(f"Unsuccessful at finding trainable variable {op.name}. Number of "
                         f"candidates: {len(found)}. Candidates: {found}")
    return found[0] if found else None


def _variables_read(ops, args):
    """The trainable resource variables that the new operations read."""
    handles = {op.inputs[0] for op in ops if op.type in _READS} - set(args)
    variables = get_collection(GraphKeys.GLOBAL_VARIABLES)
    return [v for v in variables if v.trainable and getattr(v, "handle", None) in handles]


def _check_takes_variables(grad_fn, variables):
    spec = inspect.getfullargspec(grad_fn)
    takes = "variables" in spec.args or "variables" in spec.kwonlyargs or spec.varkw
    if variables and not takes:
        raise TypeError("If using @custom_gradient with a function that uses variables, then "
                        "grad_fn must accept a keyword argument 'variables'.")
    if takes and not variables:
        if not get_variable_scope().use_resource:
            raise TypeError("If using @custom_gradient with a function that uses variables, the "
                            "enclosing variable scope must have use_resource=True.")
        tf_logging.warn("@custom_gradient grad_fn has 'variables' in signature, but no "
                        "ResourceVariables were used on the forward pass.")


def grad_pass_through(f):
    """``f`` with the identity's gradient: what comes in for the result goes to the arguments."""
    @custom_gradient
    def passing(*args, **kwargs):
        def grad(*args, **kwargs):
            variables = kwargs.get("variables")
            return args if variables is None else (args, [None] * len(variables))

        return f(*args, **kwargs), grad

    return functools.wraps(f)(passing)


def recompute_grad(f):
    """``f``, which is built once more for its gradient, so that less is kept from the forward pass.

    The gradients of ``f`` are taken by ``tf.gradients`` (TensorFlow's has a tape for it, and so
    other names of nodes).
    """
    @custom_gradient
    def inner(*args, **kwargs):
        def grad(dresult, variables=None):
            variables = [] if variables is None else list(variables)
            with control_dependencies([dresult]):
                again = f(*args, **kwargs)
            grads = gradients(again, [*args, *variables], grad_ys=[dresult])
            return grads[:len(args)], grads[len(args):]

        return f(*args, **kwargs), grad

    return inner
