"""Sparse gradients that come out of loops and conds."""

from programs import run


def build(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    ids = tf.placeholder(tf.int32, [3], name="ids")
    fetches = []
    for use_resource in (False, True):
        with tf.variable_scope("resource" if use_resource else "ref", use_resource=use_resource):
            table = tf.get_variable("table", initializer=[[0.5, 1.0], [1.5, 2.0], [2.5, 3.0]])
            looped = tf.while_loop(
                lambda i, y: i < 3,
                lambda i, y: (i + 1, y * tf.nn.embedding_lookup(table, ids[i])),
                (0, tf.ones([2])))[1]
            chosen = tf.cond(p, lambda: tf.gather(table, ids[:2]),
                             lambda: tf.gather(table, ids[1:]) * 3.0)
            found = tf.gradients(chosen, table)
            fetches.append([looped, chosen, tf.convert_to_tensor(found[0])])
            train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(looped))
            fetches.append(train)
    steps = [run("initialise", tf.global_variables_initializer())]
    for flag in (True, False):
        feeds = {p: flag, ids: [2, 0, 2]}
        steps += [run("gradients %s" % flag, fetches[::2], feeds),
                  run("train %s" % flag, fetches[1::2], feeds)]
    return steps + [run("tables", tf.global_variables())]


TOLERANCE = {"float32": 3e-6}
