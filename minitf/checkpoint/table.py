"""Sorted tables of keys and values in a file, in the format of LevelDB's tables.

A file is blocks, an index block, and a footer that says where the index is::

    block    entries, the offsets of restarts (uint32 each), their number (uint32)
    entry    shared, unshared, length (varints), the unshared bytes of the key, the value
    trailer  after each block: its compression (one byte, 0 for none), a masked CRC-32C
    footer   handles of the metaindex and the index (varints: offset, size), zeros, magic number

A key leaves out what it shares with the key before it; every 16th, a restart, leaves out nothing.
The index has for each block a key that is not below its last one, and the block's handle. The
metaindex is a block without entries.

Source: LevelDB's doc/table_format.md; TensorFlow's core/lib/io/table_builder.cc for its sizes.
"""

import struct

from minitf.framework import errors
from minitf.framework.crc32c import masked_crc32c

_BLOCK_SIZE = 1 << 18
_RESTART_INTERVAL = 16
_MAGIC = 0xDB4775248B80FB57
_FOOTER_SIZE = 48
_MOST_EXPANSION = 100  # keys, written out, to bytes of the file; beyond it the file is a trap
_TRAILER = struct.Struct("<BI")


# ---- varints ----


def varint(value):
    """An unsigned int in 7 bits a byte, the lowest first."""
    result = bytearray()
    while value >= 0x80:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def read_varint(data, position, bits=64):
    """(value, position after it).

    Raises:
      DataLossError: it does not end, or has more than ``bits`` bits.
    """
    value = shift = 0
    while position < len(data) and shift < bits:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> bits:
                break
            return value, position
        shift += 7
    raise errors.DataLossError(None, None, "bad varint in table")


# ---- writing ----


def write_table(file, items):
    """Writes a table.

    Args:
      file: a binary file.
      items: pairs (key, value) of bytes, in the order of their keys, which are distinct.
    """
    builder = _TableBuilder(file)
    for key, value in items:
        builder.add(key, value)
    builder.finish()


class _TableBuilder:
    """Collects entries and writes a block whenever one is full."""

    def __init__(self, file):
        self._file = file
        self._position = 0
        self._block = _BlockBuilder(_RESTART_INTERVAL)
        self._index = _BlockBuilder(1)
        self._last_key = b""
        self._full_block = None  # the handle of a block whose key in the index is not yet known

    def add(self, key, value):
        if self._full_block is not None:
            self._index.add(_separator(self._last_key, key), self._full_block)
            self._full_block = None
        self._block.add(key, value)
        self._last_key = key
        if self._block.size >= _BLOCK_SIZE:
            self._end_block()

    def finish(self):
        if not self._block.empty:
            self._end_block()
        metaindex = self._write(_BlockBuilder(_RESTART_INTERVAL))
        if self._full_block is not None:
            self._index.add(_successor(self._last_key), self._full_block)
        footer = metaindex + self._write(self._index)
        self._file.write(footer.ljust(_FOOTER_SIZE - 8, b"\0") + struct.pack("<Q", _MAGIC))

    def _end_block(self):
        self._full_block = self._write(self._block)
        self._block = _BlockBuilder(_RESTART_INTERVAL)

    def _write(self, block):
        """Writes a block and returns its handle."""
        data = block.finish()
        handle = varint(self._position) + varint(len(data))
        data += b"\0"
        data += struct.pack("<I", masked_crc32c(data))
        self._file.write(data)
        self._position += len(data)
        return handle


class _BlockBuilder:
    """The bytes of one block."""

    def __init__(self, restart_interval):
        self._restart_interval = restart_interval
        self._data = bytearray()
        self._restarts = [0]
        self._count = 0  # of entries since the last restart
        self._last_key = b""

    @property
    def empty(self):
        return not self._data

    @property
    def size(self):
        return len(self._data) + 4 * len(self._restarts) + 4

    def add(self, key, value):
        shared = 0
        if self._count == self._restart_interval:
            self._restarts.append(len(self._data))
            self._count = 0
        else:
            shared = _shared_length(self._last_key, key)
        self._data += varint(shared) + varint(len(key) - shared) + varint(len(value))
        self._data += key[shared:]
        self._data += value
        self._last_key = key
        self._count += 1

    def finish(self):
        count = len(self._restarts)
        return bytes(self._data) + struct.pack(f"<{count + 1}I", *self._restarts, count)


