"""Readers of the graph: each read takes a record of the files that a queue names.

The classes build the operations; what a session holds under a reader's handle is in ``readers``.
"""

import numpy as np

from minitf.framework.cancellation import manager_of
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import common_shapes, readers
from minitf.ops.queues import private_or_shared
from minitf.ops.record_io import TFRecordOptions
from minitf.ops.string_values import scalar_string, string_array

_VECTOR = TensorShape([None])

# ---- tf.ReaderBase ----


class ReaderBase:
    """A reader of records: what makes one of a file is the subclasses' business.

    Args:
      reader_ref: the reader's handle, a tensor.
      supports_serialize: whether its state can be saved.
    """

    def __init__(self, reader_ref, supports_serialize=False):
        self._reader_ref = reader_ref
        self._supports_serialize = supports_serialize

    @property
    def reader_ref(self):
        """The reader's handle, a tensor."""
        return self._reader_ref

    @property
    def supports_serialize(self):
        """Whether the reader's state can be saved."""
        return self._supports_serialize

    def read(self, queue, name=None):
        """The next record: (key, value), scalar strings.

        Args:
          queue: a queue of file names, or its handle; a name is taken when the last file is at its
            end.
          name: the operation's name.

        Raises:
          OutOfRangeError: when run, the queue is closed and empty.
        """
        return ReaderReadV2(self._reader_ref, _queue_ref(queue), name=name)

    def read_up_to(self, queue, num_records, name=None):
        """Up to ``num_records`` records, all of one file: (keys, values), vectors of strings."""
        return ReaderReadUpToV2(self._reader_ref, _queue_ref(queue), num_records, name=name)

    def num_records_produced(self, name=None):
        """How many records the reader has given, an int64."""
        return ReaderNumRecordsProducedV2(self._reader_ref, name=name)

    def num_work_units_completed(self, name=None):
        """How many files it has read to the end, an int64."""
        return ReaderNumWorkUnitsCompletedV2(self._reader_ref, name=name)

    def serialize_state(self, name=None):
        """The reader's state, a string.

        Raises:
          UnimplementedError: when run, the reader's kind has no state to save.
        """
        return ReaderSerializeStateV2(self._reader_ref, name=name)

    def restore_state(self, state, name=None):
        """Takes a state that ``serialize_state`` has given."""
        return ReaderRestoreStateV2(self._reader_ref, state, name=name)

    def reset(self, name=None):
        """Makes the reader begin anew, with the next file."""
        return ReaderResetV2(self._reader_ref, name=name)


def _queue_ref(queue):
    return queue if isinstance(queue, Tensor) else queue.queue_ref


class WholeFileReader(ReaderBase):
    """Whole files: the key is the file's name, the value its contents (TF op: WholeFileReaderV2).
    """

    def __init__(self, name=None):
        super().__init__(WholeFileReaderV2(name=name), supports_serialize=True)


class TextLineReader(ReaderBase):
    """Lines of text without their ends; the key is "file:number" (TF op: TextLineReaderV2).

    Args:
      skip_header_lines: how many lines to leave out at the beginning of each file.
      name: the operation's name.
    """

    def __init__(self, skip_header_lines=None, name=None):
        super().__init__(TextLineReaderV2(skip_header_lines=skip_header_lines or 0, name=name))


class FixedLengthRecordReader(ReaderBase):
    """Pieces of one length; the key is "file:number" (TF op: FixedLengthRecordReaderV2).

    Args:
      record_bytes: the length of a record.
      header_bytes, footer_bytes: what to leave out at the beginning and at the end of each file.
      hop_bytes: from the beginning of one record to the next; by default ``record_bytes``.
      name: the operation's name.
      encoding: "ZLIB" or "GZIP" when files are compressed.
    """

    def __init__(self, record_bytes, header_bytes=None, footer_bytes=None, hop_bytes=None,
                 name=None, encoding=None):
        super().__init__(FixedLengthRecordReaderV2(
            record_bytes=record_bytes, header_bytes=header_bytes or 0,
            footer_bytes=footer_bytes or 0, hop_bytes=hop_bytes or 0, encoding=encoding or "",
            name=name))


class TFRecordReader(ReaderBase):
    """Records of TFRecord files; the key is "file:offset" (TF op: TFRecordReaderV2).

    Args:
      name: the operation's name.
      options: a TFRecordOptions, for compressed files.
    """

    def __init__(self, name=None, options=None):
        super().__init__(TFRecordReaderV2(
            compression_type=TFRecordOptions.get_compression_type_string(options), name=name))


class IdentityReader(ReaderBase):
    """What the queue gives, both as key and as value (TF op: IdentityReaderV2)."""

    def __init__(self, name=None):
        super().__init__(IdentityReaderV2(name=name), supports_serialize=True)


