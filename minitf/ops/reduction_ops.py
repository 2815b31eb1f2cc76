"""Reductions over axes: sums, means, products, extrema, logic; and the place of an extremum."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import constant_value, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, device, get_default_graph, name_scope
from minitf.framework.indexed_slices import SparseTensorBase
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape, unknown_shape
from minitf.ops import array_ops, math_ops
from minitf.ops.arguments import check_scalar, renamed_argument
from minitf.ops.common_shapes import UNKNOWN, reduction_shape, with_rank
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text
from minitf.ops.type_lists import INDICES, NUMBERS

# ---- arguments of all reductions ----


def reduction_axes(x, axis):
    """The axes to reduce: as given, or all of them, a constant when the rank is known."""
    if axis is not None:
        return axis
    if isinstance(x, Tensor) and x.shape.ndims is not None:
        return constant(np.arange(x.shape.ndims), dtype=dtypes.int32)
    if isinstance(x, SparseTensorBase) and x.dense_shape.shape.is_fully_defined():
        return constant(np.arange(x.dense_shape.shape._dims[0]), dtype=dtypes.int32)
    return math_ops.range(0, array_ops.rank(x))


def _reduced(op_type, input_tensor, axis, keepdims, name, reduction_indices, keep_dims):
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    keepdims = False if keepdims is None else keepdims
    axes = reduction_axes(input_tensor, axis)
    output = op_type(input_tensor, axes, keep_dims=keepdims, name=name)
    return _scalar_if_all(output, axis, keepdims)


def _scalar_if_all(output, axis, keepdims):
    """A reduction of all axes is a scalar, though the rank of its input be unknown."""
    if not keepdims and axis is None and not output.shape.is_fully_defined():
        output.set_shape(())
    return output


# ---- kernels ----


def _axes(input, reduction_indices):
    """The axes as a tuple for NumPy: counted from the front, without repetition.

    Raises:
      InvalidArgumentError: there is no such axis.
    """
    if not np.size(reduction_indices):
        return ()
    rank = np.ndim(input)
    axes = set()
    for axis in np.ravel(reduction_indices).tolist():
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                None, None,
                f"Invalid reduction dimension ({axis} for input with {rank} dimension(s)")
        axes.add(axis % rank)
    return tuple(sorted(axes))


def _reduction(signature, function, **options):
    """Declares a reduction: ``function(input, axes, keepdims)`` computes it."""
    op_type = op(signature, **options)
    op_type.shape(_reduction_shape_rule)

    @op_type.kernel
    def _(input, reduction_indices, keep_dims):
        return function(input, _axes(input, reduction_indices), keep_dims)

    return op_type


def _reduction_shape_rule(input, reduction_indices, keep_dims):
    return reduction_shape(input, reduction_indices, keep_dims)


def _signature(name, dtype="T"):
    attrs = "T, Tidx" if dtype == "T" else "Tidx"
    return (f"{name}(input: {dtype}, reduction_indices: Tidx; keep_dims: bool = False, {attrs}:"
            f" type = int32) -> (output: {dtype})")


def _sum(input, axes, keepdims):
    if not axes:
        return input  # as in the gradient of a broadcast that repeated nothing
    return np.sum(input, axis=axes, keepdims=keepdims, dtype=input.dtype)


def _mean(input, axes, keepdims):
    """The sum divided by the count; integers are divided towards zero."""
    if input.dtype == np.float16:
        return _mean(input.astype(np.float32), axes, keepdims).astype(np.float16)
    total = _sum(input, axes, keepdims)
    count = total.dtype.type(input.size // max(total.size, 1))
    if input.dtype.kind == "c" and not count:
        return total
    if input.dtype.kind in "fc":
        return np.divide(total, count)
    magnitude = np.floor_divide(np.abs(total), max(count, count.dtype.type(1)))
    return np.where(total < 0, np.negative(magnitude), magnitude).astype(input.dtype)


def _prod(input, axes, keepdims):
    return np.prod(input, axis=axes, keepdims=keepdims, dtype=input.dtype)


def _lowest(dtype):
    return np.iinfo(dtype).min


def _highest(dtype):
    return np.iinfo(dtype).max


def _has_one_each(input, axes):
    """Whether there is one element to reduce for each result, which TensorFlow passes on."""
    return all(input.shape[axis] == 1 for axis in axes)


def _passed_on(input, axes, keepdims):
    return np.array(input if keepdims else np.squeeze(input, axes))  # no view of the input


def _max(input, axes, keepdims):
    if _has_one_each(input, axes):
        return _passed_on(input, axes, keepdims)
    if input.dtype.kind == "f":  # NaN is never larger than what was seen before
        return np.fmax.reduce(input, axis=axes, keepdims=keepdims, initial=-np.inf)
    return np.max(input, axis=axes, keepdims=keepdims, initial=_lowest(input.dtype))


def _min(input, axes, keepdims):
    if _has_one_each(input, axes):
        return _passed_on(input, axes, keepdims)
    if input.dtype.kind == "f":
        return np.fmin.reduce(input, axis=axes, keepdims=keepdims, initial=np.inf)
    return np.min(input, axis=axes, keepdims=keepdims, initial=_highest(input.dtype))


def _all(input, axes, keepdims):
    return np.all(input, axis=axes, keepdims=keepdims)


def _any(input, axes, keepdims):
    return np.any(input, axis=axes, keepdims=keepdims)


def _euclidean_norm(input, axes, keepdims):
    if _has_one_each(input, axes):
        return _passed_on(input, axes, keepdims)
    squares = np.square(np.abs(input)) if input.dtype.kind == "c" else np.square(input)
    return np.sqrt(_sum(squares, axes, keepdims)).astype(input.dtype)


# ---- Sum ----


def reduce_sum(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None,
               keep_dims=None):
    """The sum over axes (TF op: Sum).

    Args:
      input_tensor: a numeric tensor.
      axis: the axis or axes, in [-rank, rank); None: all.
      keepdims: keep the summed axes, with length 1.
      reduction_indices, keep_dims: the old names of ``axis`` and ``keepdims``.

    Raises:
      ValueError: an axis that is not there; both names of an argument.
    """
    return _reduced(Sum, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


Sum = _reduction(_signature("Sum"), _sum, T=NUMBERS, Tidx=INDICES).view()


@Sum.gradient
def _(op, grad):
    """Every element of the input gets the gradient of the sum that it went into."""
    x, axes_tensor = op.inputs
    dims = x.shape._dims
    axes = None if dims is None else constant_value(axes_tensor)
    if axes is not None:
        if np.array_equal(axes, np.arange(len(dims))):
            grad = array_ops.reshape(grad, [1] * len(dims))
            if None in dims:
                input_shape = array_ops.shape(x)
            else:
                input_shape = constant(dims, dtype=dtypes.int32)
            return [array_ops.tile(grad, input_shape), None]
        if None not in dims:
            kept_dims, repeats = _known_shapes(dims, tuple(axes.reshape(-1).tolist()))
            return [array_ops.tile(array_ops.reshape(grad, kept_dims), repeats), None]
    input_shape = array_ops.shape(x)
    with colocate_with(input_shape):
        kept_dims = reduced_shape(input_shape, axes_tensor)
        repeats = _safe_shape_div(input_shape, kept_dims)
    return [array_ops.tile(array_ops.reshape(grad, kept_dims), repeats), None]


def _known_shapes(dims, axes):
    """The shape with reduced axes kept as 1, and how often each axis repeats then.

    TensorFlow builds the operations that compute them, to evaluate them on the spot, once a graph.
    """
    known = get_default_graph()._gradient_shapes
    if ("Sum", dims, axes) not in known:
        kept_dims = reduced_shape(dims, axes)
        kept_value = tuple(static_value(kept_dims).tolist())
        repeats = _safe_shape_div(dims, kept_value)
        known["Sum", dims, axes] = kept_value, tuple(static_value(repeats).tolist())
    return known["Sum", dims, axes]


def reduced_shape(input_shape, axes):
    """The shape of a reduction that keeps its axes, computed in the graph."""
    input_shape = math_ops.cast(input_shape, dtypes.int32)
    axes = math_ops.cast(axes, dtypes.int32)
    rank = array_ops.size(input_shape)
    axes = (axes + rank) % rank
    axes_shape = array_ops.shape(axes)
    return array_ops.dynamic_stitch([math_ops.range(rank), axes],
                                    [input_shape, array_ops.fill(axes_shape, 1)])


def _safe_shape_div(x, y):
    """``x // y`` for dimensions, where 0 divides like 1."""
    return x // math_ops.maximum(y, 1)


