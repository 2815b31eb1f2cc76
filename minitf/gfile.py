"""tf.gfile and tf.io.gfile: files and directories, with tf.errors for what goes wrong.

TensorFlow reaches several file systems through these functions; here there is the local one. The
functions of tf.io.gfile are defined first; tf.gfile's older names call them.
"""

import collections
import fnmatch
import os
import re
import shutil

from minitf.framework import errors
from minitf.framework.compat import as_bytes, as_str_any, path_to_str
from minitf.framework.files import file_errors

_MODES = ("r", "w", "a", "r+", "w+", "a+")

FileStatistics = collections.namedtuple("FileStatistics", "length mtime_nsec is_directory")


class GFile:
    """A file: opened when it is first read or written, and an iterator over its lines.

    Positions and sizes count bytes, in text modes too. Text is UTF-8.

    Args:
      name: the path.
      mode: "r", "w", "a", "r+", "w+" or "a+", with a "b" for bytes instead of text.

    Raises:
      InvalidArgumentError: another mode.
      NotFoundError, PermissionDeniedError, ...: from the methods, as the file system has it.
    """

    def __init__(self, name, mode="r"):
        if mode.replace("b", "") not in _MODES:
            raise errors.InvalidArgumentError(
                None, None, "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'")
        self._name = name
        self._mode = mode
        self._can_read = "r" in mode or "+" in mode
        self._can_write = "w" in mode or "a" in mode or "+" in mode
        self._reader = None
        self._writer = None

    @property
    def name(self):
        """The path."""
        return self._name

    @property
    def mode(self):
        """The mode that it was opened in."""
        return self._mode

    def _reading(self):
        if self._reader is None:
            if not self._can_read:
                raise errors.PermissionDeniedError(None, None, "File isn't open for reading")
            path = path_to_str(self._name)
            with file_errors(path):
                self._reader = open(path, "rb")
        return self._reader

    def _writing(self):
        if self._writer is None:
            if not self._can_write:
                raise errors.PermissionDeniedError(None, None, "File isn't open for writing")
            path = path_to_str(self._name)
            with file_errors(path):
                self._writer = open(path, "ab" if "a" in self._mode else "wb")
        return self._writer

    def _value(self, data):
        return data if "b" in self._mode else as_str_any(data)

    def size(self):
        """The number of bytes."""
        return stat(self._name).length

    def read(self, n=-1):
        """The next ``n`` bytes, or all that follow: bytes in a bytes mode, else text."""
        reader = self._reading()
        with file_errors(path_to_str(self._name)):
            return self._value(reader.read(n))

    def readline(self):
        """The next line with its line feed; empty at the end."""
        return self._value(self._reading().readline())

    def readlines(self):
        """The lines that follow, as a list."""
        return list(self)

    def write(self, file_content):
        """Writes text or bytes at the end of what was written before."""
        writer = self._writing()
        with file_errors(path_to_str(self._name)):
            writer.write(as_bytes(file_content))

    def seek(self, offset=None, whence=0, position=None):
        """Moves to a byte for reading.

        Args:
          offset: the number of bytes from where ``whence`` says.
          whence: 0 the beginning, 1 the current position, 2 the end.
          position: the old name of ``offset``.

        Raises:
          InvalidArgumentError: another ``whence``, or a place before the beginning.
          OutOfRangeError: a place behind the end.
        """
        reader = self._reading()
        if offset is None and position is None:
            raise TypeError("seek(): offset argument required")
        if offset is not None and position is not None:
            raise TypeError("seek(): offset and position may not be set simultaneously.")
        origins = {0: 0, 1: reader.tell(), 2: self.size()}
        if whence not in origins:
            raise errors.InvalidArgumentError(
                None, None,
                f"Invalid whence argument: {whence}. Valid values are 0, 1, or 2.")
        target = origins[whence] + (position if offset is None else offset)
        if target < 0:
            raise errors.InvalidArgumentError(
                None, None, f"Seeking to a negative position: {target}")
        if target > self.size():
            raise errors.OutOfRangeError(None, None, "reached end of file")
        reader.seek(target)

    def tell(self):
        """The position in bytes: for reading where the mode reads, else for writing."""
        return (self._reading() if self._can_read else self._writing()).tell()

    def seekable(self):
        """True."""
        return True

    def flush(self):
        """Hands what was written to the operating system."""
        if self._writer is not None:
            self._writer.flush()

    def close(self):
        """Closes the file; it opens again when it is used again."""
        for stream in (self._reader, self._writer):
            if stream is not None:
                stream.close()
        self._reader = self._writer = None

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__


class FastGFile(GFile):
    """A file; the same as `GFile`, from which it once differed."""


Open = GFile


# ---- tf.io.gfile ----


def exists(path):
    """Whether there is a file or a directory of this name."""
    return os.path.exists(path)


def isdir(path):
    """Whether this is a directory."""
    return os.path.isdir(path)


def stat(path):
    """`FileStatistics(length, mtime_nsec, is_directory)`. Raises NotFoundError."""
    with file_errors(path_to_str(path)):
        status = os.stat(path)
    directory = os.path.isdir(path)
    return FileStatistics(0 if directory else status.st_size, status.st_mtime_ns, directory)


