"""What tests share: the folder on the path, and each program carried out once under minitf."""

import os
import signal
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


@pytest.fixture(scope="session")
def observed():
    """A function from a program's name to its record under minitf; each is carried out once."""
    from parity import observe

    import minitf

    records = {}

    def record(name):
        if name not in records:
            try:
                records[name] = observe(minitf, name, minitf.ConfigProto(allow_soft_placement=True))
            except Exception as error:
                records[name] = error
        if isinstance(records[name], Exception):
            raise records[name]
        return records[name]

    return record


@pytest.fixture
def interrupts():
    """SIGINT raises KeyboardInterrupt, also where the shell has switched it off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
