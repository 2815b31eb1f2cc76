"""Queues of all kinds, without and with threads that wait; errors and messages."""

import re
import threading
import time

import numpy as np

from programs import call, fails, run, seen


def background(sess, fetches, feeds=None):
    """Starts a thread that runs fetches; returns a function that waits for it and its outcome."""
    outcome = []

    def work():
        try:
            outcome.append(sess.run(fetches, feeds))
        except Exception as error:
            outcome.append("{}: {}".format(type(error).__name__, without_number(error.message)))

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.1)  # it should be waiting when the next step comes

    def finish():
        thread.join(20)
        return "still waiting" if thread.is_alive() else outcome[0]

    return finish


def without_number(message):
    """The message's first line without the number that TensorFlow gives to private queues."""
    return re.sub(r"'_\d+_", "'", message.split("\n")[0])


def refused(fetches, feeds=None):
    """A function that runs fetches and returns the message of the error."""
    def attempt(sess):
        try:
            sess.run(fetches, feeds)
        except Exception as error:
            return "{}: {}".format(type(error).__name__, without_number(error.message))
    return attempt


def build(tf):
    tf.set_random_seed(3)
    fifo = tf.FIFOQueue(3, [tf.float32, tf.string], shapes=[[2], []], name="fifo")
    x, s = tf.placeholder(tf.float32), tf.placeholder(tf.string)
    put, put_many = fifo.enqueue([x, s]), fifo.enqueue_many([x, s])
    n = tf.placeholder(tf.int32, [])
    take, take_many, take_some = fifo.dequeue(), fifo.dequeue_many(n), fifo.dequeue_up_to(2)
    size, closed = fifo.size(), fifo.is_closed()
    close, cancel = fifo.close(), fifo.close(cancel_pending_enqueues=True)
    three = {x: np.arange(6).reshape(3, 2), s: [b"a", b"b", b"c"]}

    def waits_for_room(sess):
        sess.run(put, {x: [8, 9], s: b"before"})
        finish = background(sess, put_many, three)
        return [sess.run(take), finish(), sess.run(size)]

    def waits_for_elements(sess):
        finish = background(sess, take_many, {n: 5})
        sess.run(put_many, three)
        return finish()

    def ends(sess):
        finish = background(sess, take_many, {n: 4})
        sess.run(put, {x: [7, 8], s: b"last"})
        sess.run(close)
        return [finish(), sess.run(size), sess.run(closed), sess.run(take_some)]

    shuffled = tf.RandomShuffleQueue(100, 4, [tf.int32], shapes=[[]], seed=7, name="shuffled")
    unseeded = tf.queue.RandomShuffleQueue(100, 0, tf.int32, shapes=[[]], shared_name="mixed")
    padded = tf.PaddingFIFOQueue(10, [tf.int32, tf.string], shapes=[[None], [None, 2]])
    rows = [padded.enqueue([np.arange(i), np.full((i // 2, 2), b"z", object)]) for i in range(4)]
    ordered = tf.PriorityQueue(100, [tf.int32], shapes=[[]], name="ordered")
    priorities = np.random.RandomState(0).randint(0, 6, 40)
    named = tf.FIFOQueue(2, [tf.int32, tf.float32], names=["i", "f"], shapes=[[], [2]])
    shared = [tf.FIFOQueue(2, tf.int32, shapes=[[]], shared_name="s", name="first"),
              tf.FIFOQueue(2, tf.int32, shapes=[[]], shared_name="s"),
              tf.FIFOQueue(3, tf.int32, shapes=[[]], shared_name="s"),
              tf.FIFOQueue(2, tf.int64, shapes=[[]], shared_name="s"),
              tf.RandomShuffleQueue(2, 1, tf.int32, shapes=[[]], shared_name="s")]
    chosen = tf.QueueBase.from_list(tf.constant(1), [shared[0], tf.FIFOQueue(
        2, tf.int32, shapes=[[]], name="other")])
    old = tf.QueueBase([tf.int32], None, None, tf.raw_ops.FIFOQueue(
        component_types=[tf.int32], shapes=[[]], name="old"))
    anything = tf.FIFOQueue(2, tf.int32, name="anything")
    with tf.device("/cpu:0"), tf.name_scope("scope"):
        placed = tf.FIFOQueue(2, tf.float32, shapes=[[]])
        placed.dequeue_many(tf.constant(2) * 3)

    def cancelled(sess):
        sess.run(shared[1].enqueue_many([[1, 2]]))
        waiting = [background(sess, shared[1].enqueue(3)),
                   background(sess, shared[1].enqueue_many([[4, 5]]))]
        sess.run(shared[0].close(cancel_pending_enqueues=True))
        return [finish() for finish in waiting] + [sess.run(shared[1].size())]

    def session_closed(_):
        with tf.Session() as other:
            waiting = [background(other, anything.dequeue()),
                       background(other, ordered.dequeue_many(3))]
        return [finish() for finish in waiting]

    return [
        run("empty", [size, closed]),
        run("put", put, {x: [1, 2], s: b"one"}),
        run("take", take),
        run("none at all", take_many, {n: 0}),
        call("waits for room", waits_for_room),
        call("waits for elements", waits_for_elements),
        run("left", take),
        call("shape", refused(put, {x: [1, 2, 3], s: b"one"})),
        call("lengths", refused(put_many, {x: [[1, 2], [3, 4]], s: [b"one"]})),
        call("negative", refused(take_many, {n: -1})),
        call("ends", ends),
        call("put when closed", refused(put, {x: [1, 2], s: b"one"})),
        call("take when closed", refused(take)),
        call("take many when closed", refused(take_many, {n: 2})),
        call("closed twice", refused(close)),
        run("cancelled twice", cancel),
        run("fill shuffled", [shuffled.enqueue_many([np.arange(40)]),
                              unseeded.enqueue_many([np.arange(9)])]),
        run("shuffled", shuffled.dequeue()),
        run("shuffled many", shuffled.dequeue_many(12)),
        run("shuffled more", shuffled.dequeue_many(20)),
        run("close shuffled", shuffled.close()),
        run("shuffled rest", shuffled.dequeue_up_to(30)),
        run("unseeded", unseeded.dequeue_many(9)),
        run("padded 0", rows[0]), run("padded 1", rows[1]), run("padded 2", rows[2]),
        run("padded 3", rows[3]),
        run("padded", padded.dequeue()),
        run("padded many", padded.dequeue_many(3)),
        run("fill ordered", ordered.enqueue_many([priorities, np.arange(40)])),
        run("ordered", ordered.dequeue_many(15)),
        run("more ordered", ordered.enqueue_many([priorities[:10], np.arange(100, 110)])),
        run("ordered rest", ordered.dequeue_many(35)),
        run("put named", named.enqueue({"f": [1.0, 2.0], "i": 3})),
        run("take named", named.dequeue()),
        run("chosen", chosen.size()),
        run("put shared", shared[0].enqueue(5)),
        run("take shared", shared[1].dequeue()),
        call("other capacity", refused(shared[2].size())),
        call("other dtype", refused(shared[3].size())),
        call("other kind", refused(shared[4].size())),
        call("cancelled", cancelled),
        run("old put", old.enqueue(4)), run("old size", old.size()), run("old", old.dequeue()),
        run("old close", old.close()),
        call("anything many", refused(anything.dequeue_many(1))),
        call("components", refused(tf.QueueBase([tf.float32], None, None,
                                                anything.queue_ref).dequeue())),
        call("minimum", refused(tf.RandomShuffleQueue(2, 4, tf.float32, shapes=[[]]).size())),
        call("session closed", session_closed),
        seen("properties", [named.name, named.names, [d.name for d in named.dtypes],
                            [shape.as_list() for shape in padded.shapes], chosen.name]),
        fails("dtype", lambda: fifo.enqueue([tf.constant(1), "a"])),
        fails("static shape", lambda: fifo.enqueue([tf.constant([1.0]), "a"])),
        fails("static lengths", lambda: named.enqueue_many({"i": [1, 2], "f": [[1.0, 1.0]]})),
        fails("not a dictionary", lambda: named.enqueue([1, [1.0, 2.0]])),
        fails("no names", lambda: fifo.enqueue({"a": 1})),
        fails("other names", lambda: named.enqueue({"i": 1})),
        fails("unknown shape", lambda: tf.FIFOQueue(1, tf.int32, shapes=[[None]])),
        fails("shapes", lambda: tf.FIFOQueue(1, [tf.int32], shapes=[[], []])),
        fails("names", lambda: tf.FIFOQueue(1, [tf.int32], names=["a", "b"])),
        fails("padded shape", lambda: tf.PaddingFIFOQueue(1, [tf.int32], shapes=[3])),
        fails("padded shapes", lambda: tf.PaddingFIFOQueue(1, [tf.int32] * 2, shapes=[[3]])),
        fails("no queues", lambda: tf.QueueBase.from_list(0, [])),
        fails("unlike", lambda: tf.QueueBase.from_list(0, [shared[0], fifo])),
        fails("priority shapes", lambda: tf.PriorityQueue(1, tf.int32)),
    ]
