"""Work in blocks: each element once, whatever the sizes, and errors are not lost."""

import os
import threading

import numpy as np
import pytest

from minitf.framework.parallel import in_blocks


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 100, 1003])
def test_every_element_once(size):
    counts = np.zeros(size, int)

    def add(block):
        counts[block] += 1

    in_blocks(add, size, 10)
    assert (counts == 1).all()


def test_errors_of_any_thread_are_raised_after_all_blocks():
    done, lock = [], threading.Lock()

    def work(block):
        if block.start == 10:
            raise ValueError("block 10")
        with lock:
            done.append(block.start)

    with pytest.raises(ValueError, match="block 10"):
        in_blocks(work, 100, 10)
    assert len(done) >= 5 if (os.cpu_count() or 1) > 1 else done == [0]


def test_division_by_zero_is_silent_in_all_threads(recwarn):
    array = np.zeros(1000)

    def divide(block):
        array[block] = 1 / array[block]

    in_blocks(divide, 1000, 10)
    assert np.isinf(array).all() and not recwarn.list


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_works_after_a_fork():
    in_blocks(lambda block: None, 100, 10)
    child = os.fork()
    if child == 0:
        in_blocks(lambda block: None, 100, 10)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
