"""tf.contrib.layers: layers as functions, their initializers and regularizers."""
# ruff: noqa: F401 - a namespace

from minitf.contrib.layers import summaries
from minitf.contrib.layers.convolutional import (
    conv1d, conv2d, conv2d_in_plane, conv2d_transpose, conv3d, conv3d_transpose, convolution,
    convolution1d, convolution2d, convolution2d_in_plane, convolution2d_transpose, convolution3d,
    convolution3d_transpose, separable_conv2d, separable_convolution2d)
from minitf.contrib.layers.core import (
    bias_add, dense_to_sparse, dropout, elu, flatten, fully_connected, images_to_sequence,
    legacy_fully_connected, legacy_linear, legacy_relu, linear, maxout, one_hot_encoding, relu,
    relu6, repeat, sequence_to_images, softmax, stack)
from minitf.contrib.layers.encoders import bow_encoder, embed_sequence, embedding_lookup_unique
from minitf.contrib.layers.initializers import (
    variance_scaling_initializer, xavier_initializer, xavier_initializer_conv2d)
from minitf.contrib.layers.normalization import (
    batch_norm, group_norm, instance_norm, layer_norm, spatial_softmax, unit_norm)
from minitf.contrib.layers.optimizers import (
    OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, optimize_loss)
from minitf.contrib.layers.pooling import avg_pool2d, avg_pool3d, max_pool2d, max_pool3d
from minitf.contrib.layers.summaries import (
    summarize_activation, summarize_activations, summarize_collection, summarize_tensor,
    summarize_tensors)
from minitf.custom_gradient import recompute_grad
from minitf.regularizers import (
    apply_regularization, l1_l2_regularizer, l1_regularizer, l2_regularizer, sum_regularizer)
