"""What compiling a plan saves: constants, dead values, memory; and that no value tells of it."""

import signal
import threading

import numpy as np
import pytest

import minitf as tf
from minitf.framework.interrupts import uninterrupted
from minitf.ops import array_ops, training_ops
from minitf.session import blas_threads
from minitf.session.state import VariableState


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def sess(graph):
    with tf.Session() as session:
        yield session


def program(sess, fetches, feeds=None):
    return sess.explain(fetches, feeds).program


def lines(sess, fetches, feeds=None):
    return [line.strip() for line in program(sess, fetches, feeds).splitlines()[1:-1]]


# ---- constants ----


def test_arithmetic_of_constants_has_no_line(sess):
    y = tf.exp(tf.constant([0.0, 1.0]) * 2.0 + 1.0)
    assert lines(sess, y) == []
    np.testing.assert_allclose(sess.run(y), np.exp([1.0, 3.0]), rtol=1e-6)


def shape_op(x):
    """A Shape node, where ``tf.shape`` would put a constant for a known static shape."""
    return array_ops.shape_internal(x, optimize=False)


@pytest.mark.parametrize("build, value", [
    (shape_op, [2, 3]), (lambda x: array_ops.size_internal(x, optimize=False), 6),
    (lambda x: array_ops.rank_internal(x, optimize=False), 2),
    (lambda x: shape_op(tf.transpose(x))[0], 3), (lambda x: tf.shape_n([x, x])[1], [2, 3]),
])
def test_static_shapes_are_constants(sess, build, value):
    x = tf.placeholder(tf.float32, [2, 3])
    y = build(tf.tanh(x))
    assert lines(sess, y) == []
    np.testing.assert_array_equal(sess.run(y, {x: np.ones((2, 3))}), value)


def test_partly_known_shapes_are_computed(sess):
    x = tf.placeholder(tf.float32, [None, 3])
    y = tf.shape(x)
    for rows in (1, 4):
        np.testing.assert_array_equal(sess.run(y, {x: np.ones((rows, 3))}), [rows, 3])


def test_a_set_shape_is_not_trusted(sess):
    x = tf.placeholder(tf.float32)
    y = tf.identity(x)
    y.set_shape([7])
    np.testing.assert_array_equal(sess.run(shape_op(tf.exp(y)), {x: [1.0, 2.0]}), [2])


def test_a_variable_that_changes_its_shape_is_not_trusted(sess):
    v = tf.Variable([1.0, 2.0])
    grow = tf.assign(v, [1.0, 2.0, 3.0], validate_shape=False)
    shape = shape_op(v + 1.0)
    sess.run(v.initializer)
    assert sess.run(shape).tolist() == [2]
    sess.run(grow)
    assert sess.run(shape).tolist() == [3]


def test_a_fed_constant_is_not_a_constant(sess):
    c = tf.constant([2, 2])
    x = tf.placeholder(tf.float32, [None])
    y = tf.reshape(x, c)
    assert sess.run(shape_op(y), {x: np.ones(6), c: [2, 3]}).tolist() == [2, 3]
    assert sess.run(c * 2, {c: [5, 6]}).tolist() == [10, 12]
    assert sess.run(c * 2).tolist() == [4, 4]


def test_a_fetched_constant_is_the_callers_own(sess):
    y = tf.constant([1.0, 2.0]) * 2.0
    z = tf.reshape(y, [2, 1])
    for tensor in (y, z):
        sess.run(tensor).fill(9)
        assert sess.run(tensor).ravel().tolist() == [2, 4]


def test_an_assigned_constant_stays(sess):
    c = tf.zeros([2000]) + 1.0
    v = tf.Variable(c)
    sess.run(v.initializer)
    for _ in range(3):
        sess.run(v.assign_add(c))
    assert sess.run(v)[0] == 4 and sess.run(c)[0] == 1


def test_errors_of_constants_come_when_they_run(sess):
    bad = tf.constant([1, 2]) // tf.constant([1, 0])
    good = tf.constant(1) + 1
    assert sess.run(good) == 2
    with pytest.raises(tf.errors.InvalidArgumentError, match="floordiv"):
        sess.run(bad)


