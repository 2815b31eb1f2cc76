"""Ops that save tensors to checkpoints and restore them; the formats are in ``minitf.checkpoint``.

A name comes with a text in the notation of ``minitf.checkpoint.slices``: the part of the tensor
that is saved or restored, or "" for all of it.
"""

import contextlib
import os

import numpy as np

from minitf.checkpoint import slices
from minitf.checkpoint.bundle import BundleReader, entry_shape, merge_bundles, write_bundle
from minitf.checkpoint.legacy import LegacyReader, write_legacy
from minitf.checkpoint.reader import is_bundle
from minitf.framework import dtypes as tf_dtypes
from minitf.framework import errors
from minitf.framework.constant_folding import static_value
from minitf.framework.registry import op
from minitf.ops.common_shapes import SCALAR, UNKNOWN, shape_of, with_rank, with_value
from minitf.ops.elementwise import list_text
from minitf.ops.string_values import byte_strings, scalar_string


def _path(array):
    return os.fsdecode(scalar_string(array))


def _texts(array):
    return [item.decode(errors="replace") for item in byte_strings(array)]


def _check_names(count, *vectors):
    """Vectors of strings, one for each tensor that is saved."""
    for vector in vectors:
        with_value(with_rank(vector.shape, 1)._dims[0], count)


# ---- saving ----

SaveV2 = op("SaveV2(prefix: string, tensor_names: string, shape_and_slices: string,"
            " tensors: dtypes; dtypes: list(type) >= 1) -> ()", stateful=True).not_differentiable()


@SaveV2.shape
def _(prefix, tensor_names, shape_and_slices, tensors):
    with_rank(prefix.shape, 0)
    _check_names(len(tensors), tensor_names, shape_and_slices)
    return []


@SaveV2.kernel
def _(prefix, tensor_names, shape_and_slices, tensors, dtypes):
    write_bundle(_path(prefix), _named(tensor_names, _texts(shape_and_slices), tensors, dtypes))


def _named(tensor_names, shape_and_slices, tensors, types):
    """The tuples that ``write_bundle`` and ``write_legacy`` take."""
    names = byte_strings(tensor_names)
    for what, given in (("tensor names", names), ("shapes and slices", shape_and_slices)):
        if len(given) != len(tensors):
            raise errors.InvalidArgumentError(
                None, None, f"Got {len(given)} {what} but {len(tensors)} tensors")
    return list(zip(names, shape_and_slices, tensors, types))


Save = op("Save(filename: string, tensor_names: string, data: T; T: list(type) >= 1) -> ()",
          stateful=True).not_differentiable()


@Save.shape
def _(filename, tensor_names, data):
    with_rank(filename.shape, 0)
    _check_names(len(data), tensor_names)
    return []


@Save.kernel
def _(filename, tensor_names, data, T):
    write_legacy(_path(filename), _named(tensor_names, [""] * len(data), data, T))


SaveSlices = op("SaveSlices(filename: string, tensor_names: string, shapes_and_slices: string,"
                " data: T; T: list(type) >= 1) -> ()", stateful=True).not_differentiable()


@SaveSlices.shape
def _(filename, tensor_names, shapes_and_slices, data):
    with_rank(filename.shape, 0)
    _check_names(len(data), tensor_names, shapes_and_slices)
    return []


@SaveSlices.kernel
def _(filename, tensor_names, shapes_and_slices, data, T):
    write_legacy(_path(filename), _named(tensor_names, _texts(shapes_and_slices), data, T))


# ---- RestoreV2 ----

RestoreV2 = op("RestoreV2(prefix: string, tensor_names: string, shape_and_slices: string;"
               " dtypes: list(type) >= 1) -> (tensors: dtypes)", stateful=True
               ).not_differentiable()


@RestoreV2.shape
def _(prefix, tensor_names, shape_and_slices, dtypes):
    with_rank(prefix.shape, 0)
    names, parts = with_rank(tensor_names.shape, 1), with_rank(shape_and_slices.shape, 1)
    if names._dims[0] is not None:
        with_value(parts._dims[0], names._dims[0])
    texts = static_value(shape_and_slices)
    if texts is None:
        return [UNKNOWN] * len(dtypes)
    if len(texts) != len(dtypes):
        raise ValueError("The number of shape_and_slice doesn't match tensor outputs.")
    return [_slice_shape(text) for text in _texts(texts)]


def _slice_shape(text):
    """The static shape of a part of a tensor."""
    return shape_of(slices.parse(text)[2]) if text else UNKNOWN


@RestoreV2.kernel
def _(prefix, tensor_names, shape_and_slices, dtypes):
    path, names, texts = _path(prefix), byte_strings(tensor_names), _texts(shape_and_slices)
    for given in (names, texts):
        if len(given) != len(dtypes):
            raise errors.InvalidArgumentError(
                None, None, f"Got {len(given)} names or slices, expected {len(dtypes)}")
    if not is_bundle(path):
        return _restore_legacy(path, names, texts, dtypes)
    values = [None] * len(names)
    with BundleReader(path) as bundle:
        order = sorted(range(len(names)), key=names.__getitem__)
        _check_types(bundle, [(names[i], dtypes[i]) for i in order])
        for i in order:
            values[i] = _restored(bundle, names[i], texts[i])
    return values


