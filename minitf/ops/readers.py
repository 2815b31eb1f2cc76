"""What a reader is at run time: it takes names of files from a queue and gives their records."""

import threading

from minitf.framework import errors
from minitf.ops.queues import invalid
from minitf.ops.record_io import open_file, placed_records


class Reader:
    """Gives the records of the files named by a queue, one file after another.

    Args:
      kind: the kind of reader, for messages.
      name: the operation's name, for messages.

    Attributes:
      records: how many records it has given.
      finished: how many files it has read to the end.
    """

    one_record = False  # whether a file is one record
    has_state = False  # whether the state can be saved and restored

    def __init__(self, kind, name):
        self.title = f"{kind} '{name}'"
        self._lock = threading.Lock()
        self.reset()

    def open(self, work):
        """An iterator of (key, value) over the records of ``work``, all bytes."""
        raise NotImplementedError

    def reset(self):
        """Begins anew, with the next file of the queue."""
        self._started = self.finished = self.records = 0
        self._work = b""
        self._iterator = None
        self._failure = None

    def read(self, queue, cancellation):
        """The next record: its key and value.

        Raises:
          OutOfRangeError: the queue is closed and empty.
          NotFoundError, DataLossError, ...: what is wrong with the file.
        """
        with self._lock:
            while True:
                record = self._next(queue, cancellation)
                if record is not None:
                    return record

    def read_up_to(self, count, queue, cancellation):
        """Lists of the keys and of the values of up to ``count`` records, all of one file."""
        records = []
        with self._lock:
            while count > 0 and not records:
                while len(records) < count:
                    record = self._next(queue, cancellation)
                    if record is None:  # a file has ended
                        break
                    records.append(record)
        return [key for key, _ in records], [value for _, value in records]

    def _next(self, queue, cancellation):
        """The next record of the file; None at its end. Takes a file if there is none."""
        if self._started == self.finished:
            (work,) = queue.dequeue(cancellation)
            self._work = work if isinstance(work, bytes) else work.item()
            self._iterator = self.open(self._work)
            self._failure = None
            self._started += 1
        if self._failure is not None:  # a damaged file stays the current one
            raise self._failure
        try:
            record = next(self._iterator, None)
        except errors.OpError as error:
            self._failure = error
            raise
        if record is not None:
            self.records += 1
        if record is None or self.one_record:
            self.finished = self._started
        return record

    # ---- state ----

    def state(self):
        """The state as a ReaderBaseState message, serialized.

        Raises:
          UnimplementedError: this kind of reader cannot save it.
        """
        from minitf.framework import protos

        if not self.has_state:
            raise errors.UnimplementedError(None, None, "Reader SerializeState")
        return protos.ReaderBaseState(
            work_started=self._started, work_finished=self.finished,
            num_records_produced=self.records, current_work=self._work).SerializeToString()

    def restore(self, state):
        """Takes a state that ``state`` has saved.

        Raises:
          InvalidArgumentError: it is none.  UnimplementedError: this kind cannot restore.
        """
        from google.protobuf.message import DecodeError

        from minitf.framework import protos

        if not self.has_state:
            raise errors.UnimplementedError(None, None, "Reader RestoreState")
        self.reset()
        try:
            message = protos.ReaderBaseState.FromString(state)
        except DecodeError:
            raise invalid(f"Could not parse state for {self.title}: "
                          f"{state.decode(errors='replace')}") from None
        self._started, self.finished = message.work_started, message.work_finished
        self.records, self._work = message.num_records_produced, message.current_work


class WholeFileReader(Reader):
    """Records are whole files; the key is the file's name."""

    one_record = has_state = True

    def open(self, work):
        with open_file(_path(work)) as file:
            return iter([(work, file.read())])


class IdentityReader(Reader):
    """Records are what the queue gives, both as key and as value."""

    one_record = has_state = True

    def open(self, work):
        return iter([(work, work)])


class TextLineReader(Reader):
    """Records are lines without their ends; the key is "file:number", counted from 1."""

    def __init__(self, kind, name, skip_header_lines):
        if skip_header_lines < 0:
            raise invalid(f"skip_header_lines must be >= 0 not {skip_header_lines}")
        super().__init__(kind, name)
        self._skip = skip_header_lines

    def open(self, work):
        file = open_file(_path(work))
        for _ in range(self._skip):
            file.readline()
        return self._lines(file, work)

    def _lines(self, file, work):
        with file:
            for number, line in enumerate(file, self._skip + 1):
                yield work + b":%d" % number, line.replace(b"\r", b"").removesuffix(b"\n")


class FixedLengthRecordReader(Reader):
    """Records are pieces of one length; the key is "file:number", counted from 0.

    Args:
      record_bytes: the length.
      header_bytes, footer_bytes: what to leave out at the beginning and at the end of a file.
      hop_bytes: from one record to the next; 0 for ``record_bytes``.
      compression: "", "ZLIB" or "GZIP".
    """

    def __init__(self, kind, name, record_bytes, header_bytes, footer_bytes, hop_bytes,
                 compression):
        for what, value in (("header_bytes", header_bytes), ("record_bytes", record_bytes),
                            ("footer_bytes", footer_bytes), ("hop_bytes", hop_bytes)):
            if value < 0:
                raise invalid(f"{what} must be >= 0 not {value}")
        super().__init__(kind, name)
        self._record_bytes = record_bytes
        self._header_bytes = header_bytes
        self._footer_bytes = footer_bytes
        self._hop_bytes = hop_bytes or record_bytes
        self._compression = compression if compression in ("ZLIB", "GZIP") else ""

    def open(self, work):
        with open_file(_path(work), self._compression) as file:
            data = file.read()
        if len(data) < self._header_bytes:
            raise errors.OutOfRangeError(None, None, "reached end of file")
        return self._pieces(data, work)

    def _pieces(self, data, work):
        start, number = self._header_bytes, 0
        while start + self._record_bytes <= len(data) - self._footer_bytes:
            yield work + b":%d" % number, data[start:start + self._record_bytes]
            start += self._hop_bytes
            number += 1


class TFRecordReader(Reader):
    """Records are those of TFRecord files; the key is "file:offset"."""

    def __init__(self, kind, name, compression):
        super().__init__(kind, name)
        self._compression = compression

    def open(self, work):
        file = open_file(_path(work), self._compression)
        return ((work + b":%d" % offset, data) for offset, data in placed_records(file))


def _path(work):
    return work.decode("utf-8", "surrogateescape")
