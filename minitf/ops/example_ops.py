"""tf.parse_example and tf.parse_single_example: serialized Example messages as tensors."""

import numpy as np

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops import array_ops, cond_ops, control_flow_ops, math_ops
from minitf.ops.common_shapes import concatenate, shape_of, with_rank
from minitf.ops.elementwise import list_text
from minitf.ops.example_features import (
    FixedLenFeature, FixedLenSequenceFeature, Request, SparseFeature, VarLenFeature, feature_values,
    name_of, values_array, with_sparse_features, with_unknown_length)
from minitf.ops.sparse_index import invalid
from minitf.ops.string_values import byte_strings

_EXAMPLE_KINDS = (VarLenFeature, SparseFeature, FixedLenFeature, FixedLenSequenceFeature)


def parse_example(serialized, features, name=None, example_names=None):
    """A batch of serialized Example messages as tensors (TF op: ParseExample).

    Args:
      serialized: a string vector, an Example each.
      features: {key: FixedLenFeature, FixedLenSequenceFeature, VarLenFeature or SparseFeature}.
      name: the name scope.
      example_names: a string vector of names for error messages, or None.

    Returns:
      {key: tensor of shape [batch, *shape] or SparseTensor}.

    Raises:
      ValueError: features that are not well described.
      InvalidArgumentError: at run time, an example that lacks a feature or has another of it.
    """
    if not features:
        raise ValueError(f"Missing: features was {features}.")
    features = with_unknown_length(features)
    outputs = _parse_batch(serialized, example_names, Request(features, _EXAMPLE_KINDS), name)
    return with_sparse_features(features, outputs)


def _parse_batch(serialized, names, request, name):
    with name_scope(name, "ParseExample", [serialized, names]):
        defaults = request.default_tensors()
        parsed = ParseExample(
            serialized, [] if names is None else names, request.sparse_keys, request.dense_keys,
            defaults, sparse_types=request.sparse_types, dense_shapes=request.dense_shapes,
            name=name)
        return by_key(request, parsed)


def by_key(request, parsed):
    """The outputs of a parsing op, in its order: SparseTensors, then dense tensors."""
    sparse = [SparseTensor(*parts) for parts in zip(*parsed[:3])]
    return dict(zip(request.sparse_keys + request.dense_keys, sparse + list(parsed[3])))


def parse_single_example(serialized, features, name=None, example_names=None):
    """One serialized Example message as tensors (TF op: ParseSingleExample).

    Args:
      serialized: a scalar string.
      features: as for parse_example.
      name: the name scope.
      example_names: a scalar string for error messages; it is parsed as a batch of one then.

    Returns:
      {key: tensor of the feature's shape, or SparseTensor}.

    Raises:
      ValueError, InvalidArgumentError: as parse_example.
    """
    if not features:
        raise ValueError("Missing features.")
    features = with_unknown_length(features)
    request = Request(features, _EXAMPLE_KINDS)
    parse = _parse_one if example_names is None else _parse_batch_of_one
    return with_sparse_features(features, parse(serialized, example_names, request, name))


def _parse_one(serialized, example_names, request, name):
    with name_scope(name, "ParseSingleExample", [serialized]):
        serialized = convert_to_tensor(serialized, name="serialized")
        parsed = ParseSingleExample(
            serialized, request.default_tensors(), num_sparse=len(request.sparse_keys),
            sparse_keys=request.sparse_keys, sparse_types=request.sparse_types,
            dense_keys=request.dense_keys, dense_shapes=request.dense_shapes, name=name)
        return by_key(request, parsed)


def _parse_batch_of_one(serialized, example_name, request, name):
    with name_scope(name, "ParseSingleExample", [serialized, example_name]):
        serialized = _row_of_scalar(serialized, "serialized", "Serialized")
        names = _row_of_scalar(example_name, "names", "Names")
        outputs = _parse_batch(serialized, names, request, name)
        for key in request.dense_keys:
            outputs[key] = array_ops.squeeze(outputs[key], [0], name=f"Squeeze_{name_of(key)}")
        for key in request.sparse_keys:
            batch, text = outputs[key], name_of(key)
            indices = array_ops.slice(batch.indices, [0, 1], [-1, -1], name=f"Slice_Indices_{text}")
            shape = array_ops.slice(batch.dense_shape, [1], [-1], name=f"Squeeze_Shape_{text}")
            outputs[key] = SparseTensor(indices, batch.values, shape)
        return outputs


def _row_of_scalar(value, what, title):
    """A scalar, checked now or at run time to be one, as a vector of one."""
    value = convert_to_tensor(value)
    message = f"Input {what} must be a scalar"
    if value.shape.ndims is None:
        is_scalar = cond_ops.Assert(math_ops.equal(array_ops.rank(value), 0), [message],
                                    name=f"{title}IsScalar")
        value = control_flow_ops.with_dependencies([is_scalar], value, name=f"{title}Dependencies")
    elif value.shape.ndims != 0:
        raise ValueError(message)
    return array_ops.expand_dims(value, 0)


