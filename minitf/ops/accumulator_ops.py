"""Accumulators of gradients: several workers add theirs, one takes the mean of enough of them.

A gradient comes with the step at which it was begun. One that is older than the accumulator's own
step is stale and dropped; taking the gradient starts the next step.
"""

import numpy as np

from minitf.framework import dtypes as dtypes_lib
from minitf.framework import errors, tensor_shape
from minitf.framework.cancellation import manager_of
from minitf.framework.convert import convert_to_tensor
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.registry import op
from minitf.ops import cast_ops, common_shapes
from minitf.ops.waiting import DONE, STUCK, Served

_PAIR = tensor_shape.TensorShape([2])  # a handle: container and name
_NUMBERS = ("float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 bfloat16 "
            "uint16 complex128 half uint32 uint64")


# ---- what a session holds ----


class DenseAccumulator(Served):
    """The sum of the gradients that came in this step, and how many they are.

    Args:
      shape: the gradients' TensorShape, perhaps unknown in part.
      dtype: their DType.
      mean: whether the mean is taken, or the sum.
    """

    def __init__(self, shape, dtype, mean):
        super().__init__(lines=1)
        self.shape = shape
        self.dtype = dtype
        self.mean = mean
        self.global_step = 0
        self.count = 0
        self._total = None

    def set_global_step(self, step):
        with self.lock:
            self.global_step = step

    def apply(self, local_step, *gradient):
        """Adds a gradient, unless it is stale, and serves those that wait for one."""
        with self.lock:
            if local_step < self.global_step:
                return
            self._add(*gradient)
            self.count += 1
            self.serve()

    def take(self, required, cancellation):
        """The mean, or sum, of at least ``required`` gradients; waits for them.

        Raises:
          InvalidArgumentError: ``required`` is not positive.
          CancelledError: the wait was cancelled.
        """
        if required <= 0:
            raise _invalid(f"Argument num_required must be positive, but was {required}")
        result = None

        def step():
            nonlocal result
            if self.count < required:
                return STUCK
            result = self._result()
            self._total = None
            self.count = 0
            self.global_step += 1
            return DONE

        self.attempt(0, step, "TakeGrad operation was cancelled", cancellation)
        return result

    def _add(self, gradient):
        known = self.shape if self._total is None else tensor_shape.TensorShape(self._total.shape)
        if not known.is_compatible_with(np.shape(gradient)):
            raise _invalid(f"Shape mismatch: expected {_shape_text(known._dims)}, "
                           f"got {_shape_text(np.shape(gradient))}")
        self._total = (np.array(gradient) if self._total is None
                       else np.asarray(self._total + gradient))

    def _result(self):
        if not self.mean:
            return self._total[()]
        return (self._total / self._total.dtype.type(self.count)).astype(self._total.dtype)[()]


