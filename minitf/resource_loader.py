"""tf.resource_loader: paths of files that lie beside the program."""

import os
import sys

_ROOT = os.path.dirname(os.path.abspath(__file__))


def get_data_files_path():
    """The directory of the file that calls."""
    return os.path.dirname(sys._getframe(1).f_code.co_filename)


def get_root_dir_with_all_resources():
    """The directory of the file that calls: there are no other places for resources."""
    return os.path.dirname(sys._getframe(1).f_code.co_filename)


def get_path_to_datafile(path):
    """The path of a file that is named from the directory of the file that calls."""
    return os.path.join(os.path.dirname(sys._getframe(1).f_code.co_filename), path)


def load_resource(path):
    """The bytes of a file that is named from minitf's directory. Raises OSError."""
    with open(os.path.join(_ROOT, path), "rb") as stream:
        return stream.read()


def readahead_file_path(path, readahead="128M"):
    """``path``: files are read as they are."""
    del readahead
    return path
