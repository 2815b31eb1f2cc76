"""Resource variables: a handle to a session's cell, and the ops that read and change it.

The ops that update rows and elements are in ``scatter_ops``; they are found under this name too.
"""

import numpy as np

from minitf.framework import dtypes, errors, tensor_shape
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, common_shapes
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text
from minitf.ops.resource_handles import checked_shape, handle_shape
from minitf.ops.scatter_ops import (  # noqa: F401 - the rest of the family
    ResourceScatterAdd,
    ResourceScatterDiv,
    ResourceScatterMax,
    ResourceScatterMin,
    ResourceScatterMul,
    ResourceScatterNdAdd,
    ResourceScatterNdSub,
    ResourceScatterNdUpdate,
    ResourceScatterSub,
    ResourceScatterUpdate,
    check_indices,
    check_places,
)

# ---- VarHandleOp ----


def var_handle_op(shape, dtype, shared_name="", container="", name=None):
    """A handle to a variable (TF op: VarHandleOp).

    Args:
      shape: the variable's static shape.
      dtype: the elements' dtype.
      container, shared_name: where sessions keep the value.
    """
    handle = VarHandleOp(shape=shape, dtype=dtype, shared_name=shared_name, container=container,
                         name=name)
    handle._handle_data = tensor_shape.as_shape(shape), dtypes.as_dtype(dtype).base_dtype
    return handle


VarHandleOp = op("VarHandleOp(; container: string = '', shared_name: string = '', dtype,"
                 " shape: shape) -> (resource: resource)", stateful=True
                 ).hoist().not_differentiable()


@VarHandleOp.shape
def _():
    return common_shapes.SCALAR


@VarHandleOp.kernel
def _(ctx):
    return ctx.resource(lambda: _new_cell(ctx))


def _new_cell(ctx):
    from minitf.session.resource_state import ResourceVariableState

    attrs = ctx.op._attrs
    return ResourceVariableState(attrs["shared_name"].decode() or ctx.op.name,
                                 attrs["container"].decode() or "localhost",
                                 ctx.session.resources)


# ---- ReadVariableOp ----


def read_variable_op(resource, dtype, name=None):
    """The value that a variable has when the op runs (TF op: ReadVariableOp)."""
    return ReadVariableOp(resource, dtype=dtype, name=name)


ReadVariableOp = op("ReadVariableOp(resource: resource; dtype) -> (value: dtype)", stateful=True)


@ReadVariableOp.shape
def _(resource, dtype):
    return checked_shape(resource, dtype)


@ReadVariableOp.kernel
def _(resource):
    value = resource.value
    if value is None:
        raise errors.FailedPreconditionError(
            None, None, f"Error while reading resource variable {resource.name} from Container: "
            f"{resource.container}. This could mean that the variable was uninitialized. "
            f"Not found: {resource.missing()}")
    return value


@ReadVariableOp.gradient
def _(op, grad):
    return grad


# ---- VarIsInitializedOp ----


def var_is_initialized_op(resource, name=None):
    """Whether the variable of a handle has a value: a scalar bool (TF op: VarIsInitializedOp)."""
    return VarIsInitializedOp(resource, name=name)


VarIsInitializedOp = op("VarIsInitializedOp(resource: resource) -> (is_initialized: bool)",
                        stateful=True).not_differentiable()


@VarIsInitializedOp.shape
def _():
    return common_shapes.SCALAR


@VarIsInitializedOp.kernel
def _(resource):
    return np.bool_(resource.value is not None)


# ---- AssignVariableOp, AssignAddVariableOp, AssignSubVariableOp ----


def _assignment_shape(resource, value, dtype):
    common_shapes.merge_shapes(checked_shape(resource, dtype), value.shape)
    return []


def assign_variable_op(resource, value, name=None):
    """Sets a variable (TF op: AssignVariableOp). Its shape is checked in building only."""
    return AssignVariableOp(resource, value, name=name)


AssignVariableOp = op("AssignVariableOp(resource: resource, value: dtype; dtype) -> ()",
                      stateful=True)
AssignVariableOp.shape(_assignment_shape)


@AssignVariableOp.kernel
def _(resource, value):
    resource.store(value)


def assign_add_variable_op(resource, value, name=None):
    """Adds to a variable (TF op: AssignAddVariableOp)."""
    return AssignAddVariableOp(resource, value, name=name)


AssignAddVariableOp = op("AssignAddVariableOp(resource: resource, value: dtype; dtype) -> ()",
                         stateful=True)
AssignAddVariableOp.shape(_assignment_shape)


@AssignAddVariableOp.kernel
def _(resource, value):
    with resource.lock:
        _check_operand(resource, value)
        array = resource.writable()
        array += value


def assign_sub_variable_op(resource, value, name=None):
    """Subtracts from a variable (TF op: AssignSubVariableOp)."""
    return AssignSubVariableOp(resource, value, name=name)


AssignSubVariableOp = op("AssignSubVariableOp(resource: resource, value: dtype; dtype) -> ()",
                         stateful=True)
AssignSubVariableOp.shape(_assignment_shape)


@AssignSubVariableOp.kernel
def _(resource, value):
    with resource.lock:
        _check_operand(resource, value)
        array = resource.writable()
        array -= value


def _check_operand(resource, update):
    """Refuses an update whose shape is not the variable's."""
    shape = np.shape(resource.read())
    if shape != np.shape(update):
        raise errors.InvalidArgumentError(
            None, None, f"Cannot update variable with shape {list_text(shape)} using a "
            f"Tensor with shape {list_text(np.shape(update))}, shapes must be equal.")


