"""Feature crosses: each combination of the elements that rows of several tensors have."""

import itertools

import numpy as np

from minitf.framework import dtypes
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops import math_ops
from minitf.ops.common_shapes import shape_of
from minitf.ops.example_ops import sparse_rows
from minitf.ops.serialize_ops import rows_of
from minitf.ops.sparse_index import invalid
from minitf.ops.string_hash_ops import fingerprint64, shift_mix

_DEFAULT_HASH_KEY = 0xDECAFCAFFE
_MASK = 2**64 - 1


def sparse_cross(inputs, name=None):
    """All combinations of the elements of each row, as strings joined by "_X_".

    Args:
      inputs: a list of SparseTensors and dense matrices, [n, ...], of strings or integers.
      name: the operation's name (TF op: SparseCross).

    Returns:
      A SparseTensor of strings, [n, most combinations of a row].

    Raises:
      TypeError: the inputs are no such list.
    """
    return _cross(inputs, hashed=False, num_buckets=0, hash_key=None, name=name)


def sparse_cross_hashed(inputs, num_buckets=0, hash_key=None, name=None):
    """All combinations of the elements of each row, as int64 hashes; see sparse_cross.

    Args:
      inputs: as for sparse_cross.
      num_buckets: hashes are below this; 0: below 2**63 - 1.
      hash_key: what the hashes begin with, an integer; None: TensorFlow's own.
      name: the operation's name.
    """
    return _cross(inputs, hashed=True, num_buckets=num_buckets, hash_key=hash_key, name=name)


def _cross(inputs, hashed, num_buckets, hash_key, name):
    if not isinstance(inputs, list):
        raise TypeError("Inputs must be a list")
    if not all(isinstance(one, (SparseTensor, Tensor)) for one in inputs):
        raise TypeError("All inputs must be SparseTensors")
    sparse = [one for one in inputs if isinstance(one, SparseTensor)]
    dense = [one for one in inputs if not isinstance(one, SparseTensor)]
    values = [_string_or_int64(one.values) for one in sparse]
    dense = [_string_or_int64(one) for one in dense]
    has_integers = any(one.dtype != dtypes.string for one in values + dense)
    crossed = SparseCross(
        [one.indices for one in sparse], values, [one.dense_shape for one in sparse], dense,
        hashed_output=hashed, num_buckets=num_buckets, hash_key=hash_key or _DEFAULT_HASH_KEY,
        out_type=dtypes.int64 if hashed else dtypes.string,
        internal_type=dtypes.int64 if has_integers else dtypes.string, name=name)
    return SparseTensor(*crossed)


def _string_or_int64(tensor):
    return tensor if tensor.dtype == dtypes.string else math_ops.cast(tensor, dtypes.int64)


_TYPES = "int64 string"
SparseCross = op(
    "SparseCross(indices: N * int64, values: sparse_types, shapes: N * int64,"
    " dense_inputs: dense_types; N: int >= 0, hashed_output: bool, num_buckets: int >= 0,"
    " hash_key: int, sparse_types: list(type) >= 0, dense_types: list(type) >= 0, out_type,"
    " internal_type) -> (output_indices: int64, output_values: out_type, output_shape: int64)",
    sparse_types=_TYPES, dense_types=_TYPES, out_type=_TYPES, internal_type=_TYPES)


@SparseCross.shape
def _():
    return [shape_of([None, 2]), shape_of([None]), shape_of([2])]


@SparseCross.kernel
def _(indices, values, shapes, dense_inputs, hashed_output, num_buckets, hash_key, out_type):
    for i, shape in enumerate(shapes):
        if len(shape) != 2:
            raise invalid(f"shape should imply a 2D tensor, but got dense shape of rank "
                          f"{len(shape)} at position {i}")
    count = _row_count(shapes, dense_inputs)
    columns = [[np.asarray(part)[places].tolist() for places in rows_of(np.asarray(index), count)]
               for index, part in zip(indices, values)]
    columns += [np.asarray(matrix).tolist() for matrix in dense_inputs]
    if hashed_output:
        limit = num_buckets or 2**63 - 1
        rows = [[_hash(combination, hash_key) % limit for combination in itertools.product(*row)]
                for row in zip(*columns)]
    else:
        rows = [[b"_X_".join(map(_bytes, combination)) for combination in itertools.product(*row)]
                for row in zip(*columns)]
    return sparse_rows(rows, out_type)


def _row_count(shapes, dense_inputs):
    """How many rows all inputs have."""
    counts = [(int(shape[0]), f"input {i}") for i, shape in enumerate(shapes)]
    counts += [(len(matrix), f"dense tensor {i}") for i, matrix in enumerate(dense_inputs)]
    expected = counts[0][0] if counts else 0
    for count, where in counts:
        if count != expected:
            raise invalid(f"Expected batch size {expected} got {count} at {where}")
    return expected


def _bytes(element):
    if isinstance(element, bytes):
        return element
    return str(element).encode() if isinstance(element, int) else element.encode()


def _hash(combination, key):
    """One hash of several elements, begun with a key and mixed with one after the other."""
    result = key & _MASK
    for element in combination:
        number = (element & _MASK if isinstance(element, int)
                  else fingerprint64(_bytes(element)))
        result = _joined(result, number)
    return result


def _joined(first, second):
    """Two fingerprints as one (TensorFlow's FingerprintCat64)."""
    multiplier = 0xC6A4A7935BD1E995
    result = first ^ multiplier
    result ^= shift_mix(second * multiplier & _MASK) * multiplier & _MASK
    result = result * multiplier & _MASK
    result = shift_mix(result) * multiplier & _MASK
    return shift_mix(result)
