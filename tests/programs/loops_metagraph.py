"""The contexts of loops and conditionals as protocol buffers."""

from programs import run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    p = tf.placeholder(tf.bool, [], name="p")

    def body(i, y):
        y = tf.cond(tf.equal(i % 2, 0), lambda: y * x, lambda: tf.while_loop(
            lambda z: z < 5.0, lambda z: z * 2.0 + x, [tf.abs(y) + 1.0]))
        return i + 1, y

    with tf.name_scope("outer"):
        result = tf.while_loop(lambda i, y: i < 3, body, (0, x), maximum_iterations=7,
                               parallel_iterations=3, swap_memory=True)[1]
    other = tf.cond(p, lambda: tf.while_loop(lambda y: y < 1.0, lambda y: y + x, [x],
                                             back_prop=False), lambda: x)
    gradients = tf.gradients(result, x)

    def written(key):
        return [contents(context.to_proto()) for context in tf.get_collection(key)]

    return [
        seen("while", written("while_context")), seen("cond", written("cond_context")),
        run("values", [result, other, gradients], {x: 0.5, p: True}),
    ]


def contents(proto):
    """A message as sorted values: the order of maps is none."""
    result = []
    for field, value in proto.ListFields():
        if field.name in ("external_values",):
            value = sorted(value.items())
        elif field.name in ("values_def", "cond_ctxt", "while_ctxt"):
            value = contents(value)
        elif field.name == "nested_contexts":
            value = [contents(item) for item in value]
        elif not isinstance(value, (int, str, bool)):
            value = list(value)
        result.append((field.name, value))
    return result
