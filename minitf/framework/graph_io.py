"""Graphs in files: tf.train.write_graph."""

import os

from minitf.framework.files import atomic_write
from minitf.framework.graph import Graph


def write_graph(graph_or_graph_def, logdir, name, as_text=True):
    """Writes a graph to a file, in the directory ``logdir``, which is made when there is none.

    The file is written under another name and renamed: it is never there in part.

    Args:
      graph_or_graph_def: a `Graph`, a `GraphDef`, or another message.
      logdir: the directory.
      name: the file's name.
      as_text: write protobuf's text format; else its binary form.

    Returns:
      The path of the file.
    """
    from google.protobuf import text_format

    message = (graph_or_graph_def.as_graph_def() if isinstance(graph_or_graph_def, Graph)
               else graph_or_graph_def)
    if logdir:
        os.makedirs(logdir, exist_ok=True)
    path = os.path.join(logdir, name)
    content = (text_format.MessageToString(message).encode() if as_text
               else message.SerializeToString())
    with atomic_write(path) as stream:
        stream.write(content)
    return path
