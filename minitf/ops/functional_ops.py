"""Functions over the first axis of tensors, in loops: map_fn, foldl, foldr, scan."""

import contextlib

from minitf import nest
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, while_ops
from minitf.ops.constant_op import constant
from minitf.ops.tensor_array_ops import TensorArray


@contextlib.contextmanager
def _cached_variables():
    """A block in which get_variable gives variables that are read once, not in each iteration."""
    from minitf.variable_scope import get_variable_scope

    scope = get_variable_scope()
    if scope.caching_device is not None:
        yield
        return
    scope.set_caching_device(lambda op: op.device)
    try:
        yield
    finally:
        scope.set_caching_device(None)


def _length(tensor):
    """The size of the first axis: an int if it is known and not zero, else a tensor."""
    return tensor.shape[0].value or array_ops.shape(tensor)[0]


def _unstacked(tensors, size, **options):
    """TensorArrays of the rows of ``tensors``; all arrays are made first."""
    arrays = [TensorArray(tensor.dtype, size=size, dynamic_size=False, infer_shape=True,
                          **{key: value(tensor) for key, value in options.items()})
              for tensor in tensors]
    return [array.unstack(tensor) for array, tensor in zip(arrays, tensors)]


def _stacked(arrays, elems):
    """The results of a loop as tensors; their first axis is as long as those of ``elems``."""
    results = [array.stack() for array in arrays]
    length = elems[0].shape.with_rank_at_least(1)[0]
    for elem in elems[1:]:
        length.merge_with(elem.shape.with_rank_at_least(1)[0])
    for result in results:
        result.set_shape(TensorShape([length]).concatenate(result.shape[1:]))
    return results


def _check_callable(fn):
    if not callable(fn):
        raise TypeError("fn must be callable.")


# ---- map_fn ----


def map_fn(fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False,
           infer_shape=True, name=None):
    """``fn`` of each row of ``elems``, stacked: ``stack([fn(elem) for elem in unstack(elems)])``.

    Args:
      fn: a function of a row, or of a structure of rows.
      elems: a tensor, or a nested structure of tensors of equal first dimension.
      dtype: the structure of what ``fn`` returns, with dtypes; by default that of ``elems``.
      parallel_iterations: how many calls may run at a time, by default 10.
      back_prop: whether gradients flow through it.
      swap_memory: as in ``while_loop``.
      infer_shape: all results have one shape.
      name: the name scope.

    Raises:
      TypeError: ``fn`` is not callable, or returns another structure; ``elems`` is a SparseTensor.
      ValueError: a tensor of ``elems`` is a scalar.
    """
    _check_callable(fn)
    if isinstance(elems, SparseTensor):
        raise TypeError("To perform a map on the values of a sparse tensor use either  "
                        "SparseTensor(input.indices, fn(input.values), input.dense_shape) or  "
                        "SparseTensor(input.indices, map_fn(fn, input.values), input.dense_shape)")
    flat = nest.flatten(elems)
    with name_scope(name, "map", flat), _cached_variables():
        flat = [convert_to_tensor(elem, name="elem") for elem in flat]
        if dtype is None:
            dtype = nest.pack_sequence_as(elems, [elem.dtype for elem in flat])
        if flat[0].shape.ndims == 0:
            raise ValueError("elems must be a 1+ dimensional Tensor, not a scalar" if len(flat) == 1
                             else "elements in elems must be 1+ dimensional Tensors, not scalars")
        n = _length(flat[0])
        rows = _unstacked(flat, n)
        start = constant(0)
        arrays = [TensorArray(item, size=n, dynamic_size=False, infer_shape=infer_shape)
                  for item in nest.flatten(dtype)]

        def body(i, arrays):
            values = fn(nest.pack_sequence_as(elems, [row.read(i) for row in rows]))
            nest.assert_same_structure(dtype, values)
            arrays = [array.write(i, value) for array, value in zip(arrays, nest.flatten(values))]
            return i + 1, arrays

        _, arrays = while_ops.while_loop(
            lambda i, _: i < n, body, (start, arrays),
            parallel_iterations=parallel_iterations or 10, back_prop=back_prop,
            swap_memory=swap_memory, maximum_iterations=n)
        return nest.pack_sequence_as(dtype, _stacked(arrays, flat))


# ---- foldl, foldr ----


