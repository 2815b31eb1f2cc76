"""Undoing a broadcast: gradients in the result's shape, summed back to the inputs' shapes."""

import numpy as np

from minitf.framework.graph import get_default_graph
from minitf.framework.operation import Tensor
from minitf.ops import array_ops, math_ops


def unbroadcast(x, y, grad=None):
    """Two functions that bring a gradient in the result's shape to the shape of ``x``, of ``y``.

    ``z = x + y`` repeats ``x`` along the axes that only ``y`` has; the gradient of ``x`` is the sum
    over these axes::

        to_x, to_y = unbroadcast(x, y, grad)
        return to_x(grad), to_y(grad)

    Args:
      x, y: the inputs of an op that broadcasts.
      grad: the incoming gradient. When it is given and static shapes show that nothing was
        repeated, nothing is summed; TensorFlow looks at static shapes for Add, Sub, Mul, Pow
        and SquaredDifference only.
    """
    (sx, rx, reduce_x), (sy, ry, reduce_y) = _shapes_and_axes(x, y, grad)
    return _summing(sx, rx, reduce_x), _summing(sy, ry, reduce_y)


def _summing(shape, axes, reduce):
    def to_input(gradient):
        if not reduce:
            return gradient
        return array_ops.reshape(math_ops.reduce_sum(gradient, axes), shape)

    return to_input


def _shapes_and_axes(x, y, grad):
    """For each input: its shape, the axes to sum over, and whether there is anything to sum."""
    if not isinstance(grad, Tensor):
        sx, sy = array_ops.shape(x), array_ops.shape(y)
    elif x.shape.is_fully_defined() and y.shape.is_fully_defined():
        return _from_static_shapes(x.shape._dims, y.shape._dims, grad.shape._dims)
    else:
        sx, sy = (array_ops.shape_internal(tensor, optimize=False) for tensor in (x, y))
    rx, ry = array_ops.broadcast_gradient_args(sx, sy)
    return (sx, rx, True), (sy, ry, True)


def _from_static_shapes(x_dims, y_dims, grad_dims):
    known = get_default_graph()._gradient_shapes
    if (x_dims, y_dims) not in known:
        # TensorFlow builds this op to evaluate it on the spot, once for each pair of shapes.
        array_ops.broadcast_gradient_args(list(x_dims), list(y_dims))
        axes = array_ops.broadcast_axes(np.array(x_dims, np.int32), np.array(y_dims, np.int32))
        known[x_dims, y_dims] = [tuple(item.tolist()) for item in axes]
    rx, ry = known[x_dims, y_dims]
    return (x_dims, rx, x_dims != grad_dims), (y_dims, ry, y_dims != grad_dims)


def same_static_shape(x, y, grad):
    """True when both inputs and the gradient have one and the same, fully known, shape."""
    dims = x.shape._dims
    return (isinstance(grad, Tensor) and dims is not None and None not in dims
            and dims == y.shape._dims == grad.shape._dims)
