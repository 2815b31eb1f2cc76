"""Two operators in one: products and solutions that stay structured, and tf.linalg's functions."""

from minitf.framework import dispatch
from minitf.linear_operators.circulant import LinearOperatorCirculant
from minitf.linear_operators.composition import LinearOperatorComposition
from minitf.linear_operators.diag import LinearOperatorDiag
from minitf.linear_operators.identity import LinearOperatorIdentity, LinearOperatorScaledIdentity
from minitf.linear_operators.inversion import LinearOperatorInversion
from minitf.linear_operators.lower_triangular import LinearOperatorLowerTriangular
from minitf.linear_operators.operator import LinearOperator
from minitf.linear_operators.zeros import LinearOperatorZeros
from minitf.ops import array_ops, linalg_ops, math_ops

# ---- hints of two operators together ----


def _both_square(a, b):
    if a.is_square and b.is_square:
        return True
    if a.is_square is False and b.is_square is False:
        return a.range_dimension == b.domain_dimension
    if a.is_square != b.is_square and a.is_square is not None:
        return False
    return None


def _both_non_singular(a, b):
    if a.is_non_singular is False or b.is_non_singular is False:
        return False
    return a.is_non_singular and b.is_non_singular


def _hints_of_commuting(a, b):
    """Hints of the product of two operators that commute."""
    self_adjoint = None
    if a.is_self_adjoint and b.is_self_adjoint:
        self_adjoint = True
    elif {a.is_self_adjoint, b.is_self_adjoint} == {True, False}:
        self_adjoint = False
    both_positive = all(hint is True for hint in (
        a.is_positive_definite, a.is_self_adjoint, b.is_positive_definite, b.is_self_adjoint))
    return {"is_non_singular": _both_non_singular(a, b), "is_self_adjoint": self_adjoint,
            "is_positive_definite": True if both_positive else None, "is_square": True}


def _composed(a, b, operators):
    is_square = _both_square(a, b)
    if is_square is False:
        hints = dict.fromkeys(["is_non_singular", "is_self_adjoint", "is_positive_definite"],
                              False)
    else:
        hints = {"is_non_singular": _both_non_singular(a, b) if is_square else None}
    return LinearOperatorComposition(operators, is_square=is_square, **hints)


# ---- products ----


def product(a, b):
    """The operator ``a @ b``, with the structure that both have."""
    return _first_rule(_PRODUCTS, a, b)


def _first_rule(rules, a, b):
    for a_type, b_type, rule in rules:
        if isinstance(a, a_type) and isinstance(b, b_type):
            return rule(a, b)
    raise ValueError(f"No rule for {type(a)} and {type(b)}")


def _diagonals_product(a, b):
    return LinearOperatorDiag(a.diag * b.diag, **_hints_of_commuting(a, b))


def _scaled_diagonal(diagonal, scaled):
    return LinearOperatorDiag(diagonal.diag * scaled.multiplier,
                              **_hints_of_commuting(diagonal, scaled))


def _triangle_with_rows_scaled(diagonal, triangle):
    return _triangle(diagonal.diag[..., None] * triangle.to_dense(), diagonal, triangle)


def _triangle_with_columns_scaled(triangle, diagonal):
    return _triangle(triangle.to_dense() * diagonal.diag, diagonal, triangle)


def _triangle(tril, diagonal, triangle):
    hints = {**_hints_of_commuting(diagonal, triangle), "is_positive_definite": None}
    return LinearOperatorLowerTriangular(tril, **hints)


def _circulants_product(a, b):
    return LinearOperatorCirculant(a.spectrum * b.spectrum, **_hints_of_commuting(a, b))


def _zeros_product(zeros, other):
    if not zeros.is_square or not other.is_square:
        raise ValueError("Matmul with non-square `LinearOperator`s or non-square "
                         "`LinearOperatorZeros` not supported at this time.")
    return zeros


