"""dynamic_rnn: cells of all kinds, initial states, dtypes, time-major inputs, lengths."""

import numpy as np

from programs import run


def build(tf):
    tf.set_random_seed(1)
    cells = tf.nn.rnn_cell
    x = tf.placeholder(tf.float32, [None, 3, 2], name="x")
    by_time = tf.placeholder(tf.float64, [3, 2, 2], name="by_time")
    basic, basic_state = tf.nn.dynamic_rnn(
        cells.BasicRNNCell(2, activation="relu"), x, dtype=tf.float32)
    options = {"use_peepholes": True, "cell_clip": 0.3, "num_proj": 1, "proj_clip": 0.4}
    peephole, state = tf.nn.dynamic_rnn(
        cells.LSTMCell(2, initializer=tf.random_uniform_initializer(-1, 1), dtype=tf.float64,
                       **options),
        by_time, sequence_length=np.array([3, 2]), dtype=tf.float64, time_major=True,
        swap_memory=True, parallel_iterations=2, scope="peephole")
    gru = cells.GRUCell(2, kernel_initializer=tf.constant_initializer(0.3))
    first, middle = tf.nn.dynamic_rnn(gru, x, initial_state=basic_state, scope="shared")
    second, last = tf.nn.dynamic_rnn(gru, tf.concat([x, x], 1)[:, 1:], initial_state=middle,
                                     scope="shared_again")
    losses = [tf.reduce_sum(tf.square(basic)), tf.reduce_sum(peephole) + tf.reduce_sum(state.c)]
    sources = [[x], tf.trainable_variables()[2:8] + [by_time]]
    gradients = [tf.gradients(loss, source) for loss, source in zip(losses, sources)]
    random = np.random.RandomState(0)
    feeds = {x: random.randn(2, 3, 2), by_time: random.randn(3, 2, 2)}
    return [run("initialise", tf.global_variables_initializer()),
            run("basic", [basic, basic_state], feeds), run("peephole", [peephole, state], feeds),
            run("gru", [first, second, middle, last], feeds), run("gradients", gradients, feeds)]


TOLERANCE = {"float32": 1e-5}
