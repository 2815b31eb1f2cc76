"""Cells around cells: dropout (plain, variational, of parts), residuals, devices, layers."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    tf.set_random_seed(6)
    cells = tf.nn.rnn_cell
    x = tf.placeholder(tf.float32, [None, 2, 2], name="x")
    keep = tf.placeholder(tf.float32, [], name="keep")
    wrapped = [
        cells.DropoutWrapper(cells.LSTMCell(2), 0.5, keep, 0.6, seed=3),
        cells.DropoutWrapper(cells.BasicRNNCell(2), 0.5, 0.7, 0.6, variational_recurrent=True,
                             input_size=2, dtype=tf.float32, seed=3),
        cells.ResidualWrapper(cells.DeviceWrapper(cells.BasicRNNCell(2), "/cpu:0")),
        cells.MultiRNNCell([
            cells.DropoutWrapper(
                cells.MultiRNNCell([cells.LSTMCell(1), cells.BasicRNNCell(2)]), state_keep_prob=0.5,
                dropout_state_filter_visitor=lambda part: not isinstance(
                    part, cells.LSTMStateTuple)),
            cells.ResidualWrapper(cells.BasicRNNCell(2), residual_fn=lambda a, b: a * b)])]
    outputs = []
    for i, cell in enumerate(wrapped):
        # One iteration at a time: others let their random numbers overtake one another.
        outputs.append(tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, scope="loop%d" % i,
                                         parallel_iterations=1))
    gradients = tf.gradients(outputs[1][0], tf.trainable_variables()[2:4])
    gru = cells.GRUCell(2)
    errors = [
        fails("no cell", lambda: cells.DropoutWrapper(object()), message=False),
        fails("probability", lambda: cells.DropoutWrapper(gru, 1.5)),
        fails("dtype", lambda: cells.DropoutWrapper(gru, variational_recurrent=True)),
        fails("input size", lambda: cells.DropoutWrapper(gru, 0.5, variational_recurrent=True,
                                                         dtype=tf.float32)),
        fails("filter", lambda: cells.DropoutWrapper(gru, dropout_state_filter_visitor=3)),
        fails("no cells", lambda: cells.MultiRNNCell([])),
        fails("tuples", lambda: cells.MultiRNNCell([cells.LSTMCell(2)], state_is_tuple=False)),
        fails("dtype of a cell", lambda: cells.GRUCell(2, dtype=tf.int32)),
        fails("no state size", lambda: cells.RNNCell().state_size),
        fails("batch size", lambda: gru.get_initial_state(tf.zeros([2, 2]), 3)),
        fails("nothing known", lambda: gru.get_initial_state()),
        fails("no inputs", lambda: tf.nn.dynamic_rnn(gru, tf.zeros([2, 2]), dtype=tf.float32)),
        fails("no dtype", lambda: tf.nn.dynamic_rnn(gru, x)),
        fails("no function", lambda: tf.nn.raw_rnn(gru, 3))]
    configs = [cells.LSTMCell(3, name="a", num_proj=2).get_config(), gru.get_config()["num_units"],
               cells.BasicLSTMCell(3, name="b", activation="relu").get_config(),
               sorted(wrapped[0].get_config()["cell"])]
    feeds = {x: np.random.RandomState(0).randn(3, 2, 2), keep: 0.5}
    return errors + [
        seen("sizes", [[cell.state_size, cell.output_size] for cell in wrapped]),
        seen("configs", [sorted(config.items()) if isinstance(config, dict) else config
                         for config in configs]),
        seen("weights", [[weight.name for weight in cell.weights] for cell in wrapped]),
        run("initialise", tf.global_variables_initializer()),
        run("outputs", outputs, feeds), run("gradients", gradients, feeds)]


TOLERANCE = {"float32": 1e-5}
