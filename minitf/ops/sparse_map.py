"""Functions of one tensor that take a SparseTensor too, and change its values."""

import functools

from minitf.framework.indexed_slices import SparseTensorBase


def maps_sparse(function):
    """Lets ``function(x, name=None)`` take a SparseTensor, of which it maps the values.

    As in TensorFlow the function is called with the SparseTensor at first, and that it cannot do:
    its name has been taken then, and the operation is called ``Abs_1``.
    """
    @functools.wraps(function)
    def mapped(x, name=None):
        try:
            return function(x, name=name)
        except (TypeError, ValueError):
            if not isinstance(x, SparseTensorBase):
                raise
            return type(x)(x.indices, function(x.values, name=name), x.dense_shape)

    return mapped
