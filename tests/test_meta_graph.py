"""MetaGraphDefs: what of a graph and of its collections is written, and how."""

import subprocess
import sys
import types

import numpy as np
import pytest
from google.protobuf import any_pb2

from minitf.framework import dtypes, meta_graph, protos
from minitf.framework.graph import Graph
from minitf.ops import array_ops


@pytest.fixture
def graph():
    with Graph().as_default() as graph:
        yield graph


@pytest.fixture
def registry(monkeypatch):
    """Registrations that are forgotten after the test."""
    monkeypatch.setattr(meta_graph, "_proto_functions", {})


def collections(graph):
    return dict(meta_graph.create_meta_graph_def(graph=graph).collection_def)


def any_of(message):
    result = any_pb2.Any()
    result.Pack(message)
    return result


VERSION = any_of(protos.VersionDef(producer=1))


def test_versions_ops_and_graph(graph):
    with graph.name_scope("scope"):
        array_ops.identity(array_ops.placeholder(dtypes.float32, [None, 2]))
        array_ops.placeholder(dtypes.int32)
    meta = meta_graph.create_meta_graph_def()
    info = meta.meta_info_def
    assert info.tensorflow_version == "1.15.5"
    assert info.tensorflow_git_version == "v1.15.4-39-g3db52be"
    assert not info.stripped_default_attrs
    assert [op.name for op in info.stripped_op_list.op] == ["Identity", "Placeholder"]
    identity = info.stripped_op_list.op[0]
    assert identity == protos.OpDef(
        name="Identity",
        input_arg=[protos.OpDef.ArgDef(name="input", type_attr="T")],
        output_arg=[protos.OpDef.ArgDef(name="output", type_attr="T")],
        attr=[protos.OpDef.AttrDef(name="T", type="type")],
    )
    assert meta.graph_def == graph.as_graph_def(add_shapes=True)
    assert not meta.HasField("saver_def") and not meta.collection_def


def test_bytes_of_an_empty_graph_are_tensorflows(graph):
    meta = meta_graph.create_meta_graph_def(graph_def=protos.GraphDef())
    assert meta.SerializeToString() == b"\n\x1f\x12\0*\x061.15.52\x13v1.15.4-39-g3db52be\x12\0"


