"""Texts of the steps that fuzzed programs are made of.

``{0}`` and ``{1}`` stand for values of the program: in a table for a kind of dtype, for values of
that kind. What does not fit the value's shape or dtype must be refused as TensorFlow refuses it.
"""


def _lines(text):
    return tuple(line.strip() for line in text.strip().splitlines())


# Smooth functions of any real number, whose gradients central differences can judge.
SMOOTH = _lines(r"""
    tf.tanh({0})
    tf.sigmoid({0})
    tf.sin({0})
    tf.cos({0})
    tf.exp(-tf.square({0}))
    tf.nn.softplus({0})
    tf.atan({0})
    tf.square({0})
    tf.negative({0})
    tf.math.erf({0})
    tf.log1p(tf.square({0}))
    tf.asinh({0})
    {0} * 0.5 + 1.0
    tf.nn.softmax(tf.reshape({0}, [-1]))
    tf.sqrt(tf.square({0}) + 1.0)
    {0} ** 2
    tf.nn.l2_loss({0})
    tf.identity({0})
    tf.math.rsqrt(tf.square({0}) + 1.0)
    tf.math.reciprocal(tf.square({0}) + 1.0)
    tf.nn.l2_normalize(tf.reshape({0}, [-1]) + 9., 0)
""")

ROUGH = _lines(r"""
    tf.abs({0})
    tf.sign({0})
    tf.floor({0})
    tf.ceil({0})
    tf.round({0})
    tf.math.rint({0})
    tf.nn.relu({0})
    tf.nn.relu6({0})
    tf.nn.elu({0})
    tf.nn.selu({0})
    tf.nn.leaky_relu({0})
    tf.nn.softsign({0})
    tf.exp({0})
    tf.log(tf.abs({0}) + 0.5)
    tf.sinh({0})
    tf.cosh({0})
    tf.math.expm1({0})
    tf.clip_by_value({0}, -1., 1.)
    tf.is_nan({0})
    tf.is_finite({0})
    tf.is_inf({0})
    tf.stop_gradient({0})
    tf.cast({0}, tf.int32)
    tf.cast({0}, tf.bool)
    tf.to_float({0})
    tf.to_double({0})
    tf.cast({0}, tf.complex64)
    tf.lgamma({0} + 8.)
    tf.digamma({0} + 8.)
    tf.math.erfc({0})
    tf.acos(tf.tanh({0}))
    tf.atanh(tf.tanh({0}) * 0.5)
    tf.zeros_like({0})
    tf.ones_like({0})
    tf.log_sigmoid({0})
    tf.nn.log_softmax(tf.reshape({0}, [-1]))
    tf.tan({0} * 0.25)
    tf.unique(tf.reshape({0}, [-1]))
    tf.where({0} > 0.5)
    tf.rank({0})
    tf.size({0})
    tf.shape({0})
    tf.argsort(tf.reshape({0}, [-1]))
    tf.nn.l2_loss({0})
    tf.boolean_mask({0}, {0} > 0.)
    tf.count_nonzero({0})
    tf.check_numerics({0}, 'm')
    tf.clip_by_norm({0}, 2.)
    tf.nn.top_k({0}, 1)
    tf.bessel_i0e({0})
    tf.linalg.diag({0})
    tf.global_norm([{0}])
    tf.nn.softmax({0})
    tf.nn.crelu({0})
    tf.reverse_v2({0}, [0])
    tf.sparse_to_dense([1], [3], {0})
    tf.one_hot([1, 0], 2, {0}, 0.)
    tf.nn.softplus({0}) - {0}
    tf.math.cumulative_logsumexp({0})
    tf.rfft({0})
    tf.signal.frame({0}, 2, 1)
    tf.nn.moments({0}, [0])
    tf.sqrt({0})
    tf.matrix_determinant({0})
    tf.matrix_inverse({0})
    tf.cholesky({0})
    tf.trace({0})
    tf.linalg.logm({0})
    tf.svd({0}, compute_uv=False)
    tf.norm({0})
    tf.diag({0})
    tf.norm({0}, ord=1, axis=0)
    tf.norm({0}, axis=-1, keepdims=True)
    tf.diag_part({0})
    tf.nn.max_pool({0}, [1, 2, 2, 1], [1, 1, 1, 1], 'SAME')
    tf.nn.swish({0})
    tf.nn.avg_pool({0}, [1, 2, 2, 1], [1, 2, 2, 1], 'VALID')
    tf.nn.lrn({0})
    tf.nn.conv2d({0}, tf.ones([2, 2, 3, 1]), [1, 1, 1, 1], 'SAME')
    tf.nn.conv1d({0}, tf.ones([2, 3, 2]), 1, 'VALID')
    tf.space_to_depth({0}, 2)
    tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1], logits={0})
    tf.nn.in_top_k({0}, [0, 1], 1)
    tf.nn.bias_add({0}, [1., 2., 3.])
    tf.log({0})
    tf.nn.dropout({0}, rate=0.)
    tf.image.flip_left_right({0})
    tf.as_string({0})
    tf.quantize_and_dequantize_v2({0}, -3., 3.)
    tf.fake_quant_with_min_max_args({0})
    tf.clip_by_average_norm({0}, 1.)
    tf.histogram_fixed_width({0}, [-1., 1.], 4)
    tf.nn.zero_fraction({0})
    tf.nn.weighted_moments({0}, [0], {0})
    tf.sort({0})
    tf.space_to_batch({0}, [[0, 0], [0, 0]], 2)
    tf.extract_image_patches({0}, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], 'VALID')
    tf.map_fn(lambda e: e * 2., {0})
    tf.foldl(lambda a, e: a + e, {0})
    tf.scan(lambda a, e: a * e, {0})
    tf.hessians(tf.reduce_sum({0}), {0})
    tf.cond(tf.reduce_sum({0}) > 0, lambda: {0}, lambda: -{0})
    tf.while_loop(lambda v: tf.reduce_sum(v) < 9., lambda v: v + 1., [{0}])
    tf.case([(tf.size({0}) > 2, lambda: {0})], default=lambda: {0} * 2.)
    tf.linalg.expm({0})
    tf.self_adjoint_eigvals({0})
    tf.qr({0})
    tf.invert_permutation(tf.cast({0}, tf.int32))
""")

