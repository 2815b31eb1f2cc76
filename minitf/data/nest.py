"""Structures of dataset elements: tuples, named tuples and dictionaries of values.

Unlike tf.nest, a list is no structure here but a value, of which a tensor is made.
"""

import collections.abc


def is_nested(structure):
    """Whether ``structure`` is a tuple or a dictionary."""
    return isinstance(structure, (tuple, collections.abc.Mapping))


def children(structure):
    """The items of a tuple, or the values of a dictionary in the order of its keys."""
    if isinstance(structure, collections.abc.Mapping):
        return [structure[key] for key in sorted(structure)]
    return list(structure)


def flatten(structure):
    """The leaves of a structure, in order."""
    if not is_nested(structure):
        return [structure]
    return [leaf for child in children(structure) for leaf in flatten(child)]


def like(structure, items):
    """A structure of the kind of ``structure``, with other children."""
    if isinstance(structure, collections.abc.Mapping):
        by_key = dict(zip(sorted(structure), items))
        return type(structure)((key, by_key[key]) for key in structure)
    if hasattr(structure, "_fields"):
        return type(structure)(*items)
    return tuple(items)


def pack(structure, leaves):
    """``leaves`` in the structure of ``structure``."""
    leaves = iter(leaves)

    def packed(part):
        if not is_nested(part):
            return next(leaves)
        return like(part, [packed(child) for child in children(part)])

    return packed(structure)


def map_structure(function, structure):
    """The structure, with ``function`` applied to each leaf."""
    return pack(structure, [function(leaf) for leaf in flatten(structure)])


def flatten_up_to(shallow, structure):
    """What stands in ``structure`` where ``shallow`` has leaves, in order.

    Raises:
      TypeError, ValueError: ``structure`` is not nested as ``shallow`` is.
    """
    if not is_nested(shallow):
        return [structure]
    if not is_nested(structure):
        raise TypeError("If shallow structure is a sequence, input must also be a sequence. Input "
                        f"has type: '{type(structure).__name__}'.")
    if isinstance(shallow, collections.abc.Mapping):
        if not isinstance(structure, collections.abc.Mapping) or set(shallow) != set(structure):
            raise ValueError(f"The two structures don't have the same keys: {sorted(shallow)}, "
                             f"{structure}")
    mine, theirs = children(shallow), children(structure)
    if len(mine) != len(theirs):
        raise ValueError("The two structures don't have the same sequence length. Input structure "
                         f"has length {len(theirs)}, while shallow structure has length "
                         f"{len(mine)}.")
    return [leaf for a, b in zip(mine, theirs) for leaf in flatten_up_to(a, b)]
