"""Reading event files: TFRecord files whose records are `Event` messages."""

from minitf.framework import protos
from minitf.ops.record_io import read_records


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
