"""Tensor bundles: checkpoints of format V2, an index and the data that it points into.

``prefix.index`` is a table: under the empty key a BundleHeaderProto, under each tensor's name a
BundleEntryProto with dtype, shape, and where its bytes are: shard, offset, size, checksum.
``prefix.data-00000-of-00002`` and so on have the bytes, in C order and little-endian. Strings are
their lengths (varints), a checksum of the lengths, and the characters.

A tensor that was saved in slices has an entry which lists the slices, and each slice one of its own
under the key that ``slices.key`` gives.

Source: TensorFlow's core/util/tensor_bundle.
"""

import contextlib
import math
import os
import struct
import sys

import numpy as np

from minitf.checkpoint import slices
from minitf.framework.files import atomic_write, file_errors, read_file
from minitf.checkpoint.table import read_table, read_varint, varint, write_table
from minitf.framework import dtypes, errors
from minitf.framework.crc32c import crc32c, mask

_HEADER_KEY = b""
_VERSION = 1  # of the format: what we write, and what we can read
_MOST_SHARDS = 100000  # five digits in a file's name


def index_file(prefix):
    """The path of a bundle's index."""
    return prefix + ".index"


def data_file(prefix, shard, shards):
    """The path of a bundle's data of one shard."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


# ---- writing ----


def write_bundle(prefix, tensors):
    """Writes a bundle of one shard. Both files are complete before they take their names.

    Args:
      prefix: a path, of which the files' names are made.
      tensors: tuples (name, shape_and_slice, array, dtype): bytes, text in the notation of
        ``slices`` or "", an array, its DType.

    Raises:
      InvalidArgumentError: two tensors of one name; a slice of another shape than its array.
      UnimplementedError: a dtype that has no bytes.
      NotFoundError, PermissionDeniedError, ...: the files cannot be written.
    """
    _make_directory(os.path.dirname(prefix))
    with (atomic_write(index_file(prefix)) as index,
          atomic_write(data_file(prefix, 0, 1)) as data):  # gets its name first
        writer = _DataWriter(data)
        for name, shape_and_slice, array, dtype in tensors:
            writer.add(name, shape_and_slice, array, dtype)
        _write_index(index, writer.entries, 1)


def _make_directory(path):
    """Makes the directory, not its parents, unless it is there."""
    if path and not os.path.isdir(path):
        with file_errors(path), contextlib.suppress(FileExistsError):
            os.mkdir(path)


def _write_index(file, entries, shards):
    from minitf.framework import protos

    header = protos.BundleHeaderProto(num_shards=shards)
    header.version.producer = _VERSION
    items = [(_HEADER_KEY, header.SerializeToString())]
    items += [(name, entries[name].SerializeToString()) for name in sorted(entries)]
    write_table(file, items)


class _DataWriter:
    """Appends tensors to a data file and collects their entries.

    Attributes:
      entries: {key: BundleEntryProto}.
    """

    def __init__(self, file):
        self.entries = {}
        self._file = file
        self._position = 0

    def add(self, name, shape_and_slice, array, dtype):
        array = np.asarray(array)
        if not shape_and_slice:
            self._write(name, array, dtype)
            return
        full_shape, part, shape = slices.parse(shape_and_slice)
        if shape != array.shape:
            raise errors.InvalidArgumentError(
                None, None, "Slice in shape_and_slice specification does not match the shape of "
                f"the tensor to  save: {shape_and_slice}, tensor: {slices.list_text(array.shape)}")
        if part.is_full(full_shape):
            self._write(name, array, dtype)
            return
        entry = self.entries.get(name)
        if entry is None:
            entry = self._new_entry(name, dtype, full_shape)
        part.to_proto(entry.slices.add())
        self._write(slices.key(name, part), array, dtype)

    def _new_entry(self, key, dtype, shape):
        from minitf.framework import protos

        if key in self.entries:
            raise errors.InvalidArgumentError(None, None, f"Adding duplicate key: {key.decode()}")
        entry = protos.BundleEntryProto(dtype=dtype.as_datatype_enum)
        entry.shape.SetInParent()
        for size in shape:
            entry.shape.dim.add(size=size)
        self.entries[key] = entry
        return entry

    def _write(self, key, array, dtype):
        entry = self._new_entry(key, dtype, array.shape)
        entry.offset = self._position
        checksum = 0
        for part in _bytes_of(array, dtype):
            self._file.write(part)
            self._position += len(part)
            checksum = crc32c(part, checksum)
        if dtype == dtypes.string:
            checksum = _string_checksum(array.ravel().tolist())
        entry.size = self._position - entry.offset
        entry.crc32c = mask(checksum)


def _bytes_of(array, dtype):
    """The buffers of bytes that a tensor is on disk."""
    if dtype in (dtypes.resource, dtypes.variant):
        raise errors.UnimplementedError(
            None, None, f"minitf does not save tensors of type {dtype.name}")
    if dtype == dtypes.string:
        items = array.ravel().tolist()
        yield b"".join(varint(len(item)) for item in items)
        yield struct.pack("<I", mask(_lengths_checksum(items)))
        yield b"".join(items)
        return
    if sys.byteorder == "big":
        array = array.astype(array.dtype.newbyteorder("<"))
    array = np.ascontiguousarray(array)
    if array.size:
        yield memoryview(array.reshape(-1).view(np.uint8))


def _packed(lengths):
    """Lengths of strings as checksums cover them: uint32, or uint64 where that is not enough."""
    return b"".join(struct.pack("<I" if length < 1 << 32 else "<Q", length) for length in lengths)


def _lengths_checksum(items):
    return crc32c(_packed(map(len, items)))


def _string_checksum(items):
    """The checksum of strings: of their lengths, the lengths' checksum, and the characters."""
    lengths = _lengths_checksum(items)
    return crc32c(b"".join(items), crc32c(struct.pack("<I", mask(lengths)), lengths))


