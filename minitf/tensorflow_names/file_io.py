"""tensorflow.python.lib.io.file_io: the functions of tf.gfile, under their inner names."""

from minitf.framework.files import atomic_write, read_file
from minitf.gfile import (  # noqa: F401 - names of this module
    FileStatistics, GFile, copy, exists, glob, isdir, listdir, makedirs, mkdir, remove, rename,
    rmtree, stat, walk)
from minitf.framework.compat import as_bytes, as_str_any

FileIO = GFile
file_exists = exists
delete_file = remove
get_matching_files = glob
create_dir = mkdir
recursive_create_dir = makedirs
delete_recursively = rmtree
is_directory = isdir
list_directory = listdir


def read_file_to_string(filename, binary_mode=False):
    """The content of a file: text, or bytes in binary mode."""
    data = read_file(filename)
    return data if binary_mode else as_str_any(data)


def write_string_to_file(filename, file_content):
    """Writes a file anew."""
    with GFile(filename, "w") as file:
        file.write(file_content)


def atomic_write_string_to_file(filename, contents, overwrite=True):
    """Writes a file so that it is there wholly or not at all."""
    if not overwrite and exists(filename):
        from minitf.framework import errors

        raise errors.AlreadyExistsError(None, None, "file already exists")
    with atomic_write(filename) as file:
        file.write(as_bytes(contents))