# ---- ParseExample ----

_TYPES = "float int64 string"
ParseExample = op(
    "ParseExample(serialized: string, names: string, sparse_keys: Nsparse * string,"
    " dense_keys: Ndense * string, dense_defaults: Tdense; Nsparse: int >= 0, Ndense: int >= 0,"
    " sparse_types: list(type) >= 0, Tdense: list(type) >= 0, dense_shapes: list(shape) >= 0)"
    " -> (sparse_indices: Nsparse * int64, sparse_values: sparse_types,"
    " sparse_shapes: Nsparse * int64, dense_values: Tdense)",
    sparse_types=_TYPES, Tdense=_TYPES)


@ParseExample.shape
def _(serialized, names, sparse_types, dense_shapes):
    batch = with_rank(serialized.shape, 1)._dims
    with_rank(names.shape, 1)
    count = len(sparse_types)
    return ([shape_of([None, 2])] * count + [shape_of([None])] * count + [shape_of([2])] * count
            + [shape_of(concatenate(batch, shape._dims)) for shape in dense_shapes])


@ParseExample.kernel
def _(serialized, names, sparse_keys, dense_keys, dense_defaults, sparse_types, Tdense,
      dense_shapes):
    names = byte_strings(names)
    batch = byte_strings(serialized)
    if names and len(names) != len(batch):
        raise invalid(f"Expected len(names) == len(serialized), but got: {len(names)} vs. "
                      f"{len(batch)}")
    names = [name.decode("utf-8", "replace") for name in names] or ["<unknown>"] * len(batch)
    examples = [example_features(item) for item in batch]
    sparse = [_sparse_batch(examples, _text(key), dtype, names)
              for key, dtype in zip(sparse_keys, sparse_types)]
    dense = []
    for key, dtype, shape, default in zip(dense_keys, Tdense, dense_shapes, dense_defaults):
        _check_default(len(dense), shape, default)
        batched = _padded_batch if variable_length(shape) else _dense_batch
        dense.append(batched(examples, _text(key), dtype, shape, np.asarray(default), names))
    return [part for parts in zip(*sparse) for part in parts] + dense


def _text(key):
    return byte_strings(key)[0].decode("utf-8", "replace")


def example_features(serialized):
    """The map of features of a serialized Example."""
    from google.protobuf import message

    from minitf.framework import protos

    try:
        return protos.Example.FromString(serialized).features.feature
    except message.DecodeError:
        raise invalid("Could not parse example input, value: "
                      f"'{serialized.decode('utf-8', 'replace')}'") from None


def variable_length(shape):
    """Whether a dense feature's first dimension is unknown."""
    return bool(shape._dims) and shape._dims[0] is None


def _check_default(number, shape, default):
    if variable_length(shape):
        if np.size(default) != 1:
            raise invalid(f"dense_shape[{number}] is a variable length shape: {shape_text(shape)}, "
                          f"therefore def_value[{number}] must contain a single element (the "
                          f"padding element).  But its shape is: {list_text(np.shape(default))}")
    elif np.size(default) and np.shape(default) != shape._dims:
        raise invalid(f"def_value[{number}].shape() == {list_text(np.shape(default))} is not "
                      f"compatible with dense_shapes_[{number}] == {shape_text(shape)}")


def shape_text(shape):
    """A shape that may be partly unknown, as run-time messages write it."""
    return list_text("?" if dim is None else dim for dim in shape._dims)


def _where(names, key, i):
    return f"Name: {names[i]}, Key: {key}, Index: {i}.  "


_SPARSE_MISMATCH = "Data types don't match. Expected type: {expected}, Actual type: {got}"
_DENSE_MISMATCH = "Data types don't match. Data type: {got} but expected type: {expected}"


def _mismatch(where, dtype, message):
    """What feature_values is to raise for values of another type than ``dtype``."""
    return lambda got: invalid(where + message.format(expected=dtype.opdef_name, got=got))


def required(prefix, key, dtype):
    """The error for a feature without default that an example lacks."""
    return invalid(f"{prefix}Feature: {key} (data type: {dtype.opdef_name}) is required but could "
                   "not be found.")


def _sparse_batch(examples, key, dtype, names):
    """(indices, values, shape) of a feature of all examples."""
    rows = []
    for i, features in enumerate(examples):
        mismatch = _mismatch(_where(names, key, i), dtype, _SPARSE_MISMATCH)
        rows.append(feature_values(features, key, dtype, mismatch) or ())
    return sparse_rows(rows, dtype)


