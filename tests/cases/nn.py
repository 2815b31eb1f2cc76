"""tf.nn: activations, losses, normalisation, embedding, convolution, pooling."""

from cases import I, N, P, V, bad, bads, row, rows

TOLERANCE = 1e-5

LABELS = V([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
LABEL_PLACES = V([[0, 0], [0, 1], [1, 0]], "int64")
FLOATS = "float32 float64 float16"

ROWS = [
    # ---- activations ----
    rows("""
        tf.nn.relu(x)
        tf.nn.relu6(x * 4)
        tf.nn.elu(x)
        tf.nn.selu(x)
        tf.nn.softplus(x)
        tf.nn.leaky_relu(x)
        tf.nn.leaky_relu(x, alpha=0.3)
        tf.nn.crelu(x)
        tf.nn.swish(x)
        tf.nn.tanh(x)
        tf.nn.sigmoid(x)
        tf.nn.softmax(x)
        tf.nn.log_softmax(x)
        tf.nn.softmax(x, dim=-1)
        tf.nn.zero_fraction(x)
        tf.nn.l2_loss(x)
        tf.nn.l2_normalize(x, 0)
        tf.nn.l2_normalize(x, axis=[0, 1], epsilon=1e-6)
    """, "float32 float64", x=N(2, 3)),
    row("tf.nn.softplus(x)", FLOATS, numeric=False,
        x=V([-20.0, -14.0, -9.0, -5.0, 5.0, 9.5, 14.0])),
    row('tf.extract_image_patches(x, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID")',
        grads=False, shapes="known", x=N(0, 3, 4, 2)),
    row("tf.nn.softsign(x)", numeric=1, x=N(2, 3)),
    row("tf.nn.relu(x)", "int32 int64 int8 float16", x=N(2, 3)),
    row("tf.nn.softmax(x)", x=N(2, 3, 4)),
    row("tf.nn.softmax(x, axis=1)", shapes="known partly", x=N(2, 3, 4)),
    row("tf.nn.softmax(x, axis=0)", shapes="known partly", x=N(2, 3)),
    row("tf.nn.log_softmax(x, axis=0)", shapes="known partly", x=N(2, 3)),
    row("tf.nn.softmax(x)", x=N(4)),
    row("tf.nn.softmax(x)", "float32 float16", numeric=False, x=V([[1000.0, 0.0], [-1000.0, 3.0]])),
    rows("""
        raw.ReluGrad(gradients=x, features=y)
        raw.Relu6Grad(gradients=x, features=y)
        raw.EluGrad(gradients=x, outputs=y)
        raw.SeluGrad(gradients=x, outputs=y)
        raw.SoftplusGrad(gradients=x, features=y)
        raw.SoftsignGrad(gradients=x, features=y)
        raw.LeakyReluGrad(gradients=x, features=y)
    """, "float32 float64", x=N(2, 3), y=N(2, 3)),
    row("tf.nn.dropout(x, rate=0.4, seed=3)", numeric=False, x=N(3, 4)),
    row("tf.nn.dropout(x, keep_prob=0.5, seed=1)", numeric=False, x=N(3, 4)),
    row("tf.nn.dropout(x, rate=0.3, noise_shape=[3, 1], seed=1)", numeric=False, x=N(3, 4)),
    bads("""
        tf.nn.dropout(x, rate=1.5)
        tf.nn.dropout(x)
        tf.nn.dropout(x, keep_prob=0.0)
        tf.nn.softmax(x, axis=3)
        tf.nn.bias_add(x, [1.0, 2.0])
        tf.nn.bias_add(x[0], [1.0, 2.0, 3.0])
        tf.nn.relu(tf.cast(x, tf.complex64))
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 5], logits=x)
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1, 2], logits=x)
        tf.nn.softmax_cross_entropy_with_logits(x, x)
        tf.nn.sigmoid_cross_entropy_with_logits(labels=x[0], logits=x)
        tf.nn.sigmoid_cross_entropy_with_logits(x, x)
        tf.nn.embedding_lookup(x, [2])
        tf.nn.moments(x, 5)
        tf.nn.l2_normalize(x, 4)
        tf.nn.lrn(x)
        tf.nn.in_top_k(x, [0], 1)
    """, "float32", shapes="known", x=N(2, 3)),

    # ---- biases ----
    row("tf.nn.bias_add(x, y)", "float32 float64 int32", x=N(2, 3), y=N(3)),
    row("tf.nn.bias_add(x, y)", x=N(2, 2, 2, 3), y=N(3)),
    row("tf.nn.bias_add(x, y, data_format='NCHW')", x=N(2, 3, 2, 2), y=N(3)),
    row("tf.nn.bias_add(x, y, 'NHWC')", x=N(1, 2, 2, 3), y=N(3)),
    row("raw.BiasAddV1(value=x, bias=y)", x=N(2, 3), y=N(3)),
    row("raw.BiasAddGrad(out_backprop=x)", x=N(2, 3)),
    row("tf.nn.xw_plus_b(x, w, b)", x=N(2, 3), w=N(3, 4), b=N(4)),
    row("tf.nn.relu_layer(x, w, b)", x=N(2, 3), w=N(3, 4), b=N(4)),

    # ---- losses ----
    rows("""
        tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)
        tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)
        tf.nn.weighted_cross_entropy_with_logits(targets=y, logits=x, pos_weight=2.0)
        tf.nn.log_poisson_loss(y, x)
        tf.nn.log_poisson_loss(y + 1.5, x, compute_full_loss=True)
        tf.squared_difference(x, y)
    """, "float32 float64", x=N(2, 3), y=LABELS),
    # The gradient for labels ignores that the one for logits depends on them.
    rows("""
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x)
        tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x))
    """, numeric=1, x=N(2, 3), y=LABELS),
    rows("""
        raw.SoftmaxCrossEntropyWithLogits(features=x, labels=y)
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x, axis=0)
    """, numeric=False, x=N(2, 3), y=LABELS),
    row("raw.SparseSoftmaxCrossEntropyWithLogits(features=x, labels=i)", numeric=False, x=N(4, 3),
        i=I(4, below=3)),
    row("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=x)", numeric=1, x=N(4, 3),
        i=I(4, below=3)),
    row("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=x)",
        numeric=1, shapes="known", x=N(2, 2, 3), i=I(2, 2, below=3)),
    row("tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)", numeric=False, x=N(2, 2, 3),
        y=P(2, 2, 3)),

    # ---- moments, normalisation ----
    rows("""
        tf.nn.moments(x, [0])
        tf.nn.moments(x, [0, 1], keep_dims=True)
        tf.nn.moments(x, axes=[1], keepdims=True)
        tf.nn.weighted_moments(x, [0], [[1.0], [2.0]])
        tf.nn.sufficient_statistics(x, [0])
    """, "float32", x=N(2, 3)),
    row("tf.nn.moments(x, [0])", "float64", numeric=1, x=N(2, 3)),
    row("tf.nn.normalize_moments(2.0, x, y, None)", "float32", x=N(3), y=P(3)),
    row("tf.nn.batch_normalization(x, m, v, b, g, 1e-3)", x=N(2, 3), m=N(3), v=P(3), b=N(3),
        g=N(3)),
    row("tf.nn.batch_normalization(x, m, v, None, None, 1e-3)", x=N(2, 3), m=N(3), v=P(3)),
    rows("""
        tf.nn.lrn(x)
        tf.nn.local_response_normalization(x, depth_radius=1, bias=1.5, alpha=0.5, beta=0.75)
    """, "float32", numeric=False, x=N(2, 2, 2, 4)),
    row("tf.nn.fused_batch_norm(x, g, b)", "float32", numeric=False, x=N(2, 2, 2, 3), g=N(3),
        b=N(3)),
    row("tf.nn.fused_batch_norm(x, g, b, m, v, is_training=False)[0]", "float32", numeric=False,
        x=N(2, 2, 2, 3), g=N(3), b=N(3), m=N(3), v=P(3)),

    # ---- embedding ----
    rows("""
        tf.nn.embedding_lookup(x, i)
        tf.nn.embedding_lookup(x, i, max_norm=1.0)
    """, "float32", x=N(4, 3), i=V([0, 3, 0], "int32")),
    row('tf.nn.embedding_lookup([x, y], i, partition_strategy="div")', "float32", x=N(2, 3),
        y=N(2, 3), i=V([0, 3, 2], "int32")),
    rows("""
        tf.nn.embedding_lookup([x, y], i)
    """, "float32", shapes="known partly", x=N(2, 3), y=N(2, 3), i=V([0, 3, 2], "int32")),
    rows("""
        tf.nn.embedding_lookup_sparse(x, tf.SparseTensor([[0, 0], [0, 1], [1, 0]], i, [2, 2]), None)
        tf.nn.embedding_lookup_sparse(x, tf.SparseTensor([[0, 0], [0, 1], [1, 0]], i, [2, 2]), None,
            combiner="sum")
    """, "float32", shapes="known", x=N(4, 3), i=V([0, 3, 2], "int64")),

    # ---- convolution and pooling ----
    rows("""
        tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME")
        tf.nn.conv2d(x, w, strides=[1, 2, 2, 1], padding="VALID")
        tf.nn.conv2d(x, w, strides=2, padding="SAME")
        tf.nn.conv2d(x, w, 1, [[0, 0], [1, 0], [0, 2], [0, 0]])
        tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME")
        tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "VALID")
    """, "float32 float64", x=N(2, 4, 5, 2), w=N(2, 3, 2, 3)),
    row("tf.nn.conv2d(x, w, [1, 1, 1, 1], 'SAME', dilations=[1, 2, 2, 1])", "float32", grads=False,
        x=N(2, 4, 5, 2), w=N(2, 3, 2, 3)),
    row("tf.nn.separable_conv2d(x, d, p, [1, 1, 1, 1], 'SAME')", "float32", shapes="known partly",
        x=N(1, 3, 3, 2), d=N(2, 2, 2, 1), p=N(1, 1, 2, 3)),
    row("tf.nn.conv2d_transpose(x, w, [2, 4, 5, 2], [1, 1, 1, 1])", "float32",
        shapes="known partly",
        x=N(2, 4, 5, 3), w=N(2, 3, 2, 3)),
    row("tf.nn.conv1d(x, w, 1, 'SAME')", "float32", shapes="known partly", x=N(2, 5, 2),
        w=N(3, 2, 3)),
    row("tf.nn.conv3d(x, w, [1, 1, 1, 1, 1], 'SAME')", "float32", x=N(1, 3, 3, 3, 1),
        w=N(2, 2, 2, 1, 2)),
    rows("""
        tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
        tf.nn.max_pool(x, ksize=[1, 3, 2, 1], strides=[1, 1, 1, 1], padding="VALID")
        tf.nn.avg_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
        tf.nn.avg_pool(x, [1, 2, 3, 1], [1, 1, 2, 1], "VALID")
        tf.nn.max_pool2d(x, 2, 2, "SAME")
    """, "float32 float64", numeric=1, x=N(2, 4, 5, 2)),
    row("tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')", "float32",
        numeric=False,
        x=N(2, 4, 5, 2)),
    row("tf.nn.atrous_conv2d(x, w, 2, 'SAME')", "float32", shapes="known", x=N(1, 4, 4, 1),
        w=N(2, 2, 1, 2)),
    rows("""
        tf.extract_image_patches(x, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID")
        tf.image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "SAME")
    """, "float32", shapes="known", x=N(1, 3, 4, 2)),

    # ---- morphology, fractional pooling ----
    rows("""
        tf.nn.dilation2d(x, w, [1, 1, 1, 1], [1, 1, 1, 1], "SAME")
        tf.nn.erosion2d(x, w, [1, 2, 1, 1], [1, 1, 2, 1], "VALID")
    """, "float32 float64", numeric=1, x=N(1, 4, 5, 2), w=N(2, 2, 2)),
    row('tf.nn.dilation2d(x, w, [1, 1, 1, 1], [1, 1, 1, 1], "SAME")', "int32 uint8 float16",
        shapes="known", numeric=False, x=N(1, 4, 5, 2), w=N(2, 2, 2)),
    bad('tf.nn.dilation2d(x, w, [1, 1, 1, 1], [1, 1, 1, 1], "SAME")', x=N(1, 4, 5, 2),
        w=N(2, 2, 3)),
    rows("""
        raw.Dilation2DBackpropInput(input=x, filter=w, out_backprop=g, strides=[1, 1, 1, 1], \
            rates=[1, 1, 1, 1], padding="VALID")
        raw.Dilation2DBackpropFilter(input=x, filter=w, out_backprop=g, strides=[1, 1, 1, 1], \
            rates=[1, 1, 1, 1], padding="VALID")
    """, "float32 int32", grads=False, x=N(1, 4, 5, 2), w=N(2, 2, 2), g=N(1, 3, 4, 2)),
    rows("""
        tf.nn.fractional_max_pool(x, [1.0, 1.5, 1.3, 1.0], deterministic=True, seed=4)
        tf.nn.fractional_max_pool(x, [1.0, 1.4, 2.2, 1.0], True, True, True, 4, 6)
        tf.nn.fractional_avg_pool(x, [1.0, 1.5, 1.3, 1.0], deterministic=True, seed2=4)
        tf.nn.fractional_avg_pool(x, [1.0, 1.4, 2.2, 1.0], True, True, True, 4, 6)
    """, "float32 float64 int32", shapes="known", numeric=1, x=N(1, 6, 7, 2)),
    bad("tf.nn.fractional_max_pool(x, [1.0, 1.5, 1.3, 1.0], seed=4)", x=N(1, 6, 7, 2)),
    row("raw.FractionalMaxPoolGrad(orig_input=x, orig_output=y, out_backprop=g, overlapping=True,"
        " row_pooling_sequence=rows, col_pooling_sequence=columns)", "float32 int32", grads=False,
        x=N(1, 4, 5, 2), y=N(1, 2, 2, 2), g=N(1, 2, 2, 2), rows=V([0, 1, 4], "int64"),
        columns=V([0, 3, 5], "int64")),
    row("raw.FractionalAvgPoolGrad(orig_input_tensor_shape=s, out_backprop=g, overlapping=True,"
        " row_pooling_sequence=rows, col_pooling_sequence=columns)", "float32 float64 int32",
        grads=False, s=V([1, 4, 5, 2], "int64"), g=N(1, 2, 2, 2), rows=V([0, 1, 4], "int64"),
        columns=V([0, 3, 5], "int64")),

    # ---- connectionist temporal classification ----
    row("tf.nn.ctc_loss(tf.SparseTensor(i, v, [2, 2]), x, n)", "float32", i=LABEL_PLACES,
        v=V([1, 1, 2], "int32"), x=N(6, 2, 4), n=V([6, 4], "int32")),
    row("tf.nn.ctc_loss(tf.SparseTensor(i, v, [2, 2]), x, n)", "float32", shapes="known",
        grads=False, i=LABEL_PLACES, v=V([0, 2, 0], "int32"), x=N(6, 2, 4), n=V([5, 6], "int32")),
    bad("tf.nn.ctc_loss(tf.SparseTensor(i, v, [2, 2]), x, n)", i=LABEL_PLACES,
        v=V([0, 2, 0], "int32"), x=N(6, 2, 4), n=V([1, 6], "int32")),
    row("tf.nn.ctc_greedy_decoder(x, n)", "float32 float64", x=N(6, 2, 4), n=V([6, 4], "int32")),
    row("tf.nn.ctc_beam_search_decoder(x, n, beam_width=5, top_paths=2)", "float32",
        x=N(6, 2, 4), n=V([6, 4], "int32")),

    # ---- volumes, second gradients of pooling, older batch normalisation ----
    rows("""
        tf.nn.max_pool3d(x, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "SAME")
        tf.nn.avg_pool3d(x, [1, 2, 2, 2, 1], [1, 1, 1, 1, 1], "VALID")
        tf.gradients(tf.nn.max_pool3d(x, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "SAME"), x)
        tf.extract_volume_patches(x, [1, 2, 2, 2, 1], [1, 1, 1, 1, 1], "VALID")
    """, "float32", shapes="known", x=N(1, 3, 3, 3, 2)),
    row("tf.gradients(tf.nn.max_pool(x, [1, 2, 2, 1], [1, 1, 1, 1], 'VALID'), x)", "float32",
        shapes="known",
        x=N(1, 3, 3, 1)),
    rows("""
        raw.FusedBatchNorm(x=x, scale=g, offset=b, mean=[], variance=[])[0]
        raw.FusedBatchNormV2(x=x, scale=g, offset=b, mean=[], variance=[])[0]
        raw.FusedBatchNorm(x=x, scale=g, offset=b, mean=b, variance=g, is_training=False)[0]
        raw.FusedBatchNormV2(x=x, scale=g, offset=b, mean=b, variance=g, is_training=False)[0]
    """, "float32", numeric=False, x=N(2, 2, 2, 3), g=P(3), b=N(3)),

    # ---- sampling classes ----
    rows("""
        tf.nn.uniform_candidate_sampler(i, 1, 3, True, 5, seed=1)
        tf.nn.log_uniform_candidate_sampler(i, 1, 3, True, 5, seed=1)
        tf.nn.learned_unigram_candidate_sampler(i, 1, 3, True, 5, seed=1)
        tf.nn.fixed_unigram_candidate_sampler(i, 1, 3, True, 5, unigrams=[1.0, 2.0, 3.0, 4.0, 5.0],
            seed=1)
        raw.ThreadUnsafeUnigramCandidateSampler(true_classes=i, num_true=1, num_sampled=3,
            unique=True, range_max=5, seed=1, seed2=2)
        tf.nn.all_candidate_sampler(i, 1, 5, True, seed=1)
        tf.nn.compute_accidental_hits(i, tf.constant([1, 2, 0], tf.int64), 1)
    """, "float32", i=V([[0], [2]], "int64")),

    # ---- fake quantisation ----
    rows("""
        tf.fake_quant_with_min_max_args(x, -1.0, 1.0, num_bits=4)
        tf.fake_quant_with_min_max_vars(x, -1.0, 1.5)
        tf.fake_quant_with_min_max_vars(x, tf.constant(-1.0), 1.5, narrow_range=True)
    """, "float32", x=N(2, 3)),
    rows("""
        tf.quantization.quantize_and_dequantize(x, -1.0, 1.0)
        tf.quantization.quantize_and_dequantize(x, -1.0, 1.0, num_bits=4, range_given=True)
        raw.QuantizeAndDequantizeV2(input=x, input_min=-1.0, input_max=1.0)
        raw.QuantizeAndDequantizeV3(input=x, input_min=-1.0, input_max=1.0, num_bits=8)
    """, "float32", x=N(2, 3)),
    row("tf.fake_quant_with_min_max_vars_per_channel(x, a, b)", "float32", x=N(2, 3),
        a=V([-1.0, -2.0, -0.5]), b=V([1.0, 0.5, 0.25])),
]
