"""Modules under TensorFlow's names, made when a program imports them.

``import tensorflow.python.ops.math_ops`` asks `Finder`, which asks `sources_of` what of minitf
stands behind that name, and makes a `NameModule`. Such a module looks each of its attributes up
when it is first used; where an attribute is itself one of minitf's namespaces, it is wrapped in a
module of TensorFlow's name, so that ``tf.nn`` says of a missing name what TensorFlow would.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types

from minitf.tensorflow_names import absent, paths
from minitf.version import TENSORFLOW_VERSION

_ROOT = "tensorflow"


class NameModule(types.ModuleType):
    """A module of one of TensorFlow's names; its attributes are those of modules of minitf."""

    def __getattr__(self, name):
        if name.startswith("__"):  # the protocols of imports, copies and the like
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = _resolve(self.__name__, name)
        setattr(self, name, value)
        return value

    def __dir__(self):
        names = set(super().__dir__())
        for source in sources_of(self.__name__) or ():
            names.update(dir(importlib.import_module(source)))
        return sorted(names)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and makes `tensorflow` and all modules below it."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != _ROOT and not fullname.startswith(_ROOT + "."):
            return None
        if sources_of(fullname) is None:
            # Without a name in the error, `from tensorflow.x import y` passes the text on.
            raise ModuleNotFoundError(_no_module(fullname))
        return importlib.machinery.ModuleSpec(fullname, self, origin="minitf", is_package=True)

    def create_module(self, spec):
        return NameModule(spec.name)

    def exec_module(self, module):
        module.__doc__ = f"minitf, under the name {module.__name__}."
        if module.__name__ in (_ROOT, f"{_ROOT}.compat.v1"):
            module.__version__ = TENSORFLOW_VERSION


def _no_module(fullname):
    package, _, name = fullname.rpartition(".")
    text = absent.message(package, name)
    if text.startswith("minitf"):
        return text
    return f"minitf has no module {fullname}: see docs/coverage.md"


def sources_of(fullname):
    """The modules of minitf whose attributes a module of TensorFlow has; None: no such module."""
    parts = fullname.split(".")[1:]
    if parts[:2] == ["compat", "v1"]:
        parts = parts[2:]
    if not parts:
        return ["minitf"]
    if parts[0] == "core":
        return ["minitf.framework.protos"]
    if parts[0] == "python":
        listed = paths.sources(".".join(parts[1:]))
        return listed and [f"minitf.{name}".rstrip(".") for name in listed]
    if parts[0] == "contrib" and "python" in parts:
        return _contrib_sources(parts)
    found = _namespace(parts)
    return found and [found]


def _contrib_sources(parts):
    """What is behind tensorflow.contrib.layers.python.layers.utils: a file, or contrib.layers."""
    part = _namespace(parts[:2])
    if part is None:
        return None
    last = f"{part}.{parts[-1]}"
    return [last, part] if _can_import(last) else [part]


def _namespace(parts):
    """The name of minitf's module with this path, which may be an attribute; None: no such."""
    path = "minitf." + ".".join(parts)
    if _can_import(path):
        return path
    value = importlib.import_module("minitf")
    for part in parts:
        value = getattr(value, part, None)
    return value.__name__ if isinstance(value, types.ModuleType) else None


def _can_import(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise  # it is there, and needs a package that is not
        return False
    return True


def _resolve(module, name):
    """The attribute ``name`` of one of TensorFlow's modules.

    Raises:
      AttributeError: there is none.
    """
    for source in sources_of(module) or ():
        found = _lookup(importlib.import_module(source), name)
        if found is not None:
            value = found[0]
            if isinstance(value, types.ModuleType) and value.__name__.startswith("minitf."):
                return _wrapped(module, name, value)
            return value
    if sources_of(f"{module}.{name}") is not None:
        return importlib.import_module(f"{module}.{name}")
    raise AttributeError(absent.message(module, name))


def _lookup(source, name):
    """[the attribute of a module of minitf] under this name, or one that means the same, or None.

    TensorFlow's inner modules append "_v1" to names where the public name stands for version 1.
    """
    for spelling in (name, paths.ALIASES.get(name), name[:-3] if name.endswith("_v1") else None):
        if spelling:
            try:
                return [getattr(source, spelling)]
            except AttributeError:
                continue
    return None


def _wrapped(module, name, value):
    """A namespace of minitf under the name that it has in TensorFlow."""
    try:
        return importlib.import_module(f"{module}.{name}")
    except ModuleNotFoundError:
        return value


def install():
    """Makes `import tensorflow` mean minitf in this process.

    Raises:
      ImportError: the real tensorflow is already imported.
    """
    present = sys.modules.get(_ROOT)
    if isinstance(present, NameModule):
        return
    if present is not None:
        raise ImportError(
            "minitf cannot take the name tensorflow: another tensorflow is already imported, from "
            f"{getattr(present, '__file__', 'an unknown place')}. Import minitf.as_tensorflow "
            "before it, or in a new process")
    sys.meta_path.insert(0, Finder())
