"""The version of minitf, and of the TensorFlow whose behaviour it has."""

__version__ = "0.1.0"

TENSORFLOW_VERSION = "1.15.5"
