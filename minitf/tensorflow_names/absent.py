"""What is said of names that minitf has not."""

import functools


@functools.cache
def _names_of(namespace):
    """The names in one of TensorFlow 1.15.5's public namespaces; none where there is no such."""
    from importlib import resources

    text = resources.files(__package__).joinpath("public_names.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        head, _, names = line.partition(": ")
        if head == namespace:
            return frozenset(names.split())
    return frozenset()


def message(module, name):
    """The text of an AttributeError.

    Args:
      module: the module's name, such as "minitf.nn" or "tensorflow.nn".
      name: the attribute that it has not.
    """
    namespace = ".".join(["tf", *module.split(".")[1:]]).replace("tf.compat.v1", "tf")
    if name in _names_of(namespace):
        return f"minitf has no {namespace}.{name} (TensorFlow 1.15 has): see docs/coverage.md"
    return f"module {module!r} has no attribute {name!r}"


def tell(module):
    """Lets a namespace without a ``__getattr__`` say of what it lacks whether TensorFlow has it."""
    def missing(name):
        raise AttributeError(message(module.__name__, name))

    vars(module).setdefault("__getattr__", missing)
