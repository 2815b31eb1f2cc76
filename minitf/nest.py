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


class _Dot:
    """Stands for a leaf in messages."""

    def __repr__(self):
        return "."


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Checks that two structures have their leaves in the same places.

    Raises:
      ValueError: they have not.  TypeError: with ``check_types``, sequences of different types.
    """
    try:
        _assert_same(nest1, nest2, check_types, expand_composites)
    except (ValueError, TypeError) as error:
        dots = [map_structure(lambda _: _Dot(), item) for item in (nest1, nest2)]
        raise type(error)(
            "The two structures don't have the same nested structure.\n\n"
            f"First structure: {_described(nest1)}\n\nSecond structure: {_described(nest2)}\n\n"
            f"More specifically: {error}\nEntire first structure:\n{dots[0]}\n"
            f"Entire second structure:\n{dots[1]}") from None


def _assert_same(a, b, check_types, expand_composites):
    nested = [_has_children(item, expand_composites) for item in (a, b)]
    if nested[0] != nested[1]:
        sequence, other = (a, b) if nested[0] else (b, a)
        raise ValueError(f'Substructure "{_described(sequence)}" is a sequence, while substructure '
                         f'"{_described(other)}" is not')
    if not nested[0]:
        return
    mappings = [isinstance(item, collections.abc.Mapping) for item in (a, b)]
    if check_types and not all(mappings) and not _same_type(a, b):
        raise TypeError(
            "The two namedtuples don't have the same sequence type. First structure "
            f"{_described(a)} has type {type(a).__name__}, while second structure "
            f"{_described(b)} has type {type(b).__name__}")
    if check_types and all(mappings) and set(a) != set(b):
        raise ValueError(
            "The two dictionaries don't have the same set of keys. First structure has keys "
            f"{_described(list(a))}, while second structure has keys {_described(list(b))}")
    children_a, children_b = _children(a, expand_composites), _children(b, expand_composites)
    if len(children_a) != len(children_b):
        raise ValueError("The two structures don't have the same number of elements. First "
                         f"structure: {_described(a)}. Second structure: {_described(b)}")
    for x, y in zip(children_a, children_b):
        _assert_same(x, y, check_types, expand_composites)


def _same_type(a, b):
    """Whether two sequences are of one type; namedtuples of the same name and fields are."""
    return type(a) is type(b) or (
        hasattr(a, "_fields") and type(a).__name__ == type(b).__name__
        and a._fields == getattr(b, "_fields", None))


def _described(item):
    return f"type={type(item).__name__} str={item}"


# ---- a structure down to the leaves of a shallower one ----


def _check_shallow(shallow, tree):
    if not is_nested(tree):
        raise TypeError("If shallow structure is a sequence, input must also be a sequence. Input "
                        f"has type: {type(tree)}.")
    mappings = all(isinstance(item, collections.abc.Mapping) for item in (shallow, tree))
    if not (isinstance(tree, type(shallow)) or mappings or _same_type(shallow, tree)):
        raise TypeError("The two structures don't have the same sequence type. Input structure has "
                        f"type {type(tree)}, while shallow structure has type {type(shallow)}.")
    if len(tree) != len(shallow):
        raise ValueError("The two structures don't have the same sequence length. Input structure "
                         f"has length {len(tree)}, while shallow structure has length "
                         f"{len(shallow)}.")
    absent = set(shallow) - set(tree) if mappings else None
    if absent:
        raise ValueError("The shallow_tree's keys are not a subset of the input_tree's keys. The "
                         "shallow_tree has the following keys that are not in the input_tree: "
                         f"{sorted(absent)}.")


def flatten_up_to(shallow, tree):
    """The parts of ``tree`` that stand where ``shallow`` has its leaves, in order.

    Raises:
      TypeError, ValueError: ``tree`` does not begin as ``shallow`` does.
    """
    if not is_nested(shallow):
        return [tree]
    _check_shallow(shallow, tree)
    parts = []
    for child, branch in zip(_children(shallow), _children(tree)):
        parts.extend(flatten_up_to(child, branch))
    return parts


def map_structure_up_to(shallow, func, *trees):
    """``func`` applied to the parts of ``trees`` that stand at each leaf of ``shallow``."""
    parts = [flatten_up_to(shallow, tree) for tree in trees]
    return pack_sequence_as(shallow, [func(*items) for items in zip(*parts)])


def shallow_structure(decide, structure):
    """A structure of bools: where ``decide`` stops, and what it says of the leaves.

    Args:
      decide: a function of a part of the structure that returns a bool, whether to look at what is
        in it, or a structure of bools, one for each of its children.
    """
    answer = decide(structure)
    if not is_nested(structure):
        if not isinstance(answer, bool):
            raise TypeError(f"traverse_fn returned structure: {answer} for non-structure: "
                            f"{structure}")
        return answer
    if isinstance(answer, bool):
        if not answer:
            return False
        answers = [True] * len(structure)
    elif not is_nested(answer):
        raise TypeError(f"traverse_fn returned a non-bool scalar: {answer} for input: {structure}")
    else:
        _check_shallow(answer, structure)
        answers = _children(answer)
    if not all(isinstance(item, bool) for item in answers):
        raise TypeError(f"traverse_fn didn't return a depth=1 structure of bools.  saw: {answer}  "
                        f"for structure: {structure}")
    return _like(structure, [item and shallow_structure(decide, branch)
                             for item, branch in zip(answers, _children(structure))])