INTEGER = _lines(r"""
    tf.abs({0})
    tf.negative({0})
    tf.square({0})
    tf.sign({0})
    {0} + 3
    {0} // 2
    {0} % 3
    7 - {0}
    {0} * {0}
    tf.to_float({0})
    tf.cast({0}, tf.float64)
    tf.one_hot(tf.cast({0}, tf.int32), 3)
    tf.cast({0}, tf.int8)
    tf.cast({0}, tf.uint8)
    tf.bitwise.invert({0})
    {0} / 2
    tf.sequence_mask(tf.abs({0}))
    {0} ** 2
    tf.bincount(tf.cast(tf.abs({0}), tf.int32))
    tf.unique(tf.reshape({0}, [-1]))
    tf.div({0}, 2)
    tf.truncatediv({0}, 2)
    10 // {0}
    tf.zeros(tf.abs(tf.reshape({0}, [-1]))[:4])
    -{0}
    tf.bitwise.left_shift({0}, {0})
    tf.reduce_sum({0}, tf.range(tf.rank({0})))
    tf.fill(tf.shape({0}), 2.)
    tf.one_hot({0}, 4, on_value=2, off_value=-1, axis=0)
    tf.as_string({0})
    tf.eye(tf.size({0}))
    tf.range(tf.size({0}))
    tf.linspace(0., 1., tf.size({0}) + 1)
    tf.nn.embedding_lookup(np.float32([[1, 2], [3, 4], [5, 6]]), {0})
    {0} << 1
    tf.math.floormod({0}, 3)
    tf.bitwise.right_shift({0}, 1)
    tf.bitcast({0}, tf.uint8)
    tf.nn.relu({0})
    tf.where(tf.equal({0}, 1))
    tf.saturate_cast({0}, tf.uint8)
    tf.segment_sum({0}, [0, 0, 1])
    tf.invert_permutation({0})
    tf.unravel_index(tf.abs({0}), [3, 5])
    tf.dynamic_partition({0}, {0} % 2, 2)
    tf.math.segment_max({0}, tf.range(tf.size({0})))
    tf.gather([1., 2., 3., 4.], {0})
    tf.reverse_sequence(tf.ones([3, 4]), {0}, 1)
    tf.cast({0}, tf.string)
    tf.sparse_to_dense(tf.reshape({0}, [-1]), [5], 1)
    tf.population_count({0})
""")

