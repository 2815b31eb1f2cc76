"""The Graph's own methods: looking things up, collections, versions, finalizing."""

from programs import call, fails, seen


def build(tf):
    graph = tf.get_default_graph()
    a = tf.constant(1.0, name="a")
    b = tf.identity(a, name="scope/b")
    p, q = tf.split([1.0, 2.0], 2, name="parts")
    tf.add_to_collection("mine", a)
    tf.add_to_collection("mine", 5)
    tf.add_to_collections(["mine", "yours"], "text")
    graph.add_to_collection("scoped", b)
    graph.get_collection_ref("yours").append("more")
    with tf.Graph().as_default() as other:
        c = tf.constant(2.0, name="c")
    return [
        seen("operations", [[op.name, op.type] for op in graph.get_operations()]),
        seen("version", graph.version),
        seen("found", [graph.get_operation_by_name("a") is a.op,
                       graph.get_tensor_by_name("scope/b:0") is b,
                       graph.as_graph_element("parts:1") is q, graph.as_graph_element(a) is a,
                       graph.as_graph_element("a") is a.op, graph.as_graph_element(p.op) is p.op]),
        seen("consumers", [[op.name for op in t.consumers()] for t in (a, b, p)]),
        seen("collections", [len(tf.get_collection("mine")), len(tf.get_collection("nothing")),
                             tf.get_collection("yours"),
                             tf.get_collection("scoped", "scope")[0].name,
                             len(tf.get_collection("scoped", "other"))]),
        seen("keys", sorted(graph.get_all_collection_keys())),
        seen("texts", [str(a), repr(b), str(a.op.name), repr(a.op)]),
        seen("op", [b.op.inputs[0] is a, len(p.op.outputs), p.value_index,
                    p.op.get_attr("num_split"), p.op.get_attr("T").name, a.graph is graph,
                    b.op.node_def.op]),
        seen("partial", [node.name for node in graph.as_graph_def(from_version=2).node]),
        fails("no op", lambda: graph.get_operation_by_name("nothing")),
        fails("no tensor", lambda: graph.get_tensor_by_name("nothing:0")),
        fails("op as tensor", lambda: graph.get_tensor_by_name("a")),
        fails("tensor as op", lambda: graph.get_operation_by_name("a:0")),
        fails("output", lambda: graph.get_tensor_by_name("a:1")),
        fails("malformed", lambda: graph.as_graph_element("a:b:c")),
        fails("kind", lambda: graph.as_graph_element(3)),
        fails("other graph", lambda: tf.add(a, c)),
        fails("other graph's element", lambda: graph.as_graph_element(c)),
        fails("no attr", lambda: a.op.get_attr("nothing")),
        call("finalized", lambda session: finalized(tf, other), fails=True),
    ]


def finalized(tf, graph):
    graph.finalize()
    with graph.as_default():
        tf.constant(3.0)
