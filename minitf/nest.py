"""tf.nest: nested structures of lists, tuples, namedtuples and dicts.

A structure's leaves are in one order: sequences as they are, dicts by sorted keys.
"""

import collections.abc

import numpy as np

from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.sparse_tensor import SparseTensor


def is_nested(seq):
    """True for lists, tuples, namedtuples and mappings: what has elements (strings have none)."""
    return (isinstance(seq, (list, tuple, collections.abc.Mapping))
            and not isinstance(seq, (str, bytes, np.ndarray)))


def _is_composite(value):
    return isinstance(value, (IndexedSlices, SparseTensor))


def _components(value):
    if isinstance(value, SparseTensor):
        return [value.indices, value.values, value.dense_shape]
    parts = [value.values, value.indices]
    return parts if value.dense_shape is None else [*parts, value.dense_shape]


def _children(structure, expand_composites=False):
    if isinstance(structure, collections.abc.Mapping):
        return [structure[key] for key in _sorted_keys(structure)]
    if expand_composites and _is_composite(structure):
        return _components(structure)
    return list(structure)


def _sorted_keys(mapping):
    try:
        return sorted(mapping)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None


def _has_children(structure, expand_composites):
    return is_nested(structure) or (expand_composites and _is_composite(structure))


def flatten(structure, expand_composites=False):
    """The leaves of a structure, in order; a leaf alone gives a list of one.

    Args:
      structure: any nesting.
      expand_composites: take IndexedSlices and SparseTensors apart, too.
    """
    if not _has_children(structure, expand_composites):
        return [structure]
    leaves = []
    for child in _children(structure, expand_composites):
        leaves.extend(flatten(child, expand_composites))
    return leaves


def _like(structure, children):
    """A structure of the same type with other children."""
    if isinstance(structure, collections.abc.Mapping):
        by_key = dict(zip(_sorted_keys(structure), children))
        ordered = [(key, by_key[key]) for key in structure]
        if isinstance(structure, collections.defaultdict):
            return type(structure)(structure.default_factory, ordered)
        return type(structure)(ordered)
    if isinstance(structure, SparseTensor):
        return SparseTensor(*children)
    if isinstance(structure, IndexedSlices):
        return IndexedSlices(*children)
    if hasattr(structure, "_fields"):
        return type(structure)(*children)
    return type(structure)(children)


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """``flat_sequence`` put in the places of a structure's leaves.

    Raises:
      TypeError: the flat sequence is not one.
      ValueError: it has more or fewer elements than the structure has leaves.
    """
    if not is_nested(flat_sequence):
        raise TypeError("flat_sequence must be a sequence")
    if not _has_children(structure, expand_composites):
        if len(flat_sequence) != 1:
            raise ValueError(f"Structure is a scalar but len(flat_sequence) == "
                             f"{len(flat_sequence)} > 1")
        return flat_sequence[0]
    count = len(flatten(structure, expand_composites))
    if count != len(flat_sequence):
        raise ValueError(
            f"Could not pack sequence. Structure had {count} elements, but flat_sequence had "
            f"{len(flat_sequence)} elements.  Structure: {structure}, flat_sequence: "
            f"{flat_sequence}.")
    return _packed(structure, iter(flat_sequence), expand_composites)


def _packed(structure, values, expand_composites):
    if not _has_children(structure, expand_composites):
        return next(values)
    return _like(structure, [_packed(child, values, expand_composites)
                             for child in _children(structure, expand_composites)])


def map_structure(func, *structure, **kwargs):
    """``func`` applied to the leaves at each place of one or several equal structures.

    Args:
      func: a function of as many arguments as there are structures.
      *structure: the structures.
      **kwargs: ``check_types`` and ``expand_composites``.

    Raises:
      TypeError, ValueError: as assert_same_structure, or nothing given.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    check_types = kwargs.pop("check_types", True)
    expand_composites = kwargs.pop("expand_composites", False)
    if kwargs:
        raise ValueError("Only valid keyword arguments are `check_types` and `expand_composites`, "
                         f"not: `{'`, `'.join(kwargs)}`")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types, expand_composites)
    leaves = [flatten(item, expand_composites) for item in structure]
    return pack_sequence_as(structure[0], [func(*items) for items in zip(*leaves)],
                            expand_composites)


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Checks that two structures have their leaves in the same places.

    Raises:
      ValueError: they have not.  TypeError: with ``check_types``, sequences of different types.
    """
    try:
        _assert_same(nest1, nest2, check_types, expand_composites)
    except (ValueError, TypeError) as error:
        text1 = str(map_structure(lambda _: ".", nest1))
        text2 = str(map_structure(lambda _: ".", nest2))
        raise type(error)(f"{error}\nEntire first structure:\n{text1}\n"
                          f"Entire second structure:\n{text2}") from None


def _assert_same(a, b, check_types, expand_composites):
    nested = [_has_children(item, expand_composites) for item in (a, b)]
    if nested[0] != nested[1]:
        raise ValueError(
            "The two structures don't have the same nested structure.\n\n"
            f"First structure: type={type(a).__name__} str={a}\n\n"
            f"Second structure: type={type(b).__name__} str={b}\n\n"
            f"More specifically: Substructure \"type={type((a, b)[nested[1]]).__name__} "
            f"str={(a, b)[nested[1]]}\" is a sequence, while substructure "
            f"\"type={type((a, b)[nested[0]]).__name__} str={(a, b)[nested[0]]}\" is not")
    if not nested[0]:
        return
    if check_types and type(a) is not type(b) and not (
            isinstance(a, collections.abc.Mapping) and isinstance(b, collections.abc.Mapping)):
        raise TypeError(
            "The two structures don't have the same nested structure.\n\n"
            f"First structure: type={type(a).__name__} str={a}\n\n"
            f"Second structure: type={type(b).__name__} str={b}\n\n"
            "More specifically: The two namedtuples don't have the same sequence type. First "
            f"structure type={type(a).__name__} str={a} has type {type(a).__name__}, while second "
            f"structure type={type(b).__name__} str={b} has type {type(b).__name__}")
    if isinstance(a, collections.abc.Mapping) and set(a) != set(b):
        raise ValueError("The two dictionaries don't have the same set of keys. First structure "
                         f"has keys {list(a)}, while second structure has keys {list(b)}.")
    children_a, children_b = _children(a, expand_composites), _children(b, expand_composites)
    if len(children_a) != len(children_b):
        raise ValueError("The two structures don't have the same number of elements.\n\n"
                         f"First structure: {a}\n\nSecond structure: {b}")
    for x, y in zip(children_a, children_b):
        _assert_same(x, y, check_types, expand_composites)
