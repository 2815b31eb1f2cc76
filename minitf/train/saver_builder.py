"""The operations that a Saver runs: what saves and what restores, as graph."""

import uuid

from minitf.framework import dtypes
from minitf.framework.device import DeviceSpec
from minitf.framework.graph import control_dependencies, device, get_default_graph, name_scope
from minitf.ops import array_ops, checkpoint_ops, control_flow_ops, string_ops
from minitf.ops.constant_op import constant
from minitf.partitioned_variables import PartitionedVariable
from minitf.train.saveable import SaveableObject, SaveSpec, cpu_of, saveables_of

V1, V2 = 1, 2  # SaverDef.CheckpointFormatVersion


class BaseSaverBuilder:
    """Adds save and restore operations; each saved object has a restore operation of its own.

    Subclasses may replace ``save_op``, ``restore_op``, ``bulk_restore`` and ``sharded_filename``.

    Args:
      write_version: the format to write, SaverDef.V1 or SaverDef.V2.
    """

    SaveSpec = SaveSpec
    SaveableObject = SaveableObject

    def __init__(self, write_version=V2):
        self._write_version = write_version

    # ---- the operations ----

    def save_op(self, filename_tensor, saveables):
        """The operation that saves a list of SaveableObjects.

        Raises:
          RuntimeError: there is no format of the version asked for.
        """
        specs = [(spec.name, spec.tensor, spec.slice_spec)
                 for saveable in saveables for spec in saveable.specs]
        names, tensors, parts = map(list, zip(*specs))
        if self._write_version == V1:
            return checkpoint_ops.SaveSlices(filename_tensor, names, parts, tensors, name="save")
        if self._write_version == V2:
            return checkpoint_ops.SaveV2(filename_tensor, names, parts, tensors)
        raise RuntimeError(f"Unexpected write_version: {self._write_version}")

    def restore_op(self, filename_tensor, saveable, preferred_shard):
        """The tensors of one SaveableObject, read from a checkpoint."""
        return [_restore(filename_tensor, [spec])[0] for spec in saveable.specs]

    def bulk_restore(self, filename_tensor, saveables, preferred_shard, restore_sequentially):
        """The tensors of all SaveableObjects, read from a checkpoint, in one list."""
        tensors = []
        for saveable in saveables:
            with device(cpu_of(saveable.device) if saveable.device else None):
                tensors += self.restore_op(filename_tensor, saveable, preferred_shard)
        return tensors

    def sharded_filename(self, filename_tensor, shard, num_shards):
        """The name of one shard's file."""
        return checkpoint_ops.ShardedFilename(filename_tensor, shard, num_shards)

    # ---- saving ----

    def _save(self, filename_tensor, saveables):
        """The file's name, available once it is written."""
        return control_flow_ops.with_dependencies(
            [self.save_op(filename_tensor, saveables)], filename_tensor)

    def _sharded_save(self, filename_tensor, per_device):
        if self._write_version == V2:
            return self._sharded_save_v2(filename_tensor, per_device)
        num_shards = constant(len(per_device), name="num_shards")
        saves = []
        for shard, (name, saveables) in enumerate(per_device):
            with device(name):
                filename = self.sharded_filename(filename_tensor, shard, num_shards)
                saves.append(self._save(filename, saveables))
        with control_dependencies([save.op for save in saves]):
            return checkpoint_ops.ShardedFilespec(filename_tensor, num_shards)

    def _sharded_save_v2(self, prefix, per_device):
        """Each shard is saved in a temporary directory; merging them renames the files."""
        temporary = string_ops.string_join([prefix, f"_temp_{uuid.uuid4().hex}/part"])
        num_shards = constant(len(per_device), name="num_shards")
        saves, filenames = [], []
        for shard, (name, saveables) in enumerate(per_device):
            with device(cpu_of(name)):
                filenames.append(self.sharded_filename(temporary, shard, num_shards))
                saves.append(self._save(filenames[-1], saveables))
        with control_dependencies([save.op for save in saves]):
            with device(cpu_of(per_device[-1][0])):
                merge = checkpoint_ops.MergeV2Checkpoints(filenames, prefix, delete_old_dirs=True)
                with control_dependencies([merge]):
                    return array_ops.identity(prefix)

    # ---- restoring ----

    def _restore(self, filename_tensor, saveables, restore_sequentially, reshape,
                 preferred_shard=-1, name="restore_all"):
        tensors = iter(self.bulk_restore(filename_tensor, saveables, preferred_shard,
                                         restore_sequentially))
        restores = []
        for saveable in saveables:
            shapes = [_shape_of(spec.tensor) for spec in saveable.specs] if reshape else None
            restored = [next(tensors) for _ in saveable.specs]
            restores.append(saveable.restore(restored, shapes))
        return control_flow_ops.group(*restores, name=name)

    def _sharded_restore(self, filename_tensor, per_device, restore_sequentially, reshape):
        restores = []
        for shard, (name, saveables) in enumerate(per_device):
            with device(name):
                restores.append(self._restore(
                    filename_tensor, saveables, restore_sequentially, reshape,
                    preferred_shard=shard, name="restore_shard"))
        return control_flow_ops.group(*restores, name="restore_all")

    # ---- both ----

    def build(self, names_to_saveables, reshape=False, sharded=False, max_to_keep=5,
              keep_checkpoint_every_n_hours=10000.0, name=None, restore_sequentially=False,
              filename="model"):
        """Adds the operations to the default graph.

        Args:
          names_to_saveables: what to save: a list or a dict, as ``Saver`` takes it.
          reshape, sharded, max_to_keep, keep_checkpoint_every_n_hours, name, restore_sequentially,
          filename: as ``Saver`` has them.

        Returns:
          A SaverDef that names the operations.
        """
        from minitf.framework import protos

        saveables = saveables_of(names_to_saveables)
        with name_scope(name, "save", [saveable.op for saveable in saveables]):
            filename_tensor = array_ops.placeholder_with_default(
                filename or "model", shape=(), name="filename")
            # The second is the one that is fed; it has the name that older versions gave it.
            filename_tensor = array_ops.placeholder_with_default(
                filename_tensor, shape=(), name="Const")
            if sharded:
                per_device = _by_device(saveables)
                saved = self._sharded_save(filename_tensor, per_device)
                restored = self._sharded_restore(filename_tensor, per_device,
                                                 restore_sequentially, reshape)
            else:
                saved = self._save(filename_tensor, saveables)
                restored = self._restore(filename_tensor, saveables, restore_sequentially, reshape)
        _concatenate_partitioned_variables(get_default_graph())
        return protos.SaverDef(
            filename_tensor_name=filename_tensor.name, save_tensor_name=saved.name,
            restore_op_name=restored.name, max_to_keep=max_to_keep or 0, sharded=sharded,
            keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
            version=self._write_version)


