"""tf.io.parse_sequence_example and its like: serialized SequenceExample messages as tensors."""

import numpy as np

from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.ops.common_shapes import concatenate, shape_of, with_rank
from minitf.ops.example_features import (
    FixedLenFeature, FixedLenSequenceFeature, Request, VarLenFeature, feature_values, values_array)
from minitf.ops.example_ops import by_key, required, shape_text, sparse_rows
from minitf.ops.sparse_index import invalid
from minitf.ops.string_values import byte_strings


def parse_sequence_example(serialized, context_features=None, sequence_features=None,
                           example_names=None, name=None):
    """A batch of serialized SequenceExamples as tensors (TF op: ParseSequenceExample).

    Args:
      serialized: a string vector, a SequenceExample each.
      context_features: {key: FixedLenFeature or VarLenFeature}, or None.
      sequence_features: {key: FixedLenSequenceFeature or VarLenFeature}, or None.
      example_names: a string vector of names for error messages, or None.
      name: the name scope.

    Returns:
      (context, sequences, lengths): dictionaries of tensors by key. Dense sequences are
      [batch, longest, *shape], with zeros at the end of the shorter ones; ``lengths`` has the
      number of steps of each. Sparse ones are [batch, longest, most values of a step].

    Raises:
      ValueError: features that are not well described.
      InvalidArgumentError: at run time, an example that lacks a feature or has another of it.
    """
    context, sequences, may_be_missing = _requests(context_features, sequence_features)
    with name_scope(name, "ParseSequenceExample", [serialized]):
        defaults = context.default_tensors(reshape=False)
        parsed = ParseSequenceExample(
            serialized, [] if example_names is None else example_names, defaults,
            feature_list_dense_missing_assumed_empty=may_be_missing,
            context_sparse_keys=context.sparse_keys, context_dense_keys=context.dense_keys,
            feature_list_sparse_keys=sequences.sparse_keys,
            feature_list_dense_keys=sequences.dense_keys,
            Ncontext_sparse=len(context.sparse_keys), Ncontext_dense=len(context.dense_keys),
            Nfeature_list_sparse=len(sequences.sparse_keys),
            Nfeature_list_dense=len(sequences.dense_keys), **_types(context, sequences), name=name)
        return (by_key(context, parsed[:4]), by_key(sequences, parsed[4:8]),
                dict(zip(sequences.dense_keys, parsed[8])))


def parse_single_sequence_example(serialized, context_features=None, sequence_features=None,
                                  example_name=None, name=None):
    """One serialized SequenceExample as tensors (TF op: ParseSingleSequenceExample).

    Args:
      serialized: a scalar string.
      context_features, sequence_features: as for parse_sequence_example.
      example_name: a scalar string for error messages, or None.
      name: the name scope.

    Returns:
      (context, sequences): dictionaries of tensors by key; dense sequences are [steps, *shape].

    Raises:
      ValueError, InvalidArgumentError: as parse_sequence_example.
    """
    context, sequences, may_be_missing = _requests(context_features, sequence_features)
    with name_scope(name, "ParseSingleSequenceExample", [serialized]):
        defaults = context.default_tensors()
        parsed = ParseSingleSequenceExample(
            serialized, may_be_missing, context.sparse_keys, context.dense_keys,
            sequences.sparse_keys, sequences.dense_keys, defaults,
            "" if example_name is None else example_name, **_types(context, sequences), name=name)
        return by_key(context, parsed[:4]), by_key(sequences, parsed[4:])


def _requests(context_features, sequence_features):
    """(context, sequences, keys of sequences that may be missing)"""
    if not context_features and not sequence_features:
        raise ValueError("Missing features.")
    context = Request(context_features, (VarLenFeature, FixedLenFeature))
    sequences = Request(sequence_features, (VarLenFeature, FixedLenSequenceFeature))
    for key, value in sequences.dense_defaults.items():
        if value is not None:
            raise ValueError(f"Value feature_list_dense_defaults[{key}] must be None")
    return context, sequences, list(sequences.dense_defaults)


def _types(context, sequences):
    return {"context_sparse_types": context.sparse_types,
            "context_dense_shapes": context.dense_shapes,
            "feature_list_sparse_types": sequences.sparse_types,
            "feature_list_dense_types": sequences.dense_types,
            "feature_list_dense_shapes": sequences.dense_shapes}


_TYPES = "float int64 string"
_ALLOWED = dict.fromkeys(["context_sparse_types", "Tcontext_dense", "feature_list_dense_types",
                          "feature_list_sparse_types"], _TYPES)
