"""Variables that loops and branches change."""

from programs import run


def build(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    found, updates = [], []
    for use_resource in (False, True):
        with tf.variable_scope("resource" if use_resource else "ref", use_resource=use_resource):
            total = tf.get_variable("total", initializer=0.0)
            rows = tf.get_variable("rows", initializer=[[1.0], [2.0], [3.0]])

            def count(i):
                with tf.control_dependencies([total.assign_add(tf.cast(i, tf.float32))]):
                    return tf.identity(i + 1)

            def scatter(i):
                with tf.control_dependencies([tf.scatter_add(rows, [i], [[10.0]])]):
                    return i + 1

            loop = tf.while_loop(lambda i: i < 4, count, [0], parallel_iterations=1)
            scattered = tf.while_loop(lambda i: i < 3, scatter, [1])
            branch = tf.cond(p, lambda: total.assign_add(100.0), lambda: total.assign_sub(50.0))
            grouped = tf.cond(p, lambda: tf.group(total.assign(1.0), rows.assign(rows * 2.0)),
                              tf.no_op)
            picked = tf.cond(p, lambda: total, lambda: total + 0.5)
        updates.append([loop, scattered, branch, grouped])
        found.append([total, rows, picked])
    steps = [run("initialise", tf.global_variables_initializer())]
    for step in range(4):
        for flag in (True, False):
            steps.append(run("update %d %s" % (step, flag), [pair[step] for pair in updates],
                             {p: flag}))
            steps.append(run("variables %d %s" % (step, flag), found, {p: flag}))
    return steps
