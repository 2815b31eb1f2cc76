"""Checkpoints of format V1: a table, or several that together are one, with the values in it.

Under the empty key it has the meta data, names, shapes and types of the tensors and their slices;
under the keys that ``slices.key`` gives, the elements of a slice, as a TensorProto lists them.

Source: TensorFlow's core/util/tensor_slice_writer and tensor_slice_reader.
"""

import math

import numpy as np

from minitf.checkpoint import slices
from minitf.framework.files import atomic_write, matching_files, read_file
from minitf.checkpoint.table import read_table, write_table
from minitf.framework import dtypes, errors
from minitf.framework.tensor_value import list_elements, listed_elements

_META_KEY = b""
_VERSION = 1


# ---- writing ----


def write_legacy(path, tensors):
    """Writes a checkpoint of format V1.

    Args:
      path: the file's.
      tensors: tuples (name, shape_and_slice, array, dtype) as ``bundle.write_bundle`` has them.

    Raises:
      InvalidArgumentError: a slice of another shape than its array; a tensor of two shapes.
      UnimplementedError: a type that the format does not have.
      NotFoundError, ...: the file cannot be written.
    """
    from minitf.framework import protos

    meta, found, items = protos.SavedTensorSlices(), {}, {}
    for name, shape_and_slice, array, dtype in sorted(tensors, key=lambda item: item[0]):
        array = np.asarray(array)
        full_shape, part = array.shape, slices.TensorSlice.full(array.ndim)
        if shape_and_slice:
            full_shape, part, shape = slices.parse(shape_and_slice)
            if shape != array.shape:
                raise errors.InvalidArgumentError(
                    None, None, "Slice in shape_and_slice specification does not match the shape "
                    f"of the tensor to  save: {shape_and_slice}, tensor: "
                    f"{slices.list_text(array.shape)}")
        if name not in found:
            found[name] = _describe(meta.meta.tensor.add(), name, full_shape, dtype)
        elif [dim.size for dim in found[name].shape.dim] != list(full_shape):
            raise errors.InternalError(
                None, None, f"Mismatching shapes: existing tensor {name.decode()}")
        part.to_proto(found[name].slice.add())
        items[slices.key(name, part)] = _slice_message(name, part, array, dtype)
    meta.meta.versions.producer = _VERSION
    with atomic_write(path) as file:
        write_table(file, [(_META_KEY, meta.SerializeToString()), *sorted(items.items())])


def _describe(message, name, shape, dtype):
    message.name = name.decode()
    message.shape.SetInParent()
    for size in shape:
        message.shape.dim.add(size=size)
    message.type = dtype.as_datatype_enum
    return message


def _slice_message(name, part, array, dtype):
    from minitf.framework import protos

    message = protos.SavedTensorSlices()
    message.data.name = name.decode()
    message.data.slice.SetInParent()
    part.to_proto(message.data.slice)
    message.data.data.SetInParent()
    try:
        list_elements(message.data.data, array, dtype)
    except TypeError:
        raise errors.UnimplementedError(
            None, None, f"Saving data type {dtype.name} not yet supported") from None
    return message.SerializeToString()


# ---- reading ----


