"""What a Saver saves: variables, slices of variables, and objects that say how themselves."""

from minitf.framework.convert import internal_convert_to_tensor
from minitf.framework.device import DeviceSpec
from minitf.framework.graph import device
from minitf.framework.operation import Tensor
from minitf.ops import array_ops, resource_variable_ops, state_ops
from minitf.partitioned_variables import PartitionedVariable
from minitf.ref_variable import RefVariable
from minitf.resource_variable import BaseResourceVariable, is_resource_variable
from minitf.variable_base import Variable

_REF_OPS = ("Variable", "VariableV2", "AutoReloadVariable")
_VARIABLE_OPS = (*_REF_OPS, "VarHandleOp", "ReadVariableOp")


class SaveSpec:
    """One tensor that is saved.

    Attributes:
      tensor: the tensor; given as a function, it is made anew each time it is asked for.
      slice_spec: "" or what part of a larger tensor it is, as in ``SaveSliceInfo.spec``.
      name: its name in checkpoints.
      dtype, device: the tensor's.
    """

    def __init__(self, tensor, slice_spec, name, dtype=None, device=None):
        if callable(tensor) and (dtype is None or device is None):
            raise AssertionError("When passing a callable `tensor` to a SaveSpec, an explicit "
                                 "dtype and device must be provided.")
        self._tensor = tensor
        self.slice_spec = slice_spec
        self.name = name
        self.dtype = dtype if callable(tensor) else tensor.dtype
        self.device = device if callable(tensor) else tensor.device

    @property
    def tensor(self):
        return self._tensor() if callable(self._tensor) else self._tensor


class SaveableObject:
    """What is saved and restored as one: a base class.

    Attributes:
      op: what it stands for: a variable, a table, ...
      specs: a list of SaveSpec; their tensors are on one device.
      name: the name in checkpoints.
    """

    def __init__(self, op, specs, name):
        self.op = op
        self.specs = specs
        self.name = name

    @property
    def optional_restore(self):
        """Whether a checkpoint may lack it."""
        return False

    @property
    def device(self):
        return self.specs[0].device

    def restore(self, restored_tensors, restored_shapes):
        """The operation that puts back what a checkpoint had.

        Args:
          restored_tensors: a tensor for each of ``specs``.
          restored_shapes: the shapes to give them, or None: as they are.
        """
        raise ValueError("Calling an abstract method.")


def _reshaped(tensors, shapes):
    return tensors[0] if shapes is None else array_ops.reshape(tensors[0], shapes[0])


class RefVariableSaveable(SaveableObject):
    """A ref variable, or the mutable tensor of one."""

    def __init__(self, variable, slice_spec, name):
        spec = SaveSpec(variable, slice_spec, name, dtype=variable.dtype)
        super().__init__(variable, [spec], name)

    def restore(self, restored_tensors, restored_shapes):
        fits = restored_shapes is None and self.op.shape.is_fully_defined()
        return state_ops.assign(self.op, _reshaped(restored_tensors, restored_shapes),
                                validate_shape=fits)


class ResourceVariableSaveable(SaveableObject):
    """A resource variable, or a tensor that reads one."""

    def __init__(self, variable, slice_spec, name):
        if isinstance(variable, Tensor):
            self._handle, tensor = variable.op.inputs[0], variable
        elif is_resource_variable(variable):
            self._handle, tensor = variable.handle, lambda: _read_on_cpu(variable)
        else:
            raise ValueError("Saveable is neither a resource variable nor a read operation. Got: "
                             f"{variable!r}")
        self._shape = variable.shape
        self._device = variable.device
        spec = SaveSpec(tensor, slice_spec, name, dtype=variable.dtype, device=variable.device)
        super().__init__(variable, [spec], name)

    def restore(self, restored_tensors, restored_shapes):
        tensor = _reshaped(restored_tensors, restored_shapes)
        with device(self._device):
            tensor = array_ops.identity(tensor)
            self._shape.assert_is_compatible_with(tensor.shape)
            return resource_variable_ops.assign_variable_op(self._handle, tensor)


def _read_on_cpu(variable):
    with device(variable.device):
        value = variable.read_value()
        with device("/device:CPU:0"):
            return array_ops.identity(value)


def cpu_of(device_name):
    """The first CPU of the task that a device belongs to."""
    return DeviceSpec.from_string(device_name).replace(
        device_type="CPU", device_index=0).to_string()


# ---- from variables to saveables ----


