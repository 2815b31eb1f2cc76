"""Static shapes: `tf.TensorShape`, which may be partly unknown, and its `tf.Dimension`s.

A shape is known in full (`(3, 4)`), in part (`(?, 4)`), or not at all (unknown rank). Comparing
Dimensions has three outcomes for that reason: True, False, and None for "not known".
"""

import operator


class Dimension:
    """The size of one dimension: an int, or None when it is not known.

    Arithmetic (`+ - * // %`) with another Dimension, an int or None gives a Dimension, which is
    unknown when either operand is. Comparisons (`== != < <= > >=`) give None when either operand
    is unknown.

    Args:
      value: an int, None, a Dimension, or anything that equals an int.

    Raises:
      TypeError: `value` cannot be converted to an int.
      ValueError: `value` is negative, or is no whole number.
    """

    __slots__ = ("_value",)

    def __init__(self, value):
        self._value = _size(value)

    @property
    def value(self):
        """The size as an int, or None."""
        return self._value

    def is_compatible_with(self, other):
        """Whether both can be the same size: they are equal, or one is unknown."""
        other = as_dimension(other)
        return self._value is None or other._value is None or self._value == other._value

    def assert_is_compatible_with(self, other):
        """Raises ValueError if `other` is not compatible with this dimension."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {other} are not compatible")

    def merge_with(self, other):
        """The Dimension that is known when either is. Raises ValueError if they differ."""
        other = as_dimension(other)
        self.assert_is_compatible_with(other)
        return Dimension(other._value if self._value is None else self._value)

    def __add__(self, other):
        return self._operate(operator.add, other)

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self._operate(operator.sub, other)

    def __rsub__(self, other):
        return as_dimension(other)._operate(operator.sub, self)

    def __mul__(self, other):
        return self._operate(operator.mul, other)

    def __rmul__(self, other):
        return self * other

    def __floordiv__(self, other):
        return self._operate(operator.floordiv, other)

    def __rfloordiv__(self, other):
        return as_dimension(other)._operate(operator.floordiv, self)

    def __mod__(self, other):
        return self._operate(operator.mod, as_dimension(other))

    def __rmod__(self, other):
        return as_dimension(other)._operate(operator.mod, self)

    def __truediv__(self, other):
        """Always raises TypeError: sizes are divided with `//`."""
        raise _use_floor_division("Dimension", type(other).__name__)

    def __rtruediv__(self, other):
        """Always raises TypeError: sizes are divided with `//`."""
        raise _use_floor_division(type(other).__name__, "Dimension")

    def _operate(self, function, other):
        try:
            other = as_dimension(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or other._value is None:
            return Dimension(None)
        return Dimension(function(self._value, other._value))

    def __eq__(self, other):
        return self._equality(operator.eq, other)

    def __ne__(self, other):
        return self._equality(operator.ne, other)

    __hash__ = None  # `==` is no equivalence relation when sizes are unknown

    def __lt__(self, other):
        return self._compare(operator.lt, as_dimension(other))

    def __le__(self, other):
        return self._compare(operator.le, as_dimension(other))

    def __gt__(self, other):
        return self._compare(operator.gt, as_dimension(other))

    def __ge__(self, other):
        return self._compare(operator.ge, as_dimension(other))

    def _equality(self, function, other):
        try:
            other = as_dimension(other)
        except (TypeError, ValueError):
            return NotImplemented
        return self._compare(function, other)

    def _compare(self, function, other):
        if self._value is None or other._value is None:
            return None
        return function(self._value, other._value)

    def __int__(self):
        return self._value

    def __index__(self):
        return self._value

    def __repr__(self):
        return f"Dimension({self._value!r})"

    def __str__(self):
        return "?" if self._value is None else str(self._value)

    def __reduce__(self):
        return Dimension, (self._value,)


def _size(value):
    """The int or None that one dimension of a shape is stored as."""
    if value is None or (value.__class__ is int and value >= 0):
        return value
    if isinstance(value, Dimension):
        return value._value
    size = int(value)
    if not isinstance(value, (str, bytes)) and size != value:
        raise ValueError(f"Ambiguous dimension: {value}")
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0")
    return size


def _use_floor_division(left, right):
    return TypeError(
        f"unsupported operand type(s) for /: '{left}' and '{right}', please use // instead"
    )


class TensorShape:
    """The static shape of a tensor, fully known, partly known, or unknown.

    `shape[i]` and iteration give `Dimension`s and `shape[i:j]` a TensorShape, as in TensorFlow 1.
    `as_list()` gives ints and Nones.

    Args:
      dims: a sequence of sizes (ints, None for unknown, Dimensions), one size for a vector, None
        for an unknown rank, another TensorShape, or a TensorShapeProto.

    Raises:
      TypeError: `dims` is a string, or holds what is no size.
      ValueError: a size is negative, or no whole number.
    """

    # A tuple of int or None, or None for an unknown rank. Building a graph makes and compares
    # shapes all the time, so Dimension objects are made only for those who ask.
    __slots__ = ("_dims",)

    def __init__(self, dims):
        if dims.__class__ is list or dims.__class__ is tuple:
            self._dims = tuple([_size(size) for size in dims])
        elif dims is None:
            self._dims = None
        elif isinstance(dims, TensorShape):
            self._dims = dims._dims
        elif isinstance(dims, (str, bytes)):
            raise TypeError(
                "A string has ambiguous TensorShape, please wrap in a list or convert to an "
                f"int: {dims}"
            )
        elif hasattr(dims, "unknown_rank"):
            self._dims = _dims_from_proto(dims)
        else:
            self._dims = _dims_from_other(dims)

    @classmethod
    def _from_tuple(cls, dims):
        """A shape from a tuple of non-negative int or None, or from None, without checks."""
        shape = object.__new__(cls)
        shape._dims = dims
        return shape

    @property
    def rank(self):
        """The number of dimensions, or None."""
        return None if self._dims is None else len(self._dims)

    ndims = rank

    @property
    def dims(self):
        """A list of Dimensions, or None when the rank is unknown."""
        return None if self._dims is None else [Dimension(size) for size in self._dims]

    def as_list(self):
        """The sizes as a list of int or None. Raises ValueError when the rank is unknown."""
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def as_proto(self):
        """The shape as a `TensorShapeProto`; an unknown size is -1 there."""
        from minitf.framework import protos

        proto = protos.TensorShapeProto()
        if self._dims is None:
            proto.unknown_rank = True
        else:
            for size in self._dims:
                proto.dim.add().size = -1 if size is None else size
        return proto

    def is_fully_defined(self):
        """Whether the rank and all sizes are known."""
        return self._dims is not None and None not in self._dims

    def assert_is_fully_defined(self):
        """Raises ValueError unless the rank and all sizes are known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def num_elements(self):
        """The product of the sizes, or None if one of them is unknown."""
        if not self.is_fully_defined():
            return None
        count = 1
        for size in self._dims:
            count *= size
        return count

    def is_compatible_with(self, other):
        """Whether one fully known shape exists that both can stand for.

        Not transitive: an unknown shape is compatible with every shape.
        """
        other = as_shape(other)
        if self._dims == other._dims or self._dims is None or other._dims is None:
            return True
        if len(self._dims) != len(other._dims):
            return False
        return all([a is None or b is None or a == b for a, b in zip(self._dims, other._dims)])

    def assert_is_compatible_with(self, other):
        """Raises ValueError if `other` is not compatible with this shape."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are incompatible")

    def merge_with(self, other):
        """The TensorShape that knows what either shape knows.

        Raises ValueError if the shapes are not compatible.
        """
        other = as_shape(other)
        if self._dims is None:
            return other
        if other._dims is None:
            return self
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are not compatible")
        merged = tuple([b if a is None else a for a, b in zip(self._dims, other._dims)])
        return TensorShape._from_tuple(merged)

    def most_specific_compatible_shape(self, other):
        """The TensorShape that knows only what both shapes agree on."""
        other = as_shape(other)
        if self._dims is None or other._dims is None or len(self._dims) != len(other._dims):
            return unknown_shape()
        agreed = tuple([a if a == b else None for a, b in zip(self._dims, other._dims)])
        return TensorShape._from_tuple(agreed)

    def concatenate(self, other):
        """This shape's dimensions followed by `other`'s; unknown when either rank is unknown."""
        other = as_shape(other)
        if self._dims is None or other._dims is None:
            return unknown_shape()
        return TensorShape._from_tuple(self._dims + other._dims)

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return as_shape(other).concatenate(self)

    def assert_same_rank(self, other):
        """Raises ValueError if both ranks are known and differ."""
        other = as_shape(other)
        if self._dims is None or other._dims is None:
            return
        if len(self._dims) != len(other._dims):
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_has_rank(self, rank):
        """Raises ValueError if the rank is known and is not `rank`."""
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def with_rank(self, rank):
        """This shape, or one of `rank` unknown sizes when this one's rank is unknown.

        Raises ValueError if the rank is known and is not `rank`.
        """
        self.assert_has_rank(rank)
        return unknown_shape(rank) if self._dims is None else self

    def with_rank_at_least(self, rank):
        """This shape. Raises ValueError if its rank is known and below `rank`."""
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank):
        """This shape. Raises ValueError if its rank is known and above `rank`."""
        if self._dims is not None and len(self._dims) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def __len__(self):
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self):
        """Whether the rank is known; True for a scalar's shape too."""
        return self._dims is not None

    def __iter__(self):
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return map(Dimension, self._dims)

    def __getitem__(self, key):
        """The Dimension at an index, or the TensorShape of a slice.

        Of an unknown shape, an index gives an unknown Dimension, and a slice an unknown shape of
        as many dimensions as its bounds tell. Raises ValueError for a slice of it with a step.
        """
        if self._dims is not None:
            picked = self._dims[key]
            return TensorShape._from_tuple(picked) if isinstance(key, slice) else Dimension(picked)
        if not isinstance(key, slice):
            return Dimension(None)
        if key.step is not None:
            raise ValueError("Steps are not yet handled")
        start = 0 if key.start is None else operator.index(key.start)
        stop = -1 if key.stop is None else operator.index(key.stop)
        return unknown_shape(None if start < 0 or stop < 0 else max(stop - start, 0))

    def __eq__(self, other):
        """Whether the shapes are known to be the same; an unknown size equals only itself."""
        if self is other:
            return True
        try:
            other = as_shape(other)
        except TypeError:
            return NotImplemented
        if self._dims is None or other._dims is None:
            return self._dims is other._dims
        return self._dims == other._dims and None not in self._dims

    def __ne__(self, other):
        """Whether the shapes are not known to be the same.

        Raises ValueError if either rank is unknown.
        """
        try:
            other = as_shape(other)
        except TypeError:
            return NotImplemented
        if self._dims is None or other._dims is None:
            raise ValueError("The inequality of unknown TensorShapes is undefined.")
        return not self == other

    __hash__ = None  # `==` is no equivalence relation when sizes are unknown

    def __repr__(self):
        return f"TensorShape({self.dims!r})"

    def __str__(self):
        if self._dims is None:
            return "<unknown>"
        sizes = ["?" if size is None else str(size) for size in self._dims]
        return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"

    def __reduce__(self):
        return TensorShape, (self._dims,)


