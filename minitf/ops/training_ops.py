"""The fused updates of optimizers: one op moves a variable and its slots.

An update comes in up to four ops: on mutable tensors (``ApplyMomentum``) or resource handles
(``ResourceApplyMomentum``), with a dense gradient or one for some rows only (``SparseApplyMomentum``,
``ResourceSparseApplyMomentum``). ``fused`` declares them all from the first; the arithmetic is
written once, below its signature: arrays of the states and scalars in, new arrays of the states out.
"""

import re

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.ops.common_shapes import merge_shapes, with_rank

_NUMBERS = ("float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 bfloat16 uint16 "
            "complex128 half uint32 uint64")


class fused:
    """A decorator of an update's arithmetic that declares its ops.

    Args:
      signature: of the dense op on mutable tensors; its first inputs, the ``Ref`` ones, are the
        variable and its slots, and one input is ``grad`` (or ``delta``).
      sparse: whether there are ops for gradients of some rows, too.

    The decorated function becomes the object that holds the declared ops: ``ref``, ``resource``,
    ``sparse_ref`` and ``sparse_resource``.
    """

    def __init__(self, signature, sparse=True, resource_only=False):
        self.signature = re.sub(r"\s+", " ", signature)
        inputs = self.signature[self.signature.index("(") + 1:self.signature.index(";")].split(", ")
        self.states = [text.split(":")[0] for text in inputs if "Ref(" in text]
        self.has_sparse = sparse

    def __call__(self, arithmetic):
        self.arithmetic = arithmetic
        self.__doc__ = arithmetic.__doc__
        dense = self.signature
        rows = re.sub(r"\b(grad|delta): T", "grad: T, indices: Tindices", dense, count=1)
        rows = "Sparse" + rows.replace("; T,", "; T, Tindices,", 1)
        self.ref = self._declare(dense, False, T=_NUMBERS)
        self.resource = self._declare(_on_resources(dense), True, T=_NUMBERS)
        if self.has_sparse:
            index_types = {"T": _NUMBERS, "Tindices": "int32 int64"}
            self.sparse_ref = self._declare(rows, False, **index_types)
            self.sparse_resource = self._declare(_on_resources(rows), True, **index_types)
        return self

    def _declare(self, signature, stateful, **types):
        op_type = op(signature, stateful=stateful, **types).not_differentiable()
        names = [arg.name for arg in op_type.inputs]
        kernel = self._sparse_kernel(names) if "indices" in names else self._dense_kernel(names)
        op_type.shape_rule = self._shape_rule(op_type, stateful)
        attrs = [attr.name for attr in op_type.attrs if attr.name.startswith(("use_n", "update"))]
        op_type.kernel_rule = kernel
        op_type.kernel_parameters = tuple(names + attrs)
        return op_type

    def _dense_kernel(self, names):
        states, arithmetic, count = self.states, self.arithmetic, len(self.states)

        def kernel(*inputs, **attrs):
            cells = inputs[:count]
            values = [cell.read() for cell in cells]
            new = arithmetic(*values, *inputs[count:], **attrs)
            for cell, value, before in zip(cells, new, values):
                cell.assign(np.asarray(value, dtype=before.dtype))
            return cells[0]

        kernel.__name__ = "_".join(states)
        return kernel

    def _sparse_kernel(self, names):
        arithmetic, count = self.arithmetic, len(self.states)
        place = names.index("indices") - count

        def kernel(*inputs, **attrs):
            cells, rest = inputs[:count], list(inputs[count:])
            indices = rest.pop(place)
            grad = rest[place - 1]
            values = [cell.read().copy() for cell in cells]
            _check_rows(indices, grad, values[0])
            for rows, positions in _rounds(indices):
                rest[place - 1] = grad[positions]
                new = arithmetic(*[value[rows] for value in values], *rest, **attrs)
                for value, part in zip(values, new):
                    value[rows] = part
            for cell, value in zip(cells, values):
                cell.assign(value)
            return cells[0]

        return kernel

    def _shape_rule(self, op_type, on_resources):
        """States and the dense gradient have one shape; hyperparameters are scalars."""
        names = [arg.name for arg in op_type.inputs]
        states = () if on_resources else self.states
        sparse = "indices" in names

        def rule(*tensors):
            by_name = dict(zip(names, tensors))
            shape = None
            for name in states:
                known = by_name[name].shape
                shape = known if shape is None else merge_shapes(shape, known)
            for name in names:
                if name == "indices":
                    with_rank(by_name[name].shape, 1)
                elif name not in self.states and name not in ("grad", "delta"):
                    with_rank(by_name[name].shape, 0)
                elif name in ("grad", "delta") and not sparse and shape is not None:
                    shape = merge_shapes(shape, by_name[name].shape)
            return shape

        rule.wanted = tuple(names)
        return rule


