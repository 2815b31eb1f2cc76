"""Values from outside, and values passed on: placeholders, identities, checks."""

import numpy as np

from minitf.framework import dtypes, errors, tensor_shape
from minitf.framework.convert import convert_to_tensor
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops.common_shapes import merge_shapes, shape_text
from minitf.ops.elementwise import list_text


def _same_shape(input):
    return input.shape


def _pass(input):
    return input


# ---- Placeholder ----


def placeholder(dtype, shape=None, name=None):
    """A tensor that has no value until a session is fed one (TF op: Placeholder).

    Args:
      dtype: the dtype of what will be fed.
      shape: its shape, perhaps with None dimensions; None: any shape.
      name: the operation's name.
    """
    return Placeholder(dtype=dtype, shape=shape, name=name)


Placeholder = op("Placeholder(; dtype, shape: shape = unknown) -> (output: dtype)")


def _placeholder_shape(shape):
    return shape


def _placeholder_kernel(dtype, shape, ctx):
    type_name = next(name for name, item in dtypes.OPDEF_NAMES.items() if item is dtype)
    dims = f" and shape {shape_text(shape)}" if shape._dims else ""
    raise errors.InvalidArgumentError(
        None, None, f"You must feed a value for placeholder tensor '{ctx.op.name}' with dtype "
                    f"{type_name}{dims}")


Placeholder.shape(_placeholder_shape)
Placeholder.kernel(_placeholder_kernel)

PlaceholderV2 = op("PlaceholderV2(; dtype, shape: shape) -> (output: dtype)",
                   deprecation=(23, "Placeholder now behaves the same as PlaceholderV2."))
PlaceholderV2.shape(_placeholder_shape)
PlaceholderV2.kernel(_placeholder_kernel)


def sparse_placeholder(dtype, shape=None, name=None):
    """A SparseTensor of placeholders, to be fed a SparseTensorValue.

    Args:
      dtype: the dtype of the values.
      shape: the dense shape, a list or a tensor; None (or a list with None in it): it is fed too.
      name: what the placeholders' names begin with.
    """
    def named(part):
        return None if name is None else f"{name}/{part}"

    rank, dense_shape = None, None
    if shape is not None:
        rank = shape.shape[0] if isinstance(shape, Tensor) else len(shape)
        if isinstance(shape, Tensor) or None not in shape:
            dense_shape = convert_to_tensor(shape, dtype=dtypes.int64, name=named("shape"))
    if dense_shape is None:
        dense_shape = placeholder(dtypes.int64, shape=[rank], name=named("shape"))
    return SparseTensor(
        values=placeholder(dtype, shape=[None], name=named("values")),
        indices=placeholder(dtypes.int64, shape=[None, rank], name=named("indices")),
        dense_shape=dense_shape)


# ---- PlaceholderWithDefault ----


def placeholder_with_default(input, shape, name=None):
    """A tensor that is ``input`` unless a session is fed another (TF op: PlaceholderWithDefault).

    Raises:
      ValueError: ``input`` is not of ``shape``.
    """
    return PlaceholderWithDefault(input, shape=shape, name=name)


PlaceholderWithDefault = op(
    "PlaceholderWithDefault(input: dtype; dtype, shape: shape) -> (output: dtype)").view()


@PlaceholderWithDefault.shape
def _(input, shape):
    # TF merges for the check alone: the output may be fed what `input` could not be.
    merge_shapes(input.shape, shape)
    return shape


PlaceholderWithDefault.kernel(_pass)


@PlaceholderWithDefault.gradient
def _(op, grad):
    return grad


# ---- Identity, IdentityN ----


def identity(input, name=None):
    """A tensor of the same value (TF op: Identity)."""
    result = Identity(input, name=name)
    if isinstance(input, Tensor):
        result._handle_data = input._handle_data
    return result


Identity = op("Identity(input: T; T) -> (output: T)").view()
Identity.shape(_same_shape)
Identity.kernel(_pass)


@Identity.expression
def _(input):
    return input


@Identity.gradient
def _(op, grad):
    return grad


