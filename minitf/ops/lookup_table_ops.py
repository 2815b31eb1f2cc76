"""The ops of lookup tables: tables of a session, filled, asked and changed by resource handles."""

import os

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.registry import op
from minitf.ops.common_shapes import SCALAR, UNKNOWN, merge_shapes, shape_of, with_rank
from minitf.ops.elementwise import list_text
from minitf.ops.file_ops import file_error
from minitf.ops.sparse_index import invalid
from minitf.ops.string_ops import parse_number
from minitf.ops.string_values import byte_strings, scalar_string, string_array


class Table:
    """A table in a session: values by key.

    Attributes:
      entries: {key: value}, keys as Python values, values as elements or arrays.
      value_shape: the shape of a value.
      value_dtype: its NumPy dtype.
      is_static: whether it is filled once, and does not change after that.
      filled: whether that has happened; tables that change count as filled.
    """

    def __init__(self, value_dtype, value_shape=(), is_static=False):
        self.entries = {}
        self.value_dtype = np.dtype(value_dtype)
        self.value_shape = value_shape
        self.is_static = is_static
        self.filled = not is_static

    def look_up(self, keys, default):
        """The values of an array of keys; ``default`` for those that are not there."""
        default = _elements(default, self.value_shape)[0]
        found = [self.entries.get(key, default) for key in _elements(keys)]
        return self._array(found, np.shape(keys))

    def insert(self, keys, values):
        """Sets the values of keys that are there, and adds the others."""
        expected = np.shape(keys) + self.value_shape
        if np.shape(values) != expected:
            raise invalid(f"Expected shape {list_text(expected)} for value, got "
                          f"{list_text(np.shape(values))}")
        self.entries.update(zip(_elements(keys), _elements(values, self.value_shape)))

    def fill(self, keys, values):
        """Fills a static table; a second time does nothing."""
        if self.filled:
            return
        entries = {}
        for key, value in zip(_elements(keys), _elements(values)):
            if entries.setdefault(key, value) != value:
                raise errors.FailedPreconditionError(
                    None, None, f"HashTable has different value for same key. Key {_text(key)} has "
                                f"{_text(entries[key])} and trying to add value {_text(value)}")
        self.entries, self.filled = entries, True

    def exported(self, key_dtype):
        """(keys, values) as arrays."""
        keys = list(self.entries)
        key_array = (string_array(keys, (len(keys),)) if key_dtype == dtypes.string
                     else np.array(keys, key_dtype.as_numpy_dtype))
        return key_array, self._array(list(self.entries.values()), (len(keys),))

    def _array(self, values, shape):
        array = np.empty((len(values), *self.value_shape), self.value_dtype)
        for i, value in enumerate(values):
            array[i, ...] = value
        return array.reshape((*shape, *self.value_shape))


def _elements(array, shape=()):
    """The elements of an array as Python values; or its parts of a shape, as arrays."""
    array = np.asarray(array)
    if shape:
        return list(array.reshape((-1, *shape)))
    return byte_strings(array) if array.dtype == object else array.ravel().tolist()


def _text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


# ---- HashTableV2, MutableHashTableV2, MutableHashTableOfTensorsV2 ----

_TABLE = ("(; container: string = '', shared_name: string = '',"
          " use_node_name_sharing: bool = False, key_dtype, value_dtype{}) -> "
          "(table_handle: resource)")
HashTableV2 = op("HashTableV2" + _TABLE.format(""), stateful=True).not_differentiable()
MutableHashTableV2 = op("MutableHashTableV2" + _TABLE.format(""),
                        stateful=True).not_differentiable()
MutableHashTableOfTensorsV2 = op(
    "MutableHashTableOfTensorsV2" + _TABLE.format(", value_shape: shape = []"),
    stateful=True).not_differentiable()


def _scalar_shape():
    return SCALAR


for _op_type in (HashTableV2, MutableHashTableV2, MutableHashTableOfTensorsV2):
    _op_type.shape(_scalar_shape)


