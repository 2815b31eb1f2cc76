"""tf.contrib: values judged by NumPy, initializers, arg_scope."""

import math

import numpy as np
import pytest

import minitf as tf
from minitf.contrib import framework, layers

RNG = np.random.RandomState(0)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def value(tensor, feeds=None):
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        return session.run(tensor, feeds)


# ---- layers ----


def standardized(x, axes, epsilon):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def test_normalizers():
    x = RNG.randn(2, 3, 3, 4).astype(np.float32)
    groups = standardized(x.reshape(2, 3, 3, 2, 2), (1, 2, 4), 1e-6).reshape(x.shape)
    for function, expected in (
            (lambda t: layers.layer_norm(t), standardized(x, (1, 2, 3), 1e-12)),
            (lambda t: layers.instance_norm(t), standardized(x, (1, 2), 1e-6)),
            (lambda t: layers.group_norm(t, 2), groups),
            (lambda t: layers.group_norm(t, 2, mean_close_to_zero=True), groups),
            (lambda t: layers.batch_norm(t), standardized(x, (0, 1, 2), 1e-3)),
            (lambda t: layers.batch_norm(t, fused=False, updates_collections=None),
             standardized(x, (0, 1, 2), 1e-3))):
        np.testing.assert_allclose(value(function(tf.constant(x))), expected, rtol=1e-3, atol=1e-4)


def test_batch_weights():
    x = RNG.randn(3, 2).astype(np.float32)
    y = layers.batch_norm(tf.constant(x), batch_weights=[1.0, 1.0, 0.0], epsilon=0.0, fused=False)
    expected = (x - x[:2].mean(0)) / x[:2].std(0)
    np.testing.assert_allclose(value(y), expected, rtol=1e-3, atol=1e-3)


def test_updates_without_a_collection_come_before_the_outputs():
    x = RNG.randn(4, 2).astype(np.float32)
    y = layers.batch_norm(tf.constant(x), decay=0.5, updates_collections=None)
    mean = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, "BatchNorm/moving_mean")[0]
    assert not tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(y)
        np.testing.assert_allclose(session.run(mean), x.mean(0) / 2, rtol=1e-5)


def test_spatial_softmax_finds_a_peak():
    x = np.full([1, 5, 3, 1], -100.0, np.float32)
    x[0, 4, 1] = 100
    np.testing.assert_allclose(value(layers.spatial_softmax(tf.constant(x))), [[1, 0]], atol=1e-6)


@pytest.mark.parametrize("function, expected", [
    (lambda x: layers.unit_norm(x, 1), lambda x: x / np.sqrt((x ** 2).sum(1, keepdims=True))),
    (lambda x: layers.maxout(x, 2), lambda x: x.reshape(3, 2, 2).max(-1)),
    (lambda x: layers.softmax(x), lambda x: np.exp(x) / np.exp(x).sum(1, keepdims=True)),
    (lambda x: layers.flatten(x[:, :, None]), lambda x: x),
    (lambda x: layers.relu(x, 4, weights_initializer=tf.initializers.identity()),
     lambda x: np.maximum(x, 0))])
def test_functions(function, expected):
    x = RNG.randn(3, 4).astype(np.float32)
    np.testing.assert_allclose(value(function(tf.constant(x))), expected(x), rtol=1e-5)


def test_rows_of_images_and_back():
    x = RNG.randn(2, 3, 4, 5)
    rows = layers.images_to_sequence(tf.constant(x))
    assert rows.shape.as_list() == [4, 6, 5]
    np.testing.assert_array_equal(value(layers.sequence_to_images(rows, 3)), x)


@pytest.mark.parametrize("unique", [False, True])
def test_embedded_words(unique):
    table = np.arange(10.0, dtype=np.float32).reshape(5, 2)
    ids = np.array([[0, 3], [3, 4]])
    y = layers.embed_sequence(tf.constant(ids), 5, 2, unique=unique,
                              initializer=tf.constant_initializer(table))
    np.testing.assert_array_equal(value(y), table[ids])


