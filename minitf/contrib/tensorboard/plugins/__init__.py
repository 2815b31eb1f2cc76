"""tf.contrib.tensorboard.plugins: the embedding projector's configuration."""

from minitf.contrib.tensorboard.plugins import projector

__all__ = ["projector"]
