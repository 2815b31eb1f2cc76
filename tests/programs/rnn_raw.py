"""An encoder and a decoder that feeds on its own choices, with raw_rnn; trained by Adam."""

import numpy as np

from programs import run


def build(tf):
    tf.set_random_seed(5)
    source = tf.placeholder(tf.int32, [None, None], name="source")
    source_lengths = tf.placeholder(tf.int32, [None], name="source_lengths")
    target = tf.placeholder(tf.int32, [None, None], name="target")
    embedding = tf.Variable(tf.random_uniform([6, 3], -1.0, 1.0), name="embedding")
    encoder = tf.nn.rnn_cell.BasicRNNCell(3)
    _, encoded = tf.nn.dynamic_rnn(encoder, tf.nn.embedding_lookup(embedding, source),
                                   sequence_length=source_lengths, dtype=tf.float32,
                                   time_major=True, scope="encoder")
    decoder = tf.nn.rnn_cell.GRUCell(3)
    steps, batch = tf.unstack(tf.shape(target))
    weights = tf.Variable(tf.random_uniform([3, 6], -1, 1), name="weights")
    biases = tf.Variable(tf.zeros([6]), name="biases")
    end = tf.nn.embedding_lookup(embedding, tf.ones([batch], dtype=tf.int32))

    def loop(time, output, state, loop_state):
        finished = time >= steps
        if output is None:
            return finished, end, encoded, None, None

        def next_input():
            logits = tf.add(tf.matmul(output, weights), biases)
            return tf.nn.embedding_lookup(embedding, tf.argmax(logits, axis=1))

        done = tf.reduce_all(finished)
        return (tf.fill([batch], finished), tf.cond(done, lambda: tf.zeros_like(end), next_input),
                state, output, None)

    def first(time, output, state, loop_state):
        finished, step_input, state, emit, loop_state = loop(time, output, state, loop_state)
        return ((0 >= tf.fill([batch], steps)) if output is None else finished, step_input, state,
                emit, loop_state)

    emitted, final, _ = tf.nn.raw_rnn(decoder, first, scope="decoder")
    outputs = emitted.stack()
    logits = tf.matmul(tf.reshape(outputs, [-1, 3]), weights) + biases
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(
        labels=tf.one_hot(tf.reshape(target, [-1]), 6), logits=logits))
    train = tf.train.AdamOptimizer(0.05).minimize(loss)
    prediction = tf.argmax(tf.reshape(logits, [steps, batch, 6]), 2)
    feeds = {source: np.array([[2, 3], [4, 5], [3, 0]]), source_lengths: [3, 2],
             target: np.array([[2, 3], [4, 5], [3, 1], [1, 1]])}
    return ([run("initialise", tf.global_variables_initializer()),
             run("first", [loss, outputs, final], feeds)]
            + [run("train %d" % i, train, feeds) for i in range(20)]
            + [run("last", [loss, prediction], feeds)])


TOLERANCE = {"float32": 2e-5}