def identity_n(input, name=None):
    """Tensors of the same values, all of them there before one is used (TF op: IdentityN)."""
    return IdentityN(input, name=name)


IdentityN = op("IdentityN(input: T; T: list(type) >= 1) -> (output: T)").view()


@IdentityN.shape
def _(input):
    return [tensor.shape for tensor in input]


IdentityN.kernel(_pass)


@IdentityN.gradient
def _(op, *grads):
    return grads


# ---- StopGradient, PreventGradient ----


def stop_gradient(input, name=None):
    """``input``, taken as a constant by gradients (TF op: StopGradient)."""
    return StopGradient(input, name=name)


StopGradient = op("StopGradient(input: T; T) -> (output: T)").view().not_differentiable()
StopGradient.shape(_same_shape)
StopGradient.kernel(_pass)


@StopGradient.expression
def _(input):
    return input


def prevent_gradient(input, message="", name=None):
    """``input``, of which asking for a gradient raises LookupError (TF op: PreventGradient)."""
    return PreventGradient(input, message=message, name=name)


PreventGradient = op("PreventGradient(input: T; T, message: string = '') -> (output: T)").view()
PreventGradient.shape(_same_shape)
PreventGradient.kernel(_pass)


@PreventGradient.gradient
def _(op, grad):
    raise LookupError(f"Gradient explicitly disabled. Reason: {op._attrs['message']!r}")


# ---- EnsureShape ----


def ensure_shape(x, shape, name=None):
    """``x``, its static shape refined to ``shape`` and checked at run time (TF op: EnsureShape).

    Raises:
      InvalidArgumentError: at run time, ``x`` has another shape.
      ValueError: its static shape contradicts ``shape``.
    """
    if not isinstance(shape, tensor_shape.TensorShape):
        shape = tensor_shape.TensorShape(shape)
    return EnsureShape(x, shape=shape, name=name)


EnsureShape = op("EnsureShape(input: T; shape: shape, T) -> (output: T)").view()


@EnsureShape.shape
def _(input, shape):
    return merge_shapes(shape, input.shape)


@EnsureShape.kernel
def _(input, shape, ctx):
    if not shape.is_compatible_with(np.shape(input)):
        raise errors.InvalidArgumentError(
            None, None, f"Shape of tensor {ctx.op.inputs[0]._as_node_def_input()} "
                        f"{list_text(np.shape(input))} is not compatible with expected shape "
                        f"{shape_text(shape)}.")
    return input


@EnsureShape.gradient
def _(op, grad):
    return grad


# ---- GuaranteeConst, CheckNumerics ----


def guarantee_const(input, name=None):
    """``input``, which the caller promises never changes (TF op: GuaranteeConst)."""
    return GuaranteeConst(input, name=name)


GuaranteeConst = op("GuaranteeConst(input: T; T) -> (output: T)", stateful=True
                    ).view()
GuaranteeConst.shape(_same_shape)
GuaranteeConst.kernel(_pass)


def check_numerics(tensor, message, name=None):
    """``tensor``, checked at run time to be finite (TF op: CheckNumerics).

    Raises:
      InvalidArgumentError: at run time, an element is NaN or infinite; ``message`` says so.
    """
    return CheckNumerics(tensor, message=message, name=name)


CheckNumerics = op("CheckNumerics(tensor: T; T, message: string) -> (output: T)",
                   T="bfloat16 half float double", stateful=True).view()


@CheckNumerics.shape
def _(tensor):
    return tensor.shape


@CheckNumerics.kernel
def _(tensor, message):
    if not np.isfinite(tensor).all():
        tests = (("Inf", np.isinf), ("NaN", np.isnan))
        found = [name for name, test in tests if test(tensor).any()]
        raise errors.InvalidArgumentError(
            None, None, f"{message.decode()} : Tensor had {' and '.join(found)} values")
    return tensor


@CheckNumerics.gradient
def _(op, grad):
    return check_numerics(
        grad, "Not a number (NaN) or infinity (Inf) values detected in gradient. "
              f"{op._attrs['message']!r}")
