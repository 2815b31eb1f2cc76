"""A language model: embedding, two LSTM layers, unequal lengths, Adam with clipped gradients."""

import numpy as np

from programs import run


def build(tf):
    tf.set_random_seed(3)
    words = tf.placeholder(tf.int32, [None, None], name="words")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    batch = tf.shape(words)[0]
    embedding = tf.get_variable("embedding", [7, 3])
    inputs = tf.nn.embedding_lookup(embedding, words)
    cell = tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.BasicLSTMCell(4, forget_bias=0.0), tf.nn.rnn_cell.LSTMCell(3)])
    initial_state = cell.zero_state(batch, tf.float32)
    outputs, state = tf.nn.dynamic_rnn(cell, inputs, sequence_length=lengths,
                                       initial_state=initial_state)
    logits = tf.layers.dense(outputs, 7, name="softmax")
    mask = tf.sequence_mask(lengths - 1, tf.shape(words)[1], dtype=tf.float32)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.concat([words[:, 1:], words[:, :1]], 1), logits=logits)
    loss = tf.reduce_sum(losses * mask) / tf.reduce_sum(mask)
    variables = tf.trainable_variables()
    gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, variables), 0.5)
    train = tf.train.AdamOptimizer(0.05).apply_gradients(zip(gradients, variables))
    feeds = {words: [[1, 2, 3, 4, 5], [2, 4, 6, 0, 0], [5, 3, 1, 6, 0]], lengths: [5, 3, 4]}
    steps = [run("initialise", tf.global_variables_initializer()),
             run("first", [loss, norm, state, outputs], feeds)]
    steps += [run("train %d" % i, train, feeds) for i in range(20)]
    return steps + [
        run("last", [loss, tf.reduce_sum(tf.square(outputs)), state[1].h], feeds),
        run("other lengths", [loss, outputs], {words: np.arange(8).reshape(2, 4) % 7,
                                               lengths: [1, 2]}),
        run("wrong lengths", loss, {words: [[1, 2]], lengths: [2, 2]}, fails=True)]


TOLERANCE = {"float32": 2e-5}
