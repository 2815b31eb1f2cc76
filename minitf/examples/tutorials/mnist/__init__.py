"""tensorflow.examples.tutorials.mnist: handwritten digits."""

from minitf.examples.tutorials.mnist import input_data  # noqa: F401 - a name of this namespace
