"""An encoder and a decoder with attention, trained and decoded greedily; sequence_loss."""

import numpy as np

from programs import fails, run


def build(tf):
    tf.set_random_seed(8)
    seq2seq, cells = tf.contrib.seq2seq, tf.nn.rnn_cell
    source = tf.placeholder(tf.float32, [None, None, 2], name="source")
    source_lengths = tf.placeholder(tf.int32, [None], name="source_lengths")
    target = tf.placeholder(tf.int32, [None, None], name="target")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    memory, encoded = tf.nn.dynamic_rnn(cells.BasicRNNCell(2), source, source_lengths,
                                        dtype=tf.float32)
    attention = seq2seq.BahdanauAttention(3, memory, source_lengths)
    cell = seq2seq.AttentionWrapper(cells.BasicRNNCell(2), attention, attention_layer_size=3)
    embedding = tf.get_variable("embedding", [5, 2])
    batch = tf.shape(source)[0]
    initial = cell.zero_state(batch, tf.float32).clone(cell_state=encoded)
    layer = tf.layers.Dense(5, use_bias=False, name="projection")
    starts = tf.concat([tf.zeros([batch, 1], tf.int32), target[:, :-1]], 1)
    helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(embedding, starts), lengths)
    outputs, final, found = seq2seq.dynamic_decode(
        seq2seq.BasicDecoder(cell, helper, initial, layer), impute_finished=True)
    weights = tf.sequence_mask(lengths, tf.reduce_max(lengths), dtype=tf.float32)
    loss = seq2seq.sequence_loss(outputs.rnn_output, target, weights)
    train = tf.train.GradientDescentOptimizer(0.3).minimize(loss)
    greedy = seq2seq.GreedyEmbeddingHelper(embedding, tf.zeros([batch], tf.int32), 4)
    decoded, _, decoded_lengths = seq2seq.dynamic_decode(
        seq2seq.BasicDecoder(cell, greedy, initial, layer), maximum_iterations=4)
    logits = outputs.rnn_output
    losses = [seq2seq.sequence_loss(logits, target, weights, *choice) for choice in (
        (True, False), (False, False), (False, False, True, True), (False, False, True, False))]
    errors = [
        fails("both", lambda: seq2seq.sequence_loss(logits, target, weights, True, True, True)),
        fails("logits", lambda: seq2seq.sequence_loss(target, target, weights)),
        fails("helper", lambda: seq2seq.BasicDecoder(cell, 3, initial), message=False),
        fails("decoder", lambda: seq2seq.dynamic_decode(3)),
        fails("mechanism", lambda: seq2seq.AttentionWrapper(cells.GRUCell(2), 3)),
        fails("mode", lambda: seq2seq.monotonic_attention([[0.5]], [[1.0]], "other"))]
    feeds = {source: np.random.RandomState(0).randn(2, 3, 2), source_lengths: [3, 2],
             target: [[1, 2, 3, 4], [3, 4, 0, 0]], lengths: [4, 2]}
    return (errors + [run("initialise", tf.global_variables_initializer()),
                      run("first", [loss, outputs, final, found], feeds),
                      run("losses", losses, feeds)]
            + [run("train %d" % i, train, feeds) for i in range(20)]
            + [run("last", loss, feeds),
               run("decoded", [decoded.sample_id, decoded_lengths], feeds)])


TOLERANCE = {"float32": 3e-5}
