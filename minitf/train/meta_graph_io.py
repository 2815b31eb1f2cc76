"""tf.train.import_meta_graph: a graph from a file, and the Saver that restores its variables."""

from minitf import tf_logging
from minitf.framework import meta_graph, protos
from minitf.framework.graph import GraphKeys, get_collection


def import_meta_graph(meta_graph_or_file, clear_devices=False, import_scope=None, **kwargs):
    """Adds the graph and the collections of a MetaGraphDef to the default graph.

    Args:
      meta_graph_or_file: a `MetaGraphDef`, or the name of a file that has one ("model.meta").
      clear_devices: leave out the nodes' devices.
      import_scope: the name scope to put all under; None for none.
      **kwargs: further arguments of ``meta_graph.import_scoped_meta_graph``: ``input_map``, ...

    Returns:
      A Saver for the variables, or None when there are none.

    Raises:
      OSError: the file cannot be read.
      ValueError: the GraphDef is not well formed.
    """
    return import_with_return_elements(meta_graph_or_file, clear_devices, import_scope,
                                       **kwargs)[0]


def import_with_return_elements(meta_graph_or_file, clear_devices=False, import_scope=None,
                                return_elements=None, **kwargs):
    """``import_meta_graph`` that also returns the elements that ``return_elements`` names."""
    message = meta_graph_or_file
    if not isinstance(message, protos.MetaGraphDef):
        message = meta_graph.read_meta_graph_file(message)
    variables, elements = meta_graph.import_scoped_meta_graph_with_return_elements(
        message, clear_devices=clear_devices, import_scope=import_scope,
        return_elements=return_elements, **kwargs)
    return _saver_of(message, import_scope, variables), elements


def _saver_of(message, import_scope, variables):
    """The Saver that the MetaGraphDef tells of, or one of all variables."""
    if message.HasField("saver_def"):
        from minitf.train.saver import Saver

        scope = import_scope
        for name, variable in variables.items():
            scope = variable.name[:-len(name)]  # the scope's name may have been made unique
            break
        return Saver(saver_def=message.saver_def, name=scope)
    if any(get_collection(key, import_scope)
           for key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.SAVEABLE_OBJECTS)):
        from minitf.train.saver import Saver

        return Saver()
    tf_logging.info("Saver not created because there are no variables in the graph to restore")
    return None
