"""Neural networks: the public functions and the ops of all their modules under one name.

Sliced by subject:

    activation_ops           relu and its relatives
    bias_ops                 bias_add, xw_plus_b, relu_layer
    softmax_ops              softmax, log_softmax
    cross_entropy_ops        losses of classifiers
    moments_ops              moments, batch and l2 normalisation, l2_loss
    batch_norm_ops           batch normalisation in one op
    lrn_ops                  local response normalisation
    dropout_ops              dropout
    ranking_ops              top_k, in_top_k, nth_element
    embedding_ops            embedding_lookup and its sparse form
    windows                  what convolutions and pooling have in common
    conv_ops, pool_ops       convolutions and pooling of images
    depthwise_ops            depthwise and separable convolutions
    volume_ops               convolutions and pooling of volumes
    convolution_ops          sequences, any rank, dilations: composed of the plain ones
    morphology_ops           dilation and erosion of images
    fractional_pool_ops      pooling by ratios that are no integers
    ctc_ops                  connectionist temporal classification; also ctc_beam_search and
                             ctc_label_ops
    zero_fraction_ops        zero_fraction
"""
# ruff: noqa: F401, I001 - re-exports

from minitf.ops.activation_ops import (
    Elu, EluGrad, LeakyRelu, LeakyReluGrad, Relu, Relu6, Relu6Grad, ReluGrad, Selu, SeluGrad,
    Softplus, SoftplusGrad, Softsign, SoftsignGrad, crelu, elu, leaky_relu, relu, relu6, selu,
    softplus, softsign, swish)
from minitf.ops.batch_norm_ops import (
    FusedBatchNorm, FusedBatchNormGrad, FusedBatchNormGradV2, FusedBatchNormGradV3,
    FusedBatchNormV2, FusedBatchNormV3, fused_batch_norm)
from minitf.ops.bias_ops import (
    BiasAdd, BiasAddGrad, BiasAddV1, bias_add, bias_add_v1, relu_layer, xw_plus_b, xw_plus_b_v1)
from minitf.ops.conv_ops import (
    Conv2D, Conv2DBackpropFilter, Conv2DBackpropInput, conv2d, conv2d_backprop_filter,
    conv2d_backprop_input, conv2d_transpose)
from minitf.ops.convolution_ops import (
    atrous_conv2d, atrous_conv2d_transpose, conv1d, conv1d_transpose, conv_transpose, convolution,
    pool, with_space_to_batch)
from minitf.ops.cross_entropy_ops import (
    SoftmaxCrossEntropyWithLogits, SparseSoftmaxCrossEntropyWithLogits, log_poisson_loss,
    sigmoid_cross_entropy_with_logits, softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2, sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits)
from minitf.ops.ctc_label_ops import collapse_repeated, ctc_loss_v2, ctc_unique_labels
from minitf.ops.ctc_ops import (
    CTCBeamSearchDecoder, CTCGreedyDecoder, CTCLoss, ctc_beam_search_decoder,
    ctc_beam_search_decoder_v2, ctc_greedy_decoder, ctc_loss)
from minitf.ops.depthwise_ops import (
    DepthwiseConv2dNative, DepthwiseConv2dNativeBackpropFilter, DepthwiseConv2dNativeBackpropInput,
    depthwise_conv2d, depthwise_conv2d_native, depthwise_conv2d_native_backprop_filter,
    depthwise_conv2d_native_backprop_input, separable_conv2d)
from minitf.ops.dropout_ops import dropout
from minitf.ops.embedding_ops import embedding_lookup, embedding_lookup_sparse
from minitf.ops.fractional_pool_ops import (
    FractionalAvgPool, FractionalAvgPoolGrad, FractionalMaxPool, FractionalMaxPoolGrad,
    fractional_avg_pool, fractional_max_pool)
from minitf.ops.lrn_ops import LRN, LRNGrad, local_response_normalization
from minitf.ops.moments_ops import (
    L2Loss, batch_norm_with_global_normalization, batch_normalization, l2_loss, l2_normalize,
    moments, normalize_moments, sufficient_statistics, weighted_moments)
from minitf.ops.morphology_ops import (
    Dilation2D, Dilation2DBackpropFilter, Dilation2DBackpropInput, dilation2d, erosion2d)
from minitf.ops.pool_ops import (
    AvgPool, AvgPoolGrad, MaxPool, MaxPoolGrad, MaxPoolGradGrad, MaxPoolGradWithArgmax,
    MaxPoolWithArgmax, avg_pool, avg_pool1d, avg_pool_v2, max_pool, max_pool1d, max_pool2d,
    max_pool_v2, max_pool_with_argmax)
from minitf.ops.ranking_ops import (
    InTopK, InTopKV2, NthElement, TopK, TopKV2, in_top_k, nth_element, top_k)
from minitf.ops.rnn_block_ops import (
    BlockLSTM, BlockLSTMGrad, GRUBlockCell, GRUBlockCellGrad, LSTMBlockCell, LSTMBlockCellGrad)
from minitf.ops.softmax_ops import LogSoftmax, Softmax, log_softmax, softmax
from minitf.ops.volume_ops import (
    AvgPool3D, AvgPool3DGrad, Conv3D, Conv3DBackpropFilterV2, Conv3DBackpropInputV2, MaxPool3D,
    MaxPool3DGrad, MaxPool3DGradGrad, avg_pool3d, conv3d, conv3d_backprop_filter, conv3d_transpose,
    max_pool3d)
from minitf.ops.zero_fraction_ops import zero_fraction