def _on_resources(signature):
    """The signature of the same update on resource handles."""
    signature = re.sub(r"Ref\(T\)", "resource", signature.split(" -> ")[0]) + " -> ()"
    return "Resource" + signature


def _rounds(indices):
    """Pairs (rows, positions) in which no row comes twice: repeated rows take turns, in order."""
    indices = np.asarray(indices)
    positions = np.arange(indices.size)
    while positions.size:
        rows, first = np.unique(indices[positions], return_index=True)
        yield rows, positions[first]
        positions = np.delete(positions, first)


def _check_rows(indices, grad, value):
    if np.shape(grad)[:1] != np.shape(indices):
        raise errors.InvalidArgumentError(
            None, None, "grad must be the same size as indices in the first dimension.")
    bad = np.flatnonzero((indices < 0) | (indices >= value.shape[0]))
    if bad.size:
        raise errors.InvalidArgumentError(
            None, None, f"Index {indices[bad[0]]} at offset {bad[0]} in indices is out of range")


# ---- gradient descent ----


def apply_gradient_descent(var, alpha, delta, use_locking=False, name=None):
    """``var <- var - alpha * delta`` (TF op: ApplyGradientDescent)."""
    return _gradient_descent.ref(var, alpha, delta, use_locking=use_locking, name=name)


def resource_apply_gradient_descent(var, alpha, delta, use_locking=False, name=None):
    """``var <- var - alpha * delta`` (TF op: ResourceApplyGradientDescent)."""
    return _gradient_descent.resource(var, alpha, delta, use_locking=use_locking, name=name)


@fused("ApplyGradientDescent(var: Ref(T), alpha: T, delta: T; T, use_locking: bool = False)"
       " -> (out: Ref(T))", sparse=False)
def _gradient_descent(var, alpha, delta):
    return (var - alpha * delta,)


# ---- proximal gradient descent ----


@fused("ApplyProximalGradientDescent(var: Ref(T), alpha: T, l1: T, l2: T, delta: T; T,"
       " use_locking: bool = False) -> (out: Ref(T))")
def proximal_gradient_descent(var, alpha, l1, l2, delta):
    """FOBOS (Duchi and Singer, 2009): a gradient step, then shrinkage by l1 and l2."""
    return (_shrunk(var - delta * alpha, alpha, l1, l2),)


def _shrunk(prox, rate, l1, l2):
    if l1 > 0:
        prox = np.sign(prox) * np.maximum(np.abs(prox) - rate * l1, 0)
    return prox / (1 + l2 * rate)


# ---- momentum ----


@fused("ApplyMomentum(var: Ref(T), accum: Ref(T), lr: T, grad: T, momentum: T; T,"
       " use_locking: bool = False, use_nesterov: bool = False) -> (out: Ref(T))")
def momentum(var, accum, lr, grad, momentum, use_nesterov):
    """``accum <- momentum * accum + grad; var <- var - lr * accum`` (or Nesterov's look-ahead)."""
    accum = accum * momentum + grad
    step = grad * lr + accum * momentum * lr if use_nesterov else accum * lr
    return var - step, accum


# ---- Adam ----


def apply_adam(var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad,
               use_locking=False, use_nesterov=False, name=None):
    """One Adam step on a variable and its averages (TF op: ApplyAdam)::

        lr_t = lr * sqrt(1 - beta2_power) / (1 - beta1_power)
        m <- beta1 * m + (1 - beta1) * grad
        v <- beta2 * v + (1 - beta2) * grad^2
        var <- var - lr_t * m / (sqrt(v) + epsilon)

    Args:
      var, m, v: mutable tensors of one shape.
      beta1_power, beta2_power: scalars, the powers of beta1 and beta2 up to this step.
      lr, beta1, beta2, epsilon: scalars.
      grad: the gradient, of the variable's shape.
      use_locking: whether concurrent updates exclude each other.
      use_nesterov: use the update that looks ahead.
    """
    return _adam.ref(var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad,
                     use_locking=use_locking, use_nesterov=use_nesterov, name=name)