@pytest.mark.parametrize(
    "items, kind, expected",
    [
        (["a", b"b"], "bytes_list", [b"a", b"b"]),
        ([1, True, 2**40], "int64_list", [1, 1, 2**40]),
        ([True], "int64_list", [1]),
        ([1.5, 2], "float_list", [1.5, 2]),
        ([np.float64(3)], "float_list", [3]),
        ([VERSION], "any_list", [VERSION]),
        ([types.SimpleNamespace(name="x"), types.SimpleNamespace(name="y")], "node_list",
         ["x", "y"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_collections_without_functions(graph, items, kind, expected):
    graph.get_collection_ref("key").extend(items)
    (collection,) = collections(graph).values()
    assert collection.WhichOneof("kind") == kind
    assert list(getattr(collection, kind).value) == expected


def test_tensors_and_operations_are_written_by_name(graph):
    tensor = array_ops.placeholder(dtypes.float32, name="x")
    graph.add_to_collection("both", tensor)
    graph.add_to_collection("both", tensor.op)
    assert list(collections(graph)["both"].node_list.value) == ["x:0", "x"]


@pytest.mark.parametrize(
    "items, reason",
    [
        (["a", 1], "Expected binary or unicode string, got 1"),
        ([1, "a"], "'str' object cannot be interpreted as an integer"),
        ([1, 1.5], "'float' object cannot be interpreted as an integer"),
        ([object()], "'object' object has no attribute 'name'"),
        ([None], "'NoneType' object has no attribute 'name'"),
        ([np.int64(3)], "'numpy.int64' object has no attribute 'name'"),
    ],
)
def test_what_cannot_be_written_is_left_out_with_a_warning(graph, items, reason, caplog):
    graph.get_collection_ref("bad").extend(items)
    graph.add_to_collection("good", 1)
    assert list(collections(graph)) == ["good"]
    (record,) = caplog.records
    assert record.getMessage().startswith("Issue encountered when serializing bad.\n")
    assert reason in record.getMessage()


def test_empty_collections_and_keys_that_are_not_strings_are_left_out(graph, caplog):
    graph.get_collection_ref("empty")
    graph.add_to_collection(("tuple",), 1)
    assert collections(graph) == {} and not caplog.records
    meta = meta_graph.create_meta_graph_def(graph=graph, collection_list=[("tuple",), "absent"])
    assert not meta.collection_def
    assert "Only collections with string type keys will be serialized." in caplog.text


def test_collection_list_selects(graph):
    for key in ("a", "b", "c"):
        graph.add_to_collection(key, key)
    meta = meta_graph.create_meta_graph_def(graph=graph, collection_list=["c", "a"])
    assert sorted(meta.collection_def) == ["a", "c"]


@pytest.mark.parametrize("proto_type", ["SaverDef", protos.SaverDef])
def test_registered_functions(graph, registry, proto_type):
    def to_proto(item, export_scope=None):
        return protos.SaverDef(save_tensor_name=item) if item else None

    def from_proto(message, import_scope=None):
        return message.save_tensor_name

    meta_graph.register_proto_function("savers", proto_type, to_proto, from_proto)
    graph.get_collection_ref("savers").extend(["a", "", "b"])
    (collection,) = collections(graph).values()
    read = meta_graph.get_collection_proto_type("savers").FromString
    assert meta_graph.get_from_proto_function("savers") is from_proto
    assert [from_proto(read(data)) for data in collection.bytes_list.value] == ["a", "b"]


def test_a_message_of_the_wrong_type_is_left_out(graph, registry, caplog):
    meta_graph.register_proto_function(
        "savers", "SaverDef", to_proto=lambda item, export_scope=None: protos.VersionDef())
    graph.add_to_collection("savers", "a")
    assert collections(graph) == {}
    assert "proto must be of type SaverDef, not" in caplog.text


def test_registration_errors(registry):
    with pytest.raises(TypeError, match="to_proto must be callable."):
        meta_graph.register_proto_function("a", to_proto=3)
    with pytest.raises(TypeError, match="from_proto must be callable."):
        meta_graph.register_proto_function("a", from_proto=3)
    meta_graph.register_proto_function("a")
    with pytest.raises(KeyError, match="'a' has proto functions already"):
        meta_graph.register_proto_function("a")
    assert meta_graph.get_to_proto_function("b") is None
    assert meta_graph.get_collection_proto_type("b") is None


@pytest.mark.parametrize(
    "argument, expected",
    [("graph", "Graph"), ("graph_def", "GraphDef"), ("meta_info_def", "MetaInfoDef"),
     ("saver_def", "SaverDef")],
)
def test_wrong_argument_types(graph, argument, expected):
    with pytest.raises(TypeError, match=f"{argument} must be of type {expected}, not <class 'int'"):
        meta_graph.create_meta_graph_def(**{argument: 3})


def test_saver_and_info_are_kept(graph):
    meta = meta_graph.create_meta_graph_def(
        meta_info_def=protos.MetaGraphDef.MetaInfoDef(tags=["serve"], tensorflow_version="?"),
        saver_def=protos.SaverDef(save_tensor_name="save/Const:0"),
    )
    assert list(meta.meta_info_def.tags) == ["serve"]
    assert meta.meta_info_def.tensorflow_version == "1.15.5"
    assert meta.saver_def.save_tensor_name == "save/Const:0"


def node(op):
    return protos.NodeDef(name=op.lower(), op=op)


def test_ops_inside_functions_are_listed():
    graph_def = protos.GraphDef(node=[node("Twice"), node("Placeholder")])
    twice = graph_def.library.function.add(node_def=[node("Inner"), node("_Arg")])
    twice.signature.name = "Twice"
    inner = graph_def.library.function.add(node_def=[node("Identity"), node("Twice")])
    inner.signature.name = "Inner"
    unused = graph_def.library.function.add(node_def=[node("Fill")])
    unused.signature.name = "Unused"
    op_list = meta_graph.stripped_op_list_for_graph(graph_def)
    assert [op.name for op in op_list.op] == ["Identity", "Placeholder"]


def test_ops_that_are_not_registered_are_errors():
    with pytest.raises(ValueError, match="Op Nope is used by the graph, but is not registered"):
        meta_graph.stripped_op_list_for_graph(protos.GraphDef(node=[node("Nope")]))


def test_import_is_light():
    code = (
        "import sys, minitf.framework.meta_graph as meta_graph\n"
        "meta_graph.register_proto_function('test', 'VariableDef')\n"
        "print([m for m in ('google.protobuf', 'tensorboardX') if m in sys.modules])\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")
