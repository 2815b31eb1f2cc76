"""Datasets of what is in files: lines, records, pieces of one length."""

from minitf.data.dataset import Dataset
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.ops import array_ops, dataset_ops
from minitf.type_specs import TensorSpec

_BUFFER_SIZE = 256 * 1024
_STRING = TensorSpec([], dtypes.string)


def _parameter(name, value, default, dtype=dtypes.int64):
    return convert_to_tensor(default if value is None else value, dtype=dtype, name=name)


class _FileDataset(Dataset):
    """What the three have in common: each file is read by a dataset of its own.

    Args:
      filenames: a string tensor, or a dataset of names.
      num_parallel_reads: how many files to read by turns; None: one after the other.
      read: a function of a file's name that returns the tensor of its dataset.
    """

    def __init__(self, filenames, num_parallel_reads, read):
        if isinstance(filenames, Dataset):
            if filenames.output_types != dtypes.string:
                raise TypeError("`filenames` must be a `tf.data.Dataset` of `tf.string` elements.")
            names = filenames
        else:
            names = convert_to_tensor(filenames, dtype=dtypes.string)
            names = Dataset.from_tensor_slices(
                array_ops.reshape(names, [-1], name="flat_filenames"))

        def read_one_file(filename):
            return Dataset(read(filename), _STRING)

        if num_parallel_reads is None:
            pieces = names.flat_map(read_one_file)
        else:
            pieces = names._interleave_by_threads(read_one_file, num_parallel_reads)
        super().__init__(pieces._variant_tensor, pieces.element_spec, (names,),
                         name=type(self).__name__ + "V1")


class TextLineDataset(_FileDataset):
    """The lines of text files, without their ends.

    Args:
      filenames: the files' names, a string tensor or a dataset.
      compression_type: "" (by default), "ZLIB" or "GZIP".
      buffer_size: has no effect here.
      num_parallel_reads: how many files to read by turns; None: one after the other.
    """

    def __init__(self, filenames, compression_type=None, buffer_size=None,
                 num_parallel_reads=None):
        def read(filename):
            return dataset_ops.TextLineDataset(
                filename, _parameter("compression_type", compression_type, "", dtypes.string),
                _parameter("buffer_size", buffer_size, _BUFFER_SIZE))

        super().__init__(filenames, num_parallel_reads, read)


class TFRecordDataset(_FileDataset):
    """The records of TFRecord files, as strings.

    Args:
      filenames: the files' names, a string tensor or a dataset.
      compression_type: "" (by default), "ZLIB" or "GZIP".
      buffer_size: has no effect here.
      num_parallel_reads: how many files to read by turns; None: one after the other.
    """

    def __init__(self, filenames, compression_type=None, buffer_size=None,
                 num_parallel_reads=None):
        def read(filename):
            return dataset_ops.TFRecordDataset(
                filename, _parameter("compression_type", compression_type, "", dtypes.string),
                _parameter("buffer_size", buffer_size, _BUFFER_SIZE))

        super().__init__(filenames, num_parallel_reads, read)


class FixedLengthRecordDataset(_FileDataset):
    """The pieces of one length of files, as strings.

    Args:
      filenames: the files' names, a string tensor or a dataset.
      record_bytes: the length.
      header_bytes, footer_bytes: what to leave out at the beginning and at the end of a file.
      buffer_size: has no effect here.
      compression_type: "" (by default), "ZLIB" or "GZIP".
      num_parallel_reads: how many files to read by turns; None: one after the other.
    """

    def __init__(self, filenames, record_bytes, header_bytes=None, footer_bytes=None,
                 buffer_size=None, compression_type=None, num_parallel_reads=None):
        def read(filename):
            return dataset_ops.FixedLengthRecordDataset(
                filename, _parameter("header_bytes", header_bytes, 0),
                _parameter("record_bytes", record_bytes, 0),
                _parameter("footer_bytes", footer_bytes, 0),
                _parameter("buffer_size", buffer_size, _BUFFER_SIZE),
                _parameter("compression_type", compression_type, "", dtypes.string))

        super().__init__(filenames, num_parallel_reads, read)
