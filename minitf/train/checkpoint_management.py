"""The file ``checkpoint``, which names the checkpoints in a directory, and what it is good for.

It is a CheckpointState message as text: the latest checkpoint, and those that were kept, the oldest
first. Checkpoints have names without endings: "dir/model.ckpt-100".
"""

import os
import re

from minitf import tf_logging
from minitf.checkpoint.bundle import index_file
from minitf.framework.files import atomic_write, file_errors, matching_files, read_file
from minitf.framework import errors

_V2 = 2  # SaverDef.V2


def _state_file(save_dir, latest_filename):
    return os.path.join(save_dir, latest_filename or "checkpoint")


# ---- writing ----


def generate_checkpoint_state_proto(save_dir, model_checkpoint_path,
                                    all_model_checkpoint_paths=None,
                                    all_model_checkpoint_timestamps=None,
                                    last_preserved_timestamp=None):
    """A CheckpointState message.

    Args:
      save_dir: the directory of the checkpoints; if it is relative, relative paths in the message
        become relative to it.
      model_checkpoint_path: the latest checkpoint.
      all_model_checkpoint_paths: a list of all, the oldest first; the latest is added if need be.
      all_model_checkpoint_timestamps: when they were made, in seconds since 1970.
      last_preserved_timestamp: when the last one was made that stays for ever.

    Raises:
      ValueError: another number of times than of paths.
    """
    from minitf.framework import protos

    paths = list(all_model_checkpoint_paths or [])
    if not paths or paths[-1] != model_checkpoint_path:
        tf_logging.info("%s is not in all_model_checkpoint_paths. Manually adding it.",
                        model_checkpoint_path)
        paths.append(model_checkpoint_path)
    times = all_model_checkpoint_timestamps
    if times and len(times) != len(paths):
        raise ValueError("Checkpoint timestamps, if provided, must match checkpoint paths (got "
                         f"paths {paths} and timestamps {times})")
    if not os.path.isabs(save_dir):
        paths = [_relative(path, save_dir) for path in paths]
        model_checkpoint_path = _relative(model_checkpoint_path, save_dir)
    return protos.CheckpointState(
        model_checkpoint_path=model_checkpoint_path, all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=times, last_preserved_timestamp=last_preserved_timestamp)


def _relative(path, save_dir):
    return path if os.path.isabs(path) else os.path.relpath(path, save_dir)


def update_checkpoint_state(save_dir, model_checkpoint_path, all_model_checkpoint_paths=None,
                            latest_filename=None, all_model_checkpoint_timestamps=None,
                            last_preserved_timestamp=None):
    """Writes the file ``checkpoint`` of a directory.

    Args:
      save_dir, model_checkpoint_path, all_model_checkpoint_paths, all_model_checkpoint_timestamps,
      last_preserved_timestamp: as ``generate_checkpoint_state_proto`` takes them.
      latest_filename: the file's name, "checkpoint" by default.

    Raises:
      RuntimeError: the checkpoint has that name, too.
    """
    write_checkpoint_state(
        save_dir, model_checkpoint_path, all_model_checkpoint_paths, latest_filename,
        all_model_checkpoint_timestamps=all_model_checkpoint_timestamps,
        last_preserved_timestamp=last_preserved_timestamp)


def write_checkpoint_state(save_dir, model_checkpoint_path, all_model_checkpoint_paths=None,
                           latest_filename=None, save_relative_paths=False,
                           all_model_checkpoint_timestamps=None, last_preserved_timestamp=None):
    """``update_checkpoint_state`` that can write paths relative to the directory."""
    from google.protobuf import text_format

    path, paths = model_checkpoint_path, list(all_model_checkpoint_paths or [])
    if save_relative_paths:
        path, *paths = [os.path.relpath(item, save_dir) if os.path.isabs(item) else item
                        for item in [path, *paths]]
    state = generate_checkpoint_state_proto(
        save_dir, path, paths, all_model_checkpoint_timestamps, last_preserved_timestamp)
    filename = _state_file(save_dir, latest_filename)
    if filename == state.model_checkpoint_path:
        raise RuntimeError(f"Save path '{model_checkpoint_path}' conflicts with path used for "
                           "checkpoint state.  Please use a different save path.")
    with atomic_write(filename) as file:
        file.write(text_format.MessageToString(state).encode())