class LegacyReader:
    """Reads tensors of a checkpoint of format V1.

    Args:
      pattern: the path of the file, or a pattern of the paths of all files that make it up.

    Attributes:
      tensors: {name: SavedSliceMeta}; the names are str.

    Raises:
      NotFoundError: there is no such file.  InvalidArgumentError: there is no such directory.
      DataLossError: a file is no table, or damaged.
    """

    def __init__(self, pattern):
        self.pattern = pattern
        self.tensors = {}
        self._elements = {}  # {key: SavedTensorSlices as bytes}
        self._size = 0
        for path in _files_of(pattern):
            self._read(path)

    def _read(self, path):
        from minitf.framework import protos

        entries = _table_entries(path)
        self._size += sum(map(len, entries.values()))
        meta = _parse(protos.SavedTensorSlices, entries.pop(_META_KEY), path)
        self._elements.update(entries)
        for tensor in meta.meta.tensor:
            self._dtype(tensor)
            known = self.tensors.setdefault(tensor.name, tensor)
            if known is tensor:
                continue
            if known.shape != tensor.shape or known.type != tensor.type:
                raise errors.DataLossError(
                    None, None, f"{self.pattern}: tensor {tensor.name} is of several shapes")
            known.slice.extend(tensor.slice)

    def shape(self, name):
        """The shape of a tensor, a tuple."""
        return tuple(dim.size for dim in self.tensors[name].shape.dim)

    def read(self, name, part=None):
        """A tensor, or a slice (a TensorSlice) of it.

        Raises:
          NotFoundError: there is no such tensor.  DataLossError: it is damaged.
          InvalidArgumentError: the slice is not in the tensor, or was not saved.
        """
        if name not in self.tensors:
            raise errors.NotFoundError(
                None, None, f'Tensor name "{name}" not found in checkpoint files {self.pattern}')
        meta, shape = self.tensors[name], self.shape(name)
        dtype = self._dtype(meta)
        if any(size < 0 for size in shape):
            raise self._damaged(name, "its shape is not known")
        if part is None:
            part = slices.TensorSlice.full(len(shape))
        stored = [slices.TensorSlice.from_proto(message) for message in meta.slice]
        return slices.assemble(name.encode(), part, shape, stored, dtype, self._size,
                               lambda stored_part: self._value(name, stored_part, shape, dtype))

    def _dtype(self, meta):
        try:
            dtype = dtypes.DType(meta.type)
            np.dtype(dtype.as_numpy_dtype)  # resources and variants have none
        except TypeError:
            raise self._damaged(meta.name, f"type {meta.type} has no values") from None
        return dtype

    def _value(self, name, part, full_shape, dtype):
        """The array of a stored slice."""
        from minitf.framework import protos

        data = self._elements.get(slices.key(name.encode(), part))
        if data is None:
            raise self._damaged(name, f"slice {part} is not there")
        message = _parse(protos.SavedTensorSlices, data, self.pattern)
        try:
            elements = listed_elements(message.data.data, dtype)
        except (TypeError, ValueError) as error:
            raise self._damaged(name, str(error)) from None
        shape = part.shape(full_shape)
        if elements.size != math.prod(shape):
            raise self._damaged(name, f"{elements.size} elements for shape {shape}")
        return elements.reshape(shape)

    def _damaged(self, name, reason):
        return errors.DataLossError(
            None, None, f"{self.pattern}: tensor {name} is damaged: {reason}")


def _files_of(pattern):
    """The paths of the files that a checkpoint of that name or pattern has."""
    start = "Unsuccessful TensorSliceReader constructor: Failed to "
    try:
        paths = matching_files(pattern)
    except errors.NotFoundError as error:
        raise errors.InvalidArgumentError(
            None, None, f"{start}get matching files on {pattern}: Not found: {error.message}"
        ) from None
    if not paths:
        raise errors.NotFoundError(None, None, f"{start}find any matching files for {pattern}")
    return paths


def _table_entries(path):
    try:
        entries = dict(read_table(read_file(path)))
    except (errors.DataLossError, errors.FailedPreconditionError) as error:
        kind = "Data loss" if isinstance(error, errors.DataLossError) else "Failed precondition"
        raise errors.DataLossError(
            None, None, f"Unable to open table file {path}: {kind}: {error.message}: perhaps your "
            "file is in a different file format and you need to use a different restore operator?"
        ) from None
    if _META_KEY not in entries:
        raise errors.DataLossError(
            None, None, "Failed to find the saved tensor slices at the beginning of the "
            f"checkpoint file: {path}")
    return entries


def _parse(message_class, data, path):
    from google.protobuf.message import DecodeError

    try:
        return message_class.FromString(data)
    except DecodeError as error:
        raise errors.DataLossError(
            None, None, f"The checkpoint {path} is damaged: {error}") from None