class SparseAccumulator(DenseAccumulator):
    """The same for gradients of some rows; the mean of a row is that of the gradients that have it.

    Indices are taken to be in order, as in TensorFlow: two lists of rows are merged in one pass,
    and a row that comes too late to meet its like stands in the result twice.
    """

    def _add(self, indices, values, shape):
        self._check(indices, values, shape)
        if self._total is None:
            self._total = indices.tolist(), list(np.array(values)), [1] * len(indices)
            return
        old, new = self._total, (indices.tolist(), list(np.array(values)), [1] * len(indices))
        merged = [], [], []
        i = j = 0
        while i < len(old[0]) and j < len(new[0]):
            if old[0][i] == new[0][j]:
                row = old[0][i], old[1][i] + new[1][j], old[2][i] + 1
                i, j = i + 1, j + 1
            elif old[0][i] < new[0][j]:
                row = old[0][i], old[1][i], old[2][i]
                i += 1
            else:
                row = new[0][j], new[1][j], 1
                j += 1
            for column, item in zip(merged, row):
                column.append(item)
        for k, column in enumerate(merged):
            column.extend(old[k][i:])
            column.extend(new[k][j:])
        self._total = merged

    def _check(self, indices, values, shape):
        if np.ndim(indices) != 1:
            raise _invalid("Input indices should be vector but received shape: "
                           f"{_shape_text(np.shape(indices))}")
        if np.ndim(values) < 1:
            raise _invalid("Values cannot be 0-dimensional.")
        if len(values) != len(indices):
            raise _invalid(f"Expected {len(indices)} non-empty input values, got {len(values)}")
        declared = self.shape._dims or ()
        if shape is not None:
            for i, (expected, size) in enumerate(zip(declared, shape.ravel().tolist())):
                if expected is not None and expected != size:
                    raise _invalid(f"Shape mismatch: expected shape dim {i} to be {expected}, "
                                   f"got {size}")
        if declared and declared[0] is not None:
            for i, index in enumerate(indices.tolist()):
                if not 0 <= index < declared[0]:
                    raise _invalid(f"Shape mismatch: index of slice {i} exceeded limits of shape; "
                                   f"index is {index} exceeded {declared[0]}")
        row = declared[1:]
        if self._total is not None and self._total[1]:
            row = np.shape(self._total[1][0])
        for i, (expected, size) in enumerate(zip(row, np.shape(values)[1:]), 1):
            if expected is not None and expected != size:
                raise _invalid(f"Shape mismatch: expected values dim {i} to be {expected}, "
                               f"got {size}")

    def _result(self):
        indices, values, counts = self._total
        dtype = self.dtype.as_numpy_dtype
        row = np.shape(values[0]) if values else tuple(n or 0 for n in self.shape._dims[1:])
        rows = np.array(values, dtype).reshape(-1, *row)
        if self.mean:
            counts = np.array(counts, dtype).reshape(-1, *[1] * len(row))
            rows = (rows / counts).astype(dtype)
        declared = self.shape._dims or (None,)
        first = -1 if declared[0] is None else declared[0]
        return (np.array(indices, np.int64), rows, np.array([first, *row], np.int64))


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


def _shape_text(dims):
    if dims is None:
        return "<unknown>"
    return "[" + ",".join("?" if size is None else str(size) for size in dims) + "]"


# ---- tf.ConditionalAccumulator ----


class ConditionalAccumulatorBase:
    """What both kinds of accumulators share.

    Args:
      dtype: the gradients' dtype.
      shape: their shape, or None.
      accumulator_ref: the accumulator's handle, a tensor.
    """

    def __init__(self, dtype, shape, accumulator_ref):
        self._dtype = dtype
        self._shape = tensor_shape.TensorShape(shape)
        self._accumulator_ref = accumulator_ref
        self._name = accumulator_ref.op.name.split("/")[-1]

    @property
    def accumulator_ref(self):
        """The accumulator's handle, a tensor."""
        return self._accumulator_ref

    @property
    def name(self):
        """The accumulator's name, without its scopes."""
        return self._name

    @property
    def dtype(self):
        """The gradients' dtype."""
        return self._dtype

    def num_accumulated(self, name=None):
        """How many gradients there are, an int32."""
        build = (ResourceAccumulatorNumAccumulated if self._is_resource
                 else AccumulatorNumAccumulated)
        return build(self._accumulator_ref, name=name or f"{self._name}_NumAccumulated")

    def set_global_step(self, new_global_step, name=None):
        """Sets the accumulator's step; gradients begun at earlier ones are dropped from now on."""
        build = (ResourceAccumulatorSetGlobalStep if self._is_resource
                 else AccumulatorSetGlobalStep)
        return build(self._accumulator_ref, _int64(new_global_step), name=name)

    @property
    def _is_resource(self):
        return self._accumulator_ref.dtype == dtypes_lib.resource


