"""tf.manip: moving elements of arrays."""
# ruff: noqa: A004, F401 - a namespace; some of TensorFlow's names are Python's too

from minitf.ops.array_block_ops import batch_to_space_nd, space_to_batch_nd
from minitf.ops.array_gather_ops import gather_nd, scatter_nd
from minitf.ops.array_move_ops import reverse, roll, tile
from minitf.ops.array_shape_ops import reshape