def _shared_length(a, b):
    length = 0
    for x, y in zip(a, b):
        if x != y:
            break
        length += 1
    return length


def _separator(start, limit):
    """A short key that is not below ``start`` and below ``limit``."""
    at = _shared_length(start, limit)
    if at < min(len(start), len(limit)) and start[at] < 0xFF and start[at] + 1 < limit[at]:
        return start[:at] + bytes([start[at] + 1])
    return start


def _successor(key):
    """A short key that is not below ``key``."""
    for i, byte in enumerate(key):
        if byte != 0xFF:
            return key[:i] + bytes([byte + 1])
    return key


# ---- reading ----


def read_table(data):
    """All entries of a table.

    Args:
      data: the bytes of the file.

    Yields:
      Pairs (key, value) of bytes, in the order of their keys.

    Raises:
      DataLossError: the file is no table, or damaged.
      UnimplementedError: a block is compressed.
    """
    last, expanded = None, 0
    for _, handle in _block_entries(_read_block(data, _index_handle(data))):
        offset, position = read_varint(handle, 0)
        size, _ = read_varint(handle, position)
        for key, value in _block_entries(_read_block(data, (offset, size))):
            if last is not None and key <= last:
                raise errors.DataLossError(None, None, "keys of a table are out of order")
            last = key
            expanded += len(key)
            if expanded > _MOST_EXPANSION * len(data):
                raise errors.DataLossError(None, None, "keys of a table are too long for its size")
            yield key, value


def is_table(data):
    """Whether the bytes end as those of a table."""
    return len(data) >= _FOOTER_SIZE and data[-8:] == struct.pack("<Q", _MAGIC)


def _index_handle(data):
    """(offset, size) of the index block."""
    if len(data) < _FOOTER_SIZE:
        raise errors.DataLossError(None, None, "file is too short to be an sstable")
    if not is_table(data):
        raise errors.DataLossError(None, None, "not an sstable (bad magic number)")
    footer = data[-_FOOTER_SIZE:]
    _, position = read_varint(footer, 0)
    _, position = read_varint(footer, position)
    offset, position = read_varint(footer, position)
    size, _ = read_varint(footer, position)
    return offset, size


def _read_block(data, handle):
    """The bytes of a block, checked."""
    offset, size = handle
    end = offset + size
    if end + _TRAILER.size > len(data):
        raise errors.DataLossError(None, None, "truncated block read")
    kind, checksum = _TRAILER.unpack(data[end:end + _TRAILER.size])
    if masked_crc32c(data[offset:end + 1]) != checksum:
        raise errors.DataLossError(None, None, "block checksum mismatch")
    if kind == 1:
        raise errors.UnimplementedError(
            None, None, "minitf does not read tables with Snappy compression")
    if kind:
        raise errors.DataLossError(None, None, "bad block type")
    return data[offset:end]


def _block_entries(block):
    """The entries of a block, in order."""
    restarts = struct.unpack("<I", block[-4:])[0] if len(block) >= 4 else 0
    end = len(block) - 4 - 4 * restarts
    if len(block) < 4 or end < 0:
        raise errors.DataLossError(None, None, "bad block contents")
    key, position = b"", 0
    while position < end:
        shared, position = read_varint(block, position, 32)
        unshared, position = read_varint(block, position, 32)
        length, position = read_varint(block, position, 32)
        if shared > len(key) or position + unshared + length > end:
            raise errors.DataLossError(None, None, "bad entry in block")
        key = key[:shared] + block[position:position + unshared]
        position += unshared
        yield key, block[position:position + length]
        position += length
