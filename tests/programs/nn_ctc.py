"""Connectionist temporal classification: losses, decoders, merged and counted labels."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(8)
    nn = tf.nn
    inputs = tf.placeholder(tf.float32, [None, 3, 5], name="inputs")
    length = tf.placeholder(tf.int32, [None], name="length")
    labels = tf.sparse_placeholder(tf.int32, name="labels")
    dense = tf.placeholder(tf.int32, [None, None], name="dense")
    rows = tf.SparseTensorValue(np.array([[0, 0], [0, 1], [1, 0], [2, 0], [2, 1], [2, 2]]),
                                np.array([1, 1, 0, 3, 2, 2], np.int32), [3, 3])
    scores = rng.uniform(-2, 2, (7, 3, 5))
    feeds = {inputs: scores, length: [7, 4, 6], labels: rows}

    losses = [nn.ctc_loss(labels, inputs, length),
              nn.ctc_loss(labels, tf.transpose(inputs, [1, 0, 2]), length, time_major=False),
              nn.ctc_loss(labels, sequence_length=length, logits=inputs,
                          preprocess_collapse_repeated=True, ctc_merge_repeated=False),
              nn.ctc_loss(labels, inputs, length, ignore_longer_outputs_than_inputs=True)]
    first = tf.gradients([tf.square(loss) for loss in losses], inputs)[0]
    found = [nn.ctc_greedy_decoder(3 * inputs, length),
             nn.ctc_greedy_decoder(inputs, length, merge_repeated=False),
             nn.ctc_beam_search_decoder(inputs, length, beam_width=6, top_paths=3),
             nn.ctc_beam_search_decoder(2 * inputs, length, top_paths=2, merge_repeated=False),
             nn.ctc_beam_search_decoder_v2(inputs, length, beam_width=1)]
    merged = nn.collapse_repeated(dense, length)
    static = nn.collapse_repeated([[1, 1, 2, 2, 1], [1, 2, 3, 4, 5]], np.array([5, 4]),
                                  name="fixed")
    unique = nn.ctc_unique_labels(dense)
    sequences = {dense: [[3, 4, 4, 3], [1, 1, 1, 0], [2, 5, 2, 5]], length: [4, 3, 2]}

    def bad(label, values, lengths=(7, 4, 6)):
        changed = tf.SparseTensorValue(rows.indices, np.array(values, np.int32), rows.dense_shape)
        return run(label, losses[0], {inputs: scores, length: lengths, labels: changed}, fails=True)

    return [
        seen("shapes", [str(y.shape) for y in losses + [item[1] for item in found] + list(merged)]),
        run("losses", losses, feeds), run("first", first, feeds), run("found", found, feeds),
        run("late", losses[3], {inputs: scores, length: [1, 0, 7], labels: rows}),
        run("merged", [merged, static, unique], sequences),
        bad("negative", [1, -1, 0, 3, 2, 2]), bad("blank first", [4, 1, 0, 3, 2, 2]),
        bad("short", rows.values, [1, 4, 6]), bad("long", rows.values, [8, 4, 6]),
        bad("below zero", rows.values, [-1, 4, 6]), bad("lengths", rows.values, [7, 4]),
        run("empty", losses[0], {inputs: scores, length: [7, 4, 6],
                                 labels: tf.SparseTensorValue([[0, 0], [2, 0]], [1, 1], [3, 1])},
            fails=True),
        run("order", losses[0], {inputs: scores, length: [7, 4, 6],
                                 labels: tf.SparseTensorValue([[1, 0], [0, 0]], [1, 1], [3, 1])},
            fails=True),
        run("greedy long", found[0], {inputs: scores, length: [8, 4, 6]}, fails=True),
        run("beam lengths", found[2], {inputs: scores, length: [7, 6]}, fails=True),
        run("no time", found[2], {inputs: scores[:0], length: [0, 0, 0]}, fails=True),
        run("few", found[2], {inputs: scores, length: [7, 0, 6]}, fails=True),
        run("paths", nn.ctc_beam_search_decoder(inputs, length, 2, 3), feeds, fails=True),
        fails("dense labels", lambda: nn.ctc_loss(dense, inputs, length)),
        fails("rank", lambda: nn.ctc_loss(labels, inputs[0], length)),
        fails("second", lambda: tf.gradients(first, inputs)),
        fails("decoded", lambda: nn.ctc_greedy_decoder(dense, length)),
        fails("no width", lambda: nn.ctc_beam_search_decoder(inputs, length, 0)),
    ]


TOLERANCE = {"float32": 1e-5}
