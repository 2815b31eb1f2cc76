"""Writing files so that they are there wholly or not at all; file errors as TensorFlow's."""

import contextlib
import errno
import glob
import os
import re

from minitf.framework import errors

_ERRORS = {
    errno.ENOENT: errors.NotFoundError,
    errno.EEXIST: errors.AlreadyExistsError,
    errno.EACCES: errors.PermissionDeniedError,
    errno.EPERM: errors.PermissionDeniedError,
    errno.EROFS: errors.PermissionDeniedError,
    errno.EISDIR: errors.FailedPreconditionError,
    errno.ENOTDIR: errors.FailedPreconditionError,
    errno.ENOSPC: errors.ResourceExhaustedError,
    errno.EDQUOT: errors.ResourceExhaustedError,
    errno.EMFILE: errors.ResourceExhaustedError,
}


@contextlib.contextmanager
def file_errors(path):
    """Turns an OSError into the tf.errors class of its errno, with the path in the message."""
    try:
        yield
    except OSError as error:
        error_class = _ERRORS.get(error.errno, errors.UnknownError)
        raise error_class(None, None, f"{path}; {error.strerror or error}") from error


@contextlib.contextmanager
def atomic_write(path):
    """A binary file to write, which takes the place of ``path`` when the block ends.

    If the block fails, or the process dies in it, a file that ``path`` names already stays as it
    is. The data is on the disk before the name is.
    """
    temporary = f"{path}.tempstate{os.urandom(8).hex()}"
    try:
        with file_errors(temporary), open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with file_errors(path):
            os.replace(temporary, path)
    except BaseException:  # a KeyboardInterrupt, too, must leave no half of a file
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def read_file(path):
    """The bytes of a file.

    Raises:
      NotFoundError, PermissionDeniedError, ...: as TensorFlow's file systems.
    """
    with file_errors(path), open(path, "rb") as file:
        return file.read()


def matching_files(pattern):
    """The paths that match a pattern with wildcards, or that are the pattern itself; sorted.

    Raises:
      NotFoundError: the directory, as far as it has no wildcards, is not there.
    """
    directory = os.path.dirname(re.split(r"[*?\[\\]", pattern)[0]) or "."
    if not os.path.exists(pattern) and not os.path.isdir(directory):
        raise errors.NotFoundError(None, None, f"{directory}; No such file or directory")
    return sorted(glob.glob(pattern)) or [path for path in [pattern] if os.path.exists(path)]
