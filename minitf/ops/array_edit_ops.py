"""Tensors compared as sequences, and read as other types: edit_distance, bitcast."""

import numpy as np

from minitf.framework.constant_folding import static_value
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import is_sparse
from minitf.ops.common_shapes import UNKNOWN, shape_of, with_rank, with_rank_at_least
from minitf.ops.elementwise import list_text

# ---- Bitcast ----


def bitcast(input, type, name=None):
    """The same bits as another type (TF op: Bitcast).

    A smaller type adds a last dimension, a larger one takes it away.

    Raises:
      ValueError: the last dimension is not what the larger type needs.
    """
    return Bitcast(input, type=type, name=name)


_BITS = ("bfloat16 half float double int64 int32 uint8 uint16 uint32 uint64 int8 int16 complex64"
         " complex128 qint8 quint8 qint16 quint16 qint32")

Bitcast = op("Bitcast(input: T; T, type) -> (output: type)", T=_BITS, type=_BITS).view()


@Bitcast.shape
def _(input, T, type):
    dims = input.shape._dims
    if T.size < type.size:
        dims = with_rank_at_least(input.shape, 1)._dims
        ratio = type.size // T.size
        if dims is not None and dims[-1] not in (None, ratio):
            raise ValueError(f"Cannot bitcast due to shape. {dims[-1]} does not match {ratio}")
    if dims is None:
        return UNKNOWN
    if T.size > type.size:
        return shape_of(dims + (T.size // type.size,))
    return shape_of(dims[:-1] if T.size < type.size else dims)


@Bitcast.kernel
def _(input, T, type):
    array = np.ascontiguousarray(input).reshape(np.shape(input))
    if T.size > type.size:
        return array[..., None].view(type.as_numpy_dtype)
    if T.size == type.size:
        return array.view(type.as_numpy_dtype)
    if array.ndim == 0 or array.shape[-1] * T.size != type.size:
        raise ValueError(f"Cannot bitcast from {T.as_datatype_enum} to {type.as_datatype_enum}")
    return array.view(type.as_numpy_dtype)[..., 0]


# ---- EditDistance ----


def edit_distance(hypothesis, truth, normalize=True, name="edit_distance"):
    """The Levenshtein distance between sequences: how few changes make one of the other.

    TF op: EditDistance. A change is an insertion, a deletion or a substitution.

    Args:
      hypothesis, truth: SparseTensors of one dtype; the sequences run along the last dimension.
      normalize: divide by the length of the truth (infinite when that is 0 and the other is not).
      name: the operation's name.

    Returns:
      float32 of the shape without the last dimension.

    Raises:
      TypeError: an argument is not sparse.
    """
    if not is_sparse(hypothesis):
        raise TypeError("Hypothesis must be a SparseTensor.")
    if not is_sparse(truth):
        raise TypeError("Truth must be a SparseTensor.")
    return EditDistance(hypothesis.indices, hypothesis.values, hypothesis.dense_shape,
                        truth.indices, truth.values, truth.dense_shape, normalize=normalize,
                        name=name)


EditDistance = op("EditDistance(hypothesis_indices: int64, hypothesis_values: T,"
                  " hypothesis_shape: int64, truth_indices: int64, truth_values: T,"
                  " truth_shape: int64; normalize: bool = True, T) -> (output: float)"
                  ).not_differentiable()


@EditDistance.shape
def _(hypothesis_indices, hypothesis_values, hypothesis_shape, truth_indices, truth_values,
      truth_shape):
    for indices, values, shape in ((hypothesis_indices, hypothesis_values, hypothesis_shape),
                                   (truth_indices, truth_values, truth_shape)):
        with_rank(indices.shape, 2)
        with_rank(values.shape, 1)
        with_rank(shape.shape, 1)
    ours, theirs = static_value(hypothesis_shape), static_value(truth_shape)
    if ours is None or theirs is None:
        return UNKNOWN
    if len(ours) != len(theirs):
        raise ValueError("Num elements of hypothesis_shape does not match truth_shape: "
                         f"{len(ours)} vs. {len(theirs)}")
    return shape_of(np.maximum(ours, theirs)[:-1].tolist())


@EditDistance.kernel
def _(hypothesis_indices, hypothesis_values, hypothesis_shape, truth_indices, truth_values,
      truth_shape, normalize):
    for name, parts in (("hypothesis", (hypothesis_indices, hypothesis_values, hypothesis_shape)),
                        ("truth", (truth_indices, truth_values, truth_shape))):
        _check_parts(name, *parts)
    if len(hypothesis_shape) != len(truth_shape):
        raise ValueError("Expected hypothesis_shape and truth_shape to be of one length, got "
                         f"{list_text(hypothesis_shape)} and {list_text(truth_shape)}")
    result = np.zeros(np.maximum(hypothesis_shape, truth_shape)[:-1], np.float32)
    hypotheses = _sequences(hypothesis_indices, hypothesis_values)
    truths = _sequences(truth_indices, truth_values)
    for place in hypotheses.keys() | truths.keys():
        truth = truths.get(place, ())
        distance = _levenshtein(hypotheses.get(place, ()), truth)
        if normalize:
            distance = distance / len(truth) if len(truth) else np.inf
        result[place] = distance
    return result


def _check_parts(name, indices, values, shape):
    for part, array, rank in (("indices", indices, 2), ("values", values, 1), ("shape", shape, 1)):
        if np.ndim(array) != rank:
            what = "matrix" if rank == 2 else "vector"
            raise ValueError(f"{name}_{part} should be a {what}, but got shape: "
                             f"{list_text(np.shape(array))}")


def _sequences(indices, values):
    """The values by their place in all dimensions but the last."""
    sequences = {}
    for index, value in zip(indices.tolist(), values):
        sequences.setdefault(tuple(index[:-1]), []).append(value)
    return sequences


def _levenshtein(a, b):
    """The distance, a row of the table of all beginnings of ``a`` and ``b`` at a time."""
    along = np.arange(len(b) + 1)
    row, b = along, np.array(b, dtype=object)
    for i, item in enumerate(a):
        substituted = row[:-1] + (b != item)
        least = np.minimum(row + 1, np.concatenate([[i + 1], substituted]))
        # An insertion costs 1 more than what stands on its left, however far that came from.
        row = np.minimum.accumulate(least - along) + along
    return int(row[-1])
