"""tf.nn: values judged by NumPy and SciPy, gradients by differences, messages, properties."""

import numpy as np
import pytest
import scipy.signal
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import minitf as tf
from minitf.framework import registry
from minitf.ops import nn_ops
from minitf.testing import check_gradients

RNG = np.random.RandomState(0)
FLOATS = [np.float16, np.float32, np.float64]


def evaluate(*functions, graph_values=()):
    """The values of tensors that functions of the (float) arrays make, in one session."""
    with tf.Graph().as_default(), tf.Session() as session:
        results = [function(*map(tf.constant, graph_values)) for function in functions]
        return session.run(results if len(results) > 1 else results[0])


def node(name, *inputs, **attrs):
    """One operation of a type, by its name."""
    return registry.get(name)(*inputs, **attrs)


def check_static_shapes(tensors, values):
    for tensor, value in zip(tensors, values):
        assert tensor.shape.as_list() == list(value.shape)
        assert tensor.dtype.as_numpy_dtype == value.dtype


# ---- activations ----

ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, np.float32(0.2).astype(float) * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "selu": lambda x: 1.0507009873554805 * np.where(
        x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.logaddexp(0, x),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "sigmoid": scipy.special.expit,
    "swish": lambda x: x * scipy.special.expit(x),
    "tanh": np.tanh,
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activation_values(name, dtype):
    x = np.array([-20, -3, -0.5, -1e-3, 0, 1e-3, 0.5, 3, 7, 20], dtype)
    got = evaluate(getattr(tf.nn, name), graph_values=[x])
    assert got.dtype == dtype
    expected = ACTIVATIONS[name](x.astype(np.float64))
    np.testing.assert_allclose(got, expected, rtol=20 * np.finfo(dtype).eps,
                               atol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activation_of_a_scalar_keeps_its_dtype(name):
    got = evaluate(getattr(tf.nn, name), graph_values=[np.float32(-0.5)])
    assert got.dtype == np.float32 and got.shape == ()


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activation_gradients(name):
    x = np.concatenate([RNG.uniform(-3, -0.1, 5), RNG.uniform(0.1, 5, 5), [6.5]])
    check_gradients(getattr(tf.nn, name), [x], order=1 if name == "softsign" else 2, rtol=1e-5)


@pytest.mark.parametrize("name", ["softplus", "sigmoid", "elu", "selu", "tanh", "softsign"])
def test_activation_does_not_overflow(name):
    got = evaluate(getattr(tf.nn, name), graph_values=[np.array([-1e4, 1e4], np.float32)])
    assert np.isfinite(got).all()


def test_integers():
    np.testing.assert_array_equal(evaluate(tf.nn.relu, graph_values=[np.array([-3, 2], np.int8)]),
                                  np.array([0, 2], np.int8))
    assert evaluate(tf.nn.leaky_relu, graph_values=[[-10, 5]]).tolist() == [-2, 5]


def test_crelu_has_both_halves():
    got = evaluate(lambda x: tf.nn.crelu(x, axis=0), graph_values=[[[-1., 2.]]])
    assert got.tolist() == [[0, 2], [1, 0]]


# ---- bias ----


@pytest.mark.parametrize("shape, data_format", [((3, 2), None), ((2, 3, 4, 2), "NHWC"),
                                                ((2, 3, 2), "N.C"), ((3, 2, 4), "NCHW"),
                                                ((3, 2, 1, 2, 4), "NC...")])
def test_bias_add(shape, data_format):
    x, b = RNG.uniform(-1, 1, shape), np.array([10., 20.])
    first = data_format is not None and data_format.startswith("NC")
    along = b.reshape((2,) + (1,) * (len(shape) - 2)) if first else b
    function = lambda x, b: tf.nn.bias_add(x, b, data_format)
    np.testing.assert_allclose(evaluate(function, graph_values=[x, b]), x + along)
    check_gradients(function, [x, b])


def test_bias_add_v1_and_layers():
    x, w, b = RNG.uniform(-1, 1, (4, 3)), RNG.uniform(-1, 1, (3, 2)), RNG.uniform(-1, 1, 2)
    for function in (nn_ops.xw_plus_b, nn_ops.xw_plus_b_v1):
        np.testing.assert_allclose(evaluate(function, graph_values=[x, w, b]), x @ w + b)
        check_gradients(function, [x, w, b])
    np.testing.assert_allclose(evaluate(tf.nn.relu_layer, graph_values=[x, w, b]),
                               np.maximum(x @ w + b, 0))


@pytest.mark.parametrize("x, b, message", [
    (np.ones(2), np.ones(2), r"at least 2D: \[2\]"),
    (np.ones((1, 2)), np.ones((1, 2)), r"Biases must be 1D: \[1,2\]"),
    (np.ones((1, 2)), np.ones(3), r"Must provide as many biases .* \[3\] vs. \[1,2\]")])
def test_bias_that_does_not_fit_at_run_time(x, b, message):
    with tf.Graph().as_default(), tf.Session() as session:
        feeds = {tf.placeholder(tf.float32): x, tf.placeholder(tf.float32): b}
        y = tf.nn.bias_add(*feeds)
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            session.run(y, feeds)


# ---- softmax ----


@pytest.mark.parametrize("axis", [None, -1, 2, 0, 1, -3])
def test_softmax_along_all_axes(axis):
    x = RNG.uniform(-3, 3, (2, 3, 4))
    place = -1 if axis is None else axis
    soft, log = evaluate(lambda x: tf.nn.softmax(x, axis), lambda x: tf.nn.log_softmax(x, axis),
                         graph_values=[x])
    np.testing.assert_allclose(soft, scipy.special.softmax(x, axis=place))
    np.testing.assert_allclose(log, scipy.special.log_softmax(x, axis=place))
    check_gradients(lambda x: tf.nn.softmax(x, axis), [x])
    check_gradients(lambda x: tf.nn.log_softmax(x, axis), [x])


SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)


@settings(deadline=None, max_examples=30)
@given(arrays.arrays(np.float32, SHAPES, elements=st.floats(-1e4, 1e4, width=32)))
def test_softmax_properties(x):
    soft, log = evaluate(tf.nn.softmax, tf.nn.log_softmax, graph_values=[x])
    np.testing.assert_allclose(soft.sum(axis=-1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.exp(log), soft, atol=1e-6)
    assert (log <= 0).all() and np.isfinite(log).all()


# ---- cross entropies ----


def _distribution(shape):
    return scipy.special.softmax(RNG.uniform(-1, 1, shape), axis=-1)


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (4,)])
def test_dense_and_sparse_cross_entropies(shape):
    logits, labels = RNG.uniform(-3, 3, shape), _distribution(shape)
    classes = RNG.randint(0, shape[-1], shape[:-1]).astype(np.int64)
    log = scipy.special.log_softmax(logits, axis=-1)
    dense = lambda logits, labels: tf.nn.softmax_cross_entropy_with_logits_v2(labels, logits)
    sparse = lambda logits: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=classes, logits=logits)
    np.testing.assert_allclose(evaluate(dense, graph_values=[logits, labels]),
                               -(labels * log).sum(-1))
    np.testing.assert_allclose(
        evaluate(sparse, graph_values=[logits]),
        -np.take_along_axis(log, classes[..., np.newaxis], axis=-1)[..., 0])
    check_gradients(dense, [logits, labels], order=1)
    check_gradients(lambda logits: dense(logits, tf.constant(labels)), [logits], order=2)
    check_gradients(sparse, [logits], order=1)


