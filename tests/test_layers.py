"""tf.layers: values judged by NumPy, weights, modes, gradients by differences, configurations."""

import copy

import numpy as np
import pytest

import minitf as tf
from minitf.layers import geometry, identifiers
from minitf.testing import check_gradients

RNG = np.random.RandomState(0)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def values(*tensors, feeds=None):
    """The tensors' values after initialization."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = session.run(tensors, feeds)
    return found if len(tensors) > 1 else found[0]


# ---- values ----


@pytest.mark.parametrize("shape", [(2, 3), (2, 4, 3), (2, 1, 2, 3)])
def test_dense(shape):
    x = RNG.randn(*shape).astype(np.float32)
    layer = tf.layers.Dense(5, activation=tf.nn.tanh, bias_initializer=tf.ones_initializer())
    y, kernel = values(layer(tf.constant(x)), layer.kernel)
    np.testing.assert_allclose(y, np.tanh(x @ kernel + 1), rtol=1e-5)


def test_dense_of_a_sparse_tensor():
    x = tf.SparseTensor([[0, 1], [1, 0]], [2.0, 3.0], [2, 4])
    layer = tf.layers.Dense(3, use_bias=False)
    y, kernel = values(layer(x), layer.kernel)
    np.testing.assert_allclose(y, np.array([[0, 2, 0, 0], [3, 0, 0, 0]]) @ kernel, rtol=1e-6)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_pooling_of_rows_in_both_formats(data_format):
    x = RNG.randn(2, 6, 3).astype(np.float32)
    given = x if data_format == "channels_last" else x.transpose(0, 2, 1)
    largest, mean = values(
        tf.layers.max_pooling1d(given, 2, 2, data_format=data_format),
        tf.layers.average_pooling1d(given, 2, 2, data_format=data_format))
    if data_format == "channels_first":
        largest, mean = largest.transpose(0, 2, 1), mean.transpose(0, 2, 1)
    np.testing.assert_array_equal(largest, x.reshape(2, 3, 2, 3).max(2))
    np.testing.assert_allclose(mean, x.reshape(2, 3, 2, 3).mean(2), rtol=1e-6, atol=1e-7)


def test_transposed_convolution_in_both_formats():
    x = RNG.randn(1, 3, 4, 2).astype(np.float32)
    options = {"filters": 3, "kernel_size": 3, "strides": 2, "name": "up"}
    last = tf.layers.conv2d_transpose(x, **options)
    first = tf.layers.conv2d_transpose(x.transpose(0, 3, 1, 2), **options, reuse=True,
                                       data_format="channels_first")
    assert first.shape.as_list() == [1, 3, 7, 9]
    one, other = values(last, first)
    np.testing.assert_allclose(one, other.transpose(0, 2, 3, 1), rtol=1e-5, atol=1e-6)


def test_convolution_with_channels_first_fails_when_it_runs():
    y = tf.layers.conv2d(tf.ones([1, 2, 4, 4]), 3, 2, data_format="channels_first")
    assert y.shape.as_list() == [1, 3, 3, 3]
    with pytest.raises(tf.errors.UnimplementedError, match="NHWC"):
        values(y)


def test_explicit_padding():
    x = RNG.randn(1, 4, 4, 2).astype(np.float32)
    padded = np.pad(x, [(0, 0), (1, 2), (0, 1), (0, 0)])
    pads = [[0, 0], [1, 2], [0, 1], [0, 0]]
    y = tf.layers.conv2d(x, 3, 2, padding=pads, name="c")
    z = tf.layers.conv2d(padded, 3, 2, name="c", reuse=True)
    np.testing.assert_allclose(*values(y, z), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("fused, shape", [(None, (8, 3, 3, 4)), (False, (8, 3, 3, 4)),
                                          (None, (8, 4)), (None, (2, 5, 4))])
def test_batch_normalization_follows_the_batches(fused, shape):
    x = tf.placeholder(tf.float32, shape)
    training = tf.placeholder(tf.bool, [])
    layer = tf.layers.BatchNormalization(momentum=0.9, epsilon=1e-3, fused=fused)
    y = layer(x, training=training)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    assert layer.updates == updates and len(updates) == 2
    axes, mean, variance = tuple(range(len(shape) - 1)), 0.0, 1.0
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            batch = (3 * RNG.randn(*shape) + 1).astype(np.float32)
            got, _ = session.run([y, updates], {x: batch, training: True})
            expected = (batch - batch.mean(axes)) / np.sqrt(batch.var(axes) + 1e-3)
            np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-4)
            count = batch.size / 4
            unbiased = batch.var(axes) * (count / (count - 1) if layer.fused else 1)
            mean = 0.9 * mean + 0.1 * batch.mean(axes)
            variance = 0.9 * variance + 0.1 * unbiased
        np.testing.assert_allclose(session.run(layer.moving_mean), mean, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(session.run(layer.moving_variance), variance, rtol=1e-4)
        got = session.run(y, {x: batch, training: False})
        np.testing.assert_allclose(got, (batch - mean) / np.sqrt(variance + 1e-3), rtol=1e-3,
                                   atol=1e-4)


def test_virtual_batches_are_normalized_by_themselves():
    x = RNG.randn(6, 3).astype(np.float32)
    y = values(tf.layers.batch_normalization(tf.constant(x), training=True, epsilon=0.0,
                                             virtual_batch_size=2))
    parts = x.reshape(2, 3, 3)  # virtual_batch_size is the number of parts' first axis
    expected = (parts - parts.mean(0)) / parts.std(0)
    np.testing.assert_allclose(y, expected.reshape(6, 3), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("training, changes", [(True, True), (False, False), (1, True), (0, False)])
def test_dropout_in_known_modes(training, changes):
    x = np.ones([50, 20], np.float32)
    y = values(tf.layers.dropout(x, 0.5, training=training))
    assert (y == 0).any() == changes
    if changes:
        assert set(np.unique(y)) == {0.0, 2.0} and 0.4 < (y == 0).mean() < 0.6


# ---- gradients ----

GRADIENTS = {
    "dense": (lambda x: tf.layers.dense(x, 3, tf.nn.sigmoid), (2, 4)),
    "conv2d": (lambda x: tf.layers.conv2d(x, 2, 2, dilation_rate=2, padding="same"), (1, 4, 4, 2)),
    "conv2d_transpose": (lambda x: tf.layers.conv2d_transpose(x, 2, 3, 2), (1, 2, 2, 2)),
    "separable_conv2d": (lambda x: tf.layers.separable_conv2d(x, 2, 2), (1, 3, 3, 2))}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients(name):
    def with_constant_weights(x):
        # Central differences need weights that are the same in each run, without a session's state.
        random = np.random.RandomState(1)

        def constant(getter, name, shape, dtype, **_):
            return tf.constant(random.uniform(0.5, 1, shape), dtype)

        with tf.variable_scope("", custom_getter=constant, use_resource=False):
            return function(x)

    function, shape = GRADIENTS[name]
    check_gradients(with_constant_weights, [RNG.randn(*shape)], rtol=1e-5)


def test_gradient_of_batch_normalization():
    x = tf.placeholder(tf.float64, [5, 3])
    weights = tf.constant(RNG.randn(5, 3))
    loss = tf.reduce_sum(weights * tf.layers.batch_normalization(x, training=True))
    gradient = tf.gradients(loss, x)[0]
    at, direction, step = RNG.randn(5, 3), RNG.randn(5, 3), 1e-5
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        ends = [session.run(loss, {x: at + sign * step * direction}) for sign in (1, -1)]
        slope = (session.run(gradient, {x: at}) * direction).sum()
    np.testing.assert_allclose((ends[0] - ends[1]) / (2 * step), slope, rtol=1e-5)


# ---- weights, sharing, copies ----


def test_set_weights():
    layer = tf.layers.Dense(2)
    y = layer(tf.ones([1, 3]))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        layer.set_weights([np.full([3, 2], 2.0), np.array([1.0, -1.0])])
        np.testing.assert_array_equal(session.run(y), [[7.0, 5.0]])
        count = len(session.graph.get_operations())
        layer.set_weights(layer.get_weights())
        assert len(session.graph.get_operations()) == count
        with pytest.raises(ValueError, match="expecting 2 weights"):
            layer.set_weights([np.ones(2)])
        with pytest.raises(ValueError, match="not compatible"):
            layer.set_weights([np.ones([2, 2]), np.ones(2)])
    with pytest.raises(ValueError, match="no default session"):
        layer.get_weights()


def test_initial_weights():
    with tf.Session():
        layer = tf.layers.Dense(2, use_bias=False, weights=[np.eye(2)])
        np.testing.assert_array_equal(layer(tf.constant([[3.0, 4.0]])).eval(), [[3.0, 4.0]])


def test_a_regularizer_counts_once_for_shared_weights():
    for reuse in (None, True):
        tf.layers.dense(tf.ones([1, 2]), 3, name="d", reuse=reuse, kernel_regularizer=tf.nn.l2_loss)
    assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 1


def test_names_are_counted_for_each_graph(graph):
    def name():
        return tf.layers.Dense(1).name

    assert [name(), name()] == ["dense_1", "dense_2"]
    with tf.Graph().as_default():
        assert name() == "dense_1"
    assert name() == "dense_3"


def test_training_is_taken_over_from_the_layer_around():
    class Around(tf.layers.Layer):
        def call(self, inputs, training=None):
            return tf.layers.Dropout(0.5)(inputs)

    x = np.ones([20, 20], np.float32)
    dropped, kept = values(Around()(x, training=True), Around()(x, training=False))
    assert (dropped == 0).any() and (kept == 1).all()


def test_copies_of_a_layer_have_weights_of_their_own():
    layer = tf.layers.Dense(2, activation=tf.nn.relu)
    copied = copy.deepcopy(layer)
    layer(tf.ones([1, 3]))
    copied(tf.ones([1, 3]))
    assert copied.activation is tf.nn.relu
    assert [layer.kernel.name, copied.kernel.name] == ["dense/kernel:0", "dense_1/kernel:0"]
    built = copy.deepcopy(layer)
    assert built.kernel is layer.kernel


def test_a_layer_from_its_configuration():
    layer = tf.layers.Conv2D(3, 2, activation="relu", kernel_regularizer="l2", name="c")
    config = layer.get_config()
    again = tf.layers.Conv2D.from_config(config)
    assert again.get_config() == config
    assert again(tf.ones([1, 4, 4, 2])).op.type == "Relu"


def test_a_subclass_with_arguments_has_to_describe_itself():
    class Twice(tf.layers.Layer):
        def __init__(self, x):
            super().__init__()

    with pytest.raises(NotImplementedError, match="must override `get_config`"):
        Twice(1).get_config()


# ---- parts ----


@pytest.mark.parametrize("length", range(5, 9))
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("window, stride", [(1, 1), (3, 1), (2, 2), (3, 2), (1, 3)])
def test_lengths_are_those_of_the_ops(length, padding, window, stride):
    x = tf.ones([1, length, 1])
    y = tf.layers.conv1d(x, 1, window, stride, padding)
    assert y.shape.as_list()[1] == geometry.output_length(length, window, padding, stride)
    up = geometry.transposed_length(length, window, padding, stride)
    assert geometry.output_length(up, window, padding, stride) == length


@pytest.mark.parametrize("name", sorted(identifiers._ACTIVATIONS))
def test_activations_by_name(name):
    x = RNG.randn(3, 4)
    known = {"linear": x, "relu": np.maximum(x, 0), "tanh": np.tanh(x), "exponential": np.exp(x),
             "sigmoid": 1 / (1 + np.exp(-x)), "softplus": np.log1p(np.exp(x)),
             "softsign": x / (1 + abs(x)), "hard_sigmoid": np.clip(0.2 * x + 0.5, 0, 1),
             "elu": np.where(x > 0, x, np.expm1(x)),
             "selu": 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
             "softmax": np.exp(x) / np.exp(x).sum(1, keepdims=True)}
    y = values(identifiers.activation(name)(tf.constant(x)))
    np.testing.assert_allclose(y, known[name], rtol=1e-6)


@pytest.mark.parametrize("name, function", [
    ("non_neg", lambda w: np.maximum(w, 0)),
    ("unit_norm", lambda w: w / np.sqrt((w ** 2).sum(0))),
    ("max_norm", lambda w: w * np.minimum(2 / np.sqrt((w ** 2).sum(0)), 1)),
    ("min_max_norm", lambda w: w * np.clip(1 / np.sqrt((w ** 2).sum(0)), 0, 1))])
def test_constraints_by_name(name, function):
    w = 2 * RNG.randn(5, 3).astype(np.float32)
    constrained = values(identifiers.constraint(name)(tf.constant(w)))
    np.testing.assert_allclose(constrained, function(w), rtol=1e-5)


def test_input_spec_describes_itself():
    spec = tf.layers.InputSpec(dtype=tf.float32, shape=(None, 3), axes={1: 3})
    assert repr(spec) == "InputSpec(dtype=float32, shape=(None, 3), ndim=2, axes={1: 3})"
    again = tf.layers.InputSpec.from_config(spec.get_config())
    assert again.get_config() == spec.get_config()
    with pytest.raises(ValueError, match=r"expected shape=\(None, 3\), found shape=\[2, 4\]"):
        layer = tf.layers.Layer()
        layer.input_spec = tf.layers.InputSpec(shape=(None, 3))
        layer(tf.ones([2, 4]))


def test_transposed_convolution_refuses_dilations():
    with pytest.raises(tf.errors.UnimplementedError, match="dilations"):
        tf.layers.Conv2DTranspose(2, 3, dilation_rate=2)


def test_keras_is_not_there():
    with pytest.raises(AttributeError, match="tf.layers"):
        tf.keras  # noqa: B018 - the access is what is tested
