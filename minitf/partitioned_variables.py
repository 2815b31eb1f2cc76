"""Partitioned variables: one tensor kept in several variables, each a slice along one dimension."""

import math

from minitf.framework import dtypes
from minitf.framework.convert import register_tensor_conversion_function
from minitf.framework.graph import control_dependencies, name_scope
from minitf.ops import array_ops


class PartitionInfo:
    """Tells an initializer which slice it makes.

    Attributes:
      full_shape: the whole's shape, a list.
      var_offset: where the slice begins, a list.
    """

    def __init__(self, full_shape, var_offset):
        self.full_shape = full_shape
        self.var_offset = var_offset

    def single_slice_dim(self, shape):
        """The dimension along which a slice of that shape is cut; None when it is the whole.

        Raises:
          ValueError: it is cut along several dimensions, or reaches beyond the whole.
        """
        if len(shape) != len(self.full_shape):
            raise ValueError(
                f"Expected equal length, but received shape={shape} of length {len(shape)} while "
                f"self.full_shape={self.full_shape} is of length {len(self.full_shape)}.")
        for i, (offset, size, whole) in enumerate(zip(self.var_offset, shape, self.full_shape)):
            if offset + size > whole:
                raise ValueError(f"With self.var_offset={self.var_offset}, a partition of "
                                 f"shape={shape} would exceed self.full_shape={self.full_shape} in "
                                 f"dimension {i}.")
        cut = [i for i, (size, whole) in enumerate(zip(shape, self.full_shape)) if size != whole]
        if len(cut) > 1:
            raise ValueError(f"Cannot use single_slice_dim() with shape={shape} and "
                             f"self.full_shape={self.full_shape} since slice dim could be either "
                             f"dimension {cut[1]} or {cut[0]}.")
        return cut[0] if cut else None

    def single_offset(self, shape):
        """Where the slice begins along the dimension that is cut."""
        dimension = self.single_slice_dim(shape)
        return 0 if dimension is None else self.var_offset[dimension]


