"""tf.nn.rnn_cell: recurrent cells."""
# ruff: noqa: F401 - a namespace

from minitf.rnn.cell import RNNCell
from minitf.rnn.cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell, LSTMStateTuple
from minitf.rnn.wrappers import DeviceWrapper, DropoutWrapper, MultiRNNCell, ResidualWrapper