@HashTableV2.kernel
def _(value_dtype, ctx):
    return ctx.resource(lambda: Table(value_dtype.as_numpy_dtype, is_static=True))


@MutableHashTableV2.kernel
def _(value_dtype, ctx):
    return ctx.resource(lambda: Table(value_dtype.as_numpy_dtype))


@MutableHashTableOfTensorsV2.kernel
def _(value_dtype, value_shape, ctx):
    return ctx.resource(lambda: Table(value_dtype.as_numpy_dtype, value_shape._dims))


def _value_dims(handle):
    """The shape of a value of the table behind a handle; None when it is not known."""
    if handle.op.type not in ("HashTableV2", "MutableHashTableV2", "MutableHashTableOfTensorsV2"):
        return None
    attrs = handle.op._attrs
    return attrs["value_shape"]._dims if "value_shape" in attrs else ()


# ---- LookupTableFindV2, LookupTableSizeV2, LookupTableExportV2 ----

LookupTableFindV2 = op(
    "LookupTableFindV2(table_handle: resource, keys: Tin, default_value: Tout; Tin, Tout)"
    " -> (values: Tout)", stateful=True).not_differentiable()
LookupTableSizeV2 = op("LookupTableSizeV2(table_handle: resource) -> (size: int64)",
                       stateful=True).not_differentiable()
LookupTableExportV2 = op(
    "LookupTableExportV2(table_handle: resource; Tkeys, Tvalues)"
    " -> (keys: Tkeys, values: Tvalues)", stateful=True).not_differentiable()


@LookupTableFindV2.shape
def _(table_handle, keys):
    with_rank(table_handle.shape, 0)
    value = _value_dims(table_handle)
    if value is None or keys.shape._dims is None:
        return UNKNOWN
    return shape_of((*keys.shape._dims, *value))


@LookupTableSizeV2.shape
def _(table_handle):
    return with_rank(table_handle.shape, 0)


@LookupTableExportV2.shape
def _(table_handle):
    with_rank(table_handle.shape, 0)
    value = _value_dims(table_handle)
    return [shape_of([None]), UNKNOWN if value is None else shape_of((None, *value))]


@LookupTableFindV2.kernel
def _(table_handle, keys, default_value):
    if not table_handle.filled:
        raise errors.FailedPreconditionError(None, None, "Table not initialized.")
    return table_handle.look_up(keys, default_value)


@LookupTableSizeV2.kernel
def _(table_handle):
    return np.int64(len(table_handle.entries))


@LookupTableExportV2.kernel
def _(table_handle, Tkeys):
    if not table_handle.filled:
        raise errors.AbortedError(None, None, "HashTable is not initialized.")
    return table_handle.exported(Tkeys)


# ---- LookupTableInsertV2, LookupTableImportV2, LookupTableRemoveV2, InitializeTableV2 ----

LookupTableInsertV2 = op(
    "LookupTableInsertV2(table_handle: resource, keys: Tin, values: Tout; Tin, Tout) -> ()",
    stateful=True).not_differentiable()
LookupTableImportV2 = op(
    "LookupTableImportV2(table_handle: resource, keys: Tin, values: Tout; Tin, Tout) -> ()",
    stateful=True).not_differentiable()
LookupTableRemoveV2 = op("LookupTableRemoveV2(table_handle: resource, keys: Tin; Tin) -> ()",
                         stateful=True).not_differentiable()
InitializeTableV2 = op(
    "InitializeTableV2(table_handle: resource, keys: Tkey, values: Tval; Tkey, Tval) -> ()",
    stateful=True).not_differentiable()


@LookupTableInsertV2.shape
def _(table_handle):
    with_rank(table_handle.shape, 0)
    return []


@LookupTableImportV2.shape
def _(table_handle, keys, values):
    with_rank(table_handle.shape, 0)
    key_shape, value = with_rank(keys.shape, 1), _value_dims(table_handle)
    if value == ():
        merge_shapes(key_shape, with_rank(values.shape, 1))
    return []