class PartitionedVariable:
    """Variables that together are one: what ``get_variable`` gives with a partitioner.

    As a tensor it is the slices, concatenated; iterating gives the slices.

    Args:
      name, shape, dtype: of the whole.
      variable_list: the slices, variables with a save_slice_info.
      partitions: the number of slices along each dimension, a list.
    """

    def __init__(self, name, shape, dtype, variable_list, partitions):
        if not isinstance(variable_list, (list, tuple)):
            raise TypeError(f"variable_list is not a list or tuple: {variable_list}")
        if not isinstance(partitions, (list, tuple)):
            raise TypeError(f"partitions is not a list or tuple: {partitions}")
        if not all(count >= 1 for count in partitions):
            raise ValueError(f"partition values must be positive: {partitions}")
        if not variable_list:
            raise ValueError("variable_list may not be empty")
        if any(variable._get_save_slice_info() is None for variable in variable_list):
            raise ValueError("All variables must have a save_slice_info available: "
                             f"{[variable.name for variable in variable_list]}")
        if len(shape) != len(partitions):
            raise ValueError(f"len(shape) != len(partitions): {shape} vs. {partitions}")
        found = [variable._get_save_slice_info().full_shape for variable in variable_list]
        if any(shape != full_shape for full_shape in found):
            raise ValueError(f"All variables' full shapes must match shape: {shape}; but full "
                             f"shapes were: {found}")
        self._variable_list = sorted(variable_list,
                                     key=lambda v: v._get_save_slice_info().var_offset)
        self._name = name
        self._shape = shape
        self._dtype = dtype
        self._partitions = partitions

    def __iter__(self):
        return iter(self._variable_list)

    def __len__(self):
        if len(self._cut_axes()) > 1:
            raise ValueError(f"Cannot get a length for {len(self._cut_axes())} > 1 partition axes")
        return len(self._variable_list)

    @property
    def name(self):
        return self._name

    @property
    def dtype(self):
        return self._dtype

    @property
    def shape(self):
        return self._shape

    def get_shape(self):
        """Alias of ``shape``."""
        return self._shape

    def _get_variable_list(self):
        return self._variable_list

    def _get_partitions(self):
        return self._partitions

    def _cut_axes(self):
        return [i for i, count in enumerate(self._partitions) if count > 1] or [0]

    def _cut_axis(self, action):
        axes = self._cut_axes()
        if len(axes) > 1:
            raise NotImplementedError(f"Cannot {action} along more than one dimension: {axes}.  "
                                      f"Multi-axis partition {action} is not supported")
        return axes[0]

    def as_tensor(self):
        """The slices, concatenated: a new op each time."""
        with control_dependencies(None):
            if len(self._variable_list) == 1:
                with name_scope(None):
                    return array_ops.identity(self._variable_list[0], name=self._name)
            axis = self._cut_axis("concat")
            with name_scope(self._name + "/ConcatPartitions/"):
                whole = array_ops.concat(self._variable_list, axis)
            with name_scope(None):
                return array_ops.identity(whole, name=self._name)

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Assigns slices of ``value``, or the items of a list; returns a list."""
        return self._assign("assign", value, use_locking, name, read_value)

    def assign_add(self, value, use_locking=False, name=None, read_value=True):
        """Adds, as ``assign``."""
        return self._assign("assign_add", value, use_locking, name, read_value)

    def assign_sub(self, value, use_locking=False, name=None, read_value=True):
        """Subtracts, as ``assign``."""
        return self._assign("assign_sub", value, use_locking, name, read_value)

    def _assign(self, method, value, use_locking, name, read_value):
        axis = self._cut_axis("assign action")
        if isinstance(value, (list, PartitionedVariable)):
            parts = list(value)
            if len(parts) != len(self._variable_list):
                raise ValueError(f"{self._name} has {len(self._variable_list)} slices, "
                                 f"got {len(parts)} values")
        else:
            sizes = [variable.shape.as_list()[axis] for variable in self._variable_list]
            parts = array_ops.split(value, sizes, axis=axis)
        return [getattr(variable, method)(part, use_locking=use_locking, name=name,
                                          read_value=read_value)
                for variable, part in zip(self._variable_list, parts)]


def _partitioned_to_tensor(variable, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(f"Incompatible type conversion requested to type '{dtype.name}' for "
                         f"variable of type '{variable.dtype.name}'")
    if as_ref:
        raise NotImplementedError("PartitionedVariable doesn't support being used as a reference.")
    return variable.as_tensor()


register_tensor_conversion_function(PartitionedVariable, _partitioned_to_tensor)


# ---- partitioning ----


def call_partitioner(partitioner, shape, dtype):
    """The number of slices along each dimension that a partitioner asks for.

    Raises:
      ValueError: the shape is not fully known or a scalar's; or the answer is no list of positive
      ints, one a dimension and at most one above 1.
    """
    if not shape.is_fully_defined():
        raise ValueError("Shape of a new partitioned variable must be fully defined, but instead "
                         f"was {shape}.")
    if shape.ndims < 1:
        raise ValueError(f"A partitioned Variable must have rank at least 1, shape: {shape}")
    partitions = partitioner(shape=shape, dtype=dtype)
    if not isinstance(partitions, (list, tuple)):
        raise ValueError(f"Partitioner must return a sequence, but saw: {partitions}")
    if len(partitions) != shape.ndims:
        raise ValueError("Partitioner returned a partition list that does not match the Variable's "
                         f"rank: {partitions} vs. {shape}")
    if any(count < 1 for count in partitions):
        raise ValueError(f"Partitioner returned zero partitions for some axes: {partitions}")
    if sum(count > 1 for count in partitions) > 1:
        raise ValueError(f"Can only slice a variable along one dimension: shape: {shape}, "
                         f"partitioning: {partitions}")
    return partitions


def slices(full_shape, partitions):
    """The (offset, shape) of each slice; where it does not divide, the first are longer by one."""
    axis = next((i for i, count in enumerate(partitions) if count > 1), 0)
    least, longer = divmod(full_shape[axis], partitions[axis])
    start, result = 0, []
    for i in range(partitions[axis]):
        offset, shape = [0] * len(full_shape), list(full_shape)
        offset[axis], shape[axis] = start, least + (i < longer)
        start += shape[axis]
        result.append((offset, shape))
    return result


def fixed_size_partitioner(num_shards, axis=0):
    """A partitioner that cuts into ``num_shards`` slices along ``axis``."""
    def partitioner(shape, **unused_kwargs):
        partitions = [1] * len(shape)
        partitions[axis] = min(num_shards, shape.as_list()[axis])
        return partitions

    return partitioner


def variable_axis_size_partitioner(max_shard_bytes, axis=0, bytes_per_string_element=16,
                                   max_shards=None):
    """A partitioner that keeps slices along ``axis`` below ``max_shard_bytes``.

    Args:
      max_shard_bytes: the size allowed.
      axis: the dimension to cut.
      bytes_per_string_element: what a string is taken to need.
      max_shards: the most slices, or None.

    Raises:
      ValueError: a size or number below 1.
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError("Both max_shard_bytes and bytes_per_string_element must be positive.")
    if max_shards and max_shards < 1:
        raise ValueError("max_shards must be positive.")

    def partitioner(shape, dtype):
        if not shape.is_fully_defined():
            raise ValueError(f"shape is not fully defined: {shape}")
        dims = shape.as_list()
        bytes_per_slice = (math.prod(dims) // dims[axis]) * _element_bytes(
            dtype, bytes_per_string_element)
        rows = max(1, math.floor(max_shard_bytes / bytes_per_slice))
        shards = math.ceil(dims[axis] / rows)
        partitions = [1] * len(dims)
        partitions[axis] = min(max_shards, shards) if max_shards else shards
        return partitions

    return partitioner


def min_max_variable_partitioner(max_partitions=1, axis=0, min_slice_size=256 << 10,
                                 bytes_per_string_element=16):
    """A partitioner that makes as many slices as there are of ``min_slice_size`` bytes.

    Args:
      max_partitions: the most slices.
      axis: the dimension to cut.
      min_slice_size: the size of a slice, in bytes.
      bytes_per_string_element: what a string is taken to need.
    """
    def partitioner(shape, dtype):
        if axis >= len(shape):
            raise ValueError(f"Can not partition variable along axis {axis} when shape is only "
                             f"{shape}")
        dims = shape.as_list()
        total = math.prod(dims) * _element_bytes(dtypes.as_dtype(dtype), bytes_per_string_element)
        partitions = [1] * len(dims)
        partitions[axis] = max(1, min(dims[axis], max_partitions,
                                      math.ceil(total / min_slice_size)))
        return partitions

    return partitioner


def _element_bytes(dtype, bytes_per_string_element):
    return bytes_per_string_element if dtype == dtypes.string else dtype.size
