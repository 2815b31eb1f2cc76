"""Blocks of an image or grid moved to the batch or to the depth, and back."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.ops import array_ops
from minitf.ops.arguments import renamed_argument
from minitf.ops.common_shapes import (
    UNKNOWN, divide_dims, merge_dims, shape_of, subtract_dims, with_rank, with_rank_at_least)

# ---- SpaceToBatchND, SpaceToBatch ----


def space_to_batch_nd(input, block_shape, paddings, name=None):
    """Cuts M dimensions after the batch into blocks, and moves the place in a block to the batch.

    TF op: SpaceToBatchND.

    Args:
      input: a tensor [batch, ...M dimensions..., ...].
      block_shape: M integers >= 1.
      paddings: [M, 2], zeros before and after each of the M dimensions.
      name: the operation's name.

    Raises:
      ValueError: the shapes do not fit, or a padded dimension is no multiple of its block.
    """
    return SpaceToBatchND(input, block_shape, paddings, name=name)


def space_to_batch(input, paddings, block_size=None, name=None, block_shape=None):
    """``space_to_batch_nd`` of images [batch, height, width, depth] with square blocks."""
    size = renamed_argument("block_shape", block_shape, "block_size", block_size)
    result = space_to_batch_nd(input, paddings=paddings,
                               block_shape=np.array([size, size], dtype=np.int64), name=name)
    result.set_shape(result.shape.with_rank(4))
    return result


SpaceToBatchND = op("SpaceToBatchND(input: T, block_shape: Tblock_shape, paddings: Tpaddings; T,"
                    " Tblock_shape: type = int32, Tpaddings: type = int32) -> (output: T)",
                    Tblock_shape="int32 int64", Tpaddings="int32 int64")
SpaceToBatch = op("SpaceToBatch(input: T, paddings: Tpaddings; T, Tpaddings: type = int32,"
                  " block_size: int >= 2) -> (output: T)", Tpaddings="int32 int64")


def _block_count(input, block_shape, paddings):
    """The number of block dimensions and the input's dimensions, when both are known."""
    if block_shape.shape._dims is None:
        raise ValueError("block_shape must have rank 1.")
    count = with_rank(block_shape.shape, 1)._dims[0]
    if count is None:
        return None, None
    with_rank_at_least(input.shape, count + 1)
    rows, sides = with_rank(paddings.shape, 2)._dims
    merge_dims(rows, count)
    merge_dims(sides, 2)
    return count, input.shape._dims


def _check_blocks(block, paddings):
    for i, size in enumerate(block or ()):
        if size < 1:
            raise ValueError(f"block_shape[{i}] = {size} must be positive")
    if paddings is not None and (paddings < 0).any():
        raise ValueError("paddings cannot be negative")


@SpaceToBatchND.shape
def _(input, block_shape, paddings):
    count, dims = _block_count(input, block_shape, paddings)
    if count is None or dims is None:
        return UNKNOWN
    return _space_to_batch_shape(dims, count, static_value(block_shape), static_value(paddings))


def _space_to_batch_shape(dims, count, block, paddings):
    block = None if block is None else block.tolist()
    _check_blocks(block, paddings)
    batch, places = dims[0], []
    for i in range(count):
        size = None if block is None else block[i]
        batch = None if batch is None or size is None else batch * size
        padded = None
        if paddings is not None and dims[1 + i] is not None:
            padded = dims[1 + i] + int(sum(paddings[i]))
        places.append(None if padded is None or size is None else divide_dims(padded, size))
    return shape_of((batch, *places) + dims[1 + count:])