# ---- merging ----


def merge_bundles(prefixes, merged_prefix):
    """Makes one bundle of several, whose data files it renames and whose indexes it removes.

    Raises:
      InvalidArgumentError: a tensor is in two of them.
      NotFoundError, DataLossError, ...: one cannot be read.
    """
    entries, shards = {}, []
    for prefix in prefixes:
        with BundleReader(prefix) as bundle:
            for key in bundle.keys:
                _merge_entry(entries, shards, bundle, key)
    _make_directory(os.path.dirname(merged_prefix))
    with atomic_write(index_file(merged_prefix)) as index:
        _write_index(index, entries, len(shards))
        for i, path in enumerate(shards):
            with file_errors(path):
                os.replace(path, data_file(merged_prefix, i, len(shards)))
    for prefix in prefixes:
        with contextlib.suppress(OSError):
            os.remove(index_file(prefix))


def _merge_entry(entries, shards, bundle, key):
    entry, existing = bundle.entry(key), entries.get(key)
    if existing is None:
        path = bundle.data_file(entry.shard_id)
        if path not in shards:
            shards.append(path)
        entry.shard_id = shards.index(path)
        entries[key] = entry
    elif existing.slices and entry.slices:
        existing.slices.extend(entry.slices)
    else:
        raise errors.InvalidArgumentError(
            None, None, f"Duplicate tensor keyed by {key.decode()} encountered, when merging "
            f"prefix: {bundle.prefix}")


# ---- reading ----


