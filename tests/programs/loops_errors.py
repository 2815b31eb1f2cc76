"""What while_loop refuses when it is built."""

from programs import fails, run


def build(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    shape = tf.TensorShape

    def loop(body, variables, **options):
        return lambda: tf.while_loop(lambda *_: True, body, variables, **options)

    return [
        fails("shape", loop(lambda y: tf.concat([y, y], 0), [x])),
        fails("rank", loop(lambda y: tf.reduce_sum(y), [x])),
        fails("count", loop(lambda y, z: (y,), [x, x]), message=False),
        fails("structure", loop(lambda y: ([y, y],), [x]), message=False),
        fails("invariant", loop(lambda y: y, [x], shape_invariants=[shape([3])])),
        fails("invariants", loop(lambda y: y, [x], shape_invariants=[shape([2]), shape([])]),
              message=False),
        fails("bad condition", lambda: tf.while_loop(lambda y: y, lambda y: y, [x]), message=False),
        run("x", x * 1.0, {x: [1.0, 2.0]}),
    ]
