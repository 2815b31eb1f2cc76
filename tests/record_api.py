"""Records the public names of TensorFlow 1.15.5 with their arguments: tests/golden/api.json.

    python tests/record_api.py --python /path/to/tf115/bin/python

A line has a name, its kind (function, class, value), argument names and the texts of defaults; a
default that is not a plain value is told by the name of its type. Keras, estimators, distribution
strategies, contrib, compat and raw_ops are left out.
"""

import argparse
import inspect
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden", "api.json")

_LEFT_OUT = {"keras", "estimator", "distribute", "contrib", "compat", "raw_ops", "app", "flags",
             "resource_loader", "sysconfig", "test", "tools", "python", "core", "experimental",
             "autograph", "config", "lite", "mixed_precision", "mlir", "pywrap_tensorflow",
             "random_seed", "tpu", "user_ops", "xla", "debugging_ops", "summary_v2", "initializers_ns",
             "sanitizers", "train_v2", "audio_ops", "profiler"}

_PLAIN = (bool, int, float, str, bytes, type(None))


def default_text(value):
    """The text of a default: its repr if it is plain, else its type's name."""
    if isinstance(value, _PLAIN) or (isinstance(value, tuple)
                                     and all(isinstance(item, _PLAIN) for item in value)):
        return repr(value)
    return type(value).__name__


def _record_inside(known):
    import tensorflow as tf
    from tensorflow.python.util import tf_decorator, tf_inspect

    def arguments(value):
        function = value.__init__ if inspect.isclass(value) else value
        if inspect.isclass(value) and value.__init__ is object.__init__:
            return [], []
        try:
            spec = tf_inspect.getfullargspec(tf_decorator.unwrap(function)[1])
        except TypeError:
            return [], []
        names = [name for name in spec.args if name not in ("self", "cls")]
        return names + list(spec.kwonlyargs or ()), [default_text(v) for v in spec.defaults or ()]

    table = {}
    for name in known:
        value = tf
        for part in name.split("."):
            value = getattr(value, part)
        if inspect.isclass(value) or callable(value):
            kind = "class" if inspect.isclass(value) else "function"
            table[name] = [kind, *arguments(value)]
        else:
            table[name] = ["value", None, None]
    json.dump(table, sys.stdout)
