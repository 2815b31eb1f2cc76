"""Scattered updates of variables: some rows, or some elements, given by their indices.

Each kind of update exists for ref variables (``ScatterAdd``) and resource variables
(``ResourceScatterAdd``), by rows or by n-dimensional indices (``ScatterNdAdd``). Repeated indices
count each; for the plain update the last one wins.
"""

import math

import numpy as np

from minitf.framework import errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, common_shapes, math_ops
from minitf.ops.elementwise import list_text
from minitf.ops.resource_handles import handle_shape

_NUMBERS = ("float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 bfloat16 "
            "uint16 complex128 half uint32 uint64")
_ORDERED = "half bfloat16 float double int32 int64"
_INDEX = "int32 int64"


def given(**attrs):
    """Those arguments that are not None: attributes whose defaults are the op's stay out."""
    return {name: value for name, value in attrs.items() if value is not None}


# ---- arithmetic: what an update does to the elements picked out, in place ----


def _put(array, where, updates):
    array[where] = updates


def _divide(array, where, updates):
    """Divides; integers are rounded towards zero, as in C++."""
    if array.dtype.kind not in "iu":
        np.divide.at(array, where, updates)
        return
    sign, size = np.sign(array), np.abs(array)
    np.multiply.at(sign, where, np.sign(updates))
    np.floor_divide.at(size, where, np.abs(updates))
    np.multiply(sign, size, out=array)


_UFUNCS = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Min": np.minimum,
           "Max": np.maximum}
_UPDATES = {"Update": _put, "Div": _divide,
            **{kind: ufunc.at for kind, ufunc in _UFUNCS.items()}}


# ---- rows ----


def _update_rows(kind, cell, indices, updates):
    """Applies ``updates`` to the rows ``indices`` of a variable, and touches no others.

    Args:
      kind: "Update", "Add", "Sub", "Mul", "Div", "Min" or "Max".
      cell: the variable's VariableState.
      indices: integers of any shape.
      updates: of shape ``indices.shape + params.shape[1:]``, or a scalar.

    Raises:
      InvalidArgumentError: an index is out of range.
    """
    shape = np.shape(cell.read())
    if not shape:
        raise errors.InvalidArgumentError(
            None, None, "params must be at least 1-D, got shape []")
    check_indices(indices, shape[0])
    with cell.lock:
        params = cell.writable()
        if kind in _UFUNCS and np.ndim(updates) and len(shape) > 1:
            rows = np.reshape(indices, -1)
            updates = np.reshape(updates, rows.shape + shape[1:])
            _update_in_turns(_UFUNCS[kind], params, rows, updates)
        else:
            _UPDATES[kind](params, indices, updates)


def _update_in_turns(ufunc, params, rows, updates):
    """Updates each row once, all rows at a time; then those that come again, in their order.

    ``ufunc.at``, which can repeat rows, is many times as slow as indexing.
    """
    order = rows.argsort(kind="stable")
    in_order = rows[order]
    again = np.zeros(rows.size, bool)
    again[order[1:][in_order[1:] == in_order[:-1]]] = True
    later = np.flatnonzero(again)
    if not later.size:
        params[rows] = ufunc(params.take(rows, 0), updates)
        return
    first = np.flatnonzero(~again)
    params[rows[first]] = ufunc(params.take(rows[first], 0), updates.take(first, 0))
    rows, updates = rows[later], updates.take(later, 0)
    length = math.prod(params.shape[1:])
    if not params.flags.c_contiguous or length == 0:
        ufunc.at(params, rows, updates)
        return
    # It is several times as fast on plain vectors as on rows.
    places = rows[:, np.newaxis] * np.int64(length) + np.arange(length)
    ufunc.at(params.reshape(-1), places.reshape(-1), updates.reshape(-1))


def check_indices(indices, rows):
    """Raises InvalidArgumentError, as TensorFlow's kernels do, for an index outside [0, rows)."""
    indices = np.asarray(indices)
    if indices.size and (indices.min() < 0 or indices.max() >= rows):
        wrong = (indices < 0) | (indices >= rows)
        place = np.argwhere(wrong)[0].tolist()
        text = list_text(place) if place else ""
        raise errors.InvalidArgumentError(
            None, None,
            f"indices{text} = {indices[tuple(place)]} is not in [0, {rows})")


def _rows_shape(params, indices, updates):
    """Checks static shapes of an update by rows."""
    if params._dims == ():
        return
    row = TensorShape(None) if params._dims is None else TensorShape._from_tuple(params._dims[1:])
    expected = indices.concatenate(row)
    if updates._dims != ():
        common_shapes.merge_shapes(updates, expected)


