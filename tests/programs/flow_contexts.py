"""Contexts of nested loops and conds, to protocol buffers and back."""

from programs import run, seen
from programs.loops_metagraph import contents


def build(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    with tf.name_scope("scope"):
        def body(i, y):
            return i + 1, tf.cond(y > 1.0, lambda: tf.while_loop(
                lambda z: z > 1.0, lambda z: z * 0.5, [y]), lambda: y + x)

        result = tf.while_loop(lambda i, y: i < 4, body, (0, x), maximum_iterations=3)[1]
        other = tf.cond(x > 0.0, lambda: result * 2.0, lambda: -x)
    graph = tf.get_default_graph()
    steps = []
    for key in ("while_context", "cond_context"):
        protos = [context.to_proto() for context in tf.get_collection(key)]
        again = [type(context).from_proto(proto) for context, proto
                 in zip(tf.get_collection(key), protos)]
        steps += [
            seen(key, [contents(proto) for proto in protos]),
            seen(key + " again", [contents(context.to_proto()) for context in again]),
            seen(key + " scoped", [contents(context.to_proto("scope")) for context in again
                                   if key == "cond_context"]),
            seen(key + " elsewhere", [context.to_proto("nowhere") is None for context in again]),
        ]
    members = [(op.name, type(op._get_control_flow_context()).__name__)
               for op in graph.get_operations()]
    return steps + [seen("members", members), run("values", [result, other], {x: 0.75})]
