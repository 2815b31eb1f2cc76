"""safe_embedding_lookup_sparse: invalid ids, empty rows, weights, higher ranks."""

import numpy as np
from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(9)
    lookup = tf.nn.safe_embedding_lookup_sparse
    table = tf.constant(rng.uniform(-1, 1, (6, 2)), tf.float32, name="table")
    with tf.variable_scope("resources", use_resource=True):
        resource = tf.get_variable("w", initializer=rng.uniform(-1, 1, (6, 2)).astype(np.float32))
    places = [[0, 0], [0, 1], [2, 0], [2, 2], [3, 1]]
    ids = tf.SparseTensor(places, tf.constant([1, -1, 5, 0, -2], tf.int64), [4, 3])
    weights = tf.SparseTensor(places, [1.0, 2.0, 0.0, 0.5, 1.0], [4, 3])
    cube = tf.SparseTensor([[0, 0, 1], [0, 1, 0], [1, 1, 0]], tf.constant([1, 2, 3], tf.int64),
                           [2, 2, 2])
    fed = tf.sparse_placeholder(tf.int64, name="fed")
    found = [lookup(table, ids), lookup(table, ids, weights, "sum"),
             lookup([table], ids, weights, "sqrtn", default_id=3, name="default"),
             lookup(resource, ids, max_norm=0.5), lookup(table, cube, name="cube")]
    free = lookup(table, fed, combiner="sum", default_id=0)
    grads = tf.gradients([found[1], found[3]], [table, resource, weights.values])
    return [
        seen("shapes", [str(rows.shape) for rows in found + [free]]),
        run("variables", tf.global_variables_initializer()),
        run("found", found), run("grads", grads),
        run("fed", free, {fed: tf.SparseTensorValue([[0, 0, 1], [1, 1, 0]], [2, -1], [2, 2, 2])}),
        fails("no table", lambda: lookup(None, ids)),
        fails("no parts", lambda: lookup([], ids)),
        fails("combiner", lambda: lookup(table, ids, combiner="max")),
    ]


TOLERANCE = {"float32": 1e-5}
