"""Reading event files.

An event file is a sequence of records, each the bytes of an `Event` message. A record is framed as
in TFRecord files: its length, a checksum of the length, the data, a checksum of the data. The
numbers are little-endian; the checksums are masked CRC-32C.
"""

import struct

from minitf.framework import errors, protos

_HEADER = struct.Struct("<QI")  # length of the data, checksum of the length's 8 bytes
_FOOTER = struct.Struct("<I")  # checksum of the data


def summary_iterator(path):
    """Yields the events of an event file, in order: `tf.train.summary_iterator`.

    A file that is still being written may end inside a record's header: that is its end.

    Args:
      path: The path of a file that `tf.summary.FileWriter` wrote.

    Yields:
      `Event` messages. The first one has the field `file_version`.

    Raises:
      NotFoundError: If there is no such file.
      FailedPreconditionError: If `path` is a directory.
      DataLossError: If a record is damaged, or the file ends inside its data.
    """
    for record in read_records(path):
        yield protos.Event.FromString(record)


def read_records(path):
    """Yields the records, as bytes, of a TFRecord file; errors as `summary_iterator`."""
    try:
        file = open(path, "rb")
    except FileNotFoundError:
        raise errors.NotFoundError(None, None, f"{path}; No such file or directory") from None
    except IsADirectoryError:
        raise errors.FailedPreconditionError(None, None, f"{path}; Is a directory") from None
    with file:
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            yield _read_data(file, header)


def _read_data(file, header):
    from tensorboardX.record_writer import masked_crc32c

    data_start = file.tell()
    length, length_checksum = _HEADER.unpack(header)
    if masked_crc32c(header[:8]) != length_checksum:
        raise errors.DataLossError(
            None, None, f"corrupted record at {data_start - _HEADER.size}")
    body = file.read(length + _FOOTER.size)
    if len(body) < length + _FOOTER.size:
        raise errors.DataLossError(
            None, None, f"truncated record at {data_start - _HEADER.size}")
    data = body[:length]
    if masked_crc32c(data) != _FOOTER.unpack(body[length:])[0]:
        raise errors.DataLossError(None, None, f"corrupted record at {data_start}")
    return data
