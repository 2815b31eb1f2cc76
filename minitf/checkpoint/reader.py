"""Looking into checkpoints: ``tf.train.NewCheckpointReader``."""

from minitf.checkpoint import slices
from minitf.checkpoint.bundle import BundleReader, entry_shape, index_file
from minitf.framework.files import matching_files
from minitf.checkpoint.legacy import LegacyReader
from minitf.framework import dtypes, errors
from minitf.framework.compat import as_str


def is_bundle(prefix):
    """Whether a prefix names a bundle (V2), that is, whether there is an index."""
    try:
        return bool(matching_files(index_file(prefix)))
    except errors.NotFoundError:
        return False


class CheckpointReader:
    """Reads a checkpoint of either format (tf.train.NewCheckpointReader).

    Args:
      filename: what ``Saver.save`` returned: a path without the files' endings.

    Raises:
      NotFoundError: there is no checkpoint.  DataLossError: it is damaged.
    """

    def __init__(self, filename):
        filename = as_str(filename)
        self._bundle = BundleReader(filename) if is_bundle(filename) else None
        self._legacy = None if self._bundle else LegacyReader(filename)
        self._described = None

    def get_variable_to_shape_map(self):
        """{name: shape as a list} of all tensors."""
        return {name: list(shape) for name, (shape, _) in self._all().items()}

    def get_variable_to_dtype_map(self):
        """{name: DType} of all tensors."""
        return {name: dtype for name, (_, dtype) in self._all().items()}

    def has_tensor(self, tensor_str):
        """Whether there is a tensor of that name."""
        if self._bundle:
            return self._bundle.has(_key(tensor_str))
        return as_str(tensor_str) in self._legacy.tensors

    def get_tensor(self, tensor_str):
        """The value of a tensor, an array.

        Raises:
          NotFoundError: there is no tensor of that name.  DataLossError: it is damaged.
        """
        if self._bundle:
            with self._bundle as bundle:
                return _scalar(bundle.read(_key(tensor_str)))
        name = as_str(tensor_str)
        if name not in self._legacy.tensors:
            raise errors.NotFoundError(None, None, f"{name} not found in checkpoint file")
        return _scalar(self._legacy.read(name))

    def debug_string(self):
        """A line for each tensor or stored slice, with its type and shape, as bytes."""
        if self._bundle:
            entries = [(key, self._bundle.entry(key)) for key in self._bundle.keys]
            lines = [key + _description(entry.dtype, entry_shape(entry)).encode()
                     for key, entry in entries if not entry.slices]
        else:
            lines = [(name + _description(meta.type, self._legacy.shape(name))
                      + (f", {len(meta.slice)} slices" if len(meta.slice) > 1 else "")).encode()
                     for name, meta in self._legacy.tensors.items()]
        return b"".join(line + b"\n" for line in lines)

    def _all(self):
        """{name: (shape, dtype)}; slices are not tensors of their own."""
        if self._described is None:
            self._described = (
                _bundle_tensors(self._bundle) if self._bundle else
                {name: (self._legacy.shape(name), dtypes.as_dtype(meta.type))
                 for name, meta in self._legacy.tensors.items()})
        return self._described


def _key(name):
    """The key of a tensor; names that are no UTF-8 are decoded so that they come back the same."""
    return name if isinstance(name, bytes) else name.encode(errors="surrogateescape")


def _bundle_tensors(bundle):
    entries = {key: bundle.entry(key) for key in bundle.keys}
    parts = {slices.key(key, slices.TensorSlice.from_proto(part))
             for key, entry in entries.items() for part in entry.slices}
    return {key.decode(errors="surrogateescape"):
            (entry_shape(entry), dtypes.as_dtype(entry.dtype))
            for key, entry in entries.items() if key not in parts}


def _description(type_enum, shape):
    from minitf.framework import protos

    return f" ({protos.DataType.Name(type_enum)}) {slices.list_text(shape)}"


def _scalar(array):
    return array[()] if array.ndim == 0 else array
