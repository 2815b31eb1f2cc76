"""Contractions: tensordot, and einsum as a sequence of matrix products."""

import re
import string
import warnings

import numpy as np

from minitf.framework import compat, dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.ops import array_ops, math_ops

# ---- tensordot ----


def tensordot(a, b, axes, name=None):
    """Sums of products over axes of ``a`` and ``b``: transposed and reshaped to one matrix product.

    Args:
      a, b: tensors of one dtype.
      axes: a number n: the last n axes of ``a`` and the first n of ``b``; or a pair of axes, or of
        lists of axes, or a tensor of shape [2, n].

    Returns:
      A tensor with the other axes of ``a``, then those of ``b``.

    Raises:
      ValueError: ``axes`` is negative, larger than the rank, or not a pair of equal length.
    """
    with name_scope(name, "Tensordot", [a, b, axes]) as scope:
        a, b = convert_to_tensor(a, name="a"), convert_to_tensor(b, name="b")
        a_axes, b_axes = _tensordot_axes(a, axes)
        a_matrix, a_free, a_static = _as_matrix(a, a_axes, contracted_first=False)
        b_matrix, b_free, b_static = _as_matrix(b, b_axes, contracted_first=True)
        product = math_ops.matmul(a_matrix, b_matrix)
        if isinstance(a_free, list) and isinstance(b_free, list):
            return array_ops.reshape(product, a_free + b_free, name=scope)
        a_free = convert_to_tensor(a_free, dtype=dtypes.int32)
        b_free = convert_to_tensor(b_free, dtype=dtypes.int32)
        result = array_ops.reshape(product, array_ops.concat([a_free, b_free], 0), name=scope)
        if a_static is not None and b_static is not None:
            result.set_shape(a_static + b_static)
        return result


def _tensordot_axes(a, axes):
    """The axes of each tensor, as lists or as tensors."""
    if isinstance(axes, compat.integral_types):
        if axes < 0:
            raise ValueError("'axes' must be at least 0.")
        rank = a.shape.ndims
        if rank is None:
            rank = array_ops.rank(a)
            return (math_ops.range(rank - axes, rank, dtype=dtypes.int32),
                    math_ops.range(axes, dtype=dtypes.int32))
        if axes > rank:
            raise ValueError(
                f"'axes' must not be larger than the number of dimensions of tensor {a}.")
        return list(range(rank - axes, rank)), list(range(axes))
    if isinstance(axes, (list, tuple)):
        if len(axes) != 2:
            raise ValueError("'axes' must be an integer or have length 2.")
        a_axes, b_axes = axes
        if isinstance(a_axes, compat.integral_types) and isinstance(b_axes, compat.integral_types):
            a_axes, b_axes = [a_axes], [b_axes]
        if len(a_axes) != len(b_axes):
            raise ValueError("Different number of contraction axes 'a' and 'b', "
                             f"{len(a_axes)} != {len(b_axes)}.")
        return a_axes, b_axes
    axes = convert_to_tensor(axes, name="axes", dtype=dtypes.int32)
    return axes[0], axes[1]


def _as_matrix(tensor, axes, contracted_first):
    """``tensor`` as a matrix of contracted by free axes, or of free by contracted ones.

    Returns the matrix, the free dimensions (a list, or a tensor), and what is known of them.
    """
    dims = None if tensor.shape._dims is None else list(tensor.shape._dims)
    if tensor.shape.is_fully_defined() and isinstance(axes, (list, tuple)):
        axes, free = _split_axes(dims, axes)
        free_dims = [dims[i] for i in free]
        sizes = [int(np.prod([dims[i] for i in part])) for part in (free, axes)]
        perm = axes + free if contracted_first else free + axes
        new_shape = sizes[::-1] if contracted_first else sizes
        matrix = array_ops.reshape(array_ops.transpose(tensor, perm), new_shape)
        return matrix, free_dims, free_dims
    free_static = None
    if dims is not None and isinstance(axes, (list, tuple)):
        axes, free = _split_axes(dims, axes)
        free_static = [dims[i] for i in free]
        axes = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        free = convert_to_tensor(free, dtype=dtypes.int32, name="free")
        shape = array_ops.shape(tensor)
    else:
        shape, rank = array_ops.shape(tensor), array_ops.rank(tensor)
        axes = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        is_counted_from_front = axes >= 0
        axes = array_ops.where(is_counted_from_front, axes, axes + rank)
        free, _ = array_ops.setdiff1d(math_ops.range(rank), axes)
    free_dims = array_ops.gather(shape, free)
    axes_dims = array_ops.gather(shape, axes)
    free_size = math_ops.reduce_prod(free_dims)
    axes_size = math_ops.reduce_prod(axes_dims)
    if contracted_first:
        perm = array_ops.concat([axes, free], 0)
        new_shape = array_ops.stack([axes_size, free_size])
    else:
        perm = array_ops.concat([free, axes], 0)
        new_shape = array_ops.stack([free_size, axes_size])
    matrix = array_ops.reshape(array_ops.transpose(tensor, perm), new_shape)
    return matrix, free_dims, free_static


