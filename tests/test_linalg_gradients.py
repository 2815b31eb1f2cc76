"""Gradients of matrix functions against central differences, to second order."""

import numpy as np
import pytest

import minitf as tf
from minitf.testing import check_gradients


def uniform(*shape, seed=0):
    return np.random.RandomState(seed).uniform(-1, 1, shape)


def regular(*batch, side=3):
    """Matrices far from singular."""
    return uniform(*batch, side, side) + 2.5 * np.eye(side)


def positive(x):
    """A positive definite matrix of any square one: only such are perturbed."""
    return tf.matmul(x, x, transpose_b=True) + 0.5 * tf.eye(3, dtype=tf.float64)


def symmetric(x):
    return x + tf.matrix_transpose(x)


# Distinct eigenvalues, so that eigenvectors have derivatives.
SPREAD = np.diag([1.0, 3.0, 6.0]) + 0.2 * uniform(3, 3)

FUNCTIONS = {
    "matmul": (tf.matmul, [uniform(2, 3), uniform(3, 2)]),
    "batch matmul": (lambda x, y: tf.matmul(x, y, adjoint_a=True),
                     [uniform(2, 3, 2), uniform(1, 3, 2)]),
    "tensordot": (lambda x, y: tf.tensordot(x, y, [[0], [1]]), [uniform(3, 2), uniform(2, 3)]),
    "einsum": (lambda x, y: tf.einsum("bij,bkj->bki", x, y), [uniform(2, 2, 3), uniform(2, 2, 3)]),
    "cholesky": (lambda x: tf.cholesky(positive(x)), [uniform(3, 3)]),
    "cholesky_solve": (lambda x, y: tf.cholesky_solve(tf.cholesky(positive(x)), y),
                       [uniform(3, 3), uniform(3, 2)]),
    "inverse": (tf.matrix_inverse, [regular(2)]),
    "determinant": (tf.matrix_determinant, [regular(2)]),
    "slogdet": (lambda x: tf.linalg.slogdet(x)[1], [regular()]),
    "logdet": (lambda x: tf.linalg.logdet(positive(x)), [uniform(3, 3)]),
    "solve": (tf.matrix_solve, [regular(), uniform(3, 2)]),
    "solve adjoint": (lambda x, y: tf.matrix_solve(x, y, adjoint=True),
                      [regular(), uniform(3, 2)]),
    "triangular_solve": (lambda x, y: tf.matrix_triangular_solve(x, y, lower=False),
                         [regular(), uniform(3, 2)]),
    "lstsq": (lambda x, y: tf.matrix_solve_ls(x, y, 0.3), [uniform(4, 2), uniform(4, 1)]),
    "lstsq wide": (lambda x, y: tf.matrix_solve_ls(x, y, 0.3), [uniform(2, 3), uniform(2, 1)]),
    "eigvalsh": (lambda x: tf.self_adjoint_eigvals(symmetric(x)), [SPREAD]),
    # Signs of vectors are not determined: squares are.
    "eigh": (lambda x: tf.square(tf.self_adjoint_eig(symmetric(x))[1]), [SPREAD]),
    "singular values": (lambda x: tf.svd(x, compute_uv=False), [uniform(3, 2)]),
    "svd": (lambda x: [tf.square(y) for y in tf.svd(x)[1:]], [SPREAD]),
    "svd wide": (lambda x: [tf.square(y) for y in tf.svd(x)[1:]], [uniform(2, 3)]),
    "qr": (lambda x: list(tf.qr(x)), [regular()]),
    "qr tall": (lambda x: list(tf.qr(x)), [uniform(4, 2)]),
    "sqrtm": (lambda x: tf.linalg.sqrtm(x), [SPREAD]),
    "expm": (tf.linalg.expm, [uniform(2, 2, 2)]),
    "expm, squared": (lambda x: tf.linalg.expm(4.0 * x), [uniform(2, 2)]),
    "pinv": (tf.linalg.pinv, [uniform(3, 2)]),
    "tridiagonal_solve": (tf.linalg.tridiagonal_solve, [uniform(3, 4), uniform(4, 2)]),
    "tridiagonal_matmul": (tf.linalg.tridiagonal_matmul, [uniform(2, 3, 4), uniform(2, 4, 2)]),
    "norm": (lambda x: tf.norm(x, axis=1), [uniform(2, 3)]),
    "norm 3": (lambda x: tf.norm(x, ord=3, axis=0), [uniform(2, 3) + 2.0]),
    "normalize": (lambda x: tf.linalg.normalize(x, axis=-1)[0], [uniform(2, 3)]),
    "trace": (lambda x: tf.trace(x) ** 2.0, [uniform(2, 3, 3)]),
    "cross": (tf.cross, [uniform(2, 3), uniform(2, 3, seed=1)]),
}

# TensorFlow's second derivatives of these are not right, and so are not ours: the gradient of
# MatrixInverse disregards `adjoint`, which determinants' gradients set.
FIRST_ORDER = {"determinant", "slogdet"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradient(name):
    function, inputs = FUNCTIONS[name]
    with tf.Graph().as_default():
        check_gradients(function, inputs, order=1 if name in FIRST_ORDER else 2, rtol=1e-5,
                        atol=1e-6, max_elements=4)


@pytest.mark.parametrize("make, order", [
    (lambda x: tf.linalg.LinearOperatorFullMatrix(x, is_square=True), 1),  # by a determinant
    (lambda x: tf.linalg.LinearOperatorLowerTriangular(x), 2),
    (lambda x: tf.linalg.LinearOperatorDiag(x[0]), 2),
    (lambda x: tf.linalg.LinearOperatorLowRankUpdate(
        tf.linalg.LinearOperatorIdentity(3, dtype=tf.float64), x[:, :1]), 2)])
def test_gradient_through_an_operator(make, order):
    def function(x, y):
        operator = make(x)
        return [operator.matmul(y), operator.solve(y), operator.log_abs_determinant()]

    with tf.Graph().as_default():
        check_gradients(function, [regular(), uniform(3, 2)], order=order, rtol=1e-5, atol=1e-6,
                        max_elements=4)


@pytest.mark.parametrize("function, message", [
    (lambda x: tf.svd(tf.cast(x, tf.complex128))[1], "not implemented for complex"),
    (lambda x: tf.svd(tf.placeholder_with_default(x, [None, 3]))[1], "unknown inner matrix shape"),
    (lambda x: tf.qr(x[:2])[0], "ncols > nrows"),
    (lambda x: tf.svd(x[:, :1], full_matrices=True)[1], "abs(m - n) > 1"),
    (lambda x: tf.qr(tf.placeholder_with_default(x, None))[0], "dynamic shapes")])
def test_gradients_that_tensorflow_has_not(function, message):
    with tf.Graph().as_default():
        x = tf.constant(regular())
        with pytest.raises(NotImplementedError) as caught:
            tf.gradients(tf.abs(function(x)), x)
    assert message in str(caught.value)
