"""MetaGraphDef: a graph together with what a program keeps beside it.

A MetaGraphDef holds the GraphDef, the OpDefs of the ops that it uses, the version that wrote it,
and the graph's collections. Event files have one, and `tf.train.import_meta_graph` reads one.
`create_meta_graph_def` makes one of a graph, `export_scoped_meta_graph` also of the part of a graph
under one name scope; `import_scoped_meta_graph` adds one to a graph.

Collections hold Python objects. How the items of one become protocol buffers, and back, is
registered under its name with `register_proto_function`; items of the other collections are written
as names, strings or numbers.
"""

import operator
import os
import re
from typing import NamedTuple

from minitf import tf_logging
from minitf.framework import compat, protos, registry
from minitf.framework.graph import Graph, GraphKeys, get_default_graph
from minitf.framework.scope_names import prepend_scope, strip_scope
from minitf.version import TENSORFLOW_VERSION

TENSORFLOW_GIT_VERSION = "v1.15.4-39-g3db52be"

# Ops that only function bodies use and that no OpDef declares.
_INTERNAL_OPS = {"_Arg", "_ArrayToList", "_ListToArray", "_Retval"}

_SAVE_AND_RESTORE_OPS = frozenset([
    "SaveV2", "Save", "SaveSlice", "LegacySave", "LegacySaveSlice", "RestoreV2", "Restore",
    "RestoreSlice", "LegacyRestore", "LegacyRestoreSlice"])

