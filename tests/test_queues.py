"""Queues and accumulators: threads that wait, cancelling, closing; values judged by NumPy."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.framework.cancellation import CancellationManager, waiting_under


@pytest.fixture
def sess():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def started(function, *arguments):
    """Starts a thread; returns a function that waits for it and returns or raises its outcome."""
    outcome = []

    def work():
        try:
            outcome.append((function(*arguments), None))
        except tf.errors.OpError as error:
            outcome.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()

    def finish():
        thread.join(20)
        assert not thread.is_alive(), "the thread still waits"
        value, error = outcome[0]
        if error is not None:
            raise error
        return value

    finish.thread = thread
    return finish


def wait_until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def make(kind, capacity=10, dtype=tf.int32, shape=()):
    if kind == "RandomShuffleQueue":
        return tf.RandomShuffleQueue(capacity, 0, dtype, shapes=[shape], seed=1)
    return getattr(tf, kind)(capacity, dtype, shapes=[shape])


KINDS = ["FIFOQueue", "PaddingFIFOQueue", "RandomShuffleQueue"]


@pytest.mark.parametrize("kind", KINDS)
def test_elements_come_out_once(sess, kind):
    queue = make(kind, capacity=5)
    x = tf.placeholder(tf.int32)
    enqueue, enqueue_many, dequeue = queue.enqueue(x), queue.enqueue_many(x), queue.dequeue()
    dequeue_many = queue.dequeue_many(10)

    def produce(start):
        for value in range(start, start + 20):
            sess.run(enqueue, {x: value})
        sess.run(enqueue_many, {x: np.arange(start + 20, start + 40)})

    producers = [started(produce, start) for start in (0, 40, 80)]
    single = started(lambda: [int(sess.run(dequeue)) for _ in range(40)])
    batches = started(lambda: [int(v) for _ in range(8) for v in sess.run(dequeue_many)])
    found = single() + batches()
    for finish in producers:
        finish()
    assert sorted(found) == list(range(120))


def test_threads_are_served_in_order(sess):
    queue = make("FIFOQueue")
    dequeue = queue.dequeue()
    waiting = []
    for _ in range(4):
        waiting.append(started(sess.run, dequeue))
        time.sleep(0.05)
    for value in range(4):
        sess.run(queue.enqueue(value))
    assert [finish() for finish in waiting] == [0, 1, 2, 3]


def test_waiting_stops_nobody_else(sess):
    queue = make("FIFOQueue")
    v = tf.Variable(1.0)
    sess.run(v.initializer)
    finish = started(sess.run, queue.dequeue())
    assert sess.run(v.assign_add(1.0)) == 2.0
    sess.run(queue.enqueue(5))
    assert finish() == 5


def test_cancelling_a_wait_leaves_the_queue_usable(sess):
    queue = make("FIFOQueue")
    manager = CancellationManager()
    dequeue = queue.dequeue()

    def wait():
        with waiting_under(manager):
            sess.run(dequeue)

    finish = started(wait)
    time.sleep(0.05)
    manager.start_cancel()
    with pytest.raises(tf.errors.CancelledError, match="Dequeue operation was cancelled"):
        finish()
    with pytest.raises(tf.errors.CancelledError):
        wait()  # the manager cancels later waits at once
    sess.run(queue.enqueue(1))
    assert sess.run(dequeue) == 1


def test_cancelling_the_first_lets_the_next_go_on(sess):
    queue = make("FIFOQueue", capacity=3)
    sess.run(queue.enqueue_many([[0, 1]]))
    manager = CancellationManager()
    many = queue.enqueue_many([[2, 3, 4]])

    def wait():
        with waiting_under(manager):
            sess.run(many)

    first = started(wait)
    wait_until(lambda: sess.run(queue.size()) == 3)
    second = started(sess.run, queue.enqueue(9))
    manager.start_cancel()
    with pytest.raises(tf.errors.CancelledError):
        first()
    assert [int(sess.run(queue.dequeue())) for _ in range(4)] == [0, 1, 2, 9]
    second()


def test_a_manager_is_cancelled_with_its_parent():
    parent = CancellationManager()
    child, late = CancellationManager(parent), []
    assert child.register(lambda: late.append(1))
    parent.start_cancel()
    parent.start_cancel()
    assert child.is_cancelled and late == [1]
    assert not child.register(late.clear)
    assert CancellationManager(parent).is_cancelled


def test_a_detached_manager_outlives_its_parent():
    parent = CancellationManager()
    child = CancellationManager(parent)
    child.detach()
    parent.start_cancel()
    assert not child.is_cancelled


def test_closing_the_session_ends_waits():
    with tf.Graph().as_default():
        queue = make("FIFOQueue", capacity=1)
        accumulator = tf.ConditionalAccumulator(tf.float32, shape=[])
        fetches = [queue.dequeue(), accumulator.take_grad(1)]
        session = tf.Session()
        waiting = [started(session.run, fetch) for fetch in fetches]
        time.sleep(0.1)
        session.close()
        for finish in waiting:
            with pytest.raises(tf.errors.CancelledError, match="was cancelled"):
                finish()


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_dequeue_gives_back(sess, kind):
    queue = make(kind)
    sess.run(queue.enqueue_many([[1, 2]]))
    finish = started(sess.run, queue.dequeue_many(3))
    wait_until(lambda: sess.run(queue.size()) == 0)
    sess.run(queue.close())
    with pytest.raises(tf.errors.OutOfRangeError, match=r"requested 1, current size 0"):
        finish()
    assert sorted(sess.run(queue.dequeue_up_to(5)).tolist()) == [1, 2]


def test_closing_waits_for_pending_enqueues(sess):
    queue = make("FIFOQueue", capacity=1)
    sess.run(queue.enqueue(1))
    pending = started(sess.run, queue.enqueue(2))
    time.sleep(0.05)
    closing = started(sess.run, queue.close())
    time.sleep(0.05)
    assert not sess.run(queue.is_closed())
    assert sess.run(queue.dequeue()) == 1
    pending(), closing()
    assert sess.run(queue.is_closed()) and sess.run(queue.dequeue()) == 2


def test_what_is_enqueued_is_the_queues_own(sess):
    queue = tf.FIFOQueue(3, tf.float32, shapes=[[2]])
    x = tf.placeholder(tf.float32, [2])
    many = tf.placeholder(tf.float32, [1, 2])
    array = np.array([1, 2], np.float32)
    sess.run(queue.enqueue(x), {x: array})
    sess.run(queue.enqueue_many(many), {many: array[None]})
    array[:] = 0
    np.testing.assert_array_equal(sess.run(queue.dequeue_many(2)), [[1, 2], [1, 2]])


def test_sessions_share_no_queues():
    with tf.Graph().as_default():
        queue = tf.FIFOQueue(3, tf.int32, shared_name="same")
        enqueue, size = queue.enqueue(1), queue.size()
        with tf.Session() as one, tf.Session() as other:
            one.run(enqueue)
            assert (one.run(size), other.run(size)) == (1, 0)


def test_a_shuffling_queue_keeps_its_minimum(sess):
    queue = tf.RandomShuffleQueue(10, 3, tf.int32, shapes=[[]])
    sess.run(queue.enqueue_many([[1, 2, 3]]))
    finish = started(sess.run, queue.dequeue())
    time.sleep(0.05)
    assert finish.thread.is_alive()
    sess.run(queue.enqueue(4))
    found = [int(finish())]
    sess.run(queue.close())
    found += sess.run(queue.dequeue_up_to(9)).tolist()
    assert sorted(found) == [1, 2, 3, 4]


def test_streams_of_two_sessions_begin_alike():
    with tf.Graph().as_default():
        queue = tf.RandomShuffleQueue(50, 0, tf.int32, shapes=[[]], seed=5)
        fill, take = queue.enqueue_many([np.arange(50)]), queue.dequeue_many(50)
        orders = []
        for _ in range(2):
            with tf.Session() as session:
                session.run(fill)
                orders.append(session.run(take).tolist())
    assert orders[0] == orders[1] != sorted(orders[0])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=20), st.integers(0, 20))
def test_priorities_come_in_order(priorities, first):
    with tf.Graph().as_default(), tf.Session() as session:
        queue = tf.PriorityQueue(-1, tf.int32, shapes=[[]])
        session.run(queue.enqueue_many([priorities, np.arange(len(priorities))]))
        first = min(first, len(priorities))
        found = [session.run(queue.dequeue_many(count))
                 for count in (first, len(priorities) - first)]
    found_priorities, places = (np.concatenate(part) for part in zip(*found))
    assert found_priorities.tolist() == sorted(priorities)
    assert sorted(places.tolist()) == list(range(len(priorities)))
    assert [priorities[i] for i in places] == found_priorities.tolist()


@pytest.mark.parametrize("dtype, filler", [(tf.float32, 0), (tf.string, b""), (tf.bool, False)])
def test_padding(sess, dtype, filler):
    queue = tf.PaddingFIFOQueue(5, dtype, shapes=[[None, 2]])
    x = tf.placeholder(dtype)
    values = [np.full((rows, 2), True).astype(dtype.as_numpy_dtype) for rows in (1, 3, 0)]
    if dtype == tf.string:
        values = [np.full((rows, 2), b"v", object) for rows in (1, 3, 0)]
    for value in values:
        sess.run(queue.enqueue(x), {x: value})
    batch = sess.run(queue.dequeue_many(3))
    assert batch.shape == (3, 3, 2)
    for row, value in zip(batch, values):
        assert (row[:len(value)] == value).all() and (row[len(value):] == filler).all()


# ---- accumulators ----


@pytest.mark.parametrize("reduction, mean", [("MEAN", True), ("SUM", False)])
@pytest.mark.parametrize("dtype", [tf.float16, tf.float32, tf.float64])
def test_dense_accumulator(sess, dtype, reduction, mean):
    values = np.random.RandomState(0).randn(5, 3).astype(dtype.as_numpy_dtype)
    accumulator = tf.ConditionalAccumulator(dtype, shape=[3], reduction_type=reduction)
    x = tf.placeholder(dtype)
    apply = accumulator.apply_grad(x)
    for value in values:
        sess.run(apply, {x: value})
    got = sess.run(accumulator.take_grad(5))
    assert got.dtype == dtype.as_numpy_dtype
    expected = values.astype(np.float64).sum(0) / (5 if mean else 1)
    np.testing.assert_allclose(got, expected, rtol=5e-3 if dtype == tf.float16 else 1e-6, atol=1e-3
                               if dtype == tf.float16 else 1e-7)


def test_sparse_accumulator_averages_rows(sess):
    accumulator = tf.SparseConditionalAccumulator(tf.float32, shape=[4, 1])
    dense, counts = np.zeros((4, 1), np.float32), np.zeros((4, 1), np.float32)
    random = np.random.RandomState(1)
    for indices in ([0, 2], [2], [1, 2, 3], [0]):
        rows = random.randn(len(indices), 1).astype(np.float32)
        dense[indices] += rows
        counts[indices] += 1
        sess.run(accumulator.apply_grad(indices, rows))
    got = sess.run(accumulator.take_indexed_slices_grad(4))
    assert got.indices.tolist() == [0, 1, 2, 3] and got.dense_shape.tolist() == [4, 1]
    np.testing.assert_allclose(got.values, dense / counts, rtol=1e-6)


def test_taking_waits_for_enough_gradients(sess):
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[])
    finish = started(sess.run, accumulator.take_grad(3))
    for value in (1.0, 2.0):
        sess.run(accumulator.apply_grad(value))
    assert finish.thread.is_alive()
    sess.run(accumulator.apply_grad(6.0))
    assert finish() == 3.0


def test_a_callable_of_a_closed_session():
    with tf.Graph().as_default():
        session = tf.Session()
        function = session.make_callable(tf.constant(1))
        assert function() == 1
        session.close()
        with pytest.raises(tf.errors.CancelledError, match="Session has been closed"):
            function()


def test_one_run_may_fill_and_empty_a_queue():
    with tf.Graph().as_default(), tf.Session() as sess:
        queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
        element = queue.dequeue()
        enqueue = queue.enqueue(3.0)
        assert sess.run([element, enqueue])[0] == 3.0
