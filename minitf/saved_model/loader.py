"""tf.saved_model.loader: loads SavedModels into sessions."""

import os

from minitf import tf_logging
from minitf.framework import errors, protos
from minitf.framework.compat import as_text
from minitf.framework.graph import get_collection, get_default_graph
from minitf.framework.scope_names import prepend_scope
from minitf.saved_model import constants
from minitf.saved_model.utils import assets_dir, variables_path
from minitf.train.meta_graph_io import import_with_return_elements
from minitf.train.saver import Saver, all_saveable_objects


def load(sess, tags, export_dir, import_scope=None, **saver_kwargs):
    """Loads a MetaGraph of a SavedModel into a session, with the variables' values.

    Args:
      sess: the session; the graph is added to its graph.
      tags: the tags of the MetaGraph, all of them.
      export_dir: the SavedModel's directory.
      import_scope: a name scope to put the graph under.
      **saver_kwargs: further arguments of ``tf.train.import_meta_graph``.

    Returns:
      The MetaGraphDef, which has the signatures.

    Raises:
      OSError: there is no SavedModel, or it cannot be read.
      RuntimeError: it has no MetaGraph with these tags.
    """
    return SavedModelLoader(export_dir).load(sess, tags, import_scope, **saver_kwargs)


def maybe_saved_model_directory(export_dir):
    """Whether there is a SavedModel in a directory, going by the names of files."""
    return any(os.path.exists(path) for path in _paths(export_dir))


def _paths(export_dir):
    return [os.path.join(as_text(export_dir), name)
            for name in (constants.SAVED_MODEL_FILENAME_PB, constants.SAVED_MODEL_FILENAME_PBTXT)]


def parse_saved_model(export_dir):
    """The SavedModel message in a directory.

    Raises:
      OSError: there is none, or it cannot be read.
    """
    from google.protobuf import message, text_format

    binary, text = _paths(export_dir)
    path = binary if os.path.exists(binary) else text
    if not os.path.exists(path):
        raise OSError(f"SavedModel file does not exist at: {export_dir}/"
                      f"{{{constants.SAVED_MODEL_FILENAME_PBTXT}|"
                      f"{constants.SAVED_MODEL_FILENAME_PB}}}")
    with open(path, "rb") as file:
        content = file.read()
    try:
        if path == binary:
            return protos.SavedModel.FromString(content)
        return text_format.Merge(content.decode("utf-8"), protos.SavedModel())
    except (message.DecodeError, text_format.ParseError, UnicodeDecodeError) as error:
        raise OSError(f"Cannot parse file {path}: {error}.") from None


class SavedModelLoader:
    """Loads a SavedModel in steps: the graph, the variables, what is to run then.

    Args:
      export_dir: the SavedModel's directory.

    Raises:
      OSError: there is no SavedModel, or it cannot be read.
    """

    def __init__(self, export_dir):
        self._export_dir = export_dir
        self._variables_path = variables_path(export_dir)
        self._saved_model = parse_saved_model(export_dir)

    @property
    def export_dir(self):
        return self._export_dir

    @property
    def variables_path(self):
        return self._variables_path

    @property
    def saved_model(self):
        """The SavedModel message."""
        return self._saved_model

    def get_meta_graph_def_from_tags(self, tags):
        """The MetaGraphDef that has just these tags.

        Raises:
          RuntimeError: there is none.
        """
        available = [set(message.meta_info_def.tags) for message in self._saved_model.meta_graphs]
        if set(tags) not in available:
            raise RuntimeError(
                f"MetaGraphDef associated with tags {str(tags).strip('[]')} could not be found in "
                "SavedModel. To inspect available tag-sets in the SavedModel, please use the "
                f"SavedModel CLI: `saved_model_cli`\navailable_tags: {available}")
        return self._saved_model.meta_graphs[available.index(set(tags))]

    def load_graph(self, graph, tags, import_scope=None, **saver_kwargs):
        """Adds the MetaGraph to a graph.

        Returns:
          (a Saver or None, what ``return_elements`` asked for).
        """
        with graph.as_default():
            return import_with_return_elements(
                self.get_meta_graph_def_from_tags(tags), import_scope=import_scope, **saver_kwargs)

    def restore_variables(self, sess, saver, import_scope=None):
        """Gives the variables their values.

        Raises:
          ValueError: there are variables, but no Saver.
        """
        with sess.graph.as_default():
            if isinstance(saver, Saver):
                saver.restore(sess, self._variables_path)
            elif saver is None and not all_saveable_objects(scope=import_scope):
                tf_logging.info("The specified SavedModel has no variables; no checkpoints were "
                                "restored.")
            else:
                raise ValueError(
                    "No tf.train.Saver object was passed to the function "
                    "SavedModelLoader.restore_variables. Since there are variables in the graph, "
                    "a saver is required.")

    def run_init_ops(self, sess, tags, import_scope=None):
        """Runs the operation that the model wants to be run after loading, if there is one."""
        message = self.get_meta_graph_def_from_tags(tags)
        with sess.graph.as_default():
            operation = _init_op(message, import_scope)
            if operation is not None:
                sess.run([operation], _asset_paths(self._export_dir, message, import_scope))

    def load(self, sess, tags, import_scope=None, **saver_kwargs):
        """All of it; arguments and result are those of ``tf.saved_model.load``."""
        with sess.graph.as_default():
            saver, _ = self.load_graph(sess.graph, tags, import_scope, **saver_kwargs)
            self.restore_variables(sess, saver, import_scope)
            self.run_init_ops(sess, tags, import_scope)
        return self.get_meta_graph_def_from_tags(tags)


def _init_op(message, import_scope):
    key = constants.INIT_OP_SIGNATURE_KEY
    if key in message.signature_def:
        name = prepend_scope(message.signature_def[key].outputs[key].name, import_scope)
        try:
            return get_default_graph().as_graph_element(name)
        except KeyError:
            raise errors.NotFoundError(
                None, None, f"The {key} could not be found in the graph.") from None
    for key in (constants.MAIN_OP_KEY, constants.LEGACY_INIT_OP_KEY):
        if key in message.collection_def:
            names = message.collection_def[key].node_list.value
            if len(names) != 1:
                raise RuntimeError(f"Expected exactly one SavedModel init op. Found: {names}")
            return get_collection(key)[0]
    return None


def _asset_paths(export_dir, message, import_scope):
    """{name of a tensor: the path that it is to have} for the files that came along."""
    assets = list(message.asset_file_def)
    if not assets and constants.ASSETS_KEY in message.collection_def:
        items = message.collection_def[constants.ASSETS_KEY].any_list.value
        assets = [protos.AssetFileDef.FromString(item.value) for item in items]
    return {prepend_scope(asset.tensor_info.name, import_scope):
            os.path.join(assets_dir(export_dir), os.path.basename(asset.filename))
            for asset in assets}