def test_old_cross_entropy_stops_the_gradient_of_labels():
    with tf.Graph().as_default():
        logits, labels = tf.constant([[1., 2.]]), tf.constant([[0.5, 0.5]])
        loss = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        of_logits, of_labels = tf.gradients(loss, [logits, labels])
        assert of_logits is not None and of_labels is None


def test_cross_entropy_of_certain_classes_is_finite():
    got = evaluate(lambda x: tf.nn.softmax_cross_entropy_with_logits_v2([[1., 0.]], x),
                   graph_values=[np.array([[-1000., 1000.]], np.float32)])
    assert got.tolist() == [2000]


def test_labels_out_of_range_are_named():
    with tf.Graph().as_default(), tf.Session() as session:
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=[1, 3], logits=[[1., 2., 3.], [1., 2., 3.]])
        with pytest.raises(tf.errors.InvalidArgumentError, match=(
                r"Received a label value of 3 which is outside the valid range of \[0, 3\).  "
                "Label values: 1 3")):
            session.run(loss)


def test_sigmoid_cross_entropies():
    logits, labels = RNG.uniform(-3, 3, (3, 4)), RNG.uniform(0, 1, (3, 4))
    log_p, log_q = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    plain = lambda x, z: tf.nn.sigmoid_cross_entropy_with_logits(labels=z, logits=x)
    weighted = lambda x, z: tf.nn.weighted_cross_entropy_with_logits(z, x, 2.5)
    np.testing.assert_allclose(evaluate(plain, graph_values=[logits, labels]),
                               -labels * log_p - (1 - labels) * log_q)
    np.testing.assert_allclose(evaluate(weighted, graph_values=[logits, labels]),
                               -2.5 * labels * log_p - (1 - labels) * log_q)
    check_gradients(plain, [logits, labels])
    check_gradients(weighted, [logits, labels])


