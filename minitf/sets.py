"""tf.sets: the last dimension of tensors as sets."""
# ruff: noqa: F401 - a namespace

from minitf.ops.set_ops import set_difference, set_intersection, set_size, set_union
from minitf.ops.set_ops import set_difference as difference
from minitf.ops.set_ops import set_intersection as intersection
from minitf.ops.set_ops import set_size as size
from minitf.ops.set_ops import set_union as union
