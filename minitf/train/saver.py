"""tf.train.Saver: saves variables to checkpoints and restores them."""

import os
import time

import numpy as np

from minitf import tf_logging
from minitf.checkpoint.reader import CheckpointReader
from minitf.framework import compat, errors, meta_graph
from minitf.framework.graph import (
    GraphKeys,
    add_to_collection,
    get_collection,
    get_default_graph,
)
from minitf.framework.scope_names import prepend_scope, strip_scope
from minitf.global_step import global_step as value_of_global_step
from minitf.train.checkpoint_management import (
    checkpoint_exists,
    get_checkpoint_mtimes,
    meta_graph_filename,
    remove_checkpoint,
    write_checkpoint_state,
)
from minitf.train.saveable import saveables_of
from minitf.train.saver_builder import V2, BulkSaverBuilder

_OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
_TENSOR_FIELDS = ("filename_tensor_name", "save_tensor_name", "restore_op_name")


def all_saveable_objects(scope=None):
    """What a Saver saves by default: global variables, and the SaveableObjects of the graph."""
    return (get_collection(GraphKeys.GLOBAL_VARIABLES, scope)
            + get_collection(GraphKeys.SAVEABLE_OBJECTS, scope))


class Saver:
    """Saves variables to checkpoints, and restores them.

    A checkpoint "dir/model-100" is two files or more, ``.index`` and ``.data-...``, with ``.meta``
    for the graph. The file ``dir/checkpoint`` names the latest ones.

    Args:
      var_list: a list of variables, which checkpoints know by their names, or a dict {name in
        checkpoints: variable}; by default all global variables and saveable objects.
      reshape: restore values of other shapes too, by reshaping them.
      sharded: write a file for each device that has variables.
      max_to_keep: how many checkpoints to keep; older ones are deleted. None or 0: all.
      keep_checkpoint_every_n_hours: of those to be deleted, keep one for each so many hours.
      name: the name scope of the operations, "save" by default.
      restore_sequentially: kept for compatibility; has no effect.
      saver_def: a SaverDef that names operations in the graph, to be used instead of new ones;
        ``name`` is then a scope that stands before these names.
      builder: what adds the operations, BulkSaverBuilder by default.
      defer_build: do not add the operations before ``build`` is called.
      allow_empty: accept that there is nothing to save; the Saver does nothing then.
      write_version: the format to write, SaverDef.V2 or SaverDef.V1.
      pad_step_number: write steps with eight digits in names.
      save_relative_paths: write paths relative to the directory in the file ``checkpoint``.
      filename: the checkpoint's name when the operations are run without feeding one.

    Raises:
      TypeError: ``var_list`` is no list or dict of variables.
      ValueError: there are no variables, or two of one name.
    """

    def __init__(self, var_list=None, reshape=False, sharded=False, max_to_keep=5,
                 keep_checkpoint_every_n_hours=10000.0, name=None, restore_sequentially=False,
                 saver_def=None, builder=None, defer_build=False, allow_empty=False,
                 write_version=V2, pad_step_number=False, save_relative_paths=False,
                 filename=None):
        if defer_build and var_list:
            raise ValueError("If `var_list` is provided then build cannot be deferred. Either set "
                             "defer_build=False or var_list=None.")
        self._var_list = var_list
        self._reshape = reshape
        self._sharded = sharded
        self._max_to_keep = max_to_keep
        self._keep_checkpoint_every_n_hours = keep_checkpoint_every_n_hours
        self._name = name
        self._restore_sequentially = restore_sequentially
        self.saver_def = saver_def
        self._builder = builder
        self._is_built = False
        self._allow_empty = allow_empty
        self._is_empty = None
        self._write_version = write_version
        self._pad_step_number = pad_step_number
        self._filename = filename
        self._last_checkpoints = []  # pairs (path, time when it was written)
        self._checkpoints_to_be_deleted = []
        self._next_checkpoint_time = None
        self._save_relative_paths = save_relative_paths
        self._object_restore_saver = None
        if not defer_build:
            self.build()
        if self.saver_def:
            self._check_saver_def()
            self._write_version = self.saver_def.version

    # ---- building ----

    def build(self):
        """Adds the operations, if that was deferred.

        Raises:
          ValueError: there are no variables to save.
        """
        if self._is_built:
            return
        self._is_built = True
        if not self.saver_def:
            if self._builder is None:
                self._builder = BulkSaverBuilder(self._write_version)
            if self._var_list is None:
                self._var_list = all_saveable_objects()
            if not self._var_list:
                if not self._allow_empty:
                    raise ValueError("No variables to save")
                self._is_empty = True
                return
            self._is_empty = False
            self.saver_def = self._builder.build(
                self._var_list, reshape=self._reshape, sharded=self._sharded,
                max_to_keep=self._max_to_keep,
                keep_checkpoint_every_n_hours=self._keep_checkpoint_every_n_hours,
                name=self._name, restore_sequentially=self._restore_sequentially,
                filename=self._filename)
        elif self._name:
            for field in _TENSOR_FIELDS:
                setattr(self.saver_def, field,
                        prepend_scope(getattr(self.saver_def, field), self._name))
        self._check_saver_def()
        self._next_checkpoint_time = (
            time.time() + self.saver_def.keep_checkpoint_every_n_hours * 3600)

    def _check_saver_def(self):
        from minitf.framework import protos

        if not isinstance(self.saver_def, protos.SaverDef):
            raise ValueError(f"saver_def must be a saver_pb2.SaverDef: {self.saver_def}")
        for field in ("save_tensor_name", "restore_op_name"):
            if not getattr(self.saver_def, field):
                raise ValueError(f"saver_def must specify the {field}: {self.saver_def}")

    # ---- as a message ----

    def as_saver_def(self):
        """The SaverDef that names the Saver's operations."""
        return self.saver_def

    def to_proto(self, export_scope=None):
        """A SaverDef, or None when the operations are not under ``export_scope``."""
        if export_scope is None:
            return self.saver_def
        if not all(getattr(self.saver_def, field).startswith(export_scope)
                   for field in _TENSOR_FIELDS):
            return None
        message = type(self.saver_def)()
        message.CopyFrom(self.saver_def)
        for field in _TENSOR_FIELDS:
            setattr(message, field, strip_scope(getattr(message, field), export_scope))
        return message

    @staticmethod
    def from_proto(saver_def, import_scope=None):
        """The Saver that a SaverDef describes."""
        return Saver(saver_def=saver_def, name=import_scope)

    # ---- the latest checkpoints ----

    @property
    def last_checkpoints(self):
        """The paths of the checkpoints that were kept, the oldest first."""
        return [path for path, _ in self._last_checkpoints]

    def set_last_checkpoints(self, last_checkpoints):
        """Sets ``last_checkpoints`` (a list of paths); they count as new."""
        self.set_last_checkpoints_with_time([(path, np.inf) for path in last_checkpoints])

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time):
        """Sets ``last_checkpoints`` with their times: a list of pairs (path, seconds since 1970).
        """
        if not isinstance(last_checkpoints_with_time, list):
            raise AssertionError(f"not a list: {last_checkpoints_with_time!r}")
        self._last_checkpoints = last_checkpoints_with_time

    def recover_last_checkpoints(self, checkpoint_paths):
        """Takes over checkpoints that an earlier run kept, those of them that are there still.

        Args:
          checkpoint_paths: their paths, the oldest first; ``all_model_checkpoint_paths`` of the
            directory's CheckpointState.
        """
        self.set_last_checkpoints_with_time(
            [(path, times[0]) for path in checkpoint_paths
             if (times := get_checkpoint_mtimes([path]))])

    def _remember(self, path):
        """Notes the checkpoint as the latest, and the one that has to go for it."""
        if not self.saver_def.max_to_keep:
            return
        self._last_checkpoints = [item for item in self._last_checkpoints if item[0] != path]
        self._last_checkpoints.append((path, time.time()))
        if len(self._last_checkpoints) > self.saver_def.max_to_keep:
            self._checkpoints_to_be_deleted.append(self._last_checkpoints.pop(0))

    def _delete_old(self, meta_graph_suffix):
        if not self._checkpoints_to_be_deleted:
            return
        path, written = self._checkpoints_to_be_deleted.pop(0)
        if written > self._next_checkpoint_time:
            self._next_checkpoint_time += self.saver_def.keep_checkpoint_every_n_hours * 3600
            return
        try:
            remove_checkpoint(path, self.saver_def.version, meta_graph_suffix)
        except errors.OpError as error:  # the checkpoint is saved, whatever happens to the old one
            tf_logging.warning("Ignoring: %s", str(error))

    # ---- saving ----

    def save(self, sess, save_path, global_step=None, latest_filename=None,
             meta_graph_suffix="meta", write_meta_graph=True, write_state=True,
             strip_default_attrs=False, save_debug_info=False):
        """Saves the variables' values in a session.

        A crash in the middle leaves earlier checkpoints, and the file that names them, as they are.

        Args:
          sess: the session.
          save_path: the checkpoint's name, with its directory.
          global_step: a number, or a tensor that has it, to put behind the name.
          latest_filename: the file that names the latest checkpoints, "checkpoint" by default.
          meta_graph_suffix: the ending of the MetaGraph's file.
          write_meta_graph: write the graph too, to a MetaGraph.
          write_state: write the file that names the latest checkpoints, and delete old ones.
          strip_default_attrs: leave attributes out of the MetaGraph that have their default.
          save_debug_info: not supported.

        Returns:
          The checkpoint's path, which ``restore`` takes; None when there is nothing to save.

        Raises:
          TypeError: ``sess`` is no Session.
          ValueError: ``latest_filename`` has a directory, or is the checkpoint's name; the
            directory to save in has no parent.
          RuntimeError: the operations were not built.
        """
        if not self._is_built:
            raise RuntimeError("`build()` should be called before save if defer_build==True")
        if self._write_version != V2:
            tf_logging.warning("TensorFlow's V1 checkpoint format has been deprecated. Consider "
                               "switching to the more efficient V2 format: "
                               "`tf.train.Saver(write_version=tf.train.SaverDef.V2)`")
        latest_filename = "checkpoint" if latest_filename is None else latest_filename
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        checkpoint_file = self._checkpoint_file(sess, save_path, global_step, latest_filename)
        _check_session(sess)
        path = None
        if not self._is_empty:
            path = self._save(sess, save_path, checkpoint_file)
            if write_state:
                self._remember(path)
                write_checkpoint_state(
                    os.path.dirname(save_path), path, self.last_checkpoints, latest_filename,
                    self._save_relative_paths)
                self._delete_old(meta_graph_suffix)
        if write_meta_graph:
            with sess.graph.as_default():
                self.export_meta_graph(meta_graph_filename(checkpoint_file, meta_graph_suffix),
                                       strip_default_attrs=strip_default_attrs,
                                       save_debug_info=save_debug_info)
        return path

    def _checkpoint_file(self, sess, save_path, global_step, latest_filename):
        """The checkpoint's name, with the step's number."""
        if global_step is None:
            if os.path.basename(save_path) == latest_filename and not self._sharded:
                raise ValueError("'latest_filename' collides with 'save_path': "
                                 f"'{latest_filename}' and '{save_path}'")
            return save_path
        if not isinstance(global_step, compat.integral_types):
            global_step = value_of_global_step(sess, global_step)
        return f"{save_path}-{global_step:0{8 if self._pad_step_number else 1}d}"

    def _save(self, sess, save_path, checkpoint_file):
        names = self.saver_def
        try:
            path = sess.run(names.save_tensor_name, {names.filename_tensor_name: checkpoint_file})
        except (errors.FailedPreconditionError, errors.NotFoundError) as error:
            if not os.path.isdir(os.path.dirname(save_path)):
                raise ValueError(
                    f"Parent directory of {save_path} doesn't exist, can't save.") from error
            raise
        return compat.as_str(path)

    def export_meta_graph(self, filename=None, collection_list=None, as_text=False,
                          export_scope=None, clear_devices=False, clear_extraneous_savers=False,
                          strip_default_attrs=False, save_debug_info=False):
        """The MetaGraphDef of the default graph with this Saver in it; also written to a file.

        Args:
          filename, collection_list, as_text, export_scope, clear_devices, clear_extraneous_savers,
          strip_default_attrs, save_debug_info: as tf.train.export_meta_graph.
        """
        return meta_graph.export_meta_graph(
            filename=filename, graph_def=get_default_graph().as_graph_def(add_shapes=True),
            saver_def=self.saver_def, collection_list=collection_list, as_text=as_text,
            export_scope=export_scope, clear_devices=clear_devices,
            clear_extraneous_savers=clear_extraneous_savers,
            strip_default_attrs=strip_default_attrs, save_debug_info=save_debug_info)

    # ---- restoring ----

    def restore(self, sess, save_path):
        """Gives the variables the values that a checkpoint has; they need not be initialised.

        Args:
          sess: the session.
          save_path: what ``save`` returned.

        Raises:
          ValueError: there is no such checkpoint.
          NotFoundError: it lacks a variable, or the directory is not there.
          InvalidArgumentError: a variable has another shape or dtype there.
          DataLossError: it is damaged.
        """
        if self._is_empty:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        save_path = compat.as_text(compat.path_to_str(save_path))
        if not checkpoint_exists(save_path):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {save_path}")
        tf_logging.info("Restoring parameters from %s", save_path)
        try:
            sess.run(self.saver_def.restore_op_name,
                     {self.saver_def.filename_tensor_name: save_path})
        except errors.NotFoundError as error:
            keys = object_based_keys(CheckpointReader(save_path))
            if keys is None:
                raise _explained(
                    error, "a Variable name or other graph key that is missing") from None
            self._restore_object_based(sess, save_path, keys)
        except errors.InvalidArgumentError as error:
            raise _explained(error, "a mismatch between the current graph and the graph") from None

    def _restore_object_based(self, sess, save_path, keys):
        tf_logging.warning(
            "Restoring an object-based checkpoint using a name-based saver. This may be somewhat "
            "fragile, and will re-build the Saver. Instead, consider loading object-based "
            "checkpoints using tf.train.Checkpoint().")
        saveables = saveables_of(all_saveable_objects() if self._var_list is None
                                 else self._var_list)
        _rename(saveables, keys)
        if self._object_restore_saver is None:
            self._object_restore_saver = Saver(saveables)
        self._object_restore_saver.restore(sess, save_path)


