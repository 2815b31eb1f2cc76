"""Attention mechanisms and helpers of tf.contrib.seq2seq, step by step and in one loop."""

import numpy as np

from programs import run


def build(tf):
    tf.set_random_seed(9)
    seq2seq, cells = tf.contrib.seq2seq, tf.nn.rnn_cell
    memory = tf.placeholder(tf.float32, [2, 3, 2], name="memory")
    inputs = tf.placeholder(tf.float32, [2, 2, 2], name="inputs")
    mechanisms = [
        seq2seq.LuongAttention(2, memory, [3, 2], scale=True, probability_fn=seq2seq.hardmax),
        [seq2seq.BahdanauAttention(2, memory, normalize=True), seq2seq.LuongAttention(2, memory)],
        seq2seq.BahdanauMonotonicAttention(2, memory, sigmoid_noise=0.1, sigmoid_noise_seed=1),
        seq2seq.LuongMonotonicAttention(2, memory, [3, 1], mode="hard", score_bias_init=0.1)]
    results = []
    for i, mechanism in enumerate(mechanisms):
        cell = seq2seq.AttentionWrapper(cells.BasicRNNCell(2), mechanism, output_attention=i == 1,
                                        attention_layer_size=[2, 1] if i == 1 else None)
        with tf.variable_scope("mechanism%d" % i):
            output, state = cell(inputs[0], cell.zero_state(2, tf.float32))
            results.append([output, state.alignments, cell(inputs[1], state)[0]])
    history = seq2seq.AttentionWrapper(cells.BasicRNNCell(2), seq2seq.LuongAttention(2, memory),
                                       alignment_history=True)
    embedding = tf.get_variable("embedding", [4, 2])
    basic_outputs = inputs[1] * 2.0
    decoder = seq2seq.BasicDecoder(
        history, seq2seq.ScheduledOutputTrainingHelper(inputs, [2, 1], 0.5, seed=2),
        history.zero_state(2, tf.float32))
    # One iteration at a time: others let their random numbers overtake one another.
    outputs, state, lengths = seq2seq.dynamic_decode(
        decoder, maximum_iterations=3, parallel_iterations=1, output_time_major=True)
    results.append([outputs, lengths, state.alignment_history.stack()])
    helpers = [
        seq2seq.ScheduledEmbeddingTrainingHelper(inputs, [2, 2], embedding, 0.5, seed=1,
                                                 scheduling_seed=2),
        seq2seq.SampleEmbeddingHelper(embedding, [1, 2], 3, softmax_temperature=0.5, seed=3),
        seq2seq.InferenceHelper(lambda outputs: outputs, [2], tf.float32, tf.ones([2, 2]),
                                lambda samples: tf.reduce_sum(samples, 1) > 9.0),
        seq2seq.CustomHelper(
            lambda: (tf.fill([2], False), inputs[1]),
            lambda time, outputs, state: tf.argmax(outputs, 1, output_type=tf.int32),
            lambda time, outputs, state, sample_ids: (tf.fill([2], time >= 1), outputs, state))]
    for helper in helpers:
        samples = helper.sample(time=0, outputs=basic_outputs, state=())
        results.append([helper.initialize(), samples, helper.batch_size, helper.next_inputs(
            time=0, outputs=basic_outputs, state=inputs[0], sample_ids=samples)])
    walk = seq2seq.monotonic_attention(memory[:, :, 0], tf.one_hot([0, 0], 3), "recursive")
    feeds = {memory: np.random.RandomState(0).rand(2, 3, 2),
             inputs: np.random.RandomState(1).randn(2, 2, 2)}
    return [run("initialise", tf.global_variables_initializer()), run("results", results, feeds),
            run("walk", [walk, seq2seq.safe_cumprod(memory, axis=1)], feeds)]


TOLERANCE = {"float32": 2e-5}
