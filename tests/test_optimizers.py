"""Optimizers, learning rate decays and moving averages against their formulas, in plain NumPy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import minitf as tf
from minitf.ops import training_ops
from minitf.train import moving_averages

KINDS = pytest.mark.parametrize("resource", [False, True], ids=["ref", "resource"])
START = np.array([0.5, -1.0, 2.0, 0.0])
GRADIENTS = np.random.RandomState(0).uniform(-1, 1, (10, 4))


# ---- the formulas ----


def sgd(x, gradients):
    for g in gradients:
        x = x - 0.1 * g
    return x


def momentum(x, gradients, nesterov=False):
    accum = 0
    for g in gradients:
        accum = 0.9 * accum + g
        x = x - 0.1 * (g + 0.9 * accum if nesterov else accum)
    return x


def adagrad(x, gradients):
    accum = 0.1
    for g in gradients:
        accum = accum + g * g
        x = x - 0.1 * g / np.sqrt(accum)
    return x


def adagrad_da(x, gradients, l1=0.05, l2=0.02):
    total, squares = 0, 0.1
    for t, g in enumerate(gradients, start=1):
        total, squares = total + g, squares + g * g
        x = (-0.1 * np.sign(total) * np.maximum(np.abs(total) - l1 * t, 0)
             / (l2 * t * 0.1 + np.sqrt(squares)))
    return x


def adadelta(x, gradients):
    squares = steps = 0
    for g in gradients:
        squares = 0.95 * squares + 0.05 * g * g
        step = np.sqrt(steps + 1e-3) / np.sqrt(squares + 1e-3) * g
        steps = 0.95 * steps + 0.05 * step * step
        x = x - 0.1 * step
    return x


def rms_prop(x, gradients, centered=False):
    squares, mean, mom = 1, 0, 0
    for g in gradients:
        squares = 0.9 * squares + 0.1 * g * g
        mean = 0.9 * mean + 0.1 * g
        mom = 0.5 * mom + 0.1 * g / np.sqrt(squares - (mean * mean if centered else 0) + 1e-3)
        x = x - mom
    return x


def ftrl(x, gradients, power=0.5, shrinkage=0.0):
    accum, linear = 0.1, 0
    for g in gradients:
        new = accum + g * g
        linear = linear + g + 2 * shrinkage * x - (new ** power - accum ** power) / 0.1 * x
        accum = new
        x = np.where(np.abs(linear) > 0.2,
                     (np.sign(linear) * 0.2 - linear) / (accum ** power / 0.1 + 2 * 0.3), 0)
    return x


def proximal(x, gradients, accum=None):
    for g in gradients:
        rate = 0.1
        if accum is not None:
            accum = accum + g * g
            rate = 0.1 / np.sqrt(accum)
        x = x - rate * g
        x = np.sign(x) * np.maximum(np.abs(x) - rate * 0.3, 0) / (1 + rate * 0.2)
    return x


def adam(x, gradients):
    m = v = 0
    for t, g in enumerate(gradients, start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g * g
        x = x - 0.1 * math.sqrt(1 - 0.99 ** t) / (1 - 0.9 ** t) * m / (np.sqrt(v) + 1e-3)
    return x


train = tf.train
OPTIMIZERS = {
    "descent": (lambda step: train.GradientDescentOptimizer(0.1), sgd),
    "momentum": (lambda step: train.MomentumOptimizer(0.1, 0.9), momentum),
    "nesterov": (lambda step: train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
                 lambda x, gradients: momentum(x, gradients, nesterov=True)),
    "adagrad": (lambda step: train.AdagradOptimizer(0.1), adagrad),
    "adagrad_da": (lambda step: train.AdagradDAOptimizer(
        0.1, step, l1_regularization_strength=0.05, l2_regularization_strength=0.02), adagrad_da),
    "adadelta": (lambda step: train.AdadeltaOptimizer(0.1, epsilon=1e-3), adadelta),
    "rms_prop": (lambda step: train.RMSPropOptimizer(0.1, momentum=0.5, epsilon=1e-3), rms_prop),
    "centered": (
        lambda step: train.RMSPropOptimizer(0.1, momentum=0.5, epsilon=1e-3, centered=True),
        lambda x, gradients: rms_prop(x, gradients, centered=True)),
    "ftrl": (lambda step: train.FtrlOptimizer(0.1, l1_regularization_strength=0.2,
                                              l2_regularization_strength=0.3), ftrl),
    "ftrl_power": (lambda step: train.FtrlOptimizer(
        0.1, -0.7, l1_regularization_strength=0.2, l2_regularization_strength=0.3,
        l2_shrinkage_regularization_strength=0.4),
        lambda x, gradients: ftrl(x, gradients, 0.7, 0.4)),
    "proximal_descent": (lambda step: train.ProximalGradientDescentOptimizer(0.1, 0.3, 0.2),
                         proximal),
    "proximal_adagrad": (lambda step: train.ProximalAdagradOptimizer(0.1, 0.5, 0.3, 0.2),
                         lambda x, gradients: proximal(x, gradients, accum=0.5)),
    "adam": (lambda step: train.AdamOptimizer(0.1, beta2=0.99, epsilon=1e-3), adam),
}


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def counter():
    return tf.Variable(0, dtype=tf.int64, trainable=False, name="counter")


def updated(name, gradients, variable, indices=None):
    """The variable after updates by these gradients, all rows or those of ``indices``."""
    step = counter()
    optimizer = OPTIMIZERS[name][0](step)
    fed = tf.placeholder(tf.float32, [None if indices is not None else 4, *variable.shape[1:]])
    gradient = fed if indices is None else tf.IndexedSlices(fed, tf.constant(indices), [4])
    op = optimizer.apply_gradients([(gradient, variable)], step)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for value in gradients:
            session.run(op, {fed: value})
        return session.run(variable)


@KINDS
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_formula(name, resource):
    variable = tf.Variable(START.astype(np.float32), use_resource=resource)
    expected = OPTIMIZERS[name][1](START, GRADIENTS)
    np.testing.assert_allclose(updated(name, GRADIENTS, variable), expected, rtol=2e-5, atol=2e-6)


@KINDS
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_gradients_of_rows(name, resource):
    """Rows that occur twice get the sum of their gradients; the others stay as they are."""
    variable = tf.Variable(START.astype(np.float32), use_resource=resource)
    got = updated(name, GRADIENTS[:, :3], variable, indices=[1, 3, 1])
    sums = np.stack([GRADIENTS[:, 0] + GRADIENTS[:, 2], GRADIENTS[:, 1]], axis=1)
    expected = START.copy()
    expected[[1, 3]] = OPTIMIZERS[name][1](START[[1, 3]], sums)
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-6)
    assert got[0] == START[0] and got[2] == START[2]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_loss_falls(name):
    step = counter()
    x = tf.Variable([1.5, -1.0])
    loss = tf.reduce_sum(tf.square(x))
    op = OPTIMIZERS[name][0](step).minimize(loss, step)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = session.run(loss)
        for _ in range(20):
            session.run(op)
        assert session.run(loss) < 0.9 * before
        assert session.run(step) == 20


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_slots_belong_to_variables(name):
    step = counter()
    x, y = tf.Variable([1.0, 2.0], name="x"), tf.Variable(3.0, name="y", use_resource=True)
    optimizer = OPTIMIZERS[name][0](step)
    optimizer.minimize(tf.reduce_sum(x) * y)
    slots = [optimizer.get_slot(var, slot) for var in (x, y) for slot in optimizer.get_slot_names()]
    assert set(slots) <= set(optimizer.variables())
    for var in (x, y):
        for slot in optimizer.get_slot_names():
            made = optimizer.get_slot(var, slot)
            assert made.shape == var.shape and made.dtype == var.dtype
            assert made.op.name.startswith(var.op.name + "/") and not made.trainable
            assert made.op.type == var.op.type
    with tf.Graph().as_default():
        assert optimizer.variables() == []


# ---- rows in the fused updates ----


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=8))
def test_repeated_rows_take_turns(indices):
    rounds = list(training_ops._rounds(np.array(indices, np.int64)))
    assert sorted(p for _, positions in rounds for p in positions) == list(range(len(indices)))
    seen = {}
    for rows, positions in rounds:
        assert len(set(rows)) == len(rows)
        for row, position in zip(rows, positions):
            assert indices[position] == row and position > seen.get(row, -1)
            seen[row] = position


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.data())
def test_sparse_update_is_one_row_after_the_other(indices, data):
    values = data.draw(arrays(np.float64, (len(indices), 2), elements=st.floats(-3, 3)))
    table, accum = np.ones((4, 2)), np.full((4, 2), 0.5)
    for row, grad in zip(indices, values):
        accum[row] += grad * grad
        table[row] -= 0.3 * grad / np.sqrt(accum[row])
    with tf.Graph().as_default(), tf.Session() as session:
        var = tf.Variable(np.ones((4, 2)))
        slot = tf.Variable(np.full((4, 2), 0.5))
        out = training_ops.SparseApplyAdagrad(var, slot, 0.3, values, np.array(indices, np.int32))
        session.run(tf.global_variables_initializer())
        session.run(out.op)
        np.testing.assert_allclose(session.run([var, slot]), [table, accum])


@pytest.mark.parametrize("shape", [(200, 101), (40000,), (3, training_ops._BLOCK)])
def test_large_variables_are_updated_whole(shape):
    random = np.random.RandomState(4)
    values = [random.uniform(0.5, 1, shape).astype(np.float32) for _ in range(4)]
    start, accum, linear, gradient = values
    var, *slots = (tf.Variable(value) for value in values[:3])
    out = training_ops.ApplyFtrl(var, *slots, gradient.T.copy().T, 0.1, 0.2, 0.3, -0.5)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(out.op)
        got = session.run([var, *slots])
    new = accum + gradient ** 2
    linear = linear + gradient - (np.sqrt(new) - np.sqrt(accum)) / 0.1 * start
    shrunk = (np.sign(linear) * 0.2 - linear) / (np.sqrt(new) / 0.1 + 0.6)
    expected = [np.where(np.abs(linear) > 0.2, shrunk, 0), new, linear]
    for mine, formula in zip(got, expected):
        np.testing.assert_allclose(mine, formula, rtol=1e-4, atol=1e-5)


def test_static_shape_of_an_update():
    var = tf.Variable(tf.placeholder(tf.float32), validate_shape=False)
    out = training_ops.ApplyGradientDescent(var, 0.1, tf.placeholder(tf.float32, [2, None]))
    assert out.shape.as_list() == [2, None]
    rows = training_ops.SparseApplyMomentum(
        var, var, 0.1, tf.placeholder(tf.float32, [5, 3]), tf.placeholder(tf.int32), 0.9)
    assert rows.shape.as_list() == [None, 3]


# ---- learning rates ----


def wave(fraction):
    return 0.5 * (1 + math.cos(math.pi * fraction))


def restarts(t, first, t_mul, m_mul, alpha):
    """SGDR by walking over the periods."""
    length, height = first, 1.0
    while t >= length:
        t, length, height = t - length, length * t_mul, height * m_mul
    return 0.8 * ((1 - alpha) * height * wave(t / length) + alpha)


STEPS = [0, 1, 7, 10, 12, 33]
DECAYS = {
    "exponential": (lambda t: train.exponential_decay(0.8, t, 10, 0.5),
                    lambda t: 0.8 * 0.5 ** (t / 10)),
    "exponential stairs": (lambda t: train.exponential_decay(0.8, t, 10, 0.5, staircase=True),
                           lambda t: 0.8 * 0.5 ** (t // 10)),
    "natural": (lambda t: train.natural_exp_decay(0.8, t, 10, 0.5),
                lambda t: 0.8 * math.exp(-0.5 * t / 10)),
    "inverse": (lambda t: train.inverse_time_decay(0.8, t, 10, 0.5),
                lambda t: 0.8 / (1 + 0.5 * t / 10)),
    "inverse stairs": (lambda t: train.inverse_time_decay(0.8, t, 10, 0.5, staircase=True),
                       lambda t: 0.8 / (1 + 0.5 * (t // 10))),
    "polynomial": (lambda t: train.polynomial_decay(0.8, t, 10, 0.1, power=2.0),
                   lambda t: 0.7 * (1 - min(t / 10, 1)) ** 2 + 0.1),
    "polynomial cycle": (lambda t: train.polynomial_decay(0.8, t, 10, 0.1, cycle=True),
                         lambda t: 0.7 * (1 - t / (10 * max(1, math.ceil(t / 10)))) + 0.1),
    "cosine": (lambda t: train.cosine_decay(0.8, t, 10, alpha=0.1),
               lambda t: 0.8 * (0.9 * wave(min(t / 10, 1)) + 0.1)),
    "restarts": (lambda t: train.cosine_decay_restarts(0.8, t, 5, 2.0, 0.7, 0.1),
                 lambda t: restarts(t, 5, 2.0, 0.7, 0.1)),
    "equal restarts": (lambda t: train.cosine_decay_restarts(0.8, t, 5, 1.0, 0.7, 0.1),
                       lambda t: restarts(t, 5, 1.0, 0.7, 0.1)),
    "linear cosine": (
        lambda t: train.linear_cosine_decay(0.8, t, 10, 1.5, 0.2, 0.01),
        lambda t: 0.8 * ((0.2 + 1 - min(t / 10, 1)) * wave(3 * min(t / 10, 1)) + 0.01)),
    "pieces": (lambda t: train.piecewise_constant(t, [1, 10], [0.8, 0.4, 0.2]),
               lambda t: 0.8 if t <= 1 else 0.4 if t <= 10 else 0.2),
}


@pytest.mark.parametrize("name", DECAYS)
def test_decay(name):
    make, formula = DECAYS[name]
    step = tf.placeholder(tf.int32, [])
    rate = make(step)
    assert rate.dtype == tf.float32
    with tf.Session() as session:
        got = [session.run(rate, {step: t}) for t in STEPS]
    np.testing.assert_allclose(got, [formula(t) for t in STEPS], rtol=2e-5, atol=1e-6)


def test_noise_on_the_line_shrinks():
    tf.set_random_seed(3)
    step = tf.placeholder(tf.float32, [])
    rate = train.noisy_linear_cosine_decay(1.0, step, 1000.0, 0.01, 1.0, alpha=0.0, beta=0.0)
    with tf.Session() as session:
        early = [session.run(rate, {step: 0.0}) for _ in range(200)]
        late = [session.run(rate, {step: 300.0}) for _ in range(200)]
    assert np.mean(early) == pytest.approx(1, abs=0.05)
    assert np.std(early) == pytest.approx(0.1, rel=0.3)
    expected = math.sqrt(0.01 / 301) * wave(0.3)
    assert np.mean(late) == pytest.approx(0.7 * wave(0.3), abs=0.01)
    assert np.std(late) == pytest.approx(expected, rel=0.3)


# ---- moving averages ----


@KINDS
def test_average_of_a_variable(resource):
    x = tf.Variable([1.0, 2.0], name="x", use_resource=resource)
    count = tf.placeholder(tf.int32, [])
    ema = train.ExponentialMovingAverage(0.9, num_updates=count)
    update = ema.apply([x])
    move = x.assign_add([1.0, -1.0])
    expected, value = np.array([1.0, 2.0]), np.array([1.0, 2.0])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for n in range(6):
            session.run(move)
            session.run(update, {count: n})
            value = value + [1.0, -1.0]
            decay = min(0.9, (1 + n) / (10 + n))
            expected = decay * expected + (1 - decay) * value
        np.testing.assert_allclose(session.run(ema.average(x)), expected, rtol=1e-5)
    assert ema.average(x).op.name == ema.average_name(x) == "x/ExponentialMovingAverage"
    assert x in tf.get_collection(tf.GraphKeys.MOVING_AVERAGE_VARIABLES)


def test_average_of_a_tensor_without_bias():
    y = tf.placeholder(tf.float32, [2])
    ema = train.ExponentialMovingAverage(0.9, zero_debias=True)
    update = ema.apply([y])
    weights, values = [], []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for value in ([3.0, -1.0], [5.0, 0.5], [-2.0, 4.0]):
            session.run(update, {y: value})
            weights = [0.9 * weight for weight in weights] + [0.1]
            values.append(value)
            np.testing.assert_allclose(session.run(ema.average(y)),
                                       np.average(values, axis=0, weights=weights), rtol=1e-5)


def test_weighted_average():
    value, weight = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.float32, [])
    average = moving_averages.weighted_moving_average(value, 0.8, weight)
    decayed, values, weights = [], [], []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for v, w in (([1.0, 2.0], 1.0), ([3.0, -2.0], 0.25), ([0.0, 1.0], 4.0)):
            values.append(v)
            weights.append(w)
            decayed = [0.8 * d for d in decayed] + [0.2]
            np.testing.assert_allclose(
                session.run(average, {value: v, weight: w}),
                np.average(values, axis=0, weights=np.multiply(decayed, weights)), rtol=1e-5)


def test_variables_to_restore():
    x = tf.Variable(1.0, name="x")
    frozen = tf.Variable(2.0, trainable=False, name="frozen")
    ema = train.ExponentialMovingAverage(0.9)
    assert ema.variables_to_restore() == {"x/ExponentialMovingAverage": x, "frozen": frozen}
    ema.apply([x])
    assert ema.variables_to_restore() == {"x/ExponentialMovingAverage": x, "frozen": frozen}
    assert ema.variables_to_restore([frozen]) == {
        "frozen/ExponentialMovingAverage": frozen, "x": x,
        "x/ExponentialMovingAverage": ema.average(x)}


def test_integers_have_no_average():
    with pytest.raises(TypeError, match="must be half, float, or double: count:0"):
        train.ExponentialMovingAverage(0.9).apply([tf.Variable(1, name="count")])


def test_messages_of_the_namespace():
    feature = train.Feature(int64_list=train.Int64List(value=[1, 2]))
    example = train.Example(features=train.Features(feature={"x": feature}))
    again = train.Example.FromString(example.SerializeToString())
    assert list(again.features.feature["x"].int64_list.value) == [1, 2]
    assert "SequenceExample" in dir(train)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        train.Nothing  # noqa: B018 - asked for