@LookupTableRemoveV2.shape
def _(table_handle):
    with_rank(table_handle.shape, 0)
    return []


@InitializeTableV2.shape
def _(table_handle, keys, values):
    with_rank(table_handle.shape, 0)
    merge_shapes(with_rank(keys.shape, 1), values.shape)
    return []


@LookupTableInsertV2.kernel
def _(table_handle, keys, values):
    table_handle.insert(keys, values)


@LookupTableImportV2.kernel
def _(table_handle, keys, values):
    if table_handle.is_static:
        table_handle.fill(keys, values)
    else:
        table_handle.entries.clear()
        table_handle.insert(keys, values)


@LookupTableRemoveV2.kernel
def _(table_handle, keys):
    for key in _elements(keys):
        table_handle.entries.pop(key, None)


@InitializeTableV2.kernel
def _(table_handle, keys, values):
    table_handle.fill(keys, values)


# ---- InitializeTableFromTextFileV2 ----

WHOLE_LINE, LINE_NUMBER = -2, -1

InitializeTableFromTextFileV2 = op(
    "InitializeTableFromTextFileV2(table_handle: resource, filename: string; key_index: int >= -2,"
    r" value_index: int >= -2, vocab_size: int >= -1 = -1, delimiter: string = '\t') -> ()",
    stateful=True).not_differentiable()


@InitializeTableFromTextFileV2.shape
def _(table_handle, filename):
    with_rank(table_handle.shape, 0)
    with_rank(filename.shape, 0)
    return []


@InitializeTableFromTextFileV2.kernel
def _(table_handle, filename, key_index, value_index, vocab_size, delimiter, ctx):
    path = os.fsdecode(scalar_string(filename))
    attrs = ctx.op.inputs[0].op._attrs
    columns = [(key_index, attrs["key_dtype"]), (value_index, attrs["value_dtype"])]
    keys, values = [], []
    read = 0
    for i, line in enumerate(_lines(path, vocab_size)):
        read += len(line) + 1
        if not line:
            raise invalid(f"Invalid content in {path}: empty line found at position {read}.")
        parts = line.split(delimiter)
        highest = max(key_index, value_index)
        if highest >= len(parts):
            raise invalid(f"Invalid number of columns in {path} line {i} ({_text(line)}) : "
                          f"expected {highest} got {len(parts)}")
        for column, (index, dtype) in zip((keys, values), columns):
            column.append(_field(line, parts, i, index, dtype))
    table_handle.fill(_column(keys, attrs["key_dtype"]), _column(values, attrs["value_dtype"]))


def _lines(path, vocab_size):
    """The lines of a file, or the first ``vocab_size`` of them.

    Raises:
      NotFoundError, OutOfRangeError, InvalidArgumentError: no such file, an empty one, or one with
      fewer lines.
    """
    try:
        with open(path, "rb") as stream:
            content = stream.read()
    except OSError as error:
        raise file_error(error, path) from None
    if not content:
        raise errors.OutOfRangeError(None, None, "Read less bytes than requested")
    lines = [line.rstrip(b"\r") for line in content.removesuffix(b"\n").split(b"\n")]
    if vocab_size == -1:
        return lines
    if len(lines) < vocab_size:
        raise invalid(f"Invalid vocab_size in {path}: expected {vocab_size} but got {len(lines)}")
    return lines[:vocab_size]


def _field(line, parts, number, index, dtype):
    if index == LINE_NUMBER:
        return number
    text = line if index == WHOLE_LINE else parts[index]
    if dtype == dtypes.string:
        return text
    value = parse_number(text, np.dtype(dtype.as_numpy_dtype))
    if value is None:
        raise invalid(f"Field {_text(text)} in line {number} is not a valid {dtype.opdef_name}.")
    return value


def _column(values, dtype):
    if dtype == dtypes.string:
        return string_array(values, (len(values),))
    return np.array(values, dtype.as_numpy_dtype)
