"""What the branches of a cond may return."""

from programs import run


def build(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    x = tf.constant([1.0, 2.0, 3.0])
    array = tf.TensorArray(tf.float32, 2)
    values = {
        "list of one": tf.cond(p, lambda: [tf.constant(1)], lambda: [tf.constant(2)]),
        "strict": tf.cond(p, lambda: [tf.constant(1)], lambda: [tf.constant(2)], strict=True),
        "not strict": tf.cond(p, lambda: [tf.constant(1)], lambda: tf.constant(2)),
        "numbers": tf.cond(p, lambda: 1, lambda: 2),
        "old names": tf.cond(p, fn1=lambda: x, fn2=lambda: x * 2.0),
        "nest": tf.cond(p, lambda: {"a": [1, (2.0, x)], "b": "s"},
                        lambda: {"a": [3, (4.0, x * 2.0)], "b": "t"}),
        "operation or tensor": tf.cond(p, tf.no_op, lambda: tf.constant(True)),
        "operations": tf.cond(p, lambda: [tf.no_op(), 1], lambda: [tf.no_op(), 2]),
        "sparse": tf.cond(p, lambda: tf.SparseTensor([[0, 1]], [3.0], [2, 2]),
                          lambda: tf.SparseTensor([[0, 0]], [4.0], [2, 2])),
        "slices": tf.cond(p, lambda: tf.IndexedSlices(tf.constant([3.0]), tf.constant([0])),
                          lambda: tf.IndexedSlices(tf.constant([4.0]),
                                                   tf.constant([1], tf.int64))).indices,
        "unknown predicate": tf.cond(tf.placeholder_with_default(True, None), lambda: 1,
                                     lambda: 0),
        "array": tf.cond(p, lambda: array.write(0, x[0]).write(1, x[1]),
                         lambda: array.write(1, x[2]).write(0, x[1])).stack(),
    }
    shapes = [tf.cond(p, lambda: x, lambda: x[:n]).shape for n in (2, 3)]
    assert [shape.as_list() for shape in shapes] == [[None], [3]]
    return [run("true", values, {p: True}), run("false", values, {p: False})]
