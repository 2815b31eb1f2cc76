"""Linear operators: what each structure builds, their algebra, tf.linalg's functions of them."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    L = tf.linalg  # noqa: N806
    rng = np.random.RandomState(1)
    steps, results = [], []

    def c(*shape):
        return tf.constant(np.round(rng.uniform(-1, 1, shape), 3), tf.float64)

    x = c(3, 2)
    full = L.LinearOperatorFullMatrix(c(2, 3, 3), is_square=True)
    diag = L.LinearOperatorDiag(c(3), is_non_singular=True)
    positive = L.LinearOperatorDiag([1.0, 2.0, 3.0], is_positive_definite=True)
    triangle = L.LinearOperatorLowerTriangular(c(3, 3))
    scaled = L.LinearOperatorScaledIdentity(3, c())
    zeros = L.LinearOperatorZeros(3, batch_shape=[2], dtype=tf.float64)
    spectrum = tf.constant([1.0 + 2.0j, 3.0, 0.5j], tf.complex64)
    operators = [
        full, diag, triangle, scaled, zeros, L.LinearOperatorHouseholder(c(3)),
        L.LinearOperatorIdentity(3, batch_shape=[2], dtype=tf.float64),
        L.LinearOperatorToeplitz(c(3), c(3)),
        L.LinearOperatorComposition([diag, triangle]),
        L.LinearOperatorBlockDiag([L.LinearOperatorDiag(c(2)), scaled])]
    for i, operator in enumerate(operators[:9]):
        results += [operator.matmul(x, adjoint=i % 2 == 1), operator.log_abs_determinant()
                    if i == 1 else operator.trace()]
    results += [triangle.solve(x), full.solvevec(x[:, 0]), operators[9].to_dense(),
                L.LinearOperatorCirculant(spectrum).matmul(tf.ones([3, 1], tf.complex64)),
                L.LinearOperatorCirculant2D(spectrum[None, :]).determinant()]
    # products and solutions that keep the structure, and functions of operators
    made = [diag.matmul(diag), diag.matmul(scaled), diag.matmul(triangle), full.matmul(diag),
            diag.solve(triangle), full.solve(diag), full.inverse(), full.adjoint(),
            positive.cholesky(), scaled.inverse(), tf.matmul(zeros, full, adjoint_b=True),
            tf.linalg.inv(diag, adjoint=True)]
    steps.append(seen("made", [
        [type(operator).__name__, operator.name, str(operator.shape), operator.is_non_singular,
         operator.is_self_adjoint, operator.is_positive_definite, operator.is_square]
        for operator in operators + made]))
    results += [tf.matmul(diag, x), tf.matmul(x, full, adjoint_a=True), tf.linalg.det(triangle),
                tf.linalg.logdet(positive), tf.linalg.solve(diag, x), tf.linalg.trace(full),
                tf.linalg.diag_part(full)]
    # variables are read when a method needs them
    rows = tf.placeholder(tf.int32, [])
    w = tf.get_variable("w", initializer=np.array([2.0, 3.0]))
    v = tf.get_variable("v", initializer=np.ones((2, 1)), use_resource=True)
    update = L.LinearOperatorLowRankUpdate(L.LinearOperatorDiag(w, is_non_singular=True), v)
    loss = tf.reduce_sum(update.solvevec(x[:2, 0]))
    results += [loss, tf.gradients(loss, [w, v]),
                L.LinearOperatorIdentity(rows, assert_proper_shapes=True).to_dense()]
    steps += [
        seen("variables", [[item.name for item in update.variables],
                           [item.name for item in update.submodules]]),
        run("initialize", tf.global_variables_initializer()),
        run("results", results, {rows: 2}),
        run("singular", L.LinearOperatorDiag(w * [0.0, 1.0]).assert_non_singular(), fails=True),
    ]
    tall = L.LinearOperatorFullMatrix(c(3, 2))
    return steps + [fails("error %d" % i, call) for i, call in enumerate([
        lambda: diag.matmul(c(2, 2)), lambda: diag.matmul(tf.ones([3, 1])),
        lambda: tall.determinant(), lambda: tall.solve(x), lambda: tall.inverse(),
        lambda: full.cholesky(), lambda: diag.assert_positive_definite(),
        lambda: zeros.solve(x), lambda: tall.matmul(diag),
        lambda: zeros.assert_non_singular(), lambda: tf.linalg.logdet(full),
        lambda: tf.matmul(full, x, transpose_a=True),
        lambda: L.LinearOperatorFullMatrix(c(2, 2), is_square=False).is_square,
        lambda: L.LinearOperatorDiag([1.0], is_self_adjoint=False),
        lambda: L.LinearOperatorDiag([1.0], is_positive_definite=True, is_non_singular=False),
        lambda: L.LinearOperatorIdentity(-1), lambda: L.LinearOperatorIdentity(2.0),
        lambda: L.LinearOperatorInversion(tall), lambda: L.LinearOperatorBlockDiag([tall]),
        lambda: L.LinearOperatorKronecker([]),
        lambda: L.LinearOperatorLowRankUpdate(diag, c(2, 2))])]


TOLERANCE = {"float64": 1e-9, "complex64": 1e-4, "float32": 1e-5}
