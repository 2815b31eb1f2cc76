"""Python functions as operations: tf.py_func and tf.numpy_function."""

import itertools
import traceback
import weakref

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.graph import get_default_graph
from minitf.framework.registry import op
from minitf.ops.common_shapes import UNKNOWN

# Functions by token. Graphs keep them alive; here they are forgotten with the graph.
_functions = weakref.WeakValueDictionary()
_numbers = itertools.count()


def py_func(func, inp, Tout, stateful=True, name=None):
    """A Python function of NumPy arrays as an operation (TF ops: PyFunc, PyFuncStateless).

    Args:
      func: the function; it gets an array for each input (scalars as NumPy scalars, strings as
        bytes) and returns an array, or a list of them. No gradient flows through it.
      inp: a list of tensors.
      Tout: the dtype of what it returns, or a list of dtypes.
      stateful: False says that equal inputs always give equal outputs.
      name: the operation's name.

    Returns:
      A tensor of unknown shape; a list of them when ``Tout`` is a list, the operation when it is
      empty.

    Raises:
      ValueError: ``func`` cannot be called.
      InvalidArgumentError: at run time, it returned other dtypes or another number of values than
        ``Tout`` says. What it raises itself becomes a tf.errors error, by Python's class.
    """
    if not callable(func):
        raise ValueError(  # noqa: TRY004 - as TensorFlow
            f"Expected func to be callable, got func of type {type(func)}")
    several = isinstance(Tout, (list, tuple))
    function = _Function(func)
    token = f"pyfunc_{next(_numbers)}"
    _functions[token] = function
    graph = get_default_graph()
    graph._scoped_state.setdefault("py_funcs", []).append(function)
    op_type = PyFunc if stateful else PyFuncStateless
    operation = op_type._build(op_type, [inp],
                               {"token": token, "Tout": Tout if several else [Tout]}, name)
    if not operation.outputs:
        return operation
    return list(operation.outputs) if several else operation.outputs[0]


def numpy_function(func, inp, Tout, name=None):
    """A Python function of NumPy arrays as an operation, the same as a stateful py_func."""
    return py_func(func, inp, Tout, stateful=True, name=name)


def py_function(func, inp, Tout, name=None):
    """A Python function that is executed eagerly, which minitf cannot do.

    Raises:
      UnimplementedError: always; numpy_function and py_func do the same with NumPy arrays.
    """
    raise errors.UnimplementedError(
        None, None, "tf.py_function needs eager execution, which minitf does not have; "
                    "use tf.py_func or tf.numpy_function, whose functions get NumPy arrays")


class _Function:
    """A function in the registry, which can always be referred to weakly; not all functions can."""

    __slots__ = ("__weakref__", "func")

    def __init__(self, func):
        self.func = func


PyFunc = op("PyFunc(input: Tin; token: string, Tin: list(type) >= 0, Tout: list(type) >= 0)"
            " -> (output: Tout)", stateful=True).not_differentiable().view()
PyFuncStateless = op(
    "PyFuncStateless(input: Tin; token: string, Tin: list(type) >= 0, Tout: list(type) >= 0)"
    " -> (output: Tout)").not_differentiable().view()


def _unknown_shapes(Tout):
    return [UNKNOWN] * len(Tout)


def _call(input, token, Tout):
    token = token.decode()
    function = _functions.get(token)
    if function is None:
        raise errors.InvalidArgumentError(None, None,
                                          f"ValueError: callback {token} is not found")
    try:
        result = function.func(*[_argument(value) for value in input])
    except Exception as error:
        raise _as_tf_error(error) from error
    values = list(result) if isinstance(result, (list, tuple)) else [result]
    if result is None:
        values = []
    if len(values) != len(Tout):
        raise errors.InvalidArgumentError(
            None, None, f"{token} returns {len(values)} values, but expects to see {len(Tout)} "
                        "values.")
    return [_result(value, dtype, i, token) for i, (value, dtype) in enumerate(zip(values, Tout))]


def _argument(value):
    """An input as the function gets it: an array of its own, or a scalar."""
    if np.ndim(value) == 0:
        return np.asarray(value)[()]
    return np.array(value)


def _result(value, dtype, index, token):
    """A returned value as an array, checked to have the dtype that was announced."""
    array = np.asarray(value)
    if array.dtype.kind in "SU":
        # Not through NumPy's own string types, which drop zeros at the end.
        array = np.asarray(value, dtype=object)
    if array.dtype == object:
        found = dtypes.string
        array = _as_bytes(array)
    else:
        found = dtypes.as_dtype(array.dtype)
    if found is not dtype:
        raise errors.InvalidArgumentError(
            None, None, f"{index}-th value returned by {token} is {found.opdef_name}, but expects "
                        f"{dtype.opdef_name}")
    return array


def _as_bytes(array):
    items = [item.encode() if isinstance(item, str) else item for item in array.ravel()]
    for item in items:
        if not isinstance(item, bytes):
            raise errors.InternalError(None, None,
                                       f"Unsupported object type {type(item).__name__}")
    result = np.empty(array.shape, dtype=object)
    result.ravel()[:] = items
    return result


def _as_tf_error(error):
    """What a session raises for an exception of the user's function, with its traceback in it."""
    kinds = [(StopIteration, errors.OutOfRangeError), (MemoryError, errors.ResourceExhaustedError),
             (NotImplementedError, errors.UnimplementedError)]
    kind = next((kind for cls, kind in kinds if isinstance(error, cls)), errors.UnknownError)
    if type(error) in (ValueError, TypeError):
        kind = errors.InvalidArgumentError
    lines = "\n".join(traceback.format_exception(type(error), error, error.__traceback__))
    return kind(None, None, f"{type(error).__name__}: {error}\n{lines}\n")


for _op_type in (PyFunc, PyFuncStateless):
    _op_type.shape(_unknown_shapes)
    _op_type.kernel(_call)