def resource_apply_adam(var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad,
                        use_locking=False, use_nesterov=False, name=None):
    """``apply_adam`` on resource variables (TF op: ResourceApplyAdam)."""
    return _adam.resource(var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad,
                          use_locking=use_locking, use_nesterov=use_nesterov, name=name)


@fused("ApplyAdam(var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, beta2_power: T, lr: T, beta1: T,"
       " beta2: T, epsilon: T, grad: T; T, use_locking: bool = False, use_nesterov: bool = False)"
       " -> (out: Ref(T))", sparse=False)
def _adam(var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad, use_nesterov):
    lr_t = lr * np.sqrt(1 - beta2_power) / (1 - beta1_power)
    m = m + (grad - m) * (1 - beta1)
    v = v + (np.square(grad) - v) * (1 - beta2)
    direction = m * beta1 + grad * (1 - beta1) if use_nesterov else m
    return var - direction * lr_t / (np.sqrt(v) + epsilon), m, v


@fused("ApplyAdaMax(var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, lr: T, beta1: T, beta2: T,"
       " epsilon: T, grad: T; T, use_locking: bool = False) -> (out: Ref(T))", sparse=False)
def ada_max(var, m, v, beta1_power, lr, beta1, beta2, epsilon, grad):
    """AdaMax (Kingma and Ba, 2014, section 7.1): Adam with the infinity norm."""
    m = m + (grad - m) * (1 - beta1)
    v = np.maximum(beta2 * v, np.abs(grad))
    return var - lr / (1 - beta1_power) * (m / (v + epsilon)), m, v


# ---- Adagrad ----


@fused("ApplyAdagrad(var: Ref(T), accum: Ref(T), lr: T, grad: T; T, use_locking: bool = False,"
       " update_slots: bool = True) -> (out: Ref(T))")
def adagrad(var, accum, lr, grad, update_slots):
    """``accum <- accum + grad^2; var <- var - lr * grad / sqrt(accum)``."""
    if update_slots:
        accum = accum + np.square(grad)
    return var - grad * lr * (1 / np.sqrt(accum)), accum


@fused("ApplyAdagradV2(var: Ref(T), accum: Ref(T), lr: T, epsilon: T, grad: T; T,"
       " use_locking: bool = False, update_slots: bool = True) -> (out: Ref(T))")
def adagrad_v2(var, accum, lr, epsilon, grad, update_slots):
    """``accum <- accum + grad^2; var <- var - lr * grad / (sqrt(accum) + epsilon)``."""
    if update_slots:
        accum = accum + np.square(grad)
    return var - grad * lr / (np.sqrt(accum) + epsilon), accum


@fused("ApplyProximalAdagrad(var: Ref(T), accum: Ref(T), lr: T, l1: T, l2: T, grad: T; T,"
       " use_locking: bool = False) -> (out: Ref(T))")
def proximal_adagrad(var, accum, lr, l1, l2, grad):
    """An Adagrad step, then shrinkage by l1 and l2."""
    accum = accum + np.square(grad)
    rate = lr * (1 / np.sqrt(accum))
    return _shrunk(var - grad * rate, rate, l1, l2), accum


@fused("ApplyAdagradDA(var: Ref(T), gradient_accumulator: Ref(T),"
       " gradient_squared_accumulator: Ref(T), grad: T, lr: T, l1: T, l2: T, global_step: int64; T,"
       " use_locking: bool = False) -> (out: Ref(T))")
def adagrad_da(var, gradient_accumulator, gradient_squared_accumulator, grad, lr, l1, l2,
               global_step):
    """Adagrad dual averaging: the variable comes from the sums of gradients and of their squares."""
    step = np.asarray(global_step, dtype=var.dtype)
    total = gradient_accumulator + grad
    squares = gradient_squared_accumulator + np.square(grad)
    shrunk = total
    if l1 > 0:
        shrunk = np.sign(total) * np.maximum(np.abs(total) - l1 * step, 0)
    return -lr * shrunk / (l2 * step * lr + np.sqrt(squares)), total, squares


# ---- Adadelta ----


@fused("ApplyAdadelta(var: Ref(T), accum: Ref(T), accum_update: Ref(T), lr: T, rho: T, epsilon: T,"
       " grad: T; T, use_locking: bool = False) -> (out: Ref(T))")
