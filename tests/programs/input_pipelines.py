"""Producers and batches: their graphs, and what comes out where the order is certain."""

import numpy as np

from programs import call, fails, run, seen


def build(tf):
    train = tf.train
    tf.set_random_seed(5)
    words = train.string_input_producer(["a", "b", "c", "d"], num_epochs=2, seed=3)
    key, value = tf.IdentityReader().read(words)
    batch = train.batch({"key": key, "value": value}, 3, allow_smaller_final_batch=True)
    with tf.name_scope("scope"):
        again = train.string_input_producer(tf.constant(["x", "y"]), shuffle=False, name="again",
                                            capacity=7)
    shuffled = train.shuffle_batch([again.dequeue()], 2, 50, 20, seed=11, num_threads=2)
    numbers = train.range_input_producer(7, num_epochs=1, seed=1, name="range").dequeue_many(7)
    pieces = train.slice_input_producer(
        [np.arange(12).reshape(6, 2), list("abcdef")], seed=4, num_epochs=1)
    joined = train.batch_join([pieces, pieces], 2, dynamic_pad=True)
    count = train.range_input_producer(9).dequeue()
    one = train.range_input_producer(9, shuffle=False).dequeue()
    even = train.maybe_batch([one], tf.equal(one % 2, 0), 5)
    rows = train.maybe_batch([tf.constant([1, 2, 3])], tf.constant([True, False, True]), 2,
                             enqueue_many=True)
    train.maybe_shuffle_batch([count], 2, 30, 5, True, seed=1, name="maybe")
    train.shuffle_batch_join([[count], [count]], 2, 30, 5)
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [3, 4])
    sparse_batch = train.batch([sparse, tf.constant(1)], 2)
    sparse_rows = train.batch([sparse], 2, enqueue_many=True)
    sparse_kept = train.maybe_batch([sparse], tf.constant([True, False, True]), 2,
                                    enqueue_many=True)
    train.batch_join([[sparse], [sparse]], 2)
    train.maybe_batch({"s": sparse}, tf.equal(count, 1), 2)
    limited = train.limit_epochs(tf.constant(3), 2)
    whole = train.input_producer(np.arange(8.0).reshape(4, 2), num_epochs=1, shuffle=False,
                                 summary_name="full", name="whole").dequeue_many(4)
    runners = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
    full = tf.get_collection(tf.GraphKeys.SUMMARIES)[0]

    def whole_run(sess):
        coordinator = train.Coordinator()
        threads = train.start_queue_runners(sess, coordinator)
        found = [sess.run(numbers), sess.run(whole), sess.run(rows), sess.run(even)]
        batches = []
        try:
            while not coordinator.should_stop():
                batches.append(sess.run(batch))
        except tf.errors.OutOfRangeError:
            found.append(batches)
        found.append([sess.run(sparse_batch), sess.run(sparse_rows), sess.run(sparse_kept)])
        found.append(sorted(text for _ in range(3) for text in sess.run(joined)[1]))
        found.append(sorted(set(text for _ in range(9) for text in sess.run(shuffled))))
        coordinator.request_stop()
        coordinator.join(threads)
        return found + [len(threads), coordinator.joined, runners[0].exceptions_raised]

    message = runners[0].to_proto()
    same = train.QueueRunner.from_proto(message)
    float_, unknown = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32)
    return [
        run("variables", [tf.global_variables_initializer(), tf.local_variables_initializer()]),
        run("summary", full),
        run("limited 1", limited), run("limited 2", limited), run("limited", limited, fails=True),
        call("whole run", whole_run),
        seen("runners", [[r.name, [e.name for e in r.enqueue_ops], r.close_op.name,
                          r.cancel_op.name] for r in runners]),
        seen("message", str(message)),
        seen("read again", [same.name, [e.name for e in same.enqueue_ops], same.cancel_op.name]),
        fails("no strings", lambda: train.string_input_producer([])),
        fails("no epochs", lambda: train.limit_epochs(1, 0)),
        fails("no tensors", lambda: train.batch([], 2)),
        fails("capacity", lambda: train.shuffle_batch([value], 2, 5, 5)),
        fails("rank", lambda: train.batch([unknown], 2)),
        fails("shape", lambda: train.batch([float_], 2)),
        fails("types", lambda: train.batch_join([[value], [count]], 2)),
        fails("nothing to join", lambda: train.batch_join([], 2)),
        fails("vector", lambda: train.maybe_batch([value], [True], 2)),
        fails("matrix", lambda: train.maybe_batch([value], [[True]], 2, enqueue_many=True)),
        fails("keys", lambda: train.batch_join([{"a": value}, {"b": value}], 2)),
        fails("row shape", lambda: train.input_producer(unknown)),
        fails("no slices", lambda: train.slice_input_producer([])),
        fails("no queue", lambda: train.QueueRunner()),
    ]
