"""Recurrent networks: values judged by NumPy, gradients by differences, weights, refusals."""

import numpy as np
import pytest

import minitf as tf
from minitf import nest
from minitf.testing import check_gradients

RNG = np.random.RandomState(0)
X = RNG.randn(3, 4, 2).astype(np.float32)  # batch, time, features
LENGTHS = [4, 1, 2]
CELLS = tf.nn.rnn_cell


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def values(*tensors, feeds=None):
    """The tensors' values after initialization."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(list(tensors), feeds)


# ---- NumPy's cells ----


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def basic_step(x, state, kernel, bias):
    new = np.tanh(np.concatenate([x, state], 1) @ kernel + bias)
    return new, new


def lstm_step(x, state, kernel, bias):
    c, h = state
    i, j, f, o = np.split(np.concatenate([x, h], 1) @ kernel + bias, 4, 1)
    c = c * sigmoid(f + 1) + sigmoid(i) * np.tanh(j)
    h = np.tanh(c) * sigmoid(o)
    return h, (c, h)


def gru_step(x, state, gate_kernel, gate_bias, kernel, bias):
    r, u = np.split(sigmoid(np.concatenate([x, state], 1) @ gate_kernel + gate_bias), 2, 1)
    candidate = np.tanh(np.concatenate([x, r * state], 1) @ kernel + bias)
    new = u * state + (1 - u) * candidate
    return new, new


def unrolled(step, x, state, weights, lengths):
    """Outputs [batch, time, units] and the last state."""
    outputs = []
    for time in range(x.shape[1]):
        output, new_state = step(x[:, time], state, *weights)
        running = (time < np.array(lengths))[:, None]
        outputs.append(np.where(running, output, 0))
        state = nest.map_structure(lambda new, old: np.where(running, new, old), new_state, state)
    return np.stack(outputs, 1), state


KINDS = [(CELLS.BasicRNNCell, basic_step), (CELLS.BasicLSTMCell, lstm_step),
         (CELLS.LSTMCell, lstm_step), (CELLS.GRUCell, gru_step)]


@pytest.mark.parametrize("kind, step", KINDS)
@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("over_time", ["dynamic", "time_major", "static"])
def test_steps(kind, step, lengths, over_time):
    cell = kind(3)
    if over_time == "static":
        outputs, state = tf.nn.static_rnn(cell, tf.unstack(tf.constant(X), axis=1),
                                          sequence_length=lengths, dtype=tf.float32)
        outputs = tf.stack(outputs, 1)
    elif over_time == "time_major":
        outputs, state = tf.nn.dynamic_rnn(cell, tf.constant(X.transpose(1, 0, 2)), lengths,
                                           dtype=tf.float32, time_major=True)
        outputs = tf.transpose(outputs, [1, 0, 2])
    else:
        outputs, state = tf.nn.dynamic_rnn(cell, X, lengths, dtype=tf.float32)
    found, last, weights = values(outputs, state, cell.weights)
    zero = np.zeros((3, 3), np.float32)
    zeros = (zero, zero) if step is lstm_step else zero
    expected, expected_state = unrolled(step, X, zeros, weights, lengths or [4] * 3)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    for a, b in zip(nest.flatten(last), nest.flatten(expected_state)):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dynamic", [True, False])
@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_bidirectional(dynamic, lengths):
    cells = CELLS.GRUCell(2), CELLS.GRUCell(3)
    if dynamic:
        (forward, backward), _ = tf.nn.bidirectional_dynamic_rnn(*cells, X, lengths,
                                                                 dtype=tf.float32)
    else:
        both = tf.stack(tf.nn.static_bidirectional_rnn(
            *cells, tf.unstack(tf.constant(X), axis=1), dtype=tf.float32,
            sequence_length=lengths)[0], 1)
        forward, backward = both[:, :, :2], both[:, :, 2:]
    forward, backward, weights = values(forward, backward, [cell.weights for cell in cells])
    lengths = lengths or [4] * 3
    mirrored = X.copy()
    for row, length in enumerate(lengths):
        mirrored[row, :length] = X[row, :length][::-1]
    expected, _ = unrolled(gru_step, X, np.zeros((3, 2)), weights[0], lengths)
    np.testing.assert_allclose(forward, expected, rtol=1e-5, atol=1e-6)
    expected, _ = unrolled(gru_step, mirrored, np.zeros((3, 3)), weights[1], lengths)
    for row, length in enumerate(lengths):
        expected[row, :length] = expected[row, :length][::-1].copy()
    np.testing.assert_allclose(backward, expected, rtol=1e-5, atol=1e-6)


def test_raw_rnn_is_dynamic_rnn():
    cell = CELLS.LSTMCell(3)
    outputs, state = tf.nn.dynamic_rnn(cell, X, LENGTHS, dtype=tf.float32)
    steps = tf.TensorArray(tf.float32, 4).unstack(X.transpose(1, 0, 2))

    def loop(time, output, cell_state, loop_state):
        finished = time >= LENGTHS
        step_input = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([3, 2]),
                             lambda: steps.read(time))
        if output is None:
            return finished, step_input, cell.zero_state(3, tf.float32), None, tf.constant(0)
        return finished, step_input, cell_state, output, loop_state + 1

    emitted, raw_state, count = tf.nn.raw_rnn(cell, loop)
    found = values(outputs, state, emitted.stack(), raw_state, count)
    np.testing.assert_allclose(found[0], found[2].transpose(1, 0, 2), rtol=1e-6)
    np.testing.assert_allclose(found[1], found[3], rtol=1e-6)
    assert found[4] == 4


def test_peepholes_clipping_and_projection():
    cell = CELLS.LSTMCell(3, use_peepholes=True, cell_clip=0.2, num_proj=2, proj_clip=0.1,
                          initializer=tf.random_uniform_initializer(-2, 2, seed=1))
    c, h = RNG.randn(2, 3).astype(np.float32), RNG.randn(2, 2).astype(np.float32)
    x = X[:2, 0]
    output, state = cell(tf.constant(x), CELLS.LSTMStateTuple(tf.constant(c), tf.constant(h)))
    output, state, (kernel, bias, w_f, w_i, w_o, projection) = values(output, state, cell.weights)
    i, j, f, o = np.split(np.concatenate([x, h], 1) @ kernel + bias, 4, 1)
    new_c = np.clip(sigmoid(f + 1 + w_f * c) * c + sigmoid(i + w_i * c) * np.tanh(j), -0.2, 0.2)
    new_h = np.clip(sigmoid(o + w_o * new_c) * np.tanh(new_c) @ projection, -0.1, 0.1)
    np.testing.assert_allclose(state.c, new_c, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(output, new_h, rtol=1e-5, atol=1e-6)
    assert isinstance(state, CELLS.LSTMStateTuple)


# ---- gradients ----


def constant_weights(getter, name, shape=None, **options):
    """A custom getter that gives constants in place of variables."""
    weights = np.random.RandomState(len(name)).uniform(-1, 1, tf.TensorShape(shape).as_list())
    return tf.constant(weights, tf.float64)


@pytest.mark.parametrize("kind", [
    CELLS.BasicRNNCell, CELLS.BasicLSTMCell, CELLS.GRUCell, tf.contrib.rnn.NASCell,
    tf.contrib.rnn.UGRNNCell, tf.contrib.rnn.IndRNNCell, tf.contrib.rnn.IndyLSTMCell,
    tf.contrib.rnn.IndyGRUCell, tf.contrib.rnn.SRUCell,
    lambda units: CELLS.ResidualWrapper(CELLS.GRUCell(units)),
    lambda units: CELLS.MultiRNNCell([CELLS.LSTMCell(units, use_peepholes=True, num_proj=3),
                                      CELLS.GRUCell(units)])])
def test_gradients(kind):
    def two_steps(first, second):
        with tf.variable_scope("", custom_getter=constant_weights):
            cell = kind(2)
            output, state = cell(first, cell.zero_state(2, tf.float64))
            return tf.sin(output), cell(second, state)[0]

    check_gradients(two_steps, [RNG.randn(2, 2), RNG.randn(2, 2)], rtol=1e-5)


@pytest.mark.parametrize("lengths", [None, [3, 1]])
def test_gradients_through_time(lengths):
    def last_state(x):
        with tf.variable_scope("", custom_getter=constant_weights):
            _, state = tf.nn.dynamic_rnn(CELLS.BasicLSTMCell(3), x, lengths, dtype=tf.float64)
        return tf.sin(state.h) + state.c

    check_gradients(last_state, [RNG.randn(2, 3, 2)], order=1, rtol=1e-5)


def test_gradients_of_attention():
    def attended(memory, query):
        with tf.variable_scope("", custom_getter=constant_weights):
            seq2seq = tf.contrib.seq2seq
            additive = seq2seq.BahdanauAttention(3, memory, [3, 2], normalize=True,
                                                 dtype=tf.float64)
            product = seq2seq.LuongAttention(2, memory, dtype=tf.float64)
            return additive(query, None)[0], product(query, None)[0]

    check_gradients(attended, [RNG.randn(2, 3, 2), RNG.randn(2, 2)], order=1, rtol=1e-5)


# ---- weights and scopes ----


def test_weights_are_shared_by_calls():
    cell = CELLS.GRUCell(3)
    for _ in range(2):
        tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    assert len(tf.trainable_variables()) == 4
    assert [weight.name for weight in cell.weights] == [
        "rnn/gru_cell/gates/kernel:0", "rnn/gru_cell/gates/bias:0",
        "rnn/gru_cell/candidate/kernel:0", "rnn/gru_cell/candidate/bias:0"]


def test_two_networks_need_two_scopes():
    tf.nn.dynamic_rnn(CELLS.GRUCell(3), X, dtype=tf.float32)
    with pytest.raises(ValueError, match="rnn/gru_cell/gates/kernel already exists"):
        tf.nn.dynamic_rnn(CELLS.GRUCell(3), X, dtype=tf.float32)
    tf.nn.dynamic_rnn(CELLS.GRUCell(3), X, dtype=tf.float32, scope="other")
    with tf.variable_scope("", reuse=True):
        tf.nn.dynamic_rnn(CELLS.GRUCell(3), X, dtype=tf.float32)
    assert len(tf.trainable_variables()) == 8


def test_resource_variables():
    with tf.variable_scope("", use_resource=True):
        outputs, _ = tf.nn.dynamic_rnn(CELLS.BasicRNNCell(3), X, dtype=tf.float32)
    assert tf.trainable_variables()[0].dtype == tf.float32
    found, weights = values(outputs, tf.trainable_variables())
    expected, _ = unrolled(basic_step, X, np.zeros((3, 3)), weights, [4] * 3)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_cell_of_ones_own():
    class Doubling(CELLS.RNNCell):
        state_size = output_size = 2

        def call(self, inputs, state):
            scale = tf.get_variable("scale", [], initializer=tf.constant_initializer(2.0))
            return inputs + state, scale * (inputs + state)

    cell = Doubling()
    outputs, state = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    found, last = values(outputs, state)
    expected = X[:, 2] + 2 * (X[:, 1] + 2 * X[:, 0])
    np.testing.assert_allclose(found[:, 2], expected, rtol=1e-5, atol=1e-6)
    assert [weight.name for weight in cell.trainable_weights] == ["rnn/doubling/scale:0"]


def test_a_layer_as_a_cell():
    class Sum(tf.layers.Layer):
        state_size = output_size = 2

        def get_initial_state(self, inputs, batch_size, dtype):
            return tf.zeros([batch_size, 2], dtype)

        def call(self, inputs, states):
            total = inputs + states[0]
            return total, [total]

    outputs, state = tf.nn.dynamic_rnn(Sum(), X, dtype=tf.float32)
    found, last = values(outputs, state)
    np.testing.assert_allclose(found, np.cumsum(X, 1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(last, X.sum(1), rtol=1e-5, atol=1e-6)


def test_configurations_make_equal_cells():
    cell = CELLS.LSTMCell(3, use_peepholes=True, num_proj=2, activation="relu", name="a")
    again = CELLS.LSTMCell(**{key: value for key, value in cell.get_config().items()})
    assert again.get_config() == cell.get_config()
    wrapped = CELLS.DropoutWrapper(cell, 0.5, seed=3).get_config()
    again = CELLS.DropoutWrapper.from_config(dict(wrapped, cell=cell))
    assert again.get_config() == wrapped
    with pytest.raises(ValueError, match="cannot reconstruct the wrapped cell"):
        CELLS.DropoutWrapper.from_config(wrapped)


# ---- dropout ----


def test_dropout_keeps_memories():
    cell = CELLS.DropoutWrapper(CELLS.LSTMCell(50), state_keep_prob=0.5, seed=1)
    output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
    output, state = values(output, state)
    dropped = state.h == 0
    assert 20 < dropped.sum() < 80 and (state.c != 0).all()
    np.testing.assert_allclose(state.h[~dropped], 2 * output[~dropped], rtol=1e-6)


def test_variational_dropout_drops_the_same_at_all_steps():
    cell = CELLS.DropoutWrapper(CELLS.BasicRNNCell(20), output_keep_prob=0.5,
                                variational_recurrent=True, dtype=tf.float32)
    outputs, _ = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    (outputs,) = values(outputs)
    dropped = outputs == 0
    assert (dropped == dropped[:1, :1]).all() and 0 < dropped[0, 0].sum() < 20


def test_no_dropout_adds_no_operations():
    cell = CELLS.DropoutWrapper(CELLS.BasicRNNCell(2), 1.0, 1.0, 1.0)
    cell(tf.zeros([1, 2]), cell.zero_state(1, tf.float32))
    assert not any("dropout" in op.name for op in tf.get_default_graph().get_operations())


# ---- decoding ----


def test_greedy_decoding_stops_at_the_end_token():
    seq2seq = tf.contrib.seq2seq
    # The next token is the one after: the embedding is one-hot, the cell passes it on.
    embedding = np.eye(5, k=1, dtype=np.float32)
    embedding[4, 4] = 1

    class PassOn(CELLS.RNNCell):
        state_size = output_size = 5

        def call(self, inputs, state):
            return inputs, state

    cell = PassOn()
    helper = seq2seq.GreedyEmbeddingHelper(embedding, [0, 2], 4)
    decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    outputs, _, lengths = seq2seq.dynamic_decode(decoder, impute_finished=True)
    ids, lengths, logits = values(outputs.sample_id, lengths, outputs.rnn_output)
    assert ids.tolist() == [[1, 2, 3, 4], [3, 4, 0, 0]]
    assert lengths.tolist() == [4, 2]
    assert not logits[1, 2:].any()


def test_sequence_loss():
    logits = RNG.randn(2, 3, 4).astype(np.float32)
    targets = np.array([[1, 0, 3], [2, 2, 0]])
    weights = np.array([[1, 1, 0.5], [1, 0, 0]], np.float32)
    losses = np.log(np.exp(logits).sum(-1)) - np.take_along_axis(logits, targets[..., None], 2)[
        ..., 0]
    losses = losses * weights
    arguments = [tf.constant(item) for item in (logits, targets, weights)]
    found = values(*[tf.contrib.seq2seq.sequence_loss(*arguments, *choice) for choice in (
        (True, True), (True, False), (False, True), (False, False), (False, False, True, True))])
    expected = [losses.sum() / weights.sum(), losses.sum(1) / weights.sum(1), [
        losses[:, 0].mean(), losses[0, 1], losses[0, 2] / 0.5], losses, losses.sum() / 4]
    for one, other in zip(found, expected):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_monotonic_attention_modes_agree():
    p = RNG.uniform(0.1, 0.9, (2, 4)).astype(np.float32)
    previous = np.eye(4, dtype=np.float32)[[0, 1]]
    exact, fast = values(*[tf.contrib.seq2seq.monotonic_attention(p, previous, mode)
                           for mode in ("recursive", "parallel")])
    np.testing.assert_allclose(exact, fast, rtol=1e-4, atol=1e-6)
    going_on = np.cumprod(1 - p[0])
    np.testing.assert_allclose(exact[0], p[0] * np.r_[1, going_on[:-1]], rtol=1e-5)


# ---- refusals ----


@pytest.mark.parametrize("build, kind, message", [
    (lambda: tf.nn.dynamic_rnn(3, X), TypeError, "'output_size' property is missing"),
    (lambda: tf.nn.dynamic_rnn(CELLS.GRUCell(3), X), ValueError, "you must give a dtype"),
    (lambda: tf.nn.dynamic_rnn(CELLS.GRUCell(3), X, [[1]], dtype=tf.float32), ValueError,
     "must be a vector of length batch_size"),
    (lambda: tf.nn.dynamic_rnn(CELLS.GRUCell(3), tf.placeholder(tf.float32, [2, 3, None]),
                               dtype=tf.float32), ValueError, "but saw value None"),
    (lambda: tf.nn.static_rnn(CELLS.GRUCell(3), []), ValueError, "must not be empty"),
    (lambda: tf.nn.raw_rnn(CELLS.GRUCell(3), 3), TypeError, "must be a callable"),
    (lambda: CELLS.GRUCell(3, dtype=tf.int32), ValueError, "only supports floating point"),
    (lambda: CELLS.LSTMCell(3, units=3), TypeError, "Keyword argument not understood"),
    (lambda: CELLS.MultiRNNCell(CELLS.GRUCell(3)), TypeError, "must be a list or tuple"),
    (lambda: tf.contrib.seq2seq.dynamic_decode(3), TypeError, "Expected decoder")])
def test_refusals(build, kind, message):
    with pytest.raises(kind, match=message):
        build()


def test_lengths_of_another_batch_fail_when_run():
    lengths = tf.placeholder(tf.int32, [None])
    outputs, _ = tf.nn.dynamic_rnn(CELLS.GRUCell(3), X, lengths, dtype=tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected shape for Tensor"):
        values(outputs, feeds={lengths: [1, 2]})


# ---- structures ----


def test_map_structure_up_to():
    pair = CELLS.LSTMStateTuple
    result = nest.map_structure_up_to([0, pair(0, 0)], lambda size, parts: (size, len(parts)),
                                      [1, pair(2, 3)], [[4], pair([5, 6], [])])
    assert result == [(1, 1), pair((2, 2), (3, 0))]


@pytest.mark.parametrize("shallow, tree, kind", [
    ([0], 1, TypeError), ([0], (1,), TypeError), ([0], [1, 2], ValueError),
    ({"a": 0}, {"b": 1}, ValueError)])
def test_shallow_structures_must_fit(shallow, tree, kind):
    with pytest.raises(kind):
        nest.flatten_up_to(shallow, tree)


def test_shallow_structure():
    tree = [1, (2, 3), {"a": 4}]
    assert nest.shallow_structure(lambda part: not isinstance(part, tuple), tree) == [
        True, False, {"a": True}]
    assert nest.shallow_structure(
        lambda part: (False, True) if isinstance(part, tuple) else True, tree) == [
            True, (False, True), {"a": True}]
    with pytest.raises(TypeError, match="non-bool scalar"):
        nest.shallow_structure(lambda part: 1, tree)
