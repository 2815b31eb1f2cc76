"""Solving, inverting, decomposing matrices, with gradients; norms; matrices without inverse."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(10)
    value = rng.uniform(-1, 1, (2, 3, 3))
    positive = np.round(value @ value.transpose(0, 2, 1) + 3 * np.eye(3), 6)
    steps, feeds = [], {}
    for shape in ([2, 3, 3], [None, None, None]):
        a = tf.placeholder(tf.float64, shape)
        b = tf.placeholder(tf.float64, shape[:2] + [2])
        feeds[a] = positive
        feeds[b] = rng.uniform(-1, 1, (2, 3, 2))
        chol = tf.cholesky(a)
        results = [chol, tf.matrix_inverse(a, adjoint=True), tf.matrix_determinant(a),
                   tf.linalg.slogdet(a)[1], tf.matrix_solve(a, b),
                   tf.matrix_triangular_solve(a, b, lower=False, adjoint=True),
                   tf.cholesky_solve(chol, b), tf.linalg.logdet(a), tf.linalg.adjoint(b),
                   tf.self_adjoint_eigvals(a), tf.svd(a, compute_uv=False)]
        for i, y in enumerate(results):
            gradients = [g for g in tf.gradients(y, [a, b]) if g is not None]
            steps.append(run(f"{i} {shape}", [y] + gradients, feeds))
    e, v = tf.self_adjoint_eig(tf.placeholder_with_default(positive, [2, 3, 3]))
    m = tf.placeholder(tf.float64, [3, 2])
    feeds[m] = rng.uniform(-1, 1, (3, 2))
    s, u, w = tf.svd(m)
    q, r = tf.qr(m)
    x = tf.matrix_solve_ls(m, m * m, l2_regularizer=0.5)
    norms = [tf.norm(m), tf.norm(m, axis=1), tf.norm(m, ord=1), tf.norm(m, ord=np.inf, axis=0),
             tf.norm(m, ord=3, axis=-1, keepdims=True), tf.norm(m, ord="fro", axis=[0, 1]),
             tf.norm(m, ord=1, axis=(0, 1)), tf.norm(m, ord=np.inf, axis=(0, 1))]
    singular = tf.constant([[1.0, 2.0], [2.0, 4.0]])
    free = tf.placeholder(tf.float32)
    return steps + [
        seen("shapes", [str(t.shape) for t in (s, u, w, q, r, x, e, v)]),
        run("decomposed", [e, tf.abs(v), s, tf.abs(u), tf.abs(w), q, r, x,
                           tf.matrix_solve_ls(m, m * m, fast=False)], feeds),
        run("gradients", [tf.gradients([s, u * u, w * w], m), tf.gradients([q, r], m),
                          tf.gradients(x, m)], feeds),
        run("norms", [norms, [tf.gradients(y, m) for y in norms]], feeds),
        run("no inverse", tf.matrix_inverse(singular), fails=True),
        run("no solution", tf.matrix_solve(singular, singular), fails=True),
        run("not positive", tf.cholesky(-singular), fails=True),
        run("not square", tf.matrix_inverse(free), {free: np.ones((2, 3))}, fails=True),
        fails("static not square", lambda: tf.cholesky(m)),
        fails("static sizes", lambda: tf.matrix_solve(singular, m)),
        fails("norm axis", lambda: tf.norm(m, axis=(0, 0))),
        fails("norm order", lambda: tf.norm(m, ord=-1)),
    ]


TOLERANCE = {"float64": 1e-9}
