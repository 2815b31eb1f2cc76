"""Bidirectional networks, in a loop and unrolled, trained by momentum."""

import numpy as np

from programs import run


def build(tf):
    tf.set_random_seed(2)
    cells = tf.nn.rnn_cell
    x = tf.placeholder(tf.float32, [None, 3, 2], name="x")
    lengths = tf.placeholder(tf.int64, [None], name="lengths")
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        cells.LSTMCell(1), cells.BasicRNNCell(2), x, lengths, dtype=tf.float32)
    unrolled, state_fw, state_bw = tf.nn.static_bidirectional_rnn(
        cells.GRUCell(1), cells.BasicRNNCell(2), tf.unstack(x, axis=1)[:2], dtype=tf.float32,
        scope="unrolled")
    features = tf.concat([outputs[0][:, -1], outputs[1][:, 0], state_fw], 1)
    loss = tf.reduce_mean(tf.square(tf.layers.dense(features, 1) - 0.5))
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
    random = np.random.RandomState(1)
    feeds = {x: random.randn(3, 3, 2), lengths: [3, 1, 2]}
    return ([run("initialise", tf.global_variables_initializer()),
             run("outputs", [outputs, states, unrolled, state_bw, loss], feeds)]
            + [run("train %d" % i, train, feeds) for i in range(20)]
            + [run("trained", [loss, outputs[1]], feeds)])


TOLERANCE = {"float32": 2e-5}
