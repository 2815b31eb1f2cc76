"""tf.contrib.lookup: tables between words and ids, made in one call."""

import collections
import functools
import numbers

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.ops import array_ops, math_ops
from minitf.ops.lookup_ops import (  # noqa: F401 - names of the namespace
    KeyValueTensorInitializer, LookupTable, MutableHashTable, StaticHashTable,
    StaticVocabularyTable, TextFileIndex, TextFileInitializer, check_ids_of, check_vocabulary,
    with_values)
from minitf.ops.lookup_table_ops import LookupTableExportV2
from minitf.ops.string_hash_ops import (
    string_to_hash_bucket, string_to_hash_bucket_fast, string_to_hash_bucket_strong)


class HashTable(StaticHashTable):
    """tf.lookup.StaticHashTable that may share its entries by a name.

    Args:
      initializer, default_value, name: as of tf.lookup.StaticHashTable.
      shared_name: the name by which sessions share the table; None: it shares it with none.
    """

    def __init__(self, initializer, default_value, shared_name=None, name=None):
        self._given_shared_name = shared_name or ""
        super().__init__(initializer, default_value, name)

    def _shared_name(self):
        return self._given_shared_name

    @property
    def init(self):
        """``initializer`` under its older name."""
        return self.initializer

    def export(self, name=None):
        """All (keys, values), in any order."""
        with name_scope(name, f"{self.name}_Export", [self.resource_handle]) as scope:
            keys, values = LookupTableExportV2(self.resource_handle, Tkeys=self._key_dtype,
                                               Tvalues=self._value_dtype, name=scope)
        values.set_shape(keys.shape.concatenate(self._default_value.shape))
        return keys, values


class TextFileStringTableInitializer(TextFileInitializer):
    """Fills a table from numbers of lines to words."""

    def __init__(self, filename, key_column_index=TextFileIndex.LINE_NUMBER,
                 value_column_index=TextFileIndex.WHOLE_LINE, vocab_size=None, delimiter="\t",
                 name="text_file_string_table_init"):
        super().__init__(filename, dtypes.int64, key_column_index, dtypes.string,
                         value_column_index, vocab_size, delimiter, name)


class TextFileIdTableInitializer(TextFileInitializer):
    """Fills a table from words to numbers of lines."""

    def __init__(self, filename, key_column_index=TextFileIndex.WHOLE_LINE,
                 value_column_index=TextFileIndex.LINE_NUMBER, vocab_size=None, delimiter="\t",
                 name="text_file_id_table_init", key_dtype=dtypes.string):
        super().__init__(filename, key_dtype, key_column_index, dtypes.int64, value_column_index,
                         vocab_size, delimiter, name)


# ---- words that are not in the vocabulary ----


class HasherSpec(collections.namedtuple("HasherSpec", ["hasher", "key"])):
    """A hash function: "fasthash", "legacy" or "stronghash", the last with a key."""


FastHashSpec = HasherSpec("fasthash", None)


class StrongHashSpec(HasherSpec):
    """A hash function with a secret key, two unsigned integers."""

    def __new__(cls, key):
        if len(key) != 2:
            raise ValueError(f"key must have size 2, got {len(key)}.")
        if not all(isinstance(part, numbers.Integral) for part in key):
            raise TypeError(f"Invalid key {key}. Must be unsigned integer values.")
        return super().__new__(cls, "stronghash", key)


