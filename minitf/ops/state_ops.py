"""Ref variables: cells of a session that ops read and assign to.

The ops that update rows and elements are in ``scatter_ops``; they are found under this name too.
"""

import numpy as np

from minitf.framework import errors, tensor_shape
from minitf.framework.registry import op
from minitf.ops import common_shapes
from minitf.ops.elementwise import list_text
from minitf.ops.scatter_ops import (  # noqa: F401 - the rest of the family
    ScatterAdd,
    ScatterDiv,
    ScatterMax,
    ScatterMin,
    ScatterMul,
    ScatterNdAdd,
    ScatterNdSub,
    ScatterNdUpdate,
    ScatterSub,
    ScatterUpdate,
    batch_scatter_update,
    given,
    scatter_add,
    scatter_div,
    scatter_max,
    scatter_min,
    scatter_mul,
    scatter_nd_add,
    scatter_nd_sub,
    scatter_nd_update,
    scatter_sub,
    scatter_update,
)

_NUMBERS = ("float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 bfloat16 "
            "uint16 complex128 half uint32 uint64")


def _new_cell(name):
    from minitf.session.state import VariableState

    return VariableState(name)


# ---- VariableV2, Variable ----


def variable_op_v2(shape, dtype, name="Variable", container="", shared_name=""):
    """The mutable tensor of a variable (TF op: VariableV2).

    Args:
      shape: a TensorShape or list; of unknown rank, the variable takes values of any shape.
      dtype: the elements' dtype; the result has its ref type.
      container, shared_name: where sessions keep the value; by default under the operation's name.
    """
    return VariableV2(shape=shape, dtype=dtype, container=container, shared_name=shared_name,
                      name=name)


VariableV2 = op("VariableV2(; shape: shape, dtype, container: string = '',"
                " shared_name: string = '') -> (ref: Ref(dtype))", stateful=True
                ).hoist().not_differentiable()


@VariableV2.shape
def _(shape):
    return shape


@VariableV2.kernel
def _(ctx):
    return ctx.resource(lambda: _new_cell(ctx.op.name))


def variable_op(shape, dtype, name="Variable", set_shape=True, container="", shared_name=""):
    """``variable_op_v2`` in an older form, whose scalars have no static shape (TF op: Variable)."""
    if not set_shape:
        shape = tensor_shape.unknown_shape()
    ref = Variable(shape=shape, dtype=dtype, container=container, shared_name=shared_name,
                   name=name)
    if set_shape:
        ref.set_shape(shape)
    return ref


Variable = op("Variable(; shape: shape, dtype, container: string = '', shared_name: string = '')"
              " -> (ref: Ref(dtype))", stateful=True).hoist().not_differentiable()


@Variable.shape
def _(shape):
    # An empty shape once meant "unknown" here, and graphs that were stored then still read so.
    return shape if shape._dims else common_shapes.UNKNOWN


@Variable.kernel
def _(ctx):
    return ctx.resource(lambda: _new_cell(ctx.op.name))


# ---- IsVariableInitialized ----


def is_variable_initialized(ref, name=None):
    """Whether a variable of either kind has a value, a bool (TF op: IsVariableInitialized)."""
    if ref.dtype._is_ref_dtype:
        return IsVariableInitialized(ref, name=name)
    return ref.is_initialized(name=name)


IsVariableInitialized = op("IsVariableInitialized(ref: Ref(dtype); dtype)"
                           " -> (is_initialized: bool)", allows_uninitialized_input=True
                           ).not_differentiable()


@IsVariableInitialized.shape
def _():
    return common_shapes.SCALAR


@IsVariableInitialized.kernel
def _(ref):
    return np.bool_(ref.value is not None)


# ---- Assign ----


def assign(ref, value, validate_shape=None, use_locking=None, name=None):
    """Gives a variable a new value and returns it, as its mutable tensor (TF op: Assign).

    Args:
      ref: a variable, or the mutable tensor of one.
      value: a tensor of its dtype; of its shape too, unless ``validate_shape`` is False.
      validate_shape: by default True. If False, the variable takes the value's shape.
      use_locking: kept in the graph; assignments are atomic either way.

    Returns:
      A ref tensor that has the new value; for a resource variable, an object like a variable which
      reads it.

    Raises:
      ValueError: the static shapes do not fit.  TypeError: another dtype.
    """
    if ref.dtype._is_ref_dtype:
        return Assign(ref, value, name=name,
                      **given(validate_shape=validate_shape, use_locking=use_locking))
    return ref.assign(value, name=name)


Assign = op("Assign(ref: Ref(T), value: T; T, validate_shape: bool = True,"
            " use_locking: bool = True) -> (output_ref: Ref(T))", allows_uninitialized_input=True
            ).not_differentiable()


@Assign.shape
def _(ref, value, validate_shape):
    return common_shapes.merge_shapes(ref.shape, value.shape) if validate_shape else value.shape


