"""MetaGraphDef: a graph together with what a program keeps beside it.

A MetaGraphDef holds the GraphDef, the OpDefs of the ops that it uses, the version that wrote it,
and the graph's collections. Event files have one, and `tf.train.import_meta_graph` reads one.

Collections hold Python objects. How the items of one become protocol buffers, and back, is
registered under its name with `register_proto_function`; items of the other collections are written
as names, strings or numbers.
"""

import operator
from typing import NamedTuple

from minitf import tf_logging
from minitf.framework import compat, protos, registry
from minitf.framework.graph import Graph, get_default_graph
from minitf.version import TENSORFLOW_VERSION

TENSORFLOW_GIT_VERSION = "v1.15.4-39-g3db52be"

# Ops that only function bodies use and that no OpDef declares.
_INTERNAL_OPS = {"_Arg", "_ArrayToList", "_ListToArray", "_Retval"}


# ---- How collections become protocol buffers ----
class _ProtoFunctions(NamedTuple):
    proto_type: object
    to_proto: object
    from_proto: object


_proto_functions = {}


def register_proto_function(collection_name, proto_type=None, to_proto=None, from_proto=None):
    """Registers how the items of a collection are written to a MetaGraphDef and read from it.

    Args:
      collection_name: The collection, such as `tf.GraphKeys.GLOBAL_VARIABLES`.
      proto_type: The class of message that an item becomes, or its name in
        `minitf.framework.protos` ("VariableDef"), which loads protobuf only when it is used.
      to_proto: `to_proto(item, export_scope=None)` returns the message, or None to leave the item
        out.
      from_proto: `from_proto(message, import_scope=None)` returns the item.

    Raises:
      TypeError: If `to_proto` or `from_proto` cannot be called.
      KeyError: If the collection has functions already.
    """
    for name, function in (("to_proto", to_proto), ("from_proto", from_proto)):
        if function and not callable(function):
            raise TypeError(f"{name} must be callable.")
    if collection_name in _proto_functions:
        raise KeyError(f"The collection {collection_name!r} has proto functions already: "
                       f"{_proto_functions[collection_name]}")
    _proto_functions[collection_name] = _ProtoFunctions(proto_type, to_proto, from_proto)


def get_collection_proto_type(collection_name):
    """The class of message that items of the collection become, or None."""
    proto_type = _registered(collection_name).proto_type
    return getattr(protos, proto_type) if isinstance(proto_type, str) else proto_type


def get_to_proto_function(collection_name):
    """The function that makes a message of an item of the collection, or None."""
    return _registered(collection_name).to_proto


def get_from_proto_function(collection_name):
    """The function that makes an item of the collection of a message, or None."""
    return _registered(collection_name).from_proto


def _registered(collection_name):
    return _proto_functions.get(collection_name, _ProtoFunctions(None, None, None))


# ---- MetaGraphDef ----
def create_meta_graph_def(meta_info_def=None, graph_def=None, saver_def=None,
                          collection_list=None, graph=None):
    """Makes a MetaGraphDef of a graph.

    Args:
      meta_info_def: A `MetaGraphDef.MetaInfoDef` to start from, or None.
      graph_def: A `GraphDef`; None means that of `graph`, with shapes.
      saver_def: A `SaverDef`, or None.
      collection_list: The names of the collections to write; None means all of `graph`.
      graph: The `tf.Graph` whose collections are written; None means the default graph, also when
        `graph_def` was made of another one.

    Returns:
      A `MetaGraphDef`.

    Raises:
      TypeError: If an argument is of another type.
      ValueError: If `graph_def` has an op that is not registered.
    """
    _check_type("graph", graph, Graph)
    _check_type("meta_info_def", meta_info_def, protos.MetaGraphDef.MetaInfoDef)
    _check_type("graph_def", graph_def, protos.GraphDef)
    _check_type("saver_def", saver_def, protos.SaverDef)
    if graph is None:
        graph = get_default_graph()

    meta_graph = protos.MetaGraphDef(
        meta_info_def=meta_info_def,
        graph_def=graph.as_graph_def(add_shapes=True) if graph_def is None else graph_def,
        saver_def=saver_def,
    )
    info = meta_graph.meta_info_def
    info.tensorflow_version = TENSORFLOW_VERSION
    info.tensorflow_git_version = TENSORFLOW_GIT_VERSION
    if not info.stripped_op_list.op:
        info.stripped_op_list.CopyFrom(stripped_op_list_for_graph(meta_graph.graph_def))
    if collection_list is None:
        collection_list = graph.get_all_collection_keys()
    for key in collection_list:
        add_collection_def(meta_graph, key, graph)
    return meta_graph


