"""tf.sysconfig: how the library was built. minitf is Python: nothing can be compiled against it."""

from minitf.framework import errors
from minitf.version import CXX11_ABI_FLAG, MONOLITHIC_BUILD  # noqa: F401 - names of this namespace


def _refuse(name):
    raise errors.UnimplementedError(
        None, None, f"minitf has no C++ library: tf.sysconfig.{name} has nothing to tell. A new op "
                    "is Python here: see docs/architecture.md, Adding an op")


def get_include():
    """Raises errors.UnimplementedError: there are no header files."""
    _refuse("get_include")


def get_lib():
    """Raises errors.UnimplementedError: there is no library to link to."""
    _refuse("get_lib")


def get_compile_flags():
    """Raises errors.UnimplementedError: nothing is compiled."""
    _refuse("get_compile_flags")


def get_link_flags():
    """Raises errors.UnimplementedError: nothing is linked."""
    _refuse("get_link_flags")