def _check_types(bundle, expected):
    found = [(name, dtype, bundle.entry(name).dtype) for name, dtype in expected]
    differences = [
        f"tensor_name = {name.decode(errors='replace')}; expected dtype {dtype.opdef_name} does "
        f"not equal original dtype {_type_name(type_enum)}"
        for name, dtype, type_enum in found if type_enum != dtype.as_datatype_enum]
    if differences:
        raise errors.InvalidArgumentError(None, None, "\n".join(differences))


def _type_name(type_enum):
    try:
        return tf_dtypes.as_dtype(type_enum).opdef_name
    except TypeError:
        return f"of number {type_enum}"


def _restored(bundle, name, text):
    if not text:
        return bundle.read(name)
    full_shape, part, _ = slices.parse(text)
    stored_shape = entry_shape(bundle.entry(name))
    if full_shape != stored_shape:
        raise errors.InvalidArgumentError(
            None, None, f"tensor_name = {name.decode(errors='replace')}; shape in shape_and_slice "
            f"spec {list_text(full_shape)} does not match the shape stored in checkpoint: "
            f"{list_text(stored_shape)}")
    return bundle.read_slice(name, part)


# ---- restoring from format V1 ----


def _restore_legacy(pattern, names, texts, types):
    """The parts of tensors that a checkpoint of format V1 has under these names."""
    reader = LegacyReader(pattern)
    return [_restored_legacy(reader, name.decode(errors="surrogateescape"), text, dtype)
            for name, text, dtype in zip(names, texts, types)]


def _restored_legacy(reader, name, text, dtype):
    if name in reader.tensors and reader.tensors[name].type != dtype.as_datatype_enum:
        raise errors.InvalidArgumentError(
            None, None, f"Expected to restore a tensor of type {dtype.opdef_name}, got a tensor of "
            f"type {_type_name(reader.tensors[name].type)} instead: tensor_name = {name}")
    if not text:
        return reader.read(name)
    full_shape, part, _ = slices.parse(text)
    if name in reader.tensors and full_shape != reader.shape(name):
        raise errors.InvalidArgumentError(
            None, None, "Shape in shape_and_slice spec does not match the shape in the save file: "
            f"{list_text(full_shape)}, save file shape: {list_text(reader.shape(name))}")
    return reader.read(name, part)


Restore = op("Restore(file_pattern: string, tensor_name: string; dt, preferred_shard: int = -1)"
             " -> (tensor: dt)", stateful=True).not_differentiable()


@Restore.shape
def _(file_pattern, tensor_name):
    with_rank(file_pattern.shape, 0)
    with_rank(tensor_name.shape, 0)
    return UNKNOWN


@Restore.kernel
def _(file_pattern, tensor_name, dt):
    return _restore_legacy(_path(file_pattern), byte_strings(tensor_name), [""], [dt])[0]


RestoreSlice = op("RestoreSlice(file_pattern: string, tensor_name: string, shape_and_slice: string;"
                  " dt, preferred_shard: int = -1) -> (tensor: dt)", stateful=True
                  ).not_differentiable()


@RestoreSlice.shape
def _(file_pattern, tensor_name, shape_and_slice):
    for tensor in (file_pattern, tensor_name, shape_and_slice):
        with_rank(tensor.shape, 0)
    text = static_value(shape_and_slice)
    return UNKNOWN if text is None else _slice_shape(_texts(text)[0])


@RestoreSlice.kernel
def _(file_pattern, tensor_name, shape_and_slice, dt):
    return _restore_legacy(_path(file_pattern), byte_strings(tensor_name),
                           _texts(shape_and_slice), [dt])[0]


# ---- shards ----

ShardedFilename = op("ShardedFilename(basename: string, shard: int32, num_shards: int32)"
                     " -> (filename: string)").not_differentiable()


@ShardedFilename.shape
def _(basename, shard, num_shards):
    for tensor in (basename, shard, num_shards):
        with_rank(tensor.shape, 0)
    return SCALAR


@ShardedFilename.kernel
def _(basename, shard, num_shards):
    return _string(scalar_string(basename) + b"-%05d-of-%05d" % (int(shard), int(num_shards)))


ShardedFilespec = op("ShardedFilespec(basename: string, num_shards: int32) -> (filename: string)"
                     ).not_differentiable()


@ShardedFilespec.shape
def _(basename, num_shards):
    with_rank(basename.shape, 0)
    with_rank(num_shards.shape, 0)
    return SCALAR


@ShardedFilespec.kernel
def _(basename, num_shards):
    return _string(scalar_string(basename) + b"-?????-of-%05d" % int(num_shards))


def _string(text):
    return np.array(text, dtype=object)


MergeV2Checkpoints = op("MergeV2Checkpoints(checkpoint_prefixes: string,"
                        " destination_prefix: string; delete_old_dirs: bool = True) -> ()",
                        stateful=True).not_differentiable()


@MergeV2Checkpoints.shape
def _(checkpoint_prefixes, destination_prefix):
    with_rank(checkpoint_prefixes.shape, 1)
    with_rank(destination_prefix.shape, 0)
    return []


@MergeV2Checkpoints.kernel
def _(checkpoint_prefixes, destination_prefix, delete_old_dirs):
    prefixes = [os.fsdecode(prefix) for prefix in byte_strings(checkpoint_prefixes)]
    destination = _path(destination_prefix)
    merge_bundles(prefixes, destination)
    if delete_old_dirs:
        for directory in {os.path.dirname(prefix) for prefix in prefixes}:
            if directory != os.path.dirname(destination):
                with contextlib.suppress(OSError):  # it is not empty, or not there any more
                    os.rmdir(directory)
