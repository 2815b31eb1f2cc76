"""The fused updates of optimizers: one op moves a variable and its slots.

An update comes in up to four ops: on mutable tensors (``ApplyMomentum``) or resource handles
(``ResourceApplyMomentum``), with a dense gradient or with one for some rows only
(``SparseApplyMomentum``, ``ResourceSparseApplyMomentum``). ``_declare`` makes all of them from the
first one's signature and from the arithmetic, which is a plain function: it takes arrays of the
variable and its slots, which it changes in place, then gradient and hyperparameters in the order of
the signature.

Arrays are changed where they are, block by block; only a value that somebody still holds is copied
first. For some rows the arithmetic is applied to these rows; a row that comes several times is
updated several times, one after the other.
"""

import re

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.framework.interrupts import uninterrupted
from minitf.framework.parallel import in_blocks
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import common_shapes
from minitf.ops.elementwise import list_text
from minitf.ops.resource_handles import handle_shape

_NUMBERS = ("float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 bfloat16 "
            "uint16 complex128 half uint32 uint64")

# Bytes of an array that are updated at a time: few enough for a core's cache, and for temporary
# arrays that malloc does not give back to the system each time.
_BLOCK = 1 << 17


# ---- declaring the ops of an update ----


def _declare(arithmetic, signature, sparse=True, refs=True):
    """Declares the ops of an update.

    Args:
      arithmetic: the function that computes the update. Its parameters are the op's inputs, then
        those attributes that matter (all but ``use_locking``).
      signature: of the dense op on mutable tensors. Its ``Ref`` inputs come first, the variable and
        its slots; another input is ``grad`` or ``delta``, the rest are scalars.
      sparse: whether there are ops for gradients of some rows, too.
      refs: whether there are ops on mutable tensors, and not on resource handles only.

    Returns:
      The ops, in this order: Apply, ResourceApply, SparseApply, ResourceSparseApply.
    """
    signatures = [signature]
    if sparse:
        rows = re.sub(r"\b(grad|delta): T", "grad: T, indices: Tindices", signature, count=1)
        signatures.append("Sparse" + rows.replace("; T,", "; T, Tindices,", 1))
    result = []
    for text in signatures:
        if refs:
            result.append(_declare_one(arithmetic, text, stateful=False))
        on_handles = "Resource" + text.replace("Ref(T)", "resource").split(" -> ")[0] + " -> ()"
        result.append(_declare_one(arithmetic, on_handles, stateful=True))
    return result


def _declare_one(arithmetic, signature, stateful):
    types = {"Tindices": "int32 int64"} if "Tindices" in signature else {}
    op_type = op(signature, stateful=stateful, T=_NUMBERS, **types)
    names = [arg.name for arg in op_type.inputs]
    states = [name for name, text in zip(names, signature.split(", "))
              if text.endswith(("Ref(T)", "resource"))]
    rule = _shape_rule(names, states)
    rule.wanted = tuple(names)
    op_type.shape_rule = rule
    make_kernel = _sparse_kernel if "indices" in names else _dense_kernel
    op_type.kernel_rule = make_kernel(arithmetic, names, len(states), on_handles=stateful)
    op_type.kernel_parameters = (*names, *(attr.name for attr in op_type.attrs
                                           if attr.type == "bool" and attr.name != "use_locking"))
    return op_type


def _shape_rule(names, states):
    """The rule of static shapes: states and a dense gradient have one, the rest are scalars."""

    def rule(*tensors):
        inputs = dict(zip(names, tensors))
        shape = common_shapes.UNKNOWN
        for name in states:
            state = inputs[name]
            known = handle_shape(state) if state.dtype.name == "resource" else state.shape
            shape = common_shapes.merge_shapes(shape, known)
        for name in names[len(states):]:
            if name not in ("grad", "delta", "indices"):
                common_shapes.with_rank(inputs[name].shape, 0)
        gradient = inputs["delta" if "delta" in inputs else "grad"].shape
        if "indices" in inputs:
            gradient = _rows_of_variable(gradient, inputs["indices"].shape)
        shape = common_shapes.merge_shapes(shape, gradient)
        return shape if inputs[names[0]].dtype._is_ref_dtype else []

    return rule


