"""Matrix products, contractions, linear algebra and special functions against NumPy and SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.framework import errors
from minitf.ops import (
    bitwise_ops,
    decomposition_ops,
    einsum_ops,
    linalg_ops,
    matmul_ops,
    special_ops,
)


def run(*fetches):
    """The values of tensors of one graph; of one tensor, its value."""
    with tf.Session(graph=fetches[0].graph) as session:
        values = session.run(list(fetches))
    return values[0] if len(values) == 1 else values


def fed(array, shape="free"):
    """A tensor whose value no static rule knows."""
    array = np.asarray(array)
    return tf.placeholder_with_default(tf.constant(array),
                                       [None] * array.ndim if shape == "free" else shape)


def uniform(*shape, seed=0):
    return np.random.RandomState(seed).uniform(-1, 1, shape)


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


# ---- products ----


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_matmul(data):
    m, k, n = (data.draw(st.integers(0, 3)) for _ in range(3))
    batches = data.draw(st.sampled_from([((), ()), ((2,), (2,)), ((2,), ()), ((), (3,)),
                                         ((2, 1), (3,))]))
    transpose_a, transpose_b = data.draw(st.booleans()), data.draw(st.booleans())
    a, b = uniform(*batches[0], m, k), uniform(*batches[1], k, n, seed=1)
    expected = a @ b
    if transpose_a:
        a = a.swapaxes(-1, -2)
    if transpose_b:
        b = b.swapaxes(-1, -2)
    with tf.Graph().as_default():
        for shape in ("free", None):
            c = tf.matmul(fed(a, shape), fed(b, shape), transpose_a, transpose_b)
            value = run(c)
            assert c.shape.is_compatible_with(value.shape) and value.shape == expected.shape
            np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "int32", "int64", "complex64"])
def test_matmul_keeps_the_dtype(dtype):
    a = np.arange(6).reshape(2, 3).astype(dtype)
    value = run(tf.matmul(fed(a), fed(a), adjoint_b=True))
    assert value.dtype == dtype
    np.testing.assert_array_equal(value, (a @ a.conj().T).astype(dtype))


@pytest.mark.parametrize("a, b, message", [
    ((2, 3), (2, 3), "In\\[0\\] mismatch In\\[1\\] shape: 3 vs. 2"),
    ((2, 3, 4), (3, 4, 5), "must have compatible batch dimensions"),
    ((3,), (3, 4), r"In\[0\] ndims must be >= 2: 1")])
def test_matmul_errors(a, b, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        run(tf.matmul(fed(uniform(*a), None), fed(uniform(*b), None)))


def test_matrices_that_do_not_fit():
    with pytest.raises(errors.InvalidArgumentError,
                       match=r"Matrix size-incompatible: In\[0\]: \[2,3\], In\[1\]: \[2,3\]"):
        run(tf.matmul(fed(uniform(2, 3)), fed(uniform(2, 3))))
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 3 and 2 for 'MatMul"):
        tf.matmul(tf.zeros([2, 3]), tf.zeros([2, 3]))


def test_cross_and_trace():
    a, b = uniform(2, 3), uniform(2, 3, seed=1)
    np.testing.assert_allclose(run(tf.cross(fed(a), fed(b))), np.cross(a, b))
    with pytest.raises(errors.FailedPreconditionError, match="only defined for 3-element vectors"):
        run(tf.cross(fed(uniform(2)), fed(uniform(2))))
    np.testing.assert_allclose(run(matmul_ops.trace(fed(uniform(2, 3, 3)))),
                               np.trace(uniform(2, 3, 3), axis1=1, axis2=2))


# ---- contractions ----


@pytest.mark.parametrize("a, b, axes", [
    ((2, 3), (3, 4), 1), ((2, 3, 4), (3, 4, 5), 2), ((2, 3, 4), (4, 3, 5), [[1, 2], [1, 0]]),
    ((2, 3, 4), (5, 2), [0, 1]), ((2, 3), (3, 2), [[-1, 0], [0, 1]]), ((2,), (3,), 0)], ids=str)
@pytest.mark.parametrize("shape", ["known", "free", None])
def test_tensordot(a, b, axes, shape):
    a, b = uniform(*a), uniform(*b, seed=1)
    tensors = [tf.constant(x) if shape == "known" else fed(x, shape) for x in (a, b)]
    np.testing.assert_allclose(run(einsum_ops.tensordot(*tensors, axes)), np.tensordot(a, b, axes),
                               rtol=1e-12)


@pytest.mark.parametrize("equation, shapes", [
    ("ij,jk->ik", [(2, 3), (3, 4)]), ("ij,jk", [(2, 3), (3, 4)]), ("ij->ji", [(2, 3)]),
    ("ij->j", [(2, 3)]), ("ij->", [(2, 3)]), ("i,j->ij", [(2,), (3,)]), ("i,i->", [(3,), (3,)]),
    ("bij,bjk->bik", [(5, 2, 3), (5, 3, 4)]), ("bqhd,bkhd->bhqk", [(2, 3, 4, 5), (2, 6, 4, 5)]),
    ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]), ("...ij,jk->...ik", [(5, 2, 3), (3, 4)]),
    ("...i,...i->...", [(5, 3), (3,)]), ("i,i,i->", [(3,), (3,), (3,)]), ("ii", [(3, 3)]),
    ("ijk,ijl->kl", [(2, 3, 4), (2, 3, 5)]), ("ba,ca", [(2, 3), (4, 3)])])
@pytest.mark.filterwarnings("ignore:Falling back")
def test_einsum(equation, shapes):
    arrays = [uniform(*shape, seed=i) for i, shape in enumerate(shapes)]
    value = run(einsum_ops.einsum(equation, *map(fed, arrays)))
    np.testing.assert_allclose(value, np.einsum(equation, *arrays), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("equation, count, message", [
    ("ij,jk->ik", 1, "Got 1 arguments for equation"), ("i1->i", 1, "Indices have incorrect format"),
    ("iij->i", 1, "an axis appears more than once"), ("ij->ik", 1, "Invalid equation: ij->ik"),
    ("ijk,jk->i", 2, "Tensor t0 of rank 2 does not match"), ("i.j->ij", 1, 'period "." found')])
def test_einsum_errors(equation, count, message):
    with pytest.raises(ValueError, match=message):
        einsum_ops.einsum(equation, *[tf.zeros([2, 2])] * count)


# ---- linear algebra ----

POSITIVE = uniform(2, 3, 3) @ uniform(2, 3, 3).swapaxes(-1, -2) + np.eye(3)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
def test_solving(dtype):
    matrix = POSITIVE.astype(dtype)
    if dtype == "complex128":
        skew = 1j * (uniform(2, 3, 3) - uniform(2, 3, 3).swapaxes(-1, -2))
        matrix = matrix + 0.1 * skew
    rhs = uniform(2, 3, 2, seed=1).astype(dtype)
    a, b = fed(matrix), fed(rhs)
    chol, inverse, x, adjoint_x = run(
        linalg_ops.cholesky(a), linalg_ops.matrix_inverse(a), linalg_ops.matrix_solve(a, b),
        linalg_ops.matrix_solve(a, b, adjoint=True))
    close = {"rtol": 1e-4 if dtype == "float32" else 1e-10, "atol": 1e-5}
    assert all(value.dtype == dtype for value in (chol, inverse, x))
    np.testing.assert_allclose(chol @ chol.conj().swapaxes(-1, -2), matrix, **close)
    np.testing.assert_allclose(inverse @ matrix, np.broadcast_to(np.eye(3), (2, 3, 3)), **close)
    np.testing.assert_allclose(matrix @ x, rhs, **close)
    np.testing.assert_allclose(matrix.conj().swapaxes(-1, -2) @ adjoint_x, rhs, **close)


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("adjoint", [True, False])
def test_triangular_solve_reads_one_triangle(lower, adjoint):
    matrix, rhs = POSITIVE, uniform(2, 3, 2)
    x = run(linalg_ops.matrix_triangular_solve(fed(matrix), fed(rhs), lower, adjoint))
    triangle = np.tril(matrix) if lower else np.triu(matrix)
    np.testing.assert_allclose((triangle.swapaxes(-1, -2) if adjoint else triangle) @ x, rhs,
                               rtol=1e-10)


@pytest.mark.parametrize("function, message", [
    (linalg_ops.matrix_inverse, "Input is not invertible."),
    (lambda a: linalg_ops.matrix_solve(a, a), "Input matrix is not invertible."),
    (lambda a: linalg_ops.cholesky(-a), "Cholesky decomposition was not successful"),
    (lambda a: decomposition_ops.lu(a).p, "Input is not invertible."),
    (lambda a: linalg_ops.cholesky(a[:1]), "Input matrix must be square.")])
def test_matrices_without_inverse(function, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        run(function(fed([[1.0, 2.0], [2.0, 4.0]], None)))


def test_determinants():
    det, (sign, log_size) = run(linalg_ops.matrix_determinant(fed(POSITIVE)),
                                linalg_ops.slogdet(fed(POSITIVE)))
    np.testing.assert_allclose(det, np.linalg.det(POSITIVE))
    np.testing.assert_allclose(sign * np.exp(log_size), det)


@pytest.mark.parametrize("shape", [(3, 3), (2, 3), (4, 2), (2, 4, 3)], ids=str)
@pytest.mark.parametrize("full", [True, False])
def test_svd_and_qr(shape, full):
    a = uniform(*shape)
    s, u, v = decomposition_ops.svd(fed(a), full_matrices=full)
    q, r = decomposition_ops.qr(fed(a), full_matrices=full)
    static = [tensor.shape for tensor in decomposition_ops.svd(tf.constant(a), full_matrices=full)]
    values = run(s, u, v, q, r)
    assert [list(value.shape) for value in values[:3]] == [item.as_list() for item in static]
    s, u, v, q, r = values
    p = s.shape[-1]
    np.testing.assert_allclose(
        (u[..., :p] * s[..., None, :]) @ v[..., :p].swapaxes(-1, -2), a, atol=1e-12)
    np.testing.assert_allclose(q @ r, a, atol=1e-12)


def test_eigenvectors_and_lu():
    e, v = decomposition_ops.self_adjoint_eig(fed(POSITIVE))
    e, v = run(e, v)
    np.testing.assert_allclose(POSITIVE @ v, v * e[:, None, :], atol=1e-12)
    lu, p = run(*decomposition_ops.lu(fed(uniform(2, 3, 3))))
    lower = np.tril(lu, -1) + np.eye(3)
    np.testing.assert_allclose(lower @ np.triu(lu),
                               np.take_along_axis(uniform(2, 3, 3), p[..., None], 1), atol=1e-12)


def test_matrix_functions():
    scipy_linalg = pytest.importorskip("scipy.linalg")
    root = run(decomposition_ops.matrix_square_root(fed(POSITIVE)))
    np.testing.assert_allclose(root @ root, POSITIVE, rtol=1e-10)
    logarithm = run(decomposition_ops.matrix_logarithm(fed(POSITIVE.astype(complex))))
    np.testing.assert_allclose(scipy_linalg.expm(logarithm[0]), POSITIVE[0], atol=1e-10)


@pytest.mark.parametrize("shape", [(4, 2), (2, 4)], ids=str)
@pytest.mark.parametrize("l2_regularizer", [0.0, 0.5])
@pytest.mark.parametrize("known", [True, False])
def test_least_squares(shape, l2_regularizer, known):
    a, b = uniform(*shape), uniform(shape[0], 2, seed=1)
    matrix = tf.constant(a) if known else fed(a)
    x = run(linalg_ops.matrix_solve_ls(matrix, tf.constant(b), l2_regularizer))
    ridge = a.T @ a + l2_regularizer * np.eye(shape[1])
    np.testing.assert_allclose(x, np.linalg.pinv(ridge) @ a.T @ b, rtol=1e-8, atol=1e-10)
    if not l2_regularizer:
        slow = run(linalg_ops.matrix_solve_ls(tf.constant(a), tf.constant(b), fast=False))
        np.testing.assert_allclose(slow, x, rtol=1e-8)


@pytest.mark.parametrize("how", [
    {}, {"ord": 1}, {"ord": 3}, {"ord": np.inf, "axis": 0}, {"ord": 2, "axis": -1},
    {"ord": "fro", "axis": (0, 1)}, {"ord": 1, "axis": (0, 1)}, {"ord": np.inf, "axis": (0, 1)},
    {"axis": 1, "keepdims": True}, {"ord": 2, "axis": (0, 1)},
    {"ord": 2, "axis": [-2, -1], "keepdims": True}], ids=str)
def test_norm(how):
    x = uniform(2, 3)
    numpy_how = {**how, "ord": None if how.get("ord", "euclidean") == "euclidean" else how["ord"]}
    if isinstance(how.get("axis"), list):
        numpy_how["axis"] = tuple(how["axis"])
    source = x.ravel() if "axis" not in how else x
    np.testing.assert_allclose(run(linalg_ops.norm(fed(x), **how)),
                               np.linalg.norm(source, **numpy_how), rtol=1e-10)


@pytest.mark.parametrize("how, error", [
    ({"axis": (0, 0)}, ValueError), ({"ord": -1}, ValueError), ({"ord": "fro"}, ValueError),
    ({"ord": 3, "axis": (0, 1)}, ValueError)])
def test_norm_errors(how, error):
    with pytest.raises(error):
        linalg_ops.norm(tf.zeros([2, 3]), **how)


# ---- bits ----


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-2**31, 2**31 - 1), st.integers(-40, 40)), min_size=1))
def test_bits(pairs):
    x, y = np.array(pairs, np.int64).T.astype(np.int32)
    with tf.Graph().as_default():
        a, b = fed(x), fed(y)
        values = run(bitwise_ops.bitwise_and(a, b), bitwise_ops.bitwise_or(a, b),
                     bitwise_ops.bitwise_xor(a, b), bitwise_ops.invert(a),
                     bitwise_ops.population_count(a), bitwise_ops.left_shift(a, b),
                     bitwise_ops.right_shift(a, b))
    distance = np.clip(y, 0, 31)
    expected = [x & y, x | y, x ^ y, ~x, [bin(int(i) & 0xffffffff).count("1") for i in x],
                x << distance, x >> distance]
    for value, array in zip(values, expected):
        np.testing.assert_array_equal(value, array)


# ---- special functions ----


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name, scipy_name", [
    ("erf", "erf"), ("erfc", "erfc"), ("lgamma", "gammaln"), ("digamma", "psi"),
    ("bessel_i0e", "i0e"), ("bessel_i1e", "i1e"), ("bessel_i0", "i0"), ("bessel_i1", "i1")])
def test_special_functions(name, scipy_name, dtype):
    special = pytest.importorskip("scipy.special")
    x = np.array([0.3, 1.5, 4.0], dtype)
    value = run(getattr(special_ops, name)(fed(x)))
    assert value.dtype == dtype
    np.testing.assert_allclose(value, getattr(special, scipy_name)(x.astype(np.float64)),
                               rtol=20 * np.finfo(dtype).eps, atol=np.finfo(dtype).tiny)


def test_gradient_of_igamma_by_its_order():
    special = pytest.importorskip("scipy.special")
    a, x = np.array([0.3, 1.0, 2.5, 7.0]), np.array([[0.1, 1.0, 3.0, 60.0]]).T
    tensor = fed(a)
    gradient, = tf.gradients(special_ops.igamma(tensor, fed(x)), tensor)
    h = 1e-6
    numeric = (special.gammainc(a + h, x) - special.gammainc(a - h, x)) / (2 * h)
    np.testing.assert_allclose(run(gradient), numeric.sum(axis=0), rtol=1e-6)


def test_poles():
    value = run(special_ops.digamma(fed(np.float32([0, -1, -1.5]))))
    np.testing.assert_allclose(value, [np.inf, np.inf, 0.70315664], rtol=1e-5)
