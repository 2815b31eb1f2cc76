"""import_graph_def: what is wrong with a GraphDef, or with the arguments."""

from google.protobuf import text_format
from programs import fails, seen

A = "node { name: 'A' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } %s }"
SHAPED = ("node { name: '%s' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } "
          "attr { key: 'shape' value { shape { dim { size: %d } } } } %s }")


def build(tf):
    def importing(text, *args, **kwargs):
        def act():
            tf.import_graph_def(text_format.Parse(text, tf.GraphDef()), *args, **kwargs)
        return act

    def node(name, inputs, op="Identity", attrs="attr { key: 'T' value { type: DT_FLOAT } }"):
        return "node { name: '%s' op: '%s' %s %s }" % (
            name, op, " ".join("input: '%s'" % item for item in inputs.split()), attrs)

    def attr(key, value):
        return "attr { key: '%s' value { %s } }" % (key, value)

    t, a = attr("T", "type: DT_FLOAT"), A % ""
    b = a + node("B", "A:0")
    text = "node { name: 'A' op: 'Placeholder' attr { key: 'dtype' value { type: DT_STRING } } }"
    shapes = attr("_output_shapes", "list { shape { dim { size: 2 } } }")
    number = tf.constant(1, name="number")
    steps = [
        fails("no message", lambda: tf.import_graph_def("abc")),
        fails("a number", lambda: tf.import_graph_def(3)),
        fails("map of numbers", importing(b, {3: number})),
        fails("map no dict", importing(b, [("A:0", number)])),
        fails("map of values without name", importing(b, {"A:0": 1.0}, name="")),
        fails("map of an unknown tensor", importing(b, {"Q:0": number, "^P": number})),
        fails("map of an unknown output", importing(b, {"B:0": number, "A:1": number})),
        fails("map of another dtype", importing(b, {"A:0": number})),
        fails("return no text", importing(a, return_elements=[7])),
        fails("return an unknown node", importing(a, return_elements=["B"])),
        fails("return an unknown tensor", importing(a, return_elements=["B:0"])),
        fails("return an unknown output", importing(a, return_elements=["A:1"])),
        fails("return three parts", importing(a, return_elements=["A:B:0"])),
        fails("return no number", importing(a, return_elements=["A:B"])),
        fails("unknown input", importing(node("B", "A:0"))),
        fails("unknown control input", importing(a + node("B", "A:0 ^Z"))),
        fails("output that is not there", importing(a + node("B", "A:1"))),
        fails("name with a space", importing(a + node("B b", "A"))),
        fails("empty name", importing(a + node("", "A"))),
        fails("name with an underscore", importing(a + node("_b", "A"))),
        fails("input no tensor", importing(a + node("B", "A:x"))),
        fails("input a caret", importing(a + node("B", "^"))),
        fails("twice", importing(a + a)),
        fails("no op", importing("node { name: 'A' }")),
        fails("control input first", importing(a + node("B", "^A A:0"))),
        fails("too few inputs", importing(a + node("B", ""))),
        fails("too many inputs", importing(a + node("B", "A A"))),
        fails("unknown op", importing(a + node("B", "A", "Foo")), message=False),
        fails("unknown attr", importing(a + node("B", "A", attrs=t + attr("Q", "i: 3")))),
        fails("missing attr", importing(a + node("B", "A", attrs=""))),
        fails("missing attrs", importing("node { name: 'A' op: 'Cast' }")),
        fails("attr of another type", importing(a + node("B", "A", attrs=attr("T", "i: 3")))),
        fails("attr a reference", importing(
            a + node("B", "A", attrs=attr("T", "type: DT_FLOAT_REF")))),
        fails("attr no type", importing(a + node("B", "A", attrs=attr("T", "type: DT_INVALID")))),
        fails("input of another dtype", importing(
            a + node("B", "A", attrs=attr("T", "type: DT_INT32")))),
        fails("dtype not allowed", importing(
            text + node("B", "A", "Neg", attr("T", "type: DT_STRING")))),
        fails("text not allowed", importing(a + node(
            "B", "A A", "Conv2D", t + attr("strides", "list { i: [1, 1, 1, 1] }")
            + attr("padding", "s: 'ANY'")))),
        fails("below the minimum", importing(node("B", "", "AddN", attr("N", "i: 0") + t))),
        fails("no reference", importing(
            a + node("B", "A A", "Assign", t))),
        fails("circle", importing(node("A", "B") + node("B", "A"))),
        fails("shapes", importing(SHAPED % ("A", 2, "") + SHAPED % ("B", 3, "")
                                  + node("C", "A B", "Add"))),
        fails("output shape", importing(SHAPED % ("A", 3, shapes) + "versions { producer: 134 }")),
        fails("unknown colocation", importing(a + node("B", "A", attrs=t + attr(
            "_class", "list { s: 'loc:@C' }")))),
        fails("newer", importing(a + "versions { producer: 27 min_consumer: 300 }")),
        fails("refused", importing(a + "versions { producer: 27 bad_consumers: 134 }")),
    ]
    graph = tf.get_default_graph()
    return steps + [seen("left", [op.name for op in graph.get_operations()])]