def _check_session(sess):
    from minitf.session.session import BaseSession

    if not isinstance(sess, BaseSession):
        raise TypeError(f"'sess' must be a Session; {sess}")


def _explained(error, cause):
    return type(error)(
        error.node_def, error.op,
        f"Restoring from checkpoint failed. This is most likely due to {cause} from the "
        "checkpoint. Please ensure that you have not altered the graph expected based on the "
        f"checkpoint. Original error:\n\n{error.message}")


# ---- checkpoints that tf.train.Checkpoint wrote ----


def object_based_keys(reader):
    """{variable's name: its key} of a checkpoint of that kind; None for another checkpoint.

    Args:
      reader: a CheckpointReader.
    """
    from google.protobuf.message import DecodeError

    from minitf.framework import protos

    if not reader.has_tensor(_OBJECT_GRAPH_KEY):
        return None
    try:
        graph = protos.TrackableObjectGraph.FromString(reader.get_tensor(_OBJECT_GRAPH_KEY))
    except DecodeError as error:
        raise errors.DataLossError(None, None, f"{_OBJECT_GRAPH_KEY} is damaged: {error}") from None
    return {attribute.full_name: attribute.checkpoint_key
            for node in graph.nodes for attribute in node.attributes}


def _rename(saveables, keys):
    """Gives the tensors the keys that they have in an object-based checkpoint."""
    specs = [spec for saveable in saveables for spec in saveable.specs]
    names = {spec.name for spec in specs}
    missing = sorted(names - keys.keys())
    if missing:
        raise errors.NotFoundError(
            None, None,
            f"\n\nExisting variables not in the checkpoint: {', '.join(missing)}\n\n"
            "Variables names when this checkpoint was written which don't exist now: "
            f"{', '.join(sorted(keys.keys() - names))}\n\n"
            f"({len(names & keys.keys())} variable name(s) did match)\n\n"
            "Could not find some variables in the checkpoint (see names above). Saver was "
            "attempting to load an object-based checkpoint (saved using tf.train.Checkpoint or "
            "tf.keras.Model.save_weights) using variable names.")
    for spec in specs:
        spec.name = keys[spec.name]


# ---- the graph's Saver ----


def get_saver_or_default():
    """The Saver in the collection GraphKeys.SAVERS, or a new sharded one, which joins it.

    Raises:
      RuntimeError: there are several.
    """
    savers = get_collection(GraphKeys.SAVERS)
    if len(savers) > 1:
        raise RuntimeError(f"More than one item in collection {GraphKeys.SAVERS}. Please indicate "
                           "which one to use by passing it to the constructor.")
    if savers:
        return savers[0]
    saver = Saver(sharded=True, allow_empty=True)
    add_to_collection(GraphKeys.SAVERS, saver)
    return saver


meta_graph.register_proto_function(GraphKeys.SAVERS, proto_type="SaverDef",
                                   to_proto=Saver.to_proto, from_proto=Saver.from_proto)