def sparse_rows(rows, dtype):
    """(indices, values, shape) of a sparse matrix with these rows, lists of values."""
    lengths = [len(row) for row in rows]
    row_of = np.repeat(np.arange(len(rows)), lengths)
    starts = np.cumsum([0, *lengths])[row_of]
    indices = np.stack([row_of, np.arange(len(row_of)) - starts], axis=1).astype(np.int64)
    values = values_array([value for row in rows for value in row], dtype)
    return indices, values, np.array([len(rows), max(lengths, default=0)], np.int64)


def _dense_batch(examples, key, dtype, shape, default, names):
    size = int(np.prod(shape._dims, dtype=np.int64))
    batch = np.empty((len(examples), *shape._dims), dtype.as_numpy_dtype)
    for i, features in enumerate(examples):
        mismatch = _mismatch(_where(names, key, i), dtype, _DENSE_MISMATCH)
        values = feature_values(features, key, dtype, mismatch)
        if values is None:
            if default.size == 0:
                raise required(f"Name: {names[i]}, ", key, dtype)
            batch[i, ...] = default
        elif len(values) != size:
            raise invalid(f"{_where(names, key, i)}Number of {dtype.opdef_name} values != "
                          f"expected.  Values size: {len(values)} but output shape: "
                          f"{shape_text(shape)}")
        else:
            batch[i, ...] = values_array(values, dtype, shape._dims)
    return batch


def _padded_batch(examples, key, dtype, shape, default, names):
    item = shape._dims[1:]
    stride = int(np.prod(item, dtype=np.int64))
    rows = []
    for i, features in enumerate(examples):
        mismatch = _mismatch(_where(names, key, i), dtype, _DENSE_MISMATCH)
        values = feature_values(features, key, dtype, mismatch) or ()
        if len(values) % stride:
            raise invalid(f"{_where(names, key, i)}Number of {dtype.opdef_name} values is not a "
                          f"multiple of stride length. Saw {len(values)} values but output shape "
                          f"is: {shape_text(shape)}")
        rows.append(values_array(values, dtype, (-1, *item)))
    longest = max((len(row) for row in rows), default=0)
    batch = np.full((len(rows), longest, *item), default.ravel()[0], dtype.as_numpy_dtype)
    for i, row in enumerate(rows):
        batch[i, :len(row)] = row
    return batch


# ---- ParseSingleExample ----

ParseSingleExample = op(
    "ParseSingleExample(serialized: string, dense_defaults: Tdense; num_sparse: int >= 0,"
    " sparse_keys: list(string) >= 0, dense_keys: list(string) >= 0, sparse_types: list(type) >= 0,"
    " Tdense: list(type) >= 0, dense_shapes: list(shape) >= 0)"
    " -> (sparse_indices: num_sparse * int64, sparse_values: sparse_types,"
    " sparse_shapes: num_sparse * int64, dense_values: Tdense)",
    sparse_types=_TYPES, Tdense=_TYPES)


@ParseSingleExample.shape
def _(serialized, num_sparse, dense_shapes):
    with_rank(serialized.shape, 0)
    return ([shape_of([None, 1])] * num_sparse + [shape_of([None])] * num_sparse
            + [shape_of([1])] * num_sparse + list(dense_shapes))


@ParseSingleExample.kernel
def _(serialized, dense_defaults, sparse_keys, dense_keys, sparse_types, Tdense, dense_shapes):
    features = example_features(byte_strings(serialized)[0])
    sparse = []
    for key, dtype in zip(sparse_keys, sparse_types):
        key = key.decode("utf-8", "replace")
        mismatch = _mismatch(f"Key: {key}.  ", dtype, _SPARSE_MISMATCH)
        values = feature_values(features, key, dtype, mismatch) or ()
        places = np.arange(len(values), dtype=np.int64)[:, None]
        sparse.append((places, values_array(values, dtype), np.array([len(values)], np.int64)))
    dense = []
    for key, dtype, shape, default in zip(dense_keys, Tdense, dense_shapes, dense_defaults):
        _check_default(len(dense), shape, default)
        dense.append(_dense_value(features, key.decode("utf-8", "replace"), dtype, shape,
                                  np.asarray(default)))
    return [part for parts in zip(*sparse) for part in parts] + dense


def _dense_value(features, key, dtype, shape, default):
    values = feature_values(features, key, dtype,
                            _mismatch(f"Key: {key}.  ", dtype, _DENSE_MISMATCH))
    is_sequence = variable_length(shape)
    if values is None:
        if is_sequence:
            values = ()
        elif default.size:
            return default
        else:
            raise required("", key, dtype)
    item = shape._dims[1:] if is_sequence else shape._dims
    size = int(np.prod(item, dtype=np.int64))
    if len(values) % size if is_sequence else len(values) != size:
        raise invalid(f"Key: {key}.  Can't parse serialized Example.")
    return values_array(values, dtype, (-1, *item) if is_sequence else item)
