"""The same elements elsewhere: transpose, tile, pad, reverse, roll, meshgrid, repeat."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value, static_shape, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import (
    UNKNOWN, merge_dims, merge_shapes, shape_of, subtract_dims, with_rank, with_rank_at_least,
    with_rank_at_most, with_value)
from minitf.ops.elementwise import list_text

# ---- Transpose ----


def transpose(a, perm=None, name="transpose", conjugate=False):
    """``a`` with its dimensions in another order: dimension i is ``perm[i]`` of ``a``.

    TF ops: Transpose, ConjugateTranspose.

    Args:
      a: a tensor.
      perm: a permutation of its dimensions; by default in reverse.
      name: the operation's name.
      conjugate: take the complex conjugate as well.

    Raises:
      ValueError: ``perm`` does not fit the rank.
    """
    with name_scope(name, "transpose", [a]) as scope:
        transposed = ConjugateTranspose if conjugate and a.dtype.is_complex else Transpose
        if perm is not None:
            return transposed(a, perm, name=scope)
        a = convert_to_tensor(a, name="a")
        rank = a.shape.ndims
        if rank:
            perm = rank - 1 - np.arange(rank)
        else:
            rank = array_ops.Rank(a)
            perm = (rank - 1) - math_ops.Range(0, rank, 1)
        result = transposed(a, perm, name=scope)
        if a.shape._dims is not None:
            result.set_shape(a.shape._dims[::-1])
        return result


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """``a`` with its last two dimensions exchanged.

    Raises:
      ValueError: the rank is below 2.
    """
    with name_scope(name, values=[a]):
        a = convert_to_tensor(a, name="a")
        ndims = a.shape.ndims
        if ndims is None:
            rank = array_ops.rank(a)
            perm = array_ops.concat(
                (math_ops.Range(0, rank - 2, 1), [rank - 1, rank - 2]), 0)
        elif ndims < 2:
            raise ValueError("Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: "
                             f"{a.shape}")
        else:
            perm = list(range(ndims - 2)) + [ndims - 1, ndims - 2]
        return transpose(a, perm=perm, conjugate=conjugate)


_TRANSPOSE = "(x: T, perm: Tperm; T, Tperm: type = int32) -> (y: T)"
Transpose = op("Transpose" + _TRANSPOSE, Tperm="int32 int64").view()
ConjugateTranspose = op("ConjugateTranspose" + _TRANSPOSE, Tperm="int32 int64")


def _transposed_shape(x, perm):
    order = static_value(perm)
    dims, length = x.shape._dims, perm.shape.num_elements()
    if dims is not None:
        rank = len(dims)
    elif length is not None or order is not None:
        rank = length if length is not None else order.size
        if rank < 2:
            return UNKNOWN  # the order [0] may be meant for a scalar
    else:
        return UNKNOWN
    dims = with_rank(x.shape, rank)._dims
    with_rank(perm.shape, 1)
    with_value(length, rank)
    if order is None:
        return shape_of((None,) * rank)
    order = order[:rank]  # of a constant, whose length its static shape did not tell
    for axis in order:
        if axis >= rank:
            raise ValueError(f"perm dim {axis} is out of range of input rank {rank}")
    return shape_of(dims[axis] for axis in order)


Transpose.shape(_transposed_shape)
ConjugateTranspose.shape(_transposed_shape)


def _transposed(x, perm):
    # NumPy raises TypeError for the first, and would count the second from the end.
    if np.ndim(perm) != 1 or np.size(perm) and np.min(perm) < 0:
        raise ValueError("not a permutation")
    return np.transpose(x, perm)


Transpose.kernel(_transposed)


@ConjugateTranspose.kernel
def _(x, perm):
    return np.conj(_transposed(x, perm))


def _explain_transpose(x, perm):
    if np.ndim(perm) != 1:
        return f"perm must be a vector, not {list_text(np.shape(perm))}"
    rank, order = np.ndim(x), np.asarray(perm).tolist()
    if len(order) != rank:
        return (f"transpose expects a vector of size {rank}. But input(1) is a vector of size "
                f"{len(order)}")
    for axis in order:
        if not 0 <= axis < rank:
            return f"{axis} is out of range [0 .. {rank})"
    missing = sorted(set(range(rank)) - set(order))
    return f"{missing[0]} is missing from {{{','.join(map(str, order))}}}." if missing else None


Transpose.explain(_explain_transpose)
ConjugateTranspose.explain(_explain_transpose)


@Transpose.gradient
def _(op, grad):
    return transpose(grad, array_ops.invert_permutation(op.inputs[1])), None


@ConjugateTranspose.gradient
def _(op, grad):
    return transpose(grad, array_ops.invert_permutation(op.inputs[1]), conjugate=True), None


# ---- Tile ----


def tile(input, multiples, name=None):
    """``input`` repeated ``multiples[i]`` times along dimension i (TF op: Tile).

    Raises:
      ValueError: there is not one multiple for each dimension.
    """
    return Tile(input, multiples, name=name)


Tile = op("Tile(input: T, multiples: Tmultiples; T, Tmultiples: type = int32) -> (output: T)",
          Tmultiples="int32 int64")


@Tile.shape
def _(input, multiples):
    times = static_shape(multiples)
    if input.shape._dims is not None:
        with_rank(multiples.shape, 1)
        times = with_rank(times, len(input.shape._dims))
    if times._dims is None:
        return UNKNOWN
    dims = with_rank(input.shape, len(times._dims))._dims
    return shape_of(_multiply(x, y) for x, y in zip(dims, times._dims))


def _multiply(x, y):
    if 0 in (x, y):
        return 0
    return None if x is None or y is None else x * y


@Tile.kernel
def _(input, multiples):
    dims = np.shape(input)
    if np.ndim(multiples) != 1:
        raise ValueError("Expected multiples to be 1-D, but got shape "
                         f"{list_text(np.shape(multiples))}")
    if len(multiples) != len(dims):
        raise ValueError("Expected multiples argument to be a vector of length "
                         f"{len(dims)} but got length {np.size(multiples)}")
    for i, times in enumerate(multiples):
        if times < 0:
            raise ValueError(f"Expected multiples[{i}] >= 0, but got {times}")
    return np.tile(input, multiples)


@Tile.gradient
def _(op, grad):
    multiples = op.inputs[1]
    input_shape = array_ops.shape(op.inputs[0], out_type=multiples.dtype)
    # Each dimension as (times, size): the sum over the times is what came from one element.
    split_shape = array_ops.reshape(
        array_ops.transpose(array_ops.stack([multiples, input_shape])), [-1])
    axes = math_ops.range(0, array_ops.size(split_shape), 2)
    if isinstance(grad, IndexedSlices):
        rows = math_ops.cast(input_shape[0], grad.indices.dtype)
        grad = math_ops.unsorted_segment_sum(
            grad.values, math_ops.mod(grad.indices, rows), rows)
        split_shape = array_ops.concat([[1], split_shape[1:]], axis=0)
    result = math_ops.reduce_sum(array_ops.reshape(grad, split_shape), axes)
    result.set_shape(op.inputs[0].shape)
    return result, None


# ---- Pad, PadV2, MirrorPad ----


def pad(tensor, paddings, mode="CONSTANT", name=None, constant_values=0):
    """``tensor`` with ``paddings[i] = (before, after)`` elements more along dimension i.

    TF ops: Pad, PadV2, MirrorPad.

    Args:
      tensor: a tensor of rank n.
      paddings: integers of shape [n, 2].
      mode: "CONSTANT": the elements are ``constant_values``; "REFLECT": they mirror the tensor
        without its edge; "SYMMETRIC": with its edge.
      name: the operation's name.
      constant_values: a scalar.

    Raises:
      ValueError: another mode, or paddings that do not fit.
    """
    mode = mode.upper()
    if mode == "CONSTANT":
        if not isinstance(constant_values, Tensor) and constant_values == 0:
            result = Pad(tensor, paddings, name=name)
        else:
            result = PadV2(tensor, paddings, constant_values, name=name)
    elif mode in ("REFLECT", "SYMMETRIC"):
        result = MirrorPad(tensor, paddings, mode=mode, name=name)
    else:
        raise ValueError(f"Unknown padding mode: {mode}")
    _refine_padded_shape(result)
    return result


def _refine_padded_shape(result):
    """Sets the dimensions that partly known paddings tell: the shape rule wants all of them."""
    paddings = constant_value(result.op.inputs[1], partial=True)
    dims = result.op.inputs[0].shape._dims
    if dims is None or paddings is None or result.shape.is_fully_defined():
        return
    result.set_shape([
        None if padding is None or dim is None or any(side is None for side in padding)
        else sum(padding) + dim for padding, dim in zip(paddings, dims)])


def _padded_shape(input, paddings):
    count, sides = with_rank(paddings.shape, 2)._dims
    with_value(sides, 2)
    shape = input.shape
    if count is not None:
        shape = with_rank(shape, count)
    elif shape._dims is not None:
        count = len(shape._dims)
    known = static_value(paddings)
    if known is None:
        return shape_of(None if count is None else (None,) * count)
    dims = with_rank(shape, len(known))._dims
    if (known < 0).any():
        raise ValueError("Paddings must be non-negative")
    return shape_of(None if dim is None else dim + int(sum(padding))
                    for dim, padding in zip(dims, known))


def _check_paddings(input, paddings):
    if np.ndim(paddings) != 2 or paddings.shape[1] != 2:
        raise ValueError("paddings must be a matrix with 2 columns: "
                         f"{list_text(np.shape(paddings))}")
    if len(paddings) != np.ndim(input):
        raise ValueError("The first dimension of paddings must be the rank of inputs"
                         f"{list_text(paddings.shape)} {list_text(np.shape(input))}")
    for before, after in paddings.tolist():
        if before < 0 or after < 0:
            raise ValueError(f"Paddings must be non-negative: {before} {after}")


def _padded(input, paddings, value):
    _check_paddings(input, paddings)
    dims = np.shape(input)
    result = np.full([dim + sum(padding) for dim, padding in zip(dims, paddings.tolist())], value,
                     input.dtype)
    result[tuple(slice(start, start + dim) for start, dim in zip(paddings[:, 0].tolist(), dims))
           ] = input
    return result


Pad = op("Pad(input: T, paddings: Tpaddings; T, Tpaddings: type = int32) -> (output: T)",
         Tpaddings="int32 int64")
PadV2 = op("PadV2(input: T, paddings: Tpaddings, constant_values: T; T, Tpaddings: type = int32)"
           " -> (output: T)", Tpaddings="int32 int64")
Pad.shape(_padded_shape)
PadV2.shape(_padded_shape)


@Pad.kernel
def _(input, paddings, T):
    return _padded(input, paddings, b"" if T == dtypes.string else 0)


@PadV2.kernel
def _(input, paddings, constant_values):
    _check_paddings(input, paddings)
    if np.ndim(constant_values):
        raise ValueError("constant_values must be a scalar. Found: "
                         f"{list_text(np.shape(constant_values))}")
    return _padded(input, paddings, constant_values)


@Pad.gradient
def _(op, grad):
    return _pad_gradient(op, grad), None


@PadV2.gradient
def _(op, grad):
    return _pad_gradient(op, grad), None, None


def _pad_gradient(op, grad):
    """The middle of ``grad``."""
    x, paddings = op.inputs[:2]
    before = array_ops.slice(paddings, [0, 0], array_ops.stack([array_ops.rank(x), 1]))
    begin = array_ops.reshape(before, [-1])
    return array_ops.slice(grad, begin, array_ops.shape(x))


_MIRROR_PAD = ("(input: T, paddings: Tpaddings; T, Tpaddings: type = int32, mode: string in"
               " {'REFLECT', 'SYMMETRIC'}) -> (output: T)")
MirrorPad = op("MirrorPad" + _MIRROR_PAD, Tpaddings="int32 int64")
MirrorPadGrad = op("MirrorPadGrad" + _MIRROR_PAD, Tpaddings="int32 int64")
MirrorPad.shape(_padded_shape)


@MirrorPad.kernel
def _(input, paddings, mode):
    _check_paddings(input, paddings)
    reflect = mode == b"REFLECT"
    for dim, (before, after) in zip(np.shape(input), paddings):
        if max(before, after) > dim - reflect:
            what, than = (("less than", "not less than") if reflect
                          else ("no greater than", "greater than"))
            raise ValueError(f"paddings must be {what} the dimension size: {before}, {after} "
                             f"{than} {dim}")
    return np.pad(input, paddings, "reflect" if reflect else "symmetric")


@MirrorPadGrad.shape
def _(input, paddings):
    with_rank(paddings.shape, 2)
    with_value(paddings.shape._dims[1] if paddings.shape._dims else None, 2)
    known = static_value(paddings)
    if known is None:
        count = None if paddings.shape._dims is None else paddings.shape._dims[0]
        if count is not None:
            with_rank(input.shape, count)
        return shape_of(None if count is None else (None,) * count)
    dims = with_rank(input.shape, len(known))._dims
    if (known < 0).any():
        raise ValueError("Paddings must be non-negative")
    return shape_of(subtract_dims(dim, int(sum(padding))) for dim, padding in zip(dims, known))


@MirrorPadGrad.kernel
def _(input, paddings, mode):
    """Adds what was mirrored to where it came from, one dimension after the other."""
    _check_paddings(input, paddings)
    edge = int(mode == b"REFLECT")
    for axis, (before, after) in enumerate(paddings.tolist()):
        moved = np.moveaxis(input, axis, 0)
        size = len(moved) - before - after
        if max(before, after) > size - edge:
            what, than = (("less than", "not less than") if edge
                          else ("no greater than", "greater than"))
            raise ValueError(f"paddings must be {what} the output dimension size: {before}, "
                             f"{after} {than} {size}")
        kept = moved[before:before + size].copy()
        kept[edge:edge + before] += moved[:before][::-1]
        kept[size - edge - after:size - edge] += moved[len(moved) - after:][::-1]
        input = np.moveaxis(kept, 0, axis)
    return input


@MirrorPad.gradient
def _(op, grad):
    return MirrorPadGrad(grad, op.inputs[1], mode=op._attrs["mode"]), None


@MirrorPadGrad.gradient
def _(op, grad):
    return MirrorPad(grad, op.inputs[1], mode=op._attrs["mode"]), None


# ---- ReverseV2, ReverseSequence ----


def reverse(tensor, axis, name=None):
    """``tensor`` with the order reversed along the axes in ``axis``, a vector (TF op: ReverseV2).

    Raises:
      ValueError: an axis is out of range, or named twice.
    """
    return ReverseV2(tensor, axis, name=name)


ReverseV2 = op("ReverseV2(tensor: T, axis: Tidx; Tidx: type = int32, T) -> (output: T)",
               Tidx="int32 int64", T="uint8 int8 uint16 int16 int32 int64 bool bfloat16 half float "
                                     "double complex64 complex128 string").view()


@ReverseV2.shape
def _(tensor, axis):
    with_rank(axis.shape, 1)
    axes, dims = static_value(axis), tensor.shape._dims
    if axes is None or dims is None:
        return tensor.shape
    seen = set()
    for i, item in enumerate(axes.tolist()):
        place = item + len(dims) if item < 0 else item
        if not 0 <= place < len(dims):
            raise ValueError(f"'axis'[{i}] = {item} is out of valid range [0, {len(dims) - 1}")
        if place in seen:
            raise ValueError(f"axis {place} specified more than once.")
        seen.add(place)
    return tensor.shape


@ReverseV2.kernel
def _(tensor, axis):
    return np.flip(tensor, tuple(axis.tolist())) if np.ndim(tensor) else tensor


@ReverseV2.explain
def _(tensor, axis):
    if np.ndim(axis) != 1:
        return f"'dims' must be 1-dimension, not {np.ndim(axis)}"
    rank, seen = np.ndim(tensor), set()
    for i, item in enumerate(np.asarray(axis).tolist()):
        place = item + rank if item < 0 else item
        if not 0 <= place < rank:
            return f"'axis'[{i}] = {item} is out of valid range [0, {rank - 1}"
        if place in seen:
            return f"axis {place} specified more than once."
        seen.add(place)
    return None


@ReverseV2.gradient
def _(op, grad):
    return reverse(grad, op.inputs[1]), None


def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None, seq_dim=None,
                     batch_dim=None):
    """``input`` with the first ``seq_lengths[i]`` elements of sequence i reversed.

    TF op: ReverseSequence.

    Args:
      input: a tensor.
      seq_lengths: a vector of lengths, one for each index along ``batch_axis``.
      seq_axis: the axis along which the sequences run.
      batch_axis: the axis along which there are several, by default 0.
      name: the operation's name.
      seq_dim, batch_dim: the old names of the axes.
    """
    seq_axis = renamed_argument("seq_axis", seq_axis, "seq_dim", seq_dim)
    batch_axis = renamed_argument("batch_axis", batch_axis, "batch_dim", batch_dim)
    return ReverseSequence(input, seq_lengths, seq_dim=seq_axis,
                           batch_dim=0 if batch_axis is None else batch_axis, name=name)


ReverseSequence = op("ReverseSequence(input: T, seq_lengths: Tlen; seq_dim: int,"
                     " batch_dim: int = 0, T, Tlen: type = int64) -> (output: T)",
                     Tlen="int32 int64")


@ReverseSequence.shape
def _(input, seq_lengths, seq_dim, batch_dim):
    lengths = with_rank(seq_lengths.shape, 1)
    dims = input.shape._dims
    if dims is None:
        return UNKNOWN
    if batch_dim >= len(dims):
        raise ValueError(f"batch_dim must be < input rank: {batch_dim} vs. {len(dims)}")
    if seq_dim >= len(dims):
        raise ValueError(f"seq_dim must be < input rank: {seq_dim} vs. {len(dims)}")
    size = merge_dims(dims[batch_dim], lengths._dims[0])
    return shape_of(size if i == batch_dim else dim for i, dim in enumerate(dims))


@ReverseSequence.kernel
def _(input, seq_lengths, seq_dim, batch_dim):
    dims = np.shape(input)
    if np.ndim(seq_lengths) != 1:
        raise ValueError(f"seq_lens input must be 1-dim, not {np.ndim(seq_lengths)}")
    for name, axis in (("seq_dim", seq_dim), ("batch_dim", batch_dim)):
        if axis >= len(dims):
            raise ValueError(f"{name} must be < input.dims()( {axis} vs. {len(dims)})")
    if len(seq_lengths) != dims[batch_dim]:
        raise ValueError(f"len(seq_lens) != input.dims({batch_dim}), ({len(seq_lengths)} vs. "
                         f"{dims[batch_dim]})")
    for i, length in enumerate(seq_lengths):
        if length < 0:
            raise ValueError(f"seq_lens({i}) < 0")
        if length > dims[seq_dim]:
            raise ValueError(f"seq_lens({i}) > input.dims({seq_dim})")
    place = np.arange(dims[seq_dim])
    lengths = np.asarray(seq_lengths)[:, None]
    source = np.where(place < lengths, lengths - 1 - place, place)
    moved = np.moveaxis(input, (batch_dim, seq_dim), (0, 1))
    return np.moveaxis(moved[np.arange(len(moved))[:, None], source], (0, 1), (batch_dim, seq_dim))


@ReverseSequence.gradient
def _(op, grad):
    return (reverse_sequence(grad, op.inputs[1], seq_axis=op._attrs["seq_dim"],
                             batch_axis=op._attrs["batch_dim"]), None)


# ---- Roll ----


def roll(input, shift, axis, name=None):
    """``input`` with elements moved on by ``shift`` along ``axis``, round the end (TF op: Roll).

    Args:
      input: a tensor of rank 1 or more.
      shift, axis: integers or vectors of one length; repeated axes add up.
      name: the operation's name.
    """
    return Roll(input, shift, axis, name=name)


Roll = op("Roll(input: T, shift: Tshift, axis: Taxis; T, Tshift, Taxis) -> (output: T)",
          Tshift="int32 int64", Taxis="int32 int64")


@Roll.shape
def _(input, shift, axis):
    with_rank_at_least(input.shape, 1)
    with_rank_at_most(shift.shape, 1)
    with_rank_at_most(axis.shape, 1)
    merge_shapes(shift.shape, axis.shape)
    return input.shape


@Roll.kernel
def _(input, shift, axis):
    if np.shape(shift) != np.shape(axis):
        raise ValueError("shift and axis must have the same size")
    return np.roll(input, tuple(np.ravel(shift).tolist()), tuple(np.ravel(axis).tolist()))


@Roll.explain
def _(input, shift, axis):
    if not np.ndim(input):
        return "input must be 1-D or higher"
    if np.shape(shift) != np.shape(axis):
        return "shift and axis must have the same size"
    for item in np.ravel(axis):
        if not -np.ndim(input) <= item < np.ndim(input):
            return f"axis {item} is out of range"
    return None


@Roll.gradient
def _(op, grad):
    return roll(grad, -op.inputs[1], op.inputs[2]), None, None


# ---- compositions ----


def meshgrid(*args, **kwargs):
    """The coordinates of a grid: for n vectors, n tensors of rank n.

    Args:
      *args: vectors.
      indexing: "xy" (the first two dimensions are exchanged, the default) or "ij".
      name: the scope's name.

    Raises:
      TypeError: another keyword.
      ValueError: another ``indexing``.
    """
    indexing, name = kwargs.pop("indexing", "xy"), kwargs.pop("name", "meshgrid")
    if kwargs:
        raise TypeError(f"'{next(iter(kwargs))}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError("indexing parameter must be either 'xy' or 'ij'")
    with name_scope(name, "meshgrid", args):
        rank = len(args)
        grids = [array_ops.reshape(array_ops.stack(x), (1,) * i + (-1,) + (1,) * (rank - i - 1))
                 for i, x in enumerate(args)]
        sizes = [array_ops.size(x) for x in args]
        dtype = convert_to_tensor(args[0]).dtype.base_dtype
        if indexing == "xy" and rank > 1:
            grids[0] = array_ops.reshape(grids[0], (1, -1) + (1,) * (rank - 2))
            grids[1] = array_ops.reshape(grids[1], (-1, 1) + (1,) * (rank - 2))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        factor = array_ops.ones(sizes, dtype)
        return [grid * factor for grid in grids]


def repeat(input, repeats, axis=None, name=None):
    """Each element of ``input`` repeated ``repeats`` times along ``axis``, as NumPy's ``repeat``.

    Args:
      input: a tensor.
      repeats: an integer, or one for each element along the axis.
      axis: an int; by default the input is flattened.
      name: the scope's name.

    Raises:
      TypeError: ``axis`` is no int, or ``repeats`` no integers.
      ValueError: ``axis`` is out of range.
    """
    if axis is None:
        input, axis = array_ops.reshape(input, [-1]), 0
    if not isinstance(axis, int):
        raise TypeError(f"axis must be an int; got {type(axis).__name__}")
    with name_scope(name, "Repeat", [input, repeats]):
        data = convert_to_tensor(input, name="data")
        repeats = convert_to_tensor(repeats, name="repeats", preferred_dtype=dtypes.int32)
        if not repeats.dtype.is_integer:
            raise TypeError(f"repeats must be an integer tensor; dtype={repeats.dtype}")
        repeats = math_ops.Cast(repeats, DstT=dtypes.int32)
        repeats.shape.with_rank_at_most(1)
        data = _with_rank_above_zero(data)
        shape = array_ops.shape(data)
        axis = _positive_axis(axis, data.shape.ndims)
        if repeats.shape.ndims == 1:
            data.shape[axis].assert_is_compatible_with(repeats.shape[0])
        if repeats.shape.ndims == 0:
            tiled = _tile_axis(array_ops.expand_dims(data, axis + 1), axis + 1, repeats)
            return array_ops.reshape(
                tiled, array_ops.concat([shape[:axis], [-1], shape[axis + 1:]], axis=0))
        return _masked_repeat(data, shape, repeats, axis)


def _masked_repeat(data, shape, repeats, axis):
    """Repeats all elements as often as the most repeated, and masks what is too much."""
    if repeats.shape.ndims != axis + 1:
        repeats_shape, rank = array_ops.shape(repeats), array_ops.rank(repeats)
        wanted = array_ops.concat([shape[:axis + 1 - rank], repeats_shape], axis=0)
        repeats = array_ops.broadcast_to(repeats, wanted)
        repeats.set_shape([None] * (axis + 1))
    most = math_ops.Maximum(0, math_ops.Max(repeats, array_ops.all_dimensions(repeats)))
    mask = array_ops.sequence_mask(repeats, most)
    tiled = _tile_axis(array_ops.expand_dims(data, axis + 1), axis + 1, most)
    result = array_ops.boolean_mask(tiled, mask)
    if axis:
        result = array_ops.reshape(
            result, array_ops.concat([shape[:axis], [-1], shape[axis + 1:]], axis=0))
    if data.shape.ndims is not None:
        size = 0 if repeats.shape._dims is not None and repeats.shape._dims[0] == 0 else None
        result.set_shape(data.shape[:axis].concatenate([size]).concatenate(data.shape[axis + 1:]))
    return result


def _with_rank_above_zero(data):
    """``data``, a scalar as a vector of one element."""
    if data.shape.ndims is None:
        shape, rank = array_ops.shape(data), array_ops.rank(data)
        return array_ops.reshape(data, array_ops.concat([[1], shape], axis=0)[-rank:])
    return array_ops.stack([data]) if data.shape.ndims == 0 else data


def _positive_axis(axis, rank):
    if rank is None:
        if axis < 0:
            raise ValueError("axis may only be negative if ndims is statically known.")
        return axis
    if not -rank <= axis < rank:
        raise ValueError(f"axis={axis} out of bounds: expected {-rank}<=axis<{rank}")
    return axis % rank


def _tile_axis(data, axis, multiple):
    if data.shape.ndims is None:
        ones = array_ops.ones(array_ops.rank(data), dtypes.int32)
        return tile(data, array_ops.concat([ones[:axis], [multiple], ones[axis + 1:]], axis=0))
    multiples = [1] * data.shape.ndims
    multiples[axis] = multiple
    return tile(data, multiples)