class ConditionalAccumulator(ConditionalAccumulatorBase):
    """An accumulator of dense gradients (TF op: ResourceConditionalAccumulator).

    Args:
      dtype: the gradients' dtype.
      shape: their shape; None for that of the first.
      shared_name: accumulators of one shared name are one in a session.
      name: the operation's name.
      reduction_type: "MEAN" or "SUM".
    """

    def __init__(self, dtype, shape=None, shared_name=None, name="conditional_accumulator",
                 reduction_type="MEAN"):
        super().__init__(dtype, shape, ResourceConditionalAccumulator(
            dtype=dtype, shape=shape, shared_name=shared_name or "", name=name,
            reduction_type=reduction_type))

    def apply_grad(self, grad, local_step=0, name=None):
        """Adds a gradient, unless ``local_step`` is before the accumulator's step.

        Raises:
          ValueError: the gradient has another dtype or shape.
        """
        grad = convert_to_tensor(grad, self._dtype)
        grad.shape.assert_is_compatible_with(self._shape)
        return ResourceAccumulatorApplyGradient(self._accumulator_ref, _int64(local_step), grad,
                                                name=name)

    def take_grad(self, num_required, name=None):
        """The mean (or sum) of the gradients; when run, waits until ``num_required`` are there.

        The accumulator is empty afterwards, and its step is one more.
        """
        result = ResourceAccumulatorTakeGradient(self._accumulator_ref, num_required,
                                                 dtype=self._dtype, name=name)
        result.set_shape(self._shape)
        return result


class SparseConditionalAccumulator(ConditionalAccumulatorBase):
    """An accumulator of IndexedSlices (TF op: SparseConditionalAccumulator).

    Rows are averaged one by one, over the gradients that have them. Arguments are those of
    ConditionalAccumulator.
    """

    def __init__(self, dtype, shape=None, shared_name=None,
                 name="sparse_conditional_accumulator", reduction_type="MEAN"):
        super().__init__(dtype, shape, SparseConditionalAccumulatorOp(
            dtype=dtype, shape=shape, shared_name=shared_name or "", name=name,
            reduction_type=reduction_type))

    def apply_indexed_slices_grad(self, grad, local_step=0, name=None):
        """``apply_grad`` with the parts of an IndexedSlices."""
        return self.apply_grad(grad_indices=grad.indices, grad_values=grad.values,
                               grad_shape=grad.dense_shape, local_step=local_step, name=name)

    def apply_grad(self, grad_indices, grad_values, grad_shape=None, local_step=0, name=None):
        """Adds rows of a gradient, unless ``local_step`` is before the accumulator's step.

        Args:
          grad_indices: the rows' places, integers [n].
          grad_values: the rows.
          grad_shape: the shape of the whole, or None.
          local_step: the step at which the gradient was begun.
          name: the operation's name.
        """
        return SparseAccumulatorApplyGradient(
            self._accumulator_ref, _int64(local_step),
            cast_ops.cast(grad_indices, dtypes_lib.int64), grad_values,
            cast_ops.cast([] if grad_shape is None else grad_shape, dtypes_lib.int64),
            has_known_shape=grad_shape is not None, name=name)

    def take_grad(self, num_required, name=None):
        """Indices, values and dense shape of what ConditionalAccumulator.take_grad gives."""
        return SparseAccumulatorTakeGradient(self._accumulator_ref, num_required,
                                             dtype=self._dtype, name=name)

    def take_indexed_slices_grad(self, num_required, name=None):
        """``take_grad`` as an IndexedSlices."""
        taken = self.take_grad(num_required, name)
        return IndexedSlices(indices=taken.indices, values=taken.values, dense_shape=taken.shape)


def _int64(step):
    return cast_ops.cast(convert_to_tensor(step), dtypes_lib.int64)


# ---- ResourceConditionalAccumulator and its relatives: ops that make an accumulator ----


def _declare(name, handle, kernel):
    result = op(f"{name}(; dtype, shape: shape, container: string = '', shared_name: string = '',"
                " reduction_type: string in {'MEAN', 'SUM'} = 'MEAN')"
                f" -> (handle: {handle})", dtype=_NUMBERS, stateful=True).not_differentiable()
    result.shape(_pair)
    result.kernel(kernel)
    return result


def _pair():
    return _PAIR


