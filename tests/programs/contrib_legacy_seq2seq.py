"""tf.contrib.legacy_seq2seq: encoders and decoders over lists, buckets, a choice of what is fed."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    tf.set_random_seed(3)
    legacy, rnn = tf.contrib.legacy_seq2seq, tf.contrib.rnn
    encoder = [tf.placeholder(tf.int32, [None], name="encoder%d" % i) for i in range(2)]
    decoder = [tf.placeholder(tf.int32, [None], name="decoder%d" % i) for i in range(3)]
    feed_previous = tf.placeholder(tf.bool, [], name="feed_previous")
    weights = [tf.ones_like(item, dtype=tf.float32) for item in decoder]
    projection = (tf.get_variable("w", [2, 4]), tf.get_variable("b", [4]))
    attending, state = legacy.embedding_attention_seq2seq(
        encoder, decoder[:2], rnn.GRUCell(2), 4, 5, 2, feed_previous=feed_previous, num_heads=2)
    embedded, _ = legacy.embedding_rnn_seq2seq(
        encoder, decoder, rnn.BasicLSTMCell(2), 4, 4, 2, output_projection=projection,
        feed_previous=True)
    tied, _ = legacy.embedding_tied_rnn_seq2seq(encoder, decoder[:2], rnn.BasicRNNCell(2), 5, 2,
                                                feed_previous=True)
    several, _ = legacy.one2many_rnn_seq2seq(
        encoder, {"a": decoder[:2]}, rnn.BasicRNNCell(2), {"a": rnn.BasicRNNCell(2)}, 4, {"a": 4},
        2)

    def model(encoder_inputs, decoder_inputs):
        vectors = [[tf.one_hot(ids, 5) for ids in inputs]
                   for inputs in (encoder_inputs, decoder_inputs)]
        return legacy.basic_rnn_seq2seq(vectors[0], vectors[1], rnn.BasicRNNCell(5))

    buckets = [(1, 1), (2, 2)]
    outputs, losses = legacy.model_with_buckets(encoder, decoder, decoder[1:], weights, buckets,
                                                model)
    examples = legacy.sequence_loss_by_example(attending, decoder[:2], weights[:2],
                                               average_across_timesteps=False)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(
        losses[1], var_list=tf.trainable_variables("basic"))
    errors = [
        fails("targets", lambda: legacy.model_with_buckets(encoder, decoder, [], weights, buckets,
                                                           model)),
        fails("lengths", lambda: legacy.sequence_loss(tied, decoder, weights)),
        fails("inputs", lambda: legacy.attention_decoder([], state, tf.zeros([1, 2, 3]),
                                                         rnn.GRUCell(2)))]
    feeds = dict(zip(encoder + decoder, np.arange(10).reshape(5, 2) % 4))
    feeds[feed_previous] = True
    given = dict(feeds)
    given[feed_previous] = False
    return (errors + [seen("names", [variable.name for variable in tf.global_variables()]),
                      run("initialise", tf.global_variables_initializer()),
                      run("attending", [attending, state, examples], feeds),
                      run("given", [attending, state, examples], given),
                      run("others", [embedded, tied, several["a"], outputs, losses], feeds)]
            + [run("train %d" % i, train, feeds) for i in range(20)]
            + [run("last", losses, feeds)])


TOLERANCE = {"float32": 2e-5}
