"""Linear operators against the dense matrices that they stand for, by NumPy."""

import numpy as np
import pytest
import scipy.linalg

import minitf as tf

L = tf.linalg


def uniform(*shape, seed=0):
    return np.random.RandomState(seed).uniform(-1, 1, shape)


def fed(array, shape="known"):
    """A tensor of known shape, of known rank, or of unknown rank."""
    array = np.asarray(array)
    static = {"known": array.shape, "rank": [None] * array.ndim, "free": None}[shape]
    return tf.placeholder_with_default(tf.constant(array), static)


def run(fetches, graph=None):
    with tf.Session(graph=graph) as session:
        return session.run(fetches)


MATRIX = uniform(2, 3, 3) + 2 * np.eye(3)
POSITIVE = MATRIX @ MATRIX.transpose(0, 2, 1)
DIAG, COL, ROW = uniform(3) + 2.0, uniform(3), uniform(3, seed=1)
U, V = uniform(3, 2), uniform(3, 2, seed=2)
SPECTRUM = uniform(2, 3) + 1j * uniform(2, 3, seed=3)
REFLECTION = np.eye(3) - 2 * np.outer(COL, COL) / np.dot(COL, COL)


def circulant2d(spectrum):
    rows, cols = spectrum.shape
    units = np.eye(rows * cols).reshape(rows * cols, rows, cols)
    columns = np.fft.ifft2(spectrum * np.fft.fft2(units)).reshape(rows * cols, -1)
    return columns.T


def full(matrix, shape, **hints):
    return L.LinearOperatorFullMatrix(fed(matrix, shape), is_square=True, **hints)


def positive():
    return full(POSITIVE[0], "known", is_self_adjoint=True, is_positive_definite=True)


# name: (a function of how much of shapes is known that makes the operator, its matrix)
STRUCTURES = {
    "full": (lambda s: full(MATRIX, s), MATRIX),
    "positive": (lambda s: full(POSITIVE, s, is_self_adjoint=True, is_positive_definite=True),
                 POSITIVE),
    "diag": (lambda s: L.LinearOperatorDiag(fed(DIAG, s), is_positive_definite=True),
             np.diag(DIAG)),
    "complex diag": (lambda s: L.LinearOperatorDiag(fed(COL + 1j * ROW, s)),
                     np.diag(COL + 1j * ROW)),
    "lower triangular": (lambda s: L.LinearOperatorLowerTriangular(fed(MATRIX, s)),
                         np.tril(MATRIX)),
    "identity": (lambda s: L.LinearOperatorIdentity(3, [2], dtype=tf.float64),
                 np.stack([np.eye(3)] * 2)),
    "scaled identity": (lambda s: L.LinearOperatorScaledIdentity(
        3, fed([2.0, -0.5], s), is_non_singular=True),
        np.eye(3) * np.array([2.0, -0.5])[:, None, None]),
    "householder": (lambda s: L.LinearOperatorHouseholder(fed(COL, s)), REFLECTION),
    "circulant": (lambda s: L.LinearOperatorCirculant(
        fed(SPECTRUM[0], s), input_output_dtype=tf.complex128),
        scipy.linalg.circulant(np.fft.ifft(SPECTRUM[0]))),
    "circulant 2D": (lambda s: L.LinearOperatorCirculant2D(
        fed(SPECTRUM, s), input_output_dtype=tf.complex128), circulant2d(SPECTRUM)),
    "circulant 3D": (lambda s: L.LinearOperatorCirculant3D(
        fed(SPECTRUM[None], s), input_output_dtype=tf.complex128), circulant2d(SPECTRUM)),
    "toeplitz": (lambda s: L.LinearOperatorToeplitz(fed(COL, s), fed(ROW, s)),
                 scipy.linalg.toeplitz(COL, ROW)),
    "low rank update": (lambda s: L.LinearOperatorLowRankUpdate(
        L.LinearOperatorDiag(fed(DIAG, s)), fed(U, s), fed(ROW[:2], s), fed(V, s)),
        np.diag(DIAG) + U @ np.diag(ROW[:2]) @ V.T),
    "positive update": (lambda s: L.LinearOperatorLowRankUpdate(
        L.LinearOperatorDiag(fed(DIAG, s), is_positive_definite=True), fed(U, s)),
        np.diag(DIAG) + U @ U.T),
    "inversion": (lambda s: L.LinearOperatorInversion(full(MATRIX, s)), np.linalg.inv(MATRIX)),
    "adjoint": (lambda s: L.LinearOperatorAdjoint(full(MATRIX, s)), MATRIX.transpose(0, 2, 1)),
    "composition": (lambda s: L.LinearOperatorComposition(
        [full(MATRIX, s), L.LinearOperatorDiag(fed(DIAG, s))]), MATRIX @ np.diag(DIAG)),
    "block diag": (lambda s: L.LinearOperatorBlockDiag(
        [full(MATRIX[0], s), L.LinearOperatorDiag(fed(DIAG, s))]),
        scipy.linalg.block_diag(MATRIX[0], np.diag(DIAG))),
    "kronecker": (lambda s: L.LinearOperatorKronecker(
        [full(MATRIX[0, :2, :2], s), L.LinearOperatorDiag(fed(DIAG, s))]),
        np.kron(MATRIX[0, :2, :2], np.diag(DIAG))),
}