def _split_axes(dims, axes):
    axes = [axis if axis >= 0 else axis + len(dims) for axis in axes]
    for axis in axes:
        dims[axis]  # raises IndexError for an axis that is not there
    return axes, [i for i in range(len(dims)) if i not in axes]


# ---- einsum ----


def einsum(equation, *inputs, **kwargs):
    """Sums of products by Einstein's convention: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``.

    Tensors are contracted from left to right, two at a time, each time by one matrix product of
    batches: labels that both have and the result needs are the batch, labels that vanish are
    summed over, and the others are rows and columns.

    Args:
      equation: labels of the axes of each input, and of the result after ``->``; without it, the
        labels that occur once, sorted. ``...`` stands for further axes.
      *inputs: tensors of one dtype.
      name: a name for the operations.

    Raises:
      ValueError: an equation that cannot be read, does not fit the inputs' ranks, or has a label
        twice in one input.
      TypeError: another keyword argument.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise TypeError("invalid keyword arguments for this function: "
                        + ", ".join(sorted(kwargs)))
    with name_scope(name, "einsum", [equation, inputs]):
        inputs = [convert_to_tensor(x) for x in inputs]
        labels, output = _parse_equation(equation, [x.shape for x in inputs])
        if _is_trace(equation, labels):
            return math_ops.trace(inputs[0])
        for item in labels:
            if len(set(item)) < len(item):
                raise ValueError(f"Subscript not supported: an axis appears more than once: {item}")
        for label in sorted(set("".join(labels))):
            if label not in output and sum(label in item for item in labels) > 2:
                warnings.warn("Falling back to exponential-space implementation of einsum() "
                              f'because index "{label}" is summed over more than two inputs.',
                              stacklevel=2)
                return _einsum_by_broadcast(inputs, labels, output)
        value, value_labels = inputs[0], labels[0]
        for x, x_labels in zip(inputs[1:], labels[1:]):
            summed = set(value_labels) & set(x_labels) - set(output)
            value, value_labels = _contract(value, value_labels, x, x_labels, summed)
        return _finish(value, value_labels, output, equation)


def _is_trace(equation, labels):
    first = labels[0]
    return (len(labels) == 1 and "->" not in equation and first == first[::-1]
            and any(first.count(label) == 2 for label in first))


def _finish(value, labels, output, equation):
    """Sums over the labels that are left and brings the others in order."""
    if set(labels) - set(output):
        axis = [i for i, label in enumerate(labels) if label not in output]
        value = math_ops.reduce_sum(value, axis=axis)
        labels = "".join(label for label in labels if label in output)
    if sorted(labels) != sorted(output):
        raise ValueError(f"Invalid equation: {equation}")
    return _transposed(value, [labels.index(label) for label in output])


def _parse_equation(equation, shapes):
    """The labels of the axes of each input, and those of the result, with ``...`` resolved."""
    equation = equation.replace(" ", "")
    match = re.match("^([a-zA-Z,.]+)(->[a-zA-Z.]*)?$", equation)
    if not match:
        raise ValueError(f"Indices have incorrect format: {equation}")
    labels = match.group(1).split(",")
    output = match.group(2)[2:] if match.group(2) else None
    if len(shapes) != len(labels):
        raise ValueError(f'Got {len(shapes)} arguments for equation "{equation}", expecting '
                         f"{len(labels)}")
    ellipsis = ""
    if "..." in equation:
        unused = "".join(c for c in string.ascii_letters if c not in "".join(labels))
        for i, item in enumerate(labels):
            if "..." in item:
                axes = _ellipsis_labels(item, shapes[i], unused)
                labels[i] = item.replace("...", axes)
                ellipsis = max(ellipsis, axes, key=len)
    if output is not None:
        output = output.replace("...", ellipsis)
    if any("." in item for item in [*labels, output or ""]):
        raise ValueError('period "." found outside of ellipsis')
    if output is None:
        joined = "".join(labels)
        once = {c for c in joined if joined.count(c) == 1 and c not in ellipsis}
        output = ellipsis + "".join(sorted(once))
    return labels, output


def _ellipsis_labels(item, shape, unused):
    """Unused labels for the axes of one input that ``...`` stands for."""
    parts = item.split("...")
    if len(parts) != 2:
        raise ValueError("Unable to resolve ellipsis. Excess number found.")
    if shape.ndims is None:
        raise ValueError("Unable to statically infer ellipsis axes.")
    count = shape.ndims - len("".join(parts))
    if count < 0:
        raise ValueError("Ellipses lengths do not match.")
    if len(unused) < count:
        raise ValueError("Unable to resolve ellipsis, too many distinct labels.")
    return unused[-count:] if count else ""


def _contract(t0, labels0, t1, labels1, summed):
    """The product of two tensors, summed over the labels ``summed``, and the result's labels."""
    for i, (tensor, labels) in enumerate(((t0, labels0), (t1, labels1))):
        if len(labels) != len(tensor.shape):
            raise ValueError(f"Tensor t{i} of rank {len(tensor.shape)} does not match einsum "
                             f"reduction of length {len(labels)}")
    batch = (set(labels0) & set(labels1)) - summed
    rows, cols = set(labels0) - batch - summed, set(labels1) - batch - summed
    order0 = sorted(batch) + sorted(rows) + sorted(summed)
    order1 = sorted(batch) + sorted(summed) + sorted(cols)
    t0 = _transposed(t0, [labels0.find(label) for label in order0])
    t1 = _transposed(t1, [labels1.find(label) for label in order1])
    result = "".join(sorted(batch) + sorted(rows) + sorted(cols))
    if not summed:
        for _ in cols:
            t0 = array_ops.expand_dims(t0, -1)
        for _ in rows:
            t1 = array_ops.expand_dims(t1, len(batch))
        return math_ops.multiply(t0, t1), result
    shape0 = _shape_list(t0)
    row_count = _size(shape0[len(batch):-len(summed)])
    summed_count = _size(shape0[-len(summed):])
    t0 = _reshaped(t0, [*shape0[:len(batch)], row_count, summed_count])
    shape1 = _shape_list(t1)
    col_count = _size(shape1[len(batch) + len(summed):])
    t1 = _reshaped(t1, [*shape1[:len(batch)], summed_count, col_count])
    product = math_ops.matmul(t0, t1)
    shape = shape0[:len(batch) + len(rows)] + shape1[len(shape1) - len(cols):]
    return _reshaped(product, shape), result


