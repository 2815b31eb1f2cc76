"""``python -m minitf graph-diff A B``: the differences of the graphs in two files."""

import os
import sys


class Unreadable(Exception):
    """A file has no graph that can be read; the message says why."""


def add_parser(commands):
    """Adds the command to the command line."""
    parser = commands.add_parser(
        "graph-diff", help="compare the graphs in two files",
        description="Compares the graphs in two files, node by node: event files, GraphDefs (.pb, "
                    ".pbtxt), MetaGraphDefs (.meta) and SavedModels. Exit status: 0 equal, 1 "
                    "different, 2 when a file cannot be read.")
    parser.add_argument("left", metavar="A", help="a file, or a directory with an event file")
    parser.add_argument("right", metavar="B", help="another")
    parser.add_argument("--ignore-shapes", action="store_true",
                        help="leave out _output_shapes, which not all files have")
    parser.add_argument("--max", type=int, default=20, metavar="N",
                        help="how many differences to print (default: 20)")
    parser.set_defaults(command=graph_diff)


def graph_diff(options):
    """Compares. Returns the exit status: 0 equal, 1 different, 2 unreadable."""
    from minitf.testing.graph_compare import Differences, compare_graph_defs

    try:
        graphs = [read_graph(path) for path in (options.left, options.right)]
    except Unreadable as problem:
        print(f"minitf graph-diff: {problem}", file=sys.stderr)
        return 2
    if options.ignore_shapes:
        for graph in graphs:
            for node in graph.node:
                node.attr.pop("_output_shapes", None)
    found = compare_graph_defs(*graphs, labels=(options.left, options.right))
    if not found:
        print(f"equal: {len(graphs[0].node)} nodes")
        return 0
    print(Differences(found[:options.max], found.labels))
    if len(found) > options.max:
        print(f"... and {len(found) - options.max} more")
    return 1


def read_graph(path):
    """The GraphDef in a file.

    Args:
      path: an event file (or a directory that has some: the newest is read), a GraphDef or a
        MetaGraphDef in binary or text form, or a SavedModel.

    Raises:
      Unreadable: there is no graph in it.
    """
    if os.path.isdir(path):
        path = _in_directory(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        raise Unreadable(f"cannot read {path}: {error.strerror}") from error
    for read in (_from_events, _from_binary, _from_text):
        graph = read(path, data)
        if graph is not None and graph.node:
            return graph
    raise Unreadable(f"{path} has no graph: it is not an event file, a GraphDef or a MetaGraphDef")


def _in_directory(path):
    names = sorted(os.listdir(path))
    events = [name for name in names if "tfevents" in name]
    models = [name for name in names if name in ("saved_model.pb", "saved_model.pbtxt")]
    if not events and not models:
        raise Unreadable(f"{path} has no event file and no SavedModel")
    newest = max(events, key=lambda name: os.path.getmtime(os.path.join(path, name)), default=None)
    return os.path.join(path, newest or models[0])


def _from_events(path, data):
    """The last graph in an event file; None for other files."""
    import minitf as tf
    from minitf.summary.reader import summary_iterator

    if "tfevents" not in os.path.basename(path):
        return None
    graph = None
    try:
        for event in summary_iterator(path):
            if event.graph_def:
                graph = tf.GraphDef.FromString(event.graph_def)
    except tf.errors.DataLossError as error:
        raise Unreadable(f"{path}: {error.message}") from error
    return graph


def _message_classes():
    from minitf.framework import protos

    return [(protos.SavedModel, lambda message: message.meta_graphs[0].graph_def),
            (protos.MetaGraphDef, lambda message: message.graph_def),
            (protos.GraphDef, lambda message: message)]


def _from_binary(path, data):
    """The graph in a binary message. Fields that a class does not know mean that it is another."""
    from google.protobuf.message import DecodeError

    for message_class, graph_of in _message_classes():
        try:
            message = message_class.FromString(data)
            graph = graph_of(message)
            if graph.node and all(node.name and node.op for node in graph.node):
                return graph
        except (DecodeError, IndexError):
            continue
    return None


def _from_text(path, data):
    from google.protobuf import text_format

    for message_class, graph_of in _message_classes():
        try:
            return graph_of(text_format.Parse(data.decode("utf-8"), message_class()))
        except (text_format.ParseError, UnicodeDecodeError, IndexError):
            continue
    return None
