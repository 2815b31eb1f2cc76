"""Sets: the last dimension of tensors as a set of elements."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import (
    SparseTensor,
    convert_to_tensor_or_sparse_tensor,
)
from minitf.ops.common_shapes import (
    UNKNOWN,
    merge_dims,
    merge_shapes,
    shape_of,
    with_rank,
    with_rank_at_least,
)
from minitf.ops.elementwise import list_text
from minitf.ops.string_values import byte_strings, string_array

_TYPES = "int8 int16 int32 int64 uint8 uint16 string"
_DTYPES = frozenset([dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64, dtypes.uint8,
                     dtypes.uint16, dtypes.string])


# ---- public functions ----


def set_size(a, validate_indices=True):
    """How many different elements each set in the last dimension has, int32 (TF op: SetSize).

    Args:
      a: a SparseTensor with sorted indices.
      validate_indices: an attribute of the op; indices are checked in any case.

    Raises:
      TypeError: ``a`` is not sparse, or not of integers or strings.
    """
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a}.")
    if a.values.dtype.base_dtype not in _DTYPES:
        raise TypeError(f"Invalid dtype {a.values.dtype}.")
    return SetSize(a.indices, a.values, a.dense_shape, validate_indices=validate_indices)


def set_intersection(a, b, validate_indices=True):
    """The elements that are in both sets, for each pair of sets in the last dimensions.

    Args:
      a, b: tensors or SparseTensors of one dtype and, but for the last dimension, one shape.
      validate_indices: an attribute of the op; indices are checked in any case.

    Returns:
      A SparseTensor of sorted elements.

    Raises:
      TypeError: a dtype that is not integer or string, or two different ones.
    """
    a, b, _ = _converted(a, b)
    return _set_operation(a, b, "intersection", validate_indices)


def set_difference(a, b, aminusb=True, validate_indices=True):
    """The elements of ``a`` that are not in ``b`` (or the reverse); see set_intersection."""
    a, b, flipped = _converted(a, b)
    return _set_operation(a, b, "a-b" if aminusb != flipped else "b-a", validate_indices)


def set_union(a, b, validate_indices=True):
    """The elements that are in one of the sets or in both; see set_intersection."""
    a, b, _ = _converted(a, b)
    return _set_operation(a, b, "union", validate_indices)


def _converted(a, b):
    """(a, b, whether they have changed places): a dense one comes first."""
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if a.dtype.base_dtype not in _DTYPES:
        raise TypeError(f"'a' invalid dtype {a.dtype}.")
    b = convert_to_tensor_or_sparse_tensor(b, name="b")
    if b.dtype.base_dtype != a.dtype.base_dtype:
        raise TypeError(f"Types don't match, {a.dtype} vs {b.dtype}.")
    if isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        return b, a, True
    return a, b, False


def _set_operation(a, b, operation, validate_indices):
    options = {"set_operation": operation, "validate_indices": validate_indices}
    if isinstance(a, SparseTensor):
        result = SparseToSparseSetOperation(a.indices, a.values, a.dense_shape, b.indices, b.values,
                                            b.dense_shape, **options)
    elif isinstance(b, SparseTensor):
        result = DenseToSparseSetOperation(a, b.indices, b.values, b.dense_shape, **options)
    else:
        result = DenseToDenseSetOperation(a, b, **options)
    return SparseTensor(*result)


# ---- the ops ----

SetSize = op("SetSize(set_indices: int64, set_values: T, set_shape: int64;"
             " validate_indices: bool = True, T) -> (size: int32)", T=_TYPES).not_differentiable()
DenseToDenseSetOperation = op(
    "DenseToDenseSetOperation(set1: T, set2: T; set_operation: string,"
    " validate_indices: bool = True, T) -> (result_indices: int64, result_values: T,"
    " result_shape: int64)", T=_TYPES).not_differentiable()
DenseToSparseSetOperation = op(
    "DenseToSparseSetOperation(set1: T, set2_indices: int64, set2_values: T, set2_shape: int64;"
    " set_operation: string, validate_indices: bool = True, T) -> (result_indices: int64,"
    " result_values: T, result_shape: int64)", T=_TYPES).not_differentiable()
SparseToSparseSetOperation = op(
    "SparseToSparseSetOperation(set1_indices: int64, set1_values: T, set1_shape: int64,"
    " set2_indices: int64, set2_values: T, set2_shape: int64; set_operation: string,"
    " validate_indices: bool = True, T) -> (result_indices: int64, result_values: T,"
    " result_shape: int64)", T=_TYPES).not_differentiable()


def _result_shapes(rank):
    return [shape_of([None, rank]), shape_of([None]), shape_of([rank])]


def _sparse_rank(indices, values, shape):
    """The rank of a sparse tensor, None when it is not known."""
    count, rank = with_rank(indices.shape, 2)._dims
    merge_dims(count, with_rank(values.shape, 1)._dims[0])
    return merge_dims(rank, with_rank(shape.shape, 1)._dims[0])


@SetSize.shape
def _():
    return UNKNOWN


@DenseToDenseSetOperation.shape
def _(set1, set2):
    first = with_rank_at_least(set1.shape, 2)._dims
    if first is None:
        second = with_rank_at_least(set2.shape, 2)._dims
        return _result_shapes(None if second is None else len(second))
    second = with_rank(set2.shape, len(first))._dims
    merge_shapes(shape_of(first[:-1]), shape_of(second[:-1]))
    return _result_shapes(len(first))


@DenseToSparseSetOperation.shape
def _(set1, set2_indices, set2_values, set2_shape):
    rank = _sparse_rank(set2_indices, set2_values, set2_shape)
    first = with_rank_at_least(set1.shape, 2)._dims
    return _result_shapes(rank if first is None else merge_dims(rank, len(first)))


@SparseToSparseSetOperation.shape
def _(set1_indices, set1_values, set1_shape, set2_indices, set2_values, set2_shape):
    rank = _sparse_rank(set1_indices, set1_values, set1_shape)
    other = _sparse_rank(set2_indices, set2_values, set2_shape)
    return _result_shapes(merge_dims(rank, other))


# ---- kernels ----

_OPERATIONS = {b"a-b": set.difference, b"b-a": lambda a, b: b - a,
               b"intersection": set.intersection, b"union": set.union}


def _elements(array):
    return byte_strings(array) if np.asarray(array).dtype == object else np.ravel(array).tolist()


def _dense_sets(array):
    """(outer shape, {outer index: set})"""
    array = np.asarray(array)
    outer = array.shape[:-1]
    return outer, {index: set(_elements(array[index])) for index in np.ndindex(*outer)}


def _sparse_sets(indices, values, shape):
    """(outer shape, {outer index: set})"""
    if np.ndim(indices) != 2 or np.ndim(values) != 1 or np.ndim(shape) != 1:
        raise ValueError(_not_sparse(indices, values, shape))
    shape = np.asarray(shape).tolist()
    sets, last = {}, None
    for i, (index, value) in enumerate(zip(np.asarray(indices).tolist(), _elements(values))):
        _check_index(i, index, last, shape)
        last = index
        sets.setdefault(tuple(index[:-1]), set()).add(value)
    return tuple(shape[:-1]), sets


def _not_sparse(indices, values, shape):
    """What is wrong with the ranks of a sparse tensor's parts."""
    for array, rank, text in ((indices, 2, "ix must be a matrix"),
                              (values, 1, "vals must be a vec"), (shape, 1, "shape must be a vec")):
        if np.ndim(array) != rank:
            return f"{text}, but got: {list_text(np.shape(array))}"
    return None