def test_log_poisson_loss_approximates_the_likelihood():
    counts, rates = np.array([0., 1., 5., 20.]), np.array([0.5, 1., 2., 3.])
    full = evaluate(lambda z, c: tf.nn.log_poisson_loss(z, c, compute_full_loss=True),
                    graph_values=[counts, rates])
    exact = np.exp(rates) - counts * rates + scipy.special.gammaln(counts + 1)
    np.testing.assert_allclose(full, exact, atol=0.02)
    check_gradients(lambda c: tf.nn.log_poisson_loss(counts, c), [rates])


# ---- moments and what is normalised by them ----


@pytest.mark.parametrize("axes", [[0], [1], [0, 2], [0, 1, 2]])
@pytest.mark.parametrize("keepdims", [False, True])
def test_moments(axes, keepdims):
    x, weights = RNG.uniform(-1, 2, (3, 4, 2)), RNG.uniform(0.1, 1, (3, 4, 2))
    where = tuple(axes)
    expected = x.mean(where, keepdims=keepdims), x.var(where, keepdims=keepdims)
    got = evaluate(
        lambda x, w: tf.nn.moments(x, axes, keepdims=keepdims),
        lambda x, w: tf.nn.normalize_moments(
            *tf.nn.sufficient_statistics(x, axes, shift=np.float64(0.3), keepdims=keepdims)),
        lambda x, w: tf.nn.weighted_moments(x, axes, 2.0, keepdims=keepdims),
        graph_values=[x, weights])
    for pair in got:
        np.testing.assert_allclose(pair[0], expected[0])
        np.testing.assert_allclose(pair[1], expected[1])
    mean, variance = evaluate(
        lambda x, w: tf.nn.weighted_moments(x, axes, w, keepdims=True), graph_values=[x, weights])
    share = weights / weights.sum(where, keepdims=True)
    np.testing.assert_allclose(mean, (x * share).sum(where, keepdims=True))
    np.testing.assert_allclose(variance, (share * (x - mean) ** 2).sum(where, keepdims=True))
    check_gradients(lambda x: list(tf.nn.moments(x, axes)), [x], order=1)


def test_batch_normalization_and_l2():
    x, mean, variance = RNG.uniform(-1, 1, (4, 3)), RNG.uniform(-1, 1, 3), RNG.uniform(0.5, 1, 3)
    scale, offset = RNG.uniform(1, 2, 3), RNG.uniform(-1, 1, 3)
    function = lambda *inputs: tf.nn.batch_normalization(*inputs, 0.01)
    np.testing.assert_allclose(
        evaluate(function, graph_values=[x, mean, variance, offset, scale]),
        scale * (x - mean) / np.sqrt(variance + 0.01) + offset)
    check_gradients(function, [x, mean, variance, offset, scale])
    unit = evaluate(lambda x: tf.nn.l2_normalize(x, 1), graph_values=[x])
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1)
    check_gradients(lambda x: tf.nn.l2_normalize(x, 0), [x])
    np.testing.assert_allclose(evaluate(tf.nn.l2_loss, graph_values=[x]), (x ** 2).sum() / 2)
    check_gradients(tf.nn.l2_loss, [x])


@pytest.mark.parametrize("radius", [0, 1, 3, 10])
def test_local_response_normalization(radius):
    x = RNG.uniform(-1, 1, (1, 2, 1, 6)).astype(np.float32)
    function = lambda x: tf.nn.lrn(x, radius, bias=2., alpha=0.5, beta=0.75)
    squares = np.stack([(x[..., max(i - radius, 0):i + radius + 1] ** 2).sum(-1)
                        for i in range(6)], axis=-1)
    np.testing.assert_allclose(evaluate(function, graph_values=[x]),
                               x / (2 + 0.5 * squares) ** 0.75, rtol=1e-5)
    got = evaluate(lambda x: tf.gradients(tf.square(function(x)), x)[0], graph_values=[x])
    np.testing.assert_allclose(got, _numeric_gradient(
        lambda x: (x / (2 + 0.5 * np.stack([(x[..., max(i - radius, 0):i + radius + 1] ** 2).sum(-1)
                                            for i in range(6)], axis=-1)) ** 0.75) ** 2, x),
        rtol=1e-4, atol=1e-5)


