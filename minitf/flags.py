"""tf.flags: command-line flags, which are those of absl, with TensorFlow 1's older argument names.

    tf.flags.DEFINE_integer("steps", 100, "How many steps.")
    ... tf.flags.FLAGS.steps

absl-py is loaded when tf.flags is first used.
"""

import functools
import sys

try:
    from absl.flags import *  # noqa: F401,F403 - this namespace is absl's
    from absl import flags as _absl
except ImportError as error:
    raise ImportError("tf.flags and tf.app need the package absl-py: pip install absl-py"
                      ) from error

_absl.disclaim_key_flags()  # flags are the program's, not this module's

_OLDER_NAMES = {"flag_name": "name", "default_value": "default", "docstring": "help"}


def _with_older_names(define):
    @functools.wraps(define)
    def wrapper(*args, **kwargs):
        return define(*args, **{_OLDER_NAMES.get(name, name): value
                                for name, value in kwargs.items()})

    return wrapper


class _Flags:
    """absl's FLAGS, parsed from the command line when a value is first read."""

    def __init__(self, flags):
        self.__dict__["_flags"] = flags

    def __getattr__(self, name):
        flags = self._flags
        if name.startswith("_") or hasattr(type(flags), name):
            return getattr(flags, name)
        if not flags.is_parsed():
            flags(sys.argv)
        return getattr(flags, name)

    def __setattr__(self, name, value):
        setattr(self._flags, name, value)

    def __delattr__(self, name):
        delattr(self._flags, name)

    def __getitem__(self, name):
        return self._flags[name]

    def __setitem__(self, name, flag):
        self._flags[name] = flag

    def __contains__(self, name):
        return name in self._flags

    def __len__(self):
        return len(self._flags)

    def __iter__(self):
        return iter(self._flags)

    def __dir__(self):
        return dir(self._flags)

    def __str__(self):
        return str(self._flags)

    def __call__(self, *args, **kwargs):
        return self._flags(*args, **kwargs)


FLAGS = _Flags(_absl.FLAGS)
DEFINE_string = _with_older_names(_absl.DEFINE_string)
DEFINE_boolean = DEFINE_bool = _with_older_names(_absl.DEFINE_boolean)
DEFINE_float = _with_older_names(_absl.DEFINE_float)
DEFINE_integer = _with_older_names(_absl.DEFINE_integer)