def _check_rows(params, indices, updates):
    expected = np.shape(indices) + np.shape(params)[1:]
    if np.shape(updates) not in ((), expected):
        raise errors.InvalidArgumentError(
            None, None, "Must have updates.shape = indices.shape + params.shape[1:] or "
            f"updates.shape = [], got updates.shape {list_text(np.shape(updates))}, indices.shape "
            f"{list_text(np.shape(indices))}, params.shape {list_text(np.shape(params))}")


def _ref_rows(kind, allowed, differentiable=False, locking="False"):
    """Declares Scatter<kind>, for ref variables."""
    types = {"T": allowed} if allowed else {}
    op_type = op(f"Scatter{kind}(ref: Ref(T), indices: Tindices, updates: T; T, Tindices,"
                 f" use_locking: bool = {locking}) -> (output_ref: Ref(T))",
                 Tindices=_INDEX, **types)

    @op_type.shape
    def _(ref, indices, updates):
        _rows_shape(ref.shape, indices.shape, updates.shape)
        return ref.shape

    @op_type.kernel
    def _(ref, indices, updates):
        _check_rows(ref.read(), indices, updates)
        _update_rows(kind, ref, indices, updates)
        return ref

    return op_type


def _resource_rows(kind, allowed):
    """Declares ResourceScatter<kind>, for resource variables."""
    types = {"dtype": allowed} if allowed else {}
    op_type = op(f"ResourceScatter{kind}(resource: resource, indices: Tindices, updates: dtype;"
                 " dtype, Tindices) -> ()", stateful=True, Tindices=_INDEX, **types)

    @op_type.shape
    def _(resource, indices, updates):
        _rows_shape(handle_shape(resource), indices.shape, updates.shape)
        return []

    @op_type.kernel
    def _(resource, indices, updates):
        shape = np.shape(resource.read())
        rows = np.size(indices)
        if np.ndim(updates) and rows and np.size(updates) != rows * math.prod(shape[1:]):
            raise errors.InvalidArgumentError(
                None, None, f"shape of indices ({list_text(np.shape(indices))}) is not compatible "
                f"with the shape of updates ({list_text(np.shape(updates))})")
        if np.ndim(updates):
            updates = np.reshape(updates, np.shape(indices) + shape[1:])
        _update_rows(kind, resource, indices, updates)

    return op_type


ScatterUpdate = _ref_rows("Update", None, locking="True")
ScatterAdd = _ref_rows("Add", _NUMBERS).not_differentiable()
ScatterSub = _ref_rows("Sub", _NUMBERS).not_differentiable()
ScatterMul = _ref_rows("Mul", _NUMBERS).not_differentiable()
ScatterDiv = _ref_rows("Div", _NUMBERS).not_differentiable()
ScatterMin = _ref_rows("Min", _ORDERED)
ScatterMax = _ref_rows("Max", _ORDERED)

ResourceScatterUpdate = _resource_rows("Update", None)
ResourceScatterAdd = _resource_rows("Add", _NUMBERS)
ResourceScatterSub = _resource_rows("Sub", _NUMBERS)
ResourceScatterMul = _resource_rows("Mul", _NUMBERS)
ResourceScatterDiv = _resource_rows("Div", _NUMBERS)
ResourceScatterMin = _resource_rows("Min", _NUMBERS)
ResourceScatterMax = _resource_rows("Max", _NUMBERS)


def _scatter(ref_op, resource_op, ref, indices, updates, use_locking, name):
    if ref.dtype._is_ref_dtype:
        return ref_op(ref, indices, updates, name=name, **given(use_locking=use_locking))
    updates = convert_to_tensor(updates, dtype=ref.dtype)
    return ref._lazy_read(resource_op(ref.handle, indices, updates, name=name))


def scatter_update(ref, indices, updates, use_locking=True, name=None):
    """Sets rows of a variable: ``ref[indices[i, ...]] = updates[i, ...]``.

    TF ops: ScatterUpdate, ResourceScatterUpdate. The variants that follow compute with the rows
    instead.

    Args:
      ref: a variable, or the mutable tensor of one.
      indices: an integer tensor: rows.
      updates: of shape ``indices.shape + ref.shape[1:]``, or a scalar; of the variable's dtype.
      use_locking: kept in the graph of ref variables.

    Returns:
      The variable's mutable tensor, which has the new value; for a resource variable, an object
      like a variable which reads it.

    Raises:
      ValueError: static shapes do not fit.  InvalidArgumentError (at run time): an index is out of
      range.
    """
    return _scatter(ScatterUpdate, ResourceScatterUpdate, ref, indices, updates, use_locking, name)


def scatter_add(ref, indices, updates, use_locking=False, name=None):
    """Adds ``updates`` to rows; see ``scatter_update`` (TF ops: ScatterAdd, ResourceScatterAdd)."""
    return _scatter(ScatterAdd, ResourceScatterAdd, ref, indices, updates, use_locking, name)


