"""Activation functions of neural networks, and the ops that compute their gradients."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import merge_shapes
from minitf.ops.elementwise import elementwise, literal, number

_REAL = "float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"
_FLOATS = "half bfloat16 float double"


def _gradient_op(signature, function, gradient=None, **options):
    """Declares an op of a gradient and a tensor that have one shape."""
    op_type = elementwise(signature, function, gradient, **options)
    first, second = (arg.name for arg in op_type.inputs)

    def shape(x, y):
        return merge_shapes(x.shape, y.shape)

    shape.wanted = (first, second)
    op_type.shape_rule = shape
    return op_type


def _zeros(x):
    return array_ops.zeros(shape=array_ops.shape(x), dtype=x.dtype)


# ---- Relu ----


def relu(features, name=None):
    """``max(features, 0)`` (TF op: Relu).

    Args:
      features: a tensor of real numbers.

    Source: Nair and Hinton 2010, "Rectified linear units improve restricted Boltzmann machines".
    """
    return Relu(features, name=name)


def _relu(features):
    return np.maximum(features, features.dtype.type(0))


def _relu_grad(gradients, features):
    return np.multiply(gradients, np.greater(features, number("zero", features)),
                       dtype=gradients.dtype)


def _relu_grad_gradient(op, grad):
    x = op.inputs[1]
    return ReluGrad(grad, x), _zeros(x)


Relu = elementwise("Relu(features: T) -> (activations: T)", _relu,
                   lambda op, grad: ReluGrad(grad, op.outputs[0]), T=_REAL + " qint8")
ReluGrad = _gradient_op("ReluGrad(gradients: T, features: T) -> (backprops: T)", _relu_grad,
                        _relu_grad_gradient, T=_REAL)


@Relu.expression
def _(features, T):
    zero = literal("zero", T)
    return zero and f"np.maximum({features}, {zero})"


# ---- Relu6 ----


def relu6(features, name=None):
    """``min(max(features, 0), 6)`` (TF op: Relu6).

    Source: Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10".
    """
    with name_scope(name, "Relu6", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        return Relu6(features, name=scope)


def _relu6(features):
    number = features.dtype.type
    return np.minimum(np.maximum(features, number(0)), number(6))


def _relu6_grad(gradients, features):
    inside = np.logical_and(np.greater(features, 0), np.less(features, 6))
    return np.multiply(gradients, inside, dtype=gradients.dtype)


def _relu6_grad_gradient(op, grad):
    x = op.inputs[1]
    return Relu6Grad(grad, x), _zeros(x)


Relu6 = elementwise("Relu6(features: T) -> (activations: T)", _relu6,
                    lambda op, grad: Relu6Grad(grad, op.outputs[0]), T=_REAL)
Relu6Grad = _gradient_op("Relu6Grad(gradients: T, features: T) -> (backprops: T)", _relu6_grad,
                         _relu6_grad_gradient, T=_REAL)

# ---- LeakyRelu ----


def leaky_relu(features, alpha=0.2, name=None):
    """``features`` above zero, ``alpha * features`` below (TF op: LeakyRelu).

    Args:
      features: a tensor of floats; integers become float32.
      alpha: the slope below zero, a number.

    Source: Maas, Hannun and Ng 2013, "Rectifier nonlinearities improve neural network acoustic
    models".
    """
    with name_scope(name, "LeakyRelu", [features, alpha]) as scope:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = math_ops.cast(features, dtypes.float32)
        if isinstance(alpha, np.ndarray):
            alpha = alpha.item()
        return LeakyRelu(features, alpha=alpha, name=scope)


def _leaky_relu(features, alpha):
    return _leaky_relu_grad(features, features, alpha)


def _leaky_relu_grad(gradients, features, alpha):
    number = features.dtype.type
    below = number(np.float32(alpha))  # float attributes of TensorFlow have 32 bits
    positive = np.greater(features, 0)
    if 0 <= below <= 1:  # the larger of two numbers is found faster than a choice is made
        return np.multiply(gradients, np.maximum(positive.astype(features.dtype), below))
    return np.multiply(gradients, np.where(positive, number(1), below))


def _leaky_relu_grad_gradient(op, grad):
    x = op.inputs[1]
    return LeakyReluGrad(grad, x, alpha=op._attrs["alpha"]), _zeros(x)


LeakyRelu = elementwise(
    "LeakyRelu(features: T; alpha: float = 0.20000000298023224, T: type = float)"
    " -> (activations: T)", _leaky_relu,
    lambda op, grad: LeakyReluGrad(grad, op.inputs[0], alpha=op._attrs["alpha"]), T=_FLOATS)
LeakyReluGrad = _gradient_op(
    "LeakyReluGrad(gradients: T, features: T; alpha: float = 0.20000000298023224,"
    " T: type = float) -> (backprops: T)", _leaky_relu_grad, _leaky_relu_grad_gradient, T=_FLOATS)

# ---- Elu ----


def elu(features, name=None):
    """``exp(features) - 1`` below zero, ``features`` above (TF op: Elu).

    Source: Clevert, Unterthiner and Hochreiter 2015, "Fast and accurate deep network learning by
    exponential linear units".
    """
    return Elu(features, name=name)


def _elu(features):
    return np.add(_relu(features), _expm1_below_zero(features))


def _expm1_below_zero(x):
    """``exp(x) - 1`` below zero and 0 above, without overflow."""
    return np.subtract(np.exp(np.minimum(x, x.dtype.type(0))), x.dtype.type(1))


def _elu_grad(gradients, outputs):
    number = outputs.dtype.type
    return np.multiply(gradients, np.add(np.fmin(outputs, number(0)), number(1)))


def _elu_grad_gradient(op, grad):
    outputs = op.inputs[1]
    return (EluGrad(grad, outputs),
            array_ops.where(outputs < 0, grad * op.inputs[0], array_ops.zeros_like(outputs)))


Elu = elementwise("Elu(features: T) -> (activations: T)", _elu,
                  lambda op, grad: EluGrad(grad, op.outputs[0]), T=_FLOATS)
EluGrad = _gradient_op("EluGrad(gradients: T, outputs: T) -> (backprops: T)", _elu_grad,
                       _elu_grad_gradient, T=_FLOATS)

# ---- Selu ----

# With these, outputs keep mean 0 and variance 1 from layer to layer (the paper's equation 14).
_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_SCALE_ALPHA = 1.7580993408473768599402175208123


def selu(features, name=None):
    """``scale * features`` above zero, ``scale * alpha * (exp(features) - 1)`` below (TF op: Selu).

    With scale 1.0507 and alpha 1.6733, activations normalise themselves; initialise weights with
    ``variance_scaling_initializer(factor=1.0, mode="FAN_IN")``.
    Source: Klambauer et al. 2017, "Self-normalizing neural networks".
    """
    return Selu(features, name=name)


def _selu(features):
    number = features.dtype.type
    return np.add(np.multiply(_relu(features), number(_SELU_SCALE)),
                  np.multiply(_expm1_below_zero(features), number(_SELU_SCALE_ALPHA)))


def _selu_grad(gradients, outputs):
    number = outputs.dtype.type
    slope = np.where(np.less(outputs, 0), np.add(outputs, number(_SELU_SCALE_ALPHA)),
                     number(_SELU_SCALE))
    return np.multiply(gradients, slope)


def _selu_grad_gradient(op, grad):
    outputs = op.inputs[1]
    return (SeluGrad(grad, outputs),
            array_ops.where(outputs < 0., grad * op.inputs[0], array_ops.zeros_like(outputs)))


Selu = elementwise("Selu(features: T) -> (activations: T)", _selu,
                   lambda op, grad: SeluGrad(grad, op.outputs[0]), T=_FLOATS)
SeluGrad = _gradient_op("SeluGrad(gradients: T, outputs: T) -> (backprops: T)", _selu_grad,
                        _selu_grad_gradient, T=_FLOATS)

# ---- Softplus ----


def softplus(features, name=None):
    """``log(exp(features) + 1)``, which never overflows (TF op: Softplus)."""
    return Softplus(features, name=name)


def _softplus(features):
    # As TensorFlow computes it: of a sum near 1 the logarithm keeps few digits.
    number = features.dtype.type
    epsilon = 2.0 ** -13 if features.dtype == np.float16 else np.finfo(features.dtype).eps
    threshold = number(np.log(epsilon) + 2)
    exp = np.exp(features)
    middle = np.log(np.add(exp, number(1)))
    return np.where(features > -threshold, features, np.where(features < threshold, exp, middle))


def _softplus_grad(gradients, features):
    return np.divide(gradients, np.add(np.exp(-features), features.dtype.type(1)))


def _softplus_grad_gradient(op, grad):
    dy, x = op.inputs
    with control_dependencies([grad]):
        ddy = SoftplusGrad(grad, x)
        return ddy, grad * dy / (math_ops.exp(-x) + 2.0 + math_ops.exp(x))


Softplus = elementwise("Softplus(features: T) -> (activations: T)", _softplus,
                       lambda op, grad: grad * math_ops.sigmoid(op.inputs[0]), T=_FLOATS)
SoftplusGrad = _gradient_op("SoftplusGrad(gradients: T, features: T) -> (backprops: T)",
                            _softplus_grad, _softplus_grad_gradient, T=_FLOATS)

# ---- Softsign ----


def softsign(features, name=None):
    """``features / (|features| + 1)`` (TF op: Softsign)."""
    return Softsign(features, name=name)


def _softsign(features):
    return np.divide(features, np.add(np.abs(features), features.dtype.type(1)))


def _softsign_grad(gradients, features):
    return np.divide(gradients, np.square(np.add(np.abs(features), features.dtype.type(1))))


Softsign = elementwise("Softsign(features: T) -> (activations: T)", _softsign,
                       lambda op, grad: SoftsignGrad(grad, op.inputs[0]), T=_FLOATS)
# TensorFlow has no second derivative of softsign either: asking for it is a LookupError.
SoftsignGrad = _gradient_op("SoftsignGrad(gradients: T, features: T) -> (backprops: T)",
                            _softsign_grad, T=_FLOATS)

# ---- compositions ----


def crelu(features, name=None, axis=-1):
    """``relu`` of ``features`` and of ``-features``, joined along ``axis``: it gets twice as long.

    Source: Shang et al. 2016, "Understanding and improving convolutional neural networks via
    concatenated rectified linear units".
    """
    with name_scope(name, "CRelu", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        return relu(array_ops.concat([features, -features], axis, name=scope))


def swish(features):
    """``features * sigmoid(features)``, with a gradient that keeps ``features`` alone in memory.

    Source: Ramachandran, Zoph and Le 2017, "Searching for activation functions".
    """
    from minitf.custom_gradient import custom_gradient

    return custom_gradient(_swish_and_gradient)(features)


def _swish_and_gradient(features):
    features = convert_to_tensor(features, name="features")

    def grad(dy):
        with control_dependencies([dy]):
            sigmoid = math_ops.sigmoid(features)
        return dy * (sigmoid * (1.0 + features * (1.0 - sigmoid)))

    return features * math_ops.sigmoid(features), grad