def test_constants_in_branches(sess):
    p = tf.placeholder(tf.bool, [])
    y = tf.cond(p, lambda: tf.constant(1) + 1, lambda: tf.constant([6, 1])[0])
    assert [sess.run(y, {p: value}) for value in (True, False)] == [2, 6]
    always = tf.cond(tf.constant(True), lambda: tf.constant(1), lambda: tf.constant(2))
    assert sess.run(always) == 1


def test_constants_in_loops(sess):
    step = tf.constant(2) + 1
    x = tf.placeholder(tf.int32, [])
    y = tf.while_loop(lambda i: i < 10, lambda i: i + step * 2, [x])
    assert " * " not in program(sess, y)
    assert sess.run(y, {x: 0}) == 12


def test_large_constants_are_not_kept(sess):
    y = tf.zeros([1000, 1000]) + 1.0
    assert lines(sess, y) and sess.run(y).sum() == 1e6


def test_random_numbers_are_no_constants(sess):
    y = tf.random_uniform([2], seed=1)
    assert sess.run(y).tolist() != sess.run(y).tolist()


# ---- what nobody reads ----


def test_a_gradient_that_nobody_reads_is_not_computed(sess):
    a = tf.placeholder(tf.float32, [3, 2])
    b = tf.Variable(tf.ones([2, 1]))
    train = tf.train.GradientDescentOptimizer(1.0).minimize(tf.matmul(a, b))
    names = {op.name for op in sess.explain(train).order}
    assert "gradients/MatMul_grad/MatMul" in names  # the graph has it, the program has not
    assert len([line for line in lines(sess, train) if " @ " in line]) == 1


def test_control_inputs_with_effects_run(sess):
    v = tf.Variable(1.0)
    sess.run(v.initializer)
    with tf.control_dependencies([v.assign_add(1.0)]):
        one = tf.constant(1.0) + 1.0
    assert sess.run(one) == 2 and sess.run(v) == 2
    with tf.control_dependencies([tf.Assert(False, ["no"])]):
        y = tf.constant(1.0) * 2.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="no"):
        sess.run(y)
    with tf.control_dependencies([tf.check_numerics([np.nan], "is nan")]):
        z = tf.constant(1.0) * 3.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="is nan"):
        sess.run(z)


def test_a_placeholder_without_value_raises(sess):
    x = tf.placeholder(tf.float32, [2], name="x")
    with pytest.raises(tf.errors.InvalidArgumentError, match="placeholder tensor 'x'"):
        sess.run(shape_op(x))


def test_a_fetched_operation_runs(sess):
    x = tf.placeholder(tf.int32, [])
    y = tf.constant(1) // x
    with pytest.raises(tf.errors.InvalidArgumentError, match="floordiv"):
        sess.run(y.op, {x: 0})


# ---- memory used again ----

N = 2000


def test_dead_buffers_are_used_again(sess):
    x = tf.placeholder(tf.float32, [N])
    y = tf.exp(x * 2.0) + 1.0
    assert program(sess, y).count("out=") == 2
    mine = np.linspace(0, 1, N, dtype=np.float32)
    kept = mine.copy()
    first = sess.run(y, {x: mine})
    np.testing.assert_allclose(first, np.exp(kept * 2) + 1, rtol=1e-6)
    np.testing.assert_array_equal(mine, kept)
    copy = first.copy()
    sess.run(y, {x: mine + 1})
    np.testing.assert_array_equal(first, copy)


