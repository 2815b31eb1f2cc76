"""static_rnn: with and without lengths, concatenated states, states kept from run to run."""

import numpy as np

from programs import fails, run, seen


class Keeper:
    """Keeps states in variables."""

    def __init__(self, tf, names, shape):
        self.tf = tf
        self.variables = {name: tf.get_variable(name, shape, initializer=tf.zeros_initializer(),
                                                trainable=False) for name in names}

    def state(self, name):
        return self.variables[name]

    def save_state(self, name, value):
        return self.tf.assign(self.variables[name], value)


def build(tf):
    tf.set_random_seed(4)
    cells = tf.nn.rnn_cell
    x = tf.placeholder(tf.float32, [2, 2, 2], name="x")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    steps = tf.unstack(x, axis=1)
    concatenated, state = tf.nn.static_rnn(cells.BasicLSTMCell(2, state_is_tuple=False), steps,
                                           dtype=tf.float32)
    gru, gru_state = tf.nn.static_rnn(cells.GRUCell(2), steps, sequence_length=lengths,
                                      dtype=tf.float32, scope="gru")
    keeper = Keeper(tf, ["memory", "output"], [2, 1])
    kept, kept_state = tf.nn.static_state_saving_rnn(
        cells.LSTMCell(1), steps, keeper, ("memory", "output"), scope="kept")
    alone, _ = tf.nn.static_state_saving_rnn(
        cells.BasicRNNCell(1), steps[:1], Keeper(tf, ["alone"], [2, 1]), "alone", scope="alone")
    loss = tf.reduce_sum(concatenated[-1]) + tf.reduce_sum(tf.square(gru_state))
    loss += tf.reduce_sum(gru[1])
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    train = optimizer.minimize(loss, var_list=tf.trainable_variables()[:6])
    feeds = {x: np.random.RandomState(0).randn(2, 2, 2), lengths: [1, 2]}
    shorter = dict(feeds)
    shorter[lengths] = [1, 0]
    cell = cells.GRUCell(2)
    errors = [
        fails("no inputs", lambda: tf.nn.static_rnn(cell, [], dtype=tf.float32)),
        fails("no list", lambda: tf.nn.static_rnn(cell, x, dtype=tf.float32)),
        fails("no dtype", lambda: tf.nn.static_rnn(cell, steps)),
        fails("names", lambda: tf.nn.static_state_saving_rnn(cell, steps, keeper, ("a", "b")))]
    return ([seen("names", [variable.name for variable in tf.trainable_variables()])] + errors
            + [run("initialise", tf.global_variables_initializer()),
               run("concatenated", [concatenated, state], feeds),
               run("gru", [gru, gru_state], feeds),
               run("shorter", [gru, gru_state], shorter), run("kept", [kept, kept_state], feeds),
               run("kept again", [kept, kept_state], feeds), run("alone", alone, feeds)]
            + [run("train %d" % i, train, feeds) for i in range(20)] + [run("last", loss, feeds)])


TOLERANCE = {"float32": 1e-5}
