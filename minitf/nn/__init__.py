"""tf.nn: what neural networks are made of."""
# ruff: noqa: F401 - a namespace

from minitf.ops.array_block_ops import depth_to_space, space_to_batch, space_to_depth
from minitf.ops.nn_ops import (
    avg_pool, avg_pool as avg_pool2d, avg_pool1d, batch_norm_with_global_normalization,
    batch_normalization, bias_add, conv2d, conv2d_backprop_filter, conv2d_backprop_input,
    conv2d_transpose, crelu, dropout, elu, embedding_lookup, embedding_lookup_sparse,
    fused_batch_norm, in_top_k, l2_loss, l2_normalize, leaky_relu, local_response_normalization,
    local_response_normalization as lrn, log_poisson_loss, log_softmax, max_pool, max_pool1d,
    max_pool_with_argmax, moments, normalize_moments, relu, relu6, relu_layer, selu,
    sigmoid_cross_entropy_with_logits, softmax, softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2, softplus, softsign,
    sparse_softmax_cross_entropy_with_logits, sufficient_statistics, top_k,
    weighted_cross_entropy_with_logits, weighted_moments, xw_plus_b)
from minitf.ops.unary_ops import sigmoid, tanh
