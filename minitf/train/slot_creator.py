"""Slots: variables that belong to another variable, named after it and placed with it."""

from minitf import initializers
from minitf.framework.graph import colocate_with
from minitf.ops import array_ops
from minitf.variable_scope import get_variable, get_variable_scope, variable_scope
from minitf.variables import RefVariable, Variable


def create_slot(primary, val, name, colocate_with_primary=True):
    """A slot of ``primary`` that starts with the tensor ``val``, named ``<primary>/<name>``."""
    return _create(primary, name, colocate_with_primary, initializer=val,
                   validate_shape=val.shape.is_fully_defined())


def create_slot_with_initializer(primary, initializer, shape, dtype, name,
                                 colocate_with_primary=True):
    """A slot of ``primary`` of that shape and dtype, started by an initializer or a tensor."""
    return _create(primary, name, colocate_with_primary, initializer=initializer,
                   validate_shape=shape.is_fully_defined(), dtype=dtype,
                   shape=shape if callable(initializer) else None)


def create_zeros_slot(primary, name, dtype=None, colocate_with_primary=True):
    """A slot of zeros in the shape (and, by default, the dtype) of ``primary``."""
    dtype = primary.dtype if dtype is None else dtype
    shape = primary.shape
    if shape.is_fully_defined():
        return create_slot_with_initializer(primary, initializers.zeros_initializer(dtype), shape,
                                            dtype, name, colocate_with_primary)
    source = primary.initialized_value() if isinstance(primary, Variable) else primary
    zeros = array_ops.zeros(array_ops.shape(source), dtype=dtype.base_dtype)
    return create_slot(primary, zeros, name, colocate_with_primary)


def _create(primary, name, colocate_with_primary, **arguments):
    prefix = primary.op.name
    with variable_scope(None, prefix + "/" + name):
        if not colocate_with_primary:
            return _slot_variable(primary, **arguments)
        with colocate_with(primary):
            return _slot_variable(primary, **arguments)


def _slot_variable(primary, **arguments):
    """A variable named after the scope; slots of resource variables are resource variables."""
    scope = get_variable_scope()
    partitioner = scope.partitioner
    scope.set_partitioner(None)
    use_resource = None
    if isinstance(primary, Variable):
        use_resource = not isinstance(primary, RefVariable)
    slot = get_variable("", trainable=False, use_resource=use_resource, **arguments)
    scope.set_partitioner(partitioner)
    if isinstance(primary, Variable) and primary._get_save_slice_info() is not None:
        slot._set_save_slice_info(_slice_of_slot(primary, slot))
    return slot


def _slice_of_slot(primary, slot):
    """Where the slot of a part of a variable belongs: at its place in the slot of the whole."""
    part = primary._get_save_slice_info()
    own_name = slot.op.name[len(primary.op.name) + 1:]
    return Variable.SaveSliceInfo(f"{part.full_name}/{own_name}", part.full_shape[:],
                                  part.var_offset[:], part.var_shape[:])
