"""Embedding tables: whole and in parts, clipped, combined, of constants and of variables."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(9)
    nn = tf.nn
    table = tf.constant(rng.uniform(-1, 1, (10, 3)), tf.float32, name="table")
    parts = [tf.constant(rng.uniform(-1, 1, (size, 3)), tf.float32) for size in (4, 3, 3)]
    unknown = [tf.placeholder_with_default(part, [None, None]) for part in parts]
    with tf.variable_scope("refs"):
        variable = tf.get_variable("w", initializer=rng.uniform(-1, 1, (10, 2)).astype(np.float32))
        sliced = tf.get_variable("s", [10, 2], initializer=tf.zeros_initializer(),
                                 partitioner=tf.fixed_size_partitioner(3))
    with tf.variable_scope("resources", use_resource=True):
        resource = tf.get_variable("w", initializer=rng.uniform(-1, 1, (10, 2)).astype(np.float32))
        halves = [tf.get_variable(f"h{i}", initializer=np.ones((5, 2), np.float32) * i)
                  for i in range(2)]
    ids = tf.placeholder(tf.int32, [None], name="ids")
    feeds = {ids: [9, 0, 3, 3]}
    square = [[1, 2], [3, 9]]
    found = [nn.embedding_lookup(table, ids), nn.embedding_lookup([table], 3, name="one"),
             nn.embedding_lookup(parts, square), nn.embedding_lookup(parts, ids, "div", name="div"),
             nn.embedding_lookup(unknown, square, partition_strategy="div"),
             nn.embedding_lookup(unknown, tf.constant(square, tf.int64)),
             nn.embedding_lookup(table, ids, max_norm=0.5),
             nn.embedding_lookup(parts, square, max_norm=0.5, name="clipped"),
             nn.embedding_lookup(variable, square), nn.embedding_lookup(sliced, ids, "div"),
             nn.embedding_lookup(resource, ids), nn.embedding_lookup(halves, square),
             nn.embedding_lookup(resource, 2, max_norm=1.0)]
    sparse_ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0], [2, 0], [2, 1], [2, 2]],
                                 tf.constant([1, 3, 0, 3, 3, 2], tf.int64), [3, 3])
    sparse_weights = tf.SparseTensor(sparse_ids.indices, [1., 2., 0.5, 1., 3., 2.], [3, 3])
    for combiner in ("sum", "mean", "sqrtn"):
        found += [nn.embedding_lookup_sparse(table, sparse_ids, None, combiner=combiner),
                  nn.embedding_lookup_sparse(parts, sparse_ids, sparse_weights, combiner=combiner,
                                             name=combiner)]
    first = tf.gradients([tf.square(rows) for rows in found],
                         [table, variable, resource] + parts + halves + list(sliced))
    return [
        seen("shapes", [str(rows.shape) for rows in found]),
        seen("kinds", [type(gradient).__name__ for gradient in first]),
        run("variables", tf.global_variables_initializer()),
        run("found", found, feeds), run("gradients", first, feeds),
        fails("nothing", lambda: nn.embedding_lookup(None, ids)),
        fails("no parts", lambda: nn.embedding_lookup([], ids)),
        fails("strategy", lambda: nn.embedding_lookup(parts, ids, "no")),
        fails("dense ids", lambda: nn.embedding_lookup_sparse(table, ids, None, combiner="sum")),
        fails("dense weights",
              lambda: nn.embedding_lookup_sparse(table, sparse_ids, ids, combiner="sum")),
        fails("combiner",
              lambda: nn.embedding_lookup_sparse(table, sparse_ids, None, combiner="max")),
        run("out of range", found[0], {ids: [10]}, fails=True),
    ]


TOLERANCE = {"float32": 1e-5}