def _rows_of_variable(gradient, indices):
    """What a gradient of some rows tells of the variable's shape: all but the first dimension."""
    length, = common_shapes.with_rank(indices, 1)._dims
    if gradient._dims is None:
        return gradient
    common_shapes.merge_dims(length, gradient._dims[0])
    return TensorShape._from_tuple((None, *gradient._dims[1:]))


def _dense_kernel(arithmetic, names, count, on_handles):
    place = next(i for i, name in enumerate(names[count:]) if name in ("grad", "delta"))

    def kernel(*inputs, **attrs):
        cells, rest = inputs[:count], list(inputs[count:])
        shape = _state_shape(names, cells, on_handles)
        for name, value in zip(names[count:], rest):
            if name in ("grad", "delta"):
                _check_same_shape(shape, name, value)
            elif np.ndim(value):
                _check_scalar(name, value)
        with cells[0].lock:
            arrays = [cell.writable() for cell in cells]
            if arrays[0].nbytes <= _BLOCK:
                arithmetic(*arrays, *rest, **attrs)
            else:
                with uninterrupted():
                    _in_blocks(arithmetic, arrays, rest, place, attrs)
        return None if on_handles else cells[0]

    return kernel


def _in_blocks(arithmetic, arrays, rest, place, attrs):
    """The arithmetic, which is elementwise, on blocks small enough for the cache."""
    flat = [array.reshape(-1) for array in arrays]
    gradient = np.ravel(rest[place])

    def update(block):
        inputs = [*rest[:place], gradient[block], *rest[place + 1:]]
        arithmetic(*[array[block] for array in flat], *inputs, **attrs)

    in_blocks(update, gradient.size, _BLOCK // gradient.itemsize)


def _sparse_kernel(arithmetic, names, count, on_handles):
    place = names.index("indices") - count  # among the inputs that are no states; after "grad"

    def kernel(*inputs, **attrs):
        cells, rest = inputs[:count], list(inputs[count:])
        shape = _state_shape(names, cells, on_handles)
        for name, value in zip(names[count:], rest):
            if name not in ("grad", "indices"):
                _check_scalar(name, value)
        indices = rest.pop(place)
        gradient = rest[place - 1]
        _check_rows(shape, gradient, indices)
        with cells[0].lock:
            arrays = [cell.writable() for cell in cells]
            for rows, positions in _rounds(indices):
                rest[place - 1] = gradient[positions]
                parts = [array[rows] for array in arrays]
                arithmetic(*parts, *rest, **attrs)
                with uninterrupted():
                    for array, part in zip(arrays, parts):
                        array[rows] = part
        return None if on_handles else cells[0]

    return kernel


def _rounds(indices):
    """Pairs (rows, positions) in which no row comes twice: repeated rows take turns, in order."""
    positions = np.arange(indices.size)
    while positions.size:
        rows, first = np.unique(indices[positions], return_index=True)
        yield rows, positions[first]
        if rows.size == positions.size:
            return
        positions = np.delete(positions, first)


# ---- checks ----


def _state_shape(names, cells, on_handles):
    """The shape that the variable and its slots have in common."""
    if on_handles and any(cell.value is None for cell in cells):
        raise errors.InternalError(None, None, "Invalid variable reference.")
    shapes = [cell.read().shape for cell in cells]
    for name, cell in zip(names[1:], cells[1:]):
        _check_same_shape(shapes[0], name, cell.value)
    return shapes[0]


def _check_same_shape(shape, name, value):
    if value.shape != shape:
        raise errors.InvalidArgumentError(
            None, None, f"var and {name} do not have the same shape{list_text(shape)} "
            f"{list_text(value.shape)}")


def _check_scalar(name, value):
    if np.ndim(value):
        raise errors.InvalidArgumentError(
            None, None, f"{name} is not a scalar: {list_text(np.shape(value))}")


def _check_rows(shape, gradient, indices):
    problem = None
    if not shape:
        problem = "var must be at least 1 dimensional"
    elif np.ndim(indices) != 1:
        problem = "indices must be one-dimensional"
    elif np.ndim(gradient) != len(shape):
        problem = (f"var and grad do not have the same rank: {len(shape)} "
                   f"and {np.ndim(gradient)}")
    elif np.shape(gradient)[0] != indices.size:
        problem = "grad must be the same size as indices in the first dimension."
    else:
        sizes = zip(shape[1:], np.shape(gradient)[1:])
        different = [i for i, (mine, its) in enumerate(sizes, start=1) if mine != its]
        bad = np.flatnonzero((indices < 0) | (indices >= shape[0]))
        if different:
            problem = f"var and grad must match in dimension {different[0]}"
        elif bad.size:
            problem = f"Index {indices[bad[0]]} at offset {bad[0]} in indices is out of range"
    if problem:
        raise errors.InvalidArgumentError(None, None, problem)


# ---- gradient descent ----


def _gradient_descent(var, alpha, delta):
    var -= delta * alpha


ApplyGradientDescent, ResourceApplyGradientDescent = _declare(
    _gradient_descent,
    "ApplyGradientDescent(var: Ref(T), alpha: T, delta: T; T, use_locking: bool = False)"
    " -> (out: Ref(T))", sparse=False)


def _proximal_gradient_descent(var, alpha, l1, l2, delta):
    """FOBOS (Duchi and Singer, 2009): a gradient step, then shrinkage by l1 and l2."""
    var -= delta * alpha
    _shrink(var, alpha, l1, l2)


def _shrink(prox, rate, l1, l2):
    """Moves ``prox`` to the value near it that is best under ``l1 * |x| + l2 / 2 * x^2``."""
    if l1 > 0:
        prox[...] = np.sign(prox) * np.maximum(np.abs(prox) - rate * l1, 0)
    prox /= 1 + l2 * rate


(ApplyProximalGradientDescent, ResourceApplyProximalGradientDescent,
 SparseApplyProximalGradientDescent, ResourceSparseApplyProximalGradientDescent) = _declare(
    _proximal_gradient_descent,
    "ApplyProximalGradientDescent(var: Ref(T), alpha: T, l1: T, l2: T, delta: T; T,"
    " use_locking: bool = False) -> (out: Ref(T))")


# ---- momentum ----


def _momentum(var, accum, lr, grad, momentum, use_nesterov):
    """``accum <- momentum * accum + grad``, and a step along it, or along where it will be next."""
    accum *= momentum
    accum += grad
    var -= grad * lr + accum * momentum * lr if use_nesterov else accum * lr


ApplyMomentum, ResourceApplyMomentum, SparseApplyMomentum, ResourceSparseApplyMomentum = _declare(
    _momentum,
    "ApplyMomentum(var: Ref(T), accum: Ref(T), lr: T, grad: T, momentum: T; T,"
    " use_locking: bool = False, use_nesterov: bool = False) -> (out: Ref(T))")


def _keras_momentum(var, accum, lr, grad, momentum, use_nesterov):
    """Momentum whose accumulator holds steps, with the learning rates of their time in them."""
    accum *= momentum
    accum -= grad * lr
    var += accum * momentum - grad * lr if use_nesterov else accum


ResourceApplyKerasMomentum, ResourceSparseApplyKerasMomentum = _declare(
    _keras_momentum,
    "ApplyKerasMomentum(var: Ref(T), accum: Ref(T), lr: T, grad: T, momentum: T; T,"
    " use_locking: bool = False, use_nesterov: bool = False) -> (out: Ref(T))", refs=False)


# ---- Adam ----


def _adam(var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad, use_nesterov):
    """Adam (Kingma and Ba, 2014): see minitf/train/adam.py; beta powers are those of this step."""
    lr_t = lr * np.sqrt(1 - beta2_power) / (1 - beta1_power)
    move = grad - m  # step by step, as few temporary arrays cost least
    move *= 1 - beta1
    m += move
    move = np.square(grad)
    move -= v
    move *= 1 - beta2
    v += move
    root = np.sqrt(v)
    root += epsilon
    if use_nesterov:
        m = m * beta1 + grad * (1 - beta1)
    move = m * lr_t
    move /= root
    var -= move


ApplyAdam, ResourceApplyAdam = _declare(
    _adam,
    "ApplyAdam(var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, beta2_power: T, lr: T, beta1: T,"
    " beta2: T, epsilon: T, grad: T; T, use_locking: bool = False, use_nesterov: bool = False)"
    " -> (out: Ref(T))", sparse=False)


def _adam_with_amsgrad(var, m, v, vhat, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad):
    """AMSGrad (Reddi et al., 2018): Adam divided by the largest average of squares so far."""
    lr_t = lr * np.sqrt(1 - beta2_power) / (1 - beta1_power)
    m += (grad - m) * (1 - beta1)
    v += (np.square(grad) - v) * (1 - beta2)
    np.maximum(vhat, v, out=vhat)
    var -= m * lr_t / (np.sqrt(vhat) + epsilon)


ResourceApplyAdamWithAmsgrad, = _declare(
    _adam_with_amsgrad,
    "ApplyAdamWithAmsgrad(var: Ref(T), m: Ref(T), v: Ref(T), vhat: Ref(T), beta1_power: T,"
    " beta2_power: T, lr: T, beta1: T, beta2: T, epsilon: T, grad: T; T,"
    " use_locking: bool = False) -> (out: Ref(T))", sparse=False, refs=False)


def _ada_max(var, m, v, beta1_power, lr, beta1, beta2, epsilon, grad):
    """AdaMax (Kingma and Ba, 2014, section 7.1): Adam with the infinity norm."""
    m += (grad - m) * (1 - beta1)
    np.maximum(beta2 * v, np.abs(grad), out=v)
    var -= lr / (1 - beta1_power) * (m / (v + epsilon))


ApplyAdaMax, ResourceApplyAdaMax = _declare(
    _ada_max,
    "ApplyAdaMax(var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, lr: T, beta1: T, beta2: T,"
    " epsilon: T, grad: T; T, use_locking: bool = False) -> (out: Ref(T))", sparse=False)


# ---- Adagrad ----


def _adagrad(var, accum, lr, grad, update_slots):
    """``accum <- accum + grad^2; var <- var - lr * grad / sqrt(accum)``."""
    if update_slots:
        accum += np.square(grad)
    var -= grad * lr * (1 / np.sqrt(accum))


ApplyAdagrad, ResourceApplyAdagrad, SparseApplyAdagrad, ResourceSparseApplyAdagrad = _declare(
    _adagrad,
    "ApplyAdagrad(var: Ref(T), accum: Ref(T), lr: T, grad: T; T, use_locking: bool = False,"
    " update_slots: bool = True) -> (out: Ref(T))")


def _adagrad_v2(var, accum, lr, epsilon, grad, update_slots):
    """``accum <- accum + grad^2; var <- var - lr * grad / (sqrt(accum) + epsilon)``."""
    if update_slots:
        accum += np.square(grad)
    var -= grad * lr / (np.sqrt(accum) + epsilon)


(ApplyAdagradV2, ResourceApplyAdagradV2,
 SparseApplyAdagradV2, ResourceSparseApplyAdagradV2) = _declare(
    _adagrad_v2,
    "ApplyAdagradV2(var: Ref(T), accum: Ref(T), lr: T, epsilon: T, grad: T; T,"
    " use_locking: bool = False, update_slots: bool = True) -> (out: Ref(T))")


def _proximal_adagrad(var, accum, lr, l1, l2, grad):
    """An Adagrad step, then shrinkage by l1 and l2."""
    accum += np.square(grad)
    rate = lr * (1 / np.sqrt(accum))
    var -= grad * rate
    _shrink(var, rate, l1, l2)


(ApplyProximalAdagrad, ResourceApplyProximalAdagrad,
 SparseApplyProximalAdagrad, ResourceSparseApplyProximalAdagrad) = _declare(
    _proximal_adagrad,
    "ApplyProximalAdagrad(var: Ref(T), accum: Ref(T), lr: T, l1: T, l2: T, grad: T; T,"
    " use_locking: bool = False) -> (out: Ref(T))")


def _adagrad_da(var, gradient_accumulator, gradient_squared_accumulator, grad, lr, l1, l2,
                global_step):
    """Adagrad dual averaging: the variable comes from sums of gradients and of their squares."""
    step = np.asarray(global_step, dtype=var.dtype)
    gradient_accumulator += grad
    gradient_squared_accumulator += np.square(grad)
    shrunk = gradient_accumulator
    if l1 > 0:
        shrunk = np.sign(shrunk) * np.maximum(np.abs(shrunk) - l1 * step, 0)
    var[...] = -lr * shrunk / (l2 * step * lr + np.sqrt(gradient_squared_accumulator))


(ApplyAdagradDA, ResourceApplyAdagradDA,
 SparseApplyAdagradDA, ResourceSparseApplyAdagradDA) = _declare(
    _adagrad_da,
    "ApplyAdagradDA(var: Ref(T), gradient_accumulator: Ref(T),"
    " gradient_squared_accumulator: Ref(T), grad: T, lr: T, l1: T, l2: T, global_step: int64; T,"
    " use_locking: bool = False) -> (out: Ref(T))")


# ---- Adadelta ----


def _adadelta(var, accum, accum_update, lr, rho, epsilon, grad):
    """Adadelta (Zeiler, 2012): steps in the ratio of running root mean squares."""
    accum *= rho
    accum += np.square(grad) * (1 - rho)
    update = np.sqrt(accum_update + epsilon) * (1 / np.sqrt(accum + epsilon)) * grad
    var -= update * lr
    accum_update *= rho
    accum_update += np.square(update) * (1 - rho)


ApplyAdadelta, ResourceApplyAdadelta, SparseApplyAdadelta, ResourceSparseApplyAdadelta = _declare(
    _adadelta,
    "ApplyAdadelta(var: Ref(T), accum: Ref(T), accum_update: Ref(T), lr: T, rho: T, epsilon: T,"
    " grad: T; T, use_locking: bool = False) -> (out: Ref(T))")


# ---- RMSProp ----


def _rms_prop(var, ms, mom, lr, rho, momentum, epsilon, grad):
    """RMSProp (Tieleman and Hinton, 2012): steps divided by the running root mean square."""
    ms += (np.square(grad) - ms) * (1 - rho)
    mom *= momentum
    mom += (grad * lr) / np.sqrt(ms + epsilon)
    var -= mom


ApplyRMSProp, ResourceApplyRMSProp, SparseApplyRMSProp, ResourceSparseApplyRMSProp = _declare(
    _rms_prop,
    "ApplyRMSProp(var: Ref(T), ms: Ref(T), mom: Ref(T), lr: T, rho: T, momentum: T, epsilon: T,"
    " grad: T; T, use_locking: bool = False) -> (out: Ref(T))")


def _centered_rms_prop(var, mg, ms, mom, lr, rho, momentum, epsilon, grad):
    """RMSProp with the running variance of gradients instead of their mean square."""
    ms += (np.square(grad) - ms) * (1 - rho)
    mg += (grad - mg) * (1 - rho)
    mom *= momentum
    mom += (grad * lr) / np.sqrt(ms - np.square(mg) + epsilon)
    var -= mom


(ApplyCenteredRMSProp, ResourceApplyCenteredRMSProp,
 SparseApplyCenteredRMSProp, ResourceSparseApplyCenteredRMSProp) = _declare(
    _centered_rms_prop,
    "ApplyCenteredRMSProp(var: Ref(T), mg: Ref(T), ms: Ref(T), mom: Ref(T), lr: T, rho: T,"
    " momentum: T, epsilon: T, grad: T; T, use_locking: bool = False) -> (out: Ref(T))")


# ---- Ftrl ----


def _ftrl(var, accum, linear, grad, lr, l1, l2, lr_power):
    """FTRL-Proximal (McMahan et al., 2013)."""
    _ftrl_step(var, accum, linear, grad, grad, lr, l1, l2, lr_power)


def _ftrl_v2(var, accum, linear, grad, lr, l1, l2, l2_shrinkage, lr_power):
    """FTRL-Proximal whose linear term gets the gradient of an L2 penalty, too."""
    _ftrl_step(var, accum, linear, grad, grad + 2 * l2_shrinkage * var, lr, l1, l2, lr_power)


def _ftrl_step(var, accum, linear, grad, linear_grad, lr, l1, l2, lr_power):
    def power(value):
        return np.sqrt(value) if lr_power == -0.5 else np.power(value, -lr_power)

    new_accum = accum + np.square(grad)
    linear += linear_grad
    linear -= (power(new_accum) - power(accum)) / lr * var
    shrunk = (l1 * np.sign(linear) - linear) / (power(new_accum) / lr + 2 * l2)
    var[...] = np.where(np.abs(linear) > l1, shrunk, 0)
    accum[...] = new_accum


ApplyFtrl, ResourceApplyFtrl, SparseApplyFtrl, ResourceSparseApplyFtrl = _declare(
    _ftrl,
    "ApplyFtrl(var: Ref(T), accum: Ref(T), linear: Ref(T), grad: T, lr: T, l1: T, l2: T,"
    " lr_power: T; T, use_locking: bool = False) -> (out: Ref(T))")

ApplyFtrlV2, ResourceApplyFtrlV2, SparseApplyFtrlV2, ResourceSparseApplyFtrlV2 = _declare(
    _ftrl_v2,
    "ApplyFtrlV2(var: Ref(T), accum: Ref(T), linear: Ref(T), grad: T, lr: T, l1: T, l2: T,"
    " l2_shrinkage: T, lr_power: T; T, use_locking: bool = False) -> (out: Ref(T))")


# ---- AddSign, PowerSign ----


def _add_sign(var, m, lr, alpha, sign_decay, beta, grad):
    """AddSign (Bello et al., 2017): larger steps where gradient and average agree in sign."""
    m[...] = grad * (1 - beta) + m * beta
    var -= lr * (alpha + sign_decay * np.sign(grad) * np.sign(m)) * grad


ApplyAddSign, ResourceApplyAddSign = _declare(
    _add_sign,
    "ApplyAddSign(var: Ref(T), m: Ref(T), lr: T, alpha: T, sign_decay: T, beta: T, grad: T; T,"
    " use_locking: bool = False) -> (out: Ref(T))", sparse=False)


def _power_sign(var, m, lr, logbase, sign_decay, beta, grad):
    """PowerSign (Bello et al., 2017): AddSign with a power in place of the sum."""
    m[...] = grad * (1 - beta) + m * beta
    var -= lr * np.exp(logbase * sign_decay * np.sign(grad) * np.sign(m)) * grad


ApplyPowerSign, ResourceApplyPowerSign = _declare(
    _power_sign,
    "ApplyPowerSign(var: Ref(T), m: Ref(T), lr: T, logbase: T, sign_decay: T, beta: T, grad: T; T,"
    " use_locking: bool = False) -> (out: Ref(T))", sparse=False)
