"""tf.nn: what neural networks are made of."""

from minitf.ops.math_ops import sigmoid, tanh

__all__ = ["sigmoid", "tanh"]