@pytest.mark.parametrize("build", [
    lambda x: [x + 1.0, tf.exp(x + 1.0)],
    lambda x: [(x * 2.0) + tf.reshape(tf.reshape(x * 2.0, [2, -1]), [-1])],
    lambda x: (lambda y: [tf.reshape(y, [2, -1]), y * 3.0])(x + 1.0),
    lambda x: (lambda y: [tf.identity(y), tf.exp(y)])(x + 1.0),
    lambda x: (lambda y: [y * y, y + y])(x - 1.0),
    lambda x: (lambda y: [tf.unstack(tf.reshape(y, [2, -1]))[0], -y])(x - 1.0),
    lambda x: [tf.cond(x[0] > 0, lambda: x + 1.0, lambda: x * 2.0) * 2.0],
    lambda x: (lambda y: [tf.cond(x[0] > 9, lambda: y, lambda: y), y * 2.0])(x + 1.0),
    lambda x: [tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * 2.0 + 1.0), [0, x])[1]],
    lambda x: (lambda y: [y + tf.reshape(y, [N, 1])[:2]])(x * 2.0),
    lambda x: [tf.concat([x * 2.0 + 1.0], 0)],
    lambda x: [tf.cast(x * 2.0, tf.float32) + 1.0],
    lambda x: tf.gradients(tf.tanh(tf.tanh(x * 2.0) + 1.0), [x]),
])
def test_values_are_those_without_reuse(sess, build, monkeypatch):
    x = tf.placeholder(tf.float32, [N])
    fetches = build(x)
    feeds = {x: np.linspace(-1, 1, N, dtype=np.float32)}
    values = sess.run(fetches, feeds)
    monkeypatch.setattr("minitf.session.reuse._SMALLEST", 10**9)
    with tf.Session() as other:
        for value, expected in zip(values, other.run(fetches, feeds)):
            np.testing.assert_array_equal(value, expected)


def test_nothing_is_written_into_a_smaller_array(sess):
    x = tf.placeholder(tf.float32, [None, 300])
    y = tf.placeholder(tf.float32, [None, 300])
    z = tf.exp(x) + tf.exp(y)
    assert sess.run(z, {x: np.zeros((1, 300)), y: np.zeros((5, 300))}).shape == (5, 300)


# ---- variables changed where they are ----


def cell_of(sess, v):
    (op,) = [op for op in sess.explain(v).found if op.type in ("VariableV2", "VarHandleOp")]
    return op.op_type.kernel_rule(sess._state.context(op))


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("update", [
    lambda v: v.assign_add(tf.ones([N])), lambda v: v.assign_sub(tf.ones([N])),
    lambda v: v.assign(tf.placeholder_with_default(tf.ones([N]), [N]) * 3.0),
    lambda v: tf.scatter_add(v, [1, 1], [2.0, 3.0]),
    lambda v: tf.train.AdamOptimizer().minimize(tf.reduce_sum(v * 1.5)),
    lambda v: tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(v * 1.5)),
    lambda v: tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(v * 1.5)),
])
def test_updates_allocate_nothing(sess, update, use_resource):
    v = tf.get_variable("v", initializer=tf.zeros([N]), use_resource=use_resource)
    op = tf.group(update(v))
    sess.run(tf.global_variables_initializer())
    sess.run(op)
    cell = cell_of(sess, v)
    before = cell.value.ctypes.data
    sess.run(op)
    assert cell.value.ctypes.data == before


@pytest.mark.parametrize("use_resource", [False, True])
def test_what_was_read_before_an_update_stays(sess, use_resource):
    v = tf.get_variable("v", initializer=tf.zeros([N]), use_resource=use_resource)
    sess.run(v.initializer)
    old = v.read_value() * 1.0
    with tf.control_dependencies([old]):
        add = v.assign_add(tf.ones([N]))
    with tf.control_dependencies([add]):
        new = v.read_value() * 1.0
    values = sess.run([old, new])
    assert values[0].sum() == 0 and values[1].sum() == N
    fetched = sess.run(v)
    sess.run(add)
    assert fetched.sum() == N


def test_a_view_of_a_variable_keeps_its_value(sess):
    v = tf.get_variable("v", initializer=tf.zeros([N]), use_resource=True)
    sess.run(v.initializer)
    rows = tf.reshape(v.read_value(), [2, -1])
    with tf.control_dependencies([rows]):
        add = v.assign_add(tf.ones([N]))
    with tf.control_dependencies([add]):
        late = rows + 0.0
    assert sess.run(late).sum() == 0


