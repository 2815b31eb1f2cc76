"""tf.nn: what neural networks are made of."""
# ruff: noqa: F401 - a namespace

from minitf.ops.activation_ops import crelu, elu, leaky_relu, relu, relu6, selu, softplus, softsign
from minitf.ops.bias_ops import bias_add, relu_layer, xw_plus_b
from minitf.ops.cross_entropy_ops import (
    log_poisson_loss, sigmoid_cross_entropy_with_logits, softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2, sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits)
from minitf.ops.math_ops import sigmoid, tanh
from minitf.ops.softmax_ops import log_softmax, softmax
