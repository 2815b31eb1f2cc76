"""Assertions on values, and checks of dtypes: tf.assert_equal and its relatives.

An assertion is an operation that fails when it runs; it runs when something depends on it. What is
known while the graph is built is checked at once, and raises then.
"""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops import array_ops, control_flow_ops, math_ops

_NUMERIC = frozenset([dtypes.float32, dtypes.float64, dtypes.int8, dtypes.int16, dtypes.int32,
                      dtypes.int64, dtypes.uint8, dtypes.qint8, dtypes.qint32, dtypes.quint8,
                      dtypes.complex64])


# ---- comparisons of two tensors ----


def _binary_assert(symbol, default_name, compare, compare_arrays, x, y, data, summarize, message,
                   name):
    with name_scope(name, default_name, [x, y, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        if data is None:
            data = [f"Condition x {symbol} y did not hold element-wise:", f"x ({x.name}) = ", x,
                    f"y ({y.name}) = ", y]
        if message is not None:
            data = [message, *data]
        condition = math_ops.reduce_all(compare(x, y))
        a, b = constant_value(x), constant_value(y)
        if a is not None and b is not None and not np.all(compare_arrays(a, b)):
            raise errors.InvalidArgumentError(None, None, "\n".join(map(_static_text, data)))
        return control_flow_ops.Assert(condition, data, summarize=summarize)


def _static_text(item):
    value = constant_value(item) if isinstance(item, Tensor) else None
    return str(item if value is None else value)


def assert_equal(x, y, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``x == y`` for all elements.

    Args:
      x, y: tensors that broadcast together.
      data: what to print when it fails; by default what was asserted, ``x`` and ``y``.
      summarize: how many elements of each tensor to print, 3 by default.
      message: printed before.
      name: the name scope.

    Raises:
      InvalidArgumentError: at once when both are constants, else when it runs.
    """
    with name_scope(name, "assert_equal", [x, y, data]):
        if x is y:
            return control_flow_ops.no_op()
    return _binary_assert("==", "assert_equal", math_ops.equal, np.equal, x, y, data, summarize,
                          message, name)


def assert_none_equal(x, y, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``x != y`` for all elements; see assert_equal."""
    return _binary_assert("!=", "assert_none_equal", math_ops.not_equal, np.not_equal, x, y, data,
                          summarize, message, name)


def assert_less(x, y, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``x < y`` for all elements; see assert_equal."""
    return _binary_assert("<", "assert_less", math_ops.less, np.less, x, y, data, summarize,
                          message, name)


def assert_less_equal(x, y, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``x <= y`` for all elements; see assert_equal."""
    return _binary_assert("<=", "assert_less_equal", math_ops.less_equal, np.less_equal, x, y, data,
                          summarize, message, name)


def assert_greater(x, y, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``x > y`` for all elements; see assert_equal."""
    return _binary_assert(">", "assert_greater", math_ops.greater, np.greater, x, y, data,
                          summarize, message, name)


def assert_greater_equal(x, y, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``x >= y`` for all elements; see assert_equal."""
    return _binary_assert(">=", "assert_greater_equal", math_ops.greater_equal, np.greater_equal, x,
                          y, data, summarize, message, name)


def assert_near(x, y, rtol=None, atol=None, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``|x - y| < atol + rtol * |y|`` for all elements.

    Args:
      x, y: float tensors that broadcast together.
      rtol, atol: tolerances; by default ten times the machine epsilon of the dtype.
      data, summarize, message, name: as for assert_equal.
    """
    with name_scope(name, "assert_near", [x, y, rtol, atol, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype)
        default = 10 * np.finfo(x.dtype.as_numpy_dtype).eps
        rtol = convert_to_tensor(default if rtol is None else rtol, name="rtol", dtype=x.dtype)
        atol = convert_to_tensor(default if atol is None else atol, name="atol", dtype=x.dtype)
        if data is None:
            data = [message or "", f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}",
                    f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
        tolerance = atol + rtol * math_ops.abs(y)
        difference = math_ops.abs(x - y)
        condition = math_ops.reduce_all(math_ops.less(difference, tolerance))
        return control_flow_ops.Assert(condition, data, summarize=summarize)


# ---- comparisons with zero ----


def _sign_assert(default_name, text, check, x, data, summarize, message, name):
    with name_scope(name, default_name, [x, data]):
        x = convert_to_tensor(x, name="x")
        if data is None:
            data = [message or "", *(part.format(x.name) for part in text), x]
        return check(x, convert_to_tensor(0, dtype=x.dtype), data, summarize)


def _condition(symbol):
    return f"Condition x {symbol} 0 did not hold element-wise:", "x ({}) = "


def assert_negative(x, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless all elements are below 0; see assert_equal."""
    return _sign_assert("assert_negative", _condition("<"),
                        lambda x, zero, *rest: assert_less(x, zero, *rest),
                        x, data, summarize, message, name)


def assert_positive(x, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless all elements are above 0; see assert_equal."""
    return _sign_assert("assert_positive", _condition(">"),
                        lambda x, zero, *rest: assert_less(zero, x, *rest),
                        x, data, summarize, message, name)


def assert_non_negative(x, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless no element is below 0; see assert_equal."""
    return _sign_assert("assert_non_negative", _condition(">="),
                        lambda x, zero, *rest: assert_less_equal(zero, x, *rest),
                        x, data, summarize, message, name)


def assert_non_positive(x, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless no element is above 0; see assert_equal."""
    return _sign_assert("assert_non_positive", ["".join(_condition("<="))],
                        lambda x, zero, *rest: assert_less_equal(x, zero, *rest),
                        x, data, summarize, message, name)


# ---- ranks ----


def assert_rank(x, rank, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``x`` has that rank.

    Args:
      x: a tensor.
      rank: a scalar, int32.
      data, summarize, message, name: as for assert_equal.

    Returns:
      The operation, a no_op when it is known that ``x`` has the rank.

    Raises:
      ValueError: it is known that it has not.
    """
    return _rank_assert("assert_rank", "rank", lambda actual, given: actual == given,
                        math_ops.equal, x, rank, data, summarize, message, name)


def assert_rank_at_least(x, rank, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``x`` has that rank or a higher one; see assert_rank."""
    return _rank_assert("assert_rank_at_least", "rank at least",
                        lambda actual, given: actual >= given, math_ops.greater_equal, x, rank,
                        data, summarize, message, name)


def _rank_assert(default_name, what, static, dynamic, x, rank, data, summarize, message, name):
    with name_scope(name, default_name, (x, rank, *(data or []))):
        x = convert_to_tensor(x, name="x")
        rank = convert_to_tensor(rank, name="rank")
        message = message or ""
        if data is None:
            data = [message, f"Tensor {x.name} must have {what}", rank, "Received shape: ",
                    array_ops.shape(x)]
        known = _known_ranks([rank])
        if known and x.shape.ndims is not None:
            if not static(x.shape.ndims, known[0]):
                raise ValueError(f"{message}.  Tensor {x.name} must have {what} {known[0]}.  "
                                 f"Received rank {x.shape.ndims}, shape {x.shape}")
            return control_flow_ops.no_op(name="static_checks_determined_all_ok")
        condition = dynamic(array_ops.rank(x), rank)
        return control_flow_ops.Assert(_with_scalar_ranks(condition, [rank]), data,
                                       summarize=summarize)


def assert_rank_in(x, ranks, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless ``x`` has one of the ranks; see assert_rank."""
    with name_scope(name, "assert_rank_in", (x, *ranks, *(data or []))):
        x = convert_to_tensor(x, name="x")
        ranks = [convert_to_tensor(rank, name="rank") for rank in ranks]
        message = message or ""
        if data is None:
            data = [message, f"Tensor {x.name} must have rank in", *ranks, "Received shape: ",
                    array_ops.shape(x)]
        known = _known_ranks(ranks)
        if known is not None and x.shape.ndims is not None:
            if x.shape.ndims not in known:
                raise ValueError(f"{message}.  Tensor {x.name} must have rank in {tuple(known)}.  "
                                 f"Received rank {x.shape.ndims}, shape {x.shape}")
            return control_flow_ops.no_op(name="static_checks_determined_all_ok")
        condition = _rank_in(array_ops.rank(x), ranks)
        return control_flow_ops.Assert(_with_scalar_ranks(condition, ranks), data,
                                       summarize=summarize)


def _known_ranks(ranks):
    """The values of rank tensors, or None when one is not known.

    Raises:
      TypeError: one is not int32.  ValueError: one is no scalar.
    """
    for rank in ranks:
        assert_type(rank, dtypes.int32)
    known = [constant_value(rank) for rank in ranks]
    if any(value is None for value in known):
        return None
    if any(value.ndim for value in known):
        raise ValueError("Rank must be a scalar.")
    return known


def _rank_in(actual, ranks):
    if not ranks:
        return convert_to_tensor(False)
    result = math_ops.equal(ranks[0], actual)
    for rank in ranks[1:]:
        result = math_ops.logical_or(result, math_ops.equal(rank, actual))
    return result


def _with_scalar_ranks(condition, ranks):
    """The condition, after checks that ranks which are not known are scalars."""
    for rank in ranks:
        if constant_value(rank) is None:
            check = assert_rank(rank, 0, data=["Rank must be a scalar. Received rank: ", rank])
            condition = control_flow_ops.with_dependencies([check], condition)
    return condition


def assert_scalar(tensor, name=None, message=None):
    """``tensor``, known to be a scalar.

    Raises:
      ValueError: it is none, or that is not known.
    """
    with name_scope(name, "assert_scalar", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name=scope)
        if tensor.shape.ndims != 0:
            raise ValueError(f"{message or ''}Expected scalar shape for {tensor.name}, saw shape: "
                             f"{tensor.shape}.")
        return tensor


# ---- shapes ----


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless tensors have the shapes that are described.

    A description is a sequence with an entry for each dimension: a number, None or "." for any
    size, another symbol for a size that must be the same wherever the symbol stands. ``...`` or "*"
    in front stands for any number of dimensions::

        tf.debugging.assert_shapes([(x, ("N", "Q")), (y, ("N", "D")), (scalar, ())])

    Args:
      shapes: pairs (tensor, description), or a dict of them.
      data, summarize, message, name: as for assert_equal.

    Raises:
      ValueError: it is known that a tensor has another shape; a description that cannot be read.
    """
    shapes = shapes.items() if isinstance(shapes, dict) else shapes
    message = message or ""
    with name_scope(name, "assert_shapes", [shapes, data]):
        described = []
        for x, symbols in [(convert_to_tensor(x), s) for x, s in shapes if s is not None]:
            free, symbols = _read_description(x, symbols, message)
            described.append((x, free, _dimension_sizes(x), symbols))
        ranks = [check for x, free, _, symbols in described
                 for check in _check_rank(x, free, len(symbols), data, summarize, message, name)]
        sizes = _check_sizes(described, data, summarize, message)
        with control_flow_ops.control_dependencies(ranks):
            return control_flow_ops.group(sizes)


def _read_description(x, symbols, message):
    """(whether leading dimensions are free, the symbols of the others)."""
    if not (hasattr(symbols, "__iter__") or hasattr(symbols, "__getitem__")):
        raise ValueError(
            f"{message}.  Tensor {x.name}.  Specified shape must be an iterable.  An iterable has "
            f"the attribute `__iter__` or `__getitem__`.  Received specified shape: {symbols}")
    symbols = tuple(symbols)
    for i, symbol in enumerate(symbols):
        if i and symbol in (Ellipsis, "*"):
            raise ValueError(
                f"{message}.  Tensor {x.name} specified shape index {i}.  Symbol `...` or `*` for "
                "a variable number of unspecified dimensions is only allowed as the first entry")
    free = bool(symbols) and symbols[0] in (Ellipsis, "*")
    return free, symbols[free:] or (1,)


def _dimension_sizes(x):
    """The sizes of dimensions, as numbers where known; scalars count as having one of 1."""
    dynamic = array_ops.shape(x)
    dims = x.shape._dims
    if dims is None:
        is_scalar = math_ops.equal(array_ops.rank(x), 0)
        return control_flow_ops.cond(is_scalar, lambda: convert_to_tensor([1], name="Const"),
                                     lambda: dynamic)
    if not dims:
        return (1,)
    return [dynamic[i] if dim is None else dim for i, dim in enumerate(dims)]


def _check_rank(x, free, rank, *options):
    data, summarize, message, name = options
    options = {"data": data, "summarize": summarize, "message": message, "name": name}
    if free:
        return [assert_rank_at_least(x, rank, **options)] if rank > 1 else []
    if rank < 2:
        return [assert_rank_in(x, [0, 1], **options)]
    return [assert_rank(x, rank, **options)]


def _is_size(value):
    try:
        int(value)
    except (TypeError, ValueError):
        return False
    return True


def _check_sizes(described, data, summarize, message):
    checks, known = [], {}
    for x, free, sizes, symbols in described:
        for i, symbol in enumerate(symbols):
            if symbol in (None, "."):
                continue
            dim = i - len(symbols) if free else i
            if symbol not in known and not _is_size(symbol):
                known[symbol] = sizes[dim], x, dim
                continue
            if _is_size(symbol):
                expected, source = int(symbol), "Specified explicitly"
            else:
                expected, other, other_dim = known[symbol]
                source = f"Specified by tensor {other.name} dimension {other_dim}"
            actual = sizes[dim]
            if _is_size(actual) and _is_size(expected):
                if int(actual) != int(expected):
                    raise ValueError(
                        f"{message}.  {source}.  Tensor {x.name} dimension {dim} must have size "
                        f"{expected}.  Received size {actual}, shape {x.shape}")
                continue
            condition = math_ops.equal(convert_to_tensor(actual), convert_to_tensor(expected))
            shown = data if data is not None else [
                message, source, f"Tensor {x.name} dimension", dim, "must have size", expected,
                "Received shape: ", array_ops.shape(x)]
            checks.append(control_flow_ops.Assert(condition, shown, summarize=summarize))
    return checks


# ---- dtypes and kinds ----


def assert_type(tensor, tf_type, message=None, name=None):
    """A no_op, after a check that ``tensor`` has the dtype ``tf_type``.

    Raises:
      TypeError: it has another.
    """
    with name_scope(name, "assert_type", [tensor]):
        tensor = convert_to_tensor(tensor, name="tensor")
        if tensor.dtype != tf_type:
            raise TypeError(f"{message or ''}  {tensor.name} must be of type {tf_type}")
        return control_flow_ops.no_op("statically_determined_correct_type")


def assert_integer(x, message=None, name=None):
    """A no_op, after a check that ``x`` has an integer dtype.

    Raises:
      TypeError: it has not.
    """
    with name_scope(name, "assert_integer", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_integer:
            raise TypeError(f'{message or ""}  Expected "x" to be integer type.  Found: {x.name} '
                            f"of dtype {x.dtype}")
        return control_flow_ops.no_op("statically_determined_was_integer")


def assert_proper_iterable(values):
    """Checks that ``values`` is iterable, and no tensor, array or string, which are so by chance.

    Raises:
      TypeError: it is not.
    """
    if isinstance(values, (Tensor, SparseTensor, np.ndarray, bytes, str)):
        raise TypeError('Expected argument "values" to be a "proper" iterable.  Found: '
                        f"{type(values)}")
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


def assert_same_float_dtype(tensors=None, dtype=None):
    """The one float dtype that all tensors (None left out) and ``dtype`` have; float32 by default.

    Raises:
      ValueError: they differ, or are no floats.
    """
    first = None
    for item in filter(lambda item: item is not None, tensors or ()):
        found = item.dtype.base_dtype
        if dtype is None:
            dtype, first = found, getattr(item, "name", str(item))
        elif found != dtype:
            as_what = f" as {first}" if first else ""
            raise ValueError(f"{getattr(item, 'name', str(item))}, type={found}, must be of the "
                             f"same type ({dtype}){as_what}.")
    if not dtype:
        return dtypes.float32
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype}.")
    return dtype


def is_numeric_tensor(tensor):
    """Whether it is a tensor of numbers (as in TF, not float16, bfloat16 and complex128)."""
    return isinstance(tensor, Tensor) and tensor.dtype in _NUMERIC


# ---- order ----


def is_non_decreasing(x, name=None):
    """Whether each element is at least the one before (row by row), a bool scalar.

    Raises:
      TypeError: ``x`` holds no numbers.
    """
    with name_scope(name, "is_non_decreasing", [x]):
        steps = _differences(x)
        zero = convert_to_tensor(0, dtype=steps.dtype)
        return math_ops.reduce_all(math_ops.less_equal(zero, steps))


def is_strictly_increasing(x, name=None):
    """Whether each element is greater than the one before (row by row), a bool scalar.

    Raises:
      TypeError: ``x`` holds no numbers.
    """
    with name_scope(name, "is_strictly_increasing", [x]):
        steps = _differences(x)
        zero = convert_to_tensor(0, dtype=steps.dtype)
        return math_ops.reduce_all(math_ops.less(zero, steps))


def _differences(x):
    """The steps from each element to the next."""
    x = array_ops.reshape(x, [-1])
    if not is_numeric_tensor(x):
        raise TypeError(f"Expected x to be numeric, instead found: {x}")
    is_short = math_ops.less(array_ops.size(x), 2)
    length = array_ops.shape(x) - 1

    def steps():
        return (array_ops.strided_slice(x, [1], [1] + length)
                - array_ops.strided_slice(x, [0], length))

    return control_flow_ops.cond(is_short, lambda: convert_to_tensor([], dtype=x.dtype), steps)
