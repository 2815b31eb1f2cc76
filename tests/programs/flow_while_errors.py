"""Loops that are not well formed."""

from programs import fails, run


def build(tf):
    def below(limit):
        return lambda i, *_: i < limit

    vector = tf.constant([1])
    other_dtype = tf.while_loop(below(3), lambda i: 1.0, [0], name="other_dtype")
    steps = [
        fails("cond no function", lambda: tf.while_loop(3, lambda i: i, [0])),
        fails("body no function", lambda: tf.while_loop(lambda i: i, 3, [0])),
        fails("no variables", lambda: tf.while_loop(lambda: True, lambda: 1, [])),
        fails("parallel 0", lambda: tf.while_loop(below(3), lambda i: i + 1, [0],
                                                  parallel_iterations=0)),
        fails("parallel 2.5", lambda: tf.while_loop(below(3), lambda i: i + 1, [0],
                                                    parallel_iterations=2.5)),
        fails("limit a vector", lambda: tf.while_loop(below(3), lambda i: i + 1, [0],
                                                      maximum_iterations=[2])),
        fails("one result too few", lambda: tf.while_loop(below(3), lambda i, j: i + 1, [0, 1])),
        fails("another nest", lambda: tf.while_loop(below(3), lambda i, j: (i + 1, [j]), [0, 1])),
        fails("another type", lambda: tf.while_loop(lambda i, s: i < 3, lambda i, s: (i, (s[0],)),
                                                    [0, [1]])),
        fails("condition a vector", lambda: tf.while_loop(lambda i: [True], lambda i: i + 1, [0])),
        fails("condition a number", lambda: tf.while_loop(lambda i: i, lambda i: i + 1, [0])),
        fails("shape grows", lambda: tf.while_loop(
            lambda i: tf.reduce_sum(i) < 3, lambda i: tf.concat([i, i], 0), [vector])),
        fails("invariant too narrow", lambda: tf.while_loop(
            lambda i: tf.size(i) < 3, lambda i: tf.concat([i, i], 0), [vector],
            shape_invariants=[tf.TensorShape([2])])),
        fails("invariant no shape", lambda: tf.while_loop(
            lambda i: tf.size(i) < 3, lambda i: i, [vector], shape_invariants=[[None]])),
        fails("invariants of another nest", lambda: tf.while_loop(
            lambda i: tf.size(i) < 3, lambda i: i, [vector],
            shape_invariants=[tf.TensorShape([2])] * 2)),
        run("other dtype", other_dtype, fails=True),
    ]
    return steps
