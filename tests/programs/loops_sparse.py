"""Sparse tensors as loop variables, in branches and next to lookup tables in loops."""

from programs import run


def build(tf):
    sparse = tf.SparseTensor([[0, 0], [1, 2]], [1.0, 2.0], [2, 3])
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(["0", "1"], tf.constant([5, 7], tf.int64)), -1)
    flag = tf.placeholder(tf.bool, [], name="flag")

    def loop(body, start):
        return tf.while_loop(lambda i, value: i < 3, lambda i, value: (i + 1, body(i, value)),
                             [tf.constant(0), start])[1]

    kept = loop(lambda i, value: value, sparse)
    doubled = loop(lambda i, value: tf.SparseTensor(value.indices, value.values * 2.0, [2, 3]),
                   sparse)
    summed = loop(lambda i, value: tf.sparse_add(value, sparse), sparse)
    dense = loop(lambda i, value: tf.sparse_add(sparse, value), tf.zeros([2, 3]))
    found = loop(lambda i, value: value + table.lookup(tf.as_string(i)), tf.constant(0, tf.int64))
    chosen = tf.cond(flag, lambda: tf.SparseTensor(sparse.indices, -sparse.values, [2, 3]),
                     lambda: tf.sparse_transpose(tf.sparse_transpose(sparse)))
    asked = tf.cond(flag, lambda: table.lookup(tf.constant("1")), lambda: table.size())
    return [
        run("fill", table.initializer), run("loops", [kept, doubled, summed, dense, found]),
        run("gradient", tf.gradients(tf.reduce_sum(tf.square(dense)), sparse.values)),
        run("true", [chosen, asked], {flag: True}), run("false", [chosen, asked], {flag: False}),
    ]
