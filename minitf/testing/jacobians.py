"""tf.test.compute_gradient: Jacobians, analytic and numeric, for tests that programs write.

minitf's own tests use `minitf.testing.gradient_check`, which needs no Jacobian.
"""

import numpy as np

from minitf.framework.indexed_slices import IndexedSlices
from minitf.gradients import gradients
from minitf.ops.array_identity_ops import identity
from minitf.ops.constant_op import constant_v1 as constant
from minitf.session.session import get_default_session

_TYPES = ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")


def compute_gradient(x, x_shape, y, y_shape, x_init_value=None, delta=1e-3, init_targets=None,
                     extra_feed_dict=None):
    """Jacobians of ``y`` with respect to ``x``: by ``tf.gradients``, and by central differences.

    Both are computed in the default session. A complex tensor counts as twice as many reals: the
    real and the imaginary part of each element, one after the other.

    Args:
      x: a floating-point or complex tensor, or a list of them.
      x_shape: its shape, or the list of shapes.
      y: a tensor.
      y_shape: its shape.
      x_init_value: the array at which to differentiate, or the list of arrays; by default drawn
        from [0, 1).
      delta: half the distance of the points that numeric differences are taken of.
      init_targets: a list of operations to run first.
      extra_feed_dict: other tensors' values.

    Returns:
      (analytic, numeric), arrays [elements of x, elements of y]; for a list, a list of pairs.
    """
    targets = x if isinstance(x, list) else [x]
    shapes = x_shape if isinstance(x, list) else [x_shape]
    values = x_init_value if isinstance(x, list) else [x_init_value]
    walks = [_gradient(target, y, y_shape) for target in targets]
    for operation in init_targets or ():
        operation.run()
    pairs = [_jacobians(target, shape, y, y_shape, walk, value, delta, extra_feed_dict or {})
             for target, shape, walk, value
             in zip(targets, shapes, walks, values or [None] * len(targets))]
    return pairs if isinstance(x, list) else pairs[0]


def compute_gradient_error(x, x_shape, y, y_shape, x_init_value=None, delta=1e-3,
                           init_targets=None, extra_feed_dict=None):
    """The largest difference of an element of the two Jacobians of `compute_gradient`."""
    pairs = compute_gradient(x, x_shape, y, y_shape, x_init_value, delta, init_targets,
                             extra_feed_dict)
    pairs = [pairs] if isinstance(pairs, tuple) else pairs
    return max([0] + [np.fabs(analytic - numeric).max()
                      for analytic, numeric in pairs if analytic.size])


def _gradient(x, y, y_shape):
    """The gradient for x, and the tensor to feed with that for y."""
    with x.graph.as_default():
        fed = constant(1.0, shape=y_shape, dtype=y.dtype)
        passed = identity(fed)  # a tensor that is fed cannot be fetched: what is fetched is this
    return gradients(y, x, passed)[0], fed


def _jacobians(x, x_shape, y, y_shape, walk, value, delta, feeds):
    for tensor, name in ((x, "x"), (y, "y")):
        if tensor.dtype.base_dtype.name not in _TYPES:
            raise AssertionError(f"Don't support type {tensor.dtype.name} for {name}")
    if value is None:
        value = _drawn(x, x_shape)
    elif list(x_shape) != list(value.shape):
        raise AssertionError(f"x_shape = {x_shape}, init_data shape = {list(value.shape)}")
    value = np.asarray(value, x.dtype.as_numpy_dtype)
    return (_analytic(x, value, y, y_shape, walk, feeds),
            _numeric(x, value, y, y_shape, delta, feeds))


def _drawn(x, shape):
    value = np.random.random_sample(shape).astype(x.dtype.as_numpy_dtype)
    if x.dtype.is_complex:
        value.imag = np.random.random_sample(shape)
    return value


def _reals(array, dtype):
    """A flat array, of the parts of its elements where these are complex."""
    return np.ascontiguousarray(array).ravel().view(dtype.real_dtype.as_numpy_dtype)


def _analytic(x, value, y, y_shape, walk, feeds):
    """A column for each element of y: the gradient for x of this element alone."""
    gradient, fed = walk
    session = get_default_session()
    start = np.zeros(y_shape, y.dtype.as_numpy_dtype)
    columns = []
    for i in range(_reals(start, y.dtype).size):
        start.ravel().view(y.dtype.real_dtype.as_numpy_dtype)[i] = 1
        columns.append(_reals(_dense(session.run(gradient, {**feeds, x: value, fed: start}),
                                     gradient, value), x.dtype))
        start[...] = 0
    if columns:
        return np.stack(columns, axis=1)
    empty = session.run(gradient, {**feeds, x: value, fed: start})
    if empty.shape != value.shape:
        raise ValueError(f"Empty gradient has wrong shape: expected {value.shape}, "
                         f"got {empty.shape}")
    if np.any(empty):
        raise ValueError("Empty tensor with nonzero gradients")
    return np.zeros((_reals(value, x.dtype).size, 0), x.dtype.real_dtype.as_numpy_dtype)


def _dense(fetched, gradient, value):
    if not isinstance(gradient, IndexedSlices):
        return fetched
    dense = np.zeros_like(value)
    np.add.at(dense, fetched.indices, fetched.values)
    return dense


def _numeric(x, value, y, y_shape, delta, feeds):
    """A row for each element of x: the difference of y as this element moves."""
    scale = np.asarray(2 * delta, y.dtype.real_dtype.as_numpy_dtype)[()]
    rows = []
    for i in range(_reals(value, x.dtype).size):
        ends = []
        for step in (delta, -delta):
            moved = value.copy()
            moved.ravel().view(x.dtype.real_dtype.as_numpy_dtype)[i] += step
            ends.append(y.eval({**feeds, x: moved}))
        rows.append(_reals(np.asarray((ends[0] - ends[1]) / scale, y.dtype.as_numpy_dtype),
                           y.dtype))
    columns = _reals(np.zeros(y_shape, y.dtype.as_numpy_dtype), y.dtype).size
    return np.array(rows, x.dtype.real_dtype.as_numpy_dtype).reshape(len(rows), columns)
