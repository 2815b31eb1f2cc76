"""Control dependencies: what is added, what is left out because an input implies it, nesting."""

from programs import run, seen


def build(tf):
    x = tf.Variable(1.0, name="x")
    a = tf.constant(2.0, name="a")
    add = tf.assign_add(x, a, name="add")
    with tf.control_dependencies([add]):
        one = tf.identity(a, name="one")
        implied = tf.identity(add, name="implied")
        with tf.control_dependencies([one]):
            two = a + one
            three = tf.constant(3.0, name="three")
            with tf.control_dependencies(None):
                four = tf.constant(4.0, name="four")
                with tf.control_dependencies([four]):
                    five = tf.no_op(name="five")
        with tf.control_dependencies([a.op, x, "a:0", one]):
            six = tf.no_op(name="six")
    with tf.control_dependencies([]):
        seven = tf.constant(7.0, name="seven")
    with tf.control_dependencies([x.initializer]):
        y = tf.Variable(5.0, name="y")
    with tf.control_dependencies([add]):
        read = x.read_value()
    first = tf.group(add, name="first")
    with tf.control_dependencies([first]):
        after = tf.identity(x.read_value(), name="after")
        doubled = tf.assign(x, x.read_value() * 2, name="doubled")
    with tf.control_dependencies([doubled]):
        last = tf.constant(0.0)
    ordered = tf.get_default_graph().get_operation_by_name("six").control_inputs
    return [
        seen("control inputs", [op.name for op in ordered]),
        run("initialise", [x.initializer, y.initializer]),
        run("six", six),
        run("one", [one, implied, two, three, four, five, seven]),
        run("read", read),
        run("after", after),
        run("doubled", [last, doubled]),
        run("x", [x, y]),
    ]
