"""Looking into checkpoints, waiting for them, and initialising variables from them."""

import os
import time

from minitf import tf_logging
from minitf.checkpoint.reader import CheckpointReader
from minitf.framework.graph import device
from minitf.ops import checkpoint_ops
from minitf.resource_variable import is_resource_variable
from minitf.train.checkpoint_management import latest_checkpoint
from minitf.train.saveable import named_variables, saveables_for
from minitf.variable_base import Variable
from minitf.variable_scope import _get_default_variable_store


def NewCheckpointReader(filepattern):
    """A CheckpointReader for the checkpoint of that name, as ``Saver.save`` returned it.

    Raises:
      NotFoundError: there is no checkpoint.  DataLossError: it is damaged.
    """
    return CheckpointReader(filepattern)


def load_checkpoint(ckpt_dir_or_file):
    """A CheckpointReader for a checkpoint, or for the latest one in a directory.

    Raises:
      ValueError: there is no checkpoint in the directory.
    """
    filename = _checkpoint_of(ckpt_dir_or_file)
    if filename is None:
        raise ValueError("Couldn't find 'checkpoint' file or checkpoints in given directory "
                         f"{ckpt_dir_or_file}")
    return CheckpointReader(filename)


def _checkpoint_of(path):
    return latest_checkpoint(path) if os.path.isdir(path) else path


