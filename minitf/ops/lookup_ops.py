"""Lookup tables: tf.lookup.StaticHashTable and its initializers, mutable tables, vocabularies."""

from minitf.framework import dtypes
from minitf.framework.convert import (
    convert_to_tensor, internal_convert_to_tensor, register_tensor_conversion_function)
from minitf.framework.graph import (
    GraphKeys, add_to_collection, colocate_with, device, get_collection, get_default_graph,
    init_scope, name_scope)
from minitf.framework.operation import Tensor
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, control_flow_ops, math_ops
from minitf.ops.lookup_table_ops import (
    HashTableV2, InitializeTableFromTextFileV2, LookupTableExportV2, LookupTableFindV2,
    LookupTableImportV2, LookupTableInsertV2, LookupTableRemoveV2, LookupTableSizeV2,
    MutableHashTableOfTensorsV2, MutableHashTableV2)
from minitf.ops.string_hash_ops import string_to_hash_bucket_fast
from minitf.ops.string_ops import as_string


def tables_initializer(name="init_all_tables"):
    """An operation that initialises all tables of the graph."""
    initializers = get_collection(GraphKeys.TABLE_INITIALIZERS)
    if initializers:
        return control_flow_ops.group(*initializers, name=name)
    return control_flow_ops.no_op(name=name)


def initialize_all_tables(name="init_all_tables"):
    """``tables_initializer`` under its older name."""
    return tables_initializer(name)


def _outside_control_flow(make):
    """What ``make()`` returns, made outside of the loop or branch that is open, if one is."""
    if get_default_graph()._get_control_flow_context() is None:
        return make()
    with init_scope():
        return make()


class LookupTable:
    """What all tables have: dtypes, a handle and a name.

    Attributes:
      key_dtype, value_dtype: the dtypes.
      resource_handle: a scalar resource tensor, the table.
      name: the name of the operation that makes the handle, without scopes.
    """

    def __init__(self, key_dtype, value_dtype):
        self._key_dtype = dtypes.as_dtype(key_dtype)
        self._value_dtype = dtypes.as_dtype(value_dtype)
        self._resource_handle = None
        self._table_name = None

    @property
    def key_dtype(self):
        return self._key_dtype

    @property
    def value_dtype(self):
        return self._value_dtype

    @property
    def resource_handle(self):
        return self._resource_handle

    @property
    def name(self):
        return self._table_name

    def _take_handle(self, handle):
        self._resource_handle = handle
        self._table_name = handle.op.name.split("/")[-1]

    def _check_keys(self, keys):
        if keys.dtype.base_dtype != self._key_dtype:
            raise TypeError(f"Signature mismatch. Keys must be dtype {self._key_dtype}, got "
                            f"{keys.dtype}.")


def with_values(keys, values):
    """``values`` as a SparseTensor at the places of ``keys``, if those are sparse."""
    if isinstance(keys, SparseTensor):
        return SparseTensor(keys.indices, values, keys.dense_shape)
    return values


# ---- initializers ----


class TableInitializer:
    """What a table is filled with: a base class with the dtypes of keys and values."""

    _shared_name = ""

    def __init__(self, key_dtype, value_dtype):
        self._key_dtype = dtypes.as_dtype(key_dtype)
        self._value_dtype = dtypes.as_dtype(value_dtype)

    @property
    def key_dtype(self):
        return self._key_dtype

    @property
    def value_dtype(self):
        return self._value_dtype

    def initialize(self, table):
        """The operation that fills the table; it is in the collection TABLE_INITIALIZERS."""
        raise NotImplementedError

    def _check_dtypes(self, table):
        for what in ("key", "value"):
            expected, got = (getattr(one, f"{what}_dtype") for one in (table, self))
            if expected != got.base_dtype:
                raise TypeError(f"Invalid {what} dtype, expected {expected} but got {got}.")


class KeyValueTensorInitializer(TableInitializer):
    """Fills a table with keys and values that are tensors.

    Args:
      keys, values: vectors of one length.
      key_dtype, value_dtype: their dtypes, if they are not tensors.
      name: the name scope.
    """

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        self._keys, self._values = _outside_control_flow(lambda: (
            convert_to_tensor(keys, dtype=key_dtype, name="keys"),
            convert_to_tensor(values, dtype=value_dtype, name="values")))
        self._name = "key_value_init" if name is None else name
        super().__init__(self._keys.dtype, self._values.dtype)

    def initialize(self, table):
        self._check_dtypes(table)
        with name_scope(self._name, values=(table.resource_handle, self._keys, self._values)):
            filled = LookupTableImportV2(table.resource_handle, self._keys, self._values)
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, filled)
        return filled


