"""tf.saved_model.builder: writes SavedModels, directories that hold a graph and its variables.

``saved_model.pb`` is a SavedModel message: one MetaGraph or more, with tags and signatures.
``variables/`` has a checkpoint, ``assets/`` copies of files that operations of the graph read.
"""

import filecmp
import os
import shutil

from minitf import tf_logging
from minitf.framework.files import atomic_write
from minitf.framework import dtypes, protos
from minitf.framework.compat import as_text
from minitf.framework.graph import GraphKeys, add_to_collection, get_collection
from minitf.framework.operation import Operation, Tensor
from minitf.saved_model import constants, signature_constants, tag_constants
from minitf.saved_model.signature_def_utils import predict_signature_def
from minitf.saved_model.utils import assets_dir, variables_path
from minitf.train.saver import Saver, all_saveable_objects

# As TensorFlow's protobuf names the message, whose fields ours has.
_ASSET_TYPE_URL = "type.googleapis.com/tensorflow.AssetFileDef"


def simple_save(session, export_dir, inputs, outputs, legacy_init_op=None):
    """Writes a SavedModel of the default graph, for serving.

    Args:
      session: the session that has the variables' values.
      export_dir: the directory to make.
      inputs, outputs: {name: tensor} of the signature "serving_default".
      legacy_init_op: an operation to run when the model was loaded.

    Raises:
      AssertionError: the directory is not empty.
    """
    signature = predict_signature_def(inputs, outputs)
    builder = SavedModelBuilder(export_dir)
    builder.add_meta_graph_and_variables(
        session, tags=[tag_constants.SERVING],
        signature_def_map={signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY: signature},
        assets_collection=get_collection(GraphKeys.ASSET_FILEPATHS), main_op=legacy_init_op,
        clear_devices=True)
    builder.save()


class SavedModelBuilder:
    """Writes a SavedModel: first the variables with one MetaGraph, then further MetaGraphs, `save`.

    Args:
      export_dir: the directory, which is made; it must be empty if it is there.

    Raises:
      AssertionError: the directory is not empty.
    """

    def __init__(self, export_dir):
        self._saved_model = protos.SavedModel(
            saved_model_schema_version=constants.SAVED_MODEL_SCHEMA_VERSION)
        self._export_dir = as_text(export_dir)
        if os.path.exists(self._export_dir) and os.listdir(self._export_dir):
            raise AssertionError(
                "Export directory already exists, and isn't empty. Please choose a different "
                "export directory, or delete all the contents of the specified directory: "
                f"{export_dir}")
        os.makedirs(self._export_dir, exist_ok=True)
        self._has_saved_variables = False

    def add_meta_graph_and_variables(self, sess, tags, signature_def_map=None,
                                     assets_collection=None, legacy_init_op=None,
                                     clear_devices=False, main_op=None,
                                     strip_default_attrs=False, saver=None):
        """Saves the variables and adds the default graph.

        Args:
          sess: the session that has the variables' values.
          tags: a list of strings by which the loader finds the MetaGraph.
          signature_def_map: {name: SignatureDef}.
          assets_collection: constant string tensors, each the path of a file to copy.
          legacy_init_op, main_op: the operation to run when the model was loaded.
          clear_devices: leave out the nodes' devices.
          strip_default_attrs: leave out attributes that have their default.
          saver: the Saver to use; by default one of all variables is made.

        Raises:
          AssertionError: the variables were saved already; a signature is not complete.
          KeyError, TypeError, ValueError: arguments that cannot be.
        """
        if self._has_saved_variables:
            raise AssertionError("Graph state including variables and assets has already been "
                                 "saved. Please invoke `add_meta_graph()` instead.")
        _check_signatures(signature_def_map or {})
        self._add_collections(assets_collection, main_op or legacy_init_op)
        path = variables_path(self._export_dir)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        saver = saver or _new_saver()
        saver.save(sess, path, write_meta_graph=False, write_state=False)
        self._add(saver, tags, signature_def_map, clear_devices, strip_default_attrs)
        self._has_saved_variables = True

    def add_meta_graph(self, tags, signature_def_map=None, assets_collection=None,
                       legacy_init_op=None, clear_devices=False, main_op=None,
                       strip_default_attrs=False, saver=None):
        """Adds the default graph, which shares the variables that were saved.

        Arguments and errors are those of ``add_meta_graph_and_variables``.
        """
        if not self._has_saved_variables:
            raise AssertionError("Graph state including variables and assets has not been saved "
                                 "yet. Please invoke `add_meta_graph_and_variables()` first.")
        _check_signatures(signature_def_map or {})
        self._add_collections(assets_collection, main_op or legacy_init_op)
        self._add(saver or _new_saver(), tags, signature_def_map, clear_devices,
                  strip_default_attrs)

    def save(self, as_text=False):
        """Writes the file with the MetaGraphs.

        Args:
          as_text: write it as text.

        Returns:
          The file's path, as bytes.
        """
        name = constants.SAVED_MODEL_FILENAME_PBTXT if as_text else (
            constants.SAVED_MODEL_FILENAME_PB)
        path = os.path.join(self._export_dir, name)
        os.makedirs(self._export_dir, exist_ok=True)
        with atomic_write(path) as file:
            file.write(str(self._saved_model).encode() if as_text
                       else self._saved_model.SerializeToString())
        tf_logging.info("SavedModel written to: %s", path)
        return path.encode()

    def _add(self, saver, tags, signatures, clear_devices, strip_default_attrs):
        message = saver.export_meta_graph(clear_devices=clear_devices,
                                          strip_default_attrs=strip_default_attrs)
        message.meta_info_def.tags.extend(tags)
        for name, signature in (signatures or {}).items():
            message.signature_def[name].CopyFrom(signature)
        self._saved_model.meta_graphs.append(message)

    def _add_collections(self, assets, main_op):
        self._save_assets(assets)
        if main_op is None:
            return
        if not isinstance(main_op, Operation):
            raise TypeError(f"main_op needs to be an Operation: {main_op!r}")
        for key in (constants.MAIN_OP_KEY, constants.LEGACY_INIT_OP_KEY):
            if get_collection(key):
                raise ValueError("Graph already contains one or more main ops under the "
                                 f"collection {key}.")
        add_to_collection(constants.MAIN_OP_KEY, main_op)

    def _save_assets(self, tensors):
        """Copies the files that tensors name, and notes in a collection which belongs to which."""
        sources = {}  # name in the SavedModel -> path
        for tensor in tensors or ():
            path = _asset_path(tensor)
            name = _asset_name(path, sources)
            sources[name] = path
            add_to_collection(constants.ASSETS_KEY, _asset_message(name, tensor))
        if not sources:
            tf_logging.info("No assets to write.")
            return
        directory = assets_dir(self._export_dir)
        os.makedirs(directory, exist_ok=True)
        for name, path in sources.items():
            target = os.path.join(directory, name)
            if not os.path.exists(target):
                shutil.copyfile(path, target)
        tf_logging.info("Assets written to: %s", directory)


