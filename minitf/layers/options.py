"""Passing on the many options of layers."""

from minitf.layers import identifiers


def arguments(scope):
    """The arguments of a method, from its ``locals()``; ``**kwargs`` are unfolded."""
    given = {key: value for key, value in scope.items()
             if key not in ("self", "kwargs", "__class__")}
    return {**given, **scope.get("kwargs", {})}


def apply_once(layer_class, inputs, reuse, **options):
    """The outputs of a new layer whose variable scope is its name; for the functions of layers."""
    return layer_class(_reuse=reuse, _scope=options["name"], **options)(inputs)


def config_of(layer, names):
    """The values of a layer's attributes, for ``get_config``."""
    return {name: identifiers.described(getattr(layer, name)) for name in names}