class IdTableWithHashBuckets(StaticVocabularyTable):
    """Ids of words: those of a table, and hash buckets behind them for all others.

    Args:
      table: a table from words or integers to int64 ids, or None.
      num_oov_buckets: how many buckets there are, 0 or more.
      hasher_spec: FastHashSpec or a StrongHashSpec.
      name: the table's name.
      key_dtype: the dtype of what is looked up; None: that of the table's keys.

    Raises:
      ValueError: neither a table nor buckets.  TypeError: dtypes that cannot be ids.
    """

    def __init__(self, table, num_oov_buckets, hasher_spec=FastHashSpec, name=None, key_dtype=None):
        name = name.rstrip("/") if name else name
        if table:
            key_dtype = table.key_dtype if key_dtype is None else key_dtype
            check_vocabulary(table, key_dtype, key_dtype)
            name = name or table.name
        else:
            if num_oov_buckets <= 0:
                raise ValueError("oov_buckets must be > 0 if no table is supplied.")
            key_dtype = dtypes.string if key_dtype is None else key_dtype
            name = name or "hash_bucket"
        check_ids_of(key_dtype)
        if not isinstance(hasher_spec, HasherSpec):
            raise TypeError(f"hasher_spec must be of type HasherSpec, got {hasher_spec}")
        LookupTable.__init__(self, key_dtype, dtypes.int64)
        self._table = table
        self._num_oov_buckets = num_oov_buckets
        self._hasher_spec = hasher_spec
        self._table_name = name.split("/")[-1]

    @property
    def init(self):
        """``initializer`` under its older name."""
        return self.initializer

    def lookup(self, keys, name=None):
        """The ids of keys (a tensor or SparseTensor), in the same shape.

        Raises:
          TypeError: keys have another dtype.
        """
        if self._num_oov_buckets:
            return super().lookup(keys, name)
        return with_values(keys, self._table.lookup(self._key_values(keys), name=name))

    def _buckets(self, strings):
        spec = self._hasher_spec
        hashers = {"fasthash": string_to_hash_bucket_fast, "legacy": string_to_hash_bucket,
                   "stronghash": functools.partial(string_to_hash_bucket_strong, key=spec.key)}
        if spec.hasher not in hashers:
            raise ValueError(f"Unknown hasher {spec.hasher}")
        return hashers[spec.hasher](strings, num_buckets=self._num_oov_buckets, name="hash_bucket")


# ---- tables in one call ----


def index_table_from_tensor(mapping, num_oov_buckets=0, default_value=-1, hasher_spec=FastHashSpec,
                            dtype=dtypes.string, name=None):
    """A table from words to their places in a vector.

    Args:
      mapping: the words (or integers), a vector.
      num_oov_buckets: how many hash buckets other words go to; 0: they get ``default_value``.
      default_value: the id of other words.
      hasher_spec: the hash function for the buckets.
      dtype: of what is looked up.
      name: the name scope.

    Raises:
      ValueError: no words, or of another kind than ``dtype``.  TypeError: no words or integers.
    """
    if mapping is None:
        raise ValueError("mapping must be specified.")
    _check_buckets(num_oov_buckets, dtype)
    with name_scope(name, "string_to_index"):
        keys = convert_to_tensor(mapping)
        if keys.dtype.is_integer != dtype.is_integer:
            expected = "integer" if dtype.is_integer else "non-integer"
            raise ValueError(f"Expected {expected}, got {keys.dtype}.")
        if not dtype.is_integer and keys.dtype.base_dtype != dtype:
            raise ValueError(f"Expected {dtype}, got {keys.dtype}.")
        values = math_ops.cast(math_ops.range(array_ops.size(keys)), dtypes.int64)
        with name_scope(None, "hash_table"):
            keys = math_ops.cast(keys, dtypes.int64) if keys.dtype.is_integer else keys
            entries = KeyValueTensorInitializer(keys, values, keys.dtype.base_dtype, dtypes.int64,
                                                name="table_init")
            table = StaticHashTable(entries, default_value)
        return _with_buckets(table, num_oov_buckets, hasher_spec, dtype)