@Assign.kernel
def _(ref, value, validate_shape, ctx):
    if validate_shape:
        expected = _dims_of(ref, ctx)
        if expected is not None and expected != np.shape(value):
            raise errors.InvalidArgumentError(
                None, None, "Assign requires shapes of both tensors to match. lhs shape= "
                f"{list_text(expected)} rhs shape= {list_text(np.shape(value))}")
    ref.store(value)
    return ref


def _dims_of(ref, ctx):
    """The dimensions that a variable has: of its value, or declared; None for partly unknown ones.

    A variable declared without a shape counts as a scalar until it has a value, as in TensorFlow.
    """
    if ref.value is not None:
        return np.shape(ref.value)
    source = ctx.op.inputs[0]
    if source.shape._dims is None and source.op.type in ("VariableV2", "Variable"):
        return ()
    return source.shape._dims if source.shape.is_fully_defined() else None


# ---- AssignAdd, AssignSub ----


def assign_add(ref, value, use_locking=None, name=None):
    """Adds ``value`` to a variable and returns the sum, as ``assign`` does (TF op: AssignAdd)."""
    if ref.dtype._is_ref_dtype:
        return AssignAdd(ref, value, name=name, **given(use_locking=use_locking))
    return ref.assign_add(value)


def assign_sub(ref, value, use_locking=None, name=None):
    """Takes ``value`` from a variable and returns what is left (TF op: AssignSub)."""
    if ref.dtype._is_ref_dtype:
        return AssignSub(ref, value, name=name, **given(use_locking=use_locking))
    return ref.assign_sub(value)


def _update_shape(ref, value):
    return common_shapes.merge_shapes(ref.shape, value.shape)


AssignAdd = op("AssignAdd(ref: Ref(T), value: T; T, use_locking: bool = False)"
               " -> (output_ref: Ref(T))", T=_NUMBERS).not_differentiable()
AssignAdd.shape(_update_shape)


@AssignAdd.kernel
def _(ref, value):
    with ref.lock:
        _check_operand(ref, value)
        array = ref.writable()
        array += value
    return ref


AssignSub = op("AssignSub(ref: Ref(T), value: T; T, use_locking: bool = False)"
               " -> (output_ref: Ref(T))", T=_NUMBERS).not_differentiable()
AssignSub.shape(_update_shape)


@AssignSub.kernel
def _(ref, value):
    with ref.lock:
        _check_operand(ref, value)
        array = ref.writable()
        array -= value
    return ref


def _check_operand(ref, update):
    """Refuses an update whose shape is not the variable's."""
    if np.shape(ref.read()) != np.shape(update):
        raise errors.InvalidArgumentError(
            None, None, "Parameters and update must be the same size")


# ---- CountUpTo ----


def count_up_to(ref, limit, name=None):
    """Adds one to a scalar integer variable and returns what it was before.

    TF ops: CountUpTo, ResourceCountUpTo. When run with the variable at ``limit`` it raises
    OutOfRangeError.
    """
    if ref.dtype._is_ref_dtype:
        return CountUpTo(ref, limit=limit, name=name)
    return ResourceCountUpTo(ref.handle, limit=limit, T=ref.dtype, name=name)


def _scalar_ref(ref):
    common_shapes.with_rank(ref.shape, 0)
    return common_shapes.SCALAR


def _count(variable, limit):
    value = variable.read()
    if value >= limit:
        raise errors.OutOfRangeError(None, None, f"Reached limit of {limit}")
    variable.assign(value + value.dtype.type(1))
    return value


CountUpTo = op("CountUpTo(ref: Ref(T); limit: int, T) -> (output: T)", T="int32 int64")
CountUpTo.shape(_scalar_ref)


@CountUpTo.kernel
def _(ref, limit):
    return _count(ref, limit)


ResourceCountUpTo = op("ResourceCountUpTo(resource: resource; limit: int, T) -> (output: T)",
                       T="int32 int64", stateful=True)


@ResourceCountUpTo.shape
def _():
    return common_shapes.SCALAR


@ResourceCountUpTo.kernel
def _(resource, limit):
    return _count(resource, limit)


# ---- TemporaryVariable ----

TemporaryVariable = op("TemporaryVariable(; shape: shape, dtype, var_name: string = '')"
                       " -> (ref: Ref(dtype))", stateful=True).not_differentiable()


@TemporaryVariable.shape
def _(shape):
    return shape


@TemporaryVariable.kernel
def _(shape, dtype, var_name, ctx):
    """A cell of this run only. TF leaves its first value open; here it is zero."""
    cell = _new_cell(var_name.decode() or ctx.op.name)
    cell.assign(np.zeros(shape.as_list(), dtype.as_numpy_dtype))
    return cell


DestroyTemporaryVariable = op("DestroyTemporaryVariable(ref: Ref(T); T, var_name: string)"
                              " -> (value: T)").not_differentiable()


@DestroyTemporaryVariable.shape
def _(ref):
    return ref.shape


@DestroyTemporaryVariable.kernel
def _(ref, var_name):
    if ref.name != var_name.decode():
        raise errors.NotFoundError(
            None, None, f"Resource __per_step_0/{var_name.decode()} does not exist: the temporary "
            f"variable is called {ref.name}")
    return ref.read()