def _scalar():
    return common_shapes.SCALAR


def _make_dense(dtype, shape, reduction_type, ctx):
    return ctx.resource(lambda: DenseAccumulator(shape, dtype, reduction_type == b"MEAN"))


def _make_sparse(dtype, shape, reduction_type, ctx):
    return ctx.resource(lambda: SparseAccumulator(shape, dtype, reduction_type == b"MEAN"))


ResourceConditionalAccumulator = _declare("ResourceConditionalAccumulator", "resource",
                                          _make_dense)
ConditionalAccumulatorOp = _declare("ConditionalAccumulator", "Ref(string)", _make_dense)
SparseConditionalAccumulatorOp = _declare("SparseConditionalAccumulator", "Ref(string)",
                                          _make_sparse)


# ---- ResourceAccumulatorApplyGradient and its relatives: ops on an accumulator ----


def _declare_pair(name, inputs, attrs, outputs, kernel, shape=None, **types):
    """Declares NAME, on an old handle, and ResourceNAME, on a resource."""
    made = []
    for prefix, handle in (("", "Ref(string)"), ("Resource", "resource")):
        made.append(op(f"{prefix}{name}(handle: {handle}{inputs}; {attrs}) -> ({outputs})",
                       stateful=bool(prefix), **types).not_differentiable())
        if shape is not None:
            made[-1].shape(shape)
        made[-1].kernel(kernel)
    return made


def _step(local_step):
    """A step as an int.

    Raises:
      InvalidArgumentError: it is no scalar.
    """
    if np.ndim(local_step):
        raise _invalid("Argument local_step must be scalar, but had bad shape "
                       f"{_shape_text(np.shape(local_step))}")
    return int(local_step)


def _apply(handle, local_step, gradient):
    handle.apply(_step(local_step), gradient)


def _take(handle, num_required, ctx):
    return handle.take(int(num_required), manager_of(ctx.session))


def _num_accumulated(handle):
    return np.int32(handle.count)


def _set_global_step(handle, new_global_step):
    handle.set_global_step(int(new_global_step))


AccumulatorApplyGradient, ResourceAccumulatorApplyGradient = _declare_pair(
    "AccumulatorApplyGradient", ", local_step: int64, gradient: dtype", "dtype", "", _apply,
    dtype=_NUMBERS)
AccumulatorTakeGradient, ResourceAccumulatorTakeGradient = _declare_pair(
    "AccumulatorTakeGradient", ", num_required: int32", "dtype", "average: dtype", _take,
    dtype=_NUMBERS)
AccumulatorNumAccumulated, ResourceAccumulatorNumAccumulated = _declare_pair(
    "AccumulatorNumAccumulated", "", "", "num_accumulated: int32", _num_accumulated, _scalar)
AccumulatorSetGlobalStep, ResourceAccumulatorSetGlobalStep = _declare_pair(
    "AccumulatorSetGlobalStep", ", new_global_step: int64", "", "", _set_global_step)


# ---- SparseAccumulatorApplyGradient ----

SparseAccumulatorApplyGradient = op(
    "SparseAccumulatorApplyGradient(handle: Ref(string), local_step: int64, gradient_indices: "
    "int64, gradient_values: dtype, gradient_shape: int64; dtype, has_known_shape: bool) -> ()",
    dtype=_NUMBERS).not_differentiable()


@SparseAccumulatorApplyGradient.kernel
def _(handle, local_step, gradient_indices, gradient_values, gradient_shape, has_known_shape):
    handle.apply(_step(local_step), gradient_indices, gradient_values,
                 gradient_shape if has_known_shape else None)


# ---- SparseAccumulatorTakeGradient ----

SparseAccumulatorTakeGradient = op(
    "SparseAccumulatorTakeGradient(handle: Ref(string), num_required: int32; dtype)"
    " -> (indices: int64, values: dtype, shape: int64)", dtype=_NUMBERS).not_differentiable()
SparseAccumulatorTakeGradient.kernel(_take)
