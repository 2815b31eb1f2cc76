"""tf.python_io: TFRecord files, read and written by Python."""

import zlib

from minitf.framework import compat, errors
from minitf.ops.file_ops import file_error
from minitf.ops.record_io import (
    TFRecordCompressionType, TFRecordOptions, framed, read_records)


def tf_record_iterator(path, options=None):
    """Yields the records, as bytes, of a TFRecord file.

    Args:
      path: the file's path.
      options: a TFRecordOptions, or what its ``compression_type`` may be.

    Raises:
      NotFoundError, FailedPreconditionError: there is no such file, or it is a directory.
      DataLossError: a record is damaged, or the file ends inside its data.
    """
    compression = TFRecordOptions.get_compression_type_string(options)
    yield from read_records(compat.path_to_str(path), compression)


class TFRecordWriter:
    """Writes a TFRecord file, which it makes anew; also a context manager, which closes it.

    Args:
      path: the file's path.
      options: a TFRecordOptions, or what its ``compression_type`` may be.

    Raises:
      NotFoundError: there is no such directory.
    """

    def __init__(self, path, options=None):
        if not isinstance(options, TFRecordOptions):
            options = TFRecordOptions(compression_type=options)
        self._compressor = options.compressor()
        self._flush_mode = zlib.Z_FULL_FLUSH if options.flush_mode is None else options.flush_mode
        path = compat.as_str_any(compat.path_to_str(path))
        try:
            self._file = open(path, "wb")
        except OSError as error:
            raise file_error(error, path) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, record):
        """Appends a record, bytes.

        Raises:
          TypeError: something else.  FailedPreconditionError: the writer is closed.
        """
        if not isinstance(record, bytes):
            raise TypeError(f"expected bytes, {type(record).__name__} found")
        data = framed(record)
        self._open_file().write(self._compressor.compress(data) if self._compressor else data)

    def flush(self):
        """Hands what was written to the operating system."""
        file = self._open_file()
        if self._compressor:
            file.write(self._compressor.flush(self._flush_mode))
        file.flush()

    def close(self):
        """Ends the file. Closing again does nothing."""
        if self._file is not None:
            if self._compressor:
                self._file.write(self._compressor.flush())
            self._file.close()
            self._file = None

    def _open_file(self):
        if self._file is None:
            raise errors.FailedPreconditionError(
                None, None, "Writer not initialized or previously closed")
        return self._file