def _numeric_gradient(function, x):
    """The derivative of the sum of a NumPy function, by central differences in float64."""
    x = x.astype(np.float64)
    result = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        step = np.zeros(x.shape)
        step[index] = 1e-5
        result[index] = (function(x + step).sum() - function(x - step).sum()) / 2e-5
    return result


@pytest.mark.parametrize("is_training", [True, False])
def test_fused_batch_norm_is_the_formula(is_training):
    x = RNG.uniform(-1, 2, (2, 3, 2, 4)).astype(np.float32)
    scale, offset = RNG.uniform(0.5, 2, (2, 4)).astype(np.float32)
    mean, variance = RNG.uniform(0.5, 2, (2, 4)).astype(np.float32)
    weights = RNG.uniform(-1, 1, x.shape).astype(np.float32)

    def fused(x, scale, offset):
        given = {} if is_training else {"mean": mean, "variance": variance}
        return tf.nn.fused_batch_norm(x, scale, offset, is_training=is_training, **given)[0]

    def formula(x, scale, offset):
        if not is_training:
            return tf.nn.batch_normalization(x, mean, variance, offset, scale, 0.001)
        # Not tf.nn.moments: as in TensorFlow, it stops a gradient that second derivatives need.
        of_x = tf.reduce_mean(x, [0, 1, 2])
        spread = tf.reduce_mean(tf.squared_difference(x, of_x), [0, 1, 2])
        return tf.nn.batch_normalization(x, of_x, spread, offset, scale, 0.001)

    def twice(function):
        def derive(*inputs):
            first = tf.gradients(function(*inputs) * weights, list(inputs))
            second = tf.gradients([tf.sin(grad) for grad in first], list(inputs[:2]))
            return [function(*inputs), *first, *second]

        return derive

    for got, expected in zip(*evaluate(twice(fused), twice(formula),
                                       graph_values=[x, scale, offset])):
        np.testing.assert_allclose(got, expected, rtol=2e-4, atol=2e-5)


