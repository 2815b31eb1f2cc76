"""tf.nn: what neural networks are made of."""
# ruff: noqa: F401, I001 - a namespace

from minitf.ops.array_block_ops import depth_to_space, space_to_batch, space_to_depth
from minitf.ops.average_loss_ops import compute_average_loss, scale_regularization_loss
from minitf.ops.candidate_sampling_ops import (
    all_candidate_sampler, compute_accidental_hits, fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler, log_uniform_candidate_sampler, uniform_candidate_sampler)
from minitf.ops.nce_ops import nce_loss, sampled_softmax_loss
from minitf.ops.embedding_ops import safe_embedding_lookup_sparse
from minitf.ops.nn_ops import (
    atrous_conv2d, atrous_conv2d_transpose, avg_pool, avg_pool as avg_pool2d, avg_pool1d,
    avg_pool3d, avg_pool_v2,
    batch_norm_with_global_normalization, batch_normalization, bias_add, collapse_repeated, conv1d,
    conv1d_transpose, conv2d, conv2d_backprop_filter, conv2d_backprop_input, conv2d_transpose,
    conv3d, conv3d_backprop_filter, conv3d_backprop_filter as conv3d_backprop_filter_v2,
    conv3d_transpose, conv_transpose,
    convolution, crelu, ctc_beam_search_decoder, ctc_beam_search_decoder_v2, ctc_greedy_decoder,
    ctc_loss, ctc_loss_v2, ctc_unique_labels, depthwise_conv2d, depthwise_conv2d_native,
    depthwise_conv2d_native_backprop_filter, depthwise_conv2d_native_backprop_input,
    depthwise_conv2d_native_backprop_filter as depthwise_conv2d_backprop_filter,
    depthwise_conv2d_native_backprop_input as depthwise_conv2d_backprop_input, dilation2d, dropout,
    elu,
    embedding_lookup, embedding_lookup_sparse, erosion2d, fractional_avg_pool,
    fractional_max_pool, fused_batch_norm, in_top_k, l2_loss,
    l2_normalize, leaky_relu, local_response_normalization, local_response_normalization as lrn,
    log_poisson_loss, log_softmax, max_pool, max_pool1d, max_pool2d, max_pool3d, max_pool_v2,
    max_pool_with_argmax, moments, normalize_moments, pool, relu, relu6, relu_layer, selu,
    separable_conv2d, sigmoid_cross_entropy_with_logits, softmax,
    softmax_cross_entropy_with_logits, softmax_cross_entropy_with_logits_v2, softplus, softsign,
    sparse_softmax_cross_entropy_with_logits, sufficient_statistics, swish, top_k,
    weighted_cross_entropy_with_logits, weighted_moments, with_space_to_batch, xw_plus_b,
    zero_fraction)
from minitf.ops.quantized_nn_ops import (
    quantized_avg_pool, quantized_conv2d, quantized_max_pool, quantized_relu_x)
from minitf.ops.unary_ops import sigmoid, tanh

# Recurrent networks are built on layers: loaded when one of them is first used.
_LAZY_MODULES = {
    "static_rnn": "minitf.rnn.static", "static_state_saving_rnn": "minitf.rnn.static",
    "static_bidirectional_rnn": "minitf.rnn.static", "dynamic_rnn": "minitf.rnn.dynamic",
    "bidirectional_dynamic_rnn": "minitf.rnn.dynamic", "raw_rnn": "minitf.rnn.raw"}


def __getattr__(name):
    import importlib

    if name == "rnn_cell":
        return importlib.import_module("minitf.nn.rnn_cell")
    if name in _LAZY_MODULES:
        return getattr(importlib.import_module(_LAZY_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_LAZY_MODULES, "rnn_cell"])
