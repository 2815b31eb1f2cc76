"""What linear operators share: arguments, run-time checks, and solving with batches that broadcast.

MatrixSolve and its kin want equal batch dimensions.
"""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops import array_ops, check_ops, control_flow_ops, linalg_ops, math_ops
from minitf.variable_base import Variable

# ---- arguments ----


def is_variable(x):
    return isinstance(x, Variable)


def tensor_or_variable(value, name):
    """``value`` as a tensor; a variable as it is, to be read anew by each method."""
    return value if is_variable(value) else convert_to_tensor(value, name=name)


def refuse_variable(x, arg_name):
    """Raises TypeError for a variable where a number is needed."""
    if is_variable(x):
        raise TypeError(f"Argument {arg_name} cannot be reference type. Found: {type(x)}")


def shape_tensor(shape, name=None):
    """A shape as a tensor; the empty one is of int32, too."""
    is_empty = isinstance(shape, (tuple, list)) and not shape
    return convert_to_tensor(shape, dtype=dtypes.int32 if is_empty else None, name=name)


def combined_hint(operator, hint, given, message):
    """The hint of a wrapped operator and that which was given, either of which may be None.

    Raises:
      ValueError: they contradict each other.
    """
    own = getattr(operator, hint)
    if (own is False and given) or (own and given is False):
        raise ValueError(message)
    if own or given:
        return True
    return False if own is False or given is False else None


# ---- checks when run ----


def assert_no_zeros(x, message):
    """An operation that fails when run if ``x`` has zeros."""
    with name_scope("assert_no_entries_with_modulus_zero", values=[x]):
        x = convert_to_tensor(x, name="x")
        sizes = math_ops.abs(x)
        zero = convert_to_tensor(0, dtype=x.dtype.base_dtype.real_dtype)
        return check_ops.assert_less(zero, sizes, message=message)


def assert_real(x, message):
    """An operation that fails when run if ``x`` has imaginary parts."""
    with name_scope("assert_zero_imag_part", values=[x]):
        x = convert_to_tensor(x, name="x")
        if x.dtype.base_dtype.is_floating:
            return control_flow_ops.no_op()
        zero = convert_to_tensor(0, dtype=x.dtype.base_dtype.real_dtype)
        return check_ops.assert_equal(zero, math_ops.imag(x), message=message)


def with_compatible_rows(operator, x):
    """``x``, after a check that it has as many rows as the operator has columns."""
    check = check_ops.assert_equal(
        array_ops.shape(x)[-2], operator.domain_dimension_tensor(),
        message="Dimensions are not compatible.  "
                "shape[-2] of argument to be the same as this operator")
    return control_flow_ops.with_dependencies([check], x)


# ---- batches ----


def broadcast_batches(matrices):
    """Batches of matrices, with their leading dimensions broadcast to one shape.

    Raises:
      ValueError: one has fewer than two dimensions, or the shapes do not fit.
    """
    with name_scope("broadcast_matrix_batch_dims", values=matrices):
        matrices = [convert_to_tensor(matrix) for matrix in matrices]
        for matrix in matrices:
            if matrix.shape.ndims is not None and matrix.shape.ndims < 2:
                raise ValueError("Expected [batch] matrix to have at least two dimensions.  "
                                 f"Found: {matrix}")
        if len(matrices) < 2:
            return matrices
        batch = matrices[0].shape[:-2]
        for matrix in matrices[1:]:
            batch = array_ops.broadcast_static_shape(batch, matrix.shape[:-2])
        if batch.is_fully_defined():
            return [matrix if matrix.shape[:-2] == batch else _with_batch(matrix, batch.as_list())
                    for matrix in matrices]
        batch = array_ops.shape(matrices[0])[:-2]
        for matrix in matrices[1:]:
            batch = array_ops.broadcast_dynamic_shape(batch, array_ops.shape(matrix)[:-2])
        return [_with_batch(matrix, batch) for matrix in matrices]


def _with_batch(matrix, batch):
    shape = array_ops.concat([batch, array_ops.shape(matrix)[-2:]], axis=0)
    return array_ops.broadcast_to(matrix, shape)


def cholesky_solve(chol, rhs):
    """``linalg_ops.cholesky_solve``, with batches that broadcast."""
    with name_scope(None, "CholeskySolveWithBroadcast", [chol, rhs]):
        chol, rhs = broadcast_batches([chol, rhs])
        return linalg_ops.cholesky_solve(chol, rhs)


def matrix_solve(matrix, rhs, adjoint=False):
    """``linalg_ops.matrix_solve``, with batches that broadcast."""
    with name_scope(None, "MatrixSolveWithBroadcast", [matrix, rhs]):
        matrix = convert_to_tensor(matrix, name="matrix")
        rhs = convert_to_tensor(rhs, name="rhs", dtype=matrix.dtype)
        matrix, rhs, restore, is_adjoint = _with_batch_as_columns(matrix, rhs, adjoint)
        matrix, rhs = broadcast_batches([matrix, rhs])
        return restore(linalg_ops.matrix_solve(matrix, rhs, adjoint=adjoint and not is_adjoint))


def matrix_triangular_solve(matrix, rhs, lower=True, adjoint=False):
    """``linalg_ops.matrix_triangular_solve``, with batches that broadcast."""
    with name_scope(None, "MatrixTriangularSolve", [matrix, rhs]):
        matrix = convert_to_tensor(matrix, name="matrix")
        rhs = convert_to_tensor(rhs, name="rhs", dtype=matrix.dtype)
        matrix, rhs, restore, is_adjoint = _with_batch_as_columns(matrix, rhs, adjoint)
        if is_adjoint and adjoint:
            lower = not lower
        matrix, rhs = broadcast_batches([matrix, rhs])
        return restore(linalg_ops.matrix_triangular_solve(
            matrix, rhs, lower=lower, adjoint=adjoint and not is_adjoint))


def _with_batch_as_columns(a, b, adjoint):
    """Batch dimensions that only ``b`` has, moved to the end of ``b`` and into its columns.

    One system with many right-hand sides is faster than many systems with one matrix, when the
    matrix is larger than the number of columns.

    Returns:
      The matrix, which is its adjoint if the fourth result is True; the right-hand sides; a
      function that brings a solution back to the shape of ``b``; and whether anything was moved.
    """
    untouched = a, b, lambda solution: solution, False
    if a.shape.ndims is None or b.shape.ndims is None or a.shape.ndims >= b.shape.ndims:
        return untouched
    extra = b.shape.ndims - a.shape.ndims
    array_ops.shape(b)[:extra]  # TensorFlow's graph has these, unused
    array_ops.shape(b)[extra:]
    extra_dims = b.shape[:extra]
    if extra_dims.is_fully_defined():
        side = a.shape[-2 if adjoint else -1]
        if np.prod(extra_dims.as_list()) < 2 or side <= b.shape[-1]:
            return untouched
    if adjoint:
        a = linalg_ops.adjoint(a)
    extra_shape = array_ops.shape(b)[:extra]
    main_shape = array_ops.shape(b)[extra:]
    order = np.roll(np.arange(b.shape.ndims), -extra)
    moved = array_ops.transpose(b, perm=order)
    columns = array_ops.reshape(moved, array_ops.concat((main_shape[:-1], [-1]), 0))

    def restore(solution):
        shape = array_ops.concat(
            (array_ops.shape(solution)[:-1], [main_shape[-1]], extra_shape), 0)
        return array_ops.transpose(array_ops.reshape(solution, shape), perm=np.argsort(order))

    return a, columns, restore, True
