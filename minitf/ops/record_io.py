"""TFRecord files: sequences of byte strings, framed with lengths and checksums.

A record is its length (8 bytes), a checksum of the length, the data, and a checksum of the data.
The numbers are little-endian, the checksums masked CRC-32C. The whole file may be compressed with
zlib or gzip. Event files are TFRecord files, too.
"""

import re
import struct
import zlib

from minitf.framework import errors
from minitf.framework.crc32c import masked_crc32c
from minitf.ops.file_ops import file_error

_HEADER = struct.Struct("<QI")  # length of the data, checksum of the length's 8 bytes
_FOOTER = struct.Struct("<I")  # checksum of the data

_WINDOW_BITS = {"ZLIB": 15, "GZIP": 15 + 16}  # what zlib takes to mean the one format or the other
_CHUNK = 1 << 18  # compressed bytes that are read at a time
_LARGE = 1 << 24  # bytes of a record that are read at a time


class TFRecordCompressionType:
    """How a TFRecord file is compressed."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


class TFRecordOptions:
    """How a TFRecord file is compressed, and how hard.

    Args:
      compression_type: "", "ZLIB", "GZIP", or one of TFRecordCompressionType; None for none.
      flush_mode: zlib's constant for ``flush``; by default what ``zlib.Z_FULL_FLUSH`` does.
      input_buffer_size, output_buffer_size: TensorFlow's buffers; they change nothing here.
      window_bits, compression_level, compression_method, mem_level, compression_strategy: as for
        ``zlib.compressobj``.

    Raises:
      ValueError: another compression type.
    """

    compression_type_map = {
        TFRecordCompressionType.ZLIB: "ZLIB",
        TFRecordCompressionType.GZIP: "GZIP",
        TFRecordCompressionType.NONE: "",
    }

    def __init__(self, compression_type=None, flush_mode=None, input_buffer_size=None,
                 output_buffer_size=None, window_bits=None, compression_level=None,
                 compression_method=None, mem_level=None, compression_strategy=None):
        self.get_compression_type_string(compression_type)  # raises if there is no such
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size = input_buffer_size
        self.output_buffer_size = output_buffer_size
        self.window_bits = window_bits
        self.compression_level = compression_level
        self.compression_method = compression_method
        self.mem_level = mem_level
        self.compression_strategy = compression_strategy

    @classmethod
    def get_compression_type_string(cls, options):
        """The name of the compression, "" for none, of whatever says it."""
        if not options:
            return ""
        if isinstance(options, TFRecordOptions):
            return cls.get_compression_type_string(options.compression_type)
        name = cls.compression_type_map.get(options, options)
        if name not in cls.compression_type_map.values():
            raise ValueError(f'Not a valid compression_type: "{options}"')
        return name

    def compressor(self):
        """What compresses the bytes of a file, or None."""
        kind = self.get_compression_type_string(self.compression_type)
        if not kind:
            return None
        window_bits = 15 if self.window_bits is None else self.window_bits
        return zlib.compressobj(
            -1 if self.compression_level is None else self.compression_level,
            zlib.DEFLATED if self.compression_method is None else self.compression_method,
            window_bits + 16 if kind == "GZIP" and window_bits < 16 else window_bits,
            9 if self.mem_level is None else self.mem_level,
            self.compression_strategy or zlib.Z_DEFAULT_STRATEGY)


def framed(data):
    """The bytes of a record: ``data`` with its frame."""
    length = struct.pack("<Q", len(data))
    return b"".join([length, _FOOTER.pack(masked_crc32c(length)), data,
                     _FOOTER.pack(masked_crc32c(data))])


def open_file(path, compression=""):
    """Opens a file for reading its bytes as they were before they were compressed.

    Args:
      path: the file's path.
      compression: "", "ZLIB" or "GZIP".

    Raises:
      NotFoundError, FailedPreconditionError: there is no such file, or it is a directory.
    """
    try:
        file = open(path, "rb")
    except OSError as error:
        raise file_error(error, path) from None
    return _Decompressed(file, _WINDOW_BITS[compression]) if compression else file


class _Decompressed:
    """A compressed file, read as what was compressed."""

    def __init__(self, file, window_bits):
        self._file = file
        self._window_bits = window_bits
        self._decompressor = zlib.decompressobj(window_bits)
        self._buffer = bytearray()

    def read(self, count=None):
        """The next ``count`` bytes, fewer at the end; or all that follow.

        Raises:
          DataLossError: the file is not of the format.
        """
        while count is None or len(self._buffer) < count:
            chunk = self._decompressor.unused_data or self._file.read(_CHUNK)
            if not chunk:
                break
            if self._decompressor.eof:  # another stream follows
                self._decompressor = zlib.decompressobj(self._window_bits)
            try:
                self._buffer += self._decompressor.decompress(chunk)
            except zlib.error as error:
                raise errors.DataLossError(None, None, _inflate_message(error)) from None
        count = len(self._buffer) if count is None else count
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()


def _inflate_message(error):
    """zlib's message as TensorFlow words it."""
    match = re.match(r"Error (-?\d+) while decompressing data: (.*)", str(error))
    return "inflate() failed with error {}: {}".format(*match.groups()) if match else str(error)


def read_records(path, compression=""):
    """Yields the records, as bytes, of a TFRecord file.

    A file that is still being written may end inside a record's header: that is its end.

    Raises:
      NotFoundError, FailedPreconditionError: there is no such file, or it is a directory.
      DataLossError: a record is damaged, or the file ends inside its data.
    """
    return (data for _, data in placed_records(open_file(path, compression)))


def placed_records(file):
    """Yields (offset, data) of the records of an open file, and closes it."""
    with file:
        offset = 0
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            length, checksum = _HEADER.unpack(header)
            if masked_crc32c(header[:8]) != checksum:
                raise errors.DataLossError(None, None, f"corrupted record at {offset}")
            body = _read(file, length + _FOOTER.size)
            if len(body) < length + _FOOTER.size:
                raise errors.DataLossError(None, None, f"truncated record at {offset}")
            data = body[:length]
            if masked_crc32c(data) != _FOOTER.unpack(body[length:])[0]:
                raise errors.DataLossError(None, None,
                                           f"corrupted record at {offset + _HEADER.size}")
            yield offset, data
            offset += _HEADER.size + len(body)


def _read(file, count):
    """``file.read(count)``, which takes no more memory than the file has bytes."""
    parts = []
    while count and (part := file.read(min(count, _LARGE))):
        parts.append(part)
        count -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