COMPLEX = _lines(r"""
    tf.log({0})
    tf.sqrt({0})
    tf.cos({0})
    tf.sigmoid({0})
    {0} ** 2
    1. / {0}
    tf.matrix_transpose({0}, conjugate=True)
    tf.fft({0})
    tf.ifft({0})
    tf.transpose({0}, conjugate=True)
    tf.cast({0}, tf.float32)
    tf.sign({0})
    tf.linalg.adjoint({0})
    tf.sinh({0})
    tf.cosh({0})
    tf.reduce_prod({0})
    tf.real({0})
    tf.imag({0})
    tf.conj({0})
    tf.abs({0})
    tf.square({0})
    -{0}
    tf.exp({0})
    tf.angle({0})
    tf.reciprocal({0} + 9.)
    tf.tanh({0})
    tf.sin({0})
""")

BOOLEAN = _lines(r"""
    ~{0}
    tf.to_float({0})
    tf.reduce_all({0})
    tf.reduce_any({0}, 0)
    tf.where({0})
    tf.cast({0}, tf.int32)
    tf.logical_not({0})
    tf.count_nonzero({0})
    tf.cond(tf.reduce_all({0}), lambda: 1., lambda: 2.)
    tf.reduce_sum({0})
    -{0}
    tf.boolean_mask(tf.ones([2, 3]), {0})
    tf.where({0}, tf.ones([2]), tf.zeros([2]))
    tf.where_v2({0}, 1., 0.)
    tf.cast({0}, tf.float16)
    tf.nn.relu({0})
    tf.logical_xor({0}, True)
    {0} & False
    tf.size({0})
    tf.unique({0})
    tf.math.reduce_any({0}, keepdims=True)
    tf.zeros_like({0})
""")

STRING = _lines(r"""
    tf.strings.length({0})
    tf.strings.upper({0})
    tf.string_join([{0}, {0}], '-')
    tf.strings.substr({0}, 0, 1)
    tf.reduce_join({0}, 0)
    tf.reduce_join({0})
    tf.string_to_number({0})
    tf.string_to_hash_bucket_fast({0}, 9)
    {0} + 'z'
    tf.strings.regex_replace({0}, '[a-c]', '<\\0>')
    tf.equal({0}, 'a')
    tf.strings.regex_full_match({0}, '[a-z]+')
    tf.string_split({0}, ',')
    tf.strings.strip({0})
    tf.encode_base64({0})
    tf.unique({0})
    {0} * 2
    tf.string_to_hash_bucket_strong({0}, 9, [1, 2])
    tf.shape({0})
    tf.zeros_like({0})
    tf.as_string({0})
    tf.transpose({0})
    tf.decode_raw({0}, tf.uint8)
    tf.tanh({0})
    tf.not_equal({0}, '')
    tf.string_to_hash_bucket({0}, 5)
    tf.reduce_sum({0})
""")

SMOOTH_BINARY = _lines(r"""
    {0} + {1}
    {0} - {1}
    {0} * {1}
    tf.squared_difference({0}, {1})
    {0} / (tf.square({1}) + 1.)
""")

