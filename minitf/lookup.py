"""tf.lookup: tables from keys to values."""
# ruff: noqa: F401 - a namespace

from minitf.ops.lookup_ops import (
    KeyValueTensorInitializer, StaticHashTable, StaticVocabularyTable, TextFileIndex,
    TextFileInitializer)