def both(name, shape):
    """The operator, its matrix, a tensor for right-hand sides, and their array."""
    make, matrix = STRUCTURES[name]
    operator = make(shape)
    x = uniform(matrix.shape[-1], 2, seed=5).astype(matrix.dtype)
    return operator, matrix, fed(x, "known" if shape == "known" else "rank"), x


def close(got, expected):
    expected = np.asarray(expected)
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got, np.broadcast_to(expected, got.shape), rtol=1e-7, atol=1e-8)


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


@pytest.fixture(params=["known", "rank", "free"])
def shape(request):
    return request.param


@pytest.mark.parametrize("name", STRUCTURES)
def test_shapes(name, shape):
    operator, matrix, *_ = both(name, shape)
    assert operator.shape.is_compatible_with(matrix.shape)
    if shape == "known":
        assert operator.shape.as_list() == list(matrix.shape)
        assert operator.tensor_rank == matrix.ndim
    values = run([operator.shape_tensor(), operator.batch_shape_tensor(),
                  operator.domain_dimension_tensor(), operator.range_dimension_tensor(),
                  operator.tensor_rank_tensor()])
    assert [value.tolist() for value in values] == [
        list(matrix.shape), list(matrix.shape[:-2]), matrix.shape[-1], matrix.shape[-2],
        matrix.ndim]


@pytest.mark.parametrize("adjoint", [False, True])
@pytest.mark.parametrize("name", STRUCTURES)
def test_products_and_solutions(name, shape, adjoint):
    operator, matrix, x, value = both(name, shape)
    used = np.conj(matrix.swapaxes(-1, -2)) if adjoint else matrix
    transposed = fed(np.conj(value.T), "known" if shape == "known" else "rank")
    product, product_of_adjoint, solution, solution_of_adjoint, vector, solved_vector = run([
        operator.matmul(x, adjoint), operator.matmul(transposed, adjoint, adjoint_arg=True),
        operator.solve(x, adjoint), operator.solve(transposed, adjoint, adjoint_arg=True),
        operator.matvec(x[:, 0], adjoint), operator.solvevec(x[:, 0], adjoint)])
    close(product, used @ value)
    close(product_of_adjoint, used @ value)
    close(solution, np.linalg.solve(used, value))
    close(solution_of_adjoint, np.linalg.solve(used, value))
    close(vector, used @ value[:, 0])
    close(solved_vector, np.linalg.solve(used, value)[..., 0])