def _new_saver():
    return Saver(all_saveable_objects(), sharded=True, allow_empty=True)


def _check_signatures(signatures):
    for signature in signatures.values():
        for infos in (signature.inputs, signature.outputs):
            for info in infos.values():
                _check_tensor_info(info)
    for key, what in ((constants.INIT_OP_SIGNATURE_KEY, "initialization"),
                      (constants.TRAIN_OP_SIGNATURE_KEY, "the train op")):
        if key in signatures:
            raise KeyError(f'SignatureDef map key "{key}" is reserved for {what}. Please use a '
                           "different key.")


def _check_tensor_info(info):
    if info.WhichOneof("encoding") is None:
        raise AssertionError("All TensorInfo protos used in the SignatureDefs must have one of the "
                             f"'encoding' fields (e.g., name or coo_sparse) set: {info}")
    if not info.dtype and info.WhichOneof("encoding") != "composite_tensor":
        raise AssertionError("All TensorInfo protos used in the SignatureDefs must have the dtype "
                             f"field set: {info}")


# ---- assets ----


def _asset_path(tensor):
    """The path that a constant string tensor has."""
    if not isinstance(tensor, Tensor):
        raise TypeError("Asset path tensor must be a Tensor.")
    if tensor.op.type != "Const":
        raise TypeError("Asset path tensor must be of type constant.")
    if tensor.dtype != dtypes.string:
        raise TypeError("Asset path tensor must be of dtype string.")
    paths = tensor.op._attrs["value"].array.ravel().tolist()
    if len(paths) != 1:
        raise TypeError("Asset path tensor must be a scalar.")
    if not paths[0]:
        raise ValueError(f"Invalid asset filepath tensor {tensor}")
    return os.fsdecode(paths[0])


def _asset_name(path, sources):
    """The name that a file gets: its own, with a number when another file has that already."""
    base = name = os.path.basename(path)
    number = 1
    while name in sources and sources[name] != path and not filecmp.cmp(
            path, sources[name], shallow=False):
        name = f"{base}_{number}"
        number += 1
    return name


def _asset_message(name, tensor):
    from google.protobuf import any_pb2

    message = protos.AssetFileDef(filename=name)
    message.tensor_info.name = tensor.name
    return any_pb2.Any(type_url=_ASSET_TYPE_URL, value=message.SerializeToString())
