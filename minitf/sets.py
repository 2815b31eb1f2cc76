"""tf.sets: the last dimension of tensors as sets."""
# ruff: noqa: F401 - a namespace

from minitf.ops.set_ops import (
    set_difference, set_difference as difference, set_intersection,
    set_intersection as intersection, set_size, set_size as size, set_union, set_union as union)