class TextFileIndex:
    """Where in a line of a text file a key or value is: a column, or one of these."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class _Asset:
    """A file that a graph needs, as a constant on the CPU."""

    def __init__(self, path):
        with init_scope(), device("CPU"):
            self.asset_path = internal_convert_to_tensor(path, dtype=dtypes.string,
                                                         name="asset_path")


def _asset_to_tensor(asset, dtype=None, name=None, as_ref=False):
    return internal_convert_to_tensor(asset.asset_path, dtype=dtype, name=name, as_ref=as_ref)


register_tensor_conversion_function(_Asset, _asset_to_tensor)


class TextFileInitializer(TableInitializer):
    """Fills a table from a text file, an entry a line.

    Args:
      filename: the file, a text or a scalar string tensor.
      key_dtype: the dtype of keys: int64 for line numbers, an integer or string for whole lines.
      key_index: which column has the key, from 0, or one of TextFileIndex.
      value_dtype: the dtype of values: int64 for line numbers, string for whole lines.
      value_index: as ``key_index``.
      vocab_size: read so many lines; None: all.
      delimiter: what is between columns.
      name: the name scope.

    Raises:
      ValueError: no file, an index below -2, a dtype that the index cannot give, no lines.
    """

    def __init__(self, filename, key_dtype, key_index, value_dtype, value_index, vocab_size=None,
                 delimiter="\t", name=None):
        if not isinstance(filename, Tensor) and not filename:
            raise ValueError(f"Filename required for {name}.")
        key_dtype, value_dtype = dtypes.as_dtype(key_dtype), dtypes.as_dtype(value_dtype)
        _check_column("key", "Keys", key_index, key_dtype)
        _check_column("value", "Values", value_index, value_dtype)
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"Invalid vocab_size {vocab_size}.")
        self._filename_arg = filename
        self._key_index, self._value_index = key_index, value_index
        self._vocab_size = vocab_size
        self._delimiter = delimiter
        self._name = name
        self._filename = _Asset(filename)
        super().__init__(key_dtype, value_dtype)

    def initialize(self, table):
        self._check_dtypes(table)
        with name_scope(self._name, "text_file_init", (table.resource_handle,)):
            filename = convert_to_tensor(self._filename, dtypes.string, name="asset_filepath")
            filled = InitializeTableFromTextFileV2(
                table.resource_handle, filename, key_index=self._key_index,
                value_index=self._value_index,
                vocab_size=-1 if self._vocab_size is None else self._vocab_size,
                delimiter=self._delimiter)
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, filled)
        if filename.op.type == "Const":
            add_to_collection(GraphKeys.ASSET_FILEPATHS, filename)
        return filled

    @property
    def _shared_name(self):
        parts = [self._filename_arg, self._key_index, self._value_index]
        if self._vocab_size:
            parts.insert(1, self._vocab_size)
        return "_".join(map(str, ["hash_table", *parts]))


def _check_column(what, title, index, dtype):
    if index < -2:
        raise ValueError(f"Invalid {what} index {index}.")
    mismatch = f"Signature mismatch. {title} must be "
    if index == TextFileIndex.LINE_NUMBER and dtype != dtypes.int64:
        raise ValueError(f"{mismatch}dtype {dtypes.int64}, got {dtype}.")
    if index == TextFileIndex.WHOLE_LINE and dtype != dtypes.string:
        if what == "value":
            raise ValueError(f"{mismatch}dtype {dtypes.string}, got {dtype}.")
        if not dtype.is_integer:
            raise ValueError(f"{mismatch}integer or string, got {dtype}.")


# ---- tables ----


class StaticHashTable(LookupTable):
    """A table that is filled once, by its initializer, and then asked.

    Args:
      initializer: a KeyValueTensorInitializer or TextFileInitializer.
      default_value: a scalar, the value of keys that are not there.
      name: the operation's name.
    """

    def __init__(self, initializer, default_value, name=None):
        super().__init__(initializer.key_dtype, initializer.value_dtype)
        self._initializer = initializer
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype)
        self._default_value.shape.merge_with(TensorShape([]))
        with init_scope():
            self._take_handle(HashTableV2(
                shared_name=self._shared_name(), key_dtype=self._key_dtype,
                value_dtype=self._value_dtype, name=name or "hash_table"))
        self._init_op = _outside_control_flow(lambda: self._initializer.initialize(self))

    def _shared_name(self):
        """What tables with the same entries are called, or a name that no other table has."""
        import uuid

        return self._initializer._shared_name or f"hash_table_{uuid.uuid4()}"

    @property
    def default_value(self):
        return self._default_value

    @property
    def initializer(self):
        """The operation that fills the table."""
        return self._init_op

    def size(self, name=None):
        """How many entries there are, an int64 scalar."""
        with name_scope(name, f"{self.name}_Size", [self.resource_handle]):
            return LookupTableSizeV2(self.resource_handle)

    def lookup(self, keys, name=None):
        """The values of keys (a tensor or SparseTensor), in the same shape.

        Raises:
          TypeError: keys have another dtype.
          FailedPreconditionError: at run time, the table has not been initialised.
        """
        key_tensor = keys.values if isinstance(keys, SparseTensor) else keys
        self._check_keys(keys)
        with name_scope(name, f"{self.name}_Lookup",
                        (self.resource_handle, key_tensor, self._default_value)):
            values = LookupTableFindV2(self.resource_handle, key_tensor, self._default_value)
        values.set_shape(key_tensor.shape)
        return with_values(keys, values)

    def export(self, name=None):
        """All (keys, values), in any order."""
        with name_scope(name, f"{self.name}_Export", [self.resource_handle]):
            keys, values = LookupTableExportV2(self.resource_handle, Tkeys=self._key_dtype,
                                               Tvalues=self._value_dtype)
        values.set_shape(keys.shape.concatenate(self._default_value.shape))
        return keys, values


class StaticVocabularyTable(LookupTable):
    """Ids of words: those of a vocabulary, and hash buckets behind them for all others.

    Args:
      initializer: of a table from words or integers to int64 ids; None: buckets only.
      num_oov_buckets: how many buckets there are.
      lookup_key_dtype: the dtype of what is looked up; None: that of the initializer's keys.
      name: the table's name.

    Raises:
      ValueError: no buckets.  TypeError: dtypes that cannot be ids.
    """

    def __init__(self, initializer, num_oov_buckets, lookup_key_dtype=None, name=None):
        if num_oov_buckets <= 0:
            raise ValueError("oov_buckets must be > 0.")
        name = name.rstrip("/") if name else name
        self._table = None
        if initializer:
            lookup_key_dtype = lookup_key_dtype or initializer.key_dtype
            check_vocabulary(initializer, lookup_key_dtype, initializer.key_dtype)
            self._table = StaticHashTable(initializer, default_value=-1)
            name = name or self._table.name
        else:
            lookup_key_dtype = dtypes.string
            name = name or "hash_bucket"
        check_ids_of(lookup_key_dtype)
        super().__init__(lookup_key_dtype, dtypes.int64)
        self._num_oov_buckets = num_oov_buckets
        self._table_name = name.split("/")[-1]

    @property
    def resource_handle(self):
        return self._table.resource_handle if self._table is not None else None

    @property
    def initializer(self):
        """The operation that fills the vocabulary; one that does nothing when there is none."""
        if self._table is not None:
            return self._table.initializer
        with name_scope(None, "init"):
            return control_flow_ops.no_op()

    def size(self, name=None):
        """The number of words and buckets, an int64 scalar."""
        with name_scope(name, f"{self.name}_Size"):
            return self._vocabulary_size() + self._num_oov_buckets

    def _vocabulary_size(self):
        if self._table is not None:
            return self._table.size()
        return convert_to_tensor(0, dtype=dtypes.int64)

    def lookup(self, keys, name=None):
        """The ids of keys (a tensor or SparseTensor), in the same shape.

        Raises:
          TypeError: keys have another dtype.
        """
        values = self._key_values(keys)
        with name_scope(name, f"{self.name}_Lookup"):
            ids = self._ids(values)
        return with_values(keys, ids)

    def _key_values(self, keys):
        """Keys as a tensor of the dtype that the vocabulary has.

        Raises:
          TypeError: they have another dtype than this table's keys.
        """
        self._check_keys(keys)
        values = keys.values if isinstance(keys, SparseTensor) else keys
        if self._table is not None and self._table.key_dtype.base_dtype == dtypes.int64:
            return math_ops.cast(values, dtypes.int64)
        return values

    def _ids(self, values):
        strings = values if values.dtype.base_dtype == dtypes.string else as_string(values)
        buckets = self._buckets(strings)
        if self._table is None:
            return buckets
        ids = self._table.lookup(values)
        buckets = math_ops.add(buckets, self._table.size())
        is_known = math_ops.not_equal(ids, self._table.default_value)
        return array_ops.where_v2(is_known, ids, buckets)

    def _buckets(self, strings):
        return string_to_hash_bucket_fast(strings, num_buckets=self._num_oov_buckets,
                                          name="hash_bucket")


def check_vocabulary(table, key_dtype, told):
    """Raises TypeError for a table (or initializer) that is none from words to ids."""
    if table.key_dtype not in (dtypes.int64, dtypes.string):
        raise TypeError(f"Invalid key dtype, expected one of {(dtypes.int64, dtypes.string)}, but "
                        f"got {told}.")
    if table.key_dtype.is_integer != key_dtype.is_integer:
        expected = "integer" if key_dtype.is_integer else "non-integer"
        raise TypeError(f"Invalid key dtype, expected {expected} but got {table.key_dtype}.")
    if table.value_dtype != dtypes.int64:
        raise TypeError(f"Invalid value dtype, expected {dtypes.int64} but got "
                        f"{table.value_dtype}.")


def check_ids_of(dtype):
    """Raises TypeError for keys that are neither integers nor strings."""
    if not dtype.is_integer and dtype != dtypes.string:
        raise TypeError(f"Invalid key_dtype, expected integer or string, got {dtype}.")


class MutableHashTable(LookupTable):
    """A table that starts empty, and to which entries are added by operations.

    Args:
      key_dtype, value_dtype: the dtypes.
      default_value: the value of keys that are not there; its shape is that of all values.
      name: the operation's name.
      checkpoint: whether savers save the table; it is in the collection SAVEABLE_OBJECTS then.
    """

    def __init__(self, key_dtype, value_dtype, default_value, name="MutableHashTable",
                 checkpoint=True):
        super().__init__(key_dtype, value_dtype)
        self._default_value = convert_to_tensor(default_value, dtype=value_dtype)
        options = {"use_node_name_sharing": bool(checkpoint), "key_dtype": self._key_dtype,
                   "value_dtype": self._value_dtype, "name": name}
        if self._default_value.shape.ndims == 0:
            self._take_handle(MutableHashTableV2(**options))
        else:
            self._take_handle(MutableHashTableOfTensorsV2(value_shape=self._default_value.shape,
                                                          **options))
        if checkpoint:
            add_to_collection(GraphKeys.SAVEABLE_OBJECTS, _table_saveable(self, name))

    def size(self, name=None):
        """How many entries there are, an int64 scalar."""
        with name_scope(name, f"{self.name}_Size", [self.resource_handle]), \
                colocate_with(self.resource_handle):
            return LookupTableSizeV2(self.resource_handle)

    def lookup(self, keys, name=None):
        """The values of keys, of shape ``keys.shape + default_value.shape``."""
        with name_scope(name, f"{self.name}_lookup_table_find",
                        (self.resource_handle, keys, self._default_value)):
            keys = convert_to_tensor(keys, dtype=self._key_dtype, name="keys")
            with colocate_with(self.resource_handle):
                return LookupTableFindV2(self.resource_handle, keys, self._default_value)

    def insert(self, keys, values, name=None):
        """The operation that adds entries, or changes those that are there."""
        with name_scope(name, f"{self.name}_lookup_table_insert",
                        [self.resource_handle, keys, values]):
            keys = convert_to_tensor(keys, self._key_dtype, name="keys")
            values = convert_to_tensor(values, self._value_dtype, name="values")
            with colocate_with(self.resource_handle):
                return LookupTableInsertV2(self.resource_handle, keys, values)

    def remove(self, keys, name=None):
        """The operation that removes the entries of keys, a tensor.

        Raises:
          TypeError: keys have another dtype.
        """
        if keys.dtype != self._key_dtype:
            raise TypeError(f"Signature mismatch. Keys must be dtype {self._key_dtype}, got "
                            f"{keys.dtype}.")
        with name_scope(name, f"{self.name}_lookup_table_remove",
                        (self.resource_handle, keys, self._default_value)):
            return LookupTableRemoveV2(self.resource_handle, keys)

    def export(self, name=None):
        """All (keys, values), in any order."""
        with name_scope(name, f"{self.name}_lookup_table_export_values", [self.resource_handle]), \
                colocate_with(self.resource_handle):
            return tuple(LookupTableExportV2(self.resource_handle, Tkeys=self._key_dtype,
                                             Tvalues=self._value_dtype))


def _table_saveable(table, name):
    """What savers save of a mutable table: its keys and values."""
    from minitf.train.saveable import SaveableObject, SaveSpec

    class _Saveable(SaveableObject):
        def restore(self, restored_tensors, restored_shapes, name=None):
            with name_scope(name, f"{self.name}_table_restore"), \
                    colocate_with(self.op.resource_handle):
                return LookupTableImportV2(self.op.resource_handle, *restored_tensors)

    keys, values = table.export()
    return _Saveable(table, [SaveSpec(keys, "", f"{name}-keys"),
                                 SaveSpec(values, "", f"{name}-values")], name)