# The first rule whose classes fit is taken.
_PRODUCTS = [
    (LinearOperatorDiag, LinearOperatorDiag, _diagonals_product),
    (LinearOperatorDiag, LinearOperatorScaledIdentity, _scaled_diagonal),
    (LinearOperatorScaledIdentity, LinearOperatorDiag, lambda a, b: _scaled_diagonal(b, a)),
    (LinearOperatorDiag, LinearOperatorLowerTriangular, _triangle_with_rows_scaled),
    (LinearOperatorLowerTriangular, LinearOperatorDiag, _triangle_with_columns_scaled),
    (LinearOperatorCirculant, LinearOperatorCirculant, _circulants_product),
    (LinearOperatorIdentity, LinearOperator, lambda a, b: b),
    (LinearOperator, LinearOperatorIdentity, lambda a, b: a),
    (LinearOperatorZeros, LinearOperator, _zeros_product),
    (LinearOperator, LinearOperatorZeros, lambda a, b: _zeros_product(b, a)),
    (LinearOperator, LinearOperator, lambda a, b: _composed(a, b, [a, b])),
]

# ---- solutions ----


def solution(a, b):
    """The operator ``inverse(a) @ b``, with the structure that both have."""
    return _first_rule(_SOLUTIONS, a, b)


_SOLUTIONS = [
    (LinearOperatorDiag, LinearOperatorDiag, lambda a, b: LinearOperatorDiag(
        b.diag / a.diag, **_hints_of_commuting(a, b))),
    (LinearOperatorDiag, LinearOperatorScaledIdentity, lambda a, b: LinearOperatorDiag(
        b.multiplier / a.diag, **_hints_of_commuting(a, b))),
    (LinearOperatorScaledIdentity, LinearOperatorDiag, lambda a, b: LinearOperatorDiag(
        b.diag / a.multiplier, **_hints_of_commuting(b, a))),
    (LinearOperatorDiag, LinearOperatorLowerTriangular, lambda a, b: _triangle(
        b.to_dense() / a.diag[..., None], a, b)),
    (LinearOperatorCirculant, LinearOperatorCirculant, lambda a, b: LinearOperatorCirculant(
        b.spectrum / a.spectrum, **_hints_of_commuting(a, b))),
    (LinearOperatorInversion, LinearOperator, lambda a, b: a.operator.matmul(b)),
    (LinearOperatorIdentity, LinearOperator, lambda a, b: b),
    (LinearOperator, LinearOperator, lambda a, b: _composed(
        a, b, [LinearOperatorInversion(a), b])),
]

# ---- tf.linalg's functions of operators ----


@dispatch.for_types(linalg_ops.adjoint, LinearOperator)
def _adjoint(matrix, name=None):
    return matrix.adjoint(name)


@dispatch.for_types(linalg_ops.cholesky, LinearOperator)
def _cholesky(input, name=None):
    return input.cholesky(name)


@dispatch.for_types(array_ops.matrix_diag_part, LinearOperator)
def _diag_part(input, name="diag_part", k=0, padding_value=0):
    return input.diag_part(name)


@dispatch.for_types(linalg_ops.matrix_determinant, LinearOperator)
def _det(input, name=None):
    return input.determinant(name)


@dispatch.for_types(linalg_ops.matrix_inverse, LinearOperator)
def _inverse(input, adjoint=False, name=None):
    inverse = input.inverse(name)
    return inverse.adjoint() if adjoint else inverse


@dispatch.for_types(linalg_ops.logdet, LinearOperator)
def _logdet(matrix, name=None):
    if matrix.is_positive_definite and matrix.is_self_adjoint:
        return matrix.log_abs_determinant(name)
    raise ValueError("Expected matrix to be self-adjoint positive definite.")


@dispatch.for_types(math_ops.matmul, LinearOperator)
def _matmul(a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False,
            a_is_sparse=False, b_is_sparse=False, name=None):
    if transpose_a or transpose_b:
        raise ValueError("Transposing not supported at this time.")
    if a_is_sparse or b_is_sparse:
        raise ValueError("Sparse methods not supported at this time.")
    if isinstance(a, LinearOperator):
        return a.matmul(b, adjoint=adjoint_a, adjoint_arg=adjoint_b, name=name)
    product = b.matmul(a, adjoint=not adjoint_b, adjoint_arg=not adjoint_a, name=name)
    return linalg_ops.adjoint(product)


@dispatch.for_types(linalg_ops.matrix_solve, LinearOperator)
def _solve(matrix, rhs, adjoint=False, name=None):
    if not isinstance(matrix, LinearOperator):
        raise ValueError("Passing in `matrix` as a Tensor and `rhs` as a LinearOperator is not "
                         "supported.")
    return matrix.solve(rhs, adjoint=adjoint, name=name)


@dispatch.for_types(math_ops.trace, LinearOperator)
def _trace(x, name=None):
    return x.trace(name)
