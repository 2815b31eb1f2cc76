"""Small functions of tensorflow.python.util that programs import: decorators, for the most part.

Where TensorFlow logs or registers, these return what they are given, unchanged.
"""

import contextlib
import functools

contextmanager = contextlib.contextmanager
is_cuda_build = False


def _decorator(*args, **kwargs):
    """A decorator, called with arguments, that returns the function or class unchanged."""
    del args, kwargs
    return lambda function: function


def _unchanged(function):
    """A decorator, used without arguments, that returns the function or class unchanged."""
    return function


# tensorflow.python.util.deprecation, tf_export, framework.test_util
deprecated = deprecated_args = deprecated_arg_values = deprecated_alias = _decorator
tf_export = keras_export = estimator_export = _decorator
run_v1_only = run_in_graph_and_eager_modes = _decorator
run_deprecated_v1 = run_all_in_graph_and_eager_modes = _unchanged
add_dispatch_support = should_use_result = _unchanged


def make_decorator(target, decorator_func, decorator_name=None, decorator_doc="",
                   decorator_argspec=None):
    """``decorator_func``, with the name and documentation of ``target``."""
    del decorator_name, decorator_doc, decorator_argspec
    return functools.wraps(target)(decorator_func)


def unwrap(maybe_tf_decorator):
    """([], the function below the wrappers)."""
    while hasattr(maybe_tf_decorator, "__wrapped__"):
        maybe_tf_decorator = maybe_tf_decorator.__wrapped__
    return [], maybe_tf_decorator