# ---- Mean ----


def reduce_mean(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None,
                keep_dims=None):
    """The mean over axes (TF op: Mean); integers give an integer, rounded towards zero.

    Arguments are those of ``reduce_sum``.
    """
    return _reduced(Mean, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


Mean = _reduction(_signature("Mean"), _mean, T=NUMBERS, Tidx=INDICES)


@Mean.gradient
def _(op, grad):
    sum_grad = Sum.gradient_rule(op, grad)[0]
    x, y = op.inputs[0], op.outputs[0]
    if x.shape.is_fully_defined() and y.shape.is_fully_defined():
        count = x.shape.num_elements() // max(y.shape.num_elements(), 1)
        count = constant(count, dtype=sum_grad.dtype)
    else:
        input_shape, output_shape = array_ops.shape(x), array_ops.shape(y)
        count = _safe_shape_div(reduce_prod(input_shape), reduce_prod(output_shape))
    return math_ops.truediv(sum_grad, math_ops.cast(count, sum_grad.dtype)), None


# ---- Prod ----


def reduce_prod(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None,
                keep_dims=None):
    """The product over axes (TF op: Prod). Arguments are those of ``reduce_sum``."""
    return _reduced(Prod, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


Prod = _reduction(_signature("Prod"), _prod, T=NUMBERS, Tidx=INDICES)


@Prod.gradient
def _(op, grad):
    """Each element gets the product of all others, from exclusive scans from both ends.

    So no element is divided by, and zeros do no harm.
    """
    x, axes = op.inputs
    input_shape = array_ops.shape(x)
    reduction_indices = array_ops.reshape(axes, [-1])
    kept_dims = reduced_shape(input_shape, axes)
    repeats = _safe_shape_div(input_shape, kept_dims)
    grad = array_ops.tile(array_ops.reshape(grad, kept_dims), repeats)
    with device("/cpu:0"):
        rank = array_ops.rank(x)
        reduction_indices = (reduction_indices + rank) % rank
        reduced = math_ops.cast(reduction_indices, dtypes.int32)
        idx = math_ops.range(0, rank)
        other, _ = array_ops.setdiff1d(idx, reduced)
        perm = array_ops.concat([reduced, other], 0)
        reduced_num = reduce_prod(array_ops.gather(input_shape, reduced))
        other_num = reduce_prod(array_ops.gather(input_shape, other))
    permuted = array_ops.transpose(x, perm)
    permuted_shape = array_ops.shape(permuted)
    reshaped = array_ops.reshape(permuted, (reduced_num, other_num))
    left = math_ops.cumprod(reshaped, axis=0, exclusive=True)
    right = math_ops.cumprod(reshaped, axis=0, exclusive=True, reverse=True)
    y = array_ops.reshape(math_ops.conj(left) * math_ops.conj(right), permuted_shape)
    out = grad * array_ops.transpose(y, array_ops.invert_permutation(perm))
    return array_ops.reshape(out, input_shape), None


# ---- Max, Min ----


def reduce_max(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None,
               keep_dims=None):
    """The largest element over axes (TF op: Max). Arguments are those of ``reduce_sum``."""
    return _reduced(Max, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_min(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None,
               keep_dims=None):
    """The smallest element over axes (TF op: Min). Arguments are those of ``reduce_sum``."""
    return _reduced(Min, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


Max = _reduction(_signature("Max"), _max, T=NUMBERS, Tidx=INDICES)
Min = _reduction(_signature("Min"), _min, T=NUMBERS, Tidx=INDICES)


@Max.gradient
def _(op, grad):
    """The elements that equal the extremum share its gradient equally."""
    x, axes = op.inputs
    kept_dims = reduced_shape(array_ops.shape(x), axes)
    y = array_ops.reshape(op.outputs[0], kept_dims)
    grad = array_ops.reshape(grad, kept_dims)
    indicators = math_ops.cast(math_ops.equal(y, x), grad.dtype)
    num_selected = array_ops.reshape(reduce_sum(indicators, axes), kept_dims)
    return [math_ops.divide(indicators, num_selected) * grad, None]


Min.gradient(Max.gradient_rule)


# ---- All, Any ----


def reduce_all(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None,
               keep_dims=None):
    """True where all elements over the axes are (TF op: All)."""
    return _reduced(All, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_any(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None,
               keep_dims=None):
    """True where any element over the axes is (TF op: Any)."""
    return _reduced(Any, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


All = _reduction(_signature("All", "bool"), _all, Tidx=INDICES).not_differentiable()
Any = _reduction(_signature("Any", "bool"), _any, Tidx=INDICES).not_differentiable()


# ---- EuclideanNorm ----


def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None):
    """``sqrt(sum(x**2))`` over axes (TF op: EuclideanNorm)."""
    return _reduced(EuclideanNorm, input_tensor, axis, keepdims, name, None, None)


EuclideanNorm = _reduction(_signature("EuclideanNorm"), _euclidean_norm, T=NUMBERS,
                           Tidx=INDICES).view().not_differentiable()


# ---- compositions ----


def count_nonzero(input_tensor=None, axis=None, keepdims=None, dtype=dtypes.int64, name=None,
                  reduction_indices=None, keep_dims=None, input=None):
    """How many elements over the axes are not 0 (or False, or empty strings), as ``dtype``."""
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    input_tensor = renamed_argument("input", input, "input_tensor", input_tensor)
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(name, "count_nonzero", [input_tensor]):
        x = convert_to_tensor(input_tensor, name="input")
        zero = array_ops.zeros([], dtype=x.dtype)
        different = math_ops.cast(math_ops.not_equal(x, zero), dtypes.int64)
        return math_ops.cast(reduce_sum(different, axis=axis, keepdims=keepdims), dtype=dtype)


def reduce_variance(input_tensor, axis=None, keepdims=False, name=None):
    """The mean of the squared distances from the mean, over axes."""
    with name_scope(name or "reduce_variance"):
        means = reduce_mean(input_tensor, axis=axis, keepdims=True)
        squared_deviations = math_ops.square(input_tensor - means)
        return reduce_mean(squared_deviations, axis=axis, keepdims=keepdims)


def reduce_std(input_tensor, axis=None, keepdims=False, name=None):
    """The standard deviation, ``sqrt(reduce_variance(x))``."""
    with name_scope(name or "reduce_std"):
        return math_ops.sqrt(reduce_variance(input_tensor, axis=axis, keepdims=keepdims))


def reduce_logsumexp(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None,
                     keep_dims=None):
    """``log(sum(exp(x)))`` over axes, computed without overflow.

    The largest element is taken out before ``exp`` and added to the logarithm.
    """
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims) or False
    x = convert_to_tensor(input_tensor)
    with name_scope(name, "ReduceLogSumExp", [x]):
        raw_max = reduce_max(x, axis=axis, keepdims=True)
        finite = math_ops.is_finite(raw_max)
        largest = array_ops.stop_gradient(
            array_ops.where(finite, raw_max, array_ops.zeros_like(raw_max)))
        total = reduce_sum(math_ops.exp(math_ops.subtract(x, largest)), axis, keepdims=keepdims)
        result = math_ops.log(total)
        if not keepdims:
            largest = array_ops.reshape(largest, array_ops.shape(result))
        return _scalar_if_all(math_ops.add(result, largest), axis, keepdims)


# ---- ArgMax, ArgMin ----


def argmax(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    """The index of the largest element along an axis, by default the first (TF op: ArgMax).

    Args:
      input: a numeric tensor.
      axis: the axis, in [-rank, rank).
      dimension: the old name of ``axis``.
      output_type: int32 or int64.
    """
    axis = renamed_argument("axis", axis, "dimension", dimension)
    return ArgMax(input, 0 if axis is None else axis, output_type=output_type, name=name)


def argmin(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    """The index of the smallest element along an axis, by default the first (TF op: ArgMin)."""
    axis = renamed_argument("axis", axis, "dimension", dimension)
    return ArgMin(input, 0 if axis is None else axis, output_type=output_type, name=name)


def arg_max(input, dimension, output_type=dtypes.int64, name=None):
    """``argmax`` with its old arguments."""
    return ArgMax(input, dimension, output_type=output_type, name=name)


def arg_min(input, dimension, output_type=dtypes.int64, name=None):
    """``argmin`` with its old arguments."""
    return ArgMin(input, dimension, output_type=output_type, name=name)


def _arg_shape(input, dimension):
    with_rank(dimension.shape, 0)
    dims = input.shape._dims
    if dims is None:
        return UNKNOWN
    if len(dims) <= 1:
        return TensorShape([])
    axis = static_value(dimension)
    if axis is None:
        return unknown_shape(len(dims) - 1)
    axis, rank = int(axis), len(dims)
    if not -rank <= axis < rank:
        raise ValueError(f"Dimension ({axis}) must be in the range [{-rank}, {rank}), where {rank} "
                         "is the number of dimensions in the input.")
    axis %= rank
    return TensorShape._from_tuple(dims[:axis] + dims[axis + 1:])


def _place(find, worst, input, dimension, output_type):
    """The index of an extremum; NaN counts as ``worst``."""
    check_scalar(dimension, "dim must be a scalar, but received tensor of shape:")
    rank, axis = np.ndim(input), int(dimension)
    if not -rank <= axis < rank:
        raise errors.InvalidArgumentError(
            None, None, f"Expected dimension in the range [{-rank}, {rank}), but got {axis}")
    if np.shape(input)[axis] == 0:
        raise errors.InvalidArgumentError(
            None, None, f"Reduction axis {axis} is empty in shape {list_text(np.shape(input))}")
    place = find(input, axis=axis)
    if input.dtype.kind == "f":
        found = np.take_along_axis(input, np.expand_dims(place, axis), axis)
        if np.isnan(found).any():
            place = find(np.where(np.isnan(input), input.dtype.type(worst), input), axis=axis)
    return np.asarray(place, output_type.as_numpy_dtype)


def _arg_signature(name):
    return (f"{name}(input: T, dimension: Tidx; T, Tidx: type = int32, output_type: type = int64)"
            " -> (output: output_type)")


ArgMax = op(_arg_signature("ArgMax"), T=NUMBERS, Tidx=INDICES, output_type=INDICES)
ArgMin = op(_arg_signature("ArgMin"), T=NUMBERS, Tidx=INDICES, output_type=INDICES)
ArgMax.shape(_arg_shape)
ArgMin.shape(_arg_shape)


@ArgMax.kernel
def _(input, dimension, output_type):
    return _place(np.argmax, -np.inf, input, dimension, output_type)


@ArgMin.kernel
def _(input, dimension, output_type):
    return _place(np.argmin, np.inf, input, dimension, output_type)


@ArgMax.gradient
def _(op, grad):
    return [None, None]


@ArgMin.gradient
def _(op, grad):
    return [None, None]