def adadelta(var, accum, accum_update, lr, rho, epsilon, grad):
    """Adadelta (Zeiler, 2012): steps in the ratio of running root mean squares."""
    accum = accum * rho + np.square(grad) * (1 - rho)
    update = np.sqrt(accum_update + epsilon) * (1 / np.sqrt(accum + epsilon)) * grad
    return var - update * lr, accum, accum_update * rho + np.square(update) * (1 - rho)


# ---- RMSProp ----


@fused("ApplyRMSProp(var: Ref(T), ms: Ref(T), mom: Ref(T), lr: T, rho: T, momentum: T, epsilon: T,"
       " grad: T; T, use_locking: bool = False) -> (out: Ref(T))")
def rms_prop(var, ms, mom, lr, rho, momentum, epsilon, grad):
    """RMSProp (Tieleman and Hinton, 2012): steps divided by the running root mean square."""
    ms = ms + (np.square(grad) - ms) * (1 - rho)
    mom = mom * momentum + (grad * lr) / np.sqrt(ms + epsilon)
    return var - mom, ms, mom


@fused("ApplyCenteredRMSProp(var: Ref(T), mg: Ref(T), ms: Ref(T), mom: Ref(T), lr: T, rho: T,"
       " momentum: T, epsilon: T, grad: T; T, use_locking: bool = False) -> (out: Ref(T))")
def centered_rms_prop(var, mg, ms, mom, lr, rho, momentum, epsilon, grad):
    """RMSProp with the running variance instead of the mean square."""
    ms = ms + (np.square(grad) - ms) * (1 - rho)
    mg = mg + (grad - mg) * (1 - rho)
    mom = mom * momentum + (grad * lr) / np.sqrt(ms - np.square(mg) + epsilon)
    return var - mom, mg, ms, mom


# ---- Ftrl ----


def _ftrl(var, accum, linear, grad, gradient_of_linear, lr, l1, l2, lr_power):
    def power(value):
        return np.sqrt(value) if lr_power == -0.5 else np.power(value, -lr_power)

    new_accum = accum + np.square(grad)
    linear = linear + gradient_of_linear - (power(new_accum) - power(accum)) / lr * var
    shrunk = (l1 * np.sign(linear) - linear) / (power(new_accum) / lr + 2 * l2)
    return np.where(np.abs(linear) > l1, shrunk, 0), new_accum, linear


@fused("ApplyFtrl(var: Ref(T), accum: Ref(T), linear: Ref(T), grad: T, lr: T, l1: T, l2: T,"
       " lr_power: T; T, use_locking: bool = False) -> (out: Ref(T))")
def ftrl(var, accum, linear, grad, lr, l1, l2, lr_power):
    """FTRL-Proximal (McMahan et al., 2013)."""
    return _ftrl(var, accum, linear, grad, grad, lr, l1, l2, lr_power)


@fused("ApplyFtrlV2(var: Ref(T), accum: Ref(T), linear: Ref(T), grad: T, lr: T, l1: T, l2: T,"
       " l2_shrinkage: T, lr_power: T; T, use_locking: bool = False) -> (out: Ref(T))")
def ftrl_v2(var, accum, linear, grad, lr, l1, l2, l2_shrinkage, lr_power):
    """FTRL-Proximal whose gradient of the linear term has an L2 shrinkage added."""
    return _ftrl(var, accum, linear, grad, grad + 2 * l2_shrinkage * var, lr, l1, l2, lr_power)


# ---- AddSign, PowerSign ----


@fused("ApplyAddSign(var: Ref(T), m: Ref(T), lr: T, alpha: T, sign_decay: T, beta: T, grad: T; T,"
       " use_locking: bool = False) -> (out: Ref(T))", sparse=False)
def add_sign(var, m, lr, alpha, sign_decay, beta, grad):
    """AddSign (Bello et al., 2017): larger steps where gradient and average agree in sign."""
    m = grad * (1 - beta) + m * beta
    return var - lr * (alpha + sign_decay * np.sign(grad) * np.sign(m)) * grad, m


@fused("ApplyPowerSign(var: Ref(T), m: Ref(T), lr: T, logbase: T, sign_decay: T, beta: T, grad: T; T,"
       " use_locking: bool = False) -> (out: Ref(T))", sparse=False)
def power_sign(var, m, lr, logbase, sign_decay, beta, grad):
    """PowerSign (Bello et al., 2017): AddSign with a power in place of the sum."""
    m = grad * (1 - beta) + m * beta
    return var - lr * np.exp(logbase * sign_decay * np.sign(grad) * np.sign(m)) * grad, m
