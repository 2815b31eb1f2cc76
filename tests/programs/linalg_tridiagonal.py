"""Tridiagonal products and systems in the three formats, with gradients and refusals."""

import numpy as np

from programs import fails, run


def build(tf):
    rng = np.random.RandomState(4)
    solve, product = tf.linalg.tridiagonal_solve, tf.linalg.tridiagonal_matmul
    steps = []
    value = rng.uniform(-1, 1, (2, 3, 4))
    value[:, 1, 0] = 0.0  # rows must be exchanged
    b = rng.uniform(-1, 1, (2, 4, 2))
    for kind in ("known", "free"):
        known = kind == "known"
        d = tf.placeholder(tf.float64, [2, 3, 4] if known else [None, None, None])
        rhs = tf.placeholder(tf.float64, [2, 4, 2] if known else [None, None, None])
        y = solve(d, rhs)
        z = product(d, rhs)
        steps += [run("solve " + kind, [y, tf.gradients(y, [d, rhs])], {d: value, rhs: b}),
                  run("product " + kind, [z, tf.gradients(z, [d, rhs])], {d: value, rhs: b})]
    c = tf.constant(value[0] + 1j * value[1], tf.complex64)
    above, main, below = [tf.constant(row, tf.float32) for row in value[0] + 2.0]
    full = tf.constant(rng.uniform(1, 2, (4, 4)), tf.float32)
    cols = tf.constant(b[0], tf.float32)
    vector = cols[:, 0]
    results = [
        solve(c, tf.cast(cols, tf.complex64), conjugate_rhs=True, name="solution"),
        solve(c, tf.constant(b[0].T * (1 + 2j), tf.complex64), transpose_rhs=True,
              conjugate_rhs=True),
        solve([above, main, below], vector, diagonals_format="sequence"),
        solve([above[:-1], main, below[1:]], vector, diagonals_format="sequence",
              partial_pivoting=False),
        solve(full, cols, diagonals_format="matrix"),
        product([above, main, below], cols, diagonals_format="sequence", name="product"),
        product(full, cols, diagonals_format="matrix"),
        tf.gradients(tf.abs(product(c, tf.cast(cols, tf.complex64))), c)[0],
    ]
    singular = tf.placeholder(tf.float64, [3, None])
    ones = tf.placeholder(tf.float64, [None, 1])
    pivoted, plain = solve(singular, ones), solve(singular, ones, partial_pivoting=False)
    p = tf.placeholder
    return steps + [
        run("formats", results),
        run("singular", pivoted, {singular: np.zeros((3, 2)), ones: np.ones((2, 1))}, fails=True),
        run("pivots", plain, {singular: np.zeros((3, 2)), ones: np.ones((2, 1))}, fails=True),
        run("scalar", pivoted, {singular: np.zeros((3, 1)), ones: np.ones((1, 1))}, fails=True),
        fails("format", lambda: solve(full, cols, diagonals_format="band")),
        fails("product format", lambda: product(full, cols, diagonals_format="band")),
        fails("sequence", lambda: solve([above, main], cols, diagonals_format="sequence")),
        fails("length", lambda: solve([above[:2], main, below], cols,
                                      diagonals_format="sequence")),
        fails("batch", lambda: solve([full, main, below], cols, diagonals_format="sequence")),
        fails("unknown side", lambda: product(p(tf.float32, [None, 3]), cols,
                                              diagonals_format="matrix")),
        fails("not square", lambda: solve(p(tf.float32, [2, 3]), cols,
                                          diagonals_format="matrix")),
        fails("rank", lambda: solve(vector, cols)),
        fails("rank of rhs", lambda: solve(c, p(tf.complex64, [2, 4, 1, 1]))),
        fails("three", lambda: solve(p(tf.float32, [2, 4]), cols)),
        fails("batches", lambda: solve(p(tf.float32, [2, 3, 4]), p(tf.float32, [3, 4, 1]))),
        fails("rows", lambda: solve(p(tf.float32, [3, 5]), cols)),
        fails("op rows", lambda: tf.raw_ops.TridiagonalSolve(diagonals=p(tf.float32, [3, 5]),
                                                             rhs=cols)),
        fails("op sides", lambda: tf.raw_ops.TridiagonalMatMul(
            superdiag=p(tf.float32, [1, 4]), maindiag=p(tf.float32, [1, 4]),
            subdiag=p(tf.float32, [1, 3]), rhs=cols)),
    ]


TOLERANCE = {"float32": 1e-5, "complex64": 1e-5, "float64": 1e-11}
