"""Graphs from GraphDefs: what is refused, what is left behind, and files that are damaged."""

import random

import numpy as np
import pytest
from google.protobuf.message import DecodeError

import minitf as tf
from minitf.framework import meta_graph, node_defs, protos


def network():
    """A graph with a variable, a loop, a conditional, lists of tensors and strings."""
    x = tf.placeholder(tf.float32, [2], name="x")
    v = tf.Variable([1.0, 2.0], name="v")
    y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.cond(
        tf.reduce_sum(y) > 2.0, lambda: y * x, lambda: y + v)), (0, x))[1]
    parts = tf.split(tf.reshape(tf.tile(y, [2]), [2, 2]), 2, axis=1)
    tf.add_n(parts, name="z")
    tf.as_string(y, name="text")


@pytest.fixture(scope="module")
def graph_def():
    with tf.Graph().as_default() as graph:
        network()
        return graph.as_graph_def(add_shapes=True)


def placeholder(name="A", **attrs):
    node = protos.NodeDef(name=name, op="Placeholder")
    node.attr["dtype"].type = 1
    for key, value in attrs.items():
        node.attr[key].CopyFrom(value)
    return node


def test_an_imported_graph_computes_the_same(graph_def):
    feeds = {"x:0": [0.5, 1.5]}
    results = []
    for name in ("", "scope"):
        with tf.Graph().as_default():
            network() if not name else tf.import_graph_def(graph_def, name=name)
            prefix = f"{name}/" if name else ""
            with tf.Session() as sess:
                sess.run(prefix + "v/Assign")
                results.append(sess.run([prefix + "z:0", prefix + "text:0"],
                                        {prefix + key: value for key, value in feeds.items()}))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    assert results[0][1].tolist() == results[1][1].tolist()


def test_import_and_export_give_back_the_graph(graph_def):
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        again = graph.as_graph_def(add_shapes=True)
    assert again.versions == graph_def.versions
    assert {node.name: node for node in again.node} == {node.name: node for node in graph_def.node}


def test_other_messages_of_that_name_are_read(graph_def):
    from tensorboardX.proto.graph_pb2 import GraphDef

    with tf.Graph().as_default() as graph:
        tf.import_graph_def(GraphDef(node=[{"name": "a", "op": "NoOp"}]), name="")
        assert [op.name for op in graph.get_operations()] == ["a"]


def test_a_failed_import_leaves_the_graph_alone(graph_def):
    bad = protos.GraphDef.FromString(graph_def.SerializeToString())
    bad.node[-1].attr["T"].type = 3
    with tf.Graph().as_default() as graph:
        kept = tf.constant([1.0, 2.0])
        with pytest.raises(ValueError, match="Input 0 of node text was passed float"):
            tf.import_graph_def(bad, name="", input_map={"x:0": kept})
        assert graph.get_operations() == [kept.op] and not kept.consumers()
        tf.import_graph_def(graph_def, name="")
        assert graph.get_operation_by_name("v").type == "VariableV2"


def test_placeholders_of_old_graphs_have_no_shape_where_it_says_scalar():
    scalar = protos.AttrValue(shape={})
    for producer, expected in ((21, None), (22, 0)):
        old = protos.GraphDef(node=[placeholder(shape=scalar)], versions={"producer": producer})
        with tf.Graph().as_default():
            tensor, = tf.import_graph_def(old, return_elements=["A:0"])
            assert tensor.shape.ndims == expected


def test_ops_of_families_that_are_not_loaded_are_found(monkeypatch):
    from minitf.framework import registry

    loaded = []
    monkeypatch.setattr(node_defs, "_load_all_ops",
                        lambda: (loaded.append(1), ops.update(hidden)))
    ops = dict(registry._REGISTRY)
    hidden = {"NoOp": ops.pop("NoOp")}
    monkeypatch.setattr(registry, "_REGISTRY", ops)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(protos.GraphDef(node=[{"name": "a", "op": "NoOp"}]))
        assert loaded and graph.get_operations()[0].type == "NoOp"


def test_unknown_ops_and_functions_are_named():
    with tf.Graph().as_default():
        with pytest.raises(tf.errors.NotFoundError, match="Op type not registered 'Nope'"):
            tf.import_graph_def(protos.GraphDef(node=[{"name": "a", "op": "Nope"}]))
        calls = protos.GraphDef(node=[{"name": "a", "op": "f"}])
        calls.library.function.add().signature.name = "f"
        with pytest.raises(tf.errors.UnimplementedError, match="'a' calls the function 'f'"):
            tf.import_graph_def(calls)


def test_ops_that_were_removed_are_for_old_graphs():
    node = protos.NodeDef(name="a", op="TopK", input=["A"])
    node.attr["T"].type = 1
    node.attr["k"].i = 1
    nodes = [placeholder(), node]
    with tf.Graph().as_default() as graph:
        with pytest.raises(tf.errors.UnimplementedError, match="removed in version 7"):
            tf.import_graph_def(protos.GraphDef(node=nodes, versions={"producer": 7}))
        tf.import_graph_def(protos.GraphDef(node=nodes, versions={"producer": 6}), name="old")
        assert len(graph.get_operation_by_name("old/a").outputs) == 2


def test_attributes_that_are_new_are_left_out_when_they_have_their_default():
    node = placeholder(new=protos.AttrValue(i=3))
    ops = protos.OpList(op=[{"name": "Placeholder"}])
    ops.op[0].attr.add(name="new", type="int").default_value.i = 3
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(protos.GraphDef(node=[node]), producer_op_list=ops)
        assert "new" not in graph.get_operations()[0].node_def.attr
        node.attr["new"].i = 4
        with pytest.raises(ValueError, match="NodeDef mentions attr 'new' not in Op<"):
            tf.import_graph_def(protos.GraphDef(node=[node]), producer_op_list=ops)


