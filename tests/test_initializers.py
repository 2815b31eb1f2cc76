"""Initializers and regularizers: their numbers, from the shape; what they refuse."""

import numpy as np
import pytest

import minitf as tf
from minitf import initializers, regularizers


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetch):
    with tf.Session() as sess:
        return sess.run(fetch)


@pytest.mark.parametrize("initializer, dtype, expected", [
    (initializers.Zeros(), tf.bool, False), (initializers.Zeros(), tf.string, b""),
    (initializers.Zeros(), tf.int64, 0), (initializers.Ones(), tf.bool, True),
    (initializers.Ones(tf.int32), None, 1), (initializers.Constant(2.5), None, 2.5),
    (initializers.Constant(7), tf.int32, 7)])
def test_constants(initializer, dtype, expected):
    value = run(initializer([2, 3], dtype) if dtype else initializer([2, 3]))
    assert value.shape == (2, 3) and (value == expected).all()


def test_constant_lays_out_and_fills_up():
    np.testing.assert_array_equal(run(initializers.Constant([1, 2, 3])([2, 3])),
                                  [[1, 2, 3], [3, 3, 3]])
    np.testing.assert_array_equal(run(initializers.Constant(np.arange(4))([2, 2])),
                                  [[0, 1], [2, 3]])
    with pytest.raises(TypeError, match="Expected Tensor's shape"):
        initializers.Constant([1, 2], verify_shape=True)([3])
    with pytest.raises(TypeError, match="Invalid type for initial value"):
        initializers.Constant(tf.constant(1.0))


@pytest.mark.parametrize("shape, fan_in, fan_out", [
    ([], 1, 1), ([7], 7, 7), ([3, 4], 3, 4), ([5, 5, 3, 4], 75, 100)])
def test_fans(shape, fan_in, fan_out):
    assert initializers._fans(shape) == (fan_in, fan_out)


@pytest.mark.parametrize("initializer, variance", [
    (initializers.he_normal(1), 2 / 100), (initializers.he_uniform(1), 2 / 100),
    (initializers.lecun_normal(1), 1 / 100), (initializers.lecun_uniform(1), 1 / 100),
    (initializers.GlorotNormal(1), 2 / 400), (initializers.GlorotUniform(1), 2 / 400),
    (initializers.VarianceScaling(3.0, "fan_out", "untruncated_normal", 1), 3 / 300),
    (initializers.UniformUnitScaling(2.0, 1), 4 / 100),
    (initializers.RandomNormal(0.0, 0.3, 1), 0.09), (initializers.RandomUniform(-3, 3, 1), 3.0),
    (initializers.TruncatedNormal(0.0, 0.5, 1), 0.25 * 0.7737)])
def test_variance(initializer, variance):
    value = run(initializer([100, 300]))
    assert value.dtype == np.float32 and abs(value.mean()) < 3 * np.sqrt(variance / value.size)
    assert value.var() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("make", [initializers.RandomUniform, initializers.GlorotUniform,
                                  initializers.TruncatedNormal])
def test_the_same_seed_gives_the_same_numbers(make):
    first, second, other = run([make(seed=4)([5]), make(seed=4)([5]), make(seed=5)([5])])
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


@pytest.mark.parametrize("initializer", [
    initializers.Constant(3), initializers.RandomUniform(1, 2, 3),
    initializers.RandomNormal(1, 2, 3), initializers.TruncatedNormal(),
    initializers.VarianceScaling(2.0, "fan_out"),
    initializers.GlorotUniform(4), initializers.UniformUnitScaling(2.0), initializers.Identity(3.0),
    initializers.Zeros(tf.int32), initializers.Orthogonal(2.0)])
def test_configs(initializer):
    config = initializer.get_config()
    again = type(initializer).from_config(config)
    assert again.get_config() == config and again.dtype == initializer.dtype


@pytest.mark.parametrize("make, error", [
    (lambda: initializers.VarianceScaling(0.0), ValueError),
    (lambda: initializers.VarianceScaling(mode="fans"), ValueError),
    (lambda: initializers.VarianceScaling(distribution="gamma"), ValueError),
    (lambda: initializers.RandomNormal(dtype=tf.int32), ValueError),
    (lambda: initializers.Identity()([2]), ValueError),
    (lambda: initializers.Orthogonal()([2]), ValueError),
    (lambda: initializers.Initializer()([2]), NotImplementedError)])
def test_refused(make, error):
    with pytest.raises(error):
        make()


def test_identity():
    np.testing.assert_array_equal(run(initializers.Identity(2.0)([2, 3])), [[2, 0, 0], [0, 2, 0]])


# ---- regularizers ----


def test_l1():
    weights = tf.constant([[1.0, -2.0], [3.0, -4.0]])
    penalty = regularizers.l1_regularizer(0.5)(weights)
    assert run(penalty) == 5.0 and penalty.name == "l1_regularizer:0"
    assert regularizers.l1_regularizer(0.0)(weights) is None
    assert regularizers.sum_regularizer([None]) is None
    both = regularizers.sum_regularizer([regularizers.l1_regularizer(0.5), None,
                                         regularizers.l1_regularizer(0.25)])
    assert run(both(weights)) == 7.5


def test_apply_regularization():
    weights = [tf.constant([1.0, 2.0]), tf.constant([-3.0])]
    total = regularizers.apply_regularization(regularizers.l1_regularizer(1.0), weights)
    assert run(total) == 6.0
    assert tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES) == [total]
    with pytest.raises(ValueError, match="No weights to regularize"):
        regularizers.apply_regularization(regularizers.l1_regularizer(1.0))
    with pytest.raises(ValueError, match="must return a scalar Tensor"):
        regularizers.apply_regularization(tf.identity, weights)


@pytest.mark.parametrize("make", [regularizers.l1_regularizer, regularizers.l2_regularizer])
@pytest.mark.parametrize("scale, text", [(1, "cannot be an integer"), (-1.0, "less than 0")])
def test_scales_refused(make, scale, text):
    with pytest.raises(ValueError, match=text):
        make(scale)
