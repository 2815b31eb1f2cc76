"""Exponentials, pseudo-inverses, ranks and tridiagonal systems against NumPy and SciPy."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf


def uniform(*shape, seed=0):
    return np.random.RandomState(seed).uniform(-1, 1, shape)


def fed(array, shape="rank"):
    """A tensor of known shape, of known rank, or of unknown rank."""
    array = np.asarray(array)
    static = {"known": array.shape, "rank": [None] * array.ndim, "free": None}[shape]
    return tf.placeholder_with_default(tf.constant(array), static)


def run(fetches):
    with tf.Session() as session:
        return session.run(fetches)


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


SHAPES = pytest.mark.parametrize("shape", ["known", "rank", "free"])

# ---- exponential and root ----


@SHAPES
@pytest.mark.parametrize("dtype, rtol", [("float32", 1e-4), ("float64", 1e-11),
                                         ("complex64", 1e-4), ("complex128", 1e-11)])
@pytest.mark.parametrize("scale", [0.001, 0.1, 0.4, 1.0, 3.0, 12.0])
def test_expm(scale, dtype, rtol, shape):
    x = (scale * uniform(2, 3, 3)).astype(dtype)
    value = run(tf.linalg.expm(fed(x, shape)))
    assert value.dtype == dtype
    expected = scipy.linalg.expm(x.astype("complex128"))
    np.testing.assert_allclose(value, expected, rtol=rtol, atol=rtol * np.abs(expected).max())


def test_expm_of_batches_that_need_different_squarings():
    x = uniform(3, 1, 2, 2) * np.array([0.1, 5.0, 40.0])[:, None, None, None]
    np.testing.assert_allclose(run(tf.linalg.expm(x)), scipy.linalg.expm(x), rtol=1e-9)


def test_expm_of_nothing():
    x = tf.zeros([2, 0, 0])
    assert tf.linalg.expm(x) is x


@SHAPES
def test_sqrtm(shape):
    x = uniform(2, 3, 3) + 3 * np.eye(3)
    root = run(tf.linalg.sqrtm(fed(x, shape)))
    np.testing.assert_allclose(root @ root, x, rtol=1e-10, atol=1e-12)


# ---- rank and pseudo-inverse ----


@SHAPES
@pytest.mark.parametrize("rows, cols, rank", [(4, 3, 2), (3, 4, 3), (3, 3, 1), (2, 2, 0)])
def test_pinv_and_rank(rows, cols, rank, shape):
    x = uniform(2, rows, rank) @ uniform(2, rank, cols, seed=1)
    inverse, number = run([tf.linalg.pinv(fed(x, shape)), tf.linalg.matrix_rank(fed(x, shape))])
    np.testing.assert_allclose(inverse, np.linalg.pinv(x, rcond=1e-12), rtol=1e-8, atol=1e-10)
    assert number.dtype == np.int32 and number.tolist() == [rank, rank]


def test_thresholds():
    x = np.diag([4.0, 2.0, 1.0])
    assert run(tf.linalg.matrix_rank(x, tol=1.5)) == 2
    np.testing.assert_array_equal(run(tf.linalg.pinv(x, rcond=0.3)), np.diag([0.25, 0.5, 0.0]))


@pytest.mark.parametrize("function", [tf.linalg.pinv, tf.linalg.matrix_rank])
def test_rank_is_checked(function):
    with pytest.raises(ValueError, match="at least 2 dimensions"):
        function([1.0])
    with pytest.raises(TypeError, match="`float`-like"):
        function(tf.constant([[1]]))
    checked = function(fed(np.ones(3), "free"), validate_args=True)
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 2 dimensions"):
        run(checked)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("ord_", ["euclidean", 1, np.inf])
def test_normalize(ord_, axis):
    x = uniform(2, 3)
    unit, norm = run(tf.linalg.normalize(x, ord_, axis))
    np.testing.assert_allclose(unit * norm, x, rtol=1e-12)
    assert norm.ndim == 2
    np.testing.assert_allclose(run(tf.norm(tf.constant(unit), ord_, axis)), 1.0, rtol=1e-12)


# ---- tridiagonal ----


def dense(diagonals):
    """The matrices of super-, main and subdiagonals."""
    above, main, below = np.moveaxis(diagonals, -2, 0)
    side = main.shape[-1]
    result = np.zeros(main.shape + (side,), diagonals.dtype)
    i = np.arange(side)
    result[..., i, i] = main
    result[..., i[:-1], i[1:]] = above[..., :-1]
    result[..., i[1:], i[:-1]] = below[..., 1:]
    return result


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 3), st.sampled_from([(), (2,), (2, 3)]),
       st.sampled_from(["float32", "float64", "complex128"]), st.integers(0, 99))
def test_tridiagonal(side, columns, batch, dtype, seed):
    diagonals = uniform(*batch, 3, side, seed=seed).astype(dtype)
    diagonals[..., 1, :] += np.where(np.arange(side) % 2, 0.0, 2.0).astype(dtype)
    matrix, rhs = dense(diagonals), uniform(*batch, side, columns, seed=seed + 1).astype(dtype)
    if np.linalg.cond(matrix).max() > 1e3:
        return
    with tf.Graph().as_default():
        solution, product = run([tf.linalg.tridiagonal_solve(fed(diagonals), fed(rhs)),
                                 tf.linalg.tridiagonal_matmul(fed(diagonals), fed(rhs))])
    rtol = 1e-3 if dtype == "float32" else 1e-9
    assert solution.dtype == product.dtype == dtype
    np.testing.assert_allclose(solution, np.linalg.solve(matrix, rhs), rtol=rtol, atol=rtol)
    np.testing.assert_allclose(product, matrix @ rhs, rtol=1e-5, atol=1e-5)


def test_rows_are_exchanged():
    diagonals = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 2.0, 3.0]])
    rhs = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(run(tf.linalg.tridiagonal_solve(fed(diagonals), fed(rhs))),
                               np.linalg.solve(dense(diagonals), rhs), atol=1e-12)
    refused = tf.linalg.tridiagonal_solve(fed(diagonals), fed(rhs), partial_pivoting=False)
    with pytest.raises(tf.errors.InvalidArgumentError, match="requires pivoting"):
        run(refused)


@pytest.mark.parametrize("diagonals, message", [
    (np.zeros((3, 1)), "it is a scalar with value zero"), (np.zeros((3, 2)), "is not invertible"),
    (np.zeros((2, 2)), r"Expected diagonals of shape \[..., 3, M\]"),
    (np.ones((1, 3, 2)), "Expected diagonals of shape")])
def test_tridiagonal_solve_errors(diagonals, message):
    free = tf.placeholder_with_default(tf.constant(diagonals), None)
    solution = tf.raw_ops.TridiagonalSolve(diagonals=free, rhs=np.ones((diagonals.shape[-1], 1)))
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(solution)


def test_tridiagonal_matmul_errors():
    parts = {name: fed(np.ones((1, 3)), "free") for name in ("maindiag", "subdiag")}
    product = tf.raw_ops.TridiagonalMatMul(superdiag=fed(np.ones((1, 2)), "free"),
                                           rhs=fed(np.ones((3, 1)), "free"), **parts)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected superdiag of shape"):
        run(product)


def test_tensordot_of_a_scalar():
    """The result is built, as the scalar's rank is no matter to a transposition in any order."""
    product = tf.tensordot(tf.placeholder(tf.float32), 2.0, 1)
    assert product.shape.ndims is None
    with pytest.raises(IndexError):
        tf.tensordot(tf.placeholder(tf.float32, [3]), 2.0, 1)