_ATTRS = ("Ncontext_sparse: int >= 0 = 0, Ncontext_dense: int >= 0 = 0,"
          " Nfeature_list_sparse: int >= 0 = 0, Nfeature_list_dense: int >= 0 = 0,"
          " context_sparse_types: list(type) >= 0 = [], Tcontext_dense: list(type) >= 0 = [],"
          " feature_list_dense_types: list(type) >= 0 = [],"
          " context_dense_shapes: list(shape) >= 0 = [],"
          " feature_list_sparse_types: list(type) >= 0 = [],"
          " feature_list_dense_shapes: list(shape) >= 0 = []")
_OUTPUTS = ("context_sparse_indices: Ncontext_sparse * int64,"
            " context_sparse_values: context_sparse_types,"
            " context_sparse_shapes: Ncontext_sparse * int64, context_dense_values: Tcontext_dense,"
            " feature_list_sparse_indices: Nfeature_list_sparse * int64,"
            " feature_list_sparse_values: feature_list_sparse_types,"
            " feature_list_sparse_shapes: Nfeature_list_sparse * int64,"
            " feature_list_dense_values: feature_list_dense_types")

ParseSequenceExample = op(
    "ParseSequenceExample(serialized: string, debug_name: string,"
    " context_dense_defaults: Tcontext_dense;"
    " feature_list_dense_missing_assumed_empty: list(string) >= 0,"
    " context_sparse_keys: list(string) >= 0, context_dense_keys: list(string) >= 0,"
    " feature_list_sparse_keys: list(string) >= 0, feature_list_dense_keys: list(string) >= 0,"
    f" {_ATTRS}) -> ({_OUTPUTS}, feature_list_dense_lengths: Nfeature_list_dense * int64)",
    **_ALLOWED)
ParseSingleSequenceExample = op(
    "ParseSingleSequenceExample(serialized: string,"
    " feature_list_dense_missing_assumed_empty: string,"
    " context_sparse_keys: Ncontext_sparse * string, context_dense_keys: Ncontext_dense * string,"
    " feature_list_sparse_keys: Nfeature_list_sparse * string,"
    " feature_list_dense_keys: Nfeature_list_dense * string,"
    f" context_dense_defaults: Tcontext_dense, debug_name: string; {_ATTRS}) -> ({_OUTPUTS})",
    **_ALLOWED)


def _sparse_shapes(count, rank):
    return ([shape_of([None, rank])] * count + [shape_of([None])] * count
            + [shape_of([rank])] * count)


@ParseSequenceExample.shape
def _(serialized, debug_name, Ncontext_sparse, Nfeature_list_sparse, context_dense_shapes,
      feature_list_dense_shapes):
    batch = with_rank(serialized.shape, 1)._dims
    with_rank(debug_name.shape, 1)
    return (_sparse_shapes(Ncontext_sparse, 2)
            + [shape_of(concatenate(batch, shape._dims)) for shape in context_dense_shapes]
            + _sparse_shapes(Nfeature_list_sparse, 3)
            + [shape_of(concatenate(batch, (None,), shape._dims))
               for shape in feature_list_dense_shapes]
            + [shape_of(batch)] * len(feature_list_dense_shapes))


@ParseSingleSequenceExample.shape
def _(serialized, feature_list_dense_missing_assumed_empty, Ncontext_sparse, Nfeature_list_sparse,
      context_dense_shapes, feature_list_dense_shapes):
    with_rank(serialized.shape, 0)
    with_rank(feature_list_dense_missing_assumed_empty.shape, 1)
    return (_sparse_shapes(Ncontext_sparse, 1) + list(context_dense_shapes)
            + _sparse_shapes(Nfeature_list_sparse, 2)
            + [shape_of(concatenate((None,), shape._dims)) for shape in feature_list_dense_shapes])


def _by_parts(sparse):
    """[(indices, values, shape), ...] as all indices, all values, all shapes."""
    return [part for parts in zip(*sparse) for part in parts]


def _sequence_example(serialized, message):
    from google.protobuf.message import DecodeError

    from minitf.framework import protos

    try:
        return protos.SequenceExample.FromString(serialized)
    except DecodeError:
        raise invalid(message) from None


# ---- a batch ----


