"""Elementwise work on large arrays, shared out to the cores.

NumPy releases the interpreter's lock while it computes, so threads do run at the same time.
"""

import functools
import os

import numpy as np

# Blocks below which starting another thread costs more than it gains.
_WORTH_SHARING = 4


def in_blocks(function, size, length):
    """Calls ``function(slice)`` for all blocks of ``length`` elements, in any order.

    Args:
      function: works on one block, which no other call touches.
      size: the number of elements.
      length: the number of elements of a block; the last one may be shorter.
    """
    starts = range(0, size, length)
    workers = min(os.cpu_count() or 1, len(starts))

    def work(part):
        with np.errstate(all="ignore"):  # which is each thread's own
            for start in starts[part::workers]:
                function(slice(start, min(start + length, size)))

    if workers < 2 or len(starts) < _WORTH_SHARING:
        workers = 1
        work(0)
        return
    from concurrent.futures import wait

    shared = [_pool().submit(work, part) for part in range(1, workers)]
    try:
        work(0)
    finally:
        wait(shared)
    for future in shared:
        future.result()


@functools.cache
def _pool():
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="minitf")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