def saveables_of(var_list):
    """The SaveableObjects for what a Saver was given, in the order of their names.

    Args:
      var_list: a list of variables, slices of variables and SaveableObjects, or a dict by name.

    Raises:
      TypeError: something cannot be saved, or a name is no string.
      ValueError: two of one name, or one under two names.
    """
    named = var_list if isinstance(var_list, dict) else named_variables(var_list)
    result, seen = [], set()
    for name, item in sorted(named.items(), key=lambda pair: pair[0]):
        for saveable in saveables_for(item, name):
            if id(saveable.op) in seen:
                raise ValueError("The same saveable will be restored with two names: "
                                 f"{saveable.name}")
            seen.add(id(saveable.op))
            result.append(saveable)
    return result


def named_variables(variables):
    """{name in checkpoints: what is saved under it} for a list of variables.

    Slices of one variable come together in a list.
    """
    if not isinstance(variables, (list, tuple, set)):
        raise TypeError(f"Variables to save should be passed in a dict or a list: {variables}")
    named = {}
    for variable in sorted(variables, key=lambda item: item.name):
        if isinstance(variable, SaveableObject):
            named[variable.name] = variable
        elif isinstance(variable, Variable) and variable._save_slice_info:
            name = variable._save_slice_info.full_name
            if not isinstance(named.setdefault(name, []), list):
                raise ValueError(f"Mixing slices and non-slices with the same name: {name}")
            named[name].append(variable)
        elif _saves_itself(variable):
            named.update(named_variables([
                factory() if callable(factory) else factory
                for factory in variable._gather_saveables_for_checkpoint().values()]))
        else:
            name, item = _named_tensor(variable)
            if name in named:
                raise ValueError(f"At least two variables have the same name: {name}")
            named[name] = item
    return named


def _named_tensor(variable):
    """The name of a variable, and the tensor that stands for it."""
    if isinstance(variable, PartitionedVariable):
        return variable.name, variable
    tensor = _tensor_of(variable)
    if not _reads_variable(tensor):
        raise TypeError(f"Variable to save is not a Variable: {tensor}")
    source = tensor.op.inputs[0] if tensor.op.type == "ReadVariableOp" else tensor
    return source.op.name, tensor


def _tensor_of(variable):
    if isinstance(variable, BaseResourceVariable):
        return variable._graph_element
    return internal_convert_to_tensor(variable, as_ref=True)


def _reads_variable(tensor):
    return isinstance(tensor, Tensor) and tensor.op.type in _VARIABLE_OPS


def _saves_itself(item):
    return (hasattr(item, "_gather_saveables_for_checkpoint")
            and not isinstance(item, (RefVariable, BaseResourceVariable)))


def saveables_for(item, name):
    """The SaveableObjects that together save ``item`` under ``name``."""
    if not isinstance(name, str):
        raise TypeError("names_to_saveables must be a dict mapping string names to trackable "
                        f"operations. Name is not a string: {name}")
    if isinstance(item, SaveableObject):
        return [item]
    if isinstance(item, (list, tuple, PartitionedVariable)):
        return _saveables_of_slices(list(item), name)
    if _saves_itself(item):
        return _own_saveables(item, name)
    tensor = _tensor_of(item)
    if not _reads_variable(tensor):
        raise TypeError("names_to_saveables must be a dict mapping string names to "
                        f"Tensors/Variables. Not a variable: {tensor}")
    return [_variable_saveable(tensor, "", name)]


def _variable_saveable(variable, slice_spec, name):
    kind = RefVariableSaveable if variable.op.type in _REF_OPS else ResourceVariableSaveable
    return kind(variable, slice_spec, name)


def _saveables_of_slices(parts, name):
    for part in parts:
        if not isinstance(part, Variable):
            raise ValueError(f"Slices must all be Variables: {part}")
        if not part._save_slice_info:
            raise ValueError(f"Slices must all be slices: {part}")
        first, full_name = parts[0]._save_slice_info.full_name, part._save_slice_info.full_name
        if first != full_name:
            raise ValueError(
                f"Slices must all be from the same tensor: {first} != {full_name}")
    return [_variable_saveable(part, part._save_slice_info.spec, name) for part in parts]


def _own_saveables(item, name):
    """The SaveableObjects of an object that has several, by attribute."""
    result = []
    for attribute, factory in item._gather_saveables_for_checkpoint().items():
        full_name = name if attribute == "VARIABLE_VALUE" else f"{name}_{attribute}"
        part = factory(full_name) if callable(factory) else factory
        result += saveables_for(part, part.name)
    return result
