"""Coordinators, queue runners and input pipelines."""

import logging
import threading
import time

import numpy as np
import pytest

import minitf as tf


@pytest.fixture
def sess():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def running(*functions):
    threads = [threading.Thread(target=function, daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    return threads


# ---- Coordinator ----


def test_an_exception_reaches_join():
    coordinator = tf.train.Coordinator()

    def fail():
        with coordinator.stop_on_exception():
            raise KeyError("boom")

    def work():
        coordinator.wait_for_stop()

    with pytest.raises(KeyError, match="boom"):
        coordinator.join(running(fail, work))
    assert coordinator.joined and coordinator.should_stop()
    with pytest.raises(KeyError):
        coordinator.raise_requested_exception()


@pytest.mark.parametrize("clean, raises", [(None, False), ((ValueError,), True)])
def test_clean_ends(clean, raises):
    coordinator = tf.train.Coordinator(clean)
    coordinator.request_stop(tf.errors.OutOfRangeError(None, None, "the end"))
    if raises:
        with pytest.raises(tf.errors.OutOfRangeError):
            coordinator.join([])
    else:
        coordinator.join([])


def test_the_first_request_counts():
    coordinator = tf.train.Coordinator()
    coordinator.request_stop()
    coordinator.request_stop(ValueError("late"))
    coordinator.join([])
    with pytest.raises(ValueError, match="later still"):
        coordinator.request_stop(ValueError("later still"))
    coordinator.clear_stop()
    assert not coordinator.should_stop() and not coordinator.joined


def test_threads_that_do_not_stop(caplog):
    coordinator, end = tf.train.Coordinator(), threading.Event()
    threads = running(end.wait)
    threads[0].name = "straggler"
    coordinator.register_thread(threads[0])
    coordinator.request_stop()
    with pytest.raises(RuntimeError, match="threads still running: straggler"):
        coordinator.join(stop_grace_period_secs=0.05)
    with caplog.at_level(logging.INFO, logger="tensorflow"):
        coordinator.join(threads, stop_grace_period_secs=0.05, ignore_live_threads=True)
    end.set()


def test_looper_thread():
    coordinator, calls = tf.train.Coordinator(), []

    def work(item, key):
        calls.append((item, key))
        if len(calls) == 3:
            coordinator.request_stop()

    looper = tf.train.LooperThread.loop(coordinator, 0.001, work, args=(1,), kwargs={"key": 2})
    coordinator.join([looper])
    assert calls == [(1, 2)] * 3
    with pytest.raises(ValueError, match="must be a Coordinator"):
        tf.train.LooperThread("coordinator", 1)
    with pytest.raises(ValueError, match="also pass 'target'"):
        tf.train.LooperThread(coordinator, 1, args=(1,))


# ---- QueueRunner ----


def test_an_error_in_the_pipeline_reaches_join(sess):
    queue = tf.FIFOQueue(3, tf.float32, shapes=[[]])
    runner = tf.train.QueueRunner(queue, [queue.enqueue(tf.check_numerics(tf.log(-1.0), "bad"))])
    coordinator = tf.train.Coordinator()
    threads = runner.create_threads(sess, coordinator, start=True)
    with pytest.raises(tf.errors.InvalidArgumentError, match="bad"):
        coordinator.join(threads)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_without_a_coordinator_is_kept(sess):
    queue = tf.FIFOQueue(3, tf.float32, shapes=[[]])
    runner = tf.train.QueueRunner(queue, [queue.enqueue(tf.check_numerics(tf.log(-1.0), "bad"))])
    for thread in runner.create_threads(sess, start=True):
        thread.join(20)
    assert [type(error) for error in runner.exceptions_raised] == [tf.errors.InvalidArgumentError]


def test_the_last_thread_closes_the_queue(sess):
    epochs = [tf.train.limit_epochs(tf.constant(i), 2) for i in range(2)]
    queue = tf.FIFOQueue(10, tf.int32, shapes=[[]])
    runner = tf.train.QueueRunner(queue, [queue.enqueue(epoch) for epoch in epochs])
    sess.run(tf.local_variables_initializer())
    threads = runner.create_threads(sess)
    assert runner.create_threads(sess) == []  # there are some
    threads[0].start()
    threads[0].join(20)
    assert not sess.run(queue.is_closed())
    threads[1].start()
    threads[1].join(20)
    assert sess.run(queue.is_closed())
    assert sorted(sess.run(queue.dequeue_up_to(9)).tolist()) == [0, 0, 1, 1]


def test_a_stop_ends_waiting_threads(sess):
    tf.train.range_input_producer(3)  # for ever: its queue fills, and the thread waits
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess, coordinator)
    time.sleep(0.1)
    coordinator.request_stop()
    coordinator.join(threads, stop_grace_period_secs=20)
    assert not any(thread.is_alive() for thread in threads)


def test_runners_survive_export_and_import():
    with tf.Graph().as_default() as graph:
        tf.train.range_input_producer(3, name="numbers")
        meta = tf.train.export_meta_graph(graph=graph)
    with tf.Graph().as_default():
        tf.train.import_meta_graph(meta, import_scope="again")
        (runner,) = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
        assert runner.name == "again/numbers"
        assert [op.name for op in runner.enqueue_ops] == ["again/numbers/numbers_EnqueueMany"]


@pytest.mark.parametrize("arguments, error, match", [
    ({}, ValueError, "Must provide queue and enqueue_ops"),
    ({"queue_closed_exception_types": tf.errors.OutOfRangeError}, TypeError, "must be a tuple"),
    ({"queue_closed_exception_types": (ValueError,)}, TypeError, "must be a tuple"),
])
def test_arguments(sess, arguments, error, match):
    if arguments:
        queue = tf.FIFOQueue(3, tf.float32)
        arguments = dict(arguments, queue=queue, enqueue_ops=[queue.enqueue(1.0)])
    with pytest.raises(error, match=match):
        tf.train.QueueRunner(**arguments)


def test_starting_needs_a_session():
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match="No default session"):
            tf.train.start_queue_runners()
        with pytest.raises(TypeError, match="must be a `tf.Session`"):
            tf.train.start_queue_runners("session")