def _check_type(name, value, expected):
    if value is not None and not isinstance(value, expected):
        raise TypeError(f"{name} must be of type {expected.__name__}, not {type(value)}")


def stripped_op_list_for_graph(graph_def):
    """The OpDefs, without documentation, of the ops that a GraphDef uses.

    Nodes inside the functions of its library count, too.

    Args:
      graph_def: A `GraphDef`.

    Returns:
      An `OpList`, sorted by name.

    Raises:
      ValueError: If an op is not registered.
    """
    functions = {function.signature.name: function for function in graph_def.library.function}
    used, unvisited = set(), [graph_def.node]
    while unvisited:
        for op_type in {node.op for node in unvisited.pop()} - used:
            used.add(op_type)
            if op_type in functions:
                unvisited.append(functions[op_type].node_def)
    registered = registry.registered()
    op_list = protos.OpList()
    for op_type in sorted(used - functions.keys() - _INTERNAL_OPS):
        if op_type not in registered:
            raise ValueError(f"Op {op_type} is used by the graph, but is not registered")
        op_list.op.append(registered[op_type].op_def())
    return op_list


def add_collection_def(meta_graph, key, graph=None):
    """Adds a collection to a MetaGraphDef.

    Items become messages by the registered function; without one, strings, integers and floats are
    written as such (whichever the first item is), and of other objects the `name`. A collection
    that cannot be written is left out, with a warning. So is, silently, an empty one.

    Args:
      meta_graph: The `MetaGraphDef`, changed in place.
      key: The name of the collection.
      graph: The `tf.Graph` that has it, or None for the default graph.
    """
    if not isinstance(key, (str, bytes)):
        tf_logging.warning("Only collections with string type keys will be serialized. "
                           "This key has %s", type(key))
        return
    items = (get_default_graph() if graph is None else graph).get_collection(key)
    if not items:
        return
    try:
        collection = _collection_def(key, items)
    except Exception as error:  # items are any objects, and to_proto functions any code
        tf_logging.warning("Issue encountered when serializing %s.\n"
                           "Type is unsupported, or the types of the items don't match field type "
                           "in CollectionDef. Note this is a warning and probably safe to "
                           "ignore.\n%s", key, error)
    else:
        meta_graph.collection_def[key].CopyFrom(collection)


def _collection_def(key, items):
    from google.protobuf import any_pb2

    collection = protos.CollectionDef()
    to_proto = get_to_proto_function(key)
    first = items[0]
    if to_proto:
        proto_type = get_collection_proto_type(key)
        for item in items:
            message = to_proto(item, export_scope=None)
            if message is not None:
                _check_type("proto", message, proto_type)
                collection.bytes_list.value.append(message.SerializeToString())
    elif isinstance(first, (str, bytes)):
        collection.bytes_list.value.extend(compat.as_bytes(item) for item in items)
    elif isinstance(first, int):
        collection.int64_list.value.extend(map(operator.index, items))  # bools, too
    elif isinstance(first, float):
        collection.float_list.value.extend(items)
    elif isinstance(first, any_pb2.Any):
        collection.any_list.value.extend(items)
    else:
        collection.node_list.value.extend(item.name for item in items)
    return collection
