"""tf.bitwise: operations on the bits of integers."""
# ruff: noqa: A004, F401 - a namespace; some of TensorFlow's names are Python's too

from minitf.ops.bitwise_ops import (
    bitwise_and, bitwise_or, bitwise_xor, invert, left_shift, right_shift)