# ---- pipelines ----


def test_each_epoch_has_every_row(sess):
    rows = np.arange(20).reshape(10, 2)
    row, number = tf.train.slice_input_producer([rows, np.arange(10)], num_epochs=3, seed=1)
    batch = tf.train.batch([row, number], 4, allow_smaller_final_batch=True)
    sess.run(tf.local_variables_initializer())
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess, coordinator)
    numbers, sizes = [], []
    try:
        while not coordinator.should_stop():
            some_rows, some_numbers = sess.run(batch)
            np.testing.assert_array_equal(some_rows, rows[some_numbers])
            numbers += some_numbers.tolist()
            sizes.append(len(some_numbers))
    except tf.errors.OutOfRangeError:
        coordinator.request_stop()
    coordinator.join(threads)
    assert sizes == [4] * 7 + [2]
    epochs = np.array(numbers).reshape(3, 10)
    assert (np.sort(epochs) == np.arange(10)).all() and (epochs[0] != epochs[1]).any()


@pytest.mark.parametrize("several", [False, True])
def test_training_from_files(sess, tmp_path, several):
    for i in range(2):
        (tmp_path / f"{i}.csv").write_text("".join(f"{x},{3 * x + 1}\n" for x in range(i, 8, 2)))
    names = tf.train.match_filenames_once(str(tmp_path / "*.csv"))
    queue = tf.train.string_input_producer(names, seed=1)

    def example():
        _, line = tf.TextLineReader().read(queue)
        return tf.decode_csv(line, [[0.0], [0.0]])

    if several:
        x, y = tf.train.shuffle_batch_join([example(), example()], 8, 60, 20, seed=1)
    else:
        x, y = tf.train.shuffle_batch(example(), 8, 60, 20, seed=1)
    a, b = tf.Variable(0.0), tf.Variable(0.0)
    loss = tf.reduce_mean(tf.square(a * x + b - y))
    train_op = tf.train.AdamOptimizer(0.3).minimize(loss)
    sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess, coordinator)
    for _ in range(150):
        sess.run(train_op)
    coordinator.request_stop()
    coordinator.join(threads)
    np.testing.assert_allclose(sess.run([a, b]), [3, 1], atol=0.1)
