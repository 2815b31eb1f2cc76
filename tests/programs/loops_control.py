"""Control dependencies in and around loops, and what loops do to variables."""

from programs import run


def build(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    count = tf.Variable(0, name="count", trainable=False)
    resource = tf.get_variable("resource", initializer=1.0, use_resource=True)
    before = tf.assign_add(count, 100, name="before")

    def counted(i, y):
        with tf.control_dependencies([tf.assign_add(count, 1)]):
            return i + 1, tf.identity(y * 2.0)

    inside = tf.while_loop(lambda i, y: i < 3, counted, [0, x], parallel_iterations=1)
    with tf.control_dependencies([before]):
        after = tf.while_loop(lambda i: i < 5, lambda i: i + 1, [0])
        constant_body = tf.while_loop(lambda i: i < tf.constant(2),
                                      lambda i: i + tf.constant(1), [tf.constant(0)])

    def waiting(i, y):
        with tf.control_dependencies([before, x.op]):
            z = tf.constant(1.0) + y
            w = x * 3.0
        return i + 1, z + w

    waits = tf.while_loop(lambda i, y: i < 2, waiting, [0, x], parallel_iterations=1)

    def grouped(i, y):
        step = tf.group(tf.assign_add(count, 1), tf.assign(resource, y))
        with tf.control_dependencies([step]):
            a, b = tf.tuple([y + 1.0, y * 2.0])
            return i + 1, a + b + resource.read_value()

    groups = tf.while_loop(lambda i, y: i < 3, grouped, [0, x], parallel_iterations=1)

    def read(i, y):
        return i + 1, y + resource

    reads = tf.while_loop(lambda i, y: i < 3, read, [0, x])
    fixed = tf.while_loop(lambda i: i < 3, lambda i: tf.Print(i, [i], "i") + 1, [0],
                          parallel_iterations=1)
    return [
        run("initialise", tf.global_variables_initializer()),
        run("inside", inside, {x: 1.5}), run("count 1", count),
        run("after", [after, constant_body]), run("count 2", count),
        run("waits", waits, {x: 1.5}), run("count 3", count),
        run("groups", groups, {x: 1.5}), run("count 4", [count, resource]),
        run("reads", reads, {x: 1.5}), run("fixed", fixed),
    ]
