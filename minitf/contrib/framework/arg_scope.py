"""arg_scope: default arguments of functions, set for a part of a program.

::

    with arg_scope([layers.conv2d], padding="VALID", activation_fn=tf.nn.elu):
        net = layers.conv2d(images, 32, 5)      # with both
        net = layers.conv2d(net, 64, 5, padding="SAME")
"""

import contextlib
import functools
import inspect

# From the outermost scope inwards: the arguments of each function, by its key.
_scopes = [{}]
_keyword_names = {}


def current_arg_scope():
    """The arguments that hold now: a dictionary from a function's key to its arguments."""
    return _scopes[-1]


def arg_scope_func_key(op):
    """What stands for a function in the dictionaries of scopes."""
    return getattr(op, "_key_op", str(op))


def add_arg_scope(func):
    """A decorator: the function takes arguments that are not given from ``arg_scope``."""
    key = arg_scope_func_key(func)

    @functools.wraps(func)
    def with_scope(*args, **kwargs):
        return func(*args, **{**current_arg_scope().get(key, {}), **kwargs})

    with_scope._key_op = key
    _keyword_names[key] = tuple(
        item.name for item in inspect.signature(func).parameters.values()
        if item.kind is item.POSITIONAL_OR_KEYWORD and item.default is not item.empty)
    return with_scope


def has_arg_scope(func):
    """Whether a function takes arguments from ``arg_scope``."""
    return arg_scope_func_key(func) in _keyword_names


def arg_scoped_arguments(func):
    """Names of the arguments that ``arg_scope`` can set.

    Raises:
      ValueError: the function takes none from there.
    """
    _require(func)
    return _keyword_names[arg_scope_func_key(func)]


@contextlib.contextmanager
def arg_scope(list_ops_or_scope, **kwargs):
    """A context manager that sets default arguments of functions, and gives the scope.

    Args:
      list_ops_or_scope: functions that are decorated with ``add_arg_scope``; or a scope, as an
        ``arg_scope`` gave it, to open again.
      **kwargs: the arguments, added to those of the scope around.

    Raises:
      ValueError: a function that is not decorated; a scope together with arguments.
      TypeError: neither list, tuple nor scope.
    """
    if isinstance(list_ops_or_scope, dict):
        if kwargs:
            raise ValueError("When attempting to re-use a scope by suppling adictionary, kwargs "
                             "must be empty.")
        scope = dict(list_ops_or_scope)
    else:
        if not isinstance(list_ops_or_scope, (list, tuple)):
            raise TypeError("list_ops_or_scope must either be a list/tuple or reused scope (i.e. "
                            "dict)")
        scope = dict(current_arg_scope())
        for func in list_ops_or_scope:
            _require(func)
            key = arg_scope_func_key(func)
            scope[key] = {**scope.get(key, {}), **kwargs}
    _scopes.append(scope)
    try:
        yield scope
    finally:
        _scopes.pop()


def _require(func):
    if not has_arg_scope(func):
        raise ValueError("%s is not decorated with @add_arg_scope",
                         (func.__module__, getattr(func, "__name__", str(func))))
