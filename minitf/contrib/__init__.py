"""tf.contrib: the parts of TensorFlow's contributed code that programs lean on most.

Each is loaded when it is first used.
"""

import importlib
import pkgutil

from minitf.tensorflow_names import absent

_PARTS = frozenset(module.name for module in pkgutil.iter_modules(__path__))


def __getattr__(name):
    if name not in _PARTS:
        raise AttributeError(absent.message(__name__, name))
    return importlib.import_module(f"{__name__}.{name}")


def __dir__():
    return sorted({*globals(), *_PARTS})
