"""Files as tensors, and bytes decompressed: tf.read_file and its like."""

import fnmatch
import os
import re
import zlib

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.ops.common_shapes import shape_of, with_rank, with_rank_at_most
from minitf.ops.sparse_index import invalid
from minitf.ops.string_values import byte_strings, map_strings, scalar_string, string_array

# ---- ReadFile, WriteFile ----


def read_file(filename, name=None):
    """The contents of a file, a scalar string (TF op: ReadFile).

    Args:
      filename: a scalar string.
      name: the operation's name.

    Raises:
      NotFoundError, FailedPreconditionError: at run time, there is no such file, or a directory.
    """
    return ReadFile(filename, name=name)


def write_file(filename, contents, name=None):
    """Writes a file anew, and the directories that it needs (TF op: WriteFile).

    Args:
      filename, contents: scalar strings.
      name: the operation's name.
    """
    return WriteFile(filename, contents, name=name)


ReadFile = op("ReadFile(filename: string) -> (contents: string)").not_differentiable()
WriteFile = op("WriteFile(filename: string, contents: string) -> ()",
               stateful=True).not_differentiable()


@ReadFile.shape
def _(filename):
    return with_rank(filename.shape, 0)


@WriteFile.shape
def _(filename, contents):
    with_rank(filename.shape, 0)
    with_rank(contents.shape, 0)
    return []


def file_error(error, filename):
    """The tf.errors error for an OSError."""
    kinds = {FileNotFoundError: errors.NotFoundError, NotADirectoryError:
             errors.FailedPreconditionError, IsADirectoryError: errors.FailedPreconditionError,
             FileExistsError: errors.AlreadyExistsError, PermissionError:
             errors.PermissionDeniedError}
    kind = kinds.get(type(error), errors.UnknownError)
    return kind(None, None, f"{filename}; {error.strerror}")


@ReadFile.kernel
def _(filename):
    path = os.fsdecode(scalar_string(filename))
    try:
        with open(path, "rb") as stream:
            return string_array([stream.read()], ())
    except OSError as error:
        raise file_error(error, path) from None


@WriteFile.kernel
def _(filename, contents):
    path = os.fsdecode(scalar_string(filename))
    try:
        if os.path.dirname(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(scalar_string(contents))
    except OSError as error:
        raise file_error(error, path) from None


# ---- MatchingFiles ----


def matching_files(pattern, name=None):
    """The files that match patterns, sorted, a string vector (TF op: MatchingFiles).

    Args:
      pattern: a string scalar or vector; ``*`` and ``?`` stand for any characters or one, but not
        for ``/``, ``[ab]`` for one of those.
      name: the operation's name.

    Raises:
      NotFoundError: at run time, the directory before the first such sign is not there.
    """
    return MatchingFiles(pattern, name=name)


MatchingFiles = op("MatchingFiles(pattern: string) -> (filenames: string)").not_differentiable()


@MatchingFiles.shape
def _(pattern):
    with_rank_at_most(pattern.shape, 1)
    return shape_of([None])


@MatchingFiles.kernel
def _(pattern):
    found = []
    for item in byte_strings(pattern):
        found.extend(_matches(os.fsdecode(item)))
    items = sorted(os.fsencode(path) for path in found)
    return string_array(items, (len(items),))


_WILDCARD = re.compile(r"[*?\[\\]")


def _matches(pattern):
    wildcard = _WILDCARD.search(pattern)
    if wildcard is None:
        return [pattern] if os.path.exists(pattern) else []
    directory = os.path.dirname(pattern[:wildcard.start()])
    rest = pattern[len(directory):].strip("/").split("/")
    if not os.path.isdir(directory or "."):
        raise errors.NotFoundError(None, None, f"{directory}; No such file or directory")
    paths = [directory]
    for part in rest:
        match = re.compile(fnmatch.translate(part)).match
        paths = [os.path.join(path, name) for path in paths if os.path.isdir(path or ".")
                 for name in os.listdir(path or ".") if match(name)]
    return paths


# ---- DecodeCompressed ----


def decode_compressed(bytes, compression_type="", name=None):
    """Strings decompressed (TF op: DecodeCompressed).

    Args:
      bytes: a string tensor.
      compression_type: "ZLIB", "GZIP" or "" for none.
      name: the operation's name.

    Raises:
      DataLossError: at run time, a string that is not so compressed.
    """
    return DecodeCompressed(bytes, compression_type=compression_type, name=name)


DecodeCompressed = op("DecodeCompressed(bytes: string; compression_type: string = '')"
                      " -> (output: string)").not_differentiable()

_WINDOW_BITS = {b"ZLIB": zlib.MAX_WBITS, b"GZIP": 16 + zlib.MAX_WBITS}


@DecodeCompressed.shape
def _(bytes):
    return bytes.shape


@DecodeCompressed.kernel
def _(bytes, compression_type):
    if compression_type in (b"", b"NONE"):
        return np.asarray(bytes, dtype=object)
    if compression_type not in _WINDOW_BITS:
        raise invalid("Only ZLIB, GZIP or NONE are supported compressions")
    bits = _WINDOW_BITS[compression_type]

    def decompressed(item):
        try:
            return zlib.decompress(item, bits)
        except zlib.error as error:
            number, _, what = str(error).partition(" while decompressing data: ")
            raise errors.DataLossError(None, None, "inflate() failed with error "
                                                   f"{number.split()[-1]}: {what}") from None

    return map_strings(decompressed, bytes)


# ---- DecodeJSONExample ----


def decode_json_example(json_examples, name=None):
    """Examples written as JSON, as serialized Example messages (TF op: DecodeJSONExample).

    Args:
      json_examples: a string tensor.
      name: the operation's name.

    Raises:
      InvalidArgumentError: at run time, a string that is no such JSON.
    """
    return DecodeJSONExample(json_examples, name=name)


DecodeJSONExample = op("DecodeJSONExample(json_examples: string) -> (binary_examples: string)"
                       ).not_differentiable()


@DecodeJSONExample.shape
def _(json_examples):
    return json_examples.shape


@DecodeJSONExample.kernel
def _(json_examples):
    from google.protobuf import json_format

    from minitf.framework import protos

    def decoded(item):
        try:
            example = json_format.Parse(item, protos.Example())
        except (json_format.ParseError, UnicodeDecodeError) as error:
            raise invalid(f"Error while parsing JSON: {error}") from None
        return example.SerializeToString(deterministic=True)

    return map_strings(decoded, json_examples)
