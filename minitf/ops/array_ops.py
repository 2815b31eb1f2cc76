"""Arrays: the functions on tensors that do not calculate, by subject.

This module names them all, as TensorFlow's does; each subject has a module of its own:

    array_identity_ops   placeholders, identities, checks
    array_fill_ops       fill, zeros, ones, one_hot, masks of lengths
    array_shape_ops      shape, size, rank, reshape, expand_dims, squeeze, broadcasting
    array_join_ops       stack, unstack, concat, split
    array_slice_ops      slice, strided_slice, tensor[...]
    array_gather_ops     gather, gather_nd, scatter_nd, updates of tensors
    array_select_ops     where, boolean_mask, dynamic_partition and _stitch, unique, searchsorted
    array_move_ops       transpose, tile, pad, reverse, roll, meshgrid, repeat
    array_diag_ops       diagonals, bands, eye
    array_block_ops      space and batch, space and depth
    array_edit_ops       edit_distance, bitcast

The families refer to each other by this module, when they are called: ``array_ops.reshape(...)``.
"""

# ruff: noqa: F401

from minitf.ops.array_identity_ops import (
    CheckNumerics, EnsureShape, GuaranteeConst, Identity, IdentityN, Placeholder, PlaceholderV2,
    PlaceholderWithDefault, PreventGradient, StopGradient, check_numerics, ensure_shape,
    guarantee_const, identity, identity_n, placeholder, placeholder_with_default, prevent_gradient,
    sparse_placeholder, stop_gradient)
from minitf.ops.array_shape_ops import (
    BroadcastArgs, BroadcastGradientArgs, BroadcastTo, ExpandDims, Rank, Reshape, Shape, ShapeN,
    Size, Squeeze, broadcast_axes, broadcast_dynamic_shape, broadcast_gradient_args,
    broadcast_static_shape, broadcast_to, expand_dims, rank, rank_internal, reshape,
    reshape_gradient, reshape_to_input, shape, shape_internal, shape_n, size,
    size_internal, squeeze)
from minitf.ops.array_fill_ops import (
    Fill, OneHot, OnesLike, ZerosLike, all_dimensions, fill, one_hot, ones, ones_like,
    sequence_mask, zero_array, zeros, zeros_like)
from minitf.ops.array_join_ops import (
    Concat, ConcatOffset, ConcatV2, Pack, ParallelConcat, Split, SplitV, Unpack, concat,
    parallel_stack, split, stack, unstack)
from minitf.ops.array_slice_ops import (
    ResourceStridedSliceAssign, Slice, StridedSlice, StridedSliceAssign, StridedSliceGrad,
    TensorStridedSliceUpdate, index_tensor, newaxis, slice, strided_slice, strided_slice_grad,
    tensor_strided_slice_update)
from minitf.ops.array_gather_ops import (
    Gather, GatherNd, GatherV2, ScatterNd, TensorScatterAdd, TensorScatterSub, TensorScatterUpdate,
    batch_gather, gather, gather_nd, scatter_nd, tensor_scatter_add, tensor_scatter_sub,
    tensor_scatter_update)
from minitf.ops.array_select_ops import (
    DynamicPartition, DynamicStitch, InvertPermutation, ListDiff, LowerBound, ParallelDynamicStitch,
    Unique, UniqueWithCounts, UnravelIndex, UpperBound, Where, boolean_mask, dynamic_partition,
    dynamic_stitch, invert_permutation, parallel_dynamic_stitch, searchsorted, setdiff1d,
    sparse_mask, unique, unique_with_counts, unravel_index, where, where_v2)
from minitf.ops.array_move_ops import (
    ConjugateTranspose, MirrorPad, MirrorPadGrad, Pad, PadV2, ReverseSequence, ReverseV2, Roll,
    Tile, Transpose, matrix_transpose, meshgrid, pad, repeat, reverse, reverse_sequence, roll, tile,
    transpose)
from minitf.ops.array_diag_ops import (
    Diag, DiagPart, MatrixBandPart, MatrixDiag, MatrixDiagPart, MatrixSetDiag, diag, diag_part, eye,
    matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag)
from minitf.ops.array_block_ops import (
    BatchToSpace, BatchToSpaceND, DepthToSpace, SpaceToBatch, SpaceToBatchND, SpaceToDepth,
    batch_to_space, batch_to_space_nd, depth_to_space, required_space_to_batch_paddings,
    space_to_batch, space_to_batch_nd, space_to_depth)
from minitf.ops.array_edit_ops import Bitcast, EditDistance, bitcast, edit_distance

reverse_v2 = reverse
