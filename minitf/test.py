"""tf.test: a test case with sessions and assertions for arrays, and Jacobians.

It needs absl-py, and is loaded when it is first used.
"""

import os
import tempfile
from unittest import mock  # noqa: F401 - a name of TensorFlow's namespace

try:
    from absl.testing import absltest
except ImportError as error:
    raise ImportError("tf.test needs the package absl-py: pip install absl-py") from error

from minitf.framework import errors
from minitf.testing.jacobians import compute_gradient, compute_gradient_error
from minitf.testing.test_case import TestCase, assert_equal_graph_def

_temp_dir = None


def main(argv=None):
    """Runs the tests of the script, as ``unittest.main`` does."""
    absltest.main(argv=argv)


def get_temp_dir():
    """A directory for files of tests, the same one in the whole process."""
    global _temp_dir
    if _temp_dir is None:
        _temp_dir = os.environ.get("TEST_TMPDIR") or tempfile.mkdtemp(prefix="minitf-test-")
        os.makedirs(_temp_dir, exist_ok=True)
    return _temp_dir


def test_src_dir_path(relative_path):
    """The path of a file that lies below the directory of minitf."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), relative_path)


def is_built_with_cuda():
    """False."""
    return False


def is_built_with_rocm():
    """False."""
    return False


def is_built_with_gpu_support():
    """False."""
    return False


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None):
    """False: NumPy computes on the CPU."""
    return False


def gpu_device_name():
    """The empty name: there is no GPU."""
    return ""


def create_local_cluster(num_workers, num_ps, protocol="grpc", worker_config=None,
                         ps_config=None):
    """Raises errors.UnimplementedError: there is no distributed runtime."""
    raise errors.UnimplementedError(None, None, "minitf has no distributed runtime")