@pytest.mark.parametrize("name", STRUCTURES)
def test_parts(name, shape):
    operator, matrix, _, _ = both(name, shape)
    addend = uniform(*matrix.shape, seed=7).astype(matrix.dtype)
    dense, diagonal, trace, sum_, determinant, log_size = run([
        operator.to_dense(), operator.diag_part(), operator.trace(),
        operator.add_to_tensor(fed(addend)), operator.determinant(),
        operator.log_abs_determinant()])
    close(dense, matrix)
    close(diagonal, np.diagonal(matrix, axis1=-2, axis2=-1))
    close(trace, np.trace(matrix, axis1=-2, axis2=-1))
    close(sum_, matrix + addend)
    close(determinant, np.linalg.det(matrix))
    np.testing.assert_allclose(np.real(log_size),
                               np.broadcast_to(np.linalg.slogdet(matrix)[1], log_size.shape),
                               rtol=1e-8, atol=1e-12)


# The adjoint and inverse of a circulant operator have complex64 numbers, as in TensorFlow 1.15.
@pytest.mark.parametrize("name", [name for name in STRUCTURES if name != "circulant"])
def test_adjoint_and_inverse(name, shape):
    operator, matrix, x, value = both(name, shape)
    close(run(operator.adjoint().to_dense()), np.conj(matrix.swapaxes(-1, -2)))
    close(run(operator.H.matmul(x)), np.conj(matrix.swapaxes(-1, -2)) @ value)
    close(run(operator.inverse().matmul(x)), np.linalg.solve(matrix, value))
    assert operator.inverse().is_square in (True, None)


@pytest.mark.parametrize("operator, matrix", [
    (lambda: L.LinearOperatorDiag(DIAG, is_positive_definite=True), np.diag(DIAG)),
    (lambda: full(POSITIVE, "known", is_self_adjoint=True, is_positive_definite=True), POSITIVE),
    (lambda: L.LinearOperatorScaledIdentity(3, np.float64(2.0), is_positive_definite=True),
     2.0 * np.eye(3)),
    (lambda: L.LinearOperatorIdentity(3, dtype=tf.float64), np.eye(3)),
    (lambda: L.LinearOperatorKronecker([positive()] * 2), np.kron(POSITIVE[0], POSITIVE[0])),
    (lambda: L.LinearOperatorBlockDiag([positive()] * 2), np.kron(np.eye(2), POSITIVE[0]))])
def test_cholesky(operator, matrix):
    close(run(operator().cholesky().to_dense()), np.linalg.cholesky(matrix))


def test_zeros():
    square = L.LinearOperatorZeros(3, batch_shape=[2])
    wide = L.LinearOperatorZeros(2, 3, is_square=False, is_self_adjoint=False)
    x = tf.ones([3, 4])
    values = run([square.matmul(x), square.to_dense(), square.trace(), square.determinant(),
                  square.add_to_tensor(tf.ones([3, 3])), wide.matmul(x), wide.diag_part(),
                  wide.matmul(tf.ones([2, 4]), adjoint=True), wide.matmul(tf.ones([4, 3]),
                                                                        adjoint_arg=True)])
    for value, expected in zip(values, [(2, 3, 4), (2, 3, 3), (2,), (2,), (2, 3, 3), (2, 4), (2,),
                                        (3, 4), (2, 4)]):
        assert value.shape == expected
    assert values[4].min() == 1 and not any(value.any() for i, value in enumerate(values)
                                            if i != 4)


OPERATORS = {
    "diag": lambda: L.LinearOperatorDiag(DIAG),
    "triangle": lambda: L.LinearOperatorLowerTriangular(MATRIX[0]),
    "scaled": lambda: L.LinearOperatorScaledIdentity(3, np.float64(2.0)),
    "identity": lambda: L.LinearOperatorIdentity(3, dtype=tf.float64),
    "full": lambda: L.LinearOperatorFullMatrix(MATRIX),
    "inverse": lambda: L.LinearOperatorFullMatrix(MATRIX, is_square=True).inverse(),
}