def test_writable_copies_what_others_hold():
    cell = VariableState("v")
    cell.assign(np.zeros(3))
    held = cell.value
    array = cell.writable()
    array += 1
    assert held.sum() == 0 and cell.value.sum() == 3
    del held
    before = cell.value.ctypes.data
    array = None
    assert cell.writable().ctypes.data == before


@pytest.mark.usefixtures("interrupts")
def test_interrupts_wait():
    done = []
    with pytest.raises(KeyboardInterrupt):
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append(True)
    assert done == [True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("interrupts")
def test_an_interrupted_update_is_made_wholly(sess, monkeypatch):
    monkeypatch.setattr(training_ops, "_BLOCK", 400)
    v = tf.Variable(tf.zeros([N]))
    x = tf.placeholder(tf.float32, [N])
    train = tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(v * x))
    sess.run(tf.global_variables_initializer())
    sess.run(train, {x: np.ones(N)})
    before = sess.run(v)
    in_blocks = training_ops._in_blocks

    def interrupted(*arguments):
        signal.raise_signal(signal.SIGINT)
        in_blocks(*arguments)

    monkeypatch.setattr(training_ops, "_in_blocks", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sess.run(train, {x: np.ones(N)})
    after = sess.run(v)
    assert len(np.unique(after)) == 1 and (after < before).all()


# ---- threads ----


def test_small_products_take_one_thread(monkeypatch):
    counts = []
    monkeypatch.setattr(blas_threads, "_openblas", lambda: (lambda: 4, counts.append))
    x = tf.placeholder(tf.float32, [None, 100])
    y = tf.matmul(x, tf.ones([100, 100]))
    with tf.Session() as sess:
        sess.run(y, {x: np.ones((10, 100))})
        assert counts == []  # OpenBLAS takes one by itself
        sess.run(y, {x: np.ones((100, 100))})
        assert counts == [1, 4]
        monkeypatch.setattr(blas_threads, "_is_busy", lambda: False)
        sess.run(y, {x: np.ones((2000, 100))})
        assert counts == [1, 4]
        monkeypatch.setattr(blas_threads, "_is_busy", lambda: True)
        sess.run(y, {x: np.ones((2000, 100))})
        assert counts == [1, 4, 1, 4]


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("shape", [[], [3000]])
def test_updates_of_several_threads_all_count(sess, shape, use_resource):
    v = tf.get_variable("v", shape, initializer=tf.zeros_initializer(), use_resource=use_resource)
    add = v.assign_add(tf.ones(shape), use_locking=True).op
    sess.run(v.initializer)

    def work():
        for _ in range(100):
            sess.run(add)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(sess.run(v), np.full(shape, 400.0))


def test_plans_run_while_others_build_graphs():
    failures = []

    def work(seed):
        try:
            with tf.Graph().as_default():
                x = tf.placeholder(tf.float32, [None, 8])
                v = tf.get_variable("v", [8, 4], initializer=tf.ones_initializer())
                train = tf.train.AdamOptimizer(0.1).minimize(
                    tf.reduce_sum(tf.square(tf.matmul(x, v))))
                with tf.Session() as sess:
                    sess.run(tf.global_variables_initializer())
                    for step in range(30):
                        sess.run(train, {x: np.full((2, 8), seed)})
                        if step % 10 == 0:
                            tf.exp(v)
                    results[seed] = sess.run(v)
        except Exception as error:  # noqa: BLE001 - the test fails in its own thread
            failures.append(error)

    results = {}
    threads = [threading.Thread(target=work, args=(i % 2 + 1,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    alone = {}
    for seed in (1, 2):
        concurrent = results[seed]
        work(seed)
        alone[seed] = results[seed]
        np.testing.assert_array_equal(concurrent, alone[seed])


def test_long_chains_compile_without_recursion():
    x = tf.placeholder(tf.float32, [4])
    y = x
    for _ in range(1000):
        y = tf.tanh(y) * 1.01
    (grad,) = tf.gradients(y, x)
    with tf.Session() as sess:
        assert np.isfinite(sess.run(grad, {x: np.ones(4)})).all()
