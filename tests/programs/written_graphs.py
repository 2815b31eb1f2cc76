"""Graphs in files."""

import os
import shutil
import tempfile

from google.protobuf import text_format
from programs import seen


def build(tf):
    graph = tf.get_default_graph()
    tf.add(tf.placeholder(tf.float32, [2], name="x"), [1.0, 2.0], name="y")
    tf.add_to_collection("kept", graph.get_tensor_by_name("y:0"))
    folder = tempfile.mkdtemp()
    try:
        inner = os.path.join(folder, "new", "folder")
        paths = [tf.train.write_graph(graph, inner, "graph.pbtxt"),
                 tf.io.write_graph(graph.as_graph_def(), inner, "graph.pb", as_text=False)]
        with open(paths[0]) as stream:
            as_text = text_format.Parse(stream.read(), tf.GraphDef())
        with open(paths[1], "rb") as stream:
            binary = tf.GraphDef.FromString(stream.read())
        metas = [os.path.join(folder, name) for name in ("model.meta", "text.meta")]
        for path in metas:
            tf.train.export_meta_graph(path, as_text=path == metas[1])
        savers = []
        for path in metas:
            with tf.Graph().as_default() as other:
                savers += [tf.train.import_meta_graph(path), other.get_collection("kept")[0].name]
        return [seen("paths", [os.path.relpath(path, folder) for path in paths]),
                seen("files", sorted(os.listdir(inner))),
                seen("equal", [as_text == binary, binary == graph.as_graph_def()]),
                seen("savers", savers)]
    finally:
        shutil.rmtree(folder)
