"""tf.contrib.tensorboard: configuration that TensorBoard's plugins read."""

from minitf.contrib.tensorboard import plugins

__all__ = ["plugins"]