@ParseSequenceExample.kernel
def _(serialized, debug_name, context_dense_defaults, feature_list_dense_missing_assumed_empty,
      context_sparse_keys, context_dense_keys, feature_list_sparse_keys, feature_list_dense_keys,
      context_sparse_types, Tcontext_dense, feature_list_dense_types, context_dense_shapes,
      feature_list_sparse_types, feature_list_dense_shapes):
    batch = byte_strings(serialized)
    names = [name.decode() for name in byte_strings(debug_name)]
    if names and len(names) != len(batch):
        raise invalid("example_names must be empty or have the correct number of elements")
    names = names or ["<unknown>"] * len(batch)
    examples = [_sequence_example(item, f"Invalid protocol message input, example id: {name}")
                for item, name in zip(batch, names)]
    contexts = [(example.context.feature, name) for example, name in zip(examples, names)]
    lists = [(example.feature_lists.feature_list, name) for example, name in zip(examples, names)]
    context_sparse = [
        sparse_rows([_context_values(features, key, dtype, name) or () for features, name in
                     contexts], dtype)
        for key, dtype in zip(_texts(context_sparse_keys), context_sparse_types)]
    context_dense = [
        _batched_context(contexts, key, dtype, shape, np.asarray(default))
        for key, dtype, shape, default in zip(_texts(context_dense_keys), Tcontext_dense,
                                              context_dense_shapes, context_dense_defaults)]
    list_sparse = [
        _batched_steps([_list_values(sequences, key, dtype, name) or () for sequences, name in
                        lists], dtype)
        for key, dtype in zip(_texts(feature_list_sparse_keys), feature_list_sparse_types)]
    list_dense = [
        _padded_sequences(lists, key, dtype, shape,
                          key.encode() in feature_list_dense_missing_assumed_empty)
        for key, dtype, shape in zip(_texts(feature_list_dense_keys), feature_list_dense_types,
                                     feature_list_dense_shapes)]
    return [*_by_parts(context_sparse), *context_dense, *_by_parts(list_sparse),
            *_by_parts(list_dense)]


def _texts(keys):
    return [key.decode() for key in keys]


def _context_values(features, key, dtype, name):
    return feature_values(features, key, dtype, lambda got: invalid(
        f"Error in context feature {key} in example {name}"))


def _list_values(sequences, key, dtype, name):
    """The values of each step, None when the feature is not there."""
    if key not in sequences:
        return None
    return [feature_values({key: step}, key, dtype, lambda got: invalid(
        f"Error in sequence feature {key} in example {name}")) or ()
            for step in sequences[key].feature]


def _batched_context(contexts, key, dtype, shape, default):
    rows = [_context_values(features, key, dtype, name) for features, name in contexts]
    most = max((len(row) for row in rows if row is not None), default=default.size)
    size = int(np.prod(shape._dims, dtype=np.int64))
    if most != size:
        raise invalid(f"Inconsistent number of elements for feature {key}: {most} vs 1")
    batch = np.empty((len(rows), *shape._dims), dtype.as_numpy_dtype)
    for i, row in enumerate(rows):
        if row is None and not default.size:
            raise required("", key, dtype)
        if row is not None and len(row) != size:
            raise invalid(f"Unexpected number of elements in feature {key}, example "
                          f"{contexts[i][1]}")
        batch[i, ...] = default if row is None else values_array(row, dtype, shape._dims)
    return batch


def _batched_steps(examples, dtype):
    """(indices, values, shape) of lists of steps of values: [batch, steps, values]."""
    places = [(i, j, k) for i, steps in enumerate(examples) for j, step in enumerate(steps)
              for k in range(len(step))]
    values = [value for steps in examples for step in steps for value in step]
    shape = [len(examples), max((len(steps) for steps in examples), default=0),
             max((len(step) for steps in examples for step in steps), default=0)]
    return (np.array(places, np.int64).reshape(-1, 3), values_array(values, dtype),
            np.array(shape, np.int64))


def _padded_sequences(lists, key, dtype, shape, may_be_missing):
    """(the padded batch, the lengths)"""
    size = int(np.prod(shape._dims, dtype=np.int64))
    found = []
    for sequences, name in lists:
        steps = _list_values(sequences, key, dtype, name)
        if steps is None and not may_be_missing:
            raise invalid(f"Missing feature {key} in example {name}")
        found.append(steps or ())
    if size and max((sum(map(len, steps)) for steps in found), default=0) % size:
        raise invalid(f"Unexpected shape error in feature {key}")
    longest = max(map(len, found), default=0)
    padding = b"" if np.dtype(dtype.as_numpy_dtype) == object else 0
    batch = np.full((len(found), longest, *shape._dims), padding, dtype.as_numpy_dtype)
    for i, steps in enumerate(found):
        if any(len(step) != size for step in steps):
            raise invalid(f"Unexpected number of elements in feature {key}, example {lists[i][1]}")
        for j, step in enumerate(steps):
            batch[i, j, ...] = values_array(step, dtype, shape._dims)
    return batch, np.array(list(map(len, found)), np.int64)