def scatter_sub(ref, indices, updates, use_locking=False, name=None):
    """Subtracts from rows; see ``scatter_update`` (TF ops: ScatterSub, ResourceScatterSub)."""
    return _scatter(ScatterSub, ResourceScatterSub, ref, indices, updates, use_locking, name)


def scatter_mul(ref, indices, updates, use_locking=False, name=None):
    """Multiplies rows; see ``scatter_update`` (TF ops: ScatterMul, ResourceScatterMul)."""
    return _scatter(ScatterMul, ResourceScatterMul, ref, indices, updates, use_locking, name)


def scatter_div(ref, indices, updates, use_locking=False, name=None):
    """Divides rows; see ``scatter_update`` (TF ops: ScatterDiv, ResourceScatterDiv)."""
    return _scatter(ScatterDiv, ResourceScatterDiv, ref, indices, updates, use_locking, name)


def scatter_min(ref, indices, updates, use_locking=False, name=None):
    """The lesser of both; see ``scatter_update`` (TF ops: ScatterMin, ResourceScatterMin)."""
    return _scatter(ScatterMin, ResourceScatterMin, ref, indices, updates, use_locking, name)


def scatter_max(ref, indices, updates, use_locking=False, name=None):
    """The larger of both; see ``scatter_update`` (TF ops: ScatterMax, ResourceScatterMax)."""
    return _scatter(ScatterMax, ResourceScatterMax, ref, indices, updates, use_locking, name)


# ---- n-dimensional indices ----


def _update_elements(kind, cell, indices, updates):
    """Applies ``updates`` where the rows of ``indices`` point into a variable, and only there.

    Args:
      kind: "Update", "Add" or "Sub".
      cell: the variable's VariableState.
      indices: integers [..., depth]; each row is a place in the first ``depth`` dimensions.
      updates: of shape ``indices.shape[:-1] + params.shape[depth:]``.

    Raises:
      InvalidArgumentError: shapes do not fit, or a place is out of range.
    """
    shape = np.shape(cell.read())
    depth = np.shape(indices)[-1] if np.ndim(indices) else 1
    batch = np.shape(indices)[:-1]
    if np.ndim(indices) and np.ndim(updates) and len(indices) != len(updates):
        raise errors.InvalidArgumentError(
            None, None, "The outermost dimension of updates and indices must match. Got "
            f"indices.shape {list_text(np.shape(indices))}, updates.shape "
            f"{list_text(np.shape(updates))}")
    fits = np.ndim(indices) and np.shape(updates) == batch + shape[depth:]
    if not fits or depth > len(shape):
        raise errors.InvalidArgumentError(
            None, None, "Must have updates.shape = indices.shape[:batch_dim] + "
            f"params_shape[slice_dim:], got updates.shape: {list_text(np.shape(updates))}, "
            f"indices.shape: {list_text(np.shape(indices))}, params_shape: {list_text(shape)}, "
            f"slice_dim: {depth}, and batch_dim: {max(np.ndim(indices) - 1, 1)}")
    check_places(indices, shape, "shape")
    with cell.lock:
        _UPDATES[kind](cell.writable(), tuple(np.moveaxis(indices, -1, 0)), updates)


def check_places(indices, shape, what):
    """Raises InvalidArgumentError for a row of ``indices`` that is no place in ``shape``."""
    wrong = np.any((indices < 0) | (indices >= np.array(shape[:indices.shape[-1]])), axis=-1)
    if np.any(wrong):
        place = np.argwhere(wrong)[0].tolist() if indices.ndim > 1 else []
        text = list_text(place) if place else ""
        raise errors.InvalidArgumentError(
            None, None, f"indices{text} = {indices[tuple(place)].tolist()} does not index into "
            f"{what} {list_text(shape)}")


def _size(shape):
    """The number of elements, None when it is not known."""
    return None if shape._dims is None else common_shapes.known_product(shape._dims)


def _elements_shape(params, indices, updates):
    """Checks static shapes of an update by n-dimensional indices."""
    common_shapes.with_rank_at_least(indices, 1)
    common_shapes.with_rank_at_least(updates, 1)
    if _size(params) == 0 and (_size(indices) or _size(updates)):
        raise ValueError("Indices and updates specified for empty output shape")
    if None in (params._dims, indices._dims, updates._dims) or indices._dims[-1] is None:
        return
    outer, depth = len(indices._dims) - 1, indices._dims[-1]
    parts = [("outer", outer, "indices", indices, indices._dims[:-1], updates._dims[:outer], outer),
             ("inner", max(len(params._dims) - depth, 0), "input", params, params._dims[depth:],
              updates._dims[outer:], len(updates._dims) - outer)]
    for side, count, label, whole, expected, found, found_count in parts:
        try:
            common_shapes.merge_shapes(TensorShape._from_tuple(expected),
                                       TensorShape._from_tuple(found))
        except ValueError as error:
            raise ValueError(
                f"The {side} {count} dimensions of {label}.shape={common_shapes.shape_text(whole)} "
                f"must match the {side} {found_count} dimensions of updates.shape="
                f"{common_shapes.shape_text(updates)}: {error}") from None


