"""Accumulators of dense and sparse gradients."""

import numpy as np

from programs import call, fails, run, seen
from programs.queues import background


def build(tf):
    g, step = tf.placeholder(tf.float32), tf.placeholder(tf.int64)
    n = tf.placeholder(tf.int32, [])
    dense = tf.ConditionalAccumulator(tf.float32, shape=[2], name="dense")
    add, take, count = dense.apply_grad(g, step), dense.take_grad(n), dense.num_accumulated()
    total = tf.ConditionalAccumulator(tf.float64, reduction_type="SUM", shared_name="total")
    add_total = total.apply_grad(tf.constant([[1.0, 2.0]], tf.float64))
    sparse = tf.SparseConditionalAccumulator(tf.float32, shape=[4, 2], name="sparse")
    i, v = tf.placeholder(tf.int64), tf.placeholder(tf.float32)
    add_rows, add_shaped = sparse.apply_grad(i, v), sparse.apply_grad(i, v, [4, 2], 1)
    take_rows = sparse.take_grad(n)
    slices = tf.SparseConditionalAccumulator(tf.float32, shape=(), reduction_type="SUM")
    with tf.name_scope("scope"):
        put = slices.apply_indexed_slices_grad(tf.IndexedSlices(
            tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([3, 1]), tf.constant([5, 2])), 0)
        got = slices.take_indexed_slices_grad(1)

    def waits(sess):
        finish = background(sess, take, {n: 3})
        for value in ([1, 2], [3, 4], [6, 6]):
            sess.run(add, {g: value, step: 11})
        return finish()

    def session_closed(_):
        with tf.Session() as other:
            waiting = [background(other, take, {n: 1}), background(other, take_rows, {n: 1})]
        return [finish() for finish in waiting]

    rows = np.arange(8, dtype=np.float32).reshape(4, 2)
    return [
        run("none", count),
        run("first", add, {g: [1, 2], step: 0}), run("second", add, {g: [4, 3], step: 5}),
        run("two", count),
        run("mean", take, {n: 2}),
        run("stale", add, {g: [1, 2], step: 0}), run("dropped", count),
        run("shape", add, {g: [1, 2, 3], step: 1}, fails=True),
        run("not positive", take, {n: 0}, fails=True),
        run("set step", dense.set_global_step(10)),
        run("old", add, {g: [1, 2], step: 9}), run("dropped too", count),
        call("waits", waits),
        run("sum 1", add_total), run("sum 2", add_total), run("sum", total.take_grad(1)),
        run("rows", add_rows, {i: [0, 2], v: rows[:2]}),
        run("rows with shape", add_shaped, {i: [1, 2], v: rows[2:]}),
        run("late rows", add_rows, {i: [2, 1, 2], v: rows[:3]}),
        run("three", sparse.num_accumulated()),
        run("rows taken", take_rows, {n: 1}),
        run("no row", add_shaped, {i: [0, 7], v: rows[:2]}, fails=True),
        run("values", add_shaped, {i: [0, 1], v: rows[:1]}, fails=True),
        run("set sparse step", sparse.set_global_step(2)),
        run("put", put), run("got", got),
        call("session closed", session_closed),
        seen("properties", [dense.name, dense.dtype.name, slices.accumulator_ref.dtype.name,
                            slices.name]),
        fails("reduction", lambda: tf.ConditionalAccumulator(tf.float32, reduction_type="MAX")),
        fails("static shape", lambda: dense.apply_grad([1.0, 2.0, 3.0])),
        fails("dtype", lambda: dense.apply_grad(tf.constant([1, 2]))),
    ]