def listdir(path):
    """The names in a directory. Raises NotFoundError where there is no such directory."""
    if not os.path.isdir(path):
        raise errors.NotFoundError(None, None, f"Could not find directory {path_to_str(path)}")
    with file_errors(path_to_str(path)):
        return [as_str_any(name) for name in os.listdir(path)]


def mkdir(path):
    """Makes a directory, unless it is there. Raises NotFoundError without its parent."""
    with file_errors(path_to_str(path)):
        if not os.path.exists(path):
            os.mkdir(path)


def makedirs(path):
    """Makes a directory and those above it, unless they are there."""
    with file_errors(path_to_str(path)):
        if not os.path.exists(path):
            os.makedirs(path, exist_ok=True)


def remove(path):
    """Removes a file. Raises NotFoundError, or FailedPreconditionError for a directory."""
    if os.path.isdir(path) and not os.path.islink(path):
        raise errors.FailedPreconditionError(None, None, f"{path_to_str(path)}; Is a directory")
    with file_errors(path_to_str(path)):
        os.remove(path)


def rmtree(path):
    """Removes a directory with all that is in it.

    Raises:
      NotFoundError: there is nothing of this name.
      FailedPreconditionError: it is a file.
    """
    text = path_to_str(path)
    if not os.path.exists(path):
        raise errors.NotFoundError(None, None, f"{text} not found")
    if not os.path.isdir(path):
        raise errors.FailedPreconditionError(None, None, f"{text}; Not a directory")
    with file_errors(text):
        shutil.rmtree(path)


def copy(src, dst, overwrite=False):
    """Copies a file.

    Raises:
      AlreadyExistsError: ``dst`` is there, and ``overwrite`` is false.
      NotFoundError: there is no ``src``.
    """
    _refuse_existing(dst, overwrite)
    with file_errors(path_to_str(src)):
        shutil.copyfile(src, dst)


def rename(src, dst, overwrite=False):
    """Renames a file or a directory. Raises as `copy` does."""
    _refuse_existing(dst, overwrite)
    with file_errors(path_to_str(src)):
        os.replace(src, dst)


def _refuse_existing(path, overwrite):
    if not overwrite and os.path.exists(path):
        raise errors.AlreadyExistsError(None, None, "file already exists")


def glob(pattern):
    """The paths that match a pattern, or one of a list of patterns, in order of their names.

    ``*`` and ``?`` match no "/". A pattern without a directory finds paths that begin with "./".

    Raises:
      NotFoundError: the directory of the pattern, up to its first wildcard, is not there.
    """
    patterns = [pattern] if isinstance(pattern, (str, bytes, os.PathLike)) else pattern
    return [path for item in patterns for path in _matches(as_str_any(path_to_str(item)))]


def _matches(pattern):
    fixed = os.path.dirname(re.split(r"[*?\[\\]", pattern)[0])
    if not os.path.isdir(fixed or "."):
        raise errors.NotFoundError(None, None, f"{fixed}; No such file or directory")
    return sorted(_below(fixed or ".", pattern[len(fixed):].strip("/").split("/")))


def _below(directory, parts):
    """The paths under a directory whose parts match patterns."""
    try:
        names = os.listdir(directory)
    except OSError:  # a file, or a directory that may not be read, has nothing that matches
        return
    for name in fnmatch.filter(names, parts[0]):
        path = os.path.join(directory, name)
        if len(parts) == 1:
            yield path
        else:
            yield from _below(path, parts[1:])


def walk(top, topdown=True, onerror=None):
    """Yields (directory, names of directories in it, names of files in it) for a tree.

    Args:
      top: the directory to begin at; nothing is yielded where there is none.
      topdown: a directory comes before those in it; else after.
      onerror: called with the error of a directory that cannot be listed.
    """
    yield from os.walk(path_to_str(top), topdown, onerror)


# ---- tf.gfile: the older names ----


def Exists(filename):
    """`tf.io.gfile.exists`."""
    return exists(filename)


def IsDirectory(dirname):
    """`tf.io.gfile.isdir`."""
    return isdir(dirname)


def ListDirectory(dirname):
    """`tf.io.gfile.listdir`."""
    return listdir(dirname)


def MkDir(dirname):
    """`tf.io.gfile.mkdir`."""
    mkdir(dirname)


def MakeDirs(dirname):
    """`tf.io.gfile.makedirs`."""
    makedirs(dirname)


def Remove(filename):
    """`tf.io.gfile.remove`."""
    remove(filename)


def DeleteRecursively(dirname):
    """`tf.io.gfile.rmtree`."""
    rmtree(dirname)


def Copy(oldpath, newpath, overwrite=False):
    """`tf.io.gfile.copy`."""
    copy(oldpath, newpath, overwrite)


def Rename(oldname, newname, overwrite=False):
    """`tf.io.gfile.rename`."""
    rename(oldname, newname, overwrite)


def Glob(filename):
    """`tf.io.gfile.glob`."""
    return glob(filename)


def Stat(filename):
    """`tf.io.gfile.stat`."""
    return stat(filename)


def Walk(top, in_order=True):
    """`tf.io.gfile.walk`; ``in_order`` is its ``topdown``."""
    return walk(top, in_order)