# Marks, in an exported part of a graph, an input that is outside of it.
_UNBOUND = "$unbound_inputs_"


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
                          collection_list=None, graph=None, export_scope=None, exclude_nodes=None,
                          clear_extraneous_savers=False, strip_default_attrs=False):
    """Makes a MetaGraphDef of a graph.

    Args:
      meta_info_def: A `MetaGraphDef.MetaInfoDef` to start from, or None.
      graph_def: A `GraphDef`; None means that of `graph`, with shapes.
      saver_def: A `SaverDef`, or None.
      collection_list: The names of the collections to write; None means all of `graph`.
      graph: The `tf.Graph` whose collections are written; None means the default graph, also when
        `graph_def` was made of another one.
      export_scope: Only the items of collections under this name scope are written, without it.
      exclude_nodes: Names of nodes, or nodes, that are left out of collections.
      clear_extraneous_savers: The collection of savers gets that of `saver_def` only.
      strip_default_attrs: Leave out attributes of nodes that have their default.

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
    if strip_default_attrs:
        strip_graph_default_valued_attrs(meta_graph)
    if collection_list is None:
        collection_list = graph.get_all_collection_keys()
    for key in collection_list:
        contents = None
        if clear_extraneous_savers and key == GraphKeys.SAVERS:
            contents = [get_from_proto_function(key)(saver_def)]
        add_collection_def(meta_graph, key, graph, export_scope, exclude_nodes, contents)
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


def strip_graph_default_valued_attrs(meta_graph):
    """Takes from the nodes of a MetaGraphDef the attributes that have their default.

    Older programs can read the graph then, if they do not know attributes that were added later.
    """
    graph_def = meta_graph.graph_def
    functions = {function.signature.name for function in graph_def.library.function}
    for nodes in (graph_def.node, *(item.node_def for item in graph_def.library.function)):
        for node in nodes:
            op_type = None if node.op in functions else registry.find(node.op)
            for attr in op_type.attrs if op_type is not None else ():
                if attr.has_default and attr.name in node.attr and (
                        node.attr[attr.name] == registry.attr_to_proto(attr.default, attr.type)):
                    del node.attr[attr.name]
    meta_graph.meta_info_def.stripped_default_attrs = True


# ---- collections ----
def add_collection_def(meta_graph, key, graph=None, export_scope=None, exclude_nodes=None,
                       override_contents=None):
    """Adds a collection to a MetaGraphDef.

    Items become messages by the registered function; without one, strings, integers and floats are
    written as such (whichever the first item is), and of other objects the `name`. A collection
    that cannot be written is left out, with a warning. So is, silently, an empty one.

    Args:
      meta_graph: The `MetaGraphDef`, changed in place.
      key: The name of the collection.
      graph: The `tf.Graph` that has it, or None for the default graph.
      export_scope: Only items under this name scope are written, without it.
      exclude_nodes: Names of nodes, or nodes, that are left out.
      override_contents: The items to write in the place of the collection's.

    Raises:
      TypeError: `graph` is no Graph.
    """
    _check_type("graph", graph, Graph)
    if not isinstance(key, (str, bytes)):
        tf_logging.warning("Only collections with string type keys will be serialized. "
                           "This key has %s", type(key))
        return
    items = override_contents or (get_default_graph() if graph is None else graph
                                  ).get_collection(key)
    items = [item for item in items if _is_included(item, export_scope, exclude_nodes)]
    if not items:
        return
    try:
        collection = _collection_def(key, items, export_scope)
    except Exception as error:  # items are any objects, and to_proto functions any code
        tf_logging.warning("Issue encountered when serializing %s.\n"
                           "Type is unsupported, or the types of the items don't match field type "
                           "in CollectionDef. Note this is a warning and probably safe to "
                           "ignore.\n%s", key, error)
    else:
        meta_graph.collection_def[key].CopyFrom(collection)


def _is_included(item, export_scope, exclude_nodes):
    """Whether an item (a name, or what has one) is written; what has no name always is."""
    name = item if isinstance(item, str) else getattr(item, "name", None)
    if name is None:
        return True
    if exclude_nodes and (name in exclude_nodes or item in exclude_nodes):
        return False
    return not export_scope or name.startswith((export_scope, _UNBOUND))


def _collection_def(key, items, export_scope):
    from google.protobuf import any_pb2

    collection = protos.CollectionDef()
    to_proto = get_to_proto_function(key)
    first = items[0]
    if to_proto:
        proto_type = get_collection_proto_type(key)
        for item in items:
            message = to_proto(item, export_scope=export_scope)
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
        collection.node_list.value.extend(
            strip_scope(item.name, export_scope) for item in items
            if not export_scope or item.name.startswith(export_scope))
    return collection


# ---- export ----
def export_scoped_meta_graph(filename=None, graph_def=None, graph=None, export_scope=None,
                             as_text=False, unbound_inputs_col_name="unbound_inputs",
                             clear_devices=False, saver_def=None, clear_extraneous_savers=False,
                             strip_default_attrs=False, save_debug_info=False, **kwargs):
    """The MetaGraphDef of a graph, or of the part of it that is under one name scope.

    Args:
      filename: Where to write it, too.
      graph_def: The `GraphDef` to take the nodes from; None means that of `graph`.
      graph: The `tf.Graph`; None means the default graph.
      export_scope: A name scope: what is outside of it is left out, and names lose it.
      as_text: Write the file as text.
      unbound_inputs_col_name: The collection that gets the names of inputs from outside of the
        scope, marked by a prefix; None for no such collection.
      clear_devices: Leave out the nodes' devices.
      saver_def: A `SaverDef` to put in.
      clear_extraneous_savers: Leave out the nodes of all savers but that of `saver_def`.
      strip_default_attrs: Leave out attributes of nodes that have their default.
      save_debug_info: Not supported.
      **kwargs: `meta_info_def` and `collection_list` of `create_meta_graph_def`.

    Returns:
      (a `MetaGraphDef`, {name: global variable under the scope}).
    """
    if save_debug_info:
        raise NotImplementedError("minitf has no save_debug_info: it writes no GraphDebugInfo.")
    graph = get_default_graph() if graph is None else graph
    exclude_nodes = None
    if export_scope or clear_extraneous_savers or clear_devices:
        if graph_def is None:
            graph_def = graph.as_graph_def(add_shapes=True)
        if clear_extraneous_savers:
            exclude_nodes = _nodes_of_other_savers(graph_def, saver_def)
        graph_def, unbound = _part(graph_def, export_scope, exclude_nodes, clear_devices)
        if unbound_inputs_col_name:
            graph.clear_collection(unbound_inputs_col_name)
            for name in unbound:
                graph.add_to_collection(unbound_inputs_col_name, name)
    variables = {strip_scope(variable.name, export_scope): variable
                 for variable in graph.get_collection(GraphKeys.GLOBAL_VARIABLES, export_scope)
                 if _is_included(variable, export_scope, exclude_nodes)}
    meta_graph = create_meta_graph_def(
        graph_def=graph_def, graph=graph, export_scope=export_scope, exclude_nodes=exclude_nodes,
        clear_extraneous_savers=clear_extraneous_savers, saver_def=saver_def,
        strip_default_attrs=strip_default_attrs, **kwargs)
    if filename:
        from minitf.framework.graph_io import write_graph

        write_graph(meta_graph, os.path.dirname(filename), os.path.basename(filename), as_text)
    return meta_graph, variables


def export_meta_graph(filename=None, meta_info_def=None, graph_def=None, saver_def=None,
                      collection_list=None, as_text=False, graph=None, export_scope=None,
                      clear_devices=False, clear_extraneous_savers=False,
                      strip_default_attrs=False, save_debug_info=False, **kwargs):
    """The MetaGraphDef of a graph, or of a part of it; also written to a file.

    Args:
      meta_info_def: A `MetaGraphDef.MetaInfoDef` to start from.
      collection_list: The names of the collections to write; None means all.
      filename, graph_def, saver_def, as_text, graph, export_scope, clear_devices,
      clear_extraneous_savers, strip_default_attrs, save_debug_info, **kwargs: As in
        `export_scoped_meta_graph`.

    Raises:
      TypeError: If an argument is of another type.
    """
    return export_scoped_meta_graph(
        filename=filename, meta_info_def=meta_info_def, graph_def=graph_def, saver_def=saver_def,
        collection_list=collection_list, as_text=as_text, graph=graph, export_scope=export_scope,
        clear_devices=clear_devices, clear_extraneous_savers=clear_extraneous_savers,
        strip_default_attrs=strip_default_attrs, save_debug_info=save_debug_info, **kwargs)[0]


def _part(graph_def, export_scope, exclude_nodes, clear_devices):
    """The nodes of a GraphDef under a scope, without it, and the inputs from outside."""
    part = protos.GraphDef(versions=graph_def.versions, library=graph_def.library)
    unbound = []
    for node in graph_def.node:
        if not _is_included(node.name, export_scope, exclude_nodes):
            continue
        new = part.node.add()
        new.CopyFrom(node)
        new.name = strip_scope(node.name, export_scope)
        for i, name in enumerate(node.input):
            if export_scope and not name.lstrip("^").startswith(export_scope):
                caret = "^" if name.startswith("^") else ""
                new.input[i] = caret + _UNBOUND + name[len(caret):]
                unbound.append(new.input[i])
            else:
                new.input[i] = strip_scope(name, export_scope)
        if "_class" in node.attr:
            groups = [group.decode() for group in node.attr["_class"].list.s]
            new.attr["_class"].list.s[:] = [
                strip_scope(group, export_scope).encode() for group in groups
                if not export_scope or group.partition("@")[2].startswith(export_scope)]
        if node.op in ("Enter", "RefEnter"):
            frame = strip_scope(node.attr["frame_name"].s.decode(), export_scope)
            new.attr["frame_name"].s = frame.encode()
        if clear_devices:
            new.device = ""
    return part, unbound


def _nodes_of_other_savers(graph_def, saver_def):
    """The names of the nodes that belong to savers other than that of ``saver_def``.

    Each saver has a name scope of its own, in which its Save and Restore ops are.
    """
    names = {node.name for node in graph_def.node if node.op in _SAVE_AND_RESTORE_OPS}
    scopes = {_scope_of(name) for name in names} - names
    if saver_def is not None:
        scopes -= {_scope_of(saver_def.save_tensor_name.split(":")[0]),
                   _scope_of(saver_def.restore_op_name)}
    prefixes = tuple(scope + "/" for scope in scopes)
    return {node.name for node in graph_def.node if node.name.startswith(prefixes)}


def _scope_of(name):
    return name.rpartition("/")[0]


# ---- import ----
def read_meta_graph_file(filename):
    """The MetaGraphDef in a file, binary or text.

    Raises:
      OSError: If there is no such file, or it cannot be read as a MetaGraphDef.
    """
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    if not os.path.exists(filename):
        raise OSError(f"File {filename} does not exist.")
    with open(filename, "rb") as stream:
        content = stream.read()
    try:
        return protos.MetaGraphDef.FromString(content)
    except DecodeError:
        pass  # then it is text
    try:
        return text_format.Parse(content.decode("utf-8"), protos.MetaGraphDef())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise OSError(f"Cannot parse file {filename}: {error}.") from None


def import_scoped_meta_graph(meta_graph_or_file, clear_devices=False, graph=None,
                             import_scope=None, input_map=None,
                             unbound_inputs_col_name="unbound_inputs",
                             restore_collections_predicate=(lambda key: True)):
    """Adds the graph and the collections of a MetaGraphDef to a graph.

    Args:
      meta_graph_or_file: A `MetaGraphDef`, or the name of a file that has one.
      clear_devices: Leave out the nodes' devices.
      graph: The `tf.Graph` to add to; None means the default graph.
      import_scope: The name scope to put all under; None for none.
      input_map: As in `import_graph_def`.
      unbound_inputs_col_name: The collection with the names of inputs that `input_map` must have.
      restore_collections_predicate: A function that tells by its name whether a collection is
        wanted.

    Returns:
      {name without the scope: global variable}.

    Raises:
      ValueError: If there are unbound inputs that `input_map` does not have, or the GraphDef is
        not well formed.
      OSError: If the file cannot be read.
    """
    return import_scoped_meta_graph_with_return_elements(
        meta_graph_or_file, clear_devices, graph, import_scope, input_map,
        unbound_inputs_col_name, restore_collections_predicate)[0]


def import_scoped_meta_graph_with_return_elements(
        meta_graph_or_file, clear_devices=False, graph=None, import_scope=None, input_map=None,
        unbound_inputs_col_name="unbound_inputs",
        restore_collections_predicate=(lambda key: True), return_elements=None):
    """`import_scoped_meta_graph` that also returns tensors and operations.

    Args:
      return_elements: As in `import_graph_def`.

    Returns:
      (what `import_scoped_meta_graph` returns, what `import_graph_def` returns).
    """
    from minitf.framework.import_graph import import_graph_def

    meta_graph = (meta_graph_or_file if isinstance(meta_graph_or_file, protos.MetaGraphDef)
                  else read_meta_graph_file(meta_graph_or_file))
    if unbound_inputs_col_name:
        _check_bound(meta_graph, unbound_inputs_col_name, input_map)
    graph = get_default_graph() if graph is None else graph
    with graph.as_default():
        if clear_devices:
            for node in meta_graph.graph_def.node:
                node.device = ""
        scope = graph.unique_name(import_scope or "", mark_as_used=False)
        info = meta_graph.meta_info_def
        elements = import_graph_def(
            meta_graph.graph_def, name=import_scope or scope, input_map=input_map,
            producer_op_list=(info.stripped_op_list if info.HasField("stripped_op_list")
                              else None),
            return_elements=return_elements)
        _restore_collections(
            meta_graph, graph, scope,
            lambda key: key != unbound_inputs_col_name and restore_collections_predicate(key))
        variables = graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope)
        return {strip_scope(variable.name, scope): variable for variable in variables}, elements


def _check_bound(meta_graph, key, input_map):
    """All inputs from outside of an exported scope must be given."""
    if key not in meta_graph.collection_def:
        return
    unbound = [name.decode() for name in meta_graph.collection_def[key].bytes_list.value]
    if set(unbound) != set(input_map or ()) and unbound:
        missing = ",".join(name for name in unbound if name not in (input_map or ()))
        raise ValueError(f"Graph contains unbound inputs: {missing}. Must provide these inputs "
                         "through input_map.")


def _restore_collections(meta_graph, graph, scope, is_wanted):
    """Fills the graph's collections from those of a MetaGraphDef."""
    trainable_known = _is_at_least_1_9(meta_graph.meta_info_def.tensorflow_version)
    variables = {}  # message -> variable: one that is in several collections is one object
    # Trainable variables come first: old messages do not say which are.
    keys = sorted(meta_graph.collection_def,
                  key=lambda key: (key != GraphKeys.TRAINABLE_VARIABLES, key))
    for key in filter(is_wanted, keys):
        collection = meta_graph.collection_def[key]
        kind = collection.WhichOneof("kind")
        if kind is None:
            tf_logging.error("Cannot identify data type for collection %s. Skipping.", key)
            continue
        source = GraphKeys.GLOBAL_VARIABLES if key == GraphKeys.METRIC_VARIABLES else key
        from_proto = get_from_proto_function(source)
        for value in getattr(collection, kind).value:
            if from_proto and kind == "bytes_list":
                item = variables.get(value)
                if item is None:
                    message = get_collection_proto_type(source).FromString(value)
                    if key in GraphKeys._VARIABLE_COLLECTIONS and not trainable_known:
                        message.trainable = key == GraphKeys.TRAINABLE_VARIABLES
                    item = from_proto(message, import_scope=scope)
                    if key in GraphKeys._VARIABLE_COLLECTIONS:
                        variables[value] = item
            elif kind == "node_list":
                item = graph.as_graph_element(prepend_scope(value, scope))
            elif kind == "bytes_list" and scope:
                item = prepend_scope(compat.as_str(value), scope)
            else:
                item = value
            graph.add_to_collection(key, item)


def _is_at_least_1_9(version):
    numbers = [int(part) for part in re.findall(r"\d+", version)[:2]]
    return not version or numbers >= [1, 9]


def copy_scoped_meta_graph(from_scope, to_scope, from_graph=None, to_graph=None):
    """Copies what is under one name scope to another, perhaps in another graph.

    Returns:
      {name without the scope: the new global variable}.

    Raises:
      ValueError: If the scopes are the same, in the same graph.
    """
    from_graph = get_default_graph() if from_graph is None else from_graph
    to_graph = get_default_graph() if to_graph is None else to_graph
    if from_graph is to_graph and from_scope == to_scope:
        raise ValueError("'from_scope' and 'to_scope' need to be different when performing copy in "
                         "the same graph.")
    exported, _ = export_scoped_meta_graph(export_scope=from_scope, graph=from_graph)
    return import_scoped_meta_graph(exported, graph=to_graph, import_scope=to_scope)