class BulkSaverBuilder(BaseSaverBuilder):
    """Restores all saved objects with one operation: what ``Saver`` uses."""

    def bulk_restore(self, filename_tensor, saveables, preferred_shard, restore_sequentially):
        with device("cpu:0"):
            return _restore(filename_tensor,
                            [spec for saveable in saveables for spec in saveable.specs])


def _restore(filename_tensor, specs):
    return checkpoint_ops.RestoreV2(
        filename_tensor, [spec.name for spec in specs], [spec.slice_spec for spec in specs],
        dtypes=[dtypes.as_dtype(spec.dtype).base_dtype for spec in specs])


def _shape_of(tensor):
    shape = tensor.get_shape()
    return shape if shape.is_fully_defined() else array_ops.shape(tensor)


def _by_device(saveables):
    """Pairs (device, its SaveableObjects), sorted by device."""
    per_device = {}
    for saveable in saveables:
        devices = {DeviceSpec.from_string(spec.tensor.device or "").to_string()
                   for spec in saveable.specs}
        if len(devices) != 1:
            raise ValueError("All tensors of a saveable object must be on the same device: "
                             f"{saveable.name}")
        per_device.setdefault(devices.pop(), []).append(saveable)
    return sorted(per_device.items(), key=lambda pair: pair[0])


def _concatenate_partitioned_variables(graph):
    """Makes the tensors of PartitionedVariables in collections, which MetaGraphs refer to."""
    for key in graph.get_all_collection_keys():
        for item in graph.get_collection(key):
            if isinstance(item, PartitionedVariable):
                try:
                    graph.get_operation_by_name(item.name)
                except KeyError:
                    item.as_tensor()
