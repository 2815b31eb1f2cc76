"""Sparse tensors kept in the session under numbers, so that queues can hand them on.

``AddSparseToTensorsMap`` keeps a sparse tensor and gives its number, a handle;
``TakeManySparseFromTensorsMap`` takes those of many handles out again, as one sparse tensor.
"""

import itertools
import threading

import numpy as np

from minitf.framework import errors
from minitf.framework.graph import colocate_with
from minitf.framework.operation import Operation
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import common_shapes
from minitf.ops.common_shapes import with_rank
from minitf.ops.serialize_ops import rows_of, stacked
from minitf.ops.sparse_index import check_parts, invalid

_ADDERS = ("AddSparseToTensorsMap", "AddManySparseToTensorsMap")


class _SparseTensorsMap:
    """Sparse tensors, (indices, values, shape), by handle."""

    def __init__(self):
        self._numbers = itertools.count()
        self._tensors = {}
        self._lock = threading.Lock()

    def add(self, indices, values, shape):
        with self._lock:
            handle = next(self._numbers)
            self._tensors[handle] = indices, values, shape
            return handle

    def take(self, handles, name):
        with self._lock:
            for handle in handles:
                if handle not in self._tensors:
                    raise invalid(f"Unable to find SparseTensor: {handle} in map: {name}")
            return [self._tensors.pop(handle) for handle in handles]


# ---- AddSparseToTensorsMap, AddManySparseToTensorsMap ----


def add_sparse_to_tensors_map(sp_input, shared_name=None, name=None):
    """Keeps a sparse tensor; its handle, an int64 scalar (TF op: AddSparseToTensorsMap).

    Args:
      sp_input: a SparseTensor.
      shared_name: the map's name; by default the operation's.
      name: the operation's name.
    """
    return AddSparseToTensorsMap(sp_input.indices, sp_input.values, sp_input.dense_shape,
                                 shared_name=shared_name or "", name=name)


def add_many_sparse_to_tensors_map(sp_input, shared_name=None, name=None):
    """Keeps the slices of a sparse tensor along its first axis; their handles, int64 [n].

    TF op: AddManySparseToTensorsMap.
    """
    return AddManySparseToTensorsMap(sp_input.indices, sp_input.values, sp_input.dense_shape,
                                     shared_name=shared_name or "", name=name)


AddSparseToTensorsMap = op(
    "AddSparseToTensorsMap(sparse_indices: int64, sparse_values: T, sparse_shape: int64; T,"
    " container: string = '', shared_name: string = '') -> (sparse_handle: int64)", stateful=True
).not_differentiable()
AddManySparseToTensorsMap = op(
    "AddManySparseToTensorsMap(sparse_indices: int64, sparse_values: T, sparse_shape: int64; T,"
    " container: string = '', shared_name: string = '') -> (sparse_handles: int64)", stateful=True
).not_differentiable()


@AddSparseToTensorsMap.shape
def _(sparse_indices, sparse_values, sparse_shape):
    with_rank(sparse_indices.shape, 2)
    with_rank(sparse_values.shape, 1)
    with_rank(sparse_shape.shape, 1)
    return common_shapes.SCALAR


@AddManySparseToTensorsMap.shape
def _(sparse_indices, sparse_values, sparse_shape):
    with_rank(sparse_indices.shape, 2)
    with_rank(sparse_values.shape, 1)
    with_rank(sparse_shape.shape, 1)
    return TensorShape([None])


@AddSparseToTensorsMap.kernel
def _(sparse_indices, sparse_values, sparse_shape, ctx):
    check_parts(sparse_indices, sparse_values, sparse_shape)
    tensors = ctx.resource(_SparseTensorsMap)
    return np.int64(tensors.add(sparse_indices, sparse_values, sparse_shape))


@AddManySparseToTensorsMap.kernel
def _(sparse_indices, sparse_values, sparse_shape, ctx):
    check_parts(sparse_indices, sparse_values, sparse_shape)
    if len(sparse_shape) < 2:
        raise invalid("Rank of input SparseTensor should be > 1, but saw rank: "
                      f"{len(sparse_shape)}")
    tensors = ctx.resource(_SparseTensorsMap)
    rows = rows_of(sparse_indices, int(sparse_shape[0]))
    handles = np.empty(len(rows), np.int64)
    # TF numbers the rows that have elements first.
    for i in sorted(range(len(rows)), key=lambda i: not len(rows[i])):
        handles[i] = tensors.add(sparse_indices[rows[i], 1:], sparse_values[rows[i]],
                                 sparse_shape[1:])
    return handles


# ---- TakeManySparseFromTensorsMap ----


def take_many_sparse_from_tensors_map(sparse_map_op, sparse_handles, rank=None, name=None):
    """Takes the sparse tensors of handles, as one with a further dimension in front.

    Args:
      sparse_map_op: the operation that keeps them, one of the two above.
      sparse_handles: int64 [n].
      rank: the rank of the result, if known.
      name: the operation's name (TF op: TakeManySparseFromTensorsMap).

    Raises:
      TypeError: ``sparse_map_op`` is something else.
      InvalidArgumentError: at run time, there is no tensor of that handle.
    """
    if not isinstance(sparse_map_op, Operation):
        raise TypeError("sparse_map_op be an Operation")
    if sparse_map_op.type not in _ADDERS:
        raise TypeError("sparse_map_op must be one of AddSparseToTensorsMap or "
                        f"AddSparseToTensorsMap. Instead, found `{sparse_map_op.type}`.")
    attrs = sparse_map_op._attrs
    with colocate_with(sparse_map_op):
        indices, values, shape = TakeManySparseFromTensorsMap(
            sparse_handles, dtype=attrs["T"], container=attrs["container"],
            shared_name=attrs["shared_name"] or sparse_map_op.name, name=name)
    indices.set_shape([None, rank])
    shape.set_shape([rank])
    return SparseTensor(indices, values, shape)


TakeManySparseFromTensorsMap = op(
    "TakeManySparseFromTensorsMap(sparse_handles: int64; dtype, container: string = '',"
    " shared_name: string = '') -> (sparse_indices: int64, sparse_values: dtype,"
    " sparse_shape: int64)", stateful=True).not_differentiable()


@TakeManySparseFromTensorsMap.shape
def _(sparse_handles):
    with_rank(sparse_handles.shape, 1)
    return [TensorShape([None, None]), TensorShape([None]), TensorShape([None])]


@TakeManySparseFromTensorsMap.kernel
def _(sparse_handles, dtype, ctx):
    name = ctx.op._attrs["shared_name"].decode()
    tensors = ctx.session.resources.lookup(ctx.op._attrs["container"].decode(), name)
    if not isinstance(tensors, _SparseTensorsMap):
        raise errors.NotFoundError(None, None, f"Resource {name} of type SparseTensorsMap does "
                                   "not exist.")
    if not len(sparse_handles):
        raise invalid("Must have at least 1 serialized SparseTensor, but input matrix has 0 rows")
    taken = tensors.take(sparse_handles.tolist(), name)
    if any(values.dtype != dtype.as_numpy_dtype for _, values, _ in taken):
        raise invalid(f"Requested SparseTensor of type {dtype.opdef_name} but one of another type "
                      "is in the map")
    return stacked(taken, (len(taken),))