def _space_to_batch(input, block, paddings):
    count = len(block)
    _check_blocks(block, paddings)
    rest = np.ndim(input) - 1 - count
    padded = np.pad(input, [(0, 0), *paddings.tolist(), *[(0, 0)] * rest])
    split = [padded.shape[0]]
    for size, length in zip(block, padded.shape[1:1 + count]):
        if length % size:
            raise ValueError(f"padded_shape[{len(split) // 2}]={length} is not divisible by "
                             f"block_shape[{len(split) // 2}]={size}")
        split += [length // size, size]
    split += padded.shape[1 + count:]
    inner, outer = [2 + 2 * i for i in range(count)], [1 + 2 * i for i in range(count)]
    order = inner + [0] + outer + list(range(1 + 2 * count, len(split)))
    moved = padded.reshape(split).transpose(order)
    return moved.reshape((-1,) + moved.shape[count + 1:]) if moved.size else np.zeros(
        (padded.shape[0] * int(np.prod(block)),) + moved.shape[count + 1:], input.dtype)


def _check_rank(input, block_shape):
    if np.ndim(input) < len(block_shape) + 1:
        raise ValueError(f"input rank should be >= {len(block_shape) + 1} instead of "
                         f"{np.ndim(input)}")


@SpaceToBatchND.kernel
def _(input, block_shape, paddings):
    _check_rank(input, block_shape)
    return _space_to_batch(input, block_shape.tolist(), paddings)


@SpaceToBatchND.gradient
def _(op, grad):
    return batch_to_space_nd(grad, op.inputs[1], op.inputs[2]), None, None


@SpaceToBatch.shape
def _(input, paddings, block_size):
    dims = with_rank(input.shape, 4)._dims
    rows, sides = with_rank(paddings.shape, 2)._dims
    merge_dims(rows, 2)
    merge_dims(sides, 2)
    return _space_to_batch_shape(dims, 2, np.array([block_size] * 2), static_value(paddings))


@SpaceToBatch.kernel
def _(input, paddings, block_size):
    if np.ndim(input) != 4:
        raise ValueError(f"Input rank should be: 4instead of: {np.ndim(input)}")
    return _space_to_batch(input, [block_size] * 2, paddings)


@SpaceToBatch.gradient
def _(op, grad):
    return batch_to_space(grad, op.inputs[1], block_size=op._attrs["block_size"]), None


# ---- BatchToSpaceND, BatchToSpace ----


def batch_to_space_nd(input, block_shape, crops, name=None):
    """The inverse of ``space_to_batch_nd``; ``crops`` is cut off (TF op: BatchToSpaceND)."""
    return BatchToSpaceND(input, block_shape, crops, name=name)


def batch_to_space(input, crops, block_size, name=None, block_shape=None):
    """``batch_to_space_nd`` of images [batch, height, width, depth] with square blocks."""
    size = renamed_argument("block_shape", block_shape, "block_size", block_size)
    result = batch_to_space_nd(input, crops=crops,
                               block_shape=np.array([size, size], dtype=np.int64), name=name)
    result.set_shape(result.shape.with_rank(4))
    return result


BatchToSpaceND = op("BatchToSpaceND(input: T, block_shape: Tblock_shape, crops: Tcrops; T,"
                    " Tblock_shape: type = int32, Tcrops: type = int32) -> (output: T)",
                    Tblock_shape="int32 int64", Tcrops="int32 int64").view()
BatchToSpace = op("BatchToSpace(input: T, crops: Tidx; T, block_size: int >= 2, Tidx: type = int32)"
                  " -> (output: T)", Tidx="int32 int64").view()


@BatchToSpaceND.shape
def _(input, block_shape, crops):
    count, dims = _block_count(input, block_shape, crops)
    if count is None or dims is None:
        return UNKNOWN
    return _batch_to_space_shape(dims, count, static_value(block_shape), static_value(crops))


def _batch_to_space_shape(dims, count, block, crops):
    block = None if block is None else block.tolist()
    for i, size in enumerate(block or ()):
        if size < 1:
            raise ValueError(f"block_shape[{i}] = {size} must be positive")
    if crops is not None and (crops < 0).any():
        raise ValueError("crops cannot be negative")
    batch = None
    if block is not None:
        batch = divide_dims(dims[0], int(np.prod(block)))
    places = []
    for i in range(count):
        whole = None
        if block is not None and dims[1 + i] is not None:
            whole = dims[1 + i] * block[i]
        places.append(None if crops is None else subtract_dims(whole, int(sum(crops[i]))))
    return shape_of((batch, *places) + dims[1 + count:])


def _batch_to_space(input, block, crops):
    count, dims = len(block), np.shape(input)
    if dims[0] % int(np.prod(block)):
        raise ValueError(f"Input batch dimension ({dims[0]}) is not divisible by product of block "
                         f"sizes ({int(np.prod(block))})")
    batch = dims[0] // int(np.prod(block))
    split = input.reshape(tuple(block) + (batch,) + dims[1:])
    order = [count]
    for i in range(count):
        order += [count + 1 + i, i]
    order += range(2 * count + 1, split.ndim)
    joined = [batch] + [dims[1 + i] * block[i] for i in range(count)] + list(dims[1 + count:])
    result = split.transpose(order).reshape(joined)
    index = [slice(None)] + [slice(before, size - after) for (before, after), size
                             in zip(crops.tolist(), joined[1:])]
    return result[tuple(index)]


@BatchToSpaceND.kernel
def _(input, block_shape, crops):
    _check_rank(input, block_shape)
    return _batch_to_space(input, block_shape.tolist(), crops)


@BatchToSpaceND.gradient
def _(op, grad):
    return space_to_batch_nd(grad, op.inputs[1], op.inputs[2]), None, None


@BatchToSpace.shape
def _(input, crops, block_size):
    dims = with_rank(input.shape, 4)._dims
    rows, sides = with_rank(crops.shape, 2)._dims
    merge_dims(rows, 2)
    merge_dims(sides, 2)
    return _batch_to_space_shape(dims, 2, np.array([block_size] * 2), static_value(crops))


@BatchToSpace.kernel
def _(input, crops, block_size):
    if np.ndim(input) != 4:
        raise ValueError(f"Input rank should be: 4instead of: {np.ndim(input)}")
    return _batch_to_space(input, [block_size] * 2, crops)


@BatchToSpace.gradient
def _(op, grad):
    return space_to_batch(grad, op.inputs[1], block_size=op._attrs["block_size"]), None


def required_space_to_batch_paddings(input_shape, block_shape, base_paddings=None, name=None):
    """Paddings that make each dimension a multiple of its block, and the crops that undo the extra.

    Args:
      input_shape: N integers, the sizes of the dimensions.
      block_shape: N integers, the sizes of the blocks; N is known.
      base_paddings: [N, 2], paddings to have at least; by default none.
      name: the scope's name.

    Returns:
      (paddings, crops), tensors of shape [N, 2]; constants when all arguments are.

    Raises:
      ValueError: the shapes do not fit.
    """
    with name_scope(name, "required_space_to_batch_paddings", [input_shape, block_shape]):
        sizes = convert_to_tensor(input_shape, dtype=dtypes.int32, name="input_shape")
        block = convert_to_tensor(block_shape, dtype=dtypes.int32, name="block_shape")
        block.shape.assert_is_fully_defined()
        block.shape.assert_has_rank(1)
        count = block.shape._dims[0]
        if count == 0:
            return (array_ops.zeros([0, 2], dtypes.int32), array_ops.zeros([0, 2], dtypes.int32))
        sizes.shape.assert_is_compatible_with([count])
        if base_paddings is None:
            base = array_ops.zeros([count, 2], dtypes.int32)
        else:
            base = convert_to_tensor(base_paddings, dtype=dtypes.int32, name="base_paddings")
            base.shape.assert_is_compatible_with([count, 2])
        known = [constant_value(item) for item in (block, sizes, base)]
        if all(item is not None for item in known):
            block, sizes, base = known
        start, end = base[:, 0], base[:, 1]
        full = sizes + start + end
        extra = (block - full % block) % block
        end = end + extra
        paddings = array_ops.stack([[start[i], end[i]] for i in range(count)], name="paddings")
        crops = array_ops.stack([[0, extra[i]] for i in range(count)], name="crops")
        return paddings, crops


# ---- SpaceToDepth, DepthToSpace ----


def space_to_depth(input, block_size, name=None, data_format="NHWC"):
    """Moves the pixels of each square block of an image to its depth (TF op: SpaceToDepth).

    Args:
      input: [batch, height, width, depth], or [batch, depth, height, width] with "NCHW".
      block_size: an int >= 2 that divides height and width.
      name: the operation's name.
      data_format: "NHWC" or "NCHW".
    """
    return SpaceToDepth(input, block_size=block_size, data_format=data_format, name=name)


def depth_to_space(input, block_size, name=None, data_format="NHWC"):
    """The inverse of ``space_to_depth`` (TF op: DepthToSpace)."""
    return DepthToSpace(input, block_size=block_size, data_format=data_format, name=name)


_DEPTH = ("(input: T; T, block_size: int >= 2, data_format: string in {'NHWC', 'NCHW',"
          " 'NCHW_VECT_C'} = 'NHWC') -> (output: T)")
SpaceToDepth = op("SpaceToDepth" + _DEPTH).view()
DepthToSpace = op("DepthToSpace" + _DEPTH).view()


def _image_order(data_format):
    """The axes (batch, height, width, depth) of a 4-D layout."""
    if data_format == b"NCHW_VECT_C":
        raise ValueError("the data_format NCHW_VECT_C, of quantized images, is not supported")
    return (0, 1, 2, 3) if data_format == b"NHWC" else (0, 2, 3, 1)


def _image_shape(input, data_format, change):
    order = _image_order(data_format)
    dims = with_rank(input.shape, 4)._dims
    changed = change(*[dims[axis] for axis in order])
    result = [None] * 4
    for axis, dim in zip(order, changed):
        result[axis] = dim
    return shape_of(result)


@SpaceToDepth.shape
def _(input, block_size, data_format):
    return _image_shape(input, data_format, lambda batch, height, width, depth: (
        batch, divide_dims(height, block_size), divide_dims(width, block_size),
        None if depth is None else depth * block_size ** 2))


@DepthToSpace.shape
def _(input, block_size, data_format):
    return _image_shape(input, data_format, lambda batch, height, width, depth: (
        batch, None if height is None else height * block_size,
        None if width is None else width * block_size, divide_dims(depth, block_size ** 2)))


def _check_image(input):
    if np.ndim(input) != 4:
        raise ValueError(f"Input rank should be 4 instead of {np.ndim(input)}")


@SpaceToDepth.kernel
def _(input, block_size, data_format):
    _check_image(input)
    order = _image_order(data_format)
    batch, height, width, depth = np.transpose(input, order).shape
    if height % block_size or width % block_size:
        raise ValueError(f"Image width {width} and height {height} should be divisible by "
                         f"block_size: {block_size}")
    blocks = np.transpose(input, order).reshape(
        batch, height // block_size, block_size, width // block_size, block_size, depth)
    result = blocks.transpose(0, 1, 3, 2, 4, 5).reshape(
        batch, height // block_size, width // block_size, depth * block_size ** 2)
    return np.transpose(result, np.argsort(order))


@DepthToSpace.kernel
def _(input, block_size, data_format):
    _check_image(input)
    order = _image_order(data_format)
    batch, height, width, depth = np.transpose(input, order).shape
    if depth % block_size ** 2:
        raise ValueError(f"Input depth dimension {depth} should be divisible by: {block_size ** 2}")
    blocks = np.transpose(input, order).reshape(
        batch, height, width, block_size, block_size, depth // block_size ** 2)
    result = blocks.transpose(0, 1, 3, 2, 4, 5).reshape(
        batch, height * block_size, width * block_size, depth // block_size ** 2)
    return np.transpose(result, np.argsort(order))


@SpaceToDepth.gradient
def _(op, grad):
    return depth_to_space(grad, op._attrs["block_size"], data_format=op._attrs["data_format"])


@DepthToSpace.gradient
def _(op, grad):
    return space_to_depth(grad, op._attrs["block_size"], data_format=op._attrs["data_format"])
