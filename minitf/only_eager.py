"""Names of TensorFlow 1.15 that a graph of known ops has no use for: each says so when called.

Eager execution and traced functions need an interpreter of Python functions, op libraries the
compiled runtime.
"""

import os

from minitf.framework import errors


def _refused(name, instead):
    return errors.UnimplementedError(None, None, f"minitf has no {name}: {instead}")


def function(func=None, input_signature=None, autograph=True, experimental_autograph_options=None,
             experimental_relax_shapes=False, experimental_compile=None):
    """Raises errors.UnimplementedError: Python functions are not traced into graphs."""
    raise _refused("tf.function", "call the function, and it adds its operations to the graph")


def wrap_function(fn, signature, name=None):
    """Raises errors.UnimplementedError: Python functions are not traced into graphs."""
    raise _refused("tf.wrap_function", "call the function with placeholders instead")


def vectorized_map(fn, elems):
    """Raises errors.UnimplementedError: operations are not vectorized one by one."""
    raise _refused("tf.vectorized_map", "tf.map_fn computes the same, element after element")


def nondifferentiable_batch_function(num_batch_threads, max_batch_size, batch_timeout_micros,
                                     allowed_batch_sizes=None, max_enqueued_batches=10,
                                     autograph=True):
    """Raises errors.UnimplementedError: calls from several sessions are not batched."""
    raise _refused("tf.nondifferentiable_batch_function", "tf.train.batch makes batches")


class GradientTape:
    """Raises errors.UnimplementedError: there is no eager execution that it could record."""

    def __init__(self, persistent=False, watch_accessed_variables=True):
        raise _refused("tf.GradientTape", "use tf.gradients")


def load_op_library(library_filename):
    """Raises errors.UnimplementedError: ops are Python here (see minitf.framework.registry).

    Raises:
      NotFoundError: there is no such file.
    """
    _check_library(library_filename)
    raise _refused("tf.load_op_library", f"{library_filename} is made for TensorFlow's runtime")


def load_library(library_location):
    """Raises errors.UnimplementedError, as load_op_library does."""
    _check_library(library_location)
    raise _refused("tf.load_library", f"{library_location} is made for TensorFlow's runtime")


def load_file_system_library(library_filename):
    """Raises errors.UnimplementedError: files are those that Python opens."""
    _check_library(library_filename)
    raise _refused("tf.load_file_system_library",
                   f"{library_filename} is made for TensorFlow's runtime")


def _check_library(path):
    if not os.path.exists(path):
        raise errors.NotFoundError(
            None, None, f"{path}: cannot open shared object file: No such file or directory")
