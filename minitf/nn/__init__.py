"""tf.nn: what neural networks are made of."""
# ruff: noqa: F401 - a namespace

from minitf.ops.activation_ops import crelu, elu, leaky_relu, relu, relu6, selu, softplus, softsign
from minitf.ops.array_block_ops import depth_to_space, space_to_batch, space_to_depth
from minitf.ops.bias_ops import bias_add, relu_layer, xw_plus_b
from minitf.ops.cross_entropy_ops import (
    log_poisson_loss, sigmoid_cross_entropy_with_logits, softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2, sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits)
from minitf.ops.dropout_ops import dropout
from minitf.ops.embedding_ops import embedding_lookup, embedding_lookup_sparse
from minitf.ops.lrn_ops import local_response_normalization
from minitf.ops.lrn_ops import local_response_normalization as lrn
from minitf.ops.moments_ops import (
    batch_norm_with_global_normalization, batch_normalization, l2_loss, l2_normalize, moments,
    normalize_moments, sufficient_statistics, weighted_moments)
from minitf.ops.ranking_ops import in_top_k, top_k
from minitf.ops.softmax_ops import log_softmax, softmax
from minitf.ops.unary_ops import sigmoid, tanh
from minitf.ops.conv_ops import (
    conv2d, conv2d_backprop_filter, conv2d_backprop_input, conv2d_transpose)
from minitf.ops.pool_ops import (
    avg_pool, avg_pool as avg_pool2d, avg_pool1d, max_pool, max_pool1d, max_pool_with_argmax)