@pytest.mark.parametrize("attr, value", [("N", 1 << 40), ("N", -1)])
def test_a_number_of_tensors_that_cannot_be(attr, value):
    node = protos.NodeDef(name="a", op="Unpack", input=["A"])
    node.attr["T"].type = 1
    node.attr["num"].i = value
    with tf.Graph().as_default(), pytest.raises(ValueError, match="'num' of "):
        tf.import_graph_def(protos.GraphDef(node=[placeholder(), node]))


def test_two_loops_of_one_name_cannot_run_in_one_step(graph_def):
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.import_graph_def(graph_def, name="a")
        tf.import_graph_def(graph_def, name="b")
        sess.run(["a/v/Assign", "b/v/Assign"])
        feeds = {"a/x:0": [1.0, 2.0], "b/x:0": [1.0, 2.0]}
        np.testing.assert_array_equal(sess.run("a/z:0", feeds), sess.run("b/z:0", feeds))
        with pytest.raises(tf.errors.InvalidArgumentError, match="more than one LoopCond"):
            sess.run(["a/z:0", "b/z:0"], feeds)


def test_a_loop_without_its_context_has_no_gradient(graph_def):
    with tf.Graph().as_default():
        x, z = tf.import_graph_def(graph_def, return_elements=["x:0", "z:0"])
        with pytest.raises(ValueError, match="import_meta_graph"):
            tf.gradients(z, x)


def test_the_summary_of_an_op():
    assert node_defs.summary(node_defs.find_op_type("AddN")) == (
        "Op<name=AddN; signature=inputs:N*T -> sum:T; attr=N:int,min=1; attr=T:type,allowed="
        "[DT_FLOAT, DT_DOUBLE, DT_INT32, DT_UINT8, DT_INT16, ..., DT_COMPLEX128, DT_HALF, "
        "DT_UINT32, DT_UINT64, DT_VARIANT]; is_commutative=true; is_aggregate=true>")


# ---- damaged graphs ----

_NUMBERS = [0, -1, 7, 1 << 31, 1 << 62, -(1 << 63), 10**12]


def damaged(graph_def, rng):
    """A copy of a GraphDef with one thing changed."""
    result = protos.GraphDef.FromString(graph_def.SerializeToString())
    node = rng.choice(result.node)
    attrs = sorted(node.attr)
    kind = rng.randrange(8)
    if kind == 0:
        node.op = rng.choice(["Const", "Merge", "Switch", "Enter", "Exit", "NextIteration", "Nope",
                              "VariableV2", "LoopCond", "Pack", "StackPopV2", node.op[:-1]])
    elif kind == 1:
        node.name = rng.choice(["", "a b", result.node[0].name, node.name + "/", "x" * 300])
    elif kind == 2:
        node.input.append(rng.choice(["x", "x:1", "^x", "", ":", "x:9" + "9" * 20, node.name]))
    elif kind == 3 and node.input:
        node.input[rng.randrange(len(node.input))] = rng.choice(result.node).name
    elif kind == 4:
        node.device = rng.choice(["garbage", "/gpu:x", "/job:a/b"])
    elif kind == 5:
        node.attr["_class"].list.s.append(rng.choice([b"loc:@x", b"loc:@nope", b"\xff", b"loc:@"]))
    elif kind == 6 and attrs:
        other = rng.choice([other for other in result.node if other.attr])
        node.attr[rng.choice(attrs)].CopyFrom(other.attr[rng.choice(sorted(other.attr))])
    elif attrs:
        value = node.attr[rng.choice(attrs)]
        field = value.WhichOneof("value")
        if field == "i":
            value.i = rng.choice(_NUMBERS)
        elif field == "type":
            value.type = rng.choice([0, 3, 7, 20, 21, 23, 101, 999])
        elif field == "shape":
            value.shape.dim.add(size=rng.choice(_NUMBERS))
        elif field == "tensor":
            value.tensor.tensor_shape.dim.add(size=rng.choice(_NUMBERS))
        elif field == "list":
            value.list.shape.add().dim.add(size=rng.choice(_NUMBERS))
    return result


def damaged_bytes(graph_def, rng):
    data = bytearray(graph_def.SerializeToString())
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(data))
        data[place:place + rng.randint(0, 9)] = bytes(rng.randrange(256) for _ in range(3))
    return protos.GraphDef.FromString(bytes(data[:rng.choice([place, len(data)]) + 1]))


@pytest.mark.parametrize("seed", range(6))
def test_damaged_graphs_are_refused_or_imported(graph_def, seed):
    rng = random.Random(seed)
    for i in range(40):
        try:
            message = (damaged_bytes if i % 4 == 0 else damaged)(graph_def, rng)
        except DecodeError:
            continue
        with tf.Graph().as_default() as graph:
            try:
                tf.import_graph_def(message, name="")
            except (ValueError, tf.errors.OpError):
                assert not graph.get_operations()


def test_damaged_meta_graph_files(tmp_path):
    path = tmp_path / "model.meta"
    with pytest.raises(OSError, match="does not exist"):
        meta_graph.read_meta_graph_file(str(path))
    for content in (b"\xff\xfe garbage", b"nonsense {"):
        path.write_bytes(content)
        with pytest.raises(OSError, match="Cannot parse file"):
            meta_graph.read_meta_graph_file(str(path))
