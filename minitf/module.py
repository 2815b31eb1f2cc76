"""tf.Module: a class whose instances know the variables and the modules that they hold."""

import functools
import re

from minitf import nest
from minitf.framework.graph import name_scope
from minitf.variable_base import Variable

_WORD_STARTS = re.compile("((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")


class Module:
    """Something named that holds variables, and other modules, in its attributes.

    Args:
      name: a Python identifier; by default the class's name, in snake case.

    Raises:
      ValueError: the name is no identifier.
    """

    def __init__(self, name=None):
        if name is None:
            name = _WORD_STARTS.sub(r"_\1", type(self).__name__).lower()
        elif not (name.isidentifier() and name.isascii()):
            raise ValueError(f"{name!r} is not a valid module name. Module names must be valid "
                             "Python identifiers (e.g. a valid class name).")
        self._name = name
        with name_scope(name) as scope:
            self._scope_name = scope

    @property
    def name(self):
        """The name that was given."""
        return self._name

    @property
    def name_scope(self):
        """A new context manager for the module's name scope."""
        return name_scope(self._scope_name)

    @property
    def variables(self):
        """The variables of this module and its submodules, by sorted names of attributes."""
        return tuple(leaf for leaf in _leaves(self) if isinstance(leaf, Variable))

    @property
    def trainable_variables(self):
        """Those of ``variables`` that are trainable."""
        return tuple(variable for variable in self.variables if variable.trainable)

    @property
    def submodules(self):
        """All modules that this one holds, and those that they hold."""
        return tuple(leaf for leaf in _leaves(self) if isinstance(leaf, Module))

    @classmethod
    def with_name_scope(cls, method):
        """Decorates a method: it opens the module's name scope."""
        @functools.wraps(method)
        def call(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        return call


def _leaves(module, seen=None):
    """The values in a module's attributes, each once; those of its submodules after its own."""
    seen = {id(module)} if seen is None else seen
    submodules = []
    for _, value in sorted(vars(module).items()):
        for leaf in nest.flatten(value):
            if id(leaf) not in seen:
                seen.add(id(leaf))
                yield leaf
                if isinstance(leaf, Module):
                    submodules.append(leaf)
    for submodule in submodules:
        yield from _leaves(submodule, seen)