@pytest.mark.parametrize("mode, n", [("FAN_IN", 200), ("FAN_OUT", 400), ("FAN_AVG", 300)])
@pytest.mark.parametrize("uniform", [False, True])
def test_variance_scaling(mode, n, uniform):
    make = layers.variance_scaling_initializer(3.0, mode, uniform, seed=1)
    x = value(make([10, 20, 40]))
    if uniform:
        assert abs(x).max() <= math.sqrt(9 / n) and x.std() == pytest.approx(math.sqrt(3 / n), 0.05)
    else:
        assert abs(x).max() <= 2 * math.sqrt(3.9 / n)
        assert x.std() == pytest.approx(0.88 * math.sqrt(3.9 / n), rel=0.05)


def test_initializers_refuse_integers():
    with pytest.raises(TypeError, match="non-floating"):
        layers.xavier_initializer(dtype=tf.int32)
    with pytest.raises(TypeError, match="non-floating"):
        layers.xavier_initializer()([2, 2], dtype=tf.int32)


def test_weights_are_model_variables_in_their_collections():
    layers.conv2d(tf.ones([1, 4, 4, 2]), 3, 2, variables_collections={"weights": ["w"]},
                  outputs_collections="o")
    names = [variable.op.name for variable in framework.get_model_variables()]
    assert names == ["Conv/weights", "Conv/biases"]
    assert [variable.op.name for variable in tf.get_collection("w")] == ["Conv/weights"]
    assert [tensor.op.name for tensor in tf.get_collection("o")] == ["Conv/Relu"]


def test_optimize_loss_takes_a_step():
    w = tf.get_variable("w", initializer=3.0)
    step = tf.train.get_or_create_global_step()
    train = layers.optimize_loss(tf.square(w), step, 0.1, "SGD", summaries=[])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(train) == 9.0
        np.testing.assert_allclose(session.run(w), 3.0 - 0.1 * 6)
        assert session.run(step) == 1


# ---- framework ----


@framework.add_arg_scope
def called(x, y=1, *, z=2):
    """What scopes are tried on."""
    return x, y, z


def test_arg_scope_nests():
    with framework.arg_scope([called], y=5) as outer:
        with framework.arg_scope([called], z=6):
            assert called(0) == (0, 5, 6)
            with framework.arg_scope(outer):
                assert called(0) == (0, 5, 2)
        assert called(0, y=7) == (0, 7, 2)
    assert called(0) == (0, 1, 2)
    assert called.__doc__ == "What scopes are tried on." and called.__name__ == "called"


def test_arg_scope_ends_with_an_exception():
    with pytest.raises(KeyError), framework.arg_scope([called], y=5):
        raise KeyError
    assert called(0) == (0, 1, 2)


def test_with_shape_checks_when_it_runs():
    x = tf.placeholder(tf.float32, [None, 3])
    y = framework.with_shape([2, 3], x)
    assert y.shape.as_list() == [2, 3]
    assert value(y, {x: np.ones([2, 3])}).shape == (2, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Wrong shape for"):
        value(y, {x: np.ones([4, 3])})


def test_assign_from_values():
    variable = tf.get_variable("v", [2])
    assign = framework.assign_from_values_fn({"v": np.array([[1.0], [2.0]])})
    with tf.Session() as session:
        assign(session)
        np.testing.assert_array_equal(session.run(variable), [1.0, 2.0])
    with pytest.raises(ValueError, match="Variable w wasn't found"):
        framework.assign_from_values({"w": np.ones(2)})


def test_devices_by_turns():
    with tf.device(framework.VariableDeviceChooser(num_tasks=2)):
        devices = [tf.get_variable(name, []).device for name in "abc"]
    assert devices == [f"/job:ps/task:{task}/device:CPU:0" for task in (0, 1, 0)]


@pytest.mark.parametrize("name", ["slim", "nothing"])
def test_missing_parts_are_named(name):
    with pytest.raises(AttributeError, match=f"contrib.*{name}"):
        getattr(tf.contrib, name)
