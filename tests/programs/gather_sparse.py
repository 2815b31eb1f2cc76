"""Gradients as IndexedSlices: gather and lookups, applied by optimizers, summed, made dense."""

import numpy as np

from programs import run, seen


def build(tf):
    table = tf.get_variable("table", initializer=np.arange(8, dtype=np.float32).reshape(4, 2))
    shared = tf.get_variable("shared", initializer=np.ones([3, 2], np.float32), use_resource=True)
    ids = tf.placeholder(tf.int32, [None], name="ids")
    rows = tf.gather(table, ids)
    loss = tf.reduce_sum(tf.square(rows)) + tf.reduce_sum(tf.gather(shared, [0, 2, 0]) * 3.0)
    looked = tf.nn.embedding_lookup(table, ids)
    (slices,) = tf.gradients(loss, [table])
    both = tf.gradients([loss, tf.reduce_sum(looked)], [table])[0]
    mixed = tf.gradients(loss + tf.reduce_sum(table), [table])[0]
    dense = tf.convert_to_tensor(slices)
    sgd = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    adam = tf.train.AdamOptimizer(0.1).minimize(loss)
    init = tf.global_variables_initializer()
    feeds = {ids: [1, 3, 1]}
    return [
        seen("kinds", [type(g).__name__ for g in (slices, both, mixed)]),
        seen("parts", [slices.values.name, slices.indices.name, slices.dense_shape.name,
                       slices.name, slices.op.name, slices.dtype.name]),
        run("initialise", init),
        run("rows", [rows, looked], feeds),
        run("slices", slices, feeds),
        run("both", both, feeds),
        run("dense", [dense, mixed], feeds),
        run("sgd", [sgd, loss], feeds),
        run("after sgd", [table, shared]),
        run("adam", [adam, loss], feeds),
        run("adam again", [adam, loss], feeds),
        run("after adam", tf.global_variables()),
        run("out of range", rows, {ids: [4]}, fails=True),
    ]


TOLERANCE = {"float32": 3e-6}