def _ref_elements(kind, allowed, locking="False"):
    """Declares ScatterNd<kind>, for ref variables."""
    types = {"T": allowed} if allowed else {}
    op_type = op(f"ScatterNd{kind}(ref: Ref(T), indices: Tindices, updates: T; T, Tindices,"
                 f" use_locking: bool = {locking}) -> (output_ref: Ref(T))",
                 Tindices=_INDEX, **types)

    @op_type.shape
    def _(ref, indices, updates):
        _elements_shape(ref.shape, indices.shape, updates.shape)
        return ref.shape

    @op_type.kernel
    def _(ref, indices, updates):
        _update_elements(kind, ref, indices, updates)
        return ref

    return op_type.not_differentiable()


def _resource_elements(kind):
    """Declares ResourceScatterNd<kind>, for resource variables."""
    op_type = op(f"ResourceScatterNd{kind}(ref: resource, indices: Tindices, updates: T; T,"
                 " Tindices, use_locking: bool = True) -> ()", stateful=True, Tindices=_INDEX)

    @op_type.shape
    def _(ref, indices, updates):
        _elements_shape(handle_shape(ref), indices.shape, updates.shape)
        return []

    @op_type.kernel
    def _(ref, indices, updates):
        _update_elements(kind, ref, indices, updates)

    return op_type


ScatterNdUpdate = _ref_elements("Update", None, locking="True")
ScatterNdAdd = _ref_elements("Add", _NUMBERS)
ScatterNdSub = _ref_elements("Sub", _NUMBERS)

ResourceScatterNdUpdate = _resource_elements("Update")
ResourceScatterNdAdd = _resource_elements("Add")
ResourceScatterNdSub = _resource_elements("Sub")


def _scatter_nd(ref_op, resource_op, ref, indices, updates, use_locking, name):
    if ref.dtype._is_ref_dtype:
        return ref_op(ref, indices, updates, name=name, **given(use_locking=use_locking))
    updates = convert_to_tensor(updates, dtype=ref.dtype)
    return ref._lazy_read(resource_op(ref.handle, indices, updates, name=name))


def scatter_nd_update(ref, indices, updates, use_locking=True, name=None):
    """Sets elements, or slices, of a variable: ``ref[tuple(indices[i])] = updates[i]``.

    TF ops: ScatterNdUpdate, ResourceScatterNdUpdate.

    Args:
      ref: a variable, or the mutable tensor of one.
      indices: an integer tensor [..., depth].
      updates: of shape ``indices.shape[:-1] + ref.shape[depth:]``.
      use_locking: kept in the graph of ref variables.

    Returns, raises: as ``scatter_update``.
    """
    return _scatter_nd(ScatterNdUpdate, ResourceScatterNdUpdate, ref, indices, updates, use_locking,
                       name)


def scatter_nd_add(ref, indices, updates, use_locking=False, name=None):
    """Adds at elements; see ``scatter_nd_update`` (TF ops: ScatterNdAdd, ResourceScatterNdAdd)."""
    return _scatter_nd(ScatterNdAdd, ResourceScatterNdAdd, ref, indices, updates, use_locking, name)


def scatter_nd_sub(ref, indices, updates, use_locking=False, name=None):
    """Subtracts at elements; see ``scatter_nd_update`` (TF: ScatterNdSub, ResourceScatterNdSub)."""
    return _scatter_nd(ScatterNdSub, ResourceScatterNdSub, ref, indices, updates, use_locking, name)


def batch_scatter_update(ref, indices, updates, use_locking=True, name=None):
    """``scatter_update`` along the last dimension of ``indices``, apart for each of the others.

    ``ref[i, indices[i, j]] = updates[i, j]``; a composition of ops around ScatterNdUpdate.

    Raises:
      ValueError: the rank of ``indices`` is not known.
    """
    with name_scope(name):
        indices = convert_to_tensor(indices, name="indices")
        shape = array_ops.shape(indices)
        rank = indices.shape.ndims
        if rank is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        last = array_ops.expand_dims(indices, axis=-1)
        columns = []
        for axis in range(rank - 1):
            broadcast = [1] * (rank + 1)
            broadcast[axis] = size = shape[axis]
            column = array_ops.reshape(math_ops.Range(0, size, 1), broadcast)
            if column.dtype.base_dtype != last.dtype:
                column = math_ops.cast(column, last.dtype)
            columns.append(column * array_ops.ones_like(last))
        places = array_ops.concat([*columns, last], axis=-1)
        return scatter_nd_update(ref, places, updates, use_locking=use_locking)
