"""The base class of linear operators: what all can do, from what each must tell."""

import abc

import numpy as np

from minitf import tf_logging
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.framework.tensor_shape import Dimension, dimension_at_index
from minitf.linear_operators import broadcasting
from minitf.module import Module
from minitf.ops import array_ops, check_ops, decomposition_ops, linalg_ops, math_ops


class LinearOperator(Module, abc.ABC):
    """A (batch of) matrices of shape [..., M, N] that need not be there as a tensor.

    A subclass tells its ``_shape()``, ``_shape_tensor()`` and ``_matmul(x, adjoint, adjoint_arg)``.
    All else follows from these through the dense matrix, and is overridden where the structure of
    the matrix knows a shorter way::

        operator = tf.linalg.LinearOperatorDiag([1.0, 2.0, 3.0])
        operator.solve(x)                  # divides by the diagonal
        operator.log_abs_determinant()     # sums logarithms

    The hints ``is_non_singular``, ``is_self_adjoint``, ``is_positive_definite`` and ``is_square``
    are the caller's promises (True or False) or None. They choose algorithms and are not checked
    when run, except by ``assert_non_singular()`` and its like.

    Args:
      dtype: the dtype of the matrix.
      graph_parents: tensors and variables that the operator is made of.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of the names of operations; the class's name by default.

    Raises:
      ValueError: hints that contradict each other.
    """

    def __init__(self, dtype, graph_parents=None, is_non_singular=None, is_self_adjoint=None,
                 is_positive_definite=None, is_square=None, name=None):
        if is_positive_definite:
            if is_non_singular is False:
                raise ValueError("A positive definite matrix is always non-singular.")
            is_non_singular = True
        for hint, adjective in ((is_non_singular, "non-singular"),
                                (is_self_adjoint, "self-adjoint")):
            if hint:
                if is_square is False:
                    raise ValueError(f"A {adjective} matrix is always square.")
                is_square = True
        self._is_square_hint = is_square
        for i, parent in enumerate(graph_parents or []):
            if not (isinstance(parent, Tensor) or broadcasting.is_variable(parent)):
                raise ValueError(f"Graph parent item {i} is not a Tensor; {parent}.")
        self._dtype = dtypes.as_dtype(dtype).base_dtype if dtype else dtype
        self._graph_parents = graph_parents or []
        self._is_non_singular = is_non_singular
        self._is_self_adjoint = is_self_adjoint
        self._is_positive_definite = is_positive_definite
        self._name = name or type(self).__name__

    def _name_scope(self, name=None):
        """The scope of a method's operations: ``<operator>/<method>``."""
        return name_scope(self.name if name is None else f"{self.name}/{name}")

    # ---- what the constructor was told ----

    @property
    def dtype(self):
        """The dtype of the matrix."""
        return self._dtype

    @property
    def name(self):
        """The prefix of the names of this operator's operations."""
        return self._name

    @property
    def graph_parents(self):
        """The tensors and variables that the operator is made of."""
        return self._graph_parents

    @property
    def is_non_singular(self):
        """The hint."""
        return self._is_non_singular

    @property
    def is_self_adjoint(self):
        """The hint."""
        return self._is_self_adjoint

    @property
    def is_positive_definite(self):
        """The hint: the real part of ``adjoint(x) @ A @ x`` is positive for all nonzero x."""
        return self._is_positive_definite

    @property
    def is_square(self):
        """Whether the matrix is square: by hint, by shape, or None.

        Raises:
          ValueError: the hint is False and the shape is square.
        """
        by_shape = self.domain_dimension == self.range_dimension
        if self._is_square_hint is False and by_shape:
            raise ValueError("User set is_square hint to False, but the operator was square.")
        return by_shape if self._is_square_hint is None else self._is_square_hint

    # ---- shapes ----

    @abc.abstractmethod
    def _shape(self):
        raise NotImplementedError("_shape is not implemented.")

    @abc.abstractmethod
    def _shape_tensor(self):
        raise NotImplementedError("_shape_tensor is not implemented.")

    @property
    def shape(self):
        """The static shape [..., M, N]."""
        return self._shape()

    def shape_tensor(self, name="shape_tensor"):
        """The shape [..., M, N] as an int32 tensor."""
        with self._name_scope(name):
            if self.shape.is_fully_defined():
                return broadcasting.shape_tensor(self.shape.as_list())
            return self._shape_tensor()

    @property
    def batch_shape(self):
        """The static shape without the last two dimensions."""
        return self.shape[:-2]

    def batch_shape_tensor(self, name="batch_shape_tensor"):
        """The shape without the last two dimensions, as an int32 tensor."""
        with self._name_scope(name):
            if self.batch_shape.is_fully_defined():
                return broadcasting.shape_tensor(self.batch_shape.as_list(), name="batch_shape")
            return self.shape_tensor()[:-2]

    @property
    def tensor_rank(self):
        """The static number of dimensions, or None."""
        return self.shape.ndims

    def tensor_rank_tensor(self, name="tensor_rank_tensor"):
        """The number of dimensions as an int32 tensor."""
        with self._name_scope(name):
            if self.tensor_rank is not None:
                return convert_to_tensor(self.tensor_rank)
            return array_ops.size(self.shape_tensor())

    @property
    def domain_dimension(self):
        """N, the length of vectors that the operator takes, as a Dimension."""
        return Dimension(None) if self.shape.rank is None else self.shape.dims[-1]

    def domain_dimension_tensor(self, name="domain_dimension_tensor"):
        """N as an int32 tensor."""
        with self._name_scope(name):
            if self.domain_dimension.value is not None:
                return convert_to_tensor(self.domain_dimension.value)
            return self.shape_tensor()[-1]

    @property
    def range_dimension(self):
        """M, the length of vectors that the operator gives, as a Dimension."""
        return self.shape.dims[-2] if self.shape.dims else Dimension(None)

    def range_dimension_tensor(self, name="range_dimension_tensor"):
        """M as an int32 tensor."""
        with self._name_scope(name):
            if self.range_dimension.value is not None:
                return convert_to_tensor(self.range_dimension.value)
            return self.shape_tensor()[-2]

    # ---- checks when run ----

    def assert_non_singular(self, name="assert_non_singular"):
        """An operation that raises InvalidArgumentError unless the matrix can be inverted.

        The matrix counts as singular when the quotient of its largest and smallest singular
        values is above ``1 / (eps * max(100, M, N))``.
        """
        with self._name_scope(name):
            return self._assert_non_singular()

    def _assert_non_singular(self):
        _warn_of_dense("assert_non_singular")
        if self._can_use_cholesky():
            return self.assert_positive_definite()
        values = decomposition_ops.svd(self.to_dense(), compute_uv=False)
        condition = (math_ops.reduce_max(values, axis=-1)
                     / math_ops.reduce_min(values, axis=-1))
        return check_ops.assert_less(condition, self._largest_regular_condition(),
                                     message="Singular matrix up to precision epsilon.")

    def _largest_regular_condition(self):
        with name_scope("max_nonsingular_condition_number"):
            eps = np.finfo(self.dtype.as_numpy_dtype).eps
            sides = [100.0, math_ops.cast(self.range_dimension_tensor(), self.dtype),
                     math_ops.cast(self.domain_dimension_tensor(), self.dtype)]
            eps = math_ops.cast(math_ops.reduce_max(sides), self.dtype) * eps
            return 1.0 / eps

    def assert_positive_definite(self, name="assert_positive_definite"):
        """An operation that raises InvalidArgumentError unless the matrix is positive definite.

        Raises:
          NotImplementedError: the operator is not known to be self-adjoint.
        """
        with self._name_scope(name):
            return self._assert_positive_definite()

    def _assert_positive_definite(self):
        _warn_of_dense("assert_positive_definite")
        if not self.is_self_adjoint:
            raise NotImplementedError("assert_positive_definite is not implemented.")
        return check_ops.assert_positive(
            array_ops.matrix_diag_part(linalg_ops.cholesky(self.to_dense())),
            message="Matrix was not positive definite.")

    def assert_self_adjoint(self, name="assert_self_adjoint"):
        """An operation that raises InvalidArgumentError unless the matrix equals its adjoint."""
        with self._name_scope(name):
            return self._assert_self_adjoint()

    def _assert_self_adjoint(self):
        dense = self.to_dense()
        _warn_of_dense("assert_self_adjoint")
        return check_ops.assert_equal(dense, linalg_ops.adjoint(dense),
                                      message="Matrix was not equal to its adjoint.")

    def _check_input_dtype(self, arg):
        if arg.dtype.base_dtype != self.dtype:
            raise TypeError(f"Expected argument to have dtype {self.dtype}.  "
                            f"Found: {arg.dtype} in tensor {arg}")

    # ---- products ----

    @abc.abstractmethod
    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        raise NotImplementedError("_matmul is not implemented.")

    def matmul(self, x, adjoint=False, adjoint_arg=False, name="matmul"):
        """``A @ x``.

        Args:
          x: a tensor of shape [..., N, R], or an operator.
          adjoint, adjoint_arg: use the conjugate transpose of A, of x.

        Returns:
          A tensor of shape [..., M, R], or an operator.

        Raises:
          ValueError: the shapes do not fit.  TypeError: x has another dtype.
        """
        if isinstance(x, LinearOperator):
            left, right = self._left_and_right(x, adjoint, adjoint_arg, "x")
            with self._name_scope(name), name_scope(None, "Matmul"):
                return _algebra().product(left, right)
        with self._name_scope(name):
            x = convert_to_tensor(x, name="x")
            self._check_argument(x, -2 if adjoint else -1, -1 if adjoint_arg else -2)
            return self._matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _left_and_right(self, other, adjoint, adjoint_arg, what):
        left = self.adjoint() if adjoint else self
        right = other.adjoint() if adjoint_arg else other
        if right.range_dimension != left.domain_dimension:  # None when not known
            raise ValueError(f"Operators are incompatible. Expected `{what}` to have dimension "
                             f"{left.domain_dimension} but got {right.range_dimension}.")
        return left, right

    def _check_argument(self, x, own_axis, axis):
        self._check_input_dtype(x)
        dimension_at_index(self.shape, own_axis).assert_is_compatible_with(x.shape[axis])

    def matvec(self, x, adjoint=False, name="matvec"):
        """``A @ x`` for vectors x of shape [..., N]; of shape [..., M]."""
        with self._name_scope(name):
            x = convert_to_tensor(x, name="x")
            self._check_argument(x, -2 if adjoint else -1, -1)
            return self._matvec(x, adjoint=adjoint)

    def _matvec(self, x, adjoint=False):
        product = self.matmul(array_ops.expand_dims(x, axis=-1), adjoint=adjoint)
        return array_ops.squeeze(product, axis=-1)

    # ---- determinants ----

    def determinant(self, name="det"):
        """The determinants, of shape [...].

        Raises:
          NotImplementedError: the matrix is not square.
        """
        self._refuse_not_square("Determinant")
        with self._name_scope(name):
            return self._determinant()

    def _refuse_not_square(self, what):
        if self.is_square is False:
            raise NotImplementedError(
                f"{what} not implemented for an operator that is expected to not be square.")

    def _determinant(self):
        _warn_of_dense("determinant")
        if self._can_use_cholesky():
            return math_ops.exp(self.log_abs_determinant())
        return linalg_ops.matrix_determinant(self.to_dense())

    def log_abs_determinant(self, name="log_abs_det"):
        """The logarithms of the sizes of the determinants, of shape [...].

        Raises:
          NotImplementedError: the matrix is not square.
        """
        self._refuse_not_square("Determinant")
        with self._name_scope(name):
            return self._log_abs_determinant()

    def _log_abs_determinant(self):
        _warn_of_dense("determinant")
        if self._can_use_cholesky():
            diagonal = array_ops.matrix_diag_part(linalg_ops.cholesky(self.to_dense()))
            return 2 * math_ops.reduce_sum(math_ops.log(diagonal), axis=[-1])
        return linalg_ops.slogdet(self.to_dense())[1]

    # ---- solving ----

    def solve(self, rhs, adjoint=False, adjoint_arg=False, name="solve"):
        """``x`` in ``A @ x = rhs``.

        Args:
          rhs: a tensor of shape [..., M, R], or an operator.
          adjoint, adjoint_arg: use the conjugate transpose of A, of rhs.

        Returns:
          A tensor of shape [..., N, R], or an operator.

        Raises:
          NotImplementedError: the matrix is singular or not square, by hint.
          ValueError: the shapes do not fit.  TypeError: rhs has another dtype.
        """
        if self.is_non_singular is False:
            raise NotImplementedError("Exact solve not implemented for an operator that is "
                                      "expected to be singular.")
        self._refuse_not_square("Exact solve")
        if isinstance(rhs, LinearOperator):
            left, right = self._left_and_right(rhs, adjoint, adjoint_arg, "rhs")
            with self._name_scope(name), name_scope(None, "Solve"):
                return _algebra().solution(left, right)
        with self._name_scope(name):
            rhs = convert_to_tensor(rhs, name="rhs")
            self._check_argument(rhs, -1 if adjoint else -2, -1 if adjoint_arg else -2)
            return self._solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        if self.is_square is False:
            raise NotImplementedError("Solve is not yet implemented for non-square operators.")
        _warn_of_dense("solve")
        rhs = linalg_ops.adjoint(rhs) if adjoint_arg else rhs
        if self._can_use_cholesky():
            return broadcasting.cholesky_solve(linalg_ops.cholesky(self.to_dense()), rhs)
        return broadcasting.matrix_solve(self.to_dense(), rhs, adjoint=adjoint)

    def solvevec(self, rhs, adjoint=False, name="solve"):
        """``x`` in ``A @ x = rhs`` for vectors rhs of shape [..., M]; of shape [..., N]."""
        with self._name_scope(name):
            rhs = convert_to_tensor(rhs, name="rhs")
            self._check_argument(rhs, -1 if adjoint else -2, -1)
            return self._solvevec(rhs, adjoint=adjoint)

    def _solvevec(self, rhs, adjoint=False):
        solution = self.solve(array_ops.expand_dims(rhs, axis=-1), adjoint=adjoint)
        return array_ops.squeeze(solution, axis=-1)

    # ---- operators made of this one ----

    def adjoint(self, name="adjoint"):
        """The operator of the conjugate transpose; this one, when it is self-adjoint by hint."""
        if self.is_self_adjoint is True:
            return self
        with self._name_scope(name), name_scope(None, "Adjoint"):
            return self._adjoint()

    H = property(adjoint, None)

    def _adjoint(self):
        from minitf.linear_operators.adjoint import LinearOperatorAdjoint

        return LinearOperatorAdjoint(self, **self._hints())

    def _hints(self):
        """This operator's hints, as arguments of another that shares them."""
        return {"is_non_singular": self.is_non_singular, "is_self_adjoint": self.is_self_adjoint,
                "is_positive_definite": self.is_positive_definite, "is_square": self.is_square}

    def inverse(self, name="inverse"):
        """The operator of the inverse.

        Raises:
          ValueError: the matrix is singular or not square, by hint.
        """
        for hint, kind in ((self.is_square, "non square"), (self.is_non_singular, "singular")):
            if hint is False:
                raise ValueError(
                    f"Cannot take the Inverse: This operator represents a {kind} matrix.")
        with self._name_scope(name), name_scope(None, "Inverse"):
            return self._inverse()

    def _inverse(self):
        from minitf.linear_operators.inversion import LinearOperatorInversion

        return LinearOperatorInversion(self, **self._hints())

    def cholesky(self, name="cholesky"):
        """The operator of the lower triangular L with ``L @ adjoint(L) = A``.

        Raises:
          ValueError: the matrix is not positive definite and self-adjoint, by hints.
        """
        if not self._can_use_cholesky():
            raise ValueError("Cannot take the Cholesky decomposition: Not a positive definite "
                             "self adjoint matrix.")
        with self._name_scope(name), name_scope(None, "Cholesky"):
            return self._cholesky()

    def _cholesky(self):
        from minitf.linear_operators.lower_triangular import LinearOperatorLowerTriangular

        return LinearOperatorLowerTriangular(
            linalg_ops.cholesky(self.to_dense()), is_non_singular=True, is_self_adjoint=False,
            is_square=True)

    def _can_use_cholesky(self):
        return self.is_self_adjoint and self.is_positive_definite

    # ---- the matrix and parts of it ----

    def to_dense(self, name="to_dense"):
        """The matrix, of shape [..., M, N]."""
        with self._name_scope(name):
            return self._to_dense()

    def _to_dense(self):
        if self.batch_shape.is_fully_defined():
            batch_shape = self.batch_shape
        else:
            batch_shape = self.batch_shape_tensor()
        side = self.domain_dimension.value
        if side is None:
            side = self.domain_dimension_tensor()
        return self.matmul(array_ops.eye(num_rows=side, batch_shape=batch_shape, dtype=self.dtype))

    def diag_part(self, name="diag_part"):
        """The main diagonal, of shape [..., min(M, N)]."""
        with self._name_scope(name):
            return self._diag_part()

    def _diag_part(self):
        return array_ops.matrix_diag_part(self.to_dense())

    def trace(self, name="trace"):
        """The sum of the main diagonal, of shape [...]."""
        with self._name_scope(name):
            return self._trace()

    def _trace(self):
        return math_ops.reduce_sum(self.diag_part(), axis=-1)

    def add_to_tensor(self, x, name="add_to_tensor"):
        """``A + x``, for a tensor x of the dtype of A."""
        with self._name_scope(name):
            x = convert_to_tensor(x, name="x")
            self._check_input_dtype(x)
            return self._add_to_tensor(x)

    def _add_to_tensor(self, x):
        return self.to_dense() + x


def _algebra():
    """The rules for two operators, which know the classes that this one is the base of."""
    from minitf.linear_operators import algebra

    return algebra


def _warn_of_dense(method):
    tf_logging.warn(f"{method} of a LinearOperator: by default it makes the dense matrix and "
                    "takes O(N^3) operations.")