@pytest.mark.parametrize("left", OPERATORS)
@pytest.mark.parametrize("right", OPERATORS)
def test_products_of_operators(left, right):
    a, b = OPERATORS[left](), OPERATORS[right]()
    matrices = run([a.to_dense(), b.to_dense()])
    close(run(a.matmul(b).to_dense()), matrices[0] @ matrices[1])
    close(run(a.solve(b).to_dense()), np.linalg.solve(*np.broadcast_arrays(*matrices)))
    close(run(a.matmul(b, adjoint=True, adjoint_arg=True).to_dense()),
          matrices[0].swapaxes(-1, -2) @ matrices[1].swapaxes(-1, -2))


@pytest.mark.parametrize("a, b, kind", [
    ("diag", "diag", "Diag"), ("diag", "scaled", "Diag"), ("scaled", "diag", "Diag"),
    ("diag", "triangle", "LowerTriangular"), ("triangle", "diag", "LowerTriangular"),
    ("identity", "full", "FullMatrix"), ("full", "identity", "FullMatrix"),
    ("full", "diag", "Composition")])
def test_products_keep_structure(a, b, kind):
    product = OPERATORS[a]().matmul(OPERATORS[b]())
    assert type(product).__name__ == "LinearOperator" + kind


def test_functions_of_operators():
    diag, matrix, x = L.LinearOperatorDiag(DIAG, is_positive_definite=True), np.diag(DIAG), U
    triangle = L.LinearOperatorLowerTriangular(MATRIX)
    close(run(tf.matmul(diag, x)), matrix @ x)
    close(run(tf.matmul(x, diag, adjoint_a=True)), x.T @ matrix)
    close(run(tf.linalg.solve(diag, x)), np.linalg.solve(matrix, x))
    close(run(tf.linalg.det(triangle)), np.linalg.det(np.tril(MATRIX)))
    close(run(tf.linalg.logdet(diag)), np.log(np.prod(DIAG)))
    close(run(tf.linalg.inv(diag).to_dense()), np.linalg.inv(matrix))
    close(run(tf.linalg.trace(triangle)), np.trace(MATRIX, axis1=1, axis2=2))
    close(run(tf.linalg.diag_part(triangle)), np.diagonal(MATRIX, axis1=1, axis2=2))
    close(run(tf.linalg.cholesky(diag).to_dense()), np.sqrt(matrix))
    assert isinstance(tf.linalg.adjoint(triangle), L.LinearOperatorAdjoint)


def test_other_errors_of_functions_stay():
    with pytest.raises(ValueError, match="Only one of transpose_a and adjoint_a"):
        tf.matmul(U, U, transpose_a=True, adjoint_a=True)
    with pytest.raises(TypeError):
        tf.linalg.det(object())


CHECKS = [
    (lambda: L.LinearOperatorDiag(fed([1.0, 0.0])), "assert_non_singular", "Singular operator"),
    (lambda: L.LinearOperatorDiag(fed([1.0, -1.0])), "assert_positive_definite",
     "Real diagonal operator had non-positive"),
    (lambda: L.LinearOperatorDiag(fed([1.0j])), "assert_self_adjoint", "non-zero imaginary"),
    (lambda: L.LinearOperatorFullMatrix(fed(np.ones((2, 2)))), "assert_non_singular",
     "Singular matrix up to precision epsilon"),
    (lambda: L.LinearOperatorFullMatrix(fed(MATRIX)), "assert_self_adjoint",
     "not equal to its adjoint"),
    (lambda: L.LinearOperatorLowerTriangular(fed([[0.0]])), "assert_non_singular", "Singular"),
    (lambda: L.LinearOperatorScaledIdentity(2, fed(0.0)), "assert_non_singular", "singular"),
    (lambda: L.LinearOperatorScaledIdentity(2, fed(-1.0)), "assert_positive_definite",
     "not positive definite"),
    (lambda: L.LinearOperatorScaledIdentity(2, fed(1j)), "assert_self_adjoint", "not self-adj"),
    (lambda: L.LinearOperatorCirculant(fed([1.0, 0.0])), "assert_non_singular", "zero values"),
    (lambda: L.LinearOperatorCirculant(fed([1.0, -1.0])), "assert_positive_definite",
     "Real part of spectrum"),
    (lambda: L.LinearOperatorCirculant(fed([1.0, 1j])), "assert_self_adjoint",
     "non-zero imaginary part"),
    (lambda: L.LinearOperatorCirculant(fed([1.0, 1j]), tf.complex128),
     "assert_hermitian_spectrum", "Spectrum was not Hermitian"),
    (lambda: L.LinearOperatorToeplitz(fed(COL), fed(ROW)), "assert_self_adjoint",
     "row and col are not the same"),
    (lambda: L.LinearOperatorBlockDiag([L.LinearOperatorDiag(fed([0.0]))]),
     "assert_non_singular", "zero values"),
    (lambda: L.LinearOperatorKronecker([L.LinearOperatorDiag(fed([0.0]))]),
     "assert_non_singular", "zero values"),
]