# ---- reading ----


def get_checkpoint_state(checkpoint_dir, latest_filename=None):
    """The CheckpointState of a directory, with full paths; None if there is none that can be read.

    Args:
      checkpoint_dir: the directory.
      latest_filename: the name of the file that has it, "checkpoint" by default.

    Raises:
      ValueError: the file does not name a checkpoint.
    """
    from google.protobuf import text_format

    from minitf.framework import protos

    filename = _state_file(checkpoint_dir, latest_filename)
    if not os.path.exists(filename):
        return None
    try:
        state = text_format.Merge(read_file(filename), protos.CheckpointState())
    except (errors.OpError, text_format.ParseError, UnicodeDecodeError) as error:
        tf_logging.warning("%s: %s", type(error).__name__, error)
        tf_logging.warning("%s: Checkpoint ignored", filename)
        return None
    if not state.model_checkpoint_path:
        raise ValueError(f"Invalid checkpoint state loaded from {checkpoint_dir}")
    state.model_checkpoint_path = os.path.join(checkpoint_dir, state.model_checkpoint_path)
    paths = [os.path.join(checkpoint_dir, path) for path in state.all_model_checkpoint_paths]
    state.all_model_checkpoint_paths[:] = paths
    return state


def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The path of the latest checkpoint in a directory; None when there is none.

    Args:
      checkpoint_dir: the directory.
      latest_filename: the name of the file that tells, "checkpoint" by default.
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    if checkpoint_exists(state.model_checkpoint_path):
        return state.model_checkpoint_path
    tf_logging.error("Couldn't match files for checkpoint %s", state.model_checkpoint_path)
    return None


def checkpoint_exists(checkpoint_prefix):
    """Whether there are files of a checkpoint, of either format.

    Raises:
      NotFoundError: there is not even the directory.
    """
    return bool(matching_files(index_file(checkpoint_prefix)) or matching_files(checkpoint_prefix))


def get_checkpoint_mtimes(checkpoint_prefixes):
    """When checkpoints were written, in seconds since 1970; those that are not there are left out.

    Args:
      checkpoint_prefixes: a list of checkpoints' names.
    """
    times = []
    for prefix in checkpoint_prefixes:
        files = matching_files(index_file(prefix)) or matching_files(prefix)
        if files:
            times.append(os.stat(files[0]).st_mtime_ns / 1e9)
    return times


# ---- removing ----


def remove_checkpoint(checkpoint_prefix, checkpoint_format_version=_V2, meta_graph_suffix="meta"):
    """Deletes the files of a checkpoint, and its MetaGraph.

    Args:
      checkpoint_prefix: the checkpoint's name.
      checkpoint_format_version: SaverDef.V1 or SaverDef.V2.
      meta_graph_suffix: the ending of the MetaGraph's file.
    """
    _delete(meta_graph_filename(checkpoint_prefix, meta_graph_suffix))
    if checkpoint_format_version == _V2:
        _delete(index_file(checkpoint_prefix))
        _delete(checkpoint_prefix + ".data-?????-of-?????")
    else:
        _delete(checkpoint_prefix)


def _delete(pattern):
    for path in matching_files(pattern):
        with file_errors(path):
            os.remove(path)


def meta_graph_filename(checkpoint_filename, meta_graph_suffix="meta"):
    """The path of the MetaGraph that belongs to a checkpoint, sharded or not."""
    return re.sub(r"-[\d\?]+-of-\d+$", "", checkpoint_filename) + "." + meta_graph_suffix