BINARY = {
    "float": _lines(r"""
        {0} + {1}
        {0} - {1}
        {0} * {1}
        {0} / {1}
        tf.maximum({0}, {1})
        tf.minimum({0}, {1})
        tf.squared_difference({0}, {1})
        tf.pow(tf.abs({0}), {1})
        tf.less({0}, {1})
        {0} >= {1}
        tf.equal({0}, {1})
        tf.not_equal({0}, {1})
        tf.div_no_nan({0}, {1})
        {0} // {1}
        {0} % {1}
        tf.atan2({0}, {1})
        tf.add_n([{0}, {1}])
        tf.math.xlogy({0}, tf.abs({1}))
        tf.math.xdivy({0}, {1})
        tf.where({0} > {1}, {0}, {1})
        tf.where_v2({0} > {1}, {0}, {1})
        tf.complex({0}, {1})
        tf.dynamic_stitch([0, 1], [{0}, {1}])
        tf.div({0}, {1})
        tf.nn.sigmoid_cross_entropy_with_logits(labels={0}, logits={1})
        tf.accumulate_n([{0}, {1}])
        tf.meshgrid({0}, {1})
        tf.stack([{0}, {1}], -1)
        tf.broadcast_to({0}, tf.shape({1}))
        tf.zeros_like({0}) + {1}
        tf.cross({0}, {1})
        tf.nn.bias_add({0}, {1})
        tf.reshape({0}, tf.shape({1}))
    """),
    "int": _lines(r"""
        {0} + {1}
        {0} - {1}
        {0} * {1}
        {0} // {1}
        {0} % {1}
        {0} / {1}
        tf.maximum({0}, {1})
        tf.minimum({0}, {1})
        {0} < {1}
        tf.equal({0}, {1})
        tf.bitwise.bitwise_and({0}, {1})
        tf.bitwise.bitwise_xor({0}, {1})
        tf.truncatediv({0}, {1})
        tf.truncatemod({0}, {1})
        tf.setdiff1d({0}, {1})
        tf.pow({0}, tf.abs({1}))
        tf.squared_difference({0}, {1})
        tf.reshape({0}, {1})
        tf.gather({0}, {1})
        tf.unsorted_segment_sum({0}, {1}, 3)
        tf.tile({0}, {1})
    """),
    "complex": _lines(r"""
        {0} + {1}
        {0} * {1}
        {0} - {1}
        {0} / {1}
        tf.equal({0}, {1})
    """),
    "bool": _lines(r"""
        {0} & {1}
        {0} | {1}
        {0} ^ {1}
        tf.equal({0}, {1})
        tf.logical_and({0}, {1})
    """),
}

# Arguments that most of the time do not fit, for values of any kind.
BAD = _lines(r"""
    tf.reshape({0}, [3, 5])
    tf.reshape({0}, [-1, -1])
    tf.reshape({0}, 2.5)
    tf.expand_dims({0}, 7)
    tf.transpose({0}, [0, 0])
    tf.transpose({0}, [2, 1, 0])
    tf.concat([{0}, [[1]]], 0)
    tf.concat([{0}, {0}], 9)
    tf.stack([{0}, 1])
    tf.split({0}, 3, 0)
    tf.split({0}, [1, 2], 0)
    tf.squeeze({0}, 0)
    tf.squeeze({0}, [-1])
    tf.gather({0}, [7])
    tf.gather({0}, [[-1]])
    tf.tile({0}, [2])
    tf.pad({0}, [[1, 1]])
    tf.slice({0}, [0], [5])
    tf.slice({0}, [1, 1], [-1, -1])
    {0}[5]
    {0}[0, 0, 0, 0]
    {0} + 'a'
    {0} + 1.5
    {0} + None
    {0} * [1, 2]
    {0} @ {0}
    {0} % 0
    {0} // 0
    tf.reduce_sum({0}, 3)
    tf.reduce_max({0}, [0, 0])
    tf.cumsum({0}, 5)
    tf.tile({0}, 2)
    tf.argmax({0}, 4)
    tf.unstack({0}, axis=3)
    tf.one_hot({0}, [2])
    tf.roll({0}, 1, 6)
    tf.broadcast_to({0}, [2])
    tf.matmul({0}, [[1]])
    tf.ensure_shape({0}, [2, None])
    tf.reverse({0}, [4])
    tf.nn.top_k({0}, 9)
    tf.boolean_mask({0}, [True])
    {0}['a']
    tf.cast({0}, 'what')
    tf.where({0}, {0})
    tf.fill({0}, 1)
    tf.range({0})
    tf.repeat({0}, [1, 2])
    tf.scatter_nd([[1]], {0}, [3])
    tf.batch_gather({0}, {0})
    tf.gather_nd({0}, [[9]])
    tf.matrix_set_diag({0}, {0})
    tf.invert_permutation({0})
    tf.tensordot({0}, {0}, [[0], [1]])
    tf.einsum('ij,jk->ik', {0}, {0})
    tf.diag({0})
    tf.assert_equal({0}, 1)
    tf.assert_rank({0}, 2)
    tf.debugging.assert_all_finite({0}, 'm')
    tf.reduce_mean({0}, axis=0.5)
    tf.reduce_sum({0}, 'a')
    tf.placeholder_with_default({0}, [2])
    tf.constant({0})
    bool({0})
    tf.convert_to_tensor({0}, tf.int64)
    tf.add_n([{0}, 1])
    tf.sequence_mask({0}, 2)
    tf.meshgrid({0}, 1)
    tf.space_to_batch_nd({0}, [2], [[0, 0]])
""")