@pytest.mark.parametrize("make, check, message", CHECKS)
def test_checks_fail_when_run(make, check, message):
    operation = getattr(make(), check)()
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(operation)


@pytest.mark.parametrize("name", ["positive", "identity", "diag", "positive update", "householder"])
def test_checks_pass(name):
    operator, *_ = both(name, "rank")
    checks = [operator.assert_non_singular()]
    if name != "positive update":  # rounding makes it not quite equal to its adjoint
        checks.append(operator.assert_self_adjoint())
    if name != "householder":
        checks.append(operator.assert_positive_definite())
    assert run(checks) == [None] * len(checks)


def test_variables_are_read_anew():
    variable = tf.Variable(DIAG, use_resource=True)
    operator = L.LinearOperatorDiag(variable)
    trace = operator.trace()
    with tf.Session() as session:
        session.run(variable.initializer)
        close(session.run(trace), DIAG.sum())
        session.run(variable.assign(2.0 * DIAG))
        close(session.run(trace), 2.0 * DIAG.sum())
    assert operator.variables == operator.trainable_variables == (variable,)
    block = L.LinearOperatorBlockDiag([operator])
    assert block.submodules == (operator,) and block.variables == (variable,)


class Reversal(L.LinearOperator):
    """The matrix that reverses vectors: a subclass with no more than it needs."""

    def __init__(self, side):
        self._side = side
        super().__init__(tf.float64, is_square=True)

    def _shape(self):
        return tf.TensorShape([self._side, self._side])

    def _shape_tensor(self):
        return tf.constant([self._side, self._side])

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return tf.reverse(tf.linalg.adjoint(x) if adjoint_arg else x, axis=[-2])


def test_own_subclass():
    operator, matrix = Reversal(3), np.eye(3)[::-1]
    close(run(operator.to_dense()), matrix)
    close(run(operator.solve(U)), matrix @ U)
    close(run(operator.determinant()), np.linalg.det(matrix))
    close(run(operator.inverse().matmul(operator).to_dense()), np.eye(3))
    close(run(tf.matmul(operator, U)), U[::-1])


@pytest.mark.parametrize("hints", [
    dict(is_positive_definite=True, is_non_singular=False),
    dict(is_non_singular=True, is_square=False), dict(is_self_adjoint=True, is_square=False)])
def test_contradicting_hints(hints):
    with pytest.raises(ValueError, match="always"):
        L.LinearOperatorFullMatrix(MATRIX, **hints)


def test_hints_that_follow():
    operator = L.LinearOperatorFullMatrix(MATRIX, is_positive_definite=True)
    assert operator.is_non_singular and operator.is_square and operator.is_self_adjoint is None
    composition = L.LinearOperatorComposition([operator, operator])
    assert composition.is_non_singular and composition.is_positive_definite is None
    assert L.LinearOperatorBlockDiag([operator]).is_positive_definite
    assert operator.inverse().is_positive_definite and operator.inverse().inverse() is operator
    assert operator.adjoint().adjoint() is operator