def load_variable(ckpt_dir_or_file, name):
    """The value that a tensor has in a checkpoint, an array.

    Args:
      ckpt_dir_or_file: the checkpoint, or a directory, whose latest one is meant.
      name: the tensor's, with or without ":0".
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file):
    """Pairs (name, shape) of all tensors in a checkpoint, sorted by name.

    Args:
      ckpt_dir_or_file: the checkpoint, or a directory, whose latest one is meant.
    """
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


# ---- waiting for checkpoints ----


def wait_for_new_checkpoint(checkpoint_dir, last_checkpoint=None, seconds_to_sleep=1, timeout=None):
    """The latest checkpoint in a directory, once it is another one than ``last_checkpoint``.

    Args:
      checkpoint_dir: the directory.
      last_checkpoint: a checkpoint's path, or None.
      seconds_to_sleep: how long to wait before looking again.
      timeout: how many seconds to wait at most; None: for ever.

    Returns:
      The checkpoint's path; None when the time is over.
    """
    tf_logging.info("Waiting for new checkpoint at %s", checkpoint_dir)
    end = None if timeout is None else time.time() + timeout
    while True:
        path = latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            tf_logging.info("Found new checkpoint at %s", path)
            return path
        if end is not None and time.time() + seconds_to_sleep > end:
            return None
        time.sleep(seconds_to_sleep)


def checkpoints_iterator(checkpoint_dir, min_interval_secs=0, timeout=None, timeout_fn=None):
    """Yields checkpoints in a directory as they are written; those in between may be missed.

    Args:
      checkpoint_dir: the directory.
      min_interval_secs: the least number of seconds between checkpoints.
      timeout: how many seconds to wait for the next one; None: for ever.
      timeout_fn: a function that is called when that time is over: if it returns true, that is the
        end, else waiting goes on. Without it, that is the end.

    Yields:
      Paths.
    """
    path = None
    while True:
        new_path = wait_for_new_checkpoint(checkpoint_dir, path, timeout=timeout)
        if new_path is None:
            if not timeout_fn:
                tf_logging.info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        start, path = time.time(), new_path
        yield path
        time.sleep(max(0, start + min_interval_secs - time.time()))


# ---- initialising from a checkpoint ----


def init_from_checkpoint(ckpt_dir_or_file, assignment_map):
    """Makes variables' initializers restore them from a checkpoint.

    Args:
      ckpt_dir_or_file: the checkpoint, or a directory, whose latest one is meant.
      assignment_map: a dict whose keys are of the checkpoint, and whose values are of the graph:

        - {"name": variable, or its name, or a list of its slices}
        - {"scope/": "other_scope/"}: all variables of the graph in "other_scope", under the same
          names in "scope"; "/" stands for the whole checkpoint, or graph.

    Raises:
      ValueError: a variable is not in the graph, or not in the checkpoint, or of another shape
        there.
    """
    path, reader = _checkpoint_of(ckpt_dir_or_file), load_checkpoint(ckpt_dir_or_file)
    shapes = reader.get_variable_to_shape_map()
    for key, target in sorted(assignment_map.items()):
        variable = _find(target)
        if variable is not None:
            _check_in_checkpoint(variable, key, shapes, ckpt_dir_or_file)
            set_checkpoint_initializers(variable, path, key)
        else:
            for name, tensor_name in _names_in_scope(target, key, shapes, ckpt_dir_or_file):
                set_checkpoint_initializers(_find(name), path, tensor_name)


def is_variable(item):
    """Whether it is a variable of either kind."""
    return isinstance(item, Variable) or is_resource_variable(item)


def _stored_variables():
    return _get_default_variable_store()._vars


def _find(target):
    """The variable, or the list of its slices, that is meant; None for a scope."""
    if is_variable(target) or (isinstance(target, list) and all(map(is_variable, target))):
        return target
    stored = _stored_variables()
    if target in stored:
        return stored[target]
    parts = []
    while f"{target}/part_{len(parts)}" in stored:
        parts.append(stored[f"{target}/part_{len(parts)}"])
    return parts or None


def _check_in_checkpoint(variable, key, shapes, checkpoint):
    if key not in shapes:
        raise ValueError(f"Tensor {key} is not found in {checkpoint} checkpoint {shapes}")
    if is_variable(variable) and not variable.get_shape().is_compatible_with(shapes[key]):
        raise ValueError(
            f"Shape of variable {variable.name} ({variable.get_shape()}) doesn't match with shape "
            f"of tensor {key} ({shapes[key]}) from checkpoint reader.")


def _names_in_scope(target, key, shapes, checkpoint):
    """Pairs (name of a variable in the scope ``target``, its name in the checkpoint)."""
    scope = target.rpartition("/")[0]
    if not key.endswith("/"):
        raise ValueError(f"Assignment map with scope only name {scope} should map to scope only "
                         f"{key}. Should be 'scope/': 'other_scope/'.")
    names = {name.partition("/part_")[0] for name in _stored_variables()
             if not scope or name.startswith(scope + "/")}
    for name in sorted(names):
        rest = name[len(scope):] if target == "/" else name[len(scope) + 1:]
        tensor_name = (rest if key == "/" else key + rest).removesuffix("/")
        if tensor_name not in shapes:
            raise ValueError(f"Tensor {tensor_name} ({name[len(scope) + 1:]} in {key}) is not "
                             f"found in {checkpoint} checkpoint")
        yield name, tensor_name


def set_checkpoint_initializers(variable, path, tensor_name):
    """Makes the initializer of a variable, or those of its slices, restore a tensor.

    Args:
      variable: a variable, or a list of slices of one.
      path: the checkpoint's.
      tensor_name: the name in the checkpoint.

    Raises:
      ValueError: the slices are of several variables.
    """
    if not isinstance(variable, (list, tuple)):
        _set_initializer(variable, path, tensor_name, "")
        return
    names = [part._save_slice_info.full_name for part in variable]
    for name in names:
        if name != names[0]:
            raise ValueError(f"Slices must all be from the same tensor: {names[0]} != {name}")
    for part in variable:
        _set_initializer(part, path, tensor_name, part._save_slice_info.spec)


def _set_initializer(variable, path, tensor_name, slice_spec):
    with device(variable.device), device("/cpu:0"):
        value = checkpoint_ops.RestoreV2(
            path, [tensor_name], [slice_spec], dtypes=[variable.dtype.base_dtype],
            name="checkpoint_initializer")[0]
        saveable, = [saveable for name, item in named_variables([variable]).items()
                     for saveable in saveables_for(item, name)]
    variable._initializer_op = saveable.restore([value], restored_shapes=None)
    value.set_shape(variable.shape)
    variable._initial_value = value
