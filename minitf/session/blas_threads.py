"""How many threads NumPy's BLAS takes for the matrix products of a plan.

OpenBLAS, which NumPy's wheels have inside, wakes all cores for products of 100 x 100 matrices, and
lets them wait for each other in busy loops. On a machine that does something else besides, such a
product takes milliseconds instead of microseconds. So small products are done in one thread.
Results are the same.
"""

import contextlib
import ctypes
import functools
import os

import numpy as np

# Multiplications in the largest product of a plan: up to the first number OpenBLAS takes one thread
# by itself, from the second on several gain more than they cost.
_ONE_THREAD_ANYWAY = 1 << 18
_WORTH_THREADS = 1 << 24

# What an unknown dimension counts as, if nothing that is fed tells.
_USUAL_BATCH = 128

_FUNCTIONS = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads",
              "openblas_{}_num_threads64_", "openblas_{}_num_threads")


class Products:
    """The matrix products of a plan.

    Args:
      ops: the operations that it runs.
    """

    def __init__(self, ops):
        # (product of the known dimensions, number of unknown ones) for each
        self._work = {work for work in map(_multiplications, ops) if work is not None}
        if all(not unknown and work <= _ONE_THREAD_ANYWAY for work, unknown in self._work):
            self._work = None

    def threads(self, arrays):
        """A context in which a run on the fed ``arrays`` has as many threads as do it good."""
        if not self._work:
            return _NO_CHANGE
        batch = max((array.shape[0] for array in arrays if getattr(array, "ndim", 0)),
                    default=_USUAL_BATCH)
        work = max(known * batch ** unknown for known, unknown in self._work)
        if work <= _ONE_THREAD_ANYWAY or (work >= _WORTH_THREADS and not _is_busy()):
            return _NO_CHANGE
        return _one_thread()


_NO_CHANGE = contextlib.nullcontext()


def _multiplications(op):
    """How many multiplications a matrix product or a convolution takes; None for other ops."""
    if op.type in ("MatMul", "BatchMatMul", "BatchMatMulV2"):
        dims = op.inputs[0].shape._dims
        transposed = op._attrs.get("transpose_a", op._attrs.get("adj_x"))
        inner = None if dims is None else dims[-2 if transposed else -1:][:1]
    elif op.type.startswith(("Conv2D", "Conv3D")) and "Backprop" not in op.type:
        dims = op.inputs[1].shape._dims
        inner = None if dims is None else dims[:-1]
    else:
        return None
    result = op.outputs[0].shape._dims
    if result is None or inner is None:
        return 1, 3
    dims = [*result, *inner]
    known = [dim for dim in dims if dim is not None]
    return int(np.prod(known, dtype=np.int64)), len(dims) - len(known)


def _is_busy():
    """Whether others wait for the machine's cores, over the last minute."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > (os.cpu_count() or 1) + 1


@contextlib.contextmanager
def _one_thread():
    get, set_ = _openblas()
    before = get() if get else 1
    if before == 1:
        yield
        return
    set_(1)
    try:
        yield
    finally:
        set_(before)


@functools.cache
def _openblas():
    """The functions that get and set the number of threads of NumPy's OpenBLAS, or None twice."""
    package = os.path.dirname(np.__file__)
    for folder in (f"{package}.libs", f"{package}/.libs", f"{package}/.dylibs"):
        for file in os.listdir(folder) if os.path.isdir(folder) else ():
            if "openblas" not in file:
                continue
            library = ctypes.CDLL(os.path.join(folder, file))
            for name in _FUNCTIONS:
                if hasattr(library, name.format("set")):
                    return tuple(getattr(library, name.format(verb)) for verb in ("get", "set"))
    return None, None
