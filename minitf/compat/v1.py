"""tf.compat.v1: all names of minitf, for programs that import TensorFlow 1 by this path."""

import minitf


def __getattr__(name):
    return getattr(minitf, name)


def __dir__():
    return dir(minitf)