# ---- VariableShape ----


def variable_shape(handle, out_type=dtypes.int32):
    """The shape of a handle's variable: a constant when it is fully known (TF op: VariableShape).

    What is known is what the handle itself was made with, as in TensorFlow: a handle that an
    Identity passed on has its shape computed.
    """
    data = handle._handle_data
    if data is None or not data[0].is_fully_defined():
        return VariableShape(handle, out_type=out_type)
    return constant(data[0].as_list(), dtype=out_type)


VariableShape = op("VariableShape(input: resource; out_type: type = int32) -> (output: out_type)",
                   out_type="int32 int64", stateful=True).not_differentiable()


@VariableShape.shape
def _(input):
    dims = handle_shape(input)._dims
    return TensorShape._from_tuple((None if dims is None else len(dims),))


@VariableShape.kernel
def _(input, out_type):
    return np.array(np.shape(input.read()), out_type.as_numpy_dtype)


# ---- ResourceGather, ResourceGatherNd ----

ResourceGather = op("ResourceGather(resource: resource, indices: Tindices; batch_dims: int = 0,"
                    " validate_indices: bool = True, dtype, Tindices) -> (output: dtype)",
                    stateful=True, Tindices="int32 int64")


@ResourceGather.shape
def _(resource, indices, batch_dims, dtype):
    params = checked_shape(resource, dtype)
    common_shapes.with_rank_at_least(params, 1)
    if params._dims is None or indices.shape._dims is None:
        return common_shapes.UNKNOWN
    rank = len(indices.shape._dims)
    if batch_dims > rank or batch_dims < 0:
        raise ValueError(f"batch_dims ({batch_dims}) must be in [0, {rank}]")
    return TensorShape._from_tuple(params._dims[:batch_dims] + indices.shape._dims[batch_dims:]
                                   + params._dims[batch_dims + 1:])


@ResourceGather.kernel
def _(resource, indices, batch_dims):
    params = resource.read()
    check_indices(indices, np.shape(params)[batch_dims])
    if batch_dims == 0:
        return np.take(params, indices, axis=0)
    grid = np.ogrid[tuple(slice(size) for size in np.shape(indices)[:batch_dims])]
    spare = np.ndim(indices) - batch_dims
    return params[tuple(axis.reshape(axis.shape + (1,) * spare) for axis in grid) + (indices,)]


@ResourceGather.gradient
def _(op, grad):
    handle, indices = op.inputs
    params_shape = variable_shape(handle)
    size = array_ops.expand_dims(array_ops.size(indices), 0)
    values_shape = array_ops.concat([size, params_shape[1:]], 0)
    values = array_ops.reshape(grad, values_shape)
    indices = array_ops.reshape(indices, size)
    return IndexedSlices(values, indices, params_shape), None


ResourceGatherNd = op("ResourceGatherNd(resource: resource, indices: Tindices; dtype, Tindices)"
                      " -> (output: dtype)", stateful=True, Tindices="int32 int64")


@ResourceGatherNd.shape
def _(resource, indices, dtype):
    params, places = checked_shape(resource, dtype), indices.shape
    common_shapes.with_rank_at_least(places, 1)
    if params._dims is None or places._dims is None or places._dims[-1] is None:
        return common_shapes.UNKNOWN
    if places._dims[-1] > len(params._dims):
        raise ValueError("indices.shape[-1] must be <= params.rank, but saw indices shape: "
                         f"{common_shapes.shape_text(places)} and params shape: "
                         f"{common_shapes.shape_text(params)}")
    return TensorShape._from_tuple(places._dims[:-1] + params._dims[places._dims[-1]:])


@ResourceGatherNd.kernel
def _(resource, indices):
    params = resource.read()
    if np.ndim(indices) < 1:
        raise errors.InvalidArgumentError(None, None, "indices must be at least a vector")
    if indices.shape[-1] > np.ndim(params):
        raise errors.InvalidArgumentError(
            None, None, "index innermost dimension length must be <= params rank; saw: "
            f"{indices.shape[-1]} vs. {np.ndim(params)}")
    if np.size(params) == 0 and np.prod(indices.shape[:-1]):
        raise errors.InvalidArgumentError(
            None, None, "Requested more than 0 entries, but params is empty.  Params shape: "
            f"{list_text(np.shape(params))}")
    check_places(indices, np.shape(params), "param shape")
    return params[tuple(np.moveaxis(indices, -1, 0))]


@ResourceGatherNd.gradient
def _(op, grad):
    handle, indices = op.inputs
    shape = VariableShape(handle, out_type=indices.dtype)
    if indices.shape.ndims == 2 and indices.shape._dims[-1] == 1:
        return IndexedSlices(grad, array_ops.squeeze(indices, axis=-1), shape), None
    return array_ops.scatter_nd(indices, grad, shape), None


# ---- DestroyResourceOp ----


def destroy_resource_op(resource, ignore_lookup_error=True, name=None):
    """Forgets the value of a variable (TF op: DestroyResourceOp)."""
    return DestroyResourceOp(resource, ignore_lookup_error=ignore_lookup_error, name=name)


DestroyResourceOp = op("DestroyResourceOp(resource: resource; ignore_lookup_error: bool = True)"
                       " -> ()", stateful=True).not_differentiable()


@DestroyResourceOp.kernel
def _(resource, ignore_lookup_error):
    if resource.value is None and not ignore_lookup_error:
        raise errors.NotFoundError(None, None, resource.missing())
    resource.assign(None)
