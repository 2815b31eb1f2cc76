"""Name scopes: nested, entered again, made unique, without regard to case."""

from programs import fails, seen


def build(tf):
    graph = tf.get_default_graph()
    names = []

    def add(name=None):
        names.append(tf.constant(1.0, name=name).name)

    add(), add(), add("c"), add("C"), add("c"), add("c_1")
    with tf.name_scope("x") as first:
        add("a"), add("a")
        with tf.name_scope("y"):
            add("a")
        with tf.name_scope("y"):
            add("a")
    with tf.name_scope("x") as second:
        add("a")
    with tf.name_scope("X"):
        add("a")
    with tf.name_scope("x/"):
        add("a")
        with tf.name_scope("y"):
            add("a")
    with tf.name_scope(first):
        add("b")
    with tf.name_scope(second), tf.name_scope(None):
        add("top")
    with tf.name_scope(None, "default_name", [tf.constant(2.0)]) as third:
        add("a")
    with tf.name_scope("", "unused") as fourth:
        add("a")
    with tf.name_scope("a/b/c") as fifth:
        add("d/e")
    with tf.name_scope("x"), tf.variable_scope("v"):
        v = tf.get_variable("w", [1], initializer=tf.zeros_initializer())
        plain = tf.Variable([1.0], name="plain")
        add("a")
    with graph.name_scope("z") as sixth:
        tf.group(tf.no_op(), name="group")
        unique = [graph.unique_name("u"), graph.unique_name("u"),
                  graph.unique_name("u", mark_as_used=False), graph.unique_name("u")]
    add("c_1_1"), add("c_1"), add("x/a"), add("trailing/")
    return [
        seen("names", names),
        seen("scopes", [first, second, third, fourth, fifth, sixth]),
        seen("unique", unique),
        seen("variables", [v.name, plain.name]),
        fails("bad name", lambda: tf.constant(1.0, name="a b")),
        fails("bad first character", lambda: tf.constant(1.0, name="_a")),
        fails("bad scope", lambda: tf.name_scope("a:b").__enter__()),
    ]
