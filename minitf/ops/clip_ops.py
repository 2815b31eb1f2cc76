"""Clipping: of values, and of tensors (gradients, above all) by their norm."""

import numpy as np

from minitf.framework import dtypes, errors, registry
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.ops import array_ops, math_ops
from minitf.ops.constant_op import constant
from minitf.ops.elementwise import list_text
from minitf.ops.type_lists import NUMBERS

# ---- by value ----


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """``t`` with elements below ``clip_value_min`` and above ``clip_value_max`` brought to these.

    Args:
      t: a tensor or IndexedSlices.
      clip_value_min, clip_value_max: scalars or tensors that broadcast to the shape of ``t``.

    Raises:
      ValueError: they would broadcast ``t`` to a larger shape.
    """
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as scope:
        values = _values_of(t, "t")
        below_max = math_ops.minimum(values, clip_value_max)
        values.shape.merge_with(below_max.shape)
        clipped = math_ops.maximum(below_max, clip_value_min, name=scope)
        values.shape.merge_with(clipped.shape)
    return _like(t, clipped)


def _values_of(t, name):
    return convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=name)


def _like(t, values):
    """``values`` as IndexedSlices when ``t`` is."""
    if isinstance(t, IndexedSlices):
        return IndexedSlices(values, t.indices, t.dense_shape)
    return values


# ---- ClipByValue ----

ClipByValue = registry.op(
    "ClipByValue(t: T, clip_value_min: T, clip_value_max: T) -> (output: T)",
    T=NUMBERS)


@ClipByValue.shape
def _(t):
    return t.shape


@ClipByValue.kernel
def _(t, clip_value_min, clip_value_max):
    for bound in (clip_value_min, clip_value_max):
        if np.ndim(bound) and np.shape(bound) != np.shape(t):
            raise errors.InvalidArgumentError(
                None, None, "clip_value_min and clip_value_max must be either of the same shape as "
                f"input, or a scalar. input shape: {list_text(np.shape(t))}"
                f"clip_value_min shape: {list_text(np.shape(clip_value_min))}"
                f"clip_value_max shape: {list_text(np.shape(clip_value_max))}")
    return np.maximum(np.minimum(t, clip_value_max), clip_value_min)


# ---- by norm ----


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """``t`` scaled down so that its norm is at most ``clip_norm``.

    It becomes ``t * clip_norm / max(norm, clip_norm)``.

    Args:
      t: a tensor or IndexedSlices.
      clip_norm: a positive scalar.
      axes: the axes over which the norm is taken; None: all.
    """
    with name_scope(name, "clip_by_norm", [t, clip_norm]) as scope:
        values = _values_of(t, "t")
        l2sum = math_ops.reduce_sum(values * values, axes, keepdims=True)
        # sqrt has no gradient at 0, so 1 is put in its place there.
        pred = l2sum > 0
        l2sum_safe = array_ops.where(pred, l2sum, array_ops.ones_like(l2sum))
        l2norm = array_ops.where(pred, math_ops.sqrt(l2sum_safe), l2sum)
        intermediate = values * clip_norm
        values.shape.merge_with(intermediate.shape)
        clipped = array_ops.identity(intermediate / math_ops.maximum(l2norm, clip_norm), name=scope)
    return _like(t, clipped)


def global_norm(t_list, name=None):
    """The norm of several tensors taken together: ``sqrt(sum(l2norm(t)**2 for t in t_list))``.

    Args:
      t_list: a sequence of tensors, IndexedSlices and None (which is left out).

    Raises:
      TypeError: ``t_list`` is no sequence.
    """
    t_list = _as_list(t_list)
    with name_scope(name, "global_norm", t_list):
        half_squared_norms = []
        for value in _all_values(t_list):
            if value is not None:
                with colocate_with(value):
                    half_squared_norms.append(registry.get("L2Loss")(value))
        half_squared_norm = math_ops.reduce_sum(array_ops.stack(half_squared_norms))
        two = constant(2.0, dtype=half_squared_norm.dtype)
        return math_ops.sqrt(half_squared_norm * two, name="global_norm")


def _as_list(t_list):
    if not isinstance(t_list, (list, tuple)):
        raise TypeError("t_list should be a sequence")
    return list(t_list)


def _all_values(t_list):
    return [t if t is None else _values_of(t, f"t_{i}") for i, t in enumerate(t_list)]


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """Tensors scaled by one factor so that their global norm is at most ``clip_norm``.

    Each becomes ``t * clip_norm / max(global_norm, clip_norm)``; NaN when the norm is not finite.

    Args:
      t_list: a sequence of tensors, IndexedSlices and None, as gradients come.
      clip_norm: a positive scalar.
      use_norm: the global norm, if it is known already.

    Returns:
      The list of clipped tensors, and the global norm.
      Source: Pascanu et al. 2012, "On the difficulty of training recurrent neural networks".

    Raises:
      TypeError: ``t_list`` is no sequence.
    """
    t_list = _as_list(t_list)
    if use_norm is None:
        use_norm = global_norm(t_list, name)
    with name_scope(name, "clip_by_global_norm", [*t_list, clip_norm]) as scope:
        inverse_norm = 1.0 / use_norm
        one = constant(1.0, dtype=use_norm.dtype)
        scale_for_finite = clip_norm * math_ops.minimum(inverse_norm, one / clip_norm)
        is_finite = math_ops.is_finite(use_norm)
        nan = constant(float("nan"), dtype=use_norm.dtype)
        scale = array_ops.where(is_finite, scale_for_finite, nan)
        clipped = []
        for i, (t, values) in enumerate(zip(t_list, _all_values(t_list))):
            if values is None:
                clipped.append(None)
                continue
            with colocate_with(values):
                values = array_ops.identity(values * scale, name=f"{scope}_{i}")
            clipped.append(_like(t, values))
    return clipped, use_norm


def clip_by_average_norm(t, clip_norm, name=None):
    """``t`` scaled down so that its norm, divided by its size, is at most ``clip_norm``."""
    with name_scope(name, "clip_by_average_norm", [t, clip_norm]) as scope:
        t = convert_to_tensor(t, name="t")
        n_element = math_ops.cast(array_ops.size(t), dtypes.float32)
        squares = t * t
        axes = math_ops.range(array_ops.rank(t))
        l2norm_inv = math_ops.rsqrt(math_ops.reduce_sum(squares, axes))
        scaled = t * clip_norm
        norm_ratio = l2norm_inv * n_element
        factor = math_ops.minimum(norm_ratio, constant(1.0) / clip_norm)
        return array_ops.identity(scaled * factor, name=scope)
