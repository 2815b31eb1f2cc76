"""tf.saved_model.utils: tensors as TensorInfo messages, and the files' places."""

import os

from minitf.framework import dtypes, protos
from minitf.framework.compat import as_text
from minitf.framework.graph import get_default_graph
from minitf.framework.scope_names import prepend_scope
from minitf.framework.sparse_tensor import SparseTensor
from minitf.saved_model import constants


def build_tensor_info(tensor):
    """The TensorInfo (name, dtype, shape) of a Tensor or a SparseTensor."""
    info = protos.TensorInfo(dtype=dtypes.as_dtype(tensor.dtype).as_datatype_enum,
                             tensor_shape=tensor.get_shape().as_proto())
    if isinstance(tensor, SparseTensor):
        info.coo_sparse.values_tensor_name = tensor.values.name
        info.coo_sparse.indices_tensor_name = tensor.indices.name
        info.coo_sparse.dense_shape_tensor_name = tensor.dense_shape.name
    else:
        info.name = tensor.name
    return info


def get_tensor_from_tensor_info(tensor_info, graph=None, import_scope=None):
    """The Tensor or SparseTensor of a graph that a TensorInfo names.

    Args:
      tensor_info: the TensorInfo.
      graph: the tf.Graph; None means the default graph.
      import_scope: the name scope that the graph was imported under, if any.

    Raises:
      KeyError: there is no such tensor.
      ValueError: the message names none.
    """
    graph = graph or get_default_graph()

    def find(name):
        return graph.get_tensor_by_name(prepend_scope(name, import_scope))

    encoding = tensor_info.WhichOneof("encoding")
    if encoding == "name":
        return find(tensor_info.name)
    if encoding == "coo_sparse":
        names = tensor_info.coo_sparse
        return SparseTensor(find(names.indices_tensor_name), find(names.values_tensor_name),
                            find(names.dense_shape_tensor_name))
    raise ValueError(f"Invalid TensorInfo.encoding: {encoding}")


def variables_path(export_dir):
    """The name of the checkpoint in a SavedModel's directory."""
    return os.path.join(as_text(export_dir), constants.VARIABLES_DIRECTORY,
                        constants.VARIABLES_FILENAME)


def assets_dir(export_dir):
    """The directory of files that a SavedModel brings along."""
    return os.path.join(as_text(export_dir), constants.ASSETS_DIRECTORY)
