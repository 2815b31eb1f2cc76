"""What is refused while a graph is built, and how the message reads."""

import numpy as np

from programs import fails


def build(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    y = tf.placeholder(tf.float32, [4, 5], name="y")
    i = tf.constant([1, 2], name="i")
    return [
        fails("matmul", lambda: tf.matmul(x, y)),
        fails("matmul named", lambda: tf.matmul(x, y, name="product")),
        fails("add", lambda: tf.add(x, y)),
        fails("concat", lambda: tf.concat([x, y], 0)),
        fails("exp of int", lambda: tf.exp(i)),
        fails("sqrt of text", lambda: tf.sqrt("a")),
        fails("two dtypes", lambda: tf.add(x, i)),
        fails("stack", lambda: tf.stack([x, y])),
        fails("reshape", lambda: tf.reshape(x, [4])),
        fails("reshape dtype", lambda: tf.reshape(x, [2.5])),
        fails("reduce axis", lambda: tf.reduce_sum(x, 5)),
        fails("axis of text", lambda: tf.reduce_sum(x, "a")),
        fails("none", lambda: tf.identity(None)),
        fails("convert", lambda: tf.convert_to_tensor([1.5], tf.int32)),
        fails("convert tensor", lambda: tf.convert_to_tensor(x, tf.int32)),
        fails("array of objects", lambda: tf.convert_to_tensor(np.array([object()]))),
        fails("add_n", lambda: tf.add_n([x, y])),
        fails("add_n empty", lambda: tf.add_n([])),
        fails("add_n not a list", lambda: tf.add_n(x)),
        fails("logical", lambda: tf.logical_and(x, x)),
        fails("cumsum", lambda: tf.cumsum(tf.constant(["a"]))),
        fails("fill", lambda: tf.fill([[1]], 0.0)),
        fails("expand_dims", lambda: tf.expand_dims(x, 4)),
        fails("name", lambda: tf.identity(x, name="a b")),
        fails("gather axis", lambda: tf.gather(x, i, axis=3)),
        fails("split", lambda: tf.split(x, 2, axis=1)),
        fails("variable", lambda: tf.Variable(None)),
        fails("no initial value", lambda: tf.Variable()),
        fails("seed", lambda: tf.random_uniform([2], dtype=tf.int32)),
        fails("unpack", lambda: tf.unstack(tf.placeholder(tf.float32))),
        fails("placeholder dtype", lambda: tf.placeholder("nothing")),
        fails("range", lambda: tf.range(5, 1, 0) and tf.range("a")),
        fails("gradients by number", lambda: tf.gradients(x, object())),
        fails("device", lambda: tf.device("/cpu:x").__enter__(), message=False),
    ]