class BundleReader:
    """Reads a bundle's tensors. As a context manager it closes the data files at the end.

    Args:
      prefix: a path, of which the files' names were made.

    Attributes:
      prefix: the path.
      keys: the keys of all entries in order, bytes.

    Raises:
      NotFoundError: there is no index.
      DataLossError: the index is damaged.
      UnimplementedError: it is of a later version, or was written by a big-endian machine.
    """

    def __init__(self, prefix):
        self.prefix = prefix
        self._entries = _read_entries(index_file(prefix))
        header = self._entries.pop(_HEADER_KEY)
        self._shards = header.num_shards
        self._files = {}
        self.keys = list(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def close(self):
        """Closes the data files."""
        for file in self._files.values():
            file.close()
        self._files = {}

    def data_file(self, shard):
        """The path of the data of one shard."""
        return data_file(self.prefix, shard, self._shards)

    def has(self, name):
        """Whether there is a tensor of that name (bytes)."""
        return name in self._entries

    def entry(self, name):
        """The BundleEntryProto of a tensor or a slice.

        Raises:
          NotFoundError: there is none.  DataLossError: it is damaged.
        """
        from minitf.framework import protos

        if name not in self._entries:
            raise errors.NotFoundError(
                None, None, f"Key {name.decode(errors='replace')} not found in checkpoint")
        entry = _parse(protos.BundleEntryProto, self._entries[name], name)
        _dtype_of(name, entry)
        if any(dim.size < 0 for dim in entry.shape.dim) or entry.shape.unknown_rank:
            raise _damaged(name, "its shape is not known")
        if min(entry.offset, entry.size, entry.shard_id) < 0:
            raise _damaged(name, "its place is negative")
        return entry

    def read(self, name):
        """A whole tensor.

        Raises:
          NotFoundError: there is no such tensor.  DataLossError: it is damaged.
          InvalidArgumentError: not all of its slices are there.
        """
        entry = self.entry(name)
        if not entry.slices:
            return self._value(name, entry)
        return self._assemble(name, entry, slices.TensorSlice.full(len(entry.shape.dim)))

    def read_slice(self, name, part):
        """A slice (a TensorSlice) of a tensor, put together from the slices that were saved.

        Raises:
          As ``read``; InvalidArgumentError: the slice is not in the tensor, or was not saved.
        """
        entry = self.entry(name)
        if entry.slices:
            return self._assemble(name, entry, part)
        shape = entry_shape(entry)
        part.shape(shape)
        index, _ = slices.TensorSlice.full(len(shape)).overlap(part, shape)
        return self._value(name, entry)[index]

    def _assemble(self, name, entry, wanted):
        """A slice, copied together from the stored ones."""
        full_shape, dtype = entry_shape(entry), _dtype_of(name, entry)

        def read(part):
            key = slices.key(name, part)
            part_entry = self.entry(key)
            if (entry_shape(part_entry) != part.shape(full_shape)
                    or part_entry.dtype != entry.dtype or part_entry.slices):
                raise _damaged(name, f"slice {part} is of another shape or type")
            return self._value(key, part_entry)

        stored = [slices.TensorSlice.from_proto(message) for message in entry.slices]
        return slices.assemble(name, wanted, full_shape, stored, dtype, self._data_size(), read)

    # ---- the data ----

    def _data_size(self):
        """How long all data files are together."""
        total = 0
        for shard in range(self._shards):
            with contextlib.suppress(FileNotFoundError):
                total += os.path.getsize(self.data_file(shard))
        return total

    def _value(self, name, entry):
        """The array that an entry points to."""
        shape, dtype = entry_shape(entry), _dtype_of(name, entry)
        file = self._file(entry.shard_id)
        if entry.offset + entry.size > os.fstat(file.fileno()).st_size:
            raise errors.DataLossError(
                None, None, f"Read less bytes than requested: {file.name} is too short for tensor "
                f"{name.decode(errors='replace')}")
        file.seek(entry.offset)
        if dtype == dtypes.string:
            return _read_strings(name, file.read(entry.size), shape, entry.crc32c)
        expected = math.prod(shape) * dtype.size
        if entry.size != expected:
            raise errors.DataLossError(
                None, None, f"Invalid size in bundle entry: key {name.decode(errors='replace')}; "
                f"stored size {entry.size}; expected size {expected}")
        array = np.empty(shape, np.dtype(dtype.as_numpy_dtype).newbyteorder("<"))
        if array.size:
            buffer = memoryview(array.reshape(-1).view(np.uint8))
            file.readinto(buffer)
            _check(entry.crc32c, crc32c(buffer))
        return array.astype(dtype.as_numpy_dtype, copy=False)

    def _file(self, shard):
        if shard not in self._files:
            if shard >= self._shards:
                raise errors.DataLossError(None, None, f"{self.prefix} has no shard {shard}")
            path = self.data_file(shard)
            with file_errors(path):
                self._files[shard] = open(path, "rb")  # noqa: SIM115 - close() closes it
        return self._files[shard]


def _read_entries(path):
    """{key: message as bytes} of an index; the header is parsed and checked."""
    from minitf.framework import protos

    data = read_file(path)
    try:
        entries = dict(read_table(data))
        header = _parse(protos.BundleHeaderProto, entries[_HEADER_KEY], _HEADER_KEY)
    except KeyError:
        raise errors.DataLossError(
            None, None, f"Unable to read file ({path}): it has no header entry") from None
    except errors.DataLossError as error:
        raise errors.DataLossError(
            None, None, f"Unable to read file ({path}). Perhaps the file is corrupt or was "
            f"produced by a newer version of TensorFlow with format changes: {error.message}"
        ) from None
    if header.endianness != protos.BundleHeaderProto.LITTLE:
        raise errors.UnimplementedError(
            None, None, "Reading a bundle with different endianness from the reader")
    if header.version.min_consumer > _VERSION or not 0 < header.num_shards <= _MOST_SHARDS:
        raise errors.InvalidArgumentError(
            None, None, f"Checkpoint min consumer version {header.version.min_consumer} above "
            f"current version {_VERSION} for TensorFlow checkpoint {path}; or no shards")
    entries[_HEADER_KEY] = header
    return entries


def _parse(message_class, data, key):
    from google.protobuf.message import DecodeError

    try:
        return message_class.FromString(data)
    except DecodeError as error:
        raise _damaged(key, str(error)) from None


def _damaged(key, reason):
    return errors.DataLossError(
        None, None, f"Entry of {key.decode(errors='replace')!r} in the checkpoint's index is "
        f"damaged: {reason}")


def entry_shape(entry):
    """The shape in a BundleEntryProto, a tuple."""
    return tuple(dim.size for dim in entry.shape.dim)


def _dtype_of(name, entry):
    try:
        dtype = dtypes.DType(entry.dtype)
        np.dtype(dtype.as_numpy_dtype)  # resources and variants have none
    except TypeError:
        raise _damaged(name, f"type {entry.dtype} has no values in checkpoints") from None
    return dtype


def _check(stored, checksum):
    if stored != mask(checksum):
        raise errors.DataLossError(
            None, None, f"Checksum does not match: stored {_unmask(stored)} vs. calculated on the "
            f"restored bytes {checksum}")


def _unmask(masked):
    rotated = (masked - mask(0)) & 0xFFFFFFFF
    return (rotated >> 17 | rotated << 15) & 0xFFFFFFFF


def _read_strings(name, data, shape, stored_checksum):
    """The strings that ``_bytes_of`` wrote."""
    count = math.prod(shape)
    if count > len(data):
        raise _damaged(name, f"shape {list(shape)} is larger than the data")
    lengths, position = [], 0
    for _ in range(count):
        length, position = read_varint(data, position)
        lengths.append(length)
    _check_lengths(lengths, data[position:position + 4])
    start = position + 4
    if start + sum(lengths) != len(data):
        raise _damaged(name, "lengths of strings do not add up to its size")
    items = []
    for length in lengths:
        items.append(data[start:start + length])
        start += length
    result = np.empty(count, object)
    result[:] = items
    _check(stored_checksum, _string_checksum(items))
    return result.reshape(shape)


def _check_lengths(lengths, stored):
    checksum = mask(crc32c(_packed(lengths)))
    expected = int.from_bytes(stored, "little")
    if expected != checksum:
        raise errors.DataLossError(
            None, None, f"The length checksum does not match: expected {_unmask(expected)} but "
            f"actual is {_unmask(checksum)}")