# ---- WholeFileReaderV2 and its relatives: ops that make a reader ----


def _scalar():
    return common_shapes.SCALAR


def _declare_reader(name, attrs, kernel):
    result = op(f"{name}(; {attrs}) -> (reader_handle: resource)", stateful=True)
    result.not_differentiable()
    result.shape(_scalar)
    result.kernel(kernel)
    return result


_MADE = "container: string = '', shared_name: string = ''"


def _reader(ctx, make, *arguments):
    kind = ctx.op.type.removesuffix("V2")
    return private_or_shared(ctx, lambda name: make(kind, ctx.op.name, *arguments))


def _whole_file_reader(ctx):
    return _reader(ctx, readers.WholeFileReader)


def _identity_reader(ctx):
    return _reader(ctx, readers.IdentityReader)


def _text_line_reader(skip_header_lines, ctx):
    return _reader(ctx, readers.TextLineReader, skip_header_lines)


def _tf_record_reader(compression_type, ctx):
    return _reader(ctx, readers.TFRecordReader, compression_type.decode())


def _fixed_length_record_reader(record_bytes, header_bytes, footer_bytes, hop_bytes, encoding,
                                ctx):
    return _reader(ctx, readers.FixedLengthRecordReader, record_bytes, header_bytes, footer_bytes,
                   hop_bytes, encoding.decode())


WholeFileReaderV2 = _declare_reader("WholeFileReaderV2", _MADE, _whole_file_reader)
IdentityReaderV2 = _declare_reader("IdentityReaderV2", _MADE, _identity_reader)
TextLineReaderV2 = _declare_reader("TextLineReaderV2", f"skip_header_lines: int = 0, {_MADE}",
                                   _text_line_reader)
TFRecordReaderV2 = _declare_reader("TFRecordReaderV2", f"{_MADE}, compression_type: string = ''",
                                   _tf_record_reader)
FixedLengthRecordReaderV2 = _declare_reader(
    "FixedLengthRecordReaderV2", "header_bytes: int = 0, record_bytes: int, footer_bytes: int = 0,"
    f" hop_bytes: int = 0, {_MADE}, encoding: string = ''", _fixed_length_record_reader)


# ---- ReaderReadV2 ----

ReaderReadV2 = op("ReaderReadV2(reader_handle: resource, queue_handle: resource)"
                  " -> (key: string, value: string)", stateful=True).not_differentiable()


@ReaderReadV2.shape
def _():
    return [common_shapes.SCALAR, common_shapes.SCALAR]


@ReaderReadV2.kernel
def _(reader_handle, queue_handle, ctx):
    return reader_handle.read(queue_handle, manager_of(ctx.session))


# ---- ReaderReadUpToV2 ----

ReaderReadUpToV2 = op(
    "ReaderReadUpToV2(reader_handle: resource, queue_handle: resource, num_records: int64)"
    " -> (keys: string, values: string)", stateful=True).not_differentiable()


@ReaderReadUpToV2.shape
def _():
    return [_VECTOR, _VECTOR]


@ReaderReadUpToV2.kernel
def _(reader_handle, queue_handle, num_records, ctx):
    keys, values = reader_handle.read_up_to(int(num_records), queue_handle,
                                            manager_of(ctx.session))
    return string_array(keys, (len(keys),)), string_array(values, (len(values),))


# ---- what a reader tells of itself ----


def _declare_question(name, output, kernel):
    result = op(f"{name}(reader_handle: resource) -> ({output})", stateful=True)
    result.not_differentiable()
    result.shape(_scalar)
    result.kernel(kernel)
    return result


ReaderNumRecordsProducedV2 = _declare_question(
    "ReaderNumRecordsProducedV2", "records_produced: int64",
    lambda reader_handle: np.int64(reader_handle.records))
ReaderNumWorkUnitsCompletedV2 = _declare_question(
    "ReaderNumWorkUnitsCompletedV2", "units_completed: int64",
    lambda reader_handle: np.int64(reader_handle.finished))
ReaderSerializeStateV2 = _declare_question(
    "ReaderSerializeStateV2", "state: string", lambda reader_handle: reader_handle.state())

# ---- ReaderRestoreStateV2 ----

ReaderRestoreStateV2 = op("ReaderRestoreStateV2(reader_handle: resource, state: string) -> ()",
                          stateful=True).not_differentiable()


@ReaderRestoreStateV2.kernel
def _(reader_handle, state):
    reader_handle.restore(scalar_string(state))


# ---- ReaderResetV2 ----

ReaderResetV2 = op("ReaderResetV2(reader_handle: resource) -> ()", stateful=True)
ReaderResetV2.not_differentiable()


@ReaderResetV2.kernel
def _(reader_handle):
    reader_handle.reset()