# ---- one ----


@ParseSingleSequenceExample.kernel
def _(serialized, feature_list_dense_missing_assumed_empty, context_sparse_keys, context_dense_keys,
      feature_list_sparse_keys, feature_list_dense_keys, context_dense_defaults, debug_name,
      context_sparse_types, Tcontext_dense, feature_list_dense_types, context_dense_shapes,
      feature_list_sparse_types, feature_list_dense_shapes):
    data = byte_strings(serialized)[0]
    name = f"Name: {byte_strings(debug_name)[0].decode()}, "
    example = _sequence_example(data, "Could not parse example input, value: "
                                      f"'{data.decode('utf-8', 'replace')}'")
    features, lists = example.context.feature, example.feature_lists.feature_list
    may_be_missing = byte_strings(feature_list_dense_missing_assumed_empty)
    context_sparse = []
    for key, dtype in zip(_scalar_texts(context_sparse_keys), context_sparse_types):
        values = _single_context(features, key, dtype, name) or ()
        places = np.arange(len(values), dtype=np.int64)[:, None]
        context_sparse.append((places, values_array(values, dtype),
                               np.array([len(values)], np.int64)))
    context_dense = []
    for key, dtype, shape, default in zip(_scalar_texts(context_dense_keys), Tcontext_dense,
                                          context_dense_shapes, context_dense_defaults):
        values = _single_context(features, key, dtype, name)
        if values is None and not np.size(default):
            raise invalid(f"{name}Context feature '{key}' is required but could not be found.")
        context_dense.append(np.asarray(default) if values is None else _sized(
            values, dtype, shape, name, key, 0))
    list_sparse = [sparse_rows(_steps(lists, key, dtype, f"{name}Feature List: {key}") or [], dtype)
                   for key, dtype in zip(_scalar_texts(feature_list_sparse_keys),
                                         feature_list_sparse_types)]
    list_dense = [_single_list(lists, key, dtype, shape, name, key.encode() in may_be_missing)
                  for key, dtype, shape in zip(_scalar_texts(feature_list_dense_keys),
                                               feature_list_dense_types, feature_list_dense_shapes)]
    return [*_by_parts(context_sparse), *context_dense, *_by_parts(list_sparse), *list_dense]


def _scalar_texts(keys):
    return [byte_strings(key)[0].decode() for key in keys]


def _single_context(features, key, dtype, name):
    return feature_values(features, key, dtype, lambda got: invalid(
        f"{name}Context feature: {key}.  Data types don't match. Expected type: {dtype.opdef_name}"
        f"  Feature is: {features[key]}"))


def _steps(lists, key, dtype, where, must_have=False):
    """The values of each step, None when the feature is not there."""
    if key not in lists:
        return None
    steps = []
    for i, step in enumerate(lists[key].feature):
        def mismatch(got, i=i, step=step):
            return invalid(f"{where}, Index: {i}.  Data types don't match. Expected type: "
                           f"{dtype.opdef_name}  Feature is: {step}")

        values = feature_values({key: step}, key, dtype, mismatch)
        if values is None and must_have:
            raise mismatch(None)
        steps.append(values or ())
    return steps


def _sized(values, dtype, shape, name, key, i):
    """The values as an array of that shape, if they are as many."""
    if len(values) != int(np.prod(shape._dims, dtype=np.int64)):
        is_bytes = np.dtype(dtype.as_numpy_dtype) == object
        what, values_text = ("bytes", "Values") if is_bytes else (dtype.opdef_name, "values")
        raise invalid(f"{name}Key{'' if is_bytes else ':'} {key}, Index: {i}.  Number of {what} "
                      f"values != expected.  {values_text} size: {len(values)} but output shape: "
                      f"{shape_text(shape)}")
    return values_array(values, dtype, shape._dims)


def _single_list(lists, key, dtype, shape, name, may_be_missing):
    steps = _steps(lists, key, dtype, f"{name}Feature list: {key}", must_have=True)
    if steps is None and not may_be_missing:
        raise invalid(f"{name}Feature list '{key}' is required but could not be found.  Did you "
                      "mean to include it in feature_list_dense_missing_assumed_empty or "
                      "feature_list_dense_defaults?")
    output = np.empty((len(steps or ()), *shape._dims), dtype.as_numpy_dtype)
    for i, step in enumerate(steps or ()):
        output[i, ...] = _sized(step, dtype, shape, name, key, i)
    return output