def foldl(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False,
          name=None):
    """``fn(... fn(fn(initializer, elems[0]), elems[1]) ..., elems[-1])``.

    Args:
      fn: a function of the value so far and a row of ``elems``.
      elems: a tensor, or a nested structure of tensors of equal first dimension.
      initializer: the first value; by default the first row.
      parallel_iterations, back_prop, swap_memory: as in ``while_loop``.
      name: the name scope.

    Raises:
      TypeError: ``fn`` is not callable.
    """
    _check_callable(fn)
    with name_scope(name, "foldl", [elems]), _cached_variables():
        rows, n = _rows_to_fold(elems)
        if initializer is None:
            initializer, start = _read(rows, 0), constant(1)
        else:
            start = constant(0)

        def body(i, value):
            value = fn(value, _read(rows, i))
            return [i + 1, value]

        _, result = while_ops.while_loop(
            lambda i, _: i < n, body, [start, initializer],
            parallel_iterations=parallel_iterations, back_prop=back_prop, swap_memory=swap_memory,
            maximum_iterations=n)
        return result


def foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False,
          name=None):
    """``fn(... fn(fn(initializer, elems[-1]), elems[-2]) ..., elems[0])``.

    Args:
      fn: a function of the value so far and a row of ``elems``.
      elems: a tensor, or a nested structure of tensors of equal first dimension.
      initializer: the first value; by default the last row.
      parallel_iterations, back_prop, swap_memory: as in ``while_loop``.
      name: the name scope.

    Raises:
      TypeError: ``fn`` is not callable.
    """
    _check_callable(fn)
    with name_scope(name, "foldr", [elems]), _cached_variables():
        rows, n = _rows_to_fold(elems)
        start = n
        if initializer is None:
            start = n - 1
            initializer = _read(rows, start)

        def body(i, value):
            i -= 1
            row = _read(rows, i)
            return [i, fn(value, row)]

        _, result = while_ops.while_loop(
            lambda i, _: i > 0, body, [start, initializer],
            parallel_iterations=parallel_iterations, back_prop=back_prop, swap_memory=swap_memory,
            maximum_iterations=n)
        return result


def _rows_to_fold(elems):
    """A structure of TensorArrays of the rows of ``elems``, and their number."""
    n = _length([convert_to_tensor(elem, name="elem") for elem in nest.flatten(elems)][0])
    rows = nest.map_structure(
        lambda elem: TensorArray(elem.dtype, size=n, dynamic_size=False,
                                 infer_shape=True).unstack(elem), elems)
    return rows, n


def _read(rows, i):
    return nest.map_structure(lambda row: row.read(i), rows)


# ---- scan ----


def scan(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False,
         infer_shape=True, reverse=False, name=None):
    """All values of a fold, stacked: ``[fn(initializer, elems[0]), fn(that, elems[1]), ...]``.

    Args:
      fn: a function of the value so far and a row of ``elems``; it returns the structure of the
        value.
      elems: a tensor, or a nested structure of tensors of equal first dimension.
      initializer: the first value, a tensor or a structure of tensors; by default the first row.
      parallel_iterations, back_prop, swap_memory: as in ``while_loop``.
      infer_shape: all values have one shape.
      reverse: go from the last row to the first; results are in the places of their rows.
      name: the name scope.

    Raises:
      TypeError: ``fn`` is not callable, or returns another structure.
      ValueError: structures of other lengths.
    """
    _check_callable(fn)
    structure = elems if initializer is None else initializer
    flat = nest.flatten(elems)
    with name_scope(name, "scan", flat), _cached_variables():
        flat = [convert_to_tensor(elem, name="elem") for elem in flat]
        n = flat[0].shape[0].value
        if n is None:
            n = array_ops.shape(flat[0])[0]
        rows = _unstacked(flat, n, element_shape=lambda elem: elem.shape[1:])

        def first():
            return n - 1 if reverse else 0

        if initializer is None:
            values, done = [row.read(first()) for row in rows], 1
        else:
            values, done = [convert_to_tensor(item) for item in nest.flatten(initializer)], 0
        arrays = [TensorArray(value.dtype, size=n, dynamic_size=False, infer_shape=infer_shape,
                              element_shape=value.shape if infer_shape else None)
                  for value in values]
        if initializer is None:
            arrays = [array.write(first(), value) for array, value in zip(arrays, values)]

        def body(i, values, arrays):
            row = nest.pack_sequence_as(elems, [row.read(i) for row in rows])
            result = fn(nest.pack_sequence_as(structure, values), row)
            nest.assert_same_structure(structure, result)
            values = nest.flatten(result)
            arrays = [array.write(i, value) for array, value in zip(arrays, values)]
            return i - 1 if reverse else i + 1, values, arrays

        if reverse:
            start, condition = n - 1 - done, lambda i, *_: i >= 0
        else:
            start, condition = done, lambda i, *_: i < n
        _, _, arrays = while_ops.while_loop(
            condition, body, (start, values, arrays), parallel_iterations=parallel_iterations,
            back_prop=back_prop, swap_memory=swap_memory, maximum_iterations=n)
        return nest.pack_sequence_as(structure, _stacked(arrays, flat))