def _transposed(tensor, perm):
    return tensor if perm == list(range(len(perm))) else array_ops.transpose(tensor, perm=perm)


def _reshaped(tensor, shape):
    """``tensor`` in a shape of ints, tensors and None; itself when that is its static shape."""
    shape = [-1 if dim is None else dim for dim in shape]
    current = tensor.shape._dims
    if len(shape) == len(current) and all(
            not isinstance(new, Tensor) and (old == new or new == -1)
            for old, new in zip(current, shape)):
        return tensor
    return array_ops.reshape(tensor, shape)


def _shape_list(tensor):
    """The dimensions: ints where they are known, else scalar tensors."""
    dims = tensor.shape.as_list()
    if None not in dims:
        return dims
    shape = array_ops.shape(tensor)
    return [shape[i] if dim is None else dim for i, dim in enumerate(dims)]


def _size(dims):
    result = 1
    for dim in dims:
        result *= dim
    return result


def _einsum_by_broadcast(inputs, labels, output):
    """All inputs broadcast to all labels and multiplied, then summed: any equation, much memory."""
    vanishing = sorted(set("".join(labels)) - set(output))
    order = vanishing + list(output)
    expanded = []
    for i, (x, item) in enumerate(zip(inputs, labels)):
        if x.shape.ndims != len(item):
            raise ValueError(f"Input {i} with axes {item} has incorrect number of dimensions "
                             f"(expected {len(item)}, got {x.shape.ndims})")
        perm = sorted(range(len(item)), key=lambda axis: order.index(item[axis]))
        x = _transposed(x, perm)
        dims = iter(dim or -1 for dim in x.shape.as_list())
        expanded.append((x, [next(dims) if label in item else 1 for label in order]))
    expanded = [array_ops.reshape(x, shape) for x, shape in expanded]
    product = 1
    for x in expanded:
        product *= x
    return math_ops.reduce_sum(product, list(range(len(vanishing))))
