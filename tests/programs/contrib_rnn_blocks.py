"""Cells of tf.contrib.rnn whose step, or all of whose steps, are one operation."""

import numpy as np

from programs import fails, run


def build(tf):
    tf.set_random_seed(3)
    rnn = tf.contrib.rnn
    x = tf.placeholder(tf.float32, [3, None, 2], name="x")
    initializer = tf.random_uniform_initializer(-1.0, 1.0)
    with tf.variable_scope("model", initializer=initializer):
        gru, _ = tf.nn.static_rnn(rnn.GRUBlockCell(2), tf.unstack(x)[:2], dtype=tf.float32)
        second, _ = tf.nn.static_rnn(rnn.GRUBlockCellV2(2), tf.unstack(x)[:1], dtype=tf.float32,
                                     scope="second")
        lstm, state = tf.nn.dynamic_rnn(
            rnn.LSTMBlockCell(2, cell_clip=0.4, use_peephole=True), x, dtype=tf.float32,
            time_major=True, scope="lstm")
        cell = rnn.LSTMBlockFusedCell(2, use_peephole=True)
        fused, fused_state = cell(x, dtype=tf.float32, sequence_length=[3, 1])
        backwards, last = rnn.TimeReversedFusedRNN(rnn.LSTMBlockFusedCell(2, name="backwards"))(
            fused, initial_state=fused_state)
    loss = tf.reduce_sum(gru[1] + second[0]) + tf.reduce_sum(tf.square(lstm))
    loss += tf.reduce_sum(fused) + tf.reduce_sum(backwards) + tf.reduce_sum(last.c)
    train = tf.train.GradientDescentOptimizer(0.05).minimize(loss)
    errors = [fails("no size", lambda: rnn.GRUBlockCell()),
              fails("two sizes", lambda: rnn.GRUBlockCell(2, cell_size=2)),
              fails("no state", lambda: rnn.LSTMBlockFusedCell(2)(tf.zeros([1, 1, 1])),
                    message=False)]
    feeds = {x: np.random.RandomState(0).randn(3, 2, 2)}
    return (errors + [run("initialise", tf.global_variables_initializer()),
                      run("first", [loss, gru, lstm, state, fused, fused_state, backwards], feeds)]
            + [run("train %d" % i, train, feeds) for i in range(20)] + [run("last", loss, feeds)])


TOLERANCE = {"float32": 2e-5}
