"""graph_compare: the text of graphs, and that every kind of difference is found."""

import numpy as np
import pytest

import minitf as tf
from minitf.framework import protos
from minitf.testing import compare_graph_defs, describe
from minitf.testing.graph_compare import parse_node

GRAPH = """\
versions producer=134
a = Placeholder() _output_shapes=[<2,?>] dtype=float shape=<2,?>
b = Const() @/device:CPU:0 dtype=float value=float<>:float_val{1.0}
c = Add(a,b:0,^b) T=float _class=["loc:@a"]
"""


@pytest.mark.parametrize("old, new, expected", [
    ("producer=134", "producer=100", ("versions", "text", "producer=134", "producer=100")),
    ("c = Add(", "c = Sub(", ("c", "op", "Add", "Sub")),
    ("a,b:0,^b", "a,b,^b", ("c", "input 1", "b:0", "b")),
    ("a,b:0,^b", "a,b:0", ("c", "inputs", "a,b:0,^b", "a,b:0")),
    (" @/device:CPU:0", "", ("b", "device", "/device:CPU:0", "")),
    ("{1.0}", "{2.0}", ("b", "attr value", "float<>:float_val{1.0}", "float<>:float_val{2.0}")),
    (" T=float", "", ("c", "attr T", "float", None)),
    ("T=float", "T=float U=int32", ("c", "attr U", None, "int32")),
    ("c = Add(", "d = Add(", ("c", "node", "c = Add(a,b:0,^b)", None)),
])
def test_differences(old, new, expected):
    found = compare_graph_defs(GRAPH, GRAPH.replace(old, new))
    assert found[0][1:] == expected
    assert expected[0] in str(found)


def test_equal_graphs_have_no_differences():
    assert compare_graph_defs(GRAPH, GRAPH) == []
    assert str(compare_graph_defs(GRAPH, GRAPH)) == "no differences"


def test_nodes_of_one_side():
    extra = GRAPH + "d = NoOp(^c)\n"
    assert [tuple(d) for d in compare_graph_defs(GRAPH, extra)] == [
        (3, "d", "node", None, "d = NoOp(^c)")]
    assert [tuple(d) for d in compare_graph_defs(extra, GRAPH)] == [
        (3, "d", "node", "d = NoOp(^c)", None)]


def test_order():
    lines = GRAPH.splitlines(keepends=True)
    swapped = "".join([lines[0], lines[2], lines[1], lines[3]])
    (found,) = compare_graph_defs(GRAPH, swapped)
    assert (found.position, found.node, found.field) == (0, "a", "order")


def test_printed_differences_show_both_sides():
    text = str(compare_graph_defs(GRAPH, GRAPH.replace("Add", "Sub"), labels=("expected", "got")))
    assert text == ("1 difference\nnode 2 'c': op\n    expected: Add\n    got:      Sub")


def test_node_lines_are_read_back():
    node = parse_node(GRAPH.splitlines()[3])
    assert node == ("c", "Add", ("a", "b:0", "^b"), "", {"T": "float", "_class": '["loc:@a"]'})
    with pytest.raises(ValueError, match="not the line of a node"):
        parse_node("nothing")


def attr(**fields):
    return protos.AttrValue(**fields)


def tensor(dtype, shape, **fields):
    dims = [protos.TensorShapeProto.Dim(size=size) for size in shape]
    return protos.AttrValue(tensor=protos.TensorProto(
        dtype=dtype, tensor_shape=protos.TensorShapeProto(dim=dims), **fields))


@pytest.mark.parametrize("value, text", [
    (lambda: attr(i=3), "3"),
    (lambda: attr(f=3.0), "3.0"),
    (lambda: attr(f=0.1), "0.1"),
    (lambda: attr(b=True), "true"),
    (lambda: attr(s=b'a b"\\\n\xff'), '"a\\x20b\\x22\\x5c\\x0a\\xff"'),
    (lambda: attr(type=1), "float"),
    (lambda: attr(type=101), "float_ref"),
    (lambda: attr(shape=protos.TensorShapeProto(unknown_rank=True)), "<*>"),
    (lambda: attr(), "none"),
    (lambda: attr(list=protos.AttrValue.ListValue(i=[1, 2])), "[1,2]"),
    (lambda: attr(list=protos.AttrValue.ListValue(s=[b"x"])), '["x"]'),
    (lambda: attr(func=protos.NameAttrList(name="f", attr={"T": attr(type=3)})), "func:f(T=int32)"),
    (lambda: tensor(3, [2], tensor_content=np.int32([1, -2]).tobytes()), "int32<2>:content{1,-2}"),
    (lambda: tensor(1, [2], float_val=[0.1]), "float<2>:float_val{0.1}"),
    (lambda: tensor(8, [], scomplex_val=[1, -0.5]), "complex64<>:scomplex_val{1.0+-0.5j}"),
    (lambda: tensor(7, [1], string_val=[b"ab"]), 'string<1>:string_val{"ab"}'),
    (lambda: tensor(10, [2], tensor_content=b"\x01\x00"), "bool<2>:content{true,false}"),
    (lambda: tensor(19, [], half_val=[15360]), "half<>:half_val{15360}"),
    (lambda: tensor(1, [0]), "float<0>{}"),
])
def test_texts_of_attributes(value, text):
    graph = protos.GraphDef()
    graph.node.add(name="n", op="Op").attr["value"].CopyFrom(value())
    assert describe(graph).splitlines()[1] == "n = Op() value=" + text


def test_many_elements_are_hashed():
    def graph(values):
        message = protos.GraphDef()
        message.node.add(name="n", op="Const").attr["value"].CopyFrom(
            tensor(3, [len(values)], tensor_content=np.array(values, np.int32).tobytes()))
        return describe(message)

    text = graph(range(1000))
    assert len(text) < 200 and "n=1000,sha1=" in text
    assert text != graph([*range(999), 7])


def test_graphs_are_compared_with_their_output_shapes():
    graphs = []
    for size in (2, 3):
        with tf.Graph().as_default() as graph:
            tf.identity(tf.placeholder(tf.float32, [size], name="x"), name="y")
        graphs.append(graph)
    found = compare_graph_defs(*graphs)
    assert [(d.node, d.field) for d in found] == [
        ("x", "attr _output_shapes"), ("x", "attr shape"), ("y", "attr _output_shapes")]
    assert compare_graph_defs(graphs[0], graphs[0].as_graph_def(add_shapes=True)) == []


def test_uint32_and_uint64_constants():
    with tf.Graph().as_default() as graph:
        tf.constant(7, tf.uint32)
        tf.constant(2 ** 63, tf.uint64)
    lines = describe(graph).splitlines()
    assert "value=uint32<>:uint32_val{7}" in lines[1]
    assert "value=uint64<>:uint64_val{9223372036854775808}" in lines[2]


def test_function_library():
    graph = protos.GraphDef()
    function = graph.library.function.add()
    function.signature.name = "f"
    function.signature.input_arg.add(name="x", type=1)
    function.node_def.add(name="n", op="Neg", input=["x"])
    function.ret["y"] = "n:y:0"
    other = protos.GraphDef.FromString(graph.SerializeToString())
    assert compare_graph_defs(graph, other) == []
    other.library.function[0].node_def[0].op = "Abs"
    (found,) = compare_graph_defs(graph, other)
    assert found.node == "function f" and "n = Neg(x)" in found.left and "n = Abs(x)" in found.right
