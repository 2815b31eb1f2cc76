"""IndexedSlices and SparseTensors as loop variables; mutable variables; handles brought in."""

import numpy as np
from programs import run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    ids = tf.placeholder(tf.int64, [2], name="ids")
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [3, 4])
    slices = tf.IndexedSlices(x, ids, tf.constant([5, 3], tf.int64))
    bare = tf.IndexedSlices(x, ids)
    v = tf.Variable([1.0, 2.0], name="v")

    def sparse_body(i, s):
        return i + 1, tf.SparseTensor(s.indices, s.values * 2.0, s.dense_shape)

    doubled = tf.while_loop(lambda i, s: i < 3, sparse_body, [0, sparse])
    longer = tf.while_loop(
        lambda i, s: i < 2,
        lambda i, s: (i + 1, tf.SparseTensor(tf.concat([s.indices, s.indices], 0),
                                             tf.concat([s.values, s.values], 0), s.dense_shape)),
        [0, sparse], shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])])

    def slices_body(i, s):
        return i + 1, tf.IndexedSlices(s.values + 1.0, s.indices, s.dense_shape)

    moved = tf.while_loop(lambda i, s: i < 2, slices_body, [0, slices])
    bare_moved = tf.while_loop(lambda i, s: i < 2, slices_body, [0, bare])
    from_variable = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y + v), [0, v])
    gradients = tf.gradients(from_variable[1], v)
    through = tf.gradients([moved[1].values, bare_moved[1].values], x)
    return [
        seen("shapes", [str(doubled[1].values.shape), str(longer[1].indices.shape),
                        str(moved[1].values.shape)]),
        run("initialise", tf.global_variables_initializer()),
        run("results", [doubled, longer, moved[1].values, moved[1].indices, bare_moved[1].values,
                        from_variable, gradients, through],
            {x: np.arange(6.0).reshape(2, 3), ids: [3, 1]}),
    ]