def _check_index(i, index, last, shape):
    where = f"indices[{i}] = {list_text(index)}"
    message = None
    if any(not 0 <= part < size for part, size in zip(index, shape)):
        message = f"{where} is out of bounds: need 0 <= index < {list_text(shape)}"
    elif last is not None and index < last:
        message = (f"{where} is out of order. Many sparse ops require sorted indices.\n"
                   "    Use `tf.sparse.reorder` to create a correctly ordered copy.\n\n")
    elif index == last:
        message = f"{where} is repeated"
    if message is not None:
        raise errors.InvalidArgumentError(None, None, message)


def _combined(first, second, operation, dtype):
    """The result of an operation on two families of sets, as a sparse tensor."""
    (outer, sets1), (other, sets2) = first, second
    if outer != other:
        raise errors.InvalidArgumentError(
            None, None, f"Mismatched group shapes {list_text(outer)} vs {list_text(other)}.")
    combine = _OPERATIONS.get(operation)
    if combine is None:
        raise ValueError(f"Invalid set_operation {operation.decode()}.")
    indices, values, longest = [], [], 0
    for index in sorted(set(sets1) | set(sets2)):
        items = sorted(combine(sets1.get(index, set()), sets2.get(index, set())))
        indices += [(*index, i) for i in range(len(items))]
        values += items
        longest = max(longest, len(items))
    array = string_array(values, [len(values)]) if dtype == object else np.array(values, dtype)
    return (np.array(indices, np.int64).reshape(-1, len(outer) + 1), array,
            np.array([*outer, longest], np.int64))


@SetSize.kernel
def _(set_indices, set_values, set_shape):
    outer, sets = _sparse_sets(set_indices, set_values, set_shape)
    sizes = np.zeros(outer, np.int32)
    for index, items in sets.items():
        sizes[index] = len(items)
    return sizes


@DenseToDenseSetOperation.kernel
def _(set1, set2, set_operation):
    return _combined(_dense_sets(set1), _dense_sets(set2), set_operation, np.asarray(set1).dtype)


@DenseToSparseSetOperation.kernel
def _(set1, set2_indices, set2_values, set2_shape, set_operation):
    return _combined(_dense_sets(set1), _sparse_sets(set2_indices, set2_values, set2_shape),
                     set_operation, np.asarray(set1).dtype)


@SparseToSparseSetOperation.kernel
def _(set1_indices, set1_values, set1_shape, set2_indices, set2_values, set2_shape, set_operation):
    return _combined(_sparse_sets(set1_indices, set1_values, set1_shape),
                     _sparse_sets(set2_indices, set2_values, set2_shape), set_operation,
                     np.asarray(set1_values).dtype)
