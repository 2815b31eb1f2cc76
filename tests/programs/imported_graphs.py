"""import_graph_def: names, inputs that are replaced, scopes, devices, versions."""

from google.protobuf import text_format
from programs import call, run, seen

A = "node { name: 'A' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } %s }"


def build(tf):
    def graph_def(*nodes, **options):
        return text_format.Parse("".join(nodes) + options.get("versions", ""), tf.GraphDef())

    def node(name, inputs, extra="", op="Identity"):
        listed = " ".join("input: '%s'" % item for item in inputs.split())
        return ("node { name: '%s' op: '%s' %s attr { key: 'T' value { type: DT_FLOAT } } %s }"
                % (name, op, listed, extra))

    def group(*names):
        return "attr { key: '_class' value { list { %s } } }" % " ".join(
            "s: '%s'" % name for name in names)

    shape = ("attr { key: '_output_shapes' value { list { shape { dim { size: 2 } } "
             "shape { dim { size: 3 } } } } }")
    simple = graph_def(node("B", "A"), A % "")
    placed = graph_def(node("B", "A", group("loc:@A", "other")), A % "device: '/cpu:0'",
                       node("C", "A", "device: '/replica:0/device:cpu:0'"))
    p = tf.placeholder(tf.bool, [], name="p")
    tf.constant(1, name="A")
    tf.constant(1, name="x/y")
    found = [tf.import_graph_def(simple, name="", return_elements=["B", "A:0", "B:0"]),
             tf.import_graph_def(simple), tf.import_graph_def(simple)]
    tf.import_graph_def(graph_def(A % "", node("x", "A"), node("A_1", "x", group("loc:@A"))),
                        name="")
    tf.import_graph_def(placed, name="placed")
    with tf.device("/job:localhost"), tf.name_scope("scope"):
        tf.import_graph_def(placed)
        with tf.control_dependencies([tf.no_op(name="first")]):
            with tf.colocate_with(tf.constant(2, name="here")):
                tf.import_graph_def(simple)
    one = tf.constant([1.0, 2.0], name="one")
    wired = graph_def(node("B", "A:0"), A % "", node("C", "A ^B"), node("D", "B C", op="Add"))
    d, c, a = tf.import_graph_def(wired, {"A": one}, ["D:0", "C", "A:0"], name="mapped")
    value, = tf.import_graph_def(wired, {"A:0": 5.0, "B": one}, ["D:0"], name="values")
    tf.import_graph_def(wired, {"^B": one}, name="waits")
    shaped, = tf.import_graph_def(graph_def(A % shape), return_elements=["A:0"], name="shaped")
    branch = tf.cond(p, lambda: tf.import_graph_def(wired, {"A:0": one}, ["D:0"])[0], lambda: one)
    tf.constant(1, name="import")
    tf.constant(1, name="b")
    tf.import_graph_def(graph_def(A % "", versions="versions { producer: 27 min_consumer: 3 "
                                                   "bad_consumers: 5 }"), name="old")
    tf.import_graph_def(graph_def(A % "", versions="versions { producer: 25 min_consumer: 12 "
                                                   "bad_consumers: 7 }"), name="older")
    versions = tf.get_default_graph().as_graph_def().versions
    return [
        seen("elements", [None if item is None else [part.name for part in item]
                          for item in found]),
        seen("mapped", [d.name, c.name, a.name, value.name]), seen("shape", shaped.shape.as_list()),
        seen("versions", [versions.producer, versions.min_consumer, list(versions.bad_consumers)]),
        run("values", [d, value]), run("branch", branch, {p: True}),
        run("other branch", branch, {p: False}),
        call("fed", lambda sess: sess.run(found[0][2], {found[0][1]: [7.0]})),
    ]
