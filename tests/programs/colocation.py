"""colocate_with: the _class attribute, nested groups, and groups passed on."""

from programs import run, seen


def build(tf):
    a = tf.constant(1.0, name="a")
    b = tf.constant(2.0, name="b")
    v = tf.Variable(3.0, name="v")
    with tf.colocate_with(a):
        c = tf.identity(b, name="c")
        with tf.colocate_with(b):
            d = tf.identity(a, name="d")
        with tf.colocate_with(None, ignore_existing=True):
            e = tf.identity(a, name="e")
        with tf.colocate_with(b, ignore_existing=True):
            f = tf.identity(a, name="f")
    with tf.colocate_with(c.op):
        g = tf.identity(a, name="g")
    with tf.colocate_with(d):
        h = tf.identity(a, name="h")
    with tf.colocate_with(v):
        i = tf.identity(a, name="i")
        u = tf.Variable(4.0, name="u")
    with tf.colocate_with(u):
        j = tf.add(i, u, name="j")
    grads = tf.gradients(j, [a, v], colocate_gradients_with_ops=True)
    graph = tf.get_default_graph()
    ops = [graph.get_operation_by_name(name) for name in "abcdefghij"]
    return [
        seen("groups", [op.colocation_groups() for op in ops]),
        seen("attr", ops[3].get_attr("_class")),
        seen("no attr", list(ops[4].colocation_groups())),
        run("initialise", tf.global_variables_initializer()),
        run("values", [c, d, e, f, g, h, i, j] + [t for t in grads if t is not None]),
    ]