def _dims_from_proto(proto):
    if proto.unknown_rank:
        return None
    return tuple(None if dim.size == -1 else _size(dim.size) for dim in proto.dim)


def _dims_from_other(dims):
    try:
        sizes = iter(dims)
    except TypeError:
        return (_size(dims),)  # one size: the shape of a vector
    return tuple(_size(size) for size in sizes)


def as_shape(shape):
    """`shape` as a TensorShape; see there for what it may be."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def as_dimension(value):
    """`value` as a Dimension; see there for what it may be."""
    return value if isinstance(value, Dimension) else Dimension(value)


def dimension_value(dimension):
    """The int or None behind a Dimension; other values are returned as they are."""
    return dimension._value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape, index):
    """The Dimension of `shape` at `index`, unknown when the rank is."""
    return shape[index]


def unknown_shape(rank=None):
    """A TensorShape of `rank` unknown sizes, or of unknown rank."""
    return TensorShape._from_tuple(None if rank is None else (None,) * rank)


def scalar():
    """The shape of a scalar, `()`."""
    return TensorShape._from_tuple(())


def vector(length):
    """The shape of a vector, `(length,)`; `length` may be None."""
    return TensorShape([length])


def matrix(rows, cols):
    """The shape of a matrix, `(rows, cols)`; either may be None."""
    return TensorShape([rows, cols])


def merge_shapes(a, b):
    """The shape that is both ``a`` and ``b``.

    Raises:
      ValueError: they differ in rank, or in a known dimension.
    """
    if a._dims is None:
        return b
    if b._dims is None:
        return a
    if len(a._dims) != len(b._dims):
        raise ValueError(f"Shapes must be equal rank, but are {len(a._dims)} and {len(b._dims)}")
    for i, (x, y) in enumerate(zip(a._dims, b._dims)):
        if x is not None and y is not None and x != y:
            raise ValueError(f"Dimension {i} in both shapes must be equal, but are {x} and {y}. "
                             f"Shapes are {shape_text(a)} and {shape_text(b)}.")
    return TensorShape._from_tuple(tuple(y if x is None else x for x, y in zip(a._dims, b._dims)))


def shape_text(shape):
    """A shape as TensorFlow's messages write it: ``[2,?]``."""
    if shape._dims is None:
        return "?"
    return "[" + ",".join("?" if dim is None else str(dim) for dim in shape._dims) + "]"
