"""Matrix products: of matrices, of batches of them, with sparsity hints, and contractions."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.dispatch import dispatched
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import (
    UNKNOWN,
    broadcast_shape,
    merge_dims,
    merge_shapes,
    with_rank,
    with_rank_at_least,
)
from minitf.ops.elementwise import list_text
from minitf.ops.type_lists import REAL_NUMBERS

_NUMBERS = "bfloat16 half float double int32 int64 complex64 complex128"

# ---- the public function ----


@dispatched
def matmul(a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False,
           a_is_sparse=False, b_is_sparse=False, name=None):
    """The matrix product ``a @ b`` (TF ops: MatMul, BatchMatMulV2, SparseMatMul).

    Tensors of higher rank are batches of matrices, whose leading dimensions broadcast.

    Args:
      a, b: tensors of one dtype and of rank 2 or more.
      transpose_a, transpose_b: use the transpose of the (last two dimensions of the) matrix.
      adjoint_a, adjoint_b: use the conjugate transpose.
      a_is_sparse, b_is_sparse: hints that the matrix has many zeros.

    Raises:
      ValueError: both transposed and adjoint, or inner dimensions that differ.
    """
    with name_scope(name, "MatMul", [a, b]) as scope:
        if transpose_a and adjoint_a:
            raise ValueError("Only one of transpose_a and adjoint_a can be True.")
        if transpose_b and adjoint_b:
            raise ValueError("Only one of transpose_b and adjoint_b can be True.")
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        if not a_is_sparse and not b_is_sparse and (_may_be_batch(a) or _may_be_batch(b)):
            if transpose_a:
                a, adjoint_a = math_ops.conj(a), True
            if transpose_b:
                b, adjoint_b = math_ops.conj(b), True
            return BatchMatMulV2(a, b, adj_x=adjoint_a, adj_y=adjoint_b, name=scope)
        if adjoint_a:
            a, transpose_a = math_ops.conj(a), True
        if adjoint_b:
            b, transpose_b = math_ops.conj(b), True
        if _suits_sparse_matmul(a, b, a_is_sparse or b_is_sparse):
            product = SparseMatMul(a, b, transpose_a=transpose_a, transpose_b=transpose_b,
                                   a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=scope)
            if a.dtype == b.dtype == dtypes.bfloat16:
                return math_ops.cast(product, dtypes.bfloat16)
            return product
        return MatMul(a, b, transpose_a=transpose_a, transpose_b=transpose_b, name=scope)


def _may_be_batch(tensor):
    rank = tensor.shape.ndims
    return rank is None or rank > 2


def _suits_sparse_matmul(a, b, hinted):
    kinds = (dtypes.bfloat16, dtypes.float32)
    if dtypes.bfloat16 in (a.dtype, b.dtype) and a.dtype != b.dtype:
        return True
    return hinted and a.dtype in kinds and b.dtype in kinds


def matvec(a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False,
           name=None):
    """The product of (batches of) matrices and vectors: ``matmul(a, b[..., newaxis])``."""
    with name_scope(name, "MatVec", [a, b]):
        product = matmul(a, array_ops.expand_dims(b, axis=-1), transpose_a=transpose_a,
                         adjoint_a=adjoint_a, a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse)
        return array_ops.squeeze(product, axis=-1)


def sparse_matmul(a, b, transpose_a=False, transpose_b=False, a_is_sparse=False, b_is_sparse=False,
                  name=None):
    """``matmul`` of float32 matrices with hints of many zeros (TF op: SparseMatMul)."""
    return SparseMatMul(a, b, transpose_a=transpose_a, transpose_b=transpose_b,
                        a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=name)


def product(a, b):
    """``a @ b`` of arrays; float16 is multiplied and summed as float32, then rounded."""
    if a.dtype == np.float16:
        return np.matmul(a.astype(np.float32), b.astype(np.float32)).astype(np.float16)
    return np.matmul(a, b)


# ---- MatMul ----

MatMul = op("MatMul(a: T, b: T; transpose_a: bool = False, transpose_b: bool = False, T)"
            " -> (product: T)", T=_NUMBERS)


def _matrix_product_shape(a, b, transpose_a, transpose_b):
    a, b = with_rank(a.shape, 2)._dims, with_rank(b.shape, 2)._dims
    rows, inner_a = a[::-1] if transpose_a else a
    inner_b, cols = b[::-1] if transpose_b else b
    merge_dims(inner_a, inner_b)
    return TensorShape._from_tuple((rows, cols))


MatMul.shape(_matrix_product_shape)


@MatMul.kernel
def _(a, b, transpose_a, transpose_b):
    if np.ndim(a) != 2 or np.ndim(b) != 2:
        raise ValueError("not matrices")  # np.matmul would take vectors; `explain` tells which
    return product(a.T if transpose_a else a, b.T if transpose_b else b)


@MatMul.expression
def _(a, b, transpose_a, transpose_b, T):
    return None if T == dtypes.float16 else f"{a}{'.T' * transpose_a} @ {b}{'.T' * transpose_b}"


@MatMul.explain
def _(a, b, transpose_a, transpose_b):
    for i, matrix in enumerate((a, b)):
        if np.ndim(matrix) != 2:
            return f"In[{i}] is not a matrix. Instead it has shape {list_text(np.shape(matrix))}"
    return (f"Matrix size-incompatible: In[0]: {list_text(np.shape(a))}, "
            f"In[1]: {list_text(np.shape(b))}")


@MatMul.gradient
def _(op, grad):
    a, b = math_ops.conj(op.inputs[0]), math_ops.conj(op.inputs[1])
    t_a, t_b = op._attrs["transpose_a"], op._attrs["transpose_b"]
    if not t_a and not t_b:
        return MatMul(grad, b, transpose_b=True), MatMul(a, grad, transpose_a=True)
    if not t_a and t_b:
        return MatMul(grad, b), MatMul(grad, a, transpose_a=True)
    if t_a and not t_b:
        return MatMul(b, grad, transpose_b=True), MatMul(a, grad)
    return (MatMul(b, grad, transpose_a=True, transpose_b=True),
            MatMul(grad, a, transpose_a=True, transpose_b=True))


# ---- BatchMatMul, BatchMatMulV2 ----

BatchMatMul = op("BatchMatMul(x: T, y: T; T, adj_x: bool = False, adj_y: bool = False)"
                 " -> (output: T)", T=_NUMBERS)
BatchMatMulV2 = op("BatchMatMulV2(x: T, y: T; T, adj_x: bool = False, adj_y: bool = False)"
                   " -> (output: T)", T=_NUMBERS)


def _batch_product_shape(x, y, adj_x, adj_y, combine):
    """The shape of a batch of products; ``combine`` makes one batch shape of two."""
    x, y = with_rank_at_least(x.shape, 2)._dims, with_rank_at_least(y.shape, 2)._dims
    if x is None or y is None:
        return None
    rows, inner_x = x[:-3:-1] if adj_x else x[-2:]
    inner_y, cols = y[:-3:-1] if adj_y else y[-2:]
    batch = combine(TensorShape(x[:-2]), TensorShape(y[:-2]))
    merge_dims(inner_x, inner_y)
    return TensorShape._from_tuple((*batch._dims, rows, cols))


@BatchMatMul.shape
def _(x, y, adj_x, adj_y):
    known = x.shape if x.shape._dims is not None else y.shape
    if known._dims is not None:  # both have this rank, then
        fill = TensorShape([None] * len(known._dims))
        x, y = _Shaped(merge_shapes(x.shape, fill)), _Shaped(merge_shapes(y.shape, fill))
    return _batch_product_shape(x, y, adj_x, adj_y, merge_shapes) or UNKNOWN


class _Shaped:
    """Stands for a tensor of which only the shape matters."""

    def __init__(self, shape):
        self.shape = shape


@BatchMatMulV2.shape
def _(x, y, adj_x, adj_y):
    return _batch_product_shape(x, y, adj_x, adj_y, broadcast_shape) or UNKNOWN


def _batch_product(x, y, adj_x, adj_y):
    for i, item in enumerate((x, y)):
        if np.ndim(item) < 2:
            raise errors.InvalidArgumentError(
                None, None, f"In[{i}] ndims must be >= 2: {np.ndim(item)}")
    if adj_x:
        x = np.conj(x).swapaxes(-1, -2)
    if adj_y:
        y = np.conj(y).swapaxes(-1, -2)
    return product(x, y)


BatchMatMulV2.kernel(_batch_product)


@BatchMatMul.kernel
def _(x, y, adj_x, adj_y):
    if np.ndim(x) != np.ndim(y):
        raise errors.InvalidArgumentError(
            None, None, f"In[0] and In[1] has different ndims: {list_text(np.shape(x))} vs. "
            f"{list_text(np.shape(y))}")
    if np.ndim(x) < 2:
        raise errors.InvalidArgumentError(
            None, None, f"In[0] and In[1] ndims must be >= 2: {np.ndim(x)}")
    for i, (m, n) in enumerate(zip(np.shape(x)[:-2], np.shape(y)[:-2])):
        if m != n:
            raise errors.InvalidArgumentError(
                None, None, f"In[0].dim({i}) and In[1].dim({i}) must be the same: "
                f"{list_text(np.shape(x))} vs {list_text(np.shape(y))}")
    return _batch_product(x, y, adj_x, adj_y)


@BatchMatMulV2.explain
def _(x, y, adj_x, adj_y):
    x_shape, y_shape = np.shape(x), np.shape(y)
    try:
        np.broadcast_shapes(x_shape[:-2], y_shape[:-2])
    except ValueError:
        return ("In[0] and In[1] must have compatible batch dimensions: "
                f"{list_text(x_shape)} vs. {list_text(y_shape)}")
    return (f"In[0] mismatch In[1] shape: {x_shape[-2 if adj_x else -1]} vs. "
            f"{y_shape[-1 if adj_y else -2]}: {list_text(x_shape)} {list_text(y_shape)} "
            f"{int(adj_x)} {int(adj_y)}")


BatchMatMul.explain(BatchMatMulV2.explain_rule)


def _batch_gradients(op, grad):
    x, y = op.inputs
    adj_x, adj_y = op._attrs["adj_x"], op._attrs["adj_y"]
    if not adj_x:
        grad_x = matmul(grad, y, adjoint_b=not adj_y)
        if adj_y:
            return grad_x, matmul(grad, x, adjoint_a=True)
        return grad_x, matmul(x, grad, adjoint_a=True)
    if not adj_y:
        return matmul(y, grad, adjoint_b=True), matmul(x, grad)
    return (matmul(y, grad, adjoint_a=True, adjoint_b=True),
            matmul(grad, x, adjoint_a=True, adjoint_b=True))


@BatchMatMul.gradient
def _(op, grad):
    return _batch_gradients(op, grad)


@BatchMatMulV2.gradient
def _(op, grad):
    x, y = op.inputs
    grad_x, grad_y = _batch_gradients(op, grad)
    if x.shape.is_fully_defined() and y.shape.is_fully_defined() and x.shape == y.shape:
        return grad_x, grad_y
    sx, sy = array_ops.shape(x), array_ops.shape(y)
    rx, ry = array_ops.broadcast_gradient_args(sx[:-2], sy[:-2])
    grad_x = array_ops.reshape(math_ops.reduce_sum(grad_x, rx), sx)
    grad_y = array_ops.reshape(math_ops.reduce_sum(grad_y, ry), sy)
    return grad_x, grad_y


# ---- SparseMatMul ----

SparseMatMul = op(
    "SparseMatMul(a: Ta, b: Tb; transpose_a: bool = False, transpose_b: bool = False,"
    " a_is_sparse: bool = False, b_is_sparse: bool = False, Ta: type = float, Tb: type = float)"
    " -> (product: float)", Ta="float bfloat16", Tb="float bfloat16")


@SparseMatMul.shape
def _(a, b, transpose_a, transpose_b):
    return _matrix_product_shape(a, b, transpose_a, transpose_b)


@SparseMatMul.kernel
def _(a, b, transpose_a, transpose_b):
    if np.ndim(a) != 2 or np.ndim(b) != 2:
        raise ValueError("two matrices are needed")  # .explain says which is none
    a, b = a.astype(np.float32, copy=False), b.astype(np.float32, copy=False)
    return np.matmul(a.T if transpose_a else a, b.T if transpose_b else b)


@SparseMatMul.explain
def _(a, b, transpose_a, transpose_b):
    for name, matrix in (("a", a), ("b", b)):
        if np.ndim(matrix) != 2:
            return f"{name} is not a matrix"
    return (f"Matrix size incompatible: a: {list_text(np.shape(a))}, "
            f"b: {list_text(np.shape(b))}")


@SparseMatMul.gradient
def _(op, grad):
    a, b = op.inputs
    t_a, t_b = op._attrs["transpose_a"], op._attrs["transpose_b"]
    sparse = {a: op._attrs["a_is_sparse"], b: op._attrs["b_is_sparse"],
              grad: grad.op.type == "ReluGrad"}

    def times(x, y, dtype, transpose_a=False, transpose_b=False):
        x_sparse, y_sparse = sparse[x], sparse[y]
        if transpose_b:
            y = array_ops.transpose(y)
        result = matmul(x, y, transpose_a=transpose_a, a_is_sparse=x_sparse, b_is_sparse=y_sparse)
        return result if result.dtype == dtype else math_ops.cast(result, dtype)

    if not t_a and not t_b:
        return (times(grad, b, a.dtype, transpose_b=True),
                times(a, grad, b.dtype, transpose_a=True))
    if not t_a and t_b:
        return times(grad, b, a.dtype), times(grad, a, b.dtype, transpose_a=True)
    if t_a and not t_b:
        return times(b, grad, a.dtype, transpose_b=True), times(a, grad, b.dtype)
    return (times(b, grad, a.dtype, transpose_a=True, transpose_b=True),
            times(grad, a, b.dtype, transpose_a=True, transpose_b=True))


# ---- trace ----


@dispatched
def trace(x, name=None):
    """The sum of the diagonal of (batches of) matrices."""
    with name_scope(name, "Trace", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return math_ops.reduce_sum(array_ops.matrix_diag_part(x), [-1], name=scope)


# ---- Cross ----


def cross(a, b, name=None):
    """The cross product of vectors of length 3, along the last dimension (TF op: Cross)."""
    return Cross(a, b, name=name)


Cross = op("Cross(a: T, b: T) -> (product: T)", T=REAL_NUMBERS)


@Cross.shape
def _(a, b):
    shape = merge_shapes(with_rank_at_least(a.shape, 1), with_rank_at_least(b.shape, 1))
    if shape._dims is not None and shape._dims[-1] not in (None, 3):
        raise ValueError(f"Dimension must be 3 but is {shape._dims[-1]}")
    return shape


@Cross.kernel
def _(a, b):
    if np.shape(a) != np.shape(b):
        raise errors.InvalidArgumentError(
            None, None, f"Both inputs must be of same shape: {list_text(np.shape(a))} vs. "
            f"{list_text(np.shape(b))}")
    if not np.ndim(a):
        raise ValueError("Input must be at least 1D[]")
    if np.shape(a)[-1] != 3:
        raise errors.FailedPreconditionError(
            None, None, "Cross-products are only defined for 3-element vectors.")
    return np.cross(a, b)


@Cross.gradient
def _(op, grad):
    a, b = op.inputs
    return cross(b, grad), cross(grad, a)