def index_table_from_file(vocabulary_file=None, num_oov_buckets=0, vocab_size=None,
                          default_value=-1, hasher_spec=FastHashSpec, key_dtype=dtypes.string,
                          name=None, key_column_index=TextFileIndex.WHOLE_LINE,
                          value_column_index=TextFileIndex.LINE_NUMBER, delimiter="\t"):
    """A table from words to the lines of a text file in which they are.

    Args:
      vocabulary_file: the file, a text or a scalar string tensor.
      num_oov_buckets, default_value, hasher_spec, name: as of index_table_from_tensor.
      vocab_size: read so many lines; None: all.
      key_dtype: of what is looked up.
      key_column_index, value_column_index, delimiter: as of tf.lookup.TextFileInitializer.

    Raises:
      ValueError: no file, or no lines.  TypeError: neither words nor integers.
    """
    _check_file(vocabulary_file)
    if vocab_size is not None and vocab_size < 1:
        told = vocabulary_file
        if isinstance(told, Tensor):
            told = constant_value(told) or "?"
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}. vocabulary_file: "
                         f"{told}")
    _check_buckets(num_oov_buckets, key_dtype)
    with name_scope(name, "string_to_index"):
        with name_scope(None, "hash_table"):
            entries = TextFileIdTableInitializer(
                vocabulary_file, vocab_size=vocab_size, name="table_init",
                key_dtype=dtypes.int64 if key_dtype.is_integer else key_dtype,
                key_column_index=key_column_index, value_column_index=value_column_index,
                delimiter=delimiter)
            table = StaticHashTable(entries, default_value)
        return _with_buckets(table, num_oov_buckets, hasher_spec, key_dtype)


def _check_file(path):
    if path is None or isinstance(path, str) and not path:
        raise ValueError("vocabulary_file must be specified and must not be empty.")


def _check_buckets(count, dtype):
    if count < 0:
        raise ValueError(f"num_oov_buckets must be greater or equal than 0, got {count}.")
    if not dtype.is_integer and dtype.base_dtype != dtypes.string:
        raise TypeError("Only integer and string keys are supported.")


def _with_buckets(table, num_oov_buckets, hasher_spec, key_dtype):
    if not num_oov_buckets:
        return table
    return IdTableWithHashBuckets(table, num_oov_buckets, hasher_spec, key_dtype=key_dtype)


def index_to_string_table_from_tensor(mapping, default_value="UNK", name=None):
    """A table from places in a vector of words to the words.

    Args:
      mapping: the words, a vector.
      default_value: the word for other numbers.
      name: the name scope.

    Raises:
      ValueError: no words.
    """
    if mapping is None:
        raise ValueError("mapping must be specified.")
    with name_scope(name, "index_to_string"):
        words = convert_to_tensor(mapping, dtypes.string)
        keys = math_ops.cast(math_ops.range(array_ops.size(words)), dtypes.int64)
        entries = KeyValueTensorInitializer(keys, words, dtypes.int64, dtypes.string,
                                            name="table_init")
        return StaticHashTable(entries, default_value)


def index_to_string_table_from_file(vocabulary_file, vocab_size=None, default_value="UNK",
                                    name=None, key_column_index=TextFileIndex.LINE_NUMBER,
                                    value_column_index=TextFileIndex.WHOLE_LINE, delimiter="\t"):
    """A table from the numbers of a text file's lines to the words there.

    Arguments are those of index_table_from_file.

    Raises:
      ValueError: no file, or no lines.
    """
    _check_file(vocabulary_file)
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}.")
    with name_scope(name, "index_to_string"):
        entries = TextFileStringTableInitializer(
            vocabulary_file, vocab_size=vocab_size, name="table_init",
            key_column_index=key_column_index, value_column_index=value_column_index,
            delimiter=delimiter)
        return StaticHashTable(entries, default_value)


def string_to_index(tensor, mapping, default_value=-1, name=None):
    """The ids of words by ``index_table_from_tensor(mapping)``."""
    return index_table_from_tensor(mapping, default_value=default_value, name=name).lookup(tensor)


def index_to_string(tensor, mapping, default_value="UNK", name=None):
    """The words of ids by ``index_to_string_table_from_tensor(mapping)``."""
    return index_to_string_table_from_tensor(mapping, default_value, name).lookup(tensor)
