"""The cells and wrappers of tf.contrib.rnn, a step of each; functions over time."""

import numpy as np

from programs import fails, run, seen


def _cells(rnn):
    gru = rnn.GRUCell
    return [
        rnn.LayerNormBasicLSTMCell(2, dropout_keep_prob=0.5, dropout_prob_seed=1),
        rnn.LayerNormBasicLSTMCell(2, layer_norm=False), rnn.NASCell(2, num_proj=3, use_bias=True),
        rnn.UGRNNCell(2), rnn.IntersectionRNNCell(2, num_in_proj=2),
        rnn.CoupledInputForgetGateLSTMCell(2, use_peepholes=True, num_proj=2, proj_clip=0.1,
                                           num_unit_shards=2),
        rnn.CoupledInputForgetGateLSTMCell(2, state_is_tuple=False),
        rnn.GLSTMCell(2, number_of_groups=2, num_proj=2), rnn.SRUCell(2), rnn.IndRNNCell(2),
        rnn.IndyGRUCell(2), rnn.IndyLSTMCell(2), rnn.OutputProjectionWrapper(gru(2), 3),
        rnn.InputProjectionWrapper(gru(2), 3), rnn.HighwayWrapper(gru(4)),
        rnn.HighwayWrapper(rnn.BasicRNNCell(4), couple_carry_transform_gates=False),
        rnn.AttentionCellWrapper(rnn.LSTMCell(2), 3),
        rnn.AttentionCellWrapper(gru(2), 3, 2, 4, 3, state_is_tuple=False)]


def build(tf):
    tf.set_random_seed(7)
    rnn = tf.contrib.rnn
    x = tf.placeholder(tf.float32, [2, 2, 4], name="x")
    ids = tf.placeholder(tf.int32, [2], name="ids")
    cells, results = _cells(rnn), []
    for i, cell in enumerate(cells):
        with tf.variable_scope("cell%d" % i, reuse=tf.AUTO_REUSE):
            state = tf.contrib.framework.nest.map_structure(
                lambda size: tf.fill([2, size], 0.1), cell.state_size)
            results.append(cell(x[i % 2], state))
    with tf.variable_scope("cell3", reuse=True):  # the second call shares what the first made
        results.append(cells[3](x[0], results[3][1]))
    with tf.variable_scope("others"):
        embedding = rnn.EmbeddingWrapper(rnn.BasicRNNCell(2), 5, 3)
        results.append(embedding(ids, embedding.zero_state(2, tf.float32)))
        phased = rnn.PhasedLSTMCell(2, use_peepholes=True)
        results.append(phased((x[0][:, :1], x[1]), phased.zero_state(2, tf.float32)))
        images = tf.reshape(x, [2, 2, 2, 2])
        line = rnn.Conv1DLSTMCell(input_shape=[2, 4], output_channels=1, kernel_shape=[2],
                                  use_bias=False, skip_connection=True)
        plane = rnn.Conv2DLSTMCell(input_shape=[2, 2, 2], output_channels=2, kernel_shape=[2, 2])
        results.append(plane(images, plane.zero_state(2, tf.float32)))
        results.append(line(x, line.zero_state(2, tf.float32))[0])
    basic = rnn.BasicRNNCell
    stacked = rnn.stack_bidirectional_rnn([basic(1), basic(1)], [basic(1), basic(1)], [x[0]],
                                          dtype=tf.float32)
    reverse = rnn.TimeReversedFusedRNN(rnn.FusedRNNCellAdaptor(basic(2)))
    fused = reverse(x, dtype=tf.float32, sequence_length=[1, 2], scope="fused")
    errors = [
        fails("groups", lambda: rnn.GLSTMCell(3, number_of_groups=2)),
        fails("intersection", lambda: cells[4].__class__(3)(x[0], tf.zeros([2, 3])), message=False),
        fails("attention", lambda: rnn.AttentionCellWrapper(basic(2), 0)),
        fails("classes", lambda: rnn.EmbeddingWrapper(basic(2), 0, 3)),
        fails("size", lambda: rnn.OutputProjectionWrapper(basic(2), 0)),
        fails("shape", lambda: rnn.Conv1DLSTMCell(input_shape=[2], output_channels=1,
                                                  kernel_shape=[1])),
        fails("depth", lambda: rnn.stack_bidirectional_rnn([basic(1)], [], tf.unstack(x)))]
    feeds = {x: np.random.RandomState(2).rand(2, 2, 4), ids: [1, 4]}
    return errors + [
        seen("weights", [[weight.name for weight in cell.weights] for cell in cells
                         if "Highway" not in type(cell).__name__]),
        run("initialise", tf.global_variables_initializer()), run("results", results, feeds),
        run("functions", [stacked, fused], feeds)]


TOLERANCE = {"float32": 2e-5}
