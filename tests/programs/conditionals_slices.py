"""Conditionals that pass on IndexedSlices and SparseTensors; gradients of rows in branches."""

from programs import run


def build(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    ids = tf.placeholder(tf.int32, [2], name="ids")
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="table")
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [3, 4])
    slices = tf.IndexedSlices(table * 2.0, tf.constant([0, 1, 2]), tf.constant([3, 2]))

    chosen = tf.cond(p, lambda: sparse, lambda: tf.SparseTensor([[1, 1]], [5.0], [3, 4]))
    rows = tf.cond(p, lambda: slices, lambda: tf.IndexedSlices(table[:1], tf.constant([1]),
                                                               tf.constant([3, 2])))
    picked = tf.cond(p, lambda: tf.gather(table, ids), lambda: tf.gather(table, ids + 1) * 2.0)
    one_sided = tf.cond(p, lambda: tf.gather(table, ids), lambda: tf.ones([2, 2]))
    mixed = tf.cond(p, lambda: tf.gather(table, ids), lambda: table[:2])
    gradients = [tf.gradients(tf.square(y), table)[0] for y in (picked, one_sided, mixed)]
    dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(tf.square(picked)))
    steps = [run("initialise", tf.global_variables_initializer())]
    for taken in (True, False):
        feeds = {p: taken, ids: [1, 0]}
        steps.append(run("values %s" % taken, [chosen, rows.values, rows.indices, picked, mixed],
                         feeds))
        steps.append(run("gradients %s" % taken, dense, feeds))
        steps.append(run("train %s" % taken, train, feeds))
        steps.append(run("table %s" % taken, table))
    return steps
