"""minitf.framework.protos against TensorFlow's messages, as record_protos.py recorded them."""

import copy
import json
import os
import pickle
import subprocess
import sys

import pytest
from google.protobuf import any_pb2, text_format
from record_protos import GOLDEN, describe_enum, describe_field, enums_of

from minitf.framework import protos

RECORD = json.loads(GOLDEN.read_text())


def find(name):
    """The descriptor of a message, entries of maps too, that may be nested."""
    outer, *nested = name.split(".")
    descriptor = getattr(protos, outer).DESCRIPTOR
    for part in nested:
        descriptor = descriptor.nested_types_by_name[part]
    return descriptor


def top_level(kind):
    return sorted(name for name in RECORD[kind] if "." not in name)


@pytest.mark.parametrize("name", sorted(RECORD["messages"]))
def test_fields_are_tensorflows(name):
    fields = sorted(find(name).fields, key=lambda field: field.number)
    assert [describe_field(field) for field in fields] == RECORD["messages"][name]


@pytest.mark.parametrize("name", sorted(RECORD["enums"]))
def test_enums_are_tensorflows(name):
    outer, _, nested = name.rpartition(".")
    enum = find(outer).enum_types_by_name[nested] if outer else getattr(protos, name).DESCRIPTOR
    assert describe_enum(enum) == RECORD["enums"][name]


def test_nothing_is_declared_that_tensorflow_does_not_have():
    file = protos.GraphDef.DESCRIPTOR.file
    assert set(file.message_types_by_name) <= set(RECORD["messages"])
    declared_enums = set(file.enum_types_by_name)
    for message in file.message_types_by_name.values():
        declared_enums |= {enum.full_name[len("minitf."):] for enum in enums_of(message)}
    assert declared_enums <= set(RECORD["enums"])


def fill(message, depth=3):
    """Sets every field of `message`, messages inside it to `depth` levels, and returns it."""
    samples = {
        "float": 1.5, "double": -2.25, "bool": True, "string": "text", "bytes": b"\x00\xff",
    }
    for field in message.DESCRIPTOR.fields:
        kind, *_ = describe_field(field).removeprefix("repeated ").split()
        repeated = describe_field(field).startswith("repeated ")
        if kind != "message":
            value = samples.get(kind, 1)
            if repeated:
                getattr(message, field.name).extend([value, value])
            else:
                setattr(message, field.name, value)
        elif depth:
            child = getattr(message, field.name)
            if field.message_type is any_pb2.Any.DESCRIPTOR:
                (child.add() if repeated else child).Pack(protos.VersionDef(producer=1))
            elif not repeated:
                child.SetInParent()
                fill(child, depth - 1)
            elif field.message_type.GetOptions().map_entry:
                entry = fill(field.message_type._concrete_class(), depth - 1)
                if field.message_type.fields_by_name["value"].message_type:
                    child[entry.key].CopyFrom(entry.value)
                else:
                    child[entry.key] = entry.value
            else:
                fill(child.add(), depth - 1)
    return message


@pytest.mark.parametrize("name", top_level("messages"))
def test_messages_survive_bytes_text_copies_and_pickles(name):
    message_class = getattr(protos, name)
    message = fill(message_class())
    assert name == "NoneValue" or message.ByteSize() > 0
    assert message_class.FromString(message.SerializeToString()) == message
    assert text_format.Parse(text_format.MessageToString(message), message_class()) == message
    assert copy.deepcopy(message) == message
    assert pickle.loads(pickle.dumps(message)) == message


def test_bytes_are_those_of_the_wire_format():
    graph = protos.GraphDef()
    graph.versions.producer = 134
    node = graph.node.add(name="a", op="NoOp", input=["^b"])
    node.attr["n"].i = 3
    assert graph.SerializeToString() == (
        b"\x0a\x16" b"\x0a\x01a" b"\x12\x04NoOp" b"\x1a\x02^b" b"\x2a\x07\x0a\x01n\x12\x02\x18\x03"
        b"\x22\x03\x08\x86\x01"
    )


def test_nested_classes_and_enum_values_are_attributes():
    options = protos.RunOptions(trace_level=protos.RunOptions.FULL_TRACE)
    assert protos.RunOptions.TraceLevel.Name(options.trace_level) == "FULL_TRACE"
    assert protos.TensorSliceProto.Extent(length=2).WhichOneof("has_length") == "length"
    config = protos.ConfigProto(experimental=protos.ConfigProto.Experimental(executor_type="x"))
    assert config.experimental.executor_type == "x"
    assert protos.DT_VARIANT == protos.DataType.Value("DT_VARIANT") == 21


def test_any_fields_hold_protobufs_any():
    meta_info = protos.MetaGraphDef.MetaInfoDef()
    meta_info.any_info.Pack(protos.VersionDef(producer=3))
    assert isinstance(meta_info.any_info, any_pb2.Any)
    unpacked = protos.VersionDef()
    assert meta_info.any_info.Unpack(unpacked) and unpacked.producer == 3


def test_messages_that_tensorboardx_has_whole_are_its_own():
    from tensorboardX.proto import summary_pb2, tensor_shape_pb2

    assert protos.TensorShapeProto is tensor_shape_pb2.TensorShapeProto
    value = protos.Summary.Value(metadata=summary_pb2.SummaryMetadata(display_name="a"))
    assert value.metadata.display_name == "a"


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="has no attribute 'GraphDeff'"):
        protos.GraphDeff  # noqa: B018
    assert not hasattr(protos, "__path__")


def test_dir_lists_every_message_and_enum():
    assert {*top_level("messages"), *top_level("enums")} <= set(dir(protos))


@pytest.mark.parametrize(
    "schema, error",
    [
        ("message A { string a 1; }", "expected '=', got '1'"),
        ("message A { string a = 1 }", "expected ';', got '}'"),
        ("service A {}", "unexpected 'service'"),
        ("message A { string a = 1;", "unexpected end"),
    ],
)
def test_schema_errors_name_the_token(schema, error):
    with pytest.raises(SyntaxError, match=error):
        protos._SchemaParser(schema).parse("test.proto")


def run_python(*lines, **environment):
    """Runs lines in a fresh interpreter and returns what they print."""
    result = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_import_is_lazy():
    loaded = run_python(
        "import sys, minitf.framework.protos as protos",
        "dir(protos)",
        "print([m for m in ('google.protobuf', 'tensorboardX', 'numpy') if m in sys.modules])",
    )
    assert loaded in ("[]", "['numpy']")


def test_tensorboard_can_be_loaded_beside():
    pytest.importorskip("tensorboard")
    output = run_python(
        "from tensorboard.compat.proto import config_pb2, graph_pb2, meta_graph_pb2",
        "from minitf.framework import protos",
        "ours = protos.GraphDef(node=[protos.NodeDef(name='a', op='NoOp')])",
        "theirs = graph_pb2.GraphDef.FromString(ours.SerializeToString())",
        "print(theirs.node[0].op, theirs.DESCRIPTOR.full_name, ours.DESCRIPTOR.full_name)",
    )
    assert output == "NoOp tensorboard.GraphDef minitf.GraphDef"


def test_pure_python_protobuf():
    output = run_python(
        "from minitf.framework import protos",
        "extent = protos.TensorSliceProto.Extent(length=1)",
        "print(extent.length, protos.TensorProto(uint32_val=[7]).uint32_val)",
        PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION="python",
    )
    assert output == "1 [7]"
