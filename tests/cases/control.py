"""Control dependencies, groups, gradients' options."""

from cases import N, V, Var, bads, row, rows

TOLERANCE = 1e-5

ROWS = [
    rows("""
        tf.group(x, y)
        tf.tuple([x, y])
        tf.no_op()
        tf.gradients(x * y, [x, y])
        tf.gradients([x * 2.0, x * y], x)
        tf.gradients(x * y, x, grad_ys=y)
        tf.gradients(tf.stop_gradient(x) * y, [x, y])
        tf.gradients(x * y, [x, y], stop_gradients=[y])
        tf.gradients(x, [y])
        tf.gradients(x, [y], unconnected_gradients="zero")
        tf.gradients(x * y + x / y, [x, y], gate_gradients=True)
        tf.gradients(x + x * 2.0 + x * 3.0, x, aggregation_method=2)
        tf.gradients(x + x * 2.0 + x * 3.0, x, aggregation_method=1)
        tf.gradients(tf.gradients(x ** 3, x), x)
        tf.gradients(tf.gradients(tf.exp(x * y), [x, y]), [x, y])
        tf.gradients(tf.gradients(tf.reduce_sum(x * y) ** 2, [x, y]), [x, y])
        tf.gradients(tf.gradients(tf.nn.softmax(x), x, grad_ys=y)[0] * y, x)
        tf.gradients(tf.gradients(tf.matmul(x, y, transpose_b=True), x), y)
    """, "float32", grads=False, x=N(2, 3), y=N(2, 3)),
    bads("""
        tf.gradients(x, x, grad_ys=[y, y])
        tf.group(1)
        tf.tuple([])
    """, shapes="known", x=N(2, 3), y=N(2, 3)),
    row("tf.gradients(tf.gather(v, [0, 2]) * x, [v, x])", "float32", grads=False, v=Var(N(3, 2)),
        x=N(2, 2)),
    row("tf.gradients(v * x, v)", "float32", grads=False, v=Var(N(3)), x=V(2.0)),
]