def test_fused_batch_norm_reports_moments():
    x = RNG.uniform(-1, 2, (2, 3, 2, 4)).astype(np.float32)
    ones, zeros = np.ones(4, np.float32), np.zeros(4, np.float32)
    trained, frozen = evaluate(
        lambda x: tf.nn.fused_batch_norm(x, ones, zeros),
        lambda x: tf.nn.fused_batch_norm(x, ones, zeros, zeros, ones, is_training=False),
        graph_values=[x])
    np.testing.assert_allclose(trained[1], x.mean((0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(trained[2], x.var((0, 1, 2), ddof=1), rtol=1e-5)
    assert frozen[1].tolist() == [0] * 4 and frozen[2].tolist() == [1] * 4


# ---- dropout ----


def test_dropout_keeps_the_expected_sum_and_follows_its_seed():
    x = np.ones((100, 100), np.float32)
    drop = lambda x: tf.nn.dropout(x, rate=0.25, seed=5)
    with tf.Graph().as_default(), tf.Session() as session:
        y = drop(tf.constant(x))
        first, second = session.run(y), session.run(y)
    assert (first != second).any()
    assert set(np.unique(first)) == {np.float32(0), np.float32(1) / np.float32(0.75)}
    assert abs(first.mean() - 1) < 0.02
    with tf.Graph().as_default(), tf.Session() as session:
        np.testing.assert_array_equal(session.run(drop(tf.constant(x))), first)


def test_dropout_noise_shape_and_gradient():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.ones([6, 4])
        y = tf.nn.dropout(x, rate=0.5, noise_shape=[6, 1], seed=1)
        value, grad = session.run([y, tf.gradients(y, x)[0]])
    assert (value == value[:, :1]).all() and 0 < value.mean() < 2
    np.testing.assert_array_equal(value, grad)


# ---- ranking ----


@settings(deadline=None, max_examples=40)
@given(arrays.arrays(np.int32, SHAPES, elements=st.integers(-3, 3)), st.data())
def test_top_k_is_a_stable_sort(x, data):
    k = data.draw(st.integers(0, x.shape[-1]))
    values, indices = evaluate(lambda x: tf.nn.top_k(x, k), graph_values=[x])
    order = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(values, np.take_along_axis(x, order, axis=-1))
    assert indices.dtype == np.int32


def test_top_k_of_long_rows_with_ties_and_nans():
    x = RNG.randint(0, 30, (4, 3, 200)).astype(np.float32)
    order = np.argsort(-x, axis=-1, kind="stable")[..., :20]
    indices = evaluate(lambda x: tf.nn.top_k(x, 20), graph_values=[x])[1]
    np.testing.assert_array_equal(indices, order)
    x[1, 1, 5] = np.nan
    values = evaluate(lambda x: tf.nn.top_k(x, 20), graph_values=[x])[0]
    assert values.shape == (4, 3, 20) and np.isnan(values).sum() <= 1


def test_top_k_gradient():
    x = RNG.permutation(12).reshape(3, 4) / 3.0
    check_gradients(lambda x: tf.nn.top_k(x, 2).values, [x], order=1)


def test_top_k_of_old_graphs_has_the_kernel_of_the_new():
    values, indices = registry.get("TopK").kernel_rule(np.array([3, 1, 2]), 2)
    assert values.tolist() == [3, 2] and indices.tolist() == [0, 2]


@settings(deadline=None, max_examples=30)
@given(arrays.arrays(np.float32, (4, 5), elements=st.integers(0, 4)),
       arrays.arrays(np.int32, 4, elements=st.integers(-1, 5)), st.integers(0, 6))
def test_in_top_k(predictions, targets, k):
    expected = [0 <= t < 5 and (row > row[t]).sum() < k for row, t in zip(predictions, targets)]
    both = evaluate(lambda p: tf.nn.in_top_k(p, targets, k),
                    lambda p: node("InTopK", p, targets, k=k), graph_values=[predictions])
    assert both[0].tolist() == both[1].tolist() == expected


@settings(deadline=None, max_examples=30)
@given(arrays.arrays(np.int32, SHAPES, elements=st.integers(-5, 5)), st.data())
def test_nth_element(x, data):
    n = data.draw(st.integers(0, x.shape[-1] - 1))
    got = evaluate(lambda x: nn_ops.nth_element(x, n),
                   lambda x: nn_ops.nth_element(x, n, reverse=True), graph_values=[x])
    ascending = np.sort(x, axis=-1)
    np.testing.assert_array_equal(got[0], ascending[..., n])
    np.testing.assert_array_equal(got[1], ascending[..., ::-1][..., n])


def test_nth_element_gradient():
    x = RNG.permutation(12).reshape(3, 4) / 3.0
    check_gradients(lambda x: nn_ops.nth_element(x, 1), [x], order=1)


# ---- embeddings ----


@pytest.mark.parametrize("strategy", ["mod", "div"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_embedding_in_parts_is_the_whole_table(strategy, count):
    table, ids = RNG.uniform(-1, 1, (7, 2)), np.array([[6, 0, 3], [3, 5, 1]])
    if strategy == "mod":
        parts = [table[i::count] for i in range(count)]
    else:
        parts = np.array_split(table, count)

    def look_up(*parts):
        return tf.nn.embedding_lookup([1.0 * part for part in parts], ids, strategy)

    np.testing.assert_array_equal(evaluate(look_up, graph_values=parts), table[ids])
    check_gradients(look_up, parts, order=1)


def test_embedding_max_norm():
    table = np.array([[3., 4.], [0.3, 0.4]])
    got = evaluate(lambda t: tf.nn.embedding_lookup(t, [0, 1], max_norm=1.0), graph_values=[table])
    np.testing.assert_allclose(got, [[0.6, 0.8], [0.3, 0.4]])


@pytest.mark.parametrize("combiner", ["sum", "mean", "sqrtn"])
@pytest.mark.parametrize("weighted", [False, True])
def test_sparse_embedding(combiner, weighted):
    table, weights = RNG.uniform(-1, 1, (5, 2)), np.array([1., 2., 0.5, 3.])
    ids, rows = np.array([1, 3, 1, 0]), np.array([0, 0, 1, 1])
    used = weights if weighted else np.ones(4)

    def look_up(table):
        sparse_ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0], [1, 1]], ids, [2, 2])
        sparse_weights = tf.SparseTensor(sparse_ids.indices, weights, [2, 2]) if weighted else None
        found = tf.nn.embedding_lookup_sparse(1.0 * table, sparse_ids, sparse_weights,
                                              combiner=combiner)
        found.set_shape([2, 2])
        return found

    expected = []
    for row in range(2):
        w = used[rows == row]
        divisor = {"sum": 1, "mean": w.sum(), "sqrtn": np.sqrt((w ** 2).sum())}[combiner]
        expected.append((table[ids[rows == row]] * w[:, np.newaxis]).sum(0) / divisor)
    np.testing.assert_allclose(evaluate(look_up, graph_values=[table]), expected)
    check_gradients(look_up, [table], order=1)


# ---- convolutions ----


def _convolved(x, w, stride, pads, dilation):
    """The convolution, with loops."""
    x = np.pad(x, [(0, 0), *pads, (0, 0)])
    extent = [(size - 1) * step + 1 for size, step in zip(w.shape, dilation)]
    sizes = [(x.shape[i + 1] - extent[i]) // stride[i] + 1 for i in range(2)]
    out = np.zeros((x.shape[0], *sizes, w.shape[3]))
    for i, j in np.ndindex(*sizes):
        top, left = i * stride[0], j * stride[1]
        seen = x[:, top:top + extent[0]:dilation[0], left:left + extent[1]:dilation[1]]
        out[:, i, j] = np.einsum("bijc,ijck->bk", seen, w)
    return out


def _same_pads(size, window, stride, dilation):
    total = max((-(-size // stride) - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (3, 2)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 3)])
@pytest.mark.parametrize("padding", ["SAME", "VALID", [[0, 0], [2, 0], [1, 3], [0, 0]]])
def test_conv2d(stride, dilation, padding):
    x, w = RNG.uniform(-1, 1, (2, 7, 8, 2)), RNG.uniform(-1, 1, (3, 2, 2, 3))
    if padding == "SAME":
        pads = [_same_pads(x.shape[i + 1], w.shape[i], stride[i], dilation[i]) for i in range(2)]
    else:
        pads = [(0, 0), (0, 0)] if padding == "VALID" else [tuple(pair) for pair in padding[1:3]]

    def convolve(x, w):
        return tf.nn.conv2d(x, w, list(stride), padding, dilations=list(dilation))

    np.testing.assert_allclose(evaluate(convolve, graph_values=[x, w]),
                               _convolved(x, w, stride, pads, dilation), atol=1e-12)
    check_gradients(convolve, [x, w], max_elements=8)


@pytest.mark.parametrize("dtype", FLOATS)
def test_conv2d_dtypes_and_static_shapes(dtype):
    x = RNG.uniform(-1, 1, (1, 4, 4, 2)).astype(dtype)
    w = RNG.uniform(-1, 1, (3, 3, 2, 1)).astype(dtype)
    with tf.Graph().as_default(), tf.Session() as session:
        y = tf.nn.conv2d(x, w, 1, "VALID")
        value = session.run(y)
    check_static_shapes([y], [value])
    expected = scipy.signal.correlate(x[0].astype(float), w[..., 0].astype(float), "valid")
    np.testing.assert_allclose(value[0, ..., 0], expected[..., 0], rtol=40 * np.finfo(dtype).eps,
                               atol=40 * np.finfo(dtype).eps)


def test_conv2d_transpose_is_the_adjoint():
    x, w = RNG.uniform(-1, 1, (1, 6, 5, 2)), RNG.uniform(-1, 1, (3, 2, 2, 3))
    y = RNG.uniform(-1, 1, (1, 3, 3, 3))
    forward, back = evaluate(
        lambda x, w, y: tf.nn.conv2d(x, w, 2, "SAME"),
        lambda x, w, y: tf.nn.conv2d_transpose(y, w, x.shape.as_list(), 2), graph_values=[x, w, y])
    np.testing.assert_allclose((forward * y).sum(), (x * back).sum())
    check_gradients(lambda y, w: tf.nn.conv2d_transpose(y, w, [1, 6, 5, 2], 2), [y, w],
                    max_elements=8)


# ---- depthwise and separable convolutions, dilations ----


@pytest.mark.parametrize("stride, rate", [(1, (1, 1)), (2, (1, 1)), (1, (2, 3))])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_depthwise_and_separable(stride, rate, padding):
    x, w = RNG.uniform(-1, 1, (2, 7, 8, 2)), RNG.uniform(-1, 1, (3, 2, 2, 3))
    point = RNG.uniform(-1, 1, (1, 1, 6, 2))
    pads = [_same_pads(x.shape[i + 1], w.shape[i], stride, rate[i]) if padding == "SAME" else (0, 0)
            for i in range(2)]
    expected = np.concatenate([
        _convolved(x[..., i:i + 1], w[:, :, i:i + 1], (stride, stride), pads, rate)
        for i in range(2)], axis=-1)
    strides = [1, stride, stride, 1]

    def depthwise(x, w):
        return tf.nn.depthwise_conv2d(x, w, strides, padding, rate=rate)

    def separable(x, w, point):
        return tf.nn.separable_conv2d(x, w, point, strides, padding, rate=rate)

    np.testing.assert_allclose(evaluate(depthwise, graph_values=[x, w]), expected, atol=1e-12)
    np.testing.assert_allclose(evaluate(separable, graph_values=[x, w, point]),
                               expected @ point[0, 0], atol=1e-12)
    check_gradients(depthwise, [x, w], max_elements=8, order=2 if rate == (1, 1) else 1)
    check_gradients(separable, [x, w, point], max_elements=6, order=1)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_space_to_batch_makes_dilations(padding):
    x, w = RNG.uniform(-1, 1, (2, 7, 8, 2)), RNG.uniform(-1, 1, (3, 2, 2, 3))
    by_op, by_batch = evaluate(
        lambda x, w: tf.nn.conv2d(x, w, 1, padding, dilations=[2, 3]),
        lambda x, w: tf.nn.convolution(x, w, padding, dilations=[2, 3]), graph_values=[x, w])
    np.testing.assert_allclose(by_op, by_batch, atol=1e-12)


def test_conv1d_is_a_correlation():
    x, w = RNG.uniform(-1, 1, (1, 9, 1)), RNG.uniform(-1, 1, (4, 1, 1))
    got = evaluate(lambda x, w: tf.nn.conv1d(x, w, 1, "VALID"), graph_values=[x, w])
    np.testing.assert_allclose(got[0, :, 0], np.correlate(x[0, :, 0], w[:, 0, 0], "valid"))
    check_gradients(lambda x, w: tf.nn.conv1d(x, w, 2, "SAME"), [x, w])
    check_gradients(lambda x, w: tf.nn.conv1d_transpose(x, w, [1, 18, 1], 2), [x, w])


@settings(deadline=None, max_examples=20)
@given(arrays.arrays(np.float32, SHAPES, elements=st.sampled_from([0., 1., -2.])))
def test_zero_fraction(x):
    np.testing.assert_allclose(evaluate(tf.nn.zero_fraction, graph_values=[x]), (x == 0).mean(),
                               rtol=1e-6)


# ---- pooling ----


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("window, stride", [((2, 2), (2, 2)), ((3, 2), (1, 2)), ((1, 3), (2, 1))])
def test_pooling(padding, window, stride):
    x = RNG.permutation(2 * 6 * 5 * 2).reshape(2, 6, 5, 2) / 10.0
    pads = [_same_pads(x.shape[i + 1], window[i], stride[i], 1) if padding == "SAME" else (0, 0)
            for i in range(2)]
    padded = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=np.nan)
    sizes = [(padded.shape[i + 1] - window[i]) // stride[i] + 1 for i in range(2)]
    largest, means = np.zeros((2, 2, *sizes, 2))
    for i, j in np.ndindex(*sizes):
        seen = padded[:, i * stride[0]:i * stride[0] + window[0],
                      j * stride[1]:j * stride[1] + window[1]]
        largest[:, i, j], means[:, i, j] = np.nanmax(seen, (1, 2)), np.nanmean(seen, (1, 2))
    pools = [lambda x, pool=pool: pool(x, list(window), list(stride), padding)
             for pool in (tf.nn.max_pool, tf.nn.avg_pool)]
    got = evaluate(*pools, graph_values=[x])
    np.testing.assert_array_equal(got[0], largest)
    np.testing.assert_allclose(got[1], means)
    for pool in pools:
        check_gradients(pool, [x], max_elements=10)


def test_max_pool_with_argmax_finds_the_elements():
    x = RNG.permutation(2 * 4 * 6 * 3).reshape(2, 4, 6, 3).astype(np.float64)
    found = lambda batch: lambda x: tf.nn.max_pool_with_argmax(
        x, [1, 3, 2, 1], [1, 2, 2, 1], "SAME", include_batch_in_index=batch)
    image, whole = evaluate(found(False), found(True), graph_values=[x])
    np.testing.assert_array_equal(x.reshape(-1)[whole.argmax], whole.output)
    np.testing.assert_array_equal(image.argmax[0], whole.argmax[0])
    np.testing.assert_array_equal(image.argmax[1] + x[0].size, whole.argmax[1])
    check_gradients(lambda x: found(False)(x).output, [x], order=1, max_elements=10)


def test_ties_go_to_the_first():
    got = evaluate(lambda x: tf.gradients(tf.nn.max_pool(x, 2, 1, "VALID"), x)[0],
                   graph_values=[np.ones((1, 2, 3, 1))])
    assert got.reshape(2, 3).tolist() == [[1, 1, 0], [0, 0, 0]]


def test_pool1d():
    x = RNG.uniform(-1, 1, (2, 6, 3))
    largest, means = evaluate(lambda x: tf.nn.max_pool1d(x, 2, 2, "VALID"),
                              lambda x: tf.nn.avg_pool1d(x, 2, 2, "VALID"), graph_values=[x])
    pairs = x.reshape(2, 3, 2, 3)
    np.testing.assert_allclose(largest, pairs.max(2))
    np.testing.assert_allclose(means, pairs.mean(2))


# ---- volumes ----


@pytest.mark.parametrize("stride, padding", [(1, "SAME"), (2, "SAME"), (1, "VALID")])
def test_conv3d(stride, padding):
    x, w = RNG.uniform(-1, 1, (1, 4, 5, 3, 2)), RNG.uniform(-1, 1, (2, 3, 2, 2, 2))
    strides = [1, stride, stride, stride, 1]

    def convolve(x, w):
        return tf.nn.conv3d(x, w, strides, padding)

    pads = [(0, 0) if padding == "VALID" else _same_pads(x.shape[i + 1], w.shape[i], stride, 1)
            for i in range(3)]
    padded = np.pad(x, [(0, 0), *pads, (0, 0)])[0]
    expected = np.stack([
        scipy.signal.correlate(padded, w[..., k], "valid")[::stride, ::stride, ::stride, 0]
        for k in range(2)], axis=-1)
    np.testing.assert_allclose(evaluate(convolve, graph_values=[x, w])[0], expected, atol=1e-12)
    check_gradients(convolve, [x, w], max_elements=6)


def test_pool3d():
    x = RNG.permutation(4 * 4 * 2 * 3).reshape(1, 4, 4, 2, 3).astype(np.float32)
    blocks = x.reshape(1, 2, 2, 2, 2, 1, 2, 3).transpose(0, 1, 3, 5, 7, 2, 4, 6).reshape(
        1, 2, 2, 1, 3, 8)
    largest, means, grad = evaluate(
        lambda x: tf.nn.max_pool3d(x, 2, 2, "VALID"), lambda x: tf.nn.avg_pool3d(x, 2, 2, "VALID"),
        lambda x: tf.gradients(tf.nn.max_pool3d(x, 2, 2, "VALID"), x)[0], graph_values=[x])
    np.testing.assert_array_equal(largest, blocks.max(-1))
    np.testing.assert_allclose(means, blocks.mean(-1), rtol=1e-6)
    np.testing.assert_array_equal(np.sort(x[grad == 1]), np.sort(largest.ravel()))
    check_gradients(lambda x: tf.nn.avg_pool3d(x, 2, 1, "SAME"), [x.astype(np.float64)],
                    max_elements=6)


# ---- a network ----


def test_small_convolutional_network_learns():
    images = RNG.uniform(0, 1, (32, 6, 6, 1)).astype(np.float32)
    classes = (images[:, :3].mean((1, 2, 3)) > images[:, 3:].mean((1, 2, 3))).astype(np.int32)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(1)
        w = tf.get_variable("w", [3, 3, 1, 4])
        b = tf.get_variable("b", [4], initializer=tf.zeros_initializer())
        hidden = tf.nn.max_pool(tf.nn.relu(tf.nn.bias_add(
            tf.nn.conv2d(images, w, 1, "SAME"), b)), 3, 3, "VALID")
        logits = tf.matmul(tf.reshape(hidden, [32, 16]), tf.get_variable("v", [16, 2]))
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=classes, logits=logits))
        accuracy = tf.reduce_mean(tf.cast(tf.nn.in_top_k(logits, classes, 1), tf.float32))
        train_op = tf.train.AdamOptimizer(0.05).minimize(loss)
        session.run(tf.global_variables_initializer())
        before = session.run(loss)
        for _ in range(120):
            session.run(train_op)
        assert session.run(loss) < before / 3
        assert session.run(accuracy) > 0.9
